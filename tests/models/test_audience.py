"""The audience of a graph: its sums against a plain count, the drawn graph against the undrawn, bad input."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.models.activity import Activity, draw_activity
from helpers.models.audience import Audience
from helpers.models.follow_rates import BINS_PER_OCTAVE, LognormalRates
from helpers.models.social_graph import SocialGraph, follower_graph

DAY_S = 86_400
RATES = {"posts_per_second": 4_630, "reads_per_second": 300e3}


@st.composite
def services(draw: st.DrawFn) -> tuple[SocialGraph, Activity]:
    """Any small graph, with rates from none to very many, also equal ones."""
    users = draw(st.integers(1, 12))
    pairs = draw(st.sets(st.tuples(*[st.integers(0, users - 1)] * 2)))
    rate = st.one_of(st.just(0.0), st.sampled_from([1.0, 60.0]), st.floats(1e-3, 1e4))
    rates = [np.array(draw(st.lists(rate, min_size=users, max_size=users))) for _ in range(2)]
    graph = SocialGraph.from_follows(users, {(one, other) for one, other in pairs if one != other})
    return graph, Activity(*rates)


def least(graph: SocialGraph, activity: Activity, push_us: float, pull_us: float) -> float:
    """The smaller of push and pull, follow by follow."""
    posts, reads = activity.posts_per_day / DAY_S, activity.reads_per_day / DAY_S
    followers = {user: graph.followers_of(user) for user in range(graph.users)}
    smaller = [np.minimum(posts[user] * push_us, reads[who] * pull_us) for user, who in followers.items()]
    return float(sum(each.sum() for each in smaller))


@settings(deadline=None)
@given(services())
def test_the_sums_of_a_graph_are_those_of_a_plain_count(service: tuple[SocialGraph, Activity]) -> None:
    graph, activity = service
    audience = Audience.from_graph(graph, activity)
    posts, reads = activity.posts_per_day / DAY_S, activity.reads_per_day / DAY_S
    for place, followers in enumerate(audience.followers.tolist()):
        group = [user for user in range(graph.users) if len(graph.followers_of(user)) == followers]
        assert audience.authors[place] == len(group)
        assert audience.posts_per_second[place] == pytest.approx(sum(posts[user] for user in group))
        delivered = sum(posts[user] * followers for user in group)
        assert audience.deliveries_per_second[place] == pytest.approx(delivered)
        assert audience.squared_per_second[place] == pytest.approx(delivered * followers)
        asked = sum(reads[who] for user in group for who in graph.followers_of(user).tolist())
        assert audience.lookups_per_second[place] == pytest.approx(asked)
    # The same look-ups, counted from the readers' side.
    assert audience.lookups_per_second.sum() == pytest.approx(float(reads @ graph.followee_counts))
    assert audience.mean_followers == pytest.approx(graph.follows / graph.users)


@settings(deadline=None)
@given(services(), st.floats(0.01, 100), st.floats(0.01, 100))
def test_the_histogram_is_low_by_a_bin_at_most_and_never_high(
    service: tuple[SocialGraph, Activity], push_us: float, pull_us: float
) -> None:
    graph, activity = service
    found, pushed = Audience.from_graph(graph, activity).follows.cheaper(push_us, pull_us)
    exact = least(graph, activity, push_us, pull_us)
    assert found <= exact * (1 + 1e-9)
    assert found >= exact * 2 ** (-1 / BINS_PER_OCTAVE) * (1 - 1e-9)
    assert 0 <= pushed <= 1


def test_follows_on_both_sides_of_the_costs_within_a_bin_stay_below_the_exact_sum() -> None:
    assert 1 - 2 ** (-1 / BINS_PER_OCTAVE) < 0.011
    # Two authors, of whom one is a little cheaper to push and the other to pull.
    graph = SocialGraph.from_follows(3, [(2, 0), (2, 1)])
    activity = Activity(np.array([100.2, 100.8, 1.0]), np.array([1.0, 1.0, 100.0]))
    exact = least(graph, activity, 1, 1.005)
    found, _ = Audience.from_graph(graph, activity).follows.cheaper(1, 1.005)
    assert exact * 0.989 <= found <= exact < 200.999 / DAY_S


@settings(deadline=None)
@given(services(), st.floats(0.01, 1))
def test_who_does_not_come_gets_nothing(service: tuple[SocialGraph, Activity], share: float) -> None:
    graph, activity = service
    audience = Audience.from_graph(graph, activity, active_share=share)
    active = max(round(share * graph.users), 1)
    assert audience.active == active
    busiest = np.sort(activity.reads_per_day)[::-1][:active].sum() / DAY_S
    assert audience.reads_per_second == pytest.approx(busiest)
    whole = Audience.from_graph(graph, activity)
    assert audience.posts_per_second.sum() == pytest.approx(whole.posts_per_second.sum())
    for name in ("deliveries_per_second", "lookups_per_second", "squared_per_second"):
        assert np.all(getattr(audience, name) <= getattr(whole, name) * (1 + 1e-9))


def test_the_graph_undrawn_is_the_one_drawn() -> None:
    graph = follower_graph(100_000, seed=3)
    rates = {"posts_per_second": 100_000 * 400 / 150 / DAY_S, "reads_per_second": 200.0}
    undrawn = Audience.from_distribution(100_000, **rates)
    drawn = [Audience.from_graph(graph, draw_activity(graph, seed=seed)) for seed in range(4)]
    assert undrawn.mean_followers == pytest.approx(35, rel=1e-6)
    assert undrawn.posts_per_second.sum() == pytest.approx(drawn[0].posts_per_second.sum())
    # The drawn deliveries hang on what a few celebrities happen to post.
    assert np.mean([each.deliveries_per_post for each in drawn]) == pytest.approx(
        undrawn.deliveries_per_post, rel=0.15
    )
    assert undrawn.followees_per_read == pytest.approx(drawn[0].followees_per_read, rel=0.03)
    for push_us, pull_us in ((3.5, 9), (100, 9), (3.5, 0.1)):
        found = [each.follows.cheaper(push_us, pull_us) for each in drawn]
        assert undrawn.follows.cheaper(push_us, pull_us) == pytest.approx(np.mean(found, axis=0), rel=0.1)
    for size in (10, 100, 1_000, 10_000):
        one, other = (each.authors[each.followers >= size].sum() for each in (undrawn, drawn[0]))
        assert one == pytest.approx(other, rel=0.06)


def test_lognormal_rates_are_those_of_a_sample() -> None:
    posts, reads = 3.0, 5.0
    rates = LognormalRates(np.array([2.0]), np.array([posts]), 2.0, reads, 1.0)
    random = np.random.default_rng(0)
    one, other = (random.standard_normal(400_000) for _ in range(2))
    push = 4 * posts * np.exp(2 * one - 2)
    pull = 1.5 * reads * np.exp(other - 0.5)
    found, pushed = rates.cheaper(4, 1.5)
    assert found == pytest.approx(2 * np.minimum(push, pull).mean(), rel=0.01)
    assert pushed == pytest.approx((push <= pull).mean(), abs=0.005)


def test_rates_without_spread_are_compared_as_they_are() -> None:
    audience = Audience.uniform(100, 10, posts_per_second=50, reads_per_second=20)
    # 1,000 follows: 0.5 posts/s × 2 µs against 0.2 reads/s × 3 µs.
    assert audience.follows.cheaper(2, 3) == pytest.approx((600, 0))
    assert audience.follows.cheaper(1, 3) == pytest.approx((500, 1))


def test_a_uniform_audience_is_the_arithmetic_of_the_whiteboard() -> None:
    audience = Audience.uniform(1_000, 40, posts_per_second=10, reads_per_second=100, active_share=0.5)
    assert (audience.active, audience.active_share, audience.mean_followers) == (500, 0.5, 40)
    assert (audience.deliveries_per_post, audience.followees_per_read) == (20, 40)


@pytest.mark.parametrize("followers", [40, 75, 300])
@pytest.mark.parametrize("active_share", [1, 0.25])
def test_followers_per_post_are_met(followers: float, active_share: float) -> None:
    audience = Audience.from_distribution(
        150e6, **RATES, followers_per_post=followers, active_share=active_share
    )
    assert audience.deliveries_per_post == pytest.approx(followers * active_share, rel=1e-6)
    assert audience.reads_per_second == 300e3
    assert audience.active == 150e6 * active_share


def test_the_active_share_halves_deliveries_and_leaves_the_reads() -> None:
    whole, half = (
        Audience.from_distribution(1e6, **RATES, post_link=0, active_share=share) for share in (1, 0.5)
    )
    for audience in (whole, half):
        assert audience.followees_per_read == pytest.approx(35)
    assert half.deliveries_per_second == pytest.approx(whole.deliveries_per_second / 2)
    assert half.squared_per_second == pytest.approx(whole.squared_per_second / 4)


@pytest.mark.parametrize("users", [200, 1e4, 1e9])
@pytest.mark.parametrize("mean", [0.5, 35])
def test_any_size_has_the_mean_and_the_largest_account_within_bounds(users: float, mean: float) -> None:
    audience = Audience.from_distribution(users, **RATES, mean=mean)
    assert audience.mean_followers == pytest.approx(mean, rel=1e-6)
    assert audience.authors.sum() == pytest.approx(users)
    assert audience.followers.max() <= 31 / 150 * users
    assert np.all(np.diff(audience.followers) >= 0)


def test_an_audience_is_read_only() -> None:
    audience = Audience.from_distribution(1e6, **RATES)
    with pytest.raises(ValueError, match="read-only"):
        audience.followers[0] = 1


def test_nobody_who_posts_or_reads_is_an_answer() -> None:
    audience = Audience.from_distribution(1e6, posts_per_second=0, reads_per_second=0)
    assert (audience.deliveries_per_post, audience.followees_per_read) == (0, 0)
    assert audience.follows.cheaper(3.5, 9) == (0, 1)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"users": 1}, "users = 1: it must be a number, 2 or more"),
        ({"users": "many"}, "users = 'many'"),
        ({"mean": 0}, "mean = 0: it must be a number above 0"),
        ({"mean": 300}, r"mean = 300: it must be at most 207, .*raise users or largest_share, or lower mean"),
        ({"posts_per_second": -1}, "posts_per_second = -1"),
        ({"reads_per_second": float("nan")}, "reads_per_second = nan"),
        ({"tail_index": 1}, "tail_index = 1"),
        ({"active_share": 0}, "active_share = 0"),
        ({"active_share": 1.1}, "active_share = 1.1"),
        ({"post_link": 2}, "post_link = 2"),
        ({"written_by_tenth": 1}, "written_by_tenth = 1"),
        ({"followers_per_post": 1e5}, r"followers_per_post = 100000.0: it must be a number, .* at most"),
    ],
)
def test_a_distribution_that_cannot_be_is_refused(changes: dict[str, Any], message: str) -> None:
    arguments: dict[str, Any] = {"users": 1_000, **RATES, **changes}
    with pytest.raises((TypeError, ValueError), match=message):
        Audience.from_distribution(**arguments)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"followers": 1_000}, "followers = 1000: it must be a number, 0 or more, at most 999"),
        ({"users": 0}, "users = 0"),
        ({"reads_per_second": -1}, "reads_per_second = -1"),
    ],
)
def test_a_uniform_audience_that_cannot_be_is_refused(changes: dict[str, Any], message: str) -> None:
    arguments: dict[str, Any] = {"users": 1_000, "followers": 5, **RATES, **changes}
    with pytest.raises((TypeError, ValueError), match=message):
        Audience.uniform(**arguments)


def test_a_graph_needs_its_own_activity() -> None:
    with pytest.raises(ValueError, match="300 users, but the activity is of 200"):
        Audience.from_graph(follower_graph(300), draw_activity(follower_graph(200)))
    with pytest.raises(ValueError, match="active_share = 0"):
        Audience.from_graph(follower_graph(300), draw_activity(follower_graph(300)), active_share=0)

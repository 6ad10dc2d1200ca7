"""Push, pull and hybrid: counted on small graphs, laws for any graph, published figures, and bad input."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.models.activity import Activity
from helpers.models.audience import Audience
from helpers.models.fanout import PUBLISHED_COSTS, STRATEGIES, FanOut, OperationCosts, fan_out
from helpers.models.fanout_cases import CACHED_CELEBRITIES, as_frame, audience_of, published_rows
from helpers.models.fanout_threshold import advise, best_threshold, crossover, per_edge_bound
from helpers.models.feed import Feed, HybridFeed, PullFeed, PushFeed, Tweet
from helpers.models.published import FRAMEWORK_TWITTER, TWITTER_2013, WHOLE_TWITTER
from helpers.models.queueing import mean_wait_general
from helpers.models.social_graph import SocialGraph, follower_graph
from helpers.models.workload import Workload
from tests.models.test_audience import services

DAY_S = 86_400
UNIT = OperationCosts("one each", 0, 1, 1, 1)


@pytest.fixture(scope="module")
def twitter() -> Audience:
    return audience_of(TWITTER_2013)


# Operations ------------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=60)
@given(services(), st.integers(1, 12))
def test_operations_are_those_the_feeds_count(service: tuple[SocialGraph, Activity], size: int) -> None:
    graph, activity = service
    # Each user posts and reads a whole number of times; every author has posted before anyone reads.
    posts, reads = (
        np.minimum(np.ceil(rates), 4) for rates in (activity.posts_per_day, activity.reads_per_day)
    )
    posts = np.maximum(posts, 1)
    audience = Audience.from_graph(graph, Activity(posts, reads))
    feeds: dict[str, Feed] = {"pull": PullFeed(), "push": PushFeed(), "hybrid": HybridFeed(size)}
    for strategy, feed in feeds.items():
        for user in range(graph.users):
            for who in graph.followers_of(user).tolist():
                feed.follow(who, user)
        start, number = feed.work, 0
        for user in range(graph.users):
            for _ in range(int(posts[user])):
                number += 1
                feed.post(Tweet(number, user, number))
        posted = feed.work
        for user in range(graph.users):
            for _ in range(int(reads[user])):
                feed.timeline(user, 1)
        found = fan_out(audience, UNIT, strategy, celebrity_from=size)
        assert (posted - start).writes == pytest.approx(
            (found.posts_per_second + found.deliveries_per_second) * DAY_S
        )
        # Where nobody is pushed the model keeps no lists, and the feeds look up empty ones.
        empty = reads.sum() if strategy != "pull" and not found.deliveries_per_second else 0
        lookups = found.lookups_per_second + found.celebrity_lookups_per_second
        assert (feed.work - posted).lookups == pytest.approx(lookups * DAY_S + empty)


def test_a_uniform_service_in_numbers() -> None:
    audience = Audience.uniform(1_000, 40, posts_per_second=10, reads_per_second=100)
    costs = OperationCosts("made up", 250, 50, 4, 10)
    pull, push = (fan_out(audience, costs, way, copies=3, kept=100) for way in ("pull", "push"))
    assert (pull.operations_per_post, pull.operations_per_read) == (1, 40)
    assert (push.operations_per_post, push.operations_per_read) == (41, 1)
    assert (pull.operations_per_second, push.operations_per_second) == (4_010, 510)
    assert push.work == pytest.approx(
        {"posts": 5e-4, "deliveries": 1.6e-3, "look-ups": 1e-3, "celebrity look-ups": 0}
    )
    assert pull.busy_cores == pytest.approx(5e-4 + 4_000 * 10e-6)
    assert (pull.read_ms, push.read_ms) == pytest.approx((0.65, 0.26))
    assert (pull.read_ms_of(500), push.read_ms_of(500)) == pytest.approx((5.25, 0.26))
    assert (pull.memory_bytes, push.memory_bytes) == (0, 1_000 * 100 * 20 * 3)
    assert (pull.delivery_s(40), push.delivery_s(40)) == pytest.approx((0, 160e-6))


def test_a_hybrid_reads_its_own_list_and_its_celebrities() -> None:
    # Users 1 to 4 follow user 0, and user 1 is followed by user 0.
    graph = SocialGraph.from_follows(5, [(1, 0), (2, 0), (3, 0), (4, 0), (0, 1)])
    activity = Activity(np.full(5, 1.0 * DAY_S), np.full(5, 2.0 * DAY_S))
    found = fan_out(Audience.from_graph(graph, activity), UNIT, "hybrid", celebrity_from=4)
    assert (found.celebrities, found.deliveries_per_second) == (1, 1)
    assert (found.lookups_per_second, found.celebrity_lookups_per_second) == (10, 8)
    assert found.operations_per_read == pytest.approx(1.8)
    assert (found.delivery_s(4), found.delivery_s(3)) == pytest.approx((0, 3e-6))
    # Four of the five follows are of the celebrity.
    assert found.read_ms_of(10) == pytest.approx((1 + 10 * 0.8) / 1e3)


costs_of_any_kind = st.builds(
    OperationCosts,
    st.just("any"),
    st.just(250.0),
    *[st.floats(0.01, 1e4)] * 3,
)


@settings(deadline=None)
@given(services(), costs_of_any_kind, st.integers(0, 13), st.floats(0.01, 1))
def test_no_threshold_beats_the_bound_and_none_is_needed_to_meet_push_or_pull(
    service: tuple[SocialGraph, Activity], costs: OperationCosts, size: int, share: float
) -> None:
    audience = Audience.from_graph(*service, active_share=share)
    pull, push = (fan_out(audience, costs, way).busy_cores for way in ("pull", "push"))
    best, bound = best_threshold(audience, costs), per_edge_bound(audience, costs)
    little = 1 + 1e-9
    assert bound.busy_cores <= best.least_cores * little
    assert best.least_cores <= min(push, pull) * little
    assert (best.push_cores, best.pull_cores) == pytest.approx((push, pull))
    hybrid = fan_out(audience, costs, "hybrid", celebrity_from=size)
    assert best.least_cores <= hybrid.busy_cores * little
    assert fan_out(audience, costs, "hybrid", celebrity_from=best.celebrity_from).busy_cores == pytest.approx(
        best.least_cores
    )
    for threshold, work in zip(best.thresholds.tolist(), best.busy_cores.tolist(), strict=True):
        assert fan_out(audience, costs, "hybrid", celebrity_from=threshold).busy_cores == pytest.approx(work)
    for threshold, other in ((0, pull), (1, pull), (np.inf, push)):
        found = fan_out(audience, costs, "hybrid", celebrity_from=threshold)
        assert found.busy_cores == pytest.approx(other)


@settings(deadline=None)
@given(st.floats(1, 9), st.floats(0, 10), st.floats(0, 10), costs_of_any_kind, st.floats(0.1, 1))
def test_the_laws_hold_for_a_distribution(
    log_users: float, log_posts: float, log_reads: float, costs: OperationCosts, share: float
) -> None:
    audience = Audience.from_distribution(
        10**log_users,
        mean=1,
        posts_per_second=10**log_posts,
        reads_per_second=10**log_reads,
        active_share=share,
    )
    best, bound = best_threshold(audience, costs), per_edge_bound(audience, costs)
    assert bound.busy_cores <= best.least_cores * (1 + 1e-9)
    assert best.least_cores <= min(best.push_cores, best.pull_cores) * (1 + 1e-9)
    hybrid = fan_out(audience, costs, "hybrid", celebrity_from=best.celebrity_from)
    assert hybrid.busy_cores == pytest.approx(best.least_cores)
    assert 0 <= bound.pushed_share <= 1


def test_authors_with_equally_many_followers_are_pulled_together() -> None:
    # Nearly all have the most followers there may be.
    audience = Audience.from_distribution(200, mean=35, posts_per_second=1, reads_per_second=5)
    found = best_threshold(audience, UNIT)
    assert len(found.thresholds) < len(audience.followers)
    assert np.all(np.diff(found.thresholds) > 0)
    for threshold, work in zip(found.thresholds.tolist(), found.busy_cores.tolist(), strict=True):
        assert fan_out(audience, UNIT, "hybrid", celebrity_from=threshold).busy_cores == pytest.approx(work)


@settings(deadline=None)
@given(services())
def test_what_is_pushed_and_what_is_pulled_is_everything(service: tuple[SocialGraph, Activity]) -> None:
    audience = Audience.from_graph(*service)
    before = fan_out(audience, UNIT, "pull")
    for size in range(1, 14):
        found = fan_out(audience, UNIT, "hybrid", celebrity_from=size)
        assert found.deliveries_per_second >= before.deliveries_per_second - 1e-9
        assert found.celebrities <= before.celebrities or size == 1
        before = found
    push = fan_out(audience, UNIT, "push")
    assert push.deliveries_per_second == pytest.approx(audience.deliveries_per_second.sum())
    assert [push.top(share) for share in (0.25, 0.5, 1)] == sorted(push.top(s) for s in (0.25, 0.5, 1))
    assert push.top(1) == pytest.approx(1 if push.deliveries_per_second else 0)


# The rule and the crossover ---------------------------------------------------------------------------------


def test_silbersteins_rule_does_not_ask_for_followers() -> None:
    # Every author posts as often, every reader reads as often: push all or none, whatever their size.
    graph = follower_graph(2_000)
    for reads, pushed in ((2.0, 1), (0.5, 0)):
        activity = Activity(np.full(2_000, 10.0), np.full(2_000, 10 * reads))
        audience = Audience.from_graph(graph, activity)
        assert audience.follows.cheaper(1, 1)[1] == pushed
        assert best_threshold(audience, UNIT).celebrity_from == (np.inf if pushed else 0)


def test_a_hybrid_pays_where_those_with_many_followers_post_more() -> None:
    audience = Audience.from_distribution(1e6, posts_per_second=50, reads_per_second=5e3, post_link=0.9)
    best = best_threshold(audience, UNIT)
    assert 0 < best.celebrity_from < np.inf
    assert best.least_cores < 0.7 * min(best.push_cores, best.pull_cores)


@pytest.mark.parametrize("followers", [2, 75, 500])
def test_push_and_pull_cost_the_same_at_the_crossover(followers: float) -> None:
    def at(reads: float) -> list[float]:
        audience = Audience.uniform(10e6, followers, posts_per_second=579, reads_per_second=579 * reads)
        return [fan_out(audience, PUBLISHED_COSTS, way).busy_cores for way in ("pull", "push")]

    where = crossover(Audience.uniform(10e6, followers, posts_per_second=579, reads_per_second=1))
    pull, push = at(where)
    assert pull == pytest.approx(push)
    assert at(2 * where)[0] > at(2 * where)[1]
    assert at(where / 2)[0] < at(where / 2)[1]


def test_a_list_saves_nothing_for_one_followee() -> None:
    assert crossover(Audience.uniform(10, 1, posts_per_second=1, reads_per_second=1)) == np.inf
    assert crossover(Audience.uniform(10, 5, posts_per_second=1, reads_per_second=0)) == np.inf


def test_celebrities_near_the_reader_are_worth_it_below_a_cost(twitter: Audience) -> None:
    push = fan_out(twitter)
    hybrid = fan_out(twitter, PUBLISHED_COSTS, "hybrid", celebrity_from=100e3)
    saved_us = (push.deliveries_per_second - hybrid.deliveries_per_second) * PUBLISHED_COSTS.delivery_us
    even = saved_us / hybrid.celebrity_lookups_per_second
    assert 0.1 < even < 0.3  # µs: some random memory reads, and no network
    for factor, better in ((0.5, True), (2, False)):
        costs = replace(PUBLISHED_COSTS, celebrity_us=even * factor)
        found = fan_out(twitter, costs, "hybrid", celebrity_from=100e3)
        assert (found.busy_cores < push.busy_cores) == better
    few = best_threshold(twitter, CACHED_CELEBRITIES, most_celebrities=2_000)
    assert 0 < few.celebrities <= 2_000
    assert few.saved_share > 0
    assert best_threshold(twitter, CACHED_CELEBRITIES, most_celebrities=0).celebrity_from == np.inf


# Delay ------------------------------------------------------------------------------------------------------


def simulated(sizes: np.ndarray, gaps: np.ndarray) -> tuple[float, float]:
    """Mean wait, and the mean age over deliveries, of jobs at one worker, first come first served."""
    # Lindley's recursion as a walk and its lowest point so far.
    walk = np.cumsum(np.append(0.0, sizes[:-1] - gaps[1:]))
    waits = walk - np.minimum.accumulate(walk)
    ages = waits + sizes / 2
    return float(np.mean(waits)), float(ages @ sizes / sizes.sum())


def test_waits_and_ages_are_those_of_a_simulation() -> None:
    # 19 of 20 posts go to 50 followers, one to 2,000, at 100 µs a delivery and 60 % load.
    graph = SocialGraph.from_follows(
        2_020,
        [(who, 0) for who in range(1, 2_001)]
        + [(who, user) for user in range(1, 20) for who in range(100, 150)],
    )
    posts = np.zeros(2_020)
    posts[:20] = 0.6 / (147.5 * 100e-6) / 20 * DAY_S
    audience = Audience.from_graph(graph, Activity(posts, np.ones(2_020)))
    costs = OperationCosts("slow", 0, 1, 100, 1)
    found = fan_out(audience, costs, workers=1)
    assert found.worker_utilisation == pytest.approx(0.6)
    random = np.random.default_rng(0)
    sizes = np.where(random.random(2_000_000) < 0.05, 2_000, 50) * 100e-6
    wait, age = simulated(sizes, random.exponential(147.5 * 100e-6 / 0.6, 2_000_000))
    assert found.wait_s == pytest.approx(wait, rel=0.03)
    assert found.staleness_s == pytest.approx(age, rel=0.03)


def test_one_worker_is_the_queue_with_any_service_times(twitter: Audience) -> None:
    fast = replace(PUBLISHED_COSTS, delivery_us=1)
    found = fan_out(twitter, fast, workers=1)
    mean = found.deliveries_per_second * 1e-6 / found.posts_per_second
    assert found.wait_s == pytest.approx(
        mean_wait_general(found.posts_per_second, mean, found.variation), rel=1e-9
    )


def test_everybody_waits_behind_celebrities_unless_they_are_pulled(twitter: Audience) -> None:
    push = fan_out(twitter)
    hybrid = fan_out(twitter, PUBLISHED_COSTS, "hybrid", celebrity_from=10e3)
    assert push.variation > 50
    assert 1 < hybrid.variation < 10
    assert push.wait_s > 100 * hybrid.wait_s
    assert push.staleness_s > 100 * hybrid.staleness_s > 0
    assert fan_out(twitter, PUBLISHED_COSTS, "pull").staleness_s == 0
    assert push.delivered_s(75) == pytest.approx(push.wait_s + 75 * 3.5e-6)
    # By turns, an ordinary post waits for its own deliveries alone, and the largest a little longer.
    assert push.delivered_s(75, by_turns=True) < push.delivered_s(75) / 100
    assert push.delivered_s(31e6, by_turns=True) > push.delivered_s(31e6)
    assert hybrid.delivered_s(31e6) == 0


def test_the_order_of_deliveries_does_not_change_their_mean_age(twitter: Audience) -> None:
    # Workers make the same deliveries, so over all of them what one post gains another loses.
    found = fan_out(twitter)
    sizes, posts = twitter.followers, twitter.posts_per_second
    ages = np.array([found.delivered_s(size, by_turns=True) / 2 for size in sizes.tolist()])
    assert found.staleness_s == pytest.approx(float(ages @ (posts * sizes) / (posts @ sizes)))


def test_a_threshold_counts_all_followers_and_a_delivery_the_active_ones() -> None:
    audience = Audience.uniform(1_000, 40, posts_per_second=10, reads_per_second=100, active_share=0.5)
    found = fan_out(audience, PUBLISHED_COSTS, "hybrid", celebrity_from=100)
    assert found.delivery_s(99) == pytest.approx(99 * 0.5 * 3.5e-6)
    assert found.delivery_s(100) == 0


@pytest.mark.parametrize(("goal_s", "strategy"), [(100, "push"), (5, "hybrid"), (1e-3, "hybrid")])
def test_advice_delivers_in_time_with_the_least_work(twitter: Audience, goal_s: float, strategy: str) -> None:
    found = advise(twitter, goal_s=goal_s)
    assert found.chosen.strategy == strategy
    pushed = twitter.followers[twitter.followers < found.chosen.celebrity_from]
    assert found.chosen.delivery_s(float(pushed.max())) <= goal_s
    assert found.for_delay == (strategy == "hybrid")
    others = [
        fan_out(twitter, PUBLISHED_COSTS, "hybrid", celebrity_from=size).busy_cores
        for size in twitter.followers.tolist()
        if size * 3.5e-6 <= goal_s
    ]
    assert found.chosen.busy_cores <= min([*others, found.pull.busy_cores]) * (1 + 1e-9)


def test_advice_is_pull_where_few_read() -> None:
    audience = Audience.uniform(1_000, 40, posts_per_second=100, reads_per_second=10)
    found = advise(audience)
    assert (found.chosen.strategy, found.for_delay) == ("pull", False)
    often = Audience.uniform(1_000, 40, posts_per_second=10, reads_per_second=1_000)
    assert (advise(often).chosen.strategy, advise(often, goal_s=1e-6).chosen.strategy) == ("push", "pull")
    with pytest.raises(ValueError, match="goal_s = 0"):
        advise(audience, goal_s=0)


def test_too_few_workers_fall_behind_without_end(twitter: Audience) -> None:
    found = fan_out(twitter, workers=1)
    assert found.worker_utilisation > 1
    assert found.wait_s == found.staleness_s == found.delivered_s(75) == np.inf
    assert fan_out(twitter).worker_utilisation <= 0.5


# Published figures -----------------------------------------------------------------------------------------


def test_twitter_as_published(twitter: Audience) -> None:
    push = fan_out(twitter)
    assert push.operations_per_post - 1 == pytest.approx(75)
    assert 300e3 <= push.deliveries_per_second <= 350e3
    assert push.memory_bytes == pytest.approx(2.4e12)
    assert fan_out(twitter, copies=3).memory_bytes == pytest.approx(7.2e12)
    assert push.delivery_s(1e6) == pytest.approx(3.5)
    assert push.delivery_s(31e6) == pytest.approx(108, rel=0.01)
    assert fan_out(twitter, strategy="pull").lookups_per_second == pytest.approx(300e3 * 35, rel=0.1)


def test_tens_of_percent_are_saved_of_deliveries_and_not_of_all_work(twitter: Audience) -> None:
    push = fan_out(twitter)
    for size, low, high in ((10e3, 0.3, 0.4), (100e3, 0.15, 0.2), (1e6, 0.05, 0.1)):
        found = fan_out(twitter, PUBLISHED_COSTS, "hybrid", celebrity_from=size)
        assert low < 1 - found.deliveries_per_second / push.deliveries_per_second < high
        assert found.busy_cores > push.busy_cores
        near = fan_out(twitter, CACHED_CELEBRITIES, "hybrid", celebrity_from=size)
        assert 0 < 1 - near.busy_cores / push.busy_cores < 0.1
    assert best_threshold(twitter).celebrity_from == np.inf


@pytest.mark.parametrize(("followers", "inserts"), [(75, 43e3), (200, 116e3)])
def test_the_framework_at_its_own_scale(followers: float, inserts: float) -> None:
    audience = audience_of(WHOLE_TWITTER.replace(followers=followers))
    assert fan_out(audience).deliveries_per_second == pytest.approx(inserts, rel=0.01)
    assert audience.reads_per_second == pytest.approx(29e3, rel=0.01)


def test_the_rows_hold_the_model_beside_what_was_published() -> None:
    rows = {figure: (published, model) for figure, published, model, _ in published_rows()}
    assert rows["Deliveries a second"] == ("300–350 K", "347 K")
    assert rows["Timelines of 800 entries, one copy"] == ("2.4 TB", "2.4 TB")
    assert rows["Inserts a second, 579 posts/s × 200 followers"] == ("116 K", "116 K")
    assert rows["Look-ups a second, 29 K reads/s × 500 followees"][1] == "14.5 M"
    assert list(as_frame().index) == list(rows)


def test_an_audience_follows_the_workload() -> None:
    average, peak = audience_of(WHOLE_TWITTER), audience_of(WHOLE_TWITTER, peak=True)
    assert average.users == 10e6
    assert peak.posts_per_second.sum() == pytest.approx(2 * average.posts_per_second.sum())
    half = audience_of(WHOLE_TWITTER, active_share=0.5)
    assert (half.users, half.active) == (20e6, 10e6)
    assert half.deliveries_per_post == pytest.approx(37.5)
    with pytest.raises(ValueError, match="followers must be above 0"):
        audience_of(FRAMEWORK_TWITTER)
    with pytest.raises(ValueError, match="daily_users must be given"):
        audience_of(Workload(writes_per_day=1, followers=2))


# Bad input -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"strategy": "pushed"}, "strategy = 'pushed': it must be one of 'pull', 'push', 'hybrid'"),
        ({"strategy": "hybrid"}, "celebrity_from = None: a hybrid needs"),
        ({"strategy": "hybrid", "celebrity_from": -1}, "celebrity_from = -1"),
        ({"strategy": "hybrid", "celebrity_from": "many"}, "celebrity_from = 'many'"),
        ({"strategy": "hybrid", "celebrity_from": float("nan")}, "celebrity_from = nan"),
        ({"kept": 0.5}, "kept = 0.5"),
        ({"copies": 0}, "copies = 0"),
        ({"workers": 0}, "workers = 0"),
        ({"entry_bytes": -1}, "entry_bytes = -1"),
    ],
)
def test_a_fan_out_that_cannot_be_is_refused(arguments: dict[str, Any], message: str) -> None:
    audience = Audience.uniform(10, 5, posts_per_second=1, reads_per_second=1)
    with pytest.raises((TypeError, ValueError), match=message):
        fan_out(audience, **arguments)


@pytest.mark.parametrize("name", ["write_us", "delivery_us", "lookup_us", "celebrity_us"])
@pytest.mark.parametrize("value", [0, -1, float("nan"), "fast", 1e10])
def test_costs_that_cannot_be_are_refused(name: str, value: Any) -> None:
    with pytest.raises((TypeError, ValueError), match=f"{name} = "):
        replace(PUBLISHED_COSTS, **{name: value})


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_questions_about_nobody_are_answered(strategy: str) -> None:
    audience = Audience.uniform(10, 0, posts_per_second=0, reads_per_second=0)
    found: FanOut = fan_out(audience, PUBLISHED_COSTS, strategy, celebrity_from=5)
    assert found.operations_per_post == found.operations_per_read == found.busy_cores == 0
    assert found.staleness_s == found.wait_s == found.variation == found.top(0.1) == 0
    assert found.read_ms == 0.25
    with pytest.raises(ValueError, match="followers = -1"):
        found.delivery_s(-1)
    with pytest.raises(ValueError, match="followees = -1"):
        found.read_ms_of(-1)
    with pytest.raises(ValueError, match="share = 0"):
        found.top(0)

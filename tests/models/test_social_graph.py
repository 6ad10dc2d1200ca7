"""The social graph: laws on small graphs, the published figures on a larger one, and bad input."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.models.degree_statistics import hill_estimate, statistics
from helpers.models.social_graph import KWAK_TAIL_INDEX, SocialGraph, follower_graph

ARRAYS = ("offsets", "followers", "followee_offsets", "followees")


def pairs(graph: SocialGraph) -> set[tuple[int, int]]:
    """Every follow as (follower, followee), read from the followers' side."""
    return {(int(who), user) for user in range(graph.users) for who in graph.followers_of(user)}


def same(one: SocialGraph, other: SocialGraph) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in ARRAYS)


def check_laws(graph: SocialGraph) -> None:
    follows = pairs(graph)
    assert len(follows) == graph.follows  # no follow twice
    assert not any(follower == followee for follower, followee in follows)
    assert follows == {(user, int(whom)) for user in range(graph.users) for whom in graph.followees_of(user)}
    assert graph.follower_counts.sum() == graph.followee_counts.sum() == graph.follows
    for user in range(graph.users):
        for ids in (graph.followers_of(user), graph.followees_of(user)):
            assert all(one < other for one, other in pairwise(ids.tolist()))
    assert same(graph.reversed().reversed(), graph)
    assert pairs(graph.reversed()) == {(followee, follower) for follower, followee in follows}


@st.composite
def sizes(draw: st.DrawFn) -> dict[str, Any]:
    """Any small graph that can be built, up to the one in which everyone follows everyone."""
    users = draw(st.integers(2, 40))
    largest = draw(st.floats(1 / users, 1))
    most = min(int(largest * users), users - 1)
    return {
        "users": users,
        "mean": draw(st.floats(0.01, max(most, 0.01))),
        "largest_share": largest,
        "tail_index": draw(st.floats(1.01, 5)),
        "spread": draw(st.floats(0.01, 4)),
        "seed": draw(st.integers(0, 2**32)),
    }


@settings(deadline=None)
@given(sizes())
def test_any_small_graph_keeps_the_laws(asked: dict[str, Any]) -> None:
    if int(asked["largest_share"] * asked["users"]) < asked["mean"]:
        return
    graph = follower_graph(**asked)
    check_laws(graph)
    assert graph.follows == round(asked["mean"] * asked["users"])
    assert graph.follower_counts.max() <= asked["largest_share"] * asked["users"]


@settings(deadline=None)
@given(
    st.integers(1, 12).flatmap(
        lambda n: st.tuples(st.just(n), st.sets(st.tuples(*[st.integers(0, n - 1)] * 2)))
    )
)
def test_a_graph_of_given_follows_holds_these(given_: tuple[int, set[tuple[int, int]]]) -> None:
    users, drawn = given_
    follows = {(one, other) for one, other in drawn if one != other}
    graph = SocialGraph.from_follows(users, follows)
    assert pairs(graph) == follows
    check_laws(graph)


@pytest.mark.parametrize("users", [2, 3, 10, 50])
def test_everyone_can_follow_everyone(users: int) -> None:
    graph = follower_graph(users, mean=users - 1, largest_share=1)
    assert graph.follows == users * (users - 1)
    check_laws(graph)


def test_a_mean_of_nearly_nothing_is_a_graph_without_follows() -> None:
    graph = follower_graph(10, mean=0.001)
    assert (graph.follows, graph.followers_of(3).tolist()) == (0, [])
    found = statistics(graph)
    assert (found.mean, found.to_top_hundredth, found.tail_index) == (0, 0, None)


def test_the_seed_decides_who_follows_whom_and_not_how_many() -> None:
    one, again, other = (follower_graph(2_000, seed=seed) for seed in (7, 7, 8))
    assert same(one, again)
    assert not same(one, other)
    assert np.array_equal(np.sort(one.follower_counts), np.sort(other.follower_counts))
    assert not np.array_equal(one.follower_counts, other.follower_counts)


@pytest.fixture(scope="module")
def graph() -> SocialGraph:
    return follower_graph(100_000, seed=3)


@pytest.mark.parametrize("mean", [5, 35, 75])
@pytest.mark.parametrize("users", [3_000, 30_000])
def test_the_mean_is_the_one_asked_for(users: int, mean: float) -> None:
    assert follower_graph(users, mean=mean).follower_counts.mean() == pytest.approx(mean, rel=1e-4)


@pytest.mark.parametrize("tail_index", [1.276, 1.7, 2.2])
def test_hill_finds_the_tail_index_asked_for(tail_index: float) -> None:
    # A small spread puts half a per cent or more in the tail; a large bound leaves it nearly whole.
    asked = follower_graph(200_000, mean=20, tail_index=tail_index, spread=1, largest_share=1)
    assert hill_estimate(asked.follower_counts, 1_000) == pytest.approx(tail_index, rel=0.05)


def test_hill_of_pareto_samples_is_their_index() -> None:
    samples = np.random.default_rng(0).pareto(1.5, 200_000) + 1
    # Three standard errors: the index over the root of how many are used.
    assert hill_estimate(samples, 20_000) == pytest.approx(1.5, abs=3 * 1.5 / np.sqrt(20_000))


def test_the_graph_stands_beside_the_published_figures(graph: SocialGraph) -> None:
    found = statistics(graph)
    assert found.mean == pytest.approx(1.47e9 / 41.7e6, rel=0.01)  # Kwak et al. 2010
    assert found.below_100_followers == pytest.approx(0.936, abs=0.015)  # Sysomos 2009
    assert found.below_100_followees == pytest.approx(0.924, abs=0.01)
    assert found.tail_index == pytest.approx(KWAK_TAIL_INDEX, rel=0.05)
    published = np.array([31, 28, 28, 23]) / 150  # of all users; High Scalability 2013
    assert np.array(found.largest) / found.users == pytest.approx(published, abs=0.03)
    assert found.median < found.mean / 5 < found.p90 < found.p99


def test_statistics_are_those_of_the_counts() -> None:
    star = SocialGraph.from_follows(5, [(user, 0) for user in range(1, 5)])
    found = statistics(star)
    assert (found.mean, found.median, found.largest) == (0.8, 0, (4, 0, 0, 0))
    assert (found.to_top_hundredth, found.below_100_followers, found.tail_index) == (1, 1, None)
    rows = {name: value for name, value, _, _ in found.rows}
    assert rows["Followers of account 1, share of users"] == "80.0%"
    assert rows["Tail index (Hill, top 1 %)"] == ""
    assert found.as_frame().iloc[0].to_list() == ["0.8", "35", "Kwak et al. 2010"]


def test_who_has_many_followers_follows_many(graph: SocialGraph) -> None:
    logs = np.log([graph.follower_counts + 0.5, graph.followee_counts + 0.5])
    assert np.corrcoef(logs)[0, 1] == pytest.approx(0.6, abs=0.05)


def test_followees_are_drawn_from_users_who_wish_to_follow(graph: SocialGraph) -> None:
    counts = np.sort(graph.followee_counts)
    median = 35 * np.exp(-(1.45**2) / 2)
    assert np.median(counts) == pytest.approx(median, rel=0.1)


def test_arrays_are_compact_and_read_only(graph: SocialGraph) -> None:
    assert graph.followers.dtype == graph.followees.dtype == np.int32
    assert graph.memory_bytes == 2 * 4 * graph.follows + 2 * 8 * (graph.users + 1)
    with pytest.raises(ValueError, match="read-only"):
        graph.followers_of(0)[:] = 1


# Bad input -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"users": 1}, ValueError, "users = 1: it must be a whole number, 2 or more"),
        ({"users": 1e6}, TypeError, "users = 1000000.0: it must be a whole number"),
        ({"users": "many"}, TypeError, "users = 'many'"),
        ({"users": None}, TypeError, "users = None"),
        ({"users": 10**12}, ValueError, "users = 1000000000000: it must be"),
        ({"mean": 0}, ValueError, "mean = 0: it must be a number above 0"),
        ({"mean": -35}, ValueError, "mean = -35"),
        ({"mean": float("nan")}, ValueError, "mean = nan"),
        ({"mean": 500}, ValueError, "at most 206, the followers the largest of 1,000 users may have"),
        ({"users": 10_000_000}, ValueError, "350,000,000: it must be at most 100,000,000 follows"),
        ({"tail_index": 1}, ValueError, "tail_index = 1: it must be a number above 1"),
        ({"spread": 0}, ValueError, "spread = 0"),
        ({"largest_share": 1.5}, ValueError, "largest_share = 1.5"),
        ({"seed": -1}, ValueError, "seed = -1"),
        ({"seed": None}, TypeError, "seed = None"),
    ],
)
def test_a_graph_that_cannot_be_is_refused(
    changes: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        follower_graph(**({"users": 1_000} | changes))


@pytest.mark.parametrize(
    ("follows", "error", "message"),
    [
        ([(1, 1)], ValueError, "user 1 follows themselves"),
        ([(0, 1), (0, 1)], ValueError, "user 0 follows user 1 twice"),
        ([(0, 3)], ValueError, "followee = 3"),
        ([(-1, 0)], ValueError, "follower = -1"),
        ([("a", 0)], TypeError, "follower = 'a'"),
        ([5], TypeError, "5: each must be a pair"),
        ([(0, 1, 2)], TypeError, "each must be a pair"),
    ],
)
def test_follows_that_cannot_be_are_refused(follows: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        SocialGraph.from_follows(3, follows)


@pytest.mark.parametrize("user", [-1, 2_000, 1.0, "0", None])
def test_a_user_who_is_not_there_is_refused(user: Any) -> None:
    graph = follower_graph(2_000)
    for read in (graph.followers_of, graph.followees_of):
        with pytest.raises((TypeError, ValueError), match="user = "):
            read(user)


@pytest.mark.parametrize(
    ("counts", "largest", "message"),
    [
        ([3.0], 1, "at least 2"),
        ([2.0, 2.0, 2.0], 2, "differ"),
        ([0.0, 5.0], 1, "above 0"),
        ([1.0, 2.0], 2, "largest = 2"),
    ],
)
def test_hill_refuses_counts_without_a_tail(counts: list[float], largest: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        hill_estimate(np.array(counts), largest)

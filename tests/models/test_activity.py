"""Who posts and reads how often: the means and shares asked for, the published figures, and bad input."""

from statistics import NormalDist
from typing import Any

import numpy as np
import pytest

from helpers.models.activity import POST_LINK, draw_activity
from helpers.models.social_graph import SocialGraph, follower_graph


@pytest.fixture(scope="module")
def graph() -> SocialGraph:
    return follower_graph(100_000, seed=3)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.8, 0.9])
def test_the_busiest_tenth_writes_the_share_asked_for(graph: SocialGraph, share: float) -> None:
    activity = draw_activity(graph, written_by_tenth=share)
    assert activity.written_by_busiest(0.1) == pytest.approx(share, abs=0.01)
    assert activity.written_by_busiest(1) == pytest.approx(1)


def test_posts_and_reads_have_the_means_of_twitter(graph: SocialGraph) -> None:
    activity = draw_activity(graph)
    assert activity.posts_per_day.mean() * 150e6 == pytest.approx(400e6)
    assert activity.reads_per_day.mean() * 150e6 / 86_400 == pytest.approx(300e3)
    assert activity.reads_per_day.min() > 0


def test_deliveries_rise_with_the_link_and_are_the_mean_without_one(graph: SocialGraph) -> None:
    found = [
        np.mean([draw_activity(graph, post_link=link, seed=s).deliveries_per_post(graph) for s in range(5)])
        for link in (-0.5, 0, POST_LINK, 0.7)
    ]
    assert found == sorted(found)
    assert found[1] == pytest.approx(35, rel=0.25)
    assert found[2] == pytest.approx(75, rel=0.2)  # High Scalability 2013: 30 B deliveries of 400 M tweets


def test_deliveries_weigh_each_author_by_their_posts() -> None:
    star = SocialGraph.from_follows(5, [(user, 0) for user in range(1, 5)])
    even = draw_activity(star, written_by_tenth=0.1)
    assert even.posts_per_day == pytest.approx(np.full(5, 400 / 150))
    assert even.deliveries_per_post(star) == pytest.approx(4 / 5)


def test_the_busiest_read_more_often_as_pew_found(graph: SocialGraph) -> None:
    activity = draw_activity(graph)
    busiest = activity.posts_per_day >= np.quantile(activity.posts_per_day, 0.9)
    # Who comes every day, in Pew 2019: 81 % of the busiest tenth, 47 % of the rest.
    daily = activity.reads_per_day > np.quantile(activity.reads_per_day, 1 - (0.1 * 0.81 + 0.9 * 0.47))
    assert daily[busiest].mean() == pytest.approx(0.81, abs=0.02)
    assert daily[~busiest].mean() == pytest.approx(0.47, abs=0.02)


def test_the_same_seed_draws_the_same_activity(graph: SocialGraph) -> None:
    one, again, other = (draw_activity(graph, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.posts_per_day, again.posts_per_day)
    assert np.array_equal(one.reads_per_day, again.reads_per_day)
    assert not np.array_equal(one.posts_per_day, other.posts_per_day)


def test_posts_have_the_median_of_a_lognormal(graph: SocialGraph) -> None:
    posts = draw_activity(graph).posts_per_day
    spread = NormalDist().inv_cdf(0.9) + NormalDist().inv_cdf(0.8)
    assert np.median(posts) == pytest.approx(400 / 150 * np.exp(-(spread**2) / 2), rel=0.02)


def test_arrays_are_read_only() -> None:
    activity = draw_activity(follower_graph(200))
    for array in (activity.posts_per_day, activity.reads_per_day):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


@pytest.mark.parametrize(
    "changes",
    [
        {"posts_per_day": 0},
        {"reads_per_day": -1},
        {"written_by_tenth": 1},
        {"written_by_tenth": 0.05},
        {"post_link": 1.1},
        {"post_link": "high"},
        {"seed": 0.5},
    ],
)
def test_activity_that_cannot_be_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises((TypeError, ValueError), match=f"{next(iter(changes))} = "):
        draw_activity(follower_graph(200), **changes)


def test_the_activity_of_another_graph_is_refused() -> None:
    with pytest.raises(ValueError, match="300 users, but the activity is of 200"):
        draw_activity(follower_graph(200)).deliveries_per_post(follower_graph(300))

"""The figures of fan-out: what they draw, at the edges too, and that plotly accepts it."""

import math

import numpy as np
import pytest

from helpers.figures.fanout import delay_figure, format_cores, threshold_figure, work_figure
from helpers.models.audience import Audience
from helpers.models.fanout import PUBLISHED_COSTS, FanOut, OperationCosts, fan_out
from helpers.models.fanout_cases import audience_of
from helpers.models.fanout_threshold import best_threshold, per_edge_bound
from helpers.models.published import TWITTER_2013
from tests.figures.checked import checked

SLOW = OperationCosts("slow", 1e9, 1e9, 1e9, 1e9)


@pytest.fixture(scope="module")
def twitter() -> Audience:
    return audience_of(TWITTER_2013)


def ways(audience: Audience, costs: OperationCosts = PUBLISHED_COSTS) -> dict[str, FanOut]:
    return {
        way.title(): fan_out(audience, costs, way, celebrity_from=1e5) for way in ("pull", "push", "hybrid")
    }


def test_the_parts_of_a_bar_add_up_to_its_work(twitter: Audience) -> None:
    results, bound = ways(twitter), per_edge_bound(twitter)
    figure = checked(work_figure(results, bound))
    most = results["Pull"].busy_cores
    for place, result in enumerate(results.values()):
        parts = [trace.x[place] for trace in figure.data[:-1]]
        assert sum(parts) == pytest.approx(100 * result.busy_cores / most)
        last = figure.data[-2]
        assert last.base[place] + last.x[place] == pytest.approx(sum(parts))
    assert figure.data[-1].x[0] == pytest.approx(100 * bound.busy_cores / most)
    assert figure.layout.yaxis.categoryarray == ("Pull", "Push", "Hybrid", "Bound")
    assert "(%)" in figure.layout.xaxis.title.text


def test_times_stand_where_they_are_and_say_what_they_are(twitter: Audience) -> None:
    results = ways(twitter)
    figure = checked(delay_figure(results, 500, 1e6))
    read, last = figure.data
    assert read.x[0] == pytest.approx(results["Pull"].read_ms_of(500) / 1e3)
    assert last.x[1] == pytest.approx(results["Push"].delivered_s(1e6))
    assert last.text[0] == last.text[2] == "at once"
    assert read.hovertext[1] == "Push, one feed read (circles, above): 259 µs"


def test_a_delivery_without_end_stands_at_the_edge(twitter: Audience) -> None:
    figure = checked(delay_figure({"Push": fan_out(twitter, workers=1)}, 500, 1e6))
    assert (figure.data[1].x[0], figure.data[1].text[0]) == (1e5, "unbounded")
    assert np.isfinite(checked(delay_figure(ways(twitter, SLOW), 1e6, 1e9)).data[0].x).all()


def test_the_curve_is_the_work_of_each_hybrid(twitter: Audience) -> None:
    best, bound = best_threshold(twitter), per_edge_bound(twitter)
    before = best.busy_cores.copy()
    figure = checked(threshold_figure(best, bound, 1e5))
    curve, level, diamond = figure.data
    for place in (70, 80, 100, -1):
        cores = fan_out(twitter, strategy="hybrid", celebrity_from=curve.x[place]).busy_cores
        assert curve.y[place] == pytest.approx(cores / best.push_cores)
    assert level.y[0] == pytest.approx(bound.busy_cores / best.push_cores)
    assert (diamond.x, diamond.y, diamond.text) == ((1e9,), (1,), ("least: push everyone",))
    assert figure.layout.shapes[0].x0 == 1e5
    assert np.array_equal(best.busy_cores, before)


@pytest.mark.parametrize("reads", [0, 5e3, 1e9])
def test_any_best_threshold_is_drawn(reads: float) -> None:
    audience = Audience.from_distribution(1e6, posts_per_second=50, reads_per_second=reads, post_link=0.9)
    best, bound = best_threshold(audience), per_edge_bound(audience)
    figure = checked(threshold_figure(best, bound, 0))
    for trace in figure.data:
        assert all(0.2 <= value <= 50 for value in trace.y)
        assert all(1 <= value <= 1e9 for value in trace.x)
    word = {0: "pull everyone", math.inf: "push everyone"}.get(best.celebrity_from, "pull from")
    assert word in figure.data[2].text[0]


def test_nothing_to_do_is_drawn() -> None:
    audience = Audience.uniform(10, 0, posts_per_second=0, reads_per_second=0)
    figure = checked(work_figure(ways(audience), per_edge_bound(audience)))
    assert figure.data[-1].text == ("no work",)
    checked(threshold_figure(best_threshold(audience), per_edge_bound(audience), 5))
    assert format_cores(1_234) == "1.23 K busy cores"


def test_a_threshold_that_cannot_be_is_refused(twitter: Audience) -> None:
    with pytest.raises(ValueError, match="celebrity_from = -1"):
        threshold_figure(best_threshold(twitter), per_edge_bound(twitter), -1)

"""Step 2's figures: data, units on the axes, the limit in its place, and no meaning in colour alone."""

import copy
import math

import numpy as np
import pytest

from helpers.figures.estimation import utilisation_figure
from helpers.figures.latency import format_nanoseconds, latency_figure
from helpers.figures.style import bytes_or_count, make_figure
from helpers.figures.uncertainty import distribution_figure, tornado_figure
from helpers.models.estimation import estimate
from helpers.models.published import FRAMEWORK_TWITTER, LATENCIES, STRONG_NODE, TWITTER_2013
from helpers.models.quantities import Range
from helpers.models.uncertainty import Outcome, simulate
from helpers.models.verdicts import NodeLimits, judge
from helpers.models.workload import Workload
from tests.figures.checked import checked, plain

UNSURE = FRAMEWORK_TWITTER.replace(daily_users=Range(5e6, 20e6), item_size=Range(50, 400))
LIMIT = 10e12


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return simulate(UNSURE, STRONG_NODE, size=4000)


def test_the_bars_are_the_demand_as_a_share_of_the_limit() -> None:
    verdict = judge(estimate(TWITTER_2013), STRONG_NODE)
    bars = checked(utilisation_figure(verdict)).data[0]
    assert list(bars.y) == [usage.resource.label for usage in verdict.usages]
    assert list(bars.x) == pytest.approx([100 * usage.utilisation for usage in verdict.usages])
    assert bars.orientation == "h"


def test_the_bars_say_in_text_what_their_colour_says() -> None:
    bars = utilisation_figure(judge(estimate(TWITTER_2013), STRONG_NODE)).data[0]
    for share, text in zip(bars.x, bars.text, strict=True):
        assert ("× the limit" in text) if share >= 1000 else text.endswith(" %")
    assert bars.text[0].startswith("7 K writes/s: ")
    assert bars.hovertext[0].endswith("1 node for this alone")
    assert len(set(bars.marker.color)) == 3


def test_demands_off_the_scale_stand_at_its_ends() -> None:
    limits = NodeLimits("A node", "", writes_per_second=1e-12, storage=1e30, memory=1)
    bars = checked(utilisation_figure(judge(estimate(FRAMEWORK_TWITTER), limits))).data[0]
    assert list(bars.x) == [100_000, 0.01, 0.01]
    assert bars.text[0].endswith("× the limit")
    assert bars.text[1] == "9.12 TB: under 0.01 %"
    assert bars.text[2] == "none asked for"


def test_the_limit_stands_at_a_hundred_per_cent() -> None:
    layout = checked(utilisation_figure(judge(estimate(FRAMEWORK_TWITTER), STRONG_NODE))).layout
    assert layout.xaxis.type == "log"
    assert list(layout.xaxis.range) == [-2, 5]
    assert "(%)" in layout.xaxis.title.text
    assert (layout.shapes[0].x0, layout.shapes[0].x1) == (100, 100)
    assert layout.annotations[0].x == 2  # on a log axis, an annotation's place is an exponent
    assert layout.annotations[0].text == "one node is full"


def test_the_areas_hold_every_sample_and_part_at_the_limit(outcome: Outcome) -> None:
    below, above = checked(distribution_figure(outcome, "storage", LIMIT)).data
    values = outcome.samples["storage"].value
    assert max(below.x) == LIMIT == min(above.x)
    # Each bin is a flat step of two points, so every second height is a bin's share.
    whole = checked(distribution_figure(outcome, "storage")).data[0]
    assert sum(whole.y[::2]) == pytest.approx(100, abs=0.3)
    middles = np.sqrt(np.asarray(whole.x[::2]) * np.asarray(whole.x[1::2]))
    median = middles[np.searchsorted(np.cumsum(whole.y[::2]), 50)]
    assert math.log10(median) == pytest.approx(math.log10(np.median(values)), abs=1 / 12)
    assert (below.name, above.name) == ("one node is enough", "too small")


def test_the_distribution_has_units_and_the_limit_on_its_axes(outcome: Outcome) -> None:
    figure = checked(distribution_figure(outcome, "storage", LIMIT)).to_plotly_json()
    layout = figure["layout"]
    assert layout["xaxis"]["title"]["text"] == "Storage over retention (bytes)"
    assert layout["yaxis"]["title"]["text"] == "Share of samples (%)"
    low, high = layout["xaxis"]["range"]
    values = outcome.samples["storage"].value
    assert 10**low < np.percentile(values, 0.1) < np.percentile(values, 99.9) < 10**high
    assert 10**low < LIMIT < 10**high
    assert layout["yaxis"]["range"][1] >= max(max(trace["y"]) for trace in figure["data"])
    assert layout["shapes"][0]["x0"] == LIMIT
    assert layout["annotations"][0]["text"] == "one node: 10 TB"


@pytest.mark.parametrize("limit", [1.0, 1e30])
def test_a_limit_far_from_the_samples_still_shows(outcome: Outcome, limit: float) -> None:
    figure = checked(distribution_figure(outcome, "storage", limit))
    low, high = figure.layout.xaxis.range
    assert low <= math.log10(limit) <= high
    shares = [max(trace.y) for trace in figure.data]
    assert min(shares) == 0


def test_a_certain_result_still_has_a_picture() -> None:
    certain = simulate(FRAMEWORK_TWITTER, STRONG_NODE, size=10)
    figure = checked(distribution_figure(certain, "storage"))
    assert max(figure.data[0].y) == 100
    assert not checked(tornado_figure(certain, "storage")).data[0].x


def test_the_tornado_reaches_from_the_low_to_the_high_end(outcome: Outcome) -> None:
    figure = checked(tornado_figure(outcome, "storage", LIMIT))
    bars = figure.data[0]
    assert list(bars.y) == ["Size of one item", "Daily active users"]
    assert list(bars.text) == ["× 8", "× 4"]
    for base, size, swing in zip(bars.base, bars.x, outcome.tornado("storage"), strict=True):
        assert (base, base + size) == pytest.approx((swing.at_low, swing.at_high))
    assert "bytes" in figure.layout.xaxis.title.text
    assert figure.layout.shapes[0].x0 == LIMIT


def test_an_input_that_changes_nothing_says_so() -> None:
    unsure = simulate(FRAMEWORK_TWITTER.replace(peak_factor=Range(1, 9)), STRONG_NODE, size=10)
    assert list(tornado_figure(unsure, "storage").data[0].text) == ["no effect"]


def test_figures_leave_their_input_as_it_was(outcome: Outcome) -> None:
    before = {name: copy.deepcopy(line.value) for name, line in outcome.samples.items()}
    measured = {"Random memory read": 90.0}
    distribution_figure(outcome, "storage", LIMIT)
    tornado_figure(outcome, "storage", LIMIT)
    latency_figure(measured, 200)
    assert measured == {"Random memory read": 90.0}
    for name, line in outcome.samples.items():
        assert np.array_equal(line.value, before[name])


def test_an_unknown_line_is_refused(outcome: Outcome) -> None:
    for figure in (distribution_figure, tornado_figure):
        with pytest.raises(KeyError, match="no line 'cpu'"):
            figure(outcome, "cpu")


def test_the_ladder_sets_measured_times_beside_published_ones() -> None:
    measured = {"Random memory read": 90.0, "a row of its own": 5e6}
    figure = checked(latency_figure(measured, 200))
    published, here = figure.data
    assert dict(zip(published.y, published.x, strict=True)) == {
        latency.label: latency.nanoseconds for latency in LATENCIES
    }
    assert dict(zip(here.y, here.x, strict=True)) == measured
    assert list(here.text) == ["90 ns", "5 ms"]
    assert published.marker.symbol != here.marker.symbol
    assert set(figure.layout.yaxis.categoryarray) == {*published.y, *here.y}
    assert figure.layout.shapes[0].x0 == 200e6
    assert figure.layout.annotations[0].x == pytest.approx(math.log10(200e6))
    assert figure.layout.xaxis.ticktext[3] == "1 µs"


def test_a_ladder_without_measurements_has_no_legend_for_them() -> None:
    published, here = checked(latency_figure({}, 200)).data
    assert published.showlegend
    assert not here.showlegend
    assert not here.x


@pytest.mark.parametrize("budget", [0, -1, math.nan, math.inf])
def test_a_page_needs_some_time(budget: float) -> None:
    with pytest.raises(ValueError, match=r"^budget_ms = .*: it must be a number above 0 \(in ms\)"):
        latency_figure({}, budget)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.5, "0.5 ns"), (999.4, "999 ns"), (999.9, "1 µs"), (999_999, "1 ms"), (2e9, "2 s"), (1e11, "100 s")],
)
def test_times_are_readable(value: float, text: str) -> None:
    assert format_nanoseconds(value) == text


def test_only_bytes_take_decimal_prefixes() -> None:
    assert bytes_or_count("byte/second")["ticksuffix"] == "B"
    assert bytes_or_count("tweet/second") == {}


def test_plotlys_own_checks_are_the_ones_that_run_here() -> None:
    wrong = make_figure(300, {"type": "log"}, {}, [{"type": "bar", "colour": "red"}])
    with pytest.raises(ValueError, match="colour"):
        checked(wrong)


def test_every_published_product_has_figures_plotly_accepts() -> None:
    busy = Workload(daily_users=1e11, writes_per_user=1e6, item_size=1e18, followers=1e11, peak_factor=10_000)
    for workload in (FRAMEWORK_TWITTER, TWITTER_2013, busy, Workload(writes_per_day=0)):
        assert plain(utilisation_figure(judge(estimate(workload), STRONG_NODE)))["data"]

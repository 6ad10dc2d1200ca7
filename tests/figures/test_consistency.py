"""The freshness curve and the waits: data, units, the chosen time, no meaning in colour alone."""

import math
from typing import Any

import numpy as np
import pytest

from helpers.figures.consistency import TIMES_MS, format_ms, freshness_figure, waiting_figure
from helpers.models.consistency import LNKD_DISK, Quorum, staleness
from tests.figures.checked import checked, plain

RESULT = staleness(Quorum(3, 1, 1), LNKD_DISK, trials=5000)
CURVE = (TIMES_MS, RESULT.fresh(TIMES_MS))


def test_the_curve_is_the_share_in_percent_on_a_log_axis_of_time() -> None:
    figure = checked(freshness_figure({"R = 1": CURVE}, after_ms=10))
    line, mark = figure.data
    assert list(line.x) == pytest.approx(list(TIMES_MS))
    assert list(line.y) == pytest.approx(list(100 * CURVE[1]))
    assert figure.layout.xaxis.type == "log"
    assert list(figure.layout.xaxis.range) == [math.log10(TIMES_MS[0]), math.log10(TIMES_MS[-1])]
    assert figure.layout.yaxis.title.text == "Fresh reads (%)"
    assert list(figure.layout.xaxis.ticktext) == ["100 µs", "1 ms", "10 ms", "100 ms", "1 s", "10 s", "100 s"]
    assert mark.y[0] == pytest.approx(100 * RESULT.fresh(mark.x[0]), abs=2)
    assert (figure.layout.shapes[0].x0, figure.layout.annotations[0].x) == (10, 1)
    assert figure.layout.annotations[0].text == "10 ms"


@pytest.mark.parametrize(
    ("after", "place", "text"), [(0, 0.1, "at once"), (1e9, 1e5, "1e+03 s"), (0.1, 0.1, "100 µs")]
)
def test_a_time_off_the_axis_stands_at_its_end(after: float, place: float, text: str) -> None:
    layout = checked(freshness_figure({"R = 1": CURVE}, after_ms=after)).layout
    assert layout.shapes[0].x0 == place
    if after < 1e9:
        assert layout.annotations[0].text == text


def test_curves_are_told_apart_by_sign_and_symbol_as_well() -> None:
    figure = checked(freshness_figure(dict.fromkeys("abcd", CURVE)))
    lines, marks = figure.data[::2], figure.data[1::2]
    assert [line.name for line in lines] == ["① a", "② b", "③ c", "④ d"]
    assert all(line.showlegend for line in lines)
    assert [mark.text[0] for mark in marks] == ["①", "②", "③", "④"]
    assert len({mark.x[0] for mark in marks}) == 4
    assert len({line.line.color for line in lines}) == 4
    assert marks[0].marker.symbol != marks[1].marker.symbol
    assert not figure.layout.shapes


def test_a_sign_stands_where_no_other_curve_is() -> None:
    """Two curves that both end at 100 % are marked where they rise."""
    curves = {
        name: (TIMES_MS, 1 - np.exp(-TIMES_MS / mean)) for name, mean in (("slow", 50.0), ("quick", 0.4))
    }
    slow, quick = checked(freshness_figure(curves)).data[1::2]
    assert (slow.y, quick.y) == ((70,), (25,))
    assert slow.x[0] == pytest.approx(-50 * math.log(0.3), rel=0.01)
    assert quick.x[0] == pytest.approx(-0.4 * math.log(0.75), rel=0.01)


def test_a_short_curve_carries_its_mark_on_itself() -> None:
    short = (np.array([0.0, 2.0]), np.array([0.25, 0.75]))
    line, mark = checked(freshness_figure({"lab": short})).data
    assert list(line.x) == [0.1, 2.0]
    assert mark.y == (70,)
    assert 0.1 < mark.x[0] < 2
    flat = (np.array([0.5, 2.0]), np.array([0.75, 0.75]))
    assert checked(freshness_figure({"lab": flat})).data[1].x == (2.0,)


def test_the_curves_handed_in_stay_as_they_are() -> None:
    times, shares = np.array([0.0, 1.0]), np.array([0.5, 1.0])
    freshness_figure({"lab": (times, shares)}, after_ms=1)
    assert (times.tolist(), shares.tolist()) == ([0, 1], [0.5, 1])


def test_no_curve_is_an_empty_picture() -> None:
    assert not plain(freshness_figure({}))["data"]


@pytest.mark.parametrize(
    ("times", "shares", "error", "message"),
    [
        ([1.0, 2.0], [0.5], ValueError, r"^curves\['lab'\]: times of shape \(2,\), shares of shape \(1,\)"),
        ([2.0, 1.0], [0.5, 1.0], ValueError, "both must never fall"),
        ([1.0, 2.0], [0.5, 0.4], ValueError, "both must never fall"),
        ([1.0, 2.0], [50.0, 100.0], ValueError, r"^curves\['lab'\] shares = 50.0"),
        ([-1.0, 2.0], [0.5, 1.0], ValueError, r"^curves\['lab'\] times = -1.0"),
        ([1.0, math.nan], [0.5, 1.0], ValueError, r"^curves\['lab'\] times = nan"),
        ([], [], TypeError, r"^curves\['lab'\] times = "),
        (["soon"], [0.5], TypeError, r"^curves\['lab'\] times = "),
    ],
)
def test_a_curve_that_cannot_be_drawn(times: Any, shares: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        freshness_figure({"lab": (times, shares)})


def test_a_time_that_cannot_be() -> None:
    with pytest.raises(ValueError, match=r"^after_ms = -1"):
        freshness_figure({}, after_ms=-1)


def test_the_waits_are_the_percentiles_with_their_units() -> None:
    figure = checked(waiting_figure(RESULT))
    bars = figure.data[0]
    expected = [
        wait(percentile) for wait in (RESULT.read_ms, RESULT.write_ms) for percentile in (50, 99, 99.9)
    ]
    assert list(bars.x) == pytest.approx(expected)
    assert list(bars.text) == [format_ms(value) for value in expected]
    assert bars.y == (
        "Read, median",
        "Read, p99",
        "Read, p99.9",
        "Write, median",
        "Write, p99",
        "Write, p99.9",
    )
    assert figure.layout.xaxis.type == "log"

"""The nines figure: bars from the downtimes, the target in its place, and words for what is over."""

import math
from typing import Any

import pytest

from helpers.figures.nines import downtime_figure, exceeds
from helpers.figures.style import BLUE, VERMILION
from tests.figures.checked import checked, plain

YEAR_S = 365 * 86_400
ROWS = {"Allowed": 31_536.0, "One component": 3153.6, "6 in a row": 188_743.6, "Nothing": 0.0}


def test_the_bars_are_the_downtimes_in_the_order_given() -> None:
    rows = dict(ROWS)
    figure = checked(downtime_figure(rows, 31_536))
    bars = figure.data[0]
    assert list(bars.y) == list(figure.layout.yaxis.categoryarray) == list(ROWS)
    assert list(bars.x)[:3] == list(ROWS.values())[:3]
    assert rows == ROWS


def test_what_is_over_the_target_is_said_as_well_as_coloured() -> None:
    bars = checked(downtime_figure(ROWS, 31_536)).data[0]
    assert bars.text == ("8 h 46 min", "52 min 34 s", "2 days 4 h: over", "0 s")
    assert bars.marker.color == (BLUE, BLUE, VERMILION, BLUE)
    assert bars.hovertext[1] == "One component: 52 min 34 s a year"


@pytest.mark.parametrize("allowed", [1e-3, 31.536, 31_536.0, YEAR_S])
def test_the_axis_stays_and_the_target_stands_in_data_units(allowed: float) -> None:
    layout = checked(downtime_figure(ROWS, allowed)).layout
    assert layout.xaxis.type == "log"
    low, high = layout.xaxis.range
    assert (low, high) == tuple(downtime_figure(ROWS, 60).layout.xaxis.range)
    assert 10**high > YEAR_S
    assert layout.shapes[0].x0 == layout.shapes[0].x1 == allowed
    assert layout.annotations[0].x == pytest.approx(math.log10(allowed))
    assert layout.annotations[0].text == "what the target allows"
    assert "Downtime a year" in layout.xaxis.title.text


def test_the_ticks_are_times_people_say() -> None:
    axis = plain(downtime_figure(ROWS, 60))["layout"]["xaxis"]
    ticks = dict(zip(axis["ticktext"], axis["tickvals"], strict=True))
    assert ticks["1 min"] == 60
    assert ticks["1 day"] == 86_400
    assert ticks["1 month"] == YEAR_S / 12
    assert ticks["1 year"] == YEAR_S
    assert axis["range"][0] < math.log10(min(ticks.values()))


@pytest.mark.parametrize("value", [0, -1, math.nan, math.inf, 4e7, "60", None])
def test_a_target_that_allows_nothing_or_too_much_is_refused(value: Any) -> None:
    with pytest.raises((ValueError, TypeError), match=r"^allowed_s = "):
        downtime_figure(ROWS, value)


@pytest.mark.parametrize("value", [-1, math.nan, 4e7, "60", None])
def test_a_row_that_is_no_downtime_of_a_year_is_refused_by_name(value: Any) -> None:
    with pytest.raises((ValueError, TypeError), match=r"^6 in a row = "):
        downtime_figure({**ROWS, "6 in a row": value}, 60)


def test_rounding_is_not_over() -> None:
    assert not exceeds(0.1 + 0.2, 0.3)
    assert not exceeds(59, 60)
    assert exceeds(60.01, 60)

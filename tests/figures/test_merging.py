"""The pictures of merging: amounts and times, fixed axes, what plotly makes of them."""

import copy
from typing import Any

import pytest

from helpers.figures.merging import effort_figure, merging_time_figure
from helpers.labs.merging import LOOK_UPS, MergeReport
from helpers.models.merging import WAYS, effort
from tests.figures.checked import checked, plain
from tests.labs.test_merging import made_up_report


def test_a_row_a_way_has_its_entries_and_comparisons() -> None:
    efforts = {way: effort(way, 500, 20) for way in WAYS}
    drawn = checked(effort_figure(efforts))
    entries, comparisons = drawn.data
    assert entries.y == comparisons.y == WAYS
    assert entries.x == (519, 10_000, 400_000)
    assert comparisons.x == tuple(each.comparisons for each in efforts.values())
    assert entries.text == ("519", "10 K", "400 K")
    assert "log scale" in drawn.layout.xaxis.title.text


def test_none_at_all_stands_left_of_one_and_too_many_at_the_edge() -> None:
    drawn = checked(effort_figure({"heap": effort("heap", 1, 1), "sort": effort("sort", 10**6, 20, 10**5)}))
    low, high = (10.0**power for power in drawn.layout.xaxis.range)
    assert low < drawn.data[1].x[0] < 1
    assert drawn.data[1].text[0] == "0"
    assert drawn.data[1].x[1] == high


def test_axes_stay_while_the_amounts_change() -> None:
    small, large = (
        plain(effort_figure({way: effort(way, count, 20) for way in WAYS})) for count in (1, 5000)
    )
    assert small["layout"] == large["layout"]


def test_markers_are_measured_and_lines_the_cost_of_an_entry() -> None:
    report = made_up_report()
    drawn = checked(merging_time_figure(report, 500, 20))
    lines = {trace.name.split(" (")[0]: trace for trace in drawn.data if trace.mode == "lines"}
    markers = {trace.name.split(",")[0]: trace for trace in drawn.data if trace.mode == "markers"}
    assert list(lines) == list(markers) == [*WAYS, LOOK_UPS]
    assert markers["heap"].x == (10, 1000)
    assert markers["heap"].y == pytest.approx((2900, 101_900))
    assert markers["sort"].x == (10,)
    for way, line in lines.items():
        assert (line.x[0], line.x[-1]) == (1, 5000)
        kind = "ask everyone" if way == LOOK_UPS else way
        assert line.y[-1] == pytest.approx(report.entry_ns[way] * effort(kind, 5000, 20).entries)
    assert drawn.layout.shapes[0].x0 == 500
    assert drawn.layout.annotations[0].text == "500 timelines"
    assert drawn.layout.yaxis.ticktext[:2] == ("100 ns", "1 µs")
    assert "pages of 20" in drawn.layout.xaxis.title.text


def test_a_report_is_left_as_it_was_and_may_be_empty() -> None:
    report = made_up_report()
    before = copy.deepcopy(report.runs)
    merging_time_figure(report, 10, 100)
    assert report.runs == before
    assert checked(merging_time_figure(MergeReport("", ()), 10, 100)).data == ()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: merging_time_figure(made_up_report(), 0, 20), r"^timelines = 0"),
        (lambda: merging_time_figure(made_up_report(), 5001, 20), r"^timelines = 5001"),
        (lambda: merging_time_figure(made_up_report(), 500, 21), r"^page = 21: .*20, 100"),
    ],
)
def test_bad_input_is_refused_by_name(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()

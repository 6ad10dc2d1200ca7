"""The scope board's figures: one bar after another, and a row for every candidate."""

from typing import Any

import pytest

from helpers.figures.scope_board import clock_figure, shares_figure
from tests.figures.checked import plain

CANDIDATES = ["Post tweets", "Edit profile", "Follow others"]


def test_the_parts_of_step_1_stand_one_after_another() -> None:
    figure = plain(clock_figure(4, 3))
    bars = figure["data"][0]
    assert (bars["base"], bars["x"]) == ([0, 1, 5], [1, 4, 1.5])
    assert bars["text"] == ["1 min", "4 min", "1.5 min"]
    assert figure["layout"]["shapes"][0]["x0"] == 10
    assert figure["layout"]["annotations"][0]["text"] == "10 min"
    assert "(minutes, our assumption)" in figure["layout"]["xaxis"]["title"]["text"]


@pytest.mark.parametrize(("longest", "end"), [(15.5, 16), (3, 11), (20, 20)])
def test_the_axis_ends_past_the_longest_and_past_the_line(longest: float, end: float) -> None:
    assert plain(clock_figure(0, 0, longest))["layout"]["xaxis"]["range"] == [0, end]


def test_nothing_asked_is_a_bar_of_no_length() -> None:
    assert plain(clock_figure(0, 0))["data"][0]["x"] == [1, 0, 0]


@pytest.mark.parametrize("counts", [(-1, 0), (0, 2.5), ("3", 0)])
def test_what_is_no_count_is_refused(counts: tuple[Any, Any]) -> None:
    with pytest.raises((ValueError, TypeError), match=r"features|questions"):
        clock_figure(*counts)


def test_minutes_are_shared_by_the_features_taken() -> None:
    taken = {"Follow others", "Post tweets"}
    figure = plain(shares_figure(CANDIDATES, taken))
    least, most = figure["data"]
    assert least["y"] == most["y"] == ["Post tweets", "Follow others"]
    assert least["x"] == [12.5, 12.5]
    assert [base + length for base, length in zip(most["base"], most["x"], strict=True)] == [17.5, 17.5]
    assert most["text"] == ["12 to 18 min"] * 2
    assert figure["layout"]["yaxis"]["categoryarray"] == CANDIDATES
    assert "(minutes)" in figure["layout"]["xaxis"]["title"]["text"]
    assert taken == {"Follow others", "Post tweets"}


def test_rows_and_axis_stay_whatever_is_taken() -> None:
    nothing, everything = (plain(shares_figure(CANDIDATES, taken)) for taken in ([], CANDIDATES))
    for part in ("height", "yaxis", "xaxis"):
        assert nothing["layout"][part] == everything["layout"][part]
    assert nothing["data"][0]["y"] == []


def test_one_feature_has_all_the_minutes_within_the_axis() -> None:
    figure = plain(shares_figure(CANDIDATES, ["Edit profile"]))
    assert figure["data"][0]["x"] == [25]
    assert figure["data"][1]["base"] == [25]
    assert figure["data"][1]["x"] == [10]
    assert figure["layout"]["xaxis"]["range"][1] >= 35

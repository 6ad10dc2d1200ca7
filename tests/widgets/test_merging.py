"""The merge explorer: set values, and the words, the pictures, the table and the working follow."""

from typing import Any

import pytest

from helpers.labs.merging import MergeReport
from helpers.models.merging import WAYS, effort
from helpers.widgets.explorer import Explorer
from helpers.widgets.merging import merge_explorer, merge_view
from tests.labs.test_merging import made_up_report


def entries(explorer: Explorer) -> list[float]:
    return list(explorer.plot.figures[0]["data"][0]["x"])


def test_it_opens_on_the_framework_s_500() -> None:
    explorer = merge_explorer()
    assert explorer.text == (
        "A page of 20 from 500 timelines: a heap reads 519 entries, the newest of each and one more for "
        "each tweet taken but the last. A page from everyone is 10 K entries (19.3 times); all that is "
        "kept, 400 K entries (771 times). When the timelines are on other hosts, all three need 500 "
        "look-ups: one after another that is 125 ms at 250 µs a round trip, in one batch 250 µs and the "
        "store's own work. The heap goes back for each further tweet, 20 round trips in a row, 5 ms: so ask "
        "everyone in one batch, then merge what came by a heap."
    )
    assert entries(explorer) == [519, 10_000, 400_000]
    assert len(explorer.plot.figures) == 1
    assert "ask everyone | 10,000 | 200 KB | about 99.7 K | 1" in explorer.notes


@pytest.mark.parametrize(
    ("control", "text", "values"),
    [
        ("timelines", "5K", (5000, 20, 800)),
        ("timelines", "1", (1, 20, 800)),
        ("page", "100", (500, 100, 800)),
        ("page", "1", (500, 1, 800)),
        ("kept", "10", (500, 20, 10)),
    ],
)
def test_a_box_moves_the_picture_and_the_words(control: str, text: str, values: tuple[int, int, int]) -> None:
    explorer = merge_explorer()
    explorer.controls[control].box.value = text
    assert explorer.controls[control].refused == explorer.message.value == ""
    assert entries(explorer) == [effort(way, *values).entries for way in WAYS]
    assert explorer.text == merge_view(*values).words


def test_the_working_is_the_closed_form() -> None:
    explorer = merge_explorer()
    explorer.working.selected_index = 0
    for row in ("500 heads + 20 taken − 1", "1.66 × 500 to make it + 19 × (1 + log₂ 500)", "500 × 20"):
        assert row in explorer._table.value
    explorer.set(timelines=3, page=100, kept=10)
    for row in ("3 heads + 28 taken − 1", "3 × 10"):
        assert row in explorer._table.value


def test_one_of_each_is_said_as_one() -> None:
    words = merge_view(1, 1, 1).words
    assert words.startswith("A page of 1 from 1 timeline: a heap reads 1 entry,")
    assert "all three need 1 look-up:" in words
    assert "goes back" not in words
    assert "times" not in words


def test_a_page_that_cannot_be_filled_is_said() -> None:
    assert "Only 6 are kept, so the page is not full." in merge_view(3, 20, 2).words
    assert "is not full" not in merge_view(3, 6, 2).words


def test_a_report_adds_times_and_what_decides() -> None:
    explorer = merge_explorer(made_up_report())
    assert explorer.text.endswith(
        "Measured here, nearest (1,000 timelines, page of 20): heap 102 µs, ask everyone 1 ms. Python's sort "
        "takes 50 ns an entry and the heap 100 ns: the heap is still 9.8 times as fast, since it touches so "
        "few. The look-ups take 20 ms in SQLite without any network, 200 times the heap: they decide, not "
        "the comparisons."
    )
    assert len(explorer.plot.figures) == 2
    assert "sort | 400,000 | 8 MB | about 3.99 M | 1 | not measured" in explorer.notes
    assert "Measured on a <laptop>." in explorer.notes
    assert "<laptop>" not in explorer.plot.notes
    explorer.set(timelines=10, page=100)
    assert "(10 timelines, page of 100)" in explorer.text
    assert explorer.plot.figures[1]["layout"]["shapes"][0]["x0"] == 10
    assert "pages of 100" in explorer.plot.figures[1]["layout"]["xaxis"]["title"]["text"]


@pytest.mark.parametrize(
    ("factor", "said"),
    [
        (1, "the heap is still 3.4 times as fast"),
        (0.3, "here both take about as long"),
        (0.1, "here the sort is 2.9 times as fast"),
    ],
)
def test_who_is_faster_follows_the_measurement(factor: float, said: str) -> None:
    runs = [
        type(run)(
            run.way,
            run.timelines,
            run.page,
            run.entries,
            tuple(time * (factor if run.way == "ask everyone" else 1) for time in run.times_ns),
        )
        for run in made_up_report().runs
    ]
    assert said in merge_view(10, 20, report=MergeReport("", tuple(runs))).words


def test_an_empty_report_is_as_none() -> None:
    assert merge_view(500, 20, report=MergeReport("a laptop", ())).words == merge_view(500, 20).words


@pytest.mark.parametrize("text", ["", "nan", "-5", "0", "1e999", "5001", "<b>"])
def test_bad_text_keeps_the_last_good_picture(text: str) -> None:
    explorer = merge_explorer()
    figure, words = explorer.plot.figures[0], explorer.text
    explorer.controls["timelines"].box.value = text
    assert explorer.controls["timelines"].refused
    assert (explorer.plot.figures[0], explorer.text) == (figure, words)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: merge_view(0, 20), r"^timelines = 0"),
        (lambda: merge_view(2.5, 20), r"^timelines = 2.5"),
        (lambda: merge_view(500, 1001), r"^page = 1001: .*at most 1,000"),
        (lambda: merge_explorer(kept=0), r"^kept = 0"),
    ],
)
def test_bad_input_is_refused_by_name(call: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        call()

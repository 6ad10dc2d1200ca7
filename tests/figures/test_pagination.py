"""Paging: the tweets of each page where they stood, marks that need no colour, costs on fixed axes."""

from typing import Any

import pytest

from helpers.figures.pagination import DEEPEST_PAGE, LARGEST_SHOWN, page_cost_figure, paging_figure
from helpers.models.pagination import PAGINGS, entries_read
from helpers.models.paging_walk import Walk, busy_walk, first_place
from tests.figures.checked import checked, plain


def walks(size: int, posted: int, deleted: int) -> dict[str, Walk]:
    return {paging: busy_walk(paging, size, posted=posted, deleted=deleted) for paging in PAGINGS}


@pytest.mark.parametrize("size", [10, 37, 50])
@pytest.mark.parametrize(("posted", "deleted"), [(0, 0), (3, 2), (20, 5), (20, 0), (0, 5)])
def test_every_tweet_shown_or_skipped_is_drawn_once(size: int, posted: int, deleted: int) -> None:
    given = walks(size, posted, deleted)
    shown, again, skipped = checked(paging_figure(given, size)).data
    rows = {
        f"By {paging}, page {number}": row
        for paging, walk in given.items()
        for number, row in enumerate(walk.rows, 1)
    }
    for name, row in rows.items():
        middles = [
            base + width / 2 for y, base, width in zip(shown.y, shown.base, shown.x, strict=True) if y == name
        ]
        assert middles == pytest.approx([first_place(tweet) for tweet in row.new])
        for trace, tweets in ((again, row.again), (skipped, row.skipped)):
            assert [x for x, y in zip(trace.x, trace.y, strict=True) if y == name] == [
                first_place(tweet) for tweet in tweets
            ]
    assert len(shown.x) + len(again.x) == 2 * 5 * size
    assert (again.marker.symbol, skipped.marker.symbol) == ("diamond", "circle")


def test_all_marks_stay_inside_the_axes() -> None:
    for size in (10, 50):
        for posted in (0, 20):
            for deleted in (0, 5):
                figure = paging_figure(walks(size, posted, deleted), size)
                low, high = figure.layout.xaxis.range
                ends = [end for trace in figure.data[1:] for end in trace.x]
                ends += list(figure.data[0].base) + [base + 0.8 for base in figure.data[0].base]
                assert low <= min(ends) <= max(ends) <= high


def test_each_row_says_how_many_came_again_and_were_skipped() -> None:
    layout = plain(paging_figure(walks(10, 3, 2), 10))["layout"]
    assert {note["y"]: note["text"] for note in layout["annotations"]} == {
        "By offset, page 2": "3 again",
        "By offset, page 3": "2 skipped",
        "By offset, page 4": "3 again",
        "By offset, page 5": "2 skipped",
    }


def test_the_pages_axes_stay_while_the_feed_moves() -> None:
    layouts = [plain(paging_figure(walks(10, *moves), 10))["layout"] for moves in ((0, 0), (20, 5))]
    for name in ("xaxis", "yaxis", "height"):
        assert layouts[0][name] == layouts[1][name]
    assert plain(paging_figure(walks(50, 3, 2), 50))["layout"]["height"] == layouts[0]["height"]
    assert layouts[0]["xaxis"]["title"]["text"].startswith("Tweet, counted from the newest")


@pytest.mark.parametrize(("page", "size"), [(1, 10), (30, 20), (1000, 50)])
def test_the_costs_are_the_models_and_the_axes_stay(page: int, size: int) -> None:
    figure = checked(page_cost_figure(page, size))
    offset, offset_here, cursor, cursor_here = figure.data
    assert (offset_here.y, cursor_here.y) == ((page * size,), (size,))
    assert (offset_here.text, cursor_here.text) == ((f"{page * size:,}",), (f"{size:,}",))
    for paging, line in (("offset", offset), ("cursor", cursor)):
        assert line.y == tuple(entries_read(paging, end, size) for end in (1, DEEPEST_PAGE))
    assert (offset_here.marker.symbol, cursor_here.marker.symbol) == ("circle", "diamond")
    assert figure.layout.xaxis.range == (0, 3)
    assert figure.layout.yaxis.range == (-0.5, 5.5)
    assert figure.layout.yaxis.title.text == "Index entries read (log scale)"
    assert figure.layout.shapes[0].x0 == page
    assert figure.layout.annotations[0].text == f"page {page:,}"


@pytest.mark.parametrize("call", [
    lambda: paging_figure({}, 0),
    lambda: paging_figure({}, LARGEST_SHOWN + 1),
    lambda: page_cost_figure(0, 10),
    lambda: page_cost_figure(DEEPEST_PAGE + 1, 10),
    lambda: page_cost_figure(1, 0),
])  # fmt: skip
def test_bad_input_is_refused_by_name(call: Any) -> None:
    with pytest.raises(ValueError, match=r"^(size|page) = .*it must be"):
        call()

"""Step 4: the explorer of paging by offset and by cursor while others post and delete."""

from typing import Any

from helpers.figures.pagination import DEEPEST_PAGE, LARGEST_SHOWN, page_cost_figure, paging_figure
from helpers.models.pagination import PAGINGS, entries_read
from helpers.models.paging_walk import Walk, busy_walk
from helpers.models.quantities import format_number
from helpers.models.workload import Field
from helpers.widgets.controls import NumberControl, whole_number
from helpers.widgets.explorer import Explorer, View, working_table

__all__ = ["paging_explorer", "paging_view"]

PAGES = 5
"""The pages that are turned in the picture."""
SMALLEST_PAGE, MOST_POSTED, MOST_DELETED = 10, 20, 5


def paging_explorer(size: int = 10, posted: int = 3, deleted: int = 2, page: int = 1_000) -> Explorer:
    """Return sliders for a page's size and for what others do meanwhile, with the pages and what they cost.

    >>> paging_explorer().text.partition(".")[0]
    'By offset, 6 of the 50 tweets shown had been shown before, and 4 are skipped for good'
    """
    feed = [
        _control("size", "Tweets on a page", size, SMALLEST_PAGE, LARGEST_SHOWN),
        _control("posted", "Posted after pages 1 and 3", posted, 0, MOST_POSTED),
        _control("deleted", "Deleted after pages 2 and 4", deleted, 0, MOST_DELETED),
    ]
    depth = _control("page", "Page whose cost is asked", page, 1, DEEPEST_PAGE, log=True)
    return Explorer("Paging under fire", {"": [*feed, depth]}, lambda values: paging_view(**values))


def paging_view(size: float, posted: float, deleted: float, page: float) -> View:
    """Return what the explorer shows: five pages of a moving feed, and what page `page` costs."""
    size = whole_number("size", size, SMALLEST_PAGE, LARGEST_SHOWN)
    posted = whole_number("posted", posted, 0, MOST_POSTED)
    deleted = whole_number("deleted", deleted, 0, MOST_DELETED)
    page = whole_number("page", page, 1, DEEPEST_PAGE)
    walks = {
        paging: busy_walk(paging, size, posted=posted, deleted=deleted, pages=PAGES) for paging in PAGINGS
    }
    return View(
        (paging_figure(walks, size), page_cost_figure(page, size)),
        f"{_walk_words(walks['offset'], size)} {_cost_words(page, size)}",
        _NOTE,
        working=lambda: working_table(_working(size, posted, deleted, page)),
    )


_NOTE = (
    "<p>What a cursor cannot do: jump to page 1,000, or say how many pages there are. "
    "A feed is read from the top, so nobody misses it. And a tweet that arrives late, with an older time, "
    "stands above the reader's place: it is seen at the next visit.</p>"
)


def _walk_words(by_offset: Walk, size: int) -> str:
    again, skipped = sum(len(row.again) for row in by_offset.rows), len(by_offset.skipped)
    if not again and not skipped:
        return "By offset as by cursor, each tweet comes once: nothing moved."
    return (
        f"By offset, {again or 'none'} of the {PAGES * size} tweets shown had been shown before, and "
        f"{skipped or 'none'} {'is' if skipped == 1 else 'are'} skipped for good. "
        "By cursor each comes once."
    )


def _cost_words(page: int, size: int) -> str:
    deep, flat = (entries_read(paging, page, size) for paging in PAGINGS)
    if page == 1:
        return f"Page 1 costs {deep:,} index entries either way."
    return (
        f"Page {page:,} costs {deep:,} index entries by offset and {flat:,} by cursor; "
        f"all pages up to it {format_number(_sum(page, size))} and {format_number(page * size)}."
    )


def _working(size: int, posted: int, deleted: int, page: int) -> list[tuple[str, str, str]]:
    deep, flat = (entries_read(paging, page, size) for paging in PAGINGS)
    return [
        (
            "Repeated by offset",
            f"{min(posted, size)} a time",
            "each post pushes one tweet on to the next page",
        ),
        ("Skipped by offset", f"{deleted} a time", "each deletion pulls one tweet back over the page's edge"),
        (f"Page {page:,} by offset", f"{deep:,}", f"{page:,} × {size}: what it skips is read too"),
        (f"Page {page:,} by cursor", f"{flat:,}", "the page alone: the index leads to its start"),
        ("All pages by offset", f"{_sum(page, size):,}", f"{size} × {page:,} × {page + 1:,} ÷ 2"),
        ("All pages by cursor", f"{page * size:,}", f"{size} × {page:,}"),
    ]


def _sum(page: int, size: int) -> int:
    return size * page * (page + 1) // 2


def _control(name: str, label: str, value: float, low: int, high: int, **scale: Any) -> NumberControl:
    field = Field(label, "", at_least=low, at_most=high)
    return NumberControl(name, field, value, low=low, high=high, whole=True, **{"log": False} | scale)

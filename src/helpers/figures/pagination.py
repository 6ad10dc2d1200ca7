"""Step 4: which tweets a page shows, by offset and by cursor, while the feed moves, and what page n costs."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import plotly.graph_objects as go

from helpers.figures.style import BLUE, ORANGE, VERMILION, make_figure
from helpers.models.checks import require_whole
from helpers.models.feed import Tweet
from helpers.models.pagination import entries_read
from helpers.models.paging_walk import Row, Walk, first_place

__all__ = ["DEEPEST_PAGE", "LARGEST_SHOWN", "page_cost_figure", "paging_figure"]

DEEPEST_PAGE = 1_000
"""The last page that the costs are drawn for."""
LARGEST_SHOWN = 50

_ROW = 30
_NAMES = {"offset": "By offset", "cursor": "By cursor"}


def paging_figure(walks: Mapping[str, Walk], size: int) -> go.Figure:
    """Return a row for each page of each walk, with its tweets where they stood at the start (1: newest).

    Bars are shown for the first time, diamonds again, circles were passed over and are never shown.

    >>> from helpers.models.paging_walk import busy_walk
    >>> figure = paging_figure({"offset": busy_walk("offset", 10, posted=3, deleted=2)}, 10)
    >>> figure.data[1].x
    (8, 9, 10, 27, 28, 29)
    """
    size = require_whole("size", size, at_least=1, at_most=LARGEST_SHOWN)
    rows, notes = [], []
    shown: list[_Mark] = []
    again: list[_Mark] = []
    skipped: list[_Mark] = []
    for paging, walk in walks.items():
        for number, row in enumerate(walk.rows, 1):
            name = f"{_NAMES[paging]}, page {number}"
            rows.append(name)
            shown += _marks(name, row.new, "shown")
            again += _marks(name, row.again, "shown again")
            skipped += _marks(name, row.skipped, "skipped")
            if said := _said(row):
                notes.append(_note(name, 6 * size + 1, said))
    xaxis = {
        "range": [-size, 6 * size + 1],
        "title": {"text": "Tweet, counted from the newest when the reader began"},
    }
    yaxis = {"type": "category", "categoryarray": rows, "autorange": "reversed"}
    bars = {
        "type": "bar",
        "orientation": "h",
        "name": "shown (bars)",
        "y": tuple(mark.row for mark in shown),
        "base": tuple(mark.place - 0.4 for mark in shown),
        "x": (0.8,) * len(shown),
        "hovertext": tuple(mark.words for mark in shown),
        "marker": {"color": BLUE},
        "showlegend": True,
    }
    traces = [
        bars,
        _markers("shown again (diamonds)", again, VERMILION, "diamond"),
        _markers("skipped, never shown (circles)", skipped, ORANGE, "circle"),
    ]
    return make_figure(_ROW * len(rows) + 96, xaxis, yaxis, traces, more={"annotations": notes})


def page_cost_figure(page: int, size: int) -> go.Figure:
    """Return the index entries that a page reads against its number, on log axes; `page` is marked.

    >>> figure = page_cost_figure(1_000, 20)
    >>> [trace.y[0] for trace in figure.data if trace.mode.startswith("markers")]
    [20000, 20]
    """
    page = require_whole("page", page, at_least=1, at_most=DEEPEST_PAGE)
    size = require_whole("size", size, at_least=1, at_most=LARGEST_SHOWN)
    traces: list[dict[str, Any]] = []
    for paging, colour, symbol, position in (
        ("offset", ORANGE, "circle", "top center"),
        ("cursor", BLUE, "diamond", "bottom center"),
    ):
        ends = (1, DEEPEST_PAGE)
        here = entries_read(paging, page, size)
        traces += [
            {
                "type": "scatter",
                "mode": "lines",
                "name": f"{_NAMES[paging].lower()} ({symbol})",
                "x": ends,  # straight on these axes
                "y": tuple(entries_read(paging, end, size) for end in ends),
                "line": {"color": colour, "width": 2.5},
                "showlegend": True,
            },
            {
                "type": "scatter",
                "mode": "markers+text",
                "name": f"{_NAMES[paging]}, page {page:,}",
                "x": (page,),
                "y": (here,),
                "text": (f"{here:,}",),
                "textposition": position,
                "hovertext": (f"{_NAMES[paging]}, page {page:,}: {here:,} entries",),
                "marker": {"color": colour, "symbol": symbol, "size": 12},
                "showlegend": False,
            },
        ]
    xaxis = {"type": "log", "range": [0, 3], "title": {"text": "Page number (log scale)"}}
    # Room below the smallest page for its number, and above the largest.
    yaxis = {"type": "log", "range": [-0.5, 5.5], "title": {"text": "Index entries read (log scale)"}}
    return make_figure(280, xaxis, yaxis, traces, (float(page), f"page {page:,}"))


class _Mark(NamedTuple):
    row: str
    place: int
    words: str


def _marks(row: str, tweets: Sequence[Tweet], happened: str) -> list[_Mark]:
    return [_Mark(row, place := first_place(tweet), f"{row}: tweet {place}, {happened}") for tweet in tweets]


def _said(row: Row) -> str:
    parts = [f"{len(row.again)} again"] if row.again else []
    return ", ".join(parts + ([f"{len(row.skipped)} skipped"] if row.skipped else []))


def _note(row: str, at: int, text: str) -> dict[str, Any]:
    return {"x": at, "y": row, "text": text, "showarrow": False, "xanchor": "right"}


def _markers(name: str, marks: Sequence[_Mark], colour: str, symbol: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": tuple(mark.place for mark in marks),
        "y": tuple(mark.row for mark in marks),
        "hovertext": tuple(mark.words for mark in marks),
        "marker": {"color": colour, "symbol": symbol, "size": 12},
        "showlegend": True,
    }

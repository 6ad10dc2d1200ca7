"""Step 4: what each way to merge timelines touches, and how long it took on this machine."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from helpers.figures.latency import format_nanoseconds
from helpers.figures.style import BLUE, GREEN, GREY, ORANGE, VERMILION, make_figure
from helpers.labs.merging import LOOK_UPS, PAGES, MergeReport
from helpers.models.checks import require_choice, require_number
from helpers.models.merging import Effort, effort
from helpers.models.quantities import format_number

__all__ = ["effort_figure", "merging_time_figure"]

_NONE = 10**-0.5
_MOST = 10**9
_MOST_TIMELINES = 5000
_LOOKS = {
    "heap": (BLUE, "circle"),
    "ask everyone": (ORANGE, "diamond"),
    "sort": (VERMILION, "circle"),
    LOOK_UPS: (GREY, "diamond"),
}


def effort_figure(efforts: Mapping[str, Effort]) -> go.Figure:
    """Return a row a way: the entries it reads and the comparisons it makes for a page, on a log axis.

    >>> figure = effort_figure({"heap": effort("heap", 500, 20)})
    >>> figure.data[0].x, figure.data[1].text
    ((519.0,), ('1.02 K',))
    """
    rows = list(efforts)
    ticks = [10.0**power for power in range(10)]
    xaxis = {
        "type": "log",
        "range": [-1, 9],
        "tickvals": ticks,
        "ticktext": [format_number(tick) for tick in ticks],
        "title": {"text": "For one page (log scale)"},
    }
    yaxis = {"type": "category", "categoryarray": rows, "autorange": "reversed"}
    traces = [
        _amounts("entries read (circles)", [effort.entries for effort in efforts.values()], GREEN, "circle"),
        _amounts(
            "comparisons, about (diamonds)",
            [effort.comparisons for effort in efforts.values()],
            GREY,
            "diamond",
        ),
    ]
    for trace in traces:
        trace["y"] = tuple(rows)
    return make_figure(62 * len(rows) + 96, xaxis, yaxis, traces)


def merging_time_figure(report: MergeReport, timelines: float, page: int) -> go.Figure:
    """Return the time of one page (ns) against the number of timelines, both on log axes.

    Markers were measured with pages of the size `page`, one of the lab's; a line is the way's median time for
    an entry, times the entries. The dashed line is at `timelines`.

    >>> figure = merging_time_figure(MergeReport("a laptop", ()), 500, 20)
    >>> figure.layout.shapes[0].x0, len(figure.data)
    (500.0, 0)
    """
    require_choice("page", page, PAGES)
    here = require_number("timelines", timelines, at_least=1, at_most=_MOST_TIMELINES)
    counts = [round(count) for count in np.geomspace(1, _MOST_TIMELINES, 30)]
    traces: list[dict[str, Any]] = []
    for way in report.ways:
        colour, symbol = _LOOKS[way]
        entries = [
            effort("ask everyone" if way == LOOK_UPS else way, count, page).entries for count in counts
        ]
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": f"{way} ({symbol}s)",
                "x": tuple(counts),
                "y": tuple(report.entry_ns[way] * amount for amount in entries),
                "line": {"color": colour, "width": 2},
                "showlegend": True,
            }
        )
        runs = report.of(way, page)
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": f"{way}, measured",
                "x": tuple(run.timelines for run in runs),
                "y": tuple(run.time_ns for run in runs),
                "hovertext": tuple(
                    f"{way}, {run.timelines:,} timelines: {format_nanoseconds(run.time_ns)}" for run in runs
                ),
                "marker": {"color": colour, "symbol": symbol, "size": 10},
                "showlegend": False,
            }
        )
    ticks = [10.0**power for power in range(2, 11)]
    xaxis = {"type": "log", "range": [0, 3.75], "title": {"text": f"Timelines (pages of {page})"}}
    yaxis = {
        "type": "log",
        "range": [2, 10],
        "tickvals": ticks,
        "ticktext": [format_nanoseconds(tick) for tick in ticks],
        "title": {"text": "Time for one page"},
    }
    return make_figure(340, xaxis, yaxis, traces, (here, f"{here:,.0f} timelines"))


def _amounts(name: str, amounts: list[float], colour: str, symbol: str) -> dict[str, Any]:
    words = tuple(format_number(amount) for amount in amounts)
    return {
        "type": "scatter",
        "mode": "markers+text",
        "name": name,
        # A log axis has no place for none at all: it stands left of 1.
        "x": tuple(float(min(max(amount, _NONE), _MOST)) for amount in amounts),
        "text": words,
        "textposition": "top center" if symbol == "circle" else "bottom center",
        "hovertext": tuple(f"{name}: {word}" for word in words),
        "marker": {"color": colour, "symbol": symbol, "size": 12},
        "showlegend": True,
    }

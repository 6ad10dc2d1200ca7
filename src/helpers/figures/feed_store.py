"""Step 4: feeds as they were measured on a store beside those of the cost model."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from helpers.figures.queueing import format_seconds
from helpers.figures.style import BLUE, ORANGE, make_figure
from helpers.labs.feed_comparison import COMPARED, Comparison
from helpers.models.checks import require_choice
from helpers.models.quantities import format_number

__all__ = ["comparison_figure", "format_compared"]

_HEIGHT = 430
_TIMES = (-3, 3)
_COUNTS = (-0.3, 5)
_TITLES = {
    "page read": "Time of a page read, median (log scale)",
    "delivery": "Worker's time for a post alone, median (log scale)",
    "post": "Time of the call that posts, median (log scale)",
    "operations": "Operations, mean (log scale)",
}


def comparison_figure(found: Sequence[Comparison], what: str) -> go.Figure:
    """Return a row for each comparison: a circle as measured, a diamond as modelled, on a log axis.

    `what` is one of `COMPARED`; what is off the axis stands at its edge.

    >>> figure = comparison_figure([Comparison("push", "push", 0.5, 0.1)], "page read")
    >>> [(trace.x, trace.text) for trace in figure.data]
    [((0.5,), ('500 µs',)), ((0.1,), ('100 µs',))]
    """
    low, high = _COUNTS if require_choice("what", what, COMPARED) == "operations" else _TIMES
    rows = [each.row for each in found]
    traces: list[dict[str, Any]] = []
    for name, values, colour, symbol, position in (
        ("measured (circles)", [each.measured for each in found], BLUE, "circle", "top center"),
        ("model (diamonds)", [each.predicted for each in found], ORANGE, "diamond", "bottom center"),
    ):
        words = tuple(format_compared(value, what) for value in values)
        traces.append(
            {
                "type": "scatter",
                "mode": "markers+text",
                "name": name,
                "x": tuple(min(max(value, 10.0**low), 10.0**high) for value in values),
                "y": tuple(rows),
                "text": words,
                "textposition": position,
                "hovertext": tuple(f"{row}, {name}: {word}" for row, word in zip(rows, words, strict=True)),
                "marker": {"color": colour, "symbol": symbol, "size": 12},
                "showlegend": True,
            }
        )
    ticks = [10.0**power for power in range(int(low), int(high) + 1)]
    xaxis = {
        "type": "log",
        "range": [low, high],
        "tickvals": ticks,
        "ticktext": [format_compared(tick, what) for tick in ticks],
        "title": {"text": _TITLES[what]},
    }
    yaxis = {"type": "category", "categoryarray": rows or [" "], "autorange": "reversed"}
    return make_figure(_HEIGHT, xaxis, yaxis, traces)


def format_compared(value: float, what: str) -> str:
    """Write a time (ms) with the unit that suits its size, a number of operations as it is.

    >>> format_compared(0.05, "post"), format_compared(76.0, "operations")
    ('50 µs', '76')
    """
    return format_number(value) if what == "operations" else format_seconds(value / 1e3)

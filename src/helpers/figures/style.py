"""The look all figures share: a colour-blind safe palette and axes with units."""

import math
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

__all__ = ["BLUE", "GREEN", "GREY", "ORANGE", "VERMILION", "bytes_or_count", "make_figure"]

# Okabe and Ito's palette, readable with every common colour blindness and on light and dark ground.
BLUE = "#3b8fc4"
ORANGE = "#e69f00"
VERMILION = "#d55e00"
GREEN = "#009e73"
GREY = "#8a8a8a"


def make_figure(
    height: int,
    xaxis: dict[str, Any],
    yaxis: dict[str, Any],
    traces: Sequence[dict[str, Any]],
    limit: tuple[float, str] | None = None,
    *,
    more: dict[str, Any] | None = None,
) -> go.Figure:
    """Return `traces` as a figure whose ground is transparent, so that it suits a dark theme.

    `limit` is a dashed vertical line (in data units, also on a log axis) and its name above the plot;
    `more` is what else the layout holds, shapes and annotations of a diagram for example.

    >>> figure = make_figure(300, {"type": "log"}, {}, [{"type": "bar", "x": (1, 2)}], (100.0, "full"))
    >>> figure.layout.shapes[0].x0, figure.layout.annotations[0].x
    (100.0, 2.0)
    """
    layout: dict[str, Any] = {
        "template": {},
        "height": height,
        "xaxis": xaxis,
        "yaxis": yaxis,
        "showlegend": True,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"t": 30, "r": 20},
        **(more or {}),
    }
    if limit:
        at, text = limit
        line = {"color": VERMILION, "width": 2, "dash": "dash"}
        layout["shapes"] = [
            {"type": "line", "x0": at, "x1": at, "y0": 0, "y1": 1, "yref": "paper", "line": line}
        ]
        # plotly takes a shape's place on a log axis in data units, but an annotation's as an exponent.
        place = math.log10(at) if xaxis.get("type") == "log" else at
        layout["annotations"] = [
            {"x": place, "y": 1, "yref": "paper", "text": text, "showarrow": False, "yanchor": "bottom"}
        ]
    # A slider makes a figure for every move, and checking it takes ten times as long as making it.
    # The tests check every figure instead.
    return go.Figure({"data": list(traces), "layout": layout}, _validate=False)


def bytes_or_count(unit: str) -> dict[str, str]:
    """Return the axis options that write this unit's ticks: bytes with decimal prefixes.

    >>> bytes_or_count("byte/day")
    {'ticksuffix': 'B', 'exponentformat': 'SI'}
    """
    return {"ticksuffix": "B", "exponentformat": "SI"} if unit.startswith("byte") else {}

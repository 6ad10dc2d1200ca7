"""The look all figures share: a colour-blind safe palette and axes with units."""

import math
from typing import Any

import plotly.graph_objects as go

__all__ = ["BLUE", "GREEN", "GREY", "ORANGE", "VERMILION", "bytes_or_count", "empty_figure", "limit_line"]

# Okabe and Ito's palette, readable with every common colour blindness and on light and dark ground.
BLUE = "#3b8fc4"
ORANGE = "#e69f00"
VERMILION = "#d55e00"
GREEN = "#009e73"
GREY = "#8a8a8a"


def empty_figure(height: int, xaxis: dict[str, Any], yaxis: dict[str, Any]) -> go.Figure:
    """Return a figure without traces whose ground is transparent, so that it suits a dark theme.

    >>> empty_figure(300, {"title": {"text": "reads/s"}}, {}).layout.height
    300
    """
    return go.Figure(
        layout={
            "template": "none",
            "height": height,
            "xaxis": xaxis,
            "yaxis": yaxis,
            "showlegend": True,
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "margin": {"t": 30, "r": 20},
        }
    )


def limit_line(figure: go.Figure, at: float, text: str) -> None:
    """Draw a dashed vertical line at `at` (in data units, also on a log axis), named above the plot."""
    line = {"color": VERMILION, "width": 2, "dash": "dash"}
    figure.add_shape(type="line", x0=at, x1=at, y0=0, y1=1, yref="paper", line=line)
    # plotly takes a shape's place on a log axis in data units, but an annotation's as an exponent.
    place = math.log10(at) if figure.layout.xaxis.type == "log" else at
    figure.add_annotation(x=place, y=1, yref="paper", text=text, showarrow=False, yanchor="bottom")


def bytes_or_count(unit: str) -> dict[str, str]:
    """Return the axis options that write this unit's ticks: bytes with decimal prefixes.

    >>> bytes_or_count("byte/day")
    {'ticksuffix': 'B', 'exponentformat': 'SI'}
    """
    return {"ticksuffix": "B", "exponentformat": "SI"} if unit.startswith("byte") else {}

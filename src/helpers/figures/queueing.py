"""Step 3: the hockey stick of time against utilisation, and reads and writes on one pool or two."""

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import plotly.graph_objects as go

from helpers.figures.latency import format_nanoseconds
from helpers.figures.style import BLUE, ORANGE, make_figure
from helpers.models.checks import require_numbers, require_whole
from helpers.models.quantities import format_number
from helpers.models.queue_dots import DOT_UTILISATIONS, DOTS
from helpers.models.queueing import Queue

__all__ = ["format_seconds", "hockey_stick_figure", "pools_figure"]

_TOP = 40
_MOST, _UNBOUNDED = 1e5, 10**5.25
_TICKS_MS = (0.1, 1, 10, 100, 1e3, 1e4, 1e5)
# Close together where the curves turn up.
_UTILISATIONS = 1 - np.geomspace(1, 0.01, 90)


def hockey_stick_figure(servers: int, utilisation: float) -> go.Figure:
    """Return time in the system (in service times) against utilisation (%), by theory and by simulation.

    The dashed line is at `utilisation`, or at the right edge when it is beyond.

    >>> figure = hockey_stick_figure(servers=1, utilisation=0.8)
    >>> figure.layout.shapes[0].x0
    80.0
    """
    servers = require_whole("servers", servers, at_least=1, at_most=max(DOTS))
    percent = 100 * require_numbers("utilisation", utilisation, at_least=0)
    curves = _curves(servers)
    means, percentiles = DOTS[servers]
    traces: list[dict[str, Any]] = []
    for name, curve, dots, colour, symbol in (
        ("mean", curves[0], means, BLUE, "circle"),
        ("99th percentile", curves[1], percentiles, ORANGE, "diamond"),
    ):
        shown = curve <= _TOP
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": f"{name} (line: theory, {symbol}s: simulation)",
                "x": 100 * _UTILISATIONS[shown],
                "y": curve[shown],
                "line": {"color": colour, "width": 2.5},
                "showlegend": True,
            }
        )
        inside = [(100 * at, dot) for at, dot in zip(DOT_UTILISATIONS, dots, strict=True) if dot <= _TOP]
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": f"{name}, simulated",
                "x": tuple(at for at, _ in inside),
                "y": tuple(dot for _, dot in inside),
                "hovertext": tuple(f"{name}, simulated at {at:.0f} %: {dot:g} times" for at, dot in inside),
                "marker": {"color": colour, "symbol": symbol, "size": 9},
                "showlegend": False,
            }
        )
    xaxis = {"range": [0, 110], "ticksuffix": " %", "title": {"text": "Utilisation"}}
    yaxis = {"range": [0, _TOP], "title": {"text": "Time in system (× service time)"}}
    here = (min(percent, 110.0), f"your load: {format_number(percent)} %")
    return make_figure(360, xaxis, yaxis, traces, here)


def pools_figure(
    usual_s: Mapping[str, float], storm_s: Mapping[str, float], target_s: float, factor: float
) -> go.Figure:
    """Return a row a kind and pool: its 99th percentile, usually and in the read storm, on a log axis (ms).

    Both map the same rows to seconds; an unbounded one stands right of the longest, as ∞.

    >>> figure = pools_figure({"Reads, own pool": 0.03}, {"Reads, own pool": float("inf")}, 0.1, 3)
    >>> figure.data[1].text
    ('∞',)
    """
    target_ms = 1e3 * require_numbers("target_s", target_s, above=0, unit="seconds")
    rows = list(usual_s)
    xaxis = {
        "type": "log",
        "range": [-1, 5.75],
        "tickvals": list(_TICKS_MS),
        "ticktext": [format_seconds(tick / 1e3) for tick in _TICKS_MS],
        "title": {"text": "99th percentile of the time in the system (log scale)"},
    }
    yaxis = {"type": "category", "categoryarray": rows, "autorange": "reversed"}
    traces = [
        _times(name, times, colour, symbol, position)
        for name, times, colour, symbol, position in (
            ("usual load (circles)", usual_s, BLUE, "circle", "top center"),
            (f"reads × {factor:.3g} (diamonds)", storm_s, ORANGE, "diamond", "bottom center"),
        )
    ]
    return make_figure(
        62 * len(rows) + 96, xaxis, yaxis, traces, (target_ms, f"target {format_seconds(target_s)}")
    )


def format_seconds(value: float) -> str:
    """Write a time in seconds with the unit that suits its size.

    >>> format_seconds(0.05), format_seconds(2.5), format_seconds(float("inf"))
    ('50 ms', '2.5 s', 'unbounded')
    """
    return format_nanoseconds(1e9 * value) if math.isfinite(value) else "unbounded"


@lru_cache(maxsize=len(DOTS))
def _curves(servers: int) -> tuple[Any, Any]:
    """Mean and 99th percentile at `_UTILISATIONS`; the load moves a line over them, the curves stay."""
    response = Queue(_UTILISATIONS * servers, 1.0, servers).response
    return response.mean_s, response.time_s(99)


def _times(name: str, times: Mapping[str, float], colour: str, symbol: str, position: str) -> dict[str, Any]:
    words = tuple(format_seconds(time) for time in times.values())
    # On a narrow page the text stands between the marker and the edge, where a word would be cut off.
    short = tuple("∞" if word == "unbounded" else word for word in words)
    return {
        "type": "scatter",
        "mode": "markers+text",
        "name": name,
        "x": tuple(min(1e3 * time, _MOST) if math.isfinite(time) else _UNBOUNDED for time in times.values()),
        "y": tuple(times),
        "text": short,
        "textposition": position,
        "hovertext": tuple(f"{row}, {name}: {word}" for row, word in zip(times, words, strict=True)),
        "marker": {"color": colour, "symbol": symbol, "size": 12},
        "showlegend": True,
    }

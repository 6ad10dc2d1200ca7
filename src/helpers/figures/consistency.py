"""Step 1: the freshness curve, and what reads and writes wait for it."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from helpers.figures.latency import format_nanoseconds
from helpers.figures.style import BLUE, GREEN, ORANGE, VERMILION, make_figure
from helpers.models.checks import require_numbers
from helpers.models.consistency import Staleness

__all__ = ["TIMES_MS", "format_ms", "freshness_figure", "waiting_figure"]

_LOW, _HIGH = -1, 5
TIMES_MS = np.logspace(_LOW, _HIGH, 181)
"""Times since the write (ms) that make a smooth curve: 0.1 ms to 100 s."""
TIMES_MS.flags.writeable = False

PERCENTILES = (50.0, 99.0, 99.9)
_COLOURS = (BLUE, ORANGE, GREEN, VERMILION)
_SYMBOLS = ("circle", "diamond")
_HEIGHTS = (70, 25, 85, 45)
_SIGNS = "①②③④⑤⑥⑦⑧⑨"


def freshness_figure(curves: Mapping[str, tuple[Any, Any]], after_ms: float | None = None) -> go.Figure:
    """Return the share of fresh reads (%) against the time since the write, on a log axis (ms).

    `curves` maps a name to its times (ms) and shares (0 to 1); `after_ms` is a line across them all.
    A log axis has no zero, so what happens before 0.1 ms stands at its left end.

    >>> figure = freshness_figure({"measured": (np.array([1.0, 10.0]), np.array([0.5, 1.0]))}, after_ms=10)
    >>> figure.data[0].name, figure.data[0].y.tolist()
    ('① measured', [50.0, 100.0])
    """
    ticks = [10.0**power for power in range(_LOW, _HIGH + 1)]
    xaxis = {
        "type": "log",
        "range": [_LOW, _HIGH],
        "tickvals": ticks,
        "ticktext": [format_ms(tick) for tick in ticks],
        "title": {"text": "Time since the write (log scale)"},
    }
    yaxis = {"range": [0, 105], "tickvals": [0, 25, 50, 75, 100], "title": {"text": "Fresh reads (%)"}}
    traces = []
    for number, (name, (times, shares)) in enumerate(curves.items()):
        x, y = _curve(name, times, shares)
        colour = _COLOURS[number % len(_COLOURS)]
        sign = _SIGNS[number % len(_SIGNS)]
        place, at = _mark(x, y, number, len(curves))
        line = {
            "type": "scatter",
            "name": f"{sign} {name}",
            "mode": "lines",
            "x": x,
            "y": y,
            "line": {"color": colour, "width": 2.5},
            "showlegend": True,
        }
        mark = {
            "type": "scatter",
            "name": name,
            "mode": "markers+text",
            "x": (place,),
            "y": (at,),
            "text": (sign,),
            "textposition": "top center" if at < 50 else "bottom center",
            "hovertext": (f"{name}: {at:.1f} % after {format_ms(place)}",),
            "marker": {"color": colour, "symbol": _SYMBOLS[number % 2], "size": 11},
            "showlegend": False,
        }
        traces += [line, mark]
    limit = None
    if after_ms is not None:
        after = require_numbers("after_ms", after_ms, at_least=0, unit="ms")
        limit = (min(max(after, 10.0**_LOW), 10.0**_HIGH), format_ms(after) if after else "at once")
    return make_figure(280, xaxis, yaxis, traces, limit)


def waiting_figure(result: Staleness) -> go.Figure:
    """Return a bar for the median, the 99th and the 99.9th percentile of a read and of a write (log, ms).

    >>> from helpers.models.consistency import LNKD_SSD, Quorum, staleness
    >>> waiting_figure(staleness(Quorum(3, 1, 1), LNKD_SSD)).data[0].y[:3]
    ('Read, median', 'Read, p99', 'Read, p99.9')
    """
    waits = {
        f"{operation}, {'median' if percentile == 50 else f'p{percentile:g}'}": (wait(percentile), colour)
        for operation, wait, colour in (("Read", result.read_ms, BLUE), ("Write", result.write_ms, ORANGE))
        for percentile in PERCENTILES
    }
    ticks = [10.0**power for power in range(_LOW, 5)]
    xaxis = {
        "type": "log",
        "range": [_LOW, 4],
        "tickvals": ticks,
        "ticktext": [format_ms(tick) for tick in ticks],
        "title": {"text": "How long it takes (log scale)"},
    }
    yaxis = {"type": "category", "categoryarray": list(waits), "autorange": "reversed"}
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": tuple(waits),
        "x": tuple(wait for wait, _ in waits.values()),
        "text": tuple(format_ms(wait) for wait, _ in waits.values()),
        "hovertext": tuple(f"{name}: {format_ms(wait)}" for name, (wait, _) in waits.items()),
        "marker": {"color": [colour for _, colour in waits.values()]},
        "showlegend": False,
    }
    return make_figure(220, xaxis, yaxis, [bars])


def format_ms(milliseconds: float) -> str:
    """Write a time in ms with the unit that suits its size.

    >>> format_ms(0.1), format_ms(12.34), format_ms(5000), format_ms(0)
    ('100 µs', '12.3 ms', '5 s', '0 ms')
    """
    return format_nanoseconds(1e6 * milliseconds) if milliseconds > 0 else "0 ms"


def _mark(x: np.ndarray, y: np.ndarray, number: int, count: int) -> tuple[float, float]:
    """A point of the curve for its sign, so that no curve is known by its colour alone.

    Each curve has a height of its own or, if it never comes by there, a time.
    """
    height = _HEIGHTS[number % len(_HEIGHTS)]
    if y[0] < height < y[-1]:
        return float(10 ** np.interp(height, y, np.log10(x))), float(height)
    power = _LOW + (_HIGH - _LOW) * (number + 0.5) / count
    place = min(max(10**power, float(x[0])), float(x[-1]))
    return place, float(np.interp(math.log10(place), np.log10(x), y))


def _curve(name: str, times: Any, shares: Any) -> tuple[np.ndarray, np.ndarray]:
    x = require_numbers(f"curves[{name!r}] times", np.asarray(times), at_least=0, unit="ms")
    y = require_numbers(f"curves[{name!r}] shares", np.asarray(shares), at_least=0, at_most=1)
    if x.ndim != 1 or x.shape != y.shape or (np.diff(x) < 0).any() or (np.diff(y) < 0).any():
        raise ValueError(
            f"curves[{name!r}]: times of shape {x.shape}, shares of shape {y.shape}; "
            "it must be one share for each time, and both must never fall"
        )
    return np.clip(x, 10.0**_LOW, 10.0**_HIGH), 100 * y

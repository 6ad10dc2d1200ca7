"""Step 5: how latencies are spread before and in an incident, and when an alarm goes off."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from helpers.figures.queueing import format_seconds
from helpers.figures.style import BLUE, GREEN, GREY, ORANGE, VERMILION, make_figure
from helpers.models.checks import require_number
from helpers.models.monitoring import Service

__all__ = ["alarm_figure", "latency_spread_figure"]

Floats = NDArray[np.float64]

_FASTEST, _SLOWEST = 0.0, 4.5
_LEAST, _MOST = -2.0, 1.5
_EDGES_MS = np.logspace(_FASTEST, _SLOWEST, 61)
_QUIETEST, _LOUDEST = -2.0, 3.0
_MOST_POINTS = 120
_MINUTE, _HOUR = 60.0, 3600.0
# No two alike, for the six lines of three burn rates.
_LOOKS = (
    (BLUE, "circle"),
    (ORANGE, "diamond"),
    (GREEN, "circle"),
    (GREY, "diamond"),
    (ORANGE, "circle"),
    (BLUE, "diamond"),
)


def latency_spread_figure(usual: Service, during: Service, target_ms: float) -> go.Figure:
    """Return the share of requests (%) at each latency (ms), both on log axes, usually and in the incident.

    Below the curves stand each state's mean and 99th percentile. What is off the axes stands at their edge.

    >>> figure = latency_spread_figure(Service(), Service(failed=0.5), target_ms=300)
    >>> figure.data[0].name, figure.data[2].text
    ('usually (circles)', ('mean', 'p99'))
    """
    target_ms = require_number("target_ms", target_ms, above=0, unit="ms")
    middles = np.sqrt(_EDGES_MS[1:] * _EDGES_MS[:-1])
    traces: list[dict[str, Any]] = []
    looks = (("usually", usual, BLUE, "circle", 0.09), ("in the incident", during, ORANGE, "diamond", 0.02))
    for name, service, colour, symbol, height in looks:
        shares = 100 * service.spread_of(_EDGES_MS)
        shown = np.clip(shares, 10.0**_LEAST, 10.0**_MOST)
        marked = slice(1 if symbol == "circle" else 3, None, 5)
        above = shares[marked] > 10.0**_LEAST
        traces += [
            _line(f"{name} ({symbol}s)", middles, shown, colour),
            _marks(name, middles[marked][above], shown[marked][above], colour, symbol),
        ]
        points = (service.mean_ms, service.percentile_ms(99))
        places = np.clip(points, 10.0**_FASTEST, 10.0**_SLOWEST)
        traces.append(
            {
                **_marks(name, places, (height, height), colour, symbol),
                "mode": "markers+text",
                "text": ("mean", "p99"),
                "textposition": "top center",
                "hovertext": tuple(
                    f"{name}: {what} {format_seconds(point / 1e3)}"
                    for what, point in zip(("mean", "p99"), points, strict=True)
                ),
            }
        )
    ticks = [1.0, 10.0, 100.0, 1e3, 1e4]
    xaxis = {
        "type": "log",
        "range": [_FASTEST, _SLOWEST],
        "tickvals": ticks,
        "ticktext": [format_seconds(tick / 1e3) for tick in ticks],
        "title": {"text": "Latency of a request (log scale)"},
    }
    shares_at = [0.01, 0.1, 1.0, 10.0]
    yaxis = {
        "type": "log",
        "range": [_LEAST, _MOST],
        "tickvals": shares_at,
        "ticktext": [f"{share:g} %" for share in shares_at],
        "title": {"text": "Requests (log scale)"},
    }
    place = float(np.clip(target_ms, 10.0**_FASTEST, 10.0**_SLOWEST))
    return make_figure(260, xaxis, yaxis, traces, (place, f"target {format_seconds(target_ms / 1e3)}"))


def alarm_figure(
    times_s: Floats, levels: Mapping[str, Floats], on: NDArray[np.bool_], lasts_s: float
) -> go.Figure:
    """Return what an alarm measured over its limit (log), against the time since the incident began.

    times_s, and an array of the same length for each of `levels` and for `on`, where the alarm was on.
    The incident is the grey ground; a band at the top is where the alarm was on, with a diamond where it went
    off first.

    >>> times = np.array([-60.0, 0.0, 60.0])
    >>> on = np.array([False, False, True])
    >>> figure = alarm_figure(times, {"errors": np.array([0.1, 0.1, 9.0])}, on, lasts_s=60)
    >>> figure.data[-1].hovertext
    ('goes off 1 min after the start',)
    """
    lasts_s = require_number("lasts_s", lasts_s, above=0, unit="seconds")
    span = max(lasts_s, 600.0)
    left, right = -0.25 * span, 1.75 * span
    size, word = _unit(span)
    inside = (times_s >= left) & (times_s <= right)
    times, alarm = times_s[inside], on[inside]
    step = max(1, times.size // _MOST_POINTS)
    low, high = 10.0**_QUIETEST, 10.0**_LOUDEST
    traces: list[dict[str, Any]] = []
    for place, (name, level) in enumerate(levels.items()):
        colour, symbol = _LOOKS[place % len(_LOOKS)]
        shown = np.clip(level[inside], low, high)
        # The highest of each few points, so that a short peak does not vanish between two.
        ends = np.arange(0, times.size, step)
        peaks = np.maximum.reduceat(shown, ends) if times.size else shown
        # Nobody sees the fifth digit, and all of them travel to the page at every move.
        peaks = np.round(peaks, 4)
        marked = slice(2 * place, None, 12)
        traces += [
            _line(f"{name} ({symbol}s)", times[ends] / size, peaks, colour),
            _marks(name, (times[ends] / size)[marked], peaks[marked], colour, symbol),
        ]
    first = times[alarm & (times > 0)]
    if first.size:
        traces.append(
            {
                **_marks("the alarm", (float(first[0]) / size,), (1.0,), VERMILION, "diamond"),
                "mode": "markers+text",
                "text": ("goes off",),
                "textposition": "bottom center",
                "hovertext": (f"goes off {_said(float(first[0]))} after the start",),
            }
        )
    xaxis = {
        "range": [left / size, right / size],
        "ticksuffix": f" {word}",
        "title": {"text": "Time since the incident began (grey: the incident; orange band: the alarm is on)"},
    }
    ticks = [0.01, 0.1, 1.0, 10.0, 100.0]
    yaxis = {
        "type": "log",
        "range": [_QUIETEST, _LOUDEST],
        "tickvals": ticks,
        "ticktext": [f"{tick:g} ×" for tick in ticks],
        "title": {"text": "Measured ÷ limit (log)"},
    }
    shapes = [
        _box(0, lasts_s / size, low, colour=GREY, opacity=0.18),
        *(_box(a / size, b / size, 10**2.6, colour=VERMILION, opacity=0.75) for a, b in _bands(times, alarm)),
        {
            "type": "line",
            "x0": left / size,
            "x1": right / size,
            "y0": 1,
            "y1": 1,
            "line": {"color": VERMILION, "width": 1.5, "dash": "dash"},
        },
    ]
    return make_figure(290, xaxis, yaxis, traces, more={"shapes": shapes})


def _line(name: str, x: Any, y: Any, colour: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": np.asarray(x, dtype=float),
        "y": np.asarray(y, dtype=float),
        "line": {"color": colour, "width": 2.5},
        "showlegend": True,
    }


def _marks(name: str, x: Any, y: Any, colour: str, symbol: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": np.asarray(x, dtype=float),
        "y": np.asarray(y, dtype=float),
        "hovertext": tuple(name for _ in x),
        "marker": {"color": colour, "symbol": symbol, "size": 8},
        "showlegend": False,
    }


def _box(x0: float, x1: float, y0: float, *, colour: str, opacity: float) -> dict[str, Any]:
    """A box from y0 to the top."""
    return {
        "type": "rect",
        "x0": x0,
        "x1": x1,
        "y0": y0,
        "y1": 10.0**_LOUDEST,
        "fillcolor": colour,
        "opacity": opacity,
        "line": {"color": colour, "width": 0},
    }


def _bands(times: Floats, on: NDArray[np.bool_]) -> list[tuple[float, float]]:
    """From when to when it was on, each time; a flapping alarm's last bands are left out."""
    edges = np.diff(np.concatenate([[0], on.astype(int), [0]]))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1) - 1
    return [(float(times[a]), float(times[b])) for a, b in zip(starts[:40], ends[:40], strict=True)]


def _unit(span_s: float) -> tuple[float, str]:
    return (_HOUR, "h") if span_s > 3 * _HOUR else (_MINUTE, "min")


def _said(seconds: float) -> str:
    return f"{seconds / _MINUTE:g} min"

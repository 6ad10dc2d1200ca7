"""Step 3: a service under rising load, measured dots on the curves of the queueing theory."""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from helpers.figures.queueing import format_seconds
from helpers.figures.style import BLUE, GREY, ORANGE, make_figure
from helpers.labs.load_report import LOADS, LoadReport
from helpers.labs.load_run import SHOWN
from helpers.models.checks import require_choice, require_numbers

__all__ = ["load_figure"]

_LOW, _HIGH = -2, 4
_RIGHT = 120.0


def load_figure(report: LoadReport, load: float | None = None, shown: str = "mean") -> go.Figure:
    """Return the time in the system (ms, log axis) against load (%): theory as lines, runs as markers.

    Load is arrivals × mean query without a cache, 0 to 1 and beyond; a given one is a dashed line. `shown`
    is "mean" or "99th percentile". What is off the axes stands at their edge.

    >>> figure = load_figure(LoadReport("a laptop", "SQLite", "in-process cache", "", ()), 0.8)
    >>> figure.layout.shapes[0].x0, len(figure.data)
    (80.0, 0)
    """
    require_choice("shown", shown, SHOWN)
    traces: list[dict[str, Any]] = []
    if report.queries_ms.size:
        exponential = report.exponential_ms(LOADS, shown)
        traces.append(_line("exponential queries (M/M/1)", exponential, GREY, "dot"))
    for cached, name, colour, symbol, dash in (
        (False, "no cache", BLUE, "circle", "solid"),
        (True, f"with cache, {report.hit_ratio:.0%} hits", ORANGE, "diamond", "dash"),
    ):
        if (shown, cached) in report.curves:
            traces.append(_line(f"{name}: theory (M/G/1)", report.curves[shown, cached], colour, dash))
        runs = [run for run in report.of(cached) if np.isfinite(run.load)]
        if runs:
            times = [run.shown_ms(shown) for run in runs]
            traces.append(
                {
                    "type": "scatter",
                    "mode": "markers",
                    "name": f"{name}: measured ({symbol}s)",
                    "x": tuple(min(100 * run.load, _RIGHT) for run in runs),
                    "y": tuple(float(np.clip(time, 10.0**_LOW, 10.0**_HIGH)) for time in times),
                    "hovertext": tuple(
                        f"{name}, measured at {run.load:.0%} load: {format_seconds(time / 1e3)}"
                        for run, time in zip(runs, times, strict=True)
                    ),
                    "marker": {"color": colour, "symbol": symbol, "size": 10},
                    "showlegend": True,
                }
            )
    ticks = [10.0**power for power in range(_LOW, _HIGH + 1)]
    xaxis = {"range": [0, _RIGHT + 5], "ticksuffix": " %", "title": {"text": "Load: arrivals × mean query"}}
    yaxis = {
        "type": "log",
        "range": [_LOW, _HIGH],
        "tickvals": ticks,
        "ticktext": [format_seconds(tick / 1e3) for tick in ticks],
        "title": {"text": f"Time in system, {shown}"},
    }
    place = None
    if load is not None:
        percent = 100 * require_numbers("load", load, at_least=0)
        place = (min(percent, _RIGHT), f"{percent:.0f} % load")
    return make_figure(400, xaxis, yaxis, traces, place)


def _line(name: str, times_ms: Any, colour: str, dash: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": tuple(100 * LOADS),
        "y": tuple(np.clip(times_ms, 10.0**_LOW, 10.0**_HIGH)),
        "line": {"color": colour, "width": 2.5, "dash": dash},
        "showlegend": True,
    }

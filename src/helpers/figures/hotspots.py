"""Step 5: a celebrity's tweet over time, at the database and at the busiest cache machine."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from helpers.figures.style import BLUE, GREY, VERMILION, make_figure
from helpers.models.checks import require_number
from helpers.models.hotspots import SpikeLoad
from helpers.models.quantities import format_number

__all__ = ["database_figure", "hottest_machine_figure"]

_DATABASE = (2.0, 6.0)
_MACHINE = (2.0, 7.0)
_EVERY = 12


def database_figure(runs: Mapping[str, SpikeLoad], limit: float, tweet_s: float) -> go.Figure:
    """Return the loads a second at the database over time (s), on a log axis, and what it takes.

    `runs` maps a name to what happens; the first is drawn with circles, the second with diamonds.

    >>> from helpers.models.hotspots import Spike, spike_load
    >>> figure = database_figure({"nothing done": spike_load(Spike())}, limit=10_000, tweet_s=20)
    >>> figure.data[0].name, round(max(figure.data[0].y))
    ('nothing done (circles)', 18900)
    """
    lines = {name: run.database_per_second for name, run in runs.items()}
    return _over_time(lines, limit, tweet_s, _DATABASE, "Database: loads/s")


def hottest_machine_figure(runs: Mapping[str, SpikeLoad], limit: float, tweet_s: float) -> go.Figure:
    """Return the reads a second at the busiest cache machine over time (s), on a log axis, and its limit.

    >>> from helpers.models.hotspots import Spike, spike_load
    >>> figure = hottest_machine_figure({"nothing done": spike_load(Spike())}, limit=110_000, tweet_s=20)
    >>> round(max(figure.data[0].y))
    302900
    """
    lines = {name: run.hottest_per_second for name, run in runs.items()}
    return _over_time(lines, limit, tweet_s, _MACHINE, "Busiest cache: reads/s")


def _over_time(
    lines: Mapping[str, Any], limit: float, tweet_s: float, span: tuple[float, float], title: str
) -> go.Figure:
    limit = require_number("limit", limit, above=0)
    tweet_s = require_number("tweet_s", tweet_s, at_least=0, unit="seconds")
    lasts = max(values.size for values in lines.values())
    low, high = (10.0**power for power in span)
    traces: list[dict[str, Any]] = []
    looks = ((GREY, "circle", 3), (BLUE, "diamond", 2.5))
    for (name, values), (colour, symbol, width) in zip(lines.items(), looks, strict=False):
        seconds = np.arange(values.size, dtype=float)
        drawn = np.clip(values, low, high)
        # A marker here and there, so that no line is known by its colour alone.
        marked = np.arange(values.size)[(0 if symbol == "circle" else _EVERY // 2) :: _EVERY]
        traces += [
            {
                "type": "scatter",
                "mode": "lines",
                "name": f"{name} ({symbol}s)",
                "x": seconds,
                "y": drawn,
                "line": {"color": colour, "width": width},
                "showlegend": True,
            },
            {
                "type": "scatter",
                "mode": "markers",
                "name": name,
                "x": marked,
                "y": drawn[marked],
                "hovertext": tuple(f"{name}, at {at} s: {format_number(values[at])}/s" for at in marked),
                "marker": {"color": colour, "symbol": symbol, "size": 8},
                "showlegend": False,
            },
        ]
    flat = float(np.clip(limit, low, high))
    traces.append(
        {
            "type": "scatter",
            "mode": "lines",
            "name": f"limit: {format_number(limit)}/s (flat line)",
            "x": (0, lasts),
            "y": (flat, flat),
            "line": {"color": VERMILION, "width": 1.5},
            "showlegend": True,
        }
    )
    xaxis = {"range": [0, lasts], "ticksuffix": " s", "title": {"text": "Time since the cache was restarted"}}
    ticks = [10.0**power for power in range(int(span[0]), int(span[1]) + 1)]
    yaxis = {
        "type": "log",
        "range": list(span),
        "tickvals": ticks,
        "ticktext": [format_number(tick) for tick in ticks],
        "title": {"text": title},
    }
    return make_figure(250, xaxis, yaxis, traces, (min(tweet_s, float(lasts)), "the tweet"))

"""Step 4: push, pull and hybrid side by side, and the work of a hybrid at every celebrity threshold."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from helpers.figures.queueing import format_seconds
from helpers.figures.style import BLUE, GREEN, GREY, ORANGE, VERMILION, make_figure
from helpers.models.checks import require_number
from helpers.models.fanout import FanOut
from helpers.models.fanout_threshold import EdgeBound, Threshold
from helpers.models.quantities import format_number

__all__ = ["delay_figure", "format_cores", "threshold_figure", "work_figure"]

_PARTS = {
    "deliveries": ("deliveries", BLUE),
    "look-ups": ("look-ups of lists", ORANGE),
    "celebrity look-ups": ("look-ups of celebrities", VERMILION),
    "posts": ("posts stored", GREY),
}
_FASTEST_S, _SLOWEST_S = 1e-5, 1e5
_LEAST, _MOST = 0.2, 50.0
_ONE, _ALL = 1.0, 1e9
_POINTS = 120


def work_figure(results: Mapping[str, FanOut], bound: EdgeBound) -> go.Figure:
    """Return a bar a strategy: its work by part, as a share (%) of the most work any of them takes.

    The last bar is the least that any choice between push and pull for each follow can reach.

    >>> from helpers.models.fanout_cases import TWITTER_2013, audience_of
    >>> from helpers.models.fanout import fan_out
    >>> from helpers.models.fanout_threshold import per_edge_bound
    >>> audience = audience_of(TWITTER_2013)
    >>> ways = {"Pull": fan_out(audience, strategy="pull"), "Push": fan_out(audience)}
    >>> figure = work_figure(ways, per_edge_bound(audience))
    >>> [(trace.y, trace.text) for trace in figure.data[-2:]]
    [(('Pull', 'Push'), ('101 busy cores', '4.23 busy cores')), (('Bound',), ('4.05 busy cores',))]
    """
    most = max(result.busy_cores for result in results.values()) or 1.0
    done = dict.fromkeys(results, 0.0)
    traces = []
    for part, (name, colour) in _PARTS.items():
        shares = {row: 100 * result.work[part] / most for row, result in results.items()}
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": name,
                "y": tuple(results),
                "base": tuple(done.values()),
                "x": tuple(shares.values()),
                "hovertext": tuple(
                    f"{row}, {name}: {format_cores(result.work[part])}" for row, result in results.items()
                ),
                # Beside the last part of a bar stands the whole.
                "text": tuple(format_cores(result.busy_cores) for result in results.values())
                if part == "posts"
                else ("",) * len(results),
                "marker": {"color": colour},
                "showlegend": True,
            }
        )
        done = {row: done[row] + shares[row] for row in results}
    traces.append(
        {
            "type": "bar",
            "orientation": "h",
            "name": "bound: the cheaper way for each follow",
            "y": ("Bound",),
            "x": (100 * bound.busy_cores / most,),
            "text": (format_cores(bound.busy_cores),),
            "hovertext": (f"the cheaper way for each follow: {format_cores(bound.busy_cores)}",),
            "marker": {"color": GREEN},
            "showlegend": True,
        }
    )
    xaxis = {"range": [0, 118], "ticksuffix": " %", "title": {"text": "Work, as a share of the most (%)"}}
    return make_figure(40 * (len(results) + 1) + 104, xaxis, _rows([*results, "Bound"]), traces)


def delay_figure(results: Mapping[str, FanOut], followees: float, followers: float) -> go.Figure:
    """Return a row a strategy: the time of a feed read, and until the last follower has a post (log axis).

    The reader has so many followees, the post's author so many followers. What is not delivered, because it
    is pulled, stands at the left edge; what never ends stands at the right.

    >>> from helpers.models.fanout_cases import TWITTER_2013, audience_of
    >>> from helpers.models.fanout import fan_out
    >>> figure = delay_figure({"Push": fan_out(audience_of(TWITTER_2013))}, 500, 1e6)
    >>> figure.data[0].text, figure.data[1].text
    (('259 µs',), ('3.59 s',))
    """
    read = {row: result.read_ms_of(followees) / 1e3 for row, result in results.items()}
    delivered = {row: result.delivered_s(followers) for row, result in results.items()}
    powers = range(-5, 6, 2)
    xaxis = {
        "type": "log",
        "range": [-5.6, 5.6],
        "tickvals": [10.0**power for power in powers],
        "ticktext": ["10 µs", "1 ms", "100 ms", "10 s", "17 min", "28 h"],
        "title": {"text": "Time (log scale)"},
    }
    traces = [
        _times("one feed read (circles, above)", read, BLUE, "circle", "top center"),
        _times(
            "until the last follower has the post (diamonds, below)",
            delivered,
            ORANGE,
            "diamond",
            "bottom center",
        ),
    ]
    return make_figure(62 * len(results) + 100, xaxis, _rows(list(results)), traces)


def threshold_figure(threshold: Threshold, bound: EdgeBound, celebrity_from: float) -> go.Figure:
    """Return the work of a hybrid against its celebrity threshold, both on log axes.

    The work is relative to pushing everyone. The grey line is the least any choice for each follow can reach,
    the diamond the best threshold, the dashed line the one in use.

    >>> from helpers.models.fanout_cases import TWITTER_2013, audience_of
    >>> from helpers.models.fanout_threshold import best_threshold, per_edge_bound
    >>> audience = audience_of(TWITTER_2013)
    >>> figure = threshold_figure(best_threshold(audience), per_edge_bound(audience), 1e6)
    >>> figure.data[2].text, figure.layout.shapes[0].x0
    (('least: push everyone',), 1000000.0)
    """
    celebrity_from = require_number("celebrity_from", celebrity_from, at_least=0, unit="followers")
    push = threshold.push_cores or 1.0
    inside = np.geomspace(_ONE, _ALL, _POINTS)
    # A threshold between two follower counts does what the next count does.
    at = threshold.busy_cores[np.searchsorted(threshold.thresholds, inside)]
    shares = np.clip(at / push, _LEAST, _MOST)
    best = float(np.clip(threshold.celebrity_from, _ONE, _ALL))
    if best == _ALL:
        name = "least: push everyone"
    else:
        name = "least: pull everyone" if best == _ONE else f"least: pull from {format_number(best)}"
    traces = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": "hybrid",
            "x": tuple(inside.tolist()),
            "y": tuple(shares.tolist()),
            "line": {"color": BLUE, "width": 2.5},
            "showlegend": True,
        },
        {
            "type": "scatter",
            "mode": "lines",
            "name": "bound (level line)",
            "x": (_ONE, _ALL),
            "y": (float(np.clip(bound.busy_cores / push, _LEAST, _MOST)),) * 2,
            "line": {"color": GREY, "width": 2},
            "showlegend": True,
        },
        {
            "type": "scatter",
            "mode": "markers+text",
            "name": "best threshold (diamond)",
            "x": (best,),
            "y": (float(np.clip(threshold.least_cores / push, _LEAST, _MOST)),),
            "text": (name,),
            "textposition": "top center",
            "hovertext": (f"{name}: {format_cores(threshold.least_cores)}",),
            "marker": {"color": GREEN, "symbol": "diamond", "size": 12},
            "showlegend": True,
        },
    ]
    xaxis = {
        "type": "log",
        "range": [0, 9],
        "title": {"text": "Celebrity threshold: followers from which an author is pulled (log scale)"},
    }
    yaxis = {
        "type": "log",
        "range": [math.log10(_LEAST), math.log10(_MOST)],
        "tickvals": [0.3, 1, 3, 10, 30],
        "ticktext": ["× 0.3", "× 1", "× 3", "× 10", "× 30"],
        "title": {"text": "Work (× pushing everyone)"},
    }
    here = min(max(celebrity_from, _ONE), _ALL)
    return make_figure(300, xaxis, yaxis, traces, (here, f"in use: {format_number(celebrity_from)}"))


def format_cores(cores: float) -> str:
    """Write an amount of work a second.

    >>> format_cores(4.23), format_cores(0.000412), format_cores(0)
    ('4.23 busy cores', '0.0412 % of a core', 'no work')
    """
    if cores < 0.01:
        return f"{format_number(100 * cores)} % of a core" if cores else "no work"
    return f"{format_number(cores)} busy cores"


def _rows(names: Sequence[str]) -> dict[str, Any]:
    return {"type": "category", "categoryarray": list(names), "autorange": "reversed"}


def _times(
    name: str, times_s: Mapping[str, float], colour: str, symbol: str, position: str
) -> dict[str, Any]:
    words = tuple("at once" if time == 0 else format_seconds(time) for time in times_s.values())
    return {
        "type": "scatter",
        "mode": "markers+text",
        "name": name,
        "x": tuple(float(np.clip(time, _FASTEST_S, _SLOWEST_S)) for time in times_s.values()),
        "y": tuple(times_s),
        "text": words,
        "textposition": position,
        "hovertext": tuple(f"{row}, {name}: {word}" for row, word in zip(times_s, words, strict=True)),
        "marker": {"color": colour, "symbol": symbol, "size": 12},
        "showlegend": True,
    }

"""Step 5, failover: one death as the standby sees it, and how soon against how often wrong."""

from dataclasses import replace
from typing import Any

import plotly.graph_objects as go

from helpers.figures.queueing import format_seconds
from helpers.figures.style import BLUE, GREEN, ORANGE, VERMILION, make_figure
from helpers.models.checks import require_whole
from helpers.models.failover import Heartbeat
from helpers.models.failover_simulation import Death
from helpers.models.nines import PERIODS_S, format_duration

__all__ = ["MOST_MISSES", "death_figure", "trade_off_figure"]

MOST_MISSES = 10
_SENT, _HEARD, _CLIENTS = "Active sends", "Standby notes", "Clients get"
_LEFT, _RIGHT = -3.6, 11.9
_DETECTION = (0.02, 500.0)
_BETWEEN = (1.0, 1000.0 * PERIODS_S["year"])
_LOW_BETWEEN = 10.0
"""Below this the axis is too near for a word under a marker."""
_BETWEEN_TICKS = {
    "1 s": 1, "1 min": 60, "1 h": 3600, "1 day": PERIODS_S["day"], "1 month": PERIODS_S["month"],
    "1 year": PERIODS_S["year"], "30 years": 30 * PERIODS_S["year"], "1,000 y.": _BETWEEN[1],
}  # fmt: skip
_DETECTION_TICKS = (0.1, 1, 10, 100)


def death_figure(death: Death, heartbeat: Heartbeat, *, fencing: bool = True) -> go.Figure:
    """Return one death as rows over time, in intervals: what is sent, what is noted, who answers clients.

    Misses are numbered as they are counted. Where the standby took over from a machine that lived, it answers
    from then on, and without `fencing` both do until the death.

    >>> from helpers.models.failover_simulation import one_death
    >>> figure = death_figure(one_death(Heartbeat(2, 3)), Heartbeat(2, 3))
    >>> [trace.name for trace in figure.data][:3], figure.data[2].text
    (['sent', 'heard (circles)', 'missed (diamonds)'], ('1', '2', '3'))
    """
    unit = heartbeat.interval_s
    sent = [beat for beat in death.beats if beat.due_s <= 0]
    heard = [(beat.due_s, beat.arrived_s) for beat in sent if beat.arrived_s is not None]
    missed = [(beat.due_s, count) for beat, count in _counted(death)]
    patience = heartbeat.patience_s
    traces = [
        _marks("sent", [beat.due_s / unit for beat in sent], _SENT, (BLUE, "circle")),
        _marks("heard (circles)", [at / unit for _, at in heard], _HEARD, (GREEN, "circle")),
        _marks(
            "missed (diamonds)",
            [(due + patience) / unit for due, _ in missed],
            _HEARD,
            (VERMILION, "diamond"),
            [str(count) for _, count in missed],
        ),
        *_answers(death.dies_s / unit, death.taken_over_s / unit, fencing),
    ]
    ticks = range(-2, 12, 2)
    xaxis = {
        "range": [_LEFT, _RIGHT],
        "tickvals": list(ticks),
        "ticktext": [_signed(place * unit) for place in ticks],
        "title": {"text": "Time since the last heartbeat sent"},
    }
    yaxis = {"type": "category", "categoryarray": [_SENT, _HEARD, _CLIENTS], "autorange": "reversed"}
    return make_figure(250, xaxis, yaxis, traces, (death.dies_s / unit, "it dies"))


def trade_off_figure(heartbeat: Heartbeat) -> go.Figure:
    """Return, for 1 to 10 misses allowed, the mean detection against the time between false failovers.

    Both axes are logarithmic, in seconds; what is beyond an axis stands at its edge, and of several beyond
    1,000 years only the first. The diamond is what `heartbeat` allows.

    >>> figure = trade_off_figure(Heartbeat(1, 3, loss=0.01))
    >>> len(figure.data[0].x), round(figure.data[1].x[0], 2)
    (6, 3.49)
    """
    chosen = require_whole("misses", heartbeat.misses, at_least=1, at_most=MOST_MISSES)
    points: list[tuple[float, float]] = []
    for misses in range(1, MOST_MISSES + 1):
        beat = replace(heartbeat, misses=misses)
        points.append((beat.mean_detection_s, beat.seconds_to_false_failover))
    places = [(_within(detect, _DETECTION), _within(between, _BETWEEN)) for detect, between in points]
    hover = [
        f"{misses} allowed: noticed after {format_seconds(detect)}, {_between(between)}"
        for misses, (detect, between) in enumerate(points, 1)
    ]
    # Of those beyond the axis only the first is drawn: the rest would stand on top of each other.
    drawn = [i for i in range(MOST_MISSES) if not i or points[i - 1][1] < _BETWEEN[1]]
    line = {
        "type": "scatter",
        "mode": "lines+markers+text",
        "name": "misses allowed",
        "x": tuple(places[i][0] for i in drawn),
        "y": tuple(places[i][1] for i in drawn),
        "text": tuple("" if i + 1 == chosen else str(i + 1) for i in drawn),
        "textposition": "top center",
        "hovertext": tuple(hover[i] for i in drawn),
        "line": {"color": BLUE, "width": 2},
        "marker": {"color": BLUE, "symbol": "circle", "size": 9},
        "showlegend": False,
    }
    here = {
        "type": "scatter",
        "mode": "markers+text",
        "name": "yours",
        "x": (places[chosen - 1][0],),
        "y": (places[chosen - 1][1],),
        "text": (f"{chosen} allowed",),
        "textposition": "bottom center" if places[chosen - 1][1] > _LOW_BETWEEN else "top center",
        "hovertext": (hover[chosen - 1],),
        "marker": {"color": VERMILION, "symbol": "diamond", "size": 14},
        "showlegend": False,
    }
    xaxis = {
        "type": "log",
        "range": [-1.75, 2.75],
        "tickvals": list(_DETECTION_TICKS),
        "ticktext": [format_seconds(tick) for tick in _DETECTION_TICKS],
        "title": {"text": "A death is noticed after, mean (log scale)"},
    }
    yaxis = {
        "type": "log",
        "range": [-0.3, 11.1],
        "tickvals": list(_BETWEEN_TICKS.values()),
        "ticktext": list(_BETWEEN_TICKS),
        "title": {"text": "Between two false failovers"},
    }
    return make_figure(300, xaxis, yaxis, [line, here])


def _counted(death: Death) -> list[tuple[Any, int]]:
    """Each missed heartbeat with the number of misses in a row that it makes."""
    found, count = [], 0
    for beat in death.beats:
        count = count + 1 if beat.missed else 0
        if count:
            found.append((beat, count))
    return found


def _answers(dies: float, taken_over: float, fencing: bool) -> list[dict[str, Any]]:
    """Who answers clients, as bars one after the other on the lowest row."""
    spans = [("the active answers", _LEFT, min(dies, taken_over), BLUE)]
    alone = taken_over
    if taken_over > dies:
        spans.append(("nobody answers", dies, taken_over, VERMILION))
    elif not fencing:
        spans.append(("both answer", taken_over, dies, ORANGE))
        alone = dies
    spans.append(("the standby answers", alone, _RIGHT, GREEN))
    return [
        {
            "type": "bar",
            "orientation": "h",
            "name": name,
            "y": (_CLIENTS,),
            "base": (start,),
            "x": (max(0.0, end - start),),
            "hovertext": (name,),
            "marker": {"color": colour},
            "showlegend": True,
        }
        for name, start, end, colour in spans
    ]


def _marks(
    name: str, places: list[float], row: str, look: tuple[str, str], texts: list[str] | None = None
) -> dict[str, Any]:
    colour, symbol = look
    marks: dict[str, Any] = {
        "type": "scatter",
        "mode": "markers+text" if texts else "markers",
        "name": name,
        "x": tuple(places),
        "y": (row,) * len(places),
        "hovertext": (name,) * len(places),
        "marker": {"color": colour, "symbol": symbol, "size": 11},
        "showlegend": row != _SENT,
    }
    return marks | ({"text": tuple(texts), "textposition": "top center"} if texts else {})


def _between(seconds: float) -> str:
    if seconds > _BETWEEN[1]:
        return "wrong less than once in 1,000 years"
    return f"wrong every {format_duration(seconds)}"


def _signed(seconds: float) -> str:
    return f"−{format_seconds(-seconds)}" if seconds < 0 else format_seconds(seconds) if seconds else "0"


def _within(value: float, ends: tuple[float, float]) -> float:
    return min(max(value, ends[0]), ends[1])

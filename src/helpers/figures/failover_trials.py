"""Step 5, failover: measured deaths beside the soonest and the latest takeover that the model expects."""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from helpers.figures.style import BLUE, GREY, ORANGE, make_figure
from helpers.labs.failover_report import FailoverReport
from helpers.labs.reports import readable

__all__ = ["failover_trials_figure"]

_ROOM = 1.35


def failover_trials_figure(report: FailoverReport) -> go.Figure:
    """Return for each trial when the death was noticed and answered again, in ms, and what was expected.

    Times start at the death. The lines are the soonest and the latest takeover that the model has. The first
    answer is drawn a little to the right, where it would hide the other.

    >>> from helpers.models.failover import Heartbeat
    >>> figure = failover_trials_figure(FailoverReport("a laptop", "", Heartbeat(0.05), 400, ()))
    >>> len(figure.data), figure.data[1].y
    (2, (200.0, 200.0))
    """
    trials = report.trials
    right = max(len(trials), 1) + 0.5
    first, last = report.expected_ms
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": f"{name} expected: {readable(value)} ms",
            "x": (0.5, right),
            "y": (value, value),
            "line": {"color": colour, "width": 2},
            "showlegend": True,
        }
        for name, value, colour in (("soonest", first, GREY), ("latest", last, GREY))
    ]
    for name, values, colour, symbol, aside in (
        ("noticed (circles)", [trial.detection_ms for trial in trials], BLUE, "circle", 0.0),
        ("answered again (diamonds)", [trial.recovery_ms for trial in trials], ORANGE, "diamond", 0.25),
    ):
        seen = [(place, value) for place, value in enumerate(values, 1) if np.isfinite(value)]
        if seen:
            traces.append(
                {
                    "type": "scatter",
                    "mode": "markers",
                    "name": name,
                    "x": tuple(place + aside for place, _ in seen),
                    "y": tuple(value for _, value in seen),
                    "hovertext": tuple(f"trial {place}: {readable(value)} ms" for place, value in seen),
                    "marker": {"color": colour, "symbol": symbol, "size": 10},
                    "showlegend": True,
                }
            )
    measured = [value for trace in traces for value in trace["y"]]
    places = range(1, len(trials) + 1)
    xaxis = {"range": [0.5, right], "tickvals": list(places), "title": {"text": "Trial"}}
    yaxis = {"range": [0, _ROOM * max(last, *measured)], "title": {"text": "After the death (ms)"}}
    return make_figure(320, xaxis, yaxis, traces)

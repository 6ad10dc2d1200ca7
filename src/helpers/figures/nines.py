"""Step 1, availability: the downtime a target allows, beside what a row of components takes of it."""

from collections.abc import Mapping

import plotly.graph_objects as go

from helpers.figures.style import BLUE, VERMILION, make_figure
from helpers.models.checks import require_numbers
from helpers.models.nines import PERIODS_S, format_duration

__all__ = ["downtime_figure", "exceeds"]

_YEAR_S = PERIODS_S["year"]
_TICKS = {1: "1 s", 60: "1 min", 3600: "1 h", PERIODS_S["day"]: "1 day"}
_TICKS |= {PERIODS_S["month"]: "1 month", _YEAR_S: "1 year"}
_LOW, _HIGH = -0.5, 7.9  # exponents of ten in seconds; room for the last tick's words beyond a year


def downtime_figure(rows: Mapping[str, float], allowed_s: float) -> go.Figure:
    """Return a bar for each row's downtime a year (s) on a log axis, and what the target allows as a line.

    >>> figure = downtime_figure({"One component": 31_536.0, "6 in a row": 188_743.6}, allowed_s=31_536)
    >>> figure.data[0].text
    ('8 h 46 min', '2 days 4 h: over')
    """
    allowed = require_numbers("allowed_s", allowed_s, above=0, at_most=_YEAR_S, unit="s")
    times = [
        require_numbers(row, value, at_least=0, at_most=_YEAR_S, unit="s") for row, value in rows.items()
    ]
    over = [exceeds(value, allowed) for value in times]
    names = list(rows)
    xaxis = {
        "type": "log",
        "range": [_LOW, _HIGH],
        "tickvals": list(_TICKS),
        "ticktext": list(_TICKS.values()),
        "title": {"text": "Downtime a year (log scale)"},
    }
    yaxis = {"type": "category", "categoryarray": names, "autorange": "reversed"}
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": tuple(names),
        "x": tuple(max(value, 10**_LOW) for value in times),
        "text": tuple(
            format_duration(value) + (": over" if late else "")
            for value, late in zip(times, over, strict=True)
        ),
        "hovertext": tuple(
            f"{name}: {format_duration(value)} a year" for name, value in zip(names, times, strict=True)
        ),
        "marker": {"color": tuple(VERMILION if late else BLUE for late in over)},
        "showlegend": False,
    }
    return make_figure(44 * len(names) + 84, xaxis, yaxis, [bars], (allowed, "what the target allows"))


def exceeds(value_s: float, allowed_s: float) -> bool:
    """Say whether a downtime is over what is allowed, by more than rounding.

    >>> exceeds(60.0, 60.0), exceeds(61.0, 60.0)
    (False, True)
    """
    return value_s > allowed_s * (1 + 1e-6)

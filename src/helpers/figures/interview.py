"""The whole interview: the levels reached over the attempts, and the time each phase took."""

from collections.abc import Sequence

import plotly.graph_objects as go

from helpers.figures.style import BLUE, GREY, ORANGE, make_figure
from helpers.models.checklist import CHECKLIST, pace
from helpers.models.checks import require_whole

__all__ = ["history_figure", "phases_figure"]


def history_figure(names: Sequence[str], totals: Sequence[int], most: int) -> go.Figure:
    """Return the sum of levels of each attempt, oldest first, of `most` that can be reached.

    >>> history_figure(["Pastebin", "Chat"], [9, 12], most=18).data[0].y
    (9, 12)
    """
    for total in totals:
        require_whole("totals", total, at_least=0, at_most=most)
    if len(names) != len(totals):
        raise ValueError(f"names: there are {len(names)}, but {len(totals)} totals; each needs one")
    places = tuple(range(1, len(totals) + 1))
    looks = {"marker": {"color": BLUE}, "line": {"color": BLUE, "width": 2}, "showlegend": False}
    line = {
        "type": "scatter",
        "mode": "lines+markers+text" if len(totals) <= 12 else "lines+markers",
        "name": "levels",
        "x": places,
        "y": tuple(totals),
        "text": tuple(str(total) for total in totals),
        "hovertext": tuple(f"{name}: {total} of {most}" for name, total in zip(names, totals, strict=True)),
        **looks,
    }
    last = max(2, len(totals))
    ticks = [place for place in places if len(places) <= 12 or place % (1 + len(places) // 12) == 0]
    xaxis = {
        "range": [0.5, last + 0.5],
        "tickvals": ticks or [1],
        "ticktext": [str(tick) for tick in ticks or [1]],
        "title": {"text": "Attempt"},
    }
    yaxis = {"range": [0, most * 1.1], "title": {"text": f"Sum of levels (of {most})"}}
    return make_figure(260, xaxis, yaxis, [line])


def phases_figure(spent_s: Sequence[float], slot_min: float) -> go.Figure:
    """Return the minutes that each phase took beside the minutes it has in this slot.

    >>> figure = phases_figure((300, 300, 600, 900, 360), 45)
    >>> figure.data[1].x
    (5.0, 5.0, 10.0, 15.0, 6.0)
    """
    titles = tuple(phase.title for phase in CHECKLIST)
    planned = pace(slot_min)
    used = tuple(seconds / 60 for seconds in spent_s)
    rows = [row for title in titles for row in (f"{title}: used", f"{title}: planned")]

    def bars(name: str, minutes: Sequence[float], ending: str, colours: Sequence[str]) -> dict[str, object]:
        return {
            "type": "bar",
            "orientation": "h",
            "name": name,
            "x": tuple(minutes),
            "y": tuple(f"{title}: {ending}" for title in titles),
            "text": tuple(f"{each:.1f} min" for each in minutes),
            "marker": {"color": tuple(colours)},
            "showlegend": False,
        }

    late = [ORANGE if mine > plan + 1 / 60 else BLUE for mine, plan in zip(used, planned, strict=True)]
    traces = [bars("planned", planned, "planned", [GREY] * len(titles)), bars("used", used, "used", late)]
    most = 1.25 * max(*planned, *used)
    xaxis = {"range": [0, most], "ticksuffix": " min", "title": {"text": "Minutes (orange: over)"}}
    yaxis = {"type": "category", "categoryarray": rows, "autorange": "reversed"}
    return make_figure(30 + 26 * len(rows), xaxis, yaxis, traces)

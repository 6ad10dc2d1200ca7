"""Step 1: where the minutes go, before the contract and after it."""

import math
from collections.abc import Collection, Sequence

import plotly.graph_objects as go

from helpers.figures.style import BLUE, GREY, ORANGE, make_figure
from helpers.models.requirements import (
    DESIGN_MIN,
    FEATURE_MIN,
    HEARING_MIN,
    QUESTION_MIN,
    TIME_BOX_MIN,
    minutes_each,
    minutes_spent,
)

__all__ = ["clock_figure", "shares_figure"]


def clock_figure(features: int, questions: int, longest_min: float = 20) -> go.Figure:
    """Return the minutes of step 1, one part after another, with the end of its time box as a line.

    `longest_min` is where the axis ends.

    >>> clock_figure(3, 8).data[0].x
    (1.0, 3.0, 4.0)
    """
    minutes_spent(features, questions)  # refuses what is no count
    parts = {
        "Hear the prompt": HEARING_MIN,
        "Agree on features": FEATURE_MIN * features,
        "Ask questions": QUESTION_MIN * questions,
    }
    lengths = tuple(parts.values())
    rows = list(parts)
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": tuple(rows),
        "base": tuple(sum(lengths[:place], 0.0) for place in range(len(lengths))),
        "x": lengths,
        "text": tuple(f"{length:g} min" for length in lengths),
        "marker": {"color": (GREY, BLUE, ORANGE)},
        "showlegend": False,
    }
    end = math.ceil(max(longest_min, TIME_BOX_MIN[1] + 1))
    xaxis = {"range": [0, end], "title": {"text": "Step 1 so far (minutes, our assumption)"}}
    yaxis = {"type": "category", "categoryarray": rows, "autorange": "reversed"}
    return make_figure(178, xaxis, yaxis, [bars], (TIME_BOX_MIN[1], f"{TIME_BOX_MIN[1]} min"))


def shares_figure(candidates: Sequence[str], taken: Collection[str]) -> go.Figure:
    """Return the minutes of steps 3 and 4 left for each feature taken; one row a candidate, in their order.

    >>> shares_figure(["Post tweets", "Edit profile"], {"Post tweets"}).data[0].x
    (25.0,)
    """
    names = tuple(name for name in candidates if name in taken)
    least, most = minutes_each(len(names)) if names else (0.0, 0.0)
    words = f"{least:.2g} to {most:.2g} min"
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "name": name,
            "y": names,
            "base": (base,) * len(names),
            "x": (length,) * len(names),
            "text": (text,) * len(names),
            "hovertext": (words,) * len(names),
            "marker": {"color": colour},
            "showlegend": True,
        }
        for name, base, length, text, colour in (
            (f"of {DESIGN_MIN[0]} min in all", 0.0, least, "", BLUE),
            (f"of {DESIGN_MIN[1]} min in all", least, most - least, words, GREY),
        )
    ]
    xaxis = {
        "range": [0, DESIGN_MIN[1] + 5],
        "title": {"text": "Left for each feature in steps 3 and 4 (minutes)"},
    }
    yaxis = {"type": "category", "categoryarray": list(candidates), "autorange": "reversed"}
    return make_figure(28 * len(candidates) + 78, xaxis, yaxis, traces)

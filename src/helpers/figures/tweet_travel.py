"""Step 4: where a tweet is on its way, as boxes and arrows, with a dot for each copy drawn."""

from typing import Any

import plotly.graph_objects as go

from helpers.figures.style import BLUE, GREEN, GREY, make_figure
from helpers.models.checks import require_whole
from helpers.models.quantities import format_number
from helpers.models.tweet_travel import STAGES, Journey

__all__ = ["tweet_travel_figure"]

_COLUMNS, _ROWS = 3.0, 4.0
_HEIGHT = 376
_LINE = 0.17
# How far a name stands above the middle of its box, and the copy below it.
_ABOVE = 0.11
_WIDTH, _TALL = 0.8, 0.56
_BOXES = {
    "author": (0.5, 0.42),
    "write API": (1.5, 0.42),
    "queue": (1.5, 1.36),
    "worker": (0.5, 1.36),
    "read API": (1.5, 3.58),
    "follower": (0.5, 3.58),
}
_TITLES = {
    "author": "Author",
    "write API": "API, writes",
    "queue": "Queue",
    "worker": "Worker",
    "read API": "API, reads",
    "follower": "Follower",
}
# The follower's own list is the last to be filled, and stands above the API that reads it.
_LISTS_Y, _LIST_TALL = 2.4, 0.5
_LISTS = (0.24, 0.62, 1.0)
_OWN_LIST = 1.62
_STORE = (2.52, 2.0)
_STORE_WIDTH, _STORE_TALL = 0.84, 3.72
_AUTHORS = {"this author": 0.86, "a celebrity": 1.56, "a friend": 2.26}
# Ends of the arrows.
_ARROWS = {
    ("author", "write API"): ((0.9, 0.42), (1.1, 0.42)),
    ("write API", "tweets"): ((1.9, 0.42), (2.1, 0.42)),
    ("write API", "queue"): ((1.5, 0.7), (1.5, 1.08)),
    ("queue", "worker"): ((1.1, 1.36), (0.9, 1.36)),
    ("follower", "read API"): ((0.9, 3.58), (1.1, 3.58)),
    ("read API", "lists"): ((_OWN_LIST, 3.3), (_OWN_LIST, _LISTS_Y + _LIST_TALL / 2)),
    ("read API", "tweets"): ((1.9, 3.58), (2.1, 3.58)),
}
_FAN = {place: ((0.5, 1.64), (place, _LISTS_Y - _LIST_TALL / 2)) for place in (*_LISTS, _OWN_LIST)}

_Parts = list[dict[str, Any]]
_Point = tuple[float, float]


def tweet_travel_figure(journey: Journey, step: int) -> go.Figure:
    """Return the places of a tweet's journey at a step from 1 on: what this step touches is green and thick.

    Each box says its state; a dot is a copy of the tweet. Three followers' lists and the follower's own
    stand for all. Dashed arrows are those nobody waits for.

    >>> from helpers.models.tweet_travel import journey
    >>> figure = tweet_travel_figure(journey("push", 31_000_000), step=5)
    >>> [note.text for note in figure.layout.annotations if "of 31 M" in note.text]
    ['15.5 M of 31 M lists']
    """
    step = require_whole("step", step, at_least=1, at_most=len(journey.steps))
    now = journey.steps[step - 1]
    touched = {place for flow in now.flows for place in flow}
    shapes: _Parts = []
    notes: _Parts = []
    _arrows(now.flows, shapes, notes)
    states = _states(journey, step)
    for place, middle in _BOXES.items():
        shapes.append(_box(middle, _WIDTH, _TALL, place in touched))
        notes += _texts(middle, [_TITLES[place], states[place]])
    copies = _lists(journey, step, "lists" in touched, shapes, notes)
    copies += _store(journey, step, "tweets" in touched, shapes, notes)
    dots = {
        "type": "scatter",
        "mode": "markers",
        "name": "a copy of the tweet, or of its id",
        "x": tuple(x for x, _ in copies),
        "y": tuple(y for _, y in copies),
        "hovertext": ("a copy of the tweet",) * len(copies),
        "marker": {"color": BLUE, "size": 11},
        "showlegend": True,
    }
    title = {"text": f"A tweet's way by {journey.strategy}, step {step} of {len(journey.steps)}"}
    xaxis = {"range": [0, _COLUMNS], "visible": False, "title": title}
    yaxis = {"range": [_ROWS, 0], "visible": False}
    margin = {"l": 4, "r": 4, "t": 28, "b": 4}
    drawn = {"shapes": shapes, "annotations": notes, "margin": margin}
    return make_figure(_HEIGHT, xaxis, yaxis, [dots], more=drawn)


def _arrows(flows: tuple[tuple[str, str], ...], shapes: _Parts, notes: _Parts) -> None:
    """Draw every way a tweet can go, and those of this step last, over the others."""
    lit = {flow: _ARROWS.get(flow) or _turned(flow) for flow in flows if flow != ("worker", "lists")}
    resting = [flow for flow in _ARROWS if flow not in flows and flow[::-1] not in flows]
    fan_is_lit = ("worker", "lists") in flows
    arrows = [(_ARROWS[flow], flow, False) for flow in resting]
    arrows += [(ends, ("worker", "lists"), fan_is_lit) for ends in _FAN.values()]
    arrows += [(ends, flow, True) for flow, ends in lit.items()]
    for ((x0, y0), (x1, y1)), flow, is_lit in arrows:
        colour, width = (GREEN, 4) if is_lit else (GREY, 1.5)
        nobody_waits = flow in (("queue", "worker"), ("worker", "lists"))
        line = {"color": colour, "width": width} | ({"dash": "dash"} if nobody_waits else {})
        shapes.append({"type": "line", "x0": x0, "y0": y0, "x1": x1, "y1": y1, "line": line})
        ends = {"x": x1, "y": y1, "ax": x0, "ay": y0, "xref": "x", "yref": "y", "axref": "x", "ayref": "y"}
        head = {"text": "", "showarrow": True, "arrowhead": 2, "arrowcolor": colour, "arrowwidth": width}
        notes.append(ends | head)


def _turned(flow: tuple[str, str]) -> tuple[_Point, _Point]:
    """The answer to a request goes back the way the request came."""
    start, end = _ARROWS[flow[1], flow[0]]
    return end, start


def _states(journey: Journey, step: int) -> dict[str, str]:
    done = STAGES[:step]
    unused = "" if journey.is_delivered else "not used"
    return {
        "author": "goes on" if "answer" in done else "waits",
        "write API": "201 Created" if "answer" in done else "",
        "queue": unused or ("a message" if done[-1] in ("queue", "answer") else "empty"),
        "worker": unused or {"half": "delivers", "last": "is done"}.get(done[-1], "idle"),
        "read API": {"look up": "looks up", "merge": "200 OK"}.get(done[-1], ""),
        "follower": {"look up": "waits", "merge": "has seen it"}.get(done[-1], "not seen yet"),
    }


def _lists(journey: Journey, step: int, is_lit: bool, shapes: _Parts, notes: _Parts) -> list[_Point]:
    """Draw the followers' lists, and return where copies of the tweet are."""
    now = journey.steps[step - 1]
    read = now.stage in ("look up", "merge")
    for x in _LISTS:
        shapes.append(_box((x, _LISTS_Y), 0.32, _LIST_TALL, is_lit and not read))
    shapes.append(_box((_OWN_LIST, _LISTS_Y), 0.56, _LIST_TALL, is_lit))
    full = now.delivered == journey.followers
    notes.append(_note(_OWN_LIST, _LISTS_Y - _ABOVE * full, "own list", 600) | {"name": "in a box"})
    total = format_number(journey.followers)
    held = f"{format_number(now.delivered)} of {total} lists"
    notes += [_note(1.25, _LISTS_Y, "…", 600), _note(0.66, _LISTS_Y + 0.46, held, 600)]
    filled = [(x, _LISTS_Y) for x in _LISTS]
    own = [(_OWN_LIST, _LISTS_Y + _ABOVE)]
    if not now.delivered:
        return []
    # Two of the three boxes, while about half of all lists hold it.
    return filled + own if full else filled[:2]


def _store(journey: Journey, step: int, is_lit: bool, shapes: _Parts, notes: _Parts) -> list[_Point]:
    """Draw the tweets by author, and return where the tweet is."""
    x, middle = _STORE
    now = journey.steps[step - 1]
    shapes.append(_box((x, middle), _STORE_WIDTH, _STORE_TALL, is_lit))
    notes.append(_note(x, 0.36, "Tweets", 600) | {"name": "in a box"})
    is_stored = step >= STAGES.index("store") + 1
    looked_up = now.stage == "look up" and is_lit
    famous = journey.strategy == "hybrid"
    for name, y in _AUTHORS.items():
        asked = looked_up and not (
            famous and (name == "a friend" or (name == "this author" and journey.is_delivered))
        )
        stored = now.stage == "store" and name == "this author"
        shapes.append(_box((x, y), 0.7, 0.52, asked or stored))
        above = _ABOVE if name == "this author" and is_stored else 0
        notes.append(_note(x, y - above, name, 400) | {"name": "in a box"})
    more = f"… {format_number(journey.followees)} in all"
    notes.append(_note(x, 2.78, more, 400) | {"name": "in a box"})
    if looked_up:
        asked_for = journey.asked - 1 if famous else journey.asked
        notes.append(_note(x, 3.52, f"{format_number(asked_for)} look-ups", 600) | {"name": "in a box"})
    return [(x, _AUTHORS["this author"] + _ABOVE)] if is_stored else []


def _box(middle: _Point, width: float, tall: float, is_lit: bool) -> dict[str, Any]:
    (x, y), line = middle, {"color": GREEN if is_lit else GREY, "width": 4 if is_lit else 1.5}
    ends = {"x0": x - width / 2, "x1": x + width / 2, "y0": y - tall / 2, "y1": y + tall / 2}
    fill = "rgba(0,158,115,0.16)" if is_lit else "rgba(138,138,138,0.10)"
    return {"type": "rect", **ends, "fillcolor": fill, "line": line}


def _texts(middle: _Point, lines: list[str]) -> _Parts:
    written = [line for line in lines if line]
    (x, y), last = middle, len(written) - 1
    return [
        _note(x, y + (place - last / 2) * _LINE, text, 400 if place else 600) | {"name": "in a box"}
        for place, text in enumerate(written)
    ]


def _note(x: float, y: float, text: str, weight: int) -> dict[str, Any]:
    return {"x": x, "y": y, "text": text, "showarrow": False, "font": {"size": 12, "weight": weight}}

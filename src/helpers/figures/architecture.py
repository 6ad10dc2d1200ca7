"""Step 3: an architecture as boxes and arrows, each box with how full its component is."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import plotly.graph_objects as go

from helpers.figures.layered_layout import Layout, Point, layered_layout
from helpers.figures.style import BLUE, GREEN, GREY, ORANGE, VERMILION, make_figure
from helpers.models.architecture import Flow
from helpers.models.architecture_load import ComponentLoad, Load
from helpers.models.quantities import format_number
from helpers.models.verdicts import TIGHT

__all__ = ["architecture_figure"]

# As wide as "Read replicas" on a screen of 480 px.
_WIDTH, _HEIGHT = 0.95, 0.66
_ROW_PX, _LINE_PX = 84, 15
_LETTERS, _MOST_LETTERS = 12, 18
_FULL, _MANY = 1.0, 10

_Parts = list[dict[str, Any]]


def architecture_figure(
    load: Load, lit: Sequence[Flow] = (), *, columns: float = 0, rows: int = 0
) -> go.Figure:
    """Return the block diagram with the load in it; arrows of the path `lit` are thick and numbered.

    A box is blue below half full, orange above, vermilion when full, grey where no limit is known, and says
    so in its last line. `columns` and `rows` keep the picture its size: a smaller design stands in the
    middle of that room, a taller one is drawn in lower rows.

    >>> from helpers.models.architecture_load import Demand, carry
    >>> from helpers.models.architectures import SMALLEST
    >>> figure = architecture_figure(carry(SMALLEST, Demand(reads_per_second=35_000)))
    >>> [note.text for note in figure.layout.annotations if note.text]
    ['Clients', '35 K/s', 'Primary', 'database', '50 % full']
    """
    layout = layered_layout(load.architecture, _WIDTH, _HEIGHT)
    height = _ROW_PX * (rows or layout.rows) + 8
    columns, rows = max(columns, layout.columns), max(rows, layout.rows)
    shift = ((columns - layout.columns) / 2, (rows - layout.rows) / 2)
    shapes, notes = _arrows(load, layout, lit, shift)
    for name, (x, y) in layout.boxes.items():
        middle = (x + shift[0], y + shift[1])
        shapes.append(_box(load[name], middle))
        notes += _texts(load[name], middle, rows * _LINE_PX / height)
    title = {"text": f"Block diagram: {load.architecture.name}"}
    xaxis = {"range": [0, columns], "visible": False, "title": title}
    yaxis = {"range": [rows, 0], "visible": False}
    margin = {"l": 4, "r": 4, "t": 4, "b": 4}
    drawn = {"shapes": shapes, "annotations": notes, "margin": margin}
    return make_figure(height, xaxis, yaxis, [], more=drawn)


def _arrows(load: Load, layout: Layout, lit: Sequence[Flow], shift: Point) -> tuple[_Parts, _Parts]:
    """Return the shafts of the arrows as shapes, and their heads and numbers as annotations."""
    shapes: _Parts = []
    notes: _Parts = []
    waited = {(flow.source, flow.target) for flow in load.architecture.flows if flow.waits}
    steps = {pair: i for i, pair in enumerate(dict.fromkeys((flow.source, flow.target) for flow in lit), 1)}
    for pair, points in sorted(layout.arrows.items(), key=lambda item: item[0] in steps):
        colour, width = (GREEN, 4) if pair in steps else (GREY, 1.5)
        line = {"color": colour, "width": width} | ({} if pair in waited else {"dash": "dash"})
        moved = [(x + shift[0], y + shift[1]) for x, y in points]
        for (x0, y0), (x1, y1) in pairwise(moved):
            shapes.append({"type": "line", "x0": x0, "y0": y0, "x1": x1, "y1": y1, "line": line})
        # Only the head is an annotation: plotly cannot dash the shaft of one.
        notes.append(_head(moved[-2], moved[-1]) | {"arrowcolor": colour, "arrowwidth": width})
        if pair in steps:
            (x0, y0), (x1, y1) = moved[:2]
            notes.append(_note((x0 + x1) / 2, (y0 + y1) / 2, str(steps[pair]), 700))
    return shapes, notes


def _box(load: ComponentLoad, middle: Point) -> dict[str, Any]:
    colour = _colour(load)
    full = load.utilisation is not None and load.utilisation >= _FULL
    (x, y), line = middle, {"color": colour, "width": 4 if full else 2}
    ends = {"x0": x - _WIDTH / 2, "x1": x + _WIDTH / 2, "y0": y - _HEIGHT / 2, "y1": y + _HEIGHT / 2}
    return {"type": "rect", **ends, "fillcolor": _tint(colour), "line": line}


def _texts(load: ComponentLoad, middle: Point, pitch: float) -> _Parts:
    lines = [*_name(load), _fullness(load)]
    (x, y), last = middle, len(lines) - 1
    return [
        _note(x, y + (place - last / 2) * pitch, text, 400 if place == last else 600) | {"name": "in a box"}
        for place, text in enumerate(lines)
    ]


def _name(load: ComponentLoad) -> list[str]:
    component = load.component
    count = f"{component.replicas:,} × " if component.replicas > 1 else ""
    words = f"{count}{component.title}".split()
    lines = next(
        (lines for letters in range(_LETTERS, _MOST_LETTERS) if len(lines := _wrapped(words, letters)) < 3),
        _wrapped(words, _MOST_LETTERS),
    )
    # There is room for two lines.
    lines = lines if len(lines) < 3 else [lines[0], f"{lines[1]} …"]
    return [line if len(line) <= _MOST_LETTERS else f"{line[: _MOST_LETTERS - 1]}…" for line in lines]


def _wrapped(words: Sequence[str], letters: int) -> list[str]:
    lines = [words[0]]
    for word in words[1:]:
        if len(lines[-1]) + len(word) < letters:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _fullness(load: ComponentLoad) -> str:
    if load.utilisation is None:
        return f"{format_number(load.requests_per_second, 2)}/s" if load.requests_per_second else "idle"
    if load.utilisation >= _MANY:
        return f"{format_number(load.utilisation, 2)} × full"
    percent = 100 * load.utilisation
    return f"{'< 0.1' if 0 < percent < 0.1 else format_number(percent, 2)} % full"


def _colour(load: ComponentLoad) -> str:
    if load.utilisation is None:
        return GREY
    return VERMILION if load.utilisation >= _FULL else ORANGE if load.utilisation > TIGHT else BLUE


def _tint(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.16)"


def _note(x: float, y: float, text: str, weight: int) -> dict[str, Any]:
    return {"x": x, "y": y, "text": text, "showarrow": False, "font": {"size": 12, "weight": weight}}


def _head(start: Point, end: Point) -> dict[str, Any]:
    ends = {"x": end[0], "y": end[1], "ax": start[0], "ay": start[1]}
    axes = {"xref": "x", "yref": "y", "axref": "x", "ayref": "y"}
    return {**ends, **axes, "text": "", "showarrow": True, "arrowhead": 2}

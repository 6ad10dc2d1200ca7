"""Steps 3 and 5: a block diagram as shapes and annotations: boxes with a line of status, and arrows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import plotly.graph_objects as go

from helpers.figures.layered_layout import Layout, Point, layered_layout
from helpers.figures.style import GREEN, GREY, make_figure
from helpers.models.architecture import Architecture, Component, Flow

__all__ = ["Box", "block_diagram"]

# As wide as "Read replicas" on a screen of 480 px.
_WIDTH, _HEIGHT = 0.95, 0.66
_ROW_PX, _LINE_PX = 84, 15
_LETTERS, _MOST_LETTERS = 12, 18

_Parts = list[dict[str, Any]]


@dataclass(frozen=True)
class Box:
    """How a component's box is drawn: its last line, its colour, a thick border, a cross through it."""

    status: str
    colour: str
    thick: bool = False
    crossed: bool = False


def block_diagram(
    architecture: Architecture,
    boxes: Mapping[str, Box],
    lit: Sequence[Flow] = (),
    *,
    columns: float = 0,
    rows: int = 0,
) -> go.Figure:
    """Return the diagram with a box for each component, by name; arrows of `lit` are thick and numbered.

    `columns` and `rows` keep the picture its size: a smaller design stands in the middle of that room, a
    taller one is drawn in lower rows.

    >>> from helpers.models.architectures import SMALLEST
    >>> figure = block_diagram(SMALLEST, {"Client": Box("", GREY), "DB": Box("down", GREEN, crossed=True)})
    >>> [note.text for note in figure.layout.annotations if note.text]
    ['Clients', 'Primary', 'database', 'down']
    """
    layout = layered_layout(architecture, _WIDTH, _HEIGHT)
    height = _ROW_PX * (rows or layout.rows) + 8
    columns, rows = max(columns, layout.columns), max(rows, layout.rows)
    shift = ((columns - layout.columns) / 2, (rows - layout.rows) / 2)
    shapes, notes = _arrows(architecture, layout, lit, shift)
    for name, (x, y) in layout.boxes.items():
        middle = (x + shift[0], y + shift[1])
        shapes += _shapes(boxes[name], middle)
        notes += _texts(architecture[name], boxes[name], middle, rows * _LINE_PX / height)
    title = {"text": f"Block diagram: {architecture.name}"}
    xaxis = {"range": [0, columns], "visible": False, "title": title}
    yaxis = {"range": [rows, 0], "visible": False}
    margin = {"l": 4, "r": 4, "t": 4, "b": 4}
    drawn = {"shapes": shapes, "annotations": notes, "margin": margin}
    return make_figure(height, xaxis, yaxis, [], more=drawn)


def _arrows(
    architecture: Architecture, layout: Layout, lit: Sequence[Flow], shift: Point
) -> tuple[_Parts, _Parts]:
    """Return the shafts of the arrows as shapes, and their heads and numbers as annotations."""
    shapes: _Parts = []
    notes: _Parts = []
    waited = {(flow.source, flow.target) for flow in architecture.flows if flow.waits}
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


def _shapes(box: Box, middle: Point) -> _Parts:
    (x, y), line = middle, {"color": box.colour, "width": 4 if box.thick else 2}
    left, right, top, bottom = x - _WIDTH / 2, x + _WIDTH / 2, y - _HEIGHT / 2, y + _HEIGHT / 2
    ends = {"x0": left, "x1": right, "y0": top, "y1": bottom}
    found: _Parts = [{"type": "rect", **ends, "fillcolor": _tint(box.colour), "line": line}]
    if box.crossed:
        thin = {"color": box.colour, "width": 1.5}
        for x0, x1 in ((left, right), (right, left)):
            found.append({"type": "line", "x0": x0, "x1": x1, "y0": top, "y1": bottom, "line": thin})
    return found


def _texts(component: Component, box: Box, middle: Point, pitch: float) -> _Parts:
    lines = [*_name(component), box.status] if box.status else _name(component)
    (x, y), last = middle, len(lines) - 1
    return [
        _note(x, y + (place - last / 2) * pitch, text, 400 if box.status and place == last else 600)
        | {"name": "in a box"}
        for place, text in enumerate(lines)
    ]


def _name(component: Component) -> list[str]:
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


def _tint(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.16)"


def _note(x: float, y: float, text: str, weight: int) -> dict[str, Any]:
    return {"x": x, "y": y, "text": text, "showarrow": False, "font": {"size": 12, "weight": weight}}


def _head(start: Point, end: Point) -> dict[str, Any]:
    ends = {"x": end[0], "y": end[1], "ax": start[0], "ay": start[1]}
    axes = {"xref": "x", "yref": "y", "axref": "x", "ayref": "y"}
    return {**ends, **axes, "text": "", "showarrow": True, "arrowhead": 2}

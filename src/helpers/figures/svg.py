"""A block diagram as SVG text, for a page on which no script may draw: the same boxes, arrows and words."""

import html
import math
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

__all__ = ["diagram_svg"]

_COLUMN_PX = 140
"""Room for the longest line that `block_diagram` writes into a box, in bold letters of 12 px."""
_DASHES = {"dash": "6 4"}
_DIGITS = 1
# Of an arrow's head: its length and half its breadth, in widths of the line.
_LENGTH, _HALF = 6.5, 2.6

_Part = Mapping[str, Any]


def diagram_svg(figure: go.Figure, words: str = "") -> str:
    """Return a figure of `block_diagram` as one `svg` element; `words` describe it to who cannot see it.

    Its words take the colour of the text around it, and its ground is transparent.

    >>> from helpers.figures.block_diagram import Box, block_diagram
    >>> from helpers.models.architectures import SMALLEST
    >>> figure = block_diagram(SMALLEST, dict.fromkeys(("Client", "DB"), Box("", "#8a8a8a")))
    >>> svg = diagram_svg(figure, "Clients → Primary database")
    >>> svg.count("<rect"), svg.count("<polygon"), svg.count("<text")
    (2, 1, 3)
    """
    layout = figure.to_plotly_json()["layout"]
    (left, right), (bottom, top) = layout["xaxis"]["range"], layout["yaxis"]["range"]
    margin, height = layout["margin"], layout["height"]
    inner = (_COLUMN_PX * (right - left), height - margin["t"] - margin["b"])
    width = inner[0] + margin["l"] + margin["r"]

    def at(x: float, y: float) -> tuple[float, float]:
        return (
            margin["l"] + (x - left) / (right - left) * inner[0],
            margin["t"] + (y - top) / (bottom - top) * inner[1],
        )

    shapes, notes = layout["shapes"], layout["annotations"]
    parts = [
        f"<title>{html.escape(layout['xaxis']['title']['text'])}</title>",
        f"<desc>{html.escape(words)}</desc>" if words else "",
        *(_shape(shape, at(shape["x0"], shape["y0"]), at(shape["x1"], shape["y1"])) for shape in shapes),
        *(_note(note, at(note["x"], note["y"])) for note in notes if not note["showarrow"]),
        *(
            _head(note, at(note["ax"], note["ay"]), at(note["x"], note["y"]))
            for note in notes
            if note["showarrow"]
        ),
    ]
    size = f'width="{_px(width)}" height="{_px(height)}" viewBox="0 0 {_px(width)} {_px(height)}"'
    body = "\n".join(filter(None, parts))
    return f'<svg xmlns="http://www.w3.org/2000/svg" role="img" {size} font-size="12">\n{body}\n</svg>'


def _shape(shape: _Part, start: Sequence[float], end: Sequence[float]) -> str:
    line = shape["line"]
    stroke = f'stroke="{line["color"]}" stroke-width="{line["width"]}"'
    (x0, y0), (x1, y1) = start, end
    if shape["type"] == "rect":
        ends = f'x="{_px(x0)}" y="{_px(y0)}" width="{_px(x1 - x0)}" height="{_px(y1 - y0)}"'
        return f'<rect {ends} fill="{shape["fillcolor"]}" {stroke}/>'
    dashes = f' stroke-dasharray="{_DASHES[line["dash"]]}"' if "dash" in line else ""
    return f'<line x1="{_px(x0)}" y1="{_px(y0)}" x2="{_px(x1)}" y2="{_px(y1)}" {stroke}{dashes}/>'


def _note(note: _Part, middle: Sequence[float]) -> str:
    x, y = middle
    place = f'x="{_px(x)}" y="{_px(y)}" dy="0.35em" text-anchor="middle"'
    weight = note["font"]["weight"]
    return f'<text {place} font-weight="{weight}" fill="currentColor">{html.escape(note["text"])}</text>'


def _head(note: _Part, start: Sequence[float], end: Sequence[float]) -> str:
    (x0, y0), (x, y) = start, end
    length = math.hypot(x - x0, y - y0) or 1.0
    along = ((x - x0) / length, (y - y0) / length)
    back, half = _LENGTH * note["arrowwidth"], _HALF * note["arrowwidth"]
    foot = (x - back * along[0], y - back * along[1])
    corners = [
        (x, y),
        (foot[0] - half * along[1], foot[1] + half * along[0]),
        (foot[0] + half * along[1], foot[1] - half * along[0]),
    ]
    points = " ".join(f"{_px(one)},{_px(other)}" for one, other in corners)
    return f'<polygon points="{points}" fill="{note["arrowcolor"]}"/>'


def _px(value: float) -> str:
    return f"{round(value, _DIGITS):g}"

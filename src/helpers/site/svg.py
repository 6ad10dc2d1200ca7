"""The few SVG elements that diagrams are made of; site.css gives them their colours."""

import html
import math
from collections.abc import Iterable

__all__ = ["arrow_head", "picture", "text"]

_Point = tuple[float, float]


def picture(size: _Point, parts: Iterable[str], title: str) -> str:
    """Return an SVG element of `size` in pixels that is read aloud as `title`.

    >>> picture((20, 10), [text((5, 5), "<a>")], "One letter").count("&lt;a&gt;")
    1
    """
    width, height = (math.ceil(side) for side in size)
    inside = "".join(parts)
    return (
        f'<svg class="diagram" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-label="{html.escape(title)}">{inside}</svg>'
    )


def text(at: _Point, words: str, kind: str = "middle") -> str:
    """Return words at a point: `middle` of it, from its `start`, or as a `head`.

    >>> text((1, 2), "a & b", "start")
    '<text x="1.0" y="2.0" class="start">a &amp; b</text>'
    """
    return f'<text x="{at[0]:.1f}" y="{at[1]:.1f}" class="{kind}">{html.escape(words)}</text>'


def arrow_head(start: _Point, end: _Point, long: float = 9, wide: float = 4) -> str:
    """Return the head of an arrow that comes from `start` and ends at `end`; its size is in pixels.

    >>> arrow_head((0, 0), (10, 0))
    '<polygon points="10.0,0.0 1.0,4.0 1.0,-4.0" class="head"/>'
    """
    far = math.dist(start, end) or 1
    dx, dy = (end[0] - start[0]) / far, (end[1] - start[1]) / far
    corners = [
        end,
        (end[0] - dx * long - dy * wide, end[1] - dy * long + dx * wide),
        (end[0] - dx * long + dy * wide, end[1] - dy * long - dx * wide),
    ]
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
    return f'<polygon points="{points}" class="head"/>'

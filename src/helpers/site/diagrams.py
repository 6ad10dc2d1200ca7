"""Mermaid text as SVG, for pages that have no Mermaid: flowcharts and entity diagrams."""

import html
from itertools import pairwise

import networkx as nx  # type: ignore[import-untyped]

from helpers.figures.layered_layout import Point, graph_layout
from helpers.models.mermaid_text import Flowchart, read_mermaid
from helpers.site.entities import entities_svg
from helpers.site.svg import arrow_head, picture, text

__all__ = ["mermaid_svg"]

_BOX_PX = (132, 48)
_DOWN_PX = (152, 84)
_ACROSS_PX = (176, 66)
_LETTERS = 17


def mermaid_svg(mermaid: str) -> str:
    """Return a flowchart or an entity diagram, drawn as an SVG element.

    Raises ValueError for any other diagram, and for one that Mermaid would not read either.

    >>> svg = mermaid_svg("flowchart LR; Client[Client App] --> DB[(Database)]")
    >>> svg[:5], svg.count("<rect"), svg.count("<polygon")
    ('<svg ', 2, 1)
    """
    if mermaid.lstrip().startswith("erDiagram"):
        return entities_svg(mermaid)
    words = mermaid.split(maxsplit=2)
    return _flowchart_svg(
        read_mermaid(mermaid), across=len(words) > 1 and words[1].strip(";") in ("LR", "RL")
    )


def _flowchart_svg(chart: Flowchart, *, across: bool) -> str:
    (box_width, box_height), (step_x, step_y) = _BOX_PX, _ACROSS_PX if across else _DOWN_PX
    size: Point
    graph, heads = _graph(chart)
    if across:  # laid out from the top down, then mirrored
        layout = graph_layout(graph, box_height / step_y, box_width / step_x)
        size = (layout.rows * step_x, layout.columns * step_y)
    else:
        layout = graph_layout(graph, box_width / step_x, box_height / step_y)
        size = (layout.columns * step_x, layout.rows * step_y)

    def place(point: Point) -> Point:
        x, y = reversed(point) if across else point
        return (x * step_x, y * step_y)

    drawn = []
    for (source, target), points in layout.arrows.items():
        ends = [place(point) for point in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in ends)
        between = [edge for edge in chart.edges if {edge.source, edge.target} == {source, target}]
        dash = ' stroke-dasharray="6 4"' if all(edge.dotted for edge in between) else ""
        drawn.append(f'<polyline points="{path}" class="line"{dash}/>')
        if label := ", ".join(dict.fromkeys(edge.label for edge in between if edge.label)):
            drawn.append(text(((ends[0][0] + ends[1][0]) / 2, (ends[0][1] + ends[1][1]) / 2), label))
        forward, backward = heads[source, target]
        drawn += [arrow_head(ends[-2], ends[-1])] if forward else []
        drawn += [arrow_head(ends[1], ends[0])] if backward else []
    for name, middle in layout.boxes.items():
        drawn.append(_box(place(middle), chart.nodes[name].shape, chart.nodes[name].label))
    title = "Diagram: " + "; ".join(
        f"{chart.nodes[source].label} → {chart.nodes[target].label}" for source, target in layout.arrows
    )
    return picture(size, drawn, title)


def _graph(chart: Flowchart) -> tuple["nx.DiGraph[str]", dict[tuple[str, str], tuple[bool, bool]]]:
    """Return the boxes and lines without a circle, and at which ends of each line there is a head."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(chart.nodes)
    heads: dict[tuple[str, str], tuple[bool, bool]] = {}
    for edge in chart.edges:
        pair = (edge.source, edge.target)
        if pair[0] == pair[1]:
            raise ValueError(f"the flowchart's arrow from {pair[0]} to itself is not drawn")
        turned = pair[0] in graph and pair[1] in graph and nx.has_path(graph, pair[1], pair[0])
        if turned:
            pair = (pair[1], pair[0])
        graph.add_edge(*pair)
        forward, backward = heads.get(pair, (False, False))
        heads[pair] = (forward or (edge.arrow and not turned), backward or (edge.arrow and turned))
    return graph, heads


def _box(middle: Point, shape: str, label: str) -> str:
    (x, y), (width, height) = middle, _BOX_PX
    left, top = x - width / 2, y - height / 2
    corner = {"rounded": 12, "stadium": 24, "circle": 24, "cylinder": 10}.get(shape, 4)
    box = (
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{width}" height="{height}" rx="{corner}" '
        f'class="box {html.escape(shape)}"/>'
    )
    if shape == "cylinder":
        box += f'<path d="M{left:.1f} {top + 8:.1f}q{width / 2} 9 {width} 0" class="line"/>'
    lines = _wrapped(label)
    first = y + 4.5 - 8 * (len(lines) - 1) + (4 if shape == "cylinder" else 0)
    return box + "".join(text((x, first + 16 * row), line) for row, line in enumerate(lines))


def _wrapped(label: str) -> list[str]:
    words = label.split() or [""]
    lines = [words[0]]
    for before, word in pairwise(words):
        if len(lines[-1]) + 1 + len(word) <= _LETTERS and before:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines[:2] if len(lines) < 3 else [lines[0], " ".join(lines[1:])[:_LETTERS] + "…"]

"""Step 3: where the boxes and arrows of an architecture stand, in rows from the client down."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import networkx as nx  # type: ignore[import-untyped]

from helpers.models.architecture import Architecture

__all__ = ["Layout", "Point", "graph_layout", "layered_layout"]

_LANE = 0.3
"""Width of the lane an arrow takes past a row of boxes, as a share of a box's column."""
_SWEEPS = 8

Point = tuple[float, float]


@dataclass(frozen=True)
class Layout:
    """The middle of each box and the points of each arrow, in columns and rows; row 0 is at the top."""

    boxes: Mapping[str, Point]
    arrows: Mapping[tuple[str, str], tuple[Point, ...]]
    columns: float
    rows: int


@lru_cache(maxsize=64)
def layered_layout(architecture: Architecture, box_width: float = 0.9, box_height: float = 0.66) -> Layout:
    """Place each component below all that send it requests, and lead arrows past the boxes between.

    Rows are the topological generations; in each, boxes stand in the order that keeps them nearest to their
    neighbours (Sugiyama's barycentre method). Box sizes are in columns and rows.

    >>> from helpers.models.architectures import SMALLEST
    >>> layered_layout(SMALLEST).boxes
    {'Client': (0.5, 0.5), 'DB': (0.5, 1.5)}
    """
    return graph_layout(architecture.graph, box_width, box_height)


def graph_layout(graph: "nx.DiGraph[Any]", box_width: float = 0.9, box_height: float = 0.66) -> Layout:
    """Place the nodes of any graph whose arrows make no circle, as `layered_layout` does.

    >>> graph_layout(nx.DiGraph([("here", "there")])).boxes
    {'here': (0.5, 0.5), 'there': (0.5, 1.5)}
    """
    rows: list[list[Hashable]] = [list(row) for row in nx.topological_generations(graph)]
    row_of = {name: place for place, row in enumerate(rows) for name in row}
    links: nx.DiGraph[Any] = nx.DiGraph()
    links.add_nodes_from(row_of)
    routes: dict[tuple[str, str], list[Hashable]] = {}
    for source, target in graph.edges:
        lanes = [(source, target, row) for row in range(row_of[source] + 1, row_of[target])]
        for lane in lanes:
            rows[lane[2]].append(lane)
        route: list[Hashable] = [source, *lanes, target]
        nx.add_path(links, route)
        routes[source, target] = route
    _order(rows, links)
    width = {name: _LANE if isinstance(name, tuple) else 1.0 for row in rows for name in row}
    columns = max(sum(width[name] for name in row) for row in rows)
    place: dict[Hashable, float] = {}
    for row in rows:
        at = (columns - sum(width[name] for name in row)) / 2
        for name in row:
            place[name] = at + width[name] / 2
            at += width[name]
    boxes = {name: (place[name], row_of[name] + 0.5) for name in graph.nodes}
    arrows = {pair: _points(pair, boxes, place, routes, (box_width, box_height)) for pair in routes}
    return Layout(boxes, arrows, columns, len(rows))


def _order(rows: list[list[Hashable]], links: "nx.DiGraph[Any]") -> None:
    """Sort each row by the mean place of its neighbours above, then below, and keep what crosses least."""
    best, fewest = [list(row) for row in rows], _crossings(rows, links)
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        for place in range(len(rows)) if down else reversed(range(len(rows))):
            other = place - 1 if down else place + 1
            if not 0 <= other < len(rows):
                continue
            share = {name: (i + 0.5) / len(rows[other]) for i, name in enumerate(rows[other])}
            here = {name: (i + 0.5) / len(rows[place]) for i, name in enumerate(rows[place])}

            def middle(name: Hashable, share: Any = share, here: Any = here, down: bool = down) -> float:
                near = links.predecessors(name) if down else links.successors(name)
                found = [share[neighbour] for neighbour in near if neighbour in share]
                return float(sum(found) / len(found)) if found else float(here[name])

            rows[place].sort(key=middle)
        crossed = _crossings(rows, links)
        if crossed < fewest:
            best, fewest = [list(row) for row in rows], crossed
    rows[:] = best


def _crossings(rows: list[list[Hashable]], links: "nx.DiGraph[Any]") -> int:
    count = 0
    for above, below in pairwise(rows):
        place = {name: i for i, name in enumerate(below)}
        ends = [[place[target] for target in links.successors(name)] for name in above]
        count += sum(
            one > other
            for i, first in enumerate(ends)
            for later in ends[i + 1 :]
            for one in first
            for other in later
        )
    return count


def _points(
    pair: tuple[str, str],
    boxes: Mapping[str, Point],
    place: Mapping[Hashable, float],
    routes: Mapping[tuple[str, str], list[Hashable]],
    size: tuple[float, float],
) -> tuple[Point, ...]:
    source, target = pair
    width, height = size
    leaving = [(place[other[1]], key) for key, other in routes.items() if key[0] == source]
    reaching = [(place[other[-2]], key) for key, other in routes.items() if key[1] == target]
    start = boxes[source][0] + _port(pair, leaving, width)
    end = boxes[target][0] + _port(pair, reaching, width)
    points = [(start, boxes[source][1] + height / 2)]
    for lane in routes[pair][1:-1]:
        row = lane[2] + 0.5 if isinstance(lane, tuple) else 0.0
        points += [(place[lane], row - height / 2), (place[lane], row + height / 2)]
    return (*points, (end, boxes[target][1] - height / 2))


def _port(pair: tuple[str, str], others: list[tuple[float, tuple[str, str]]], width: float) -> float:
    """Return where on a box's edge an arrow ends, from its middle: in the order of the far ends."""
    order = [key for _, key in sorted(others)]
    step = min(0.25, 0.7 / len(order)) * width
    return (order.index(pair) - (len(order) - 1) / 2) * step

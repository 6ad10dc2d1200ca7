"""Step 5, single points of failure: an architecture with what is broken crossed out."""

from collections.abc import Collection, Mapping

import plotly.graph_objects as go

from helpers.figures.block_diagram import Box, block_diagram
from helpers.figures.style import BLUE, GREEN, GREY, ORANGE, VERMILION
from helpers.models.architecture import Architecture, Component
from helpers.models.checks import require_choice
from helpers.models.degraded import machines_left
from helpers.models.single_points import PROVIDED

__all__ = ["breakage_figure"]


def breakage_figure(
    architecture: Architecture,
    lost: Mapping[str, int],
    alone: Collection[str] = (),
    *,
    columns: float = 0,
    rows: int = 0,
) -> go.Figure:
    """Return the block diagram with the machines lost, by component; `alone` names single points of failure.

    A box with no machine left is vermilion and crossed out, one that goes on with fewer or on its standby is
    green, a single point of failure orange, what a provider runs grey; each says so in its last line.

    >>> from helpers.models.architectures import SMALLEST
    >>> figure = breakage_figure(SMALLEST, {"DB": 1})
    >>> [note.text for note in figure.layout.annotations if note.text]
    ['Clients', 'Primary', 'database', 'down']
    """
    for name in (*lost, *alone):
        require_choice("component", name, [component.name for component in architecture.components])
    boxes = {
        component.name: _box(component, lost.get(component.name, 0), component.name in alone)
        for component in architecture.components
    }
    return block_diagram(architecture, boxes, columns=columns, rows=rows)


def _box(component: Component, lost: int, alone: bool) -> Box:
    if component.kind == "client":
        return Box("", GREY)
    left = machines_left(component, lost)
    if not left:
        return Box("down", VERMILION, thick=True, crossed=True)
    if lost:
        short = component.replicas - left
        status = f"{left:,} of {component.replicas:,} left" if short else "standby serves"
        return Box(status, GREEN, thick=True)
    if component.kind in PROVIDED:
        return Box("a provider's", GREY)
    if alone:
        return Box("stands alone", ORANGE, thick=True)
    return Box(_spare(component), BLUE)


def _spare(component: Component) -> str:
    if not component.standbys:
        return "up"
    return "up, 1 standby" if component.standbys == 1 else f"up, {component.standbys:,} spare"

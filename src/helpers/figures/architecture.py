"""Step 3: an architecture as boxes and arrows, each box with how full its component is."""

from collections.abc import Sequence

import plotly.graph_objects as go

from helpers.figures.block_diagram import Box, block_diagram
from helpers.figures.style import BLUE, GREY, ORANGE, VERMILION
from helpers.models.architecture import Architecture, Flow
from helpers.models.architecture_load import ComponentLoad, Load
from helpers.models.quantities import format_number
from helpers.models.verdicts import TIGHT

__all__ = ["architecture_figure", "drawn_figure"]

_FULL, _MANY = 1.0, 10


def architecture_figure(
    load: Load, lit: Sequence[Flow] = (), *, columns: float = 0, rows: int = 0
) -> go.Figure:
    """Return the block diagram with the load in it; arrows of the path `lit` are thick and numbered.

    A box is blue below half full, orange above, vermilion when full, grey where no limit is known, and says
    so in its last line. `columns` and `rows` keep the picture its size, as in `block_diagram`.

    >>> from helpers.models.architecture_load import Demand, carry
    >>> from helpers.models.architectures import SMALLEST
    >>> figure = architecture_figure(carry(SMALLEST, Demand(reads_per_second=35_000)))
    >>> [note.text for note in figure.layout.annotations if note.text]
    ['Clients', '35 K/s', 'Primary', 'database', '50 % full']
    """
    boxes = {name: _box(component) for name, component in load.items()}
    return block_diagram(load.architecture, boxes, lit, columns=columns, rows=rows)


def drawn_figure(architecture: Architecture, *, columns: float = 0, rows: int = 0) -> go.Figure:
    """Return the block diagram as it is drawn on a whiteboard, with the standbys but without any load.

    >>> from helpers.models.architectures import SMALLEST
    >>> drawn = SMALLEST.with_component("DB", standbys=1)
    >>> [note.text for note in drawn_figure(drawn).layout.annotations if note.text]
    ['Clients', 'Primary', 'database', '+ 1 standby']
    """
    spare = {box.name: box.standbys for box in architecture.components}
    boxes = {
        name: Box(f"+ {count:,} standby{'' if count == 1 else 's'}" if count else "", BLUE)
        for name, count in spare.items()
    }
    return block_diagram(architecture, boxes, columns=columns, rows=rows)


def _box(load: ComponentLoad) -> Box:
    full = load.utilisation is not None and load.utilisation >= _FULL
    return Box(_fullness(load), _colour(load), thick=full)


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

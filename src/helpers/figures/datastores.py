"""Step 3: the datastores ranked, as bars of what must be built around each and of how full one unit is."""

from typing import Any

import plotly.graph_objects as go

from helpers.figures.style import BLUE, GREEN, ORANGE, VERMILION, make_figure
from helpers.models.quantities import format_number
from helpers.models.store_choice import Ranked, Ranking

__all__ = ["ranking_figure", "write_share_figure"]

_PARTS = {"always": ("always", GREEN), "need": ("for the needs", BLUE), "load": ("for the load", ORANGE)}
_FLOOR, _CEILING = 0.001, 1e6  # percent
_HEIGHT = 36


def ranking_figure(ranking: Ranking) -> go.Figure:
    """Return a bar a store, best on top: the things to build around it, by what asks for them.

    >>> from helpers.models.published import FRAMEWORK_TWITTER
    >>> from helpers.models.store_choice import Needs, choose
    >>> figure = ranking_figure(choose(FRAMEWORK_TWITTER, Needs(relations=True)))
    >>> figure.data[0].y[0], figure.data[0].text[0]
    ('1. PostgreSQL', 'nothing to build')
    """
    rows = _rows(ranking)
    done = dict.fromkeys(rows, 0)
    traces = []
    for part, (name, colour) in _PARTS.items():
        counts = {
            row: 0
            if place.against
            else sum(reason.things for reason in place.to_build if reason.part == part)
            for row, place in rows.items()
        }
        # The first trace has every row, so that a store with nothing to build still says so.
        shown = [row for row in rows if counts[row] or part == "always"]
        bases = tuple(done[row] for row in shown)
        for row in shown:
            done[row] += counts[row]
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": name,
                "y": tuple(shown),
                "base": bases,
                "x": tuple(counts[row] for row in shown),
                "text": tuple(_label(rows[row], done[row]) for row in shown),
                "hovertext": tuple(_hover(rows[row], part) for row in shown),
                "marker": {"color": colour},
                "showlegend": True,
            }
        )
    xaxis = {"range": [0, 12], "title": {"text": "Things to build around it (another store counts for two)"}}
    return make_figure(_HEIGHT * len(rows) + 90, xaxis, _category(rows), traces)


def write_share_figure(ranking: Ranking) -> go.Figure:
    """Return a bar a store: the peak writes as a share (%) of what one unit of it takes, on a log axis."""
    rows = {f"{place.store.name}, one {place.store.unit}": place for place in ranking}
    loads = [place.load("writes") for place in rows.values()]
    shares = [None if load is None else 100 * load.share for load in loads]
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": tuple(rows),
        "x": tuple(_FLOOR if share is None else min(max(share, _FLOOR), _CEILING) for share in shares),
        "text": tuple(map(_share, shares)),
        "hovertext": tuple(
            f"{place.store.name}: {'no published limit' if load is None else load}"
            for place, load in zip(rows.values(), loads, strict=True)
        ),
        "marker": {"color": tuple(VERMILION if share and share > 100 else BLUE for share in shares)},
        "showlegend": False,
    }
    xaxis = {
        "type": "log",
        "range": [-3, 6],
        "ticksuffix": " %",
        "title": {"text": "Writes at the peak, as a share of what one unit takes (%)"},
    }
    return make_figure(_HEIGHT * len(rows) + 70, xaxis, _category(rows), [bars], (100, "one unit is full"))


def _rows(ranking: Ranking) -> dict[str, Ranked]:
    return {
        place.store.name if place.against else f"{number}. {place.store.name}": place
        for number, place in enumerate(ranking, 1)
    }


def _category(rows: dict[str, Ranked]) -> dict[str, Any]:
    return {"type": "category", "categoryarray": list(rows), "autorange": "reversed"}


def _label(place: Ranked, so_far: int) -> str:
    """The whole count, beside the last of its bars."""
    if place.against:
        return "does not fit"
    if so_far < place.things:
        return ""
    return f"{place.things} to build" if place.things else "nothing to build"


def _hover(place: Ranked, part: str) -> str:
    if place.against:
        return f"{place.store.name} does not fit. {'; '.join(map(str, place.against))}"
    texts = [str(reason) for reason in place.to_build if reason.part == part]
    return f"{place.store.name}: {'; '.join(texts) or 'nothing to build'}"


def _share(share: float | None) -> str:
    if share is None:
        return "no published limit"
    if share >= 1000:
        return f"{format_number(share / 100, 2)} × one unit"
    return f"{'under 0.001' if 0 < share < _FLOOR else format_number(share, 2)} %"

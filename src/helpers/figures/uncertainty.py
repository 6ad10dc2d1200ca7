"""Step 2: the distribution of an uncertain result, and which input drives it."""

import math
from typing import Any

import numpy as np
import plotly.graph_objects as go

from helpers.figures.style import BLUE, VERMILION, bytes_or_count, make_figure
from helpers.models.quantities import format_quantity
from helpers.models.uncertainty import Outcome

__all__ = ["distribution_figure", "tornado_figure"]

_BINS_A_DECADE = 12


def distribution_figure(outcome: Outcome, line: str, limit: float | None = None) -> go.Figure:
    """Return the share of samples (%) by size of the result, on a log axis; beyond `limit` in another colour.

    Raises KeyError when the estimate has no such line.
    """
    result = outcome.samples[line]
    values = np.atleast_1d(result.value)
    low, high = _decades(outcome, line, limit)
    edges = np.arange(low * _BINS_A_DECADE, high * _BINS_A_DECADE + 1) / _BINS_A_DECADE
    counts, _ = np.histogram(np.log10(np.maximum(values, 1e-300)), bins=edges)
    shares = 100 * counts / values.size
    top = float(np.max(shares, initial=1))
    xaxis = _size_axis(low, high, result.label, result.unit)
    yaxis = {"range": [0, 5 * math.ceil(top * 1.1 / 5)], "title": {"text": "Share of samples (%)"}}
    # Each bin becomes a flat step, so that the outline is the histogram itself.
    x, y = 10 ** np.repeat(edges, 2)[1:-1], np.repeat(shares, 2)
    if not limit:
        return make_figure(270, xaxis, yaxis, [_area(x, y, BLUE, "samples")])
    below = x < limit
    at_limit = y[below][-1] if below.any() else 0.0
    areas = [
        _area(np.append(x[below], limit), np.append(y[below], at_limit), BLUE, "one node is enough"),
        _area(np.append(limit, x[~below]), np.append(at_limit, y[~below]), VERMILION, "too small"),
    ]
    node = (limit, f"one node: {format_quantity(limit, result.unit)}")
    return make_figure(270, xaxis, yaxis, areas, node)


def tornado_figure(outcome: Outcome, line: str, limit: float | None = None) -> go.Figure:
    """Return a bar an uncertain input: the result at its low and at its high end, largest swing on top."""
    result = outcome.samples[line]
    swings = outcome.tornado(line)
    rows = [swing.label for swing in swings]
    low, high = _decades(outcome, line, limit)
    xaxis = _size_axis(low, high, result.label, result.unit)
    yaxis = {"type": "category", "categoryarray": rows, "autorange": "reversed"}
    bottoms = [min(swing.at_low, swing.at_high) for swing in swings]
    tops = [max(swing.at_low, swing.at_high) for swing in swings]
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": tuple(rows),
        "base": tuple(bottoms),
        "x": tuple(top - bottom for top, bottom in zip(tops, bottoms, strict=True)),
        "text": tuple("no effect" if swing.factor < 1.001 else f"× {swing.factor:.3g}" for swing in swings),
        "hovertext": tuple(_ends(swing.at_low, swing.at_high, result.unit) for swing in swings),
        "marker": {"color": BLUE},
        "showlegend": False,
    }
    height = 38 * max(len(rows), 1) + 70
    return make_figure(height, xaxis, yaxis, [bars], (limit, "one node") if limit else None)


def _ends(at_low: float, at_high: float, unit: str) -> str:
    return f"{format_quantity(at_low, unit)} at its low end, {format_quantity(at_high, unit)} at its high end"


def _decades(outcome: Outcome, line: str, limit: float | None) -> tuple[int, int]:
    """Whole powers of ten around nearly all samples and the limit, so that the axis seldom moves."""
    ends = [max(value, 1e-12) for value in outcome.percentiles(line, (0.1, 99.9))]
    if limit:
        ends.append(limit)
    low, high = math.floor(math.log10(min(ends))), math.ceil(math.log10(max(ends)))
    return low, max(high, low + 1)


def _size_axis(low: int, high: int, label: str, unit: str) -> dict[str, object]:
    # The ticks carry the size's prefix, so the title names only what is counted.
    counted = "bytes" + unit[4:] if unit.startswith("byte") else unit
    return {
        "type": "log",
        "range": [low, high],
        "title": {"text": f"{label} ({counted})"},
        **bytes_or_count(unit),
    }


def _area(x: np.ndarray, y: np.ndarray, colour: str, name: str) -> dict[str, Any]:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return {
        "type": "scatter",
        "x": x,
        "y": y,
        "name": name,
        "mode": "lines",
        "line": {"color": colour, "width": 1.5},
        "fill": "tozeroy",
        "fillcolor": f"rgba({red},{green},{blue},0.45)",
        "showlegend": True,
    }

"""Step 2: an estimate's demand on one node, as bars against its limits."""

import plotly.graph_objects as go

from helpers.figures.style import BLUE, ORANGE, VERMILION, make_figure
from helpers.models.quantities import format_number, format_quantity
from helpers.models.verdicts import TIGHT, Usage, Verdict

__all__ = ["utilisation_figure"]

_FLOOR, _CEILING = 0.01, 100_000  # percent


def utilisation_figure(verdict: Verdict) -> go.Figure:
    """Return a bar a resource: its demand at the peak as a share (%) of one node's limit, on a log axis.

    >>> from helpers.models.published import FRAMEWORK_TWITTER, STRONG_NODE
    >>> from helpers.models.estimation import estimate
    >>> from helpers.models.verdicts import judge
    >>> figure = utilisation_figure(judge(estimate(FRAMEWORK_TWITTER), STRONG_NODE))
    >>> round(figure.data[0].x[0], 1)
    3.6
    """
    usages = verdict.usages
    shares = [100 * float(usage.utilisation) for usage in usages]
    rows = [usage.resource.label for usage in usages]
    xaxis = {
        "type": "log",
        "range": [-2, 5],
        "ticksuffix": " %",
        "title": {"text": "Demand at the peak, as a share of one node's limit (%)"},
    }
    yaxis = {"type": "category", "categoryarray": rows, "autorange": "reversed"}
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": tuple(rows),
        "x": tuple(min(max(share, _FLOOR), _CEILING) for share in shares),
        "text": tuple(_label(usage, share) for usage, share in zip(usages, shares, strict=True)),
        "hovertext": tuple(_hover(usage) for usage in usages),
        "marker": {"color": tuple(_colour(share) for share in shares)},
        "showlegend": False,
    }
    return make_figure(44 * len(rows) + 70, xaxis, yaxis, [bars], (100, "one node is full"))


def _label(usage: Usage, share: float) -> str:
    demand = format_quantity(float(usage.demand), usage.resource.unit)
    if share == 0:
        return "none asked for"
    if share >= 1000:
        return f"{demand}: {format_number(share / 100, 2)} × the limit"
    return f"{demand}: {'under 0.01' if share < _FLOOR else format_number(share, 2)} %"


def _hover(usage: Usage) -> str:
    return f"{usage}; {usage.nodes:,} node{'' if usage.nodes == 1 else 's'} for this alone"


def _colour(share: float) -> str:
    return VERMILION if share > 100 else ORANGE if share > 100 * TIGHT else BLUE

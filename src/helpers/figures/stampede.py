"""Step 5: a stampede as it was measured, loads for each expiry beside the model's."""

import plotly.graph_objects as go

from helpers.figures.style import BLUE, GREY, make_figure
from helpers.labs.reports import readable
from helpers.labs.stampede_report import StampedeReport

__all__ = ["stampede_figure"]

_RIGHT = 3.0


def stampede_figure(report: StampedeReport) -> go.Figure:
    """Return the loads at the database for each expiry (log axis), measured and by the model, for each run.

    >>> stampede_figure(StampedeReport("a laptop", "", "", "", 0.0, ())).data[0].x
    ()
    """
    rows: dict[str, tuple[float, str]] = {}
    for run in report.runs:
        how = "coalesced" if run.coalesced else "nothing done"
        rows[f"{how}: measured"] = (run.loads_per_expiry, BLUE)
        rows[f"{how}: model, a load as long as alone"] = (report.predicted_loads(run), GREY)
        rows[f"{how}: model, as long as first loads took"] = (run.expected_loads, GREY)
    ticks = [1, 10, 100, 1000]
    xaxis = {
        "type": "log",
        "range": [-0.3, _RIGHT],
        "tickvals": ticks,
        "ticktext": [f"{tick:,}" for tick in ticks],
        "title": {"text": "Loads at the database for each expiry (log scale)"},
    }
    yaxis = {"type": "category", "categoryarray": list(rows), "autorange": "reversed"}
    loads = [value for value, _ in rows.values()]
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": tuple(rows),
        "x": tuple(min(max(value, 10**-0.3), 10**_RIGHT) for value in loads),
        "text": tuple(readable(value) for value in loads),
        "hovertext": tuple(f"{row}: {readable(value)} loads" for row, (value, _) in rows.items()),
        "marker": {"color": tuple(colour for _, colour in rows.values())},
        "showlegend": False,
    }
    return make_figure(40 * max(len(rows), 1) + 90, xaxis, yaxis, [bars])

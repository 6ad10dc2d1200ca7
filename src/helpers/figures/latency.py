"""Step 2: the latency ladder, published orders of magnitude beside this machine's own."""

from collections.abc import Mapping

import plotly.graph_objects as go

from helpers.figures.style import BLUE, ORANGE, make_figure
from helpers.models.checks import require_numbers
from helpers.models.published import LATENCIES

__all__ = ["format_nanoseconds", "latency_figure"]

_STEPS = ((1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1, "ns"))


def latency_figure(measured: Mapping[str, float], budget_ms: float) -> go.Figure:
    """Return the ladder on a log axis (ns): one row an operation, and the page's time budget as a line.

    `measured` maps a label (a published one, or a new row) to nanoseconds.

    >>> figure = latency_figure({"Random memory read": 90.0}, budget_ms=200)
    >>> figure.data[1].x
    (90.0,)
    """
    budget = 1e6 * require_numbers("budget_ms", budget_ms, above=0, unit="ms")
    published = {latency.label: latency.nanoseconds for latency in LATENCIES}
    everything = {**measured, **published}
    rows = sorted(everything, key=everything.__getitem__)
    ticks = [10.0**power for power in range(10)]
    xaxis = {
        "type": "log",
        "range": [0, 9],
        "tickvals": ticks,
        "ticktext": [format_nanoseconds(tick) for tick in ticks],
        "title": {"text": "Time for one operation (log scale)"},
    }
    yaxis = {"type": "category", "categoryarray": rows, "autorange": "reversed"}
    traces = [
        {
            "type": "scatter",
            "name": name,
            "mode": "markers+text",
            "x": tuple(values.values()),
            "y": tuple(values),
            "text": tuple(format_nanoseconds(value) for value in values.values()),
            "textposition": position,
            "hovertext": tuple(f"{row}, {name}: {budget / value:,.0f} fit" for row, value in values.items()),
            "marker": {"color": colour, "symbol": symbol, "size": 12},
            "showlegend": bool(values),
        }
        for name, values, colour, symbol, position in (
            ("published", published, BLUE, "circle", "top center"),
            ("this machine", measured, ORANGE, "diamond", "bottom center"),
        )
    ]
    page = (budget, f"the page: {format_nanoseconds(budget)}")
    return make_figure(52 * len(rows) + 84, xaxis, yaxis, traces, page)


def format_nanoseconds(value: float) -> str:
    """Write a time with the unit that suits its size.

    >>> format_nanoseconds(20), format_nanoseconds(300e3), format_nanoseconds(200e6)
    ('20 ns', '300 µs', '200 ms')
    """
    value = float(f"{value:.3g}")  # round first, so that 999,999 ns becomes 1 ms and not 1000 µs
    size, unit = next((step for step in _STEPS if value >= step[0]), _STEPS[-1])
    return f"{float(f'{value / size:.3g}'):g} {unit}"

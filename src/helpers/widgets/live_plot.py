"""Show plotly figures that change as a slider moves, drawn in place by a small front end of our own.

plotly's own FigureWidget is slower from slider to picture: benchmarks/slider_to_picture.py compares them.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import plotly.graph_objects as go
import traitlets

__all__ = ["LivePlot"]

_HERE = Path(__file__).parent


class LivePlot(anywidget.AnyWidget):
    """Shows figures and, below them, the result in words and notes; all arrive in one message.

    It draws the part of plotly our figures use: bars, lines and markers; linear, log and category axes.
    Axes need a fixed range, so that nothing jumps while a slider moves. Raises ValueError for a
    figure it cannot draw.

    >>> figure = go.Figure(go.Scatter(x=[1, 2], y=[3, 4], mode="lines"))
    >>> LivePlot([figure])
    Traceback (most recent call last):
    ValueError: figure: its x axis has no range; set one, so that the picture does not jump
    """

    _esm = _HERE / "live_plot.js"
    _css = _HERE / "live_plot.css"
    figures: traitlets.List[Any] = traitlets.List().tag(sync=True)
    words = traitlets.Unicode().tag(sync=True)
    notes = traitlets.Unicode().tag(sync=True)

    def __init__(self, figures: Sequence[go.Figure], words: str = "", notes: str = "") -> None:
        super().__init__()
        self.show(figures, words, notes)

    def show(self, figures: Sequence[go.Figure], words: str = "", notes: str = "") -> None:
        """Draw `figures` and write `words` and `notes` (HTML) in place of those shown."""
        # A whole figure's own JSON packs arrays of numbers as base64, which takes as long as all the rest.
        drawn = [
            {
                "data": [_plain(trace.to_plotly_json()) for trace in figure.data],
                "layout": _plain(figure.layout.to_plotly_json()),
            }
            for figure in figures
        ]
        for figure in drawn:
            figure["layout"].pop("template", None)
            _require_drawable(figure)
        with self.hold_sync():
            self.words = words
            self.notes = notes
            self.figures = drawn


def _plain(value: Any) -> Any:
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    return value


def _require_drawable(figure: dict[str, Any]) -> None:
    for axis in ("xaxis", "yaxis"):
        options = figure["layout"].get(axis, {})
        if options.get("type") != "category" and "range" not in options:
            raise ValueError(
                f"figure: its {axis[0]} axis has no range; set one, so that the picture does not jump"
            )
        if options.get("type") == "category" and "categoryarray" not in options:
            raise ValueError(f"figure: its {axis[0]} axis has categories in no order; set categoryarray")
    for trace in figure["data"]:
        if trace["type"] not in ("bar", "scatter"):
            raise ValueError(f"figure: a {trace['type']!r} trace; it must be 'bar' or 'scatter'")
        if trace["type"] == "bar" and trace.get("orientation") != "h":
            raise ValueError("figure: a vertical bar trace; its orientation must be 'h'")
        if trace["type"] == "scatter" and not {"lines", "markers"} & set(trace.get("mode", "").split("+")):
            raise ValueError(
                "figure: a scatter trace that draws nothing; its mode must name lines or markers"
            )

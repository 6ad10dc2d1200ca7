"""The frame every explorer shares: controls, pictures, the result in words, the working, a reset."""

import html
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ipywidgets
import plotly.graph_objects as go

from helpers.widgets.live_plot import LivePlot

__all__ = ["Explorer", "View", "styled", "working_table"]

_CSS = (Path(__file__).parent / "explorer.css").read_text(encoding="utf-8")


@dataclass(frozen=True)
class View:
    """What an explorer shows for one setting of its controls; `working` makes its HTML when asked for."""

    figures: tuple[go.Figure, ...]
    words: str
    working: Callable[[], str] | None = None


class Explorer(ipywidgets.VBox):  # type: ignore[misc]
    """Controls wired to a plain function from their values to a `View`.

    `groups` maps a heading to its controls; each has a name, a `value` and `set`. A value the
    function refuses shows as a message, and the last good picture stays.
    """

    def __init__(
        self,
        title: str,
        groups: Mapping[str, Sequence[Any]],
        view: Callable[[dict[str, Any]], View],
        *,
        choices: Mapping[str, ipywidgets.Dropdown] | None = None,
    ) -> None:
        self.controls = {control.name: control for group in groups.values() for control in group}
        self.choices = dict(choices or {})
        self._view, self._title, self._quiet = view, title, False
        self._start = {name: control.value for name, control in self.controls.items()}
        self._start_choices = {name: choice.value for name, choice in self.choices.items()}
        self._last = view(self.values)
        self.plots = [LivePlot(figure, self._last.words) for figure in self._last.figures]
        self.words = ipywidgets.HTML()
        self.words.add_class("helpers-words")
        self.message = ipywidgets.HTML()
        self.message.add_class("helpers-refused")
        self.reset = ipywidgets.Button(description="Reset", tooltip="Back to where it opened", icon="undo")
        self.reset.on_click(lambda _: self.set(**self._start, **self._start_choices))
        head = ipywidgets.Box(
            [ipywidgets.HTML(f"<h4>{html.escape(title)}</h4>"), *self.choices.values(), self.reset]
        )
        head.add_class("helpers-head")
        pictures = ipywidgets.VBox([*self.plots, self.words, self.message])
        pictures.add_class("helpers-pictures")
        body = ipywidgets.Box([_grouped(groups), pictures])
        body.add_class("helpers-body")
        children = [head, body]
        if self._last.working:
            self._table = ipywidgets.HTML()
            self._table.add_class("helpers-working")
            self.working = ipywidgets.Accordion(
                [self._table], titles=("Show the working",), selected_index=None
            )
            self.working.observe(lambda _: self._write_working(), "selected_index")
            children.append(self.working)
        super().__init__(children)
        styled(self)
        self._write(self._last.words)
        for watched in (*self.controls.values(), *self.choices.values()):
            watched.observe(lambda _: self._refresh(), "value")

    @property
    def values(self) -> dict[str, Any]:
        """The values of all controls and choices, by name."""
        watched = {**self.controls, **self.choices}
        return {name: control.value for name, control in watched.items()}

    @property
    def text(self) -> str:
        """The result in words, without markup."""
        return html.unescape(re.sub(r"<[^>]+>", "", self.words.value))

    def set(self, **values: Any) -> None:
        """Set controls and choices by name, and show the result once."""
        self._quiet = True
        try:
            for name, value in values.items():
                if name in self.controls:
                    self.controls[name].set(value)
                else:
                    self.choices[name].value = value
        finally:
            self._quiet = False
        self._refresh()

    def _refresh(self) -> None:
        if self._quiet:
            return
        try:
            view = self._view(self.values)
        except (ValueError, TypeError) as error:
            self.message.value = f'<span role="alert">{html.escape(str(error))}</span>'
            return
        self._last = view
        for plot, figure in zip(self.plots, view.figures, strict=True):
            plot.show(figure, view.words)
        self._write(view.words)
        if self.message.value:
            self.message.value = ""
        if view.working:
            self._write_working()

    def _write(self, words: str) -> None:
        self.words.value = f'<span aria-live="polite">{html.escape(words)}</span>'

    def _write_working(self) -> None:
        # Making the table takes longer than the picture, so it waits until somebody looks.
        if self.working.selected_index is not None and self._last.working:
            self._table.value = self._last.working()

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """Where widgets cannot run (a code-hosting page), the result in words stands in for them."""
        bundle = super()._repr_mimebundle_(**options)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        data["text/plain"] = f"{self._title}\n{self.text}"
        return bundle


def styled(box: ipywidgets.Box) -> None:
    """Give a box the look that all explorers share."""
    box.children = (ipywidgets.HTML(f"<style>{_CSS}</style>", layout={"display": "none"}), *box.children)
    box.add_class("helpers-explorer")


def working_table(rows: Sequence[tuple[str, str, str]]) -> str:
    """Return the working as an HTML table: what, about how much, and the derivation."""
    cells = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><tr><th>Result</th><th>About</th><th>Working</th></tr>{cells}</table>"


def _grouped(groups: Mapping[str, Sequence[Any]]) -> ipywidgets.Widget:
    children: list[ipywidgets.Widget] = []
    for heading, controls in groups.items():
        if heading:
            title = ipywidgets.HTML(html.escape(heading))
            title.add_class("helpers-group")
            children.append(title)
        grid = ipywidgets.Box(list(controls))
        grid.add_class("helpers-grid")
        children.append(grid)
    box = ipywidgets.VBox(children)
    box.add_class("helpers-controls")
    return box

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

__all__ = ["Explorer", "Framed", "Panel", "Picture", "View", "notes_table", "working_table"]

_CSS = (Path(__file__).parent / "explorer.css").read_text(encoding="utf-8")


@dataclass(frozen=True)
class View:
    """What an explorer shows for one setting of its controls.

    `notes` is HTML below the words, for what is a list or a table; `working` makes its HTML when asked for.
    """

    figures: tuple[go.Figure, ...]
    words: str
    notes: str = ""
    working: Callable[[], str] | None = None


class Framed(ipywidgets.VBox):  # type: ignore[misc]
    """The common frame, and the words that stand in where widgets cannot run."""

    def __init__(self, children: Sequence[ipywidgets.Widget]) -> None:
        style = ipywidgets.HTML(f"<style>{_CSS}</style>", layout={"display": "none"})
        super().__init__([style, *children])
        self.add_class("helpers-explorer")

    def _in_words(self) -> str:
        raise NotImplementedError

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """A code-hosting page shows the words; JupyterLab prefers the widget."""
        bundle = super()._repr_mimebundle_(**options)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        data["text/plain"] = self._in_words()
        return bundle


class Explorer(Framed):
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
        self.plot = LivePlot(self._last.figures, self._last.words, self._last.notes)
        self.message = ipywidgets.HTML()
        self.message.add_class("helpers-refused")
        self.reset = ipywidgets.Button(description="Reset", tooltip="Back to where it opened", icon="undo")
        self.reset.on_click(lambda _: self.set(**self._start, **self._start_choices))
        head = ipywidgets.Box(
            [ipywidgets.HTML(f"<h4>{html.escape(title)}</h4>"), *self.choices.values(), self.reset]
        )
        head.add_class("helpers-head")
        pictures = ipywidgets.VBox([self.plot, self.message])
        pictures.add_class("helpers-pictures")
        body = ipywidgets.Box([_grouped(groups), pictures])
        body.add_class("helpers-body")
        if len(self.controls) < 5:
            body.add_class("helpers-stacked")
        children: list[ipywidgets.Widget] = [head, body]
        if self._last.working:
            self._table = ipywidgets.HTML()
            self._table.add_class("helpers-working")
            self.working = ipywidgets.Accordion(
                [self._table], titles=("Show the working",), selected_index=None
            )
            self.working.observe(lambda _: self._write_working(), "selected_index")
            children.append(self.working)
        super().__init__(children)
        for watched in (*self.controls.values(), *self.choices.values()):
            watched.observe(lambda _: self._refresh(), "value")

    @property
    def values(self) -> dict[str, Any]:
        """The values of all controls and choices, by name."""
        watched = {**self.controls, **self.choices}
        return {name: control.value for name, control in watched.items()}

    @property
    def text(self) -> str:
        """The result in words."""
        return str(self.plot.words)

    @property
    def notes(self) -> str:
        """The notes below the result, a line for each row or entry, without markup."""
        return _plain_text(self.plot.notes)

    def set(self, **values: Any) -> None:
        """Set controls and choices by name, and show the result once.

        Choices come first: one of them may set controls of its own.
        """
        was_quiet, self._quiet = self._quiet, True
        try:
            for name in sorted(values, key=self.controls.__contains__):
                if name in self.controls:
                    self.controls[name].set(values[name])
                else:
                    self.choices[name].value = values[name]
        finally:
            self._quiet = was_quiet
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
        self.plot.show(view.figures, view.words, view.notes)
        if self.message.value:
            self.message.value = ""
        if view.working:
            self._write_working()

    def _write_working(self) -> None:
        # Making the table takes longer than the picture, so it waits until somebody looks.
        if self.working.selected_index is not None and self._last.working:
            self._table.value = self._last.working()

    def _in_words(self) -> str:
        boxes = [control for control in self.controls.values() if isinstance(control, ipywidgets.Checkbox)]
        ticks = [f"[{'x' if box.value else ' '}] {box.description}" for box in boxes]
        return "\n".join(filter(None, (self._title, *ticks, self.text, self.notes)))


class Picture(Framed):
    """A picture that nothing moves, such as a measurement, with the result in words."""

    def __init__(self, title: str, view: View) -> None:
        self._title = title
        self.plot = LivePlot(view.figures, view.words, view.notes)
        head = ipywidgets.HTML(f"<h4>{html.escape(title)}</h4>")
        super().__init__([head, self.plot])
        self.add_class("helpers-still")

    @property
    def text(self) -> str:
        """The result in words."""
        return str(self.plot.words)

    def _in_words(self) -> str:
        return "\n".join(filter(None, (self._title, self.text, _plain_text(self.plot.notes))))


class Panel(Framed):
    """A question, an answer to give (buttons, or a box and buttons) and the reply in words."""

    def __init__(
        self,
        title: str,
        question: str,
        choices: Sequence[str],
        pressed: Callable[[str], str],
        *,
        box: ipywidgets.Text | None = None,
    ) -> None:
        self._title, self._question, self._pressed, self.box = title, question, pressed, box
        self.buttons: dict[str, ipywidgets.Button] = {}
        self.question = ipywidgets.HTML()
        self.row = ipywidgets.Box()
        self.row.add_class("helpers-choices")
        self.reply = ipywidgets.HTML()
        self.reply.add_class("helpers-reply")
        super().__init__([self.question, self.row, self.reply])
        self.ask(question, choices)

    @property
    def text(self) -> str:
        """The reply, without markup."""
        return _plain_text(self.reply.value)

    def ask(self, question: str, choices: Sequence[str]) -> None:
        """Put a question with its buttons, and take the last reply away."""
        self._question = question
        self.question.value = f"<b>{html.escape(self._title)}.</b> {html.escape(question)}"
        self.buttons = {}
        for choice in choices:
            button = ipywidgets.Button(description=choice, tooltip=choice)
            button.on_click(lambda pressed: self.press(pressed.description))
            self.buttons[choice] = button
        self.row.children = ([self.box] if self.box else []) + list(self.buttons.values())
        self.reply.value = ""

    def press(self, choice: str) -> None:
        """Answer as if the button `choice` were pressed."""
        self.reply.value = f'<span aria-live="polite">{html.escape(self._pressed(choice))}</span>'

    def _in_words(self) -> str:
        return f"{self._title}. {self._question} [{' | '.join(self.buttons)}]"


def working_table(rows: Sequence[tuple[str, str, str]]) -> str:
    """Return the working as an HTML table: what, about how much, and the derivation."""
    cells = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><tr><th>Result</th><th>About</th><th>Working</th></tr>{cells}</table>"


def notes_table(rows: Sequence[Sequence[str]]) -> str:
    """Return rows of text, the first of them the head, as an HTML table for the notes.

    >>> notes_table([("Load", "time"), ("< 1", "5 ms")]).partition("</th></tr>")[2]
    '<tr><td>&lt; 1</td><td>5 ms</td></tr></table>'
    """
    head, *body = rows
    cells = "".join(f"<th>{html.escape(cell)}</th>" for cell in head)
    lines = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in body
    )
    return f'<table style="overflow-wrap: normal"><tr>{cells}</tr>{lines}</table>'


def _plain_text(markup: str) -> str:
    lines = re.sub(r"</(?:li|tr|h\d|p)>", "\n", re.sub(r"</t[dh]>(?=<t)", " | ", markup))
    return html.unescape(re.sub(r"<[^>]+>", "", lines)).strip()


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

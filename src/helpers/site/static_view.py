"""A widget as HTML in the state it is in: what stands in for it on a page without a kernel."""

import html
import json
from collections.abc import Callable, Iterator
from typing import Any

import ipywidgets

from helpers.grading.questions.question import Question
from helpers.widgets.explorer import Framed, Panel
from helpers.widgets.live_plot import LivePlot

__all__ = ["load_ipython_extension", "static_html"]

_HINT = "Shown as it opens; in JupyterLab its controls work."


def load_ipython_extension(shell: Any) -> None:
    """Let every widget a cell shows come with its static HTML; IPython calls this for `--ext`."""
    shell.display_formatter.formatters["text/html"].for_type(ipywidgets.DOMWidget, static_html)


def static_html(widget: ipywidgets.Widget) -> str:
    """Return a widget and all it holds as HTML; what only a kernel can do, such as a button, is left out.

    A question whose replies are known stays one to answer. Figures become JSON that site.js draws.

    >>> static_html(ipywidgets.Text("10 M", description="Users"))
    '<span class="static-value">Users 10 M</span>'
    """
    if getattr(getattr(widget, "layout", None), "display", None) == "none":
        return ""
    for kind, write in _WRITERS:
        if isinstance(widget, kind):
            return write(widget)
    return ""


def _inside(box: Any) -> str:
    return "".join(static_html(child) for child in box.children)


def _framed(box: Any, inside: str) -> str:
    classes = " ".join(box._dom_classes)
    return f'<div class="{html.escape(classes)}">{inside}</div>' if inside else ""


def _frame(frame: Any) -> str:
    hint = f'<p class="static-hint">{_HINT}</p>' if _has_button(frame) else ""
    return _framed(frame, _inside(frame) + hint)


def _has_button(widget: Any) -> bool:
    return isinstance(widget, ipywidgets.Button) or any(map(_has_button, getattr(widget, "children", ())))


def _panel(panel: Panel) -> str:
    return _framed(panel, f"{static_html(panel.question)}{_choices(panel)}")


def _box(box: Any) -> str:
    if any(isinstance(child, ipywidgets.FloatProgress) for child in box.children):
        return ""  # what it waited for is over
    return _framed(box, _inside(box))


def _words(widget: Any) -> str:
    classes = " ".join(("widget-html-content", *widget._dom_classes))
    return f'<div class="{html.escape(classes)}">{widget.value}</div>' if widget.value else ""


def _value(text: str, widget: Any) -> str:
    words = f"{widget.description} {text}".strip()
    return f'<span class="static-value">{html.escape(words)}</span>' if words else ""


def _check(box: Any) -> str:
    mark = "☑" if box.value else "☐"
    return f'<div class="static-check">{mark} {html.escape(box.description)}</div>'


def _track(slider: Any) -> str:
    """Return where the slider stands, for the eye alone: its number stands beside it."""
    ends = slider.value if isinstance(slider.value, tuple) else (slider.min, slider.value)
    low, high = (100 * (end - slider.min) / ((slider.max - slider.min) or 1) for end in ends)
    return (
        f'<span class="static-track" aria-hidden="true">'
        f'<i style="margin-left:{low:.1f}%;width:{high - low:.1f}%"></i></span>'
    )


def _pages(box: Any) -> str:
    """Return each page of an accordion or of tabs as a part to open; the one that is open stays so."""
    return "".join(_page(box, place) for place in range(len(box.children)))


def _page(box: Any, place: int) -> str:
    # What a page holds may be written only once it is opened.
    was_open = box.selected_index
    box.selected_index = place
    inside = static_html(box.children[place])
    box.selected_index = was_open
    state = " open" if place == was_open else ""
    title = html.escape(box.get_title(place))
    return f"<details{state}><summary>{title}</summary>{inside}</details>" if inside else ""


def _choices(panel: Panel) -> str:
    question = getattr(panel._pressed, "__self__", None)
    if isinstance(question, Question):
        return "".join(
            f'<details class="static-choice"><summary>{html.escape(choice)}</summary>'
            f"<p>{html.escape(question.reply(choice))}</p></details>"
            for choice in panel.buttons
        )
    named = " · ".join(html.escape(choice) for choice in panel.buttons)
    return f'<p class="static-hint">In JupyterLab you answer here: {named}.</p>'


def _plots(plot: LivePlot) -> str:
    drawn = "".join(_plot(figure) for figure in plot.figures)
    words = f'<div class="helpers-words">{html.escape(plot.words)}</div>' if plot.words else ""
    notes = f'<div class="helpers-notes">{plot.notes}</div>' if plot.notes else ""
    return f'<div class="helpers-live">{drawn}{words}{notes}</div>'


def _plot(figure: dict[str, Any]) -> str:
    title = figure["layout"].get("xaxis", {}).get("title", {}).get("text", "")
    height = figure["layout"].get("height", 320)
    # A "<" could end the script element that holds the figure.
    data = json.dumps(figure, ensure_ascii=False, allow_nan=False).replace("<", "\\u003c")
    return (
        f'<div class="static-plot" role="img" aria-label="{html.escape(title)}" style="height:{height}px">'
        f'<script type="application/json">{data}</script></div>'
    )


def _selected(choice: Any) -> str:
    return _value(str(choice.label), choice)


def _writers() -> Iterator[tuple[Any, Callable[[Any], str]]]:
    """Yield kinds of widgets and what writes them; the first that fits counts."""
    yield Panel, _panel
    yield Framed, _frame
    yield LivePlot, _plots
    yield (ipywidgets.Accordion, ipywidgets.Tab), _pages
    yield ipywidgets.Stack, lambda stack: static_html(stack.children[stack.selected_index or 0])
    yield ipywidgets.Box, _box
    yield (ipywidgets.HTML, ipywidgets.HTMLMath), _words
    yield ipywidgets.Checkbox, _check
    yield (ipywidgets.Dropdown, ipywidgets.RadioButtons, ipywidgets.ToggleButtons), _selected
    yield (ipywidgets.FloatSlider, ipywidgets.IntSlider, ipywidgets.FloatRangeSlider), _track
    yield (ipywidgets.Text, ipywidgets.Textarea), lambda box: _value(box.value, box)
    yield ipywidgets.Label, lambda label: _value(label.value, label)


_WRITERS = tuple(_writers())

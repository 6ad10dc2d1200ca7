"""A widget's static HTML says what the widget says, and nothing on it looks as if it worked."""

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser

import ipywidgets
import plotly.graph_objects as go
import pytest

from helpers.grading.self_checks import QUESTIONS
from helpers.site.static_view import static_html
from helpers.widgets.architecture import architecture_explorer
from helpers.widgets.estimation import estimation_explorer, uncertainty_explorer
from helpers.widgets.explorer import Explorer, Panel, Picture, View
from helpers.widgets.live_plot import LivePlot
from helpers.widgets.quick_check import quick_check
from helpers.widgets.scope_board import scope_board

EXPLORERS = [estimation_explorer, uncertainty_explorer, architecture_explorer, scope_board]
AXES = {"xaxis": {"range": [0, 1]}, "yaxis": {"range": [0, 1]}}


class Tags(HTMLParser):
    """Notes the words outside scripts, and fails at a tag that closes another than the last opened."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.words = ""
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.append(tag)
        if tag not in ("br", "hr", "input", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1] != "script":
            self.words += f"{data} "


def figures(text: str) -> list[object]:
    return [json.loads(data) for data in re.findall(r'<script type="application/json">(.*?)</script>', text)]


@pytest.mark.parametrize("make", EXPLORERS, ids=lambda make: make.__name__)
def test_an_explorer_stands_with_its_values_pictures_and_words(make: Callable[[], Explorer]) -> None:
    explorer = make()
    written = static_html(explorer)
    tags = Tags(written)
    assert figures(written) == explorer.plot.figures
    assert explorer.text in tags.words
    for control in explorer.controls.values():
        if isinstance(control, ipywidgets.Checkbox):
            assert f"{'☑' if control.value else '☐'} {control.description}" in tags.words
        elif hasattr(control, "box"):
            assert f" {control.box.value} " in tags.words
        else:
            assert f" {control.low_box.value} " in tags.words
            assert f" {control.high_box.value} " in tags.words
    for choice in explorer.choices.values():
        assert f"{choice.description} {choice.label}" in tags.words
    assert not {"input", "button", "select", "style"} & set(tags.seen)


def test_the_working_can_be_opened_and_the_explorer_stays_as_it_was() -> None:
    explorer = estimation_explorer()
    written = static_html(explorer)
    assert re.search(r"<details><summary>Show the working</summary>.*86,400.*</details>", written)
    assert explorer.working.selected_index is None


def test_another_setting_is_another_view() -> None:
    explorer = estimation_explorer()
    explorer.set(daily_users=1e9)
    assert "1 B" in Tags(static_html(explorer)).words
    assert explorer.text in Tags(static_html(explorer)).words


def test_a_quick_check_answers_each_choice() -> None:
    question = QUESTIONS["does-size-shard"]
    written = static_html(quick_check("does-size-shard"))
    words = Tags(written).words
    assert written.count("<details") == len(question.replies) == 2
    for choice in question.replies:
        assert question.reply(choice) in words


def test_buttons_that_do_something_are_not_pressed() -> None:
    pressed: list[str] = []

    def press(choice: str) -> str:
        pressed.append(choice)
        return "done"

    words = Tags(static_html(Panel("Save", "Keep it?", ["Save it", "Do not"], press))).words
    assert pressed == []
    assert "Keep it?" in words
    assert "Save it · Do not" in words


def test_what_a_figure_and_the_words_hold_cannot_end_their_element() -> None:
    figure = go.Figure(go.Scatter(x=[0], y=[0], mode="markers", name="</script><b>"), AXES)
    written = static_html(Picture("<i>title</i>", View((figure,), "words <b> & more")))
    tags = Tags(written)
    assert figures(written)[0]["data"][0]["name"] == "</script><b>"  # type: ignore[index]
    assert "words <b> & more" in tags.words
    assert "b" not in tags.seen
    assert "i" not in tags.seen


def test_a_figure_that_is_no_json_is_refused() -> None:
    plot = LivePlot([go.Figure(go.Scatter(x=[float("nan")], y=[0], mode="markers"), AXES)])
    with pytest.raises(ValueError, match="JSON"):
        static_html(plot)


def test_pages_of_tabs_stand_below_each_other_with_the_first_open() -> None:
    tabs = ipywidgets.Tab([ipywidgets.HTML("one"), ipywidgets.HTML("two")], titles=("First", "Second"))
    written = static_html(tabs)
    assert written.startswith("<details open><summary>First</summary>")
    assert "<details><summary>Second</summary>" in written
    assert tabs.selected_index == 0


def test_what_is_hidden_over_or_only_for_a_kernel_leaves_nothing() -> None:
    hidden = ipywidgets.HTML("<style>a {}</style>", layout={"display": "none"})
    progress = ipywidgets.HBox([ipywidgets.FloatProgress(), ipywidgets.Label("getting ready")])
    assert static_html(ipywidgets.VBox([hidden, progress, ipywidgets.Button(description="Go")])) == ""

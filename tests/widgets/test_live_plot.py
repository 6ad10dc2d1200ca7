"""LivePlot: sends plain data, and refuses what its front end cannot draw."""

import json
from typing import Any

import comm
import numpy as np
import plotly.graph_objects as go
import pytest

from helpers.widgets.live_plot import LivePlot

AXES = {"xaxis": {"range": [0, 1]}, "yaxis": {"range": [0, 1]}}


def test_packed_arrays_arrive_as_numbers() -> None:
    figure = go.Figure(go.Scatter(x=np.array([0.25, 0.5]), y=np.array([1, 2]), mode="lines"), AXES)
    plot = LivePlot([figure], "a line")
    assert plot.figures[0]["data"][0]["x"] == [0.25, 0.5]
    assert plot.figures[0]["data"][0]["y"] == [1, 2]
    assert plot.words == "a line"
    assert json.loads(json.dumps(plot.figures)) == plot.figures
    assert "template" not in plot.figures[0]["layout"]


def test_another_figure_takes_the_place_of_the_first() -> None:
    plot = LivePlot([go.Figure(layout=AXES)])
    figure = go.Figure(go.Scatter(x=[1], y=[2], mode="markers"), AXES)
    plot.show([figure], "a point")
    assert plot.figures[0]["data"][0]["x"] == [1]
    with pytest.raises(ValueError, match="'pie'"):
        plot.show([go.Figure(go.Pie(values=[1]), AXES)])
    assert plot.figures[0]["data"][0]["x"] == [1]
    assert plot.words == "a point"


@pytest.mark.parametrize(
    ("trace", "layout", "message"),
    [
        (go.Heatmap(z=[[1]]), AXES, "a 'heatmap' trace; it must be 'bar' or 'scatter'"),
        (go.Bar(x=[1], y=[2]), AXES, "a vertical bar trace"),
        (go.Scatter(x=[1], y=[2]), AXES, "its mode must name lines or markers"),
        (go.Scatter(x=[1], y=[2], mode="text"), AXES, "its mode must name lines or markers"),
        (go.Scatter(x=[1], y=[2], mode="lines"), {"xaxis": {"range": [0, 1]}}, "its y axis has no range"),
        (
            go.Bar(x=[1], y=["a"], orientation="h"),
            {**AXES, "yaxis": {"type": "category"}},
            "set categoryarray",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused(trace: Any, layout: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        LivePlot([go.Figure(trace, layout)])


def test_pictures_words_and_notes_arrive_in_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    # Once a test has imported a kernel, its widgets know that nobody listens, and send nothing.
    monkeypatch.setattr(comm, "create_comm", comm.DummyComm)
    plot = LivePlot([go.Figure(layout=AXES)], "before", "<p>before</p>")
    assert (plot.words, plot.notes) == ("before", "<p>before</p>")
    sent: list[set[str]] = []
    monkeypatch.setattr(LivePlot, "send_state", lambda _, key: sent.append(set(key)))
    figure = go.Figure(go.Scatter(x=[1], y=[2], mode="markers"), AXES)
    plot.show([figure], "after", "<ul><li>after</li></ul>")
    assert sent == [{"figures", "words", "notes"}]
    assert plot.notes == "<ul><li>after</li></ul>"
    plot.show([figure], "after")
    assert plot.notes == ""


def test_a_figure_that_cannot_be_drawn_leaves_the_notes() -> None:
    plot = LivePlot([go.Figure(layout=AXES)], "before", "<p>before</p>")
    with pytest.raises(ValueError, match="no range"):
        plot.show([go.Figure()], "after", "<p>after</p>")
    assert (plot.words, plot.notes) == ("before", "<p>before</p>")

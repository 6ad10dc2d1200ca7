"""The hockey stick and the pools: data, units, fixed axes, what plotly makes of them."""

import math

import numpy as np
import pytest

from helpers.figures.queueing import format_seconds, hockey_stick_figure, pools_figure
from helpers.models.queue_dots import DOT_UTILISATIONS, DOTS
from helpers.models.queueing import Queue
from tests.figures.checked import checked, plain

ROWS = {"Reads, own pool": 0.03, "Writes, own pool": 0.12}


@pytest.mark.parametrize("servers", [1, 8, 64])
def test_the_curves_are_the_theory_and_the_dots_the_simulation(servers: int) -> None:
    drawn = checked(hockey_stick_figure(servers, 0.5))
    mean, mean_dots, late, late_dots = drawn.data
    queue = Queue(np.array(mean.x) / 100 * servers, 1.0, servers)
    assert np.array(mean.y) == pytest.approx(queue.mean_time_s)
    queue = Queue(np.array(late.x) / 100 * servers, 1.0, servers)
    assert np.array(late.y) == pytest.approx(queue.time_s(99))
    for dots, stored in ((mean_dots, DOTS[servers][0]), (late_dots, DOTS[servers][1])):
        expected = {100 * at: dot for at, dot in zip(DOT_UTILISATIONS, stored, strict=True) if dot <= 40}
        assert dict(zip(dots.x, dots.y, strict=True)) == expected
    assert (mean_dots.marker.symbol, late_dots.marker.symbol) == ("circle", "diamond")


def test_the_hockey_sticks_axes_stay_and_have_units() -> None:
    layouts = [plain(hockey_stick_figure(*values))["layout"] for values in ((1, 0.1), (64, 3.0))]
    for layout in layouts:
        assert layout["xaxis"]["range"] == [0, 110]
        assert layout["xaxis"]["ticksuffix"] == " %"
        assert layout["yaxis"]["range"] == [0, 40]
        assert "× service time" in layout["yaxis"]["title"]["text"]
    assert layouts[0]["height"] == layouts[1]["height"]
    figure = hockey_stick_figure(2, 0.1)
    assert all(max(trace["y"]) <= 40 for trace in figure.data)


@pytest.mark.parametrize(
    ("utilisation", "place", "words"), [(0, 0, "0 %"), (0.8, 80, "80 %"), (25, 110, "2.5 K %")]
)
def test_the_load_is_marked_and_never_beyond_the_edge(utilisation: float, place: float, words: str) -> None:
    layout = hockey_stick_figure(1, utilisation).layout
    assert layout.shapes[0].x0 == pytest.approx(place)
    assert layout.annotations[0].text == f"your load: {words}"


def test_pools_are_rows_in_milliseconds_and_the_unbounded_stand_at_the_edge() -> None:
    storm = {"Reads, own pool": math.inf, "Writes, own pool": 0.12}
    figure = checked(pools_figure(ROWS, storm, 0.15, 3))
    usual, stormy = figure.data
    assert dict(zip(usual.y, usual.x, strict=True)) == pytest.approx(
        {"Reads, own pool": 30, "Writes, own pool": 120}
    )
    assert stormy.x == (10**5.25, pytest.approx(120))
    assert stormy.text == ("∞", "120 ms")
    assert stormy.hovertext[0].endswith("unbounded")
    assert (usual.marker.symbol, stormy.marker.symbol) == ("circle", "diamond")
    assert figure.layout.shapes[0].x0 == pytest.approx(150)
    assert figure.layout.annotations[0].text == "target 150 ms"
    assert figure.layout.xaxis.range == (-1, 5.75)
    assert figure.layout.xaxis.ticktext[2] == "10 ms"
    assert ROWS == {"Reads, own pool": 0.03, "Writes, own pool": 0.12}


def test_times_of_all_sizes() -> None:
    assert [format_seconds(value) for value in (0, 1e-4, 0.0461, 1, 12_345, math.inf)] == [
        "0 ns", "100 µs", "46.1 ms", "1 s", "12300 s", "unbounded",
    ]  # fmt: skip


def test_bad_input_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"^servers = 65: .*at most 64"):
        hockey_stick_figure(65, 0.5)
    with pytest.raises(ValueError, match=r"^utilisation = -1"):
        hockey_stick_figure(1, -1)
    with pytest.raises(ValueError, match=r"^target_s = 0"):
        pools_figure(ROWS, ROWS, 0, 1)

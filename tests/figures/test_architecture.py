"""The block diagram: boxes apart, arrows that go down and past the boxes, and words for every colour."""

import copy
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.figures.architecture import architecture_figure
from helpers.figures.layered_layout import layered_layout
from helpers.figures.style import BLUE, GREEN, GREY, ORANGE, VERMILION
from helpers.models.architecture import Architecture, Component, Flow
from helpers.models.architecture_load import Demand, carry
from helpers.models.architecture_path import path
from helpers.models.architectures import FRAMEWORK_DIAGRAM, SMALLEST, TWITTER_DESIGN
from tests.figures.checked import checked, plain

DEMAND = Demand(reads_per_second=29_000, writes_per_second=579, followers=75, media_share=0.05)
WIDTH, HEIGHT = 0.9, 0.66


@st.composite
def graphs(draw: st.DrawFn) -> Architecture:
    names = [f"N{i}" for i in range(draw(st.integers(1, 14)))]
    pairs = [pair for pair in itertools.combinations(names, 2) if draw(st.integers(0, 3)) == 0]
    boxes = tuple(Component(name, "API service") for name in names)
    return Architecture("Random", boxes, tuple(Flow(*pair) for pair in pairs))


@given(graphs())
@settings(max_examples=100, deadline=None)
def test_boxes_stand_apart_and_arrows_go_down_between_them(architecture: Architecture) -> None:
    layout = layered_layout(architecture, WIDTH, HEIGHT)
    for (x, y), (other_x, other_y) in itertools.combinations(layout.boxes.values(), 2):
        assert abs(x - other_x) >= 1 - 1e-9 or abs(y - other_y) >= 1
    for x, y in layout.boxes.values():
        assert WIDTH / 2 <= x <= layout.columns - WIDTH / 2
        assert 0.5 <= y <= layout.rows - 0.5
    for (source, target), points in layout.arrows.items():
        heights = [y for _, y in points]
        assert heights == sorted(heights)
        assert heights[0] == pytest.approx(layout.boxes[source][1] + HEIGHT / 2)
        assert heights[-1] == pytest.approx(layout.boxes[target][1] - HEIGHT / 2)
        assert abs(points[0][0] - layout.boxes[source][0]) < WIDTH / 2
        assert abs(points[-1][0] - layout.boxes[target][0]) < WIDTH / 2
        rows = round(layout.boxes[target][1] - layout.boxes[source][1])
        assert len(points) == 2 * rows
        for x, y in points[1:-1]:  # a lane runs beside the boxes of its row
            row = [bx for bx, by in layout.boxes.values() if abs(by - y) < 0.5]
            assert all(abs(x - bx) > WIDTH / 2 for bx in row)


def test_the_whole_design_has_no_arrows_that_cross_without_need() -> None:
    layout = layered_layout(TWITTER_DESIGN)
    assert layout.columns == pytest.approx(2.6)
    assert layout.rows == 6
    assert list(layout.boxes) == list(TWITTER_DESIGN.graph)


def texts(figure: object) -> list[str]:
    return [note.text for note in figure.layout.annotations if note.text]  # type: ignore[attr-defined]


@pytest.mark.parametrize("architecture", [SMALLEST, FRAMEWORK_DIAGRAM, TWITTER_DESIGN])
def test_plotly_accepts_the_diagram_and_every_box_is_in_it(architecture: Architecture) -> None:
    figure = checked(architecture_figure(carry(architecture, DEMAND)))
    rectangles = [shape for shape in figure.layout.shapes if shape.type == "rect"]
    assert len(rectangles) == len(architecture.components)
    heads = [note for note in figure.layout.annotations if note.showarrow]
    assert len(heads) == architecture.graph.number_of_edges()
    assert plain(figure)["layout"]["xaxis"]["visible"] is False


@pytest.mark.parametrize(
    ("reads", "colour", "text", "width"),
    [
        (0, BLUE, "0 % full", 2),
        (7, BLUE, "< 0.1 % full", 2),
        (35_000, BLUE, "50 % full", 2),
        (35_700, ORANGE, "51 % full", 2),
        (70_000, VERMILION, "100 % full", 4),
        (700_000, VERMILION, "10 × full", 4),
        (7e8, VERMILION, "10 K × full", 4),
    ],
)
def test_a_box_says_in_text_and_border_what_its_colour_says(
    reads: float, colour: str, text: str, width: int
) -> None:
    figure = checked(architecture_figure(carry(SMALLEST, Demand(reads_per_second=reads))))
    box = figure.layout.shapes[-1]
    assert (box.line.color, box.line.width) == (colour, width)
    assert texts(figure)[-1] == text


def test_what_has_no_known_limit_is_grey_and_shows_its_load() -> None:
    figure = architecture_figure(carry(TWITTER_DESIGN, DEMAND))
    shown = texts(figure)
    assert shown[shown.index("Queue") + 1] == "580/s"
    greys = [shape for shape in figure.layout.shapes if shape.type == "rect" and shape.line.color == GREY]
    assert len(greys) == 4  # clients, load balancer, queue, object store


def test_the_path_lit_is_thick_and_numbered_in_order() -> None:
    load = carry(TWITTER_DESIGN, DEMAND)
    dark = architecture_figure(load)
    figure = checked(architecture_figure(load, path(TWITTER_DESIGN, "read", hit=False)))
    thick = [note for note in figure.layout.annotations if note.showarrow and note.arrowwidth == 4]
    assert len(thick) == 4
    assert {note.arrowcolor for note in thick} == {GREEN}
    assert [text for text in texts(figure) if text not in texts(dark)] == ["1", "2", "3", "4"]
    assert {note.arrowwidth for note in dark.layout.annotations if note.showarrow} == {1.5}


def test_what_nobody_waits_for_is_dashed() -> None:
    figure = architecture_figure(carry(FRAMEWORK_DIAGRAM, DEMAND))
    dashed = [shape for shape in figure.layout.shapes if shape.line.dash == "dash"]
    assert len(dashed) == 1


def test_a_canvas_with_room_keeps_its_size() -> None:
    small, large = (
        architecture_figure(carry(design, DEMAND), columns=3.3, rows=6)
        for design in (SMALLEST, TWITTER_DESIGN)
    )
    assert small.layout.height == large.layout.height
    assert list(small.layout.xaxis.range) == list(large.layout.xaxis.range) == [0, 3.3]
    assert list(small.layout.yaxis.range) == [6, 0]
    low, high = small.layout.shapes[-2].y0, small.layout.shapes[-1].y1
    assert (low + high) / 2 == pytest.approx(3)


def test_long_names_are_cut_to_their_box() -> None:
    label = "The service that answers every question of every reader"
    boxes = (Component("Client", "client"), Component("A", "API service", label, replicas=12_345))
    figure = architecture_figure(carry(Architecture("Long", boxes, (Flow("Client", "A"),)), DEMAND))
    lines = texts(figure)[2:-1]
    assert len(lines) == 2
    assert all(len(line) <= 20 for line in lines)
    assert lines[-1].endswith("…")


def test_the_load_stays_as_it_was() -> None:
    load = carry(TWITTER_DESIGN, DEMAND)
    before = copy.deepcopy(dict(load))
    architecture_figure(load, path(TWITTER_DESIGN, "write"))
    assert dict(load) == before

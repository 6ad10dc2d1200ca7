"""The broken diagram: every state of a box is said in words, and what is down is crossed out."""

import copy

import pytest

from helpers.figures.availability import breakage_figure
from helpers.figures.style import BLUE, GREEN, GREY, ORANGE, VERMILION
from helpers.models.architectures import FRAMEWORK_DIAGRAM, SMALLEST, TWITTER_DESIGN
from tests.figures.checked import checked


def texts(figure: object) -> list[str]:
    return [note.text for note in figure.layout.annotations if note.text]  # type: ignore[attr-defined]


def crosses(figure: object) -> int:
    """Lines that lie across a box, two each."""
    lines = [shape for shape in figure.layout.shapes if shape.type == "line"]  # type: ignore[attr-defined]
    return len([line for line in lines if line.line.color == VERMILION]) // 2


@pytest.mark.parametrize(
    ("name", "lost", "status", "colour"),
    [
        ("DB", 0, "up, 1 standby", BLUE),
        ("DB", 1, "standby serves", GREEN),
        ("DB", 2, "down", VERMILION),
        ("Reads", 1, "119 of 120 left", GREEN),
        ("Cache", 0, "up, 2 spare", BLUE),
        ("Cache", 3, "1 of 2 left", GREEN),
        ("Replica", 0, "up", BLUE),
        ("Media", 0, "a provider's", GREY),
        ("Media", 1, "down", VERMILION),
    ],
)
def test_a_box_says_in_text_and_colour_how_it_is(name: str, lost: int, status: str, colour: str) -> None:
    figure = checked(breakage_figure(TWITTER_DESIGN, {name: lost}))
    assert status in texts(figure)
    boxes = [shape for shape in figure.layout.shapes if shape.type == "rect"]
    # Boxes stand in the order of the graph.
    assert boxes[list(TWITTER_DESIGN.graph).index(name)].line.color == colour
    assert crosses(figure) == (status == "down")


def test_a_single_point_stands_alone_until_it_is_down() -> None:
    assert "stands alone" in texts(breakage_figure(FRAMEWORK_DIAGRAM, {}, ["LB"]))
    figure = breakage_figure(FRAMEWORK_DIAGRAM, {"LB": 1}, ["LB", "DB"])
    assert texts(figure).count("stands alone") == 1
    colours = [shape.line.color for shape in figure.layout.shapes if shape.type == "rect"]
    assert colours.count(ORANGE) == 1
    assert crosses(figure) == 1


def test_what_is_broken_does_not_change_the_size() -> None:
    whole, broken = (breakage_figure(SMALLEST, lost, columns=3, rows=4) for lost in ({}, {"DB": 1}))
    assert whole.layout.height == broken.layout.height
    assert list(whole.layout.xaxis.range) == list(broken.layout.xaxis.range) == [0, 3]


def test_inputs_stay_as_they_were() -> None:
    lost = {"DB": 1}
    before = copy.deepcopy((TWITTER_DESIGN, lost))
    breakage_figure(TWITTER_DESIGN, lost, {"LB"})
    assert (TWITTER_DESIGN, lost) == before


def test_an_unknown_component_is_refused() -> None:
    for call in ({"X": 1}, {}):
        with pytest.raises(ValueError, match=r"^component = 'X'"):
            breakage_figure(SMALLEST, call, ["X"])
    with pytest.raises(ValueError, match=r"^lost = 2"):
        breakage_figure(SMALLEST, {"DB": 2})

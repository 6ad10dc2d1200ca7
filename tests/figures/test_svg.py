"""A block diagram as SVG: the same boxes, arrows and words at the same places as in the figure."""

import re
from typing import Any
from xml.etree import ElementTree

import pytest

from helpers.design import Design
from helpers.figures.architecture import architecture_figure
from helpers.figures.block_diagram import Box, block_diagram
from helpers.figures.style import GREY, VERMILION
from helpers.figures.svg import diagram_svg
from helpers.models.architecture import Architecture
from helpers.models.architecture_load import carry
from tests.one_page_designs import HOSTILE, chain, hostile, many_boxes, star

NAMESPACE = "{http://www.w3.org/2000/svg}"


def plain(architecture: Architecture) -> Any:
    return block_diagram(architecture, {part.name: Box("", GREY) for part in architecture.components})


def example_figure() -> Any:
    design = Design.example()
    assert design.architecture is not None
    return architecture_figure(carry(design.architecture, design.estimate))


def parts(svg: str, tag: str) -> list[dict[str, str]]:
    return [dict(part.attrib) for part in ElementTree.fromstring(svg).iter(NAMESPACE + tag)]


FIGURES = {
    "example": example_figure(),
    "many boxes": plain(many_boxes()),
    "star": plain(star()),
    "chain": plain(chain()),
}


@pytest.mark.parametrize("name", FIGURES)
def test_shapes_and_words_stand_where_the_figure_has_them(name: str) -> None:
    figure = FIGURES[name]
    svg = diagram_svg(figure)
    layout = figure.to_plotly_json()["layout"]
    boxes = [shape for shape in layout["shapes"] if shape["type"] == "rect"]
    drawn = parts(svg, "rect")
    assert len(drawn) == len(boxes)
    # One scale for x and one for y, found from two boxes, must place all boxes, arrows and words.
    width, height = (float(size) for size in parts(svg, "svg")[0]["viewBox"].split()[2:])
    columns, rows = layout["xaxis"]["range"][1], layout["yaxis"]["range"][0]
    scale = ((width - 8) / columns, (height - 8) / rows)

    def at(x: float, y: float) -> Any:
        return pytest.approx((4 + x * scale[0], 4 + y * scale[1]), abs=0.06)

    for box, rect in zip(boxes, drawn, strict=True):
        assert (float(rect["x"]), float(rect["y"])) == at(box["x0"], box["y0"])
        end = (float(rect["x"]) + float(rect["width"]), float(rect["y"]) + float(rect["height"]))
        assert end == pytest.approx((4 + box["x1"] * scale[0], 4 + box["y1"] * scale[1]), abs=0.11)
    lines = [shape for shape in layout["shapes"] if shape["type"] == "line"]
    for line, shaft in zip(lines, parts(svg, "line"), strict=True):
        assert (float(shaft["x1"]), float(shaft["y1"])) == at(line["x0"], line["y0"])
        assert (float(shaft["x2"]), float(shaft["y2"])) == at(line["x1"], line["y1"])
        assert ("stroke-dasharray" in shaft) == ("dash" in line["line"])
    notes = [note for note in layout["annotations"] if not note["showarrow"]]
    for note, words in zip(notes, parts(svg, "text"), strict=True):
        assert (float(words["x"]), float(words["y"])) == at(note["x"], note["y"])
    heads = [note for note in layout["annotations"] if note["showarrow"]]
    for head, polygon in zip(heads, parts(svg, "polygon"), strict=True):
        tip = polygon["points"].split()[0].split(",")
        assert (float(tip[0]), float(tip[1])) == at(head["x"], head["y"])


def test_it_says_what_the_figure_says() -> None:
    figure = FIGURES["example"]
    root = ElementTree.fromstring(diagram_svg(figure, "Clients → Load balancer"))
    said = [text.text for text in root.iter(NAMESPACE + "text")]
    assert said == [note.text for note in figure.layout.annotations if note.text]
    assert root.findtext(NAMESPACE + "title") == figure.layout.xaxis.title.text
    assert root.findtext(NAMESPACE + "desc") == "Clients → Load balancer"
    assert root.attrib["role"] == "img"


def test_an_arrows_head_points_along_the_arrow() -> None:
    points = parts(diagram_svg(plain(chain(2))), "polygon")[0]["points"].split()
    tip, *feet = [tuple(map(float, point.split(","))) for point in points]
    assert all(foot[1] < tip[1] for foot in feet)  # the arrow goes down
    assert sum(foot[0] for foot in feet) / 2 == pytest.approx(tip[0], abs=0.1)


def test_a_crossed_thick_box_and_a_lit_path_are_drawn_so() -> None:
    drawn = chain(2)
    boxes = {"Client": Box("", GREY), "Service 1": Box("down", VERMILION, thick=True, crossed=True)}
    svg = diagram_svg(block_diagram(drawn, boxes, drawn.flows))
    assert parts(svg, "rect")[1]["stroke-width"] == "4"
    assert parts(svg, "rect")[1]["stroke"] == VERMILION
    assert len(parts(svg, "line")) == 1 + 2
    assert ">1</text>" in svg


def test_typed_words_are_text() -> None:
    drawn = hostile().architecture
    assert drawn is not None
    svg = diagram_svg(plain(drawn), HOSTILE)
    root = ElementTree.fromstring(svg)
    assert root.findtext(NAMESPACE + "desc") == HOSTILE
    assert {re.sub("{.*}", "", part.tag) for part in root.iter()} == {
        "svg", "title", "desc", "rect", "line", "polygon", "text",
    }  # fmt: skip

"""Mermaid text becomes SVG with every box, arrow, column and key; what is not understood is refused."""

import re
import xml.etree.ElementTree as ET

import pytest

from helpers.figures.mermaid import mermaid_text
from helpers.figures.schema import entity_text
from helpers.models.architectures import FRAMEWORK_DIAGRAM, SMALLEST, TWITTER_DESIGN
from helpers.models.schemas import CORRECTED_SCHEMA, FRAMEWORK_SCHEMA
from helpers.site.diagrams import mermaid_svg

NAMESPACE = "{http://www.w3.org/2000/svg}"


def drawn(mermaid: str) -> ET.Element:
    return ET.fromstring(mermaid_svg(mermaid))


def words(svg: ET.Element) -> str:
    return " ".join(text.text or "" for text in svg.iter("text"))


def boxes(svg: ET.Element) -> list[tuple[float, float, float, float]]:
    rects = [rect for rect in svg.iter("rect") if "box" in rect.attrib["class"].split()]
    return [tuple(float(rect.attrib[key]) for key in ("x", "y", "width", "height")) for rect in rects]  # type: ignore[misc]


def fits(svg: ET.Element) -> bool:
    width, height = (float(svg.attrib[side]) for side in ("width", "height"))
    return all(x >= 0 and y >= 0 and x + w <= width and y + h <= height for x, y, w, h in boxes(svg))


@pytest.mark.parametrize(
    "architecture", [SMALLEST, FRAMEWORK_DIAGRAM, TWITTER_DESIGN], ids=lambda architecture: architecture.name
)
def test_a_flowchart_has_its_boxes_and_arrows(architecture) -> None:  # type: ignore[no-untyped-def]
    svg = drawn(mermaid_text(architecture))
    pairs = {(flow.source, flow.target) for flow in architecture.flows}
    assert len(boxes(svg)) == len(architecture.components)
    assert len(list(svg.iter("polygon"))) == len(list(svg.iter("polyline"))) == len(pairs)
    waited = {(flow.source, flow.target) for flow in architecture.flows if flow.waits}
    dashed = [line for line in svg.iter("polyline") if "stroke-dasharray" in line.attrib]
    assert len(dashed) == len(pairs - waited)
    for component in architecture.components:
        assert component.title.split()[0] in words(svg)
    assert fits(svg)


def test_boxes_do_not_lie_on_each_other() -> None:
    places = boxes(drawn(mermaid_text(TWITTER_DESIGN)))
    for i, (x, y, width, height) in enumerate(places):
        for left, top, *_ in places[i + 1 :]:
            assert abs(x - left) >= width or abs(y - top) >= height


def test_the_direction_is_kept() -> None:
    (first, second) = boxes(drawn("flowchart LR\n a --> b"))
    assert (first[0] < second[0], first[1] == second[1]) == (True, True)
    (first, second) = boxes(drawn("flowchart TD\n a --> b"))
    assert (first[1] < second[1], first[0] == second[0]) == (True, True)


@pytest.mark.parametrize(
    ("mermaid", "lines", "heads"),
    [
        ("flowchart LR\n a --> b\n b --> a", 1, 2),
        ("flowchart LR\n a --> b\n b --> c\n c --> a", 3, 3),
        ("flowchart LR\n a <--> b", 1, 2),
        ("flowchart LR\n a --- b", 1, 0),
        ("flowchart LR\n a", 0, 0),
    ],
)
def test_circles_and_lines_without_a_head(mermaid: str, lines: int, heads: int) -> None:
    svg = drawn(mermaid)
    assert len(list(svg.iter("polyline"))) == lines
    assert len(list(svg.iter("polygon"))) == heads


def test_an_arrow_that_closes_a_circle_points_back() -> None:
    svg = drawn("flowchart LR\n a --> b\n b --> c\n c --> a")
    tips = {polygon.attrib["points"].split()[0].split(",")[0] for polygon in svg.iter("polygon")}
    right_of_a = boxes(svg)[0][0] + boxes(svg)[0][2]
    assert f"{right_of_a:.1f}" in tips


def test_labels_are_text_and_long_ones_are_cut() -> None:
    svg = drawn(
        'flowchart LR\n a["A &lt; B & C"] -->|"asks"| b["one two three four five six seven eight nine"]'
    )
    assert "A < B & C" in words(svg)
    assert "asks" in words(svg)
    assert words(svg).endswith("…")


@pytest.mark.parametrize("schema", [FRAMEWORK_SCHEMA, CORRECTED_SCHEMA], ids=["framework", "corrected"])
def test_an_entity_diagram_has_its_tables_columns_and_keys(schema) -> None:  # type: ignore[no-untyped-def]
    svg = drawn(entity_text(schema))
    assert len(boxes(svg)) == len(schema.tables)
    references = [column for table in schema.tables for column in table.columns if column.references]
    assert len(list(svg.iter("polyline"))) == len(references)
    for table in schema.tables:
        assert table.name in words(svg)
        for column in table.columns:
            assert column.name in words(svg)
    assert words(svg).count("PK") == sum(len(table.primary_key) for table in schema.tables)
    assert fits(svg)


def test_a_line_of_an_entity_diagram_ends_at_its_columns() -> None:
    svg = drawn(
        "erDiagram\n a {\n  integer id PK\n }\n b {\n  text x\n  integer a_id FK\n }\n a ||--o{ b : a_id"
    )
    (points,) = (line.attrib["points"].split() for line in svg.iter("polyline"))
    heights = {text.text: float(text.attrib["y"]) for text in svg.iter("text")}
    assert float(points[0].split(",")[1]) == pytest.approx(heights["id"], abs=6)
    assert float(points[-1].split(",")[1]) == pytest.approx(heights["a_id"], abs=6)


def test_tables_that_reference_each_other_or_themselves_are_drawn() -> None:
    svg = drawn("erDiagram\n a ||--o{ b : x\n b ||--o{ a : y\n a ||--o{ a : z")
    assert len(boxes(svg)) == 2
    assert len(list(svg.iter("polyline"))) == 3


@pytest.mark.parametrize(
    ("mermaid", "message"),
    [
        ("sequenceDiagram\n A->>B: hello", "flowchart"),
        ("", "flowchart"),
        ("flowchart LR\n a --> ", "a -->"),
        ("flowchart LR\n a --> a", "from a to itself"),
        ("erDiagram\n a {\n integer id PK\n }\n a to b", re.escape("'a to b' is not understood")),
        ("erDiagram\n a {\n  one column too many words\n }", "is not understood"),
    ],
)
def test_what_is_not_understood_is_refused(mermaid: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        mermaid_svg(mermaid)

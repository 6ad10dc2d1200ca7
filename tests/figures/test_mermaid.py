"""Mermaid: the framework's diagram to the letter, every variant, and names that Mermaid would trip over."""

import re
from typing import Any

import pytest

from helpers.figures.mermaid import mermaid_diagram, mermaid_text
from helpers.models.architecture import Architecture, Component, Flow
from helpers.models.architectures import FRAMEWORK_DIAGRAM, TWITTER_DESIGN

# Step 3 of the framework, with the blanks on its empty lines.
FRAMEWORK = """\
flowchart LR
    Client[Client App] --> LB[Load Balancer]
    LB --> API[API Service Cluster]
____
    API --> Cache[Redis Cache]
    API --> DB[(Database Master)]
____
    subgraph Storage
    direction TB
    DB -.-> Slave[(DB Slave / Read Replica)]
    end""".replace("_", " ")


def boxes(*names: str, **changes: Any) -> tuple[Component, ...]:
    return tuple(Component(name, "API service", **changes) for name in names)


def test_the_frameworks_diagram_comes_out_to_the_letter() -> None:
    assert mermaid_text(FRAMEWORK_DIAGRAM) == FRAMEWORK


def test_the_diagram_shows_itself_in_jupyterlab_and_as_text_elsewhere() -> None:
    diagram = mermaid_diagram(FRAMEWORK_DIAGRAM)
    assert diagram._repr_mimebundle_() == {"text/vnd.mermaid": FRAMEWORK, "text/plain": FRAMEWORK}
    assert str(diagram) == FRAMEWORK


def test_every_arrow_and_every_box_is_in_the_text_once() -> None:
    text = mermaid_text(TWITTER_DESIGN)
    drawn = re.findall(r"(\w+)(?:\[.*?\])? (-->|-\.->) (\w+)", text)
    assert {(source, target) for source, _, target in drawn} == set(TWITTER_DESIGN.graph.edges)
    assert len(drawn) == TWITTER_DESIGN.graph.number_of_edges()
    dotted = {(source, target) for source, arrow, target in drawn if arrow == "-.->"}
    assert dotted == {("Writes", "Queue"), ("DB", "Replica")}
    for component in TWITTER_DESIGN.components:
        assert text.count(f"[{component.title}]") + text.count(f"[({component.title})]") == 1


def test_a_way_that_somebody_waits_for_is_no_dotted_arrow() -> None:
    flows = (Flow("A", "B", "read", waits=False), Flow("A", "B", "write"))
    for ordered in (flows, flows[::-1]):
        assert mermaid_text(Architecture("Both", boxes("A", "B"), ordered)).endswith("A[A] --> B[B]")


def test_several_arrows_of_one_box_have_a_paragraph_of_their_own() -> None:
    pairs = ("AB", "BC", "BD", "DE", "EF")
    text = mermaid_text(Architecture("Paragraphs", boxes(*"ABCDEF"), tuple(Flow(*pair) for pair in pairs)))
    lengths = [len(paragraph.splitlines()) for paragraph in text.split("\n    \n")]
    assert lengths == [2, 2, 2]  # the first begins with the word flowchart


def test_boxes_without_arrows_are_drawn_too() -> None:
    text = mermaid_text(Architecture("Loose", boxes("A", "B"), direction="TB"))
    assert text == "flowchart TB\n    A[A]\n    B[B]"


@pytest.mark.parametrize(
    ("label", "written"),
    [
        ("Load Balancer", "[Load Balancer]"),
        ("/ root", '["/ root"]'),
        ('The "cache"', '["The #quot;cache#quot;"]'),
        ("a [b] (c) {d}", '["a [b] (c) {d}"]'),
        ("the end", '["the end"]'),
        ("<script>", '["#lt;script#gt;"]'),
        ("**bold**", '["#42;#42;bold#42;#42;"]'),
        ("`code` #1 & more", '["#96;code#96; #35;1 #amp; more"]'),
        ("Speicher für Bilder", '["Speicher für Bilder"]'),
        ("two\nlines", '["two lines"]'),
    ],
)
def test_labels_cannot_break_the_diagram(label: str, written: str) -> None:
    text = mermaid_text(Architecture("Label", boxes("A", label=label)))
    assert text == f"flowchart LR\n    A{written}"


@pytest.mark.parametrize(
    ("names", "ids"),
    [
        (("end", "graph"), ["box_end", "box_graph"]),
        (("1st", "_x"), ["box_1st", "box__x"]),
        (("read service", "read-service"), ["read_service", "read_service_"]),
        (("für",), ["f_r"]),
    ],
)
def test_names_become_ids_that_mermaid_takes(names: tuple[str, ...], ids: list[str]) -> None:
    text = mermaid_text(Architecture("Names", boxes(*names)))
    assert re.findall(r"^    (\w+)\[", text, re.MULTILINE) == ids


@pytest.mark.parametrize(
    ("group", "head"),
    [
        ("Storage", "subgraph Storage"),
        ("My disks", "subgraph group_My_disks[My disks]"),
        ("A", "subgraph group_A[A]"),
    ],
)
def test_a_group_never_has_the_id_of_a_box(group: str, head: str) -> None:
    text = mermaid_text(Architecture("Group", boxes("A", "B", group=group), (Flow("A", "B"),)))
    assert text == f"flowchart LR\n    {head}\n    direction TB\n    A[A] --> B[B]\n    end"

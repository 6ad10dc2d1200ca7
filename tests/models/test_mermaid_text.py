"""Reading Mermaid: every way to write the same picture, and what is refused."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.figures.mermaid import mermaid_text
from helpers.models.architectures import FRAMEWORK_DIAGRAM, SMALLEST, TWITTER_DESIGN, Parts, assemble
from helpers.models.mermaid_text import Edge, Flowchart, Node, read_mermaid

CHAIN = {("client app", "load balancer"), ("load balancer", "api")}
WAYS = {
    "one statement a line": "flowchart LR\nA[Client App] --> B[Load Balancer]\nB --> C[API]",
    "a chain": "flowchart LR\n    A[Client App] --> B[Load Balancer] --> C[API]\n",
    "semicolons": "graph TD;A[Client App]-->B[Load Balancer];B-->C[API];",
    "no spaces": "graph LR\nA[Client App]-->B[Load Balancer]-->C[API]",
    "boxes first": "flowchart TB\nC[API]\nB[Load Balancer]\nA[Client App]\nA --> B\nB --> C",
    "a label given later": "flowchart LR\nA --> B --> C\nA[Client App]\nB[Load Balancer]\nC[API]",
    "quotes": 'flowchart LR\nA["Client App"] --> B("Load Balancer") --> C{"API"}',
    "markdown": 'flowchart LR\nA["`**Client** App`"] --> B["Load<br/>Balancer"] --> C[ api ]',
    "other ids": "flowchart LR\nclient-app[Client App] --> lb.1[Load Balancer] --> api_2[API]",
    "text on the arrows": "flowchart LR\nA[Client App] -- asks --> B[Load Balancer] -->|passes on| C[API]",
    "quoted text": 'flowchart LR\nA[Client App] -- "a --> b; c" --> B[Load Balancer] -->|"x|y"| C[API]',
    "thick and long": "flowchart LR\nA[Client App] ==> B[Load Balancer]\nB ----> C[API]",
    "subgraphs": "flowchart LR\nsubgraph one [The; edge]\ndirection TB\nA[Client App] --> B[Load Balancer]\n"
    "subgraph two\nC[API]\nend\nend\nB --> C",
    "comments and styles": "%% first\nflowchart LR\n%% A --> C\n"
    "A[Client App]:::big --> B[Load Balancer] %% yes\n"
    "B --> C[API]\nclassDef big fill:#f9f\nclass A,B big\n"
    "style C fill:#bbf\nlinkStyle 0 stroke:red",
    "front matter": '---\ntitle: Links\n---\n%%{init: {"theme": "dark"}}%%\nflowchart LR\n'
    "A[Client App] --> B[Load Balancer] --> C[API]",
    "a fence": "```mermaid\nflowchart LR\nA[Client App] --> B[Load Balancer] --> C[API]\n```",
    "a fence from Windows": "```mermaid\r\nflowchart LR\r\n"
    "A[Client App] --> B[Load Balancer] --> C[API]\r\n```\r\n",
    "named shapes": 'flowchart LR\nA@{ shape: rounded, label: "Client App" } --> B[Load Balancer] --> C[API]',
}


@pytest.mark.parametrize("text", WAYS.values(), ids=WAYS.keys())
def test_one_picture_is_read_however_it_is_written(text: str) -> None:
    chart = read_mermaid(text)
    assert chart.arrows() == CHAIN
    assert sorted(chart.labels) == ["api", "client app", "load balancer"]


def test_ampersands_stand_for_every_pair() -> None:
    chart = read_mermaid("flowchart LR\nA & B --> C & D -.-> E")
    assert chart.arrows(dotted=False) == {("a", "c"), ("a", "d"), ("b", "c"), ("b", "d")}
    assert chart.arrows(dotted=True) == {("c", "e"), ("d", "e")}


@pytest.mark.parametrize(
    ("line", "edges"),
    [
        ("-.->", [Edge("A", "B", dotted=True)]),
        ("-..->", [Edge("A", "B", dotted=True)]),
        ("-. copies .->", [Edge("A", "B", "copies", dotted=True)]),
        ("-.->|copies|", [Edge("A", "B", "copies", dotted=True)]),
        ("-- 10 requests/s -->", [Edge("A", "B", "10 requests/s")]),
        ("== much ==>", [Edge("A", "B", "much")]),
        ("---", [Edge("A", "B", arrow=False)]),
        ("-- text ---", [Edge("A", "B", "text", arrow=False)]),
        ("-.-", [Edge("A", "B", dotted=True, arrow=False)]),
        ("<-->", [Edge("A", "B"), Edge("B", "A")]),
        ("--x", [Edge("A", "B")]),
        ("~~~", []),
    ],
)
def test_a_line_says_which_way_and_who_waits(line: str, edges: list[Edge]) -> None:
    assert list(read_mermaid(f"flowchart LR\nA {line} B").edges) == edges


@pytest.mark.parametrize(
    ("box", "node"),
    [
        ("A", Node("A")),
        ("A[(DB)]", Node("DB", "cylinder")),
        ('A[("DB; the #quot;one#quot;")]', Node('DB; the "one"', "cylinder")),
        ("A@{ shape: cyl, label: DB }", Node("DB", "cylinder")),
        ("A([x])", Node("x", "stadium")),
        ("A((x))", Node("x", "circle")),
        ("A{{x}}", Node("x", "hexagon")),
        ("A>x]", Node("x", "flag")),
        ("A[/x/]", Node("x", "slanted")),
        ('A["x (v1) [beta]"]', Node("x (v1) [beta]")),
        ("A[x]\nA[(y)]", Node("y", "cylinder")),
        ("A[(y)]\nA", Node("y", "cylinder")),
    ],
)
def test_a_box_has_a_label_and_a_shape(box: str, node: Node) -> None:
    assert read_mermaid(f"flowchart LR\n{box}").nodes == {"A": node}


@pytest.mark.parametrize("architecture", [FRAMEWORK_DIAGRAM, SMALLEST, TWITTER_DESIGN])
def test_the_courses_own_diagrams_come_back(architecture: Any) -> None:
    chart = read_mermaid(mermaid_text(architecture))
    titles = {component.name: component.title.casefold() for component in architecture.components}
    assert sorted(chart.labels) == sorted(titles.values())
    assert chart.arrows() == {(titles[flow.source], titles[flow.target]) for flow in architecture.flows}


@given(
    st.builds(Parts, cache=st.booleans(), replica=st.booleans(), servers=st.booleans(), shards=st.booleans())
)
def test_any_design_comes_back(parts: Parts) -> None:
    design = assemble(parts)
    chart = read_mermaid(mermaid_text(design))
    assert len(chart.nodes) == len(design.components)
    assert len(chart.edges) == len({(flow.source, flow.target) for flow in design.flows})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must begin with"),
        ("A --> B", "must begin with"),
        ("sequenceDiagram\nA->>B: hi", "must begin with"),
        ("flowchartLR\nA --> B", "must begin with"),
        ("flowchart LR\nA -> B", "an arrow such as --> was expected in 'A -> B', '-> B' came"),
        ("flowchart LR\nA -->", "a box was expected in 'A -->', its end came"),
        ("flowchart LR\nA[open --> B", "'[open --> B' came"),
        ("flowchart LR\nA[API (v1)] --> B", "'[API (v1)] --> B' came"),
        ("flowchart LR\nsubgraph S\nA --> B", "a subgraph has no"),
        ("flowchart LR\n--> B", "a box was expected"),
    ],
)
def test_what_is_no_flowchart_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        read_mermaid(text)
    assert message in str(caught.value)


@pytest.mark.parametrize("text", [None, 3, ["flowchart LR"], b"flowchart LR"])
def test_what_is_no_text_is_refused(text: Any) -> None:
    with pytest.raises(TypeError, match="text = "):
        read_mermaid(text)


@given(st.text(alphabet='AB[](){}<>|"-=.~;&%# \nx', max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        chart = read_mermaid(f"flowchart LR\n{text}")
    except ValueError:
        return
    assert isinstance(chart, Flowchart)
    assert {end for edge in chart.edges for end in (edge.source, edge.target)} <= set(chart.nodes)

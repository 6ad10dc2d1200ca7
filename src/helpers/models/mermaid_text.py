"""Step 3: read the text of a Mermaid flowchart back into its boxes and arrows."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

__all__ = ["Edge", "Flowchart", "Node", "read_mermaid"]

# Longer brackets first: "[(" before "[".
_SHAPES = (
    ("(((", ")))", "double circle"),
    ("((", "))", "circle"),
    ("([", "])", "stadium"),
    ("[(", ")]", "cylinder"),
    ("[[", "]]", "subroutine"),
    ("{{", "}}", "hexagon"),
    ("[/", "/]", "slanted"),
    ("[/", "\\]", "trapezium"),
    ("[\\", "\\]", "slanted"),
    ("[\\", "/]", "trapezium"),
    ("[", "]", "box"),
    ("(", ")", "rounded"),
    ("{", "}", "rhombus"),
    (">", "]", "flag"),
)
_NAMED_SHAPES = {"cyl": "cylinder", "cylinder": "cylinder", "db": "cylinder", "database": "cylinder"}
_HEADER = re.compile(r"(?:flowchart(?:-elk)?|graph)(?:\s+(?:LR|RL|TB|TD|BT))?(?=\s|;|$)", re.IGNORECASE)
_STYLING = re.compile(
    r"(?:classDef|class|style|linkStyle|click|direction|accTitle|accDescr)\b(?!\s*(?:--|-\.|==|[\[({]))"
)
_SUBGRAPH = re.compile(r"subgraph\b\s*(.*)", re.DOTALL)
_ID = re.compile(r"\w+(?:[-.]\w+)*")
_SPACE = re.compile(r"\s*")
_CLASS = re.compile(r":::[\w-]+")
_ATTRIBUTES = re.compile(r'@\{((?:"[^"]*"|[^"}])*)\}')
_TEXT = r'\s*(?P<text>"[^"]*"|[^\s"|>-](?:(?!--|==|\.-).)*?)\s*'
_LINKS = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
        r"(?P<back><|[xo](?=[-=]))?(?P<line>-{2,}|={2,}|-\.+-)(?P<head>>|[xo](?=[\s|]|$))",
        r"(?P<back><)?(?P<line>-{3,}|={3,}|-\.+-)(?P<head>)",
        r"(?P<line>~{3,})(?P<head>)(?P<back>)?",
        rf"(?P<back><)?(?P<line>--){_TEXT}-{{2,}}(?P<head>>|[xo](?=\s|$)|(?<=---))",
        rf"(?P<back><)?(?P<line>==){_TEXT}={{2,}}(?P<head>>|[xo](?=\s|$)|(?<====))",
        rf"(?P<back><)?(?P<line>-\.){_TEXT}\.+-(?P<head>>|[xo](?=\s|$)|)",
    )
)
_PIPED = re.compile(r'\s*\|(\s*"[^"]*"\s*|[^|]*)\|')
_PIECES = re.compile(r'"[^"]*"|\[[^]"\n]*\]|\([^)"\n]*\)|\|[^|"\n]*\||#\w+;|(?P<end>[;\n])|.', re.DOTALL)


@dataclass(frozen=True)
class Node:
    """A box: what stands in it, and its shape (`box`, `rounded`, `cylinder`, …)."""

    label: str
    shape: str = "box"


@dataclass(frozen=True)
class Edge:
    """A line from one box (its id) to another; `arrow` is False for a line without a head."""

    source: str
    target: str
    label: str = ""
    dotted: bool = False
    arrow: bool = True


@dataclass(frozen=True)
class Flowchart:
    """The boxes of a flowchart by id, and its lines in order."""

    nodes: dict[str, Node] = field(default_factory=dict)
    edges: tuple[Edge, ...] = ()

    @property
    def labels(self) -> list[str]:
        """What stands in the boxes, in small letters and with single spaces, in order."""
        return [_folded(node.label) for node in self.nodes.values()]

    def labels_of(self, shape: str) -> set[str]:
        """Return what stands in the boxes of a shape, written as in `labels`."""
        return {_folded(node.label) for node in self.nodes.values() if node.shape == shape}

    def arrows(self, *, dotted: bool | None = None) -> set[tuple[str, str]]:
        """Return the arrows as pairs of labels; all of them, or only the dotted or the other ones."""
        return {
            (_folded(self.nodes[edge.source].label), _folded(self.nodes[edge.target].label))
            for edge in self.edges
            if edge.arrow and dotted in (None, edge.dotted)
        }


def read_mermaid(text: str) -> Flowchart:
    """Read a Mermaid flowchart (`flowchart` or `graph`); styling and subgraphs leave no trace.

    A label that is given twice counts as Mermaid counts it: the last one stands. Raises TypeError for what
    is not text, ValueError naming the statement that is not understood.

    >>> chart = read_mermaid("flowchart LR; Client[Client App] --> LB(Load Balancer) -.-> Log")
    >>> chart.nodes["LB"]
    Node(label='Load Balancer', shape='rounded')
    >>> sorted(chart.arrows(dotted=True))
    [('load balancer', 'log')]
    """
    if not isinstance(text, str):
        raise TypeError(f"text = {text!r}: it must be Mermaid text")
    statements = list(_statements(text))
    header = _HEADER.match(statements[0]) if statements else None
    if header is None:
        raise ValueError('it must begin with "flowchart" or "graph", and a direction such as LR')
    statements[0] = statements[0][header.end() :].strip()
    nodes: dict[str, Node] = {}
    edges: list[Edge] = []
    depth = 0
    for statement in filter(None, statements):
        if _SUBGRAPH.fullmatch(statement):
            depth += 1
        elif statement == "end" and depth:
            depth -= 1
        elif not _STYLING.match(statement):
            edges += _Reader(statement, nodes).chain()
    if depth:
        raise ValueError('a subgraph has no "end"')
    return Flowchart(nodes, tuple(edges))


def _statements(text: str) -> Iterator[str]:
    """Split at the ends of lines and at semicolons, but not inside labels or entities such as #quot;."""
    text = text.replace("\r\n", "\n").strip()
    text = re.sub(r"\A\s*```\s*(?:mermaid)?[ \t]*\n|\n\s*```\s*\Z", "", text)
    text = re.sub(r"\A\s*---\n.*?\n---[ \t]*$", "", text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r'%%\{.*?\}%%|^\s*%%[^\n]*|\s%%\s[^"\n]*$', "", text, flags=re.DOTALL | re.MULTILINE)
    piece = ""
    for found in _PIECES.finditer(text):
        if found["end"]:
            if piece.strip():
                yield piece.strip()
            piece = ""
        else:
            piece += found[0]
    if piece.strip():
        yield piece.strip()


class _Reader:
    """Reads one statement, such as `a --> b & c -- text --> d`, from left to right."""

    def __init__(self, statement: str, nodes: dict[str, Node]) -> None:
        self.statement, self.nodes, self.at = statement, nodes, 0

    def chain(self) -> Iterator[Edge]:
        sources = self.group()
        while self.rest():
            label, found = self.link()
            targets = self.group()
            line = found["line"]
            if not line.startswith("~"):
                dotted, heads = line.startswith("-."), (bool(found["head"]), bool(found["back"]))
                for source in sources:
                    for target in targets:
                        yield Edge(source, target, label, dotted, heads[0])
                        if heads[1]:
                            yield Edge(target, source, label, dotted)
            sources = targets

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.statement, self.at)
        if found:
            self.at = found.end()
        return found

    def rest(self) -> str:
        self.take(_SPACE)
        return self.statement[self.at :]

    def refuse(self, expected: str) -> ValueError:
        came = repr(self.rest()[:30]) if self.rest() else "its end"
        return ValueError(f"{expected} was expected in {self.statement!r}, {came} came")

    def group(self) -> list[str]:
        found = [self.node()]
        while self.take(re.compile(r"\s*&")):
            found.append(self.node())
        return found

    def node(self) -> str:
        self.take(_SPACE)
        found = self.take(_ID)
        if not found:
            raise self.refuse("a box")
        name = found[0]
        shaped = self.shape()
        self.take(_CLASS)
        if shaped or name not in self.nodes:
            self.nodes[name] = shaped or Node(name)
        return name

    def shape(self) -> Node | None:
        attributes = self.take(_ATTRIBUTES)
        if attributes:
            given: dict[str, str] = dict(re.findall(r'(\w+)\s*:\s*("[^"]*"|[\w-]+)', attributes[1]))
            shape_name = given.get("shape", "box")
            label = given.get("label", "")
            return Node(_plain(label), _NAMED_SHAPES.get(shape_name, shape_name)) if label else None
        for opening, closing, shape in _SHAPES:
            pattern = re.compile(
                re.escape(opening) + r'(\s*"[^"]*"\s*|[^"\[\](){}|]*?)' + re.escape(closing), re.DOTALL
            )
            found = self.take(pattern)
            if found:
                return Node(_plain(str(found[1])), shape)
        return None

    def link(self) -> tuple[str, re.Match[str]]:
        self.take(_SPACE)
        for pattern in _LINKS:
            found = self.take(pattern)
            if found:
                label = found.groupdict().get("text") or ""
                piped = self.take(_PIPED)
                return _plain(piped[1] if piped else label), found
        raise self.refuse("an arrow such as -->")


def _plain(label: str) -> str:
    """Return a label without its quotes, line breaks, emphasis and entities."""
    label = label.strip().removeprefix('"').removesuffix('"').strip().strip("`")
    label = re.sub(r"<br\s*/?>|\\n", " ", label)
    label = re.sub(r"</?(?:b|i|u|em|strong)>|\*\*", "", label)
    label = re.sub(r"#(\d+);", r"&#\1;", label)
    label = re.sub(r"#([a-z]\w*);", r"&\1;", label)
    return " ".join(html.unescape(label).split())


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()

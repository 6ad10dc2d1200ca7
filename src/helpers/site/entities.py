"""The text of a Mermaid entity diagram, as `helpers.figures.schema` writes it, drawn as SVG."""

import re
from dataclasses import dataclass, field

import networkx as nx  # type: ignore[import-untyped]

from helpers.site.svg import picture, text

__all__ = ["entities_svg"]

_LETTER_PX, _ROW_PX, _GAP_PX = 7.3, 22, 96
_OPEN = re.compile(r'("?)(?P<name>[\w-]+)\1\s*\{')
_COLUMN = re.compile(
    r'(?P<kind>\w+)\s+(?P<name>\w+)(?:\s+(?P<keys>(?:PK|FK|UK)(?:,\s*(?:PK|FK|UK))*))?(?:\s+"(?P<words>[^"]*)")?'
)
_LINE = re.compile(r'"?(?P<one>[\w-]+)"?\s+(?P<ends>\S+)\s+"?(?P<many>[\w-]+)"?\s*:\s*"?(?P<label>[^"]*)"?')
_ENDS = {"||": "1", "|o": "0–1", "o|": "0–1", "o{": "n", "}o": "n", "|{": "n", "}|": "n"}


@dataclass
class _Table:
    name: str
    columns: list[tuple[str, str, str, str]] = field(default_factory=list)
    x: float = 0
    y: float = 0

    @property
    def widths(self) -> list[float]:
        """Pixels of name, kind, keys and words."""
        columns = zip(*self.columns, strict=True) if self.columns else [()] * 4
        return [_LETTER_PX * (max(map(len, cells), default=0) + 2) for cells in columns]

    @property
    def width(self) -> float:
        return max(sum(self.widths), _LETTER_PX * (len(self.name) + 4))

    @property
    def height(self) -> float:
        return _ROW_PX * (len(self.columns) + 1)

    def row_of(self, column: str) -> float:
        """Where a column's row has its middle; a name that is none of them stands at the head."""
        names = [name for name, *_ in self.columns]
        row = names.index(column) + 1 if column in names else 0
        return self.y + _ROW_PX * (row + 0.5)


@dataclass(frozen=True)
class _Link:
    one: str
    many: str
    ends: str
    label: str


def entities_svg(mermaid: str) -> str:
    """Return the diagram as an SVG element: tables as boxes, a table that is referenced to the left.

    Raises ValueError naming a line that is not understood.

    >>> svg = entities_svg('erDiagram\\n  a {\\n    integer id PK "required"\\n  }\\n  a ||--o{ b : id')
    >>> svg.count("<rect"), svg.count("<polyline")
    (4, 1)
    """
    tables, links = _read(mermaid)
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(tables)
    for link in links:
        # A table may reference itself, and two may reference each other; the first one counts.
        if link.one != link.many and not nx.has_path(graph, link.many, link.one):
            graph.add_edge(link.one, link.many)
    left, heights = 1.0, []
    for generation in nx.topological_generations(graph):
        top = 1.0
        for table in (tables[name] for name in generation):
            table.x, table.y = left, top
            top += table.height + _ROW_PX
        heights.append(top - _ROW_PX)
        left += max(tables[name].width for name in generation) + _GAP_PX
    drawn = [_line(link, tables[link.one], tables[link.many]) for link in links]
    drawn += [_box(table) for table in tables.values()]
    title = "Tables: " + ", ".join(tables)
    return picture((left - _GAP_PX + 1, max(heights, default=0) + 1), drawn, title)


def _read(mermaid: str) -> tuple[dict[str, _Table], list[_Link]]:
    tables: dict[str, _Table] = {}
    links: list[_Link] = []
    opened: _Table | None = None
    for line in filter(None, map(str.strip, mermaid.split("\n")[1:])):
        if line == "}":
            opened = None
        elif opened and (column := _COLUMN.fullmatch(line)):
            keys, words = column["keys"] or "", column["words"] or ""
            opened.columns.append((column["name"], column["kind"].replace("_", " "), keys, words))
        elif table := _OPEN.fullmatch(line):
            opened = tables.setdefault(table["name"], _Table(table["name"]))
        elif (link := _LINE.fullmatch(line)) and not opened:
            links.append(_Link(link["one"], link["many"], link["ends"], link["label"]))
            for name in (link["one"], link["many"]):
                tables.setdefault(name, _Table(name))
        else:
            raise ValueError(f"entity diagram: {line!r} is not understood")
    return tables, links


def _line(link: _Link, one: _Table, many: _Table) -> str:
    start = (one.x + one.width, one.row_of("id" if one.columns else ""))
    end = (many.x, many.row_of(link.label))
    if end[0] <= start[0]:  # to itself, or back to the left
        end = (many.x + many.width, end[1])
    bend = max(start[0], end[0]) + 0.3 * _GAP_PX if end[0] <= start[0] else (start[0] + end[0]) / 2
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (start, (bend, start[1]), (bend, end[1]), end))
    ends = [_ENDS.get(half, "") for half in (link.ends[:2], link.ends[-2:])]
    return (
        f'<polyline points="{path}" class="line"/>'
        + text((start[0] + 5, start[1] - 5), ends[0], "start")
        + text((end[0] - 10, end[1] - 5), ends[1])
    )


def _box(table: _Table) -> str:
    place = f'x="{table.x}" y="{table.y}" width="{table.width:.1f}" rx="4"'
    parts = [
        f'<rect {place} height="{table.height}" class="box"/>',
        f'<rect {place} height="{_ROW_PX}" class="name"/>',
        text((table.x + _LETTER_PX, table.y + 15), table.name, "head"),
    ]
    for row, cells in enumerate(table.columns, start=1):
        at = table.x + _LETTER_PX
        for cell, width in zip(cells, table.widths, strict=True):
            parts.append(text((at, table.y + _ROW_PX * row + 15), cell, "start"))
            at += width
    return "".join(parts)

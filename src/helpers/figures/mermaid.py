"""Step 3: an architecture as Mermaid text, and as a diagram that JupyterLab draws from it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from helpers.models.architecture import DATABASES, Architecture

__all__ = ["MermaidDiagram", "mermaid_diagram", "mermaid_text"]

_INDENT = "    "
_PLAIN_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9 /_.-]*")
# Mermaid's own words: none of them may name a box.
_RESERVED = {
    "call", "class", "classdef", "click", "default", "direction", "end", "flowchart", "graph", "href",
    "interpolate", "linkstyle", "style", "subgraph",
}  # fmt: skip
_ESCAPES = {
    "#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "&": "#amp;", "`": "#96;", "\\": "#92;",
    "*": "#42;",
}  # fmt: skip


@dataclass(frozen=True)
class MermaidDiagram:
    """Mermaid text that shows itself as a diagram in JupyterLab, and as its text elsewhere."""

    text: str

    def __str__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/vnd.mermaid": self.text, "text/plain": self.text}


def mermaid_diagram(architecture: Architecture) -> MermaidDiagram:
    """Return the architecture as a diagram that JupyterLab draws."""
    return MermaidDiagram(mermaid_text(architecture))


def mermaid_text(architecture: Architecture) -> str:
    """Return the architecture as a Mermaid flowchart; what nobody waits for is a dotted arrow.

    A component with several arrows has a paragraph of its own, and arrows inside a group stand in it.

    >>> from helpers.models.architectures import SMALLEST
    >>> print(mermaid_text(SMALLEST))
    flowchart TB
        Client[Clients] --> DB[(Primary database)]
    <BLANKLINE>
        subgraph Storage
        direction TB
        DB
        end
    """
    ids = _ids(architecture)
    declared: set[str] = set()

    def box(name: str) -> str:
        if name in declared:
            return ids[name]
        declared.add(name)
        component = architecture[name]
        label = _label(component.title)
        return f"{ids[name]}[({label})]" if component.kind in DATABASES else f"{ids[name]}[{label}]"

    def lines(arrows: list[tuple[str, str, bool]]) -> Iterator[str]:
        for source, target, waits in arrows:
            yield f"{_INDENT}{box(source)} {'-->' if waits else '-.->'} {box(target)}"

    groups = {component.name: component.group for component in architecture.components}
    outside: list[tuple[str, str, bool]] = []
    inside: list[tuple[str, str, bool]] = []
    for arrow in _arrows(architecture):
        within = groups[arrow[0]] and groups[arrow[0]] == groups[arrow[1]]
        (inside if within else outside).append(arrow)
    paragraphs = [list(lines(arrows)) for arrows in _paragraphs(outside)]
    for group in dict.fromkeys(filter(None, groups.values())):
        body = list(lines([arrow for arrow in inside if groups[arrow[0]] == group]))
        drawn = {name for arrow in inside for name in arrow[:2]}
        body += [f"{_INDENT}{box(name)}" for name in groups if groups[name] == group and name not in drawn]
        head = [f"{_INDENT}subgraph {_group_id(group, ids)}", f"{_INDENT}direction TB"]
        paragraphs.append([*head, *body, f"{_INDENT}end"])
    alone = [f"{_INDENT}{box(name)}" for name in groups if name not in declared]
    if alone:
        paragraphs.append(alone)
    text = f"\n{_INDENT}\n".join("\n".join(paragraph) for paragraph in paragraphs)
    return f"flowchart {architecture.direction}\n{text}"


def _arrows(architecture: Architecture) -> list[tuple[str, str, bool]]:
    """Return the arrows, each pair of boxes once, in order; the last part says whether anyone waits."""
    waits: dict[tuple[str, str], bool] = {}
    for flow in architecture.flows:
        pair = (flow.source, flow.target)
        waits[pair] = waits.get(pair, False) or flow.waits
    return [(*pair, waited) for pair, waited in waits.items()]


def _paragraphs(arrows: list[tuple[str, str, bool]]) -> list[list[tuple[str, str, bool]]]:
    found: list[list[tuple[str, str, bool]]] = []
    chained = False
    for _, group in groupby(arrows, key=lambda arrow: arrow[0]):
        several = list(group)
        if chained and len(several) == 1:
            found[-1] += several
        else:
            found.append(several)
        chained = len(several) == 1
    return found


def _ids(architecture: Architecture) -> dict[str, str]:
    ids: dict[str, str] = {}
    for component in architecture.components:
        name = re.sub(r"\W", "_", component.name, flags=re.ASCII)
        if name.casefold() in _RESERVED or not name[0].isalpha():
            name = f"box_{name}"
        while name in ids.values():
            name += "_"
        ids[component.name] = name
    return ids


def _group_id(group: str, ids: dict[str, str]) -> str:
    if re.fullmatch(r"[A-Za-z]\w*", group, re.ASCII) and group.casefold() not in _RESERVED | {
        name.casefold() for name in ids.values()
    }:
        return group
    name = re.sub(r"\W", "_", group, flags=re.ASCII)
    return f"group_{name}[{_label(group)}]"


def _label(text: str) -> str:
    if _PLAIN_LABEL.fullmatch(text) and not _RESERVED.intersection(text.casefold().split()):
        return text
    escaped = "".join(_ESCAPES.get(letter, letter) for letter in " ".join(text.split()))
    return f'"{escaped}"'

"""The design as one page of Markdown, its diagram in Mermaid; nothing a person typed becomes markup."""

import re
from collections.abc import Iterable, Iterator, Sequence

from helpers.design import Design
from helpers.figures.mermaid import mermaid_text
from helpers.one_page.parts import (
    Block,
    Caption,
    Diagram,
    Facts,
    Statements,
    Table,
    Words,
    page_sections,
    page_title,
    seen,
)

__all__ = ["to_markdown"]

# An underline inside a word is no markup, and names are full of them. Of < the entity, because some
# readers of Markdown know no \\<.
_MARKUP = re.compile(r"[\\`*\[\]~|$#]|(?<!\w)_|_(?!\w)")
_ENTITY = re.compile(r"&(?=#?\w+;)")


def to_markdown(design: Design, *, title: str | None = None) -> str:
    """Return the design as a page of Markdown; without a title the prompt is its heading.

    Raises ValueError or TypeError where `title` is no text or blank.

    >>> print(to_markdown(Design(), title="Mine"))
    # Mine
    <BLANKLINE>
    Not written yet: contract (step 1, Requirements); estimate (step 2, Estimations); diagram (step 3,
    High-Level); API, schema and feed decision (step 4, Deep Dive); bottlenecks (step 5, Bottlenecks).
    <BLANKLINE>
    """
    parts = [f"# {_escaped(page_title(design, title))}"]
    for section in page_sections(design, title):
        if section.heading:
            parts.append(f"## {section.heading}")
        parts += map(_written, section.blocks)
    return "\n\n".join(parts) + "\n"


def _written(block: Block) -> str:
    match block:
        case Words(text):
            return _escaped(text)
        case Caption(text):
            return f"*{_escaped(text)}*"
        case Facts(rows):
            return "\n".join(f"- **{_escaped(name)}:** {_escaped(text)}" for name, text in rows)
        case Table():
            return "\n".join(_lines(block))
        case Statements(texts):
            return _fenced("sql", texts)
        case Diagram(architecture):
            drawn = _fenced("mermaid", [mermaid_text(architecture)])
            said = [f"*{_escaped(architecture.name)}*", drawn, _escaped(block.fullness)]
            return "\n\n".join(filter(None, said))


def _lines(table: Table) -> Iterator[str]:
    yield _row(table.head)
    yield _row([":--"] * len(table.head))
    for cells in table.rows:
        yield _row(
            [_code(cell) if place in table.code else _escaped(cell) for place, cell in enumerate(cells)]
        )


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _escaped(text: str) -> str:
    line = _ENTITY.sub("&amp;", " ".join(seen(text).split()))
    return _MARKUP.sub(r"\\\g<0>", line).replace("<", "&lt;")


def _code(text: str) -> str:
    # What the contract of the API calls a path or a name holds neither a backtick nor a pipe.
    return f"`{text}`" if text else ""


def _fenced(language: str, texts: Iterable[str]) -> str:
    text = seen("\n".join(texts))
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return f"{fence}{language}\n{text}\n{fence}"

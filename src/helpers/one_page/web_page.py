"""The design as one page of HTML that fetches nothing: style and picture are in it, scripts are not."""

import html
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from helpers.design import Design
from helpers.figures.architecture import architecture_figure
from helpers.figures.block_diagram import Box, block_diagram
from helpers.figures.layered_layout import layered_layout
from helpers.figures.style import GREY
from helpers.figures.svg import diagram_svg
from helpers.one_page.parts import (
    Block,
    Caption,
    Diagram,
    Facts,
    Section,
    Statements,
    Table,
    Words,
    page_sections,
    page_title,
    seen,
)

__all__ = ["to_html"]

_CSS = (Path(__file__).parent / "page.css").read_text(encoding="utf-8")
# Even a reader that would run or fetch something is told not to.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
# The room a printed page has for the picture, in px, and the letters below which nobody reads it there.
# Columns and rows of a picture that stands beside the contract, and can be read there.
_MOST_BESIDE = (3, 7)
_SHEET_PX, _LETTERS_PX, _LEAST_PX = (700, 900), 12, 5.5


def to_html(design: Design, *, title: str | None = None) -> str:
    """Return the design as a page of HTML; without a title the prompt is its heading.

    Raises ValueError or TypeError where `title` is no text or blank.

    >>> page = to_html(Design.example())
    >>> page.count("<h1>Design Twitter</h1>"), page.count("<svg "), page.count("<script")
    (1, 1, 0)
    """
    heading = _escaped(page_title(design, title))
    body = "\n".join(_sections(page_sections(design, title)))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{heading}</title>
<style>
{_CSS}</style>
</head>
<body>
<main>
<h1>{heading}</h1>
{body}
</main>
</body>
</html>
"""


def _sections(sections: Sequence[Section]) -> Iterator[str]:
    """Write the sections in order; but a picture that leaves room for it stands beside the contract."""
    picture = next((section for section in sections if _is_narrow(section.blocks[0])), None)
    opening = next((n for n, section in enumerate(sections, 1) if section.heading == "Contract"), 0)
    if picture and opening:
        beside = "\n".join(map(_section, sections[:opening]))
        yield f'<div class="beside">\n<div>\n{beside}\n</div>\n{_section(picture)}\n</div>'
        sections = [section for section in sections[opening:] if section is not picture]
    yield from map(_section, sections)


def _is_narrow(block: Block) -> bool:
    if not isinstance(block, Diagram):
        return False
    layout = layered_layout(block.architecture)
    return layout.columns <= _MOST_BESIDE[0] and layout.rows <= _MOST_BESIDE[1]


def _section(section: Section) -> str:
    heading = section.heading
    name = heading.lower().replace(" ", "-") or "around"
    parts = [f"<h2>{heading}</h2>"] if heading else []
    return "\n".join([f'<section class="{name}">', *parts, *map(_written, section.blocks), "</section>"])


def _written(block: Block) -> str:
    match block:
        case Words(text):
            return f"<p>{_escaped(text)}</p>"
        case Caption(text):
            return f'<p class="caption">{_escaped(text)}</p>'
        case Facts(rows, short):
            pairs = "\n".join(
                f"<div><dt>{_escaped(name)}</dt><dd>{_escaped(text)}</dd></div>" for name, text in rows
            )
            return f'<dl class="{"glance" if short else "facts"}">\n{pairs}\n</dl>'
        case Table():
            lines = "\n".join(_rows(block))
            return f'<div class="wide"><table class="{block.name}">\n{lines}\n</table></div>'
        case Statements(texts):
            return f'<div class="statements">{"".join(map(_statement, texts))}</div>'
        case Diagram():
            return _figure(block)


def _statement(text: str) -> str:
    """Return SQL with each line apart, so that one that is broken goes on further in."""
    lines = "".join(f"<span>{line}\n</span>" for line in html.escape(seen(text)).split("\n"))
    return f"<pre><code>{lines}</code></pre>"


def _rows(table: Table) -> Iterator[str]:
    head = "".join(f'<th scope="col">{_escaped(cell)}</th>' for cell in table.head)
    yield f"<thead><tr>{head}</tr></thead>\n<tbody>"
    for cells in table.rows:
        yield f"<tr>{''.join(_cells(table, cells))}</tr>"
    yield "</tbody>"


def _cells(table: Table, cells: Sequence[str]) -> Iterator[str]:
    for place, cell in enumerate(cells):
        text = _escaped(cell)
        yield f"<td><code>{text}</code></td>" if text and place in table.code else f"<td>{text}</td>"


def _figure(diagram: Diagram) -> str:
    drawn = diagram.architecture
    if diagram.load:
        figure = architecture_figure(diagram.load)
    else:
        figure = block_diagram(drawn, {component.name: Box("", GREY) for component in drawn.components})
    svg = seen(diagram_svg(figure, diagram.arrows))
    width, height = (float(size) for size in re.findall(r'(?:width|height)="([\d.]+)"', svg)[:2])
    scale = min(1, _SHEET_PX[0] / width, _SHEET_PX[1] / height)
    caption = _escaped(f"{drawn.name}. {diagram.fullness and 'In a box: how full it is at the peak.'}")
    # Printed, its words would be too small to read.
    arrows = f"<p>Its arrows: {_escaped(diagram.arrows)}.</p>" if scale * _LETTERS_PX < _LEAST_PX else ""
    return f'<figure>\n<div class="wide">{svg}</div>\n<figcaption>{caption}</figcaption>\n</figure>\n{arrows}'


def _escaped(text: str) -> str:
    return html.escape(" ".join(seen(text).split()))

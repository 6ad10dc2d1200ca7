"""A lesson that has run as an HTML page: its cells, its diagrams drawn, its links, and the way on."""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nbconvert import HTMLExporter

from helpers.site.diagrams import mermaid_svg

__all__ = ["Lesson", "index_page", "lesson_page"]

_COURSE = "System Design Course"
_MERMAID = "text/vnd.mermaid"
_MERMAID_BLOCK = re.compile(r'<div class="jp-Mermaid"><pre class="mermaid">(.*?)</pre></div>', re.DOTALL)
_LINK = re.compile(r'<a\b[^>]*?\bhref="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
_SECTION = re.compile(r'<h2 id="([^"]*)">(.*?)<a class="anchor-link"', re.DOTALL)

_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="assets/explorer.css">
<link rel="stylesheet" href="assets/site.css">
<script defer src="assets/plotly.min.js"></script>
<script defer src="assets/site.js"></script>
</head>
<body>
<header><nav aria-label="Lessons">{way}</nav></header>
<main>
{body}
</main>
<footer>{foot}</footer>
</body>
</html>
"""
_NOTE = (
    "<p>These pages were made by running the lessons. Pictures answer to the mouse, and quick checks to a "
    "click; sliders and homework need the course itself: <code>make lab</code>.</p>"
)


@dataclass(frozen=True)
class Lesson:
    """A lesson's file name without its ending, its title, and the first words below it, as HTML."""

    name: str
    title: str
    first_words: str

    @classmethod
    def of(cls, name: str, notebook: Any) -> "Lesson":
        """Read title and first words from the notebook's first Markdown cell."""
        source = next(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
        heading, _, rest = source.partition("\n")
        paragraph = rest.strip().split("\n\n")[0]
        return cls(name, heading.lstrip("# ").strip(), _inline(paragraph))


def lesson_page(notebook: Any, place: int, lessons: Sequence[Lesson], files: Mapping[str, str]) -> str:
    """Return the page of the lesson at `place`, made from its notebook after a run.

    `files` maps what a lesson may link to, as a path from its folder, to the path in the site; any other
    link to a file becomes plain text. Raises ValueError for a diagram that is not drawn.
    """
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if _settled(output)]
    exporter = HTMLExporter(template_name="basic", anchor_link_text="#")
    exporter.exclude_input_prompt = exporter.exclude_output_prompt = True
    body, _ = exporter.from_notebook_node(notebook)
    body = _MERMAID_BLOCK.sub(lambda block: _drawn(html.unescape(block[1])), body)
    body = _LINK.sub(lambda link: _led(link, files), body)
    body = re.sub(r"<table\b.*?</table>", r'<div class="wide">\g<0></div>', body, flags=re.DOTALL)
    sections = _SECTION.findall(body)
    way = _way(place, lessons)
    return _PAGE.format(
        title=f"{html.escape(lessons[place].title)} · {_COURSE}",
        way=way + _contents(sections),
        body=body,
        foot=f'<nav aria-label="Next lesson">{way}</nav>{_NOTE}',
    )


def index_page(lessons: Sequence[Lesson], about: str) -> str:
    """Return the page that lists the lessons, below the sentence `about` the course."""
    entries = "".join(
        f'<li value="{int((re.match("[0-9]+", lesson.name) or [place])[0])}">'
        f'<a href="{lesson.name}.html">{html.escape(lesson.title)}</a><p>{lesson.first_words}</p></li>'
        for place, lesson in enumerate(lessons)
    )
    body = f"<h1>{_COURSE}</h1><p>{html.escape(about)}</p><ol class='lessons'>{entries}</ol>"
    return _PAGE.format(title=_COURSE, way="", body=body, foot=_NOTE)


def _settled(output: Any) -> bool:
    """Leave of an output what a page can show, and say whether anything is left."""
    data = output.get("data")
    if data is None:
        return True
    if _MERMAID in data:
        data["text/html"] = _drawn(data.pop(_MERMAID))
    return bool(data.get("text/html", "shown otherwise") != "")


def _drawn(mermaid: str) -> str:
    return f'<div class="wide">{mermaid_svg(mermaid)}</div>'


def _led(link: re.Match[str], files: Mapping[str, str]) -> str:
    address, words = html.unescape(link[1]), link[2]
    path, mark, anchor = address.partition("#")
    if not path or re.match(r"[a-z][a-z0-9+.-]*:", path):
        return link[0]
    if path in files:
        return f'<a href="{html.escape(files[path] + mark + anchor)}">{words}</a>'
    return f'<span title="{html.escape(address)}, in the course\'s folder">{words}</span>'


def _way(place: int, lessons: Sequence[Lesson]) -> str:
    before = lessons[place - 1] if place else None
    after = lessons[place + 1] if place + 1 < len(lessons) else None
    return "".join(
        (
            '<a class="home" href="index.html">All lessons</a>',
            f'<a rel="prev" href="{before.name}.html">← {html.escape(before.title)}</a>' if before else "",
            f'<a rel="next" href="{after.name}.html">{html.escape(after.title)} →</a>' if after else "",
        )
    )


def _contents(sections: Sequence[tuple[str, str]]) -> str:
    entries = "".join(f'<li><a href="#{id_}">{words}</a></li>' for id_, words in sections)
    return (
        f"<details class='contents'><summary>On this page</summary><ol>{entries}</ol></details>"
        if entries
        else ""
    )


def _inline(paragraph: str) -> str:
    words = html.escape(" ".join(paragraph.split()), quote=False)
    words = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", words)
    return re.sub(r"\*(.+?)\*", r"<em>\1</em>", words)

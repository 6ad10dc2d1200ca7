"""Links in lessons lead to files that are there, in JupyterLab and on a page that shows the repository."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import nbformat
import pytest

from tests.notebooks.test_hygiene import GOOD, code, markdown, write

LESSONS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)[^)]*\)|\b(?:href|src)=\"([^\"]*)\"")
ELSEWHERE = ("https://", "http://", "mailto:")


def texts(notebook: Any) -> Iterator[tuple[str, str]]:
    """Yield the id and the text of each Markdown cell, and of each output in Markdown."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            yield cell.id, cell.source
        for output in cell.get("outputs", []):
            yield cell.id, output.get("data", {}).get("text/markdown", "")


def broken_links(path: Path) -> list[str]:
    """Return `cell: link` for each link of the notebook to a place on this machine that is not there."""
    found = []
    for cell, text in texts(nbformat.read(path, as_version=4)):
        for link in (first or second for first, second in LINK.findall(text)):
            name = unquote(link.partition("#")[0])
            inside = not link.startswith(("/", "file:", "#")) and (path.parent / name).exists()
            if not inside and not link.startswith((*ELSEWHERE, "#", "attachment:")):
                found.append(f"{cell}: {link}")
    return found


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.name)
def test_links_lead_to_files_that_are_there(path: Path) -> None:
    assert broken_links(path) == []


def test_a_link_to_nowhere_is_found(tmp_path: Path) -> None:
    (tmp_path / "a b.html").touch()
    bad = ["gone.ipynb", "/etc/hosts", "file:///etc/hosts", "../gone.md#homework"]
    good = ["a%20b.html", "a%20b.html#part", "https://example.com/x", "#next"]
    shown = {"output_type": "display_data", "metadata": {}, "data": {"text/markdown": "[here](out.html)"}}
    cells = [
        markdown("links", "# L\n" + " ".join(f"[text]({link})" for link in bad + good)),
        markdown("tags", '<img src="gone.png"> <a href="a%20b.html">there</a>'),
        code("shown", "1", 1, shown),
    ]
    path = write(tmp_path / "links.ipynb", GOOD | {"cells": cells})
    assert broken_links(path) == [*(f"links: {link}" for link in bad), "tags: gone.png", "shown: out.html"]

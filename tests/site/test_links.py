"""The site's links lead somewhere, and so do those in the Markdown; each kind of broken link is found."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from helpers.site.links import broken_links, broken_markdown_links

ROOT = Path(__file__).parents[2]
MARKDOWN = sorted(
    path
    for pattern in (
        "*.md",
        "course/**/*.md",
        "benchmarks/*.md",
        "notebooks/*.ipynb",
        "course/source/*/*.ipynb",
    )
    for path in ROOT.glob(pattern)
    if subprocess.run(["git", "check-ignore", "-q", path], cwd=ROOT, check=False).returncode != 0
)

GOOD = {
    "index.html": '<h1 id="Top">A</h1><a href="#Top">up</a> <a href="b.html#Far-away">there</a>'
    '<a href="https://example.org/x?a=1#b">out</a> <img src="images/p.png"> <script src="a.js"></script>',
    "b.html": '<h2 id="Far-away">B<a class="anchor-link" href="#Far-away">#</a></h2>'
    '<a href="index.html">A</a>'
    '<h2 id="80-%25">80 %</h2><a href="#80-%25">as it is written</a> <a href="with%20space.html">C</a>',
    "with space.html": "<p>C</p>",
    "images/p.png": "",
    "a.js": "",
}


def write(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def test_the_built_site_has_no_broken_link(built_site: Path) -> None:
    assert broken_links(built_site) == []


@pytest.mark.parametrize("path", MARKDOWN, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_markdown_has_no_broken_link(path: Path) -> None:
    assert broken_markdown_links(path, ROOT) == []


def test_good_pages_have_no_findings(tmp_path: Path) -> None:
    assert broken_links(write(tmp_path / "site", GOOD)) == []


@pytest.mark.parametrize(
    ("page", "finding"),
    [
        ('<a href="missing.html">x</a>', "missing.html: there is no such file"),
        ('<a href="B.html">x</a>', "B.html: there is no such file"),
        ('<a href="b.html#far-away">x</a>', "b.html#far-away: there is no id 'far-away'"),
        ('<a href="#Bottom">x</a>', "#Bottom: there is no id 'Bottom'"),
        ('<a href="images/p.png#Top">x</a>', "there is no id 'Top'"),
        ('<a href="../outside.txt">x</a>', "../outside.txt: it leads outside"),
        ('<a href="/b.html">x</a>', "/b.html: it begins with /"),
        ('<a href="">x</a>', ": it is empty"),
        ('<a href="b b.html">x</a>', "it has a space in it"),
        ('<a href="http://">x</a>', "its host has no name"),
        ('<a href="https://example/x">x</a>', "its host has no name"),
        ('<a href="https://[::1/x">x</a>', "Invalid IPv6 URL"),
        ('<a href="javascript:alert()">x</a>', "'javascript' is neither http nor https"),
        ('<a href="data:text/html,x">x</a>', "it leads to data"),
        ('<img src="images/q.png">', "images/q.png: there is no such file"),
        ('<img src="https://example.org/p.png">', "the page needs a network to load it"),
        ('<script src="//example.org/x.js"></script>', "the page needs a network to load it"),
        ('<link rel="stylesheet" href="https://example.org/x.css">', "the page needs a network to load it"),
        ('<p id="twice"></p><p id="twice"></p>', "id 'twice' stands 2 times"),
    ],
)
def test_a_bad_page_is_found(page: str, finding: str, tmp_path: Path) -> None:
    (tmp_path / "outside.txt").touch()
    findings = broken_links(write(tmp_path / "site", {**GOOD, "bad.html": page}))
    assert len(findings) == 1
    assert findings[0].startswith("bad.html: ")
    assert finding in findings[0]


@pytest.mark.parametrize(
    "css", ["@import 'https://example.org/f.css';", "a { background: url(https://example.org/p.png) }"]
)
def test_a_stylesheet_that_needs_a_network_is_found(css: str, tmp_path: Path) -> None:
    findings = broken_links(write(tmp_path, {**GOOD, "a.css": css}))
    assert len(findings) == 1
    assert "needs a network" in findings[0]


def test_a_folder_without_pages_is_found(tmp_path: Path) -> None:
    assert broken_links(tmp_path) == [f"{tmp_path.name}: there is no page in it"]


def notebook(source: str) -> str:
    cell = {"cell_type": "markdown", "id": "a", "metadata": {}, "source": source}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]})


@pytest.mark.parametrize(
    ("source", "finding"),
    [
        ("[x](b.ipynb)", ""),
        ("[x](b.ipynb#Who-&-what?)", ""),
        ("[x](../README.md#who--what)", ""),
        ("[x](#Here-I-am)\n\n# Here I am", ""),
        ("```\n[x](missing.md)\n```\n`[x](missing.md)`", ""),
        ("[x](c.ipynb)", "c.ipynb: there is no such file"),
        ("[x][1]\n\n[1]: c.ipynb", "c.ipynb: there is no such file"),
        ("![x](images/p.png)", "images/p.png: there is no such file"),
        ('<img src="p.png">', "p.png: there is no such file"),
        ("[x](b.ipynb#who--what)", "b.ipynb#who--what: there is no id 'who--what'"),
        ("[x](../README.md#Who-&-what?)", "there is no id"),
        ("[x](#here-i-am)\n\n# Here I am", "there is no id 'here-i-am'"),
        ("[x](../../elsewhere.md)", "it leads outside"),
        ("[x](https://example)", "its host has no name"),
    ],
)
def test_links_in_markdown(source: str, finding: str, tmp_path: Path) -> None:
    root = write(
        tmp_path / "root",
        {
            "README.md": "## Who & what?",
            "notebooks/a.ipynb": notebook(source),
            "notebooks/b.ipynb": notebook("# Who & what?"),
        },
    )
    (tmp_path / "elsewhere.md").touch()
    findings = broken_markdown_links(root / "notebooks/a.ipynb", root)
    assert len(findings) == bool(finding), findings
    assert not finding or finding in findings[0]

"""The site is built whole or not at all; its pages lead on, and show what the lessons showed."""

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest

from helpers.site.build import SiteError, build_site, main
from helpers.site.page import Lesson, index_page, lesson_page
from tests.notebooks.test_hygiene import GOOD, code, markdown, write

ROOT = Path(__file__).parents[2]
EXPLORER = "from helpers.widgets.nines import nines_explorer\nnines_explorer()"


def lessons(folder: Path, **sources: str) -> Path:
    """Write lessons into `folder`: a title, a paragraph, and one cell of code each."""
    for name, source in sources.items():
        cells = [markdown("title", f"# The {name}\n\n**First** words."), code("only", source, 1)]
        write(folder / f"{name}.ipynb", GOOD | {"cells": cells})
    return folder


def everything(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@pytest.fixture
def notebooks(tmp_path: Path) -> Path:
    (tmp_path / "notebooks").mkdir()
    return tmp_path / "notebooks"


def test_a_site_is_built_and_built_again_in_its_place(notebooks: Path, tmp_path: Path) -> None:
    lessons(notebooks, a=EXPLORER, b="print('<b>')")
    out = tmp_path / "site"
    pages = build_site(notebooks, out, about="About & more.", jobs=2)
    assert [page.name for page in pages] == ["a.html", "b.html", "index.html"]
    assert {"assets/plotly.min.js", "assets/site.js", "assets/site.css", "assets/explorer.css"} < everything(
        out
    ).keys()
    first, second, index = (page.read_text() for page in pages)
    assert 'class="static-plot"' in first
    assert "&lt;b&gt;" in second
    assert "About &amp; more." in index
    assert 'rel="next" href="b.html"' in first
    assert 'rel="prev" href="a.html"' in second
    assert 'rel="prev"' not in first
    (out / "stale.html").touch()
    build_site(notebooks, out)
    assert not (out / "stale.html").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notebooks", "site"]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("1 / 0", "bad.ipynb: a cell raised"),
        (
            "from helpers.figures.mermaid import MermaidDiagram\nMermaidDiagram('pie\\n a')",
            "bad.ipynb: .*flowchart",
        ),
        (
            "from IPython.display import HTML\nHTML('<img src=\"images/none.png\">')",
            "bad.html: images/none.png: there is no such file",
        ),
    ],
)
def test_what_goes_wrong_leaves_the_old_site(
    source: str, message: str, notebooks: Path, tmp_path: Path
) -> None:
    out = tmp_path / "site"
    (out / "assets").mkdir(parents=True)
    (out / "assets/site.css").write_text("old")
    lessons(notebooks, bad=source, good="1")
    with pytest.raises(SiteError, match=message):
        build_site(notebooks, out)
    assert everything(out) == {"assets/site.css": b"old"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notebooks", "site"]


def test_a_folder_that_is_no_site_is_left_alone(notebooks: Path, tmp_path: Path) -> None:
    lessons(notebooks, a="1")
    out = tmp_path / "home"
    out.mkdir()
    (out / "thesis.txt").write_text("mine")
    with pytest.raises(SiteError, match="holds something else"):
        build_site(notebooks, out)
    with pytest.raises(SiteError, match="holds something else"):
        build_site(notebooks, out / "thesis.txt")
    assert everything(out) == {"thesis.txt": b"mine"}


def test_every_lesson_that_raises_is_named(notebooks: Path, tmp_path: Path) -> None:
    lessons(notebooks, a="1 / 0", b="1", c="1 / 0")
    with pytest.raises(SiteError, match=r"a\.ipynb: a cell raised") as raised:
        build_site(notebooks, tmp_path / "site", jobs=3)
    assert "c.ipynb: a cell raised" in str(raised.value)
    assert "b.ipynb" not in str(raised.value)


@pytest.mark.parametrize("jobs", ["0", "-1"])
def test_the_command_says_what_is_wrong(jobs: str, notebooks: Path, tmp_path: Path, capsys: Any) -> None:
    arguments = ["--notebooks", str(notebooks), "--out", str(tmp_path / "site")]
    assert main(arguments) == 1
    assert "no notebook found" in capsys.readouterr().err
    assert main([*arguments, "--jobs", jobs]) == 1
    assert f"jobs = {jobs}: it must be 1 or more" in capsys.readouterr().err


def page(*cells: dict[str, Any], files: dict[str, str] | None = None) -> str:
    notebook = nbformat.reads(json.dumps(GOOD | {"cells": list(cells)}), as_version=4)
    return lesson_page(notebook, 0, [Lesson("a", "A", "")], files or {})


def test_links_lead_to_pages_or_become_text() -> None:
    source = "[one](b.ipynb#Far) [two](../README.md) [three](https://example.org) [four](#Far)"
    written = page(markdown("links", source), files={"b.ipynb": "b.html"})
    assert '<a href="b.html#Far">one</a>' in written
    assert ">two</span>" in written
    assert '<a href="https://example.org">three</a>' in written
    assert '<a href="#Far">four</a>' in written
    assert "README.md" not in written.replace('title="../README.md', "")


def test_diagrams_in_text_and_outputs_are_drawn() -> None:
    output = {
        "output_type": "display_data",
        "metadata": {},
        "data": {"text/vnd.mermaid": "graph LR\nc --> d"},
    }
    fence = markdown("fence", "```mermaid\ngraph LR\na --> b\n```")
    written = page(fence, code("output", "1", 1, output))
    assert written.count('class="diagram"') == 2
    assert "graph LR" not in written


def test_the_sections_stand_at_the_top_of_a_page() -> None:
    written = page(markdown("sections", '# A\n\n## What & why\n\n## "10 TB"'))
    contents = written[written.index("<details class='contents'>") :]
    assert '<a href="#What-&amp;-why">What &amp; why</a>' in contents
    assert "10 TB" in contents[: contents.index("</details>")]


def test_a_widget_that_cannot_stand_is_shown_in_its_words() -> None:
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": ""}, "text/plain": "in words"}
    written = page(code("words", "1", 1, {"output_type": "display_data", "metadata": {}, "data": view}))
    assert "in words" in written
    assert "model_id" not in written


def test_the_index_counts_as_the_lessons_do() -> None:
    index = index_page(
        [Lesson("0_start", "Start", "<em>first</em>"), Lesson("7_end", "End", "")], "A course."
    )
    assert '<li value="0"><a href="0_start.html">Start</a>' in index
    assert '<li value="7"><a href="7_end.html">End</a>' in index


def test_every_lesson_is_a_page(built_site: Path) -> None:
    names = {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert names < {path.stem for path in built_site.glob("*.html")}
    index = (built_site / "index.html").read_text()
    for name in names:
        text = (built_site / f"{name}.html").read_text()
        assert f'href="{name}.html"' in index
        assert "text/vnd.mermaid" not in text
        assert "widget-view" not in text
        assert "A progress bar" not in text


def test_nothing_of_this_machine_is_in_the_site(built_site: Path) -> None:
    for path in built_site.glob("*.html"):
        assert str(ROOT) not in path.read_text()

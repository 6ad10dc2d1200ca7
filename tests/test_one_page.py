"""The page: all that was decided is on it, nothing typed becomes markup, and no file is lost to it."""

import dataclasses
import os
import re
import signal
import subprocess
import sys
import tempfile
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from nbconvert.filters.markdown import markdown2html

from helpers.design import Design
from helpers.figures.mermaid import mermaid_text
from helpers.models.quantities import Range
from helpers.one_page.export import export
from helpers.one_page.markdown import to_markdown
from helpers.one_page.web_page import to_html
from tests.one_page_designs import HOSTILE, chain, every_design, hostile, star

EVERY = every_design()
# Both, read as a browser would show them.
READ = {"markdown": lambda design, **more: markdown2html(to_markdown(design, **more)), "html": to_html}
VOID = {"meta", "br", "hr", "img", "link", "input"}


class Page(HTMLParser):
    """The elements of a page, their attributes, and its text; raises AssertionError for a broken nesting."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.pieces: list[str] = []
        self.blocks: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    @property
    def text(self) -> str:
        return " ".join("".join(self.pieces).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag
        self.pieces.append(" " if tag in ("p", "td", "th", "dt", "dd", "li", "h1", "h2") else "")

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self.pieces.append(data)


def squeezed(text: str) -> str:
    return " ".join(text.split())


# What is on it ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", READ)
def test_all_that_was_decided_is_on_the_page(form: str) -> None:
    design = Design.example()
    assert design.contract and design.api and design.schema and design.feed and design.bottlenecks
    assert design.architecture
    text = Page(READ[form](design)).text
    expected = [
        design.contract.prompt,
        *(words for row in design.contract.rows for words in row),
        *(
            words
            for line in design.estimate.values()
            for words in (line.label, line.whiteboard, line.working)
        ),
        *map(str, design.api.endpoints),
        *(parameter.name for endpoint in design.api.endpoints for parameter in endpoint.parameters),
        *(parameter.limits for endpoint in design.api.endpoints for parameter in endpoint.parameters),
        *(", ".join(str(answer.status) for answer in endpoint.answers) for endpoint in design.api.endpoints),
        *design.api.error_fields,
        *design.schema.ddl("postgresql"),
        str(design.feed),
        *(words for issue in design.bottlenecks.issues for words in (issue.about, issue.whom, issue.remedy)),
        *(words for issue in design.bottlenecks.issues[:3] for words in (issue.how_often, issue.price)),
        design.architecture.name,
    ]
    assert [words for words in expected if squeezed(words) not in text] == []
    assert "Not written yet" not in text


@pytest.mark.parametrize("form", READ)
def test_parts_stand_in_the_order_of_the_steps(form: str) -> None:
    # A small picture stands beside the contract, so only a large one is under the estimate on the web page.
    design = Design.example().replace(architecture=chain())
    headings = re.findall(r"<h2[^>]*>([^<]*)", READ[form](design))
    parts = ["Contract", "Estimate", "High-level design", "API", "Schema", "Feed", "Bottlenecks"]
    assert [heading.removesuffix("¶") for heading in headings] == parts


@pytest.mark.parametrize("form", READ)
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("after step 1", "estimate (step 2, Estimations); diagram (step 3, High-Level); API, schema and feed "
         "decision (step 4, Deep Dive); bottlenecks (step 5, Bottlenecks)."),
        ("after step 2", "diagram (step 3, High-Level); API, schema and feed decision (step 4, Deep Dive); "
         "bottlenecks (step 5, Bottlenecks)."),
        ("after step 3", "API, schema and feed decision (step 4, Deep Dive); bottlenecks (step 5, "
         "Bottlenecks)."),
        ("after step 4", "bottlenecks (step 5, Bottlenecks)."),
        ("no users", "estimate (needs the daily users of step 1, Requirements)."),
        ("no contract", "contract (step 1, Requirements); estimate (needs the contract of step 1, "
         "Requirements)."),
    ],
)  # fmt: skip
def test_what_is_left_out_is_said_with_its_step(form: str, name: str, said: str) -> None:
    assert f"Not written yet: {said}" in Page(READ[form](EVERY[name])).text


@pytest.mark.parametrize("form", READ)
def test_the_title_is_the_prompt_or_the_one_given(form: str) -> None:
    design = Design.example()
    assert ">Design Twitter" in READ[form](design).partition("<h1")[2]
    mine = READ[form](design, title="Mock interview")
    assert ">Mock interview" in mine.partition("<h1")[2]
    assert re.search("Prompt:? Design Twitter", Page(mine).text)
    assert ">System design" in READ[form](Design()).partition("<h1")[2]


@pytest.mark.parametrize("write", [to_markdown, to_html])
@pytest.mark.parametrize("title", ["", "  ", 5, b"mine"])
def test_a_title_must_be_text_that_says_something(write: Any, title: Any) -> None:
    with pytest.raises((ValueError, TypeError), match="title = "):
        write(Design(), title=title)


@pytest.mark.parametrize("write", [to_markdown, to_html])
def test_what_is_no_design_is_refused(write: Any) -> None:
    with pytest.raises(TypeError, match="design = 'mine': it must be a Design"):
        write("mine")


def test_the_markdown_has_the_diagram_in_mermaid() -> None:
    architecture = Design.example().architecture
    assert architecture is not None
    assert f"```mermaid\n{mermaid_text(architecture)}\n```" in to_markdown(Design.example())


def test_the_web_page_has_the_diagram_with_its_load_in_it() -> None:
    svg = re.search("<svg.*?</svg>", to_html(Design.example()), re.DOTALL)
    assert svg
    assert svg[0].count("<rect") == len(Design.example().architecture.components)  # type: ignore[union-attr]
    assert "48 % full" in svg[0]
    assert "% full" not in to_html(Design.example().replace(contract=None))


def test_another_contract_moves_the_page() -> None:
    design = Design.example()
    assert design.contract is not None
    more = design.replace(contract=dataclasses.replace(design.contract, daily_users=100e6))
    assert "5.79 K tweets/s" in to_html(more)
    assert "5.79 K tweets/s" in to_markdown(more)
    assert "5.79 K tweets/s" not in to_html(design) + to_markdown(design)


def test_ranges_are_said_to_count_with_their_middle() -> None:
    for form in READ.values():
        text = Page(form(EVERY["ranges"])).text
        assert "Ranges count with their middle: Writes per user and day, Size of one item." in text
        assert "Ranges count" not in Page(form(Design.example())).text


@pytest.mark.parametrize("design", [star(), chain()])
def test_a_picture_too_small_to_read_in_print_is_also_told_in_words(design: Any) -> None:
    assert "Its arrows: Client → " in to_html(Design(architecture=design))
    assert "Its arrows" not in to_html(Design.example())


# No markup, nothing from elsewhere -------------------------------------------------------------------------


@pytest.mark.parametrize("form", READ)
def test_what_was_typed_is_text_and_nothing_else(form: str) -> None:
    page, plain = Page(READ[form](hostile())), Page(READ[form](Design.example()))
    # Readers of Markdown make a link of an address by themselves, as they would of any.
    assert set(page.tags) - {"a"} <= set(plain.tags)
    fields = ["one", "two", "three", "four", "five", "six"]
    assert [field for field in fields if f"{field} {HOSTILE}" not in page.text] == []
    # The name of the API, of the schema and of the diagram, the notes, the fields of errors, the reason, ...
    assert page.text.count(HOSTILE) >= len(fields) + 7


def test_a_label_cannot_leave_the_mermaid_block() -> None:
    blocks = re.findall("^```mermaid\n(.*?)\n```$", to_markdown(hostile()), re.DOTALL | re.MULTILINE)
    assert len(blocks) == 1
    assert "`" not in blocks[0]
    assert "<" not in blocks[0].replace("<-", "")


@pytest.mark.parametrize("name", EVERY)
def test_the_web_page_fetches_and_runs_nothing(name: str) -> None:
    text = to_html(EVERY[name])
    page = Page(text)
    fetching = {"src", "href", "srcset", "data", "action", "poster", "xlink:href", "background", "style"}
    assert {attribute for attribute, _ in page.attributes} & fetching == set()
    assert [attribute for attribute, _ in page.attributes if attribute.startswith("on")] == []
    assert set(page.tags) & {"script", "link", "iframe", "object", "embed", "img", "base", "form"} == set()
    style = text.partition("<style>")[2].partition("</style>")[0]
    assert not re.search(r"url\(|@import|https?:", style)
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in page.attributes


@pytest.mark.parametrize("name", EVERY)
def test_every_design_can_be_written_and_kept(name: str, tmp_path: Path) -> None:
    for ending in (".md", ".html"):
        text = export(EVERY[name], tmp_path / f"page{ending}").read_text(encoding="utf-8")
        assert not re.search(r"\bnan\b|\binf\b|None|Range\(|<helpers", text.partition("</style>")[2] or text)


def test_letters_that_no_file_can_keep_are_marked(tmp_path: Path) -> None:
    design = every_design()["hostile"]
    assert design.architecture is not None
    odd = dataclasses.replace(design.architecture, name="half \ud800, none \0, turned \u202e")
    for ending in (".md", ".html"):
        path = export(design.replace(architecture=odd), tmp_path / f"page{ending}")
        assert "half \ufffd, none \ufffd, turned \ufffd" in path.read_text(encoding="utf-8")


# The file --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["page.md", "page.html", "PAGE.HTML"])
def test_the_ending_says_the_format(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    assert export(Design.example(), str(path), title="Mine") == path
    write = to_markdown if name.endswith("md") else to_html
    assert path.read_text(encoding="utf-8") == write(Design.example(), title="Mine")


@pytest.mark.parametrize("name", ["page.pdf", "page", ".md", "", "page.md.txt", "page.htm"])
def test_another_ending_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"its name must end in \.md or \.html"):
        export(Design(), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"path": 5}, "path = 5: it must be text or a Path"),
        ({"path": b"page.md"}, "path = b'page.md'"),
        ({"path": "page.md", "overwrite": 1}, "overwrite = 1: it must be True or False"),
        ({"path": "page.md", "design": None}, "design = None: it must be a Design"),
    ],
)
def test_bad_arguments_are_named(arguments: Any, words: str, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TypeError, match=re.escape(words)):
        export(**({"design": Design()} | arguments))
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_written_over_only_when_told(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text("my notes")
    path.chmod(0o600)
    with pytest.raises(FileExistsError, match="stands there already") as caught:
        export(Design.example(), path)
    assert caught.value.filename == str(path)
    assert path.read_text() == "my notes"
    export(Design.example(), path, overwrite=True)
    assert path.read_text(encoding="utf-8") == to_markdown(Design.example())
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["page.md"]


@pytest.mark.parametrize("overwrite", [False, True])
def test_what_is_no_file_is_left_alone(overwrite: bool, tmp_path: Path) -> None:
    (tmp_path / "page.md").mkdir()
    with pytest.raises(ValueError, match="is not a file"):
        export(Design(), tmp_path / "page.md", overwrite=overwrite)
    assert (tmp_path / "page.md").is_dir()


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.md").write_text("old")
    link = tmp_path / "page.md"
    link.symlink_to("real.md")
    export(Design(), link, overwrite=True)
    assert link.is_symlink()
    assert (tmp_path / "real.md").read_text(encoding="utf-8") == to_markdown(Design())


def fail(*_: Any, **__: Any) -> None:
    raise OSError(28, "no space left on device")


def refuse(*_: Any, **__: Any) -> None:
    raise PermissionError(13, "Permission denied", "a name in between")


@pytest.mark.parametrize(
    ("module", "call", "broken"), [(os, "fsync", fail), (os, "replace", fail), (tempfile, "mkstemp", refuse)]
)
def test_where_writing_fails_the_old_file_stays_whole(
    module: Any, call: str, broken: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "page.html"
    path.write_text("my notes")
    monkeypatch.setattr(module, call, broken)
    with pytest.raises(OSError, match=r"no space left|Permission denied.*page\.html"):
        export(Design.example(), path, overwrite=True)
    assert path.read_text() == "my notes"
    assert [file.name for file in tmp_path.iterdir()] == ["page.html"]


def test_an_absent_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"absent.*page\.md"):
        export(Design(), tmp_path / "absent" / "page.md")


KILLED = """
import os, signal, sys
from helpers.design import Design
from helpers.one_page.export import export
os.{call} = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
export(Design.example(), sys.argv[1], overwrite=True)
"""


@pytest.mark.parametrize("call", ["fsync", "replace"])
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_killed_while_writing_the_old_file_stays(call: str, tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text("my notes")
    done = subprocess.run([sys.executable, "-c", KILLED.format(call=call), str(path)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert path.read_text() == "my notes"


def test_a_range_is_what_the_example_of_ranges_holds() -> None:
    assert isinstance(EVERY["ranges"].workload.writes_per_user, Range)

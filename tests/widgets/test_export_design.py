"""Keeping the design on a page: where it went is said, and no file is lost that was not named."""

from pathlib import Path

import pytest

from helpers.design import Design
from helpers.one_page.markdown import to_markdown
from helpers.one_page.web_page import to_html
from helpers.widgets.explorer import Panel
from helpers.widgets.export_design import export_panel

MARKDOWN, HTML, WRITE_OVER = "Markdown", "HTML", "Write over it"
WRITTEN = {MARKDOWN: (".md", to_markdown), HTML: (".html", to_html)}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def name_it(panel: Panel, name: str) -> None:
    assert panel.box is not None
    panel.box.value = name


@pytest.mark.parametrize("choice", WRITTEN)
def test_a_press_writes_the_page_and_says_where(choice: str, folder: Path) -> None:
    ending, write = WRITTEN[choice]
    panel = export_panel(Design.example())
    panel.press(choice)
    path = folder / f"my_design{ending}"
    assert panel.text == f"Written to {path}."
    assert path.read_text(encoding="utf-8") == write(Design.example())


def test_the_box_names_the_file_with_or_without_an_ending(folder: Path) -> None:
    panel = export_panel(Design())
    for name in ("first", "second.html", " third.MD ", "v1.2"):
        name_it(panel, name)
        panel.press(MARKDOWN)
    assert sorted(path.name for path in folder.iterdir()) == ["first.md", "second.md", "third.md", "v1.2.md"]


def test_it_is_named_as_the_readers_own_design(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESIGN_FILE", "elsewhere/chat.json")
    box = export_panel(Design()).box
    assert box is not None
    assert box.value == "chat"


def test_a_file_is_written_over_only_when_told(folder: Path) -> None:
    mine = folder / "my_design.md"
    mine.write_text("my notes")
    panel = export_panel(Design.example())
    assert WRITE_OVER not in panel.buttons
    panel.press(MARKDOWN)
    assert panel.text.startswith("my_design.md is there already, and nothing was written.")
    assert mine.read_text() == "my notes"
    panel.press(WRITE_OVER)
    assert panel.text == f"Written to {mine}."
    assert mine.read_text(encoding="utf-8") == to_markdown(Design.example())
    assert list(panel.buttons) == [MARKDOWN, HTML]


def test_what_is_written_over_is_the_file_that_was_named(folder: Path) -> None:
    for name in ("first.md", "second.md"):
        (folder / name).write_text("my notes")
    panel = export_panel(Design())
    name_it(panel, "first")
    panel.press(MARKDOWN)
    name_it(panel, "second")
    panel.press(WRITE_OVER)
    assert panel.text == "Nothing was written: the name is another one now. Choose a format."
    assert list(panel.buttons) == [MARKDOWN, HTML]
    panel.press(WRITE_OVER)  # the click of a button that is gone
    assert panel.text.startswith("Nothing was written")
    assert [path.read_text() for path in folder.iterdir()] == ["my notes", "my notes"]


def test_another_name_after_a_refusal_leaves_the_file(folder: Path) -> None:
    (folder / "my_design.html").write_text("my notes")
    panel = export_panel(Design())
    panel.press(HTML)
    name_it(panel, "other")
    panel.press(HTML)
    assert panel.text == f"Written to {folder / 'other.html'}."
    assert (folder / "my_design.html").read_text() == "my notes"


def test_buttons_that_stay_are_the_same_ones(folder: Path) -> None:
    panel = export_panel(Design())
    before = dict(panel.buttons)
    panel.press(HTML)
    assert panel.buttons == before


def test_a_function_is_asked_when_the_button_is_pressed(folder: Path) -> None:
    designs = [Design()]
    panel = export_panel(lambda: designs[-1])
    designs.append(Design.example())
    panel.press(MARKDOWN)
    assert (folder / "my_design.md").read_text(encoding="utf-8") == to_markdown(Design.example())


@pytest.mark.parametrize("name", ["", "  ", "absent/mine", "a" * 300, "nul\0", "."])
def test_a_name_that_cannot_be_is_said(name: str, folder: Path) -> None:
    panel = export_panel(Design())
    name_it(panel, name)
    panel.press(HTML)
    assert panel.text.startswith("Nothing was written. ")
    assert list(folder.iterdir()) == []


def test_a_folder_of_that_name_is_left_and_not_offered(folder: Path) -> None:
    (folder / "my_design.html").mkdir()
    panel = export_panel(Design())
    panel.press(HTML)
    assert "is not a file" in panel.text
    assert WRITE_OVER not in panel.buttons

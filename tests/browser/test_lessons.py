"""Every lesson runs in JupyterLab without an error; its explorers fit wide and narrow, light and dark."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.lab_browser import (
    DARK,
    LIGHT,
    collect_errors,
    open_and_run,
    overflowing_explorers,
    raised_cells,
    resize,
    switch_theme,
)
from tests.notebooks.test_hygiene import GOOD, code, write

pytestmark = pytest.mark.browser

LESSONS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))

TOO_WIDE = """\
import ipywidgets
box = ipywidgets.HBox([ipywidgets.Button(layout={"width": "1000px", "flex": "none"})])
box.add_class("helpers-explorer")
box"""
LOGS_AN_ERROR = "from IPython.display import Javascript\nJavascript(\"console.error('broken control')\")"


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.name)
def test_lesson_works_in_jupyterlab(lesson: Path, lab_url: str, new_page: Callable[[int], Page]) -> None:
    page = new_page(1400)
    errors = collect_errors(page)
    open_and_run(page, lab_url, lesson.name)
    assert raised_cells(page) == []
    assert overflowing_explorers(page) == [], f"1400 px wide, {LIGHT}"
    switch_theme(page, DARK)
    resize(page, 700)
    assert overflowing_explorers(page) == [], f"700 px wide, {DARK}"
    switch_theme(page, LIGHT)
    assert errors == []


def test_a_broken_notebook_is_found(lab_url: str, lab_root: Path, new_page: Callable[[int], Page]) -> None:
    cells = [
        code("too-wide", TOO_WIDE, None),
        code("logs-an-error", LOGS_AN_ERROR, None),
        code("raises", "1 / 0", None),
    ]
    write(lab_root / "broken.ipynb", GOOD | {"cells": cells})
    page = new_page(1400)
    errors = collect_errors(page)
    open_and_run(page, lab_url, "broken.ipynb")
    assert overflowing_explorers(page) == []
    assert raised_cells(page) == ["raises: ZeroDivisionError: division by zero"]
    assert any("broken control" in error for error in errors)
    resize(page, 700)
    assert len(overflowing_explorers(page, patience_s=1)) >= 1

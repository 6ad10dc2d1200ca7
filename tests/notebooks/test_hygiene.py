"""Every notebook is clean, and every rule catches a notebook that breaks it."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.notebooks.hygiene import homework_findings, lesson_findings

ROOT = Path(__file__).parents[2]
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
HOMEWORK = sorted((ROOT / "course/source").glob("*/*.ipynb"))

Notebook = dict[str, Any]
Damage = Callable[[Notebook], object]


def code(identifier: str, source: str, count: int | None, *outputs: dict[str, Any]) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "id": identifier,
        "metadata": {},
        "source": source,
        "execution_count": count,
        "outputs": list(outputs),
    }


def markdown(identifier: str, source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": identifier, "metadata": {}, "source": source}


def printed(text: str, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


GOOD: Notebook = {
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    "cells": [
        markdown("title", "# Count writes\n\n## Predict\n\n```python\n# not a heading\n```"),
        code("imports", "import math", 1),
        code("write-rate", "print(math.ceil(578.7))", 2, printed("579\n")),
    ],
}


def write(path: Path, notebook: Notebook) -> Path:
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


def test_there_are_lessons() -> None:
    assert LESSONS, "no notebook in notebooks/"


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.name)
def test_lesson_is_clean(path: Path) -> None:
    assert lesson_findings(path) == []


@pytest.mark.parametrize("path", HOMEWORK, ids=lambda path: path.name)
def test_homework_is_clean(path: Path) -> None:
    assert homework_findings(path) == []


def test_a_good_lesson_has_no_findings(tmp_path: Path) -> None:
    assert lesson_findings(write(tmp_path / "good.ipynb", GOOD)) == []


def cell(notebook: Notebook, number: int, **fields: Any) -> None:
    notebook["cells"][number].update(fields)


def last_output(notebook: Notebook, output: dict[str, Any]) -> None:
    notebook["cells"][-1]["outputs"] = [output]


def last_tags(notebook: Notebook, *tags: str) -> None:
    notebook["cells"][-1]["metadata"]["tags"] = list(tags)


BAD: dict[str, tuple[Damage, str]] = {
    "no nbformat": (lambda n: n.pop("nbformat"), "not a valid notebook"),
    "a code cell without outputs": (lambda n: n["cells"][1].pop("outputs"), "not a valid notebook"),
    "no id": (lambda n: n["cells"][1].pop("id"), "id '' is not words"),
    "run out of order": (lambda n: cell(n, 1, execution_count=7), "execution count 7"),
    "not run": (lambda n: cell(n, 1, execution_count=None), "execution count None"),
    "random id": (lambda n: cell(n, 1, id="a1b2c3d4"), "'a1b2c3d4' is not words"),
    "random id of letters": (lambda n: cell(n, 1, id="bafecade"), "'bafecade' is not words"),
    "uuid": (lambda n: cell(n, 1, id="e5d0a1c2-4b5e-4c7a-9d57-0b1c2d3e4f5a"), "is not words"),
    "id in capitals": (lambda n: cell(n, 1, id="WriteRate"), "'WriteRate' is not words"),
    "id twice": (lambda n: cell(n, 1, id="title"), "'title' is used twice"),
    "another kernel": (lambda n: n["metadata"]["kernelspec"].update(name="conda"), "kernelspec"),
    "no kernel": (lambda n: n["metadata"].pop("kernelspec"), "kernelspec"),
    "widget state": (lambda n: n["metadata"].update(widgets={}), "widget state"),
    "a version": (
        lambda n: n["metadata"].update(language_info={"name": "python", "version": "3.11.2"}),
        "version",
    ),
    "execution times": (lambda n: cell(n, 1, metadata={"execution": {}}), "execution times"),
    "plotly.js": (lambda n: last_output(n, printed("/* plotly.js v3.1.0 */")), "plotly.js in an output"),
    "plotly.js from a CDN": (lambda n: last_output(n, printed("https://cdn.plot.ly/x.js")), "plotly.js"),
    "a large output": (lambda n: last_output(n, printed("é" * 60_000)), "bytes; at most 100,000"),
    "an error": (
        lambda n: last_output(
            n, {"output_type": "error", "ename": "KeyError", "evalue": "", "traceback": []}
        ),
        "raised KeyError",
    ),
    "a warning": (lambda n: last_output(n, printed("careful", "stderr")), "stderr"),
    "nbval-skip": (lambda n: last_tags(n, "nbval-skip"), "nbval-skip"),
    "nbval-ignore-output alone": (lambda n: last_tags(n, "nbval-ignore-output"), "without the tag measured"),
    "an nbval comment": (lambda n: cell(n, 1, source="# NBVAL_IGNORE_OUTPUT\nimport math"), "nbval comment"),
    "no title": (lambda n: cell(n, 0, source="Text"), "0 headings of level 1"),
    "two titles": (lambda n: cell(n, 0, source="# One\n# Two"), "2 headings of level 1"),
    "a skipped level": (lambda n: cell(n, 0, source="# One\n### Three"), "skips a level"),
    "first heading of level 2": (lambda n: cell(n, 0, source="## Two\n# One"), "skips a level"),
    "an emoji": (lambda n: cell(n, 0, source="# Launch \N{ROCKET}"), "emoji"),
    "import *": (lambda n: cell(n, 1, source="from math import *"), "import *"),
    "%run": (lambda n: cell(n, 1, source="%run setup.py"), "%run"),
    "sys.path": (lambda n: cell(n, 1, source="import sys\nsys.path.insert(0, '..')"), "sys.path"),
    "!pip": (lambda n: cell(n, 1, source="!pip install numpy"), "installs packages"),
    "%pip": (lambda n: cell(n, 1, source="%pip install numpy"), "installs packages"),
    "a long cell": (lambda n: cell(n, 1, source="x = 1\n" * 16), "16 lines"),
    "a long cell below imports": (
        lambda n: cell(n, 1, source="import math\n" * 20 + "x = 1\n" * 16),
        "16 lines",
    ),
    "a late import": (lambda n: cell(n, 2, source="import math"), "first code cell"),
    "an import inside a function": (
        lambda n: cell(n, 2, source="def f():\n    import math"),
        "first code cell",
    ),
    "a syntax error": (lambda n: cell(n, 2, source="x ="), "invalid syntax"),
}


@pytest.mark.parametrize(("damage", "finding"), BAD.values(), ids=BAD)
def test_a_bad_lesson_is_found(damage: Damage, finding: str, tmp_path: Path) -> None:
    notebook = copy.deepcopy(GOOD)
    damage(notebook)
    findings = lesson_findings(write(tmp_path / "bad.ipynb", notebook))
    assert len(findings) == 1
    assert finding in findings[0]


def test_measured_cells_may_ignore_their_output(tmp_path: Path) -> None:
    notebook = copy.deepcopy(GOOD)
    last_tags(notebook, "measured", "nbval-ignore-output")
    assert lesson_findings(write(tmp_path / "measured.ipynb", notebook)) == []


def test_a_long_list_of_imports_is_no_long_cell(tmp_path: Path) -> None:
    notebook = copy.deepcopy(GOOD)
    cell(notebook, 1, source="import math\n" * 20 + "x = 1\n" * 15)
    assert lesson_findings(write(tmp_path / "imports.ipynb", notebook)) == []


def test_homework_is_committed_unrun(tmp_path: Path) -> None:
    assert len(homework_findings(write(tmp_path / "run.ipynb", GOOD))) == 2
    notebook = copy.deepcopy(GOOD)
    cell(notebook, 1, execution_count=None)
    cell(notebook, 2, execution_count=None, outputs=[])
    assert homework_findings(write(tmp_path / "unrun.ipynb", notebook)) == []


def test_no_file_is_a_finding_not_a_crash(tmp_path: Path) -> None:
    path = tmp_path / "damaged.ipynb"
    path.write_text("{", encoding="utf-8")
    assert "not a valid notebook" in lesson_findings(path)[0]

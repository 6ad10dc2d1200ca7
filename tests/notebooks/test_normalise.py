"""`make notebooks` gives every lesson one form, and a second run changes nothing."""

import json
from pathlib import Path

import pytest

from tests.notebooks.hygiene import lesson_findings
from tests.notebooks.normalise import main, normalise
from tests.notebooks.test_hygiene import code, markdown, write

MEASURED = {"tags": ["measured", "nbval-ignore-output"]}


def unrun(*sources: str) -> dict[str, object]:
    cells = [code(f"step-{number}", source, None) for number, source in enumerate(sources)]
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"widgets": {}, "kernelspec": {"name": "conda-env", "display_name": "Mine"}},
        "cells": [markdown("title", "# Try it"), *cells],
    }


def test_second_run_changes_nothing_and_measurements_follow_their_source(tmp_path: Path) -> None:
    notebook = unrun("import time\nimport ipywidgets", "ipywidgets.Button()", "print(time.perf_counter_ns())")
    cells = notebook["cells"]
    assert isinstance(cells, list)
    cells[-1]["metadata"] = {**MEASURED, "execution": {"shell.execute_reply": "2026"}, "scrolled": True}
    path = write(tmp_path / "try_it.ipynb", notebook)

    assert normalise(path)
    first = path.read_bytes()
    assert lesson_findings(path) == []
    assert not normalise(path)
    assert path.read_bytes() == first

    path.write_bytes(first.replace(b"print(time", b"print(+time"))
    assert normalise(path)
    old, new = (json.loads(text)["cells"][-1]["outputs"] for text in (first, path.read_bytes()))
    assert old != new


def test_a_cell_that_raises_leaves_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "raises.ipynb", unrun("1 / 0"))
    before = path.read_bytes()
    assert main([str(path)]) == 1
    assert path.read_bytes() == before
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_no_notebook_is_a_failure() -> None:
    assert main([]) == 1

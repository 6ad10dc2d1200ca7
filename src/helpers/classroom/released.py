"""An assignment as students get it, put where someone studying alone answers it, never over their work."""

import copy
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import SaveCells
from traitlets.config import Config

from helpers.files import write_whole

__all__ = ["put", "released"]


def released(course: Path, name: str, config: Config) -> dict[str, bytes]:
    """Return the files of an assignment as `nbgrader generate_assignment` makes them, by their path.

    They are made in a temporary course, with no gradebook. Raises OSError, and nbgrader's NbGraderException
    for a source that cannot be released.
    """
    with tempfile.TemporaryDirectory(prefix="course-", ignore_cleanup_errors=True) as folder:
        shutil.copytree(course / "source" / name, Path(folder, "source", name))
        config = copy.deepcopy(config)
        config.CourseDirectory.root = str(Path(folder).resolve())
        directory = CourseDirectory(config=config, assignment_id=name)
        converter = GenerateAssignment(coursedir=directory, no_database=True, config=config)
        converter.preprocessors = [
            each for each in converter.preprocessors if not issubclass(each, SaveCells)
        ]
        converter.start()
        made = Path(folder, "release", name)
        return {
            path.relative_to(made).as_posix(): path.read_bytes()
            for path in sorted(made.rglob("*"))
            if path.is_file()
        }


def put(files: Mapping[str, bytes], folder: Path, name: str) -> str:
    """Put an assignment into the learner's `folder` and say what was done; what is there stays as it is.

    A release that is not the one that the work there was begun with goes beside it, under another name.
    Raises OSError.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as top:
    ...     put({"2_estimation.ipynb": b"{}"}, Path(top, "2_estimation"), "2_estimation")
    ...     put({"2_estimation.ipynb": b"{}"}, Path(top, "2_estimation"), "2_estimation")
    'new: answer 2_estimation.ipynb.'
    'your 2_estimation.ipynb is there already, and left as it is.'
    """
    folder.mkdir(parents=True, exist_ok=True)
    own = f"{name}.ipynb"
    text = files[own].decode("utf-8")
    for other in files.keys() - {own}:
        path = folder / other
        if not os.path.lexists(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(files[other])
    if not os.path.lexists(folder / own):
        write_whole(folder / own, text)
        return f"new: answer {own}."
    release, work = _version(text.encode()), _version(_content(folder / own))
    if work == release:
        return f"your {own} is there already, and left as it is."
    beside = _beside(folder, name, release)
    if not os.path.lexists(folder / beside):
        write_whole(folder / beside, text)
    if work is None:
        return f"your {own} cannot be read, and is left as it is; a fresh one is beside it, {beside}."
    return (
        f"there is another release, {beside}. Your {own} is left as it is; its answers are graded "
        "by the tests of the new one."
    )


def _beside(folder: Path, name: str, release: Any) -> str:
    """Return the name of the file that holds this release already, or else one that is free."""
    number = 1
    while True:
        beside = f"{name}_new{'' if number == 1 else f'_{number}'}.ipynb"
        path = folder / beside
        if not os.path.lexists(path) or _version(_content(path)) == release:
            return beside
        number += 1


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _version(notebook: bytes) -> frozenset[tuple[str, str]] | None:
    """Return nbgrader's checksums of what was handed out, which no answer changes; None if unreadable."""
    try:
        kept = json.loads(notebook)
        settings = [cell["metadata"].get("nbgrader") or {} for cell in kept.get("cells", [])]
        return frozenset(
            (str(each.get("grade_id")), str(each["checksum"])) for each in settings if "checksum" in each
        )
    except (ValueError, RecursionError, AttributeError, KeyError, TypeError):
        return None

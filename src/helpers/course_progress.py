"""Where a reader is in the course, read from their own files; no file, whatever is in it, makes it raise."""

import dataclasses
import glob
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from helpers.design import Design, design_file
from helpers.interviews import interviews_file
from helpers.models.course_progress import LESSONS, PARTS, CourseProgress, Homework

__all__ = ["where_you_are"]

ALONE = "me"
"""The name under which a reader on their own hands in, where the course has several."""

_STUB = "Write your answer here."
"""What nbgrader puts in place of an answer; set in course/nbgrader_config.py."""
_LARGEST_FILE_BYTES = 10_000_000


def where_you_are(lessons: str | os.PathLike[str] = ".") -> CourseProgress:
    """Return what the reader has done, by the files in the folder of the lessons and in those beside it.

    A lesson is done when its part of the design is saved. Where DESIGN_FILE is set but empty, no file of the
    reader counts: what is shown is what a newcomer sees.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     where_you_are(folder)
    Nothing is done yet. Begin with lesson 1, Clarify the requirements, then write the contract.
    """
    design = design_file()
    if design is None:
        return CourseProgress()
    folder = Path(lessons)
    notes: list[str] = []
    return CourseProgress(
        written=_written(folder / design, notes),
        homework=dict(_all_homework(folder, notes)),
        interviews=_interviews(folder, notes),
        notes=tuple(notes),
    )


def _written(path: Path, notes: list[str]) -> tuple[str, ...]:
    """Return the names of the parts that are in the design at `path`."""
    try:
        if not _is_there(path):
            return ()
        design = Design.load(path)
    except Exception as error:  # noqa: BLE001 - whatever is in one file, the page shows the others
        notes.append(
            'Your design could not be read, so none of its parts counts; the button "Go back to the Twitter '
            f'example" at the end of lesson 1 puts the file aside. {_reason(error, path)}.'
        )
        return ()
    return tuple(name for name in PARTS if getattr(design, name) is not None)


def _interviews(folder: Path, notes: list[str]) -> int:
    """Return how many interviews were finished; one that is still going on does not count."""
    own = interviews_file()
    if own is None:
        return 0
    kept, trouble = _read_json(folder / own)
    attempts = kept.get("attempts") if isinstance(kept, dict) else None
    if kept is not None and not isinstance(attempts, list):
        trouble = "it has no list of attempts"
    if trouble:
        notes.append(f"Your interviews could not be read, so none counts. {own.name}: {trouble}.")
    found = attempts if isinstance(attempts, list) else []
    return sum(isinstance(attempt, dict) and bool(attempt.get("finished")) for attempt in found)


def _all_homework(folder: Path, notes: list[str]) -> Iterator[tuple[str, Homework]]:
    """Yield the homework that there is, by its lesson's name."""
    top = folder / ".."
    student = _own_name(top / "course", notes)
    for lesson in LESSONS:
        work = _homework(lesson.name, top, student)
        if work.trouble:
            notes.append(f"The homework {lesson.name} could not be read: {work.trouble}.")
        if work != Homework():
            yield lesson.name, work


def _own_name(course: Path, notes: list[str]) -> str:
    """Return whose work in the course's folders is the reader's: the only one's, or that of `me`."""
    names: set[str] = set()
    for kind in ("submitted", "feedback"):
        try:
            names |= {entry.name for entry in (course / kind).iterdir() if entry.is_dir()}
        except OSError:  # not there, or not the reader's
            continue
    names = {name for name in names if not name.startswith(".")}
    if len(names) > 1 and ALONE not in names:
        notes.append(f"course/ holds the work of {len(names):,} people, so none of it counts as yours.")
        return ""
    return ALONE if ALONE in names else next(iter(names), "")


def _homework(name: str, top: Path, student: str) -> Homework:
    """Return what the files of one homework say; of two notebooks, the one with more answers counts."""
    folders, pages = [f"homework/{name}"], [f"homework/{name}/feedback", f"homework/{name}/feedback/*"]
    if student:
        folders.append(f"course/submitted/{student}/{name}")
        pages.append(f"course/feedback/{glob.escape(student)}/{name}")
    works = [_notebook(top, f"{folder}/{name}.ipynb") for folder in folders]
    best = max(works, key=lambda work: (work.answered, work.exercises, bool(work.trouble)))
    return dataclasses.replace(best, feedback=_newest(top, [f"{page}/{name}.html" for page in pages]))


def _notebook(top: Path, notebook: str) -> Homework:
    """Return how far the answers in a notebook are."""
    kept, trouble = _read_json(top / notebook)
    if kept is None and not trouble:
        return Homework()
    answers = list(_answers(kept))
    if not answers:
        trouble = trouble or "it is no homework of this course"
    return Homework(sum(map(_is_answered, answers)), len(answers), _link(notebook), trouble=trouble)


def _newest(top: Path, patterns: list[str]) -> str:
    """Return a link to the newest file of those patterns; nothing where there is none."""
    try:
        found = [path for pattern in patterns for path in top.glob(pattern) if path.is_file()]
        newest = max(found, key=lambda path: path.stat().st_mtime, default=None)
    except OSError:
        return ""
    return _link(newest.relative_to(top).as_posix()) if newest else ""


def _answers(notebook: Any) -> Iterator[str]:
    """Yield the text of each cell that is there for an answer, whatever else the notebook is."""
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    for cell in cells if isinstance(cells, list) else []:
        metadata = cell.get("metadata") if isinstance(cell, dict) else None
        grading = metadata.get("nbgrader") if isinstance(metadata, dict) else None
        if isinstance(grading, dict) and grading.get("solution") is True:
            source = cell.get("source")
            yield "".join(map(str, source)) if isinstance(source, list) else str(source or "")


def _is_answered(text: str) -> bool:
    return bool(text.strip()) and _STUB not in text


def _read_json(path: Path) -> tuple[Any, str]:
    """Return what is in the file, and why it could not be read; None and nothing where there is no file."""
    try:
        if not _is_there(path):
            return None, ""
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):  # a pipe would be waited for without end
            return None, "it is not a file"
        if about.st_size > _LARGEST_FILE_BYTES:
            return None, "it is larger than 10 MB"
        return json.loads(path.read_bytes()), ""
    except OSError as error:
        return None, _reason(error, path)
    except (ValueError, RecursionError):
        return None, "it is damaged: it is not JSON"


def _is_there(path: Path) -> bool:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _reason(error: Exception, path: Path) -> str:
    if isinstance(error, OSError):
        return f"{path.name}: {error.strerror or type(error).__name__}"
    return str(error) or type(error).__name__


def _link(path: str) -> str:
    """Return a link to the file from a lesson."""
    return quote(os.fsencode(f"../{path}"))

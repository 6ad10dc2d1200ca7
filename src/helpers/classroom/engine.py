"""Grading one submitted notebook, with the marks that `nbgrader autograde` gives."""

import contextlib
import copy
import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearOutput,
    DeduplicateIds,
    IgnorePattern,
    LimitOutput,
    OverwriteCells,
)
from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_solution, is_task
from traitlets.config import Config

from helpers.classroom.answer_key import AnswerKey, key_from_source
from helpers.classroom.expected import source_of
from helpers.classroom.repair import UnreadableSubmission, mend
from helpers.classroom.running import QUIET, Limits, run_notebook

__all__ = ["Exercise", "Graded", "Mark", "grade", "grade_notebook", "refused"]

NOT_IN_THE_SUBMISSION = "this cell is missing from what was handed in."


@dataclass(frozen=True)
class Mark:
    """What one graded cell earned; `points` is None where a person must read the answer."""

    cell: str
    points: float | None
    of: float
    message: str = ""

    @property
    def manual(self) -> bool:
        """Whether a person must give the points."""
        return self.points is None


@dataclass(frozen=True)
class Exercise:
    """The marks of an exercise's cells together; `points` are those given so far."""

    name: str
    points: float
    of: float
    message: str
    manual: bool


@dataclass(frozen=True)
class Graded:
    """A graded submission: a mark for each graded cell, always, and in `trouble` what stood in the way.

    `notes` say what was mended in the notebook before it ran; `unanswered` names the solution cells left as
    they were handed out; `executed` is the notebook with its outputs, as JSON, or "" where none was run.
    """

    assignment: str
    student: str
    marks: tuple[Mark, ...]
    trouble: str = ""
    notes: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()
    executed: str = ""

    @property
    def score(self) -> float:
        """The points given so far."""
        return sum(mark.points or 0 for mark in self.marks)

    @property
    def of(self) -> float:
        """The points there are."""
        return sum(mark.of for mark in self.marks)

    @property
    def exercises(self) -> tuple[Exercise, ...]:
        """The marks by exercise: `rate-test-few` and `rate-test-many` are both of `rate`.

        >>> marks = Mark("rate-test-few", 1, 1), Mark("rate-test-many", 0.5, 1, "half a rate")
        >>> Graded("2_estimation", "ada", marks).exercises
        (Exercise(name='rate', points=1.5, of=2, message='half a rate', manual=False),)
        """
        grouped: dict[str, list[Mark]] = {}
        for mark in self.marks:
            grouped.setdefault(mark.cell.split("-test-")[0], []).append(mark)
        return tuple(
            Exercise(
                name,
                sum(mark.points or 0 for mark in marks),
                sum(mark.of for mark in marks),
                "\n".join(mark.message for mark in marks if mark.message),
                any(mark.manual for mark in marks),
            )
            for name, marks in grouped.items()
        )


class _Overwrite(OverwriteCells):  # type: ignore[misc] # nbgrader has no types
    """nbgrader's OverwriteCells, which looks its cells up in an answer key."""

    def __init__(self, key: AnswerKey, **options: Any) -> None:
        super().__init__(**options)
        self.gradebook, self.notebook_id, self.assignment_id = key, key.notebook, key.assignment

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        return super(OverwriteCells, self).preprocess(nb, resources)  # type: ignore[no-any-return]


def grade_notebook(
    source: str | Path,
    submission: str | Path,
    *,
    student: str = "",
    limits: Limits | None = None,
    config: Config | None = None,
) -> Graded:
    """Grade the notebook at `submission` by the source notebook (with its hidden tests) at `source`.

    `config` is what the course sets for nbgrader. Raises OSError if a file cannot be read; what the
    submission holds raises nothing.
    """
    key = key_from_source(source, config)
    return grade(key, Path(submission).read_bytes(), student=student, limits=limits, config=config)


def grade(
    key: AnswerKey,
    submission: bytes,
    *,
    student: str = "",
    limits: Limits | None = None,
    config: Config | None = None,
) -> Graded:
    """Grade the bytes of a submitted notebook; what they hold raises nothing.

    The steps are those of `nbgrader autograde`, and so are the marks, but for one thing: what a test cell
    writes to stderr, such as a warning, costs nothing.

    >>> from helpers.classroom.answer_key import KeyCell
    >>> cell = KeyCell("rate-test-few", "code", True, "1", "", 2.0, False)
    >>> graded = grade(AnswerKey("2_estimation", "2_estimation", (cell,)), b"")
    >>> graded.score, graded.of, graded.trouble
    (0, 2.0, 'The file is empty.')
    """
    try:
        mended = mend(submission, source_of(key))
        sanitized = _sanitize(mended.notebook, key, config or Config())
    except UnreadableSubmission as problem:
        return refused(key, student, problem.reason)
    executed, problems = run_notebook(
        sanitized,
        limits=limits or Limits(),
        config=config,
        preload=key.imports,
        files=key.files,
    )
    with _silent():
        for make in (IgnorePattern, ClearMetadataPreprocessor, LimitOutput):
            executed, _ = make(config=config or Config())(executed, {})
    marks, unanswered = _marks(executed, key)
    return Graded(
        assignment=key.assignment,
        student=student,
        marks=marks,
        trouble="; ".join(problems),
        notes=mended.notes,
        unanswered=unanswered,
        executed=nbformat.writes(executed),
    )


def _sanitize(notebook: Any, key: AnswerKey, config: Config) -> Any:
    try:
        with _silent():
            for make in (ClearOutput, DeduplicateIds):
                notebook, _ = make(config=config)(notebook, {})
            notebook.metadata["kernelspec"] = dict(key.kernelspec)  # as OverwriteKernelspec does
            notebook, _ = _Overwrite(key, config=config)(notebook, {})
            notebook, _ = CheckCellMetadata(config=config)(notebook, {})
            return notebook
    except Exception as error:  # noqa: BLE001 - nbgrader raises whatever the damage leads to
        why = f"{type(error).__name__}: {_first_line(error)}"
        raise UnreadableSubmission(f"The notebook's cells cannot be graded: {why}.") from None


def _marks(notebook: Any, key: AnswerKey) -> tuple[tuple[Mark, ...], tuple[str, ...]]:
    """Return the marks as nbgrader's SaveAutoGrades would record them, and what was left unanswered."""
    found: dict[str, Mark] = {}
    unanswered = []
    for cell in notebook.cells:
        if is_grade(cell):
            points, of = _determine(cell)
            found[cell.metadata.nbgrader.grade_id] = Mark(
                cell.metadata.nbgrader.grade_id, points, of, _message(cell)
            )
        if is_solution(cell) and cell.metadata.nbgrader.get("checksum") == compute_checksum(cell):
            unanswered.append(cell.metadata.nbgrader.grade_id)
        if is_task(cell):
            name = cell.metadata.nbgrader.grade_id
            found[name] = Mark(name, None, float(cell.metadata.nbgrader.points))
    marks = tuple(
        found.get(cell.name) or Mark(cell.name, 0, float(cell.max_score or 0), NOT_IN_THE_SUBMISSION)
        for cell in key.graded
    )
    return marks, tuple(unanswered)


def _determine(cell: Any) -> tuple[float | None, float]:
    judged = copy.deepcopy(cell)
    if judged.cell_type == "code":
        # nbgrader gives 0 to a test cell that writes to stderr; a warning is not a wrong answer.
        judged.outputs = [output for output in judged.outputs if output.get("name") != "stderr"]
    try:
        points, of = determine_grade(judged, QUIET)
    except (ValueError, KeyError):  # more points than there are: the cell's result is not a mark
        return 0.0, float(cell.metadata.nbgrader.points)
    return points, of


def _message(cell: Any) -> str:
    if cell.cell_type != "code" or is_solution(cell):
        return ""
    said = [
        output.text.strip()
        for output in cell.outputs
        if output.output_type == "stream" and output.name == "stdout"
    ]
    said += [f"{output.ename}: {output.evalue}" for output in cell.outputs if output.output_type == "error"]
    return "\n".join(said)


def refused(key: AnswerKey, student: str, why: str) -> Graded:
    """Return 0 for everything, with the reason, for a submission that nothing can be done with."""
    marks = tuple(Mark(cell.name, 0, float(cell.max_score or 0), why) for cell in key.graded)
    return Graded(key.assignment, student, marks, why)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """nbgrader's steps warn in passing of what the result says."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            yield
    finally:
        logging.disable(before)

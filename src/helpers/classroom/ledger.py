"""Marks into nbgrader's gradebook: all of a submission's in one transaction, or none of them."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from nbgrader.api import Gradebook
from nbgrader.preprocessors import AssignLatePenalties
from traitlets.config import Config

from helpers.classroom.engine import Graded, Mark
from helpers.classroom.transactions import one_transaction

__all__ = ["Entry", "Ledger"]

# Beside nbgrader's tables, in the same database: so a mark and what it was given for cannot part.
TABLE = sa.Table(
    "course_grading",
    sa.MetaData(),
    sa.Column("assignment", sa.String(128), primary_key=True),
    sa.Column("student", sa.String(128), primary_key=True),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("trouble", sa.Text, nullable=False),
    sa.Column("notes", sa.Text, nullable=False),
    sa.Column("graded_at", sa.String(32), nullable=False),
)


@dataclass(frozen=True)
class Entry:
    """What is recorded of a graded submission; `digest` is empty if it is to be graded again."""

    digest: str
    trouble: str
    notes: str


class Ledger:
    """The gradebook of a course, as far as grading writes to it."""

    def __init__(self, gradebook: Gradebook, config: Config) -> None:
        self.gradebook = gradebook
        self.penalties = AssignLatePenalties(config=config)
        self.penalties.init_plugin()
        TABLE.create(gradebook.engine, checkfirst=True)

    def entries(self, assignment: str) -> dict[str, Entry]:
        """Return what is recorded of an assignment, by student."""
        with self.gradebook.engine.connect() as connection:
            rows = connection.execute(sa.select(TABLE).where(TABLE.c.assignment == assignment)).all()
        return {row.student: Entry(row.digest, row.trouble, row.notes) for row in rows}

    def record(self, graded: Graded, digest: str, timestamp: datetime.datetime | None = None) -> None:
        """Write a submission's marks and that it was graded, in one transaction.

        As nbgrader's SaveAutoGrades and AssignLatePenalties do: a mark that a person gave stays, and
        waits for that person to look again.
        """
        entry = {
            "assignment": graded.assignment,
            "student": graded.student,
            "digest": digest,
            "trouble": graded.trouble,
            "notes": "\n".join(graded.notes),
            "graded_at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        }
        with one_transaction(self.gradebook) as session:
            times = {"timestamp": timestamp} if timestamp else {}
            self.gradebook.update_or_create_student(graded.student)
            with session.no_autoflush:  # it would write nbgrader's rows before they are linked
                submission = self.gradebook.update_or_create_submission(
                    graded.assignment, graded.student, **times
                )
            for notebook in submission.notebooks:
                marks = {mark.cell: mark for mark in graded.marks}
                for grade in notebook.grades:
                    _save(grade, marks[grade.name])
                for comment in notebook.comments:
                    comment.auto_comment = "No response." if comment.name in graded.unanswered else None
                self._penalise(submission, notebook)
            session.execute(
                sa.delete(TABLE).where(
                    TABLE.c.assignment == graded.assignment, TABLE.c.student == graded.student
                )
            )
            session.execute(sa.insert(TABLE).values(**entry))

    def _penalise(self, submission: Any, notebook: Any) -> None:
        notebook.late_submission_penalty = None
        late = submission.total_seconds_late
        if late > 0:
            session = self.gradebook.db
            session.flush()
            session.refresh(notebook)  # the database adds up its score
            plugin = self.penalties.plugin_inst
            penalty = plugin.late_submission_penalty(submission.student.id, notebook.score, late)
            if penalty is not None:
                notebook.late_submission_penalty = self.penalties._check_late_penalty(notebook, penalty)


def _save(grade: Any, mark: Mark) -> None:
    grade.auto_score = mark.points
    grade.needs_manual_grade = grade.manual_score is not None or mark.points is None


def scores(gradebook: Gradebook, assignment: str) -> Mapping[str, tuple[float, float, bool]]:
    """Return score, full marks and whether a person must still mark, by student."""
    return {
        submission.student.id: (submission.score, submission.max_score, submission.needs_manual_grade)
        for submission in gradebook.assignment_submissions(assignment)
    }

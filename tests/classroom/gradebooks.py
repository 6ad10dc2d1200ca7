"""Gradebooks for the tests: a course's own on SQLite or PostgreSQL, and a small class with marks."""

import datetime
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from nbgrader.api import Gradebook

from helpers.classroom.course_folder import CourseFolder
from tests.course.grader import COURSE

__all__ = ["ENGINES", "course_on", "hand_in", "new_assignment"]

ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]
DUE = datetime.datetime(2026, 10, 1, 12)  # nbgrader keeps times in UTC, without their zone


@contextmanager
def course_on(engine: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[CourseFolder]:
    """A course without students, its gradebook where its settings put it by COURSE_DATABASE_URL."""
    shutil.copy(COURSE / "nbgrader_config.py", folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("COURSE_DATABASE_URL", raising=False)
        if engine == "sqlite":
            yield CourseFolder(folder)
            return
        with new_database(request.getfixturevalue("database_url")) as url:
            patch.setenv("COURSE_DATABASE_URL", url)
            yield CourseFolder(folder)


@contextmanager
def new_database(server: str) -> Iterator[str]:
    """The URL of a new database on the server, which is dropped at the end."""
    name = f"gradebook_{secrets.token_hex(6)}"
    identifier = psycopg.sql.Identifier(name)
    with closing(psycopg.connect(server, autocommit=True)) as connection:
        connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(identifier))
        try:
            yield urlsplit(server)._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(psycopg.sql.SQL("DROP DATABASE {} WITH (FORCE)").format(identifier))


def new_assignment(gradebook: Gradebook, name: str, cells: Mapping[str, float]) -> None:
    """Add an assignment of one notebook, due at noon of 1 October, with the points of its graded cells."""
    gradebook.add_assignment(name, duedate=DUE)
    gradebook.add_notebook(name, name)
    for cell, points in cells.items():
        gradebook.add_grade_cell(cell, name, name, max_score=points, cell_type="code")


def hand_in(
    gradebook: Gradebook,
    assignment: str,
    student: str,
    points: Mapping[str, float | None],
    *,
    late: datetime.timedelta = datetime.timedelta(),
    penalty: float | None = None,
) -> None:
    """Record a graded submission; a cell without points waits for a person."""
    with gradebook.db.no_autoflush:  # it would write nbgrader's rows before they are linked
        gradebook.add_submission(assignment, student, timestamp=DUE + late)
    notebook = gradebook.find_submission_notebook(assignment, assignment, student)
    notebook.late_submission_penalty = penalty
    for cell, earned in points.items():
        grade = gradebook.find_grade(cell, assignment, assignment, student)
        grade.auto_score, grade.needs_manual_grade = earned, earned is None
    gradebook.db.commit()

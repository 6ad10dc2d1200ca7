"""Copies of the course to grade in, and what their gradebooks hold."""

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.classroom.honest import hand_in, mixture
from tests.course.grader import COURSE, Assignment

__all__ = ["all_marks", "course_grade", "environment", "new_course", "run"]

MARKS = """
    SELECT assignment.name, submitted_assignment.student_id, base_cell.name, auto_score, needs_manual_grade
    FROM grade
    JOIN base_cell ON base_cell.id = grade.cell_id
    JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
    JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
    JOIN assignment ON assignment.id = submitted_assignment.assignment_id
    ORDER BY 1, 2, 3
"""

Mark = tuple[str, str, str, float | None, int]


def new_course(folder: Path, names: list[str], students: int, *, release: bool = True) -> Path:
    """Return a fresh copy of the course, with honest submissions of the assignments handed in."""
    root = folder / "course"
    for name in names:
        shutil.copytree(COURSE / "source" / name, root / "source" / name)
    shutil.copy(COURSE / "nbgrader_config.py", root)
    for name in names if release else []:
        run(root, "nbgrader", "generate_assignment", name)
        assignment = Assignment(name)
        for number in range(students):
            hand_in(root, assignment, f"student{number:03}", mixture(assignment, number))
    return root


def environment(root: Path) -> dict[str, str]:
    """Return the variables for a command in the course: nbgrader's settings and logs stay beside it."""
    return os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "JUPYTER_CONFIG_DIR": str(root.parent / "config"),
        "JUPYTER_DATA_DIR": str(root.parent / "data"),
        "JUPYTER_RUNTIME_DIR": str(root.parent / "runtime"),
        "IPYTHONDIR": str(root.parent / "ipython"),
    }


def run(root: Path, *command: str, codes: tuple[int, ...] = (0,)) -> Any:
    """Run a module of this Python in the course, to its end, which must be one of `codes`."""
    ran = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=root,
        env=environment(root),
        capture_output=True,
        text=True,
        timeout=1800,
        check=False,
    )
    assert ran.returncode in codes, f"{command}: {ran.stdout[-1000:]}\n{ran.stderr[-3000:]}"
    assert "Traceback" not in ran.stderr or command[0] == "nbgrader", ran.stderr[-3000:]
    return ran


def course_grade(root: Path, *options: str, codes: tuple[int, ...] = (0, 1)) -> Any:
    """Run `course grade`; it exits with 1 where it has something to tell of a submission."""
    return run(root, "helpers.classroom.cli", "grade", *options, codes=codes)


def all_marks(root: Path) -> list[Mark]:
    """Return every row of marks in the gradebook; one written twice is there twice."""
    with sqlite3.connect(f"file:{root}/gradebook.db?mode=ro", uri=True) as database:
        return list(database.execute(MARKS))

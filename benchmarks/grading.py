"""How long does it take to grade a class, beside `nbgrader autograde`, and are the marks the same?

    python -m benchmarks.grading

Honest submissions, drawn from the right, wrong, different and blank answers of every exercise, are handed in
twice: to a course that stock nbgrader grades and to one that `course grade` grades. Both commands run whole,
start-up and all, first one and then the other, an assignment at a time, and every mark is compared. A
submission with a test cell that writes to stderr is left out of the comparison, and counted: stock gives
such a cell 0, and here a warning costs nothing.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.utils import is_grade

from benchmarks.runs import load_said, seconds
from tests.classroom.honest import hand_in, mixture
from tests.course.grader import COURSE, Assignment, assignment_names, read

Marks = dict[str, tuple[float | None, bool]]


def new_course(folder: Path) -> Path:
    """Return a fresh copy of the course, in a folder of its own."""
    root = folder / "course"
    shutil.copytree(COURSE / "source", root / "source")
    shutil.copy(COURSE / "nbgrader_config.py", root)
    return root


def run(root: Path, *command: str) -> None:
    """Run a module of this Python in the course; `course grade` exits with 1 if it has something to say."""
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "JUPYTER_CONFIG_DIR": str(root.parent / "config"),
        "IPYTHONDIR": str(root.parent / "ipython"),
    }
    ran = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode not in (0, 1) or "Traceback" in ran.stderr:
        raise SystemExit(f"{' '.join(command)}:\n{ran.stderr[-3000:]}")


def marks(root: Path, assignment: str, student: str) -> Marks:
    """Return what the gradebook says of each graded cell: its marks, and whether a person must look."""
    with Gradebook(f"sqlite:///{root}/gradebook.db", course_id="system-design") as gradebook:
        notebook = gradebook.find_submission_notebook(assignment, assignment, student)
        return {grade.name: (grade.auto_score, grade.needs_manual_grade) for grade in notebook.grades}


def writes_to_stderr(root: Path, assignment: str, student: str) -> bool:
    """Tell whether a test cell of the graded notebook wrote to stderr."""
    notebook = read(root / "autograded" / student / assignment / f"{assignment}.ipynb")
    graded = [cell for cell in notebook.cells if is_grade(cell) and cell.cell_type == "code"]
    return any(output.get("name") == "stderr" for cell in graded for output in cell.outputs)


def compare(each: int, names: list[str], workers: int) -> str:
    """Return the table: seconds of both, their ratio, and how many submissions got the same marks."""
    rows = [
        "| assignment | handed in | autograde (s) | course grade (s) | ratio | same marks | left out |",
        "| :-- | --: | --: | --: | --: | --: | --: |",
    ]
    totals = [0.0] * 5
    with tempfile.TemporaryDirectory() as folder:
        stock, ours = (new_course(Path(folder, which)) for which in ("stock", "ours"))
        for name in names:
            assignment = Assignment(name)
            students = [f"student{number:03}" for number in range(each)]
            for root in (stock, ours):
                run(root, "nbgrader", "generate_assignment", name)
                for number, student in enumerate(students):
                    hand_in(root, assignment, student, mixture(assignment, number))
            took = [
                seconds(lambda name=name: run(stock, "nbgrader", "autograde", name)),  # type: ignore[misc]
                seconds(
                    lambda name=name: run(  # type: ignore[misc]
                        ours, "helpers.classroom.cli", "grade", name, "--workers", str(workers)
                    )
                ),
            ]
            out = [student for student in students if writes_to_stderr(stock, name, student)]
            kept = [student for student in students if student not in out]
            same = sum(marks(stock, name, student) == marks(ours, name, student) for student in kept)
            row = [each, *took, same, len(out)]
            totals = [total + value for total, value in zip(totals, row, strict=True)]
            rows.append(_row(name, row))
            print(rows[-1], file=sys.stderr, flush=True)
    return "\n".join([*rows, _row("all", totals)])


def _row(name: str, values: list[float]) -> str:
    handed_in, stock, ours, same, out = values
    return (
        f"| {name} | {handed_in:.0f} | {stock:.1f} | {ours:.1f} | {stock / ours:.1f} | "
        f"{same:.0f} of {handed_in - out:.0f} | {out:.0f} |"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("assignments", nargs="*", default=assignment_names(), help="default: all")
    parser.add_argument("--each", type=int, default=20, help="submissions an assignment")
    parser.add_argument("--workers", type=int, default=2, help="processes of `course grade`")
    options = parser.parse_args()
    with load_said():
        print(compare(options.each, options.assignments, options.workers))

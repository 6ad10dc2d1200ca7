"""How long does it take to grade a class, beside `nbgrader autograde`, and are the marks the same?

    python -m benchmarks.grading

Honest submissions, drawn from the right, wrong, different and blank answers of every exercise, are handed in
twice: to a course that stock nbgrader grades and to one that `course grade` grades. Both commands run whole,
start-up and all, first one and then the other, an assignment at a time, and every mark is compared. A
submission with a test cell that writes to stderr is left out of the comparison, and counted: stock gives
such a cell 0, and here a warning costs nothing.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from nbgrader.utils import is_grade

from benchmarks.runs import load_said, seconds
from tests.classroom.courses import all_marks, course_grade, new_course, run
from tests.course.grader import assignment_names, read


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
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            stock, ours = (new_course(Path(folder, which), [name], each) for which in ("stock", "ours"))
            took = [
                seconds(lambda: run(stock, "nbgrader", "autograde", name)),  # noqa: B023 - called at once
                seconds(lambda: course_grade(ours, name, "--workers", str(workers))),  # noqa: B023
            ]
            students = sorted(path.name for path in (stock / "submitted").iterdir())
            out = [student for student in students if writes_to_stderr(stock, name, student)]
            theirs, mine = all_marks(stock), all_marks(ours)
        same = sum(
            [mark for mark in theirs if mark[1] == student] == [mark for mark in mine if mark[1] == student]
            for student in students
            if student not in out
        )
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

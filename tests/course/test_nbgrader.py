"""Stock nbgrader on a copy of the course: release, autograde and feedback, from its command line."""

import copy
import html
import itertools
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.utils import determine_grade, is_grade, is_solution

from tests.course.grader import COURSE, Assignment, assignment_names, read

NAME = "2_estimation"
# Importing nbgrader takes longer than most of what it does, so its commands share one process.
RUN = """
import sys
from nbgrader.apps import NbGraderApp
for command, name in zip(sys.argv[1::2], sys.argv[2::2]):
    NbGraderApp.clear_instance()
    NbGraderApp.launch_instance([command, name])
"""
MANUAL_ANSWER = "Yes: 130 K writes a second at the peak are eight times what one node can do."


OTHERS = [name for name in assignment_names() if name != NAME]


@dataclass(frozen=True)
class Course:
    """The copied course after nbgrader's commands, and what each student handed in for one assignment."""

    root: Path
    assignment: Assignment
    solutions: dict[str, dict[str, str]]

    def notebook(self, folder: str) -> Any:
        return read(self.root / folder / self.assignment.name / f"{self.assignment.name}.ipynb")

    def feedback(self, student: str) -> str:
        page = (self.root / "feedback" / student / NAME / f"{NAME}.html").read_text(encoding="utf-8")
        return html.unescape(re.sub(r"<[^>]+>", "", page))

    def hidden_lines(self) -> list[str]:
        """The lines that only hidden tests have."""
        regions = [
            re.findall(r"BEGIN HIDDEN TESTS\n(.*?)### END HIDDEN TESTS", cell.source, re.DOTALL)
            for cell in self.assignment.notebook.cells
        ]
        lines = {line.strip() for found in regions for region in found for line in region.splitlines()}
        released = "\n".join(cell.source for cell in self.notebook("release").cells)
        return [line for line in sorted(lines) if re.search(r"\w{3}", line) and line not in released]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    folder = tmp_path_factory.mktemp("nbgrader")
    root = folder / "course"
    shutil.copytree(COURSE / "source", root / "source")
    shutil.copy(COURSE / "nbgrader_config.py", root)
    assignment = Assignment(NAME)
    first_wrong = {topic: next(iter(answers.wrong.values())) for topic, answers in assignment.answers.items()}
    solutions = {
        "reference": assignment.reference(),
        "blank": {},
        "wrong": first_wrong | {"rate": assignment.answers["rate"].wrong["syntax error"]},
        "different": assignment.different() | {"pitch": MANUAL_ANSWER},
    }
    handed_in = Course(root, assignment, solutions)
    courses = [handed_in, *(another(root, name) for name in OTHERS)]
    run(root, *(("generate_assignment", each.assignment.name) for each in courses))
    for each in courses:
        hand_in(each)
    run(root, *(("autograde", each.assignment.name) for each in courses), ("generate_feedback", NAME))
    return handed_in


def another(root: Path, name: str) -> Course:
    """Return an assignment that one student hands in, written differently, with the first exercise left."""
    assignment = Assignment(name)
    answered = dict(list(assignment.different().items())[1:])
    return Course(root, assignment, {"different": answered})


def hand_in(course: Course) -> None:
    """Write each student's answers into a copy of the released notebook, where nbgrader collects it."""
    name = course.assignment.name
    for student, given in course.solutions.items():
        notebook = copy.deepcopy(course.notebook("release"))
        for cell in notebook.cells:
            if is_solution(cell) and course.assignment.topic(cell) in given:
                cell.source = given[course.assignment.topic(cell)]
        path = course.root / "submitted" / student / name / f"{name}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)


def run(root: Path, *commands: tuple[str, str]) -> None:
    """Run `nbgrader COMMAND NAME` in the course for each pair, one after the other."""
    folder = root.parent
    # nbgrader looks for alembic on the path, and for settings and logs in the user's home.
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
    }
    ran = subprocess.run(
        [sys.executable, "-c", RUN, *itertools.chain(*commands)],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-3000:]


def test_the_release_holds_no_answer(course: Course) -> None:
    released = course.notebook("release")
    text = "\n".join(cell.source for cell in released.cells)
    for marker in ("BEGIN SOLUTION", "END SOLUTION", "BEGIN HIDDEN", "END HIDDEN", "MARK SCHEME"):
        assert marker not in text
    assert len(course.hidden_lines()) > 50
    answers = [cell.source for cell in course.assignment.notebook.cells if is_solution(cell)]
    regions = [
        re.findall(r"BEGIN SOLUTION.*?\n(.*?)[^\n]*END SOLUTION", source, re.DOTALL) for source in answers
    ]
    assert all(regions)
    lines = {line.strip() for found in regions for region in found for line in region.splitlines()}
    released_lines = {line.strip() for line in text.splitlines()}
    assert {line for line in lines & released_lines if re.search(r"\w{3}", line)} == set()
    stubs = [cell.source for cell in released.cells if is_solution(cell)]
    assert all(stub.rstrip().endswith(("answer here.*", 'answer here.")')) for stub in stubs)


def test_the_release_names_its_cells_as_the_source_does(course: Course) -> None:
    assert [cell.id for cell in course.notebook("release").cells] == [
        cell.id for cell in course.assignment.notebook.cells
    ]


def test_nbgrader_gives_the_marks_that_the_other_tests_rely_on(course: Course) -> None:
    with Gradebook(f"sqlite:///{course.root}/gradebook.db", course_id="system-design") as gradebook:
        for student, solutions in course.solutions.items():
            submitted = gradebook.find_submission_notebook(NAME, NAME, student)
            marks = {grade.name: grade.auto_score for grade in submitted.grades}
            pitch = marks.pop("estimation-pitch")
            assert marks == course.assignment.grade(solutions), student
            assert pitch == (None if "pitch" in solutions else 0), (
                f"{student}: a person reads what is written"
            )
        full = gradebook.find_assignment(NAME).max_score
    assert full == sum(course.assignment.full_marks.values()) + 10


@pytest.mark.parametrize("name", OTHERS)
def test_nbgrader_marks_the_other_assignments_alike(course: Course, name: str) -> None:
    other = another(course.root, name)
    released = "\n".join(cell.source for cell in other.notebook("release").cells)
    assert "BEGIN" not in released
    assert len(other.hidden_lines()) > 50
    with Gradebook(f"sqlite:///{course.root}/gradebook.db", course_id="system-design") as gradebook:
        submitted = gradebook.find_submission_notebook(name, name, "different")
        marks = {grade.name: grade.auto_score for grade in submitted.grades}
    by_tests = other.assignment.grade(other.solutions["different"])
    assert {cell: marks.pop(cell) for cell in by_tests} == by_tests
    assert set(by_tests.values()) > {0}, "the exercise that is left gets nothing, the others something"
    assert set(marks.values()) == {0}, "a manual answer left as it was handed out gets 0"


def test_feedback_hides_the_hidden_tests(course: Course) -> None:
    for student, solutions in course.solutions.items():
        page, own = course.feedback(student), "\n".join(solutions.values())
        shown = [line for line in course.hidden_lines() if line in page and line not in own]
        assert shown == [], student
        assert "Hidden tests, run when your work is graded: several years." in page


def test_feedback_says_why_marks_are_lost(course: Course) -> None:
    for student in ("blank", "wrong"):
        page = course.feedback(student)
        lost = 0
        for cell in course.notebook(f"autograded/{student}").cells:
            if not is_grade(cell) or is_solution(cell):
                continue
            marks, points = determine_grade(cell)
            if marks < points:
                lost += 1
                said = [line for output in cell.outputs for line in output.get("text", "").splitlines()]
                said += [f"{output.ename}: {output.evalue}" for output in cell.outputs if "ename" in output]
                assert said, cell.id
                assert all(line in page for line in said), cell.id
        assert lost > len(course.assignment.exercises)


def test_feedback_names_the_slip(course: Course) -> None:
    page = course.feedback("wrong")
    assert "NameError: name 'writes_per_second' is not defined" in page
    assert "“days in a year” (365 days/year) is left out. Half marks." in page
    assert "not answered yet" in course.feedback("blank")

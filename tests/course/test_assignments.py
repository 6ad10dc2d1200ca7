"""Each assignment: marks for right, blank and wrong answers, and cells that are fit to be graded."""

import ast
import functools
import re

import pytest

from tests.course.grader import Assignment, assignment_names
from tests.course.marks import marks_table

NAMES = assignment_names()
BEGIN_HIDDEN, BEGIN_SOLUTION = "### BEGIN HIDDEN TESTS", "BEGIN SOLUTION"
# What a student may have named the same way: a test cell must leave the student's names alone.
NAMING: tuple[type[ast.AST], ...] = (
    ast.Assign,
    ast.AugAssign,
    ast.AnnAssign,
    ast.NamedExpr,
    ast.FunctionDef,
    ast.ClassDef,
)
NAMING += (ast.Import, ast.ImportFrom, ast.For, ast.With, ast.Delete)

load = functools.cache(Assignment)


@functools.cache
def reference_marks(name: str) -> dict[str, float]:
    return load(name).by_exercise(load(name).grade(load(name).reference()))


def every_exercise() -> list[tuple[str, str]]:
    return [(name, topic) for name in NAMES for topic in load(name).exercises]


def every_wrong_answer() -> list[tuple[str, str, str]]:
    return [
        (name, topic, wrong) for name, topic in every_exercise() for wrong in load(name).answers[topic].wrong
    ]


def test_there_are_assignments() -> None:
    assert "2_estimation" in NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_reference_gets_full_marks(name: str) -> None:
    assert reference_marks(name) == load(name).full_marks


@pytest.mark.parametrize("name", NAMES)
def test_a_blank_gets_nothing(name: str) -> None:
    assert set(load(name).grade({}).values()) == {0}


@pytest.mark.parametrize("name", NAMES)
def test_right_answers_written_differently_keep_all_marks(name: str) -> None:
    assignment = load(name)
    assert assignment.by_exercise(assignment.grade(assignment.different())) == assignment.full_marks


@pytest.mark.parametrize(("name", "topic", "wrong"), every_wrong_answer())
def test_a_wrong_answer_loses_marks_in_its_exercise_only(name: str, topic: str, wrong: str) -> None:
    assignment = load(name)
    solutions = assignment.reference() | {topic: assignment.answers[topic].wrong[wrong]}
    marks = assignment.by_exercise(assignment.grade(solutions))
    full = assignment.full_marks
    assert marks.pop(topic) < full.pop(topic)
    assert marks == full


@pytest.mark.parametrize(("name", "topic"), every_exercise())
def test_an_exercise_needs_no_other(name: str, topic: str) -> None:
    assignment = load(name)
    marks = assignment.by_exercise(assignment.grade({topic: assignment.reference()[topic]}))
    assert marks.pop(topic) == assignment.full_marks[topic]
    assert set(marks.values()) == {0}


@pytest.mark.parametrize("name", NAMES)
def test_every_exercise_has_wrong_answers_and_a_different_one(name: str) -> None:
    assignment = load(name)
    assert list(assignment.answers) == assignment.exercises
    for topic, answers in assignment.answers.items():
        assert len(set(answers.wrong.values())) >= 3, topic
        assert answers.different.strip() != assignment.reference()[topic].strip()


@pytest.mark.parametrize("name", NAMES)
def test_every_exercise_shows_an_example_and_hides_a_test(name: str) -> None:
    assignment = load(name)
    for topic in assignment.exercises:
        hidden = [
            BEGIN_HIDDEN in cell.source for cell in assignment.test_cells if assignment.topic(cell) == topic
        ]
        assert set(hidden) == {True, False}, topic


@pytest.mark.parametrize("name", NAMES)
def test_cells_have_unique_telling_ids(name: str) -> None:
    assignment = load(name)
    cells = assignment.notebook.cells
    ids = [cell.metadata.nbgrader.grade_id for cell in cells]
    assert ids == [cell.id for cell in cells]
    assert len(set(ids)) == len(ids)
    word = r"[a-z]+(-[a-z]+)*"
    for cell in cells:
        settings = cell.metadata.nbgrader
        graded_by_running = settings.grade and not settings.solution
        form = rf"{assignment.prefix}-{word}" + (rf"-test-{word}" if graded_by_running else "")
        assert re.fullmatch(form, cell.id), cell.id
        assert ("-test-" in cell.id) == graded_by_running, cell.id
        assert settings.locked != settings.solution, f"{cell.id}: students change their answers, nothing else"


@pytest.mark.parametrize("name", NAMES)
def test_tests_leave_the_students_names_alone(name: str) -> None:
    for cell in load(name).test_cells:
        assert not any(isinstance(node, NAMING) for node in ast.walk(ast.parse(cell.source))), cell.id


@pytest.mark.parametrize("name", NAMES)
def test_only_solution_cells_hold_solutions(name: str) -> None:
    for cell in load(name).notebook.cells:
        assert (BEGIN_SOLUTION in cell.source) == cell.metadata.nbgrader.solution, cell.id


@pytest.mark.parametrize("name", NAMES)
def test_prompts_state_the_points(name: str) -> None:
    assignment = load(name)
    points: dict[str, float] = {}
    for cell in assignment.notebook.cells:
        if cell.metadata.nbgrader.grade:
            topic = assignment.topic(cell)
            points[topic] = points.get(topic, 0) + cell.metadata.nbgrader.points
    stated = {}
    for cell in assignment.notebook.cells:
        found = re.search(r"^## .*\((\d+) points", cell.source, re.MULTILINE)
        if found:
            stated[assignment.topic(cell).removesuffix("-prompt")] = float(found[1])
    assert stated == points
    by_tests = sum(assignment.full_marks.values())
    by_hand = sum(points.values()) - by_tests
    assert f"{by_tests:g} points come from tests, {by_hand:g} from " in assignment.notebook.cells[0].source


@pytest.mark.parametrize("name", NAMES)
def test_the_source_is_not_run(name: str) -> None:
    code = [cell for cell in load(name).notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)


def test_the_marks_table_has_a_row_for_each_exercise() -> None:
    table = marks_table("2_estimation")
    print(table)
    assert "| rate | 2 | 2 | 0 | 2 | per day 1; " in table
    assert table.count("\n") == 2 + len(load("2_estimation").exercises)

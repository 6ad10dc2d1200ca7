"""Grading one notebook: a small assignment of two exercises, and what its answers may do to their kernel."""

import os
import threading
import time
from pathlib import Path

import nbformat
import psutil  # type: ignore[import-untyped]
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from traitlets.config import Config

from helpers.classroom.answer_key import key_from_source
from helpers.classroom.engine import Graded, grade, grade_notebook
from helpers.classroom.kernels import Nursery
from helpers.classroom.running import Limits
from tests.course.grader import Assignment, course_config

TESTS = {"double": "double(2) == 4", "triple": "triple(2) == 6"}
RIGHT = {"double": "def double(x):\n    return 2 * x", "triple": "def triple(x):\n    return 3 * x"}
LIMITS = Limits(timeout_s=2, budget_s=60, memory_bytes=2**29)


def settings(grade_id: str, *, points: float | None = None, solution: bool = False) -> dict[str, object]:
    graded = points is not None
    return {
        "nbgrader": {
            "grade": graded,
            "solution": solution,
            "locked": not solution,
            "task": False,
            "grade_id": grade_id,
            "schema_version": 3,
        }
        | ({"points": points} if graded else {})
    }


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two functions of two points each, half of them for the example, and a question that a person marks."""
    cells = []
    for name, right in TESTS.items():
        stub = f"### BEGIN SOLUTION\n{RIGHT[name]}\n### END SOLUTION"
        cells.append(new_code_cell(stub, metadata=settings(name, solution=True), id=name))
        for case in ("one", "two"):
            test = f"print('{name} is tried')\n1 if {right} else 0.5"
            grade_id = f"{name}-test-{case}"
            cells.append(new_code_cell(test, metadata=settings(grade_id, points=1), id=grade_id))
    why = new_markdown_cell(
        "### BEGIN SOLUTION\nBecause.\n### END SOLUTION", metadata=settings("why", points=4, solution=True)
    )
    why.id = "why"
    path = tmp_path_factory.mktemp("source") / "sums" / "sums.ipynb"
    path.parent.mkdir()
    kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(new_notebook(cells=[*cells, why], metadata={"kernelspec": kernelspec}), path)
    (path.parent / "users.csv").write_text("ada\n")
    return path


def graded(source: Path, limits: Limits = LIMITS, config: Config | None = None, **answers: str) -> Graded:
    """Grade the source with these answers in place of its own; those not given are right."""
    notebook = nbformat.read(source, as_version=4)
    for cell in notebook.cells:
        if cell.id in answers:
            cell.source = answers[cell.id]
        elif cell.id in RIGHT:
            cell.source = RIGHT[cell.id]
    raw = nbformat.writes(notebook).encode()
    return grade(key_from_source(source), raw, student="ada", limits=limits, config=config)


def points(result: Graded) -> dict[str, float]:
    return {exercise.name: exercise.points for exercise in result.exercises}


def test_right_and_wrong_answers_are_told_apart(source: Path) -> None:
    result = graded(source, triple="def triple(x):\n    return x", why="So.")
    assert points(result) == {"double": 2, "triple": 1, "why": 0}
    assert [exercise.manual for exercise in result.exercises] == [False, False, True]
    assert (result.score, result.of, result.trouble) == (3, 8, "")
    assert "double is tried" in result.exercises[0].message


def test_an_answer_left_as_it_was_handed_out_gets_nothing_and_waits_for_nobody(source: Path) -> None:
    key = key_from_source(source)
    stubs = {cell.name: cell.source for cell in key.cells if cell.solution}
    result = graded(source, **stubs)  # type: ignore[arg-type]
    assert result.score == 0
    assert not any(mark.manual for mark in result.marks)
    assert set(result.unanswered) == {"double", "triple", "why"}


def test_the_marks_are_those_of_the_other_tests() -> None:
    assignment = Assignment("1_requirements")
    notebook = assignment.notebook.copy()
    wrong = {topic: next(iter(answers.wrong.values())) for topic, answers in assignment.answers.items()}
    key = key_from_source("course/source/1_requirements/1_requirements.ipynb", course_config())
    for cell in notebook.cells:
        if cell.metadata.nbgrader.get("solution"):
            cell.source = wrong.get(assignment.topic(cell), cell.source)
    result = grade(key, nbformat.writes(notebook).encode(), config=course_config())
    marks = {mark.cell: mark.points for mark in result.marks if not mark.manual}
    assert marks == assignment.grade(wrong)


@pytest.mark.parametrize(
    "warns", ["import warnings; warnings.warn('old')", "import sys; print('hm', file=sys.stderr)"]
)
def test_what_is_written_to_stderr_costs_nothing_but_can_be_read(source: Path, warns: str) -> None:
    result = graded(source, double=f"def double(x):\n    {warns}\n    return 2 * x")
    assert points(result)["double"] == 2
    assert '"stderr"' in result.executed


def test_an_error_costs_the_cell_that_raises_it(source: Path) -> None:
    result = graded(source, double="def double(x):\n    raise KeyError('users')")
    assert points(result) == {"double": 0, "triple": 2, "why": 0}
    assert "KeyError: 'users'" in result.exercises[0].message


def test_more_points_than_there_are_are_none(source: Path) -> None:
    result = graded(source, double="class Two:\n    def __eq__(self, _):\n        return True")
    assert points(result)["double"] == 0
    many = nbformat.read(source, as_version=4)
    many.cells[1].source = "7"
    path = source.parent.parent / "many" / "many.ipynb"
    path.parent.mkdir(exist_ok=True)
    nbformat.write(many, path)
    assert grade_notebook(path, path, limits=LIMITS).marks[0].points == 0


@pytest.mark.parametrize(
    "does",
    ["import os; os._exit(1)", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"],
    ids=["exits", "killed"],
)
def test_a_test_that_ends_its_kernel_is_left_out_and_the_others_count(source: Path, does: str) -> None:
    result = graded(source, double=f"def double(x):\n    {does}")
    assert points(result) == {"double": 0, "triple": 2, "why": 0}
    assert "double-test-one: the cell ended its kernel" in result.trouble
    assert "left out" in result.exercises[0].message


@pytest.mark.parametrize(
    ("does", "why", "timeout_s"),
    [
        ("import os; os._exit(0)", "ended its kernel", 5),
        (
            "import signal; signal.signal(2, signal.SIG_IGN)\nwhile True: pass",
            "ran too long and could not be interrupted",
            1,
        ),
        (
            "while True: display({'text/plain': 'x' * 4_000_000}, raw=True)",
            "showed more and more without end",
            30,
        ),
    ],
    ids=["exits", "cannot be interrupted", "shows without end"],
)
def test_an_answer_that_ends_its_kernel_is_left_out(
    source: Path, does: str, why: str, timeout_s: int
) -> None:
    limits = Limits(timeout_s=timeout_s, memory_bytes=2**29)
    result = graded(source, limits, double=f"{RIGHT['double']}\n{does}")
    assert points(result) == {"double": 0, "triple": 2, "why": 0}
    assert result.trouble == f"double: the cell {why}, so it was left out"


def test_printing_without_end_is_stopped(source: Path) -> None:
    result = graded(source, double=f"{RIGHT['double']}\nwhile True: print('x' * 10_000)")
    assert points(result) == {"double": 2, "triple": 2, "why": 0}
    assert result.trouble == "double: the cell was stopped after 2 s"
    assert len(result.executed) < 2_000_000


@pytest.mark.parametrize("leaves", ["import sys; sys.exit(1)", "exit()", "quit()", "raise SystemExit"])
def test_leaving_ends_the_cell_not_the_kernel(source: Path, leaves: str) -> None:
    result = graded(source, double=f"{RIGHT['double']}\n{leaves}")
    assert points(result) == {"double": 2, "triple": 2, "why": 0}


def test_an_endless_loop_is_stopped(source: Path) -> None:
    result = graded(source, double=RIGHT["double"] + "\nwhile True: pass")
    assert points(result) == {"double": 2, "triple": 2, "why": 0}
    assert result.trouble == "double: the cell was stopped after 2 s"


def test_the_course_says_how_long_a_cell_may_take(source: Path) -> None:
    config = Config({"Execute": {"timeout": 1}})
    result = graded(source, Limits(), config, double=RIGHT["double"] + "\nwhile True: pass")
    assert "stopped after 1 s" in result.trouble


def test_time_that_is_used_up_leaves_the_rest_undone(source: Path) -> None:
    result = graded(
        source, Limits(timeout_s=30, budget_s=3), double="import time\ndef double(x):\n    time.sleep(60)"
    )
    assert points(result) == {"double": 0, "triple": 0, "why": 0}
    assert "stopped after 2 s" in result.trouble
    assert "the notebook took more than 3 s in all; from triple on nothing was run" in result.trouble


def test_memory_has_a_limit(source: Path) -> None:
    hungry = "held = []\nwhile True: held.append(bytearray(2**26))"
    result = graded(source, double=f"{RIGHT['double']}\n{hungry}")
    assert points(result) == {"double": 2, "triple": 2, "why": 0}
    assert "MemoryError" in result.executed


def test_long_output_is_cut(source: Path) -> None:
    result = graded(source, double=RIGHT["double"] + "\nprint('x' * 50_000_000)\n'y' * 50_000_000")
    assert points(result) == {"double": 2, "triple": 2, "why": 0}
    assert len(result.executed) < 3_000_000


def test_what_a_notebook_starts_ends_with_it(source: Path) -> None:
    starts = "import subprocess; subprocess.Popen(['setsid', 'sleep', '4242'], start_new_session=True)"
    assert points(graded(source, double=f"{starts}\n{RIGHT['double']}"))["double"] == 2
    kernels = [each for each in psutil.process_iter(["cmdline"]) if "4242" in (each.info["cmdline"] or ())]
    assert kernels == []


def test_the_process_that_kernels_come_from_may_end_too(source: Path) -> None:
    killer = threading.Timer(2, Nursery.mine().process.kill)
    killer.start()
    result = graded(source, Limits(timeout_s=20), double="import time; time.sleep(15)")
    killer.join()
    assert points(result) == {"double": 0, "triple": 2, "why": 0}
    assert "double: the cell ended its kernel" in result.trouble
    assert points(graded(source))["double"] == 2


def test_a_notebook_runs_in_a_folder_of_its_own(source: Path) -> None:
    shadows = (
        "open('numpy.py', 'w').write('raise ImportError')\nassert open('users.csv').read() == 'ada\\n'\n"
    )
    assert points(graded(source, double=shadows + RIGHT["double"]))["double"] == 2
    after = "import numpy, os\nassert os.listdir() == ['users.csv']\n"
    assert points(graded(source, double=after + RIGHT["double"]))["double"] == 2


def test_a_notebook_does_not_see_the_graders_variables(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://ada:secret@localhost/marks")
    looks = "import os\nassert not {'DATABASE_URL', 'JUPYTERHUB_API_TOKEN'} & set(os.environ)\n"
    looks += f"assert os.environ['HOME'] != {os.environ.get('HOME', '')!r}\n"
    assert points(graded(source, double=looks + RIGHT["double"]))["double"] == 2


def test_a_kernel_does_not_outlive_its_notebook(source: Path) -> None:
    before = set(psutil.pids())
    graded(source)
    for _ in range(50):
        left = [pid for pid in set(psutil.pids()) - before if _is_kernel(pid)]
        if not left:
            break
        time.sleep(0.1)
    assert left == []


def _is_kernel(pid: int) -> bool:
    try:
        parents = psutil.Process(pid).parents()
    except psutil.NoSuchProcess:
        return False
    return any("helpers.classroom.nursery" in " ".join(_words(each)) for each in parents)


def _words(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []

"""Grading a class: as stock nbgrader does, in parallel, on any executor, through kills and lost workers."""

import contextlib
import io
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
import psutil  # type: ignore[import-untyped]
import pytest
from nbgrader.api import Gradebook
from nbgrader.utils import is_grade, is_solution

from helpers.classroom.batch import LOST, Outcome, grade_class
from helpers.classroom.cli import _Progress, main
from helpers.classroom.course_folder import CourseFolder
from helpers.classroom.ledger import Ledger
from helpers.classroom.running import Limits
from tests.classroom.courses import all_marks, course_grade, environment, new_course, run
from tests.classroom.honest import hand_in, mixture
from tests.classroom.kills import kill_often
from tests.course.grader import Assignment, read

NAMES = ["2_estimation", "5_bottlenecks"]
NAME = NAMES[0]
LIMITS = Limits(timeout_s=10, budget_s=60)


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course of two assignments, three honest submissions each."""
    return new_course(tmp_path_factory.mktemp("released"), NAMES, 3)


@pytest.fixture
def course(released: Path, tmp_path: Path) -> CourseFolder:
    """A copy of it of one's own, with one submission of the first assignment."""
    root = copied(released, tmp_path)
    for folder in sorted((root / "submitted").iterdir())[1:]:
        shutil.rmtree(folder)
    return CourseFolder(root)


@pytest.fixture(scope="module")
def threads() -> Iterator[Executor]:
    """The plainest executor there is: grading in this process."""
    with ThreadPoolExecutor(1) as executor:
        yield executor


def copied(root: Path, folder: Path) -> Path:
    return shutil.copytree(root, folder / "course")


def grade(course: CourseFolder, executor: Executor | None, **options: Any) -> list[Outcome]:
    return grade_class(course, [NAME], executor=executor, limits=LIMITS, **options)


def page(course: CourseFolder, student: str) -> Any:
    return read(course.folder("autograded", student, NAME) / f"{NAME}.ipynb")


def entry(course: CourseFolder, student: str) -> Any:
    with course.gradebook() as gradebook:
        return Ledger(gradebook, course.config).entries(NAME)[student]


def add_to_answer(course: CourseFolder, student: str, code: str) -> None:
    path = course.folder("submitted", student, NAME) / f"{NAME}.ipynb"
    notebook = read(path)
    answer = next(cell for cell in notebook.cells if is_solution(cell))
    answer.source += f"\n{code}"
    nbformat.write(notebook, path)


# The same marks --------------------------------------------------------------------------------------------


def test_the_marks_are_those_of_stock_nbgrader(released: Path, tmp_path: Path) -> None:
    stock, ours = copied(released, tmp_path / "stock"), copied(released, tmp_path / "ours")
    for name in NAMES:
        run(stock, "nbgrader", "autograde", name)
    course_grade(ours)
    theirs = all_marks(stock)
    assert len({mark[:2] for mark in theirs}) == 6
    assert len({mark[3] for mark in theirs}) > 3, "right, half right, wrong and a person's"
    assert all_marks(ours) == theirs
    for path in sorted(stock.glob("autograded/*/*/*.ipynb")):
        mine = read(ours / path.relative_to(stock))
        assert [cell.source for cell in mine.cells] == [cell.source for cell in read(path).cells]
    comments = [_comments(root) for root in (stock, ours)]
    assert comments[0] == comments[1]
    assert "No response." in str(comments[0])


def _comments(root: Path) -> dict[str, str | None]:
    found = {}
    with Gradebook(f"sqlite:///{root}/gradebook.db", course_id="system-design") as gradebook:
        for name in NAMES:
            for submission in gradebook.assignment_submissions(name):
                for comment in submission.notebooks[0].comments:
                    found[f"{submission.student.id} {comment.name}"] = comment.auto_comment
    return found


# What is graded, and when ----------------------------------------------------------------------------------


def test_what_is_graded_is_graded_again_only_if_it_changed(course: CourseFolder, threads: Executor) -> None:
    hand_in(course.root, Assignment(NAME), "grace", mixture(Assignment(NAME), 7))
    assert {outcome.student for outcome in grade(course, threads)} == {"student000", "grace"}
    before = all_marks(course.root)
    assert grade(course, threads) == []
    add_to_answer(course, "grace", "# a second thought")
    assert [outcome.student for outcome in grade(course, threads)] == ["grace"]
    (course.folder("autograded", "student000", NAME) / f"{NAME}.ipynb").unlink()
    assert [outcome.student for outcome in grade(course, threads)] == ["student000"]
    assert len(grade(course, threads, force=True, student="grace")) == 1
    assert all_marks(course.root) == before


def test_a_persons_mark_stays_and_waits_for_another_look(course: CourseFolder, threads: Executor) -> None:
    grade(course, threads)
    with course.gradebook() as gradebook:
        mark = gradebook.find_grade("estimation-rate-test-example", NAME, NAME, "student000")
        mark.manual_score, mark.needs_manual_grade = 0.5, False
        gradebook.db.commit()
    grade(course, threads, force=True)
    with course.gradebook() as gradebook:
        mark = gradebook.find_grade("estimation-rate-test-example", NAME, NAME, "student000")
        assert (mark.manual_score, mark.needs_manual_grade) == (0.5, True)


def test_the_courses_penalty_for_being_late_is_kept(course: CourseFolder, threads: Executor) -> None:
    course.config.LateSubmissionPlugin.penalty_method = "zero"
    with course.gradebook() as gradebook:
        gradebook.update_or_create_assignment(NAME, duedate="2026-03-01 12:00:00 UTC")
    stamp = course.folder("submitted", "student000", NAME) / "timestamp.txt"
    for when, kept in (("2026-03-01 13:00:00 UTC", False), ("2026-03-01 11:00:00 UTC", True)):
        stamp.write_text(when)
        (outcome,) = grade(course, threads)
        with course.gradebook() as gradebook:
            submission = gradebook.find_submission(NAME, "student000")
            score = submission.score - (submission.notebooks[0].late_submission_penalty or 0)
            assert str(submission.timestamp) == when.removesuffix(" UTC")
        assert outcome.score > 0
        assert score == (outcome.score if kept else 0)


def test_a_submission_that_cannot_be_graded_gets_nothing_and_a_reason(
    course: CourseFolder, threads: Executor
) -> None:
    (course.folder("submitted", "student000", NAME) / f"{NAME}.ipynb").write_text("my homework")
    (outcome,) = grade(course, threads)
    assert (outcome.score, outcome.of) == (0, 50)
    assert outcome.trouble
    assert {mark[3:] for mark in all_marks(course.root)} == {(0.0, 0)}
    assert outcome.trouble in page(course, "student000").cells[0].source
    assert entry(course, "student000").trouble == outcome.trouble
    assert grade(course, threads) == [], "it is not tried for ever"
    run(course.root, "helpers.classroom.cli", "feedback", NAME)
    (shown,) = course.root.glob(f"feedback/student000/{NAME}/*.html")
    told = shown.read_text(encoding="utf-8")
    assert "What the grader says" in told
    assert "BEGIN HIDDEN" not in told
    assert "240e6" not in told, "a hidden test"


def test_what_was_handed_in_beside_the_notebook_is_where_graders_look(
    course: CourseFolder, threads: Executor
) -> None:
    folder = course.folder("submitted", "student000", NAME)
    (folder / "numpy.py").write_text("raise ImportError('shadow')")
    (folder / "marks.db").symlink_to(course.root / "gradebook.db")
    (outcome,) = grade(course, threads)
    assert outcome.score > 20
    beside = course.folder("autograded", "student000", NAME)
    assert sorted(path.name for path in beside.iterdir()) == [f"{NAME}.ipynb", "numpy.py"]
    assert "numpy.py" in page(course, "student000").cells[0].source


def test_a_source_that_is_not_what_was_released_is_not_graded_by(
    course: CourseFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    path = course.folder("source", ".", NAME) / f"{NAME}.ipynb"
    notebook = read(path)
    next(cell for cell in notebook.cells if is_grade(cell)).source += "\n1"
    nbformat.write(notebook, path)
    assert main(["--course", str(course.root), "grade", NAME]) == 2
    assert f"Run `course release {NAME}` first" in capsys.readouterr().err


# Workers ---------------------------------------------------------------------------------------------------


def test_a_submission_that_loses_its_worker_costs_nobody_else(released: Path, tmp_path: Path) -> None:
    course = CourseFolder(copied(released, tmp_path))
    add_to_answer(course, "student001", "open('here', 'w').close(); import time; time.sleep(9)")
    done = threading.Event()
    killer = threading.Thread(target=kill_workers_that_run, args=("here", done))
    killer.start()
    try:
        outcomes = grade_class(course, [NAME], workers=2, limits=LIMITS)
    finally:
        done.set()
        killer.join()
    assert len(outcomes) == 3
    assert {outcome.student: outcome.trouble for outcome in outcomes if outcome.trouble} == {
        "student001": LOST
    }
    assert {mark[1] for mark in all_marks(course.root) if mark[3]} == {"student000", "student002"}
    hand_in(course.root, Assignment(NAME), "student001", {})
    again = grade_class(course, [NAME], workers=1, limits=LIMITS)
    assert [outcome.student for outcome in again] == ["student001"]


def kill_workers_that_run(marker: str, done: threading.Event) -> None:
    """Kill every worker of this process whose kernel has a file of that name in its folder."""
    while not done.wait(0.05):
        for kernel in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.Error, ValueError):
                worker, server = kernel.parents()[1:3]  # ValueError: it ended meanwhile
                # The nursery of a worker that is gone has another parent.
                pool = all("forkserver" in " ".join(each.cmdline()) for each in (worker, server))
                if pool and Path(kernel.cwd(), marker).exists():
                    worker.kill()


def test_a_worker_that_is_to_blame_itself_is_asked_again_by_the_next_run(course: CourseFolder) -> None:
    class Failing(ThreadPoolExecutor):
        def submit(self, *_: Any, **__: Any) -> Any:
            return super().submit(lambda: 1 / 0)

    (outcome,) = grade(course, Failing(1))
    assert "ZeroDivisionError" in outcome.trouble
    (outcome,) = grade(course, ThreadPoolExecutor(1))
    assert outcome.trouble == ""
    assert outcome.score > 0


def test_a_dask_cluster_grades(course: CourseFolder, capsys: pytest.CaptureFixture[str]) -> None:
    distributed: Any = pytest.importorskip("distributed")
    cluster = distributed.LocalCluster(
        processes=True, n_workers=1, threads_per_worker=1, dashboard_address=None
    )
    with cluster:
        command = ["--course", str(course.root), "grade", NAME, "--scheduler", cluster.scheduler_address]
        assert main(command) == 0, capsys.readouterr()
    assert "1 graded" in capsys.readouterr().out
    assert len(all_marks(course.root)) == 40


def test_a_scheduler_that_is_not_there_is_said(
    course: CourseFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("distributed")
    assert main(["--course", str(course.root), "grade", "--scheduler", "nowhere"]) == 2
    assert "--scheduler nowhere" in capsys.readouterr().err


def test_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    counted = kill_often(new_course(tmp_path, [NAME], 3), kills=3, seed=8)
    assert counted["kills"] == 3
    assert counted["marks compared at the end"] >= 120


# The command -----------------------------------------------------------------------------------------------


def test_the_command_does_an_instructors_round(released: Path, tmp_path: Path) -> None:
    root = copied(released, tmp_path)
    run(root, "helpers.classroom.cli", "release", NAME)
    graded = course_grade(root, NAME)
    assert graded.stdout.startswith("3 graded in ")
    assert not graded.stderr, "no bar where there is no terminal"
    status = run(root / "source", "helpers.classroom.cli", "status").stdout
    assert f"{NAME}: 3 handed in, 3 graded" in status
    assert f"{NAMES[1]}: 3 handed in, 0 graded" in status
    assert "student000: not graded yet" in status
    run(root, "helpers.classroom.cli", "feedback", NAME)
    assert len(list(root.glob(f"feedback/*/{NAME}/*.html"))) == 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["grade", "7_sleep"], "There is no assignment '7_sleep'. There is 2_estimation, 5_bottlenecks."),
        (["grade", "--student", "nobody"], "'nobody' handed in nothing"),
        (["collect"], "There is no exchange at"),
    ],
)
def test_what_is_wrong_is_said(
    released: Path,
    arguments: list[str],
    said: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", environment(released)["JUPYTER_CONFIG_DIR"])
    assert main(["--course", str(released), *arguments]) == 2
    assert said in capsys.readouterr().err


def test_no_course_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--course", str(tmp_path), "status"]) == 2
    assert "No nbgrader_config.py" in capsys.readouterr().err


@pytest.mark.parametrize("workers", ["0", "-1", "two"])
def test_a_number_of_workers_is_a_whole_number(workers: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["grade", "--workers", workers])
    assert "must be a whole number above 0" in capsys.readouterr().err


def test_a_terminal_sees_a_bar() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    progress = _Progress(stream)
    for done in (1, 2):
        progress(done, 2, Outcome(NAME, "ada", 1, 2, ""))
    assert "[############............] 1 of 2  2_estimation, ada" in stream.getvalue()
    assert stream.getvalue().endswith("\n")


def test_the_command_is_installed() -> None:
    command = Path(sys.executable).parent / "course"
    said = subprocess.run([command, "--help"], capture_output=True, text=True, check=True, env=os.environ)
    commands = ("release", "collect", "grade", "feedback", "export", "status")
    assert all(name in said.stdout for name in commands)

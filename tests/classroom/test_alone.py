"""Someone studying alone: the homework is put there over nothing, and graded as in a class."""

import copy
import html
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.utils import is_solution

from helpers.classroom import attempts, own_homework, running
from helpers.classroom.alone import main
from helpers.classroom.attempts import Attempt, keep, load_attempts
from helpers.classroom.engine import grade_notebook
from helpers.classroom.own_homework import Homework, HomeworkError
from helpers.course_progress import where_you_are
from tests.course.grader import COURSE, Assignment, assignment_names, course_config, read

NAME = "2_estimation"
MANUAL_ANSWER = "Yes: 130 K writes a second at the peak are eight times what one node can do."


@pytest.fixture(scope="module")
def handed_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a course whose homework has been put there, and not been begun."""
    top = tmp_path_factory.mktemp("alone")
    shutil.copytree(COURSE / "source", top / "course/source")
    shutil.copy(COURSE / "nbgrader_config.py", top / "course")
    assert main(["--top", str(top), "homework"]) == 0
    return top


@pytest.fixture
def top(handed_out: Path, tmp_path: Path) -> Path:
    """Return a course of one's own, with its homework."""
    return Path(shutil.copytree(handed_out, tmp_path / "top"))


@pytest.fixture(scope="module")
def assignment() -> Assignment:
    return Assignment(NAME)


def work(top: Path, name: str = NAME) -> Path:
    return top / "homework" / name / f"{name}.ipynb"


def answer(path: Path, assignment: Assignment, answers: Mapping[str, str]) -> None:
    notebook = read(path)
    for cell in notebook.cells:
        if is_solution(cell) and assignment.topic(cell) in answers:
            cell.source = answers[assignment.topic(cell)]
    nbformat.write(notebook, path)


def regions(assignment: Assignment, kind: str) -> set[str]:
    """Return the lines of an assignment's source that are of this kind alone."""
    region = re.compile(rf"BEGIN {kind}.*?\n(.*?)[^\n]*END {kind}", re.DOTALL)
    sources = [cell.source for cell in assignment.notebook.cells]
    lines = {
        line.strip() for source in sources for found in region.findall(source) for line in found.splitlines()
    }
    others = "\n".join(region.sub("", source) for source in sources)
    return {line for line in lines if re.search(r"\w{3}", line) and line not in others}


# Handing out -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", assignment_names())
def test_what_is_handed_out_holds_no_solution_and_no_hidden_test(handed_out: Path, name: str) -> None:
    source = Assignment(name)
    notebook = read(work(handed_out, name))
    assert [cell.metadata.nbgrader.grade_id for cell in notebook.cells] == [
        cell.metadata.nbgrader.grade_id for cell in source.notebook.cells
    ]
    text = "\n".join(cell.source for cell in notebook.cells)
    lines = {line.strip() for line in text.splitlines()}
    for kind in ("SOLUTION", "HIDDEN TESTS"):
        assert f"BEGIN {kind}" not in text
        secret = regions(source, kind)
        assert len(secret) > 20
        assert lines & secret == set()
    assert "answer here" in text


def test_work_is_never_overwritten(top: Path, assignment: Assignment) -> None:
    answer(work(top), assignment, {"rate": "mine"})
    before = {path: path.read_bytes() for path in (top / "homework").rglob("*.ipynb")}
    said = Homework(top).put(NAME)
    assert "left as it is" in said
    assert {path: path.read_bytes() for path in (top / "homework").rglob("*.ipynb")} == before


def release_again(top: Path, words: str) -> None:
    path = top / "course/source" / NAME / f"{NAME}.ipynb"
    notebook = read(path)
    notebook.cells[0].source += f"\n\n{words}"
    nbformat.write(notebook, path)


def test_a_newer_release_is_put_beside_the_work(top: Path, assignment: Assignment) -> None:
    answer(work(top), assignment, {"rate": "mine"})
    own, folder = work(top).read_bytes(), work(top).parent
    release_again(top, "A second edition.")
    assert f"{NAME}_new.ipynb" in Homework(top).put(NAME)
    assert "A second edition." in (folder / f"{NAME}_new.ipynb").read_text("utf-8")
    answer(folder / f"{NAME}_new.ipynb", assignment, {"rate": "mine as well"})
    Homework(top).put(NAME)
    assert "mine as well" in (folder / f"{NAME}_new.ipynb").read_text("utf-8")
    release_again(top, "A third edition.")
    Homework(top).put(NAME)
    assert sorted(path.name for path in folder.iterdir()) == [
        f"{NAME}.ipynb",
        f"{NAME}_new.ipynb",
        f"{NAME}_new_2.ipynb",
    ]
    assert "A third edition." in (folder / f"{NAME}_new_2.ipynb").read_text("utf-8")
    assert "mine as well" in (folder / f"{NAME}_new.ipynb").read_text("utf-8")
    assert work(top).read_bytes() == own


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'{"cells": 7}', b"\xff\xfe", b"[" * 100_000])
def test_damaged_work_is_left_alone_and_a_fresh_notebook_put_beside(top: Path, content: bytes) -> None:
    work(top).write_bytes(content)
    assert "cannot be read" in Homework(top).put(NAME)
    assert work(top).read_bytes() == content
    assert read(work(top).parent / f"{NAME}_new.ipynb").cells


def test_what_stands_where_the_notebook_would_is_left(top: Path) -> None:
    work(top).unlink()
    work(top).symlink_to("gone")
    Homework(top).put(NAME)
    assert work(top).is_symlink()
    assert not (work(top).parent / "gone").exists()
    assert (work(top).parent / f"{NAME}_new.ipynb").is_file()


def test_files_of_an_assignment_come_with_it_and_stay_as_they_are(top: Path) -> None:
    (top / f"course/source/{NAME}/data.csv").write_text("a,b")
    Homework(top).put(NAME)
    assert (work(top).parent / "data.csv").read_text() == "a,b"
    (work(top).parent / "data.csv").write_text("mine")
    Homework(top).put(NAME)
    assert (work(top).parent / "data.csv").read_text() == "mine"


# Grading ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def graded(
    handed_out: Path, assignment: Assignment, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str, dict[str, str]]:
    """Return a course after a mixed attempt, what was said, and the answers of the attempt."""
    top = Path(shutil.copytree(handed_out, tmp_path_factory.mktemp("graded") / "top"))
    known = assignment.answers
    answers = {
        "rate": known["rate"].wrong["syntax error"],
        "storage": next(iter(known["storage"].wrong.values())),
        "provision": known["provision"].different,
        "verdict": assignment.reference()["verdict"],
        "pitch": MANUAL_ANSWER,
    }
    answer(work(top), assignment, answers)
    return top, Homework(top).grade(NAME, width=1000), answers


def test_the_marks_are_those_of_the_engine_and_of_the_tests_themselves(
    graded: tuple[Path, str, dict[str, str]], assignment: Assignment
) -> None:
    top, said, answers = graded
    (attempt,) = load_attempts(top / "homework/history.json")
    engine = grade_notebook(COURSE / f"source/{NAME}/{NAME}.ipynb", work(top), config=course_config())
    kept = {name.removeprefix("estimation-"): points for name, (points, _) in attempt.exercises.items()}
    assert kept.pop("pitch") is None
    assert kept == {
        each.name.removeprefix("estimation-"): each.points for each in engine.exercises if not each.manual
    }
    by_tests = assignment.by_exercise(assignment.grade(answers))
    assert kept == by_tests
    assert attempt.assignment == NAME
    total = sum(by_tests.values())
    assert 0 < total < sum(assignment.full_marks.values())
    assert f"{total:g} of 40 points by tests\n" in said


def test_each_lost_mark_is_explained(graded: tuple[Path, str, dict[str, str]]) -> None:
    lines = graded[1].splitlines()

    def under(title: str) -> list[str]:
        place = next(n for n, line in enumerate(lines) if line.endswith(title))
        rest = lines[place + 1 :]
        return rest[: next(n for n, line in enumerate(rest) if not line.startswith(" " * 14))]

    stopped = under("1. Writes a second")
    assert len(stopped) == 1
    assert "Your answer stops: SyntaxError" in stopped[0]
    slip = under("2. Storage over years")
    assert any("was expected" in line and " came. " in line for line in slip)
    assert any("“days in a year” (365 days/year) is left out. Half marks." in line for line in slip)
    assert under("3. Peak and copies") == []
    assert under("6. Round as on a whiteboard") == [" " * 14 + "Not answered yet."]
    assert "a model answer is on the page" in under("12. Say it to the interviewer")[0]


def test_the_page_shows_the_answers_and_no_hidden_test(
    graded: tuple[Path, str, dict[str, str]], assignment: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    top, said, answers = graded
    path = top / f"homework/{NAME}/feedback/{NAME}.html"
    assert str(path.relative_to(top)) in said
    page = html.unescape(re.sub(r"<[^>]+>", "", path.read_text("utf-8")))
    own = "\n".join(answers.values())
    assert [line for line in regions(assignment, "HIDDEN TESTS") if line in page and line not in own] == []
    assert "Hidden tests, run when your work is graded: several years." in page
    assert "is left out. Half marks." in page
    assert MANUAL_ANSWER in page
    assert "A model answer." in page
    # The lessons' overview finds it.
    monkeypatch.delenv("DESIGN_FILE")
    (top / "notebooks").mkdir()
    found = where_you_are(top / "notebooks").homework[NAME]
    assert (found.answered, found.complete) == (5, True)
    assert found.feedback.endswith(f"feedback/{NAME}.html")


def test_a_half_finished_notebook_is_graded_and_the_history_grows(
    top: Path, assignment: Assignment, capsys: pytest.CaptureFixture[str]
) -> None:
    said = []
    for answers in ({"rate": assignment.reference()["rate"]}, {"storage": assignment.reference()["storage"]}):
        answer(work(top), assignment, answers)
        assert main(["--top", str(top), "grade", NAME]) == 0
        said.append(capsys.readouterr().out)
    assert "2 of 40 points by tests\n" in said[0]
    assert "5 of 40 points by tests (2 the last time)\n" in said[1]
    first, second = load_attempts(top / "homework/history.json")
    assert (first.score, second.score) == (2, 5)
    assert first.date <= second.date
    page = (work(top).parent / f"feedback/{NAME}.html").read_text("utf-8")
    assert "A model answer." not in page, "it is for those who have answered"


def test_a_notebook_gets_the_same_marks_where_kernels_cannot_be_forked(
    graded: tuple[Path, str, dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    top = Path(shutil.copytree(graded[0], tmp_path / "top"))
    monkeypatch.setattr(running, "FORKED", False)
    monkeypatch.setattr(running, "ForkedKernelManager", None)
    Homework(top).grade(NAME)
    first, second = load_attempts(top / "homework/history.json")
    assert first.exercises == second.exercises


def test_a_cell_that_ends_its_kernel_costs_its_own_marks(top: Path, assignment: Assignment) -> None:
    answer(
        work(top),
        assignment,
        {"rate": "import os\nos._exit(1)", "storage": assignment.reference()["storage"]},
    )
    said = Homework(top).grade(NAME)
    assert "3 of 40 points" in said
    assert "On the way: estimation-rate: the cell ended its kernel" in said


def test_an_answer_that_prints_much_does_not_hide_the_marks(top: Path, assignment: Assignment) -> None:
    shown = "for n in range(500):\n    print('\\x1b[2J', n)\nwrites_per_second = 1"
    answer(work(top), assignment, {"rate": shown})
    notebook = read(work(top))
    place = next(
        n for n, cell in enumerate(notebook.cells) if cell.metadata.nbgrader.grade_id == "estimation-rate"
    )
    loud = "def writes_per_second(*_):\n    raise ValueError('\\x1b[2J' + 'word ' * 5000)"
    notebook.cells[place].source = loud
    nbformat.write(notebook, work(top))
    said = Homework(top).grade(NAME)
    assert len(said.splitlines()) < 60
    assert "\x1b" not in said
    assert "12. Say it to the interviewer" in said


def test_nothing_answered_is_said_and_is_no_attempt(
    top: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_homework, "grade", lambda *_, **__: pytest.fail("nothing needs to run"))
    assert main(["--top", str(top), "grade"]) == 0
    said = capsys.readouterr().out
    assert all(f"{name}: nothing is answered yet." in said for name in assignment_names())
    assert not (top / "homework/history.json").exists()


def test_a_cell_of_ones_own_is_a_beginning(top: Path) -> None:
    notebook = read(work(top))
    notebook.cells.insert(4, nbformat.v4.new_code_cell("def writes_per_second(users, writes): return users"))
    nbformat.write(notebook, work(top))
    said = Homework(top).grade(NAME, width=1000)
    assert "1 of 40 points by tests" in said, "half of the marks of each of its tests"
    assert "10000000.0 came" in said.split("2. Storage")[0]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "The file is empty."),
        (b'{"cells": [', "breaks off"),
        (b"<html>", "a web page"),
        (b'{"nbformat": 4, "cells": []}', "has no cell of this assignment"),
    ],
)
def test_a_notebook_that_is_none_gets_a_reason(
    top: Path, content: bytes, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    work(top).write_bytes(content)
    main(["--top", str(top), "grade", NAME])
    said = capsys.readouterr().out
    assert f"{NAME}: it cannot be graded. " in said
    assert reason in said
    assert "run `make homework`" in said
    assert work(top).read_bytes() == content
    assert not (top / "homework/history.json").exists()
    assert not (work(top).parent / "feedback").exists()


def test_a_missing_notebook_is_named_and_so_is_what_is_there(top: Path) -> None:
    work(top).rename(work(top).with_name("copy.ipynb"))
    with pytest.raises(HomeworkError, match=rf"no homework/{NAME}/{NAME}\.ipynb\. There is copy\.ipynb"):
        Homework(top).grade(NAME)
    work(top).mkdir()
    with pytest.raises(HomeworkError, match="is no file"):
        Homework(top).grade(NAME)


def test_one_that_cannot_be_graded_does_not_stop_the_others(
    top: Path, assignment: Assignment, capsys: pytest.CaptureFixture[str]
) -> None:
    work(top, "1_requirements").unlink()
    work(top, "1_requirements").mkdir()
    answer(work(top), assignment, {"rate": assignment.reference()["rate"]})
    assert main(["--top", str(top), "grade"]) == 1
    said = capsys.readouterr()
    assert "1_requirements" in said.err
    assert f"{NAME}: 2 of 40" in said.out


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["grade", "7_none"], "There is no assignment '7_none'. There is 1_requirements, "),
        (["grade"], "There is no homework yet"),
        (["--top", "course", "grade"], "There is no course in"),
    ],
)
def test_what_the_learner_can_mend_is_said(
    top: Path,
    arguments: list[str],
    reason: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shutil.rmtree(top / "homework")
    monkeypatch.chdir(top)
    assert main(arguments) == 1
    assert reason in capsys.readouterr().err


def test_the_machines_name_is_not_taken_for_an_assignment() -> None:
    def asked(*arguments: str) -> str:
        ran = subprocess.run(
            ["make", "--no-print-directory", "-n", "grade", *arguments],
            cwd=COURSE.parent,
            env=os.environ | {"NAME": "DESKTOP"},
            capture_output=True,
            text=True,
            check=True,
        )
        return ran.stdout.splitlines()[-1].split("helpers.classroom.alone ")[1].strip()

    assert asked() == "grade"
    assert asked(f"NAME={NAME}") == f"grade '{NAME}'"


# The history -----------------------------------------------------------------------------------------------

ONE = Attempt("2026-11-26T02:40:00+00:00", NAME, {"rate": (1.5, 2), "pitch": (None, 10)})
PLAIN = {"date": ONE.date, "assignment": NAME, "exercises": {"rate": {"points": 1.5, "of": 2}}}
WHOLE = {"format": attempts.FORMAT, "version": attempts.VERSION}


def odd(**changes: Any) -> bytes:
    kept = copy.deepcopy(PLAIN) | changes
    return json.dumps(WHOLE | {"attempts": [PLAIN, kept]}).encode()


DAMAGED = {
    "nothing": b"",
    "cut": b'{"attempts": [',
    "deep": b"[" * 100_000,
    "bytes": bytes(range(256)),
    "a list": b"[]",
    "another file": b'{"format": "another", "version": 1, "attempts": []}',
    "a later version": json.dumps(WHOLE | {"version": 2, "attempts": []}).encode(),
    "no attempts": json.dumps(WHOLE).encode(),
    "no date": odd(date="yesterday"),
    "a number for a date": odd(date=7),
    "no assignment": odd(assignment=None),
    "no exercises": odd(exercises=[1]),
    "text for points": odd(exercises={"rate": {"points": "2", "of": 2}}),
    "no number": odd(exercises={"rate": {"points": float("nan"), "of": 2}}),
    "of nothing": odd(exercises={"rate": {"points": 1, "of": None}}),
    "a huge number": odd(exercises={"rate": {"points": 10**400, "of": 2}}),
}


def test_attempts_come_back_as_they_were_kept(tmp_path: Path) -> None:
    path = tmp_path / "history.json"
    for count in range(3):
        assert keep(ONE, path) == ((ONE,) * count, "")
    assert load_attempts(path) == (ONE,) * 3


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_history_is_put_aside_and_kept(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "history.json"
    for number in (1, 2):
        path.write_bytes(content)
        before, note = keep(ONE, path)
        assert before == ()
        assert f"kept as history_damaged_{number}.json" in note
        assert load_attempts(path) == (ONE,)
    assert [path.read_bytes() for path in tmp_path.glob("history_damaged_*")] == [content] * 2


def folder(path: Path) -> None:
    path.mkdir()


def link_to_itself(path: Path) -> None:
    path.symlink_to(path)


def pipe(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize("make", [folder, link_to_itself, pipe])
def test_what_is_no_file_is_put_aside(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "history.json")
    assert "it is not a file" in keep(ONE, tmp_path / "history.json")[1]
    assert load_attempts(tmp_path / "history.json") == (ONE,)
    assert os.path.lexists(tmp_path / "history_damaged_1.json")


def test_marks_are_shown_and_the_history_stays_when_nothing_can_be_written(
    top: Path, assignment: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = top / "homework/history.json"
    keep(ONE, path)
    before = path.read_bytes()

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    answer(work(top), assignment, {"rate": assignment.reference()["rate"]})
    monkeypatch.setattr(os, "fsync", full)
    said = Homework(top).grade(NAME)
    assert "2 of 40 points" in said
    assert "This attempt is not in homework/history.json: No space left on device." in said
    assert "could not be written: No space left on device." in said
    assert path.read_bytes() == before


def test_a_damaged_history_is_told_of_with_the_marks(top: Path, assignment: Assignment) -> None:
    (top / "homework/history.json").write_text("{")
    answer(work(top), assignment, {"rate": assignment.reference()["rate"]})
    said = Homework(top).grade(NAME)
    assert "2 of 40 points" in said
    assert "It is kept as history_damaged_1.json" in said
    assert (top / "homework/history_damaged_1.json").read_text() == "{"

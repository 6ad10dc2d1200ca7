"""Where a reader is follows from their own files; whatever stands in them, the page still shows."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from helpers.course_progress import where_you_are
from helpers.design import OWN_DESIGN, Design
from helpers.interviews import OWN_INTERVIEWS, save_attempt
from helpers.models.course_progress import LESSONS, PARTS, CourseProgress, Homework
from helpers.models.interview import Attempt

ROOT = Path(__file__).parents[1]
STUBS = ('raise NotImplementedError("Write your answer here.")', "*Write your answer here.*")
NAME = LESSONS[1].name
STEPS = [lesson for lesson in LESSONS if lesson.parts]


@pytest.fixture
def lessons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of the lessons of a reader who has no file yet."""
    monkeypatch.delenv("DESIGN_FILE")
    monkeypatch.delenv("INTERVIEWS_FILE", raising=False)
    folder = tmp_path / "notebooks"
    folder.mkdir()
    return folder


def write(path: Path, content: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def homework(*answers: str | list[str]) -> dict[str, Any]:
    """Return a homework's notebook with these answers, and with cells that ask for none."""
    locked = {"source": STUBS[1], "metadata": {"nbgrader": {"solution": False}}}
    asked = [{"source": text, "metadata": {"nbgrader": {"solution": True}}} for text in answers]
    return {"cells": [locked, {"source": "x = 1", "metadata": {}}, *asked]}


def work(lessons: Path) -> Homework:
    return where_you_are(lessons).homework.get(NAME, Homework())


# What counts -----------------------------------------------------------------------------------------------


def test_without_files_nothing_is_done(lessons: Path) -> None:
    assert where_you_are(lessons) == CourseProgress()


@pytest.mark.parametrize("lesson", STEPS, ids=lambda lesson: lesson.name)
def test_a_lesson_is_done_when_its_part_is_saved(lessons: Path, lesson: Any) -> None:
    Design.example(lesson.number).save(lessons / OWN_DESIGN)
    done = [other for other in STEPS if where_you_are(lessons).is_done(other)]
    assert done == STEPS[: lesson.number]


def test_the_design_may_have_another_name(
    lessons: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Design.example(1).save(tmp_path / "other.json")
    monkeypatch.setenv("DESIGN_FILE", str(tmp_path / "other.json"))
    assert where_you_are(lessons).written == ("contract",)


def test_without_a_design_file_no_file_of_the_reader_counts(
    lessons: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Design.example().save(lessons / OWN_DESIGN)
    write(lessons / OWN_INTERVIEWS, {"attempts": [{"finished": "2026-11-26"}]})
    write(lessons.parent / f"homework/{NAME}/{NAME}.ipynb", homework("return 1"))
    assert where_you_are(lessons) != CourseProgress()
    monkeypatch.setenv("DESIGN_FILE", "")
    assert where_you_are(lessons) == CourseProgress()


def test_it_reads_beside_the_lesson_that_asks(lessons: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Design.example(2).save(lessons / OWN_DESIGN)
    write(lessons.parent / f"homework/{NAME}/{NAME}.ipynb", homework("return 1"))
    monkeypatch.chdir(lessons)
    progress = where_you_are()
    assert progress == where_you_are(lessons)
    assert progress.is_done(LESSONS[1])
    assert Path(progress.homework[NAME].notebook).is_file()


@pytest.mark.parametrize("name", ["", "other.json"])
def test_interviews_count_once_they_are_finished(
    lessons: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = lessons / (name or OWN_INTERVIEWS)
    if name:
        monkeypatch.setenv("INTERVIEWS_FILE", str(path))
    for number, finished in enumerate(("", "2026-11-26", "2026-11-27")):
        save_attempt(Attempt("Pastebin", slot_min=45, name=f"at {number}", finished=finished), path)
        assert where_you_are(lessons) == CourseProgress(interviews=number)
    monkeypatch.setenv("INTERVIEWS_FILE", "")
    assert where_you_are(lessons).interviews == 0


def test_odd_attempts_among_others_do_no_harm(lessons: Path) -> None:
    attempts: list[Any] = [
        None,
        1,
        "finished",
        [],
        {},
        {"finished": ""},
        {"finished": "2026-11-26", "more": 1},
    ]
    write(lessons / OWN_INTERVIEWS, {"attempts": attempts, "version": "any"})
    assert where_you_are(lessons) == CourseProgress(interviews=1)


@pytest.mark.parametrize("place", ["homework", "course/submitted/me", "course/submitted/Zoë [2] #1"])
def test_answers_are_counted_where_homework_is_kept(lessons: Path, place: str) -> None:
    path = lessons.parent / place / NAME / f"{NAME}.ipynb"
    stub = f'def f(x):\n    """Say."""\n    {STUBS[0]}'
    write(path, homework(stub, STUBS[1], "", " \n", "return 1", ["def f(x):\n", "    return x"]))
    found = work(lessons)
    assert (found.answered, found.exercises, found.feedback, found.trouble) == (2, 6, "", "")
    assert linked(lessons, found.notebook) == path.resolve()


def linked(lessons: Path, link: str) -> Path:
    """Return the file that a link from a lesson leads to."""
    from urllib.parse import unquote

    assert "(" not in link
    assert " " not in link
    return (lessons / unquote(link)).resolve()


@pytest.mark.parametrize(
    "page",
    [
        f"course/feedback/me/{NAME}/{NAME}.html",
        f"course/feedback/Zoë [2] #1/{NAME}/{NAME}.html",
        f"homework/{NAME}/feedback/{NAME}.html",
        f"homework/{NAME}/feedback/2026-11-26 01:34:05.1 UTC/{NAME}.html",
    ],
)
def test_feedback_makes_homework_graded(lessons: Path, page: str) -> None:
    path = write(lessons.parent / page, "<html>")
    assert linked(lessons, work(lessons).feedback) == path.resolve()
    assert work(lessons).complete
    write(lessons.parent / f"homework/{NAME}/{NAME}.ipynb", homework(*STUBS, "return 1"))
    assert (work(lessons).answered, bool(work(lessons).feedback)) == (1, True)


def test_the_newest_feedback_is_linked(lessons: Path) -> None:
    old = write(lessons.parent / f"homework/{NAME}/feedback/2/{NAME}.html", "old")
    new = write(lessons.parent / f"homework/{NAME}/feedback/1/{NAME}.html", "new")
    os.utime(old, (1, 1))
    assert linked(lessons, work(lessons).feedback) == new.resolve()


def test_of_two_notebooks_the_one_with_more_answers_counts(lessons: Path) -> None:
    write(lessons.parent / f"homework/{NAME}/{NAME}.ipynb", homework(STUBS[0], "return 1"))
    write(lessons.parent / f"course/submitted/me/{NAME}/{NAME}.ipynb", homework("return 1", "return 2"))
    assert work(lessons).answered == 2
    write(lessons.parent / f"course/submitted/me/{NAME}/{NAME}.ipynb", "damaged")
    assert (work(lessons).answered, work(lessons).trouble) == (1, "")


def test_a_class_is_not_taken_for_the_reader(lessons: Path) -> None:
    for student in ("ada", "bob"):
        write(lessons.parent / f"course/submitted/{student}/{NAME}/{NAME}.ipynb", homework("return 1"))
    progress = where_you_are(lessons)
    assert progress.homework == {}
    assert progress.notes == ("course/ holds the work of 2 people, so none of it counts as yours.",)
    write(lessons.parent / f"course/submitted/me/{NAME}/{NAME}.ipynb", homework("return 1", STUBS[0]))
    assert work(lessons).exercises == 2
    assert where_you_are(lessons).notes == ()


def test_one_persons_other_folders_do_not_make_a_class(lessons: Path) -> None:
    write(lessons.parent / f"course/submitted/ada/{NAME}/{NAME}.ipynb", homework("return 1"))
    write(lessons.parent / "course/submitted/.DS_Store", "")
    write(lessons.parent / "course/submitted/notes.txt", "")
    write(lessons.parent / "course/feedback/.ipynb_checkpoints/x", "")
    assert work(lessons).answered == 1


@pytest.mark.parametrize("lesson", STEPS, ids=lambda lesson: lesson.name)
def test_the_courses_own_homework_is_read_as_it_is_handed_out(lessons: Path, lesson: Any) -> None:
    source = json.loads((ROOT / f"course/source/{lesson.name}/{lesson.name}.ipynb").read_text("utf-8"))
    exercises = [
        line
        for cell in source["cells"]
        if cell["cell_type"] == "markdown"
        for line in "".join(cell["source"]).splitlines()
        if line.startswith("## Exercise ")
    ]
    path = lessons.parent / f"homework/{lesson.name}/{lesson.name}.ipynb"
    write(path, source)  # with its solutions
    found = where_you_are(lessons).homework[lesson.name]
    assert (found.answered, found.exercises) == (len(exercises), len(exercises))
    for cell in source["cells"]:
        if cell["metadata"]["nbgrader"]["solution"]:
            cell["source"] = STUBS[cell["cell_type"] == "markdown"]
    write(path, source)
    assert where_you_are(lessons).homework[lesson.name].answered == 0


def test_the_stubs_are_those_the_course_sets() -> None:
    config = (ROOT / "course/nbgrader_config.py").read_text(encoding="utf-8")
    assert all(stub in config for stub in STUBS)


# Whatever stands there -------------------------------------------------------------------------------------

DEEP = b"[" * 100_000
DAMAGED: dict[str, Any] = {
    "nothing": b"",
    "not JSON": b"<html>",
    "cut": b'{"attempts": [',
    "deep": DEEP,
    "deep and closed": DEEP + b"]" * 100_000,
    "bytes": bytes(range(256)),
    "half a character": b'{"\\ud800": 1, "cells": [], "attempts": 3}',
    "a long number": b"9" * 10_000,
    "a list": b"[1, 2]",
    "a number": b"NaN",
    "text": b'"attempts"',
    "null": b"null",
    "another object": b'{"attempts": {"1": {}}, "cells": {"1": {}}}',
    "a number of cells": b'{"cells": 7, "attempts": 7}',
    "odd cells": b'{"cells": [1, null, "x", {}, {"metadata": 1}, {"metadata": {"nbgrader": [1]}}]}',
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_damaged_files_are_named_and_left_alone(lessons: Path, content: bytes) -> None:
    Design.example(2).save(lessons / OWN_DESIGN)
    paths = [lessons / OWN_INTERVIEWS, lessons.parent / f"homework/{NAME}/{NAME}.ipynb"]
    for path in paths:
        write(path, content)
    progress = where_you_are(lessons)
    assert progress.is_done(LESSONS[1]), "the design still counts"
    assert (progress.interviews, work(lessons).answered) == (0, 0)
    shown = progress._repr_markdown_() + repr(progress)
    assert shown.encode()
    if content != b"null":
        assert "Your interviews could not be read" in shown
        assert f"The homework {NAME} could not be read" in shown
        assert "could not be read](../homework/" in shown
    assert [path.read_bytes() for path in paths] == [content, content]

    write(lessons / OWN_DESIGN, content)
    progress = where_you_are(lessons)
    assert progress.written == ()
    shown = progress._repr_markdown_() + repr(progress)
    assert "Your design could not be read" in shown
    assert shown.encode()


def test_an_answer_of_a_strange_kind_is_counted_and_not_tripped_over(lessons: Path) -> None:
    odd: list[Any] = [None, 5, [1], {}]
    cells = [{"source": source, "metadata": {"nbgrader": {"solution": True}}} for source in odd]
    write(lessons.parent / f"homework/{NAME}/{NAME}.ipynb", {"cells": [*cells, {"metadata": {}}]})
    assert work(lessons).exercises == 4


def folder(path: Path) -> None:
    path.mkdir(parents=True)


def link_to_itself(path: Path) -> None:
    path.symlink_to(path)


def link_to_nothing(path: Path) -> None:
    path.symlink_to(path.with_name("gone"))


def pipe(path: Path) -> None:
    os.mkfifo(path)


def huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(50_000_000)


@pytest.mark.parametrize("make", [folder, link_to_itself, link_to_nothing, pipe, huge])
def test_what_is_no_file_is_passed_over(
    lessons: Path, make: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    if make is pipe and not hasattr(os, "mkfifo"):
        pytest.skip("pipes have no names here")
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail(f"{path} was read"))
    for path in (
        lessons / OWN_DESIGN,
        lessons / OWN_INTERVIEWS,
        lessons.parent / f"homework/{NAME}/{NAME}.ipynb",
        lessons.parent / f"course/feedback/me/{NAME}/{NAME}.html",
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        if make is not huge or path.suffix != ".html":
            make(path)
    progress = where_you_are(lessons)
    assert (progress.written, progress.interviews, work(lessons).feedback) == ((), 0, "")
    assert len(progress.notes) == (0 if make is link_to_nothing else 3)
    assert progress._repr_markdown_()


@pytest.mark.parametrize("taken", ["homework", "course", "course/submitted", f"homework/{NAME}"])
def test_a_file_in_place_of_a_folder_is_passed_over(lessons: Path, taken: str) -> None:
    write(lessons.parent / taken, "a file")
    assert where_you_are(lessons) == CourseProgress()


def test_lessons_that_are_nowhere_are_passed_over(lessons: Path) -> None:
    assert where_you_are(lessons / "gone") == CourseProgress()


@pytest.fixture
def nobody() -> Iterator[Callable[[], None]]:
    """Return a function after which this process may read what everybody may, and no more."""
    if not hasattr(os, "geteuid"):
        pytest.skip("no users to change to here")
    user = os.geteuid()

    def become_nobody() -> None:
        if user == 0:  # root is denied nothing
            os.seteuid(65_534)

    yield become_nobody
    os.seteuid(user)


@pytest.mark.parametrize("closed", ["files", "folders"])
def test_files_that_may_not_be_read_are_named(lessons: Path, closed: str, nobody: Callable[[], None]) -> None:
    top = lessons.parent
    Design.example(2).save(lessons / OWN_DESIGN)
    write(lessons / OWN_INTERVIEWS, {"attempts": [{"finished": "2026-11-26"}]})
    write(top / f"homework/{NAME}/{NAME}.ipynb", homework("return 1"))
    write(top / f"course/submitted/me/{NAME}/{NAME}.ipynb", homework("return 1"))
    write(top / f"course/feedback/me/{NAME}/{NAME}.html", "<html>")
    assert where_you_are(lessons).notes == ()
    above = [path for path in lessons.parents if not path.stat().st_mode & 0o001]  # only the test's own
    modes = {path: path.stat().st_mode for path in above}
    shut = [path for path in top.rglob("*") if path.is_file() == (closed == "files")]
    try:
        for path in above:
            path.chmod(0o755)
        for path in sorted(shut, reverse=True):
            path.chmod(0)
        nobody()
        progress = where_you_are(lessons)
    finally:
        if hasattr(os, "seteuid") and os.getuid() == 0:
            os.seteuid(0)
        for path in sorted(shut):
            path.chmod(0o700)
        for path, mode in modes.items():
            path.chmod(mode)
    assert (progress.written, progress.interviews) == ((), 0)
    assert progress.notes[0].startswith("Your design could not be read")
    assert sum("Permission denied" in note for note in progress.notes) >= 2
    assert all(work.answered == 0 for work in progress.homework.values())
    assert "could not be read" in progress._repr_markdown_()


def test_all_parts_of_a_design_are_looked_for(lessons: Path) -> None:
    Design.example().save(lessons / OWN_DESIGN)
    assert where_you_are(lessons).written == tuple(PARTS)

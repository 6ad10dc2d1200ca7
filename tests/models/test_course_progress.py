"""What a reader has done is said as it is, and what comes next follows from it."""

import re
from itertools import combinations
from pathlib import Path
from typing import Any

import nbformat
import pytest

from helpers.design import LAST_STEP, Design
from helpers.models.course_progress import LESSONS, PARTS, CourseProgress, Homework, Lesson

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
ALL_PARTS = tuple(PARTS)
ANSWERED = Homework(answered=12, exercises=12, notebook="../homework/x/x.ipynb")


def named(number: int) -> Lesson:
    return LESSONS[number - 1]


def cells(progress: CourseProgress) -> list[list[str]]:
    """Return the cells of the table's lessons: number, lesson, done, homework."""
    rows = re.findall(r"^\| (\d) \| (.+) \| (.+) \| (.+) \|$", progress._repr_markdown_(), re.MULTILINE)
    return [list(row) for row in rows]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_a_lesson_is_named_as_its_notebook_is(lesson: Lesson) -> None:
    title = nbformat.read(NOTEBOOKS / f"{lesson.name}.ipynb", as_version=4).cells[0].source
    assert title.splitlines()[0] == f"# {lesson.title}"


def test_the_lessons_write_the_parts_that_the_designs_steps_write() -> None:
    before: set[str] = set()
    for lesson in LESSONS[:LAST_STEP]:
        design = Design.example(lesson.number)
        written = {name for name in PARTS if getattr(design, name) is not None}
        assert written - before == set(lesson.parts)
        before = written
    assert before == set(PARTS)
    assert LESSONS[LAST_STEP].parts == ()


def test_a_newcomer_is_told_where_to_begin_and_sees_no_empty_table() -> None:
    shown = CourseProgress()._repr_markdown_()
    assert shown == f"**Nothing is done yet.** Begin with lesson 1, {named(1).link}."
    assert repr(CourseProgress()) == f"Nothing is done yet. Begin with lesson 1, {named(1).title}."


@pytest.mark.parametrize("count", range(len(ALL_PARTS) + 1))
def test_the_next_lesson_is_the_first_that_lacks_a_part(count: int) -> None:
    for written in combinations(ALL_PARTS, count):
        progress = CourseProgress(written=written)
        lacking = [lesson for lesson in LESSONS if not lesson.parts or set(lesson.parts) - set(written)]
        assert progress.next_lesson == lacking[0]
        if written:
            assert f"**Next:** lesson {lacking[0].number}, {lacking[0].link}." in progress._repr_markdown_()
        assert all(progress.is_done(lesson) != (lesson in lacking) for lesson in LESSONS)


def test_a_lesson_that_saved_a_part_of_its_parts_says_what_is_missing() -> None:
    progress = CourseProgress(written=("contract", "feed", "api"))
    assert [row[2] for row in cells(progress)] == [
        "contract saved",
        "not yet",
        "not yet",
        "API and feed saved, schema not yet",
        "not yet",
        "not yet",
    ]


def test_homework_is_left_only_of_lessons_that_are_done() -> None:
    def left(**homework: Homework) -> str:
        progress = CourseProgress(("contract", "inputs"), {f"{key[1:]}": it for key, it in homework.items()})
        return progress._repr_markdown_().partition("Homework left")[2]

    some = Homework(answered=3, exercises=12)
    assert left() == ": lessons 1 and 2."
    assert left(_2_estimation=some) == ": lessons 1 and 2."
    assert left(_2_estimation=ANSWERED) == ": lesson 1."
    assert left(_1_requirements=Homework(feedback="../f.html"), _2_estimation=ANSWERED) == ""
    assert left(_1_requirements=Homework(trouble="damaged"), _2_estimation=ANSWERED) == ": lesson 1."
    assert left(_5_bottlenecks=some) == ": lessons 1 and 2."


def test_homework_says_how_far_it_is_with_links_to_its_files() -> None:
    cases = {
        Homework(): "not begun",
        Homework(0, 12, "../n.ipynb"): "[0 of 12 answered](../n.ipynb)",
        Homework(3, 12, "../n.ipynb"): "[3 of 12 answered](../n.ipynb)",
        Homework(12, 12, "../n.ipynb"): "[all 12 answered](../n.ipynb)",
        Homework(9, 12, "../n.ipynb", "../f.html"): "[9 of 12 answered](../n.ipynb), [graded](../f.html)",
        Homework(feedback="../f.html"): "[graded](../f.html)",
        Homework(notebook="../n.ipynb", trouble="damaged"): "[could not be read](../n.ipynb)",
    }
    assert {homework: homework.markdown for homework in cases} == cases
    assert all(re.sub(r"\[(.*?)\]\(.*?\)", r"\1", cases[homework]) == str(homework) for homework in cases)
    for homework, shown in cases.items():
        assert cells(CourseProgress(homework={"2_estimation": homework}))[1][3] == shown


def test_the_interview_counts_once_it_is_sat_and_may_be_sat_again() -> None:
    unsat = CourseProgress(ALL_PARTS)
    assert unsat.next_lesson == named(6)
    assert cells(unsat)[5][2] == "not yet"
    once, often = CourseProgress(ALL_PARTS, interviews=1), CourseProgress(ALL_PARTS, interviews=1234)
    assert cells(once)[5][2] == "1 interview sat"
    assert cells(often)[5][2] == "1,234 interviews sat"
    assert f"**Next:** another interview, on a prompt you do not know: {named(6).link}." in (
        often._repr_markdown_()
    )
    early = CourseProgress(("contract",), interviews=2)
    assert early.next_lesson == named(2)


def test_the_text_says_what_the_table_says() -> None:
    progress = CourseProgress(("contract",), {"1_requirements": ANSWERED}, 2, ("a note",))
    lines = repr(progress).splitlines()
    assert lines[0] == f"1. {named(1).title}: contract saved; homework all 12 answered"
    assert lines[5] == f"6. {named(6).title}: 2 interviews sat; homework not begun"
    assert lines[6] == f"Next: lesson 2, {named(2).title}. Homework left: lesson 6."
    assert lines[7:] == ["a note"]


def test_a_note_is_one_line_as_it_is_and_nothing_in_it_is_markup() -> None:
    note = "a *b* <img> [c](d) | $e$\n# f \ud800" + "x" * 1000
    progress = CourseProgress(notes=(note,))
    shown = progress._repr_markdown_().split("\n\n")[-1]
    assert shown.startswith(r"*Note.* a \*b\* \<img\> \[c\](d) \| \$e\$ \# f ?xxx")
    assert len(shown) < 350
    assert shown.encode()
    assert "Nothing is done" not in repr(progress), "a file that cannot be read may hold work"


@pytest.mark.parametrize(
    ("kind", "arguments", "message"),
    [
        (CourseProgress, {"written": ("users",)}, "written = 'users'"),
        (CourseProgress, {"written": "contract"}, "written = 'contract'"),
        (CourseProgress, {"homework": {"7_more": Homework()}}, "homework = '7_more'"),
        (CourseProgress, {"interviews": -1}, "interviews = -1"),
        (CourseProgress, {"interviews": 1.5}, "interviews = 1.5"),
        (CourseProgress, {"notes": "a note"}, "notes = 'a note'"),
        (Homework, {"answered": 2, "exercises": 1}, "answered = 2"),
        (Homework, {"exercises": -1}, "exercises = -1"),
    ],
)
def test_bad_input_is_refused(kind: type, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=re.escape(message)):
        kind(**arguments)

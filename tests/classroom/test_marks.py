"""The marks of a class out of the gradebook."""

import csv
import datetime
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nbgrader.api import Gradebook, SubmittedAssignment

from helpers.classroom.cli import main
from helpers.classroom.csv_files import as_text, read_table, write_table
from helpers.classroom.lms import LAYOUTS
from helpers.classroom.marks import class_marks, write_marks
from helpers.classroom.roster import add_roster, read_roster
from tests.classroom.gradebooks import ENGINES, course_on, hand_in, new_assignment
from tests.classroom.test_roster import GOOD_IDS, NAMES, written

CLASS = """\
id,first_name,last_name,email
amy,Amy,Able,amy@example.org
bob,"=HYPERLINK(""http://example.org"")",Bunce,
cat,Cat,"O'Neil, Jr",cat@example.org
dan,,,
"""
FIRST, SECOND = "1_requirements", "2_estimation"
PLAIN = f"""\
id,first_name,last_name,email,{FIRST} (of 10.5),{SECOND} (of 50),late
amy,Amy,Able,amy@example.org,10.5,40,
bob,"'=HYPERLINK(""http://example.org"")",Bunce,,4,,"{FIRST}: 1 d 2 h 5 min, 1.5 points off"
cat,Cat,"O'Neil, Jr",cat@example.org,,12.25,
dan,,,,0,0,"{FIRST}: under 1 min, 9 points off"
"""


def fill(gradebook: Gradebook, folder: Path) -> None:
    """A class of four with marks: late, waiting for a person, below nothing, and nothing handed in."""
    add_roster(gradebook, read_roster(written(folder, CLASS)))
    new_assignment(gradebook, FIRST, {"scope": 8, "words": 2.5})
    new_assignment(gradebook, SECOND, {"rate": 30, "storage": 20})
    late = datetime.timedelta(days=1, hours=2, minutes=5, seconds=59)
    hand_in(gradebook, FIRST, "amy", {"scope": 8, "words": 2.5}, late=datetime.timedelta(hours=-1))
    hand_in(gradebook, FIRST, "bob", {"scope": 5.5, "words": 0}, late=late, penalty=1.5)
    hand_in(gradebook, FIRST, "dan", {"scope": 1, "words": 0}, late=datetime.timedelta(seconds=3), penalty=9)
    hand_in(gradebook, SECOND, "amy", {"rate": 30, "storage": 10})
    hand_in(gradebook, SECOND, "cat", {"rate": 12.25, "storage": None})
    hand_in(gradebook, SECOND, "dan", {"rate": 0, "storage": 0})
    grade = gradebook.find_grade("scope", FIRST, FIRST, "dan")
    grade.manual_score = 0  # a person's mark stands above the test's
    gradebook.db.commit()


@pytest.fixture(params=ENGINES, scope="module")
def gradebook(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gradebook]:
    folder = tmp_path_factory.mktemp("course")
    with course_on(request.param, folder, request) as course, course.gradebook() as gradebook:
        assert gradebook.engine.dialect.name == request.param
        fill(gradebook, folder)
        yield gradebook


def exported(
    gradebook: Gradebook, path: Path, *arguments: str, **options: object
) -> tuple[str, Sequence[str]]:
    notes = write_marks(gradebook, path, *arguments, **options)  # type: ignore[arg-type]
    return path.read_text(encoding="utf-8"), notes


def test_the_same_file_from_either_engine(gradebook: Gradebook, tmp_path: Path) -> None:
    text, notes = exported(gradebook, tmp_path / "marks.csv")
    assert text == PLAIN
    assert notes == (
        f"{FIRST}: 1 of 4 handed in nothing; their cells are empty, not 0: cat",
        f"{SECOND}: 1 of 4 handed in nothing; their cells are empty, not 0: bob",
        f"{SECOND}: not final, for a person must still mark: cat",
    )


def test_the_marks_are_those_that_nbgrader_counts(gradebook: Gradebook) -> None:
    found = class_marks(gradebook)
    counted = {
        (assignment.name, each.student.id): max(0, each.score - each.late_submission_penalty)
        for assignment in gradebook.assignments
        for each in assignment.submissions
    }
    assert {key: mark.points for key, mark in found.marks.items()} == counted
    late = {
        (each.name, each.student.id): each.total_seconds_late
        for each in gradebook.db.query(SubmittedAssignment)
    }
    assert {key: mark.late for key, mark in found.marks.items()} == late
    assert found.full == {each.name: each.max_score for each in gradebook.assignments}


def test_nbgraders_own_pages_can_read_the_gradebook(gradebook: Gradebook) -> None:
    scores = {each["id"]: each["score"] for each in gradebook.student_dicts()}
    assert scores == {"amy": 50.5, "bob": 5.5, "cat": 12.25, "dan": 0}
    waits = {each["student"]: each["needs_manual_grade"] for each in gradebook.submission_dicts(SECOND)}
    assert waits == {"amy": False, "cat": True, "dan": False}
    assert gradebook.average_assignment_score(SECOND) == pytest.approx((40 + 12.25) / 3)
    assert {each["student"] for each in gradebook.notebook_submission_dicts(SECOND, SECOND)} == set(waits)


def test_an_extension_makes_work_less_late(gradebook: Gradebook) -> None:
    try:
        gradebook.grant_extension(FIRST, "bob", days=1)
        assert class_marks(gradebook).marks[FIRST, "bob"].late == (2 * 60 + 5) * 60 + 59
    finally:
        gradebook.grant_extension(FIRST, "bob", minutes=0)


def test_moodle_gets_a_row_a_student_and_no_others(gradebook: Gradebook, tmp_path: Path) -> None:
    text, _ = exported(gradebook, tmp_path / "marks.csv", "moodle", assignments=[SECOND])
    assert text.splitlines() == [
        f"First name,Last name,ID number,Email address,{SECOND},late",
        "Amy,Able,amy,amy@example.org,40,",
        '"\'=HYPERLINK(""http://example.org"")",Bunce,bob,,,',
        'Cat,"O\'Neil, Jr",cat,cat@example.org,12.25,',
        ",,dan,,0,",
    ]


def test_canvas_gets_the_points_possible_and_late_is_said(gradebook: Gradebook, tmp_path: Path) -> None:
    text, notes = exported(gradebook, tmp_path / "marks.csv", "canvas", assignments=[FIRST])
    assert text.splitlines()[:4] == [
        f"Student,ID,SIS Login ID,Section,{FIRST}",
        "Points Possible,,,,10.5",
        '"Able, Amy",,amy,,10.5',
        '"Bunce, =HYPERLINK(""http://example.org"")",,bob,,4',
    ]
    assert f"{FIRST}: late: bob (1 d 2 h 5 min, 1.5 points off), dan (under 1 min, 9 points off)" in notes


def test_blackboard_gets_quotes_and_the_points_in_the_head(gradebook: Gradebook, tmp_path: Path) -> None:
    text, _ = exported(gradebook, tmp_path / "marks.csv", "blackboard", assignments=[FIRST])
    assert text.splitlines()[:2] == [
        f'"Last Name","First Name","Username","{FIRST} [Total Pts: 10.5 Score]"',
        '"Able","Amy","amy","10.5"',
    ]


LIKE = {
    "moodle": (
        f"First name,Surname,Username,ID number,Email address,Feedback: {SECOND},"
        f"Assignment: {SECOND} (Percentage),Assignment: {SECOND} (Real),Last downloaded from this course\n"
        "Dan,Dunn,dan,0018,dan@example.org,,-,-,17\n=Amy,Able,amy,0017,,,-,-,17\nEve,Eddy,eve,,,,,,17\n",
        [
            f"First name,Surname,Username,ID number,Email address,Assignment: {SECOND} (Real),late",
            "Dan,Dunn,dan,0018,dan@example.org,0,",
            "'=Amy,Able,amy,0017,,40,",
            "Eve,Eddy,eve,,,,",
        ],
    ),
    "canvas": (
        f"Student,ID,SIS User ID,SIS Login ID,Section,Notes,{SECOND} (4711),Final Score\n"
        '    Points Possible,,,,,,50,(read only)\n"Dunn, Dan",102,S2,dan,Group 1,,,\n'
        '"Able, Amy",101,S1,amy,Group 1,,1,\n"Eddy, Eve",103,S3,eve,,,,\n',
        [
            f"Student,ID,SIS User ID,SIS Login ID,Section,{SECOND} (4711)",
            "Points Possible,,,,,50",
            '"Dunn, Dan",102,S2,dan,Group 1,0',
            '"Able, Amy",101,S1,amy,Group 1,40',
            '"Eddy, Eve",103,S3,eve,,',
        ],
    ),
    "blackboard": (
        '"Last Name","First Name","Username","Student ID","Availability",'
        f'"{SECOND} [Total Pts: 50 Score] |1234",'
        '"Total [Total Pts: up to 50 Score] |99"\n'
        '"Dunn","Dan","dan","0018","Yes","",""\n"Able","Amy","amy","0017","Yes","",""\n'
        '"Eddy","Eve","eve","","Yes","",""\n',
        [
            f'"Last Name","First Name","Username","Student ID","{SECOND} [Total Pts: 50 Score] |1234"',
            '"Dunn","Dan","dan","0018","0"',
            '"Able","Amy","amy","0017","40"',
            '"Eddy","Eve","eve","",""',
        ],
    ),
}


@pytest.mark.parametrize("name", LIKE)
def test_what_the_platform_exported_is_filled_in(name: str, gradebook: Gradebook, tmp_path: Path) -> None:
    content, lines = LIKE[name]
    like = read_roster(written(tmp_path, content, "theirs.csv"))
    text, notes = exported(gradebook, tmp_path / "marks.csv", like=like, assignments=[SECOND])
    assert text.splitlines() == lines
    assert f"In the gradebook but not in {like.path}, and not written: bob, cat" in notes
    assert f"In {like.path} but not in the gradebook, and without marks: eve" in notes


def test_a_column_that_the_platform_lacks_is_said(gradebook: Gradebook, tmp_path: Path) -> None:
    content, _ = LIKE["blackboard"]
    like = read_roster(written(tmp_path, content.replace("Pts: 50 Score] |1234", "Pts: 1,000 Score] |1234")))
    text, notes = exported(gradebook, tmp_path / "marks.csv", like=like)
    assert text.splitlines()[0].endswith(
        f'"{FIRST} [Total Pts: 10.5 Score]","{SECOND} [Total Pts: 1,000 Score] |1234"'
    )
    assert f"{FIRST}: {like.path} has no such column, so a new one is written" in notes
    assert f"{SECOND}: of 1,000 in {like.path}, of 50 in the gradebook" in notes


def test_a_file_is_not_replaced_unasked(gradebook: Gradebook, tmp_path: Path) -> None:
    path = tmp_path / "marks.csv"
    path.write_text("kept")
    with pytest.raises(FileExistsError, match="not replaced unless you ask"):
        write_marks(gradebook, path)
    assert path.read_text() == "kept"
    write_marks(gradebook, path, replace=True)
    assert path.read_text() == PLAIN
    assert [each.name for each in tmp_path.iterdir()] == ["marks.csv"]


def test_what_is_not_there_is_refused_before_anything_is_written(
    gradebook: Gradebook, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="layout = 'sakai': it must be one of 'moodle', 'canvas'"):
        write_marks(gradebook, tmp_path / "marks.csv", "sakai")
    with pytest.raises(ValueError, match=f"assignment = '9_more': it must be one of '{FIRST}', '{SECOND}'"):
        write_marks(gradebook, tmp_path / "marks.csv", assignments=["9_more"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "  =", "\r\n=", "＝", "＠"])
def test_a_formula_is_a_text(begins: str, tmp_path: Path) -> None:
    write_table(tmp_path / "marks.csv", [["id"], [as_text(f"{begins}1+1")]])
    (row,) = list(csv.reader((tmp_path / "marks.csv").read_text().splitlines()))[1:]
    assert row[0].startswith("'")


@pytest.fixture(scope="module")
def emptied(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Gradebook]:
    folder = tmp_path_factory.mktemp("emptied")
    with course_on("sqlite", folder, request) as course, course.gradebook() as gradebook:
        new_assignment(gradebook, FIRST, {"scope": 8})
        yield gradebook


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(
    people=st.dictionaries(GOOD_IDS, st.tuples(NAMES, NAMES, NAMES), min_size=1, max_size=4),
    layout=st.sampled_from(list(LAYOUTS)),
    filled_in=st.booleans(),
)
def test_ids_go_out_as_they_came_in(
    emptied: Gradebook,
    tmp_path: Path,
    *,
    people: dict[str, tuple[str, str, str]],
    layout: str,
    filled_in: bool,
) -> None:
    came = tmp_path / "came.csv"
    write_table(
        came,
        [["id", "first_name", "last_name", "email"], *([key, *who] for key, who in people.items())],
        replace=True,
    )
    add_roster(emptied, read_roster(came))
    try:
        went = tmp_path / "went.csv"
        write_marks(emptied, went, layout, replace=True)
        column = {"moodle": "ID number", "canvas": "SIS Login ID", "blackboard": "Username", "plain": "id"}[
            layout
        ]
        roster = read_roster(went, column)
        if filled_in:
            write_marks(emptied, went, like=roster, replace=True)
            roster = read_roster(went, column)
    finally:
        for key in people:
            emptied.remove_student(key)
    assert sorted(each.id for each in roster.students) == sorted(people)
    assert roster.layout.name == layout
    table = read_table(went)
    assert all(cell[:1] not in tuple("=+-@") for row in table.rows for cell in row.cells)


def run(folder: Path, *arguments: str) -> int:
    with pytest.MonkeyPatch.context() as patch:  # the command gives up an import that other tests need
        patch.setattr("helpers.classroom.cli.skip_slow_imports", lambda: None)
        return main(["--course", str(folder), *arguments])


@pytest.mark.parametrize("engine", ENGINES)
def test_the_command_takes_the_list_in_and_gives_the_marks_out(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    with course_on(engine, tmp_path, request) as course:
        content, lines = LIKE["canvas"]
        theirs = str(written(tmp_path, content, "theirs.csv"))
        assert run(tmp_path, "roster", theirs) == 0
        assert capsys.readouterr().out == (
            "Read as canvas, the ids from 'SIS Login ID'.\n3 added, 0 updated, 0 as they were\n"
        )
        with course.gradebook() as gradebook:
            new_assignment(gradebook, SECOND, {"rate": 50})
            hand_in(gradebook, SECOND, "dan", {"rate": 0})
            hand_in(gradebook, SECOND, "amy", {"rate": 40})
        assert run(tmp_path, "export", "--like", theirs) == 0
        assert (tmp_path / "marks.csv").read_text().splitlines() == lines
        assert capsys.readouterr().out.splitlines() == [
            f"{SECOND}: 1 of 3 handed in nothing; their cells are empty, not 0: eve",
            f"Wrote {tmp_path}/marks.csv",
        ]
        assert (tmp_path / "gradebook.db").exists() == (engine == "sqlite")

        assert run(tmp_path, "export", "--lms", "moodle") == 2
        assert "not replaced unless you ask" in capsys.readouterr().err
        assert run(tmp_path, "export", "--lms", "moodle", "--like", theirs, "--replace") == 2
        assert capsys.readouterr().err == f"course: {theirs} is of canvas, not of moodle.\n"
        assert run(tmp_path, "export", "--lms", "moodle", "--replace") == 0
        assert (tmp_path / "marks.csv").read_text().startswith("First name,Last name,ID number")
        assert run(tmp_path, "roster", theirs, "--ids", "Login") == 2
        assert "column 'Login': there is no such column" in capsys.readouterr().err
        assert run(tmp_path, "export") == 0
        assert len((tmp_path / "grades.csv").read_text().splitlines()) == 4

"""A class list into the gradebook."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nbgrader.api import Gradebook, InvalidEntry

from helpers.classroom.csv_files import CsvError
from helpers.classroom.roster import Roster, add_roster, read_roster
from tests.classroom.gradebooks import ENGINES, course_on
from tests.course.grader import course_config

MOODLE = """\
"First name",Surname,"ID number",Institution,Department,"Email address","Assignment: 2_estimation (Real)"
Anne,Able,0017,"Example University",,anne@example.org,-
Bobby,Bunce,0018,,,bobby@example.org,40.00
"""
CANVAS = '''\
Student,ID,SIS User ID,SIS Login ID,Section,2_estimation (4711),Current Score
,,,,,Manual Posting,
    Points Possible,,,,,50,(read only)
"Able, Anne",101,S17,aable,Group 1,,
"=""=Bunce, Bobby""",102,S18,bbunce,Group 1,40,80
"Student, Test",103,,0a1b2c,Group 1,,
'''
BLACKBOARD = """\
"Last Name","First Name","Username","Student ID","Last Access","2_estimation [Total Pts: 50 Score] |1234"
"Able","Anne","aable","S17","",""
"Bunce","Bobby","bbunce","S18","","40"
"""
PLAIN = """\
id,first_name,last_name,email
aable,Anne,Able,anne@example.org
bbunce,,,
"""


def written(folder: Path, content: str | bytes, name: str = "roster.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def listed(roster: Roster) -> list[tuple[str, ...]]:
    return [
        (each.id, each.first_name, each.last_name, each.email, each.canvas_id) for each in roster.students
    ]


@pytest.mark.parametrize(
    ("content", "layout", "column", "students"),
    [
        (
            MOODLE,
            "moodle",
            "ID number",
            [
                ("0017", "Anne", "Able", "anne@example.org", ""),
                ("0018", "Bobby", "Bunce", "bobby@example.org", ""),
            ],
        ),
        (
            CANVAS,
            "canvas",
            "SIS Login ID",
            [("aable", "Anne", "Able", "", "101"), ("bbunce", "Bobby", "=Bunce", "", "102")],
        ),
        (
            BLACKBOARD,
            "blackboard",
            "Username",
            [("aable", "Anne", "Able", "", ""), ("bbunce", "Bobby", "Bunce", "", "")],
        ),
        (
            PLAIN,
            "plain",
            "id",
            [("aable", "Anne", "Able", "anne@example.org", ""), ("bbunce", "", "", "", "")],
        ),
    ],
)
def test_each_layout_is_known_by_its_header(
    content: str, layout: str, column: str, students: list[tuple[str, ...]], tmp_path: Path
) -> None:
    roster = read_roster(written(tmp_path, content))
    assert (roster.layout.name, roster.id_column) == (layout, column)
    assert listed(roster) == students


def test_canvas_may_part_the_names_itself(tmp_path: Path) -> None:
    content = 'LastName,FirstName,ID,SIS Login ID,Section\nPoints Possible,,,,\nAble,"Anne, Jr",7,aable,1\n'
    assert listed(read_roster(written(tmp_path, content))) == [("aable", "Anne, Jr", "Able", "", "7")]


def test_moodle_without_id_numbers_is_read_by_email(tmp_path: Path) -> None:
    content = MOODLE.replace("0017", "").replace("0018", "")
    roster = read_roster(written(tmp_path, content))
    assert roster.id_column == "Email address"
    assert [each.id for each in roster.students] == ["anne@example.org", "bobby@example.org"]


def test_another_column_may_hold_the_ids(tmp_path: Path) -> None:
    roster = read_roster(written(tmp_path, BLACKBOARD), "Student ID")
    assert [each.id for each in roster.students] == ["S17", "S18"]


NAMES = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=40).map(
    lambda text: " ".join(text.split())
)
IDS = st.text(st.characters(categories=("L", "N"), include_characters=" ._-#%'\""), min_size=1, max_size=20)
GOOD_IDS = IDS.map(str.strip).filter(lambda text: text[:1] not in ("", ".", "-") and "E" not in text.upper())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    people=st.dictionaries(GOOD_IDS, st.tuples(NAMES, NAMES), min_size=1, max_size=5),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    separator=st.sampled_from(",;\t"),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    says=st.booleans(),
)
def test_whatever_excel_writes_is_read_as_it_was(
    tmp_path: Path, *, people: dict[str, tuple[str, str]], encoding: str, separator: str, end: str, says: bool
) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, lineterminator=end, quoting=csv.QUOTE_MINIMAL)
    writer.writerow(["id", "first_name", "last_name"])
    writer.writerows([key, *names] for key, names in people.items())
    said = f"sep={separator}{end}" if says else ""
    roster = read_roster(written(tmp_path, (said + text.getvalue()).encode(encoding)))
    assert {each.id: (each.first_name, each.last_name) for each in roster.students} == people


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "roster.csv: the file is empty"),
        ("id,email\n", "roster.csv: there is no student below the header"),
        ("name,mark\na,1\n", "roster.csv, line 1: the header is of no known layout"),
        ("first_name,last_name,email\na,b,c\n", "line 1, column 'id': this column is missing"),
        ("Student,ID,SIS Login ID\na,1,b\n", "line 1, column 'Section': this column is missing"),
        ("Last Name,First Name,Student ID\na,b,1\n", "line 1, column 'Username': this column is missing"),
        ("id,email,email\na,b,c\n", "line 1, column 'email': this column is in the header twice"),
        ("id,email\na,b\n\na,c\n", "line 4, column 'id': the id 'a' is on line 2 too"),
        ('id,email\na,"b\nc"\n,d\n', "line 4, column 'id': the id is blank"),
        ("First name,Last name,Email address\na,b,\n", "line 2, column 'Email address': the id is blank"),
        ("First name,Last name\na,b\n", "none of the columns that can hold ids is there"),
        ("id,email\na/b,c\n", "line 2, column 'id': 'a/b' cannot be an id"),
        ("id,email\n=1+1,c\n", "line 2, column 'id': '=1+1' cannot be an id"),
        ("id,email\n..,c\n", "line 2, column 'id': '..' cannot be an id"),
        ("id,email\n1.2E+11,c\n", "column 'id': '1.2E+11' is a long number as a spreadsheet shows it"),
        (f"id,email\na,{'x' * 129}\n", "line 2, column 'email': 129 letters are more than the 128"),
        (f"id\n{'x' * 129}\n", "line 2, column 'id': 129 letters are more than the 128"),
        ("id,email\na,b,c\n", "line 2: 3 cells, but the header has 2"),
        ('id,email\na,b\nc,"d\ne,f\n', "line 3: this is not CSV"),
        (b"id,first_name\na,b\nc,Jos\xe9\n", "line 3, column 'first_name': byte 0xe9 is not UTF-8"),
        (b"\xef\xbb\xbfid;first_name\nJos\xe9;\n", "line 2, column 'id': byte 0xe9 is not UTF-8"),
        ("id\na\n".encode("utf-16")[:-1], "begins as UTF-16 but is damaged"),
        ("id\na\n".encode("utf-16-le"), "line 1: there is a zero character"),
        (b"PK\x03\x04 and so on", "this is a spreadsheet"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(content: str | bytes, words: str, tmp_path: Path) -> None:
    with pytest.raises(CsvError) as refused:
        read_roster(written(tmp_path, content))
    assert words in str(refused.value)
    assert str(refused.value).startswith(str(tmp_path / "roster.csv"))


def test_a_column_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CsvError, match="column 'Login': there is no such column; there is 'id'"):
        read_roster(written(tmp_path, PLAIN), "Login")


@pytest.fixture(params=ENGINES)
def gradebook(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Gradebook]:
    with course_on(request.param, tmp_path, request) as course, course.gradebook() as gradebook:
        yield gradebook


def kept(gradebook: Gradebook) -> dict[str, tuple[str | None, ...]]:
    gradebook.db.rollback()
    return {
        each.id: (each.first_name, each.last_name, each.email, each.lms_user_id)
        for each in gradebook.students
    }


def test_a_second_list_adds_and_updates_and_removes_nobody(gradebook: Gradebook, tmp_path: Path) -> None:
    first = add_roster(gradebook, read_roster(written(tmp_path, PLAIN)))
    assert (first.added, first.not_listed) == (("aable", "bbunce"), ())
    changed = written(tmp_path, "id,last_name,email\naable,Abel,\ncats,Cat,\n")
    second = add_roster(gradebook, read_roster(changed))
    assert (second.added, second.updated, second.unchanged) == (("cats",), ("aable",), ())
    assert second.not_listed == ("bbunce",)
    assert str(second) == (
        "1 added, 1 updated, 0 as they were\nIn the gradebook but not on the list, and left there: bbunce"
    )
    assert kept(gradebook) == {
        "aable": ("Anne", "Abel", "anne@example.org", None),
        "bbunce": (None, None, None, None),
        "cats": (None, "Cat", None, None),
    }
    again = add_roster(gradebook, read_roster(written(tmp_path, PLAIN.replace("Able", "Abel"))))
    assert (again.added, again.updated, again.unchanged) == ((), (), ("aable", "bbunce"))


def test_the_id_by_which_canvas_finds_a_student_is_kept(gradebook: Gradebook, tmp_path: Path) -> None:
    add_roster(gradebook, read_roster(written(tmp_path, CANVAS)))
    assert kept(gradebook) == {
        "aable": ("Anne", "Able", None, "101"),
        "bbunce": ("Bobby", "=Bunce", None, "102"),
    }


def test_a_list_that_cannot_be_added_whole_is_not_added(gradebook: Gradebook, tmp_path: Path) -> None:
    roster = read_roster(written(tmp_path, PLAIN))
    twice = replace(roster, students=(*roster.students, roster.students[0]))
    with pytest.raises(InvalidEntry):
        add_roster(gradebook, twice)
    assert kept(gradebook) == {}
    add_roster(gradebook, roster)
    assert set(kept(gradebook)) == {"aable", "bbunce"}


@pytest.mark.parametrize(
    ("url", "used"),
    [
        ("postgresql://me@host/marks?sslmode=require", "postgresql+psycopg://me@host/marks?sslmode=require"),
        ("postgres://me@host/marks", "postgresql+psycopg://me@host/marks"),
        ("postgresql+psycopg://me@host/marks", "postgresql+psycopg://me@host/marks"),
        ("sqlite:////srv/marks.db", "sqlite:////srv/marks.db"),
    ],
)
def test_the_url_of_the_gradebook_is_one_that_its_driver_takes(
    url: str, used: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURSE_DATABASE_URL", url)
    assert course_config().CourseDirectory.db_url == used


def test_without_a_url_the_gradebook_is_nbgraders_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_DATABASE_URL", "")
    assert "db_url" not in course_config().CourseDirectory

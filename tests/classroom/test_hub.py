"""A class on JupyterHub with its real proxy: everyone an own server as an own user of this machine."""

import logging
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from nbgrader.api import Gradebook

from tests.browser.lab_browser import chromium_browser
from tests.classroom.formgrader import log_in
from tests.classroom.hub import Session, jupyterhub
from tests.classroom.people import environment_of, server_of, system_users
from tests.classroom.server_kernel import run_in_kernel
from tests.classroom.shared_python import shared_python
from tests.classroom.term import ASSIGNMENT, LATE, MANUAL_MARKS, STUDENTS, TEACHER, Term, run_term
from tests.course.test_nbgrader import Course

pytestmark = [pytest.mark.hub, pytest.mark.browser]
NOTEBOOK = f"{ASSIGNMENT}/{ASSIGNMENT}.ipynb"
# A file is read, a folder listed; what it says is "open", or the name of the error.
LOOK = """
import os, sys
for path in sys.argv[1:]:
    try:
        os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(1)
        print("open")
    except OSError as error:
        print(type(error).__name__)
"""
MEDDLE = """
import os, shutil, sys
course = sys.argv[1]
for attempt in (
    lambda: os.rename(course, course + "-moved"),
    lambda: shutil.rmtree(course),
    lambda: open(course + "/outbound/note.txt", "w"),
    lambda: os.mkdir(course + "/feedback/new"),
):
    try:
        attempt()
        print("done")
    except OSError as error:
        print(type(error).__name__)
"""


@pytest.fixture(scope="module")
def open_folder() -> Iterator[Path]:
    """A folder that every user of this machine can enter; pytest's own are closed."""
    folder = Path(tempfile.mkdtemp(prefix="class-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder for the hub's log and the pictures of what people saw."""
    return tmp_path_factory.mktemp("hub")


@pytest.fixture(scope="module")
def term(hub_machine: None, chromium: str, open_folder: Path, shots: Path) -> Iterator[Term]:
    """The class after its assignment, while its servers still run."""
    logging.getLogger("class").setLevel(logging.INFO)
    python, environment = shared_python(open_folder / "opt")
    with system_users([TEACHER, "guest"], STUDENTS, "students", open_folder) as (people, group):
        settings = environment | {
            "COURSE_INSTRUCTOR": people[TEACHER].name,
            "COURSE_STUDENT_GROUP": group,
            "COURSE_EXCHANGE": str(open_folder / "exchange"),
            "COURSE_STATE": str(open_folder / "state"),
        }
        config = open_folder / "opt" / "project" / "course" / "hub" / "jupyterhub_config.py"
        started = time.monotonic()
        with jupyterhub(python, config, settings, shots / "hub.log") as (url, processes):
            term = Term(people, open_folder / "exchange", python, processes, started=started)
            term.say("JupyterHub runs with its proxy")
            run_term(term, url, lambda: chromium_browser(chromium), shots)
            yield term
    term.say("the hub, its servers and the users are gone")


@pytest.fixture(scope="module")
def gradebook(term: Term, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The instructor's gradebook, read from a copy."""
    copied = tmp_path_factory.mktemp("gradebook") / "gradebook.db"
    shutil.copy(term.course / "gradebook.db", copied)
    with Gradebook(f"sqlite:///{copied}", course_id="system-design") as opened:
        yield opened


def looked_at(term: Term, who: str, *paths: Path) -> list[str]:
    """Return what someone gets who opens each path with a program of their own."""
    person = term.people[who]
    ran = person.run(term.python, "-c", LOOK, *paths, env=environment_of(server_of(person)))
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.split()


def marks_of(term: Term, who: str) -> float:
    """Return the marks that a student should have: those of the tests, and those given by hand."""
    return sum(term.assignment.grade(term.solutions[who]).values()) + MANUAL_MARKS.get(who, 0)


def test_everyone_gets_the_marks_of_what_they_handed_in_last(term: Term, gradebook: Any) -> None:
    marks = {who: gradebook.find_submission(ASSIGNMENT, term.name(who)).score for who in STUDENTS}
    assert marks == {who: marks_of(term, who) for who in STUDENTS}
    assert marks["bob"] == 50
    assert marks["cleo"] == 0
    assert 0 < marks["eve"] < marks["dan"] < marks["ada"] < 50


def test_late_work_is_marked_late_and_loses_nothing(term: Term, gradebook: Any) -> None:
    work = {who: gradebook.find_submission(ASSIGNMENT, term.name(who)) for who in STUDENTS}
    assert {who for who, each in work.items() if each.total_seconds_late > 0} == LATE
    assert {each.late_submission_penalty or 0 for each in work.values()} == {0}


def test_nobody_can_hand_in_for_someone_else_or_by_a_link(term: Term, shots: Path) -> None:
    assert term.collected == [["ada", "bob", "cleo"], STUDENTS]
    handed_in = (term.course / "submitted" / term.name("ada") / NOTEBOOK).read_text()
    assert term.assignment.reference()["rate"].splitlines()[-1].strip() in handed_in
    assert "holds links and is not collected" in (shots / "hub.log").read_text()


def test_code_that_is_graded_cannot_look_around(term: Term) -> None:
    graded = (term.course / "autograded" / term.name("eve") / NOTEBOOK).read_text()
    assert re.findall(r"probe: (\w+)\\n", graded) == ["PermissionError"] * 3


def test_validation_fails_for_those_whose_visible_tests_fail(term: Term) -> None:
    assert {who for who, said in term.validated.items() if said.get("failed")} == {"cleo", "eve"}


def test_no_mark_is_left_to_be_given(gradebook: Any) -> None:
    assert [each for each in gradebook.assignment_submissions(ASSIGNMENT) if each.needs_manual_grade] == []


def test_feedback_comes_for_the_work_that_was_graded(term: Term) -> None:
    assert {who: len(pages) for who, pages in term.feedback.items()} == dict.fromkeys(STUDENTS, 1)
    for who, (page,) in term.feedback.items():
        assert f"(Score: {marks_of(term, who)} / 50.0)" in page.read_text()


def test_a_student_reads_the_feedback_in_the_browser(term: Term, chromium: str, shots: Path) -> None:
    course = Course(term.course, term.assignment, term.solutions)
    ada = term.people["ada"]
    feedback = term.feedback["ada"][0].relative_to(ada.home)
    with chromium_browser(chromium) as browser:
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        log_in(page, term.teacher.url, ada, f"lab/tree/{quote(str(feedback))}")
        frame = page.frame_locator(".jp-HTMLViewer iframe")
        frame.get_by_text("(Score: ").first.wait_for(timeout=60_000)
        shown = frame.locator("body").inner_text()
        page.screenshot(path=shots / "feedback.png")
        page.get_by_role("menuitem", name="Nbgrader").click()
        entries = page.locator(".lm-Menu-content").last.inner_text()
        page.goto(f"{term.teacher.url}/user/{term.name(TEACHER)}/formgrader")
        refused = page.locator("body").inner_text()
        page.screenshot(path=shots / "refused.png")
    assert f"(Score: {marks_of(term, 'ada')} / 50.0)" in shown
    assert "A comment for ada." in shown
    own = "\n".join(term.solutions["ada"].values())
    assert [line for line in course.hidden_lines() if line in shown and line not in own] == []
    assert "Assignment List" in entries
    assert "Formgrader" not in entries
    assert "403" in refused


def test_files_of_others_are_closed_to_a_student(term: Term, open_folder: Path) -> None:
    ada, teacher = term.people["ada"], term.people[TEACHER]
    inbound = term.exchange / "system-design" / "inbound"
    paths = [
        ada.home,
        ada.home / NOTEBOOK,
        next((ada.home / ".local/share/jupyter/nbgrader_cache").rglob("submission_secret.txt")),
        teacher.home,
        term.course / "gradebook.db",
        term.course / "source" / NOTEBOOK,
        term.course / "submitted" / ada.name / NOTEBOOK,
        term.course / "autograded" / ada.name / NOTEBOOK,
        inbound,
        term.exchange / "system-design" / "feedback",
        open_folder / "state",
        open_folder / "state" / "cookie_secret",
        Path(f"/proc/{server_of(ada)}/environ"),
        Path(f"/proc/{server_of(teacher)}/environ"),
    ]
    assert [path for path in paths if not path.exists()] == []
    assert dict(zip(paths, looked_at(term, "eve", *paths), strict=True)) == dict.fromkeys(
        paths, "PermissionError"
    )
    own = [term.people["eve"].home / NOTEBOOK, term.exchange / "system-design" / "outbound" / NOTEBOOK]
    assert looked_at(term, "eve", *own) == ["open", "open"]
    assert looked_at(term, TEACHER, *paths[4:10]) == ["open"] * 6


def test_a_student_cannot_change_what_the_class_is_given(term: Term) -> None:
    eve = term.people["eve"]
    ran = eve.run(
        term.python,
        *("-c", MEDDLE, term.exchange / "system-design"),
        env=environment_of(server_of(eve)),
    )
    assert ran.stdout.split() == ["PermissionError"] * 4, ran.stderr


def test_servers_of_others_are_closed_to_a_student(term: Term) -> None:
    eve = term.sessions["eve"]
    for who in ("ada", TEACHER):
        server = f"/user/{term.name(who)}"
        assert eve.ask("GET", f"{server}/api/contents").status_code == 403
        assert eve.ask("GET", f"{server}/files/{NOTEBOOK}").status_code == 403
        assert eve.ask("POST", f"{server}/api/terminals").status_code == 403
        assert eve.ask("DELETE", f"/hub/api/users/{term.name(who)}/server").status_code in (403, 404)
        assert eve.ask("POST", f"/hub/api/users/{term.name(who)}/tokens", json={}).status_code in (403, 404)
    assert eve.ask("GET", f"/user/{term.name(TEACHER)}/formgrader/api/assignments").status_code == 403
    assert eve.ask("GET", "/hub/api/users").status_code == 403
    assert term.teacher.ask("GET", "/hub/api/users").status_code == 200, "the instructor sees who is there"
    assert term.teacher.ask("GET", f"/user/{term.name('ada')}/api/contents").status_code == 403


def test_a_students_own_server_opens_nothing_more(term: Term) -> None:
    eve, home = term.sessions["eve"], term.people["eve"].home
    server = f"/user/{eve.person.name}"
    assert eve.ask("GET", f"{server}/formgrader/manage_assignments").status_code == 404
    assert eve.ask("GET", f"{server}/formgrader/api/assignments").status_code == 404
    (home / "marks.db").symlink_to(term.course / "gradebook.db")
    (home / "work").symlink_to(term.people["ada"].home / ASSIGNMENT)
    for path in ("marks.db", "work", f"work/{ASSIGNMENT}.ipynb", f"../{term.name('ada')}/{NOTEBOOK}"):
        for kind in ("api/contents", "files"):
            assert eve.ask("GET", f"{server}/{kind}/{quote(path)}").status_code >= 400, path
    assert eve.ask("GET", f"{server}/api/contents/{NOTEBOOK}").status_code == 200


def test_a_kernel_that_eats_memory_gets_an_error_and_goes_on(term: Term) -> None:
    cells = ["hoard = bytearray(5_000_000_000)", "assert sum([1, 1]) == 2", "1 / 0"]
    assert run_in_kernel(term.sessions["eve"], cells) == ["MemoryError", "", "ZeroDivisionError"]


def test_only_the_class_may_log_in(term: Term) -> None:
    guest, ada = term.people["guest"], term.people["ada"]
    with pytest.raises(PermissionError, match="403"):
        Session.log_in(term.teacher.url, guest)
    with pytest.raises(PermissionError, match="403"):
        Session.log_in(term.teacher.url, ada, password=guest.password)


def test_the_hub_starts_each_server_as_its_user(term: Term) -> None:
    for who, person in term.people.items():
        if who != "guest":
            status = Path(f"/proc/{server_of(person)}/status").read_text()
            ids = re.search(r"Uid:\t(\d+)\t(\d+)\t(\d+)", status)
            assert ids and set(ids.groups()) == {str(person.home.stat().st_uid)} != {"0"}


def test_the_instructor_may_stop_a_students_server(term: Term) -> None:
    answer = term.teacher.ask("DELETE", f"/hub/api/users/{term.name('cleo')}/server")
    assert answer.status_code in (202, 204)

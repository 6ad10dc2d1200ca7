"""One assignment of a class, from release to feedback, on a real hub: who does what, in what order."""

import logging
import secrets
import shutil
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.utils import is_solution
from playwright.sync_api import Browser

from tests.classroom.formgrader import give_marks, log_in, open_formgrader, open_submission
from tests.classroom.hub import Session
from tests.classroom.people import Person, environment_of, memory_mb, processes_of, server_of
from tests.classroom.server_kernel import run_in_kernel
from tests.classroom.shared_python import ROOT
from tests.course.grader import COURSE, Assignment, read

__all__ = ["ASSIGNMENT", "MANUAL_MARKS", "STUDENTS", "TEACHER", "Term", "run_term"]

ASSIGNMENT = "2_estimation"
COURSE_ID = "system-design"
NOTEBOOK = f"{ASSIGNMENT}/{ASSIGNMENT}.ipynb"
TEACHER = "teacher"
STUDENTS = ["ada", "bob", "cleo", "dan", "eve"]
PITCH = "Yes: 130 K writes a second at the peak are eight times what one node can do."
MANUAL_MARKS = {"ada": 7.0, "bob": 10.0, "dan": 4.0}
LATE = {"dan", "eve"}

log = logging.getLogger("class")


@dataclass
class Term:
    """A class on a hub, and what came of its assignment."""

    people: Mapping[str, Person]
    exchange: Path
    python: Path
    hub_processes: list[int]
    assignment: Assignment = field(default_factory=lambda: Assignment(ASSIGNMENT))
    sessions: dict[str, Session] = field(default_factory=dict)
    solutions: dict[str, dict[str, str]] = field(default_factory=dict)
    validated: dict[str, dict[str, Any]] = field(default_factory=dict)
    collected: list[list[str]] = field(default_factory=list)
    feedback: dict[str, list[Path]] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)

    def say(self, what: str) -> None:
        """Log a step, with the seconds since the start."""
        log.info("%6.1f s  %s", time.monotonic() - self.started, what)

    def name(self, who: str) -> str:
        """The name that someone has on this machine."""
        return self.people[who].name

    @property
    def course(self) -> Path:
        """The instructor's course folder."""
        return self.people[TEACHER].home / "course"

    @property
    def teacher(self) -> Session:
        """The instructor, logged in."""
        return self.sessions[TEACHER]

    def formgrader(self, method: str, path: str, **options: Any) -> Any:
        """Do what a button of Formgrader does. Raises RuntimeError with nbgrader's log if it failed."""
        answer = self.teacher.own(method, f"formgrader/api/{path}", **options)
        if isinstance(answer, dict) and not answer.get("success", True):
            raise RuntimeError(f"{path}: {answer.get('error') or answer.get('log')}")
        return answer

    def run(self, who: str, module: str, *arguments: str) -> None:
        """Run a Python module as in a terminal of someone's server. Raises RuntimeError with what it says."""
        person = self.people[who]
        environment = environment_of(server_of(person))
        folder = self.course if who == TEACHER else person.home
        ran = person.run(self.python, "-m", module, *arguments, env=environment, cwd=folder)
        if ran.returncode:
            raise RuntimeError(f"{who}: {module} {' '.join(arguments)}: {ran.stdout}{ran.stderr[-3000:]}")

    def everyone(self, do: Callable[[str], Any], who: list[str]) -> None:
        """Let several people do something at the same time."""
        with ThreadPoolExecutor(len(who)) as pool:
            list(pool.map(do, who))

    def exchange_action(self, who: str, action: str) -> list[dict[str, Any]]:
        """Do what a button of a student's assignment list does, and return the list after it."""
        body = {"course_id": COURSE_ID, "assignment_id": ASSIGNMENT}
        answer = self.sessions[who].own("POST", f"assignments/{action}", json=body)
        if not answer["success"]:
            raise RuntimeError(f"{who}: {action}: {answer['value']}")
        return list(answer["value"])


def run_term(term: Term, url: str, browser: Callable[[], Any], shots: Path) -> None:
    """Take the class from its first log-in to the feedback that everyone has fetched."""

    def arrive(who: str) -> None:
        term.sessions[who] = Session.log_in(url, term.people[who])
        term.sessions[who].start_server()

    put_course(term)
    term.everyone(arrive, [TEACHER, *STUDENTS])
    term.say(f"{1 + len(STUDENTS)} people have logged in with their passwords; each has an own server")
    say_memory(term, "the hub and its proxy", term.hub_processes)
    say_memory(term, "a server at rest", processes_of(term.name("ada")))
    work_through_lesson(term, "ada")
    say_memory(term, "a server with the kernel of a lesson", processes_of(term.name("ada")))

    term.formgrader("POST", f"assignment/{ASSIGNMENT}/assign")
    term.formgrader("POST", f"assignment/{ASSIGNMENT}/release")
    term.say(f"the instructor has generated and released {ASSIGNMENT}")

    term.everyone(lambda who: term.exchange_action(who, "fetch"), STUDENTS)
    term.say("all students have fetched it")
    set_answers(term)
    term.everyone(lambda who: write(term, who, term.solutions[who]), [*STUDENTS])
    term.say("all have written their answers into their notebooks")
    term.everyone(lambda who: validate(term, who), STUDENTS)
    term.say("all have validated their work: every cell has run in a kernel of their own server")

    write(term, "bob", {})
    submit(term, "bob", "bob has submitted a blank notebook")
    write(term, "bob", term.solutions["bob"])
    for who in ("ada", "bob", "cleo"):
        submit(term, who, f"{who} has submitted{' again' if who == 'bob' else ''}")
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    term.formgrader(
        "PUT", f"assignment/{ASSIGNMENT}", json={"duedate_notimezone": now, "duedate_timezone": "UTC"}
    )
    term.say("the due date has come")
    term.run("eve", "nbgrader", "submit", ASSIGNMENT, f"--student={term.name('ada')}")
    term.say("eve has submitted her own work under ada's name")
    point_at_anothers(term)
    term.say("eve has put a link to ada's work into the exchange as her submission")
    collect(term)
    for who in sorted(LATE):
        submit(term, who, f"{who} has submitted late")
    collect(term)

    term.run(TEACHER, "helpers.classroom.cli", "grade", ASSIGNMENT)
    term.say("the instructor has graded the class with the command course")
    with browser() as opened:
        mark_by_hand(term, url, opened, shots)
    term.formgrader("POST", f"assignment/{ASSIGNMENT}/generate_feedback")
    term.formgrader("POST", f"assignment/{ASSIGNMENT}/release_feedback")
    term.say("the instructor has generated and released the feedback")
    for who in STUDENTS:
        fetch_feedback(term, who)
    term.say("all students have fetched their feedback")


def say_memory(term: Term, what: str, processes: list[int]) -> None:
    """Log what some processes have in memory."""
    rss, pss = memory_mb(processes)
    term.say(f"{what}: {rss:.0f} MB, or {pss:.0f} MB with shared pages divided up")


def work_through_lesson(term: Term, who: str) -> None:
    """Run every cell of the assignment's lesson in a kernel of someone's server."""
    folder = term.people[who].home / "notebooks"
    shutil.copytree(ROOT / "notebooks", folder, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, term.name(who), term.name(who))
    lesson = read(folder / f"{ASSIGNMENT}.ipynb")
    cells = [cell.source for cell in lesson.cells if cell.cell_type == "code"]
    raised = run_in_kernel(term.sessions[who], cells, f"notebooks/{ASSIGNMENT}.ipynb")
    if any(raised):
        raise RuntimeError(f"the lesson raised {raised}")
    term.say(f"{who} has worked through the lesson {ASSIGNMENT}: {len(cells)} cells have run")


def put_course(term: Term) -> None:
    """Give the instructor the course folder, with the one assignment."""
    shutil.copytree(COURSE / "source" / ASSIGNMENT, term.course / "source" / ASSIGNMENT)
    shutil.copy(COURSE / "nbgrader_config.py", term.course)
    owner = term.name(TEACHER)
    for path in (term.course, *term.course.rglob("*")):
        shutil.chown(path, owner, owner)
    term.say("the course folder is in the instructor's home")


def set_answers(term: Term) -> None:
    """Decide who answers what: right, right on the second try, nothing, right in another way, all wrong."""
    assignment = term.assignment
    wrong = {topic: next(iter(answers.wrong.values())) for topic, answers in assignment.answers.items()}
    term.solutions = {
        "ada": assignment.reference() | {"pitch": PITCH},
        "bob": assignment.reference() | {"pitch": PITCH},
        "cleo": {},
        "dan": assignment.different() | {"pitch": PITCH},
        "eve": wrong | {"rate": wrong["rate"] + probe(term)},
    }


def probe(term: Term) -> str:
    """Return code that looks around while it is graded, with the rights of whoever grades it."""
    server = server_of(term.people[TEACHER])
    ada = term.course / "submitted" / term.name("ada") / NOTEBOOK
    paths = [str(path) for path in (term.course / "gradebook.db", ada, f"/proc/{server}/environ")]
    return f"""
for path in {paths}:
    try:
        print("probe:", len(open(path, "rb").read(100)))
    except OSError as error:
        print("probe:", type(error).__name__)
"""


def write(term: Term, who: str, answers: Mapping[str, str]) -> None:
    """Replace the answers in a student's notebook through the contents API of the student's server."""
    session, assignment = term.sessions[who], term.assignment
    model = session.own("GET", f"api/contents/{NOTEBOOK}")
    notebook = nbformat.from_dict(model["content"])
    for cell in notebook.cells:
        if is_solution(cell):
            topic = assignment.topic(cell)
            cell.source = answers.get(topic, assignment.blanks[topic])
    session.own("PUT", f"api/contents/{NOTEBOOK}", json={"type": "notebook", "content": notebook})


def validate(term: Term, who: str) -> None:
    """Press Validate in a student's notebook, and keep what it says."""
    answer = term.sessions[who].own("POST", "assignments/validate", json={"path": NOTEBOOK})
    if not answer["success"]:
        raise RuntimeError(f"{who}: validate: {answer['value']}")
    term.validated[who] = answer["value"]


def submit(term: Term, who: str, what: str) -> None:
    """Submit a student's work through the student's server."""
    term.exchange_action(who, "submit")
    term.say(what)


def point_at_anothers(term: Term) -> None:
    """Let eve put a submission into the exchange by hand whose notebook is a link to ada's collected work."""
    stamp = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f UTC")
    folder = (
        term.exchange
        / COURSE_ID
        / "inbound"
        / f"{term.name('eve')}+{ASSIGNMENT}+{stamp}+{secrets.token_hex(4)}"
    )
    target = term.course / "submitted" / term.name("ada") / NOTEBOOK
    script = (
        "import pathlib, sys\n"
        "folder, target, stamp = sys.argv[1:]\n"
        "folder = pathlib.Path(folder)\n"
        "folder.mkdir()\n"
        "(folder / pathlib.Path(target).name).symlink_to(target)\n"
        "(folder / 'timestamp.txt').write_text(stamp)\n"
    )
    environment = environment_of(server_of(term.people["eve"]))
    ran = term.people["eve"].run(term.python, "-c", script, folder, target, stamp, env=environment)
    if ran.returncode:
        raise RuntimeError(ran.stderr)


def collect(term: Term) -> None:
    """Collect what has been handed in, and keep whose work is there then."""
    term.formgrader("POST", f"assignment/{ASSIGNMENT}/collect")
    there = [who for who in STUDENTS if (term.course / "submitted" / term.name(who) / NOTEBOOK).is_file()]
    term.collected.append(there)
    term.say(f"the instructor has collected the work of {', '.join(there)}")


def mark_by_hand(term: Term, url: str, browser: Browser, shots: Path) -> None:
    """Mark what needs a person, in Formgrader as JupyterLab shows it."""
    graded = term.formgrader("GET", f"submitted_notebooks/{ASSIGNMENT}/{ASSIGNMENT}")
    ids = {each["student"]: each["id"] for each in graded}
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    log_in(page, url, term.people[TEACHER], "lab")
    open_formgrader(page)
    term.say("the instructor has logged in with a browser and opened Formgrader in JupyterLab")
    for who, marks in MANUAL_MARKS.items():
        open_submission(page, ASSIGNMENT, ids[term.name(who)])
        give_marks(page, "estimation-pitch", marks, f"A comment for {who}.")
        term.say(f"the instructor has given {who} {marks:g} marks by hand, with a comment")
        page.screenshot(path=shots / "formgrader.png")


def fetch_feedback(term: Term, who: str) -> None:
    """Fetch a student's feedback through the student's server, and keep where the pages are, oldest first."""
    term.exchange_action(who, "fetch_feedback")
    term.feedback[who] = sorted((term.people[who].home / ASSIGNMENT / "feedback").glob("*/*.html"))

"""The console command `course`: release, collect, grade, return and export, thin over nbgrader's API."""

import argparse
import logging
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from helpers.classroom.finding import CourseError, find_course
from helpers.classroom.workers import new_pool, scheduler_executor, skip_slow_imports

if TYPE_CHECKING:
    from helpers.classroom.batch import Outcome
    from helpers.classroom.course_folder import CourseFolder

# The workers import this module too, and the course's folder is only opened by the command.
# ruff: noqa: PLC0415

__all__ = ["main"]

BAR = 24


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with its arguments, those of the process by default, and return its exit code.

    0: done. 1: done, but something needs the instructor's eye. 2: not done; a message says why.
    """
    options = _parser().parse_args(arguments)
    logging.getLogger("traitlets").setLevel(logging.ERROR)
    skip_slow_imports()
    try:
        code: int = options.run(find_course(options.course), options)
    except CourseError as problem:
        print(f"course: {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\ncourse: stopped. Run it again to go on; nothing is lost.", file=sys.stderr)
        return 2
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="course", description=__doc__)
    parser.add_argument(
        "--course",
        default=".",
        metavar="FOLDER",
        help="the course's folder, or one in it (default: this one)",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[Path, Any], int], words: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=words, description=f"{words[0].upper()}{words[1:]}.")
        added.set_defaults(run=run)
        return added

    release = command(
        "release", _release, "make what students get, and hand it to the exchange if there is one"
    )
    release.add_argument("assignment", metavar="NAME")
    collect = command("collect", _collect, "take from the exchange what students handed in")
    grade = command("grade", _grade, "grade what was handed in and is not graded yet")
    grade.add_argument("--student", metavar="ID", help="this student's work alone")
    grade.add_argument("--force", action="store_true", help="grade again what is graded already")
    grade.add_argument("--workers", type=_whole, metavar="N", help="processes (default: one a processor)")
    grade.add_argument(
        "--scheduler", metavar="URL", help="grade on this Dask cluster, such as tcp://10.0.0.5:8786"
    )
    feedback = command(
        "feedback", _feedback, "make the feedback pages, and hand them to the exchange if there is one"
    )
    feedback.add_argument("--student", metavar="ID", help="this student's page alone")
    status = command("status", _status, "show who handed in, what it got, and what needs your eye")
    for each in (collect, grade, feedback, status):
        each.add_argument("assignment", nargs="?", metavar="NAME", help="one assignment (default: all)")
    roster = command("roster", _roster, "add the students of a class list, as a learning platform exports it")
    roster.add_argument("file", metavar="FILE", help="CSV of Moodle, Canvas, Blackboard, or with a column id")
    export = command("export", _export, "write all marks to a CSV file")
    export.add_argument(
        "--to", metavar="FILE", help="default: in the course's folder, grades.csv or marks.csv"
    )
    export.add_argument(
        "--lms",
        choices=("moodle", "canvas", "blackboard", "plain"),
        help="one row a student, as this platform takes it",
    )
    export.add_argument("--like", metavar="FILE", help="fill in this file, which the platform exported")
    export.add_argument("--replace", action="store_true", help="write over the file if it is there")
    for each in (roster, export):
        each.add_argument("--ids", metavar="COLUMN", help="the column of FILE that holds the students' ids")
    return parser


def _release(root: Path, options: Any) -> int:
    course = _open(root)
    (name,) = course.chosen(options.assignment)
    _ask(course.api.generate_assignment(name), f"release {name}")
    print(f"{name}: made {course.folder('release', '.', name)}")
    if course.api.exchange_is_functional:
        _ask(course.api.release_assignment(name), f"hand {name} to the exchange")
        print(f"{name}: released to the exchange")
    else:
        print("There is no exchange here: hand out the notebook yourself.")
    return 0


def _collect(root: Path, options: Any) -> int:
    course = _open(root)
    if not course.api.exchange_is_functional:
        raise CourseError(
            f"There is no exchange at {course.api.exchange_root}. Put what you got at "
            f"{course.folder('submitted', 'STUDENT', 'NAME')}, or set c.Exchange.root."
        )
    for name in course.chosen(options.assignment):
        before = set(course.students(name))
        _ask(course.api.collect(name), f"collect {name}")
        students = course.students(name)
        print(f"{name}: {len(students)} handed in, {len(set(students) - before)} of them new")
    return 0


def _grade(root: Path, options: Any) -> int:
    # The workers get ready while this process does.
    pool = None if options.scheduler else new_pool(options.workers)
    try:
        return _grade_with(pool, _open(root), options)
    finally:
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)


def _grade_with(pool: Executor | None, course: "CourseFolder", options: Any) -> int:
    from helpers.classroom.batch import grade_class

    names = course.chosen(options.assignment)
    if options.student and not any(options.student in course.students(name) for name in names):
        raise CourseError(f"{options.student!r} handed in nothing for {', '.join(names)}.")
    executor = None
    if options.scheduler:
        try:
            executor = scheduler_executor(options.scheduler)
        except (OSError, ValueError, ImportError) as error:
            raise CourseError(f"--scheduler {options.scheduler}: {error}") from None
    started = time.monotonic()
    outcomes = grade_class(
        course,
        names,
        student=options.student,
        force=options.force,
        executor=executor,
        pool=pool,
        workers=options.workers,
        progress=_Progress(sys.stderr),
    )
    print(f"{len(outcomes)} graded in {time.monotonic() - started:.0f} s.")
    troubled = [outcome for outcome in outcomes if outcome.trouble]
    for outcome in sorted(troubled, key=lambda each: (each.assignment, each.student)):
        marks = f"{outcome.score:g} of {outcome.of:g}"
        print(f"{outcome.assignment}, {outcome.student}: {marks}. {outcome.trouble}")
    return 1 if troubled else 0


def _feedback(root: Path, options: Any) -> int:
    course = _open(root)
    for name in course.chosen(options.assignment):
        graded = _graded_students(course, name)
        if options.student and options.student not in graded:
            continue
        if graded:
            _ask(course.api.generate_feedback(name, options.student), f"make the feedback of {name}")
            print(f"{name}: made {course.folder('feedback', options.student or '…', name)}")
            if course.api.exchange_is_functional:
                _ask(course.api.release_feedback(name, options.student), f"return the feedback of {name}")
    return 0


def _roster(root: Path, options: Any) -> int:
    from helpers.classroom.csv_files import CsvError
    from helpers.classroom.roster import add_roster, read_roster

    try:
        roster = read_roster(options.file, options.ids)
    except (CsvError, OSError) as error:
        raise CourseError(str(error)) from None
    with _open(root).gradebook() as gradebook:
        print(f"Read as {roster.layout.name}, the ids from {roster.id_column!r}.")
        print(add_roster(gradebook, roster))
    return 0


def _export(root: Path, options: Any) -> int:
    from nbgrader.plugins import CsvExportPlugin

    course = _open(root)
    if options.lms or options.like:
        return _export_for_lms(course, options)
    target = course.root / (options.to or "grades.csv")
    with course.gradebook() as gradebook:
        CsvExportPlugin(to=str(target), config=course.config).export(gradebook)
    print(f"Wrote {target}")
    return 0


def _export_for_lms(course: "CourseFolder", options: Any) -> int:
    from helpers.classroom.csv_files import CsvError
    from helpers.classroom.marks import write_marks
    from helpers.classroom.roster import read_roster

    target = course.root / (options.to or "marks.csv")
    try:
        like = read_roster(options.like, options.ids) if options.like else None
        if like and options.lms not in (None, like.layout.name):
            raise CourseError(f"{options.like} is of {like.layout.name}, not of {options.lms}.")
        with course.gradebook() as gradebook:
            notes = write_marks(gradebook, target, options.lms or "plain", like=like, replace=options.replace)
    except (CsvError, OSError) as error:
        raise CourseError(str(error)) from None
    print("\n".join((*notes, f"Wrote {target}")))
    return 0


def _status(root: Path, options: Any) -> int:
    from helpers.classroom.ledger import Ledger, scores

    course = _open(root)
    with course.gradebook() as gradebook:
        ledger = Ledger(gradebook, course.config)
        for name in course.chosen(options.assignment):
            students = course.students(name)
            entries, marks = ledger.entries(name), scores(gradebook, name)
            print(f"{name}: {len(students)} handed in, {len(entries)} graded")
            for student in students:
                score, of, manual = marks.get(student, (0, 0, False))
                said = f"{score:g} of {of:g}" if student in entries else "not graded yet"
                said += ", waits for a person's marks" if manual and student in entries else ""
                trouble = entries[student].trouble if student in entries else ""
                print(f"  {student}: {said}{'. ' + trouble if trouble else ''}")
    return 0


def _open(root: Path) -> "CourseFolder":
    from helpers.classroom.course_folder import CourseFolder

    return CourseFolder(root)


def _graded_students(course: "CourseFolder", name: str) -> list[str]:
    return [
        student
        for student in course.students(name)
        if (course.folder("autograded", student, name) / f"{name}.ipynb").is_file()
    ]


def _ask(result: Any, what: str) -> None:
    if not result["success"]:
        lines = [line for line in (result.get("log") or result.get("error") or "").splitlines() if line]
        said = "\n  ".join(lines[-6:])
        raise CourseError(f"nbgrader could not {what}:\n  {said}")


class _Progress:
    """A bar on a terminal; elsewhere nothing, for the summary says it."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def __call__(self, done: int, of: int, last: "Outcome") -> None:
        if not self.stream.isatty():
            return
        full = BAR * done // of
        line = f"[{'#' * full}{'.' * (BAR - full)}] {done} of {of}  {last.assignment}, {last.student}"
        self.stream.write(f"\r{line[:79]:<79}" + ("\n" if done == of else ""))
        self.stream.flush()


def _whole(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} must be a whole number above 0")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())

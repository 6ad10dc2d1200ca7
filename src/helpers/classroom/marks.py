"""The marks of a class out of the gradebook, as a CSV file that a learning platform takes."""

import datetime
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from nbgrader.api import Assignment, Grade, Gradebook, Student, SubmittedAssignment, SubmittedNotebook

from helpers.classroom.csv_files import as_text, write_table
from helpers.classroom.lms import LAYOUTS, Layout
from helpers.classroom.roster import Roster
from helpers.models.checks import require_choice

__all__ = ["ClassMarks", "Mark", "class_marks", "write_marks"]

NAMED = 10  # ids in a note; a longer list is for the file


@dataclass(frozen=True)
class Mark:
    """What a student has for an assignment that was handed in: points, after `penalty` points for lateness.

    `late` is in seconds. `final` is false while a person must still mark something.
    """

    points: float
    penalty: float
    late: float
    final: bool


@dataclass(frozen=True)
class ClassMarks:
    """The points to be had for each assignment, and the marks by assignment and student's id."""

    full: Mapping[str, float]
    marks: Mapping[tuple[str, str], Mark]


def class_marks(gradebook: Gradebook) -> ClassMarks:
    """Return all marks of the gradebook, in few queries: nbgrader's own take one a student and more."""
    full = {assignment.name: float(assignment.max_score) for assignment in gradebook.assignments}
    penalties = (
        sa.select(
            SubmittedNotebook.assignment_id.label("submission"),
            sa.func.sum(SubmittedNotebook.late_submission_penalty).label("points"),
        )
        .group_by(SubmittedNotebook.assignment_id)
        .subquery()
    )
    grades = (
        sa.select(
            SubmittedNotebook.assignment_id.label("submission"),
            sa.func.sum(Grade.score).label("points"),
            sa.func.max(sa.case((Grade.needs_manual_grade, 1), else_=0)).label("waits"),
        )
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .group_by(SubmittedNotebook.assignment_id)
        .subquery()
    )
    rows = gradebook.db.execute(
        sa.select(
            Assignment.name,
            SubmittedAssignment.student_id,
            SubmittedAssignment.timestamp,
            SubmittedAssignment.extension,
            Assignment.duedate,
            grades.c.points,
            grades.c.waits,
            penalties.c.points.label("penalty"),
        )
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .outerjoin(grades, grades.c.submission == SubmittedAssignment.id)
        .outerjoin(penalties, penalties.c.submission == SubmittedAssignment.id)
    )
    return ClassMarks(full, {(row.name, row.student_id): _mark(row) for row in rows})


def write_marks(
    gradebook: Gradebook,
    path: str | os.PathLike[str],
    layout: str = "plain",
    *,
    like: Roster | None = None,
    assignments: Sequence[str] | None = None,
    replace: bool = False,
) -> tuple[str, ...]:
    """Write the class's marks as CSV in the layout of moodle, canvas, blackboard or plain.

    One row a student, one column an assignment (default: all). Who handed in nothing has an empty cell,
    not 0. With `like`, which the platform exported itself, rows and heads of columns are those of that file,
    so that the platform finds its own columns again; the layout then is that file's. A text that a
    spreadsheet would run gets an apostrophe. Returns what the instructor should know, a line each. Raises
    FileExistsError unless `replace` is set, ValueError and OSError.
    """
    form = like.layout if like else LAYOUTS[require_choice("layout", layout, LAYOUTS)]
    found = class_marks(gradebook)
    chosen = list(found.full) if assignments is None else list(assignments)
    for name in chosen:
        require_choice("assignment", name, found.full)
    who, students, notes = _students(gradebook, form, like)
    heads = [_head(form, name, found.full[name], like, notes) for name in chosen]
    says_late = form.name in ("plain", "moodle")
    rows = [[*who, *heads, *["late"] * says_late]]
    if form.name == "canvas":
        blanks = [""] * (len(who) - 1)
        rows.append(["Points Possible", *blanks, *(_number(found.full[name]) for name in chosen)])
    for student, cells in students:
        marks = {name: found.marks.get((name, student)) for name in chosen}
        points = [_number(mark.points) if mark else "" for mark in marks.values()]
        late = "; ".join(f"{name}: {_late(mark)}" for name, mark in marks.items() if mark and mark.late)
        rows.append([*cells, *points, *[late] * says_late])
    texts = [[as_text(cell) for cell in row] for row in rows]
    write_table(path, texts, replace=replace, quote=form.name == "blackboard")
    ids = [student for student, _ in students]
    changed = [student for student in ids if as_text(student) != student]
    if changed:
        notes.append(f"Begins as a formula, so an apostrophe was put before it: {_some(changed)}")
    return (*notes, *(note for name in chosen for note in _notes(name, ids, found, not says_late)))


def _mark(row: Any) -> Mark:
    due = row.duedate + (row.extension or datetime.timedelta()) if row.duedate else None
    late = max(0.0, (row.timestamp - due).total_seconds()) if row.timestamp and due else 0.0
    penalty = float(row.penalty or 0)
    return Mark(max(0.0, float(row.points or 0) - penalty), penalty, late, not row.waits)


def _students(
    gradebook: Gradebook, layout: Layout, like: Roster | None
) -> tuple[list[str], list[tuple[str, list[str]]], list[str]]:
    """Return the heads of the columns that say who a student is, each student's id and cells, and notes."""
    known = {student.id: student for student in gradebook.students}
    if like is None:
        columns = _identity(layout)
        everyone = [(key, [read(known[key]) for read in columns.values()]) for key in sorted(known)]
        return list(columns), everyone, []
    places = [place for place, name in enumerate(like.header) if name in layout.identity]
    listed = [(student.id, [student.cells[place] for place in places]) for student in like.students]
    ids = {student.id for student in like.students}
    notes = [
        f"{words}: {_some(names)}"
        for words, names in (
            (f"In the gradebook but not in {like.path}, and not written", sorted(known.keys() - ids)),
            (f"In {like.path} but not in the gradebook, and without marks", sorted(ids - known.keys())),
        )
        if names
    ]
    return [like.header[place] for place in places], listed, notes


def _identity(layout: Layout) -> Mapping[str, Callable[[Student], str]]:
    """Return what says who a student is, by the heads of its columns, from the gradebook alone."""

    def key(student: Student) -> str:
        return str(student.id)

    def first(student: Student) -> str:
        return student.first_name or ""

    def last(student: Student) -> str:
        return student.last_name or ""

    def email(student: Student) -> str:
        return student.email or ""

    columns: Mapping[str, Mapping[str, Callable[[Student], str]]] = {
        "moodle": {"First name": first, "Last name": last, "ID number": key, "Email address": email},
        "canvas": {
            "Student": lambda student: ", ".join(filter(None, (last(student), first(student)))),
            "ID": lambda student: student.lms_user_id or "",
            "SIS Login ID": key,
            "Section": lambda _: "",
        },
        "blackboard": {"Last Name": last, "First Name": first, "Username": key},
        "plain": {"id": key, "first_name": first, "last_name": last, "email": email},
    }
    return columns[layout.name]


def _head(layout: Layout, assignment: str, full: float, like: Roster | None, notes: list[str]) -> str:
    """Return what stands over an assignment's column; what the instructor should know of it goes to notes."""
    new = layout.head(assignment, _number(full))
    if like is None:
        return new
    for head in like.header:
        read = layout.title.fullmatch(head)
        if read and head not in layout.identity and read["title"].casefold() == assignment.casefold():
            points = read.groupdict().get("points")
            if points and float(points.replace(",", "")) != full:
                notes.append(f"{assignment}: of {points} in {like.path}, of {_number(full)} in the gradebook")
            return head
    notes.append(f"{assignment}: {like.path} has no such column, so a new one is written")
    return new


def _notes(assignment: str, students: Sequence[str], found: ClassMarks, with_late: bool) -> Iterable[str]:
    marks = {student: found.marks.get((assignment, student)) for student in students}
    nothing = [student for student, mark in marks.items() if mark is None]
    if nothing:
        words = f"{len(nothing)} of {len(students)} handed in nothing; their cells are empty, not 0"
        yield f"{assignment}: {words}: {_some(nothing)}"
    open_ = [student for student, mark in marks.items() if mark and not mark.final]
    if open_:
        yield f"{assignment}: not final, for a person must still mark: {_some(open_)}"
    late = [f"{student} ({_late(mark)})" for student, mark in marks.items() if mark and mark.late]
    if late and with_late:
        yield f"{assignment}: late: {_some(late)}"


def _some(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")


def _late(mark: Mark) -> str:
    minutes = int(mark.late // 60)
    parts = [(minutes // 1440, "d"), (minutes // 60 % 24, "h"), (minutes % 60, "min")]
    said = " ".join(f"{count} {unit}" for count, unit in parts if count) or "under 1 min"
    return said + (f", {_number(mark.penalty)} points off" if mark.penalty else "")


def _number(points: float) -> str:
    """Return points with as many decimals as they need, at most the five that Moodle keeps."""
    return f"{points:.5f}".rstrip("0").rstrip(".")

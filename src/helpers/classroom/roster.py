"""A class list into the gradebook: the CSV that a learning platform exports, or a plain one."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass

from nbgrader.api import Gradebook

from helpers.classroom.csv_files import CsvError, Row, Table, read_table
from helpers.classroom.lms import LAYOUTS, Layout
from helpers.classroom.transactions import one_transaction

__all__ = ["Enrolled", "Listed", "Roster", "add_roster", "read_roster"]

LONGEST = 128  # letters; what nbgrader's gradebook keeps on PostgreSQL
# nbgrader makes a folder of an id, looks for it with a pattern, and puts "+" between an id and an assignment.
NOT_IN_AN_ID = re.compile(r"[/\\*?\[\]+,\x00-\x1f\x7f]|^[.=@-]")
CUT_BY_A_SPREADSHEET = re.compile(r"\d([.,]\d+)?E\+?\d+", re.IGNORECASE)


@dataclass(frozen=True)
class Listed:
    """A student on a class list; what the list does not say is empty. `cells` are the row's, as they came."""

    id: str
    first_name: str
    last_name: str
    email: str
    canvas_id: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Roster:
    """A class list, and which of its columns the ids are from."""

    path: str
    layout: Layout
    id_column: str
    header: tuple[str, ...]
    students: tuple[Listed, ...]


def read_roster(path: str | os.PathLike[str], id_column: str | None = None) -> Roster:
    """Read a class list as Moodle, Canvas or Blackboard exports it, or a plain one; its header tells which.

    An id is what nbgrader calls the student: the name of the folder handed in, or on JupyterHub the user
    name. It is taken from `id_column`, by default from the first of the layout's id columns that says
    anything. Raises CsvError, which names file, line and column, and OSError.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "canvas.csv")
    ...     _ = path.write_text('Student,ID,SIS Login ID,Section\\n"Able, Anne",7,aable,S1\\n')
    ...     roster = read_roster(path)
    >>> [(each.id, each.first_name, each.canvas_id) for each in roster.students]
    [('aable', 'Anne', '7')]
    """
    table = read_table(path)
    layout = _layout(table)
    rows = [row for row in table.rows if not _is_no_student(layout, row)]
    if not rows:
        raise CsvError(path, 0, "", "there is no student below the header")
    column = _id_column(table, layout, rows, id_column)
    students, seen = [], dict[str, int]()
    for row in rows:
        student = _listed(table, layout, row, column)
        if student.id in seen:
            words = f"the id {student.id!r} is on line {seen[student.id]} too; each must be there once"
            raise CsvError(path, row.line, column, words)
        seen[student.id] = row.line
        students.append(student)
    return Roster(table.path, layout, column, table.header, tuple(students))


@dataclass(frozen=True)
class Enrolled:
    """What a class list changed in the gradebook, as ids; `not_listed` are in the gradebook alone."""

    added: tuple[str, ...]
    updated: tuple[str, ...]
    unchanged: tuple[str, ...]
    not_listed: tuple[str, ...]

    def __str__(self) -> str:
        said = f"{len(self.added)} added, {len(self.updated)} updated, {len(self.unchanged)} as they were"
        if self.not_listed:
            said += f"\nIn the gradebook but not on the list, and left there: {', '.join(self.not_listed)}"
        return said


def add_roster(gradebook: Gradebook, roster: Roster) -> Enrolled:
    """Add the students of a class list to the gradebook and bring names up to date: all of them or none.

    What the list leaves blank stays as it is, and no student is ever removed.
    """
    before = {student.id: student for student in gradebook.students}
    added, updated, unchanged = [], [], []
    with one_transaction(gradebook):
        for listed in roster.students:
            said = {
                "first_name": listed.first_name,
                "last_name": listed.last_name,
                "email": listed.email,
                "lms_user_id": listed.canvas_id,
            }
            said = {name: text for name, text in said.items() if text}
            if listed.id not in before:
                gradebook.add_student(listed.id, **said)
                added.append(listed.id)
            elif any(getattr(before[listed.id], name) != text for name, text in said.items()):
                gradebook.update_or_create_student(listed.id, **said)
                updated.append(listed.id)
            else:
                unchanged.append(listed.id)
    listed_ids = {listed.id for listed in roster.students}
    not_listed = sorted(before.keys() - listed_ids)
    return Enrolled(tuple(added), tuple(updated), tuple(unchanged), tuple(not_listed))


def _layout(table: Table) -> Layout:
    def missing(layout: Layout) -> list[str]:
        return [" or ".join(names) for names in layout.needed if not set(names) & set(table.header)]

    fitting = [layout for layout in LAYOUTS.values() if not missing(layout)]
    if fitting:
        return fitting[0]
    near = max(LAYOUTS.values(), key=lambda layout: len(set(layout.identity) & set(table.header)))
    if set(near.identity) & set(table.header):
        words = f"this column is missing from the header, which else reads as {near.name}"
        raise CsvError(table.path, table.line, missing(near)[0], words)
    known = "; ".join(f"{each.name}: {', '.join(map(' or '.join, each.needed))}" for each in LAYOUTS.values())
    raise CsvError(table.path, table.line, "", f"the header is of no known layout. Needed is, for {known}")


def _is_no_student(layout: Layout, row: Row) -> bool:
    """Canvas adds rows to its students: the points to be had, what is hidden, and a student for tests."""
    if layout.name != "canvas":
        return False
    return (
        "Points Possible" in row.cells[0]
        or row.cells[0] == "Student, Test"
        or all(re.fullmatch(r"(Muted|Manual Posting.*)?", cell) for cell in row.cells)
    )


def _id_column(table: Table, layout: Layout, rows: Sequence[Row], wanted: str | None) -> str:
    if wanted is not None:
        if wanted not in table.header:
            columns = ", ".join(map(repr, table.header))
            raise CsvError(table.path, table.line, wanted, f"there is no such column; there is {columns}")
        return wanted
    there = [name for name in layout.ids if name in table.header]
    for name in there:
        if any(row.cells[table.header.index(name)] for row in rows):
            return name
    if not there:
        words = f"none of the columns that can hold ids is there, {' or '.join(map(repr, layout.ids))}"
        raise CsvError(table.path, table.line, "", words)
    raise CsvError(table.path, rows[0].line, there[0], "the id is blank, and so is every other")


def _listed(table: Table, layout: Layout, row: Row, id_column: str) -> Listed:
    def cell(*names: str) -> str:
        for name in names:
            if name in table.header:
                return _one_line(table, row, name)
        return ""

    first = cell("First name", "First Name", "FirstName", "first_name")
    last = cell("Last name", "Surname", "Last Name", "LastName", "last_name")
    if layout.name == "canvas" and "Student" in table.header:
        # Canvas itself writes a name that begins as a formula like this.
        last, _, first = re.sub(r'^="(.*)"$', r"\1", cell("Student")).partition(",")
    return Listed(
        _checked_id(table, row, id_column),
        first.strip(),
        last.strip(),
        cell("Email address", "email"),
        cell("ID") if layout.name == "canvas" else "",
        row.cells,
    )


def _one_line(table: Table, row: Row, column: str) -> str:
    return _not_too_long(table, row, column, " ".join(row.cells[table.header.index(column)].split()))


def _not_too_long(table: Table, row: Row, column: str, text: str) -> str:
    if len(text) > LONGEST:
        words = f"{len(text)} letters are more than the {LONGEST} that a gradebook keeps"
        raise CsvError(table.path, row.line, column, words)
    return text


def _checked_id(table: Table, row: Row, column: str) -> str:
    text = row.cells[table.header.index(column)]
    words = ""
    if not text:
        words = "the id is blank; fill it in, or take the ids from another column"
    elif CUT_BY_A_SPREADSHEET.fullmatch(text):
        words = f"{text!r} is a long number as a spreadsheet shows it; take the list as it was exported"
    elif NOT_IN_AN_ID.search(text):
        words = f"{text!r} cannot be an id: it must hold none of / \\ * ? [ ] + , and not begin with . = @ -"
    if words:
        raise CsvError(table.path, row.line, column, words)
    return _not_too_long(table, row, column, text)

"""A damaged notebook mended before it is graded, as far as that goes without guessing."""

import copy
import itertools
import re
from dataclasses import dataclass
from typing import Any

from nbformat.v4 import new_notebook

from helpers.classroom.expected import MAKERS, Expected, expected_cells
from helpers.classroom.matching import Matched, Notes, match
from helpers.classroom.reading import Cell, UnreadableSubmission, read_cells
from helpers.models.checks import short_repr

__all__ = ["Mended", "UnreadableSubmission", "mend"]

SETTINGS = ("grade", "solution", "locked", "points", "task")
CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")


@dataclass(frozen=True)
class Mended:
    """A notebook in which each cell of the assignment stands once, and what was done to get there."""

    notebook: Any
    notes: tuple[str, ...]


@dataclass
class Group:
    """A cell of the assignment and the student's own cells that follow it; the first group has only those."""

    expected: Expected | None
    cell: Cell | None
    own: list[Cell]

    @property
    def index(self) -> int:
        """Where the assignment has the cell."""
        return self.expected.index if self.expected else -1


def mend(raw: bytes, source: Any) -> Mended:
    """Return the notebook in `raw` with the cells of `source` restored and the student's answers kept.

    `source` is the assignment without its solutions, with or without hidden tests; its locked cells
    come back as they are there, so a notebook for a student needs a source for a student. An answer's
    text is kept as it is; one that is missing comes back unanswered. Cells that a student added stay.
    Raises UnreadableSubmission with a reason for a person, and ValueError if `source` holds solutions.

    >>> from nbformat.v4 import new_code_cell, new_notebook
    >>> settings = {"grade": False, "solution": True, "locked": False, "grade_id": "rate"}
    >>> stub = "def rate(day):\\n    raise NotImplementedError"
    >>> source = new_notebook(cells=[new_code_cell(stub, metadata={"nbgrader": settings})])
    >>> mended = mend(b'{"cells": [{"cell_type": "raw", "source": "def rate(day): return 9"}]}', source)
    >>> mended.notebook.cells[0].source
    'def rate(day): return 9'
    >>> mended.notes
    ("nbgrader's marks on rate were gone: recognised by what stands in the cells.",
     'rate had become raw: made code again.')
    """
    cells, seen = read_cells(raw)
    expected = expected_cells(source)
    notes = Notes()
    matched = match(cells, expected, notes)
    if not matched.names:
        raise UnreadableSubmission(_why_none(cells, expected))
    groups = _in_order(_groups(matched), notes)
    _put_back(groups, expected, notes)
    notebook = _notebook(groups, source, notes)
    return Mended(notebook, (*seen, *notes.texts()))


def _why_none(cells: list[Cell], expected: list[Expected]) -> str:
    if not any(cell.text.strip() for cell in cells):
        return "The notebook is empty: it has no cell of this assignment."
    wanted = expected[0].grade_id
    other = next((cell.grade_id for cell in cells if cell.grade_id), "")
    found = (
        f"its cells are those of another one, such as {short_repr(other)}" if other else "it has other cells"
    )
    return f"The notebook is not of this assignment: {found}, and none such as {short_repr(wanted)}."


def _groups(matched: Matched) -> list[Group]:
    """Return the cells as handed in, each of the student's own with the one it follows."""
    groups = [Group(None, None, [])]
    for place, cell in enumerate(matched.handed_in):
        if place in matched.left_out:
            continue
        if place in matched.names:
            groups.append(Group(matched.expected[matched.names[place]], cell, []))
        else:
            groups[-1].own.append(cell)
    return groups


def _in_order(groups: list[Group], notes: Notes) -> list[Group]:
    furthest = -1
    for group in groups:
        if group.expected and group.index < furthest:
            notes.add("Cells stood in another order: {} put back.", group.expected.grade_id)
        furthest = max(furthest, group.index)
    return sorted(groups, key=lambda group: group.index)


def _put_back(groups: list[Group], expected: list[Expected], notes: Notes) -> None:
    """Insert the cells that are missing, where the student's own cells still do what they did."""
    present = {group.expected.grade_id for group in groups if group.expected}
    for each in expected:
        if each.grade_id in present:
            continue
        if each.is_answer:
            notes.add("The answer {} was missing: put back unanswered.", each.grade_id)
        else:
            notes.add("{} had been deleted: put back.", each.grade_id)
        place = next((n for n, group in enumerate(groups) if group.index > each.index), len(groups))
        before = groups[place - 1]
        group = Group(each, None, [])
        # A definition of the student's own comes after what is handed out, and before what tests it.
        if not each.is_test:
            before.own, group.own = [], before.own
        groups.insert(place, group)


def _notebook(groups: list[Group], source: Any, notes: Notes) -> Any:
    cells = []
    taken = {group.expected.id for group in groups if group.expected}
    for group in groups:
        if group.expected:
            cells.append(_restored(group.expected, group.cell, notes))
        cells += [_own(own, taken) for own in group.own]
    return new_notebook(cells=cells, metadata=copy.deepcopy(source.metadata))


def _restored(expected: Expected, handed_in: Cell | None, notes: Notes) -> Any:
    """Return the cell of the assignment, with the answer that was handed in where it is one."""
    cell = copy.deepcopy(expected.cell)
    if expected.kind == "code":
        cell.outputs, cell.execution_count = [], None
    if handed_in is None:
        return cell
    name, kind = expected.grade_id, handed_in.kind
    if kind != expected.kind:
        notes.add(f"{{}} had become {kind}: made {expected.kind} again.", name)
    settings = {key: handed_in.nbgrader.get(key) for key in SETTINGS if key in cell.metadata.nbgrader}
    if handed_in.grade_id and settings != {key: cell.metadata.nbgrader[key] for key in settings}:
        notes.add("What nbgrader keeps about {} had been changed: as handed out again.", name)
    if not expected.is_answer:
        if not expected.is_untouched(handed_in.text):
            notes.add("{} had been changed: as handed out again.", name)
        return cell
    cell.source = handed_in.text
    cell.pop("attachments", None)
    if handed_in.attachments and expected.kind != "code":
        cell.attachments = copy.deepcopy(handed_in.attachments)
    return cell


def _own(cell: Cell, taken: set[str]) -> Any:
    """Return a cell that the student added, under an id that no other cell has."""
    made = MAKERS[cell.kind](cell.text)
    if CELL_ID.fullmatch(cell.id) and cell.id not in taken:
        made.id = cell.id
    else:
        made.id = next(name for n in itertools.count(1) if (name := f"own-{n}") not in taken)
    taken.add(made.id)
    if cell.attachments:
        made.attachments = copy.deepcopy(cell.attachments)
    return made

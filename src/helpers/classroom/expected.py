"""The cells that an assignment consists of, and how each can be known again in what a student hands in."""

import copy
import re
from dataclasses import dataclass
from typing import Any

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell
from nbgrader.preprocessors import ClearHiddenTests
from nbgrader.utils import is_grade, is_locked, is_solution, is_task

from helpers.classroom.answer_key import AnswerKey

__all__ = ["MAKERS", "Expected", "alike", "defined_names", "expected_cells", "source_of"]

MAKERS: dict[str, Any] = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}

DEFINED = re.compile(r"^(?:(?:async +)?def|class) +(\w+)|^(\w+) *(?::[^=\n]+)?=(?!=)", re.MULTILINE)
SOLUTION = "BEGIN SOLUTION"


@dataclass(frozen=True)
class Expected:
    """A cell of the assignment: `forms` are the texts it may have been handed out with."""

    index: int
    grade_id: str
    id: str
    cell: Any
    forms: frozenset[str]
    names: frozenset[str]
    is_answer: bool
    is_test: bool

    @property
    def kind(self) -> str:
        """The type of the cell: code, markdown or raw."""
        return str(self.cell.cell_type)

    def is_untouched(self, text: str) -> bool:
        """Tell whether a cell of this text is as it was handed out."""
        return alike(text) in self.forms


def expected_cells(source: Any) -> list[Expected]:
    """Return the cells of `source` that nbgrader knows, in order.

    Raises ValueError if there is none, one twice, or a solution in them.
    """
    hide, found = ClearHiddenTests(), []
    for index, cell in enumerate(source.cells):
        if not (is_grade(cell) or is_solution(cell) or is_locked(cell) or is_task(cell)):
            continue
        if is_solution(cell) and SOLUTION in cell.source:
            raise ValueError(f"source: {cell.metadata.nbgrader.grade_id} holds its solution; clear it first")
        released = hide.preprocess_cell(copy.deepcopy(cell), {}, index)[0]
        forms = {alike(cell.source), alike(released.source)} - {""}
        found.append(
            Expected(
                index=index,
                grade_id=str(cell.metadata.nbgrader.grade_id),
                id=str(cell.get("id", "")),
                cell=cell,
                forms=frozenset(forms),
                names=defined_names(cell.source) if is_solution(cell) else frozenset(),
                is_answer=bool(is_solution(cell)),
                is_test=bool(is_grade(cell) and not is_solution(cell)),
            )
        )
    names = [each.grade_id for each in found]
    if not names or len(set(names)) < len(names):
        raise ValueError("source: it must have cells that nbgrader knows, each name once")
    return found


def alike(text: str) -> str:
    """Return `text` without what editors change by themselves: blanks at the end of lines and of the cell.

    >>> alike("x = 1  \\r\\n\\n") == alike("x = 1")
    True
    """
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def defined_names(text: str) -> frozenset[str]:
    """Return the names that code defines at its top level, even if it does not parse.

    >>> sorted(defined_names("LIMIT: int = 3\\ndef rate(day):\\n    x = 1\\n    return (day"))
    ['LIMIT', 'rate']
    """
    return frozenset(function or value for function, value in DEFINED.findall(text))


def source_of(key: AnswerKey) -> Any:
    """Return the notebook that an answer key describes: without solutions, with hidden tests."""
    cells = []
    for known in key.cells:
        graded = known.max_score is not None
        task = graded and not known.solution and known.cell_type == "markdown"
        settings = {
            "grade": graded and not task,
            "solution": known.solution,
            "locked": known.locked,
            "task": task,
            "grade_id": known.name,
            "schema_version": 3,
            "checksum": known.checksum,
            "cell_type": known.cell_type,
        }
        if graded:
            settings["points"] = known.max_score
        cell = MAKERS[known.cell_type](known.source, metadata={"nbgrader": settings})
        # nbgrader keeps no ids of cells; this course gives a cell one name for both.
        cell.id = known.name
        cells.append(cell)
    return new_notebook(cells=cells, metadata={"kernelspec": dict(key.kernelspec)})

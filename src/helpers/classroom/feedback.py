"""The page that shows someone studying alone what their answers got: nbgrader's, without a gradebook."""

import html
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_markdown_cell
from nbgrader.converters import GenerateFeedback
from nbgrader.preprocessors import ClearSolutions, GetGrades
from nbgrader.utils import is_grade, is_solution
from traitlets.config import Config

from helpers.classroom.engine import Graded

__all__ = ["feedback_page", "model_answers"]


class _GivenGrades(GetGrades):  # type: ignore[misc] # nbgrader has no types
    """nbgrader's GetGrades, for grades that are not in a gradebook."""

    def __init__(self, graded: Graded, comments: Mapping[str, str], **options: Any) -> None:
        super().__init__(**options)
        self.graded, self.comments = graded, comments
        self.marks = {mark.cell: mark for mark in graded.marks}

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        nb, resources = super(GetGrades, self).preprocess(nb, resources)
        resources["nbgrader"] |= {
            "score": self.graded.score,
            "max_score": self.graded.of,
            "late_penalty": 0,
        }
        return nb, resources

    def _get_comment(self, cell: Any, resources: Any) -> None:
        cell.metadata.nbgrader["comment"] = self.comments.get(cell.metadata.nbgrader.grade_id)

    def _get_score(self, cell: Any, resources: Any) -> None:
        mark = self.marks[cell.metadata.nbgrader.grade_id]
        cell.metadata.nbgrader["score"] = mark.points or 0
        cell.metadata.nbgrader["points"] = mark.of


def feedback_page(graded: Graded, config: Config, comments: Mapping[str, str] | None = None) -> str:
    """Return the page that `nbgrader generate_feedback` makes with the course's settings, as HTML.

    `comments` stand under the answers of those cells. What stood in the grader's way is said on top.
    Raises ValueError for a submission that did not run.
    """
    if not graded.executed:
        raise ValueError("graded.executed is empty: nothing was run that a page could show")
    converter = GenerateFeedback(config=config)
    exporter = HTMLExporter(config=converter.config)
    for make in converter.preprocessors:
        own = issubclass(make, GetGrades)
        exporter.register_preprocessor(
            _GivenGrades(graded, comments or {}, config=config) if own else make(config=config), enabled=True
        )
    notebook = nbformat.reads(graded.executed, as_version=4)
    said = [*graded.notes, *([graded.trouble] if graded.trouble else [])]
    if said:
        lines = "\n".join(f"- {html.escape(line, quote=False)}" for line in said)
        notebook.cells.insert(0, new_markdown_cell(f"**What the grader says**\n\n{lines}", id="grader-says"))
    known = {"notebook": graded.assignment, "assignment": graded.assignment, "student": graded.student}
    page, _ = exporter.from_notebook_node(notebook, {"nbgrader": known})
    return str(page)


def model_answers(source: str | Path, config: Config) -> dict[str, str]:
    """Return what the author answered where a person gives the marks, by the name of the cell.

    Raises OSError, or nbformat's errors for a file that is no notebook.
    """
    marks = ClearSolutions(config=config)
    answers = {}
    for cell in nbformat.read(source, as_version=4).cells:
        if is_grade(cell) and is_solution(cell):
            lines, inside = [], False
            for line in cell.source.splitlines():
                if marks.begin_solution_delimeter in line or marks.end_solution_delimeter in line:
                    inside = marks.begin_solution_delimeter in line
                elif inside:
                    lines.append(line)
            answers[str(cell.metadata.nbgrader.grade_id)] = "\n".join(lines).strip()
    return answers

"""Honest submissions by the dozen: mixtures of the right, wrong, different and blank answers."""

import copy
import random
from pathlib import Path

import nbformat
from nbgrader.utils import is_solution

from tests.course.grader import Assignment, read

__all__ = ["hand_in", "mixture"]


def mixture(assignment: Assignment, seed: int) -> dict[str, str]:
    """Return a student's answers by exercise, drawn with `seed`; a blank one is left out."""
    draw = random.Random(f"{assignment.name} {seed}")
    reference, answers = assignment.reference(), {}
    for topic, known in assignment.answers.items():
        kind = draw.choices(("right", "different", "wrong", "blank"), (3, 2, 3, 1))[0]
        if kind == "right":
            answers[topic] = reference[topic]
        elif kind == "different":
            answers[topic] = known.different
        elif kind == "wrong":
            answers[topic] = draw.choice(list(known.wrong.values()))
    by_hand = sorted(assignment.blanks.keys() - assignment.answers.keys())
    for topic in by_hand:
        if draw.random() < 0.5:
            answers[topic] = "One node is enough: the peak is a tenth of what it can do."
    return answers


def hand_in(root: Path, assignment: Assignment, student: str, answers: dict[str, str]) -> Path:
    """Write the released notebook with the answers in it to where nbgrader's exchange would collect it."""
    notebook = copy.deepcopy(read(root / "release" / assignment.name / f"{assignment.name}.ipynb"))
    for cell in notebook.cells:
        if is_solution(cell) and assignment.topic(cell) in answers:
            cell.source = answers[assignment.topic(cell)]
    path = root / "submitted" / student / assignment.name / f"{assignment.name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path

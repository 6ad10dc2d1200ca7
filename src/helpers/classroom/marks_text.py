"""What someone studying alone reads in the terminal once an assignment is graded."""

import json
import re
import textwrap
from collections.abc import Iterator

from helpers.classroom.answer_key import AnswerKey
from helpers.classroom.engine import Exercise, Graded
from helpers.grading.calls import NOT_ANSWERED

__all__ = ["by_person", "marks_text", "titles"]

HEADING = re.compile(r"^## Exercise (\d+\. .+?)(?: \([^()]*points?[^()]*\))?\.?$", re.MULTILINE)
RIGHT = re.compile(r": [Rr]ight(\.$|: )")
MOST_LINES = 12
INDENT = " " * 14


def titles(key: AnswerKey) -> dict[str, str]:
    """Return the titles of the exercises, such as "1. Writes a second", by the names of their marks.

    A title is the last heading "## Exercise" above the marks; where there is none, the name.
    """
    found: dict[str, str] = {}
    title = ""
    for cell in key.cells:
        if headings := HEADING.findall(cell.source) if cell.cell_type == "markdown" else []:
            title = headings[-1]
        if cell.max_score is not None:
            name = cell.name.split("-test-")[0]
            found.setdefault(name, title or name)
    return found


def by_person(key: AnswerKey) -> frozenset[str]:
    """Return the names of the exercises that a person marks, answered or not."""
    return frozenset(cell.name for cell in key.graded if cell.solution or cell.cell_type == "markdown")


def marks_text(graded: Graded, key: AnswerKey, before: float | None = None, *, width: int = 100) -> str:
    """Return the marks by exercise, and for each mark lost what its test says.

    `before` are the points that tests gave the last time; `width` is in characters.
    """
    manual, names = by_person(key), titles(key)
    tested = [each for each in graded.exercises if each.name not in manual]
    of = sum(each.of for each in tested)
    last = "" if before is None else f" ({_rounded(before)} the last time)"
    earned = _rounded(sum(each.points for each in tested))
    lines = [f"{graded.assignment}: {earned} of {of:g} points by tests{last}"]
    for each in graded.exercises:
        points = "–" if each.name in manual else _rounded(each.points)
        lines.append(f"  {points:>5} / {each.of:<3g} {names[each.name]}")
        said = _by_hand(each, graded) if each.name in manual else _why(each, graded)
        lines += _wrapped(said, width)
    for note in graded.notes:
        lines += textwrap.wrap(f"Mended before grading: {note}", width, subsequent_indent="  ")
    if graded.trouble:
        lines += textwrap.wrap(f"On the way: {graded.trouble}", width, subsequent_indent="  ")
    return "\n".join(lines)


def _by_hand(exercise: Exercise, graded: Graded) -> list[str]:
    if exercise.name in graded.unanswered:
        return ["Not answered yet. You give these points yourself, by the table above the answer."]
    return ["Give these points yourself, by the table above your answer; a model answer is on the page."]


def _why(exercise: Exercise, graded: Graded) -> list[str]:
    mine = [mark for mark in graded.marks if mark.cell.split("-test-")[0] == exercise.name]
    lost = [mark.message or "The test says nothing." for mark in mine if (mark.points or 0) < mark.of]
    said = dict.fromkeys(line for message in lost for line in message.splitlines() if line.strip())
    why = [line for line in said if not RIGHT.search(line)]
    if why and all(NOT_ANSWERED in line for line in why):
        return ["Not answered yet."]
    stopped = _where_answers_stop(graded).get(exercise.name)
    if lost and stopped:
        # A name that the answer would have defined is not what is wrong.
        return [f"Your answer stops: {stopped}", *(line for line in why if not line.startswith("NameError"))]
    return why


def _where_answers_stop(graded: Graded) -> dict[str, str]:
    """Return the errors of the learner's own cells: they explain better than a test what is wrong."""
    found = {}
    for cell in json.loads(graded.executed or '{"cells": []}')["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        for output in cell.get("outputs", ()):
            if name and output["output_type"] == "error":
                found[name] = f"{output['ename']}: {output['evalue']}"
    return found


def _rounded(points: float) -> str:
    return f"{round(points, 2):g}"


def _wrapped(said: list[str], width: int) -> Iterator[str]:
    """Yield the lines that fit; an answer that prints in a loop must not hide the marks."""
    room = max(40, width) - len(INDENT)
    lines = [
        short
        for line in said
        for short in textwrap.wrap(_printable(line), room, break_long_words=True, break_on_hyphens=False)
    ]
    yield from (INDENT + line for line in lines[:MOST_LINES])
    if len(lines) > MOST_LINES:
        yield f"{INDENT}… and {len(lines) - MOST_LINES:,} lines more, on the page."


def _printable(line: str) -> str:
    """Return the line without what would move a terminal's cursor or colour it."""
    return "".join(character if character.isprintable() else " " for character in line)

"""What happens to notebooks before they are handed in, and what the grader has to say and give for each.

`python -m tests.classroom.mishaps` prints the table, graded in real kernels.
"""

import copy
import functools
import json
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from nbgrader.preprocessors import ClearHiddenTests

from helpers.classroom.answer_key import AnswerKey, key_from_source
from helpers.classroom.engine import Graded, grade, refused
from helpers.classroom.expected import source_of
from helpers.classroom.handed_in import handed_in
from helpers.classroom.reading import UnreadableSubmission
from helpers.classroom.running import Limits
from tests.course.grader import COURSE, Assignment, course_config

__all__ = [
    "MISHAPS",
    "NAME",
    "OTHER",
    "Mishap",
    "answer_key",
    "good_notebook",
    "hand_in",
    "marks_of",
    "released",
]

NAME, OTHER = "2_estimation", "5_bottlenecks"
FILE = f"{NAME}.ipynb"
FULL = 40.0
"""What tests give for the author's answers; the other ten points are given by a person."""
WRONG_RATE = "def writes_per_second(daily_users, writes_per_user):\n    return 1\n"
LIMITS = Limits(timeout_s=60, budget_s=120, memory_bytes=2**30)
HURRY = Limits(timeout_s=4, budget_s=120, memory_bytes=2**30)

Damage = Callable[[Any, Path], None]


@dataclass(frozen=True)
class Mishap:
    """What was done to a good notebook, what the grader must give, and a phrase of what it must say.

    `score` is None where nothing can be graded; `pitch` is whether a person still has an answer to read.
    """

    done: str
    damage: Damage
    score: float | None = FULL
    says: str = ""
    pitch: bool = True
    limits: Limits = LIMITS


# The good notebook -----------------------------------------------------------------------------------------


@functools.cache
def answer_key(name: str = NAME) -> AnswerKey:
    """The answer key of an assignment, by what the course sets."""
    return key_from_source(COURSE / "source" / name / f"{name}.ipynb", course_config())


def released(name: str = NAME) -> Any:
    """The notebook that students get."""
    hide = ClearHiddenTests()
    notebook = source_of(answer_key(name))
    notebook.cells = [hide.preprocess_cell(cell, {}, 0)[0] for cell in notebook.cells]
    return notebook


def good_notebook(name: str = NAME) -> Any:
    """The released notebook with the author's answers, as a student would write them."""
    assignment, notebook = Assignment(name), released(name)
    for cell in notebook.cells:
        if cell.metadata.nbgrader.solution:
            written = assignment.reference()[assignment.topic(cell)].splitlines()
            kept = [line for line in written if "BEGIN SOLUTION" not in line and "END SOLUTION" not in line]
            cell.source = "\n".join(kept)
    return notebook


def hand_in(mishap: Mishap, folder: Path) -> None:
    """Write what the student hands in after the mishap into `folder`."""
    mishap.damage(good_notebook(), folder)


# Ways to do damage -----------------------------------------------------------------------------------------


def where(notebook: Any, topic: str) -> int:
    """Return the place of a cell by the end of its name: `rate`, `rate-test-example`."""
    names = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells]
    return names.index(f"estimation-{topic}")


def changed(change: Callable[[Any], object]) -> Damage:
    """Change the notebook in place, and hand it in."""

    def damage(notebook: Any, folder: Path) -> None:
        change(notebook)
        write(notebook, folder)

    return damage


def write(notebook: Any, folder: Path, name: str = FILE) -> None:
    """Write a notebook as it is; nbformat would mend some of the damage in passing."""
    (folder / name).write_text(json.dumps(notebook), encoding="utf-8")


def as_bytes(change: Callable[[str], bytes | str]) -> Damage:
    """Hand in other bytes in place of the file's text."""

    def damage(notebook: Any, folder: Path) -> None:
        after = change(json.dumps(notebook, indent=1, ensure_ascii=False))
        (folder / FILE).write_bytes(after if isinstance(after, bytes) else after.encode())

    return damage


def answered(source: str, topic: str = "rate", *, after: str | None = None) -> Callable[[Any], None]:
    """Answer with `source`; with `after` add that to the answer that is there."""

    def change(notebook: Any) -> None:
        cell = notebook.cells[where(notebook, topic)]
        cell.source = source if after is None else f"{cell.source}\n\n{after}"

    return change


def added(line: str) -> Damage:
    """Add a line below the right answer to exercise 1."""
    return changed(answered("", after=line))


def copied(topic: str, source: str | None = None, *, first: bool = False) -> Damage:
    """Insert a copy of a cell, with nbgrader's name, below it or above it, perhaps with another text."""

    def change(notebook: Any) -> None:
        place = where(notebook, topic)
        again = copy.deepcopy(notebook.cells[place])
        again.id = f"{again.id}-again"
        again.source = again.source if source is None else source
        notebook.cells.insert(place + (not first), again)

    return changed(change)


def split(topic: str, at: str) -> Damage:
    """Split a cell before `at`, as JupyterLab does: both halves keep nbgrader's name."""

    def change(notebook: Any) -> None:
        place = where(notebook, topic)
        first = notebook.cells[place]
        rest = copy.deepcopy(first)
        start, end = first.source.split(at, 1)
        first.source, rest.source, rest.id = start.rstrip("\n"), at + end, "rest"
        notebook.cells.insert(place + 1, rest)

    return changed(change)


def deleted(*topics: str) -> Damage:
    """Delete cells."""

    def change(notebook: Any) -> None:
        for topic in topics:
            del notebook.cells[where(notebook, topic)]

    return changed(change)


def retyped(topic: str, kind: str) -> Damage:
    """Give a cell another type."""

    def change(notebook: Any) -> None:
        cell = notebook.cells[where(notebook, topic)]
        cell.cell_type = kind
        if kind == "code":
            cell.outputs, cell.execution_count = [], None
        else:
            cell.pop("outputs"), cell.pop("execution_count")

    return changed(change)


def stripped(*, metadata: bool, ids: bool) -> Damage:
    """Take nbgrader's metadata from all cells, or their ids, or both."""

    def change(notebook: Any) -> None:
        for cell in notebook.cells:
            if metadata:
                cell.metadata = {}
            if ids:
                del cell["id"]
        if ids:
            notebook.nbformat_minor = 4

    return changed(change)


def tests_of_rate(change_test: Callable[[Any], object]) -> Damage:
    """Answer exercise 1 wrongly, and change its tests."""

    def change(notebook: Any) -> None:
        answered(WRONG_RATE)(notebook)
        for test in ("example", "few-writes"):
            change_test(notebook.cells[where(notebook, f"rate-test-{test}")])

    return changed(change)


def unlocked_and_true(cell: Any) -> None:
    """Take the lock off a test and make it pass whatever comes."""
    cell.metadata.nbgrader.locked = False
    cell.metadata.update(editable=True, deletable=True)
    cell.source = "assert True"


def same_id(notebook: Any) -> None:
    """Give two cells the same cell id, which the format forbids."""
    notebook.cells[where(notebook, "storage")].id = notebook.cells[where(notebook, "rate")].id


def with_output(notebook: Any) -> None:
    """Show 50 MB below the imports."""
    notebook.cells[1].outputs = [new_output("stream", text="x" * 50_000_000)]


def with_odd_output(notebook: Any) -> None:
    """Leave colours and half a widget in the outputs."""
    bundle = {
        "application/vnd.jupyter.widget-view+json": {"model_id": None},
        "text/plain": "\x1b[31mred\x1b[0m",
    }
    notebook.cells[1].outputs = [{"output_type": "display_data", "data": bundle}]
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": [1]}


def below_the_stub(notebook: Any) -> None:
    """Write the prose answer into a new cell, and leave the one for it as it was."""
    cell = notebook.cells[where(notebook, "pitch")]
    notebook.cells.append(new_markdown_cell(cell.source))
    cell.source = "*Write your answer here.*"


def old_format(notebook: Any, folder: Path) -> None:
    """Save in the format of 2013."""
    write(nbformat.convert(notebook, 3), folder)


def merge_conflict(text: str) -> str:
    """Leave a conflict of a version control system in the file."""
    line = text.splitlines()[10]
    return text.replace(line, f"<<<<<<< HEAD\n{line}\n=======\n{line}\n>>>>>>> mine", 1)


def renamed(notebook: Any, folder: Path) -> None:
    """Hand in what a browser calls a second download."""
    write(notebook, folder, f"{NAME} (1).ipynb")


def bytes_as_name(notebook: Any, folder: Path) -> None:
    """Hand in a file whose name was written in Latin-1."""
    write(notebook, folder, os.fsdecode(f"{NAME}é.ipynb".encode("latin-1")))


def many_cells(notebook: Any) -> None:
    """Add cells without end."""
    notebook.cells += [{"cell_type": "code", "source": ""}] * 100_000


def several(notebook: Any, folder: Path) -> None:
    """Hand in three notebooks, and none by the right name."""
    for name in ("draft.ipynb", "final.ipynb", "final_final.ipynb"):
        write(notebook, folder, name)


def as_folder(_: Any, folder: Path) -> None:
    """Make a folder of the notebook's name."""
    (folder / FILE).mkdir()


def as_link(_: Any, folder: Path) -> None:
    """Link to the solutions."""
    (folder / FILE).symlink_to(COURSE / "source" / NAME / FILE)


def shadowing(notebook: Any, folder: Path) -> None:
    """Leave a file beside the notebook that Python would take for numpy."""
    write(notebook, folder)
    (folder / "numpy.py").write_text("raise RuntimeError('not numpy')\n")


def other_assignment(_: Any, folder: Path) -> None:
    """Hand in the good answers to another assignment."""
    write(good_notebook(OTHER), folder)


def insert(cell: Any, topic: str = "rate", *, before: bool = False) -> Callable[[Any], None]:
    """Add a cell of the student's own below another."""

    def change(notebook: Any) -> None:
        notebook.cells.insert(where(notebook, topic) + (not before), copy.deepcopy(cell))

    return change


def picture(data: str) -> Callable[[Any], None]:
    """Attach a picture to the prose answer."""

    def change(notebook: Any) -> None:
        notebook.cells[where(notebook, "pitch")]["attachments"] = {"board.png": {"image/png": data}}

    return change


def no_kernel(notebook: Any) -> None:
    """Save with a kernel that no grader has."""
    notebook.metadata["kernelspec"] = {"name": "my-env", "display_name": "My env", "language": "R"}


def more_points(notebook: Any) -> None:
    """Raise the points of a test."""
    notebook.cells[where(notebook, "rate-test-example")].metadata.nbgrader.points = 100


ACCENTS = 'naive = "naïve, à la carte"'
STUB = "def writes_per_second(daily_users, writes_per_user):\n"
TO_STDERR = f"""import sys
screen = sys.stderr
{STUB}    print("an average", file=screen)
    return daily_users * writes_per_user / 86_400
"""

MISHAPS = (
    Mishap("nothing", changed(lambda _: None)),
    # Cells
    Mishap("answer copied, both the same", copied("rate"), says="answered more than once"),
    Mishap("answer copied, the copy empty", copied("rate", ""), says="there more than once"),
    Mishap("answer copied, the first one wrong", copied("rate", WRONG_RATE, first=True), says="in the order"),
    Mishap("prose answer copied", copied("pitch"), says="answered more than once"),
    Mishap("test copied", copied("rate-test-example"), says="there more than once"),
    Mishap("two cells with one cell id", changed(same_id)),
    Mishap(
        "answer split in the middle", split("rate", "    return"), says="split into several cells: joined"
    ),
    Mishap("prose answer split", split("pitch", "I am not sure"), says="answered more than once"),
    Mishap("answer deleted", deleted("rate"), 38, "answer estimation-rate was missing"),
    Mishap("prose answer deleted", deleted("pitch"), says="answer estimation-pitch was missing", pitch=False),
    Mishap("prose written below its cell", changed(below_the_stub), says="below the question counts"),
    Mishap("test deleted", deleted("rate-test-few-writes"), says="few-writes had been deleted: put back"),
    Mishap("imports deleted", deleted("imports"), says="imports had been deleted: put back"),
    Mishap("answer turned into Markdown", retyped("rate", "markdown"), says="made code again"),
    Mishap("test turned into raw text", retyped("rate-test-example", "raw"), says="made code again"),
    Mishap("prose turned into code", retyped("pitch", "code"), says="made markdown again"),
    Mishap("cells in reverse order", changed(lambda nb: nb.cells.reverse()), says="another order"),
    Mishap("nbgrader's metadata stripped", stripped(metadata=True, ids=False), says="by the ids"),
    Mishap("metadata and ids stripped", stripped(metadata=True, ids=True), says="what stands in the cells"),
    Mishap("cell ids stripped (format 4.4)", stripped(metadata=False, ids=True)),
    Mishap(
        "wrong answer, tests unlocked and made true", tests_of_rate(unlocked_and_true), 38, "had been changed"
    ),
    Mishap(
        "wrong answer, tests tagged to be skipped",
        tests_of_rate(lambda cell: cell.metadata.update(tags=["skip-execution"])),
        38,
    ),
    Mishap(
        "wrong answer, tests turned into Markdown",
        tests_of_rate(lambda cell: cell.update(cell_type="markdown")),
        38,
        "made code again",
    ),
    Mishap("points of a test raised to 100", changed(more_points), says="What nbgrader keeps"),
    Mishap(
        "a cell of 2 million characters",
        changed(insert(new_code_cell("data = '" + "x" * 2_000_000 + "'"))),
        says="2,000,009 characters: left out",
    ),
    Mishap("picture of zero bytes attached", changed(picture("")), says="attachment that is empty"),
    Mishap("half of a character", changed(insert(new_markdown_cell("\ud83d"))), says="half of a character"),
    # Files
    Mishap(
        "not a notebook but prose", as_bytes(lambda _: "Dear grader,"), None, "it begins with 'Dear grader,'"
    ),
    Mishap("broken off in the middle", as_bytes(lambda text: text[: len(text) // 2]), None, "breaks off"),
    Mishap("empty file", as_bytes(lambda _: b""), None, "The file is empty."),
    Mishap("notebook without cells", changed(lambda nb: nb.update(cells=[])), None, "The notebook is empty"),
    Mishap("JSON, but a list", as_bytes(lambda text: f"[{text}]"), None, "not a notebook: a list"),
    Mishap("100,000 cells", changed(many_cells), None, "100,065 cells, and at most 2,000"),
    Mishap("JSON nested 100,000 deep", as_bytes(lambda _: "[" * 100_000), None, "nested too deeply"),
    Mishap("web page of the notebook", as_bytes(lambda _: "<!DOCTYPE html><p>"), None, "is a web page"),
    Mishap("PDF of the notebook", as_bytes(lambda _: b"%PDF-1.7 \x00\xff"), None, "is a PDF"),
    Mishap("unfinished merge", as_bytes(merge_conflict), None, "unfinished merge"),
    Mishap("another assignment's notebook", other_assignment, None, "not of this assignment"),
    Mishap(
        "latin-1 bytes",
        as_bytes(lambda t: t.replace("Yes, for", "Où? For").encode("latin-1", "replace")),
        says="Latin-1",
    ),
    Mishap("byte order mark", as_bytes(lambda text: b"\xef\xbb\xbf" + text.encode()), says="byte order mark"),
    Mishap("UTF-16", as_bytes(lambda text: text.encode("utf-16")), says="read as UTF-16"),
    Mishap("format 3", old_format, says="old format 3"),
    Mishap("kernel that is not there", changed(no_kernel)),
    Mishap("50 MB of output", changed(with_output), says="its outputs were left out"),
    Mishap("colours and broken widgets in outputs", changed(with_odd_output)),
    Mishap("wrong file name", renamed, says="was called '2_estimation (1).ipynb'"),
    Mishap("a file name that is no text", bytes_as_name, says="2_estimation\\udce9.ipynb"),
    Mishap("three notebooks, none named right", several, None, "several notebooks"),
    Mishap("a folder in place of the file", as_folder, None, "is a folder"),
    Mishap("a link to the solutions", as_link, None, "is a link"),
    Mishap("numpy.py beside it", shadowing, says="Not used: numpy.py"),
    # Running
    Mishap("infinite loop", added("while True: pass"), says="stopped after", limits=HURRY),
    Mishap("endless printing", added("while True: print('on and on')"), says="stopped after", limits=HURRY),
    Mishap("sys.exit()", added("import sys; sys.exit()")),
    Mishap("exit()", added("exit()")),
    Mishap("os._exit(1)", added("import os; os._exit(1)"), 38, "ended its kernel"),
    Mishap(
        "kernel killed",
        added("import os, signal; os.kill(os.getpid(), signal.SIGKILL)"),
        38,
        "ended its kernel",
    ),
    Mishap("memory eaten", added("held = []\nwhile True: held.append(bytearray(2**26))")),
    Mishap("a warning on stderr", changed(insert(new_code_cell("import warnings; warnings.warn('old')")))),
    Mishap("an answer that writes to stderr in each test", changed(answered(TO_STDERR))),
    Mishap("input() waits for a person", added("input('Your name: ')")),
    Mishap("syntax error in an answer", changed(answered(STUB + "    return (daily_users")), 38, "NameError"),
)


# Grading them ----------------------------------------------------------------------------------------------


def marks_of(folder: Path, limits: Limits = LIMITS) -> tuple[Graded, tuple[str, ...]]:
    """Grade what a student handed in, in a real kernel; return the marks and all that the grader says."""
    key = answer_key()
    try:
        found = handed_in(folder, NAME)
    except UnreadableSubmission as problem:
        graded = refused(key, "ada", problem.reason)
        return graded, (problem.reason,)
    graded = grade(key, found.raw, student="ada", limits=limits, config=course_config())
    return graded, (*found.notes, *graded.notes, *([graded.trouble] if graded.trouble else []))


def table() -> str:
    """Return a Markdown table: what was done, what the grader said, and what it gave."""
    rows = ["| what was done | what the grader said | marks of 40 | by hand |", "| :-- | :-- | --: | :-- |"]
    for mishap in MISHAPS:
        with tempfile.TemporaryDirectory() as folder:
            hand_in(mishap, Path(folder))
            graded, said = marks_of(Path(folder), mishap.limits)
        text = " ".join(said).replace("|", "\\|").replace("<", "&lt;") or "–"
        waits = "waits" if any(mark.manual for mark in graded.marks) else "0"
        rows.append(f"| {mishap.done} | {text} | {graded.score:g} | {waits} |")
    return "\n".join(rows)


if __name__ == "__main__":
    sys.stdout.write(table() + "\n")

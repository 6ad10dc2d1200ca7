"""The homework of someone studying alone: their notebooks, marks and pages, in the folder homework."""

import datetime
import os
from pathlib import Path

from nbgrader.converters.base import NbGraderException
from nbgrader.utils import compute_checksum, is_solution
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from helpers.classroom.answer_key import AnswerKey, key_from_source
from helpers.classroom.attempts import Attempt, keep
from helpers.classroom.engine import Graded, grade
from helpers.classroom.expected import source_of
from helpers.classroom.feedback import feedback_page, model_answers
from helpers.classroom.marks_text import by_person, marks_text
from helpers.classroom.reading import MOST_BYTES
from helpers.classroom.released import put, released
from helpers.classroom.repair import UnreadableSubmission, mend
from helpers.files import write_whole

__all__ = ["Homework", "HomeworkError"]

CONFIG_FILE = "nbgrader_config.py"


class HomeworkError(Exception):
    """Something that the learner can mend; the message says how."""


class Homework:
    """The homework of the course in the folder `top`; a learner's work is in `homework` in it.

    Raises HomeworkError if there is no course.
    """

    def __init__(self, top: str | os.PathLike[str]) -> None:
        self.top = Path(top).resolve()
        self.course, self.folder = self.top / "course", self.top / "homework"
        if not (self.course / CONFIG_FILE).is_file():
            raise HomeworkError(f"There is no course in {self.top}: run this in the folder of the course.")
        self.config: Config = PyFileConfigLoader(CONFIG_FILE, str(self.course)).load_config()
        self.history = self.folder / "history.json"

    @property
    def names(self) -> list[str]:
        """The names of the assignments."""
        return sorted(path.stem for path in (self.course / "source").glob("*/*.ipynb"))

    def notebook(self, name: str) -> Path:
        """Return where the learner answers the assignment."""
        return self.folder / name / f"{name}.ipynb"

    def put(self, name: str) -> str:
        """Put the released assignment into the learner's folder, over nothing, and say what was done.

        Raises OSError or HomeworkError.
        """
        try:
            files = released(self.course, name, self.config)
        except NbGraderException as error:
            raise HomeworkError(f"{name} cannot be released: {error}") from None
        return f"{name}: {put(files, self.folder / name, name)}"

    def begun(self) -> list[str]:
        """Return the assignments of which there is a notebook."""
        return [name for name in self.names if os.path.lexists(self.notebook(name))]

    def key(self, name: str) -> AnswerKey:
        """Return what grading the assignment needs, hidden tests included."""
        return key_from_source(self._source(name), self.config)

    def read(self, name: str) -> bytes:
        """Return the learner's notebook as it is; raise HomeworkError if it cannot be read."""
        path = self.notebook(name)
        if not os.path.lexists(path):
            there = sorted(each.name for each in path.parent.glob("*.ipynb"))
            instead = f" There is {', '.join(there)}; only {path.name} is graded." if there else ""
            raise HomeworkError(
                f"{name}: there is no {self._shown(path)}.{instead} `make homework` puts a fresh one there."
            )
        if not path.is_file():
            raise HomeworkError(f"{name}: {self._shown(path)} is no file.")
        try:
            with path.open("rb") as file:
                return file.read(MOST_BYTES + 1)
        except OSError as error:
            raise HomeworkError(f"{name}: {self._shown(path)} cannot be read: {error.strerror}.") from None

    def grade(self, name: str, *, width: int = 100) -> str:
        """Grade the assignment; return the marks as text, and keep the page and the attempt.

        Raises HomeworkError if there is nothing to grade.
        """
        raw, key = self.read(name), self.key(name)
        if _is_untouched(raw, key):
            return f"{name}: nothing is answered yet."
        graded = grade(key, raw, student="you", config=self.config)
        if not graded.executed:
            return (
                f"{name}: it cannot be graded. {graded.trouble}\n  To begin again, move "
                f"{self._shown(self.notebook(name))} away and run `make homework`."
            )
        said: list[str] = []
        before = self._keep_attempt(graded, key, said)
        text = marks_text(graded, key, before, width=width)
        self._write_page(graded, key, said)
        return "\n".join([text, *said])

    def _keep_attempt(self, graded: Graded, key: AnswerKey, said: list[str]) -> float | None:
        """Add to the history, and return what tests gave the last time."""
        manual = by_person(key)
        attempt = Attempt(
            datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            graded.assignment,
            {each.name: (None if each.name in manual else each.points, each.of) for each in graded.exercises},
        )
        try:
            earlier, note = keep(attempt, self.history)
        except OSError as error:
            said.append(f"This attempt is not in {self._shown(self.history)}: {error.strerror}.")
            return None
        if note:
            said.append(note)
        scores = [each.score for each in earlier if each.assignment == graded.assignment]
        return scores[-1] if scores else None

    def _write_page(self, graded: Graded, key: AnswerKey, said: list[str]) -> None:
        path = self.notebook(graded.assignment).parent / "feedback" / f"{graded.assignment}.html"
        read = {mark.cell for mark in graded.marks if mark.manual}
        answers = model_answers(self._source(graded.assignment), self.config)
        comments = {name: f"A model answer.\n\n{text}" for name, text in answers.items() if name in read}
        try:
            path.parent.mkdir(exist_ok=True)
            write_whole(path, feedback_page(graded, self.config, comments))
        except OSError as error:
            said.append(f"The page {self._shown(path)} could not be written: {error.strerror}.")
        else:
            said.append(f"With your answers: {self._shown(path)}")

    def _source(self, name: str) -> Path:
        return self.course / "source" / name / f"{name}.ipynb"

    def _shown(self, path: Path) -> str:
        return str(path.relative_to(self.top))


def _is_untouched(raw: bytes, key: AnswerKey) -> bool:
    """Tell whether a notebook is as it was handed out: no answer, and no cell of the learner's own."""
    try:
        cells = mend(raw, source_of(key)).notebook.cells
    except UnreadableSubmission:
        return False
    return all(
        compute_checksum(cell) == cell.metadata.nbgrader.checksum
        if "nbgrader" in cell.metadata and is_solution(cell)
        else "nbgrader" in cell.metadata or not cell.source.strip()
        for cell in cells
    )

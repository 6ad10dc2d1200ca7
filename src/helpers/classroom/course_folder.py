"""A course as nbgrader knows it: its folder, its settings, its assignments and what was handed in."""

import os
import sys
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.apps import NbGrader
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import chdir
from traitlets.config import Config

from helpers.classroom.answer_key import AnswerKey, key_from_source
from helpers.classroom.finding import CourseError

__all__ = ["CourseFolder"]

# What of the settings changes marks; the rest may not be sendable to another process.
GRADING = (
    "CheckCellMetadata",
    "ClearMetadataPreprocessor",
    "ClearOutput",
    "DeduplicateIds",
    "Execute",
    "IgnorePattern",
    "LimitOutput",
    "NbGraderPreprocessor",
    "OverwriteCells",
)


class CourseFolder:
    """The folder of a course, with what its `nbgrader_config.py` and Jupyter's own folders set."""

    def __init__(self, root: str | Path) -> None:
        self.root = Path(root).resolve()
        scripts = str(Path(sys.executable).parent)
        if scripts not in os.environ.get("PATH", "").split(os.pathsep):
            # nbgrader calls alembic when it makes a gradebook.
            os.environ["PATH"] = f"{scripts}{os.pathsep}{os.environ.get('PATH', '')}"
        app = NbGrader()
        with chdir(str(self.root)):
            app.load_config_file()
        self.config: Config = app.config
        if not self.config.CourseDirectory.get("root"):
            self.config.CourseDirectory.root = str(self.root)
        self.directory = CourseDirectory(config=self.config)

    @property
    def grading_config(self) -> Config:
        """The settings that grading uses, as plain data."""
        return Config({name: self.config[name] for name in GRADING if name in self.config})

    @property
    def assignments(self) -> list[str]:
        """The names of the assignments that have a source."""
        return sorted(path.name for path in self._path("source", ".", "*"))

    def gradebook(self) -> Gradebook:
        """Open the course's gradebook; close it after use."""
        return Gradebook(self.directory.db_url, self.directory.course_id)

    @cached_property
    def api(self) -> Any:
        """nbgrader's own API on this course."""
        return NbGraderAPI(coursedir=self.directory, config=self.config)

    def chosen(self, assignment: str | None) -> list[str]:
        """Return the assignment of that name alone, or all; raise CourseError if there is no such."""
        names = self.assignments
        if not names:
            raise CourseError(f"There is no assignment in {self.folder('source', '.', '')}.")
        if assignment is None:
            return names
        if assignment not in names:
            raise CourseError(f"There is no assignment {assignment!r}. There is {', '.join(names)}.")
        return [assignment]

    def key(self, assignment: str) -> AnswerKey:
        """Return what grading the assignment needs; raise CourseError unless it has one notebook."""
        notebooks = sorted(self.folder("source", ".", assignment).glob("*.ipynb"))
        if [path.stem for path in notebooks] != [assignment]:
            found = ", ".join(path.name for path in notebooks) or "none"
            raise CourseError(
                f"{assignment} must have one notebook, {assignment}.ipynb; there is {found}. "
                "Use nbgrader autograde for others."
            )
        return key_from_source(notebooks[0], self.config)

    def students(self, assignment: str) -> list[str]:
        """Return the ids of the students who handed in something."""
        # The structure may be set; a student's folder stands where a name without blanks would.
        pattern = self.folder("submitted", " ", assignment).relative_to(self.root)
        place = pattern.parts.index(" ")
        found = [path.relative_to(self.root) for path in self._path("submitted", "*", assignment)]
        return sorted(path.parts[place] for path in found if not path.parts[place].startswith("."))

    def folder(self, step: str, student: str, assignment: str) -> Path:
        """Return the folder of a step such as `submitted`, by the course's own structure."""
        return Path(self.directory.format_path(self._step(step), student, assignment))

    def _step(self, step: str) -> str:
        return str(getattr(self.directory, f"{step}_directory"))

    def _path(self, step: str, student: str, assignment: str) -> Sequence[Path]:
        pattern = Path(self.directory.format_path(self._step(step), student, assignment))
        return [path for path in self.root.glob(str(pattern.relative_to(self.root))) if path.is_dir()]

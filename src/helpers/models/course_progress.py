"""The whole course: its lessons, what a reader has done of them, and what comes next."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from helpers.models.checks import require_choice, require_whole
from helpers.models.texts import require_several

__all__ = ["LESSONS", "PARTS", "CourseProgress", "Homework", "Lesson"]

PARTS: Mapping[str, str] = MappingProxyType(
    {
        "contract": "contract",
        "inputs": "workload",
        "architecture": "architecture",
        "api": "API",
        "schema": "schema",
        "feed": "feed",
        "bottlenecks": "bottlenecks",
    }
)
"""The parts of a design by their names in its file, as a reader calls them."""

_LONGEST_NOTE = 300
_MARKUP = re.compile(r"([\\`*_\[\]<>|~#$!])")


@dataclass(frozen=True)
class Lesson:
    """A lesson: the name of its notebook and homework, its title, and the parts of the design it writes."""

    name: str
    title: str
    parts: tuple[str, ...] = ()

    @property
    def number(self) -> int:
        """Its number.

        >>> [lesson.number for lesson in LESSONS]
        [1, 2, 3, 4, 5, 6]
        """
        return int(self.name.partition("_")[0])

    @property
    def link(self) -> str:
        """Its title in Markdown, as a link from the other lessons.

        >>> LESSONS[3].link
        '[Zoom in, then prove it](4_deep_dive.ipynb)'
        """
        return f"[{self.title}]({self.name}.ipynb)"


LESSONS = (
    Lesson("1_requirements", "Clarify the requirements, then write the contract", ("contract",)),
    Lesson("2_estimation", "Estimate the load, then decide", ("inputs",)),
    Lesson("3_high_level_design", "Draw the diagram, then make it carry load", ("architecture",)),
    Lesson("4_deep_dive", "Zoom in, then prove it", ("api", "schema", "feed")),
    Lesson("5_bottlenecks", "Break it before the interviewer does", ("bottlenecks",)),
    Lesson("6_mock_interview", "Sit the interview, against the clock"),
)
"""The lessons, in the order of the interview; the last writes no part of the design."""


@dataclass(frozen=True)
class Homework:
    """What the files of one homework say: how many of its exercises are answered, and links to the files.

    trouble: why the notebook could not be read, if it could not. Raises ValueError or TypeError naming the
    argument.

    >>> print(Homework(answered=3, exercises=12, notebook="../homework/2_estimation/2_estimation.ipynb"))
    3 of 12 answered
    >>> print(Homework(feedback="../course/feedback/me/2_estimation/2_estimation.html"))
    graded
    """

    answered: int = 0
    exercises: int = 0
    notebook: str = ""
    feedback: str = ""
    trouble: str = ""

    def __post_init__(self) -> None:
        require_whole("exercises", self.exercises, at_least=0, at_most=10_000)
        require_whole("answered", self.answered, at_least=0, at_most=self.exercises)

    @property
    def complete(self) -> bool:
        """Whether it is graded, or each of its exercises is answered."""
        return bool(self.feedback) or 0 < self.exercises == self.answered

    @property
    def answers(self) -> str:
        """How far its answers are, in words; nothing where there is no notebook."""
        if self.trouble:
            return "could not be read"
        if not self.exercises:
            return ""
        if self.answered == self.exercises:
            return f"all {self.exercises} answered"
        return f"{self.answered} of {self.exercises} answered"

    def __str__(self) -> str:
        """Where it stands, in words."""
        return ", ".join(filter(None, (self.answers, "graded" if self.feedback else ""))) or "not begun"

    @property
    def markdown(self) -> str:
        """Where it stands, with links to its notebook and its feedback."""
        feedback = _link("graded", self.feedback) if self.feedback else ""
        return ", ".join(filter(None, (_link(self.answers, self.notebook), feedback))) or "not begun"


@dataclass(frozen=True, repr=False)
class CourseProgress:
    """What a reader has done: the parts of the design they saved, their homework, the interviews they sat.

    written: names of `PARTS`. homework: by the lesson's name; one that is missing is not begun. notes: what
    could not be read, and why. Raises ValueError or TypeError naming the argument.

    >>> CourseProgress(written=("contract",)).next_lesson.title
    'Estimate the load, then decide'
    """

    written: tuple[str, ...] = ()
    homework: Mapping[str, Homework] = field(default_factory=dict, hash=False)
    interviews: int = 0
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for part in require_several("written", self.written, "parts of a design"):
            require_choice("written", part, PARTS)
        for name in self.homework:
            require_choice("homework", name, [lesson.name for lesson in LESSONS])
        require_whole("interviews", self.interviews, at_least=0, at_most=10**9)
        notes = tuple(map(_one_line, require_several("notes", self.notes, "texts")))
        object.__setattr__(self, "notes", notes)
        object.__setattr__(self, "homework", MappingProxyType(dict(self.homework)))

    def is_done(self, lesson: Lesson) -> bool:
        """Return whether all parts of the lesson are saved; the last counts once an interview is sat.

        >>> CourseProgress(written=("api", "schema")).is_done(LESSONS[3])
        False
        """
        if not lesson.parts:
            return self.interviews > 0
        return set(lesson.parts) <= set(self.written)

    @property
    def next_lesson(self) -> Lesson:
        """The first lesson that is not done; the last one when all are."""
        return next((lesson for lesson in LESSONS if not self.is_done(lesson)), LESSONS[-1])

    @property
    def homework_left(self) -> tuple[Lesson, ...]:
        """The lessons that are done and whose homework is not."""
        return tuple(
            lesson for lesson in LESSONS if self.is_done(lesson) and not self._homework(lesson).complete
        )

    @property
    def begun(self) -> bool:
        """Whether there is anything to show, be it a file that could not be read."""
        return bool(self.written or self.interviews or self.homework or self.notes)

    def __repr__(self) -> str:
        """Where the reader is, as plain text."""
        rows = [
            f"{lesson.number}. {lesson.title}: {self._done(lesson)}; homework {self._homework(lesson)}"
            for lesson in LESSONS
        ]
        said = self._next(lambda lesson: lesson.title)
        return "\n".join([*(rows if self.begun else []), said, *self.notes])

    def _repr_markdown_(self) -> str:
        blocks = [self._next(lambda lesson: lesson.link, strong="**")]
        if self.begun:
            rows = ["| | lesson | done | homework |", "| --: | :-- | :-- | :-- |"]
            for lesson in LESSONS:
                cells = (lesson.link, self._done(lesson), self._homework(lesson).markdown)
                rows.append(f"| {lesson.number} | {' | '.join(cells)} |")
            blocks.insert(0, "\n".join(rows))
        return "\n\n".join([*blocks, *map(_as_markdown, self.notes)])

    def _homework(self, lesson: Lesson) -> Homework:
        return self.homework.get(lesson.name, Homework())

    def _done(self, lesson: Lesson) -> str:
        if not lesson.parts:
            if not self.interviews:
                return "not yet"
            return f"{self.interviews:,} interview{'s' if self.interviews > 1 else ''} sat"
        saved = [PARTS[part] for part in lesson.parts if part in self.written]
        missing = [PARTS[part] for part in lesson.parts if part not in self.written]
        if not saved:
            return "not yet"
        return f"{_listed(saved)} saved" + (f", {_listed(missing)} not yet" if missing else "")

    def _next(self, named: Callable[[Lesson], str], strong: str = "") -> str:
        lesson = self.next_lesson
        if not self.begun:
            return f"{strong}Nothing is done yet.{strong} Begin with lesson {lesson.number}, {named(lesson)}."
        if self.is_done(lesson):
            said = f"{strong}Next:{strong} another interview, on a prompt you do not know: {named(lesson)}."
        else:
            said = f"{strong}Next:{strong} lesson {lesson.number}, {named(lesson)}."
        if left := self.homework_left:
            numbers = _listed([str(lesson.number) for lesson in left])
            said += f" Homework left: lesson{'s' if len(left) > 1 else ''} {numbers}."
        return said


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _link(words: str, target: str) -> str:
    return f"[{words}]({target})" if words and target else words


def _one_line(note: str) -> str:
    """Return a note on one line, cut where it is long, without halves of characters: no page shows those."""
    line = " ".join(note.encode(errors="replace").decode().split())
    return line if len(line) <= _LONGEST_NOTE else line[: _LONGEST_NOTE - 1] + "…"


def _as_markdown(note: str) -> str:
    return "*Note.* " + _MARKUP.sub(r"\\\1", note)

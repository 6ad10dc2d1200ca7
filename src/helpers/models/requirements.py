"""Step 1: a vague prompt, its candidate features, and the questions that settle a contract."""

from collections.abc import Iterable
from dataclasses import dataclass

from helpers.models.checklist import CHECKLIST
from helpers.models.checks import require_choice, require_whole
from helpers.models.contract import EVENTUAL, LEVELS, STRONG, ConsistencyTarget, Contract, LatencyTarget
from helpers.models.texts import key_words, require_names, require_several, require_text

__all__ = [
    "CORE",
    "DESIGN_MIN",
    "EVENTUAL",
    "FEATURE_MIN",
    "HEARING_MIN",
    "KINDS",
    "OUT",
    "QUESTION_MIN",
    "SECONDARY",
    "STRONG",
    "TIME_BOX_MIN",
    "ConsistencyTarget",
    "Contract",
    "Feature",
    "LatencyTarget",
    "Prompt",
    "Question",
    "minutes_each",
    "minutes_spent",
]

CORE, SECONDARY, OUT = "core", "secondary", "out of scope"
KINDS = (CORE, SECONDARY, OUT)

_SETTLED = (
    "daily_users",
    "growth_per_year",
    "regions",
    "latency",
    "availability",
    "durability",
    "consistency",
)


@dataclass(frozen=True)
class Feature:
    """Something the user might be able to do: its kind, and the reason an interviewer would give.

    `also` holds other names for it. `needs` is the consistency it must have, `STRONG` or `EVENTUAL`,
    or "" where either will do; `because` says why.

    >>> Feature("View a home timeline", CORE, "It is what people open the app for.").matches("timeline")
    True
    """

    name: str
    kind: str
    reason: str
    also: tuple[str, ...] = ()
    needs: str = ""
    because: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", require_text("name", self.name))
        require_choice("kind", self.kind, KINDS)
        require_text("reason", self.reason)
        object.__setattr__(self, "also", require_names("also", self.also))
        require_choice("needs", self.needs, ("", *LEVELS))

    def is_named(self, text: str) -> bool:
        """Say whether `text` names exactly this: its name or another one for it."""
        return key_words(text) in [key_words(name) for name in (self.name, *self.also)]

    def is_meant(self, text: str) -> bool:
        """Say whether `text` surely means this: it is one of its names, or holds every word of its name."""
        return self.is_named(text) or key_words(self.name) <= key_words(text)

    def matches(self, text: str) -> bool:
        """Say whether `text` may mean this: one of them holds every word of the other."""
        words = key_words(text)
        known = [key_words(name) for name in (self.name, *self.also)]
        return any(words <= name or name <= words for name in known)


@dataclass(frozen=True)
class Question:
    """A clarifying question, the interviewer's answer, and the contract's fields that it settles.

    `matters` is False for a question that wastes the interviewer's time; `source` says whose answer it is.
    """

    name: str
    text: str
    answer: str
    settles: tuple[str, ...] = ()
    matters: bool = True
    source: str = "our scenario"

    def __post_init__(self) -> None:
        for field in ("name", "text", "answer", "source"):
            require_text(field, getattr(self, field))
        object.__setattr__(self, "settles", require_names("settles", self.settles))
        for field in self.settles:
            require_choice("settles", field, _SETTLED)


@dataclass(frozen=True, repr=False)
class Prompt:
    """A vague prompt: its line, candidate features, questions to ask, and a good contract for it.

    `must_keep` names what must never be lost ("" if nothing); `attempt` names the features and questions
    of a plausible first attempt.
    """

    name: str
    line: str
    features: tuple[Feature, ...]
    questions: tuple[Question, ...]
    model_contract: Contract
    must_keep: str = ""
    attempt: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for field in ("name", "line"):
            require_text(field, getattr(self, field))
        for field, kind in (("features", Feature), ("questions", Question), ("model_contract", Contract)):
            values = getattr(self, field)
            parts = (values,) if kind is Contract else require_several(field, values, kind.__name__)
            for part in parts:
                if not isinstance(part, kind):
                    raise TypeError(f"{field}: {part!r} is no {kind.__name__}")
        known = require_names("names", [*(f.name for f in self.features), *(q.name for q in self.questions)])
        for name in require_names("attempt", self.attempt):
            require_choice("attempt", name, known)

    def __repr__(self) -> str:
        """The line alone: the answers stay out of sight until they are asked for."""
        return f"Prompt({self.line!r})"

    def named_by(self, text: str) -> tuple[Feature, ...]:
        """Return the candidates that `text` may mean: those it names exactly, or else all that match."""
        exact = tuple(feature for feature in self.features if feature.is_named(text))
        return exact or tuple(feature for feature in self.features if feature.matches(text))

    def meant_by(self, text: str) -> tuple[Feature, ...]:
        """Return the candidates that `text` surely means."""
        exact = tuple(feature for feature in self.features if feature.is_named(text))
        return exact or tuple(feature for feature in self.features if feature.is_meant(text))

    def question_for(self, field: str) -> Question | None:
        """Return the question that settles a field of the contract."""
        return next((question for question in self.questions if field in question.settles), None)

    def agree(self, features: Iterable[str], asked: Iterable[str]) -> Contract:
        """Return the contract as it stands: the features taken, and what the answers to `asked` settle.

        Raises ValueError for a feature or a question that the prompt does not have.
        """
        candidates = [feature.name for feature in self.features]
        taken = [require_choice("features", name, candidates) for name in features]
        questions = {question.name: question for question in self.questions}
        names = [require_choice("asked", name, questions) for name in asked]
        settled = {field for name in names for field in questions[name].settles}
        return Contract(
            self.line,
            tuple(taken),
            tuple(name for name in candidates if name not in taken),
            asked=tuple(names),
            **{field: getattr(self.model_contract, field) for field in settled},
        )


TIME_BOX_MIN = (CHECKLIST[0].least_min, CHECKLIST[0].most_min)
"""Minutes that the framework gives step 1."""

DESIGN_MIN = (
    CHECKLIST[2].least_min + CHECKLIST[3].least_min,
    CHECKLIST[2].most_min + CHECKLIST[3].most_min,
)
"""Minutes that the framework gives steps 3 and 4 together."""

HEARING_MIN, FEATURE_MIN, QUESTION_MIN = 1.0, 1.0, 0.5
"""Our assumption: minutes to hear the prompt, to discuss and write down a feature, to ask a question."""


def minutes_spent(features: int, questions: int) -> float:
    """Return the minutes that step 1 takes, by our assumption.

    >>> minutes_spent(3, 8)
    8.0
    """
    features = require_whole("features", features, at_least=0, at_most=1000)
    questions = require_whole("questions", questions, at_least=0, at_most=1000)
    return HEARING_MIN + FEATURE_MIN * features + QUESTION_MIN * questions


def minutes_each(features: int) -> tuple[float, float]:
    """Return the fewest and the most minutes of steps 3 and 4 that are left for each feature.

    >>> minutes_each(5)
    (5.0, 7.0)
    """
    features = require_whole("features", features, at_least=1, at_most=1000)
    return DESIGN_MIN[0] / features, DESIGN_MIN[1] / features

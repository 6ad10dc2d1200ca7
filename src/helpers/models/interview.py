"""The whole interview, an attempt: what a candidate asked, wrote and drew, and in what time."""

import dataclasses
import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from helpers.models.architecture import DATABASES, SERVERS, Architecture
from helpers.models.architectures import Parts, assemble
from helpers.models.checklist import CHECKLIST
from helpers.models.checks import require_number, require_whole
from helpers.models.contract import Contract, LatencyTarget
from helpers.models.interview_clock import FINISHED, NOT_STARTED
from helpers.models.quantities import WHITEBOARD_TOLERANCE, format_number
from helpers.models.requirements import Prompt
from helpers.models.scenario import DeepDive, Scenario
from helpers.models.texts import require_names, require_several, require_text

__all__ = [
    "ESTIMATED",
    "SLOTS_MIN",
    "Attempt",
    "choose_deep_dive",
    "contract_of",
    "draw_scenario",
    "fitted",
    "lines_asked",
    "other_than_agreed",
]

SLOTS_MIN = (45, 60)
"""How long an interview is: the two usual slots."""

ESTIMATED = (
    "writes_per_second",
    "reads_per_second",
    "peak_writes_per_second",
    "peak_reads_per_second",
    "deliveries_per_second",
    "storage",
    "bandwidth_out",
)
"""The lines of an estimate that an interviewer may ask for, in this order."""
_MOST_LINES = 4
_LONGEST_TEXT = 20_000
_LONGEST_LINE = 200


@dataclass(frozen=True)
class Attempt:
    """What one mock interview left on the whiteboard; every part may still be missing.

    features and asked: names of the prompt's. daily_users, latency_ms, percentile and availability_percent:
    the numbers in the contract, None where none was written. answers: what was written for a line of the
    estimate, as text. parts: arguments of `Parts`, the drawn design. dug: which of the scenario's deep dives
    was asked. alone: components named as standing alone; issues: one text each. phase and spent_s: how far
    the clock is, and the seconds used in each phase. levels: the level reached (0 to 3) by criterion of the
    rubric. finished: an ISO date, "" before.
    Raises ValueError or TypeError naming the argument, the value and what is allowed.

    >>> Attempt("Pastebin", slot_min=45, percentile=101)
    Traceback (most recent call last):
    ValueError: percentile = 101: it must be a number, 1 or more, at most 99.9999
    """

    scenario: str
    name: str = "attempt"
    slot_min: float = 45.0
    features: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    daily_users: float | None = None
    latency_ms: float | None = None
    percentile: float | None = None
    availability_percent: float | None = None
    answers: Mapping[str, str] = field(default_factory=dict, hash=False)
    parts: Mapping[str, Any] = field(default_factory=dict, hash=False)
    dug: int | None = None
    deep_dive: str = ""
    alone: tuple[str, ...] = ()
    issues: tuple[str, ...] = ()
    phase: int = NOT_STARTED
    spent_s: tuple[float, ...] = (0.0,) * len(CHECKLIST)
    levels: Mapping[str, int] = field(default_factory=dict, hash=False)
    finished: str = ""

    def __post_init__(self) -> None:
        def put(name: str, value: Any) -> None:
            object.__setattr__(self, name, value)

        for name in ("scenario", "name"):
            put(name, require_text(name, getattr(self, name)))
        put("slot_min", require_number("slot_min", self.slot_min, above=5, at_most=600, unit="minutes"))
        for name in ("features", "asked", "alone", "issues"):
            put(name, require_names(name, getattr(self, name)))
        limits: dict[str, dict[str, float]] = {
            "daily_users": {"above": 0, "at_most": 1e11},
            "latency_ms": {"above": 0, "at_most": 1e10},
            "percentile": {"at_least": 1, "at_most": 99.9999},
            "availability_percent": {"above": 0, "at_most": 99.9999999},
        }
        for name, bounds in limits.items():
            if getattr(self, name) is not None:
                put(name, require_number(name, getattr(self, name), **bounds))
        for name, longest in (("answers", _LONGEST_LINE), ("deep_dive", _LONGEST_TEXT)):
            texts = getattr(self, name)
            for text in texts.values() if isinstance(texts, Mapping) else (texts,):
                if not isinstance(text, str) or len(text) > longest:
                    raise ValueError(f"{name}: it must be text of at most {longest:,} characters")
                if text.strip():
                    require_text(name, text)
        if sum(map(len, self.issues)) > _LONGEST_TEXT:
            raise ValueError(f"issues: they must be at most {_LONGEST_TEXT:,} characters in all")
        put("answers", MappingProxyType({str(line): text for line, text in self.answers.items()}))
        put("parts", MappingProxyType(dict(self.parts)))
        Parts(**self.parts)  # refuses what is no part of a design
        if self.dug is not None:
            put("dug", require_whole("dug", self.dug, at_least=0, at_most=100))
        require_whole("phase", self.phase, at_least=NOT_STARTED, at_most=FINISHED)
        spent = [
            require_number("spent_s", seconds, at_least=0, unit="seconds")
            for seconds in require_several("spent_s", self.spent_s, "numbers")
        ]
        if len(spent) != len(CHECKLIST):
            raise ValueError(f"spent_s: it has {len(spent)} numbers; each of the five phases needs one")
        put("spent_s", tuple(spent))
        levels = {
            str(criterion): require_whole(f"levels[{criterion!r}]", level, at_least=0, at_most=3)
            for criterion, level in self.levels.items()
        }
        put("levels", MappingProxyType(levels))
        if not isinstance(self.finished, str):
            raise TypeError(f"finished = {self.finished!r}: it must be text")

    def replace(self, **changes: Any) -> "Attempt":
        """Return this attempt with some of its parts changed.

        >>> Attempt("Pastebin").replace(latency_ms=100).latency_ms
        100.0
        """
        return dataclasses.replace(self, **changes)

    @property
    def architecture(self) -> Architecture:
        """The design as it was drawn."""
        return assemble(Parts(**self.parts))


def contract_of(attempt: Attempt, prompt: Prompt) -> Contract:
    """Return the contract of an attempt: the features taken, the numbers written, and what answers settled.

    The latency is promised for the operation that the interviewer's own contract names first, or else for the
    first feature taken. Raises ValueError for a feature or a question that the prompt does not have.
    """
    agreed = prompt.agree(attempt.features, attempt.asked)
    wanted = [target.operation for target in prompt.model_contract.latency]
    operations = (
        [name for name in wanted if name in agreed.features] or list(agreed.features) or ["everything"]
    )
    latency: tuple[LatencyTarget, ...] = ()
    if attempt.latency_ms is not None:
        latency = (LatencyTarget(operations[0], attempt.latency_ms, attempt.percentile),)
    availability = attempt.availability_percent
    return dataclasses.replace(
        agreed,
        daily_users=attempt.daily_users,
        latency=latency,
        availability=None if availability is None else round(availability / 100, 12),
    )


def other_than_agreed(mine: Contract, agreed: Contract) -> Iterator[str]:
    """Yield a remark for each number in a contract that is not what the interviewer knows or wants.

    A promise stricter than the agreed one keeps it too, so nothing is said of it.

    >>> agreed = Contract("Design Pastebin", ("Paste",), daily_users=1e6)
    >>> list(other_than_agreed(Contract("Design Pastebin", ("Paste",), daily_users=2e6), agreed))
    ['Daily users: you wrote 2 M, and the interviewer knows of 1 M.']
    """
    room = 1 + WHITEBOARD_TOLERANCE
    if mine.daily_users and agreed.daily_users:
        ratio = mine.daily_users / agreed.daily_users
        if not 1 / room <= ratio <= room:
            yield (
                f"Daily users: you wrote {format_number(mine.daily_users)}, and the interviewer knows of "
                f"{format_number(agreed.daily_users)}."
            )
    for target in mine.latency:
        ms, percentile = target.milliseconds, target.percentile
        if ms is None or percentile is None or not agreed.latency:
            continue
        if not any(
            ms <= room * (other.milliseconds or 0) and percentile >= (other.percentile or 0)
            for other in agreed.latency
        ):
            wanted = "; ".join(str(other) for other in agreed.latency)
            yield f"Latency: {target.in_words} promises less than the interviewer wants: {wanted}."
    up, wanted_up = mine.availability, agreed.availability
    if up and wanted_up and 1 - up > room * (1 - wanted_up):
        wants = f"the interviewer wants {100 * wanted_up:.10g} %"
        yield f"Availability: you wrote {100 * up:.10g} %, and {wants}."


def lines_asked(scenario: Scenario) -> tuple[str, ...]:
    """Return the lines of the estimate that the interviewer asks for, four at most."""
    peak = scenario.workload.peak_factor > 1
    found = [name for name in ESTIMATED if scenario.estimate.value(name) > 0]
    busier = "reads" if "reads_per_second" in found else "writes"
    asked = [name for name in found if not name.startswith("peak") or (peak and busier in name)]
    # What is left out is the least telling: the traffic first.
    return tuple(asked[:_MOST_LINES])


def fitted(attempt: Attempt, scenario: Scenario) -> Attempt:
    """Return an attempt without what its scenario does not have, which may have changed since.

    >>> from helpers.catalogue import catalogue
    >>> fitted(Attempt("Pastebin", features=("Fly",), dug=99), catalogue()["Pastebin"]).features
    ()
    """
    known = {feature.name for feature in scenario.prompt.features}
    questions = {question.name for question in scenario.prompt.questions}
    dug = attempt.dug
    return attempt.replace(
        features=tuple(name for name in attempt.features if name in known),
        asked=tuple(name for name in attempt.asked if name in questions),
        dug=dug if dug is not None and dug < len(scenario.deep_dives) else None,
    )


def draw_scenario(
    scenarios: Sequence[Scenario], seed: int | None = None, *, besides: Collection[str] = ()
) -> Scenario:
    """Return one of the scenarios by chance, the same for the same seed; those named in `besides` come last.

    Raises ValueError where there is none to draw from.
    """
    if not scenarios:
        raise ValueError("scenarios: there is none of this difficulty and kind; choose another")
    if seed is not None:
        seed = require_whole("seed", seed, at_least=0, at_most=2**63)
    fresh = [scenario for scenario in scenarios if scenario.name not in besides]
    return random.Random(seed).choice(fresh or list(scenarios))  # noqa: S311


def choose_deep_dive(scenario: Scenario, drawn: Architecture, seed: int | None = None) -> int:
    """Return which deep dive the interviewer asks: one about a component that is drawn, or else the first."""
    kinds = {component.kind for component in drawn.components}
    fitting = [place for place, dive in enumerate(scenario.deep_dives) if _is_drawn(dive, kinds)]
    return random.Random(seed).choice(fitting) if fitting else 0  # noqa: S311


def _is_drawn(dive: DeepDive, kinds: set[str]) -> bool:
    # One service may be drawn for two, and shards in the place of one database.
    alike = next((group for group in (SERVERS, DATABASES) if dive.kind in group), (dive.kind,))
    return not kinds.isdisjoint(alike)

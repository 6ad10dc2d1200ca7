"""The whole interview: the framework's summary checklist, and the minutes each of its phases gets."""

from collections.abc import Iterable
from dataclasses import dataclass

from helpers.models.checks import require_number
from helpers.models.quantities import format_number
from helpers.models.texts import require_several

__all__ = ["CHECKLIST", "TALK_MIN", "Checklist", "Phase", "minutes_in_all", "pace"]


@dataclass(frozen=True)
class Phase:
    """A row of the checklist, word for word, with the fewest and the most minutes of its heading."""

    title: str
    goal: str
    key_phrase: str
    least_min: int
    most_min: int

    @property
    def step(self) -> int:
        """The number of its step.

        >>> [phase.step for phase in CHECKLIST]
        [1, 2, 3, 4, 5]
        """
        return int(self.title.partition(".")[0])

    @property
    def name(self) -> str:
        """Its title without the number."""
        return self.title.partition(". ")[2]

    @property
    def minutes(self) -> str:
        """Its time box, as the framework writes it.

        >>> CHECKLIST[0].minutes, CHECKLIST[1].minutes
        ('5–10', '5')
        """
        ends = dict.fromkeys((f"{self.least_min:g}", f"{self.most_min:g}"))
        return "–".join(ends)


CHECKLIST = (
    Phase("1. Requirements", "Limit scope", "Before we start, can I clarify the exact scope?", 5, 10),
    Phase("2. Estimations", "Determine scale", "Let me do some quick math on storage needs.", 5, 5),
    Phase("3. High-Level", "Block diagram", "Here is the basic data flow...", 10, 15),
    Phase("4. Deep Dive", "Specifics", "Let's zoom into the Database schema.", 15, 20),
    Phase("5. Bottlenecks", "Self-critique", "One issue with this design is...", 5, 5),
)
"""The framework's summary checklist: phase, goal and key phrase to use; minutes from its headings."""

TALK_MIN = 5.0
"""Our assumption: minutes of a slot that go to saying hello and to your questions at the end."""


def minutes_in_all() -> tuple[float, float]:
    """Return the fewest and the most minutes of all phases together.

    >>> minutes_in_all()
    (40.0, 55.0)
    """
    return (
        float(sum(phase.least_min for phase in CHECKLIST)),
        float(sum(phase.most_min for phase in CHECKLIST)),
    )


def pace(slot_min: float, talk_min: float = TALK_MIN) -> tuple[float, ...]:
    """Return the minutes of each phase that fit a slot of so many minutes, talk_min of them for talk.

    Between the framework's fewest and most minutes every phase gets the same share of its room; in a shorter
    slot all shrink alike, and a longer one leaves minutes over. Raises ValueError naming the argument.

    >>> pace(45)
    (5.0, 5.0, 10.0, 15.0, 5.0)
    >>> pace(60)
    (10.0, 5.0, 15.0, 20.0, 5.0)
    >>> sum(pace(30))
    25.0
    """
    slot_min = require_number("slot_min", slot_min, above=0, at_most=600, unit="minutes")
    talk_min = require_number("talk_min", talk_min, at_least=0, unit="minutes")
    if talk_min >= slot_min:
        raise ValueError(f"talk_min = {talk_min:g}: it must be below the slot's {slot_min:g} minutes")
    least, most = minutes_in_all()
    left = min(slot_min - talk_min, most)
    if left < least:
        return tuple(phase.least_min * left / least for phase in CHECKLIST)
    share = (left - least) / (most - least)
    return tuple(phase.least_min + share * (phase.most_min - phase.least_min) for phase in CHECKLIST)


@dataclass(frozen=True, repr=False)
class Checklist:
    """The checklist as a table, with the minutes that each phase gets in slots of so many minutes.

    Raises ValueError or TypeError naming the argument, as `pace` does.

    >>> print(Checklist((45,)))
    1. Requirements | Limit scope | "Before we start, can I clarify the exact scope?" | 5–10 | 5
    2. Estimations | Determine scale | "Let me do some quick math on storage needs." | 5 | 5
    3. High-Level | Block diagram | "Here is the basic data flow..." | 10–15 | 10
    4. Deep Dive | Specifics | "Let's zoom into the Database schema." | 15–20 | 15
    5. Bottlenecks | Self-critique | "One issue with this design is..." | 5 | 5
    together | | | 40–55 | 40
    """

    slots_min: tuple[float, ...] = (45, 60)

    def __post_init__(self) -> None:
        slots = require_several("slots_min", self.slots_min, "numbers of minutes")
        for slot in slots:
            pace(slot)
        object.__setattr__(self, "slots_min", slots)

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """Its rows as text: the framework's three columns, its minutes, a column a slot; last the sums."""
        paces = [pace(slot) for slot in self.slots_min]
        phases = (
            (
                phase.title,
                phase.goal,
                f'"{phase.key_phrase}"',
                phase.minutes,
                *_shown(minutes[place] for minutes in paces),
            )
            for place, phase in enumerate(CHECKLIST)
        )
        together = "–".join(_shown(minutes_in_all()))
        return (*phases, ("together", "", "", together, *_shown(map(sum, paces))))

    def __repr__(self) -> str:
        """The rows, one a line."""
        return "\n".join(" ".join(" | ".join(row).split()) for row in self.rows)

    def _repr_markdown_(self) -> str:
        slots = [f"slot of {slot} min" for slot in _shown(self.slots_min)]
        lines = [
            " | ".join(("Phase", "Goal", "Key Phrase to Use", "minutes", *slots)),
            " | ".join([":--"] * 3 + ["--:"] * (1 + len(slots))),
            *map(" | ".join, self.rows),
        ]
        return "\n".join(f"| {line} |" for line in lines)


def _shown(minutes: Iterable[float]) -> list[str]:
    return [format_number(number, 3) for number in minutes]

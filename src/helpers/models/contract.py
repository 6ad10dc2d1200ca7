"""Step 1, the contract: what was agreed with the interviewer, with a number for every promise."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from helpers.models.checks import require_choice, require_number, require_whole
from helpers.models.nines import downtime_s, format_duration
from helpers.models.quantities import format_number
from helpers.models.texts import folded, require_different, require_names, require_several, require_text

__all__ = ["EVENTUAL", "LEVELS", "STRONG", "ConsistencyTarget", "Contract", "LatencyTarget"]

STRONG, EVENTUAL = "strong", "eventual"
LEVELS = (STRONG, EVENTUAL)


@dataclass(frozen=True)
class LatencyTarget:
    """How fast an operation must be: so many milliseconds for so many percent of requests.

    Without `milliseconds` it says only "fast"; without `percentile` it is an average.

    >>> str(LatencyTarget("View a home timeline", 100, 99))
    'View a home timeline: 100 ms at p99'
    >>> LatencyTarget("View a home timeline", 100, 150)
    Traceback (most recent call last):
    ValueError: percentile = 150: it must be a number, 1 or more, below 100 (99 means 99 requests in 100)
    """

    operation: str
    milliseconds: float | None = None
    percentile: float | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "operation", require_text("operation", self.operation))
        if self.milliseconds is not None:
            milliseconds = require_number("milliseconds", self.milliseconds, above=0, at_most=1e10, unit="ms")
            object.__setattr__(self, "milliseconds", milliseconds)
        if self.percentile is not None:
            percentile = require_number("percentile", self.percentile)
            if not 1 <= percentile < 100:
                raise ValueError(
                    f"percentile = {self.percentile}: it must be a number, 1 or more, below 100 "
                    "(99 means 99 requests in 100)"
                )
            object.__setattr__(self, "percentile", percentile)

    def __str__(self) -> str:
        return f"{self.operation}: {self.in_words}"

    @property
    def in_words(self) -> str:
        """The target without the operation."""
        number = "fast" if self.milliseconds is None else f"{self.milliseconds:,.10g} ms"
        if self.percentile is None:
            return f"{number}, no number" if self.milliseconds is None else f"{number} on average"
        return f"{number} at p{self.percentile:.6g}"


@dataclass(frozen=True)
class ConsistencyTarget:
    """What a read of an operation may miss: nothing (`STRONG`), or writes of the last `within_s` seconds.

    >>> str(ConsistencyTarget("View a home timeline", EVENTUAL, 5))
    'View a home timeline: eventual, within 5 s'
    """

    operation: str
    level: str
    within_s: float | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "operation", require_text("operation", self.operation))
        require_choice("level", self.level, LEVELS)
        if self.within_s is None:
            return
        if self.level == STRONG:
            raise ValueError(f"within_s = {self.within_s}: a strong read misses nothing; it must be left out")
        within = require_number("within_s", self.within_s, above=0, at_most=1e9, unit="s")
        object.__setattr__(self, "within_s", within)

    def __str__(self) -> str:
        bound = "" if self.within_s is None else f", within {self.within_s:,.6g} s"
        return f"{self.operation}: {self.level}{bound}"


@dataclass(frozen=True)
class Contract:
    """What you and the interviewer agreed on: features, and how well they must work, as numbers.

    `growth_per_year` is a factor (1.5 is half as many again), `availability` and `durability` are shares
    (of the time, of the objects kept a year), `asked` holds the names of the questions asked. What is
    None or empty was not agreed: a contract may be imperfect, so that `review` can say so.

    Raises ValueError or TypeError naming the argument, the value and what is allowed.

    >>> contract = Contract("Design Twitter", ("Post tweets",), daily_users=10e6, growth_per_year=1.5)
    >>> contract.users_after(2)
    22500000.0
    >>> Contract("Design Twitter", availability=1.0)
    Traceback (most recent call last):
    ValueError: availability = 1.0: no system is up all the time; it must be below 1 (0.999 is 99.9 %)
    """

    prompt: str
    features: tuple[str, ...] = ()
    out_of_scope: tuple[str, ...] = ()
    daily_users: float | None = None
    growth_per_year: float | None = None
    regions: int | None = None
    latency: tuple[LatencyTarget, ...] = ()
    availability: float | None = None
    durability: float | None = None
    consistency: tuple[ConsistencyTarget, ...] = ()
    asked: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        def put(name: str, value: Any) -> None:
            object.__setattr__(self, name, value)

        put("prompt", require_text("prompt", self.prompt))
        for name in ("features", "out_of_scope", "asked"):
            put(name, require_names(name, getattr(self, name)))
        both = {folded(name): name for name in self.features}
        for name in self.out_of_scope:
            if folded(name) in both:
                raise ValueError(f"out_of_scope: {name!r} is in features too; it must be in one of them")
        put("latency", _targets("latency", self.latency, LatencyTarget, ("operation", "percentile")))
        put("consistency", _targets("consistency", self.consistency, ConsistencyTarget, ("operation",)))
        for name, most, unit in (("daily_users", 1e11, "user"), ("growth_per_year", 1e3, "")):
            if (value := getattr(self, name)) is not None:
                put(name, require_number(name, value, above=0, at_most=most, unit=unit))
        if self.regions is not None:
            put("regions", require_whole("regions", self.regions, at_least=1, at_most=1000))
        put("availability", _share("availability", self.availability, "no system is up all the time"))
        put("durability", _share("durability", self.durability, "no store keeps every object for ever"))

    def users_after(self, years: float) -> float:
        """Return the daily users after `years` of growth.

        Raises ValueError where daily users or growth were not agreed.
        """
        years = require_number("years", years, at_least=0, at_most=100, unit="year")
        for name, value in (("daily_users", self.daily_users), ("growth_per_year", self.growth_per_year)):
            if value is None:
                raise ValueError(f"{name} = None: it must be agreed first; ask the interviewer")
        assert self.daily_users is not None
        assert self.growth_per_year is not None
        return float(self.daily_users * self.growth_per_year**years)

    @property
    def rows(self) -> tuple[tuple[str, str], ...]:
        """The contract as one writes it on a whiteboard: headings and what was agreed under each."""
        users = "" if self.daily_users is None else f"{format_number(self.daily_users)} users a day"
        growth = "" if self.growth_per_year is None else f"× {self.growth_per_year:.6g} every year"
        regions = "" if self.regions is None else f"{self.regions} region{'s' if self.regions > 1 else ''}"
        rows = (
            ("Users can", "; ".join(self.features)),
            ("Out of scope", "; ".join(self.out_of_scope)),
            ("Scale", ", ".join(filter(None, (users, growth, regions)))),
            ("Latency", "; ".join(_together(self.latency))),
            ("Availability", "" if self.availability is None else _uptime(self.availability)),
            ("Durability", "" if self.durability is None else f"{_percent(self.durability)} kept a year"),
            ("Consistency", "; ".join(map(str, self.consistency))),
        )
        return tuple((heading, text or "not agreed") for heading, text in rows)

    def __str__(self) -> str:
        return "\n".join([self.prompt, *(f"{heading}: {text}" for heading, text in self.rows)])

    def _repr_markdown_(self) -> str:
        return "\n".join(
            [f"**{self.prompt}**", "", *(f"- **{heading}:** {text}" for heading, text in self.rows)]
        )


def _targets(name: str, values: Any, kind: type, key: tuple[str, ...]) -> tuple[Any, ...]:
    targets = require_several(name, values, kind.__name__)
    for target in targets:
        if not isinstance(target, kind):
            raise TypeError(f"{name}: {target!r} is in it; each element must be a {kind.__name__}")
    keys = [tuple(folded(str(getattr(target, part))) for part in key) for target in targets]
    require_different(name, targets, keys)
    return targets


def _share(name: str, value: Any, reason: str) -> float | None:
    if value is None:
        return None
    share = require_number(name, value, above=0)
    if 1 < share < 100:
        raise ValueError(f"{name} = {value}: write it as a share, {share:g} % is {share / 100:.12g}")
    if share >= 1:
        raise ValueError(f"{name} = {value}: {reason}; it must be below 1 (0.999 is 99.9 %)")
    return float(share)


def _percent(share: float) -> str:
    # Decimal, because a float would round 0.99999999999 to 100 %.
    percent = f"{Decimal(repr(share)) * 100:f}"
    return (percent.rstrip("0").rstrip(".") if "." in percent else percent) + " %"


def _uptime(availability: float) -> str:
    month, year = (format_duration(downtime_s(availability, period)) for period in ("month", "year"))
    return f"{_percent(availability)}, down at most {month} a month or {year} a year"


def _together(targets: tuple[LatencyTarget, ...]) -> list[str]:
    """Write the targets of one operation side by side."""
    found: dict[str, list[str]] = {}
    for target in targets:
        found.setdefault(target.operation, []).append(target.in_words)
    return [f"{operation}: {', '.join(words)}" for operation, words in found.items()]

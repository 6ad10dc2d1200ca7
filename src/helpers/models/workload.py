"""Step 2, the workload: what a product asks of its servers, checked and in known units."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from helpers.models.checks import require_choice, require_numbers
from helpers.models.quantities import COUNTED, Range, to_number

__all__ = ["FIELDS", "Field", "Workload"]


@dataclass(frozen=True)
class Field:
    """What a workload's argument may be: its label, unit, bounds, and a shorter unit people also write."""

    label: str
    unit: str
    above: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    also: str | None = None

    def check(self, name: str, value: Any) -> Any:
        """Return `value` as plain numbers in this field's unit, or say what is allowed."""
        if isinstance(value, Range):
            ends = [self.check(f"{name} ({end})", getattr(value, end)) for end in ("low", "high")]
            if ends[0] > ends[1]:
                raise ValueError(
                    f"{name}: low = {value.low} is above high = {value.high}; low must not be above high"
                )
            return Range(*ends)
        number = to_number(name, value, self.unit, self.also)
        return require_numbers(
            name, number, above=self.above, at_least=self.at_least, at_most=self.at_most, unit=self.unit
        )


# The upper bounds catch slips of the keyboard: ten times the people alive, an exabyte in one item.
_PEOPLE, _RATE, _SIZE = 1e11, 1e18, 1e18
FIELDS: Mapping[str, Field] = {
    "daily_users": Field("Daily active users", "user", above=0, at_most=_PEOPLE),
    "writes_per_user": Field(
        "Writes per user and day", "item/user/day", at_least=0, at_most=1e6, also="item/day"
    ),
    "writes_per_day": Field("Writes per day", "item/day", at_least=0, at_most=_RATE),
    "reads_per_write": Field("Reads per write", "request/item", at_least=0, at_most=1e9, also=""),
    "reads_per_user": Field(
        "Reads per user and day", "request/user/day", at_least=0, at_most=1e6, also="request/day"
    ),
    "reads_per_day": Field("Reads per day", "request/day", at_least=0, at_most=_RATE),
    "item_size": Field("Size of one item", "byte/item", at_least=0, at_most=_SIZE, also="byte"),
    "stored_share": Field("Share of writes that store an item", "", at_least=0, at_most=1),
    "overhead": Field("Metadata and indexes, as a share of the item", "", at_least=0, at_most=1000),
    "media_share": Field("Share of items with media", "", at_least=0, at_most=1),
    "media_size": Field("Size of the media of one item", "byte/item", at_least=0, at_most=_SIZE, also="byte"),
    "followers": Field("Followers per author", "delivery/item", at_least=0, at_most=_PEOPLE, also=""),
    "peak_factor": Field("Peak over average", "", at_least=1, at_most=10_000),
    "replication": Field("Copies of the data", "", at_least=1, at_most=100),
    "retention": Field("Retention", "year", above=0, at_most=1000),
    "hot_share": Field("Share of stored items kept in memory", "", at_least=0, at_most=1),
    "cached_per_user": Field("Cached entries per user", "item/user", at_least=0, at_most=1e9),
    "cached_size": Field("Size of one cached entry", "byte/item", at_least=0, at_most=_SIZE, also="byte"),
    "requests_per_server": Field(
        "Requests one server takes", "request/second/server", above=0, at_most=1e12, also="request/second"
    ),
    "memory_per_host": Field("Memory of one cache host", "byte/host", above=0, at_most=_SIZE, also="byte"),
    "price_out": Field("Price of traffic out", "dollar/gigabyte", at_least=0, at_most=1e6),
}


@dataclass(frozen=True)
class Workload:
    """What a product asks of its servers.

    Writes are users × writes per user, or a plain rate; reads are per write, per user, or a plain rate.
    Any number may also be text ("10M users"), a pint quantity, an array of samples, or a `Range`.

    Raises ValueError or TypeError naming the argument, the value and what is allowed.

    >>> twitter = Workload(daily_users="10M users", writes_per_user=5, item="tweet")
    >>> twitter.daily_users
    10000000.0
    >>> Workload(daily_users=-1, writes_per_user=5)
    Traceback (most recent call last):
    ValueError: daily_users = -1: it must be a number above 0, at most 1e+11 (in user)
    """

    daily_users: Any = None
    writes_per_user: Any = None
    writes_per_day: Any = None
    reads_per_write: Any = None
    reads_per_user: Any = None
    reads_per_day: Any = None
    item_size: Any = 0
    stored_share: Any = 1
    overhead: Any = 0
    media_share: Any = 0
    media_size: Any = 0
    followers: Any = 0
    peak_factor: Any = 1
    replication: Any = 1
    retention: Any = 5
    hot_share: Any = 0
    cached_per_user: Any = 0
    cached_size: Any = 0
    requests_per_server: Any = None
    memory_per_host: Any = None
    price_out: Any = None
    item: str = "item"

    def __post_init__(self) -> None:
        require_choice("item", self.item, COUNTED)
        for name in FIELDS:
            value = getattr(self, name)
            if value is not None or getattr(Workload, name) is not None:  # None leaves only those out
                object.__setattr__(self, name, self.field(name).check(name, value))
        self._require_one_length()
        self._require_one_way("writes", ["writes_per_user", "writes_per_day"], optional=False)
        self._require_one_way("reads", ["reads_per_write", "reads_per_user", "reads_per_day"], optional=True)
        for name in ("writes_per_user", "reads_per_user", "cached_per_user"):
            value = getattr(self, name)
            given = value is not None and (isinstance(value, Range) or bool(np.any(value)))
            if given and self.daily_users is None:
                raise ValueError(f"daily_users = None: it must be given, because {name} is")

    def field(self, name: str) -> Field:
        """Return what `name` may be, in this workload's own noun (tweets, messages, …)."""
        return _field(require_choice("name", name, FIELDS), self.item)

    def replace(self, **changes: Any) -> "Workload":
        """Return this workload with some arguments changed.

        >>> Workload(writes_per_day=100).replace(peak_factor=2).peak_factor
        2.0
        """
        for name in changes:
            if name != "item":
                require_choice("name", name, FIELDS)
        return dataclasses.replace(self, **changes)

    @property
    def ranges(self) -> dict[str, Range]:
        """The arguments that are ranges, by name."""
        return {name: value for name in FIELDS if isinstance(value := getattr(self, name), Range)}

    def at_middle(self) -> "Workload":
        """Return the workload with every range replaced by its middle.

        >>> round(Workload(writes_per_day=Range(50, 200)).at_middle().writes_per_day)
        100
        """
        return self.replace(**{name: value.middle for name, value in self.ranges.items()})

    def _require_one_length(self) -> None:
        lengths = {name: np.shape(value) for name in FIELDS if np.shape(value := getattr(self, name))}
        if len(set(lengths.values())) > 1:
            given = ", ".join(f"{name} {'×'.join(map(str, shape))}" for name, shape in lengths.items())
            raise ValueError(f"arrays of samples must have the same length, but these have: {given}")

    def _require_one_way(self, what: str, ways: list[str], *, optional: bool) -> None:
        given = [name for name in ways if getattr(self, name) is not None]
        if len(given) == 1 or (optional and not given):
            return
        raise ValueError(
            f"{what} are given by {' and '.join(given) or 'nothing'}: give exactly one of {', '.join(ways)}"
        )


@cache
def _field(name: str, item: str) -> Field:
    known = FIELDS[name]
    also = known.also and known.also.replace("item", item)
    return dataclasses.replace(known, unit=known.unit.replace("item", item), also=also)

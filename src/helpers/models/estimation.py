"""Step 2, the estimate: from a workload to rates, storage, memory and traffic, each with its working."""

import dataclasses
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from helpers.models.quantities import format_quantity, round_whiteboard, units
from helpers.models.workload import Workload

__all__ = ["Estimate", "Factor", "Line", "Workload", "estimate"]

SECONDS_A_DAY = 86_400
DAYS_A_YEAR = 365
POSTED = ("tweet", "post")
"""The items that are delivered to timelines."""


@dataclass(frozen=True)
class Factor:
    """One number in a derivation; `power` is -1 where it divides, `line` the line it was taken from."""

    name: str
    value: Any
    unit: str
    power: int = 1
    text: str = ""
    line: "Line | None" = None

    def __str__(self) -> str:
        """The factor as it stands in the working."""
        return self.text or _show(self.value, self.unit)


@dataclass(frozen=True)
class Line:
    """One result of the estimate: a product of `factors`, or the sum of other lines (`parts`).

    `steps` holds results on the way, by the place of the factor after which they are shown.
    """

    name: str
    label: str
    value: Any
    unit: str
    factors: tuple[Factor, ...] = ()
    parts: tuple["Line", ...] = ()
    steps: Mapping[int, "Line"] = dataclasses.field(default_factory=dict)

    def __str__(self) -> str:
        """The value as a person would write it."""
        return _show(self.value, self.unit)

    @property
    def quantity(self) -> Any:
        """The value as a pint quantity."""
        return self.value * units.Unit(self.unit or "dimensionless")

    @property
    def whiteboard(self) -> str:
        """The value rounded as on a whiteboard."""
        return _show(round_whiteboard(_scalar(self.value)), self.unit)

    @property
    def leaves(self) -> tuple[Factor, ...]:
        """The factors all the way down: arguments and constants, no results of other lines.

        A sum of lines counts as one factor, because no single factor of it can be left out.
        """
        found: list[Factor] = []
        for factor in self.factors:
            expandable = factor.line is not None and not factor.line.parts
            found += factor.line.leaves if expandable and factor.line else [factor]
        return tuple(found)

    @property
    def working(self) -> str:
        """The derivation with the numbers in it, as one line of text."""
        about = "" if self.whiteboard == str(self) else f" ≈ {self.whiteboard}"
        if self.parts:
            return " + ".join(f"{part} ({part.label.lower()})" for part in self.parts) + f" = {self}{about}"
        text = ""
        for place, factor in enumerate(self.factors):
            sign = " ÷ " if factor.power < 0 else " × " if place else ""
            text += f"{sign}{factor}" + (f" = {self.steps[place]};" if place in self.steps else "")
        return f"{text}{about}" if text == str(self) else f"{text} = {self}{about}"


@dataclass(frozen=True, repr=False)
class Estimate(Mapping[str, Line]):
    """The lines of an estimate, by name and in order; `workload` is what they were made from."""

    workload: Workload
    lines: Mapping[str, Line]

    def __getitem__(self, name: str) -> Line:
        if name not in self.lines:
            raise KeyError(f"no line {name!r} in this estimate; it has {', '.join(self.lines)}")
        return self.lines[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.lines)

    def __len__(self) -> int:
        return len(self.lines)

    def value(self, name: str) -> Any:
        """The line's plain number, or 0 where the workload has no such line."""
        return self.lines[name].value if name in self.lines else 0.0

    def __repr__(self) -> str:
        """One line of working for each result."""
        return "\n".join(f"{line.label}: {line.working}" for line in self.values())

    def _repr_markdown_(self) -> str:
        rows = [f"| {line.label} | **{line.whiteboard}** | {line.working} |" for line in self.values()]
        return "\n".join(["| result | about | working |", "| :-- | --: | :-- |", *rows])


def estimate(workload: Workload) -> Estimate:
    """Return every line of the estimate; the same code serves numbers and arrays of samples.

    Raises ValueError when an argument is still a range: take `workload.at_middle()`, or simulate.

    >>> twitter = Workload(daily_users=10e6, writes_per_user=5, item_size=100, item="tweet")
    >>> result = estimate(twitter)
    >>> print(result["writes_per_second"].working)
    10 M users × 5 tweets/user/day = 50 M tweets/day; ÷ 86,400 s/day = 579 tweets/s ≈ 600 tweets/s
    >>> print(result["storage_per_year"].working)
    5 GB/day × 365 days/year = 1.82 TB/year ≈ 2 TB/year
    """
    if workload.ranges:
        raise ValueError(
            f"{', '.join(workload.ranges)} given as a range: use simulate(workload), or workload.at_middle()"
        )
    lines: dict[str, Line] = {}
    for part in (_rates, _storage, _memory, _traffic):
        lines |= {line.name: line for line in part(workload, lines)}
    return Estimate(workload, lines)


def _rates(w: Workload, _: Mapping[str, Line]) -> Iterator[Line]:
    if w.writes_per_day is not None:
        writes = [_argument(w, "writes_per_day")]
    else:
        writes = [_argument(w, "daily_users"), _argument(w, "writes_per_user")]
    writes_per_day = _product("writes_per_day", "Writes a day", f"{w.item}/day", *writes)
    yield from _per_second(w, "writes", writes_per_day)
    if w.reads_per_write is not None:
        reads = [_from(writes_per_day), _argument(w, "reads_per_write")]
    elif w.reads_per_user is not None:
        reads = [_argument(w, "daily_users"), _argument(w, "reads_per_user")]
    else:
        reads = [_argument(w, "reads_per_day")] if w.reads_per_day is not None else []
    if reads:
        yield from _per_second(w, "reads", _product("reads_per_day", "Reads a day", "request/day", *reads))
    if np.any(w.followers):
        label = "Timeline deliveries a day" if w.item in POSTED else "Deliveries a day"
        factors = (_from(writes_per_day), _argument(w, "followers"))
        per_day = _product("deliveries_per_day", label, "delivery/day", *factors)
        yield from _per_second(w, "deliveries", per_day)


def _per_second(w: Workload, what: str, per_day: Line) -> Iterator[Line]:
    second = Factor("Seconds in a day", SECONDS_A_DAY, "second/day", -1, "86,400 s/day")
    unit = per_day.unit.replace("/day", "/second")
    label = per_day.label.removesuffix(" a day")
    steps = {len(per_day.factors) - 1: per_day} if len(per_day.factors) > 1 else {}
    average = _product(f"{what}_per_second", f"{label} a second", unit, *per_day.factors, second, steps=steps)
    yield per_day
    yield average
    peak = _argument(w, "peak_factor")
    yield _product(f"peak_{average.name}", f"Peak {average.label.lower()}", unit, _from(average), peak)


def _storage(w: Workload, lines: Mapping[str, Line]) -> Iterator[Line]:
    writes, items = _from(lines["writes_per_day"]), _items(w, lines)
    share = _unless(1, _argument(w, "media_share"))
    media_size = _argument(w, "media_size")
    media = _product("media_storage_per_day", "Media a day", "byte/day", writes, *share, media_size)
    per_day = _total("storage_per_day", "Storage a day", items, media)
    if per_day.parts:
        yield from per_day.parts
    year = Factor("Days in a year", DAYS_A_YEAR, "day/year")
    per_year = _product("storage_per_year", "Storage a year", "byte/year", _from(per_day), year)
    retention = _argument(w, "retention")
    kept = _product("storage", "Storage over retention", "byte", _from(per_year), retention)
    yield from (per_day, per_year, kept)
    copies = _argument(w, "replication")
    for line in (per_day, per_year, kept):
        yield _product(f"replicated_{line.name}", f"{line.label}, all copies", line.unit, _from(line), copies)


def _items(w: Workload, lines: Mapping[str, Line]) -> Line:
    writes, size = _from(lines["writes_per_day"]), _argument(w, "item_size")
    stored = _unless(1, _argument(w, "stored_share"))
    overhead = _unless(1, Factor("Metadata and index overhead", 1 + w.overhead, ""))
    return _product("item_storage_per_day", "Items a day", "byte/day", writes, *stored, size, *overhead)


def _memory(w: Workload, lines: Mapping[str, Line]) -> Iterator[Line]:
    year = Factor("Days in a year", DAYS_A_YEAR, "day/year")
    kept = [_from(_items(w, lines)), year, _argument(w, "retention")]
    hot = _product("hot_items", "Hot items", "byte", *kept, _argument(w, "hot_share"))
    users = dataclasses.replace(
        _argument(w, "daily_users"), value=0.0 if w.daily_users is None else w.daily_users
    )
    entries = [users, _argument(w, "cached_per_user"), _argument(w, "cached_size")]
    memory = _total(
        "cache_memory", "Cache memory", hot, _product("cached_entries", "Cached entries", "byte", *entries)
    )
    if not np.any(memory.value):
        return
    yield from memory.parts
    yield memory
    if w.memory_per_host is not None:
        host = dataclasses.replace(_argument(w, "memory_per_host"), power=-1)
        yield _whole(_product("cache_hosts", "Cache hosts", "host", _from(memory), host))


def _traffic(w: Workload, lines: Mapping[str, Line]) -> Iterator[Line]:
    size = w.item_size + w.media_share * w.media_size
    writes, reads = lines["writes_per_second"], lines.get("reads_per_second")
    item = Factor("Size of an item with its share of media", size, f"byte/{w.item}")
    peak = _argument(w, "peak_factor")
    into = _product("bandwidth_in", "Bandwidth in", "byte/second", _from(writes), item)
    yield into
    yield _product("peak_bandwidth_in", "Peak bandwidth in", "byte/second", _from(into), peak)
    if reads is not None:
        item = dataclasses.replace(item, unit="byte/request")
        out = _product("bandwidth_out", "Bandwidth out", "byte/second", _from(reads), item)
        yield out
        yield _product("peak_bandwidth_out", "Peak bandwidth out", "byte/second", _from(out), peak)
        per_day = _from(lines["reads_per_day"])
        traffic = _product("traffic_out_per_day", "Traffic out a day", "byte/day", per_day, item)
        yield traffic
        if w.price_out is not None:
            text = format_quantity(_scalar(w.price_out), "dollar") + "/GB"
            price = Factor("Price of traffic out", w.price_out / 1e9, "dollar/byte", text=text)
            yield _product(
                "cost_out_per_day", "Cost of traffic out a day", "dollar/day", _from(traffic), price
            )
    if w.requests_per_server is not None:
        total = writes.value + (0.0 if reads is None else reads.value)
        requests = Factor("Writes and reads a second", total, "request/second")
        server = dataclasses.replace(_argument(w, "requests_per_server"), power=-1)
        yield _whole(_product("servers", "Servers at the peak", "server", requests, peak, server))


def _argument(w: Workload, name: str) -> Factor:
    field = w.field(name)
    return Factor(field.label, getattr(w, name), field.unit)


def _from(line: Line) -> Factor:
    return Factor(line.label, line.value, line.unit, line=line)


def _unless(neutral: float, factor: Factor) -> list[Factor]:
    return [] if np.all(np.asarray(factor.value) == neutral) else [factor]


def _product(
    name: str, label: str, unit: str, *factors: Factor, steps: Mapping[int, Line] | None = None
) -> Line:
    value: Any = 1.0
    for factor in factors:
        value = value * factor.value if factor.power > 0 else value / factor.value
    return Line(name, label, value, unit, factors, steps=steps or {})


def _total(name: str, label: str, *parts: Line) -> Line:
    """Add the parts up; a part that is nothing is not shown."""
    shown = [part for part in parts if np.any(part.value)] or [parts[0]]
    if len(shown) == 1:
        return dataclasses.replace(shown[0], name=name, label=label)
    return Line(name, label, sum(part.value for part in shown), shown[0].unit, parts=tuple(shown))


def _whole(line: Line) -> Line:
    # 150 TB ÷ 100 GB must not need one host more because of the last binary digit.
    return dataclasses.replace(line, value=np.ceil(line.value * (1 - 1e-12)) + 0.0)


def _scalar(value: Any) -> float:
    return float(np.median(value)) if isinstance(value, np.ndarray) else float(value)


def _show(value: Any, unit: str) -> str:
    number = _scalar(value)
    return format_quantity(number, unit) if math.isfinite(number) else str(number)

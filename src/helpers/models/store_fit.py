"""Step 3: how one datastore fits a workload and its needs: what rules it out, what to build around it."""

import dataclasses
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from helpers.models.datastores import AGAINST, BESIDE, BUILD, DURABILITY, ITSELF, NEEDS, Store, Support
from helpers.models.estimation import Estimate
from helpers.models.quantities import format_bytes, format_number, format_quantity

__all__ = ["LOAD", "Demand", "Load", "Needs", "Ranked", "Reason", "describe_full", "place_store"]

FITS, WITH_WORK, DOES_NOT = "fits", "fits with work", "does not fit"
ALWAYS, LOAD = "always", "load"
_LIMITS = {"writes": "writes_per_second", "reads": "reads_per_second", "storage": "storage"}


@dataclass(frozen=True)
class Needs:
    """What the product needs of its store; nothing is needed until it is said to be.

    Raises TypeError for what is not True or False.

    >>> Needs(relations=True).named
    ('relations',)
    >>> Needs(relations="yes")
    Traceback (most recent call last):
    TypeError: relations = 'yes': it must be True or False
    """

    relations: bool = False
    transactions: bool = False
    secondary_access: bool = False
    flexible_schema: bool = False
    full_text: bool = False
    large_objects: bool = False
    fast_reads: bool = False
    multi_region_writes: bool = False
    strong_consistency: bool = False
    may_lose_recent: bool = False

    def __post_init__(self) -> None:
        for name in NEEDS:
            value = getattr(self, name)
            if not isinstance(value, bool):
                raise TypeError(f"{name} = {value!r}: it must be True or False")

    @property
    def named(self) -> tuple[str, ...]:
        """The names of what is set, in the order of `NEEDS`."""
        return tuple(name for name in NEEDS if getattr(self, name))


@dataclass(frozen=True)
class Demand:
    """What the workload asks at its peak: writes and reads a second, bytes kept, bytes an item.

    Media stays out of `storage`: its bytes belong in an object store, wherever the items are.
    """

    writes: float
    reads: float
    storage: float
    item_size: float
    media: float = 0.0
    item: str = "item"
    peak_factor: float = 1.0

    @classmethod
    def of(cls, result: Estimate) -> "Demand":
        """Return the demand of an estimate of plain numbers; TypeError for one over samples."""
        workload = result.workload
        if any(np.ndim(line.value) for line in result.values()):
            raise TypeError("workload: it holds arrays of samples; choose a store for plain numbers")
        days = 365 * float(workload.retention)
        per_day = float(result.value("writes_per_day"))
        media = per_day * float(workload.media_share) * float(workload.media_size) * days
        if media:  # the estimate has a line for items only where there are both
            items = float(result.value("item_storage_per_day")) * days
        else:
            items = float(result.value("storage"))
        return cls(
            float(result.value("peak_writes_per_second")),
            float(result.value("peak_reads_per_second")),
            items,
            float(workload.item_size),
            media,
            workload.item,
            float(workload.peak_factor),
        )

    def times(self, factor: float, growing: str = LOAD) -> "Demand":
        """Return the demand at a multiple of the load, or of the writes alone."""
        if growing == "writes":
            return dataclasses.replace(self, writes=self.writes * factor)
        return dataclasses.replace(
            self, writes=self.writes * factor, reads=self.reads * factor, storage=self.storage * factor
        )


@dataclass(frozen=True)
class Load:
    """One demand on a store: as it counts it, the limit of one unit, and how many units carry it."""

    resource: str
    demand: float
    limit: float

    @property
    def share(self) -> float:
        """The demand as a share of one unit's limit."""
        return self.demand / self.limit

    @property
    def units(self) -> int:
        """Units that carry it, at least 1."""
        return max(1, math.ceil(self.share * (1 - 1e-12)))

    def __str__(self) -> str:
        return f"{_amount(self.resource, self.demand)} of {_amount(self.resource, self.limit)}"


@dataclass(frozen=True)
class Reason:
    """Why a store ranks where it does: `kind` as a `Support`, `about` a need, a resource, or "always"."""

    kind: str
    about: str
    text: str
    things: int = 0

    @property
    def part(self) -> str:
        """What asks for it: "always", "load" or "need"."""
        return self.about if self.about == ALWAYS else LOAD if self.about in _LIMITS else "need"

    def __str__(self) -> str:
        label = "Recent data must not be lost" if self.about == DURABILITY else NEEDS.get(self.about)
        return f"{label}: {self.text}" if label else self.text[:1].upper() + self.text[1:]


@dataclass(frozen=True, repr=False)
class Ranked:
    """One store's place: its reasons, and its loads by resource where a limit is known."""

    store: Store
    reasons: tuple[Reason, ...]
    loads: tuple[Load, ...]

    @property
    def against(self) -> tuple[Reason, ...]:
        """Why it cannot be this product's store."""
        return tuple(reason for reason in self.reasons if reason.kind == AGAINST)

    @property
    def to_build(self) -> tuple[Reason, ...]:
        """What must be built around it."""
        return tuple(reason for reason in self.reasons if reason.things)

    @property
    def things(self) -> int:
        """How many things must be built around it: fewer is better."""
        return sum(reason.things for reason in self.reasons)

    @property
    def unmet(self) -> int:
        """How many needs it does not meet by itself."""
        return sum(reason.part == "need" and reason.kind != ITSELF for reason in self.reasons)

    @property
    def verdict(self) -> str:
        """Whether it fits, fits with work, or does not fit."""
        return DOES_NOT if self.against else WITH_WORK if self.things else FITS

    def load(self, resource: str) -> Load | None:
        """Return its load of "writes", "reads" or "storage", if one unit's limit is known."""
        return next((load for load in self.loads if load.resource == resource), None)

    def __repr__(self) -> str:
        built = "" if self.against else f", {_count(self.things)} to build"
        return f"{self.store.name}: {self.verdict}{built}"


def place_store(store: Store, needs: Needs, demand: Demand, most_primaries: int) -> Ranked:
    """Return a store's reasons and loads; SQL is ruled out where it would need more than `most_primaries`.

    >>> from helpers.models.datastores import REDIS
    >>> place_store(REDIS, Needs(), Demand(100, 100, 1e9, 100), 32).against[0].text
    'a crash loses up to a second of writes with its usual setting'
    """
    reasons = [] if store.always is None else [_reason(ALWAYS, store.always)]
    named = [name for name in needs.named if name != "may_lose_recent"]
    named += [] if needs.may_lose_recent else [DURABILITY]
    too_large = store.item_limit is not None and demand.item_size > store.item_limit
    if too_large and "large_objects" not in named:
        named.append("large_objects")
    for name in named:
        support = store.support[name]
        if name == "large_objects" and too_large:
            size, limit = format_bytes(demand.item_size), format_bytes(store.item_limit or 0)
            support = Support(support.kind, f"{support.text}; an item of {size} is over its limit of {limit}")
        reasons.append(_reason(name, support))
    reasons += [_reason(AGAINST, why) for both, why in store.together.items() if both <= set(named)]
    elsewhere = "large_objects" in named and store.support["large_objects"].kind == BESIDE
    loads = tuple(_loads(store, demand, elsewhere))
    reasons += _load_reasons(store, loads, demand, needs, most_primaries)
    return Ranked(store, tuple(reasons), loads)


def _loads(store: Store, demand: Demand, elsewhere: bool) -> Iterator[Load]:
    for resource, name in _LIMITS.items():
        limit = getattr(store, name)
        # Bytes that lie in an object store beside it take no room here.
        if limit is None or (resource == "storage" and elsewhere):
            continue
        size = {"writes": store.write_bytes, "reads": store.read_bytes}.get(resource)
        each = max(1, math.ceil(demand.item_size / size)) if size and not elsewhere else 1
        yield Load(resource, getattr(demand, resource) * each, limit)


def _load_reasons(
    store: Store, loads: tuple[Load, ...], demand: Demand, needs: Needs, most: int
) -> Iterator[Reason]:
    if not store.spreads_itself:
        yield from _primaries(store, loads, demand, needs, most)
        return
    by_name = {load.resource: load for load in loads}
    storage = by_name.get("storage")
    if storage and store.most_storage is not None and storage.demand > store.most_storage:
        most_held = format_bytes(store.most_storage)
        text = f"{format_bytes(storage.demand)} is more than the {most_held} it is known to hold"
        yield Reason(AGAINST, "storage", text)
    for load in loads:
        if load.demand:
            yield Reason(ITSELF, load.resource, f"{_asked(load, demand)} {_carried(store, load.units)}")
    if "writes" not in by_name:
        yield Reason(ITSELF, "writes", f"no published limit of one {store.unit} for writes: measure it")


def _primaries(
    store: Store, loads: tuple[Load, ...], demand: Demand, needs: Needs, most: int
) -> Iterator[Reason]:
    """What the load asks of a store that does not spread over several units by itself."""
    reads = next(load for load in loads if load.resource == "reads")
    # A replica lags, so where every read must see the latest write, reads need primaries too.
    bound = [load for load in loads if load is not reads or needs.strong_consistency]
    worst = max(bound, key=lambda load: load.share)
    if worst.units > most:
        text = f"{_asked(worst, demand)} {_carried(store, worst.units)}"
        yield Reason(AGAINST, worst.resource, f"{text}, more than the {most} you would shard over")
    elif worst.units > 1:
        text = (
            f"sharding: {_asked(worst, demand)} {_carried(store, worst.units)}; "
            "choose a shard key, route by it, and move rows when a shard fills"
        )
        yield Reason(BUILD, worst.resource, text, 1)
    elif reads.units > 1:
        more = "a read replica" if reads.units == 2 else f"{reads.units - 1:,} read replicas"
        text = f"a cache, or {more}: {_asked(reads, demand)} is {_times(reads.share)}"
        yield Reason(BUILD, "reads", f"{text} what one {store.unit} takes", 1)
    if worst.units > 1 and {"relations", "transactions", "secondary_access"} & set(needs.named):
        text = "what crosses shards: joins, transactions and look-ups without the shard key"
        yield Reason(BUILD, worst.resource, text, 1)
    for load in loads:
        if load.demand and load.units == 1:
            limit = _amount(load.resource, load.limit)
            takes = "holds" if load.resource == "storage" else "takes"
            text = f"{_asked(load, demand)} is {_times(load.share)} of the {limit} one {store.unit} {takes}"
            yield Reason(ITSELF, load.resource, f"{text}: no reason to leave SQL")


def _reason(about: str, support: Support) -> Reason:
    return Reason(support.kind, about, support.text, support.things)


def _asked(load: Load, demand: Demand) -> str:
    if load.resource == "storage":
        return f"{format_bytes(load.demand)} kept"
    unit, value = ("request", demand.reads) if load.resource == "reads" else (demand.item, demand.writes)
    return format_quantity(value, f"{unit}/second") + (" at the peak" if demand.peak_factor > 1 else "")


def describe_full(store: Store, load: Load, units: int) -> str:
    """Say at what amount of a load's resource `units` of a store are full.

    >>> from helpers.models.datastores import POSTGRESQL
    >>> describe_full(POSTGRESQL, Load("writes", 579, 15_900), 1)
    '15.9 K writes/s is all that one primary takes'
    """
    whole = f"one {store.unit}" if units == 1 else f"{units:,} {store.units}"
    verb = ("hold" if load.resource == "storage" else "take") + ("s" if units == 1 else "")
    return f"{_amount(load.resource, units * load.limit)} is all that {whole} {verb}"


def _carried(store: Store, units: int) -> str:
    return f"{'fits on' if units == 1 else 'needs'} {units:,} {store.unit if units == 1 else store.units}"


def _amount(resource: str, value: float) -> str:
    if resource == "storage":
        return format_bytes(value)
    return format_quantity(value, "write/second" if resource == "writes" else "read/second")


def _times(share: float) -> str:
    return f"{format_number(100 * share, 2)} %" if share <= 1 else f"{format_number(share, 2)} times"


def _count(things: int) -> str:
    return "nothing" if not things else f"{things} thing{'' if things == 1 else 's'}"

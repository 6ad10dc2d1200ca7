"""Step 3: the load an estimate puts on each component of an architecture, and which one is full first."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from helpers.models.architecture import REQUESTS, Architecture, Component, Flow
from helpers.models.checks import require_numbers
from helpers.models.estimation import Estimate
from helpers.models.quantities import format_number

__all__ = ["ComponentLoad", "Demand", "Load", "carry", "demand_of", "first_to_saturate"]


@dataclass(frozen=True)
class Demand:
    """What clients ask for: rates a second, followers an author, and the bytes of one request of each kind.

    `media_share` of reads and writes carry media. Raises ValueError or TypeError naming the argument.

    >>> Demand(reads_per_second=100, writes_per_second=-1)
    Traceback (most recent call last):
    ValueError: writes_per_second = -1: it must be a number, 0 or more
    """

    reads_per_second: float = 0.0
    writes_per_second: float = 0.0
    followers: float = 0.0
    media_share: float = 0.0
    item_bytes: float = 0.0
    media_bytes: float = 0.0
    delivery_bytes: float = 0.0

    def __post_init__(self) -> None:
        for name in self.__dataclass_fields__:
            value = getattr(self, name)
            if not isinstance(value, (int, float)):
                raise TypeError(f"{name} = {value!r}: it must be one number")
            require_numbers(name, value, at_least=0, at_most=1 if name == "media_share" else None)

    @property
    def media_per_second(self) -> float:
        """Up- and downloads of media a second."""
        return self.media_share * (self.reads_per_second + self.writes_per_second)


@dataclass(frozen=True)
class ComponentLoad:
    """The load on one component, over all its replicas; `utilisation` is None where no limit is known.

    `repeated` is the part of the utilisation that each replica bears in full (replication), so that
    more replicas do not lessen it; `bound_by` says what the utilisation is a share of. `replicas_needed`
    would carry the load: infinite where each repeats more than it can take, None where no limit is known.
    """

    component: Component
    per_second: Mapping[str, float]
    bytes_per_second: float
    utilisation: float | None
    repeated: float
    bound_by: str
    replicas_needed: float | None
    unknown: tuple[str, ...] = ()

    @property
    def requests_per_second(self) -> float:
        """Requests of all kinds that reach the component a second."""
        return sum(self.per_second.values())

    @property
    def headroom(self) -> float | None:
        """How many times this load fills it up: below 1 it is too small, infinite without load."""
        if self.utilisation is None:
            return None
        return 1 / self.utilisation if self.utilisation else math.inf


@dataclass(frozen=True, repr=False)
class Load(Mapping[str, ComponentLoad]):
    """The load on each component, by name; `flows` holds the requests a second that leave on each flow."""

    architecture: Architecture
    demand: Demand
    multiple: float
    components: Mapping[str, ComponentLoad]
    flows: Mapping[Flow, float]

    def __getitem__(self, name: str) -> ComponentLoad:
        return self.components[self.architecture[name].name]

    def __iter__(self) -> Any:
        return iter(self.components)

    def __len__(self) -> int:
        return len(self.components)

    def __repr__(self) -> str:
        """One line for each component."""
        return "\n".join(f"{title}: {rate}, {full}" for title, rate, full, _ in self._rows)

    def _repr_markdown_(self) -> str:
        rows = ["| " + " | ".join(row) + " |" for row in self._rows]
        head = "| component | requests | how full | full at |"
        return "\n".join([head, "| :-- | --: | --: | --: |", *rows])

    @property
    def _rows(self) -> list[tuple[str, str, str, str]]:
        rows = []
        for load in self.components.values():
            title, rate = load.component.title, f"{format_number(load.requests_per_second)}/s"
            if load.utilisation is None:
                rows.append((title, rate, "no limit known", ""))
                continue
            at = self.multiple * (load.headroom or 0)
            full = f"{format_number(100 * load.utilisation, 2)} %"
            rows.append((title, rate, full, f"{format_number(at, 2)} ×" if math.isfinite(at) else "never"))
        return rows

    def arriving(self, flow: Flow) -> float:
        """Return the requests a second that reach a flow's target: each taken, times what it becomes."""
        return self.flows[flow] * _factor(self.architecture, flow, self.demand)

    @cached_property
    def fullest(self) -> ComponentLoad | None:
        """The component with the highest utilisation; None where no limit is known or nothing flows."""
        known = [load for load in self.components.values() if load.utilisation]
        return max(known, key=lambda load: load.utilisation or 0.0, default=None)

    @property
    def full(self) -> tuple[ComponentLoad, ...]:
        """The components that have more to do than they can, worst first."""
        over = [load for load in self.components.values() if (load.utilisation or 0) >= 1]
        return tuple(sorted(over, key=lambda load: -(load.utilisation or 0)))

    @property
    def without_limit(self) -> tuple[Component, ...]:
        """The components with some work for which no limit is known: they count as not limiting."""
        return tuple(load.component for load in self.components.values() if load.unknown)


def demand_of(estimate: Estimate, *, peak: bool = True) -> Demand:
    """Return what an estimate's clients ask for, at the peak or on average.

    >>> from helpers.models.estimation import Workload, estimate
    >>> demand_of(estimate(Workload(writes_per_day=86_400, reads_per_write=50, peak_factor=2)))
    ... # doctest: +ELLIPSIS
    Demand(reads_per_second=100.0, writes_per_second=2.0, ...)
    """
    if not isinstance(estimate, Estimate):
        raise TypeError(f"estimate = {estimate!r}: it must be an Estimate; estimate(workload) makes one")
    prefix, workload = "peak_" if peak else "", estimate.workload
    numbers = {
        "reads_per_second": estimate.value(f"{prefix}reads_per_second"),
        "writes_per_second": estimate.value(f"{prefix}writes_per_second"),
        "followers": workload.followers,
        "media_share": workload.media_share,
        "item_bytes": workload.item_size,
        "media_bytes": workload.media_size,
        "delivery_bytes": workload.cached_size,
    }
    return Demand(**numbers)


def carry(
    architecture: Architecture, asked: Estimate | Demand, multiple: float = 1, *, peak: bool = True
) -> Load:
    """Let an estimate's reads, writes, deliveries and bytes flow through an architecture.

    `multiple` scales the rates; `peak` takes an estimate's peak rather than its average. A utilisation
    of 1 or more is an answer: the component is full. Raises ValueError unless there is exactly one client.

    >>> from helpers.models.architectures import SMALLEST
    >>> load = carry(SMALLEST, Demand(reads_per_second=7_000, writes_per_second=1_590))
    >>> load["DB"].utilisation
    0.2
    """
    demand = asked if isinstance(asked, Demand) else demand_of(asked, peak=peak)
    multiple = float(require_numbers("multiple", multiple, above=0))
    clients = architecture.of_kind("client")
    if len(clients) != 1:
        raise ValueError(f"{architecture.name}: it has {len(clients)} clients; a load enters at exactly one")
    rates = demand
    if multiple != 1:
        scaled = ("reads_per_second", "writes_per_second")
        rates = replace(demand, **{name: getattr(demand, name) * multiple for name in scaled})
    arrived: dict[str, dict[str, float]] = {name: {} for name in architecture.order}
    client = clients[0].name
    arrived[client] = {"read": rates.reads_per_second, "write": rates.writes_per_second}
    apart = any(flow.request == "media" for flow in architecture.leaving(client))
    if apart:
        arrived[client]["media"] = rates.media_per_second
    flows: dict[Flow, float] = {}
    for name in architecture.order:
        for flow in architecture.leaving(name):
            flows[flow] = taken = arrived[name].get(flow.request, 0.0) * architecture.taken(flow)
            sent = taken * _factor(architecture, flow, rates)
            if sent:
                reached = arrived[flow.target]
                reached[flow.arrives_as] = reached.get(flow.arrives_as, 0.0) + sent
    sizes = _sizes(rates, media_apart=apart)
    loads = {
        component.name: _on(component, arrived[component.name], sizes)
        for component in architecture.components
    }
    return Load(architecture, rates, multiple, loads, flows)


def first_to_saturate(
    architecture: Architecture, asked: Estimate | Demand, *, peak: bool = True
) -> tuple[Component, float] | None:
    """Return the component that is full first, and at how many times today's load; None if no limit is known.

    >>> from helpers.models.architectures import SMALLEST
    >>> first, multiple = first_to_saturate(SMALLEST, Demand(reads_per_second=7_000))
    >>> first.name, round(multiple, 6)
    ('DB', 10.0)
    """
    fullest = carry(architecture, asked, peak=peak).fullest
    return None if fullest is None else (fullest.component, fullest.headroom or 0.0)


def _factor(architecture: Architecture, flow: Flow, demand: Demand) -> float:
    times = flow.times * (demand.followers if flow.factor == "followers" else 1.0)
    if flow.arrives_as == "replication":
        # Every copy repeats every write of its source; with several shards, those of its own shard.
        source, target = architecture[flow.source], architecture[flow.target]
        times *= target.replicas / (source.replicas if source.kind == "shard" else 1)
    return times


def _sizes(demand: Demand, *, media_apart: bool) -> dict[str, float]:
    item = demand.item_bytes + (0.0 if media_apart else demand.media_share * demand.media_bytes)
    kinds = dict.fromkeys(REQUESTS, item)
    return kinds | {"media": demand.media_bytes, "delivery": demand.delivery_bytes}


def _on(component: Component, arrived: Mapping[str, float], sizes: Mapping[str, float]) -> ComponentLoad:
    total = sum(rate * sizes[request] for request, rate in arrived.items())
    used, repeated, unknown = 0.0, 0.0, []
    # A box that nothing reaches is empty, where its limit is known.
    known = not arrived and any(map(component.capacity, REQUESTS))
    for request, rate in arrived.items():
        capacity = component.capacity(request)
        if capacity is None:
            if rate and component.kind != "client":
                unknown.append(request)
            continue
        known = True
        part = rate / component.replicas / capacity
        used += part
        if request == "replication":
            repeated += part
    # Each limit with the part that every replica bears in full.
    limits = {"requests": (used, repeated)} if known else {}
    if component.bandwidth is not None:
        copied = arrived.get("replication", 0.0) * sizes["replication"]
        each = component.replicas * component.bandwidth
        limits["bandwidth"] = (total / each, copied / each)
    bound_by = max(limits, key=lambda limit: limits[limit][0], default="requests")
    used, repeated = limits.get(bound_by, (0.0, 0.0))
    needed = max((_needed(*limit, component.replicas) for limit in limits.values()), default=None)
    full = used if limits else None
    return ComponentLoad(component, dict(arrived), total, full, repeated, bound_by, needed, tuple(unknown))


def _needed(used: float, repeated: float, replicas: int) -> float:
    if repeated >= 1:
        return math.inf
    return float(max(1, math.ceil((used - repeated) * replicas / (1 - repeated) * (1 - 1e-12))))

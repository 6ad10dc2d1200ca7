"""Step 2, the verdict: which resource of one node binds, how much headroom is left, what that argues for."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from helpers.models.checks import require_numbers
from helpers.models.estimation import Estimate
from helpers.models.quantities import format_number, format_quantity

__all__ = ["RESOURCES", "TIGHT", "NodeLimits", "Resource", "Usage", "Verdict", "judge"]

TIGHT = 0.5
"""From this utilisation on a node is tight: less than a doubling of the load is left."""


@dataclass(frozen=True)
class Resource:
    """Something one node has a limit of; the largest of the estimate's `lines` is what it must carry."""

    name: str
    label: str
    unit: str
    lines: tuple[str, ...]
    remedy: str


RESOURCES = (
    Resource(
        "writes_per_second",
        "Writes",
        "write/second",
        ("peak_writes_per_second",),
        "sharding, because every replica repeats every write",
    ),
    Resource(
        "reads_per_second",
        "Reads",
        "read/second",
        ("peak_reads_per_second",),
        "a cache and read replicas",
    ),
    Resource(
        "deliveries_per_second",
        "Deliveries",
        "delivery/second",
        ("peak_deliveries_per_second",),
        "several timeline stores fed through a queue",
    ),
    Resource(
        "storage",
        "Storage",
        "byte",
        ("storage",),
        "sharding, or old data and media moved to an object store",
    ),
    Resource("memory", "Cache memory", "byte", ("cache_memory",), "a cache spread over several hosts"),
    Resource(
        "bandwidth",
        "Bandwidth",
        "byte/second",
        ("peak_bandwidth_in", "peak_bandwidth_out"),
        "a CDN in front, or several servers",
    ),
)


@dataclass(frozen=True)
class NodeLimits:
    """What one node can do; `source` says where the figures were read or measured.

    >>> NodeLimits("test node", writes_per_second=0, source="made up")
    Traceback (most recent call last):
    ValueError: writes_per_second = 0: it must be a number above 0 (in write/second)
    """

    name: str
    source: str
    writes_per_second: float | None = None
    reads_per_second: float | None = None
    deliveries_per_second: float | None = None
    storage: float | None = None
    memory: float | None = None
    bandwidth: float | None = None

    def __post_init__(self) -> None:
        for resource in RESOURCES:
            value = getattr(self, resource.name)
            if value is not None:
                require_numbers(resource.name, value, above=0, unit=resource.unit)


@dataclass(frozen=True)
class Usage:
    """How much of one resource of a node the estimate asks for."""

    resource: Resource
    demand: Any
    limit: float

    @property
    def utilisation(self) -> Any:
        """Demand as a share of the limit: above 1, one node is too small."""
        return self.demand / self.limit

    @property
    def nodes(self) -> int:
        """Nodes needed to carry the demand, at least 1."""
        return max(1, int(np.ceil(float(self.utilisation) * (1 - 1e-12))))

    def __str__(self) -> str:
        demand = format_quantity(float(self.demand), self.resource.unit)
        limit = format_quantity(self.limit, self.resource.unit)
        return f"{self.resource.label.lower()}: {demand} of {limit} ({_share(float(self.utilisation))})"


@dataclass(frozen=True, repr=False)
class Verdict:
    """The estimate against one node's limits."""

    limits: NodeLimits
    usages: tuple[Usage, ...]

    @property
    def binding(self) -> Usage:
        """The resource that runs out first."""
        return max(self.usages, key=lambda usage: float(usage.utilisation))

    @property
    def too_small(self) -> tuple[Usage, ...]:
        """The resources of which one node has too little, worst first."""
        over = [usage for usage in self.usages if float(usage.utilisation) > 1]
        return tuple(sorted(over, key=lambda usage: -float(usage.utilisation)))

    @property
    def argues_for(self) -> tuple[str, ...]:
        """What the numbers argue for, worst shortage first."""
        if self.too_small:
            return tuple(usage.resource.remedy for usage in self.too_small)
        return ("one database, with a standby for the day it fails",)

    def __repr__(self) -> str:
        return str(self)

    def _repr_markdown_(self) -> str:
        return str(self)

    def __str__(self) -> str:
        """The verdict in words; over samples there is no single one."""
        if any(np.ndim(usage.utilisation) for usage in self.usages):
            return f"{self.limits.name}, over samples: ask for probabilities"
        first = self.binding
        share = float(first.utilisation)
        if share > 1:
            short = "; ".join(f"{usage} argues for {usage.resource.remedy}" for usage in self.too_small)
            return f"{self.limits.name} is too small. {short[0].upper()}{short[1:]}."
        if share == 0:
            return f"{self.limits.name} has nothing to do yet."
        left = f"{format_number(1 / share, 2)} times today's load"
        if share > TIGHT:
            return f"{self.limits.name} is tight. It is full at {left}, and {first} runs out first."
        return (
            f"{self.limits.name} is enough: {self.argues_for[0]}. "
            f"It is full at {left}, when {first.resource.label.lower()} run{_s(first)} out ({first})."
        )


def judge(estimate: Estimate, limits: NodeLimits) -> Verdict:
    """Set an estimate beside one node's limits, at the peak and for one copy of the data.

    Raises ValueError when the limits name no resource at all.

    >>> from helpers.models.estimation import Workload, estimate
    >>> result = estimate(Workload(daily_users=10e6, writes_per_user=5, item_size=100, item="tweet"))
    >>> node = NodeLimits("One database", "made up", writes_per_second=10_000, storage=70e12)
    >>> judge(result, node).binding.resource.name
    'storage'
    """
    usages = tuple(
        Usage(resource, _demand(estimate, resource), limit)
        for resource in RESOURCES
        if (limit := getattr(limits, resource.name)) is not None
    )
    if not usages:
        raise ValueError(f"limits = {limits.name!r}: it must name at least one resource's limit")
    return Verdict(limits, usages)


def _demand(estimate: Estimate, resource: Resource) -> Any:
    demand = estimate.value(resource.lines[0])
    for line in resource.lines[1:]:
        demand = np.maximum(demand, estimate.value(line))
    return demand


def _share(utilisation: float) -> str:
    percent = 100 * utilisation
    return f"{format_number(percent, 2)} %" if percent < 1000 else f"{format_number(utilisation, 2)} times it"


def _s(usage: Usage) -> str:
    return "" if usage.resource.label.endswith("s") else "s"

"""Step 3: an architecture as plain data, components and the requests that flow between them."""

import dataclasses
import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import networkx as nx  # type: ignore[import-untyped]

from helpers.models.checks import require_choice, require_numbers, require_whole

__all__ = [
    "DATABASES",
    "KINDS",
    "REQUESTS",
    "SERVERS",
    "Architecture",
    "Component",
    "Flow",
]

KINDS = (
    "client",
    "DNS",
    "CDN",
    "load balancer",
    "API service",
    "read service",
    "write service",
    "cache",
    "primary database",
    "read replica",
    "shard",
    "queue",
    "fan-out worker",
    "object store",
    "search index",
)
"""What a component may be."""
SERVERS = ("API service", "read service", "write service")
"""The kinds that run our own code for a waiting client."""
DATABASES = ("primary database", "read replica", "shard")
"""The kinds that keep the data; a read replica is a copy (primary/replica was once master/slave)."""
CACHES = ("CDN", "cache")
REQUESTS = ("read", "write", "media", "delivery", "replication")
"""What travels on a flow: a read, a write, an up- or download of media, an entry put into one follower's
timeline, a write repeated on a copy of the data."""
FACTORS = ("", "followers")
_AT_MOST = 1_000_000


@dataclass(frozen=True)
class Component:
    """A box of the diagram: `replicas` equal machines that share its load.

    Capacities are requests a second of one replica; None is not known and so never the limit. Writes,
    deliveries and bytes a second (`bandwidth`) have limits of their own where they differ.
    `service_ms` is how long one request takes while nobody queues, `hit_ratio` the share of reads a cache
    answers, `standbys` the machines that wait for a replica to fail, `source` where the figures come from.
    Raises ValueError or TypeError naming the argument.

    >>> Component("DB", "primary database", capacity_per_second=0)
    Traceback (most recent call last):
    ValueError: DB: capacity_per_second = 0: it must be a number above 0 (in requests a second)
    """

    name: str
    kind: str
    label: str = ""
    replicas: int = 1
    standbys: int = 0
    capacity_per_second: float | None = None
    write_capacity_per_second: float | None = None
    delivery_capacity_per_second: float | None = None
    bandwidth: float | None = None
    service_ms: float | None = None
    availability: float | None = None
    hit_ratio: float | None = None
    group: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        for name in ("name", "kind", "label", "group", "source"):
            _require_text(name, getattr(self, name), blank=name not in ("name", "kind"))
        require_choice(f"{self.name}: kind", self.kind, KINDS)
        require_whole(f"{self.name}: replicas", self.replicas, at_least=1, at_most=_AT_MOST)
        require_whole(f"{self.name}: standbys", self.standbys, at_least=0, at_most=_AT_MOST)
        for name in ("capacity_per_second", "write_capacity_per_second", "delivery_capacity_per_second"):
            self._require(name, above=0, unit="requests a second")
        self._require("bandwidth", above=0, unit="bytes a second")
        self._require("service_ms", above=0, unit="ms")
        self._require("availability", above=0, at_most=1)
        self._require("hit_ratio", at_least=0, at_most=1)
        if self.hit_ratio is not None and self.kind not in CACHES:
            raise ValueError(f"{self.name}: hit_ratio = {self.hit_ratio}: only a cache or a CDN has one")

    def _require(self, name: str, **limits: Any) -> None:
        value = getattr(self, name)
        if value is not None:
            require_numbers(f"{self.name}: {name}", value, **limits)

    @property
    def title(self) -> str:
        """What stands in the box."""
        return self.label if self.label.strip() else self.name

    def capacity(self, request: str) -> float | None:
        """Return how many requests of a kind one replica takes a second; None where that is not known."""
        found = self.capacity_per_second
        if request in ("write", "replication", "delivery") and self.write_capacity_per_second:
            found = self.write_capacity_per_second
        if request == "delivery" and self.delivery_capacity_per_second:
            found = self.delivery_capacity_per_second
        return found


@dataclass(frozen=True)
class Flow:
    """An arrow of the diagram: what `source` asks of `target` for each `request` that reaches it.

    A share of 1 is asked every time; shares below 1 from one source are alternatives and must add up to 1.
    `when="miss"` is asked only for what the cache did not have: the source's own, or the one it asks first.
    Each request becomes `times` requests of the kind `becomes` (by default its own kind); with
    `factor="followers"` it is also multiplied by the followers of an author. `waits` says whether the
    source waits for the answer; if not, the arrow is dotted.

    >>> Flow("API", "DB", "read", share=1.5)
    Traceback (most recent call last):
    ValueError: API → DB: share = 1.5: it must be a number above 0, at most 1
    """

    source: str
    target: str
    request: str = "read"
    share: float = 1.0
    when: str = "always"
    becomes: str = ""
    times: float = 1.0
    factor: str = ""
    waits: bool = True

    def __post_init__(self) -> None:
        for name in ("source", "target"):
            _require_text(name, getattr(self, name))
        require_choice(f"{self}: request", self.request, REQUESTS)
        require_choice(f"{self}: when", self.when, ("always", "miss"))
        require_choice(f"{self}: becomes", self.becomes, ("", *REQUESTS))
        require_choice(f"{self}: factor", self.factor, FACTORS)
        require_numbers(f"{self}: share", self.share, above=0, at_most=1)
        require_numbers(f"{self}: times", self.times, at_least=0)
        if not isinstance(self.waits, bool):
            raise TypeError(f"{self}: waits = {self.waits!r}: it must be True or False")
        if self.source == self.target:
            raise ValueError(f"{self}: a component cannot send requests to itself")

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"

    @property
    def arrives_as(self) -> str:
        """The kind of request that reaches the target."""
        return self.becomes or self.request


@dataclass(frozen=True)
class Architecture:
    """A block diagram whose boxes and arrows say what flows; `direction` is Mermaid's, LR or TB.

    Raises ValueError for an arrow to an unknown component, a cycle, or shares that do not add up.

    >>> boxes = (Component("Client", "client"), Component("DB", "primary database"))
    >>> Architecture("Smallest", boxes, (Flow("Client", "DB"),)).flows[0].target
    'DB'
    >>> Architecture("Typo", boxes, (Flow("Client", "BD"),))
    Traceback (most recent call last):
    ValueError: Client → BD: there is no component 'BD'; there are 'Client', 'DB'
    """

    name: str
    components: tuple[Component, ...]
    flows: tuple[Flow, ...] = ()
    direction: str = "LR"

    def __post_init__(self) -> None:
        _require_text("name", self.name)
        require_choice("direction", self.direction, ("LR", "TB"))
        _require_tuple("components", self.components, Component)
        _require_tuple("flows", self.flows, Flow)
        if not self.components:
            raise ValueError(f"{self.name}: it has no components; give at least one")
        names = [component.name for component in self.components]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two components have the name {name!r}; each needs a name of its own")
        for flow in self.flows:
            for name in (flow.source, flow.target):
                if name not in names:
                    known = ", ".join(map(repr, names))
                    raise ValueError(f"{flow}: there is no component {name!r}; there are {known}")
            if self[flow.target].kind == "client":
                raise ValueError(f"{flow}: arrows show requests, and nobody sends a client requests")
        self._refuse_cycles()
        self._refuse_shares()

    def __getitem__(self, name: str) -> Component:
        if name not in self._by_name:
            raise KeyError(f"no component {name!r}; there are {', '.join(map(repr, self._by_name))}")
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> dict[str, Component]:
        return {component.name: component for component in self.components}

    @cached_property
    def _leaving(self) -> dict[str, tuple[Flow, ...]]:
        return {name: tuple(flow for flow in self.flows if flow.source == name) for name in self._by_name}

    @cached_property
    def graph(self) -> "nx.DiGraph[str]":
        """The components and arrows as a networkx graph; arrows between the same two boxes are one."""
        graph: nx.DiGraph[str] = nx.DiGraph()
        graph.add_nodes_from(self._by_name)
        graph.add_edges_from((flow.source, flow.target) for flow in self.flows)
        return graph

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The names of the components, each after all that send it requests."""
        return tuple(nx.lexicographical_topological_sort(self.graph, key=list(self._by_name).index))

    def of_kind(self, *kinds: str) -> tuple[Component, ...]:
        """Return the components of these kinds, in order."""
        return tuple(component for component in self.components if component.kind in kinds)

    def leaving(self, name: str) -> tuple[Flow, ...]:
        """Return the flows that leave a component."""
        return self._leaving[self[name].name]

    def cache_before(self, flow: Flow) -> Component:
        """Return the cache whose misses a flow carries."""
        source = self[flow.source]
        if source.kind in CACHES:
            return source
        return next(
            self[other.target]
            for other in self._leaving[flow.source]
            if other.request == flow.request and other.when == "always" and self[other.target].kind in CACHES
        )

    def taken(self, flow: Flow) -> float:
        """Return the share of its source's requests that a flow takes; an unknown hit ratio counts as 0."""
        return flow.share if flow.when == "always" else flow.share * self.miss_ratio(flow)

    def miss_ratio(self, flow: Flow) -> float:
        """Return the share of requests that the cache before a flow does not answer."""
        return 1 - (self.cache_before(flow).hit_ratio or 0.0)

    def with_component(self, name: str, **changes: Any) -> "Architecture":
        """Return this architecture with some of a component's arguments changed."""
        changed = dataclasses.replace(self[name], **changes)
        components = tuple(changed if known.name == name else known for known in self.components)
        return dataclasses.replace(self, components=components)

    def _refuse_cycles(self) -> None:
        try:
            cycle = nx.find_cycle(self.graph)
        except nx.NetworkXNoCycle:
            return
        names = " → ".join([cycle[0][0], *(edge[1] for edge in cycle)])
        raise ValueError(f"flows: {names} is a cycle, in which a request would go round for ever")

    def _refuse_shares(self) -> None:
        sums: dict[tuple[str, str, str], list[float]] = {}
        seen = set()
        for flow in self.flows:
            key = (flow.source, flow.request, flow.when)
            if (*key, flow.target, flow.arrives_as) in seen:
                raise ValueError(f"{flow}: {flow.request} stands there twice; give each flow once")
            seen.add((*key, flow.target, flow.arrives_as))
            if flow.share < 1:
                sums.setdefault(key, []).append(flow.share)
            if flow.when == "miss":
                self._require_cache(flow)
        for (source, request, _), shares in sums.items():
            if not math.isclose(sum(shares), 1, abs_tol=1e-9):
                raise ValueError(
                    f"{source}: the shares of its {request} flows add up to {sum(shares):g}; "
                    "they must add up to 1"
                )

    def _require_cache(self, flow: Flow) -> None:
        try:
            self.cache_before(flow)
        except StopIteration:
            raise ValueError(
                f"{flow}: when = 'miss': {flow.source} asks no cache for a {flow.request} first"
            ) from None


def _require_text(name: str, value: Any, *, blank: bool = False) -> None:
    if not isinstance(value, str):
        raise TypeError(f"{name} = {value!r}: it must be text")
    if not blank and not value.strip():
        raise ValueError(f"{name} = {value!r}: it must not be blank")


def _require_tuple(name: str, value: Any, kind: type) -> None:
    if not isinstance(value, tuple) or not all(isinstance(part, kind) for part in value):
        raise TypeError(f"{name}: it must be a tuple of {kind.__name__}")

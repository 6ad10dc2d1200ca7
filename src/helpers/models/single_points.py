"""Step 5, single points of failure: which requests an architecture still answers without a component."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from helpers.models.architecture import Architecture, Component, Flow
from helpers.models.architecture_path import path
from helpers.models.checks import require_choice, require_numbers, short_repr

__all__ = [
    "KINDS_ASKED",
    "PROVIDED",
    "SPLIT",
    "RequestWalk",
    "answered",
    "asked_kinds",
    "kept_for_later",
    "request_walk",
    "single_points",
    "when_one_fails",
]

KINDS_ASKED = ("read", "write", "media", "delivery")
"""What clients may ask for; a delivery is what goes on after the answer to a write."""
PROVIDED = ("DNS", "CDN", "object store")
"""The kinds that a provider runs on many machines, so that no single machine stops them."""
SPLIT = ("shard", "cache")
"""The kinds whose machines each hold a part of the data, so that none stands in for another."""

_ROUNDING = 1e-9
"""As closely as the shares of an architecture's flows must add up to 1."""

Up = Mapping[str, float]


def asked_kinds(architecture: Architecture) -> tuple[str, ...]:
    """Return the kinds of request that the clients of an architecture send, deliveries included.

    Raises ValueError without a client: then nobody asks anything.

    >>> from helpers.models.architectures import FRAMEWORK_DIAGRAM, TWITTER_DESIGN
    >>> asked_kinds(FRAMEWORK_DIAGRAM), asked_kinds(TWITTER_DESIGN)
    (('read', 'write'), ('read', 'write', 'media', 'delivery'))
    """
    return request_walk(architecture).kinds


def answered(architecture: Architecture, request: str, up: Up | None = None) -> float:
    """Return the share of a kind of request that is answered while some components are not up.

    `up` maps names to the share of its requests that a component answers: 0 for one that is down, 0.75 where
    one of four shards is; the rest is up. What is taken to happen:

    - A request needs all that is asked for it with share 1; alternatives of one kind stand in for each other.
    - What the cache does not answer, also because it is down, goes where its misses go.
    - The reads of a replica that is down go to the primary that feeds it; nobody promotes a replica.
    - A write needs what it waits for; its deliveries also need all that comes after.

    Raises ValueError for a kind that nobody asks for, an unknown component or a share outside 0 to 1.

    >>> from helpers.models.architectures import FRAMEWORK_DIAGRAM, TWITTER_DESIGN
    >>> [answered(TWITTER_DESIGN, kind, {"DB": 0}) for kind in ("read", "write")]
    [1.0, 0.0]
    >>> answered(FRAMEWORK_DIAGRAM.with_component("Cache", hit_ratio=0.9), "read", {"DB": 0})
    0.9
    """
    return request_walk(architecture).share(request, _reader(architecture, up))


def kept_for_later(architecture: Architecture, up: Up | None = None) -> float:
    """Return the share of deliveries that are made or at least wait in a queue that is up.

    >>> from helpers.models.architectures import TWITTER_DESIGN
    >>> answered(TWITTER_DESIGN, "delivery", {"Worker": 0}), kept_for_later(TWITTER_DESIGN, {"Worker": 0})
    (0.0, 1.0)
    """
    return request_walk(architecture).share("delivery", _reader(architecture, up), to_queue=True)


def when_one_fails(component: Component) -> float:
    """Return the share of its requests that a component answers once one of its machines has failed.

    A standby or an equal replica takes over. Shards and cache machines hold data of their own, so each of
    them needs a standby of its own.

    >>> [when_one_fails(Component("A", kind, replicas=4)) for kind in ("API service", "shard")]
    [1.0, 0.75]
    """
    if component.kind in PROVIDED or component.kind == "client":
        return 1.0
    if component.kind in SPLIT:
        return 1.0 if component.standbys >= component.replicas else 1 - 1 / component.replicas
    return 1.0 if component.replicas + component.standbys > 1 else 0.0


def single_points(architecture: Architecture, request: str) -> tuple[Component, ...]:
    """Return the components of which one failed machine costs requests of a kind, all or a part of them.

    Deliveries that wait in a queue are late, not lost. Only answers count here, not the load that falls on
    others: `single_points_of_failure` of step 3 also names a cache, whose misses the database may not bear.

    >>> from helpers.models.architectures import FRAMEWORK_DIAGRAM
    >>> [component.name for component in single_points(FRAMEWORK_DIAGRAM, "write")]
    ['LB', 'DB']
    """
    walk = request_walk(architecture)
    found = []
    for component in architecture.components:
        left = when_one_fails(component)
        if left < 1:
            reader = _reader(architecture, {component.name: left})
            if walk.share(request, reader, to_queue=request == "delivery") < 1:
                found.append(component)
    return tuple(found)


_Group = tuple[tuple[float, tuple[Flow, ...]], ...]
"""Ways that add up to all requests: the share that goes each way, and the flows that can take it."""


class RequestWalk:
    """Follows each kind of request from the clients of one architecture to its answer."""

    def __init__(self, architecture: Architecture) -> None:
        if not isinstance(architecture, Architecture):
            raise TypeError(f"architecture = {short_repr(architecture)}: it must be an Architecture")
        self._architecture = architecture
        self._clients = [client.name for client in architecture.of_kind("client")]
        if not self._clients:
            raise ValueError(f"{architecture.name}: it has no client, so nobody asks anything of it")
        self._primary = {
            flow.target: flow.source for flow in architecture.flows if flow.arrives_as == "replication"
        }
        sent = {flow.request for name in self._clients for flow in architecture.leaving(name)} - {"delivery"}
        later = {"delivery"} if path(architecture, "delivery") else set()
        self.kinds = tuple(kind for kind in KINDS_ASKED if kind in sent | later)
        self._onward: dict[tuple[str, str, bool], _Onward] = {}

    def share(self, request: str, up: Callable[[str], float], *, to_queue: bool = False) -> float:
        """Return the share of a kind of request that is answered; several clients count the same.

        `up` is asked for a component's share only where the answer depends on it. With `to_queue` it is
        enough for a delivery to reach a queue.
        """
        require_choice("request", request, self.kinds)
        kind = "write" if request == "delivery" else request
        walk = _Walk(self, up, later=request == "delivery", to_queue=to_queue)
        asking = [
            name
            for name in self._clients
            if any(flow.request == kind for flow in self._architecture.leaving(name))
        ]
        return sum(walk.onward(name, kind) for name in asking) / len(asking)

    def kind_of(self, name: str) -> str:
        """Return a component's kind."""
        return self._architecture[name].kind

    def primary_of(self, name: str) -> str | None:
        """Return the primary that a read replica repeats; None for everything else."""
        return self._primary.get(name) if self.kind_of(name) == "read replica" else None

    def onward(self, name: str, request: str, later: bool) -> "_Onward":
        """Return what a component asks of others for a request of this kind."""
        key = (name, request, later)
        if key not in self._onward:
            flows = [
                flow
                for flow in self._architecture.leaving(name)
                if flow.request == request and (flow.waits or (later and flow.arrives_as != "replication"))
            ]
            self._onward[key] = _Onward(self._architecture, flows)
        return self._onward[key]


@lru_cache(maxsize=256)
def request_walk(architecture: Architecture) -> RequestWalk:
    """Return the walk of an architecture, made once."""
    return RequestWalk(architecture)


class _Onward:
    """What is asked of others for one request, all of it needed, and what only for a miss of the cache."""

    def __init__(self, architecture: Architecture, flows: Sequence[Flow]) -> None:
        missed = [flow for flow in flows if flow.when == "miss"]
        self.cache, self.hit_ratio = "", 0.0
        if missed:
            cache = architecture.cache_before(missed[0])
            self.cache, self.hit_ratio = cache.name, cache.hit_ratio or 0.0
        always = [flow for flow in flows if flow.when == "always" and flow.target != self.cache]
        self.needed, self.misses = _groups(architecture, always), _groups(architecture, missed)


def _groups(architecture: Architecture, flows: Sequence[Flow]) -> tuple[_Group, ...]:
    ways: dict[str, list[Flow]] = {}
    for flow in flows:
        if flow.share < 1:
            kind = architecture[flow.target].kind
            # Both hold all of the data; a shard holds only its own.
            kind = {"read replica": "primary database", "shard": flow.target}.get(kind, kind)
            ways.setdefault(kind, []).append(flow)
    alone: list[_Group] = [((1.0, (flow,)),) for flow in flows if flow.share == 1]
    split = tuple((sum(flow.share for flow in way), tuple(way)) for way in ways.values())
    return (*alone, split) if split else tuple(alone)


class _Walk:
    """One kind of request in one state of the components."""

    def __init__(
        self, parts: RequestWalk, up: Callable[[str], float], *, later: bool, to_queue: bool
    ) -> None:
        self._parts, self._up, self._later, self._to_queue = parts, up, later, to_queue
        self._known: dict[tuple[str, str], float] = {}

    def reaching(self, name: str, request: str) -> float:
        """The share answered of requests that reach a component."""
        key = (name, request)
        if key not in self._known:
            up = self._up(name)
            share = up * self.onward(name, request) if up else 0.0
            primary = self._parts.primary_of(name) if up < 1 and request == "read" else None
            if primary is not None:
                share += (1 - up) * self.reaching(primary, request)
            self._known[key] = share
        return self._known[key]

    def onward(self, name: str, request: str) -> float:
        """The share answered of requests at a component that is up; all where it asks nobody else."""
        if self._to_queue and self._parts.kind_of(name) == "queue":
            return 1.0
        asked = self._parts.onward(name, request, self._later)
        share = self._all(asked.needed)
        if not share or not asked.misses:
            return share
        hits = asked.hit_ratio
        if hits and asked.cache != name:
            hits *= self._up(asked.cache)
        return share * (hits + (1 - hits) * self._all(asked.misses)) if hits < 1 else share

    def _all(self, groups: Sequence[_Group]) -> float:
        share = 1.0
        for group in groups:
            # What is missing is summed, so that all of thirds, say, is exactly 1.
            got = 1 - sum(weight * (1 - self._best(flows)) for weight, flows in group)
            if got < _ROUNDING:
                return 0.0
            share *= got
        return share

    def _best(self, flows: Sequence[Flow]) -> float:
        best = 0.0
        for flow in flows:
            best = max(best, self.reaching(flow.target, flow.arrives_as))
            if best >= 1:
                break
        return best


def _reader(architecture: Architecture, up: Any) -> Callable[[str], float]:
    if up is not None and not isinstance(up, Mapping):
        raise TypeError(f"up = {short_repr(up)}: it must be a mapping from names to shares")
    known = {component.name for component in architecture.components}
    shares = {}
    for name, share in (up or {}).items():
        require_choice("up", name, known)
        shares[name] = float(require_numbers(f"up[{name!r}]", share, at_least=0, at_most=1))
    return lambda name: shares.get(name, 1.0)

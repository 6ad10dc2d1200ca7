"""Step 3: homework's diagrams as plain data, put to the interviewer's questions and to a peak load."""

import math
from collections.abc import Mapping
from typing import Any

from helpers.models.architecture import SERVERS, Architecture, Component, Flow
from helpers.models.architecture_load import ComponentLoad, Demand, Load, carry
from helpers.models.architecture_review import review_architecture
from helpers.models.checks import require_choice
from helpers.models.published import STRONG_NODE

__all__ = ["HIT_RATIO", "MOST_FULL", "PEAK", "diagram_holds"]

PEAK = Demand(reads_per_second=72_000, writes_per_second=1450, followers=75)
"""What the homework asks a diagram to carry: the framework's Twitter at 2.5 times its average."""
HIT_RATIO = 0.9
MOST_FULL = 0.8
_ALWAYS_ALLOWED = 4
_MOST_MACHINES = 1_000_000
_REQUESTS = ("read", "miss", "write", "delivery", "replication")
_DATABASES = ("primary database", "read replica")
_DATABASE: Mapping[str, Any] = {
    "capacity_per_second": STRONG_NODE.reads_per_second,
    "write_capacity_per_second": STRONG_NODE.writes_per_second,
}
_MACHINES: Mapping[str, Mapping[str, Any]] = {
    **{kind: {"capacity_per_second": 1000.0} for kind in SERVERS},
    **dict.fromkeys(_DATABASES, _DATABASE),
    "cache": {
        "capacity_per_second": 110_000.0,
        "delivery_capacity_per_second": STRONG_NODE.deliveries_per_second,
        "hit_ratio": HIT_RATIO,
    },
    "fan-out worker": {"delivery_capacity_per_second": 286_000.0},
    **{kind: {} for kind in ("client", "load balancer", "queue")},
}


def diagram_holds(diagram: Any, part: str) -> bool:
    """Return True where a part of a diagram is sound; else raise ValueError with the first question.

    `diagram` is {"components": {name: {"kind": …, "machines": …}}, "flows": [(source, target, request)]};
    `part` is "reach", "reads", "writes", "servers", "fan-out", "peak" or "cost".

    >>> client = {"Client": {"kind": "client", "machines": 1}}
    >>> diagram_holds({"components": client, "flows": []}, "servers")
    Traceback (most recent call last):
    ValueError: there is no API service, read service or write service that a request reaches
    """
    require_choice("part", part, _PARTS)
    architecture = _architecture(diagram)
    clients = architecture.of_kind("client")
    if len(clients) != 1:
        raise ValueError(f"there are {len(clients)} clients; draw one, which stands for all of them")
    _PARTS[part](architecture, carry(architecture, PEAK))
    return True


def _architecture(diagram: Any) -> Architecture:
    try:
        components = tuple(_component(name, box) for name, box in dict(diagram["components"]).items())
        kinds = {component.name: component.kind for component in components}
        return Architecture("Diagram", components, tuple(_flow(kinds, flow) for flow in diagram["flows"]))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"it cannot be read, because of {error!r}") from None


def _component(name: str, box: Mapping[str, Any]) -> Component:
    kind = {_folded(kind): kind for kind in _MACHINES}.get(_folded(box["kind"]))
    if kind is None:
        raise ValueError(f"{name}: there is no kind {box['kind']!r}; there are {', '.join(_MACHINES)}")
    machines = box.get("machines", 1)
    if isinstance(machines, bool) or not 1 <= machines <= _MOST_MACHINES or machines != int(machines):
        raise ValueError(f"{name}: machines = {machines!r}: a whole number of at least 1 was expected")
    return Component(name, kind, replicas=int(machines), **_MACHINES[kind])


def _flow(kinds: Mapping[str, str], flow: Any) -> Flow:
    if len(flow) != 3:
        raise ValueError(f"the flow {flow!r} has {len(flow)} parts: source, target and request were expected")
    source, target, request = flow
    if _folded(request) in _REQUESTS:
        request = _folded(request)
    require_choice(f"{source} → {target}: request", request, _REQUESTS)
    if request == "miss":
        return Flow(source, target, "read", when="miss")
    if request == "replication":
        return Flow(source, target, "write", becomes="replication", waits=False)
    if request == "write" and kinds.get(target) == "fan-out worker":
        return Flow(source, target, "write", becomes="delivery", factor="followers", waits=False)
    return Flow(source, target, request)


def _folded(name: Any) -> str:
    return " ".join(str(name).replace("-", " ").split()).casefold()


def _ask(architecture: Architecture, *rules: str) -> None:
    for finding in review_architecture(architecture):
        if finding.rule in rules:
            raise ValueError(f"{finding.about}: {finding.why} {finding.say}")


def _arriving(load: Load, request: str, *kinds: str) -> float:
    found = (each for each in load.values() if each.component.kind in kinds)
    return sum(each.per_second.get(request, 0.0) for each in found)


def _reach(architecture: Architecture, _: Load) -> None:
    if len(architecture.components) == 1:
        raise ValueError("there is nothing but the client")
    _ask(architecture, "unreachable")


def _reads(architecture: Architecture, load: Load) -> None:
    _ask(architecture, "reads-unanswered", "misses-go-nowhere")
    if not architecture.of_kind("read replica"):
        raise ValueError("there is no read replica")
    for flow in architecture.flows:
        if flow.arrives_as == "replication" and architecture[flow.source].kind != "primary database":
            raise ValueError(f"{flow}: a post is repeated by the primary database, not by {flow.source}")
        if flow.when == "miss" and not _answered(architecture, flow.target):
            raise ValueError(f"{flow}: what the cache does not have ends there, with nothing that keeps data")
    _ask(architecture, "replica-not-fed", "replica-unread")
    for replica in architecture.of_kind("read replica"):
        if not load[replica.name].per_second.get("read") or not load[replica.name].per_second.get(
            "replication"
        ):
            raise ValueError(f"{replica.name}: no read of the client, or no write of it, ever gets there")


def _answered(architecture: Architecture, name: str) -> bool:
    """Say whether a read that reaches a box gets on to a database, or to a cache with its own misses."""
    if architecture[name].kind in ("cache", *_DATABASES):
        return True
    further = (flow.target for flow in architecture.leaving(name) if flow.request == "read")
    return any(_answered(architecture, target) for target in further)


def _writes(architecture: Architecture, load: Load) -> None:
    _ask(architecture, "writes-lost", "write-to-cache-only", "client-to-database")
    if _arriving(load, "write", "primary database") < 0.999 * PEAK.writes_per_second:
        raise ValueError("the writes do not reach a primary database")


def _servers(architecture: Architecture, load: Load) -> None:
    working = [each for each in architecture.of_kind(*SERVERS) if load[each.name].requests_per_second]
    if not working:
        raise ValueError("there is no API service, read service or write service that a request reaches")
    for request, said in (("read", "read"), ("write", "post")):
        if not _arriving(load, request, *SERVERS):
            raise ValueError(f"no {said} is worked on by a server")
    if sum(each.replicas for each in working) < 2:
        raise ValueError("there is one server only")
    _ask(architecture, "no-load-balancer")
    # Also where each of several services has one machine only.
    for flow in architecture.flows:
        if architecture[flow.source].kind == "client" and architecture[flow.target].kind in SERVERS:
            raise ValueError(f"{flow}: there is no load balancer between them")
    if not any(load[each.name].requests_per_second for each in architecture.of_kind("load balancer")):
        raise ValueError("no request goes through a load balancer")


def _fan_out(architecture: Architecture, load: Load) -> None:
    if not architecture.of_kind("fan-out worker"):
        raise ValueError("there is no fan-out worker")
    _ask(architecture, "no-queue-before-fan-out", "queue-without-consumer")
    deliveries = PEAK.writes_per_second * PEAK.followers
    if _arriving(load, "delivery", "cache", *_DATABASES) < 0.999 * deliveries:
        raise ValueError("not every post is delivered to its author's followers, in a cache or a database")


def _peak(architecture: Architecture, load: Load) -> None:
    asked = {"read": PEAK.reads_per_second, "write": PEAK.writes_per_second}
    for request, rate in asked.items():
        if _arriving(load, request, *SERVERS) < 0.999 * rate:
            raise ValueError(f"the servers do not get every {request}")
    answering = _arriving(load, "read", "cache", *_DATABASES)
    if answering < 0.999 * PEAK.reads_per_second or not _arriving(load, "write", *_DATABASES):
        raise ValueError("some reads or writes end before they reach a cache or a database")
    for each in load.values():
        if (each.utilisation or 0) > MOST_FULL + 1e-9:
            raise ValueError(
                f"{each.component.name} has {100 * (each.utilisation or 0):.0f} % of what it can take to do"
            )


def _cost(architecture: Architecture, load: Load) -> None:
    _peak(architecture, load)
    for each in load.values():
        most = max(_ALWAYS_ALLOWED, 2 * math.ceil(_needed(each) - 1e-9))
        if each.component.kind != "client" and each.component.replicas > most:
            raise ValueError(
                f"{each.component.name} has {each.component.replicas:,} machines where {most:,.0f} are plenty"
            )


def _needed(load: ComponentLoad) -> float:
    shared = (load.utilisation or 0) - load.repeated
    return shared * load.component.replicas / (MOST_FULL - load.repeated)


_PARTS = {
    "reach": _reach,
    "reads": _reads,
    "writes": _writes,
    "servers": _servers,
    "fan-out": _fan_out,
    "peak": _peak,
    "cost": _cost,
}

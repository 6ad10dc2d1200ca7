"""The capstone's diagram: a student's boxes and arrows, put to the peak and to failures of one machine."""

import math
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from helpers.grading.leaderboard.scenario import MACHINES, MOST_FULL, PEAK
from helpers.models.architecture import DATABASES, SERVERS, Architecture, Component, Flow
from helpers.models.architecture_load import ComponentLoad, Load, carry
from helpers.models.architecture_review import review_architecture
from helpers.models.checks import require_choice, short_repr
from helpers.models.single_points import answered, asked_kinds, when_one_fails

__all__ = ["diagram_holds", "leaderboard_architecture"]

REQUESTS = ("read", "miss", "write", "replication")
_ALWAYS_ALLOWED = 4
_MOST_MACHINES = 1_000_000
_MOST_FLOWS = 1_000
"""How many are read: what is returned may go on for ever."""
_STANDBYS_ALLOWED = 2
_NEARLY_ALL = 0.999
_ROUNDING = 1e-9


def diagram_holds(diagram: Any, part: str) -> bool:
    """Return True where a part of a diagram is sound; else raise ValueError with the first question.

    `diagram` is {"components": {name: {"kind": …, "machines": …, "standbys": …}}, "flows": [(source, target,
    request)]}; `part` is "reach", "reads", "writes", "updates", "points", "peak" or "cost".

    >>> diagram_holds({"components": {"App": {"kind": "client"}}, "flows": []}, "reach")
    Traceback (most recent call last):
    ValueError: there is nothing but the client
    """
    require_choice("part", part, _PARTS)
    architecture, kinds = leaderboard_architecture(diagram)
    clients = architecture.of_kind("client")
    if len(clients) != 1:
        raise ValueError(f"there are {len(clients)} clients; draw one, which stands for all of them")
    _PARTS[part](_Drawn(architecture, kinds))
    return True


def leaderboard_architecture(diagram: Any) -> tuple[Architecture, dict[str, str]]:
    """Return a student's diagram as an architecture, and the kinds of its boxes as the student calls them.

    A write becomes an update (the models' delivery) where it reaches a ranking.
    Raises ValueError for what cannot be read.
    """
    try:
        boxes = {str(name): box for name, box in dict(diagram["components"]).items()}
        kinds = {name: _kind(name, box) for name, box in boxes.items()}
        components = tuple(_component(name, kinds[name], box) for name, box in boxes.items())
        flows = list(dict.fromkeys(_flow(kinds, flow) for flow in islice(diagram["flows"], _MOST_FLOWS)))
        # For the models a ranking is a cache too; misses are those of the one that is drawn as a cache.
        flows.sort(key=lambda flow: kinds.get(flow.target) == "ranking")
        return Architecture("Diagram", components, tuple(flows)), kinds
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise ValueError(f"it cannot be read, because of {short_repr(error)}") from None


def _kind(name: str, box: Mapping[str, Any]) -> str:
    if not isinstance(box, Mapping) or "kind" not in box:
        raise ValueError(f"{name}: a dict with 'kind' was expected, {short_repr(box)} came")
    kind = {_folded(kind): kind for kind in MACHINES}.get(_folded(box["kind"]))
    if kind is None:
        raise ValueError(f"{name}: there is no kind {box['kind']!r}; there are {', '.join(MACHINES)}")
    return kind


def _component(name: str, kind: str, box: Mapping[str, Any]) -> Component:
    unknown = [entry for entry in box if entry not in ("kind", "machines", "standbys")]
    if unknown:
        raise ValueError(f"{name}: {unknown[0]!r} is none of 'kind', 'machines', 'standbys'")
    machines = _whole(f"{name}: machines", box.get("machines", 1), at_least=1)
    standbys = _whole(f"{name}: standbys", box.get("standbys", 0), at_least=0)
    return Component(name, replicas=machines, standbys=standbys, **MACHINES[kind])


def _whole(name: str, value: Any, *, at_least: int) -> int:
    inside = not isinstance(value, (bool, str)) and at_least <= value <= _MOST_MACHINES
    if not inside or value != int(value):
        raise ValueError(f"{name} = {value!r}: a whole number of at least {at_least} was expected")
    return int(value)


def _flow(kinds: Mapping[str, str], flow: Any) -> Flow:
    if isinstance(flow, str) or len(flow) != 3:
        raise ValueError(f"the flow {flow!r}: source, target and request were expected")
    source, target, request = flow
    request = _folded(request)
    require_choice(f"{source} → {target}: request", request, REQUESTS)
    start, end = kinds.get(source, ""), kinds.get(target, "")
    if request == "miss":
        return Flow(source, target, "read", when="miss")
    if request == "replication":
        # A ranking passes on the updates that it gets, a database the writes.
        arrived = "delivery" if start == "ranking" else "write"
        return Flow(source, target, arrived, becomes="replication", waits=False)
    if request == "write" and end == "cache":
        # What a cache is told of only makes it fresher: no request depends on it.
        return Flow(source, target, "write", becomes="replication", waits=False)
    waits = request == "read" or start not in ("queue", "worker", *DATABASES)
    becomes = "delivery" if request == "write" and end == "ranking" else ""
    return Flow(source, target, request, becomes=becomes, waits=waits)


def _folded(name: Any) -> str:
    return " ".join(str(name).replace("-", " ").split()).casefold()


class _Drawn:
    """A diagram and the peak that flows through it."""

    def __init__(self, architecture: Architecture, kinds: Mapping[str, str]) -> None:
        self.architecture, self.kinds = architecture, kinds
        self.load: Load = carry(architecture, PEAK)

    def of_kind(self, *kinds: str) -> list[str]:
        return [name for name, kind in self.kinds.items() if kind in kinds]

    def arriving(self, request: str, *kinds: str) -> float:
        return sum(self.load[name].per_second.get(request, 0.0) for name in self.of_kind(*kinds))

    def flows(self, request: str) -> list[Flow]:
        """The arrows on which requests of this kind travel."""
        return [flow for flow in self.architecture.flows if flow.request == request and self.load.flows[flow]]

    def asked_by(self, name: str) -> list[str]:
        return [flow.target for flow in self.architecture.leaving(name) if flow.request == "read"]

    def require_service(self, request: str) -> None:
        """Raise unless all that is asked of what keeps data is asked by a service of ours."""
        for flow in self.flows(request):
            start, end = self.kinds[flow.source], self.kinds[flow.target]
            if start in ("client", "load balancer") and end not in ("load balancer", *SERVERS):
                raise ValueError(f"{flow}: no service of yours is between them, which checks who asks")
        rate = {"read": PEAK.reads_per_second, "write": PEAK.writes_per_second}[request]
        if self.arriving(request, *SERVERS) < _NEARLY_ALL * rate:
            raise ValueError(f"not every {request} is worked on by an API service")

    def ask(self, *rules: str) -> None:
        for finding in review_architecture(self.architecture):
            if finding.rule in rules:
                raise ValueError(f"{finding.about}: {finding.why} {finding.say}")


def _reach(drawn: _Drawn) -> None:
    if len(drawn.kinds) == 1:
        raise ValueError("there is nothing but the client")
    drawn.ask("unreachable")
    for name, load in drawn.load.items():
        if drawn.kinds[name] != "client" and not load.requests_per_second:
            raise ValueError(f"{name}: an arrow leads to it, but no read or write ever gets there")


def _reads(drawn: _Drawn) -> None:
    for flow in drawn.flows("read"):
        start, end = drawn.kinds[flow.source], drawn.kinds[flow.target]
        if end in DATABASES:
            raise ValueError(f"{flow}: a read gets to a database, which has to count millions of rows")
        if end in ("queue", "worker"):
            raise ValueError(f"{flow}: somebody waits for a read, and a {end} answers nobody")
        if start == "ranking":
            raise ValueError(f"{flow}: a ranking has an entry for every player, so it asks nobody")
        if flow.when == "miss" and drawn.kinds[drawn.architecture.cache_before(flow).name] == "ranking":
            raise ValueError(f"{flow}: a ranking has an entry for every player, so nothing misses it")
        if end not in ("ranking", "cache") and not drawn.asked_by(flow.target):
            raise ValueError(f"{flow.target}: a read ends there, with nothing that knows the ranks")
        further = {*drawn.asked_by(flow.target), *drawn.asked_by(flow.source)} - {flow.target}
        if end == "cache" and not further:
            raise ValueError(f"{flow.target}: what the cache does not have is answered nowhere")
    drawn.require_service("read")
    if not drawn.arriving("read", "ranking"):
        raise ValueError("no read gets to a ranking")


def _writes(drawn: _Drawn) -> None:
    drawn.ask("writes-lost", "write-to-cache-only")
    drawn.require_service("write")
    for name in drawn.of_kind("primary database"):
        if drawn.architecture[name].replicas > 1:
            raise ValueError(f"{name}: a primary is one machine; what takes over from it are standbys")
    if drawn.arriving("write", "primary database") < _NEARLY_ALL * PEAK.writes_per_second:
        raise ValueError("not every post gets to a primary database, so a restart loses scores")


def _updates(drawn: _Drawn) -> None:
    drawn.ask("queue-without-consumer")
    for flow in drawn.flows("write"):
        start, end = drawn.kinds[flow.source], drawn.kinds[flow.target]
        if end == "worker" and start not in ("queue", "worker", *DATABASES):
            raise ValueError(f"{flow}: the player waits for the worker; put a queue between them")
        if start == "queue" and end not in ("worker", *SERVERS):
            raise ValueError(f"{flow}: a queue only keeps posts; a worker takes them out and passes them on")
    read = [name for name in drawn.of_kind("ranking") if drawn.load[name].per_second.get("read")]
    if not read:
        raise ValueError("there is no ranking that is read")
    for name in read:
        arrived = drawn.load[name].per_second
        got = max(arrived.get("delivery", 0.0), arrived.get("replication", 0.0))
        if got < _NEARLY_ALL * PEAK.writes_per_second:
            raise ValueError(f"{name}: not every post gets there, so its ranks are wrong")


def _points(drawn: _Drawn) -> None:
    _updates(drawn)
    drawn.require_service("read")
    drawn.require_service("write")
    for flow in drawn.architecture.flows:
        if drawn.kinds[flow.source] == "client" and drawn.kinds[flow.target] in SERVERS:
            raise ValueError(f"{flow}: there is no load balancer between them")
    said = {"read": "reads fail", "write": "posts fail", "delivery": "the ranks stand still"}
    for kind in asked_kinds(drawn.architecture):
        for component in drawn.architecture.components:
            left = when_one_fails(component)
            if left < 1 and answered(drawn.architecture, kind, {component.name: left}) < 1 - _ROUNDING:
                raise ValueError(f"{component.name}: when one machine of it fails, {said[kind]}")


def _peak(drawn: _Drawn) -> None:
    for request, rate in (("read", PEAK.reads_per_second), ("write", PEAK.writes_per_second)):
        if drawn.arriving(request, *SERVERS) < _NEARLY_ALL * rate:
            raise ValueError(f"the servers do not get every {request}")
    answering = drawn.arriving("read", "ranking", "cache", *DATABASES)
    if answering < _NEARLY_ALL * PEAK.reads_per_second or not drawn.arriving("write", *DATABASES):
        raise ValueError("some reads or writes end before they reach what keeps scores")
    for name, load in drawn.load.items():
        if (load.utilisation or 0) > MOST_FULL + _ROUNDING:
            raise ValueError(f"{name} has {100 * (load.utilisation or 0):.0f} % of what it can take to do")


def _cost(drawn: _Drawn) -> None:
    _peak(drawn)
    for name, load in drawn.load.items():
        box = load.component
        most = max(_ALWAYS_ALLOWED, 2 * math.ceil(_needed(load) - _ROUNDING))
        if box.kind != "client" and box.replicas > most:
            raise ValueError(f"{name} has {box.replicas:,} machines where {most:,} are plenty")
        if box.standbys > max(_STANDBYS_ALLOWED, box.replicas):
            raise ValueError(f"{name} has {box.standbys:,} standbys for {box.replicas:,} machines")


def _needed(load: ComponentLoad) -> float:
    shared = (load.utilisation or 0) - load.repeated
    return shared * load.component.replicas / (MOST_FULL - load.repeated)


_PARTS: Mapping[str, Callable[[_Drawn], None]] = {
    "reach": _reach,
    "reads": _reads,
    "writes": _writes,
    "updates": _updates,
    "points": _points,
    "peak": _peak,
    "cost": _cost,
}

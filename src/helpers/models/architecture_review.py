"""Step 3: what an interviewer would ask about an architecture, each question with its reason."""

from collections.abc import Callable, Iterator

import networkx as nx  # type: ignore[import-untyped]

from helpers.models.architecture import DATABASES, SERVERS, Architecture, Component, Flow
from helpers.models.architecture_load import Demand, carry, demand_of
from helpers.models.contract_review import Finding
from helpers.models.estimation import Estimate
from helpers.models.quantities import format_number

__all__ = ["RULES", "Finding", "review_architecture", "single_points_of_failure"]

_KEEPS = ("primary database", "shard", "object store")
_ANSWERS = (*DATABASES, "cache", "CDN", "object store", "search index")


def review_architecture(
    architecture: Architecture, asked: Estimate | Demand | None = None
) -> tuple[Finding, ...]:
    """Return what an interviewer would question, most important first; nothing in a sound design.

    With an estimate it also asks about media and about components that are too small at the peak.

    >>> from helpers.models.architectures import FRAMEWORK_DIAGRAM
    >>> [finding.rule for finding in review_architecture(FRAMEWORK_DIAGRAM)]
    ['replica-unread', 'single-point-of-failure']
    """
    demand = demand_of(asked) if isinstance(asked, Estimate) else asked
    if not isinstance(architecture, Architecture):
        raise TypeError(f"architecture = {architecture!r}: it must be an Architecture")
    if demand is not None and not isinstance(demand, Demand):
        raise TypeError(f"asked = {asked!r}: it must be an Estimate, a Demand or None")
    return tuple(finding for rule in RULES.values() for finding in rule(architecture, demand))


def single_points_of_failure(architecture: Architecture) -> tuple[Component, ...]:
    """Return the components whose failure stops a kind of request, or lays its whole load on the database.

    Services that a provider runs on many machines (DNS, CDN, object store) do not count, nor does a read
    replica, whose reads the primary can take, nor a worker behind a queue, where work waits.
    """
    graph = architecture.graph
    found = []
    for component in architecture.components:
        behind_queue = any(architecture[name].kind == "queue" for name in graph.predecessors(component.name))
        excused = component.kind in ("client", "DNS", "CDN", "object store", "read replica", "search index")
        if excused or (component.kind == "fan-out worker" and behind_queue):
            continue
        # Each shard holds data of its own, so another shard cannot stand in for it.
        lonely = component.replicas == 1 or component.kind == "shard"
        spare = component.standbys >= (component.replicas if component.kind == "shard" else 1)
        if lonely and not spare and component.name in _reached(architecture):
            found.append(component)
    return tuple(found)


def _no_client(architecture: Architecture, _: Demand | None) -> Iterator[Finding]:
    if not architecture.of_kind("client"):
        yield Finding(
            "no-client",
            architecture.name,
            "Nobody asks anything of these boxes.",
            "Start with the client and draw what one request does.",
        )


def _unreachable(architecture: Architecture, _: Demand | None) -> Iterator[Finding]:
    if not architecture.of_kind("client"):
        return
    for component in architecture.components:
        if component.kind != "client" and component.name not in _reached(architecture):
            yield Finding(
                "unreachable",
                component.title,
                "No request ever reaches it.",
                "Draw the arrow that uses it, or leave the box out.",
            )


def _no_answer(architecture: Architecture, _: Demand | None) -> Iterator[Finding]:
    flows = _followed(architecture, "read")
    if architecture.of_kind("client") and not any(
        architecture[flow.target].kind in _ANSWERS for flow in flows
    ):
        yield Finding(
            "reads-unanswered",
            "The read path",
            "A read reaches nothing that keeps data.",
            "Draw the way of a read down to what answers it.",
        )


def _writes(architecture: Architecture, _: Demand | None) -> Iterator[Finding]:
    kinds = {architecture[flow.target].kind for flow in _followed(architecture, "write")}
    if not architecture.of_kind("client") or kinds.intersection(_KEEPS):
        return
    if "cache" in kinds:
        yield Finding(
            "write-to-cache-only",
            "The write path",
            "A write is kept in memory alone: a restart of the cache loses it.",
            "Write to the database, and let the cache be filled from there.",
        )
    else:
        yield Finding(
            "writes-lost",
            "The write path",
            "A write reaches nothing that keeps it.",
            "Draw the way of a write down to the database.",
        )


def _client_to_database(architecture: Architecture, _: Demand | None) -> Iterator[Finding]:
    for client in architecture.of_kind("client"):
        targets = (architecture[name] for name in architecture.graph.successors(client.name))
        exposed = [target.title for target in targets if target.kind in (*DATABASES, "cache", "queue")]
        if exposed:
            yield Finding(
                "client-to-database",
                f"{client.title} → {', '.join(exposed)}",
                "Whoever holds the client then holds the password, and no rule of yours is in between.",
                "Put an API service between them: it checks who asks, and may change what is behind it.",
            )


def _no_load_balancer(architecture: Architecture, _: Demand | None) -> Iterator[Finding]:
    for component in architecture.of_kind(*SERVERS):
        before = {architecture[name].kind for name in architecture.graph.predecessors(component.name)}
        if component.replicas > 1 and before & {"client", "DNS", "CDN"}:
            yield Finding(
                "no-load-balancer",
                component.title,
                f"Which of the {component.replicas:,} servers gets a request, and who notices a dead one?",
                "Put a load balancer before them that checks their health.",
            )


def _replica_unread(architecture: Architecture, _: Demand | None) -> Iterator[Finding]:
    for replica in architecture.of_kind("read replica"):
        arriving = {flow.arrives_as for flow in architecture.flows if flow.target == replica.name}
        if "replication" not in arriving:
            yield Finding(
                "replica-not-fed",
                replica.title,
                "No write of the primary reaches it, so it has nothing to show.",
                "Draw the replication from the primary, and say how far it may lag.",
            )
        if "read" not in arriving:
            yield Finding(
                "replica-unread",
                replica.title,
                "It takes every write and no read: it spares the primary nothing.",
                "Send it the reads that may be a little old, or call it what it is, a standby.",
            )


def _cache_misses(architecture: Architecture, _: Demand | None) -> Iterator[Finding]:
    for cache in architecture.of_kind("cache", "CDN"):
        asking = [
            flow
            for flow in architecture.flows
            if flow.target == cache.name and flow.arrives_as in ("read", "media")
        ]
        for flow in asking:
            further = [
                other
                for name in (cache.name, flow.source)
                for other in architecture.leaving(name)
                if other.request == flow.arrives_as and other.target != cache.name
            ]
            if not further:
                yield Finding(
                    "misses-go-nowhere",
                    cache.title,
                    f"What does {architecture[flow.source].title} do when the cache has nothing?",
                    "Draw where a miss is answered.",
                )


def _no_queue(architecture: Architecture, _: Demand | None) -> Iterator[Finding]:
    for worker in architecture.of_kind("fan-out worker"):
        before = [architecture[flow.source] for flow in architecture.flows if flow.target == worker.name]
        waiting = [source.title for source in before if source.kind != "queue"]
        if waiting:
            yield Finding(
                "no-queue-before-fan-out",
                f"{waiting[0]} → {worker.title}",
                "One write becomes many deliveries, and whoever wrote it waits for them all.",
                "Put a queue between them: the write is answered at once, the deliveries follow.",
            )
    for queue in architecture.of_kind("queue"):
        if not architecture.leaving(queue.name):
            yield Finding(
                "queue-without-consumer",
                queue.title,
                "Nobody takes messages out of it, so it only grows.",
                "Draw the worker that reads it.",
            )


def _media(architecture: Architecture, demand: Demand | None) -> Iterator[Finding]:
    at_rest = [architecture[flow.target] for flow in architecture.flows if flow.arrives_as == "media"]
    carried = demand is not None and demand.media_share > 0
    asks = carried or bool(at_rest)
    if asks and not any(component.kind == "object store" for component in at_rest):
        yield Finding(
            "media-without-object-store",
            "Media",
            "Pictures and films in the database fill the disk and the backups that its rows need.",
            "Keep the files in an object store and only their addresses in the database.",
        )


def _too_small(architecture: Architecture, demand: Demand | None) -> Iterator[Finding]:
    if demand is None or len(architecture.of_kind("client")) != 1:
        return
    for load in carry(architecture, demand).full:
        percent = format_number(100 * (load.utilisation or 0), 2)
        yield Finding(
            "too-small",
            load.component.title,
            f"At the peak it is asked for {percent} % of what it can take.",
            "Say what you would do about it before the interviewer asks.",
        )


def _single_points(architecture: Architecture, _: Demand | None) -> Iterator[Finding]:
    found = single_points_of_failure(architecture)
    if not found:
        return
    kinds = {component.kind for component in found}
    words = ["Each stands alone." if len(found) > 1 else "It stands alone."]
    if "primary database" in kinds and architecture.of_kind("read replica"):
        words.append("A replica can take over the primary's place, but who promotes it?")
    if "cache" in kinds:
        words.append("Without the cache every read falls on what is behind it.")
    yield Finding(
        "single-point-of-failure",
        ", ".join(component.title for component in found),
        " ".join(words),
        "Name the standby, and who notices that it is needed.",
    )


Rule = Callable[[Architecture, Demand | None], Iterator[Finding]]
RULES: dict[str, Rule] = {
    "client": _no_client,
    "client to database": _client_to_database,
    "writes": _writes,
    "reads": _no_answer,
    "misses": _cache_misses,
    "reach": _unreachable,
    "load": _too_small,
    "replicas": _replica_unread,
    "queue": _no_queue,
    "load balancer": _no_load_balancer,
    "media": _media,
    "failures": _single_points,
}
"""The interviewer's questions in order of weight; one of them may give several findings."""


def _reached(architecture: Architecture) -> set[str]:
    found: set[str] = set()
    for client in architecture.of_kind("client"):
        found |= {client.name, *nx.descendants(architecture.graph, client.name)}
    return found


def _followed(architecture: Architecture, request: str) -> tuple[Flow, ...]:
    """Return every flow that a request of clients, or what becomes of it, may take."""
    reached = {(client.name, request) for client in architecture.of_kind("client")}
    found: list[Flow] = []
    for name in architecture.order:
        for flow in architecture.leaving(name):
            if (name, flow.request) in reached:
                reached.add((flow.target, flow.arrives_as))
                found.append(flow)
    return tuple(found)

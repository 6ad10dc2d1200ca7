"""Step 5, the critique in words: what fails without a machine, and what would be done at which price."""

from collections.abc import Mapping, Sequence

from helpers.models.architecture import Architecture, Component
from helpers.models.failover import Heartbeat, Pair
from helpers.models.nines import format_duration
from helpers.models.quantities import format_number

__all__ = ["count_of", "failing_words", "listed", "percent", "standby_remedy", "the"]

_LONGEST_TITLE = 40
_NOUNS = {"read": "reads", "write": "writes", "media": "media", "delivery": "deliveries"}
_PAIR = Pair(Heartbeat())


def the(component: Component) -> str:
    """Return a component's title as it stands inside a sentence.

    >>> the(Component("LB", "load balancer", "Load balancer")), the(Component("API", "API service"))
    ('the load balancer', 'the API')
    """
    title = " ".join(component.title.split())
    title = title if len(title) <= _LONGEST_TITLE else f"{title[: _LONGEST_TITLE - 1]}…"
    # "Load Balancer" and "API servers" as they are written, "Load balancer" as inside a sentence.
    capitals = title[:2].isupper() or any(word[:1].isupper() for word in title.split()[1:])
    return f"the {title if capitals else title[:1].lower() + title[1:]}"


def listed(parts: Sequence[str]) -> str:
    """Return parts as a list in a sentence.

    >>> listed(["reads", "writes", "media"])
    'reads, writes and media'
    """
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def percent(share: float) -> str:
    """Return a share as a percentage of two digits.

    >>> percent(0.3333), percent(2)
    ('33 %', '200 %')
    """
    return f"{format_number(100 * share, 2)} %"


def count_of(machines: int) -> str:
    """Return so many more machines, in words.

    >>> count_of(1), count_of(3)
    ('one more machine', '3 more machines')
    """
    return "one more machine" if machines == 1 else f"{machines:,} more machines"


def failing_words(lost: Mapping[str, float]) -> str:
    """Return what becomes of requests of which these shares are lost, by kind; empty where none is.

    >>> failing_words({"read": 1, "write": 1}), failing_words({"read": 0.5, "write": 0, "delivery": 1})
    ('no request is answered', 'half of reads fail and deliveries are lost')
    """
    asked = {kind: share for kind, share in lost.items() if kind != "delivery"}
    if asked and min(asked.values()) >= 1:
        return "no request is answered"
    said: dict[str, list[str]] = {}
    for kind, share in asked.items():
        if share > 0:
            amount = {1: "", 0.5: "half of "}.get(share, f"{percent(share)} of ")
            said.setdefault(amount, []).append(_NOUNS[kind])
    clauses = [f"{amount}{listed(nouns)} fail" for amount, nouns in said.items()]
    # A write that fails has nothing to deliver.
    if lost.get("delivery", 0) > asked.get("write", 0):
        clauses.append("deliveries are lost")
    return listed(clauses) if clauses else ""


def standby_remedy(architecture: Architecture, component: Component) -> tuple[str, str]:
    """Return what to do about a component of which one machine fails, and its price.

    >>> from helpers.models.architectures import FRAMEWORK_DIAGRAM
    >>> standby_remedy(FRAMEWORK_DIAGRAM, FRAMEWORK_DIAGRAM["LB"])
    ('add a standby with a heartbeat', 'one more machine, and 4.5 s until the standby has taken over')
    """
    machines = count_of(component.replicas)
    each = "a standby" if component.replicas == 1 else "a standby for each machine"
    takeover = f"{format_duration(_PAIR.heartbeat.mean_detection_s + _PAIR.takeover_s)}"
    if component.kind in ("primary database", "shard"):
        late = "the last writes, which it may not have yet, or a wait for it at each write"
        if any(flow.arrives_as == "replication" for flow in architecture.leaving(component.name)):
            return "let a replica take its place, with a heartbeat and fencing", late
        return f"add {each}, with a heartbeat and fencing", f"{machines}, and {late}"
    if component.kind == "cache":
        return f"add {each} that holds the same entries", f"{machines}, and every entry written twice"
    kind = component.kind
    if any(
        architecture[flow.source].kind == "queue"
        for flow in architecture.flows
        if flow.target == component.name
    ):
        kind = "API service"  # its work waits already; it only needs one machine more
    remedy, price = _REMEDIES.get(kind, _REMEDIES["API service"])
    return remedy, price.format(takeover=takeover)


_REMEDIES = {
    "load balancer": (
        "add a standby with a heartbeat",
        "one more machine, and {takeover} until the standby has taken over",
    ),
    "queue": (
        "keep each message on a second machine too",
        "one more machine, and a wait for it at each write",
    ),
    "fan-out worker": ("put a queue before it, so that deliveries wait", "a queue, itself with a standby"),
    "API service": (
        "run one machine more than the load needs",
        "one more machine, and checks of their health",
    ),
}

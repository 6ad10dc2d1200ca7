"""Step 3: the way of one request through an architecture, hit or miss."""

from helpers.models.architecture import Architecture, Flow
from helpers.models.checks import require_choice

__all__ = ["path"]


def path(architecture: Architecture, request: str, *, hit: bool = True) -> tuple[Flow, ...]:
    """Return the flows one request takes, in order: a read, a write, media, or the deliveries of a write.

    A read or a write ends with its answer; "delivery" is what goes on after the answer to a write.
    Of alternatives it takes the likeliest. `hit` says whether caches have what is asked for.

    >>> from helpers.models.architectures import FRAMEWORK_DIAGRAM
    >>> [str(flow) for flow in path(FRAMEWORK_DIAGRAM, "write")]
    ['Client → LB', 'LB → API', 'API → DB']
    """
    require_choice("request", request, ("read", "write", "media", "delivery"))
    found: dict[Flow, None] = {}
    clients = [client.name for client in architecture.of_kind("client")]
    asked = "write" if request == "delivery" else request
    for client in clients:
        _walk(architecture, client, asked, hit, found)
    if request != "delivery":
        return tuple(found)
    later: dict[Flow, None] = {flow: None for flow in found if flow.arrives_as == "delivery"}
    for name in dict.fromkeys([*clients, *(flow.target for flow in found)]):
        for flow in architecture.leaving(name):
            if not flow.waits and flow.request == "write" and flow.arrives_as != "replication":
                later[flow] = None
                _walk(architecture, flow.target, flow.arrives_as, hit, later, later_too=True)
    return tuple(later)


def _walk(
    architecture: Architecture,
    name: str,
    request: str,
    hit: bool,
    found: dict[Flow, None],
    *,
    later_too: bool = False,
) -> None:
    """Add the flows one request takes from a component on, each once, to `found`."""
    flows = [
        flow
        for flow in architecture.leaving(name)
        if flow.request == request
        and not (hit and flow.when == "miss")
        and (flow.waits or (later_too and flow.arrives_as != "replication"))
    ]
    split = [flow for flow in flows if flow.share < 1]
    likeliest = max(split, key=lambda flow: flow.share, default=None)
    for flow in flows:
        if (flow.share == 1 or flow is likeliest) and flow not in found:
            found[flow] = None
            _walk(architecture, flow.target, flow.arrives_as, hit, found, later_too=later_too)

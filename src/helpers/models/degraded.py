"""Step 5, bottlenecks: an architecture with machines missing, and who is too small for what falls on them."""

import dataclasses
from collections.abc import Mapping

from helpers.models.architecture import Architecture, Component, Flow
from helpers.models.architecture_load import ComponentLoad, Demand, carry
from helpers.models.checks import require_choice, require_whole
from helpers.models.estimation import Estimate
from helpers.models.single_points import request_walk

__all__ = ["machines_left", "overloaded", "without_machines"]


def machines_left(component: Component, lost: int) -> int:
    """Return how many machines of a component still serve when `lost` have failed: standbys go first.

    >>> machines_left(Component("API", "API service", replicas=4, standbys=1), 2)
    3
    """
    lost = require_whole("lost", lost, at_least=0, at_most=component.replicas + component.standbys)
    return component.replicas - max(0, lost - component.standbys)


def without_machines(architecture: Architecture, lost: Mapping[str, int]) -> Architecture:
    """Return an architecture after some machines of its components, by name, have failed.

    A cache answers less by the part of its machines that is gone, or nothing. The reads of replicas that are
    all gone go to the primary. Every other component keeps one machine at least: what it no longer answers
    is what `answered` says. Raises ValueError for an unknown component or more machines than there are.

    >>> from helpers.models.architectures import TWITTER_DESIGN
    >>> after = without_machines(TWITTER_DESIGN, {"Cache": 3, "Replica": 2})
    >>> after["Cache"].hit_ratio, [str(flow) for flow in after.flows if flow.request == "read"][-1]
    (0.45, 'Reads → DB')
    """
    for name, machines in lost.items():
        require_choice("lost", name, [component.name for component in architecture.components])
        component = architecture[name]
        left = machines_left(component, machines)
        changes: dict[str, float] = {"replicas": max(1, left)}
        if component.kind == "cache" and component.hit_ratio is not None:
            changes["hit_ratio"] = component.hit_ratio * left / component.replicas
        spent = min(component.standbys, machines)
        architecture = architecture.with_component(name, **changes, standbys=component.standbys - spent)
        primary = request_walk(architecture).primary_of(name)
        if primary is not None and not left:
            architecture = _reads_moved(architecture, name, primary)
    return architecture


def overloaded(
    architecture: Architecture, asked: Estimate | Demand, lost: Mapping[str, int]
) -> tuple[ComponentLoad, ...]:
    """Return the components that become too small at the peak only because machines are lost, worst first.

    >>> from helpers.models.architectures import TWITTER_DESIGN
    >>> busy = Demand(reads_per_second=150_000, writes_per_second=579)
    >>> [load.component.name for load in overloaded(TWITTER_DESIGN, busy, {"Cache": 4})]
    ['Replica']
    """
    after = carry(without_machines(architecture, lost), asked).full
    named = {load.component.name for load in carry(architecture, asked).full}
    # What is gone altogether takes no load at all.
    named |= {name for name, machines in lost.items() if not machines_left(architecture[name], machines)}
    return tuple(load for load in after if load.component.name not in named)


def _reads_moved(architecture: Architecture, replica: str, primary: str) -> Architecture:
    """Return an architecture whose reads of a replica go to its primary, each way once."""
    ways: dict[tuple[str, ...], Flow] = {}
    for flow in architecture.flows:
        moved = flow
        if flow.target == replica and flow.arrives_as == "read":
            moved = dataclasses.replace(flow, target=primary)
        key = (moved.source, moved.target, moved.request, moved.when, moved.arrives_as)
        if key in ways:
            moved = dataclasses.replace(moved, share=min(1.0, moved.share + ways[key].share))
        ways[key] = moved
    return dataclasses.replace(architecture, flows=tuple(ways.values()))

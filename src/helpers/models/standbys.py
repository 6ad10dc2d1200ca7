"""Step 5, single points of failure: which components a standby would help, and what it would give back."""

from collections.abc import Collection
from dataclasses import dataclass

from helpers.models.architecture import Architecture, Component
from helpers.models.availability import availabilities
from helpers.models.checks import require_choice
from helpers.models.nines import downtime_s
from helpers.models.single_points import PROVIDED, SPLIT, asked_kinds, single_points

__all__ = ["Gain", "has_standby", "may_have_standby", "standby_gains", "with_standbys"]


def may_have_standby(component: Component) -> bool:
    """Say whether a standby of ours means anything: not where machines stand in for each other already.

    >>> [may_have_standby(Component("A", kind, replicas=2)) for kind in ("API service", "shard", "CDN")]
    [False, True, False]
    """
    if component.kind in ("client", "read replica", *PROVIDED):
        return False
    return component.replicas == 1 or component.kind in SPLIT


def has_standby(component: Component) -> bool:
    """Say whether each machine that needs one has a standby: one for each shard or cache machine."""
    return component.standbys >= (component.replicas if component.kind in SPLIT else 1)


def with_standbys(architecture: Architecture, names: Collection[str]) -> Architecture:
    """Return an architecture in which just these, of the components that may have standbys, have them.

    >>> from helpers.models.architectures import FRAMEWORK_DIAGRAM
    >>> [part.name for part in with_standbys(FRAMEWORK_DIAGRAM, ["LB"]).components if part.standbys]
    ['LB']
    """
    for name in names:
        require_choice("names", name, [component.name for component in architecture.components])
    for component in architecture.components:
        wanted = component.name in names
        if may_have_standby(component) and wanted != has_standby(component):
            count = component.replicas if component.kind in SPLIT else 1
            architecture = architecture.with_component(component.name, standbys=count if wanted else 0)
    return architecture


@dataclass(frozen=True)
class Gain:
    """What a standby of a single point of failure is worth: the kinds its failure hits, seconds a year back.

    `saved_s` is that of the kind of request which gains most.
    """

    component: Component
    hits: tuple[str, ...]
    saved_s: float


def standby_gains(
    architecture: Architecture, *, each: float = 0.999, common_share: float = 0
) -> tuple[Gain, ...]:
    """Return what a standby for each single point of failure would give back, most first.

    Arguments as in `request_availability`. A standby here takes over at once.

    >>> from helpers.models.architectures import FRAMEWORK_DIAGRAM
    >>> [(gain.component.name, round(gain.saved_s / 3600, 1)) for gain in standby_gains(FRAMEWORK_DIAGRAM)]
    [('DB', 8.7), ('LB', 8.7)]
    """
    hits: dict[Component, list[str]] = {}
    for kind in asked_kinds(architecture):
        for component in single_points(architecture, kind):
            hits.setdefault(component, []).append(kind)
    now = availabilities(architecture, each=each, common_share=common_share)
    spared = [component.name for component in architecture.components if has_standby(component)]
    gains = []
    for component, kinds in hits.items():
        design = with_standbys(architecture, [*spared, component.name])
        then = availabilities(design, each=each, common_share=common_share)
        saved = max(downtime_s(now[kind], "year") - downtime_s(then[kind], "year") for kind in now)
        gains.append(Gain(component, tuple(kinds), max(0.0, saved)))
    return tuple(sorted(gains, key=lambda gain: -gain.saved_s))

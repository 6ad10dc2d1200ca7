"""Step 5, the critique: what a design loses when a machine fails, or all copies of one component together."""

from collections.abc import Iterator

from helpers.models.architecture import DATABASES, Component
from helpers.models.architecture_load import carry
from helpers.models.architecture_review import single_points_of_failure
from helpers.models.critique import Issue
from helpers.models.critique_case import Case
from helpers.models.critique_words import failing_words, percent, standby_remedy
from helpers.models.degraded import machines_left, overloaded, without_machines
from helpers.models.single_points import PROVIDED, SPLIT

__all__ = ["all_copies_fail", "one_machine_fails"]

_NOT_OURS = ("client", *PROVIDED)


def one_machine_fails(case: Case) -> Iterator[Issue]:
    """Yield the components of which one failed machine costs answers, or is too much for the others.

    A standby that takes over costs only seconds; they are not counted.
    """
    alone = single_points_of_failure(case.drawn)
    for component in case.drawn.components:
        minutes = case.assumed.repair_minutes(component)
        if component.kind in _NOT_OURS or not minutes:
            continue
        left = machines_left(component, 1)
        if left == component.replicas:
            continue
        # Of machines that stand in for each other one is enough to answer, if not for the load.
        partly = component.kind in SPLIT or component.replicas == 1
        up = left / component.replicas if partly else 1.0
        share, words = _damage(case, component, up, 1)
        if not share and component.kind == "cache" and component in alone:
            words = _borne(case, component)
        if not share and not words:
            continue
        name, machines = case.the(component), component.replicas
        if not partly:
            about = f"one machine fewer is too few for {name}"
        elif component.kind == "read replica":
            about = f"nobody else can bear the reads of {name}"
        elif machines == 1:
            about = f"nothing stands in for {name}"
        else:
            about = f"nothing stands in for any of the {machines:,} machines of {name}"
        remedy, price = standby_remedy(case.drawn, component)
        often = case.assumed.failures_a_year * machines
        yield Issue(about, often, minutes, share, remedy, price, words)


def all_copies_fail(case: Case) -> Iterator[Issue]:
    """Yield the causes that take all copies of a component, against which no further copy helps.

    They are the part of its downtime that all copies share, in pieces of `shared_minutes`.
    """
    hit = []
    for component in case.drawn.components:
        copies, minutes = component.replicas + component.standbys, case.assumed.repair_minutes(component)
        if component.kind in _NOT_OURS or copies == 1 or not minutes:
            continue
        share, _ = _damage(case, component, 0.0, copies)
        if share:
            hit.append((component, minutes, share))
    down = case.assumed.failures_a_year * sum(repair for _, repair, _ in hit)
    often = case.assumed.common_share * down / case.assumed.shared_minutes
    if not often:
        return
    minutes = sum(repair for _, repair, _ in hit)
    which = f"one of {len(hit)} components" if len(hit) > 1 else case.the(hit[0][0])
    yield Issue(
        f"a bad release or setting takes all copies of {which} at once",
        often,
        case.assumed.shared_minutes,
        min(1.0, sum(lasts * share for _, lasts, share in hit) / minutes),
        "release to one machine first, and go back when its errors rise",
        "slower releases, and an error rate watched for each version",
    )


def _damage(case: Case, component: Component, up: float, lost: int) -> tuple[float, str]:
    """Return the share of all requests that is hit without so many machines, and in words what happens."""
    unanswered = case.lost({component.name: up})
    share, words = case.share(unanswered), [failing_words(unanswered)]
    worst = next(iter(overloaded(case.loaded, case.ahead, {component.name: lost})), None)
    if worst is not None:
        asked = worst.utilisation or 0.0
        share = 1 - (1 - share) * (1 - case.turned_away(worst, asked))
        words.append(f"the load on {case.the(worst.component)} is {percent(asked)} of the limit {case.when}")
    return share, " and ".join(filter(None, words))


def _borne(case: Case, cache: Component) -> str:
    """Who takes the reads of a cache that is gone, and still can."""
    lost = {cache.name: cache.replicas + cache.standbys}
    load = carry(without_machines(case.loaded, lost), case.ahead)
    behind = [load[component.name] for component in case.drawn.of_kind(*DATABASES)]
    fullest = max(behind, key=lambda one: one.utilisation or 0.0, default=None)
    if fullest is None or not fullest.utilisation:
        return "every read falls on what is behind it"
    name, full = case.the(fullest.component), percent(fullest.utilisation)
    return f"every read falls on {name}, then {full} full {case.when}"

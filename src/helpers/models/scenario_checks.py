"""The whole interview, scenarios: what is wrong with one, found by the models of the five steps."""

import itertools
from collections.abc import Iterator

from helpers.models.architecture import Architecture
from helpers.models.architecture_load import carry
from helpers.models.architecture_review import review_architecture
from helpers.models.contract_review import review
from helpers.models.estimation import Estimate
from helpers.models.quantities import WHITEBOARD_TOLERANCE
from helpers.models.scenario import Scenario
from helpers.models.single_points import asked_kinds, single_points

__all__ = ["LEAST_DEEP_DIVES", "LEAST_WEAKNESSES", "faults", "troubles"]

LEAST_DEEP_DIVES = 3
LEAST_WEAKNESSES = 3


def faults(scenario: Scenario) -> tuple[str, ...]:
    """Return what the course's own models hold against a scenario; nothing for a sound one.

    The model contract must pass the review of step 1; published numbers must be met within 10 %, or have a
    note that says why not; each draft must have fewer troubles than the one before, and the last none.
    """
    return tuple(f"{scenario.name}: {fault}" for check in _CHECKS for fault in check(scenario))


def troubles(architecture: Architecture, asked: Estimate) -> tuple[str, ...]:
    """Return what is wrong with an architecture under a load: what is full, what stands alone, what is asked.

    >>> from helpers.models.architectures import SMALLEST
    >>> from helpers.models.estimation import Workload, estimate
    >>> troubles(SMALLEST, estimate(Workload(writes_per_day=86_400, reads_per_write=1)))[0]
    'DB stands alone for a read'
    """
    load = carry(architecture, asked)
    found = [f"{full.component.name} is full" for full in load.full]
    found += [
        f"{component.name} stands alone for a {kind}"
        for kind in asked_kinds(architecture)
        for component in single_points(architecture, kind)
    ]
    found += [f"{finding.about}: {finding.why}" for finding in review_architecture(architecture, asked)]
    return tuple(found)


def _contract(scenario: Scenario) -> Iterator[str]:
    contract = scenario.prompt.model_contract
    for finding in review(contract, scenario.prompt):
        yield f"contract: {finding}"
    if contract.daily_users is None:
        yield "contract: daily_users is missing; the interviewer must know them"


def _published(scenario: Scenario) -> Iterator[str]:
    for result in scenario.published:
        ratio = result.exact / result.published
        if abs(ratio - 1) > WHITEBOARD_TOLERANCE and not result.note:
            what, published, exact, _ = result.row
            yield f"published: {what}: {published} published, {exact} computed; a note must say why"


def _drafts(scenario: Scenario) -> Iterator[str]:
    found = [troubles(draft.architecture, scenario.estimate) for draft in scenario.drafts]
    for place, (before, after) in enumerate(itertools.pairwise(found), start=2):
        if len(after) >= len(before):
            yield (
                f"drafts: number {place} has as many troubles as the one before it ({len(after)} and "
                f"{len(before)}): {'; '.join(after)}"
            )
    for trouble in found[-1]:
        yield f"drafts: the last one is not sound: {trouble}"
    for place, draft in enumerate(scenario.drafts[:-1], start=1):
        if not draft.weak:
            yield f"drafts: number {place} must say what is weak about it"


def _deep_dives(scenario: Scenario) -> Iterator[str]:
    if len(scenario.deep_dives) < LEAST_DEEP_DIVES:
        yield f"deep_dives: there are {len(scenario.deep_dives)}; there must be {LEAST_DEEP_DIVES} or more"
    for dive in scenario.deep_dives:
        if not scenario.architecture.of_kind(dive.kind):
            yield f"deep_dives: the last draft has no {dive.kind}, so nobody digs into it: {dive.question!r}"
        if not dive.follow_ups:
            yield f"deep_dives: {dive.question!r} has no follow-up"


def _weaknesses(scenario: Scenario) -> Iterator[str]:
    if len(scenario.weaknesses) < LEAST_WEAKNESSES:
        yield f"weaknesses: there are {len(scenario.weaknesses)}; there must be {LEAST_WEAKNESSES} or more"
    names = [component.name for component in scenario.architecture.components]
    for weakness in scenario.weaknesses:
        if weakness.component not in names:
            yield f"weaknesses: {weakness.component!r} is no component of the last draft: {', '.join(names)}"


_CHECKS = (_contract, _published, _drafts, _deep_dives, _weaknesses)

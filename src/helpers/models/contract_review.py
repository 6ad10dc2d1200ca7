"""Step 1, the review: what an interviewer would say to a contract, most important first."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from helpers.models.contract import EVENTUAL, STRONG, ConsistencyTarget, Contract, LatencyTarget
from helpers.models.nines import downtime_s, format_duration
from helpers.models.requirements import CORE, OUT, Feature, Prompt, minutes_each
from helpers.models.texts import key_words

__all__ = ["BETWEEN_REGIONS_MS", "FIVE_NINES", "MOST_FEATURES", "RULES", "Finding", "review"]

MOST_FEATURES = 4
"""The framework: the top three or four features."""

FIVE_NINES = 0.99999
"""From this availability on, a month leaves less than half a minute for a cut between regions."""

BETWEEN_REGIONS_MS = 75.0
"""Our assumption for one way between two regions: the wide-area profile of Bailis et al. (VLDB 2012)."""

_MEANS_ALL = key_words("everything anything all every whole entire system app service product")
_SAYS_NOTHING = _MEANS_ALL | key_words("operation reads write data request")


@dataclass(frozen=True)
class Finding:
    """What is amiss: the rule's name, what it is about, why it matters, what to say instead."""

    rule: str
    about: str
    why: str
    say: str

    def __str__(self) -> str:
        return f"{self.about}: {self.why} {self.say}"


def review(contract: Contract, prompt: Prompt | None = None) -> tuple[Finding, ...]:
    """Return what an interviewer would find in a contract, most important first; nothing in a good one.

    Without `prompt` it finds only what needs no knowledge of the product.

    >>> from helpers.models.prompts import TWITTER, TWITTER_CONTRACT
    >>> review(TWITTER_CONTRACT, TWITTER)
    ()
    >>> [finding.rule for finding in review(Contract("Design a garage", ("Park a car",)))][:2]
    ['scale-missing', 'no-latency-target']
    """
    if not isinstance(contract, Contract):
        raise TypeError(f"contract = {contract!r}: it must be a Contract")
    if prompt is not None and not isinstance(prompt, Prompt):
        raise TypeError(f"prompt = {prompt!r}: it must be a Prompt, for example TWITTER, or None")
    return tuple(
        Finding(rule, *words) for rule, check in _CHECKS.items() for words in check(contract, prompt)
    )


_Found = Iterator[tuple[str, str, str]]


def _no_features(contract: Contract, prompt: Prompt | None) -> _Found:
    if not contract.features:
        yield (
            "Features",
            "There is nothing to design yet.",
            "“These are the three things a user must be able to do.”",
        )


def _core_missing(contract: Contract, prompt: Prompt | None) -> _Found:
    if prompt is None or not contract.features:
        return
    named = {feature for text in contract.features for feature in prompt.named_by(text)}
    for feature in prompt.features:
        if feature.kind == CORE and feature not in named:
            yield feature.name, f"You left it out. {feature.reason}", f"“Users can {_lower(feature.name)}.”"


def _out_of_scope_feature(contract: Contract, prompt: Prompt | None) -> _Found:
    if prompt is None:
        return
    for text in contract.features:
        for feature in prompt.meant_by(text):
            if feature.kind == OUT:
                yield text, feature.reason, f"“Not now: {_lower(text)}.”"


def _too_many_features(contract: Contract, prompt: Prompt | None) -> _Found:
    count = len(contract.features)
    if count > MOST_FEATURES:
        least, most = minutes_each(count)
        yield (
            f"{count} features",
            f"Steps 3 and 4 leave {least:.2g} to {most:.2g} minutes for each.",
            "“I design three or four of them well; the others can wait.”",
        )


def _eventual_for_money(contract: Contract, prompt: Prompt | None) -> _Found:
    for target, harmed in _decided(contract, prompt, level=EVENTUAL, needs=STRONG):
        names = " and ".join(feature.name for feature in harmed)
        yield target.operation, harmed[0].because, f"“{names}: strong, even if it takes longer.”"


def _strong_not_needed(contract: Contract, prompt: Prompt | None) -> _Found:
    for target, harmless in _decided(contract, prompt, level=STRONG, needs=EVENTUAL):
        names = " and ".join(feature.name for feature in harmless)
        yield (
            target.operation,
            f"{harmless[0].because} Strong reads cost time, and some fail when a replica is cut off.",
            f"“{names}: eventual, within so many seconds.”",
        )


def _cut_between_regions(contract: Contract, prompt: Prompt | None) -> _Found:
    levels = {target.level for target in contract.consistency}
    regions, availability = contract.regions or 1, contract.availability or 0
    if levels == {STRONG} and regions > 1 and availability >= FIVE_NINES:
        month = format_duration(downtime_s(availability, "month"))
        yield (
            "Strong everywhere, and always up",
            f"A cut between {regions} regions forces a choice: refuse requests, or answer with old data. "
            f"This availability allows {month} of refusals a month. And each strong write waits for "
            f"another region, about {2 * BETWEEN_REGIONS_MS:g} ms there and back by our assumption.",
            "“During a cut, these operations stay right and these stay up.”",
        )


def _faster_than_the_round_trip(contract: Contract, prompt: Prompt | None) -> _Found:
    round_trip = 2 * BETWEEN_REGIONS_MS
    if (contract.regions or 1) < 2:
        return
    for target in _fastest(contract.latency):
        number = target.milliseconds or round_trip
        if number < round_trip and _is_strong(target, contract, prompt):
            yield (
                target.operation,
                f"Strong across {contract.regions} regions waits for another region: about "
                f"{round_trip:g} ms there and back, by our assumption, not {number:.6g} ms.",
                f"“{target.operation}: more than {round_trip:g} ms, or kept in one region, or eventual.”",
            )


def _scale_missing(contract: Contract, prompt: Prompt | None) -> _Found:
    if contract.daily_users is None:
        yield (
            "Daily users",
            "A million and a billion users need different systems.",
            _ask(prompt, "daily_users", "How many people use it every day?"),
        )


def _no_latency_target(contract: Contract, prompt: Prompt | None) -> _Found:
    if not contract.latency:
        yield (
            "Latency",
            "Real time and “delay is okay” need different systems.",
            _ask(prompt, "latency", "How fast must it be, and for how many requests?"),
        )


def _latency_without_number(contract: Contract, prompt: Prompt | None) -> _Found:
    for target in contract.latency:
        if target.milliseconds is None:
            yield (
                target.operation,
                "“Fast” cannot be tested: you and I would each take it for another number.",
                f"“{target.operation}: so many milliseconds for 99 requests in 100.”",
            )


def _latency_without_percentile(contract: Contract, prompt: Prompt | None) -> _Found:
    for target in contract.latency:
        if target.milliseconds is not None and target.percentile is None:
            yield (
                target.operation,
                "An average hides slow requests: one of 10 seconds in a thousand adds only 10 ms to it.",
                f"“{target.operation}: so many milliseconds at the 99th percentile.”",
            )


def _consistency_undecided(contract: Contract, prompt: Prompt | None) -> _Found:
    ask = "Is it okay if what I read is a few seconds old?"
    if not contract.consistency:
        yield (
            "Consistency",
            "Old data harms some operations and not others, so decide it for each.",
            _ask(prompt, "consistency", ask),
        )
        return
    if prompt is None or any(_means_all(target) for target in contract.consistency):
        return
    taken = {feature for text in contract.features for feature in prompt.meant_by(text)}
    settled = {feature for target in contract.consistency for feature in prompt.named_by(target.operation)}
    for feature in prompt.features:
        if feature.kind == CORE and feature.needs and feature in taken - settled:
            yield (
                feature.name,
                "You decided consistency for other operations, not for this one.",
                f"“{feature.name}: may it be a few seconds old?”",
            )


def _eventual_without_bound(contract: Contract, prompt: Prompt | None) -> _Found:
    for target in contract.consistency:
        if target.level == EVENTUAL and target.within_s is None:
            yield (
                target.operation,
                "“Eventual” alone sets no limit: a week later is eventual too.",
                f"“{target.operation}: eventual, within so many seconds.”",
            )


def _availability_missing(contract: Contract, prompt: Prompt | None) -> _Found:
    if contract.availability is None:
        month = format_duration(downtime_s(0.999, "month"))
        yield (
            "Availability",
            f"“Always up” cannot be built. A number can: 99.9 % allows {month} down a month.",
            _ask(prompt, "availability", "How long may it be down in a month?"),
        )


def _durability_missing(contract: Contract, prompt: Prompt | None) -> _Found:
    if prompt is not None and prompt.must_keep and contract.durability is None:
        yield (
            "Durability",
            f"Being up is not the same as keeping data: {prompt.must_keep} must not be lost.",
            _ask(prompt, "durability", "May anything that was saved ever be lost?"),
        )


def _growth_missing(contract: Contract, prompt: Prompt | None) -> _Found:
    if contract.growth_per_year is None:
        yield (
            "Growth",
            f"The design must last: at × 1.5 a year, three years make {1.5**3:.2g} times the users.",
            _ask(prompt, "growth_per_year", "How fast does it grow?"),
        )


# What has a rule of its own is not asked for a second time.
_RULED = {"daily_users", "growth_per_year", "latency", "availability", "durability", "consistency"}


def _question_not_asked(contract: Contract, prompt: Prompt | None) -> _Found:
    for question in prompt.questions if prompt else ():
        known = any(getattr(contract, field) not in (None, ()) for field in question.settles)
        ruled = bool(_RULED & set(question.settles))
        if question.matters and question.name not in contract.asked and not known | ruled:
            yield "A question not asked", "Its answer changes the design.", f"“{question.text}”"


def _wasted_question(contract: Contract, prompt: Prompt | None) -> _Found:
    for question in prompt.questions if prompt else ():
        if not question.matters and question.name in contract.asked:
            yield (
                f"“{question.text}”",
                "That is yours to decide, and the time is gone. Ask what only I can know.",
                "“I choose that myself, and say why when I come to it.”",
            )


_CHECKS: dict[str, Callable[[Contract, Prompt | None], _Found]] = {
    "no-features": _no_features,
    "core-missing": _core_missing,
    "out-of-scope-feature": _out_of_scope_feature,
    "too-many-features": _too_many_features,
    "eventual-for-money": _eventual_for_money,
    "cut-between-regions": _cut_between_regions,
    "faster-than-the-round-trip": _faster_than_the_round_trip,
    "strong-not-needed": _strong_not_needed,
    "scale-missing": _scale_missing,
    "no-latency-target": _no_latency_target,
    "latency-without-number": _latency_without_number,
    "latency-without-percentile": _latency_without_percentile,
    "consistency-undecided": _consistency_undecided,
    "eventual-without-bound": _eventual_without_bound,
    "availability-missing": _availability_missing,
    "durability-missing": _durability_missing,
    "growth-missing": _growth_missing,
    "question-not-asked": _question_not_asked,
    "wasted-question": _wasted_question,
}

RULES = tuple(_CHECKS)
"""The names of the rules, most important first."""


def _decided(
    contract: Contract, prompt: Prompt | None, *, level: str, needs: str
) -> Iterator[tuple[ConsistencyTarget, list[Feature]]]:
    """Each target of a level with those features it surely speaks of that need the other level."""
    if prompt is None:
        return
    taken = {feature for text in contract.features for feature in prompt.named_by(text)}
    for target in contract.consistency:
        meant = prompt.features if _means_all(target) else prompt.meant_by(target.operation)
        found = [feature for feature in meant if feature in taken and feature.needs == needs]
        if target.level == level and found:
            yield target, found


def _means_all(target: ConsistencyTarget) -> bool:
    words = key_words(target.operation)
    return words <= _SAYS_NOTHING and bool(words & _MEANS_ALL)


def _is_strong(latency: LatencyTarget, contract: Contract, prompt: Prompt | None) -> bool:
    """Say whether this operation was promised strong, by its own name or by one for all operations."""
    meant = set(prompt.meant_by(latency.operation)) if prompt else set()
    own = [
        target.level
        for target in contract.consistency
        if key_words(target.operation) == key_words(latency.operation)
        or (prompt is not None and meant & set(prompt.meant_by(target.operation)))
    ]
    all_of_them = [target.level for target in contract.consistency if _means_all(target)]
    return set(own or all_of_them) == {STRONG}


def _fastest(targets: tuple[LatencyTarget, ...]) -> tuple[LatencyTarget, ...]:
    """Return the lowest target of each operation."""
    slowest_first = sorted(targets, key=lambda target: -(target.milliseconds or math.inf))
    return tuple({target.operation: target for target in slowest_first}.values())


def _lower(text: str) -> str:
    return text[0].lower() + text[1:]


def _ask(prompt: Prompt | None, field: str, otherwise: str) -> str:
    question = prompt.question_for(field) if prompt else None
    return f"“{question.text if question else otherwise}”"

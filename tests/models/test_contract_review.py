"""The review: every rule speaks for its own fault, and for nothing else."""

import dataclasses
from typing import Any

import pytest

from helpers.models.consistency import THREE_REGIONS
from helpers.models.contract_review import BETWEEN_REGIONS_MS, RULES, review
from helpers.models.prompts import CHAT, PAYMENTS, PROMPTS, TWITTER, TWITTER_CONTRACT
from helpers.models.requirements import (
    EVENTUAL,
    STRONG,
    ConsistencyTarget,
    Contract,
    LatencyTarget,
    Prompt,
)

TIMELINE, PAY, REFUND, PAST = (
    "View a home timeline",
    "Pay a merchant",
    "Refund a payment",
    "See past payments",
)
ALL_STRONG = tuple(ConsistencyTarget(name, STRONG) for name in (PAY, REFUND, PAST))


def changed(prompt: Prompt, /, **changes: Any) -> Contract:
    """A prompt's good contract with some fields changed."""
    return dataclasses.replace(prompt.model_contract, **changes)


def rules(contract: Contract, prompt: Prompt | None) -> list[str]:
    return [finding.rule for finding in review(contract, prompt)]


def features(prompt: Prompt, *more: str, without: str = "") -> dict[str, Any]:
    kept = [name for name in prompt.model_contract.features if name != without]
    out = [name for name in prompt.model_contract.out_of_scope if name not in more]
    return {"features": (*kept, *more), "out_of_scope": out}


def without(prompt: Prompt, question: str) -> tuple[str, ...]:
    return tuple(name for name in prompt.model_contract.asked if name != question)


@pytest.mark.parametrize("prompt", PROMPTS, ids=lambda prompt: prompt.name)
def test_a_good_contract_has_no_finding(prompt: Prompt) -> None:
    assert review(prompt.model_contract, prompt) == ()
    assert review(prompt.model_contract) == ()
    asked = [question.name for question in prompt.questions if question.matters]
    assert review(prompt.agree(prompt.model_contract.features, asked), prompt) == ()


# One change to a good contract each, and the one rule that it breaks.
FAULTS: list[tuple[str, Prompt, dict[str, Any]]] = [
    ("no-features", TWITTER, {"features": ()}),
    ("core-missing", TWITTER, features(TWITTER, without="Follow others")),
    ("core-missing", PAYMENTS, features(PAYMENTS, without=PAY)),
    ("out-of-scope-feature", TWITTER, features(TWITTER, "Reset password")),
    ("out-of-scope-feature", TWITTER, features(TWITTER, "Users can edit their profile")),
    ("out-of-scope-feature", CHAT, features(CHAT, "Make voice and video calls")),
    ("too-many-features", TWITTER, features(TWITTER, "Search tweets", "Like and repost")),
    ("too-many-features", TWITTER, features(TWITTER, "Bookmark a tweet", "Mute a word")),
    ("eventual-for-money", PAYMENTS, {"consistency": (ConsistencyTarget("everything", EVENTUAL, 5),)}),
    (
        "eventual-for-money",
        PAYMENTS,
        {"consistency": (ConsistencyTarget("Pay", EVENTUAL, 1), ConsistencyTarget(REFUND, STRONG))},
    ),
    (
        "strong-not-needed",
        TWITTER,
        {"regions": 1, "consistency": (ConsistencyTarget("home timeline", STRONG),)},
    ),
    ("strong-not-needed", TWITTER, {"regions": 1, "consistency": (ConsistencyTarget("Everything", STRONG),)}),
    ("cut-between-regions", PAYMENTS, {"consistency": ALL_STRONG, "availability": 0.99999}),
    (
        "faster-than-the-round-trip",
        PAYMENTS,
        {"latency": (LatencyTarget(PAY, 2000, 99), LatencyTarget(PAY, 149, 50))},
    ),
    ("faster-than-the-round-trip", PAYMENTS, {"latency": (LatencyTarget("payment", 100, 99),)}),
    (
        "faster-than-the-round-trip",
        PAYMENTS,
        {
            "consistency": (ConsistencyTarget("everything", STRONG),),
            "latency": (LatencyTarget(PAY, 100, 99),),
        },
    ),
    ("scale-missing", TWITTER, {"daily_users": None}),
    ("no-latency-target", TWITTER, {"latency": ()}),
    ("latency-without-number", TWITTER, {"latency": (LatencyTarget(TIMELINE),)}),
    ("latency-without-number", TWITTER, {"latency": (LatencyTarget(TIMELINE, None, 99),)}),
    ("latency-without-percentile", TWITTER, {"latency": (LatencyTarget(TIMELINE, 200),)}),
    ("consistency-undecided", TWITTER, {"consistency": ()}),
    ("consistency-undecided", TWITTER, {"consistency": (ConsistencyTarget("Follow others", EVENTUAL, 5),)}),
    ("eventual-without-bound", TWITTER, {"consistency": (ConsistencyTarget(TIMELINE, EVENTUAL),)}),
    ("availability-missing", TWITTER, {"availability": None}),
    ("durability-missing", TWITTER, {"durability": None}),
    ("growth-missing", TWITTER, {"growth_per_year": None}),
    ("growth-missing", TWITTER, {"asked": without(TWITTER, "growth"), "growth_per_year": None}),
    ("question-not-asked", TWITTER, {"asked": without(TWITTER, "famous")}),
    ("question-not-asked", PAYMENTS, {"asked": without(PAYMENTS, "twice")}),
    ("question-not-asked", TWITTER, {"asked": without(TWITTER, "regions"), "regions": None}),
    ("wasted-question", TWITTER, {"asked": (*TWITTER_CONTRACT.asked, "database")}),
]


@pytest.mark.parametrize(("rule", "prompt", "change"), FAULTS)
def test_one_fault_is_found_by_its_rule_alone(rule: str, prompt: Prompt, change: dict[str, Any]) -> None:
    assert rules(changed(prompt, **change), prompt) == [rule]


def test_every_rule_has_a_fault_above() -> None:
    assert {rule for rule, _, _ in FAULTS} == set(RULES)


# Strange, and right: nobody may be blamed for these.
RIGHT: list[tuple[Prompt | None, dict[str, Any]]] = [
    (TWITTER, {"features": ("Users can post a tweet", "following other people", "news feed")}),
    (TWITTER, features(TWITTER, "View other profiles")),
    (TWITTER, features(TWITTER, "Watch live sport")),
    (TWITTER, {"consistency": (ConsistencyTarget("all operations", EVENTUAL, 60),)}),
    (TWITTER, {"consistency": (ConsistencyTarget("timeline", EVENTUAL, 0.1),)}),
    (
        TWITTER,
        {"consistency": (ConsistencyTarget("Post tweets", STRONG), ConsistencyTarget("feed", EVENTUAL, 5))},
    ),
    (TWITTER, {"regions": 1}),
    (TWITTER, {"growth_per_year": 0.9}),
    (TWITTER, {"daily_users": 1}),
    (TWITTER, {"availability": 0.5}),
    (TWITTER, {"availability": 0.9999999}),
    (TWITTER, {"latency": (LatencyTarget(TIMELINE, 1, 99.9),)}),
    (TWITTER, {"latency": (LatencyTarget("page load", 60_000, 1),)}),
    (TWITTER, {"asked": ("famous",)}),
    (TWITTER, {"asked": (*TWITTER_CONTRACT.asked, "weather")}),
    (TWITTER, {"out_of_scope": ()}),
    (PAYMENTS, {"consistency": ALL_STRONG}),
    (PAYMENTS, {"consistency": ALL_STRONG, "availability": 0.999989}),
    (PAYMENTS, {"consistency": ALL_STRONG, "availability": 0.99999, "regions": 1}),
    (PAYMENTS, {"availability": 0.99999}),
    (PAYMENTS, {"consistency": (*ALL_STRONG[:2], ConsistencyTarget("list of payments", EVENTUAL, 10))}),
    (PAYMENTS, {"consistency": (*ALL_STRONG[:2], ConsistencyTarget("all receipts", EVENTUAL, 60))}),
    (CHAT, features(CHAT, "See who is online")),
    (CHAT, {"consistency": (ConsistencyTarget("See who is online", STRONG),)}),
    (dataclasses.replace(TWITTER, must_keep=""), {"durability": None}),
    (PAYMENTS, {"latency": (LatencyTarget(PAY, 150, 99),)}),
    (PAYMENTS, {"latency": (LatencyTarget(PAST, 20, 99),)}),
    (PAYMENTS, {"latency": (LatencyTarget(PAY, 20, 99),), "regions": 1}),
    (None, {"features": ("Reset password", "Edit profile"), "durability": None, "asked": ()}),
    (None, {"consistency": (ConsistencyTarget("pay", EVENTUAL, 5),)}),
]


@pytest.mark.parametrize(("prompt", "change"), RIGHT)
def test_a_strange_but_right_contract_is_not_blamed(prompt: Prompt | None, change: dict[str, Any]) -> None:
    assert rules(changed(prompt or TWITTER, **change), prompt) == []


def test_an_own_prompt_with_password_reset_at_its_core_is_not_blamed() -> None:
    own = dataclasses.replace(
        TWITTER,
        name="Login",
        line="Design a login service",
        features=tuple(
            dataclasses.replace(feature, kind="core" if feature.name == "Reset password" else "secondary")
            for feature in TWITTER.features
        ),
        attempt=(),
    )
    contract = changed(TWITTER, prompt="Design a login service", features=("Reset password",))
    assert rules(contract, own) == []


def test_findings_come_in_order_of_importance_and_say_what_to_do() -> None:
    found = review(Contract("Design Twitter"), TWITTER)
    places = [RULES.index(finding.rule) for finding in found]
    assert places == sorted(places)
    assert found[0].rule == "no-features"
    for finding in found:
        assert all((finding.about, finding.why, finding.say))
        assert str(finding) == f"{finding.about}: {finding.why} {finding.say}"
    assert len(set(found)) == len(found)


def test_what_is_missing_is_asked_in_the_prompts_own_words() -> None:
    (finding,) = review(changed(TWITTER, availability=None), TWITTER)
    assert finding.say == "“How long may it be down?”"
    assert "43 min 48 s down a month" in finding.why
    (finding,) = review(changed(TWITTER, availability=None))
    assert finding.say == "“How long may it be down in a month?”"


def test_the_numbers_in_the_words_are_worked_out() -> None:
    (finding,) = review(changed(TWITTER, **features(TWITTER, "Search tweets", "Like and repost")), TWITTER)
    assert "5 to 7 minutes for each" in finding.why
    (finding,) = review(changed(PAYMENTS, consistency=ALL_STRONG, availability=0.99999), PAYMENTS)
    assert "26.3 s of refusals a month" in finding.why
    assert "150 ms there and back" in finding.why


def test_the_round_trip_is_that_of_the_profile_it_cites() -> None:
    assert THREE_REGIONS.away_ms == BETWEEN_REGIONS_MS


@pytest.mark.parametrize("contract", [None, "Design Twitter", {"prompt": "Design Twitter"}])
def test_only_a_contract_is_reviewed(contract: Any) -> None:
    with pytest.raises(TypeError, match="it must be a Contract"):
        review(contract)


def test_inputs_are_left_unchanged() -> None:
    before = changed(TWITTER)
    review(before, TWITTER)
    assert before == TWITTER_CONTRACT


@pytest.mark.parametrize("prompt", ["Design Twitter", 5, TWITTER_CONTRACT])
def test_what_is_no_prompt_is_named(prompt: Any) -> None:
    with pytest.raises(TypeError, match=r"prompt = .*it must be a Prompt"):
        review(TWITTER_CONTRACT, prompt)

"""The interviewer's questions: a sound design has none, and each flaw brings its own and no other."""

from dataclasses import replace
from typing import Any

import pytest

from helpers.models.architecture import Architecture, Component, Flow
from helpers.models.architecture_load import Demand
from helpers.models.architecture_review import review_architecture, single_points_of_failure
from helpers.models.architectures import FRAMEWORK_DIAGRAM, TWITTER_DESIGN, Parts, assemble
from helpers.models.estimation import estimate
from helpers.models.published import FRAMEWORK_TWITTER, WHOLE_TWITTER

TODAY = Demand(reads_per_second=29_000, writes_per_second=579, followers=75, media_share=0.05)


def without(*names: str, flows: tuple[Flow, ...] = ()) -> Architecture:
    """Return the whole design without some of its components, and with flows put in their place."""
    kept = tuple(each for each in TWITTER_DESIGN.components if each.name not in names)
    left = [flow for flow in TWITTER_DESIGN.flows if not {flow.source, flow.target} & set(names)]
    return replace(TWITTER_DESIGN, components=kept, flows=(*left, *flows))


def without_flows(*ways: str, flows: tuple[Flow, ...] = ()) -> Architecture:
    left = [flow for flow in TWITTER_DESIGN.flows if str(flow) not in ways]
    return replace(TWITTER_DESIGN, flows=(*left, *flows))


def plus(component: Component, *flows: Flow) -> Architecture:
    return replace(
        TWITTER_DESIGN,
        components=(*TWITTER_DESIGN.components, component),
        flows=(*TWITTER_DESIGN.flows, *flows),
    )


def rules(architecture: Architecture, demand: Demand | None = TODAY) -> list[str]:
    return [finding.rule for finding in review_architecture(architecture, demand)]


def test_a_sound_design_has_no_questions() -> None:
    assert rules(TWITTER_DESIGN) == []
    assert rules(TWITTER_DESIGN, None) == []


FLAWS: dict[str, Architecture] = {
    "client-to-database": plus(Component("Old", "cache", standbys=1), Flow("Client", "Old", "delivery")),
    "write-to-cache-only": without_flows(
        "Writes → DB", "DB → Replica",
        flows=(
            Flow("Writes", "Cache", "write"),
            Flow("Reads", "DB", "write"),
            Flow("DB", "Replica", "read", becomes="replication"),
        ),
    ),
    "writes-lost": without_flows(
        "Writes → DB", "Queue → Worker",
        flows=(Flow("Queue", "Worker", "read"), Flow("Reads", "DB", "media")),
    ),
    "reads-unanswered": without_flows(
        "Reads → Cache", "Reads → Replica",
        flows=(Flow("Writes", "Replica", "read"), Flow("Reads", "Writes", "write")),
    ),
    "misses-go-nowhere": without_flows("Reads → Replica", flows=(Flow("Writes", "Replica", "read"),)),
    "unreachable": plus(Component("Search", "search index")),
    "replica-unread": without_flows("Reads → Replica", flows=(Flow("Reads", "DB", "read", when="miss"),)),
    "replica-not-fed": without_flows("DB → Replica"),
    "no-queue-before-fan-out": without(
        "Queue", flows=(Flow("Writes", "Worker", "write", becomes="delivery", factor="followers"),)
    ),
    "queue-without-consumer": without("Worker"),
    "no-load-balancer": without(
        "LB", flows=(Flow("Client", "Reads", "read"), Flow("Client", "Writes", "write"))
    ),
    "media-without-object-store": without("Media"),
    "single-point-of-failure": TWITTER_DESIGN.with_component("DB", standbys=0),
    "too-small": TWITTER_DESIGN.with_component("Reads", replicas=20),
}  # fmt: skip


@pytest.mark.parametrize("rule", FLAWS)
def test_each_flaw_brings_its_question(rule: str) -> None:
    found = rules(FLAWS[rule])
    # Some flaws are two by nature: servers without a balancer are as many as there are services.
    assert set(found) == {rule}


def test_a_diagram_without_a_client_is_asked_who_uses_it() -> None:
    alone = Architecture("Alone", (Component("DB", "primary database", standbys=1),))
    assert rules(alone, None) == ["no-client"]


def test_the_frameworks_diagram_is_asked_what_the_course_corrects() -> None:
    found = review_architecture(FRAMEWORK_DIAGRAM, TODAY)
    assert [finding.rule for finding in found] == [
        "replica-unread", "media-without-object-store", "single-point-of-failure",
    ]  # fmt: skip
    assert found[-1].about == "Load Balancer, Redis Cache, Database Master"
    assert "who promotes it?" in found[-1].why


def test_media_is_asked_about_only_where_there_is_some() -> None:
    bare = without("Media")
    assert rules(bare, None) == []
    assert rules(bare, replace(TODAY, media_share=0.0)) == []


def test_an_estimate_is_judged_at_its_peak() -> None:
    busy = estimate(FRAMEWORK_TWITTER.replace(reads_per_write=50, peak_factor=10))
    assert review_architecture(TWITTER_DESIGN, estimate(WHOLE_TWITTER)) == ()
    found = review_architecture(TWITTER_DESIGN, busy)
    assert [(finding.rule, finding.about) for finding in found] == [
        ("too-small", "Read service"),
        ("too-small", "Write service"),
        ("too-small", "Cache"),
    ]


@pytest.mark.parametrize(
    ("changes", "alone"),
    [
        ({}, ["DB"]),
        ({"servers": True}, ["LB", "DB"]),
        ({"servers": True, "server_count": 1}, ["LB", "API", "DB"]),
        ({"standbys": True, "servers": True, "cache": True, "shards": True}, []),
        ({"shards": True, "shard_count": 8}, ["DB"]),
        ({"cache": True, "replica": True, "replica_count": 1}, ["Cache", "DB"]),
        ({"servers": True, "worker": True, "queue": True}, ["LB", "Queue", "DB"]),
        ({"servers": True, "worker": True}, ["LB", "Worker", "DB"]),
    ],
)
def test_single_points_of_failure(changes: dict[str, Any], alone: list[str]) -> None:
    found = single_points_of_failure(assemble(Parts(**changes)))
    assert sorted(component.name for component in found) == sorted(alone)


def test_two_shards_of_three_with_a_standby_still_leave_one_alone() -> None:
    design = assemble(Parts(shards=True, shard_count=3, standbys=True)).with_component("DB", standbys=2)
    assert [component.name for component in single_points_of_failure(design)] == ["DB"]


def test_every_question_says_what_about_why_and_what_to_do() -> None:
    for design in (*FLAWS.values(), FRAMEWORK_DIAGRAM):
        for finding in review_architecture(design, TODAY):
            assert finding.about
            assert finding.why.endswith((".", "?"))
            assert finding.say.endswith(".")


@pytest.mark.parametrize("wrong", [5, "Twitter", None])
def test_other_things_are_refused(wrong: Any) -> None:
    with pytest.raises(TypeError, match="it must be an Architecture"):
        review_architecture(wrong)
    asked: Any = "much"
    with pytest.raises(TypeError, match="it must be an Estimate, a Demand or None"):
        review_architecture(TWITTER_DESIGN, asked)

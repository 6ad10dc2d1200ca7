"""Designs from parts: every combination stands, carries its load and keeps what enters."""

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.models.architecture_load import Demand, carry
from helpers.models.architecture_path import path
from helpers.models.architecture_review import review_architecture
from helpers.models.architectures import FRAMEWORK_DIAGRAM, SMALLEST, TWITTER_DESIGN, Parts, assemble

DEMAND = Demand(reads_per_second=1000, writes_per_second=100, followers=75, media_share=0.1)
TICKS = ("servers", "separate", "cache", "replica", "worker", "queue", "object_store", "shards", "standbys")
COUNTS = ("server_count", "write_servers", "replica_count", "shard_count")

any_parts = st.builds(
    Parts,
    **{name: st.booleans() for name in TICKS},
    **{name: st.integers(1, 50) for name in COUNTS},
    hit_ratio=st.floats(0, 1),
)


@given(any_parts)
@settings(max_examples=150, deadline=None)
def test_every_combination_answers_every_read_and_keeps_every_write(parts: Parts) -> None:
    design = assemble(parts)
    load = carry(design, DEMAND)
    hits = 1000 * parts.hit_ratio if parts.cache else 0.0
    asked = sum(load[name].per_second.get("read", 0.0) for name in ("DB", "Replica") if name in load)
    assert hits + asked == pytest.approx(1000)
    assert load["DB"].per_second["write"] == pytest.approx(100)
    delivered = sum(load[name].per_second.get("delivery", 0.0) for name in ("DB", "Cache") if name in load)
    assert delivered == pytest.approx(7500 if parts.worker else 0)
    assert path(design, "write")[-1].target in ("DB", "Cache")
    assert bool(path(design, "delivery")) == (parts.worker or parts.queue)


@given(any_parts)
@settings(max_examples=100, deadline=None)
def test_every_question_about_a_combination_is_about_what_is_in_it(parts: Parts) -> None:
    rules = {finding.rule for finding in review_architecture(assemble(parts), DEMAND)}
    served = parts.servers or parts.separate
    assert ("client-to-database" in rules) == (not served)
    assert ("no-queue-before-fan-out" in rules) == (parts.worker and not parts.queue)
    assert ("queue-without-consumer" in rules) == (parts.queue and not parts.worker)
    assert ("media-without-object-store" in rules) == (not parts.object_store)
    assert not rules & {
        "unreachable",
        "replica-unread",
        "writes-lost",
        "reads-unanswered",
        "misses-go-nowhere",
    }


def test_the_smallest_design_is_a_client_and_a_database() -> None:
    assert [component.kind for component in SMALLEST.components] == ["client", "primary database"]
    assert {str(flow) for flow in SMALLEST.flows} == {"Client → DB"}


def test_the_frameworks_replica_is_never_read_and_ours_is() -> None:
    old, new = carry(FRAMEWORK_DIAGRAM, DEMAND)["Slave"], carry(TWITTER_DESIGN, DEMAND)["Replica"]
    assert set(old.per_second) == {"replication"}
    assert new.per_second["read"] == pytest.approx(100)


def test_our_designs_say_primary_and_the_framework_says_what_it_says() -> None:
    titles = [component.title for component in TWITTER_DESIGN.components]
    assert "Primary database" in titles
    assert not any("master" in title.lower() or "slave" in title.lower() for title in titles)
    assert FRAMEWORK_DIAGRAM["DB"].title == "Database Master"


def test_every_capacity_names_its_source() -> None:
    everything = assemble(Parts(**dict.fromkeys(TICKS, True)))
    for design in (everything, FRAMEWORK_DIAGRAM):
        for component in design.components:
            capacities = [component.capacity(request) for request in ("read", "write", "delivery")]
            assert bool(component.source) == any(capacities)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"hit_ratio": -0.1}, "hit_ratio = -0.1"),
        ({"hit_ratio": math.nan}, "hit_ratio = nan"),
        ({"server_capacity": 0}, "server_capacity = 0: it must be a number above 0"),
        ({"shard_count": 0}, "shard_count = 0: it must be a whole number, 1 or more"),
        ({"replica_count": 10**9}, "replica_count = 1000000000"),
    ],
)
def test_parts_refuse_nonsense(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Parts(**arguments)


def test_half_a_server_is_refused() -> None:
    wrong: Any = 1.5
    with pytest.raises(TypeError, match=r"server_count = 1.5: it must be a whole number"):
        Parts(server_count=wrong)

"""Machines missing: what is left bears the load, and who becomes too small for it."""

from typing import Any

import pytest

from helpers.models.architecture import Architecture, Component, Flow
from helpers.models.architecture_load import Demand, carry
from helpers.models.architectures import SMALLEST, TWITTER_DESIGN, Parts, assemble
from helpers.models.degraded import machines_left, overloaded, without_machines

DEMAND = Demand(reads_per_second=29_000, writes_per_second=579, followers=75)


def load(architecture: Architecture, name: str, demand: Demand = DEMAND) -> float:
    found = carry(architecture, demand)[name].utilisation
    assert found is not None
    return found


def test_nothing_lost_is_the_same_architecture() -> None:
    assert without_machines(TWITTER_DESIGN, {}) == TWITTER_DESIGN
    assert overloaded(TWITTER_DESIGN, DEMAND, {}) == ()


def test_a_standby_stands_in_before_anything_is_missed() -> None:
    after = without_machines(TWITTER_DESIGN, {"DB": 1, "LB": 1})
    assert carry(after, DEMAND)["DB"].utilisation == carry(TWITTER_DESIGN, DEMAND)["DB"].utilisation
    assert (after["DB"].standbys, after["LB"].standbys) == (0, 0)
    assert [machines_left(TWITTER_DESIGN["Cache"], lost) for lost in range(5)] == [2, 2, 2, 1, 0]


def test_what_is_left_of_a_pool_shares_its_load() -> None:
    half = without_machines(TWITTER_DESIGN, {"Reads": 60})
    assert load(half, "Reads") == pytest.approx(2 * load(TWITTER_DESIGN, "Reads"))


def test_without_the_cache_its_whole_load_falls_on_what_is_behind() -> None:
    gone = without_machines(TWITTER_DESIGN, {"Cache": 4})
    assert gone["Cache"].hit_ratio == 0
    reads = [carry(each, DEMAND)["Replica"].per_second["read"] for each in (TWITTER_DESIGN, gone)]
    assert reads == pytest.approx([2900, 29_000])


def test_the_reads_of_lost_replicas_go_to_the_primary() -> None:
    gone = without_machines(TWITTER_DESIGN, {"Replica": 2})
    found = carry(gone, DEMAND)
    assert found["DB"].per_second["read"] == pytest.approx(2900)
    assert "read" not in found["Replica"].per_second


def test_reads_split_between_the_two_are_all_the_primarys() -> None:
    boxes = (Component("C", "client"), Component("DB", "primary database"), Component("R", "read replica"))
    flows = (
        Flow("C", "DB", share=0.3), Flow("C", "R", share=0.7),
        Flow("DB", "R", "write", becomes="replication", waits=False),
    )  # fmt: skip
    after = without_machines(Architecture("Split", boxes, flows), {"R": 1})
    assert [(flow.target, flow.share) for flow in after.flows if flow.request == "read"] == [("DB", 1.0)]


def test_only_what_the_loss_makes_too_small_is_named() -> None:
    small = TWITTER_DESIGN.with_component("Reads", replicas=32)
    assert overloaded(small, DEMAND, {}) == ()
    found = overloaded(small, DEMAND, {"Reads": 4})
    assert [each.component.name for each in found] == ["Reads"]
    already = TWITTER_DESIGN.with_component("Reads", replicas=20)
    assert overloaded(already, DEMAND, {"Reads": 4}) == ()


def test_nothing_asked_overloads_nothing() -> None:
    assert overloaded(TWITTER_DESIGN, Demand(), {"Cache": 4, "Replica": 2}) == ()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: without_machines(SMALLEST, {"LB": 1}), r"^lost = 'LB'"),
        (lambda: without_machines(SMALLEST, {"DB": 2}), r"^lost = 2: .*at most 1"),
        (lambda: without_machines(SMALLEST, {"DB": -1}), r"^lost = -1"),
        (lambda: overloaded(assemble(Parts()), Demand(), {"X": 1}), r"^lost = 'X'"),
    ],
)
def test_bad_input_is_refused_by_name(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()

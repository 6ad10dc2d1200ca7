"""Verdicts: the resource that binds is the fullest one, and what it argues for follows from it."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.models.estimation import Workload, estimate
from helpers.models.published import FRAMEWORK_TWITTER, MODEST_NODE, STRONG_NODE, TWITTER_2013
from helpers.models.verdicts import RESOURCES, NodeLimits, judge

SECOND = 86_400
# One of everything: 1 write, 2 reads and 3 deliveries a second, 4 bytes each, all kept for one day.
ONE = Workload(
    daily_users=SECOND, writes_per_user=1, reads_per_write=2, followers=3, item_size=4, retention=1 / 365,
    cached_per_user=1, cached_size=5,
)  # fmt: skip
DEMANDS: dict[str, float] = {
    "writes_per_second": 1,
    "reads_per_second": 2,
    "deliveries_per_second": 3,
    "storage": 4 * SECOND,
    "memory": 5 * SECOND,
    "bandwidth": 8,
}


def node(**limits: float) -> NodeLimits:
    return NodeLimits("A node", "made up", **limits)


@pytest.mark.parametrize(("resource", "demand"), DEMANDS.items())
def test_the_demand_on_each_resource(resource: str, demand: float) -> None:
    usage = judge(estimate(ONE), node(**{resource: 10 * demand})).binding
    assert usage.resource.name == resource
    assert float(usage.demand) == pytest.approx(demand)
    assert float(usage.utilisation) == pytest.approx(0.1)


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)
def test_a_shortage_argues_for_its_own_remedy(resource: Any) -> None:
    limits = {name: 100 * demand for name, demand in DEMANDS.items()}
    limits[resource.name] = DEMANDS[resource.name] / 2
    verdict = judge(estimate(ONE), node(**limits))
    assert [usage.resource.name for usage in verdict.too_small] == [resource.name]
    assert verdict.argues_for == (resource.remedy,)
    assert str(verdict).startswith("A node is too small. ")
    assert f"argues for {resource.remedy}." in str(verdict)


def test_the_peak_counts_and_the_copies_do_not() -> None:
    busy = ONE.replace(peak_factor=7, replication=3)
    verdict = judge(estimate(busy), node(writes_per_second=1, storage=4 * SECOND))
    assert [float(usage.utilisation) for usage in verdict.usages] == pytest.approx([7, 1])


@given(st.lists(st.floats(0.01, 100), min_size=6, max_size=6))
@settings(max_examples=50, deadline=None)
def test_the_binding_resource_is_the_fullest_and_shortages_come_worst_first(shares: list[float]) -> None:
    limits = {name: DEMANDS[name] / share for name, share in zip(DEMANDS, shares, strict=True)}
    verdict = judge(estimate(ONE), node(**limits))
    assert float(verdict.binding.utilisation) == pytest.approx(max(shares))
    short = [float(usage.utilisation) for usage in verdict.too_small]
    assert short == sorted(short, reverse=True)
    assert short == pytest.approx(sorted((share for share in shares if share > 1 + 1e-9), reverse=True))
    assert len(verdict.argues_for) == max(1, len(short))


@pytest.mark.parametrize(
    ("share", "words", "nodes"),
    [
        (
            0.1,
            "A node is enough: one database, with a standby for the day it fails. It is full at 10 times",
            1,
        ),
        (0.8, "A node is tight. It is full at 1.2 times today's load, and writes", 1),
        (2.5, "A node is too small. Writes: 1 write/s of 0.4 writes/s (250 %) argues for sharding", 3),
        (1500, "(1.5 K times it)", 1500),
    ],
)
def test_the_verdict_in_words(share: float, words: str, nodes: int) -> None:
    verdict = judge(estimate(ONE), node(writes_per_second=1 / share))
    assert words in str(verdict)
    assert verdict.binding.nodes == nodes


def test_nothing_to_do_is_said_so() -> None:
    idle = estimate(Workload(writes_per_day=0))
    assert str(judge(idle, node(writes_per_second=5))) == "A node has nothing to do yet."


def test_ten_terabytes_do_not_argue_for_sharding() -> None:
    verdict = judge(estimate(FRAMEWORK_TWITTER), STRONG_NODE)
    storage = next(usage for usage in verdict.usages if usage.resource.name == "storage")
    assert float(storage.utilisation) == pytest.approx(9.125e12 / (64 * 2**40))
    assert not verdict.too_small
    assert verdict.argues_for == ("one database, with a standby for the day it fails",)
    assert "shard" not in str(verdict)


def test_the_real_twitter_outgrows_one_node_in_several_ways() -> None:
    names = [usage.resource.name for usage in judge(estimate(TWITTER_2013), STRONG_NODE).too_small]
    assert names == ["storage", "reads_per_second", "memory", "deliveries_per_second"]


def test_only_the_limits_given_are_judged() -> None:
    verdict = judge(estimate(FRAMEWORK_TWITTER), MODEST_NODE)
    assert [usage.resource.name for usage in verdict.usages] == [
        "writes_per_second",
        "reads_per_second",
        "memory",
    ]


def test_a_node_without_limits_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^limits = 'A node': it must name at least one resource's limit"):
        judge(estimate(ONE), node())


@pytest.mark.parametrize("resource", DEMANDS)
@pytest.mark.parametrize("value", [0, -1, np.nan, np.inf])
def test_a_limit_is_a_number_above_nothing(resource: str, value: float) -> None:
    with pytest.raises(ValueError, match=rf"^{resource} = .*: it must be a number above 0 \(in "):
        node(**{resource: value})

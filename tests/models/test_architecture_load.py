"""Load: what enters an architecture leaves it, each component's share of it, and what is full first."""

import copy
import math
from collections import defaultdict
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.models.architecture import Architecture, Component, Flow
from helpers.models.architecture_load import Demand, Load, carry, demand_of, first_to_saturate
from helpers.models.architectures import FRAMEWORK_DIAGRAM, SMALLEST, TWITTER_DESIGN, Parts, assemble
from helpers.models.estimation import Workload, estimate
from helpers.models.published import FRAMEWORK_TWITTER, STRONG_NODE, TWITTER_2013

CLIENT = Component("Client", "client")
RATES = Demand(reads_per_second=1000, writes_per_second=100, followers=75, item_bytes=100, delivery_bytes=20)


@st.composite
def designs(draw: st.DrawFn) -> Architecture:
    """Return a random design of up to 30 components whose every request is answered in one place.

    Rows of servers split reads and writes, or ask a cache first; writes fan out into timelines.
    """
    components, flows = [CLIENT], []
    above = ["Client"]
    for row in range(draw(st.integers(0, 4))):
        here = [f"S{row}{i}" for i in range(draw(st.integers(1, 4)))]
        components += [Component(name, "API service", replicas=draw(st.integers(1, 9))) for name in here]
        for name in above:
            flows += draw(splits(name, here, "read", "always")) + draw(splits(name, here, "write", "always"))
        above = here
    stores = [f"D{i}" for i in range(draw(st.integers(1, 3)))]
    components += [Component(name, "primary database") for name in stores]
    components += [Component("Worker", "fan-out worker"), Component("Timelines", "cache")]
    components.append(Component("Copy", "read replica", replicas=draw(st.integers(1, 5))))
    for name in above:
        when = "always"
        if draw(st.booleans()):
            hit_ratio = draw(st.sampled_from([None, 0.0, 0.25, 0.9, 1.0]))
            components.append(Component(f"C{name}", "cache", hit_ratio=hit_ratio))
            flows.append(Flow(name, f"C{name}", "read"))
            when = "miss"
        flows += draw(splits(name, stores, "read", when)) + draw(splits(name, stores, "write", "always"))
        flows.append(Flow(name, "Worker", "write", becomes="delivery", factor="followers", waits=False))
    flows.append(Flow("Worker", "Timelines", "delivery"))
    flows += [Flow(name, "Copy", "write", becomes="replication", waits=False) for name in stores]
    return Architecture("Random", tuple(components), tuple(flows))


@st.composite
def splits(draw: st.DrawFn, source: str, targets: list[str], request: str, when: str) -> list[Flow]:
    chosen = draw(st.lists(st.sampled_from(targets), min_size=1, unique=True))
    weights = np.array([draw(st.integers(1, 9)) for _ in chosen], float)
    shares = (weights / weights.sum()).tolist()
    return [
        Flow(source, name, request, share=share, when=when)
        for name, share in zip(chosen, shares, strict=True)
    ]


def reached(load: Load, request: str, *kinds: str) -> float:
    return sum(load[each.name].per_second.get(request, 0.0) for each in load.architecture.of_kind(*kinds))


@given(designs(), st.floats(0, 1e6), st.floats(0, 1e6), st.floats(0, 1e4))
@settings(max_examples=150, deadline=None)
def test_what_enters_leaves(design: Architecture, reads: float, writes: float, followers: float) -> None:
    load = carry(design, Demand(reads, writes, followers))
    hits = sum(
        load[cache.name].per_second.get("read", 0.0) * (cache.hit_ratio or 0.0)
        for cache in design.of_kind("cache")
    )
    assert hits + reached(load, "read", "primary database") == pytest.approx(reads)
    assert reached(load, "write", "primary database") == pytest.approx(writes)
    assert load["Worker"].requests_per_second == pytest.approx(writes * followers)
    assert load["Timelines"].per_second.get("delivery", 0.0) == pytest.approx(writes * followers)
    copies = design["Copy"].replicas
    assert load["Copy"].requests_per_second == pytest.approx(writes * copies)


@given(designs(), st.floats(1, 1e5), st.floats(1, 1e5))
@settings(max_examples=80, deadline=None)
def test_the_load_is_the_sum_over_every_way_through(
    design: Architecture, reads: float, writes: float
) -> None:
    demand = Demand(reads, writes, followers=3)
    found: dict[tuple[str, str], float] = defaultdict(float)

    def follow(name: str, request: str, rate: float) -> None:
        found[name, request] += rate
        for flow in design.flows:
            if flow.source == name and flow.request == request:
                ratio = 1.0
                if flow.when == "miss":
                    asked = next(f for f in design.flows if f.source == name and f.target.startswith("C"))
                    ratio = 1 - (design[asked.target].hit_ratio or 0.0)
                times = 3 if flow.factor else 1
                if flow.becomes == "replication":
                    times = design[flow.target].replicas
                follow(flow.target, flow.becomes or request, rate * flow.share * ratio * times)

    follow("Client", "read", reads)
    follow("Client", "write", writes)
    load = carry(design, demand)
    for (name, request), rate in found.items():
        assert load[name].per_second.get(request, 0.0) == pytest.approx(rate)


@given(designs(), st.floats(1, 1000))
@settings(max_examples=40, deadline=None)
def test_a_multiple_of_the_load_is_that_multiple_everywhere(design: Architecture, multiple: float) -> None:
    once, often = carry(design, RATES), carry(design, RATES, multiple)
    for name, load in once.items():
        assert often[name].requests_per_second == pytest.approx(multiple * load.requests_per_second)


def test_the_estimate_enters_at_its_peak_or_on_average() -> None:
    result = estimate(TWITTER_2013)
    peak, average = carry(SMALLEST, result), carry(SMALLEST, result, peak=False)
    assert peak.demand.reads_per_second == pytest.approx(result.value("peak_reads_per_second"))
    assert average.demand.writes_per_second == pytest.approx(result.value("writes_per_second"))
    assert average["DB"].per_second["read"] == pytest.approx(300e3)
    sent = demand_of(result, peak=False)
    assert sent.writes_per_second * sent.followers == pytest.approx(result.value("deliveries_per_second"))


def test_bytes_flow_with_the_requests() -> None:
    workload = FRAMEWORK_TWITTER.replace(reads_per_write=50, media_share=0.1, media_size=1e6)
    result = estimate(workload)
    load = carry(SMALLEST, result)
    total = result.value("peak_bandwidth_in") + result.value("peak_bandwidth_out")
    assert load["DB"].bytes_per_second == pytest.approx(total)
    apart = carry(assemble(Parts(object_store=True)), result)
    assert apart["DB"].bytes_per_second + apart["Media"].bytes_per_second == pytest.approx(total)
    assert apart["Media"].bytes_per_second == pytest.approx(0.1 * 1e6 * 579 * 51, rel=1e-3)


def test_the_utilisation_of_one_database_by_hand() -> None:
    load = carry(SMALLEST, Demand(reads_per_second=35_000, writes_per_second=1590))["DB"]
    assert load.utilisation == pytest.approx(35 / 70 + 1.59 / 15.9)
    assert load.headroom == pytest.approx(1 / 0.6)
    assert load.replicas_needed == 1
    assert load.bound_by == "requests"


def test_large_items_bind_by_bandwidth() -> None:
    assert STRONG_NODE.bandwidth is not None
    load = carry(SMALLEST, Demand(reads_per_second=1000, item_bytes=STRONG_NODE.bandwidth / 500))["DB"]
    assert load.bound_by == "bandwidth"
    assert load.utilisation == pytest.approx(2)
    assert load.replicas_needed == 2


def test_a_full_component_is_an_answer() -> None:
    load = carry(SMALLEST, Demand(reads_per_second=700_000))
    assert load["DB"].utilisation == pytest.approx(10)
    assert load["DB"].headroom == pytest.approx(0.1)
    assert load["DB"].replicas_needed == 10
    assert [full.component.name for full in load.full] == ["DB"]
    first = first_to_saturate(SMALLEST, Demand(reads_per_second=700_000))
    assert first is not None
    assert first[0].name == "DB"
    assert first[1] == pytest.approx(0.1)


def test_at_the_multiple_found_the_first_component_is_just_full() -> None:
    for design in (SMALLEST, FRAMEWORK_DIAGRAM, TWITTER_DESIGN):
        found = first_to_saturate(design, RATES)
        assert found is not None
        first, multiple = found
        load = carry(design, RATES, multiple)
        assert load[first.name].utilisation == pytest.approx(1)
        assert max(each.utilisation or 0 for each in load.values()) == pytest.approx(1)


def test_what_no_limit_is_known_of_never_limits() -> None:
    boxes = (CLIENT, Component("DB", "primary database"))
    load = carry(Architecture("Unknown", boxes, (Flow("Client", "DB"),)), RATES)
    assert load["DB"].utilisation is None
    assert load["DB"].headroom is None
    assert load["DB"].replicas_needed is None
    assert load.fullest is None
    assert [component.name for component in load.without_limit] == ["DB"]
    assert first_to_saturate(load.architecture, RATES) is None


def test_nothing_to_do_is_never_full() -> None:
    load = carry(SMALLEST, Demand())
    assert load["DB"].utilisation == 0
    assert load["DB"].headroom == math.inf
    assert load["DB"].replicas_needed == 1
    assert load.fullest is None


def test_a_replica_takes_every_write_however_many_there_are() -> None:
    one = carry(assemble(Parts(replica=True, replica_count=1)), Demand(writes_per_second=1590))
    five = carry(assemble(Parts(replica=True, replica_count=5)), Demand(writes_per_second=1590))
    assert one["Replica"].utilisation == pytest.approx(0.1)
    assert five["Replica"].utilisation == pytest.approx(0.1)
    assert five["Replica"].requests_per_second == pytest.approx(5 * 1590)


def test_replicas_needed_count_what_each_repeats() -> None:
    design = assemble(Parts(replica=True, replica_count=1))
    half_writes = carry(design, Demand(reads_per_second=70_000, writes_per_second=7950))["Replica"]
    assert half_writes.utilisation == pytest.approx(1.5)
    assert half_writes.replicas_needed == 2
    wide = assemble(Parts(replica=True, replica_count=2))
    assert carry(wide, Demand(reads_per_second=70_000, writes_per_second=7950))["Replica"].utilisation == 1
    only_writes = carry(design, Demand(writes_per_second=15_900))["Replica"]
    assert only_writes.replicas_needed == math.inf


def test_shards_share_writes_and_their_replicas_repeat_only_their_own() -> None:
    design = assemble(Parts(shards=True, shard_count=10, replica=True, replica_count=2))
    load = carry(design, Demand(writes_per_second=15_900))
    assert load["DB"].utilisation == pytest.approx(0.1)
    assert load["Replica"].component.replicas == 20
    assert load["Replica"].requests_per_second == pytest.approx(2 * 15_900)
    assert load["Replica"].utilisation == pytest.approx(0.1)


def test_the_cache_takes_reads_off_the_database() -> None:
    for hit_ratio in (0.0, 0.5, 0.9, 1.0):
        load = carry(assemble(Parts(cache=True, hit_ratio=hit_ratio)), RATES)
        assert load["Cache"].per_second["read"] == 1000
        assert load["DB"].per_second.get("read", 0.0) == pytest.approx(1000 * (1 - hit_ratio))


def test_deliveries_fill_timelines_in_the_cache_or_else_the_database() -> None:
    apart = carry(assemble(Parts(worker=True, queue=True, cache=True)), RATES)
    assert apart["Cache"].per_second["delivery"] == 7500
    inside = carry(assemble(Parts(worker=True, queue=True)), RATES)
    assert inside["DB"].utilisation == pytest.approx(1 / 70 + (100 + 7500) / 15_900)


def test_an_unknown_hit_ratio_is_not_counted_on() -> None:
    load = carry(FRAMEWORK_DIAGRAM, RATES)
    assert load["DB"].per_second["read"] == 1000


def test_what_reaches_a_flows_target() -> None:
    load = carry(TWITTER_DESIGN, RATES)
    by_name = {str(flow): flow for flow in TWITTER_DESIGN.flows}
    assert load.flows[by_name["Queue → Worker"]] == 100
    assert load.arriving(by_name["Queue → Worker"]) == 7500
    assert load.arriving(by_name["DB → Replica"]) == 200


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"reads_per_second": -1}, ValueError, "reads_per_second = -1"),
        ({"writes_per_second": math.nan}, ValueError, "writes_per_second = nan"),
        ({"followers": math.inf}, ValueError, "followers = inf"),
        ({"media_share": 1.5}, ValueError, "media_share = 1.5"),
        ({"item_bytes": "much"}, TypeError, "item_bytes = 'much'"),
        ({"reads_per_second": np.array([1.0, 2.0])}, TypeError, "reads_per_second"),
    ],
)
def test_a_demand_refuses_nonsense(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Demand(**arguments)


@pytest.mark.parametrize("multiple", [0, -1, math.nan, math.inf])
def test_a_multiple_is_above_nothing(multiple: float) -> None:
    with pytest.raises(ValueError, match="multiple = "):
        carry(SMALLEST, RATES, multiple)


def test_samples_and_other_things_are_no_demand() -> None:
    drawn = estimate(Workload(writes_per_day=np.array([1e6, 2e6])))
    with pytest.raises(TypeError, match=r"writes_per_second = .*: it must be one number"):
        carry(SMALLEST, drawn)
    wrong: Any = 5
    with pytest.raises(TypeError, match="estimate = 5: it must be an Estimate"):
        carry(SMALLEST, wrong)


def test_a_load_enters_at_exactly_one_client() -> None:
    with pytest.raises(ValueError, match="it has 0 clients; a load enters at exactly one"):
        carry(Architecture("Nobody", (Component("DB", "primary database"),)), RATES)
    with pytest.raises(ValueError, match="it has 2 clients"):
        carry(Architecture("Two", (CLIENT, Component("App", "client"))), RATES)


def test_inputs_stay_as_they_were() -> None:
    design, demand = copy.deepcopy(TWITTER_DESIGN), copy.deepcopy(RATES)
    carry(TWITTER_DESIGN, RATES, 7)
    assert (design, demand) == (TWITTER_DESIGN, RATES)


def test_a_load_shows_itself_as_a_table() -> None:
    load = carry(SMALLEST, Demand(reads_per_second=7000), 2)
    assert repr(load).splitlines()[1] == "Primary database: 14 K/s, 20 %"
    assert "| Primary database | 14 K/s | 20 % | 10 × |" in load._repr_markdown_()
    with pytest.raises(KeyError, match="no component 'Cache'"):
        load["Cache"]


def test_a_box_that_nothing_reaches_is_empty_where_its_limit_is_known() -> None:
    boxes = (
        Component("Client", "client"),
        Component("API", "API service", capacity_per_second=1000),
        Component("Queue", "queue"),
    )
    load = carry(Architecture("Idle", boxes, (Flow("Client", "API"), Flow("API", "Queue"))), Demand())
    assert load["API"].utilisation == 0
    assert load["API"].headroom == math.inf
    assert load["Queue"].utilisation is None
    assert repr(load).splitlines()[1:] == ["API: 0/s, 0 %", "Queue: 0/s, no limit known"]


@given(
    demand=st.builds(
        Demand,
        reads_per_second=st.floats(0, 1e6),
        writes_per_second=st.floats(1, 1e4),
        item_bytes=st.floats(1, 1e6),
    ),
    bandwidth=st.floats(1e4, 1e9),
    capacity=st.floats(1e3, 1e6),
    replicas=st.integers(1, 50),
)
def test_as_many_replicas_as_needed_carry_the_load_and_one_less_does_not(
    demand: Demand, bandwidth: float, capacity: float, replicas: int
) -> None:
    """Replication fills each replica, by requests and by bytes."""
    boxes = (
        Component("Client", "client"),
        Component("DB", "primary database"),
        Component(
            "Copy", "read replica", replicas=replicas, bandwidth=bandwidth, capacity_per_second=capacity
        ),
    )
    flows = (
        Flow("Client", "DB", "write"),
        Flow("DB", "Copy", "write", becomes="replication", waits=False),
        Flow("Client", "Copy"),
    )
    design = Architecture("Copies", boxes, flows)
    needed = carry(design, demand)["Copy"].replicas_needed
    assert needed is not None
    if math.isinf(needed):
        writes = demand.writes_per_second
        assert writes >= capacity or writes * demand.item_bytes >= bandwidth
        return
    if needed > 1e6:
        return

    def full(count: int) -> float:
        changed = design.with_component("Copy", replicas=count)
        return carry(changed, demand)["Copy"].utilisation or 0

    assert full(int(needed)) <= 1 + 1e-9
    assert needed == 1 or full(int(needed) - 1) > 1 - 1e-9

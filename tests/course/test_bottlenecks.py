"""The homework of step 5 asks for what the lesson's models do: its reference answers agree with them."""

import functools
import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.models.alarm_history import STEP_S, History
from helpers.models.alarms import firing
from helpers.models.architecture import Architecture, Component, Flow
from helpers.models.burn_rate import BurnRule, Objective
from helpers.models.consistent_hashing import HashRing, place_of
from helpers.models.failover import Heartbeat
from helpers.models.lru import simulate_lru
from helpers.models.nines import in_series
from helpers.models.percentile_sketch import merge, sketch
from helpers.models.redundancy import in_parallel, k_of_n
from helpers.models.single_points import single_points
from helpers.models.stampede import expected_loads, refill_loads
from tests.course.grader import Assignment

SHARES = st.floats(0, 1)


@functools.cache
def answers() -> dict[str, Any]:
    assignment = Assignment("5_bottlenecks")
    names: dict[str, Any] = {}
    imports = next(cell for cell in assignment.notebook.cells if cell.id == "bottlenecks-imports")
    for source in (imports.source, *assignment.reference().values()):
        if not source.startswith("<!--"):
            exec(source, names)
    return names


@given(st.lists(SHARES, min_size=1, max_size=6), SHARES, st.integers(1, 8), st.data())
def test_availability_is_the_models(each: list[float], one: float, n: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(1, n))
    assert answers()["in_series"](each) == pytest.approx(in_series(each))
    assert answers()["in_parallel"]([one] * n) == pytest.approx(in_parallel(one, n), abs=1e-12)
    assert answers()["k_of_n"](one, n, k) == pytest.approx(k_of_n(one, n, k), abs=1e-12)


@st.composite
def designs(draw: st.DrawFn) -> tuple[dict[str, int], dict[str, dict[str, list[list[str]]]]]:
    """Boxes in a row, of which each asks only later ones, for two kinds of request."""
    names = ["client", *"abcdefg"[: draw(st.integers(1, 7))]]
    machines = {name: draw(st.integers(1, 2)) for name in names}
    needs: dict[str, dict[str, list[list[str]]]] = {}
    for kind in ("read", "write"):
        needs[kind] = {}
        for number, name in enumerate(names[:-1]):
            one_of = st.lists(st.sampled_from(names[number + 1 :]), min_size=1, max_size=3)
            needs[kind][name] = draw(st.lists(one_of, max_size=2))
    return machines, needs


@given(designs())
def test_single_points_are_those_that_trying_finds(
    design: tuple[dict[str, int], dict[str, dict[str, list[list[str]]]]],
) -> None:
    machines, needs = design
    found = answers()["single_points"](machines, needs)
    for kind, asks in needs.items():
        # From the last box to the first, as none asks an earlier one.
        expected = []
        for failed in sorted(machines):
            up: dict[str, bool] = {}
            for box in reversed(machines):
                lists = asks.get(box, [])
                up[box] = box != failed and all(any(up[each] for each in one_of) for one_of in lists)
            if not up["client"] and machines[failed] == 1 and failed != "client":
                expected.append(failed)
        assert found[kind] == expected


def test_single_points_are_the_models() -> None:
    components = (
        Component("Client", "client"),
        Component("LB", "load balancer"),
        Component("API", "API service", replicas=3),
        Component("DB", "primary database"),
        Component("Replica", "read replica"),
        Component("Queue", "queue", replicas=2),
    )
    flows = (
        Flow("Client", "LB", "read"),
        Flow("Client", "LB", "write"),
        Flow("LB", "API", "read"),
        Flow("LB", "API", "write"),
        Flow("API", "DB", "read", share=0.5),
        Flow("API", "Replica", "read", share=0.5),
        Flow("API", "DB", "write"),
        Flow("API", "Queue", "write"),
    )
    design = Architecture("Small", components, flows)
    machines = {"client": 1, "LB": 1, "API": 3, "DB": 1, "Replica": 1, "Queue": 2}
    front = {"client": [["LB"]], "LB": [["API"]]}
    needs = {"read": {**front, "API": [["DB", "Replica"]]}, "write": {**front, "API": [["DB"], ["Queue"]]}}
    for kind, names in answers()["single_points"](machines, needs).items():
        assert names == sorted(component.name for component in single_points(design, kind))


@given(
    st.floats(0.1, 10),
    st.integers(1, 6),
    st.just(0.0) | st.floats(1e-4, 0.9),
    st.sampled_from([0, 0.5, 3]),
)
def test_heartbeats_are_the_models(interval_s: float, misses: int, loss: float, delay_s: float) -> None:
    model = Heartbeat(interval_s, misses, loss=loss, delay_s=delay_s)
    found = answers()["heartbeat"](interval_s, misses, loss, delay_s)
    assert (found["soonest_s"], found["latest_s"]) == pytest.approx(model.detection_s)
    # A probability that is nearly 0 or 1 leaves few digits.
    assert found["false_after_s"] == pytest.approx(model.seconds_to_false_failover, rel=1e-6)


@given(st.lists(st.integers(0, 6), min_size=1, max_size=40), st.integers(0, 8))
def test_lru_is_the_models(reads: list[int], capacity: int) -> None:
    found = answers()["lru"](reads, capacity)
    assert found["hit_ratio"] == simulate_lru(reads, capacity).hit_ratio
    latest = list(dict.fromkeys(reversed(reads)))[:capacity]
    assert found["kept"] == latest[::-1]


@pytest.mark.parametrize(("reads", "load_s", "servers"), [(2000, 0.005, 1), (30_000, 0.02, 400), (0, 1, 3)])
def test_a_stampede_is_the_models(reads: float, load_s: float, servers: int) -> None:
    found = answers()["stampede"](reads, load_s, servers, 1000, 50)
    assert found["alone"] == pytest.approx(expected_loads(reads, load_s))
    assert found["coalesced"] == pytest.approx(expected_loads(reads, load_s, coalesced=True, servers=servers))
    # Keys that are read all the time are loaded as they expire.
    loads = refill_loads(np.full(1000, 1e9), np.array([20.0, 21.0]), spread_s=50.0)
    assert found["under_way"] == pytest.approx((loads[1] - loads[0]) * load_s)


@pytest.mark.parametrize("copies", [1, 2, 3])
def test_the_ring_is_the_models(copies: int) -> None:
    ring = HashRing(["a", "b", "c"], virtual_nodes=8)
    points = {node: [place_of(f"{node}#{number}") for number in range(8)] for node in "abcd"}
    joining = points.pop("d")
    keys = {f"tweet:{number}": place_of(f"tweet:{number}") for number in range(200)}
    for key, place in keys.items():
        assert answers()["holders"](points, place, copies) == list(ring.nodes_of(key, copies))
    after = ring.with_node("d")
    expected = [(key, ring.node_of(key)) for key in keys if after.node_of(key) != ring.node_of(key)]
    assert answers()["moved"](points, keys, "d", joining) == expected != []


@given(st.lists(st.lists(st.floats(0.1, 99), min_size=1, max_size=30), min_size=1, max_size=4))
def test_the_percentile_of_all_is_that_of_merged_sketches(servers: list[list[float]]) -> None:
    bounds = np.geomspace(0.1, 100, 80)
    counts = [np.bincount(np.searchsorted(bounds, each), minlength=80).tolist() for each in servers]
    for percentile in (50, 99):
        found = answers()["fleet"](bounds.tolist(), counts, percentile)["percentile_ms"]
        exact = float(np.percentile(list(itertools.chain(*servers)), percentile, method="inverted_cdf"))
        assert exact <= found < exact * (bounds[1] / bounds[0]) * (1 + 1e-12)
        assert merge([sketch(each, 1e-3) for each in servers]).percentile(percentile) == pytest.approx(
            exact, rel=1.001e-3
        )


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 4)), min_size=1, max_size=40))
def test_the_alarm_is_the_models(counted: list[tuple[int, int]]) -> None:
    minutes = [(requests, min(requests, errors)) for requests, errors in counted]
    requests, errors = np.array(minutes, dtype=float).T
    none = np.zeros_like(errors)
    history = History(300, math.inf, requests, errors, none, errors, lambda: none)
    # A step of the model stands for a minute; shares of such small numbers never meet the limit exactly.
    rule = BurnRule(2.0001, 6 * STEP_S, 2 * STEP_S)
    on = np.flatnonzero(firing([rule], history, Objective(0.97))).tolist()
    found = answers()["alarm"](minutes, 0.97, 2.0001, 6, 2)
    assert found["on"] == on
    assert found["pages"] == [minute for minute in on if minute - 1 not in on]


def test_a_coalescer_without_company_loads_once_a_call() -> None:
    loads: list[str] = []

    def load(key: str) -> int:
        loads.append(key)
        return len(loads)

    get = answers()["coalesce"](load)
    assert [get("ann"), get("ann"), get("bob")] == [1, 2, 3]
    assert loads == ["ann", "ann", "bob"]

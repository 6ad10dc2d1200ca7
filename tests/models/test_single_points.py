"""Which requests survive what: rules by hand, and single points of failure against brute force on graphs."""

import itertools
from dataclasses import replace
from typing import Any

import networkx as nx  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.models.architecture import Architecture, Component, Flow
from helpers.models.architecture_review import single_points_of_failure
from helpers.models.architectures import FRAMEWORK_DIAGRAM, SMALLEST, TWITTER_DESIGN, Parts, assemble
from helpers.models.single_points import (
    answered,
    asked_kinds,
    kept_for_later,
    single_points,
    when_one_fails,
)

CACHED = FRAMEWORK_DIAGRAM.with_component("Cache", hit_ratio=0.9)


def names(architecture: Architecture, request: str) -> list[str]:
    return [component.name for component in single_points(architecture, request)]


@st.composite
def graphs(draw: st.DrawFn) -> Architecture:
    """A client and up to eight single machines of one kind; where there are several ways on, any will do."""
    boxes = [f"N{i}" for i in range(draw(st.integers(1, 8)))]
    pairs = [("Client", boxes[0])]
    for first, second in itertools.combinations(["Client", *boxes], 2):
        if (first, second) != pairs[0] and draw(st.integers(0, 2)) == 0:
            pairs.append((first, second))
    flows = []
    for source, target in pairs:
        ways = sum(pair[0] == source for pair in pairs)
        flows.append(Flow(source, target, share=1 / ways))
    components = (Component("Client", "client"), *(Component(name, "API service") for name in boxes))
    return Architecture("Random", components, tuple(flows))


def reaches_an_end(graph: Any, ends: list[str]) -> bool:
    return any(end in graph and nx.has_path(graph, "Client", end) for end in ends)


@given(graphs())
@settings(max_examples=150, deadline=None)
def test_single_points_are_those_without_which_no_way_is_left(architecture: Architecture) -> None:
    graph = architecture.graph
    ends = [name for name in graph if not graph.out_degree(name)]
    expected = []
    for name in graph:
        left = graph.copy()
        left.remove_node(name)
        if name != "Client" and not reaches_an_end(left, ends):
            expected.append(name)
    assert names(architecture, "read") == expected


@given(graphs(), st.data())
@settings(max_examples=150, deadline=None)
def test_with_any_set_down_a_read_is_answered_where_a_way_is_left(
    architecture: Architecture, data: st.DataObject
) -> None:
    graph = architecture.graph
    ends = [name for name in graph if not graph.out_degree(name)]
    down = data.draw(st.sets(st.sampled_from([name for name in graph if name != "Client"])))
    left = graph.copy()
    left.remove_nodes_from(down)
    # An end has no way on by its own design; one whose ways are all down is none.
    expected = 1.0 if reaches_an_end(left, ends) else 0.0
    assert answered(architecture, "read", dict.fromkeys(down, 0)) == pytest.approx(expected)


PARTS = st.builds(
    Parts,
    **{
        name: st.booleans()
        for name in ("servers", "separate", "cache", "replica", "worker", "queue", "shards")
    },
    object_store=st.booleans(),
    standbys=st.booleans(),
    server_count=st.integers(1, 3),
    write_servers=st.integers(1, 3),
    replica_count=st.integers(1, 2),
    hit_ratio=st.sampled_from([0.0, 0.5, 1.0]),
)


@given(PARTS)
@settings(max_examples=200, deadline=None)
def test_it_names_what_the_review_of_step_3_names_but_for_caches_that_may_miss(parts: Parts) -> None:
    architecture = assemble(parts)
    found = {name for kind in asked_kinds(architecture) for name in names(architecture, kind)}
    reviewed = {component.name for component in single_points_of_failure(architecture)}
    assert found - {"Cache"} == reviewed - {"Cache"}


@given(PARTS, st.data())
@settings(max_examples=150, deadline=None)
def test_one_more_failure_never_helps(parts: Parts, data: st.DataObject) -> None:
    architecture = assemble(parts)
    parts_of = [component.name for component in architecture.components if component.kind != "client"]
    up = data.draw(st.dictionaries(st.sampled_from(parts_of), st.sampled_from([0.0, 0.5, 1.0])))
    worse = up | {data.draw(st.sampled_from(parts_of)): 0.0}
    for kind in asked_kinds(architecture):
        assert answered(architecture, kind, worse) <= answered(architecture, kind, up) + 1e-12
        assert 0 <= answered(architecture, kind, up) <= 1 + 1e-12
        assert answered(architecture, kind) == pytest.approx(1)
    if "delivery" in asked_kinds(architecture):
        on_time, kept = answered(architecture, "delivery", up), kept_for_later(architecture, up)
        assert on_time <= kept + 1e-12
        assert on_time <= answered(architecture, "write", up) + 1e-12


class TestTheRules:
    def test_reads_may_survive_what_writes_do_not(self) -> None:
        assert answered(TWITTER_DESIGN, "read", {"DB": 0}) == 1
        assert answered(TWITTER_DESIGN, "write", {"DB": 0}) == 0
        assert answered(TWITTER_DESIGN, "read", {"Writes": 0}) == 1
        assert answered(TWITTER_DESIGN, "write", {"Reads": 0}) == 1

    def test_the_balancer_takes_all_down_but_media_that_do_not_pass_it(self) -> None:
        kinds = asked_kinds(TWITTER_DESIGN)
        assert [answered(TWITTER_DESIGN, kind, {"LB": 0}) for kind in kinds] == [0, 0, 1, 0]
        assert [answered(TWITTER_DESIGN, kind, {"Media": 0}) for kind in kinds] == [1, 1, 0, 1]

    def test_a_cache_that_is_down_misses_everything(self) -> None:
        assert answered(CACHED, "read", {"Cache": 0}) == 1
        assert answered(CACHED, "read", {"Cache": 0, "DB": 0}) == 0

    def test_hits_are_answered_without_the_database(self) -> None:
        assert answered(CACHED, "read", {"DB": 0}) == 0.9
        assert answered(CACHED, "read", {"DB": 0, "Cache": 0.5}) == pytest.approx(0.45)
        # How many reads the framework's cache answers it does not say, so none count.
        assert answered(FRAMEWORK_DIAGRAM, "read", {"DB": 0}) == 0

    def test_a_cache_that_is_passed_on_the_way_takes_its_reads_with_it(self) -> None:
        boxes = (
            Component("Client", "client"),
            Component("CDN", "CDN", hit_ratio=0.8),
            Component("Media", "object store"),
        )
        flows = (Flow("Client", "CDN", "media"), Flow("CDN", "Media", "media", when="miss"))
        through = Architecture("Media", boxes, flows)
        assert answered(through, "media", {"CDN": 0}) == 0
        assert answered(through, "media", {"Media": 0}) == pytest.approx(0.8)

    def test_a_replica_that_is_down_leaves_its_reads_to_the_primary_but_not_the_other_way(self) -> None:
        replicated = assemble(Parts(servers=True, replica=True))
        assert answered(replicated, "read", {"Replica": 0}) == 1
        assert answered(replicated, "read", {"Replica": 0, "DB": 0}) == 0
        assert answered(replicated, "read", {"DB": 0}) == 1
        # A replica that nobody reads answers nothing when the primary is down.
        assert answered(FRAMEWORK_DIAGRAM, "read", {"DB": 0}) == 0

    def test_a_lost_shard_takes_its_share(self) -> None:
        sharded = assemble(Parts(shards=True))
        assert when_one_fails(sharded["DB"]) == 0.75
        assert answered(sharded, "write", {"DB": 0.75}) == 0.75
        assert names(sharded, "read") == names(sharded, "write") == ["DB"]
        assert names(assemble(Parts(shards=True, standbys=True)), "read") == []

    def test_alternatives_stand_in_for_their_own_kind_alone(self) -> None:
        boxes = (
            Component("Client", "client"), Component("A", "load balancer"), Component("B", "load balancer"),
            Component("S", "search index"),
        )  # fmt: skip
        ways = [Flow("Client", name, share=share) for name, share in (("A", 0.4), ("B", 0.4), ("S", 0.2))]
        split = Architecture("Two balancers", boxes, tuple(ways))
        assert answered(split, "read", {"A": 0}) == pytest.approx(1)
        assert answered(split, "read", {"A": 0, "B": 0}) == pytest.approx(0.2)
        assert answered(split, "read", {"S": 0}) == pytest.approx(0.8)
        assert names(split, "read") == ["S"]

    def test_shards_drawn_apart_do_not_stand_in_for_each_other(self) -> None:
        boxes = (Component("Client", "client"), Component("S1", "shard"), Component("S2", "shard"))
        apart = Architecture(
            "Shards", boxes, (Flow("Client", "S1", share=0.5), Flow("Client", "S2", share=0.5))
        )
        assert answered(apart, "read", {"S1": 0}) == 0.5

    def test_deliveries_wait_in_the_queue_or_fail_with_it(self) -> None:
        for name in ("Worker", "Cache"):
            assert answered(TWITTER_DESIGN, "write", {name: 0}) == 1
            assert answered(TWITTER_DESIGN, "delivery", {name: 0}) == 0
            assert kept_for_later(TWITTER_DESIGN, {name: 0}) == 1
        assert answered(TWITTER_DESIGN, "write", {"Queue": 0}) == 1
        assert kept_for_later(TWITTER_DESIGN, {"Queue": 0}) == 0
        assert kept_for_later(TWITTER_DESIGN, {"DB": 0}) == 0

    def test_without_a_queue_the_author_waits_for_the_worker(self) -> None:
        direct = assemble(Parts(servers=True, cache=True, worker=True))
        assert answered(direct, "write", {"Worker": 0}) == 0
        assert "Worker" in names(direct, "write")


def test_a_standby_takes_a_component_off_the_list() -> None:
    assert names(FRAMEWORK_DIAGRAM, "read") == ["LB", "DB"]
    spared = FRAMEWORK_DIAGRAM.with_component("LB", standbys=1)
    assert names(spared, "read") == ["DB"]
    assert names(TWITTER_DESIGN, "write") == []


def test_what_a_provider_runs_is_none_and_needs_no_standby() -> None:
    assert when_one_fails(Component("Media", "object store")) == 1
    assert names(assemble(Parts(object_store=True)), "media") == []


def test_asking_changes_nothing() -> None:
    before = replace(TWITTER_DESIGN)
    answered(TWITTER_DESIGN, "delivery", {"DB": 0})
    single_points(TWITTER_DESIGN, "read")
    assert before == TWITTER_DESIGN


ALONE = Architecture("Alone", (Component("DB", "primary database"),))
IDLE = Architecture("Idle", (Component("Client", "client"),))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: asked_kinds(ALONE), ValueError, r"^Alone: it has no client"),
        (lambda: answered(ALONE, "read"), ValueError, r"^Alone: it has no client"),
        (lambda: single_points(ALONE, "read"), ValueError, r"^Alone: it has no client"),
        (lambda: answered(SMALLEST, "media"), ValueError, r"^request = 'media': .*'read', 'write'$"),
        (lambda: kept_for_later(SMALLEST), ValueError, r"^request = 'delivery'"),
        (lambda: answered(IDLE, "read"), ValueError, r"^request = 'read'"),
        (lambda: answered(SMALLEST, "read", {"LB": 0}), ValueError, r"^up = 'LB': .*'DB'"),
        (lambda: answered(SMALLEST, "read", {"DB": 1.5}), ValueError, r"^up\['DB'\] = 1.5"),
        (lambda: answered(SMALLEST, "read", {"DB": -1}), ValueError, r"^up\['DB'\] = -1"),
        (lambda: answered(SMALLEST, "read", ["DB"]), TypeError, r"^up = \['DB'\]"),  # type: ignore[arg-type]
        (lambda: asked_kinds("Twitter"), TypeError, r"^architecture = 'Twitter'"),  # type: ignore[arg-type]
    ],
)
def test_bad_input_is_refused_by_name(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


def test_nobody_asks_anything_of_a_client_alone() -> None:
    assert asked_kinds(IDLE) == ()

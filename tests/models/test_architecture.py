"""Architectures: plain data that is checked, written to JSON and back, and the way of one request."""

import dataclasses
import math
from itertools import pairwise
from typing import Any

import pytest
from pydantic import TypeAdapter

from helpers.models.architecture import KINDS, Architecture, Component, Flow
from helpers.models.architecture_path import path
from helpers.models.architectures import FRAMEWORK_DIAGRAM, SMALLEST, TWITTER_DESIGN, Parts, assemble

CLIENT, DB = Component("Client", "client"), Component("DB", "primary database")
CACHE = Component("Cache", "cache", hit_ratio=0.8)


def ways(architecture: Architecture, request: str, *, hit: bool = True) -> list[str]:
    return [str(flow) for flow in path(architecture, request, hit=hit)]


@pytest.mark.parametrize("architecture", [SMALLEST, FRAMEWORK_DIAGRAM, TWITTER_DESIGN])
def test_an_architecture_survives_json(architecture: Architecture) -> None:
    adapter = TypeAdapter(Architecture)
    text = adapter.dump_json(architecture)
    assert adapter.validate_json(text, strict=True) == architecture


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kind": "mainframe"}, r"DB: kind = 'mainframe': it must be one of 'client'"),
        ({"name": " "}, "name = ' ': it must not be blank"),
        ({"replicas": 0}, "DB: replicas = 0: it must be a whole number, 1 or more"),
        ({"standbys": -1}, "DB: standbys = -1"),
        ({"capacity_per_second": 0}, "DB: capacity_per_second = 0: it must be a number above 0"),
        ({"write_capacity_per_second": -5}, "DB: write_capacity_per_second = -5"),
        ({"delivery_capacity_per_second": math.nan}, "DB: delivery_capacity_per_second = nan"),
        ({"bandwidth": math.inf}, "DB: bandwidth = inf"),
        ({"service_ms": 0}, "DB: service_ms = 0"),
        ({"availability": 1.5}, "DB: availability = 1.5"),
        ({"hit_ratio": 0.5}, "DB: hit_ratio = 0.5: only a cache or a CDN has one"),
        ({"kind": "cache", "hit_ratio": 1.1}, "DB: hit_ratio = 1.1"),
    ],
)
def test_a_component_refuses_nonsense(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Component(**({"name": "DB", "kind": "primary database"} | arguments))


@pytest.mark.parametrize(
    "arguments", [{"name": 5}, {"replicas": 1.5}, {"capacity_per_second": "many"}, {"label": None}]
)
def test_a_component_refuses_the_wrong_type(arguments: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        Component(**({"name": "DB", "kind": "primary database"} | arguments))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"request": "glance"}, "Client → DB: request = 'glance'"),
        ({"when": "sometimes"}, "when = 'sometimes'"),
        ({"becomes": "noise"}, "becomes = 'noise'"),
        ({"factor": "friends"}, "factor = 'friends'"),
        ({"share": 0}, "share = 0: it must be a number above 0, at most 1"),
        ({"share": math.nan}, "share = nan"),
        ({"times": -1}, "times = -1"),
        ({"target": "Client"}, "Client → Client: a component cannot send requests to itself"),
        ({"target": ""}, "target = '': it must not be blank"),
    ],
)
def test_a_flow_refuses_nonsense(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Flow(**({"source": "Client", "target": "DB"} | arguments))


@pytest.mark.parametrize(
    ("components", "flows", "message"),
    [
        ((), (), "it has no components"),
        ((DB, DB), (), "two components have the name 'DB'"),
        ((CLIENT, DB), (Flow("Client", "Store"),), "there is no component 'Store'; there are 'Client', 'DB'"),
        ((CLIENT, DB), (Flow("DB", "Client"),), "nobody sends a client requests"),
        ((CLIENT, DB), (Flow("Client", "DB"), Flow("Client", "DB")), "read stands there twice"),
        (
            (CLIENT, DB),
            (Flow("Client", "DB", share=0.5),),
            "Client: the shares of its read flows add up to 0.5",
        ),
        ((CLIENT, DB), (Flow("Client", "DB", when="miss"),), "Client asks no cache for a read first"),
        (
            (CLIENT, DB, CACHE),
            (Flow("Client", "Cache", "write"), Flow("Client", "DB", "read", when="miss")),
            "Client asks no cache for a read first",
        ),
    ],
)
def test_an_architecture_refuses_what_cannot_be_drawn(components: Any, flows: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Architecture("Bad", components, flows)


def test_a_label_of_blanks_gives_way_to_the_name() -> None:
    assert Component("DB", "primary database", label="  ").title == "DB"
    assert Component("DB", "primary database", label="Store").title == "Store"


def test_a_cycle_is_refused_by_the_names_in_it() -> None:
    boxes = (CLIENT, *(Component(name, "API service") for name in "ABC"))
    flows = (Flow("Client", "A"), Flow("A", "B"), Flow("B", "C"), Flow("C", "A"))
    with pytest.raises(ValueError, match="A → B → C → A is a cycle"):
        Architecture("Round", boxes, flows)


def test_lists_are_refused_because_an_architecture_is_frozen() -> None:
    boxes: Any = [CLIENT, DB]
    with pytest.raises(TypeError, match="components: it must be a tuple of Component"):
        Architecture("Lists", boxes, ())


def test_an_unknown_component_is_refused_by_name() -> None:
    with pytest.raises(KeyError, match="no component 'Cahce'; there are 'Client', 'DB'"):
        SMALLEST["Cahce"]


def test_a_change_leaves_the_original_as_it_was() -> None:
    before = dataclasses.replace(TWITTER_DESIGN)
    changed = TWITTER_DESIGN.with_component("Cache", hit_ratio=0.5)
    assert changed["Cache"].hit_ratio == 0.5
    assert before == TWITTER_DESIGN
    assert changed["DB"] == TWITTER_DESIGN["DB"]


def test_the_way_of_each_request_through_the_whole_design() -> None:
    to_reads = ["Client → LB", "LB → Reads"]
    assert ways(TWITTER_DESIGN, "read") == [*to_reads, "Reads → Cache"]
    assert ways(TWITTER_DESIGN, "read", hit=False) == [*to_reads, "Reads → Cache", "Reads → Replica"]
    assert ways(TWITTER_DESIGN, "write") == ["Client → LB", "LB → Writes", "Writes → DB"]
    assert ways(TWITTER_DESIGN, "delivery") == ["Writes → Queue", "Queue → Worker", "Worker → Cache"]
    assert ways(TWITTER_DESIGN, "media") == ["Client → Media"]


def test_the_author_waits_for_the_deliveries_where_there_is_no_queue() -> None:
    without = assemble(Parts(servers=True, cache=True, worker=True))
    assert ways(without, "write") == [
        "Client → LB", "LB → API", "API → DB", "API → Worker", "Worker → Cache",
    ]  # fmt: skip
    assert ways(without, "delivery") == ["API → Worker", "Worker → Cache"]


def test_a_miss_goes_on_through_the_cache_that_was_asked() -> None:
    flows = (Flow("Client", "Cache"), Flow("Cache", "DB", when="miss"))
    through = Architecture("Read-through", (CLIENT, CACHE, DB), flows)
    assert ways(through, "read") == ["Client → Cache"]
    assert ways(through, "read", hit=False) == ["Client → Cache", "Cache → DB"]


def test_of_alternatives_the_likeliest_is_shown() -> None:
    other = Component("Other", "primary database")
    flows = (Flow("Client", "DB", share=0.3), Flow("Client", "Other", share=0.7))
    assert ways(Architecture("Split", (CLIENT, DB, other), flows), "read") == ["Client → Other"]


def test_a_path_through_many_diamonds_is_found_at_once() -> None:
    # 2^60 ways lead through it: they must not be walked one by one.
    names = [f"{letter}{i}" for i in range(60) for letter in "ab"]
    rows = [("Client",), *((f"a{i}", f"b{i}") for i in range(60))]
    flows = tuple(
        Flow(source, target) for above, below in pairwise(rows) for source in above for target in below
    )
    diamonds = Architecture("Diamonds", (CLIENT, *(Component(name, "API service") for name in names)), flows)
    assert set(path(diamonds, "read")) == set(flows)


def test_an_unknown_request_is_refused() -> None:
    with pytest.raises(ValueError, match="request = 'replication': it must be one of"):
        path(SMALLEST, "replication")


def test_every_kind_can_stand_in_a_diagram() -> None:
    boxes = tuple(Component(kind.replace(" ", "_"), kind) for kind in KINDS)
    assert len(Architecture("All", boxes).components) == 15

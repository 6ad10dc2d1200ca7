"""How often each kind of request is answered: closed forms, and every state of every component counted."""

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.models.architecture import Architecture, Component, Flow
from helpers.models.architectures import FRAMEWORK_DIAGRAM, SMALLEST, TWITTER_DESIGN, assemble
from helpers.models.availability import PROVIDER_AVAILABILITY, component_availability, request_availability
from helpers.models.nines import in_series
from helpers.models.redundancy import in_parallel, k_of_n
from helpers.models.single_points import answered, asked_kinds, request_walk
from tests.models.test_single_points import PARTS, graphs


def counted(architecture: Architecture, request: str, each: float, beta: float = 0) -> float:
    """The sum over all states of all components."""
    boxes = [component for component in architecture.components if component.kind != "client"]
    chances = [component_availability(component, each, beta) for component in boxes]
    total = 0.0
    for states in itertools.product([1.0, 0.0], repeat=len(boxes)):
        chance = math.prod(up if state else 1 - up for up, state in zip(chances, states, strict=True))
        shares = dict(zip((box.name for box in boxes), states, strict=True))
        total += chance * answered(architecture, request, shares)
    return total


@given(PARTS, st.floats(0.5, 1), st.floats(0, 1))
@settings(max_examples=40, deadline=None)
def test_it_is_the_sum_over_all_states_of_a_design(parts: Any, each: float, beta: float) -> None:
    architecture = assemble(parts)
    for kind in asked_kinds(architecture):
        found = request_availability(architecture, kind, each=each, common_share=beta)
        assert found == pytest.approx(counted(architecture, kind, each, beta), abs=1e-12)


@given(graphs(), st.floats(0, 1))
@settings(max_examples=40, deadline=None)
def test_it_is_the_sum_over_all_states_of_a_graph(architecture: Architecture, each: float) -> None:
    found = request_availability(architecture, "read", each=each)
    assert found == pytest.approx(counted(architecture, "read", each), abs=1e-12)


def row(machines: int) -> Architecture:
    boxes = tuple(Component(f"N{i}", "API service") for i in range(machines))
    names = ["Client", *(box.name for box in boxes)]
    flows = tuple(Flow(*pair) for pair in itertools.pairwise(names))
    return Architecture("Row", (Component("Client", "client"), *boxes), flows)


@given(st.integers(1, 60), st.floats(0.9, 1))
@settings(max_examples=30, deadline=None)
def test_a_row_is_a_product_however_long(machines: int, each: float) -> None:
    assert request_availability(row(machines), "read", each=each) == pytest.approx(in_series(each, machines))


def test_the_framework_diagram_by_hand() -> None:
    each = 0.999
    # LB, two API servers and the primary; a cache of unknown hit ratio answers nothing.
    by_hand = each * in_parallel(each, 2) * each
    assert request_availability(FRAMEWORK_DIAGRAM, "write") == pytest.approx(by_hand)
    assert request_availability(FRAMEWORK_DIAGRAM, "read") == pytest.approx(by_hand)
    hot = FRAMEWORK_DIAGRAM.with_component("Cache", hit_ratio=0.9)
    share = each * (0.9 + 0.1 * each) + (1 - each) * each
    assert request_availability(hot, "read") == pytest.approx(each * in_parallel(each, 2) * share)


def test_reads_are_answered_more_often_than_writes_and_deliveries_least() -> None:
    found = [
        request_availability(TWITTER_DESIGN, kind, common_share=0.1) for kind in ("read", "write", "delivery")
    ]
    assert found == sorted(found, reverse=True)
    assert found[0] > found[1] > found[2]
    assert request_availability(TWITTER_DESIGN, "media") == PROVIDER_AVAILABILITY


@given(PARTS, st.floats(0.9, 1), st.floats(0, 0.9))
@settings(max_examples=40, deadline=None)
def test_more_in_common_is_never_better(parts: Any, each: float, beta: float) -> None:
    architecture = assemble(parts)
    for kind in asked_kinds(architecture):
        alone, together = (
            request_availability(architecture, kind, each=each, common_share=share)
            for share in (beta, beta + 0.1)
        )
        assert together <= alone + 1e-12


def test_states_drawn_at_random_find_it_too() -> None:
    random, each, draws = np.random.default_rng(4), 0.9, 4000
    chances = {c.name: component_availability(c, each, 0.3) for c in TWITTER_DESIGN.components}
    walk = request_walk(TWITTER_DESIGN)
    seen = []
    for _ in range(draws):
        state = {name: float(random.random() < chance) for name, chance in chances.items()}
        seen.append(walk.share("delivery", state.__getitem__))
    expected = request_availability(TWITTER_DESIGN, "delivery", each=each, common_share=0.3)
    # Four standard errors of a share.
    assert np.mean(seen) == pytest.approx(expected, abs=4 * math.sqrt(expected * (1 - expected) / draws))


class TestAComponent:
    def test_needs_as_many_as_bear_the_load(self) -> None:
        api = Component("API", "API service", replicas=10)
        assert component_availability(api, 0.99, needed=9) == k_of_n(0.99, 10, 9)
        found = request_availability(
            Architecture("A", (Component("C", "client"), api), (Flow("C", "API"),)), "read", each=0.99,
            needed={"API": 9},
        )  # fmt: skip
        assert found == k_of_n(0.99, 10, 9)

    def test_split_data_meets_one_machine_and_its_standbys(self) -> None:
        assert component_availability(Component("S", "shard", replicas=4), 0.99) == pytest.approx(0.99)
        spared = Component("S", "shard", replicas=4, standbys=4)
        assert component_availability(spared, 0.99) == pytest.approx(0.9999)
        few = Component("S", "shard", replicas=4, standbys=3)
        assert component_availability(few, 0.99) == pytest.approx(0.99)

    def test_its_own_figure_goes_before_the_assumption(self) -> None:
        assert component_availability(Component("A", "queue", availability=0.95), 0.999) == 0.95
        assert component_availability(Component("A", "object store", availability=0.95)) == 0.95
        assert component_availability(Component("A", "CDN")) == PROVIDER_AVAILABILITY

    def test_a_million_machines_are_no_trouble(self) -> None:
        many = Component("A", "API service", replicas=1_000_000)
        assert component_availability(many, 0.9, 0.1) == pytest.approx(0.99)

    def test_clients_are_not_ours(self) -> None:
        assert component_availability(Component("C", "client"), 0.5) == 1


def test_the_ends_of_the_scale() -> None:
    for kind in ("read", "write"):
        assert request_availability(SMALLEST, kind, each=1) == 1
        assert request_availability(SMALLEST, kind, each=0) == 0


def test_too_many_states_are_refused_with_a_reason() -> None:
    boxes, flows = [Component("Client", "client")], []
    for i in range(18):
        # A cache and a database of its own for every kind of part: none decides the answer alone.
        boxes += [Component(f"D{i}", "shard")]
        flows += [Flow("Client", f"D{i}", share=1 / 18)]
    wide = Architecture("Wide", tuple(boxes), tuple(flows))
    with pytest.raises(ValueError, match=r"^Wide: the answer to a read depends on more than 20,000 states"):
        request_availability(wide, "read")


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: request_availability(SMALLEST, "read", each=1.1), ValueError, r"^each = 1.1"),
        (lambda: request_availability(SMALLEST, "read", each=99.9), ValueError, r"^each = 99.9"),
        (lambda: request_availability(SMALLEST, "read", each="1"), TypeError, r"^each = '1'"),  # type: ignore[arg-type]
        (lambda: request_availability(SMALLEST, "read", common_share=2), ValueError, r"^common_share = 2"),
        (lambda: request_availability(SMALLEST, "read", needed={"X": 1}), ValueError, r"^needed = 'X'"),
        (lambda: request_availability(SMALLEST, "read", needed={"DB": 2}), ValueError, r"^DB: needed = 2"),
        (lambda: request_availability(SMALLEST, "media"), ValueError, r"^request = 'media'"),
    ],
)
def test_bad_input_is_refused_by_name(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()

"""Consistent hashing: balance and movement, exactly, by counting keys, and as theory has them."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.models.consistent_hashing import HashRing, expected_spread, moved_by_modulo, place_of

NODES = [f"node {number}" for number in range(8)]
KEYS = [f"tweet:{number}" for number in range(3000)]


def test_shares_are_what_counted_keys_get() -> None:
    ring = HashRing(NODES[:5], 20)
    owners = [ring.node_of(key) for key in KEYS]
    for node, share in ring.shares.items():
        assert owners.count(node) / len(KEYS) == pytest.approx(share, abs=0.03)
    assert sum(ring.shares.values()) == pytest.approx(1)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 8), st.integers(1, 30))
def test_a_node_that_joins_takes_keys_and_no_others_move(nodes: int, virtual_nodes: int) -> None:
    ring = HashRing(NODES[:nodes], virtual_nodes)
    grown = ring.with_node("new")
    changed = {key: grown.node_of(key) for key in KEYS[:300] if ring.node_of(key) != grown.node_of(key)}
    assert set(changed.values()) <= {"new"}
    assert ring.moved(grown) == pytest.approx(grown.shares["new"])
    assert grown.moved(ring) == pytest.approx(ring.moved(grown))
    assert grown.without_node("new") == ring
    assert ring.moved(ring) == 0


def test_what_moves_is_counted_right() -> None:
    ring = HashRing(NODES[:4], 10)
    other = HashRing([*NODES[:3], "other"], 15)
    counted = np.mean([ring.node_of(key) != other.node_of(key) for key in KEYS])
    assert ring.moved(other) == pytest.approx(counted, abs=0.03)


@pytest.mark.parametrize("virtual_nodes", [1, 10, 100])
def test_more_virtual_nodes_are_more_even_as_theory_says(virtual_nodes: int) -> None:
    spreads = []
    for trial in range(40):
        shares = HashRing([f"{trial}/{number}" for number in range(10)], virtual_nodes).shares.values()
        spreads.append(np.mean((10 * np.array(list(shares)) - 1) ** 2))
    assert np.sqrt(np.mean(spreads)) == pytest.approx(expected_spread(10, virtual_nodes), rel=0.12)


def test_one_node_has_everything() -> None:
    ring = HashRing(["only"], 3)
    assert ring.shares == {"only": 1.0}
    assert ring.nodes_of("key", 1) == ("only",)
    assert expected_spread(1, 5) == 0


def test_copies_are_on_different_nodes_and_the_first_is_the_owner() -> None:
    ring = HashRing(NODES, 10)
    for key in KEYS[:200]:
        copies = ring.nodes_of(key, 3)
        assert len(set(copies)) == 3
        assert copies[0] == ring.node_of(key)
        assert set(ring.nodes_of(key, 8)) == set(NODES)
        # Where the owner is lost, the next copy becomes the owner: readers find it there.
        assert ring.without_node(copies[0]).node_of(key) == copies[1]


def test_places_do_not_depend_on_the_program() -> None:
    assert place_of("tweet:1") == 9_033_019_726_894_570_488


@pytest.mark.parametrize(("before", "after"), [(4, 5), (4, 8), (10, 11), (6, 9), (9, 6), (3, 3), (1, 7)])
def test_modulo_moves_what_counting_says(before: int, after: int) -> None:
    hashes = np.arange(before * after * 7)
    moved = np.mean(hashes % before != hashes % after)
    assert moved_by_modulo(before, after) == pytest.approx(moved)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: HashRing([]), r"^nodes: 0 given"),
        (lambda: HashRing(["a", "A"]), r"^nodes: 'A' is in it twice"),
        (lambda: HashRing("abc"), r"^nodes = 'abc'"),
        (lambda: HashRing(["a"], 0), r"^virtual_nodes = 0"),
        (lambda: HashRing(["a"]).nodes_of("k", 2), r"^copies = 2: .*at most 1"),
        (lambda: HashRing(["a"]).without_node("b"), r"^node = 'b': it must be one of 'a'"),
        (lambda: HashRing(["a"]).moved("b"), r"^after = 'b'"),  # type: ignore[arg-type]
        (lambda: HashRing(["a"]).without_node("a"), r"^nodes: 0 given"),
        (lambda: expected_spread(0, 1), r"^nodes = 0"),
        (lambda: moved_by_modulo(0, 1), r"^before = 0"),
    ],
)
def test_bad_input_is_refused_by_name(call: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        call()

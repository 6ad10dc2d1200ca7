"""LRU caches: simulation against a cache written out, Che against simulation and exact small cases."""

import itertools
import math
from collections import OrderedDict
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.models.lru import (
    LruRun,
    characteristic_time,
    che_hit_ratio,
    che_hit_ratios,
    simulate_lru,
)
from helpers.models.popularity import draw_keys, rank_groups, zipf_shares


def written_out(requests: list[int], capacity: int, warm_up: int = 0) -> int:
    """Hits of an LRU cache in plain Python."""
    kept: OrderedDict[int, None] = OrderedDict()
    hits = 0
    for place, key in enumerate(requests):
        if key in kept:
            kept.move_to_end(key)
            hits += place >= warm_up
        elif capacity:
            kept[key] = None
            if len(kept) > capacity:
                kept.popitem(last=False)
    return hits


def exact_hit_ratio(weights: Any, capacity: int) -> float:
    """King (1971): the cache holds the keys last read, in an order whose probability is known."""
    shares = np.asarray(weights) / np.sum(weights)
    total = 0.0
    for order in itertools.permutations(range(shares.size), capacity):
        probability, left = 1.0, 1.0
        for key in order:
            probability *= shares[key] / left
            left -= shares[key]
        total += probability * shares[list(order)].sum()
    return total


@given(st.lists(st.integers(0, 12), min_size=1, max_size=200), st.integers(0, 14), st.data())
def test_the_fast_cache_keeps_what_a_cache_written_out_keeps(
    requests: list[int], capacity: int, data: st.DataObject
) -> None:
    warm_up = data.draw(st.integers(0, len(requests) - 1))
    run = simulate_lru(requests, capacity, warm_up=warm_up)
    assert run == LruRun(len(requests) - warm_up, written_out(requests, capacity, warm_up))
    assert run.hits + run.misses == run.requests


@given(st.lists(st.integers(0, 9), min_size=1, max_size=100), st.integers(1, 12))
def test_a_larger_lru_cache_never_hits_less(requests: list[int], capacity: int) -> None:
    assert simulate_lru(requests, capacity).hits <= simulate_lru(requests, capacity + 1).hits


def test_limits_of_a_simulated_cache() -> None:
    keys = draw_keys(zipf_shares(50, 0.5), 5000)
    assert simulate_lru(keys, 0).hit_ratio == 0
    everything = simulate_lru(keys, 50)
    assert everything.misses == np.unique(keys).size
    assert simulate_lru(keys, 10**6) == everything
    assert simulate_lru(np.array([-1, 1, -1]), 5).hits == 1


@pytest.mark.parametrize("skew", [0.0, 0.7, 1.2])
@pytest.mark.parametrize("capacity", [1, 2, 3])
def test_the_simulation_agrees_with_the_exact_ratio(skew: float, capacity: int) -> None:
    shares = zipf_shares(5, skew)
    run = simulate_lru(draw_keys(shares, 200_000, seed=capacity), capacity, warm_up=1000)
    assert run.hit_ratio == pytest.approx(exact_hit_ratio(shares, capacity), abs=0.006)


@pytest.mark.parametrize("skew", [0.0, 0.6, 0.9, 1.2])
@pytest.mark.parametrize("capacity", [100, 1000, 5000])
def test_che_agrees_with_a_simulation(skew: float, capacity: int) -> None:
    shares = zipf_shares(10_000, skew)
    run = simulate_lru(draw_keys(shares, 500_000, seed=7), capacity, warm_up=200_000)
    assert che_hit_ratio(shares, capacity) == pytest.approx(run.hit_ratio, abs=0.004)


def test_che_is_off_where_it_is_said_to_be() -> None:
    shares = zipf_shares(100, 1.4)
    off = exact_hit_ratio(shares, 1) - che_hit_ratio(shares, 1)
    assert off == pytest.approx(0.012, abs=0.001)


def test_che_for_each_key() -> None:
    shares = zipf_shares(200, 0.8)
    keys = draw_keys(shares, 400_000, seed=1)
    top = keys == 0
    # The cache as a distance: key 0 is found where fewer than 20 others came since its last read.
    last = np.flatnonzero(top)
    between = [np.unique(keys[a + 1 : b]).size for a, b in itertools.pairwise(last[:4000])]
    assert che_hit_ratios(shares, 20)[0] == pytest.approx(np.mean(np.array(between) < 20), abs=0.02)


@given(st.integers(2, 60), st.floats(0, 3), st.data())
def test_the_characteristic_time_fills_the_cache(keys: int, skew: float, data: st.DataObject) -> None:
    capacity = data.draw(st.integers(1, keys - 1))
    shares = zipf_shares(keys, skew)
    time = characteristic_time(shares, capacity)
    assert -np.expm1(-shares * time).sum() == pytest.approx(capacity, rel=1e-6)
    assert time >= capacity * (1 - 1e-12)
    assert 0 < che_hit_ratio(shares, capacity) < 1


def test_uniform_keys_hit_in_proportion_to_the_cache() -> None:
    for capacity in (0, 1, 25, 50, 99, 100, 101):
        assert che_hit_ratio(np.ones(100), capacity) == pytest.approx(min(capacity / 100, 1))


def test_a_cache_as_large_as_the_keys_or_larger_answers_every_read() -> None:
    for capacity in (10, 11, 10**6):
        assert math.isinf(characteristic_time(zipf_shares(10, 1), capacity))
        assert che_hit_ratio(zipf_shares(10, 1), capacity) == 1
    assert che_hit_ratio(zipf_shares(10, 1), 0) == 0
    # Keys that nobody reads take no room.
    assert che_hit_ratios([2.0, 1.0, 0.0, 0.0], 2).tolist() == [1, 1, 0, 0]


def test_time_has_the_unit_of_the_rates() -> None:
    shares = zipf_shares(500, 0.9)
    assert characteristic_time(1000 * shares, 50) == pytest.approx(characteristic_time(shares, 50) / 1000)
    assert che_hit_ratio(1000 * shares, 50) == pytest.approx(che_hit_ratio(shares, 50))


def test_groups_of_keys_give_the_ratio_of_the_keys() -> None:
    shares = zipf_shares(100_000, 0.9)
    counts, means = rank_groups(shares, 400)
    hits = che_hit_ratios(means, 10_000, keys=counts)
    assert float((counts * means) @ hits) == pytest.approx(che_hit_ratio(shares, 10_000), abs=1e-4)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: simulate_lru([], 1), r"^requests: .*one at least"),
        (lambda: simulate_lru([1.5], 1), r"^requests: .*whole number"),
        (lambda: simulate_lru([[1]], 1), r"^requests: it must be a list"),
        (lambda: simulate_lru([1], -1), r"^capacity = -1"),
        (lambda: simulate_lru([1], 1, warm_up=1), r"^warm_up = 1: .*at most 0"),
        (lambda: che_hit_ratio([0.0], 1), r"^rates: all are 0"),
        (lambda: che_hit_ratio([], 1), r"^rates: it must be a list"),
        (lambda: che_hit_ratio([1.0], 1.5), r"^capacity = 1.5"),  # type: ignore[arg-type]
        (lambda: characteristic_time([1.0, 2.0], 1, keys=[1.0]), r"^keys: 1 numbers for 2 rates"),
    ],
)
def test_bad_input_is_refused_by_name(call: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        call()

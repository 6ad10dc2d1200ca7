"""Stampedes: expected loads against simulated readers, limits, conservation, jitter."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.models.stampede import (
    expected_loads,
    expiry_misses_per_second,
    loads_on_shared_cores,
    refill_loads,
)


def simulated_loads(rate: float, load_s: float, servers: int | None, trials: int = 4000) -> float:
    """The mean loads of an expiry: reads at random, each at a server at random; None does not coalesce."""
    random = np.random.default_rng(0)
    found = []
    for _ in range(trials):
        more = random.poisson(rate * load_s)
        if servers is None:
            found.append(1 + more)
        else:
            found.append(np.unique([0, *random.integers(0, servers, more)]).size)
    return float(np.mean(found))


@pytest.mark.parametrize("rate", [0.5, 20, 2000])
@pytest.mark.parametrize("servers", [None, 1, 4, 50])
def test_expected_loads_are_those_of_simulated_readers(rate: float, servers: int | None) -> None:
    found = simulated_loads(rate, 0.01, servers)
    expected = (
        expected_loads(rate, 0.01)
        if servers is None
        else expected_loads(rate, 0.01, coalesced=True, servers=servers)
    )
    assert expected == pytest.approx(found, rel=0.04)


@given(st.floats(0.01, 1e6), st.floats(0, 10), st.integers(1, 1000))
def test_coalescing_never_loads_more_and_never_more_than_once_a_server(
    rate: float, load_s: float, servers: int
) -> None:
    coalesced = expected_loads(rate, load_s, coalesced=True, servers=servers)
    assert 1 <= coalesced <= min(servers, expected_loads(rate, load_s)) * (1 + 1e-9)
    assert expected_loads(rate, load_s, coalesced=True) == 1


def test_a_server_for_each_read_is_as_if_none_coalesced() -> None:
    alone = expected_loads(1000, 0.01)
    assert expected_loads(1000, 0.01, coalesced=True, servers=1_000_000) == pytest.approx(alone, rel=1e-4)


def test_nobody_reads_nothing_is_loaded() -> None:
    assert expected_loads(0.0, 5.0) == expected_loads(0.0, 5.0, coalesced=True) == 0
    assert expected_loads(np.array([0.0, 10.0]), 1.0).tolist() == [0.0, 11.0]
    assert loads_on_shared_cores(0, 1, 2) == 0
    assert expiry_misses_per_second(np.array([0.0, 1.0]), 1.0).tolist() == [0.0, 0.5]


def shared_until_first_is_done(rate: float, load_s: float, cores: int) -> int:
    """Loads begun, one every 1/rate seconds, until the first is done; all at work share the cores."""
    time, work, begun = 0.0, load_s, 1
    while True:
        speed = min(1.0, cores / begun)
        until_next = begun / rate - time
        if work <= speed * until_next:
            return begun
        work -= speed * until_next
        time, begun = begun / rate, begun + 1


@pytest.mark.parametrize(
    ("rate", "load_s", "cores"),
    [(2000, 0.005, 2), (2000, 0.005, 8), (500, 0.02, 4), (300, 0.001, 2), (100, 0.3, 16)],
)
def test_loads_that_slow_each_other_grow_as_a_simulation_says(rate: float, load_s: float, cores: int) -> None:
    found = shared_until_first_is_done(rate, load_s, cores)
    # The closed form lets reads come evenly in between, where the simulation has whole ones.
    assert loads_on_shared_cores(rate, load_s, cores) == pytest.approx(found, rel=0.45, abs=1.5)


def test_with_cores_enough_loads_do_not_slow_each_other() -> None:
    assert loads_on_shared_cores(1000, 0.01, 11) == expected_loads(1000, 0.01) == 11
    assert loads_on_shared_cores(1000, 0.01, 10) == pytest.approx(11, rel=0.01)
    rising = [loads_on_shared_cores(1000, 0.01, cores) for cores in range(1, 12)]
    assert all(np.diff(rising) <= 1e-9)
    assert rising[0] == pytest.approx(math.exp(10))


@pytest.mark.parametrize(("rate", "expiry_s"), [(0.3, 2.0), (5.0, 2.0), (100.0, 0.5)])
def test_misses_of_a_copy_that_expires_are_those_of_a_simulation(rate: float, expiry_s: float) -> None:
    random = np.random.default_rng(1)
    time, until, misses = 0.0, 0.0, 0
    for gap in random.exponential(1 / rate, 100_000):
        time += gap
        if time >= until:
            misses += 1
            until = time + expiry_s
    assert expiry_misses_per_second(rate, expiry_s) == pytest.approx(misses / time, rel=0.03)


@given(st.floats(0, 1e9), st.floats(0.001, 1e6))
def test_misses_are_bounded_by_the_reads_and_by_the_lifetime(rate: float, expiry_s: float) -> None:
    misses = expiry_misses_per_second(rate, expiry_s)
    assert 0 <= misses <= min(rate, 1 / expiry_s) * (1 + 1e-9)


def refilled_by_simulation(rates: list[float], times: list[float], spread_s: float) -> list[float]:
    random = np.random.default_rng(2)
    trials = 20_000
    loads = np.zeros(len(times))
    for rate in rates:
        at = random.random(trials) * spread_s + random.exponential(1 / rate, trials)
        loads += [np.mean(at <= time) for time in times]
    return [float(value) for value in loads]


@pytest.mark.parametrize("spread_s", [0.0, 3.0])
def test_refills_are_those_of_a_simulation(spread_s: float) -> None:
    rates, times = [5.0, 1.0, 0.2, 0.2], [0.1, 1.0, 3.0, 10.0]
    expected = refill_loads(rates, np.array(times), spread_s=spread_s)
    assert expected == pytest.approx(refilled_by_simulation(rates, times, spread_s), abs=0.03)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0.01, 1e4), min_size=1, max_size=20), st.floats(0, 100), st.floats(0, 1))
def test_in_the_end_every_key_is_loaded_once_or_as_often_as_it_stampedes(
    rates: list[float], spread_s: float, load_s: float
) -> None:
    assert refill_loads(rates, 1e7, spread_s=spread_s) == pytest.approx(len(rates))
    assert refill_loads(rates, -1.0, spread_s=spread_s) == 0
    stampedes = sum(expected_loads(rate, load_s) for rate in rates)
    assert refill_loads(rates, 1e7, load_s=load_s) == pytest.approx(stampedes)
    times = np.linspace(0, 200, 50)
    risen = refill_loads(rates, times, spread_s=spread_s)
    assert np.all(np.diff(risen) >= -1e-9)
    assert np.all(risen <= refill_loads(rates, times) + 1e-9)


def test_keys_may_be_counted_in_groups() -> None:
    apart = refill_loads([3.0, 3.0, 1.0], 0.7, spread_s=2.0, load_s=0.1)
    assert refill_loads([3.0, 1.0], 0.7, spread_s=2.0, load_s=0.1, keys=[2, 1]) == pytest.approx(apart)
    assert refill_loads([3.0, 0.0], 1e9) == 1  # what nobody reads is never loaded


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: expected_loads(-1, 1), r"^reads_per_second = -1"),
        (lambda: expected_loads(1, -1), r"^load_s = -1"),
        (lambda: expected_loads(1, 1, servers=0), r"^servers = 0"),
        (lambda: loads_on_shared_cores(1e6, 1, 1), r"^reads_per_second × load_s = 1e\+06 on 1 cores"),
        (lambda: loads_on_shared_cores(1, 1, 0), r"^cores = 0"),
        (lambda: expiry_misses_per_second(1, -1), r"^expiry_s = -1"),
        (lambda: refill_loads([], 1), r"^rates: it must be a list"),
        (lambda: refill_loads([1.0], 1, spread_s=-1), r"^spread_s = -1"),
        (lambda: refill_loads([1.0], 1, keys=[1, 2]), r"^keys: 2 numbers for 1 rates"),
        (lambda: refill_loads([1.0], float("nan")), r"^since_s = nan"),
    ],
)
def test_bad_input_is_refused_by_name(call: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        call()

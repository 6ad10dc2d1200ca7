"""Time to an answer: closed forms of one queue, mixtures of hits and misses, and queues without end."""

import math

import numpy as np
import pytest

from helpers.models.architecture import Architecture, Component, Flow
from helpers.models.architecture_latency import answer_time
from helpers.models.architecture_load import Demand, carry
from helpers.models.architectures import SMALLEST, TWITTER_DESIGN, Parts, assemble
from helpers.models.queueing import Queue

SIZE = 200_000


@pytest.mark.parametrize("utilisation", [0.01, 0.5, 0.9, 0.98])
@pytest.mark.parametrize("percentile", [50, 99])
def test_one_database_is_one_queue(utilisation: float, percentile: float) -> None:
    load = carry(SMALLEST, Demand(reads_per_second=70_000 * utilisation))
    exact = 1000 * Queue(70_000 * utilisation, 0.0005, 35).time_s(percentile)
    assert answer_time(load, "read", size=SIZE).ms(percentile) == pytest.approx(exact, rel=0.04)


def test_writes_fill_the_queue_as_much_as_the_component() -> None:
    reads = carry(SMALLEST, Demand(reads_per_second=63_000))
    writes = carry(SMALLEST, Demand(writes_per_second=0.9 * 15_900))
    assert answer_time(reads, "read").ms(99) == pytest.approx(answer_time(writes, "write").ms(99))


def test_each_replica_is_a_queue_of_its_own() -> None:
    boxes = (
        Component("Client", "client"),
        Component("API", "API service", replicas=7, capacity_per_second=100, service_ms=10),
    )
    load = carry(Architecture("Seven", boxes, (Flow("Client", "API"),)), Demand(reads_per_second=560))
    exact = 1000 * Queue(80, 0.010).time_s(99)
    assert answer_time(load, "read", size=SIZE).ms(99) == pytest.approx(exact, rel=0.03)


@pytest.mark.parametrize("capacity", [100, 250, 299, 301, 1100, 1e9])
def test_without_load_a_request_takes_the_service_time_whatever_the_capacity(capacity: float) -> None:
    boxes = (
        Component("Client", "client"),
        Component("API", "API service", capacity_per_second=capacity, service_ms=5),
    )
    load = carry(Architecture("One", boxes, (Flow("Client", "API"),)), Demand(reads_per_second=1e-6))
    assert np.mean(answer_time(load, "read", size=SIZE).samples_ms) == pytest.approx(5, rel=0.01)


@pytest.mark.parametrize("service_ms", [0.1, 0.3, 0.5, 0.7, 5, 7])
@pytest.mark.parametrize("excess", [1, 1.01, 1e9])
def test_from_full_on_nothing_comes_back_whatever_the_service_time(service_ms: float, excess: float) -> None:
    boxes = (
        Component("Client", "client"),
        Component("API", "API service", capacity_per_second=70_000, service_ms=service_ms),
    )
    demand = Demand(reads_per_second=70_000 * excess)
    load = carry(Architecture("Full", boxes, (Flow("Client", "API"),)), demand)
    assert answer_time(load, "read").ms(1) == math.inf


def test_a_full_component_keeps_its_requests_waiting() -> None:
    full = answer_time(carry(SMALLEST, Demand(reads_per_second=70_000)), "read")
    assert full.ms(50) == math.inf


def test_only_misses_wait_for_a_full_database() -> None:
    design = assemble(Parts(cache=True, hit_ratio=0.95))
    time = answer_time(carry(design, Demand(reads_per_second=100_000, writes_per_second=15_900)), "read")
    assert math.isfinite(time.ms(50))
    assert math.isfinite(time.ms(94))
    assert time.ms(96) == math.inf
    assert np.mean(np.isinf(time.samples_ms)) == pytest.approx(0.05, abs=0.01)


def test_a_better_cache_is_no_slower_than_a_worse_one() -> None:
    times = [
        answer_time(carry(assemble(Parts(cache=True, hit_ratio=ratio)), Demand(1000)), "read").ms(50)
        for ratio in (0.0, 0.3, 0.6, 1.0)
    ]
    assert times == sorted(times, reverse=True)
    assert times[0] > 1.8 * times[-1]


def test_the_author_waits_for_all_deliveries_without_a_queue() -> None:
    demand = Demand(writes_per_second=0.001, followers=1e6)
    alone = answer_time(carry(assemble(Parts(servers=True, cache=True, worker=True)), demand), "write")
    queued = assemble(Parts(servers=True, cache=True, worker=True, queue=True))
    assert alone.ms(50) == pytest.approx(3500, rel=0.01)
    assert answer_time(carry(queued, demand), "write").ms(50) < 10


def test_what_takes_no_known_time_is_named() -> None:
    boxes = (Component("Client", "client"), Component("API", "API service", "The API"))
    load = carry(Architecture("Unknown", boxes, (Flow("Client", "API"),)), Demand(10))
    time = answer_time(load, "read")
    assert time.untimed == ("The API",)
    assert time.ms(99) == 0


def test_the_same_seed_gives_the_same_times_whatever_came_before() -> None:
    load = carry(TWITTER_DESIGN, Demand(20_000, 400, 75))
    first = answer_time(load, "read", seed=3)
    answer_time(load, "write", size=77)
    assert np.array_equal(first.samples_ms, answer_time(load, "read", seed=3).samples_ms)
    assert not np.array_equal(first.samples_ms, answer_time(load, "read", seed=4).samples_ms)


def test_bad_input_is_refused() -> None:
    load = carry(SMALLEST, Demand(10))
    with pytest.raises(ValueError, match="request = 'delivery': it must be one of 'read', 'write'"):
        answer_time(load, "delivery")
    with pytest.raises(ValueError, match="size = 0"):
        answer_time(load, "read", size=0)
    with pytest.raises(ValueError, match="percentile = 100"):
        answer_time(load, "read").ms(100)

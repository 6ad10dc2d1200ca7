"""Reads and writes on one pool or two: exact cases, the approximation against simulation, storms."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.models.queue_simulation import Requests, run_queue
from helpers.models.queueing import Queue, servers_needed
from helpers.models.service_pools import Pool, Service, plan_pools, pool_size

READS, WRITES = Service("reads", 2000, 0.005), Service("writes", 200, 0.020)


@given(st.floats(0, 0.99), st.floats(1e-4, 10), st.integers(1, 200))
def test_one_kind_is_mmc(load: float, service_s: float, servers: int) -> None:
    rate = load * servers / service_s
    (response,) = Pool((Service("reads", rate, service_s),), servers).responses
    queue = Queue(rate, service_s, servers)
    assert response.mean_s == pytest.approx(queue.mean_time_s)
    assert response.time_s(99) == pytest.approx(queue.time_s(99))


@given(st.floats(0, 0.99), st.floats(0, 1), st.integers(1, 50))
def test_two_kinds_alike_are_one(load: float, share: float, servers: int) -> None:
    rate = load * servers
    pool = Pool((Service("a", rate * share, 1.0), Service("b", rate * (1 - share), 1.0)), servers)
    assert pool.responses[0].mean_s == pytest.approx(Queue(rate, 1.0, servers).mean_time_s)


def test_on_one_server_the_mean_wait_is_pollaczek_and_khinchines() -> None:
    pool = Pool((Service("reads", 0.4, 0.5), Service("writes", 0.2, 3.0)), 1)
    second_moment = 2 * (0.4 * 0.5**2 + 0.2 * 3.0**2)
    assert pool.utilisation == pytest.approx(0.8)
    assert pool.responses[0].mean_wait_s == pytest.approx(second_moment / (2 * (1 - 0.8)))
    assert pool.responses[1].mean_s == pytest.approx(pool.responses[0].mean_wait_s + 3.0)


@pytest.mark.parametrize(
    ("times", "share", "servers", "load", "off"),
    [
        (4, 0.9, 4, 0.8, 0.16),
        (4, 0.5, 20, 0.9, 0.16),
        (4, 0.9, 100, 0.9, 0.16),
        (20, 0.5, 20, 0.9, 0.30),
        (20, 0.9, 20, 0.9, 0.32),
    ],
)
def test_the_approximation_is_as_near_the_simulation_as_its_docstring_says(
    times: float, share: float, servers: int, load: float, off: float
) -> None:
    rate = load * servers / (share + (1 - share) * times)
    pool = Pool((Service("r", rate * share, 1.0), Service("w", rate * (1 - share), times)), servers)
    random = np.random.default_rng([int(times), servers, round(100 * load), round(100 * share)])
    size = 200_000
    arrivals = np.cumsum(random.exponential(1 / rate, size))
    write = random.random(size) >= share
    services = random.standard_exponential(size) * np.where(write, times, 1.0)
    run = run_queue(Requests(arrivals, services), servers)
    for kind in (0, 1):
        seen = np.percentile(run.times_s[size // 10 :][write[size // 10 :] == kind], 99)
        assert pool.responses[kind].time_s(99) == pytest.approx(seen, rel=off)


@pytest.mark.parametrize("target_s", [0.095, 0.1, 0.15, 2])
def test_the_sizes_are_the_fewest_that_meet_the_target(target_s: float) -> None:
    plan = plan_pools([READS, WRITES], 99, target_s)
    assert plan is not None
    for pool in (plan.shared, *plan.apart):
        assert all(response.time_s(99) <= target_s for response in pool.responses)
        smaller = Pool(pool.services, pool.servers - 1)
        assert any(response.time_s(99) > target_s for response in smaller.responses)
    assert [pool.servers for pool in plan.apart] == [
        servers_needed(2000, 0.005, 99, target_s),
        servers_needed(200, 0.020, 99, target_s),
    ]


def test_sharing_is_more_efficient_where_requests_are_alike() -> None:
    alike = [Service("reads", 500, 0.01), Service("writes", 500, 0.01)]
    plan = plan_pools(alike, 99, 0.06)
    assert plan is not None
    assert plan.shared.servers < plan.servers_apart
    pooled = plan.pooled
    assert pooled.shared.servers == plan.servers_apart
    own = plan.apart[0].responses[0]
    assert pooled.shared.responses[0].mean_wait_s < own.mean_wait_s


def test_a_read_storm_reaches_writers_only_through_a_shared_pool() -> None:
    plan = plan_pools([READS, WRITES], 99, 0.15)
    assert plan is not None
    storm = plan.storm(3)
    assert storm.shared.responses[1].time_s(99) == math.inf
    assert storm.apart[1] == plan.apart[1]
    assert storm.apart[0].utilisation == pytest.approx(3 * plan.apart[0].utilisation)
    assert plan.storm(1) == plan
    both = plan.storm(np.array([1.0, 3.0])).shared.responses[1].time_s(99)
    assert both[0] == pytest.approx(plan.shared.responses[1].time_s(99))
    assert both[1] == math.inf
    writes = plan.storm(2, kind=1)
    assert writes.apart[0] == plan.apart[0]
    assert writes.apart[1].utilisation == pytest.approx(2 * plan.apart[1].utilisation)


def test_without_load_one_server_each_is_enough() -> None:
    plan = plan_pools([Service("reads", 0, 1.0), Service("writes", 0, 5.0)], 99, 0.001)
    assert plan is not None
    assert (plan.shared.servers, plan.servers_apart) == (1, 2)
    assert plan.shared.responses[1].mean_s == 5
    assert pool_size([], 99, 1) == 1


def test_a_target_below_the_service_alone_is_never_met() -> None:
    alone = 0.020 * math.log(100)
    assert plan_pools([READS, WRITES], 99, alone * 0.99) is None
    assert pool_size([READS], 99, alone * 0.99) is not None
    assert plan_pools([READS, Service("writes", 0, 0.020)], 99, alone * 0.99) is not None


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: Service("reads", -1, 1), ValueError, r"^arrivals_per_second = -1"),
        (lambda: Service("reads", 1, 0), ValueError, r"^service_s = 0"),
        (lambda: Service("reads", "many", 1), TypeError, r"^arrivals_per_second = 'many'"),
        (lambda: Pool((), 1), ValueError, r"^services: there is none"),
        (lambda: Pool((READS,), 0), ValueError, r"^servers = 0"),
        (lambda: plan_pools([READS, READS], 99, 1), ValueError, r"^services: two have the same name"),
        (lambda: plan_pools([READS], 99, 0), ValueError, r"^target_s = 0"),
        (lambda: pool_size([READS], 100, 1), ValueError, r"^percentile = 100"),
        (lambda: pool_size([Service("r", 1e9, 1)], 99, 10), ValueError, r"more than 100,000 servers"),
    ],
)
def test_bad_input_is_refused_by_name(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()

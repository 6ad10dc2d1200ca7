"""The simulation: by hand, SimPy against the fast way, and both against theory."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.models.queue_dots import DOT_UTILISATIONS, DOTS
from helpers.models.queue_simulation import (
    Exponential,
    Fixed,
    Requests,
    draw_requests,
    run_queue,
    simulated_times,
)
from helpers.models.queueing import Queue


@pytest.mark.parametrize("method", ["fast", "simpy"])
def test_a_run_worked_by_hand(method: str) -> None:
    requests = Requests(np.array([0.0, 1.0, 2.0, 2.5]), np.array([4.0, 4.0, 1.0, 1.0]))
    two = run_queue(requests, 2, method=method)
    assert two.waits_s.tolist() == [0, 0, 2, 2.5]
    assert two.times_s.tolist() == [4, 4, 3, 3.5]
    assert two.utilisation == pytest.approx(10 / (2 * 6))
    one = run_queue(requests, 1, method=method)
    assert one.waits_s.tolist() == [0, 3, 6, 6.5]
    assert one.utilisation == 1
    assert run_queue(requests, 4, method=method).waits_s.tolist() == [0] * 4


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 12), st.floats(0.1, 1.5), st.integers(1, 400), st.booleans(), st.integers(0, 1000))
def test_simpy_and_the_fast_way_agree_on_every_request(
    servers: int, load: float, count: int, fixed: bool, seed: int
) -> None:
    service = Fixed(1.0) if fixed else Exponential(1.0)
    requests = draw_requests(load * servers, service, requests=count, seed=seed)
    slow, fast = (run_queue(requests, servers, method=method) for method in ("simpy", "fast"))
    assert fast.waits_s == pytest.approx(slow.waits_s, abs=1e-9)
    assert fast.utilisation == pytest.approx(slow.utilisation)


@pytest.mark.parametrize(("servers", "load"), [(1, 0.5), (1, 0.8), (4, 0.8), (16, 0.9)])
def test_simpy_finds_what_theory_says(servers: int, load: float) -> None:
    queue = Queue(load * servers, 1.0, servers)
    means, late, busy = [], [], []
    for seed in range(8):
        requests = draw_requests(load * servers, Exponential(1.0), requests=5000, seed=seed)
        run = run_queue(requests, servers, method="simpy")
        means.append(float(np.mean(run.after(500))))
        late.append(float(np.mean(run.after(500) > queue.time_s(75))))
        busy.append(run.utilisation)
    for found, expected in ((means, queue.mean_time_s), (late, 0.25), (busy, load)):
        # Student's t of 7 degrees of freedom: 99.9 % of such intervals hold the true mean.
        within = 5.41 * float(np.std(found, ddof=1)) / math.sqrt(len(found))
        assert float(np.mean(found)) == pytest.approx(expected, abs=within)
        assert within < 0.5 * expected


def test_fixed_service_halves_the_wait() -> None:
    # Pollaczek and Khinchine: M/D/1 waits half as long as M/M/1.
    requests = draw_requests(0.8, Fixed(1.0), requests=400_000, seed=5)
    assert np.mean(run_queue(requests).waits_s) == pytest.approx(Queue(0.8, 1.0).mean_wait_s / 2, rel=0.05)


@pytest.mark.parametrize("servers", [1, 2, 23])
def test_the_stored_dots_are_what_a_run_gives(servers: int) -> None:
    means, percentiles = DOTS[servers]
    for place in (1, 6):
        mean, percentile = simulated_times(servers, DOT_UTILISATIONS[place])
        assert means[place] == float(f"{mean:.3g}")
        assert percentiles[place] == float(f"{percentile:.3g}")


@pytest.mark.parametrize("servers", range(1, 65))
def test_every_stored_dot_is_near_the_theory(servers: int) -> None:
    queue = Queue(np.array(DOT_UTILISATIONS) * servers, 1.0, servers)
    means, percentiles = DOTS[servers]
    # A queue forgets slowly when it is nearly full, so the last dots vary most.
    off = np.array([0.02] * 5 + [0.04, 0.10, 0.35])
    assert (np.abs(np.array(means) / queue.mean_time_s - 1) < off).all()
    assert (np.abs(np.array(percentiles) / queue.time_s(99) - 1) < 2 * off).all()


def test_there_are_dots_for_each_number_of_servers() -> None:
    assert list(DOTS) == list(range(1, 65))
    assert all(len(numbers) == len(DOT_UTILISATIONS) for both in DOTS.values() for numbers in both)


def test_a_run_is_bounded_in_requests_and_in_time() -> None:
    short = draw_requests(100, Exponential(1.0), requests=1000, until_s=2)
    assert 100 < short.arrivals_s.size < 300
    assert short.arrivals_s.max() <= 2
    assert short.services_s.shape == short.arrivals_s.shape
    assert draw_requests(100, Exponential(1.0), requests=7).arrivals_s.size == 7


def test_the_same_seed_gives_the_same_requests_and_a_run_leaves_them_alone() -> None:
    first, again = (draw_requests(5, Exponential(1.0), requests=50, seed=3) for _ in range(2))
    assert first.arrivals_s.tolist() == again.arrivals_s.tolist()
    assert first.arrivals_s.tolist() != draw_requests(5, Exponential(1.0), requests=50).arrivals_s.tolist()
    run_queue(first, 2), run_queue(first, 2, method="simpy")
    assert first.arrivals_s.tolist() == again.arrivals_s.tolist()
    assert first.services_s.tolist() == again.services_s.tolist()


ONE = np.array([1.0])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: Exponential(0), ValueError, r"^mean_s = 0"),
        (lambda: Fixed(float("nan")), ValueError, r"^time_s = nan"),
        (lambda: draw_requests(0, Fixed(1)), ValueError, r"^arrivals_per_second = 0"),
        (lambda: draw_requests("1", Fixed(1)), TypeError, r"^arrivals_per_second = '1'"),  # type: ignore[arg-type]
        (lambda: draw_requests(1, Fixed(1), requests=10**7), ValueError, r"^requests = 10000000: .*1e\+06"),
        (lambda: draw_requests(1, Fixed(1), until_s=1e-9), ValueError, r"^until_s = 1e-09: no request"),
        (lambda: Requests(ONE, np.array([1.0, 2.0])), ValueError, r"two lists of the same length"),
        (lambda: Requests(np.array([2.0, 1.0]), np.array([1.0, 1.0])), ValueError, r"in order of time"),
        (lambda: Requests(ONE, np.array([-1.0])), ValueError, r"^services_s = -1.0"),
        (lambda: run_queue(Requests(ONE, ONE), 0), ValueError, r"^servers = 0"),
        (lambda: run_queue(Requests(ONE, ONE), method="guess"), ValueError, r"^method = 'guess'"),
        (lambda: run_queue(Requests(ONE, ONE)).after(1), ValueError, r"^requests = 1: .*at most 0"),
        (lambda: simulated_times(1, 1.5), ValueError, r"^utilisation = 1.5"),
    ],
)
def test_bad_input_is_refused_by_name(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()

"""Queueing in closed form: textbook values, limits, laws, bad input."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.models.queueing import (
    Queue,
    ResponseTime,
    erlang_b,
    erlang_c,
    fewest_servers,
    largest_load,
    little,
    mean_wait_general,
    servers_needed,
)

LOADS = st.floats(0.001, 0.995)
SERVICES = st.floats(1e-5, 100)
SERVERS = st.integers(1, 300)


@pytest.mark.parametrize("load", [0.1, 0.5, 0.8, 0.9, 0.99])
def test_one_server_has_the_closed_forms_of_mm1(load: float) -> None:
    queue = Queue(load * 100, 0.01)
    assert queue.utilisation == pytest.approx(load)
    assert queue.wait_probability == pytest.approx(load)
    assert queue.mean_present == pytest.approx(load / (1 - load))
    assert queue.mean_waiting == pytest.approx(load**2 / (1 - load))
    assert queue.mean_time_s == pytest.approx(0.01 / (1 - load))
    # The time in the system is exponential, so every percentile is a multiple of its mean.
    assert queue.time_s(99) == pytest.approx(0.01 / (1 - load) * math.log(100))
    assert queue.time_s(50) == pytest.approx(0.01 / (1 - load) * math.log(2))
    assert queue.wait_s(99) == pytest.approx(0.01 / (1 - load) * max(0, math.log(100 * load)))


def erlang_by_sums(servers: int, offered: float) -> tuple[float, float]:
    terms = [offered**k / math.factorial(k) for k in range(servers + 1)]
    last = terms[-1] / (1 - offered / servers) if offered < servers else math.inf
    queued = last / (sum(terms[:-1]) + last) if offered < servers else 1.0
    return terms[-1] / sum(terms), queued


@pytest.mark.parametrize("servers", [1, 2, 3, 5, 10, 30])
@pytest.mark.parametrize("load", [0.01, 0.3, 0.8, 0.99, 1.5])
def test_erlang_is_the_sum_of_factorials(servers: int, load: float) -> None:
    blocked, queued = erlang_by_sums(servers, load * servers)
    assert erlang_b(servers, load * servers) == pytest.approx(blocked, rel=1e-12)
    assert erlang_c(servers, load * servers) == pytest.approx(queued, rel=1e-12)


def test_textbook_values() -> None:
    assert erlang_b(10, 5) == pytest.approx(0.0184, abs=5e-5)
    assert erlang_c(10, 5) == pytest.approx(0.0361, abs=5e-5)
    assert erlang_c(2, 1) == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("servers", "offered"),
    [(200, 199), (600, 1000), (1000, 4000), (5000, 4900), (20_000, 19_900), (100, 1e9), (400, 20)],
)
def test_starting_late_loses_nothing_of_the_recursion(servers: int, offered: float) -> None:
    blocked = 1.0
    for busy in range(1, servers + 1):
        blocked = offered * blocked / (busy + offered * blocked)
    assert erlang_b(servers, offered) == pytest.approx(blocked, rel=1e-12)
    both = erlang_b(servers, np.array([offered, offered / 2]))
    assert both[0] == pytest.approx(blocked, rel=1e-12)


@given(LOADS, SERVICES, SERVERS)
def test_littles_law_holds(load: float, service_s: float, servers: int) -> None:
    queue = Queue(load * servers / service_s, service_s, servers)
    assert little(arrivals_per_second=queue.arrivals_per_second, time_s=queue.mean_time_s) == pytest.approx(
        queue.mean_present
    )
    # What is in the system waits or is served, and those served are the offered load.
    assert queue.mean_present == pytest.approx(queue.mean_waiting + queue.offered_erlangs)


@given(LOADS, SERVICES, SERVERS, st.floats(0.1, 99.99))
def test_a_percentile_is_where_the_tail_has_what_is_left(
    load: float, service_s: float, servers: int, percentile: float
) -> None:
    queue = Queue(load * servers / service_s, service_s, servers)
    time = queue.time_s(percentile)
    assert queue.response.beyond(time) == pytest.approx(1 - percentile / 100, rel=1e-8)
    assert time >= queue.wait_s(percentile)
    assert time >= service_s * -math.log1p(-percentile / 100) * (1 - 1e-9)


@given(st.lists(LOADS, min_size=2, max_size=5), SERVERS)
def test_more_load_is_never_quicker_and_more_servers_never_slower(loads: list[float], servers: int) -> None:
    ordered = np.sort(np.array(loads))
    queue = Queue(ordered * servers, 1.0, servers)
    larger = Queue(ordered * servers, 1.0, servers + 1)
    for name in ("wait_probability", "mean_wait_s", "mean_time_s", "mean_present"):
        assert (np.diff(getattr(queue, name)) >= 0).all(), name
        assert (getattr(larger, name) <= getattr(queue, name) * (1 + 1e-12)).all(), name
    assert (np.diff(queue.time_s(99)) >= -1e-9).all()
    assert (larger.time_s(99) <= queue.time_s(99) * (1 + 1e-9)).all()


@given(LOADS, st.integers(1, 50))
def test_an_array_of_loads_gives_what_each_alone_does(load: float, servers: int) -> None:
    loads = np.array([0.0, load, 1.0, 3.0]) * servers
    together = Queue(loads, 1.0, servers)
    for place, one in enumerate(loads):
        alone = Queue(float(one), 1.0, servers)
        assert together.mean_time_s[place] == pytest.approx(alone.mean_time_s)
        assert together.time_s(99)[place] == pytest.approx(alone.time_s(99), rel=1e-9)
        assert together.wait_s(99)[place] == pytest.approx(alone.wait_s(99))
    assert loads.tolist() == [0, load * servers, servers, 3 * servers]


def test_where_the_two_rates_meet_the_closed_form_has_no_gap() -> None:
    # Three servers of 1 request/s with 2 arriving clear at 1 request/s as well.
    meets, near = (Queue(rate, 1.0, 3).response for rate in (2.0, 2.0 + 1e-9))
    for time in (0.1, 1.0, 5.0):
        wait = meets.wait_probability
        assert meets.beyond(time) == pytest.approx(math.exp(-time) * (1 + wait * time))
        assert near.beyond(time) == pytest.approx(meets.beyond(time), rel=1e-7)
    assert Queue(2.0, 1.0, 3).time_s(99) == pytest.approx(Queue(2.0 + 1e-9, 1.0, 3).time_s(99), rel=1e-7)


def test_the_mean_is_the_area_below_the_tail() -> None:
    response = Queue(7, 1.0, 8).response
    times = np.linspace(0, 200, 400_001)
    assert np.trapezoid(response.beyond(times), times) == pytest.approx(response.mean_s, rel=1e-6)


def test_drawn_times_have_the_mean_and_the_percentile() -> None:
    queue = Queue(3.6, 1.0, 4)
    times = queue.sample(np.random.default_rng(1), 400_000)
    assert np.mean(times) == pytest.approx(queue.mean_time_s, rel=0.01)
    assert np.percentile(times, 99) == pytest.approx(queue.time_s(99), rel=0.02)
    assert np.isinf(Queue(5, 1.0, 4).sample(np.random.default_rng(1), 10)).all()


def test_with_very_many_servers_nobody_waits() -> None:
    queue = Queue(5.0, 1.0, 10_000)
    assert queue.wait_probability == 0
    assert (queue.mean_wait_s, queue.mean_time_s, queue.wait_s(99.9)) == (0, 1, 0)
    assert queue.time_s(99) == pytest.approx(math.log(100))


@pytest.mark.parametrize("load", [1.0, 1.2, 1e9])
@pytest.mark.parametrize("servers", [1, 7])
def test_what_cannot_keep_up_is_unbounded(load: float, servers: int) -> None:
    queue = Queue(load * servers, 1.0, servers)
    assert queue.utilisation >= 1
    assert queue.wait_probability == 1
    for value in (queue.mean_wait_s, queue.mean_time_s, queue.mean_waiting, queue.mean_present):
        assert value == math.inf
    assert queue.time_s(1) == queue.wait_s(99) == math.inf
    assert queue.response.beyond(1e6) == pytest.approx(1)


def test_without_load_nobody_waits() -> None:
    queue = Queue(0, 0.01, 3)
    assert (queue.utilisation, queue.wait_probability, queue.mean_wait_s) == (0, 0, 0)
    assert (queue.mean_waiting, queue.mean_present) == (0, 0)
    assert queue.mean_time_s == 0.01
    assert queue.time_s(99) == pytest.approx(0.01 * math.log(100))


def test_the_largest_load_meets_the_target_and_no_more_does() -> None:
    for servers in (1, 3, 64):
        load = largest_load(0.01, servers, 99, 0.1)
        assert Queue(load, 0.01, servers).time_s(99) == pytest.approx(0.1)
        assert 0 < load < servers * 100
    # With one server the time is exponential: capacity less ln(100) over the target.
    assert largest_load(0.01, 1, 99, 0.1) == pytest.approx(100 - math.log(100) / 0.1)
    assert largest_load(0.01, 8, 99, 0.01) == 0
    assert largest_load(0.01, 2, 99, 1e9) == pytest.approx(200)


@pytest.mark.parametrize("arrivals", [0, 1, 99, 1000, 54_321, 1e6])
@pytest.mark.parametrize("target_s", [0.047, 0.1, 5])
def test_the_servers_needed_are_the_fewest(arrivals: float, target_s: float) -> None:
    needed = servers_needed(arrivals, 0.01, 99, target_s)
    assert needed is not None
    assert Queue(arrivals, 0.01, needed).time_s(99) <= target_s * (1 + 1e-9)
    if needed > 1:
        assert Queue(arrivals, 0.01, needed - 1).time_s(99) > target_s


def test_some_targets_no_number_of_servers_meets() -> None:
    alone = 0.01 * math.log(100)
    assert servers_needed(10, 0.01, 99, alone * 0.999) is None
    assert servers_needed(10, 0.01, 99, alone * 1.001) is not None
    with pytest.raises(ValueError, match=r"^offered_erlangs = 1e\+09: it needs more than 100,000 servers"):
        servers_needed(1e9, 1.0, 99, 10)
    assert fewest_servers(0, lambda servers, chance: True) == 1


@pytest.mark.parametrize(
    ("given_two", "third"),
    [
        ({"arrivals_per_second": 200, "time_s": 0.05}, 10),
        ({"present": 10, "time_s": 0.05}, 200),
        ({"present": 10, "arrivals_per_second": 200}, 0.05),
    ],
)
def test_littles_law_in_each_direction(given_two: dict[str, float], third: float) -> None:
    assert little(**given_two) == pytest.approx(third)


NAN = float("nan")


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: Queue(-1, 1), ValueError, r"^arrivals_per_second = -1: it must be a number, 0 or more"),
        (lambda: Queue(NAN, 1), ValueError, r"^arrivals_per_second = nan"),
        (lambda: Queue(1e300, 1), ValueError, r"^arrivals_per_second = 1e\+300: .*at most 1e\+12"),
        (lambda: Queue("80", 1), TypeError, r"^arrivals_per_second = '80'"),
        (lambda: Queue(None, 1), TypeError, r"^arrivals_per_second = None"),
        (lambda: Queue(1, 0), ValueError, r"^service_s = 0: it must be a number above 0"),
        (lambda: Queue(1, 1, 0), ValueError, r"^servers = 0: it must be a whole number, 1 or more"),
        (lambda: Queue(1, 1, 2.5), TypeError, r"^servers = 2.5"),  # type: ignore[arg-type]
        (lambda: Queue(1, 1, 10**9), ValueError, r"^servers = 1000000000: .*at most 100,000"),
        (lambda: Queue(0.5, 1).time_s(100), ValueError, r"^percentile = 100: .*at most 99.9999"),
        (lambda: Queue(0.5, 1).wait_s(0), ValueError, r"^percentile = 0: it must be a number above 0"),
        (lambda: Queue(0.5, 1).response.beyond(-1), ValueError, r"^seconds = -1"),
        (lambda: erlang_b(3, -1), ValueError, r"^offered_erlangs = -1"),
        (lambda: erlang_c(0, 1), ValueError, r"^servers = 0"),
        (lambda: largest_load(1, 1, 99, 0), ValueError, r"^target_s = 0"),
        (lambda: servers_needed(1, 1, 99, NAN), ValueError, r"^target_s = nan"),
        (lambda: little(present=1), ValueError, r"^little: 1 of arrivals_per_second, time_s, present"),
        (lambda: little(present=1, time_s=1, arrivals_per_second=1), ValueError, r"^little: 3 of"),
        (lambda: little(present=1, time_s=0), ValueError, r"^time_s = 0.0: it must be a number above 0"),
        (lambda: little(present=-1, time_s=1), ValueError, r"^present = -1"),
    ],
)
def test_bad_input_is_refused_by_name(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


def test_a_response_time_of_known_parts() -> None:
    # Half of the requests wait with a mean of 2 s, then 1 s of service.
    response = ResponseTime(0.5, 1.0, 0.5)
    assert (response.mean_wait_s, response.mean_s) == (1, 2)
    assert response.wait_s(50) == 0
    assert response.wait_s(75) == pytest.approx(2 * math.log(2))
    assert response.beyond(0) == 1


@given(LOADS, SERVICES)
def test_the_general_wait_is_mm1s_for_exponential_and_half_of_it_for_fixed_service(
    load: float, service: float
) -> None:
    wait = Queue(load / service, service).mean_wait_s
    assert mean_wait_general(load / service, service, 1) == pytest.approx(wait)
    assert mean_wait_general(load / service, service, 0) == pytest.approx(wait / 2)


@given(LOADS, st.floats(0, 10), st.floats(0, 10))
def test_the_general_wait_rises_with_the_variation(load: float, one: float, other: float) -> None:
    low, high = (mean_wait_general(load, 1.0, variation) for variation in sorted((one, other)))
    assert low <= high
    # Pollaczek and Khinchine by the second moment: rate × E[S²] / 2 (1 − load).
    assert high == pytest.approx(load * (1 + max(one, other) ** 2) / (2 * (1 - load)))


def test_the_general_wait_at_and_beyond_the_limit() -> None:
    assert mean_wait_general(np.array([0.0, 50.0, 100.0, 150.0]), 0.01, 0.5).tolist() == pytest.approx(
        [0, 0.01 * 0.625, math.inf, math.inf]
    )
    for bad in (-1, math.nan, "1", None):
        with pytest.raises((ValueError, TypeError), match=r"^variation = "):
            mean_wait_general(1.0, 0.01, bad)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"^service_s = 0"):
        mean_wait_general(1.0, 0, 1)

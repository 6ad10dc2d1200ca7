"""The golden signals of a log, and a service's latencies against draws."""

import dataclasses
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.models.monitoring import INCIDENTS, Incident, Service, golden_signals

MIXED = Service(failed=0.1, failed_ms=2000, slow=0.05, slow_times=30)


def drawn(service: Service, size: int = 400_000) -> tuple[Any, Any]:
    """Latencies (ms) and which failed."""
    random = np.random.default_rng(0)
    failed = random.random(size) < service.failed
    slow = random.random(size) < service.slow
    usual = service.median_ms * np.where(slow, service.slow_times, 1)
    medians = np.where(failed, service.failed_ms, usual)
    return medians * np.exp(service.spread * random.standard_normal(size)), failed


@pytest.mark.parametrize("service", [Service(), MIXED, Service(failed=0.5), Service(slow=1.0)])
def test_closed_forms_are_those_of_drawn_latencies(service: Service) -> None:
    latency, failed = drawn(service)
    assert service.mean_ms == pytest.approx(latency.mean(), rel=0.01)
    assert service.mean_square_ms == pytest.approx((latency**2).mean(), rel=0.05)
    for percentile in (1, 50, 90, 99):
        assert service.percentile_ms(percentile) == pytest.approx(
            np.percentile(latency, percentile), rel=0.03
        )
    for limit in (10, 60, 300, 2000):
        assert service.beyond(limit) == pytest.approx(np.mean(latency > limit), abs=0.003)
        assert service.bad(limit) == pytest.approx(np.mean(failed | (latency > limit)), abs=0.003)
    edges = np.logspace(0, 5, 20)
    assert service.spread_of(edges) == pytest.approx(
        np.histogram(latency, edges)[0] / latency.size, abs=0.003
    )


@settings(max_examples=50, deadline=None)
@given(
    st.builds(
        Service,
        failed=st.floats(0, 1),
        failed_ms=st.floats(1, 1e4),
        slow=st.floats(0, 1),
        spread=st.floats(0.1, 2),
    ),
    st.floats(0.01, 99.99),
    st.floats(1, 1e5),
)
def test_a_percentile_is_what_that_many_do_not_exceed(
    service: Service, percentile: float, limit: float
) -> None:
    assert service.beyond(service.percentile_ms(percentile)) == pytest.approx(1 - percentile / 100, rel=1e-6)
    assert service.failed <= service.bad(limit) + 1e-12
    assert service.bad(limit) <= min(1.0, service.failed + service.beyond(limit)) + 1e-12
    assert sum(share for share, _ in service.parts) == pytest.approx(1)


def test_failing_fast_makes_the_mean_better() -> None:
    usual = Service()
    hit = INCIDENTS["fast failures"].hits(usual)
    assert hit.mean_ms < 0.6 * usual.mean_ms
    assert hit.percentile_ms(99) < usual.percentile_ms(99)
    assert hit.bad(300) > 0.5


def test_nothing_gets_better_by_an_incident() -> None:
    troubled = Service(failed=0.2, slow=0.3)
    for incident in INCIDENTS.values():
        hit = incident.hits(troubled)
        assert hit.failed >= 0.2
        assert hit.slow >= 0.3
        assert hit.requests_per_second == troubled.requests_per_second
    assert {incident.harmful for incident in INCIDENTS.values()} == {True, False}


def test_signals_are_what_counting_says() -> None:
    random = np.random.default_rng(1)
    started = random.random(5000) * 600
    latency, failed = random.exponential(100, 5000), random.random(5000) < 0.1
    signals = golden_signals(started, latency, failed, servers=4, window_s=60)
    for window in range(10):
        inside = (started >= 60 * window) & (started < 60 * (window + 1))
        assert signals.requests_per_second[window] == pytest.approx(inside.sum() / 60)
        assert signals.error_share[window] == pytest.approx(failed[inside].mean())
        for percentile, found in ((50, signals.p50_ms), (99, signals.p99_ms)):
            expected = np.percentile(latency[inside], percentile, method="inverted_cdf")
            assert found[window] == pytest.approx(expected)
        assert signals.mean_ms[window] == pytest.approx(latency[inside].mean())
        assert signals.saturation[window] == pytest.approx(latency[inside].sum() / 1e3 / 60 / 4)


def test_saturation_is_littles_law() -> None:
    """At 10 requests a second of 200 ms each, 2 servers are busy: half of 4."""
    signals = golden_signals(np.arange(600) / 10, np.full(600, 200.0), np.zeros(600, bool), servers=4)
    assert signals.saturation == pytest.approx([0.5])


def test_a_window_without_requests_has_no_latency_and_no_error_share() -> None:
    signals = golden_signals([0.5, 2.5], [10.0, 20.0], [True, False], servers=1, window_s=1)
    assert signals.requests_per_second.tolist() == [1, 0, 1]
    assert np.isnan([signals.error_share[1], signals.p50_ms[1], signals.p99_ms[1], signals.mean_ms[1]]).all()
    assert signals.saturation[1] == 0
    assert signals.error_share[[0, 2]].tolist() == [1, 0]
    assert signals.p99_ms[[0, 2]].tolist() == [10, 20]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Service(failed=1.5), r"^failed = 1.5: .*at most 1"),
        (lambda: Service(slow=-0.1), r"^slow = -0.1"),
        (lambda: Service(spread=0), r"^spread = 0"),
        (lambda: Service(median_ms=math.inf), r"^median_ms = inf"),
        (lambda: Service(requests_per_second=-1), r"^requests_per_second = -1"),
        (lambda: Service().beyond(0), r"^limit_ms = 0"),
        (lambda: Service().percentile_ms(100), r"^percentile = 100"),
        (lambda: Service().bad(-1), r"^target_ms = -1"),
        (lambda: Incident("x", 2, 0, 1), r"^failed = 2"),
        (lambda: Incident("x", 0, 0, 0), r"^lasts_s = 0"),
        (lambda: golden_signals([], [], [], servers=1), r"^started_s: it is empty"),
        (lambda: golden_signals([1.0], [1.0], [0], servers=1), r"^failed: each element"),
        (lambda: golden_signals([1.0], [1.0, 2.0], [True], servers=1), r"^started_s, latency_ms and failed"),
        (lambda: golden_signals([-1.0], [1.0], [True], servers=1), r"^started_s = -1"),
        (lambda: golden_signals([1.0], [1.0], [True], servers=0), r"^servers = 0"),
        (lambda: golden_signals([1e9], [1.0], [True], servers=1, window_s=1), r"^started_s: windows"),
    ],
)
def test_bad_input_is_refused_by_name(call: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        call()


def test_services_can_be_compared_and_kept() -> None:
    assert dataclasses.replace(MIXED, slow=0.05) == MIXED
    assert hash(MIXED) == hash(dataclasses.replace(MIXED))

"""Step 5, monitoring: the four golden signals of a service, and how they look in an incident."""

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helpers.models.checks import require_number, require_numbers, require_whole

__all__ = ["INCIDENTS", "Incident", "Service", "Signals", "golden_signals"]

Floats = NDArray[np.float64]

_NORMAL = NormalDist()
_HALVINGS = 60
FAILING_FAST_MS = 3.0


@dataclass(frozen=True)
class Service:
    """A service in one state: how much it is asked, how long answers take, how many fail.

    Latencies are lognormal: half of them below median_ms; spread is the standard deviation of the logarithm.
    A share `slow` of the requests takes slow_times as long. A share `failed` gets an error instead, within
    about failed_ms, which is short where an error is quick and long where it is a timeout.

    All default values are our assumptions.

    >>> service = Service()
    >>> round(service.percentile_ms(50)), round(service.percentile_ms(99)), round(service.mean_ms)
    (40, 128, 45)
    """

    requests_per_second: float = 600
    median_ms: float = 40
    spread: float = 0.5
    failed: float = 0.0001
    failed_ms: float = FAILING_FAST_MS
    slow: float = 0.0
    slow_times: float = 20

    def __post_init__(self) -> None:
        require_number(
            "requests_per_second", self.requests_per_second, at_least=0, at_most=1e9, unit="requests/s"
        )
        require_number("median_ms", self.median_ms, above=0, at_most=1e7, unit="ms")
        require_number("spread", self.spread, above=0, at_most=4)
        require_number("failed", self.failed, at_least=0, at_most=1)
        require_number("failed_ms", self.failed_ms, above=0, at_most=1e7, unit="ms")
        require_number("slow", self.slow, at_least=0, at_most=1)
        require_number("slow_times", self.slow_times, at_least=1, at_most=1e5)

    @property
    def parts(self) -> tuple[tuple[float, float], ...]:
        """Share and median (ms) of the usual requests, of the slow ones and of those that fail."""
        answered = 1 - self.failed
        return (
            (answered * (1 - self.slow), self.median_ms),
            (answered * self.slow, self.median_ms * self.slow_times),
            (self.failed, self.failed_ms),
        )

    @property
    def mean_ms(self) -> float:
        """The mean latency of all requests, those that fail among them."""
        return sum(share * median for share, median in self.parts) * math.exp(self.spread**2 / 2)

    @property
    def mean_square_ms(self) -> float:
        """The mean square of the latency, in ms²."""
        return sum(share * median**2 for share, median in self.parts) * math.exp(2 * self.spread**2)

    def beyond(self, limit_ms: float) -> float:
        """Return the share of all requests that take longer than `limit_ms`.

        >>> round(Service(failed=0).beyond(40), 2)
        0.5
        """
        limit = require_number("limit_ms", limit_ms, above=0, unit="ms")
        return _beyond(self.parts, self.spread, limit)

    def percentile_ms(self, percentile: float) -> float:
        """Return a percentile of the latency of all requests, those that fail among them, in ms."""
        late = 1 - require_number("percentile", percentile, above=0, at_most=99.9999) / 100
        return _percentile(self.parts, self.spread, late)

    def bad(self, target_ms: float) -> float:
        """Return the share of requests that are no good: they fail, or take longer than `target_ms`.

        An error that takes long counts once.
        """
        limit = require_number("target_ms", target_ms, above=0, unit="ms")
        answered_late = sum(
            share * _NORMAL.cdf(math.log(median / limit) / self.spread) for share, median in self.parts[:2]
        )
        return self.failed + answered_late

    def spread_of(self, edges_ms: Any) -> Floats:
        """Return the share of all requests that falls between each two neighbouring edges (ms)."""
        edges = require_numbers("edges_ms", np.asarray(edges_ms), above=0, unit="ms")
        return -np.diff([_beyond(self.parts, self.spread, edge) for edge in edges.tolist()])


_Parts = tuple[tuple[float, float], ...]


def _beyond(parts: _Parts, spread: float, limit: float) -> float:
    return sum(share * _NORMAL.cdf(math.log(median / limit) / spread) for share, median in parts)


# The rate of the requests does not change it, and a slider moves that.
@lru_cache(maxsize=256)
def _percentile(parts: _Parts, spread: float, late: float) -> float:
    medians = [median for share, median in parts if share]
    low, high = min(medians) * math.exp(-8 * spread), max(medians) * math.exp(8 * spread)
    for _ in range(_HALVINGS):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if _beyond(parts, spread, middle) > late else (low, middle)
    return low


@dataclass(frozen=True)
class Incident:
    """What changes in a service, and for how long: more requests fail, or more are slow.

    failed and slow are shares of the requests, in place of the service's own. harmful: somebody should wake
    up for it.
    """

    name: str
    failed: float
    slow: float
    lasts_s: float
    failed_ms: float = FAILING_FAST_MS
    harmful: bool = True

    def __post_init__(self) -> None:
        require_number("failed", self.failed, at_least=0, at_most=1)
        require_number("slow", self.slow, at_least=0, at_most=1)
        require_number("lasts_s", self.lasts_s, above=0, at_most=30 * 86_400, unit="seconds")
        require_number("failed_ms", self.failed_ms, above=0, unit="ms")

    def hits(self, service: Service) -> Service:
        """Return the service as it is during the incident; nothing gets better by it."""
        return dataclasses.replace(
            service,
            failed=max(self.failed, service.failed),
            slow=max(self.slow, service.slow),
            failed_ms=self.failed_ms,
        )


INCIDENTS: Mapping[str, Incident] = {
    "outage": Incident("Outage: every request times out", 1.0, 0.0, 20 * 60, failed_ms=5000),
    "bad release": Incident("Bad release: 5 % of requests fail at once", 0.05, 0.0, 2 * 3600),
    "fast failures": Incident("Half of the requests fail fast", 0.5, 0.0, 30 * 60),
    "slow shard": Incident("Slow shard: 3 % of requests take 20 times as long", 0.0, 0.03, 2 * 3600),
    "slow burn": Incident("Slow burn: 0.4 % of requests fail", 0.004, 0.0, 24 * 3600),
    "restart": Incident("A restart: 30 % of requests fail", 0.3, 0.0, 20, harmful=False),
}
"""Incidents to try an alarm on. Their sizes are our assumptions."""


@dataclass(frozen=True, eq=False, repr=False)
class Signals:
    """The four golden signals, an element a window: latency, traffic, errors, saturation.

    p50_ms and p99_ms are those of all requests, and NaN in a window without any, as is error_share.
    saturation is the share of the servers that is busy (Little: requests a second × mean latency / servers).
    Source: Beyer et al., "Site Reliability Engineering" (O'Reilly, 2016), chapter 6.
    """

    window_s: float
    requests_per_second: Floats
    error_share: Floats
    p50_ms: Floats
    p99_ms: Floats
    mean_ms: Floats
    saturation: Floats


def golden_signals(
    started_s: Any, latency_ms: Any, failed: Any, *, servers: int, window_s: float = 60
) -> Signals:
    """Return the golden signals of a log of requests, each counted in the window in which it starts.

    started_s, latency_ms, failed: one element a request; `failed` is true or false. servers: how many can be
    at work at once. Windows start at 0 s; the last one is the last with a request.

    >>> signals = golden_signals([0.0, 0.5, 1.2], [100.0, 300.0, 200.0], [False, True, False], servers=2,
    ...                          window_s=1)
    >>> signals.requests_per_second.tolist(), signals.error_share.tolist(), signals.saturation.tolist()
    ([2.0, 1.0], [0.5, 0.0], [0.2, 0.1])
    """
    if not np.size(started_s):
        raise ValueError("started_s: it is empty; give one request at least")
    started = require_numbers("started_s", np.asarray(started_s), at_least=0, unit="seconds")
    latency = require_numbers("latency_ms", np.asarray(latency_ms), at_least=0, unit="ms")
    errors = np.asarray(failed)
    if errors.dtype.kind != "b":
        raise TypeError("failed: each element must be True or False")
    if not started.shape == latency.shape == errors.shape or started.ndim != 1:
        raise ValueError("started_s, latency_ms and failed: they must be three lists of the same length")
    servers = require_whole("servers", servers, at_least=1, at_most=1_000_000)
    window_s = require_number("window_s", window_s, above=0, unit="seconds")
    place = (started // window_s).astype(int)
    windows = int(place.max()) + 1
    require_whole("started_s: windows up to the last request", windows, at_least=1, at_most=1_000_000)
    counts = np.bincount(place, minlength=windows).astype(float)
    with np.errstate(invalid="ignore"):
        error_share = np.bincount(place, weights=errors, minlength=windows) / counts
        work = np.bincount(place, weights=latency, minlength=windows)
        mean = work / counts
    # Sorted by window and then by latency, each percentile is one element.
    ordered = latency[np.lexsort((latency, place))]
    ends = np.cumsum(counts).astype(int)

    def percentile(share: float) -> Floats:
        rank = np.maximum(np.ceil(share * counts * (1 - 1e-12)).astype(int), 1)
        found = ordered[np.minimum(ends - counts.astype(int) + rank - 1, ordered.size - 1)]
        return np.where(counts > 0, found, np.nan)

    saturation = work / 1e3 / window_s / servers
    return Signals(
        window_s, counts / window_s, error_share, percentile(0.50), percentile(0.99), mean, saturation
    )

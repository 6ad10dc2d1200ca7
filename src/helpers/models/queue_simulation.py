"""Step 3, queueing observed: requests sent one by one through simulated servers (SimPy, or a faster way)."""

import heapq
from collections.abc import Generator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray

from helpers.models.checks import require_choice, require_numbers, require_whole

__all__ = ["Exponential", "Fixed", "QueueRun", "Requests", "draw_requests", "run_queue", "simulated_times"]

MOST_REQUESTS = 1_000_000


@dataclass(frozen=True)
class Exponential:
    """Times that vary as M/M/c has it: exponential with mean `mean_s` (seconds)."""

    mean_s: float

    def __post_init__(self) -> None:
        require_numbers("mean_s", self.mean_s, above=0, unit="seconds")

    def sample(self, random: np.random.Generator, shape: Any) -> NDArray[np.float64]:
        """Draw times in seconds."""
        return np.asarray(random.exponential(self.mean_s, shape))


@dataclass(frozen=True)
class Fixed:
    """Times that are all the same, `time_s` (seconds)."""

    time_s: float

    def __post_init__(self) -> None:
        require_numbers("time_s", self.time_s, above=0, unit="seconds")

    def sample(self, _: np.random.Generator, shape: Any) -> NDArray[np.float64]:
        """Return the time, as often as asked for."""
        return np.full(shape, float(self.time_s))


@dataclass(frozen=True, repr=False)
class Requests:
    """When each request arrives and how long serving it takes, in seconds, in order of arrival."""

    arrivals_s: NDArray[np.float64]
    services_s: NDArray[np.float64]

    def __post_init__(self) -> None:
        arrivals = require_numbers("arrivals_s", self.arrivals_s, at_least=0, unit="seconds")
        services = require_numbers("services_s", self.services_s, at_least=0, unit="seconds")
        if np.shape(arrivals) != np.shape(services) or np.ndim(arrivals) != 1:
            raise ValueError("arrivals_s and services_s: they must be two lists of the same length")
        if np.any(np.diff(arrivals) < 0):
            raise ValueError("arrivals_s: they must be in order of time")

    def __repr__(self) -> str:
        return f"{self.arrivals_s.size:,} requests in {self.arrivals_s[-1]:.3g} s"


@dataclass(frozen=True, repr=False)
class QueueRun:
    """What a run observed: the wait of each request, in order of arrival (seconds)."""

    requests: Requests
    servers: int
    waits_s: NDArray[np.float64]

    def __repr__(self) -> str:
        return f"{self.requests} on {self.servers} servers: mean wait {np.mean(self.waits_s):.3g} s"

    @property
    def times_s(self) -> NDArray[np.float64]:
        """From arrival to answer, each request."""
        return self.waits_s + self.requests.services_s

    @property
    def utilisation(self) -> float:
        """The share of the servers' time, from 0 to the last answer, in which they were busy."""
        last = float(np.max(self.requests.arrivals_s + self.times_s))
        return float(np.sum(self.requests.services_s)) / (self.servers * last) if last else 0.0

    def after(self, requests: int) -> NDArray[np.float64]:
        """Return the times in the system without those of the first `requests`, which met empty servers."""
        size = self.waits_s.size
        return self.times_s[require_whole("requests", requests, at_least=0, at_most=size - 1) :]


def draw_requests(
    arrivals_per_second: float,
    service: Any,
    *,
    requests: int = 20_000,
    until_s: float | None = None,
    seed: Any = 0,
) -> Requests:
    """Draw Poisson arrivals and their service times: at most `requests`, none after `until_s` seconds.

    `service` is `Exponential`, `Fixed` or anything else with `sample(random, shape)`.
    Raises ValueError when no request arrives in time.

    >>> draw_requests(100, Fixed(0.01), requests=1000)
    1,000 requests in 10.2 s
    """
    require_numbers("arrivals_per_second", arrivals_per_second, above=0, at_most=1e12, unit="requests/s")
    size = require_whole("requests", requests, at_least=1, at_most=MOST_REQUESTS)
    random = np.random.default_rng(seed)
    arrivals = np.cumsum(random.exponential(1 / arrivals_per_second, size))
    services = service.sample(random, size)
    if until_s is not None:
        limit = require_numbers("until_s", until_s, above=0, unit="seconds")
        arrivals, services = arrivals[arrivals <= limit], services[arrivals <= limit]
        if not arrivals.size:
            raise ValueError(f"until_s = {until_s}: no request arrives before; the first comes later")
    return Requests(arrivals, services)


def run_queue(requests: Requests, servers: int = 1, *, method: str = "fast") -> QueueRun:
    """Send the requests through `servers` with one line, first come first served, all empty at the start.

    `method` "simpy" runs a discrete-event simulation; "fast" computes the same waits from the same
    requests: each goes to the server that is free first.

    >>> run = run_queue(Requests(np.array([0.0, 1.0, 2.0]), np.array([3.0, 3.0, 3.0])), servers=1)
    >>> run.waits_s.tolist(), run.times_s.tolist(), run.utilisation
    ([0.0, 2.0, 4.0], [3.0, 5.0, 7.0], 1.0)
    """
    servers = require_whole("servers", servers, at_least=1, at_most=100_000)
    require_choice("method", method, ["fast", "simpy"])
    waits = _simpy_waits(requests, servers) if method == "simpy" else _fast_waits(requests, servers)
    return QueueRun(requests, servers, waits)


def _simpy_waits(requests: Requests, servers: int) -> NDArray[np.float64]:
    environment = simpy.Environment()
    pool = simpy.Resource(environment, capacity=servers)
    waits = np.zeros(requests.arrivals_s.size)

    def one(place: int, service: float) -> Generator[simpy.Event, Any, None]:
        arrived = environment.now
        with pool.request() as turn:
            yield turn
            waits[place] = environment.now - arrived
            yield environment.timeout(service)

    def arrive() -> Generator[simpy.Event, Any, None]:
        pairs = zip(requests.arrivals_s.tolist(), requests.services_s.tolist(), strict=True)
        for place, (arrival, service) in enumerate(pairs):
            yield environment.timeout(max(0.0, arrival - environment.now))
            environment.process(one(place, service))

    environment.process(arrive())
    environment.run()
    return waits


def _fast_waits(requests: Requests, servers: int) -> NDArray[np.float64]:
    if servers == 1:
        # Lindley: the wait is how far the work brought so far is above its lowest point.
        steps = requests.services_s[:-1] - np.diff(requests.arrivals_s)
        work = np.concatenate([[0.0], np.cumsum(steps)])
        return np.asarray(work - np.minimum.accumulate(work))
    free = [0.0] * servers
    waits = []
    for arrival, service in zip(requests.arrivals_s.tolist(), requests.services_s.tolist(), strict=True):
        first = free[0]
        start = first if first > arrival else arrival
        heapq.heapreplace(free, start + service)
        waits.append(start - arrival)
    return np.array(waits)


@lru_cache(maxsize=128)
def simulated_times(servers: int, utilisation: float, requests: int = 200_000) -> tuple[float, float]:
    """Return the mean and the 99th percentile of the time in the system, in multiples of the service time.

    The service is exponential, and the first tenth of the requests, which meets empty servers, is left out.

    >>> mean, p99 = simulated_times(1, 0.5)
    >>> round(mean, 1), 8.5 < p99 < 9.9
    (2.0, True)
    """
    require_numbers("utilisation", utilisation, above=0, at_most=0.99)
    seed = [servers, round(1000 * utilisation)]  # or the same luck would move all dots of a picture together
    drawn = draw_requests(utilisation * servers, Exponential(1.0), requests=requests, seed=seed)
    times = run_queue(drawn, servers).after(requests // 10)
    return float(np.mean(times)), float(np.percentile(times, 99))

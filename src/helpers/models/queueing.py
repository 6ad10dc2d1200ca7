"""Step 3, queueing: how long a request takes when servers are busy, in closed form (M/M/1 and M/M/c)."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helpers.models.checks import require_numbers, require_whole

__all__ = [
    "Queue",
    "ResponseTime",
    "erlang_b",
    "erlang_c",
    "fewest_servers",
    "largest_load",
    "little",
    "mean_wait_general",
    "servers_needed",
]

MOST_SERVERS = 100_000
_HALVINGS = 50
_MOST_STEPS = 100


@dataclass(frozen=True)
class ResponseTime:
    """A wait and then a service: P(wait > t) = wait_probability × exp(−clear_per_second × t).

    The service is exponential with mean `service_s` (seconds) and does not depend on the wait.
    A rate of 0 means that the queue never clears: waits are unbounded. The first and the last may be arrays.
    """

    wait_probability: Any
    service_s: float
    clear_per_second: Any

    @property
    def mean_wait_s(self) -> Any:
        """Mean wait before the service starts, in seconds."""
        clear = np.asarray(self.clear_per_second, float)
        with np.errstate(divide="ignore"):
            return _plain(np.where(clear > 0, self.wait_probability / clear, np.inf))

    @property
    def mean_s(self) -> Any:
        """Mean time from arrival to answer, in seconds."""
        return self.mean_wait_s + self.service_s

    def wait_s(self, percentile: float) -> Any:
        """Return a percentile of the wait, in seconds; 0.0 when so many do not wait at all."""
        late = 1 - _share(percentile)
        clear = np.asarray(self.clear_per_second, float)
        with np.errstate(divide="ignore"):
            excess = np.log(np.maximum(self.wait_probability, 1e-300) / late)
            return _plain(np.where(clear > 0, np.maximum(excess, 0) / np.where(clear > 0, clear, 1), np.inf))

    def beyond(self, seconds: Any) -> Any:
        """Return the probability that a request takes longer than `seconds`.

        >>> ResponseTime(0.8, 0.01, 20.0).beyond(0.0)
        1.0
        """
        time = np.asarray(require_numbers("seconds", seconds, at_least=0, unit="seconds"))
        service, waiting = self._parts(time)
        return _plain(service + waiting)

    def time_s(self, percentile: float) -> Any:
        """Return a percentile of the time from arrival to answer, in seconds."""
        late = 1 - _share(percentile)
        clear = np.asarray(self.clear_per_second, float)
        steady = clear > 0
        # The answer lies between the service alone and a sum that half of the late requests exceed at most.
        low = np.full(clear.shape, self.service_s * -math.log(late))
        wait = np.log(np.maximum(2 * np.asarray(self.wait_probability) / late, 1))
        high = self.service_s * math.log(2 / late) + wait / np.where(steady, clear, 1)
        time = low
        for _ in range(_MOST_STEPS):
            # Newton on the logarithm, which is nearly a straight line.
            service, waiting = self._parts(time)
            falls = (1 - self.wait_probability) * service / self.service_s + clear * waiting
            beyond = service + waiting
            step = np.where(steady, beyond * np.log(beyond / late) / np.where(steady, falls, 1), 0)
            time, before = np.clip(time + step, low, high), time
            if np.all(np.abs(time - before) <= 1e-13 * time):
                break
        return _plain(np.where(steady, time, np.inf))

    def sample(self, random: np.random.Generator, shape: Any) -> NDArray[np.float64]:
        """Draw times from arrival to answer, in seconds; infinite where the queue never clears."""
        waits = random.random(shape) < self.wait_probability
        wait = random.standard_exponential(shape)
        service = random.standard_exponential(shape) * self.service_s
        longest = wait / self.clear_per_second if self.clear_per_second else np.full(shape, np.inf)
        return np.asarray(np.where(waits, longest, 0) + service)

    def _parts(self, time: Any) -> tuple[Any, Any]:
        """P(service > time), and what the wait adds to it."""
        # Wait plus service is a mixture of exponentials; expm1 keeps it exact where the two rates meet.
        serve, clear = 1 / self.service_s, np.asarray(self.clear_per_second, float)
        apart = np.abs(clear - serve)
        between = np.where(apart > 0, -np.expm1(-apart * time) / np.where(apart > 0, apart, 1), time)
        slower = np.exp(-np.minimum(clear, serve) * time)
        return np.exp(-serve * time), self.wait_probability * serve * between * slower


@dataclass(frozen=True)
class Queue:
    """Poisson arrivals, exponential service, one line for all servers (M/M/c), first come first served.

    `arrivals_per_second` may be an array; then so are the results. At a utilisation of 1 or more the
    queue grows without end, and times and lengths are infinite.
    Source: Erlang (1917); Kleinrock, Queueing Systems, volume 1 (1975).

    >>> queue = Queue(arrivals_per_second=80, service_s=0.010)
    >>> queue.utilisation, round(queue.mean_time_s, 3), round(queue.time_s(99), 3)
    (0.8, 0.05, 0.23)
    >>> Queue(arrivals_per_second=120, service_s=0.010).mean_time_s
    inf
    """

    arrivals_per_second: Any
    service_s: float
    servers: int = 1

    def __post_init__(self) -> None:
        require_numbers(
            "arrivals_per_second", self.arrivals_per_second, at_least=0, at_most=1e12, unit="requests/s"
        )
        require_numbers("service_s", self.service_s, above=0, at_most=1e6, unit="seconds")
        require_whole("servers", self.servers, at_least=1, at_most=MOST_SERVERS)

    @property
    def offered_erlangs(self) -> Any:
        """Servers that would be busy if none ever lacked: arrivals × service time."""
        return self.arrivals_per_second * self.service_s

    @property
    def utilisation(self) -> Any:
        """Offered load as a share of the servers; from 1 on they cannot keep up."""
        return self.offered_erlangs / self.servers

    @property
    def wait_probability(self) -> Any:
        """Share of requests that find every server busy (Erlang C); 1.0 from a utilisation of 1 on."""
        return _waiting(self.servers, self.offered_erlangs, _blocked(self.servers, self.offered_erlangs))

    @property
    def response(self) -> ResponseTime:
        """The distribution of the time from arrival to answer."""
        clear = (1 - np.minimum(self.utilisation, 1)) * self.servers / self.service_s
        return ResponseTime(self.wait_probability, float(self.service_s), _plain(clear))

    @property
    def mean_wait_s(self) -> Any:
        """Mean wait before the service starts, in seconds."""
        return self.response.mean_wait_s

    @property
    def mean_time_s(self) -> Any:
        """Mean time from arrival to answer, in seconds."""
        return self.response.mean_s

    @property
    def mean_waiting(self) -> Any:
        """Mean number of requests that wait (Little's law)."""
        return _product(self.arrivals_per_second, self.mean_wait_s)

    @property
    def mean_present(self) -> Any:
        """Mean number of requests that wait or are served (Little's law)."""
        return _product(self.arrivals_per_second, self.mean_time_s)

    def wait_s(self, percentile: float) -> Any:
        """Return a percentile of the wait, in seconds."""
        return self.response.wait_s(percentile)

    def time_s(self, percentile: float) -> Any:
        """Return a percentile of the time from arrival to answer, in seconds."""
        return self.response.time_s(percentile)

    def sample(self, random: np.random.Generator, shape: Any) -> NDArray[np.float64]:
        """Draw times from arrival to answer, in seconds."""
        return self.response.sample(random, shape)


def little(
    *, arrivals_per_second: float | None = None, time_s: float | None = None, present: float | None = None
) -> float:
    """Return the one of the three that is not given: present = arrivals per second × time in the system.

    Raises ValueError unless two are given, or when the one to divide by is 0. Source: Little (1961).

    >>> little(arrivals_per_second=200, time_s=0.05)
    10.0
    >>> little(present=10, arrivals_per_second=200)
    0.05
    """
    given = {"arrivals_per_second": arrivals_per_second, "time_s": time_s, "present": present}
    checked = {
        name: require_numbers(name, value, at_least=0) for name, value in given.items() if value is not None
    }
    if len(checked) != 2:
        raise ValueError(
            f"little: {len(checked)} of {', '.join(given)} are given; give two, to get the third"
        )
    if "present" not in checked:
        return float(checked["arrivals_per_second"] * checked["time_s"])
    divisor = next(name for name in checked if name != "present")
    require_numbers(divisor, checked[divisor], above=0)
    return float(checked["present"] / checked[divisor])


def erlang_b(servers: int, offered_erlangs: Any) -> Any:
    """Return the share of requests that find all servers busy and are turned away, where none may wait.

    >>> round(erlang_b(10, 5.0), 4)
    0.0184
    """
    servers = require_whole("servers", servers, at_least=1, at_most=MOST_SERVERS)
    offered = require_numbers("offered_erlangs", offered_erlangs, at_least=0, at_most=1e18, unit="erlangs")
    return _blocked(servers, offered)


def erlang_c(servers: int, offered_erlangs: Any) -> Any:
    """Return the share of requests that find all servers busy, where they wait in line.

    >>> round(erlang_c(10, 5.0), 4), erlang_c(10, 12.0)
    (0.0361, 1.0)
    """
    blocked = erlang_b(servers, offered_erlangs)
    return _waiting(servers, require_numbers("offered_erlangs", offered_erlangs), blocked)


def mean_wait_general(arrivals_per_second: Any, service_s: float, variation: float) -> Any:
    """Return the mean wait in seconds at one server whose service times vary in any way (M/G/1).

    variation: the coefficient of variation of the service times, their standard deviation over their mean;
    1 is M/M/1, 0 is a service that always takes the same time. The wait is infinite from a utilisation of
    1 on. Source: Pollaczek (1930) and Khinchine (1932); Kleinrock, Queueing Systems, volume 1 (1975).

    >>> round(mean_wait_general(80, 0.010, 1), 6), round(mean_wait_general(80, 0.010, 0), 6)
    (0.04, 0.02)
    """
    variation = require_numbers("variation", variation, at_least=0, at_most=1e6)
    return _plain(Queue(arrivals_per_second, service_s).mean_wait_s * ((1 + variation * variation) / 2))


def largest_load(service_s: float, servers: int, percentile: float, target_s: float) -> float:
    """Return the most requests per second at which `percentile` of them take at most `target_s` seconds.

    It is 0.0 when the service alone takes longer.

    >>> round(largest_load(0.010, 1, 99, 0.100), 1)
    53.9
    """
    late = 1 - _share(percentile)
    target_s = require_numbers("target_s", target_s, above=0, unit="seconds")
    low, high = 0.0, Queue(0, service_s, servers).servers / service_s
    if math.exp(-target_s / service_s) > late:
        return 0.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        in_time = Queue(middle, service_s, servers).response.beyond(target_s) <= late
        low, high = (middle, high) if in_time else (low, middle)
    return low


def servers_needed(
    arrivals_per_second: float, service_s: float, percentile: float, target_s: float
) -> int | None:
    """Return the fewest servers with which `percentile` of requests take at most `target_s` seconds.

    None when no number is enough, because the service alone takes longer.

    >>> servers_needed(1000, 0.010, 99, 0.100)
    11
    """
    late = 1 - _share(percentile)
    offered = Queue(arrivals_per_second, service_s).offered_erlangs
    target_s = require_numbers("target_s", target_s, above=0, unit="seconds")
    if math.exp(-target_s / service_s) >= late:
        return None

    def enough(servers: int, wait_probability: float) -> bool:
        clear = servers / service_s - arrivals_per_second
        return bool(ResponseTime(wait_probability, service_s, clear).beyond(target_s) <= late)

    return fewest_servers(offered, enough)


def fewest_servers(offered_erlangs: float, enough: Callable[[int, float], bool]) -> int:
    """Return the smallest steady number of servers for which `enough(servers, wait_probability)` is true.

    Raises ValueError when that would be more than 100,000.

    >>> fewest_servers(5.0, lambda servers, wait_probability: wait_probability < 0.05)
    10
    """
    offered = float(require_numbers("offered_erlangs", offered_erlangs, at_least=0, unit="erlangs"))
    servers = int(min(offered, MOST_SERVERS)) + 1
    blocked = _blocked(servers, offered)
    while servers <= MOST_SERVERS:
        if enough(servers, _waiting(servers, offered, blocked)):
            return servers
        servers += 1
        blocked = offered * blocked / (servers + offered * blocked)
    raise ValueError(f"offered_erlangs = {offered:,g}: it needs more than {MOST_SERVERS:,} servers")


def _blocked(servers: int, offered: Any) -> Any:
    """Erlang B by its recursion, B(k) = a B(k−1) / (k + a B(k−1)).

    An error made at k < a shrinks by k/a at each step. So it starts where an error as large as B itself
    has shrunk below the last digit, not at 0: thousands of servers then take a few hundred steps.
    """
    short = np.maximum(offered - servers, 0)
    first = max(0, math.floor(np.min(offered - np.sqrt(144 * offered + short * short))))
    blocked: Any = 1 - first / offered if first else offered * 0 + 1.0
    for busy in range(first + 1, servers + 1):
        blocked = offered * blocked / (busy + offered * blocked)
    return blocked


def _waiting(servers: int, offered: Any, blocked: Any) -> Any:
    busy = np.minimum(offered / servers, 1)
    return _plain(blocked / ((1 - busy) + busy * blocked))


def _share(percentile: float) -> float:
    return float(require_numbers("percentile", percentile, above=0, at_most=99.9999)) / 100


def _product(rate: Any, time: Any) -> Any:
    """A rate times a time, where nothing arriving leaves nothing waiting, even for ever."""
    return _plain(np.where(np.asarray(rate) > 0, rate * np.asarray(time), 0.0))


def _plain(value: Any) -> Any:
    return float(value) if np.ndim(value) == 0 else value

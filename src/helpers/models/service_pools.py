"""Step 3, separation of concerns: reads and writes on one pool of servers, or on a pool of their own."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from helpers.models.checks import require_numbers, require_whole
from helpers.models.queueing import MOST_SERVERS, ResponseTime, erlang_c, fewest_servers

__all__ = ["Plan", "Pool", "Service", "plan_pools", "pool_size"]


@dataclass(frozen=True)
class Service:
    """One kind of request: Poisson arrivals, exponential service with mean `service_s` (seconds)."""

    name: str
    arrivals_per_second: Any
    service_s: float

    def __post_init__(self) -> None:
        require_numbers(
            "arrivals_per_second", self.arrivals_per_second, at_least=0, at_most=1e12, unit="requests/s"
        )
        require_numbers("service_s", self.service_s, above=0, at_most=1e6, unit="seconds")

    def times(self, factor: Any) -> "Service":
        """Return the service with `factor` times the arrivals."""
        return replace(self, arrivals_per_second=factor * self.arrivals_per_second)


@dataclass(frozen=True)
class Pool:
    """Servers, each with one request at a time, that take all kinds of request from one line.

    With one kind it is M/M/c, which is exact. With several the service times mix, and M/G/c has no exact
    formula. Then waits are Allen and Cunneen's approximation: those of M/M/c with the same load, times
    (1 + cv²)/2, where cv is the mix's standard deviation over its mean. P(wait) stays Erlang's C.
    Beside simulations of two kinds on 1 to 100 servers at a utilisation of 0.7 to 0.9, the 99th percentile of
    each kind was within 16 % where one kind takes up to 4 times as long as the other, and within 30 %
    at 20 times; some of that is the simulations' own noise.
    Source: Allen, Probability, Statistics, and Queueing Theory (1990); with one server the mean is exact.
    """

    services: tuple[Service, ...]
    servers: int

    def __post_init__(self) -> None:
        if not self.services:
            raise ValueError("services: there is none; a pool needs at least one")
        require_whole("servers", self.servers, at_least=1, at_most=MOST_SERVERS)

    @property
    def offered_erlangs(self) -> Any:
        """Servers that would be busy if none ever lacked."""
        return sum(service.arrivals_per_second * service.service_s for service in self.services)

    @property
    def utilisation(self) -> Any:
        """Offered load as a share of the servers; from 1 on they cannot keep up."""
        return self.offered_erlangs / self.servers

    @property
    def responses(self) -> tuple[ResponseTime, ...]:
        """The distribution of the time from arrival to answer, for each kind; all wait alike."""
        offered = self.offered_erlangs
        waits, clear = (
            erlang_c(self.servers, offered),
            _clear_per_second(self.services, self.servers, offered),
        )
        return tuple(ResponseTime(waits, service.service_s, clear) for service in self.services)


@dataclass(frozen=True)
class Plan:
    """The same services on one shared pool, and each on a pool of its own."""

    shared: Pool
    apart: tuple[Pool, ...]

    @property
    def servers_apart(self) -> int:
        """Servers of all separate pools together."""
        return sum(pool.servers for pool in self.apart)

    @property
    def pooled(self) -> "Plan":
        """The plan whose shared pool has as many servers as the separate ones together."""
        return replace(self, shared=replace(self.shared, servers=self.servers_apart))

    def storm(self, factor: Any, kind: int = 0) -> "Plan":
        """Return the plan with `factor` times the arrivals of one kind, on the same servers."""
        factor = require_numbers("factor", factor, at_least=0, at_most=1e6)

        def risen(pool: Pool) -> Pool:
            name = self.shared.services[kind].name
            return replace(
                pool,
                services=tuple(each.times(factor) if each.name == name else each for each in pool.services),
            )

        return Plan(risen(self.shared), tuple(risen(pool) for pool in self.apart))


def pool_size(services: Sequence[Service], percentile: float, target_s: float) -> int | None:
    """Return the fewest servers with which each kind's percentile is at most `target_s` seconds.

    None when no number is enough, because serving one kind alone takes longer.

    >>> reads, writes = Service("read", 2000, 0.005), Service("write", 200, 0.020)
    >>> pool_size([reads], 99, 0.1), pool_size([writes], 99, 0.1), pool_size([reads, writes], 99, 0.1)
    (11, 6, 16)
    """
    late = 1 - require_numbers("percentile", percentile, above=0, at_most=99.9999) / 100
    target_s = require_numbers("target_s", target_s, above=0, unit="seconds")
    asked = [service for service in services if service.arrivals_per_second > 0]
    if any(math.exp(-target_s / service.service_s) >= late for service in asked):
        return None
    offered = sum(service.arrivals_per_second * service.service_s for service in asked)
    slowest = max((service.service_s for service in asked), default=0.0)

    def enough(servers: int, wait_probability: float) -> bool:
        if not asked:
            return True
        clear = _clear_per_second(asked, servers, offered)
        # The wait is the same for all kinds, so the slowest to serve is the last to meet the target.
        return bool(ResponseTime(wait_probability, slowest, clear).beyond(target_s) <= late)

    return fewest_servers(offered, enough)


def plan_pools(services: Sequence[Service], percentile: float, target_s: float) -> Plan | None:
    """Return the smallest shared pool and the smallest separate pools that meet the target, or None.

    >>> plan = plan_pools([Service("read", 2000, 0.005), Service("write", 200, 0.020)], 99, 0.1)
    >>> plan.shared.servers, plan.servers_apart
    (16, 17)
    """
    if len({service.name for service in services}) != len(services):
        raise ValueError("services: two have the same name")
    shared = pool_size(services, percentile, target_s)
    apart = [pool_size([service], percentile, target_s) for service in services]
    if shared is None or None in apart:
        return None
    pools = [Pool((service,), size) for service, size in zip(services, apart, strict=True) if size]
    return Plan(Pool(tuple(services), shared), tuple(pools))


def _clear_per_second(services: Sequence[Service], servers: int, offered: Any) -> Any:
    """The rate at which waits end: (servers − load) × load / Σ λ s², Allen and Cunneen's with Erlang's C.

    That is M/M/c's (servers − load) / s over (1 + cv²)/2, with every service exponential.
    """
    squares = sum(service.arrivals_per_second * service.service_s**2 for service in services)
    idle = 1 / services[0].service_s
    rate = np.where(np.asarray(squares) > 0, offered / np.where(np.asarray(squares) > 0, squares, 1), idle)
    return np.maximum(servers - offered, 0) * rate

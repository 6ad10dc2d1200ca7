"""Step 3: how long a read or a write takes through an architecture under load, by queueing."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helpers.models.architecture import Flow
from helpers.models.architecture_load import ComponentLoad, Load
from helpers.models.architecture_path import path
from helpers.models.checks import require_choice, require_numbers, require_whole
from helpers.models.queueing import MOST_SERVERS, Queue

__all__ = ["AnswerTime", "answer_time"]


@dataclass(frozen=True, repr=False)
class AnswerTime:
    """The time from a request to its answer, as samples in ms; `untimed` names components of unknown time."""

    request: str
    samples_ms: NDArray[np.float64]
    untimed: tuple[str, ...] = ()

    def ms(self, percentile: float) -> float:
        """Return a percentile of the time in ms; infinite where a queue grows without end."""
        percentile = require_numbers("percentile", percentile, above=0, at_most=99.9)
        return float(np.percentile(self.samples_ms, percentile, method="inverted_cdf"))

    def __repr__(self) -> str:
        return f"{self.request}: {self.ms(50):.3g} ms median, {self.ms(99):.3g} ms p99"


def answer_time(load: Load, request: str, *, size: int = 10_000, seed: int = 0) -> AnswerTime:
    """Draw the time of a read or a write along its path, each component a queue of its own.

    One replica is taken for an M/M/c queue that is as full as the component, takes the service time it says,
    and serves capacity × service time requests at once (Little's law when it is full), at least one: a
    database of 70,000 reads a second and 0.5 ms each counts as 35 servers. Components without a known limit
    add their service time and no wait; a fan-out worker that somebody waits for adds the time of all
    deliveries. The network to the client is not in it. `size` draws are made; with 10,000 the 99th percentile
    of an exponential time has a standard error of about 2 %.

    >>> from helpers.models.architecture_load import Demand, carry
    >>> from helpers.models.architectures import SMALLEST
    >>> answer_time(carry(SMALLEST, Demand(reads_per_second=100)), "read")
    read: 0.352 ms median, 2.31 ms p99
    """
    require_choice("request", request, ("read", "write"))
    size = require_whole("size", size, at_least=1, at_most=1_000_000)
    draws = _Draws(require_whole("seed", seed, at_least=0, at_most=2**32), size)
    architecture = load.architecture
    total, untimed = np.zeros(size), []
    client = next(iter(architecture.of_kind("client"))).name
    reached = {client: np.ones(size, bool)}
    missed: dict[str, NDArray[np.bool_]] = {}
    for flow in path(architecture, request, hit=False):
        here = reached[flow.source]
        if flow.when == "miss":
            cache = architecture.cache_before(flow).name
            if cache not in missed:
                missed[cache] = draws.random(size) < architecture.miss_ratio(flow)
            here = here & missed[cache]
        reached[flow.target] = reached.get(flow.target, False) | here
        times = _fan_out_ms(load, flow) or _times_ms(load[flow.target], draws, size)
        if times is None:
            untimed.append(architecture[flow.target].title)
        else:
            total += np.where(here, times, 0.0)
    return AnswerTime(request, total, tuple(untimed))


def _fan_out_ms(load: Load, flow: Flow) -> float | None:
    """Return how long one write's deliveries take a worker, one after another; None for all other flows."""
    capacity = load.architecture[flow.target].delivery_capacity_per_second
    if flow.factor != "followers" or capacity is None:
        return None
    return 1000 * flow.times * load.demand.followers / capacity


def _times_ms(load: ComponentLoad, draws: Any, size: int) -> NDArray[np.float64] | float | None:
    component = load.component
    if component.service_ms is None:
        return None
    capacity = component.capacity_per_second
    if capacity is None or load.utilisation is None:
        return component.service_ms
    at_once = max(1, min(MOST_SERVERS, round(capacity * component.service_ms / 1000)))
    # A write counts as the reads it takes the place of, so that the queue is as full as the component.
    # More than full is no worse than full: both wait for ever.
    busy = min(load.utilisation, 1.0) * at_once
    return component.service_ms * Queue(busy, 1.0, at_once).sample(draws, size)


class _Draws:
    """A generator of random numbers that remembers them.

    A slider asks for the same draws at every step; making them takes longer than using them, and the
    same ones keep the picture from trembling.
    """

    def __init__(self, seed: int, size: int) -> None:
        self._seed, self._size, self._place = seed, size, 0

    def random(self, _: Any) -> NDArray[np.float64]:
        return self._next(np.random.Generator.random)

    def standard_exponential(self, _: Any) -> NDArray[np.float64]:
        return self._next(np.random.Generator.standard_exponential)

    def _next(self, draw: Callable[..., Any]) -> NDArray[np.float64]:
        self._place += 1
        return _kept(draw, self._seed, self._place, self._size)


@lru_cache(maxsize=64)
def _kept(draw: Callable[..., Any], seed: int, place: int, size: int) -> NDArray[np.float64]:
    found: NDArray[np.float64] = draw(np.random.default_rng([seed, place]), size)
    found.flags.writeable = False
    return found

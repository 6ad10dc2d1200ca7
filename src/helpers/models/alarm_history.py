"""Step 5, alarms: what a service's counters hold over days with incidents, drawn at random."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helpers.models.checks import require_choice, require_number
from helpers.models.monitoring import Incident, Service

__all__ = ["STEP_S", "History", "simulate_history"]

Floats = NDArray[np.float64]

STEP_S = 30
"""Seconds between two looks at the signals."""

_DAY_S = 86_400
_FREQUENT = 1_000


@dataclass(frozen=True, eq=False, repr=False)
class History:
    """What was counted in each step of STEP_S seconds: requests, those that failed, were late, were bad.

    late: took longer than target_ms, failed or not. bad: failed or late. The incident begins at start_s
    (infinite where there is none).
    """

    target_ms: float
    start_s: float
    requests: Floats
    failed: Floats
    late: Floats
    bad: Floats
    draw_latency_ms: Callable[[], Floats]
    _sums: dict[str, Floats] = field(default_factory=dict, init=False)

    @cached_property
    def latency_ms(self) -> Floats:
        """The sum of all latencies in each step; drawn when it is asked for, because few alarms do."""
        return self.draw_latency_ms()

    def share(self, counted: str, window_s: float) -> Floats:
        """Return "failed", "late", "bad" or "latency_ms" over the requests, in the last window_s seconds.

        At the end of each step; 0 without a request. The first windows are shorter.
        """
        require_choice("counted", counted, ["failed", "late", "bad", "latency_ms"])
        steps = max(1, round(window_s / STEP_S))
        part, whole = (_last(self._summed(name), steps) for name in (counted, "requests"))
        return np.divide(part, whole, out=np.zeros(part.size), where=whole > 0)

    def _summed(self, name: str) -> Floats:
        if name not in self._sums:
            self._sums[name] = np.cumsum(getattr(self, name))
        return self._sums[name]

    @property
    def times_s(self) -> Floats:
        """The end of each step, when it is looked at; 0 where the incident begins."""
        ends = STEP_S * np.arange(1, self.requests.size + 1, dtype=float)
        return ends - (self.start_s if np.isfinite(self.start_s) else 0.0)


def simulate_history(
    service: Service,
    target_ms: float = 300,
    *,
    lasts_s: float,
    incidents: Sequence[tuple[float, Incident]] = (),
    seed: Any = 0,
) -> History:
    """Draw what is counted while a service runs for `lasts_s` seconds, with incidents at given times (s).

    Requests arrive at random (Poisson), so each kind of them does. target_ms: beyond it, a request is late.

    >>> history = simulate_history(Service(600), lasts_s=60)
    >>> history.requests.size, 34_000 < float(history.requests.sum()) < 38_000
    (2, True)
    """
    target_ms = require_number("target_ms", target_ms, above=0, unit="ms")
    lasts_s = require_number("lasts_s", lasts_s, at_least=STEP_S, at_most=400 * _DAY_S, unit="seconds")
    steps = int(lasts_s // STEP_S)
    random = np.random.default_rng(seed)
    usually = _rates(service, target_ms)
    entropy = tuple(int(part) for part in np.atleast_1d(seed))
    kinds = np.array(
        [_poisson(_luck((*entropy, place), steps), STEP_S * rate) for place, rate in enumerate(usually)]
    )
    states: list[tuple[slice, Floats, Service]] = []
    for given, incident in incidents:
        start = require_number("start_s", given, at_least=0, at_most=lasts_s, unit="seconds")
        where, share = _hit_steps(start, incident.lasts_s, steps)
        hit = incident.hits(service)
        usual, then = (np.array(rates)[:, np.newaxis] for rates in (usually, _rates(hit, target_ms)))
        kinds[:, where] = random.poisson(STEP_S * (usual + share * (then - usual)))
        states.append((where, share, hit))
    failed_late, failed_soon, late, good = kinds
    requests = failed_late + failed_soon + late + good

    def latency_ms() -> Floats:
        means, squares = np.full(steps, service.mean_ms), np.full(steps, service.mean_square_ms)
        for where, share, hit in states:
            means[where] += share * (hit.mean_ms - service.mean_ms)
            squares[where] += share * (hit.mean_square_ms - service.mean_square_ms)
        # The sum of a step's latencies is nearly normal; with few requests it is not, but never below 0.
        noise = random.standard_normal(steps) * np.sqrt(requests * np.maximum(squares - means**2, 0))
        return np.asarray(np.maximum(requests * means + noise, 0))

    return History(
        target_ms,
        incidents[0][0] if incidents else float("inf"),
        requests,
        failed_late + failed_soon,
        failed_late + late,
        failed_late + failed_soon + late,
        latency_ms,
    )


@lru_cache(maxsize=256)
def _hit_steps(start_s: float, lasts_s: float, steps: int) -> tuple[slice, Floats]:
    """The steps that an incident falls into, and the share of each that it takes."""
    end = start_s + lasts_s
    first, last = int(start_s // STEP_S), min(steps, int(-(-end // STEP_S)))
    edges = STEP_S * np.arange(first, last)
    inside = np.minimum(edges + STEP_S, end) - np.maximum(edges, start_s)
    return slice(first, last), np.clip(inside / STEP_S, 0, 1)


# A month has the same incident many times.
@lru_cache(maxsize=64)
def _rates(service: Service, target_ms: float) -> tuple[float, float, float, float]:
    """Requests a second that fail late, that fail in time, that are late, and that are good."""
    per_second, failed = service.requests_per_second, service.failed
    bad, beyond = service.bad(target_ms), service.beyond(target_ms)
    late = bad - failed
    failed_late = max(0.0, beyond - late)
    return (
        per_second * failed_late,
        per_second * max(0.0, failed - failed_late),
        per_second * max(0.0, late),
        per_second * max(0.0, 1 - bad),
    )


@dataclass(frozen=True, eq=False)
class _Luck:
    """What a month's numbers are made of, whatever their mean: uniform and normal ones, drawn once.

    uniform: in ascending order, and places where each of them stands in the month.
    """

    uniform: Floats
    places: NDArray[np.intp]
    normal: NDArray[np.float32]


# A slider changes the mean and waits for a month of 86,400 steps: drawing takes longer than all the rest.
@lru_cache(maxsize=8)
def _luck(entropy: tuple[int, ...], size: int) -> _Luck:
    random = np.random.default_rng(entropy)
    uniform = random.random(size)
    places = np.argsort(uniform)
    return _Luck(uniform[places], places, random.standard_normal(size, dtype=np.float32))


def _poisson(luck: _Luck, mean: float) -> Floats:
    """Return a Poisson number with this mean for each step, larger for a larger mean on the same luck."""
    if mean > _FREQUENT:
        return np.maximum(np.rint(mean + math.sqrt(mean) * luck.normal.astype(float)), 0)
    counts = np.zeros(luck.uniform.size)
    if mean > 0:
        most = int(mean + 10 * math.sqrt(mean)) + 20
        numbers = np.arange(most + 1)
        logs = numbers * math.log(mean) - mean - np.cumsum(np.log(np.maximum(numbers, 1)))
        ends = np.searchsorted(luck.uniform, np.cumsum(np.exp(logs)))
        ends[-1] = counts.size
        counts[luck.places] = np.repeat(numbers, np.diff(ends, prepend=0))
    return counts


def _last(cumulated: Floats, steps: int) -> Floats:
    """The sum of the last so many elements, of fewer at the start."""
    total = cumulated.copy()
    total[steps:] -= cumulated[:-steps]
    return total

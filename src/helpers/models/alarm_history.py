"""Step 5, alarms: what a service's counters hold over days with incidents, drawn at random."""

import math
from collections.abc import Callable, Iterator, Sequence
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
    _sums: dict[str, NDArray[Any]] = field(default_factory=dict, init=False)

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
        np.maximum(whole, 1, out=whole)  # without a request, nothing was counted either
        return np.divide(part, whole, out=part)

    def _summed(self, name: str) -> NDArray[Any]:
        if name not in self._sums:
            numbers = getattr(self, name)
            # Counts are whole, and whole numbers are added up ten times as fast.
            self._sums[name] = np.cumsum(numbers if name == "latency_ms" else numbers.astype(np.int64))
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
    kinds = np.empty((len(usually), steps))
    for place, rate in enumerate(usually):
        kinds[place] = _poisson(_luck((*entropy, place), steps), STEP_S * rate)
    usual = np.array(usually)[:, np.newaxis]
    # A month has the same incident often.
    hits = {incident: incident.hits(service) for incident in dict.fromkeys(each for _, each in incidents)}
    then = {incident: np.array(_rates(hit, target_ms))[:, np.newaxis] for incident, hit in hits.items()}
    states: list[tuple[slice, Floats, Service]] = []
    means: list[Floats] = []
    for given, incident in incidents:
        start = require_number("start_s", given, at_least=0, at_most=lasts_s, unit="seconds")
        where, share = _hit_steps(start, incident.lasts_s, steps)
        states.append((where, share, hits[incident]))
        means.append(STEP_S * (usual + share * (then[incident] - usual)))
    for (where, _, _), counts in zip(states, _drawn(random, means), strict=True):
        kinds[:, where] = counts
    failed_late, failed_soon, late, good = kinds
    failed = failed_late + failed_soon
    bad = failed + late
    requests = bad + good

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
        failed,
        failed_late + late,
        bad,
        latency_ms,
    )


def _drawn(random: np.random.Generator, means: Sequence[Floats]) -> Iterator[NDArray[np.int64]]:
    """Yield Poisson numbers with each of these means: drawn in one call, which takes longer than they do."""
    counts = random.poisson(np.concatenate([[], *(mean.ravel() for mean in means)]))
    begin = 0
    for mean in means:
        yield counts[begin : begin + mean.size].reshape(mean.shape)
        begin += mean.size


@lru_cache(maxsize=256)
def _hit_steps(start_s: float, lasts_s: float, steps: int) -> tuple[slice, Floats]:
    """The steps that an incident falls into, and the share of each that it takes."""
    end = start_s + lasts_s
    first, last = int(start_s // STEP_S), min(steps, int(-(-end // STEP_S)))
    edges = STEP_S * np.arange(first, last)
    inside = np.minimum(edges + STEP_S, end) - np.maximum(edges, start_s)
    return slice(first, last), np.clip(inside / STEP_S, 0, 1)


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
    normal: Floats


# A slider changes the mean and waits for a month of 86,400 steps: drawing takes longer than all the rest.
@lru_cache(maxsize=8)
def _luck(entropy: tuple[int, ...], size: int) -> _Luck:
    random = np.random.default_rng(entropy)
    uniform = random.random(size)
    places = np.argsort(uniform)
    return _Luck(uniform[places], places, random.standard_normal(size, dtype=np.float32).astype(float))


def _poisson(luck: _Luck, mean: float) -> Floats:
    """Return a Poisson number with this mean for each step, larger for a larger mean on the same luck."""
    if mean > _FREQUENT:
        counts = math.sqrt(mean) * luck.normal
        counts += mean
        return np.maximum(np.rint(counts, out=counts), 0, out=counts)
    counts = np.zeros(luck.uniform.size)
    if mean > 0:
        most = int(mean + 10 * math.sqrt(mean)) + 20
        numbers = np.arange(most + 1)
        logs = numbers * math.log(mean) - mean - np.cumsum(np.log(np.maximum(numbers, 1)))
        ends = np.searchsorted(luck.uniform, np.cumsum(np.exp(logs)))
        ends[-1] = counts.size
        counts[luck.places] = np.repeat(numbers, np.diff(ends, prepend=0))
    return counts


def _last(cumulated: NDArray[Any], steps: int) -> Floats:
    """The sum of the last so many elements, of fewer at the start."""
    total = np.empty(cumulated.size)
    total[:steps] = cumulated[:steps]
    np.subtract(cumulated[steps:], cumulated[:-steps], out=total[steps:])
    return total

"""Step 1: how stale is stale? Quorums of replicas, and the share of reads that see the last write."""

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helpers.models.checks import require_number, require_numbers, require_whole
from helpers.models.latencies import (
    LEGS,
    LNKD_DISK,
    LNKD_SSD,
    PROFILES,
    THREE_REGIONS,
    YMMR,
    Distribution,
    Fixed,
    Latencies,
    Measured,
    Mixture,
)

__all__ = [
    "LNKD_DISK",
    "LNKD_SSD",
    "PROFILES",
    "THREE_REGIONS",
    "YMMR",
    "Distribution",
    "Fixed",
    "Latencies",
    "Measured",
    "Mixture",
    "Quorum",
    "Staleness",
    "share_within",
    "staleness",
]

_Array = NDArray[np.float64]
MOST_REPLICAS = 25
MOST_TRIALS = 1_000_000
_KEPT_TRIALS = 20_000


@dataclass(frozen=True)
class Quorum:
    """`n` replicas; a read waits for `r` of them, a write for `w`.

    >>> Quorum(3, 2, 2).overlaps, Quorum(3, 1, 1).overlaps
    (True, False)
    >>> Quorum(3, 4, 1)
    Traceback (most recent call last):
    ValueError: r = 4: it must be a whole number, 1 or more, at most 3
    """

    n: int
    r: int
    w: int

    def __post_init__(self) -> None:
        require_whole("n", self.n, at_least=1, at_most=MOST_REPLICAS)
        for name in ("r", "w"):
            require_whole(name, getattr(self, name), at_least=1, at_most=self.n)

    @property
    def overlaps(self) -> bool:
        """Whether every read hears from a replica that has the last write: R + W > N."""
        return self.r + self.w > self.n

    @property
    def reads_survive(self) -> int:
        """How many replicas may fail before reads do."""
        return self.n - self.r

    @property
    def writes_survive(self) -> int:
        """How many replicas may fail before writes do."""
        return self.n - self.w


@dataclass(frozen=True, eq=False, repr=False)
class Staleness:
    """Simulated writes, each followed by a read.

    `thresholds_ms` holds, for each trial, sorted, how long after the write's commit a read has to start
    to see it (below 0 where any read does); `reads_ms` and `writes_ms` the latencies, in no order.
    """

    quorum: Quorum
    latencies: Latencies
    thresholds_ms: _Array
    reads_ms: _Array
    writes_ms: _Array

    def __repr__(self) -> str:
        quorum = self.quorum
        return (
            f"Staleness(N = {quorum.n}, R = {quorum.r}, W = {quorum.w}, {self.latencies.name}: "
            f"{100 * self.fresh(0):.1f} % fresh at once, 99.9 % after {self.time_until(0.999):.3g} ms)"
        )

    @property
    def trials(self) -> int:
        """How many writes and reads were simulated; a share is a whole number of them."""
        return int(self.thresholds_ms.size)

    def fresh(self, after_ms: Any) -> Any:
        """Return the probability that a read started `after_ms` after the commit sees the write.

        `after_ms` is a number, or an array for an array of probabilities.
        """
        return _share_within(self.thresholds_ms, require_numbers("after_ms", after_ms, at_least=0, unit="ms"))

    def time_until(self, share: float) -> float:
        """Return the shortest time (ms) after the commit from which on this share of reads is fresh."""
        share = require_number("share", share, above=0, at_most=1)
        # 100 trials times 0.55 is 55.00000000000001 in binary.
        place = math.ceil(share * self.trials * (1 - 1e-12)) - 1
        return max(float(self.thresholds_ms[place]), 0.0)

    def read_ms(self, percentile: float) -> float:
        """Return a percentile (0 to 100) of the read's latency, in ms."""
        return _percentile(self._ordered_reads, percentile)

    def write_ms(self, percentile: float) -> float:
        """Return a percentile (0 to 100) of the write's latency, in ms."""
        return _percentile(self._ordered_writes, percentile)

    @cached_property
    def _ordered_reads(self) -> _Array:
        return np.sort(self.reads_ms)

    @cached_property
    def _ordered_writes(self) -> _Array:
        return np.sort(self.writes_ms)


def staleness(quorum: Quorum, latencies: Latencies, *, trials: int = 100_000, seed: int = 0) -> Staleness:
    """Simulate writes that commit at their W-th acknowledgement, and reads that take R responses.

    A read that starts t after the commit is fresh if one of the replicas it heard from had the write
    by then: write ≤ commit + t + read, all in ms since the write began. So a trial has one threshold
    for t, and the curve over all t is one sorted array.

    Raises TypeError or ValueError, also where a distribution returns what is no latency.
    Source: Bailis et al., VLDB 2012 (the WARS model). Read repair and other late copies are left out,
    and so is the network's failure: see `helpers.models.partition`.

    >>> result = staleness(Quorum(3, 1, 1), LNKD_DISK)
    >>> 0.43 < result.fresh(0) < 0.45, 0.92 < result.fresh(10) < 0.93
    (True, True)
    >>> staleness(Quorum(3, 2, 2), LNKD_DISK).fresh(0)
    1.0
    """
    if not isinstance(quorum, Quorum):
        raise TypeError(f"quorum = {quorum!r}: it must be a Quorum, for example Quorum(3, 1, 1)")
    if not isinstance(latencies, Latencies):
        raise TypeError(f"latencies = {latencies!r}: it must be Latencies, for example LNKD_DISK")
    trials = require_whole("trials", trials, at_least=1, at_most=MOST_TRIALS)
    seed = require_whole("seed", seed, at_least=0, at_most=2**32 - 1)
    keep = trials <= _KEPT_TRIALS and all(isinstance(getattr(latencies, leg), _PURE) for leg in LEGS)
    commits, reads, receipts = (_kept_runs if keep else _runs)(latencies, quorum.n, trials, seed, keep)
    waits = np.sort(receipts[quorum.r - 1] - commits[quorum.w - 1])
    waits.flags.writeable = False
    return Staleness(quorum, latencies, waits, reads[quorum.r - 1], commits[quorum.w - 1])


def share_within(lags_ms: Any, after_ms: Any) -> Any:
    """Return the share of measured lags that are at most `after_ms`: the freshness curve of a real copy.

    >>> share_within(np.array([0.5, 2.0, 2.0, 40.0]), 2)
    0.75
    """
    lags = require_numbers("lags_ms", np.asarray(lags_ms), at_least=0, unit="ms")
    return _share_within(np.sort(lags.ravel()), require_numbers("after_ms", after_ms, at_least=0, unit="ms"))


_PURE = (Mixture, Fixed, Measured)
"""What draws the same for the same generator, so that its draws may be kept."""


def _runs(latencies: Latencies, n: int, trials: int, seed: int, keep: bool) -> tuple[_Array, ...]:
    """Return what every quorum of `n` replicas needs, a row for each count of replicas and a column a trial.

    When the w-th acknowledgement is back; when the r-th response is back; and the earliest that a read which
    takes r responses may start, after the write began, to find the write at one of the replicas.
    """
    write, acknowledge, read, respond = legs = tuple(np.empty((trials, n)) for _ in LEGS)
    for replica in range(n):
        drawn = (_kept_draws if keep else _draws)(latencies, replica, trials, seed)
        for leg, values in zip(legs, drawn, strict=True):
            leg[:, replica] = values
    if latencies.away_ms:
        near = np.random.default_rng([seed, MOST_REPLICAS]).integers(n, size=(2, trials, 1))
        for side, ends in zip(near, ((write, acknowledge), (read, respond)), strict=True):
            away = np.where(np.arange(n) == side, 0.0, latencies.away_ms)
            for leg in ends:
                np.add(leg, away, out=leg)
    commits = np.sort(write + acknowledge, axis=1)
    responds = read + respond
    heard = np.argsort(responds, axis=1)
    receipts = np.minimum.accumulate(np.take_along_axis(write - read, heard, axis=1), axis=1)
    found = (commits, np.take_along_axis(responds, heard, axis=1), receipts)
    rows = tuple(np.ascontiguousarray(array.T) for array in found)
    for array in rows:
        array.flags.writeable = False
    return rows


def _draws(latencies: Latencies, replica: int, trials: int, seed: int) -> tuple[_Array, ...]:
    """The four legs of one replica; each replica has random numbers of its own, whatever N is."""
    random = np.random.default_rng([seed, replica])
    return tuple(_checked(leg, getattr(latencies, leg).sample(random, (trials,)), trials) for leg in LEGS)


# A slider asks for the same ones at every step; making them takes longer than using them.
_kept_runs = lru_cache(maxsize=8)(_runs)
_kept_draws = lru_cache(maxsize=32)(_draws)


def _checked(leg: str, drawn: Any, trials: int) -> _Array:
    allowed = f"{trials} numbers, 0 or more (in ms)"
    try:
        values = np.asarray(drawn, float)
    except (TypeError, ValueError):
        raise TypeError(f"{leg}: its sample returned {type(drawn).__name__}; it must be {allowed}") from None
    if values.shape != (trials,):
        raise ValueError(f"{leg}: its sample returned an array of shape {values.shape}; it must be {allowed}")
    wrong = ~(np.isfinite(values) & (values >= 0))
    if wrong.any():
        raise ValueError(f"{leg}: its sample returned {values[wrong][0]}; it must be {allowed}")
    return values


def _share_within(ordered: _Array, after_ms: Any) -> Any:
    found = np.searchsorted(ordered, after_ms, side="right") / ordered.size
    return found if np.ndim(found) else float(found)


def _percentile(ordered: _Array, percentile: float) -> float:
    """As NumPy's, which would look for the place again at every call."""
    share = require_number("percentile", percentile, at_least=0, at_most=100, unit="percent") / 100
    below = math.floor(share * (ordered.size - 1))
    low, high = ordered[below], ordered[min(below + 1, ordered.size - 1)]
    return float(low + (high - low) * (share * (ordered.size - 1) - below))

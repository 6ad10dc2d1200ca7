"""Step 3: one run of a service at one load: when each request was due, served and answered."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from helpers.models.checks import require_choice, require_numbers
from helpers.models.queue_simulation import Requests, run_queue

__all__ = ["SHOWN", "Array", "LoadRun"]

SHOWN = ("mean", "99th percentile")

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class LoadRun:
    """One run at one load: an array each, in ms since its start, one element a request in order of arrival.

    arrivals_ms: when each was due, drawn in advance. sent_ms: when the service took it up. started_ms: when
    its query started; NaN for one the cache answered. ended_ms: when its answer was there; NaN for one that
    had none yet when the run was stopped, at stopped_ms. `offered` is the utilisation aimed at.
    compared_ms: the mean query of the run with the same requests but no cache; None for that run itself.

    >>> due, none = np.array([0.0, 10.0, 20.0]), float("nan")
    >>> ends = np.array([15.0, 10.5, 35.0])
    >>> run = LoadRun(True, 0.5, 50.0, due, due, np.array([0.0, none, 20.0]), ends, 50.0)
    >>> run.hit_ratio, run.query_ms, run.utilisation, run.mean_ms
    (0.3333333333333333, 15.0, 0.6, 10.166666666666666)
    """

    cached: bool
    offered: float
    window_ms: float
    arrivals_ms: Array
    sent_ms: Array
    started_ms: Array
    ended_ms: Array
    stopped_ms: float
    compared_ms: float | None = None

    @property
    def requests(self) -> int:
        """How many requests arrived."""
        return self.arrivals_ms.size

    @property
    def unanswered(self) -> int:
        """How many had no answer when the run was stopped: their times are at least what is counted."""
        return int(np.isnan(self.ended_ms).sum())

    @property
    def times_ms(self) -> Array:
        """From when each request was due to its answer; without an answer, to the end of the run."""
        return np.where(np.isnan(self.ended_ms), self.stopped_ms, self.ended_ms) - self.arrivals_ms

    @property
    def hits(self) -> NDArray[np.bool_]:
        """Which requests the cache answered."""
        return np.isnan(self.started_ms) & ~np.isnan(self.ended_ms)

    @property
    def hit_ratio(self) -> float:
        """The share of the requests that the cache answered."""
        return float(np.mean(self.hits))

    @property
    def hit_ms(self) -> float:
        """The mean time of a request that the cache answered; 0 when there was none."""
        return float(np.mean(self.times_ms[self.hits])) if self.hits.any() else 0.0

    @property
    def queries_ms(self) -> Array:
        """What each query of the database took, without any wait."""
        took = self.ended_ms - self.started_ms
        return np.asarray(took[~np.isnan(took)])

    @property
    def query_ms(self) -> float:
        """The mean query; NaN when none was needed."""
        return float(np.mean(self.queries_ms)) if self.queries_ms.size else float("nan")

    @property
    def arrivals_per_second(self) -> float:
        """Requests that arrived, over the time in which they did."""
        return 1e3 * self.requests / self.window_ms

    @property
    def load(self) -> float:
        """Arrivals × mean query without a cache: how busy that keeps the database, where 1 is the limit."""
        query_ms = self.query_ms if self.compared_ms is None else self.compared_ms
        return self.arrivals_per_second * query_ms / 1e3

    @property
    def utilisation(self) -> float:
        """The share of the time until the last answer in which the database was at work, 0 to 1."""
        until = max(self.window_ms, float(np.nanmax(self.ended_ms)) if self.requests > self.unanswered else 0)
        return float(self.queries_ms.sum()) / until

    @property
    def mean_ms(self) -> float:
        """The mean time from when a request was due to its answer."""
        return float(np.mean(self.times_ms))

    def time_ms(self, percentile: float) -> float:
        """A percentile of the time from when a request was due to its answer."""
        percentile = require_numbers("percentile", percentile, at_least=0, at_most=100, unit="%")
        return float(np.percentile(self.times_ms, percentile, method="inverted_cdf"))

    def shown_ms(self, shown: str) -> float:
        """The mean or the 99th percentile, as `SHOWN` names them."""
        return self.mean_ms if require_choice("shown", shown, SHOWN) == "mean" else self.time_ms(99)

    @property
    def late_ms(self) -> float:
        """How late 99 of 100 requests were taken up at most: what the machine's timer and threads add."""
        return float(np.percentile(self.sent_ms - self.arrivals_ms, 99, method="inverted_cdf"))

    @cached_property
    def replayed_ms(self) -> float:
        """The mean that these very arrivals and queries have in a queue of the theory.

        What is above it, the machine added. Hits count with what they took, and requests without an answer
        not at all.
        """
        asked = ~np.isnan(self.started_ms) & ~np.isnan(self.ended_ms)
        times = (self.ended_ms - self.arrivals_ms)[self.hits]
        if asked.any():
            run = run_queue(Requests(self.arrivals_ms[asked] / 1e3, self.queries_ms / 1e3))
            times = np.concatenate([times, 1e3 * run.times_s])
        return float(np.mean(times)) if times.size else float("nan")

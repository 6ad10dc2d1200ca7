"""Step 3: the report on a service under rising load: measured times beside those of the queueing theory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from helpers.labs.load_run import SHOWN, Array, LoadRun
from helpers.labs.reports import readable
from helpers.models.checks import require_choice, require_numbers
from helpers.models.queue_simulation import draw_requests, run_queue
from helpers.models.queueing import Queue, mean_wait_general

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LOADS", "LoadReport"]

LOADS = np.round(np.linspace(0.05, 0.95, 19), 2)
FEW_FOR_P99 = 200
_SIMULATED = 50_000
_REPEATS = 200


@dataclass(frozen=True, eq=False, repr=False)
class LoadReport:
    """A service's times under rising load, and the theory's for the query times that were measured.

    `skipped` maps what was not used to the reason. The theory: M/G/1 with the mean and the variation of the
    queries; with a cache, the queries that miss it wait, and every request pays the look-up.
    """

    machine: str
    database: str
    cache: str
    settings: str
    runs: tuple[LoadRun, ...]
    skipped: Mapping[str, str] = field(default_factory=dict)

    def of(self, cached: bool) -> tuple[LoadRun, ...]:
        """The runs with the cache, or those without, by rising load."""
        return tuple(run for run in self.runs if run.cached == cached)

    @cached_property
    def queries_ms(self) -> Array:
        """What every query without the cache took, in ms."""
        return _joined([run.queries_ms for run in self.of(False)])

    @property
    def query_ms(self) -> float:
        """The mean query without the cache."""
        return float(np.mean(self.queries_ms))

    @property
    def variation(self) -> float:
        """The queries' coefficient of variation, standard deviation over mean; exponential ones have 1."""
        return float(np.std(self.queries_ms)) / self.query_ms

    @cached_property
    def hit_ratio(self) -> float:
        """The share of all requests with the cache that it answered; 0 when there was none."""
        hits = _joined([run.hits for run in self.of(True)])
        return float(np.mean(hits)) if hits.size else 0.0

    @cached_property
    def hit_ms(self) -> float:
        """The median time of a request that the cache answered; 0 when there was none."""
        times = _joined([run.times_ms[run.hits] for run in self.of(True)])
        return float(np.median(times)) if times.size else 0.0

    def theory_ms(self, load: Any, shown: str = "mean", *, cached: bool = False) -> Any:
        """The time in the system that the theory expects at a load (arrivals × mean query), in ms.

        The mean is Pollaczek and Khinchine's. A percentile has no such formula: it is that of 50,000
        simulated requests, with query times drawn from the measured ones.

        Raises ValueError for a load outside 0 to 0.99.
        """
        load = require_numbers("load", load, at_least=0, at_most=0.99)
        require_choice("shown", shown, SHOWN)
        missed = 1 - self.hit_ratio if cached else 1.0
        lookup = self.hit_ms if cached else 0.0
        if shown == "mean":
            rate = load * missed * 1e3 / self.query_ms
            wait = 1e3 * mean_wait_general(rate, self.query_ms / 1e3, self.variation)
            return lookup + missed * (wait + self.query_ms)
        # The slowest hundredth of all are misses, and a larger share of those.
        late = 0.01 / missed if missed > 0.01 else 1.0
        rising = [self._simulated(float(at), late, missed) for at in np.atleast_1d(load)]
        return lookup + (np.array(rising) if np.ndim(load) else rising[0])

    def exponential_ms(self, load: Any, shown: str = "mean") -> Any:
        """The time in the system if queries were exponential with the same mean (M/M/1), without a cache."""
        load = require_numbers("load", load, at_least=0, at_most=0.99)
        queue = Queue(load * 1e3 / self.query_ms, self.query_ms / 1e3)
        mean = require_choice("shown", shown, SHOWN) == "mean"
        return 1e3 * (queue.mean_time_s if mean else queue.time_s(99))

    def expected_ms(self, run: LoadRun) -> float:
        """The mean that Pollaczek and Khinchine's formula gives for a run's own arrival rate and queries.

        A look-up in the cache takes what the run's hits took. Infinite where the queries cannot keep up.
        """
        if not run.queries_ms.size:
            return run.hit_ms
        missed = 1 - run.hit_ratio
        variation = float(np.std(run.queries_ms)) / run.query_ms
        wait = mean_wait_general(run.arrivals_per_second * missed, run.query_ms / 1e3, variation)
        return float(run.hit_ms + missed * (1e3 * wait + run.query_ms))

    def chance_ms(self, run: LoadRun) -> tuple[float, float]:
        """Between which means 19 in 20 runs as short as this one lie, with its arrival rate and its queries.

        200 such runs are simulated; each starts with nobody waiting. The share of hits is taken as it was.
        """
        if not run.queries_ms.size:
            return run.hit_ms, run.hit_ms
        missed = 1 - run.hit_ratio
        rate, requests = run.arrivals_per_second * missed, max(1, round(run.requests * missed))
        queries = _Drawn(run.queries_ms / 1e3)
        means = [
            1e3
            * float(np.mean(run_queue(draw_requests(rate, queries, requests=requests, seed=seed)).times_s))
            for seed in range(_REPEATS)
        ]
        low, high = (run.hit_ms + missed * float(mean) for mean in np.percentile(means, [2.5, 97.5]))
        return low, high

    @cached_property
    def curves(self) -> dict[tuple[str, bool], Array]:
        """The theory at `LOADS`, for the mean and the 99th percentile, with and without the cache, in ms."""
        return {
            (shown, cached): self.theory_ms(LOADS, shown, cached=cached)
            for shown in SHOWN
            for cached in (False, True)
            if self.of(cached) and self.queries_ms.size
        }

    def as_frame(self) -> "pd.DataFrame":
        """One row a run: loads and shares from 0 to 1, times in ms."""
        import pandas as pd  # noqa: PLC0415 - takes longer to import than all the rest of the lab

        return pd.DataFrame([self._row(run) for run in self.runs])

    def __repr__(self) -> str:
        """One line a run."""
        return "\n".join([self.machine, *(self._line(run) for run in self.runs)])

    def _repr_markdown_(self) -> str:
        lines = [
            "| load | cache | requests | mean | p50 | p99 | theory, mean | database busy | hits |",
            "| --: | :-- | --: | --: | --: | --: | --: | --: | --: |",
        ]
        for run in self.runs:
            times = (run.mean_ms, run.time_ms(50), run.time_ms(99), self.expected_ms(run))
            shown = " | ".join("unbounded" if np.isinf(time) else f"{readable(time)} ms" for time in times)
            busy, hits = f"{run.utilisation:.0%}", f"{run.hit_ratio:.0%}" if run.cached else "–"
            cache = "yes" if run.cached else "no"
            lines.append(f"| {run.load:.0%} | {cache} | {run.requests:,} | {shown} | {busy} | {hits} |")
        notes = [f"{self.machine}."]
        if self.runs:
            notes += [f"{self.settings}.", *self._notes()]
        notes += [f"Not used: {name} ({reason})." for name, reason in self.skipped.items()]
        return "\n".join([*lines, "", " ".join(notes)])

    def _notes(self) -> list[str]:
        late = max(run.late_ms for run in self.runs)
        notes = [
            f"A query took {readable(self.query_ms)} ms on average, with a variation of "
            f"{readable(self.variation)} (exponential times have 1).",
            "Load is arrivals × mean query, and the theory is Pollaczek and Khinchine's for each run's own "
            "queries.",
            f"99 of 100 requests were taken up within {readable(late)} ms of when they were due.",
        ]
        unanswered = sum(run.unanswered for run in self.runs)
        if unanswered:
            notes.append(
                f"{unanswered:,} requests had no answer yet when their run was stopped; they count with the "
                "time they had waited."
            )
        if any(run.requests < FEW_FOR_P99 for run in self.runs):
            notes.append(f"Fewer than {FEW_FOR_P99} requests are too few for a p99: give it a larger budget.")
        return notes

    def _simulated(self, load: float, late: float, missed: float) -> float:
        if late >= 1:
            return 0.0
        if not load:
            return float(np.percentile(self.queries_ms, 100 * (1 - late)))
        # The same seed for all loads: the same luck, so that the curve has no dents.
        drawn = draw_requests(
            load * missed * 1e3 / self.query_ms, _Drawn(self.queries_ms / 1e3), requests=_SIMULATED
        )
        times = run_queue(drawn).after(_SIMULATED // 10)
        return 1e3 * float(np.percentile(times, 100 * (1 - late)))

    def _row(self, run: LoadRun) -> dict[str, object]:
        return {
            "database": self.database,
            "cache": self.cache if run.cached else "none",
            "offered": run.offered,
            "load": run.load,
            "utilisation": run.utilisation,
            "requests": run.requests,
            "unanswered": run.unanswered,
            "hit_ratio": run.hit_ratio if run.cached else float("nan"),
            "query_ms": run.query_ms,
            "mean_ms": run.mean_ms,
            "p50_ms": run.time_ms(50),
            "p99_ms": run.time_ms(99),
            "theory_mean_ms": self.expected_ms(run),
            "replayed_mean_ms": run.replayed_ms,
            "late_p99_ms": run.late_ms,
        }

    def _line(self, run: LoadRun) -> str:
        cache = f"{self.cache}, {run.hit_ratio:.0%} hits" if run.cached else "no cache"
        return (
            f"{self.database}, {cache}, load {run.load:.0%}: {readable(run.mean_ms)} ms (mean), "
            f"{readable(run.time_ms(99))} ms (p99), {run.requests:,} requests"
        )


@dataclass(frozen=True, eq=False)
class _Drawn:
    """Times drawn from measured ones."""

    seen_s: Array

    def sample(self, random: np.random.Generator, shape: Any) -> Array:
        return np.asarray(random.choice(self.seen_s, shape))


def _joined(arrays: Sequence[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate(arrays) if arrays else np.array([])

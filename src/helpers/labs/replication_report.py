"""Step 1: the report on how old the reads of a replica were, as a table, a frame and freshness curves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from helpers.labs.reports import readable
from helpers.models.checks import require_choice, require_numbers

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Replication", "ReplicationReport"]

TRIALS_FOR_P99 = 200
FRESH_AFTER_MS = (0.0, 1.0, 5.0, 10.0)


@dataclass(frozen=True, eq=False)
class Replication:
    """What was measured on one primary and its replica: an array each, in ms, one element a trial.

    lags_ms: from the acknowledgement of a write to the start of the first read of the replica that saw
    it; 0 where the very first read did. writes_ms and primary_reads_ms: what they took on the primary.
    replica_reads_ms: the first read of the replica after each write. steps_ms: from one read of the
    replica to the next, in the trials that needed more than one; a lag is too long by up to one step.

    >>> r = Replication("SQLite", "3.40", "", *(np.array([0.0, 2.0, 4.0, 9.0]),) * 5)
    >>> r.trials, r.fresh(0), r.lag_ms(75)
    (4, 0.25, 4.0)
    """

    engine: str
    version: str
    settings: str
    lags_ms: np.ndarray
    writes_ms: np.ndarray
    primary_reads_ms: np.ndarray
    replica_reads_ms: np.ndarray
    steps_ms: np.ndarray

    @property
    def measured_with(self) -> str:
        """The engine and its version."""
        return f"{self.engine} {self.version}".strip()

    @property
    def trials(self) -> int:
        """How many writes were followed."""
        return self.lags_ms.size

    @property
    def resolution_ms(self) -> float:
        """The median step from one read of the replica to the next: a shorter lag cannot be told from it."""
        return float(np.median(self.steps_ms if self.steps_ms.size else self.replica_reads_ms))

    @property
    def stale_at_most(self) -> float:
        """The largest share of stale first reads that is plausible, at 95 % confidence, if none was seen.

        So many trials would all be fresh with a probability of 5 % at this share; about 3 / trials.
        """
        return float(1 - 0.05 ** (1 / self.trials))

    def fresh(self, after_ms: Any) -> Any:
        """The share of writes, 0 to 1, that a read `after_ms` after the acknowledgement saw.

        At 0 ms this is how often a client read its own write. An array of times gives an array of shares.

        Raises TypeError or ValueError for a time that is not a number of 0 ms or more.
        """
        after_ms = require_numbers("after_ms", after_ms, at_least=0, unit="ms")
        shares = np.searchsorted(np.sort(self.lags_ms), after_ms, side="right") / self.trials
        return shares if isinstance(after_ms, np.ndarray) else float(shares)

    def lag_ms(self, percentile: float) -> float:
        """The shortest measured lag that at least `percentile` percent of the writes were seen within."""
        return _percentile(self.lags_ms, percentile)


@dataclass(frozen=True, repr=False, eq=False)
class ReplicationReport:
    """How far each engine's replica lagged; `skipped` maps an engine that was not measured to the reason."""

    machine: str
    measurements: tuple[Replication, ...]
    skipped: Mapping[str, str] = field(default_factory=dict)

    @property
    def engines(self) -> tuple[str, ...]:
        """The engines that were measured, SQLite first."""
        return tuple(m.engine for m in self.measurements)

    @property
    def lags_ms(self) -> dict[str, np.ndarray]:
        """The measured lags of each engine, in ms, in the order of the trials."""
        return {m.engine: m.lags_ms for m in self.measurements}

    def of(self, engine: str) -> Replication:
        """What was measured on one of `engines`; raises ValueError for another."""
        require_choice("engine", engine, self.engines)
        return next(m for m in self.measurements if m.engine == engine)

    def fresh(self, engine: str, after_ms: Any) -> Any:
        """The share of `engine`'s writes that a read `after_ms` after the acknowledgement saw.

        Raises ValueError for an engine that was not measured, and as `Replication.fresh` does.

        >>> lags = np.array([0.0, 2.0, 4.0, 9.0])
        >>> report = ReplicationReport("a laptop", (Replication("SQLite", "3.40", "", *(lags,) * 5),))
        >>> report.fresh("SQLite", 4)
        0.75
        >>> report.fresh("SQLite", np.array([0.0, 1.0, 10.0]))
        array([0.25, 0.25, 1.  ])
        """
        return self.of(engine).fresh(after_ms)

    def curves(self, times_ms: np.ndarray) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """For each engine the times and the shares fresh at them, as `freshness_figure` draws them."""
        return {m.engine: (times_ms, m.fresh(times_ms)) for m in self.measurements}

    def as_frame(self) -> "pd.DataFrame":
        """One row an engine: trials, percentiles of the lag and of the latencies in ms, shares fresh."""
        import pandas as pd  # noqa: PLC0415 - takes longer to import than all the rest of the lab

        return pd.DataFrame([_row(m) for m in self.measurements])

    def __repr__(self) -> str:
        """One line an engine."""
        lines = [
            f"{m.measured_with}: lag {readable(m.lag_ms(50))} ms (median), {readable(m.lag_ms(99))} ms "
            f"(p99), {_percent(m.fresh(0))} fresh at once, {m.trials:,} trials"
            for m in self.measurements
        ]
        return "\n".join([self.machine, *lines])

    def _repr_markdown_(self) -> str:
        fresh = " | ".join("at once" if t == 0 else f"after {t:g} ms" for t in FRESH_AFTER_MS)
        lines = [
            f"| replica of | lag, median | p99 | longest | fresh {fresh} | trials | with |",
            f"| :-- | --: | --: | --: |{' --: |' * len(FRESH_AFTER_MS)} --: | :-- |",
        ]
        for m in self.measurements:
            lags = " | ".join(f"{readable(m.lag_ms(p))} ms" for p in (50, 99, 100))
            shares = " | ".join(_percent(m.fresh(t)) for t in FRESH_AFTER_MS)
            lines.append(f"| {m.measured_with} | {lags} | {shares} | {m.trials:,} | {m.settings} |")
        lines += [
            "",
            "| median and p99 of | a write to the primary | a read of the primary | a read of the replica |",
            "| :-- | --: | --: | --: |",
        ]
        for m in self.measurements:
            both = [
                f"{readable(_percentile(times, 50))} and {readable(_percentile(times, 99))} ms"
                for times in (m.writes_ms, m.primary_reads_ms, m.replica_reads_ms)
            ]
            lines.append(f"| {m.measured_with} | {' | '.join(both)} |")
        notes = [note for m in self.measurements for note in _notes(m)]
        notes += [f"Not measured: {name} ({reason})." for name, reason in self.skipped.items()]
        return "\n".join([*lines, "", " ".join([f"{self.machine}.", *notes])])


def _percentile(times_ms: np.ndarray, percentile: float) -> float:
    percentile = require_numbers("percentile", percentile, at_least=0, at_most=100, unit="%")
    return float(np.percentile(times_ms, percentile, method="inverted_cdf"))


def _percent(share: float) -> str:
    # Rounding must not turn a stale read into none.
    return f"{100 * share:.0f} %" if share in (0, 1) else f"{100 * min(max(share, 0.001), 0.999):.1f} %"


def _notes(m: Replication) -> list[str]:
    notes = [f"{m.engine}: a lag is known to within {readable(m.resolution_ms)} ms."]
    if m.fresh(0) == 1:
        notes.append(
            f"No first read of {m.trials:,} was stale, so at most {_percent(m.stale_at_most)} are, "
            "with 95 % confidence."
        )
    if m.trials < TRIALS_FOR_P99:
        notes.append(f"{m.trials:,} trials are too few for a p99: give it a larger budget.")
    return notes


def _row(m: Replication) -> dict[str, object]:
    lags = {f"lag_p{p}_ms": m.lag_ms(p) for p in (50, 99)} | {"lag_longest_ms": m.lag_ms(100)}
    fresh = {f"fresh_after_{t:g}_ms": m.fresh(t) for t in FRESH_AFTER_MS}
    times = {"write": m.writes_ms, "primary_read": m.primary_reads_ms, "replica_read": m.replica_reads_ms}
    latencies = {
        f"{name}_p{p}_ms": _percentile(values, p) for name, values in times.items() for p in (50, 99)
    }
    about = {"engine": m.measured_with, "settings": m.settings, "trials": m.trials}
    return about | lags | {"resolution_ms": m.resolution_ms} | fresh | latencies

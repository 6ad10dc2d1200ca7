"""Step 5: the report on a stampede: loads at the database and times of the readers, beside the model's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from helpers.labs.reports import readable
from helpers.labs.stampede_run import StampedeRun
from helpers.models.stampede import expected_loads

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["StampedeReport"]


@dataclass(frozen=True, eq=False, repr=False)
class StampedeReport:
    """Runs without and with coalescing, on the same reads. alone_ms: one load when nothing else goes on.

    `skipped` maps what was not used to the reason.
    """

    machine: str
    database: str
    cache: str
    settings: str
    alone_ms: float
    runs: tuple[StampedeRun, ...]
    skipped: Mapping[str, str] = field(default_factory=dict)

    def predicted_loads(self, run: StampedeRun) -> float:
        """Loads for each expiry as the model has them before the run: for a load that takes alone_ms."""
        return float(expected_loads(run.reads_per_second, self.alone_ms / 1e3, coalesced=run.coalesced))

    def as_frame(self) -> "pd.DataFrame":
        """One row a run: times in ms."""
        import pandas as pd  # noqa: PLC0415 - takes longer to import than all the rest of the lab

        return pd.DataFrame(
            [
                {
                    "database": self.database,
                    "cache": self.cache,
                    "coalesced": run.coalesced,
                    "reads": run.reads,
                    "reads_per_second": run.reads_per_second,
                    "expiries": run.expiries,
                    "loads": run.loads,
                    "loads_per_expiry": run.loads_per_expiry,
                    "predicted_loads_per_expiry": self.predicted_loads(run),
                    "expected_loads_per_expiry": run.expected_loads,
                    "load_ms": run.load_ms,
                    "p50_ms": run.time_ms(50),
                    "p99_ms": run.time_ms(99),
                    "missed_p50_ms": run.missed_ms(50),
                    "missed_p99_ms": run.missed_ms(99),
                }
                for run in self.runs
            ]
        )

    def __repr__(self) -> str:
        """One line a run."""
        return "\n".join([self.machine, *(self._line(run) for run in self.runs)])

    def _repr_markdown_(self) -> str:
        lines = [
            "| coalescing | expiries | loads | loads per expiry | model | p50 | p99 | p50 of misses |",
            "| :-- | --: | --: | --: | --: | --: | --: | --: |",
        ]
        for run in self.runs:
            times = " | ".join(
                f"{readable(time)} ms" for time in (run.time_ms(50), run.time_ms(99), run.missed_ms(50))
            )
            lines.append(
                f"| {'yes' if run.coalesced else 'no'} | {run.expiries:,} | {run.loads:,} | "
                f"{readable(run.loads_per_expiry)} | {readable(self.predicted_loads(run))} | {times} |"
            )
        notes = [f"{self.machine}."]
        if self.runs:
            bare = self.runs[0]
            notes += [
                f"{self.database} behind {self.cache}. {self.settings}.",
                f"A load took {readable(self.alone_ms)} ms alone and {readable(bare.load_ms)} ms as the "
                f"first of a stampede; {readable(bare.reads_per_second)} reads came a second.",
                "Model: 1 + reads a second × time of a load alone, or 1 with coalescing. With the time that "
                f"first loads took it is {readable(bare.expected_loads)}.",
            ]
        notes += [f"Not used: {name} ({reason})." for name, reason in self.skipped.items()]
        return "\n".join([*lines, "", " ".join(notes)])

    def _line(self, run: StampedeRun) -> str:
        how = "coalesced" if run.coalesced else "not coalesced"
        return (
            f"{self.database} behind {self.cache}, {how}: {readable(run.loads_per_expiry)} loads per expiry "
            f"(model {readable(self.predicted_loads(run))}), {readable(run.time_ms(50))} ms (p50), "
            f"{readable(run.time_ms(99))} ms (p99), {run.expiries:,} expiries"
        )

"""Step 5: the report on a measured failover, each death beside what the heartbeat's arithmetic expects."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from helpers.labs.load_run import Array
from helpers.labs.reports import readable
from helpers.models.failover import Heartbeat

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FailoverReport", "FailoverTrial"]

_SLACK_MS = 10.0
"""Later than this after the latest expected takeover, the machine was busy with something else."""


@dataclass(frozen=True, eq=False, repr=False)
class FailoverTrial:
    """One death, in ms since its trial began: when each request was sent and answered (NaN: lost).

    killed_ms: when the active server was killed. taken_over_ms: when the standby had taken over.
    """

    killed_ms: float
    taken_over_ms: float
    sent_ms: Array
    answered_ms: Array

    def __repr__(self) -> str:
        return (
            f"noticed after {readable(self.detection_ms)} ms, answered again after "
            f"{readable(self.recovery_ms)} ms, {self.lost:,} of {self.requests:,} requests lost"
        )

    @property
    def requests(self) -> int:
        """How many requests were sent."""
        return self.sent_ms.size

    @property
    def lost(self) -> int:
        """How many of them got no answer."""
        return int(np.isnan(self.answered_ms).sum())

    @property
    def detection_ms(self) -> float:
        """From the death to the takeover."""
        return self.taken_over_ms - self.killed_ms

    @property
    def recovery_ms(self) -> float:
        """From the death to the first answer to a request that was sent after it; NaN without one."""
        after = self.answered_ms[(self.sent_ms > self.killed_ms) & ~np.isnan(self.answered_ms)]
        return float(after.min()) - self.killed_ms if after.size else float("nan")


@dataclass(frozen=True, eq=False, repr=False)
class FailoverReport:
    """Measured deaths of an active server beside the model of its heartbeat.

    `requests_per_second` were sent on average. `false_failovers` happened in the `watched_s` seconds in which
    the active server lived. `skipped` maps what could not be done to the reason.
    """

    machine: str
    settings: str
    heartbeat: Heartbeat
    requests_per_second: float
    trials: tuple[FailoverTrial, ...]
    false_failovers: int = 0
    watched_s: float = 0.0
    skipped: Mapping[str, str] = field(default_factory=dict)

    @property
    def expected_ms(self) -> tuple[float, float]:
        """The soonest and the latest takeover after a death that the model expects.

        With lost heartbeats, all but the last may have been missed before the death.
        """
        first, last = self.heartbeat.detection_s
        return 1e3 * (self.heartbeat.patience_s if self.heartbeat.miss_ratio else first), 1e3 * last

    @property
    def mean_detection_ms(self) -> float:
        """The mean time from death to takeover; NaN without a trial."""
        return _mean([trial.detection_ms for trial in self.trials])

    @property
    def mean_lost(self) -> float:
        """The mean number of requests lost at a death; NaN without a trial."""
        return _mean([trial.lost for trial in self.trials])

    @property
    def expected_lost(self) -> float:
        """How many requests the model expects to be lost at a death: those sent until the mean takeover."""
        return self.requests_per_second * self.heartbeat.mean_detection_s

    @property
    def expected_false(self) -> float:
        """How many false failovers the model expects in the time watched."""
        return self.watched_s / self.heartbeat.seconds_to_false_failover

    @property
    def late(self) -> int:
        """In how many trials the takeover came well after the latest that the model has."""
        return sum(trial.detection_ms > self.expected_ms[1] + _SLACK_MS for trial in self.trials)

    def as_frame(self) -> "pd.DataFrame":
        """One row a trial: times in ms since the death."""
        import pandas as pd  # noqa: PLC0415 - takes longer to import than all the rest of the lab

        return pd.DataFrame(
            [
                {
                    "detection_ms": trial.detection_ms,
                    "recovery_ms": trial.recovery_ms,
                    "requests": trial.requests,
                    "lost": trial.lost,
                    "expected_lost": self.expected_lost,
                }
                for trial in self.trials
            ]
        )

    def __repr__(self) -> str:
        """One line a trial."""
        return "\n".join([self.machine, *(f"{place}: {trial}" for place, trial in enumerate(self.trials, 1))])

    def _repr_markdown_(self) -> str:
        lines = [
            "| trial | noticed after | expected | answered again after | requests lost | expected |",
            "| --: | --: | --: | --: | --: | --: |",
        ]
        between = " to ".join(readable(end) for end in self.expected_ms)
        for place, trial in enumerate(self.trials, 1):
            again = "never" if np.isnan(trial.recovery_ms) else f"{readable(trial.recovery_ms)} ms"
            lost = f"{trial.lost:,} of {trial.requests:,}"
            lines.append(
                f"| {place} | {readable(trial.detection_ms)} ms | {between} ms | {again} | {lost} "
                f"| {readable(self.expected_lost)} |"
            )
        notes = [f"{self.machine}."]
        if self.trials:
            notes += [f"{self.settings}.", *self._notes()]
        notes += [f"Not done: {name} ({reason})." for name, reason in self.skipped.items()]
        return "\n".join([*lines, "", " ".join(notes)])

    def _notes(self) -> list[str]:
        noticed, lost = readable(self.mean_detection_ms), readable(self.mean_lost)
        notes = [
            f"On average noticed after {noticed} ms, where the model expects "
            f"{readable(1e3 * self.heartbeat.mean_detection_s)} ms; {lost} requests lost, where it expects "
            f"{readable(self.expected_lost)}."
        ]
        if self.heartbeat.loss or self.false_failovers:
            notes.append(
                f"{self.false_failovers:,} false failovers in {readable(self.watched_s)} s, where it expects "
                f"{readable(self.expected_false)}."
            )
        if self.late:
            notes.append(
                f"{self.late:,} came more than {_SLACK_MS:g} ms late: other programs may keep this machine "
                "busy."
            )
        return notes


def _mean(values: list[float]) -> float:
    return float(np.mean(values)) if values else float("nan")

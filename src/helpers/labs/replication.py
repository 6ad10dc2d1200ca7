"""Step 1: how old are the reads? Measured on a primary and a replica that follows it."""

import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from helpers.labs.hardware import disk_folder
from helpers.labs.replicas import (
    FOLLOW_SECONDS,
    Replicated,
    postgresql_replicas,
    redis_replicas,
    sqlite_replicas,
)
from helpers.labs.replication_report import TRIALS_FOR_P99, Replication, ReplicationReport
from helpers.labs.reports import Progress, this_machine
from helpers.labs.servers import is_set
from helpers.labs.tasks import UnavailableError
from helpers.models.checks import require_numbers

__all__ = ["Replication", "ReplicationReport", "measure_replication"]


@dataclass(frozen=True)
class _Part:
    name: str
    open: Callable[[Path, float], AbstractContextManager[Replicated]]
    variables: tuple[str, ...] = ()
    needs: str = ""

    @property
    def not_set(self) -> list[str]:
        return [variable for variable in self.variables if not is_set(variable)]


_PARTS = (
    _Part("SQLite", sqlite_replicas),
    _Part(
        "PostgreSQL",
        lambda *_: postgresql_replicas(),
        ("DATABASE_URL", "DATABASE_REPLICA_URL"),
        "a primary and its streaming standby",
    ),
    _Part(
        "Redis",
        lambda *_: redis_replicas(),
        ("REDIS_URL", "REDIS_REPLICA_URL"),
        "a primary and its replica",
    ),
)


def measure_replication(
    budget_s: float = 8, *, progress: Progress | None = None, interval_ms: float = 10
) -> ReplicationReport:
    """Measure for about `budget_s` seconds how far replicas lag, and leave nothing behind.

    Each trial writes to the primary, and from the moment of the acknowledgement reads the replica again
    and again until it has the new value. One client on one machine does both, so no network separates
    them: add yours. Always SQLite; PostgreSQL when DATABASE_URL and DATABASE_REPLICA_URL are set, Redis
    when REDIS_URL and REDIS_REPLICA_URL are. The engines share the budget equally. A p99 is a guess below
    200 trials: an engine that has fewer when its time is over gets as much time again.

    progress: called with the fraction done, from 0 to 1, and what is measured now.
    interval_ms: how often new rows are shipped to SQLite's replica, 1 to 1,000 ms. Our choice, and yours.

    Raises ValueError or TypeError for a budget outside 0.1 to 60 s or an interval out of range. An engine
    that cannot run is in `skipped` instead.

    >>> report = measure_replication(0.2)
    >>> bool((report.lags_ms["SQLite"] >= 0).all()), report.fresh("SQLite", 60_000)
    (True, 1.0)
    """
    require_numbers("budget_s", budget_s, at_least=0.1, at_most=60, unit="s")
    require_numbers("interval_ms", interval_ms, at_least=1, at_most=1000, unit="ms")
    # A server that was not asked for leaves its share of the time to the others.
    asked_for = [part for part in _PARTS if not part.not_set]
    measurements: list[Replication] = []
    skipped: dict[str, str] = {
        part.name: f"{' and '.join(part.not_set)} not set; it takes {part.needs}"
        for part in _PARTS
        if part.not_set
    }
    done = 0

    def advance(share: float, label: str) -> None:
        if progress is not None:
            progress(min(1.0, (done + min(1.0, share)) / len(asked_for)), label)

    with tempfile.TemporaryDirectory(prefix="replication_", dir=disk_folder()) as inside:
        for part in asked_for:
            advance(0, part.name)
            try:
                with part.open(Path(inside), interval_ms) as replicated:
                    measurements.append(_follow(replicated, budget_s / len(asked_for), advance))
            except UnavailableError as reason:
                skipped[part.name] = str(reason)
            done += 1
    advance(0, "done")
    return ReplicationReport(this_machine(), tuple(measurements), skipped)


class _Trial(NamedTuple):
    lag_ms: float
    write_ms: float
    primary_read_ms: float
    replica_read_ms: float
    step_ms: float | None


def _follow(replicated: Replicated, seconds: float, advance: Progress) -> Replication:
    random = np.random.default_rng(0)
    label = f"{replicated.engine}: reading what was just written"
    advance(0, label)
    # Left out: it fills caches, and tells whether the replica follows at all.
    _trial(replicated, 1)
    trials: list[_Trial] = []
    start = shown = now = time.perf_counter()
    while now - start < seconds or (len(trials) < TRIALS_FOR_P99 and now - start < 2 * seconds):
        if now - shown > 0.1:
            advance((now - start) / seconds, label)
            shown = now
        time.sleep(random.uniform(0, replicated.pause_ms) / 1000)
        trials.append(_trial(replicated, len(trials) + 2))
        now = time.perf_counter()
    return Replication(
        replicated.engine,
        replicated.version,
        replicated.settings,
        lags_ms=np.array([trial.lag_ms for trial in trials]),
        writes_ms=np.array([trial.write_ms for trial in trials]),
        primary_reads_ms=np.array([trial.primary_read_ms for trial in trials]),
        replica_reads_ms=np.array([trial.replica_read_ms for trial in trials]),
        steps_ms=np.array([trial.step_ms for trial in trials if trial.step_ms is not None]),
    )


def _trial(replicated: Replicated, number: int) -> _Trial:
    before = time.perf_counter()
    replicated.write(number)
    acknowledged = started = time.perf_counter()
    seen = replicated.on_replica(number)
    replica_read = time.perf_counter() - acknowledged
    step = None
    while not seen:
        if started - acknowledged > FOLLOW_SECONDS:
            raise UnavailableError(
                f"the replica does not follow: no sign of a write after {FOLLOW_SECONDS:g} s"
            )
        # SQLite's shipping thread needs a turn: reading without a break would hold Python's lock for 5 ms.
        time.sleep(0)
        previous, started = started, time.perf_counter()
        seen = replicated.on_replica(number)
        step = started - previous
    before_read = time.perf_counter()
    replicated.on_primary(number)
    primary_read = time.perf_counter() - before_read
    return _Trial(
        lag_ms=(started - acknowledged) * 1e3,
        write_ms=(acknowledged - before) * 1e3,
        primary_read_ms=primary_read * 1e3,
        replica_read_ms=replica_read * 1e3,
        step_ms=None if step is None else step * 1e3,
    )

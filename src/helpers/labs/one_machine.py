"""Step 2: what can one machine do? Measured here, to set beside the published orders of magnitude."""

import statistics
import tempfile
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.labs.engines import postgresql_tasks, redis_tasks, sqlite_tasks
from helpers.labs.hardware import disk_folder, file_read_tasks, file_write_tasks, http_tasks, memory_tasks
from helpers.labs.reports import Progress, readable, this_machine
from helpers.labs.servers import is_set
from helpers.labs.tasks import Task, UnavailableError, timed_repeats
from helpers.models.checks import require_choice, require_numbers, require_whole
from helpers.models.verdicts import NodeLimits

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MachineReport", "Measurement", "measure_machine"]


@dataclass(frozen=True)
class Measurement:
    """One measured operation: nanoseconds an operation in each repeat, and what it was measured with.

    `unit` is what `median`, `lowest` and `highest` are in: "ns", "GB/s" or a rate such as "inserts/s".
    `together` is how many rows share a commit or commands a round trip; above 1, `time_ns` is a share of
    the cost, not a latency.

    >>> m = Measurement("point read by primary key", "SQLite", "3.40", "", "reads/s", (5e3, 4e3, 8e3))
    >>> m.median, m.lowest, m.highest, m.repeats, m.time_ns
    (200000.0, 125000.0, 250000.0, 3, 5000.0)
    >>> print(m)
    SQLite 3.40, point read by primary key: 200,000 reads/s (125,000 to 250,000 in 3 repeats)
    """

    name: str
    engine: str
    version: str
    settings: str
    unit: str
    times_ns: tuple[float, ...]
    together: int = 1
    bytes_each: int = 0
    durable: bool | None = None

    @property
    def measured_with(self) -> str:
        """The engine and its version."""
        return f"{self.engine} {self.version}".strip()

    @property
    def repeats(self) -> int:
        """How many times it was measured."""
        return len(self.times_ns)

    @property
    def time_ns(self) -> float:
        """The median time of one operation, in ns."""
        return statistics.median(self.times_ns)

    @property
    def median(self) -> float:
        """The median over the repeats, in `unit`."""
        return self._in_unit(self.time_ns)

    @property
    def lowest(self) -> float:
        """The lowest of the repeats, in `unit`."""
        return min(map(self._in_unit, self.times_ns))

    @property
    def highest(self) -> float:
        """The highest of the repeats, in `unit`."""
        return max(map(self._in_unit, self.times_ns))

    def __str__(self) -> str:
        low, middle, high = (readable(value) for value in (self.lowest, self.median, self.highest))
        return (
            f"{self.measured_with}, {self.name}: {middle} {self.unit} "
            f"({low} to {high} in {self.repeats} repeats)"
        )

    def _in_unit(self, time_ns: float) -> float:
        if self.unit == "ns":
            return time_ns
        return self.bytes_each / time_ns if self.unit == "GB/s" else 1e9 / time_ns


@dataclass(frozen=True, repr=False)
class MachineReport:
    """What one machine was measured to do; `skipped` maps what was not measured to the reason."""

    machine: str
    measurements: tuple[Measurement, ...]
    skipped: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        """One line a measurement."""
        return "\n".join([self.machine, *map(str, self.measurements)])

    def _repr_markdown_(self) -> str:
        rows = ["| measured here | median | from – to | with |", "| :-- | --: | --: | :-- |"]
        for m in self.measurements:
            low, middle, high = (readable(value) for value in (m.lowest, m.median, m.highest))
            settings = f"; {m.settings}" if m.settings else ""
            rows.append(f"| {m.name} | {middle} {m.unit} | {low} – {high} | {m.measured_with}{settings} |")
        left_out = [f"Not measured: {name} ({reason})." for name, reason in self.skipped.items()]
        return "\n".join([*rows, "", f"{self.machine}. {' '.join(left_out)}"])

    @property
    def engines(self) -> tuple[str, ...]:
        """The databases that were measured, SQLite first."""
        return tuple(dict.fromkeys(m.engine for m in self.measurements if m.unit == "inserts/s"))

    @property
    def writes_per_second(self) -> float:
        """Durable inserts a second in SQLite, one commit a row."""
        return self.node_limits()["writes_per_second"]

    @property
    def reads_per_second(self) -> float:
        """Point reads a second in SQLite, by primary key, from memory."""
        return self.node_limits()["reads_per_second"]

    def node_limits(self, engine: str = "SQLite") -> dict[str, float]:
        """Median writes and reads a second of one of `engines`, one connection, one write at a time.

        Raises ValueError for an engine that was not measured.

        >>> write = Measurement("insert", "SQLite", "3.40", "", "inserts/s", (1e6, 1e6, 2e6))
        >>> read = Measurement("point read", "SQLite", "3.40", "", "reads/s", (5e3, 5e3, 5e3))
        >>> MachineReport("a laptop", (write, read)).node_limits()
        {'writes_per_second': 1000.0, 'reads_per_second': 200000.0}
        """
        require_choice("engine", engine, self.engines)
        alone = [m for m in self.measurements if m.engine == engine and m.together == 1]
        return {
            "writes_per_second": next(m.median for m in alone if m.unit == "inserts/s"),
            "reads_per_second": next(m.median for m in alone if m.unit == "reads/s"),
        }

    @property
    def nodes(self) -> tuple[NodeLimits, ...]:
        """The measured limits of each of `engines`, to judge an estimate by."""
        source = "measured here, one connection"
        return tuple(
            NodeLimits(f"This machine's {engine}", source, **self.node_limits(engine))
            for engine in self.engines
        )

    def latencies_ns(self) -> dict[str, float]:
        """The median time in ns of each operation that has a latency: not of rows that share a commit.

        >>> scan = Measurement(
        ...     "sequential memory read of 1 MB", "NumPy", "2.4", "", "GB/s", (1e5,), bytes_each=10**6
        ... )
        >>> MachineReport("a laptop", (scan,)).latencies_ns()
        {'sequential memory read of 1 MB': 100000.0}
        """
        return {
            f"{m.engine}: {m.name}" if m.engine in self.engines else m.name: m.time_ns
            for m in self.measurements
            if m.together == 1
        }

    def as_frame(self) -> "pd.DataFrame":
        """One row a measurement: times in ns an operation, and the median and spread in the row's unit."""
        import pandas as pd  # noqa: PLC0415 - takes longer to import than all the rest of the lab

        columns = {
            "measurement": [m.name for m in self.measurements],
            "engine": [m.measured_with for m in self.measurements],
            "settings": [m.settings for m in self.measurements],
            "durable": pd.array([m.durable for m in self.measurements], dtype="boolean"),
            "time_ns": [m.time_ns for m in self.measurements],
            "median_in_unit": [m.median for m in self.measurements],
            "lowest_in_unit": [m.lowest for m in self.measurements],
            "highest_in_unit": [m.highest for m in self.measurements],
            "unit": [m.unit for m in self.measurements],
            "repeats": [m.repeats for m in self.measurements],
        }
        return pd.DataFrame(columns)


@dataclass(frozen=True)
class _Part:
    name: str
    open: Callable[[Path], AbstractContextManager[list[Task]]]
    tasks: int
    variable: str | None = None


_PARTS = (
    _Part("memory", lambda _: memory_tasks(), 2),
    _Part("HTTP", lambda _: http_tasks(), 1),
    _Part("file write", file_write_tasks, 1),
    _Part("random file read", file_read_tasks, 1),
    _Part("SQLite", sqlite_tasks, 3),
    _Part("PostgreSQL", lambda _: postgresql_tasks(), 3, "DATABASE_URL"),
    _Part("Redis", lambda _: redis_tasks(), 3, "REDIS_URL"),
)


def measure_machine(
    budget_s: float = 8,
    *,
    repeats: int = 5,
    progress: Progress | None = None,
    folder: str | Path | None = None,
) -> MachineReport:
    """Measure what this machine can do in about `budget_s` seconds, and leave nothing behind.

    Always memory, disk, loopback HTTP and SQLite; PostgreSQL when DATABASE_URL is set, Redis when
    REDIS_URL is. Setting up adds one to three seconds. Everything runs on one thread and one connection,
    so a server can do more in all than is measured here.

    progress: called with the fraction done, from 0 to 1, and what is measured now.
    folder: where to put the files until the end; by default the system's folder for temporary files, or
    /var/tmp if that is in memory. The default budget needs about 100 MB.

    Raises ValueError or TypeError for a budget outside 0.1 to 60 s or repeats outside 3 to 100, and
    NotADirectoryError for a folder that is not there. A part that cannot run is in `skipped` instead.

    >>> report = measure_machine(0.1, repeats=3)
    >>> report.writes_per_second > 0
    True
    """
    require_numbers("budget_s", budget_s, at_least=0.1, at_most=60, unit="s")
    require_whole("repeats", repeats, at_least=3, at_most=100)
    place = disk_folder() if folder is None else Path(folder)
    if not place.is_dir():
        raise NotADirectoryError(f"folder = {str(place)!r}: it must be a folder that exists")
    # A server that was not asked for leaves its share of the time to the others.
    asked_for = {part.name: part.tasks for part in _PARTS if part.variable is None or is_set(part.variable)}
    total = sum(asked_for.values())
    seconds_each = budget_s / total / repeats
    measurements: list[Measurement] = []
    skipped: dict[str, str] = {}
    done = 0

    def advance(tasks_more: float, label: str) -> None:
        if progress is not None:
            progress(min(1.0, (done + tasks_more) / total), label)

    with tempfile.TemporaryDirectory(prefix="one_machine_", dir=place) as inside:
        for part in _PARTS:
            try:
                measurements += _measure_part(part, Path(inside), repeats, seconds_each, advance)
            except UnavailableError as reason:
                skipped[part.name] = str(reason)
            done += asked_for.get(part.name, 0)
    advance(0, "done")
    return MachineReport(this_machine(), tuple(measurements), skipped)


def _measure_part(
    part: _Part, folder: Path, repeats: int, seconds_each: float, advance: Progress
) -> list[Measurement]:
    advance(0, part.name)
    with part.open(folder) as tasks:
        measurements = []
        for before, task in enumerate(tasks):
            label = f"{task.engine}: {task.name}"
            advance(before, label)
            times_ns = []
            for time_ns in timed_repeats(task, repeats, seconds_each):
                times_ns.append(time_ns)
                advance(before + len(times_ns) / repeats, label)
            measurements.append(_measurement(task, times_ns))
    return measurements


def _measurement(task: Task, times_ns: list[float]) -> Measurement:
    return Measurement(
        name=task.name,
        engine=task.engine,
        version=task.version,
        settings=task.settings,
        unit=task.unit,
        times_ns=tuple(times_ns),
        together=task.together,
        bytes_each=task.bytes_each,
        durable=task.durable,
    )

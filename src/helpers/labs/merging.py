"""Step 4: how long does it take to merge timelines, and to look them up? Measured on this machine."""

import gc
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from helpers.labs.reports import Progress, readable, this_machine
from helpers.labs.tasks import Task, timed_repeats
from helpers.models.checks import require_number, require_whole
from helpers.models.feed import KEPT
from helpers.models.merging import WAYS, effort, newest_page
from helpers.models.texts import require_several

__all__ = ["LOOK_UPS", "PAGES", "TIMELINES", "MergeReport", "MergeRun", "measure_merging"]

TIMELINES = (10, 100, 500, 1000, 5000)
PAGES = (20, 100)
LOOK_UPS = "look-ups in SQLite"
"""A query for a page of each author, one after another: SQLite in this program's memory, so no network."""

_MOST_SORTED = 500 * KEPT
_REPEATS = 5


@dataclass(frozen=True)
class MergeRun:
    """One of `WAYS`, or `LOOK_UPS`, over so many timelines: ns for a page of the size `page`, per repeat."""

    way: str
    timelines: int
    page: int
    entries: int
    times_ns: tuple[float, ...]

    @property
    def time_ns(self) -> float:
        """The time of one page in the fastest repeat, in ns.

        What the slower ones took longer, other programs took (Python's manual, timeit.repeat).
        """
        return min(self.times_ns)


@dataclass(frozen=True, repr=False)
class MergeReport:
    """What merging took on one machine; `skipped` maps what was not measured to the reason."""

    machine: str
    runs: tuple[MergeRun, ...]
    skipped: Mapping[str, str] = field(default_factory=dict)

    def of(self, way: str, page: int) -> tuple[MergeRun, ...]:
        """The runs of one way and page size, by rising number of timelines."""
        found = [run for run in self.runs if (run.way, run.page) == (way, page)]
        return tuple(sorted(found, key=lambda run: run.timelines))

    @cached_property
    def ways(self) -> tuple[str, ...]:
        """What was measured, of `WAYS` and `LOOK_UPS`."""
        return tuple(way for way in (*WAYS, LOOK_UPS) if any(run.way == way for run in self.runs))

    @cached_property
    def entry_ns(self) -> dict[str, float]:
        """The median time for each entry a way reads, in ns, over all its runs."""
        return {
            way: statistics.median(run.time_ns / run.entries for run in self.runs if run.way == way)
            for way in self.ways
        }

    def nearest(self, timelines: float, page: float) -> tuple[int, int] | None:
        """The timelines and the page size that were measured nearest to these, by ratio."""
        measured = {(run.timelines, run.page) for run in self.runs}

        def far(case: tuple[int, int]) -> tuple[float, float]:
            return abs(np.log(case[1] / page)), abs(np.log(case[0] / timelines))

        return min(sorted(measured), key=far) if measured else None

    def __repr__(self) -> str:
        """One line a run."""
        lines = [
            f"{run.way}, {run.timelines:,} timelines, page of {run.page:,}: "
            f"{readable(run.time_ns / 1e3)} µs for {run.entries:,} entries"
            for run in self.runs
        ]
        return "\n".join([self.machine, *lines])

    def _repr_markdown_(self) -> str:
        rows = [f"| timelines | page | {' | '.join(f'{way}, µs' for way in self.ways)} |"]
        rows.append("| --: | --: |" + " --: |" * len(self.ways))
        times = {(run.way, run.timelines, run.page): readable(run.time_ns / 1e3) for run in self.runs}
        for timelines, page in sorted({(run.timelines, run.page) for run in self.runs}):
            cells = [times.get((way, timelines, page), "–") for way in self.ways]
            rows.append(f"| {timelines:,} | {page:,} | {' | '.join(cells)} |")
        left_out = [f"Not measured: {name} ({reason})." for name, reason in self.skipped.items()]
        return "\n".join([*rows, "", f"{self.machine}. {' '.join(left_out)}".strip()])


def measure_merging(
    budget_s: float = 4,
    *,
    progress: Progress | None = None,
    timelines: Sequence[int] = TIMELINES,
    seed: int = 0,
) -> MergeReport:
    """Measure for about `budget_s` seconds what a page costs by each of `WAYS`, and its look-ups in SQLite.

    Entries are ids in random order over the authors (drawn with `seed`), as Python's integers. The heap and
    the sort are Python's own, in C (`heapq.merge`, `sorted`). SQLite keeps them in this program's memory,
    under the primary key (author, id), so that nothing is left behind.

    progress: called with the fraction done, from 0 to 1, and what is measured now.

    Raises ValueError or TypeError for a budget outside 0.2 to 60 s, no `timelines`, or some that are not
    whole numbers from 1 to 5,000.

    >>> report = measure_merging(0.2, timelines=[10, 100])
    >>> report.ways
    ('heap', 'ask everyone', 'sort', 'look-ups in SQLite')
    """
    budget_s = require_number("budget_s", budget_s, at_least=0.2, at_most=60, unit="s")
    counts = [
        require_whole("timelines", count, at_least=1, at_most=max(TIMELINES))
        for count in require_several("timelines", timelines, "whole numbers")
    ]
    if not counts:
        raise ValueError("timelines = []: it must have one at least")
    end = time.perf_counter() + budget_s
    tell = progress or (lambda done, label: None)
    tell(0.0, "making timelines")
    runs = []
    with _timelines(counts, np.random.default_rng(seed)) as (merged, looked_up), _no_collection():
        cases = [(way, count, page) for count in counts for page in PAGES for way in (*WAYS, LOOK_UPS)]
        cases = [case for case in cases if case[0] != "sort" or case[1] * KEPT <= _MOST_SORTED]
        for place, (way, count, page) in enumerate(cases):
            tell(place / len(cases), f"{way}: {count:,} timelines, page of {page}")
            each = max(0.0, end - time.perf_counter()) / (len(cases) - place)
            run = looked_up(count, page) if way == LOOK_UPS else merged(way, count, page)
            task = Task(way, "Python", "", "", "ns", run)
            # Half of the time, since a call is left out first; never none, since a repeat needs one call.
            times = tuple(timed_repeats(task, _REPEATS, max(each / 2 / _REPEATS, 1e-6)))
            kind = "ask everyone" if way == LOOK_UPS else way
            runs.append(MergeRun(way, count, page, effort(kind, count, page, KEPT).entries, times))
    tell(1.0, "done")
    most = f"only up to {_MOST_SORTED:,} entries, for the time it takes"
    skipped = {"the sort of more timelines": most} if max(counts) * KEPT > _MOST_SORTED else {}
    return MergeReport(this_machine(), tuple(runs), skipped)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep Python from looking through all the lab's own entries in the middle of a merge, as timeit does.

    A heap of 500 makes 500 lists, and after some hundred such heaps a full collection takes 20 ms here.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


_Run = Callable[[], object]


@contextmanager
def _timelines(
    counts: Sequence[int], random: np.random.Generator
) -> Iterator[tuple[Callable[..., _Run], Callable[..., _Run]]]:
    """Give two functions that make a merge, or the look-ups, to run."""
    made: dict[int, list[list[int]]] = {}
    for count in counts:
        size = KEPT if count * KEPT <= _MOST_SORTED else max(PAGES)
        ids = random.permutation(count * size).reshape(count, size)
        made[count] = np.sort(ids)[:, ::-1].tolist()
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(
            "CREATE TABLE tweets (author INTEGER, id INTEGER, PRIMARY KEY (author, id)) WITHOUT ROWID"
        )
        most = made[max(counts)]
        rows = ((author, number) for author, timeline in enumerate(most) for number in reversed(timeline))
        connection.executemany("INSERT INTO tweets VALUES (?, ?)", rows)
        question = "SELECT id FROM tweets WHERE author = ? ORDER BY id DESC LIMIT ?"

        def merged(way: str, count: int, page: int) -> _Run:
            return lambda: newest_page(made[count], page, way)

        def looked_up(count: int, page: int) -> _Run:
            def look_up() -> list[Any]:
                return [connection.execute(question, (author, page)).fetchall() for author in range(count)]

            return look_up

        yield merged, looked_up

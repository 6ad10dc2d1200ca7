"""Step 2: what a part of the lab hands over to be timed, and how one task is timed."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

__all__ = ["INSERT", "POINT_READ", "Task", "UnavailableError", "timed_repeats"]

INSERT = "insert, one commit a row"
POINT_READ = "point read by primary key"


class UnavailableError(Exception):
    """A part of the lab cannot run on this machine; the message is the reason, in plain words."""


@dataclass(frozen=True)
class Task:
    """One operation to time: each call of `run` does `operations` of them, `together` at once.

    `operations` above 1 only spreads the cost of the clock; `together` above 1 (rows a commit, commands
    a pipeline) means that the time of one is not a latency. `unit` is "ns", "GB/s" or a rate such as
    "inserts/s"; GB/s needs `bytes_each`, the bytes moved by one operation. `durable` says whether a write
    that has returned survives a power cut, as far as the settings tell; None where that means nothing.
    """

    name: str
    engine: str
    version: str
    settings: str
    unit: str
    run: Callable[[], object]
    operations: int = 1
    together: int = 1
    bytes_each: int = 0
    durable: bool | None = None


def timed_repeats(task: Task, repeats: int, seconds_each: float) -> Iterator[float]:
    """Yield the nanoseconds one operation took, averaged over each repeat of about `seconds_each` seconds.

    The first call of the task is left out: it fills caches and prepares statements.

    >>> task = Task("nothing", "Python", "3", "", "ns", run=lambda: None)
    >>> len(list(timed_repeats(task, repeats=3, seconds_each=0.001)))
    3
    """
    task.run()
    for _ in range(repeats):
        calls = 0
        elapsed = 0.0
        start = time.perf_counter()
        while elapsed < seconds_each:
            task.run()
            calls += 1
            elapsed = time.perf_counter() - start
        yield elapsed * 1e9 / (calls * task.operations)

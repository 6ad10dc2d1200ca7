"""Step 4: the queue between a post and its deliveries, and the worker at its other end."""

import time
from dataclasses import dataclass

from helpers.labs.feed_stores import Job
from helpers.labs.open_loop import Clock, ThreadWorker

__all__ = ["MOST_WAITING", "Call", "DeliveryQueue"]

MOST_WAITING = 1_000
"""Deliveries that may wait; then a post waits too, rather than the queue grow without end."""

_POLL_S = 1e-3


@dataclass(frozen=True)
class Call:
    """A call that posted tweet `number`: when it started and when it returned, in s on the clock."""

    number: int
    started: float
    ended: float


class DeliveryQueue:
    """Jobs in a line, and a worker that does them one after the other; knows how long each one took."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.number = 0
        self._jobs: dict[int, Job] = {}
        self._done: dict[int, tuple[float, float, int]] = {}
        self._added = self._finished = 0
        self._worker: ThreadWorker | None = None

    def __enter__(self) -> "DeliveryQueue":
        """Start the worker."""
        self._worker = ThreadWorker(self._run, self.clock, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        """End the worker, also when interrupted: its connection must not be closed under it."""
        if self._worker is not None:
            self._worker.abandon()

    def add(self, job: Job) -> None:
        """Put a job in the line; wait where the line is full."""
        while self._added - self._finished >= MOST_WAITING or self._at_work.failed:
            self._pause()
        self._jobs[self._added] = job
        self._added += 1
        self._at_work.submit(self.number, self._added - 1)

    def wait(self) -> None:
        """Return when all jobs are done; raises what one of them raised."""
        while self._finished < self._added:
            self._pause()

    def times(self, call: Call) -> tuple[float, float, int]:
        """Return from a post's start to its delivery and the work in it (ms), and the entries written."""
        started, ended, entries = self._done.get(call.number, (call.ended, call.ended, 0))
        return 1e3 * (ended - call.started), 1e3 * (ended - started), entries

    @property
    def _at_work(self) -> ThreadWorker:
        assert self._worker is not None, "the queue has not been entered"
        return self._worker

    def _pause(self) -> None:
        if self._at_work.failed:
            self._at_work.finish(0)
        time.sleep(_POLL_S)

    def _run(self, job: int) -> tuple[int, int]:
        return self._jobs.pop(job)(), 0

    def _note(self, number: int, _: int, value: tuple[int, int], started: float, ended: float) -> None:
        self._done[number] = started, ended, value[0]
        self._finished += 1

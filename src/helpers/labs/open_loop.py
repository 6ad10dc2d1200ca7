"""Step 3: requests sent when they are due, whether or not the service has answered those before."""

import threading
import time
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from helpers.labs.load_run import LoadRun
from helpers.labs.services import Cache, Value

__all__ = ["Clock", "Done", "ThreadWorker", "Worker", "observe"]


_PATIENCE_S = 1.0


class Clock:
    """Seconds since the run began, of the wall clock."""

    def __init__(self) -> None:
        self._start = time.perf_counter()

    def now(self) -> float:
        """Return the time."""
        return time.perf_counter() - self._start

    def sleep_until(self, when: float) -> None:
        """Wait for a time; return at once if it is over."""
        while (left := when - self.now()) > 0:
            time.sleep(left)


Done = Callable[[int, int, Value, float, float], object]


class Worker(Protocol):
    """One connection to the database: requests in order of arrival, one at a time.

    For each it calls `done` with the request's number and author, the answer, and when the query started
    and ended.
    """

    @property
    def failed(self) -> bool:
        """Whether a query raised an error; `finish` raises it."""

    def submit(self, number: int, author: int) -> None:
        """Take a request in line."""

    def finish(self, give_up_s: float) -> None:
        """Return when all have been served, or leave the rest once it is `give_up_s` on the clock."""

    def abandon(self) -> None:
        """Leave the rest now, and return when the connection is free."""


class ThreadWorker:
    """A worker in a thread of its own.

    Not in a process: the drivers let go of Python's lock while the database works, so a thread is in
    nobody's way. A process was measured too: half a second to start, and it came late to more requests.
    """

    def __init__(self, query: Callable[[int], Value], clock: Clock, done: Done) -> None:
        self._query, self._clock, self._done = query, clock, done
        self._line: SimpleQueue[tuple[int, int] | None] = SimpleQueue()
        self._error: BaseException | None = None
        self._give_up_s = float("inf")
        self._free = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="serve queries", daemon=True)
        try:
            self._thread.start()
        except BaseException:
            # Interrupted while it starts, when nobody has the worker yet to end it.
            self._line.put(None)
            raise

    @property
    def failed(self) -> bool:
        """Whether a query raised an error."""
        return self._error is not None

    def submit(self, number: int, author: int) -> None:
        """Take a request in line."""
        self._line.put((number, author))

    def finish(self, give_up_s: float) -> None:
        """Return when all have been served, or leave the rest; raises what a query raised."""
        self._end(give_up_s)
        if self._error is not None:
            raise self._error

    def abandon(self) -> None:
        """Leave the rest now, and return when the connection is free."""
        self._end(-1)

    def _end(self, give_up_s: float) -> None:
        self._give_up_s = give_up_s
        self._line.put(None)
        # join() alone is not enough: interrupted once, it takes a thread that still works for ended
        # (Python 3.11), and the connection would be closed under a query.
        self._free.wait()
        self._thread.join()

    def _serve(self) -> None:
        try:
            while (request := self._line.get()) is not None:
                started = self._clock.now()
                if started > self._give_up_s:
                    return
                number, author = request
                value = self._query(author)
                self._done(number, author, value, started, self._clock.now())
        except Exception as error:  # noqa: BLE001 - handed over to the thread that waits for it
            self._error = error
        finally:
            self._free.set()


def observe(
    arrivals_s: NDArray[np.float64],
    authors: Sequence[int],
    query: Callable[[int], Value],
    cache: Cache | None = None,
    *,
    offered: float,
    window_s: float,
    compared_ms: float | None = None,
    clock: Any = None,
    worker: Callable[[Callable[[int], Value], Any, Done], Worker] = ThreadWorker,
) -> LoadRun:
    """Send requests when they are due, whether or not earlier ones have their answer (an open loop).

    A client that waits for its answer before it asks again (a closed loop) sends less exactly when the
    service is slow, and so hides the queue: coordinated omission. The cache answers at once what it has;
    the rest waits for the database. The run is stopped at twice `window_s`, or a second after it
    where that is later.

    Raises what the query or the cache raises.
    """
    clock = Clock() if clock is None else clock
    sent, started, ended = (np.full(len(arrivals_s), np.nan) for _ in range(3))

    def done(number: int, author: int, value: Value, from_s: float, to_s: float) -> None:
        started[number], ended[number] = from_s, to_s
        if cache is not None:
            cache.put(author, value)

    give_up_s = window_s + max(window_s, _PATIENCE_S)
    working: Worker | None = None
    try:
        working = worker(query, clock, done)
        for number, (due, author) in enumerate(zip(arrivals_s.tolist(), authors, strict=True)):
            clock.sleep_until(due)
            sent[number] = now = clock.now()
            if working.failed or now > give_up_s:
                break
            if cache is not None and cache.get(author) is not None:
                ended[number] = clock.now()
            else:
                working.submit(number, author)
        working.finish(give_up_s)
    except BaseException:
        # Also when interrupted: the thread must be gone before its connection is.
        if working is not None:
            working.abandon()
        raise
    stopped = max(give_up_s, clock.now()) if np.isnan(ended).any() else clock.now()
    sent[np.isnan(sent)] = stopped
    return LoadRun(
        cached=cache is not None,
        offered=offered,
        window_ms=1e3 * window_s,
        arrivals_ms=1e3 * arrivals_s,
        sent_ms=1e3 * sent,
        started_ms=1e3 * started,
        ended_ms=1e3 * ended,
        stopped_ms=1e3 * stopped,
        compared_ms=compared_ms,
    )

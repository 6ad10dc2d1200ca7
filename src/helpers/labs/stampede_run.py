"""Step 5: many readers of one key that expires again and again: who found it, who loaded it, who waited."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from queue import SimpleQueue
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from helpers.labs.open_loop import Clock
from helpers.models.checks import require_number
from helpers.models.stampede import expected_loads

__all__ = ["HotKey", "StampedeRun", "observe_stampede"]

Floats = NDArray[np.float64]

READERS = 64
_PATIENCE_S = 10.0


class HotKey(Protocol):
    """One cached key: `get` it, or None once it has expired, and `put` it for so many seconds."""

    def get(self) -> Any:
        """Return the value, or None."""

    def put(self, value: Any, expiry_s: float) -> None:
        """Store it."""


@dataclass(frozen=True, eq=False, repr=False)
class StampedeRun:
    """One run: an array each, in ms since its start.

    due_ms: when each read was to start, drawn in advance; ended_ms: when it had its answer. loads_ms: start
    and end of each load at the database, in order of start. missed: which reads did not find the key.
    coalesced: whether only one reader at a time loads it. expiry_ms: how long the key lives.

    >>> run = StampedeRun(False, 50.0, np.array([0.0, 1.0, 90.0]), np.array([5.0, 9.0, 90.1]),
    ...                   np.array([True, True, False]), np.array([[0.0, 5.0], [1.0, 9.0]]))
    >>> run.expiries, run.loads_per_expiry, run.load_ms, run.time_ms(50)
    (1, 2.0, 5.0, 5.0)
    """

    coalesced: bool
    expiry_ms: float
    due_ms: Floats
    ended_ms: Floats
    missed: NDArray[np.bool_]
    loads_ms: Floats

    @property
    def reads(self) -> int:
        """How many reads there were."""
        return self.due_ms.size

    @property
    def loads(self) -> int:
        """How many loads reached the database."""
        return len(self.loads_ms)

    @cached_property
    def _firsts(self) -> NDArray[np.bool_]:
        """Which loads are the first of a stampede: none was going on, and the key had had time to expire."""
        starts, ends = self.loads_ms[:, 0], self.loads_ms[:, 1]
        busy_until = np.concatenate([[-np.inf], np.maximum.accumulate(ends)[:-1]])
        return np.asarray(starts > busy_until)

    @property
    def expiries(self) -> int:
        """How often the key was missed by a reader with no load on its way: the stampedes."""
        return int(self._firsts.sum()) if self.loads else 0

    @property
    def loads_per_expiry(self) -> float:
        """Loads at the database each time that the key was missing."""
        return self.loads / self.expiries if self.expiries else 0.0

    @property
    def load_ms(self) -> float:
        """The mean time of the first load after each expiry: until then, every read misses."""
        first = self.loads_ms[self._firsts] if self.loads else self.loads_ms
        return float(np.mean(first[:, 1] - first[:, 0])) if len(first) else 0.0

    @property
    def reads_per_second(self) -> float:
        """Reads that were due, over the time in which they were."""
        last = float(self.due_ms[-1]) if self.reads else 0.0
        return 1e3 * self.reads / last if last else 0.0

    @property
    def expected_loads(self) -> float:
        """What the model expects for this run's rate of reads and its first loads."""
        return float(expected_loads(self.reads_per_second, self.load_ms / 1e3, coalesced=self.coalesced))

    @property
    def times_ms(self) -> Floats:
        """From when each read was due to its answer."""
        return self.ended_ms - self.due_ms

    @property
    def busy(self) -> float:
        """Time that loads took together, as a share of the run; loads at once count each."""
        spent = float((self.loads_ms[:, 1] - self.loads_ms[:, 0]).sum()) if self.loads else 0.0
        return spent / float(self.ended_ms.max()) if self.reads else 0.0

    def time_ms(self, percentile: float) -> float:
        """A percentile of the time from when each read was due to its answer."""
        percentile = require_number("percentile", percentile, at_least=0, at_most=100, unit="%")
        return float(np.percentile(self.times_ms, percentile, method="inverted_cdf"))

    def missed_ms(self, percentile: float) -> float:
        """The same for the reads that did not find the key; 0 when all did."""
        percentile = require_number("percentile", percentile, at_least=0, at_most=100, unit="%")
        times = self.times_ms[self.missed]
        return float(np.percentile(times, percentile, method="inverted_cdf")) if times.size else 0.0


def observe_stampede(
    due_s: Floats,
    load: Callable[[], Any],
    key: HotKey,
    *,
    coalesced: bool,
    expiry_s: float,
    readers: int = READERS,
) -> StampedeRun:
    """Read the key when each read is due, with as many threads as readers, and load it where it is missing.

    A read that is due while all readers are busy waits for one. load: asks the database, and may be called
    by several threads at once. `coalesced`: one of them calls it, the others wait for what it brings.

    Raises what a load or the cache raises, or TimeoutError when readers fall hopelessly behind.
    """
    clock, line = Clock(), SimpleQueue[int | None]()
    ended = np.full(due_s.size, np.nan)
    missed = np.zeros(due_s.size, dtype=bool)
    loads: list[tuple[float, float]] = []
    errors: list[BaseException] = []
    one_load = _OneLoad()

    def timed_load() -> None:
        start = clock.now()
        key.put(load(), expiry_s)
        loads.append((start, clock.now()))

    def load_if_missing() -> None:
        # A reader may miss the key just before another has loaded it, and come just after.
        if key.get() is None:
            timed_load()

    def read(number: int) -> None:
        if key.get() is None:
            missed[number] = True
            if coalesced:
                one_load.run(load_if_missing)
            else:
                timed_load()
        ended[number] = clock.now()

    def serve() -> None:
        try:
            while (number := line.get()) is not None and not errors:
                read(number)
        except Exception as error:  # noqa: BLE001 - handed over to the thread that waits for it
            errors.append(error)

    threads = [_Reader(serve) for _ in range(readers)]
    last = float(due_s[-1]) if due_s.size else 0.0
    try:
        for thread in threads:
            thread.start()
        for number, due in enumerate(due_s.tolist()):
            clock.sleep_until(due)
            if errors or clock.now() > last + _PATIENCE_S:
                break
            line.put(number)
    except BaseException as error:
        errors.append(error)
        raise
    finally:
        # Also when interrupted: the threads must be gone before their connection is.
        for _ in threads:
            line.put(None)
        _wait_for(threads, errors)
    if errors:
        raise errors[0]
    if np.isnan(ended).any():
        raise TimeoutError("the readers could not keep up: this machine is too busy for this measurement")
    loads.sort()
    return StampedeRun(
        coalesced,
        1e3 * expiry_s,
        1e3 * due_s,
        1e3 * ended,
        missed,
        1e3 * np.array(loads, dtype=float).reshape(-1, 2),
    )


class _Reader(threading.Thread):
    """A thread that says itself when it has ended.

    Interrupted once, join() takes a thread that still works for ended (Python 3.11).
    """

    def __init__(self, serve: Callable[[], object]) -> None:
        super().__init__(name="read a hot key", daemon=True)
        self._serve, self.free = serve, threading.Event()

    def run(self) -> None:
        try:
            self._serve()
        finally:
            self.free.set()


def _wait_for(threads: Sequence[_Reader], errors: list[BaseException]) -> None:
    """Return when all that were started have ended; an interrupt makes them stop, and is raised then."""
    interrupted: KeyboardInterrupt | None = None
    for thread in threads:
        while thread.ident is not None and not thread.free.is_set():
            try:
                thread.free.wait(0.1)
            except KeyboardInterrupt as error:
                errors.append(error)
                interrupted = error
    if interrupted is not None:
        raise interrupted


class _OneLoad:
    """Request coalescing: whoever comes first loads, and whoever comes meanwhile waits until that is done."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._done: threading.Event | None = None

    def run(self, load: Callable[[], object]) -> None:
        with self._lock:
            done, first = self._done or threading.Event(), self._done is None
            self._done = done
        if not first:
            done.wait()
            return
        try:
            load()
        finally:
            # Also after an error, which ends the run: those who wait would wait for ever.
            with self._lock:
                self._done = None
            done.set()

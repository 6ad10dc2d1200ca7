"""Step 5, failover observed: an active machine, a lossy network and a standby, event by event (SimPy)."""

import math
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray

from helpers.models.checks import require_number
from helpers.models.failover import Heartbeat, Pair
from helpers.models.nines import PERIODS_S

__all__ = ["Beat", "Death", "FailoverRun", "one_death", "run_failover"]

MOST_HEARTBEATS = 2_000_000
_YEAR_S = PERIODS_S["year"]
_BEFORE = 4


@dataclass(frozen=True, repr=False)
class FailoverRun:
    """What a run observed, in seconds: from each death to its takeover, downtime, time with both active."""

    pair: Pair
    observed_s: float
    detections_s: NDArray[np.float64]
    false_failovers: int
    downtime_s: float
    split_brain_s: float

    def __repr__(self) -> str:
        return (
            f"{self.observed_s:,.0f} s: {self.detections_s.size:,} deaths noticed, "
            f"{self.false_failovers:,} false failovers"
        )


def run_failover(pair: Pair, observed_s: float, *, seed: int = 0) -> FailoverRun:
    """Let a pair run for a time (seconds): heartbeats are lost or late, machines die, the standby takes over.

    Raises ValueError or TypeError naming the argument, also for more than 2 million heartbeats.

    >>> run_failover(Pair(Heartbeat(1, 3), failures_per_year=100_000), 10_000)
    10,000 s: 29 deaths noticed, 0 false failovers
    """
    if not isinstance(pair, Pair):
        raise TypeError(f"pair = {pair!r}: it must be a Pair")
    most = MOST_HEARTBEATS * pair.heartbeat.interval_s
    end = require_number("observed_s", observed_s, above=0, at_most=most, unit="seconds")
    watch = _Watch(pair, np.random.default_rng(seed))
    watch.environment.process(watch.whole())
    watch.environment.run(until=end)
    return watch.report(end)


class _Watch:
    """The processes of one run, and what they have seen."""

    def __init__(self, pair: Pair, random: np.random.Generator) -> None:
        self.environment = simpy.Environment()
        self._pair, self._beat, self._random = pair, pair.heartbeat, random
        self._detections: list[float] = []
        self._false = 0
        self._down: list[tuple[float, float]] = []
        self._split: list[tuple[float, float]] = []
        self._both_since: float | None = None

    def whole(self) -> Generator[simpy.Event, Any, None]:
        """One pair after the other: each lasts until its standby has taken over."""
        while True:
            yield self.environment.process(self._one_pair())

    def report(self, end: float) -> FailoverRun:
        """Return what was seen until `end`."""
        if self._both_since is not None:
            self._split.append((self._both_since, end))
        down, split = (
            sum(min(until, end) - start for start, until in spans) for spans in (self._down, self._split)
        )
        return FailoverRun(self._pair, end, np.array(self._detections), self._false, down, split)

    def _one_pair(self) -> Generator[simpy.Event, Any, None]:
        environment, beat = self.environment, self._beat
        rate = self._pair.failures_per_year / _YEAR_S
        dies = environment.now + (float(self._random.exponential(1 / rate)) if rate else math.inf)
        arrived: dict[int, float] = {}
        sending = environment.process(self._send(dies, arrived))
        start, number, missed = environment.now, 0, 0
        while True:
            number += 1
            checked = start + number * beat.interval_s + beat.patience_s
            yield environment.timeout(max(0.0, checked - environment.now))
            in_time = number in arrived
            missed = 0 if in_time else missed + 1
            if self._both_since is not None:
                if in_time or dies <= environment.now:
                    self._split.append((self._both_since, arrived[number] if in_time else dies))
                    self._both_since = None
                if dies <= environment.now:  # the other is active already
                    return
            elif missed >= beat.misses:
                if environment.now < dies:
                    self._false += 1
                if environment.now < dies and not self._pair.fencing:
                    self._both_since = environment.now
                    continue
                break
        yield from self._take_over(dies, sending)

    def _take_over(self, dies: float, sending: simpy.Process) -> Generator[simpy.Event, Any, None]:
        now = self.environment.now
        if sending.is_alive:
            sending.interrupt("fenced")
        if dies <= now:
            self._detections.append(now - dies)
        self._down.append((min(dies, now), now + self._pair.takeover_s))
        yield self.environment.timeout(self._pair.takeover_s)

    def _send(self, dies: float, arrived: dict[int, float]) -> Generator[simpy.Event, Any, None]:
        """Send a heartbeat every interval until the machine dies or is fenced."""
        environment, random, beat = self.environment, self._random, self._beat
        start, number, missed = environment.now, 0, False
        try:
            while True:
                number += 1
                yield environment.timeout(start + number * beat.interval_s - environment.now)
                if environment.now >= dies:
                    return
                delay = float(random.exponential(beat.delay_s)) if beat.delay_s else 0.0
                if beat.burst > 1:  # the chain decides about late ones too
                    missed = bool(random.random() < (beat.miss_again if missed else beat.miss_first))
                    while not missed and delay > beat.patience_s:
                        delay = float(random.exponential(beat.delay_s))
                else:
                    missed = bool(random.random() < beat.loss)
                if not missed:
                    environment.process(self._travel(number, delay, arrived))
        except simpy.Interrupt:
            return

    def _travel(
        self, number: int, delay: float, arrived: dict[int, float]
    ) -> Generator[simpy.Event, Any, None]:
        yield self.environment.timeout(delay)
        arrived[number] = self.environment.now


@dataclass(frozen=True)
class Beat:
    """One heartbeat of a drawn death: when it was due and when it arrived, in seconds; None if never."""

    due_s: float
    arrived_s: float | None
    missed: bool


@dataclass(frozen=True)
class Death:
    """One death as it may happen, in seconds from the heartbeat before it: each heartbeat, and the takeover.

    The takeover comes before the death where the standby was wrong.
    """

    beats: tuple[Beat, ...]
    dies_s: float
    taken_over_s: float

    @property
    def false_alarm(self) -> bool:
        """Whether the machine still lived when the standby took over."""
        return self.taken_over_s < self.dies_s


def one_death(heartbeat: Heartbeat, *, phase: float = 0.5, seed: int = 0) -> Death:
    """Return one death, at `phase` (0 to 1) between two heartbeats, with the four heartbeats before it.

    Luck is drawn in advance, so that it stays the same while the settings change.

    >>> death = one_death(Heartbeat(2, 3, timeout_s=1))
    >>> death.dies_s, death.taken_over_s, [beat.missed for beat in death.beats]
    (1.0, 7.0, [False, False, False, False, True, True, True])
    """
    if not isinstance(heartbeat, Heartbeat):
        raise TypeError(f"heartbeat = {heartbeat!r}: it must be a Heartbeat")
    phase = require_number("phase", phase, at_least=0, at_most=1)
    luck = np.random.default_rng(seed).random((_BEFORE, 2)).tolist()
    interval, patience = heartbeat.interval_s, heartbeat.patience_s
    beats: list[Beat] = []
    count, place = 0, 1 - _BEFORE
    while count < heartbeat.misses:
        due, alive = place * interval, place <= 0
        missed, arrived = True, None
        if alive:
            chance, length = luck[place + _BEFORE - 1]
            last = beats[-1].missed if beats else False
            missed = chance < (heartbeat.miss_again if last else heartbeat.miss_first)
            if not missed:  # a delay that is in time, by the inverse of its distribution
                arrived = due - heartbeat.delay_s * math.log1p(-length * (1 - heartbeat.late_ratio))
        beats.append(Beat(due, arrived, missed))
        count = count + 1 if missed else 0
        place += 1
    return Death(tuple(beats), phase * interval, beats[-1].due_s + patience)

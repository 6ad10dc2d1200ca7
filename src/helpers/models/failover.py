"""Step 5, failover: how soon a standby notices that the active machine is dead, and how often it is wrong."""

import math
from dataclasses import dataclass

from helpers.models.checks import require_number, require_whole
from helpers.models.nines import PERIODS_S

__all__ = ["Heartbeat", "Pair", "interval_for"]

_YEAR_S = PERIODS_S["year"]
MOST_MISSES = 1_000


@dataclass(frozen=True)
class Heartbeat:
    """An active machine says every `interval_s` seconds that it lives; its standby counts what it misses.

    A heartbeat is missed when it has not arrived `timeout_s` after it was due (by default one interval, and
    not more); after `misses` in a row the standby takes over. The network loses a share `loss` of them and
    takes `delay_s` on average for the others, exponentially. Misses come in bursts of `burst` on average
    (Gilbert, 1960); 1 stands for independent ones. VRRP (RFC 9568) is such a protocol with 3 misses and a
    timeout of at most one interval, the skew.

    Raises ValueError or TypeError naming the argument.

    >>> Heartbeat(interval_s=1, misses=3).detection_s
    (3.0, 4.0)
    >>> Heartbeat(misses=0)
    Traceback (most recent call last):
    ValueError: misses = 0: it must be a whole number, 1 or more, at most 1,000
    """

    interval_s: float = 1.0
    misses: int = 3
    loss: float = 0.0
    delay_s: float = 0.0
    timeout_s: float | None = None
    burst: float = 1.0

    def __post_init__(self) -> None:
        interval = require_number("interval_s", self.interval_s, above=0, at_most=_YEAR_S, unit="seconds")
        require_whole("misses", self.misses, at_least=1, at_most=MOST_MISSES)
        require_number("loss", self.loss, at_least=0, at_most=1)
        require_number("delay_s", self.delay_s, at_least=0, at_most=_YEAR_S, unit="seconds")
        if self.timeout_s is not None:
            require_number("timeout_s", self.timeout_s, at_least=0, at_most=interval, unit="seconds")
        require_number("burst", self.burst, at_least=1, at_most=1e6, unit="heartbeats")

    @property
    def patience_s(self) -> float:
        """How long after it was due a heartbeat is missed: the timeout, or one interval."""
        return float(self.interval_s if self.timeout_s is None else self.timeout_s)

    @property
    def late_ratio(self) -> float:
        """The share of the heartbeats that are not lost which arrive after the timeout."""
        if not self.delay_s:
            return 0.0
        return math.exp(-self.patience_s / self.delay_s)

    @property
    def miss_ratio(self) -> float:
        """The share of a living machine's heartbeats that are missed: lost, or too late."""
        return self.loss + (1 - self.loss) * self.late_ratio

    @property
    def miss_again(self) -> float:
        """The probability that the heartbeat after a missed one is missed too."""
        return max(self.miss_ratio, 1 - 1 / self.burst)

    @property
    def miss_first(self) -> float:
        """The probability that the heartbeat after one that was heard is missed."""
        ratio = self.miss_ratio
        return ratio * (1 - self.miss_again) / (1 - ratio) if ratio < 1 else 1.0

    @property
    def detection_s(self) -> tuple[float, float]:
        """The soonest and the latest takeover after a death, in seconds, if nothing was missed before it.

        The machine dies anywhere between two heartbeats, so each time between is as likely: from misses - 1
        intervals and the timeout to misses intervals and the timeout.
        """
        first = (self.misses - 1) * self.interval_s + self.patience_s
        return float(first), float(first + self.interval_s)

    @property
    def mean_detection_s(self) -> float:
        """The mean time from a death to the takeover, in seconds; misses just before it make it sooner.

        >>> Heartbeat(1, 3).mean_detection_s, round(Heartbeat(1, 3, loss=0.1).mean_detection_s, 4)
        (3.5, 3.3893)
        """
        before = sum(count * share for count, share in enumerate(self._missed_before))
        mean = sum(self.detection_s) / 2 - before * self.interval_s
        # It may die when the last miss is only waiting for its timeout.
        decided = self.patience_s / self.seconds_to_false_failover
        return (1 - decided) * mean + decided * self.patience_s / 2

    @property
    def heartbeats_to_false_failover(self) -> float:
        """The mean number of heartbeats until a living machine is taken for dead; infinite without misses.

        For independent misses with probability p it is the mean wait for a run of m in Bernoulli trials,
        (1 - p^m) / (p^m (1 - p)) (Feller, An Introduction to Probability Theory, volume 1, chapter XIII).

        >>> round(Heartbeat(misses=3, loss=0.01).heartbeats_to_false_failover, 6)
        1010100.0
        >>> Heartbeat(misses=1, loss=1).heartbeats_to_false_failover
        1.0
        """
        first, again = self.miss_first, self.miss_again
        if not first:
            return math.inf
        # The run goes on until it is broken; each trial after its first heartbeat is counted.
        whole = again ** (self.misses - 1)
        further = (1 - whole) / (1 - again) if again < 1 else self.misses - 1.0
        return (1 / first + further) / whole if whole else math.inf

    @property
    def seconds_to_false_failover(self) -> float:
        """The mean time until a living machine is taken for dead, in seconds; infinite without misses.

        That is when the timeout of the last heartbeat is over.
        """
        return self.heartbeats_to_false_failover * self.interval_s + self.patience_s

    @property
    def silence_s(self) -> float:
        """How long a living machine that was taken for dead stays unheard after that, on average, in seconds.

        Infinite where nothing is ever heard.
        """
        again = self.miss_again
        if again >= 1:
            return math.inf
        return self.interval_s / (1 - again) + self._on_time_s - self.patience_s

    @property
    def _on_time_s(self) -> float:
        """The mean delay of the heartbeats that arrive in time."""
        late = self.late_ratio
        if not self.delay_s or late >= 1:
            return 0.0
        return self.delay_s - self.patience_s * late / (1 - late)

    @property
    def _missed_before(self) -> tuple[float, ...]:
        """How likely 0, 1, … heartbeats in a row have just been missed, at any moment of a living machine."""
        weights = [1.0, *(self.miss_first * self.miss_again**count for count in range(self.misses - 1))]
        return tuple(weight / sum(weights) for weight in weights)


@dataclass(frozen=True)
class Pair:
    """An active machine and its standby over a year: deaths, takeovers, and both active (split brain).

    `failures_per_year` of the active machine: Google's servers crashed at least twice a year (Dean, 2009).
    The standby needs `takeover_s` once it has decided, and a new standby is there at once. With `fencing` it
    first cuts the other off, so that never two are active; a living machine that was taken for dead then
    costs a takeover. Without, both are active until the standby hears the other again and steps back.

    >>> pair = Pair(Heartbeat(1, 3, loss=0.01), takeover_s=1)
    >>> round(pair.false_failovers, 1), round(pair.downtime_s, 1), round(pair.split_brain_s, 1)
    (31.2, 40.2, 0.0)
    """

    heartbeat: Heartbeat
    failures_per_year: float = 2.0
    takeover_s: float = 1.0
    fencing: bool = True

    def __post_init__(self) -> None:
        if not isinstance(self.heartbeat, Heartbeat):
            raise TypeError(f"heartbeat = {self.heartbeat!r}: it must be a Heartbeat")
        require_number("failures_per_year", self.failures_per_year, at_least=0, at_most=1e6)
        require_number("takeover_s", self.takeover_s, at_least=0, at_most=_YEAR_S, unit="seconds")
        if not isinstance(self.fencing, bool):
            raise TypeError(f"fencing = {self.fencing!r}: it must be True or False")

    @property
    def false_failovers(self) -> float:
        """How often a year a living machine is taken for dead."""
        beat, until = self.heartbeat, self.heartbeat.seconds_to_false_failover
        if self.fencing:
            return _YEAR_S / (until + self.takeover_s)
        if beat.miss_again >= 1:  # once, and both stay active for good
            return min(1.0, _YEAR_S / until)
        # From a heartbeat that is heard to the next one that is heard after a run of misses.
        return _YEAR_S / (beat.interval_s * (beat.heartbeats_to_false_failover + 1 / (1 - beat.miss_again)))

    @property
    def downtime_s(self) -> float:
        """How long a year nobody serves: each death until it is noticed, and every takeover after a fence."""
        deaths = self.failures_per_year * (self.heartbeat.mean_detection_s + self.takeover_s)
        needless = self.false_failovers * self.takeover_s if self.fencing else 0.0
        return min(_YEAR_S, deaths + needless)

    @property
    def split_brain_s(self) -> float:
        """How long a year both are active, each for some of the clients; 0 with fencing."""
        if self.fencing:
            return 0.0
        if self.heartbeat.miss_again >= 1:
            return max(0.0, _YEAR_S - self.heartbeat.seconds_to_false_failover)
        return min(_YEAR_S, self.false_failovers * self.heartbeat.silence_s)

    @property
    def availability(self) -> float:
        """The share of the year in which somebody serves."""
        return 1 - self.downtime_s / _YEAR_S


def interval_for(detect_within_s: float, misses: int = 3, timeout_s: float | None = None) -> float:
    """Return the longest interval (seconds) with which every death is noticed within `detect_within_s`.

    Without `timeout_s` the timeout is one interval. Raises ValueError for a timeout longer than the interval
    that is left.

    >>> interval_for(10, misses=3), interval_for(10, misses=3, timeout_s=1)
    (2.5, 3.0)
    >>> interval_for(10, misses=3, timeout_s=5)
    Traceback (most recent call last):
    ValueError: timeout_s = 5: it must be a number, 0 or more, at most 2.5 (in seconds)
    """
    within = require_number("detect_within_s", detect_within_s, above=0, at_most=_YEAR_S, unit="seconds")
    misses = require_whole("misses", misses, at_least=1, at_most=MOST_MISSES)
    if timeout_s is None:
        return within / (misses + 1)
    # A timeout may not be longer than the interval, so it can take one part in misses + 1 at most.
    timeout = require_number(
        "timeout_s", timeout_s, at_least=0, at_most=within / (misses + 1), unit="seconds"
    )
    return (within - timeout) / misses

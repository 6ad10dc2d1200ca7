"""Step 5: how long does a failover take, and what is lost? Servers killed in mid-traffic on loopback."""

import math
import time

import numpy as np

from helpers.labs.failover_pair import Balancer, balancer, wait_for
from helpers.labs.failover_report import FailoverReport, FailoverTrial
from helpers.labs.reports import Progress, this_machine
from helpers.labs.tasks import UnavailableError
from helpers.models.checks import require_number, require_whole
from helpers.models.failover import Heartbeat

__all__ = ["FailoverReport", "FailoverTrial", "measure_failover"]

_BEFORE, _AFTER = 4, 3
"""How many intervals a server serves at least before it is killed, and the other after it has taken over."""
_PATIENCE_S = 2.0


def measure_failover(
    budget_s: float = 8,
    *,
    progress: Progress | None = None,
    interval_ms: float = 50,
    misses: int = 3,
    loss: float = 0,
    requests_per_second: float = 400,
    most_trials: int = 20,
    seed: int = 0,
) -> FailoverReport:
    """Kill the active of two servers again and again for about `budget_s` seconds, and leave nothing behind.

    Two processes of this Python answer requests over TCP on loopback and send a heartbeat every
    `interval_ms` as a datagram. A balancer in this program sends requests at random times (Poisson) to the
    active one; after `misses` heartbeats without one it takes the other, half an interval being the timeout.
    It heeds only heartbeats, not the closed connection: a machine without power closes none. A share `loss`
    of the heartbeats is thrown away. A request whose server dies is not sent again.

    progress: called with the fraction done, from 0 to 1, and what is measured now.

    Raises ValueError or TypeError for a budget outside 0.5 to 60 s and the others out of range. Where the
    servers cannot run, `skipped` has the reason.

    >>> report = measure_failover(0.5, most_trials=1)
    >>> [trial.lost > 0 for trial in report.trials], report.trials[0].detection_ms > 100
    ([True], True)
    """
    require_number("budget_s", budget_s, at_least=0.5, at_most=60, unit="s")
    interval_s = require_number("interval_ms", interval_ms, at_least=5, at_most=1000, unit="ms") / 1e3
    require_whole("misses", misses, at_least=1, at_most=20)
    require_number("loss", loss, at_least=0, at_most=0.9)
    rate = require_number("requests_per_second", requests_per_second, above=0, at_most=5000)
    most = require_whole("most_trials", most_trials, at_least=1, at_most=100)
    beat = Heartbeat(interval_s, misses, loss, timeout_s=interval_s / 2)
    start, shown = time.perf_counter(), 0.0
    trials: list[FailoverTrial] = []
    skipped: dict[str, str] = {}

    def advance(label: str) -> None:
        nonlocal shown
        passed = max((time.perf_counter() - start) / budget_s, len(trials) / most)
        shown = 1.0 if label == "done" else max(shown, min(1.0, passed))
        if progress is not None:
            progress(shown, label)

    advance("starting two servers")
    random = np.random.default_rng(seed)
    false = 0
    try:
        with balancer(beat, loss, random) as pair:
            while True:
                advance(f"death {len(trials) + 1}")
                began = time.perf_counter()
                trials.append(_trial(pair, rate, random))
                false = sum(not dead for _, dead in pair.takeovers)
                # As long again as this one took, with the start of a server.
                advance(f"a new standby after death {len(trials)}")
                if len(trials) >= most or 2 * time.perf_counter() - began > start + budget_s:
                    break
                wait_for(pair, pair.start())
    except UnavailableError as reason:
        skipped["failover"] = str(reason)
    advance("done")
    settings = (
        f"A heartbeat every {interval_ms:g} ms, {misses} misses and {interval_ms / 2:g} ms of timeout, "
        f"{rate:g} requests/s; two processes and a balancer on loopback, killed by the operating system"
    )
    watched_s = sum(trial.killed_ms for trial in trials) / 1e3
    return FailoverReport(this_machine(), settings, beat, rate, tuple(trials), false, watched_s, skipped)


def _trial(pair: Balancer, rate: float, random: np.random.Generator) -> FailoverTrial:
    """Send requests, kill the active server between two heartbeats, and go on until the other answers."""
    interval_s, latest_s = pair.heartbeat.interval_s, pair.heartbeat.detection_s[1]
    start = time.perf_counter()
    kill_at, due = start + (_BEFORE + random.random()) * interval_s, start
    sent: dict[int, float] = {}
    victim, killed, end = "", math.inf, math.inf
    while (now := time.perf_counter()) < end:
        if now > killed + latest_s + _PATIENCE_S and end == math.inf:
            raise UnavailableError(f"nobody took over within {latest_s + _PATIENCE_S:.3g} s of a death")
        if not victim and now >= kill_at:
            victim = pair.active
            killed = pair.kill(victim)
        if victim and end == math.inf and pair.active != victim:
            end = pair.takeovers[-1][0] + _AFTER * interval_s
        while due <= now:  # whether or not those before have their answer
            sent[pair.ask()] = due
            due += random.exponential(1 / rate)
        pair.run(min(due, kill_at if not victim else math.inf, now + interval_s))
    pair.run(time.perf_counter() + _PATIENCE_S, done=lambda: not pair.waiting)
    pair.forget(victim)
    answers = [pair.answered.get(number, math.nan) for number in sent]
    taken_over = pair.takeovers[-1][0]
    return FailoverTrial(
        1e3 * (killed - start),
        1e3 * (taken_over - start),
        1e3 * (np.array(list(sent.values())) - start),
        1e3 * (np.array(answers) - start),
    )

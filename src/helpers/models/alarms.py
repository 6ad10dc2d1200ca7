"""Step 5, alarms: rules tried on simulated incidents and on quiet months: time to detect, false alarms."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from helpers.models.alarm_history import STEP_S, History, simulate_history
from helpers.models.burn_rate import BurnRule, Objective
from helpers.models.checks import require_choice, require_number, require_whole
from helpers.models.monitoring import INCIDENTS, Incident, Service

__all__ = [
    "SIGNALS",
    "Detection",
    "ThresholdRule",
    "detect",
    "false_alarms",
    "firing",
    "levels",
]

Floats = NDArray[np.float64]

SIGNALS = ("errors", "p99", "mean")
HARMLESS = INCIDENTS["restart"]
RESTARTS_PER_DAY = 1.0
_LEAD_S = 3.0 * 86_400
_DAY_S = 86_400


@dataclass(frozen=True)
class ThresholdRule:
    """Fires while a signal over the last window_s seconds is above a fixed limit, once it has been for for_s.

    signal: "errors" (limit: a share of the requests), "p99" (fires when the 99th percentile of the latency is
    above the target; its limit is the share of requests later than that, 0.01) or "mean" (limit: the mean
    latency in ms).

    >>> ThresholdRule("errors", 0.01, 60).name, ThresholdRule("mean", 100, 300, for_s=600).name
    ('errors above 1 % over 1 min', 'mean above 100 ms over 5 min, for 10 min')
    """

    signal: str
    limit: float
    window_s: float
    for_s: float = 0.0

    def __post_init__(self) -> None:
        require_choice("signal", self.signal, SIGNALS)
        if self.signal == "mean":
            require_number("limit", self.limit, above=0, unit="ms")
        else:
            require_number("limit", self.limit, above=0, at_most=1)
        require_number("window_s", self.window_s, at_least=STEP_S, at_most=30 * _DAY_S, unit="seconds")
        require_number("for_s", self.for_s, at_least=0, at_most=_DAY_S, unit="seconds")

    @property
    def name(self) -> str:
        """The rule in words."""
        what = f"{self.signal} above "
        if self.signal == "p99":
            what += "the target"
        else:
            what += f"{self.limit:g} ms" if self.signal == "mean" else f"{100 * self.limit:g} %"
        held = f", for {self.for_s / 60:g} min" if self.for_s else ""
        return f"{what} over {self.window_s / 60:g} min{held}"


Rule = ThresholdRule | BurnRule


@dataclass(frozen=True, eq=False, repr=False)
class Detection:
    """How a set of rules took an incident: detected_s from its start, or None; on: where the alarm was on.

    A detection counts as long as the alarm's windows still hold the incident. cleared_s: from its end to the
    last moment that the alarm was on, 0 where that is before.
    """

    history: History
    on: NDArray[np.bool_]
    detected_s: float | None
    cleared_s: float
    false_before: int


def levels(rule: Rule, history: History, objective: Objective) -> tuple[Floats, ...]:
    """Return what the rule measures over its limit, at the end of each step; it fires where all reach 1.

    One array for a threshold, two for a burn rate: the long window and the short. A window without a
    request measures nothing and counts as 0: a service that is asked nothing never alarms.
    """
    return tuple(_levels(rule, history, objective))


def _levels(rule: Rule, history: History, objective: Objective) -> Iterator[Floats]:
    if isinstance(rule, BurnRule):
        needed = rule.factor * objective.budget
        for window in (rule.long_s, rule.short_s):
            share = history.share("bad", window)
            yield np.divide(share, needed, out=share)
    else:
        counted = {"errors": "failed", "p99": "late", "mean": "latency_ms"}[rule.signal]
        yield history.share(counted, rule.window_s) / rule.limit


def firing(rules: Sequence[Rule], history: History, objective: Objective) -> NDArray[np.bool_]:
    """Return where the alarm is on, at the end of each step: where one of the rules fires."""
    on = np.zeros(history.requests.size, dtype=bool)
    for rule in _checked(rules):
        above = np.ones(on.size, dtype=bool)
        for level in _levels(rule, history, objective):
            above &= level >= 1
            if not above.any():  # as in most months: the short window cannot change that
                break
        held = getattr(rule, "for_s", 0.0)
        on |= _held(above, int(-(-held // STEP_S))) if held else above
    return on


def detect(
    rules: Sequence[Rule],
    service: Service,
    incident: Incident,
    objective: Objective,
    *,
    target_ms: float = 300,
    seed: int = 0,
) -> Detection:
    """Try rules on one incident, after a quiet time as long as their longest window.

    >>> page = (ThresholdRule("errors", 0.01, 60),)
    >>> detect(page, Service(600), INCIDENTS["fast failures"], Objective()).detected_s
    30.0
    """
    longest = max(map(_window_s, _checked(rules)))
    start = STEP_S * (int(longest // STEP_S) + 1)
    # Until the alarm must be off again: the short window of a burn rate decides that.
    tail = max(rule.short_s if isinstance(rule, BurnRule) else rule.window_s for rule in rules)
    lasts = start + incident.lasts_s + max(incident.lasts_s, 3600.0, tail + 2 * STEP_S)
    history = _history(service, target_ms, lasts, ((float(start), incident),), seed)
    on = firing(rules, history, objective)
    times = history.times_s
    hits = times[on & (times > 0) & (times <= incident.lasts_s + longest)]
    after = times[on & (times > incident.lasts_s)]
    return Detection(
        history,
        on,
        float(hits[0]) if hits.size else None,
        float(after[-1] - incident.lasts_s) if after.size else 0.0,
        _episodes(on[times <= 0]),
    )


def false_alarms(
    rules: Sequence[Rule],
    service: Service,
    objective: Objective,
    *,
    target_ms: float = 300,
    days: int = 30,
    restarts_per_day: float = RESTARTS_PER_DAY,
    seed: int = 0,
) -> int:
    """Return how often the alarm went off in `days` days in which nothing happened worth waking up for.

    A server is restarted restarts_per_day times a day on average, at random times, and then 30 % of the
    requests fail for 20 s: our assumption. An alarm that goes off and on again counts twice.

    >>> false_alarms([ThresholdRule("errors", 0.01, 60)], Service(600), Objective(), restarts_per_day=0)
    0
    """
    days = require_whole("days", days, at_least=1, at_most=366)
    restarts_per_day = require_number("restarts_per_day", restarts_per_day, at_least=0, at_most=1000)
    # The windows must be full when the counting begins, or one early restart would fill them alone.
    before = max(_LEAD_S, *(_window_s(rule) for rule in _checked(rules)))
    lasts = before + days * _DAY_S
    random = np.random.default_rng([seed, 1])
    starts = np.sort(random.random(round(restarts_per_day * lasts / _DAY_S))) * (lasts - HARMLESS.lasts_s)
    incidents = tuple((float(start), HARMLESS) for start in starts)
    history = _history(service, target_ms, lasts, incidents, seed)
    return _episodes(firing(rules, history, objective)[int(before // STEP_S) :])


# Another rule, or another objective, is tried on the same luck and need not draw it anew.
@lru_cache(maxsize=16)
def _history(
    service: Service,
    target_ms: float,
    lasts_s: float,
    incidents: tuple[tuple[float, Incident], ...],
    seed: int,
) -> History:
    return simulate_history(service, target_ms, lasts_s=lasts_s, incidents=incidents, seed=[seed, 0])


def _checked(rules: Sequence[Rule]) -> Sequence[Rule]:
    if not isinstance(rules, (list, tuple)) or not rules:
        raise ValueError("rules: it must be a list with one rule at least")
    return rules


def _window_s(rule: Rule) -> float:
    return rule.long_s if isinstance(rule, BurnRule) else rule.window_s + rule.for_s


def _held(above: NDArray[np.bool_], steps: int) -> NDArray[np.bool_]:
    """Where it has been above in the last so many steps, and in the one before them."""
    places = np.arange(above.size)
    since = places - np.maximum.accumulate(np.where(above, -1, places))
    return np.asarray(above & (since > steps))


def _episodes(on: NDArray[np.bool_]) -> int:
    return int(np.count_nonzero(on[1:] & ~on[:-1]) + (on.size > 0 and on[0]))

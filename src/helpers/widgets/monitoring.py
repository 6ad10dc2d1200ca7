"""Step 5: the explorer "Would your alarm have fired?", alarm rules tried on incidents and quiet months."""

import dataclasses
import html
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import plotly.graph_objects as go

from helpers.figures.monitoring import alarm_figure, latency_spread_figure
from helpers.figures.queueing import format_seconds
from helpers.models.alarms import Detection, Rule, ThresholdRule, detect, false_alarms, levels
from helpers.models.burn_rate import BURN_RULES, PAGE_RULES, BurnRule, Objective
from helpers.models.checks import require_choice
from helpers.models.monitoring import INCIDENTS, Incident, Service
from helpers.models.nines import format_duration
from helpers.models.quantities import format_number
from helpers.models.workload import Field
from helpers.widgets.controls import NumberControl, dropdown
from helpers.widgets.explorer import Explorer, View, notes_table, working_table

__all__ = ["RULES", "alarm_explorer", "alarm_view"]

RULES: Mapping[str, tuple[Rule, ...]] = {
    "Errors above 1 % over 1 min": (ThresholdRule("errors", 0.01, 60),),
    "Errors above 1 % over 1 min, for 5 min": (ThresholdRule("errors", 0.01, 60, for_s=300),),
    "Errors above 0.1 % over 5 min": (ThresholdRule("errors", 0.001, 300),),
    "Mean latency above 100 ms over 5 min": (ThresholdRule("mean", 100, 300),),
    "p99 above the target over 5 min": (ThresholdRule("p99", 0.01, 300),),
    "Burn rate 14.4 × over 1 h and 5 min": PAGE_RULES[:1],
    "Burn rate, both pages: also 6 × over 6 h and 30 min": PAGE_RULES,
    "Burn rate, pages and ticket: also 1 × over 3 d and 6 h": BURN_RULES,
}
"""Alarm rules to choose from, by name: fixed thresholds, and the burn rates of the SRE workbook."""

_OPENING = (
    "bad release",
    "Burn rate, both pages: also 6 × over 6 h and 30 min",
)
_SLIDERS: dict[str, tuple[Field, dict[str, Any]]] = {
    "requests_per_second": (
        Field("Traffic", "request/second", at_least=0, at_most=1e6),
        {"low": 0.1, "high": 10_000, "zero": True},
    ),
    "failed_percent": (
        Field("Requests that usually fail", "percent", at_least=0, at_most=100),
        {"low": 0.001, "high": 5, "zero": True},
    ),
    "target_ms": (
        Field("A good answer takes at most", "millisecond", above=0, at_most=1e6),
        {"low": 50, "high": 5000},
    ),
    "objective_percent": (
        Field("Objective: requests that are good", "percent", above=0, at_most=99.9999),
        {"low": 99, "high": 99.99, "nines": True},
    ),
}


def alarm_explorer(
    service: Service | None = None, *, incident: str = _OPENING[0], rule: str = _OPENING[1]
) -> Explorer:
    """Return a choice of an incident and of an alarm rule, with the alarm's timeline and its false alarms.

    incident and rule: names of `INCIDENTS` and of `RULES`.

    >>> explorer = alarm_explorer()
    >>> explorer.set(rule="Errors above 1 % over 1 min")
    >>> "goes off 30 s after the start" in explorer.text
    True
    """
    service = Service() if service is None else service
    require_choice("incident", incident, INCIDENTS)
    require_choice("rule", rule, RULES)
    start = {
        "requests_per_second": service.requests_per_second,
        "failed_percent": 100 * service.failed,
        "target_ms": 300.0,
        "objective_percent": 99.9,
    }
    sliders = [
        NumberControl(name, field, start[name], **options) for name, (field, options) in _SLIDERS.items()
    ]
    choices = {
        "incident": dropdown("Incident", {each.name: name for name, each in INCIDENTS.items()}, incident),
        "rule": dropdown("Alarm", {name: name for name in RULES}, rule),
    }

    def view(values: dict[str, Any]) -> View:
        usual = dataclasses.replace(
            service,
            requests_per_second=values["requests_per_second"],
            failed=values["failed_percent"] / 100,
        )
        return alarm_view(
            usual,
            INCIDENTS[values["incident"]],
            RULES[values["rule"]],
            Objective(round(values["objective_percent"] / 100, 12)),
            target_ms=values["target_ms"],
        )

    return Explorer("Would your alarm have fired?", {"": sliders}, view, choices=choices)


def alarm_view(
    usual: Service,
    incident: Incident,
    rules: Sequence[Rule],
    objective: Objective,
    *,
    target_ms: float = 300,
) -> View:
    """Return what the explorer shows for a service, an incident, alarm rules and an objective."""
    found = detect(rules, usual, incident, objective, target_ms=target_ms)
    a_month = false_alarms(rules, usual, objective, target_ms=target_ms)
    during = incident.hits(usual)
    # How many requests come does not change how their latencies are spread, and a slider moves that.
    alike = (dataclasses.replace(each, requests_per_second=1) for each in (usual, during))
    measured = {
        name: level
        for rule in rules
        for name, level in zip(_names(rule), levels(rule, found.history, objective), strict=True)
    }
    return View(
        (
            _spread(*alike, target_ms),
            alarm_figure(found.history.times_s, measured, found.on, incident.lasts_s),
        ),
        " ".join(
            (
                _budget_words(usual, incident, objective, target_ms),
                _alarm_words(usual, incident, found, objective, target_ms),
                _month_words(usual, a_month),
            )
        ),
        _notes(usual, during, target_ms),
        working=lambda: working_table(_compared(usual, incident, objective, target_ms)),
    )


@lru_cache(maxsize=1)
def _spread(usual: Service, during: Service, target_ms: float) -> go.Figure:
    return latency_spread_figure(usual, during, target_ms)


def _names(rule: Rule) -> tuple[str, ...]:
    if isinstance(rule, BurnRule):
        long, short = rule.name.split(" over ")[1].split(" and ")
        return f"{rule.factor:g} × over {long}", f"{rule.factor:g} × over {short}"
    return (rule.name,)


def _budget_words(usual: Service, incident: Incident, objective: Objective, target_ms: float) -> str:
    before, during = usual.bad(target_ms), incident.hits(usual).bad(target_ms)
    words = (
        f"{incident.name}, for {format_duration(incident.lasts_s)}. Bad requests rise from "
        f"{_percent(before)} to {_percent(during)}: a burn rate of "
        f"{format_number(objective.burn_rate(during))}, "
    )
    if objective.burn_rate(during) <= 1:
        return words + "which the objective allows."
    spent = objective.spent(during, incident.lasts_s)
    last = format_duration(objective.exhausted_in_s(during))
    return words + (
        f"at which the error budget of {objective.days:g} days is gone in {last}. The incident takes "
        f"{_percent(spent)} of it."
    )


def _alarm_words(
    usual: Service, incident: Incident, found: Detection, objective: Objective, target_ms: float
) -> str:
    if not incident.harmful:
        if found.detected_s is None:
            return "The alarm stays silent, and rightly: nobody should wake for that."
        return f"The alarm goes off after {format_duration(found.detected_s)}: nobody should wake for that."
    if found.detected_s is None:
        why = "" if usual.requests_per_second else " Without traffic there is nothing to measure."
        return f"The alarm never goes off.{why}"
    spent = objective.spent(incident.hits(usual).bad(target_ms), min(found.detected_s, incident.lasts_s))
    when = format_duration(found.detected_s)
    if found.detected_s > incident.lasts_s:
        return f"The alarm goes off {when} after the start, when the incident is over."
    still = (
        f" It is still on {format_duration(found.cleared_s)} after the end."
        if found.cleared_s
        else " It is off again at the end."
    )
    return f"The alarm goes off {when} after the start, when {_percent(spent)} of the budget is spent.{still}"


def _month_words(usual: Service, alarms: int) -> str:
    if not usual.requests_per_second:
        return "In a month without traffic it is silent, too."
    return (
        f"In a month in which nothing happened but a restart a day, it went off {alarms:,} "
        f"time{'' if alarms == 1 else 's'}, all of them false."
        if alarms
        else "In a month in which nothing happened but a restart a day, it never went off."
    )


def _notes(usual: Service, during: Service, target_ms: float) -> str:
    rows: list[tuple[str, ...]] = [("", "Mean", "Median", "p99", "Fail", "Fail or are late")]
    for name, service in (("Usually", usual), ("In the incident", during)):
        times = (service.mean_ms, service.percentile_ms(50), service.percentile_ms(99))
        rows.append(
            (
                name,
                *(format_seconds(time / 1e3) for time in times),
                _percent(service.failed),
                _percent(service.bad(target_ms)),
            )
        )
    lie = ""
    if during.mean_ms < usual.mean_ms * 0.995:
        lie = " The mean latency falls: errors are quick, and it counts them."
    rest = (
        "An alarm looks every 30 s. A restart makes 30 % of the requests fail for 20 s. Incidents, latencies "
        f"and restarts are our assumptions; burn rates are those of the SRE workbook.{lie}"
    )
    return f"{notes_table(rows)}<p>{html.escape(rest)}</p>"


def _compared(
    usual: Service, incident: Incident, objective: Objective, target_ms: float
) -> list[tuple[str, str, str]]:
    """Every rule on the same incident and the same month: computed only when somebody looks."""
    rows = []
    for name, rules in RULES.items():
        found = detect(rules, usual, incident, objective, target_ms=target_ms)
        alarms = false_alarms(rules, usual, objective, target_ms=target_ms)
        when = "never goes off" if found.detected_s is None else format_duration(found.detected_s)
        rows.append((name, when, f"{alarms:,} false alarm{'' if alarms == 1 else 's'} a month"))
    return rows


def _percent(share: float) -> str:
    return f"{format_number(100 * share)} %"

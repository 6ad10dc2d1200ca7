"""Step 5: the explorer "Heartbeat", how soon a standby notices a death, and how often it is wrong."""

import math
from dataclasses import replace
from typing import Any

from helpers.figures.failover import MOST_MISSES, death_figure, trade_off_figure
from helpers.figures.queueing import format_seconds
from helpers.models.failover import Heartbeat, Pair
from helpers.models.failover_simulation import one_death
from helpers.models.nines import PERIODS_S, format_duration
from helpers.models.quantities import format_number
from helpers.models.workload import Field
from helpers.widgets.controls import CheckControl, NumberControl, whole_number
from helpers.widgets.explorer import Explorer, View, notes_table, working_table

__all__ = ["heartbeat_explorer", "heartbeat_view"]

_YEAR_S = PERIODS_S["year"]
_SLIDERS: dict[str, tuple[Field, dict[str, Any]]] = {
    "interval_s": (
        Field("A heartbeat every", "second", at_least=0.01, at_most=60),
        {"low": 0.05, "high": 30},
    ),
    "misses": (
        Field("Misses in a row until takeover", "", at_least=1, at_most=MOST_MISSES),
        {"low": 1, "high": MOST_MISSES, "log": False, "whole": True},
    ),
    "loss": (
        Field("Heartbeats lost", "percent", at_least=0, at_most=100),
        {"low": 0.01, "high": 60, "zero": True},
    ),
    "burst": (Field("Misses come in bursts of", "", at_least=1, at_most=1000), {"low": 1, "high": 20}),
    "delay_ms": (
        Field("Delay, mean", "millisecond", at_least=0, at_most=60_000),
        {"low": 0.1, "high": 2000, "zero": True},
    ),
    "failures": (
        Field("Deaths of the active a year", "", at_least=0, at_most=10_000),
        {"low": 0.1, "high": 1000, "zero": True},
    ),
    "takeover_s": (
        Field("Takeover, once decided", "second", at_least=0, at_most=3600),
        {"low": 0.1, "high": 300, "zero": True},
    ),
}
_GROUPS = {
    "Heartbeat": ("interval_s", "misses"),
    "Network": ("loss", "burst", "delay_ms"),
    "The pair": ("failures", "takeover_s"),
}


def heartbeat_explorer(pair: Pair | None = None) -> Explorer:
    """Return sliders for a heartbeat and its network, with one death drawn and how often it is wrong.

    It opens with `pair`, or with a heartbeat a second, 3 misses, as VRRP has it, and 1 % lost.

    >>> explorer = heartbeat_explorer()
    >>> explorer.set(misses=1, loss=0)
    >>> "noticed after 1 s to 2 s" in explorer.text
    True
    """
    pair = Pair(Heartbeat(1, 3, loss=0.01)) if pair is None else pair
    beat = pair.heartbeat
    start = {
        "interval_s": beat.interval_s,
        "misses": beat.misses,
        "loss": 100 * beat.loss,
        "burst": beat.burst,
        "delay_ms": 1e3 * beat.delay_s,
        "failures": pair.failures_per_year,
        "takeover_s": pair.takeover_s,
    }
    groups: dict[str, list[Any]] = {
        heading: [NumberControl(name, _SLIDERS[name][0], start[name], **_SLIDERS[name][1]) for name in names]
        for heading, names in _GROUPS.items()
    }
    groups["The pair"].append(CheckControl("fencing", "Fencing: cut the other off first", pair.fencing))

    def view(values: dict[str, Any]) -> View:
        moved = Heartbeat(
            values["interval_s"],
            whole_number(_SLIDERS["misses"][0].label, values["misses"], 1, MOST_MISSES),
            values["loss"] / 100,
            values["delay_ms"] / 1e3,
            burst=values["burst"],
        )
        return heartbeat_view(Pair(moved, values["failures"], values["takeover_s"], values["fencing"]))

    return Explorer("Heartbeat", groups, view)


def heartbeat_view(pair: Pair) -> View:
    """Return what "Heartbeat" shows for an active machine and its standby."""
    beat = pair.heartbeat
    death = one_death(beat)
    figures = (death_figure(death, beat, fencing=pair.fencing), trade_off_figure(beat))
    words = [_noticed(beat), _wrong(pair), _verdict(pair)]
    return View(figures, " ".join(words), _notes(pair), lambda: working_table(_working(pair)))


def _noticed(beat: Heartbeat) -> str:
    first, last = beat.detection_s
    sooner = ""
    if sum(beat.detection_s) / 2 - beat.mean_detection_s > 0.01 * beat.mean_detection_s:
        sooner = ", because some heartbeats before it are missed anyway"
    return (
        f"A death is noticed after {format_seconds(first)} to {format_seconds(last)}, "
        f"{format_seconds(beat.mean_detection_s)} on average{sooner}."
    )


def _wrong(pair: Pair) -> str:
    beat = pair.heartbeat
    if not beat.miss_ratio:
        return "No heartbeat is ever missed, so no living machine is taken for dead."
    percent = f"{format_number(100 * beat.miss_ratio)} %"
    late = " (lost, or later than one interval)" if beat.late_ratio > 1e-12 else ""
    return (
        f"{percent} of a living machine's heartbeats are missed{late}: it is taken for dead "
        f"{_every(beat.seconds_to_false_failover)}."
    )


def _verdict(pair: Pair) -> str:
    deaths = pair.failures_per_year * (pair.heartbeat.mean_detection_s + pair.takeover_s)
    down = _year_part(pair.downtime_s)
    if not pair.fencing:
        words = f"Nobody answers for {down} a year."
        if pair.split_brain_s < 1e-3:
            return f"{words} Both being active (split brain) is next to never, but nothing rules it out."
        return (
            f"{words} Without fencing both are active for {_year_part(pair.split_brain_s)} a year (split "
            "brain): each takes writes the other does not know of."
        )
    needless = pair.false_failovers * pair.takeover_s
    words = f"Nobody answers for {down} a year: {_year_part(deaths)} for deaths"
    if needless < 1e-3:
        return f"{words}, next to nothing for false alarms."
    words += f", {_year_part(min(needless, _YEAR_S))} for false alarms."
    if needless > deaths:
        return f"{words} False alarms cost more than deaths: allow more misses, or mend the network."
    return words


def _notes(pair: Pair) -> str:
    first = max(1, min(pair.heartbeat.misses - 1, MOST_MISSES - 2))
    rows = [("Misses until takeover", "Noticed after", "False alarm", "Nobody answers", "Both active")]
    for misses in range(first, first + 3):
        other = replace(pair, heartbeat=replace(pair.heartbeat, misses=misses))
        beat = other.heartbeat
        rows.append(
            (
                f"{misses}",
                format_seconds(beat.mean_detection_s),
                _every(beat.seconds_to_false_failover),
                f"{_year_part(other.downtime_s)} a year",
                f"{_year_part(other.split_brain_s)} a year" if not pair.fencing else "never",
            )
        )
    return (
        # Room for cells of two lines, so that on a narrow window the controls below do not move.
        f'<div style="min-height: max(12em, 25em - 12cqw)">{notes_table(rows)}'
        "<p>A heartbeat is missed when it is a whole interval late. Losses seldom come "
        "alone: a switch that restarts takes several in a row, and then counting to three proves little. Two "
        "deaths a year: Google's servers crashed at least twice a year (Dean, 2009). VRRP (RFC 9568) allows "
        "3 misses.</p></div>"
    )


def _working(pair: Pair) -> list[tuple[str, str, str]]:
    beat = pair.heartbeat
    interval, misses, share = format_seconds(beat.interval_s), beat.misses, format_number(beat.miss_ratio)
    first, last = (format_seconds(time) for time in beat.detection_s)
    rows = [
        ("Soonest", first, f"({misses} − 1) × {interval}, and one interval to wait for the last"),
        ("Latest", last, f"{misses} × {interval}, and one interval: it died just after a heartbeat"),
        ("Missed", f"{share}", f"lost {format_number(beat.loss)}, or late: e ^ (− interval ÷ mean delay)"),
    ]
    if 0 < beat.miss_ratio < 1 and math.isfinite(beat.heartbeats_to_false_failover):
        again = format_number(beat.miss_again)
        alone = beat.miss_again == beat.miss_ratio
        formula = f"(1 − p^{misses}) ÷ (p^{misses} × (1 − p)) with p = {share}: a run of {misses} misses"
        bursts = f"a run of {misses} where a miss follows a miss with probability {again}"
        count = format_number(beat.heartbeats_to_false_failover)
        rows.append(("Heartbeats until a false alarm", count, formula if alone else bursts))
    rows.append(
        (
            "Down a year",
            _year_part(pair.downtime_s),
            f"{format_number(pair.failures_per_year)} × ({format_seconds(beat.mean_detection_s)} + "
            f"{format_seconds(pair.takeover_s)}) + {format_number(pair.false_failovers)} false alarms × "
            f"{format_seconds(pair.takeover_s if pair.fencing else 0.0)}",
        )
    )
    return rows


def _every(seconds: float) -> str:
    years = seconds / _YEAR_S
    if years > 1000:
        return "less than once in 1,000 years"
    if years >= 2:
        return f"every {years:,.0f} years"
    return f"every {format_duration(seconds)}"


def _year_part(seconds: float) -> str:
    return "the whole" if seconds >= _YEAR_S else format_duration(seconds)

"""Step 3: the explorer of a service under rising load, as it was measured here."""

import html
from collections.abc import Mapping
from typing import Any

import numpy as np

from helpers.figures.queueing import format_seconds
from helpers.figures.rising_load import load_figure
from helpers.labs.load_report import LOADS, LoadReport
from helpers.labs.load_run import SHOWN, LoadRun
from helpers.models.checks import require_choice, require_numbers
from helpers.models.workload import Field
from helpers.widgets.controls import NumberControl, dropdown
from helpers.widgets.explorer import Explorer, View, notes_table

__all__ = ["load_explorer", "load_view"]

_LATE = 5

Chance = Mapping[LoadRun, tuple[float, float]]


def load_explorer(report: LoadReport, load: float = 0.8) -> Explorer:
    """Return a slider for the load, with what was measured nearest to it and what the theory expects.

    >>> explorer = load_explorer(LoadReport("a laptop", "", "", "", (), {"SQLite": "no disk"}))
    >>> explorer.text
    'Nothing was measured. SQLite: no disk.'
    """
    # Simulated once: a slider cannot wait for thousands of runs.
    chance = {run: report.chance_ms(run) for run in report.of(False)}
    low, high = 100 * LOADS[0], 100 * LOADS[-1]
    field = Field("Load: arrivals × mean query", "percent", at_least=low, at_most=high)
    percent = require_numbers("load", load, at_least=low / 100, at_most=high / 100)
    control = NumberControl("load", field, 100 * percent, low=low, high=high, log=False, whole=True)
    shown = dropdown("Show", {name: name for name in SHOWN})

    def view(values: dict[str, Any]) -> View:
        return load_view(report, values["load"] / 100, values["shown"], chance)

    return Explorer("Rising load on this machine", {"": [control]}, view, choices={"shown": shown})


def load_view(report: LoadReport, load: float, shown: str = "mean", chance: Chance | None = None) -> View:
    """Return what the explorer shows for a load from 0.05 to 0.95 and one of `SHOWN`.

    `chance` maps runs to `report.chance_ms` of them, where they are known already.
    """
    load = require_numbers("load", load, at_least=LOADS[0], at_most=LOADS[-1])
    require_choice("shown", shown, SHOWN)
    figure = load_figure(report, load, shown)
    runs = [run for run in report.of(False) if np.isfinite(run.load)]
    if not runs:
        reasons = " ".join(f"{name}: {reason}." for name, reason in report.skipped.items())
        return View((figure,), f"Nothing was measured. {reasons}".strip())
    nearest = min(runs, key=lambda run: abs(run.load - load))
    words = [_theory_words(report, load, shown), _measured_words(nearest, shown)]
    if shown == "mean":
        between = (chance or {}).get(nearest) or report.chance_ms(nearest)
        words.append(_chance_words(nearest.mean_ms, between))
    behind = [run for run in report.of(True) if run.offered == nearest.offered]
    if behind:
        words.append(_cache_words(behind[0], shown))
    late = max(run.late_ms for run in (nearest, *behind[:1]))
    if late > _LATE * report.query_ms:
        words.append(
            f"1 request in 100 was taken up {_time(late)} late: other programs may keep this machine busy."
        )
    return View((figure,), " ".join(words), _table(report, shown))


def _theory_words(report: LoadReport, load: float, shown: str) -> str:
    curve = report.curves[shown, False]
    general = float(np.exp(np.interp(load, LOADS, np.log(curve))))
    exponential = report.exponential_ms(load, shown)
    name = "mean" if shown == "mean" else "99th percentile"
    return (
        f"Theory at {load:.0%} load: a {name} of {_time(general)} in the system for queries of "
        f"{_time(report.query_ms)} with a variation of {report.variation:.2g}; {_time(exponential)} if they "
        "were exponential."
    )


def _measured_words(run: LoadRun, shown: str) -> str:
    few = " (few for a 99th percentile)" if shown != "mean" and run.requests < 200 else ""
    words = (
        f"Measured nearest, at {run.load:.0%}: {_time(run.shown_ms(shown))} over {run.requests:,} "
        f"requests{few}."
    )
    if run.load >= 1:
        words += " The machine was slower than expected there: more arrived than it could serve."
    if run.unanswered:
        words += f" {run.unanswered:,} of them had no answer when the run was stopped."
    return words


def _chance_words(mean_ms: float, between: tuple[float, float]) -> str:
    low, high = between
    verdict = "and so has this one" if low <= mean_ms <= high else "but this one has not"
    span = f"from {_time(low)} to {_time(high)}"
    return f"By chance alone, 19 in 20 runs this short have a mean {span}, {verdict}."


def _cache_words(run: LoadRun, shown: str) -> str:
    return (
        f"With the cache the same requests took {_time(run.shown_ms(shown))}: {run.hit_ratio:.0%} were hits, "
        f"and the database was busy {run.utilisation:.0%} of the time."
    )


def _table(report: LoadReport, shown: str) -> str:
    rows = [("Load", "Cache", "Requests", "Database busy", "Hits", f"Measured, {shown}", "Theory, mean")]
    for run in report.runs:
        expected = report.expected_ms(run)
        rows.append(
            (
                f"{run.load:.0%}",
                "yes" if run.cached else "no",
                f"{run.requests:,}",
                f"{run.utilisation:.0%}",
                f"{run.hit_ratio:.0%}" if run.cached else "–",
                _time(run.shown_ms(shown)),
                _time(expected),
            )
        )
    used = html.escape(f"{report.settings}. Theory for each run's own queries.")
    return f"{notes_table(rows)}<p>{used}</p>"


def _time(time_ms: float) -> str:
    return format_seconds(time_ms / 1e3)

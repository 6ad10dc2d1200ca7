"""Step 5: what its labs measured, as pictures with the result in words."""

from collections.abc import Mapping

from helpers.figures.failover_trials import failover_trials_figure
from helpers.figures.stampede import stampede_figure
from helpers.labs.failover_report import FailoverReport
from helpers.labs.reports import readable
from helpers.labs.stampede_report import StampedeReport
from helpers.widgets.explorer import Picture, View

__all__ = ["failover_picture", "stampede_picture"]


def failover_picture(report: FailoverReport) -> Picture:
    """Return each death of the lab: when it was noticed and answered again, between the model's bounds.

    >>> from helpers.models.failover import Heartbeat
    >>> report = FailoverReport("a laptop", "", Heartbeat(0.05), 400, (), skipped={"failover": "no network"})
    >>> failover_picture(report).text
    'Nothing was measured. failover: no network.'
    """
    if not report.trials:
        return Picture(_FAILOVER, View((failover_trials_figure(report),), _nothing(report.skipped)))
    soonest, latest = (readable(bound) for bound in report.expected_ms)
    words = (
        f"{len(report.trials)} deaths were noticed after {readable(report.mean_detection_ms)} ms on average; "
        f"the model expects {readable(1e3 * report.heartbeat.mean_detection_s)} ms, and each between "
        f"{soonest} and {latest} ms. On average {readable(report.mean_lost)} requests were lost; it expects "
        f"{readable(report.expected_lost)}."
    )
    return Picture(_FAILOVER, View((failover_trials_figure(report),), words))


def stampede_picture(report: StampedeReport) -> Picture:
    """Return the loads for each expiry, with coalescing and without, beside the model's.

    >>> stampede_picture(StampedeReport("a laptop", "", "", "", 0.0, (), {"SQLite": "no disk"})).text
    'Nothing was measured. SQLite: no disk.'
    """
    if not report.runs:
        return Picture(_STAMPEDE, View((stampede_figure(report),), _nothing(report.skipped)))
    words = " ".join(
        f"{'With' if run.coalesced else 'Without'} coalescing each expiry made "
        f"{_loads(run.loads_per_expiry)}; the model expects {readable(report.predicted_loads(run))} "
        f"for a load as long as alone, and {readable(run.expected_loads)} for one that takes as long as here."
        for run in report.runs
    )
    return Picture(_STAMPEDE, View((stampede_figure(report),), words))


_FAILOVER, _STAMPEDE = "Killed, noticed, answered again", "A stampede on this machine"


def _loads(count: float) -> str:
    return "1 load" if count == 1 else f"{readable(count)} loads"


def _nothing(skipped: Mapping[str, str]) -> str:
    return " ".join(["Nothing was measured.", *(f"{name}: {reason}." for name, reason in skipped.items())])

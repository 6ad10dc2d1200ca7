"""Step 2: the latency ladder explorer."""

from typing import Any

from helpers.figures.latency import format_nanoseconds, latency_figure
from helpers.labs.one_machine import MachineReport
from helpers.models.published import LATENCIES
from helpers.models.quantities import format_number
from helpers.models.workload import Field
from helpers.widgets.controls import NumberControl
from helpers.widgets.explorer import Explorer, View, working_table

__all__ = ["latency_explorer"]


def latency_explorer(report: MachineReport | None = None, budget_ms: float = 200) -> Explorer:
    """Return the published orders of magnitude beside those `report` measured, and how many fit in a page."""
    field = Field("Time for one page", "millisecond", above=0, at_most=1e5)
    budget = NumberControl("budget_ms", field, budget_ms, low=1, high=10_000)

    def view(values: dict[str, Any]) -> View:
        return latency_view(_measured(report), values["budget_ms"])

    return Explorer("Latency ladder", {"": [budget]}, view)


def latency_view(measured: dict[str, float], budget_ms: float) -> View:
    """Return what the latency ladder shows for measured times (ns) and a page's budget (ms)."""
    published = {latency.label: latency.nanoseconds for latency in LATENCIES}
    budget = budget_ms * 1e6

    def fit(value: float) -> str:
        return format_number(float(int(budget / value)), 2)

    counts = "; ".join(f"{label}: {fit(value)}" for label, value in published.items())
    words = f"How many fit, one after another, in {format_nanoseconds(budget)} (published): {counts}."
    here = {label: value for label, value in measured.items() if label in published}
    if here:
        compared = "; ".join(
            f"{label}: {value / published[label]:.2g} times the published time"
            for label, value in here.items()
        )
        words += f" This machine: {compared}."
    both = [
        (label, format_nanoseconds(value), f"{source}: {fit(value)} in {format_nanoseconds(budget)}")
        for source, times in (("published", published), ("this machine", measured))
        for label, value in times.items()
    ]
    return View((latency_figure(measured, budget_ms),), words, working=lambda: working_table(both))


def _measured(report: MachineReport | None) -> dict[str, float]:
    """The report's latencies, under the published name where it is the same operation."""
    if report is None:
        return {}
    names = {latency.measured_as: latency.label for latency in LATENCIES if latency.measured_as}
    return {names.get(name, name): time for name, time in report.latencies_ns().items()}

"""Step 2: the estimate explorer and the how-sure-are-you explorer."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from helpers.figures.estimation import utilisation_figure
from helpers.figures.uncertainty import distribution_figure, tornado_figure
from helpers.models.checks import require_choice
from helpers.models.estimation import Estimate, estimate
from helpers.models.published import FRAMEWORK_TWITTER, MODEST_NODE, STRONG_NODE, TWITTER_2013
from helpers.models.quantities import Range, format_number, format_quantity
from helpers.models.uncertainty import Outcome, simulate
from helpers.models.verdicts import RESOURCES, NodeLimits, judge
from helpers.models.workload import FIELDS, Workload
from helpers.widgets.controls import NumberControl, RangeControl, dropdown
from helpers.widgets.explorer import Explorer, View, working_table

__all__ = ["estimation_explorer", "uncertainty_explorer"]

PRESETS: Mapping[str, Workload] = {
    "The framework's Twitter": FRAMEWORK_TWITTER,
    "Twitter as of 2013": TWITTER_2013,
}

_GROUPS: Mapping[str, Mapping[str, dict[str, Any]]] = {
    "Traffic": {
        "daily_users": {"low": 1e3, "high": 3e9},
        "writes_per_user": {"low": 0.01, "high": 100},
        "reads_per_write": {"low": 0.1, "high": 1000, "zero": True},
        "followers": {"low": 1, "high": 10_000, "zero": True},
        "peak_factor": {"low": 1, "high": 30},
    },
    "Storage": {
        "item_size": {"low": 10, "high": 1e8},
        "overhead": {"low": 0, "high": 5, "log": False},
        "media_share": {"low": 0, "high": 1, "log": False},
        "media_size": {"low": 1e3, "high": 1e9, "zero": True},
        "replication": {"low": 1, "high": 5, "log": False, "whole": True},
        "retention": {"low": 0.1, "high": 20},
    },
    "Memory": {
        "hot_share": {"low": 0, "high": 1, "log": False},
        "cached_per_user": {"low": 1, "high": 5000, "zero": True},
        "cached_size": {"low": 1, "high": 100_000, "zero": True},
    },
}
_RESULTS = (
    "storage",
    "replicated_storage",
    "peak_writes_per_second",
    "peak_reads_per_second",
    "peak_deliveries_per_second",
    "cache_memory",
)
_SLIDERS = {name: options for group in _GROUPS.values() for name, options in group.items()}


def estimation_explorer(
    workload: Workload = FRAMEWORK_TWITTER, nodes: Sequence[NodeLimits] = (STRONG_NODE, MODEST_NODE)
) -> Explorer:
    """Return sliders for a workload, with its demand beside one node's limits and a verdict in words.

    >>> explorer = estimation_explorer()
    >>> explorer.controls["daily_users"].set(100e6)
    >>> "6 K tweets/s" in explorer.text
    True
    """
    start = _slider_values(workload)
    presets = PRESETS if workload in PRESETS.values() else {"Your workload": workload, **PRESETS}
    groups = {
        heading: [NumberControl(name, workload.field(name), start[name], **group[name]) for name in group]
        for heading, group in _GROUPS.items()
    }
    preset = dropdown("Example", presets, workload)
    node = dropdown("Node", {limits.name: limits for limits in nodes})

    def view(values: dict[str, Any]) -> View:
        # What has no slider, such as the price of traffic, stays as in the example.
        arguments = {name: values[name] for name in _SLIDERS}
        arguments |= {"reads_per_user": None, "reads_per_day": None, "item": workload.item}
        return estimation_view(values["preset"].at_middle().replace(**arguments), values["node"])

    explorer = Explorer("Estimate", groups, view, choices={"preset": preset, "node": node})
    preset.observe(lambda change: explorer.set(**_slider_values(change["new"])), "value")
    return explorer


def estimation_view(workload: Workload, node: NodeLimits) -> View:
    """Return what the estimate explorer shows for a workload and a node."""
    result = estimate(workload)
    verdict = judge(result, node)
    return View(
        (utilisation_figure(verdict),),
        f"{_headline(result)} {verdict}",
        working=lambda: working_table(
            [(line.label, line.whiteboard, line.working) for line in result.values()]
        ),
    )


def uncertainty_explorer(
    workload: Workload = FRAMEWORK_TWITTER,
    nodes: Sequence[NodeLimits] = (STRONG_NODE, MODEST_NODE),
    result: str | None = None,
) -> Explorer:
    """Return a low and a high for each input, the distribution of a result and what drives it.

    `result` is a line of the estimate, by default storage or else the first that is not 0.
    Arguments of `workload` that are ranges open as they are; a point opens as half to twice its value.
    """
    _refuse_samples(workload)
    # The number of copies is decided, not guessed; a range starts above 0.
    unsure = [name for name in _SLIDERS if name != "replication"]
    names = [name for name in unsure if getattr(workload, name) not in (None, 0)]
    controls = []
    for name in names:
        value, field = getattr(workload, name), workload.field(name)
        if not isinstance(value, Range):
            value = Range(max(value / 2, field.at_least or 0), min(value * 2, field.at_most or math.inf))
        options = {key: value for key, value in _SLIDERS[name].items() if key in ("low", "high", "log")}
        controls.append(RangeControl(name, field, value, **options))
    middle = estimate(workload.at_middle())
    lines = {middle[name].label: name for name in _RESULTS if middle.value(name)}
    if result is not None:
        require_choice("result", result, lines.values())
    chosen = dropdown("Result", lines, result)
    node = dropdown("Node", {limits.name: limits for limits in nodes})

    def view(values: dict[str, Any]) -> View:
        ranges = {name: values[name] for name in names}
        return uncertainty_view(workload.replace(**ranges), values["node"], values["result"])

    return Explorer("How sure are you?", {"": controls}, view, choices={"result": chosen, "node": node})


def uncertainty_view(workload: Workload, node: NodeLimits, line: str) -> View:
    """Return what the how-sure-are-you explorer shows for a workload with ranges."""
    outcome = simulate(workload, node)
    limit = _limit(node, line)
    figures = (distribution_figure(outcome, line, limit), tornado_figure(outcome, line, limit))
    return View(figures, _how_sure(outcome, node, line))


def _how_sure(outcome: Outcome, node: NodeLimits, line: str) -> str:
    result, here = outcome.samples[line], node.name.lower()
    low, middle, high = (format_quantity(value, result.unit) for value in outcome.percentiles(line))
    words = [
        f"Nine times in ten, {result.label.lower()} lies between {low} and {high}; the median is {middle}."
    ]
    resource = _resource(line)
    if resource is not None and _limit(node, line):
        chance = outcome.probability_too_small(resource.name)
        words.append(f"P({resource.label.lower()} outgrows {here}) = {chance:.2f};")
    words.append(f"P({here} is too small in any way) = {outcome.probability_too_small():.2f}.")
    swings = outcome.tornado(line)
    if swings and swings[0].factor > 1.001:
        times = format_number(swings[0].factor, 2)
        words.append(f"{swings[0].label} matters most: it moves the result by a factor of {times}.")
    return " ".join(words)


def _headline(result: Estimate) -> str:
    average, peak = result["writes_per_second"].whiteboard, result["peak_writes_per_second"].whiteboard
    rates = [f"{average} ({peak} at the peak)" if peak != average else average]
    shown = ("reads_per_second", "deliveries_per_second")
    rates += [result[name].whiteboard for name in shown if result.value(name)]
    years = format_quantity(result.workload.retention, "year")
    stored = f"{result['storage_per_day'].whiteboard}, {result['storage'].whiteboard} in {years}"
    copies = result.workload.replication
    if copies != 1:
        stored += f" ({result['replicated_storage'].whiteboard} in {format_number(copies)} copies)"
    return f"About {', '.join(rates)}; {stored}."


def _slider_values(workload: Workload) -> dict[str, float]:
    _refuse_samples(workload)
    middle = workload.at_middle()
    if middle.daily_users is None or middle.writes_per_user is None:
        raise ValueError(
            "workload: its writes must be given as daily_users and writes_per_user to explore it"
        )
    values = {name: getattr(middle, name) for name in _SLIDERS}
    if middle.reads_per_write is None:
        result = estimate(middle)
        writes = result.value("writes_per_second")
        values["reads_per_write"] = result.value("reads_per_second") / writes if writes else 0.0
    return values


def _refuse_samples(workload: Workload) -> None:
    for name in FIELDS:
        if isinstance(getattr(workload, name), np.ndarray):
            raise TypeError(f"workload: {name} is an array of samples; it must be a number or a Range")


def _resource(line: str) -> Any:
    return next((resource for resource in RESOURCES if line in resource.lines), None)


def _limit(node: NodeLimits, line: str) -> float | None:
    resource = _resource(line)
    limit = getattr(node, resource.name) if resource is not None else None
    return limit if limit is None else float(limit)

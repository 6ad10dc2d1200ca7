"""Step 4: the explorer "Push, pull or both?": what fan-out costs, how late it delivers, what to choose."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from helpers.figures.fanout import delay_figure, threshold_figure, work_figure
from helpers.models.fanout import PUBLISHED_COSTS, OperationCosts, fan_out
from helpers.models.fanout_cases import CACHED_CELEBRITIES, FANOUT_CASES, FanOutCase, filled_in
from helpers.models.fanout_threshold import MOST_NEAR, advise, best_threshold, per_edge_bound
from helpers.models.workload import Field, Workload
from helpers.widgets.controls import NumberControl, dropdown
from helpers.widgets.explorer import Explorer, View, working_table
from helpers.widgets.fanout_words import in_words, side_by_side, working_rows

__all__ = ["fanout_explorer", "fanout_view"]


# A slider has 200 steps: with 4, 5 or 8 decades the powers of ten lie on steps, so that the first move shows.
_SERVICE: dict[str, dict[str, Any]] = {
    "daily_users": {"low": 100, "high": 1e10},
    "writes_per_user": {"low": 0.01, "high": 100},
    "reads_per_write": {"low": 0.01, "high": 1000, "zero": True},
    "followers": {"low": 1, "high": 10_000},
    "peak_factor": {"low": 1, "high": 30},
}
_FOLLOWERS = Field("Followers of a post's author, mean over posts", "", above=0, at_most=1e9)
_OWN = {
    "tail_index": (
        Field("Tail index: the smaller, the larger the celebrities", "", at_least=1.05, at_most=5),
        1.05,
        3,
    ),
    "active_share": (Field("Share of followers who are active", "", at_least=0.01, at_most=1), 0.01, 1),
    "celebrity_from": (Field("Hybrid pulls authors from", "follower", at_least=1, at_most=1e9), 1, 1e9),
    "reader_follows": (Field("The reader at hand follows", "user", at_least=1, at_most=1e6), 1, 10_000),
    "author_followers": (Field("The author at hand has", "follower", at_least=1, at_most=1e9), 1, 100e6),
    "goal_s": (
        Field("The largest delivery may take", "second", at_least=0.001, at_most=1e5),
        0.01,
        1_000,
    ),
}


def fanout_explorer(
    workload: Workload | None = None, costs: Sequence[OperationCosts] = (PUBLISHED_COSTS, CACHED_CELEBRITIES)
) -> Explorer:
    """Return sliders for a service and its followers, with push, pull and hybrid side by side.

    `workload` is a design's own: it must have daily users, and what else it lacks is filled in; without it
    the framework's opens. `costs` are times of operations to choose from, published or measured.

    >>> explorer = fanout_explorer()
    >>> explorer.set(reads_per_write=0.1)
    >>> explorer.text[:18]
    'Recommended: pull,'
    """
    if not costs:
        raise ValueError("costs: there is none to choose from; give at least one OperationCosts")
    presets = dict(FANOUT_CASES)
    if workload is not None:
        presets = {"Your design": FanOutCase(filled_in(workload)), **presets}
    opening = next(iter(presets.values()))
    start = _slider_values(opening)
    service = []
    for name, options in _SERVICE.items():
        field = _FOLLOWERS if name == "followers" else opening.workload.field(name)
        service.append(NumberControl(name, field, start[name], **options))
    own = {
        name: NumberControl(
            name, field, start[name], low=low, high=high, log=name not in ("tail_index", "active_share")
        )
        for name, (field, low, high) in _OWN.items()
    }
    preset = dropdown("Case", presets)
    operation = dropdown("Cost of an operation", {each.name: each for each in costs})

    def view(values: dict[str, Any]) -> View:
        case = replace(
            values["preset"],
            workload=values["preset"].workload.replace(
                **{name: values[name] for name in _SERVICE}, reads_per_user=None, reads_per_day=None
            ),
            **{name: values[name] for name in _OWN},
        )
        return fanout_view(case, values["costs"])

    groups = {
        "The service": [*service, own["tail_index"], own["active_share"]],
        "At hand": [own[name] for name in ("celebrity_from", "reader_follows", "author_followers", "goal_s")],
    }
    explorer = Explorer("Push, pull or both?", groups, view, choices={"preset": preset, "costs": operation})
    preset.observe(lambda change: explorer.set(**_slider_values(change["new"])), "value")
    return explorer


def fanout_view(case: FanOutCase, costs: OperationCosts = PUBLISHED_COSTS) -> View:
    """Return what the explorer shows for a case and the times of operations; rates are those of the peak."""
    audience = case.audience
    results = {
        "Pull": fan_out(audience, costs, "pull"),
        "Push": fan_out(audience, costs, "push"),
        "Hybrid": fan_out(audience, costs, "hybrid", celebrity_from=case.celebrity_from),
    }
    bound = per_edge_bound(audience, costs)
    most = math.inf if costs.celebrity_us is None else MOST_NEAR
    best = best_threshold(audience, costs, most_celebrities=most)
    advice = advise(audience, costs, goal_s=case.goal_s)
    figures = (
        work_figure(results, bound),
        delay_figure(results, case.reader_follows, case.largest),
        threshold_figure(best, bound, case.celebrity_from),
    )
    return View(
        figures,
        in_words(advice),
        side_by_side(results, case),
        lambda: working_table(working_rows(audience, results, best, bound, case)),
    )


def _slider_values(case: FanOutCase) -> dict[str, float]:
    service = {name: getattr(case.workload, name) for name in _SERVICE}
    return service | {name: getattr(case, name) for name in _OWN}

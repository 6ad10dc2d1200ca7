"""Step 4: the lab's feeds beside the cost model's, and what the difference is made of, as far as measured."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from helpers.labs.feed_report import FeedReport, MeasuredStore, percentile_ms
from helpers.labs.feed_run import Array
from helpers.labs.feed_stores import ENTRIES_A_REQUEST
from helpers.models.checks import require_choice
from helpers.models.fanout import STRATEGIES

__all__ = ["COMPARED", "Comparison", "compare_feeds"]

COMPARED = ("page read", "delivery", "post", "operations")
"""The median page read, a post's delivery alone by size of account, the median post, mean operations."""

_SMALLEST = 1e-6


@dataclass(frozen=True)
class Comparison:
    """One thing as it was measured and as the model has it: times in ms, operations as a number.

    `parts` is what the model leaves out and the lab measured apart, in ms: together with `unexplained` it is
    the difference. `chance` is between which values 19 in 20 runs as short as this one lie, for what depends
    on who happens to post and read.

    >>> found = Comparison("push", "push", measured=0.5, predicted=0.1, parts={"request": 0.3})
    >>> round(found.ratio, 2), round(found.unexplained, 2)
    (5.0, 0.1)
    """

    row: str
    strategy: str
    measured: float
    predicted: float
    parts: Mapping[str, float] = field(default_factory=dict)
    chance: tuple[float, float] | None = None

    @property
    def ratio(self) -> float:
        """Measured over predicted."""
        return self.measured / max(self.predicted, _SMALLEST)

    @property
    def unexplained(self) -> float:
        """What is left of the difference."""
        return self.measured - self.predicted - sum(self.parts.values())


def compare_feeds(report: FeedReport, engine: str, what: str) -> tuple[Comparison, ...]:
    """Return measured and modelled values of one of `COMPARED` on one of the report's engines.

    The model knows the graph, its activity and the store's costs of one operation, measured apart: nothing
    was fitted to the runs. Raises ValueError for an engine that was not measured or another comparison.
    """
    require_choice("what", what, COMPARED)
    store = report.store(engine)
    if what == "page read":
        return tuple(_read(report, store, way) for way in STRATEGIES)
    if what == "delivery":
        return tuple(
            found for way in STRATEGIES if way != "pull" for found in _deliveries(report, store, way)
        )
    if what == "post":
        return tuple(_post(report, store, way) for way in STRATEGIES)
    return tuple(_operations(report, engine, way, reads) for reads in (False, True) for way in STRATEGIES)


def _read(report: FeedReport, store: MeasuredStore, way: str) -> Comparison:
    run = report.run(store.engine, way)
    beside = run.reads_ms[-run.quiet_reads_ms.size :]
    costs = store.costs
    # A push asks for one list, the others for several.
    request_us = costs.one_lookup_request_us if way == "push" else costs.lookup_request_us
    parts = {
        "request": request_us / 1e3,
        # A pull has no worker, but other calls between its reads, and pauses.
        "company": percentile_ms(beside, 50) - percentile_ms(run.quiet_reads_ms, 50),
    }
    # More followees never make a read shorter, so the median reader's is the median read.
    predicted = report.predicted(store.engine, way).read_ms_of(_median_followees(report))
    return Comparison(way, way, percentile_ms(run.reads_ms, 50), predicted, parts)


def _median_followees(report: FeedReport) -> float:
    """How many users the reader follows in half of all reads, at most."""
    counts, rates = report.workload.graph.followee_counts, report.workload.activity.reads_per_day
    order = np.argsort(counts)
    reached = np.cumsum(rates[order])
    return float(counts[order][np.searchsorted(reached, reached[-1] / 2)])


def _deliveries(report: FeedReport, store: MeasuredStore, way: str) -> list[Comparison]:
    run, model, costs = report.run(store.engine, way), report.predicted(store.engine, way), store.costs
    each_ms = (costs.operations.round_trip_us + costs.delivery_request_us) / 1e3
    return [
        Comparison(
            f"{way}, {size:,} followers",
            way,
            worked,
            1e3 * model.delivery_s(size),
            {"requests": math.ceil(size / ENTRIES_A_REQUEST) * each_ms},
        )
        for size, _, worked in run.alone
        if worked
    ]


def _post(report: FeedReport, store: MeasuredStore, way: str) -> Comparison:
    run, alone = report.run(store.engine, way), report.run(store.engine, "pull")
    one = store.costs.operations
    median = percentile_ms(run.posts_ms, 50)
    # A pull has no worker, so what a post takes longer elsewhere comes from the worker's company.
    worker = {"worker": median - percentile_ms(alone.posts_ms, 50)} if way != "pull" else {}
    return Comparison(way, way, median, (one.round_trip_us + one.write_us) / 1e3, worker)


def _operations(report: FeedReport, engine: str, way: str, reads: bool) -> Comparison:
    run, model = report.run(engine, way), report.predicted(engine, way)
    if reads:
        return Comparison(
            f"{way}, lists a read",
            way,
            run.operations_per_read,
            model.operations_per_read,
            chance=_chance(run.lookups),
        )
    return Comparison(
        f"{way}, writes a post",
        way,
        run.operations_per_post,
        model.operations_per_post,
        chance=_chance(1 + run.deliveries),
    )


def _chance(counts: Array) -> tuple[float, float]:
    """Return the mean ± 1.96 standard errors: a heavy tail makes it a rough guide only."""
    mean, error = float(np.mean(counts)), float(np.std(counts)) / math.sqrt(counts.size)
    return mean - 1.96 * error, mean + 1.96 * error

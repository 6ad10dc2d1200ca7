"""Step 4: the report on feeds by pull, push and hybrid: measured on each store, and modelled."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from helpers.labs.feed_costs import StoreCosts
from helpers.labs.feed_run import Array, FeedRun
from helpers.labs.feed_workload import FeedWorkload
from helpers.labs.reports import readable
from helpers.models.audience import Audience
from helpers.models.checks import require_choice
from helpers.models.fanout import STRATEGIES, FanOut, OperationCosts, fan_out
from helpers.models.quantities import format_bytes

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FEW_FOR_P99", "FeedReport", "MeasuredStore", "percentile_ms"]

FEW_FOR_P99 = 200


@dataclass(frozen=True, repr=False)
class MeasuredStore:
    """One engine: what an operation costs there, and a run for each strategy at the same rate of posts."""

    engine: str
    version: str
    settings: str
    costs: StoreCosts
    posts_per_second: float
    runs: tuple[FeedRun, ...]

    @property
    def measured_with(self) -> str:
        """The engine and its version."""
        return f"{self.engine} {self.version}".strip()


@dataclass(frozen=True, eq=False, repr=False)
class FeedReport:
    """Feeds by every strategy on every store; `skipped` maps a store that was not measured to the reason."""

    machine: str
    workload: FeedWorkload
    stores: tuple[MeasuredStore, ...]
    skipped: Mapping[str, str] = field(default_factory=dict)

    @property
    def engines(self) -> tuple[str, ...]:
        """The engines that were measured, SQLite first."""
        return tuple(store.engine for store in self.stores)

    @property
    def feeds_agree(self) -> bool:
        """Whether all strategies on all stores returned the feeds of `models.feed`."""
        return all(run.feeds_agree for store in self.stores for run in store.runs)

    def store(self, engine: str) -> MeasuredStore:
        """What was measured on one of `engines`; raises ValueError for another."""
        require_choice("engine", engine, self.engines)
        return next(store for store in self.stores if store.engine == engine)

    def run(self, engine: str, strategy: str) -> FeedRun:
        """What one of `STRATEGIES` did on one of `engines`; raises ValueError for another."""
        require_choice("strategy", strategy, STRATEGIES)
        return next(run for run in self.store(engine).runs if run.strategy == strategy)

    def costs(self, engine: str) -> OperationCosts:
        """What one operation costs on one of `engines`, for the models of fan-out."""
        return self.store(engine).costs.operations

    @cached_property
    def audience(self) -> Audience:
        """What the models of fan-out need to know of the graph and its activity."""
        return Audience.from_graph(self.workload.graph, self.workload.activity)

    def predicted(self, engine: str, strategy: str) -> FanOut:
        """What the cost model expects of a strategy on this graph, from the engine's costs alone."""
        run = self.run(engine, strategy)
        return fan_out(
            self.audience, self.costs(engine), strategy, celebrity_from=run.celebrity_from, workers=1
        )

    def as_frame(self) -> "pd.DataFrame":
        """One row a store and strategy: times in ms, rates a second, operations, entries and bytes stored."""
        import pandas as pd  # noqa: PLC0415 - takes longer to import than all the rest of the lab

        return pd.DataFrame([_row(store, run) for store, run in self._each])

    def __repr__(self) -> str:
        """One line a store and strategy."""
        lines = [
            f"{store.measured_with}, {run.strategy}: "
            + ", ".join(f"{name} {_p50_p99(times)} ms" for name, times in run.times_ms.items())
            + " (p50 / p99)"
            for store, run in self._each
        ]
        return "\n".join([self.machine, *lines])

    def _repr_markdown_(self) -> str:
        lines = [
            "| store | strategy | post (ms), p50 / p99 | delivered (ms) | page read (ms) | writes a post "
            "| lists a read | stored |",
            "| :-- | :-- | --: | --: | --: | --: | --: | --: |",
        ]
        for store, run in self._each:
            times = " | ".join(map(_p50_p99, run.times_ms.values()))
            operations = f"{readable(run.operations_per_post)} | {readable(run.operations_per_read)}"
            stored = format_bytes(run.stored_posts.bytes + run.stored_timelines.bytes)
            lines.append(f"| {store.engine} | {run.strategy} | {times} | {operations} | {stored} |")
        lines += [
            "",
            "| one operation, in µs | round trip | write | delivery | look-up | a push alone, by followers |",
            "| :-- | --: | --: | --: | --: | :-- |",
        ]
        for store in self.stores:
            one = store.costs.operations
            costs = " | ".join(
                readable(us) for us in (one.round_trip_us, one.write_us, one.delivery_us, one.lookup_us)
            )
            alone = ", ".join(
                f"{size:,}: {readable(ms)} ms" for size, ms, _ in self.run(store.engine, "push").alone
            )
            lines.append(f"| {store.engine} | {costs} | {alone} |")
        notes = [f"{self.machine}."]
        if self.stores:
            notes += self._notes()
        notes += [f"Not measured: {name} ({reason})." for name, reason in self.skipped.items()]
        return "\n".join([*lines, "", " ".join(notes)])

    @property
    def _each(self) -> list[tuple[MeasuredStore, FeedRun]]:
        return [(store, run) for store in self.stores for run in store.runs]

    def _notes(self) -> list[str]:
        graph = self.workload.graph
        runs = [run for _, run in self._each]
        notes = [f"{store.measured_with}: {store.settings}." for store in self.stores]
        rates = ", ".join(f"{readable(store.posts_per_second)} ({store.engine})" for store in self.stores)
        notes += [
            f"{graph.users:,} users and {graph.follows:,} follows, held by the program.",
            f"Posts per second: {rates}.",
            "Delivered: from the start of the post to the last follower's list, queue included.",
            f"Alone, {self._largest()}.",
            f"The hybrid pulls authors with {self.workload.celebrity_from:,} followers or more.",
        ]
        differing, checked = sum(run.differing for run in runs), sum(run.checked for run in runs)
        notes.append(
            f"All {checked:,} feeds compared are as they must be."
            if self.feeds_agree
            else f"{differing:,} of {checked:,} feeds are NOT as they must be."
        )
        if any(min(run.posts, run.reads) < FEW_FOR_P99 for run in runs):
            notes.append(f"Fewer than {FEW_FOR_P99} times are too few for a p99: give it a larger budget.")
        return notes

    def _largest(self) -> str:
        """How much longer the largest account's post is on its way than the median account's."""
        alone = {store.engine: self.run(store.engine, "push").alone for store in self.stores}
        least, *_, most = next(iter(alone.values()))
        times = ", ".join(
            f"{readable(found[-1][1] / found[0][1])} ({engine})" for engine, found in alone.items()
        )
        return (
            f"a push to the {most[0]:,} followers of the largest account took so many times as long as to "
            f"the {least[0]:,} of the median one: {times}"
        )


def percentile_ms(times: Array, percentile: float) -> float:
    """Return the shortest of the times that at least `percentile` percent of them do not exceed."""
    return float(np.percentile(times, percentile, method="inverted_cdf"))


def _p50_p99(times: Array) -> str:
    return f"{readable(percentile_ms(times, 50))} / {readable(percentile_ms(times, 99))}"


def _row(store: MeasuredStore, run: FeedRun) -> dict[str, object]:
    times = {
        f"{name}_p{percentile}_ms": percentile_ms(values, percentile)
        for name, values in run.times_ms.items()
        for percentile in (50, 99)
    }
    return {
        "engine": store.measured_with,
        "strategy": run.strategy,
        "posts": run.posts,
        "reads": run.reads,
        **times,
        "worked_mean_ms": float(np.mean(run.worked_ms)),
        "operations_per_post": run.operations_per_post,
        "operations_per_read": run.operations_per_read,
        "posts_per_second": run.posts_per_second,
        "deliveries_per_second": run.deliveries_per_second,
        "reads_per_second": run.reads_per_second,
        "entries": run.stored_posts.entries + run.stored_timelines.entries,
        "bytes": run.stored_posts.bytes + run.stored_timelines.bytes,
        "timeline_bytes": run.stored_timelines.bytes,
        "feeds_checked": run.checked,
        "feeds_differing": run.differing,
        "settings": store.settings,
    }

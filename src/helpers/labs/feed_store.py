"""Step 4: pull, push and hybrid measured on real stores: the same graph, posts and reads for all of them."""

import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from helpers.labs.feed_costs import StoreCosts, measure_costs
from helpers.labs.feed_lists import Engine
from helpers.labs.feed_report import FeedReport, MeasuredStore
from helpers.labs.feed_run import run_feeds
from helpers.labs.feed_store_postgresql import postgresql_feeds
from helpers.labs.feed_store_redis import redis_feeds
from helpers.labs.feed_store_sqlite import sqlite_feeds
from helpers.labs.feed_workload import READS_PER_POST, FeedWorkload, draw_workload
from helpers.labs.hardware import disk_folder
from helpers.labs.parts import Advance, Part, usable
from helpers.labs.reports import Progress, this_machine
from helpers.labs.tasks import UnavailableError
from helpers.models.checks import require_choice, require_numbers
from helpers.models.fanout import STRATEGIES

__all__ = ["ENGINES", "FeedReport", "measure_feed_store"]

_SERVER_SHARE = 0.5
_COSTS_SHARE = 0.1
_PACED_SHARE = 0.6
_CLIENT_BUSY = 0.5
_WORKER_BUSY = 0.25
_PATIENCE_S = 15.0


_PARTS = (
    Part("SQLite", sqlite_feeds),
    Part("PostgreSQL", lambda _: postgresql_feeds(), "DATABASE_URL"),
    Part("Redis", lambda _: redis_feeds(), "REDIS_URL"),
)
ENGINES = tuple(part.name for part in _PARTS)


def measure_feed_store(
    budget_s: float = 8,
    *,
    progress: Progress | None = None,
    users: int = 5_000,
    seed: int = 0,
    engines: Sequence[str] | None = None,
) -> FeedReport:
    """Measure pull, push and hybrid for about `budget_s` seconds on SQLite, and leave nothing behind.

    PostgreSQL is measured too when DATABASE_URL is set, Redis when REDIS_URL is; each adds half as much time,
    and all engines share it equally. Every strategy of an engine gets the same posts and reads at the same
    times, drawn with `seed` on a heavy-tailed graph of `users` users. The rate keeps the worker busy for a
    quarter of the time and the client for half of it at most, by the costs measured first. What the
    strategies return is compared with `models.feed` in the end.

    progress: called with the fraction done, from 0 to 1, and what is measured now.
    engines: names of `ENGINES`, to measure only these.

    Raises ValueError or TypeError for a budget outside 0.5 to 60 s, users outside 200 to 50,000, no engine,
    or one that is not known. An engine that cannot be used, or is lost half-way, is in `skipped` with the
    reason.

    >>> report = measure_feed_store(0.5, users=200, engines=["SQLite"])
    >>> report.engines, report.feeds_agree, report.run("SQLite", "push").operations_per_read
    (('SQLite',), True, 1.0)
    """
    budget_s = require_numbers("budget_s", budget_s, at_least=0.5, at_most=60, unit="s")
    chosen = _chosen(engines)
    skipped: dict[str, str] = {}
    parts = usable(chosen, skipped)
    advance = Advance(budget_s * (1 + _SERVER_SHARE * (len(parts) - 1)), progress)
    advance("drawing the graph")
    workload = draw_workload(users, seed=seed)
    measured: list[MeasuredStore] = []
    with tempfile.TemporaryDirectory(prefix="feed_store_", dir=disk_folder()) as inside:
        for place, part in enumerate(parts):
            advance(f"{part.name}: getting ready")
            left_s = max(advance.left_s, budget_s * _SERVER_SHARE)
            try:
                with part.open(Path(inside)) as engine:
                    measured.append(_measure(engine, workload, left_s / (len(parts) - place), advance))
            except UnavailableError as reason:
                skipped[part.name] = str(reason)
    advance("done")
    return FeedReport(this_machine(), workload, tuple(measured), skipped)


def _chosen(engines: Sequence[str] | None) -> Sequence[Part]:
    if engines is None:
        return _PARTS
    if not isinstance(engines, (list, tuple)):
        raise TypeError(f"engines = {engines!r}: it must be a list of names")
    if not engines:
        raise ValueError("engines = []: it must name one at least")
    for engine in engines:
        require_choice("engines", engine, ENGINES)
    return [part for part in _PARTS if part.name in engines]


def _measure(
    engine: Engine, workload: FeedWorkload, seconds: float, advance: Callable[[str], None]
) -> MeasuredStore:
    end = time.perf_counter() + seconds
    with _given_up_after(seconds + _PATIENCE_S, engine):
        advance(f"{engine.name}: what one operation costs")
        costs = measure_costs(engine, workload, _COSTS_SHARE * seconds)
        rate = _rate(costs, workload)
        each = max(end - time.perf_counter(), 0) / len(STRATEGIES)
        runs = []
        for strategy in STRATEGIES:
            label = f"{engine.name}: {strategy}"
            advance(label)
            runs.append(
                run_feeds(
                    engine,
                    workload,
                    strategy,
                    posts_per_second=rate,
                    seconds=_PACED_SHARE * each,
                    told=lambda label=label: advance(label),  # type: ignore[misc]
                )
            )
    return MeasuredStore(engine.name, engine.version, engine.settings, costs, rate, tuple(runs))


def _rate(costs: StoreCosts, workload: FeedWorkload) -> float:
    """Posts a second at which client and worker have time to spare, for all strategies alike.

    The client as a puller, the worker as a pusher. A client that is late only does what is due later; a
    worker that is late makes the queue long.
    """
    one, activity = costs.operations, workload.activity
    deliveries = activity.deliveries_per_post(workload.graph)
    reads = activity.reads_per_day
    followees = float(reads @ workload.graph.followee_counts / reads.sum())
    read_us = one.round_trip_us + costs.lookup_request_us + followees * one.lookup_us
    client_us = one.round_trip_us + one.write_us + READS_PER_POST * read_us
    worker_us = one.round_trip_us + costs.delivery_request_us + deliveries * one.delivery_us
    return 1e6 * min(_CLIENT_BUSY / client_us, _WORKER_BUSY / worker_us)


@contextmanager
def _given_up_after(seconds: float, engine: Engine) -> Iterator[None]:
    """Break the connections off after a time, so that a server that no longer answers keeps nobody."""
    timer = threading.Timer(seconds, engine.hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()

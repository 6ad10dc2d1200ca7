"""Step 4: what do the feed's queries cost, without and with the missing indexes? Measured."""

import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from helpers.labs.engines import TWEET
from helpers.labs.hardware import disk_folder
from helpers.labs.parts import Part, usable
from helpers.labs.query_plan_engines import PlanEngine, postgresql_engine, sqlite_engine
from helpers.labs.query_plan_report import KeyCost, MeasuredEngine, PageCost, QueryCost, QueryPlanReport
from helpers.labs.reports import Progress, this_machine
from helpers.labs.tasks import UnavailableError
from helpers.models.checks import require_numbers, require_whole
from helpers.models.feed_queries import FEED_QUERIES
from helpers.models.schemas import CORRECTED_SCHEMA, FRAMEWORK_SCHEMA
from helpers.models.social_graph import SocialGraph, follower_graph
from helpers.models.time_sorted_ids import snowflake

__all__ = ["KEYS", "PAGES", "PAGE_SIZE", "measure_query_plans"]

PAGE_SIZE = 20
PAGES = (1, 10, 100, 1_000)
KEYS = ("UUIDv4, random", "UUIDv7, by time", "Snowflake, by time")
ALONE, ANALYZED, INDEXED = "keys alone", "keys alone, after ANALYZE", "with the two indexes"

BUSY_TWEETS = PAGE_SIZE * PAGES[-1] + 100
"""Tweets of the author whose pages are turned; as many are written by all others together."""
KEY_ROWS, FEWEST_KEY_ROWS = 50_000, 20_000
ROWS_A_COMMIT = 1_000
ROWS_A_LOAD = 10_000
FEWEST_RUNS = 3
_SHARE_A_QUERY = 0.03
"""Of an engine's time; there are 17 queries at most, and loading and the keys take the rest."""
_STARTED_MS = 1_700_000_000_000
_QUERIES = ("followers_of", "followees_of", "newest_of_author", "feed_by_pull")


def measure_query_plans(
    budget_s: float = 8, *, progress: Progress | None = None, users: int = 5_000, seed: int = 0
) -> QueryPlanReport:
    """Measure for about `budget_s` seconds what the feed's queries cost, and leave nothing behind.

    The framework's schema is filled with a heavy-tailed graph of `users` users and 35 follows each; its
    queries are run with the primary keys alone, and again with the two indexes of the corrected schema. Then
    come deep pages of one busy author, by offset and by cursor, and inserts with random and with time-sorted
    keys, which take turns. Always SQLite, and PostgreSQL when DATABASE_URL is set; they share the budget. All
    rows fit into memory: a scan of a table that does not waits for the disk as well.

    progress: called with the fraction done, from 0 to 1, and what is measured now.
    users: 500 to 20,000; more users make the scans longer, and leave the searches as they are.

    Raises ValueError or TypeError for a budget outside 0.1 to 60 s, users or a seed out of range. An engine
    that cannot run is in `skipped` instead.

    >>> report = measure_query_plans(0.1, users=500)
    >>> before, *_, after = report.of("followers_of")
    >>> before.rows_read, after.rows_read
    (17500, 35)
    >>> after.plan
    'SEARCH follows USING COVERING INDEX follows_by_followee (followee_id=?)'
    """
    require_numbers("budget_s", budget_s, at_least=0.1, at_most=60, unit="s")
    users = require_whole("users", users, at_least=500, at_most=20_000)
    seed = require_whole("seed", seed, at_least=0, at_most=2**63 - 1)
    skipped: dict[str, str] = {}
    asked_for = usable(_PARTS, skipped)
    found: list[_Measured] = []
    done = 0

    def advance(share: float, label: str) -> None:
        if progress is not None:
            progress(min(1.0, (done + min(1.0, share)) / len(asked_for)), label)

    advance(0, "who follows whom")
    world = _world(users, seed)
    with tempfile.TemporaryDirectory(prefix="query_plans_", dir=disk_folder()) as inside:
        for part in asked_for:
            advance(0, part.name)
            try:
                with part.open(Path(inside)) as engine:
                    run = _Run(engine, world, budget_s / len(asked_for), advance)
                    found.append(_Measured(engine.used, (*run.queries(),), (*run.pages(),), run.keys()))
            except UnavailableError as reason:
                skipped[part.name] = str(reason)
            done += 1
    advance(0, "done")
    return QueryPlanReport(
        this_machine(),
        world.graph.users,
        world.graph.follows,
        len(world.tweets),
        tuple(measured.engine for measured in found),
        tuple(cost for measured in found for cost in measured.queries),
        tuple(page for measured in found for page in measured.pages),
        tuple(key for measured in found for key in measured.keys),
        skipped,
    )


_PARTS = (
    Part("SQLite", sqlite_engine),
    Part("PostgreSQL", lambda _: postgresql_engine(), "DATABASE_URL"),
)


@dataclass(frozen=True)
class _Measured:
    engine: MeasuredEngine
    queries: tuple[QueryCost, ...]
    pages: tuple[PageCost, ...]
    keys: tuple[KeyCost, ...]


@dataclass(frozen=True)
class _World:
    """The rows, and whom the queries ask about; a tweet is its author and its time in ms since 1970."""

    graph: SocialGraph
    tweets: list[tuple[int, int]]
    busy: int
    followed: int
    reader: int

    def pages_of_busy(self) -> list[tuple[int, int]]:
        """Return the time and id of the busy author's tweets, newest first."""
        of_busy = [(ms, number) for number, (author, ms) in enumerate(self.tweets) if author == self.busy]
        return sorted(of_busy, reverse=True)


def _world(users: int, seed: int) -> _World:
    graph = follower_graph(users, seed=seed)
    busy = int(np.argmax(graph.follower_counts))
    random = np.random.default_rng(seed)
    authors = np.concatenate([np.full(BUSY_TWEETS, busy), random.integers(0, users, BUSY_TWEETS)])
    random.shuffle(authors)
    # Two tweets a moment, so that the id must tell them apart.
    tweets = [(author, _STARTED_MS + number // 2 * 1_000) for number, author in enumerate(authors.tolist())]
    return _World(graph, tweets, busy, _average(graph.follower_counts), _average(graph.followee_counts))


def _average(counts: np.ndarray) -> int:
    """Return the user whose count is nearest to the mean."""
    return int(np.argmin(np.abs(counts - counts.mean())))


class _Run:
    """One engine's measurements, which end after about `seconds`."""

    def __init__(self, engine: PlanEngine, world: _World, seconds: float, advance: Progress) -> None:
        self.engine, self.world, self.seconds, self.advance = engine, world, seconds, advance
        self.start = self.shown = time.perf_counter()

    def queries(self) -> Iterator[QueryCost]:
        """Load the framework's tables, and run the feed's queries before and after the indexes are made."""
        self._load()
        values = {
            "followers_of": {"user": self.world.followed},
            "followees_of": {"user": self.world.reader},
            "newest_of_author": {"user": self.world.busy, "size": PAGE_SIZE},
            "feed_by_pull": {"user": self.world.reader, "size": PAGE_SIZE},
        }
        stages: list[tuple[str, tuple[str, ...]]] = [(ALONE, _QUERIES), (INDEXED, _QUERIES)]
        if self.engine.dialect == "sqlite":
            # PostgreSQL keeps statistics by itself; SQLite has none unless asked, and plans otherwise then.
            stages.insert(1, (ANALYZED, ("followers_of",)))
        for indexes, names in stages:
            if indexes == INDEXED:
                self._tell("making the indexes", at_once=True)
                for statement in CORRECTED_SCHEMA.ddl(self.engine.dialect):
                    if statement.startswith("CREATE INDEX"):
                        self.engine.run(statement)
            if indexes != ALONE or self.engine.dialect == "postgresql":
                self.engine.refresh()
            for name in names:
                yield self._cost(name, values[name], indexes, f"{name}, {indexes}")

    def pages(self) -> Iterator[PageCost]:
        """Turn to pages of the busy author."""
        newest_first = self.world.pages_of_busy()
        for page in PAGES:
            skipped = (page - 1) * PAGE_SIZE
            last = newest_first[skipped - 1] if skipped else (newest_first[0][0] + 1, 0)
            asked = {"user": self.world.busy, "size": PAGE_SIZE}
            after = {"created_at": self.engine.moment(last[0]), "id": last[1]}
            for paging, name, where in (
                ("offset", "page_at", {"offset": skipped}),
                ("cursor", "page_after", after),
            ):
                label = f"page {page:,} by {paging}"
                yield PageCost(paging, page, self._cost(name, asked | where, INDEXED, label))

    def keys(self) -> tuple[KeyCost, ...]:
        """Insert rows by each kind of key, a batch of each in turn."""
        tables = [f"keys_{number}" for number in range(len(KEYS))]
        for table, kind in zip(tables, ("uuid", "uuid", "integer"), strict=True):
            self.engine.make_keys(table, kind)
        seconds = [0.0] * len(KEYS)
        rows = 0
        for batches in _key_batches():
            for place, (table, batch) in enumerate(zip(tables, batches, strict=True)):
                self._tell(f"inserts: {KEYS[place]}", at_once=not rows)
                before = time.perf_counter()
                self.engine.insert_keys(table, batch, TWEET)
                seconds[place] += time.perf_counter() - before
            rows += ROWS_A_COMMIT
            if rows >= FEWEST_KEY_ROWS and self._left() <= 0:
                break
        name = self.engine.used.name
        return tuple(
            KeyCost(name, key, rows, ROWS_A_COMMIT, spent, *self.engine.sizes(table))
            for key, spent, table in zip(KEYS, seconds, tables, strict=True)
        )

    def _load(self) -> None:
        graph = self.world.graph
        for statement in FRAMEWORK_SCHEMA.ddl(self.engine.dialect):
            self.engine.run(statement)
        followers = np.repeat(np.arange(graph.users), graph.followee_counts).tolist()
        tweets = enumerate(self.world.tweets)
        rows: dict[str, Iterator[tuple[Any, ...]]] = {
            "users": ((user, f"user{user}", f"user{user}@example.com", "") for user in range(graph.users)),
            "follows": zip(followers, graph.followees.tolist(), strict=True),
            "tweets": ((number, author, TWEET, self.engine.moment(ms)) for number, (author, ms) in tweets),
        }
        for table, every in rows.items():
            self._tell(f"loading {table}", at_once=True)
            while some := list(islice(every, ROWS_A_LOAD)):
                self.engine.store(table, some)
                self._tell(f"loading {table}")

    def _cost(self, name: str, values: Mapping[str, Any], indexes: str, label: str) -> QueryCost:
        self._tell(label, at_once=True)
        statement = FEED_QUERIES[name].sql(self.engine.dialect)
        plan = self.engine.explain(statement, values)
        times_ms: list[float] = []
        end = time.perf_counter() + self.seconds * _SHARE_A_QUERY
        # The first run fills caches.
        returned = len(self.engine.run(statement, values))
        while len(times_ms) < FEWEST_RUNS or time.perf_counter() < end:
            before = time.perf_counter()
            self.engine.run(statement, values)
            times_ms.append((time.perf_counter() - before) * 1e3)
            self._tell(label)
        return QueryCost(
            self.engine.used.name,
            indexes,
            name,
            plan.text,
            returned,
            plan.rows_read,
            plan.work,
            self.engine.unit,
            statistics.median(times_ms),
            len(times_ms),
        )

    def _left(self) -> float:
        return self.seconds - (time.perf_counter() - self.start)

    def _tell(self, label: str, *, at_once: bool = False) -> None:
        now = time.perf_counter()
        if at_once or now - self.shown > 0.1:
            self.advance((now - self.start) / self.seconds, f"{self.engine.used.name}: {label}")
            self.shown = now


def _key_batches() -> Iterator[tuple[list[Any], ...]]:
    """Yield as many random, time-sorted and Snowflake keys as go into a commit; one key a ms."""
    random = np.random.default_rng(0)
    for first in range(0, KEY_ROWS, ROWS_A_COMMIT):
        moments = range(_STARTED_MS + first, _STARTED_MS + first + ROWS_A_COMMIT)
        yield (
            _uuids(random, ROWS_A_COMMIT, version=4),
            _uuids(random, ROWS_A_COMMIT, version=7, moments=moments),
            [snowflake(ms, machine=1, sequence=0) for ms in moments],
        )


def _uuids(
    random: np.random.Generator, count: int, *, version: int, moments: Sequence[int] | None = None
) -> list[bytes]:
    """Return UUIDs as `uuid4_text` and `uuid7_text` make them, many at once and as bytes."""
    keys = random.integers(0, 256, (count, 16), dtype=np.uint8)
    if moments is not None:
        keys[:, :6] = np.array(moments, dtype=">u8").view(np.uint8).reshape(count, 8)[:, 2:]
    keys[:, 6] = keys[:, 6] & 0x0F | version << 4
    keys[:, 8] = keys[:, 8] & 0x3F | 0x80
    return [key.tobytes() for key in keys]

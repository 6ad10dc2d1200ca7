"""Feed pages and posts a second by pull, push and hybrid on each store, against a plain SQL join.

    python -m benchmarks.feed_store

The join is the obvious query: follows joined with posts, sorted, the newest 20, with an index on each side.
It runs on the same engine; Redis has none, so it stands beside PostgreSQL's, or SQLite's where there is no
DATABASE_URL. All have the same posts, and take turns. A post counts once it is delivered to every follower,
which a worker does later in a real system, so the calls that post are given too. One client, one connection.
The join reads all posts of all followees, so it falls behind as posts pile up: try --posts 60000.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from helpers.labs.feed_lists import Engine
from helpers.labs.feed_store_postgresql import postgresql_feeds
from helpers.labs.feed_store_redis import redis_feeds
from helpers.labs.feed_store_sqlite import sqlite_feeds
from helpers.labs.feed_stores import FeedStore, Job
from helpers.labs.feed_workload import PAGE, FeedWorkload, draw_workload
from helpers.labs.hardware import disk_folder
from helpers.labs.servers import is_set
from helpers.models.fanout import STRATEGIES
from helpers.models.feed import Tweet

READS_A_TURN, POSTS_A_TURN = 40, 10
JOIN = "SQL join"
DDL = (
    "CREATE {kind} TABLE join_posts "
    "(author int, time double precision, id bigint, PRIMARY KEY (author, time, id))",
    "CREATE {kind} TABLE join_follows (follower int, followee int, PRIMARY KEY (follower, followee))",
)
QUERY = """
SELECT p.time, p.id, p.author FROM join_follows f JOIN join_posts p ON p.author = f.followee
WHERE f.follower = {mark} ORDER BY p.time DESC, p.id DESC LIMIT {mark}"""
OPEN: dict[str, tuple[str, Callable[[Path], AbstractContextManager[Engine]]]] = {
    "SQLite": ("", sqlite_feeds),
    "PostgreSQL": ("DATABASE_URL", lambda _: postgresql_feeds()),
    "Redis": ("REDIS_URL", lambda _: redis_feeds()),
}


@dataclass
class Variant:
    """One way to get a feed: it reads a page, posts, and delivers what was posted."""

    store: str
    way: str
    read: Callable[[int], Sequence[Any]]
    post: Callable[[Tweet], object]
    deliver: Callable[[], object] = lambda: None
    reads_s: list[float] = field(default_factory=list)
    calls_s: list[float] = field(default_factory=list)
    posts_s: list[float] = field(default_factory=list)


def feed_variant(engine: Engine, workload: FeedWorkload, way: str, tweets: list[Tweet]) -> Variant:
    """Return a strategy on a store that holds these tweets."""
    jobs: list[Job] = []
    store = FeedStore(
        workload.graph,
        engine,
        way,
        celebrity_from=workload.celebrity_from if way == "hybrid" else None,
        later=jobs.append,
    )
    store.load(tweets)

    def deliver() -> None:
        while jobs:
            jobs.pop(0)()

    return Variant(engine.name, way, lambda user: store.timeline(user, PAGE), store.post, deliver)


@contextmanager
def joined(store: str, folder: Path, workload: FeedWorkload, tweets: list[Tweet]) -> Iterator[Variant]:
    """Yield the join on SQLite or PostgreSQL; a post is one insert that waits for the disk."""
    with ExitStack() as stack:
        if store == "SQLite":
            import sqlite3  # noqa: PLC0415 - some builds of Python come without it

            connection: Any = stack.enter_context(
                closing(sqlite3.connect(folder / "join.sqlite", isolation_level=None))
            )
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            mark, kind, many = "?", "", connection.executemany
        else:
            import psycopg  # noqa: PLC0415 - only where there is a server

            connection = stack.enter_context(
                closing(psycopg.connect(os.environ["DATABASE_URL"], autocommit=True))
            )
            mark, kind, many = "%s", "UNLOGGED", connection.cursor().executemany
            stack.callback(connection.execute, "DROP TABLE IF EXISTS join_posts, join_follows")
        for statement in DDL:
            connection.execute(statement.format(kind=kind))
        insert = f"INSERT INTO join_posts VALUES ({mark}, {mark}, {mark})"
        follows = (
            (user, followee)
            for user in range(workload.graph.users)
            for followee in workload.graph.followees_of(user).tolist()
        )
        connection.execute("BEGIN")
        many(insert, [(tweet.author, tweet.time, tweet.id) for tweet in tweets])
        many(f"INSERT INTO join_follows VALUES ({mark}, {mark})", list(follows))
        connection.execute("COMMIT")
        if store == "PostgreSQL":
            connection.execute("ALTER TABLE join_posts SET LOGGED")
        else:
            # The others' logs still grow; one that has its size already is quicker to write.
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("ANALYZE")
        query = QUERY.format(mark=mark)

        def read(user: int) -> Sequence[Any]:
            rows: list[Any] = connection.execute(query, (user, PAGE)).fetchall()
            return rows

        def post(tweet: Tweet) -> None:
            connection.execute(insert, (tweet.author, tweet.time, tweet.id))

        yield Variant(store, JOIN, read, post)


def timed(run: Callable[[], object], times: list[float]) -> None:
    """Run it, and note the seconds it took."""
    start = time.perf_counter()
    run()
    times.append(time.perf_counter() - start)


def measure(variants: list[Variant], workload: FeedWorkload, posts: int, rounds: int) -> None:
    """Read and post in turns; stop where two ways give different pages."""
    readers = [action.user for action in workload.actions if not action.post]
    authors = [action.user for action in workload.actions if action.post]
    for turn in range(rounds):
        some = readers[turn * READS_A_TURN : (turn + 1) * READS_A_TURN]
        pages = {
            str([[tuple(row) for row in variant.read(user)] for user in some[:5]]) for variant in variants
        }
        assert len(pages) == 1, "the ways give different feeds"
        new = range(turn * POSTS_A_TURN, (turn + 1) * POSTS_A_TURN)
        posted = [workload.tweet(posts + number, authors[number]) for number in new]
        for variant in variants:
            for user in some:
                timed(lambda: variant.read(user), variant.reads_s)  # noqa: B023
        for variant in variants:
            for tweet in posted:
                timed(lambda: variant.post(tweet), variant.calls_s)  # noqa: B023
                timed(variant.deliver, variant.posts_s)
                variant.posts_s[-1] += variant.calls_s[-1]


def table(variants: list[Variant]) -> str:
    """Return the rates at the median time of each, which other programs disturb less, and their ratios."""
    lines = [
        "| store | way | pages a second | × the join | posts delivered a second | × the join "
        "| calls that post a second |",
        "| :-- | :-- | --: | --: | --: | --: | --: |",
    ]
    joins = {variant.store: variant for variant in variants if variant.way == JOIN}
    for variant in variants:
        join = joins.get(variant.store) or joins.get("PostgreSQL") or joins["SQLite"]
        reads, posts, calls = (
            1 / statistics.median(times) for times in (variant.reads_s, variant.posts_s, variant.calls_s)
        )
        read_ratio = statistics.median(join.reads_s) * reads
        post_ratio = statistics.median(join.posts_s) * posts
        lines.append(
            f"| {variant.store} | {variant.way} | {reads:,.0f} | {read_ratio:.2f} "
            f"| {posts:,.0f} | {post_ratio:.2f} | {calls:,.0f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--users", type=int, default=5_000)
    parser.add_argument("--posts", type=int, default=20_000, help="posts there are at the start")
    parser.add_argument("--rounds", type=int, default=25, help="turns of each variant, at most 50")
    options = parser.parse_args()
    before = os.getloadavg()[0]
    workload = draw_workload(options.users)
    rates = workload.activity.posts_per_day
    drawn = np.random.default_rng(1).choice(len(rates), options.posts, p=rates / rates.sum()).tolist()
    tweets = [workload.tweet(number, author) for number, author in enumerate(drawn)]
    with tempfile.TemporaryDirectory(dir=disk_folder()) as folder, ExitStack() as stack:
        variants = []
        for store, (variable, opened) in OPEN.items():
            if variable and not is_set(variable):
                print(f"{store}: {variable} is not set")
                continue
            for way in STRATEGIES:
                inside = Path(folder, f"{store}-{way}")
                inside.mkdir()
                variants.append(feed_variant(stack.enter_context(opened(inside)), workload, way, tweets))
            if store != "Redis":
                variants.append(stack.enter_context(joined(store, inside, workload, tweets)))
        measure(variants, workload, options.posts, min(options.rounds, 50))
    print(table(variants))
    print(f"\n{os.cpu_count()} cores; load {before:.1f} before the run, {os.getloadavg()[0]:.1f} after it")


if __name__ == "__main__":
    main()

"""Step 3: a database with a query worth waiting for, and a cache to put in front of it."""

import json
import secrets
import statistics
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.labs.engines import KEYS_EXPIRE_SECONDS, TWEET
from helpers.labs.hardware import file_system_of
from helpers.labs.servers import (
    connect_postgresql,
    connect_redis,
    driver_version,
    first_line,
    import_driver,
    redis_information,
    redis_kept_clean,
    server_url,
)
from helpers.labs.tasks import UnavailableError

__all__ = [
    "Cache",
    "Database",
    "Value",
    "memory_cache",
    "postgresql_database",
    "redis_cache",
    "sqlite_database",
]

AUTHORS = 1_000
FIRST_ROWS, MOST_ROWS = 4_000, 80_000
QUERY_MS = 1.0
"""How long a query should take: far above the noise of a timer, and short enough for hundreds a second."""

Value = tuple[int, int]


@dataclass(frozen=True)
class Database:
    """One connection to one database; `query(author)` counts an author's posts and adds up their likes.

    It reads every row, because no index helps it. `rows` is how many it took to fill the time asked for.
    """

    engine: str
    version: str
    settings: str
    rows: int
    query: Callable[[int], Value]


@dataclass(frozen=True)
class Cache:
    """Answers kept by author, the least recently used dropped: `get` one (or None), `put` one.

    Both may be called from two threads at once.
    """

    engine: str
    version: str
    settings: str
    entries: int
    get: Callable[[int], Value | None]
    put: Callable[[int, Value], None]


@contextmanager
def sqlite_database(folder: Path, query_ms: float = QUERY_MS) -> Iterator[Database]:
    """SQLite in a file in `folder`, with as many rows as a query can read in about `query_ms`.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, sqlite_database(Path(folder), 0.01) as database:
    ...     database.rows, database.query(7)
    (4000, (4, 111))
    """
    try:
        import sqlite3  # noqa: PLC0415 - some builds of Python come without it; the servers still run
    except ImportError:
        raise UnavailableError("this Python was built without SQLite") from None

    find = "SELECT count(*), total(likes) FROM posts WHERE author = ?"
    insert = "INSERT INTO posts (id, author, likes, text) VALUES (?, ?, ?, ?)"
    try:
        # One thread at a time uses it, but the one that serves is not the one that opened it.
        opened = sqlite3.connect(folder / "posts.sqlite", isolation_level=None, check_same_thread=False)
        using = threading.Lock()
        with _closing_between(opened, using) as connection:
            connection.execute("PRAGMA synchronous=OFF")
            connection.execute("PRAGMA cache_size=-65536")
            connection.execute(
                "CREATE TABLE posts (id INTEGER PRIMARY KEY, author INT, likes INT, text TEXT)"
            )

            def query(author: int) -> Value:
                with using:
                    posts, likes = connection.execute(find, (author,)).fetchone()
                return int(posts), int(likes)

            def load(first: int, end: int) -> None:
                connection.execute("BEGIN")
                rows = ((row, row % AUTHORS, row % 97, TWEET) for row in range(first, end))
                connection.executemany(insert, rows)
                connection.execute("COMMIT")

            rows = _load_rows(load, query, query_ms)
            read = f"reads {rows:,} rows of a file, kept in memory"
            parts = [read, "one connection", file_system_of(folder)]
            yield Database("SQLite", sqlite3.sqlite_version, ", ".join(filter(None, parts)), rows, query)
    except sqlite3.Error as error:
        raise UnavailableError(f"SQLite stopped: {error}") from error


@contextmanager
def _closing_between(connection: Any, using: threading.Lock) -> Iterator[Any]:
    """Close a connection at the end, but never under a query: SQLite would take the whole program down."""
    try:
        yield connection
    finally:
        with using:
            connection.close()


@contextmanager
def postgresql_database(url: str | None = None, query_ms: float = QUERY_MS) -> Iterator[Database]:
    """PostgreSQL at `url` (by default DATABASE_URL), in a temporary table, which goes with its connection."""
    url = server_url("DATABASE_URL", url)
    psycopg = import_driver("psycopg")
    name = psycopg.sql.Identifier(f"rising_load_{secrets.token_hex(6)}")
    try:
        with closing(connect_postgresql(psycopg, "DATABASE_URL", url)) as connection:
            # Before the first temporary table, so that all its rows stay in memory.
            connection.execute("SET temp_buffers = '64MB'")
            create = "CREATE TEMPORARY TABLE {} (id int PRIMARY KEY, author int, likes int, text text)"
            connection.execute(psycopg.sql.SQL(create).format(name))
            insert = psycopg.sql.SQL(
                "INSERT INTO {} SELECT i, i %% %s, i %% 97, %s FROM generate_series(%s::int, %s::int) i"
            ).format(name)
            find = psycopg.sql.SQL(
                "SELECT count(*), coalesce(sum(likes), 0) FROM {} WHERE author = %s"
            ).format(name)

            def query(author: int) -> Value:
                posts, likes = connection.execute(find, (author,)).fetchone()
                return int(posts), int(likes)

            def load(first: int, end: int) -> None:
                connection.execute(insert, (AUTHORS, TWEET, first, end - 1))

            rows = _load_rows(load, query, query_ms)
            version = str(connection.execute("SHOW server_version").fetchone()[0]).split(" ")[0]
            settings = f"reads {rows:,} rows from memory, one connection, {driver_version(psycopg)}"
            yield Database("PostgreSQL", version, settings, rows, query)
    except psycopg.Error as error:
        raise UnavailableError(f"PostgreSQL stopped: {first_line(error)}") from error


@contextmanager
def memory_cache(entries: int) -> Iterator[Cache]:
    """A cache of so many answers inside this program: no network, and lost with it.

    >>> with memory_cache(2) as cache:
    ...     cache.put(1, (4, 10)), cache.put(2, (4, 20)), cache.get(1), cache.put(3, (4, 30))
    ...     [cache.get(author) for author in (1, 2, 3)]
    (None, None, (4, 10), None)
    [(4, 10), None, (4, 30)]
    """
    recent = _Recent(entries)
    kept: dict[int, Value] = {}

    def get(author: int) -> Value | None:
        recent.used(author)
        return kept.get(author)

    def put(author: int, value: Value) -> None:
        kept[author] = value
        for dropped in recent.added(author):
            kept.pop(dropped, None)

    yield Cache("in-process cache", "", f"{entries} answers, least recently used dropped", entries, get, put)


@contextmanager
def redis_cache(entries: int, url: str | None = None) -> Iterator[Cache]:
    """Redis at `url` (by default REDIS_URL) as a cache of so many answers.

    The keys have a prefix of their own, are deleted at the end, and expire after ten minutes should even
    that not happen. Which to drop is decided here, not by Redis: its limit is a setting of the whole server.
    """
    url = server_url("REDIS_URL", url)
    redis = import_driver("redis")
    prefix = f"rising_load:{secrets.token_hex(6)}:"
    recent = _Recent(entries)

    def get(author: int) -> Value | None:
        recent.used(author)
        found = client.get(f"{prefix}{author}")
        return None if found is None else tuple(json.loads(found))

    def put(author: int, value: Value) -> None:
        client.set(f"{prefix}{author}", json.dumps(value), ex=KEYS_EXPIRE_SECONDS)
        dropped = recent.added(author)
        if dropped:
            client.delete(*(f"{prefix}{author}" for author in dropped))

    def delete() -> None:
        # Every author that was ever put: an interrupt may come between a change here and there.
        client.delete(*(f"{prefix}{author}" for author in range(AUTHORS)))

    with closing(connect_redis(redis, "REDIS_URL", url)) as client:
        information = redis_information(redis, "REDIS_URL", client)
        settings = f"{entries} answers, least recently used dropped, {driver_version(redis)}"
        left = f"the keys {prefix}*, which expire after {KEYS_EXPIRE_SECONDS // 60} minutes"
        with redis_kept_clean(redis, client, delete, left):
            yield Cache("Redis", str(information.get("redis_version", "")), settings, entries, get, put)


class _Recent:
    """The authors in a cache, from least to most recently used, for two threads."""

    def __init__(self, entries: int) -> None:
        self._entries, self._order = entries, OrderedDict[int, None]()
        self._lock = threading.Lock()

    def used(self, author: int) -> None:
        with self._lock:
            if author in self._order:
                self._order.move_to_end(author)

    def added(self, author: int) -> list[int]:
        """Note a new entry, and return what has to go for it."""
        with self._lock:
            self._order[author] = None
            self._order.move_to_end(author)
            return [self._order.popitem(last=False)[0] for _ in range(len(self._order) - self._entries)]


def _load_rows(load: Callable[[int, int], object], query: Callable[[int], Any], query_ms: float) -> int:
    """Load rows until a query takes about `query_ms`, and return how many that are."""
    load(0, FIRST_ROWS)
    query(0)
    times = []
    for author in range(9):
        start = time.perf_counter()
        query(author)
        times.append(time.perf_counter() - start)
    wanted = FIRST_ROWS * query_ms / 1e3 / statistics.median(times)
    # A whole number of posts for every author.
    rows = int(min(max(wanted, FIRST_ROWS), MOST_ROWS)) // AUTHORS * AUTHORS
    if rows > FIRST_ROWS:
        load(FIRST_ROWS, rows)
    return rows

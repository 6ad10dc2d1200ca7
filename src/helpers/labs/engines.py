"""Step 2: the same inserts and point reads in SQLite, PostgreSQL and Redis.

An insert stores one number as the key and 100 bytes of text, the framework's size of a tweet. Reads pick
random keys among the 10,000 rows loaded first, so they come from memory. Everything an engine was given
is taken away again, whatever happens: the tables are dropped and the keys deleted.

What is timed is what one Python program gets from one connection through the usual driver, one call after
the other. That is not a server's limit: with one connection `redis-benchmark`, written in C, got ten times
as many SETs a second from the same Redis, and servers work for many connections at once.
"""

import itertools
import secrets
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np

from helpers.labs.hardware import IN_MEMORY, file_system_of
from helpers.labs.servers import (
    append_fsync,
    connect_postgresql,
    connect_redis,
    driver_version,
    first_line,
    import_driver,
    redis_information,
    redis_kept_clean,
    server_url,
)
from helpers.labs.tasks import INSERT, POINT_READ, Task, UnavailableError

__all__ = ["postgresql_tasks", "redis_tasks", "sqlite_tasks"]

TWEET = "Estimate first: users, actions, seconds in a day. Then ask what one machine can do. Then decide. 600"
LOADED_ROWS = 10_000
ROWS_A_COMMIT = 1_000
COMMANDS_A_PIPELINE = 16
KEYS_EXPIRE_SECONDS = 600


@contextmanager
def sqlite_tasks(folder: Path) -> Iterator[list[Task]]:
    """SQLite in a file in `folder`: write-ahead log, and every commit waits for the disk (synchronous=FULL).

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, sqlite_tasks(Path(folder)) as tasks:
    ...     [task.unit for task in tasks]
    ['inserts/s', 'inserts/s', 'reads/s']
    """
    import sqlite3  # noqa: PLC0415 - some builds of Python come without it; the other parts still run

    insert = "INSERT INTO tweets (id, text) VALUES (?, ?)"
    try:
        with closing(sqlite3.connect(folder / "tweets.sqlite", isolation_level=None)) as connection:
            journal = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
            connection.execute("PRAGMA synchronous=FULL")
            # On macOS a plain fsync leaves the data in the drive's cache; elsewhere this changes nothing.
            connection.execute("PRAGMA fullfsync=ON")
            connection.execute("CREATE TABLE tweets (id INTEGER PRIMARY KEY, text TEXT NOT NULL)")

            def insert_batch(rows: list[tuple[int, str]]) -> None:
                connection.execute("BEGIN")
                connection.executemany(insert, rows)
                connection.execute("COMMIT")

            def read(row: int) -> object:
                return connection.execute("SELECT text FROM tweets WHERE id = ?", (row,)).fetchone()[0]

            file_system = file_system_of(folder)
            yield _table_tasks(
                engine="SQLite",
                version=sqlite3.sqlite_version,
                settings=", ".join(
                    filter(None, [f"journal_mode={journal}", "synchronous=FULL", file_system])
                ),
                durable=file_system not in IN_MEMORY,
                insert_one=lambda row: connection.execute(insert, row),
                insert_batch=insert_batch,
                read=read,
            )
    except sqlite3.Error as error:
        raise UnavailableError(f"SQLite stopped: {error}") from error


@contextmanager
def postgresql_tasks(url: str | None = None) -> Iterator[list[Task]]:
    """PostgreSQL at `url` (by default DATABASE_URL), in a table of its own that is dropped at the end.

    An ordinary table, because temporary ones are neither logged nor durable.
    """
    url = server_url("DATABASE_URL", url)
    psycopg = import_driver("psycopg")
    name = f"one_machine_{secrets.token_hex(6)}"
    table = psycopg.sql.Identifier(name)

    connection = connect_postgresql(psycopg, "DATABASE_URL", url)
    try:
        with closing(connection), connection.cursor() as cursor:
            cursor.execute(
                psycopg.sql.SQL("CREATE TABLE {} (id bigint PRIMARY KEY, text text NOT NULL)").format(table)
            )
            insert = psycopg.sql.SQL("INSERT INTO {} (id, text) VALUES (%s, %s)").format(table)
            select = psycopg.sql.SQL("SELECT text FROM {} WHERE id = %s").format(table)

            def insert_batch(rows: list[tuple[int, str]]) -> None:
                with connection.transaction():
                    cursor.executemany(insert, rows)

            def show(setting: str) -> str:
                return str(
                    cursor.execute(psycopg.sql.SQL("SHOW {}").format(psycopg.sql.SQL(setting))).fetchone()[0]
                )

            fsync, commit, version = show("fsync"), show("synchronous_commit"), show("server_version")
            driver = driver_version(psycopg)
            yield _table_tasks(
                engine="PostgreSQL",
                version=version.split(" ")[0],
                settings=f"fsync={fsync}, synchronous_commit={commit}, one connection, {driver}",
                durable=fsync == "on" and commit != "off",
                insert_one=lambda row: cursor.execute(insert, row),
                insert_batch=insert_batch,
                read=lambda row: cursor.execute(select, (row,)).fetchone()[0],
            )
    except psycopg.Error as error:
        raise UnavailableError(f"PostgreSQL stopped: {first_line(error)}") from error
    finally:
        # The first connection may be broken or in the middle of a statement: use a new one.
        try:
            with closing(connect_postgresql(psycopg, "DATABASE_URL", url)) as cleaner:
                cleaner.execute(psycopg.sql.SQL("DROP TABLE IF EXISTS {}").format(table))
        except psycopg.Error as error:
            # Raising would hide an interrupt.
            warnings.warn(f"could not drop the table {name}: {first_line(error)}", stacklevel=2)


@contextmanager
def redis_tasks(url: str | None = None) -> Iterator[list[Task]]:
    """Redis at `url` (by default REDIS_URL): SET one at a time and 16 a pipeline, and GET.

    The keys have a prefix of their own, are overwritten rather than added to, are deleted at the end, and
    expire after ten minutes should even that not happen. A Redis write is durable only with
    appendonly=yes and appendfsync=always, which is not the default.
    """
    url = server_url("REDIS_URL", url)
    redis = import_driver("redis")
    client = connect_redis(redis, "REDIS_URL", url)
    keys = [f"one_machine:{secrets.token_hex(6)}:{row}" for row in range(LOADED_ROWS)]
    with closing(client):
        information = redis_information(redis, "REDIS_URL", client)
        append = "yes" if information.get("aof_enabled") else "no"
        sync = append_fsync(client, redis) if information.get("aof_enabled") else ""
        parts = [f"appendonly={append}", sync, "one connection", driver_version(redis)]
        settings = ", ".join(filter(None, parts))
        order = itertools.cycle(keys)
        some = itertools.cycle(_random_rows(LOADED_ROWS))

        def pipeline(count: int) -> None:
            with client.pipeline(transaction=False) as commands:
                for key in itertools.islice(order, count):
                    commands.set(key, TWEET, ex=KEYS_EXPIRE_SECONDS)
                commands.execute()

        def task(name: str, unit: str, run: Callable[[], object], together: int = 1) -> Task:
            durable = sync == "appendfsync=always" if unit == "inserts/s" else None
            version = str(information.get("redis_version", ""))
            return Task(name, "Redis", version, settings, unit, run, together, together, durable=durable)

        def delete() -> None:
            for start in range(0, LOADED_ROWS, ROWS_A_COMMIT):
                client.delete(*keys[start : start + ROWS_A_COMMIT])

        left = f"the keys {keys[0][:-1]}*, which expire after {KEYS_EXPIRE_SECONDS // 60} minutes"
        with redis_kept_clean(redis, client, delete, left):
            for _ in range(0, LOADED_ROWS, ROWS_A_COMMIT):
                pipeline(ROWS_A_COMMIT)
            yield [
                task(
                    "SET, one at a time",
                    "inserts/s",
                    lambda: client.set(next(order), TWEET, ex=KEYS_EXPIRE_SECONDS),
                ),
                task(
                    f"SET, {COMMANDS_A_PIPELINE} a pipeline",
                    "inserts/s",
                    lambda: pipeline(COMMANDS_A_PIPELINE),
                    together=COMMANDS_A_PIPELINE,
                ),
                task("GET", "reads/s", lambda: client.get(keys[next(some)])),
            ]


def _table_tasks(
    *,
    engine: str,
    version: str,
    settings: str,
    durable: bool,
    insert_one: Callable[[tuple[int, str]], object],
    insert_batch: Callable[[list[tuple[int, str]]], object],
    read: Callable[[int], object],
) -> list[Task]:
    rows = ((row, TWEET) for row in itertools.count())
    some = itertools.cycle(_random_rows(LOADED_ROWS))

    def batch() -> None:
        insert_batch(list(itertools.islice(rows, ROWS_A_COMMIT)))

    for _ in range(0, LOADED_ROWS, ROWS_A_COMMIT):
        batch()
    return [
        Task(INSERT, engine, version, settings, "inserts/s", lambda: insert_one(next(rows)), durable=durable),
        Task(
            f"insert, {ROWS_A_COMMIT:,} rows a commit",
            engine,
            version,
            settings,
            "inserts/s",
            batch,
            operations=ROWS_A_COMMIT,
            together=ROWS_A_COMMIT,
            durable=durable,
        ),
        Task(POINT_READ, engine, version, settings, "reads/s", lambda: read(next(some))),
    ]


def _random_rows(count: int) -> list[int]:
    return [int(row) for row in np.random.default_rng(0).permutation(count)]

"""Step 1: a primary and the replica that follows it, opened in SQLite, PostgreSQL and Redis."""

import secrets
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from helpers.labs.engines import KEYS_EXPIRE_SECONDS, TWEET
from helpers.labs.hardware import file_system_of
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
from helpers.labs.tasks import UnavailableError

__all__ = ["Replicated", "postgresql_replicas", "redis_replicas", "sqlite_replicas"]

FOLLOW_SECONDS = 5
SERVER_PAUSE_MS = 5.0


@dataclass(frozen=True)
class Replicated:
    """A primary and one replica, ready to be written to and read.

    `write(number)` returns once the primary has acknowledged that number; the numbers rise from 1.
    `on_primary(number)` and `on_replica(number)` read it and say whether it is there. `pause_ms` is the
    longest pause between two trials: each is random, so that writes keep no step with the replication.
    """

    engine: str
    version: str
    settings: str
    write: Callable[[int], object]
    on_primary: Callable[[int], bool]
    on_replica: Callable[[int], bool]
    pause_ms: float = SERVER_PAUSE_MS


_LONGEST_END_S = 2.0


@contextmanager
def _in_a_thread(work: Callable[[threading.Event], None], name: str) -> Iterator[None]:
    """Let `work` run in a thread, which it leaves when its event is set, at the end.

    Not ended by a join: an interrupted one takes a working thread for ended. And an interrupt may fall into
    the start, where the thread is known to nobody but already runs, or never will.
    """
    stop, ended = threading.Event(), threading.Event()

    def run() -> None:
        try:
            work(stop)
        finally:
            ended.set()

    try:
        threading.Thread(target=run, name=name, daemon=True).start()
        yield
    finally:
        stop.set()
        ended.wait(_LONGEST_END_S)


@contextmanager
def sqlite_replicas(folder: Path, interval_ms: float = 10) -> Iterator[Replicated]:
    """Two SQLite files in `folder`; a thread looks for new rows every `interval_ms` and ships them.

    SQLite has no replication of its own. This is the plainest kind, and the interval is our choice: it
    decides the lag, from nothing to one interval and the time to ship.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, sqlite_replicas(Path(folder)) as replicated:
    ...     _ = replicated.write(1)
    ...     replicated.on_primary(1), replicated.on_replica(2)
    (True, False)
    """
    try:
        import sqlite3  # noqa: PLC0415 - some builds of Python come without it; the servers still run
    except ImportError:
        raise UnavailableError("this Python was built without SQLite") from None

    files = {"primary": folder / "primary.sqlite", "replica": folder / "replica.sqlite"}
    insert = "INSERT INTO tweets (id, text) VALUES (?, ?)"
    failures: list[str] = []

    def connect(name: str) -> sqlite3.Connection:
        opened = sqlite3.connect(files[name], isolation_level=None)
        opened.execute("PRAGMA journal_mode=WAL")
        # A replica that loses its last rows in a power cut can fetch them again.
        opened.execute(f"PRAGMA synchronous={'FULL' if name == 'primary' else 'NORMAL'}")
        opened.execute("PRAGMA fullfsync=ON")
        opened.execute("CREATE TABLE IF NOT EXISTS tweets (id INTEGER PRIMARY KEY, text TEXT NOT NULL)")
        return opened

    def ship(stop: threading.Event) -> None:
        try:
            with closing(connect("primary")) as source, closing(connect("replica")) as target:
                newest = 0
                while not stop.is_set():
                    # Event.wait would round a short interval up to 16 ms on Windows.
                    time.sleep(interval_ms / 1000)
                    new = "SELECT id, text FROM tweets WHERE id > ? ORDER BY id"
                    rows = source.execute(new, (newest,)).fetchall()
                    if rows:
                        target.execute("BEGIN")
                        target.executemany(insert, rows)
                        target.execute("COMMIT")
                        newest = rows[-1][0]
        except sqlite3.Error as error:
            failures.append(str(error))

    def is_there(connection: sqlite3.Connection, number: int) -> bool:
        return connection.execute("SELECT text FROM tweets WHERE id = ?", (number,)).fetchone() is not None

    def on_replica(number: int) -> bool:
        if failures:
            raise UnavailableError(f"the replica stopped: {failures[0]}")
        return is_there(replica, number)

    try:
        with closing(connect("primary")) as primary, closing(connect("replica")) as replica:
            file_system = file_system_of(folder)
            parts = [
                f"a second file, to which a thread ships new rows every {interval_ms:g} ms",
                "journal_mode=wal",
                "synchronous=FULL on the primary",
                file_system,
            ]
            with _in_a_thread(ship, "ship rows to the replica"):
                yield Replicated(
                    engine="SQLite",
                    version=sqlite3.sqlite_version,
                    settings=", ".join(filter(None, parts)),
                    write=lambda number: primary.execute(insert, (number, TWEET)),
                    on_primary=lambda number: is_there(primary, number),
                    on_replica=on_replica,
                    pause_ms=interval_ms,
                )
    except sqlite3.Error as error:
        raise UnavailableError(f"SQLite stopped: {error}") from error


@contextmanager
def postgresql_replicas(url: str | None = None, replica_url: str | None = None) -> Iterator[Replicated]:
    """A PostgreSQL primary at `url` (by default DATABASE_URL) and a streaming standby of it.

    replica_url: the standby; by default DATABASE_REPLICA_URL. The rows go into an ordinary table of their
    own, because temporary and unlogged ones are not replicated; it is dropped at the end.
    """
    url, replica_url = server_url("DATABASE_URL", url), server_url("DATABASE_REPLICA_URL", replica_url)
    psycopg = import_driver("psycopg")
    name = f"replication_{secrets.token_hex(6)}"
    table = psycopg.sql.Identifier(name)
    try:
        with (
            closing(connect_postgresql(psycopg, "DATABASE_URL", url)) as primary,
            closing(connect_postgresql(psycopg, "DATABASE_REPLICA_URL", replica_url)) as replica,
        ):
            if _value(primary, "SELECT pg_is_in_recovery()"):
                raise UnavailableError(
                    "DATABASE_URL is a standby, which takes no writes; it must be the primary"
                )
            if not _value(replica, "SELECT pg_is_in_recovery()"):
                raise UnavailableError("DATABASE_REPLICA_URL is a primary, not a streaming standby")
            try:
                create = psycopg.sql.SQL("CREATE TABLE {} (id bigint PRIMARY KEY, text text NOT NULL)")
                primary.execute(create.format(table))
                _wait_until(
                    lambda: _value(replica, "SELECT to_regclass(%s)", name) is not None,
                    "DATABASE_REPLICA_URL does not follow DATABASE_URL: a new table did not arrive",
                )
                insert = psycopg.sql.SQL("INSERT INTO {} (id, text) VALUES (%s, %s)").format(table)
                select = psycopg.sql.SQL("SELECT text FROM {} WHERE id = %s").format(table)
                shown = ("fsync", "synchronous_commit", "synchronous_standby_names")
                parts = ["a streaming standby"]
                parts += [f"{setting}={_value(primary, f'SHOW {setting}') or 'none'}" for setting in shown]
                parts += ["one connection to each", driver_version(psycopg)]
                yield Replicated(
                    engine="PostgreSQL",
                    version=str(_value(primary, "SHOW server_version")).split(" ")[0],
                    settings=", ".join(parts),
                    write=lambda number: primary.execute(insert, (number, TWEET)),
                    on_primary=lambda number: _value(primary, select, number) is not None,
                    on_replica=lambda number: _value(replica, select, number) is not None,
                )
            finally:
                _drop(psycopg, url, name)
    except psycopg.Error as error:
        raise UnavailableError(f"PostgreSQL stopped: {first_line(error)}") from error


@contextmanager
def redis_replicas(url: str | None = None, replica_url: str | None = None) -> Iterator[Replicated]:
    """A Redis primary at `url` (by default REDIS_URL) and a replica of it (REDIS_REPLICA_URL).

    One key holds the newest number. It is deleted at the end, and expires after ten minutes should even
    that not happen.
    """
    url, replica_url = server_url("REDIS_URL", url), server_url("REDIS_REPLICA_URL", replica_url)
    redis = import_driver("redis")
    key = f"replication:{secrets.token_hex(6)}"

    def is_there(client: Any, number: int) -> bool:
        newest = client.get(key)
        return newest is not None and int(newest) >= number

    with (
        closing(connect_redis(redis, "REDIS_URL", url)) as primary,
        closing(connect_redis(redis, "REDIS_REPLICA_URL", replica_url)) as replica,
    ):
        information = redis_information(redis, "REDIS_URL", primary)
        if information.get("role") != "master":
            raise UnavailableError("REDIS_URL is a replica, which takes no writes; it must be the primary")
        if redis_information(redis, "REDIS_REPLICA_URL", replica).get("role") != "slave":
            raise UnavailableError("REDIS_REPLICA_URL is a primary, not a replica")
        append = "yes" if information.get("aof_enabled") else "no"
        sync = append_fsync(primary, redis) if information.get("aof_enabled") else ""
        parts = ["a replica", f"appendonly={append}", sync, "one connection to each", driver_version(redis)]
        left = f"the key {key}, which expires after {KEYS_EXPIRE_SECONDS // 60} minutes"
        with redis_kept_clean(redis, primary, lambda: primary.delete(key), left):
            _wait_until(
                lambda: replica.info("replication").get("master_link_status") == "up",
                "REDIS_REPLICA_URL has no link to its primary",
            )
            yield Replicated(
                engine="Redis",
                version=str(information.get("redis_version", "")),
                settings=", ".join(filter(None, parts)),
                write=lambda number: primary.set(key, number, ex=KEYS_EXPIRE_SECONDS),
                on_primary=lambda number: is_there(primary, number),
                on_replica=lambda number: is_there(replica, number),
            )


def _wait_until(holds: Callable[[], bool], otherwise: str) -> None:
    give_up = time.monotonic() + FOLLOW_SECONDS
    while not holds():
        if time.monotonic() > give_up:
            raise UnavailableError(f"{otherwise} within {FOLLOW_SECONDS:g} s")
        time.sleep(0.01)


def _value(connection: Any, query: Any, *parameters: object) -> Any:
    row = connection.execute(query, parameters).fetchone()
    return None if row is None else row[0]


def _drop(psycopg: ModuleType, url: str, name: str) -> None:
    # The first connection may be broken or in the middle of a statement: use a new one.
    try:
        with closing(connect_postgresql(psycopg, "DATABASE_URL", url)) as cleaner:
            cleaner.execute(psycopg.sql.SQL("DROP TABLE IF EXISTS {}").format(psycopg.sql.Identifier(name)))
    except psycopg.errors.ReadOnlySqlTransaction:
        pass  # so no table was made
    except (psycopg.Error, UnavailableError) as error:
        # Raising would hide an interrupt.
        warnings.warn(f"could not drop the table {name}: {first_line(error)}", stacklevel=2)

"""The same work in three databases: real inserts and reads, honest settings, no tables or keys left."""

import itertools
import socket
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from helpers.labs import engines, hardware, one_machine, servers
from helpers.labs.engines import TWEET, postgresql_tasks, redis_tasks, sqlite_tasks
from helpers.labs.one_machine import MachineReport, measure_machine
from helpers.labs.tasks import Task, UnavailableError

LOADED_ROWS = 2_000
Open = Callable[[], AbstractContextManager[list[Task]]]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An array, files and tables that take no time to fill, in a folder of the test's own."""
    monkeypatch.setattr(engines, "LOADED_ROWS", LOADED_ROWS)
    monkeypatch.setattr(one_machine, "memory_tasks", partial(hardware.memory_tasks, megabytes=16))
    monkeypatch.setattr(hardware, "FILE_BLOCKS", 16)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


@pytest.fixture
def tables(database_url: str) -> Iterator[Callable[[], list[str]]]:
    """The lab's tables that are on the server now."""
    psycopg = pytest.importorskip("psycopg")
    with closing(psycopg.connect(database_url, autocommit=True)) as connection:
        found = "SELECT tablename FROM pg_tables WHERE tablename LIKE 'one_machine_%'"
        yield lambda: [row[0] for row in connection.execute(found)]


@pytest.fixture
def keys(redis_url: str) -> Iterator[Callable[[], list[bytes]]]:
    """The lab's keys that are on the server now."""
    redis = pytest.importorskip("redis")
    with closing(redis.Redis.from_url(redis_url)) as client:
        yield lambda: list(client.scan_iter("one_machine:*", count=1000))


def test_the_text_is_100_bytes() -> None:
    assert len(TWEET.encode()) == 100


class TestSqlite:
    def test_tasks_insert_and_read_real_rows(self, tmp_path: Path) -> None:
        with sqlite_tasks(tmp_path) as (insert_one, insert_batch, read):
            with closing(sqlite3.connect(tmp_path / "tweets.sqlite")) as other:
                insert_one.run()
                assert count(other, "tweets") == LOADED_ROWS + 1
                insert_batch.run()
                assert count(other, "tweets") == LOADED_ROWS + 1 + insert_batch.operations
            assert {read.run() for _ in range(100)} == {TWEET}
            assert (insert_one.operations, insert_batch.operations, read.operations) == (1, 1000, 1)

    def test_reads_jump_about(self) -> None:
        rows = engines._random_rows(10_000)
        assert sorted(rows) == list(range(10_000))
        neighbours = sum(abs(a - b) == 1 for a, b in itertools.pairwise(rows))
        assert neighbours < 10

    def test_an_error_in_the_middle_is_a_reason(self, tmp_path: Path) -> None:
        def run() -> None:
            with sqlite_tasks(tmp_path):
                raise sqlite3.OperationalError("database or disk is full")

        with pytest.raises(UnavailableError, match="disk is full"):
            run()


@pytest.mark.postgresql
class TestPostgresql:
    def test_measured_and_dropped(
        self, database_url: str, tables: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        report, during = measure_only("DATABASE_URL", database_url, tables, monkeypatch)
        assert report.engines == ("SQLite", "PostgreSQL")
        assert report.skipped["Redis"] == "REDIS_URL is not set"
        assert min(report.node_limits("PostgreSQL").values()) > 0
        assert any("fsync=" in m.settings and "psycopg" in m.settings for m in report.measurements)
        assert during
        assert tables() == []

    def test_the_table_is_logged_and_the_rows_are_committed(
        self, database_url: str, tables: Callable[[], list[str]]
    ) -> None:
        import psycopg

        with (
            postgresql_tasks(database_url) as (insert_one, insert_batch, read),
            closing(psycopg.connect(database_url)) as other,
        ):
            (table,) = tables()
            insert_one.run()
            insert_batch.run()
            assert count(other, table) == LOADED_ROWS + 1 + insert_batch.operations
            assert read.run() == TWEET
            kind = other.execute("SELECT relpersistence FROM pg_class WHERE relname = %s", (table,))
            assert kind.fetchone() == ("p",)

    @pytest.mark.parametrize("step", [1, 2, 3])
    def test_dropped_when_interrupted_between_measurements(
        self,
        database_url: str,
        tables: Callable[[], list[str]],
        monkeypatch: pytest.MonkeyPatch,
        step: int,
    ) -> None:
        monkeypatch.setenv("DATABASE_URL", database_url)
        only("PostgreSQL", monkeypatch)
        with pytest.raises(KeyboardInterrupt):
            measure_machine(0.1, repeats=3, progress=interrupt_at("PostgreSQL: ", step))
        assert tables() == []

    def test_dropped_when_interrupted_in_a_transaction(
        self, database_url: str, tables: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def interrupt(*_: object) -> None:
            assert tables()
            raise KeyboardInterrupt

        monkeypatch.setattr("psycopg.Cursor.executemany", interrupt)
        with pytest.raises(KeyboardInterrupt), postgresql_tasks(database_url):
            pytest.fail("loading was interrupted")
        assert tables() == []

    def test_dropped_when_the_connection_is_lost(
        self, database_url: str, tables: Callable[[], list[str]]
    ) -> None:
        import psycopg

        def run() -> None:
            with postgresql_tasks(database_url) as tasks:
                tasks[0].run()
                last_query = f"INSERT INTO%{tables()[0]}%"
                with closing(psycopg.connect(database_url, autocommit=True)) as other:
                    ended = other.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE %s"
                        " AND pid <> pg_backend_pid()",
                        (last_query,),
                    )
                    assert ended.fetchall() == [(True,)]
                for _ in range(1_000):
                    tasks[0].run()

        with pytest.raises(UnavailableError, match="PostgreSQL stopped"):
            run()
        assert tables() == []

    def test_unknown_database_is_a_reason(self, database_url: str) -> None:
        from psycopg.conninfo import make_conninfo

        with (
            pytest.raises(UnavailableError, match=r'no connection.*"no_such_database"'),
            postgresql_tasks(make_conninfo(database_url, dbname="no_such_database")),
        ):
            pytest.fail("there is no such database")


@pytest.mark.redis
class TestRedis:
    def test_measured_and_deleted(
        self, redis_url: str, keys: Callable[[], list[bytes]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        report, during = measure_only("REDIS_URL", redis_url, keys, monkeypatch)
        assert report.engines == ("SQLite", "Redis")
        assert min(report.node_limits("Redis").values()) > 0
        assert during
        assert keys() == []

    def test_tasks_set_and_get_real_keys(self, redis_url: str, keys: Callable[[], list[bytes]]) -> None:
        with redis_tasks(redis_url) as (set_one, set_many, get):
            assert len(keys()) == LOADED_ROWS
            assert get.run() == TWEET.encode()
            set_one.run()
            set_many.run()
            assert (set_many.operations, set_many.together) == (16, 16)
            assert len(keys()) == LOADED_ROWS

    def test_keys_expire_should_the_process_be_killed(
        self, redis_url: str, keys: Callable[[], list[bytes]]
    ) -> None:
        import redis

        with redis_tasks(redis_url) as tasks, closing(redis.Redis.from_url(redis_url)) as client:
            for task in tasks:
                task.run()
            lives = client.pipeline()
            for key in keys():
                lives.ttl(key)
            assert all(0 < seconds <= 600 for seconds in lives.execute())

    @pytest.mark.parametrize("step", [1, 2, 3])
    def test_deleted_when_interrupted_between_measurements(
        self, redis_url: str, keys: Callable[[], list[bytes]], monkeypatch: pytest.MonkeyPatch, step: int
    ) -> None:
        monkeypatch.setenv("REDIS_URL", redis_url)
        only("Redis", monkeypatch)
        with pytest.raises(KeyboardInterrupt):
            measure_machine(0.1, repeats=3, progress=interrupt_at("Redis: ", step))
        assert keys() == []

    def test_deleted_when_interrupted_before_an_answer_is_read(
        self, redis_url: str, keys: Callable[[], list[bytes]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def interrupt(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt), redis_tasks(redis_url) as tasks:
            assert keys()
            with monkeypatch.context() as patch:
                patch.setattr("redis.connection.AbstractConnection.read_response", interrupt)
                tasks[2].run()
        assert keys() == []

    @pytest.mark.parametrize(
        ("append", "sync", "durable"),
        [("no", "always", False), ("yes", "everysec", False), ("yes", "always", True)],
    )
    def test_durable_only_if_every_write_is_synced(
        self,
        redis_url: str,
        monkeypatch: pytest.MonkeyPatch,
        append: str,
        sync: str,
        durable: bool,
    ) -> None:
        monkeypatch.setattr("redis.Redis.info", lambda *_: {"aof_enabled": append == "yes"})
        monkeypatch.setattr("redis.Redis.config_get", lambda *_: {"appendfsync": sync})
        with redis_tasks(redis_url) as tasks:
            assert [task.durable for task in tasks] == [durable, durable, None]
            assert all(f"appendonly={append}" in task.settings for task in tasks)
            assert all((f"appendfsync={sync}" in task.settings) == (append == "yes") for task in tasks)


class TestServerThatIsNotThere:
    @pytest.fixture
    def closed_port(self) -> int:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            return int(listener.getsockname()[1])

    def test_both_are_skipped_and_the_rest_is_measured(
        self, closed_port: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pytest.importorskip("psycopg")
        pytest.importorskip("redis")
        monkeypatch.setenv("DATABASE_URL", f"postgresql://127.0.0.1:{closed_port}/none")
        monkeypatch.setenv("REDIS_URL", f"redis://127.0.0.1:{closed_port}/0")
        seen: list[float] = []
        report = measure_machine(0.1, repeats=3, progress=lambda fraction, _: seen.append(fraction))
        assert report.engines == ("SQLite",)
        assert report.skipped["PostgreSQL"].startswith("no connection to ")
        assert report.skipped["Redis"].startswith("no connection to ")
        assert seen == sorted(seen)
        assert seen[-1] == 1

    @pytest.mark.parametrize(
        "url",
        [
            "mysql://me:secret@host/db",
            "postgresql+psycopg://me:secret@host/db",
            "secret",
            "postgresql://h:%zz",
        ],
    )
    def test_bad_database_url(self, url: str) -> None:
        pytest.importorskip("psycopg")
        assert reason(partial(postgresql_tasks, url)).startswith("DATABASE_URL is not of the form postgresql")

    @pytest.mark.parametrize(
        "url", ["http://me:secret@host", "redis://me:secret@host:port/0", "secret", "redis://[secret"]
    )
    def test_bad_redis_url(self, url: str) -> None:
        pytest.importorskip("redis")
        assert reason(partial(redis_tasks, url)).startswith("REDIS_URL is not of the form redis://")

    @pytest.mark.parametrize(
        ("tasks", "scheme", "driver"),
        [(postgresql_tasks, "postgresql", "psycopg"), (redis_tasks, "redis", "redis")],
    )
    def test_silent_server_does_not_hang_the_lab(
        self,
        tasks: Callable[[str], AbstractContextManager[list[Task]]],
        scheme: str,
        driver: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        pytest.importorskip(driver)
        monkeypatch.setattr(servers, "ANSWER_SECONDS", 1)
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"{scheme}://127.0.0.1:{silent.getsockname()[1]}/0"
            start = time.monotonic()
            assert reason(partial(tasks, url)).startswith("no connection to ")
            # No measure of speed: without a limit of its own the lab would wait for minutes.
            assert time.monotonic() - start < 30

    @pytest.mark.parametrize(("tasks", "driver"), [(postgresql_tasks, "psycopg"), (redis_tasks, "redis")])
    def test_missing_driver_says_how_to_get_it(
        self,
        tasks: Callable[[str], AbstractContextManager[list[Task]]],
        driver: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setitem(sys.modules, driver, None)
        why = reason(partial(tasks, f"{driver}://127.0.0.1/0"))
        assert why == f'the package {driver} is missing: pip install "system-design-course[servers]"'

    @pytest.mark.parametrize(
        ("tasks", "variable"), [(postgresql_tasks, "DATABASE_URL"), (redis_tasks, "REDIS_URL")]
    )
    def test_blank_url_counts_as_none(
        self, tasks: Open, variable: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(variable, "  ")
        assert reason(tasks) == f"{variable} is not set"


def measure_only(
    variable: str, url: str, listing: Callable[[], list[Any]], patch: pytest.MonkeyPatch
) -> tuple[MachineReport, set[Any]]:
    """The report with one server, and what that server held while it was measured."""
    for name in ("DATABASE_URL", "REDIS_URL"):
        patch.delenv(name, raising=False)
    patch.setenv(variable, url)
    during: set[Any] = set()

    def look(fraction: float, _: str) -> None:
        if fraction > 0.7:
            during.update(listing())

    return measure_machine(0.3, repeats=3, progress=look), during


def only(engine: str, patch: pytest.MonkeyPatch) -> None:
    """Leave the lab nothing to measure but one engine."""
    patch.setattr(one_machine, "_PARTS", [part for part in one_machine._PARTS if part.name == engine])


def interrupt_at(prefix: str, step: int) -> Callable[[float, str], None]:
    """Interrupt when the `step`-th different label that starts with `prefix` comes up."""
    seen: set[str] = set()

    def progress(_: float, label: str) -> None:
        if label.startswith(prefix):
            seen.add(label)
            if len(seen) == step:
                raise KeyboardInterrupt

    return progress


def reason(tasks: Open) -> str:
    with pytest.raises(UnavailableError) as caught, tasks():
        pytest.fail("it should not have opened")
    assert "secret" not in str(caught.value)
    return str(caught.value)


def count(connection: Any, table: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])

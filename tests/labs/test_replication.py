"""Replication measured: lags as defined, curves that hold their laws, plain reasons, nothing left behind."""

import math
import socket
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.labs import replicas, replication, servers
from helpers.labs.replicas import Replicated, postgresql_replicas, redis_replicas, sqlite_replicas
from helpers.labs.replication import Replication, ReplicationReport, measure_replication
from helpers.labs.tasks import UnavailableError
from tests.labs.trouble import interrupt_process

VARIABLES = ("DATABASE_URL", "DATABASE_REPLICA_URL", "REDIS_URL", "REDIS_REPLICA_URL")
Open = Callable[[], AbstractContextManager[Replicated]]
Listing = Callable[[], list[Any]]


@pytest.fixture(autouse=True)
def own_folder_and_no_servers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up on a replica sooner."""
    monkeypatch.setattr(replicas, "FOLLOW_SECONDS", 0.2)
    monkeypatch.setattr(replication, "FOLLOW_SECONDS", 0.2)


def made_up(lags_ms: list[float], **changes: Any) -> Replication:
    arrays = {
        name: np.array(lags_ms)
        for name in ("lags_ms", "writes_ms", "primary_reads_ms", "replica_reads_ms", "steps_ms")
    }
    return Replication("SQLite", "3.40", "WAL", **(arrays | changes))


class Clockwork:
    """A primary and a replica in made-up time: writes take 2 ms, reads 1 ms, pauses what they are asked.

    A write reaches the replica `arrives_ms(acknowledged_ms)` on the clock; a read sees what was there
    when it started. All times are whole eighths of a ms, so that sums are exact.
    """

    def __init__(self, arrives_ms: Callable[[float], float]) -> None:
        self.now_ms = 0.0
        self.arrives_ms = arrives_ms
        self.acknowledged: list[float] = []

    def perf_counter(self) -> float:
        return self.now_ms / 1000

    def sleep(self, seconds: float) -> None:
        self.now_ms += round(8 * 1000 * seconds) / 8

    def write(self, _: int) -> None:
        self.now_ms += 2
        self.acknowledged.append(self.now_ms)

    def on_replica(self, _: int) -> bool:
        started = self.now_ms
        self.now_ms += 1
        return started >= self.arrives_ms(self.acknowledged[-1])

    def on_primary(self, _: int) -> bool:
        self.now_ms += 0.5
        return True

    def follow(self, seconds: float, patch: pytest.MonkeyPatch) -> Replication:
        patch.setattr(replication, "time", self)
        replicated = Replicated("none", "", "", self.write, self.on_primary, self.on_replica, 10)
        return replication._follow(replicated, seconds, lambda *_: None)


class TestTrial:
    @pytest.mark.parametrize(
        ("behind_ms", "lag_ms"), [(0, 0), (0.125, 1), (1, 1), (3, 3), (3.5, 4), (100, 100)]
    )
    def test_lag_is_up_to_the_start_of_the_first_read_that_saw_it(
        self, behind_ms: float, lag_ms: float, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        clock = Clockwork(lambda acknowledged: acknowledged + behind_ms)
        measured = clock.follow(1, monkeypatch)
        assert measured.trials > 5
        assert measured.lags_ms == pytest.approx(lag_ms)
        assert measured.writes_ms == pytest.approx(2)
        assert measured.replica_reads_ms == pytest.approx(1)
        assert measured.primary_reads_ms == pytest.approx(0.5)
        assert measured.resolution_ms == pytest.approx(1)
        assert measured.steps_ms.size == (measured.trials if behind_ms else 0)

    def test_writes_keep_no_step_with_a_replica_that_is_shipped_every_10_ms(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Uniform over the interval: the longest distance of the two curves stays under the 1 % bound."""
        clock = Clockwork(lambda acknowledged: math.ceil(acknowledged / 10) * 10)
        measured = clock.follow(20, monkeypatch)
        exact = np.array([math.ceil(ms / 10) * 10 - ms for ms in clock.acknowledged[1:]])
        assert measured.trials >= 1000
        assert np.all(measured.lags_ms > exact - 1e-6)
        assert np.all(measured.lags_ms < exact + 1 + 1e-6)
        times = np.linspace(0, 10, 101)
        shares = np.searchsorted(np.sort(exact), times, side="right") / exact.size
        assert np.abs(shares - times / 10).max() < 1.63 / math.sqrt(exact.size)

    def test_an_engine_with_too_few_trials_gets_as_much_time_again(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        clock = Clockwork(lambda acknowledged: acknowledged)
        assert clock.follow(0.5, monkeypatch).trials < 200
        assert 1000 < clock.now_ms < 1100
        clock = Clockwork(lambda acknowledged: acknowledged)
        assert clock.follow(1.5, monkeypatch).trials == 200
        clock = Clockwork(lambda acknowledged: acknowledged)
        assert clock.follow(4, monkeypatch).trials > 400
        assert 4000 < clock.now_ms < 4100

    def test_a_replica_that_never_follows_is_given_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
        clock = Clockwork(lambda _: math.inf)
        with pytest.raises(UnavailableError, match="does not follow: no sign of a write after 5 s"):
            clock.follow(1, monkeypatch)
        assert clock.now_ms < 5100


class TestCurve:
    @given(st.lists(st.floats(0, 1e4), min_size=1), st.lists(st.floats(0, 1e5), min_size=2))
    def test_rises_from_0_or_more_to_1(self, lags: list[float], times: list[float]) -> None:
        measured = made_up(lags)
        shares = measured.fresh(np.array(sorted(times)))
        assert np.all(np.diff(shares) >= 0)
        assert 0 <= measured.fresh(0) <= shares[0]
        assert measured.fresh(max(lags)) == 1
        assert list(measured.lags_ms) == lags

    @given(st.lists(st.floats(0, 1e4), min_size=1), st.integers(0, 100))
    def test_a_percentile_is_the_shortest_lag_that_suffices(self, lags: list[float], percent: int) -> None:
        measured = made_up(lags)
        lag = measured.lag_ms(percent)
        assert lag in lags
        assert measured.fresh(lag) >= percent / 100 - 1e-12
        if lag > min(lags):
            assert measured.fresh(np.nextafter(lag, 0)) < percent / 100 + 1e-12

    def test_one_time_gives_a_float_and_an_array_an_array(self) -> None:
        measured = made_up([0, 1, 2, 3])
        assert measured.fresh(1) == 0.5
        assert isinstance(measured.fresh(1), float)
        assert measured.fresh(np.array([0, 1, 3])).tolist() == [0.25, 0.5, 1.0]

    @pytest.mark.parametrize("after", [-1, math.nan, math.inf, "5", None, True, np.array([1.0, -1.0])])
    def test_a_bad_time_is_refused(self, after: object) -> None:
        with pytest.raises((TypeError, ValueError), match=r"^after_ms = .* 0 or more"):
            made_up([1.0]).fresh(after)

    @pytest.mark.parametrize("percentile", [-1, 101, math.nan, "50"])
    def test_a_bad_percentile_is_refused(self, percentile: Any) -> None:
        with pytest.raises((TypeError, ValueError), match=r"^percentile = .* at most 100"):
            made_up([1.0]).lag_ms(percentile)

    def test_what_no_stale_read_proves(self) -> None:
        """The rule of three; and exactly: that many trials would all be fresh one time in twenty."""
        measured = made_up([0.0] * 600)
        assert measured.stale_at_most == pytest.approx(3 / 600, rel=0.01)
        assert (1 - measured.stale_at_most) ** 600 == pytest.approx(0.05)


class TestReport:
    def test_table_names_engine_settings_trials_and_what_is_missing(self) -> None:
        measured = made_up([0.0, 2.0, 4.0, 9.0])
        table = ReplicationReport("a laptop", (measured,), {"Redis": "REDIS_URL not set"})._repr_markdown_()
        assert (
            "| SQLite 3.40 | 2 ms | 9 ms | 9 ms | 25.0 % | 25.0 % | 75.0 % | 100 % | 4 | WAL |"
        ) in table.splitlines()
        assert "| SQLite 3.40 | 2 and 9 ms | 2 and 9 ms | 2 and 9 ms |" in table.splitlines()
        assert "a laptop. SQLite: a lag is known to within 3 ms. 4 trials are too few for a p99" in table
        assert "Not measured: Redis (REDIS_URL not set)." in table
        assert "No first read" not in table
        widths = [line.count("|") for line in table.splitlines() if line.startswith("|")]
        assert widths == [11] * 3 + [5] * 3

    def test_a_replica_that_was_never_stale_is_not_called_perfect(self) -> None:
        table = ReplicationReport("a laptop", (made_up([0.0] * 300),))._repr_markdown_()
        assert "No first read of 300 was stale, so at most 1.0 % are, with 95 % confidence." in table
        assert "too few" not in table

    @pytest.mark.parametrize(
        ("stale", "shown"), [(0, "100 %"), (1, "99.9 %"), (9999, "0.1 %"), (10000, "0 %")]
    )
    def test_rounding_hides_no_stale_read(self, stale: int, shown: str) -> None:
        measured = made_up([0.0] * (10_000 - stale) + [20.0] * stale)
        assert f"| {shown} | 10,000 |" in ReplicationReport("a laptop", (measured,))._repr_markdown_()

    def test_frame_has_a_row_an_engine_with_units(self) -> None:
        frame = ReplicationReport("a laptop", (made_up([0.0, 2.0, 4.0, 9.0]),)).as_frame()
        row = frame.iloc[0]
        assert len(frame) == 1
        assert row["engine"] == "SQLite 3.40"
        assert (row["trials"], row["lag_p50_ms"], row["lag_p99_ms"], row["lag_longest_ms"]) == (4, 2, 9, 9)
        assert (row["fresh_after_0_ms"], row["fresh_after_5_ms"]) == (0.25, 0.75)
        numbers = frame.columns.drop(["engine", "settings", "trials"])
        assert all(name.endswith("_ms") for name in numbers)

    def test_curves_and_lags_by_engine(self) -> None:
        report = ReplicationReport("a laptop", (made_up([0.0, 2.0, 4.0, 9.0]),))
        times = np.array([1.0, 5.0])
        ((engine, (same, shares)),) = report.curves(times).items()
        assert (engine, shares.tolist()) == ("SQLite", [0.25, 0.75])
        assert same is times
        assert report.lags_ms["SQLite"].tolist() == [0, 2, 4, 9]
        assert report.fresh("SQLite", 5) == 0.75
        with pytest.raises(ValueError, match=r"engine = 'Redis'.*'SQLite'"):
            report.fresh("Redis", 5)

    def test_nothing_measured_still_shows(self) -> None:
        report = ReplicationReport("a laptop", (), {"SQLite": "no disk"})
        assert report._repr_markdown_().endswith("a laptop. Not measured: SQLite (no disk).")
        assert len(report.as_frame()) == 0
        assert repr(report) == "a laptop"


class TestSqlite:
    def test_rows_are_shipped_to_a_second_file(self, tmp_path: Path) -> None:
        with sqlite_replicas(tmp_path, interval_ms=1) as replicated:
            for number in (1, 2, 3):
                replicated.write(number)
            assert replicated.on_primary(3)
            assert not replicated.on_primary(4)
            with closing(sqlite3.connect(tmp_path / "replica.sqlite")) as other:
                found = "SELECT id, length(text) FROM tweets ORDER BY id"
                wait_for(lambda: other.execute(found).fetchall() == [(1, 100), (2, 100), (3, 100)])
            assert replicated.on_replica(3)
            assert not replicated.on_replica(4)

    def test_the_interval_decides_the_lag(self, tmp_path: Path) -> None:
        report = measure_replication(1, interval_ms=50)
        lags = report.lags_ms["SQLite"]
        assert lags.min() >= 0
        assert np.median(lags) > 5
        assert np.median(lags) < 1000
        assert "ships new rows every 50 ms" in report.of("SQLite").settings
        assert report.of("SQLite").measured_with == f"SQLite {sqlite3.sqlite_version}"
        assert "synchronous=FULL on the primary" in report.of("SQLite").settings
        assert list(tmp_path.iterdir()) == []

    def test_a_replica_that_is_never_shipped_to_is_a_reason(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, impatient: None
    ) -> None:
        idle = SimpleNamespace(start=lambda: None, ident=None)
        monkeypatch.setattr(threading, "Thread", lambda **_: idle)
        report = measure_replication(0.1)
        assert report.engines == ()
        assert report.skipped["SQLite"] == "the replica does not follow: no sign of a write after 0.2 s"
        assert list(tmp_path.iterdir()) == []

    def test_a_replica_that_cannot_take_the_rows_is_a_reason(self, tmp_path: Path) -> None:
        def run() -> None:
            with sqlite_replicas(tmp_path, interval_ms=1) as replicated:
                with closing(sqlite3.connect(tmp_path / "replica.sqlite")) as other:
                    other.execute(
                        "CREATE TRIGGER full BEFORE INSERT ON tweets "
                        "BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
                    )
                replicated.write(1)
                wait_for(lambda: replicated.on_replica(1))

        with pytest.raises(UnavailableError, match=r"^the replica stopped: disk is full$"):
            run()
        assert shipping_threads() == []

    def test_an_error_of_the_primary_is_a_reason(self, tmp_path: Path) -> None:
        def run() -> None:
            with sqlite_replicas(tmp_path) as replicated:
                replicated.write(1)
                replicated.write(1)

        with pytest.raises(UnavailableError, match=r"^SQLite stopped: UNIQUE"):
            run()
        assert shipping_threads() == []

    def test_python_without_sqlite(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "sqlite3", None)
        assert reason(partial(sqlite_replicas, tmp_path)) == "this Python was built without SQLite"


class TestMeasuring:
    def test_progress_rises_from_0_to_1(self, tmp_path: Path) -> None:
        seen: list[tuple[float, str]] = []
        measure_replication(0.3, progress=lambda *step: seen.append(step))
        fractions = [fraction for fraction, _ in seen]
        assert (fractions[0], seen[-1]) == (0, (1.0, "done"))
        assert fractions == sorted(fractions)
        assert "SQLite: reading what was just written" in [label for _, label in seen]
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize(
        ("arguments", "error", "message"),
        [
            ({"budget_s": 0}, ValueError, "budget_s = 0: .* 0.1 or more"),
            ({"budget_s": -1}, ValueError, "budget_s = -1"),
            ({"budget_s": math.nan}, ValueError, "budget_s = nan"),
            ({"budget_s": 1e9}, ValueError, "at most 60"),
            ({"budget_s": "8"}, TypeError, "budget_s = '8'"),
            ({"budget_s": None}, TypeError, "budget_s = None"),
            ({"interval_ms": 0}, ValueError, "interval_ms = 0: .* 1 or more"),
            ({"interval_ms": 1e6}, ValueError, "interval_ms = .* at most 1,000"),
            ({"interval_ms": "10"}, TypeError, "interval_ms = '10'"),
        ],
    )
    def test_bad_input_is_named(
        self, arguments: dict[str, object], error: type[Exception], message: str
    ) -> None:
        with pytest.raises(error, match=message):
            measure_replication(**arguments)  # type: ignore[arg-type]

    def test_what_is_not_set_is_said(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
        monkeypatch.setenv("REDIS_REPLICA_URL", "  ")
        assert measure_replication(0.1).skipped == {
            "PostgreSQL": "DATABASE_URL and DATABASE_REPLICA_URL not set; "
            "it takes a primary and its streaming standby",
            "Redis": "REDIS_REPLICA_URL not set; it takes a primary and its replica",
        }

    def test_interrupted_leaves_no_file_and_no_thread(self, tmp_path: Path) -> None:
        with pytest.raises(KeyboardInterrupt):
            measure_replication(0.3, progress=interrupt_in("SQLite: "))
        assert list(tmp_path.iterdir()) == []
        assert shipping_threads() == []

    @pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
    @pytest.mark.parametrize("after_s", [0.01, 0.5])
    def test_when_the_kernel_is_interrupted(self, tmp_path: Path, after_s: float) -> None:
        code = (
            "from helpers.labs.replication import measure_replication\n"
            "measure_replication(20, progress=lambda f, label: print(f, label, flush=True))"
        )
        interrupt_process(code, "SQLite", tmp_path, after_s)


@pytest.mark.postgresql
class TestPostgresql:
    @pytest.fixture
    def tables(self, database_url: str) -> Iterator[Listing]:
        """The lab's tables that are on the server now."""
        psycopg = pytest.importorskip("psycopg")
        with closing(psycopg.connect(database_url, autocommit=True)) as connection:
            found = "SELECT tablename FROM pg_tables WHERE tablename LIKE 'replication_%'"
            yield lambda: [row[0] for row in connection.execute(found)]

    @pytest.fixture
    def both(self, database_url: str, database_replica_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DATABASE_URL", database_url)
        monkeypatch.setenv("DATABASE_REPLICA_URL", database_replica_url)

    def test_measured_and_dropped(self, both: None, tables: Listing) -> None:
        report, during = measured_while_listing(tables)
        assert report.engines == ("SQLite", "PostgreSQL")
        measured = report.of("PostgreSQL")
        assert measured.lags_ms.min() >= 0
        assert measured.fresh(60_000) == 1
        assert "streaming standby, fsync=" in measured.settings
        assert during
        assert tables() == []

    def test_rows_arrive_on_a_standby_that_takes_no_writes(
        self, database_replica_url: str, both: None, tables: Listing
    ) -> None:
        import psycopg

        with (
            postgresql_replicas() as replicated,
            closing(psycopg.connect(database_replica_url, autocommit=True)) as standby,
        ):
            assert not replicated.on_primary(7)
            replicated.write(7)
            assert replicated.on_primary(7)
            wait_for(lambda: replicated.on_replica(7))
            (table,) = tables()
            found = standby.execute(f"SELECT id, length(text) FROM {table}")
            assert found.fetchall() == [(7, 100)]
            with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
                standby.execute(f"DELETE FROM {table}")

    def test_dropped_when_interrupted(self, both: None, tables: Listing) -> None:
        with pytest.raises(KeyboardInterrupt):
            measure_replication(0.4, progress=interrupt_in("PostgreSQL: "))
        assert tables() == []

    def test_dropped_when_interrupted_before_the_standby_has_the_table(
        self, both: None, tables: Listing, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def interrupt(*_: object) -> None:
            assert tables()
            raise KeyboardInterrupt

        monkeypatch.setattr(replicas, "_wait_until", interrupt)
        with pytest.raises(KeyboardInterrupt), postgresql_replicas():
            pytest.fail("waiting was interrupted")
        assert tables() == []

    def test_dropped_when_the_connection_is_lost(
        self, database_url: str, both: None, tables: Listing
    ) -> None:
        import psycopg

        def run() -> None:
            with postgresql_replicas() as replicated:
                replicated.write(1)
                last_query = f"INSERT INTO%{tables()[0]}%"
                with closing(psycopg.connect(database_url, autocommit=True)) as other:
                    ended = other.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE %s"
                        " AND pid <> pg_backend_pid()",
                        (last_query,),
                    )
                    assert ended.fetchall() == [(True,)]
                for number in range(2, 1_000):
                    replicated.write(number)

        with pytest.raises(UnavailableError, match="PostgreSQL stopped"):
            run()
        assert tables() == []

    def test_a_standby_that_stops_following_is_a_reason(
        self, database_replica_url: str, both: None, tables: Listing, impatient: None
    ) -> None:
        import psycopg

        with closing(psycopg.connect(database_replica_url, autocommit=True)) as standby:
            standby.execute("SELECT pg_wal_replay_pause()")
            try:
                assert reason(postgresql_replicas) == (
                    "DATABASE_REPLICA_URL does not follow DATABASE_URL: a new table did not arrive "
                    "within 0.2 s"
                )
            finally:
                standby.execute("SELECT pg_wal_replay_resume()")
        assert tables() == []

    def test_exchanged_or_equal_urls(self, database_url: str, database_replica_url: str) -> None:
        exchanged = partial(postgresql_replicas, database_replica_url, database_url)
        assert reason(exchanged) == "DATABASE_URL is a standby, which takes no writes; it must be the primary"
        equal = partial(postgresql_replicas, database_url, database_url)
        assert reason(equal) == "DATABASE_REPLICA_URL is a primary, not a streaming standby"


@pytest.mark.redis
class TestRedis:
    @pytest.fixture
    def keys(self, redis_url: str) -> Iterator[Listing]:
        """The lab's keys that are on the server now."""
        redis = pytest.importorskip("redis")
        with closing(redis.Redis.from_url(redis_url)) as client:
            yield lambda: list(client.scan_iter("replication:*", count=1000))

    @pytest.fixture
    def both(self, redis_url: str, redis_replica_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("REDIS_URL", redis_url)
        monkeypatch.setenv("REDIS_REPLICA_URL", redis_replica_url)

    def test_measured_and_deleted(self, both: None, keys: Listing) -> None:
        report, during = measured_while_listing(keys)
        assert report.engines == ("SQLite", "Redis")
        assert report.of("Redis").lags_ms.min() >= 0
        assert report.fresh("Redis", 60_000) == 1
        assert "appendonly=" in report.of("Redis").settings
        assert len(during) == 1
        assert keys() == []

    def test_the_newest_number_arrives_and_expires(self, redis_url: str, both: None, keys: Listing) -> None:
        import redis

        with redis_replicas() as replicated, closing(redis.Redis.from_url(redis_url)) as client:
            assert not replicated.on_primary(3)
            replicated.write(3)
            assert replicated.on_primary(3)
            assert not replicated.on_primary(4)
            wait_for(lambda: replicated.on_replica(3))
            assert not replicated.on_replica(4)
            assert 0 < client.ttl(*keys()) <= 600

    def test_deleted_when_interrupted(self, both: None, keys: Listing) -> None:
        with pytest.raises(KeyboardInterrupt):
            measure_replication(0.4, progress=interrupt_in("Redis: "))
        assert keys() == []

    def test_deleted_when_interrupted_before_an_answer_is_read(
        self, both: None, keys: Listing, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def interrupt(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt), redis_replicas() as replicated:
            replicated.write(1)
            assert keys()
            with monkeypatch.context() as patch:
                patch.setattr("redis.connection.AbstractConnection.read_response", interrupt)
                replicated.write(2)
        assert keys() == []

    def test_another_database_never_gets_the_key(
        self, both: None, redis_replica_url: str, monkeypatch: pytest.MonkeyPatch, impatient: None
    ) -> None:
        monkeypatch.setenv("REDIS_REPLICA_URL", redis_replica_url.rpartition("/")[0] + "/1")
        skipped = measure_replication(0.2).skipped
        assert skipped["Redis"] == "the replica does not follow: no sign of a write after 0.2 s"

    def test_exchanged_or_equal_urls(self, redis_url: str, redis_replica_url: str) -> None:
        exchanged = partial(redis_replicas, redis_replica_url, redis_url)
        assert reason(exchanged) == "REDIS_URL is a replica, which takes no writes; it must be the primary"
        equal = partial(redis_replicas, redis_url, redis_url)
        assert reason(equal) == "REDIS_REPLICA_URL is a primary, not a replica"


class TestServersThatAreNotThere:
    @pytest.fixture
    def closed_port(self) -> int:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            return int(listener.getsockname()[1])

    def test_both_are_skipped_and_sqlite_is_measured(
        self, closed_port: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pytest.importorskip("psycopg")
        pytest.importorskip("redis")
        for variable in VARIABLES:
            scheme = "redis" if "REDIS" in variable else "postgresql"
            monkeypatch.setenv(variable, f"{scheme}://127.0.0.1:{closed_port}/0")
        seen: list[float] = []
        report = measure_replication(0.3, progress=lambda fraction, _: seen.append(fraction))
        assert report.engines == ("SQLite",)
        assert report.skipped["PostgreSQL"].startswith("no connection to DATABASE_URL: ")
        assert report.skipped["Redis"].startswith("no connection to REDIS_URL: ")
        assert seen == sorted(seen)
        assert seen[-1] == 1

    @pytest.mark.parametrize("url", ["mysql://me:secret@host/db", "secret", "postgresql://h:%zz"])
    def test_bad_database_url(self, url: str) -> None:
        pytest.importorskip("psycopg")
        why = reason(partial(postgresql_replicas, url, "postgresql://127.0.0.1/none"))
        assert why.startswith("DATABASE_URL is not of the form postgresql://")

    @pytest.mark.parametrize("url", ["http://me:secret@host", "redis://me:secret@host:port/0", "secret"])
    @pytest.mark.parametrize("variable", ["REDIS_URL", "REDIS_REPLICA_URL"])
    def test_bad_redis_url(self, url: str, variable: str) -> None:
        pytest.importorskip("redis")
        urls = {"REDIS_URL": "redis://127.0.0.1/0", "REDIS_REPLICA_URL": "redis://127.0.0.1/0", variable: url}
        assert reason(partial(redis_replicas, *urls.values())).startswith(
            f"{variable} is not of the form redis://"
        )

    @pytest.mark.parametrize(
        ("opened", "scheme", "driver"),
        [(postgresql_replicas, "postgresql", "psycopg"), (redis_replicas, "redis", "redis")],
    )
    def test_silent_server_does_not_hang_the_lab(
        self,
        opened: Callable[[str, str], AbstractContextManager[Replicated]],
        scheme: str,
        driver: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        pytest.importorskip(driver)
        monkeypatch.setattr(servers, "ANSWER_SECONDS", 1)
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"{scheme}://127.0.0.1:{silent.getsockname()[1]}/0"
            start = time.monotonic()
            assert reason(partial(opened, url, url)).startswith("no connection to ")
            # No measure of speed: without a limit of its own the lab would wait for minutes.
            assert time.monotonic() - start < 30

    @pytest.mark.parametrize(
        ("opened", "driver"), [(postgresql_replicas, "psycopg"), (redis_replicas, "redis")]
    )
    def test_missing_driver_says_how_to_get_it(
        self,
        opened: Callable[[str, str], AbstractContextManager[Replicated]],
        driver: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setitem(sys.modules, driver, None)
        url = f"{driver}://127.0.0.1/0"
        why = reason(partial(opened, url, url))
        assert why == f'the package {driver} is missing: pip install "system-design-course[servers]"'

    @pytest.mark.parametrize(
        ("opened", "variable"),
        [
            (postgresql_replicas, "DATABASE_URL"),
            (partial(postgresql_replicas, "postgresql://127.0.0.1/0"), "DATABASE_REPLICA_URL"),
            (redis_replicas, "REDIS_URL"),
            (partial(redis_replicas, "redis://127.0.0.1/0"), "REDIS_REPLICA_URL"),
        ],
    )
    def test_blank_url_counts_as_none(
        self, opened: Open, variable: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(variable, "  ")
        assert reason(opened) == f"{variable} is not set"


class TestRedisRolesOnFakes:
    def test_a_replica_without_a_link_is_given_up(
        self, monkeypatch: pytest.MonkeyPatch, impatient: None
    ) -> None:
        assert self.why(monkeypatch, {"role": "slave", "master_link_status": "down"}) == (
            "REDIS_REPLICA_URL has no link to its primary within 0.2 s"
        )

    def test_a_second_primary_is_no_replica(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert self.why(monkeypatch, {"role": "master"}) == "REDIS_REPLICA_URL is a primary, not a replica"

    @staticmethod
    def why(patch: pytest.MonkeyPatch, replica: dict[str, str]) -> str:
        pytest.importorskip("redis")
        closed: list[str] = []
        deleted: list[str] = []

        def client(_: object, variable: str, __: str) -> Any:
            information = replica if variable == "REDIS_REPLICA_URL" else {"role": "master"}
            return SimpleNamespace(
                info=lambda *_: information,
                close=lambda: closed.append(variable),
                delete=deleted.append,
                connection_pool=SimpleNamespace(disconnect=lambda: None),
            )

        patch.setattr(replicas, "connect_redis", client)
        why = reason(partial(redis_replicas, "redis://one", "redis://two"))
        assert sorted(closed) == ["REDIS_REPLICA_URL", "REDIS_URL"]
        assert all(key.startswith("replication:") for key in deleted)
        return why


def measured_while_listing(listing: Listing) -> tuple[ReplicationReport, set[Any]]:
    """The report, and what the server held while it was measured."""
    during: set[Any] = set()
    report = measure_replication(1, progress=lambda *_: during.update(listing()))
    return report, during


def interrupt_in(prefix: str) -> Callable[[float, str], None]:
    """Interrupt the second time that a label starts with `prefix`: in the middle of the trials."""
    seen: list[str] = []

    def progress(_: float, label: str) -> None:
        if label.startswith(prefix):
            seen.append(label)
            if len(seen) == 2:
                raise KeyboardInterrupt

    return progress


def reason(opened: Open) -> str:
    with pytest.raises(UnavailableError) as caught, opened():
        pytest.fail("it should not have opened")
    assert "secret" not in str(caught.value)
    return str(caught.value)


def shipping_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("ship rows")]


def wait_for(holds: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < give_up, "it did not happen"
        time.sleep(0.001)

"""The feed store lab: the same work for all, feeds checked, what is reported, and nothing left behind."""

import math
import secrets
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from helpers.labs import feed_store, feed_store_sqlite
from helpers.labs.feed_costs import StoreCosts, measure_costs
from helpers.labs.feed_lists import Stored
from helpers.labs.feed_queue import DeliveryQueue
from helpers.labs.feed_report import FeedReport, MeasuredStore, percentile_ms
from helpers.labs.feed_run import FeedRun, run_feeds
from helpers.labs.feed_store import ENGINES, measure_feed_store
from helpers.labs.feed_store_sqlite import sqlite_feeds
from helpers.labs.feed_stores import FeedStore
from helpers.labs.feed_workload import MOST_POSTS, READS_PER_POST, draw_workload
from helpers.labs.open_loop import Clock
from helpers.models.fanout import STRATEGIES, OperationCosts
from tests.labs.trouble import (
    closed_port,
    end_connections,
    interrupt_at,
    interrupt_process,
    redis_lost_at,
    running,
    wait_for,
)

Listing = Callable[[], list[Any]]
SMALL = 300
WORKLOAD = draw_workload(SMALL)


@pytest.fixture(autouse=True)
def own_folder_and_no_servers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for variable in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    # No post has to outlive a power cut, and a shared disk may take 10 ms for each.
    monkeypatch.setattr(feed_store_sqlite, "_SYNCHRONOUS", {"main": "OFF", "lists": "OFF"})


def made_up_run(strategy: str, **changes: Any) -> FeedRun:
    """Two hundred posts by authors with 10 followers but one with 60, and four hundred reads."""
    followers = np.full(200, 10.0)
    followers[0] = 60.0
    celebrity_from = 60 if strategy == "hybrid" else None
    pushed = (strategy != "pull") & (followers < (celebrity_from or math.inf))
    deliveries = np.where(pushed, followers, 0)
    posts = np.full(200, 0.5)
    worked = 0.01 * deliveries
    reads = {"pull": 0.4, "push": 0.15, "hybrid": 0.2}[strategy]
    alone = np.repeat([10.0, 60.0], 4)
    alone_worked = 0.012 * np.where((strategy != "pull") & (alone < (celebrity_from or math.inf)), alone, 0)
    values: dict[str, Any] = {
        "strategy": strategy,
        "celebrity_from": celebrity_from,
        "seconds": 1.0,
        "posts_ms": posts,
        "followers": followers,
        "deliveries": deliveries,
        "delivered_ms": posts + 2 * worked,
        "worked_ms": worked,
        "reads_ms": np.full(400, reads),
        "lookups": np.full(400, {"pull": 35.0, "push": 1.0, "hybrid": 3.0}[strategy]),
        "quiet_reads_ms": np.full(300, 0.8 * reads),
        "alone_followers": alone,
        "alone_ms": 0.5 + alone_worked,
        "alone_worked_ms": alone_worked,
        "stored_posts": Stored(1_700, 40_000),
        "stored_timelines": Stored(0, 0) if strategy == "pull" else Stored(9_000, 200_000),
        "checked": 60,
        "differing": 0,
    }
    return FeedRun(**{**values, **changes})


def made_up_report(engines: tuple[str, ...] = ("SQLite", "Redis"), **changes: Any) -> FeedReport:
    costs = StoreCosts(OperationCosts("made up", 50, 450, 10, 8), 60.0, 40.0, 20.0, 0.9, 0.5)
    stores = tuple(
        MeasuredStore(
            engine,
            "1.0",
            "one machine",
            costs,
            200.0,
            tuple(made_up_run(way, **changes) for way in STRATEGIES),
        )
        for engine in engines
    )
    return FeedReport("a laptop", WORKLOAD, stores, {"PostgreSQL": "DATABASE_URL is not set"})


class TestWorkload:
    def test_the_same_seed_draws_the_same(self) -> None:
        again, other = draw_workload(SMALL), draw_workload(SMALL, seed=1)
        assert (again.history, again.actions, again.changes) == (
            WORKLOAD.history,
            WORKLOAD.actions,
            WORKLOAD.changes,
        )
        assert other.actions != WORKLOAD.actions
        assert repr(WORKLOAD) == "FeedWorkload(users=300, follows=10,500)"

    def test_posts_and_reads_come_as_often_as_users_make_them(self) -> None:
        workload = draw_workload(200)
        for post, rates in (
            (True, workload.activity.posts_per_day),
            (False, workload.activity.reads_per_day),
        ):
            users = [action.user for action in workload.actions if action.post == post]
            shares = np.bincount(users, minlength=200) / len(users)
            assert shares == pytest.approx(rates / rates.sum(), abs=4 * math.sqrt(0.25 / len(users)))
            assert np.corrcoef(shares, rates)[0, 1] > 0.95

    def test_actions_are_poisson_in_order(self) -> None:
        due = np.array([action.due for action in WORKLOAD.actions])
        assert np.all(np.diff(due) >= 0)
        posts = np.array([action.due for action in WORKLOAD.actions if action.post])
        assert len(posts) == MOST_POSTS
        assert len(due) == MOST_POSTS * (1 + READS_PER_POST)
        assert np.diff(posts).mean() == pytest.approx(1, rel=0.05)
        assert np.diff(posts).std() == pytest.approx(1, rel=0.1)

    def test_sizes_rise_to_the_largest_account_and_celebrities_are_one_in_a_hundred(self) -> None:
        workload = draw_workload(2_000)
        counts = workload.graph.follower_counts
        sizes = counts[list(workload.sizes)]
        assert np.all(np.diff(sizes) >= 0)
        assert sizes[-1] == counts.max()
        assert sizes[0] >= 1
        assert 20 <= np.sum(counts >= workload.celebrity_from) <= 60

    def test_feeds_expected_hold_what_is_neither_deleted_nor_unfollowed(self) -> None:
        posted = tuple(WORKLOAD.tweet(number, user) for number, user in enumerate([5, 6, 7] * 10))
        expected = WORKLOAD.expected(posted)
        gone = {tweet.id for tweet in WORKLOAD.deleted(posted)}
        assert gone
        assert not gone & {number for ids in expected.values() for number in ids}
        authors = {t.id: t.author for t in (*WORKLOAD.history, *posted, *WORKLOAD.alone)}
        assert any(change.follow for change in WORKLOAD.changes)
        for change in WORKLOAD.changes:
            seen = {authors[number] for number in expected[change.follower]}
            if not change.follow:
                assert change.followee not in seen

    @pytest.mark.parametrize("users", [199, 50_001, 1e3, None, "many"])
    def test_bad_sizes_are_refused(self, users: Any) -> None:
        with pytest.raises((TypeError, ValueError), match=r"^users = "):
            draw_workload(users)


class TestMeasuring:
    def test_all_strategies_get_the_same_and_return_the_same(self, tmp_path: Path) -> None:
        seen: list[tuple[float, str]] = []
        report = measure_feed_store(0.6, users=SMALL, progress=lambda *step: seen.append(step))
        assert report.engines == ("SQLite",)
        assert report.skipped == {
            "PostgreSQL": "DATABASE_URL is not set",
            "Redis": "REDIS_URL is not set",
        }
        assert report.feeds_agree
        pull, push, hybrid = (report.run("SQLite", way) for way in STRATEGIES)
        shortest = min(run.posts for run in (pull, push, hybrid))
        for run in (pull, push, hybrid):
            assert run.checked == 60
            assert run.followers[:shortest].tolist() == pull.followers[:shortest].tolist()
            # Not the call that posts: the worker may be quicker than its return.
            assert np.all(run.delivered_ms >= run.worked_ms)
            assert np.all(run.delivered_ms > 0)
            assert np.all(run.posts_ms > 0)
            assert np.all(run.reads_ms > 0)
            assert run.quiet_reads_ms.size == min(run.reads, 300)
            assert run.stored_posts.entries < len(WORKLOAD.history) + run.posts + len(WORKLOAD.alone)
        # Operations are conserved: a push writes an entry for each follower, a pull none.
        assert push.deliveries.tolist() == push.followers.tolist()
        assert pull.operations_per_post == 1
        assert hybrid.celebrity_from is not None
        pushed = hybrid.followers < hybrid.celebrity_from
        assert hybrid.deliveries.tolist() == np.where(pushed, hybrid.followers, 0).tolist()
        assert np.all(push.lookups == 1)
        assert pull.operations_per_read > hybrid.operations_per_read > 1
        assert pull.stored_timelines.entries == 0 < hybrid.stored_timelines.entries
        assert hybrid.stored_timelines.entries < push.stored_timelines.entries
        assert push.deliveries_per_second > 0 == pull.deliveries_per_second
        assert list(tmp_path.iterdir()) == []
        assert running("serve queries") == []
        # Progress rises from 0 to 1.
        fractions = [fraction for fraction, _ in seen]
        assert (seen[0][1], seen[-1]) == ("drawing the graph", (1.0, "done"))
        assert fractions == sorted(fractions)
        assert {f"SQLite: {strategy}" for strategy in STRATEGIES} < {label for _, label in seen}
        # The costs were measured apart, and the model knows these and the graph alone.
        costs = report.costs("SQLite")
        assert costs.name == "SQLite"
        assert "measured here on SQLite" in costs.source
        assert 0 < costs.lookup_us < 1e4
        assert report.predicted("SQLite", "push").operations_per_read == 1
        assert report.predicted("SQLite", "hybrid").celebrity_from == hybrid.celebrity_from
        mean = report.predicted("SQLite", "pull").operations_per_read
        assert mean == pytest.approx(report.audience.followees_per_read)

    @pytest.mark.parametrize("forgotten", ["_deliver", "_withdraw", "_refresh"])
    def test_a_broken_store_is_found_out(self, forgotten: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(FeedStore, forgotten, lambda *_: 0)
        report = measure_feed_store(0.5, users=SMALL, engines=["SQLite"])
        assert not report.feeds_agree
        assert report.run("SQLite", "pull").feeds_agree
        assert report.run("SQLite", "push").differing > 0
        assert "feeds are NOT as they must be" in report._repr_markdown_()

    @pytest.mark.parametrize(
        ("arguments", "error", "message"),
        [
            ({"budget_s": 0}, ValueError, "budget_s = 0: .* 0.5 or more"),
            ({"budget_s": math.nan}, ValueError, "budget_s = nan"),
            ({"budget_s": 1e9}, ValueError, "at most 60"),
            ({"budget_s": "8"}, TypeError, "budget_s = '8'"),
            ({"users": 10}, ValueError, "users = 10: .* 200 or more"),
            ({"users": 2.5}, TypeError, "users = 2.5"),
            ({"seed": -1}, ValueError, "seed = -1"),
            ({"engines": []}, ValueError, "engines = \\[\\]: .* one at least"),
            ({"engines": "SQLite"}, TypeError, "engines = 'SQLite': .* a list"),
            ({"engines": ["Oracle"]}, ValueError, "engines = 'Oracle': .* 'SQLite', 'PostgreSQL', 'Redis'"),
        ],
    )
    def test_bad_input_is_named(
        self, arguments: dict[str, Any], error: type[Exception], message: str
    ) -> None:
        with pytest.raises(error, match=message):
            measure_feed_store(**arguments)

    def test_no_store_at_all_is_a_report_of_reasons(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "sqlite3", None)
        report = measure_feed_store(0.5, users=SMALL)
        assert report.stores == ()
        assert report.skipped["SQLite"] == "this Python was built without SQLite"

    @pytest.mark.parametrize("label", ["SQLite: what one operation costs", "SQLite: push"])
    def test_interrupted_leaves_no_file_and_no_thread(self, tmp_path: Path, label: str) -> None:
        with pytest.raises(KeyboardInterrupt):
            measure_feed_store(0.5, users=SMALL, progress=interrupt_at(label))
        assert list(tmp_path.iterdir()) == []
        assert threads() == []

    @pytest.mark.parametrize("after", (3, 16))
    def test_interrupted_at_any_time(self, tmp_path: Path, after: int) -> None:
        told = iter(range(1_000))

        def progress(_: float, label: str) -> None:
            if label == "SQLite: push" and next(told) == after % 5:
                threading.Timer(after / 1e3, lambda: signal.raise_signal(signal.SIGINT)).start()

        with pytest.raises(KeyboardInterrupt):
            measure_feed_store(0.5, users=SMALL, progress=progress, engines=["SQLite"])
            time.sleep(1)
        assert list(tmp_path.iterdir()) == []
        assert threads() == []
        assert sys.getswitchinterval() == pytest.approx(0.005)

    @pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
    def test_when_the_kernel_is_interrupted(self, tmp_path: Path) -> None:
        code = (
            "from helpers.labs.feed_store import measure_feed_store\n"
            "measure_feed_store(30, users=300, progress=lambda f, label: print(f, label, flush=True))"
        )
        interrupt_process(code, "pull", tmp_path)


class TestRun:
    def test_a_failed_delivery_ends_the_run_with_its_error(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object) -> int:
            raise ZeroDivisionError("the worker")

        monkeypatch.setattr(FeedStore, "_deliver", fail)
        with sqlite_feeds(tmp_path) as engine, pytest.raises(ZeroDivisionError, match="the worker"):
            run_feeds(engine, WORKLOAD, "push", posts_per_second=500, seconds=0.1)
        assert threads() == []

    def test_a_full_queue_makes_the_post_wait(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("helpers.labs.feed_queue.MOST_WAITING", 2)
        go, line = threading.Event(), DeliveryQueue(Clock())
        with line:

            def job() -> int:
                go.wait(5)
                return 3

            line.add(job)
            line.add(job)
            late = threading.Thread(target=line.add, args=(job,))
            late.start()
            late.join(0.05)
            assert late.is_alive()
            go.set()
            late.join(5)
            assert not late.is_alive()
            line.wait()

    def test_time_in_the_queue_and_at_work_add_up(self) -> None:
        run = made_up_run("push")
        assert run.waited_ms == pytest.approx(run.worked_ms)
        assert made_up_run("pull").waited_ms.tolist() == [0.0] * 200
        assert run.deliveries_per_second == pytest.approx(1e5)
        assert run.posts_per_second == pytest.approx(2_000)
        assert np.array(run.alone) == pytest.approx(np.array([(10, 0.62, 0.12), (60, 1.22, 0.72)]))

    def test_costs_come_from_quiet_loops(self, tmp_path: Path) -> None:
        with sqlite_feeds(tmp_path) as engine:
            found = measure_costs(engine, WORKLOAD, 0.05)
        assert found.operations.delivery_us > 0
        assert 0 <= found.lookup_client_share <= 1
        # SQLite is inside this program: it is at work for nearly all of a look-up.
        assert found.lookup_request_us >= 0


class TestReport:
    def test_table_says_what_was_measured_and_with_what(self) -> None:
        table = made_up_report()._repr_markdown_().splitlines()
        assert table[2] == ("| SQLite | pull | 0.5 / 0.5 | 0.5 / 0.5 | 0.4 / 0.4 | 1 | 35 | 40 KB |")
        assert table[3] == ("| SQLite | push | 0.5 / 0.5 | 0.7 / 0.7 | 0.15 / 0.15 | 11.2 | 1 | 240 KB |")
        assert {line.count("|") for line in table[:8]} == {9}
        assert table[-3:-1] == ["| Redis | 50 | 450 | 10 | 8 | 10: 0.62 ms, 60: 1.22 ms |", ""]
        notes = table[-1]
        assert "SQLite 1.0: one machine." in notes
        assert "The hybrid pulls authors with " in notes
        assert "All 360 feeds compared are as they must be." in notes
        assert "Not measured: PostgreSQL (DATABASE_URL is not set)." in notes
        assert (
            "took so many times as long as to the 10 of the median one: 1.97 (SQLite), 1.97 (Redis)." in notes
        )
        assert "too few for a p99" not in notes
        assert repr(made_up_report()).splitlines()[2] == (
            "SQLite 1.0, push: post 0.5 / 0.5 ms, delivery 0.7 / 0.7 ms, read 0.15 / 0.15 ms (p50 / p99)"
        )

    def test_few_posts_and_wrong_feeds_are_said(self) -> None:
        assert "too few for a p99" in made_up_report(reads_ms=np.full(99, 0.4))._repr_markdown_()
        report = made_up_report(("SQLite",), differing=2)
        assert not report.feeds_agree
        assert "6 of 180 feeds are NOT as they must be." in report._repr_markdown_()

    def test_frame_has_a_row_a_store_and_strategy(self) -> None:
        frame = made_up_report().as_frame()
        assert frame["strategy"].tolist() == 2 * list(STRATEGIES)
        assert frame["read_p50_ms"].tolist() == 2 * [0.4, 0.15, 0.2]
        assert frame["entries"].tolist() == 2 * [1_700, 10_700, 10_700]
        assert frame["operations_per_post"].tolist()[:2] == [1.0, 11.25]

    def test_nothing_measured_still_shows(self) -> None:
        report = FeedReport("a laptop", WORKLOAD, (), {"SQLite": "no disk"})
        assert report._repr_markdown_().endswith("a laptop. Not measured: SQLite (no disk).")
        assert (repr(report), len(report.as_frame()), report.engines) == ("a laptop", 0, ())
        assert report.feeds_agree

    def test_an_engine_or_a_strategy_that_is_not_there(self) -> None:
        report = made_up_report()
        for call in (report.store, report.costs, lambda name: report.run(name, "push")):
            with pytest.raises(ValueError, match=r"^engine = 'PostgreSQL': .* 'SQLite', 'Redis'"):
                call("PostgreSQL")
        with pytest.raises(ValueError, match=r"^strategy = 'both'"):
            report.run("SQLite", "both")

    def test_percentiles_are_times_that_were_measured(self) -> None:
        times = np.array([1.0, 2.0, 10.0])
        assert [percentile_ms(times, at) for at in (0, 50, 99)] == [1.0, 2.0, 10.0]


@pytest.mark.postgresql
class TestPostgresql:
    @pytest.fixture
    def tables(self, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Listing]:
        """The tables of this test that are on the server now."""
        psycopg = pytest.importorskip("psycopg")
        monkeypatch.setenv("DATABASE_URL", database_url)
        name = own_names(monkeypatch)
        with closing(psycopg.connect(database_url, autocommit=True)) as connection:
            found = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE %s"
            yield lambda: [row[0] for row in connection.execute(found, (f"feed_store_{name}%",))]

    def test_measured_and_dropped(self, tables: Listing) -> None:
        during: set[Any] = set()
        report = measure_feed_store(
            0.6, users=SMALL, engines=["PostgreSQL"], progress=lambda *_: during.update(tables())
        )
        assert report.engines == ("PostgreSQL",)
        assert report.feeds_agree
        assert report.skipped == {}
        push = report.run("PostgreSQL", "push")
        assert push.deliveries.tolist() == push.followers.tolist()
        assert push.stored_timelines.bytes > 0
        assert len(during) == 3
        wait_for(lambda: tables() == [])

    @pytest.mark.parametrize("label", ["PostgreSQL: what one operation costs", "PostgreSQL: push"])
    def test_dropped_when_interrupted(self, tables: Listing, label: str) -> None:
        with pytest.raises(KeyboardInterrupt):
            measure_feed_store(0.5, users=SMALL, engines=["PostgreSQL"], progress=interrupt_at(label))
        wait_for(lambda: tables() == [])
        assert threads() == []

    @pytest.mark.parametrize("strategy", ["pull", "push"])
    def test_a_connection_lost_half_way_is_a_reason_and_sqlite_is_measured(
        self, database_url: str, tables: Listing, strategy: str
    ) -> None:
        def end(_: float, label: str) -> None:
            if label == f"PostgreSQL: {strategy}" and tables():
                end_connections(database_url, f"%{tables()[0][:23]}%")

        report = measure_feed_store(0.5, users=SMALL, progress=end)
        assert report.skipped["PostgreSQL"].startswith("PostgreSQL stopped: ")
        assert report.engines == ("SQLite",)
        wait_for(lambda: tables() == [])
        assert threads() == []

    def test_a_server_that_says_nothing_any_more_is_hung_up_on(
        self, database_url: str, tables: Listing, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        import psycopg

        monkeypatch.setattr(feed_store, "_PATIENCE_S", 0.5)
        monkeypatch.setattr("helpers.labs.servers.CONNECT_SECONDS", 2)
        with Relay(psycopg.conninfo.conninfo_to_dict(database_url)) as relay:
            monkeypatch.setenv(
                "DATABASE_URL",
                psycopg.conninfo.make_conninfo(database_url, host="127.0.0.1", port=relay.port),
            )

            def freeze(_: float, label: str) -> None:
                if label == "PostgreSQL: what one operation costs":
                    relay.frozen.set()

            start = time.monotonic()
            with pytest.warns(UserWarning, match="could not drop the tables"):
                report = measure_feed_store(0.5, users=SMALL, engines=["PostgreSQL"], progress=freeze)
            assert time.monotonic() - start < 20
        assert report.skipped["PostgreSQL"].startswith("PostgreSQL stopped: ")
        assert threads() == []
        with closing(psycopg.connect(database_url, autocommit=True)) as connection:
            for name in tables():
                connection.execute(psycopg.sql.SQL("DROP TABLE {}").format(psycopg.sql.Identifier(name)))


@pytest.mark.redis
class TestRedis:
    @pytest.fixture
    def keys(self, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Listing]:
        """The keys of this test that are on the server now."""
        redis = pytest.importorskip("redis")
        monkeypatch.setenv("REDIS_URL", redis_url)
        name = own_names(monkeypatch)
        with closing(redis.Redis.from_url(redis_url)) as client:
            yield lambda: list(client.scan_iter(f"feed_store:{name}:*", count=1000))

    def test_measured_and_deleted(self, keys: Listing) -> None:
        counts = []
        report = measure_feed_store(
            0.6, users=SMALL, engines=["Redis"], progress=lambda *_: counts.append(len(keys()))
        )
        assert report.engines == ("Redis",)
        assert report.feeds_agree
        assert report.run("Redis", "push").stored_timelines.bytes > 0
        assert max(counts) > SMALL
        assert keys() == []

    @pytest.mark.parametrize("label", ["Redis: what one operation costs", "Redis: hybrid"])
    def test_deleted_when_interrupted(self, keys: Listing, label: str) -> None:
        with pytest.raises(KeyboardInterrupt):
            measure_feed_store(0.5, users=SMALL, engines=["Redis"], progress=interrupt_at(label))
        assert keys() == []
        assert threads() == []

    def test_a_connection_lost_half_way_is_a_reason_and_sqlite_is_measured(self, keys: Listing) -> None:
        import redis

        with redis_lost_at("Redis: push", redis.client.Pipeline, "execute") as lose:
            report = measure_feed_store(0.5, users=SMALL, progress=lose)
        assert report.skipped["Redis"] == "Redis stopped: gone"
        assert report.engines == ("SQLite",)
        assert keys() == []
        assert threads() == []


def test_servers_that_are_not_there_are_reasons(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("psycopg")
    pytest.importorskip("redis")
    port = closed_port()
    monkeypatch.setenv("DATABASE_URL", f"postgresql://127.0.0.1:{port}/none")
    monkeypatch.setenv("REDIS_URL", f"redis://127.0.0.1:{port}/0")
    report = measure_feed_store(0.5, users=SMALL)
    assert report.engines == ("SQLite",)
    assert report.skipped["PostgreSQL"].startswith("no connection to DATABASE_URL: ")
    assert report.skipped["Redis"].startswith("no connection to REDIS_URL: ")


def test_the_engines_have_names() -> None:
    assert ENGINES == ("SQLite", "PostgreSQL", "Redis")


def own_names(monkeypatch: pytest.MonkeyPatch) -> str:
    """Return what the lab puts into all names from now on: others may run it on the same server."""
    name = secrets.token_hex(6)
    monkeypatch.setattr("secrets.token_hex", lambda _: name)
    return name


def threads() -> list[str]:
    """The lab's threads that still run."""
    return [thread.name for thread in threading.enumerate() if isinstance(thread, threading.Timer)] + running(
        "serve queries"
    )


class Relay:
    """A listener on loopback that passes bytes on to a server, until it is frozen: then it only listens."""

    def __init__(self, target: dict[str, Any]) -> None:
        self.target = (str(target["host"]), int(target.get("port", 5432)))
        self.frozen = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._sockets: list[socket.socket] = [self._listener]

    def __enter__(self) -> "Relay":
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for each in self._sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(self.target)
                self._sockets += [near, far]
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._pass, args=(source, sink), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while (data := source.recv(65_536)) and not self.frozen.is_set():
                sink.sendall(data)
            if not data:
                sink.shutdown(socket.SHUT_WR)

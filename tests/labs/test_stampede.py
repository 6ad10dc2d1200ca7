"""The stampede measured: what is counted, what coalescing promises, bounds, and nothing left behind."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from helpers.labs import stampede
from helpers.labs.stampede import measure_stampede, memory_key, redis_key
from helpers.labs.stampede_report import StampedeReport
from helpers.labs.stampede_run import StampedeRun, observe_stampede
from helpers.models.stampede import expected_loads
from tests.labs.trouble import closed_port, interrupt_at, interrupt_process, redis_lost_at, running

Listing = Callable[[], list[Any]]


@pytest.fixture(autouse=True)
def own_folder_and_no_servers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for variable in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


def made_up_run(coalesced: bool = False, stampedes: int = 4) -> StampedeRun:
    """Each expiry has three loads of 10 ms in line (or one) and 100 reads, of which as many miss."""
    loads, due, ended, missed = [], [], [], []
    for number in range(stampedes):
        start = 1000.0 * number
        each = 1 if coalesced else 3
        loads += [(start + k, start + 10.0 * (k + 1)) for k in range(each)]
        due += [start + k for k in range(each)] + [start + 500.0 + k for k in range(100 - each)]
        ended += [start + 10.0 * (k + 1) for k in range(each)] + [
            start + 500.1 + k for k in range(100 - each)
        ]
        missed += [True] * each + [False] * (100 - each)
    return StampedeRun(coalesced, 900.0, np.array(due), np.array(ended), np.array(missed), np.array(loads))


def made_up_report() -> StampedeReport:
    runs = (made_up_run(), made_up_run(coalesced=True))
    return StampedeReport(
        "a laptop", "SQLite 3.40", "in-process cache", "64 readers", 20.0, runs, {"Redis": "not set"}
    )


class Key:
    """A key in memory whose expiry the test decides."""

    def __init__(self) -> None:
        self.value: Any = None
        self.puts = 0

    def get(self) -> Any:
        return self.value

    def put(self, value: Any, expiry_s: float) -> None:
        assert expiry_s > 0
        self.value, self.puts = value, self.puts + 1


class TestRun:
    def test_loads_that_overlap_are_one_stampede(self) -> None:
        run = made_up_run()
        assert (run.expiries, run.loads, run.loads_per_expiry) == (4, 12, 3.0)
        assert run.load_ms == pytest.approx(10)
        assert made_up_run(coalesced=True).loads_per_expiry == 1.0

    def test_times_are_from_when_a_read_was_due(self) -> None:
        run = made_up_run()
        assert run.reads == 400
        assert run.time_ms(50) == pytest.approx(0.1)
        assert run.time_ms(99.5) == pytest.approx(28)
        assert run.missed_ms(50) == pytest.approx(19)
        assert run.missed_ms(100) == pytest.approx(28)
        assert run.reads_per_second == pytest.approx(400 / 3.596)

    def test_expected_is_the_models(self) -> None:
        run = made_up_run()
        assert run.expected_loads == pytest.approx(expected_loads(run.reads_per_second, 0.010))
        assert made_up_run(coalesced=True).expected_loads == 1

    def test_a_run_without_reads_or_loads(self) -> None:
        none = np.array([])
        empty = StampedeRun(False, 1.0, none, none, none.astype(bool), none.reshape(0, 2))
        assert (empty.expiries, empty.loads_per_expiry, empty.load_ms, empty.reads_per_second) == (0, 0, 0, 0)
        assert empty.missed_ms(50) == 0

    @pytest.mark.parametrize("percentile", [-1, 101, float("nan")])
    def test_a_bad_percentile_is_refused(self, percentile: float) -> None:
        for call in (made_up_run().time_ms, made_up_run().missed_ms):
            with pytest.raises(ValueError, match=r"^percentile = "):
                call(percentile)


class TestObserve:
    def test_coalesced_readers_share_one_load(self) -> None:
        key, gate = Key(), threading.Event()
        calls: list[int] = []

        def load() -> int:
            calls.append(1)
            gate.wait(5)
            return 42

        threading.Timer(0.1, gate.set).start()
        run = observe_stampede(np.zeros(20), load, key, coalesced=True, expiry_s=9, readers=20)
        assert (len(calls), key.puts, run.loads, run.missed.sum()) == (1, 1, 1, 20)
        assert key.value == 42

    def test_without_coalescing_each_reader_loads(self) -> None:
        key, together = Key(), threading.Barrier(8, timeout=5)
        run = observe_stampede(np.zeros(8), together.wait, key, coalesced=False, expiry_s=9, readers=8)
        # The barrier opens only when all eight are loading at once.
        assert (run.loads, run.expiries, key.puts) == (8, 1, 8)

    def test_a_key_that_is_there_is_not_loaded(self) -> None:
        key = Key()
        key.value = 1
        run = observe_stampede(np.linspace(0, 0.05, 50), pytest.fail, key, coalesced=False, expiry_s=9)
        assert (run.loads, run.missed.sum(), run.reads) == (0, 0, 50)
        assert np.all(run.times_ms >= 0)

    @pytest.mark.parametrize("coalesced", [False, True])
    def test_an_error_of_the_database_ends_the_run_for_everybody(self, coalesced: bool) -> None:
        def load() -> None:
            time.sleep(0.05)
            raise OSError("the disk is gone")

        with pytest.raises(OSError, match="the disk is gone"):
            observe_stampede(np.zeros(30), load, Key(), coalesced=coalesced, expiry_s=9, readers=10)
        assert reading() == []

    def test_an_error_of_the_cache_ends_the_run(self) -> None:
        class Broken(Key):
            def get(self) -> Any:
                raise ConnectionError("no cache")

        with pytest.raises(ConnectionError, match="no cache"):
            observe_stampede(np.zeros(5), lambda: 1, Broken(), coalesced=True, expiry_s=9, readers=5)
        assert reading() == []

    @pytest.mark.parametrize("coalesced", [False, True])
    def test_interrupted_waits_for_its_threads(
        self, coalesced: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        started = threading.Event()

        def load() -> int:
            started.set()
            time.sleep(0.2)
            return 1

        def interrupted(_: Any, when: float) -> None:
            if when:
                started.wait(5)
                raise KeyboardInterrupt

        monkeypatch.setattr("helpers.labs.open_loop.Clock.sleep_until", interrupted)
        with pytest.raises(KeyboardInterrupt):
            observe_stampede(np.array([0.0, 1.0]), load, Key(), coalesced=coalesced, expiry_s=9)
        assert reading() == []

    def test_readers_that_cannot_keep_up_are_a_clear_error(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("helpers.labs.stampede_run._PATIENCE_S", -1.0)
        with pytest.raises(TimeoutError, match="could not keep up"):
            observe_stampede(np.array([0.0]), lambda: 1, Key(), coalesced=False, expiry_s=9)


class TestReport:
    def test_table_says_what_was_measured_beside_the_model(self) -> None:
        report = made_up_report()
        table = report._repr_markdown_().splitlines()
        model = 1 + report.runs[0].reads_per_second * 0.020
        assert table[2] == f"| no | 4 | 12 | 3 | {model:.3g} | 0.1 ms | 19 ms | 19 ms |"
        assert table[3] == "| yes | 4 | 4 | 1 | 1 | 0.1 ms | 0.1 ms | 10 ms |"
        assert {line.count("|") for line in table[:4]} == {9}
        assert "a laptop. SQLite 3.40 behind in-process cache. 64 readers." in table[-1]
        assert "A load took 20 ms alone and 10 ms as the first of a stampede" in table[-1]
        assert "Not used: Redis (not set)." in table[-1]
        assert repr(report).splitlines()[2] == (
            "SQLite 3.40 behind in-process cache, coalesced: 1 loads per expiry (model 1), 0.1 ms (p50), "
            "0.1 ms (p99), 4 expiries"
        )

    def test_frame_has_a_row_a_run_with_units(self) -> None:
        frame = made_up_report().as_frame()
        assert frame["coalesced"].tolist() == [False, True]
        assert frame["loads_per_expiry"].tolist() == [3.0, 1.0]
        assert frame["missed_p50_ms"].tolist() == pytest.approx([19, 10])

    def test_nothing_measured_still_shows(self) -> None:
        report = StampedeReport("a laptop", "", "", "", 0.0, (), {"SQLite": "no disk"})
        assert report._repr_markdown_().endswith("a laptop. Not used: SQLite (no disk).")
        assert (repr(report), len(report.as_frame())) == ("a laptop", 0)


class TestMeasured:
    def test_coalescing_loads_once_and_nothing_is_left(self, tmp_path: Path) -> None:
        told: list[tuple[float, str]] = []
        report = measure_stampede(1, progress=lambda share, label: told.append((share, label)))
        shares, labels = ([each[part] for each in told] for part in (0, 1))
        bare, coalesced = report.runs
        assert bare.loads_per_expiry > 1
        assert coalesced.loads == coalesced.expiries >= 1
        assert np.array_equal(bare.due_ms, coalesced.due_ms)
        assert report.alone_ms > 0
        assert report.database.startswith("SQLite ")
        assert set(report.skipped) == {"PostgreSQL", "Redis"}
        assert labels == ["getting ready", "SQLite: without coalescing", "SQLite: with coalescing", "done"]
        assert shares == sorted(shares)
        assert shares[-1] == 1
        assert list(tmp_path.iterdir()) == []
        assert reading() == []

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"budget_s": 0.1}, "budget_s = 0.1: .*0.5 or more"),
            ({"budget_s": 61}, "budget_s = 61: .*at most 60"),
            ({"budget_s": "6"}, "budget_s = '6'"),
            ({"seed": -1}, "seed = -1"),
        ],
    )
    def test_bad_input_is_named(self, arguments: dict[str, Any], message: str) -> None:
        with pytest.raises((ValueError, TypeError), match=message):
            measure_stampede(**arguments)

    def test_no_database_at_all_is_a_report_of_reasons(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "sqlite3", None)
        report = measure_stampede(0.5)
        assert report.runs == ()
        assert report.skipped["SQLite"] == "this Python was built without SQLite"

    @pytest.mark.parametrize("label", ["SQLite: without coalescing", "SQLite: with coalescing"])
    def test_interrupted_leaves_no_file_and_no_thread(self, tmp_path: Path, label: str) -> None:
        with pytest.raises(KeyboardInterrupt):
            measure_stampede(0.5, progress=interrupt_at(label))
        assert list(tmp_path.iterdir()) == []
        assert reading() == []

    @pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
    def test_when_the_kernel_is_interrupted(self, tmp_path: Path) -> None:
        code = (
            "from helpers.labs.stampede import measure_stampede\n"
            "measure_stampede(50, progress=lambda f, label: print(f, label, flush=True))"
        )
        interrupt_process(code, "without", tmp_path, pause_s=0.5)

    def test_servers_that_are_not_there_have_stand_ins(self, monkeypatch: pytest.MonkeyPatch) -> None:
        pytest.importorskip("psycopg")
        pytest.importorskip("redis")
        port = closed_port()
        monkeypatch.setenv("DATABASE_URL", f"postgresql://127.0.0.1:{port}/none")
        monkeypatch.setenv("REDIS_URL", f"redis://127.0.0.1:{port}/0")
        report = measure_stampede(0.5)
        assert (report.database.split()[0], report.cache) == ("SQLite", "in-process cache")
        assert report.skipped["PostgreSQL"].startswith("no connection to DATABASE_URL: ")
        assert report.skipped["Redis"].startswith("no connection to REDIS_URL: ")


def test_a_key_in_memory_expires() -> None:
    with memory_key() as named:
        assert named.key.get() is None
        named.key.put((1, 2), 30.0)
        assert named.key.get() == (1, 2)
        named.key.put((3, 4), -1.0)
        assert named.key.get() is None


@pytest.mark.postgresql
def test_postgresql_is_measured_and_its_table_goes(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("psycopg")
    monkeypatch.setenv("DATABASE_URL", database_url)
    report = measure_stampede(1)
    assert report.database.startswith("PostgreSQL ")
    assert set(report.skipped) == {"Redis"}
    assert report.runs[1].loads == report.runs[1].expiries >= 1
    assert report.runs[0].loads_per_expiry > 1


@pytest.mark.redis
class TestRedis:
    @pytest.fixture
    def keys(self, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Listing]:
        """The lab's keys that are on the server now."""
        redis = pytest.importorskip("redis")
        monkeypatch.setenv("REDIS_URL", redis_url)
        with closing(redis.Redis.from_url(redis_url)) as client:
            yield lambda: list(client.scan_iter("stampede:*", count=1000))

    def test_measured_and_deleted(self, keys: Listing) -> None:
        report = measure_stampede(1)
        assert report.cache.startswith("Redis ")
        assert set(report.skipped) == {"PostgreSQL"}
        assert report.runs[1].loads == report.runs[1].expiries >= 1
        assert keys() == []

    def test_expires_there(self, keys: Listing, redis_url: str) -> None:
        with redis_key() as named:
            named.key.put((1, 2), 30.0)
            assert named.key.get() == [1, 2]
            assert len(keys()) == 1
            named.key.put((3, 4), 0.001)
            time.sleep(0.05)
            assert named.key.get() is None
            named.key.put((1, 2), 30.0)
        assert keys() == []

    def test_deleted_when_interrupted(self, keys: Listing) -> None:
        with pytest.raises(KeyboardInterrupt):
            measure_stampede(0.5, progress=interrupt_at("SQLite: with coalescing"))
        assert keys() == []

    def test_a_connection_lost_half_way_is_a_reason_and_memory_stands_in(self, keys: Listing) -> None:
        import redis

        with redis_lost_at("SQLite: without coalescing", redis.Redis, "get") as lose:
            report = measure_stampede(0.5, progress=lose)
        assert report.skipped["Redis"] == "Redis stopped: gone"
        assert report.cache == "in-process cache"
        assert len(report.runs) == 2
        assert (keys(), reading()) == ([], [])


def test_the_settings_leave_the_key_time_to_expire() -> None:
    # The stampede must be over before the key expires again, or two would be counted as one.
    assert stampede.LIFETIMES > stampede.MEANWHILE


def reading() -> list[str]:
    return running("read a hot key")

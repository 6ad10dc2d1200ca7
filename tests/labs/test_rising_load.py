"""Rising load measured: what is used and why, bounds, a report of what is known, nothing left behind."""

import math
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from helpers.labs import rising_load, services
from helpers.labs.load_report import LOADS, LoadReport
from helpers.labs.load_run import SHOWN, LoadRun
from helpers.labs.rising_load import UTILISATIONS, measure_rising_load
from helpers.labs.services import memory_cache, postgresql_database, redis_cache, sqlite_database
from helpers.labs.tasks import UnavailableError
from helpers.models.queueing import Queue, mean_wait_general
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
NONE = math.nan


@pytest.fixture(autouse=True)
def own_folder_and_no_servers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for variable in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


def made_up_run(
    queries_ms: Any, gap_ms: float, *, hits: int = 0, cached: bool = False, offered: float = 0.5
) -> LoadRun:
    """Requests so far apart that none waits; the last `hits` are answered in 0.1 ms by the cache."""
    queries: Any = np.array([*queries_ms, *[NONE] * hits])
    due: Any = np.arange(queries.size) * gap_ms
    started = np.where(np.isnan(queries), NONE, due)
    ended: Any = due + np.where(np.isnan(queries), 0.1, queries)
    return LoadRun(
        cached, offered, queries.size * gap_ms, due, due, started, ended, queries.size * gap_ms,
        2.0 if cached else None,
    )  # fmt: skip


def made_up_report(queries_ms: Any = (1.0, 3.0) * 50) -> LoadReport:
    bare = made_up_run(queries_ms, 4.0)
    behind = made_up_run([2.0] * 25, 4.0, hits=75, cached=True)
    return LoadReport(
        "a laptop", "SQLite 3.40", "in-process cache", "one connection", (bare, behind), {"Redis": "not set"}
    )


class TestTheory:
    def test_what_was_measured_goes_in(self) -> None:
        report = made_up_report()
        assert (report.query_ms, report.variation, report.hit_ratio) == (2.0, 0.5, 0.75)
        assert report.hit_ms == pytest.approx(0.1)

    @pytest.mark.parametrize("load", [0.0, 0.3, 0.9])
    def test_the_mean_is_pollaczek_and_khinchines(self, load: float) -> None:
        report = made_up_report()
        wait = 1e3 * mean_wait_general(load * 500, 0.002, 0.5)
        assert report.theory_ms(load) == pytest.approx(2 + wait)
        missing = 1e3 * mean_wait_general(load * 500 * 0.25, 0.002, 0.5)
        assert report.theory_ms(load, cached=True) == pytest.approx(0.1 + 0.25 * (2 + missing))
        assert report.exponential_ms(load) == pytest.approx(1e3 * Queue(load * 500, 0.002).mean_time_s)
        assert report.exponential_ms(load) >= report.theory_ms(load)

    def test_percentiles_of_exponential_queries_are_those_of_mm1(self) -> None:
        """Simulated with queries drawn from these, the 99th percentile comes out as the closed form's."""
        queries = np.random.default_rng(0).exponential(2.0, 4000)
        report = made_up_report(queries * 2.0 / queries.mean())
        for load in (0.05, 0.5, 0.8):
            found = report.theory_ms(load, "99th percentile")
            assert found == pytest.approx(report.exponential_ms(load, "99th percentile"), rel=0.15)

    def test_of_a_mixture_the_late_hundredth_are_misses(self) -> None:
        """Without any wait: the slowest hundredth of all is the slowest 4 in 100 of the misses."""
        report = made_up_report()
        assert report.theory_ms(0.0, "99th percentile") == 3.0
        assert report.theory_ms(0.0, "99th percentile", cached=True) == pytest.approx(3.1)
        rare = made_up_report([1.0] * 97 + [9.0] * 3)
        assert rare.theory_ms(0.0, "99th percentile") == 9.0
        # 3 in 100 of the misses are slow, and so less than 1 in 100 of all.
        assert rare.theory_ms(0.0, "99th percentile", cached=True) == pytest.approx(1.1)
        hits = LoadReport("", "", "", "", (report.runs[0], made_up_run([], 4.0, hits=50, cached=True)))
        assert hits.theory_ms(0.9, "99th percentile", cached=True) == pytest.approx(0.1)
        assert hits.theory_ms(0.9, cached=True) == pytest.approx(0.1)

    def test_curves_rise_and_the_cache_keeps_them_low(self) -> None:
        curves = made_up_report().curves
        assert set(curves) == {(shown, cached) for shown in SHOWN for cached in (False, True)}
        for shown in SHOWN:
            bare, behind = curves[shown, False], curves[shown, True]
            assert np.all(np.diff(bare) > 0)
            assert np.all(np.diff(behind) >= 0)
            assert np.all(behind[LOADS >= 0.3] < bare[LOADS >= 0.3])
            assert np.all(curves["99th percentile", False] > curves["mean", False])

    def test_chance_has_the_theory_inside_and_narrows_with_more_requests(self) -> None:
        report = made_up_report()
        run = made_up_run([1.0, 3.0] * 1000, 4.0)
        low, high = report.chance_ms(run)
        assert low < report.expected_ms(run) < high
        short_low, short_high = report.chance_ms(made_up_run([1.0, 3.0] * 50, 4.0))
        assert short_high - short_low > 2 * (high - low)

    def test_more_load_than_can_be_served_has_no_mean(self) -> None:
        assert math.isinf(made_up_report().expected_ms(made_up_run([5.0] * 10, 4.0)))

    @pytest.mark.parametrize("load", [-0.1, 1.0, math.nan, "0.5", None, np.array([0.5, 1.0])])
    def test_a_bad_load_is_refused(self, load: Any) -> None:
        for call in (made_up_report().theory_ms, made_up_report().exponential_ms):
            with pytest.raises((ValueError, TypeError), match=r"^load = "):
                call(load)

    def test_a_bad_name_or_percentile_is_refused(self) -> None:
        report = made_up_report()
        for call in (partial(report.theory_ms, 0.5), partial(report.exponential_ms, 0.5)):
            with pytest.raises(ValueError, match=r"^shown = 'median'"):
                call("median")
        with pytest.raises(ValueError, match=r"^shown = 'p50'"):
            report.runs[0].shown_ms("p50")
        with pytest.raises(ValueError, match=r"^percentile = 101"):
            report.runs[0].time_ms(101)


class TestReport:
    def test_table_says_what_was_measured_and_with_what(self) -> None:
        report = made_up_report()
        table = report._repr_markdown_().splitlines()
        assert table[2] == "| 50% | no | 100 | 2 ms | 1 ms | 3 ms | 3.25 ms | 50% | – |"
        assert table[3].startswith("| 50% | yes | 100 | 0.575 ms | 0.1 ms | 2 ms | ")
        assert table[3].endswith(" | 12% | 75% |")
        assert "A query took 2 ms on average, with a variation of 0.5" in table[-1]
        assert "a laptop. one connection." in table[-1]
        assert "Not used: Redis (not set)." in table[-1]
        assert "100 requests are" not in table[-1]
        assert "Fewer than 200 requests are too few for a p99" in table[-1]
        assert {line.count("|") for line in table[:4]} == {10}
        assert repr(report).splitlines()[1] == (
            "SQLite 3.40, no cache, load 50%: 2 ms (mean), 3 ms (p99), 100 requests"
        )

    def test_requests_without_an_answer_are_said(self) -> None:
        run = made_up_run([2.0] * 10, 4.0)
        ended = np.where(np.arange(10) < 7, run.ended_ms, NONE)
        cut = LoadRun(False, 0.5, 40.0, run.arrivals_ms, run.sent_ms, run.started_ms, ended, 80.0)
        table = LoadReport("a laptop", "SQLite", "none", "", (cut,))._repr_markdown_()
        assert "3 requests had no answer yet" in table
        assert cut.times_ms.tolist() == [2.0] * 7 + [52.0, 48.0, 44.0]

    def test_frame_has_a_row_a_run_with_units(self) -> None:
        frame = made_up_report().as_frame()
        assert frame["cache"].tolist() == ["none", "in-process cache"]
        assert frame["mean_ms"].tolist() == pytest.approx([2.0, 0.575])
        assert frame["theory_mean_ms"].iloc[0] == pytest.approx(2 + 1e3 * mean_wait_general(250, 0.002, 0.5))
        assert frame["load"].tolist() == pytest.approx([0.5, 0.5])
        assert math.isnan(frame["hit_ratio"].iloc[0])
        assert frame["hit_ratio"].iloc[1] == 0.75
        shares = {
            "database",
            "cache",
            "offered",
            "load",
            "utilisation",
            "requests",
            "unanswered",
            "hit_ratio",
        }
        assert all(name.endswith("_ms") for name in frame.columns if name not in shares)

    def test_nothing_measured_still_shows(self) -> None:
        report = LoadReport("a laptop", "", "", "", (), {"SQLite": "no disk"})
        assert report._repr_markdown_().endswith("a laptop. Not used: SQLite (no disk).")
        assert (repr(report), len(report.as_frame()), report.curves) == ("a laptop", 0, {})


class TestParts:
    def test_sqlite_reads_every_row_for_the_right_answer(self, tmp_path: Path) -> None:
        with sqlite_database(tmp_path, query_ms=0.001) as database:
            assert database.rows == 4000
            for author in (0, 7, 999):
                likes = [row % 97 for row in range(4000) if row % 1000 == author]
                assert database.query(author) == (4, sum(likes))
            assert "reads 4,000 rows" in database.settings

    def test_rows_are_bounded_however_fast_the_machine(self, tmp_path: Path) -> None:
        with sqlite_database(tmp_path, query_ms=1e6) as database:
            assert database.rows == 80_000
            assert database.query(5)[0] == 80

    def test_python_without_sqlite(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "sqlite3", None)
        assert reason(partial(sqlite_database, tmp_path)) == "this Python was built without SQLite"

    def test_a_cache_keeps_the_most_recently_used(self) -> None:
        with memory_cache(3) as cache:
            for author in range(5):
                cache.put(author, (author, 0))
                assert cache.get(2) == ((2, 0) if author >= 2 else None)
            assert [cache.get(author) is not None for author in range(5)] == [False, False, True, True, True]
            cache.get(2)
            cache.put(9, (9, 9))
            assert [cache.get(author) is not None for author in (2, 3, 4, 9)] == [True, False, True, True]

    def test_the_cache_is_warm_and_full_before_the_first_request(self, tmp_path: Path) -> None:
        with sqlite_database(tmp_path, query_ms=0.001) as database, memory_cache(100) as cache:
            rising_load._warm(database, cache, np.random.default_rng(0))
            found = [author for author in range(1000) if cache.get(author) is not None]
            assert len(found) == 100
            assert {0, 1, 2}.issubset(found)
            assert all(cache.get(author) == database.query(author) for author in found[:5])

    def test_popular_authors_are_asked_for_as_zipf_has_it(self) -> None:
        drawn = np.bincount(rising_load._zipf(np.random.default_rng(0), 100_000), minlength=1000)
        assert drawn[0] / drawn[1] == pytest.approx(2, rel=0.1)
        assert drawn[0] / drawn[9] == pytest.approx(10, rel=0.15)
        assert drawn.size == 1000


class TestMeasuring:
    def test_each_load_without_and_with_the_cache(self, tmp_path: Path) -> None:
        report = measure_rising_load(1.5)
        assert [(run.cached, run.offered) for run in report.runs] == [
            (cached, at) for cached in (False, True) for at in UTILISATIONS
        ]
        assert report.database.startswith("SQLite ")
        assert report.cache == "in-process cache"
        assert report.skipped == {"PostgreSQL": "DATABASE_URL is not set", "Redis": "REDIS_URL is not set"}
        for bare, behind in zip(report.of(False), report.of(True), strict=True):
            assert bare.arrivals_ms.tolist() == behind.arrivals_ms.tolist()
            assert bare.requests >= 5
            assert bare.load == behind.load
            assert not bare.hits.any()
            assert np.all(bare.times_ms > 0)
            assert 0 < bare.utilisation <= 1
            assert np.all(bare.arrivals_ms < bare.window_ms)
        assert 0.2 < report.hit_ratio < 0.9
        assert list(tmp_path.iterdir()) == []
        assert serving() == []

    def test_the_same_seed_draws_the_same_gaps(self) -> None:
        one, two, other = (measure_rising_load(0.5, utilisations=[0.3], seed=s).runs[0] for s in (1, 1, 2))
        ratios = [run.arrivals_ms[:5] / run.arrivals_ms[0] for run in (one, two, other)]
        assert ratios[0] == pytest.approx(ratios[1])
        assert ratios[0] != pytest.approx(ratios[2])

    def test_progress_rises_from_0_to_1(self) -> None:
        seen: list[tuple[float, str]] = []
        measure_rising_load(0.5, progress=lambda *step: seen.append(step))
        fractions = [fraction for fraction, _ in seen]
        assert (seen[0][1], seen[-1]) == ("getting ready", (1.0, "done"))
        assert fractions == sorted(fractions)
        assert "SQLite: 90% utilisation" in [label for _, label in seen]

    @pytest.mark.parametrize(
        ("arguments", "error", "message"),
        [
            ({"budget_s": 0}, ValueError, "budget_s = 0: .* 0.5 or more"),
            ({"budget_s": -1}, ValueError, "budget_s = -1"),
            ({"budget_s": math.nan}, ValueError, "budget_s = nan"),
            ({"budget_s": 1e9}, ValueError, "at most 60"),
            ({"budget_s": "8"}, TypeError, "budget_s = '8'"),
            ({"budget_s": None}, TypeError, "budget_s = None"),
            ({"utilisations": [0.5, 1.0]}, ValueError, "utilisations = 1.0: .* at most 0.95"),
            ({"utilisations": [0]}, ValueError, "utilisations = 0: .* 0.05 or more"),
            ({"utilisations": ["0.5"]}, TypeError, "utilisations = '0.5'"),
            ({"utilisations": []}, ValueError, "utilisations = \\[\\]: .* one at least"),
            ({"utilisations": 0.5}, TypeError, "utilisations = 0.5: .* a list"),
        ],
    )
    def test_bad_input_is_named(
        self, arguments: dict[str, object], error: type[Exception], message: str
    ) -> None:
        with pytest.raises(error, match=message):
            measure_rising_load(**arguments)  # type: ignore[arg-type]

    def test_no_database_at_all_is_a_report_of_reasons(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "sqlite3", None)
        report = measure_rising_load(0.5)
        assert report.runs == ()
        assert report.skipped["SQLite"] == "this Python was built without SQLite"

    @pytest.mark.parametrize("label", ["SQLite: filling the cache", "SQLite: 50% utilisation"])
    def test_interrupted_leaves_no_file_and_no_thread(self, tmp_path: Path, label: str) -> None:
        with pytest.raises(KeyboardInterrupt):
            measure_rising_load(0.5, progress=interrupt_at(label))
        assert list(tmp_path.iterdir()) == []
        assert serving() == []

    @pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
    def test_when_the_kernel_is_interrupted(self, tmp_path: Path) -> None:
        code = (
            "from helpers.labs.rising_load import measure_rising_load\n"
            "measure_rising_load(50, progress=lambda f, label: print(f, label, flush=True))"
        )
        interrupt_process(code, "30%", tmp_path)


@pytest.mark.postgresql
class TestPostgresql:
    @pytest.fixture
    def tables(self, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Listing]:
        """The lab's tables that are on the server now."""
        psycopg = pytest.importorskip("psycopg")
        monkeypatch.setenv("DATABASE_URL", database_url)
        with closing(psycopg.connect(database_url, autocommit=True)) as connection:
            found = "SELECT relname FROM pg_class WHERE relname LIKE 'rising_load_%' AND relkind = 'r'"
            yield lambda: [row[0] for row in connection.execute(found)]

    def test_measured_and_dropped(self, tables: Listing) -> None:
        during: set[Any] = set()
        report = measure_rising_load(1, progress=lambda *_: during.update(tables()))
        assert report.database.startswith("PostgreSQL ")
        assert set(report.skipped) == {"Redis"}
        assert len(report.runs) == 2 * len(UTILISATIONS)
        assert len(during) == 1
        wait_for(lambda: tables() == [])

    def test_counts_as_sqlite_does(self, tables: Listing, tmp_path: Path) -> None:
        with postgresql_database(query_ms=0.001) as server, sqlite_database(tmp_path, 0.001) as embedded:
            assert server.rows == embedded.rows
            assert [server.query(a) for a in (0, 7, 999)] == [embedded.query(a) for a in (0, 7, 999)]

    def test_dropped_when_interrupted(self, tables: Listing) -> None:
        with pytest.raises(KeyboardInterrupt):
            measure_rising_load(0.5, progress=interrupt_at("PostgreSQL: 50% utilisation"))
        wait_for(lambda: tables() == [])
        assert serving() == []

    def test_a_connection_lost_half_way_is_a_reason_and_sqlite_stands_in(
        self, database_url: str, tables: Listing
    ) -> None:
        def end(_: float, label: str) -> None:
            if label == "PostgreSQL: 50% utilisation":
                end_connections(database_url, f"%{tables()[0]}%author =%")

        report = measure_rising_load(0.5, progress=end)
        assert report.skipped["PostgreSQL"].startswith("PostgreSQL stopped: ")
        assert report.database.startswith("SQLite ")
        assert len(report.runs) == 2 * len(UTILISATIONS)
        assert serving() == []


@pytest.mark.redis
class TestRedis:
    @pytest.fixture
    def keys(self, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Listing]:
        """The lab's keys that are on the server now."""
        redis = pytest.importorskip("redis")
        monkeypatch.setenv("REDIS_URL", redis_url)
        with closing(redis.Redis.from_url(redis_url)) as client:
            yield lambda: list(client.scan_iter("rising_load:*", count=1000))

    def test_measured_and_deleted(self, keys: Listing) -> None:
        counts = []
        report = measure_rising_load(1, progress=lambda *_: counts.append(len(keys())))
        assert report.cache.startswith("Redis ")
        assert set(report.skipped) == {"PostgreSQL"}
        assert 0.2 < report.hit_ratio < 0.9
        # One may be written while another is not dropped yet.
        assert 100 <= max(counts) <= 101
        assert keys() == []

    def test_keeps_what_the_cache_in_memory_keeps(self, redis_url: str, keys: Listing) -> None:
        import redis

        asked = [int(author) for author in np.random.default_rng(0).integers(0, 12, 200)]
        found = []
        with redis_cache(5) as server, memory_cache(5) as embedded:
            for cache in (server, embedded):
                hits = []
                for author in asked:
                    hits.append(cache.get(author))
                    if hits[-1] is None:
                        cache.put(author, (author, 7))
                found.append(hits)
            assert len(keys()) == 5
            with closing(redis.Redis.from_url(redis_url)) as client:
                assert all(0 < client.ttl(key) <= 600 for key in keys())
        assert found[0] == found[1]
        assert keys() == []

    def test_deleted_when_interrupted(self, keys: Listing) -> None:
        with pytest.raises(KeyboardInterrupt):
            measure_rising_load(0.5, progress=interrupt_at("SQLite: 50% utilisation"))
        assert keys() == []

    def test_a_connection_lost_half_way_is_a_reason_and_memory_stands_in(self, keys: Listing) -> None:
        import redis

        with redis_lost_at("SQLite: 50% utilisation", redis.Redis, "get") as lose:
            report = measure_rising_load(0.5, progress=lose)
        assert report.skipped["Redis"] == "Redis stopped: gone"
        assert report.cache == "in-process cache"
        assert len(report.runs) == 2 * len(UTILISATIONS)
        assert keys() == []
        assert serving() == []


class TestServersThatAreNotThere:
    def test_local_stand_ins_are_used(self, monkeypatch: pytest.MonkeyPatch) -> None:
        pytest.importorskip("psycopg")
        pytest.importorskip("redis")
        port = closed_port()
        monkeypatch.setenv("DATABASE_URL", f"postgresql://127.0.0.1:{port}/none")
        monkeypatch.setenv("REDIS_URL", f"redis://127.0.0.1:{port}/0")
        report = measure_rising_load(0.5, utilisations=[0.3])
        assert report.database.startswith("SQLite ")
        assert report.cache == "in-process cache"
        assert report.skipped["PostgreSQL"].startswith("no connection to DATABASE_URL: ")
        assert report.skipped["Redis"].startswith("no connection to REDIS_URL: ")
        assert "Not used: Redis (no connection" in report._repr_markdown_()

    @pytest.mark.parametrize("url", ["mysql://me:secret@host/db", "secret", "postgresql://h:%zz"])
    def test_bad_database_url(self, url: str) -> None:
        pytest.importorskip("psycopg")
        why = reason(partial(postgresql_database, url))
        assert why.startswith("DATABASE_URL is not of the form postgresql://")

    @pytest.mark.parametrize("url", ["http://me:secret@host", "redis://me:secret@host:port/0", "secret"])
    def test_bad_redis_url(self, url: str) -> None:
        pytest.importorskip("redis")
        assert reason(partial(redis_cache, 5, url)).startswith("REDIS_URL is not of the form redis://")

    @pytest.mark.parametrize(
        ("opened", "variable"),
        [(postgresql_database, "DATABASE_URL"), (partial(redis_cache, 5), "REDIS_URL")],
    )
    def test_blank_url_counts_as_none(
        self, opened: Any, variable: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(variable, "  ")
        assert reason(opened) == f"{variable} is not set"

    @pytest.mark.parametrize(
        ("opened", "driver"), [(postgresql_database, "psycopg"), (partial(redis_cache, 5), "redis")]
    )
    def test_missing_driver_says_how_to_get_it(
        self, opened: Any, driver: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, driver, None)
        why = reason(partial(opened, url=f"{driver}://127.0.0.1/0"))
        assert why == f'the package {driver} is missing: pip install "system-design-course[servers]"'


def test_the_bounds_of_rows_are_whole_numbers_of_posts_for_every_author() -> None:
    assert services.FIRST_ROWS % services.AUTHORS == services.MOST_ROWS % services.AUTHORS == 0


def reason(opened: Any) -> str:
    with pytest.raises(UnavailableError) as caught, opened():
        pytest.fail("it should not have opened")
    assert "secret" not in str(caught.value)
    return str(caught.value)


def serving() -> list[str]:
    return running("serve queries")

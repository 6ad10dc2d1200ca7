"""The feed's queries measured: plans that use their index, honest counts, and nothing left behind."""

import dataclasses
import itertools
import secrets
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from helpers.labs import query_plans
from helpers.labs.query_plan_engines import PlanEngine, _nodes, postgresql_engine, sqlite_engine
from helpers.labs.query_plan_report import QueryPlanReport
from helpers.labs.query_plans import ALONE, ANALYZED, INDEXED, KEYS, PAGES, measure_query_plans
from helpers.labs.tasks import UnavailableError
from helpers.models.feed_queries import FEED_QUERIES
from helpers.models.schemas import CORRECTED_SCHEMA
from helpers.models.time_sorted_ids import snowflake_time, uuid7_time

USERS = 500
TWEETS = 2 * query_plans.BUSY_TWEETS


@pytest.fixture(autouse=True)
def own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A folder of the test's own, which the lab leaves empty; no server unless a test sets one."""
    monkeypatch.setattr(query_plans, "disk_folder", lambda: tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    yield
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def namespaces(database_url: str) -> Iterator[Callable[[], list[str]]]:
    """The lab's namespaces that are on the server now."""
    psycopg = pytest.importorskip("psycopg")
    with closing(psycopg.connect(database_url, autocommit=True)) as connection:
        found = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'query_plans_%'"
        yield lambda: [row[0] for row in connection.execute(found)]


@pytest.fixture
def few_tweets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables that take no time to fill, and no deep page to turn to."""
    monkeypatch.setattr(query_plans, "BUSY_TWEETS", 300)
    monkeypatch.setattr(query_plans, "PAGES", (1, 10))
    monkeypatch.setattr(query_plans, "FEWEST_KEY_ROWS", 2_000)


@pytest.fixture(scope="module")
def report() -> QueryPlanReport:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DATABASE_URL", raising=False)
        return measure_query_plans(0.3, users=USERS)


@pytest.fixture(scope="module")
def both(database_url: str) -> QueryPlanReport:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", database_url)
        return measure_query_plans(0.5, users=USERS)


class TestSqlite:
    def test_every_query_before_and_after(self, report: QueryPlanReport) -> None:
        assert [engine.name for engine in report.engines] == ["SQLite"]
        assert dict(report.skipped) == {"PostgreSQL": "DATABASE_URL is not set"}
        assert (report.users, report.follows, report.tweets) == (USERS, 35 * USERS, TWEETS)
        stages = [cost.indexes for cost in report.of("followers_of")]
        assert stages == [ALONE, ANALYZED, INDEXED]
        for name in ("followees_of", "newest_of_author", "feed_by_pull"):
            assert [cost.indexes for cost in report.of(name)] == [ALONE, INDEXED]

    def test_the_reverse_look_up_scans_then_skips_then_searches(self, report: QueryPlanReport) -> None:
        before, analyzed, after = report.of("followers_of")
        assert before.plan.startswith("SCAN follows")
        # SQLite may skip-scan once it has statistics; it reads far more than a search all the same.
        assert analyzed.plan.startswith("SCAN follows") or "ANY(follower_id)" in analyzed.plan
        assert after.plan == "SEARCH follows USING COVERING INDEX follows_by_followee (followee_id=?)"
        assert before.returned == analyzed.returned == after.returned
        assert before.rows_read == report.follows
        assert after.rows_read == after.returned
        assert before.work > analyzed.work > 10 * after.work

    def test_the_other_queries(self, report: QueryPlanReport) -> None:
        followees = report.of("followees_of")
        assert followees[0].plan == followees[1].plan
        assert followees[0].work == followees[1].work
        newest = report.of("newest_of_author")
        assert [cost.rows_read for cost in newest] == [TWEETS, 20]
        assert "tweets_by_author" in newest[1].plan
        feed = report.of("feed_by_pull")
        assert "SCAN tweets" in feed[0].plan
        assert "SCAN" not in feed[1].plan
        assert [cost.rows_read for cost in feed] == [None, None]
        assert feed[0].work > 10 * feed[1].work

    def test_the_same_rows_are_counted_every_time(self, report: QueryPlanReport) -> None:
        again = measure_query_plans(0.1, users=USERS)
        assert [(c.plan, c.returned, c.work) for c in again.queries] == [
            (c.plan, c.returned, c.work) for c in report.queries
        ]

    def test_an_offset_reads_what_it_skips_and_a_cursor_does_not(self, report: QueryPlanReport) -> None:
        costs = {(page.paging, page.page): page.cost for page in report.pages}
        assert costs.keys() == set(itertools.product(("offset", "cursor"), PAGES))
        for page in PAGES:
            assert costs["offset", page].rows_read == 20 * page
            assert costs["cursor", page].rows_read == 20
        # About as many instructions for each row skipped: the counts are real.
        deep, deeper = costs["offset", 100].work, costs["offset", 1_000].work
        assert 9 < deeper / deep < 11
        assert costs["cursor", 1_000].work < 2 * costs["cursor", 1].work
        assert {cost.returned for cost in costs.values()} == {20}

    def test_keys_take_turns_and_only_uuids_need_an_index(self, report: QueryPlanReport) -> None:
        assert tuple(key.key for key in report.keys) == KEYS
        assert len({key.rows for key in report.keys}) == 1
        random, by_time, flakes = report.keys
        assert min(random.index_bytes, by_time.index_bytes) >= random.rows * 16
        assert flakes.index_bytes == 0
        assert flakes.total_bytes < min(random.total_bytes, by_time.total_bytes)
        assert all(key.seconds > 0 for key in report.keys)

    def test_sizes_are_those_that_sqlite_tells(self, tmp_path: Path) -> None:
        with sqlite_engine(tmp_path) as engine:
            engine.make_keys("ids", "uuid")
            keys = [uuid.UUID(int=number).bytes for number in range(5_000)]
            engine.insert_keys("ids", keys, "words")
            try:
                told = dict(engine.run("SELECT name, SUM(pgsize) FROM dbstat GROUP BY name"))
            except sqlite3.OperationalError:
                pytest.skip("this SQLite was built without dbstat")
            assert engine.sizes("ids") == (told["ids_key"], told["ids_key"] + told["ids"])
        clean(tmp_path)


@pytest.mark.postgresql
class TestPostgresql:
    def test_plans_use_the_indexes(self, both: QueryPlanReport) -> None:
        assert [engine.name for engine in both.engines] == ["SQLite", "PostgreSQL"]
        assert dict(both.skipped) == {}
        before, after = both.of("followers_of", "PostgreSQL")
        assert "follows_by_followee" not in before.plan
        assert after.plan == "Index Only Scan using follows_by_followee"
        assert after.rows_read == after.returned == both.of("followers_of")[0].returned
        assert before.work > 10 * after.work
        newest = both.of("newest_of_author", "PostgreSQL")
        assert newest[0].plan == "Seq Scan on tweets → Sort → Limit"
        assert newest[1].plan == "Index Scan using tweets_by_author → Limit"
        assert [cost.rows_read for cost in newest] == [TWEETS, 20]
        # With so few users each has many tweets, and PostgreSQL may rather scan for a feed: no plan to hold.
        assert [cost.returned for cost in both.of("feed_by_pull", "PostgreSQL")] == [20, 20]

    def test_pages(self, both: QueryPlanReport) -> None:
        costs = {
            (page.paging, page.page): page.cost for page in both.pages if page.cost.engine == "PostgreSQL"
        }
        for page in PAGES:
            assert costs["cursor", page].rows_read == 20
            # It may prefer to read the whole table to a long walk.
            assert costs["offset", page].rows_read in (20 * page, TWEETS)
        assert costs["offset", 1_000].work > 50 * costs["cursor", 1_000].work

    def test_each_kind_of_key_has_an_index(self, both: QueryPlanReport) -> None:
        keys = [key for key in both.keys if key.engine == "PostgreSQL"]
        assert tuple(key.key for key in keys) == KEYS
        assert all(key.rows * 8 < key.index_bytes < key.total_bytes for key in keys)

    def test_both_engines_give_the_same_rows(self, database_url: str, tmp_path: Path) -> None:
        world = query_plans._world(USERS, 3)
        given: list[list[Any]] = []
        for opened in (sqlite_engine(tmp_path), postgresql_engine(database_url)):
            with opened as engine:
                run = query_plans._Run(engine, world, 0.1, lambda *_: None)
                run._load()
                given.append(list(rows(engine, world)))
        assert given[0] == given[1]
        assert all(given[0])
        clean(tmp_path)

    def test_by_offset_and_by_cursor_the_pages_are_the_same(self, database_url: str) -> None:
        world = query_plans._world(USERS, 0)
        newest_first = world.pages_of_busy()
        with postgresql_engine(database_url) as engine:
            query_plans._Run(engine, world, 0.1, lambda *_: None)._load()
            last = newest_first[1_999]
            at = ask(engine, "page_at", user=world.busy, size=20, offset=2_000)
            moment = engine.moment(last[0])
            after = ask(engine, "page_after", user=world.busy, size=20, created_at=moment, id=last[1])
            assert at == after == [number for _, number in newest_first[2_000:2_020]]

    @pytest.mark.usefixtures("few_tweets")
    @pytest.mark.parametrize(
        "label",
        [
            "loading users",
            "loading follows",
            "loading tweets",
            f"followers_of, {ALONE}",
            "making the indexes",
            "page 10 by offset",
            f"inserts: {KEYS[2]}",
        ],
    )
    def test_nothing_is_left_when_interrupted(
        self,
        database_url: str,
        namespaces: Callable[[], list[str]],
        monkeypatch: pytest.MonkeyPatch,
        label: str,
    ) -> None:
        monkeypatch.setenv("DATABASE_URL", database_url)
        only("PostgreSQL", monkeypatch)
        during: list[str] = []

        def interrupt(_: float, told: str) -> None:
            if told == f"PostgreSQL: {label}":
                during.extend(namespaces())
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            measure_query_plans(0.1, users=USERS, progress=interrupt)
        assert len(during) == 1
        assert namespaces() == []

    @pytest.mark.usefixtures("few_tweets")
    def test_dropped_when_interrupted_within_a_copy(
        self, database_url: str, namespaces: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DATABASE_URL", database_url)
        only("PostgreSQL", monkeypatch)

        def interrupt(*_: object) -> None:
            assert namespaces()
            raise KeyboardInterrupt

        monkeypatch.setattr("psycopg.Copy.write_row", interrupt)
        with pytest.raises(KeyboardInterrupt):
            measure_query_plans(0.1, users=USERS)
        assert namespaces() == []

    @pytest.mark.usefixtures("few_tweets")
    @pytest.mark.parametrize("label", ["loading tweets", f"feed_by_pull, {INDEXED}", f"inserts: {KEYS[0]}"])
    def test_a_server_that_goes_away_is_skipped_and_the_rest_is_kept(
        self,
        database_url: str,
        namespaces: Callable[[], list[str]],
        monkeypatch: pytest.MonkeyPatch,
        label: str,
    ) -> None:
        import psycopg
        from psycopg.conninfo import make_conninfo

        # A name of this test's own, so that it ends no other connection.
        name = f"test_query_plans_{secrets.token_hex(6)}"
        monkeypatch.setenv("DATABASE_URL", make_conninfo(database_url, application_name=name))

        def end(_: float, told: str) -> None:
            if told == f"PostgreSQL: {label}":
                with closing(psycopg.connect(database_url, autocommit=True)) as other:
                    ended = (
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s"
                    )
                    assert other.execute(ended, (name,)).fetchall() == [(True,)]

        report = measure_query_plans(0.2, users=USERS, progress=end)
        assert [engine.name for engine in report.engines] == ["SQLite"]
        assert report.skipped["PostgreSQL"].startswith("PostgreSQL stopped: ")
        assert {cost.engine for cost in report.queries} == {"SQLite"}
        assert "Not measured: PostgreSQL (PostgreSQL stopped" in report._repr_markdown_()
        assert namespaces() == []

    def test_times_do_not_depend_on_the_servers_zone(
        self, database_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from psycopg.conninfo import make_conninfo

        elsewhere = make_conninfo(database_url, options="-c TimeZone=Asia/Tokyo")
        with postgresql_engine(elsewhere) as engine:
            assert engine.run("SHOW TimeZone") == [("UTC",)]


@pytest.mark.usefixtures("few_tweets")
class TestInterrupted:
    @pytest.mark.parametrize("label", ["loading follows", f"followers_of, {ANALYZED}", "page 10 by cursor"])
    def test_sqlites_file_is_removed(self, label: str) -> None:
        def interrupt(_: float, told: str) -> None:
            if told == f"SQLite: {label}":
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            measure_query_plans(0.1, users=USERS, progress=interrupt)

    def test_an_error_of_sqlite_is_a_reason(self, tmp_path: Path) -> None:
        def run() -> None:
            with sqlite_engine(tmp_path):
                raise sqlite3.OperationalError("database or disk is full")

        with pytest.raises(UnavailableError, match="SQLite stopped: database or disk is full"):
            run()
        clean(tmp_path)

    def test_a_server_that_is_not_there_is_skipped(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DATABASE_URL", "postgresql://127.0.0.1:1/none")
        report = measure_query_plans(0.1, users=USERS)
        assert report.skipped["PostgreSQL"].startswith("no connection to DATABASE_URL")


class TestReport:
    @pytest.mark.usefixtures("few_tweets")
    def test_progress_is_told_from_0_to_1(self) -> None:
        seen: list[tuple[float, str]] = []
        measure_query_plans(0.2, users=USERS, progress=lambda *told: seen.append(told))
        shares = [share for share, _ in seen]
        assert shares == sorted(shares)
        assert (shares[0], seen[-1]) == (0, (1, "done"))
        assert len({label for _, label in seen}) > 15

    def test_the_share_is_that_of_the_time(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        moments = [100.0, 101.0, 101.05, 102.0]
        clock = SimpleNamespace(perf_counter=lambda: moments.pop(0))
        monkeypatch.setattr(query_plans, "time", clock)
        seen: list[tuple[float, str]] = []
        with sqlite_engine(tmp_path) as engine:
            run = query_plans._Run(engine, query_plans._world(USERS, 0), 4, lambda *told: seen.append(told))
        for label in ("one", "too soon", "two"):
            run._tell(label)
        assert seen == [(0.25, "SQLite: one"), (0.5, "SQLite: two")]
        clean(tmp_path)

    def test_frames(self, report: QueryPlanReport) -> None:
        assert len(report.as_frame()) == len(report.queries) == 9
        assert report.as_frame()["rows_read"].isna().sum() == sum(c.rows_read is None for c in report.queries)
        assert (
            str(report.as_frame()["rows_read"].dtype)
            == str(report.pages_frame()["rows_read"].dtype)
            == "Int64"
        )
        assert set(report.pages_frame()["page"]) == set(PAGES)
        assert list(report.keys_frame()["key"]) == list(KEYS)
        assert (report.keys_frame()["us_a_row"] > 0).all()

    def test_words(self, report: QueryPlanReport) -> None:
        text = report._repr_markdown_()
        assert f"| followers_of | SQLite, keys alone | {35 * USERS:,} | " in text
        assert " | SCAN follows |" in text
        assert "| 1,000 | SQLite | 20,000 | " in text
        assert "none of its own" in text
        assert f"{USERS:,} users, {35 * USERS:,} follows, {TWEETS:,} tweets." in text
        assert ("ANY in a plan" in text) == any("ANY(" in cost.plan for cost in report.queries)
        assert "nan" not in text
        assert "None" not in text
        assert len(repr(report).splitlines()) == 1 + 9 + 8 + 3

    def test_a_scan_in_place_of_a_long_walk_is_said(self, report: QueryPlanReport) -> None:
        scanned = [
            dataclasses.replace(page, cost=dataclasses.replace(page.cost, plan="Seq Scan on tweets"))
            if (page.page, page.paging) == (1_000, "offset")
            else page
            for page in report.pages
        ]
        assert "walks no index" not in report._repr_markdown_()
        text = dataclasses.replace(report, pages=tuple(scanned))._repr_markdown_()
        assert "From page 1,000 on SQLite walks no index to an offset" in text

    def test_the_speedup_is_of_the_medians(self, report: QueryPlanReport) -> None:
        before, *_, after = report.of("followers_of")
        assert report.speedup("followers_of") == before.median_ms / after.median_ms

    def test_what_was_not_measured_is_refused(self, report: QueryPlanReport) -> None:
        with pytest.raises(ValueError, match="engine = 'Redis': it must be one of 'SQLite'"):
            report.of("followers_of", "Redis")
        with pytest.raises(ValueError, match="query = 'likes': it must be one of 'followers_of'"):
            report.of("likes")


class TestBadInput:
    @pytest.mark.parametrize(
        ("arguments", "error", "message"),
        [
            ({"budget_s": 0}, ValueError, "budget_s = 0"),
            ({"budget_s": 61}, ValueError, "budget_s = 61"),
            (
                {"users": 499},
                ValueError,
                "users = 499: it must be a whole number, 500 or more",
            ),
            ({"users": 1e3}, TypeError, "users = 1000.0"),
            ({"seed": -1}, ValueError, "seed = -1"),
        ],
    )
    def test_arguments_out_of_range(
        self, arguments: dict[str, Any], error: type[Exception], message: str
    ) -> None:
        with pytest.raises(error, match=message):
            measure_query_plans(**arguments)


def test_keys_are_what_their_names_say() -> None:
    batches = list(itertools.islice(query_plans._key_batches(), 2))
    random, by_time, flakes = ([key for batch in batches for key in batch[kind]] for kind in range(3))
    assert len(random) == len(set(random)) == len(set(by_time)) == len(set(flakes)) == 2_000
    assert {uuid.UUID(bytes=key).version for key in random} == {4}
    assert {uuid.UUID(bytes=key).variant for key in random} == {uuid.RFC_4122}
    assert by_time == sorted(by_time)
    assert flakes == sorted(flakes)
    assert random != sorted(random)
    times = [uuid7_time(str(uuid.UUID(bytes=key))) for key in by_time]
    assert times == [snowflake_time(key) for key in flakes]


def test_the_world_is_the_same_for_a_seed() -> None:
    one, other = (query_plans._world(USERS, 5) for _ in range(2))
    assert one.tweets == other.tweets
    assert query_plans._world(USERS, 6).tweets != one.tweets
    assert len(one.pages_of_busy()) >= 20_020
    counts = one.graph.follower_counts
    assert abs(int(counts[one.followed]) - 35) <= np.abs(counts - 35).min()


def test_a_plans_nodes_come_in_the_order_of_the_work() -> None:
    scan, other = {"Node Type": "Seq Scan"}, {"Node Type": "Index Scan"}
    join = {"Node Type": "Nested Loop", "Plans": [scan, other]}
    assert [node["Node Type"] for node in _nodes({"Node Type": "Limit", "Plans": [join]})] == [
        "Seq Scan", "Index Scan", "Nested Loop", "Limit",
    ]  # fmt: skip


def ask(engine: PlanEngine, name: str, **values: Any) -> list[Any]:
    return [row[0] for row in engine.run(FEED_QUERIES[name].sql(engine.dialect), values)]


def rows(engine: PlanEngine, world: Any) -> Iterator[list[Any]]:
    yield sorted(ask(engine, "followers_of", user=world.followed))
    yield sorted(ask(engine, "followees_of", user=world.reader))
    yield ask(engine, "newest_of_author", user=world.busy, size=20)
    yield ask(engine, "feed_by_pull", user=world.reader, size=20)
    yield ask(engine, "page_at", user=world.busy, size=20, offset=500)


def only(engine: str, patch: pytest.MonkeyPatch) -> None:
    """Leave the lab nothing to measure but one engine."""
    parts = [part for part in query_plans._PARTS if part.name == engine]
    patch.setattr(query_plans, "_PARTS", parts)


def clean(folder: Path) -> None:
    """Remove a file that the test itself had made."""
    for path in folder.iterdir():
        path.unlink()


def test_the_indexes_measured_are_those_of_the_corrected_schema() -> None:
    made = [line for line in CORRECTED_SCHEMA.ddl("sqlite") if line.startswith("CREATE INDEX")]
    assert len(made) == len(CORRECTED_SCHEMA.indexes) == 2

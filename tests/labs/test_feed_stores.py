"""Feeds on real stores: those of the model for any history, what a list is, what is written, bad input."""

import random
import secrets
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.labs import feed_store_sqlite
from helpers.labs.feed_lists import CELEBRITY, POSTS, TIMELINES, Engine, Entry, Stored, newest_of
from helpers.labs.feed_store_postgresql import postgresql_feeds
from helpers.labs.feed_store_redis import redis_feeds
from helpers.labs.feed_store_sqlite import sqlite_feeds
from helpers.labs.feed_stores import FeedStore, Follows, Job
from helpers.labs.tasks import UnavailableError
from helpers.models.feed import Feed, HybridFeed, PullFeed, PushFeed, Tweet
from helpers.models.social_graph import SocialGraph, follower_graph

USERS = 6
FOLLOWS = [(0, 1), (0, 2), (1, 0), (2, 0), (3, 0), (4, 0), (5, 1), (5, 2), (1, 2)]
GRAPH = SocialGraph.from_follows(USERS, FOLLOWS)
WAYS: tuple[dict[str, Any], ...] = (
    {"strategy": "pull"},
    {"strategy": "push"},
    {"strategy": "push", "kept": 1},
    {"strategy": "push", "kept": 3},
    {"strategy": "hybrid", "celebrity_from": 0},
    {"strategy": "hybrid", "celebrity_from": 2},
    {"strategy": "hybrid", "celebrity_from": 3, "kept": 2},
    {"strategy": "hybrid", "celebrity_from": 99, "kept": 3},
)

# Few times, so that many are equal; posts get rising ids, so that many are late.
ACTIONS = st.one_of(
    st.tuples(st.just("post"), st.integers(0, USERS - 1), st.integers(-2, 5)),
    st.tuples(st.just("delete"), st.integers(0, 30), st.just(0)),
    st.tuples(st.just("follow"), st.integers(0, USERS - 1), st.integers(0, USERS - 1)),
    st.tuples(st.just("unfollow"), st.integers(0, USERS - 1), st.integers(0, USERS - 1)),
)
PAGES = (None, (5.0, 99), (2.0, 4), (0.0, 1))

Opened = Callable[..., Any]


@pytest.fixture
def sqlite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    # A test makes thousands of posts, and none has to outlive a power cut.
    monkeypatch.setattr(feed_store_sqlite, "_SYNCHRONOUS", {"main": "OFF", "lists": "OFF"})
    with sqlite_feeds(tmp_path) as opened:
        yield opened


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("postgresql", marks=pytest.mark.postgresql),
        pytest.param("redis", marks=pytest.mark.redis),
    ]
)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite")
        return
    drivers = {"postgresql": ("psycopg", "database_url"), "redis": ("redis", "redis_url")}
    driver, url = drivers[request.param]
    pytest.importorskip(driver)
    opened: dict[str, Opened] = {"postgresql": postgresql_feeds, "redis": redis_feeds}
    with opened[request.param](request.getfixturevalue(url)) as found:
        yield found


def model(graph: SocialGraph = GRAPH, make: Callable[[], Feed] = PullFeed) -> Feed:
    feed = make()
    for user in range(graph.users):
        for followee in graph.followees_of(user).tolist():
            feed.follow(user, followee)
    return feed


def do(feed: Any, posted: list[Tweet], gone: set[int], action: tuple[str, int, int]) -> None:
    """Put one action to a feed of either kind; what a feed refuses is left out."""
    name, one, other = action
    if name == "post":
        feed.post(posted[-1])
    elif name == "delete":
        if one < len(posted):
            feed.delete(posted[one] if isinstance(feed, FeedStore) else one)
    elif one != other:
        getattr(feed, name)(one, other)


def same(engine: Engine, history: list[tuple[str, int, int]], way: dict[str, Any], told: int) -> None:
    """Put a history to the model and to the store, the first `told` of its posts all at once."""
    engine.client.clear()
    store, feed = FeedStore(GRAPH, engine, **way), model()
    posted: list[Tweet] = []
    for number in range(told):
        posted.append(Tweet(number, number % USERS, float(number // 3)))
        feed.post(posted[-1])
    store.load(posted)
    for action in history:
        if action[0] == "post":
            posted.append(Tweet(len(posted), action[1], float(action[2])))
        for each in (store, feed):
            do(each, posted, set(), action)
    for user in range(USERS):
        for before in PAGES:
            for count in (2, 50):
                found = [entry.id for entry in store.timeline(user, count, before)]
                assert found == [tweet.id for tweet in feed.timeline(user, count, before)]


# The feeds are those of the model ---------------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
@given(history=st.lists(ACTIONS, max_size=40), told=st.integers(0, 12))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_history_gives_the_feeds_of_the_model(
    sqlite: Engine, way: dict[str, Any], history: list[tuple[str, int, int]], told: int
) -> None:
    same(sqlite, history, way, told)


@pytest.mark.parametrize("way", WAYS)
def test_so_do_random_histories_on_every_store(engine: Engine, way: dict[str, Any]) -> None:
    for seed in range(2):
        chance = random.Random(seed)
        history = [
            (name, chance.randrange(USERS if name != "delete" else 30), chance.randrange(USERS))
            for name in chance.choices(["post", "delete", "follow", "unfollow"], [5, 2, 2, 2], k=40)
        ]
        same(engine, history, way, told=9)


def test_a_store_that_forgets_a_deletion_is_found_out(
    sqlite: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FeedStore, "_withdraw", lambda *_: 0)
    with pytest.raises(AssertionError):
        same(sqlite, [("post", 0, 1), ("delete", 0, 0)], {"strategy": "push"}, told=0)


def test_lists_longer_than_a_request_are_delivered_in_parts(
    sqlite: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("helpers.labs.feed_stores.ENTRIES_A_REQUEST", 7)
    graph = SocialGraph.from_follows(50, [(reader, 0) for reader in range(1, 50)])
    store = FeedStore(graph, sqlite, "push")
    store.post(Tweet(1, 0, 1.0))
    assert [len(store.timeline(reader, 5)) for reader in range(50)] == [0] + 49 * [1]
    store.delete(Tweet(1, 0, 1.0))
    assert [len(store.timeline(reader, 5)) for reader in range(50)] == 50 * [0]


# What is written and read -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("way", "make"),
    [
        ({"strategy": "pull"}, PullFeed),
        ({"strategy": "push"}, PushFeed),
        ({"strategy": "hybrid", "celebrity_from": 3}, lambda: HybridFeed(3)),
    ],
)
def test_it_does_the_work_the_model_counts(
    sqlite: Engine, way: dict[str, Any], make: Callable[[], Feed]
) -> None:
    store, feed = FeedStore(GRAPH, sqlite, **way), model(make=make)
    before = feed.work
    tweets = [Tweet(number, number % USERS, float(number)) for number in range(24)]
    for tweet in tweets:
        store.post(tweet)
        feed.post(tweet)
    assert (store.asked + store.worked).writes == (feed.work - before).writes
    before = feed.work
    for user in range(USERS):
        assert [e.id for e in store.timeline(user, 50)] == [t.id for t in feed.timeline(user, 50)]
    asked = feed.work - before
    assert (store.asked.lookups, store.asked.reads) == (asked.lookups, asked.reads)
    before, done = feed.work, store.asked + store.worked
    for tweet in tweets[::5]:
        store.delete(tweet)
        feed.delete(tweet.id)
    assert (store.asked + store.worked - done).writes == (feed.work - before).writes


def test_a_post_returns_before_it_is_delivered(engine: Engine) -> None:
    jobs: list[Job] = []
    store = FeedStore(GRAPH, engine, "push", later=jobs.append)
    store.post(Tweet(1, 0, 1.0))
    assert engine.client.stored()[0].entries == 1
    assert store.timeline(1, 5) == []
    assert [job() for job in jobs] == [4]
    assert store.timeline(1, 5) == [Entry(1.0, 1, 0)]
    store.unfollow(1, 0)
    jobs[-1]()
    assert store.timeline(1, 5) == []


def test_jobs_in_order_end_well_whatever_happens_meanwhile(engine: Engine) -> None:
    """A delivery that is late by an unfollow and a deletion leaves nothing behind."""
    jobs: list[Job] = []
    store = FeedStore(GRAPH, engine, "push", later=jobs.append)
    store.post(Tweet(1, 0, 1.0))
    store.post(Tweet(2, 0, 2.0))
    store.unfollow(1, 0)
    store.delete(Tweet(2, 0, 2.0))
    store.follow(5, 0)
    for job in jobs:
        job()
    assert [[entry.id for entry in store.timeline(user, 5)] for user in (1, 2, 5)] == [[], [1], [1]]


def test_lists_are_trimmed_and_older_pages_pulled(engine: Engine) -> None:
    store = FeedStore(GRAPH, engine, "push", kept=16)
    for number in range(40):
        store.post(Tweet(number, 0, float(number)))
        assert engine.client.stored()[1].entries <= 4 * 18
    assert [entry.id for entry in store.timeline(1, 40)] == list(range(39, -1, -1))
    before = store.asked
    assert [entry.id for entry in store.timeline(1, 5)] == list(range(39, 34, -1))
    assert (store.asked - before).lookups == 1
    # Behind the end of a list one more would stand with gaps around it.
    store.post(Tweet(99, 0, 0.5))
    assert [entry.id for entry in store.timeline(1, 50)][-3:] == [1, 99, 0]
    # A history is loaded no longer than that either.
    engine.client.clear()
    FeedStore(GRAPH, engine, "push", kept=16).load([Tweet(number, 0, float(number)) for number in range(40)])
    assert engine.client.stored()[1].entries == 4 * 16


def test_a_celebritys_post_is_not_delivered_and_who_becomes_one_moves_nothing(sqlite: Engine) -> None:
    store = FeedStore(GRAPH, sqlite, "hybrid", celebrity_from=3)
    store.post(Tweet(1, 2, 1.0))
    assert sqlite.client.stored() == (Stored(1, sqlite.client.stored()[0].bytes), sqlite.client.stored()[1])
    assert sqlite.client.newest({CELEBRITY: [2]}, 5) == [Entry(1.0, 1, 2)]
    store.unfollow(1, 2)
    store.post(Tweet(2, 2, 2.0))
    assert sqlite.client.newest({TIMELINES: [0, 5]}, 5) == 2 * [Entry(2.0, 2, 2)]
    assert [entry.id for entry in store.timeline(0, 5)] == [2, 1]
    assert store.timeline(1, 5) == []
    store.post(Tweet(3, 1, 3.0))
    store.follow(3, 1)
    store.post(Tweet(4, 1, 4.0))
    assert sqlite.client.newest({CELEBRITY: [1]}, 5) == [Entry(4.0, 4, 1)]
    assert [entry.id for entry in store.timeline(5, 5)] == [4, 3, 2, 1]


# What a list is ---------------------------------------------------------------------------------------------


def test_entries_stand_by_time_and_then_by_id(engine: Engine) -> None:
    entries = [
        Entry(time, number, 3) for number, time in enumerate([0.0, -1.5, 2.0, 2.0, 1e300, -1e-300, 2.5])
    ]
    for entry in entries:
        engine.client.insert(POSTS, [3], entry)
        engine.client.insert(POSTS, [3], entry)
    newest = sorted(entries, reverse=True)
    assert engine.worker.newest({POSTS: [3]}, 50) == newest
    assert engine.worker.newest({POSTS: [3, 4]}, 3) == newest[:3]
    for before in ((2.0, 3), (2.0, 2), (0.0, 0), (-2.0, 9), (1e301, 0)):
        assert engine.client.newest({POSTS: [3]}, 50, before) == newest_of(entries, 50, before)
    assert engine.client.stored()[0].entries == len(entries)


def test_many_lists_in_one_request(engine: Engine) -> None:
    for owner in range(5):
        engine.worker.insert(TIMELINES, [owner, owner + 1], Entry(float(owner), owner, 7))
    engine.client.insert(CELEBRITY, [9], Entry(2.5, 99, 9))
    found = engine.client.newest({TIMELINES: [0, 1, 4, 8], CELEBRITY: [9, 8]}, 4)
    assert [entry.id for entry in found] == [4, 3, 99, 1]
    assert engine.worker.remove(TIMELINES, [0, 1, 2, 3], Entry(1.0, 1, 7)) == 2
    assert engine.worker.remove(TIMELINES, [0, 1, 2, 3], Entry(1.0, 1, 7)) == 0
    assert engine.client.newest({TIMELINES: [1, 2]}, 9) == [Entry(2.0, 2, 7), Entry(0.0, 0, 7)]


def test_a_list_is_cut_replaced_loaded_and_cleared(engine: Engine) -> None:
    entries = [Entry(float(number // 2), number, 1) for number in range(8)]
    engine.client.load(TIMELINES, {5: entries, 6: entries[:2]})
    engine.worker.cut(5, (1.0, 3))
    assert engine.client.newest({TIMELINES: [5]}, 9) == entries[:2:-1]
    engine.worker.replace(5, entries[2:4])
    engine.worker.replace(6, [])
    assert engine.client.newest({TIMELINES: [5, 6]}, 9) == entries[3:1:-1]
    posts, timelines = engine.client.stored()
    assert (posts.entries, timelines.entries) == (0, 2)
    assert timelines.bytes > 0
    engine.client.clear()
    assert engine.client.newest({TIMELINES: [5, 6]}, 9) == []
    assert engine.client.stored()[1].entries == 0
    engine.client.ask()


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9), st.integers(0, 2)), max_size=12),
    st.integers(1, 9),
)
def test_the_newest_of_some_entries(rows: list[tuple[int, int, int]], count: int) -> None:
    entries = [Entry(float(time), number, author) for time, number, author in rows]
    before = (2.0, 5)
    older = [entry for entry in sorted(entries, reverse=True) if entry[:2] < before]
    assert newest_of(entries, count, before) == older[:count]


def test_follows_change_and_go_back() -> None:
    follows = Follows(GRAPH)
    for change in (follows.remove, follows.add):
        assert change(1, 0)
        assert not change(1, 0)
    assert [follows.followers(user) for user in range(USERS)] == [
        GRAPH.followers_of(user).tolist() for user in range(USERS)
    ]
    assert follows.followees(1) == [0, 2]


# Nothing is left behind -------------------------------------------------------------------------------------


@pytest.mark.redis
def test_every_key_of_redis_expires_also_one_that_was_empty(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    redis = pytest.importorskip("redis")
    name = secrets.token_hex(6)
    monkeypatch.setattr("secrets.token_hex", lambda _: name)
    with closing(redis.Redis.from_url(redis_url)) as client:

        def keys() -> list[Any]:
            return list(client.scan_iter(f"feed_store:{name}:*", count=1000))

        with redis_feeds(redis_url) as engine:
            store = FeedStore(GRAPH, engine, "push")
            store.load([Tweet(0, 1, 0.0)])
            for number in range(1, 4):
                store.post(Tweet(number, 0, 1.0))
                store.delete(Tweet(number, 0, 1.0))
            store.unfollow(5, 1)
            store.post(Tweet(4, 0, 1.0))
            store.post(Tweet(5, 2, 1.0))
            assert len(keys()) >= 6
            assert all(0 < client.ttl(key) <= 600 for key in keys())
        assert keys() == []


@pytest.mark.postgresql
def test_the_tables_of_postgresql_are_dropped(database_url: str) -> None:
    psycopg = pytest.importorskip("psycopg")
    with closing(psycopg.connect(database_url, autocommit=True)) as connection:
        found = (
            "SELECT relname, relpersistence FROM pg_class WHERE relkind = 'r' AND relname LIKE %s ORDER BY 1"
        )
        with postgresql_feeds(database_url) as engine:
            prefix = next(iter(engine.client._tables.values())).as_string()[1:24]  # type: ignore[attr-defined]
            rows = connection.execute(found, (f"{prefix}%",)).fetchall()
            assert [kind for _, kind in rows] == ["p", "p", "u"]
        assert connection.execute(found, (f"{prefix}%",)).fetchall() == []


def test_sqlite_keeps_to_its_folder(tmp_path: Path) -> None:
    with sqlite_feeds(tmp_path) as engine:
        engine.client.insert(POSTS, [1], Entry(1.0, 1, 1))
        assert "synchronous=FULL" in engine.settings
        for lists in (engine.client, engine.worker):
            found = [lists._run(f"PRAGMA {name}.synchronous")[0][0] for name in ("main", "lists")]  # type: ignore[attr-defined]
            assert found == [2, 0]
    assert {path.name.split(".")[0] for path in tmp_path.iterdir()} <= {"posts", "timelines"}


# Bad input --------------------------------------------------------------------------------------------------


def test_bad_requests_are_refused_and_change_nothing(sqlite: Engine) -> None:
    store = FeedStore(GRAPH, sqlite, "push")
    store.post(Tweet(1, 0, 1.0))
    before = store.asked, store.worked
    bad: list[tuple[Callable[[], Any], type[Exception], str]] = [
        (lambda: store.post("hello"), TypeError, "tweet = 'hello'"),  # type: ignore[arg-type]
        (lambda: store.post(Tweet(2, 6, 0.0)), ValueError, "author = 6: .*at most 5"),
        (lambda: store.post(Tweet(2, "ann", 0.0)), TypeError, "author = 'ann'"),
        (lambda: store.delete(7), TypeError, "tweet = 7"),  # type: ignore[arg-type]
        (lambda: store.follow(1, 1), ValueError, "followee = 1: .*another user"),
        (lambda: store.unfollow(1, 1), ValueError, "followee = 1: .*another user"),
        (lambda: store.follow(-1, 1), ValueError, "follower = -1"),
        (lambda: store.follow(1, 6), ValueError, "followee = 6"),
        (lambda: store.timeline(6, 1), ValueError, "user = 6"),
        (lambda: store.timeline(0, 0), ValueError, "count = 0"),
        (lambda: store.timeline(0, 10**6), ValueError, "count = 1000000"),
        (lambda: store.timeline(0, 5, 1.0), TypeError, "before = 1.0"),  # type: ignore[arg-type]
    ]
    for request, error, named in bad:
        with pytest.raises(error, match=named):
            request()
    assert (store.asked, store.worked) == before
    assert [entry.id for entry in store.timeline(1, 9)] == [1]


@pytest.mark.parametrize(
    ("way", "message"),
    [
        ({"strategy": "both"}, "strategy = 'both'"),
        ({"strategy": "hybrid"}, "celebrity_from = None: a hybrid needs"),
        ({"strategy": "hybrid", "celebrity_from": -1}, "celebrity_from = -1"),
        ({"strategy": "push", "kept": 0}, "kept = 0"),
        ({"strategy": "push", "kept": 2.5}, "kept = 2.5"),
    ],
)
def test_a_bad_strategy_is_refused(sqlite: Engine, way: dict[str, Any], message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        FeedStore(GRAPH, sqlite, **way)


@pytest.mark.parametrize(
    ("opened", "url"),
    [(postgresql_feeds, "mysql://me:secret@host/db"), (redis_feeds, "http://me:secret@host")],
)
def test_a_bad_url_is_a_reason_without_the_password(opened: Any, url: str) -> None:
    for driver in ("psycopg", "redis"):
        pytest.importorskip(driver)
    why = reason(partial(opened, url))
    assert "is not of the form" in why
    assert "secret" not in why


@pytest.mark.parametrize(
    ("opened", "variable"), [(postgresql_feeds, "DATABASE_URL"), (redis_feeds, "REDIS_URL")]
)
def test_without_a_server_there_is_a_reason(
    opened: Any, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, " ")
    assert reason(opened) == f"{variable} is not set"


def reason(opened: Any) -> str:
    with pytest.raises(UnavailableError) as caught, opened():
        pytest.fail("it should not have opened")
    return str(caught.value)


def test_a_larger_graph_agrees_too(sqlite: Engine) -> None:
    graph = follower_graph(300, mean=10)
    store, feed = FeedStore(graph, sqlite, "hybrid", celebrity_from=30, kept=20), model(graph)
    tweets = [Tweet(number, number * 7 % 300, float(number // 4)) for number in range(400)]
    store.load(tweets[:200])
    for tweet in tweets:
        feed.post(tweet)
    for tweet in tweets[200:]:
        store.post(tweet)
    for user in range(0, 300, 7):
        for before in (None, (40.0, 160)):
            found = [entry.id for entry in store.timeline(user, 30, before)]
            assert found == [tweet.id for tweet in feed.timeline(user, 30, before)]

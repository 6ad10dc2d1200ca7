"""The feed's queries: on a real database they give the feeds and pages of the models."""

import sqlite3
from contextlib import closing
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.models.feed import PullFeed, Tweet
from helpers.models.feed_queries import FEED_QUERIES
from helpers.models.pagination import page_after, page_at
from helpers.models.schema import DIALECTS
from helpers.models.schemas import CORRECTED_SCHEMA

USERS = 4
follows = st.sets(
    st.tuples(st.integers(0, USERS - 1), st.integers(0, USERS - 1)).filter(lambda pair: pair[0] != pair[1])
)
# Few moments, so that many tweets share one.
tweets = st.lists(st.tuples(st.integers(0, USERS - 1), st.integers(0, 3)), max_size=20)


def filled(pairs: set[tuple[int, int]], posts: list[tuple[int, int]]) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for statement in CORRECTED_SCHEMA.ddl("sqlite"):
        connection.execute(statement)
    users = [(user, f"user{user}", f"user{user}@example.com", "…") for user in range(USERS)]
    connection.executemany("INSERT INTO users VALUES (?, ?, ?, ?)", users)
    connection.executemany("INSERT INTO follows VALUES (?, ?)", sorted(pairs))
    rows = [(number, author, "words", None, ms, f"key{number}") for number, (author, ms) in enumerate(posts)]
    connection.executemany("INSERT INTO tweets VALUES (?, ?, ?, ?, ?, ?)", rows)
    return connection


def ask(connection: sqlite3.Connection, name: str, **values: Any) -> list[int]:
    return [row[0] for row in connection.execute(FEED_QUERIES[name].sql("sqlite"), values)]


@given(follows, tweets, st.integers(1, 6))
def test_feeds_and_look_ups_are_the_models(
    pairs: set[tuple[int, int]], posts: list[tuple[int, int]], size: int
) -> None:
    feed = PullFeed()
    for follower, followee in pairs:
        feed.follow(follower, followee)
    for number, (author, ms) in enumerate(posts):
        feed.post(Tweet(number, author, ms))
    with closing(filled(pairs, posts)) as connection:
        for user in range(USERS):
            pulled = ask(connection, "feed_by_pull", user=user, size=size)
            assert pulled == [tweet.id for tweet in feed.timeline(user, size)]
            assert set(ask(connection, "followers_of", user=user)) == {a for a, b in pairs if b == user}
            assert set(ask(connection, "followees_of", user=user)) == {b for a, b in pairs if a == user}


@given(tweets, st.integers(1, 6), st.integers(0, 25))
def test_pages_are_the_models(posts: list[tuple[int, int]], size: int, offset: int) -> None:
    with closing(filled(set(), posts)) as connection:
        for user in range(USERS):
            own = [(ms, number) for number, (author, ms) in enumerate(posts) if author == user]
            index = [Tweet(number, user, ms) for ms, number in sorted(own)]
            newest = ask(connection, "newest_of_author", user=user, size=size)
            assert newest == [tweet.id for tweet in page_after(index, None, size).tweets]
            at = ask(connection, "page_at", user=user, size=size, offset=offset)
            assert at == [tweet.id for tweet in page_at(index, offset, size).tweets]
            for last in own:
                after = ask(connection, "page_after", user=user, size=size, created_at=last[0], id=last[1])
                assert after == [tweet.id for tweet in page_after(index, last, size).tweets]


def test_the_values_a_query_takes() -> None:
    assert FEED_QUERIES["page_after"].parameters == ("user", "created_at", "id", "size")
    assert FEED_QUERIES["page_at"].parameters == ("user", "size", "offset")


def test_each_dialect_marks_a_value_in_its_own_way() -> None:
    for query in FEED_QUERIES.values():
        sqlite, postgresql = (query.sql(dialect) for dialect in DIALECTS)
        assert sqlite.count(":") == postgresql.count("%(") >= len(query.parameters)
        assert ":" not in postgresql
    with pytest.raises(ValueError, match="dialect = 'oracle'"):
        FEED_QUERIES["page_at"].sql("oracle")


def test_the_queries_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        FEED_QUERIES["page_at"] = FEED_QUERIES["page_after"]  # type: ignore[index]

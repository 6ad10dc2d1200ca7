"""Bad rows: each refused by the database itself, on both engines, and by the rule meant for it."""

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from helpers.labs import bad_rows
from helpers.labs.bad_rows import BadRows, try_bad_rows
from helpers.labs.namespaces import postgresql_namespace
from helpers.labs.tasks import UnavailableError
from helpers.models.schema import Column, Schema, Table
from helpers.models.schemas import CORRECTED_SCHEMA, FRAMEWORK_SCHEMA

# What is tried, and the words of SQLite and PostgreSQL that name the rule.
REFUSED_BY = {
    "a second user named ann": ("users.username", "users_username_key"),
    "a second user with ann's e-mail": ("users.email", "users_email_key"),
    "a tweet of user 9, whom nobody knows": ("FOREIGN KEY", "tweets_user_id_fkey"),
    "a tweet without content": (
        "NOT NULL constraint failed: tweets.content",
        'null value in column "content"',
    ),
    "a tweet of no characters": ("tweets_content_length", "tweets_content_length"),
    "a tweet of 281 characters": ("tweets_content_length", "tweets_content_length"),
    "ann's POST once more, with the same idempotency key": (
        "UNIQUE constraint failed: tweets.user_id, tweets.idempotency_key",
        "tweets_user_id_idempotency_key_key",
    ),
    "ann follows herself": ("follows_follower_id_differs", "follows_follower_id_differs"),
    "ann follows bob once more": ("follows.follower_id, follows.followee_id", "follows_pkey"),
    "ann follows user 9": ("FOREIGN KEY", "follows_followee_id_fkey"),
    "ann is deleted, but her tweet is not": ("FOREIGN KEY", "tweets_user_id_fkey"),
}
FRAMEWORK_REFUSES = {
    "a tweet of user 9, whom nobody knows",
    "ann follows bob once more",
    "ann is deleted, but her tweet is not",
}


@pytest.fixture
def namespaces(database_url: str) -> Iterator[Callable[[], list[str]]]:
    """The lab's namespaces that are on the server now."""
    psycopg = pytest.importorskip("psycopg")
    with closing(psycopg.connect(database_url, autocommit=True)) as connection:
        found = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'bad_rows_%'"
        yield lambda: [row[0] for row in connection.execute(found)]


def check(report: BadRows, engine: int) -> None:
    found = {row.tried: row.refused_by or "" for row in report.rows}
    assert found.keys() == REFUSED_BY.keys()
    for tried, words in REFUSED_BY.items():
        assert words[engine] in found[tried]


def test_sqlite_refuses_each_by_its_own_rule() -> None:
    check(try_bad_rows(), engine=0)


@pytest.mark.postgresql
def test_postgresql_refuses_each_by_its_own_rule(
    database_url: str, namespaces: Callable[[], list[str]]
) -> None:
    check(try_bad_rows(dialect="postgresql", url=database_url), engine=1)
    assert namespaces() == []


def test_the_frameworks_schema_lets_most_in() -> None:
    report = try_bad_rows(FRAMEWORK_SCHEMA)
    assert set(report.let_in) == REFUSED_BY.keys() - FRAMEWORK_REFUSES


@pytest.mark.postgresql
def test_both_engines_let_the_same_in(database_url: str) -> None:
    report = try_bad_rows(FRAMEWORK_SCHEMA, dialect="postgresql", url=database_url)
    assert report.let_in == try_bad_rows(FRAMEWORK_SCHEMA).let_in


def without(table: str, **changes: object) -> Schema:
    """The corrected schema with one table changed."""
    tables = tuple(
        dataclasses.replace(known, **changes) if known.name == table else known  # type: ignore[arg-type]
        for known in CORRECTED_SCHEMA.tables
    )
    return dataclasses.replace(CORRECTED_SCHEMA, tables=tables)


@pytest.mark.parametrize(
    ("schema", "let_in"),
    [
        (without("tweets", unique=()), "ann's POST once more, with the same idempotency key"),
        (without("follows", differ=()), "ann follows herself"),
    ],
)
def test_each_rule_is_what_refuses_its_row(schema: Schema, let_in: str) -> None:
    assert try_bad_rows(schema).let_in == (let_in,)


def test_a_cascade_would_take_the_tweets_along() -> None:
    columns = tuple(
        dataclasses.replace(column, on_delete="cascade") if column.name == "user_id" else column
        for column in CORRECTED_SCHEMA["tweets"].columns
    )
    assert try_bad_rows(without("tweets", columns=columns)).let_in == (
        "ann is deleted, but her tweet is not",
    )


def test_good_rows_beside_them_are_let_in(monkeypatch: pytest.MonkeyPatch) -> None:
    good = {
        "bob's tweet with a key like ann's": bad_rows._tweet(2, bad_rows._BOB, "Hello.", "a1"),
        "ann's tweet with another key": bad_rows._tweet(2, bad_rows._ANN, "Estimate first.", "a2"),
        "a tweet of 280 characters": bad_rows._tweet(2, bad_rows._ANN, "ü" * 280, "a2"),
        "bob follows ann": bad_rows._follow(bad_rows._BOB, bad_rows._ANN),
    }
    monkeypatch.setattr(bad_rows, "_BAD", good)
    assert try_bad_rows().let_in == tuple(good)


def test_a_user_without_tweets_takes_the_follows_along() -> None:
    import sqlite3

    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        for statement in CORRECTED_SCHEMA.ddl("sqlite"):
            connection.execute(statement)
        for number in (1, 2, 3):
            connection.execute(f"INSERT INTO users VALUES ({number}, 'u{number}', 'e{number}', 'h')")
        connection.executemany("INSERT INTO follows VALUES (?, ?)", [(1, 2), (2, 1), (1, 3)])
        connection.execute("DELETE FROM users WHERE id = 2")
        assert connection.execute("SELECT * FROM follows").fetchall() == [(1, 3)]


def test_the_report_in_words() -> None:
    report = try_bad_rows(FRAMEWORK_SCHEMA)
    text = report._repr_markdown_()
    assert "| ann follows herself | nothing: it got in |" in text
    assert text.endswith("The framework's schema: 3 of 11 refused.")
    assert repr(report).startswith("The framework's schema on SQLite\n")
    frame = report.as_frame()
    assert list(frame.columns) == ["tried", "refused_by"]
    assert len(frame) == 11
    assert all("|" not in line.strip("| ").replace(" | ", "") for line in text.splitlines()[2:-2])


def test_a_schema_that_refuses_good_rows_is_told() -> None:
    users = CORRECTED_SCHEMA["users"]
    more = dataclasses.replace(users, columns=(*users.columns, Column("country", "text", required=True)))
    with pytest.raises(ValueError, match=r"schema: it refuses a good row of users: NOT NULL.*country"):
        try_bad_rows(without("users", columns=more.columns))


def test_times_may_be_kept_as_numbers() -> None:
    columns = tuple(
        Column("created_at", "integer") if column.name == "created_at" else column
        for column in CORRECTED_SCHEMA["tweets"].columns
    )
    assert try_bad_rows(without("tweets", columns=columns)).let_in == ()


def test_bad_input() -> None:
    with pytest.raises(TypeError, match="schema = 'users': it must be a Schema"):
        try_bad_rows("users")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="dialect = 'redis': it must be one of"):
        try_bad_rows(dialect="redis")
    alone = Schema("Alone", (Table("users", (Column("id", "integer"),), ("id",)),))
    with pytest.raises(ValueError, match="schema: it has no table 'tweets' to try rows on"):
        try_bad_rows(alone)


def test_without_a_server_the_reason_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with pytest.raises(UnavailableError, match="DATABASE_URL is not set"):
        try_bad_rows(dialect="postgresql")


@pytest.mark.postgresql
def test_an_interrupt_leaves_no_namespace(database_url: str, namespaces: Callable[[], list[str]]) -> None:
    def run() -> None:
        with postgresql_namespace("bad_rows", database_url) as connection:
            connection.execute("CREATE TABLE users (id bigint)")
            assert namespaces()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run()
    assert namespaces() == []

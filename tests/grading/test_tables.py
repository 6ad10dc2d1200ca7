"""Homework's DDL: each part sees its own fault only, by rows and plans, and no SQL leaves its bounds."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from helpers.grading.tables import FOLLOWEES, FOLLOWERS, NEWEST, check_ddl, query_plan
from tests.course.grader import COURSE, read

PARTS = ("key", "followers", "followees", "newest", "references", "unique", "content")
USERS = "CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT NOT NULL UNIQUE);"
TWEETS = """CREATE TABLE tweets (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users,
    content TEXT NOT NULL CHECK (length(content) BETWEEN 1 AND 280), created_at INTEGER NOT NULL);
    CREATE INDEX tweets_of_author ON tweets (user_id, created_at, id);"""
FOLLOWS = """CREATE TABLE follows (follower_id INTEGER NOT NULL REFERENCES users,
    followee_id INTEGER NOT NULL REFERENCES users,
    PRIMARY KEY (follower_id, followee_id), CHECK (follower_id <> followee_id));
    CREATE INDEX followers_of ON follows (followee_id);"""
SOUND = USERS + TWEETS + FOLLOWS


def failing(ddl: Any) -> list[str]:
    return [part for part in PARTS if not check_ddl(lambda: ddl, part)]


def said(ddl: Any, part: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert check_ddl(lambda: ddl, part) == 0
    return capsys.readouterr().out


def test_sound_tables_pass_as_a_text_or_a_list_of_statements() -> None:
    assert failing(SOUND) == []
    assert failing(SOUND.split(";\n")) == []
    assert failing(f"BEGIN; {SOUND} COMMIT; PRAGMA foreign_keys = OFF; ANALYZE;") == []
    assert failing(f"BEGIN; {SOUND}") == []


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("PRIMARY KEY (follower_id, followee_id), ", "", ["key", "followees"]),
        ("CREATE INDEX followers_of ON follows (followee_id);", "", ["followers"]),
        ("(follower_id, followee_id), CHECK", "(followee_id, follower_id), CHECK", ["followees"]),
        ("user_id, created_at, id)", "user_id, created_at DESC)", ["newest"]),
        ("user_id, created_at, id)", "user_id)", ["newest"]),
        ("user_id INTEGER NOT NULL REFERENCES users", "user_id INTEGER NOT NULL", ["references"]),
        ("followee_id INTEGER NOT NULL REFERENCES users", "followee_id INTEGER NOT NULL", ["references"]),
        ("TEXT NOT NULL UNIQUE", "TEXT NOT NULL", ["unique"]),
        ("TEXT NOT NULL UNIQUE", "TEXT UNIQUE", ["unique"]),
        ("BETWEEN 1 AND 280", "<= 280", ["content"]),
        ("BETWEEN 1 AND 280", "BETWEEN 1 AND 279", ["content"]),
        ("content TEXT NOT NULL CHECK", "content TEXT CHECK", ["content"]),
        ("created_at INTEGER NOT NULL", "created_at INTEGER", ["content"]),
        ("follower_id <> followee_id", "1", ["content"]),
        ("follower_id INTEGER NOT NULL", "follower_id INTEGER", ["content"]),
        ("content TEXT NOT NULL CHECK", "content TEXT NOT NULL UNIQUE CHECK", ["unique"]),
        (
            "username TEXT NOT NULL UNIQUE",
            "name TEXT NOT NULL UNIQUE",
            ["key", "references", "unique", "content"],
        ),
    ],
)
def test_a_part_sees_its_own_fault_only(old: str, new: str, found: list[str]) -> None:
    assert old in SOUND
    assert failing(SOUND.replace(old, new)) == found


def test_messages_say_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    no_index = SOUND.replace("CREATE INDEX followers_of ON follows (followee_id);", "")
    message = said(no_index, "followers", capsys)
    assert "SELECT follower_id FROM follows WHERE followee_id = ? reads the whole table" in message
    assert "SCAN follows" in message
    sorts = SOUND.replace("user_id, created_at, id)", "user_id)")
    assert "has to sort what it found" in said(sorts, "newest", capsys)
    long = said(SOUND.replace("AND 280", "AND 999"), "content", capsys)
    assert "(12, 1, text of 281 characters, 1700000000000) must be refused, but it was taken" in long
    assert "it has more than 280 characters" in long
    short = said(SOUND.replace("AND 280", "AND 9"), "content", capsys)
    assert "must be taken, but SQLite says: CHECK constraint failed" in short


@pytest.mark.parametrize(
    "statement",
    [
        "ATTACH '{file}' AS other; CREATE TABLE other.users (id)",
        "VACUUM INTO '{file}'",
        "CREATE VIRTUAL TABLE notes USING fts5 (words)",
        "SELECT load_extension('{file}')",
        "INSERT INTO users VALUES (1, 'ann')",
        "CREATE TEMP TABLE mine (id)",
        "CREATE TABLE n AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n",
    ],
)
def test_only_tables_and_indexes_are_made(
    statement: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file.db"
    assert "authoriz" in said(SOUND + statement.format(file=file), "key", capsys)
    assert not file.exists()


def test_no_pragma_reaches_a_file_or_lifts_a_bound(tmp_path: Path) -> None:
    pragmas = f"PRAGMA temp_store_directory = '{tmp_path}'; PRAGMA max_page_count = 1073741823;"
    assert failing(f"{pragmas} PRAGMA ignore_check_constraints = ON; {SOUND}") == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("SELECT zeroblob(900000000)", "too big"),
        (
            "CREATE TABLE t AS SELECT 1 FROM sqlite_master a, sqlite_master b" + ", sqlite_master" * 12,
            "too long",
        ),
        ("SELECT 1;" * 4_000, "36,"),
    ],
)
def test_statements_are_bounded(statement: str, why: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert why in said(SOUND + statement, "key", capsys)


@pytest.mark.parametrize("ddl", ["", "  ", 7, b"CREATE", [SOUND, 7], {"users": "id"}])
def test_what_is_no_text_is_told(ddl: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert "the text of SQL statements was expected" in said(ddl, "key", capsys)


def test_broken_sql_and_what_is_not_answered_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert "SQLite does not take the statements: near" in said("CREATE TABEL users", "key", capsys)
    assert said(None, "key", capsys).endswith("None came.\n")
    assert check_ddl(None, "key") == 0
    assert capsys.readouterr().out == "function: not answered yet\n"
    with pytest.raises(ValueError, match="part = 'rows'"):
        check_ddl(lambda: SOUND, "rows")


def test_a_trigger_may_refuse_rows_and_may_not_hang() -> None:
    refuse = """CREATE TRIGGER known BEFORE INSERT ON tweets WHEN new.user_id NOT IN (SELECT id FROM users)
        BEGIN SELECT RAISE(ABORT, 'no such user'); END;"""
    without = SOUND.replace("user_id INTEGER NOT NULL REFERENCES users", "user_id INTEGER NOT NULL")
    assert failing(without + refuse) == []
    endless = """CREATE TRIGGER endless AFTER INSERT ON follows BEGIN INSERT INTO users SELECT NULL,
        (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n); END;"""
    assert "key" in failing(SOUND + endless)


def test_the_plan_is_sqlites_own() -> None:
    database = sqlite3.connect(":memory:")
    database.executescript(SOUND)
    (line,) = query_plan(database, "SELECT follower_id FROM follows WHERE followee_id = ?")
    assert line.startswith("SEARCH follows USING ")
    database.close()


def test_the_prompt_shows_the_queries_that_are_planned() -> None:
    cells = {cell.id: cell for cell in read(COURSE / "source/4_deep_dive/4_deep_dive.ipynb").cells}
    prompt = cells["deep-dive-schema-prompt"].source
    for query in (FOLLOWERS, FOLLOWEES, NEWEST):
        assert query in prompt

"""Step 4: homework's DDL, run in SQLite in memory: which rows it refuses, and how its queries are planned."""

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from typing import Any

from helpers.grading.calls import Wrong, ask, check_trial
from helpers.models.checks import require_choice, short_repr

__all__ = ["FOLLOWEES", "FOLLOWERS", "NEWEST", "check_ddl", "query_plan"]

FOLLOWERS = "SELECT follower_id FROM follows WHERE followee_id = ?"
FOLLOWEES = "SELECT followee_id FROM follows WHERE follower_id = ?"
NEWEST = "SELECT id, content FROM tweets WHERE user_id = ? ORDER BY created_at DESC, id DESC LIMIT 20"

_USERS = ((1, "ann"), (2, "bob"), (3, "cat"), (4, "dan"))
_ADD = {
    "users": "INSERT INTO users (id, username) VALUES (?, ?)",
    "tweets": "INSERT INTO tweets (id, user_id, content, created_at) VALUES (?, ?, ?, ?)",
    "follows": "INSERT INTO follows (follower_id, followee_id) VALUES (?, ?)",
}
_NOON_MS = 1_700_000_000_000
_LONGEST_DDL = 20_000
_MOST_STEPS = 2_000_000
_MOST_BYTES = 1_000_000
_MOST_PAGES = 2_000
# What DDL does: all else, as ATTACH or a virtual table, could reach files or other data.
_ALLOWED_ACTIONS = {
    sqlite3.SQLITE_CREATE_TABLE,
    sqlite3.SQLITE_CREATE_INDEX,
    sqlite3.SQLITE_CREATE_TRIGGER,
    sqlite3.SQLITE_ALTER_TABLE,
    sqlite3.SQLITE_DROP_TABLE,
    sqlite3.SQLITE_DROP_INDEX,
    sqlite3.SQLITE_DROP_TRIGGER,
    sqlite3.SQLITE_REINDEX,
    sqlite3.SQLITE_ANALYZE,
    sqlite3.SQLITE_TRANSACTION,
    sqlite3.SQLITE_SAVEPOINT,
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
}
_CHANGES_OF_ROWS = (sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE)

Row = tuple[Any, ...]


def check_ddl(ddl: Any, part: str, *, points: float = 1) -> float:
    """Run what `ddl()` returns, the text of the statements that make users, tweets and follows, and check it.

    `part` is "key", "followers", "followees", "newest", "references", "unique" or "content". Rows are added
    and queries planned; the text is never looked at. A part gets only the rows it needs, so that what is
    wrong elsewhere does not cost its marks.

    >>> check_ddl(lambda: "CREATE TABLE follows (follower_id, followee_id)", "followers")
    <lambda>: SELECT follower_id FROM follows WHERE followee_id = ? reads the whole table: its plan is
    "SCAN follows".
    0.0
    """
    require_choice("part", part, _PARTS)

    def trial(function: Callable[[], Any]) -> None:
        text = ask(function)
        with closing(_database(text)) as database:
            _PARTS[part](database)

    return check_trial(trial, ddl, points=points)


def query_plan(database: sqlite3.Connection, query: str) -> list[str]:
    """Return the lines of SQLite's plan for a query, whose parameters are left open.

    >>> with closing(sqlite3.connect(":memory:")) as database:
    ...     _ = database.execute("CREATE TABLE users (id INTEGER PRIMARY KEY)")
    ...     query_plan(database, "SELECT * FROM users WHERE id = ?")
    ['SEARCH users USING INTEGER PRIMARY KEY (rowid=?)']
    """
    parameters = [1] * query.count("?")
    return [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {query}", parameters)]


def _database(text: Any) -> sqlite3.Connection:
    """Return an empty database in memory on which the student's statements have run, within bounds."""
    if isinstance(text, (list, tuple)) and all(isinstance(each, str) for each in text):
        text = ";\n".join(text)
    if not isinstance(text, str) or not text.strip():
        raise Wrong(f"the text of SQL statements was expected, {short_repr(text)} came")
    if len(text) > _LONGEST_DDL:
        raise Wrong(f"{len(text):,} characters of SQL came; at most {_LONGEST_DDL:,} were expected")
    database = sqlite3.connect(":memory:")
    try:
        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MOST_BYTES)
        database.execute(f"PRAGMA max_page_count = {_MOST_PAGES}")
        database.set_authorizer(_authorize)
        _limit_steps(database)
        database.executescript(text)
        database.set_authorizer(None)
        database.commit()
        database.execute("PRAGMA foreign_keys = ON")  # nothing happens inside a transaction
    except (sqlite3.Error, sqlite3.Warning, ValueError) as error:
        database.close()
        raise Wrong(f"SQLite does not take the statements: {_said(error)}") from None
    return database


def _said(error: Exception) -> str:
    if "authoriz" in str(error):
        return f"{error}: make tables, indexes and triggers only, without rows"
    return "they take too long" if str(error) == "interrupted" else str(error)


def _authorize(action: int, name: str | None, *_: str | None) -> int:
    if action == sqlite3.SQLITE_PRAGMA:
        return sqlite3.SQLITE_IGNORE
    # The statements themselves are rows of SQLite's own tables.
    own = action in _CHANGES_OF_ROWS and str(name).startswith("sqlite_")
    if action not in _ALLOWED_ACTIONS and not own:
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK


def _limit_steps(database: sqlite3.Connection) -> None:
    left = iter(range(_MOST_STEPS // 1_000))
    database.set_progress_handler(lambda: next(left, None) is None, 1_000)


def _add(database: sqlite3.Connection, table: str, *rows: Row) -> None:
    """Add rows that must be taken."""
    for row in rows:
        try:
            database.execute(_ADD[table], row)
        except sqlite3.Error as error:
            raise Wrong(f"{_told(table, row)} must be taken, but SQLite says: {error}") from None


def _refuse(database: sqlite3.Connection, table: str, rows: Iterable[tuple[Row, str]]) -> None:
    """Add rows that must be refused, each with the reason."""
    for row, why in rows:
        database.execute("SAVEPOINT bad_row")
        try:
            database.execute(_ADD[table], row)
        except sqlite3.IntegrityError:
            pass
        except sqlite3.Error as error:
            raise Wrong(f"{_told(table, row)} cannot be tried: {error}") from None
        else:
            raise Wrong(f"{_told(table, row)} must be refused, but it was taken: {why}")
        finally:
            if database.in_transaction:
                database.execute("ROLLBACK TO bad_row")


def _told(table: str, row: Row) -> str:
    shown = [f"text of {len(value)} characters" if len(str(value)) > 30 else repr(value) for value in row]
    columns = _ADD[table].split("(")[1].split(")")[0]
    return f"a row of {table} ({columns}) = ({', '.join(shown)})".replace("None", "NULL")


def _require_search(database: sqlite3.Connection, query: str) -> None:
    try:
        plan = query_plan(database, query)
    except sqlite3.Error as error:
        raise Wrong(f"{query} cannot be planned: {error}") from None
    shown = f'its plan is "{"; ".join(plan)}"'
    if any(line.startswith("SCAN") for line in plan) or not any(line.startswith("SEARCH") for line in plan):
        raise Wrong(f"{query} reads the whole table: {shown}")
    if any("AUTOMATIC" in line for line in plan):
        raise Wrong(f"{query} makes an index of its own each time: {shown}")
    if any("B-TREE" in line for line in plan):
        raise Wrong(f"{query} has to sort what it found: {shown}")


def _key(database: sqlite3.Connection) -> None:
    _add(database, "users", *_USERS)
    _add(database, "follows", (1, 2), (1, 3), (2, 1), (3, 2), (4, 2))
    _refuse(database, "follows", [((1, 2), "that follow is there already"), ((4, 2), "it is there already")])


def _followers(database: sqlite3.Connection) -> None:
    _require_search(database, FOLLOWERS)


def _followees(database: sqlite3.Connection) -> None:
    _require_search(database, FOLLOWEES)


def _newest(database: sqlite3.Connection) -> None:
    _require_search(database, NEWEST)


def _references(database: sqlite3.Connection) -> None:
    _add(database, "users", *_USERS)
    _add(database, "tweets", (10, 1, "hello", _NOON_MS))
    _add(database, "follows", (1, 2))
    _refuse(database, "tweets", [((11, 9, "hello", _NOON_MS), "there is no user 9")])
    _refuse(
        database,
        "follows",
        [((9, 1), "there is no user 9 to follow"), ((1, 9), "there is no user 9 to be followed")],
    )


def _unique(database: sqlite3.Connection) -> None:
    _add(database, "users", *_USERS)
    _refuse(
        database,
        "users",
        [
            ((5, "ann"), "another user has that name"),
            ((1, "eve"), "another user has that id"),
            ((5, None), "no name"),
        ],
    )
    # Two tweets of one author may be alike, and of the same millisecond.
    _add(
        database, "tweets", (10, 1, "hello", _NOON_MS), (11, 1, "hello", _NOON_MS), (12, 2, "hello", _NOON_MS)
    )
    _refuse(database, "tweets", [((10, 2, "other", _NOON_MS + 1), "another tweet has that id")])


def _content(database: sqlite3.Connection) -> None:
    _add(database, "users", *_USERS)
    _add(database, "tweets", (10, 1, "x", _NOON_MS), (11, 1, "ü" * 280, _NOON_MS + 1))
    _refuse(
        database,
        "tweets",
        [
            ((12, 1, "x" * 281, _NOON_MS), "it has more than 280 characters"),
            ((12, 1, "", _NOON_MS), "it is empty"),
            ((12, 1, None, _NOON_MS), "it has no content"),
            ((12, None, "hello", _NOON_MS), "it has no author"),
            ((12, 1, "hello", None), "it has no time"),
        ],
    )
    _add(database, "follows", (1, 2), (2, 1))
    _refuse(
        database,
        "follows",
        [
            ((1, 1), "nobody follows themselves"),
            ((4, 4), "nobody follows themselves"),
            ((None, 2), "nobody follows"),
            ((1, None), "nobody is followed"),
        ],
    )


_PARTS: dict[str, Callable[[sqlite3.Connection], None]] = {
    "key": _key,
    "followers": _followers,
    "followees": _followees,
    "newest": _newest,
    "references": _references,
    "unique": _unique,
    "content": _content,
}

"""Step 4: rows that must not be, tried on a real database: which does the schema refuse?"""

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from helpers.labs.namespaces import postgresql_namespace
from helpers.labs.servers import first_line
from helpers.models.checks import require_choice
from helpers.models.schema import DIALECTS, Schema
from helpers.models.schemas import CORRECTED_SCHEMA

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["BadRow", "BadRows", "try_bad_rows"]

_MOMENT = datetime(2030, 1, 1, tzinfo=UTC)
_TIMES = ("time", "time with zone")
_ANN, _BOB, _NOBODY = 1, 2, 9
_Row = tuple[str, dict[str, Any]]


def _user(number: int, username: str, email: str) -> _Row:
    return "users", {"id": number, "username": username, "email": email, "password_hash": "…"}


def _tweet(number: int, user: int, content: str | None, key: str) -> _Row:
    row = {"id": number, "user_id": user, "content": content, "created_at": _MOMENT, "idempotency_key": key}
    return "tweets", row


def _follow(follower: int, followee: int) -> _Row:
    return "follows", {"follower_id": follower, "followee_id": followee}


_GOOD = (
    _user(_ANN, "ann", "ann@example.com"),
    _user(_BOB, "bob", "bob@example.com"),
    _tweet(1, _ANN, "Estimate first.", "a1"),
    _follow(_ANN, _BOB),
)
_BAD: Mapping[str, _Row] = {
    "a second user named ann": _user(3, "ann", "other@example.com"),
    "a second user with ann's e-mail": _user(3, "ann2", "ann@example.com"),
    "a tweet of user 9, whom nobody knows": _tweet(2, _NOBODY, "Hello.", "n1"),
    "a tweet without content": _tweet(2, _ANN, None, "a2"),
    "a tweet of no characters": _tweet(2, _ANN, "", "a2"),
    "a tweet of 281 characters": _tweet(2, _ANN, "x" * 281, "a2"),
    "ann's POST once more, with the same idempotency key": _tweet(2, _ANN, "Estimate first.", "a1"),
    "ann follows herself": _follow(_ANN, _ANN),
    "ann follows bob once more": _follow(_ANN, _BOB),
    "ann follows user 9": _follow(_ANN, _NOBODY),
}
_DELETION = "ann is deleted, but her tweet is not"


@dataclass(frozen=True)
class BadRow:
    """A change that must not be: what was tried, and what the database refused it by (None: it let it in)."""

    tried: str
    refused_by: str | None


@dataclass(frozen=True, repr=False)
class BadRows:
    """What one database did with every bad row."""

    engine: str
    schema: str
    rows: tuple[BadRow, ...]

    @property
    def let_in(self) -> tuple[str, ...]:
        """What was tried and not refused."""
        return tuple(row.tried for row in self.rows if row.refused_by is None)

    def as_frame(self) -> "pd.DataFrame":
        """One row for each that was tried."""
        import pandas as pd  # noqa: PLC0415 - takes longer to import than the rows to try

        return pd.DataFrame({"tried": [r.tried for r in self.rows], "refused_by": self._answers})

    def __repr__(self) -> str:
        """One line for each that was tried."""
        lines = [f"{row.tried}: {answer}" for row, answer in zip(self.rows, self._answers, strict=True)]
        return "\n".join([f"{self.schema} on {self.engine}", *lines])

    def _repr_markdown_(self) -> str:
        lines = [f"| tried on {self.engine} | refused by |", "| :-- | :-- |"]
        lines += [f"| {row.tried} | {answer} |" for row, answer in zip(self.rows, self._answers, strict=True)]
        refused = len(self.rows) - len(self.let_in)
        return "\n".join([*lines, "", f"{self.schema}: {refused} of {len(self.rows)} refused."])

    @property
    def _answers(self) -> list[str]:
        return [row.refused_by or "nothing: it got in" for row in self.rows]


def try_bad_rows(
    schema: Schema = CORRECTED_SCHEMA, *, dialect: str = "sqlite", url: str | None = None
) -> BadRows:
    """Make a schema's tables, try every bad row on a few good ones, and leave nothing behind.

    Columns that a table does not have are left out of its rows. SQLite keeps the tables in memory;
    "postgresql" makes them at `url` (by default DATABASE_URL) in a namespace of their own, and raises
    UnavailableError where there is no server. The message is the database's own; SQLite does not say which
    foreign key.

    Raises ValueError for another dialect, and for a schema without users, tweets and follows or one that
    refuses good rows of them.

    >>> try_bad_rows().let_in
    ()
    >>> from helpers.models.schemas import FRAMEWORK_SCHEMA
    >>> len(try_bad_rows(FRAMEWORK_SCHEMA).let_in)
    8
    """
    if not isinstance(schema, Schema):
        raise TypeError(f"schema = {schema!r}: it must be a Schema, for example CORRECTED_SCHEMA")
    require_choice("dialect", dialect, DIALECTS)
    known = [table.name for table in schema.tables]
    for name in ("users", "tweets", "follows"):
        if name not in known:
            raise ValueError(f"schema: it has no table {name!r} to try rows on")
    if dialect == "sqlite":
        import sqlite3  # noqa: PLC0415 - some builds of Python come without it

        with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
            rows = _tried(connection, schema, dialect, sqlite3.IntegrityError, str)
    else:
        with postgresql_namespace("bad_rows", url) as connection:
            import psycopg  # noqa: PLC0415 - the namespace has found it to be there

            rows = _tried(connection, schema, dialect, psycopg.IntegrityError, first_line)
    # Without the version: every one of them refuses the same rows, and a lesson's output holds on all.
    return BadRows({"sqlite": "SQLite", "postgresql": "PostgreSQL"}[dialect], schema.name, rows)


def _tried(
    connection: Any,
    schema: Schema,
    dialect: str,
    refusal: type[Exception],
    words: Callable[[Exception], str],
) -> tuple[BadRow, ...]:
    for statement in schema.ddl(dialect):
        connection.execute(statement)
    for row in _GOOD:
        try:
            _insert(connection, schema, dialect, row)
        except refusal as error:
            raise ValueError(f"schema: it refuses a good row of {row[0]}: {words(error)}") from None
    found = []
    for tried, bad in (*_BAD.items(), (_DELETION, None)):
        # Each alone: what was let in must not be in the way of the next.
        connection.execute("BEGIN")
        try:
            if bad is None:
                connection.execute(f"DELETE FROM users WHERE id = {_ANN}")  # noqa: S608 - a number of our own
            else:
                _insert(connection, schema, dialect, bad)
        except refusal as error:
            found.append(BadRow(tried, words(error)))
        else:
            found.append(BadRow(tried, None))
        finally:
            connection.execute("ROLLBACK")
    return tuple(found)


def _insert(connection: Any, schema: Schema, dialect: str, row: _Row) -> None:
    table, values = row
    known = {column.name: values[column.name] for column in schema[table].columns if column.name in values}
    if "created_at" in known and (dialect == "sqlite" or schema[table]["created_at"].kind not in _TIMES):
        known["created_at"] = round(_MOMENT.timestamp() * 1_000)
    places = ", ".join("?" if dialect == "sqlite" else "%s" for _ in known)
    statement = f"INSERT INTO {table} ({', '.join(known)}) VALUES ({places})"  # noqa: S608 - our own names
    connection.execute(statement, tuple(known.values()))

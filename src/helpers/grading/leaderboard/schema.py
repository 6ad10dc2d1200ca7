"""The capstone's tables: a student's dict made into SQL, run in SQLite in memory, with rows and plans."""

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any

from helpers.grading.tables import query_plan
from helpers.models.checks import require_choice, short_repr
from helpers.models.schema import Column, Index, Schema, Table

__all__ = ["OWN", "RANK", "TOP", "tables_hold"]

TOP = "SELECT player_id, score FROM best WHERE season = ? ORDER BY score DESC LIMIT 100"
RANK = "SELECT 1 + count(*) FROM best WHERE season = ? AND score > ?"
OWN = "SELECT score FROM best WHERE season = ? AND player_id = ?"

_ALSO_ASKED = {RANK: ["score>?"], OWN: ["player_id=?"]}
NEEDED: Mapping[str, Mapping[str, str]] = {
    "posts": {"player_id": "integer", "game_id": "text", "season": "integer", "score": "integer"},
    "best": {"season": "integer", "player_id": "integer", "score": "integer"},
}
_TABLE = ("columns", "primary_key", "unique", "indexes")
_MOST_TABLES, _MOST_INDEXES = 10, 6
_ADD = {
    "posts": "INSERT INTO posts (player_id, game_id, season, score) VALUES (?, ?, ?, ?)",
    "best": "INSERT INTO best (season, player_id, score) VALUES (?, ?, ?)",
}
_ROWS = {
    "posts": ((1, "a", 7, 900), (1, "b", 7, 900), (2, "a", 7, 900), (2, "c", 8, 40)),
    "best": ((7, 1, 900), (7, 2, 900), (8, 2, 40), (7, 3, 0)),
}
_TWICE = {
    "posts": ((1, "a", 7, 900), (1, "a", 7, 950)),
    "best": ((7, 1, 900), (7, 1, 950)),
}


def tables_hold(tables: Any, part: str) -> bool:
    """Return True where a part of a schema is sound; else raise ValueError with the first question.

    `tables` maps names to {"columns": {name: kind}, "primary_key": […], "unique": [[…]], "indexes": [[…]]};
    `part` is "made", "retries", "best", "top" or "rank". A part needs only the table that it asks.

    >>> best = {"columns": {"season": "integer", "player_id": "integer", "score": "integer"}}
    >>> tables_hold({"best": best}, "top")
    Traceback (most recent call last):
    ValueError: SELECT player_id, score FROM best WHERE season = ? ORDER BY score DESC LIMIT 100: it reads
    the whole table; its plan is "SCAN best; USE TEMP B-TREE FOR ORDER BY"
    """
    require_choice("part", part, _PARTS)
    if not isinstance(tables, Mapping):
        raise ValueError(f"a dict of tables was expected, {short_repr(tables)} came")
    names, check = _PARTS[part]
    try:
        schema = _schema({name: _entry(tables, name) for name in names} if part != "made" else tables)
    except (TypeError, AttributeError) as error:
        raise ValueError(str(error) or repr(error)) from None
    with closing(sqlite3.connect(":memory:")) as database:
        for statement in schema.ddl("sqlite"):
            database.execute(statement)
        check(database, schema)
    return True


def _entry(tables: Mapping[str, Any], name: str) -> Any:
    if name not in tables:
        raise ValueError(f"there is no table {name!r}")
    return tables[name]


def _schema(tables: Mapping[str, Any]) -> Schema:
    if len(tables) > _MOST_TABLES:
        raise ValueError(f"there are {len(tables)} tables; at most {_MOST_TABLES} were expected")
    made, indexes = [], []
    for name, table in tables.items():
        if not isinstance(table, Mapping):
            raise ValueError(f"{name}: a dict was expected, {short_repr(table)} came")
        unknown = [entry for entry in table if entry not in _TABLE]
        if unknown:
            raise ValueError(f"{name}: {unknown[0]!r} is none of {', '.join(_TABLE)}")
        columns = table.get("columns")
        if not isinstance(columns, Mapping):
            raise ValueError(f"{name}: 'columns' must be a dict from names to kinds")
        made.append(
            Table(
                name,
                tuple(Column(column, _folded(kind)) for column, kind in columns.items()),
                primary_key=_columns(table.get("primary_key") or ()),
                unique=_groups(name, table, "unique"),
            )
        )
        groups = _groups(name, table, "indexes")
        indexes += [Index(f"{name}_index_{number}", name, group) for number, group in enumerate(groups, 1)]
    if len(indexes) > _MOST_INDEXES:
        raise ValueError(f"there are {len(indexes)} indexes, which every post has to keep up to date")
    return Schema("Leaderboard", tuple(made), tuple(indexes))


def _folded(kind: Any) -> Any:
    return kind.strip().casefold() if isinstance(kind, str) else kind


def _columns(given: Any) -> tuple[str, ...]:
    if not isinstance(given, (str, list, tuple)):
        raise ValueError(f"'primary_key' must be a list of columns, {short_repr(given)} came")
    return (given,) if isinstance(given, str) else tuple(given)


def _groups(name: str, table: Mapping[str, Any], entry: str) -> tuple[tuple[str, ...], ...]:
    groups = table.get(entry) or ()
    if not isinstance(groups, (list, tuple)) or not all(isinstance(group, (list, tuple)) for group in groups):
        raise ValueError(f"{name}: {entry!r} must be a list of lists of columns")
    return tuple(tuple(group) for group in groups)


def _made(database: sqlite3.Connection, schema: Schema) -> None:
    known = [table.name for table in schema.tables]
    for name, columns in NEEDED.items():
        if name not in known:
            raise ValueError(f"there is no table {name!r}; there are {', '.join(known)}")
        for column, kind in columns.items():
            if schema[name][column].kind != kind:
                raise ValueError(f"{name}.{column} must be of the kind {kind!r}")
        _take(database, name)


def _take(database: sqlite3.Connection, name: str) -> None:
    for row in _ROWS[name]:
        try:
            _insert(database, name, row)
        except sqlite3.Error as error:
            raise ValueError(f"{_told(name, row)} must be taken, but SQLite says: {error}") from None


def _refuses(name: str) -> Callable[[sqlite3.Connection, Schema], None]:
    def check(database: sqlite3.Connection, schema: Schema) -> None:
        _require(schema, name)
        _take(database, name)
        for row in _TWICE[name]:
            try:
                _insert(database, name, row)
            except sqlite3.IntegrityError:
                continue
            raise ValueError(f"{_told(name, row)} must be refused, but it was taken a second time")

    return check


def _planned(*queries: str) -> Callable[[sqlite3.Connection, Schema], None]:
    def check(database: sqlite3.Connection, schema: Schema) -> None:
        _require(schema, "best")
        for query in queries:
            plan = query_plan(database, query)
            shown = f'its plan is "{"; ".join(plan)}"'
            if any(line.startswith("SCAN") for line in plan):
                raise ValueError(f"{query}: it reads the whole table; {shown}")
            # An index that finds only one of the two goes through all of the other.
            asked = ["season=?", *_ALSO_ASKED.get(query, [])]
            if not any(all(each in line for each in asked) for line in plan):
                raise ValueError(f"{query}: it reads more rows than it needs; {shown}")
            if any("B-TREE" in line for line in plan):
                raise ValueError(f"{query}: it has to sort what it found; {shown}")

    return check


def _require(schema: Schema, name: str) -> None:
    for column in NEEDED[name]:
        schema[name][column]


def _insert(database: sqlite3.Connection, name: str, row: tuple[Any, ...]) -> None:
    database.execute(_ADD[name], row)


def _told(name: str, row: tuple[Any, ...]) -> str:
    return f"a row of {name} ({', '.join(NEEDED[name])}) = ({', '.join(map(repr, row))})"


Check = Callable[[sqlite3.Connection, Schema], None]
_PARTS: Mapping[str, tuple[tuple[str, ...], Check]] = {
    "made": ((), _made),
    "retries": (("posts",), _refuses("posts")),
    "best": (("best",), _refuses("best")),
    "top": (("best",), _planned(TOP)),
    "rank": (("best",), _planned(RANK, OWN)),
}

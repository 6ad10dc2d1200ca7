"""Step 4: a database schema as plain data: tables, keys and indexes, and the DDL that makes them."""

import dataclasses
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from helpers.models.checks import require_choice, require_whole, short_repr
from helpers.models.texts import require_different

__all__ = ["DIALECTS", "KINDS", "ON_DELETE", "Column", "Index", "Schema", "Table"]

DIALECTS = ("sqlite", "postgresql")
KINDS = ("integer", "text", "time", "time with zone")
"""What a column may hold. An integer has 64 bits; a time with zone is a moment, the same for every reader."""
ON_DELETE = ("", "restrict", "cascade", "set null")
"""What happens to a row when the row that it references is deleted; restrict, or nothing, refuses that."""

_TYPES = {
    "sqlite": {"integer": "INTEGER", "text": "TEXT", "time": "INTEGER", "time with zone": "INTEGER"},
    "postgresql": {
        "integer": "bigint", "text": "text", "time": "timestamp", "time with zone": "timestamptz",
    },
}  # fmt: skip
# PostgreSQL cuts names at 63 bytes, and that of a check is made of a table's, a column's and an ending.
_LONGEST_NAME = 27
# Words that either engine takes for its own in the place of a name.
_RESERVED = frozenset(
    re.findall(
        r"\w+",
        "add all alter analyse analyze and any array as asc asymmetric authorization autoincrement between "
        "binary both case cast check collate collation column commit concurrently constraint create cross "
        "current_catalog current_date current_role current_schema current_time current_timestamp "
        "current_user default deferrable delete desc distinct do drop else end escape except exists false "
        "fetch for foreign freeze from full grant group having if ilike in index initially inner insert "
        "intersect into is isnull join lateral leading left like limit localtime localtimestamp natural "
        "not notnull nothing null offset on only or order outer overlaps placing primary references "
        "raise returning right select session_user set similar some symmetric system_user table tablesample "
        "then to trailing transaction true union unique update user using values variadic verbose when "
        "where window with",
    )
)


@dataclass(frozen=True)
class Column:
    """A column: `required` is NOT NULL; a text with `longest` has 1 to that many characters.

    `references` names the table whose primary key this foreign key holds, and `on_delete` what happens to
    this row when that one is deleted.

    >>> Column("content", "varchar")
    Traceback (most recent call last):
    ValueError: content: kind = 'varchar': it must be one of 'integer', 'text', 'time', 'time with zone'
    """

    name: str
    kind: str
    required: bool = False
    unique: bool = False
    references: str = ""
    on_delete: str = ""
    longest: int | None = None

    def __post_init__(self) -> None:
        _require_name("name", self.name)
        require_choice(f"{self.name}: kind", self.kind, KINDS)
        for name in ("required", "unique"):
            _require_bool(f"{self.name}: {name}", getattr(self, name))
        if self.references != "":
            _require_name(f"{self.name}: references", self.references)
        require_choice(f"{self.name}: on_delete", self.on_delete, ON_DELETE)
        if self.on_delete and not self.references:
            raise ValueError(f"{self.name}: on_delete = {self.on_delete!r}: it references no table")
        if self.required and self.on_delete == "set null":
            raise ValueError(f"{self.name}: on_delete = 'set null': a required column cannot be null")
        if self.longest is not None:
            require_whole(f"{self.name}: longest", self.longest, at_least=1, at_most=1_000_000)
            if self.kind != "text":
                raise ValueError(f"{self.name}: longest = {self.longest}: only a text has a length")


@dataclass(frozen=True)
class Table:
    """A table: `unique` are groups of columns that no two rows share, `differ` pairs that no row has equal.

    `by_key` keeps the rows themselves in the primary key's order, which spares a second copy of the key
    where the key is nearly all there is: WITHOUT ROWID in SQLite. PostgreSQL has no such tables and
    ignores it.

    >>> Table("follows", (Column("follower_id", "integer"),), ("follower_id", "followee_id"))
    Traceback (most recent call last):
    ValueError: follows: primary_key: there is no column 'followee_id'; there are 'follower_id'
    """

    name: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    differ: tuple[tuple[str, str], ...] = ()
    by_key: bool = False

    def __post_init__(self) -> None:
        _require_name("name", self.name)
        _require_tuple(f"{self.name}: columns", self.columns, Column)
        if not self.columns:
            raise ValueError(f"{self.name}: it has no columns; give at least one")
        names = [column.name for column in self.columns]
        require_different(f"{self.name}: columns", names, names)
        self._require_columns("primary_key", self.primary_key, blank=True)
        for argument in ("unique", "differ"):
            _require_tuple(f"{self.name}: {argument}", groups := getattr(self, argument), tuple)
            for group in groups:
                self._require_columns(argument, group)
        for pair in self.differ:
            if len(pair) != 2:
                raise ValueError(f"{self.name}: differ: {pair!r}: each must be a pair of columns")
        _require_bool(f"{self.name}: by_key", self.by_key)
        if self.by_key and not self.primary_key:
            raise ValueError(f"{self.name}: by_key = True: it has no primary key to keep its rows by")

    def __getitem__(self, name: str) -> Column:
        self._require_columns("column", (name,))
        return next(column for column in self.columns if column.name == name)

    def _require_columns(self, argument: str, columns: Any, *, blank: bool = False) -> None:
        require_columns(f"{self.name}: {argument}", columns, self.columns, blank=blank)


@dataclass(frozen=True)
class Index:
    """A B-tree that keeps a table's rows in the order of `columns`, to be read in either direction."""

    name: str
    table: str
    columns: tuple[str, ...]

    def __post_init__(self) -> None:
        _require_name("name", self.name)
        if self.name.endswith(("_key", "_pkey")):
            raise ValueError(f"name = {self.name!r}: PostgreSQL gives its own indexes names that end in _key")
        _require_name(f"{self.name}: table", self.table)
        _require_tuple(f"{self.name}: columns", self.columns, str)


@dataclass(frozen=True)
class Schema:
    """Tables, each after those that it references, and their indexes.

    Raises ValueError or TypeError naming what does not fit.

    >>> users = Table("users", (Column("id", "integer"), Column("username", "text")), ("id",))
    >>> schema = Schema("Smallest", (users,), (Index("users_by_name", "users", ("username",)),))
    >>> print(*schema.ddl("postgresql"), sep="\\n")
    CREATE TABLE users (
        id bigint PRIMARY KEY,
        username text
    );
    CREATE INDEX users_by_name ON users (username);
    """

    name: str
    tables: tuple[Table, ...]
    indexes: tuple[Index, ...] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.strip():
            raise TypeError(f"name = {short_repr(self.name)}: it must be text that says something")
        _require_tuple(f"{self.name}: tables", self.tables, Table)
        _require_tuple(f"{self.name}: indexes", self.indexes, Index)
        if not self.tables:
            raise ValueError(f"{self.name}: it has no tables; give at least one")
        # Both engines keep tables and indexes in one space of names.
        names = [*(table.name for table in self.tables), *(index.name for index in self.indexes)]
        require_different(f"{self.name}: tables and indexes", names, names)
        for index in self.indexes:
            require_columns(f"{index.name}: columns", index.columns, self._of(index).columns)
        for place, table in enumerate(self.tables):
            for column in table.columns:
                if column.references:
                    self._require_reference(table, column, self.tables[: place + 1])

    def __getitem__(self, name: str) -> Table:
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(f"no table {name!r}; there are {_listed(self.tables)}")

    def with_index(self, index: Index) -> "Schema":
        """Return this schema with one index more."""
        return dataclasses.replace(self, indexes=(*self.indexes, index))

    def without_index(self, name: str) -> "Schema":
        """Return this schema without the index of that name."""
        require_choice("name", name, [index.name for index in self.indexes])
        return dataclasses.replace(self, indexes=tuple(i for i in self.indexes if i.name != name))

    def ddl(self, dialect: str) -> tuple[str, ...]:
        """Return the statements that make the schema, in order, for "sqlite" or "postgresql".

        SQLite checks foreign keys only on a connection that has asked for it, outside any transaction: that
        is its first statement. It knows no times: they are integers there, ms since 1970 in UTC.
        """
        require_choice("dialect", dialect, DIALECTS)
        first = ["PRAGMA foreign_keys = ON;"] if dialect == "sqlite" else []
        tables = [_create_table(table, self, dialect) for table in self.tables]
        indexes = [
            f"CREATE INDEX {quoted(index.name)} ON {quoted(index.table)} ({_columns(index.columns)});"
            for index in self.indexes
        ]
        return (*first, *tables, *indexes)

    def _of(self, index: Index) -> Table:
        try:
            return self[index.table]
        except KeyError as error:
            raise ValueError(f"{index.name}: table: {error.args[0]}") from None

    def _require_reference(self, table: Table, column: Column, before: Sequence[Table]) -> None:
        where = f"{table.name}.{column.name}: references = {column.references!r}"
        found = next((known for known in before if known.name == column.references), None)
        if found is None:
            raise ValueError(f"{where}: it must be a table before it or itself: {_listed(before)}")
        if len(found.primary_key) != 1 or found[found.primary_key[0]].kind != column.kind:
            raise ValueError(f"{where}: its primary key must be one column of the kind {column.kind}")


def require_columns(name: str, given: Any, known: Sequence[Column], *, blank: bool = False) -> None:
    """Raise ValueError or TypeError unless `given` are names of columns, each once."""
    _require_tuple(name, given, str)
    if not given and not blank:
        raise ValueError(f"{name}: name at least one column")
    for column in given:
        if all(column != other.name for other in known):
            raise ValueError(f"{name}: there is no column {column!r}; there are {_listed(known)}")
    require_different(name, given, given)


def quoted(name: str) -> str:
    """Return a name as SQL writes it: in quotes where it is one of SQL's own words.

    >>> quoted("tweets"), quoted("user")
    ('tweets', '"user"')
    """
    return f'"{name}"' if name in _RESERVED else name


def _create_table(table: Table, schema: Schema, dialect: str) -> str:
    lines = ",\n".join(f"    {line}" for line in _lines(table, schema, dialect))
    ending = " WITHOUT ROWID" if table.by_key and dialect == "sqlite" else ""
    return f"CREATE TABLE {quoted(table.name)} (\n{lines}\n){ending};"


def _lines(table: Table, schema: Schema, dialect: str) -> Iterator[str]:
    alone = table.primary_key[0] if len(table.primary_key) == 1 else None
    for column in table.columns:
        words = [quoted(column.name), _TYPES[dialect][column.kind]]
        if column.name == alone:
            words.append("PRIMARY KEY")
        # SQLite, against the standard, lets a key of several columns be null.
        if column.name in table.primary_key[1 if alone else 0 :] or column.required:
            words.append("NOT NULL")
        if column.unique:
            words.append("UNIQUE")
        if column.references:
            (key,) = schema[column.references].primary_key
            words.append(f"REFERENCES {quoted(column.references)} ({quoted(key)})")
        if column.on_delete:
            words.append(f"ON DELETE {column.on_delete.upper()}")
        yield " ".join(words)
    if len(table.primary_key) > 1:
        yield f"PRIMARY KEY ({_columns(table.primary_key)})"
    for group in table.unique:
        yield f"UNIQUE ({_columns(group)})"
    for column in table.columns:
        if column.longest is not None:
            check = f"length({quoted(column.name)}) BETWEEN 1 AND {column.longest}"
            yield f"CONSTRAINT {table.name}_{column.name}_length CHECK ({check})"
    firsts = [one for one, _ in table.differ]
    for place, (one, other) in enumerate(table.differ):
        number = firsts[:place].count(one) or ""
        check = f"{quoted(one)} <> {quoted(other)}"
        yield f"CONSTRAINT {table.name}_{one}_differs{number} CHECK ({check})"


def _columns(names: Sequence[str]) -> str:
    return ", ".join(map(quoted, names))


def _listed(parts: Sequence[Any]) -> str:
    return ", ".join(repr(part.name) for part in parts)


def _require_name(argument: str, value: Any) -> None:
    if not isinstance(value, str):
        raise TypeError(f"{argument} = {short_repr(value)}: it must be text")
    fits = re.fullmatch(r"[a-z][a-z0-9_]*", value) and not value.startswith("sqlite_")
    if not fits or len(value) > _LONGEST_NAME:
        raise ValueError(
            f"{argument} = {short_repr(value)}: it must be a name of at most {_LONGEST_NAME} characters a-z, "
            "0-9 and _, that starts with a letter, and not with sqlite_"
        )


def _require_bool(argument: str, value: Any) -> None:
    if not isinstance(value, bool):
        raise TypeError(f"{argument} = {short_repr(value)}: it must be True or False")


def _require_tuple(argument: str, value: Any, kind: type) -> None:
    if not isinstance(value, tuple) or not all(isinstance(part, kind) for part in value):
        raise TypeError(f"{argument}: it must be a tuple of {kind.__name__}")

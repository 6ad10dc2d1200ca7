"""Schemas: plain data that is checked, written to JSON and back, and DDL that both engines run."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from helpers.labs.namespaces import postgresql_namespace
from helpers.models.schema import _RESERVED, DIALECTS, KINDS, Column, Index, Schema, Table, quoted
from helpers.models.schemas import CORRECTED_SCHEMA, FRAMEWORK_SCHEMA

ID = Column("id", "integer")
USERS = Table("users", (ID, Column("username", "text")), ("id",))
SCHEMAS = (FRAMEWORK_SCHEMA, CORRECTED_SCHEMA)


def run(schema: Schema) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for statement in schema.ddl("sqlite"):
        connection.execute(statement)
    return connection


def test_the_frameworks_tables_have_the_frameworks_columns_and_keys() -> None:
    columns = {table.name: [c.name for c in table.columns] for table in FRAMEWORK_SCHEMA.tables}
    assert columns == {
        "users": ["id", "username", "email", "password_hash"],
        "tweets": ["id", "user_id", "content", "created_at"],
        "follows": ["follower_id", "followee_id"],
    }
    keys = [table.primary_key for table in FRAMEWORK_SCHEMA.tables]
    assert keys == [("id",), ("id",), ("follower_id", "followee_id")]
    foreign = [c.name for table in FRAMEWORK_SCHEMA.tables for c in table.columns if c.references]
    assert foreign == ["user_id"]
    assert FRAMEWORK_SCHEMA.indexes == ()


def test_the_corrected_schema_keeps_what_the_framework_has() -> None:
    for table in FRAMEWORK_SCHEMA.tables:
        corrected = CORRECTED_SCHEMA[table.name]
        assert {c.name for c in table.columns} <= {c.name for c in corrected.columns}
        assert corrected.primary_key == table.primary_key


@pytest.mark.parametrize("schema", SCHEMAS)
def test_a_schema_survives_json(schema: Schema) -> None:
    adapter = TypeAdapter(Schema)
    assert adapter.validate_json(adapter.dump_json(schema), strict=True) == schema
    assert adapter.validate_json(adapter.dump_json(schema, exclude_none=True), strict=True) == schema


def test_what_sqlite_makes_is_what_the_schema_says() -> None:
    with closing(run(CORRECTED_SCHEMA)) as connection:
        assert connection.execute("PRAGMA foreign_keys").fetchone() == (1,)
        for table in CORRECTED_SCHEMA.tables:
            found = list(connection.execute(f"PRAGMA table_info({table.name})"))
            assert [row[1] for row in found] == [c.name for c in table.columns]
            key = [row[1] for row in sorted(found, key=lambda row: row[5]) if row[5]]
            assert tuple(key) == table.primary_key
            required = {row[1] for row in found if row[3]}
            alone = len(table.primary_key) == 1
            assert required == {c.name for c in table.columns if c.required} | (
                set() if alone else set(table.primary_key)
            )
            references = {
                row[3]: (row[2], row[6])
                for row in connection.execute(f"PRAGMA foreign_key_list({table.name})")
            }
            assert references == {
                c.name: (c.references, c.on_delete.upper()) for c in table.columns if c.references
            }
        for index in CORRECTED_SCHEMA.indexes:
            columns = [row[2] for row in connection.execute(f"PRAGMA index_info({index.name})")]
            assert tuple(columns) == index.columns


def test_follows_keeps_no_second_copy_of_its_key_in_sqlite() -> None:
    assert CORRECTED_SCHEMA.ddl("sqlite")[3].endswith("WITHOUT ROWID;")
    assert not any("WITHOUT ROWID" in line for line in CORRECTED_SCHEMA.ddl("postgresql"))


def test_a_composite_key_may_not_be_null_even_in_sqlite() -> None:
    with (
        closing(run(FRAMEWORK_SCHEMA)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="NOT NULL"),
    ):
        connection.execute("INSERT INTO follows VALUES (1, NULL)")


@pytest.mark.postgresql
@pytest.mark.parametrize("schema", SCHEMAS)
def test_postgresql_runs_the_ddl(schema: Schema, database_url: str) -> None:
    with postgresql_namespace("test_schema", database_url) as connection:
        for statement in schema.ddl("postgresql"):
            connection.execute(statement)
        named = "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()"
        assert {index.name for index in schema.indexes} <= {row[0] for row in connection.execute(named)}
        zoned = connection.execute(
            "SELECT data_type FROM information_schema.columns WHERE table_schema = current_schema()"
            " AND column_name = 'created_at'"
        ).fetchone()
        with_zone = schema["tweets"]["created_at"].kind == "time with zone"
        assert (zoned == ("timestamp with time zone",)) == with_zone


def named(word: str) -> Schema:
    """A schema in which a word names a table, a key, a foreign key, a checked text and a pair."""
    other = Column("other", "integer", references=word)
    text = Column("words", "text", longest=3)
    table = Table(
        word, (Column(word, "integer"), other, text), (word,), ((word, "other"),), ((word, "other"),)
    )
    return Schema("Names", (table,), (Index("an_index", word, (word, "other")),))


def test_sqlite_takes_each_of_its_own_words_as_a_name() -> None:
    for word in sorted(_RESERVED):
        with closing(run(named(word))) as connection:
            connection.execute(f"INSERT INTO {quoted(word)} VALUES (1, NULL, 'abc')")


@pytest.mark.postgresql
def test_postgresql_takes_each_of_its_own_words_as_a_name(database_url: str) -> None:
    with postgresql_namespace("test_schema", database_url) as connection:
        own = "SELECT word FROM pg_get_keywords() WHERE catcode IN ('R', 'T')"
        for (word,) in connection.execute(own).fetchall():
            connection.execute("; ".join(["BEGIN", *named(word).ddl("postgresql"), "ROLLBACK"]))


names = st.one_of(
    st.sampled_from(["users", "user", "order", "a", "tweets"]),
    st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True),
).filter(lambda name: not name.endswith("_key"))


@st.composite
def schemas(draw: st.DrawFn) -> Schema:
    tables: list[Table] = []
    every = draw(st.lists(names, min_size=2, max_size=4, unique=True))
    for place, name in enumerate(every[:-1]):
        single = [known.name for known in tables if len(known.primary_key) == 1]
        columns = [Column("id", "integer")]
        for column in draw(st.lists(names.filter(lambda n: n != "id"), max_size=4, unique=True)):
            kind = draw(st.sampled_from(KINDS))
            to = draw(st.sampled_from(["", *single])) if kind == "integer" else ""
            longest = draw(st.none() | st.integers(1, 500)) if kind == "text" else None
            required = draw(st.booleans())
            deletion = draw(st.sampled_from(["", "restrict", "cascade"])) if to else ""
            columns.append(Column(column, kind, required, draw(st.booleans()), to, deletion, longest))
        given_names = [c.name for c in columns]
        groups = st.lists(st.sampled_from(given_names), min_size=1, max_size=3, unique=True).map(tuple)
        key = ("id",) if place == 0 else draw(st.just(()) | groups)
        if len(key) == 1:  # so that it can be referenced
            key = ("id",)
        pairs = [p for p in draw(st.lists(groups, max_size=2)) if len(p) == 2]
        by_key = bool(key) and draw(st.booleans())
        tables.append(
            Table(name, tuple(columns), key, tuple(draw(st.lists(groups, max_size=2))), tuple(pairs), by_key)
        )
    on = draw(st.sampled_from(tables))
    index = Index(every[-1], on.name, (on.columns[-1].name,))
    return Schema("Drawn", tuple(tables), draw(st.sampled_from([(), (index,)])))


@given(schemas())
def test_every_schema_that_is_accepted_runs_and_survives_json(schema: Schema) -> None:
    with closing(run(schema)):
        pass
    adapter = TypeAdapter(Schema)
    assert adapter.validate_json(adapter.dump_json(schema, exclude_none=True), strict=True) == schema
    statements = len(schema.tables) + len(schema.indexes)
    assert [len(schema.ddl(dialect)) for dialect in DIALECTS] == [statements + 1, statements]


def test_an_index_is_added_and_taken_away() -> None:
    more = FRAMEWORK_SCHEMA.with_index(Index("by_name", "users", ("username",)))
    assert more.without_index("by_name") == FRAMEWORK_SCHEMA
    with pytest.raises(ValueError, match=r"name = 'no': it must be one of 'by_name'"):
        more.without_index("no")


def test_tables_and_columns_by_name() -> None:
    assert CORRECTED_SCHEMA["tweets"]["content"].longest == 280
    with pytest.raises(KeyError, match="no table 'likes'; there are 'users', 'tweets', 'follows'"):
        CORRECTED_SCHEMA["likes"]
    with pytest.raises(
        ValueError, match="users: column: there is no column 'name'; there are 'id', 'username'"
    ):
        USERS["name"]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"name": "User"}, ValueError, "name = 'User': it must be a name of at most 27 characters a-z, 0-9"),
        ({"name": "x; DROP TABLE users"}, ValueError, "must be a name"),
        ({"name": "sqlite_x"}, ValueError, "not with sqlite_"),
        ({"name": "x" * 28}, ValueError, "at most 27"),
        ({"name": "x\n"}, ValueError, "must be a name"),
        ({"name": 3}, TypeError, "name = 3: it must be text"),
        ({"kind": "varchar"}, ValueError, "c: kind = 'varchar': it must be one of"),
        ({"required": 1}, TypeError, "c: required = 1: it must be True or False"),
        ({"unique": None}, TypeError, "c: unique = None"),
        ({"longest": 0}, ValueError, "c: longest = 0: it must be a whole number, 1 or more"),
        ({"kind": "integer", "longest": 5}, ValueError, "c: longest = 5: only a text has a length"),
        ({"references": "Users"}, ValueError, "c: references = 'Users'"),
        ({"on_delete": "explode", "references": "users"}, ValueError, "c: on_delete = 'explode'"),
        ({"on_delete": "cascade"}, ValueError, "c: on_delete = 'cascade': it references no table"),
        (
            {"on_delete": "set null", "references": "users", "required": True},
            ValueError,
            "a required column cannot be null",
        ),
    ],
)
def test_bad_columns(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Column(**{"name": "c", "kind": "text"} | arguments)


def bad_tables() -> Iterator[tuple[dict[str, Any], type[Exception], str]]:
    yield {"columns": ()}, ValueError, "t: it has no columns"
    yield {"columns": [ID]}, TypeError, "t: columns: it must be a tuple of Column"
    yield {"columns": (ID, ID)}, ValueError, "t: columns: 'id' is in it twice"
    yield {"primary_key": ("no",)}, ValueError, "t: primary_key: there is no column 'no'; there are 'id', 'b'"
    yield {"primary_key": ("id", "id")}, ValueError, "t: primary_key: 'id' is in it twice"
    yield {"primary_key": "id"}, TypeError, "t: primary_key: it must be a tuple of str"
    yield {"unique": ("id",)}, TypeError, "t: unique: it must be a tuple of tuple"
    yield {"unique": ((),)}, ValueError, "t: unique: name at least one column"
    yield {"differ": (("id",),)}, ValueError, "each must be a pair"
    yield {"differ": (("id", "no"),)}, ValueError, "t: differ: there is no column 'no'"
    yield {"by_key": True}, ValueError, "t: by_key = True: it has no primary key"
    yield {"by_key": 1}, TypeError, "t: by_key = 1"


@pytest.mark.parametrize(("arguments", "error", "message"), [*bad_tables()])
def test_bad_tables(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Table(**{"name": "t", "columns": (ID, Column("b", "integer"))} | arguments)


def test_bad_indexes() -> None:
    with pytest.raises(ValueError, match="name = 'users_pkey': PostgreSQL gives its own indexes names"):
        Index("users_pkey", "users", ("id",))
    with pytest.raises(TypeError, match="i: columns: it must be a tuple of str"):
        Index("i", "users", "id")  # type: ignore[arg-type]


PAIR = Table("pairs", (ID, Column("b", "integer")), ("id", "b"))


def bad_schemas() -> Iterator[tuple[dict[str, Any], type[Exception], str]]:
    yield {"name": " "}, TypeError, "name = ' ': it must be text"
    yield {"tables": ()}, ValueError, "S: it has no tables"
    yield {"tables": (USERS, USERS)}, ValueError, "S: tables and indexes: 'users' is in it twice"
    yield {"indexes": (Index("users", "users", ("id",)),)}, ValueError, "'users' is in it twice"
    yield (
        {"indexes": (Index("i", "user", ("id",)),)},
        ValueError,
        "i: table: no table 'user'; there are 'users'",
    )
    yield {"indexes": (Index("i", "users", ("no",)),)}, ValueError, "i: columns: there is no column 'no'"
    yield {"indexes": (Index("i", "users", ()),)}, ValueError, "i: columns: name at least one column"
    before = Table("tweets", (ID, Column("user_id", "integer", references="users")), ("id",))
    yield (
        {"tables": (before, USERS)},
        ValueError,
        "tweets.user_id: references = 'users': it must be a table before",
    )
    text = Table("tweets", (ID, Column("user_id", "text", references="users")), ("id",))
    yield {"tables": (USERS, text)}, ValueError, "its primary key must be one column of the kind text"
    two = Table("tweets", (ID, Column("user_id", "integer", references="pairs")), ("id",))
    yield {"tables": (PAIR, two)}, ValueError, "its primary key must be one column"


@pytest.mark.parametrize(("arguments", "error", "message"), [*bad_schemas()])
def test_bad_schemas(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Schema(**{"name": "S", "tables": (USERS,)} | arguments)


def test_two_pairs_of_one_column_have_checks_of_different_names() -> None:
    columns = (ID, Column("b", "integer"), Column("c", "integer"))
    schema = Schema("Pairs", (Table("t", columns, differ=(("id", "b"), ("id", "c"))),))
    names = re.findall(r"CONSTRAINT (\w+)", schema.ddl("postgresql")[0])
    assert names == ["t_id_differs", "t_id_differs1"]


def test_a_table_may_reference_itself() -> None:
    reply = Column("reply_to", "integer", references="tweets", on_delete="set null")
    schema = Schema("Replies", (Table("tweets", (ID, reply), ("id",)),))
    with closing(run(schema)) as connection:
        connection.execute("INSERT INTO tweets VALUES (1, NULL)")
        connection.execute("INSERT INTO tweets VALUES (2, 1)")
        connection.execute("DELETE FROM tweets WHERE id = 1")
        assert connection.execute("SELECT * FROM tweets").fetchall() == [(2, None)]


def test_another_dialect_is_refused() -> None:
    with pytest.raises(ValueError, match="dialect = 'mysql': it must be one of 'sqlite', 'postgresql'"):
        CORRECTED_SCHEMA.ddl("mysql")

"""Step 4: SQLite and PostgreSQL, asked for plans, work and sizes in the same words."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from helpers.labs.hardware import file_system_of
from helpers.labs.namespaces import postgresql_namespace
from helpers.labs.query_plan_report import MeasuredEngine
from helpers.labs.servers import driver_version, import_driver
from helpers.labs.tasks import UnavailableError

__all__ = ["Plan", "PlanEngine", "postgresql_engine", "sqlite_engine"]


@dataclass(frozen=True)
class Plan:
    """How a query is run, and the work of one run: `rows_read` is None where the engine does not tell."""

    text: str
    work: int
    rows_read: int | None = None


@dataclass(frozen=True)
class PlanEngine:
    """One database as the lab needs it; times are given to it as ms since 1970.

    `store` puts rows into a table, `explain` gives the plan and the work of a statement, `refresh` the
    planner's statistics. `make_keys` makes a table whose key is a "uuid" or an "integer", `insert_keys` adds
    rows with one commit, `sizes` gives the bytes of the key's index and of all.
    """

    used: MeasuredEngine
    dialect: str
    unit: str
    run: Callable[..., list[tuple[Any, ...]]]
    store: Callable[[str, Sequence[tuple[Any, ...]]], None]
    explain: Callable[[str, Any], Plan]
    refresh: Callable[[], object]
    moment: Callable[[int], Any]
    make_keys: Callable[[str, str], None]
    insert_keys: Callable[[str, Sequence[Any], str], None]
    sizes: Callable[[str], tuple[int, int]]


@contextmanager
def sqlite_engine(folder: Path) -> Iterator[PlanEngine]:
    """SQLite in a file in `folder`: write-ahead log, and every commit waits for the disk.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, sqlite_engine(Path(folder)) as engine:
    ...     engine.explain("SELECT 1", {}).text, engine.unit
    ('SCAN CONSTANT ROW', 'instructions')
    """
    import sqlite3  # noqa: PLC0415 - some builds of Python come without it; the other parts still run

    try:
        with closing(sqlite3.connect(folder / "plans.sqlite", isolation_level=None)) as connection:
            journal = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
            connection.execute("PRAGMA synchronous=FULL")
            settings = [f"journal_mode={journal}", "synchronous=FULL", file_system_of(folder)]
            yield PlanEngine(
                MeasuredEngine("SQLite", sqlite3.sqlite_version, ", ".join(filter(None, settings))),
                dialect="sqlite",
                unit="instructions",
                run=lambda *statement: connection.execute(*statement).fetchall(),
                store=partial(_sqlite_store, connection),
                explain=partial(_sqlite_explain, connection),
                refresh=lambda: connection.execute("ANALYZE"),
                moment=lambda ms: ms,
                make_keys=partial(_sqlite_make_keys, connection),
                insert_keys=lambda table, keys, text: _sqlite_store(
                    connection, table, [(key, text) for key in keys]
                ),
                sizes=partial(_sqlite_sizes, connection),
            )
    except sqlite3.Error as error:
        raise UnavailableError(f"SQLite stopped: {error}") from error


@contextmanager
def postgresql_engine(url: str | None = None) -> Iterator[PlanEngine]:
    """PostgreSQL at `url` (by default DATABASE_URL), in a namespace of its own that is dropped at the end."""
    with postgresql_namespace("query_plans", url) as connection:
        # The framework's times have no zone: they mean the session's.
        connection.execute("SET TimeZone TO 'UTC'")

        def show(setting: str) -> str:
            return str(connection.execute(f"SHOW {setting}").fetchone()[0])

        settings = [f"{setting}={show(setting)}" for setting in ("fsync", "synchronous_commit")]
        settings += ["one connection", driver_version(import_driver("psycopg"))]
        yield PlanEngine(
            MeasuredEngine("PostgreSQL", show("server_version").split(" ")[0], ", ".join(settings)),
            dialect="postgresql",
            unit="blocks",
            run=lambda *statement: _postgresql_run(connection, *statement),
            store=partial(_postgresql_store, connection),
            explain=partial(_postgresql_explain, connection),
            # Without a fresh visibility map, an index alone does not answer.
            refresh=lambda: connection.execute("VACUUM ANALYZE users, follows, tweets"),
            moment=lambda ms: datetime.fromtimestamp(ms / 1e3, UTC),
            make_keys=partial(_postgresql_make_keys, connection),
            insert_keys=partial(_postgresql_insert_keys, connection),
            sizes=partial(_postgresql_sizes, connection),
        )


def _sqlite_store(connection: Any, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    places = ", ".join("?" * len(rows[0]))
    connection.execute("BEGIN")
    connection.executemany(f"INSERT INTO {table} VALUES ({places})", rows)  # noqa: S608 - our own names
    connection.execute("COMMIT")


def _sqlite_explain(connection: Any, statement: str, values: Any) -> Plan:
    told = connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)
    # Before 3.36 SQLite said SCAN TABLE follows.
    lines = [row[3].replace(" TABLE ", " ") for row in told]
    instructions = 0

    def count() -> None:
        nonlocal instructions
        instructions += 1

    connection.set_progress_handler(count, 1)
    try:
        returned = connection.execute(statement, values).fetchall()
    finally:
        connection.set_progress_handler(None, 0)
    rows = _rows_by_plan(connection, lines, values, len(returned))
    return Plan(", ".join(lines), instructions, rows)


def _rows_by_plan(connection: Any, lines: list[str], values: Any, returned: int) -> int | None:
    """Return the rows that a plan for one table reads: all, or what is returned after those skipped."""
    access = [line for line in lines if line.startswith(("SCAN ", "SEARCH "))]
    if len(access) != 1 or "ANY(" in access[0] or access[0] == "SCAN CONSTANT ROW":
        return None
    if access[0].startswith("SCAN "):
        table = access[0].split(" ")[1]
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - our own
    sorts = any("TEMP B-TREE" in line for line in lines)
    return None if sorts else returned + values.get("offset", 0)


def _sqlite_make_keys(connection: Any, table: str, kind: str) -> None:
    if kind == "integer":
        connection.execute(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, content TEXT NOT NULL)")
    else:
        # What PRIMARY KEY would make, but with a name to drop it by.
        connection.execute(f"CREATE TABLE {table} (id BLOB NOT NULL, content TEXT NOT NULL)")
        connection.execute(f"CREATE UNIQUE INDEX {table}_key ON {table} (id)")


def _sqlite_sizes(connection: Any, table: str) -> tuple[int, int]:
    """Return the bytes by dropping both: some builds of SQLite do not tell the size of one table."""

    def free() -> int:
        return int(connection.execute("PRAGMA freelist_count").fetchone()[0])

    page_size = int(connection.execute("PRAGMA page_size").fetchone()[0])
    before = free()
    connection.execute(f"DROP INDEX IF EXISTS {table}_key")
    between = free()
    connection.execute(f"DROP TABLE {table}")
    return (between - before) * page_size, (free() - before) * page_size


def _postgresql_run(connection: Any, *statement: Any) -> list[tuple[Any, ...]]:
    cursor = connection.execute(*statement)
    return cursor.fetchall() if cursor.description else []


def _postgresql_store(connection: Any, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _postgresql_explain(connection: Any, statement: str, values: Any) -> Plan:
    options = "ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON"
    top = connection.execute(f"EXPLAIN ({options}) {statement}", values).fetchone()[0][0]["Plan"]
    nodes = list(_nodes(top))
    rows = sum(
        (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
        for node in nodes
        # What a bitmap finds in an index is read by the scan above it.
        if re.fullmatch("(?!Bitmap Index).*Scan", node["Node Type"])
    )
    blocks = top["Shared Hit Blocks"] + top["Shared Read Blocks"]
    return Plan(" → ".join(map(_node_text, nodes)), blocks, round(rows))


def _nodes(node: Any) -> Iterator[Any]:
    """Yield the nodes of a plan in the order in which they are done."""
    for child in node.get("Plans", []):
        yield from _nodes(child)
    yield node


def _node_text(node: Any) -> str:
    on = f" on {node['Relation Name']}" if "Relation Name" in node and "Index Name" not in node else ""
    using = f" using {node['Index Name']}" if "Index Name" in node else ""
    return f"{node['Node Type']}{using}{on}"


def _postgresql_make_keys(connection: Any, table: str, kind: str) -> None:
    column = "bigint" if kind == "integer" else "uuid"
    connection.execute(f"CREATE TABLE {table} (id {column} PRIMARY KEY, content text NOT NULL)")


def _postgresql_insert_keys(connection: Any, table: str, keys: Sequence[Any], text: str) -> None:
    column = "bigint" if isinstance(keys[0], int) else "uuid"
    values = keys if column == "bigint" else [UUID(bytes=key) for key in keys]
    insert = f"INSERT INTO {table} SELECT unnest(%s::{column}[]), %s"
    connection.execute(insert, (values, text))


def _postgresql_sizes(connection: Any, table: str) -> tuple[int, int]:
    sizes = f"SELECT pg_relation_size('{table}_pkey'), pg_total_relation_size('{table}')"
    index, total = connection.execute(sizes).fetchone()
    return int(index), int(total)

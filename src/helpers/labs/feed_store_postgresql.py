"""Step 4: ordered lists in PostgreSQL, in three tables of their own that are dropped at the end."""

import math
import secrets
import socket
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from types import ModuleType
from typing import Any

from helpers.labs.feed_lists import CELEBRITY, POSTS, TIMELINES, Engine, Entry, Stored
from helpers.labs.servers import connect_postgresql, driver_version, first_line, import_driver, server_url
from helpers.labs.tasks import UnavailableError
from helpers.models.feed import Position

__all__ = ["postgresql_feeds"]

_NEWEST = (math.inf, 2**63 - 1)


@contextmanager
def postgresql_feeds(url: str | None = None) -> Iterator[Engine]:
    """PostgreSQL at `url` (by default DATABASE_URL), with two connections.

    The timelines are an unlogged table: they can be made again from the posts, so that no write of theirs
    has to reach the log. A post's commit waits for the disk as the server is set to.
    """
    url = server_url("DATABASE_URL", url)
    psycopg = import_driver("psycopg")
    prefix = f"feed_store_{secrets.token_hex(6)}"
    tables = {kind: f"{prefix}_{kind}" for kind in (POSTS, CELEBRITY, TIMELINES)}
    try:
        with ExitStack() as stack:
            # Registered first, so done last: the connections may be broken or in the middle of a statement.
            made: list[str] = []
            stack.callback(_drop, psycopg, url, made)
            opened = [
                stack.enter_context(closing(connect_postgresql(psycopg, "DATABASE_URL", url)))
                for _ in range(2)
            ]
            client, worker = (_PostgresqlLists(connection, psycopg, tables) for connection in opened)
            made += tables.values()
            client.create()
            fsync, commit, version = (
                str(opened[0].execute(f"SHOW {name}").fetchone()[0])
                for name in ("fsync", "synchronous_commit", "server_version")
            )
            settings = (
                f"posts fsync={fsync}, synchronous_commit={commit}, timelines unlogged, "
                f"{driver_version(psycopg)}"
            )
            yield Engine(
                "PostgreSQL",
                version.split(" ")[0],
                settings,
                client,
                worker,
                hang_up=lambda: _hang_up(opened),
            )
    except psycopg.Error as error:
        raise UnavailableError(f"PostgreSQL stopped: {first_line(error)}") from error


class _PostgresqlLists:
    def __init__(self, connection: Any, psycopg: ModuleType, tables: Mapping[str, str]) -> None:
        self._connection, self._sql = connection, psycopg.sql
        self._tables = {kind: self._sql.Identifier(name) for kind, name in tables.items()}
        self._queries: dict[tuple[Any, ...], Any] = {}

    def ask(self) -> None:
        self._connection.execute("SELECT 1").fetchone()

    def insert(self, kind: str, owners: Sequence[int], entry: Entry) -> None:
        self._run(
            "INSERT INTO {} SELECT unnest(%s::int[]), %s::float8, %s::bigint, %s::int ON CONFLICT DO NOTHING",
            kind,
            (list(owners), *entry),
        )

    def remove(self, kind: str, owners: Sequence[int], entry: Entry) -> int:
        inside = "DELETE FROM {} WHERE owner = ANY(%s) AND time = %s AND id = %s"
        return int(self._run(inside, kind, (list(owners), entry.time, entry.id)).rowcount)

    def newest(
        self, wanted: Mapping[str, Sequence[int]], count: int, before: Position | None = None
    ) -> list[Entry]:
        values: list[Any] = []
        for owners in wanted.values():
            values += [owners[0] if len(owners) == 1 else list(owners), *(before or _NEWEST), count]
        shape = tuple((kind, len(owners) == 1) for kind, owners in wanted.items())
        if shape not in self._queries:
            parts = [
                self._sql.SQL(_NEWEST_OF_ONE if alone else _NEWEST_OF).format(self._tables[kind])
                for kind, alone in shape
            ]
            joined = self._sql.SQL(" UNION ALL ").join(parts)
            self._queries[shape] = joined + self._sql.SQL(" ORDER BY 1 DESC, 2 DESC LIMIT %s")
        rows = self._connection.execute(self._queries[shape], (*values, count)).fetchall()
        return [Entry(*row) for row in rows]

    def cut(self, owner: int, below: Position) -> None:
        inside = "DELETE FROM {} WHERE owner = %s AND (time, id) < (%s, %s)"
        self._run(inside, TIMELINES, (owner, *below))

    def replace(self, owner: int, entries: Sequence[Entry]) -> None:
        with self._connection.transaction():
            self._run("DELETE FROM {} WHERE owner = %s", TIMELINES, (owner,))
            self._copy(TIMELINES, {owner: entries})

    def load(self, kind: str, lists: Mapping[int, Sequence[Entry]]) -> None:
        self._copy(kind, lists)
        # Without statistics the planner reads and sorts a whole list; the server would gather them in time.
        self._run("ANALYZE {}", kind)

    def _copy(self, kind: str, lists: Mapping[int, Sequence[Entry]]) -> None:
        with self._connection.cursor() as cursor:
            copy_in = self._sql.SQL("COPY {} FROM STDIN").format(self._tables[kind])
            with cursor.copy(copy_in) as rows:
                rows.write(
                    "".join(
                        f"{owner}\t{entry.time!r}\t{entry.id}\t{entry.author}\n"
                        for owner, entries in lists.items()
                        for entry in entries
                    )
                )

    def stored(self) -> tuple[Stored, Stored]:
        found = {}
        for kind, table in self._tables.items():
            size = "SELECT pg_total_relation_size(%s::regclass), (SELECT count(*) FROM {})"
            row = self._run(size, kind, (table.as_string(),)).fetchone()
            found[kind] = Stored(int(row[1]), int(row[0]))
        posts = [sum(pair) for pair in zip(found[POSTS], found[CELEBRITY], strict=True)]
        return Stored(*posts), found[TIMELINES]

    def clear(self) -> None:
        tables = self._sql.SQL(", ").join(self._tables.values())
        self._connection.execute(self._sql.SQL("TRUNCATE {}").format(tables))

    def create(self) -> None:
        """Make the tables, each with the index that keeps the entries of a list in order."""
        for kind in self._tables:
            unlogged = "UNLOGGED " if kind == TIMELINES else ""
            self._run(
                f"CREATE {unlogged}TABLE {{}} (owner int, time float8, id bigint, author int, "
                "PRIMARY KEY (owner, time, id))",
                kind,
            )

    def _run(self, query: str, kind: str, values: Sequence[Any] = ()) -> Any:
        key = (query, kind)
        if key not in self._queries:
            self._queries[key] = self._sql.SQL(query).format(self._tables[kind])
        return self._connection.execute(self._queries[key], values)


_NEWEST_OF_ONE = """
SELECT * FROM (
    SELECT time, id, author FROM {} WHERE owner = %s AND (time, id) < (%s, %s)
    ORDER BY time DESC, id DESC LIMIT %s
) one"""
_NEWEST_OF = """
SELECT p.time, p.id, p.author FROM unnest(%s::int[]) l CROSS JOIN LATERAL (
    SELECT time, id, author FROM {} WHERE owner = l AND (time, id) < (%s, %s)
    ORDER BY time DESC, id DESC LIMIT %s
) p"""


def _hang_up(connections: Sequence[Any]) -> None:
    """End connections under whoever waits for them: libpq has no limit for a server that says nothing."""
    for connection in connections:
        if not connection.closed:
            line = socket.socket(fileno=connection.pgconn.socket)
            with suppress(OSError):  # it may be down already
                line.shutdown(socket.SHUT_RDWR)
            line.detach()  # it stays the driver's to close


def _drop(psycopg: ModuleType, url: str, names: Sequence[str]) -> None:
    if not names:
        return
    try:
        with closing(connect_postgresql(psycopg, "DATABASE_URL", url)) as cleaner:
            tables = psycopg.sql.SQL(", ").join(map(psycopg.sql.Identifier, names))
            cleaner.execute(psycopg.sql.SQL("DROP TABLE IF EXISTS {}").format(tables))
    except (psycopg.Error, UnavailableError) as error:
        # Raising would hide an interrupt.
        warnings.warn(f"could not drop the tables {names[0]}, …: {first_line(error)}", stacklevel=2)

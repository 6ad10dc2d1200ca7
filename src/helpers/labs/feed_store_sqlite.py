"""Step 4: ordered lists in SQLite, posts in one file and timelines in another."""

import json
import math
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from helpers.labs.feed_lists import CELEBRITY, POSTS, TIMELINES, Engine, Entry, Stored
from helpers.labs.hardware import file_system_of
from helpers.labs.tasks import UnavailableError
from helpers.models.feed import Position

__all__ = ["sqlite_feeds"]

_NEWEST = (math.inf, 2**63 - 1)
# Names cannot be parameters of a query; these are all there are.
_TABLES = {POSTS: "main.posts", CELEBRITY: "main.celebrity_posts", TIMELINES: "lists.timelines"}
_FILES = {"main": "posts.sqlite", "lists": "timelines.sqlite"}
_SYNCHRONOUS = {"main": "FULL", "lists": "OFF"}


@contextmanager
def sqlite_feeds(folder: Path) -> Iterator[Engine]:
    """SQLite in two files in `folder`, both with a write-ahead log, and two connections.

    A file has one writer at a time. With the timelines in a file of their own, a post never waits for a
    delivery's transaction. A post's commit waits for the disk (synchronous=FULL); a delivery's does not,
    because timelines can be made again from the posts.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, sqlite_feeds(Path(folder)) as engine:
    ...     engine.worker.insert(TIMELINES, [1, 2], Entry(5.0, 7, 3))
    ...     engine.client.newest({TIMELINES: [1, 2, 9]}, 10)
    [Entry(time=5.0, id=7, author=3), Entry(time=5.0, id=7, author=3)]
    """
    try:
        import sqlite3  # noqa: PLC0415 - some builds of Python come without it; the servers still run
    except ImportError:
        raise UnavailableError("this Python was built without SQLite") from None

    try:
        with (
            closing(_SqliteLists(folder, sqlite3)) as client,
            closing(_SqliteLists(folder, sqlite3)) as worker,
        ):
            client.create()
            parts = [
                "timelines in a file of their own",
                "posts synchronous=FULL, timelines synchronous=OFF",
                file_system_of(folder),
            ]
            yield Engine("SQLite", sqlite3.sqlite_version, ", ".join(filter(None, parts)), client, worker)
    except sqlite3.Error as error:
        raise UnavailableError(f"SQLite stopped: {error}") from error


class _SqliteLists:
    """A connection to both files; one thread at a time uses it, but not always the one that opened it."""

    def __init__(self, folder: Path, sqlite3: ModuleType) -> None:
        self._using = threading.Lock()
        self._connection = sqlite3.connect(
            folder / _FILES["main"], isolation_level=None, check_same_thread=False
        )
        self._connection.execute("ATTACH ? AS lists", (str(folder / _FILES["lists"]),))
        for file, waits in _SYNCHRONOUS.items():
            self._connection.execute(f"PRAGMA {file}.journal_mode=WAL")
            self._connection.execute(f"PRAGMA {file}.synchronous={waits}")
        self._connection.execute("PRAGMA fullfsync=ON")

    def close(self) -> None:
        """Close it, but never under a query: SQLite would take the whole program down."""
        with self._using:
            self._connection.close()

    def ask(self) -> None:
        self._run("SELECT 1")

    def insert(self, kind: str, owners: Sequence[int], entry: Entry) -> None:
        self._run(
            f"INSERT OR IGNORE INTO {_TABLES[kind]} SELECT value, ?, ?, ? FROM json_each(?)",  # noqa: S608
            (*entry, json.dumps(owners)),
        )

    def remove(self, kind: str, owners: Sequence[int], entry: Entry) -> int:
        inside = "owner IN (SELECT value FROM json_each(?)) AND time = ? AND id = ?"
        with self._using:
            done = self._connection.execute(
                f"DELETE FROM {_TABLES[kind]} WHERE {inside}",  # noqa: S608
                (json.dumps(owners), entry.time, entry.id),
            )
            return int(done.rowcount)

    def newest(
        self, wanted: Mapping[str, Sequence[int]], count: int, before: Position | None = None
    ) -> list[Entry]:
        parts, values = [], []
        for kind, owners in wanted.items():
            alone = len(owners) == 1
            parts.append((_NEWEST_OF_ONE if alone else _NEWEST_OF).format(table=_TABLES[kind]))
            values += [owners[0] if alone else json.dumps(owners), *(before or _NEWEST), count]
        query = f"{' UNION ALL '.join(parts)} ORDER BY 1 DESC, 2 DESC LIMIT ?"
        return [Entry(*row) for row in self._run(query, (*values, count))]

    def cut(self, owner: int, below: Position) -> None:
        self._run("DELETE FROM lists.timelines WHERE owner = ? AND (time, id) < (?, ?)", (owner, *below))

    def replace(self, owner: int, entries: Sequence[Entry]) -> None:
        self._write({owner: entries}, TIMELINES, "DELETE FROM lists.timelines WHERE owner = ?", (owner,))

    def load(self, kind: str, lists: Mapping[int, Sequence[Entry]]) -> None:
        self._write(lists, kind)

    def stored(self) -> tuple[Stored, Stored]:
        found = []
        for file, kinds in (("main", (POSTS, CELEBRITY)), ("lists", (TIMELINES,))):
            count = "SELECT count(*) FROM "
            entries = sum(self._run(count + _TABLES[kind])[0][0] for kind in kinds)
            pages, free, size = (
                self._run(f"PRAGMA {file}.{name}")[0][0]
                for name in ("page_count", "freelist_count", "page_size")
            )
            found.append(Stored(entries, (pages - free) * size))
        return found[0], found[1]

    def clear(self) -> None:
        for table in _TABLES.values():
            self._run(f"DROP TABLE IF EXISTS {table}")
        self.create()

    def create(self) -> None:
        """Make the tables; the entries of a list lie side by side, in order."""
        for table in _TABLES.values():
            self._run(
                f"CREATE TABLE {table} (owner INT, time REAL, id INT, author INT, "
                "PRIMARY KEY (owner, time, id)) WITHOUT ROWID"
            )

    def _run(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        with self._using:
            return self._connection.execute(query, values).fetchall()  # type: ignore[no-any-return]

    def _write(
        self, lists: Mapping[int, Sequence[Entry]], kind: str, first: str = "", values: Sequence[Any] = ()
    ) -> None:
        rows = ((owner, *entry) for owner, entries in lists.items() for entry in entries)
        with self._using:
            self._connection.execute("BEGIN")
            try:
                if first:
                    self._connection.execute(first, values)
                insert = f"INSERT OR IGNORE INTO {_TABLES[kind]} VALUES (?, ?, ?, ?)"  # noqa: S608
                self._connection.executemany(insert, rows)
                self._connection.execute("COMMIT")
            except BaseException:
                self._connection.rollback()
                raise


_NEWEST_OF_ONE = """
SELECT * FROM (
    SELECT time, id, author FROM {table} WHERE owner = ? AND (time, id) < (?, ?)
    ORDER BY time DESC, id DESC LIMIT ?
)"""
# Of each list no more than the page can hold is read.
_NEWEST_OF = """
SELECT p.time, p.id, p.author FROM json_each(?) l CROSS JOIN {table} p ON p.owner = l.value
WHERE (p.time, p.id) IN (
    SELECT time, id FROM {table} WHERE owner = l.value AND (time, id) < (?, ?)
    ORDER BY time DESC, id DESC LIMIT ?
)"""

"""Step 4: the report on the feed's queries: plans, deep pages and primary keys, as tables and frames."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from helpers.labs.reports import readable
from helpers.models.checks import require_choice

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["KeyCost", "MeasuredEngine", "PageCost", "QueryCost", "QueryPlanReport"]


@dataclass(frozen=True)
class MeasuredEngine:
    """A database that was measured, and how it was set."""

    name: str
    version: str
    settings: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}".strip()


@dataclass(frozen=True)
class QueryCost:
    """What one query cost with some indexes; `median_ms` is the median of `runs` runs.

    `plan` names what is done, in order. `rows_read` is PostgreSQL's count of the rows that its scans gave or
    filtered out; SQLite counts none, so there it is what the plan says: a scan reads the whole table, a
    search what it returns and skips; None for a join, and for a search that skips from one value of the
    index's first column to the next. `work` is in `unit`: instructions of SQLite's virtual machine, blocks of
    8 KB that PostgreSQL touched.

    >>> print(QueryCost("PostgreSQL", "none", "followers_of", "Seq Scan", 1, 35, 4, "blocks", 0.02, 9))
    PostgreSQL, none, followers_of: 20 µs, 35 rows, 4 blocks
    """

    engine: str
    indexes: str
    query: str
    plan: str
    returned: int
    rows_read: int | None
    work: int
    unit: str
    median_ms: float
    runs: int

    def __str__(self) -> str:
        rows = "" if self.rows_read is None else f"{self.rows_read:,} rows, "
        cost = f"{_time(self.median_ms)}, {rows}{_work(self)}"
        return f"{self.engine}, {self.indexes}, {self.query}: {cost}"


@dataclass(frozen=True)
class PageCost:
    """What one page of an author's tweets cost, by "offset" or by "cursor"; pages count from 1."""

    paging: str
    page: int
    cost: QueryCost


@dataclass(frozen=True)
class KeyCost:
    """What `rows` inserts cost with one kind of primary key, each batch with one commit.

    `index_bytes` is the key's own index: 0 where the rows themselves are kept in its order.
    """

    engine: str
    key: str
    rows: int
    rows_a_commit: int
    seconds: float
    index_bytes: int
    total_bytes: int

    @property
    def us_a_row(self) -> float:
        """Microseconds a row."""
        return self.seconds / self.rows * 1e6


@dataclass(frozen=True, repr=False)
class QueryPlanReport:
    """What the feed's queries cost on each engine; `skipped` maps one that was not measured to the reason."""

    machine: str
    users: int
    follows: int
    tweets: int
    engines: tuple[MeasuredEngine, ...]
    queries: tuple[QueryCost, ...]
    pages: tuple[PageCost, ...]
    keys: tuple[KeyCost, ...]
    skipped: Mapping[str, str] = field(default_factory=dict)

    def of(self, query: str, engine: str = "SQLite") -> tuple[QueryCost, ...]:
        """Return what a query cost on one engine: with the primary keys alone first, with the indexes last.

        Raises ValueError for a query or an engine that was not measured.
        """
        require_choice("engine", engine, [known.name for known in self.engines])
        require_choice("query", query, dict.fromkeys(cost.query for cost in self.queries))
        return tuple(cost for cost in self.queries if (cost.query, cost.engine) == (query, engine))

    def speedup(self, query: str, engine: str = "SQLite") -> float:
        """Return how many times as long a query took with the primary keys alone as with the indexes."""
        costs = self.of(query, engine)
        return costs[0].median_ms / costs[-1].median_ms

    def as_frame(self) -> "pd.DataFrame":
        """One row for each query, engine and set of indexes."""
        return _frame(asdict(cost) for cost in self.queries)

    def pages_frame(self) -> "pd.DataFrame":
        """One row for each page, engine and way of paging."""
        return _frame(
            {"engine": page.cost.engine, "paging": page.paging, "page": page.page} | asdict(page.cost)
            for page in self.pages
        )

    def keys_frame(self) -> "pd.DataFrame":
        """One row for each kind of key and engine."""
        return _frame(asdict(key) | {"us_a_row": key.us_a_row} for key in self.keys)

    def __repr__(self) -> str:
        """One line a measurement."""
        lines = [str(cost) for cost in self.queries]
        lines += [f"page {page.page:,}: {page.cost}" for page in self.pages]
        lines += [
            f"{key.engine}, {key.key}: {_time(key.us_a_row / 1e3)} a row, {_mb(key.total_bytes)}"
            for key in self.keys
        ]
        return "\n".join([self.machine, *lines])

    def _repr_markdown_(self) -> str:
        order = list(dict.fromkeys(c.query for c in self.queries))
        queries = [
            f"| {c.query} | {c.engine}, {c.indexes} | {_cells(c)} | {c.plan} |"
            for c in sorted(self.queries, key=lambda c: order.index(c.query))
        ]
        pages = [
            f"| {number:,} | {engine.name} | {self._pair(number, engine.name)} |"
            for engine in self.engines
            for number in dict.fromkeys(page.page for page in self.pages)
        ]
        keys = [
            f"| {k.key} | {k.engine} | {k.rows:,} | {_time(k.us_a_row / 1e3)} | "
            f"{_mb(k.index_bytes) if k.index_bytes else 'none of its own'} | {_mb(k.total_bytes)} |"
            for k in self.keys
        ]
        engines = [f"{engine}: {engine.settings}." for engine in self.engines]
        left_out = [f"Not measured: {name} ({reason})." for name, reason in self.skipped.items()]
        sizes = f"{self.users:,} users, {self.follows:,} follows, {self.tweets:,} tweets."
        return "\n".join(
            [
                "| query | on | rows read | work | median | plan |",
                "| :-- | :-- | --: | --: | --: | :-- |",
                *queries,
                "",
                "| page | engine | by offset: rows | work | median | by cursor: rows | work | median |",
                "| --: | :-- | --: | --: | --: | --: | --: | --: |",
                *pages,
                "",
                "| primary key | engine | rows | a row | its index | in all |",
                "| :-- | :-- | --: | --: | --: | --: |",
                *keys,
                "",
                " ".join([f"{self.machine}.", sizes, *engines, *self._notes(), *left_out]),
            ]
        )

    def _pair(self, number: int, engine: str) -> str:
        costs = {p.paging: p.cost for p in self.pages if (p.page, p.cost.engine) == (number, engine)}
        return f"{_cells(costs['offset'])} | {_cells(costs['cursor'])}"

    def _notes(self) -> Iterator[str]:
        yield "Work: instructions of SQLite's virtual machine, or blocks of 8 KB that PostgreSQL touched."
        if any("ANY(" in cost.plan for cost in self.queries):
            yield (
                "ANY in a plan: one search for each value of the index's first column, which is nearly a "
                "scan, though it is called a search."
            )
        for engine in self.engines:
            walks = [page for page in self.pages if page.cost.engine == engine.name and page.page > 1]
            scans = [page.page for page in walks if "Seq Scan" in page.cost.plan]
            if scans:
                yield (
                    f"From page {min(scans):,} on {engine.name} walks no index to an offset: it reads the "
                    "whole table and sorts the author's tweets."
                )


def _cells(cost: QueryCost) -> str:
    rows = "–" if cost.rows_read is None else f"{cost.rows_read:,}"
    return f"{rows} | {_work(cost)} | {_time(cost.median_ms)}"


def _work(cost: QueryCost) -> str:
    return f"{cost.work:,} {cost.unit}"


def _time(ms: float) -> str:
    return f"{readable(ms)} ms" if ms >= 1 else f"{readable(1e3 * ms)} µs"


def _mb(size: int) -> str:
    return f"{readable(size / 1e6)} MB"


def _frame(rows: Any) -> "pd.DataFrame":
    import pandas as pd  # noqa: PLC0415 - takes longer to import than all the rest of the lab

    frame = pd.DataFrame(list(rows))
    # So that a count that is not known leaves the others whole numbers.
    return frame.astype({"rows_read": "Int64"}) if "rows_read" in frame else frame

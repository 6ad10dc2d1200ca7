"""Step 5: what reaches the database when a hot key expires? Measured with and without coalescing."""

import json
import math
import secrets
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from helpers.labs.hardware import disk_folder
from helpers.labs.parts import Advance, Part, opened, with_stand_ins
from helpers.labs.reports import Progress, this_machine
from helpers.labs.servers import (
    connect_redis,
    driver_version,
    import_driver,
    redis_information,
    redis_kept_clean,
    server_url,
)
from helpers.labs.services import Database, postgresql_database, sqlite_database
from helpers.labs.stampede_report import StampedeReport
from helpers.labs.stampede_run import READERS, HotKey, StampedeRun, observe_stampede
from helpers.models.checks import require_numbers, require_whole

__all__ = ["StampedeReport", "StampedeRun", "measure_stampede", "memory_key", "redis_key"]

LOAD_MS = 5.0
"""How long a load should take at least: far longer than a read of the cache."""

MEANWHILE = 10
"""Reads that come while one load takes: ten loads too many, where nothing holds them back."""

LIFETIMES = 20
"""How long the key lives, in loads: long enough for the stampede to be over before the next."""

MOST_READS_PER_SECOND = 2_000
_ALONE = 9
_AUTHOR = 7


def measure_stampede(
    budget_s: float = 6, *, progress: Progress | None = None, seed: int = 0
) -> StampedeReport:
    """Measure for about `budget_s` seconds what an expired hot key does to a database; leave nothing behind.

    64 threads read one key at random times (Poisson), drawn in advance with `seed`; it expires again and
    again, and whoever misses it asks the database, over its one connection. Then the same reads again with
    coalescing: one reader loads, the others wait for it. The database is PostgreSQL when DATABASE_URL is
    set, else SQLite; the cache is Redis when REDIS_URL is set, else one inside this program.

    progress: called with the fraction done, from 0 to 1, and what is measured now.

    Raises ValueError or TypeError for a budget outside 0.5 to 60 s, and TimeoutError where other programs
    keep the machine so busy that reads start ten seconds late. A server that cannot be used is in `skipped`
    with the reason, and its local stand-in is used.

    >>> report = measure_stampede(0.5)
    >>> [run.coalesced for run in report.runs], report.runs[1].loads_per_expiry
    ([False, True], 1.0)
    """
    require_numbers("budget_s", budget_s, at_least=0.5, at_most=60, unit="s")
    seed = require_whole("seed", seed, at_least=0, at_most=2**63 - 1)
    skipped: dict[str, str] = {}
    advance = Advance(budget_s, progress)

    def measure(parts: tuple[Part, ...], seconds: float) -> StampedeReport:
        return _measure(parts, seconds, seed, advance, skipped)

    advance("getting ready")
    report = with_stand_ins((_DATABASES, _CACHES), skipped, advance, measure)
    advance("done")
    return report or StampedeReport(this_machine(), "", "", "", 0.0, (), skipped)


@dataclass(frozen=True)
class _NamedKey:
    """A hot key and what keeps it."""

    engine: str
    version: str
    settings: str
    key: HotKey


@contextmanager
def memory_key() -> Iterator[_NamedKey]:
    """One key kept inside this program."""
    yield _NamedKey("in-process cache", "", "no network", _MemoryKey())


class _MemoryKey:
    def __init__(self) -> None:
        self._kept: tuple[float, Any] = (float("-inf"), None)

    def get(self) -> Any:
        until, value = self._kept  # one assignment replaces both, so no lock is needed
        return value if time.perf_counter() < until else None

    def put(self, value: Any, expiry_s: float) -> None:
        self._kept = (time.perf_counter() + expiry_s, value)


@contextmanager
def redis_key(url: str | None = None) -> Iterator[_NamedKey]:
    """One key in Redis at `url` (by default REDIS_URL), which expires there and is deleted at the end."""
    url = server_url("REDIS_URL", url)
    redis = import_driver("redis")
    name = f"stampede:{secrets.token_hex(6)}"
    with closing(connect_redis(redis, "REDIS_URL", url)) as client:
        information = redis_information(redis, "REDIS_URL", client)
        version = str(information.get("redis_version", ""))
        left = f"the key {name}, which expires soon"
        with redis_kept_clean(redis, client, lambda: client.delete(name), left):
            yield _NamedKey("Redis", version, driver_version(redis), _RedisKey(client, name))


class _RedisKey:
    def __init__(self, client: Any, name: str) -> None:
        self._client, self._name = client, name

    def get(self) -> Any:
        found = self._client.get(self._name)
        return None if found is None else json.loads(found)

    def put(self, value: Any, expiry_s: float) -> None:
        self._client.set(self._name, json.dumps(value), px=max(1, round(1e3 * expiry_s)))


_DATABASES = (
    Part("PostgreSQL", lambda _: postgresql_database(query_ms=LOAD_MS), "DATABASE_URL"),
    Part("SQLite", lambda folder: sqlite_database(folder, query_ms=LOAD_MS)),
)
_CACHES = (
    Part("Redis", lambda _: redis_key(), "REDIS_URL"),
    Part("in-process cache", lambda _: memory_key()),
)


def _measure(
    parts: tuple[Part, ...],
    seconds: float,
    seed: int,
    advance: Advance,
    skipped: dict[str, str],
) -> StampedeReport:
    end = time.perf_counter() + seconds
    with (
        tempfile.TemporaryDirectory(prefix="stampede_", dir=disk_folder()) as inside,
        opened(parts[0], Path(inside)) as database,
        opened(parts[1], Path(inside)) as cache,
    ):
        load, queries, alone_s = _load(database)
        rate = min(MEANWHILE / alone_s, MOST_READS_PER_SECOND)
        expiry_s = LIFETIMES * alone_s
        # A tenth of the time is for the last loads of a run, and for what opens and closes.
        window_s = max(0.45 * (end - time.perf_counter()), 2 * expiry_s)
        random = np.random.default_rng([seed, 0])
        due = random.exponential(1 / rate, int(2 * rate * window_s) + 20).cumsum()
        due = due[due < window_s]
        runs = []
        for coalesced in (False, True):
            advance(f"{database.engine}: {'with' if coalesced else 'without'} coalescing")
            runs.append(observe_stampede(due, load, cache.key, coalesced=coalesced, expiry_s=expiry_s))
            time.sleep(expiry_s)  # so that the next run finds the key expired, too
        repeated = f", {queries} such queries a load" if queries > 1 else ""
        settings = (
            f"{database.engine} {database.settings}{repeated}; {cache.engine}: {cache.settings}; {READERS} "
            f"readers, the key lives {1e3 * expiry_s:.0f} ms"
        )
        return StampedeReport(
            this_machine(), _named(database), _named(cache), settings, 1e3 * alone_s, tuple(runs), skipped
        )


def _named(part: Database | _NamedKey) -> str:
    return f"{part.engine} {part.version}".strip()


def _load(database: Database) -> tuple[Callable[[], Any], int, float]:
    """What a reader asks the database, how many queries that is, and how long it takes alone, in seconds."""
    using = threading.Lock()

    def timed(load: Callable[[], Any]) -> float:
        start = time.perf_counter()
        load()
        return time.perf_counter() - start

    once = statistics.median(timed(lambda: database.query(_AUTHOR)) for _ in range(_ALONE))
    queries = max(1, math.ceil(LOAD_MS / 1e3 / once))

    def load() -> Any:
        # In one go, as one connection would: loads in line, not taking turns.
        with using:
            return [database.query(_AUTHOR) for _ in range(queries)][-1]

    return load, queries, statistics.median(timed(load) for _ in range(_ALONE))

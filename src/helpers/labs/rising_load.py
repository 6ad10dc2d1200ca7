"""Step 3: what does utilisation do to latency? Measured on a database, and with a cache in front."""

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from helpers.labs.hardware import disk_folder
from helpers.labs.load_report import LoadReport
from helpers.labs.load_run import LoadRun
from helpers.labs.open_loop import observe
from helpers.labs.parts import Advance, Part, opened, with_stand_ins
from helpers.labs.reports import Progress, this_machine
from helpers.labs.services import (
    AUTHORS,
    Cache,
    Database,
    memory_cache,
    postgresql_database,
    redis_cache,
    sqlite_database,
)
from helpers.models.checks import require_numbers

__all__ = ["UTILISATIONS", "LoadReport", "LoadRun", "measure_rising_load"]

UTILISATIONS = (0.3, 0.5, 0.7, 0.8, 0.9)
# Long queues change slowly, so a run needs the longer the nearer it is to 1.
_WEIGHTS = (1.0, 1.0, 1.5, 2.0, 2.5)
_ALONE = 40
_FEWEST = 20
CACHE_ENTRIES = 100
"""A tenth of the authors, who are asked for as often as 1, 1/2, 1/3 (Zipf): both are our assumptions."""


def measure_rising_load(
    budget_s: float = 8,
    *,
    progress: Progress | None = None,
    utilisations: Sequence[float] = UTILISATIONS,
    seed: int = 0,
) -> LoadReport:
    """Measure for about `budget_s` seconds how long requests take as load rises, and leave nothing behind.

    A service with one connection to its database answers requests that arrive at random times (Poisson),
    drawn in advance with `seed`, at rates that keep the database busy for these shares of the time. Then
    the same arrivals again with a cache in front. The database is PostgreSQL when DATABASE_URL is set,
    else SQLite; the cache is Redis when REDIS_URL is set, else one inside this program. How long a query
    takes is measured alone at first, and then in the runs before.

    progress: called with the fraction done, from 0 to 1, and what is measured now.

    Raises ValueError or TypeError for a budget outside 0.5 to 60 s, no utilisation, or one outside 0.05 to
    0.95.
    A server that cannot be used is in `skipped` with the reason, and its local stand-in is used.

    >>> report = measure_rising_load(0.5, utilisations=[0.3])
    >>> [(run.cached, run.offered, run.requests > 0) for run in report.runs]
    [(False, 0.3, True), (True, 0.3, True)]
    """
    require_numbers("budget_s", budget_s, at_least=0.5, at_most=60, unit="s")
    if not isinstance(utilisations, (list, tuple)):
        raise TypeError(f"utilisations = {utilisations!r}: it must be a list of numbers")
    if not utilisations:
        raise ValueError("utilisations = []: it must have one at least")
    for utilisation in utilisations:
        require_numbers("utilisations", utilisation, at_least=0.05, at_most=0.95)
    skipped: dict[str, str] = {}
    advance = Advance(budget_s, progress)

    def measure(parts: tuple[Part, ...], seconds: float) -> LoadReport:
        found = _measure(parts, seconds, utilisations, seed, advance)
        return LoadReport(this_machine(), *found, skipped)

    advance("getting ready")
    report = with_stand_ins((_DATABASES, _CACHES), skipped, advance, measure)
    advance("done")
    return report or LoadReport(this_machine(), "", "", "", (), skipped)


_DATABASES = (
    Part("PostgreSQL", lambda _: postgresql_database(), "DATABASE_URL"),
    Part("SQLite", sqlite_database),
)
_CACHES = (
    Part("Redis", lambda _: redis_cache(CACHE_ENTRIES), "REDIS_URL"),
    Part("in-process cache", lambda _: memory_cache(CACHE_ENTRIES)),
)


def _measure(
    parts: tuple[Part, ...],
    seconds: float,
    utilisations: Sequence[float],
    seed: int,
    advance: Callable[[str], None],
) -> tuple[str, str, str, tuple[LoadRun, ...]]:
    end = time.perf_counter() + seconds
    with (
        tempfile.TemporaryDirectory(prefix="rising_load_", dir=disk_folder()) as inside,
        opened(parts[0], Path(inside)) as database,
        opened(parts[1], Path(inside)) as cache,
    ):
        advance(f"{database.engine}: filling the cache")
        random = np.random.default_rng([seed, 0])
        _warm(database, cache, random)
        service_s = _alone(database, random)
        queries_s = [np.full(_ALONE, service_s)]
        runs = []
        weights = [float(np.interp(at, UTILISATIONS, _WEIGHTS)) for at in utilisations]
        for place, utilisation in enumerate(utilisations):
            advance(f"{database.engine}: {utilisation:.0%} utilisation")
            each = max(0.0, end - time.perf_counter()) * weights[place] / sum(weights[place:])
            random = np.random.default_rng([seed, place + 1])
            rate = utilisation / service_s
            window_s = max(each / 2, _FEWEST / rate)
            arrivals = random.exponential(1 / rate, int(2 * rate * window_s) + _FEWEST).cumsum()
            arrivals = arrivals[arrivals < window_s]
            authors = _zipf(random, arrivals.size)
            arguments: dict[str, Any] = {"offered": utilisation, "window_s": window_s}
            bare = observe(arrivals, authors, database.query, **arguments)
            advance(f"{database.engine} behind {cache.engine}: the same requests")
            arguments["compared_ms"] = bare.query_ms
            runs += [bare, observe(arrivals, authors, database.query, cache, **arguments)]
            # A query among others takes longer than one of forty in a row.
            queries_s.append(bare.queries_ms / 1e3)
            service_s = float(np.mean(np.concatenate(queries_s)))
    settings = f"{database.engine} {database.settings}; {cache.engine}: {cache.settings}"
    names = [f"{part.engine} {part.version}".strip() for part in (database, cache)]
    return names[0], names[1], settings, tuple(sorted(runs, key=lambda run: run.cached))


def _alone(database: Database, random: np.random.Generator) -> float:
    """The mean time of a query when nothing waits, in seconds."""
    start = time.perf_counter()
    for author in _zipf(random, _ALONE):
        database.query(author)
    return (time.perf_counter() - start) / _ALONE


def _warm(database: Database, cache: Cache, random: np.random.Generator) -> None:
    """Fill the cache with what the requests before would have left in it."""
    recent = dict.fromkeys(reversed(_zipf(random, 20 * cache.entries)))
    for author in reversed(list(recent)[: cache.entries]):
        cache.put(author, database.query(author))


def _zipf(random: np.random.Generator, size: int) -> list[int]:
    """Draw authors: the second is asked for half as often as the first, the third a third as often."""
    shares = 1 / np.arange(1, AUTHORS + 1)
    return [int(author) for author in random.choice(AUTHORS, size, p=shares / shares.sum())]

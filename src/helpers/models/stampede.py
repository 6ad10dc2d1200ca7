"""Step 5, cache stampedes: how many reads reach the database when a key that many read has expired."""

import math
from typing import Any

import numpy as np

from helpers.models.checks import require_number, require_numbers, require_whole
from helpers.models.popularity import require_weights

__all__ = [
    "expected_loads",
    "expiry_misses_per_second",
    "loads_on_shared_cores",
    "refill_loads",
]

_AT_ONCE_S = 1e-12


def expected_loads(reads_per_second: Any, load_s: float, *, coalesced: bool = False, servers: int = 1) -> Any:
    """Return how many reads load the key from the database after it expired, until it is cached again.

    The first read misses, and so does every read in the `load_s` seconds that its load takes: on average
    1 + reads per second × load_s, for reads that arrive at random (Poisson). `coalesced`: a server that is
    loading the key lets its other readers wait for that load, so at most one load a server; the reads are
    spread evenly over `servers`. Each of the others starts one if it has a read in that time:
    1 + (servers - 1) × (1 - exp(-reads per second × load_s / servers)). It is 0 when nobody reads.

    >>> expected_loads(2000, 0.005), expected_loads(2000, 0.005, coalesced=True)
    (11.0, 1.0)
    >>> round(expected_loads(2000, 0.005, coalesced=True, servers=4), 2)
    3.75
    """
    reads = np.asarray(
        require_numbers("reads_per_second", reads_per_second, at_least=0, at_most=1e12, unit="reads/s")
    )
    load_s = require_number("load_s", load_s, at_least=0, at_most=1e6, unit="seconds")
    servers = require_whole("servers", servers, at_least=1, at_most=1_000_000)
    meanwhile = reads * load_s
    more = -(servers - 1) * np.expm1(-meanwhile / servers) if coalesced else meanwhile
    return _plain(np.where(reads > 0, 1 + more, 0.0))


def loads_on_shared_cores(reads_per_second: float, load_s: float, cores: int) -> float:
    """Return the loads of a stampede whose loads slow each other: `load_s` is what one takes alone.

    At most `cores` run at full speed; more share the cores evenly, so the first load is late, and more reads
    miss meanwhile. With r = reads per second and r × load_s above cores - 1, the first is done after
    (cores × exp((r × load_s - (cores - 1)) / cores) - 1) / r seconds: the loads grow exponentially. Our
    derivation, for reads that flow; processor sharing as in Kleinrock, Queueing Systems, volume 2.

    >>> round(loads_on_shared_cores(2000, 0.005, cores=2)), loads_on_shared_cores(200, 0.005, cores=2)
    (180, 2.0)
    """
    reads = require_number("reads_per_second", reads_per_second, at_least=0, at_most=1e9, unit="reads/s")
    load_s = require_number("load_s", load_s, at_least=0, at_most=1e4, unit="seconds")
    cores = require_whole("cores", cores, at_least=1, at_most=10_000)
    if reads == 0:
        return 0.0
    beyond = reads * load_s - (cores - 1)
    if beyond <= 0:
        return 1 + reads * load_s
    try:
        return cores * math.exp(beyond / cores)
    except OverflowError:
        raise ValueError(
            f"reads_per_second × load_s = {reads * load_s:,g} on {cores:,} cores: no load is ever done"
        ) from None


def expiry_misses_per_second(reads_per_second: Any, expiry_s: float) -> Any:
    """Return how often a read finds nothing because the key is older than `expiry_s` seconds.

    A copy lives `expiry_s` from its load and is loaded by the next read: reads / (1 + reads × expiry_s).
    Never more than one in `expiry_s`, however many read. Loads that take no time; reads at random (Poisson).
    Source: Jung, Berger and Balakrishnan, "Modeling TTL-based Internet Caches" (INFOCOM 2003).

    >>> expiry_misses_per_second(9.0, 1.0), expiry_misses_per_second(0.0, 1.0)
    (0.9, 0.0)
    """
    reads = require_numbers("reads_per_second", reads_per_second, at_least=0, at_most=1e12, unit="reads/s")
    expiry_s = require_number("expiry_s", expiry_s, at_least=0, at_most=1e9, unit="seconds")
    return _plain(reads / (1 + np.asarray(reads) * expiry_s))


def refill_loads(
    rates: Any, since_s: Any, *, spread_s: float = 0.0, keys: Any = None, load_s: float = 0.0
) -> Any:
    """Return the loads up to `since_s` seconds after many keys that were loaded together begin to expire.

    rates: reads a second of each key. since_s: one time or several; before 0 nothing has expired. spread_s:
    jitter; each key's expiry is drawn evenly from so many seconds. keys: how many keys each rate stands for
    (by default 1 each). load_s: as in `expected_loads`, by which it multiplies each key's loads.

    A key with rate r that expired t seconds ago has been read again, and loaded, with probability
    1 - exp(-r t); with jitter, that is averaged over the spread. In the end every key that is read is loaded.

    >>> round(refill_loads([10.0, 1.0], 1.0), 2), round(refill_loads([10.0, 1.0], 1.0, spread_s=10.0), 2)
    (1.63, 0.13)
    >>> refill_loads([10.0, 1.0], 1000.0)
    2.0
    """
    rates = require_weights("rates", rates)
    since = np.asarray(require_numbers("since_s", since_s, unit="seconds"))
    spread_s = require_number("spread_s", spread_s, at_least=0, at_most=1e9, unit="seconds")
    load_s = require_number("load_s", load_s, at_least=0, at_most=1e6, unit="seconds")
    counts = np.ones(rates.size) if keys is None else require_weights("keys", keys)
    if counts.size != rates.size:
        raise ValueError(f"keys: {counts.size} numbers for {rates.size} rates; give one for each")
    counts, rates = counts[rates > 0], rates[rates > 0]
    time = np.maximum(since[..., None], 0)
    if spread_s > _AT_ONCE_S:
        begun = np.minimum(time, spread_s)
        late = np.exp(-rates * (time - begun)) * -np.expm1(-rates * begun) / rates
        each = (begun - late) / spread_s
    else:
        each = -np.expm1(-rates * time)
    return _plain(each @ (counts * (1 + rates * load_s)))


def _plain(value: Any) -> Any:
    return float(value) if np.ndim(value) == 0 else value

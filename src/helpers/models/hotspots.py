"""Step 5, hotspots: a celebrity tweets, and what that does to the hottest cache shard and to the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helpers.models.checks import require_number, require_numbers, require_whole
from helpers.models.lru import che_hit_ratios
from helpers.models.popularity import MOST_KEYS, rank_groups, require_weights, zipf_shares
from helpers.models.stampede import expected_loads, expiry_misses_per_second, refill_loads

__all__ = ["NO_REMEDIES", "Remedies", "Spike", "SpikeLoad", "hottest_shard", "spike_load"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Spike:
    """A cache in front of a database, read evenly by many and then by all at once.

    keys and skew: what is read otherwise, as `zipf_shares` has it. cached_share: how much of that the cache
    holds, of 0 to 1. shards: cache machines, keys spread by hash. servers: API servers that ask them.
    peak_per_second: reads of the celebrity's tweet when it appears, at tweet_s; they fall off exponentially,
    to 37 % after fades_s. expiry_s: how long an entry lives; all entries were loaded together at 0 s, by a
    cache that was restarted. load_s: how long the database takes for one load.

    All default values are our assumptions, but for the reads: 50 for each of the framework's 579 tweets a
    second.
    """

    reads_per_second: float = 29_000
    keys: int = 100_000
    skew: float = 0.9
    cached_share: float = 0.5
    shards: int = 10
    servers: int = 50
    peak_per_second: float = 300_000
    tweet_s: float = 20
    fades_s: float = 30
    expiry_s: float = 60
    load_s: float = 0.05
    lasts_s: int = 120

    def __post_init__(self) -> None:
        require_number("reads_per_second", self.reads_per_second, at_least=0, at_most=1e9, unit="reads/s")
        require_whole("keys", self.keys, at_least=1, at_most=MOST_KEYS)
        require_number("cached_share", self.cached_share, at_least=0, at_most=1)
        require_whole("shards", self.shards, at_least=1, at_most=100_000)
        require_whole("servers", self.servers, at_least=1, at_most=100_000)
        require_number("peak_per_second", self.peak_per_second, at_least=0, at_most=1e9, unit="reads/s")
        require_number("tweet_s", self.tweet_s, at_least=0, at_most=1e5, unit="seconds")
        require_number("fades_s", self.fades_s, above=0, at_most=1e6, unit="seconds")
        require_number("expiry_s", self.expiry_s, above=0, at_most=1e6, unit="seconds")
        require_number("load_s", self.load_s, above=0, at_most=10, unit="seconds")
        require_whole("lasts_s", self.lasts_s, at_least=1, at_most=3600)

    @property
    def capacity(self) -> int:
        """How many entries the cache holds."""
        return round(self.cached_share * self.keys)

    def celebrity_per_second(self, time_s: Any) -> Any:
        """Return how often the celebrity's tweet is read, `time_s` seconds from the start."""
        since = np.asarray(require_numbers("time_s", time_s, unit="seconds")) - self.tweet_s
        rate = np.where(since >= 0, self.peak_per_second * np.exp(-np.maximum(since, 0) / self.fades_s), 0.0)
        return float(rate) if rate.ndim == 0 else rate


@dataclass(frozen=True)
class Remedies:
    """What is done about hot keys.

    local_cache: each API server keeps what it read for local_s seconds. replicate: the hot key is on `copies`
    shards, and each read picks one at random. coalesce: one load at a time for a key, in the whole cluster;
    other readers wait for it (a lease in the cache; Nishtala et al., "Scaling Memcache at Facebook", NSDI
    2013). jitter: each entry expires up to jitter_share of its lifetime earlier, at random. celebrity_cache:
    the framework's: a celebrity's tweets are written into a cache of their own as they are posted, with a
    copy on each of its celebrity_nodes, and do not expire.
    """

    local_cache: bool = False
    replicate: bool = False
    coalesce: bool = False
    jitter: bool = False
    celebrity_cache: bool = False
    local_s: float = 1.0
    copies: int = 5
    jitter_share: float = 0.3
    celebrity_nodes: int = 4

    def __post_init__(self) -> None:
        for name in ("local_cache", "replicate", "coalesce", "jitter", "celebrity_cache"):
            if not isinstance(getattr(self, name), bool):
                raise TypeError(f"{name} = {getattr(self, name)!r}: it must be True or False")
        require_number("local_s", self.local_s, above=0, at_most=1e5, unit="seconds")
        require_whole("copies", self.copies, at_least=1, at_most=100_000)
        require_number("jitter_share", self.jitter_share, at_least=0, at_most=1)
        require_whole("celebrity_nodes", self.celebrity_nodes, at_least=1, at_most=100_000)


NO_REMEDIES = Remedies()


@dataclass(frozen=True, eq=False, repr=False)
class SpikeLoad:
    """What a spike does: an element a second from 0 s in each array, expected values.

    database_per_second: loads that start in that second. hottest_per_second: reads that reach the busiest
    machine of the cache. hit_ratio: of the everyday reads, answered by a cache, ours or a server's own.
    reads_per_second: of everybody. waiting: readers that wait for one load at the worst moment.
    local_entries: what one server's own cache holds. costs: each remedy in use, and its price in words.
    """

    database_per_second: Floats
    hottest_per_second: Floats
    reads_per_second: Floats
    hit_ratio: float
    shared_hit_ratio: float
    waiting: float
    local_entries: float
    costs: Mapping[str, str]

    @property
    def times_s(self) -> Floats:
        """The start of each second."""
        return np.arange(self.database_per_second.size, dtype=float)

    @property
    def most_loads(self) -> float:
        """Loads at the database in its worst second."""
        return float(self.database_per_second.max())

    @property
    def hottest(self) -> float:
        """Reads a second at the busiest machine of the cache, in its worst second."""
        return float(self.hottest_per_second.max())


def hottest_shard(shares: Any, shards: int) -> float:
    """Return the share of all reads that the shard with the most popular key is expected to get.

    The key itself, and an even part of the rest, for keys spread by hash. However many shards there are, it
    is never less than the key alone.

    >>> round(hottest_shard([0.5, 0.3, 0.2], 10), 3), hottest_shard([1.0], 10)
    (0.55, 1.0)
    """
    weights = require_weights("shares", shares)
    shards = require_whole("shards", shards, at_least=1, at_most=1_000_000)
    top, total = float(weights.max()), float(weights.sum())
    return (top + (total - top) / shards) / total


def spike_load(spike: Spike, remedies: Remedies = NO_REMEDIES) -> SpikeLoad:
    """Return the load on the cache and the database while a celebrity's tweet is read.

    Everyday reads miss as Che's approximation says, for what the servers' own caches let through. All
    entries that it holds were loaded together and expire together once. The tweet is in no cache when it
    appears, and expires every `expiry_s` from then. The database is taken to keep up: where it does not,
    loads take longer, and more reads miss meanwhile.

    >>> spike = Spike()
    >>> bare, helped = spike_load(spike), spike_load(spike, Remedies(coalesce=True))
    >>> round(bare.database_per_second[20] - helped.database_per_second[20]), round(bare.hit_ratio, 2)
    (15000, 0.87)
    """
    times = np.arange(spike.lasts_s, dtype=float)
    everyday = _everyday(spike, remedies.local_s if remedies.local_cache else None)
    database = np.full(times.size, everyday.missed_per_second)
    if everyday.asked_per_second and spike.capacity:
        database += _expiring_together(spike, remedies, everyday, times)
    celebrity = np.asarray(spike.celebrity_per_second(times))
    asked, on_shard = celebrity, np.zeros(times.size)
    if remedies.local_cache:
        asked = spike.servers * np.asarray(
            expiry_misses_per_second(celebrity / spike.servers, remedies.local_s)
        )
    waiting = 0.0
    if remedies.celebrity_cache:
        alone = asked / remedies.celebrity_nodes
    else:
        copies = min(remedies.copies, spike.shards) if remedies.replicate else 1
        on_shard, alone = asked / copies, np.zeros(times.size)
        if not spike.capacity:
            # Nothing is kept: each read is a load, or waits for the load that another has started.
            database += expiry_misses_per_second(asked, spike.load_s) if remedies.coalesce else asked
        for number in range(int((spike.lasts_s - spike.tweet_s) / spike.expiry_s) + 1):
            expired = spike.tweet_s + number * spike.expiry_s
            if expired >= spike.lasts_s or not spike.capacity:
                break
            reads = spike.celebrity_per_second(expired)
            if remedies.local_cache and number:
                reads = spike.servers * expiry_misses_per_second(reads / spike.servers, remedies.local_s)
            elif remedies.local_cache:
                # At first no server has its own copy, and all pass their reads on until the load is done.
                first = int(expired)
                on_shard[first] = min(on_shard[first] + reads * spike.load_s / copies, reads / copies)
            each = expected_loads(reads / copies, spike.load_s, coalesced=remedies.coalesce)
            database[int(expired)] += copies * each
            waiting = max(waiting, reads * spike.load_s) if remedies.coalesce else 0.0
    shared = everyday.asked_per_second
    busiest = everyday.top_per_second + (shared - everyday.top_per_second) / spike.shards
    hottest = np.maximum(np.maximum(busiest, on_shard + shared / spike.shards), alone)
    everyday_reads = spike.reads_per_second if shared else 0.0
    return SpikeLoad(
        database_per_second=database,
        hottest_per_second=hottest,
        reads_per_second=everyday_reads + celebrity,
        hit_ratio=max(1 - everyday.missed_per_second / everyday_reads, 0.0) if everyday_reads else 0.0,
        shared_hit_ratio=1 - everyday.missed_per_second / shared if shared else 0.0,
        waiting=waiting,
        local_entries=everyday.local_entries,
        costs=_costs(spike, remedies, waiting, everyday.local_entries),
    )


@dataclass(frozen=True, eq=False)
class _Everyday:
    """The reads without the tweet, once the servers' own caches have answered what they can."""

    asked_per_second: float
    top_per_second: float
    missed_per_second: float
    local_entries: float
    cached: Floats
    rates: Floats


def _everyday(spike: Spike, local_s: float | None) -> _Everyday:
    return _everyday_reads(
        reads=spike.reads_per_second,
        keys=spike.keys,
        skew=spike.skew,
        capacity=spike.capacity,
        servers=spike.servers,
        local_s=local_s,
    )


_GROUPS = 400
_NOBODY = 1e-9  # reads a second: one in thirty years


# Most sliders leave the everyday reads as they are.
@lru_cache(maxsize=64)
def _everyday_reads(
    *, reads: float, keys: int, skew: float, capacity: int, servers: int, local_s: float | None
) -> _Everyday:
    if reads < _NOBODY:
        none = np.zeros(1)
        return _Everyday(0.0, 0.0, 0.0, 0.0, none, none)
    counts, shares = rank_groups(zipf_shares(keys, skew), _GROUPS)
    asked = rates = shares * reads
    entries = 0.0
    if local_s is not None:
        each = rates / servers
        asked = servers * np.asarray(expiry_misses_per_second(each, local_s))
        entries = float(counts @ (each * local_s / (1 + each * local_s)))
    hits = che_hit_ratios(asked, capacity, keys=counts)
    total = float(counts @ asked)
    missed = min(max(total - float((counts * asked) @ hits), 0.0), total)
    return _Everyday(total, float(asked[0]), missed, entries, counts * hits, asked)


def _expiring_together(spike: Spike, remedies: Remedies, everyday: _Everyday, times: Floats) -> Floats:
    """Loads a second of what expires because the restart loaded all at once, the first time round."""
    spread = remedies.jitter_share * spike.expiry_s if remedies.jitter else 0.0
    loads = refill_loads(
        everyday.rates,
        np.append(times, times[-1] + 1) - (spike.expiry_s - spread),
        spread_s=spread,
        keys=everyday.cached,
        load_s=0.0 if remedies.coalesce else spike.load_s,
    )
    return np.asarray(np.diff(loads))


def _costs(spike: Spike, remedies: Remedies, waiting: float, entries: float) -> dict[str, str]:
    copies = min(remedies.copies, spike.shards)
    lifetime = 1 - remedies.jitter_share / 2
    every = {
        "local_cache": (
            f"about {entries:,.0f} entries in the memory of each of {spike.servers:,} servers, and a reader "
            f"may see a tweet as it was {remedies.local_s:g} s ago"
        ),
        "replicate": (
            f"{copies} copies to write, to delete and to load, and something that notices in time which key "
            "is hot"
        ),
        "coalesce": (
            f"{waiting:,.0f} readers of one key wait {1e3 * spike.load_s:g} ms for one load, and if it fails "
            "they wait until the lease runs out"
        ),
        "jitter": (
            f"entries live {lifetime:.0%} as long on average, so they are loaded {1 / lifetime - 1:.0%} more "
            "often"
        ),
        "celebrity_cache": (
            f"{remedies.celebrity_nodes} more machines, as many writes for each tweet of a celebrity, and no "
            "help with a tweet that becomes hot without a celebrity"
        ),
    }
    return {name: words for name, words in every.items() if getattr(remedies, name)}

"""Step 5: the explorer "A celebrity tweets", hot keys and what to do about them."""

import dataclasses
import html
from typing import Any

from helpers.figures.hotspots import database_figure, hottest_machine_figure
from helpers.models.hotspots import NO_REMEDIES, Remedies, Spike, SpikeLoad, hottest_shard, spike_load
from helpers.models.lru import characteristic_time
from helpers.models.popularity import rank_groups, zipf_shares
from helpers.models.published import STRONG_NODE
from helpers.models.quantities import format_number
from helpers.models.stampede import expected_loads
from helpers.models.workload import Field
from helpers.widgets.controls import CheckControl, NumberControl, whole_number
from helpers.widgets.explorer import Explorer, View, notes_table, working_table

__all__ = ["REMEDIES", "celebrity_explorer", "celebrity_view"]

MACHINE_PER_SECOND = 110_000.0
"""Reads a second that one cache machine takes: Redis on one core, unpipelined, a read counted like a SET."""

DATABASE_PER_SECOND = 10_000.0
"""Loads a second that the database takes: our assumption, for loads that are dearer than a point read."""

REMEDIES = {
    "local_cache": "A small cache in each API server, for 1 s",
    "replicate": "The hot key on 5 shards, reads pick one",
    "coalesce": "Request coalescing: one load at a time for a key",
    "jitter": "Jittered expiry: up to 30 % earlier, at random",
    "celebrity_cache": "A cache of their own for celebrities' tweets, on 4 machines",
}
"""What can be ticked, with the settings that `Remedies` has by default."""

_SHORT = {
    "local_cache": "Local cache",
    "replicate": "Hot key on 5 shards",
    "coalesce": "Coalescing",
    "jitter": "Jittered expiry",
    "celebrity_cache": "Celebrity cache",
}
_MOST_SHARDS = 1000
_PRICES = ("nothing", "as above", "all of theirs")
_SLIDERS: dict[str, tuple[Field, dict[str, Any]]] = {
    "skew": (
        Field("Skew of what is read (0: all alike)", "", at_least=0, at_most=2),
        {"low": 0, "high": 2, "log": False},
    ),
    "peak_per_second": (
        Field("Reads of the tweet at its peak", "read/second", at_least=0, at_most=1e8),
        {"low": 1000, "high": 1e7, "zero": True},
    ),
    "cached_percent": (
        Field("Keys that the cache holds", "percent", at_least=0, at_most=100),
        {"low": 0, "high": 100, "log": False, "whole": True},
    ),
    "shards": (
        Field("Cache machines, keys spread by hash", "", at_least=1, at_most=_MOST_SHARDS),
        {"low": 1, "high": 100, "whole": True},
    ),
    "expiry_s": (
        Field("An entry lives", "second", above=0, at_most=1e6),
        {"low": 5, "high": 3600},
    ),
    "load_ms": (
        Field("One load from the database takes", "millisecond", above=0, at_most=10_000),
        {"low": 1, "high": 1000},
    ),
}


def celebrity_explorer(spike: Spike | None = None, remedies: Remedies | None = None) -> Explorer:
    """Return sliders for a cache under a celebrity's tweet, and remedies to tick, with what each costs.

    It opens with the framework's remedy, a cache for celebrities' tweets.

    >>> explorer = celebrity_explorer()
    >>> explorer.set(celebrity_cache=False, coalesce=True)
    >>> "With what is ticked: 303 K reads/s (2.8 times the limit) at the busiest machine" in explorer.text
    True
    """
    spike = Spike() if spike is None else spike
    remedies = Remedies(celebrity_cache=True) if remedies is None else remedies
    start = {
        "skew": spike.skew,
        "peak_per_second": spike.peak_per_second,
        "cached_percent": 100 * spike.cached_share,
        "shards": spike.shards,
        "expiry_s": spike.expiry_s,
        "load_ms": 1e3 * spike.load_s,
    }
    sliders = [
        NumberControl(name, field, start[name], **options) for name, (field, options) in _SLIDERS.items()
    ]
    ticks = [CheckControl(name, label, getattr(remedies, name)) for name, label in REMEDIES.items()]

    def view(values: dict[str, Any]) -> View:
        moved = dataclasses.replace(
            spike,
            skew=values["skew"],
            peak_per_second=values["peak_per_second"],
            cached_share=values["cached_percent"] / 100,
            shards=whole_number(_SLIDERS["shards"][0].label, values["shards"], 1, _MOST_SHARDS),
            expiry_s=values["expiry_s"],
            load_s=values["load_ms"] / 1e3,
        )
        return celebrity_view(
            moved, dataclasses.replace(remedies, **{name: values[name] for name in REMEDIES})
        )

    groups = {"The reads, the cache, the database": sliders, "What is done about hot keys": ticks}
    return Explorer("A celebrity tweets", groups, view)


def celebrity_view(spike: Spike, remedies: Remedies = NO_REMEDIES) -> View:
    """Return what the explorer shows for a spike and the remedies in use."""
    bare, helped = spike_load(spike), spike_load(spike, remedies)
    runs = {"nothing done": bare}
    if helped.costs:
        runs["with what is ticked"] = helped
    return View(
        (
            hottest_machine_figure(runs, MACHINE_PER_SECOND, spike.tweet_s),
            database_figure(runs, DATABASE_PER_SECOND, spike.tweet_s),
        ),
        " ".join((_everyday(spike, bare), _alone(spike, bare), _helped(helped))),
        _notes(spike, remedies, bare, helped),
        working=lambda: working_table(_working(spike, bare)),
    )


def _everyday(spike: Spike, bare: SpikeLoad) -> str:
    if not spike.reads_per_second:
        return "Nothing else is read."
    return (
        f"The cache answers {bare.hit_ratio:.0%} of {format_number(spike.reads_per_second)} everyday reads/s."
    )


def _alone(spike: Spike, bare: SpikeLoad) -> str:
    if not spike.peak_per_second:
        return "Nobody reads the tweet."
    words = (
        f"The tweet adds {format_number(spike.peak_per_second)}/s, and one key is on one machine: with "
        f"nothing done, that takes {_over(bare.hottest, 'read', MACHINE_PER_SECOND)}. "
    )
    if not spike.capacity:
        most = _over(bare.most_loads, "load", DATABASE_PER_SECOND)
        return words + f"The cache keeps nothing: {most} at the database."
    loads = expected_loads(spike.peak_per_second, spike.load_s)
    first = bare.database_per_second[int(spike.tweet_s)]
    words += (
        f"In the {1e3 * spike.load_s:g} ms that one load takes, {format_number(loads)} reads load the tweet: "
        f"{_over(first, 'load', DATABASE_PER_SECOND)} at the database."
    )
    if spike.expiry_s < spike.lasts_s:
        together = _over(bare.database_per_second[int(spike.expiry_s)], "load", DATABASE_PER_SECOND)
        words += f" At {spike.expiry_s:g} s all that the restart loaded expires: {together}."
    return words


def _helped(helped: SpikeLoad) -> str:
    if not helped.costs:
        return "Tick a remedy to see what it changes, and what it costs."
    return (
        f"With what is ticked: {_over(helped.hottest, 'read', MACHINE_PER_SECOND)} at the busiest machine, "
        f"and {_over(helped.most_loads, 'load', DATABASE_PER_SECOND)} at the database in its worst second, "
        f"at {int(helped.database_per_second.argmax())} s."
    )


def _over(per_second: float, what: str, limit: float) -> str:
    words = f"{format_number(per_second)} {what}s/s"
    return words + (
        f" ({format_number(per_second / limit, 2)} times the limit)" if per_second > limit else ""
    )


def _notes(spike: Spike, remedies: Remedies, bare: SpikeLoad, helped: SpikeLoad) -> str:
    rows = [("nothing", bare, "")]
    for name in REMEDIES:
        only = dataclasses.replace(remedies, **{other: other == name for other in REMEDIES})
        run = spike_load(spike, only)
        rows.append((_SHORT[name], run, run.costs[name]))
    # Always there, so that nothing below it moves when something is ticked.
    ticked = len(helped.costs)
    rows.append((f"All {ticked} ticked" if ticked > 1 else "What is ticked", helped, _PRICES[min(ticked, 2)]))
    head = ("What is done", "Busiest machine", "Database, worst second", "What it costs")
    body = [
        (name, f"{format_number(run.hottest)}/s", f"{format_number(run.most_loads)}/s", price)
        for name, run, price in rows
    ]
    rest = (
        f"One machine takes {format_number(MACHINE_PER_SECOND)} reads/s (Redis on one core); the database "
        f"{format_number(DATABASE_PER_SECOND)} loads/s, which is our assumption: "
        f"{format_number(STRONG_NODE.reads_per_second or 0)} transactions/s are published for a large host. "
        f"{spike.keys:,} keys, {spike.servers} API servers and a tweet whose reads fall to 37 % in "
        f"{spike.fades_s:g} s are our assumptions, too. Hit ratio by Che's approximation."
    )
    return f"{notes_table([head, *body])}<p>{html.escape(rest)}</p>"


def _working(spike: Spike, bare: SpikeLoad) -> list[tuple[str, str, str]]:
    shares = zipf_shares(spike.keys, spike.skew)
    counts, groups = rank_groups(shares)
    reads = format_number(spike.reads_per_second)
    rows = [
        (
            "Most popular key",
            f"{shares[0]:.2%}",
            f"1 ÷ the sum of k^−{spike.skew:g} for k = 1 to {spike.keys:,}",
        ),
        (
            "Its shard, of everyday reads",
            f"{hottest_shard(shares, spike.shards):.1%}",
            f"{shares[0]:.2%} + the rest ÷ {spike.shards} shards",
        ),
    ]
    if spike.reads_per_second:
        time = characteristic_time(groups * spike.reads_per_second, spike.capacity, keys=counts)
        stays = "for ever" if time == float("inf") else f"{format_number(time)} s"
        rows += [
            (
                "A key stays without a read",
                stays,
                f"Che: {spike.capacity:,} different keys are read in that time",
            ),
            (
                "Hit ratio",
                f"{bare.hit_ratio:.1%}",
                "the sum of share × (1 − exp(−reads/s of the key × that time))",
            ),
            (
                "Misses",
                f"{format_number((1 - bare.hit_ratio) * spike.reads_per_second)}/s",
                f"{reads}/s × {1 - bare.hit_ratio:.1%}",
            ),
        ]
    peak = format_number(spike.peak_per_second)
    if spike.peak_per_second:
        rows.append(
            (
                "Loads of the tweet at once",
                format_number(expected_loads(spike.peak_per_second, spike.load_s)),
                f"1 + {peak}/s × {1e3 * spike.load_s:g} ms; 1 with coalescing",
            )
        )
    return rows

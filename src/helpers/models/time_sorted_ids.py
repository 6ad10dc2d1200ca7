"""Step 4: primary keys that sort by time (Snowflake, UUIDv7) beside one that does not (UUIDv4).

Why time order helps: a B-tree is filled at its right edge, so the pages that change are few and in memory,
and each is full when the next begins; random keys go everywhere, and PostgreSQL leaves their pages a third
empty (SQLite evens out neighbours). A cursor needs no time beside such an id. Like random
ones, the ids can be made on many machines that ask no common counter.

What it gives away: whoever sees an id knows when it was made, to the millisecond, and the ids of a day show
how many machines made them and how fast. An id is a name, never a secret.
"""

import uuid
from typing import NamedTuple

import numpy as np

from helpers.models.checks import require_whole

__all__ = [
    "MACHINES",
    "SEQUENCES",
    "TWITTER_EPOCH_MS",
    "Snowflake",
    "next_snowflake",
    "snowflake",
    "snowflake_parts",
    "snowflake_time",
    "uuid4_text",
    "uuid7_text",
    "uuid7_time",
]

TWITTER_EPOCH_MS = 1_288_834_974_657
"""Where Twitter's ids count their time from: 2010-11-04 01:42:54.657 UTC, in ms since 1970."""

MACHINES = 2**10
SEQUENCES = 2**12
"""Ids that one machine can make in one ms."""

_LAST_MS = TWITTER_EPOCH_MS + 2**41 - 1
_LAST_UUID_MS = 2**48 - 1


class Snowflake(NamedTuple):
    """What a Snowflake id is made of; `ms` is since 1970, UTC."""

    ms: int
    machine: int
    sequence: int


def snowflake(ms: int, machine: int, sequence: int) -> int:
    """Return the 63-bit id: 41 bits of ms, 10 of the machine, 12 of a counter within the ms.

    `ms` is since 1970, from Twitter's epoch on; 41 bits last until 2080-07-10. Source: Twitter, "Announcing
    Snowflake" (2010), and its code. The example is a tweet of 2022-06-28 16:07:40.105 UTC.

    >>> snowflake(1_656_432_460_105, machine=378, sequence=0)
    1541815603606036480
    >>> snowflake(1_656_432_460_105, machine=378, sequence=4_096)
    Traceback (most recent call last):
    ValueError: sequence = 4096: it must be a whole number, 0 or more, at most 4,095
    """
    ms = require_whole("ms", ms, at_least=TWITTER_EPOCH_MS, at_most=_LAST_MS)
    machine = require_whole("machine", machine, at_least=0, at_most=MACHINES - 1)
    sequence = require_whole("sequence", sequence, at_least=0, at_most=SEQUENCES - 1)
    return ((ms - TWITTER_EPOCH_MS) * MACHINES + machine) * SEQUENCES + sequence


def snowflake_parts(number: int) -> Snowflake:
    """Return what an id tells to anyone who sees it.

    >>> snowflake_parts(1541815603606036480)
    Snowflake(ms=1656432460105, machine=378, sequence=0)
    """
    number = require_whole("number", number, at_least=0, at_most=2**63 - 1)
    rest, sequence = divmod(number, SEQUENCES)
    ms, machine = divmod(rest, MACHINES)
    return Snowflake(ms + TWITTER_EPOCH_MS, machine, sequence)


def snowflake_time(number: int) -> int:
    """Return when an id was made, in ms since 1970, UTC."""
    return snowflake_parts(number).ms


def next_snowflake(last: int | None, now_ms: int, machine: int) -> int:
    """Return a machine's next id after its `last` one (None for its first), when its clock shows `now_ms`.

    Raises ValueError where the clock has gone back, and where the ids of this ms are used up: the caller
    waits for the next ms. An id made all the same could be one that is in use.

    >>> first = next_snowflake(None, 1_656_432_460_105, machine=1)
    >>> next_snowflake(first, 1_656_432_460_105, machine=1) - first
    1
    >>> next_snowflake(first, 1_656_432_460_100, machine=1)
    Traceback (most recent call last):
    ValueError: now_ms = 1656432460100: the clock went back by 5 ms; wait until it is at 1656432460105 again
    """
    if last is None:
        return snowflake(now_ms, machine, 0)
    before, of, sequence = snowflake_parts(last)
    fresh = snowflake(now_ms, machine, 0)
    if of != machine:
        raise ValueError(f"last = {last}: machine {of} made it, and not machine {machine}")
    if now_ms < before:
        raise ValueError(
            f"now_ms = {now_ms}: the clock went back by {before - now_ms} ms; "
            f"wait until it is at {before} again"
        )
    if now_ms > before:
        return fresh
    if sequence == SEQUENCES - 1:
        raise ValueError(f"now_ms = {now_ms}: its {SEQUENCES:,} ids are used up; wait for the next ms")
    return last + 1


def uuid4_text(random: np.random.Generator) -> str:
    """Return a random UUID as text: 122 bits of chance (RFC 9562, section 5.4).

    >>> uuid4_text(np.random.default_rng(1))[14]
    '4'
    """
    return _uuid_text(_bits(random, 128), version=4)


def uuid7_text(ms: int, random: np.random.Generator) -> str:
    """Return a UUID as text whose first 48 bits are the ms since 1970 and 74 others chance (RFC 9562, 5.7).

    Its text sorts by time, and within one ms by chance.

    >>> uuid7_text(1_656_432_460_105, np.random.default_rng(1))[:15]
    '0181ab11-8149-7'
    """
    ms = require_whole("ms", ms, at_least=0, at_most=_LAST_UUID_MS)
    return _uuid_text(ms << 80 | _bits(random, 80), version=7)


def uuid7_time(text: str) -> int:
    """Return when a UUIDv7 was made, in ms since 1970, UTC.

    >>> uuid7_time("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")  # the example of RFC 9562, appendix A.6
    1645557742000
    """
    if not isinstance(text, str):
        raise TypeError(f"text = {text!r}: it must be a UUID as text")
    try:
        found = uuid.UUID(text)
    except ValueError:
        raise ValueError(f"text = {text!r}: it must be a UUID as text") from None
    if found.version != 7:
        raise ValueError(f"text = {text!r}: it is a UUID of version {found.version}; only 7 tells its time")
    return found.int >> 80


def _bits(random: np.random.Generator, count: int) -> int:
    if not isinstance(random, np.random.Generator):
        raise TypeError(f"random = {random!r}: it must be a generator, such as numpy.random.default_rng(1)")
    return int.from_bytes(random.bytes(count // 8))


def _uuid_text(number: int, version: int) -> str:
    # Four bits at 76 are the version, two at 62 the variant.
    number = number & ~(0xF << 76) & ~(0b11 << 62) | version << 76 | 0b10 << 62
    return str(uuid.UUID(int=number))

"""Step 4: ordered lists in Redis, a sorted set each, under a prefix of their own and deleted at the end."""

import secrets
import struct
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from typing import Any

from helpers.labs.engines import KEYS_EXPIRE_SECONDS
from helpers.labs.feed_lists import CELEBRITY, POSTS, TIMELINES, Engine, Entry, Stored
from helpers.labs.servers import (
    append_fsync,
    connect_redis,
    driver_version,
    import_driver,
    redis_information,
    redis_kept_clean,
    server_url,
)
from helpers.models.feed import Position

__all__ = ["redis_feeds"]

_COMMANDS = 1_000
_LETTERS = {POSTS: "p", CELEBRITY: "c", TIMELINES: "t"}
_SIGN, _ALL = 1 << 63, (1 << 64) - 1


@contextmanager
def redis_feeds(url: str | None = None) -> Iterator[Engine]:
    """Redis at `url` (by default REDIS_URL), with two connections.

    A list is a sorted set in which all scores are 0, so that its members stand in the order of their bytes:
    time, id and author, 24 bytes an entry. Requests for many lists are pipelined, without a transaction.
    """
    url = server_url("REDIS_URL", url)
    redis = import_driver("redis")
    keys = _Keys()
    with ExitStack() as stack:
        opened = [stack.enter_context(closing(connect_redis(redis, "REDIS_URL", url))) for _ in range(2)]
        information = redis_information(redis, "REDIS_URL", opened[0])
        append = "yes" if information.get("aof_enabled") else "no"
        sync = append_fsync(opened[0], redis) if information.get("aof_enabled") else ""
        parts = ["sorted sets, pipelined", f"appendonly={append}", sync, driver_version(redis)]
        client, worker = (_RedisLists(connection, keys) for connection in opened)
        version = str(information.get("redis_version", ""))
        left = f"the keys {keys.prefix}*, which expire after {KEYS_EXPIRE_SECONDS // 60} minutes"
        with redis_kept_clean(redis, opened[0], client.clear, left):
            yield Engine("Redis", version, ", ".join(filter(None, parts)), client, worker)


class _Keys:
    """The keys written to, to be deleted at the end, and those of them that expire by themselves."""

    def __init__(self) -> None:
        self.prefix = f"feed_store:{secrets.token_hex(6)}:"
        self.used: set[str] = set()
        self._expiring: set[str] = set()
        self._changing = threading.Lock()

    def of(self, kind: str, owner: int) -> str:
        return f"{self.prefix}{_LETTERS[kind]}{owner}"

    def fresh(self, keys: Sequence[str]) -> list[str]:
        """Note that these are written to, and return those that need an expiry."""
        with self._changing:
            new = [key for key in keys if key not in self._expiring]
            self._expiring.update(new)
            self.used.update(new)
        return new

    def lapsed(self, keys: Sequence[str]) -> None:
        """Note that these may have lost their expiry: a sorted set goes with its last member."""
        with self._changing:
            self._expiring.difference_update(keys)

    def gone(self, keys: Sequence[str]) -> None:
        """Note that these are deleted."""
        with self._changing:
            self.used.difference_update(keys)
            self._expiring.difference_update(keys)


class _RedisLists:
    def __init__(self, client: Any, keys: _Keys) -> None:
        self._client, self._keys = client, keys

    def ask(self) -> None:
        self._client.ping()

    def insert(self, kind: str, owners: Sequence[int], entry: Entry) -> None:
        keys, member = [self._keys.of(kind, owner) for owner in owners], _member(entry)
        self._pipelined([("ZADD", key, 0, member) for key in keys], keys)

    def remove(self, kind: str, owners: Sequence[int], entry: Entry) -> int:
        keys, member = [self._keys.of(kind, owner) for owner in owners], _member(entry)
        found = self._pipelined([("ZREM", key, member) for key in keys])
        self._keys.lapsed(keys)
        return sum(found)

    def newest(
        self, wanted: Mapping[str, Sequence[int]], count: int, before: Position | None = None
    ) -> list[Entry]:
        below = b"+" if before is None else b"(" + _place(before)
        commands = [
            ("ZREVRANGEBYLEX", self._keys.of(kind, owner), below, "-", "LIMIT", 0, count)
            for kind, owners in wanted.items()
            for owner in owners
        ]
        members = [member for found in self._pipelined(commands) for member in found]
        members.sort(reverse=True)
        return [_entry(member) for member in members[:count]]

    def cut(self, owner: int, below: Position) -> None:
        self._pipelined([("ZREMRANGEBYLEX", self._keys.of(TIMELINES, owner), "-", b"(" + _place(below))])

    def replace(self, owner: int, entries: Sequence[Entry]) -> None:
        key = self._keys.of(TIMELINES, owner)
        commands: list[tuple[Any, ...]] = [("DEL", key)]
        self._keys.lapsed([key])
        if entries:
            commands.append(_add(key, entries))
        self._pipelined(commands, [key] if entries else [], transaction=True)

    def load(self, kind: str, lists: Mapping[int, Sequence[Entry]]) -> None:
        named = {self._keys.of(kind, owner): entries for owner, entries in lists.items() if entries}
        for part in _parts(list(named)):
            self._pipelined([_add(key, named[key]) for key in part], part)

    def stored(self) -> tuple[Stored, Stored]:
        found = {letter: [0, 0] for letter in _LETTERS.values()}
        place = len(self._keys.prefix)
        for part in _parts(sorted(self._keys.used)):
            commands = [command for key in part for command in (("ZCARD", key), ("MEMORY", "USAGE", key))]
            answers = self._pipelined(commands)
            for key, entries, size in zip(part, answers[::2], answers[1::2], strict=True):
                found[key[place]][0] += entries
                found[key[place]][1] += size or 0
        posts = [sum(pair) for pair in zip(found["p"], found["c"], strict=True)]
        return Stored(*posts), Stored(*found["t"])

    def clear(self) -> None:
        for part in _parts(sorted(self._keys.used)):
            self._client.delete(*part)
            self._keys.gone(part)

    def _pipelined(
        self,
        commands: Sequence[tuple[Any, ...]],
        written: Sequence[str] = (),
        *,
        transaction: bool = False,
    ) -> list[Any]:
        """Send all commands, then wait for all answers; keys written to for the first time get an expiry."""
        new = self._keys.fresh(written)
        with self._client.pipeline(transaction=transaction) as pipeline:
            for command in commands:
                pipeline.execute_command(*command)
            for key in new:
                pipeline.execute_command("EXPIRE", key, KEYS_EXPIRE_SECONDS)
            answers: list[Any] = pipeline.execute()
        return answers[: len(commands)]


def _add(key: str, entries: Sequence[Entry]) -> tuple[Any, ...]:
    return ("ZADD", key, *(part for entry in entries for part in (0, _member(entry))))


def _place(position: Position) -> bytes:
    """Return 16 bytes that sort as positions do.

    >>> places = [(-2.5, 9), (-1.0, 2), (0.0, 1), (0.0, 2), (0.5, 0), (1e300, 5)]
    >>> sorted(map(_place, places)) == [_place(place) for place in places]
    True
    >>> _place((-0.0, 1)) == _place((0.0, 1))
    True
    """
    time, number = position
    # As whole numbers, floats sort by size; of negative ones all bits are turned round.
    bits = int.from_bytes(struct.pack(">d", time + 0.0), "big")
    return struct.pack(">QQ", bits ^ (_ALL if bits & _SIGN else _SIGN), number)


def _member(entry: Entry) -> bytes:
    return _place(entry[:2]) + struct.pack(">Q", entry.author)


def _entry(member: bytes) -> Entry:
    """Return the entry of a member.

    >>> [_entry(_member(Entry(time, 7, 3))).time for time in (-2.5, 0.0, 1e300)]
    [-2.5, 0.0, 1e+300]
    """
    bits, number, author = struct.unpack(">QQQ", member)
    bits ^= _SIGN if bits & _SIGN else _ALL
    return Entry(struct.unpack(">d", bits.to_bytes(8, "big"))[0], number, author)


def _parts(keys: list[str]) -> list[list[str]]:
    return [keys[at : at + _COMMANDS] for at in range(0, len(keys), _COMMANDS)]

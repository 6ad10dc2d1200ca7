"""Step 4: what the feeds of the lab ask of a store: ordered lists, and requests that name many of them."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from helpers.models.checks import require_whole
from helpers.models.feed import Position, Tweet

__all__ = ["CELEBRITY", "POSTS", "TIMELINES", "Engine", "Entry", "Lists", "Stored", "entry_of", "newest_of"]

POSTS, CELEBRITY, TIMELINES = "posts", "celebrity_posts", "timelines"
"""The kinds of list: an author's posts, those of an author too followed to push, and a reader's timeline."""


class Entry(NamedTuple):
    """An entry of a list; entries compare as their places in a feed do."""

    time: float
    id: int
    author: int


def entry_of(tweet: Tweet) -> Entry:
    """Return what a list holds of a tweet; its author must be a number, as in a graph."""
    return Entry(tweet.time, tweet.id, require_whole("author", tweet.author, at_least=0, at_most=2**31 - 1))


def newest_of(entries: Iterable[Entry], count: int, before: Position | None = None) -> list[Entry]:
    """Return the newest of some entries, of those older than `before`.

    >>> [entry.id for entry in newest_of([Entry(1.0, 7, 3), Entry(2.0, 8, 3), Entry(1.0, 9, 4)], 2)]
    [8, 9]
    """
    ordered = sorted(entries)
    end = len(ordered) if before is None else bisect_left(ordered, before)
    return ordered[max(end - count, 0) : end][::-1]


class Stored(NamedTuple):
    """Entries in lists, and the bytes the store uses for them, its indexes and free space included."""

    entries: int
    bytes: int


class Lists(Protocol):
    """One connection to a store of ordered lists, each known by its kind and its owner's number.

    A request is one trip to the store, however many lists it names.
    """

    def ask(self) -> None:
        """Ask the store for nothing, and wait for its answer."""

    def insert(self, kind: str, owners: Sequence[int], entry: Entry) -> None:
        """Put one entry into the lists of all these owners; where it already is, nothing changes."""

    def remove(self, kind: str, owners: Sequence[int], entry: Entry) -> int:
        """Take an entry out of the lists of these owners, and return how many had it."""

    def newest(
        self, wanted: Mapping[str, Sequence[int]], count: int, before: Position | None = None
    ) -> list[Entry]:
        """Return the newest entries of all the lists wanted, by kind, of those older than `before`."""

    def cut(self, owner: int, below: Position) -> None:
        """Take everything older than `below` out of a reader's timeline."""

    def replace(self, owner: int, entries: Sequence[Entry]) -> None:
        """Make a reader's timeline anew; nobody reads a half of it."""

    def load(self, kind: str, lists: Mapping[int, Sequence[Entry]]) -> None:
        """Put many entries into many lists, the fastest way there is."""

    def stored(self) -> tuple[Stored, Stored]:
        """Return how much the authors' lists of both kinds hold together, and how much the timelines."""

    def clear(self) -> None:
        """Empty all lists."""


@dataclass(frozen=True)
class Engine:
    """A store that is open: `client` is the connection of those who post and read, `worker` of who delivers.

    `hang_up` breaks both connections off from outside, should the store no longer answer.
    """

    name: str
    version: str
    settings: str
    client: Lists
    worker: Lists
    hang_up: Callable[[], object] = lambda: None

    @property
    def measured_with(self) -> str:
        """The engine and its version."""
        return f"{self.name} {self.version}".strip()

"""Step 4: three ways to get the newest page of many timelines, and what each of them touches."""

import heapq
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from helpers.models.checks import require_choice, require_whole, short_repr
from helpers.models.feed import KEPT

__all__ = ["MOST_PAGE", "MOST_TIMELINES", "WAYS", "Counted", "Effort", "count_page", "effort", "newest_page"]

WAYS = ("heap", "ask everyone", "sort")
"""The heap reads on lazily; asking everyone takes a page of each author; sort takes all that is kept."""

MOST_TIMELINES, MOST_PAGE = 1_000_000, 100_000

Timelines = Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Effort:
    """What a way touches for one page.

    `look_ups` are lists asked for, one query each where each is on another host; `entries` are list entries
    read; `comparisons` are those of Python's heap and sort, about; `waits` are round trips one after another
    when the lists are on other hosts and a batch of requests is one trip.
    """

    look_ups: int
    entries: int
    comparisons: float
    waits: int


@dataclass(frozen=True)
class Counted:
    """A page, newest first, with the entries read and the comparisons made for it, counted as it ran."""

    page: tuple[Any, ...]
    entries: int
    comparisons: int


def newest_page(timelines: Timelines, page: int, way: str = "heap") -> list[Any]:
    """Return the newest `page` entries of timelines that are each newest first; a larger entry is newer.

    >>> timelines = [[9, 4, 1], [8, 7], [5]]
    >>> [newest_page(timelines, 3, way) for way in WAYS]
    [[9, 8, 7], [9, 8, 7], [9, 8, 7]]
    """
    return _merge(way, page)(_require_timelines(timelines), page)


def count_page(timelines: Timelines, page: int, way: str = "heap") -> Counted:
    """Return the newest page as `newest_page` does, and count what it touches; slower for that.

    >>> count_page([[9, 4, 1], [8, 7], [5]], page=2, way="heap").entries
    4
    >>> count_page([[9, 4, 1], [8, 7], [5]], page=2, way="ask everyone").entries
    5
    """
    tally = _Tally()
    watched = [_Watched(timeline, tally) for timeline in _require_timelines(timelines)]
    merged = _merge(way, page)(watched, page)
    return Counted(tuple(entry.value for entry in merged), tally.entries, tally.comparisons)


def effort(way: str, timelines: int, page: int, kept: int = KEPT) -> Effort:
    """Return what a way touches for the first page of `timelines`, which hold `kept` entries each.

    Entries are exact when authors post in turns, which no order exceeds. The heap reads a head of each
    timeline and one more for each entry taken but the last. Comparisons are about: 1.66 k to make a heap of k
    (CPython, Lib/heapq.py), 1 + log2 k for each that goes on it; a sort of n that starts as k sorted runs
    merges those with n (1 + log2 k), where n log2 n is the rule for n in no order (CPython,
    Objects/listsort.txt).

    >>> effort("heap", 500, 20)
    Effort(look_ups=500, entries=519, comparisons=1019.3, waits=20)
    >>> [effort(way, 500, 20).entries for way in WAYS]
    [519, 10000, 400000]
    """
    require_choice("way", way, WAYS)
    timelines = require_whole("timelines", timelines, at_least=1, at_most=MOST_TIMELINES)
    page = require_whole("page", page, at_least=1, at_most=MOST_PAGE)
    kept = require_whole("kept", kept, at_least=1, at_most=MOST_PAGE)
    depth = 1 + math.log2(timelines)
    if way == "heap":
        taken = min(page, timelines * kept)
        entries = min(timelines + taken - 1, timelines * kept)
        comparisons = 1.66 * timelines + (taken - 1) * depth if timelines > 1 else 0.0
        # The heads come in one batch; each further entry is asked for when the one before it is taken.
        return Effort(timelines, entries, round(comparisons, 1), 1 + entries - timelines)
    entries = timelines * (min(page, kept) if way == "ask everyone" else kept)
    return Effort(timelines, entries, round(entries * depth, 1) if entries > 1 else 0.0, 1)


def _by_heap(timelines: Timelines, page: int) -> list[Any]:
    return list(islice(heapq.merge(*timelines, reverse=True), page))


def _by_asking(timelines: Timelines, page: int) -> list[Any]:
    return sorted(chain.from_iterable(timeline[:page] for timeline in timelines), reverse=True)[:page]


def _by_sort(timelines: Timelines, page: int) -> list[Any]:
    return sorted(chain.from_iterable(timelines), reverse=True)[:page]


_MERGES: dict[str, Callable[[Timelines, int], list[Any]]] = dict(
    zip(WAYS, (_by_heap, _by_asking, _by_sort), strict=True)
)


def _merge(way: str, page: int) -> Callable[[Timelines, int], list[Any]]:
    require_whole("page", page, at_least=1, at_most=MOST_PAGE)
    return _MERGES[require_choice("way", way, WAYS)]


def _require_timelines(timelines: Any) -> Timelines:
    # Looking at the entries too would read what the heap leaves unread.
    if not isinstance(timelines, (list, tuple)):
        raise TypeError(f"timelines = {short_repr(timelines)}: it must be a list of lists, each newest first")
    return timelines


@dataclass
class _Tally:
    entries: int = 0
    comparisons: int = 0


class _Entry:
    """An entry that tells how often it is compared."""

    __slots__ = ("_tally", "value")

    def __init__(self, value: Any, tally: _Tally) -> None:
        self.value, self._tally = value, tally

    def __lt__(self, other: "_Entry") -> bool:
        self._tally.comparisons += 1
        return bool(self.value < other.value)

    # Not counted: tuples and lists ask for equality before they ask for order.
    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Entry) and bool(self.value == other.value)

    __hash__ = None  # type: ignore[assignment]


class _Watched(Sequence[_Entry]):
    """A timeline that tells how much of it is read."""

    def __init__(self, values: Sequence[Any], tally: _Tally) -> None:
        self._values, self._tally = values, tally

    def __len__(self) -> int:
        return len(self._values)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return _Watched(self._values[place], self._tally)
        self._tally.entries += 1
        return _Entry(self._values[place], self._tally)

    def __iter__(self) -> Iterator[_Entry]:
        for value in self._values:
            self._tally.entries += 1
            yield _Entry(value, self._tally)

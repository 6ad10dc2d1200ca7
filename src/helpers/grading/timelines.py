"""Step 4: homework's merge of timelines, which may read of each author only what it needs."""

import itertools
import operator
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from helpers.grading.homework import check_call

__all__ = ["check_merge"]

Place = tuple[float, int]


def check_merge(
    newest: Any,
    timelines: Mapping[str, Sequence[Place]],
    count: int,
    *,
    most_reads: int | None = None,
    points: float = 1,
) -> float:
    """Check `newest(authors, count, read)`: the ids of the newest tweets, and the calls of `read` it takes.

    `timelines` holds each author's tweets as (time, id), newest first; `read(author, place)` returns one of
    them, or None past the end. Reads are limited only where `most_reads` is given.

    >>> def newest(authors, count, read):
    ...     every = [read(author, place) for author in authors for place in range(3)]
    ...     return [number for _, number in sorted(filter(None, every), reverse=True)[:count]]
    >>> check_merge(newest, {"ann": [(9.0, 4), (2.0, 1)]}, 1, most_reads=2)
    newest(['ann'], 1): [4] came, and this is not met: at most 2 entries are read: 3 were.
    0.0
    """
    tweets = sorted(itertools.chain(*timelines.values()), reverse=True)
    right = [number for _, number in tweets[:count]]
    reads = 0

    def read(author: Any, place: Any) -> Place | None:
        nonlocal reads
        reads += 1
        timeline, place = timelines[author], operator.index(place)
        if place < 0:
            raise IndexError(f"place = {place}: the newest tweet is at place 0")
        return timeline[place] if place < len(timeline) else None

    def asked(authors: list[str], count: int) -> Any:
        answer = newest(authors, count, read)
        # One more tells that it goes on.
        return list(itertools.islice(answer, len(right) + 1)) if isinstance(answer, Iterator) else answer

    def frugal(_: Any) -> bool:
        if most_reads is not None and reads > most_reads:
            raise ValueError(f"{reads:,} were")
        return True

    needs = (
        {
            f"at most {most_reads:,} entries are read": frugal,
            "these are the newest tweets, in order": lambda answer: list(answer) == right,
        }
        if most_reads is not None
        else right
    )
    function = asked if callable(newest) else newest
    return check_call(function, (list(timelines), count), needs, points=points, name="newest")

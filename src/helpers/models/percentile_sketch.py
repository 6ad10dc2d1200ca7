"""Step 5, percentiles: a sketch of many latencies that servers can send and anybody can add up."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helpers.models.checks import require_number, require_numbers, require_whole

__all__ = ["LatencySketch", "mean_of_percentiles", "merge", "share_with_a_slow_call", "sketch"]

_LEAST = 1e-9


@dataclass(frozen=True, eq=False, repr=False)
class LatencySketch:
    """How many values fell into each of the buckets, whose bounds grow by the same factor.

    Bucket i holds the values in (g^(i-1), g^i], with g = (1 + e) / (1 - e) for the relative error e; any
    value in it is answered by 2 g^i / (g + 1), which is off by e at most. `counts[0]` is bucket `first`;
    `zeros` counts values below a billionth. Make one with `sketch`. Source: Masson, Rim and Lee, "DDSketch"
    (VLDB 2019).

    >>> half = sketch([10.0, 20.0, 30.0, 1000.0])
    >>> half, round(half.percentile(50), 1), half.percentile(99) > 990
    (4 values in 4 buckets, to 1 %, 19.9, True)
    """

    relative_error: float
    first: int
    counts: NDArray[np.int64]
    zeros: int

    def __post_init__(self) -> None:
        self.counts.flags.writeable = False

    def __repr__(self) -> str:
        return f"{self.count:,} values in {self.buckets:,} buckets, to {100 * self.relative_error:g} %"

    @property
    def count(self) -> int:
        """How many values there are."""
        return self.zeros + int(self.counts.sum())

    @property
    def buckets(self) -> int:
        """How many buckets are in use: what there is to send."""
        return int(np.count_nonzero(self.counts)) + bool(self.zeros)

    def percentile(self, percentile: float) -> float:
        """Return a value within the relative error of the percentile, in the values' own unit.

        It is that of the smallest value that `percentile` % of all do not exceed (0 gives the least).
        """
        share = require_number("percentile", percentile, at_least=0, at_most=100, unit="%") / 100
        # 7 % of 100 values is the 7th of them, although 0.07 × 100 comes out above 7.
        rank = max(1, math.ceil(share * self.count * (1 - 1e-12)))
        if rank <= self.zeros:
            return 0.0
        place = int(np.searchsorted(np.cumsum(self.counts), rank - self.zeros))
        growth = _growth(self.relative_error)
        return float(2 * growth ** (self.first + place) / (growth + 1))

    def merged(self, other: "LatencySketch") -> "LatencySketch":
        """Return the sketch of the values of both: bucket by bucket, the counts add up and nothing is lost.

        Raises ValueError where the relative errors, and so the buckets, differ.
        """
        if not isinstance(other, LatencySketch):
            raise TypeError(f"other = {other!r}: it must be a LatencySketch")
        if other.relative_error != self.relative_error:
            raise ValueError(
                f"other: its relative error is {other.relative_error:g}, not {self.relative_error:g}: their "
                "buckets do not match"
            )
        parts = [part for part in (self, other) if part.counts.size]
        if not parts:
            return LatencySketch(
                self.relative_error, 0, np.zeros(0, dtype=np.int64), self.zeros + other.zeros
            )
        first = min(part.first for part in parts)
        counts = np.zeros(max(part.first + part.counts.size for part in parts) - first, dtype=np.int64)
        for part in parts:
            counts[part.first - first : part.first - first + part.counts.size] += part.counts
        return LatencySketch(self.relative_error, first, counts, self.zeros + other.zeros)


def sketch(values: Any, relative_error: float = 0.01) -> LatencySketch:
    """Return the sketch of a list of values, 0 or more; its percentiles are off by `relative_error` at most.

    >>> sketch([0.0, 1.0, 1.0]).percentile(100)
    0.9900000000000001
    """
    relative_error = require_number("relative_error", relative_error, at_least=1e-4, at_most=0.5)
    array = _values("values", values)
    kept = array[array > _LEAST]
    if not kept.size:
        return LatencySketch(relative_error, 0, np.zeros(0, dtype=np.int64), array.size)
    places = np.ceil(np.log(kept) / math.log(_growth(relative_error))).astype(np.int64)
    first = int(places.min())
    return LatencySketch(relative_error, first, np.bincount(places - first), array.size - kept.size)


def merge(sketches: Sequence[LatencySketch]) -> LatencySketch:
    """Return one sketch of the values of all: of every server, or of every minute.

    >>> merge([sketch([1.0]), sketch([2.0]), sketch([3.0])])
    3 values in 3 buckets, to 1 %
    """
    if not isinstance(sketches, (list, tuple)) or not sketches:
        raise ValueError("sketches: it must be a list with one sketch at least")
    total: LatencySketch = sketches[0]
    for other in sketches[1:]:
        total = total.merged(other)
    return total


def mean_of_percentiles(groups: Sequence[Any], percentile: float) -> float:
    """Return the mean of each group's percentile: what a dashboard shows that averages them, and a lie.

    Nothing weighs it by how many values a group has, and even with groups of one size it is no percentile of
    all the values. `merge` their sketches instead.

    >>> busy, idle = [10.0] * 98 + [500.0] * 2, [10.0]
    >>> mean_of_percentiles([busy, idle], 99), float(np.percentile(busy + idle, 99, method="inverted_cdf"))
    (255.0, 500.0)
    """
    percentile = require_number("percentile", percentile, at_least=0, at_most=100, unit="%")
    if not isinstance(groups, (list, tuple)) or not groups:
        raise ValueError("groups: it must be a list with one group of values at least")
    each = [
        np.percentile(_values(f"groups[{place}]", group), percentile, method="inverted_cdf")
        for place, group in enumerate(groups)
    ]
    return float(np.mean(each))


def share_with_a_slow_call(slow_share: Any, calls: int) -> Any:
    """Return the share of requests that wait for a slow call when each makes so many: 1 - (1 - slow)^calls.

    What is rare for a server is common for a page that asks a hundred of them. Source: Dean and Barroso, "The
    Tail at Scale" (CACM 2013), with 1 % and 100 calls.

    >>> round(share_with_a_slow_call(0.01, 100), 2)
    0.63
    """
    slow = np.asarray(require_numbers("slow_share", slow_share, at_least=0, at_most=1))
    calls = require_whole("calls", calls, at_least=1, at_most=1_000_000)
    with np.errstate(divide="ignore"):
        share = -np.expm1(calls * np.log1p(-slow))
    return float(share) if share.ndim == 0 else share


def _growth(relative_error: float) -> float:
    return (1 + relative_error) / (1 - relative_error)


def _values(name: str, values: Any) -> NDArray[np.float64]:
    array = np.asarray(values)
    if array.ndim != 1 or not array.size:
        raise ValueError(f"{name}: it must be a list with one value at least")
    return np.asarray(require_numbers(name, array, at_least=0))

"""Step 3, queueing along a path: stages one after another, and why their percentiles do not add up."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from helpers.models.checks import require_numbers, require_whole

__all__ = ["PathTime", "along_path"]


@dataclass(frozen=True)
class PathTime:
    """A percentile of the time along a path, beside the same percentile of each stage (seconds).

    `share_within_added` is the share of requests that take no longer than the stages' percentiles added up.
    """

    percentile: float
    time_s: float
    stages_s: tuple[float, ...]
    share_within_added: float

    @property
    def added_s(self) -> float:
        """The stages' percentiles added up: too much for a high percentile, wrong for most others too."""
        return sum(self.stages_s)

    @property
    def overstated(self) -> float:
        """How many times the true percentile the sum is; below 1 it is too little."""
        return self.added_s / self.time_s if 0 < self.time_s < math.inf else 1.0


def along_path(stages: Sequence[Any], percentile: float, *, size: int = 200_000, seed: Any = 0) -> PathTime:
    """Return a percentile of the time through all `stages`, one after another and independent.

    A stage is anything with `sample(random, shape)` that draws times in seconds, such as a `Queue`.
    The times are drawn `size` times: with 200,000 draws the 99th percentile has a standard error of
    about 0.5 % for one exponential stage, less for more stages. `seed` is a number or a numpy Generator.

    >>> from helpers.models.queueing import Queue
    >>> path = along_path([Queue(80, 0.010), Queue(80, 0.010), Queue(80, 0.010)], 99)
    >>> round(path.added_s, 2), round(path.time_s, 2), path.share_within_added > 0.999
    (0.69, 0.42, True)
    """
    percentile = require_numbers("percentile", percentile, above=0, at_most=99.999)
    size = require_whole("size", size, at_least=1, at_most=2_000_000)
    if not stages:
        raise ValueError("stages: there is none; a path needs at least one")
    random = np.random.default_rng(seed)
    total = np.zeros(size)
    each = []
    for stage in stages:
        times = stage.sample(random, size)
        each.append(_percentile(times, percentile))
        total += times
    # The drawn value itself, not one between two: an unbounded stage has nothing between.
    return PathTime(
        percentile, _percentile(total, percentile), tuple(each), float(np.mean(total <= sum(each)))
    )


def _percentile(times: Any, percentile: float) -> float:
    return float(np.percentile(times, percentile, method="inverted_cdf"))

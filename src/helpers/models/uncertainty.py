"""Step 2, how sure: inputs as 90 % intervals, the same estimate over samples, and what drives the answer."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from helpers.models.checks import require_choice, require_numbers, require_whole
from helpers.models.estimation import Estimate, estimate
from helpers.models.verdicts import NodeLimits, Verdict, judge
from helpers.models.workload import Workload

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Outcome", "Swing", "sample", "simulate"]

Z_90 = NormalDist().inv_cdf(0.95)
"""Standard deviations from the middle to the end of a 90 % interval: 1.645."""


@dataclass(frozen=True)
class Swing:
    """How far one input moves a result, from its low to its high end, with the others at their middles."""

    name: str
    label: str
    at_low: float
    at_high: float

    @property
    def factor(self) -> float:
        """The larger of the two results over the smaller; 1 where the input changes nothing."""
        low, high = sorted([self.at_low, self.at_high])
        return high / low if low > 0 else (1.0 if high == low else float("inf"))


@dataclass(frozen=True, repr=False)
class Outcome:
    """An estimate over samples: percentiles of every line and the probability of each verdict."""

    workload: Workload
    samples: Estimate
    verdict: Verdict

    def __repr__(self) -> str:
        """The probability that one node is too small, in all and by resource."""
        node, total = self.verdict.limits.name, self.probability_too_small()
        parts = ", ".join(f"{name} {chance:.2f}" for name, chance in self.probabilities.items())
        return f"P({node.lower()} is too small) = {total:.2f}: {parts}"

    def percentiles(self, line: str, percents: tuple[float, ...] = (5, 50, 95)) -> tuple[float, ...]:
        """Return the percentiles of a line, in its unit."""
        for percent in percents:
            require_numbers("percents", percent, at_least=0, at_most=100, unit="percent")
        found = np.percentile(np.atleast_1d(self.samples[line].value), percents)
        return tuple(float(value) for value in found)

    def probability_too_small(self, resource: str | None = None) -> float:
        """Return the probability that one node lacks `resource`, or any resource at all."""
        usages = self.verdict.usages
        if resource is not None:
            require_choice("resource", resource, [usage.resource.name for usage in usages])
            usages = tuple(usage for usage in usages if usage.resource.name == resource)
        lacks = np.zeros(1, bool)
        for usage in usages:
            lacks = lacks | np.atleast_1d(np.asarray(usage.utilisation) > 1)
        return float(np.mean(lacks))

    @property
    def probabilities(self) -> dict[str, float]:
        """The probability that one node is too small, by resource, largest first."""
        names = [usage.resource.name for usage in self.verdict.usages]
        found = {name: self.probability_too_small(name) for name in names}
        return dict(sorted(found.items(), key=lambda item: -item[1]))

    def tornado(self, line: str) -> tuple[Swing, ...]:
        """Return how far each uncertain input moves a line, largest swing first."""
        ranges = self.workload.ranges
        at = np.broadcast_to(self._at_ends[line].value, 2 * len(ranges)).tolist()
        swings = [
            Swing(name, self.workload.field(name).label, at[2 * place], at[2 * place + 1])
            for place, name in enumerate(ranges)
        ]
        return tuple(sorted(swings, key=lambda swing: -swing.factor))

    @cached_property
    def _at_ends(self) -> Estimate:
        """One estimate for all swings: samples 2i and 2i + 1 have input i at its low and its high end."""
        ranges = self.workload.ranges
        changes = {name: np.full(2 * len(ranges), ends.middle) for name, ends in ranges.items()}
        for place, (name, ends) in enumerate(ranges.items()):
            changes[name][2 * place : 2 * place + 2] = ends.low, ends.high
        return estimate(self.workload.replace(**changes))

    def as_frame(self, *lines: str) -> "pd.DataFrame":
        """Return the 5th, 50th and 95th percentile of the named lines as a table."""
        import pandas as pd  # noqa: PLC0415 - loading it takes longer than every sample drawn here

        rows = {
            f"{self.samples[line].label} ({self.samples[line].unit})": self.percentiles(line)
            for line in lines
        }
        return pd.DataFrame.from_dict(rows, orient="index", columns=["5th", "median", "95th"])


def sample(workload: Workload, *, size: int = 10_000, seed: Any = 0) -> Workload:
    """Return the workload with each range replaced by an array of samples.

    Each range becomes a lognormal whose 5th and 95th percentile are its ends: an estimate is out by
    a factor. Samples that an argument does not allow (a share above 1) are moved to its bound, which
    leaves both ends where they were. `seed` is a number or a numpy Generator.

    >>> from helpers.models.quantities import Range
    >>> drawn = sample(Workload(writes_per_day=Range(50e6, 200e6)), size=10_000)
    >>> bool(48e6 < np.percentile(drawn.writes_per_day, 5) < 52e6)
    True
    """
    size = require_whole("size", size, at_least=1, at_most=10_000_000)
    ranges = workload.ranges
    draw = _kept_normals if isinstance(seed, int) and size <= 100_000 else _normals
    normals = draw(seed, len(ranges), size)
    changes = {}
    for row, (name, ends) in enumerate(ranges.items()):
        field = workload.field(name)
        if ends.low == ends.high:
            changes[name] = np.full(size, float(ends.low))
            continue
        if ends.low <= 0:
            raise ValueError(
                f"{name}: low = {ends.low}: a range needs a low end above 0, because it is out by a factor"
            )
        low, high = np.log(ends.low), np.log(ends.high)
        spread = (high - low) / (2 * Z_90)
        draws = np.exp((low + high) / 2 + spread * normals[row])
        changes[name] = np.clip(draws, field.at_least, field.at_most)
    return workload.replace(**changes)


def simulate(workload: Workload, limits: NodeLimits, *, size: int = 10_000, seed: Any = 0) -> Outcome:
    """Run the estimate and its verdict over samples of a workload's ranges.

    >>> from helpers.models.quantities import Range
    >>> node = NodeLimits("One node", "made up", storage=10e12)
    >>> unsure = Workload(writes_per_day=Range(25e6, 100e6), item_size=Range(50, 400), item="tweet")
    >>> outcome = simulate(unsure, node)
    >>> 0.5 < outcome.probability_too_small("storage") < 0.8
    True
    >>> [swing.name for swing in outcome.tornado("storage")]
    ['item_size', 'writes_per_day']
    """
    samples = estimate(sample(workload, size=size, seed=seed))
    return Outcome(workload, samples, judge(samples, limits))


def _normals(seed: Any, rows: int, size: int) -> NDArray[np.float64]:
    return np.random.default_rng(seed).standard_normal((rows, size))


# A slider asks for the same draws at every step; making them takes longer than using them.
_kept_normals = lru_cache(maxsize=4)(_normals)

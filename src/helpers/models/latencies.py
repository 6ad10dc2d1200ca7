"""Step 1: how long one message to a replica takes: distributions, and the published ones."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from helpers.models.checks import require_number, require_numbers

__all__ = [
    "LEGS",
    "LNKD_DISK",
    "LNKD_SSD",
    "PROFILES",
    "THREE_REGIONS",
    "YMMR",
    "Distribution",
    "Fixed",
    "Latencies",
    "Measured",
    "Mixture",
]


class Distribution(Protocol):
    """Anything that draws latencies: `sample(random, shape)` returns an array of ms, 0 or more."""

    def sample(self, random: np.random.Generator, shape: tuple[int, ...]) -> Any:
        """Return an array of `shape` with latencies in ms."""


@dataclass(frozen=True)
class Mixture:
    """Pareto(`scale_ms`, `shape`) with probability `share`, otherwise exponential with `rate_per_ms`.

    >>> draws = Mixture(1, 0.235, 10, 1.66).sample(np.random.default_rng(0), (1000,))
    >>> bool(draws.min() >= 0.235)
    True
    """

    share: float
    scale_ms: float
    shape: float
    rate_per_ms: float

    def __post_init__(self) -> None:
        require_number("share", self.share, at_least=0, at_most=1)
        for name, unit in (("scale_ms", "ms"), ("shape", ""), ("rate_per_ms", "per ms")):
            require_number(name, getattr(self, name), above=0, unit=unit)

    def sample(self, random: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float64]:
        """Return an array of `shape` with latencies in ms."""
        # The logarithm of a Pareto variable is exponential, so one draw serves both parts.
        draws = random.standard_exponential(shape)
        pareto = random.random(shape) < self.share
        return np.where(pareto, self.scale_ms * np.exp(draws / self.shape), draws / self.rate_per_ms)


@dataclass(frozen=True)
class Fixed:
    """Always the same latency, in ms.

    >>> Fixed(2).sample(np.random.default_rng(0), (3,)).tolist()
    [2.0, 2.0, 2.0]
    """

    ms: float

    def __post_init__(self) -> None:
        require_number("ms", self.ms, at_least=0, unit="ms")

    def sample(self, random: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float64]:
        """Return an array of `shape` with latencies in ms."""
        return np.full(shape, float(self.ms))


@dataclass(frozen=True, eq=False, repr=False)
class Measured:
    """Latencies drawn, with replacement, from measured ones (ms).

    >>> Measured(np.array([0.4, 0.5, 9.0]))
    Measured(3 samples, median 0.5 ms)
    """

    samples_ms: Any

    def __post_init__(self) -> None:
        samples = require_numbers("samples_ms", np.asarray(self.samples_ms), at_least=0, unit="ms")
        samples = samples.ravel()  # a copy already, so the caller's array stays as it is
        samples.flags.writeable = False
        object.__setattr__(self, "samples_ms", samples)

    def __repr__(self) -> str:
        return f"Measured({self.samples_ms.size} samples, median {np.median(self.samples_ms):.3g} ms)"

    def sample(self, random: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float64]:
        """Return an array of `shape` with latencies in ms."""
        drawn: NDArray[np.float64] = self.samples_ms[random.integers(self.samples_ms.size, size=shape)]
        return drawn


@dataclass(frozen=True)
class Latencies:
    """The four one-way latencies of the WARS model, each a `Distribution`, drawn anew for every replica.

    A write takes `write` to reach a replica and `acknowledge` to come back; a read takes `read` and
    `respond`. `away_ms` is added each way for all replicas but one, the one in the client's own region;
    writer and reader are each in a region picked at random.
    """

    name: str
    source: str
    write: Distribution
    acknowledge: Distribution
    read: Distribution
    respond: Distribution
    away_ms: float = 0.0

    def __post_init__(self) -> None:
        require_number("away_ms", self.away_ms, at_least=0, unit="ms")
        for leg in LEGS:
            if not callable(getattr(getattr(self, leg), "sample", None)):
                raise TypeError(f"{leg} = {getattr(self, leg)!r}: it must have sample(random, shape)")


LEGS = ("write", "acknowledge", "read", "respond")
_SOURCE = "Bailis et al., Probabilistically Bounded Staleness for Practical Partial Quorums (VLDB 2012)"
_SSD = Mixture(0.9122, 0.235, 10, 1.66)
_DISK_WRITE = Mixture(0.38, 1.05, 1.51, 0.183)
_YMMR_REST = Mixture(0.982, 1.5, 3.8, 0.0217)

LNKD_SSD = Latencies("LinkedIn, SSD", _SOURCE, _SSD, _SSD, _SSD, _SSD)
"""Voldemort at LinkedIn on solid-state disks, as fitted in the paper."""

LNKD_DISK = Latencies("LinkedIn, spinning disks", _SOURCE, _DISK_WRITE, _SSD, _SSD, _SSD)
"""Voldemort at LinkedIn on spinning disks: a write is slow to arrive, the rest is as on SSD."""

YMMR = Latencies("Yammer, Riak", _SOURCE, Mixture(0.939, 3, 3.35, 0.0028), _YMMR_REST, _YMMR_REST, _YMMR_REST)
"""Riak at Yammer: 6 % of the writes need 357 ms on average to arrive at a replica."""

THREE_REGIONS = Latencies("Far regions, 75 ms apart", _SOURCE, _DISK_WRITE, _SSD, _SSD, _SSD, away_ms=75.0)
"""The paper's WAN: as `LNKD_DISK`, each replica in a region of its own, 75 ms one way from the others."""

PROFILES = (LNKD_SSD, LNKD_DISK, YMMR, THREE_REGIONS)
"""The latencies published with the model."""

"""Step 5, popularity: a few keys get most of the reads (Zipf), and draws of which key is read next."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helpers.models.checks import require_number, require_numbers, require_whole

__all__ = ["MOST_KEYS", "draw_keys", "rank_groups", "require_weights", "zipf_shares"]

MOST_KEYS = 10_000_000

Floats = NDArray[np.float64]


@lru_cache(maxsize=8)
def _zipf(keys: int, skew: float) -> Floats:
    weights = np.arange(1, keys + 1, dtype=float) ** -skew
    shares: Floats = weights / weights.sum()
    shares.flags.writeable = False  # shared by every caller that asks for the same
    return shares


def zipf_shares(keys: int, skew: float) -> Floats:
    """Return the share of the reads that each of `keys` keys gets, the most popular first; they add up to 1.

    The share of rank k is proportional to k to the power -skew; a skew of 0 makes all alike. Breslau et al.,
    "Web Caching and Zipf-like Distributions" (INFOCOM 1999), found 0.64 to 0.83 in the logs of web proxies.
    The array is read-only.

    >>> zipf_shares(4, 1.0).round(2).tolist()
    [0.48, 0.24, 0.16, 0.12]
    >>> zipf_shares(4, 0.0).tolist()
    [0.25, 0.25, 0.25, 0.25]
    """
    keys = require_whole("keys", keys, at_least=1, at_most=MOST_KEYS)
    return _zipf(keys, require_number("skew", skew, at_least=0, at_most=5))


def draw_keys(weights: Any, requests: int, *, seed: Any = 0) -> NDArray[np.int64]:
    """Draw which key each request reads, independently: key i as often as its weight says, numbered from 0.

    Raises ValueError when all weights are 0.

    >>> draw_keys([0.0, 2.0, 0.0], 3).tolist()
    [1, 1, 1]
    """
    weights = require_weights("weights", weights)
    size = require_whole("requests", requests, at_least=0, at_most=100_000_000)
    upto = np.cumsum(weights)
    at = np.random.default_rng(seed).random(size) * upto[-1]
    return np.asarray(np.searchsorted(upto, at, side="right"))


def rank_groups(rates: Any, groups: int = 200) -> tuple[Floats, Floats]:
    """Return how many keys each group has and their mean rate: ranks that lie close together, in one group.

    The first ranks stay alone, later groups grow with the rank, so that a sum over a hundred thousand keys
    becomes one over a few hundred. `rates` must fall from key to key.

    >>> counts, means = rank_groups(zipf_shares(100_000, 0.9))
    >>> len(counts) <= 200, float(counts.sum()), round(float(counts @ means), 12)
    (True, 100000.0, 1.0)
    """
    rates = require_weights("rates", rates)
    if np.any(np.diff(rates) > 0):
        raise ValueError("rates: they must fall from key to key, the most popular first")
    groups = require_whole("groups", groups, at_least=1, at_most=10_000)
    edges = np.unique(np.geomspace(1, rates.size + 1, groups + 1).astype(int)) - 1
    counts = np.diff(edges).astype(float)
    return counts, np.add.reduceat(rates, edges[:-1]) / counts


def require_weights(name: str, values: Any) -> Floats:
    """Return `values` as an array once it is a list of numbers, none below 0 and not all 0.

    >>> require_weights("rates", [0, 0])
    Traceback (most recent call last):
    ValueError: rates: all are 0; one at least must be above 0
    """
    array = np.asarray(values)
    if array.ndim != 1 or not array.size:
        raise ValueError(f"{name}: it must be a list with one number at least")
    numbers: Floats = require_numbers(name, array, at_least=0)
    if not numbers.any():
        raise ValueError(f"{name}: all are 0; one at least must be above 0")
    return numbers

"""Step 4: post and read rates of every follow, for a choice between push and pull made for each of them."""

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from helpers.models.social_graph import SocialGraph

__all__ = ["BINS_PER_OCTAVE", "FollowRates", "HistogramRates", "LognormalRates"]

BINS_PER_OCTAVE = 64
"""Of the histogram of post rate over read rate, a bin's ends differ by 2^(1/64), which is 1.1 %."""

_OCTAVES = 48
_CHUNK = 1_000_000

Floats = NDArray[np.float64]


class FollowRates(Protocol):
    """For every follow by an active user: how often its author posts and how often its reader reads."""

    def cheaper(self, push_us: float, pull_us: float) -> tuple[float, float]:
        """Return Σ min(posts/s × push_us, reads/s × pull_us) over the follows, and the share to push.

        The sum (µs of work a second) may be low by the error the class states, and is never high.
        """


@dataclass(frozen=True, eq=False)
class HistogramRates:
    """Follows by the ratio of post rate to read rate; the sum is low by 1.1 % of one bin's at most."""

    follows: Floats
    posts: Floats
    reads: Floats

    @classmethod
    def of(cls, graph: SocialGraph, posts: Floats, reads: Floats) -> "HistogramRates":
        """Return the histogram of a graph's follows; those by users who never read are left out."""
        bins = 2 * _OCTAVES * BINS_PER_OCTAVE
        sums = np.zeros((3, bins))
        with np.errstate(divide="ignore"):
            post_place, read_place = (np.log2(rates) * BINS_PER_OCTAVE for rates in (posts, reads))
        some_stay_away = not (reads > 0).all()
        owners = np.repeat(np.arange(graph.users, dtype=np.int32), graph.follower_counts)
        for start in range(0, graph.follows, _CHUNK):
            author, reader = owners[start : start + _CHUNK], graph.followers[start : start + _CHUNK]
            if some_stay_away:
                kept = reads[reader] > 0
                author, reader = author[kept], reader[kept]
            place = np.floor(post_place[author] - read_place[reader]) + bins // 2
            place = np.clip(place, 0, bins - 1).astype(np.int64)
            sums[0] += np.bincount(place, minlength=bins)
            sums[1] += np.bincount(place, posts[author], bins)
            sums[2] += np.bincount(place, reads[reader], bins)
        return cls(*sums)

    def cheaper(self, push_us: float, pull_us: float) -> tuple[float, float]:
        """Push the follows below the ratio of the costs, pull those above; in its bin the smaller of both."""
        push, pull = self.posts * push_us, self.reads * pull_us
        # Within a bin the ratio varies by this factor, so min() of the sums is high by it at most. The first
        # and the last bin also hold what lies beyond, which belongs to one side wherever the costs differ
        # by less than 2^48.
        slack = 2 ** (-1 / BINS_PER_OCTAVE)
        least = np.minimum(push, pull)
        mixed = (push * slack < pull) & (pull * slack < push)
        pushed = self.follows[push <= pull].sum() / max(self.follows.sum(), 1)
        return float(np.where(mixed, slack, 1.0) @ least), float(pushed)


@dataclass(frozen=True, eq=False)
class LognormalRates:
    """Follows of authors in groups; post rates in a group and read rates are lognormal and independent."""

    follows: Floats
    posts: Floats
    post_spread: float
    reads: float
    read_spread: float

    def cheaper(self, push_us: float, pull_us: float) -> tuple[float, float]:
        """The mean of the smaller of two lognormals: Margrabe, Journal of Finance (1978). Exact."""
        push, pull = self.posts * push_us, self.reads * pull_us
        total = max(float(self.follows.sum()), 1e-300)
        spread = math.hypot(self.post_spread, self.read_spread)
        if spread == 0 or pull == 0 or not push.all():
            return float(self.follows @ np.minimum(push, pull)), float(self.follows @ (push <= pull) / total)
        gap = np.log(push / pull) / spread
        least = push * _normal_below(-gap - spread / 2) + pull * _normal_below(gap - spread / 2)
        # The medians are the means × exp(−spread²/2).
        medians = gap - (self.post_spread**2 - self.read_spread**2) / (2 * spread)
        pushed = float(self.follows @ _normal_below(-medians)) / total
        return float(self.follows @ least), min(pushed, 1.0)


def _normal_below(z: Floats) -> Floats:
    return np.array([math.erfc(-each / math.sqrt(2)) / 2 for each in z.tolist()])

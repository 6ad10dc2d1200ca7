"""Step 4: who follows whom, as a heavy-tailed graph set to Twitter's published figures, in flat arrays."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from helpers.models.checks import require_numbers, require_whole

__all__ = [
    "FOLLOWEE_SPREAD",
    "FOLLOWER_FOLLOWEE_LINK",
    "FOLLOWER_SPREAD",
    "KWAK_TAIL_INDEX",
    "LARGEST_SHARE",
    "SocialGraph",
    "composite_quantiles",
    "follower_graph",
    "normal_quantiles",
]

KWAK_TAIL_INDEX = 1.276
"""The share of accounts with more than x followers falls as x to the power -1.276 (density: -2.276).

Kwak et al., "What is Twitter, a Social Network or a News Media?" (WWW 2010): up to 100,000 followers.
"""

LARGEST_SHARE = 31 / 150
"""Of all users, the share that follows the largest account: 31 M of 150 M (High Scalability, 2013)."""

FOLLOWER_SPREAD = 2.0
FOLLOWEE_SPREAD = 1.45
"""Standard deviations of the logarithms. At a mean of 35 they put 95 % of accounts below 100 followers and
92 % of users below 100 followees; Cheng, Evans and Singh, "Inside Twitter" (Sysomos, 2009), found 93.6 %
and 92.4 %."""

FOLLOWER_FOLLOWEE_LINK = 0.6
"""Our assumption for the correlation of log followers and log followees: 0.85 × 0.71, what Pew's medians of
the busiest tenth (387 followers, 456 followees) and the rest (19, 74) give if activity alone links them."""

MOST_FOLLOWS = 100_000_000
REDRAWS = 40

Ids = NDArray[np.int32]
Places = NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class SocialGraph:
    """A graph of follows, kept once by followee and once by follower, each in ascending order.

    The followers of user u are `followers[offsets[u]:offsets[u + 1]]`, and likewise for `followees`: 8 bytes
    a follow in all. Users are numbered from 0. The arrays are read-only.

    >>> graph = SocialGraph.from_follows(3, [(0, 1), (2, 1), (1, 0)])
    >>> graph
    SocialGraph(users=3, follows=3)
    >>> graph.followers_of(1).tolist(), graph.followees_of(1).tolist()
    ([0, 2], [0])
    """

    offsets: Places
    followers: Ids
    followee_offsets: Places
    followees: Ids

    def __post_init__(self) -> None:
        """Make the arrays read-only: a graph is shared by every model that reads it."""
        for array in (self.offsets, self.followers, self.followee_offsets, self.followees):
            array.flags.writeable = False

    def __repr__(self) -> str:
        """The sizes; the arrays are too long to show."""
        return f"SocialGraph(users={self.users}, follows={self.follows})"

    @classmethod
    def from_follows(cls, users: int, follows: Iterable[tuple[int, int]]) -> "SocialGraph":
        """Return the graph of `users` users in which the first of each pair follows the second.

        Raises TypeError for what is not a pair of whole numbers, ValueError for a user outside 0 to
        users - 1, for a user who follows themselves and for a follow given twice.

        >>> SocialGraph.from_follows(2, [(0, 1), (0, 1)])
        Traceback (most recent call last):
        ValueError: follows: user 0 follows user 1 twice: give each follow once
        """
        users = require_whole("users", users, at_least=1, at_most=10_000_000)
        seen = set()
        for pair in follows:
            if not isinstance(pair, (tuple, list)) or len(pair) != 2:
                raise TypeError(f"follows: {pair!r}: each must be a pair (follower, followee)")
            follower, followee = (
                require_whole(name, user, at_least=0, at_most=users - 1)
                for name, user in zip(("follower", "followee"), pair, strict=True)
            )
            if follower == followee:
                raise ValueError(f"follows: user {follower} follows themselves: name another user")
            if (followee, follower) in seen:
                raise ValueError(
                    f"follows: user {follower} follows user {followee} twice: give each follow once"
                )
            seen.add((followee, follower))
        keys = np.array(sorted(followee * users + follower for followee, follower in seen), dtype=np.int64)
        return _from_sorted_keys(keys, users)

    @property
    def users(self) -> int:
        """How many users there are."""
        return len(self.offsets) - 1

    @property
    def follows(self) -> int:
        """How many follows there are."""
        return len(self.followers)

    @property
    def memory_bytes(self) -> int:
        """The bytes of the four arrays."""
        return sum(a.nbytes for a in (self.offsets, self.followers, self.followee_offsets, self.followees))

    @property
    def follower_counts(self) -> Places:
        """How many followers each user has."""
        return np.diff(self.offsets)

    @property
    def followee_counts(self) -> Places:
        """How many users each user follows."""
        return np.diff(self.followee_offsets)

    def followers_of(self, user: int) -> Ids:
        """Return who follows `user`, in ascending order: the users a post of theirs is delivered to."""
        user = self._checked(user)
        return self.followers[self.offsets[user] : self.offsets[user + 1]]

    def followees_of(self, user: int) -> Ids:
        """Return whom `user` follows, in ascending order: the users whose posts make up their feed."""
        user = self._checked(user)
        return self.followees[self.followee_offsets[user] : self.followee_offsets[user + 1]]

    def _checked(self, user: int) -> int:
        # Writing the message costs more than the look-up, and a fan-out looks up every author.
        if type(user) is int and 0 <= user < self.users:
            return user
        return require_whole("user", user, at_least=0, at_most=self.users - 1)

    def reversed(self) -> "SocialGraph":
        """Return the graph with every follow turned round; it shares the arrays."""
        return SocialGraph(self.followee_offsets, self.followees, self.offsets, self.followers)


def follower_graph(
    users: int,
    *,
    mean: float = 35,
    tail_index: float = KWAK_TAIL_INDEX,
    spread: float = FOLLOWER_SPREAD,
    largest_share: float = LARGEST_SHARE,
    seed: int = 0,
) -> SocialGraph:
    """Return a graph whose follower counts have a lognormal body and a Pareto tail, and otherwise are chance.

    `mean` followers a user (Kwak et al. 2010: 1.47 B follows of 41.7 M users are 35), met to the nearest
    follow; `spread` is the standard deviation of the logarithm in the body; the tail starts where its slope
    is the body's, and ends at `largest_share` of all users. In a graph smaller than Twitter it is this share
    that is kept: the largest account of a million users has 0.2 M followers, not 31 M. The follower counts
    are quantiles of the distribution, the same for every `seed`; the seed draws who has them and who
    follows whom. Followees have the same mean and are lognormal. Which of them
    are mutual is left to chance.

    Raises TypeError and ValueError for what is not a number in range, and where `mean` is more than
    `largest_share` of the users.

    >>> graph = follower_graph(10_000, seed=1)
    >>> graph
    SocialGraph(users=10000, follows=350000)
    >>> int(np.median(graph.follower_counts)), int(graph.follower_counts.max())
    (5, 2039)
    """
    users = require_whole("users", users, at_least=2, at_most=10_000_000)
    mean = require_numbers("mean", mean, above=0, unit="followers a user")
    tail_index = require_numbers("tail_index", tail_index, above=1, at_most=5)
    spread = require_numbers("spread", spread, above=0, at_most=4)
    largest_share = require_numbers("largest_share", largest_share, above=0, at_most=1)
    seed = require_whole("seed", seed, at_least=0, at_most=2**63 - 1)
    most = min(int(largest_share * users), users - 1)
    if mean > most:
        raise ValueError(
            f"mean = {mean:g}: it must be at most {most:,}, the followers the largest of {users:,} users may "
            "have: raise users or largest_share, or lower mean"
        )
    total = round(mean * users)
    if total > MOST_FOLLOWS:
        raise ValueError(
            f"users × mean = {total:,}: it must be at most {MOST_FOLLOWS:,} follows, which take 2 GB to build"
        )
    random = np.random.default_rng(seed)
    follower_scores = random.standard_normal(users)
    link = FOLLOWER_FOLLOWEE_LINK
    followee_scores = link * follower_scores + np.sqrt(1 - link**2) * random.standard_normal(users)
    follower_counts, followee_counts = np.empty(users, np.int64), np.empty(users, np.int64)
    follower_counts[np.argsort(follower_scores)] = _counts(
        composite_quantiles((np.arange(users) + 0.5) / users, tail_index, spread, largest_share * users),
        total,
        most,
    )
    body = np.exp(FOLLOWEE_SPREAD * normal_quantiles((np.arange(users) + 0.5) / users))
    followee_counts[np.argsort(followee_scores)] = _counts(lambda scale: scale * body, total, users - 1)
    return _from_sorted_keys(_wired(follower_counts, followee_counts, random), users)


def composite_quantiles(
    at: NDArray[np.float64], tail_index: float, spread: float, bound: float
) -> Callable[[float], NDArray[np.float64]]:
    """Return quantiles of a lognormal joined to a Pareto that ends at `bound`, as a function of the scale.

    `at` are probabilities in ascending order.

    >>> composite_quantiles(np.array([0.5, 0.99]), 1.276, 2.0, 1e9)(5.0).round(1).tolist()
    [5.0, 551.8]
    """
    normal = NormalDist()
    # Where the density and its slope agree: Cooray and Ananda, Scandinavian Actuarial Journal (2005).
    joint = tail_index * spread
    weight = normal.pdf(joint) / (tail_index * spread)
    in_tail = weight / (normal.cdf(joint) + weight)
    inside = at < 1 - in_tail
    body = np.exp(spread * normal_quantiles(at[inside] / (1 - in_tail) * normal.cdf(joint)))
    tail_at = (at[~inside] - (1 - in_tail)) / in_tail
    start = np.exp(spread * joint)

    def quantiles(scale: float) -> NDArray[np.float64]:
        cut = min(scale * start / bound, 1.0) ** tail_index
        tail = scale * start * (1 - tail_at * (1 - cut)) ** (-1 / tail_index)
        return np.concatenate([scale * body, tail])

    return quantiles


def normal_quantiles(at: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the standard normal quantiles at the probabilities `at`, within 1e-5 of exact.

    >>> np.round(normal_quantiles(np.array([0.025, 0.5, 0.975])), 3).tolist()
    [-1.96, 0.0, 1.96]
    """
    return np.interp(at, *_normal_table())


@cache
def _normal_table() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    grid = np.linspace(-8, 8, 4001)
    normal = NormalDist()
    return np.array([normal.cdf(z) for z in grid]), grid


def _counts(quantiles: Callable[[float], NDArray[np.float64]], total: int, most: int) -> Places:
    """Round the quantiles to whole numbers up to `most`, at the scale at which they add up to `total`."""
    low, high = -30.0, 30.0
    for _ in range(40):
        middle = (low + high) / 2
        reached = np.minimum(np.rint(quantiles(float(np.exp(middle)))), most).sum()
        low, high = (middle, high) if reached <= total else (low, middle)
    counts = np.minimum(np.rint(quantiles(float(np.exp(low)))), most).astype(np.int64)
    while (short := total - int(counts.sum())) > 0:
        counts[np.flatnonzero(counts < most)[-short:]] += 1
    return counts


def _wired(follower_counts: Places, followee_counts: Places, random: np.random.Generator) -> Places:
    """Return the follows as sorted keys, followee × users + follower, without repeats or self-follows.

    Each place for a follower takes a user at random, as often as they follow. Places that would repeat a
    follow draw again, so follower counts are exact, and the busiest followers end a little below theirs.
    """
    users, total = len(follower_counts), int(follower_counts.sum())
    # A sort by random high digits shuffles three times as fast as Generator.shuffle.
    keys = random.integers(0, 2**62 // users, total)
    keys *= users
    keys += np.repeat(np.arange(users, dtype=np.int32), followee_counts)
    keys.sort()
    keys %= users
    keys += np.repeat(np.arange(users) * users, follower_counts)
    keys.sort()
    fresh = _fresh(keys, users)
    owners, kept, added = keys[~fresh] // users, keys[fresh], np.empty(0, np.int64)
    del keys, fresh
    until = np.cumsum(followee_counts)
    for turn in range(REDRAWS):
        if not owners.size:
            break
        # By their wish to follow at first; then anyone, so that the few places left find a user.
        if turn < REDRAWS // 2:
            drawn = np.searchsorted(until, random.integers(0, total, owners.size), side="right")
        else:
            drawn = random.integers(0, users, owners.size)
        tried = np.sort(owners * users + drawn)
        fresh = _fresh(tried, users) & ~_among(tried, kept) & ~_among(tried, added)
        added = np.sort(np.concatenate([added, tried[fresh]]))
        owners = tried[~fresh] // users
    for owner in np.unique(owners).tolist():
        every = np.delete(np.arange(users), owner) + owner * users
        free = every[~_among(every, kept) & ~_among(every, added)]
        chosen = random.choice(free, np.count_nonzero(owners == owner), replace=False)
        added = np.sort(np.concatenate([added, chosen]))
    kept = np.concatenate([kept, added])
    kept.sort()
    return kept


def _fresh(keys: Places, users: int) -> NDArray[np.bool_]:
    """Return which of the sorted keys are neither a self-follow nor the same as the one before."""
    fresh = np.ones(len(keys), bool)
    np.not_equal(keys[1:], keys[:-1], out=fresh[1:])
    selves = np.arange(users) * (users + 1)
    if len(keys) > users:  # look up the shorter array in the longer one
        first, last = (np.searchsorted(keys, selves, side=side) for side in ("left", "right"))
        for place in np.flatnonzero(last > first):
            fresh[first[place] : last[place]] = False
        return fresh
    return fresh & ~_among(keys, selves)


def _among(keys: Places, ordered: Places) -> NDArray[np.bool_]:
    """Return which of the keys are in the ordered array."""
    if not ordered.size:
        return np.zeros(len(keys), bool)
    place = np.minimum(np.searchsorted(ordered, keys), len(ordered) - 1)
    return np.equal(ordered[place], keys)


def _from_sorted_keys(keys: Places, users: int) -> SocialGraph:
    """Return the graph of the ascending keys followee × users + follower, which it overwrites."""
    first = np.arange(users + 1) * users
    offsets = np.searchsorted(keys, first)
    followers = np.empty(len(keys), np.int32)
    np.remainder(keys, users, out=followers, casting="unsafe")
    keys //= users
    keys += np.multiply(followers, users, dtype=np.int64)
    keys.sort()
    followee_offsets = np.searchsorted(keys, first)
    followees = np.empty(len(keys), np.int32)
    np.remainder(keys, users, out=followees, casting="unsafe")
    return SocialGraph(offsets, followers, followee_offsets, followees)

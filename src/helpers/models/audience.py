"""Step 4: what the cost of fan-out depends on: authors by their followers, and how often both sides come."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from helpers.models.activity import POST_LINK, READ_LINK, READ_SPREAD, Activity
from helpers.models.checks import require_number
from helpers.models.follow_rates import FollowRates, HistogramRates, LognormalRates
from helpers.models.social_graph import (
    FOLLOWEE_SPREAD,
    FOLLOWER_FOLLOWEE_LINK,
    FOLLOWER_SPREAD,
    KWAK_TAIL_INDEX,
    LARGEST_SHARE,
    SocialGraph,
    composite_quantiles,
    normal_quantiles,
)

__all__ = ["Audience"]

DAY_S = 86_400

_CELLS = 400
_MOST_USERS = 1e11

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Audience:
    """The authors of a service in groups of equal follower counts, ascending, and who reads them.

    Costs depend on a graph through these sums alone, so an audience made of a graph gives them exactly. All
    but `followers` are sums over a group: `authors`, their posts a second, deliveries a second if every
    post is pushed (to the active followers), look-ups a second if none is (each read by an active follower
    asks for the author's newest), and posts × active followers² a second, which the wait behind long
    fan-outs depends on. `active` users read and have a timeline; `reads_per_second` is theirs together.

    >>> audience = Audience.uniform(10e6, 75, posts_per_second=579, reads_per_second=29e3)
    >>> audience.deliveries_per_post, round(audience.deliveries_per_second.sum())
    (75.0, 43425)
    >>> audience
    Audience(users=10,000,000, mean followers=75, deliveries per post=75)
    """

    users: float
    active: float
    reads_per_second: float
    followers: Floats
    authors: Floats
    posts_per_second: Floats
    deliveries_per_second: Floats
    lookups_per_second: Floats
    squared_per_second: Floats
    follows: FollowRates

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        for array in (
            self.followers,
            self.authors,
            self.posts_per_second,
            self.deliveries_per_second,
            self.lookups_per_second,
            self.squared_per_second,
        ):
            array.flags.writeable = False

    def __repr__(self) -> str:
        """The sizes; the arrays are too long to show."""
        return (
            f"Audience(users={self.users:,.0f}, mean followers={self.mean_followers:.3g}, "
            f"deliveries per post={self.deliveries_per_post:.3g})"
        )

    @property
    def mean_followers(self) -> float:
        """Followers a user, which is also followees a user: every follow has two ends."""
        return float(self.authors @ self.followers / self.users)

    @property
    def deliveries_per_post(self) -> float:
        """Deliveries of a post if every post is pushed: the active followers of its author, on average."""
        posts = self.posts_per_second.sum()
        return float(self.deliveries_per_second.sum() / posts) if posts else 0.0

    @property
    def followees_per_read(self) -> float:
        """How many users the reader follows, averaged over reads: the look-ups of a feed that is pulled."""
        return float(self.lookups_per_second.sum() / self.reads_per_second) if self.reads_per_second else 0.0

    @property
    def active_share(self) -> float:
        """The share of users who read."""
        return self.active / self.users

    @cached_property
    def from_top(self) -> dict[str, Floats]:
        """Sums over the most followed groups: element k is of the k with most followers, from 0 to all."""
        names = (
            "authors",
            "posts_per_second",
            "deliveries_per_second",
            "lookups_per_second",
            "squared_per_second",
        )
        return {name: np.concatenate([[0.0], np.cumsum(getattr(self, name)[::-1])]) for name in names}

    @classmethod
    def from_graph(cls, graph: SocialGraph, activity: Activity, *, active_share: float = 1.0) -> "Audience":
        """Return the audience of a graph, exact but for `follows`, a histogram.

        Of the users, the `active_share` who read most often read at all, at their rate; the others have no
        timeline, and posts are not delivered to them. Authors post whether they read or not.
        Raises TypeError and ValueError for what is not a number in range, or an activity of another graph.

        >>> from helpers.models.activity import draw_activity
        >>> from helpers.models.social_graph import follower_graph
        >>> graph = follower_graph(10_000)
        >>> audience = Audience.from_graph(graph, draw_activity(graph))
        >>> audience.mean_followers, round(audience.reads_per_second * 15_000)
        (35.0, 300000)
        """
        activity.require_graph(graph)
        active_share = require_number("active_share", active_share, above=0, at_most=1)
        active = max(round(active_share * graph.users), 1)
        reads = activity.reads_per_day / DAY_S
        if active < graph.users:
            reads[np.argpartition(reads, graph.users - active)[: graph.users - active]] = 0
        comes = np.ones(graph.users) if active == graph.users else (reads > 0).astype(float)
        posts = activity.posts_per_day / DAY_S
        counts = graph.follower_counts
        asked = _sum_over_followers(graph, reads)
        reached = counts.astype(float) if active == graph.users else _sum_over_followers(graph, comes)
        followers, group = np.unique(counts, return_inverse=True)

        def summed(weights: Floats) -> Floats:
            return np.bincount(group, weights, len(followers)).astype(float)

        return cls(
            float(graph.users),
            float(active),
            float(reads.sum()),
            followers.astype(float),
            np.bincount(group).astype(float),
            summed(posts),
            summed(posts * reached),
            summed(asked),
            summed(posts * reached**2),
            HistogramRates.of(graph, posts, reads),
        )

    @classmethod
    def from_distribution(
        cls,
        users: float,
        *,
        posts_per_second: float,
        reads_per_second: float,
        mean: float = 35,
        tail_index: float = KWAK_TAIL_INDEX,
        active_share: float = 1.0,
        spread: float = FOLLOWER_SPREAD,
        largest_share: float = LARGEST_SHARE,
        post_link: float = POST_LINK,
        followers_per_post: float | None = None,
        written_by_tenth: float = 0.8,
    ) -> "Audience":
        """Return the audience of the graph that `follower_graph` and `draw_activity` would draw, undrawn.

        It stands on 400 quantiles of the follower counts, each with the mean post rate of its authors, so a
        billion users take as long as a thousand. Posts and reads are of all users together; the active
        share of them reads. The other arguments are those of the two functions, but for
        `followers_per_post`, the followers of an author averaged over posts: it sets `post_link`.

        Raises TypeError and ValueError for what is not a number in range, or cannot be met.

        >>> rates = {"posts_per_second": 4_630, "reads_per_second": 300e3}
        >>> Audience.from_distribution(150e6, **rates)
        Audience(users=150,000,000, mean followers=35, deliveries per post=83.7)
        >>> Audience.from_distribution(150e6, **rates, followers_per_post=75)
        Audience(users=150,000,000, mean followers=35, deliveries per post=75)
        """
        users = require_number("users", users, at_least=2, at_most=_MOST_USERS)
        posts_per_second = require_number("posts_per_second", posts_per_second, at_least=0, at_most=1e15)
        reads_per_second = require_number("reads_per_second", reads_per_second, at_least=0, at_most=1e15)
        mean = require_number("mean", mean, above=0, unit="followers a user")
        tail_index = require_number("tail_index", tail_index, above=1, at_most=5)
        active_share = require_number("active_share", active_share, above=0, at_most=1)
        spread = require_number("spread", spread, above=0, at_most=4)
        largest_share = require_number("largest_share", largest_share, above=0, at_most=1)
        post_link = require_number("post_link", post_link, at_least=-1, at_most=1)
        written_by_tenth = require_number("written_by_tenth", written_by_tenth, at_least=0.1, at_most=0.99)
        most = min(largest_share * users, users - 1)
        if mean > most:
            raise ValueError(
                f"mean = {mean:g}: it must be at most {most:,.0f}, the followers the largest of {users:,.0f} "
                "users may have: raise users or largest_share, or lower mean"
            )
        # The share of users with more followers: cells of equal ratio, and one for the largest account.
        above = np.append(np.geomspace(1, 1 / users, _CELLS), 0.0)
        authors = -np.diff(above) * users
        at = 1 - (above[1:] + above[:-1]) / 2
        followers = _scaled(
            composite_quantiles(at, tail_index, spread, largest_share * users), authors, mean, most
        )
        post_spread = NormalDist().inv_cdf(0.9) + NormalDist().inv_cdf(written_by_tenth)
        scores = post_spread * normal_quantiles(at)
        if followers_per_post is not None:
            post_link = _linked(followers_per_post, followers, authors, scores)
        posts = np.exp(post_link * scores)
        posts *= posts_per_second / (authors @ posts)
        # Who follows many also reads a little more: followees, followers, posts and reads are linked in turn.
        link = FOLLOWER_FOLLOWEE_LINK * post_link * READ_LINK
        read_rate = reads_per_second / (active_share * users) * math.exp(link * FOLLOWEE_SPREAD * READ_SPREAD)
        reached = active_share * followers
        rates = LognormalRates(
            authors * reached, posts, post_spread * math.sqrt(1 - post_link**2), read_rate, READ_SPREAD
        )
        return cls(
            users,
            active_share * users,
            reads_per_second,
            followers,
            authors,
            authors * posts,
            authors * posts * reached,
            authors * reached * read_rate,
            authors * posts * reached**2,
            rates,
        )

    @classmethod
    def uniform(
        cls,
        users: float,
        followers: float,
        *,
        posts_per_second: float,
        reads_per_second: float,
        active_share: float = 1.0,
    ) -> "Audience":
        """Return the audience in which all users have as many followers and come equally often.

        No real service is like this: it is the arithmetic of the whiteboard, to compare with.

        >>> Audience.uniform(10e6, 500, posts_per_second=579, reads_per_second=29e3).lookups_per_second
        array([14500000.])
        """
        users = require_number("users", users, at_least=2, at_most=_MOST_USERS)
        followers = require_number("followers", followers, at_least=0, at_most=users - 1)
        posts_per_second = require_number("posts_per_second", posts_per_second, at_least=0, at_most=1e15)
        reads_per_second = require_number("reads_per_second", reads_per_second, at_least=0, at_most=1e15)
        active_share = require_number("active_share", active_share, above=0, at_most=1)
        reached, active = active_share * followers, active_share * users
        each = np.array([posts_per_second / users])
        return cls(
            users,
            active,
            reads_per_second,
            np.array([followers]),
            np.array([users]),
            np.array([posts_per_second]),
            np.array([posts_per_second * reached]),
            np.array([reads_per_second * followers]),
            np.array([posts_per_second * reached**2]),
            LognormalRates(np.array([users * reached]), each, 0.0, reads_per_second / active, 0.0),
        )


def _sum_over_followers(graph: SocialGraph, values: Floats) -> Floats:
    """Return for each user the sum of `values` over their followers."""
    sums = np.zeros(graph.users)
    with_some = np.flatnonzero(graph.follower_counts)
    if len(with_some):
        sums[with_some] = np.add.reduceat(values[graph.followers], graph.offsets[with_some])
    return sums


def _linked(followers_per_post: float, followers: Floats, authors: Floats, scores: Floats) -> float:
    """Return the link between followers and posts at which a post's author has so many followers."""

    def reached(link: float) -> float:
        posts = authors * np.exp(link * (scores - scores.max()))
        return float(posts @ followers / posts.sum())

    low, high = -1.0, 1.0
    require_number("followers_per_post", followers_per_post, at_least=reached(low), at_most=reached(high))
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if reached(middle) <= followers_per_post else (low, middle)
    return low


def _scaled(quantiles: Callable[[float], Floats], authors: Floats, mean: float, most: float) -> Floats:
    """Return the quantiles, `most` at most, at the scale at which their mean is the one asked for."""
    low, high = -40.0, 60.0
    for _ in range(50):
        middle = (low + high) / 2
        reached = authors @ np.minimum(quantiles(math.exp(middle)), most) / authors.sum()
        low, high = (middle, high) if reached <= mean else (low, middle)
    return np.minimum(quantiles(math.exp(low)), most)

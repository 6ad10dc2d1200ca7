"""Step 4: how often each user of a social graph posts and reads, set to published figures."""

from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helpers.models.checks import require_numbers, require_whole
from helpers.models.social_graph import SocialGraph, normal_quantiles

__all__ = ["POST_LINK", "READ_LINK", "READ_SPREAD", "Activity", "draw_activity"]

POST_LINK = 0.16
"""Correlation of followers and posts, by rank on the normal scale: set so that a post in the graph of 1 M
users has about 75 deliveries (70 to 84 by seed), as a tweet had in 2013. Pew's medians alone (387 followers
for the busiest tenth, 19 for the rest) would ask for about 0.85, which makes 1,800 deliveries a post. The two
are of different years and people, so one must give way: a fan-out is sized by its deliveries."""

READ_LINK = 0.45
"""Correlation of reads and posts on the same scale: the one at which 81 % of the busiest tenth and 47 % of
the rest come every day (Pew Research Center, "Sizing Up Twitter Users", 2019)."""

READ_SPREAD = 1.0
"""Our assumption: the standard deviation of the logarithm of reads a user. No published figure was found."""


@dataclass(frozen=True, eq=False)
class Activity:
    """How many posts and feed reads a day each user makes: two read-only arrays, one element a user."""

    posts_per_day: NDArray[np.float64]
    reads_per_day: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        for array in (self.posts_per_day, self.reads_per_day):
            array.flags.writeable = False

    def written_by_busiest(self, share: float = 0.1) -> float:
        """Return the share of posts that the busiest `share` of users write; at least one user."""
        share = require_numbers("share", share, above=0, at_most=1)
        busiest = max(round(share * len(self.posts_per_day)), 1)
        return float(np.sort(self.posts_per_day)[-busiest:].sum() / self.posts_per_day.sum())

    def deliveries_per_post(self, graph: SocialGraph) -> float:
        """Return the mean followers of a post's author, each author counted as often as they post."""
        self.require_graph(graph)
        posts = self.posts_per_day.sum()
        return float(self.posts_per_day @ graph.follower_counts / posts) if posts else 0.0

    def require_graph(self, graph: SocialGraph) -> None:
        """Raise ValueError for a graph with another number of users."""
        if graph.users != len(self.posts_per_day):
            raise ValueError(
                f"graph: {graph.users:,} users, but the activity is of {len(self.posts_per_day):,}: draw it "
                "for this graph"
            )


def draw_activity(
    graph: SocialGraph,
    *,
    posts_per_day: float = 400 / 150,
    reads_per_day: float = 172.8,
    written_by_tenth: float = 0.8,
    post_link: float = POST_LINK,
    seed: int = 0,
) -> Activity:
    """Return posts and reads a day for each user: lognormal, and linked to how many followers they have.

    The means are Twitter's of 2013 (High Scalability): 400 M tweets a day of 150 M users, 300 K timeline
    reads a second. `written_by_tenth` of the posts come from the busiest 10 % of users (Pew 2019: 80 %):
    this sets the spread. `post_link` is the correlation of followers and posts by rank, from -1 to 1; its
    default gives Twitter's 75 deliveries a post. Reads have a correlation of 0.45 with posts and a
    spread of 1 in the logarithm, which is our assumption.

    Raises TypeError and ValueError for what is not a number in range.

    >>> from helpers.models.social_graph import follower_graph
    >>> graph = follower_graph(10_000)
    >>> round(draw_activity(graph).written_by_busiest(0.1), 2)
    0.8
    """
    posts_per_day = require_numbers("posts_per_day", posts_per_day, above=0, unit="posts a user")
    reads_per_day = require_numbers("reads_per_day", reads_per_day, above=0, unit="reads a user")
    written_by_tenth = require_numbers("written_by_tenth", written_by_tenth, at_least=0.1, at_most=0.99)
    post_link = require_numbers("post_link", post_link, at_least=-1, at_most=1)
    seed = require_whole("seed", seed, at_least=0, at_most=2**63 - 1)
    random = np.random.default_rng(seed)
    normal = NormalDist()
    posts = _linked(_ranked(graph.follower_counts, random), post_link, random)
    reads = _linked(posts, READ_LINK, random)
    # Of a lognormal with spread s, the top tenth holds the share at s - z(0.9) of the normal.
    spread = normal.inv_cdf(0.9) + normal.inv_cdf(written_by_tenth)
    return Activity(
        *(
            mean * (weights / weights.mean())
            for mean, weights in (
                (posts_per_day, np.exp(spread * posts)),
                (reads_per_day, np.exp(READ_SPREAD * reads)),
            )
        )
    )


def _linked(scores: NDArray[np.float64], link: float, random: np.random.Generator) -> NDArray[np.float64]:
    """Return normal scores with the correlation `link` to these."""
    noise = random.standard_normal(len(scores))
    return _ranked(link * scores + np.sqrt(1 - link**2) * noise, random)


def _ranked(values: NDArray[Any], random: np.random.Generator) -> NDArray[np.float64]:
    """Return the normal score of each value's rank; equal values are ranked at random."""
    scores = np.empty(len(values))
    order = np.lexsort((random.random(len(values)), values))
    scores[order] = normal_quantiles((np.arange(len(values)) + 0.5) / len(values))
    return scores

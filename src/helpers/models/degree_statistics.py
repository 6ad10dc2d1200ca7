"""Step 4: what the degrees of a social graph look like, beside Twitter's published figures."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from helpers.models.checks import require_numbers, require_whole
from helpers.models.social_graph import KWAK_TAIL_INDEX, SocialGraph

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DegreeStatistics", "hill_estimate", "statistics"]


def hill_estimate(counts: Any, largest: int) -> float:
    """Return the tail index of the `largest` largest counts by Hill's estimator.

    1 over the mean of log(count / the largest count left out). Hill, "A simple general approach to inference
    about the tail of a distribution" (Annals of Statistics, 1975). Too many counts reach into the body.

    >>> pareto = 100 * (np.arange(1, 10_001) / 10_000) ** (-1 / 1.5)
    >>> round(hill_estimate(pareto, 1_000), 2)
    1.51
    """
    counts = require_numbers("counts", np.asarray(counts), at_least=0)
    largest = require_whole("largest", largest, at_least=1, at_most=max(counts.size - 1, 1))
    if counts.size < 2:
        raise ValueError(f"counts: {counts.size} given: at least 2 are needed")
    top = np.sort(counts.ravel())[-largest - 1 :]
    if top[0] <= 0 or top[0] == top[-1]:
        raise ValueError(
            f"largest = {largest}: the largest counts must be above 0 and differ: the smallest of them is "
            f"{top[0]:g}, the largest {top[-1]:g}"
        )
    return float(1 / np.mean(np.log(top[1:] / top[0])))


@dataclass(frozen=True)
class DegreeStatistics:
    """What a graph's degrees look like, beside Twitter's."""

    users: int
    follows: int
    mean: float
    median: float
    p90: float
    p99: float
    below_100_followers: float
    below_100_followees: float
    largest: tuple[int, ...]
    to_top_hundredth: float
    tail_index: float | None

    @property
    def rows(self) -> tuple[tuple[str, str, str, str], ...]:
        """Each statistic, its value here, the published one and its source; blank where none is published."""
        kwak, sysomos, talk = "Kwak et al. 2010", "Sysomos 2009", "High Scalability 2013"
        pew = "Pew 2019: US adults, the 90 % who post least; a later and denser network than the mean's"
        largest = [
            (f"Followers of account {place}, share of users", f"{count / self.users:.1%}", published, talk)
            for place, count, published in zip(
                (1, 2, 3, 4), self.largest, ("20.7%", "18.7%", "18.7%", "15.3%"), strict=False
            )
        ]
        tail = "" if self.tail_index is None else f"{self.tail_index:.2f}"
        return (
            ("Followers a user, mean", f"{self.mean:.1f}", "35", kwak),
            ("Followers, median", f"{self.median:,.0f}", "19", pew),
            ("Followers, 90th percentile", f"{self.p90:,.0f}", "", ""),
            ("Followers, 99th percentile", f"{self.p99:,.0f}", "", ""),
            ("Users below 100 followers", f"{self.below_100_followers:.1%}", "93.6%", sysomos),
            ("Users below 100 followees", f"{self.below_100_followees:.1%}", "92.4%", sysomos),
            *largest,
            ("Follows that go to the top 1 % of users", f"{self.to_top_hundredth:.1%}", "", ""),
            ("Tail index (Hill, top 1 %)", tail, f"{KWAK_TAIL_INDEX:.2f}", kwak),
        )

    def as_frame(self) -> "pd.DataFrame":
        """Return the rows as a table."""
        import pandas as pd  # noqa: PLC0415 - loading it takes longer than the statistics

        columns = ["statistic", "this graph", "published", "source"]
        return pd.DataFrame(list(self.rows), columns=columns).set_index("statistic")


def statistics(graph: SocialGraph) -> DegreeStatistics:
    """Return a graph's degree statistics.

    A mean, a percentile and a share of users are compared as they are; a largest account is compared as its
    share of all users, because a smaller graph cannot hold 31 M followers. Below
    about 100,000 users that bound bends the tail, and Hill's estimate comes out above the index asked for.

    >>> from helpers.models.social_graph import follower_graph
    >>> found = statistics(follower_graph(10_000))
    >>> found.mean, found.largest[0], round(found.to_top_hundredth, 1)
    (35.0, 2039, 0.3)
    """
    counts, followees = graph.follower_counts, graph.followee_counts
    ordered = np.sort(counts)[::-1]
    median, p90, p99 = np.percentile(counts, [50, 90, 99]).tolist()
    top = -(-graph.users // 100)
    varied = top >= 10 and ordered[0] > ordered[top] > 0
    return DegreeStatistics(
        graph.users,
        graph.follows,
        float(np.mean(counts)),
        median,
        p90,
        p99,
        float(np.mean(counts < 100)),
        float(np.mean(followees < 100)),
        tuple(ordered[:4].tolist()),
        float(ordered[:top].sum() / max(graph.follows, 1)),
        hill_estimate(counts, top) if varied else None,
    )

"""Step 4: from how many followers to pull an author, and the least work any choice by follow can reach."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from helpers.models.audience import Audience
from helpers.models.checks import require_number
from helpers.models.fanout import PUBLISHED_COSTS, FanOut, OperationCosts, fan_out

__all__ = [
    "MOST_NEAR",
    "Advice",
    "EdgeBound",
    "Threshold",
    "advise",
    "best_threshold",
    "crossover",
    "per_edge_bound",
]

MOST_NEAR = 100_000
"""Our assumption: of so many celebrities every reading server can keep the newest posts, 800 × 20 B each, in
1.6 GB of its own memory."""


@dataclass(frozen=True, eq=False)
class Threshold:
    """The best celebrity threshold, and the work (busy cores) at all of them.

    `celebrity_from` is 0 where pulling everyone is best and infinite where pushing everyone is. `thresholds`
    ascend, from the first follower count of the audience to infinity; `busy_cores` has the work at each.
    """

    celebrity_from: float
    celebrities: float
    least_cores: float
    push_cores: float
    pull_cores: float
    thresholds: NDArray[np.float64]
    busy_cores: NDArray[np.float64]

    @property
    def saved_share(self) -> float:
        """What the best threshold saves of the work of pushing everyone."""
        return 1 - self.least_cores / self.push_cores if self.push_cores else 0.0


@dataclass(frozen=True)
class EdgeBound:
    """The least work (busy cores) of any choice between push and pull made for each follow.

    Every reader still looks up a list of their own, unless everything is pulled.

    For a graph it may be low by 1.1 % at most, and is never high; `pushed_share` of follows are pushed.
    """

    busy_cores: float
    pushed_share: float


def best_threshold(
    audience: Audience,
    costs: OperationCosts = PUBLISHED_COSTS,
    *,
    most_celebrities: float = np.inf,
    most_pushed: float = np.inf,
) -> Threshold:
    """Return the celebrity threshold with the least work, of all there are.

    `most_celebrities` are how many lists may be kept close to the readers, where `costs.celebrity_us` is set.
    An author with more than `most_pushed` followers must be pulled, so that no delivery takes too long.
    Pulling everyone, at `costs.lookup_us`, is always possible.

    >>> audience = Audience.from_distribution(10e6, posts_per_second=579, reads_per_second=50)
    >>> found = best_threshold(audience)
    >>> found.celebrity_from, round(found.pull_cores / found.push_cores, 2)
    (0.0, 0.27)
    """
    # Groups of equal followers are pulled together.
    first = np.flatnonzero(np.append(np.diff(audience.followers, prepend=-1) > 0, True))
    sums = audience.from_top
    reached, asked, authors = (
        sums[name][::-1][first] for name in ("deliveries_per_second", "lookups_per_second", "authors")
    )
    # Element k of these has all groups from the k-th on pulled, and the last one none.
    delivered = reached[0] - reached
    stored = float(audience.posts_per_second.sum()) * costs.write_us
    own = audience.reads_per_second * costs.lookup_us
    lists = np.append(0.0, audience.followers > 0)[first]
    us = stored + lists * (own + delivered * costs.delivery_us) + asked * costs.pulled_us
    pull = stored + float(asked[0]) * costs.lookup_us
    thresholds = np.append(audience.followers, np.inf)[first]
    allowed = authors <= _limit("most_celebrities", most_celebrities)
    allowed &= np.append(0.0, thresholds[:-1]) <= _limit("most_pushed", most_pushed)
    place = int(np.argmin(np.where(allowed, us, np.inf)))
    if pull <= us[place] or not allowed.any():
        best, celebrities, least = 0.0, float(authors[0]), pull
    else:
        best, celebrities, least = float(thresholds[place]), float(authors[place]), float(us[place])
    return Threshold(best, celebrities, least / 1e6, float(us[-1]) / 1e6, pull / 1e6, thresholds, us / 1e6)


def per_edge_bound(audience: Audience, costs: OperationCosts = PUBLISHED_COSTS) -> EdgeBound:
    """Return the least work of any choice for each follow: the smaller of pushing it and pulling it.

    Silberstein et al., "Feeding Frenzy" (SIGMOD 2010): push where reads ÷ posts ≥ push cost ÷ pull cost. Each
    read also looks up the reader's own list, as in a hybrid, unless pulling everything is cheaper still. The
    number of followers is not in the rule: it multiplies both sides.

    >>> audience = Audience.from_distribution(10e6, posts_per_second=579, reads_per_second=29e3)
    >>> bound, best = per_edge_bound(audience), best_threshold(audience)
    >>> bound.busy_cores < best.least_cores, round(bound.pushed_share, 2)
    (True, 0.99)
    """
    cheaper, pushed = audience.follows.cheaper(costs.delivery_us, min(costs.lookup_us, costs.pulled_us))
    stored = float(audience.posts_per_second.sum()) * costs.write_us
    pull = stored + float(audience.lookups_per_second.sum()) * costs.lookup_us
    mixed = stored + audience.reads_per_second * costs.lookup_us + cheaper
    if pull <= mixed:
        return EdgeBound(pull / 1e6, 0.0)
    return EdgeBound(mixed / 1e6, pushed)


@dataclass(frozen=True, eq=False)
class Advice:
    """The strategy with the least work that delivers in time, and pushing everyone beside it."""

    chosen: FanOut
    push: FanOut
    pull: FanOut
    goal_s: float
    slowest_s: float

    @property
    def for_delay(self) -> bool:
        """Whether it is chosen although another has less work, because that one would deliver too late."""
        return self.slowest_s > self.goal_s and self.chosen.busy_cores > self.push.busy_cores * (1 + 1e-9)


def advise(audience: Audience, costs: OperationCosts = PUBLISHED_COSTS, *, goal_s: float = 5.0) -> Advice:
    """Return the strategy with the least work whose longest delivery takes `goal_s` seconds at most.

    Twitter's goal was 5 s (High Scalability, 2013). At most 100,000 celebrities are kept near the readers.

    >>> twitter = Audience.from_distribution(150e6, posts_per_second=4_630, reads_per_second=300e3)
    >>> found = advise(twitter)
    >>> found.chosen.strategy, round(found.chosen.celebrity_from), round(found.slowest_s), found.for_delay
    ('hybrid', 1428572, 76, True)
    """
    goal_s = require_number("goal_s", goal_s, above=0, unit="s")
    limit = goal_s * 1e6 / costs.delivery_us / audience.active_share
    few = np.inf if costs.celebrity_us is None else MOST_NEAR
    best = best_threshold(audience, costs, most_celebrities=few, most_pushed=limit).celebrity_from
    push, pull = (fan_out(audience, costs, way) for way in ("push", "pull"))
    slowest = float(audience.followers.max()) * audience.active_share * costs.delivery_us / 1e6
    if best in (0, np.inf):
        return Advice(push if best else pull, push, pull, goal_s, slowest)
    # No author has a number of followers between the limit and the threshold found.
    chosen = fan_out(audience, costs, "hybrid", celebrity_from=min(best, np.floor(limit) + 1))
    return Advice(chosen, push, pull, goal_s, slowest)


def crossover(audience: Audience, costs: OperationCosts = PUBLISHED_COSTS) -> float:
    """Return the reads per post at which push and pull take the same work; push takes less above it.

    It is infinite where pull never takes more: with one followee or fewer, a list of one's own saves nothing.

    >>> audience = Audience.uniform(10e6, 75, posts_per_second=579, reads_per_second=29e3)
    >>> round(crossover(audience), 2)
    0.39
    """
    saved = audience.followees_per_read - 1
    pushed = audience.deliveries_per_post * costs.delivery_us
    return pushed / (saved * costs.lookup_us) if saved > 0 else np.inf


def _limit(name: str, value: float) -> float:
    return value if value == np.inf else require_number(name, value, at_least=0)

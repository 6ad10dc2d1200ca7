"""Step 4: what push, pull and hybrid cost: operations, work, delay and memory, from a graph and its rates."""

import math
from dataclasses import dataclass

import numpy as np

from helpers.models.audience import Audience
from helpers.models.checks import require_choice, require_number, require_whole
from helpers.models.feed import KEPT
from helpers.models.queueing import MOST_SERVERS, Queue

__all__ = ["ENTRY_BYTES", "PUBLISHED_COSTS", "STRATEGIES", "FanOut", "OperationCosts", "fan_out"]

STRATEGIES = ("pull", "push", "hybrid")

ENTRY_BYTES = 20
"""One entry of a timeline: tweet id, author id and 4 bytes of flags (High Scalability, 2013)."""

_HALF_BUSY = 2


@dataclass(frozen=True)
class OperationCosts:
    """The time of a store's operations, in µs.

    round_trip_us: waiting for one answer, however much it carries; nobody works meanwhile.
    write_us: storing one post. delivery_us: one insert into a follower's list, among many sent at once.
    lookup_us: reading the newest of one list, a reader's own or one author's.
    celebrity_us: reading the newest of one celebrity's list, where the few of them are kept closer to the
    reader; as lookup_us if it is None.

    >>> OperationCosts("made up", 250, 10, 0, 10)
    Traceback (most recent call last):
    ValueError: delivery_us = 0: it must be a number above 0, at most 1e+09 (in µs)
    """

    name: str
    round_trip_us: float
    write_us: float
    delivery_us: float
    lookup_us: float
    celebrity_us: float | None = None
    source: str = ""

    def __post_init__(self) -> None:
        """Check the times; a network may take no time, work always takes some."""
        require_number("round_trip_us", self.round_trip_us, at_least=0, at_most=1e9, unit="µs")
        for field in ("write_us", "delivery_us", "lookup_us", "celebrity_us"):
            value = getattr(self, field)
            if value is not None or field != "celebrity_us":
                require_number(field, value, above=0, at_most=1e9, unit="µs")

    @property
    def pulled_us(self) -> float:
        """Reading the newest of one celebrity's list."""
        return self.lookup_us if self.celebrity_us is None else self.celebrity_us


PUBLISHED_COSTS = OperationCosts(
    "published",
    round_trip_us=250,
    write_us=1e6 / 15_900,
    delivery_us=3.5,
    lookup_us=1e6 / 110e3,
    source="round trip in one region: napkin-math 2026; write: PostgreSQL, 15.9 K/s on a cloud VM; delivery: "
    "3.5 s to 1 M followers, High Scalability 2013; look-up: Redis, 110 K/s on one core, unpipelined",
)


@dataclass(frozen=True, eq=False)
class FanOut:
    """One strategy's operations a second, and what follows from them.

    `celebrity_from` is the number of followers from which an author is pulled: infinite for push, 0 for
    pull. `lookups_per_second` are of readers' own lists and of ordinary authors' lists, and
    `celebrity_lookups_per_second` come on top. `workers` deliver posts, one post at a time each.
    """

    strategy: str
    audience: Audience
    costs: OperationCosts
    celebrity_from: float
    celebrities: float
    deliveries_per_second: float
    lookups_per_second: float
    celebrity_lookups_per_second: float
    pushed_posts_per_second: float
    squared_per_second: float
    memory_bytes: float
    workers: int

    @property
    def posts_per_second(self) -> float:
        """Posts a second; each is stored once, whatever the strategy."""
        return float(self.audience.posts_per_second.sum())

    @property
    def reads_per_second(self) -> float:
        """Feed reads a second."""
        return self.audience.reads_per_second

    @property
    def operations_per_second(self) -> float:
        """Posts stored, deliveries and look-ups a second."""
        lookups = self.lookups_per_second + self.celebrity_lookups_per_second
        return self.posts_per_second + self.deliveries_per_second + lookups

    @property
    def operations_per_post(self) -> float:
        """The write of a post and its deliveries, on average; 0 where nobody posts."""
        posts = self.posts_per_second
        return 1 + self.deliveries_per_second / posts if posts else 0.0

    @property
    def operations_per_read(self) -> float:
        """Lists looked up for a feed read, on average; 0 where nobody reads."""
        lookups = self.lookups_per_second + self.celebrity_lookups_per_second
        return lookups / self.reads_per_second if self.reads_per_second else 0.0

    @property
    def work(self) -> dict[str, float]:
        """Work a second by part, in busy cores: seconds of a store's work a second."""
        return {
            "posts": self.posts_per_second * self.costs.write_us / 1e6,
            "deliveries": self.deliveries_per_second * self.costs.delivery_us / 1e6,
            "look-ups": self.lookups_per_second * self.costs.lookup_us / 1e6,
            "celebrity look-ups": self.celebrity_lookups_per_second * self.costs.pulled_us / 1e6,
        }

    @property
    def busy_cores(self) -> float:
        """All of the work."""
        return sum(self.work.values())

    @property
    def read_ms(self) -> float:
        """Mean time of a feed read: a round trip, and the look-ups one after another at one store (ms)."""
        reads = self.reads_per_second
        us = 1e6 * (self.work["look-ups"] + self.work["celebrity look-ups"]) / reads if reads else 0.0
        return (self.costs.round_trip_us + us) / 1e3

    def read_ms_of(self, followees: float) -> float:
        """Return the time of one feed read by a user with so many followees (ms).

        In a hybrid as many of them are celebrities as of all follows.

        >>> audience = Audience.uniform(10e6, 500, posts_per_second=579, reads_per_second=29e3)
        >>> [round(fan_out(audience, PUBLISHED_COSTS, way).read_ms_of(500), 2) for way in ("pull", "push")]
        [4.8, 0.26]
        """
        followees = require_number("followees", followees, at_least=0, unit="followees")
        if self.strategy == "pull" or self.celebrity_from <= 1:
            us = followees * (self.costs.lookup_us if self.strategy == "pull" else self.costs.pulled_us)
        else:
            asked = self.audience.lookups_per_second.sum()
            share = self.celebrity_lookups_per_second / asked if asked else 0.0
            us = self.costs.lookup_us + followees * share * self.costs.pulled_us
        return float(self.costs.round_trip_us + us) / 1e3

    def delivery_s(self, followers: float) -> float:
        """Return the time to deliver a post of an author with so many followers, once its turn has come (s).

        The active share of them gets it. It is 0 for an author who is pulled: their post can be seen as soon
        as it is stored.

        >>> audience = Audience.from_distribution(150e6, posts_per_second=4_630, reads_per_second=300e3)
        >>> push = fan_out(audience, PUBLISHED_COSTS, "push")
        >>> push.delivery_s(1e6), push.delivery_s(31e6)
        (3.5, 108.5)
        """
        followers = require_number("followers", followers, at_least=0, unit="followers")
        pushed = followers < self.celebrity_from
        return followers * self.audience.active_share * self.costs.delivery_us / 1e6 if pushed else 0.0

    def delivered_s(self, followers: float, *, by_turns: bool = False) -> float:
        """Return the mean time until the last of so many followers has a post, with the wait for others (s).

        Workers deliver one post after another, or all waiting posts by turns in small batches. By turns is
        processor sharing: a post's own time × M/M/c's factor, however long the others are (Kelly,
        Reversibility and Stochastic Networks, 1979). Short ones no longer wait behind long ones.

        >>> audience = Audience.from_distribution(150e6, posts_per_second=4_630, reads_per_second=300e3)
        >>> push = fan_out(audience, PUBLISHED_COSTS, "push")
        >>> round(push.delivered_s(75), 3), round(push.delivered_s(75, by_turns=True), 6)
        (0.139, 0.000293)
        """
        own = self.delivery_s(followers)
        if not own or not self.deliveries_per_second:
            return own
        if by_turns:
            return own * float(self._queue.mean_time_s / self._queue.service_s)
        return self.wait_s + own

    @property
    def worker_utilisation(self) -> float:
        """Deliveries' work as a share of the workers; from 1 on deliveries fall behind without end."""
        return self.work["deliveries"] / self.workers

    @property
    def variation(self) -> float:
        """Standard deviation over mean of the deliveries of a pushed post; 0 where there are none."""
        if not self.deliveries_per_second:
            return 0.0
        square = self.squared_per_second * self.pushed_posts_per_second / self.deliveries_per_second**2
        return math.sqrt(max(square - 1, 0))

    @property
    def wait_s(self) -> float:
        """Mean wait of a post behind the deliveries of others, first come first served (s).

        M/G/c with Poisson posts: M/M/c's wait × (1 + variation²)/2, exact for one worker (Pollaczek and
        Khinchine), Allen and Cunneen's approximation for more. A few long fan-outs make the variation
        large. With such a tail and several workers it is far above what comes, so read it as "at most": while
        one worker is held up by a long one, the others go on.
        """
        if not self.deliveries_per_second:
            return 0.0
        return float(self._queue.mean_wait_s * (1 + self.variation**2) / 2)

    @property
    def staleness_s(self) -> float:
        """Mean age at which a follower can first see a post, over all deliveries and pulled follows (s).

        A pushed one waits for its turn and then, on average, for half of its author's deliveries; what is
        pulled can be seen at once. With one worker, by turns instead of one after another would change who
        waits, not this mean: the same deliveries are made. With several, `wait_s` makes it a little too high.
        """
        every = float(self.audience.deliveries_per_second.sum())
        if not self.deliveries_per_second:
            return 0.0
        own = self.squared_per_second * self.costs.delivery_us / 2e6
        return (self.deliveries_per_second * self.wait_s + own) / every

    def top(self, share: float) -> float:
        """Return the share of a push's deliveries that go to followers of the most followed `share` of users.

        >>> audience = Audience.from_distribution(150e6, posts_per_second=4_630, reads_per_second=300e3)
        >>> [round(fan_out(audience, PUBLISHED_COSTS, "push").top(share), 2) for share in (0.001, 0.01, 0.1)]
        [0.47, 0.68, 0.91]
        """
        share = require_number("share", share, above=0, at_most=1)
        sums = self.audience.from_top
        reached = sums["deliveries_per_second"]
        at = float(np.interp(share * self.audience.users, sums["authors"], reached))
        return at / float(reached[-1]) if reached[-1] else 0.0

    @property
    def _queue(self) -> Queue:
        posts = self.pushed_posts_per_second
        return Queue(posts, self.work["deliveries"] / posts, self.workers)


def fan_out(
    audience: Audience,
    costs: OperationCosts = PUBLISHED_COSTS,
    strategy: str = "push",
    *,
    celebrity_from: float | None = None,
    kept: int = KEPT,
    entry_bytes: float = ENTRY_BYTES,
    copies: int = 1,
    workers: int | None = None,
) -> FanOut:
    """Return what a strategy costs an audience.

    pull: a read looks up each followee's newest posts. push: a post is delivered to each active follower, and
    a read looks up one list. hybrid: a post of an author with `celebrity_from` followers or more is pulled,
    any other is pushed; a read looks up its own list and those of the celebrities it follows. Where every
    author with followers is a celebrity, nobody has a list, and that is pull.

    Each active user's timeline has `kept` entries, in `copies` copies. Without `workers` there are as many as
    the deliveries keep half busy. Raises TypeError and ValueError for what is out of range.

    >>> audience = Audience.uniform(10e6, 75, posts_per_second=579, reads_per_second=29e3)
    >>> push = fan_out(audience)
    >>> push.operations_per_post, push.operations_per_read, push.memory_bytes / 1e9
    (76.0, 1.0, 160.0)
    >>> fan_out(audience, strategy="hybrid")
    Traceback (most recent call last):
    ValueError: celebrity_from = None: a hybrid needs the number of followers from which authors are pulled
    """
    require_choice("strategy", strategy, STRATEGIES)
    if strategy != "hybrid":
        celebrity_from = 0.0 if strategy == "pull" else math.inf
    elif celebrity_from is None:
        raise ValueError(
            "celebrity_from = None: a hybrid needs the number of followers from which authors are pulled"
        )
    elif celebrity_from != math.inf:
        celebrity_from = require_number("celebrity_from", celebrity_from, at_least=0, unit="followers")
    kept = require_whole("kept", kept, at_least=0, at_most=100_000)
    entry_bytes = require_number("entry_bytes", entry_bytes, at_least=0, unit="byte")
    copies = require_whole("copies", copies, at_least=1, at_most=100)
    sums = audience.from_top
    pulled = len(audience.followers) - int(np.searchsorted(audience.followers, celebrity_from))

    def of(name: str) -> tuple[float, float]:
        """Return the sum over celebrities, and over the others."""
        return float(sums[name][pulled]), float(sums[name][-1] - sums[name][pulled])

    lists = bool(np.any(audience.followers[: len(audience.followers) - pulled] > 0))
    deliveries = of("deliveries_per_second")[1] if lists else 0.0
    asked = of("lookups_per_second")[0]
    busy = deliveries * costs.delivery_us / 1e6
    if workers is None:
        workers = min(max(math.ceil(_HALF_BUSY * busy), 1), MOST_SERVERS)
    return FanOut(
        strategy=strategy,
        audience=audience,
        costs=costs,
        celebrity_from=celebrity_from,
        celebrities=0.0 if strategy == "pull" else of("authors")[0],
        deliveries_per_second=deliveries,
        lookups_per_second=(audience.reads_per_second if lists else 0.0)
        + (asked if strategy == "pull" else 0.0),
        celebrity_lookups_per_second=0.0 if strategy == "pull" else asked,
        pushed_posts_per_second=of("posts_per_second")[1] if lists else 0.0,
        squared_per_second=of("squared_per_second")[1] if lists else 0.0,
        memory_bytes=audience.active * kept * entry_bytes * copies if lists else 0.0,
        workers=require_whole("workers", workers, at_least=1, at_most=MOST_SERVERS),
    )

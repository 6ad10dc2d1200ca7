"""Step 4: one strategy on one store: posts and reads as they come due, deliveries by a worker in a queue."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from helpers.labs.feed_lists import Engine, Stored
from helpers.labs.feed_queue import Call, DeliveryQueue
from helpers.labs.feed_stores import FeedStore
from helpers.labs.feed_workload import CHECKED_PAGE, PAGE, FeedWorkload
from helpers.labs.open_loop import Clock
from helpers.models.feed import KEPT, Tweet

__all__ = ["FeedRun", "run_feeds"]

_QUIET = 300
_LATEST = 2
_TOLD_S = 0.1
_TURN_S = 2e-4

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class FeedRun:
    """What one strategy did on one store: an array each, one element a post or a read, times in ms.

    posts_ms: the call that posts. followers: of the author. deliveries: entries written to followers' lists.
    delivered_ms: from the start of the post until the last follower's feed has it; that is the call itself
    where nothing is pushed. worked_ms: the part of it in which the worker was at this post; the rest it stood
    in the queue. reads_ms: the call that reads a page, with `lookups` lists; quiet_reads_ms: the last of
    these reads once more, when no post and no delivery was under way. alone_followers, alone_ms and
    alone_worked_ms: the same of posts made one at a time. stored_posts and stored_timelines: what the store
    held in the end. `differing` of the `checked` feeds were not those of `models.feed.PullFeed`.
    """

    strategy: str
    celebrity_from: int | None
    seconds: float
    posts_ms: Array
    followers: Array
    deliveries: Array
    delivered_ms: Array
    worked_ms: Array
    reads_ms: Array
    lookups: Array
    quiet_reads_ms: Array
    alone_followers: Array
    alone_ms: Array
    alone_worked_ms: Array
    stored_posts: Stored
    stored_timelines: Stored
    checked: int
    differing: int

    @property
    def posts(self) -> int:
        """How many posts were made among reads."""
        return self.posts_ms.size

    @property
    def reads(self) -> int:
        """How many pages were read among posts."""
        return self.reads_ms.size

    @property
    def feeds_agree(self) -> bool:
        """Whether every feed looked at was the one it must be."""
        return self.differing == 0

    @property
    def operations_per_post(self) -> float:
        """The write of a post and its deliveries, on average."""
        return 1 + float(np.mean(self.deliveries))

    @property
    def operations_per_read(self) -> float:
        """Lists looked up for a read, on average."""
        return float(np.mean(self.lookups))

    @property
    def posts_per_second(self) -> float:
        """Posts a second that one client and one worker can keep up with: the slower of them decides."""
        return 1e3 * self.posts / max(float(self.posts_ms.sum()), float(self.worked_ms.sum()))

    @property
    def deliveries_per_second(self) -> float:
        """Entries delivered a second in which the worker was at work; 0 where nothing is pushed."""
        busy = float(self.worked_ms.sum())
        return 1e3 * float(self.deliveries.sum()) / busy if busy else 0.0

    @property
    def reads_per_second(self) -> float:
        """Pages a second that one client can read, one after the other."""
        return 1e3 / float(np.mean(self.reads_ms))

    @property
    def times_ms(self) -> dict[str, Array]:
        """The times of the three things a user waits for: the post, its delivery, a page."""
        return {"post": self.posts_ms, "delivery": self.delivered_ms, "read": self.reads_ms}

    @property
    def waited_ms(self) -> Array:
        """How long each delivery stood in the queue, from the end of the call that posts."""
        pushed = self.worked_ms > 0
        return np.where(pushed, np.maximum(self.delivered_ms - self.worked_ms - self.posts_ms, 0), 0.0)

    @property
    def alone(self) -> tuple[tuple[int, float, float], ...]:
        """Of each account that posted alone its followers and the medians of its deliveries and the work."""
        found = []
        for size in np.unique(self.alone_followers).tolist():
            these = self.alone_followers == size
            medians = (float(np.median(times[these])) for times in (self.alone_ms, self.alone_worked_ms))
            found.append((int(size), *medians))
        return tuple(found)  # type: ignore[arg-type]


def run_feeds(
    engine: Engine,
    workload: FeedWorkload,
    strategy: str,
    *,
    posts_per_second: float,
    seconds: float,
    kept: int = KEPT,
    told: Callable[[], object] = lambda: None,
) -> FeedRun:
    """Load the history, then post and read for so many seconds, and look at the feeds once all is delivered.

    One client makes the calls, one at a time, each when it is due or as soon as the one before has returned;
    a call's time counts from its start. One worker delivers. `told` is called several times a second.
    Whatever ends the run, the worker has ended before it returns.

    Raises what the store raises, in either thread.
    """
    celebrity_from = workload.celebrity_from if strategy == "hybrid" else None
    engine.client.clear()
    clock = Clock()
    queue = DeliveryQueue(clock)
    with _short_turns(), queue:
        store = FeedStore(
            workload.graph, engine, strategy, celebrity_from=celebrity_from, kept=kept, later=queue.add
        )
        store.load(workload.history)
        told()
        paced = _pace(store, queue, workload, posts_per_second=posts_per_second, seconds=seconds, told=told)
        queue.wait()
        told()
        alone = []
        for tweet in workload.alone:
            alone.append(_post(store, queue, tweet))
            queue.wait()
        quiet_ms = []
        for reader in paced.readers[-_QUIET:]:
            start = clock.now()
            store.timeline(reader, PAGE)
            quiet_ms.append(1e3 * (clock.now() - start))
        told()
        queue.number = -1
        posted = tuple(paced.posted)
        for tweet in workload.deleted(posted):
            store.delete(tweet)
        for change in workload.changes:
            (store.follow if change.follow else store.unfollow)(change.follower, change.followee)
        queue.wait()
        told()
        expected = workload.expected(posted)
        differing = sum(
            tuple(entry.id for entry in store.timeline(user, CHECKED_PAGE)) != ids
            for user, ids in expected.items()
        )
        stored = engine.client.stored()
    counts = workload.graph.follower_counts
    every = [queue.times(call) for call in (*paced.calls, *alone)]
    delivered, worked, entries = (np.array(column, dtype=float) for column in zip(*every, strict=True))
    among = slice(0, len(posted))
    return FeedRun(
        strategy,
        celebrity_from,
        seconds,
        posts_ms=np.array([1e3 * (call.ended - call.started) for call in paced.calls]),
        followers=counts[[int(tweet.author) for tweet in posted]].astype(float),
        deliveries=entries[among],
        delivered_ms=delivered[among],
        worked_ms=worked[among],
        reads_ms=np.array(paced.reads_ms),
        lookups=np.array(paced.lookups, dtype=float),
        quiet_reads_ms=np.array(quiet_ms),
        alone_followers=counts[[int(tweet.author) for tweet in workload.alone]].astype(float),
        alone_ms=delivered[len(posted) :],
        alone_worked_ms=worked[len(posted) :],
        stored_posts=stored[0],
        stored_timelines=stored[1],
        checked=len(expected),
        differing=differing,
    )


@dataclass
class _Paced:
    posted: list[Tweet] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    readers: list[int] = field(default_factory=list)
    reads_ms: list[float] = field(default_factory=list)
    lookups: list[int] = field(default_factory=list)


def _pace(
    store: FeedStore,
    queue: DeliveryQueue,
    workload: FeedWorkload,
    *,
    posts_per_second: float,
    seconds: float,
    told: Callable[[], object],
) -> _Paced:
    """Do the workload's actions when they are due."""
    clock, paced = queue.clock, _Paced()
    start = tell_at = clock.now()
    for action in workload.actions:
        due = action.due / posts_per_second
        if clock.now() > tell_at:
            told()
            tell_at = clock.now() + _TOLD_S
        # At least one of each, however short the time; and no strategy gets fewer, unless it is far behind.
        late = clock.now() > start + _LATEST * seconds
        if paced.posted and paced.readers and (due > seconds or late):
            break
        clock.sleep_until(start + due)
        if action.post:
            paced.posted.append(workload.tweet(len(paced.posted), action.user))
            paced.calls.append(_post(store, queue, paced.posted[-1]))
            continue
        paced.readers.append(action.user)
        before, began = store.asked.lookups, clock.now()
        store.timeline(action.user, PAGE)
        paced.reads_ms.append(1e3 * (clock.now() - began))
        paced.lookups.append(store.asked.lookups - before)
    return paced


def _post(store: FeedStore, queue: DeliveryQueue, tweet: Tweet) -> Call:
    queue.number = tweet.id
    started = queue.clock.now()
    store.post(tweet)
    return Call(tweet.id, started, queue.clock.now())


@contextmanager
def _short_turns() -> Iterator[None]:
    """Let threads take turns more often: by default one that waits for Python's lock waits for 5 ms."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(_TURN_S)
    try:
        yield
    finally:
        sys.setswitchinterval(before)

"""Step 4: three ways to make a home timeline (pull, push, hybrid): the same feed at different work.

What a home timeline holds, whichever way it is made:

- the tweets of those whom the reader follows now, newest first, and of the same time the higher id first;
- after a follow also the followee's earlier tweets; after an unfollow none of them;
- no deleted tweet, and not the reader's own tweets.

Tweets may arrive late, so out of the order of their times. Each request may arrive twice, as retries do: the
second changes nothing. Delivery is at once here; in a real system it follows seconds after the post.
"""

import heapq
from abc import ABC, abstractmethod
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeAlias

from helpers.models.checks import require_number, require_whole

__all__ = [
    "KEPT",
    "Feed",
    "HybridFeed",
    "Position",
    "PullFeed",
    "PushFeed",
    "Tweet",
    "User",
    "Work",
    "merge_newest",
    "require_position",
    "require_user",
]

User: TypeAlias = str | int
Position: TypeAlias = tuple[float, int]
"""A tweet's place in every feed: its time (s) and, where times are equal, its id."""

KEPT = 800
"""Entries kept in a precomputed timeline. Source: Krikorian, "Timelines at Scale", QCon 2012."""

_MOST_COUNT = 100_000
_LONGEST_NAME = 100
_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True)
class Tweet:
    """A tweet as a feed sees it; `time` is in s since any fixed moment.

    >>> Tweet(7, "ann", 12.5).position
    (12.5, 7)
    >>> Tweet(-1, "ann", 12.5)
    Traceback (most recent call last):
    ValueError: id = -1: it must be a whole number, 0 or more, at most 9.22337e+18
    """

    id: int
    author: User
    time: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", require_whole("id", self.id, at_least=0, at_most=_LARGEST_ID))
        object.__setattr__(self, "time", require_number("time", self.time, unit="s"))
        require_user("author", self.author)

    @property
    def position(self) -> Position:
        """What feeds are ordered by."""
        return self.time, self.id


@dataclass(frozen=True)
class Work:
    """List entries read, entries written, and lists looked up: one query each, where each is on another host.

    >>> Work(reads=20, lookups=1) + Work(writes=75)
    Work(reads=20, writes=75, lookups=1)
    """

    reads: int = 0
    writes: int = 0
    lookups: int = 0

    def __add__(self, other: "Work") -> "Work":
        return Work(self.reads + other.reads, self.writes + other.writes, self.lookups + other.lookups)

    def __sub__(self, other: "Work") -> "Work":
        return Work(self.reads - other.reads, self.writes - other.writes, self.lookups - other.lookups)


def merge_newest(runs: Iterable[Iterator[Tweet]]) -> Iterator[Tweet]:
    """Merge runs of tweets, each newest first, into one; a run is read on only when its tweet has been taken.

    The heap holds one tweet of each of the k runs, so each tweet costs about log2(k) comparisons.

    >>> ann, bob = [Tweet(4, "ann", 9), Tweet(1, "ann", 2)], [Tweet(3, "bob", 5)]
    >>> [tweet.id for tweet in merge_newest([iter(ann), iter(bob)])]
    [4, 3, 1]
    """
    heap = [_entry(tweet, place, run) for place, run in enumerate(runs) if (tweet := next(run, None))]
    heapq.heapify(heap)
    while heap:
        _, place, newest, run = heap[0]
        yield newest
        following = next(run, None)
        if following:
            heapq.heapreplace(heap, _entry(following, place, run))
        else:
            heapq.heappop(heap)


class Feed(ABC):
    """Posts, follows and the home timelines made of them; `work` is what all requests together have cost."""

    def __init__(self) -> None:
        self.work = Work()
        self._posted: dict[int, Tweet] = {}
        self._deleted: set[int] = set()
        self._tweets: defaultdict[User, list[Tweet]] = defaultdict(list)
        self._followees: defaultdict[User, set[User]] = defaultdict(set)
        self._followers: defaultdict[User, set[User]] = defaultdict(set)

    def post(self, tweet: Tweet) -> None:
        """Publish a tweet.

        Raises ValueError for an id that another tweet has, also if that one was deleted.
        """
        if not isinstance(tweet, Tweet):
            raise TypeError(f"tweet = {tweet!r}: it must be a Tweet, for example Tweet(1, 'ann', 0.0)")
        if tweet.id not in self._posted:
            self._posted[tweet.id] = tweet
            self._publish(tweet)
        elif self._posted[tweet.id] != tweet:
            raise ValueError(f"tweet = {tweet!r}: its id must be new, but {self._posted[tweet.id]!r} has it")

    def delete(self, tweet_id: int) -> None:
        """Remove a tweet from every feed. Raises ValueError for an id that was never posted."""
        tweet_id = require_whole("tweet_id", tweet_id, at_least=0, at_most=_LARGEST_ID)
        if tweet_id not in self._posted:
            raise ValueError(f"tweet_id = {tweet_id}: it must be the id of a tweet that was posted")
        if tweet_id not in self._deleted:
            self._deleted.add(tweet_id)
            self._withdraw(self._posted[tweet_id])

    def follow(self, follower: User, followee: User) -> None:
        """Let `follower` see the tweets of `followee`, the earlier ones too."""
        self._require_pair(follower, followee)
        if followee not in self._followees[follower]:
            self._followees[follower].add(followee)
            self._followers[followee].add(follower)
            self._count(writes=1)
            self._refresh(follower)

    def unfollow(self, follower: User, followee: User) -> None:
        """Take the tweets of `followee` out of the feed of `follower`."""
        self._require_pair(follower, followee)
        if followee in self._followees[follower]:
            self._followees[follower].remove(followee)
            self._followers[followee].remove(follower)
            self._count(writes=1)
            self._refresh(follower)

    def timeline(self, user: User, count: int, before: Position | None = None) -> tuple[Tweet, ...]:
        """Return the newest `count` tweets of a user's feed, of those that are older than `before`."""
        user = require_user("user", user)
        count = require_whole("count", count, at_least=1, at_most=_MOST_COUNT)
        before = None if before is None else require_position("before", before)
        return tuple(islice(self._newest(user, before), count))

    @abstractmethod
    def _newest(self, user: User, before: Position | None) -> Iterator[Tweet]:
        """Read a user's feed, newest first, as far as it is asked for."""

    def _publish(self, tweet: Tweet) -> None:
        insort(self._tweets[tweet.author], tweet, key=_position)
        self._count(writes=1)

    def _withdraw(self, tweet: Tweet) -> None:
        _remove(self._tweets[tweet.author], tweet)
        self._count(writes=1)

    @abstractmethod
    def _refresh(self, user: User) -> None:
        """Do what a change of a user's followees calls for."""

    def _pull(self, user: User, before: Position | None) -> Iterator[Tweet]:
        """Merge the tweets of those a user follows."""
        return merge_newest(self._read(self._tweets[author], before) for author in self._followees[user])

    def _read(self, tweets: list[Tweet], before: Position | None) -> Iterator[Tweet]:
        """Read a stored list from `before` on, counting what is read."""
        self._count(lookups=1)
        place = len(tweets) if before is None else bisect_left(tweets, before, key=_position)
        while place:
            place -= 1
            self._count(reads=1)
            yield tweets[place]

    def _count(self, **work: int) -> None:
        self.work += Work(**work)

    @staticmethod
    def _require_pair(follower: User, followee: User) -> None:
        if require_user("follower", follower) == require_user("followee", followee):
            raise ValueError(f"followee = {followee!r}: it must be another user than the follower")


class PullFeed(Feed):
    """Fan-out on load: a post is one write, and a reader merges the tweets of all they follow.

    >>> feed = PullFeed()
    >>> for author in ("ann", "bob", "cat"):
    ...     feed.follow("me", author)
    >>> feed.post(Tweet(1, "ann", 10))
    >>> feed.post(Tweet(2, "bob", 20))
    >>> before = feed.work
    >>> [tweet.id for tweet in feed.timeline("me", count=1)], feed.work - before
    ([2], Work(reads=2, writes=0, lookups=3))
    """

    def _newest(self, user: User, before: Position | None) -> Iterator[Tweet]:
        return self._pull(user, before)

    def _refresh(self, user: User) -> None:
        pass  # nothing is kept for a reader


class _Kept:
    """The newest tweets of a feed, oldest first; complete down to `floor`, or wholly if there is none."""

    def __init__(self, tweets: list[Tweet], size: int) -> None:
        self.tweets = tweets
        self.size = size
        self.floor = tweets[0].position if len(tweets) == size else None

    def insert(self, tweet: Tweet) -> None:
        # Below the floor tweets were dropped, so that one more would stand there with gaps around it.
        if self.floor is None or tweet.position > self.floor:
            insort(self.tweets, tweet, key=_position)
            if len(self.tweets) > self.size:
                del self.tweets[0]
                self.floor = self.tweets[0].position


class PushFeed(Feed):
    """Fan-out on write: a post is inserted into each follower's list, and a reader reads one list.

    A list keeps the newest `kept` tweets; a reader who pages past its end is served by a pull from there on
    (Twitter's timeline ended there). A follow or an unfollow makes the reader's list anew.

    >>> feed = PushFeed()
    >>> for follower in ("me", "you"):
    ...     feed.follow(follower, "ann")
    >>> before = feed.work
    >>> feed.post(Tweet(1, "ann", 10))
    >>> feed.work - before
    Work(reads=0, writes=3, lookups=0)
    >>> [tweet.id for tweet in feed.timeline("me", count=1)], feed.work - before
    ([1], Work(reads=1, writes=3, lookups=1))
    """

    def __init__(self, kept: int = KEPT) -> None:
        super().__init__()
        self.kept = require_whole("kept", kept, at_least=1, at_most=_MOST_COUNT)
        self._lists: defaultdict[User, _Kept] = defaultdict(lambda: _Kept([], self.kept))

    def _publish(self, tweet: Tweet) -> None:
        super()._publish(tweet)
        for follower in self._followers[tweet.author]:
            self._lists[follower].insert(tweet)
            self._count(writes=1)

    def _withdraw(self, tweet: Tweet) -> None:
        super()._withdraw(tweet)
        for follower in self._followers[tweet.author]:
            _remove(self._lists[follower].tweets, tweet)
            self._count(writes=1)

    def _refresh(self, user: User) -> None:
        newest = list(islice(self._pull(user, None), self.kept))
        self._lists[user] = _Kept(newest[::-1], self.kept)
        self._count(writes=len(newest))

    def _newest(self, user: User, before: Position | None) -> Iterator[Tweet]:
        own = self._lists[user]
        yield from self._read(own.tweets, before)
        if own.floor is not None:
            yield from self._pull(user, own.floor if before is None else min(own.floor, before))


class HybridFeed(PushFeed):
    """Push the tweets of ordinary authors, pull those of authors with `celebrity_from` followers or more.

    It is decided for each tweet when it is posted, so nothing moves when an author becomes a celebrity.

    >>> feed = HybridFeed(celebrity_from=2)
    >>> for follower, followee in (("me", "star"), ("you", "star"), ("me", "ann")):
    ...     feed.follow(follower, followee)
    >>> before = feed.work
    >>> feed.post(Tweet(1, "star", 10))
    >>> feed.post(Tweet(2, "ann", 20))
    >>> feed.work - before
    Work(reads=0, writes=3, lookups=0)
    >>> [tweet.author for tweet in feed.timeline("me", count=9)]
    ['ann', 'star']
    """

    def __init__(self, celebrity_from: int, kept: int = KEPT) -> None:
        super().__init__(kept)
        self.celebrity_from = require_whole("celebrity_from", celebrity_from, at_least=0, at_most=_LARGEST_ID)
        self._unpushed: defaultdict[User, list[Tweet]] = defaultdict(list)

    def _publish(self, tweet: Tweet) -> None:
        if len(self._followers[tweet.author]) < self.celebrity_from:
            super()._publish(tweet)
        else:
            insort(self._unpushed[tweet.author], tweet, key=_position)
            self._count(writes=1)

    def _withdraw(self, tweet: Tweet) -> None:
        if _holds(self._unpushed[tweet.author], tweet):
            _remove(self._unpushed[tweet.author], tweet)
            self._count(writes=1)
        else:
            super()._withdraw(tweet)

    def _newest(self, user: User, before: Position | None) -> Iterator[Tweet]:
        celebrities = [author for author in self._followees[user] if self._unpushed[author]]
        pulled = [self._read(self._unpushed[author], before) for author in celebrities]
        return merge_newest([super()._newest(user, before), *pulled])


def require_user(name: str, value: Any) -> User:
    """Return a user's name or number.

    >>> require_user("user", "")
    Traceback (most recent call last):
    ValueError: user = '': it must have 1 to 100 characters
    """
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise TypeError(f"{name} = {value!r}: it must be a user's name (text) or number (a whole one)")
    if isinstance(value, int):
        return require_whole(name, value, at_least=0, at_most=_LARGEST_ID)
    if not 1 <= len(value) <= _LONGEST_NAME:
        raise ValueError(f"{name} = {value[:20]!r}: it must have 1 to {_LONGEST_NAME} characters")
    return value


def require_position(name: str, value: Any) -> Position:
    """Return a position, (time in s, id).

    >>> require_position("before", 12.5)
    Traceback (most recent call last):
    TypeError: before = 12.5: it must be a position, (time, id), for example (12.5, 7)
    """
    if not isinstance(value, tuple) or len(value) != 2:
        raise TypeError(f"{name} = {value!r}: it must be a position, (time, id), for example (12.5, 7)")
    time = require_number(f"the time of {name}", value[0], unit="s")
    return time, require_whole(f"the id of {name}", value[1], at_least=0, at_most=_LARGEST_ID)


def _position(tweet: Tweet) -> Position:
    return tweet.position


def _entry(tweet: Tweet, place: int, run: Iterator[Tweet]) -> tuple[Position, int, Tweet, Iterator[Tweet]]:
    # A heap gives the smallest first. The place keeps two equal positions from comparing tweets.
    return (-tweet.time, -tweet.id), place, tweet, run


def _holds(tweets: list[Tweet], tweet: Tweet) -> bool:
    place = bisect_left(tweets, tweet.position, key=_position)
    return place < len(tweets) and tweets[place] == tweet


def _remove(tweets: list[Tweet], tweet: Tweet) -> None:
    if _holds(tweets, tweet):
        del tweets[bisect_left(tweets, tweet.position, key=_position)]

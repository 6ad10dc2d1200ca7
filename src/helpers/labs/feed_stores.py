"""Step 4: home timelines by pull, push and hybrid on any store that can keep ordered lists."""

import threading
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from helpers.labs.feed_lists import CELEBRITY, POSTS, TIMELINES, Engine, Entry, entry_of, newest_of
from helpers.models.checks import require_choice, require_whole
from helpers.models.fanout import STRATEGIES
from helpers.models.feed import KEPT, Position, Tweet, Work, require_position
from helpers.models.social_graph import SocialGraph

__all__ = ["ENTRIES_A_REQUEST", "FeedStore", "Follows", "Job", "run_now"]

ENTRIES_A_REQUEST = 1_000
"""Entries sent at once. Twitter's fan-out sent 4,000; a shorter request delays others less."""

_MOST_COUNT = 1_000
_LARGEST_LIST = 100_000
_LARGEST_ID = 2**63 - 1


class Follows:
    """Who follows whom, in the memory of this program, and changed there.

    Twitter asked a service of its own for this, whatever the timelines were kept in. Two threads may use
    it: what they get is a copy.

    >>> follows = Follows(SocialGraph.from_follows(3, [(0, 1), (2, 1)]))
    >>> follows.remove(2, 1), follows.remove(2, 1), follows.followers(1), follows.follower_count(1)
    (True, False, [0], 1)
    """

    def __init__(self, graph: SocialGraph) -> None:
        self.users = graph.users
        self._graph = graph
        self._followers: dict[int, list[int]] = {}
        self._followees: dict[int, list[int]] = {}
        self._changing = threading.Lock()

    def followers(self, user: int) -> list[int]:
        """Return who follows a user, in ascending order."""
        changed = self._followers.get(user)
        return self._graph.followers_of(user).tolist() if changed is None else changed

    def followees(self, user: int) -> list[int]:
        """Return whom a user follows, in ascending order."""
        changed = self._followees.get(user)
        return self._graph.followees_of(user).tolist() if changed is None else changed

    def follower_count(self, user: int) -> int:
        """Return how many follow a user."""
        changed = self._followers.get(user)
        return len(self._graph.followers_of(user)) if changed is None else len(changed)

    def add(self, follower: int, followee: int) -> bool:
        """Let one follow the other; return whether that is new."""
        return self._change(follower, followee, follow=True)

    def remove(self, follower: int, followee: int) -> bool:
        """Let one follow the other no longer; return whether they did."""
        return self._change(follower, followee, follow=False)

    def _change(self, follower: int, followee: int, *, follow: bool) -> bool:
        with self._changing:
            followees = self.followees(follower)
            if (followee in followees) == follow:
                return False
            followers = self.followers(followee)
            # New lists: another thread may be going through the old ones.
            if follow:
                self._followees[follower] = sorted([*followees, followee])
                self._followers[followee] = sorted([*followers, follower])
            else:
                self._followees[follower] = [user for user in followees if user != followee]
                self._followers[followee] = [user for user in followers if user != follower]
        return True


Job = Callable[[], int]
"""Work on followers' lists that a caller need not wait for; returns how many entries it wrote."""


def run_now(job: Job) -> None:
    """Do a job at once, as if there were no queue."""
    job()


class FeedStore:
    """Posts and home timelines on a store, by one of `STRATEGIES`; feeds are those of `models.feed`.

    What a caller waits for goes over the client's connection. What followers' lists need is a job handed to
    `later`; jobs must be run one after the other, in this order, and use the worker's connection. One worker
    writes the lists, so no job overtakes another.

    A list is trimmed to its newest `kept` entries once it holds an eighth more; older pages are pulled. A
    deleted tweet's id is not to be posted again: the API's idempotency key sees to that.
    """

    def __init__(
        self,
        graph: SocialGraph,
        engine: Engine,
        strategy: str,
        *,
        celebrity_from: int | None = None,
        kept: int = KEPT,
        later: Callable[[Job], object] = run_now,
    ) -> None:
        self.strategy = require_choice("strategy", strategy, STRATEGIES)
        if strategy == "hybrid" and celebrity_from is None:
            raise ValueError(
                "celebrity_from = None: a hybrid needs the number of followers from which authors are pulled"
            )
        self.celebrity_from = (
            require_whole("celebrity_from", celebrity_from, at_least=0, at_most=_LARGEST_ID)
            if strategy == "hybrid"
            else None
        )
        self.kept = require_whole("kept", kept, at_least=1, at_most=_LARGEST_LIST)
        self.follows = Follows(graph)
        self.asked, self.worked = Work(), Work()
        self._client, self._worker, self._later = engine.client, engine.worker, later
        # And whoever was one when they posted.
        self._celebrities: set[int] = set()
        if self.celebrity_from is not None:
            self._celebrities.update(np.flatnonzero(graph.follower_counts >= self.celebrity_from).tolist())
        # Of each list: entries since it was trimmed, and where it ends, if something older was left out.
        self._sizes: dict[int, int] = {}
        self._floors: dict[int, Position] = {}

    # What a caller waits for --------------------------------------------------------------------------------

    def load(self, tweets: Sequence[Tweet]) -> None:
        """Store a history at once, lists and all, before anybody reads."""
        by_author: dict[str, dict[int, list[Entry]]] = {POSTS: {}, CELEBRITY: {}}
        timelines: dict[int, list[Entry]] = {}
        for tweet in tweets:
            entry = self._entry(tweet)
            kind = self._kind(entry.author)
            by_author[kind].setdefault(entry.author, []).append(entry)
            if self.strategy != "pull" and kind == POSTS:
                for follower in self.follows.followers(entry.author):
                    timelines.setdefault(follower, []).append(entry)
        self._celebrities |= set(by_author[CELEBRITY])
        for reader, entries in timelines.items():
            if len(entries) >= self.kept:
                timelines[reader] = newest_of(entries, self.kept)
                self._floors[reader] = timelines[reader][-1][:2]
            self._sizes[reader] = len(timelines[reader])
        for kind, lists in {**by_author, TIMELINES: timelines}.items():
            if lists:
                self._client.load(kind, lists)

    def post(self, tweet: Tweet) -> None:
        """Store a tweet, and leave its delivery for later."""
        entry = self._entry(tweet)
        kind = self._kind(entry.author)
        if kind == CELEBRITY:
            self._celebrities.add(entry.author)
        self._client.insert(kind, [entry.author], entry)
        self.asked += Work(writes=1)
        if self.strategy != "pull" and kind == POSTS:
            self._later(lambda: self._deliver(entry))

    def delete(self, tweet: Tweet) -> None:
        """Remove a tweet, and leave its removal from the followers' lists for later."""
        entry = self._entry(tweet)
        pushed = self._client.remove(POSTS, [entry.author], entry)
        self.asked += Work(writes=1)
        if self.strategy == "hybrid" and not pushed:
            self._client.remove(CELEBRITY, [entry.author], entry)
        elif self.strategy != "pull" and pushed:
            self._later(lambda: self._withdraw(entry))

    def follow(self, follower: int, followee: int) -> None:
        """Let `follower` see the tweets of `followee`, the earlier ones too."""
        if self.follows.add(*self._pair(follower, followee)):
            self._follows_changed(follower)

    def unfollow(self, follower: int, followee: int) -> None:
        """Take the tweets of `followee` out of the feed of `follower`."""
        if self.follows.remove(*self._pair(follower, followee)):
            self._follows_changed(follower)

    def timeline(self, user: int, count: int, before: Position | None = None) -> list[Entry]:
        """Return the newest `count` entries of a user's feed, of those that are older than `before`."""
        user = self._user("user", user)
        count = require_whole("count", count, at_least=1, at_most=_MOST_COUNT)
        before = None if before is None else require_position("before", before)
        if self.strategy == "pull":
            return self._read({POSTS: self.follows.followees(user)}, count, before)
        celebrities = self._celebrities_of(user)
        entries = self._read({TIMELINES: [user], CELEBRITY: celebrities}, count, before)
        # The list is read before its end: the worker notes an end before it trims.
        floor = self._floors.get(user)
        if floor is None or (len(entries) == count and entries[-1] >= floor):
            return entries
        above = [entry for entry in entries if entry >= floor]
        older = {POSTS: self.follows.followees(user), CELEBRITY: celebrities}
        below = floor if before is None else min(floor, before)
        return above + self._read(older, count - len(above), below)

    # What the worker does -----------------------------------------------------------------------------------

    def _deliver(self, entry: Entry) -> int:
        floors = self._floors
        readers = [
            reader
            for reader in self.follows.followers(entry.author)
            # Below a list's end one more would stand with gaps around it.
            if reader not in floors or entry > floors[reader]
        ]
        for some in _parts(readers):
            self._worker.insert(TIMELINES, some, entry)
        full = self.kept + self.kept // 8
        for reader in readers:
            self._sizes[reader] = size = self._sizes.get(reader, 0) + 1
            if size > full:
                self._trim(reader)
        self.worked += Work(writes=len(readers))
        return len(readers)

    def _withdraw(self, entry: Entry) -> int:
        readers = self.follows.followers(entry.author)
        for some in _parts(readers):
            self._worker.remove(TIMELINES, some, entry)
        self.worked += Work(writes=len(readers))
        return len(readers)

    def _refresh(self, reader: int) -> int:
        followees = self.follows.followees(reader)
        newest = self._worker.newest({POSTS: followees}, self.kept) if followees else []
        floor = newest[-1][:2] if len(newest) == self.kept else None
        old = self._floors.get(reader)
        if floor is not None:
            self._floors[reader] = floor if old is None else max(old, floor)
        self._worker.replace(reader, newest)
        if floor is None:
            self._floors.pop(reader, None)
        else:
            self._floors[reader] = floor
        self._sizes[reader] = len(newest)
        self.worked += Work(reads=len(newest), lookups=len(followees), writes=len(newest))
        return len(newest)

    def _trim(self, reader: int) -> None:
        newest = self._worker.newest({TIMELINES: [reader]}, self.kept)
        self._sizes[reader] = len(newest)
        if len(newest) == self.kept:
            self._floors[reader] = newest[-1][:2]
            self._worker.cut(reader, newest[-1][:2])

    # What both use ------------------------------------------------------------------------------------------

    def _read(self, wanted: Mapping[str, Sequence[int]], count: int, before: Position | None) -> list[Entry]:
        wanted = {kind: owners for kind, owners in wanted.items() if owners}
        if not wanted:
            return []
        found = self._client.newest(wanted, count, before)
        self.asked += Work(reads=len(found), lookups=sum(map(len, wanted.values())))
        return found

    def _celebrities_of(self, user: int) -> list[int]:
        if self.strategy != "hybrid":
            return []
        return [author for author in self.follows.followees(user) if author in self._celebrities]

    def _kind(self, author: int) -> str:
        if self.celebrity_from is None:
            return POSTS
        return CELEBRITY if self.follows.follower_count(author) >= self.celebrity_from else POSTS

    def _follows_changed(self, reader: int) -> None:
        self.asked += Work(writes=1)
        if self.strategy != "pull":
            self._later(lambda: self._refresh(reader))

    def _entry(self, tweet: Tweet) -> Entry:
        if not isinstance(tweet, Tweet):
            raise TypeError(f"tweet = {tweet!r}: it must be a Tweet, for example Tweet(1, 7, 0.0)")
        self._user("author", tweet.author)
        return entry_of(tweet)

    def _user(self, name: str, user: object) -> int:
        return require_whole(name, user, at_least=0, at_most=self.follows.users - 1)

    def _pair(self, follower: int, followee: int) -> tuple[int, int]:
        pair = self._user("follower", follower), self._user("followee", followee)
        if pair[0] == pair[1]:
            raise ValueError(f"followee = {followee!r}: it must be another user than the follower")
        return pair


def _parts(owners: list[int]) -> list[list[int]]:
    return [owners[at : at + ENTRIES_A_REQUEST] for at in range(0, len(owners), ENTRIES_A_REQUEST)]

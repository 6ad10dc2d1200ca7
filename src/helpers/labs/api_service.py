"""Step 4: what the API does, without HTTP: tweets kept once, follows, feeds in pages, safe under threads."""

import itertools
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from helpers.models.api_contract import KEY_LIFETIME_S, LONGEST_KEY
from helpers.models.checks import require_number, require_whole
from helpers.models.feed import Feed, PushFeed, Tweet, User, require_user
from helpers.models.pagination import Cursors, timeline_page
from helpers.models.texts import require_text
from helpers.models.time_sorted_ids import SEQUENCES, next_snowflake, snowflake_parts

__all__ = [
    "DEMO_USERS",
    "KeyReusedError",
    "Post",
    "PostPage",
    "TweetService",
    "UnknownUserError",
    "demo_service",
    "time_ordered_ids",
]

DEMO_USERS = ("ann", "bob", "cat", "mallory")
"""Ann follows Bob and Cat; Mallory follows nobody and means no good."""

_DEMO_START_S = 1_767_225_600.0  # 2026-01-01 00:00:00 UTC
_DEMO_TWEETS = 60
_MOST_OFFSET = 90_000

Clock = Callable[[], float]
Ids = Callable[[float], int]


class UnknownUserError(LookupError):
    """No user has this name."""


class KeyReusedError(ValueError):
    """An idempotency key came again with another tweet."""


@dataclass(frozen=True)
class Post:
    """A tweet as a reader sees it; `created_s` is in s since 1970."""

    id: int
    author: User
    content: str
    media_url: str | None
    created_s: float


@dataclass(frozen=True)
class PostPage:
    """A page of a feed, newest first, and what asks for the page after it (None at the end)."""

    posts: tuple[Post, ...]
    next_page_token: str | None


@dataclass(frozen=True)
class _Done:
    """What a key has done: the request, its answer and when it is forgotten (s)."""

    asked: tuple[str, str | None]
    answer: Post
    expires_s: float


class TweetService:
    """Users, tweets, follows and feeds in memory; each call is done whole before the next one starts.

    One lock is what one process needs; a database does the same with a transaction and a unique constraint.
    `clock` gives the time (s since 1970); `ids` gives for a time an id above all earlier ones.

    >>> service = TweetService(["ann", "bob"], clock=lambda: 10.0, ids=lambda now: 7)
    >>> service.follow("ann", "bob")
    >>> service.post("bob", "hello").id
    7
    >>> [post.content for post in service.page("ann", 20, Cursors(bytes(32))).posts]
    ['hello']
    """

    def __init__(
        self,
        users: Iterable[User],
        *,
        clock: Clock = time.time,
        ids: Ids | None = None,
        feed: Feed | None = None,
    ) -> None:
        self.users = frozenset(require_user("users", user) for user in users)
        self.clock = clock
        self._ids = ids or time_ordered_ids()
        self._feed = feed or PushFeed()
        self._posts: dict[int, Post] = {}
        self._done: OrderedDict[tuple[User, str], _Done] = OrderedDict()
        self._lock = threading.RLock()

    def post(self, user: User, content: str, media_url: str | None = None) -> Post:
        """Publish a tweet, as often as it is called. Raises UnknownUserError."""
        with self._lock:
            now_s = self.clock()
            self._require_user(user)
            post = Post(self._ids(now_s), user, content, media_url, now_s)
            self._feed.post(Tweet(post.id, user, now_s))
            self._posts[post.id] = post
            return post

    def post_once(self, user: User, key: str, content: str, media_url: str | None = None) -> Post:
        """Publish a tweet the first time that this user sends `key`, and return that tweet every time.

        A key is forgotten a day after its first use. Raises KeyReusedError where it came with another tweet.

        >>> service = TweetService(["bob"])
        >>> service.post_once("bob", "a-key", "hello") == service.post_once("bob", "a-key", "hello")
        True
        """
        require_text("key", key)
        if len(key) > LONGEST_KEY:
            raise ValueError(f"key: it has {len(key):,} characters; it must have at most {LONGEST_KEY}")
        asked = content, media_url
        with self._lock:
            now_s = self.clock()
            self._forget(now_s)
            done = self._done.get((user, key))
            if done is None:
                done = _Done(asked, self.post(user, content, media_url), now_s + KEY_LIFETIME_S)
                self._done[user, key] = done
            elif done.asked != asked:
                raise KeyReusedError("it was used for another tweet; a new tweet needs a new key")
            return done.answer

    def follow(self, follower: User, followee: User) -> None:
        """Let one user see another's tweets; a second time changes nothing. ValueError for oneself."""
        with self._lock:
            self._require_user(follower, followee)
            self._feed.follow(follower, followee)

    def unfollow(self, follower: User, followee: User) -> None:
        """Undo a follow; where there was none, nothing changes."""
        with self._lock:
            self._require_user(follower, followee)
            self._feed.unfollow(follower, followee)

    def page(self, user: User, size: int, cursors: Cursors, page_token: str | None = None) -> PostPage:
        """Return a page of a user's feed, by cursor. Raises CursorError for a token that is not accepted."""
        with self._lock:
            self._require_user(user)
            page = timeline_page(self._feed, user, size, cursors, now_s=self.clock(), page_token=page_token)
            return PostPage(self._kept(page.tweets), page.next_page_token)

    def page_at(self, user: User, size: int, offset: int) -> PostPage:
        """Return a page of a user's feed, by offset: what stands there now, whatever stood there before."""
        offset = require_whole("offset", offset, at_least=0, at_most=_MOST_OFFSET)
        size = require_whole("size", size, at_least=1, at_most=1_000)
        with self._lock:
            self._require_user(user)
            tweets = self._feed.timeline(user, offset + size + 1)[offset:]
            token = str(offset + size) if len(tweets) > size else None
            return PostPage(self._kept(tweets[:size]), token)

    def _kept(self, tweets: Iterable[Tweet]) -> tuple[Post, ...]:
        return tuple(self._posts[tweet.id] for tweet in tweets)

    def _require_user(self, *users: User) -> None:
        for user in users:
            if user not in self.users:
                raise UnknownUserError(f"there is no user {user!r}")

    def _forget(self, now_s: float) -> None:
        # They all live equally long, so the oldest stands first.
        while self._done and next(iter(self._done.values())).expires_s <= now_s:
            self._done.popitem(last=False)


def time_ordered_ids() -> Ids:
    """Return a source of Snowflake ids, each above the last, whatever the clock does.

    A clock that is set back waits at the last id's ms; when a ms is used up, the next begins early. So no
    request fails for it, and the ids of one machine stay in order.

    >>> ids = time_ordered_ids()
    >>> first, second, earlier = ids(1_700_000_000.0), ids(1_700_000_000.0), ids(1_600_000_000.0)
    >>> second - first, earlier - second
    (1, 1)
    """
    last: int | None = None

    def next_id(now_s: float) -> int:
        nonlocal last
        ms = int(require_number("now_s", now_s, unit="s") * 1e3)
        if last is not None:
            before = snowflake_parts(last)
            ms = max(ms, before.ms + (before.sequence == SEQUENCES - 1))
        last = next_snowflake(last, ms, machine=0)
        return last

    return next_id


def demo_service(*, live: bool = False, tweets: int = _DEMO_TWEETS) -> TweetService:
    """Return a service with four users, of whom Ann follows Bob and Cat, and `tweets` by these two in turn.

    Its clock goes on by a second at each use and its ids count from 1, so that a lesson prints the same
    every time; `live` takes the time of day and ids made of it.

    >>> service = demo_service()
    >>> [post.content for post in service.page_at("ann", 2, 0).posts]
    ["cat's tweet 60", "bob's tweet 59"]
    """
    tweets = require_whole("tweets", tweets, at_least=0, at_most=10_000)
    if live:
        service = TweetService(DEMO_USERS)
    else:
        numbers, seconds = itertools.count(1), itertools.count()
        service = TweetService(
            DEMO_USERS, clock=lambda: _DEMO_START_S + next(seconds), ids=lambda _: next(numbers)
        )
    for followee in ("bob", "cat"):
        service.follow("ann", followee)
    for number in range(1, tweets + 1):
        author = "bob" if number % 2 else "cat"
        service.post(author, f"{author}'s tweet {number}")
    return service

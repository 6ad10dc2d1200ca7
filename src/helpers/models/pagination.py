"""Step 4: a page of a feed by offset and by cursor, what each costs, and a cursor nobody can forge."""

import struct
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

from helpers.models.checks import require_choice, require_number, require_whole
from helpers.models.feed import Feed, Position, Tweet, User, require_position
from helpers.models.sealing import Seal, SealError, require_secret, user_bytes

__all__ = [
    "PAGINGS",
    "CursorError",
    "Cursors",
    "Page",
    "Slice",
    "entries_read",
    "page_after",
    "page_at",
    "timeline_page",
]

PAGINGS = ("offset", "cursor")

_MOST = 1_000_000_000
_LONGEST_LIFE_S = 1e9


@dataclass(frozen=True)
class Slice:
    """One page as a database gives it: the tweets, newest first, and the index entries it read for them."""

    tweets: tuple[Tweet, ...]
    rows_read: int


def page_at(index: Sequence[Tweet], offset: int, size: int) -> Slice:
    """Return the page that OFFSET gives: skip `offset` tweets from the newest, then take `size`.

    `index` is sorted as an index is, by time and id, oldest first. An index knows order, not rank, so the
    skipped entries are read too. Source: the PostgreSQL manual, "LIMIT and OFFSET".

    >>> index = [Tweet(number, "ann", number) for number in range(100)]
    >>> page = page_at(index, offset=40, size=2)
    >>> [tweet.id for tweet in page.tweets], page.rows_read
    ([59, 58], 42)
    """
    offset = require_whole("offset", offset, at_least=0, at_most=_MOST)
    size = require_whole("size", size, at_least=1, at_most=_MOST)
    end = max(len(index) - offset, 0)
    tweets = tuple(index[max(end - size, 0) : end])[::-1]
    return Slice(tweets, min(offset, len(index)) + len(tweets))


def page_after(index: Sequence[Tweet], last: Position | None, size: int) -> Slice:
    """Return the page that a cursor gives: the `size` newest tweets that are older than `last`.

    An index finds the place of `last` by descending its few levels, which are not counted; so the page costs
    what it holds, however deep it is. `last` is None for the first page.

    >>> index = [Tweet(number, "ann", number) for number in range(100)]
    >>> page = page_after(index, last=(60, 60), size=2)
    >>> [tweet.id for tweet in page.tweets], page.rows_read
    ([59, 58], 2)
    """
    size = require_whole("size", size, at_least=1, at_most=_MOST)
    end = len(index)
    if last is not None:
        end = bisect_left(index, require_position("last", last), key=_position)
    tweets = tuple(index[max(end - size, 0) : end])[::-1]
    return Slice(tweets, len(tweets))


def entries_read(paging: str, page: int, size: int) -> int:
    """Return the index entries that page number `page` (from 1) reads, where the feed is that long.

    >>> entries_read("offset", 1_000, 20), entries_read("cursor", 1_000, 20)
    (20000, 20)
    """
    require_choice("paging", paging, PAGINGS)
    page = require_whole("page", page, at_least=1, at_most=_MOST)
    size = require_whole("size", size, at_least=1, at_most=_MOST)
    return page * size if paging == "offset" else size


class CursorError(SealError):
    """A cursor that is not accepted; an API answers 400, and the client starts again at the first page."""


@dataclass(frozen=True)
class Cursors:
    """Seals a position in a user's feed as an opaque token, and opens it again.

    `key` is the server's secret, of 32 bytes or more (as long as the digest: RFC 2104, section 3); a token
    is accepted for `lifetime_s`, one day unless told, which is our choice. The token holds the version, an
    HMAC-SHA-256 over all the rest, the position, the end of its life and the user. It is signed and not
    encrypted: who decodes it reads their own position, and can change nothing.

    >>> cursors = Cursors(key=b"a secret of 32 bytes, or longer.")
    >>> token = cursors.seal((12.5, 7), user="me", now_s=1000)
    >>> cursors.open(token, user="me", now_s=1060)
    (12.5, 7)
    >>> cursors.open(token, user="you", now_s=1060)
    Traceback (most recent call last):
    helpers.models.pagination.CursorError: page_token: it belongs to another user; ask for the first page
    """

    key: bytes = field(repr=False)
    lifetime_s: float = 86_400.0

    def __post_init__(self) -> None:
        require_secret("key", self.key)
        require_number("lifetime_s", self.lifetime_s, above=0, at_most=_LONGEST_LIFE_S, unit="s")

    def seal(self, position: Position, *, user: User, now_s: float) -> str:
        """Return the token for the page that follows `position`, of letters, digits, - and _ only."""
        time, number = require_position("position", position)
        expires_s = require_number("now_s", now_s, unit="s") + self.lifetime_s
        return self._seal.close(_FIELDS.pack(time, number, expires_s) + user_bytes(user))

    def open(self, token: str, *, user: User, now_s: float) -> Position:
        """Return the position that a token holds. Raises CursorError for a token that is not this user's."""
        asked = user_bytes(user)
        now_s = require_number("now_s", now_s, unit="s")
        if not isinstance(token, str):
            raise TypeError(f"page_token = {token!r}: it must be text, as the page before gave it")
        try:
            body = self._seal.open(token)
        except SealError as error:
            raise _refused(error.reason, str(error)) from None
        time, number, expires_s = _FIELDS.unpack_from(body)
        if body[_FIELDS.size :] != asked:
            raise _refused("foreign", "it belongs to another user")
        if now_s >= expires_s:
            raise _refused("expired", "it is too old")
        return time, number

    @property
    def _seal(self) -> Seal:
        return Seal(self.key, "page token")


@dataclass(frozen=True)
class Page:
    """What `GET /v1/feed` answers: tweets, newest first, and the next page's token (None at the end)."""

    tweets: tuple[Tweet, ...]
    next_page_token: str | None


def timeline_page(
    feed: Feed, user: User, size: int, cursors: Cursors, *, now_s: float, page_token: str | None = None
) -> Page:
    """Serve a page of a user's feed; `page_token` is the page's before it, or None for the first.

    One tweet more than the page holds is read, to know whether there is a next page.

    >>> from helpers.models.feed import PushFeed
    >>> feed, cursors = PushFeed(), Cursors(b"a secret of 32 bytes, or longer.")
    >>> feed.follow("me", "ann")
    >>> for number in range(5):
    ...     feed.post(Tweet(number, "ann", number))
    >>> first = timeline_page(feed, "me", 3, cursors, now_s=10)
    >>> second = timeline_page(feed, "me", 3, cursors, now_s=20, page_token=first.next_page_token)
    >>> [tweet.id for tweet in second.tweets], second.next_page_token
    ([1, 0], None)
    """
    size = require_whole("size", size, at_least=1, at_most=1_000)
    before = None if page_token is None else cursors.open(page_token, user=user, now_s=now_s)
    tweets = feed.timeline(user, size + 1, before)
    if len(tweets) <= size:
        return Page(tweets, None)
    page = tweets[:size]
    return Page(page, cursors.seal(page[-1].position, user=user, now_s=now_s))


_FIELDS = struct.Struct(">dqd")
"""Time (s), id, end of life (s)."""


def _refused(reason: str, why: str) -> CursorError:
    return CursorError(reason, f"page_token: {why}; ask for the first page")


def _position(tweet: Tweet) -> Position:
    return tweet.position

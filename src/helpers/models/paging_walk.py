"""Step 4: turning the pages of a feed while others post and delete: what is shown twice, and what never."""

from bisect import insort
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, repeat, zip_longest
from typing import Any

from helpers.models.checks import require_choice, require_whole
from helpers.models.feed import Position, Tweet
from helpers.models.pagination import PAGINGS, Slice, page_after, page_at

__all__ = ["Row", "Walk", "busy_walk", "first_place", "walk"]

_MOST = 1_000_000_000
_LONGEST_WALK = 1_000


@dataclass(frozen=True)
class Row:
    """What one page brought: tweets shown for the first time, shown again, and passed over for good."""

    new: tuple[Tweet, ...]
    again: tuple[Tweet, ...]
    skipped: tuple[Tweet, ...]


@dataclass(frozen=True)
class Walk:
    """What a reader met who turned pages while others posted and deleted.

    `skipped` are the tweets that were there from the first page to the last and were never shown though
    the reader came past them, `repeated` those shown more than once, both newest first.
    """

    pages: tuple[Slice, ...]
    repeated: tuple[Tweet, ...]
    skipped: tuple[Tweet, ...]

    @property
    def rows_read(self) -> tuple[int, ...]:
        """The index entries read for each page."""
        return tuple(page.rows_read for page in self.pages)

    @property
    def rows(self) -> tuple[Row, ...]:
        """What each page brought; a skipped tweet counts with the page that came past it."""
        seen: set[Tweet] = set()
        left, found = list(self.skipped), []
        for number, page in enumerate(self.pages, 1):
            again = tuple(tweet for tweet in page.tweets if tweet in seen)
            new = tuple(tweet for tweet in page.tweets if tweet not in seen)
            seen.update(new)
            end = page.tweets[-1].position if page.tweets and number < len(self.pages) else None
            past = [tweet for tweet in left if end is None or tweet.position > end]
            if page.tweets or number == len(self.pages):
                left = left[len(past) :]
            found.append(Row(new, again, tuple(past)))
        return tuple(found)


def walk(
    tweets: Iterable[Tweet],
    size: int,
    *,
    paging: str,
    posts: Sequence[Iterable[Tweet]] = (),
    deletions: Sequence[Iterable[int]] = (),
    most_pages: int | None = None,
) -> Walk:
    """Turn the pages of a feed to its end, or `most_pages` of them, while it moves.

    After page i `posts[i]` are published and the ids `deletions[i]` removed; an id that is not there is
    passed over. The reader stops at the first page that is not full. Raises ValueError where two tweets
    have one id.

    >>> feed = [Tweet(number, "ann", number) for number in range(6)]
    >>> news = [[Tweet(6, "bob", 6)]]
    >>> [tweet.id for tweet in walk(feed, 3, paging="offset", posts=news).repeated]
    [3]
    >>> [tweet.id for tweet in walk(feed, 3, paging="offset", deletions=[[5]]).skipped]
    [2]
    >>> walk(feed, 3, paging="cursor", posts=news, deletions=[[5]]).repeated
    ()
    """
    require_choice("paging", paging, PAGINGS)
    if most_pages is not None:
        require_whole("most_pages", most_pages, at_least=1, at_most=_MOST)
    first, published = list(tweets), [list(news) for news in posts]
    _require_tweets([*first, *chain(*published)])
    index = sorted(first, key=_position)
    stayed = set(index)
    pages: list[Slice] = []
    last: Position | None = None
    for news, gone in chain(zip_longest(published, deletions, fillvalue=()), repeat(((), ()))):
        if paging == "offset":
            page = page_at(index, len(pages) * size, size)
        else:
            page = page_after(index, last, size)
        pages.append(page)
        if len(page.tweets) < size:
            break
        if len(pages) == most_pages:
            # What is older than the last tweet was not skipped: the reader has not come there.
            stayed = {tweet for tweet in stayed if tweet.position > page.tweets[-1].position}
            break
        last = page.tweets[-1].position
        for tweet in news:
            insort(index, tweet, key=_position)
        if removed := set(gone):
            index = [tweet for tweet in index if tweet.id not in removed]
            stayed = {tweet for tweet in stayed if tweet.id not in removed}
    shown = Counter(tweet for page in pages for tweet in page.tweets)
    repeated = [tweet for tweet, times in shown.items() if times > 1]
    return Walk(tuple(pages), _newest_first(repeated), _newest_first(stayed - set(shown)))


def busy_walk(paging: str, size: int, *, posted: int, deleted: int, pages: int = 5) -> Walk:
    """Turn pages of a long feed in which others post and delete by turns.

    After page 1, 3, 5 and so on `posted` tweets are published; after page 2, 4, 6 `deleted` tweets are
    removed, which the reader saw on the first page. `first_place` tells where a tweet stood at the start.

    >>> by_offset = busy_walk("offset", 10, posted=3, deleted=2)
    >>> [first_place(tweet) for tweet in by_offset.repeated]
    [8, 9, 10, 27, 28, 29]
    >>> [first_place(tweet) for tweet in by_offset.skipped]
    [18, 19, 37, 38]
    """
    size = require_whole("size", size, at_least=1, at_most=_LONGEST_WALK)
    posted = require_whole("posted", posted, at_least=0, at_most=_LONGEST_WALK)
    pages = require_whole("pages", pages, at_least=1, at_most=_LONGEST_WALK)
    times = (pages - 1) // 2
    deleted = require_whole("deleted", deleted, at_least=0, at_most=size // max(times, 1))
    long = pages * size + times * deleted
    feed = [Tweet(number, "ann", -1.0 - number) for number in range(long)]
    posts: list[list[Tweet]] = []
    deletions: list[range] = []
    for turn in range(pages // 2):
        news = range(turn * posted, (turn + 1) * posted)
        posts += [[Tweet(long + number, "bob", number) for number in news], []]
        deletions += [range(0), range(turn * deleted, (turn + 1) * deleted)]
    return walk(feed, size, paging=paging, posts=posts, deletions=deletions, most_pages=pages)


def first_place(tweet: Tweet) -> int:
    """Return where a tweet of `busy_walk` stood at the start: 1 is the newest, 0 and less came later."""
    return round(-tweet.time)


def _require_tweets(tweets: Iterable[Any]) -> None:
    seen: set[int] = set()
    for tweet in tweets:
        if not isinstance(tweet, Tweet):
            raise TypeError(f"tweets and posts: each must be a Tweet, but one is {tweet!r}")
        if tweet.id in seen:
            raise ValueError(f"tweets and posts: each must have an id of its own, but two have {tweet.id}")
        seen.add(tweet.id)


def _position(tweet: Tweet) -> Position:
    return tweet.position


def _newest_first(tweets: Iterable[Tweet]) -> tuple[Tweet, ...]:
    return tuple(sorted(tweets, key=_position, reverse=True))

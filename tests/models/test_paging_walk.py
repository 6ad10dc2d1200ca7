"""A feed that moves: the cursor's laws, the offset's faults and their closed forms, page by page."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.models.feed import Tweet
from helpers.models.pagination import PAGINGS
from helpers.models.paging_walk import Walk, busy_walk, first_place, walk


def feed_of(count: int, first: int = 0) -> list[Tweet]:
    return [Tweet(number, "ann", number) for number in range(first, first + count)]


@st.composite
def moving_feeds(draw: Any) -> tuple[list[Tweet], list[list[Tweet]], list[list[int]]]:
    """A feed, what is posted after each page (late tweets and ties too), and what is deleted."""
    tweets = [
        Tweet(number, "ann", time)
        for number, time in enumerate(draw(st.lists(st.integers(0, 8), min_size=1, max_size=40)))
    ]
    cut = draw(st.integers(0, len(tweets)))
    start, late = tweets[:cut], tweets[cut:]
    posts: list[list[Tweet]] = [[] for _ in range(6)]
    for tweet in late:
        posts[draw(st.integers(0, 5))].append(tweet)
    deletions = draw(st.lists(st.lists(st.integers(0, 40), max_size=3), max_size=6))
    return start, posts, deletions


# A feed that moves ------------------------------------------------------------------------------------------


@given(moving_feeds(), st.integers(1, 7))
@settings(max_examples=300, deadline=None)
def test_a_cursor_repeats_and_skips_nothing(moving: Any, size: int) -> None:
    start, posts, deletions = moving
    found = walk(start, size, paging="cursor", posts=posts, deletions=deletions)
    assert found.repeated == ()
    assert found.skipped == ()
    shown = [tweet.position for page in found.pages for tweet in page.tweets]
    assert shown == sorted(shown, reverse=True)


@given(st.integers(0, 60), st.integers(1, 9))
@settings(deadline=None)
def test_in_a_feed_at_rest_both_show_all_once(count: int, size: int) -> None:
    for paging in PAGINGS:
        found = walk(feed_of(count), size, paging=paging)
        shown = [tweet.id for page in found.pages for tweet in page.tweets]
        assert shown == list(range(count))[::-1]
        assert (found.repeated, found.skipped) == ((), ())


@given(st.integers(1, 10), st.integers(0, 10))
@settings(deadline=None)
def test_an_offset_repeats_one_tweet_for_each_post(size: int, posted: int) -> None:
    posted = min(posted, size)
    posts = [feed_of(posted, first=100)]
    found = walk(feed_of(3 * size), size, paging="offset", posts=posts)
    assert [tweet.id for tweet in found.repeated] == list(range(2 * size, 2 * size + posted))[::-1]
    assert found.skipped == ()


@given(st.integers(1, 10), st.integers(0, 10))
@settings(deadline=None)
def test_an_offset_skips_one_tweet_for_each_deletion(size: int, gone: int) -> None:
    gone = min(gone, size)
    deletions = [list(range(3 * size - gone, 3 * size))]
    found = walk(feed_of(3 * size), size, paging="offset", deletions=deletions)
    assert [tweet.id for tweet in found.skipped] == list(range(2 * size - gone, 2 * size))[::-1]
    assert found.repeated == ()


def test_what_is_posted_and_deleted_after_the_last_page_does_not_count() -> None:
    found = walk(feed_of(5), 3, paging="offset", posts=[[], feed_of(3, 50)], deletions=[[], [0]])
    assert (found.repeated, found.skipped) == ((), ())
    assert len(found.pages) == 2


def test_a_walk_leaves_its_input_as_it_is() -> None:
    tweets, posts, deletions = feed_of(9)[::-1], [feed_of(2, 50)], [[3]]
    walk(tweets, 2, paging="cursor", posts=posts, deletions=deletions)
    assert (tweets, posts, deletions) == (feed_of(9)[::-1], [feed_of(2, 50)], [[3]])


@given(st.integers(0, 80), st.integers(1, 9))
@settings(deadline=None)
def test_all_pages_cost_the_square_by_offset_and_the_length_by_cursor(count: int, size: int) -> None:
    full = count // size
    by_offset = walk(feed_of(count), size, paging="offset").rows_read
    assert sum(by_offset) == size * full * (full + 1) // 2 + count
    assert sum(walk(feed_of(count), size, paging="cursor").rows_read) == count


@given(moving_feeds(), st.integers(1, 7), st.integers(1, 9))
@settings(max_examples=200, deadline=None)
def test_the_rows_hold_all_that_was_shown_and_skipped_once(moving: Any, size: int, most: int) -> None:
    start, posts, deletions = moving
    for paging in PAGINGS:
        found = walk(start, size, paging=paging, posts=posts, deletions=deletions, most_pages=most)
        assert len(found.pages) <= most
        assert len(found.rows) == len(found.pages)
        for row, page in zip(found.rows, found.pages, strict=True):
            assert sorted((*row.new, *row.again), key=lambda tweet: tweet.position) == list(page.tweets)[::-1]
        assert [tweet for row in found.rows for tweet in row.skipped] == list(found.skipped)
        assert {tweet for row in found.rows for tweet in row.again} == set(found.repeated)
        new = [tweet for row in found.rows for tweet in row.new]
        assert len(set(new)) == len(new)


@given(moving_feeds(), st.integers(1, 7), st.integers(1, 9))
@settings(deadline=None)
def test_a_reader_who_stops_early_saw_the_same_and_skipped_no_more(moving: Any, size: int, most: int) -> None:
    start, posts, deletions = moving
    for paging in PAGINGS:
        whole = walk(start, size, paging=paging, posts=posts, deletions=deletions)
        early = walk(start, size, paging=paging, posts=posts, deletions=deletions, most_pages=most)
        assert early.pages == whole.pages[:most]
        if len(early.pages) == len(whole.pages) < most:
            assert early == whole
        if len(early.pages[-1].tweets) == size:
            end = early.pages[-1].tweets[-1].position
            assert all(tweet.position > end for tweet in early.skipped)


# A feed in which others post and delete by turns ------------------------------------------------------------


def places(tweets: Any) -> list[int]:
    return [first_place(tweet) for tweet in tweets]


@given(st.integers(1, 40), st.integers(0, 60), st.integers(0, 60), st.integers(1, 9))
@settings(deadline=None)
def test_a_cursor_goes_straight_down_a_busy_feed(size: int, posted: int, deleted: int, pages: int) -> None:
    deleted = min(deleted, size // max(1, (pages - 1) // 2))
    found = busy_walk("cursor", size, posted=posted, deleted=deleted, pages=pages)
    assert [tweet for page in found.pages for tweet in places(page.tweets)] == list(
        range(1, size * pages + 1)
    )
    assert (found.repeated, found.skipped) == ((), ())


@given(st.integers(1, 40), st.integers(0, 40), st.integers(0, 20))
@settings(deadline=None)
def test_an_offset_moves_with_a_busy_feed_by_what_came_and_went(size: int, posted: int, deleted: int) -> None:
    posted, deleted = min(posted, size), min(deleted, size // 2)
    rows = busy_walk("offset", size, posted=posted, deleted=deleted).rows
    assert [len(row.again) for row in rows] == [0, posted, 0, posted, 0]
    # What is deleted moves up what was just shown, so only what was not shown yet is skipped.
    assert [len(row.skipped) for row in rows] == [0, 0, deleted, 0, deleted]
    starts = [(row.again + row.new)[0] for row in rows]
    shift = [0, -posted, deleted - posted, deleted - 2 * posted, 2 * (deleted - posted)]
    expected = [1 + turn * size + by for turn, by in enumerate(shift)]
    assert [first_place(tweet) for tweet in starts] == expected


def test_more_news_than_a_page_holds_carries_the_reader_along() -> None:
    rows = busy_walk("offset", 10, posted=20, deleted=2).rows
    assert places(rows[1].new) == list(range(-9, 1))
    assert (rows[3].new, len(rows[3].again)) == ((), 10)


def test_a_busy_feed_at_rest_is_the_same_both_ways() -> None:
    by_offset, by_cursor = (busy_walk(paging, 10, posted=0, deleted=0) for paging in PAGINGS)
    assert [page.tweets for page in by_offset.pages] == [page.tweets for page in by_cursor.pages]
    assert (sum(by_offset.rows_read), sum(by_cursor.rows_read)) == (150, 50)


@pytest.mark.parametrize(
    ("call", "error", "named"),
    [
        (lambda: walk([], 0, paging="cursor"), ValueError, "size = 0"),
        (lambda: walk([], 5, paging="page"), ValueError, "paging = 'page'"),
        (lambda: walk(feed_of(2), 5, paging="offset", posts=[feed_of(1)]), ValueError, "two have 0"),
        (lambda: walk([1], 5, paging="offset"), TypeError, "tweets and posts"),  # type: ignore[list-item]
        (lambda: walk([], 5, paging="offset", most_pages=0), ValueError, "most_pages = 0"),
        (lambda: busy_walk("page", 5, posted=1, deleted=1), ValueError, "paging = 'page'"),
        (lambda: busy_walk("offset", 0, posted=1, deleted=0), ValueError, "size = 0"),
        (lambda: busy_walk("offset", 5, posted=-1, deleted=0), ValueError, "posted = -1"),
        (lambda: busy_walk("offset", 5, posted=1, deleted=3), ValueError, "deleted = 3: .* at most 2"),
        (lambda: busy_walk("offset", 5, posted=1, deleted=0, pages=0), ValueError, "pages = 0"),
        (lambda: busy_walk("offset", 5, posted=1.5, deleted=0), TypeError, "posted = 1.5"),  # type: ignore[arg-type]
    ],
)
def test_bad_walks_are_refused(call: Callable[[], Walk], error: type[Exception], named: str) -> None:
    with pytest.raises(error, match=named):
        call()

"""Paging: the cursor's laws, the offset's faults and their closed forms, and every way to spoil a cursor."""

import base64
import math
import re
import string
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from helpers.models.feed import Feed, HybridFeed, PullFeed, PushFeed, Tweet
from helpers.models.pagination import (
    PAGINGS,
    CursorError,
    Cursors,
    page_after,
    page_at,
    timeline_page,
    walk,
)
from helpers.models.sealing import AccessTokens

KEY = bytes(range(32))
CURSORS = Cursors(KEY)
NOW_S = 1_700_000_000.0
LETTERS = string.ascii_letters + string.digits + "-_"


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


# What a page costs ------------------------------------------------------------------------------------------


def test_page_1000_reads_20000_rows_by_offset_and_20_by_cursor() -> None:
    index = feed_of(30_000)
    by_offset = page_at(index, offset=999 * 20, size=20)
    by_cursor = page_after(index, last=index[-999 * 20].position, size=20)
    assert by_offset.tweets == by_cursor.tweets
    assert (by_offset.rows_read, by_cursor.rows_read) == (20_000, 20)


@given(st.integers(0, 80), st.integers(1, 9))
@settings(deadline=None)
def test_all_pages_cost_the_square_by_offset_and_the_length_by_cursor(count: int, size: int) -> None:
    full = count // size
    by_offset = walk(feed_of(count), size, paging="offset").rows_read
    assert sum(by_offset) == size * full * (full + 1) // 2 + count
    assert sum(walk(feed_of(count), size, paging="cursor").rows_read) == count


@pytest.mark.parametrize(
    ("call", "error", "named"),
    [
        (lambda: page_at([], -1, 5), ValueError, "offset = -1"),
        (lambda: page_at([], 0, 0), ValueError, "size = 0"),
        (lambda: page_at([], 1.5, 5), TypeError, "offset = 1.5"),  # type: ignore[arg-type]
        (lambda: page_after([], None, 0), ValueError, "size = 0"),
        (lambda: page_after([], 7, 5), TypeError, "last = 7"),  # type: ignore[arg-type]
        (lambda: walk([], 0, paging="cursor"), ValueError, "size = 0"),
        (lambda: walk([], 5, paging="page"), ValueError, "paging = 'page'"),
        (lambda: walk(feed_of(2), 5, paging="offset", posts=[feed_of(1)]), ValueError, "two have 0"),
        (lambda: walk([1], 5, paging="offset"), TypeError, "tweets and posts"),  # type: ignore[list-item]
    ],
)
def test_bad_pages_are_refused(call: Callable[[], Any], error: type[Exception], named: str) -> None:
    with pytest.raises(error, match=named):
        call()


def test_past_the_end_there_is_an_empty_page() -> None:
    assert page_at(feed_of(3), 5, 2).tweets == ()
    assert page_at(feed_of(3), 5, 2).rows_read == 3
    assert page_after(feed_of(3), (0.0, 0), 2).tweets == ()


# The cursor -------------------------------------------------------------------------------------------------

users = st.one_of(st.text(min_size=1, max_size=100), st.integers(0, 2**63 - 1))
positions = st.tuples(st.floats(allow_nan=False, allow_infinity=False), st.integers(0, 2**63 - 1))


@given(positions, users)
@example((-1.5, 2**63 - 1), "\U0001f600" * 100)
@example((0.0, 0), "\0" * 100)
@example((5e-324, 0), "\ud800" * 100)
def test_a_token_opens_to_exactly_what_was_sealed(position: tuple[float, int], user: Any) -> None:
    token = CURSORS.seal(position, user=user, now_s=NOW_S)
    assert re.fullmatch(r"[A-Za-z0-9_-]{76,1000}", token)
    assert CURSORS.open(token, user=user, now_s=NOW_S) == position


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_no_other_spelling_of_a_token_is_accepted(data: Any) -> None:
    # Names of each length modulo 3, so that the last character holds 6, 4 and 2 bits.
    user = "u" * data.draw(st.integers(1, 6))
    token = CURSORS.seal((12.5, 7), user=user, now_s=NOW_S)
    place = data.draw(st.one_of(st.just(len(token) - 1), st.integers(0, len(token) - 1)))
    letter = data.draw(st.sampled_from(LETTERS + "=+/ \n."))
    for other in (
        token[:place] + letter + token[place + 1 :],
        token[:place] + token[place + 1 :],
        token[:place] + letter + token[place:],
        token[:place],
        token + "=",
    ):
        if other != token:
            with pytest.raises(CursorError):
                CURSORS.open(other, user=user, now_s=NOW_S)


def spoilt(change: Callable[[bytearray], Any]) -> str:
    token = CURSORS.seal((12.5, 7), user="me", now_s=NOW_S)
    raw = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    change(raw)
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("", "damaged"),
        ("Tweet 7, please", "damaged"),
        ("é", "damaged"),
        ("A" * 1_001, "damaged"),
        ("AQ", "damaged"),
        (spoilt(lambda raw: raw.__delitem__(slice(33, None))), "damaged"),
        (spoilt(lambda raw: raw.__delitem__(slice(40, None))), "forged"),
        (spoilt(lambda raw: raw.__setitem__(0, 2)), "version"),
        (spoilt(lambda raw: raw.__setitem__(1, raw[1] ^ 1)), "forged"),
        (spoilt(lambda raw: raw.__setitem__(45, raw[45] ^ 1)), "forged"),
        (spoilt(lambda raw: raw.extend(b"x")), "forged"),
        (AccessTokens(KEY).issue("me", now_s=NOW_S), "forged"),
        (Cursors(b"x" * 32).seal((12.5, 7), user="me", now_s=NOW_S), "forged"),
        (CURSORS.seal((12.5, 7), user="you", now_s=NOW_S), "foreign"),
        (CURSORS.seal((12.5, 7), user="me", now_s=NOW_S - 86_400), "expired"),
    ],
)
def test_each_way_to_spoil_a_token_is_named(token: str, reason: str) -> None:
    with pytest.raises(CursorError, match=r"page_token: .*first page") as caught:
        CURSORS.open(token, user="me", now_s=NOW_S)
    assert caught.value.reason == reason


def test_a_token_lives_until_its_last_moment_and_not_longer() -> None:
    cursors = Cursors(KEY, lifetime_s=60)
    token = cursors.seal((1.0, 1), user="me", now_s=100)
    assert cursors.open(token, user="me", now_s=159.9) == (1.0, 1)
    with pytest.raises(CursorError, match="too old"):
        cursors.open(token, user="me", now_s=160)


def test_a_character_that_no_token_has_is_said_to_be_one() -> None:
    with pytest.raises(CursorError, match="characters that ours never have"):
        CURSORS.open("Tweet 7, please." * 4, user="me", now_s=NOW_S)


def test_the_name_7_is_not_the_number_7() -> None:
    token = CURSORS.seal((1.0, 1), user="7", now_s=NOW_S)
    with pytest.raises(CursorError, match="another user"):
        CURSORS.open(token, user=7, now_s=NOW_S)


def test_the_key_is_never_shown() -> None:
    assert "key" not in repr(Cursors(b"s" * 32))
    for key in (b"secret", "secret" * 9, None):
        with pytest.raises((TypeError, ValueError), match="32 or more") as caught:
            Cursors(key)  # type: ignore[arg-type]
        assert "secret" not in str(caught.value)


@pytest.mark.parametrize("life", [0, -1, math.nan, math.inf, "day"])
def test_a_bad_lifetime_is_refused(life: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="lifetime_s"):
        Cursors(KEY, life)


@pytest.mark.parametrize("token", [None, 7, b"AQ"])
def test_a_token_that_is_no_text_is_refused(token: Any) -> None:
    with pytest.raises(TypeError, match="page_token"):
        CURSORS.open(token, user="me", now_s=NOW_S)


# Both together ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [PullFeed, PushFeed, lambda: PushFeed(kept=4), lambda: HybridFeed(1)])
@pytest.mark.parametrize("count", [0, 1, 3, 9, 10])
def test_a_reader_pages_to_the_end_while_others_post(make: Callable[[], Feed], count: int) -> None:
    feed = make()
    feed.follow("me", "ann")
    for tweet in feed_of(count):
        feed.post(tweet)
    shown: list[int] = []
    token, pages = None, 0
    while pages == 0 or token:
        page = timeline_page(feed, "me", 3, CURSORS, now_s=NOW_S, page_token=token)
        shown += [tweet.id for tweet in page.tweets]
        token, pages = page.next_page_token, pages + 1
        feed.post(Tweet(100 + pages, "ann", 100 + pages))
        if page.tweets:
            feed.delete(page.tweets[-1].id)  # the tweet that the cursor stands at
    assert shown == list(range(count))[::-1]
    assert pages == max(1, math.ceil(count / 3))


def test_a_page_of_the_feed_refuses_what_is_not_ours() -> None:
    with pytest.raises(CursorError, match="page_token"):
        timeline_page(PullFeed(), "me", 3, CURSORS, now_s=NOW_S, page_token="2")
    with pytest.raises(ValueError, match="size = 0"):
        timeline_page(PullFeed(), "me", 0, CURSORS, now_s=NOW_S)

"""Paging: what a page costs by offset and by cursor, and every way to spoil a cursor."""

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
    CursorError,
    Cursors,
    entries_read,
    page_after,
    page_at,
    timeline_page,
)
from helpers.models.sealing import AccessTokens

KEY = bytes(range(32))
CURSORS = Cursors(KEY)
NOW_S = 1_700_000_000.0
LETTERS = string.ascii_letters + string.digits + "-_"


def feed_of(count: int, first: int = 0) -> list[Tweet]:
    return [Tweet(number, "ann", number) for number in range(first, first + count)]


# What a page costs ------------------------------------------------------------------------------------------


def test_page_1000_reads_20000_rows_by_offset_and_20_by_cursor() -> None:
    index = feed_of(30_000)
    by_offset = page_at(index, offset=999 * 20, size=20)
    by_cursor = page_after(index, last=index[-999 * 20].position, size=20)
    assert by_offset.tweets == by_cursor.tweets
    assert (by_offset.rows_read, by_cursor.rows_read) == (20_000, 20)


@pytest.mark.parametrize(
    ("call", "error", "named"),
    [
        (lambda: page_at([], -1, 5), ValueError, "offset = -1"),
        (lambda: page_at([], 0, 0), ValueError, "size = 0"),
        (lambda: page_at([], 1.5, 5), TypeError, "offset = 1.5"),  # type: ignore[arg-type]
        (lambda: page_after([], None, 0), ValueError, "size = 0"),
        (lambda: entries_read("page", 1, 5), ValueError, "paging = 'page'"),
        (lambda: entries_read("offset", 0, 5), ValueError, "page = 0"),
        (lambda: entries_read("cursor", 1, 0), ValueError, "size = 0"),
        (lambda: page_after([], 7, 5), TypeError, "last = 7"),  # type: ignore[arg-type]
    ],
)
def test_bad_pages_are_refused(call: Callable[[], Any], error: type[Exception], named: str) -> None:
    with pytest.raises(error, match=named):
        call()


@given(st.integers(1, 40), st.integers(1, 30))
@settings(deadline=None)
def test_what_a_page_costs_is_what_reading_it_costs(page: int, size: int) -> None:
    index = feed_of(page * size)
    last = index[size].position if page > 1 else None
    assert entries_read("offset", page, size) == page_at(index, (page - 1) * size, size).rows_read
    assert entries_read("cursor", page, size) == page_after(index, last, size).rows_read


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

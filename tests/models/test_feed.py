"""Feeds: all ways against one plain definition, the laws of their work, repeated requests, bad input."""

import math
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from itertools import chain, islice
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.models.feed import (
    KEPT,
    Feed,
    HybridFeed,
    PullFeed,
    PushFeed,
    Tweet,
    Work,
    merge_newest,
    require_user,
)

USERS = range(5)
MAKERS: tuple[Callable[[], Feed], ...] = (
    PullFeed,
    PushFeed,
    lambda: PushFeed(kept=1),
    lambda: PushFeed(kept=3),
    lambda: HybridFeed(celebrity_from=0),
    lambda: HybridFeed(celebrity_from=2),
    lambda: HybridFeed(celebrity_from=2, kept=2),
    lambda: HybridFeed(celebrity_from=99, kept=3),
)

# Few times, so that many are equal; few ids, so that requests repeat.
ACTIONS = st.one_of(
    st.tuples(st.just("post"), st.integers(0, 25), st.sampled_from(USERS), st.integers(0, 6)),
    st.tuples(st.just("delete"), st.integers(0, 25)),
    st.tuples(st.just("follow"), st.sampled_from(USERS), st.sampled_from(USERS)),
    st.tuples(st.just("unfollow"), st.sampled_from(USERS), st.sampled_from(USERS)),
)


class Told:
    """The definition of a feed, at no thought of its cost: look through everything."""

    def __init__(self) -> None:
        self.posted: dict[int, Tweet] = {}
        self.deleted: set[int] = set()
        self.follows: set[tuple[Any, Any]] = set()

    def timeline(self, user: Any, count: int, before: Any = None) -> tuple[Tweet, ...]:
        seen = [
            tweet
            for tweet in self.posted.values()
            if tweet.id not in self.deleted
            and (user, tweet.author) in self.follows
            and (before is None or (tweet.time, tweet.id) < before)
        ]
        return tuple(sorted(seen, key=lambda tweet: (tweet.time, tweet.id), reverse=True)[:count])


def do(told: Told, feeds: list[Feed], action: tuple[Any, ...]) -> None:
    """Put one action to the definition and to each feed, unless it is one that a feed refuses."""
    name, *values = action
    if name == "post":
        tweet = Tweet(*values)
        if told.posted.setdefault(tweet.id, tweet) == tweet:
            for feed in feeds:
                feed.post(tweet)
    elif name == "delete":
        if values[0] in told.posted:
            told.deleted.add(values[0])
            for feed in feeds:
                feed.delete(values[0])
    elif values[0] != values[1]:
        (told.follows.add if name == "follow" else told.follows.discard)((values[0], values[1]))
        for feed in feeds:
            getattr(feed, name)(*values)


def star(feed: Feed, followers: int, author: str = "star") -> Feed:
    for follower in range(followers):
        feed.follow(follower, author)
    return feed


# All ways give the feed of the definition -------------------------------------------------------------------


@given(st.lists(ACTIONS, max_size=60))
@settings(max_examples=300, deadline=None)
def test_all_ways_give_the_same_feed(history: list[tuple[Any, ...]]) -> None:
    told, feeds = Told(), [make() for make in MAKERS]
    for action in history:
        do(told, feeds, action)
    for user in USERS:
        expected = told.timeline(user, 100)
        for feed in feeds:
            assert feed.timeline(user, 100) == expected


@given(st.lists(ACTIONS, max_size=40), st.integers(1, 4))
@settings(max_examples=150, deadline=None)
def test_pages_joined_are_the_feed(history: list[tuple[Any, ...]], size: int) -> None:
    told, feeds = Told(), [make() for make in MAKERS]
    for action in history:
        do(told, feeds, action)
        for feed in feeds:
            assert feed.timeline(0, size) == told.timeline(0, size)
    for feed in feeds:
        joined: list[Tweet] = []
        while page := feed.timeline(0, size, joined[-1].position if joined else None):
            joined += page
        assert tuple(joined) == told.timeline(0, 100)


@given(st.lists(ACTIONS, max_size=40))
@settings(max_examples=100, deadline=None)
def test_a_request_that_arrives_twice_changes_nothing(history: list[tuple[Any, ...]]) -> None:
    for make in MAKERS:
        once, twice = make(), make()
        told = Told()
        for action in history:
            do(told, [once, twice], action)
            cost = twice.work
            do(told, [twice], action)
            assert twice.work == cost
        for user in USERS:
            assert once.timeline(user, 100) == twice.timeline(user, 100)


@pytest.mark.parametrize("make", MAKERS)
def test_what_follows_unfollows_and_deletions_do(make: Callable[[], Feed]) -> None:
    feed = make()
    feed.post(Tweet(1, "ann", 10))
    feed.post(Tweet(2, "bob", 10))
    feed.post(Tweet(3, "me", 30))
    assert feed.timeline("me", 9) == ()
    feed.follow("me", "ann")
    feed.follow("me", "bob")
    assert [tweet.id for tweet in feed.timeline("me", 9)] == [2, 1]
    feed.post(Tweet(4, "ann", 5))
    assert [tweet.id for tweet in feed.timeline("me", 9)] == [2, 1, 4]
    feed.delete(1)
    assert [tweet.id for tweet in feed.timeline("me", 9)] == [2, 4]
    feed.unfollow("me", "bob")
    assert [tweet.id for tweet in feed.timeline("me", 9)] == [4]
    feed.post(Tweet(1, "ann", 10))
    assert [tweet.id for tweet in feed.timeline("me", 9)] == [4]
    assert feed.timeline("nobody", 9) == ()


def test_a_list_keeps_the_newest_800_and_the_rest_is_pulled() -> None:
    feed = PushFeed()
    feed.follow("me", "ann")
    for number in range(1_000):
        feed.post(Tweet(number, "ann", number))
    before = feed.work
    assert [tweet.id for tweet in feed.timeline("me", KEPT)] == list(range(999, 199, -1))
    assert feed.work - before == Work(reads=800, lookups=1)
    before = feed.work
    assert [tweet.id for tweet in feed.timeline("me", 20, (200.0, 200))] == list(range(199, 179, -1))
    assert feed.work - before == Work(reads=20, lookups=2)


@pytest.mark.parametrize("make", MAKERS)
def test_a_late_tweet_goes_behind_those_a_list_has_dropped(make: Callable[[], Feed]) -> None:
    feed = make()
    feed.follow("me", "ann")
    for number in range(1, 6):
        feed.post(Tweet(number, "ann", 10 * number))
    feed.delete(5)  # so that a list of 3 has a place free, but not for what is older than its end
    feed.post(Tweet(6, "ann", 5))
    assert [tweet.id for tweet in feed.timeline("me", 9)] == [4, 3, 2, 1, 6]
    assert [tweet.id for tweet in feed.timeline("me", 9, (40.0, 4))] == [3, 2, 1, 6]


# The work they do -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("authors", "count"), [(500, 20), (500, 1), (3, 7), (1, 20)])
def test_a_pull_looks_at_each_author_and_a_push_at_one_list(authors: int, count: int) -> None:
    pull, push = PullFeed(), PushFeed()
    for feed in (pull, push):
        for author in range(1, authors + 1):
            feed.follow("me", author)
        for number in range(30 * authors):
            feed.post(Tweet(number, 1 + number % authors, number))
    before = pull.work, push.work
    assert pull.timeline("me", count) == push.timeline("me", count)
    assert pull.work - before[0] == Work(reads=authors + count - 1, lookups=authors)
    assert push.work - before[1] == Work(reads=count, lookups=1)


@given(st.integers(0, 30), st.integers(0, 30))
@settings(max_examples=40, deadline=None)
def test_the_writes_of_a_post_and_of_its_deletion(followers: int, celebrity_from: int) -> None:
    fanned = 1 + followers if followers < celebrity_from else 1
    for feed, writes in (
        (PullFeed(), 1),
        (PushFeed(), 1 + followers),
        (HybridFeed(celebrity_from), fanned),
    ):
        star(feed, followers)
        before = feed.work
        feed.post(Tweet(1, "star", 1))
        assert feed.work - before == Work(writes=writes)
        before = feed.work
        feed.delete(1)
        assert feed.work - before == Work(writes=writes)


def test_the_hybrid_is_a_push_or_a_pull_at_its_limits() -> None:
    push, never = PushFeed(), HybridFeed(celebrity_from=10**9)
    for feed in (push, never):
        star(feed, 5).post(Tweet(1, "star", 1))
        feed.timeline(0, 5)
    assert push.work == never.work
    always = star(HybridFeed(celebrity_from=0), 5)
    before = always.work
    always.post(Tweet(1, "star", 1))
    assert always.work - before == Work(writes=1)
    assert always.timeline(0, 5) == push.timeline(0, 5)


def test_who_becomes_a_celebrity_moves_nothing() -> None:
    feed = star(HybridFeed(celebrity_from=3), 2)
    feed.post(Tweet(1, "star", 1))
    before = feed.work
    feed.follow(2, "star")
    assert (feed.work - before).writes == 2  # the follow, and the new follower's list of one tweet
    before = feed.work
    feed.post(Tweet(2, "star", 2))
    assert feed.work - before == Work(writes=1)
    for follower in range(3):
        assert [tweet.id for tweet in feed.timeline(follower, 9)] == [2, 1]
    feed.unfollow(2, "star")
    feed.post(Tweet(3, "star", 3))
    assert [tweet.id for tweet in feed.timeline(0, 9)] == [3, 2, 1]
    assert feed.timeline(2, 9) == ()


def test_a_merge_reads_no_further_than_it_is_asked() -> None:
    taken: list[int] = []

    def run(first: int) -> Any:
        for number in range(first, -1, -2):
            taken.append(number)
            yield Tweet(number, "ann", number)

    merged = merge_newest([run(10), run(9)])
    assert [tweet.id for tweet in islice(merged, 3)] == [10, 9, 8]
    assert sorted(taken) == [7, 8, 9, 10]


@given(st.lists(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9))), max_size=5))
def test_a_merge_sorts(runs: list[list[tuple[int, int]]]) -> None:
    made = [
        sorted((Tweet(number, place, time) for time, number in run), key=position, reverse=True)
        for place, run in enumerate(runs)
    ]
    merged = list(merge_newest(iter(run) for run in made))
    assert [position(tweet) for tweet in merged] == sorted(map(position, chain(*made)), reverse=True)


def position(tweet: Tweet) -> tuple[float, int]:
    return tweet.position


# Bad input --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "error", "named"),
    [
        ((-1, "ann", 0), ValueError, "id = -1"),
        ((2**63, "ann", 0), ValueError, "id = "),
        ((1.5, "ann", 0), TypeError, "id = 1.5"),
        ((True, "ann", 0), TypeError, "id = True"),
        ((None, "ann", 0), TypeError, "id = None"),
        ((1, "", 0), ValueError, "author = ''"),
        ((1, "a" * 101, 0), ValueError, "1 to 100 characters"),
        ((1, None, 0), TypeError, "author = None"),
        ((1, -5, 0), ValueError, "author = -5"),
        ((1, "ann", math.nan), ValueError, "time = nan"),
        ((1, "ann", math.inf), ValueError, "time = inf"),
        ((1, "ann", "noon"), TypeError, "time = 'noon'"),
        ((1, "ann", np.array([1.0])), TypeError, "time = "),
    ],
)
def test_a_bad_tweet_is_refused(values: tuple[Any, ...], error: type[Exception], named: str) -> None:
    with pytest.raises(error, match=named):
        Tweet(*values)


@pytest.mark.parametrize("make", MAKERS)
def test_bad_requests_are_refused_and_change_nothing(make: Callable[[], Feed]) -> None:
    feed = star(make(), 2)
    feed.post(Tweet(1, "star", 1))
    before = feed.work
    bad: list[tuple[Callable[[], Any], type[Exception], str]] = [
        (lambda: feed.post("hello"), TypeError, "tweet = 'hello'"),  # type: ignore[arg-type]
        (lambda: feed.post(Tweet(1, "star", 2)), ValueError, "its id must be new"),
        (lambda: feed.delete(9), ValueError, "tweet_id = 9"),
        (lambda: feed.delete("1"), TypeError, "tweet_id = '1'"),  # type: ignore[arg-type]
        (lambda: feed.follow("me", "me"), ValueError, "another user"),
        (lambda: feed.unfollow("me", "me"), ValueError, "another user"),
        (lambda: feed.follow(None, "me"), TypeError, "follower = None"),  # type: ignore[arg-type]
        (lambda: feed.timeline(0, 0), ValueError, "count = 0"),
        (lambda: feed.timeline(0, 10**9), ValueError, "count = "),
        (lambda: feed.timeline("", 1), ValueError, "user = ''"),
        (lambda: feed.timeline(0, 1, 3.0), TypeError, "before = 3.0"),  # type: ignore[arg-type]
        (lambda: feed.timeline(0, 1, (math.nan, 1)), ValueError, "the time of before = nan"),
        (lambda: feed.timeline(0, 1, (1.0, -1)), ValueError, "the id of before = -1"),
    ]
    for request, error, named in bad:
        with pytest.raises(error, match=named):
            request()
    assert feed.work == before
    assert [tweet.time for tweet in feed.timeline(0, 9)] == [1.0]


@pytest.mark.parametrize("make", [PushFeed, lambda kept: HybridFeed(3, kept), HybridFeed])
@pytest.mark.parametrize("value", [-1, 2.5, None, "800", True])
def test_a_bad_size_or_threshold_is_refused(make: Callable[[Any], Feed], value: Any) -> None:
    with pytest.raises((TypeError, ValueError), match=r"kept = |celebrity_from = "):
        make(value)


def test_values_are_frozen_and_a_reader_gets_a_copy() -> None:
    tweet = Tweet(1, "ann", 1)
    with pytest.raises(FrozenInstanceError):
        tweet.time = 2.0  # type: ignore[misc]
    assert isinstance(tweet.time, float)
    assert require_user("user", 7) == 7
    assert Work(3, 2, 1) - Work(1, 1, 1) == Work(2, 1, 0)

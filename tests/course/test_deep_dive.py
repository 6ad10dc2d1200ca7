"""The homework of step 4 asks for what the lesson's models do: its reference answers agree with them."""

import functools
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.models.audience import Audience
from helpers.models.fanout import fan_out
from helpers.models.feed import HybridFeed, PullFeed, PushFeed, Tweet
from helpers.models.pagination import page_after
from tests.course.grader import Assignment

AUTHORS = ("ann", "bob", "cat")


@functools.cache
def answers() -> dict[str, Any]:
    assignment = Assignment("4_deep_dive")
    names: dict[str, Any] = {}
    imports = next(cell for cell in assignment.notebook.cells if cell.id == "deep-dive-imports")
    for source in (imports.source, *assignment.reference().values()):
        if not source.startswith("<!--"):
            exec(source, names)
    return names


@st.composite
def histories(draw: st.DrawFn) -> list[Tweet]:
    times = draw(st.lists(st.tuples(st.sampled_from(AUTHORS), st.integers(0, 5)), max_size=20))
    ids = random.Random(len(times)).sample(range(100), len(times))
    return [Tweet(number, author, time) for number, (author, time) in zip(ids, times, strict=True)]


def own(tweets: list[Tweet], author: str) -> list[tuple[float, int]]:
    return sorted((tweet.position for tweet in tweets if tweet.author == author), reverse=True)


@given(histories(), st.integers(1, 8), st.sampled_from([0, 1, 2, 3]))
def test_pull_push_and_hybrid_make_the_models_feed(tweets: list[Tweet], count: int, threshold: int) -> None:
    pull, push, hybrid = PullFeed(), PushFeed(), HybridFeed(celebrity_from=threshold)
    follows = [("me", "ann"), ("me", "bob"), ("you", "ann"), ("you", "cat"), ("they", "ann")]
    for feed in (pull, push, hybrid):
        for follower, followee in follows:
            feed.follow(follower, followee)
        for tweet in tweets:
            feed.post(tweet)
    right = [tweet.id for tweet in pull.timeline("me", count)]
    assert [tweet.id for tweet in hybrid.timeline("me", count)] == right

    runs = {author: own(tweets, author) for author in ("ann", "bob")}
    read = lambda author, place: runs[author][place] if place < len(runs[author]) else None  # noqa: E731
    assert answers()["newest"](["ann", "bob"], count, read) == right

    followers = {author: [name for name, other in follows if other == author] for author in AUTHORS}
    events = [("post", tweet.id, tweet.author, tweet.time) for tweet in tweets]
    lists = answers()["push"](followers, events, 800)
    assert lists == {reader: [tweet.id for tweet in push.timeline(reader, 99)] for reader in lists}

    celebrities = {author: own(tweets, author) for author in AUTHORS if len(followers[author]) >= threshold}
    pushed = sorted((t for author in runs if author not in celebrities for t in runs[author]), reverse=True)
    assert answers()["home_feed"](pushed, celebrities, ["ann", "bob"], count)["ids"] == right


@given(histories(), st.integers(1, 5))
def test_pages_are_the_models(tweets: list[Tweet], size: int) -> None:
    index = sorted(tweets, key=lambda tweet: tweet.position)
    place, shown = None, []
    while True:
        page = answers()["page"]([tweet.position for tweet in tweets], size, place)
        assert page["ids"] == [tweet.id for tweet in page_after(index, place, size).tweets]
        shown += page["ids"]
        place = page["next"]
        if place is None:
            break
    assert shown == [tweet.id for tweet in reversed(index)]


def test_operations_are_the_models() -> None:
    audience = Audience.uniform(1e6, 40, posts_per_second=3e6 / 86_400, reads_per_second=8e6 / 86_400)
    found = answers()["operations"]([(1_000_000, 40, 3)], 8, 10_000)
    for strategy, count in found.items():
        model = fan_out(audience, strategy=strategy, celebrity_from=10_000)
        assert count == pytest.approx(model.operations_per_second), strategy

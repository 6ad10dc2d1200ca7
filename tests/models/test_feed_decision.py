"""The decision on feeds: what it may say, and how it reads."""

from typing import Any

import pytest

from helpers.models.feed_decision import TWITTER_FEED, FeedDecision
from helpers.models.prompts import TWITTER_CONTRACT


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"strategy": "fan-in"}, "strategy = 'fan-in': it must be one of 'pull', 'push', 'hybrid'"),
        ({"strategy": None}, "strategy = None"),
        ({"strategy": "hybrid"}, "celebrity_from = None: a hybrid needs it"),
        ({"strategy": "push", "celebrity_from": 10}, "only a hybrid has one; leave it out for push"),
        ({"strategy": "hybrid", "celebrity_from": 0}, "celebrity_from = 0"),
        ({"strategy": "hybrid", "celebrity_from": float("nan")}, "celebrity_from = nan"),
        ({"strategy": "hybrid", "celebrity_from": "many"}, "celebrity_from = 'many'"),
        ({"strategy": "push", "kept": 0}, "kept = 0"),
        ({"strategy": "push", "kept": 10**9}, "kept = 1000000000"),
        ({"strategy": "push", "because": 5}, "because = 5: it must be text"),
        ({"strategy": "push", "because": "x" * 501}, "501 characters; it must have at most 500"),
    ],
)
def test_what_it_may_not_say(arguments: dict[str, Any], reason: str) -> None:
    with pytest.raises((ValueError, TypeError), match=reason):
        FeedDecision(**arguments)


@pytest.mark.parametrize(
    ("decision", "words"),
    [
        (FeedDecision("pull"), "merge the followees' tweets at each read"),
        (FeedDecision("push", kept=50), "newest 50 kept"),
        (FeedDecision("hybrid", celebrity_from=5, because="Few stars."), "fewer than 5 followers"),
        (FeedDecision("hybrid", celebrity_from=5, because="Few stars."), "pull the others. Few stars."),
    ],
)
def test_it_reads_as_a_sentence(decision: FeedDecision, words: str) -> None:
    assert words in str(decision)
    assert decision._repr_markdown_() == f"**Feed.** {decision}"


def test_the_examples_threshold_keeps_the_contract() -> None:
    assert TWITTER_FEED.celebrity_from is not None
    delivery_s = TWITTER_FEED.celebrity_from * 3.5 / 1e6  # High Scalability 2013: 3.5 s to 1 M followers
    (timeline,) = [each for each in TWITTER_CONTRACT.consistency if "timeline" in each.operation]
    assert timeline.within_s is not None
    assert delivery_s < timeline.within_s < 2 * delivery_s

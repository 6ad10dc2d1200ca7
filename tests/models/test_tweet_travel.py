"""A tweet's way: its costs are those of the feeds themselves, and the times are the published ones."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.models.fanout import PUBLISHED_COSTS, STRATEGIES, OperationCosts
from helpers.models.feed import Feed, HybridFeed, PullFeed, PushFeed, Tweet, Work
from helpers.models.tweet_travel import CELEBRITY_FROM, PLACES, STAGES, Journey, journey

FAMOUS = 4
CASES = [(strategy, followers) for strategy in STRATEGIES for followers in (75, 31_000_000)]


def played(
    strategy: str, followers: int, followees: int, celebrities: int, page: int
) -> tuple[Work, Work, tuple[Tweet, ...]]:
    """Play the journey on a feed: what the post and the read cost there, and what is read."""
    makers: dict[str, Any] = {"pull": PullFeed, "push": PushFeed, "hybrid": lambda: HybridFeed(FAMOUS)}
    feed: Feed = makers[strategy]()
    authors = ["author", *(f"followee {place}" for place in range(1, followees))]
    stars = celebrities - (followers >= FAMOUS)
    for place, author in enumerate(authors):
        feed.follow("me", author)
        count = followers if not place else FAMOUS if place <= stars else 1
        for fan in range(1, count):
            feed.follow(f"fan {fan}", author)
    for number in range(page * followees):
        feed.post(Tweet(number, authors[number % followees], float(number)))
    start = feed.work
    feed.post(Tweet(10**6, "author", 1e6))
    posted = feed.work
    timeline = feed.timeline("me", page)
    return posted - start, feed.work - posted, timeline


@st.composite
def situations(draw: Any) -> dict[str, Any]:
    followers = draw(st.integers(1, 7))
    followees = draw(st.integers(1, 6))
    famous = followers >= FAMOUS
    celebrities = draw(st.integers(int(famous), followees - int(not famous)))
    return {
        "followers": followers,
        "followees": followees,
        "celebrities": celebrities,
        "page": draw(st.integers(1, 5)),
    }


# The work is that of the feeds ---------------------------------------------------------------------------


@given(situations())
def test_each_strategy_costs_what_its_feed_counts_and_all_end_alike(situation: dict[str, Any]) -> None:
    seen = set()
    for strategy in STRATEGIES:
        posted, read, timeline = played(strategy, **situation)
        way = journey(strategy, **situation, celebrity_from=FAMOUS)
        before_the_read = STAGES.index("look up")
        assert way.work(before_the_read) == posted
        assert way.work() - way.work(before_the_read) == read
        assert len(timeline) == situation["page"]
        assert timeline[0].id == 10**6
        seen.add(timeline)
    assert len(seen) == 1


@given(situations(), st.sampled_from(STRATEGIES))
def test_totals_add_up_and_never_fall(situation: dict[str, Any], strategy: str) -> None:
    way = journey(strategy, **situation, celebrity_from=FAMOUS)
    assert way.work(0) == Work()
    for step in range(len(STAGES)):
        added = way.work(step + 1) - way.work(step)
        assert added == way.steps[step].work
        assert min(added.reads, added.writes, added.lookups) >= 0
        assert way.elapsed_s(step + 1) >= way.elapsed_s(step)
    parts = [way.waited_s(who) for who in ("author", "nobody", "follower")]
    assert sum(parts) == pytest.approx(way.elapsed_s())
    assert way.steps[-1].delivered == (situation["followers"] if way.is_delivered else 0)


# The times are the published ones ------------------------------------------------------------------------


def test_a_celebrity_s_tweet_reaches_the_last_of_31_million_lists_after_108_seconds() -> None:
    assert journey("push", 31_000_000).waited_s("nobody") == pytest.approx(108.5)
    assert journey("push", 1_000_000).waited_s("nobody") == pytest.approx(3.5)
    assert journey("hybrid", CELEBRITY_FROM - 1).waited_s("nobody") == pytest.approx(3.5, rel=1e-5)
    assert journey("hybrid", CELEBRITY_FROM).waited_s("nobody") == 0


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_post_takes_no_longer_for_more_followers(strategy: str) -> None:
    few, many = (journey(strategy, count).waited_s("author") for count in (2, 31_000_000))
    assert many <= few < 1e-3
    assert journey("push", 31_000_000).waited_s("author") == pytest.approx(
        (2 * PUBLISHED_COSTS.round_trip_us + PUBLISHED_COSTS.write_us) / 1e6
    )


def test_the_follower_of_a_pull_waits_for_every_followee() -> None:
    pull, push, hybrid = (journey(strategy, 75).waited_s("follower") for strategy in STRATEGIES)
    assert push < hybrid < pull
    each_s = PUBLISHED_COSTS.lookup_us / 1e6
    assert pull - push == pytest.approx(499 * each_s)
    assert hybrid - push == pytest.approx(5 * each_s)


def test_costs_are_those_given() -> None:
    slow = OperationCosts("made up", 1e6, 2e6, 3e6, 4e6, celebrity_us=5e6)
    way = journey("hybrid", 3, followees=2, celebrities=1, costs=slow)
    assert [step.time_s for step in way.steps] == pytest.approx([0, 3, 1, 0, 3, 6, 10, 0])


# The steps -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("strategy", "followers"), CASES)
def test_steps_are_the_same_stages_in_one_order(strategy: str, followers: int) -> None:
    way = journey(strategy, followers)
    assert tuple(step.stage for step in way.steps) == STAGES
    assert [step.waits for step in way.steps] == ["author"] * 4 + ["nobody"] * 2 + ["follower"] * 2
    assert {place for step in way.steps for flow in step.flows for place in flow} <= set(PLACES)
    texts = [step.text for step in way.steps]
    assert len(set(texts)) == len(texts)
    delivered = [step.delivered for step in way.steps]
    assert delivered == sorted(delivered)


def test_only_what_is_delivered_goes_through_the_queue() -> None:
    through = {
        case for case in CASES for step in journey(*case).steps for flow in step.flows if "queue" in flow
    }
    assert through == {("push", 75), ("push", 31_000_000), ("hybrid", 75)}


def looked_up(way: Journey) -> str:
    return way.steps[STAGES.index("look up")].text


def test_small_numbers_are_said_as_they_are() -> None:
    assert "those of 1 celebrity, in one" in looked_up(journey("hybrid", 3, celebrities=1))
    assert "one list, the follower's own" in looked_up(journey("hybrid", 3, celebrities=0))
    assert "the list of the one followee." in looked_up(journey("pull", 3, followees=1, celebrities=0))
    assert "deliver this tweet to 1 follower. " in journey("push", 1).steps[2].text
    assert "takes the newest one and answers" in journey("pull", 3, page=1).steps[-1].text


def test_a_celebrity_s_list_is_a_hotspot_unless_it_is_pushed() -> None:
    hot = {case for case in CASES if "a hotspot" in looked_up(journey(*case))}
    assert hot == {("pull", 31_000_000), ("hybrid", 31_000_000)}


# Bad input -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: journey("fetch", 75), r"^strategy = 'fetch': .*'pull', 'push', 'hybrid'"),
        (lambda: journey("push", 0), r"^followers = 0"),
        (lambda: journey("push", 2.5), r"^followers = 2.5"),  # type: ignore[arg-type]
        (lambda: journey("push", 75, followees=5), r"^celebrities = 5: .*at most 4"),
        (lambda: journey("push", 10**6, celebrities=0), r"^celebrities = 0: .*1 or more"),
        (lambda: journey("push", 75, page=0), r"^page = 0"),
        (lambda: journey("push", 75, celebrity_from=0), r"^celebrity_from = 0"),
        (lambda: journey("push", 75).work(9), r"^steps = 9: .*at most 8"),
        (lambda: journey("push", 75).waited_s("reader"), r"^who = 'reader'"),
    ],
)
def test_bad_input_is_refused_by_name(call: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        call()

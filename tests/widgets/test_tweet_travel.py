"""Watch a tweet travel: set the step and the choices, and the words, the picture and the table follow."""

from typing import Any

import pytest

from helpers.models.fanout import STRATEGIES
from helpers.models.tweet_travel import STAGES, journey
from helpers.widgets.tweet_travel import AUTHORS, tweet_travel_explorer, tweet_travel_view


def test_it_opens_half_way_through_a_celebrity_s_delivery() -> None:
    explorer = tweet_travel_explorer()
    assert explorer.text == (
        "Step 5 of 8, push: A worker takes the message, reads who follows the author, and inserts the "
        "tweet's id into their lists. 15.5 M of 31 M hold it by now; the others still open a feed without "
        "it. Nobody waits. This step: 15.5 M writes, 54.2 s. So far: 15.5 M writes, 0 look-ups, 0 entries "
        "read, 54.3 s since the POST, of which the author waited 563 µs and the follower 0 s."
    )
    assert "push (shown) | 15.5 M | 0 | 0 | 563 µs | 54.2 s | 0 s" in explorer.notes
    assert "pull | 1 | 0 | 0 | 313 µs | 0 s | 0 s" in explorer.notes


@pytest.mark.parametrize("followers", AUTHORS.values())
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_step_says_something_else_and_keeps_the_picture_s_height(strategy: str, followers: int) -> None:
    explorer = tweet_travel_explorer()
    explorer.set(strategy=strategy, followers=followers)
    shown = []
    for step, stage in enumerate(journey(strategy, followers).steps, 1):
        explorer.controls["step"].set(step)
        assert explorer.text.startswith(f"Step {step} of 8, {strategy}: {stage.text}")
        assert explorer.plot.figures[0]["layout"]["height"] == 376
        shown.append(explorer.text)
    assert len(set(shown)) == len(STAGES)
    assert max(map(len, shown)) < 700


def test_the_post_has_been_answered_before_delivery_begins() -> None:
    words = tweet_travel_view(4, "push", 31_000_000).words
    assert "it is the delivery that is slow, not the POST" in words
    assert "So far: 1 write, 0 look-ups" in words
    assert "563 µs since the POST, of which the author waited 563 µs" in words


def test_the_last_step_has_all_the_totals() -> None:
    explorer = tweet_travel_explorer("hybrid", step=8)
    assert "So far: 1 write, 6 look-ups, 25 entries read, 617 µs since the POST" in explorer.text
    rows = explorer.notes.splitlines()
    assert rows[1:4] == [
        "push | 31 M | 1 | 20 | 563 µs | 108 s | 259 µs",
        "pull | 1 | 500 | 519 | 313 µs | 0 s | 4.8 ms",
        "hybrid (shown) | 1 | 6 | 25 | 313 µs | 0 s | 305 µs",
    ]


def test_the_first_step_costs_nothing_that_is_counted() -> None:
    words = tweet_travel_view(1, "pull", 75).words
    assert "This step costs nothing that is counted here. So far: 0 writes" in words


def test_reset_goes_back() -> None:
    explorer = tweet_travel_explorer("hybrid", 75, step=2)
    opening = explorer.text
    explorer.set(step=7, strategy="pull", followers=31_000_000)
    assert explorer.text.startswith("Step 7 of 8, pull")
    explorer.reset.click()
    assert explorer.text == opening


def test_a_part_of_a_step_is_refused_in_words() -> None:
    explorer = tweet_travel_explorer()
    words = explorer.text
    explorer.controls["step"].box.value = "2.5"
    assert "step = 2.5: it must be a whole number" in explorer.message.value
    assert explorer.text == words


@pytest.mark.parametrize("text", ["", "nan", "0", "9", "<b>", "half"])
def test_bad_text_keeps_the_last_good_picture(text: str) -> None:
    explorer = tweet_travel_explorer()
    figure, words = explorer.plot.figures[0], explorer.text
    explorer.controls["step"].box.value = text
    assert explorer.controls["step"].refused
    assert (explorer.plot.figures[0], explorer.text) == (figure, words)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: tweet_travel_view(0, "push", 75), r"^step = 0"),
        (lambda: tweet_travel_view(1, "fetch", 75), r"^strategy = 'fetch'"),
        (lambda: tweet_travel_view(1, "push", 0), r"^followers = 0"),
        (lambda: tweet_travel_explorer("fetch"), r"^strategy = 'fetch'"),
        (lambda: tweet_travel_explorer(followers=76), r"^followers = 76: .*75, 31000000"),
        (lambda: tweet_travel_explorer(step=9), r"^step = 9"),
    ],
)
def test_bad_input_is_refused_by_name(call: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        call()

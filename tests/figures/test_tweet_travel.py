"""The picture of a tweet's way: what a step touches, copies, states, and a picture that keeps its size."""

from typing import Any

import plotly.graph_objects as go
import pytest

from helpers.figures.style import GREEN
from helpers.figures.tweet_travel import tweet_travel_figure
from helpers.models.fanout import STRATEGIES
from helpers.models.tweet_travel import STAGES, journey
from tests.figures.checked import checked

CASES = [
    (strategy, followers, step)
    for strategy in STRATEGIES
    for followers in (1, 75, 31_000_000)
    for step in range(1, len(STAGES) + 1)
]


def drawn(strategy: str, followers: int, stage: str) -> go.Figure:
    return checked(tweet_travel_figure(journey(strategy, followers), STAGES.index(stage) + 1))


def texts(figure: go.Figure) -> list[str]:
    return [note.text for note in figure.layout.annotations if note.text]


def lit(figure: go.Figure, kind: str) -> list[Any]:
    return [shape for shape in figure.layout.shapes if shape.type == kind and shape.line.color == GREEN]


def copies(figure: go.Figure) -> int:
    return len(figure.data[0].x)


@pytest.mark.parametrize(("strategy", "followers", "step"), CASES)
def test_every_step_keeps_the_picture_s_size_and_stays_inside(
    strategy: str, followers: int, step: int
) -> None:
    way = journey(strategy, followers)
    figure = checked(tweet_travel_figure(way, step))
    right, bottom = figure.layout.xaxis.range[1], figure.layout.yaxis.range[0]
    assert (figure.layout.height, right, bottom) == (376, 3, 4)
    for shape in figure.layout.shapes:
        assert 0 < min(shape.x0, shape.x1) <= max(shape.x0, shape.x1) < right
        assert 0 < min(shape.y0, shape.y1) <= max(shape.y0, shape.y1) < bottom
    flows = way.steps[step - 1].flows
    # A delivery is drawn as four arrows, one to each list.
    assert len(lit(figure, "line")) == len(flows) + 3 * (("worker", "lists") in flows)
    assert bool(lit(figure, "rect")) == bool(flows)
    assert f"step {step} of 8" in figure.layout.xaxis.title.text


def test_copies_grow_with_the_delivery() -> None:
    found = {
        (strategy, followers): [copies(drawn(strategy, followers, stage)) for stage in STAGES]
        for strategy in STRATEGIES
        for followers in (75, 31_000_000)
    }
    delivered, stored = [0, 1, 1, 1, 3, 5, 5, 5], [0] + [1] * 7
    assert found["push", 75] == found["push", 31_000_000] == found["hybrid", 75] == delivered
    assert found["pull", 75] == found["pull", 31_000_000] == found["hybrid", 31_000_000] == stored


def test_no_list_of_one_follower_is_half_filled() -> None:
    assert copies(drawn("push", 1, "half")) == 1
    assert copies(drawn("push", 1, "last")) == 5
    assert "1 of 1 lists" in texts(drawn("push", 1, "last"))


def test_boxes_say_their_state() -> None:
    assert {"waits", "a message"} <= set(texts(drawn("push", 75, "queue")))
    assert {"goes on", "201 Created", "a message", "idle"} <= set(texts(drawn("push", 75, "answer")))
    half = texts(drawn("push", 31_000_000, "half"))
    assert {"delivers", "empty", "15.5 M of 31 M lists", "not seen yet"} <= set(half)
    assert "is done" in texts(drawn("push", 75, "last"))
    assert texts(drawn("pull", 75, "half")).count("not used") == 2
    assert texts(drawn("hybrid", 31_000_000, "queue")).count("not used") == 2
    assert {"looks up", "500 look-ups"} <= set(texts(drawn("pull", 75, "look up")))
    assert {"has seen it", "200 OK"} <= set(texts(drawn("hybrid", 75, "merge")))


@pytest.mark.parametrize(
    ("strategy", "followers", "asked", "own"),
    [
        ("pull", 75, {"this author", "a celebrity", "a friend"}, False),
        ("push", 75, set(), True),
        ("hybrid", 75, {"a celebrity"}, True),
        ("hybrid", 31_000_000, {"this author", "a celebrity"}, True),
    ],
)
def test_a_read_lights_the_lists_it_looks_up(
    strategy: str, followers: int, asked: set[str], own: bool
) -> None:
    figure = drawn(strategy, followers, "look up")
    boxes = lit(figure, "rect")
    found = {
        note.text
        for note in figure.layout.annotations
        if note.text in ("this author", "a celebrity", "a friend", "own list")
        and any(
            box.x1 - box.x0 < 0.75 and box.x0 < note.x < box.x1 and box.y0 < note.y < box.y1 for box in boxes
        )
    }
    assert found == asked | ({"own list"} if own else set())
    small = [box for box in boxes if box.x1 - box.x0 < 0.4]
    assert not small  # other followers' lists are not read
    assert ("5 look-ups" in texts(figure)) == (strategy == "hybrid")


def test_nobody_waits_for_a_dashed_arrow() -> None:
    lines = [shape for shape in drawn("push", 75, "half").layout.shapes if shape.type == "line"]
    assert sorted(line.line.dash or "" for line in lines if line.line.color == GREEN) == ["dash"] * 5
    answer = lit(drawn("push", 75, "answer"), "line")
    assert [line.line.dash for line in answer] == [None]
    assert answer[0].x1 < answer[0].x0


@pytest.mark.parametrize("step", [0, 9, 2.5, "half"])
def test_bad_input_is_refused_by_name(step: Any) -> None:
    with pytest.raises((ValueError, TypeError), match=r"^step = "):
        tweet_travel_figure(journey("push", 75), step)

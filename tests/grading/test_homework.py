"""Homework checks: marks and messages for right, wrong, blank and broken answers, never an error."""

import itertools
import logging
import math
import sys
from collections import deque
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from IPython.core.autocall import ExitAutocall

from helpers.grading.homework import (
    check_call,
    check_choice,
    check_equal,
    check_estimate,
    check_line,
    check_needs,
)
from helpers.models.estimation import Factor, Workload, estimate
from helpers.models.quantities import units

FACTORS = [
    Factor("Daily active users", 10e6, "user"),
    Factor("Tweets per user and day", 5, "tweet/user/day"),
    Factor("Seconds in a day", 86_400, "second/day", -1),
]
RATE = 10e6 * 5 / 86_400
UNIT = "tweet/second"


class Unprintable:
    """An answer that fails at everything it is asked."""

    def __repr__(self) -> str:
        raise RuntimeError("no")

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("no")

    __hash__ = object.__hash__


class LyingNumber(float):
    """A number that says it is equal to any other, and that every comparison holds."""

    __hash__ = float.__hash__

    def __eq__(self, other: object) -> bool:
        return True

    def __lt__(self, other: object) -> bool:
        return True

    def __sub__(self, other: object) -> float:
        return 0.0

    __le__ = __gt__ = __ge__ = __lt__
    __rsub__ = __sub__


class LyingText(str):
    """Text that says it is equal to any other."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return True


@pytest.mark.parametrize(
    ("answer", "marks", "message"),
    [
        (RATE, 2, "Right."),
        (LyingNumber(2000), 0, "no single common slip explains it"),
        (600, 2, "Right: 600 tweets/s is 579 tweets/s rounded to one figure."),
        ("50M tweets/day", 2, "Right."),
        (Decimal(600), 2, "Right"),
        (np.float64(600), 2, "Right"),
        (Fraction(600), 2, "Right"),
        (np.array([600.0]), 2, "Right"),
        (pd.Series([600]), 2, "Right"),
        (np.array([600, 600]), 0, "is not a number"),
        (np.array([]), 0, "is not a number"),
        (np.array([True]), 0, "is not a number"),
        (600 * units.tweet / units.second, 2, "Right"),
        (50e6, 1, "86,400 times too large: that is per day, not per second. Half marks."),
        (600e3, 1, "a power of 1000 slipped"),
        (RATE * 2, 1, "this is the peak, not the average"),
        (RATE * 2000, 0, "two slips at once"),
        (2000, 0, "no single common slip explains it"),
        (0, 0, "a number in tweet/second was expected, 0 came."),
        (math.nan, 0, "not a finite number"),
        ("lots", 0, "does not start with a number"),
        ("5 GB", 0, "a quantity in tweet/second is needed"),
        ([600], 0, "is not a number"),
        (Unprintable(), 0, "a Unprintable came"),
        (None, 0, "not answered yet"),
        (..., 0, "not answered yet"),
    ],
)
def test_an_estimate_is_marked_and_explained(
    answer: Any, marks: float, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check_estimate(answer, RATE, UNIT, FACTORS, points=2, name="Rate", peak_factor=2) == marks
    out, err = capsys.readouterr()
    assert out.startswith("Rate: ")
    assert message in out
    assert err == ""
    if marks < 2:
        assert "579" not in out, "the right answer is not given away"


def test_a_line_of_an_estimate_is_marked_with_its_workload(capsys: pytest.CaptureFixture[str]) -> None:
    made = estimate(Workload(daily_users=10e6, writes_per_user=5, item_size=100, replication=3))
    assert check_line("9 TB", made, "storage", points=4) == 4
    assert check_line("27 TB", made, "storage", points=4) == 2
    assert "all 3 copies are counted, one is asked for" in capsys.readouterr().out
    assert check_line(None, made, "storage", points=4) == 0
    with pytest.raises(KeyError, match="no line 'storge'"):
        check_line(1, made, "storge")


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        (3, 3.0),
        (0.1 + 0.2, 0.3),
        (Decimal("0.3"), 0.3),
        (np.int64(3), 3),
        (np.array([1, 2]), [1, 2]),
        ((1, (2, 3)), [1, [2, 3]]),
        ({"a": 1, "b": [2]}, {"b": (2,), "a": 1.0}),
        (" Shard  by user ", "shard by user"),
        (True, True),
        (np.bool_(True), True),
        (None, None),
        (5 * units.day, 432_000 * units.second),
        (pd.DataFrame({"users": [1, 2]}), {"users": [1, 2]}),
        (pd.Series([1, 2]), [1, 2]),
        (np.array([[3]]), 3),
        (np.array([3]), [3]),
        ({"a": np.array([1]), "b": np.bool_(False)}, {"a": 1, "b": False}),
        ([np.array([1, 2]), np.bool_(True)], [[1, 2], True]),
        (50 * units.percent, 0.5),
        ((n for n in (1, 2)), [1, 2]),
        (range(1, 3), (1, 2)),
        (iter(()), []),
        ({"a": (n for n in (1, 2)), "b": iter("x")}, {"a": [1, 2], "b": ["x"]}),
        (deque([1, 2]), [1, 2]),
        ({1: "x", 2: "y"}.keys(), [1, 2]),
        ({1: "x", 2: "y"}.values(), ["x", "y"]),
    ],
)
def test_equal_data_gets_the_marks(answer: Any, right: Any) -> None:
    assert check_equal(answer, right, points=3) == 3


@pytest.mark.parametrize(
    ("answer", "right", "message"),
    [
        (4, 3, "another number was expected, 4 came."),
        (True, 1, "another number was expected, True came."),
        (1, True, "True or False was expected, 1 came."),
        ("3", 3, "another number was expected, '3' came."),
        (3, "3", "text was expected, 3 came."),
        ([1], [1, 2], "2 values were expected, [1] came."),
        ([1, 3], [1, 2], "value 2 is not right"),
        (12, [1, 2], "2 values were expected, 12 came."),
        ({"a": 1}, {"a": 1, "b": 2}, "its names must be a, b"),
        ({"a": 1, "b": 3}, {"a": 1, "b": 2}, "the value of 'b' is not right"),
        ([1], {"a": 1}, "a dict was expected"),
        (5, 5 * units.day, "a quantity with a unit was expected"),
        (5 * units.byte, 5, "another number was expected"),
        ([3], 3, "another number was expected, [3] came."),
        (np.array([3, 3]), 3, "another number was expected"),
        ({"a": np.bool_(True)}, {"a": False}, "the value of 'a' is not right"),
        (LyingNumber(4), 3, "another number was expected"),
        (LyingText("pull"), "push", "text was expected"),
        (5 * units.byte, 5 * units.day, "a quantity with a unit was expected"),
        (math.nan, 3, "another number was expected, nan came."),
        (10**400, 3, "another number was expected"),
        (0, None, "None was expected, 0 came."),
        (True, False, "True or False was expected, True came; it is the other."),
        ([], [1], "a list of one was expected, [] came."),
        ([1], [], "an empty list was expected, [1] came."),
        (itertools.count(1), [1, 2], "2 values were expected, [1, 2, 3] came."),
        ((1 // n for n in (1, 0)), [1, 2], "2 values were expected, <generator"),
        (Unprintable(), 3, "a Unprintable came."),
        ({Unprintable(): 1}, {"a": 1}, "a dict was expected"),
        (None, 3, "not answered yet"),
        (..., [1], "not answered yet"),
    ],
)
def test_other_data_gets_none_and_a_message(
    answer: Any, right: Any, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check_equal(answer, right, name="Rates") == 0
    assert message in capsys.readouterr().out


def test_a_named_slip_gets_half(capsys: pytest.CaptureFixture[str]) -> None:
    slips = {"that is the share of stale reads": 0.4, "that is in percent": 60}
    assert check_equal(0.6, 0.6, points=3, slips=slips) == 3
    assert check_equal(np.float64(0.4), 0.6, points=3, tolerance=0.01, slips=slips) == 1.5
    assert "another number was expected" in (said := capsys.readouterr().out)
    assert said.endswith("came: that is the share of stale reads. Half marks.\n")
    assert check_equal(60, 0.6, points=3, slips=slips) == 1.5
    assert check_equal(0.5, 0.6, points=3, slips=slips) == 0
    assert check_equal("0.4", 0.6, points=3, slips=slips) == 0
    assert check_equal(None, 0.6, points=3, slips=slips) == 0
    assert check_call(lambda: {"share": 0.4}, (), 0.6, part="share", points=1, slips=slips) == 0.5


NEEDS: dict[str, Callable[[Any], Any]] = {
    "r and w are whole numbers from 1 to 3": lambda q: q["r"] in range(1, 4) and q["w"] in range(1, 4),
    "the quorums overlap.": lambda q: q["r"] + q["w"] > 3,
}


@pytest.mark.parametrize(
    ("answer", "marks", "message"),
    [
        ({"r": 2, "w": 2}, 2, "q: right."),
        ({"r": 1, "w": np.int64(3)}, 2, "q: right."),
        ({"w": 1, "r": 3.0, "n": 3}, 2, "q: right."),
        ({"r": 1, "w": 2}, 0, "q: {'r': 1, 'w': 2} came, and this is not met: the quorums overlap.\n"),
        ({"r": 0, "w": 4}, 0, "not met: r and w are whole numbers"),
        ({"r": "2", "w": "2"}, 0, "not met: r and w are whole numbers"),
        ({"r": math.nan, "w": 2}, 0, "not met: r and w are whole numbers"),
        ((2, 2), 0, "(2, 2) came, and this is not met: r and w"),
        ("r = 2, w = 2", 0, "not met: r and w are whole numbers"),
        (Unprintable(), 0, "a Unprintable came"),
        (None, 0, "q: not answered yet"),
    ],
)
def test_an_answer_has_to_meet_every_need(
    answer: Any, marks: float, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check_needs(answer, NEEDS, points=2, name="q") == marks
    assert message in capsys.readouterr().out
    assert check_call(lambda: {"pay": answer}, (), NEEDS, part="pay", points=2, name="q") == marks


def test_a_need_may_say_why_it_is_not_met(capsys: pytest.CaptureFixture[str]) -> None:
    needs = {"it is a whole number": lambda answer: int(answer) == answer}
    assert check_needs("two", needs, name="q") == 0
    assert "not met: it is a whole number: invalid literal for int()" in capsys.readouterr().out
    assert check_needs([2], needs, name="q") == 0
    assert capsys.readouterr().out == "q: [2] came, and this is not met: it is a whole number.\n"
    assert check_needs(2, needs, name="q") == 1


def test_a_choice_is_marked_and_a_wrong_one_answered(capsys: pytest.CaptureFixture[str]) -> None:
    reasons = {"push": "a celebrity's post is millions of inserts."}
    assert check_choice(" Hybrid", "hybrid", reasons, points=2) == 2
    assert check_choice("pull", ["hybrid", "pull"], reasons) == 1
    capsys.readouterr()
    assert check_choice("PUSH", "hybrid", reasons) == 0
    assert capsys.readouterr().out == "answer: not 'PUSH': a celebrity's post is millions of inserts.\n"
    assert check_choice("both", "hybrid", reasons) == 0
    assert capsys.readouterr().out == "answer: not 'both'.\n"
    assert check_choice(LyingText("both"), "hybrid") == 0
    assert check_choice(3, "hybrid") == 0
    assert check_choice(None, "hybrid") == 0
    assert capsys.readouterr().out.endswith("answer: not answered yet\n")


def stub(users: float) -> float:
    raise NotImplementedError


def noisy(users: float) -> float:
    print("checking", file=sys.stderr)
    return users * 5 / 86_400


def leaving(users: float) -> float:
    sys.exit(3)


def endless(users: float) -> float:
    return endless(users)


@pytest.mark.parametrize(
    ("function", "marks", "message"),
    [
        (lambda users: users * 5 / 86_400, 2, "rate(10000000.0): Right."),
        (noisy, 2, "Right."),
        (lambda users: users * 5, 1, "per day, not per second. Half marks."),
        (lambda users: None, 0, "not answered yet"),
        (stub, 0, "rate: not answered yet"),
        (lambda users: users / 0, 0, "stopped with ZeroDivisionError("),
        (lambda: 3, 0, "stopped with TypeError("),
        (leaving, 0, "stopped with SystemExit(3)"),
        (endless, 0, "stopped with RecursionError("),
        (None, 0, "rate: not answered yet"),
        (600, 0, "rate: it is 600, not a function."),
    ],
)
def test_a_function_is_called_and_marked(
    function: Callable[..., Any], marks: float, message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    earned = check_call(function, (10e6,), RATE, unit=UNIT, factors=FACTORS, points=2, name="rate")
    out, err = capfd.readouterr()
    assert earned == marks
    assert message in out
    assert "Traceback" not in out
    assert err == ""


def test_a_function_may_log_to_a_handler_made_before(capsys: pytest.CaptureFixture[str]) -> None:
    logger, handler = logging.getLogger("homework"), logging.StreamHandler(sys.stderr)
    logger.addHandler(handler)

    def logged() -> int:
        logger.error("working")
        return 3

    try:
        assert check_call(logged, (), 3) == 1
        assert capsys.readouterr().err == ""
        logger.error("after")
        assert capsys.readouterr().err == "after\n"
    finally:
        logger.removeHandler(handler)


@pytest.mark.parametrize(
    ("answer", "marks", "message"),
    [
        ({"rate": 600, "peak": None}, 1, "load()['rate']: Right"),
        ({"rate": 50e6}, 0.5, "load()['rate']: a number in tweet/second was expected"),
        ({"rate": None}, 0, "load()['rate']: not answered yet"),
        ({"rates": 600}, 0, "load(): a dict with 'rate' was expected, {'rates': 600} came."),
        (600, 0, "load(): a dict with 'rate' was expected, 600 came."),
        (None, 0, "load(): not answered yet"),
    ],
)
def test_one_part_of_what_a_function_returns_is_checked(
    answer: Any, marks: float, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    earned = check_call(
        lambda: answer, (), RATE, part="rate", unit=UNIT, factors=FACTORS, name="load", points=1
    )
    assert earned == marks
    assert message in capsys.readouterr().out


def test_what_a_function_returns_is_checked_against_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    made = estimate(Workload(daily_users=10e6, writes_per_user=5))
    assert check_call(lambda: 600, (), made, line="writes_per_second", name="rate", points=2) == 2
    assert check_call(lambda: 10e6, (), made, line="writes_per_second", name="rate", points=2) == 1
    assert "the number of daily users, not a rate" in capsys.readouterr().out


def test_a_choice_that_a_function_returns_is_answered(capsys: pytest.CaptureFixture[str]) -> None:
    reasons = {"push": "a celebrity's post is millions of inserts"}
    assert check_call(lambda: "hybrid", (), "hybrid", why_wrong=reasons, name="feed", points=2) == 2
    assert check_call(lambda: "push", (), "hybrid", why_wrong=reasons, name="feed", points=2) == 0
    assert capsys.readouterr().out.endswith(
        "feed(): not 'push': a celebrity's post is millions of inserts.\n"
    )


def test_a_function_cannot_change_what_the_next_test_brings() -> None:
    followers = [3, 1, 2]

    def newest(ids: list[int]) -> list[int]:
        ids.sort()
        return ids[:2]

    assert check_call(newest, (followers,), [1, 2]) == 1
    assert followers == [3, 1, 2]


def test_bad_marks_are_the_authors_mistake() -> None:
    with pytest.raises(ValueError, match="points = -1"):
        check_equal(1, 1, points=-1)


@given(
    st.recursive(
        st.one_of(
            st.none(), st.booleans(), st.floats(), st.integers(), st.text(), st.decimals(), st.binary()
        ),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.sets(st.integers()),
        max_leaves=8,
    )
)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_answer_is_an_error(capsys: pytest.CaptureFixture[str], answer: Any) -> None:
    for right in (3.5, "text", [1, 2], {"a": 1}, True):
        assert check_equal(answer, right) in (0.0, 1.0)
    assert check_estimate(answer, RATE, UNIT, FACTORS) in (0.0, 0.5, 1.0)
    assert check_choice(answer, "hybrid") in (0.0, 1.0)
    assert capsys.readouterr().err == ""


def test_exit_in_an_answer_stops_its_own_call_and_not_the_kernel(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []
    shell = SimpleNamespace(ask_exit=lambda: asked.append("exit"))
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    leave = ExitAutocall(shell)
    assert check_call(leave, (), 1, name="rate") == 0
    assert "rate() stopped with SystemExit" in capsys.readouterr().out
    assert asked == []
    leave()
    assert asked == ["exit"]


@pytest.mark.parametrize(
    "answer", ["non-functional", "Non functional", "non‑functional", " NON  FUNCTIONAL "]
)
def test_a_choice_may_be_written_with_or_without_its_hyphen(answer: str) -> None:
    assert check_choice(answer, "non-functional") == 1


def test_none_in_a_dict_that_is_answered_is_told_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert check_call(lambda: {"ids": [1], "next": None}, (), (5.0, 3), part="next", name="page") == 0
    assert check_call(lambda: {"ids": [1], "next": None}, (), None, part="next", name="page") == 1
    assert capsys.readouterr().out == (
        "page()['next']: 2 values were expected, None came.\npage()['next']: right.\n"
    )

"""Trials of several calls: marks, one line that says why, nothing on stderr and no end of the kernel."""

import logging
import sys
from collections.abc import Callable
from typing import Any

import pytest

from helpers.grading.calls import Wrong, ask, call_quietly, check_trial


def double(number: Any) -> Any:
    return 2 * number


def is_inverse(twice: Callable[..., Any], half: Callable[..., Any]) -> None:
    back = ask(half, ask(twice, 3))
    if back != 3:
        raise Wrong(f"3 was expected back, {back} came")


def blank(_: Any) -> Any:
    raise NotImplementedError("Write your answer here.")


@pytest.mark.parametrize(
    ("half", "marks", "line"),
    [
        (lambda number: number / 2, 2, "halve: right.\n"),
        (lambda number: number - 2, 0, "halve: 3 was expected back, 4 came.\n"),
        (
            lambda number: number / 0,
            0,
            "halve: <lambda>(6) stopped with ZeroDivisionError('division by zero').\n",
        ),
        (lambda number: sys.exit(), 0, "halve: <lambda>(6) stopped with SystemExit().\n"),
        (blank, 0, "halve: not answered yet\n"),
        (None, 0, "halve: not answered yet\n"),
        (7, 0, "halve: it is 7, not a function.\n"),
    ],
)
def test_a_trial_gives_marks_and_one_line(
    half: Any, marks: float, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check_trial(is_inverse, double, half, points=2, name="halve") == marks
    assert capsys.readouterr().out == line


def test_a_trial_is_named_after_its_functions(capsys: pytest.CaptureFixture[str]) -> None:
    check_trial(is_inverse, double, double)
    assert capsys.readouterr().out == "double and double: 3 was expected back, 12 came.\n"


def test_what_a_function_writes_on_stderr_costs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    def noisy(number: Any) -> Any:
        print("debugging", file=sys.stderr)
        logging.getLogger("homework").error("an error")
        return number / 2

    assert check_trial(is_inverse, double, noisy) == 1
    assert capsys.readouterr().err == ""
    assert logging.root.manager.disable == 0


def test_arguments_are_copies() -> None:
    def spoil(numbers: list[int]) -> int:
        return numbers.pop()

    numbers = [1, 2]
    assert ask(spoil, numbers) == call_quietly(spoil, [numbers]) == 2
    assert numbers == [1, 2]


def test_a_call_may_be_told_in_other_words() -> None:
    with pytest.raises(Wrong, match=r"^halve\(key\) stopped with KeyError\('a'\)$"):
        ask(lambda table: table["a"], {}, call="halve(key)")


def test_bad_points_are_the_authors_fault() -> None:
    with pytest.raises(ValueError, match="points = -1"):
        check_trial(is_inverse, double, lambda number: number / 2, points=-1)

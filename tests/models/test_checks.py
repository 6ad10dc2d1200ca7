"""Argument checks: every refusal names the argument, the value and what is allowed."""

import math
from typing import Any

import numpy as np
import pytest

from helpers.models.checks import require_choice, require_numbers, require_whole


@pytest.mark.parametrize("value", [1, 1.5, np.int8(3), np.float32(2), 10])
def test_numbers_in_range_come_back_as_floats(value: Any) -> None:
    found = require_numbers("size", value, at_least=1, at_most=10)
    assert type(found) is float
    assert found == value


def test_an_array_comes_back_as_floats_and_stays_as_it_was() -> None:
    given = np.array([1, 2, 3])
    found = require_numbers("size", given, above=0)
    assert found.dtype == float
    assert found.tolist() == [1, 2, 3]
    assert given.dtype == int


@pytest.mark.parametrize(
    "value",
    [
        0,
        -1,
        11,
        math.nan,
        math.inf,
        -math.inf,
        10**400,
        pytest.param(10**5000, id="huge"),
        np.array([1, -1]),
        np.array([math.nan]),
    ],
)
def test_a_number_out_of_range_is_refused_by_name(value: Any) -> None:
    with pytest.raises(
        ValueError, match=r"^size = .{1,80}: it must be a number above 0, at most 10 \(in GB\)$"
    ):
        require_numbers("size", value, above=0, at_most=10, unit="GB")


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        np.True_,
        "5",
        b"5",
        [1],
        (1,),
        {},
        1j,
        object(),
        "x" * 10_000,
        np.array(["a"]),
        np.array([]),
        np.array([1j]),
        np.array([None]),
        np.array([True]),
    ],
)
def test_what_is_no_number_is_refused_by_name(value: Any) -> None:
    with pytest.raises(TypeError, match=r"^size = .{1,80}: (it|each element) must be a number, 1 or more$"):
        require_numbers("size", value, at_least=1)


def test_the_first_wrong_element_of_an_array_is_named() -> None:
    with pytest.raises(ValueError, match=r"^share = 1.5: "):
        require_numbers("share", np.array([0.5, 1.5, 2.5]), at_least=0, at_most=1)


@pytest.mark.parametrize("value", [0, 101, pytest.param(10**5000, id="huge")])
def test_a_whole_number_out_of_range_is_refused(value: int) -> None:
    with pytest.raises(
        ValueError, match=r"^repeats = .{1,80}: it must be a whole number, 1 or more, at most 100$"
    ):
        require_whole("repeats", value, at_least=1, at_most=100)


@pytest.mark.parametrize("value", [None, True, 2.0, "2", math.nan])
def test_what_is_no_whole_number_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match=r"^repeats = .*: it must be a whole number"):
        require_whole("repeats", value, at_least=1, at_most=100)


def test_whole_numbers_and_choices_in_range_come_back() -> None:
    assert type(require_whole("repeats", np.int64(100), at_least=1, at_most=100)) is int
    assert require_choice("engine", "sqlite", {"sqlite": 1}) == "sqlite"


def test_a_wrong_choice_names_the_choices() -> None:
    with pytest.raises(ValueError, match=r"^engine = None: it must be one of 'sqlite', 'redis'$"):
        require_choice("engine", None, ["sqlite", "redis"])

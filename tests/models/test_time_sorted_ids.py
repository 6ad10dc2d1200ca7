"""Ids that sort by time: order, round trips, published examples, a clock that goes back."""

import uuid

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.models.time_sorted_ids import (
    MACHINES,
    SEQUENCES,
    TWITTER_EPOCH_MS,
    Snowflake,
    next_snowflake,
    snowflake,
    snowflake_parts,
    snowflake_time,
    uuid4_text,
    uuid7_text,
    uuid7_time,
)

LAST_MS = TWITTER_EPOCH_MS + 2**41 - 1
flakes = st.builds(
    Snowflake,
    st.integers(TWITTER_EPOCH_MS, LAST_MS),
    st.integers(0, MACHINES - 1),
    st.integers(0, SEQUENCES - 1),
)
NOW = 1_656_432_460_105


@given(flakes)
def test_an_id_is_taken_apart_again(flake: Snowflake) -> None:
    assert snowflake_parts(snowflake(*flake)) == flake
    assert snowflake_time(snowflake(*flake)) == flake.ms


@given(flakes, flakes)
def test_ids_sort_by_time_then_machine_then_sequence(one: Snowflake, other: Snowflake) -> None:
    assert (snowflake(*one) < snowflake(*other)) == (one < other)


def test_the_smallest_and_the_largest_fill_63_bits() -> None:
    assert snowflake(TWITTER_EPOCH_MS, 0, 0) == 0
    assert snowflake(LAST_MS, MACHINES - 1, SEQUENCES - 1) == 2**63 - 1


@given(st.lists(st.integers(0, 3), min_size=1, max_size=50), st.integers(0, MACHINES - 1))
def test_a_machines_ids_grow_while_its_clock_does(steps: list[int], machine: int) -> None:
    last, now, made = None, NOW, []
    for step in steps:
        now += step
        last = next_snowflake(last, now, machine)
        made.append(last)
    assert made == sorted(set(made))
    assert snowflake_time(made[-1]) == now


def test_a_ms_has_4096_ids_and_the_next_has_more() -> None:
    last = None
    for _ in range(4_096):
        last = next_snowflake(last, NOW, 7)
    with pytest.raises(ValueError, match=f"now_ms = {NOW}: its 4,096 ids are used up; wait for the next ms"):
        next_snowflake(last, NOW, 7)
    assert snowflake_parts(next_snowflake(last, NOW + 1, 7)) == (NOW + 1, 7, 0)


def test_a_clock_that_goes_back_gets_no_id() -> None:
    last = next_snowflake(None, NOW, 7)
    with pytest.raises(ValueError, match="the clock went back by 1 ms; wait until it is at"):
        next_snowflake(last, NOW - 1, 7)


def test_another_machines_id_is_not_ones_last() -> None:
    with pytest.raises(ValueError, match="machine 7 made it, and not machine 8"):
        next_snowflake(snowflake(NOW, 7, 0), NOW, 8)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((TWITTER_EPOCH_MS - 1, 0, 0), ValueError, "ms = 1288834974656: it must be a whole number"),
        ((LAST_MS + 1, 0, 0), ValueError, "ms = "),
        ((NOW, 1_024, 0), ValueError, "machine = 1024: it must be a whole number, 0 or more, at most 1,023"),
        ((NOW, 0, -1), ValueError, "sequence = -1"),
        ((float(NOW), 0, 0), TypeError, "ms = 1656432460105.0: it must be a whole number"),
    ],
)
def test_parts_that_do_not_fit(arguments: tuple[int, int, int], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        snowflake(*arguments)


@pytest.mark.parametrize("number", [-1, 2**63])
def test_a_number_that_is_no_id(number: int) -> None:
    with pytest.raises(ValueError, match="number = "):
        snowflake_parts(number)


@given(st.integers(0, 2**48 - 1), st.integers(0, 2**32))
def test_a_uuid7_keeps_its_time_and_its_version(ms: int, seed: int) -> None:
    text = uuid7_text(ms, np.random.default_rng(seed))
    found = uuid.UUID(text)
    assert (found.version, found.variant, str(found)) == (7, uuid.RFC_4122, text)
    assert uuid7_time(text) == ms


@given(st.integers(0, 2**48 - 2), st.integers(1, 1_000), st.integers(0, 2**32))
def test_the_text_of_a_uuid7_sorts_by_time(ms: int, later: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    later_ms = min(ms + later, 2**48 - 1)
    assert uuid7_text(ms, random) < uuid7_text(later_ms, random)


def test_a_uuid4_is_random_all_over() -> None:
    random = np.random.default_rng(1)
    made = [uuid.UUID(uuid4_text(random)) for _ in range(1_000)]
    assert {(one.version, one.variant) for one in made} == {(4, uuid.RFC_4122)}
    assert made != sorted(made)
    # Each of the 122 bits that are chance is set about half of the time: 500 ± 5 standard deviations of 16.
    counts = [sum(one.int >> place & 1 for one in made) for place in range(128)]
    fixed = {*range(76, 80), 62, 63}
    assert all(420 < count < 580 for place, count in enumerate(counts) if place not in fixed)


def test_the_same_seed_gives_the_same_ids() -> None:
    one, other = (np.random.default_rng(3) for _ in range(2))
    assert [uuid4_text(one), uuid7_text(NOW, one)] == [uuid4_text(other), uuid7_text(NOW, other)]


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("no", ValueError, "text = 'no': it must be a UUID as text"),
        (7, TypeError, "text = 7: it must be a UUID as text"),
        ("919108f7-52d1-4320-9bac-f847db4148a8", ValueError, "a UUID of version 4; only 7 tells its time"),
    ],
)
def test_what_tells_no_time(text: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        uuid7_time(text)


def test_chance_needs_a_generator() -> None:
    with pytest.raises(TypeError, match="random = 7: it must be a generator"):
        uuid4_text(7)  # type: ignore[arg-type]

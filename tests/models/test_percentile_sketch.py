"""The sketch: within its error of the exact percentile, merged as if it had seen all, and lies exposed."""

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.models.percentile_sketch import (
    LatencySketch,
    mean_of_percentiles,
    merge,
    share_with_a_slow_call,
    sketch,
)

VALUES = st.lists(st.floats(1e-6, 1e9), min_size=1, max_size=100)
PERCENTILES = st.sampled_from([0, 1, 7, 29, 50, 90, 95, 99, 100])


def exact(values: list[float], percentile: int) -> float:
    rank = max(1, math.ceil(Fraction(percentile, 100) * len(values)))
    return sorted(values)[rank - 1]


@settings(deadline=None)
@given(VALUES, PERCENTILES, st.floats(1e-3, 0.4))
def test_every_percentile_is_within_the_relative_error(
    values: list[float], percentile: int, error: float
) -> None:
    found = sketch(values, error).percentile(percentile)
    assert found == pytest.approx(exact(values, percentile), rel=error * (1 + 1e-6))


@settings(deadline=None)
@given(VALUES, VALUES, VALUES)
def test_merged_is_the_sketch_of_all_in_any_order(a: list[float], b: list[float], c: list[float]) -> None:
    whole = sketch(a + b + c)
    for parts in ([a, b, c], [c, a, b]):
        merged = merge([sketch(part) for part in parts])
        assert (merged.first, merged.zeros, merged.count) == (whole.first, whole.zeros, whole.count)
        assert np.array_equal(merged.counts, whole.counts)


def test_zeros_count_and_have_no_bucket_of_their_own() -> None:
    some = sketch([0.0, 0.0, 1e-12, 5.0])
    assert (some.zeros, some.count, some.buckets) == (3, 4, 2)
    assert [some.percentile(p) for p in (0, 50, 75)] == [0, 0, 0]
    assert some.percentile(76) == pytest.approx(5, rel=0.01)
    nothing = sketch([0.0])
    assert (nothing.buckets, nothing.percentile(99)) == (1, 0)
    assert merge([nothing, nothing]).count == 2
    assert merge([nothing, some]).percentile(100) == pytest.approx(5, rel=0.01)


def test_few_buckets_hold_many_values() -> None:
    """From 1 ms to 100 s, to 1 %: log(1e5) / log(1.01/0.99) = 576 buckets, however many values."""
    values = np.random.default_rng(0).uniform(0, math.log(1e5), 200_000)
    held = sketch(np.exp(values))
    assert held.count == 200_000
    assert held.buckets == pytest.approx(576, abs=2)


def test_a_mean_of_percentiles_can_be_off_both_ways() -> None:
    quick, slow = [10.0] * 990 + [20.0] * 10, [1000.0] * 10
    true = merge([sketch(quick), sketch(slow)]).percentile(99)
    assert true == pytest.approx(20, rel=0.01)
    assert mean_of_percentiles([quick, slow], 99) == pytest.approx(505)
    even = [[1.0] * 100, [1.0] * 90 + [100.0] * 10]
    assert mean_of_percentiles(even, 95) == pytest.approx(50.5)
    assert merge([sketch(group) for group in even]).percentile(95) == pytest.approx(1, rel=0.01)


def test_alike_groups_may_be_averaged() -> None:
    assert mean_of_percentiles([[1.0, 2.0, 3.0]] * 4, 50) == 2


@given(st.floats(0, 1), st.integers(1, 500))
def test_slow_calls_add_up(slow: float, calls: int) -> None:
    share = share_with_a_slow_call(slow, calls)
    assert share == pytest.approx(1 - (1 - slow) ** calls)
    assert slow <= share * (1 + 1e-9) + 1e-300
    assert share <= min(1, slow * calls) * (1 + 1e-9)


def test_published_and_arrays() -> None:
    """Dean and Barroso: 1 in 100 slow, 100 servers: 63 %; 1 in 10,000, 2,000 servers: almost 1 in 5."""
    assert share_with_a_slow_call(0.01, 100) == pytest.approx(0.63, abs=0.005)
    assert share_with_a_slow_call(0.0001, 2000) == pytest.approx(0.18, abs=0.005)
    assert share_with_a_slow_call(np.array([0.0, 1.0]), 3).tolist() == [0, 1]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sketch([]), r"^values: it must be a list with one value at least"),
        (lambda: sketch([-1.0]), r"^values = -1"),
        (lambda: sketch([math.nan]), r"^values = nan"),
        (lambda: sketch([1.0], 0), r"^relative_error = 0"),
        (lambda: sketch([1.0], 0.6), r"^relative_error = 0.6"),
        (lambda: sketch([1.0]).percentile(101), r"^percentile = 101"),
        (lambda: sketch([1.0]).merged(sketch([1.0], 0.02)), r"^other: its relative error is 0.02, not 0.01"),
        (lambda: sketch([1.0]).merged([1.0]), r"^other = \[1.0\]"),  # type: ignore[arg-type]
        (lambda: merge([]), r"^sketches: "),
        (lambda: mean_of_percentiles([], 50), r"^groups: "),
        (lambda: mean_of_percentiles([[1.0], []], 50), r"^groups\[1\]: "),
        (lambda: share_with_a_slow_call(1.1, 2), r"^slow_share = 1.1"),
        (lambda: share_with_a_slow_call(0.1, 0), r"^calls = 0"),
    ],
)
def test_bad_input_is_refused_by_name(call: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        call()


def test_a_sketch_cannot_be_changed() -> None:
    one = sketch([1.0])
    with pytest.raises(ValueError, match="read-only"):
        one.counts[0] = 5
    assert isinstance(one, LatencySketch)

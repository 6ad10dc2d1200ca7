"""Popularity: shares against closed forms, draws against shares, groups that lose nothing."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.models.popularity import draw_keys, rank_groups, require_weights, zipf_shares


@given(st.integers(1, 2000), st.floats(0, 5))
def test_shares_add_up_to_one_and_fall_as_the_power_says(keys: int, skew: float) -> None:
    shares = zipf_shares(keys, skew)
    assert shares.sum() == pytest.approx(1)
    assert np.all(np.diff(shares) <= 0)
    ranks = np.arange(1, keys + 1)
    assert shares == pytest.approx(shares[0] * ranks**-skew)


def test_known_sums() -> None:
    assert 1 / zipf_shares(10, 1)[0] == pytest.approx(7381 / 2520)
    assert 1 / zipf_shares(1_000_000, 2)[0] == pytest.approx(np.pi**2 / 6, rel=1e-6)
    assert zipf_shares(1, 5).tolist() == [1.0]


def test_shares_cannot_be_changed_under_another_caller() -> None:
    with pytest.raises(ValueError, match="read-only"):
        zipf_shares(5, 1.0)[0] = 1


def test_draws_come_as_often_as_their_shares() -> None:
    shares = zipf_shares(20, 0.8)
    counts = np.bincount(draw_keys(shares, 400_000, seed=3), minlength=20)
    deviation = (counts - 400_000 * shares) / np.sqrt(400_000 * shares * (1 - shares))
    assert np.abs(deviation).max() < 4.5
    assert np.array_equal(draw_keys(shares, 100, seed=1), draw_keys(3 * shares, 100, seed=1))
    assert not np.array_equal(draw_keys(shares, 100, seed=1), draw_keys(shares, 100, seed=2))
    assert draw_keys(shares, 0).size == 0


def test_keys_without_weight_are_never_drawn() -> None:
    assert set(draw_keys([0, 1, 0, 1, 0], 1000).tolist()) == {1, 3}


@given(st.integers(1, 5000), st.floats(0, 3), st.integers(1, 300))
def test_groups_hold_every_key_and_every_read(keys: int, skew: float, groups: int) -> None:
    shares = zipf_shares(keys, skew)
    counts, means = rank_groups(shares, groups)
    assert counts.sum() == keys
    assert counts @ means == pytest.approx(1)
    assert counts.size <= groups
    assert np.all(np.diff(means) <= 1e-15)
    assert counts.min() >= 1


def test_the_first_ranks_stay_alone() -> None:
    counts, means = rank_groups(zipf_shares(100_000, 0.9), 400)
    assert counts[:20].tolist() == [1.0] * 20
    assert means[:20] == pytest.approx(zipf_shares(100_000, 0.9)[:20])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: zipf_shares(0, 1), r"^keys = 0: it must be a whole number, 1 or more"),
        (lambda: zipf_shares(2.5, 1), r"^keys = 2.5"),  # type: ignore[arg-type]
        (lambda: zipf_shares(10, -1), r"^skew = -1"),
        (lambda: zipf_shares(10, float("nan")), r"^skew = nan"),
        (lambda: draw_keys([], 5), r"^weights: it must be a list with one number at least"),
        (lambda: draw_keys([0.0, 0.0], 5), r"^weights: all are 0"),
        (lambda: draw_keys([-1.0, 2.0], 5), r"^weights = -1"),
        (lambda: draw_keys([[1.0]], 5), r"^weights: it must be a list"),
        (lambda: draw_keys([1.0], -1), r"^requests = -1"),
        (lambda: rank_groups([1.0, 2.0]), r"^rates: they must fall from key to key"),
        (lambda: rank_groups([1.0], 0), r"^groups = 0"),
        (lambda: require_weights("rates", ["a"]), r"^rates = "),
    ],
)
def test_bad_input_is_refused_by_name(call: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        call()

"""Copies: closed forms against counting every state and against simulated repairs, and what they cost."""

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.models.nines import copies_needed, in_series
from helpers.models.redundancy import copies_for, in_parallel, k_of_n, what_copies_buy, with_standby
from helpers.models.redundancy_simulation import simulated_group

SHARES = st.floats(0, 1)


def counted(each: float, copies: int, needed: int, beta: float) -> float:
    """The sum over every state of the shared part and the copies."""
    common = 1 - beta * (1 - each)
    alone = each / common if common else 1.0
    total = 0.0
    for states in itertools.product([True, False], repeat=copies):
        if sum(states) >= needed:
            total += math.prod(alone if up else 1 - alone for up in states)
    return common * total


@given(SHARES, st.integers(1, 7), st.data(), SHARES)
def test_it_is_the_sum_over_every_state(each: float, copies: int, data: st.DataObject, beta: float) -> None:
    needed = data.draw(st.integers(1, copies))
    found = k_of_n(each, copies, needed, beta)
    assert found == pytest.approx(counted(each, copies, needed, beta), abs=1e-12)
    assert -1e-12 <= found <= 1 + 1e-12


@given(SHARES, st.integers(1, 30))
def test_all_needed_is_a_row_and_one_needed_is_the_complement(each: float, copies: int) -> None:
    assert k_of_n(each, copies, copies) == pytest.approx(in_series(each, copies), abs=1e-12)
    assert in_parallel(each, copies) == pytest.approx(1 - (1 - each) ** copies, abs=1e-12)


@given(SHARES, st.integers(1, 20), SHARES)
def test_what_takes_all_copies_at_once_makes_them_one(each: float, copies: int, beta: float) -> None:
    assert in_parallel(each, copies, 1) == pytest.approx(each)
    assert in_parallel(each, 1, beta) == pytest.approx(each)
    # No number of copies gets below what they share.
    assert in_parallel(each, copies, beta) <= 1 - beta * (1 - each) + 1e-12


@given(st.floats(0.5, 1), st.integers(1, 10), st.floats(0, 0.99))
def test_a_copy_more_never_hurts_and_a_larger_share_never_helps(
    each: float, copies: int, beta: float
) -> None:
    assert in_parallel(each, copies + 1, beta) >= in_parallel(each, copies, beta) - 1e-12
    assert in_parallel(each, copies, beta) >= in_parallel(each, copies, beta + 0.01) - 1e-12


def test_arrays_give_what_their_elements_give() -> None:
    shares = np.array([0.0, 0.5, 0.99, 1.0])
    for beta in (0, 0.3, 1):
        one_by_one = [k_of_n(float(share), 5, 3, beta) for share in shares]
        assert k_of_n(shares, 5, 3, beta).tolist() == pytest.approx(one_by_one)


@pytest.mark.parametrize(
    ("each", "copies", "needed", "beta"),
    [(0.9, 1, 1, 0.0), (0.9, 2, 1, 0.0), (0.8, 5, 3, 0.0), (0.9, 2, 1, 0.2), (0.8, 4, 3, 0.5)],
)
def test_machines_that_fail_and_are_repaired_find_the_closed_form(
    each: float, copies: int, needed: int, beta: float
) -> None:
    found = [simulated_group(each, copies, needed, beta, repairs=4000, seed=seed) for seed in range(8)]
    # Student's t of 7 degrees of freedom: 99.9 % of such intervals hold the true mean.
    within = 5.41 * float(np.std(found, ddof=1)) / math.sqrt(len(found))
    assert np.mean(found) == pytest.approx(k_of_n(each, copies, needed, beta), abs=within)
    assert within < 0.01


@pytest.mark.parametrize(("each", "share"), [(0.95, 0.02), (0.95, 0.1), (0.99, 0.05)])
def test_the_time_to_fail_over_costs_what_was_observed(each: float, share: float) -> None:
    found = [simulated_group(each, 2, repairs=6000, failover_share=share, seed=seed) for seed in range(8)]
    expected = with_standby(each, failover_s=share, repair_s=1)
    within = 5.41 * float(np.std(found, ddof=1)) / math.sqrt(len(found))
    # A repair may end before the failover has: the closed form counts at most share² / 2 of it too much.
    assert np.mean(found) == pytest.approx(expected, abs=within + (1 - each) * share**2)
    assert abs(np.mean(found) - in_parallel(each, 2)) > 2 * within


def test_a_simulation_that_nothing_disturbs_is_always_up() -> None:
    assert simulated_group(1.0, 3, 2) == 1.0


def test_each_copy_buys_less() -> None:
    rows = what_copies_buy(0.99, 5, common_share=0.05)
    assert [row.copies for row in rows] == [1, 2, 3, 4, 5]
    savings = [row.saved_s for row in rows]
    assert savings == sorted(savings, reverse=True)
    assert sum(savings) + rows[-1].downtime_s == pytest.approx(365 * 86_400)
    assert rows[1].availability == in_parallel(0.99, 2, 0.05)


@given(st.floats(0.01, 0.999), st.floats(0.01, 0.9999), st.floats(0, 0.5))
def test_the_fewest_copies_reach_the_target_and_one_fewer_does_not(
    each: float, target: float, beta: float
) -> None:
    try:
        copies = copies_for(each, target, beta)
    except ValueError as error:
        assert "no number of copies" in str(error)
        assert in_parallel(each, 900, beta) < target * (1 + 1e-9)
        return
    if copies <= 900:
        assert in_parallel(each, copies, beta) >= target * (1 - 1e-9)
    if 1 < copies <= 900:
        assert in_parallel(each, copies - 1, beta) < target


def test_without_a_common_cause_it_is_what_step_1_counts() -> None:
    for target in (0.9, 0.99, 0.9999, 0.999999):
        assert copies_for(0.99, target) == copies_needed(0.99, target)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: k_of_n(1.2, 2), ValueError, r"^each = 1.2"),
        (lambda: k_of_n(float("nan"), 2), ValueError, r"^each = nan"),
        (lambda: k_of_n("0.9", 2), TypeError, r"^each = '0.9'"),
        (lambda: k_of_n(0.9, 0), ValueError, r"^copies = 0: .*1 or more"),
        (lambda: k_of_n(0.9, 2, 3), ValueError, r"^needed = 3: .*at most 2"),
        (lambda: k_of_n(0.9, 2, 0), ValueError, r"^needed = 0"),
        (lambda: k_of_n(0.9, 2, 1, -0.1), ValueError, r"^common_share = -0.1"),
        (lambda: k_of_n(0.9, 2, 1, 10), ValueError, r"^common_share = 10: .*at most 1"),
        (lambda: with_standby(0.9, failover_s=2, repair_s=1), ValueError, r"^failover_s = 2: .*at most 1"),
        (lambda: with_standby(0.9, failover_s=0, repair_s=0), ValueError, r"^repair_s = 0"),
        (lambda: what_copies_buy(0.9, 0), ValueError, r"^most = 0"),
        (lambda: copies_for(0.0, 0.9), ValueError, r"^target = 0.9"),
        (lambda: copies_for(0.9, 1.0, 0.1), ValueError, r"^target = 1.0: no number of copies"),
        (lambda: simulated_group(0.9, 2, 2, failover_share=0.1), ValueError, r"^failover_share = 0.1"),
        (lambda: simulated_group(0, 2), ValueError, r"^each = 0: .*above 0"),
    ],
)
def test_bad_input_is_refused_by_name(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()

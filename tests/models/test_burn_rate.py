"""Error budgets and burn rates: the SRE workbook's figures, conservation, and its time to detect."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.models.burn_rate import BURN_RULES, PAGE_RULES, BurnRule, Objective, time_to_detect_s

THREE_NINES = Objective(0.999)


def test_the_workbooks_table() -> None:
    """Chapter 5: recommended burn rates, what is spent when they fire, and how long a budget lasts."""
    assert [rule.budget_spent(THREE_NINES) for rule in BURN_RULES] == pytest.approx([0.02, 0.05, 0.1])
    assert [(rule.factor, rule.long_s / rule.short_s) for rule in BURN_RULES] == [
        (14.4, 12),
        (6, 12),
        (1, 12),
    ]
    for rate, days in ((1, 30), (2, 15), (10, 3), (1000, 0.03)):
        assert THREE_NINES.exhausted_in_s(0.001 * rate) / 86_400 == pytest.approx(days)
    assert BURN_RULES[:2] == PAGE_RULES


def test_a_budget_that_lasts_exactly_is_spent_exactly() -> None:
    assert THREE_NINES.burn_rate(0.001) == pytest.approx(1)
    assert THREE_NINES.spent(0.001, 30 * 86_400) == pytest.approx(1)
    assert THREE_NINES.exhausted_in_s(0.0) == float("inf")
    assert THREE_NINES.spent(1.0, 0) == 0
    assert THREE_NINES.allowed_bad(1e6) == pytest.approx(1000)


@given(st.floats(0.5, 0.99999), st.floats(1e-6, 1), st.floats(1, 90))
def test_all_is_spent_when_it_is_exhausted(target: float, bad: float, days: float) -> None:
    objective = Objective(target, days)
    assert objective.spent(bad, objective.exhausted_in_s(bad)) == pytest.approx(1)


@given(st.floats(0.9, 0.9999), st.floats(1e-5, 1), st.sampled_from(BURN_RULES))
def test_time_to_detect_is_the_workbooks(target: float, bad: float, rule: BurnRule) -> None:
    objective = Objective(target)
    found = time_to_detect_s(rule, objective, bad)
    if objective.burn_rate(bad) < rule.factor * (1 - 1e-9):
        assert found is None
    elif objective.burn_rate(bad) > rule.factor * (1 + 1e-9):
        assert found == pytest.approx((1 - target) / bad * rule.long_s * rule.factor, rel=1e-6)
        assert found is not None
        # What is spent by then is the same for every incident that it notices.
        assert objective.spent(bad, found) == pytest.approx(rule.budget_spent(objective))


def test_usual_errors_shorten_the_wait() -> None:
    rule = PAGE_RULES[0]
    waits = [time_to_detect_s(rule, THREE_NINES, 0.05, usual) for usual in (0.0, 0.001, 0.01, 0.0144, 0.02)]
    assert waits[0] == pytest.approx(3600 * 0.0144 / 0.05)
    assert waits == sorted(waits, key=lambda wait: -(wait or 0))
    assert waits[3:] == [0.0, 0.0]


def test_an_incident_as_large_as_the_limit_is_noticed_when_the_window_is_full() -> None:
    assert time_to_detect_s(PAGE_RULES[0], THREE_NINES, 0.0144) == pytest.approx(3600)
    assert time_to_detect_s(PAGE_RULES[0], THREE_NINES, 0.01439) is None


def test_names() -> None:
    assert [rule.name for rule in BURN_RULES] == [
        "14.4 × over 1 h and 5 min",
        "6 × over 6 h and 30 min",
        "1 × over 3 d and 6 h",
    ]
    assert BurnRule(2, 90, 30).name == "2 × over 1.5 min and 30 s"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Objective(99.9), r"^target = 99.9: .*99.9 % is 0.999"),
        (lambda: Objective(1.0), r"^target = 1.0"),
        (lambda: Objective(0), r"^target = 0"),
        (lambda: Objective(0.9, days=0), r"^days = 0"),
        (lambda: THREE_NINES.burn_rate(1.5), r"^bad_share = 1.5"),
        (lambda: THREE_NINES.spent(0.1, -1), r"^seconds = -1"),
        (lambda: THREE_NINES.allowed_bad(-1), r"^requests = -1"),
        (lambda: BurnRule(0, 60, 30), r"^factor = 0"),
        (lambda: BurnRule(1, 60, 90), r"^short_s = 90: .*at most 60"),
        (lambda: time_to_detect_s(PAGE_RULES[0], THREE_NINES, 2), r"^bad_share = 2"),
        (lambda: time_to_detect_s(PAGE_RULES[0], THREE_NINES, 1, -1), r"^usual_share = -1"),
    ],
)
def test_bad_input_is_refused_by_name(call: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        call()

"""Slips: every known slip is named, right answers are right, and chance answers are met with silence."""

import math
import re
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.models.estimation import Estimate, Factor, Workload, estimate
from helpers.models.quantities import round_whiteboard, units
from helpers.models.slip_candidates import candidates, derivation
from helpers.models.slips import diagnose, diagnose_value
from helpers.models.wrong_estimates import generate_slip, generate_workload, published_slips

FRAMEWORK = estimate(
    Workload(
        daily_users=10e6,
        writes_per_user=5,
        reads_per_write=50,
        item_size=100,
        followers=75,
        peak_factor=4,
        replication=3,
        item="tweet",
    )
)
CHAT = estimate(
    Workload(
        daily_users=50e6,
        writes_per_user=40,
        item_size=100,
        media_share=0.05,
        media_size=100e3,
        item="message",
        retention=10,
    )
)
SEEDS = st.integers(min_value=0, max_value=2**32)


def right(estimate: Estimate, name: str) -> float:
    return float(estimate[name].value)


def names(answer: Any, estimate: Estimate, line: str) -> list[str]:
    return [slip.name for slip in diagnose(answer, estimate, line).slips]


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        (600, "writes_per_second"),
        (579, "writes_per_second"),
        ("600/s", "writes_per_second"),
        ("600 tweets per second", "writes_per_second"),
        ("50M tweets/day", "writes_per_second"),
        ("50 million a day", "writes_per_second"),
        (50e6 * units.tweet / units.day, "writes_per_second"),
        (Decimal("578.7"), "writes_per_second"),
        (np.int64(579), "writes_per_second"),
        (2e12, "storage_per_year"),
        ("2 TB/year", "storage_per_year"),
        ("10 TB", "storage"),
        ("5 GB/day", "storage_per_day"),
        ("40 Gbit/day", "storage_per_day"),
    ],
)
def test_whiteboard_roundings_and_other_units_are_right(answer: Any, line: str) -> None:
    found = diagnose(answer, FRAMEWORK, line)
    assert found.correct
    assert found.slips == ()
    assert found.message.startswith("Right")


@pytest.mark.parametrize(
    ("answer", "line", "slip", "times"),
    [
        (50e6, "writes_per_second", "seconds-days", "86,400 times too large"),
        (578.7 / 86_400, "writes_per_second", "factor-twice", "86,400 times too small"),
        (578.7 * 60, "writes_per_second", "seconds-minutes", "60 times too large"),
        (578.7 * 3600, "writes_per_second", "seconds-hours", "3,600 times too large"),
        (10e6, "writes_per_second", "users-as-rate", "17,300 times too large"),
        (500, "writes_per_second", "day-rounded", "14 % too small"),
        (600e3, "writes_per_second", "power-of-1000", "About 1,000 times too large"),
        (0.6, "writes_per_second", "power-of-1000", "About 1,000 times too small"),
        (6000, "writes_per_second", "power-of-ten", "About 10 times too large"),
        (2315, "writes_per_second", "average-peak", "4 times too large: this is the peak"),
        (579, "peak_writes_per_second", "average-peak", "4 times too small: the peak factor 4 is left out"),
        (2315 * 4, "peak_writes_per_second", "factor-twice", "4 times too large"),
        (2315 / 16, "peak_writes_per_second", "divided-instead", "16 times too small"),
        (116, "writes_per_second", "factor-left-out", "5 times too small"),
        (50e6 * 86_400, "writes_per_second", "divided-instead", "7.46 billion times too large"),
        (40e9, "storage_per_day", "bits-bytes", "8 times too large"),
        (5e9 / 8, "storage_per_day", "bits-bytes", "8 times too small"),
        (5e12, "storage_per_day", "power-of-1000", "a power of 1000 slipped (TB for GB)"),
        (5e9, "storage_per_year", "days-years", "365 times too small: that is per day, not per year"),
        (152e9, "storage_per_year", "months-years", "12 times too small: that is per month, not per year"),
        (9.125e12, "replicated_storage", "replication-forgotten", "3 times too small"),
        (9.125e12 * 9, "replicated_storage", "replication-twice", "3 times too large"),
        (9.125e12 * 3, "storage", "replication-counted", "3 times too large"),
        (9.125e12 / 365, "storage", "days-years", "365 times too small"),
        ("579 tweets/day", "writes_per_second", "seconds-days", "fits per second, but it is written per day"),
    ],
)
def test_each_slip_is_named_with_its_size(answer: Any, line: str, slip: str, times: str) -> None:
    found = diagnose(answer, FRAMEWORK, line)
    assert not found.correct
    assert slip in [one.name for one in found.slips]
    assert times in found.message
    assert str(FRAMEWORK[line]) not in found.message, "the right answer is not given away"


def test_binary_prefixes_show_where_they_are_beyond_the_tolerance() -> None:
    assert names(7.3e18 / 1.024**6, FRAMEWORK, "storage") == []
    assert diagnose_value(37.2e15 / 1.024**5, 37.2e15, "byte").slips[0].name == "power-of-1024"
    assert diagnose_value(5e9 / 1.024**3, 5e9, "byte", tolerance=0.02).slips[0].name == "power-of-1024"
    assert diagnose_value(5e9 / 1.024**3, 5e9, "byte").correct


@pytest.mark.parametrize(
    ("workload", "line", "published"),
    [
        (Workload(writes_per_day=10e6 / (365 / 12), reads_per_write=10), "writes_per_second", 4),
        (Workload(writes_per_day=10e6 / (365 / 12), reads_per_write=10), "reads_per_second", 40),
        (Workload(writes_per_day=10e6 / (365 / 12), item_size=1270, retention=3), "storage", 450e9),
        (CHAT.workload, "writes_per_second", 24e3),
        (CHAT.workload, "storage_per_day", 10.2e12),
        (CHAT.workload, "bandwidth_in", 120e6),
        (CHAT.workload, "storage", 38e15),
        (Workload(daily_users=10e6, writes_per_user=200, peak_factor=2), "writes_per_second", 24e3),
        (Workload(daily_users=10e6, writes_per_user=200, peak_factor=2), "peak_writes_per_second", 48e3),
        (Workload(daily_users=5e6, writes_per_user=0.1, item_size=300e6), "storage_per_day", 150e12),
        (Workload(writes_per_day=1e9, item_size=100, item="click"), "storage_per_day", 100e9),
        (
            Workload(daily_users=1e9, writes_per_user=40, item_size=50e3, item="email"),
            "storage_per_year",
            730e15,
        ),
        (Workload(daily_users=300e6, writes_per_user=1, reads_per_user=10), "reads_per_second", 35e3),
    ],
)
def test_published_results_are_right(workload: Workload, line: str, published: float) -> None:
    assert diagnose(published, estimate(workload), line).correct


def test_published_results_with_a_day_of_100_000_seconds_are_named_as_that() -> None:
    clicks = estimate(Workload(writes_per_day=1e9, peak_factor=5, item="click"))
    assert names(10e3, clicks, "writes_per_second") == ["day-rounded"]
    assert names(50e3, clicks, "peak_writes_per_second") == ["day-rounded"]


def test_the_published_wrong_estimates_are_recognised() -> None:
    tweets, photos = published_slips()
    assert tweets.slip.name == "factor-left-out"
    assert "size of one item" in tweets.slip.text
    assert photos.slip.name == "power-of-1000"
    assert photos.diagnosis.message == "1,000 times too large: a power of 1000 slipped (PB for TB)."


def test_a_part_of_a_sum_left_out_is_named() -> None:
    text_only = right(CHAT, "item_storage_per_day")
    found = diagnose(text_only * 365, CHAT, "storage_per_year")
    assert [slip.name for slip in found.slips] == ["part-left-out"]
    assert "media" in found.message


def test_equally_good_slips_are_both_named() -> None:
    found = diagnose_value(40, 10, "tweet/second", [Factor("Followers", 4, "")], peak_factor=4)
    assert [slip.name for slip in found.slips] == ["average-peak", "factor-twice"]
    assert "either this is the peak, not the average, or “followers” (4) is used twice" in found.message


def test_two_slips_at_once_only_where_one_does_not_do() -> None:
    found = diagnose(right(FRAMEWORK, "writes_per_second") * 1000 * 4, FRAMEWORK, "writes_per_second")
    assert [slip.name for slip in found.slips] == ["power-of-1000", "average-peak"]
    assert not found.single
    assert "two slips at once" in found.message
    assert not diagnose(right(FRAMEWORK, "storage") * 8 * 3.06, FRAMEWORK, "storage").slips, (
        "2 % off is too far"
    )


def test_silence_where_nothing_fits() -> None:
    found = diagnose(2000, FRAMEWORK, "writes_per_second")
    assert found.slips == ()
    assert found.message.startswith("3.5 times too large; no single common slip explains it.")
    assert "579" not in found.message


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (None, "None is not a number"),
        (True, "True is not a number"),
        ([600], r"[600] is not a number"),
        (1 + 2j, "is not a number"),
        (math.nan, "not a finite number"),
        (-math.inf, "not a finite number"),
        (10**400, "too large"),
        (0, "0 cannot be right"),
        (-3, "-3 cannot be right: it is below 0"),
        (5e-324, "too small"),
        ("", "does not start with a number"),
        ("plenty", "does not start with a number"),
        ("5 GB/day", "a quantity in tweet/second is needed"),
        ("600 requests/s", "a quantity in tweet/second is needed"),
        ("5 ]", "cannot be read as a quantity"),
        ("5 :", "cannot be read as a quantity"),
        ("5 zorks/s", "unknown unit 'zorks'"),
        (5 * units.byte, "cannot be converted"),
    ],
)
def test_bad_answers_get_a_plain_message(answer: Any, message: str) -> None:
    found = diagnose(answer, FRAMEWORK, "writes_per_second")
    assert not found.correct
    assert found.slips == ()
    assert message in found.message


def test_an_answer_of_nothing_can_be_right() -> None:
    nothing = estimate(Workload(writes_per_day=100))
    assert diagnose(0, nothing, "storage").correct
    assert not diagnose(5, nothing, "storage").correct


def test_a_bad_question_is_an_error() -> None:
    with pytest.raises(KeyError, match="no line 'storge'"):
        diagnose(1, FRAMEWORK, "storge")
    with pytest.raises(ValueError, match="tolerance = 2"):
        diagnose(1, FRAMEWORK, "storage", tolerance=2)
    with pytest.raises(ValueError, match="right = -1"):
        diagnose_value(1, -1, "byte")
    with pytest.raises(TypeError, match="right is an array"):
        diagnose_value(1, np.array([1.0, 2.0]), "byte")  # type: ignore[arg-type]


LINES = st.sampled_from([name for name, line in FRAMEWORK.items() if line.value > 0])


@settings(deadline=None)
@given(LINES, st.floats(-0.0999, 0.0999))
def test_any_answer_within_the_tolerance_is_right(name: str, off: float) -> None:
    assert diagnose(right(FRAMEWORK, name) * (1 + off), FRAMEWORK, name).correct
    tight = diagnose(right(FRAMEWORK, name) * (1 + off), FRAMEWORK, name, tolerance=0.01)
    assert tight.correct == (abs(off) <= 0.01)


@settings(deadline=None)
@given(st.floats(1e-6, 1e18))
def test_every_whiteboard_rounding_is_right(value: float) -> None:
    assert diagnose_value(round_whiteboard(value), value, "byte").correct


@settings(deadline=None)
@given(SEEDS, LINES, st.data())
def test_an_applied_slip_is_named_or_one_of_the_same_size(seed: int, name: str, data: Any) -> None:
    made = estimate(generate_workload(seed))
    if name not in made or right(made, name) <= 0:
        return
    known = candidates(right(made, name), made[name].unit, **derivation(made[name], made.workload))
    applied = data.draw(st.sampled_from(known)).slip
    found = diagnose(right(made, name) * applied.ratio, made, name)
    if found.correct:
        assert abs(applied.ratio - 1) <= 0.1 + 1e-6
    else:
        assert any(math.isclose(slip.ratio, applied.ratio, rel_tol=0.006) for slip in found.slips)


@settings(deadline=None)
@given(SEEDS)
def test_a_generated_slip_is_named(seed: int) -> None:
    wrong = generate_slip(seed)
    assert wrong.slip.ratio == pytest.approx(wrong.value / wrong.line.value)
    # At most three are named where more fit, so one of the same size counts.
    assert any(math.isclose(slip.ratio, wrong.slip.ratio, rel_tol=0.006) for slip in wrong.diagnosis.slips)
    assert not wrong.diagnosis.correct
    assert wrong == generate_slip(seed)
    assert wrong.working.count(" = ") == 1


def test_generated_slips_vary_and_are_named_by_name() -> None:
    made = [generate_slip(seed) for seed in range(300)]
    assert {wrong.slip.name for wrong in made} >= {
        "average-peak", "bits-bytes", "days-years", "divided-instead", "factor-left-out", "factor-twice",
        "power-of-1000", "replication-counted", "replication-forgotten", "replication-twice",
        "seconds-days", "users-as-rate",
    }  # fmt: skip
    assert len({wrong.workload for wrong in made}) == 300
    assert all(wrong.slip.name in [slip.name for slip in wrong.diagnosis.slips] for wrong in made)


def test_the_wrong_working_shows_the_slip() -> None:
    shown = set()
    for wrong in (generate_slip(seed) for seed in range(200)):
        working, factors = wrong.working.partition(" = ")[0], wrong.line.leaves
        terms = re.split(r" ?[×÷] ?", working)
        named = [factor for factor in factors if f"({factor})" in wrong.slip.text]
        if wrong.slip.name == "factor-left-out":
            assert len(terms) == len(factors) - 1
            assert str(named[0]) not in terms
        elif wrong.slip.name == "factor-twice":
            assert len(terms) == len(factors) + 1
            assert terms.count(str(named[0])) == 2
        elif wrong.slip.name == "divided-instead":
            sign = "÷" if named[0].power > 0 else "×"
            assert f"{sign} {named[0]}" in working
        elif wrong.slip.name == "power-of-1000":
            assert terms == [str(factor) for factor in factors]
        shown.add(wrong.slip.name)
    assert {"factor-left-out", "factor-twice", "divided-instead", "power-of-1000"} <= shown


def test_a_workload_of_nothing_has_no_slip_to_generate() -> None:
    with pytest.raises(ValueError, match="must have a rate or a size above 0"):
        generate_slip(1, Workload(writes_per_day=0))


@settings(deadline=None)
@given(
    st.one_of(st.floats(), st.integers(), st.text(), st.none(), st.decimals(), st.complex_numbers()), LINES
)
def test_no_answer_is_an_error(answer: Any, name: str) -> None:
    found = diagnose(answer, FRAMEWORK, name)
    assert found.message
    assert found.correct is False or found.slips == ()


@settings(deadline=None)
@given(st.floats(-6, 6), st.floats(-3, 3))
def test_only_the_ratio_counts(size: float, exponent: float) -> None:
    factors = [Factor("Followers", 75, ""), Factor("Seconds in a day", 86_400, "second/day", -1)]

    def texts(right: float) -> list[str]:
        found = diagnose_value(right * 10**exponent, right, "tweet/second", factors, peak_factor=5)
        return [slip.name for slip in found.slips]

    assert texts(1.0) == texts(10**size)


@pytest.mark.parametrize("line", ["writes_per_second", "peak_deliveries_per_second", "replicated_storage"])
def test_chance_answers_are_seldom_explained(line: str) -> None:
    # Log-uniform over 18 decades: the wider the candidates, the more often a wild answer gets a wild reason.
    exponents = np.random.default_rng(0).uniform(-9, 9, 600)
    found = [diagnose(right(FRAMEWORK, line) * 10**exponent, FRAMEWORK, line) for exponent in exponents]
    wrong = [one for one in found if not one.correct]
    single = sum(one.single for one in wrong) / len(wrong)
    double = sum(bool(one.slips) and not one.single for one in wrong) / len(wrong)
    assert 0.02 < single < 0.15
    assert 0 < double < 0.05

"""Nines: the usual table derived, exact arithmetic on decimals, laws of rows and copies, bad input."""

import math
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.models.nines import (
    PERIODS_S,
    copies_needed,
    downtime_s,
    format_duration,
    in_series,
    needed_each,
    nines,
)

# Shares with up to seven decimals, as people write them: 0.5, 0.999, 0.9999999.
WRITTEN = st.integers(1, 10**7 - 1).map(lambda number: number / 10**7)


def exact(share: float) -> Fraction:
    return Fraction(repr(share))


@pytest.mark.parametrize("count", range(1, 13))
def test_each_nine_counts_one(count: int) -> None:
    missing = Fraction(1, 10**count)
    share = float(1 - missing)
    # A float cannot tell 1 - 10⁻¹² from its neighbours, 10⁻¹⁶ away, so the last nines are a little off.
    assert nines(share) == pytest.approx(count, abs=1e-4)
    if count <= 5:
        assert nines(share) == count


def test_nines_between_and_at_the_ends() -> None:
    assert nines(0) == 0
    assert nines(0.995) == pytest.approx(math.log10(200), abs=1e-9)
    assert nines(0.9995) == pytest.approx(math.log10(2000), abs=1e-9)
    assert nines(math.nextafter(1, 0)) == pytest.approx(-math.log10(2**-53), abs=1e-9)
    with pytest.raises(ValueError, match=r"^availability = 1: it must be below 1; no system is always up$"):
        nines(np.array([0.9, 1.0]))


# The usual table, to the digits it is printed with: percent, year, month.
@pytest.mark.parametrize(
    ("share", "year", "month"),
    [
        (0.99, (3.65, 86_400), (7.3, 3600)),
        (0.999, (8.76, 3600), (43.8, 60)),
        (0.9999, (52.6, 60), (4.38, 60)),
        (0.99999, (5.26, 60), (26.3, 1)),
    ],
)
def test_the_usual_table_of_nines(
    share: float, year: tuple[float, float], month: tuple[float, float]
) -> None:
    for period, (printed, unit_s) in (("year", year), ("month", month)):
        days = Fraction(365) if period == "year" else Fraction(365, 12)
        seconds = (1 - exact(share)) * days * 86_400
        assert downtime_s(share, period) == pytest.approx(float(seconds), rel=1e-9)
        assert float(f"{downtime_s(share, period) / unit_s:.3g}") == printed
    assert downtime_s(share, "day") == pytest.approx(float((1 - exact(share)) * 86_400), rel=1e-9)


def test_always_up_and_never_up() -> None:
    for period, seconds in PERIODS_S.items():
        assert downtime_s(1, period) == 0
        assert downtime_s(0, period) == seconds
    assert in_series(1, 30) == needed_each(1, 30) == 1
    assert in_series(0, 30) == needed_each(0, 30) == 0


@given(WRITTEN, st.integers(1, 200))
def test_a_row_is_the_exact_power(each: float, components: int) -> None:
    assert in_series(each, components) == pytest.approx(
        float(exact(each) ** components), rel=1e-12, abs=1e-300
    )


@given(WRITTEN, st.integers(1, 200))
def test_what_each_needs_gives_the_target_back(target: float, components: int) -> None:
    each = needed_each(target, components)
    assert target <= each < 1 or components == 1
    assert in_series(each, components) == pytest.approx(target, rel=1e-12)


@given(st.lists(WRITTEN, min_size=1, max_size=20))
def test_a_row_of_different_components_is_no_better_than_its_worst(each: list[float]) -> None:
    row = in_series(each)
    assert row == pytest.approx(float(math.prod(exact(share) for share in each)), rel=1e-12, abs=1e-300)
    assert row <= min(each)
    assert in_series(tuple(reversed(each))) == pytest.approx(row, rel=1e-12)
    assert in_series(np.array(each)) == row


def test_the_downtimes_of_good_components_nearly_add_up() -> None:
    alone, row = downtime_s(0.9999, "year"), downtime_s(in_series(0.9999, 10), "year")
    assert 9.99 * alone < row < 10 * alone


@given(st.integers(1, 9999).map(lambda number: number / 10_000), st.integers(1, 10**6 - 1))
@settings(deadline=None)
def test_the_copies_are_the_fewest_that_reach_the_target(each: float, millionths: int) -> None:
    target = millionths / 10**6
    copies = copies_needed(each, target)
    missing, allowed = 1 - exact(each), 1 - exact(target)
    if copies < 1000:
        assert missing**copies <= allowed
        assert copies == 1 or missing ** (copies - 1) > allowed
    else:
        assert copies == pytest.approx(math.log(allowed) / math.log(missing), rel=1e-9, abs=1)


@pytest.mark.parametrize("digits", range(1, 8))
@pytest.mark.parametrize("copies", [1, 2])
def test_copies_count_in_decimals_not_in_binary(digits: int, copies: int) -> None:
    each, target = (float(1 - Fraction(1, 10**count)) for count in (digits, digits * copies))
    assert copies_needed(each, target) == copies
    assert copies_needed(each, math.nextafter(target, 1)) == copies + 1


def test_copies_at_the_ends() -> None:
    assert copies_needed(1, 1) == copies_needed(0.5, 0) == copies_needed(0, 0) == 1
    assert copies_needed(0.5, math.nextafter(1, 0)) == 54  # 1 - 0.9999999999999999 is a little under 2⁻⁵³
    assert copies_needed(1e-4, 0.999999) == pytest.approx(6 * math.log(10) * 1e4, rel=1e-4)
    for each, target, reason in ((0, 0.5, "never up"), (0.9, 1, "may all be down at once")):
        with pytest.raises(ValueError, match=f"^target = .*{reason} reaches it$"):
            copies_needed(each, target)
    for each in (1e-9, 5e-324):
        with pytest.raises(ValueError, match=f"^each = {each}: more than 1,000,000 copies are needed"):
            copies_needed(each, 0.999)


def test_arrays_work_element_by_element_and_stay_as_they_were() -> None:
    each = np.array([0.9, 0.99, 0.999])
    kept = each.copy()
    assert nines(each).tolist() == [1, 2, 3]
    assert downtime_s(each, "day") == pytest.approx([8640, 864, 86.4])
    assert in_series(each, 2) == pytest.approx(each**2)
    assert in_series(0.9, np.array([1, 2])) == pytest.approx([0.9, 0.81])
    assert needed_each(each, np.array([1, 2, 3])) == pytest.approx(each ** np.array([1, 1 / 2, 1 / 3]))
    assert copies_needed(each, 0.9999).tolist() == [4, 2, 2]
    assert copies_needed(0.9, each).tolist() == [1, 2, 3]
    assert each.tolist() == kept.tolist()


BAD_SHARES = [-0.1, 1.1, 99.9, math.nan, math.inf, -math.inf, "0.999", "", None, True, 10**400, [0.9]]
TAKES_A_SHARE: list[tuple[str, Callable[[Any], Any]]] = [
    ("availability", nines),
    ("availability", lambda share: downtime_s(share, "year")),
    ("each", lambda share: in_series(share, 2)),
    (r"each\[0\]", lambda share: in_series([share])),
    ("target", lambda share: needed_each(share, 2)),
    ("each", lambda share: copies_needed(share, 0.9)),
    ("target", lambda share: copies_needed(0.9, share)),
]


@pytest.mark.parametrize("share", BAD_SHARES, ids=lambda share: repr(share)[:12])
@pytest.mark.parametrize(("name", "call"), TAKES_A_SHARE)
def test_what_is_not_a_share_of_the_time_is_refused(
    share: Any, name: str, call: Callable[[Any], Any]
) -> None:
    with pytest.raises((ValueError, TypeError), match=f"^{name} = .*a share of the time from 0 to 1; 99.9 %"):
        call(share)
    with pytest.raises((ValueError, TypeError), match="a share of the time"):
        call(np.array([0.5, math.nan]))


@pytest.mark.parametrize("components", [0, -1, 2.0, 2.5, math.nan, "6", "", True, 10**7, np.array([1.5])])
def test_components_are_counted_in_whole_numbers(components: Any) -> None:
    for call in (in_series, needed_each):
        with pytest.raises((ValueError, TypeError), match=r"^components = "):
            call(0.999, components)
    with pytest.raises((ValueError, TypeError), match=r"^components = "):
        needed_each(0.999, None)


@pytest.mark.parametrize("each", [0.999, "0.999", [], None])
def test_a_row_without_a_count_needs_a_sequence(each: Any) -> None:
    with pytest.raises(TypeError, match=f"^each = {re.escape(repr(each))}: it must be a sequence"):
        in_series(each)


def test_an_unknown_period_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^period = 'week': it must be one of 'day', 'month', 'year'$"):
        downtime_s(0.999, "week")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (1e-9, "under 1 µs"),
        (3.15e-4, "315 µs"),
        (0.0864, "86.4 ms"),
        (0.99999, "1 s"),
        (26.28, "26.3 s"),
        (59.94, "59.9 s"),
        (59.96, "1 min"),
        (60.4, "1 min"),
        (119.6, "2 min"),
        (315.36, "5 min 15 s"),
        (2628, "43 min 48 s"),
        (3599.7, "1 h"),
        (26_280, "7 h 18 min"),
        (31_536, "8 h 46 min"),
        (86_399, "1 day"),
        (86_400 * 1.5, "1 day 12 h"),
        (86_400 * 3.65, "3 days 16 h"),
        (86_400 * 365, "365 days"),
        (1e12, "11,574,074 days 2 h"),
    ],
)
def test_durations_as_they_are_said(seconds: float, words: str) -> None:
    assert format_duration(seconds) == words


@given(st.floats(1e-5, 1e10))
def test_a_duration_in_words_is_near_the_duration(seconds: float) -> None:
    sizes = {"day": 86_400, "h": 3600, "min": 60, "s": 1, "ms": 1e-3, "µs": 1e-6}
    parts = re.findall(r"([\d.,]+) (day|h|min|s|ms|µs)", format_duration(seconds))
    assert 1 <= len(parts) <= 2
    said = sum(float(amount.replace(",", "")) * sizes[unit] for amount, unit in parts)
    assert said == pytest.approx(seconds, rel=0.05)
    if len(parts) == 2:  # the smaller part never makes up one of the larger
        larger, smaller = (sizes[unit] for _, unit in parts)
        assert float(parts[1][0]) * smaller < larger


@pytest.mark.parametrize("seconds", [-1, math.nan, math.inf, "5", None, 1e13])
def test_what_is_no_duration_is_refused(seconds: Any) -> None:
    with pytest.raises((ValueError, TypeError), match=r"^seconds = "):
        format_duration(seconds)


def test_a_duration_is_one_number() -> None:
    with pytest.raises(TypeError, match=r"seconds = array.*it must be one number"):
        format_duration(np.array([1.0, 2.0]))

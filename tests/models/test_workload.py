"""Workload: every argument is checked, named in its error, and may be written in several ways."""

import math
import re
from typing import Any

import numpy as np
import pytest

from helpers.models.quantities import Range, units
from helpers.models.workload import FIELDS, Workload

PLAIN: dict[str, Any] = {"daily_users": 10, "writes_per_user": 5}


def make(name: str, value: Any) -> Workload:
    base: dict[str, Any] = {"writes_per_day": 7} if name != "writes_per_day" else {}
    if name in ("daily_users", "writes_per_user"):
        base = dict(PLAIN)
    elif name in ("reads_per_user", "cached_per_user"):
        base["daily_users"] = 10
    return Workload(**{**base, name: value})


@pytest.mark.parametrize("name", FIELDS)
def test_the_bounds_themselves_are_allowed(name: str) -> None:
    field = FIELDS[name]
    for bound in (field.at_least, field.at_most):
        if bound is not None:
            assert getattr(make(name, bound), name) == bound


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize(
    "value", [-1, math.nan, math.inf, -math.inf, 1e300, 10**400, pytest.param(10**5000, id="huge")]
)
def test_a_number_out_of_bounds_is_refused_by_name(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=rf"^{name} = .{{1,80}}: it must be a number"):
        make(name, value)


@pytest.mark.parametrize("name", FIELDS)
def test_just_outside_the_bounds_is_refused_with_what_is_allowed(name: str) -> None:
    field = FIELDS[name]
    outside = [field.at_most * 1.01 if field.at_most else None, field.above]
    outside.append(field.at_least - 0.01 if field.at_least is not None else None)
    tried = [value for value in outside if value is not None]
    assert len(tried) == 2
    for value in tried:
        with pytest.raises(ValueError, match=re.escape(f"{name} = {value}: it must be a number")) as error:
            make(name, value)
        assert f"at most {field.at_most:,g}" in str(error.value)


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize(
    "value", [True, [1, 2], (1,), {}, 1j, b"5", np.array(["a"]), np.array([]), np.array([True])]
)
def test_what_is_no_number_is_refused_by_name(name: str, value: Any) -> None:
    with pytest.raises(TypeError, match=rf"^{name} = "):
        make(name, value)


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("value", ["", "plenty", "5 bananas", "nan", "1e999", 5 * units.week * units.server])
def test_text_and_quantities_that_do_not_fit_are_refused_by_name(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=rf"^{name}(: | = )"):
        make(name, value)


@pytest.mark.parametrize("name", [name for name in FIELDS if getattr(Workload, name) is not None])
def test_none_is_refused_where_there_is_a_default(name: str) -> None:
    with pytest.raises(TypeError, match=rf"^{name} = None: it must be a number"):
        make(name, None)


@pytest.mark.parametrize("name", FIELDS)
def test_a_range_is_checked_at_both_ends(name: str) -> None:
    high = FIELDS[name].at_most
    assert high is not None
    with pytest.raises(ValueError, match=rf"^{name} \(high\) = "):
        make(name, Range(high, 2 * high))
    with pytest.raises(ValueError, match=rf"^{name}: low = .* is above high = .*; "):
        make(name, Range(f"{high}", f"{high / 2}"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("daily_users", 1e12),
        ("retention", "2000 years"),
        ("item_size", "2 EB"),
        ("peak_factor", 1e5),
        ("replication", 101),
        ("hot_share", "101 %"),
        ("writes_per_user", 1e7),
    ],
)
def test_the_absurd_is_refused(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=rf"^{name} = .*, at most "):
        make(name, value)


def test_zero_users_are_refused_and_zero_writes_are_not() -> None:
    with pytest.raises(ValueError, match=r"^daily_users = 0: it must be a number above 0"):
        Workload(daily_users=0, writes_per_user=5)
    assert Workload(daily_users=1, writes_per_user=0).writes_per_user == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "writes are given by nothing: give exactly one of writes_per_user, writes_per_day"),
        ({**PLAIN, "writes_per_day": 5}, "writes are given by writes_per_user and writes_per_day"),
        (
            {**PLAIN, "reads_per_write": 1, "reads_per_day": 2},
            "reads are given by reads_per_write and reads_per_day",
        ),
        ({"writes_per_user": 5}, "daily_users = None: it must be given, because writes_per_user is"),
        ({"writes_per_day": 5, "reads_per_user": 1}, "because reads_per_user is"),
        ({"writes_per_day": 5, "cached_per_user": Range(0, 1)}, "because cached_per_user is"),
        ({**PLAIN, "item": "banana"}, "item = 'banana': it must be one of 'user', 'tweet'"),
        ({**PLAIN, "item": None}, "item = None"),
    ],
)
def test_arguments_that_do_not_go_together(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        Workload(**arguments)


def test_arrays_of_samples_have_one_length() -> None:
    three, two = np.ones(3), np.ones(2)
    with pytest.raises(ValueError, match=r"same length.*: daily_users 3, followers 2"):
        Workload(daily_users=three, writes_per_user=5, followers=two)
    assert Workload(daily_users=three, writes_per_user=three, followers=5).followers == 5


def test_text_quantities_and_numbers_mean_the_same() -> None:
    plain = Workload(
        daily_users=10e6, writes_per_user=5, item_size=100, retention=1.5, followers=75, item="tweet"
    )
    written = Workload(
        daily_users="10M users",
        writes_per_user="5 tweets/user/day",
        item_size=0.8 * units.kilobit / units.tweet,
        retention="18 months",
        followers="75",
        item="tweet",
    )
    shorter = Workload(
        daily_users="10 million",
        writes_per_user="5 tweets/day",
        item_size="100 B",
        retention="1.5",
        followers=75,
        item="tweet",
    )
    assert plain == written == shorter


@pytest.mark.parametrize(
    ("argument", "value"), [("item_size", "100 B/photo"), ("writes_per_user", "5 photos/day")]
)
def test_another_noun_than_the_workloads_is_refused(argument: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"^{argument}: '{value}' is in .*photo.*, but a quantity in "):
        Workload(**{**PLAIN, "item": "tweet", argument: value})


def test_replace_checks_again_and_refuses_unknown_names() -> None:
    workload = Workload(**PLAIN)
    assert workload.replace(peak_factor=3).peak_factor == 3
    assert workload.peak_factor == 1
    with pytest.raises(ValueError, match=r"^peak_factor = 0.5"):
        workload.replace(peak_factor=0.5)
    with pytest.raises(ValueError, match=r"^name = 'peek_factor': it must be one of 'daily_users'"):
        workload.replace(peek_factor=2)


def test_ranges_are_listed_and_have_middles() -> None:
    unsure = Workload(daily_users=Range(1, 100), writes_per_user="5", retention=Range("1 year", "4 years"))
    assert unsure.ranges == {"daily_users": Range(1, 100), "retention": Range(1, 4)}
    middle = unsure.at_middle()
    assert (middle.daily_users, middle.retention) == pytest.approx((10, 2))
    assert not middle.ranges

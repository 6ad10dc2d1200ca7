"""Quantities: what a person writes is read as meant, and nothing else is read at all."""

import math
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pint.errors import DimensionalityError

from helpers.models.quantities import (
    COUNTED,
    Range,
    format_bytes,
    format_number,
    format_quantity,
    parse_quantity,
    round_whiteboard,
    to_number,
    units,
)

SETTINGS = settings(max_examples=50, deadline=None)
POSITIVE = st.floats(min_value=1e-6, max_value=1e20)


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("50M tweets/day", 50e6, "tweet/day"),
        ("50 M tweets per day", 50e6, "tweet/day"),
        ("50M tweets a day", 50e6, "tweet/day"),
        ("100 B", 100, "byte"),
        ("5 years", 5, "year"),
        ("30 B deliveries/day", 30e9, "delivery/day"),
        ("1.27 KB", 1270, "byte"),
        ("2 GB", 2e9, "byte"),
        ("10 MB/s", 10e6, "byte/second"),
        ("5B/s", 5, "byte/second"),
        ("10 Mbit/s", 1.25e6, "byte/second"),
        ("10 Mb/s", 1.25e6, "byte/second"),
        ("10 Mbps", 1.25e6, "byte/second"),
        ("~600 tweets/s", 600, "tweet/second"),
        ("≈ 1,000,000 users", 1e6, "user"),
        ("1_000 users", 1000, "user"),
        (".5 users", 0.5, "user"),
        ("1e6 users", 1e6, "user"),
        ("10^6 users", 1e6, "user"),
        ("2**10 bytes", 1024, "byte"),
        ("3bn users", 3e9, "user"),
        ("7 thousand queries/s", 7000, "query/second"),
        ("18 months", 1.5, "year"),
        ("20 %", 0.2, ""),
        ("5 µs", 5e-6, "second"),
        ("-5 users", -5, "user"),
        ("10 million", 10e6, ""),
    ],
)
def test_what_a_person_writes_is_read(text: str, number: float, unit: str) -> None:
    found = parse_quantity(text).to(units.Unit(unit or "dimensionless")).magnitude
    assert found == pytest.approx(number)


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        ("100 B", "byte", 100),
        ("100B", "byte", 100),
        ("100 B", "byte/tweet", 100),
        ("100 B", "delivery/day", 100e9),
        ("100 B", "user", 100e9),
        ("100B", "user", 100e9),
        ("100 B deliveries/day", "delivery/day", 100e9),
        ("100 B/s", "byte/second", 100),
        ("100 B/tweet", "byte/tweet", 100),
        ("100 B per tweet", "byte/tweet", 100),
        ("100B/s", "byte/second", 100),
        ("100 B", "bit", 800),
        ("8 b", "byte", 1),
    ],
)
def test_a_b_is_bytes_where_bytes_are_meant_and_a_billion_elsewhere(
    text: str, unit: str, number: float
) -> None:
    also = "byte" if unit == "byte/tweet" else None
    assert to_number("size", text, unit, also) == pytest.approx(number)


def test_a_bit_is_an_eighth_of_a_byte() -> None:
    assert parse_quantity("8 Gbit").to("byte").magnitude == pytest.approx(1e9)


@pytest.mark.parametrize("other", [noun for noun in COUNTED if noun != "user"])
def test_different_nouns_do_not_add(other: str) -> None:
    with pytest.raises(DimensionalityError):
        _ = parse_quantity("5 users") + parse_quantity(f"5 {other}")


def test_leaving_out_bytes_per_tweet_is_an_error_with_a_name() -> None:
    tweets_kept = parse_quantity("50M tweets/day") * parse_quantity("5 years")
    with pytest.raises(ValueError, match=r"^storage = .* tweet \* year / day: it must be in byte"):
        to_number("storage", tweets_kept, "byte")
    storage = tweets_kept * parse_quantity("100 B/tweet")
    assert to_number("storage", storage, "terabyte") == pytest.approx(91.25 / 10)


ODD = [
    "",
    " ",
    "nan",
    "inf",
    "-inf",
    "1e999",
    "1e308 k",
    "5 5 users",
    "--5",
    "5 zorks",
    "юзеры",
    "5 юзеров",
    "½ users",
    "1,,0",
    "5,3 users",
    "1.2.3",
    "5..",
    "0x10",
    "$5",
    "5 $",
    "5 @",
    "5 #",
    "5 {}",
    "5 []",
    "5 ''",
    '5 "a"',
    "5 !!!",
    "5 (((",
    "5 users/",
    "5 users//s",
    "5 users/0",
    "5 1/0",
    "5 users -",
    "5 - byte",
    "5 nan",
    "5 users + 3 users",
    "5 * 3 users",
    "5 users**1e999",
    "5 users**9999999999",
    "10^9999999999",
    "10^" + "9" * 90,
    "5 __import__('os').system('x')",
    "5 users;print(1)",
    "5 users.to",
    "5 lambda x",
    "5 None",
    "5 True",
    "5 a",
    "5 per",
    "5 <script>alert(1)</script>",
    "9" * 5000,
    "5 " + "x" * 100_000,
    "5 " + "(" * 50_000,
    "5 " + "users/" * 9000 + "s",
]


@pytest.mark.parametrize("unit", [None, "byte", "tweet/second", ""])
@pytest.mark.parametrize("text", ODD, ids=lambda text: text[:20])
def test_odd_text_is_refused_in_a_short_message(text: str, unit: str | None) -> None:
    with pytest.raises(ValueError, match="['\"]" + re.escape(repr(text[:10])[1:-1])) as error:
        parse_quantity(text, unit)
    assert len(str(error.value)) < 350


@given(st.text(max_size=30), st.sampled_from([None, "byte/tweet", "tweet/second"]))
@SETTINGS
def test_any_text_is_a_finite_quantity_or_a_value_error(text: str, unit: str | None) -> None:
    for written in (text, f"5 {text}", f"5{text}"):
        try:
            found = parse_quantity(written, unit)
        except ValueError:
            continue
        assert math.isfinite(found.magnitude)


def test_a_named_argument_is_named_in_the_error() -> None:
    for text in ("plenty", "5 years", "5 zorks", "1e999"):
        with pytest.raises(ValueError, match=r"^item_size: .*'"):
            to_number("item_size", text, "byte/tweet", "byte")


def test_a_unit_where_none_is_wanted_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match=r"^peak_factor = 5.0 year: it must be a plain number, and year"):
        to_number("peak_factor", "5 years", "")


@pytest.mark.parametrize(("text", "near"), [("5 tweetz", "tweet"), ("5 USERS", "user"), ("5 byts", "byte")])
def test_a_misspelt_unit_gets_a_suggestion(text: str, near: str) -> None:
    with pytest.raises(ValueError, match=f"did you mean '{near}'"):
        parse_quantity(text)


@pytest.mark.parametrize("value", [None, 5, b"5", ["5"]])
def test_only_text_is_parsed(value: Any) -> None:
    with pytest.raises(TypeError, match=r"^text = .*: it must be text"):
        parse_quantity(value)


@given(POSITIVE, st.sampled_from(["tweet/second", "byte/day", "byte", "user", "year", "", "query/second"]))
@SETTINGS
def test_what_is_formatted_is_read_back(value: float, unit: str) -> None:
    text = format_quantity(value, unit)
    assert to_number("value", text, unit) == pytest.approx(value, rel=0.0051)


@given(st.floats(min_value=1e-300, max_value=1e300), st.booleans())
@SETTINGS
def test_whiteboard_rounding(value: float, negative: bool) -> None:
    value = -value if negative else value
    rounded = round_whiteboard(value)
    assert rounded == pytest.approx(value, rel=0.1)
    assert float(f"{rounded:.1e}") == rounded
    assert round_whiteboard(rounded) == rounded
    assert math.copysign(1, rounded) == math.copysign(1, value)


def test_rounding_twice_changes_nothing() -> None:
    once = [round_whiteboard(thousandths / 1000) for thousandths in range(1000, 10_000)]
    assert [round_whiteboard(value) for value in once] == once


@pytest.mark.parametrize(
    ("value", "rounded"),
    [(578.7, 600), (1.825e12, 2e12), (9.125e12, 9e12), (347e3, 350e3), (11_574, 12_000), (1.14, 1.1), (0, 0)],
)
def test_whiteboard_figures(value: float, rounded: float) -> None:
    assert round_whiteboard(value) == rounded


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_not_finite_has_no_text(value: float) -> None:
    for write in (round_whiteboard, format_number, format_bytes):
        with pytest.raises(ValueError, match=r"^value = "):
            write(value)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (999_499, "user", "999 K users"),
        (999_500, "user", "1 M users"),
        (1, "tweet/second", "1 tweet/s"),
        (-5e9, "byte/day", "-5 GB/day"),
        (0, "query/second", "0 queries/s"),
        (1460e15, "byte/year", "1.46 EB/year"),
        (150e3, "dollar/day", "$150 K/day"),
        (0.00012, "request/second", "0.00012 requests/s"),
    ],
)
def test_readable_formatting(value: float, unit: str, text: str) -> None:
    assert format_quantity(value, unit) == text


def test_a_range_has_its_ends_in_order() -> None:
    assert Range(4, 25).middle == pytest.approx(10)
    assert Range(0, 0).middle == 0
    assert Range(3, 3).middle == pytest.approx(3)
    for low, high in ((5, 2), (-1, 2), (math.nan, 2)):
        with pytest.raises(ValueError, match="low"):
            Range(low, high)
    for end in (None, True, [1]):
        with pytest.raises(TypeError, match=r"^high = "):
            Range(1, end)

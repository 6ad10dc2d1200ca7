"""Quantities with units for step 2: one registry, reading what a person writes, whiteboard rounding.

Every unit system here is decimal: 1 GB is 10⁹ bytes. A year is 365 days and a month a twelfth of it.
"""

import difflib
import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pint import UnitRegistry
from pint.errors import DefinitionSyntaxError, DimensionalityError, UndefinedUnitError

from helpers.models.checks import require_numbers

__all__ = [
    "COUNTED",
    "Range",
    "format_bytes",
    "format_number",
    "format_quantity",
    "parse_quantity",
    "round_whiteboard",
    "to_number",
    "units",
]

WHITEBOARD_TOLERANCE = 0.10
"""A whiteboard figure is right within 10 %: 600 for 579 (3.6 %), 2 TB for 1.825 TB (9.6 %)."""

COUNTED = [
    "user",
    "tweet",
    "request",
    "delivery",
    "item",
    "message",
    "post",
    "photo",
    "video",
    "search",
    "click",
    "email",
    "paste",
    "upload",
    "read",
    "write",
    "view",
    "query",
    "server",
    "host",
    "ad",
    "dollar",
    "ride",
    "location",
    "file",
    "page",
    "payment",
    "ticket",
    "notification",
    "sample",
    "score",
]
"""What the registry counts: each is a dimension of its own, so users never add up with tweets."""

_PREFIXES = {"kilo": ("k", 3), "mega": ("M", 6), "giga": ("G", 9), "tera": ("T", 12)}
_PREFIXES |= {"peta": ("P", 15), "exa": ("E", 18), "milli": ("m", -3), "micro": ("u", -6), "nano": ("n", -9)}

# `deliverys` is never read, but pint adds an s for the plural: irregular plurals need naming.
_PLURALS = {"delivery": "deliveries", "search": "searches", "query": "queries"}

_MAGNITUDES = {
    **dict.fromkeys(["k", "thousand"], 1e3),
    **dict.fromkeys(["m", "mn", "million"], 1e6),
    **dict.fromkeys(["b", "bn", "g", "billion"], 1e9),
    **dict.fromkeys(["t", "tn", "trillion"], 1e12),
}

_NUMBER = re.compile(
    r"""\s*[~≈]?\s*
    (?P<number>[+-]?(?:(?:\d{1,3}(?:,\d{3})+|\d[\d_]*)\.?\d*|\.\d+)(?:e[+-]?\d+)?)
    (?:\s*(?:\^|\*\*)\s*(?P<power>\d+))?
    (?P<gap>\s*)(?P<rest>.*?)\s*$""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_LONGEST = 100

# Names with × or ÷ between them: what pint reads beyond that is arithmetic, which no unit needs.
_NAME = r"(?:[A-Za-z]+|%)(?: ?(?:\^|\*\*) ?-?\d)?"
_UNIT = re.compile(rf"{_NAME}(?:(?: ?[*/] ?| ){_NAME})*")


def _make_registry() -> "UnitRegistry[Any]":
    lines = [f"{name}- = 1e{power} = {symbol}-" for name, (symbol, power) in _PREFIXES.items()]
    lines += ["second = [time] = s = sec", "minute = 60 second = min", "hour = 60 minute = h = hr"]
    lines += ["day = 24 hour = d", "week = 7 day", "year = 365 day = yr", "month = year / 12"]
    lines += ["bit = [information]", "byte = 8 bit = B", "percent = 0.01 = %"]
    for noun in COUNTED:
        plural = _PLURALS.get(noun)
        lines.append(f"{noun} = [{noun}]" + (f" = _ = {plural}" if plural else ""))
    lines.append("@alias byte = Byte = octet")
    lines.append("@alias second = secs")
    return UnitRegistry(lines, autoconvert_to_preferred=False)


units = _make_registry()
"""The one pint registry: `10e6 * units.user`, `units("5 tweets/user/day")`."""


@dataclass(frozen=True)
class Range:
    """A 90 % interval: nine times in ten the true value lies between `low` and `high`.

    Both may be numbers or text with a unit. `middle` is the geometric mean: an estimate is
    usually out by a factor, not by an amount.

    >>> Range(4e6, 25e6).middle
    10000000.0
    >>> Range(5, 2)
    Traceback (most recent call last):
    ValueError: Range: low = 5 is above high = 2; low must not be above high
    """

    low: Any
    high: Any

    def __post_init__(self) -> None:
        if isinstance(self.low, str) or isinstance(self.high, str):
            return  # whoever takes the range knows the unit to read the text in
        low = require_numbers("low", self.low, at_least=0)
        high = require_numbers("high", self.high, at_least=0)
        if low > high:
            raise ValueError(
                f"Range: low = {self.low} is above high = {self.high}; low must not be above high"
            )

    @property
    def middle(self) -> float:
        """The geometric mean of the two ends."""
        return math.sqrt(self.low) * math.sqrt(self.high)


def parse_quantity(text: str, unit: str | None = None) -> Any:
    """Read what a person writes as a quantity.

    A multiplier stands at the number ("50M tweets/day"); "100 B" is bytes, "30 B deliveries/day" a billion.
    With `unit`, a bare number is taken in that unit, and a quantity of another dimension is refused.

    >>> parse_quantity("50M tweets/day").to("tweets/second").magnitude.__round__()
    579
    >>> parse_quantity("100 B")
    <Quantity(100.0, 'byte')>
    >>> parse_quantity("10 million", unit="users")
    <Quantity(10000000.0, 'user')>
    >>> parse_quantity("5 years", unit="bytes")
    Traceback (most recent call last):
    ValueError: '5 years' is in year, but a quantity in bytes is needed
    """
    if not isinstance(text, str):
        raise TypeError(f"text = {text!r}: it must be text such as '50M tweets/day'")
    if len(text) > _LONGEST:
        raise ValueError(f"{text[:20]!r}… is {len(text):,} characters long: too long to be a quantity")
    match = _NUMBER.match(text)
    if not match:
        raise ValueError(f"{text!r} does not start with a number; write for example '50M tweets/day'")
    number = float(match["number"].replace(",", "").replace("_", ""))
    if match["power"]:
        number = _power(text, number, int(match["power"]))
    factor, rest = _split_magnitude(match["rest"], bool(match["gap"]), unit)
    number *= factor
    if not math.isfinite(number):
        raise ValueError(f"{text!r} is too large to be a quantity")
    if not rest:
        return number * (_unit(unit, text) if unit else units.dimensionless)
    quantity = number * _unit(rest, text)
    if unit and not quantity.check(_unit(unit, text).dimensionality):
        raise ValueError(f"{text!r} is in {quantity.units}, but a quantity in {unit} is needed")
    return quantity


def to_number(name: str, value: Any, unit: str, also: str | None = None) -> Any:
    """Return `value` (a number, a quantity or text) as a plain number in `unit`.

    `also` is a shorter unit that means the same here: "100 B" for a size in bytes an item.
    Raises ValueError naming the argument when the dimension is wrong.

    >>> to_number("retention", "18 months", "year")
    1.5
    >>> to_number("item_size", 100 * units.byte, "byte")
    100
    """
    if isinstance(value, str):
        try:
            value = parse_quantity(value, unit)
        except ValueError:
            try:
                value = parse_quantity(value, unit if also is None else also)
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from None
    if isinstance(value, units.Quantity):
        if also is not None and value.check(_unit(also, also).dimensionality):
            unit = also
        wanted = _unit(unit, unit)
        if value.units == wanted:
            return value.magnitude
        try:
            number = value.to(wanted).magnitude
        except DimensionalityError:
            allowed = f"in {unit}" if unit else "a plain number"
            raise ValueError(
                f"{name} = {value}: it must be {allowed}, and {value.units} cannot be converted to that"
            ) from None
        # A change of unit is exact on paper, not in binary: 18 months are 1.5 years.
        return float(f"{number:.12g}") if isinstance(number, float) else number
    return value


def round_whiteboard(value: float) -> float:
    """Round as on a whiteboard: one significant figure if that is within 10 %, else two.

    >>> [round_whiteboard(value) for value in (579, 1.825e12, 347_000, 0)]
    [600.0, 2000000000000.0, 350000.0, 0.0]
    """
    value = require_numbers("value", value)
    if value == 0:
        return 0.0
    one = float(f"{value:.0e}")
    # Measured both ways, and 10 % itself is too far: so 1.14 becomes 1.1, and 1.1 stays.
    off = max(one / value, value / one) - 1
    return one if off < WHITEBOARD_TOLERANCE - 1e-9 else float(f"{value:.1e}")


def format_number(value: float, digits: int = 3) -> str:
    """Write a number with a decimal multiplier: K, M, B (10⁹), T (10¹²).

    >>> format_number(50e6), format_number(578.7), format_number(0.0123), format_number(999_999)
    ('50 M', '579', '0.0123', '1 M')
    """
    return _with_multiplier(value, digits, ["", "K", "M", "B", "T"])


def format_bytes(value: float, digits: int = 3) -> str:
    """Write a number of bytes with a decimal prefix.

    >>> format_bytes(9.126e12), format_bytes(1270), format_bytes(100)
    ('9.13 TB', '1.27 KB', '100 B')
    """
    text = _with_multiplier(value, digits, ["B", "KB", "MB", "GB", "TB", "PB", "EB"])
    return text if text.endswith("B") else text + " B"


def format_quantity(value: float, unit: str, digits: int = 3) -> str:
    """Write a number in a unit as a person would.

    >>> format_quantity(578.7, "tweet/second"), format_quantity(5e9, "byte/day")
    ('579 tweets/s', '5 GB/day')
    >>> format_quantity(0.2, ""), format_quantity(10e6, "user"), format_quantity(5, "year")
    ('0.2', '10 M users', '5 years')
    """
    amount, _, per = unit.partition("/")
    below = "".join("/" + {"second": "s"}.get(part, part) for part in per.split("/") if part)
    if amount == "byte":
        return format_bytes(value, digits) + below
    if amount == "dollar":
        return "$" + format_number(value, digits) + below
    number = format_number(value, digits)
    if not amount:
        return number + below
    return f"{number} {amount if number == '1' else _PLURALS.get(amount, amount + 's')}{below}"


def _with_multiplier(value: float, digits: int, suffixes: list[str]) -> str:
    value = require_numbers("value", value)
    if value < 0:
        return "-" + _with_multiplier(-value, digits, suffixes)
    value = float(f"{value:.{digits - 1}e}")  # round first, so that 999,999 becomes 1 M and not 1000 K
    step = 0
    while value >= 1000 and step < len(suffixes) - 1:
        value, step = value / 1000, step + 1
    number = f"{value:.{digits}g}" if value < 10**digits else f"{value:,.0f}"
    if "e" in number and value >= 0.001:
        number = f"{value:.{digits}f}"
    return f"{number} {suffixes[step]}".strip()


def _power(text: str, number: float, power: int) -> float:
    try:
        return float(number**power)
    except OverflowError:
        raise ValueError(f"{text!r} is too large to be a quantity") from None


def _split_magnitude(rest: str, gap: bool, unit: str | None) -> tuple[float, str]:
    """Tell a multiplier from a unit: 'M tweets' is a million, ' B' bytes, 'GB' a unit."""
    word = re.match(r"[A-Za-z]+", rest)
    if not word or word[0].lower() not in _MAGNITUDES:
        return 1.0, rest
    after = rest[word.end() :].strip()
    factor = _MAGNITUDES[word[0].lower()]
    names_a_unit = bool(re.match(r"(?!(?:per|an?)\b)[A-Za-z]", after))
    if len(word[0]) > 1 or names_a_unit:
        return factor, after
    if word[0] in ("B", "b"):
        counts_bytes = gap if unit is None else _unit(unit, unit).dimensionality.get("[information]", 0) > 0
        return (1.0, rest) if after or counts_bytes else (factor, after)
    if word[0] in "kKMGT":
        return factor, after
    return 1.0, rest


@lru_cache(maxsize=1000)
def _unit(name: str, text: str) -> Any:
    cleaned = re.sub(r"\b(?:per|an?)\b", "/", name.replace("µ", "u").replace("μ", "u"))
    cleaned = re.sub(r"\bK(?=B\b|bit)", "k", cleaned)
    cleaned = re.sub(r"\b([kMGTPE]?)b(?=$|[\s/])", r"\1bit", cleaned)
    cleaned = re.sub(r"([kMGTPE])bps\b", r"\1bit/s", cleaned)
    cleaned = " ".join(cleaned.split())
    not_a_unit = (
        f"{text!r} cannot be read as a quantity: {name!r} is not a unit; write for example 'tweets/day'"
    )
    if cleaned and not _UNIT.fullmatch(cleaned):
        raise ValueError(not_a_unit)
    try:
        return units.Unit(re.sub(r"(?<=[A-Za-z]) (?=[A-Za-z])", "*", cleaned))
    except UndefinedUnitError as error:
        unknown = str(error.args[0]) if isinstance(error.args[0], str) else str(error.args[0][0])
        near = difflib.get_close_matches(
            unknown.lower(), [*COUNTED, "second", "day", "month", "year", "byte", "bit"], 1
        )
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"unknown unit {unknown!r} in {text!r}{hint}") from None
    except (DefinitionSyntaxError, ValueError, TypeError):  # what Python reads as a number: nan, inf
        raise ValueError(not_a_unit) from None

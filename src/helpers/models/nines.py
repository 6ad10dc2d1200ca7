"""Step 1, availability: what a number of nines allows, and what a row of components or copies make of it."""

import math
from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np

from helpers.models.checks import require_choice, require_numbers, require_whole

__all__ = [
    "PERIODS_S",
    "copies_needed",
    "downtime_s",
    "format_availability",
    "format_duration",
    "in_series",
    "needed_each",
    "nines",
]

_DAY_S = 86_400
PERIODS_S = {"day": _DAY_S, "month": 365 * _DAY_S / 12, "year": 365 * _DAY_S}
"""Seconds in each period; a year is 365 days and a month a twelfth of it."""

_MOST = 1_000_000
_UNITS = ((_DAY_S, "day"), (3600, "h"), (60, "min"), (1, "s"))
_SHORT_UNITS = ((1, "s"), (1e-3, "ms"), (1e-6, "µs"))


def nines(availability: Any) -> Any:
    """Return how many nines an availability (a share of the time, below 1) has: -log10(1 - availability).

    The result has ten decimals, so that 0.999 has exactly 3. Raises ValueError for 1: that
    would be infinitely many.

    >>> nines(0.999), round(nines(0.995), 2)
    (3.0, 2.3)
    >>> nines(99.9)
    Traceback (most recent call last):
    ValueError: availability = 99.9: it must be a share of the time from 0 to 1; 99.9 % is 0.999
    """
    share = _share("availability", availability)
    if np.any(np.asarray(share) == 1):
        raise ValueError("availability = 1: it must be below 1; no system is always up")
    found = np.round(-np.log1p(-np.asarray(share)) / math.log(10), 10)
    return found if isinstance(share, np.ndarray) else float(found)


def downtime_s(availability: Any, period: str) -> Any:
    """Return the downtime in seconds that an availability leaves in a "day", a "month" or a "year".

    >>> round(downtime_s(0.999, "year") / 3600, 2), round(downtime_s(0.999, "month") / 60, 1)
    (8.76, 43.8)
    """
    require_choice("period", period, PERIODS_S)
    return (1 - _share("availability", availability)) * PERIODS_S[period]


def in_series(each: Any, components: Any = None) -> Any:
    """Return the availability of components in a row, all of which must be up: each ** components.

    Without `components`, `each` is a sequence of different availabilities. Assumes that they fail
    independently: components that fail together leave the row up more often than this.

    >>> round(in_series(0.999, 6), 6), round(in_series([0.9999, 0.999, 0.995]), 6)
    (0.994015, 0.993906)
    """
    if components is not None:
        return _share("each", each) ** _count("components", components)
    if not isinstance(each, (Sequence, np.ndarray)) or isinstance(each, str) or not len(each):
        raise TypeError(
            f"each = {each!r}: it must be a sequence of availabilities, or say how many components there are"
        )
    return float(np.prod([_share(f"each[{place}]", value) for place, value in enumerate(each)]))


def needed_each(target: Any, components: Any) -> Any:
    """Return what each of `components` in a row must have for all of them to reach `target`.

    It is target ** (1 / components), for components that are alike and fail independently.

    >>> round(needed_each(0.999, 6), 6)
    0.999833
    """
    return _share("target", target) ** (1 / _count("components", components))


def copies_needed(each: Any, target: Any) -> Any:
    """Return the smallest number of copies, any one of which suffices, that reaches `target`.

    It is the least c with 1 - (1 - each) ** c >= target, for copies that fail independently. They
    seldom do: a power cut, a release or a wrong setting takes down all copies at once, so take the
    result as the fewest copies that could be enough.

    >>> copies_needed(0.99, 0.9999), copies_needed(0.999, 0.999)
    (2, 1)
    """
    each, target = _share("each", each), _share("target", target)
    if not isinstance(each, np.ndarray) and not isinstance(target, np.ndarray):
        return _copies(each, target)
    return np.vectorize(_copies, otypes=[np.int64])(each, target)


def format_availability(share: float, *, whole: int = 100, up: bool = False) -> str:
    """Write an availability as a share of `whole` so that what is missing keeps three digits.

    `up` rounds up, so that it is never less than it was. Raises ValueError outside 0 to 1.

    >>> [format_availability(share) for share in (0.9, 0.999, 0.99983354, 1)]
    ['90', '99.9', '99.9834', 'over 99.9999999999']
    >>> format_availability(0.99983354, whole=1, up=True)
    '0.999834'
    """
    share = float(_share("share", share))
    if share < 1e-4:
        return f"under {whole * 1e-4:g}"
    if 1 - share < 1e-12:
        return f"over {whole * Decimal('0.999999999999'):f}".rstrip("0")
    smaller = whole * min(share, 1 - share)
    places = max(2, 2 - math.floor(math.log10(smaller)))
    value = Decimal(repr(share)) * whole  # as it is written, or 99.9 might be rounded up to 99.91
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_CEILING if up else ROUND_HALF_EVEN)
    return f"{rounded:f}".rstrip("0").removesuffix(".")


def format_duration(seconds: Any) -> str:
    """Write a time as a person says it, in at most two units.

    >>> [format_duration(seconds) for seconds in (2628, 31_536, 315.36, 3.1536, 0.0864)]
    ['43 min 48 s', '8 h 46 min', '5 min 15 s', '3.2 s', '86.4 ms']
    """
    if isinstance(seconds, np.ndarray):
        raise TypeError(f"seconds = {seconds!r}: it must be one number")
    seconds = require_numbers("seconds", seconds, at_least=0, at_most=1e12, unit="s")
    if seconds < 59.95:
        for size, unit in _SHORT_UNITS:
            if seconds >= 0.99995 * size:
                return f"{round(seconds / size, 1):g} {unit}"
        return "under 1 µs" if seconds else "0 s"
    for (size, unit), (below, smaller) in pairwise(_UNITS):
        # Round before the unit is chosen, so that 59 min 59.9 s becomes 1 h.
        whole = round(seconds / below) * below
        if whole >= size:
            large, rest = divmod(whole, size)
            parts = [_counted(int(large), unit)]
            if rest:
                parts.append(_counted(int(rest // below), smaller))
            return " ".join(parts)
    raise AssertionError  # a minute or more has a unit


def _counted(amount: int, unit: str) -> str:
    return f"{amount:,} {unit}{'s' if unit == 'day' and amount != 1 else ''}"


def _copies(each: float, target: float) -> int:
    # 0.99 is not exact in binary, and 0.01 ** 2 then misses 1 - 0.9999 by a hair: count in decimals.
    missing, allowed = 1 - Fraction(repr(float(each))), 1 - Fraction(repr(float(target)))
    if missing <= allowed:
        return 1
    if missing == 1 or not allowed:
        never = "copies that are never up" if missing == 1 else "copies that may all be down at once"
        raise ValueError(f"target = {target}: no number of {never} reaches it")
    about = _log(allowed) / _log(missing)
    if about > _MOST:
        raise ValueError(f"each = {each}: more than {_MOST:,} copies are needed to reach {target}")
    copies = math.ceil(about * (1 - 1e-12))
    if copies < 1000:  # beyond that one copy more or less is no matter, and the powers grow long
        while missing**copies > allowed:
            copies += 1
    return copies


def _log(share: Fraction) -> float:
    # Near 1 a float keeps few digits of the share itself, but all of what is missing from it.
    return math.log1p(-float(1 - share)) if share > 0.5 else math.log(share)


def _share(name: str, value: Any) -> Any:
    try:
        return require_numbers(name, value, at_least=0, at_most=1)
    except (ValueError, TypeError) as error:
        hint = "it must be a share of the time from 0 to 1; 99.9 % is 0.999"
        raise type(error)(f"{str(error).split(': ', 1)[0]}: {hint}") from None


def _count(name: str, value: Any) -> Any:
    if not isinstance(value, np.ndarray):
        return require_whole(name, value, at_least=1, at_most=_MOST)
    if value.dtype.kind not in "iu":
        raise TypeError(f"{name} = {value!r}: each element must be a whole number, 1 or more")
    return require_numbers(name, value, at_least=1, at_most=_MOST)

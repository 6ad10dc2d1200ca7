"""Step 2, the slips a derivation allows: what a learner may have done, and what that does to the answer."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from helpers.models.estimation import Factor, Line
from helpers.models.workload import Workload

__all__ = ["Candidate", "Slip", "candidates", "derivation"]

_EXACT = 0.01  # for slips of a few percent, which a wider band would mix up with bad arithmetic

_SECONDS = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86_400.0}
_SECONDS |= {"month": 365 * 86_400 / 12, "year": 365 * 86_400.0}
_BYTES = ["B", "KB", "MB", "GB", "TB", "PB", "EB"]
_COUNTS = ["ones", "thousands", "millions", "billions", "trillions"]


@dataclass(frozen=True)
class Slip:
    """One common mistake: a stable `name`, what it did in words, and wrong answer ÷ right answer."""

    name: str
    text: str
    ratio: float


@dataclass(frozen=True)
class Candidate:
    """A slip this derivation allows, and how its working looks.

    The factor at `place` stands there `times` times (-1: on the wrong side of the division); `extra`
    comes on top. `fit` is the slip's own tolerance, `kind` says which slips may be made together.
    """

    slip: Slip
    kind: str
    place: int | None = None
    times: int = 1
    fit: float | None = None
    extra: str = ""


def candidates(
    right: float,
    unit: str,
    factors: Sequence[Factor] = (),
    *,
    peak_factor: float | None = None,
    replication: float | None = None,
    daily_users: float | None = None,
    own_unit: bool = False,
) -> list[Candidate]:
    """Return every slip the derivation allows, the most specific first.

    >>> [one.slip.name for one in candidates(500, "tweet/second", daily_users=10e6)][:3]
    ['users-as-rate', 'seconds-minutes', 'seconds-hours']
    """
    found: list[Candidate] = []
    if daily_users and right:
        text = "that is the number of daily users, not a rate a second"
        found.append(Candidate(Slip("users-as-rate", text, daily_users / right), "other"))
    usable = [(place, factor) for place, factor in enumerate(factors) if _usable(factor.value)]
    for place, factor in usable:
        found += _time_factor(place, factor, unit)
    found += _time_unit(unit, own_unit)
    found += _known_factors(usable, peak_factor, replication)
    found += _prefixes(right, unit)
    for place, factor in usable:
        found += _any_factor(place, factor)
    for power, text in ((1, "a zero too many"), (2, "two zeros too many")):
        found.append(Candidate(Slip("power-of-ten", text, 10.0**power), "other"))
        found.append(Candidate(Slip("power-of-ten", text.replace("many", "few"), 10.0**-power), "other"))
    return [one for place, one in enumerate(found) if not any(_alike(one, other) for other in found[:place])]


def derivation(line: Line, workload: Workload) -> dict[str, Any]:
    """Return the factors of a line and what of its workload may be mixed up with it: `candidates`' arguments.

    >>> from helpers.models.estimation import estimate
    >>> made = estimate(Workload(daily_users=10e6, writes_per_user=5, peak_factor=2))
    >>> known = derivation(made["writes_per_second"], made.workload)
    >>> [factor.name for factor in known["factors"]], known["peak_factor"]
    (['Daily active users', 'Writes per user and day', 'Seconds in a day'], 2.0)
    """
    whole = Factor(line.label, line.value, line.unit, line=line)
    rate = line.unit.endswith("/second")
    return {
        "factors": line.leaves or (whole,),
        "peak_factor": workload.peak_factor if rate else None,
        "replication": workload.replication if "storage" in line.name else None,
        "daily_users": workload.daily_users if rate and not line.unit.startswith("byte") else None,
    }


def _time_factor(place: int, factor: Factor, unit: str) -> Iterator[Candidate]:
    """A conversion such as 86,400 s/day left out, or rounded beyond the tolerance."""
    ends = _conversion(factor)
    if not ends:
        return
    own = _time(unit)
    text = f"{_name(factor)} is left out"
    if own in ends:
        text = f"that is per {ends[0] if own == ends[1] else ends[1]}, not per {own}"
    slip = Slip(_time_name(*ends), text, factor.value**-factor.power)
    yield Candidate(slip, "unit", place, times=0)
    if set(ends) == {"second", "day"}:
        text = "a day is taken as 100,000 seconds; that is quick, but it is 14 % off"
        rounded = Slip("day-rounded", text, (100_000 / factor.value) ** factor.power)
        yield Candidate(rounded, "other", fit=_EXACT)
    if set(ends) == {"day", "year"} and own is None:
        for months, what in ((1 / 12, "a month is taken for a year"), (12.0, "months are taken for years")):
            yield Candidate(Slip("months-years", what, months), "unit")


def _time_unit(unit: str, own_unit: bool) -> Iterator[Candidate]:
    """The right number in another unit of time."""
    own = _time(unit)
    for other, seconds in _SECONDS.items():
        if own is None or other == own:
            continue
        name = _time_name(own, other)
        ratio = seconds / _SECONDS[own]
        per = "per " if "/" in unit else "in "
        ratio = ratio if "/" in unit else 1 / ratio
        text = f"that is {per}{other}, not {per}{own}"
        yield Candidate(Slip(name, text if "/" in unit else text.replace(other, other + "s"), ratio), "unit")
        if own_unit:
            text = f"the number fits {per}{own}, but it is written {per}{other}"
            yield Candidate(Slip(name, text, 1 / ratio), "unit")


def _known_factors(
    usable: list[tuple[int, Factor]], peak_factor: float | None, replication: float | None
) -> Iterator[Candidate]:
    """Peak for average, one copy for all of them, and the other way round."""
    peak = next(((place, factor) for place, factor in usable if _is_peak(factor)), None)
    copies = next(((place, factor) for place, factor in usable if _is_copies(factor)), None)
    if peak:
        text = f"the peak factor {peak[1]} is left out, this is the average"
        ratio = peak[1].value ** -peak[1].power
        yield Candidate(Slip("average-peak", text, ratio), "factor", peak[0], times=0)
    elif peak_factor and _usable(peak_factor):
        yield Candidate(
            Slip("average-peak", "this is the peak, not the average", peak_factor),
            "factor",
            extra=f" × {peak_factor:g}",
        )
    if copies:
        place, factor = copies
        text, ratio = f"the replication, {factor} copies, is forgotten", factor.value**-factor.power
        yield Candidate(Slip("replication-forgotten", text, ratio), "factor", place, times=0)
        text = f"the replication, {factor} copies, is counted twice"
        yield Candidate(Slip("replication-twice", text, 1 / ratio), "factor", place, times=2)
    elif replication and _usable(replication):
        text = f"all {replication:g} copies are counted, one is asked for"
        yield Candidate(
            Slip("replication-counted", text, replication), "factor", extra=f" × {replication:g} copies"
        )


def _prefixes(right: float, unit: str) -> Iterator[Candidate]:
    """Bits for bytes, and a slipped decimal or binary prefix."""
    information = "byte" in unit or "bit" in unit
    step = math.floor(math.log10(right) / 3 + 1e-9) if right else 0
    if information:
        bits, size = "that is in bits, not in bytes", 8.0
        octets = "divided by 8: that takes bits for bytes"
        if "byte" not in unit:
            bits, octets = "multiplied by 8 once too often", "that is in bytes, not in bits"
        yield Candidate(Slip("bits-bytes", bits, size), "unit", extra=" × 8")
        yield Candidate(Slip("bits-bytes", octets, 1 / size), "unit", extra=" ÷ 8")
        if 1 <= step < len(_BYTES):
            prefix = _BYTES[step]
            text = f"1024 is taken for 1000 ({prefix[0]}iB for {prefix})"
            for power in (step, -step):
                yield Candidate(Slip("power-of-1024", text, 1.024**power), "other", fit=_EXACT)
    words = _BYTES if information else _COUNTS
    for power in (1, -1, 2, -2, 3, -3):
        many = ["a power", "two powers", "three powers"][abs(power) - 1]
        shown = 0 <= step < len(words) and 0 <= step + power < len(words)
        example = f" ({words[step + power]} for {words[step]})" if shown else ""
        slip = Slip("power-of-1000", f"{many} of 1000 slipped{example}", 1000.0**power)
        yield Candidate(slip, "unit" if abs(power) == 1 else "other")


def _any_factor(place: int, factor: Factor) -> Iterator[Candidate]:
    """A factor left out, used twice or on the wrong side of the division; a part of a sum left out."""
    if factor.line is not None and factor.line.parts:
        for part in factor.line.parts:
            left = 1 - part.value / factor.line.value
            if 0 < left < 1:
                text = f"“{part.label.lower()}” is left out of the sum"
                yield Candidate(Slip("part-left-out", text, left**factor.power), "factor")
        return
    ratio = factor.value**factor.power
    time = _conversion(factor) is not None
    if not (time or _is_peak(factor) or _is_copies(factor)):
        slip = Slip("factor-left-out", f"{_name(factor)} is left out", 1 / ratio)
        yield Candidate(slip, "factor", place, times=0)
    if not _is_copies(factor):
        slip = Slip("factor-twice", f"{_name(factor)} is used twice", ratio)
        yield Candidate(slip, "other" if time else "factor", place, times=2)
    done, asked = ("divided by", "multiplied") if factor.power > 0 else ("multiplied by", "divided")
    slip = Slip("divided-instead", f"{done} {_name(factor)} where it is {asked}", ratio**-2)
    yield Candidate(slip, "other", place, times=-1)


def _usable(value: Any) -> bool:
    return not isinstance(value, np.ndarray) and 0 < value < math.inf and value != 1


def _alike(one: Candidate, other: Candidate) -> bool:
    close = math.isclose(one.slip.ratio, other.slip.ratio, rel_tol=1e-9)
    same_factor = one.place is not None and one.place == other.place
    return close and one.slip.name == other.slip.name and (same_factor or None in (one.place, other.place))


def _conversion(factor: Factor) -> tuple[str, str] | None:
    small, _, large = factor.unit.partition("/")
    known = small in _SECONDS and large in _SECONDS
    return (small, large) if known else None


def _time(unit: str) -> str | None:
    last = unit.rsplit("/", maxsplit=1)[-1]
    return last if last in _SECONDS else None


def _time_name(one: str, other: str) -> str:
    return "-".join(f"{name}s" for name in sorted((one, other), key=_SECONDS.__getitem__))


def _is_peak(factor: Factor) -> bool:
    return "peak" in factor.name.lower()


def _is_copies(factor: Factor) -> bool:
    return any(word in factor.name.lower() for word in ("copies", "replica"))


def _name(factor: Factor) -> str:
    return f"“{factor.name.lower()}” ({factor})"

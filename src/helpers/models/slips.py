"""Step 2, slips: given a wrong answer and the factors of the right one, say what went wrong."""

import itertools
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np

from helpers.models.checks import require_numbers, short_repr
from helpers.models.estimation import Estimate, Factor
from helpers.models.quantities import (
    WHITEBOARD_TOLERANCE,
    format_number,
    format_quantity,
    parse_quantity,
    round_whiteboard,
    to_number,
    units,
)
from helpers.models.slip_candidates import Candidate, Slip, candidates, derivation

__all__ = ["PAIR_TOLERANCE", "Diagnosis", "Slip", "diagnose", "diagnose_value"]

PAIR_TOLERANCE = 0.01
"""Two slips at once must fit this closely: pairs are so many that 10 % would explain any answer."""

_SAME = 0.005  # ratios closer than this cannot be told apart on a whiteboard
_MOST_NAMED = 3


@dataclass(frozen=True)
class Diagnosis:
    """What is wrong with an answer, if anything.

    Each of `explanations` is one slip, or two made together; several fit equally well ("either … or …").
    `ratio` is answer ÷ right answer, NaN when the answer is no number in the right unit.
    """

    correct: bool
    ratio: float
    message: str
    explanations: tuple[tuple[Slip, ...], ...] = ()

    @property
    def slips(self) -> tuple[Slip, ...]:
        """Every slip named in an explanation, once."""
        return tuple(dict.fromkeys(itertools.chain.from_iterable(self.explanations)))

    @property
    def single(self) -> bool:
        """Whether one slip alone explains the answer."""
        return any(len(explanation) == 1 for explanation in self.explanations)


def diagnose(
    answer: Any, estimate: Estimate, name: str, *, tolerance: float = WHITEBOARD_TOLERANCE
) -> Diagnosis:
    """Say whether `answer` is right for the line `name` of an estimate and, if not, which slip explains it.

    `answer` is a number in the line's unit, a quantity, or text such as "50M tweets/day".
    Raises KeyError for an unknown line; a bad answer is a message, never an error.

    >>> from helpers.models.estimation import Workload, estimate
    >>> twitter = estimate(Workload(daily_users=10e6, writes_per_user=5, item_size=100, item="tweet"))
    >>> print(diagnose(50e6, twitter, "writes_per_second").message)
    86,400 times too large: that is per day, not per second.
    >>> print(diagnose("600 tweets/s", twitter, "writes_per_second").message)
    Right: 600 tweets/s is 579 tweets/s rounded to one figure.
    """
    line, workload = estimate[name], estimate.workload
    return diagnose_value(answer, line.value, line.unit, tolerance=tolerance, **derivation(line, workload))


def diagnose_value(
    answer: Any,
    right: float,
    unit: str,
    factors: Sequence[Factor] = (),
    *,
    tolerance: float = WHITEBOARD_TOLERANCE,
    peak_factor: float | None = None,
    replication: float | None = None,
    daily_users: float | None = None,
) -> Diagnosis:
    """Diagnose an answer that belongs to no Estimate: `right` in `unit`, with the factors it is made of.

    `peak_factor`, `replication` and `daily_users` are what the learner may have mixed in or left out.
    Raises ValueError or TypeError for a bad `right` or `tolerance`, never for a bad `answer`.

    >>> uploads = [Factor("Uploads", 10e6, "upload/day"), Factor("Size of a photo", 1.5e6, "byte/upload")]
    >>> print(diagnose_value("15 PB/day", 15e12, "byte/day", uploads).message)
    1,000 times too large: a power of 1000 slipped (PB for TB).
    """
    right = _number("right", right, at_least=0)
    tolerance = _number("tolerance", tolerance, at_least=0, at_most=0.5)
    given = _read(answer, unit)
    if isinstance(given, str):
        return Diagnosis(False, math.nan, given)
    if right == 0:
        message = "Right." if given == 0 else "Not right: one of the factors is 0, so look at each of them."
        return Diagnosis(given == 0, 1.0 if given == 0 else math.inf, message)
    if given <= 0:
        why = "no factor here is 0" if given == 0 else "it is below 0"
        return Diagnosis(False, given / right, f"{given:g} cannot be right: {why}.")
    ratio = given / right
    if abs(ratio - 1) <= tolerance + 1e-9:
        return Diagnosis(True, ratio, _praise(given, right, unit, tolerance))
    if not 0 < ratio < math.inf:
        word = "large" if ratio else "small"
        return Diagnosis(False, ratio, f"Far too {word}: look at the powers of ten.")
    known = candidates(
        right,
        unit,
        factors,
        peak_factor=peak_factor,
        replication=replication,
        daily_users=daily_users,
        own_unit=isinstance(answer, (str, units.Quantity)),
    )
    known = [one for one in known if abs(one.slip.ratio - 1) > tolerance]
    explanations = _nearest(ratio, [((one.slip,), min(tolerance, one.fit or tolerance)) for one in known])
    if not explanations:
        pairs = [((a.slip, b.slip), min(tolerance, PAIR_TOLERANCE)) for a, b in _pairs(known)]
        explanations = _nearest(ratio, pairs)
        # So many ways to get here are no explanation at all.
        explanations = explanations if len(explanations) <= _MOST_NAMED else ()
    return Diagnosis(False, ratio, _explain(ratio, explanations, factors), explanations[:_MOST_NAMED])


def _pairs(known: list[Candidate]) -> Iterator[tuple[Candidate, Candidate]]:
    """One slip of a unit with one of a factor: other pairs are no likelier than bad arithmetic."""
    for unit in (one for one in known if one.kind == "unit"):
        for factor in (one for one in known if one.kind == "factor"):
            yield unit, factor


def _nearest(
    ratio: float, explanations: Sequence[tuple[tuple[Slip, ...], float]]
) -> tuple[tuple[Slip, ...], ...]:
    fits = []
    for slips, tolerance in explanations:
        with np.errstate(all="ignore"):
            off = abs(math.log(ratio) - sum(math.log(slip.ratio) for slip in slips))
        if off <= math.log1p(tolerance) + 1e-9:
            fits.append((off, slips))
    best = min((off for off, _ in fits), default=0.0)
    near = tuple(slips for off, slips in fits if off <= best + _SAME)
    # A slipped zero says the least: it is named only where nothing else fits as well.
    return tuple(slips for slips in near if slips[0].name != "power-of-ten") or near


def _explain(ratio: float, explanations: tuple[tuple[Slip, ...], ...], factors: Sequence[Factor]) -> str:
    if not explanations:
        named = ", ".join(dict.fromkeys(factor.name.lower() for factor in factors))
        compare = f" Go through your working factor by factor: {named}." if named else ""
        return f"{_times(ratio, 2)}; no single common slip explains it.{compare}"
    meant = math.prod(slip.ratio for slip in explanations[0])
    about = "" if abs(ratio / meant - 1) <= _SAME else "About "
    texts = [" and ".join(slip.text for slip in slips) for slips in explanations[:_MOST_NAMED]]
    two = "two slips at once, " if len(explanations[0]) > 1 else ""
    text = f"either {', or '.join(texts)}" if len(texts) > 1 else texts[0]
    return f"{about}{_times(meant, 3)}: {two}{text}."


def _praise(given: float, right: float, unit: str, tolerance: float) -> str:
    if abs(given / right - 1) <= _SAME:
        return "Right."
    exact, shown = format_quantity(right, unit), format_quantity(given, unit)
    if math.isclose(given, round_whiteboard(right), rel_tol=1e-9):
        figures = "one figure" if math.isclose(given, float(f"{right:.0e}"), rel_tol=1e-9) else "two figures"
        return f"Right: {shown} is {exact} rounded to {figures}."
    return f"Right: {shown} is within {tolerance:.0%} of {exact}.".replace("%", " %")


def _times(ratio: float, digits: int) -> str:
    factor, word = (ratio, "too large") if ratio > 1 else (1 / ratio, "too small")
    if factor < 1.3:
        return f"{abs(ratio - 1) * 100:.0f} % {word}"
    if factor >= 1e15:
        return f"10^{math.log10(factor):.0f} times {word}"
    number = f"{float(f'{factor:.{digits}g}'):,.15g}"
    if factor >= 1e6:
        amount, _, suffix = format_number(factor).partition(" ")
        number = f"{amount} { {'M': 'million', 'B': 'billion', 'T': 'trillion'}[suffix] }"
    return f"{number} times {word}"


def _read(answer: Any, unit: str) -> float | str:
    """Return the answer as a number in `unit`, or a message on why it is none."""
    try:
        if isinstance(answer, str):
            answer = to_number("answer", parse_quantity(_with_noun(answer, unit), unit), unit)
        elif isinstance(answer, units.Quantity):
            answer = to_number("answer", answer, unit)
        if isinstance(answer, bool) or not isinstance(answer, (Real, Decimal)):
            return f"{short_repr(answer)} is not a number: answer with a number in {unit or 'plain numbers'}."
        number = float(answer)
    except OverflowError:
        return "The answer is too large to be a quantity."
    except (ValueError, TypeError) as error:
        return f"{str(error).removeprefix('answer = ').removeprefix('answer: ')}."
    except Exception:  # noqa: BLE001 - pint's reader of units raises errors of its own on stray signs
        return f"{short_repr(answer)} cannot be read as a quantity; write for example '50M tweets/day'."
    return number if math.isfinite(number) else f"{number} is not a finite number."


def _with_noun(text: str, unit: str) -> str:
    """Fill in what people leave to the question: "600/s" and "50M a day" in tweets."""
    noun, slash, _ = unit.partition("/")
    text = re.sub(r"\s+(?:an?|per)\s+", "/", text)
    multiplier = "" if noun in ("byte", "bit") else r"(?:\s*(?:[kKMBT]|thousand|[mbtr]+illion))?"
    number = re.match(rf"\s*[~≈]?\s*[\d.,_]+(?:e[+-]?\d+)?{multiplier}\s*(?=/)", text)
    return f"{number[0]} {noun}{text[number.end() :]}" if number and slash else text


def _number(name: str, value: Any, **bounds: Any) -> float:
    if isinstance(value, np.ndarray):
        raise TypeError(f"{name} is an array: it must be one number, so estimate a workload without samples")
    return float(require_numbers(name, value, **bounds))

"""What homework's tests call: each check prints what was expected and what came, and returns the marks.

nbgrader takes the last expression of a test cell as the marks, and gives 0 to a cell that writes to stderr:
so a wrong answer raises nothing, and messages go to stdout. Functions are called, never inspected.
"""

import contextlib
import itertools
import math
import re
from collections import deque
from collections.abc import Callable, Collection, Iterator, KeysView, Mapping, Sequence, ValuesView
from decimal import Decimal
from numbers import Real
from typing import Any

from helpers.grading.calls import NOT_ANSWERED, call_quietly, call_text, is_blank, report
from helpers.models.checks import require_numbers, short_repr
from helpers.models.estimation import Estimate, Factor, Workload, estimate
from helpers.models.quantities import WHITEBOARD_TOLERANCE, units
from helpers.models.slips import Diagnosis, diagnose, diagnose_value

__all__ = ["check_call", "check_choice", "check_equal", "check_estimate", "check_line", "check_needs"]

SLIP_CREDIT = 0.5
"""The share of the marks for an answer one named slip away: the method is right, the number is not."""


def check_estimate(
    answer: Any,
    right: float,
    unit: str,
    factors: Sequence[Factor] = (),
    *,
    points: float = 1,
    name: str = "answer",
    tolerance: float = WHITEBOARD_TOLERANCE,
    **context: float | None,
) -> float:
    """Return full marks within the tolerance, half for one recognised slip, else 0.

    `answer` is a number in `unit`, a quantity, or text with a unit; `context` may give `peak_factor`,
    `replication` and `daily_users`. Raises only for a bad `right`, `points` or `tolerance`.

    >>> users, day = Factor("Daily users", 10e6, "user"), Factor("Seconds in a day", 86_400, "second/day", -1)
    >>> check_estimate(10e6, 116, "request/second", [users, day], points=2, name="Rate")
    Rate: a number in request/second was expected, 10000000.0 came. 86,400 times too large:
    that is per day, not per second. Half marks.
    1.0
    """
    if is_blank(answer):
        return report(name, NOT_ANSWERED, 0)
    found = diagnose_value(_single(answer), right, unit, factors, tolerance=tolerance, **context)
    return _graded(answer, found, unit, points, name)


def check_line(
    answer: Any,
    right: Estimate | Workload,
    line: str,
    *,
    points: float = 1,
    name: str | None = None,
    tolerance: float = WHITEBOARD_TOLERANCE,
) -> float:
    """Check an answer against one line of an estimate, or of a workload's, as `check_estimate` does.

    >>> twitter = Workload(daily_users=10e6, writes_per_user=5)
    >>> check_line("600/s", twitter, "writes_per_second")
    Writes a second: Right: 600 items/s is 579 items/s rounded to one figure.
    1.0
    """
    made = estimate(right) if isinstance(right, Workload) else right
    name = name or made[line].label
    if is_blank(answer):
        return report(name, NOT_ANSWERED, 0)
    found = diagnose(_single(answer), made, line, tolerance=tolerance)
    return _graded(answer, found, made[line].unit, points, name)


def check_equal(
    answer: Any,
    right: Any,
    *,
    points: float = 1,
    name: str = "answer",
    tolerance: float = 1e-9,
    slips: Mapping[str, Any] | None = None,
) -> float:
    """Return full marks when plain data equals `right`, half for one of the `slips`, else 0.

    Numbers may differ by `tolerance` (relative). Lists, tuples and generators are alike, so are a table and a
    dict of its columns; text ignores case and outer spaces. `slips` maps what went wrong, in words, to the
    answer it leads to.

    >>> check_equal((1, 2.5), [1, 3.5], name="Rates")
    Rates: 2 values were expected, (1, 2.5) came; value 2 is not right.
    0.0
    """
    if is_blank(answer) and not is_blank(right):
        return report(name, NOT_ANSWERED, 0)
    answer = _settled(answer, right)
    problem = _problem(answer, right, tolerance)
    if problem is None:
        return report(name, "right.", _points(points))
    came = f"{_kind(right)} expected, {short_repr(answer)} came"
    for words, wrong in (slips or {}).items():
        if _problem(answer, wrong, tolerance) is None:
            return report(name, f"{came}: {words}. Half marks.", SLIP_CREDIT * _points(points))
    return report(name, f"{came}{problem}.", 0)


def check_choice(
    answer: Any,
    right: str | Collection[str],
    why_wrong: Mapping[str, str] | None = None,
    *,
    points: float = 1,
    name: str = "answer",
) -> float:
    """Return full marks for the right choice, or one of several; `why_wrong` answers the others.

    >>> check_choice("Push", "hybrid", {"push": "one post of a celebrity is millions of inserts"})
    answer: not 'Push': one post of a celebrity is millions of inserts.
    0.0
    """
    if is_blank(answer):
        return report(name, NOT_ANSWERED, 0)
    if not isinstance(answer, str):
        return report(name, f"one choice, as text, was expected, {short_repr(answer)} came.", 0)
    rights = [right] if isinstance(right, str) else list(right)
    if _folded(answer) in map(_folded, rights):
        return report(name, "right.", _points(points))
    reasons = {_folded(choice): reason for choice, reason in (why_wrong or {}).items()}
    reason = reasons.get(_folded(answer))
    return report(name, f"not {short_repr(answer)}{': ' + reason.rstrip('.') if reason else ''}.", 0)


def check_needs(
    answer: Any,
    needs: Mapping[str, Callable[[Any], Any]],
    *,
    points: float = 1,
    name: str = "answer",
) -> float:
    """Return full marks when an answer meets every need, else 0: for questions with several right answers.

    `needs` maps each need, in words, to a function of the answer that tells whether it is met. They are
    tried in order; where such a function fails, its need is not met, and a ValueError may say why.

    >>> check_needs({"r": 1, "w": 3}, {"R + W is above 5": lambda q: q["r"] + q["w"] > 5})
    answer: {'r': 1, 'w': 3} came, and this is not met: R + W is above 5.
    0.0
    """
    if is_blank(answer):
        return report(name, NOT_ANSWERED, 0)
    for words, met in needs.items():
        try:
            holds, why = bool(met(_plain(answer))), ""
        except Exception as error:  # noqa: BLE001 - an answer may be any object; one that cannot be tried is wrong
            holds, why = False, f": {error}".rstrip(".") if isinstance(error, ValueError) else ""
        if not holds:
            need = f"{words.rstrip('.')}{why}"
            return report(name, f"{short_repr(answer)} came, and this is not met: {need}.", 0)
    return report(name, "right.", _points(points))


def check_call(
    function: Any,
    args: Sequence[Any],
    right: Any,
    *,
    name: str | None = None,
    part: str | None = None,
    **options: Any,
) -> float:
    """Call a student's function and check what it returns; what it raises costs the marks, not the test.

    `args` are copied first, so the function may change them. `part` names the one entry to check of the
    dict it returns. The check is `check_line` when `options` name a `line`, `check_choice` when they give
    `why_wrong`, `check_estimate` when they name a `unit`, `check_needs` when `right` maps words to functions,
    else `check_equal`; `options` go to it.

    >>> check_call(lambda users: users / 0, (5,), 1.0, name="rate")
    rate: rate(5) stopped with ZeroDivisionError('division by zero').
    0.0
    """
    label = name or str(getattr(function, "__name__", "function"))
    call = call_text(function, args, label)
    if not callable(function):
        why = NOT_ANSWERED if is_blank(function) else f"it is {short_repr(function)}, not a function."
        return report(label, why, 0)
    try:
        answer = call_quietly(function, args)
    except NotImplementedError:
        return report(label, NOT_ANSWERED, 0)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - any failure of the function is an answer
        return report(label, f"{call} stopped with {short_repr(error)}.", 0)
    if part is not None and not is_blank(answer):
        if not isinstance(answer, Mapping) or part not in answer:
            return report(call, f"a dict with {part!r} was expected, {short_repr(answer)} came.", 0)
        call, answer = f"{call}[{part!r}]", answer[part]
    checkers: dict[str, Callable[..., float]] = {"line": check_line, "why_wrong": check_choice}
    checkers["unit"] = check_estimate
    needs = isinstance(right, Mapping) and right and all(map(callable, right.values()))
    usual = check_needs if needs else check_equal
    checker = next((checkers[key] for key in checkers if key in options), usual)
    if part is not None and answer is None and right is not None and checker is check_equal:
        return report(call, f"{_kind(right)} expected, None came.", 0)  # the other parts are answered
    return checker(answer, right, name=call, **options)


def _graded(answer: Any, found: Diagnosis, unit: str, points: float, name: str) -> float:
    points = _points(points)
    if found.correct:
        return report(name, found.message, points)
    half = " Half marks." if found.single else ""
    expected = f"a number{' in ' + unit if unit else ''} was expected, {short_repr(answer)} came."
    return report(name, f"{expected} {found.message}{half}", SLIP_CREDIT * points if half else 0)


def _settled(answer: Any, right: Any) -> Any:
    """Read generators, and what else has an order, as far as they are needed, where a list is right."""
    if isinstance(right, (list, tuple)) and isinstance(
        answer, (Iterator, range, deque, KeysView, ValuesView)
    ):
        with contextlib.suppress(Exception):  # what a generator raises is an answer
            return list(itertools.islice(answer, len(right) + 1))  # one more tells that it goes on
    if isinstance(right, Mapping) and isinstance(answer, dict):
        return {key: _settled(value, right.get(key)) for key, value in answer.items()}
    return answer


def _problem(answer: Any, right: Any, tolerance: float) -> str | None:
    try:
        return _difference(answer, right, tolerance)
    except Exception:  # noqa: BLE001 - an answer may be any object; one that cannot be compared is wrong
        return ""


def _difference(answer: Any, right: Any, tolerance: float) -> str | None:
    """Return None if they are equal, else what to say after "… came"."""
    right = _plain(right)
    answer = _plain(answer) if isinstance(right, (list, tuple, Mapping)) else _single(answer)
    if isinstance(right, (list, tuple)):
        if not isinstance(answer, (list, tuple)) or len(answer) != len(right):
            return ""
        places = zip(answer, right, strict=True)
        wrong = [n for n, (a, r) in enumerate(places, 1) if _difference(a, r, tolerance) is not None]
        return f"; value {wrong[0]} is not right" if wrong else None
    if isinstance(right, Mapping):
        if not isinstance(answer, Mapping):
            return ""
        if set(answer) != set(right):
            return f"; its names must be {', '.join(map(str, right))}"
        named = [key for key in right if _difference(answer[key], right[key], tolerance) is not None]
        return f"; the value of {short_repr(named[0])} is not right" if named else None
    words = "; it is the other" if isinstance(answer, bool) and isinstance(right, bool) else ""
    return None if _same(answer, right, tolerance) else words


def _same(answer: Any, right: Any, tolerance: float) -> bool:
    if isinstance(right, bool) or isinstance(answer, bool) or right is None:
        return type(answer) is type(right) and bool(answer == right)
    if isinstance(right, str):
        return isinstance(answer, str) and _folded(answer) == _folded(right)
    if isinstance(answer, units.Quantity):
        right = units.Quantity(right)  # a plain number is a quantity without dimension
        if not answer.is_compatible_with(right.units):
            return False
        answer, right = answer.to(right.units).magnitude, right.magnitude
    comparable = isinstance(answer, (Real, Decimal)) and not isinstance(right, units.Quantity)
    return comparable and math.isclose(float(answer), float(right), rel_tol=tolerance, abs_tol=1e-12)


def _plain(value: Any) -> Any:
    """Turn a table, an array or a NumPy scalar into the lists, dicts and numbers it holds."""
    for method, argument in (("to_dict", ("list",)), ("tolist", ())):
        if type(value).__module__.split(".")[0] in ("pandas", "numpy") and hasattr(value, method):
            with contextlib.suppress(TypeError):
                return getattr(value, method)(*argument)
    return value


def _single(value: Any) -> Any:
    """Do as `_plain`, and take the element out of an array that holds just one."""
    plain = _plain(value)
    while plain is not value and isinstance(plain, list) and len(plain) == 1:
        plain = plain[0]
    return plain


def _kind(right: Any) -> str:
    right = _plain(right)
    if isinstance(right, (list, tuple)):
        return (
            f"{len(right)} values were"
            if len(right) > 1
            else "a list of one was"
            if right
            else "an empty list was"
        )
    kinds: list[tuple[Any, str]] = [(bool, "True or False was"), (str, "text was"), (Mapping, "a dict was")]
    kinds += [(units.Quantity, "a quantity with a unit was"), (type(None), "None was")]
    return next((words for kind, words in kinds if isinstance(right, kind)), "another number was")


def _points(points: float) -> float:
    return float(require_numbers("points", points, at_least=0))


def _folded(text: str) -> str:
    # "Non functional" and "non‑functional" are the same choice.
    return " ".join(re.split(r"[\s\u2010-\u2015-]+", text.strip())).casefold()

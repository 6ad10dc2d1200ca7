"""Reject bad input with a message that names the argument, the value and what is allowed."""

import math
from typing import Any

import numpy as np

__all__ = ["require_choice", "require_number", "require_numbers", "require_whole", "short_repr"]


def require_numbers(
    name: str,
    value: Any,
    *,
    above: float | None = None,
    at_least: float | None = None,
    at_most: float | None = None,
    unit: str = "",
) -> Any:
    """Return `value` as a float, or as an array of floats if it is an array, once it is in range.

    Raises TypeError for what is not a number and ValueError for what is not finite or out of range.

    >>> require_numbers("peak_factor", 2, at_least=1)
    2.0
    >>> require_numbers("daily_users", -5, above=0, unit="users")
    Traceback (most recent call last):
    ValueError: daily_users = -5: it must be a number above 0 (in users)
    """
    numbers: Any
    inside: Any
    if isinstance(value, np.ndarray):
        if value.dtype.kind not in "iuf" or not value.size:
            allowed = _allowed("a number", above, at_least, at_most, unit)
            raise TypeError(f"{name} = {short_repr(value)}: each element must be {allowed}")
        numbers = value.astype(float)
        inside = np.isfinite(numbers)
    elif isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        allowed = _allowed("a number", above, at_least, at_most, unit)
        raise TypeError(f"{name} = {short_repr(value)}: it must be {allowed}")
    else:
        try:
            numbers = float(value)
        except OverflowError:
            numbers = math.inf
        inside = math.isfinite(numbers)
    if above is not None:
        inside = inside & (numbers > above)
    if at_least is not None:
        inside = inside & (numbers >= at_least)
    if at_most is not None:
        inside = inside & (numbers <= at_most)
    if inside is True or np.all(inside):
        return numbers
    wrong = float(numbers[~inside][0]) if isinstance(numbers, np.ndarray) else value
    allowed = _allowed("a number", above, at_least, at_most, unit)
    raise ValueError(f"{name} = {short_repr(wrong)}: it must be {allowed}")


def require_number(name: str, value: Any, **bounds: Any) -> float:
    """Return `value` as a float once it is in range, as `require_numbers` does; an array is refused.

    >>> require_number("share", np.array([0.5, 0.9]))
    Traceback (most recent call last):
    TypeError: share = array([0.5, 0.9]): it must be one number
    """
    if isinstance(value, np.ndarray):
        raise TypeError(f"{name} = {short_repr(value)}: it must be one number")
    return float(require_numbers(name, value, **bounds))


def require_whole(name: str, value: Any, *, at_least: int, at_most: int) -> int:
    """Return `value` as an int once it is a whole number in range.

    >>> require_whole("repeats", 5, at_least=1, at_most=100)
    5
    >>> require_whole("repeats", 2.5, at_least=1, at_most=100)
    Traceback (most recent call last):
    TypeError: repeats = 2.5: it must be a whole number, 1 or more, at most 100
    """
    allowed = _allowed("a whole number", None, at_least, at_most, "")
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name} = {short_repr(value)}: it must be {allowed}")
    if not at_least <= value <= at_most:
        raise ValueError(f"{name} = {short_repr(value)}: it must be {allowed}")
    return int(value)


def require_choice(name: str, value: Any, choices: Any) -> Any:
    """Return `value` once it is one of `choices`.

    >>> require_choice("engine", "sqlite", ["sqlite", "redis"])
    'sqlite'
    >>> require_choice("engine", "oracle", ["sqlite", "redis"])
    Traceback (most recent call last):
    ValueError: engine = 'oracle': it must be one of 'sqlite', 'redis'
    """
    if value in list(choices):
        return value
    raise ValueError(f"{name} = {short_repr(value)}: it must be one of {', '.join(map(repr, choices))}")


def short_repr(value: Any) -> str:
    """Return `repr(value)` on one line, cut to 80 characters; a broken `__repr__` gives the type's name.

    >>> short_repr("600/s"), len(short_repr("x" * 1000))
    ("'600/s'", 80)
    """
    try:
        text = str(value) if isinstance(value, np.number) else " ".join(repr(value).split())
    except Exception:  # noqa: BLE001 - it may be any object; Python itself refuses very long integers
        if isinstance(value, int):
            return "a whole number of thousands of digits"
        text = f"a {type(value).__name__}"
    return text if len(text) <= 80 else text[:79] + "…"


def _allowed(kind: str, above: float | None, at_least: float | None, at_most: float | None, unit: str) -> str:
    parts = [kind]
    if above is not None:
        parts.append(f" above {above:,g}")
    if at_least is not None:
        parts.append(f", {at_least:,g} or more")
    if at_most is not None:
        parts.append(f", at most {at_most:,g}")
    return "".join(parts) + (f" (in {unit})" if unit else "")

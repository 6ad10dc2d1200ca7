"""Calling what a student handed in: quietly, with copies of the arguments, whatever it does."""

import contextlib
import copy
import io
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from unittest import mock

from helpers.models.checks import require_numbers, short_repr

__all__ = ["NOT_ANSWERED", "Wrong", "ask", "call_quietly", "call_text", "check_trial", "is_blank", "report"]

NOT_ANSWERED = "not answered yet"


class Wrong(Exception):  # noqa: N818 - it is an answer, not a fault of the program
    """An answer is wrong; the message, one line, says what was expected and what came."""


def check_trial(trial: Callable[..., object], *functions: Any, points: float = 1, name: str = "") -> float:
    """Return full marks when `trial(*functions)` ends, and 0 when it raises `Wrong`.

    For what takes several calls of one or more functions. The trial calls them through `ask`.

    >>> def inverse(double, halve):
    ...     if ask(halve, ask(double, 3)) != 3:
    ...         raise Wrong("3 was expected back")
    >>> check_trial(inverse, lambda x: 2 * x, lambda x: x - 2, name="halve")
    halve: 3 was expected back.
    0.0
    """
    label = name or " and ".join(_name(function) for function in functions)
    for function in functions:
        if not callable(function):
            why = NOT_ANSWERED if is_blank(function) else f"it is {short_repr(function)}, not a function."
            return report(label, why, 0)
    try:
        with _quietly():
            trial(*functions)
    except NotImplementedError:
        return report(label, NOT_ANSWERED, 0)
    except Wrong as wrong:
        return report(label, f"{str(wrong).rstrip('.')}.", 0)
    return report(label, "right.", require_numbers("points", points, at_least=0))


def ask(function: Callable[..., Any], *args: Any, call: str | None = None) -> Any:
    """Return what a student's function makes of copies of `args`, inside a trial.

    Raises NotImplementedError where nothing is written yet, and `Wrong` where the function fails otherwise:
    the message names the call, as `call` puts it.

    >>> ask(lambda users: users / 0, 5, call="rate(5)")
    Traceback (most recent call last):
    helpers.grading.calls.Wrong: rate(5) stopped with ZeroDivisionError('division by zero')
    """
    try:
        return function(*copy.deepcopy(args))
    except NotImplementedError:
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001 - any failure of the function is an answer
        raise Wrong(f"{call or call_text(function, args)} stopped with {short_repr(error)}") from None


def call_quietly(function: Callable[..., Any], args: Sequence[Any]) -> Any:
    """Call a function with copies of `args`, so that it may change them; what it raises comes through."""
    with _quietly():
        return function(*copy.deepcopy(list(args)))


def call_text(function: Callable[..., Any], args: Sequence[Any], name: str | None = None) -> str:
    """Return a call as the student would write it, each argument cut to 80 characters."""
    return f"{name or _name(function)}({', '.join(map(short_repr, args))})"


def is_blank(answer: Any) -> bool:
    """Say whether nothing was answered."""
    return answer is None or answer is ... or answer is NotImplemented or answer is NotImplementedError


def report(name: str, message: str, marks: float) -> float:
    """Print one line, which feedback shows, and return the marks."""
    print(f"{name}: {message}")
    return float(marks)


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    # Warnings and logs on stderr would cost the marks; a log handler made before holds on to the real one.
    logged = logging.root.manager.disable
    try:
        logging.disable()
        with contextlib.redirect_stderr(io.StringIO()), _without_exit():
            yield
    finally:
        logging.disable(logged)


@contextlib.contextmanager
def _without_exit() -> Iterator[None]:
    """Let IPython's exit() stop the function that calls it, and not the kernel with all later cells."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is None:
        yield
        return
    with mock.patch.object(shell, "ask_exit", side_effect=SystemExit("exit()")):
        yield


def _name(function: Any) -> str:
    return str(getattr(function, "__name__", "function"))

"""The history of someone's attempts at the homework: one readable JSON file, which no damage costs."""

import datetime
import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.files import write_whole

__all__ = ["Attempt", "keep", "load_attempts"]

FORMAT = "system design course: homework"
VERSION = 1


@dataclass(frozen=True)
class Attempt:
    """When an assignment was graded, and by exercise the points earned and those there are.

    The points are None where a person must read the answer.
    """

    date: str
    assignment: str
    exercises: Mapping[str, tuple[float | None, float]]

    @property
    def score(self) -> float:
        """The points that tests gave.

        >>> Attempt("2026-11-26T02:40:00+00:00", "2_estimation", {"rate": (1.5, 2), "say": (None, 9)}).score
        1.5
        """
        return sum(points or 0 for points, _ in self.exercises.values())


def load_attempts(path: str | os.PathLike[str]) -> tuple[Attempt, ...]:
    """Return the attempts kept at `path`, the oldest first; none where no file is.

    Raises ValueError saying what is wrong with the file, or OSError when it cannot be read.
    """
    path = Path(path)
    if not os.path.lexists(path):
        return ()
    if not path.is_file():
        raise ValueError("it is not a file")
    try:
        kept = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"it is not JSON: {error}") from None
    if not isinstance(kept, dict) or kept.get("format") != FORMAT or kept.get("version") != VERSION:
        raise ValueError(f"it is not {FORMAT!r} of version {VERSION}")
    attempts = kept.get("attempts")
    if not isinstance(attempts, list):
        raise ValueError("it has no list of attempts")
    return tuple(_attempt(each) for each in attempts)


def keep(attempt: Attempt, path: str | os.PathLike[str]) -> tuple[tuple[Attempt, ...], str]:
    """Add an attempt to the history at `path`; return what was there before, and what had to be done.

    A file that is no history, or a damaged one, is renamed and stays. Raises OSError, and nothing is
    changed then.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "history.json")
    ...     path.write_text("[")
    ...     attempt = Attempt("2026-11-26T02:40:00+00:00", "2_estimation", {"rate": (1.5, 2)})
    ...     print(keep(attempt, path)[1])
    ...     keep(attempt, path)[0] == (attempt,)
    1
    history.json could not be read (it is not JSON: Expecting value: line 1 column 2 (char 1)).
    It is kept as history_damaged_1.json, and a new one is begun.
    True
    """
    path, note = Path(path), ""
    try:
        before = load_attempts(path)
    except ValueError as error:
        aside = _free_name(path)
        path.rename(aside)
        before = ()
        note = f"{path.name} could not be read ({error}). It is kept as {aside.name}, and a new one is begun."
    table = {"format": FORMAT, "version": VERSION, "attempts": [_plain(each) for each in (*before, attempt)]}
    write_whole(path, json.dumps(table, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    return before, note


def _free_name(path: Path) -> Path:
    number = 1
    while os.path.lexists(aside := path.with_name(f"{path.stem}_damaged_{number}{path.suffix}")):
        number += 1
    return aside


def _plain(attempt: Attempt) -> dict[str, Any]:
    exercises = {name: {"points": points, "of": of} for name, (points, of) in attempt.exercises.items()}
    return {"date": attempt.date, "assignment": attempt.assignment, "exercises": exercises}


def _attempt(kept: Any) -> Attempt:
    try:
        datetime.datetime.fromisoformat(kept["date"])
        marks = {str(name): (each["points"], each["of"]) for name, each in kept["exercises"].items()}
        numbers = [number for mark in marks.values() for number in mark if number is not None]
        whole = all(isinstance(number, int | float) and math.isfinite(number) for number in numbers)
        if (
            not whole
            or any(of is None for _, of in marks.values())
            or not isinstance(kept["assignment"], str)
        ):
            raise TypeError
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError):
        raise ValueError("one of its attempts is damaged") from None
    return Attempt(kept["date"], kept["assignment"], marks)

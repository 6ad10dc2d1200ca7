"""The interviews that a reader sat: kept in one readable JSON file, and each as a design document."""

import dataclasses
import json
import os
from pathlib import Path
from typing import Any

from helpers.design import Design
from helpers.files import write_whole
from helpers.models.interview import Attempt, contract_of
from helpers.models.scenario import Scenario

__all__ = [
    "OWN_INTERVIEWS",
    "InterviewsFileError",
    "design_of",
    "interviews_file",
    "load_attempts",
    "save_attempt",
]

OWN_INTERVIEWS = "my_interviews.json"
"""Where the interviews that a reader sat are kept, unless INTERVIEWS_FILE names another place."""

FORMAT = "system design course: interviews"
VERSION = 1
_LARGEST_FILE_BYTES = 20_000_000


class InterviewsFileError(ValueError):
    """A file holds no interviews that this course can read; the message says why, and it is left alone."""


def interviews_file() -> Path | None:
    """Return where the interviews are kept; None where INTERVIEWS_FILE is set but empty."""
    name = os.environ.get("INTERVIEWS_FILE", OWN_INTERVIEWS)
    return Path(os.path.expanduser(name)) if name else None  # noqa: PTH111


def load_attempts(path: str | os.PathLike[str]) -> tuple[Attempt, ...]:
    """Return the attempts kept at `path`, the oldest first; none where no file is.

    Raises InterviewsFileError naming the file and what is wrong, or OSError when it cannot be read.
    """
    path = Path(path)
    if not path.exists():
        return ()
    if not path.is_file():
        raise InterviewsFileError(f"{path}: it is not a file")
    if path.stat().st_size > _LARGEST_FILE_BYTES:
        raise InterviewsFileError(f"{path}: it is larger than 20 MB; this course wrote no such file")
    try:
        kept = json.loads(path.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise InterviewsFileError(f"{path}: it is damaged: {error}") from None
    if not isinstance(kept, dict) or kept.get("format") != FORMAT:
        raise InterviewsFileError(f"{path}: it holds no interviews of this course")
    if kept.get("version") != VERSION:
        raise InterviewsFileError(f"{path}: version {kept.get('version')!r} is not known to this course")
    attempts = kept.get("attempts")
    if not isinstance(attempts, list):
        raise InterviewsFileError(f"{path}: it is damaged: it has no list of attempts")
    try:
        return tuple(Attempt(**_arguments(attempt)) for attempt in attempts)
    except (ValueError, TypeError) as error:
        raise InterviewsFileError(f"{path}: it is damaged: {error}") from None


def save_attempt(attempt: Attempt, path: str | os.PathLike[str], *, since: Attempt | None = None) -> None:
    """Keep an attempt at `path`, in place of an earlier state of the same name; the others stay.

    `since` is the attempt as its writer last kept or read it: only what changed from there is written, so
    that what another tab wrote meanwhile stays. Raises InterviewsFileError, and leaves the file as it was,
    where it cannot be read.
    """
    path = Path(path)
    kept = [*load_attempts(path)]
    place = next((place for place, other in enumerate(kept) if other.name == attempt.name), len(kept))
    if since is not None and place < len(kept):
        names = [field.name for field in dataclasses.fields(Attempt)]
        mine = {name: getattr(attempt, name) for name in names}
        attempt = kept[place].replace(
            **{name: value for name, value in mine.items() if value != getattr(since, name)}
        )
    kept[place : place + 1] = [attempt]
    table = {"format": FORMAT, "version": VERSION, "attempts": [_plain(one) for one in kept]}
    write_whole(path, json.dumps(table, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def design_of(attempt: Attempt, scenario: Scenario) -> Design:
    """Return the design document that an attempt left: contract, estimate, diagram, issues.

    The estimate is worked out for the daily users that were written down; the issues are those that the
    models find, once there is a number of users.
    """
    design = Design(
        contract=contract_of(attempt, scenario.prompt),
        inputs=dict(scenario.inputs),
        architecture=attempt.architecture,
    )
    if attempt.daily_users is None:
        return design
    return design.replace(bottlenecks=design.find_issues().top())


def _plain(attempt: Attempt) -> dict[str, Any]:
    values = {field.name: getattr(attempt, field.name) for field in dataclasses.fields(attempt)}
    return {name: dict(value) if hasattr(value, "items") else value for name, value in values.items()}


def _arguments(table: Any) -> dict[str, Any]:
    if not isinstance(table, dict):
        raise TypeError(f"{table!r} is no attempt")
    known = {field.name for field in dataclasses.fields(Attempt)}
    if unknown := sorted(set(table) - known):
        raise ValueError(f"it has what this course does not know: {', '.join(unknown)}")
    for name in ("answers", "parts", "levels"):
        if not isinstance(table.get(name, {}), dict):
            raise TypeError(f"{name} = {table[name]!r}: it must be a table")
    return table

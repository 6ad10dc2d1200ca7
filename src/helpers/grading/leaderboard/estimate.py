"""The capstone's estimate: each figure of a student's dict, its slips named by the models."""

import functools
import re
from collections.abc import Callable, Mapping
from typing import Any

from helpers.grading.homework import check_call
from helpers.grading.leaderboard.scenario import ENTRY_BYTES, ESTIMATE, WORKLOAD
from helpers.models.checks import require_choice
from helpers.models.estimation import Factor

__all__ = ["FIGURES", "check_figure"]

_MEMORY = "ranking_bytes"
_LOOK = re.compile(r"\blook(?=s?\b)", re.IGNORECASE)
_LINES: Mapping[str, str] = {
    "posts_per_second": "writes_per_second",
    "looks_per_second": "reads_per_second",
    "peak_posts_per_second": "peak_writes_per_second",
    "peak_looks_per_second": "peak_reads_per_second",
    "bytes_per_year": "storage_per_year",
}
FIGURES = (*_LINES, _MEMORY)
"""The names of the figures."""


def check_figure(function: Any, figure: str, *, points: float = 1) -> float:
    """Return full marks where one entry of the dict that `function()` returns is right, half for one slip.

    >>> check_figure(lambda: {"bytes_per_year": "12 GB/year"}, "bytes_per_year")
    <lambda>()['bytes_per_year']: a number in byte/year was expected, '12 GB/year' came. 365 times too small:
    that is per day, not per year. Half marks.
    0.5
    """
    require_choice("figure", figure, FIGURES)
    if callable(function):
        function = _in_requests(function)
    if figure != _MEMORY:
        return check_call(function, (), ESTIMATE, part=figure, line=_LINES[figure], points=points)
    factors = [
        Factor("Players of a day", WORKLOAD.daily_users, "user"),
        Factor("Players of a season for each of a day", WORKLOAD.cached_per_user, ""),
        Factor("Size of an entry", ENTRY_BYTES, "byte/user"),
    ]
    right = ESTIMATE["cache_memory"].value
    return check_call(function, (), right, part=figure, unit="byte", factors=factors, points=points)


def _in_requests(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function with its texts in the models' noun for a look: a request."""

    @functools.wraps(function)
    def asked(*args: Any) -> Any:
        answer = function(*args)
        if not isinstance(answer, Mapping):
            return answer
        return {key: _LOOK.sub("request", v) if isinstance(v, str) else v for key, v in answer.items()}

    return asked

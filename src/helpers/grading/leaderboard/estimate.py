"""The capstone's estimate: each figure of a student's dict, its slips named by the models."""

from collections.abc import Mapping
from typing import Any

from helpers.grading.homework import check_call
from helpers.grading.leaderboard.scenario import ENTRY_BYTES, ESTIMATE, WORKLOAD
from helpers.models.checks import require_choice
from helpers.models.estimation import Factor

__all__ = ["FIGURES", "check_figure"]

_MEMORY = "ranking_bytes"
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
    if figure != _MEMORY:
        return check_call(function, (), ESTIMATE, part=figure, line=_LINES[figure], points=points)
    factors = [
        Factor("Players of a day", WORKLOAD.daily_users, "user"),
        Factor("Players of a season for each of a day", WORKLOAD.cached_per_user, ""),
        Factor("Size of an entry", ENTRY_BYTES, "byte/user"),
    ]
    right = ESTIMATE["cache_memory"].value
    return check_call(function, (), right, part=figure, unit="byte", factors=factors, points=points)

"""The capstone's critique: the weak design that is given, and what a student's issues with it must say."""

import itertools
import math
from collections.abc import Callable, Mapping
from typing import Any

from helpers.grading.leaderboard.scenario import ESTIMATE, MACHINES, WORKLOAD
from helpers.models.architecture import Architecture, Component, Flow
from helpers.models.checks import require_choice, require_number, short_repr
from helpers.models.critique import Critique, Issue
from helpers.models.texts import folded

__all__ = ["DAMAGE", "WEAK", "WEAK_POINTS", "issues_hold"]

LEAST_ISSUES = 4
_CLOSE = 0.05
_ENTRIES = ("component", "what", "times_a_year", "minutes", "share", "remedy", "price")
_NUMBERS = ("times_a_year", "minutes", "share")
_LEAST_WORDS = 2
_LEAST_ORDERED = 3
_MOST_ISSUES = 50

API_MACHINES = 24
FAILURES_A_YEAR, BALANCER_MINUTES, PROMOTION_MINUTES = 2, 45, 60
FILLED_PER_SECOND = 50_000
SEASONS_A_YEAR, CROWD_MINUTES, CROWD_TIMES_AVERAGE = 4, 30, 12


def _weak() -> Architecture:
    counts = {
        "Client": ("client", 1),
        "Load balancer": ("load balancer", 1),
        "API service": ("API service", API_MACHINES),
        "Ranking": ("ranking", 1),
        "Primary": ("primary database", 1),
        "Queue": ("queue", 3),
        "Workers": ("worker", 2),
    }
    components = tuple(Component(name, replicas=n, **MACHINES[kind]) for name, (kind, n) in counts.items())
    flows = (
        Flow("Client", "Load balancer", "read"),
        Flow("Client", "Load balancer", "write"),
        Flow("Load balancer", "API service", "read"),
        Flow("Load balancer", "API service", "write"),
        Flow("API service", "Ranking", "read"),
        Flow("API service", "Primary", "write"),
        Flow("API service", "Queue", "write"),
        Flow("Queue", "Workers", "write", waits=False),
        Flow("Workers", "Ranking", "write", becomes="delivery", waits=False),
    )
    return Architecture("The design that is criticised", components, flows)


WEAK = _weak()
"""The given design: its load balancer, its ranking and its primary stand alone."""

WEAK_POINTS = ("Load balancer", "Ranking", "Primary")


def _damage() -> dict[str, tuple[float, float, float]]:
    """Return what the facts of the prompt make of each component: times a year, minutes, share hit."""
    reads, writes = ESTIMATE["reads_per_day"].value, ESTIMATE["writes_per_day"].value
    share = reads / (reads + writes)
    average = ESTIMATE["reads_per_second"].value + ESTIMATE["writes_per_second"].value
    entries = WORKLOAD.daily_users * WORKLOAD.cached_per_user
    capacity = API_MACHINES * MACHINES["API service"]["capacity_per_second"]
    return {
        "Load balancer": (FAILURES_A_YEAR, BALANCER_MINUTES, 1.0),
        "API service": (SEASONS_A_YEAR, CROWD_MINUTES, 1 - capacity / (CROWD_TIMES_AVERAGE * average)),
        "Primary": (FAILURES_A_YEAR, PROMOTION_MINUTES, 1 - share),
        "Ranking": (FAILURES_A_YEAR, entries / FILLED_PER_SECOND / 60, share),
    }


DAMAGE: Mapping[str, tuple[float, float, float]] = _damage()
"""What the facts of the prompt make of a component: times a year, minutes, share of all requests."""

_KNOWN = {folded(component.name): component.name for component in WEAK.components[1:]}


def issues_hold(issues: Any, part: str) -> bool:
    """Return True where a part of a critique is sound; else raise ValueError with the first question.

    `issues` is a list of dicts with "component", "what", "times_a_year", "minutes", "share", "remedy" and
    "price"; `part` is "form", "points", "order", or the name of a component whose numbers are looked at.

    >>> issues_hold([{"component": "Cache"}] * 4, "form")
    Traceback (most recent call last):
    ValueError: issue 1: there is no component 'Cache'; there are 'Load balancer', 'API service', 'Ranking',
    'Primary', 'Queue', 'Workers'
    """
    require_choice("part", part, (*_PARTS, *DAMAGE))
    if isinstance(issues, (str, bytes, Mapping)) or not hasattr(issues, "__iter__"):
        raise ValueError(f"a list of issues was expected, {short_repr(issues)} came")
    # Whatever is returned may go on for ever.
    given = list(itertools.islice(issues, _MOST_ISSUES + 1))
    if len(given) > _MOST_ISSUES:
        raise ValueError(f"there are more than {_MOST_ISSUES} issues")
    for place, issue in enumerate(given, 1):
        if not isinstance(issue, Mapping):
            raise ValueError(f"issue {place}: a dict was expected, {short_repr(issue)} came")
    found = [_component(issue) for issue in given]
    try:
        if part in DAMAGE:
            _numbers(part, [issue for issue, name in zip(given, found, strict=True) if name == part])
        else:
            _PARTS[part](given, found)
    except TypeError as error:
        raise ValueError(str(error)) from None
    return True


def _component(issue: Mapping[str, Any]) -> str:
    """Return the name of the box that an issue is about, or "" where there is none of that name."""
    given = issue.get("component")
    return _KNOWN.get(folded(given), "") if isinstance(given, str) else ""


def _read(place: int, issue: Mapping[str, Any]) -> Issue:
    """Return an issue as the models have it."""
    missing = [entry for entry in _ENTRIES if issue.get(entry) is None]
    if missing:
        raise ValueError(f"issue {place}: {missing[0]!r} is missing")
    for entry in ("what", "remedy", "price"):
        if len(str(issue[entry]).split()) < _LEAST_WORDS:
            raise ValueError(f"issue {place}: {entry} = {short_repr(issue[entry])}: it says too little")
    try:
        return Issue(
            issue["what"],
            issue["times_a_year"],
            issue["minutes"],
            issue["share"],
            issue["remedy"],
            issue["price"],
        )
    except (TypeError, ValueError) as error:
        raise ValueError(f"issue {place}: {error}") from None


def _form(given: list[Any], found: list[str]) -> None:
    if len(given) < LEAST_ISSUES:
        raise ValueError(f"there are {len(given)} issues; {LEAST_ISSUES} or more were expected")
    for place, (issue, name) in enumerate(zip(given, found, strict=True), 1):
        if not name:
            names = ", ".join(map(repr, _KNOWN.values()))
            named = short_repr(issue.get("component"))
            raise ValueError(f"issue {place}: there is no component {named}; there are {names}")
    Critique(tuple(_read(place, issue) for place, issue in enumerate(given, 1)))
    for entry in ("remedy", "price"):
        if len({folded(str(issue[entry])) for issue in given}) == 1:
            raise ValueError(f"{entry}: the same words stand at every issue")


def _points(given: list[Any], found: list[str]) -> None:
    for name in WEAK_POINTS:
        if name not in found:
            raise ValueError("a box whose one machine stops reads or posts is not named")


def _order(given: list[Any], found: list[str]) -> None:
    if len(given) < _LEAST_ORDERED:
        raise ValueError(f"there are {len(given)} issues; an order needs {_LEAST_ORDERED} or more")
    lost = [
        math.prod(_number(f"issue {place}", issue, entry) for entry in _NUMBERS)
        for place, issue in enumerate(given, 1)
    ]
    for place, (first, second) in enumerate(itertools.pairwise(lost), 1):
        if second > first * (1 + _CLOSE):
            raise ValueError(
                f"issue {place} costs {first:.3g} minutes a year and issue {place + 1} {second:.3g}; "
                "the worst comes first"
            )
    if not max(lost):
        raise ValueError("none of the issues costs anything")


def _numbers(name: str, issues: list[Mapping[str, Any]]) -> None:
    if not issues:
        raise ValueError(f"no issue names the component {name!r}")
    tried = [_off(name, issue) for issue in issues]
    if all(tried):
        raise ValueError(tried[0])


def _off(name: str, issue: Mapping[str, Any]) -> str:
    for entry, right in zip(_NUMBERS, DAMAGE[name], strict=True):
        value = _number(name, issue, entry)
        if not math.isclose(value, right, rel_tol=_CLOSE):
            slip = _slip(entry, value, right)
            return f"{name}: {entry} = {value:g}: {slip or 'the facts say otherwise'}"
    return ""


def _number(name: str, issue: Mapping[str, Any], entry: str) -> float:
    return require_number(f"{name}: {entry}", issue.get(entry), at_least=0)


def _slip(entry: str, value: float, right: float) -> str:
    slips = {
        "minutes": {1 / 60: "that is in hours", 60.0: "that is in seconds"},
        "share": {100.0: "that is a percentage", (1 - right) / right: "that is the share that is not hit"},
    }.get(entry, {})
    return next(
        (said for times, said in slips.items() if math.isclose(value, right * times, rel_tol=_CLOSE)), ""
    )


_PARTS: Mapping[str, Callable[[list[Any], list[str]], None]] = {
    "form": _form,
    "points": _points,
    "order": _order,
}

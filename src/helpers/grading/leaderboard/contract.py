"""The capstone's contract: a student's dict, put to the interviewer's answers and the models' review."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from helpers.grading.leaderboard.scenario import ACCOUNTS, DOWN_MINUTES, LEADERBOARD, core_named
from helpers.models.checks import require_choice, require_number, short_repr
from helpers.models.contract import EVENTUAL, ConsistencyTarget, Contract, LatencyTarget
from helpers.models.contract_review import review
from helpers.models.requirements import CORE
from helpers.models.texts import folded

__all__ = ["contract_holds"]

_LEAST_LEFT_OUT = 3
_CLOSE = 0.01
_AGREED = LEADERBOARD.model_contract


def contract_holds(contract: Any, part: str) -> bool:
    """Return True where a part of a contract is sound; else raise ValueError with the first question.

    `contract` is a dict with "features", "out_of_scope", "daily_users", "growth_per_year", "latency",
    "availability" and "consistency"; `part` is "features", "left out", "scale", "latency", "availability"
    or "consistency". A part looks only at its own entries.

    >>> contract_holds({"features": ["Post a score", "Chat"]}, "features")
    Traceback (most recent call last):
    ValueError: See the top 100: You left it out. It is what the board is for. “Users can see the top 100.”
    """
    require_choice("part", part, _PARTS)
    if not isinstance(contract, Mapping):
        raise ValueError(f"a dict was expected, {short_repr(contract)} came")
    try:
        _PARTS[part](contract)
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(str(error) or repr(error)) from None
    return True


def _features(given: Mapping[str, Any]) -> None:
    contract = Contract(LEADERBOARD.line, _names(given, "features"))
    _ask(contract, "no-features", "core-missing", "out-of-scope-feature", "too-many-features")


def _left_out(given: Mapping[str, Any]) -> None:
    names = _names(given, "out_of_scope")
    Contract(LEADERBOARD.line, out_of_scope=names)
    for name in names:
        if core_named(name):
            raise ValueError(f"out_of_scope: {name!r} is what the interviewer wants built")
    named = {feature for name in names for feature in LEADERBOARD.named_by(name) if feature.kind != CORE}
    if len(named) < _LEAST_LEFT_OUT:
        raise ValueError(
            f"out_of_scope names {len(named)} of what the interviewer leaves out; "
            f"{_LEAST_LEFT_OUT} or more were expected"
        )


def _scale(given: Mapping[str, Any]) -> None:
    contract = Contract(
        LEADERBOARD.line,
        daily_users=_entry(given, "daily_users"),
        growth_per_year=_entry(given, "growth_per_year"),
    )
    assert _AGREED.daily_users is not None
    assert _AGREED.growth_per_year is not None
    users, growth = contract.daily_users, contract.growth_per_year
    _require_close(
        "daily_users",
        users,
        _AGREED.daily_users,
        {ACCOUNTS: "all who have an account, not who plays on a day"},
    )
    added = _AGREED.growth_per_year - 1
    slips = {added: "what a year adds, not the factor", 100 * added: "a percentage, not the factor"}
    _require_close("growth_per_year", growth, _AGREED.growth_per_year, slips)


def _latency(given: Mapping[str, Any]) -> None:
    targets = {}
    for name, entry in _by_operation(given, "latency", ("milliseconds", "percentile")).items():
        targets[name] = LatencyTarget(name, entry.get("milliseconds"), entry.get("percentile"))
    contract = Contract(LEADERBOARD.line, _AGREED.features, latency=tuple(targets.values()))
    _ask(contract, "no-latency-target", "latency-without-number", "latency-without-percentile")
    for agreed in _AGREED.latency:
        target = targets[agreed.operation]
        assert agreed.milliseconds is not None
        seconds = {agreed.milliseconds / 1000: "that in seconds", 90: "today's average, not what is wanted"}
        _require_close(f"{agreed.operation}: milliseconds", target.milliseconds, agreed.milliseconds, seconds)
        if target.percentile != agreed.percentile:
            raise ValueError(f"{target}: the interviewer named another share of the requests")


def _availability(given: Mapping[str, Any]) -> None:
    availability = Contract(LEADERBOARD.line, availability=_entry(given, "availability")).availability
    assert _AGREED.availability is not None
    # Whoever says three nines means the same as 43 minutes.
    down, agreed = 1 - (availability or 0), 1 - _AGREED.availability
    if abs(down / agreed - 1) > 5 * _CLOSE:
        raise ValueError(
            f"availability = {availability}: in a month of 30 days it is down for {down * 43_200:,.3g} "
            f"minutes, the interviewer allows {DOWN_MINUTES}"
        )


def _consistency(given: Mapping[str, Any]) -> None:
    targets = {}
    for name, entry in _by_operation(given, "consistency", ("level", "within_s")).items():
        level: Any = entry.get("level")
        level = folded(level) if isinstance(level, str) else level
        targets[name] = ConsistencyTarget(name, level, entry.get("within_s"))
    contract = Contract(LEADERBOARD.line, _AGREED.features, consistency=tuple(targets.values()))
    _ask(
        contract,
        "eventual-for-money",
        "strong-not-needed",
        "consistency-undecided",
        "eventual-without-bound",
    )
    for agreed in _AGREED.consistency:
        if agreed.level == EVENTUAL and agreed.within_s is not None:
            within = targets[agreed.operation].within_s
            slips = {1000 * agreed.within_s: "that in milliseconds"}
            _require_close(f"{agreed.operation}: within_s", within, agreed.within_s, slips)


def _ask(contract: Contract, *rules: str) -> None:
    for finding in review(contract, LEADERBOARD):
        if finding.rule in rules:
            raise ValueError(str(finding))


def _entry(given: Mapping[str, Any], name: str) -> Any:
    if given.get(name) is None:
        raise ValueError(f"{name} is missing")
    return given[name]


def _names(given: Mapping[str, Any], name: str) -> tuple[str, ...]:
    names = _entry(given, name)
    if isinstance(names, (set, frozenset)):
        names = sorted(names, key=str)
    if not isinstance(names, Collection) or isinstance(names, (str, bytes, Mapping)):
        raise ValueError(f"{name}: a list of names was expected, {short_repr(names)} came")
    return tuple(names)


def _by_operation(
    given: Mapping[str, Any], name: str, entries: tuple[str, ...]
) -> dict[str, Mapping[str, Any]]:
    """Return what was agreed for each core operation; for others it is not looked at."""
    targets = _entry(given, name)
    if not isinstance(targets, Mapping):
        raise ValueError(f"{name}: a dict from operations to dicts was expected, {short_repr(targets)} came")
    found: dict[str, Mapping[str, Any]] = {}
    for operation, entry in targets.items():
        core = core_named(operation)
        if not core:
            continue
        if core in found:
            raise ValueError(f"{name}: {core} is in it twice")
        if not isinstance(entry, Mapping):
            raise ValueError(f"{name} of {operation!r}: a dict was expected, {short_repr(entry)} came")
        unknown = [key for key in entry if key not in entries]
        if unknown:
            raise ValueError(f"{name} of {operation!r}: {unknown[0]!r} is none of {', '.join(entries)}")
        found[core] = entry
    for agreed in _AGREED.features:
        if agreed not in found:
            raise ValueError(f"{name}: there is nothing for {agreed.lower()!r}")
    return found


def _require_close(name: str, value: Any, right: float, slips: Mapping[float, str]) -> None:
    number = require_number(name, value)
    if abs(number / right - 1) <= _CLOSE:
        return
    said = next((words for slip, words in slips.items() if abs(number / slip - 1) <= _CLOSE), "")
    raise ValueError(
        f"{name} = {number:g}: {f'that is {said}' if said else 'the interviewer said otherwise'}"
    )


_PARTS: Mapping[str, Callable[[Mapping[str, Any]], None]] = {
    "features": _features,
    "left out": _left_out,
    "scale": _scale,
    "latency": _latency,
    "availability": _availability,
    "consistency": _consistency,
}

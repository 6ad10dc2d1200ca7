"""Step 1, availability: the explorer of nines, from a target to what each component must have."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from helpers.figures.nines import downtime_figure, exceeds
from helpers.models.nines import (
    PERIODS_S,
    copies_needed,
    downtime_s,
    format_availability,
    format_duration,
    in_series,
    needed_each,
    nines,
)
from helpers.models.quantities import format_number
from helpers.models.workload import Field
from helpers.widgets.controls import NumberControl
from helpers.widgets.explorer import Explorer, View, working_table

__all__ = ["nines_explorer", "nines_view"]

_MOST_COMPONENTS = 30
_MOST_PERCENT = 99.9999999

_NOTES = (
    "<p>These sums take failures to be independent. Copies seldom fail that way: one power cut or one bad "
    "release takes all of them down, so read their number as the fewest that could be enough. Step 5 tests "
    "this. Components in a row that fail together are up more often than shown.</p>"
)


@dataclass(frozen=True)
class _Percent(Field):
    """A share of the time, in percent, below 100; a share such as 0.999 is taken for a slip."""

    def check(self, name: str, value: Any) -> Any:
        percent = super().check(name, value)
        if percent >= 100:
            reason = "it must be below 100 %; no system is always up"
        elif percent > _MOST_PERCENT:
            reason = f"it must be at most {_MOST_PERCENT} %, which is nine nines"
        elif percent <= 1:
            reason = "it must be in percent; for a share such as 0.999, write 99.9"
        else:
            return percent
        raise ValueError(f"{name} = {percent:.15g}: {reason}")


@dataclass(frozen=True)
class _Whole(Field):
    """A count, in whole numbers."""

    def check(self, name: str, value: Any) -> Any:
        number = super().check(name, value)
        if number != int(number):
            raise ValueError(f"{name} = {number:g}: it must be a whole number")
        return number


_TARGET = _Percent("Availability target", "percent", above=0)
_EACH = _Percent("Each component is up", "percent", above=0)
_COMPONENTS = _Whole("Components in a row, all needed", "", at_least=1, at_most=100)


def nines_explorer(target: float = 0.999, components: int = 6, each: float | None = None) -> Explorer:
    """Return sliders for an availability target and a row of components, and the downtime a year of both.

    `target` and `each` are shares of the time; without `each`, every component has just the target.

    >>> explorer = nines_explorer()
    >>> explorer.controls["components"].set(2)
    >>> "2 components in a row" in explorer.text
    True
    """
    ends: dict[str, Any] = {"low": 90, "high": 99.9999, "nines": True}
    controls = [
        NumberControl("target", _TARGET, _to_percent("target", target), **ends),
        NumberControl(
            "components", _COMPONENTS, components, low=1, high=_MOST_COMPONENTS, log=False, whole=True
        ),
        NumberControl("each", _EACH, _to_percent("each", target if each is None else each), **ends),
    ]

    def view(values: dict[str, Any]) -> View:
        return nines_view(_to_share(values["target"]), int(values["components"]), _to_share(values["each"]))

    return Explorer("Nines in a row", {"": controls}, view)


def nines_view(target: float, components: int, each: float) -> View:
    """Return what the explorer of nines shows for a target and a row of components (shares of the time)."""
    row, needed = in_series(each, components), needed_each(target, components)
    allowed = downtime_s(target, "year")
    bars = {
        "Allowed by the target": allowed,
        "One component": downtime_s(each, "year"),
        f"{components} in a row": downtime_s(row, "year"),
        "Each may have": downtime_s(needed, "year"),
    }
    copies = copies_needed(each, needed)
    words = f"{_target_words(target)} {_row_words(target, components, each)} {_copies_words(copies)}"

    def working() -> str:
        return _working(target, components, each, copies)

    return View((downtime_figure(bars, allowed),), words, _NOTES, working)


def _target_words(target: float) -> str:
    return (
        f"{_percent(target)} is {_nines_words(target)}: down at most {_down(target)} a year, "
        f"{_down(target, 'month')} a month."
    )


def _row_words(target: float, components: int, each: float) -> str:
    row = in_series(each, components)
    down, allowed = downtime_s(row, "year"), downtime_s(target, "year")
    times = format_number(down / allowed)
    if not exceeds(down, allowed):
        verdict = "within what the target allows"
    elif times == "1":
        verdict = "just over what the target allows"
    else:
        verdict = f"{times} times what the target allows"
    if components == 1:
        return f"One component, up {_percent(each)} of the time, is down {_down(each)} a year, {verdict}."
    needed = needed_each(target, components)
    return (
        f"{components} components in a row, each up {_percent(each)} of the time, are all up {_percent(row)} "
        f"of the time: down {_down(row)} a year, {verdict}. The target needs each of them up "
        f"{_percent(needed, up=True)} of the time: down at most {_down(needed)} a year."
    )


def _copies_words(copies: int) -> str:
    if copies == 1:
        return "One copy of each component is enough for the target."
    return (
        f"{copies:,} copies of each, of which one suffices, would reach the target if they failed "
        "independently, which they seldom do."
    )


def _working(target: float, components: int, each: float, copies: int) -> str:
    row, needed, year = in_series(each, components), needed_each(target, components), PERIODS_S["year"]
    allowed, down = downtime_s(target, "year"), downtime_s(row, "year")
    least = _share(needed, up=True)
    rows = [
        ("Nines of the target", _nines_words(target), f"−log₁₀(1 − {_share(target)})"),
        (
            "Downtime allowed a year",
            format_duration(allowed),
            f"(1 − {_share(target)}) × {year:,} s = {_seconds(allowed)}",
        ),
        (
            "Downtime allowed a month",
            format_duration(allowed / 12),
            f"{_seconds(allowed)} ÷ 12 = {_seconds(allowed / 12)}",
        ),
        (f"Time up, {components} in a row", _percent(row), f"{_share(each)} ^ {components} ≈ {_share(row)}"),
        (
            f"Downtime a year, {components} in a row",
            format_duration(down),
            f"(1 − {_share(each)} ^ {components}) × {year:,} s = {_seconds(down)}",
        ),
        (
            "Time each must be up",
            _percent(needed, up=True),
            f"{_share(target)} ^ (1 ÷ {components}) ≈ {least}, rounded up",
        ),
        (
            "Copies of each",
            f"{copies:,}",
            f"the fewest c with 1 − (1 − {_share(each)}) ^ c of at least {least}",
        ),
    ]
    return working_table(rows)


def _nines_words(availability: float) -> str:
    count = f"{nines(availability):.2f}".rstrip("0").removesuffix(".")
    return f"{count} nine{'' if count == '1' else 's'}"


def _down(availability: float, period: str = "year") -> str:
    return format_duration(downtime_s(availability, period))


def _percent(share: float, *, up: bool = False) -> str:
    return f"{format_availability(share, up=up)} %"


def _share(share: float, *, up: bool = False) -> str:
    return format_availability(share, whole=1, up=up)


def _seconds(value: float) -> str:
    return f"{value:,.0f} s" if value >= 1000 else f"{value:.4g} s"


def _to_percent(name: str, share: Any) -> float:
    if isinstance(share, bool) or not isinstance(share, (int, float)):
        raise TypeError(f"{name} = {share!r}: it must be a share of the time below 1; 99.9 % is 0.999")
    if not 0 < share < 1:
        raise ValueError(f"{name} = {share!r}: it must be a share of the time below 1; 99.9 % is 0.999")
    return float(Decimal(repr(float(share))) * 100)


def _to_share(percent: float) -> float:
    return float(Decimal(repr(percent)) / 100)  # as it is written: 99.9 / 100 is 0.9990000000000001

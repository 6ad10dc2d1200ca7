"""Step 5, error budgets: what an objective allows, how fast it is spent, and when an alarm notices."""

from dataclasses import dataclass
from typing import Any

from helpers.models.checks import require_number, require_numbers

__all__ = ["BURN_RULES", "PAGE_RULES", "BurnRule", "Objective", "time_to_detect_s"]

_DAY_S = 86_400


@dataclass(frozen=True)
class Objective:
    """A service level objective: `target` of the requests are good, over `days` days.

    >>> objective = Objective(0.999)
    >>> round(objective.budget, 6), round(objective.allowed_bad(50e6 * 30))
    (0.001, 1500000)
    """

    target: float = 0.999
    days: float = 30

    def __post_init__(self) -> None:
        try:
            require_number("target", self.target, above=0, at_most=1 - 1e-9)
        except ValueError:
            raise ValueError(
                f"target = {self.target!r}: it must be a share of the requests below 1; 99.9 % is 0.999"
            ) from None
        require_number("days", self.days, above=0, at_most=366, unit="days")

    @property
    def budget(self) -> float:
        """The error budget: the share of the requests that may be bad."""
        return 1 - self.target

    def allowed_bad(self, requests: float) -> float:
        """Return how many of so many requests may be bad."""
        return self.budget * require_number("requests", requests, at_least=0)

    def burn_rate(self, bad_share: Any) -> Any:
        """Return how many times as fast as allowed the budget is spent while `bad_share` are bad.

        At 1 it lasts exactly `days` days.
        """
        return require_numbers("bad_share", bad_share, at_least=0, at_most=1) / self.budget

    def exhausted_in_s(self, bad_share: float) -> float:
        """Return after how many seconds the whole budget is spent; infinite when nothing is bad.

        >>> round(Objective(0.999).exhausted_in_s(0.0144) / 3600)
        50
        """
        rate = self.burn_rate(require_number("bad_share", bad_share, at_least=0, at_most=1))
        return self.days * _DAY_S / rate if rate else float("inf")

    def spent(self, bad_share: float, seconds: float) -> float:
        """Return the share of the budget that so many seconds spend; above 1 when it is overspent.

        Traffic is taken to be even over the days.
        """
        seconds = require_number("seconds", seconds, at_least=0, unit="seconds")
        bad_share = require_number("bad_share", bad_share, at_least=0, at_most=1)
        return float(self.burn_rate(bad_share)) * seconds / (self.days * _DAY_S)


@dataclass(frozen=True)
class BurnRule:
    """Fires while the burn rate is `factor` or more over the last long_s seconds and over the last short_s.

    The long window says that it matters, the short one that it still goes on. Source: Beyer et al., "The Site
    Reliability Workbook" (O'Reilly, 2018), chapter 5, "Alerting on SLOs".

    >>> rule = BurnRule(14.4, 3600, 300)
    >>> rule.name, round(rule.budget_spent(Objective(0.999, days=30)), 3)
    ('14.4 × over 1 h and 5 min', 0.02)
    """

    factor: float
    long_s: float
    short_s: float

    def __post_init__(self) -> None:
        require_number("factor", self.factor, above=0, at_most=1e6)
        require_number("long_s", self.long_s, above=0, at_most=30 * _DAY_S, unit="seconds")
        require_number("short_s", self.short_s, above=0, at_most=self.long_s, unit="seconds")

    @property
    def name(self) -> str:
        """The rule in words."""
        return f"{self.factor:g} × over {_length(self.long_s)} and {_length(self.short_s)}"

    def budget_spent(self, objective: Objective) -> float:
        """Return the share of the budget that is spent when it fires: factor × long window / period."""
        return self.factor * self.long_s / (objective.days * _DAY_S)


PAGE_RULES = (BurnRule(14.4, 3600, 300), BurnRule(6, 6 * 3600, 1800))
"""Wake somebody: 2 % of a 30-day budget is spent in 1 h, or 5 % in 6 h (the workbook's recommendation)."""

BURN_RULES = (*PAGE_RULES, BurnRule(1, 3 * _DAY_S, 6 * 3600))
"""And a ticket for the morning: 10 % is spent in 3 days."""


def time_to_detect_s(
    rule: BurnRule, objective: Objective, bad_share: float, usual_share: float = 0.0
) -> float | None:
    """Return the seconds from the start of an incident until the rule fires; None if it never does.

    `bad_share` of the requests are bad from then on, `usual_share` were before. A window of w seconds holds
    the incident for t of them: usual + (bad - usual) × t / w reaches factor × budget. The workbook gives it
    for a usual share of 0: budget / bad × window × factor. 0 when the rule fires already without it.

    >>> fast = PAGE_RULES[0]
    >>> time_to_detect_s(fast, Objective(0.999), 1.0), time_to_detect_s(fast, Objective(0.999), 0.01)
    (51.84, None)
    """
    bad = require_number("bad_share", bad_share, at_least=0, at_most=1)
    usual = require_number("usual_share", usual_share, at_least=0, at_most=1)
    needed = rule.factor * objective.budget
    if usual >= needed:
        return 0.0
    # A hair of rounding must not make an incident just as large as the limit pass unseen.
    if bad < needed * (1 - 1e-12):
        return None
    share = min((needed - usual) / (bad - usual), 1.0)
    return round(max(rule.long_s, rule.short_s) * share, 9)


def _length(seconds: float) -> str:
    for size, unit in ((_DAY_S, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} s"

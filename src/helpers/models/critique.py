"""Step 5, the critique of a design: its issues, by the minutes a year they cost, with remedy and price."""

from dataclasses import dataclass

from helpers.models.checklist import CHECKLIST
from helpers.models.checks import require_number, require_whole, short_repr
from helpers.models.nines import PERIODS_S, format_duration
from helpers.models.quantities import format_number
from helpers.models.texts import folded, require_different, require_several, require_text

__all__ = ["MOST_SAID", "Critique", "Issue"]

MOST_SAID = 5
"""The framework gives step 5 five minutes: three to five issues with their remedies."""

_OPENING = CHECKLIST[-1].key_phrase.rstrip(".")
YEAR_MINUTES = PERIODS_S["year"] / 60
_DAYS, _WEEKS = 365, 52
_RAREST = 1e-6
_LONGEST_TEXT = 300
_MOST_ISSUES = 50
_NOTHING = "No issue is written down yet."


@dataclass(frozen=True)
class Issue:
    """One issue with a design: how often it strikes, how long, whom, and what would be done about it.

    about: what follows "One issue with this design is that". times_a_year: how often that does harm;
    minutes_each: for how long each time; share_hit: of all requests then, of 0 to 1. remedy: what follows
    "I would"; price: what follows "which costs". harm: what happens meanwhile, in words; if it is left out,
    the share is said.

    Raises ValueError or TypeError naming the argument.

    >>> issue = Issue(
    ...     "the load balancer stands alone", times_a_year=2, minutes_each=240, share_hit=1,
    ...     remedy="add a standby with a heartbeat", price="one more machine",
    ... )
    >>> issue.lost_minutes
    480.0
    >>> print(issue)
    One issue with this design is that the load balancer stands alone: about twice a year, for 4 h, no request
    is answered. I would add a standby with a heartbeat, which costs one more machine.
    """

    about: str
    times_a_year: float
    minutes_each: float
    share_hit: float
    remedy: str
    price: str
    harm: str = ""

    def __post_init__(self) -> None:
        for name in ("about", "remedy", "price", "harm"):
            if name == "harm" and self.harm == "":
                continue
            text = require_text(name, require_text(name, getattr(self, name)).rstrip(" ."))
            if len(text) > _LONGEST_TEXT:
                raise ValueError(f"{name}: it has {len(text):,} characters; it must have at most 300")
            object.__setattr__(self, name, text)
        limits = {"times_a_year": 1e9, "minutes_each": YEAR_MINUTES, "share_hit": 1}
        for name, most in limits.items():
            number = require_number(name, getattr(self, name), at_least=0, at_most=most)
            object.__setattr__(self, name, number)

    @property
    def damage_minutes(self) -> float:
        """The damage of one time: its minutes, counted by the share of the requests that it hits."""
        return self.minutes_each * self.share_hit

    @property
    def lost_minutes(self) -> float:
        """Likelihood times damage: the minutes a year in which all requests would be lost; at most a year."""
        return min(self.times_a_year * self.damage_minutes, YEAR_MINUTES)

    @property
    def how_often(self) -> str:
        """How often it strikes, in words.

        >>> [Issue("x", times, 1, 1, "y", "z").how_often for times in (0.2, 1, 2, 12, 52, 365, 3650)]
        ['once in 5 years', 'once a year', 'twice a year', '12 times a year', 'once a week', 'once a day', \
'10 times a day']
        """
        return _how_often(self.times_a_year)

    @property
    def how_long(self) -> str:
        """How long it lasts each time, in words."""
        return format_duration(60 * self.minutes_each)

    @property
    def whom(self) -> str:
        """What happens meanwhile: its own words, or the share of the requests."""
        if self.harm:
            return self.harm
        if self.share_hit in (0, 1):
            return "no request is answered" if self.share_hit else "no request is lost yet"
        return f"{_percent(self.share_hit)} of requests fail"

    def __str__(self) -> str:
        """The issue as it is said aloud, with the framework's key phrase."""
        when = ""
        if self.times_a_year and self.minutes_each:
            when = f"about {self.how_often}, for {self.how_long}, "
        return (
            f"{_OPENING} that {self.about}: {when}{self.whom}. "
            f"I would {self.remedy}, which costs {self.price}."
        )


@dataclass(frozen=True, repr=False)
class Critique:
    """The issues of a design, most minutes lost a year first; of equals, in the order given.

    Raises ValueError or TypeError naming the argument, also for the same issue twice.

    >>> release = Issue("a release may be bad", 12, 120, 0.05, "try it on one machine first", "an hour each")
    >>> alone = Issue("the load balancer stands alone", 2, 240, 1, "add a standby", "one more machine")
    >>> [issue.about for issue in Critique((release, alone)).issues]
    ['the load balancer stands alone', 'a release may be bad']
    """

    issues: tuple[Issue, ...]

    def __post_init__(self) -> None:
        issues = require_several("issues", self.issues, "issues")
        for issue in issues:
            if not isinstance(issue, Issue):
                raise TypeError(f"issues: {short_repr(issue)} is in it; each must be an Issue")
        if len(issues) > _MOST_ISSUES:
            raise ValueError(f"issues: there are {len(issues)}; there may be at most {_MOST_ISSUES}")
        abouts = [issue.about for issue in issues]
        require_different("issues", abouts, [folded(about) for about in abouts])
        ranked = tuple(sorted(issues, key=lambda issue: -issue.lost_minutes))
        object.__setattr__(self, "issues", ranked)

    @property
    def lost_minutes(self) -> float:
        """The minutes a year that all issues cost together; at most a year."""
        return min(sum(issue.lost_minutes for issue in self.issues), YEAR_MINUTES)

    def top(self, count: int = MOST_SAID) -> "Critique":
        """Return the first `count` issues: what five minutes leave time for.

        >>> Critique(()).top(3)
        No issue is written down yet.
        """
        return Critique(self.issues[: require_whole("count", count, at_least=1, at_most=_MOST_ISSUES)])

    def __repr__(self) -> str:
        """The issues as they are said aloud, one a line."""
        said = [f"{place}. {issue}" for place, issue in enumerate(self.issues, start=1)]
        return "\n".join(said) or _NOTHING

    def _repr_markdown_(self) -> str:
        if not self.issues:
            return f"**Bottlenecks.** *{_NOTHING}*"
        rows = [
            "**Bottlenecks**",
            "",
            _escaped(str(self.issues[0])),
            "",
            "| issue | how often | how long | requests hit | lost a year | I would | price |",
            "|:--|:--|--:|--:|--:|:--|:--|",
        ]
        for issue in self.issues:
            cells = (
                issue.about,
                issue.how_often if issue.times_a_year else "",
                issue.how_long if issue.minutes_each else "",
                _percent(issue.share_hit),
                format_duration(60 * issue.lost_minutes),
                issue.remedy,
                issue.price,
            )
            rows.append(f"| {' | '.join(map(_escaped, cells))} |")
        return "\n".join(rows)


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


def _percent(share: float) -> str:
    return f"{format_number(100 * share, 2)} %"


def _how_often(times: float) -> str:
    if not times:
        return "never"
    if times < _RAREST:
        return "less than once in a million years"
    if times < 0.7:
        return f"once in {format_number(1 / times, 2)} years"
    for period, unit in ((_DAYS, "day"), (_WEEKS, "week")):
        if times >= 0.9 * period:
            return _times(times / period, unit)
    return _times(times, "year")


def _times(count: float, unit: str) -> str:
    if count < 2.5:
        return f"{'once' if count < 1.5 else 'twice'} a {unit}"
    shown = f"{count:.0f}" if count < 20 else format_number(count, 2)
    return f"{shown} times a {unit}"

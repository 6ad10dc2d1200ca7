"""Step 5: the issues of a design that its models find, with what each costs a year by our assumptions."""

from collections.abc import Iterator

from helpers.models.architecture import Architecture
from helpers.models.architecture_load import Demand
from helpers.models.burn_rate import BURN_RULES, Objective, time_to_detect_s
from helpers.models.checks import require_number, short_repr
from helpers.models.critique import Critique, Issue
from helpers.models.critique_case import ASSUMED, Assumptions, Case
from helpers.models.critique_failures import all_copies_fail, one_machine_fails
from helpers.models.critique_load import (
    celebrity_is_slow,
    grows_too_small,
    hot_tweet,
    no_queue,
    replica_unread,
)
from helpers.models.critique_words import percent
from helpers.models.estimation import Estimate
from helpers.models.feed_decision import FeedDecision
from helpers.models.monitoring import INCIDENTS
from helpers.models.nines import format_duration

__all__ = ["DELIVER_WITHIN_S", "find_issues"]

DELIVER_WITHIN_S = 5.0
"""The framework: it is okay to see a tweet 5 seconds after it is posted."""

_RELEASE = INCIDENTS["bad release"]


def find_issues(
    architecture: Architecture,
    asked: Estimate | Demand,
    feed: FeedDecision | None = None,
    *,
    growth_per_year: float | None = None,
    deliver_within_s: float | None = None,
    availability: float | None = None,
    celebrity_cache: bool = False,
    alarms: bool = False,
    assumed: Assumptions = ASSUMED,
) -> Critique:
    """Return the issues of a design that its models find, most minutes lost a year first.

    asked: what clients ask for at the peak; with `growth_per_year`, a factor, all is worked out for the load
    a year from now. feed: None is push where the drawing has a fan-out worker. deliver_within_s: how soon a
    tweet is to be delivered, the framework's five seconds if it is None. availability: the share of requests
    to be good, 0.999 if it is None. `celebrity_cache` and `alarms` say that the design has them: a cache of
    celebrities' own tweets, and somebody who is told when requests fail. No drawing shows that.

    A failure is taken to meet the peak. What loses nothing yet, such as a cache whose reads the
    database can still bear, comes last with 0.
    Raises ValueError or TypeError naming the argument, also unless there is exactly one client.

    >>> from helpers.models.architectures import FRAMEWORK_DIAGRAM
    >>> found = find_issues(FRAMEWORK_DIAGRAM, Demand(reads_per_second=1000, writes_per_second=20))
    >>> [issue.about for issue in found.issues][:2]
    ['nothing stands in for the Load Balancer', 'nothing stands in for the Database Master']
    """
    for name, value, kinds, wanted in (
        ("architecture", architecture, Architecture, "an Architecture"),
        ("asked", asked, (Estimate, Demand), "an Estimate or a Demand"),
        ("feed", feed, (FeedDecision, type(None)), "a FeedDecision or None"),
        ("celebrity_cache", celebrity_cache, bool, "True or False"),
        ("alarms", alarms, bool, "True or False"),
        ("assumed", assumed, Assumptions, "Assumptions"),
    ):
        if not isinstance(value, kinds):
            raise TypeError(f"{name} = {short_repr(value)}: it must be {wanted}")
    growth, within = 1.0, DELIVER_WITHIN_S
    if growth_per_year is not None:
        growth = require_number("growth_per_year", growth_per_year, above=0, at_most=1000)
    if deliver_within_s is not None:
        within = require_number("deliver_within_s", deliver_within_s, above=0, unit="seconds")
    objective = Objective() if availability is None else Objective(availability)
    case = Case(architecture, asked, feed, growth, within, objective, assumed)
    rules = [one_machine_fails, all_copies_fail, celebrity_is_slow, grows_too_small, no_queue, replica_unread]
    rules += [hot_tweet] * (not celebrity_cache) + [_nobody_is_told] * (not alarms)
    return Critique(tuple(issue for rule in rules for issue in rule(case)))


def _nobody_is_told(case: Case) -> Iterator[Issue]:
    """Yield the release that fails for a part of the requests, until users complain or it is over."""
    found = [time_to_detect_s(rule, case.objective, _RELEASE.failed) for rule in BURN_RULES]
    soonest = min((seconds for seconds in found if seconds is not None), default=_RELEASE.lasts_s)
    unnoticed = format_duration(min(soonest, _RELEASE.lasts_s))
    yield Issue(
        "no alarm says that a part of the requests fails",
        case.assumed.bad_releases_a_year,
        _RELEASE.lasts_s / 60,
        _RELEASE.failed,
        "measure latency, traffic, errors and saturation, with an alarm on the error budget",
        f"somebody on call; {unnoticed} of each remain, and the way back",
        f"a release lets {percent(_RELEASE.failed)} of requests fail, and users are the first to know",
    )

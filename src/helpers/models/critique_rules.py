"""Step 5: the issues of a design that its models find, with what each costs a year by our assumptions."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from helpers.models.architecture import DATABASES, SERVERS, Architecture, Component
from helpers.models.architecture_load import ComponentLoad, Demand, carry, demand_of
from helpers.models.architecture_review import single_points_of_failure
from helpers.models.architectures import Parts
from helpers.models.burn_rate import BURN_RULES, Objective, time_to_detect_s
from helpers.models.checks import require_number, short_repr
from helpers.models.critique import YEAR_MINUTES, Critique, Issue
from helpers.models.critique_words import count_of, failing_words, percent, standby_remedy, the
from helpers.models.degraded import machines_left, overloaded, without_machines
from helpers.models.estimation import Estimate
from helpers.models.failover import Pair
from helpers.models.fanout import PUBLISHED_COSTS, fan_out
from helpers.models.fanout_cases import audience_of
from helpers.models.feed_decision import FeedDecision
from helpers.models.hotspots import Remedies, Spike, spike_load
from helpers.models.monitoring import INCIDENTS
from helpers.models.nines import PERIODS_S, format_duration
from helpers.models.single_points import PROVIDED, SPLIT, answered, asked_kinds, kept_for_later

__all__ = ["ASSUMED", "Assumptions", "find_issues"]

_BAD_RELEASE = INCIDENTS["bad release"]
_SEEN_YEARS = 3
DELIVER_WITHIN_S = 5.0


@dataclass(frozen=True)
class Assumptions:
    """How often things go wrong, and for how long, where a design does not say it.

    each: the share of the time that one machine is up, and failures_a_year of it: at least two (Dean, 2009);
    both together say how long a repair takes. common_share: the part of a machine's downtime whose cause
    takes all copies. hot_tweets_a_year: tweets that everybody reads at once. bad_releases_a_year: incidents
    like "bad release" of `monitoring`. peak_minutes: how long a day's peak lasts. hit_ratio: what a cache
    answers whose ratio nobody has said. All but Dean's figure are our assumptions.

    >>> round(ASSUMED.repair_minutes(Component("LB", "load balancer")))
    263
    """

    each: float = 0.999
    failures_a_year: float = Pair.failures_per_year
    common_share: float = 0.1
    hot_tweets_a_year: float = 365
    bad_releases_a_year: float = 12
    peak_minutes: float = 60
    hit_ratio: float = Parts.hit_ratio

    def __post_init__(self) -> None:
        for name in ("each", "common_share", "hit_ratio"):
            require_number(name, getattr(self, name), at_least=0, at_most=1)
        require_number("failures_a_year", self.failures_a_year, above=0, at_most=1e4)
        for name in ("hot_tweets_a_year", "bad_releases_a_year"):
            require_number(name, getattr(self, name), at_least=0, at_most=1e6)
        require_number("peak_minutes", self.peak_minutes, at_least=0, at_most=24 * 60, unit="minutes")

    def repair_minutes(self, component: Component) -> float:
        """Return how long one failure of one of its machines lasts."""
        up = self.each if component.availability is None else component.availability
        return (1 - up) * YEAR_MINUTES / self.failures_a_year


ASSUMED = Assumptions()


def find_issues(
    architecture: Architecture,
    asked: Estimate | Demand,
    feed: FeedDecision | None = None,
    *,
    growth_per_year: float | None = None,
    deliver_within_s: float | None = None,
    availability: float | None = None,
    alarms: bool = False,
    assumed: Assumptions = ASSUMED,
) -> Critique:
    """Return the issues of a design that its models find, most minutes lost a year first.

    asked: what clients ask for at the peak. A tweet is to be delivered within deliver_within_s, the
    framework's five seconds if it is None, and `availability` of the requests to be good, or 0.999. With `growth_per_year`, a factor, all
    is worked out for the load a year from now. `feed` None is push where the drawing has a fan-out worker.
    `alarms`: somebody is told when requests fail.

    What loses nothing yet, such as a cache whose reads the database can still bear, comes last with 0.
    Raises ValueError or TypeError naming the argument, also unless there is exactly one client.

    >>> from helpers.models.architectures import FRAMEWORK_DIAGRAM
    >>> found = find_issues(FRAMEWORK_DIAGRAM, Demand(reads_per_second=1000, writes_per_second=20))
    >>> [issue.about for issue in found.issues][:2]
    ['nothing stands in for the Load Balancer', 'nothing stands in for the Database Master']
    """
    if not isinstance(architecture, Architecture):
        raise TypeError(f"architecture = {short_repr(architecture)}: it must be an Architecture")
    if not isinstance(asked, (Estimate, Demand)):
        raise TypeError(f"asked = {short_repr(asked)}: it must be an Estimate or a Demand")
    if not isinstance(feed, (FeedDecision, type(None))):
        raise TypeError(f"feed = {short_repr(feed)}: it must be a FeedDecision or None")
    if not isinstance(assumed, Assumptions):
        raise TypeError(f"assumed = {short_repr(assumed)}: it must be Assumptions")
    growth = 1.0
    if growth_per_year is not None:
        growth = require_number("growth_per_year", growth_per_year, above=0, at_most=1000)
    within = DELIVER_WITHIN_S
    if deliver_within_s is not None:
        within = require_number("deliver_within_s", deliver_within_s, above=0, unit="seconds")
    case = _Case(
        architecture,
        asked,
        feed,
        growth,
        within,
        Objective() if availability is None else Objective(availability),
        assumed,
    )
    rules = [_one_fails, _copies_fail, _hot_tweet, _celebrity_posts, _too_small, _unread]
    found = [issue for rule in rules for issue in rule(case)]
    if not alarms:
        found += _nobody_told(case)
    return Critique(tuple(found))


@dataclass(frozen=True)
class _Case:
    drawn: Architecture
    asked: Estimate | Demand
    feed: FeedDecision | None
    growth: float
    within_s: float
    objective: Objective
    assumed: Assumptions

    @cached_property
    def loaded(self) -> Architecture:
        """The drawing with a hit ratio for each cache, or its loss would cost nothing."""
        design = self.drawn
        for cache in design.of_kind("cache"):
            if cache.hit_ratio is None:
                design = design.with_component(cache.name, hit_ratio=self.assumed.hit_ratio)
        return design

    def demand(self, *, peak: bool = True, growth: float | None = None) -> Demand:
        now = self.asked if isinstance(self.asked, Demand) else demand_of(self.asked, peak=peak)
        times = self.growth if growth is None else growth
        return replace(
            now,
            reads_per_second=times * now.reads_per_second,
            writes_per_second=times * now.writes_per_second,
        )

    @cached_property
    def weights(self) -> Mapping[str, float]:
        """The part of each kind in all requests; of no requests, the same for each."""
        kinds = [kind for kind in asked_kinds(self.drawn) if kind != "delivery"]
        demand = self.demand()
        rates = {kind: getattr(demand, f"{kind}{'s' * (kind != 'media')}_per_second") for kind in kinds}
        total = sum(rates.values())
        return {kind: rate / total if total else 1 / len(kinds) for kind, rate in rates.items()}

    @property
    def when(self) -> str:
        return "at the peak a year from now" if self.growth > 1 else "at the peak"

    def the(self, component: Component) -> str:
        """The component inside a sentence, told from others of the same title."""
        said = the(component)
        twins = [other for other in self.drawn.components if the(other).casefold() == said.casefold()]
        return said if len(twins) == 1 else f"{said} ({component.name[:20]})"

    def lost(self, up: Mapping[str, float]) -> dict[str, float]:
        """The share of each kind that is not answered, or not even kept for later."""
        lost = {}
        for kind in asked_kinds(self.drawn):
            left = kept_for_later(self.drawn, up) if kind == "delivery" else answered(self.drawn, kind, up)
            lost[kind] = round(1 - left, 9)
        return lost

    def share(self, lost: Mapping[str, float]) -> float:
        """The share of all requests that is hit; a write whose delivery is lost counts."""
        worst = dict(lost)
        if "delivery" in worst:
            worst["write"] = max(worst.get("write", 0), worst.pop("delivery"))
        return min(1.0, sum(self.weights[kind] * share for kind, share in worst.items()))

    def turned_away(self, load: ComponentLoad, demand: Demand) -> float:
        """The share of all requests that a component too small for its load cannot take."""
        over = max(0.0, 1 - 1 / (load.utilisation or 1))
        arrived = dict(load.per_second)
        arrived["write"] = max(
            arrived.get("write", 0), min(arrived.pop("delivery", 0), demand.writes_per_second)
        )
        rates = {
            "read": demand.reads_per_second,
            "write": demand.writes_per_second,
            "media": demand.media_per_second,
        }
        return sum(
            weight * over * min(1.0, arrived.get(kind, 0) / rates[kind])
            for kind, weight in self.weights.items()
            if rates[kind]
        )


def _one_fails(case: _Case) -> Iterator[Issue]:
    """One machine fails: what is not answered then, and who is too small for what falls on them."""
    alone = {component.name for component in single_points_of_failure(case.drawn)}
    demand = case.demand()
    for component in case.drawn.components:
        left = (
            machines_left(component, 1) if component.kind not in ("client", *PROVIDED) else component.replicas
        )
        if left == component.replicas:
            continue
        one = 1 - left / component.replicas if component.kind in SPLIT or component.replicas == 1 else 0.0
        lost = case.lost({component.name: 1 - one})
        unanswered, load_words = case.share(lost), ""
        share = unanswered
        after = overloaded(case.loaded, demand, {component.name: 1})
        if after:
            worst = after[0]
            share = 1 - (1 - unanswered) * (1 - case.turned_away(worst, demand))
            load_words = (
                f"{case.the(worst.component)} is asked for {percent(worst.utilisation or 0)} of what it can "
                f"take {case.when}"
            )
        elif component.kind == "cache" and component.name in alone:
            load_words = _bears_it(case, component)
        if not share and not load_words:
            continue
        if component.replicas == 1:
            about = f"nothing stands in for {case.the(component)}"
        elif one:
            about = (
                f"nothing stands in for any of the {component.replicas:,} machines of {case.the(component)}"
            )
        else:
            about = f"one machine fewer is too few for {case.the(component)}"
        remedy, price = standby_remedy(case.drawn, component)
        yield Issue(
            about,
            case.assumed.failures_a_year * component.replicas,
            case.assumed.repair_minutes(component),
            share,
            remedy,
            price,
            " and ".join(filter(None, [failing_words(lost), load_words])),
        )


def _bears_it(case: _Case, cache: Component) -> str:
    """Who takes the reads of a cache that is gone, and can."""
    load = carry(without_machines(case.loaded, {cache.name: cache.replicas + cache.standbys}), case.demand())
    behind = [load[component.name] for component in case.drawn.of_kind(*DATABASES)]
    fullest = max(behind, key=lambda one: one.utilisation or 0, default=None)
    if fullest is None or not fullest.utilisation:
        return "every read falls on what is behind it"
    name, full = case.the(fullest.component), percent(fullest.utilisation)
    return f"every read falls on {name}, which is then {full} full {case.when}"


def _copies_fail(case: _Case) -> Iterator[Issue]:
    """One cause takes all copies of a component, which no copy helps against."""
    hits = []
    for component in case.drawn.components:
        copies = component.replicas + component.standbys
        if component.kind in ("client", *PROVIDED) or copies == 1:
            continue
        share = case.share(case.lost({component.name: 0.0}))
        after = overloaded(case.loaded, case.demand(), {component.name: copies})
        if after:
            share = 1 - (1 - share) * (1 - case.turned_away(after[0], case.demand()))
        if share:
            hits.append((share, case.assumed.repair_minutes(component), component))
    if not hits:
        return
    minutes = sum(lasts for _, lasts, _ in hits)
    count = len(hits)
    which = f"any of {count} components" if count > 1 else case.the(hits[0][2])
    yield Issue(
        f"a bad release or setting takes all copies of {which} at once",
        case.assumed.common_share * case.assumed.failures_a_year * count,
        minutes / count,
        sum(share * lasts for share, lasts, _ in hits) / minutes if minutes else 0.0,
        "release to one machine first, and go back when its errors rise",
        "slower releases, and an error rate watched for each version",
        "",
    )


def _hot_tweet(case: _Case) -> Iterator[Issue]:
    """All read one tweet, and its key lies on one machine."""
    demand = case.demand(peak=False)
    usual = Spike()
    load = carry(case.loaded, demand)
    reading = [
        load[component.name]
        for component in (*case.drawn.of_kind("cache"), *case.drawn.of_kind(*DATABASES))
        if load[component.name].per_second.get("read")
    ]
    if not reading:
        return
    first = reading[0].component
    capacity = first.capacity("read")
    if capacity is None:
        return
    read = reading[0].per_second["read"] / first.replicas / capacity
    free = capacity * max(0.0, 1 - ((reading[0].utilisation or 0) - read))
    spread = 1 if first.kind in SPLIT else min(first.replicas, 100_000)
    spike = Spike(
        reads_per_second=min(demand.reads_per_second, 1e9),
        shards=min(first.replicas, 100_000),
        servers=min(sum(one.replicas for one in case.drawn.of_kind(*SERVERS)) or 1, 100_000),
        peak_per_second=min(demand.reads_per_second * usual.peak_per_second / usual.reads_per_second, 1e9),
        lasts_s=600,
    )
    result = spike_load(spike, Remedies(replicate=spread > 1, copies=spread))
    over = result.hottest_per_second - free
    hot = over > 0
    if not hot.any():
        return
    share = float(over[hot].sum() * spread / result.reads_per_second[hot].sum())
    nodes = max(1, math.ceil(spike.peak_per_second / capacity))
    asked = result.hottest / free if free else math.inf
    yield Issue(
        f"all readers of a celebrity's tweet ask one machine of {case.the(first)}"
        if spread == 1 and first.replicas > 1
        else f"all readers of a celebrity's tweet ask {case.the(first)} at once",
        case.assumed.hot_tweets_a_year,
        float(hot.sum()) / 60,
        min(1.0, share) * case.weights.get("read", 1.0),
        "keep celebrities' tweets in a cache of their own, with a copy on each of its machines",
        f"{count_of(nodes)}, and as many writes for each such tweet",
        f"it is asked for {percent(asked)} of what it can take, and {percent(share)} of reads fail"
        if free
        else "no read is answered",
    )


def _celebrity_posts(case: _Case) -> Iterator[Issue]:
    """A celebrity's tweet is delivered to so many that the last of them waits too long."""
    workers = case.drawn.of_kind("fan-out worker")
    if case.feed is None:
        pushed_below = math.inf if workers else 0.0
    else:
        pushed_below = {"pull": 0.0, "push": math.inf}.get(case.feed.strategy, case.feed.celebrity_from or 0)
    if isinstance(case.asked, Demand) or not pushed_below:
        return
    workload = case.asked.workload
    if not workload.daily_users or not workload.followers:
        return
    try:
        audience = audience_of(workload.replace(daily_users=workload.daily_users * case.growth))
    except ValueError:  # so few users that nobody is a celebrity
        return
    per_second = next((w.capacity("delivery") for w in workers if w.capacity("delivery")), None)
    per_second = per_second or 1e6 / PUBLISHED_COSTS.delivery_us
    limit = case.within_s * per_second
    late = (audience.followers > limit) & (audience.followers < pushed_below)
    followers, posts = audience.followers[late], audience.posts_per_second[late] * PERIODS_S["year"]
    if not posts.sum():
        return
    takes_s = followers / per_second
    minutes = (takes_s - case.within_s) / 60
    # Within the promise a part is delivered and the rest evenly until the end: on average half is missing.
    share = followers / audience.users * (1 - case.within_s / takes_s) / 2
    waiting = "" if case.drawn.of_kind("queue") else ", and without a queue its author waits for that"
    hybrid = fan_out(audience, strategy="hybrid", celebrity_from=limit)
    more = (
        hybrid.celebrity_lookups_per_second / audience.reads_per_second if audience.reads_per_second else 0.0
    )
    total = float(posts @ minutes)
    yield Issue(
        f"a celebrity's tweet is written into up to {followers.max():,.0f} timelines",
        float(posts.sum()),
        total / float(posts.sum()),
        float((posts * minutes) @ share) / total,
        f"push only authors below {limit:,.0f} followers and pull the others",
        f"{more:.2g} more look-ups at each read, on average",
        f"its last reader waits up to {format_duration(float(takes_s.max()))}, "
        f"not {format_duration(case.within_s)}{waiting}",
    )


def _too_small(case: _Case) -> Iterator[Issue]:
    """What is full at the peak, now or before the year is over; or else what will be full first."""
    growth = case.growth
    now = carry(case.loaded, case.demand(growth=1.0))
    months = [(month + 0.5) / 12 for month in range(12)]
    first = now.fullest
    for load in now.components.values():
        used = load.utilisation or 0.0
        later = load is first and used and growth > 1 and used * growth**_SEEN_YEARS >= 1
        over = [used * growth**at for at in months if used * growth**at > 1]
        if not over and not later:
            continue
        demand = case.demand(growth=1.0)
        shares = [case.turned_away(replace(load, utilisation=full), demand) for full in over]
        component = load.component
        if used >= 1:
            about = f"{case.the(component)} is too small for the peak already"
        else:
            left = -math.log(used) / math.log(growth)
            about = (
                f"{case.the(component)} is full {round(12 * left)} months from now, at × {growth:g} a year"
            )
        share = sum(shares) / len(shares) if shares else 0.0
        yield Issue(
            about,
            365 * len(over) / 12,
            case.assumed.peak_minutes,
            share,
            *_more_of(case, component),
            "" if over else "nothing is lost before that",
        )


def _more_of(case: _Case, component: Component) -> tuple[str, str]:
    needed = carry(case.loaded, case.demand())[component.name].replicas_needed
    if component.kind == "primary database" or needed is None or math.isinf(needed):
        return (
            "send its reads to replicas and caches, and its writes to shards",
            "joins across shards, and moving the data",
        )
    count = max(1, int(needed) - component.replicas)
    return "add machines before then", count_of(count)


def _unread(case: _Case) -> Iterator[Issue]:
    for replica in case.drawn.of_kind("read replica"):
        if not any(flow.arrives_as == "read" for flow in case.drawn.flows if flow.target == replica.name):
            yield Issue(
                f"{case.the(replica)} takes every write and answers no read",
                0,
                0,
                0,
                "send it the reads that may be a little old",
                "reads that show the past, by as much as it lags behind",
                "it spares the primary nothing",
            )


def _nobody_told(case: _Case) -> Iterator[Issue]:
    bad = _BAD_RELEASE.failed
    found = [time_to_detect_s(rule, case.objective, bad) for rule in BURN_RULES]
    soonest = min((seconds for seconds in found if seconds is not None), default=_BAD_RELEASE.lasts_s)
    yield Issue(
        "no alarm says that a part of the requests fails",
        case.assumed.bad_releases_a_year,
        _BAD_RELEASE.lasts_s / 60,
        bad,
        "measure latency, traffic, errors and saturation, with an alarm on the error budget",
        f"somebody on call, and still the first {format_duration(soonest)} of each such release",
        f"a release lets {percent(bad)} of requests fail, and users are the first to know",
    )

"""Step 5, the critique: a design under the load it must stand, and how often things are taken to fail."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from helpers.models.architecture import Architecture, Component
from helpers.models.architecture_load import ComponentLoad, Demand, demand_of
from helpers.models.architectures import Parts
from helpers.models.burn_rate import Objective
from helpers.models.checks import require_number
from helpers.models.critique import YEAR_MINUTES
from helpers.models.critique_words import the
from helpers.models.estimation import Estimate
from helpers.models.failover import Pair
from helpers.models.feed_decision import FeedDecision
from helpers.models.single_points import answered, asked_kinds, kept_for_later

__all__ = ["ASSUMED", "Assumptions", "Case"]

# Closer than this, nothing is lost; shares of an architecture's flows may differ by as much from 1.
_DIGITS = 9


@dataclass(frozen=True)
class Assumptions:
    """How often things go wrong, and for how long, where a design does not say it.

    each: the share of the time that one machine is up, and failures_a_year of it, at least two (Dean, 2009);
    both together say how long a repair takes. common_share: the part of a machine's downtime whose cause
    takes all copies, and shared_minutes how long such a cause lasts, until somebody has gone back.
    hot_tweets_a_year: tweets that everybody reads at once. bad_releases_a_year: incidents like the bad
    release of `monitoring`. peak_minutes: how long a day's peak lasts. hit_ratio: what a cache
    answers where nobody has said it. All but Dean's figure are our assumptions.

    >>> round(ASSUMED.repair_minutes(Component("LB", "load balancer")))
    263
    """

    each: float = 0.999
    failures_a_year: float = Pair.failures_per_year
    common_share: float = 0.1
    shared_minutes: float = 60
    hot_tweets_a_year: float = 12
    bad_releases_a_year: float = 12
    peak_minutes: float = 60
    hit_ratio: float = Parts.hit_ratio

    def __post_init__(self) -> None:
        for name in ("each", "common_share", "hit_ratio"):
            require_number(name, getattr(self, name), at_least=0, at_most=1)
        require_number("failures_a_year", self.failures_a_year, above=0, at_most=1e4)
        require_number("shared_minutes", self.shared_minutes, above=0, at_most=YEAR_MINUTES, unit="minutes")
        for name in ("hot_tweets_a_year", "bad_releases_a_year"):
            require_number(name, getattr(self, name), at_least=0, at_most=1e6)
        require_number("peak_minutes", self.peak_minutes, at_least=0, at_most=24 * 60, unit="minutes")

    def repair_minutes(self, component: Component) -> float:
        """Return how long one failure of one of its machines lasts."""
        up = self.each if component.availability is None else component.availability
        return round((1 - up) * YEAR_MINUTES / self.failures_a_year, _DIGITS)


ASSUMED = Assumptions()


@dataclass(frozen=True)
class Case:
    """What the rules look at: a drawing, what is asked of it, and what was promised.

    `growth` is the factor by which the load grows in the year that they look ahead.
    """

    drawn: Architecture
    asked: Estimate | Demand
    feed: FeedDecision | None
    growth: float
    within_s: float
    objective: Objective
    assumed: Assumptions

    @cached_property
    def loaded(self) -> Architecture:
        """The drawing for questions of load: with a hit ratio for each cache, or its loss would cost nothing.

        Whether requests are answered is asked of `drawn`, where a ratio that nobody has said counts as 0:
        what a cache holds when its database fails has expired long before the repair is done.
        """
        design = self.drawn
        for cache in design.of_kind("cache"):
            if cache.hit_ratio is None:
                design = design.with_component(cache.name, hit_ratio=self.assumed.hit_ratio)
        return design

    @property
    def item(self) -> str:
        """What is written and read, in one word: a tweet where nothing else is said."""
        return self.asked.workload.item if isinstance(self.asked, Estimate) else "tweet"

    @cached_property
    def today(self) -> Demand:
        """What is asked at the peak today."""
        return self._demand(1.0, peak=True)

    @cached_property
    def ahead(self) -> Demand:
        """What is asked at the peak a year from now."""
        return self._demand(self.growth, peak=True)

    @cached_property
    def on_average(self) -> Demand:
        """What is asked on average a year from now; of a Demand it is not known what is its peak."""
        return self._demand(self.growth, peak=False)

    def _demand(self, times: float, *, peak: bool) -> Demand:
        now = self.asked if isinstance(self.asked, Demand) else demand_of(self.asked, peak=peak)
        reads, writes = times * now.reads_per_second, times * now.writes_per_second
        return replace(now, reads_per_second=reads, writes_per_second=writes)

    @cached_property
    def rates(self) -> Mapping[str, float]:
        """Requests a second of each kind that clients ask for, at the peak a year from now."""
        ahead = self.ahead
        every = {"read": ahead.reads_per_second, "write": ahead.writes_per_second}
        every["media"] = ahead.media_per_second
        return {kind: every[kind] for kind in asked_kinds(self.drawn) if kind in every}

    @cached_property
    def weights(self) -> Mapping[str, float]:
        """The part of each kind in all requests; where nobody asks, the same for each."""
        total = sum(self.rates.values())
        return {kind: rate / total if total else 1 / len(self.rates) for kind, rate in self.rates.items()}

    @property
    def when(self) -> str:
        """The load that is meant, in words."""
        return "at the peak a year from now" if self.growth > 1 else "at the peak"

    def the(self, component: Component) -> str:
        """Return the component as it stands in a sentence, told from others of the same title."""
        said = the(component)
        twins = [other for other in self.drawn.components if the(other).casefold() == said.casefold()]
        return said if len(twins) == 1 else f"{said}, number {twins.index(component) + 1}"

    def lost(self, up: Mapping[str, float]) -> dict[str, float]:
        """Return the share of each kind that is not answered; of deliveries, not even kept for later."""
        design = self.drawn
        left = {
            kind: kept_for_later(design, up) if kind == "delivery" else answered(design, kind, up)
            for kind in asked_kinds(design)
        }
        return {kind: round(1 - share, _DIGITS) for kind, share in left.items()}

    def share(self, lost: Mapping[str, float]) -> float:
        """Return the share of all requests that is hit; a write whose deliveries are lost counts."""
        every = {**lost, "write": max(lost.get("write", 0.0), lost.get("delivery", 0.0))}
        return min(1.0, sum(weight * every[kind] for kind, weight in self.weights.items()))

    def turned_away(self, load: ComponentLoad, utilisation: float) -> float:
        """Return the share of all requests that a component cannot take when it is asked for so much.

        Of each kind of request the same share is turned away; a write is hit when its deliveries are.
        """
        over = max(0.0, 1 - 1 / utilisation) if utilisation else 0.0
        arrived = {
            **load.per_second,
            "write": max(load.per_second.get(kind, 0) for kind in ("write", "delivery")),
        }
        return sum(
            weight * over * min(1.0, arrived.get(kind, 0.0) / self.rates[kind])
            for kind, weight in self.weights.items()
            if self.rates[kind]
        )

"""Step 3, SQL or NoSQL: rank the datastores by what would have to be built around each, with the reasons."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from helpers.models.checks import require_choice, require_whole
from helpers.models.datastores import MOST_PRIMARIES, STORES, Store
from helpers.models.estimation import Estimate, estimate
from helpers.models.quantities import format_bytes
from helpers.models.store_fit import LOAD, Demand, Load, Needs, Ranked, Reason, describe_full, place_store
from helpers.models.workload import Workload

__all__ = ["Demand", "Flip", "Load", "Needs", "Ranked", "Ranking", "Reason", "choose", "flip_point"]

_EDGE = 1e-9


@dataclass(frozen=True)
class Flip:
    """The multiple of today's load at which another store comes first: `before` until there, `after` beyond.

    `writes` is the peak rate there (items a second); `because` says which limit of which store is passed.
    """

    multiple: float
    before: Store | None
    after: Store | None
    writes: float
    because: str


@dataclass(frozen=True, repr=False)
class Ranking:
    """The stores, best first: those nothing rules out, then by how many things must be built around them.

    At a tie, the store that meets more of the needs by itself comes first, then the earlier in `STORES`.
    """

    ranked: tuple[Ranked, ...]
    needs: Needs
    demand: Demand
    estimate: Estimate
    most_primaries: int

    def __iter__(self) -> Iterator[Ranked]:
        return iter(self.ranked)

    def __getitem__(self, store: str) -> Ranked:
        """Return a store's place by its name."""
        names = [place.store.name for place in self.ranked]
        return self.ranked[names.index(require_choice("store", store, names))]

    @property
    def first(self) -> Ranked | None:
        """The best store, or None where not one fits alone."""
        return None if self.ranked[0].against else self.ranked[0]

    def flip(self, growing: str = LOAD) -> Flip | None:
        """Return where the first store changes, as `flip_point` does."""
        require_choice("growing", growing, (LOAD, "writes"))
        before = self.first.store if self.first else None
        passed = dict(_thresholds(self, growing))
        # More load changes nothing for a store that spreads without bound, so its place is kept.
        kept = {
            place.store: place
            for place in self.ranked
            if place.store.spreads_itself and place.store.most_storage is None
        }
        # A place at 1 itself is tried both ways: on the limit, the load is still carried.
        upward = sorted(place for place in passed if place >= 1 - _EDGE)
        downward = sorted((place for place in passed if place <= 1 + _EDGE), reverse=True)
        for side, places in ((1 + _EDGE, upward), (1 - _EDGE, downward)):
            for multiple in places:
                demand = self.demand.times(multiple * side, growing)
                there = _rank(self.needs, demand, self.most_primaries, kept)[0]
                after = None if there.against else there.store
                if after is not before:
                    return Flip(multiple, before, after, self.demand.writes * multiple, passed[multiple])
        return None

    def __repr__(self) -> str:
        return "\n".join(map(repr, self.ranked))

    def _repr_markdown_(self) -> str:
        rows = [
            f"| {place.store.name} | {place.verdict} | {'' if place.against else place.things} | "
            f"{'; '.join(map(str, place.against or place.to_build or place.reasons))} |"
            for place in self.ranked
        ]
        return "\n".join(["| store | verdict | to build | because |", "| :-- | :-- | --: | :-- |", *rows])


def choose(
    workload: Workload, needs: Needs | None = None, *, most_primaries: int = MOST_PRIMARIES
) -> Ranking:
    """Rank the stores for a workload's items: what rules one out first, then what must be built around it.

    `most_primaries` (1 to 1000) is how many SQL primaries you would shard over before you leave SQL.
    Raises ValueError for a workload with ranges, TypeError for one with samples.

    >>> from helpers.models.published import FRAMEWORK_TWITTER
    >>> ranking = choose(FRAMEWORK_TWITTER, Needs(relations=True))
    >>> ranking.first
    PostgreSQL: fits, nothing to build
    >>> print(ranking.first.reasons[-2])
    579 tweets/s is 3.6 % of the 15.9 K writes/s one primary takes: no reason to leave SQL
    """
    needs = _checked(needs)
    most = require_whole("most_primaries", most_primaries, at_least=1, at_most=1000)
    result = estimate(workload)
    demand = Demand.of(result)
    return Ranking(_rank(needs, demand, most), needs, demand, result, most)


def flip_point(
    workload: Workload,
    needs: Needs | None = None,
    *,
    growing: str = LOAD,
    most_primaries: int = MOST_PRIMARIES,
) -> Flip | None:
    """Return where the first store changes as the load grows, or else shrinks; None where it never does.

    `growing` is "load" (writes, reads and what is kept, together) or "writes" (the rate alone). It is exact:
    the ranking changes only where a demand passes a limit, so each of those places is tried.

    >>> from helpers.models.published import FRAMEWORK_TWITTER
    >>> flip = flip_point(FRAMEWORK_TWITTER, Needs(relations=True), growing="writes")
    >>> round(flip.multiple), flip.after, f"{flip.writes:,.0f}"
    (879, Cassandra, '508,800')
    """
    return choose(workload, needs, most_primaries=most_primaries).flip(growing)


def _thresholds(ranking: Ranking, growing: str) -> Iterator[tuple[float, str]]:
    """Each multiple of the load at which a store's place may change, and what is passed there."""
    for place in ranking:
        store = place.store
        for load in place.loads:
            if not load.demand or (growing == "writes" and load.resource != "writes"):
                continue
            if not store.spreads_itself:
                for units in (1, ranking.most_primaries):
                    yield units * load.limit / load.demand, describe_full(store, load, units)
            if load.resource == "storage" and store.most_storage is not None:
                held = f"{format_bytes(store.most_storage)} is the most {store.name} is known to hold"
                yield store.most_storage / load.demand, held


def _rank(
    needs: Needs, demand: Demand, most: int, kept: Mapping[Store, Ranked] | None = None
) -> tuple[Ranked, ...]:
    kept = kept or {}
    found = [kept.get(store) or place_store(store, needs, demand, most) for store in STORES]
    return tuple(sorted(found, key=lambda place: (len(place.against), place.things, place.unmet)))


def _checked(needs: Needs | None) -> Needs:
    if needs is None:
        return Needs()
    if not isinstance(needs, Needs):
        raise TypeError(f"needs = {needs!r}: it must be made with Needs(…)")
    return needs

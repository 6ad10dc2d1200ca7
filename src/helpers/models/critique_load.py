"""Step 5, the critique: where a design's load falls on one machine, waits too long or outgrows it."""

import math
from collections.abc import Iterator
from dataclasses import replace

from helpers.models.architecture import DATABASES, SERVERS, Component
from helpers.models.architecture_load import carry
from helpers.models.critique import Issue
from helpers.models.critique_case import Case
from helpers.models.critique_words import count_of, percent
from helpers.models.estimation import POSTED, Estimate
from helpers.models.fanout import PUBLISHED_COSTS, fan_out
from helpers.models.fanout_cases import audience_of
from helpers.models.hotspots import Remedies, Spike, spike_load
from helpers.models.nines import PERIODS_S, format_duration
from helpers.models.quantities import format_number
from helpers.models.single_points import SPLIT, request_walk

__all__ = ["celebrity_is_slow", "grows_too_small", "hot_tweet", "no_queue", "replica_unread"]

_SEEN_YEARS = 3
_MONTHS = 12
_SPIKE_S = 600
_MOST_MACHINES, _MOST_READS = 100_000, 1e9


def hot_tweet(case: Case) -> Iterator[Issue]:
    """Yield the machine that all readers of a celebrity's tweet ask at once, where it cannot take them.

    The spike is that of `hotspots`, in proportion to the average reads, beside the average load.
    """
    load, reads = carry(case.loaded, case.on_average), case.on_average.reads_per_second
    candidates = (*case.drawn.of_kind("cache"), *case.drawn.of_kind(*DATABASES))
    asked = next((load[one.name] for one in candidates if load[one.name].per_second.get("read")), None)
    if asked is None or (capacity := asked.component.capacity("read")) is None:
        return
    first = asked.component
    others = (asked.utilisation or 0.0) - asked.per_second["read"] / first.replicas / capacity
    free = capacity * min(1.0, max(0.0, 1 - others))
    usual, copies = Spike(), min(_copies_of_a_key(case, first), _MOST_MACHINES)
    spike = Spike(
        reads_per_second=min(reads, _MOST_READS),
        shards=min(first.replicas, _MOST_MACHINES),
        servers=min(sum(one.replicas for one in case.drawn.of_kind(*SERVERS)) or 1, _MOST_MACHINES),
        peak_per_second=min(reads * usual.peak_per_second / usual.reads_per_second, _MOST_READS),
        lasts_s=_SPIKE_S,
    )
    spiked = spike_load(spike, Remedies(replicate=copies > 1, copies=copies))
    over = spiked.hottest_per_second - free
    hot = over > 0
    if not hot.any():
        return
    crowd = replace(case.on_average, reads_per_second=reads + spike.peak_per_second)
    crowded = [one for one in carry(case.loaded, crowd).full if one.component.kind in SERVERS]
    share = min(1.0, copies * float(over[hot].sum()) / float(spiked.reads_per_second[hot].sum()))
    whose, those = f"one popular {case.item}", "the most popular"
    if case.item in POSTED:
        whose, those = f"a celebrity's {case.item}", f"celebrities' {case.item}s"
    one = "one machine of " if copies < first.replicas else ""
    full = f"the load there is {percent(spiked.hottest / free)} of the limit, and " if free else ""
    yield Issue(
        f"all readers of {whose} ask {one}{case.the(first)} at once",
        case.assumed.hot_tweets_a_year,
        float(hot.sum()) / 60,
        share * case.weights["read"],
        f"keep {those} in a cache of their own, copied on all its machines",
        f"{count_of(math.ceil(spike.peak_per_second / capacity))}, and as many writes "
        f"for each such {case.item}" + ("; the servers must shed load" if crowded else ""),
        f"{full}{percent(share)} of reads fail"
        + "".join(f"; {case.the(one.component)} gets {percent(one.utilisation or 0)} too" for one in crowded),
    )


def _copies_of_a_key(case: Case, component: Component) -> int:
    """Return how many machines of a component have the same key."""
    if component.kind in SPLIT:
        return 1
    primary = request_walk(case.drawn).primary_of(component.name)
    if primary is not None and case.drawn[primary].kind in SPLIT:
        return max(1, component.replicas // case.drawn[primary].replicas)
    return component.replicas


def celebrity_is_slow(case: Case) -> Iterator[Issue]:
    """Yield the celebrities whose tweets are pushed and reach their last reader later than promised.

    A part is delivered in time, and the rest evenly until the end: on average half of the rest is missing
    meanwhile. What is hit are the reads of those followers. One machine delivers one tweet.
    """
    if case.feed is None:
        pushed_below = math.inf if case.drawn.of_kind("fan-out worker") else 0.0
    else:
        pushed_below = {"push": math.inf}.get(case.feed.strategy, case.feed.celebrity_from or 0.0)
    if not pushed_below or not isinstance(case.asked, Estimate):
        return
    workload = case.asked.workload
    if not workload.daily_users or not workload.followers:
        return
    try:
        audience = audience_of(workload.replace(daily_users=case.growth * workload.daily_users))
    except ValueError:  # so few users that the mean already asks for more followers than there are
        return
    known = [worker.capacity("delivery") for worker in case.drawn.of_kind("fan-out worker")]
    per_second = next(filter(None, known), 1e6 / PUBLISHED_COSTS.delivery_us)
    limit = case.within_s * per_second
    late = (audience.followers > limit) & (audience.followers < pushed_below)
    followers, posts = audience.followers[late], PERIODS_S["year"] * audience.posts_per_second[late]
    if not posts.sum():
        return
    takes_s = followers / per_second
    minutes = (takes_s - case.within_s) / 60
    missing = followers / audience.users * (1 - case.within_s / takes_s) / 2
    hybrid = fan_out(audience, strategy="hybrid", celebrity_from=limit)
    reads = audience.reads_per_second
    more = hybrid.celebrity_lookups_per_second / reads if reads else 0.0
    total = float(posts @ minutes)
    promised, slowest = format_duration(case.within_s), format_duration(float(takes_s.max()))
    yield Issue(
        f"a celebrity's {case.item} is written into up to {format_number(followers.max())} timelines",
        float(posts.sum()),
        total / float(posts.sum()),
        float((posts * minutes) @ missing) / total * case.weights.get("read", 1.0),
        f"push only authors below {format_number(limit)} followers and pull the others",
        f"{more:.2g} look-ups more at each read, on average",
        f"its last reader waits for it up to {slowest}, not {promised}",
    )


def no_queue(case: Case) -> Iterator[Issue]:
    """Yield deliveries that a write has to wait for; what a crash loses of them is not counted."""
    workers = [worker.name for worker in case.drawn.of_kind("fan-out worker")]
    before = {case.drawn[flow.source].kind for flow in case.drawn.flows if flow.target in workers}
    pushed = case.feed is None or case.feed.strategy != "pull"
    if workers:
        missing = bool(before - {"queue"})
    else:
        missing = case.feed is not None and not case.drawn.of_kind("queue")
    if pushed and missing:
        written = case.item if case.item in POSTED else "write"
        yield Issue(
            f"no queue stands between a {written} and its deliveries",
            0,
            0,
            0,
            f"answer as soon as the {written} waits in a queue, with a worker behind it",
            "two more components, and deliveries that come later",
            "its author waits for all of them, and a crash loses the rest",
        )


def replica_unread(case: Case) -> Iterator[Issue]:
    """Yield the replicas that nobody reads."""
    read = {flow.target for flow in case.drawn.flows if flow.arrives_as == "read"}
    for replica in case.drawn.of_kind("read replica"):
        if replica.name not in read:
            yield Issue(
                f"every write goes to {case.the(replica)}, and no read",
                0,
                0,
                0,
                "send it the reads that may be a little old",
                "reads that show the past, by as much as it lags behind",
                "it spares the primary nothing",
            )


def grows_too_small(case: Case) -> Iterator[Issue]:
    """Yield what is full at the peak now or within the year; the first to be full, within three years."""
    growth, now = case.growth, carry(case.loaded, case.today)
    for load in now.components.values():
        used, component = load.utilisation or 0.0, load.component
        within = [used * growth ** ((month + 0.5) / _MONTHS) for month in range(_MONTHS)]
        over = [full for full in within if full > 1]
        soon = load is now.fullest and growth > 1 and used * growth**_SEEN_YEARS > 1
        if not over and not soon:
            continue
        if used >= 1:
            about = f"the peak is more than {case.the(component)} can take already"
        else:
            months = _MONTHS * -math.log(used) / math.log(growth)
            after = f"{months:.0f} months" if months >= 1.5 else "a month"
            about = f"at × {growth:g} a year the load fills {case.the(component)} in {after}"
        ahead = carry(case.loaded, case.ahead)[component.name]
        enough = ahead if over else carry(case.loaded, case.today, growth**_SEEN_YEARS)[component.name]
        shares = [case.turned_away(ahead, full) for full in over]
        yield Issue(
            about,
            365 * len(over) / _MONTHS,
            case.assumed.peak_minutes if over else 0.0,
            sum(shares) / len(shares) if shares else 0.0,
            *_more_of(component, enough.replicas_needed, 1 if over else _SEEN_YEARS),
            "" if over else "nothing is lost before that",
        )


def _more_of(component: Component, needed: float | None, years: int) -> tuple[str, str]:
    if component.kind == "primary database" or needed is None or math.isinf(needed):
        shards = "send its reads to replicas and caches, and split its writes over shards"
        return shards, "reads that may be old, and no joins across shards"
    machines = count_of(max(1, int(needed) - component.replicas))
    return "add machines before that", f"{machines} for the load {years} year{'s' * (years > 1)} from now"

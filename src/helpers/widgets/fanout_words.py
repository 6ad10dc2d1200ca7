"""Step 4: what the fan-out explorer says: its recommendation and reason, the table and the working."""

import html
import math
from collections.abc import Mapping

from helpers.figures.fanout import format_cores
from helpers.figures.queueing import format_seconds
from helpers.models.audience import Audience
from helpers.models.fanout import FanOut, OperationCosts
from helpers.models.fanout_cases import FanOutCase
from helpers.models.fanout_threshold import MOST_NEAR, Advice, EdgeBound, Threshold, crossover
from helpers.models.quantities import format_bytes, format_number
from helpers.widgets.explorer import notes_table

__all__ = ["in_words", "side_by_side", "working_rows"]


def in_words(advice: Advice) -> str:
    """Return what to choose, and why."""
    return f"{_recommendation(advice)} {_reason(advice)}"


def _recommendation(advice: Advice) -> str:
    chosen = advice.chosen
    if chosen.strategy != "hybrid":
        return f"Recommended: {chosen.strategy}, with {format_cores(chosen.busy_cores)}."
    threshold = math.ceil(chosen.celebrity_from)
    pulled = f"authors from {format_number(threshold)} followers on" if threshold > 1 else "everyone"
    return (
        f"Recommended: a hybrid that pulls {pulled} ({_count(chosen.celebrities)}), with "
        f"{format_cores(chosen.busy_cores)}."
    )


def _reason(advice: Advice) -> str:
    chosen, push, pull = advice.chosen, advice.push, advice.pull
    turn = crossover(chosen.audience, chosen.costs)
    posts = push.posts_per_second
    here = push.reads_per_second / posts if posts else 0.0
    if math.isinf(turn):
        why = "A list of one's own saves nothing here, so pull never takes more work."
    else:
        ways = {"Push": push, "Pull": pull}
        better, worse = ("Push", "Pull") if here > turn else ("Pull", "Push")
        less, more = (format_cores(ways[way].busy_cores) for way in (better, worse))
        side = "from" if here > turn else "up to"
        why = (
            f"{better} takes less work than {worse.lower()} {side} {format_number(turn)} reads per post, and "
            f"here are {format_number(here)}: {less} against {more}."
        )
    followers, slowest = float(chosen.audience.followers.max()), format_seconds(advice.slowest_s)
    slow = f"to the {format_number(followers)} followers of the largest account takes {slowest}"
    goal = format_seconds(advice.goal_s)
    if advice.for_delay:
        change = chosen.busy_cores / push.busy_cores - 1
        pulling = "pulling everyone" if chosen.strategy == "pull" else "pulling such authors"
        return f"{why} But pushing {slow}, beyond your {goal}; {pulling} adds {_percent(change)} work."
    where = "beyond" if advice.slowest_s > advice.goal_s else "within"
    return f"{why} Pushing {slow}, {where} your {goal}."


def _celebrities(results: Mapping[str, FanOut]) -> str:
    push, hybrid = results["Push"], results["Hybrid"]
    if not push.deliveries_per_second:
        return "Nothing is posted to anyone."
    if not hybrid.celebrities:
        return "Nobody has so many followers that your hybrid pulls them: it is push."
    if not hybrid.deliveries_per_second:
        return "Your hybrid pulls everyone: it is pull."
    saved = 1 - hybrid.deliveries_per_second / push.deliveries_per_second
    words = (
        f"Your hybrid pulls {_count(hybrid.celebrities)} and saves {_percent(saved)} of the deliveries; the "
        f"mean age of a post at its followers is {_at_once(hybrid.staleness_s)} instead of "
        f"{format_seconds(push.staleness_s)}."
    )
    if hybrid.celebrity_lookups_per_second:
        even = saved * push.work["deliveries"] / hybrid.celebrity_lookups_per_second
        words += (
            f" It saves work only if a look-up of a celebrity takes less than {format_seconds(even)}; here "
            f"it takes {format_seconds(push.costs.pulled_us / 1e6)}."
        )
    return words


def _at_hand(results: Mapping[str, FanOut], case: FanOutCase) -> str:
    push, hybrid = (_delivered(results[name], case.largest) for name in ("Push", "Hybrid"))
    return (
        f"{format_number(case.largest)} followers have a post {_after(push)} by push, {_after(hybrid)} by "
        "your hybrid."
    )


def _after(words: str) -> str:
    return {"at once": "at once", "unbounded": "never"}.get(words, f"after {words}")


def side_by_side(results: Mapping[str, FanOut], case: FanOutCase) -> str:
    """Return as HTML the strategies in a table, what the hybrid does and how late the author's post is."""
    followers = case.largest
    reader = f"read, {format_number(case.reader_follows)} followees"
    last = f"last of {format_number(followers)} followers"
    head = ("", "writes per post", "look-ups per read", "busy cores", reader, last, "mean age", "timelines")
    rows = [
        (
            name,
            format_number(result.operations_per_post),
            format_number(result.operations_per_read),
            format_number(result.busy_cores),
            format_seconds(result.read_ms_of(case.reader_follows) / 1e3),
            _delivered(result, followers).replace("at most ", "≤ "),
            _at_once(result.staleness_s),
            format_bytes(result.memory_bytes) if result.memory_bytes else "none",
        )
        for name, result in results.items()
    ]
    words = html.escape(f"{_celebrities(results)} {_at_hand(results, case)}")
    return f"{notes_table([head, *rows])}<p>{words}</p>"


def working_rows(
    audience: Audience, results: Mapping[str, FanOut], best: Threshold, bound: EdgeBound, case: FanOutCase
) -> list[tuple[str, str, str]]:
    """Return the arithmetic behind the picture, a row for each result."""
    pull, push = results["Pull"], results["Push"]
    costs, posts, reads = (
        push.costs,
        format_number(push.posts_per_second),
        format_number(push.reads_per_second),
    )
    return [
        ("Posts a second", posts, "at the peak: users × posts ÷ 86,400 s × peak"),
        ("Reads a second", reads, f"{posts} posts/s × reads per post"),
        (
            "Follows a user",
            format_number(audience.mean_followers),
            "as many followers as followees on average, for every follow has two ends; an author has "
            f"{format_number(case.workload.followers)} averaged over posts, 75/35 as many: they post more",
        ),
        (
            "Deliveries a second, push",
            format_number(push.deliveries_per_second),
            f"{posts} posts/s × {format_number(audience.deliveries_per_post)} active followers",
        ),
        (
            "Look-ups a second, pull",
            format_number(pull.lookups_per_second),
            f"{reads} reads/s × {format_number(audience.followees_per_read)} followees",
        ),
        ("One delivery", format_seconds(costs.delivery_us / 1e6), costs.source),
        (
            "One look-up",
            format_seconds(costs.lookup_us / 1e6),
            f"a celebrity's: {format_seconds(costs.pulled_us / 1e6)}",
        ),
        (
            "Read time",
            "",
            f"{format_seconds(costs.round_trip_us / 1e6)} of round trip + look-ups one after another",
        ),
        (
            "Who dominates the deliveries",
            ", ".join(_percent(push.top(share)) for share in (0.001, 0.01, 0.1)),
            "of them go to the followers of the most followed 0.1, 1 and 10 % of users",
        ),
        (
            "Variation of a post's deliveries",
            format_number(push.variation),
            f"standard deviation ÷ mean; a wait grows with (1 + its square) ÷ 2: {push.workers:,} workers, "
            f"busy {_percent(push.worker_utilisation)}, mean wait {format_seconds(push.wait_s)}",
        ),
        (
            "Best threshold by work",
            _threshold(best),
            f"{format_cores(best.least_cores)}, {_considered(costs)}",
        ),
        (
            "Bound",
            format_cores(bound.busy_cores),
            "each follow by the cheaper way: push if its reader's reads ÷ its author's posts ≥ delivery ÷ "
            f"look-up (Silberstein et al. 2010); that pushes {_percent(bound.pushed_share)} of follows",
        ),
    ]


def _threshold(best: Threshold) -> str:
    if math.isinf(best.celebrity_from):
        return "push everyone"
    return f"{format_number(best.celebrity_from)} followers" if best.celebrity_from > 1 else "pull everyone"


def _considered(costs: OperationCosts) -> str:
    if costs.celebrity_us is None:
        return "of all thresholds there are"
    return f"with at most {MOST_NEAR:,} celebrities in a reading server's memory"


def _count(celebrities: float) -> str:
    whole = round(celebrities)
    return "1 account" if whole == 1 else f"{format_number(whole)} accounts"


def _percent(share: float) -> str:
    return f"{format_number(100 * share, 2)} %"


def _delivered(result: FanOut, followers: float) -> str:
    """The time until the last follower has a post; the wait for several workers is known from above only."""
    time = result.delivered_s(followers)
    words = _at_once(time)
    waits = result.workers > 1 and math.isfinite(time) and result.wait_s > 0.05 * time
    return f"at most {words}" if waits and words != "at once" else words


def _at_once(time_s: float) -> str:
    return "at once" if time_s == 0 else format_seconds(time_s)

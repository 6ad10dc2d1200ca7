"""The capstone's scenario: what the interviewer wants of a leaderboard, as prompt, workload and limits.

Every number of it is our scenario, not that of a game, except what one machine takes.
"""

from collections.abc import Mapping
from typing import Any

from helpers.models.architecture_load import Demand, demand_of
from helpers.models.architectures import ASSUMED_SERVER_CAPACITY
from helpers.models.estimation import estimate
from helpers.models.published import STRONG_NODE
from helpers.models.requirements import (
    CORE,
    EVENTUAL,
    OUT,
    SECONDARY,
    STRONG,
    ConsistencyTarget,
    Contract,
    Feature,
    LatencyTarget,
    Prompt,
)
from helpers.models.workload import Workload

__all__ = [
    "ACCOUNTS",
    "DOWN_MINUTES",
    "ENTRY_BYTES",
    "ESTIMATE",
    "HIT_RATIO",
    "LEADERBOARD",
    "MACHINES",
    "MONTH_MINUTES",
    "MOST_FULL",
    "PEAK",
    "WORKLOAD",
    "core_named",
]

ACCOUNTS = 100e6
DOWN_MINUTES, MONTH_MINUTES = 43, 30 * 24 * 60
ENTRY_BYTES = 64
MOST_FULL = 0.8
"""The fullest that a box may be at the peak."""
HIT_RATIO = 0.9
"""What a cache answers of the reads that it is asked."""

_OTHERS = "Another team has it."
_LATER = "Not in this hour."

LEADERBOARD = Prompt(
    "Leaderboard",
    "Design a leaderboard",
    features=(
        Feature(
            "Post a score",
            CORE,
            "Without scores there is no board.",
            also=("score", "submit a score", "send a score", "report a score", "post"),
            needs=STRONG,
            because="A score that was confirmed counts, and a retry has to find the first post.",
        ),
        Feature(
            "See the top 100",
            CORE,
            "It is what the board is for.",
            also=("top", "top 100", "best 100", "the board"),
            needs=EVENTUAL,
            because="The interviewer lets it be 10 s old.",
        ),
        Feature(
            "See my rank",
            CORE,
            "All but a hundred players look for it.",
            also=("rank", "own rank", "neighbours", "position", "place"),
            needs=EVENTUAL,
            because="The interviewer lets it be 2 s old.",
        ),
        Feature("Rank among friends", SECONDARY, _LATER, also=("friends", "friends rank")),
        Feature("Past seasons", SECONDARY, _LATER, also=("history",)),
        Feature("Chat", OUT, _OTHERS),
        Feature("Matchmaking", OUT, _OTHERS),
        Feature("Shop", OUT, _OTHERS),
        Feature("Find cheats", OUT, _OTHERS, also=("cheats", "cheating")),
    ),
    questions=(),
    model_contract=Contract(
        "Design a leaderboard",
        features=("Post a score", "See the top 100", "See my rank"),
        out_of_scope=("Rank among friends", "Past seasons", "Chat", "Matchmaking", "Shop", "Find cheats"),
        daily_users=ACCOUNTS / 5,
        growth_per_year=1.5,
        latency=(
            LatencyTarget("Post a score", 500, 99),
            LatencyTarget("See the top 100", 200, 99),
            LatencyTarget("See my rank", 200, 99),
        ),
        availability=1 - DOWN_MINUTES / MONTH_MINUTES,
        consistency=(
            ConsistencyTarget("Post a score", STRONG),
            ConsistencyTarget("See the top 100", EVENTUAL, 10),
            ConsistencyTarget("See my rank", EVENTUAL, 2),
        ),
    ),
)

WORKLOAD = Workload(
    daily_users=ACCOUNTS / 5,
    writes_per_user=6,
    reads_per_user=10,
    item_size=100,
    peak_factor=4,
    retention=1,
    cached_per_user=3,
    cached_size=ENTRY_BYTES,
    item="post",
)
"""A post a game; in the course of a season three times as many players as on one day get an entry."""

ESTIMATE = estimate(WORKLOAD)
PEAK: Demand = demand_of(ESTIMATE)

_IN_MEMORY: Mapping[str, Any] = {"capacity_per_second": 110_000.0}
MACHINES: Mapping[str, Mapping[str, Any]] = {
    "client": {"kind": "client"},
    "load balancer": {"kind": "load balancer"},
    "queue": {"kind": "queue"},
    "API service": {"kind": "API service", "capacity_per_second": ASSUMED_SERVER_CAPACITY},
    "worker": {"kind": "fan-out worker", "capacity_per_second": 10_000.0},
    "ranking": {"kind": "cache", **_IN_MEMORY},
    "cache": {"kind": "cache", "hit_ratio": HIT_RATIO, **_IN_MEMORY},
    **{
        kind: {
            "kind": kind,
            "capacity_per_second": STRONG_NODE.reads_per_second,
            "write_capacity_per_second": STRONG_NODE.writes_per_second,
        }
        for kind in ("primary database", "read replica")
    },
}
"""The boxes that a diagram may have: their kind for the models, and what one machine takes.

In memory: Redis on one core, 110 K SET/s, a read counted like one. A worker's 10,000 are our assumption."""


def core_named(text: Any) -> str:
    """Return the name of the core feature that an operation's name means, or "" where it means none.

    >>> core_named("the top 100"), core_named("chat")
    ('See the top 100', '')
    """
    if not isinstance(text, str) or not text.strip():
        return ""
    found = LEADERBOARD.named_by(text)
    return found[0].name if found and found[0].kind == CORE else ""

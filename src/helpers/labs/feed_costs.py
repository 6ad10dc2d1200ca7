"""Step 4: what a store's operations cost one by one, measured in small loops of their own."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

import numpy as np

from helpers.labs.feed_lists import POSTS, TIMELINES, Engine, Entry
from helpers.labs.feed_stores import FeedStore
from helpers.labs.feed_workload import PAGE, FeedWorkload
from helpers.models.fanout import OperationCosts

__all__ = ["StoreCosts", "measure_costs"]

FEW, MANY = 2, 200
"""Lists in a request: enough in the second for what they take to stand out from what a request does."""

_FEWEST = 15
# Not the median: what other programs do beside it only ever makes it longer.
_QUARTER = 25
_FIRST_ID = 2 * 10**9
_LEAST_US = 0.01


@dataclass(frozen=True)
class StoreCosts:
    """A store's costs, and what a model of operations leaves out, in µs.

    They are lower quartiles of loops in which nothing else is asked of the store. An operation is what one
    list more adds to a request. What a request takes beyond that and beyond an empty round trip is
    `lookup_request_us` for several lists, `one_lookup_request_us` for one list, which is a simpler query, and
    `delivery_request_us`. `lookup_client_share` and `delivery_client_share` say for which part of an
    operation the program itself is at work, not waiting: in the driver of a server, or in SQLite, which has
    no server.
    """

    operations: OperationCosts
    lookup_request_us: float
    one_lookup_request_us: float
    delivery_request_us: float
    lookup_client_share: float
    delivery_client_share: float


def measure_costs(engine: Engine, workload: FeedWorkload, seconds: float) -> StoreCosts:
    """Measure for about so many seconds, on lists as long as the workload's history makes them.

    The lists are drawn as often as they are followed. What the loops write stays there: clear it.
    """
    store = FeedStore(workload.graph, engine, "push")
    store.load(workload.history)
    random = np.random.default_rng(0)
    graph, numbers, largest = workload.graph, count(_FIRST_ID), len(workload.history)
    followed = np.repeat(np.arange(graph.users), graph.follower_counts)

    def authors(size: int) -> list[int]:
        return [int(user) for user in random.choice(followed, size)]

    def readers(size: int) -> list[int]:
        return sorted({int(user) for user in random.choice(graph.followers, size)})

    def entry() -> Entry:
        return Entry(float(largest), next(numbers), 0)

    def requests() -> list[tuple[int, Callable[[], object]]]:
        one, few, many = authors(1), authors(FEW), authors(MANY)
        two, some = readers(FEW), readers(MANY)
        return [
            (0, engine.client.ask),
            (1, lambda: engine.client.insert(POSTS, one, entry())),
            (1, lambda: engine.client.newest({POSTS: one}, PAGE)),
            (FEW, lambda: engine.client.newest({POSTS: few}, PAGE)),
            (MANY, lambda: engine.client.newest({POSTS: many}, PAGE)),
            (len(two), lambda: engine.worker.insert(TIMELINES, two, entry())),
            (len(some), lambda: engine.worker.insert(TIMELINES, some, entry())),
        ]

    took: list[list[float]] = []
    at_work: list[list[float]] = []
    sizes: list[list[int]] = []
    end = time.perf_counter() + seconds
    # They take turns, so that what else the machine does falls on all of them.
    while len(took) < _FEWEST or time.perf_counter() < end:
        row = requests()
        sizes.append([size for size, _ in row])
        took.append([])
        at_work.append([])
        for _, request in row:
            busy, start = time.thread_time(), time.perf_counter()
            request()
            took[-1].append(1e6 * (time.perf_counter() - start))
            at_work[-1].append(1e6 * (time.thread_time() - busy))
    times, busy_times, lists = (np.array(rows, dtype=float) for rows in (took, at_work, sizes))
    typical, typical_busy = (np.percentile(values, _QUARTER, axis=0) for values in (times, busy_times))
    empty, write, one_lookup = typical[:3].tolist()
    found = []
    for few, many in ((3, 4), (5, 6)):
        size = float(np.mean(lists[:, few]))
        more = float(np.mean(lists[:, many])) - size
        each = max(float(typical[many] - typical[few]) / more, _LEAST_US)
        share = float(typical_busy[many] - typical_busy[few]) / more / each
        request = max(float(typical[few]) - size * each - empty, 0.0)
        found.append((each, request, min(max(share, 0.0), 1.0)))
    (lookup, lookup_request, lookup_share), (delivery, delivery_request, delivery_share) = found
    operations = OperationCosts(
        engine.name,
        round_trip_us=empty,
        write_us=max(write - empty, _LEAST_US),
        delivery_us=delivery,
        lookup_us=lookup,
        source=f"measured here on {engine.measured_with}",
    )
    return StoreCosts(
        operations,
        lookup_request_us=lookup_request,
        one_lookup_request_us=max(one_lookup - lookup - empty, 0.0),
        delivery_request_us=delivery_request,
        lookup_client_share=lookup_share,
        delivery_client_share=delivery_share,
    )

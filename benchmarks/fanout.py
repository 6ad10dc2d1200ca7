"""How fast are the follower graph and the fan-out model, beside plain Python, networkx and a copy of bytes?

    python -m benchmarks.fanout

Plain Python keeps a dictionary of sets, networkx a DiGraph; both wire the same degrees at random, drop what
repeats, and add up the same costs follow by follow, at a size that they can hold. All take turns, and each
result is checked against ours. At 1 M users ours stands beside copying the graph's arrays once.
"""

import random
import statistics
from collections.abc import Callable
from functools import partial
from typing import Any

import networkx as nx  # type: ignore[import-untyped]
import numpy as np

from benchmarks.runs import print_tables, seconds
from helpers.models.activity import draw_activity
from helpers.models.audience import Audience
from helpers.models.fanout import PUBLISHED_COSTS, fan_out
from helpers.models.fanout_threshold import best_threshold, per_edge_bound
from helpers.models.social_graph import SocialGraph, follower_graph

SMALL, LARGE = 20_000, 1_000_000
CELEBRITY_FROM = 1_000.0
SLIDER_USERS = 150e6

Timed = dict[str, Callable[[], Any]]


def sets_of(follower_counts: list[int], followee_counts: list[int]) -> dict[int, set[int]]:
    """Return who follows each user, wired at random from the counts, repeats and self-follows left out."""
    places = [user for user, count in enumerate(follower_counts) for _ in range(count)]
    wishes = [user for user, count in enumerate(followee_counts) for _ in range(count)]
    random.Random(0).shuffle(wishes)
    followers: dict[int, set[int]] = {user: set() for user in range(len(follower_counts))}
    for user, who in zip(places, wishes, strict=True):
        if who != user:
            followers[user].add(who)
    return followers


def digraph_of(follower_counts: list[int], followee_counts: list[int]) -> Any:
    """Return the same as a networkx DiGraph, an edge from who follows to who is followed."""
    graph = nx.DiGraph(nx.directed_configuration_model(follower_counts, followee_counts, seed=0))
    graph.remove_edges_from(list(nx.selfloop_edges(graph)))
    return graph


def costs_follow_by_follow(
    follows: Any, followers_of: Callable[[int], int], posts: list[float], reads: list[float]
) -> dict[str, float]:
    """Return push, pull, hybrid and the bound in µs of work a second, without the posts stored."""
    push_us, pull_us = PUBLISHED_COSTS.delivery_us, PUBLISHED_COSTS.lookup_us
    push = pull = hybrid = least = 0.0
    for who, user in follows:
        pushed, pulled = posts[user] * push_us, reads[who] * pull_us
        push += pushed
        pull += pulled
        hybrid += pushed if followers_of(user) < CELEBRITY_FROM else pulled
        least += min(pushed, pulled)
    own = sum(reads) * pull_us
    return {"push": push + own, "pull": pull, "hybrid": hybrid + own, "bound": least + own}


def costs_of(audience: Audience) -> dict[str, float]:
    """Return the same by the model, and the best threshold besides."""
    stored = float(audience.posts_per_second.sum()) * PUBLISHED_COSTS.write_us
    best_threshold(audience)
    cores = {
        way: fan_out(audience, PUBLISHED_COSTS, way, celebrity_from=CELEBRITY_FROM).busy_cores
        for way in ("push", "pull", "hybrid")
    } | {"bound": per_edge_bound(audience).busy_cores}
    return {name: 1e6 * each - stored for name, each in cores.items()}


def small_tables(repeats: int) -> str:
    """Return building and costs at a size that all can hold."""
    graph = follower_graph(SMALL)
    activity = draw_activity(graph)
    counts = graph.follower_counts.tolist(), graph.followee_counts.tolist()
    posts, reads = (
        rates.tolist() for rates in (activity.posts_per_day / 86_400, activity.reads_per_day / 86_400)
    )
    # The same follows for all, so that the results can be compared.
    sets = {user: set(graph.followers_of(user).tolist()) for user in range(graph.users)}
    net = nx.DiGraph((who, user) for user, whos in sets.items() for who in whos)
    net.add_nodes_from(sets)
    audience = Audience.from_graph(graph, activity)

    def plain() -> dict[str, float]:
        follows = ((who, user) for user, whos in sets.items() for who in whos)
        return costs_follow_by_follow(follows, lambda user: len(sets[user]), posts, reads)

    def networkx() -> dict[str, float]:
        return costs_follow_by_follow(net.edges, net.in_degree, posts, reads)

    expected = plain()
    assert np.allclose(list(networkx().values()), list(expected.values()))
    assert np.allclose(list(costs_of(audience).values()), list(expected.values()), rtol=0.011)
    building: Timed = {
        "follower_graph, draws the counts too": partial(follower_graph, SMALL),
        "plain Python, a dictionary of sets": lambda: sets_of(*counts),
        "networkx, directed_configuration_model": lambda: digraph_of(*counts),
        "copy of the graph's bytes": partial(copied, graph),
    }
    costs: Timed = {
        "the model, audience at hand, all thresholds": lambda: costs_of(audience),
        "the model, audience made of the graph first": lambda: costs_of(Audience.from_graph(graph, activity)),
        "plain Python, one threshold": plain,
        "networkx, one threshold": networkx,
        "copy of the graph's bytes": partial(copied, graph),
    }
    size = f"{graph.users:,} users, {graph.follows:,} follows"
    return "\n\n".join(
        [
            table(f"Building the graph: {size}", building, repeats),
            table(f"Push, pull, hybrid and the bound: {size}", costs, repeats),
        ]
    )


def large_table(repeats: int) -> str:
    """Return the steps at a million users, beside copying the graph's arrays."""
    graph = follower_graph(LARGE)
    activity = draw_activity(graph)
    audience = Audience.from_graph(graph, activity)
    steps: Timed = {
        "copy of the graph's bytes": partial(copied, graph),
        "follower_graph": partial(follower_graph, LARGE),
        "draw_activity": partial(draw_activity, graph),
        "Audience.from_graph, histogram of all follows": partial(Audience.from_graph, graph, activity),
        "everything a slider asks, audience at hand": lambda: costs_of(audience),
        f"everything a slider asks, {SLIDER_USERS / 1e6:.0f} M users undrawn": undrawn,
    }
    size = f"{graph.users:,} users, {graph.follows:,} follows, {graph.memory_bytes / 1e6:.0f} MB"
    return table(f"The model: {size}", steps, repeats)


def undrawn() -> dict[str, float]:
    """Return the costs of Twitter, from the distribution alone."""
    return costs_of(
        Audience.from_distribution(
            SLIDER_USERS, posts_per_second=4_630, reads_per_second=300e3, followers_per_post=75
        )
    )


def copied(graph: SocialGraph) -> None:
    """Copy every byte of the graph's arrays once: what memory allows."""
    for array in (graph.offsets, graph.followers, graph.followee_offsets, graph.followees):
        array.copy()


def table(title: str, variants: Timed, repeats: int) -> str:
    """Return the medians of variants that take turns, and their ratio to the first."""
    times: dict[str, list[float]] = {name: [] for name in variants}
    for _ in range(repeats):
        for name, run in variants.items():
            times[name].append(1e3 * seconds(run))
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    first = next(iter(medians.values()))
    lines = [f"| {title} | p50 (ms) | times the first |", "| :-- | --: | --: |"]
    lines += [f"| {name} | {taken:,.4g} | {taken / first:,.3g} |" for name, taken in medians.items()]
    return "\n".join(lines)


def main() -> None:
    """Measure and print the tables."""
    print_tables(__doc__, small_tables, large_table, repeats=3)


if __name__ == "__main__":
    main()

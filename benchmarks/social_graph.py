"""How long does a graph of a million users and 35 million follows take, and how much memory?

    python -m benchmarks.social_graph

Each size is built in a fresh interpreter, so that its peak memory is its own. Reading followers out of the
flat arrays stands beside what a user would otherwise write, a dictionary of sets, at a size both can hold.
"""

import argparse
import resource
import statistics
import subprocess
import sys
import time

from benchmarks.runs import load_said
from helpers.models.activity import draw_activity
from helpers.models.degree_statistics import statistics as degree_statistics
from helpers.models.social_graph import SocialGraph, follower_graph

SMALL = 100_000
BUILD = "from benchmarks.social_graph import built; built({users}, {seed})"


def built(users: int, seed: int) -> None:
    """Build one graph and print its seconds, peak memory and bytes, for the parent to read."""
    start = time.perf_counter()
    graph = follower_graph(users, seed=seed)
    elapsed = time.perf_counter() - start
    start = time.perf_counter()
    degree_statistics(graph)
    draw_activity(graph)
    rest = time.perf_counter() - start
    # In bytes on macOS, in KiB elsewhere.
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    print(elapsed, rest, peak / 1e6, graph.memory_bytes / 1e6, graph.follows)


def build_table(sizes: list[int], repeats: int) -> str:
    """Return the time and memory of each size; the sizes take turns."""
    runs: dict[int, list[list[float]]] = {users: [] for users in sizes}
    for seed in range(repeats):
        for users in sizes:
            code = BUILD.format(users=users, seed=seed)
            done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
            runs[users].append([float(word) for word in done.stdout.split()])
    lines = [
        "| users | follows | build p50 (s) | statistics and activity (s) | peak (MB) | arrays (MB) |",
        "| --: | --: | --: | --: | --: | --: |",
    ]
    for users, found in runs.items():
        build, rest, peak, arrays, follows = (
            statistics.median(column) for column in zip(*found, strict=True)
        )
        lines.append(
            f"| {users:,} | {follows:,.0f} | {build:.2f} | {rest:.2f} | {peak:,.0f} | {arrays:.1f} |"
        )
    return "\n".join(lines)


def reading_table(repeats: int) -> str:
    """Return the time to read every user's followers, from the arrays and from sets, in turn."""
    graph = follower_graph(SMALL)
    start = time.perf_counter()
    sets = {user: set(graph.followers_of(user).tolist()) for user in range(graph.users)}
    convert_s = time.perf_counter() - start

    def from_arrays(graph: SocialGraph = graph) -> int:
        return sum(int(graph.followers_of(user).sum()) for user in range(graph.users))

    def from_sets() -> int:
        return sum(sum(sets[user]) for user in range(graph.users))

    assert from_arrays() == from_sets()
    times: dict[str, list[float]] = {"flat arrays": [], "a dictionary of sets": []}
    for _ in range(repeats):
        for name, read in (("flat arrays", from_arrays), ("a dictionary of sets", from_sets)):
            start = time.perf_counter()
            read()
            times[name].append(time.perf_counter() - start)
    set_bytes = sys.getsizeof(sets) + sum(map(sys.getsizeof, sets.values()))
    sizes = {"flat arrays": graph.memory_bytes / 2, "a dictionary of sets": set_bytes}
    lines = [
        f"| the followers of {SMALL:,} users, one direction | read all p50 (s) | MB, ids not counted |",
        "| :-- | --: | --: |",
    ]
    lines += [
        f"| {name} | {statistics.median(taken):.2f} | {sizes[name] / 1e6:.0f} |"
        for name, taken in times.items()
    ]
    return "\n".join(lines) + f"\n\nMaking the sets from the arrays: {convert_s:.1f} s"


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=3, help="runs of which the median is taken")
    parser.add_argument("--users", type=int, nargs="+", default=[SMALL, 1_000_000], help="sizes to build")
    options = parser.parse_args()
    with load_said():
        print(build_table(options.users, options.repeats), reading_table(options.repeats), sep="\n\n")


if __name__ == "__main__":
    main()

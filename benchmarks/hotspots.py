"""How long does an LRU cache take for a million reads of 100,000 keys, and Che's approximation of it?

    python -m benchmarks.hotspots

The simulation stands beside what a user would otherwise write, an OrderedDict in a loop, and beside a list
that is searched for each read; the three must count the same hits. Che's approximation stands beside the
simulation, with its error. The last tables are the views that a slider calls, in milliseconds of this
process's time, and drawing a month of traffic to try alarms on.
"""

import statistics
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import Any

from benchmarks.runs import print_tables, seconds
from helpers.models.hotspots import Remedies, Spike
from helpers.models.lru import che_hit_ratio, simulate_lru
from helpers.models.popularity import draw_keys, zipf_shares
from helpers.widgets.controls import NumberControl
from helpers.widgets.hotspots import celebrity_explorer
from helpers.widgets.monitoring import alarm_explorer

KEYS, READS, SKEW = 100_000, 1_000_000, 0.9
CAPACITIES = (1_000, 10_000, 50_000)
LIST_READS = 20_000


def ordered_dict_hits(requests: list[int], capacity: int) -> int:
    """Return the hits of an LRU cache written with an OrderedDict."""
    kept: OrderedDict[int, None] = OrderedDict()
    hits = 0
    for key in requests:
        if key in kept:
            hits += 1
            kept.move_to_end(key)
        else:
            kept[key] = None
            if len(kept) > capacity:
                kept.popitem(last=False)
    return hits


def list_hits(requests: list[int], capacity: int) -> int:
    """Return the hits of an LRU cache kept as a list, the key used last at its end."""
    kept: list[int] = []
    hits = 0
    for key in requests:
        if key in kept:
            hits += 1
            kept.remove(key)
        elif len(kept) == capacity:
            kept.pop(0)
        kept.append(key)
    return hits


def lru_table(repeats: int) -> str:
    """Return the times of a million reads, simulated and approximated; the ways take turns."""
    shares = zipf_shares(KEYS, SKEW)
    requests = draw_keys(shares, READS)
    plain = requests.tolist()
    lines = [
        f"| {READS:,} reads of {KEYS:,} keys, skew {SKEW} | simulate_lru (s) | OrderedDict (s) | Che (s) | "
        "hits, simulated | hits, Che |",
        "| :-- | --: | --: | --: | --: | --: |",
    ]
    for capacity in CAPACITIES:
        assert simulate_lru(requests, capacity).hits == ordered_dict_hits(plain, capacity)
        ways: list[Callable[[], Any]] = [
            partial(simulate_lru, requests, capacity),
            partial(ordered_dict_hits, plain, capacity),
            partial(che_hit_ratio, shares, capacity),
        ]
        times: list[list[float]] = [[], [], []]
        for _ in range(repeats):
            for taken, way in zip(times, ways, strict=True):
                taken.append(seconds(way))
        simulated = simulate_lru(requests, capacity, warm_up=READS // 2).hit_ratio
        middles = " | ".join(f"{statistics.median(taken):.3f}" for taken in times)
        che = che_hit_ratio(shares, capacity)
        lines.append(f"| cache of {capacity:,} | {middles} | {simulated:.2%} | {che:.2%} |")
    few = plain[:LIST_READS]
    assert list_hits(few, CAPACITIES[0]) == simulate_lru(few, CAPACITIES[0]).hits
    slow, fast = (
        statistics.median(seconds(partial(way, few, CAPACITIES[0])) for _ in range(repeats))
        for way in (list_hits, simulate_lru)
    )
    lines.append(f"\nA list takes {slow / fast:,.0f} times as long as simulate_lru for {LIST_READS:,} reads.")
    drawing = statistics.median(seconds(lambda: draw_keys(shares, READS)) for _ in range(repeats))
    lines.append(f"Drawing the reads takes {drawing:.2f} s.")
    return "\n".join(lines)


def view_table(repeats: int) -> str:
    """Return the time of one move of each slider of the two explorers, opened as in the lesson."""
    lines = ["| a move of | p50 (ms of CPU) |", "| :-- | --: |"]
    celebrity = celebrity_explorer(Spike(), Remedies(**dict.fromkeys(("coalesce", "jitter"), True)))
    for explorer in (celebrity, alarm_explorer()):
        sliders = {name: each for name, each in explorer.controls.items() if isinstance(each, NumberControl)}
        for name, control in sliders.items():
            taken = []
            for number in range(8 * repeats):
                start = time.process_time()
                # Another place each time, so that nothing is remembered.
                control.slider.value = (number + 1) / (8 * repeats + 2)
                taken.append(1000 * (time.process_time() - start))
            lines.append(f"| {name} | {statistics.median(taken):.1f} |")
            explorer.reset.click()
    return "\n".join(lines)


def main() -> None:
    """Measure and print the tables."""
    print_tables(__doc__, lru_table, view_table, repeats=5)


if __name__ == "__main__":
    main()

"""How long does a load take through 30 components, and a move of the explorer "Build it"?

    python -m benchmarks.architecture

The times are CPU times, which other programs on the machine disturb less than the clock on the wall.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from helpers.models.architecture import Architecture, Component, Flow
from helpers.models.architecture_load import Demand, carry
from helpers.models.architecture_review import review_architecture
from helpers.models.architectures import Parts, assemble
from helpers.models.estimation import estimate
from helpers.widgets.architecture import READ_HEAVY_TWITTER, architecture_view

TODAY = estimate(READ_HEAVY_TWITTER)
WHOLE = Parts(
    servers=True, separate=True, cache=True, replica=True, worker=True, queue=True, object_store=True
)  # fmt: skip


def wide_design(rows: int = 7, columns: int = 4) -> Architecture:
    """Return a client, `rows` rows of `columns` servers, each asking all of the next row, and a database."""
    names = [[f"S{row}{column}" for column in range(columns)] for row in range(rows)]
    layers = [["Client"], *names, ["DB"]]
    components = [Component("Client", "client"), Component("DB", "primary database", capacity_per_second=1e5)]
    components += [Component(name, "API service", capacity_per_second=1e4) for row in names for name in row]
    flows = [
        Flow(source, target, request, share=1 / len(below))
        for above, below in pairwise(layers)
        for source in above
        for target in below
        for request in ("read", "write")
    ]
    return Architecture("Wide", tuple(components), tuple(flows))


def cpu_ms(run: Callable[[], Any], repeats: int) -> float:
    """Return the median CPU time of a call in ms."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        run()
        times.append(1000 * (time.process_time() - start))
    return statistics.median(times)


def table(repeats: int) -> str:
    """Return the times as a table."""
    wide, demand = wide_design(), Demand(reads_per_second=1e4, writes_per_second=100)
    small = assemble(WHOLE)
    rows: dict[str, Callable[[], Any]] = {
        f"carry, {len(wide.components)} components, {len(wide.flows)} flows": lambda: carry(wide, demand),
        "make and check that design": wide_design,
        "carry, the whole Twitter design": lambda: carry(small, TODAY),
        "review_architecture, the same": lambda: review_architecture(small, TODAY),
        'one move of "Build it", everything ticked': lambda: architecture_view(TODAY, WHOLE, 2, "a write"),
    }
    lines = [f"| {label} | {cpu_ms(run, repeats):.2f} |" for label, run in rows.items()]
    return "\n".join(["| what | CPU time, p50 (ms) |", "| :-- | --: |", *lines])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=50)
    print(table(parser.parse_args().repeats))

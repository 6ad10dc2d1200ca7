"""What the benchmarks share: a clock, the option --repeats, and how busy the machine was."""

import argparse
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["load_said", "print_tables", "seconds"]


def seconds(run: Callable[[], Any]) -> float:
    """Return how long one call takes, in seconds."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


@contextmanager
def load_said() -> Iterator[None]:
    """Print the load of the machine before and after: a run beside other work is not to be compared."""
    before = os.getloadavg()[0]
    yield
    print(f"\n{os.cpu_count()} cores; load {before:.1f} before the run, {os.getloadavg()[0]:.1f} after it")


def print_tables(description: str | None, *tables: Callable[[int], str], repeats: int) -> None:
    """Print tables that take only the number of repeats, which is the option --repeats."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=repeats, help="runs of which the median is taken")
    options = parser.parse_args()
    with load_said():
        print(*(table(options.repeats) for table in tables), sep="\n\n")

"""How fast are the models of step 2, and how long does a lesson wait for its imports?

    python -m benchmarks.models

`simulate` stands beside what a user would otherwise write, a loop that calls `estimate` for each sample;
each helper module stands beside importing pandas alone, in fresh interpreters.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import helpers
from helpers.models.estimation import estimate
from helpers.models.published import FRAMEWORK_TWITTER, STRONG_NODE
from helpers.models.quantities import Range
from helpers.models.uncertainty import sample, simulate

SAMPLES = 10_000
UNSURE = FRAMEWORK_TWITTER.replace(
    daily_users=Range(5e6, 20e6),
    writes_per_user=Range(2, 10),
    reads_per_write=Range(50, 200),
    item_size=Range(50, 400),
    peak_factor=Range(2, 5),
    retention=Range(2, 8),
)
PACKAGE = Path(helpers.__file__).parent
IMPORT_TIMED = """\
import sys, time
start = time.perf_counter()
import {module}
print(1000 * (time.perf_counter() - start), "pandas" in sys.modules, "plotly" in sys.modules)"""


def simulation_table(repeats: int) -> str:
    """Return the times of 10,000 samples, vectorised and in a loop, turn and turn about."""
    drawn = sample(UNSURE, size=SAMPLES)

    def loop() -> list[float]:
        found = []
        for i in range(SAMPLES):
            values = {name: getattr(drawn, name)[i].item() for name in UNSURE.ranges}
            found.append(estimate(UNSURE.replace(**values)).value("storage"))
        return found

    def vectorised() -> Any:
        return simulate(UNSURE, STRONG_NODE, size=SAMPLES).samples.value("storage")

    assert all(abs(one / other - 1) < 1e-12 for one, other in zip(loop(), vectorised(), strict=True))
    fast, slow = [], []
    for _ in range(repeats):
        fast += [_milliseconds(vectorised) for _ in range(10)]
        slow.append(_milliseconds(loop))
    ours, theirs = statistics.median(fast), statistics.median(slow)
    return "\n".join(
        [
            f"| {SAMPLES:,} samples of six ranges | p50 (ms) | times simulate |",
            "| :-- | --: | --: |",
            f"| simulate, with its verdict | {ours:.1f} | 1 |",
            f"| a loop over estimate | {theirs:,.0f} | {theirs / ours:,.0f} |",
        ]
    )


def import_table(repeats: int) -> str:
    """Return each module's import time in a fresh interpreter, and what it loads; the modules take turns."""
    modules = ["pandas", *_modules()]
    times: dict[str, list[float]] = {module: [] for module in modules}
    loads: dict[str, str] = {}
    for _ in range(repeats):
        for module in modules:
            code = IMPORT_TIMED.format(module=module)
            done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
            elapsed, pandas, plotly = done.stdout.split()
            times[module].append(float(elapsed))
            found = [name for name, loaded in (("pandas", pandas), ("plotly", plotly)) if loaded == "True"]
            loads[module] = ", ".join(found)
    pandas_ms = statistics.median(times["pandas"])
    lines = ["| import | p50 (ms) | × pandas | loads |", "| :-- | --: | --: | :-- |"]
    for module, taken in times.items():
        middle = statistics.median(taken)
        lines.append(f"| {module} | {middle:.0f} | {middle / pandas_ms:.2f} | {loads[module]} |")
    return "\n".join(lines)


def _modules() -> list[str]:
    files = sorted(path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py")
    return [".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts) for path in files]


def _milliseconds(run: Callable[[], Any]) -> float:
    start = time.perf_counter()
    run()
    return 1000 * (time.perf_counter() - start)


def main() -> None:
    """Measure and print both tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=5, help="runs of which the median is taken")
    options = parser.parse_args()
    before = os.getloadavg()[0]
    print(simulation_table(options.repeats), import_table(options.repeats), sep="\n\n")
    print(f"\n{os.cpu_count()} cores; load {before:.1f} before the run, {os.getloadavg()[0]:.1f} after it")


if __name__ == "__main__":
    main()

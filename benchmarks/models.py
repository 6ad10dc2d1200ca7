"""How fast are the models of steps 1 and 2, and how long does a lesson wait for its imports?

    python -m benchmarks.models

`staleness` and `simulate` stand beside what a user would otherwise write, a loop over trials or samples;
each helper module stands beside importing pandas alone, in fresh interpreters.
"""

import random
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import helpers
from benchmarks.runs import print_tables, seconds
from helpers.models.consistency import LNKD_DISK, Mixture, Quorum, staleness
from helpers.models.estimation import estimate
from helpers.models.published import FRAMEWORK_TWITTER, STRONG_NODE
from helpers.models.quantities import Range
from helpers.models.uncertainty import sample, simulate

TRIALS = 100_000
PARTIAL = Quorum(3, 1, 1)
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


def staleness_table(repeats: int) -> str:
    """Return the times of 100,000 simulated writes and reads, vectorised and in a loop, in turn."""
    generator = random.Random(0)

    def draw(leg: Any) -> float:
        assert isinstance(leg, Mixture)
        if generator.random() < leg.share:
            return leg.scale_ms * generator.paretovariate(leg.shape)
        return generator.expovariate(leg.rate_per_ms)

    def loop() -> list[float]:
        found, n, profile = [], PARTIAL.n, LNKD_DISK
        for _ in range(TRIALS):
            arrives = [draw(profile.write) for _ in range(n)]
            back = sorted(arrives[i] + draw(profile.acknowledge) for i in range(n))
            reaches = [draw(profile.read) for _ in range(n)]
            responds = [reaches[i] + draw(profile.respond) for i in range(n)]
            heard = sorted(range(n), key=responds.__getitem__)[: PARTIAL.r]
            found.append(min(arrives[i] - reaches[i] for i in heard) - back[PARTIAL.w - 1])
        return sorted(found)

    def vectorised() -> Any:
        return staleness(PARTIAL, LNKD_DISK, trials=TRIALS)

    fresh = sum(threshold <= 0 for threshold in loop()) / TRIALS
    assert abs(fresh - vectorised().fresh(0)) < 0.01
    fast, slow = [], []
    for _ in range(repeats):
        fast += [_milliseconds(vectorised) for _ in range(5)]
        slow.append(_milliseconds(loop))
    ours, theirs = statistics.median(fast), statistics.median(slow)
    return "\n".join(
        [
            f"| {TRIALS:,} trials of {PARTIAL} | p50 (ms) | times staleness |",
            "| :-- | --: | --: |",
            f"| staleness | {ours:.1f} | 1 |",
            f"| a loop over trials | {theirs:,.0f} | {theirs / ours:,.0f} |",
        ]
    )


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
    return 1000 * seconds(run)


def main() -> None:
    """Measure and print the tables."""
    print_tables(__doc__, staleness_table, simulation_table, import_table, repeats=5)


if __name__ == "__main__":
    main()

"""Step 2, estimates with one slip in them: published ones, and as many new ones as a learner wants."""

from dataclasses import dataclass

import numpy as np

from helpers.models.checks import require_whole
from helpers.models.estimation import Line, Workload, estimate
from helpers.models.quantities import format_quantity
from helpers.models.slip_candidates import Candidate, Slip, candidates, derivation
from helpers.models.slips import Diagnosis, diagnose

__all__ = ["WrongEstimate", "generate_slip", "generate_workload", "published_slips"]

_LINES = ["writes_per_second", "peak_writes_per_second", "reads_per_second", "peak_reads_per_second"]
_LINES += ["deliveries_per_second", "storage_per_day", "storage_per_year", "storage", "replicated_storage"]
_LINES += ["bandwidth_in", "bandwidth_out"]

# A slip below this factor cannot be seen on a whiteboard; one above it is seen without looking.
_SMALLEST, _LARGEST = 1.25, 5e5

# Noun and bytes an item: text, chat, photo, video upload, e-mail, paste, about as in the worked prompts.
_PRODUCTS = [("tweet", 200), ("message", 100), ("photo", 1.5e6), ("video", 300e6), ("email", 50e3)]
_PRODUCTS += [("paste", 1270), ("search", 20), ("click", 100)]


@dataclass(frozen=True)
class WrongEstimate:
    """An estimate of the line `name` that went wrong: its `value` and `working`, and the slip made."""

    workload: Workload
    name: str
    value: float
    working: str
    slip: Slip

    @property
    def line(self) -> Line:
        """The right line, with its working."""
        return estimate(self.workload)[self.name]

    @property
    def diagnosis(self) -> Diagnosis:
        """What the wrong value looks like from outside: this slip, or several that fit as well."""
        return diagnose(self.value, estimate(self.workload), self.name)


def generate_workload(seed: int) -> Workload:
    """Return a realistic workload, the same for the same seed; its numbers are round.

    >>> generate_workload(1) == generate_workload(1), generate_workload(1) == generate_workload(2)
    (True, False)
    """
    random = np.random.default_rng(require_whole("seed", seed, at_least=0, at_most=2**63 - 1))
    item, size = _PRODUCTS[random.integers(len(_PRODUCTS))]
    return Workload(
        daily_users=_round_between(random, 1e6, 5e8),
        writes_per_user=_round_between(random, 0.2, 40),
        reads_per_write=_round_between(random, 5, 200),
        item_size=size * float(random.choice([0.5, 1, 2, 3])),
        followers=_round_between(random, 20, 300) if item == "tweet" else 0,
        peak_factor=float(random.choice([2, 3, 4, 5, 10])),
        replication=float(random.choice([2, 3])),
        retention=float(random.choice([1, 2, 3, 5, 10])),
        item=item,
    )


def generate_slip(seed: int, workload: Workload | None = None) -> WrongEstimate:
    """Return an estimate with one slip in it, the same for the same seed; by default of a new workload.

    Raises ValueError when the workload has no line on which a slip would show.

    >>> twitter = Workload(daily_users=10e6, writes_per_user=5, item_size=100, item="tweet")
    >>> wrong = generate_slip(4, twitter)
    >>> wrong.slip.name in [slip.name for slip in wrong.diagnosis.slips]
    True
    """
    if workload is None:
        workload = generate_workload(seed)
    random = np.random.default_rng([require_whole("seed", seed, at_least=0, at_most=2**63 - 1), 1])
    result = estimate(workload)
    usable = [name for name in _LINES if name in result and result[name].value > 0]
    for name in random.permutation(usable).tolist():
        line = result[name]
        known = derivation(line, workload)
        shown = [one for one in candidates(line.value, line.unit, **known) if _visible(one, line)]
        # By name first: a long derivation must not make every slip one of a factor left out.
        names = sorted({one.slip.name for one in shown})
        if names:
            chosen = str(random.choice(names))
            made = [one for one in shown if one.slip.name == chosen]
            return _make(workload, line, made[random.integers(len(made))])
    raise ValueError(f"workload = {workload!r}: it must have a rate or a size above 0 for a slip to show")


def published_slips() -> tuple[WrongEstimate, ...]:
    """Return published estimates that are wrong, with the right derivation beside them.

    Of the first only the result is published; its bytes per tweet follow from the right result, 361 GB/day.

    >>> [wrong.slip.name for wrong in published_slips()]
    ['factor-left-out', 'power-of-1000']
    """
    tweets = Workload(daily_users=150e6, writes_per_user=2, item_size=361e9 / 300e6, item="tweet")
    photos = Workload(writes_per_day=10e6, item_size=1.5e6, item="upload")
    return (
        _published(tweets, 302e6, "150 M users × 2 tweets/user/day = 302 MB/day"),
        _published(photos, 15e15, "10 M uploads/day × 1.5 MB/upload = 15 PB/day"),
    )


def _published(workload: Workload, value: float, working: str) -> WrongEstimate:
    slip = diagnose(value, estimate(workload), "storage_per_day").slips[0]
    return WrongEstimate(workload, "storage_per_day", value, working, slip)


def _make(workload: Workload, line: Line, candidate: Candidate) -> WrongEstimate:
    value = line.value * candidate.slip.ratio
    working = ""
    for place, factor in enumerate(line.leaves):
        times = candidate.times if place == candidate.place else 1
        power = factor.power if times >= 0 else -factor.power
        for _ in range(abs(times)):
            working += (" ÷ " if power < 0 else " × " if working else "") + str(factor)
    working = working.strip() + candidate.extra
    if candidate.slip.name == "users-as-rate":
        working = format_quantity(value, "user")
    working = f"{working} = {format_quantity(value, line.unit)}"
    return WrongEstimate(workload, line.name, value, working, candidate.slip)


def _visible(candidate: Candidate, line: Line) -> bool:
    """Whether the slip shows in the working or in the size of the result, and a person would make it."""
    name, ratio = candidate.slip.name, candidate.slip.ratio
    if candidate.place is None and not candidate.extra and name not in ("power-of-1000", "users-as-rate"):
        return False
    units_divided = {"", "year", "day/year", "second/day"}
    place = candidate.place if name == "divided-instead" else None
    if place is not None and line.leaves[place].unit not in units_divided:
        return False
    return _SMALLEST <= max(ratio, 1 / ratio) <= _LARGEST


def _round_between(random: np.random.Generator, low: float, high: float) -> float:
    """Draw log-uniformly and round to one figure."""
    return float(f"{np.exp(random.uniform(np.log(low), np.log(high))):.0e}")

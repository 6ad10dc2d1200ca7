"""Step 2: spot the slip in published and seeded wrong estimates."""

from collections.abc import Iterator

import numpy as np

from helpers.models.checks import require_whole
from helpers.models.wrong_estimates import WrongEstimate, generate_slip, published_slips
from helpers.widgets.explorer import Panel

__all__ = ["slip_explorer"]

_NEXT, _SHOW = "Next estimate", "Show the working"
_CHOICES = 4
_NAMES = {
    "power-of-1000": "a power of 1000",
    "seconds-days": "seconds and days mixed up",
    "days-years": "days and years mixed up",
    "bits-bytes": "bits and bytes mixed up",
    "average-peak": "average and peak mixed up",
    "factor-left-out": "a factor left out",
    "factor-twice": "a factor used twice",
    "divided-instead": "divided where it is multiplied",
    "replication-forgotten": "the copies forgotten",
    "replication-twice": "the copies counted twice",
    "replication-counted": "copies counted where one is asked for",
    "users-as-rate": "daily users taken as a rate",
}


def slip_explorer(seed: int = 1) -> Panel:
    """Return wrong estimates one after another: two published ones, then new ones from `seed` on.

    >>> panel = slip_explorer()
    >>> panel.press("bits and bytes mixed up")
    >>> panel.text.startswith("Not bits and bytes mixed up. About 1,200 times too small;")
    True
    >>> panel.press("a factor left out")
    >>> panel.text.startswith("Yes. About 1,200 times too small")
    True
    """
    estimates = _estimates(require_whole("seed", seed, at_least=0, at_most=2**31))
    state = {"right": 0, "asked": 0, "answered": False}
    current = [next(estimates)]

    def pressed(choice: str) -> str:
        if choice == _NEXT:
            current[0] = next(estimates)
            state["answered"] = False
            panel.ask(_question(current[0]), _choices(current[0]))
            return ""
        wrong = current[0]
        working = f"The right working: {wrong.line.working}."
        if choice == _SHOW:
            state["answered"] = True
            return f"{wrong.diagnosis.message} {working}"
        fits = choice in {_name(slip.name) for slip in (wrong.slip, *wrong.diagnosis.slips)}
        if not state["answered"]:
            state["answered"] = True
            state["asked"] += 1
            state["right"] += fits
        score = f"{state['right']} of {state['asked']} right at the first try."
        if fits:
            return f"Yes. {wrong.diagnosis.message} {working} {score}"
        size = wrong.diagnosis.message.split(":")[0]
        return f"Not {choice}. {size}; which of the others does that? {score}"

    panel = Panel("Spot the slip", _question(current[0]), _choices(current[0]), pressed)
    return panel


def _estimates(seed: int) -> Iterator[WrongEstimate]:
    yield from published_slips()
    while True:
        yield generate_slip(seed)
        seed += 1


def _question(wrong: WrongEstimate) -> str:
    workload = wrong.workload
    given = [f"{factor}" for factor in wrong.line.leaves if not factor.text and "day/" not in factor.unit]
    for name, what in (("peak_factor", "peak over average"), ("replication", "copies")):
        value = getattr(workload, name)
        if value != 1:
            given.append(f"{what} {value:g}")
    shown = ", ".join(dict.fromkeys(given))
    return f"{wrong.line.label}, from {shown}. Somebody wrote: {wrong.working}. What went wrong?"


def _choices(wrong: WrongEstimate) -> list[str]:
    """The right name and others, in an order that depends on the estimate alone."""
    random = np.random.default_rng(int(wrong.value) % 2**32)
    fits = {_name(slip.name) for slip in wrong.diagnosis.slips}
    right = _name(wrong.slip.name)
    others = [name for name in _NAMES.values() if name != right and name not in fits]
    picked = [right, *random.permutation(others).tolist()[: _CHOICES - 1]]
    return [*random.permutation(picked).tolist(), _SHOW, _NEXT]


def _name(slip: str) -> str:
    return _NAMES.get(slip, slip.replace("-", " "))

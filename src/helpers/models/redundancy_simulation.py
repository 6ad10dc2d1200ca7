"""Step 5, availability observed: machines that fail and are repaired, and how long enough of them are up."""

import numpy as np
from numpy.typing import NDArray

from helpers.models.checks import require_number, require_whole

__all__ = ["simulated_group"]


def simulated_group(
    each: float,
    copies: int,
    needed: int = 1,
    common_share: float = 0,
    *,
    repairs: int = 20_000,
    failover_share: float = 0,
    seed: int = 0,
) -> float:
    """Return the share of the time in which `needed` of `copies` machines are up, observed over many repairs.

    Each machine is up and then under repair for random (exponential) times, so that it is up for `each` of
    the time; `common_share` of its downtime comes from failures of all machines at once. `failover_share` is
    how long the first of the others takes to stand in, as a share of a mean repair; it needs needed = 1.

    Raises ValueError or TypeError naming the argument.

    >>> abs(simulated_group(0.9, 3, needed=2) - 0.972) < 0.005
    True
    """
    up = require_number("each", each, above=0, at_most=1)
    copies = require_whole("copies", copies, at_least=1, at_most=100)
    needed = require_whole("needed", needed, at_least=1, at_most=copies)
    beta = require_number("common_share", common_share, at_least=0, at_most=1)
    repairs = require_whole("repairs", repairs, at_least=1, at_most=1_000_000)
    delay = require_number("failover_share", failover_share, at_least=0, at_most=1)
    if delay and needed > 1:
        raise ValueError(f"failover_share = {failover_share}: it needs needed = 1, one active machine")
    common = 1 - beta * (1 - up)
    random = np.random.default_rng(seed)
    histories = [_changes(up / common if common else 1.0, repairs, random) for _ in range(copies)]
    histories.append(_changes(common, repairs, random))
    # Observe all for as long as the shortest history; what never fails has none.
    ends = [times[-1] for times in histories if times.size]
    return _served(histories, needed, delay, float(min(ends))) if ends else 1.0


def _changes(up: float, repairs: int, random: np.random.Generator) -> NDArray[np.float64]:
    """Draw when a machine fails, is back, fails again and so on; the unit is a mean repair."""
    if up >= 1:
        return np.array([])
    spans = random.exponential(1.0, (repairs, 2))
    spans[:, 0] *= up / (1 - up)
    return np.asarray(spans.ravel().cumsum())


def _served(histories: list[NDArray[np.float64]], needed: int, delay: float, end: float) -> float:
    shared = len(histories) - 1
    owners = np.concatenate([np.full(times.size, place) for place, times in enumerate(histories)])
    moments = np.concatenate(histories)
    order = np.argsort(moments, kind="stable")
    up = [True] * len(histories)
    active: int | None = 0
    served = now = resumed = 0.0
    for at, who in zip(moments[order].tolist(), owners[order].tolist(), strict=True):
        then = min(at, end)
        if up[shared] and sum(up[:shared]) >= needed:
            served += max(0.0, then - max(now, resumed))
        if at >= end:
            break
        now = at
        up[who] = not up[who]
        if who == active and not up[who]:
            active = next((place for place in range(shared) if up[place]), None)
            resumed = now + delay if active is not None else now
        elif active is None and who != shared and up[who]:
            active, resumed = who, now
    return served / end

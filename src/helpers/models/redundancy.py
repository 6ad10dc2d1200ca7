"""Step 5, availability: what copies are worth, when they fail alone and when one cause takes them all."""

import math
from dataclasses import dataclass
from typing import Any

from helpers.models.checks import require_number, require_numbers, require_whole
from helpers.models.nines import copies_needed, downtime_s

__all__ = ["Copies", "copies_for", "in_parallel", "k_of_n", "what_copies_buy", "with_standby"]

MOST_COPIES = 1_000
_YEAR = "year"


def k_of_n(each: Any, copies: int, needed: int = 1, common_share: float = 0) -> Any:
    """Return the availability of a group of which `needed` of `copies` must be up.

    `each` is the availability of one copy, a share of the time or an array of them. `common_share` is the
    share of a copy's downtime whose cause takes all copies at once: a rack, a bad release, a wrong setting.
    That is the beta-factor model (K. N. Fleming, 1975), with beta for the share: in a row with copies that
    fail independently stands a part of their own kind that is down for beta of a copy's downtime.
    A copy alone is up just `each` of the time, whatever the share.

    Raises ValueError or TypeError naming the argument, also where more are needed than there are.

    >>> round(k_of_n(0.99, 3, needed=2), 6), round(k_of_n(0.999, 2), 9), round(k_of_n(0.999, 2, 1, 0.1), 7)
    (0.999702, 0.999999, 0.9998992)
    >>> k_of_n(0.99, 2, needed=3)
    Traceback (most recent call last):
    ValueError: needed = 3: it must be a whole number, 1 or more, at most 2
    """
    up = require_numbers("each", each, at_least=0, at_most=1)
    copies = require_whole("copies", copies, at_least=1, at_most=MOST_COPIES)
    needed = require_whole("needed", needed, at_least=1, at_most=copies)
    common, alone = _parts(up, common_share)
    return common * _enough(alone, copies, needed)


def in_parallel(each: Any, copies: int, common_share: float = 0) -> Any:
    """Return the availability of copies of which any one is enough: `k_of_n` with one needed.

    >>> in_parallel(0.99, 2), round(in_parallel(0.99, 2, common_share=0.1), 4)
    (0.9999, 0.9989)
    """
    return k_of_n(each, copies, 1, common_share)


def with_standby(
    each: Any, *, failover_s: float, repair_s: float, standbys: int = 1, common_share: float = 0
) -> Any:
    """Return the availability of an active machine with standbys that take over in `failover_s` seconds.

    A machine that fails is repaired in `repair_s` seconds on average. Each time it fails while a standby is
    up, the service is down for failover_s / repair_s of that repair; without delay this is `in_parallel`,
    and with a failover that takes as long as the repair the standby is worth nothing.

    Raises ValueError or TypeError naming the argument.

    >>> [round(with_standby(0.999, failover_s=s, repair_s=3600), 8) for s in (0, 4, 600, 3600)]
    [0.999999, 0.99999789, 0.9998325, 0.999]
    """
    up = require_numbers("each", each, at_least=0, at_most=1)
    repair = require_number("repair_s", repair_s, above=0, unit="seconds")
    failover = require_number("failover_s", failover_s, at_least=0, at_most=repair, unit="seconds")
    standbys = require_whole("standbys", standbys, at_least=0, at_most=MOST_COPIES - 1)
    common, alone = _parts(up, common_share)
    others = 1 - (1 - alone) ** standbys
    return common * (alone + (1 - alone) * others * (1 - failover / repair))


@dataclass(frozen=True)
class Copies:
    """What a number of copies gives: its availability, the downtime a year and what the last one saved.

    Both are in seconds; `saved_s` of the first copy is what one saves against none, its whole uptime.
    """

    copies: int
    availability: float
    downtime_s: float
    saved_s: float


def what_copies_buy(each: float, most: int = 5, common_share: float = 0) -> tuple[Copies, ...]:
    """Return what each further copy buys, from 1 to `most`: every copy costs the same, and saves less.

    >>> [f"{row.copies}: {row.downtime_s:,.0f} s" for row in what_copies_buy(0.99, 3)]
    ['1: 315,360 s', '2: 3,154 s', '3: 32 s']
    >>> [f"{row.copies}: {row.downtime_s:,.0f} s" for row in what_copies_buy(0.99, 3, common_share=0.1)]
    ['1: 315,360 s', '2: 34,093 s', '3: 31,559 s']
    """
    most = require_whole("most", most, at_least=1, at_most=MOST_COPIES)
    before, rows = downtime_s(0.0, _YEAR), []
    for copies in range(1, most + 1):
        availability = float(in_parallel(require_number("each", each), copies, common_share))
        down = downtime_s(availability, _YEAR)
        rows.append(Copies(copies, availability, down, before - down))
        before = down
    return tuple(rows)


def copies_for(each: float, target: float, common_share: float = 0) -> int:
    """Return the smallest number of copies, any one of which suffices, that reaches `target`.

    With `common_share` 0 it is `copies_needed` of step 1. Raises ValueError where no number does: beyond the
    downtime that all copies share, another copy buys nothing.

    >>> copies_for(0.99, 0.9999), copies_for(0.99, 0.998, common_share=0.1)
    (2, 2)
    >>> copies_for(0.99, 0.9999, common_share=0.1)
    Traceback (most recent call last):
    ValueError: target = 0.9999: no number of copies reaches it; 0.1 % of downtime is shared, so 0.999 at most
    """
    up = require_number("each", each, at_least=0, at_most=1)
    wanted = require_number("target", target, at_least=0, at_most=1)
    common, alone = _parts(up, common_share)
    if common == 1:
        return int(copies_needed(up, wanted))
    if wanted <= up:
        return 1
    if wanted >= common or not alone:
        shared = f"{100 * (1 - common):.3g} %"
        raise ValueError(
            f"target = {target}: no number of copies reaches it; {shared} of downtime is shared, "
            f"so {common:.10g} at most"
        )
    copies = math.ceil(math.log1p(-wanted / common) / math.log1p(-alone) * (1 - 1e-9)) if alone < 1 else 1
    return max(1, copies)


def _parts(up: Any, common_share: float) -> tuple[Any, Any]:
    """Return the availability of what all copies share, and that of a copy apart from it."""
    beta = require_number("common_share", common_share, at_least=0, at_most=1)
    common = 1 - beta * (1 - up)
    if isinstance(up, float):
        return common, up / common if common else 1.0
    return common, up / (common + (common == 0))


def _enough(alone: Any, copies: int, needed: int) -> Any:
    """Return the probability that `needed` of `copies` independent ones are up, by the shorter sum."""
    down = 1 - alone

    def exactly(count: int) -> Any:
        return math.comb(copies, count) * alone**count * down ** (copies - count)

    if 2 * needed <= copies + 1:
        return 1 - sum(exactly(count) for count in range(needed))
    return sum(exactly(count) for count in range(needed, copies + 1))

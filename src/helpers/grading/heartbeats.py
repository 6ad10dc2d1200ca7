"""Step 5: homework's heartbeat settings: any that notice a death in time, and are seldom wrong, will do."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from helpers.grading.homework import check_call
from helpers.models.failover import Heartbeat
from helpers.models.nines import PERIODS_S

__all__ = ["check_settings"]

_ROUNDING = 1e-6
"""What an interval that is just right may be off by: 6 / 7 s seven times is not 6 s to the last digit."""


def check_settings(
    settings: Any,
    *,
    loss: float,
    delay_s: float,
    within_s: float,
    most_per_year: float,
    least_s: float,
    points: float = 1,
) -> float:
    """Check `settings(loss, delay_s, within_s, most_per_year, least_s)`: interval_s and misses, in a dict.

    They are right when every death is noticed within `within_s` seconds, a living machine is taken for dead
    at most `most_per_year` times a year, which is a year over the mean time until that happens, and
    heartbeats are `least_s` seconds apart or more.

    >>> needs = {"loss": 0.01, "delay_s": 0, "within_s": 4, "most_per_year": 10, "least_s": 0.5}
    >>> check_settings(lambda *needs: {"interval_s": 1, "misses": 3}, **needs)
    settings(0.01, 0, 4, 10, 0.5): {'interval_s': 1, 'misses': 3} came, and this is not met: at most 10 false
    failovers a year: 31.22 are expected.
    0.0
    """

    def heartbeat(answer: Any) -> Heartbeat:
        interval_s, misses = answer["interval_s"], answer["misses"]
        # 3.0 is as whole as 3.
        misses = int(misses) if isinstance(misses, float) and misses.is_integer() else misses
        interval_s = float(interval_s) if isinstance(interval_s, Fraction | Decimal) else interval_s
        return Heartbeat(interval_s, misses, loss=loss, delay_s=delay_s)

    def complete(answer: Any) -> bool:
        return isinstance(answer, Mapping) and {"interval_s", "misses"} <= set(answer)

    def apart(answer: Any) -> bool:
        return heartbeat(answer).interval_s >= least_s * (1 - _ROUNDING)

    def possible(answer: Any) -> bool:
        return bool(heartbeat(answer))

    def in_time(answer: Any) -> bool:
        latest = heartbeat(answer).detection_s[1]
        if latest > within_s * (1 + _ROUNDING):
            raise ValueError(f"one may take {latest:.4g} s")
        return True

    def seldom(answer: Any) -> bool:
        a_year = PERIODS_S["year"] / heartbeat(answer).seconds_to_false_failover
        if a_year > most_per_year * (1 + _ROUNDING):
            raise ValueError(f"{a_year:,.4g} are expected")
        return True

    needs = {
        "a dict with 'interval_s' and 'misses'": complete,
        "an interval in s above 0 and a whole number of misses": possible,
        f"heartbeats are at least {least_s:g} s apart": apart,
        f"every death is noticed within {within_s:g} s": in_time,
        f"at most {most_per_year:g} false failovers a year": seldom,
    }
    args = (loss, delay_s, within_s, most_per_year, least_s)
    return check_call(settings, args, needs, points=points, name="settings")

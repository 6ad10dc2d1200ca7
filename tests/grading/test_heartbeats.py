"""Homework's heartbeat: settings that meet the needs are right, and a need that is not met is named."""

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.grading.heartbeats import check_settings
from helpers.models.failover import Heartbeat
from helpers.models.nines import PERIODS_S

NEEDS = {"loss": 0.01, "delay_s": 0.02, "within_s": 6, "most_per_year": 1, "least_s": 0.8}


def marks(answer: Any, **needs: float) -> float:
    return check_settings(lambda *_: answer, points=2, **(NEEDS | needs))


@given(
    st.floats(0.01, 5),
    st.integers(1, 8),
    st.floats(0, 0.5),
    st.sampled_from([0, 0.2, 2]),
    st.sampled_from([(3.0, 1e5), (12.0, 20.0), (20.0, 0.1)]),
)
def test_the_needs_decide(
    interval_s: float, misses: int, loss: float, delay_s: float, most: tuple[float, float]
) -> None:
    model = Heartbeat(interval_s, misses, loss=loss, delay_s=delay_s)
    a_year = PERIODS_S["year"] / model.seconds_to_false_failover
    within_s, most_per_year = most
    right = model.detection_s[1] <= within_s and a_year <= most_per_year and interval_s >= 0.5
    answer = {"interval_s": interval_s, "misses": misses}
    needs = {"loss": loss, "delay_s": delay_s, "within_s": within_s, "most_per_year": most_per_year}
    assert marks(answer, **needs, least_s=0.5) == 2 * right


@pytest.mark.parametrize(
    "interval_s", [1.2, 6 / 5, np.float64(1.2), np.float32(1.2), Fraction(6, 5), Decimal("1.2"), 1]
)
@pytest.mark.parametrize("misses", [4, 4.0, np.int64(4)])
def test_numbers_of_any_kind_will_do(interval_s: Any, misses: Any) -> None:
    assert marks({"interval_s": interval_s, "misses": misses, "note": "fine"}) == 2


@pytest.mark.parametrize(
    ("answer", "need"),
    [
        ({"interval_s": 1.3, "misses": 4}, "every death is noticed within 6 s: one may take 6.5 s"),
        ({"interval_s": 1.5, "misses": 3}, "at most 1 false failovers a year: 20.81 are expected"),
        ({"interval_s": 0.7, "misses": 6}, "heartbeats are at least 0.8 s apart"),
        ({"interval_s": 1.2}, "a dict with 'interval_s' and 'misses'"),
        ((1.2, 4), "a dict with 'interval_s' and 'misses'"),
        ({"interval_s": 1.2, "misses": 4.5}, "an interval in s above 0 and a whole number of misses"),
        (
            {"interval_s": 1.2, "misses": 0},
            "an interval in s above 0 and a whole number of misses: misses = 0",
        ),
        ({"interval_s": "1.2", "misses": 4}, "an interval in s above 0 and a whole number of misses"),
        ({"interval_s": 0, "misses": 4}, "an interval in s above 0 and a whole number of misses: interval_s"),
        ({"interval_s": math.nan, "misses": 4}, "an interval in s above 0 and a whole number of misses"),
        ({"interval_s": math.inf, "misses": 4}, "an interval in s above 0 and a whole number of misses"),
    ],
)
def test_the_message_names_the_need(answer: Any, need: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert marks(answer) == 0
    line = capsys.readouterr().out
    assert line.startswith("settings(0.01, 0.02, 6, 1, 0.8): ")
    assert f"and this is not met: {need}" in line


def test_without_losses_one_miss_is_enough() -> None:
    assert marks({"interval_s": 3, "misses": 1}, loss=0, delay_s=0, most_per_year=0) == 2


def test_what_is_just_right_is_right() -> None:
    assert marks({"interval_s": 6 / 7, "misses": 6}, least_s=6 / 7) == 2
    assert marks({"interval_s": 0.1 + 0.2, "misses": 19}, within_s=6, least_s=0.3) == 2


def test_what_is_not_written_yet_gets_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert check_settings(None, **NEEDS) == 0
    assert marks(None) == 0
    assert capsys.readouterr().out.count("not answered yet") == 2

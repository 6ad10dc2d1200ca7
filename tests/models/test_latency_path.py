"""Latency along a path: sums of exponentials in closed form, and the error of adding percentiles."""

import math
from typing import Any

import numpy as np
import pytest

from helpers.models.latency_path import along_path
from helpers.models.queue_simulation import Exponential, Fixed
from helpers.models.queueing import Queue


def erlang_beyond(stages: int, time: float) -> float:
    """P(a sum of `stages` exponentials of mean 1 is above `time`)."""
    return math.exp(-time) * sum(time**k / math.factorial(k) for k in range(stages))


@pytest.mark.parametrize("stages", [1, 2, 3, 6])
@pytest.mark.parametrize("percentile", [50, 90, 99])
def test_a_sum_of_exponentials_has_its_closed_form(stages: int, percentile: float) -> None:
    path = along_path([Exponential(1.0)] * stages, percentile)
    late = 1 - percentile / 100
    # Three standard errors of the share of 200,000 draws.
    assert erlang_beyond(stages, path.time_s) == pytest.approx(
        late, abs=3 * math.sqrt(late * (1 - late) / 200_000)
    )


def test_queues_of_one_server_make_exponential_stages() -> None:
    path = along_path([Queue(80, 0.010), Queue(80, 0.010)], 99)
    assert erlang_beyond(2, path.time_s / 0.05) == pytest.approx(0.01, abs=7e-4)
    assert path.stages_s == pytest.approx([0.2303] * 2, rel=0.02)


def test_adding_high_percentiles_overstates_and_adding_medians_understates() -> None:
    stages = [Exponential(1.0)] * 3
    high, middle = along_path(stages, 99), along_path(stages, 50)
    assert high.overstated == pytest.approx(3 * math.log(100) / 8.406, rel=0.01)
    assert 1 - high.share_within_added == pytest.approx(erlang_beyond(3, 3 * math.log(100)), abs=1e-4)
    assert middle.overstated == pytest.approx(3 * math.log(2) / 2.674, rel=0.01)
    assert middle.overstated < 1 < high.overstated


def test_fixed_stages_do_add_up() -> None:
    path = along_path([Fixed(0.5), Fixed(0.25)], 99, size=100)
    assert (path.time_s, path.added_s, path.overstated, path.share_within_added) == (0.75, 0.75, 1, 1)
    shifted = along_path([Exponential(1.0), Fixed(2.0)], 99)
    assert shifted.time_s == pytest.approx(along_path([Exponential(1.0)], 99).time_s + 2)


def test_one_unbounded_stage_makes_the_path_unbounded() -> None:
    path = along_path([Queue(80, 0.01), Queue(120, 0.01)], 99, size=1000)
    assert path.time_s == path.added_s == math.inf
    assert path.stages_s[0] < 1
    assert path.overstated == 1


def test_the_same_seed_gives_the_same_times() -> None:
    stages = [Exponential(1.0)] * 2
    assert along_path(stages, 99, size=500, seed=3) == along_path(
        stages, 99, size=500, seed=np.random.default_rng(3)
    )
    assert along_path(stages, 99, size=500, seed=3) != along_path(stages, 99, size=500, seed=4)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: along_path([], 99), ValueError, "^stages: there is none"),
        (lambda: along_path([Fixed(1)], 0), ValueError, "^percentile = 0"),
        (lambda: along_path([Fixed(1)], float("nan")), ValueError, "^percentile = nan"),
        (lambda: along_path([Fixed(1)], 99, size=0), ValueError, "^size = 0"),
        (lambda: along_path([Fixed(1)], 99, size=10**9), ValueError, "^size = 1000000000: .*at most 2e"),
    ],
)
def test_bad_input_is_refused_by_name(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()

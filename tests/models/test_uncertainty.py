"""Uncertainty: samples against the closed forms of the lognormal, and inputs that are refused."""

import math
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest

from helpers.models.estimation import Workload, estimate
from helpers.models.published import FRAMEWORK_TWITTER, STRONG_NODE
from helpers.models.quantities import Range
from helpers.models.uncertainty import Swing, sample, simulate
from helpers.models.verdicts import NodeLimits

Z = NormalDist().inv_cdf(0.95)
SIZE = 40_000
NODE = NodeLimits("A node", "made up", storage=10e12, writes_per_second=700)
UNSURE = FRAMEWORK_TWITTER.replace(daily_users=Range(5e6, 20e6), item_size=Range(50, 400))


def spread(ends: Range) -> float:
    return math.log(ends.high / ends.low) / (2 * Z)


@pytest.mark.parametrize("ends", [Range(1e3, 1e9), Range(90, 110), Range(0.001, 0.5)])
def test_nine_samples_in_ten_lie_between_the_ends(ends: Range) -> None:
    drawn = sample(Workload(writes_per_day=ends), size=SIZE).writes_per_day
    assert drawn.shape == (SIZE,)
    found = np.percentile(drawn, [5, 50, 95])
    # Three standard errors of a percentile of a normal sample of this size, on the log scale.
    off = 3 * spread(ends) * math.sqrt(0.05 * 0.95 / SIZE) / 0.103
    assert np.log(found) == pytest.approx(np.log([ends.low, ends.middle, ends.high]), abs=off)


def test_a_product_of_two_ranges_has_the_closed_form() -> None:
    found = simulate(UNSURE, NODE, size=SIZE).percentiles("storage")
    sigma = math.hypot(spread(UNSURE.daily_users), spread(UNSURE.item_size))
    median = 10e6 * 5 * math.sqrt(50 * 400) * 365 * 5
    expected = [median * math.exp(z * sigma) for z in (-Z, 0, Z)]
    assert np.log(found) == pytest.approx(np.log(expected), abs=0.04)


def test_the_probability_is_that_of_the_normal_distribution() -> None:
    outcome = simulate(UNSURE, NODE, size=SIZE)
    sigma = math.hypot(spread(UNSURE.daily_users), spread(UNSURE.item_size))
    median = 10e6 * 5 * math.sqrt(50 * 400) * 365 * 5
    storage = 1 - NormalDist().cdf(math.log(10e12 / median) / sigma)
    writes = 1 - NormalDist().cdf(math.log(700 / (10e6 * 5 / 86_400)) / spread(UNSURE.daily_users))
    assert outcome.probability_too_small("storage") == pytest.approx(storage, abs=0.01)
    assert outcome.probability_too_small("writes_per_second") == pytest.approx(writes, abs=0.01)
    either = outcome.probability_too_small()
    assert max(storage, writes) - 0.01 < either < storage + writes
    assert list(outcome.probabilities) == ["storage", "writes_per_second"]


def test_a_point_is_certain() -> None:
    certain = FRAMEWORK_TWITTER.replace(daily_users=Range(10e6, 10e6))
    for workload in (certain, FRAMEWORK_TWITTER):
        outcome = simulate(workload, NODE, size=100)
        assert outcome.percentiles("storage") == pytest.approx((9.125e12,) * 3)
        assert outcome.probability_too_small() == 0
        assert simulate(workload, NodeLimits("Small", "", storage=1), size=9).probability_too_small() == 1


def test_a_share_is_never_above_one() -> None:
    drawn = sample(Workload(writes_per_day=1, hot_share=Range(0.1, 1)), size=SIZE).hot_share
    assert drawn.max() == 1
    assert np.percentile(drawn, 5) == pytest.approx(0.1, rel=0.05)


def test_the_same_seed_gives_the_same_samples_and_leaves_numpys_own_alone() -> None:
    np.random.seed(5)  # noqa: NPY002 - the global state is what must not change
    first, again = (sample(UNSURE, size=50, seed=3).daily_users for _ in range(2))
    other = sample(UNSURE, size=50, seed=4).daily_users
    generator = sample(UNSURE, size=50, seed=np.random.default_rng(3)).daily_users
    assert first.tolist() == again.tolist() == generator.tolist()
    assert first.tolist() != other.tolist()
    assert np.random.random() == np.random.RandomState(5).random()  # noqa: NPY002


def test_sampling_leaves_the_workload_as_it_was() -> None:
    simulate(UNSURE, NODE, size=10)
    assert UNSURE.daily_users == Range(5e6, 20e6)


def test_the_tornado_has_the_closed_form_largest_first() -> None:
    unsure = UNSURE.replace(peak_factor=Range(1, 30))
    swings = simulate(unsure, NODE, size=10).tornado("storage")
    assert [swing.name for swing in swings] == ["item_size", "daily_users", "peak_factor"]
    assert [swing.factor for swing in swings] == pytest.approx([8, 4, 1])
    middle = float(estimate(unsure.at_middle())["storage"].value)
    assert (swings[1].at_low, swings[1].at_high) == pytest.approx((middle / 2, middle * 2))
    assert swings[0].label == "Size of one item"


def test_a_workload_without_ranges_has_no_tornado() -> None:
    assert simulate(FRAMEWORK_TWITTER, NODE, size=10).tornado("storage") == ()


def test_a_swing_from_nothing() -> None:
    assert Swing("x", "X", 0, 0).factor == 1
    assert Swing("x", "X", 5, 0).factor == math.inf
    assert Swing("x", "X", 6, 2).factor == 3


def test_the_table_of_percentiles() -> None:
    outcome = simulate(UNSURE, NODE, size=100)
    frame = outcome.as_frame("storage", "writes_per_second")
    assert frame.index.tolist() == ["Storage over retention (byte)", "Writes a second (tweet/second)"]
    assert tuple(frame.loc["Storage over retention (byte)"]) == outcome.percentiles("storage")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sample(Workload(writes_per_day=Range(0, 5))), r"^writes_per_day: low = 0.0: .* above 0"),
        (lambda: Workload(writes_per_day=Range(5, 2)), r"^Range: low = 5 is above high = 2"),
        (lambda: sample(UNSURE, size=0), r"^size = 0: it must be a whole number, 1 or more"),
        (lambda: simulate(UNSURE, STRONG_NODE, size=9).percentiles("storage", (101,)), r"^percents = 101"),
        (
            lambda: simulate(UNSURE, NODE, size=9).probability_too_small("cpu"),
            r"^resource = 'cpu': .*'storage'",
        ),
    ],
)
def test_bad_input_is_refused_by_name(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_a_size_that_is_no_whole_number_is_refused() -> None:
    with pytest.raises(TypeError, match=r"^size = 2.5: it must be a whole number"):
        sample(UNSURE, size=2.5)  # type: ignore[arg-type]


def test_an_outcome_shows_itself_as_probabilities() -> None:
    unsure = Workload(writes_per_day=Range(25e6, 100e6), item_size=Range(50, 400), item="tweet")
    outcome = simulate(unsure, NodeLimits("One node", "made up", storage=10e12, writes_per_second=1e6))
    chance = outcome.probability_too_small("storage")
    assert repr(outcome) == (
        f"P(one node is too small) = {chance:.2f}: storage {chance:.2f}, writes_per_second 0.00"
    )
    assert repr(outcome.verdict) == "One node, over samples: ask for probabilities"

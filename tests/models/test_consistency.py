"""Staleness: published figures, the laws of quorums, closed forms, a plain loop over the same draws."""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.models.consistency import (
    LNKD_DISK,
    LNKD_SSD,
    PROFILES,
    THREE_REGIONS,
    YMMR,
    Distribution,
    Fixed,
    Latencies,
    Measured,
    Mixture,
    Quorum,
    Staleness,
    share_within,
    staleness,
)

TIMES = np.array([0.0, 0.1, 1, 10, 100, 1000, 5000])


def fixed(write: float, acknowledge: float, read: float, respond: float, away_ms: float = 0) -> Latencies:
    return Latencies("fixed", "", Fixed(write), Fixed(acknowledge), Fixed(read), Fixed(respond), away_ms)


@st.composite
def quorums(draw: Any) -> Quorum:
    n = draw(st.integers(1, 9))
    return Quorum(n, draw(st.integers(1, n)), draw(st.integers(1, n)))


# The published figures --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("latencies", "after_ms", "percent"),
    [
        (LNKD_SSD, 0, 97.4),
        (LNKD_DISK, 0, 43.9),
        (LNKD_DISK, 10, 92.5),
        (YMMR, 0, 89.3),
        (THREE_REGIONS, 0, 33),
    ],
)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_published_shares_of_fresh_reads(
    latencies: Latencies, after_ms: float, percent: float, seed: int
) -> None:
    found = staleness(Quorum(3, 1, 1), latencies, seed=seed)
    assert found.trials == 100_000
    assert 100 * found.fresh(after_ms) == pytest.approx(percent, abs=1)


# Laws -------------------------------------------------------------------------------------------------------


@given(quorums(), st.sampled_from(PROFILES), st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_an_overlap_is_always_fresh(quorum: Quorum, latencies: Latencies, seed: int) -> None:
    found = staleness(quorum, latencies, trials=400, seed=seed)
    if quorum.overlaps:
        assert found.fresh(0) == 1
        assert found.time_until(1) == 0
    shares = found.fresh(TIMES)
    assert (np.diff(shares) >= 0).all()
    assert ((shares >= 0) & (shares <= 1)).all()


@given(quorums(), st.sampled_from(PROFILES))
@settings(max_examples=60, deadline=None)
def test_waiting_for_more_is_never_less_fresh_and_never_quicker(quorum: Quorum, latencies: Latencies) -> None:
    found = staleness(quorum, latencies, trials=400)
    if quorum.r < quorum.n:
        more = staleness(replace(quorum, r=quorum.r + 1), latencies, trials=400)
        assert (more.fresh(TIMES) >= found.fresh(TIMES)).all()
        assert (more.reads_ms >= found.reads_ms).all()
        assert (more.writes_ms == found.writes_ms).all()
    if quorum.w < quorum.n:
        more = staleness(replace(quorum, w=quorum.w + 1), latencies, trials=400)
        assert (more.fresh(TIMES) >= found.fresh(TIMES)).all()
        assert (more.writes_ms >= found.writes_ms).all()
        assert (more.reads_ms == found.reads_ms).all()


@given(quorums(), st.floats(0.001, 1))
@settings(max_examples=60, deadline=None)
def test_the_time_until_a_share_is_the_curve_read_backwards(quorum: Quorum, share: float) -> None:
    found = staleness(quorum, LNKD_DISK, trials=777)
    time = found.time_until(share)
    assert found.fresh(time) >= share - 1e-12
    if time > 0:
        assert found.fresh(time * (1 - 1e-9)) < share


def test_a_share_of_the_trials_is_not_rounded_up_by_a_binary_fraction() -> None:
    found = staleness(Quorum(3, 1, 1), THREE_REGIONS, trials=100)
    assert 0.55 * 100 > 55  # in binary
    assert found.time_until(0.55) == found.thresholds_ms[54] < found.thresholds_ms[55]


@pytest.mark.parametrize("latencies", PROFILES)
def test_one_replica_is_never_stale(latencies: Latencies) -> None:
    assert staleness(Quorum(1, 1, 1), latencies, trials=2000).fresh(0) == 1


@given(quorums())
def test_failures_survived(quorum: Quorum) -> None:
    assert (quorum.reads_survive, quorum.writes_survive) == (quorum.n - quorum.r, quorum.n - quorum.w)
    assert quorum.overlaps == (quorum.r + quorum.w > quorum.n)


# Closed forms -----------------------------------------------------------------------------------------------


def test_fixed_latencies_add_up() -> None:
    found = staleness(Quorum(5, 3, 2), fixed(4, 1, 2, 3), trials=100)
    assert (found.write_ms(50), found.read_ms(99)) == (5, 5)
    assert found.fresh(0) == 1


def test_regions_at_a_fixed_distance() -> None:
    """Writer and reader are in one region in a third of the trials; otherwise the write is 73 ms behind."""
    found = staleness(Quorum(3, 1, 1), fixed(1, 1, 1, 1, away_ms=75), trials=50_000)
    assert found.fresh(0) == pytest.approx(1 / 3, abs=0.01)
    assert found.fresh(72.999) == found.fresh(0)
    assert found.fresh(73.001) == 1
    assert (found.write_ms(99), found.read_ms(99)) == (2, 2)
    two = staleness(Quorum(3, 1, 2), fixed(1, 1, 1, 1, away_ms=75), trials=1000)
    assert (two.write_ms(1), two.read_ms(99)) == (152, 2)


@pytest.mark.parametrize(("r", "share"), [(1, 1 / 2 + 1 / 8), (2, 3 / 4 + 1 / 8), (3, 1)])
def test_of_those_that_respond_at_once_only_r_are_heard(r: int, share: float) -> None:
    """Half the writes arrive at once, the others late: a read needs one of the first, unless all are late."""
    write = Measured([0.0, 100.0])
    found = staleness(Quorum(3, r, 1), Latencies("", "", write, Fixed(0), Fixed(0), Fixed(0)), trials=50_000)
    assert found.fresh(0) == pytest.approx(share, abs=0.01)


def test_an_exponential_write_in_closed_form() -> None:
    """With N = 2, R = W = 1 and all else 0, a read at once hits the quicker replica half of the time.

    The other replica has the write after a wait that is exponential again: it forgets.
    """
    write = Mixture(0, 1, 1, 0.5)
    found = staleness(Quorum(2, 1, 1), Latencies("", "", write, Fixed(0), Fixed(0), Measured([0.0, 1e-9])))
    for after in (0.0, 1.0, 5.0):
        assert found.fresh(after) == pytest.approx(1 - 0.5 * math.exp(-0.5 * after), abs=0.01)


def test_a_mixture_has_its_closed_form() -> None:
    mixture = Mixture(0.38, 1.05, 1.51, 0.183)
    drawn = mixture.sample(np.random.default_rng(0), (400_000,))
    for t in (0.5, 1.05, 2.0, 10.0, 50.0):
        pareto = 1 - (1.05 / t) ** 1.51 if t > 1.05 else 0
        exponential = 1 - math.exp(-0.183 * t)
        assert (drawn <= t).mean() == pytest.approx(0.38 * pareto + 0.62 * exponential, abs=0.004)
    assert mixture.sample(np.random.default_rng(0), (3, 4)).shape == (3, 4)


def test_measured_latencies_are_drawn_as_they_are() -> None:
    samples = np.array([3.0, 1.0, 2.0, 2.0])
    measured = Measured(samples)
    drawn = measured.sample(np.random.default_rng(0), (40_000,))
    assert set(drawn) == {1.0, 2.0, 3.0}
    assert (drawn == 2).mean() == pytest.approx(0.5, abs=0.02)
    samples[0] = -1
    assert measured.samples_ms.tolist() == [3, 1, 2, 2]
    assert samples.flags.writeable


# The same draws, trial by trial -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Recorded:
    """Draws as a mixture does, and keeps what it drew."""

    inner: Distribution
    drawn: list[np.ndarray]

    def sample(self, random: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        self.drawn.append(self.inner.sample(random, shape))
        return self.drawn[-1]


def recorded() -> tuple[Latencies, list[list[np.ndarray]]]:
    """Return `LNKD_DISK` with a list for each leg of what it drew, replica by replica."""
    legs = [Recorded(getattr(LNKD_DISK, leg), []) for leg in ("write", "acknowledge", "read", "respond")]
    return Latencies("recorded", "", legs[0], legs[1], legs[2], legs[3]), [leg.drawn for leg in legs]


def loop(quorum: Quorum, legs: list[list[np.ndarray]], trials: int, times: list[float]) -> Any:
    """The model as it is told: send to everyone, wait for the first W, then for the first R."""
    fresh = dict.fromkeys(times, 0)
    reads, writes = [], []
    for trial in range(trials):
        write, acknowledge, read, respond = ([float(drawn[trial]) for drawn in leg] for leg in legs)
        back = sorted(write[i] + acknowledge[i] for i in range(quorum.n))
        committed = back[quorum.w - 1]
        order = sorted(range(quorum.n), key=lambda i: read[i] + respond[i])
        heard = order[: quorum.r]
        reads.append(max(read[i] + respond[i] for i in heard))
        writes.append(committed)
        for time in times:
            fresh[time] += any(write[i] <= committed + time + read[i] for i in heard)
    return fresh, reads, writes


@pytest.mark.parametrize("quorum", [Quorum(3, 1, 1), Quorum(5, 2, 3), Quorum(5, 3, 1), Quorum(4, 4, 1)])
def test_a_plain_loop_over_the_same_draws_agrees(quorum: Quorum) -> None:
    latencies, legs = recorded()
    found = staleness(quorum, latencies, trials=300)
    times = [0.0, 0.5, 3.0, 20.0]
    fresh, reads, writes = loop(quorum, legs, 300, times)
    assert [found.fresh(time) * 300 for time in times] == pytest.approx([fresh[time] for time in times])
    for percentile in (0, 1, 50, 99, 99.9, 100):
        assert found.read_ms(percentile) == pytest.approx(np.percentile(reads, percentile))
        assert found.write_ms(percentile) == pytest.approx(np.percentile(writes, percentile))


def test_kept_draws_are_the_ones_a_fresh_run_makes() -> None:
    """Beyond 20,000 trials nothing is kept: the first figures of both must come from the same law."""
    again = [staleness(Quorum(3, 1, 1), LNKD_DISK, trials=500, seed=seed) for seed in (4, 4, 5)]
    assert (again[0].thresholds_ms == again[1].thresholds_ms).all()
    assert (again[0].thresholds_ms != again[2].thresholds_ms).any()
    unkept = staleness(Quorum(3, 1, 1), recorded()[0], trials=500, seed=4)
    assert (unkept.thresholds_ms == again[0].thresholds_ms).all()


def test_what_is_handed_out_cannot_be_changed() -> None:
    found = staleness(Quorum(3, 1, 1), LNKD_DISK, trials=50)
    for array in (found.thresholds_ms, found.reads_ms, found.writes_ms):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_asking_leaves_the_times_as_they_are() -> None:
    times = np.array([5.0, 1.0])
    shares = staleness(Quorum(3, 1, 1), LNKD_DISK, trials=50).fresh(times)
    assert times.tolist() == [5.0, 1.0]
    assert shares[0] >= shares[1]


def test_it_says_what_it_found() -> None:
    assert repr(staleness(Quorum(3, 2, 2), LNKD_SSD, trials=50)) == (
        "Staleness(N = 3, R = 2, W = 2, LinkedIn, SSD: 100.0 % fresh at once, 99.9 % after 0 ms)"
    )


def test_the_share_of_measured_lags() -> None:
    lags = np.array([9.0, 1.0, 2.0])
    assert share_within(lags, 0) == 0
    assert share_within(lags, np.array([1.0, 8.0, 9.0])).tolist() == pytest.approx([1 / 3, 2 / 3, 1])
    assert lags.tolist() == [9, 1, 2]
    assert share_within([4, 5], 4.5) == 0.5


# Bad input --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((0, 1, 1), ValueError, r"^n = 0: it must be a whole number, 1 or more, at most 25"),
        ((26, 1, 1), ValueError, "^n = 26"),
        ((3, 0, 1), ValueError, "^r = 0"),
        ((3, 1, 4), ValueError, r"^w = 4: it must be a whole number, 1 or more, at most 3"),
        ((3, 2.0, 2), TypeError, "^r = 2.0"),
        ((3, True, 2), TypeError, "^r = True"),
        (("3", 1, 1), TypeError, "^n = '3'"),
        ((None, 1, 1), TypeError, "^n = None"),
    ],
)
def test_a_quorum_that_cannot_be(arguments: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Quorum(*arguments)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Mixture(1.1, 1, 1, 1), ValueError, "^share = 1.1"),
        (lambda: Mixture(0.5, 0, 1, 1), ValueError, r"^scale_ms = 0: it must be a number above 0 \(in ms\)"),
        (lambda: Mixture(0.5, 1, math.nan, 1), ValueError, "^shape = nan"),
        (lambda: Mixture(0.5, 1, 1, -1), ValueError, "^rate_per_ms = -1"),
        (lambda: Fixed(-1), ValueError, "^ms = -1"),
        (lambda: Fixed("1"), TypeError, "^ms = '1'"),  # type: ignore[arg-type]
        (lambda: Measured([]), TypeError, "^samples_ms = "),
        (lambda: Measured([1, math.inf]), ValueError, "^samples_ms = inf"),
        (lambda: Measured([1, -2]), ValueError, "^samples_ms = -2"),
        (lambda: Measured("fast"), TypeError, "^samples_ms = "),
        (lambda: fixed(1, 1, 1, 1, away_ms=-75), ValueError, "^away_ms = -75"),
        (
            lambda: replace(LNKD_SSD, **{"read": 5.0}),  # type: ignore[arg-type]
            TypeError,
            r"^read = 5.0: it must have sample\(random, shape\)",
        ),
    ],
)
def test_latencies_that_cannot_be(make: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        make()


@dataclass(frozen=True)
class Returns:
    """A distribution that returns whatever it was given."""

    value: Any

    def sample(self, _: np.random.Generator, __: tuple[int, ...]) -> Any:
        return self.value


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (np.full(10, -1.0), ValueError, "write: its sample returned -1.0; it must be 10 numbers, 0 or more"),
        (np.full(10, np.nan), ValueError, "returned nan"),
        (np.full(10, np.inf), ValueError, "returned inf"),
        (np.ones(9), ValueError, r"returned an array of shape \(9,\)"),
        (1.0, ValueError, r"returned an array of shape \(\)"),
        ("soon", TypeError, "returned str"),
        (None, ValueError, "returned"),
    ],
)
def test_what_a_distribution_returns_is_checked(value: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        staleness(Quorum(1, 1, 1), replace(LNKD_SSD, write=Returns(value)), trials=10)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"quorum": (3, 1, 1)}, TypeError, "^quorum = "),
        ({"latencies": "LNKD-SSD"}, TypeError, "^latencies = 'LNKD-SSD'"),
        ({"trials": 0}, ValueError, "^trials = 0"),
        ({"trials": 10**9}, ValueError, "^trials = 1000000000"),
        ({"trials": 1e3}, TypeError, "^trials = 1000.0"),
        ({"seed": -1}, ValueError, "^seed = -1"),
        ({"seed": None}, TypeError, "^seed = None"),
    ],
)
def test_a_simulation_that_cannot_be_run(
    arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        staleness(**{"quorum": Quorum(3, 1, 1), "latencies": LNKD_SSD, "trials": 10, **arguments})


@pytest.mark.parametrize(
    ("ask", "error", "message"),
    [
        (
            lambda found: found.fresh(-1),
            ValueError,
            r"^after_ms = -1: it must be a number, 0 or more \(in ms\)",
        ),
        (lambda found: found.fresh(math.nan), ValueError, "^after_ms = nan"),
        (lambda found: found.fresh("5 s"), TypeError, "^after_ms = '5 s'"),
        (lambda found: found.fresh(np.array([1.0, -1.0])), ValueError, "^after_ms = -1"),
        (lambda found: found.time_until(0), ValueError, "^share = 0"),
        (lambda found: found.time_until(99.9), ValueError, "^share = 99.9"),
        (lambda found: found.read_ms(101), ValueError, "^percentile = 101"),
        (lambda found: found.write_ms(-1), ValueError, "^percentile = -1"),
        (lambda _: share_within([], 1), TypeError, "^lags_ms = "),
        (lambda _: share_within([-1.0], 1), ValueError, "^lags_ms = -1"),
    ],
)
def test_a_question_that_has_no_answer(ask: Any, error: type[Exception], message: str) -> None:
    found: Staleness = staleness(Quorum(3, 1, 1), LNKD_SSD, trials=10)
    with pytest.raises(error, match=message):
        ask(found)


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("share", lambda many: staleness(Quorum(3, 1, 1), LNKD_DISK, trials=10).time_until(many)),
        ("percentile", lambda many: staleness(Quorum(3, 1, 1), LNKD_DISK, trials=10).read_ms(many)),
        ("percentile", lambda many: staleness(Quorum(3, 1, 1), LNKD_DISK, trials=10).write_ms(many)),
        ("share", lambda many: Mixture(many, 1, 1, 1)),
        ("shape", lambda many: Mixture(0.5, 1, many, 1)),
        ("ms", Fixed),
        ("away_ms", lambda many: replace(LNKD_DISK, away_ms=many)),
    ],
)
def test_an_array_for_one_number_is_named(name: str, call: Any) -> None:
    for many in (np.array([0.5, 0.9]), np.array(0.5)):
        with pytest.raises(TypeError, match=rf"{name} = array\(.*\): it must be one number"):
            call(many)

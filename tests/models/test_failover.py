"""Failover: closed forms by hand and in their limits, and beside a simulation of every heartbeat."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.models.failover import Heartbeat, Pair, interval_for
from helpers.models.failover_simulation import one_death, run_failover
from helpers.models.nines import PERIODS_S

YEAR_S = PERIODS_S["year"]

HEARTBEATS = st.builds(
    lambda interval, misses, loss, delay, share, burst: Heartbeat(
        interval, misses, loss, delay * interval, share * interval, burst
    ),
    st.floats(0.01, 100),
    st.integers(1, 8),
    st.floats(0, 0.9),
    st.floats(0, 1),
    st.floats(0.1, 1),
    st.floats(1, 20),
)


def within(found: list[float]) -> float:
    # Student's t of 7 degrees of freedom: 99.9 % of such intervals hold the true mean.
    assert len(found) == 8
    return 5.41 * float(np.std(found, ddof=1)) / math.sqrt(len(found))


class TestClosedForms:
    @given(st.floats(0.001, 0.999), st.integers(1, 12))
    def test_a_false_failover_is_a_run_of_misses_in_bernoulli_trials(self, loss: float, misses: int) -> None:
        found = Heartbeat(misses=misses, loss=loss).heartbeats_to_false_failover
        assert found == pytest.approx((1 - loss**misses) / (loss**misses * (1 - loss)), rel=1e-9)

    @pytest.mark.parametrize("burst", [1.0, 3.0, 10.0])
    def test_it_solves_the_chain_of_counts(self, burst: float) -> None:
        beat = Heartbeat(misses=4, loss=0.2, burst=burst)
        # Expected heartbeats to go from k misses in a row: one step, then further or back to none.
        matrix, ones = np.eye(4), np.ones(4)
        for count in range(4):
            chance = beat.miss_first if count == 0 else beat.miss_again
            matrix[count, 0] -= 1 - chance
            if count < 3:
                matrix[count, count + 1] -= chance
        assert beat.heartbeats_to_false_failover == pytest.approx(np.linalg.solve(matrix, ones)[0])

    @given(HEARTBEATS)
    def test_the_chain_of_misses_has_the_share_and_the_bursts_it_should(self, beat: Heartbeat) -> None:
        first, again, share = beat.miss_first, beat.miss_again, beat.miss_ratio
        assert 0 <= first <= again + 1e-12 <= 1 + 1e-12
        # As many misses begin a burst as follow a heartbeat that was heard.
        assert share * (1 - again) == pytest.approx((1 - share) * first, abs=1e-12)
        assert 1 / (1 - again) == pytest.approx(max(beat.burst, 1 / (1 - share)))

    @given(HEARTBEATS)
    def test_the_mean_detection_is_between_the_timeout_and_the_latest(self, beat: Heartbeat) -> None:
        first, last = beat.detection_s
        assert last - first == pytest.approx(beat.interval_s)
        assert 0 < beat.mean_detection_s <= (first + last) / 2 + 1e-9

    def test_without_loss_or_delay_nothing_is_false_and_each_moment_is_as_likely(self) -> None:
        beat = Heartbeat(2, 3, timeout_s=0.5)
        assert beat.detection_s == (4.5, 6.5)
        assert beat.mean_detection_s == 5.5
        assert beat.heartbeats_to_false_failover == beat.seconds_to_false_failover == math.inf
        pair = Pair(beat, failures_per_year=4, takeover_s=2)
        assert (pair.false_failovers, pair.split_brain_s) == (0, 0)
        assert pair.downtime_s == pytest.approx(4 * 7.5)
        assert pair.availability == pytest.approx(1 - 30 / YEAR_S)

    def test_a_death_while_the_last_miss_waits_for_its_timeout_is_noticed_at_once(self) -> None:
        # Two heartbeats until a miss and an interval of timeout: a third of the time it is only waiting.
        beat = Heartbeat(1, 1, loss=0.5)
        assert beat.seconds_to_false_failover == 3
        assert beat.mean_detection_s == pytest.approx(2 / 3 * 1.5 + 1 / 3 * 0.5)

    def test_delays_are_late_as_the_exponential_has_it(self) -> None:
        assert Heartbeat(1, 3, delay_s=0.5).miss_ratio == pytest.approx(math.exp(-2))
        assert Heartbeat(1, 3, loss=0.5, delay_s=0.5).miss_ratio == pytest.approx(0.5 + 0.5 * math.exp(-2))
        assert Heartbeat(1, 3, delay_s=0.5, timeout_s=0).miss_ratio == 1

    @given(HEARTBEATS)
    def test_one_miss_more_is_slower_and_less_often_wrong(self, beat: Heartbeat) -> None:
        more = Heartbeat(
            beat.interval_s, beat.misses + 1, beat.loss, beat.delay_s, beat.timeout_s, beat.burst
        )
        assert more.mean_detection_s > beat.mean_detection_s
        assert more.seconds_to_false_failover >= beat.seconds_to_false_failover

    def test_bursts_make_many_misses_worth_little(self) -> None:
        alone, bursts = (Heartbeat(1, 3, loss=0.01, burst=burst) for burst in (1, 5))
        assert alone.seconds_to_false_failover > 500 * bursts.seconds_to_false_failover
        assert alone.miss_ratio == bursts.miss_ratio

    def test_when_everything_is_lost_it_fails_over_at_once(self) -> None:
        beat = Heartbeat(1, 3, loss=1)
        assert beat.heartbeats_to_false_failover == 3
        assert beat.seconds_to_false_failover == 4
        assert beat.silence_s == math.inf
        both = Pair(beat, fencing=False)
        assert (both.false_failovers, both.split_brain_s) == (1, YEAR_S - 4)
        assert Pair(beat, takeover_s=1).downtime_s == pytest.approx(YEAR_S / 5, rel=1e-3)

    @given(st.floats(0.1, 1000), st.integers(1, 20))
    def test_the_longest_interval_just_meets_its_target(self, within_s: float, misses: int) -> None:
        beat = Heartbeat(interval_for(within_s, misses), misses)
        assert beat.detection_s[1] == pytest.approx(within_s)
        timeout = within_s / (misses + 1) / 2
        beat = Heartbeat(interval_for(within_s, misses, timeout), misses, timeout_s=timeout)
        assert beat.detection_s[1] == pytest.approx(within_s)


SETTINGS: dict[str, dict[str, Any]] = {
    "one miss": {"misses": 1, "loss": 0.5},
    "loss": {"misses": 3, "loss": 0.3},
    "delay": {"misses": 2, "loss": 0.1, "delay_s": 0.3, "timeout_s": 0.5},
    "bursts": {"misses": 3, "loss": 0.2, "burst": 4, "timeout_s": 0.3},
    "late bursts": {"misses": 2, "loss": 0.1, "delay_s": 0.1, "burst": 3, "timeout_s": 0.3},
}


class TestSimulation:
    @pytest.mark.parametrize("name", SETTINGS)
    def test_it_is_wrong_as_often_as_the_closed_form_says(self, name: str) -> None:
        beat = Heartbeat(1, **SETTINGS[name])
        for fencing in (True, False):
            pair = Pair(beat, failures_per_year=0, takeover_s=1.5, fencing=fencing)
            runs = [run_failover(pair, 4000, seed=seed) for seed in range(8)]
            for found, expected in (
                ([run.false_failovers for run in runs], pair.false_failovers),
                ([run.downtime_s for run in runs], pair.downtime_s),
                ([run.split_brain_s for run in runs], pair.split_brain_s),
            ):
                # Half a cycle is cut off at the end of a run.
                off = within([float(each) for each in found]) + 1
                assert np.mean(found) == pytest.approx(expected * 4000 / YEAR_S, abs=off)

    @pytest.mark.parametrize("name", SETTINGS)
    def test_deaths_are_noticed_when_the_closed_form_says(self, name: str) -> None:
        pair = Pair(Heartbeat(1, **SETTINGS[name]), failures_per_year=5e5)
        found = [float(np.mean(run_failover(pair, 8000, seed=seed).detections_s)) for seed in range(8)]
        assert np.mean(found) == pytest.approx(pair.heartbeat.mean_detection_s, abs=within(found))
        assert within(found) < 0.4

    def test_without_loss_each_death_is_noticed_between_the_two_ends(self) -> None:
        pair = Pair(Heartbeat(0.5, 3, delay_s=0, timeout_s=0.2), failures_per_year=1e6)
        run = run_failover(pair, 10_000)
        first, last = pair.heartbeat.detection_s
        assert run.false_failovers == 0
        assert run.detections_s.size > 200
        assert first - 1e-9 <= run.detections_s.min() <= first + 0.05
        assert last - 0.05 <= run.detections_s.max() <= last + 1e-9
        assert np.mean(run.detections_s) == pytest.approx((first + last) / 2, abs=0.05)

    def test_all_downtime_has_a_cause(self) -> None:
        pair = Pair(Heartbeat(1, 2, loss=0.2), failures_per_year=2e5, takeover_s=3)
        run = run_failover(pair, 20_000, seed=2)
        takeovers = 3 * (run.detections_s.size + run.false_failovers)
        # The last one may be cut off by the end.
        assert run.downtime_s == pytest.approx(float(run.detections_s.sum()) + takeovers, abs=3 + 3)
        assert run.split_brain_s == 0

    def test_with_everything_lost_and_no_fence_both_stay_active(self) -> None:
        run = run_failover(Pair(Heartbeat(1, 3, loss=1), failures_per_year=0, fencing=False), 1000)
        assert (run.false_failovers, run.downtime_s) == (1, 0)
        assert run.split_brain_s == pytest.approx(1000 - 4)

    def test_the_same_seed_gives_the_same_run(self) -> None:
        pair = Pair(Heartbeat(1, 2, loss=0.3), failures_per_year=1e5)
        first, again, other = (run_failover(pair, 2000, seed=seed) for seed in (1, 1, 2))
        assert first.detections_s.tolist() == again.detections_s.tolist()
        assert first.false_failovers == again.false_failovers
        assert first.detections_s.tolist() != other.detections_s.tolist()


class TestOneDeath:
    @given(HEARTBEATS, st.floats(0.001, 1), st.integers(0, 50))
    @settings(max_examples=200)
    def test_it_ends_with_as_many_misses_as_are_allowed(
        self, beat: Heartbeat, phase: float, seed: int
    ) -> None:
        death = one_death(beat, phase=phase, seed=seed)
        tail = [each.missed for each in death.beats[-beat.misses :]]
        assert tail == [True] * beat.misses
        assert death.taken_over_s == pytest.approx(death.beats[-1].due_s + beat.patience_s)
        for each in death.beats:
            assert each.missed == (each.arrived_s is None)
            if each.arrived_s is not None:
                assert each.due_s <= each.arrived_s <= each.due_s + beat.patience_s + 1e-9
                assert each.due_s <= 0
        assert death.taken_over_s - death.dies_s <= beat.detection_s[1] + 1e-9

    def test_the_phase_decides_within_one_interval(self) -> None:
        beat = Heartbeat(1, 3)
        times = [one_death(beat, phase=phase) for phase in (0, 0.5, 1)]
        assert [death.taken_over_s - death.dies_s for death in times] == [4, 3.5, 3]

    def test_a_standby_may_be_wrong_before_the_death(self) -> None:
        seeds = [one_death(Heartbeat(1, 1, loss=0.5), seed=seed) for seed in range(20)]
        assert any(death.false_alarm for death in seeds)
        assert not any(one_death(Heartbeat(1, 1), seed=seed).false_alarm for seed in range(20))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: Heartbeat(0), ValueError, r"^interval_s = 0: .*above 0"),
        (lambda: Heartbeat(float("nan")), ValueError, r"^interval_s = nan"),
        (lambda: Heartbeat("1"), TypeError, r"^interval_s = '1'"),  # type: ignore[arg-type]
        (lambda: Heartbeat(misses=2.5), TypeError, r"^misses = 2.5"),  # type: ignore[arg-type]
        (lambda: Heartbeat(loss=1.5), ValueError, r"^loss = 1.5: .*at most 1"),
        (lambda: Heartbeat(loss=-0.1), ValueError, r"^loss = -0.1"),
        (lambda: Heartbeat(delay_s=-1), ValueError, r"^delay_s = -1"),
        (lambda: Heartbeat(1, timeout_s=2), ValueError, r"^timeout_s = 2: .*at most 1"),
        (lambda: Heartbeat(burst=0.5), ValueError, r"^burst = 0.5: .*1 or more"),
        (lambda: Pair("beat"), TypeError, r"^heartbeat = 'beat'"),  # type: ignore[arg-type]
        (lambda: Pair(Heartbeat(), failures_per_year=-1), ValueError, r"^failures_per_year = -1"),
        (lambda: Pair(Heartbeat(), takeover_s=math.inf), ValueError, r"^takeover_s = inf"),
        (lambda: Pair(Heartbeat(), fencing=1), TypeError, r"^fencing = 1"),  # type: ignore[arg-type]
        (lambda: interval_for(0), ValueError, r"^detect_within_s = 0"),
        (lambda: interval_for(1, misses=0), ValueError, r"^misses = 0"),
        (lambda: run_failover(Pair(Heartbeat()), 0), ValueError, r"^observed_s = 0"),
        (lambda: run_failover(Pair(Heartbeat()), 1e9), ValueError, r"^observed_s = 1000000000.0: .*2e\+06"),
        (lambda: run_failover(Heartbeat(), 10), TypeError, r"^pair = Heartbeat"),  # type: ignore[arg-type]
        (lambda: one_death(Heartbeat(), phase=2), ValueError, r"^phase = 2"),
        (lambda: one_death(3), TypeError, r"^heartbeat = 3"),  # type: ignore[arg-type]
    ],
)
def test_bad_input_is_refused_by_name(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()

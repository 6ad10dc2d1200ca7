"""Alarms: detection against the closed form, windows against counting, false alarms where they must be."""

from typing import Any

import numpy as np
import pytest

from helpers.models.alarm_history import STEP_S, simulate_history
from helpers.models.alarms import ThresholdRule, detect, false_alarms, firing, levels
from helpers.models.burn_rate import BURN_RULES, PAGE_RULES, BurnRule, Objective, time_to_detect_s
from helpers.models.monitoring import INCIDENTS, Incident, Service

ONE_PERCENT = (ThresholdRule("errors", 0.01, 60),)
OBJECTIVE = Objective(0.999)
BUSY = Service(2000)
RESTART = INCIDENTS["restart"]


class TestHistory:
    def test_counts_are_those_of_the_service(self) -> None:
        service = Service(50, failed=0.02, slow=0.1)
        history = simulate_history(service, 300, lasts_s=10 * 86_400, seed=1)
        requests = history.requests.sum()
        assert requests == pytest.approx(50 * 10 * 86_400, rel=0.002)
        assert history.failed.sum() / requests == pytest.approx(0.02, rel=0.02)
        assert history.late.sum() / requests == pytest.approx(service.beyond(300), rel=0.02)
        assert history.bad.sum() / requests == pytest.approx(service.bad(300), rel=0.02)
        assert history.latency_ms.sum() / requests == pytest.approx(service.mean_ms, rel=0.002)

    @pytest.mark.parametrize("rate", [0.01, 0.1, 1, 20, 1000])
    def test_counts_vary_as_poisson_numbers_do(self, rate: float) -> None:
        requests = simulate_history(Service(rate), lasts_s=20 * 86_400, seed=2).requests
        assert requests.mean() == pytest.approx(STEP_S * rate, rel=0.02)
        assert requests.var() == pytest.approx(requests.mean(), rel=0.05)
        assert np.all(requests == np.rint(requests))

    @pytest.mark.parametrize("rate", [0.01, 1, 20])
    def test_totals_vary_as_poisson_numbers_do(self, rate: float) -> None:
        totals = [simulate_history(Service(rate), lasts_s=300, seed=n).requests.sum() for n in range(3000)]
        assert np.var(totals) == pytest.approx(300 * rate, rel=0.1)

    def test_latencies_vary_as_sums_do(self) -> None:
        service = Service(1)
        history = simulate_history(service, lasts_s=20 * 86_400, seed=3)
        kept = history.requests > 0
        means = history.latency_ms[kept] / history.requests[kept]
        variance = service.mean_square_ms - service.mean_ms**2
        assert means.var() == pytest.approx(variance * np.mean(1 / history.requests[kept]), rel=0.05)

    def test_an_incident_is_where_it_is_and_in_parts_of_steps(self) -> None:
        half = Incident("x", 1.0, 0.0, 45)
        history = simulate_history(BUSY, lasts_s=600, incidents=[(300, half)])
        shares = history.failed / history.requests
        assert shares[10] == pytest.approx(1)
        assert shares[11] == pytest.approx(0.5, abs=0.02)
        assert np.delete(shares, [10, 11]).max() < 0.001
        assert history.times_s[10] == STEP_S

    def test_windows_are_what_counting_says(self) -> None:
        history = simulate_history(Service(3, failed=0.3), lasts_s=3600)
        for window in (30, 300, 3600):
            steps = window // STEP_S
            found = history.share("failed", window)
            for place in (0, 5, 60, 119):
                first = max(0, place + 1 - steps)
                part = history.failed[first : place + 1].sum() / history.requests[first : place + 1].sum()
                assert found[place] == pytest.approx(part)

    def test_without_requests_there_is_nothing_to_measure(self) -> None:
        history = simulate_history(Service(0), lasts_s=600)
        for counted in ("failed", "late", "bad", "latency_ms"):
            assert not history.share(counted, 60).any()
        for rules in (ONE_PERCENT, PAGE_RULES):
            assert not firing(rules, history, OBJECTIVE).any()


class TestDetection:
    @pytest.mark.parametrize("bad", [0.02, 0.05, 0.3, 1.0])
    @pytest.mark.parametrize("rule", PAGE_RULES)
    def test_burn_rates_notice_when_the_closed_form_says(self, bad: float, rule: BurnRule) -> None:
        incident = Incident("x", bad, 0.0, 6 * 3600)
        expected = time_to_detect_s(rule, OBJECTIVE, incident.hits(BUSY).bad(300), BUSY.bad(300))
        found = detect([rule], BUSY, incident, OBJECTIVE).detected_s
        assert expected is not None
        assert found is not None
        assert expected * 0.98 - STEP_S <= found <= expected * 1.02 + STEP_S

    def test_an_incident_too_small_is_never_noticed(self) -> None:
        slow_burn = INCIDENTS["slow burn"]
        assert detect(PAGE_RULES, BUSY, slow_burn, OBJECTIVE).detected_s is None
        ticket = detect(BURN_RULES, BUSY, slow_burn, OBJECTIVE).detected_s
        expected = time_to_detect_s(BURN_RULES[2], OBJECTIVE, slow_burn.hits(BUSY).bad(300), BUSY.bad(300))
        assert ticket == pytest.approx(expected, rel=0.02)

    def test_the_alarm_is_off_when_the_short_window_is_clean(self) -> None:
        outage = INCIDENTS["outage"]
        for rule in BURN_RULES:
            cleared = detect([rule], BUSY, outage, OBJECTIVE).cleared_s
            assert rule.short_s - 2 * STEP_S <= cleared <= rule.short_s

    def test_a_threshold_that_must_hold_is_that_much_later(self) -> None:
        outage = INCIDENTS["outage"]
        assert detect(ONE_PERCENT, BUSY, outage, OBJECTIVE).detected_s == STEP_S
        held = (ThresholdRule("errors", 0.01, 60, for_s=300),)
        assert detect(held, BUSY, outage, OBJECTIVE).detected_s == STEP_S + 300
        short = Incident("x", 1.0, 0.0, 200)
        assert detect(held, BUSY, short, OBJECTIVE).detected_s is None
        assert detect(ONE_PERCENT, BUSY, short, OBJECTIVE).detected_s == STEP_S

    def test_each_signal_sees_its_own_trouble(self) -> None:
        fast, slow = (
            INCIDENTS["fast failures"],
            INCIDENTS["slow shard"],
        )
        mean, p99 = (ThresholdRule("mean", 60, 300),), (ThresholdRule("p99", 0.01, 300),)
        assert detect(ONE_PERCENT, BUSY, fast, OBJECTIVE).detected_s is not None
        assert detect(mean, BUSY, fast, OBJECTIVE).detected_s is None
        assert detect(p99, BUSY, fast, OBJECTIVE).detected_s is None
        assert detect(ONE_PERCENT, BUSY, slow, OBJECTIVE).detected_s is None
        assert detect(mean, BUSY, slow, OBJECTIVE).detected_s is not None
        assert detect(p99, BUSY, slow, OBJECTIVE).detected_s is not None

    def test_any_of_several_rules_will_do(self) -> None:
        release = INCIDENTS["bad release"]
        each = [detect([rule], BUSY, release, OBJECTIVE).detected_s for rule in PAGE_RULES]
        both = detect(PAGE_RULES, BUSY, release, OBJECTIVE).detected_s
        assert both == pytest.approx(min(wait for wait in each if wait is not None), abs=2 * STEP_S)

    def test_what_is_on_before_counts_as_false(self) -> None:
        noisy = Service(2000, failed=0.05)
        found = detect(ONE_PERCENT, noisy, RESTART, OBJECTIVE)
        assert found.false_before == 1
        assert found.detected_s == STEP_S


class TestFalseAlarms:
    def test_a_threshold_over_a_minute_wakes_somebody_at_each_restart(self) -> None:
        alarms = false_alarms(ONE_PERCENT, BUSY, OBJECTIVE)
        assert 25 <= alarms <= 33
        assert false_alarms(ONE_PERCENT, BUSY, OBJECTIVE, restarts_per_day=0) == 0
        assert false_alarms(ONE_PERCENT, BUSY, OBJECTIVE, restarts_per_day=4) > 3 * alarms

    def test_burn_rates_and_held_thresholds_let_it_pass(self) -> None:
        for rules in (BURN_RULES, (ThresholdRule("errors", 0.01, 60, for_s=300),)):
            assert false_alarms(rules, BUSY, OBJECTIVE) == 0

    def test_little_traffic_makes_a_threshold_cry_wolf(self) -> None:
        """At one request in 2 s, one failure is 1 in 30 of a minute: the threshold sees 3 %."""
        quiet = Service(0.5)
        alarms = false_alarms(ONE_PERCENT, quiet, OBJECTIVE, restarts_per_day=0)
        expected = 30 * 86_400 * 0.5 * quiet.failed
        assert alarms == pytest.approx(expected, rel=0.3)
        assert false_alarms(PAGE_RULES, quiet, OBJECTIVE, restarts_per_day=0) == 0

    def test_more_days_have_more_alarms(self) -> None:
        assert false_alarms(ONE_PERCENT, BUSY, OBJECTIVE, days=60) == pytest.approx(60, abs=6)


def test_levels_are_measured_over_the_limit() -> None:
    history = simulate_history(Service(100, failed=0.02), lasts_s=3600)
    (errors,) = levels(ONE_PERCENT[0], history, OBJECTIVE)
    assert errors == pytest.approx(history.share("failed", 60) / 0.01)
    long, short = levels(PAGE_RULES[0], history, OBJECTIVE)
    assert long == pytest.approx(history.share("bad", 3600) / 0.0144)
    assert short == pytest.approx(history.share("bad", 300) / 0.0144)
    (mean,) = levels(ThresholdRule("mean", 90, 60), history, OBJECTIVE)
    assert mean[-1] == pytest.approx(Service(failed=0.02).mean_ms / 90, rel=0.03)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ThresholdRule("p50", 0.01, 60), r"^signal = 'p50'"),
        (lambda: ThresholdRule("errors", 2, 60), r"^limit = 2"),
        (lambda: ThresholdRule("mean", 0, 60), r"^limit = 0"),
        (lambda: ThresholdRule("errors", 0.01, 1), r"^window_s = 1: .*30 or more"),
        (lambda: ThresholdRule("errors", 0.01, 60, for_s=-1), r"^for_s = -1"),
        (lambda: simulate_history(BUSY, lasts_s=1), r"^lasts_s = 1"),
        (lambda: simulate_history(BUSY, 0, lasts_s=60), r"^target_ms = 0"),
        (lambda: simulate_history(BUSY, lasts_s=60, incidents=[(90, RESTART)]), r"^start_s = 90"),
        (lambda: simulate_history(BUSY, lasts_s=60).share("good", 60), r"^counted = 'good'"),
        (lambda: firing([], simulate_history(BUSY, lasts_s=60), OBJECTIVE), r"^rules: "),
        (lambda: detect([], BUSY, RESTART, OBJECTIVE), r"^rules: "),
        (lambda: false_alarms([], BUSY, OBJECTIVE), r"^rules: "),
        (lambda: false_alarms(ONE_PERCENT, BUSY, OBJECTIVE, days=0), r"^days = 0"),
        (lambda: false_alarms(ONE_PERCENT, BUSY, OBJECTIVE, restarts_per_day=-1), r"^restarts_per_day = -1"),
    ],
)
def test_bad_input_is_refused_by_name(call: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        call()

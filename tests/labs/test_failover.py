"""Failover measured: real deaths beside the model, bounds, a report of what is known, nothing left behind."""

import gc
import math
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from helpers.labs import failover_pair
from helpers.labs.failover import measure_failover
from helpers.labs.failover_pair import Balancer, balancer
from helpers.labs.failover_report import FailoverReport, FailoverTrial
from helpers.labs.tasks import UnavailableError
from helpers.models.failover import Heartbeat
from tests.labs.trouble import interrupt_at

NONE = math.nan


def made_up_trial(detection_ms: float = 150.0, *, again: bool = True) -> FailoverTrial:
    """A request every 10 ms for half a second, killed at 205 ms, each answered in 1 ms by who lives."""
    sent = np.arange(0.0, 500.0, 10.0)
    dead = (sent > 200) & (sent < 205 + detection_ms if again else np.full(50, True))
    return FailoverTrial(205.0, 205.0 + detection_ms, sent, np.where(dead, NONE, sent + 1))


def made_up_report(*trials: FailoverTrial, **changes: Any) -> FailoverReport:
    beat = changes.pop("heartbeat", Heartbeat(0.05, 3, timeout_s=0.025))
    return FailoverReport("a laptop", "made up", beat, 100, trials, **changes)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every process that the lab starts."""
    processes: list[Any] = []
    popen = subprocess.Popen

    def recorded(*arguments: Any, **options: Any) -> Any:
        processes.append(popen(*arguments, **options))
        return processes[-1]

    monkeypatch.setattr(subprocess, "Popen", recorded)
    return processes


def open_files() -> int:
    gc.collect()
    return len(list(Path("/proc/self/fd").iterdir())) if sys.platform == "linux" else 0


class TestTheReport:
    def test_a_trial_counts_what_was_lost_and_when_it_was_over(self) -> None:
        trial = made_up_trial()
        assert (trial.requests, trial.lost, trial.detection_ms) == (50, 15, 150)
        assert trial.recovery_ms == pytest.approx(361 - 205)
        assert repr(trial) == "noticed after 150 ms, answered again after 156 ms, 15 of 50 requests lost"

    def test_what_was_never_answered_again_is_said(self) -> None:
        trial = made_up_trial(again=False)
        assert math.isnan(trial.recovery_ms)
        assert "| never |" in made_up_report(trial)._repr_markdown_()

    def test_it_stands_beside_the_model(self) -> None:
        report = made_up_report(made_up_trial(130), made_up_trial(170))
        assert report.expected_ms == pytest.approx((125, 175))
        assert report.mean_detection_ms == 150
        assert report.expected_lost == pytest.approx(15)
        assert report.mean_lost == pytest.approx((13 + 17) / 2)
        assert report.late == 0
        text = report._repr_markdown_()
        assert "| 1 | 130 ms | 125 to 175 ms |" in text
        assert "On average noticed after 150 ms, where the model expects 150 ms" in text
        assert "false failovers" not in text
        assert list(report.as_frame()["lost"]) == [13, 17]
        assert repr(report).splitlines()[0] == "a laptop"

    def test_lost_heartbeats_may_make_it_sooner_and_wrong(self) -> None:
        lossy = Heartbeat(0.05, 3, loss=0.3, timeout_s=0.025)
        report = made_up_report(made_up_trial(), heartbeat=lossy, false_failovers=2, watched_s=3.0)
        assert report.expected_ms == pytest.approx((25, 175))
        assert report.expected_false == pytest.approx(3 / lossy.seconds_to_false_failover)
        assert "2 false failovers in 3 s, where it expects" in report._repr_markdown_()

    def test_a_busy_machine_is_said(self) -> None:
        report = made_up_report(made_up_trial(190))
        assert report.late == 1
        assert "1 came more than 10 ms late" in report._repr_markdown_()

    def test_nothing_measured_is_a_report_of_reasons(self) -> None:
        report = made_up_report(skipped={"failover": "no socket"})
        assert math.isnan(report.mean_detection_ms)
        assert math.isnan(report.mean_lost)
        assert report._repr_markdown_().endswith("a laptop. Not done: failover (no socket).")
        assert report.as_frame().empty


class TestMeasuring:
    def test_each_death_is_noticed_by_its_heartbeat_and_costs_requests(self, started: list[Any]) -> None:
        before = open_files()
        report = measure_failover(30, most_trials=2)
        assert report.skipped == {}
        assert len(report.trials) == 2
        for trial in report.trials:
            # How near it is to the model depends on what else this machine does.
            assert trial.detection_ms > 0
            assert trial.killed_ms >= 4 * 50
            assert trial.lost > 0
            assert trial.recovery_ms >= trial.detection_ms
            assert np.all(np.diff(trial.sent_ms) >= 0)
            answered = trial.answered_ms[~np.isnan(trial.answered_ms)]
            assert answered.size + trial.lost == trial.requests
            # Somebody answered before the death, and nobody between it and the takeover.
            assert not np.isnan(trial.answered_ms[trial.sent_ms < trial.killed_ms]).all()
            dead = (trial.sent_ms > trial.killed_ms + 20) & (trial.sent_ms < trial.taken_over_ms)
            answers = trial.answered_ms[dead]
            # One that was due then may be sent late, to the next server.
            assert (answers[~np.isnan(answers)] > trial.taken_over_ms).all()
        assert len(started) == 3
        assert all(process.poll() is not None for process in started)
        assert open_files() == before

    def test_lost_heartbeats_bring_false_failovers(self) -> None:
        report = measure_failover(
            1, interval_ms=10, misses=1, loss=0.5, requests_per_second=50, most_trials=3
        )
        assert report.false_failovers > 0
        assert report.watched_s > 0
        assert report.heartbeat == Heartbeat(0.01, 1, 0.5, timeout_s=0.005)

    def test_many_requests_do_not_keep_heartbeats_from_being_heard(self) -> None:
        report = measure_failover(0.5, interval_ms=20, misses=20, requests_per_second=5000, most_trials=1)
        assert report.false_failovers == 0
        assert report.trials[0].requests > 500

    def test_progress_rises_from_0_to_1_and_time_is_bounded(self) -> None:
        seen: list[tuple[float, str]] = []
        start = time.perf_counter()
        report = measure_failover(1, progress=lambda *step: seen.append(step), requests_per_second=50)
        # A trial is begun only where there is time for one as long as the last.
        assert time.perf_counter() - start < 20
        fractions = [fraction for fraction, _ in seen]
        assert (seen[0][1], seen[-1]) == ("starting two servers", (1.0, "done"))
        assert fractions == sorted(fractions)
        assert len(report.trials) >= 1

    @pytest.mark.parametrize(
        ("arguments", "error", "message"),
        [
            ({"budget_s": 0.1}, ValueError, r"^budget_s = 0.1: .*0.5 or more"),
            ({"budget_s": 1000}, ValueError, r"^budget_s = 1000: .*at most 60"),
            ({"budget_s": "8"}, TypeError, r"^budget_s = '8'"),
            ({"interval_ms": 1}, ValueError, r"^interval_ms = 1: .*5 or more"),
            ({"misses": 0}, ValueError, r"^misses = 0"),
            ({"loss": 1}, ValueError, r"^loss = 1: .*at most 0.9"),
            ({"requests_per_second": 0}, ValueError, r"^requests_per_second = 0"),
            ({"most_trials": 0}, ValueError, r"^most_trials = 0"),
        ],
    )
    def test_bad_input_is_refused_by_name(
        self, arguments: dict[str, Any], error: type[Exception], message: str, started: list[Any]
    ) -> None:
        with pytest.raises(error, match=message):
            measure_failover(**arguments)
        assert started == []


class TestNothingIsLeft:
    @pytest.mark.parametrize("label", ["starting two servers", "death 1", "a new standby after death 1"])
    def test_interrupted_between_two_steps(self, label: str, started: list[Any]) -> None:
        before = open_files()
        with pytest.raises(KeyboardInterrupt):
            measure_failover(1, progress=interrupt_at(label))
        assert all(process.poll() is not None for process in started)
        assert open_files() == before

    @pytest.mark.parametrize(
        ("method", "call"),
        [("start", 1), ("start", 2), ("start", 3), ("run", 30), ("kill", 1), ("ask", 5), ("forget", 1),
         ("_hear", 1), ("_hear", 4)],
    )  # fmt: skip
    def test_interrupted_inside_a_step(
        self, method: str, call: int, started: list[Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before, calls, original = open_files(), [], getattr(Balancer, method)

        def interrupted(*arguments: Any, **options: Any) -> Any:
            found = original(*arguments, **options)
            calls.append(method)
            if len(calls) == call:
                raise KeyboardInterrupt
            return found

        monkeypatch.setattr(Balancer, method, interrupted)
        with pytest.raises(KeyboardInterrupt):
            measure_failover(5, requests_per_second=100)
        assert started
        assert all(process.poll() is not None for process in started)
        assert open_files() == before

    def test_servers_that_do_not_start_are_a_reason(
        self, started: list[Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        broken = tmp_path / "broken.py"
        broken.write_text("raise SystemExit(1)")
        monkeypatch.setattr(failover_pair, "_SCRIPT", broken)
        monkeypatch.setattr(failover_pair, "START_SECONDS", 0.3)
        report = measure_failover(0.5)
        assert report.trials == ()
        assert report.skipped == {"failover": "a server did not start within 0.3 s"}
        assert all(process.poll() is not None for process in started)

    def test_a_machine_that_starts_no_process_is_a_reason(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_: Any, **__: Any) -> Any:
            raise PermissionError("not here")

        monkeypatch.setattr(subprocess, "Popen", refuse)
        before = open_files()
        assert measure_failover(0.5).skipped == {"failover": "the servers stopped: not here"}
        assert open_files() == before

    @pytest.mark.skipif(sys.platform != "linux", reason="looks for the servers in /proc")
    @pytest.mark.parametrize("ended_by", [signal.SIGINT, signal.SIGKILL])
    def test_when_the_kernel_is_interrupted_or_killed(self, ended_by: signal.Signals) -> None:
        code = (
            "import subprocess\n"
            "from helpers.labs import failover_pair\n"
            "from helpers.labs.failover import measure_failover\n"
            "popen = subprocess.Popen\n"
            "def told(*a, **k):\n"
            "    process = popen(*a, **k)\n"
            "    print(process.pid, flush=True)\n"
            "    return process\n"
            "failover_pair.subprocess.Popen = told\n"
            "measure_failover(50, progress=lambda f, label: print(label, flush=True))"
        )
        with subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            pids = []
            while b"death 1" not in (line := process.stdout.readline()):
                if line.strip().isdigit():
                    pids.append(int(line))
            assert len(pids) == 2
            assert not any(map(gone, pids))
            process.send_signal(ended_by)
            _, errors = process.communicate(timeout=20)
        if ended_by == signal.SIGINT:
            assert errors.strip().endswith(b"KeyboardInterrupt")
        give_up = time.monotonic() + 10
        while not all(map(gone, pids)):
            assert time.monotonic() < give_up, "a server is still there"
            time.sleep(0.02)


class TestTheBalancer:
    def test_two_servers_answer_in_turn_and_the_dead_one_is_noticed_by_its_silence(self) -> None:
        with balancer(Heartbeat(0.05, 4), 0, np.random.default_rng(0)) as pair:
            first = pair.active
            assert pair.heard(first)
            numbers = [pair.ask() for _ in range(20)]
            pair.run(time.perf_counter() + 5, done=lambda: not pair.waiting)
            assert sorted(pair.answered) == numbers
            killed = pair.kill(first)
            pair.run(time.perf_counter() + 5, done=lambda: pair.active != first)
            at, dead = pair.takeovers[-1]
            assert dead
            assert at > killed
            number = pair.ask()
            pair.run(time.perf_counter() + 5, done=lambda: number in pair.answered)
            assert number in pair.answered

    def test_a_request_to_the_dead_is_lost_and_not_sent_again(self) -> None:
        with balancer(Heartbeat(0.05, 4), 0, np.random.default_rng(0)) as pair:
            victim = pair.active
            pair.kill(victim)
            time.sleep(0.05)
            numbers = [pair.ask() for _ in range(3)]
            pair.run(time.perf_counter() + 5, done=lambda: pair.active != victim)
            pair.run(time.perf_counter() + 0.1)
            assert pair.waiting == 0
            assert not set(numbers) & set(pair.answered)

    def test_with_nobody_to_take_over_it_goes_on_hoping(self) -> None:
        with balancer(Heartbeat(0.01, 1), 0, np.random.default_rng(0)) as pair:
            first = pair.active
            for name in list(pair._servers):
                pair.kill(name)
            pair.run(time.perf_counter() + 0.2)
            assert pair.active == first
            assert pair.takeovers == []

    def test_it_closes_what_it_opened_when_its_user_fails(self, started: list[Any]) -> None:
        before = open_files()
        sockets: list[Any] = []
        with (
            pytest.raises(ZeroDivisionError),
            balancer(Heartbeat(0.05), 0, np.random.default_rng(0)) as pair,
        ):
            sockets += [pair._socket, *(server.connection for server in pair._servers.values())]
            raise ZeroDivisionError
        assert [opened.fileno() for opened in sockets] == [-1, -1, -1]
        assert all(process.poll() is not None for process in started)
        assert open_files() == before

    def test_an_operating_system_that_refuses_is_unavailable(self) -> None:
        with (
            pytest.raises(UnavailableError, match="the servers stopped: full"),
            balancer(Heartbeat(0.05), 0, np.random.default_rng(0)),
        ):
            raise OSError("full")


def gone(pid: int) -> bool:
    """Whether a process has ended, even if nobody has asked after it yet."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state == "Z"

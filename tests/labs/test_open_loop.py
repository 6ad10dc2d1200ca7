"""Requests in an open loop: in made-up time the queue of the theory, and a thread that leaves nothing."""

import os
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.labs.load_run import LoadRun
from helpers.labs.open_loop import Clock, ThreadWorker, observe
from helpers.labs.services import Cache, Value, memory_cache
from helpers.models.queueing import mean_wait_general

TIMES = st.floats(0, 10)


class MadeUpTime:
    """A clock that jumps, and a worker on it whose queries take the times given."""

    failed = False

    def __init__(self, services_s: Any) -> None:
        self.time, self.free = 0.0, 0.0
        self.services = iter(services_s)
        self.pending: list[tuple[int, int, float, float]] = []
        self.queried: list[int] = []
        self.abandoned = False

    def now(self) -> float:
        return self.time

    def sleep_until(self, when: float) -> None:
        self.time = max(self.time, when)
        self.serve(self.time)

    def __call__(self, query: Callable[[int], Value], _: Any, done: Any) -> "MadeUpTime":
        self.query, self.done = query, done
        return self

    def submit(self, number: int, author: int) -> None:
        start = max(self.time, self.free)
        self.free = start + next(self.services)
        self.pending.append((number, author, start, self.free))

    def serve(self, until: float) -> None:
        while self.pending and self.pending[0][3] <= until:
            number, author, start, end = self.pending.pop(0)
            self.queried.append(author)
            self.done(number, author, self.query(author), start, end)

    def finish(self, give_up_s: float) -> None:
        last = max((end for *_, start, end in self.pending if start <= give_up_s), default=self.time)
        self.serve(last)
        self.time = max(self.time, last)

    def abandon(self) -> None:
        self.abandoned = True


def run(
    arrivals: list[float],
    services: Any,
    *,
    cache: Cache | None = None,
    authors: Any = None,
    window: float = 1e6,
) -> tuple[LoadRun, MadeUpTime]:
    made_up = MadeUpTime(services)
    who = range(len(arrivals)) if authors is None else authors
    observed = observe(
        np.array(arrivals), list(who), lambda author: (author, 0), cache,
        offered=0.5, window_s=window, clock=made_up, worker=made_up,
    )  # fmt: skip
    return observed, made_up


class TestQueue:
    def test_a_request_waits_for_those_before_and_its_time_counts_from_when_it_was_due(self) -> None:
        observed, _ = run([0, 1, 2, 10], [3, 3, 3, 3])
        assert observed.times_ms.tolist() == [3000, 5000, 7000, 3000]
        assert observed.queries_ms.tolist() == [3000] * 4
        assert observed.mean_ms == observed.replayed_ms == 4500
        assert (observed.time_ms(50), observed.time_ms(99)) == (3000, 7000)
        assert not observed.hits.any()
        assert observed.unanswered == 0

    @given(st.lists(st.tuples(TIMES, TIMES), min_size=1, max_size=40))
    def test_it_is_the_queue_of_the_theory(self, pairs: list[tuple[float, float]]) -> None:
        """Lindley's recursion on the same arrivals and services gives the same mean."""
        arrivals = np.cumsum([gap for gap, _ in pairs]).tolist()
        observed, _ = run(arrivals, [service for _, service in pairs])
        assert observed.mean_ms == pytest.approx(observed.replayed_ms, abs=1e-6)

    @given(st.lists(TIMES, min_size=1, max_size=40), st.floats(0.1, 1e4))
    def test_requests_are_sent_when_due_however_slow_the_service(
        self, gaps: list[float], service: float
    ) -> None:
        arrivals = np.cumsum(gaps).tolist()
        observed, _ = run(arrivals, [service] * len(gaps))
        assert observed.sent_ms.tolist() == observed.arrivals_ms.tolist()
        assert observed.late_ms == 0

    @pytest.mark.parametrize(("draw", "variation"), [("exponential", 1.0), ("fixed", 0.0)])
    def test_a_long_run_has_the_mean_of_pollaczek_and_khinchine(self, draw: str, variation: float) -> None:
        random = np.random.default_rng(1)
        size, load = 60_000, 0.7
        arrivals = random.exponential(1 / load, size).cumsum()
        services = random.exponential(1, size) if draw == "exponential" else np.ones(size)
        observed, _ = run(arrivals.tolist(), services.tolist(), window=float(arrivals[-1]))
        assert observed.load == pytest.approx(load, rel=0.02)
        assert observed.utilisation == pytest.approx(load, rel=0.02)
        expected = 1 + mean_wait_general(load, 1.0, variation)
        assert observed.mean_ms == pytest.approx(1000 * expected, rel=0.1)


class TestStopping:
    def test_an_overloaded_run_ends_after_twice_its_window(self) -> None:
        observed, made_up = run([0.0, 1.0, 2.0, 3.0], [5.0] * 4, window=4)
        # The third would start at 10 s, and 8 s is the end.
        assert observed.unanswered == 2
        assert observed.stopped_ms == 8000 + 2000
        assert observed.times_ms.tolist() == [5000, 9000, 8000, 7000]
        assert made_up.queried == [0, 1]
        assert 0 < observed.utilisation <= 1

    def test_nothing_is_sent_after_the_end(self) -> None:
        made_up = MadeUpTime([1.0] * 4)

        def slow(_: int) -> Value | None:
            made_up.sleep_until(made_up.time + 5)
            return None

        cache = Cache("none", "", "", 1, slow, lambda *_: None)
        observed = observe(
            np.array([0.0, 1.0, 2.0, 3.0]), range(4), lambda author: (author, 0), cache,
            offered=0.5, window_s=4, clock=made_up, worker=made_up,
        )  # fmt: skip
        # Taken up at 0 and 5 s; the third would be at 10 s, and 8 s is the end.
        assert made_up.queried == [0]
        assert observed.unanswered == 3
        assert observed.times_ms.tolist() == [6000, 9000, 8000, 7000]


class TestCache:
    def test_a_hit_is_answered_at_once_and_never_reaches_the_database(self) -> None:
        with memory_cache(10) as cache:
            observed, made_up = run([0, 4, 5, 6], [3, 3], cache=cache, authors=[1, 1, 2, 1])
        assert made_up.queried == [1, 2]
        assert observed.hits.tolist() == [False, True, False, True]
        # The last one does not wait behind the query of the third.
        assert observed.times_ms.tolist() == [3000, 0, 3000, 0]
        assert (observed.hit_ratio, observed.hit_ms) == (0.5, 0)
        assert observed.cached

    def test_an_answer_helps_only_once_it_is_there(self) -> None:
        with memory_cache(10) as cache:
            observed, made_up = run([0, 1, 2, 7], [3, 3, 3], cache=cache, authors=[1, 1, 1, 1])
        assert made_up.queried == [1, 1, 1]
        assert observed.hit_ratio == 0.25

    def test_load_is_that_of_the_same_requests_without_a_cache(self) -> None:
        bare, _ = run([0, 4, 5, 6], [3] * 4, window=10)
        made_up = MadeUpTime([2, 2])
        with memory_cache(10) as cache:
            behind = observe(
                bare.arrivals_ms / 1e3, [1, 1, 2, 1], lambda _: (1, 1), cache,
                offered=0.5, window_s=10, compared_ms=bare.query_ms, clock=made_up, worker=made_up,
            )  # fmt: skip
        assert bare.load == behind.load == pytest.approx(4 / 10 * 3)
        assert behind.query_ms == 2000
        assert behind.utilisation == pytest.approx(0.4)

    def test_all_hits_need_no_query(self) -> None:
        with memory_cache(10) as cache:
            cache.put(1, (1, 1))
            observed, _ = run([0, 1], [], cache=cache, authors=[1, 1])
        assert observed.hit_ratio == 1
        assert np.isnan(observed.query_ms)
        assert observed.utilisation == 0
        assert observed.mean_ms == observed.replayed_ms == 0


class TestTrouble:
    @pytest.mark.parametrize("call", ["sleep_until", "finish"])
    def test_interrupted_while_it_waits(self, call: str, monkeypatch: pytest.MonkeyPatch) -> None:
        def interrupt(_: float) -> None:
            raise KeyboardInterrupt

        made_up = MadeUpTime([1.0])
        monkeypatch.setattr(made_up, call, interrupt)
        with pytest.raises(KeyboardInterrupt):
            observe(
                np.array([0.0]), [1], lambda _: (1, 1), offered=0.5, window_s=1, clock=made_up, worker=made_up
            )
        assert made_up.abandoned

    def test_a_query_that_fails_ends_the_run_and_the_thread(self) -> None:
        asked = []

        def query(author: int) -> Value:
            asked.append(author)
            raise sqlite3.OperationalError("disk is full")

        arrivals = np.linspace(0, 5, 10)
        with pytest.raises(sqlite3.OperationalError, match="disk is full"):
            observe(arrivals, range(10), query, offered=0.5, window_s=10)
        assert asked == [0]
        assert serving() == []

    def test_a_cache_that_fails_ends_the_run_and_the_thread(self) -> None:
        def get(_: int) -> Value | None:
            raise ConnectionError("gone")

        cache = Cache("none", "", "", 1, get, lambda *_: None)
        with pytest.raises(ConnectionError, match="gone"):
            observe(np.array([0.0]), [1], lambda _: (1, 1), cache, offered=0.5, window_s=1)
        assert serving() == []


class TestThread:
    def test_serves_in_order_one_at_a_time(self) -> None:
        done: list[tuple[int, int, Value]] = []
        times: list[float] = []
        worker = ThreadWorker(lambda author: (author, 2 * author), Clock(), collect(done, times))
        for number in range(50):
            worker.submit(number, 100 + number)
        worker.finish(float("inf"))
        assert done == [(number, 100 + number, (100 + number, 200 + 2 * number)) for number in range(50)]
        assert times == sorted(times)
        assert serving() == []

    def test_abandoned_it_ends_the_query_it_is_at_and_leaves_the_rest(self) -> None:
        entered, go = threading.Event(), threading.Event()
        done: list[tuple[int, int, Value]] = []

        def query(author: int) -> Value:
            entered.set()
            assert go.wait(20)
            return (author, 0)

        worker = ThreadWorker(query, Clock(), collect(done, []))
        for number in range(50):
            worker.submit(number, number)
        assert entered.wait(20)
        worker._give_up_s = -1
        go.set()
        worker.abandon()
        assert done == [(0, 0, (0, 0))]
        assert serving() == []

    def test_finish_raises_what_a_query_raised_and_abandon_does_not(self) -> None:
        def query(_: int) -> Value:
            raise ValueError("no")

        for end in ("finish", "abandon"):
            worker = ThreadWorker(query, Clock(), lambda *_: None)
            worker.submit(0, 0)
            if end == "finish":
                with pytest.raises(ValueError, match="no"):
                    worker.finish(1e9)
                assert worker.failed
            else:
                worker.abandon()
        assert serving() == []

    def test_a_real_run_answers_all(self) -> None:
        arrivals = np.linspace(0, 0.05, 20)
        observed = observe(arrivals, range(20), lambda author: (author, 0), offered=0.5, window_s=30)
        assert observed.unanswered == 0
        assert np.all(observed.sent_ms >= observed.arrivals_ms)
        assert np.all(observed.started_ms >= observed.sent_ms)
        assert np.all(observed.ended_ms >= observed.started_ms)
        assert np.all(np.diff(observed.started_ms) >= 0)
        assert observed.mean_ms >= observed.replayed_ms - 1e-9
        assert arrivals.tolist() == np.linspace(0, 0.05, 20).tolist()


def collect(done: list[tuple[int, int, Value]], times: list[float]) -> Any:
    def note(number: int, author: int, value: Value, started: float, ended: float) -> None:
        done.append((number, author, value))
        times.extend([started, ended])

    return note


def serving() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "serve queries"]


@pytest.mark.skipif(sys.platform == "win32", reason="a program cannot interrupt itself there")
def test_an_interrupted_wait_does_not_take_a_working_thread_for_ended() -> None:
    waiting, interrupted = threading.Event(), threading.Event()
    finished = []

    def query(author: int) -> Value:
        waiting.wait(5)
        os.kill(os.getpid(), signal.SIGINT)
        interrupted.wait(5)
        time.sleep(0.05)
        finished.append(author)
        return 1, 1

    worker = ThreadWorker(query, Clock(), lambda *_: None)
    with pytest.raises(KeyboardInterrupt):
        worker.submit(0, 7)
        waiting.set()
        worker.finish(10)
    interrupted.set()
    worker.abandon()
    assert finished == [7]


def test_a_thread_interrupted_as_it_starts_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    start = threading.Thread.start

    def interrupted(thread: threading.Thread) -> None:
        start(thread)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(threading.Thread, "start", interrupted)
        ThreadWorker(lambda _: (1, 1), Clock(), lambda *_: None)
    for thread in threading.enumerate():
        if thread.name == "serve queries":
            thread.join(5)
            assert not thread.is_alive()

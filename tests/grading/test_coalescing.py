"""Homework's coalescer: sound ones pass every time, broken ones are told what is wrong, and nothing hangs."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from helpers.grading.coalescing import PARTS, check_coalescer

Load = Callable[[str], Any]


def with_futures(load: Load) -> Load:
    lock = threading.Lock()
    flights: dict[str, Future[Any]] = {}

    def get(key: str) -> Any:
        with lock:
            mine = key not in flights
            flight = flights.setdefault(key, Future())
        if mine:
            try:
                flight.set_result(load(key))
            except Exception as error:  # noqa: BLE001 - handed over to all who wait
                flight.set_exception(error)
            finally:
                with lock:
                    del flights[key]
        return flight.result()

    return get


def without_a_lock(load: Load) -> Load:
    """`setdefault` is one step: whose future it keeps, loads."""
    flights: dict[str, Future[Any]] = {}

    def get(key: str) -> Any:
        own: Future[Any] = Future()
        flight = flights.setdefault(key, own)
        if flight is own:
            try:
                own.set_result(load(key))
            except Exception as error:  # noqa: BLE001 - handed over to all who wait
                own.set_exception(error)
            del flights[key]
        return flight.result()

    return get


def in_other_threads(load: Load) -> Load:
    pool, lock = ThreadPoolExecutor(4), threading.Lock()
    flights: dict[str, Future[Any]] = {}

    def run(key: str) -> Any:
        try:
            return load(key)
        finally:
            with lock:
                del flights[key]

    def get(key: str) -> Any:
        with lock:
            if key not in flights:
                flights[key] = pool.submit(run, key)
            flight = flights[key]
        return flight.result()

    return get


class Looking:
    """Looks again and again whether the load is over, and keeps its flights in a list, not in a dict."""

    def __init__(self, load: Load) -> None:
        self.load, self.lock = load, threading.Lock()
        self.flights: list[Any] = []

    def __call__(self, key: str) -> Any:
        with self.lock:
            found = [flight for flight in self.flights if flight[0] == key]
            flight: Any = found[0] if found else [key, None, None, False]
            if not found:
                self.flights.append(flight)
        if found:
            while not flight[3]:
                time.sleep(0.0005)
        else:
            try:
                flight[1] = self.load(key)
            except Exception as error:  # noqa: BLE001 - handed over to all who wait
                flight[2] = error
            with self.lock:
                self.flights.remove(flight)
            flight[3] = True
        if flight[2] is not None:
            raise flight[2]
        return flight[1]


def racing(load: Load) -> Load:
    """Looks, and only then writes down that it loads: several may look at the same time."""
    flights: dict[str, Future[Any]] = {}

    def get(key: str) -> Any:
        if key in flights:
            return flights[key].result()
        flight = flights[key] = Future()
        flight.set_result(load(key))
        del flights[key]
        return flight.result()

    return get


def circling(load: Load) -> Load:
    """Who waits looks all the time, for ever where the load fails."""
    lock = threading.Lock()
    values: dict[str, list[Any]] = {}

    def get(key: str) -> Any:
        with lock:
            mine = key not in values
            value = values.setdefault(key, [])
        if mine:
            value.append(load(key))
            del values[key]
        while not value:
            pass
        return value[0]

    return get


def one_after_the_other(load: Load) -> Load:
    lock = threading.Lock()

    def get(key: str) -> Any:
        with lock:
            return load(key)

    return get


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("coalesce", [with_futures, without_a_lock, in_other_threads, Looking])
def test_sound_coalescers_pass(coalesce: Any, part: str) -> None:
    assert check_coalescer(coalesce, part, points=2) == 2


@pytest.mark.parametrize("coalesce", [with_futures, without_a_lock])
def test_no_luck_is_needed(coalesce: Any) -> None:
    for _ in range(25):
        assert check_coalescer(coalesce, "once", callers=8) == 1
        assert check_coalescer(coalesce, "afresh", callers=3) == 1


def test_a_race_does_not_depend_on_luck_either(capsys: pytest.CaptureFixture[str]) -> None:
    assert sum(check_coalescer(racing, "once") for _ in range(20)) <= 1
    assert "load('ann') was called while a load of 'ann' was under way: 6 callers" in capsys.readouterr().out


@pytest.mark.parametrize("value", [None, 0, "", False, [], ("a", 1)])
def test_any_value_is_one(value: Any) -> None:
    assert check_coalescer(with_futures, "once", value=value) == 1


@pytest.mark.parametrize(
    ("coalesce", "part", "line"),
    [
        (lambda load: (load("ann"), load)[1], "alone", "load was called before anybody asked for a key."),
        (lambda load: lambda key: key, "alone", "get('ann') returned 'ann', 'row of ann' was expected."),
        (
            lambda load: lambda key: (load(key), load(key))[0],
            "alone",
            "get('ann') made 2 calls of load('ann')",
        ),
        (lambda load: None, "alone", "coalesce(load) was expected to return a function, None came."),
        (lambda load: 1 / 0, "once", "coalesce(load) stopped with ZeroDivisionError('division by zero')."),
        (lambda load: lambda: load("ann"), "once", "get('ann') stopped with TypeError("),
        (one_after_the_other, "once", "6 callers asked for 'ann' at once: load was called 6 times, once was"),
        (
            one_after_the_other,
            "errors",
            "6 callers asked for 'ann' at once: load was called 6 times, once was",
        ),
        (one_after_the_other, "others", "get('bob') waited for the load of 'ann', which is another key."),
        (lambda load: lambda key: None, "once", "get('ann') returned None, 'a row' was expected."),
        (lambda load: lambda key: None, "others", "get('ann') returned None, 'row of ann' was expected."),
        (
            lambda load: lambda key: None,
            "errors",
            "the error of load, LookupError('the database is away'), was",
        ),
        (circling, "recovery", "get('ann') after a load that failed did not come back"),
    ],
)
def test_the_message_says_what_is_wrong(
    coalesce: Any, part: str, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check_coalescer(coalesce, part) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith(f"coalesce: {line}")
    assert captured.out.count("\n") == 1
    assert captured.err == ""


def test_what_is_kept_is_not_loaded_afresh(capsys: pytest.CaptureFixture[str]) -> None:
    def caching(load: Load) -> Load:
        inner, cache = with_futures(load), dict[str, Any]()

        def get(key: str) -> Any:
            if key not in cache:
                cache[key] = inner(key)
            return cache[key]

        return get

    assert check_coalescer(caching, "once") == 1
    assert check_coalescer(caching, "afresh") == 0
    assert "call 2 of get('ann'), one after the other, returned 'row 1 of ann'" in capsys.readouterr().out


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.1])
def test_a_nap_is_no_waiting(seconds: float, capsys: pytest.CaptureFixture[str]) -> None:
    def napping(load: Load) -> Load:
        lock, values = threading.Lock(), dict[str, Any]()

        def get(key: str) -> Any:
            with lock:
                mine = key not in values
                values.setdefault(key, None)
            if mine:
                values[key] = load(key)
            else:
                time.sleep(seconds)
            return values[key]

        return get

    assert check_coalescer(napping, "once") == 0
    assert "get('ann') returned None, 'a row' was expected." in capsys.readouterr().out


def test_an_event_that_stays_set_hands_out_what_is_old() -> None:
    def stale(load: Load) -> Load:
        lock, inner = threading.Lock(), with_futures(load)
        calls: list[Any] = []

        def get(key: str) -> Any:
            with lock:
                first = len(calls) < 3
                calls.append(key)
            calls[0] = inner(key) if first else calls[0]
            return calls[0]

        return get

    assert check_coalescer(stale, "afresh", callers=4) == 0


@pytest.mark.parametrize("part", PARTS)
def test_a_blank_is_not_answered_yet(part: str, capsys: pytest.CaptureFixture[str]) -> None:
    def blank(load: Load) -> Load:
        raise NotImplementedError("Write your answer here.")

    def half(load: Load) -> Load:
        def get(key: str) -> Any:
            raise NotImplementedError

        return get

    for coalesce in (blank, half, None):
        assert check_coalescer(coalesce, part) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == lines[-1] == "coalesce: not answered yet"


def test_threads_that_run_in_circles_are_stopped(capsys: pytest.CaptureFixture[str]) -> None:
    before = threading.active_count()
    assert check_coalescer(circling, "errors", callers=3) == 0
    assert "2 of 3 callers of get('ann') still wait although the load is over." in capsys.readouterr().out
    for _ in range(200):
        if threading.active_count() <= before:
            break
        time.sleep(0.01)
    assert threading.active_count() <= before


@pytest.mark.parametrize("wrong", [{"part": "twice"}, {"callers": 1}, {"callers": 2.5}, {"points": -1}])
def test_bad_arguments_are_the_authors_fault(wrong: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError), match=next(iter(wrong))):
        check_coalescer(with_futures, wrong.pop("part", "alone"), **wrong)

"""Step 5: homework's request coalescer, asked by several threads at once; no answer can hold up the test."""

import ctypes
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from helpers.grading.calls import Wrong, ask, check_trial
from helpers.models.checks import require_choice, require_whole, short_repr

__all__ = ["PARTS", "check_coalescer"]

PARTS = ("alone", "once", "afresh", "others", "errors", "recovery")
"""What can be checked, see `check_coalescer`."""

# Waiting is counted in looks of a millisecond: on a busy machine they take longer, as the answer does.
_PATIENCE, _GRACE, _MEETING = 700, 100, 8
_LOOK_S, _LONGEST_S = 0.001, 3.0
_SHORT_S = 0.003
_ROUNDS = 3

Get = Callable[[Any], Any]
Coalesce = Callable[[Any], Any]


def check_coalescer(
    coalesce: Any, part: str, *, callers: int = 6, value: Any = "a row", points: float = 1
) -> float:
    """Check one part of `coalesce(load)`, which returns `get(key)`: callers at once share one `load(key)`.

    `part` is "alone" (one caller after another), "once" (one load for all who ask at once, which brings
    `value`), "afresh" (a call after that loads again), "others" (other keys do not wait), "errors" (of a
    load, which all who wait get) or "recovery" (and which is not kept). A load lasts until all callers wait
    for it, so no time decides. What is never right: two loads of one key at the same time.

    >>> check_coalescer(lambda load: load, "once", callers=2)
    coalesce: load('ann') was called while a load of 'ann' was under way: 2 callers asked at once.
    0.0
    """
    require_choice("part", part, PARTS)
    callers = require_whole("callers", callers, at_least=2, at_most=50)
    trials: dict[str, Callable[[Coalesce], None]] = {
        "alone": _alone,
        "once": lambda function: _once(function, callers, value),
        "afresh": lambda function: _afresh(function, callers),
        "others": _others,
        "errors": lambda function: _errors(function, callers),
        "recovery": _recovery,
    }
    return check_trial(trials[part], coalesce, points=points, name="coalesce")


class _Load:
    """The load that is handed over: it counts its calls, holds keys until told otherwise, and may fail."""

    def __init__(self, outcome: Callable[[str, int], Any]) -> None:
        self._outcome, self._lock = outcome, threading.Lock()
        self._gates: dict[str, threading.Event] = {}
        self.calls: Counter[str] = Counter()
        self.running: Counter[str] = Counter()
        self.doubled = ""

    def __call__(self, key: Any) -> Any:
        key = "".join(key)  # a plain text, whatever made it
        with self._lock:
            self.calls[key] += 1
            self.running[key] += 1
            number, gate = self.calls[key], self._gates.get(key)
            if self.running[key] > 1:
                self.doubled = key
        try:
            if gate is not None:
                gate.wait(60)
            outcome = self._outcome(key, number)
            if isinstance(outcome, Exception):
                raise outcome
            return outcome
        finally:
            with self._lock:
                self.running[key] -= 1

    def hold(self, key: str) -> None:
        """Let loads of this key go on until it is released."""
        self._gates[key] = threading.Event()

    def release(self, key: str) -> None:
        """Let those that are held end, and later ones too."""
        self._gates.pop(key).set()


class _Meeting:
    """Where callers meet as they look up their key: if no lock keeps them apart, none is ahead."""

    def __init__(self, callers: int) -> None:
        self._callers, self._lock, self._apart = callers, threading.Lock(), False
        self._turns: Counter[int] = Counter()
        self._arrived: Counter[int] = Counter()
        self.seen: set[int] = set()

    def meet(self) -> None:
        caller = threading.get_ident()
        with self._lock:
            self._turns[caller] += 1
            turn = self._turns[caller]
            self._arrived[turn] += 1
        together = _seen(lambda: self._apart or self._arrived[turn] >= self._callers, _MEETING)
        # One of them holds a lock: from now on nobody waits for the others.
        self._apart = self._apart or not together
        self.seen.add(caller)


class _Key(str):
    """A key that is a text, and tells when a dict looks for it."""

    meeting: _Meeting | None = None

    def __hash__(self) -> int:
        if self.meeting is not None:
            self.meeting.meet()
        return super().__hash__()


class _Caller(threading.Thread):
    """A thread that asks for one key and keeps what comes."""

    def __init__(self, get: Get, key: str, start: threading.Barrier | None = None) -> None:
        super().__init__(daemon=True)
        self._get, self._key, self._begin = get, key, start
        self.value: Any = None
        self.error: BaseException | None = None
        self.done = False

    def run(self) -> None:
        try:
            if self._begin is not None:
                self._begin.wait(60)
            self.value = self._get(self._key)
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is what came
            self.error = error
        self.done = True

    def stop(self) -> None:
        """Stop it if it runs in circles; where it waits for a lock, it does so until the program ends."""
        if self.ident is not None and not self.done:
            # A thread cannot be ended from outside, but an error can be raised in it.
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(self.ident), ctypes.py_object(SystemExit)
            )


def _alone(coalesce: Coalesce) -> None:
    load = _Load(lambda key, number: f"row of {key}")
    get = _made(coalesce, load)
    if load.calls:
        raise Wrong("load was called before anybody asked for a key")
    for key in ("ann", "bob", "cat"):
        caller = _answered(_Caller(get, key), f"get({key!r})")
        _require_value(caller, f"row of {key}", f"get({key!r})")
        if load.calls[key] != 1:
            raise Wrong(f"get({key!r}) made {load.calls[key]} calls of load({key!r}), 1 was expected")


def _once(coalesce: Coalesce, callers: int, value: Any) -> None:
    calls, held_s = 0, _SHORT_S
    # A caller that comes late, because the machine is busy, may load again: it must not cost the marks.
    for _ in range(_ROUNDS):
        load = _Load(lambda key, number: value)
        asked, late_s = _at_once(_made(coalesce, load), load, "ann", callers, held_s=held_s, meeting=True)
        for caller in asked:
            _require_value(caller, value, "get('ann')")
        calls = load.calls["ann"]
        if calls == 1:
            if late_s < _SHORT_S or held_s > _SHORT_S:
                return
            # They may have slept for a fixed time instead of waiting: now the load takes longer than that.
            held_s = min(3 * late_s, _LONGEST_S)
    _require_one_call(callers, calls)


def _afresh(coalesce: Coalesce, callers: int) -> None:
    load = _Load(lambda key, number: f"row {number} of {key}")
    get = _made(coalesce, load)
    for number in (1, 2):
        caller = _answered(_Caller(get, "ann"), "get('ann')")
        _require_value(caller, f"row {number} of ann", f"call {number} of get('ann'), one after the other,")
    for _ in (3, 4):
        before = load.calls["ann"]
        found = {repr(caller.value) for caller in _at_once(get, load, "ann", callers)[0]}
        new = {repr(f"row {number} of ann") for number in range(before + 1, load.calls["ann"] + 1)}
        if not new or not found <= new:
            raise Wrong(
                f"{callers} callers asked for 'ann' after an earlier load was done: what a new load brings "
                f"was expected for each, {min(found - new, default='nothing new')} came"
            )


def _others(coalesce: Coalesce) -> None:
    load = _Load(lambda key, number: f"row of {key}")
    get = _made(coalesce, load)
    load.hold("ann")
    first, second = _Caller(get, "ann"), _Caller(get, "bob")
    try:
        first.start()
        if not _seen(lambda: load.running["ann"] > 0 or first.done):
            raise Wrong("get('ann') did not call load('ann')")
        if first.done:
            _require_value(_finished(first, "get('ann')"), "row of ann", "get('ann')")
        second.start()
        if not _seen(lambda: second.done):
            raise Wrong("get('bob') waited for the load of 'ann', which is another key")
        _require_value(second, "row of bob", "get('bob'), while 'ann' is loaded,")
    finally:
        load.release("ann")
        _seen(lambda: first.done and (second.done or second.ident is None))
        first.stop()
        second.stop()
    _require_value(_finished(first, "get('ann')"), "row of ann", "get('ann')")


def _errors(coalesce: Coalesce, callers: int) -> None:
    calls = 0
    for _ in range(_ROUNDS):
        load = _Load(lambda key, number: LookupError("the database is away"))
        for caller in _at_once(_made(coalesce, load), load, "ann", callers)[0]:
            _require_error(caller, f"for each of {callers} callers whose load fails")
        calls = load.calls["ann"]
        if calls == 1:
            return
    _require_one_call(callers, calls)


def _recovery(coalesce: Coalesce) -> None:
    load = _Load(lambda key, number: LookupError("the database is away") if number == 1 else "a row")
    get = _made(coalesce, load)
    _require_error(_answered(_Caller(get, "ann"), "get('ann')"), "of get('ann') whose load fails")
    call = "get('ann') after a load that failed"
    _require_value(_answered(_Caller(get, "ann"), call), "a row", call)


def _made(coalesce: Coalesce, load: _Load) -> Get:
    # A copy of load would count for itself.
    get = ask(lambda: coalesce(load), call="coalesce(load)")
    if not callable(get):
        raise Wrong(f"coalesce(load) was expected to return a function, {short_repr(get)} came")
    return get  # type: ignore[no-any-return]


def _at_once(
    get: Get, load: _Load, key: str, callers: int, *, held_s: float = _LOOK_S, meeting: bool = False
) -> tuple[list[_Caller], float]:
    """Let several threads ask for a key while its load is held: return them, and how long they took after it.

    The load is held until all of them are there, and held_s more.
    """
    start, met = threading.Barrier(callers), _Meeting(callers if meeting else 1)
    threads = []
    for _ in range(callers):
        own = _Key(key)
        own.meeting = met
        threads.append(_Caller(get, own, start))

    def gathered() -> bool:
        # All have looked up the key: they wait for the one that loads, unless there are two loads by now.
        return bool(load.doubled) or (len(met.seen) == callers and load.running[key] > 0)

    load.hold(key)
    try:
        for thread in threads:
            thread.start()
        _seen(lambda: gathered() or all(thread.done for thread in threads), _GRACE)
        time.sleep(held_s)
    finally:
        released = time.monotonic()
        load.release(key)
        ended = _seen(lambda: all(thread.done for thread in threads))
        late_s = time.monotonic() - released
        for thread in threads:
            thread.stop()
    if any(isinstance(thread.error, NotImplementedError) for thread in threads):
        raise NotImplementedError
    if load.doubled:
        raise Wrong(
            f"load({load.doubled!r}) was called while a load of {load.doubled!r} was under way: "
            f"{callers} callers asked at once"
        )
    if not ended:
        waiting = sum(not thread.done for thread in threads)
        raise Wrong(f"{waiting} of {callers} callers of get({key!r}) still wait although the load is over")
    return threads, late_s


def _answered(caller: _Caller, call: str) -> _Caller:
    """Start one caller, wait for it as long as is reasonable, and return it with what it got."""
    caller.start()
    _seen(lambda: caller.done)
    caller.stop()
    return _finished(caller, call)


def _finished(caller: _Caller, call: str) -> _Caller:
    if not caller.done:
        raise Wrong(f"{call} did not come back: it waits, and nobody loads")
    if isinstance(caller.error, NotImplementedError):
        raise NotImplementedError
    return caller


def _seen(holds: Callable[[], Any], looks: int = _PATIENCE) -> bool:
    """Say whether something comes to hold within so many looks, and within a few seconds."""
    end = time.monotonic() + _LONGEST_S
    for _ in range(looks):
        if holds():
            return True
        if time.monotonic() > end:
            break
        time.sleep(_LOOK_S)
    return bool(holds())


def _require_one_call(callers: int, calls: int) -> None:
    if calls != 1:
        raise Wrong(
            f"{callers} callers asked for 'ann' at once: load was called {calls} times, once was expected"
        )


def _require_value(caller: _Caller, value: Any, call: str) -> None:
    if caller.error is not None:
        raise Wrong(f"{call} stopped with {short_repr(caller.error)}, {short_repr(value)} was expected")
    if type(caller.value) is not type(value) or caller.value != value:
        raise Wrong(f"{call} returned {short_repr(caller.value)}, {short_repr(value)} was expected")


def _require_error(caller: _Caller, whose: str) -> None:
    expected = f"the error of load, LookupError('the database is away'), was expected {whose}"
    if caller.error is None:
        raise Wrong(f"{expected}: {short_repr(caller.value)} was returned")
    if type(caller.error) is not LookupError or caller.error.args != ("the database is away",):
        raise Wrong(f"{expected}: {short_repr(caller.error)} was raised")

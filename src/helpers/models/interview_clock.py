"""The whole interview: the account of its clock, seconds a phase, kept alike by a browser and by Python."""

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from helpers.models.checklist import CHECKLIST
from helpers.models.checks import require_number, require_numbers, require_whole
from helpers.models.texts import require_several

__all__ = [
    "ACTIONS",
    "FINISHED",
    "LONGEST_GAP_S",
    "NOT_STARTED",
    "ClockState",
    "finish",
    "heartbeat",
    "mm_ss",
    "next_phase",
    "pause",
    "resume",
    "spent",
    "start",
]

NOT_STARTED = -1
FINISHED = len(CHECKLIST)

LONGEST_GAP_S = 120.0
"""Seconds between two heartbeats above which nobody was there. Our choice: browsers let a page that is
hidden tick once a minute, so a page that was only hidden never reaches it, and a laptop that slept does."""

_LATEST_S = 1e11


@dataclass(frozen=True)
class ClockState:
    """How far an interview is: its phase (-1 before the start, 5 when finished) and the seconds each had.

    `spent_s` is counted up to `running_since`, in seconds of the epoch; None while nothing runs. `away_s` are
    the seconds that passed while nobody was there, which are told and not counted. Raises ValueError or
    TypeError naming the field.

    >>> ClockState("monday", phase=7)
    Traceback (most recent call last):
    ValueError: phase = 7: it must be a whole number, -1 or more, at most 5
    """

    attempt: str = ""
    phase: int = NOT_STARTED
    spent_s: tuple[float, ...] = (0.0,) * len(CHECKLIST)
    running_since: float | None = None
    away_s: float = 0.0

    def __post_init__(self) -> None:
        if not isinstance(self.attempt, str):
            raise TypeError(f"attempt = {self.attempt!r}: it must be text")
        require_whole("phase", self.phase, at_least=NOT_STARTED, at_most=FINISHED)
        seconds = require_several("spent_s", self.spent_s, "numbers")
        if len(seconds) != len(CHECKLIST):
            raise ValueError(
                f"spent_s: {len(seconds)} numbers; it must be one for each of {len(CHECKLIST)} phases"
            )
        for second in seconds:
            require_numbers("spent_s", second, at_least=0, at_most=_LATEST_S, unit="seconds")
        object.__setattr__(self, "spent_s", tuple(map(float, seconds)))
        require_number("away_s", self.away_s, at_least=0, at_most=_LATEST_S, unit="seconds")
        if self.running_since is not None:
            require_number("running_since", self.running_since, at_least=0, at_most=_LATEST_S, unit="seconds")
            if not 0 <= self.phase < FINISHED:
                raise ValueError(f"running_since: nothing runs in phase {self.phase}; it must be None")

    @property
    def running(self) -> bool:
        """Whether seconds are being counted.

        >>> ClockState().running
        False
        """
        return self.running_since is not None

    def as_dict(self) -> dict[str, Any]:
        """Return the state as plain data, for a file or a browser.

        >>> ClockState.from_dict(ClockState("monday").as_dict()) == ClockState("monday")
        True
        """
        return asdict(self) | {"spent_s": list(self.spent_s)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "ClockState":
        """Return the state that `as_dict` wrote; raises ValueError for a field it does not know.

        >>> ClockState.from_dict({"step": 3})
        Traceback (most recent call last):
        ValueError: clock: it has no field 'step'; it has attempt, phase, spent_s, running_since, away_s
        """
        if not isinstance(data, Mapping):
            raise TypeError(f"clock = {data!r}: it must be a dict")
        known = list(cls.__dataclass_fields__)
        for name in data:
            if name not in known:
                raise ValueError(f"clock: it has no field {name!r}; it has {', '.join(known)}")
        return cls(**data)


def start(state: ClockState, now_s: float) -> ClockState:
    """Return the interview begun at `now_s` (seconds of the epoch); one that was begun before just goes on.

    No action here raises for coming at the wrong moment: pressed twice, it counts once.

    >>> start(ClockState("monday"), 1000.0).phase
    0
    """
    counted = _counted(state, now_s)
    return replace(counted, phase=0, running_since=now_s) if state.phase == NOT_STARTED else counted


def pause(state: ClockState, now_s: float) -> ClockState:
    """Return the interview halted at `now_s`: from now on no second counts.

    >>> pause(start(ClockState(), 1000.0), 1090.0).spent_s[0]
    90.0
    """
    return replace(_counted(state, now_s), running_since=None)


def resume(state: ClockState, now_s: float) -> ClockState:
    """Return the interview gone on with at `now_s`; only one that is paused changes.

    >>> paused = pause(start(ClockState(), 1000.0), 1090.0)
    >>> spent(resume(paused, 5000.0), 5001.0)[0]
    91.0
    """
    counted = _counted(state, now_s)
    return replace(counted, running_since=now_s) if 0 <= state.phase < FINISHED else counted


def next_phase(state: ClockState, now_s: float) -> ClockState:
    """Return the interview in its next phase at `now_s`, finished after the last; a paused one stays paused.

    >>> state = next_phase(start(ClockState(), 1000.0), 1300.0)
    >>> state.phase, state.spent_s
    (1, (300.0, 0.0, 0.0, 0.0, 0.0))
    """
    if not 0 <= state.phase < FINISHED - 1:
        return finish(state, now_s)
    return replace(_counted(state, now_s), phase=state.phase + 1)


def finish(state: ClockState, now_s: float) -> ClockState:
    """Return the interview finished at `now_s`; one that was never started stays as it is.

    >>> finish(start(ClockState(), 1000.0), 1300.0).phase
    5
    """
    counted = _counted(state, now_s)
    return state if state.phase == NOT_STARTED else replace(counted, phase=FINISHED, running_since=None)


def heartbeat(state: ClockState, now_s: float) -> ClockState:
    """Return the state counted up to `now_s` by a machine that does this every second.

    When it did not for longer than LONGEST_GAP_S, it slept or was closed: nobody was in the interview,
    so the gap goes to `away_s` and to no phase.

    >>> running = start(ClockState(), 1000.0)
    >>> heartbeat(running, 1060.0).spent_s[0], heartbeat(running, 8200.0).spent_s[0]
    (60.0, 0.0)
    >>> heartbeat(running, 8200.0).away_s
    7200.0
    """
    counted = _counted(state, now_s)
    gap_s = 0.0 if state.running_since is None else now_s - state.running_since
    if gap_s <= LONGEST_GAP_S:
        return counted
    return replace(counted, spent_s=state.spent_s, away_s=state.away_s + gap_s)


def spent(state: ClockState, now_s: float) -> tuple[float, ...]:
    """Return the seconds each phase has had at `now_s`.

    >>> spent(start(ClockState(), 1000.0), 1030.5)
    (30.5, 0.0, 0.0, 0.0, 0.0)
    """
    return _counted(state, now_s).spent_s


def mm_ss(seconds: float) -> str:
    """Return whole minutes and seconds of a length of time, what is left of a second cut off.

    >>> mm_ss(65.9), mm_ss(3725)
    ('1:05', '62:05')
    """
    whole = math.floor(require_number("seconds", seconds, at_least=0))
    return f"{whole // 60}:{whole % 60:02}"


ACTIONS: dict[str, Callable[[ClockState, float], ClockState]] = {
    "start": start,
    "pause": pause,
    "resume": resume,
    "next_phase": next_phase,
    "finish": finish,
}
"""What can be asked of a clock, by name."""


def _counted(state: ClockState, now_s: float) -> ClockState:
    now_s = require_number("now_s", now_s, at_least=0, at_most=_LATEST_S, unit="seconds")
    if state.running_since is None:
        return state
    # A clock that was set back says nothing about how long it has been: count nothing, and go on from there.
    more = max(now_s - state.running_since, 0.0)
    seconds = tuple(s + more * (place == state.phase) for place, s in enumerate(state.spent_s))
    return replace(state, spent_s=seconds, running_since=now_s)

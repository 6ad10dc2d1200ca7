"""The whole interview: its clock, which runs on in the browser while the kernel is busy."""

import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from helpers.models.checklist import CHECKLIST, TALK_MIN, pace
from helpers.models.checks import require_number
from helpers.models.interview_clock import (
    ACTIONS,
    FINISHED,
    NOT_STARTED,
    ClockState,
    heartbeat,
    mm_ss,
    spent,
)
from helpers.models.texts import require_text

__all__ = ["InterviewClock"]

_HERE = Path(__file__).parent


class InterviewClock(anywidget.AnyWidget):
    """The five phases of an interview as a bar that fills, with what is left in words and buttons.

    `slot_min` is the interview's length in minutes; `attempt` names the attempt, which the browser
    remembers: the same name goes on where it was, another starts at zero, and none is forgotten with the
    kernel. `state` is where to go on from if the browser knows nothing. `now` tells the time in seconds of
    the epoch, so that a test need not wait. `phase`, `spent` (seconds), `running` and `away_s` can be
    observed; the browser brings them up to date every five seconds and at every change. Raises ValueError
    or TypeError naming the argument.

    >>> seconds = iter([1000.0, 1000.0, 1290.0])
    >>> clock = InterviewClock(45, attempt="monday", now=lambda: next(seconds))
    >>> clock.start()
    >>> clock.next_phase()
    >>> clock.phase, clock.spent
    (1, [290.0, 0.0, 0.0, 0.0, 0.0])
    """

    # Who keeps the time: the browser, in one record for each attempt, which outlives a page and a kernel.
    # Python asks and the browser tells; neither sets the other's seconds. Python's requests are a list that
    # only grows (`_commands`), each with the phase it was meant for; the browser carries out those it has not
    # yet (`done`), at its own time, and drops a "next phase" whose phase is over already, so that the same
    # step asked for twice counts once. A report says how many requests it has heard; one that has not heard
    # them all is older than what Python knows, and is ignored. Until the next report Python keeps its own
    # account by the same rules (helpers.models.interview_clock), which is all there is when no browser looks
    # on. A run of the cell is a `_session`: the newest takes the record over, goes on from it unless Python
    # is further along, and is the only one whose page counts.
    _esm = _HERE / "clock.js"
    _css = _HERE / "clock.css"
    slot_min = traitlets.Float(read_only=True).tag(sync=True)
    phases: traitlets.List[Any] = traitlets.List(read_only=True).tag(sync=True)
    attempt = traitlets.Unicode(read_only=True).tag(sync=True)
    phase = traitlets.Int(NOT_STARTED, read_only=True).tag(sync=True)
    spent: traitlets.List[Any] = traitlets.List([0.0] * len(CHECKLIST), read_only=True).tag(sync=True)
    running = traitlets.Bool(read_only=True).tag(sync=True)
    away_s = traitlets.Float(read_only=True).tag(sync=True)
    _session = traitlets.Unicode().tag(sync=True)
    _account: "traitlets.Dict[str, Any]" = traitlets.Dict().tag(sync=True)
    _commands: traitlets.List[Any] = traitlets.List().tag(sync=True)
    _report: "traitlets.Dict[str, Any]" = traitlets.Dict().tag(sync=True, echo_update=False)

    def __init__(
        self,
        slot_min: float = 45,
        *,
        attempt: str = "",
        state: ClockState | Mapping[str, Any] | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        slot_min = require_number("slot_min", slot_min, above=TALK_MIN, at_most=600, unit="minutes")
        attempt = attempt if attempt == "" else require_text("attempt", attempt)
        if state is None:
            state = ClockState(attempt)
        elif not isinstance(state, ClockState):
            state = ClockState.from_dict(state)
        if state.attempt != attempt:
            raise ValueError(f"state: it is of the attempt {state.attempt!r}, and this one is {attempt!r}")
        self._now = now
        # A report is heard in a thread of its own while a cell runs, where the kernel can do that.
        self._turn = threading.RLock()
        self.set_trait("slot_min", slot_min)
        self.set_trait("attempt", attempt)
        self.set_trait("phases", _plan(slot_min))
        # In the order of time, so that a page can tell the newest run of a cell from those before it.
        self._session = f"{time.time_ns():020}-{uuid.uuid4().hex}"
        # A saved state may have been running when its kernel ended.
        self._take(heartbeat(state, now()))
        super().__init__()  # sends the page all of it at once

    @property
    def state(self) -> ClockState:
        """The account up to this moment, which `InterviewClock(state=...)` takes."""
        state, now_s = self._state, self._now()
        since = now_s if state.running else None
        return replace(state, spent_s=spent(state, now_s), running_since=since)

    @property
    def text(self) -> str:
        """The clock in words: its plan, and how far it is as last reported."""
        plan = ", ".join(f"{row['title']} {_minutes(row['planned_s'])}" for row in self.phases)
        return f"Clock for {self.slot_min:g} minutes: {plan}. {self._progress()}"

    def start(self) -> None:
        """Begin the first phase, unless it has begun."""
        self._ask("start")

    def pause(self) -> None:
        """Halt the clock."""
        self._ask("pause")

    def resume(self) -> None:
        """Go on after a pause."""
        self._ask("resume")

    def next_phase(self) -> None:
        """Go to the next phase; after the last one the interview is finished."""
        self._ask("next_phase")

    def finish(self) -> None:
        """End the interview, in whatever phase it is."""
        self._ask("finish")

    def _ask(self, action: str) -> None:
        with self._turn, self.hold_sync():
            self._commands = [*self._commands, [action, self.phase]]
            self._take(ACTIONS[action](self._state, self._now()))

    @traitlets.observe("_report")
    def _hear(self, change: Any) -> None:
        report = dict(change["new"])
        session, done = report.pop("session", ""), report.pop("done", -1)
        state = ClockState.from_dict(report)
        if state.running_since is not None:
            # It may have waited for a busy kernel, so what counts is when it was written.
            state = replace(state, running_since=min(state.running_since, self._now()))
        with self._turn:
            if session == self._session and done >= len(self._commands):
                self._take(state)

    def _take(self, state: ClockState) -> None:
        self._state = state
        with self.hold_sync(), self.hold_trait_notifications():
            self._account = state.as_dict()
            self.set_trait("spent", list(state.spent_s))
            self.set_trait("away_s", state.away_s)
            self.set_trait("running", state.running)
            self.set_trait("phase", state.phase)

    def _progress(self) -> str:
        if self.phase == NOT_STARTED:
            return "Not started."
        used = ", ".join(
            f"{row['title']} {mm_ss(seconds)} of {mm_ss(row['planned_s'])}"
            for row, seconds in zip(self.phases, self.spent, strict=True)
            if seconds
        )
        where = "Finished" if self.phase == FINISHED else f"In {self.phases[self.phase]['title']}"
        pause = "" if self.running or self.phase == FINISHED else ", paused"
        away = f" Not counted, because nobody was there: {mm_ss(self.away_s)}." if self.away_s else ""
        return f"{where}{pause}. Used: {used or 'nothing yet'}.{away}"

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """A code-hosting page shows the words; JupyterLab prefers the widget."""
        bundle: Any = super()._repr_mimebundle_(**options)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        data["text/plain"] = self.text
        return bundle


def _plan(slot_min: float) -> list[dict[str, Any]]:
    return [
        {
            "title": row.title,
            "goal": row.goal,
            "key_phrase": row.key_phrase,
            "planned_s": max(1, round(60 * minutes)),
        }
        for row, minutes in zip(CHECKLIST, pace(slot_min), strict=True)
    ]


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:g} min" if seconds % 60 == 0 else mm_ss(seconds)

"""The whole interview: the clock, the interviewer, the whiteboard and the debrief, together."""

import html
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import ipywidgets

from helpers.catalogue import Catalogue, catalogue
from helpers.interviews import InterviewsFileError, interviews_file, load_attempts, save_attempt
from helpers.models.checklist import CHECKLIST
from helpers.models.checks import require_whole
from helpers.models.debrief import judge
from helpers.models.interview import SLOTS_MIN, Attempt, choose_deep_dive, draw_scenario, fitted
from helpers.models.interview_clock import FINISHED, NOT_STARTED, ClockState
from helpers.models.scenario import DIFFICULTIES, SHAPES, Scenario
from helpers.widgets.clock import InterviewClock
from helpers.widgets.controls import dropdown
from helpers.widgets.debrief import Debrief
from helpers.widgets.explorer import Framed
from helpers.widgets.interview_boards import sheets_of
from helpers.widgets.interview_sheet import Sheet

__all__ = ["MockInterview", "mock_interview"]

_SAYS = (
    "Scope it: ask me what you need to know, and write down what we agree on.",
    "Now the scale. Here are the numbers I have; what do they come to?",
    "Draw me the flow of data.",
    "",
    "Where does it break? What would you do about it, and at what price?",
)
_UNKEPT = "You can go on, but nothing is kept until that is mended; the next change after it keeps all."
_TITLES = (*(phase.title for phase in CHECKLIST), "Debrief")


class MockInterview(Framed):
    """A mock interview from the draw to the debrief; `attempt` is what stands on the whiteboard so far.

    `path` is where attempts are kept from the start of the clock on, None for nowhere; `now` tells the time
    in seconds of the epoch, so that an attempt can be replayed without waiting.
    """

    def __init__(
        self,
        known: Catalogue,
        *,
        path: Path | None,
        seed: int | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        if seed is not None:
            seed = require_whole("seed", seed, at_least=0, at_most=2**63)
        self._known, self._path, self._seed, self._now = known, path, seed, now
        self._base: Attempt | None = None  # the attempt as it was last kept or read
        self._unkept = ""
        self.attempt: Attempt | None = None
        self.clock: InterviewClock | None = None
        self.sheets: tuple[Sheet, ...] = ()
        self.debrief: Debrief | None = None
        self.difficulty = dropdown("Difficulty", {"any": "", **{name: name for name in DIFFICULTIES}})
        self.shape = dropdown("Kind", {"any": "", **{name: name for name in SHAPES}})
        self.slot = dropdown("Minutes", {str(minutes): minutes for minutes in SLOTS_MIN})
        self.slot.observe(lambda _: self._try(self._change_slot), "value")
        self.draw_button = ipywidgets.Button(description="Draw a prompt", icon="random")
        self.draw_button.on_click(lambda _: self._try(self.draw))
        self.says = ipywidgets.HTML()
        self.says.add_class("helpers-says")
        self.message = ipywidgets.HTML()
        self.message.add_class("helpers-refused")
        self.place = ipywidgets.VBox()  # the clock of the attempt
        self.board = ipywidgets.Tab()
        self.board.layout.display = "none"
        head = ipywidgets.Box(
            [
                ipywidgets.HTML("<h4>Mock interview</h4>"),
                self.difficulty,
                self.shape,
                self.slot,
                self.draw_button,
            ]
        )
        head.add_class("helpers-head")
        super().__init__([head, self.says, self.place, self.message, self.board])
        self.add_class("helpers-interview")
        self._say("Choose a difficulty and a kind, or leave it to chance. Then draw a prompt.")
        self._try(self._go_on)

    @property
    def scenario(self) -> Scenario:
        """The scenario of the attempt."""
        if self.attempt is None:
            raise ValueError("scenario: no prompt is drawn yet; press “Draw a prompt”")
        return self._known[self.attempt.scenario]

    @property
    def text(self) -> str:
        """What the interviewer says."""
        return self._said

    def draw(self, name: str = "") -> None:
        """Draw a prompt of the chosen difficulty and kind, or take the one named; the clock does not run yet.

        Raises ValueError where there is none, or while an interview is under way.
        """
        if self.attempt is not None and NOT_STARTED < self.attempt.phase < FINISHED:
            raise ValueError(
                f"“{self.scenario.prompt.line}” is under way; press Finish before you draw another"
            )
        if name:
            scenario = self._known[name]
        else:
            choices = self._known.choose(difficulty=self.difficulty.value, shape=self.shape.value)
            sat = {one.scenario for one in self._kept()}
            scenario = draw_scenario(choices, self._seed, besides=sat)
        stamp = datetime.fromtimestamp(self._now(), UTC).strftime("%Y-%m-%d %H:%M:%S")
        self._show(Attempt(scenario.name, f"{stamp} {scenario.name}", slot_min=self.slot.value))

    def start(self) -> None:
        """Start the clock."""
        self._the_clock.start()

    def next_phase(self) -> None:
        """Go to the next phase; after the last one comes the debrief."""
        self._the_clock.next_phase()

    @property
    def _the_clock(self) -> InterviewClock:
        if self.clock is None:
            raise ValueError("clock: no prompt is drawn yet; press “Draw a prompt”")
        return self.clock

    def write(self, **parts: Any) -> None:
        """Write parts of the attempt on the whiteboard, by the names of `Attempt`."""
        if self.attempt is None:
            raise ValueError("write: no prompt is drawn yet; press “Draw a prompt”")
        self._put(**parts)
        self._put_up(sheets_of(self.scenario, self.attempt))

    def _go_on(self) -> None:
        """Take up the last attempt that was started and not finished."""
        last = next(iter(self._kept()[-1:]), None)
        if last is None or last.finished:
            return
        if last.scenario not in self._known:
            raise ValueError(
                f"an interview about {last.scenario!r} is not finished, and its prompt is not here any more; "
                "it stays in the file"
            )
        self._show(fitted(last, self._known[last.scenario]))
        self._base = last

    def _kept(self) -> tuple[Attempt, ...]:
        """The attempts in the file; none, and a message, where it cannot be read."""
        try:
            attempts = load_attempts(self._path) if self._path else ()
        except (InterviewsFileError, OSError) as error:
            self._unkept = f"{error}. {_UNKEPT}"
            return ()
        self._unkept = ""
        return attempts

    def _change_slot(self) -> None:
        """An interview that has not begun takes the slot that is chosen now."""
        attempt = self.attempt
        if attempt and attempt.phase == NOT_STARTED and attempt.slot_min != self.slot.value:
            self._show(attempt.replace(slot_min=self.slot.value))

    def _show(self, attempt: Attempt) -> None:
        sheets = sheets_of(self._known[attempt.scenario], attempt)  # before anything is given up for them
        if self.clock is not None:  # or its page would go on counting
            self.clock.unobserve_all()
            self.clock.pause()
            self.clock.close()
        self.attempt, self.debrief, self._base = attempt, None, None
        state = ClockState(attempt.name, attempt.phase, attempt.spent_s)
        self.clock = InterviewClock(attempt.slot_min, attempt=attempt.name, state=state, now=self._now)
        self.clock.observe(lambda _: self._try(self._tick), ["phase", "spent", "running"])
        self.place.children = [self.clock]
        self._put_up(sheets)
        if attempt.slot_min in SLOTS_MIN:
            self.slot.value = attempt.slot_min
        self.board.layout.display = ""
        self._enter(self.clock.phase)

    def _put_up(self, sheets: tuple[Sheet, ...]) -> None:
        chosen = self.board.selected_index
        self.sheets = sheets
        for sheet in self.sheets:
            sheet.changed = lambda: self._try(self._read)
        self._lay_out()
        if chosen is not None:
            self.board.selected_index = chosen

    def _lay_out(self) -> None:
        last = self.debrief or ipywidgets.HTML("The debrief opens when the interview is finished.")
        self.board.children = [*self.sheets, last]
        self.board.titles = _TITLES

    def _read(self) -> None:
        """Take what stands on the sheets into the attempt."""
        self._put(**{name: part for sheet in self.sheets for name, part in sheet.written().items()})
        assert self.attempt is not None
        for sheet in self.sheets:
            sheet.refresh(self.attempt)

    def _tick(self) -> None:
        assert self.attempt is not None
        assert self.clock is not None
        before = self.attempt.phase
        self._put(phase=self.clock.phase, spent_s=tuple(self.clock.spent))
        if self.clock.phase != before:
            self._enter(self.clock.phase)

    def _enter(self, phase: int) -> None:
        assert self.attempt is not None
        line = self.scenario.prompt.line
        self.slot.disabled = NOT_STARTED < phase < FINISHED
        if phase == NOT_STARTED:
            self._say(f"“{line}.” Press Start when you are ready; the clock gives each phase its minutes.")
        elif phase == FINISHED:
            self._finish()
        else:
            if phase == 3 and self.attempt.dug is None:
                place = choose_deep_dive(self.scenario, self.attempt.architecture, self._seed)
                self._put(dug=place)
            for sheet in self.sheets:
                sheet.refresh(self.attempt)
            said = _SAYS[phase]
            if phase == 3:
                said = self.scenario.deep_dives[self.attempt.dug or 0].question
            self._say(f"“{said}”")
            self.board.selected_index = phase

    def _finish(self) -> None:
        assert self.attempt is not None
        if not self.attempt.finished:
            suggested = {one.criterion.name: one.level for one in judge(self.attempt, self.scenario)}
            levels = {name: level for name, level in suggested.items() if level is not None}
            day = datetime.fromtimestamp(self._now(), UTC).isoformat(timespec="seconds")
            self._put(levels=levels, finished=day)
        self.debrief = Debrief(self.attempt, self.scenario)
        self.debrief.changed = lambda attempt: self._try(lambda: self._put(levels=attempt.levels))
        self._lay_out()
        self.board.selected_index = len(_TITLES) - 1
        self._say("“Thank you. That was all.” Judge yourself in the debrief, or draw another prompt.")

    def _put(self, **parts: Any) -> None:
        """Change the attempt; once its clock was started, keep it, or go on and say why it cannot be kept."""
        assert self.attempt is not None
        self.attempt = self.attempt.replace(**parts)
        if self._path and self.attempt.phase != NOT_STARTED:
            try:
                save_attempt(self.attempt, self._path, since=self._base)
                self._base, self._unkept = self.attempt, ""
            except (InterviewsFileError, OSError) as error:
                self._unkept = f"{error}. {_UNKEPT}"

    def _try(self, action: Callable[[], None]) -> None:
        """Do it, and say in the widget what went wrong; the whiteboard stays as it was."""
        try:
            action()
            message = "; ".join([*filter(None, [self._unkept]), *self._known.refused])
        except (InterviewsFileError, ValueError, TypeError, KeyError, OSError) as error:
            message = str(error.args[0] if isinstance(error, KeyError) else error)
        self.message.value = f'<span role="alert">{html.escape(message)}</span>' if message else ""

    def _say(self, words: str) -> None:
        self._said = words
        self.says.value = f'<p aria-live="polite">{html.escape(words)}</p>'

    def _in_words(self) -> str:
        lines = ["Mock interview", self._said, *([self.clock.text] if self.clock else [])]
        return "\n".join([*lines, *([self.debrief.text] if self.debrief else [])])


def mock_interview(
    *, seed: int | None = None, path: Path | None = None, keep: bool = True, known: Catalogue | None = None
) -> MockInterview:
    """Return a mock interview: draw a prompt, start the clock, fill the whiteboard, read the debrief.

    seed: the same prompt for the same number; None for chance. Attempts are kept in `path`, by default
    INTERVIEWS_FILE or my_interviews.json, unless `keep` is False; an unfinished one is taken up again.

    >>> interview = mock_interview(seed=1, keep=False)
    >>> interview.draw("Pastebin")
    >>> interview.text.split(".")[0]
    '“Design Pastebin'
    """
    place = (path or interviews_file()) if keep else None
    return MockInterview(catalogue() if known is None else known, path=place, seed=seed)

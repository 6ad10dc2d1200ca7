"""The interview's clock without a browser: driven by Python, and told by a page that is played here."""

from typing import Any

import pytest

from helpers.models.checklist import CHECKLIST, pace
from helpers.models.interview_clock import FINISHED, NOT_STARTED, ClockState, start
from helpers.widgets.clock import InterviewClock

BEGIN_S = 1_700_000_000.0
OPENING = (
    "Clock for 45 minutes: 1. Requirements 5 min, 2. Estimations 5 min, 3. High-Level 10 min, "
    "4. Deep Dive 15 min, 5. Bottlenecks 5 min. Not started."
)


class Time:
    """A wall clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now_s = BEGIN_S

    def __call__(self) -> float:
        return self.now_s

    def pass_by(self, seconds: float) -> None:
        self.now_s += seconds


@pytest.fixture
def time() -> Time:
    return Time()


def page_says(clock: InterviewClock, state: ClockState, done: int, session: str = "") -> None:
    """Bring the message a page sends, as it arrives from the front end."""
    report = state.as_dict() | {"session": session or clock._session, "done": done}
    clock.set_state({"_report": report})


def test_it_opens_with_the_checklist_paced_for_the_slot() -> None:
    clock = InterviewClock(60, attempt="a")
    assert [row["planned_s"] for row in clock.phases] == [60 * minutes for minutes in pace(60)]
    assert [(row["title"], row["goal"], row["key_phrase"]) for row in clock.phases] == [
        (row.title, row.goal, row.key_phrase) for row in CHECKLIST
    ]
    assert (clock.phase, clock.running, clock.spent, clock.slot_min) == (NOT_STARTED, False, [0] * 5, 60)


def test_words_stand_in_where_no_widget_runs() -> None:
    for _ in range(2):
        bundle = InterviewClock(45, attempt="a")._repr_mimebundle_()
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        assert data["text/plain"] == OPENING
        assert "application/vnd.jupyter.widget-view+json" in data
    assert "1. Requirements 6:40, 2. Estimations 5 min" in InterviewClock(50).text
    assert min(row["planned_s"] for row in InterviewClock(5.001).phases) == 1


def test_a_whole_attempt_is_replayed_without_waiting(time: Time) -> None:
    clock = InterviewClock(45, attempt="a", now=time)
    clock.start()
    for seconds in (320, 250, 640, 900):
        time.pass_by(seconds)
        clock.next_phase()
    assert (clock.phase, clock.running) == (4, True)
    time.pass_by(65)
    clock.pause()
    time.pass_by(10_000)
    assert clock.text.endswith(
        "In 5. Bottlenecks, paused. Used: 1. Requirements 5:20 of 5:00, 2. Estimations 4:10 of 5:00, "
        "3. High-Level 10:40 of 10:00, 4. Deep Dive 15:00 of 15:00, 5. Bottlenecks 1:05 of 5:00."
    )
    clock.resume()
    time.pass_by(30)
    clock.next_phase()
    assert (clock.phase, clock.running, clock.away_s) == (FINISHED, False, 0)
    assert clock.spent == [320, 250, 640, 900, 95]
    clock.start()
    assert clock.phase == FINISHED


def test_the_state_between_reports_is_of_this_moment(time: Time) -> None:
    clock = InterviewClock(attempt="a", now=time)
    clock.start()
    time.pass_by(42)
    assert clock.spent[0] == 0
    assert clock.state.spent_s[0] == 42
    time.pass_by(8)
    assert clock.state.spent_s[0] == 50
    again = InterviewClock(attempt="a", now=time, state=clock.state.as_dict())
    assert (again.phase, again.running, again.spent[0]) == (0, True, 50)


def test_what_was_running_when_its_kernel_ended_is_not_counted_until_now(time: Time) -> None:
    state = start(ClockState("a"), BEGIN_S)
    time.pass_by(86_400)
    clock = InterviewClock(attempt="a", state=state, now=time)
    assert (clock.spent[0], clock.away_s, clock.running) == (0, 86_400, True)
    assert clock.text.endswith("Not counted, because nobody was there: 1440:00.")


def test_the_page_gets_everything_in_its_first_message(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[dict[str, Any]] = []
    monkeypatch.setattr(InterviewClock, "open", lambda self: opened.append(self.get_state()))
    state = ClockState("a", 2, (1, 2, 3, 0, 0))
    clock = InterviewClock(50, attempt="a", state=state)
    assert opened[0]["_account"] == state.as_dict()
    assert opened[0]["_session"] == clock._session
    assert len(opened[0]["phases"]) == 5
    assert (opened[0]["attempt"], opened[0]["slot_min"]) == ("a", 50)
    later = InterviewClock(50, attempt="a")
    assert later._session > clock._session


def test_what_the_page_has_counted_replaces_what_python_guessed(time: Time) -> None:
    clock = InterviewClock(attempt="a", now=time)
    clock.start()
    time.pass_by(400)
    page_says(clock, ClockState("a", 1, (290.5, 9.5, 0, 0, 0), BEGIN_S + 400, 100), done=1)
    assert (clock.phase, clock.spent[:2], clock.away_s, clock.running) == (1, [290.5, 9.5], 100, True)
    time.pass_by(5)
    assert clock.state.spent_s[1] == 14.5


def test_a_report_that_waited_for_a_busy_kernel_counts_from_when_it_was_written(time: Time) -> None:
    clock = InterviewClock(attempt="a", now=time)
    time.pass_by(600)
    page_says(clock, ClockState("a", 0, (5, 0, 0, 0, 0), BEGIN_S + 5), done=0)
    assert clock.state.spent_s[0] == 600
    page_says(clock, ClockState("a", 0, (5, 0, 0, 0, 0), BEGIN_S + 5000), done=0)
    time.pass_by(1)
    assert clock.state.spent_s[0] == 6, "a page whose clock is ahead must not stop ours"


def test_a_report_from_before_a_request_is_ignored(time: Time) -> None:
    clock = InterviewClock(attempt="a", now=time)
    clock.start()
    time.pass_by(10)
    clock.next_phase()
    page_says(clock, ClockState("a", 0, (9, 0, 0, 0, 0), BEGIN_S + 9), done=1)
    assert (clock.phase, clock.spent[0]) == (1, 10)
    page_says(clock, ClockState("a", 1, (10.25, 0, 0, 0, 0), BEGIN_S + 10.25), done=2)
    assert (clock.phase, clock.spent[0]) == (1, 10.25)


def test_a_report_of_another_run_of_the_cell_is_ignored(time: Time) -> None:
    clock = InterviewClock(attempt="a", now=time)
    page_says(clock, ClockState("a", 3), done=0, session="another")
    assert clock.phase == NOT_STARTED
    page_says(clock, ClockState("a", 3), done=0)
    assert clock.phase == 3


def test_requests_name_the_phase_they_were_meant_for(time: Time) -> None:
    clock = InterviewClock(attempt="a", now=time)
    clock.start()
    clock.next_phase()
    clock.pause()
    assert clock._commands == [["start", -1], ["next_phase", 0], ["pause", 1]]


def test_who_watches_the_phase_sees_its_seconds(time: Time) -> None:
    clock = InterviewClock(attempt="a", now=time)
    seen: list[tuple[int, float, bool]] = []
    clock.observe(lambda change: seen.append((change["new"], sum(clock.spent), clock.running)), "phase")
    clock.start()
    time.pass_by(30)
    clock.next_phase()
    time.pass_by(12)
    clock.finish()
    assert seen == [(0, 0, True), (1, 30, True), (FINISHED, 42, False)]


def test_nobody_sets_the_phase_past_the_account() -> None:
    clock = InterviewClock()
    for name, value in {"phase": 2, "spent": [1] * 5, "running": True, "attempt": "b"}.items():
        with pytest.raises(Exception, match="read-only"):
            setattr(clock, name, value)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"slot_min": 0}, "slot_min = 0"),
        ({"slot_min": -45}, "slot_min = -45"),
        ({"slot_min": 5}, "slot_min = 5: it must be a number above 5"),
        ({"slot_min": 1e9}, "slot_min = 1000000000.0"),
        ({"slot_min": float("nan")}, "slot_min = nan"),
        ({"slot_min": "45"}, "slot_min = '45'"),
        ({"attempt": "  "}, "attempt = '  ': it must not be blank"),
        ({"attempt": 3}, "attempt = 3: it must be text"),
        ({"state": ClockState("b")}, "state: it is of the attempt 'b', and this one is ''"),
        ({"state": {"phase": 9}}, "phase = 9"),
        ({"state": {"stage": 1}}, "clock: it has no field 'stage'"),
        ({"state": 3}, "clock = 3: it must be a dict"),
    ],
)
def test_bad_arguments_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        InterviewClock(**arguments)

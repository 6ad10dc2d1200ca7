"""Whatever is pressed and whenever, each second is counted once, in the phase it was spent in."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from helpers.models.interview_clock import (
    ACTIONS,
    FINISHED,
    LONGEST_GAP_S,
    NOT_STARTED,
    ClockState,
    heartbeat,
    next_phase,
    pause,
    resume,
    spent,
    start,
)

BEGIN_S = 1_700_000_000.0
STEPS = st.lists(
    st.tuples(st.sampled_from([*ACTIONS, "heartbeat"]), st.integers(-400, 4000)), min_size=1, max_size=40
)
DO = {**ACTIONS, "heartbeat": heartbeat}


@dataclass
class Diary:
    """Every second that passed, written down with where it belongs: an account kept in another way."""

    phase: int = NOT_STARTED
    running: bool = False
    seconds: dict[int | str, int] = field(default_factory=dict)

    def passed(self, elapsed_s: int, by: str) -> None:
        nobody = by == "heartbeat" and elapsed_s > LONGEST_GAP_S
        place = "away" if nobody else self.phase
        if self.running:
            self.seconds[place] = self.seconds.get(place, 0) + max(elapsed_s, 0)

    def did(self, action: str) -> None:
        on = 0 <= self.phase < FINISHED
        if action == "start" and self.phase == NOT_STARTED:
            self.phase, self.running = 0, True
        elif action == "pause" or (action == "finish" and on):
            self.running = False
        elif action == "resume" and on:
            self.running = True
        if action == "next_phase" and on:
            self.phase += 1
        if action == "finish" and on:
            self.phase = FINISHED
        self.running = self.running and self.phase < FINISHED


@given(STEPS)
@example([("start", 0), ("next_phase", 300), ("pause", 60), ("resume", 900), ("finish", 30)])
@example([("start", 0), ("heartbeat", 4000), ("pause", -400), ("pause", 4000)])
@example([("start", 0), *[("next_phase", 10)] * 7])
def test_no_second_is_lost_or_counted_twice(steps: list[tuple[str, int]]) -> None:
    state, diary, now_s = ClockState("a"), Diary(), BEGIN_S
    for action, elapsed_s in steps:
        now_s += elapsed_s
        diary.passed(elapsed_s, action)
        diary.did(action)
        before, state = state, DO[action](state, now_s)
        assert (state.phase, state.running) == (diary.phase, diary.running)
        assert state.phase >= before.phase
        assert all(new >= old for new, old in zip(state.spent_s, before.spent_s, strict=True))
    assert list(state.spent_s) == [diary.seconds.get(phase, 0) for phase in range(FINISHED)]
    assert state.away_s == diary.seconds.get("away", 0)


@given(STEPS, st.lists(st.integers(1, int(LONGEST_GAP_S)), max_size=30))
def test_heartbeats_in_between_change_nothing(steps: list[tuple[str, int]], beats: list[int]) -> None:
    actions = [(action, abs(elapsed_s)) for action, elapsed_s in steps if action in ACTIONS]
    plain, beating, now_s = ClockState(), ClockState(), BEGIN_S
    for action, elapsed_s in actions:
        end_s = now_s + elapsed_s
        for beat in [*beats, *[int(LONGEST_GAP_S)] * (elapsed_s // int(LONGEST_GAP_S))]:
            if now_s + beat <= end_s:
                now_s += beat
                beating = heartbeat(beating, now_s)
        now_s = end_s
        plain, beating = DO[action](plain, now_s), DO[action](beating, now_s)
        assert spent(plain, now_s) == spent(beating, now_s)
    assert beating.away_s == 0


@given(STEPS, st.sampled_from(["start", "pause", "resume", "finish", "heartbeat"]))
def test_pressed_twice_counts_once(steps: list[tuple[str, int]], action: str) -> None:
    state, now_s = ClockState(), BEGIN_S
    for name, elapsed_s in steps:
        now_s += elapsed_s
        state = DO[name](state, now_s)
    once = DO[action](state, now_s)
    assert DO[action](once, now_s) == once


def test_a_pause_is_not_interview_time() -> None:
    state = pause(start(ClockState(), BEGIN_S), BEGIN_S + 10)
    assert spent(state, BEGIN_S + 5000)[0] == 10
    assert sum(spent(resume(state, BEGIN_S + 5000), BEGIN_S + 5007)) == 17
    moved = next_phase(state, BEGIN_S + 6000)
    assert (moved.phase, moved.running, moved.spent_s[1]) == (1, False, 0)


def test_a_machine_that_slept_was_not_in_the_interview() -> None:
    state = start(ClockState(), BEGIN_S)
    hidden_page = heartbeat(state, BEGIN_S + LONGEST_GAP_S)
    assert (hidden_page.spent_s[0], hidden_page.away_s) == (LONGEST_GAP_S, 0)
    asleep = heartbeat(state, BEGIN_S + LONGEST_GAP_S + 1)
    assert (asleep.spent_s[0], asleep.away_s) == (0, LONGEST_GAP_S + 1)
    assert heartbeat(asleep, BEGIN_S + LONGEST_GAP_S + 31).spent_s[0] == 30


def test_a_clock_set_back_counts_nothing_and_goes_on() -> None:
    state = heartbeat(start(ClockState(), BEGIN_S), BEGIN_S + 50)
    back = heartbeat(state, BEGIN_S - 3600)
    assert (back.spent_s[0], back.away_s) == (50, 0)
    assert heartbeat(back, BEGIN_S - 3590).spent_s[0] == 60


@given(STEPS)
def test_a_state_survives_its_file(steps: list[tuple[str, int]]) -> None:
    state, now_s = ClockState("Monday, 2nd"), BEGIN_S
    for action, elapsed_s in steps:
        now_s += elapsed_s
        state = DO[action](state, now_s)
    assert ClockState.from_dict(json.loads(json.dumps(state.as_dict()))) == state


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"attempt": None}, "attempt = None: it must be text"),
        ({"phase": 6}, "phase = 6"),
        ({"phase": 1.0}, "phase = 1.0: it must be a whole number"),
        ({"spent_s": (0, 0, 0)}, "spent_s: 3 numbers"),
        ({"spent_s": "00000"}, "spent_s = '00000'"),
        ({"spent_s": (0, 0, -1, 0, 0)}, "spent_s = -1"),
        ({"spent_s": (0, 0, float("nan"), 0, 0)}, "spent_s = nan"),
        ({"away_s": float("inf")}, "away_s = inf"),
        ({"phase": 0, "running_since": "now"}, "running_since = 'now'"),
        ({"running_since": BEGIN_S}, "running_since: nothing runs in phase -1"),
        ({"phase": FINISHED, "running_since": BEGIN_S}, "running_since: nothing runs in phase 5"),
    ],
)
def test_a_state_that_cannot_be_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        ClockState(**fields)


@pytest.mark.parametrize("action", DO)
@pytest.mark.parametrize("now_s", [None, "12:00", float("nan"), -1.0, 1000 * BEGIN_S])
def test_a_time_that_is_none_is_refused(action: str, now_s: Any) -> None:
    with pytest.raises((ValueError, TypeError), match="now_s = "):
        DO[action](ClockState(), now_s)

"""A mock interview, replayed without waiting from the draw to the debrief; what is kept; what goes wrong."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from helpers.catalogue import Catalogue, catalogue
from helpers.interviews import load_attempts
from helpers.models.checklist import CHECKLIST
from helpers.models.debrief import RUBRIC
from helpers.models.interview import lines_asked
from helpers.models.requirements import CORE
from helpers.widgets.debrief import interview_history
from helpers.widgets.interview import MockInterview, mock_interview


class Time:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1.8e9

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def sit(tmp_path: Path, time: Time) -> Callable[[], MockInterview]:
    return lambda: MockInterview(catalogue(), path=tmp_path / "own.json", seed=1, now=time)


def replay(interview: MockInterview, time: Time, name: str, minutes: tuple[float, ...]) -> None:
    """Sit a whole interview through its controls, as a good candidate would."""
    interview.draw(name)
    scenario = interview.scenario
    interview.start()
    sheets: tuple[Any, ...] = interview.sheets
    fills: tuple[Callable[[], Any], ...] = (
        lambda: requirements(interview),
        lambda: estimate(interview),
        lambda: sheets[2].drawing.set(servers=True, cache=True, standbys=True),
        lambda: setattr(sheets[3].answer, "value", scenario.deep_dives[0].answer),
        lambda: setattr(sheets[4].issues, "value", "no backup\nno alarm\n\nNo  alarm"),
    )
    for fill, spent in zip(fills, minutes, strict=True):
        fill()
        time.now += 60 * spent
        interview.next_phase()


def requirements(interview: MockInterview) -> None:
    sheet: Any = interview.sheets[0]
    prompt = interview.scenario.prompt
    core = {feature.name for feature in prompt.features if feature.kind == CORE}
    for box in sheet.features:
        box.value = box.name in core
    for box, question in zip(sheet.questions, prompt.questions, strict=True):
        box.value = question.matters
    written = {"daily_users": "1 M", "latency_ms": "100", "percentile": "99", "availability_percent": "99.9"}
    for entry in sheet.entries:
        entry.box.value = written[entry.name]


def estimate(interview: MockInterview) -> None:
    sheet: Any = interview.sheets[1]
    for name, box in sheet.boxes.items():
        box.value = interview.scenario.estimate[name].whiteboard


def test_a_whole_interview_is_replayed_without_waiting(
    sit: Callable[[], MockInterview], time: Time, tmp_path: Path
) -> None:
    interview = sit()
    replay(interview, time, "Pastebin", (5, 5, 10, 15, 6))
    assert interview.message.value == ""
    attempt, debrief = interview.attempt, interview.debrief
    assert attempt is not None
    assert debrief is not None
    assert list(attempt.spent_s) == [300, 300, 600, 900, 360]
    assert list(attempt.issues) == ["no backup", "No alarm"]
    assert [one.level for one in debrief.judged] == [3, 3, 3, None, 3, None]
    assert "5. Bottlenecks: 6:00 of 5:00, 1:00 over" in debrief.text
    assert "Judge the rows that are yours" in debrief.text
    assert debrief.choices["Deep Dive"].label == "Choose: yours to judge"
    debrief.set_level("Requirements", 1)
    assert "Open the lesson" not in debrief.next.value, "two rows are not judged yet"
    debrief.set_level("Requirements", 3)
    debrief.set_level("Deep Dive", 2)
    debrief.set_level("Communication", 1)
    assert debrief.text.endswith("Practise next: Communication.")
    assert 'href="0_start_here.ipynb"' in debrief.next.value
    (kept,) = load_attempts(tmp_path / "own.json")
    assert kept.levels["Communication"] == 1
    assert set(kept.levels) == {criterion.name for criterion in RUBRIC}
    assert kept.finished.startswith("2027-01-15")


def test_an_attempt_is_kept_as_a_page(
    sit: Callable[[], MockInterview], time: Time, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    interview = sit()
    replay(interview, time, "Ad clicks", (5, 5, 10, 15, 5))
    assert interview.debrief is not None
    panel = interview.debrief.export
    assert panel in interview.debrief.children
    panel.press("HTML")
    page = (tmp_path / "my_ad_clicks.html").read_text(encoding="utf-8")
    assert "Design a system that counts clicks" in page
    assert "<svg" in page
    panel.press("HTML")
    assert "is there already" in panel.text


def test_every_prompt_can_be_sat_to_its_end(time: Time) -> None:
    for name in catalogue():
        interview = MockInterview(catalogue(), path=None, seed=2, now=time)
        replay(interview, time, name, (1, 1, 1, 1, 1))
        assert interview.message.value == "", name
        assert interview.debrief is not None
        assert interview.debrief.judged[1].level == 3, name


def test_the_opening_state_waits_for_a_draw(sit: Callable[[], MockInterview]) -> None:
    interview = sit()
    assert interview.attempt is None
    assert interview.board.layout.display == "none"
    assert "draw a prompt" in interview.text
    for action in (interview.start, interview.next_phase, lambda: interview.scenario):
        with pytest.raises(ValueError, match="no prompt is drawn yet"):
            action()


def test_answers_stay_hidden_until_a_question_is_asked(sit: Callable[[], MockInterview]) -> None:
    interview = sit()
    interview.draw("Pastebin")
    sheet: Any = interview.sheets[0]
    answers = [question.answer for question in interview.scenario.prompt.questions]
    shown = " ".join(box.description for box in sheet.questions)
    assert not any(answer in shown for answer in answers)
    sheet.questions[0].value = True
    assert answers[0] in sheet.questions[0].description
    model = interview.scenario.model_answer[0]
    assert model not in interview._in_words()


def test_the_interviewer_digs_into_what_was_drawn(sit: Callable[[], MockInterview]) -> None:
    interview = sit()
    interview.draw("Pastebin")
    interview.start()
    sheet: Any = interview.sheets[3]
    assert "picks a component" in sheet.question.value
    for _ in range(3):
        interview.next_phase()
    assert interview.attempt is not None
    dive = interview.scenario.deep_dives[interview.attempt.dug or 0]
    assert dive.kind == "primary database", "nothing else was drawn"
    assert dive.question in interview.text
    assert dive.follow_ups[0] not in sheet.follow_ups.value
    sheet.more.click()
    assert dive.follow_ups[0] in sheet.follow_ups.value
    for _ in dive.follow_ups:
        sheet.more.click()
    assert sheet.more.disabled
    assert interview.board.selected_index == 3


def test_components_to_name_follow_the_drawing(sit: Callable[[], MockInterview]) -> None:
    interview = sit()
    interview.draw("Pastebin")
    drawing: Any = interview.sheets[2]
    named: Any = interview.sheets[4]
    assert list(named.boxes) == ["Primary database"]
    drawing.drawing.set(servers=True, object_store=True)
    assert list(named.boxes) == ["Load balancer", "API servers", "Primary database"]
    named.boxes["Load balancer"].value = True
    assert interview.attempt is not None
    assert interview.attempt.alone == ("Load balancer",)


def test_nothing_is_kept_before_the_clock_starts(sit: Callable[[], MockInterview], tmp_path: Path) -> None:
    interview = sit()
    interview.draw("Pastebin")
    requirements(interview)
    assert not (tmp_path / "own.json").exists()
    interview.start()
    (kept,) = load_attempts(tmp_path / "own.json")
    assert kept.daily_users == 1e6


def test_an_unfinished_attempt_is_taken_up_again(sit: Callable[[], MockInterview], time: Time) -> None:
    first = sit()
    first.draw("Pastebin")
    first.start()
    requirements(first)
    time.now += 100
    first.next_phase()
    estimate(first)
    again = sit()
    assert again.attempt == first.attempt
    assert again.clock is not None
    assert (again.clock.phase, again.clock.spent[0]) == (1, 100)
    sheet: Any = again.sheets[1]
    assert [box.value for box in sheet.boxes.values()] == [
        again.scenario.estimate[name].whiteboard for name in lines_asked(again.scenario)
    ]
    box: Any = again.sheets[0]
    assert box.entries[0].value == 1e6
    for _ in range(4):
        again.next_phase()
    assert again.debrief is not None
    assert sit().attempt is None, "a finished one is not"


def test_prompts_that_were_sat_come_last(sit: Callable[[], MockInterview], time: Time) -> None:
    seen = []
    for _ in catalogue():
        interview = sit()
        interview.draw()
        assert interview.attempt is not None
        seen.append(interview.attempt.scenario)
        interview.start()
        time.now += 1
        interview._the_clock.finish()
    assert sorted(seen) == sorted(catalogue())


def test_a_running_interview_is_not_lost_to_another_draw(sit: Callable[[], MockInterview]) -> None:
    interview = sit()
    interview.draw("Pastebin")
    interview.draw("Chat")
    interview.start()
    interview.draw_button.click()
    assert "“Design a chat app like WhatsApp” is under way" in interview.message.value
    assert interview.scenario.name == "Chat"
    interview._the_clock.finish()
    interview.draw("Pastebin")
    assert interview.scenario.name == "Pastebin"


def test_bad_input_is_a_message_beside_its_box(sit: Callable[[], MockInterview]) -> None:
    interview = sit()
    interview.draw("Pastebin")
    sheet: Any = interview.sheets[0]
    users, latency, percentile, availability = sheet.entries
    users.box.value = "5 M"
    for text in ("-3", "lots", "nan", "1e99"):
        users.box.value = text
        assert "Daily users" in users.refused
        assert users.value == 5e6
    users.box.value = " "
    assert (users.value, users.refused) == (None, "")
    latency.box.value = "2 s"
    assert latency.value == 2000
    percentile.box.value = "999"
    assert "percentile" in percentile.refused
    for text in ("p95", "95th", "95 %", "P 95", "95"):
        percentile.box.value = ""
        percentile.box.value = text
        assert (percentile.value, percentile.refused) == (95, ""), text
    availability.box.value = "100"
    assert availability.value is None
    assert "at most 99.9999 " in availability.refused
    drawing: Any = interview.sheets[2]
    drawing.drawing.controls["shard_count"].box.value = "-1"
    assert drawing.drawing.controls["shard_count"].refused
    assert interview.message.value == ""


def test_a_damaged_file_is_said_and_left_alone(sit: Callable[[], MockInterview], tmp_path: Path) -> None:
    path = tmp_path / "own.json"
    path.write_text("{", encoding="utf-8")
    interview = sit()
    assert "own.json: it is damaged" in interview.message.value
    interview.draw_button.click()
    interview.start()
    requirements(interview)
    assert "it is damaged" in interview.message.value
    assert interview.attempt is not None, "one can sit an interview all the same"
    assert path.read_text(encoding="utf-8") == "{"


def test_a_choice_without_prompts_is_said(time: Time) -> None:
    pastebin = {"Pastebin": catalogue()["Pastebin"]}
    interview = MockInterview(Catalogue(pastebin, ("bad.toml: no",)), path=None, now=time)
    assert "bad.toml: no" in interview.message.value
    interview.shape.value = "geo"
    interview.draw_button.click()
    assert "there is none of this difficulty and kind" in interview.message.value


def test_an_attempt_at_an_unknown_prompt_is_not_taken_up(
    sit: Callable[[], MockInterview], tmp_path: Path
) -> None:
    interview = sit()
    interview.draw("Pastebin")
    interview.start()
    path = tmp_path / "own.json"
    table = json.loads(path.read_text(encoding="utf-8"))
    table["attempts"][0]["scenario"] = "Gone"
    path.write_text(json.dumps(table), encoding="utf-8")
    again = sit()
    assert again.attempt is None
    assert "&#x27;Gone&#x27; is not finished" in again.message.value
    again.draw("Chat")
    again.start()
    assert [one.scenario for one in load_attempts(path)] == ["Gone", "Chat"]


def test_an_interview_goes_on_where_nothing_can_be_kept(time: Time, tmp_path: Path) -> None:
    path = tmp_path / "gone" / "own.json"
    interview = MockInterview(catalogue(), path=path, seed=1, now=time)
    replay(interview, time, "Pastebin", (5, 5, 10, 15, 6))
    assert "No such file" in interview.message.value
    assert "nothing is kept" in interview.message.value
    assert interview.debrief is not None
    assert interview.board.selected_index == 5
    path.parent.mkdir()
    interview.debrief.set_level("Communication", 2)
    assert interview.message.value == ""
    (kept,) = load_attempts(path)
    assert (kept.levels["Communication"], kept.daily_users, kept.finished != "") == (2, 1e6, True)


def test_two_tabs_lose_nothing_to_one_another(sit: Callable[[], MockInterview], tmp_path: Path) -> None:
    first = sit()
    first.draw("Pastebin")
    first.start()
    second = sit()
    sheets: tuple[Any, ...] = first.sheets
    sheets[3].answer.value = "a key of its own"
    others: tuple[Any, ...] = second.sheets
    others[4].issues.value = "no backup"
    second.next_phase()
    (kept,) = load_attempts(tmp_path / "own.json")
    assert (kept.deep_dive, kept.issues, kept.phase) == ("a key of its own", ("no backup",), 1)


def test_an_attempt_that_fits_its_prompt_no_longer_is_taken_up_as_far_as_it_does(
    sit: Callable[[], MockInterview], tmp_path: Path
) -> None:
    interview = sit()
    interview.draw("Pastebin")
    interview.start()
    requirements(interview)
    path = tmp_path / "own.json"
    table = json.loads(path.read_text(encoding="utf-8"))
    table["attempts"][0].update(dug=99, features=["Fly"], levels={"Mood": 3})
    path.write_text(json.dumps(table), encoding="utf-8")
    again = sit()
    again._the_clock.finish()
    assert again.debrief is not None
    table["attempts"][0].update(dug=None, features=[], parts={"server_count": 1_000_000})
    path.write_text(json.dumps(table), encoding="utf-8")
    assert "server_count = 1000000" in sit().message.value


def test_the_slot_can_be_changed_until_the_clock_runs(sit: Callable[[], MockInterview]) -> None:
    interview = sit()
    interview.slot.value = 60
    interview.draw("Pastebin")
    interview.slot.value = 45
    assert interview.clock is not None
    assert interview.clock.slot_min == 45
    interview.slot.value = 60
    interview.start()
    assert interview.slot.disabled
    assert interview.attempt is not None
    assert interview.attempt.slot_min == interview.clock.slot_min == 60
    again = sit()
    assert (again.slot.value, again.slot.disabled) == (60, True)
    again._the_clock.finish()
    assert not again.slot.disabled


@pytest.mark.parametrize("seed", ["one", -1, 1.5, True, [1], 1e30, float("nan")])
def test_a_seed_that_is_none_is_refused_at_once(seed: Any) -> None:
    with pytest.raises((ValueError, TypeError), match="seed = "):
        mock_interview(seed=seed, keep=False)


def test_the_interviewer_s_numbers_wait_for_their_phase(sit: Callable[[], MockInterview]) -> None:
    interview = sit()
    interview.draw("Pastebin")
    sheet: Any = interview.sheets[1]
    interview.start()
    assert "1 M users" not in sheet.numbers.value
    interview.next_phase()
    assert "1 M users" in sheet.numbers.value


def test_what_is_no_number_is_said_and_what_is_wrong_is_not(sit: Callable[[], MockInterview]) -> None:
    interview = sit()
    interview.draw("Pastebin")
    interview.start()
    interview.next_phase()
    sheet: Any = interview.sheets[1]
    box, said = sheet.boxes["writes_per_second"], sheet.refused["writes_per_second"]
    box.value = "4 <b>apples</b>/s"
    assert "cannot be read" in said.value
    assert "<b>" not in said.value
    for text in ("4 writes/s", "4000000/s", "", "0"):
        box.value = text
        assert said.value == "", text


def test_a_drawing_starts_small(sit: Callable[[], MockInterview]) -> None:
    interview = sit()
    interview.draw("Pastebin")
    sheets: tuple[Any, ...] = interview.sheets
    sheets[2].drawing.set(servers=True)
    assert interview.attempt is not None
    assert interview.attempt.parts == {"servers": True, "server_count": 2, "write_servers": 2}
    interview.write(percentile=99)
    assert interview.sheets[2].written()["parts"] == interview.attempt.parts


def test_history_counts_only_the_rubric_s_rows(
    sit: Callable[[], MockInterview], time: Time, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTERVIEWS_FILE", str(tmp_path / "own.json"))
    replay(sit(), time, "Pastebin", (1, 1, 1, 1, 1))
    path = tmp_path / "own.json"
    table = json.loads(path.read_text(encoding="utf-8"))
    table["attempts"][0]["levels"] |= {f"Mood {place}": 3 for place in range(9)}
    path.write_text(json.dumps(table), encoding="utf-8")
    assert "The last reached 12 of 18" in interview_history().text


def test_history_shows_what_was_finished(
    sit: Callable[[], MockInterview], time: Time, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTERVIEWS_FILE", str(tmp_path / "own.json"))
    assert "None yet" in interview_history().text
    for name in ("Pastebin", "Pastebin"):
        interview = sit()
        replay(interview, time, name, (5, 5, 10, 15, 5))
        time.now += 60
    shown = interview_history()
    assert shown.text == "2 finished. The last reached 12 of 18, the best 12."
    assert shown.plot.figures[0]["data"][0]["y"] == [12, 12]
    (tmp_path / "own.json").write_text("[", encoding="utf-8")
    assert "could not be read" in interview_history().text


def test_the_plain_text_says_where_one_is(time: Time) -> None:
    interview = mock_interview(seed=1, keep=False)
    assert interview._repr_mimebundle_()["text/plain"].startswith("Mock interview\nChoose")
    interview.draw("Pastebin")
    words = interview._in_words()
    assert "“Design Pastebin.”" in words
    assert all(phase.title in words for phase in CHECKLIST)

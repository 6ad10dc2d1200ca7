"""Lesson 6: the numbers in its sentences are those of the models and of the attempt that it shows."""

from pathlib import Path

import nbformat
import pytest

from helpers.catalogue import catalogue
from helpers.models.checklist import CHECKLIST, TALK_MIN, minutes_in_all, pace
from helpers.models.debrief import BEST, judge
from helpers.models.example_attempt import EXAMPLE_ATTEMPT
from helpers.models.interview import lines_asked
from helpers.models.interview_answers import diagnose_answer
from helpers.models.interview_clock import mm_ss
from helpers.models.quantities import WHITEBOARD_TOLERANCE, format_quantity

PAGE = Path(__file__).parents[2] / "notebooks/6_mock_interview.ipynb"
NUMBERS = ("none", "one", "two", "three", "four", "five")


@pytest.fixture(scope="module")
def cells() -> dict[str, str]:
    """Return the Markdown of each cell, on one line."""
    return {cell.id: " ".join(cell.source.split()) for cell in nbformat.read(PAGE, as_version=4).cells}


def test_the_minutes_are_those_of_the_framework(cells: dict[str, str]) -> None:
    least, most = minutes_in_all()
    assert f"{least:g} to {most:g} minutes" in cells["minutes"]
    assert f"we count {NUMBERS[round(TALK_MIN)]} minutes for both" in cells["minutes"]
    assert list(pace(45)) == [phase.least_min for phase in CHECKLIST]
    assert list(pace(60)) == [phase.most_min for phase in CHECKLIST]
    assert f"{pace(45)[3]:g} of them for the deep dive" in cells["pace-meaning"]


def test_so_many_published_numbers_are_further_off_than_a_whiteboard(cells: dict[str, str]) -> None:
    published = [result for scenario in catalogue().values() for result in scenario.published]
    off = [one for one in published if abs(one.exact / one.published - 1) > WHITEBOARD_TOLERANCE]
    assert f"All but {NUMBERS[len(off)]} agree within 10 %" in cells["numbers-meaning"]
    assert all(one.note for one in off)


def test_the_attempt_is_as_it_is_told(cells: dict[str, str]) -> None:
    scenario, attempt = catalogue()["Pastebin"], EXAMPLE_ATTEMPT
    right = [diagnose_answer(attempt, scenario, name) for name in lines_asked(scenario)]
    correct = sum(bool(one and one.correct) for one in right)
    told = f"{NUMBERS[correct]} numbers right out of {NUMBERS[len(right)]}"
    assert told in cells["watch"]
    drawn = attempt.architecture
    assert f"{NUMBERS[drawn['DB'].replicas].capitalize()} shards" in cells["watch"]
    assert f"{NUMBERS[drawn['API'].replicas]} servers" in cells["watch"]

    meaning = cells["debrief-meaning"]
    minutes, seconds = divmod(attempt.spent_s[0], 60)
    assert (minutes, seconds) == (10, 40)
    assert "Ten minutes and forty seconds went into step 1, more than twice its share" in meaning
    assert attempt.spent_s[0] > 2 * 60 * pace(attempt.slot_min)[0]
    assert f"when {mm_ss(attempt.spent_s[4])} was left" in meaning
    assert f"{format_quantity(scenario.estimate.value('storage'), 'byte')} need no shards" in meaning


def test_the_lowest_row_is_step_1_and_two_steps_up_once_mended(cells: dict[str, str]) -> None:
    scenario = catalogue()["Pastebin"]
    levels = [one.level for one in judge(EXAMPLE_ATTEMPT, scenario)]
    given = [level for level in levels if level is not None]
    assert levels[0] == min(given)
    assert given.count(min(given)) == 1
    wanted = tuple(question.name for question in scenario.prompt.questions if question.matters)
    more, fewer = set(wanted) - set(EXAMPLE_ATTEMPT.asked), set(EXAMPLE_ATTEMPT.asked) - set(wanted)
    assert f"asking {NUMBERS[len(more)]} more questions, leaving {NUMBERS[len(fewer)]} out" in cells["mend"]
    mended = judge(EXAMPLE_ATTEMPT.replace(asked=wanted, percentile=99), scenario)
    assert mended[0].level == BEST
    assert f"from level {levels[0]} to {BEST}, the highest" in cells["mend-meaning"]

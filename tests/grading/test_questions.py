"""The lessons' questions: each is asked in a lesson, and none takes another one's name."""

import re
from pathlib import Path

import pytest

from helpers.grading.questions import (
    bottlenecks,
    deep_dive,
    estimation,
    high_level_design,
    mock_interview,
    requirements,
    start_here,
)
from helpers.grading.self_checks import QUESTIONS

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
BY_LESSON = {
    "0_start_here": start_here.QUESTIONS,
    "1_requirements": requirements.QUESTIONS,
    "2_estimation": estimation.QUESTIONS,
    "3_high_level_design": high_level_design.QUESTIONS,
    "4_deep_dive": deep_dive.QUESTIONS,
    "5_bottlenecks": bottlenecks.QUESTIONS,
    "6_mock_interview": mock_interview.QUESTIONS,
}


def test_no_two_questions_share_a_name() -> None:
    assert sum(map(len, BY_LESSON.values())) == len(QUESTIONS)


@pytest.mark.parametrize("lesson", BY_LESSON)
def test_a_lesson_asks_its_own_questions_and_all_of_them(lesson: str) -> None:
    source = (NOTEBOOKS / f"{lesson}.ipynb").read_text(encoding="utf-8")
    asked = re.findall(r'quick_check\(\\"([^"\\]+)\\"\)', source)
    assert sorted(asked) == sorted(BY_LESSON[lesson])


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_choice_is_answered_and_one_is_right(name: str) -> None:
    question = QUESTIONS[name]
    replies = [question.reply(choice) for choice in question.replies]
    assert all(len(reply) > len("Not quite. ") for reply in replies)
    right = sum(reply.startswith("Right. ") for reply in replies)
    assert right == (question.right is not None)

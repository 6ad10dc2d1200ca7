"""The lessons' questions with a choice of answers, by name; no answer stands in a lesson's cell."""

from collections.abc import Mapping

from helpers.grading.questions import (
    bottlenecks,
    deep_dive,
    estimation,
    high_level_design,
    mock_interview,
    requirements,
    start_here,
)
from helpers.grading.questions.question import Question

__all__ = ["QUESTIONS", "Question"]

QUESTIONS: Mapping[str, Question] = {
    **start_here.QUESTIONS,
    **requirements.QUESTIONS,
    **estimation.QUESTIONS,
    **high_level_design.QUESTIONS,
    **deep_dive.QUESTIONS,
    **bottlenecks.QUESTIONS,
    **mock_interview.QUESTIONS,
}
"""Every choice question of the lessons, by name."""

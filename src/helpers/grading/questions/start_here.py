"""Before the first step: the questions of the start page."""

from collections.abc import Mapping

from helpers.grading.questions.question import Question, prediction

__all__ = ["QUESTIONS"]

QUESTIONS: Mapping[str, Question] = {
    "machines-for-twitter": prediction(
        "10 million people write 5 tweets of 100 bytes a day each, and all are kept for five years. "
        "How many large machines does the database need?",
        ["one", "about 10", "about 100", "about 1,000"],
        "Look for the longest bar below.",
    ),
    "reads-move-the-bar": prediction(
        "Each tweet is read 50 times. Which bar is the longest then?",
        ["writes", "reads", "storage after 5 years", "bandwidth"],
        "Now move Reads per write to 50.",
    ),
}

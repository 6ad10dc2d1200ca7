"""The whole interview: the questions of the lesson that sits it."""

from collections.abc import Mapping

from helpers.grading.questions.question import Question, prediction

__all__ = ["QUESTIONS"]

QUESTIONS: Mapping[str, Question] = {
    "minutes-for-the-deep-dive": prediction(
        "A slot of 45 minutes, five of them for hello and your questions at the end. How many are left for "
        "the deep dive, if every step gets its share?",
        ["10", "15", "20"],
        "The next cell works it out.",
    ),
    "a-billion-clicks": Question(
        "A published answer turns 1 billion clicks a day into 10,000 a second. Ours is 11,574. Why?",
        {
            "they forgot the peak": "The peak is a factor of its own: they take five times this rate for it.",
            "they took a day for 100,000 s": "A day has 86,400. That is 14 % low: fair on a whiteboard, "
            "if you say that you round.",
            "we count clicks twice": "1,000,000,000 ÷ 86,400 is 11,574.",
        },
        right="they took a day for 100,000 s",
    ),
    "weakest-row": prediction(
        "In the attempt below no sheet is empty. Which row of its debrief is the lowest?",
        ["Requirements", "Estimations", "High-Level", "Bottlenecks"],
        "The next cell judges it.",
    ),
}

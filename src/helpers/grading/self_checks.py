"""The lessons' questions with a choice of answers, kept here so that no answer stands in a lesson's cell."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from helpers.models.checks import require_choice

__all__ = ["QUESTIONS", "Question"]


@dataclass(frozen=True)
class Question:
    """A question, what each choice is answered with, and which is right.

    Without a right choice it is a prediction: the guess is noted, and the lesson goes on to show the answer.

    >>> question = Question("2 + 2?", {"4": "Yes.", "5": "One too many."}, right="4")
    >>> question.reply("5")
    'Not quite. One too many.'
    """

    text: str
    replies: Mapping[str, str] = field(repr=False)
    right: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.right is not None:
            require_choice("right", self.right, self.replies)

    def reply(self, choice: str) -> str:
        """Return what `choice` is answered with; raises ValueError when it is not one of the choices."""
        words = self.replies[require_choice("choice", choice, self.replies)]
        if self.right is None:
            return f"Noted: {choice}. {words}"
        return f"{'Right' if choice == self.right else 'Not quite'}. {words}"


def _prediction(text: str, choices: list[str], then: str) -> Question:
    return Question(text, dict.fromkeys(choices, then))


QUESTIONS: Mapping[str, Question] = {
    "write-rate": _prediction(
        "10 M daily users write 5 tweets each. How many writes a second is that?",
        ["about 60", "about 600", "about 6,000", "about 60,000"],
        "The next cell works it out.",
    ),
    "durable-inserts": _prediction(
        "One connection inserts rows of 100 bytes, and waits until each is safe on disk. How many a second?",
        ["about 10", "about 100", "about 1,000", "about 100,000"],
        "Now measure.",
    ),
    "queries-in-a-page": Question(
        "How many database queries over the network, one after another, fit in a page of 200 ms?",
        {
            "4": "That would be 50 ms each; a query in the same region takes about 0.5 ms.",
            "40": "That would be 5 ms each; a query in the same region takes about 0.5 ms.",
            "400": "200 ms ÷ 0.5 ms a query. Fetching 500 timelines one by one would not fit.",
            "400,000": "That is 0.5 µs a query. Memory is that quick; a network is not.",
        },
        right="400",
    ),
    "binding-resource": _prediction(
        "The framework's Twitter on one strong node: of which resource does it use the largest share?",
        ["writes", "storage after 5 years", "bandwidth"],
        "Look for the longest bar below.",
    ),
    "does-size-shard": Question(
        "9.1 TB after five years. Does the size alone argue for sharding?",
        {
            "yes": "One volume at a large cloud vendor holds 64 TiB, which is 70 TB. 9.1 TB is 13 % of it.",
            "no": "It is 13 % of one large volume. Ask which resource binds, and how likely that is.",
        },
        right="no",
    ),
    "deciding-input": _prediction(
        "Which of these inputs moves the storage kept most?",
        ["daily users", "tweets per user", "bytes per tweet", "years kept"],
        "Look for the longest bar of the lower picture.",
    ),
}
"""Every choice question of the lessons, by name."""

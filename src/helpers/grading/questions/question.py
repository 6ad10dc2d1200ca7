"""A question of a lesson: what each choice is answered with, and which is right."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from helpers.models.checks import require_choice

__all__ = ["Question", "prediction"]


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


def prediction(text: str, choices: list[str], then: str) -> Question:
    """Return a question without a right choice: each guess is answered with `then`.

    >>> prediction("How many?", ["few", "many"], "Now count.").reply("few")
    'Noted: few. Now count.'
    """
    return Question(text, dict.fromkeys(choices, then))

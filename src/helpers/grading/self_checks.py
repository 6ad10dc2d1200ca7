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
    "first-move": Question(
        "The interviewer says: design Twitter. What do you do first?",
        {
            "draw a load balancer": "A box for what? You do not know yet what it has to carry.",
            "choose the database": "The choice rests on rates, sizes and consistency. You know none of them.",
            "ask what is in scope": "A few questions now save you from designing the wrong product well.",
            "list every feature": "Twitter has hundreds. You have time for three or four.",
        },
        right="ask what is in scope",
    ),
    "minutes-a-feature": _prediction(
        "You agree to ten features. Steps 3 and 4 take 25 to 35 minutes. How long is that for each feature?",
        ["about 10 minutes", "about 5 minutes", "about 3 minutes"],
        "The next cell works it out.",
    ),
    "mean-latency": _prediction(
        "Of 100 requests, 95 take 50 ms and 5 take 3 s. The target says 200 ms on average. Is it met?",
        ["yes", "no"],
        "The next cell works it out.",
    ),
    "three-nines": _prediction(
        "How long may a service that is 99.9 % available be down in a month?",
        ["about 4 minutes", "about 44 minutes", "about 7 hours"],
        "Look for it in the words below the bars.",
    ),
    "own-tweet": _prediction(
        "Three copies on disks. A write waits for one of them, a read asks one. You post, and read at once. "
        "How likely do you see your own post?",
        ["99 %", "90 %", "44 %"],
        "The next cell tries it 100,000 times.",
    ),
    "overlapping-quorum": Question(
        "Three copies. Which setting makes every read see the last acknowledged write?",
        {
            "R = 1, W = 1": "The read may ask a copy that the write has not reached.",
            "R = 1, W = 2": "One copy may still be old, and the read may ask just that one.",
            "R = 2, W = 2": "Two and two of three must share a copy, so one answer is new.",
            "R = 2, W = 1": "The read may ask the two copies that are still old.",
        },
        right="R = 2, W = 2",
    ),
    "cap-when": Question(
        "When does CAP force you to choose between consistency and availability?",
        {
            "always": "While all copies can talk to each other you can have both, at a price in latency.",
            "while the network is cut": "Only then must a copy either refuse or answer with what it has.",
            "above a million users": "Size does not matter; a lost connection does.",
        },
        right="while the network is cut",
    ),
    "weakest-line": _prediction(
        "Which line of this contract will the interviewer attack first?",
        ["the features", "the latency", "the availability", "the consistency"],
        "The next cell asks the interviewer.",
    ),
    "payment-under-a-cut": Question(
        "R = 2, W = 2 of three copies. The network is cut, and a payment reaches one copy. "
        "What should the client see?",
        {
            "the payment is accepted": "The other side may accept one from that account: money spent twice.",
            "an error, or a wait": "Delayed but accurate: that is what strong consistency means here.",
            "the old balance": "A read needs two copies as well. This side cannot know what is current.",
        },
        right="an error, or a wait",
    ),
    "in-a-row": Question(
        "A request passes five components in a row, each 99.9 % available. How available is the whole?",
        {
            "99.9 %": "That would hold if they failed at the same moments. Each has failures of its own.",
            "99.5 %": "0.999 to the power of 5. The downtimes add up, nearly.",
            "95 %": "That would be five components of 99 %.",
        },
        right="99.5 %",
    ),
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

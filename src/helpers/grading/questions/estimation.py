"""Step 2: the questions of its lesson."""

from collections.abc import Mapping

from helpers.grading.questions.question import Question, prediction

__all__ = ["QUESTIONS"]

QUESTIONS: Mapping[str, Question] = {
    "write-rate": prediction(
        "10 M daily users write 5 tweets each. How many writes a second is that?",
        ["about 60", "about 600", "about 6,000", "about 60,000"],
        "The next cell works it out.",
    ),
    "durable-inserts": prediction(
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
    "binding-resource": prediction(
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
    "deciding-input": prediction(
        "Which of these inputs moves the storage kept most?",
        ["daily users", "tweets per user", "bytes per tweet", "years kept"],
        "Look for the longest bar of the lower picture.",
    ),
}

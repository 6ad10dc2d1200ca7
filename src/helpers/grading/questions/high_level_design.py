"""Step 3: the questions of its lesson."""

from collections.abc import Mapping

from helpers.grading.questions.question import Question, prediction

__all__ = ["QUESTIONS"]

QUESTIONS: Mapping[str, Question] = {
    "never-read": Question(
        "In this diagram, which box takes data that nobody ever reads?",
        {
            "the load balancer": "It keeps no data.",
            "the cache": "The API servers ask it, and the arrow between them is solid.",
            "the replica": "The primary copies to it, and no arrow leads from the API servers to it.",
            "the primary": "The API servers read and write it.",
        },
        right="the replica",
    ),
    "first-full": prediction(
        "58 K reads and 1.2 K writes a second. Which box of the framework's diagram fills up first?",
        ["the cache", "the primary", "the replica"],
        "The second table below shows it.",
    ),
    "hit-ratio": Question(
        "A cache answers 90 % of the reads. You raise that to 99 %. What happens to the database's reads?",
        {
            "they fall by 9 %": "9 % of all reads, but only 10 % of them reached the database.",
            "they halve": "Misses fall from 10 % to 1 % of the reads.",
            "they fall to a tenth": "From 10 % of all reads to 1 %. If it dies, they grow a hundredfold.",
        },
        right="they fall to a tenth",
    ),
    "eighty-percent": prediction(
        "Requests come at random. A free server answers in 10 ms on average, and is busy 80 % of the time. "
        "How long does a request take, on average?",
        ["about 12 ms", "about 18 ms", "about 50 ms"],
        "The next cell works it out.",
    ),
    "little": Question(
        "600 requests a second stay 200 ms each. How many are in the system, on average?",
        {
            "3": "That divides 600 by 200. Milliseconds are not seconds.",
            "120": "600 a second × 0.2 s. Each holds a thread, a connection or memory: have more than that.",
            "3,000": "That divides by the time: 600 ÷ 0.2.",
            "120,000": "That takes 200 ms for 200 s.",
        },
        right="120",
    ),
    "nosql-because": prediction(
        "579 tweets a second at the mean, twice that at the peak. Is write throughput a reason for NoSQL?",
        ["yes", "no"],
        "The next cell asks the numbers.",
    ),
    "why-separate": Question(
        "What is the best reason to give reads and writes services of their own?",
        {
            "it needs fewer servers": "Hardly ever with one target: an idle reader cannot help a writer.",
            "a storm of one cannot stop the other": "That is isolation. Different sizes come second.",
            "every large system does it": "An interviewer will ask what it buys in yours.",
        },
        right="a storm of one cannot stop the other",
    ),
}

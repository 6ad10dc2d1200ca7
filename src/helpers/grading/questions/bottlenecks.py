"""Step 5: the questions of its lesson."""

from collections.abc import Mapping

from helpers.grading.questions.question import Question, prediction

__all__ = ["QUESTIONS"]

QUESTIONS: Mapping[str, Question] = {
    "stops-everything": prediction(
        "In the framework's diagram, which boxes must be up for every read to be answered?",
        [
            "the load balancer",
            "the load balancer and the primary",
            "the load balancer, the primary and the cache",
        ],
        "The next cell asks the diagram.",
    ),
    "two-copies": Question(
        "One machine is up 99.9 % of the time. Two of them, where either is enough: 99.9999 %, says the "
        "arithmetic. What makes that number wrong?",
        {
            "two machines fail twice as often": "They do, but seldom at once, and that is what counts here.",
            "a bad release goes to both": "What hits all copies at once is not made rarer by copies.",
            "nothing, it is right": "Only if they never fail for a reason they share.",
        },
        right="a bad release goes to both",
    ),
    "how-soon": prediction(
        "A heartbeat comes every second, and counts as missed a second after it was due. Three missed in a "
        "row mean death. How long after a death does the standby know?",
        ["about 1 s", "about 3.5 s", "about 10 s"],
        "The next cell works it out.",
    ),
    "two-active": Question(
        "The standby of a database has taken over, but the old primary was only cut off for a while and is "
        "alive. Both take writes. What prevents that?",
        {
            "a shorter heartbeat": "That makes it more frequent: more living machines are taken for dead.",
            "fencing: the old one is cut off before the new one acts": "Power, network or storage is taken "
            "from it first: an outage is better than two histories.",
            "a third machine that watches": "It settles who is dead. Unless the old one stops by itself when "
            "it has no majority, it must be stopped.",
        },
        right="fencing: the old one is cut off before the new one acts",
    ),
    "one-key": prediction(
        "A cache is spread over 4 machines by key. A celebrity's tweet is read 300,000 times a second. What "
        "reaches the busiest machine?",
        ["75,000 a second", "a bit more than 75,000", "about 300,000"],
        "The next cells show it.",
    ),
    "loads-at-expiry": Question(
        "A key is read 15,000 times a second and takes 50 ms to load from the database. It expires. How many "
        "loads start before the first one is done?",
        {
            "1": "Only if somebody makes the others wait for the first.",
            "about 750": "15,000 a second × 0.05 s, all for one value. This is a cache stampede.",
            "15,000": "That is a whole second's reads; the first load is done after 50 ms.",
        },
        right="about 750",
    ),
    "mean-of-p99s": prediction(
        "Three servers report a p99 of 50, 50 and 233 ms. What is the p99 of all their requests together?",
        ["111 ms, their mean", "233 ms, the worst", "it does not follow from these numbers"],
        "The next cell works it out.",
    ),
    "quick-errors": Question(
        "Half of all requests fail at once, with an error after 1 ms. What does the mean latency do?",
        {
            "it doubles": "Failures that are quick pull it down.",
            "it falls": "So an alarm on latency stays silent. Count errors, and the latency of good answers.",
            "it stays": "Half of the requests now take 1 ms.",
        },
        right="it falls",
    ),
    "error-budget": Question(
        "The objective: 99.9 % of a month's requests are good. For how long may everything fail?",
        {
            "43 minutes": "0.1 % of 30 days, at average traffic: the error budget. A burn rate of 1 spends "
            "it in a month.",
            "7 hours": "That is 1 % of 30 days.",
            "not at all": "Then the objective would be 100 %, and nothing could ever be changed.",
        },
        right="43 minutes",
    ),
}

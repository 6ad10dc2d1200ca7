"""Step 1: the questions of its lesson."""

from collections.abc import Mapping

from helpers.grading.questions.question import Question, prediction

__all__ = ["QUESTIONS"]

QUESTIONS: Mapping[str, Question] = {
    "first-move": Question(
        "The interviewer says: design Twitter. What do you do first?",
        {
            "draw a load balancer": "A box for what? You do not know yet what it has to carry.",
            "choose the database": "The choice rests on rates, sizes and consistency. You know none of them.",
            "ask what is in scope": "A few questions now save you from designing the wrong product well.",
            "list every feature": "It has more than you have minutes. Which of them count?",
        },
        right="ask what is in scope",
    ),
    "minutes-a-feature": prediction(
        "You agree to ten features. Steps 3 and 4 take 25 to 35 minutes. How long is that for each feature?",
        ["about 10 minutes", "about 5 minutes", "about 3 minutes"],
        "The next cell works it out.",
    ),
    "mean-latency": prediction(
        "Of 100 requests, 95 take 50 ms and 5 take 3 s. The target says 200 ms on average. Is it met?",
        ["yes", "no"],
        "The next cell works it out.",
    ),
    "three-nines": prediction(
        "How long may a service that is 99.9 % available be down in a month?",
        ["about 4 minutes", "about 44 minutes", "about 7 hours"],
        "Look for it in the words below the bars.",
    ),
    "own-tweet": prediction(
        "Three replicas on disks. A write waits for one acknowledgement, a read for one answer. "
        "You post, and read at once. How likely are you to see your own post?",
        ["99 %", "90 %", "44 %"],
        "The next cell tries it 100,000 times.",
    ),
    "overlapping-quorum": Question(
        "Three replicas. With which setting does no read miss a write that was acknowledged before it?",
        {
            "R = 1, W = 1": "The first answer may come from a replica that the write has not reached.",
            "R = 1, W = 2": "One replica may still be old, and it may be the first to answer.",
            "R = 2, W = 2": "Two and two of three must share a replica, so one answer has the write.",
            "R = 2, W = 1": "Both answers may come from the two replicas that are still old.",
        },
        right="R = 2, W = 2",
    ),
    "cap-when": Question(
        "When does CAP force you to choose between consistency and availability?",
        {
            "always": "While all replicas can talk to each other you can have both, at a price in latency.",
            "while the network is cut": "Only then must a replica either refuse or answer with what it has.",
            "above a million users": "Size does not matter; a lost connection does.",
        },
        right="while the network is cut",
    ),
    "weakest-line": prediction(
        "Which line of this contract will the interviewer attack first?",
        ["the features", "the latency", "the availability", "the consistency"],
        "The next cell asks the interviewer.",
    ),
    "payment-under-a-cut": Question(
        "R = 2, W = 2 of three replicas. The network is cut, and a payment arrives where only one is left. "
        "What should the client see?",
        {
            "the payment is accepted": "The other side may accept one too: money spent twice.",
            "an error, or a wait": "Delayed but accurate: that is what strong consistency means here.",
            "the old balance": "A read needs two replicas as well. This side cannot know what is current.",
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
}

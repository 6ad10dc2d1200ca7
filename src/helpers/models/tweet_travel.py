"""Step 4: one tweet on its way from the POST to a follower's feed, step by step, by pull, push and hybrid."""

from dataclasses import dataclass
from functools import reduce
from operator import add

from helpers.models.checks import require_choice, require_whole
from helpers.models.fanout import PUBLISHED_COSTS, STRATEGIES, OperationCosts
from helpers.models.feed import Work
from helpers.models.quantities import format_number

__all__ = ["CELEBRITY_FROM", "PLACES", "STAGES", "Journey", "Step", "journey"]

STAGES = ("post", "store", "queue", "answer", "half", "last", "look up", "merge")
"""The same in all strategies, so that they can be compared stage by stage; some have nothing to do in one."""

PLACES = ("author", "write API", "tweets", "queue", "worker", "lists", "read API", "follower")

CELEBRITY_FROM = 1_000_000
"""From so many followers a hybrid does not deliver: our choice, as 1 M take 3.5 s and Twitter's goal was 5 s
(High Scalability, "The Architecture Twitter Uses to Deal with 150M Active Users", 2013)."""

_NOTHING = Work()
_MOST = 10**9
_MOST_PAGE = 1000


@dataclass(frozen=True)
class Step:
    """One stage of the journey: what happens, who waits for it, what it costs.

    `flows` are the (source, target) pairs of `PLACES` it goes along. `waits` is "author", "follower" or
    "nobody". `work` is counted as `models.feed` counts it, and `time_s` is how long it takes. `delivered` is
    how many followers' lists hold the tweet afterwards.
    """

    stage: str
    text: str
    waits: str
    flows: tuple[tuple[str, str], ...] = ()
    work: Work = _NOTHING
    time_s: float = 0.0
    delivered: int = 0


@dataclass(frozen=True)
class Journey:
    """One tweet's way by one strategy; the follower is the one whose list comes last.

    `asked` are the lists looked up for the follower's feed; `is_delivered` says whether the strategy puts
    this tweet in followers' lists.
    """

    strategy: str
    followers: int
    followees: int
    asked: int
    is_delivered: bool
    steps: tuple[Step, ...]

    def work(self, steps: int = len(STAGES)) -> Work:
        """What the first `steps` have cost together."""
        return reduce(add, (step.work for step in self._first(steps)), _NOTHING)

    def elapsed_s(self, steps: int = len(STAGES)) -> float:
        """The time of the first `steps`, one after another, in s."""
        return sum(step.time_s for step in self._first(steps))

    def waited_s(self, who: str, steps: int = len(STAGES)) -> float:
        """How long the "author" or the "follower" has waited after the first `steps`, or "nobody", in s.

        >>> push = journey("push", 31_000_000)
        >>> round(push.waited_s("author"), 6), push.waited_s("nobody")
        (0.000563, 108.5)
        """
        require_choice("who", who, ("author", "follower", "nobody"))
        return sum(step.time_s for step in self._first(steps) if step.waits == who)

    def _first(self, steps: int) -> tuple[Step, ...]:
        return self.steps[: require_whole("steps", steps, at_least=0, at_most=len(self.steps))]


def journey(
    strategy: str,
    followers: int,
    *,
    followees: int = 500,
    celebrities: int = 5,
    page: int = 20,
    celebrity_from: int = CELEBRITY_FROM,
    costs: OperationCosts = PUBLISHED_COSTS,
) -> Journey:
    """Return a tweet's way by one of `STRATEGIES`, from an author with `followers` to one of them.

    The follower has `followees`, the framework's 500 unless told, and `celebrities` of them have
    `celebrity_from` followers or more (5 is our assumption), the author among them if so. All have posted a
    page of tweets before. The times: a round trip and a write for the post, a round trip for the queue,
    `delivery_us` for each list, and for the feed a round trip and the look-ups one after another at one
    store. Left out: the network to the phones, the merge in memory and fetching the texts.

    Raises ValueError for more celebrities than followees, or too few or many for this author.

    >>> for strategy in STRATEGIES:
    ...     print(strategy, journey(strategy, 75).work())
    pull Work(reads=519, writes=1, lookups=500)
    push Work(reads=20, writes=76, lookups=1)
    hybrid Work(reads=25, writes=76, lookups=6)
    """
    require_choice("strategy", strategy, STRATEGIES)
    followers = require_whole("followers", followers, at_least=1, at_most=_MOST)
    followees = require_whole("followees", followees, at_least=1, at_most=_MOST)
    page = require_whole("page", page, at_least=1, at_most=_MOST_PAGE)
    celebrity_from = require_whole("celebrity_from", celebrity_from, at_least=1, at_most=_MOST)
    # The author is one of the followees, and is a celebrity or not.
    famous = followers >= celebrity_from
    celebrities = require_whole(
        "celebrities", celebrities, at_least=int(famous), at_most=followees - int(not famous)
    )
    delivered = strategy == "push" or (strategy == "hybrid" and not famous)
    asked = {"pull": followees, "push": 1, "hybrid": 1 + celebrities}[strategy]
    # Where all followees are celebrities, the hybrid's own list is looked up and holds nothing.
    heads = celebrities if strategy == "hybrid" and celebrities == followees else asked
    lookup_us = costs.lookup_us
    if strategy == "hybrid":
        lookup_us = (costs.lookup_us + celebrities * costs.pulled_us) / asked
    posted = _posted(strategy, followers, celebrity_from, delivered, costs)
    text, flows = _looked_up(strategy, asked, followers if famous else 0)
    work, time_s = Work(reads=heads, lookups=asked), (costs.round_trip_us + asked * lookup_us) / 1e6
    held, answer = posted[-1].delivered, (("read API", "follower"),)
    steps = (
        *posted,
        Step("look up", text, "follower", flows, work, time_s, held),
        Step("merge", _merged(asked, page), "follower", answer, Work(reads=page - 1), 0.0, held),
    )
    return Journey(strategy, followers, followees, asked, delivered, steps)


def _posted(
    strategy: str, followers: int, celebrity_from: int, delivered: bool, costs: OperationCosts
) -> tuple[Step, ...]:
    """The author's stages and those of the delivery."""
    count, half = format_number(followers), followers // 2
    fans = _count(followers, "follower", "followers")
    trip_s = costs.round_trip_us / 1e6
    stored_s = trip_s + costs.write_us / 1e6
    if delivered:
        queue = (
            f"The API puts one message on a queue: deliver this tweet to {fans}. It does not "
            "deliver by itself, so the POST takes as long for one follower as for all."
        )
        answer = (
            "The API answers 201 Created, as the tweet is stored, and the author goes on. Delivery has not "
            "begun: it is the delivery that is slow, not the POST."
        )
    else:
        queue = (
            "Pull puts nothing on a queue: nobody's list will change."
            if strategy == "pull"
            else f"The author has {fans}, and the hybrid does not deliver from "
            f"{format_number(celebrity_from)} on: nothing goes on the queue."
        )
        answer = "The API answers 201 Created, and the author goes on. No follower's list has changed."
    author = (
        Step(
            "post", "The author's app sends POST /v1/tweet to the API.", "author", (("author", "write API"),)
        ),
        Step(
            "store",
            "The API stores the tweet in the author's own list: one write, whatever the strategy.",
            "author",
            (("write API", "tweets"),),
            Work(writes=1),
            stored_s,
        ),
        Step(
            "queue",
            queue,
            "author",
            (("write API", "queue"),) if delivered else (),
            time_s=trip_s if delivered else 0.0,
        ),
        Step("answer", answer, "author", (("write API", "author"),)),
    )
    if not delivered:
        waiting = "Nothing is delivered. The tweet has been there to find since it was stored."
        nothing = "Still nothing to do: this is what makes the post so cheap. The reader will pay."
        return (*author, Step("half", waiting, "nobody"), Step("last", nothing, "nobody"))
    each_s = costs.delivery_us / 1e6
    takes, inserts = ("queue", "worker"), ("worker", "lists")
    return (
        *author,
        Step(
            "half",
            "A worker takes the message, reads who follows the author, and inserts the tweet's id into their "
            f"lists. {format_number(half)} of {count} hold it by now; the others still open a feed without "
            "it.",
            "nobody",
            (takes, inserts),
            Work(writes=half),
            half * each_s,
            half,
        ),
        Step(
            "last",
            f"The last of {count} lists holds the tweet. What came after it in this worker's queue has "
            "waited behind it.",
            "nobody",
            (inserts,),
            Work(writes=followers - half),
            (followers - half) * each_s,
            followers,
        ),
    )


def _looked_up(strategy: str, asked: int, famous_followers: int) -> tuple[str, tuple[tuple[str, str], ...]]:
    """What the look-ups are, in words, and the way they go."""
    opens = ("follower", "read API")
    if strategy != "pull" and asked == 1:
        text = "one list, the follower's own: it was made before anybody asked."
        flows: tuple[tuple[str, str], ...] = (opens, ("read API", "lists"))
    elif strategy == "pull":
        text = f"the lists of all {format_number(asked)} followees, in one batch."
        if asked == 1:
            text = "the list of the one followee."
        flows = (opens, ("read API", "tweets"))
    else:
        stars = _count(asked - 1, "celebrity", "celebrities")
        text = f"the follower's own list and those of {stars}, in one batch."
        flows = (opens, ("read API", "lists"), ("read API", "tweets"))
    if famous_followers and strategy != "push":
        text += (
            f" Each of the {format_number(famous_followers)} followers who does so asks for this one "
            "author's list: a hotspot."
        )
    return f"A follower opens the app, GET /v1/feed. The API looks up {text}", flows


def _merged(asked: int, page: int) -> str:
    took = f"takes the newest {page}" if page > 1 else "takes the newest one"
    if asked == 1:
        return f"The list is the feed: the API {took} and answers. All three ways end with the same feed."
    return (
        f"The API merges {format_number(asked)} lists by a heap, {took} and answers. All three ways end with "
        "the same feed."
    )


def _count(number: int, one: str, several: str) -> str:
    return f"{format_number(number)} {one if number == 1 else several}"

"""Step 4: the decision on feeds that goes into the design: pull, push or hybrid, and why."""

from dataclasses import dataclass

from helpers.models.checks import require_choice, require_whole
from helpers.models.fanout import STRATEGIES
from helpers.models.feed import KEPT

__all__ = ["TWITTER_FEED", "FeedDecision"]

_LONGEST_REASON = 500


@dataclass(frozen=True)
class FeedDecision:
    """How home timelines are made, and the reason; `celebrity_from` followers on, a hybrid pulls.

    `kept` is how many entries a timeline keeps; pull keeps none, so there it means nothing. Raises ValueError
    or TypeError naming the argument, also where a hybrid has no threshold or another strategy has one.

    >>> FeedDecision("push", because="reads outnumber posts 50 to 1")
    FeedDecision(strategy='push', celebrity_from=None, kept=800, because='reads outnumber posts 50 to 1')
    >>> FeedDecision("hybrid")
    Traceback (most recent call last):
    ValueError: celebrity_from = None: a hybrid needs it, the followers from which an author is pulled
    """

    strategy: str
    celebrity_from: int | None = None
    kept: int = KEPT
    because: str = ""

    def __post_init__(self) -> None:
        require_choice("strategy", self.strategy, STRATEGIES)
        if self.strategy == "hybrid" and self.celebrity_from is None:
            raise ValueError(
                "celebrity_from = None: a hybrid needs it, the followers from which an author is pulled"
            )
        if self.celebrity_from is not None:
            if self.strategy != "hybrid":
                raise ValueError(
                    f"celebrity_from = {self.celebrity_from!r}: only a hybrid has one; leave it out for "
                    f"{self.strategy}"
                )
            whole = require_whole("celebrity_from", self.celebrity_from, at_least=1, at_most=10**12)
            object.__setattr__(self, "celebrity_from", whole)
        object.__setattr__(self, "kept", require_whole("kept", self.kept, at_least=1, at_most=100_000))
        if not isinstance(self.because, str):
            raise TypeError(f"because = {self.because!r}: it must be text")
        if len(self.because) > _LONGEST_REASON:
            raise ValueError(
                f"because: it has {len(self.because):,} characters; it must have at most {_LONGEST_REASON}"
            )

    def __str__(self) -> str:
        """The decision in a sentence or two.

        >>> print(FeedDecision("hybrid", celebrity_from=10_000))
        Push the tweets of authors with fewer than 10,000 followers, newest 800 kept; pull the others.
        """
        if self.strategy == "pull":
            said = "Pull: merge the followees' tweets at each read."
        elif self.strategy == "push":
            said = f"Push every tweet into its followers' timelines, newest {self.kept:,} kept."
        else:
            said = (
                f"Push the tweets of authors with fewer than {self.celebrity_from:,} followers, "
                f"newest {self.kept:,} kept; pull the others."
            )
        return f"{said} {self.because}".strip()

    def _repr_markdown_(self) -> str:
        return f"**Feed.** {self}"


TWITTER_FEED = FeedDecision(
    "hybrid",
    celebrity_from=1_000_000,
    because="A push to 1 M followers takes 3.5 of the 5 s that are allowed; the rest is for the queue.",
)
"""The example's decision. 3.5 s to 1 M followers: High Scalability, 2013, after Krikorian (QCon 2012)."""

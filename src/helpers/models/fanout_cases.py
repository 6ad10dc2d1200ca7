"""Step 4: the fan-out model on Twitter's and the framework's figures, beside what was published."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from helpers.models.audience import Audience
from helpers.models.checks import require_number
from helpers.models.estimation import estimate
from helpers.models.fanout import PUBLISHED_COSTS, fan_out
from helpers.models.published import TWITTER_2013, WHOLE_TWITTER
from helpers.models.quantities import format_bytes, format_number
from helpers.models.social_graph import KWAK_TAIL_INDEX
from helpers.models.workload import Workload

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "CACHED_CELEBRITIES",
    "FANOUT_CASES",
    "FOLLOWERS_PER_POST",
    "FanOutCase",
    "as_frame",
    "audience_of",
    "filled_in",
    "published_rows",
]

FOLLOWERS_PER_POST = 75 / 35
"""Followers of a post's author over followers of a user: 75 deliveries a tweet (High Scalability, 2013) and a
mean of 35 (Kwak et al. 2010). They are of different years; users with many followers post more."""

CACHED_CELEBRITIES = replace(
    PUBLISHED_COSTS,
    name="published, celebrities in memory",
    celebrity_us=0.1,
    source=f"{PUBLISHED_COSTS.source}; a celebrity's list in the reading server's own memory: our assumption "
    "of five random memory reads of 20 ns, napkin-math 2026",
)
"""As the published costs, but the celebrities' newest posts lie in the memory of the server that reads."""

_TALK = "High Scalability 2013"


def audience_of(
    workload: Workload,
    *,
    peak: bool = False,
    tail_index: float = KWAK_TAIL_INDEX,
    active_share: float = 1.0,
) -> Audience:
    """Return the audience of a workload, with Twitter's heavy tail, at its average rates or at its peak.

    Its `followers` are those of a post's author, averaged over posts; a user has fewer, by 35/75. Daily users
    are the active ones, of whom all users are as many more as `active_share` says.

    Raises ValueError for a workload without daily users or followers.

    >>> audience_of(WHOLE_TWITTER)
    Audience(users=10,000,000, mean followers=35, deliveries per post=75)
    """
    middle = workload.at_middle()
    if middle.daily_users is None:
        raise ValueError("workload: its daily_users must be given to know how many timelines there are")
    if not middle.followers:
        raise ValueError("workload: its followers must be above 0 to have posts that fan out")
    active_share = require_number("active_share", active_share, above=0, at_most=1)
    found = estimate(middle)
    name = "peak_{}_per_second" if peak else "{}_per_second"
    posts, reads = (found.value(name.format(what)) for what in ("writes", "reads"))
    return Audience.from_distribution(
        middle.daily_users / active_share,
        posts_per_second=posts,
        reads_per_second=reads,
        mean=middle.followers / FOLLOWERS_PER_POST,
        followers_per_post=middle.followers,
        tail_index=tail_index,
        active_share=active_share,
    )


def filled_in(workload: Workload) -> Workload:
    """Return a workload by writes per user, reads per write and followers, its ranges at their middle.

    What it does not say, of reads or followers, is the example's. Raises ValueError for one without daily
    users.

    >>> whole = filled_in(Workload(daily_users=1e6, writes_per_day=2e6))
    >>> whole.writes_per_user, whole.reads_per_write, whole.followers
    (2.0, 50.0, 75.0)
    """
    middle = workload.at_middle()
    if middle.daily_users is None:
        raise ValueError("workload: its daily_users must be given to know how many timelines there are")
    found = estimate(middle)
    writes = found.value("writes_per_day")
    given = (middle.reads_per_write, middle.reads_per_user, middle.reads_per_day)
    if all(reads is None for reads in given):
        reads_per_write = WHOLE_TWITTER.reads_per_write
    else:
        reads_per_write = found.value("reads_per_day") / writes if writes else 0.0
    return middle.replace(
        writes_per_user=writes / middle.daily_users,
        writes_per_day=None,
        reads_per_write=reads_per_write,
        reads_per_user=None,
        reads_per_day=None,
        followers=middle.followers or WHOLE_TWITTER.followers,
    )


@dataclass(frozen=True)
class FanOutCase:
    """A service, and the reader, the author and the threshold to look at."""

    workload: Workload
    celebrity_from: float = 100e3
    reader_follows: float = 500
    author_followers: float = 1e6
    goal_s: float = 5
    active_share: float = 1
    tail_index: float = KWAK_TAIL_INDEX

    @property
    def audience(self) -> Audience:
        """The service's audience at its peak."""
        return audience_of(
            self.workload, peak=True, tail_index=self.tail_index, active_share=self.active_share
        )

    @property
    def largest(self) -> float:
        """The followers of the author at hand, who has no more than there are users."""
        return min(self.author_followers, float(self.workload.daily_users / self.active_share))


_TWITTER = TWITTER_2013.replace(peak_factor=1)
_CHAT = Workload(daily_users=5_000, writes_per_user=40, reads_per_write=0.5, followers=50, item="message")

FANOUT_CASES: Mapping[str, FanOutCase] = {
    "The framework's 500 followees": FanOutCase(WHOLE_TWITTER.replace(peak_factor=1)),
    "Twitter 2012": FanOutCase(_TWITTER, celebrity_from=1e6, reader_follows=35, author_followers=75),
    "A company chat": FanOutCase(_CHAT, celebrity_from=1_000, reader_follows=30, author_followers=5_000),
    "A celebrity's tweet": FanOutCase(_TWITTER, celebrity_from=1e6, reader_follows=35, author_followers=31e6),
}
"""The chat's 40 messages a day are those of a published worked prompt; its 5,000 people, 50 members a channel
and 20 visits a day are our assumptions, as are the reader, the author and the threshold at hand."""


def published_rows() -> tuple[tuple[str, str, str, str], ...]:
    """Return each published figure, what the model says, and the source or how to read the pair.

    >>> for figure, published, model, _ in published_rows()[3:6]:
    ...     print(f"{figure}: {published}; {model}")
    Timelines of 800 entries, one copy: 2.4 TB; 2.4 TB
    Delivery to 1 M followers: 3.5 s; 3.5 s
    Delivery to 31 M followers: 108 s; 108 s
    """
    twitter, framework = audience_of(TWITTER_2013), estimate(WHOLE_TWITTER)
    push = fan_out(twitter)
    posts, reads = framework.value("writes_per_second"), framework.value("reads_per_second")
    plain = {
        followers: Audience.uniform(10e6, followers, posts_per_second=posts, reads_per_second=reads)
        for followers in (75, 200, 500)
    }
    drawn = Audience.from_distribution(
        1e6, posts_per_second=push.posts_per_second / 150, reads_per_second=push.reads_per_second / 150
    )
    return (
        (
            "Deliveries a tweet",
            "75",
            f"{drawn.deliveries_per_post:.1f}",
            f"{_TALK}; a graph of 1 M users, whose link of posts and followers was set by it",
        ),
        (
            "Deliveries a second",
            "300–350 K",
            format_number(push.deliveries_per_second),
            f"{_TALK}: 30 B a day, “300 K/s”; here 400 M tweets a day × 75",
        ),
        (
            "Share of deliveries for the most followed 0.1 %, 1 % and 10 % of users",
            "",
            ", ".join(f"{push.top(share):.0%}" for share in (0.001, 0.01, 0.1)),
            "no figure was published",
        ),
        (
            "Timelines of 800 entries, one copy",
            "2.4 TB",
            format_bytes(push.memory_bytes),
            f"{_TALK}: 20 B × 150 M",
        ),
        (
            "Delivery to 1 M followers",
            "3.5 s",
            f"{push.delivery_s(1e6):.3g} s",
            f"{_TALK}, the median; the cost of a delivery was set by it",
        ),
        ("Delivery to 31 M followers", "108 s", f"{push.delivery_s(31e6):.3g} s", f"{_TALK}, 31 × 3.5 s"),
        *(
            (
                f"Saved by pulling accounts from {format_number(size)} followers on",
                "“tens of percent”",
                _saved(twitter, size),
                f"{_TALK}, of computing: so it is of deliveries. Of all work it is a few percent, and "
                "only if celebrities' posts are in the reading server's memory; at a store they cost more",
            )
            for size in (10e3, 100e3, 1e6)
        ),
        *(
            (
                f"Inserts a second, 579 posts/s × {followers} followers",
                inserts,
                format_number(fan_out(plain[followers]).deliveries_per_second),
                "10 M users × 5 tweets a day",
            )
            for followers, inserts in ((75, "43 K"), (200, "116 K"))
        ),
        (
            "Look-ups a second, 29 K reads/s × 500 followees",
            "14.5 M",
            format_number(fan_out(plain[500], strategy="pull").lookups_per_second),
            "50 reads a tweet",
        ),
    )


def as_frame() -> "pd.DataFrame":
    """Return the rows as a table."""
    import pandas as pd  # noqa: PLC0415 - loading it takes longer than the model

    columns = ["figure", "published", "model", "source, and how to read it"]
    return pd.DataFrame(list(published_rows()), columns=columns).set_index("figure")


def _saved(audience: Audience, celebrity_from: float) -> str:
    """What a hybrid saves of deliveries, and how all work changes: celebrities at a store, or in memory."""
    push = fan_out(audience)
    store, memory = (
        fan_out(audience, costs, "hybrid", celebrity_from=celebrity_from)
        for costs in (PUBLISHED_COSTS, CACHED_CELEBRITIES)
    )
    deliveries = 1 - store.deliveries_per_second / push.deliveries_per_second
    more, less = (each.busy_cores / push.busy_cores - 1 for each in (store, memory))
    return f"{deliveries:.0%} of deliveries; all work {more:+.0%}, from memory {less:+.1%}"

"""Step 4: the posts and feed reads that every store and strategy of the lab is given."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from helpers.models.activity import Activity, draw_activity
from helpers.models.checks import require_whole
from helpers.models.feed import PullFeed, Tweet
from helpers.models.social_graph import SocialGraph, follower_graph

__all__ = ["PAGE", "READS_PER_POST", "Action", "Change", "FeedWorkload", "draw_workload"]

PAGE = 20
READS_PER_POST = 2
"""Fewer than Twitter's 65, so that a short run times enough of both: what one of each takes is measured."""

HISTORY = 1_500
MOST_POSTS = 5_000
CHECKED = 60
CHECKED_PAGE = 50
_TIES = 3
_ALONE_EACH = 4
_FIRST_ALONE = 10**9


@dataclass(frozen=True)
class Action:
    """A post or a read by one user, due at `due` in mean gaps between posts."""

    due: float
    user: int
    post: bool


@dataclass(frozen=True)
class Change:
    """One user follows another, or no longer."""

    follower: int
    followee: int
    follow: bool


@dataclass(frozen=True, eq=False, repr=False)
class FeedWorkload:
    """A graph, its activity, a history of posts and the actions that follow it; users are numbers.

    `celebrity_from` is the number of followers from which an author counts as a celebrity in the hybrid.
    `sizes` are accounts from the median one to the largest, each of which posts while nobody else does.
    """

    graph: SocialGraph
    activity: Activity
    history: tuple[Tweet, ...]
    actions: tuple[Action, ...]
    sizes: tuple[int, ...]
    checked: tuple[int, ...]
    changes: tuple[Change, ...]
    celebrity_from: int

    def __repr__(self) -> str:
        """The sizes; the arrays are too long to show."""
        return f"FeedWorkload(users={self.graph.users:,}, follows={self.graph.follows:,})"

    def tweet(self, number: int, author: int) -> Tweet:
        """Return post number 0, 1, … of a run; some share their time, so that ties are part of the test."""
        return _tweet(len(self.history) + number, author)

    @cached_property
    def alone(self) -> tuple[Tweet, ...]:
        """The tweets of `sizes`, each account's several times."""
        authors = [author for author in self.sizes for _ in range(_ALONE_EACH)]
        return tuple(_tweet(_FIRST_ALONE + number, author) for number, author in enumerate(authors))

    def deleted(self, posted: tuple[Tweet, ...]) -> tuple[Tweet, ...]:
        """Return the tweets that are deleted at the end of a run which posted these."""
        return (*self.history[::20], *posted[::10], *self.alone[-1:])

    def expected(self, posted: tuple[Tweet, ...]) -> dict[int, tuple[int, ...]]:
        """Return the ids in the feeds of the checked users at the end of a run, by `models.feed.PullFeed`."""
        feed = PullFeed()
        for user in self.checked:
            for followee in self.graph.followees_of(user).tolist():
                feed.follow(user, followee)
        for tweet in (*self.history, *posted, *self.alone):
            feed.post(tweet)
        for tweet in self.deleted(posted):
            feed.delete(tweet.id)
        for change in self.changes:
            (feed.follow if change.follow else feed.unfollow)(change.follower, change.followee)
        return {user: tuple(tweet.id for tweet in feed.timeline(user, CHECKED_PAGE)) for user in self.checked}


def draw_workload(users: int = 5_000, *, seed: int = 0) -> FeedWorkload:
    """Return a workload on a heavy-tailed graph, posts and reads drawn as often as each user makes them.

    Both arrive at random (Poisson). The hybrid's celebrities are the most followed 1 % of the users. Raises
    TypeError and ValueError for users outside 200 to 50,000.

    >>> workload = draw_workload(1_000)
    >>> workload, workload.graph.follower_counts[list(workload.sizes)].tolist()
    (FeedWorkload(users=1,000, follows=35,000), [9, 122, 206, 206])
    """
    users = require_whole("users", users, at_least=200, at_most=50_000)
    seed = require_whole("seed", seed, at_least=0, at_most=2**63 - 1)
    graph = follower_graph(users, seed=seed)
    activity = draw_activity(graph, seed=seed)
    random = np.random.default_rng([seed, 4])
    authors = _drawn(random, activity.posts_per_day, HISTORY + MOST_POSTS)
    readers = _drawn(random, activity.reads_per_day, MOST_POSTS * READS_PER_POST)
    due = (
        random.exponential(1.0, MOST_POSTS).cumsum(),
        random.exponential(1 / READS_PER_POST, len(readers)).cumsum(),
    )
    actions = [Action(at, user, True) for at, user in zip(due[0].tolist(), authors[HISTORY:], strict=True)]
    actions += [Action(at, user, False) for at, user in zip(due[1].tolist(), readers, strict=True)]
    ordered = np.argsort(graph.follower_counts, kind="stable")
    counts = graph.follower_counts[ordered]
    followed = int(np.searchsorted(counts, 1))
    places = [max(int(share * users), followed) for share in (0.5, 0.9, 0.99)]
    checked = tuple(dict.fromkeys(readers))[:CHECKED]
    return FeedWorkload(
        graph,
        activity,
        tuple(_tweet(number, author) for number, author in enumerate(authors[:HISTORY])),
        tuple(sorted(actions, key=lambda action: action.due)),
        tuple(int(user) for user in ordered[[*places, users - 1]]),
        checked,
        _changes(graph, checked, int(ordered[-1]), random),
        int(counts[-(users // 100)]),
    )


def _drawn(random: np.random.Generator, rates: Any, size: int) -> list[int]:
    return [int(user) for user in random.choice(len(rates), size, p=rates / rates.sum())]


def _tweet(number: int, author: int) -> Tweet:
    return Tweet(number, author, float(number // _TIES))


def _changes(
    graph: SocialGraph, checked: tuple[int, ...], largest: int, random: np.random.Generator
) -> tuple[Change, ...]:
    """Let every third checked user leave one they follow, and every third follow a new one."""
    changes = []
    for user in checked[::3]:
        followees = graph.followees_of(user)
        if len(followees):
            changes.append(Change(user, int(random.choice(followees)), follow=False))
    for number, user in enumerate(checked[1::3]):
        new = largest if number % 2 else int(random.integers(graph.users))
        if new != user and new not in graph.followees_of(user):
            changes.append(Change(user, new, follow=True))
    return tuple(changes)

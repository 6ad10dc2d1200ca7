"""Step 4: the queries of the feed in SQL, and the look-ups that each of them does."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from helpers.models.checks import require_choice
from helpers.models.schema import DIALECTS

__all__ = ["AUTHOR_NEWEST", "FEED_QUERIES", "FOLLOWEES", "FOLLOWERS", "LOOKUPS", "Lookup", "Query"]


@dataclass(frozen=True)
class Lookup:
    """What a query finds in a table: the rows where `equal` has a value, in the order of one of `ordered`."""

    rule: str
    table: str
    equal: str
    ordered: tuple[str, ...] = ()
    then: tuple[str, ...] = ()
    why: str = ""

    @property
    def index_columns(self) -> tuple[str, ...]:
        """The columns of an index that answers it alone."""
        return (self.equal, *self.then)


FOLLOWEES = Lookup(
    "followees-without-index",
    "follows",
    equal="follower_id",
    then=("followee_id",),
    why="Every feed that is pulled starts with whom its reader follows.",
)
FOLLOWERS = Lookup(
    "followers-without-index",
    "follows",
    equal="followee_id",
    then=("follower_id",),
    why="Fan-out on write asks for the followers of an author at every tweet.",
)
AUTHOR_NEWEST = Lookup(
    "newest-without-index",
    "tweets",
    equal="user_id",
    ordered=("created_at", "id"),
    then=("created_at", "id"),
    why="A feed that is pulled asks for the newest tweets of every followee, a profile for one author's.",
)
LOOKUPS = (FOLLOWERS, AUTHOR_NEWEST, FOLLOWEES)
"""What the feed asks of the tables, most important first."""


@dataclass(frozen=True)
class Query:
    """A query of the feed, with `:name` where a value goes.

    >>> query = FEED_QUERIES["followers_of"]
    >>> print(query.sql("postgresql"))
    SELECT follower_id FROM follows WHERE followee_id = %(user)s
    >>> query.parameters
    ('user',)
    """

    name: str
    purpose: str
    text: str
    lookups: tuple[Lookup, ...]

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the values it takes, in order."""
        return tuple(dict.fromkeys(_PARAMETER.findall(self.text)))

    def sql(self, dialect: str) -> str:
        """Return the statement as the driver of "sqlite" or "postgresql" takes it, with a mapping of values.

        A `created_at` is a whole number of ms in SQLite, and a datetime with its zone in PostgreSQL.
        """
        require_choice("dialect", dialect, DIALECTS)
        return self.text if dialect == "sqlite" else _PARAMETER.sub(r"%(\1)s", self.text)


_PARAMETER = re.compile(r":(\w+)")
_NEWEST_FIRST = "ORDER BY created_at DESC, id DESC LIMIT :size"
_OF_AUTHOR = "SELECT id, content, created_at FROM tweets WHERE user_id = :user"

FEED_QUERIES: Mapping[str, Query] = MappingProxyType(
    {
        query.name: query
        for query in (
            Query(
                "followers_of",
                "whom fan-out on write delivers a tweet to",
                "SELECT follower_id FROM follows WHERE followee_id = :user",
                (FOLLOWERS,),
            ),
            Query(
                "followees_of",
                "whose tweets a feed is made of",
                "SELECT followee_id FROM follows WHERE follower_id = :user",
                (FOLLOWEES,),
            ),
            Query(
                "newest_of_author",
                "one author's newest tweets",
                f"{_OF_AUTHOR} {_NEWEST_FIRST}",
                (AUTHOR_NEWEST,),
            ),
            Query(
                "feed_by_pull",
                "the first page of a feed, merged when it is read",
                "SELECT tweets.id, content, created_at FROM follows "
                "JOIN tweets ON tweets.user_id = follows.followee_id "
                "WHERE follows.follower_id = :user "
                "ORDER BY created_at DESC, tweets.id DESC LIMIT :size",
                (FOLLOWEES, AUTHOR_NEWEST),
            ),
            Query(
                "page_after",
                "the page after a cursor, which holds the last tweet's time and id",
                f"{_OF_AUTHOR} AND (created_at, id) < (:created_at, :id) {_NEWEST_FIRST}",
                (AUTHOR_NEWEST,),
            ),
            Query(
                "page_at",
                "the page that starts so many tweets from the newest",
                f"{_OF_AUTHOR} {_NEWEST_FIRST} OFFSET :offset",
                (AUTHOR_NEWEST,),
            ),
        )
    }
)
"""The queries that the feed asks, by name."""

"""Step 4: two schemas of the running example: the framework's own, and one that the feed can run on."""

from helpers.models.schema import Column, Index, Schema, Table

__all__ = ["CORRECTED_SCHEMA", "FRAMEWORK_SCHEMA"]

FRAMEWORK_SCHEMA = Schema(
    "The framework's schema",
    (
        Table(
            "users",
            (
                Column("id", "integer"),
                Column("username", "text"),
                Column("email", "text"),
                Column("password_hash", "text"),
            ),
            primary_key=("id",),
        ),
        Table(
            "tweets",
            (
                Column("id", "integer"),
                Column("user_id", "integer", references="users"),
                Column("content", "text"),
                Column("created_at", "time"),
            ),
            primary_key=("id",),
        ),
        Table(
            "follows",
            (Column("follower_id", "integer"), Column("followee_id", "integer")),
            primary_key=("follower_id", "followee_id"),
        ),
    ),
)
"""Step 4 of the framework, word for word. It names no types: ids are 64-bit integers here."""

CORRECTED_SCHEMA = Schema(
    "The corrected schema",
    (
        Table(
            "users",
            (
                Column("id", "integer"),
                Column("username", "text", required=True, unique=True, longest=15),
                Column("email", "text", required=True, unique=True, longest=254),
                Column("password_hash", "text", required=True),
            ),
            primary_key=("id",),
        ),
        Table(
            "tweets",
            (
                Column("id", "integer"),
                Column("user_id", "integer", required=True, references="users", on_delete="restrict"),
                Column("content", "text", required=True, longest=280),
                Column("media_key", "text", longest=1_024),
                Column("created_at", "time with zone", required=True),
                Column("idempotency_key", "text", required=True, longest=255),
            ),
            primary_key=("id",),
            unique=(("user_id", "idempotency_key"),),
        ),
        Table(
            "follows",
            (
                Column("follower_id", "integer", references="users", on_delete="cascade"),
                Column("followee_id", "integer", references="users", on_delete="cascade"),
            ),
            primary_key=("follower_id", "followee_id"),
            differ=(("follower_id", "followee_id"),),
            by_key=True,
        ),
    ),
    (
        Index("tweets_by_author", "tweets", ("user_id", "created_at", "id")),
        Index("follows_by_followee", "follows", ("followee_id", "follower_id")),
    ),
)
"""The framework's tables with what the feed and its retries need.

`follows_by_followee` finds the followers of an author, whom fan-out on write delivers to; it also finds the
follows to remove with a user. `tweets_by_author` reads an author's newest tweets, and the id tells tweets
of one moment apart. A user's idempotency key makes one tweet of a retried POST. Media lie in an object
store; the row keeps their key there.

A user who has tweets cannot be deleted: a tweet is in timelines too, so it goes the way that takes it out of
them, one by one, and the user last. A follow is nowhere else and goes with either user; for an account with
millions of followers do even that in batches first, because a cascade is one transaction.

Lengths: 280 characters a tweet and 15 a username are Twitter's; 254 an e-mail address: RFC 3696, erratum
1690; 1,024 a key: Amazon S3; 255 an idempotency key: Stripe's API.
"""

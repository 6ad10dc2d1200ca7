"""The review of a schema: what no index answers, proved by the plan that SQLite makes."""

import dataclasses
import sqlite3
from contextlib import closing

import pytest

from helpers.models.feed_queries import AUTHOR_NEWEST, FEED_QUERIES, FOLLOWEES, FOLLOWERS, LOOKUPS
from helpers.models.schema import Column, Index, Schema, Table
from helpers.models.schema_review import answering_index, review_schema
from helpers.models.schemas import CORRECTED_SCHEMA, FRAMEWORK_SCHEMA

ID = Column("id", "integer")
REVERSE = Index("reverse", "follows", ("followee_id",))
NEWEST = Index("newest", "tweets", ("user_id", "created_at"))


def plan(schema: Schema, name: str) -> list[str]:
    query = FEED_QUERIES[name]
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        for statement in schema.ddl("sqlite"):
            connection.execute(statement)
        values = dict.fromkeys(query.parameters, 1)
        return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query.sql('sqlite')}", values)]


def rules(schema: Schema) -> list[str]:
    return [finding.rule for finding in review_schema(schema)]


def test_the_framework_lacks_two_indexes_and_the_corrected_schema_none() -> None:
    followers, newest = review_schema(FRAMEWORK_SCHEMA)
    assert followers.about == "follows by followee_id (followers_of)"
    assert "can be searched by follower_id alone" in followers.why
    assert newest.about.endswith("(newest_of_author, feed_by_pull, page_after, page_at)")
    assert "can be searched by id alone" in newest.why
    assert review_schema(CORRECTED_SCHEMA) == ()


@pytest.mark.parametrize("schema", [FRAMEWORK_SCHEMA, CORRECTED_SCHEMA])
def test_what_the_review_finds_is_what_sqlite_scans_or_sorts(schema: Schema) -> None:
    for query in FEED_QUERIES.values():
        unanswered = any(answering_index(schema, lookup) is None for lookup in query.lookups)
        assert any(line.startswith("SCAN ") for line in plan(schema, query.name)) == unanswered


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("followers_of", "follows_by_followee"),
        ("newest_of_author", "tweets_by_author"),
        ("feed_by_pull", "tweets_by_author"),
        ("page_after", "tweets_by_author"),
        ("page_at", "tweets_by_author"),
    ],
)
def test_each_index_is_used_and_without_it_the_table_is_scanned(name: str, index: str) -> None:
    used = [line for line in plan(CORRECTED_SCHEMA, name) if line.startswith("SEARCH ") and index in line]
    assert len(used) == 1
    # Before its own index is there, an idempotency key's unique index finds an author, but sorts nothing.
    without = plan(CORRECTED_SCHEMA.without_index(index), name)
    assert any(line.startswith("SCAN ") or "TEMP B-TREE" in line for line in without)
    assert not any(index in line for line in without)


def test_the_index_gives_an_authors_tweets_in_order() -> None:
    for name in ("newest_of_author", "page_after", "page_at"):
        assert not any("TEMP B-TREE" in line for line in plan(CORRECTED_SCHEMA, name))


def test_each_index_answers_its_own_look_up() -> None:
    assert rules(FRAMEWORK_SCHEMA.with_index(REVERSE)) == ["newest-without-index"]
    assert rules(FRAMEWORK_SCHEMA.with_index(NEWEST)) == ["followers-without-index"]
    assert rules(FRAMEWORK_SCHEMA.with_index(NEWEST).with_index(REVERSE)) == []


def test_what_an_index_starts_with_counts() -> None:
    same_again = Index("again", "follows", ("follower_id", "followee_id"))
    assert rules(FRAMEWORK_SCHEMA.with_index(same_again)) == rules(FRAMEWORK_SCHEMA)
    by_time = FRAMEWORK_SCHEMA.with_index(Index("by_time", "tweets", ("created_at", "user_id")))
    assert "newest-without-index" in rules(by_time)


def test_an_index_in_another_order_is_told_from_none() -> None:
    by_author = FRAMEWORK_SCHEMA.with_index(Index("by_author", "tweets", ("user_id",)))
    (finding,) = [f for f in review_schema(by_author) if f.rule == "newest-without-index"]
    assert "all of them are read and sorted" in finding.why


def test_ids_that_sort_by_time_may_stand_in_for_the_time() -> None:
    by_id = FRAMEWORK_SCHEMA.with_index(Index("by_author", "tweets", ("user_id", "id")))
    assert answering_index(by_id, AUTHOR_NEWEST) == ("user_id", "id")


def test_unique_columns_and_groups_count_as_the_indexes_they_are() -> None:
    columns = (Column("follower_id", "integer"), Column("followee_id", "integer"))
    groups = (("followee_id", "follower_id"), ("follower_id", "followee_id"))
    follows = Table("follows", columns, (), groups)
    schema = dataclasses.replace(CORRECTED_SCHEMA, tables=(*CORRECTED_SCHEMA.tables[:2], follows), indexes=())
    assert answering_index(schema, FOLLOWERS) == ("followee_id", "follower_id")
    assert answering_index(schema, FOLLOWEES) == ("follower_id", "followee_id")
    alone = dataclasses.replace(columns[1], unique=True)
    follows = Table("follows", (columns[0], alone))
    schema = dataclasses.replace(schema, tables=(*CORRECTED_SCHEMA.tables[:2], follows))
    assert answering_index(schema, FOLLOWERS) == ("followee_id",)


def test_a_table_without_any_index_says_so() -> None:
    follows = dataclasses.replace(FRAMEWORK_SCHEMA["follows"], primary_key=())
    schema = dataclasses.replace(FRAMEWORK_SCHEMA, tables=(*FRAMEWORK_SCHEMA.tables[:2], follows))
    findings = review_schema(schema)
    assert [f.rule for f in findings] == [lookup.rule for lookup in LOOKUPS]
    assert "no index at all" in findings[0].why


def test_missing_tables_and_columns_come_first_and_alone() -> None:
    (finding,) = review_schema(Schema("No follows", FRAMEWORK_SCHEMA.tables[:2]))
    assert (finding.rule, finding.about) == ("table-missing", "follows")
    assert finding.say == "Add a table follows with followee_id and follower_id."
    follows = Table("follows", (Column("follower_id", "integer"),), ("follower_id",))
    schema = dataclasses.replace(FRAMEWORK_SCHEMA, tables=(*FRAMEWORK_SCHEMA.tables[:2], follows))
    assert [(f.rule, f.about) for f in review_schema(schema)] == [("column-missing", "follows.followee_id")]


def test_only_a_schema_is_reviewed() -> None:
    with pytest.raises(TypeError, match="schema = 'users': it must be a Schema"):
        review_schema("users")  # type: ignore[arg-type]

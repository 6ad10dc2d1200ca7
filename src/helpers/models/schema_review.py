"""Step 4: what an interviewer would ask about a schema: the queries of the feed that no index answers."""

from collections.abc import Iterator, Sequence

from helpers.models.contract_review import Finding
from helpers.models.feed_queries import FEED_QUERIES, LOOKUPS, Lookup
from helpers.models.schema import Index, Schema, Table

__all__ = ["Finding", "answering_index", "review_schema"]


def review_schema(schema: Schema) -> tuple[Finding, ...]:
    """Return what the feed asks of the tables and no index answers, most important first.

    >>> from helpers.models.schemas import CORRECTED_SCHEMA, FRAMEWORK_SCHEMA
    >>> for finding in review_schema(FRAMEWORK_SCHEMA):
    ...     print(finding.rule, "->", finding.say)
    followers-without-index -> Add an index on follows (followee_id, follower_id).
    newest-without-index -> Add an index on tweets (user_id, created_at, id).
    >>> review_schema(CORRECTED_SCHEMA)
    ()
    """
    if not isinstance(schema, Schema):
        raise TypeError(f"schema = {schema!r}: it must be a Schema, for example CORRECTED_SCHEMA")
    return tuple(_missing(schema)) or tuple(_unanswered(schema))


def answering_index(schema: Schema, lookup: Lookup) -> tuple[str, ...] | None:
    """Return the columns of the index or key of `schema` that answers a look-up; None where none does.

    An index is sorted by its first column, then by its second: it finds values of the first alone, and
    gives the rows of one such value in the order of the second.

    >>> from helpers.models.feed_queries import FOLLOWEES, FOLLOWERS
    >>> from helpers.models.schemas import FRAMEWORK_SCHEMA
    >>> answering_index(FRAMEWORK_SCHEMA, FOLLOWEES), answering_index(FRAMEWORK_SCHEMA, FOLLOWERS)
    (('follower_id', 'followee_id'), None)
    """
    for columns in _sorted_by(schema[lookup.table], schema.indexes):
        ordered = not lookup.ordered or (len(columns) > 1 and columns[1] in lookup.ordered)
        if columns[0] == lookup.equal and ordered:
            return columns
    return None


def _missing(schema: Schema) -> Iterator[Finding]:
    tables = {table.name: table for table in schema.tables}
    asked: dict[str, dict[str, None]] = {}
    for lookup in LOOKUPS:
        asked.setdefault(lookup.table, {}).update(dict.fromkeys((lookup.equal, *lookup.then)))
    for name, columns in asked.items():
        if name not in tables:
            yield Finding(
                "table-missing",
                name,
                "The feed is made of it, and the schema has no such table.",
                f"Add a table {name} with {' and '.join(columns)}.",
            )
            continue
        known = {column.name for column in tables[name].columns}
        for column in columns:
            if column not in known:
                yield Finding(
                    "column-missing",
                    f"{name}.{column}",
                    "The feed asks for it, and the table has no such column.",
                    f"Add a column {column} to {name}.",
                )


def _unanswered(schema: Schema) -> Iterator[Finding]:
    for lookup in LOOKUPS:
        if answering_index(schema, lookup) is not None:
            continue
        queries = [query.name for query in FEED_QUERIES.values() if lookup in query.lookups]
        order = f", newest first ({', '.join(queries)})" if lookup.ordered else f" ({', '.join(queries)})"
        yield Finding(
            lookup.rule,
            f"{lookup.table} by {lookup.equal}{order}",
            f"{lookup.why} {_what_there_is(schema[lookup.table], schema.indexes, lookup)}",
            f"Add an index on {lookup.table} ({', '.join(lookup.index_columns)}).",
        )


def _what_there_is(table: Table, indexes: Sequence[Index], lookup: Lookup) -> str:
    sorted_by = list(_sorted_by(table, indexes))
    if any(columns[0] == lookup.equal for columns in sorted_by):
        return "An index finds the rows, but not in this order: all of them are read and sorted."
    if not sorted_by:
        return "The table has no index at all: every row is read."
    first = " and ".join(dict.fromkeys(columns[0] for columns in sorted_by))
    return f"The table can be searched by {first} alone: all of it is read."


def _sorted_by(table: Table, indexes: Sequence[Index]) -> Iterator[tuple[str, ...]]:
    """Yield the columns of every key and index of a table; each has at least one."""
    if table.primary_key:
        yield table.primary_key
    yield from ((column.name,) for column in table.columns if column.unique)
    yield from table.unique
    yield from (index.columns for index in indexes if index.table == table.name)

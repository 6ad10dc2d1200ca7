"""Step 4: a schema as an entity diagram that JupyterLab draws from Mermaid text."""

from collections.abc import Iterator

from helpers.figures.mermaid import MermaidDiagram
from helpers.models.schema import Column, Schema, Table

__all__ = ["entity_diagram", "entity_text"]

_INDENT = "    "
# Words of Mermaid's entity diagrams: only in quotes may they name a box.
_RESERVED = {"class", "classdef", "direction", "many", "one", "only", "style", "title", "to", "u", "zero"}


def entity_diagram(schema: Schema) -> MermaidDiagram:
    """Return the schema as an entity diagram."""
    return MermaidDiagram(entity_text(schema))


def entity_text(schema: Schema) -> str:
    """Return the schema as Mermaid text: each table a box, each foreign key a line from one to many.

    PK, FK and UK mark primary, foreign and unique keys; the words at a column say what else the database
    checks.

    >>> from helpers.models.schemas import FRAMEWORK_SCHEMA
    >>> print(entity_text(FRAMEWORK_SCHEMA))
    erDiagram
        users {
            integer id PK
            text username
            text email
            text password_hash
        }
        tweets {
            integer id PK
            integer user_id FK
            text content
            time created_at
        }
        follows {
            integer follower_id PK
            integer followee_id PK
        }
        users |o--o{ tweets : user_id
    """
    if not isinstance(schema, Schema):
        raise TypeError(f"schema = {schema!r}: it must be a Schema, for example CORRECTED_SCHEMA")
    lines = [line for table in schema.tables for line in _box(table)]
    lines += [
        f"{_INDENT}{_name(column.references)} {_one(table, column)}--o{{ {_name(table.name)} : "
        f"{_name(column.name)}"
        for table in schema.tables
        for column in table.columns
        if column.references
    ]
    return "\n".join(["erDiagram", *lines])


def _box(table: Table) -> Iterator[str]:
    yield f"{_INDENT}{_name(table.name)} {{"
    for column in table.columns:
        keys = [
            name
            for name, applies in (
                ("PK", column.name in table.primary_key),
                ("FK", bool(column.references)),
                ("UK", column.unique),
            )
            if applies
        ]
        words = ", ".join(_words(table, column))
        parts = [column.kind.replace(" ", "_"), column.name, ", ".join(keys), f'"{words}"' if words else ""]
        yield f"{_INDENT * 2}{' '.join(filter(None, parts))}"
    yield f"{_INDENT}}}"


def _words(table: Table, column: Column) -> Iterator[str]:
    if column.required:
        yield "required"
    if column.longest is not None:
        yield f"at most {column.longest:,}"
    for group in table.unique:
        if column.name in group:
            others = [name for name in group if name != column.name]
            yield f"unique with {', '.join(others)}" if others else "unique"
    for pair in table.differ:
        if column.name in pair:
            yield f"not {pair[1] if column.name == pair[0] else pair[0]}"


def _name(name: str) -> str:
    return f'"{name}"' if name in _RESERVED else name


def _one(table: Table, column: Column) -> str:
    """Say whether each row must have one that it references, or may have none."""
    return "||" if column.required or column.name in table.primary_key else "|o"

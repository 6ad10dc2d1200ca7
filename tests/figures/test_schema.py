"""The entity diagram: every table, column, key and check, in text that Mermaid reads."""

import re

import pytest

from helpers.figures.schema import entity_diagram, entity_text
from helpers.models.schema import Column, Schema, Table
from helpers.models.schemas import CORRECTED_SCHEMA, FRAMEWORK_SCHEMA


@pytest.mark.parametrize("schema", [FRAMEWORK_SCHEMA, CORRECTED_SCHEMA])
def test_every_column_and_foreign_key_is_drawn_once(schema: Schema) -> None:
    text = entity_text(schema)
    boxes = dict(re.findall(r"^    (\w+) \{\n(.*?)^    \}", text, re.MULTILINE | re.DOTALL))
    assert {name: [line.split()[1] for line in body.splitlines()] for name, body in boxes.items()} == {
        table.name: [c.name for c in table.columns] for table in schema.tables
    }
    lines = re.findall(r"^    (\w+) \S+ (\w+) : (\w+)$", text, re.MULTILINE)
    assert lines == [
        (c.references, table.name, c.name) for table in schema.tables for c in table.columns if c.references
    ]


def test_the_corrected_schema_shows_what_the_database_checks() -> None:
    lines = [line.strip() for line in entity_text(CORRECTED_SCHEMA).splitlines()]
    assert 'text username UK "required, at most 15"' in lines
    assert 'integer follower_id PK, FK "not followee_id"' in lines
    assert 'text idempotency_key "required, at most 255, unique with user_id"' in lines
    assert "users ||--o{ follows : followee_id" in lines


def test_a_row_that_may_reference_nothing_has_another_line() -> None:
    assert "users |o--o{ tweets : user_id" in entity_text(FRAMEWORK_SCHEMA)
    assert "users ||--o{ tweets : user_id" in entity_text(CORRECTED_SCHEMA)


def test_mermaids_own_words_stand_in_quotes() -> None:
    table = Table("title", (Column("id", "integer"), Column("one", "integer", references="title")), ("id",))
    text = entity_text(Schema("Words", (table,)))
    assert '    "title" {' in text
    assert '"title" |o--o{ "title" : "one"' in text


def test_a_lone_unique_group_and_both_ends_of_a_pair() -> None:
    columns = (Column("a", "integer"), Column("b", "integer"))
    text = entity_text(Schema("S", (Table("t", columns, (), (("a",),), (("a", "b"),)),)))
    assert 'integer a "unique, not b"' in text
    assert 'integer b "not a"' in text


def test_the_diagram_shows_itself_in_jupyterlab() -> None:
    diagram = entity_diagram(CORRECTED_SCHEMA)
    assert diagram._repr_mimebundle_()["text/vnd.mermaid"] == entity_text(CORRECTED_SCHEMA)
    with pytest.raises(TypeError, match="schema = None: it must be a Schema"):
        entity_diagram(None)  # type: ignore[arg-type]

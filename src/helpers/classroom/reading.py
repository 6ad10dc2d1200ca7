"""The bytes that a student handed in, read as the cells of a notebook, whatever an editor did to them."""

import codecs
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from helpers.models.checks import short_repr

__all__ = ["MOST_BYTES", "MOST_CELLS", "MOST_CHARACTERS", "Cell", "UnreadableSubmission", "read_cells"]

MOST_BYTES = 100_000_000
"""A notebook with 50 MB of pictures is still read; more fills the memory of a small grading machine."""

MOST_CELLS = 2_000
"""Thirty times what an assignment has: more was made by a program, and would hold up the others."""

MOST_CHARACTERS = 1_000_000
"""Nobody types a cell of a million characters: a longer one is pasted data, and would swell every page."""

SWOLLEN_BYTES = 5_000_000

BYTE_ORDER_MARKS = {codecs.BOM_UTF8: "UTF-8", codecs.BOM_UTF16_LE: "UTF-16", codecs.BOM_UTF16_BE: "UTF-16"}
OTHER_FILES = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a ZIP archive, or a document of an office program",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"\x1f\x8b": "a gzip archive",
}
MERGE_MARK = re.compile(r"^(<{7}|>{7})( |$)", re.MULTILINE)
HALF_CHARACTER = re.compile("[\ud800-\udfff]")


class UnreadableSubmission(ValueError):  # noqa: N818 - it says what happened, as its users read it
    """What was handed in cannot be graded; `reason` says why, in a sentence for the student."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Cell:
    """A cell as it was handed in: only what grading looks at, and of the right types."""

    kind: str
    text: str
    id: str = ""
    nbgrader: Mapping[str, Any] = field(default_factory=dict)
    attachments: Mapping[str, Any] = field(default_factory=dict)

    @property
    def grade_id(self) -> str:
        """nbgrader's name of the cell; empty where it has none."""
        name = self.nbgrader.get("grade_id")
        return name if isinstance(name, str) else ""


def read_cells(raw: bytes) -> tuple[list[Cell], list[str]]:
    """Return the cells of a notebook file, without outputs, and notes on what was not as it should be.

    Raises UnreadableSubmission with a reason for a person.

    >>> read_cells(b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": ["1 + ", "1"]}]}')
    ([Cell(kind='code', text='1 + 1', id='', nbgrader={}, attachments={})], [])
    >>> read_cells(b"")
    Traceback (most recent call last):
    helpers.classroom.reading.UnreadableSubmission: The file is empty.
    """
    text, notes = _decoded(raw)
    document = _parsed(text)
    cells: list[Cell] = []
    found_cells = _found_cells(document, notes)
    if len(found_cells) > MOST_CELLS:
        raise UnreadableSubmission(
            f"The notebook has {len(found_cells):,} cells, and at most {MOST_CELLS:,} are read."
        )
    for place, found in enumerate(found_cells, start=1):
        cell = _cell(found, place, notes)
        if cell is not None:
            cells.append(cell)
    if len(raw) > SWOLLEN_BYTES:
        notes.append(f"The file has {len(raw) / 1e6:.0f} MB; its outputs were left out.")
    return cells, notes


def _decoded(raw: bytes) -> tuple[str, list[str]]:
    if not raw.strip():
        raise UnreadableSubmission("The file is empty." if not raw else "The file holds nothing but blanks.")
    if len(raw) > MOST_BYTES:
        raise UnreadableSubmission(
            f"The file has {len(raw) / 1e6:,.0f} MB, and at most {MOST_BYTES / 1e6:.0f} MB are read: "
            "clear its outputs, save it, and hand it in again."
        )
    for start, what in OTHER_FILES.items():
        if raw.startswith(start):
            raise UnreadableSubmission(f"The file is {what}, not a notebook.")
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if raw.startswith(mark):
            try:
                text = raw.decode(encoding).removeprefix("\ufeff")
            except UnicodeDecodeError:
                break
            return text, [f"The file began with a byte order mark: read as {encoding}."]
    try:
        return raw.decode("utf-8"), []
    except UnicodeDecodeError:
        pass
    try:
        text = raw.decode("cp1252")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return text, ["The file was not UTF-8: read as Latin-1, so accents may have changed."]


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, strict=False)
    except RecursionError:
        raise UnreadableSubmission("The file is nested too deeply for a notebook.") from None
    except ValueError as error:
        raise UnreadableSubmission(_why_not_json(text, error)) from None


def _why_not_json(text: str, error: ValueError) -> str:
    start = text.lstrip()
    if MERGE_MARK.search(text):
        return (
            "The file holds the marks of an unfinished merge (<<<<<<< or >>>>>>>): "
            "choose one of the two versions of each part, and hand it in again."
        )
    if start.startswith("<"):
        return "The file is a web page, not a notebook: save the notebook itself (.ipynb), not its page."
    if not start.startswith("{"):
        return f"The file is not a notebook: it begins with {short_repr(start[:40])}."
    if not isinstance(error, json.JSONDecodeError):
        return "The file is not a notebook: one of its numbers has thousands of digits."
    if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
        return f"The file breaks off in line {text.count(chr(10)) + 1}: it was not saved or uploaded whole."
    return f"The file is not valid JSON, as a notebook is: line {error.lineno}, {error.msg}."


def _found_cells(document: Any, notes: list[str]) -> list[Any]:
    """Return what stands in the place of cells, in the formats 2 to 4."""
    if not isinstance(document, dict):
        kind = "a list" if isinstance(document, list) else "a single value"
        raise UnreadableSubmission(f"The file is JSON, but not a notebook: {kind}.")
    version = document.get("nbformat")
    if isinstance(version, int) and version > 4:
        raise UnreadableSubmission(f"The notebook has format {version}; formats up to 4 are read.")
    cells, sheets = document.get("cells"), document.get("worksheets")
    if isinstance(cells, list):
        return cells
    if isinstance(sheets, list):
        notes.append("The notebook was in the old format 3: converted.")
        inside = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
        return [cell for found in inside if isinstance(found, list) for cell in found]
    raise UnreadableSubmission("The file is JSON, but not a notebook: it has no list of cells.")


def _cell(found: Any, place: int, notes: list[str]) -> Cell | None:
    if not isinstance(found, dict):
        notes.append(f"Cell {place} is no cell but {short_repr(found)}: left out.")
        return None
    kind, text = found.get("cell_type"), _text(found.get("source", found.get("input", "")))
    if text is None:
        notes.append(f"Cell {place} has no text that can be read: taken as empty.")
        text = ""
    if len(text) > MOST_CHARACTERS:
        notes.append(
            f"Cell {place} has {len(text):,} characters: left out, at most {MOST_CHARACTERS:,} are read."
        )
        return None
    if HALF_CHARACTER.search(text):
        notes.append(f"Cell {place} holds half of a character, which no file can keep: replaced.")
        text = HALF_CHARACTER.sub("\ufffd", text)
    if kind == "heading":
        level = found.get("level")
        signs = "#" * level if isinstance(level, int) and 1 <= level <= 6 else "#"
        kind, text = "markdown", f"{signs} {text}"
    elif kind not in ("code", "markdown", "raw"):
        notes.append(f"Cell {place} is of an unknown type, {short_repr(kind)}.")
        kind = "raw"
    name, metadata = found.get("id"), found.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    return Cell(
        kind,
        text,
        name if isinstance(name, str) else "",
        nbgrader if isinstance(nbgrader, dict) else {},
        _attachments(found.get("attachments"), place, notes) if kind != "code" else {},
    )


def _text(source: Any) -> str | None:
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        return "".join(source)
    return source if isinstance(source, str) else None


def _attachments(found: Any, place: int, notes: list[str]) -> dict[str, Any]:
    """Return the pictures of a cell that are pictures: by file name and MIME type, in base64."""
    if found is None or found == {}:
        return {}
    whole = {}
    for name, bundle in found.items() if isinstance(found, dict) else ():
        pictures = {kind: _text(data) for kind, data in bundle.items()} if isinstance(bundle, dict) else {}
        said = "".join(f"{kind}{data}" for kind, data in pictures.items())
        if pictures and all(pictures.values()) and not HALF_CHARACTER.search(name + said):
            whole[name] = pictures
    if not isinstance(found, dict) or len(whole) < len(found):
        notes.append(f"Cell {place} has an attachment that is empty or damaged: left out.")
    return whole

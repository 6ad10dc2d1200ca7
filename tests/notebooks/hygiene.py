"""What a notebook of this course must keep to, as checks that return a list of findings."""

import ast
import copy
import json
import re
import unicodedata
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from IPython.core.inputtransformer2 import TransformerManager
from nbformat.v4.rwbase import rejoin_lines

__all__ = ["homework_findings", "lesson_findings"]

LONGEST_CELL = 15
LARGEST_OUTPUT = 100_000
BUNDLED_PLOTLY = re.compile(r"plotly\.js v\d|cdn\.plot\.ly")
READABLE_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
RANDOM_PART = re.compile(r"(?=[a-f]*\d)[0-9a-f]{6,}|[0-9a-f]{8}")
NBVAL_COMMENT = re.compile(r"#\s*(NBVAL_|PYTEST_VALIDATE_)")
INSTALLER = re.compile(r"^\s*[!%]{1,2}\s*(pip|conda|mamba|uv)\b", re.MULTILINE)
RUN_MAGIC = re.compile(r"^\s*%{1,2}run\b", re.MULTILINE)
HEADING = re.compile(r"(#{1,6})\s+(.*)")


def lesson_findings(path: Path) -> list[str]:
    """Return what is wrong with a lesson, which is committed with its outputs; an empty list for nothing."""
    notebook, invalid = _read(path)
    return invalid or [
        *_identifiers(notebook),
        *_metadata(notebook),
        *_headings(notebook),
        *_sources(notebook),
        *_imports(notebook),
        *_outputs(notebook),
    ]


def homework_findings(path: Path) -> list[str]:
    """Return what is wrong with a homework source, which is committed unrun; an empty list for nothing."""
    notebook, invalid = _read(path)
    return invalid or [
        *_identifiers(notebook),
        *_metadata(notebook),
        *_headings(notebook),
        *_unrun(notebook),
    ]


def _read(path: Path) -> tuple[Any, list[str]]:
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        with warnings.catch_warnings():
            # nbformat mends ids in what it validates and warns; the checks below must see the file as it is.
            warnings.simplefilter("ignore")
            nbformat.validate(copy.deepcopy(raw))
    except (ValueError, nbformat.ValidationError) as error:
        return None, [f"not a valid notebook: {str(error).splitlines()[0]}"]
    return rejoin_lines(nbformat.from_dict(raw)), []


def _code(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _identifiers(notebook: Any) -> Iterator[str]:
    seen = set()
    for number, cell in enumerate(notebook.cells):
        identifier = cell.get("id", "")
        if not READABLE_ID.fullmatch(identifier) or RANDOM_PART.search(identifier):
            yield f"cell {number}: id {identifier!r} is not words joined by hyphens ('predict-write-rate')"
        if identifier in seen:
            yield f"cell {number}: id {identifier!r} is used twice"
        seen.add(identifier)


def _metadata(notebook: Any) -> Iterator[str]:
    if notebook.metadata.get("kernelspec", {}).get("name") != "python3":
        yield "kernelspec is not python3"
    if "widgets" in notebook.metadata:
        yield "widget state in the metadata"
    if "version" in notebook.metadata.get("language_info", {}):
        yield "language_info names a Python version"
    for cell in notebook.cells:
        if "execution" in cell.metadata:
            yield f"{cell.id}: execution times in the metadata"
        tags = cell.metadata.get("tags", [])
        if "nbval-skip" in tags:
            yield f"{cell.id}: tag nbval-skip; every cell is run"
        if "nbval-ignore-output" in tags and "measured" not in tags:
            yield f"{cell.id}: tag nbval-ignore-output without the tag measured"


def _headings(notebook: Any) -> Iterator[str]:
    level = 0
    titles = 0
    for cell in notebook.cells:
        if cell.cell_type != "markdown":
            continue
        fenced = False
        for line in cell.source.splitlines():
            if line.lstrip().startswith(("```", "~~~")):
                fenced = not fenced
            found = None if fenced else HEADING.match(line)
            if not found:
                continue
            deeper = len(found[1])
            titles += deeper == 1
            if deeper > level + 1:
                yield f"{cell.id}: heading {found[2]!r} skips a level, from {level} to {deeper}"
            if any(_is_emoji(character) for character in found[2]):
                yield f"{cell.id}: emoji in the heading {found[2]!r}"
            level = deeper
    if titles != 1:
        yield f"{titles} headings of level 1; there must be one"


def _is_emoji(character: str) -> bool:
    return character == "\ufe0f" or (ord(character) > 0x2300 and unicodedata.category(character) == "So")


def _sources(notebook: Any) -> Iterator[str]:
    for cell in _code(notebook):
        # A list of names to import is not an idea that a helper could hold.
        lines = sum(not line.startswith(("import ", "from ")) for line in cell.source.splitlines())
        if lines > LONGEST_CELL:
            yield f"{cell.id}: {lines} lines; more than {LONGEST_CELL} belong in helpers"
        for pattern, name in (
            (NBVAL_COMMENT, "an nbval comment; use a tag"),
            (INSTALLER, "installs packages"),
            (RUN_MAGIC, "%run"),
        ):
            if pattern.search(cell.source):
                yield f"{cell.id}: {name}"


def _transform(source: str) -> str:
    return TransformerManager().transform_cell(source)


def _imports(notebook: Any) -> Iterator[str]:
    for number, cell in enumerate(_code(notebook)):
        try:
            tree = ast.parse(_transform(cell.source))
        except SyntaxError as error:
            yield f"{cell.id}: {error.msg}"
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom) and number > 0:
                yield f"{cell.id}: imports {ast.unparse(node)!r}; imports belong in the first code cell"
            if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
                yield f"{cell.id}: import *"
            if isinstance(node, ast.Attribute) and ast.unparse(node) == "sys.path":
                yield f"{cell.id}: sys.path"


def _outputs(notebook: Any) -> Iterator[str]:
    for number, cell in enumerate(_code(notebook), start=1):
        if cell.execution_count != number:
            yield f"{cell.id}: execution count {cell.execution_count}; it must be {number}"
        for output in cell.outputs:
            text = json.dumps(output, ensure_ascii=False)
            if output.output_type == "error":
                yield f"{cell.id}: raised {output.ename}"
            if output.get("name") == "stderr":
                yield f"{cell.id}: wrote to stderr: {output.text[:80]!r}"
            if BUNDLED_PLOTLY.search(text):
                yield f"{cell.id}: plotly.js in an output"
            if len(text.encode()) > LARGEST_OUTPUT:
                yield f"{cell.id}: an output of {len(text.encode()):,} bytes; at most {LARGEST_OUTPUT:,}"


def _unrun(notebook: Any) -> Iterator[str]:
    for cell in _code(notebook):
        if cell.outputs or cell.execution_count is not None:
            yield f"{cell.id}: has been run; homework is committed without outputs"
        for pattern, name in ((INSTALLER, "installs packages"), (RUN_MAGIC, "%run")):
            if pattern.search(cell.source):
                yield f"{cell.id}: {name}"

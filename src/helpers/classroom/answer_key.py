"""What grading needs to know of an assignment's notebook: its cells as handed out, and their points."""

import ast
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import GenerateAssignment
from nbgrader.preprocessors import SaveCells
from traitlets.config import Config

__all__ = ["AnswerKey", "KeyCell", "changed_since_release", "key_from_source"]

PYTHON = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}


@dataclass(frozen=True)
class KeyCell:
    """A cell as nbgrader recorded it; `max_score` is None unless it is graded."""

    name: str
    cell_type: str
    locked: bool
    source: str
    checksum: str
    max_score: float | None
    solution: bool


@dataclass(frozen=True)
class AnswerKey:
    """An assignment's notebook; to nbgrader's `OverwriteCells` it looks like a gradebook."""

    assignment: str
    notebook: str
    cells: tuple[KeyCell, ...]
    kernelspec: Mapping[str, Any] = field(default_factory=lambda: dict(PYTHON))
    files: tuple[tuple[str, bytes], ...] = ()

    @property
    def graded(self) -> tuple[KeyCell, ...]:
        """The cells that have points, in order."""
        return tuple(cell for cell in self.cells if cell.max_score is not None)

    @property
    def digest(self) -> str:
        """A hash that changes when marks may."""
        cells = [(cell.name, cell.checksum, cell.source, cell.max_score) for cell in self.cells]
        hashed = hashlib.sha256(json.dumps(cells).encode())
        for name, content in self.files:
            hashed.update(name.encode() + b"\0" + content)
        return hashed.hexdigest()

    @property
    def imports(self) -> tuple[str, ...]:
        """The modules that its locked cells import: what a kernel has ready."""
        found: dict[str, None] = {}
        for cell in self.cells:
            if cell.locked and cell.cell_type == "code":
                for node in ast.walk(ast.parse(cell.source)):
                    if isinstance(node, ast.Import):
                        found |= dict.fromkeys(alias.name for alias in node.names)
                    elif isinstance(node, ast.ImportFrom) and node.module:
                        found[node.module] = None
        return tuple(found)

    def find_source_cell(self, name: str, *_: str) -> KeyCell:
        """Return the cell of that name, or raise nbgrader's MissingEntry."""
        for cell in self.cells:
            if cell.name == name:
                return cell
        raise MissingEntry(f"No such cell: {name}")

    def find_graded_cell(self, name: str, *_: str) -> KeyCell:
        """Return the graded cell of that name, or raise nbgrader's MissingEntry."""
        cell = self.find_source_cell(name)
        if cell.max_score is None:
            raise MissingEntry(f"No such graded cell: {name}")
        return cell


class _NoGradebook:
    """A gradebook that holds nothing yet."""

    def __getattr__(self, name: str) -> Any:
        def find(*_: str) -> None:
            raise MissingEntry(name)

        return find


class _RememberCells(SaveCells):  # type: ignore[misc] # nbgrader has no types
    """nbgrader's own reading of a source notebook, kept in this object instead of a gradebook."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        self.notebook_id = self.assignment_id = ""
        self.gradebook = _NoGradebook()
        self.new_grade_cells: dict[str, Any] = {}
        self.new_solution_cells: dict[str, Any] = {}
        self.new_task_cells: dict[str, Any] = {}
        self.new_source_cells: dict[str, Any] = {}
        return super(SaveCells, self).preprocess(nb, resources)  # type: ignore[no-any-return]


def key_from_source(source: str | Path, config: Config | None = None) -> AnswerKey:
    """Return the key of a source notebook, as `nbgrader generate_assignment` would record it.

    Raises OSError and nbformat's or nbgrader's errors: a source that cannot be released cannot be graded.
    """
    path = Path(source)
    notebook = nbformat.read(path, as_version=4)
    config = config or Config()
    resources = {
        "nbgrader": {"notebook": path.stem, "assignment": path.parent.name},
        "metadata": {"path": str(path.parent)},
    }
    saved = None
    for make in GenerateAssignment(config=config).preprocessors:
        if issubclass(make, SaveCells):
            saved = _RememberCells(config=config)
            notebook, resources = saved(notebook, resources)
            break
        notebook, resources = make(config=config)(notebook, resources)
    if saved is None:
        raise ValueError(f"GenerateAssignment.preprocessors must hold SaveCells, to grade {path}")
    cells = tuple(
        KeyCell(
            name=name,
            cell_type=info["cell_type"],
            locked=info["locked"],
            source=info["source"],
            checksum=info["checksum"],
            max_score=(saved.new_grade_cells | saved.new_task_cells).get(name, {}).get("max_score"),
            solution=name in saved.new_solution_cells,
        )
        for name, info in saved.new_source_cells.items()
    )
    kernelspec = dict(notebook.metadata.get("kernelspec", PYTHON))
    return AnswerKey(path.parent.name, path.stem, cells, kernelspec, _files(path.parent))


def changed_since_release(key: AnswerKey, gradebook: Gradebook) -> bool:
    """Tell whether the gradebook recorded other cells than the key has, or none, when it was released."""
    try:
        recorded = gradebook.find_notebook(key.notebook, key.assignment)
    except MissingEntry:
        return True
    checksums = {cell.name: cell.checksum for cell in recorded.source_cells}
    return checksums != {cell.name: cell.checksum for cell in key.cells}


def _files(folder: Path) -> tuple[tuple[str, bytes], ...]:
    """Read what stands beside the source notebooks, as nbgrader copies it to each submission."""
    return tuple(
        (str(path.relative_to(folder)), path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path.suffix not in (".ipynb", ".pyc")
        and not any(part.startswith(".") or part == "__pycache__" for part in path.relative_to(folder).parts)
    )

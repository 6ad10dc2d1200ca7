"""Run the lessons again and write them in one form, so that a second run changes no byte (`make notebooks`).

A cell tagged `nbval-ignore-output` holds measured times. Its outputs are kept while its source is the one
they were made with and a new run gives outputs of the same kinds; clear them in JupyterLab to measure again.
"""

import hashlib
import os
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

__all__ = ["normalise"]

KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE = {
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "pygments_lexer": "ipython3",
}
VOLATILE = ("ExecuteTime", "collapsed", "execution", "scrolled", "trusted")
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
SECONDS_A_CELL = 120


def normalise(path: Path) -> bool:
    """Run the notebook at `path`, write it in the one form, and return whether the file changed.

    Raises CellExecutionError, and leaves the file alone, if a cell raises.
    """
    before = path.read_text(encoding="utf-8")
    committed, notebook = _read(before), _read(before)
    NotebookClient(
        notebook,
        timeout=SECONDS_A_CELL,
        kernel_name="python3",
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(path.parent)}},
    ).execute()
    notebook.metadata = {"kernelspec": KERNELSPEC, "language_info": LANGUAGE}
    codes = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(codes, start=1):
        _number(cell, number)
    for cell, old in zip(notebook.cells, committed.cells, strict=True):
        for key in VOLATILE:
            cell.metadata.pop(key, None)
        if cell.cell_type == "code":
            _settle(cell, old)
    nbformat.validate(notebook)
    after: str = nbformat.writes(notebook).rstrip("\n") + "\n"
    if after != before:
        path.write_text(after, encoding="utf-8")
    return after != before


def _read(text: str) -> Any:
    return nbformat.reads(text, as_version=4)


def _number(cell: Any, number: int) -> None:
    cell.execution_count = number
    for output in cell.outputs:
        if output.output_type == "execute_result":
            output.execution_count = number
        # A view of a widget that is not running shows an error in JupyterLab; one without an id stays hidden.
        if WIDGET_VIEW in output.get("data", {}):
            output.data[WIDGET_VIEW]["model_id"] = ""


def _settle(cell: Any, old: Any) -> None:
    if "nbval-ignore-output" not in cell.metadata.get("tags", []):
        cell.metadata.pop("measured_source", None)
        return
    source = hashlib.sha256(cell.source.encode()).hexdigest()[:16]
    if old.metadata.get("measured_source") == source and _kinds(old) == _kinds(cell):
        cell.outputs = old.outputs
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = cell.execution_count
    cell.metadata["measured_source"] = source


def _kinds(cell: Any) -> list[tuple[str, ...]]:
    return [
        (output.output_type, output.get("name", ""), *sorted(output.get("data", {})))
        for output in cell.outputs
    ]


def main(names: list[str]) -> int:
    """Normalise the notebooks named and return the exit code: 1 if there is none or a cell raised."""
    # The lessons show the example, not what whoever runs this has of their own.
    os.environ |= dict.fromkeys(("DESIGN_FILE", "INTERVIEWS_FILE", "SCENARIOS"), "")
    failed = not names
    for name in names:
        try:
            changed = normalise(Path(name))
        except CellExecutionError as error:
            failed = True
            print(f"{name}: a cell raised; the file is left as it was\n{error}", file=sys.stderr)
        else:
            print(f"{name}: {'changed' if changed else 'unchanged'}")
    if not names:
        print("no notebook found in notebooks/", file=sys.stderr)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

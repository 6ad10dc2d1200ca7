"""Running a submitted notebook to its end, whatever its cells do to their kernel."""

import copy
import logging
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.v4 import new_output
from nbgrader.preprocessors import Execute
from traitlets.config import Config

from helpers.classroom.kernels import ForkedKernelManager, Launch, NurseryError

__all__ = ["QUIET", "Limits", "cell_name", "run_notebook"]

FORKED = sys.platform == "linux"
"""Elsewhere a notebook gets one of Jupyter's own kernels: slower, and without a limit of memory."""

# What goes wrong in a notebook is said in its result.
QUIET = logging.getLogger("helpers.classroom")
QUIET.addHandler(logging.NullHandler())

MOST_OUTPUT = 2**20
"""What is kept of a cell's output, in characters of its messages."""

TOO_LONG = "(left out: it is too long)"

ENDLESS_OUTPUT = 2**27
"""What no cell shows but one that goes on without end."""

ANSWERS_WITHIN_S = 5
"""How long a kernel may take to answer again after its cell was interrupted."""


@dataclass(frozen=True)
class Limits:
    """What a submission may use: seconds a cell, seconds in all, bytes of memory more than a bare kernel.

    Without `timeout_s` a cell may take as long as the course's `Execute.timeout` says.
    """

    timeout_s: int | None = None
    budget_s: float = 300
    memory_bytes: int = 2 * 2**30


class _KernelLostError(Exception):
    """A cell ended its kernel, or holds it and cannot be interrupted."""

    def __init__(self, index: int, why: str) -> None:
        super().__init__(why)
        self.index, self.why = index, why


class _Run(Execute):  # type: ignore[misc] # nbgrader has no types
    """nbgrader's Execute, which leaves out the cells in `lost` and stops when the time is up."""

    def __init__(self, *, deadline: float, lost: Mapping[int, str], launch: Launch, **options: Any) -> None:
        super().__init__(**options)
        self.deadline, self.lost, self.launch = deadline, lost, launch
        self.late: dict[int, int] = {}
        self.left: list[int] = []
        self.written = 0

    def create_kernel_manager(self) -> Any:
        if not FORKED:
            # It warns the grader's terminal that others on this machine may read what it sends.
            self.set_trait("extra_arguments", ["--log-level=ERROR"])
            return super().create_kernel_manager()
        self.km = ForkedKernelManager(
            kernel_name="python3",
            transport="ipc",
            connection_file=str(self.launch.home / "kernel.json"),
            log=QUIET,
        )
        self.km.launch = self.launch
        return self.km

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> Any:
        if cell.cell_type != "code" or not cell.source.strip():
            return cell, resources
        remaining = self.deadline - time.monotonic()
        if index in self.lost:
            cell.outputs = [_error("CellLeftOut", self.lost[index])]
            return cell, resources
        if remaining <= 0:
            self.left.append(index)
            cell.outputs = [_error("CellLeftOut", "the time for this notebook was used up before this cell")]
            return cell, resources
        allowed = self._get_timeout(cell)
        self.set_trait("timeout", max(1, int(min(allowed or remaining, remaining))))
        self.written = 0
        try:
            super().preprocess_cell(cell, resources, index)
            if index in self.late:
                self.set_trait("timeout", ANSWERS_WITHIN_S)
                self.wait_for_reply(self.kc.kernel_info())
        except DeadKernelError:
            endless = self.written > ENDLESS_OUTPUT
            why = "showed more and more without end" if endless else "ended its kernel"
            raise _KernelLostError(index, why) from None
        except CellTimeoutError:
            raise _KernelLostError(index, "ran too long and could not be interrupted") from None
        except NurseryError:
            raise _KernelLostError(index, "ended its kernel and the processes around it") from None
        finally:
            self.set_trait("timeout", allowed)
        return cell, resources

    async def _async_handle_timeout(self, timeout: int, cell: Any = None) -> Any:
        if cell is None:
            raise DeadKernelError("the kernel does not answer")
        self.late[next(n for n, each in enumerate(self.nb.cells) if each is cell)] = timeout
        return await super()._async_handle_timeout(timeout, cell)

    async def _async_check_alive(self) -> None:
        if self.kc is None:  # a task that outlives its cell
            raise DeadKernelError("the kernel has been ended")
        await super()._async_check_alive()

    def process_message(self, msg: Any, cell: Any, cell_index: int) -> Any:
        """Keep the start of what a cell prints; a loop that prints must not fill the grader's memory."""
        content = msg["content"]
        if msg["msg_type"] == "stream":
            content["text"] = self._kept(content["text"], "")
        elif "data" in content:
            content["data"] = {kind: self._kept(data, TOO_LONG) for kind, data in content["data"].items()}
        elif "traceback" in content:
            content["evalue"] = content["evalue"][:MOST_OUTPUT]
            content["traceback"] = [line[:MOST_OUTPUT] for line in content["traceback"]]
        return super().process_message(msg, cell, cell_index)

    def _kept(self, data: Any, instead: str) -> Any:
        before = self.written
        self.written += len(data) if isinstance(data, str) else len(repr(data))
        if before <= ENDLESS_OUTPUT < self.written:
            manager: Any = self.km
            manager.provisioner.process.kill()  # nbclient would see an exception only when the cell ends
        if self.written <= MOST_OUTPUT:
            return data
        return instead or data[: max(0, MOST_OUTPUT - before)]


def run_notebook(
    notebook: Any,
    *,
    limits: Limits,
    config: Config | None = None,
    preload: tuple[str, ...] = (),
    files: tuple[tuple[str, bytes], ...] = (),
) -> tuple[Any, list[str]]:
    """Run a notebook in a fresh kernel and an empty folder; return it with its outputs, and what went wrong.

    A cell that ends its kernel is left out and the others are run again. Raises nothing that the notebook's
    code can cause.
    """
    deadline = time.monotonic() + limits.budget_s
    config = copy.deepcopy(config or Config())
    if limits.timeout_s is not None:
        config.Execute.timeout = limits.timeout_s
    lost: dict[int, str] = {}
    while True:
        attempt = copy.deepcopy(notebook)
        with tempfile.TemporaryDirectory(prefix="course-", ignore_cleanup_errors=True) as home:
            folder = Path(home, "notebook")
            folder.mkdir()
            for name, content in files:
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            run = _Run(
                deadline=deadline,
                lost=lost,
                launch=Launch(Path(home), folder, limits.memory_bytes, preload),
                config=config,
                shutdown_kernel="immediate",
                log=QUIET,
            )
            try:
                run.preprocess(attempt, {"metadata": {"path": str(folder)}})
            except _KernelLostError as problem:
                lost[problem.index] = f"this cell {problem.why}, so it was left out"
                continue
        return attempt, _problems(attempt, run, lost, limits)


def _problems(notebook: Any, run: _Run, lost: Mapping[int, str], limits: Limits) -> list[str]:
    found = {index: why.replace("this cell", "the cell", 1) for index, why in lost.items()}
    said = [f"{cell_name(notebook, index)}: {why}" for index, why in sorted(found.items())]
    said += [
        f"{cell_name(notebook, index)}: the cell was stopped after {seconds} s"
        for index, seconds in run.late.items()
        if index not in lost
    ]
    if run.left:
        first = cell_name(notebook, run.left[0])
        said.append(
            f"the notebook took more than {limits.budget_s:g} s in all; from {first} on nothing was run"
        )
    return said


def cell_name(notebook: Any, index: int) -> str:
    """Return how to call a cell: by nbgrader's name, or by its place."""
    name = notebook.cells[index].metadata.get("nbgrader", {}).get("grade_id")
    return str(name) if name else f"cell {index + 1}"


def _error(name: str, value: str) -> Any:
    return new_output("error", ename=name, evalue=value, traceback=[f"{name}: {value}"])

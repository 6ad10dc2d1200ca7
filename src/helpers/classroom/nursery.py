"""A process that imports what a course needs once, and forks a fresh kernel of it for every notebook.

    python -P -m helpers.classroom.nursery DESCRIPTOR

DESCRIPTOR is the other end of a socket that `helpers.classroom.kernels` holds. When that end closes, for
whatever reason, every process that was started here ends.
"""

import contextlib
import ctypes
import gc
import importlib
import json
import os
import resource
import signal
import socket
import sys
import time
from typing import Any, NoReturn

import psutil  # type: ignore[import-untyped]
from ipykernel.iostream import OutStream
from ipykernel.kernelapp import IPKernelApp
from IPython.core.interactiveshell import InteractiveShell

from helpers.classroom.confine import confine, needed_by_python

__all__ = ["serve"]

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
LARGEST_FILE = 256 * 2**20
# What a cell may print, in characters: a loop that prints fills the kernel's memory before it is stopped.
MOST_PRINTED = 4 * 2**20
# What IPython imports while a kernel starts.
OF_A_KERNEL = (
    "ipykernel.debugger",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "sqlite3",
    "tornado.platform.asyncio",
)
# IPython's own exit() ends the kernel, and with it the tests; sys.exit() ends the cell.
EXIT_ENDS_THE_CELL = "import sys as _sys; exit = quit = _sys.exit; del _sys"


def serve(control: socket.socket) -> None:
    """Until the other end closes, `fork` kernels, `poll` them and `end` them with all they started."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)  # what a kernel's child leaves behind becomes a child of this process
    ended: dict[int, int] = {}
    while request := control.recv(1 << 20):
        asked = json.loads(request)
        reply: int | None
        if "fork" in asked:
            reply = _fork(asked["fork"], control)
        elif "poll" in asked:
            reply = _status(asked["poll"], ended)
        else:
            _end_all(ended)
            reply = ended.pop(asked["end"], 0)
        control.send(json.dumps(reply).encode())
    _end_all(ended)


def _fork(asked: dict[str, Any], control: socket.socket) -> int:
    for module in (*OF_A_KERNEL, *asked["preload"]):
        if module not in sys.modules:
            try:
                importlib.import_module(module)
            except Exception:  # noqa: BLE001, S112 - the notebook that imports it will say so
                continue
    gc.freeze()
    pid = os.fork()
    if pid:
        return pid
    try:
        control.close()
        _become_kernel(asked)
    finally:
        os._exit(1)


def _become_kernel(asked: dict[str, Any]) -> NoReturn:
    os.setsid()
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    os.chdir(asked["folder"])
    os.environ.update(asked["environment"])
    pages = int(open("/proc/self/statm", encoding="ascii").read().split()[0])  # noqa: SIM115, PTH123
    memory = pages * resource.getpagesize() + asked["memory_bytes"]
    limits = {resource.RLIMIT_AS: memory, resource.RLIMIT_FSIZE: LARGEST_FILE, resource.RLIMIT_CORE: 0}
    for limit, most in limits.items():
        resource.setrlimit(limit, (most, most))
    _bound_what_cells_print()
    readable, writable = needed_by_python()
    confine([*readable, _connection_file(asked["arguments"])], [*writable, asked["environment"]["HOME"]])
    IPKernelApp.launch_instance(asked["arguments"], exec_lines=[EXIT_ENDS_THE_CELL])
    os._exit(0)


def _connection_file(arguments: list[str]) -> str:
    return arguments[arguments.index("-f") + 1]


def _bound_what_cells_print() -> None:
    write = OutStream.write
    written: dict[str, tuple[Any, int]] = {}

    def bounded(stream: Any, string: Any) -> Any:
        if not isinstance(string, str):
            return write(stream, string)  # which raises what it always raises
        cell, before = stream.parent_header.get("msg_id"), 0
        if stream.name in written and written[stream.name][0] == cell:
            before = written[stream.name][1]
        written[stream.name] = cell, before + len(string)
        if before < MOST_PRINTED:
            write(stream, string[: MOST_PRINTED - before])
        return len(string)

    OutStream.write = bounded  # type: ignore[assignment, method-assign]
    # IPython also keeps all that is printed, for %notebook.
    InteractiveShell._tee = lambda *_, **__: contextlib.nullcontext()  # type: ignore[assignment, method-assign]


def _status(pid: int, ended: dict[int, int]) -> int | None:
    if pid not in ended:
        try:
            found, status = os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            found, status = pid, 0
        if found:
            ended[pid] = os.waitstatus_to_exitcode(status)
    return ended.get(pid)


def _end_all(ended: dict[int, int]) -> None:
    """Kill every process started from here until none is left, however fast they start others."""
    while children := psutil.Process().children(recursive=True):
        for child in children:
            try:
                os.kill(child.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        try:
            while (found := os.waitpid(-1, os.WNOHANG))[0]:
                ended[found[0]] = os.waitstatus_to_exitcode(found[1])
        except ChildProcessError:
            break
        time.sleep(0.001)


def _prctl(option: int, value: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))

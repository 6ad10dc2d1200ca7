"""Kernels forked from a warm process: a kernel a notebook, without a start-up a notebook."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from queue import Empty
from typing import Any

import zmq
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

__all__ = ["ForkedKernelManager", "Launch", "Nursery", "NurseryError"]

PASSED_ON = ("LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "PATH", "TZ", "VIRTUAL_ENV", "LD_LIBRARY_PATH")
REPLY_WITHIN_S = 60


class NurseryError(RuntimeError):
    """The process that forks kernels has ended, or does not answer."""


class Launch:
    """What a kernel is started with: its folder, its memory in bytes and the modules to import before."""

    def __init__(self, home: Path, folder: Path, memory_bytes: int, preload: tuple[str, ...] = ()) -> None:
        self.home, self.folder = home, folder
        self.memory_bytes, self.preload = memory_bytes, preload

    def environment(self) -> dict[str, str]:
        """The variables of a kernel: none of the grader's own secrets or settings."""
        return {"HOME": str(self.home), "IPYTHONDIR": str(self.home / "ipython"), "TMPDIR": str(self.home)}


class Nursery:
    """The worker's end of `helpers.classroom.nursery`; one a thread, started when first needed."""

    _mine = threading.local()

    def __init__(self) -> None:
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.control.settimeout(REPLY_WITHIN_S)
        variables = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        # One thread a kernel: as many notebooks run at once as there are processors.
        variables |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "NBGRADER_EXECUTION": "autograde"}
        variables["MALLOC_ARENA_MAX"] = "2"  # else each thread takes 64 MiB of what a kernel may have
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 - this interpreter, this package
                [sys.executable, "-P", "-m", "helpers.classroom.nursery", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                cwd="/",
                env=variables,
            )

    @classmethod
    def mine(cls) -> "Nursery":
        """Return this thread's, a new one if it has none that lives."""
        nursery: Nursery | None = getattr(cls._mine, "nursery", None)
        if nursery is None or nursery.process.poll() is not None:
            if nursery is not None:
                nursery.close()
            nursery = cls._mine.nursery = cls()
        return nursery

    def ask(self, **request: Any) -> int | None:
        """Send a request and return its reply; raise NurseryError if none comes."""
        try:
            self.control.send(json.dumps(request).encode())
            reply = self.control.recv(1 << 16)
        except OSError as error:
            reply = b""
            raise NurseryError(f"the kernel's parent process does not answer: {error}") from error
        finally:
            if not reply:
                self.close()
        if not reply:
            raise NurseryError("the kernel's parent process has ended")
        number: int | None = json.loads(reply)
        return number

    def close(self) -> None:
        """End the process and all that it started."""
        self.control.close()  # it kills its kernels when it sees this
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class _ForkedKernel:
    """What a provisioner wants of a `Popen`, for a kernel that is a child of the nursery."""

    stdin = stdout = stderr = None

    def __init__(self, nursery: Nursery, launch: Launch, arguments: list[str]) -> None:
        self.nursery = nursery
        asked = {
            "arguments": arguments,
            "folder": str(launch.folder),
            "environment": launch.environment(),
            "memory_bytes": launch.memory_bytes,
            "preload": launch.preload,
        }
        pid = nursery.ask(fork=asked)
        assert pid is not None
        self.pid = pid

    def poll(self) -> int | None:
        try:
            return self.nursery.ask(poll=self.pid)
        except NurseryError:
            return -signal.SIGKILL  # it takes its kernels with it

    def wait(self) -> int | None:
        """End the kernel and whatever it started, and return its exit code."""
        try:
            return self.nursery.ask(end=self.pid)
        except NurseryError:
            return -signal.SIGKILL

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


class _ForkingProvisioner(LocalProvisioner):
    """Starts a kernel by asking this thread's nursery for one."""

    async def launch_kernel(self, cmd: list[str], **_: Any) -> Any:
        arguments = cmd[cmd.index("-f") :]
        manager: Any = self.parent
        process: Any = _ForkedKernel(Nursery.mine(), manager.launch, arguments)
        self.process = process
        self.pid = self.pgid = process.pid  # the child leads a session, and so a group
        return self.connection_info

    async def kill(self, restart: bool = False) -> None:
        process: Any = self.process
        if process is not None:
            process.wait()  # which ends it, and all that it started, at once


class _Client(AsyncKernelClient):
    """A client that is ready as soon as the kernel answers on both channels, without a pause after it."""

    async def _async_wait_for_ready(self, timeout: float | None = None) -> None:
        deadline = time.monotonic() + (timeout or float("inf"))
        while True:
            self.kernel_info()
            with contextlib.suppress(Empty):
                await self.shell_channel.get_msg(timeout=1)
                await self.iopub_channel.get_msg(timeout=0.2)
                return
            if not await self._async_is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
            if time.monotonic() > deadline:
                raise RuntimeError(f"Kernel didn't respond in {timeout:g} seconds")

    wait_for_ready = _async_wait_for_ready


class ForkedKernelManager(AsyncKernelManager):
    """jupyter_client's manager, for kernels forked from a warm process."""

    launch: Launch

    def client(self, **kw: Any) -> Any:
        """Return a client that looks for its kernel often while it starts."""
        self.client_factory = _Client
        self.context.setsockopt(zmq.RECONNECT_IVL, 10)
        return super().client(**kw)

    async def _async_pre_start_kernel(self, **kw: Any) -> Any:
        if self.provisioner is None:
            kernel_id = self.kernel_id or "course"
            self.provisioner = _ForkingProvisioner(
                kernel_id=kernel_id, kernel_spec=self.kernel_spec, parent=self
            )
        return await super()._async_pre_start_kernel(**kw)

    pre_start_kernel = _async_pre_start_kernel

"""What goes wrong while a lab measures: an interrupt, a server that is lost, one that is not there."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from helpers.labs.reports import Progress

__all__ = [
    "closed_port",
    "end_connections",
    "interrupt_at",
    "interrupt_process",
    "redis_lost_at",
    "running",
    "wait_for",
]


def interrupt_at(wanted: str) -> Progress:
    """Return a `progress` that interrupts when `wanted` is measured."""

    def progress(_: float, label: str) -> None:
        if label == wanted:
            raise KeyboardInterrupt

    return progress


def interrupt_process(code: str, at: str, folder: Path, pause_s: float = 0.3) -> None:
    """Run `code`, which measures in `folder`, as a kernel would; interrupt it some time after it said `at`.

    It must have made one folder by then, end by the interrupt and leave nothing behind.
    """
    environment = {**os.environ, "TMPDIR": str(folder)}
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as process:
        assert process.stdout is not None
        while at.encode() not in (line := process.stdout.readline()):
            # At the end of the output, every further line would be empty.
            assert line, f"it ended and never said {at!r}"
        assert len(list(folder.iterdir())) == 1
        time.sleep(pause_s)
        errors = _interrupted(process)
    assert errors.strip().endswith(b"KeyboardInterrupt")
    assert list(folder.iterdir()) == []


def _interrupted(process: "subprocess.Popen[bytes]") -> bytes:
    """Interrupt until it ends, as a person would: one that falls into a finalizer is lost to Python."""
    for _ in range(3):
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.communicate(timeout=6)[1]
    process.kill()
    raise AssertionError("three interrupts did not end it")


def end_connections(database_url: str, like: str) -> None:
    """End PostgreSQL's connections whose last query is like this, as a restart of the server would."""
    import psycopg

    with closing(psycopg.connect(database_url, autocommit=True)) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE %s"
            " AND pid <> pg_backend_pid()",
            (like,),
        )


@contextmanager
def redis_lost_at(wanted: str, client: Any, method: str) -> Iterator[Progress]:
    """Give a `progress` from whose label `wanted` on this method of `client`, a class, has no connection."""
    import redis

    def fail(*_: object, **__: object) -> None:
        raise redis.ConnectionError("gone")

    with pytest.MonkeyPatch.context() as patch:

        def lose(_: float, label: str) -> None:
            if label == wanted:
                patch.setattr(client, method, fail)

        yield lose


def closed_port() -> int:
    """Return a port of this machine on which nothing listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def running(name: str) -> list[str]:
    """Return the threads of this name that still run."""
    return [thread.name for thread in threading.enumerate() if thread.name == name]


def wait_for(holds: Callable[[], bool]) -> None:
    """Wait until it holds, 20 s at most."""
    give_up = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < give_up, "it did not happen"
        time.sleep(0.01)

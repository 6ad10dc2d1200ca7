"""The processes that grade: a pool of them here, or a Dask cluster's."""

import multiprocessing
import os
import sys
import threading
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing.connection import wait
from typing import Any

__all__ = ["new_pool", "processors", "scheduler_executor", "skip_slow_imports"]


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0))


def skip_slow_imports() -> None:
    """Keep jsonschema, if it is not imported yet, from compiling a grammar of web addresses for a second.

    It needs that to check a format that no notebook has, and does without where it is not installed.
    """
    modules: dict[str, Any] = sys.modules
    modules.setdefault("rfc3987_syntax", None)


def new_pool(workers: int | None = None) -> Executor:
    """Return a pool of processes that are getting ready to grade, one a processor unless told otherwise.

    They are forked from one that has imported nbgrader, and end when this process does.
    """
    count = workers or processors()
    context: Any = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["helpers.classroom.warm"])
    pool = ProcessPoolExecutor(count, mp_context=context, initializer=_get_ready)
    for _ in range(count):
        pool.submit(int)  # a process is started when there is work for it
    return pool


def scheduler_executor(address: str) -> Executor:
    """Return the executor of the Dask cluster at `address`, such as tcp://10.0.0.5:8786.

    Raises OSError if nothing answers there, and ValueError if it is no address.
    """
    import distributed  # noqa: PLC0415 - an extra that most courses do without

    client: Any = getattr(distributed, "Client")(address, timeout=10)  # noqa: B009 - it has no types
    executor: Executor = client.get_executor(pure=False, retries=0)
    return executor


def _get_ready() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    # A pool whose parent was killed would wait for work for ever.
    threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()

    from helpers.classroom.kernels import Nursery  # noqa: PLC0415 - imported where the pool is forked from

    Nursery.mine()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)

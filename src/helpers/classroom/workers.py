"""The processes that grade: a pool of them here, or a Dask cluster's."""

import multiprocessing
import os
import threading
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing.connection import wait

import helpers.classroom.engine  # noqa: F401 - a worker imports it when it starts, not when it grades
from helpers.classroom.kernels import Nursery

__all__ = ["new_pool", "processors", "scheduler_executor"]


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0))


def new_pool(workers: int | None = None) -> Executor:
    """Return a pool of processes that are ready to grade; as many as there are processors, unless told.

    Each is a fresh interpreter that imports nbgrader once, and ends when this process does.
    """
    return ProcessPoolExecutor(
        workers or processors(),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_get_ready,
    )


def scheduler_executor(address: str) -> Executor:
    """Return the executor of the Dask cluster at `address`, such as tcp://10.0.0.5:8786.

    Raises OSError if nothing answers there.
    """
    from distributed import Client  # noqa: PLC0415 - an extra that most courses do without

    client = Client(address, timeout=10)
    executor: Executor = client.get_executor(pure=False, retries=0)
    return executor


def _get_ready() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    # A pool whose parent was killed would wait for work for ever.
    threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    Nursery.mine()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)

"""Step 2: the tasks of the lab that need no database: memory, disk and the loopback network."""

import itertools
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np

from helpers.labs.tasks import Task, UnavailableError

__all__ = [
    "disk_folder",
    "file_read_tasks",
    "file_system_of",
    "file_write_tasks",
    "http_tasks",
    "memory_tasks",
]

MEGABYTE = 10**6
SPAN_MEGABYTES = 16
BLOCK_BYTES = 8 * 1024
FILE_BLOCKS = 2_048
CACHE_LINE_BYTES = 64
IN_MEMORY = ("tmpfs", "ramfs")


@contextmanager
def memory_tasks(megabytes: int = 256) -> Iterator[list[Task]]:
    """Random and sequential reads of an array too large for the processor's caches, on one thread.

    One call of numpy does hundreds of thousands of reads, so its loop in C is timed, not the Python
    interpreter (the same loop costs under 1 ns a read when the array fits the first-level cache).
    A random read gathers one word from each cache line, every line once, in shuffled order, before any
    comes again. The addresses are known in advance, so the processor overlaps several reads: this is
    what a random read costs in bulk, as in the published 20 ns. A read that must wait for the one before
    it to learn its address takes several times longer.

    >>> with memory_tasks(megabytes=16) as tasks:
    ...     [task.name for task in tasks]
    ['random memory read', 'sequential memory read of 1 MB']
    """
    try:
        # Written once, since untouched pages would all be the same page of zeros.
        words = np.ones(megabytes * MEGABYTE // 8, dtype=np.int64)
        words_a_line = CACHE_LINE_BYTES // words.itemsize
        shuffled = np.random.default_rng(0).permutation(words.size // words_a_line) * words_a_line
    except MemoryError:
        raise UnavailableError(f"not enough free memory for an array of {megabytes} MB") from None
    batch = min(2**18, shuffled.size)
    batches = itertools.cycle([shuffled[i : i + batch] for i in range(0, shuffled.size - batch + 1, batch)])
    gathered = np.empty(batch, dtype=np.int64)
    span = SPAN_MEGABYTES * MEGABYTE // words.itemsize
    spans = itertools.cycle([words[i : i + span] for i in range(0, words.size - span + 1, span)])

    # mode="clip" because the default copies the output once more.
    def gather() -> object:
        return words.take(next(batches), out=gathered, mode="clip")

    # A maximum is one vector instruction a read, so memory is what it waits for.
    def scan() -> object:
        return next(spans).max()

    settings = f"array of {megabytes} MB, one thread"
    yield [
        Task("random memory read", "NumPy", np.__version__, settings, "ns", gather, operations=batch),
        Task(
            "sequential memory read of 1 MB",
            "NumPy",
            np.__version__,
            settings,
            "GB/s",
            scan,
            operations=SPAN_MEGABYTES,
            bytes_each=MEGABYTE,
        ),
    ]


@contextmanager
def http_tasks() -> Iterator[list[Task]]:
    """One GET of 100 bytes over a kept-alive connection to a server thread in this process.

    Loopback has no cable, so nearly all of it is the operating system and Python's own HTTP code.

    >>> with http_tasks() as tasks:
    ...     tasks[0].run()
    b'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
    """
    import threading  # noqa: PLC0415 - this and the next two double the time of importing the lab
    from http.client import HTTPConnection, HTTPException  # noqa: PLC0415
    from http.server import BaseHTTPRequestHandler, HTTPServer  # noqa: PLC0415

    body = b"x" * 100

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Headers and body in one packet: in two, the second waits for a delayed acknowledgement.
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep the server's log out of the notebook."""

    class Server(HTTPServer):
        timeout = 2

        def handle_error(self, *_: object) -> None:
            """Keep an interrupted connection's traceback out of the notebook."""

    try:
        server = Server(("127.0.0.1", 0), Handler)
        with server:
            # One kept-alive connection is one "request" to the server: the thread ends when it closes.
            thread = threading.Thread(target=server.handle_request, daemon=True)
            thread.start()
            connection = HTTPConnection("127.0.0.1", server.server_port, timeout=5)

            def round_trip() -> bytes:
                connection.request("GET", "/")
                return connection.getresponse().read()

            try:
                connection.connect()
                yield [
                    Task(
                        "HTTP round trip",
                        "http.server",
                        f"Python {platform.python_version()}",
                        "loopback, kept-alive connection, 100-byte body",
                        "ns",
                        round_trip,
                    )
                ]
            finally:
                connection.close()
                thread.join()
    except (OSError, HTTPException) as error:
        raise UnavailableError(f"no HTTP over 127.0.0.1: {error}") from error


@contextmanager
def file_write_tasks(folder: Path) -> Iterator[list[Task]]:
    """Write 8 KiB over the next block of an existing file and wait until the disk has it.

    On macOS `fsync` leaves the data in the drive's own cache, so F_FULLFSYNC is asked for there.
    """
    with _block_file(folder / "written") as (file, file_system):
        block = os.urandom(BLOCK_BYTES)
        # A file that does not grow, as a database reuses its log: only the block has to reach the disk.
        offsets = itertools.cycle(range(0, FILE_BLOCKS * BLOCK_BYTES, BLOCK_BYTES))

        def write() -> None:
            file.seek(next(offsets))
            file.write(block)
            _to_disk(file)

        yield [
            Task(
                "file write of 8 KiB and fsync",
                "file system",
                file_system,
                "in place, one block after the other",
                "ns",
                write,
                durable=file_system not in IN_MEMORY,
            )
        ]


@contextmanager
def file_read_tasks(folder: Path) -> Iterator[list[Task]]:
    """Read 8 KiB at a random place of a file, which the kernel was told to drop from its page cache.

    Every block is read once before the file is dropped again. Needs `posix_fadvise`; without it (macOS,
    Windows), and on a file system in memory, the page cache would be measured, so it is left out.
    The drive or the host of a virtual machine may still have the block in a cache of its own.
    """
    if sys.platform == "win32" or not hasattr(os, "posix_fadvise"):
        raise UnavailableError("this system cannot be told to drop a file from its page cache")
    with _block_file(folder / "read") as (file, file_system):
        if file_system in IN_MEMORY:
            raise UnavailableError(f"{folder.parent} is on {file_system}, which is memory")
        descriptor = file.fileno()
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_RANDOM)

        def shuffled_offsets() -> Iterator[int]:
            generator = np.random.default_rng(0)
            while True:
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
                yield from (generator.permutation(FILE_BLOCKS) * BLOCK_BYTES).tolist()

        offsets = shuffled_offsets()
        yield [
            Task(
                "random file read of 8 KiB",
                "file system",
                file_system,
                "page cache dropped, no read-ahead",
                "ns",
                lambda: os.pread(descriptor, BLOCK_BYTES, next(offsets)),
            )
        ]


@contextmanager
def _block_file(path: Path) -> Iterator[tuple[BinaryIO, str]]:
    try:
        with path.open("w+b", buffering=0) as file:
            block = os.urandom(BLOCK_BYTES)
            for _ in range(FILE_BLOCKS):
                file.write(block)
            _to_disk(file)
            yield file, file_system_of(path.parent)
    except OSError as error:
        raise UnavailableError(
            f"cannot write a file of {FILE_BLOCKS * BLOCK_BYTES / 1e6:.0f} MB: {error}"
        ) from error


def _to_disk(file: BinaryIO) -> None:
    if sys.platform == "darwin":
        import fcntl  # noqa: PLC0415 - not there on Windows

        fcntl.fcntl(file.fileno(), fcntl.F_FULLFSYNC)
    else:
        os.fsync(file.fileno())


def file_system_of(folder: Path) -> str:
    """The type of the file system under `folder`, such as "ext4"; empty where the system does not say.

    >>> file_system_of(Path("/no/such/mount")) == file_system_of(Path("/"))
    True
    """
    try:
        mounts = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    found, kind = Path(), ""
    for line in mounts.splitlines():
        _, point, this_kind, *_ = line.split(" ")
        mount = Path(point.replace("\\040", " "))
        if folder.resolve().is_relative_to(mount) and len(mount.parts) >= len(found.parts):
            found, kind = mount, this_kind
    return kind


def disk_folder() -> Path:
    """The folder for temporary files, or /var/tmp if that folder is in memory, where no write is durable.

    >>> disk_folder().is_dir()
    True
    """
    folder = Path(tempfile.gettempdir())
    on_disk = Path("/var/tmp")  # noqa: S108 - only a place for a TemporaryDirectory
    if file_system_of(folder) in IN_MEMORY and os.access(on_disk, os.W_OK):
        return on_disk
    return folder

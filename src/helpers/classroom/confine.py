"""Keep this process to a few folders for good, by Linux's Landlock: a submission runs as whoever grades it.

https://docs.kernel.org/userspace-api/landlock.html
"""

import ctypes
import os
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path

__all__ = ["confine", "needed_by_python"]

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same numbers on every architecture
ASK_VERSION, PATH_BENEATH = 1, 1
PR_SET_NO_NEW_PRIVS = 38
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, TRUNCATE, DEVICES = (1 << bit for bit in (0, 1, 2, 3, 14, 15))
READ = EXECUTE | READ_FILE | READ_DIR
OF_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | DEVICES
SYSTEM = ("/bin", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/proc", "/sbin", "/sys", "/usr")
SCRATCH = ("/dev/full", "/dev/null", "/dev/shm", "/dev/tty", "/dev/zero")  # noqa: S108 - libraries use them


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def confine(readable: Iterable[str | Path], writable: Iterable[str | Path]) -> bool:
    """Let this process, and all it starts from now on, open only what lies at or below the given paths.

    It can then not look into other processes of its user either, nor send them signals where Linux is new
    enough (6.12). Returns False, and changes nothing, where there is no Landlock (before Linux 5.13, or
    switched off). Call it before the process has threads. Paths that do not exist are passed over.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    version = libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(ASK_VERSION))
    if version < 1:
        return False
    # Bits of the file system by version: 13 in the first, then moving, truncating and, from 5, devices.
    everything = (1 << {1: 13, 2: 14, 3: 15, 4: 15}.get(version, 16)) - 1
    size = 8 if version < 4 else 16 if version < 6 else 24
    ruleset = _call(
        libc,
        CREATE_RULESET,
        ctypes.byref(_Ruleset(everything, 0, 3)),
        ctypes.c_size_t(size),
        ctypes.c_uint32(0),
    )
    for paths, access in ((readable, READ), (writable, everything)):
        for path in paths:
            _allow(libc, ruleset, path, access & everything)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "a process cannot give up new rights")
    _call(libc, RESTRICT_SELF, ruleset, ctypes.c_uint32(0))
    os.close(ruleset)
    return True


def needed_by_python() -> tuple[list[str], list[str]]:
    """Return what Python and its packages must be able to read, and what they must be able to write."""
    folders = {sys.prefix, sys.base_prefix, *sysconfig.get_paths().values(), *sys.path, *SYSTEM} - {""}
    return sorted(folders), list(SCRATCH)


def _allow(libc: ctypes.CDLL, ruleset: int, path: str | Path, access: int) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        allowed = access if Path(path).is_dir() else access & OF_A_FILE
        rule = _Beneath(allowed, opened)
        _call(libc, ADD_RULE, ruleset, PATH_BENEATH, ctypes.byref(rule), ctypes.c_uint32(0))
    finally:
        os.close(opened)


def _call(libc: ctypes.CDLL, number: int, *arguments: object) -> int:
    result: int = libc.syscall(number, *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), f"Landlock: {os.strerror(ctypes.get_errno())}")
    return result

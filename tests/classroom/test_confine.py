"""A graded notebook is kept to its own folder: it runs with the rights of whoever grades it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.classroom.confine import confine, needed_by_python

ATTEMPTS = """
import os, pathlib, sqlite3, subprocess, sys, tempfile
from helpers.classroom.confine import confine, needed_by_python
own, other, grader = sys.argv[1:]
os.environ["TMPDIR"] = own
readable, writable = needed_by_python()
assert confine(readable, [*writable, own])
def tried(what):
    try:
        what()
        print("done")
    except (OSError, sqlite3.Error) as error:
        print(type(error).__name__)
secret = pathlib.Path(other, "gradebook.db")
tried(lambda: open(secret).read())
tried(lambda: open(secret, "a").write("more"))
tried(lambda: os.listdir(other))
tried(lambda: os.rename(secret, pathlib.Path(own, "mine.db")))
tried(lambda: os.symlink(secret, pathlib.Path(own, "link")) or open(pathlib.Path(own, "link")).read())
tried(lambda: os.kill(int(grader), 0))
print(subprocess.run(["cat", secret], stderr=subprocess.DEVNULL, check=False).returncode)
print("own")
tried(lambda: pathlib.Path(own, "work.txt").write_text("x"))
tried(lambda: tempfile.TemporaryFile().write(b"x"))
tried(lambda: __import__("networkx"))
tried(lambda: sqlite3.connect(pathlib.Path(own, "own.db")).execute("create table t (a)"))
tried(lambda: subprocess.run([sys.executable, "-c", "import json"], check=True))
tried(lambda: open(os.devnull, "w").write("x"))
"""


def test_only_its_own_folder_is_open(tmp_path: Path) -> None:
    own, other = tmp_path / "own", tmp_path / "other"
    own.mkdir()
    other.mkdir()
    (other / "gradebook.db").write_text("marks")
    if not _landlock():
        pytest.skip("this Linux has no Landlock")
    ran = subprocess.run(
        [sys.executable, "-c", ATTEMPTS, own, other, str(os.getpid())],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    others, mine = ran.stdout.split("own\n")
    assert "done" not in others
    assert others.split()[:2] == ["PermissionError", "PermissionError"]
    assert others.split()[-1] == "1"
    assert mine.split() == ["done"] * 6
    assert (other / "gradebook.db").read_text() == "marks"


def _landlock() -> bool:
    pid = os.fork()
    if pid == 0:
        os._exit(0 if confine(*needed_by_python()) else 1)
    return os.waitpid(pid, 0)[1] == 0

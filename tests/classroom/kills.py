"""Kill `course grade` at random moments, run it again, and see that nothing is lost and nothing doubled.

    python -m tests.classroom.kills --kills 20

Every other time its workers and kernels are killed with it; else they must end by themselves.
"""

import argparse
import collections
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from tests.classroom.courses import all_marks, course_grade, environment, new_course

__all__ = ["kill_often"]

ENDS_WITHIN_S = 20
ASSIGNMENTS = ["2_estimation", "3_high_level_design"]


def kill_often(root: Path, kills: int, seed: int) -> dict[str, int]:
    """Kill that many runs in copies of the course, each until all is graded; return what was counted.

    Raises AssertionError if a mark is lost, doubled or another than in a run that nobody disturbs.
    """
    draw, counts = random.Random(seed), collections.Counter[str]()
    undisturbed = root.parent / "undisturbed"
    shutil.copytree(root, undisturbed)
    started = time.monotonic()
    course_grade(undisturbed)
    longest = time.monotonic() - started
    right = all_marks(undisturbed)
    assert right, "nothing was graded"
    while counts["kills"] < kills:
        course = root.parent / f"disturbed{counts['classes']}"
        shutil.copytree(root, course)
        while counts["kills"] < kills:
            process = subprocess.Popen(
                [sys.executable, "-m", "helpers.classroom.cli", "grade"],
                cwd=course,
                env=environment(root),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            if _ends_within(process, draw.uniform(0, longest)):
                break
            alone = counts["kills"] % 2 == 0
            children = psutil.Process(process.pid).children(recursive=True)
            for each in (process, *([] if alone else children)):
                _kill(each.pid)
            process.wait()
            counts["kills"] += 1
            counts["kills of the command alone"] += alone
            _, left = psutil.wait_procs(children, timeout=ENDS_WITHIN_S)
            assert not left, f"still there: {left}"
            recorded = all_marks(course)
            whole = {mark[:2] for mark in right} & {mark[:2] for mark in recorded}
            assert [mark for mark in right if mark[:2] in whole] == recorded, "a submission is half recorded"
            counts["submissions recorded when it was killed"] += len(whole)
        course_grade(course)
        assert all_marks(course) == right
        assert _pages(course) == _pages(undisturbed)
        counts["classes"] += 1
        counts["marks compared at the end"] += len(right)
    return dict(counts)


def _ends_within(process: "subprocess.Popen[bytes]", seconds: float) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _kill(pid: int) -> None:
    try:
        psutil.Process(pid).kill()
    except psutil.NoSuchProcess:
        return


def _pages(course: Path) -> Iterable[str]:
    return sorted(str(path.relative_to(course)) for path in (course / "autograded").rglob("*"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    options = parser.parse_args()
    print(f"seed {options.seed}")
    with tempfile.TemporaryDirectory() as folder:
        counted = kill_often(new_course(Path(folder), ASSIGNMENTS, 3), options.kills, options.seed)
    print("\n".join(f"{what}: {number}" for what, number in counted.items()))

"""The command of someone studying alone: `make homework` puts the homework there, `make grade` grades it."""

import argparse
import shutil
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from helpers.classroom.kernels import Nursery
from helpers.classroom.workers import skip_slow_imports

if TYPE_CHECKING:
    from helpers.classroom.own_homework import Homework

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with its arguments, those of the process by default, and return its exit code.

    0: done. 1: something could not be done; a message says why.
    """
    options = _parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr] # a console may lack a character
    if options.run is _grade_all and sys.platform == "linux":
        Nursery.mine()  # it gets ready while this process does
    skip_slow_imports()
    from helpers.classroom.own_homework import Homework, HomeworkError  # noqa: PLC0415 - only now fast

    try:
        done: bool = options.run(Homework(options.top), options)
    except (HomeworkError, OSError) as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Your work is as it was.", file=sys.stderr)
        return 1
    return 0 if done else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m helpers.classroom.alone", description=__doc__)
    parser.add_argument("--top", default=".", metavar="FOLDER", help="where the course is (default: here)")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    homework = commands.add_parser("homework", help="put the assignments into homework/")
    homework.set_defaults(run=_put_all)
    graded = commands.add_parser("grade", help="grade what is answered there")
    graded.add_argument("assignment", nargs="?", metavar="NAME", help="one assignment (default: all)")
    graded.set_defaults(run=_grade_all)
    return parser


def _put_all(homework: "Homework", _: Any) -> bool:
    for name in homework.names:
        print(homework.put(name), flush=True)
    print(f"They are in {homework.folder}. When you have answered some, run `make grade`.")
    return True


def _grade_all(homework: "Homework", options: Any) -> bool:
    from helpers.classroom.own_homework import HomeworkError  # noqa: PLC0415 - as in main

    names, chosen = homework.names, options.assignment
    if chosen and chosen not in names:
        raise HomeworkError(f"There is no assignment {chosen!r}. There is {', '.join(names)}.")
    begun = [chosen] if chosen else homework.begun()
    if not begun:
        raise HomeworkError("There is no homework yet: `make homework` puts it there.")
    width = min(110, shutil.get_terminal_size((100, 24)).columns)
    done = True
    for name in begun:
        try:
            print(homework.grade(name, width=width), end="\n\n", flush=True)
        except HomeworkError as problem:
            print(problem, file=sys.stderr)
            done = False
    return done


if __name__ == "__main__":
    sys.exit(main())

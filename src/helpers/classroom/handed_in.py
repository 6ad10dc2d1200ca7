"""The notebook in what a student handed in: a folder, in which it may have any name."""

import errno
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from helpers.classroom.reading import MOST_BYTES, UnreadableSubmission
from helpers.models.checks import short_repr

__all__ = ["HandedIn", "handed_in"]

SUFFIX = ".ipynb"


@dataclass(frozen=True)
class HandedIn:
    """The bytes of the notebook, and what was not as it should be around it."""

    raw: bytes
    notes: tuple[str, ...] = ()


def handed_in(folder: str | os.PathLike[str], name: str) -> HandedIn:
    """Return the notebook of the assignment `name` in a student's `folder`, if there is no doubt which it is.

    Raises UnreadableSubmission with a reason for a person. No link is followed: it may lead to the
    solutions, or to another student's work.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     Path(folder, "2_estimation (1).ipynb").write_text("{}")
    ...     handed_in(folder, "2_estimation")
    2
    HandedIn(raw=b'{}', notes=("The notebook was called '2_estimation (1).ipynb': read all the same.",))
    """
    folder, wanted = Path(folder), name + SUFFIX
    found = _files(folder)
    if wanted in found:
        return HandedIn(_bytes(folder / wanted), _beside(found, wanted))
    notebooks = [path for path in found if path.lower().endswith(SUFFIX)]
    likely = [path for path in notebooks if name.lower() in Path(path).name.lower()]
    for choice in (likely, notebooks):
        if len(choice) == 1:
            note = f"The notebook was called {short_repr(choice[0])}: read all the same."
            return HandedIn(_bytes(folder / choice[0]), (note, *_beside(found, choice[0])))
    if notebooks:
        raise UnreadableSubmission(f"There are several notebooks, and none is {wanted}: {_some(notebooks)}.")
    there = f"There is {_some(found)} instead." if found else "Nothing was handed in."
    raise UnreadableSubmission(f"There is no notebook {wanted}. {there}")


def _files(folder: Path) -> list[str]:
    """Return what lies in the folder and in folders in it, without what programs leave there."""
    found = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if path.name.startswith((".", "__")) or path.name == "timestamp.txt":
            continue
        inside = []
        if path.is_dir() and not path.is_symlink() and path.suffix != SUFFIX:
            inside = [each for each in sorted(path.iterdir()) if not each.name.startswith((".", "__"))]
        found += [str(each.relative_to(folder)) for each in inside or [path]]
    return found


def _bytes(path: Path) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        link = error.errno == errno.ELOOP
        why = "a link; hand in the file itself" if link else f"not readable ({error.strerror})"
        raise UnreadableSubmission(f"{_shown(path.name)} is {why}.") from None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise UnreadableSubmission(f"{_shown(path.name)} is a folder or a device, not a file.")
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(MOST_BYTES + 1)
    finally:
        os.close(descriptor)


def _beside(found: list[str], notebook: str) -> tuple[str, ...]:
    others = [path for path in found if path != notebook]
    return (f"Not used: {_some(others)}. Only the notebook is graded.",) if others else ()


def _some(names: list[str]) -> str:
    more = f" and {len(names) - 4} more" if len(names) > 4 else ""
    return ", ".join(map(_shown, names[:4])) + more


def _shown(name: str) -> str:
    """Return a file name as it may stand in a page: it may hold line breaks, or bytes that are no text."""
    return name if name.isprintable() else short_repr(name)

"""Every lab with a server and its stand-in: which parts can be used, and which one stopped half-way."""

from collections.abc import Callable, Iterator, MutableMapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.labs.servers import is_set
from helpers.labs.tasks import UnavailableError

__all__ = ["NotUsableError", "Part", "opened", "usable"]


@dataclass(frozen=True)
class Part:
    """A server or what stands in for it: how to open it, and the environment variable it needs, if any."""

    name: str
    open: Callable[[Path], AbstractContextManager[Any]]
    variable: str | None = None


class NotUsableError(Exception):
    """A part could not be opened or was lost; the message is the reason, in plain words."""

    def __init__(self, part: Part, reason: str) -> None:
        super().__init__(reason)
        self.part = part


def usable(parts: Sequence[Part], skipped: MutableMapping[str, str]) -> list[Part]:
    """Return the parts whose variable is set or that need none, and note the others in `skipped`."""
    missing = {
        part.name: f"{part.variable} is not set"
        for part in parts
        if part.variable and not is_set(part.variable)
    }
    skipped.update(missing)
    return [part for part in parts if part.name not in missing]


@contextmanager
def opened(part: Part, folder: Path) -> Iterator[Any]:
    """Open a part; raises NotUsableError, also for one that is lost while it is in use."""
    try:
        with part.open(folder) as using:
            yield using
    except UnavailableError as reason:
        raise NotUsableError(part, str(reason)) from reason

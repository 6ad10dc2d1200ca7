"""Every lab with a server and its stand-in: which can be used, and what follows when one is lost half-way."""

import time
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from helpers.labs.reports import Progress
from helpers.labs.servers import is_set
from helpers.labs.tasks import UnavailableError

__all__ = ["Advance", "NotUsableError", "Part", "opened", "usable", "with_stand_ins"]

Report = TypeVar("Report")


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


class Advance:
    """Tells `progress` what is measured now, and how much of the budget is over: never less than before."""

    def __init__(self, budget_s: float, progress: Progress | None) -> None:
        self.budget_s, self._progress = budget_s, progress
        self._start, self._shown = time.perf_counter(), 0.0

    @property
    def left_s(self) -> float:
        """Seconds of the budget that are left."""
        return self.budget_s - (time.perf_counter() - self._start)

    def __call__(self, label: str) -> None:
        """Say what comes next; after "done" nothing does."""
        self._shown = max(self._shown, min(1.0, 1 - self.left_s / self.budget_s))
        if self._progress is not None:
            self._progress(1.0 if label == "done" else self._shown, label)


def usable(parts: Sequence[Part], skipped: MutableMapping[str, str]) -> list[Part]:
    """Return the parts whose variable is set or that need none, and note the others in `skipped`."""
    missing = {
        part.name: f"{part.variable} is not set"
        for part in parts
        if part.variable and not is_set(part.variable)
    }
    skipped.update(missing)
    return [part for part in parts if part.name not in missing]


def with_stand_ins(
    kinds: Sequence[Sequence[Part]],
    skipped: MutableMapping[str, str],
    advance: Advance,
    measure: Callable[[tuple[Part, ...], float], Report],
) -> Report | None:
    """Return what `measure` returns for the first usable part of each kind and the seconds that are left.

    A part whose variable is not set, or that is lost meanwhile, is noted in `skipped` with the reason, and
    the next of its kind stands in for it. None when a kind has no part left.
    """
    left = [usable(kind, skipped) for kind in kinds]
    while all(left):
        # A server that is lost half-way takes its time with it; what stands in for it gets half at least.
        seconds = max(advance.budget_s / 2, advance.left_s)
        try:
            return measure(tuple(kind[0] for kind in left), seconds)
        except NotUsableError as failed:
            skipped[failed.part.name] = str(failed)
            for kind in left:
                if failed.part in kind:
                    kind.remove(failed.part)
    return None


@contextmanager
def opened(part: Part, folder: Path) -> Iterator[Any]:
    """Open a part; raises NotUsableError, also for one that is lost while it is in use."""
    try:
        with part.open(folder) as using:
            yield using
    except UnavailableError as reason:
        raise NotUsableError(part, str(reason)) from reason

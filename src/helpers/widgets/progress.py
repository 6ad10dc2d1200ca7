"""Every step: run a measurement behind a progress bar."""

from collections.abc import Callable
from typing import Protocol, TypeVar

import ipywidgets
from IPython.display import display

__all__ = ["Measure", "with_progress"]

Report_co = TypeVar("Report_co", covariant=True)


class Measure(Protocol[Report_co]):
    """A measurement of about `budget_s` seconds that tells `progress` the fraction done and a label."""

    def __call__(self, budget_s: float, *, progress: Callable[[float, str], object]) -> Report_co:
        """Measure, and return the report."""


class _Row(ipywidgets.HBox):  # type: ignore[misc]
    def __repr__(self) -> str:
        """What a code-hosting page shows in its place."""
        return "A progress bar, while it measures."


def with_progress(measure: Measure[Report_co], budget_s: float = 8) -> Report_co:
    """Return what `measure(budget_s, progress=...)` returns, and show a progress bar while it runs.

    Raises what `measure` raises.

    >>> with_progress(lambda budget_s, *, progress: f"measured for {budget_s} s", 0.1)
    A progress bar, while it measures.
    'measured for 0.1 s'
    """
    bar = ipywidgets.FloatProgress(min=0, max=1, layout={"width": "240px"})
    words = ipywidgets.Label("getting ready")
    display(_Row([bar, words]))

    def progress(done: float, label: str) -> None:
        bar.value, words.value = done, label

    try:
        report = measure(budget_s, progress=progress)
    except KeyboardInterrupt:
        words.value = "stopped; nothing is left behind"
        raise
    except Exception:
        words.value = "not measured"
        raise
    bar.value, words.value = 1, "done"
    return report

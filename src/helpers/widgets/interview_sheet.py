"""The whole interview: what all sheets of the whiteboard share, and the explorer at hand on each."""

from collections.abc import Callable
from typing import Any

import ipywidgets

from helpers.models.interview import Attempt
from helpers.widgets.failover import heartbeat_explorer
from helpers.widgets.fanout import fanout_explorer
from helpers.widgets.latency import latency_explorer
from helpers.widgets.nines import nines_explorer
from helpers.widgets.queueing import queueing_explorer

__all__ = ["Sheet"]

_AT_HAND: tuple[tuple[str, Callable[[], Any]], ...] = (
    ("What the nines mean", nines_explorer),
    ("Latencies one should know", latency_explorer),
    ("Waiting in queues", queueing_explorer),
    ("Push or pull", fanout_explorer),
    ("Heartbeats", heartbeat_explorer),
)


class Sheet(ipywidgets.VBox):  # type: ignore[misc]
    """A sheet of the whiteboard: `written` gives its part of the attempt; `changed` follows each change.

    Below it stands an explorer of the lessons, made when it is first opened.
    """

    def __init__(self, step: int, children: list[ipywidgets.Widget]) -> None:
        title, make = _AT_HAND[step - 1]
        self.changed: Callable[[], None] = lambda: None
        self.explorer = ipywidgets.Accordion(
            [ipywidgets.VBox()], titles=(f"At hand: {title}",), selected_index=None
        )

        def open_it(change: Any) -> None:
            if change["new"] is not None and not self.explorer.children[0].children:
                self.explorer.children[0].children = [make()]

        self.explorer.observe(open_it, "selected_index")
        super().__init__([*children, self.explorer])
        self.add_class("helpers-sheet")

    def written(self) -> dict[str, Any]:
        """Return the arguments of `Attempt` that this sheet decides."""
        raise NotImplementedError

    def refresh(self, attempt: Attempt) -> None:
        """Bring up to date what depends on other sheets."""

    def _watch(self, *controls: ipywidgets.Widget) -> None:
        for control in controls:
            control.observe(lambda _: self.changed(), "value")

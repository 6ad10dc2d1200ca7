"""The whole interview: the five sheets of the whiteboard, each with its part of an attempt."""

import html
import math
import re
from collections.abc import Callable
from typing import Any

import ipywidgets

from helpers.figures.architecture import drawn_figure
from helpers.models.architectures import Parts, assemble
from helpers.models.debrief import titles
from helpers.models.interview import Attempt, lines_asked
from helpers.models.interview_answers import diagnose_answer, label_asked
from helpers.models.quantities import format_quantity
from helpers.models.scenario import Scenario
from helpers.models.workload import FIELDS, Field
from helpers.widgets.architecture import parts_controls, parts_of
from helpers.widgets.controls import CheckControl, EntryControl
from helpers.widgets.explorer import Explorer, View
from helpers.widgets.interview_sheet import Sheet
from helpers.widgets.scope_board import AskControl

__all__ = ["sheets_of"]

_ENTRIES = {
    "daily_users": (Field("Daily users", "user", above=0, at_most=1e11), "for example 5 M"),
    "latency_ms": (
        Field("Latency of the main request", "millisecond", above=0, at_most=1e10),
        "for example 200",
    ),
    "percentile": (Field("… for this percentile of requests", "", at_least=1, at_most=99.9999), "50, 99?"),
    "availability_percent": (
        Field("Availability", "percent", above=0, at_most=99.9999),
        "for example 99.9",
    ),
}
_WORDS = {
    "replica": "Read replicas of the database",
    "worker": "Workers for what nobody waits for: deliveries, fan-out",
    "queue": "Queue before them",
    "object_store": "Object store for files and media",
}
"""The lesson's boxes in words that suit any prompt."""
_COLUMNS, _ROWS = 3.3, 6
_SMALLEST = {"server_count": 2, "write_servers": 2}
"""Where a drawing starts: how many machines it takes is for the estimate to say."""


class _Percentile(EntryControl):
    """Reads "p99", "99th" and "99 %" as 99."""

    def _on_write(self, change: Any) -> None:
        bare = re.sub(r"^\s*p\s*(?=\d)|(?<=\d)\s*(?:th|st|nd|rd|%)\s*$", "", change["new"], flags=re.I)
        super()._on_write({"new": bare})


class _Requirements(Sheet):
    def __init__(self, scenario: Scenario, attempt: Attempt) -> None:
        prompt = scenario.prompt
        self.features = [CheckControl(f.name, f.name, f.name in attempt.features) for f in prompt.features]
        self.questions = [
            AskControl(question, question.name in attempt.asked) for question in prompt.questions
        ]
        self.entries = [
            (_Percentile if name == "percentile" else EntryControl)(
                name, field, example, getattr(attempt, name)
            )
            for name, (field, example) in _ENTRIES.items()
        ]
        super().__init__(
            1,
            [
                _heading("Ask the interviewer"),
                *self.questions,
                _heading("Which features do you design?"),
                _grid(self.features),
                _heading("Write the numbers of the contract"),
                _grid(self.entries),
            ],
        )
        self._watch(*self.features, *self.questions, *self.entries)

    def written(self) -> dict[str, Any]:
        return {
            "features": tuple(box.name for box in self.features if box.value),
            "asked": tuple(box.name for box in self.questions if box.value),
            **{entry.name: entry.value for entry in self.entries},
        }


class _Estimate(Sheet):
    def __init__(self, scenario: Scenario, attempt: Attempt) -> None:
        self._scenario = scenario
        self.boxes: dict[str, ipywidgets.Text] = {}
        self.refused: dict[str, ipywidgets.HTML] = {}
        self.numbers = ipywidgets.HTML()
        rows = []
        for name in lines_asked(scenario):
            called = label_asked(scenario, name)
            box = ipywidgets.Text(
                attempt.answers.get(name, ""),
                placeholder="such as 500/s or 2 TB",
                continuous_update=False,
                tooltip=called,
            )
            self.boxes[name], self.refused[name] = box, ipywidgets.HTML()
            self.refused[name].add_class("helpers-refused")
            row = ipywidgets.VBox([ipywidgets.HTML(html.escape(called)), box, self.refused[name]])
            row.add_class("helpers-entry")
            rows.append(row)
        super().__init__(
            2,
            [
                _heading("The interviewer's numbers"),
                self.numbers,
                _heading("Your estimate, within 10 %: paper and pencil are allowed"),
                _grid(rows),
            ],
        )
        self._watch(*self.boxes.values())
        self.refresh(attempt)

    def refresh(self, attempt: Attempt) -> None:
        # They answer some of the questions of step 1.
        began = attempt.phase > 0
        self.numbers.value = _inputs(self._scenario) if began else "You get them when this phase begins."
        for name, message in self.refused.items():
            found = diagnose_answer(attempt, self._scenario, name)
            # Whether a number is right is for the debrief to say; that it is none would only cost a level.
            unread = found is not None and math.isnan(found.ratio)
            said = f"It cannot be read: {found.message}" if found and unread else ""
            message.value = f'<span role="alert">{html.escape(said)}</span>' if said else ""

    def written(self) -> dict[str, Any]:
        return {"answers": {name: box.value[:200] for name, box in self.boxes.items() if box.value.strip()}}


class _Diagram(Sheet):
    def __init__(self, _: Scenario, attempt: Attempt) -> None:
        ticks, sliders = parts_controls(Parts(**(attempt.parts or _SMALLEST)), _WORDS)
        self.drawing = Explorer("Your diagram", {"Draw": ticks, "How many": sliders}, _drawn)
        super().__init__(3, [self.drawing])
        self._watch(*self.drawing.controls.values())

    def written(self) -> dict[str, Any]:
        try:
            parts = parts_of(self.drawing.values)
        except ValueError:  # the drawing says so, and keeps the last good picture
            return {}
        start = Parts()
        given = {name: getattr(parts, name) for name in start.__dataclass_fields__}
        return {"parts": {name: value for name, value in given.items() if value != getattr(start, name)}}


class _DeepDive(Sheet):
    def __init__(self, scenario: Scenario, attempt: Attempt) -> None:
        self._scenario = scenario
        self._asked = 0
        self.question = ipywidgets.HTML()
        self.answer = ipywidgets.Textarea(
            attempt.deep_dive,
            placeholder="Your answer, as you would say it: what exactly, why, and what when it fails",
            tooltip="Your answer",
            continuous_update=False,
            rows=10,
        )
        self.more = ipywidgets.Button(description="The next follow-up")
        self.more.on_click(lambda _: self._ask_more())
        self.follow_ups = ipywidgets.HTML()
        super().__init__(4, [self.question, self.answer, self.more, self.follow_ups])
        self.add_class("helpers-writing")
        self._watch(self.answer)
        self.refresh(attempt)

    def written(self) -> dict[str, Any]:
        return {"deep_dive": self.answer.value[:20_000]}

    def refresh(self, attempt: Attempt) -> None:
        if attempt.dug is None:
            self.question.value = "The interviewer picks a component of your diagram when this phase begins."
            self.more.layout.display = "none"
            return
        dive = self._scenario.deep_dives[attempt.dug]
        self.question.value = (
            f"<b>“Let us dig into the {html.escape(dive.kind)}. {html.escape(dive.question)}”</b>"
        )
        self.more.layout.display = ""
        self._dive = dive

    def _ask_more(self) -> None:
        self._asked = min(self._asked + 1, len(self._dive.follow_ups))
        said = "".join(f"<li>“{html.escape(text)}”</li>" for text in self._dive.follow_ups[: self._asked])
        self.follow_ups.value = f'<ul aria-live="polite">{said}</ul>'
        self.more.disabled = self._asked == len(self._dive.follow_ups)


class _Bottlenecks(Sheet):
    def __init__(self, _: Scenario, attempt: Attempt) -> None:
        self.boxes: dict[str, CheckControl] = {}
        self.choices = ipywidgets.VBox()
        self.issues = ipywidgets.Textarea(
            "\n".join(attempt.issues),
            placeholder="One issue a line: what happens; the remedy; its price",
            tooltip="One issue with this design is…",
            continuous_update=False,
            rows=6,
        )
        super().__init__(
            5,
            [
                _heading("What in your diagram stands alone, so that one machine's failure costs requests?"),
                self.choices,
                _heading("One issue with this design is… (one a line, single machines aside)"),
                self.issues,
            ],
        )
        self.add_class("helpers-writing")
        self._watch(self.issues)
        self.refresh(attempt)

    def written(self) -> dict[str, Any]:
        lines = dict.fromkeys(" ".join(line.split()) for line in self.issues.value[:20_000].splitlines())
        kept = {line.casefold(): line for line in lines if line}
        return {
            "alone": tuple(title for title, box in self.boxes.items() if box.value),
            "issues": tuple(kept.values()),
        }

    def refresh(self, attempt: Attempt) -> None:
        names = titles(attempt.architecture)
        if list(names) == list(self.boxes):
            return
        self.boxes = {name: CheckControl(name, name, name in attempt.alone) for name in names}
        self.choices.children = list(self.boxes.values())
        self._watch(*self.boxes.values())


def sheets_of(scenario: Scenario, attempt: Attempt) -> tuple[Sheet, ...]:
    """Return the five sheets, as far as they are written in the attempt."""
    return tuple(kind(scenario, attempt) for kind in _SHEETS)


_SHEETS: tuple[Callable[[Scenario, Attempt], Sheet], ...] = (
    _Requirements,
    _Estimate,
    _Diagram,
    _DeepDive,
    _Bottlenecks,
)


def _drawn(values: dict[str, Any]) -> View:
    drawn = assemble(parts_of(values))
    count = len(drawn.components)
    words = f"{count} components: {', '.join(component.title for component in drawn.components)}."
    return View((drawn_figure(drawn, columns=_COLUMNS, rows=_ROWS),), words)


def _inputs(scenario: Scenario) -> str:
    workload = scenario.workload
    rows = [(FIELDS["daily_users"].label, workload.daily_users, workload.field("daily_users").unit)]
    rows += [
        (FIELDS[name].label, getattr(workload, name), workload.field(name).unit)
        for name in scenario.inputs
        if name != "item"
    ]
    cells = "".join(
        f"<tr><td>{html.escape(label)}</td><td>{html.escape(_shown(value, unit))}</td></tr>"
        for label, value, unit in rows
    )
    return f"<table>{cells}</table>"


def _shown(value: Any, unit: str) -> str:
    return format_quantity(value, unit) if unit else f"{value:g}"


def _heading(text: str) -> ipywidgets.HTML:
    heading = ipywidgets.HTML(html.escape(text))
    heading.add_class("helpers-group")
    return heading


def _grid(children: list[Any]) -> ipywidgets.Box:
    grid = ipywidgets.Box(children)
    grid.add_class("helpers-grid")
    return grid

"""Step 5: the explorer "Break it", a design with machines taken away, and what its users still get."""

import html
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from helpers.figures.availability import breakage_figure
from helpers.figures.layered_layout import layered_layout
from helpers.models.architecture import Architecture, Component
from helpers.models.architecture_load import Demand, carry
from helpers.models.architecture_review import single_points_of_failure
from helpers.models.architectures import FRAMEWORK_DIAGRAM
from helpers.models.availability import PROVIDER_AVAILABILITY, availabilities, component_availability
from helpers.models.checks import require_choice
from helpers.models.critique_words import listed, the
from helpers.models.degraded import machines_left, overloaded
from helpers.models.estimation import Estimate
from helpers.models.nines import downtime_s, format_availability, format_duration
from helpers.models.quantities import format_number
from helpers.models.single_points import (
    KINDS_ASKED,
    PROVIDED,
    SPLIT,
    answered,
    asked_kinds,
    kept_for_later,
    single_points,
    when_one_fails,
)
from helpers.models.standbys import Gain, has_standby, may_have_standby, standby_gains, with_standbys
from helpers.models.workload import Field
from helpers.widgets.controls import CheckControl, NumberControl, dropdown
from helpers.widgets.explorer import Explorer, View, notes_table, working_table

__all__ = ["FAILURES", "break_it_explorer", "break_it_view"]

FAILURES = ("one machine", "all machines of a box at once")
"""What a failure takes: a single machine, or by one cause (a rack, a release) all of them, standbys too."""

_EACH = Field("One machine is up", "percent", above=0, at_most=100)
_COMMON = Field("Downtime that takes all copies at once", "percent", at_least=0, at_most=100)
_NOUNS = dict(zip(KINDS_ASKED, ("reads", "writes", "media", "deliveries"), strict=True))
_SOURCES = (
    "Our assumptions: a machine is up 99.9 % of the time, about two failures a year of four hours each; a "
    "tenth of that has a cause all copies share; a standby takes over at once, though the heartbeat takes "
    "seconds. "
    "Of Google's outages from 2010 to 2017, 37 % began with a new program, 31 % with a new configuration "
    "and 2 % with hardware (SRE workbook, postmortem analysis)."
)


def break_it_explorer(
    architecture: Architecture | None = None, asked: Estimate | Demand | None = None
) -> Explorer:
    """Return boxes to tick that break a design or give it standbys, with what is still answered.

    Without `architecture` it is the framework's diagram. With `asked`, the load at the peak, it also names
    what becomes too small when machines are missing.

    >>> explorer = break_it_explorer()
    >>> explorer.text.startswith("One machine of the Load Balancer has failed. Reads and writes fail.")
    True
    >>> explorer.set(**{"standby LB": True})
    >>> "Reads and writes go on." in explorer.text
    True
    """
    drawn = FRAMEWORK_DIAGRAM if architecture is None else architecture
    kinds = asked_kinds(drawn)
    boxes = [component for component in drawn.components if component.kind != "client"]
    spots = [component.name for kind in kinds for component in single_points(drawn, kind)]
    first = (spots or [box.name for box in boxes])[:1]
    broken = [CheckControl(f"broken {box.name}", box.title, box.name in first) for box in boxes]
    standbys = [
        CheckControl(f"standby {box.name}", box.title, has_standby(box))
        for box in boxes
        if may_have_standby(box)
    ]
    sliders = [
        NumberControl("each", _EACH, 99.9, low=90, high=99.999, nines=True),
        NumberControl("common", _COMMON, 10, low=0, high=100, log=False),
    ]
    failure = dropdown("A failure takes", {name: name for name in FAILURES})

    def view(values: dict[str, Any]) -> View:
        ticked = {name: value for name, value in values.items() if value is True}
        return break_it_view(
            drawn,
            [box.name for box in boxes if f"broken {box.name}" in ticked],
            [box.name for box in boxes if f"standby {box.name}" in ticked],
            failure=values["failure"],
            each=float(Decimal(repr(values["each"])) / 100),
            common_share=values["common"] / 100,
            asked=asked,
        )

    groups = {"Broken now": broken, "Has a standby": standbys, "How often, and how": sliders}
    groups = {heading: controls for heading, controls in groups.items() if controls}
    return Explorer("Break it", groups, view, choices={"failure": failure})


def break_it_view(
    drawn: Architecture,
    broken: Collection[str],
    standbys: Collection[str] | None = None,
    *,
    failure: str = FAILURES[0],
    each: float = 0.999,
    common_share: float = 0.1,
    asked: Estimate | Demand | None = None,
) -> View:
    """Return what "Break it" shows for a design as drawn, the names broken and those that have standbys.

    Without `standbys` they are those of the drawing. `each` is the availability of one machine and
    `common_share` the part of its downtime that takes all copies of it.
    """
    require_choice("failure", failure, FAILURES)
    design = drawn if standbys is None else with_standbys(drawn, standbys)
    lost = {name: _lost(design[name], failure) for name in broken}
    up = {name: when_one_fails(design[name]) if failure == FAILURES[0] else 0.0 for name in broken}
    kinds = asked_kinds(design)
    alone = {kind: single_points(design, kind) for kind in kinds}
    # What loses no request by itself, but lays its load on others.
    leaning = [
        component
        for component in single_points_of_failure(design)
        if component.kind == "cache" and not any(component in found for found in alone.values())
    ]
    names = {component.name for found in (*alone.values(), leaning) for component in found}
    layout = layered_layout(drawn)
    figure = breakage_figure(design, lost, names, columns=max(3.3, layout.columns), rows=layout.rows)
    words = [_broken_words(design, lost, failure), _outcome_words(design, up)]
    words.append(_load_words(design, asked, lost))
    chances = {"each": each, "common_share": common_share}
    years = _Years(
        availabilities(design, **chances), availabilities(drawn, **chances), availabilities(design, each=each)
    )
    words += [_alone_words(alone, leaning), _year_words(years)]
    return View(
        (figure,),
        " ".join(filter(None, words)),
        _notes(years, design, up, standby_gains(design, **chances)),
        lambda: working_table([_row(component, each, common_share) for component in design.components]),
    )


@dataclass(frozen=True)
class _Years:
    """The share answered of each kind: now, as drawn, and if nothing took copies down together."""

    now: dict[str, float]
    drawn: dict[str, float]
    alone: dict[str, float]


def _lost(component: Component, failure: str) -> int:
    if failure == FAILURES[0]:
        return 0 if component.kind in PROVIDED else 1
    return component.replicas + component.standbys


def _broken_words(design: Architecture, lost: dict[str, int], failure: str) -> str:
    if not lost:
        return "Nothing is broken."
    if failure != FAILURES[0]:
        return f"All machines of {listed([the(design[name]) for name in lost])} have failed at once."
    ours = [the(design[name]) for name, machines in lost.items() if machines]
    theirs = [the(design[name]) for name, machines in lost.items() if not machines]
    words = []
    if ours:
        each = " each" if len(ours) > 1 else ""
        verb = "have" if len(ours) > 1 else "has"
        words.append(f"One machine{each} of {listed(ours)} {verb} failed.")
    if theirs:
        words.append(f"A provider runs {listed(theirs)} on many machines: one fewer does not show.")
    return " ".join(words)


def _outcome_words(design: Architecture, up: dict[str, float]) -> str:
    said: dict[str, list[str]] = {}
    for kind in asked_kinds(design):
        said.setdefault(_outcome(design, kind, up), []).append(_NOUNS[kind])
    clauses = [f"{listed(nouns)} {outcome}" for outcome, nouns in said.items()]
    text = "; ".join(clauses)
    return f"{text[:1].upper()}{text[1:]}." if text else "Nobody asks anything of this design."


def _outcome(design: Architecture, kind: str, up: dict[str, float]) -> str:
    share = answered(design, kind, up)
    if share > 1 - 1e-9:
        return "go on"
    if kind == "delivery" and kept_for_later(design, up) > 1 - 1e-9:
        return "wait in the queue"
    if not share:
        return "fail"
    return f"are answered to {format_number(100 * share)} %"


def _load_words(design: Architecture, asked: Estimate | Demand | None, lost: dict[str, int]) -> str:
    if asked is None:
        gone = [
            the(design[name])
            for name, machines in lost.items()
            if design[name].kind == "cache" and not machines_left(design[name], machines)
        ]
        return f"Without {listed(gone)} every read falls on what is behind it." if gone else ""
    full = overloaded(design, asked, lost)
    if not full:
        small = [the(load.component) for load in carry(design, asked).full]
        if small:
            return f"Too small for the peak already: {listed(small)}."
        return "What is left bears the load of the peak." if lost else ""
    parts = []
    for load in full:
        verb, they = ("get", "they") if load.component.title.endswith("s") else ("gets", "it")
        times = format_number(load.utilisation or 0, 2)
        parts.append(f"{the(load.component)} {verb} {times} times what {they} can take")
    return f"But at the peak {listed(parts)}."


def _alone_words(alone: dict[str, tuple[Component, ...]], leaning: Sequence[Component]) -> str:
    grouped: dict[str, list[str]] = {}
    for component, nouns in _stops(alone).items():
        grouped.setdefault(listed(nouns), []).append(the(component))
    parts = [f"{listed(names)} for {nouns}" for nouns, names in grouped.items()]
    if leaning:
        them = listed([the(component) for component in leaning])
        too = " too" if parts else ""
        parts.append(f"{them}{too}, unless what is behind can bear its reads")
    if not parts:
        return "No single machine stops anything."
    plural = "points" if sum(map(len, grouped.values())) + len(leaning) > 1 else "point"
    return f"Single {plural} of failure: {'; '.join(parts)}."


def _stops(alone: dict[str, tuple[Component, ...]]) -> dict[Component, list[str]]:
    """Each single point of failure with the kinds of request it hits."""
    found: dict[Component, list[str]] = {}
    for kind, components in alone.items():
        for component in components:
            found.setdefault(component, []).append(_NOUNS[kind])
    return found


def _year_words(years: _Years) -> str:
    if not years.now:
        return ""
    worst = min(years.now, key=lambda kind: years.now[kind])
    drawn, now, alone = (_down(shares[worst]) for shares in (years.drawn, years.now, years.alone))
    drawn_too = f", as drawn for {drawn}" if drawn != now else ""
    lone = f"; for {alone} if copies failed only one by one" if alone != now else ""
    return f"Over a year, {_NOUNS[worst]} go unanswered for {now}{drawn_too}{lone}."


def _notes(years: _Years, design: Architecture, up: dict[str, float], gains: Sequence[Gain]) -> str:
    rows: list[tuple[str, ...]] = [
        ("Request", "Now", "Answered", "Missing", "as drawn", "if copies failed alone")
    ]
    for kind in asked_kinds(design):
        percent = f"{format_availability(years.now[kind])} %"
        missing = (_down(shares[kind]) for shares in (years.now, years.drawn, years.alone))
        rows.append((_NOUNS[kind].capitalize(), _outcome(design, kind, up), percent, *missing))
    tables = f"<h5>Over a year</h5>{notes_table(rows)}<h5>Which standby first</h5>{_remedies(gains)}"
    # Room for a standby missing everywhere, so that on a narrow window the controls below do not move.
    room = 14 + 2.6 * len(asked_kinds(design)) + 2 * sum(map(may_have_standby, design.components))
    style = f"min-height: max({room:g}em, {1.6 * room:g}em - 40cqw)"
    return f'<div style="{style}">{tables}<p>{html.escape(_SOURCES)}</p></div>'


def _remedies(gains: Sequence[Gain]) -> str:
    if not gains:
        return "<p>Nothing stands alone. What is missing now is what copies share, and bad luck twice.</p>"
    rows: list[tuple[str, ...]] = [("One failure of", "hits", "A standby gives back")]
    for gain in gains:
        nouns = listed([_NOUNS[kind] for kind in gain.hits])
        rows.append((the(gain.component), nouns, f"{format_duration(gain.saved_s)} a year"))
    return notes_table(rows)


def _row(component: Component, each: float, common: float) -> tuple[str, str, str]:
    title = component.title
    if component.kind == "client":
        return title, "", "Not ours to keep up."
    percent = f"{format_availability(component_availability(component, each, common))} %"
    if component.kind in PROVIDED:
        known = component.availability
        why = (
            "as the design says"
            if known
            else f"{100 * PROVIDER_AVAILABILITY:g} %, as Amazon S3 is designed for"
        )
        return title, percent, f"A provider's: {why}."
    one = format_availability(component.availability if component.availability is not None else each)
    if component.kind in SPLIT:
        spare = component.standbys // component.replicas
        return (
            title,
            percent,
            f"A request meets one of {component.replicas:,}, up {one} %, and its standbys: {spare}.",
        )
    machines = component.replicas + component.standbys
    if machines == 1:
        return title, percent, f"One machine, up {one} %."
    apart = f"{format_number(100 * (1 - common))} %"
    return (
        title,
        percent,
        f"Any of {machines:,} machines, each up {one} %; {apart} of its downtime is its own.",
    )


def _down(availability: float) -> str:
    return format_duration(downtime_s(availability, "year"))

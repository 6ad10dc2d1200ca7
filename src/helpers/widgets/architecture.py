"""Step 3: the explorer "Build it", a design that grows box by box while load flows through it."""

import dataclasses
import html
import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from helpers.figures.architecture import architecture_figure
from helpers.models.architecture import Architecture, Flow
from helpers.models.architecture_latency import AnswerTime, answer_time
from helpers.models.architecture_load import ComponentLoad, Load, carry, demand_of
from helpers.models.architecture_path import path
from helpers.models.architecture_review import Finding, review_architecture
from helpers.models.architectures import Parts, assemble
from helpers.models.estimation import Estimate, estimate
from helpers.models.published import FRAMEWORK_TWITTER
from helpers.models.quantities import format_number, format_quantity
from helpers.models.workload import Field, Workload
from helpers.widgets.controls import CheckControl, NumberControl, dropdown
from helpers.widgets.explorer import Explorer, View, working_table

__all__ = [
    "READ_HEAVY_TWITTER",
    "ArchitectureExplorer",
    "architecture_explorer",
    "architecture_view",
    "parts_controls",
    "parts_of",
]

READ_HEAVY_TWITTER = FRAMEWORK_TWITTER.replace(
    reads_per_write=50, followers=75, cached_size=20, media_share=0.05, media_size=100e3
)
"""The framework's Twitter with what step 2 leaves out: 75 deliveries a tweet of 20 B each, as published for
Twitter in 2013; 5 % of items with 100 KB of media, as in a published chat design; 50 reads a tweet, which is
our assumption."""

_TICKS = {
    "servers": "Load balancer and several API servers",
    "separate": "Read and write services of their own",
    "cache": "Cache, asked before the database",
    "replica": "Read replicas that are read",
    "worker": "Fan-out worker that fills timelines",
    "queue": "Queue for new posts",
    "object_store": "Object store for media",
    "shards": "Shards in place of one database",
    "standbys": "A standby for every single machine",
}
_MULTIPLE = Field("Load, as a multiple of today's", "", above=0, at_most=1e6)
_SLIDERS: dict[str, tuple[Field, dict[str, Any]]] = {
    "server_count": (Field("API servers, or read servers", "", at_least=1, at_most=1e5), {"high": 10_000}),
    "write_servers": (Field("Write servers, if apart", "", at_least=1, at_most=1e5), {"high": 10_000}),
    "server_capacity": (
        Field("One server takes, our assumption", "request/second", above=0, at_most=1e7),
        {"low": 100, "high": 20_000},
    ),
    "hit_ratio": (
        Field("Share of reads the cache answers", "", at_least=0, at_most=1),
        {"low": 0, "high": 1, "log": False},
    ),
    "cache_count": (Field("Cache machines, keys split over them", "", at_least=1, at_most=1000), {}),
    "worker_count": (Field("Fan-out workers", "", at_least=1, at_most=1000), {}),
    "replica_count": (
        Field("Read replicas of the database, or of a shard", "", at_least=1, at_most=1000),
        {},
    ),
    "shard_count": (Field("Shards", "", at_least=1, at_most=10_000), {"high": 1000}),
}
_COUNTS = ("server_count", "write_servers", "cache_count", "worker_count", "replica_count", "shard_count")
_PATHS: dict[str, tuple[str, bool]] = {
    "a read the cache answers": ("read", True),
    "a read the cache misses": ("read", False),
    "a write": ("write", True),
    "the deliveries of a write": ("delivery", True),
}
_NO_PATH = "nothing"
_UNITS = {
    "read": "read",
    "write": "write",
    "media": "media file",
    "delivery": "delivery",
    "replication": "replicated write",
}
# Room for nearly every design the boxes can make, so that the picture keeps its size.
_COLUMNS, _ROWS = 3.3, 6
_MOST_FINDINGS = 3
# Room for three questions, more where lines are short, so that the controls below do not move.
_ROOM = "min-height: max(24em, 64em - 100cqw)"

_assemble = lru_cache(maxsize=256)(assemble)


class ArchitectureExplorer(Explorer):
    """The explorer "Build it"; `architecture` is the design as it stands."""

    @property
    def architecture(self) -> Architecture:
        """The design that the boxes and sliders make."""
        return assemble(parts_of(self.values))


def architecture_explorer(workload: Workload = READ_HEAVY_TWITTER) -> ArchitectureExplorer:
    """Return boxes to tick that build a design from clients and a database, with its first bottleneck.

    >>> explorer = architecture_explorer()
    >>> explorer.set(cache=True, servers=True)
    >>> explorer.architecture.order
    ('Client', 'LB', 'API', 'Cache', 'DB')
    """
    today = estimate(workload.at_middle())
    demand_of(today)  # refuses arrays of samples here, not at the first move
    start = Parts()
    if workload.requests_per_server is not None:
        start = dataclasses.replace(start, server_capacity=float(workload.at_middle().requests_per_server))
    ticks, sliders = parts_controls(start)
    sliders.insert(0, NumberControl("multiple", _MULTIPLE, 1, low=1, high=1000))
    lit = dropdown("Light the path of", {name: name for name in (_NO_PATH, *_PATHS)})

    def view(values: dict[str, Any]) -> View:
        return architecture_view(today, parts_of(values), values["multiple"], values["lit"])

    groups = {"What is in the design": ticks, "How much, and how many": sliders}
    return ArchitectureExplorer("Build it", groups, view, choices={"lit": lit})


def parts_controls(
    start: Parts, labels: Mapping[str, str] | None = None
) -> tuple[list[CheckControl], list[NumberControl]]:
    """Return the boxes to tick and the sliders that choose a design's parts, by the names of `Parts`.

    `labels` are other words for some of the boxes.
    """
    names = {**_TICKS, **(labels or {})}
    ticks = [CheckControl(name, label, getattr(start, name)) for name, label in names.items()]
    sliders = []
    for name, (field, options) in _SLIDERS.items():
        scale = {"low": 1, "high": 50, "whole": name in _COUNTS} | options
        sliders.append(NumberControl(name, field, getattr(start, name), **scale))
    return ticks, sliders


def architecture_view(today: Estimate, parts: Parts, multiple: float = 1, lit: str = _NO_PATH) -> View:
    """Return what "Build it" shows for an estimate at its peak, a design's parts and a multiple of load."""
    architecture = _assemble(parts)
    load = carry(architecture, today, multiple)
    times = [answer_time(load, request) for request in ("read", "write")]
    flows = path(architecture, _PATHS[lit][0], hit=_PATHS[lit][1]) if lit in _PATHS else ()
    words = [_pressure(load, today), _first(load), _times(times)]
    if lit in _PATHS:
        words.append(f"Lit, {lit}: {_route(architecture, flows)}.")
    return View(
        (architecture_figure(load, flows, columns=_COLUMNS, rows=_ROWS),),
        " ".join(words),
        _notes(load, review_architecture(architecture, load.demand), parts),
        working=lambda: working_table([_row(component) for component in load.values()]),
    )


def parts_of(values: dict[str, Any]) -> Parts:
    """Return the parts that the controls' values choose; ValueError for a count that is not whole."""
    chosen = {field.name: values[field.name] for field in dataclasses.fields(Parts) if field.name in values}
    for name in _COUNTS:
        if chosen[name] != round(chosen[name]):
            raise ValueError(f"{_SLIDERS[name][0].label} = {chosen[name]:g}: it must be a whole number")
        chosen[name] = round(chosen[name])
    return Parts(**chosen)


def _pressure(load: Load, today: Estimate) -> str:
    rates = [format_quantity(load.demand.writes_per_second, f"{today.workload.item}/second", 2)]
    if load.demand.reads_per_second:
        rates.insert(0, format_quantity(load.demand.reads_per_second, "read/second", 2))
    if any(component.per_second.get("delivery") for component in load.values()):
        sent = load.demand.writes_per_second * load.demand.followers
        rates.append(format_quantity(sent, "delivery/second", 2))
    when = "Today" if load.multiple == 1 else f"At {format_number(load.multiple)} times today's load"
    return f"{when}, at the peak: {', '.join(rates)}."


def _first(load: Load) -> str:
    fullest = load.fullest
    if fullest is None:
        return "No component with a known limit has anything to do."
    name, several = _sentence(fullest.component.title), _plural(fullest)
    at = format_number(load.multiple * (fullest.headroom or 0), 2)
    if fullest.utilisation is not None and fullest.utilisation >= 1:
        others = [_sentence(other.component.title) for other in load.full[1:]]
        also = f" Too small as well: {', '.join(others)}." if others else ""
        verb, they = ("are", "they are") if several else ("is", "it is")
        return (
            f"The {name} {verb} too small: {they} full at {at} times today's load. {_remedy(fullest)}{also}"
        )
    verb = "fill" if several else "fills"
    return f"The {name} {verb} up first, at {at} times today's load ({_share(fullest.utilisation)} now)."


def _remedy(load: ComponentLoad) -> str:
    needed = load.replicas_needed or 1
    if math.isinf(needed):
        return "More of them do not help, because each repeats every write: split the data into shards."
    if load.component.kind == "primary database":
        return f"That is the work of {format_number(needed)} such nodes: take reads off it, or shard it."
    more = "shards" if load.component.kind == "shard" else "such machines"
    return f"{format_number(needed)} {more} would carry it."


def _times(times: Sequence[AnswerTime]) -> str:
    said: dict[str, list[str]] = {}
    for time in times:
        said.setdefault(_duration(time), []).append(f"a {time.request}")
    parts = [f"{' or '.join(requests)} {text}" for text, requests in said.items()]
    return f"Inside your design {'; '.join(parts)}."


def _duration(time: AnswerTime) -> str:
    middle, late = time.ms(50), time.ms(99)
    if math.isinf(middle):
        return "waits in a queue that grows without end"
    if math.isinf(late):
        return (
            f"takes {_milliseconds(middle)} at the median, and more than one in a hundred waits without end"
        )
    return f"takes {_milliseconds(middle)} at the median and {_milliseconds(late)} at p99"


def _milliseconds(value: float) -> str:
    return f"{format_number(value, 2)} ms" if value < 1000 else f"{format_number(value / 1000, 2)} s"


def _route(architecture: Architecture, flows: Sequence[Flow]) -> str:
    if not flows:
        return "this design has none"
    legs: list[str] = []
    for place, flow in enumerate(flows):
        follows = place and flows[place - 1].target == flow.source
        if not follows:
            legs.append(_sentence(architecture[flow.source].title))
        legs[-1] += f" → {_sentence(architecture[flow.target].title)}"
    return "; then ".join(legs)


def _notes(load: Load, findings: Sequence[Finding], parts: Parts) -> str:
    # The words name what is too small, so the questions need not.
    asked = [finding for finding in findings if finding.rule != "too-small"]
    items = [
        f"<li><b>{html.escape(finding.about)}.</b> {html.escape(finding.why)} {html.escape(finding.say)}</li>"
        for finding in asked[:_MOST_FINDINGS]
    ]
    if len(asked) > _MOST_FINDINGS:
        items.append(f"<li>And {len(asked) - _MOST_FINDINGS} more, once these are settled.</li>")
    questions = "".join(items) or "<li>Nothing to ask: now say why each box is there.</li>"
    rest = ["A read counts as one query, however many people the reader follows: step 4 asks what it costs."]
    unknown = [_sentence(component.title) for component in load.without_limit]
    if unknown:
        rest.append(f"Not known, so never the limit: what the {', '.join(unknown)} can take.")
    if parts.servers or parts.separate:
        capacity = format_quantity(parts.server_capacity, "request/second")
        rest.append(
            f"Our assumption: one server takes {capacity} and 5 ms for each. Yours depends on its code."
        )
    rest.append("Times are from queueing, without the network to the client. Sources: show the working.")
    sources = "".join(f"<li>{html.escape(line)}</li>" for line in rest)
    return (
        f'<div style="{_ROOM}"><h5>The interviewer asks</h5><ul>{questions}</ul>'
        f"<h5>What the numbers rest on</h5><ul>{sources}</ul></div>"
    )


def _row(load: ComponentLoad) -> tuple[str, str, str]:
    component = load.component
    count = f"{component.replicas:,} × " if component.replicas > 1 else ""
    rates = {kind: format_quantity(rate, f"{_UNITS[kind]}/second") for kind, rate in load.per_second.items()}
    if component.kind == "client":
        return component.title, "", f"What they ask for: {', '.join(rates.values())}."
    terms = []
    for kind, rate in rates.items():
        capacity = component.capacity(kind)
        limit = "a limit not known" if capacity is None else f"({count}{format_number(capacity)}/s)"
        terms.append(f"{rate} ÷ {limit}")
    if load.bound_by == "bandwidth" and component.bandwidth:
        limit = format_quantity(component.bandwidth, "byte/second")
        terms = [f"{format_quantity(load.bytes_per_second, 'byte/second')} ÷ ({count}{limit})"]
    working = " + ".join(terms) or "nothing reaches it"
    source = f" {component.source[:1].upper()}{component.source[1:]}." if component.source else ""
    return component.title, _share(load.utilisation), f"{working}.{source}"


def _share(utilisation: float | None) -> str:
    if utilisation is None:
        return ""
    if utilisation >= 10:
        return f"{format_number(utilisation, 2)} × full"
    return f"{format_number(100 * utilisation, 2)} %"


def _plural(load: ComponentLoad) -> bool:
    return load.component.title.endswith("s")


def _sentence(title: str) -> str:
    """Write a box's name as inside a sentence; abbreviations keep their capitals."""
    return title if title[:2].isupper() else title[:1].lower() + title[1:]

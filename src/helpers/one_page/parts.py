"""What stands on the page, in order and without any markup: the two formats write the same parts."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from helpers.design import Design
from helpers.models.architecture import Architecture
from helpers.models.architecture_load import Load, carry
from helpers.models.checklist import CHECKLIST
from helpers.models.checks import short_repr
from helpers.models.critique import Critique
from helpers.models.estimation import Estimate
from helpers.models.nines import format_duration
from helpers.models.quantities import format_number
from helpers.models.schema import Schema
from helpers.models.texts import require_text
from helpers.models.workload import FIELDS

__all__ = [
    "Block",
    "Caption",
    "Diagram",
    "Facts",
    "Section",
    "Statements",
    "Table",
    "Words",
    "page_sections",
    "page_title",
    "seen",
]

_UNTITLED = "System design"
# What no file can keep, or no reader would see.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


@dataclass(frozen=True)
class Words:
    """A sentence or two, begun in our words."""

    text: str


@dataclass(frozen=True)
class Caption:
    """The name that a part has, in a person's own words."""

    text: str


@dataclass(frozen=True)
class Facts:
    """Names with what belongs to each; `short` ones stand side by side."""

    rows: Sequence[tuple[str, str]]
    short: bool = False


@dataclass(frozen=True)
class Table:
    """A head and rows of as many cells; `code` names the columns that hold code."""

    name: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    code: tuple[int, ...] = ()


@dataclass(frozen=True)
class Statements:
    """SQL: a table each, and then all indexes."""

    texts: Sequence[str]


@dataclass(frozen=True)
class Diagram:
    """The block diagram: with its load at the peak, where one is known."""

    architecture: Architecture
    load: Load | None = None

    @property
    def arrows(self) -> str:
        """Its arrows in words; empty where there is none."""
        drawn = self.architecture
        pairs = dict.fromkeys((flow.source, flow.target) for flow in drawn.flows)
        return "; ".join(f"{drawn[one].title} → {drawn[other].title}" for one, other in pairs)

    @property
    def fullness(self) -> str:
        """How full its boxes are, in words; empty where nothing is known of their load."""
        full = [
            f"{one.component.title} {format_number(100 * one.utilisation, 2)} %"
            for one in (self.load or {}).values()
            if one.utilisation
        ]
        return f"How full at the peak: {', '.join(full)}." if full else ""


Block = Words | Caption | Facts | Table | Statements | Diagram


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it; without a heading it opens or ends the page."""

    heading: str
    blocks: Sequence[Block]


def page_title(design: Design, title: str | None = None) -> str:
    """Return the page's title: the one given, or the prompt; raises ValueError or TypeError for no text.

    >>> page_title(Design.example()), page_title(Design()), page_title(Design(), "Mock interview")
    ('Design Twitter', 'System design', 'Mock interview')
    """
    if not isinstance(design, Design):
        raise TypeError(f"design = {short_repr(design)}: it must be a Design, for example Design.example()")
    if title is not None:
        return require_text("title", title)
    return design.contract.prompt if design.contract else _UNTITLED


def page_sections(design: Design, title: str | None = None) -> tuple[Section, ...]:
    """Return what the steps wrote, in their order; the last section says what is not written yet.

    >>> [section.heading for section in page_sections(Design.example(after_step=2))]
    ['', 'Contract', 'Estimate', '']
    >>> page_sections(Design.example(after_step=4))[-1].blocks[0].text
    'Not written yet: bottlenecks (step 5, Bottlenecks).'
    """
    asked, needs = _estimate(design)
    load = _load(design, asked)
    sections = [
        Section("", _glance(design, asked, load)),
        Section("Contract", _contract(design, page_title(design, title))),
        Section("Estimate", _working(asked, list(design.workload.ranges) if asked else [])),
        Section("High-level design", [Diagram(design.architecture, load)] if design.architecture else ()),
        Section("API", _api(design)),
        Section("Schema", _schema(design.schema)),
        Section("Feed", [Words(str(design.feed))] if design.feed else ()),
        Section("Bottlenecks", _bottlenecks(design.bottlenecks)),
        Section("", _not_written(design, needs)),
    ]
    return tuple(section for section in sections if section.blocks)


def seen(text: str) -> str:
    """Return `text` with a mark in the place of each character that nobody can see, or no file can keep.

    >>> seen("a\\x00b")
    'a\ufffdb'
    """
    return _UNSEEN.sub("\ufffd", text)


def _estimate(design: Design) -> tuple[Estimate | None, str]:
    """Return the estimate, or what it still needs."""
    if design.inputs is None:
        return None, _of(2)
    if design.contract is None:
        return None, f"needs the contract of {_of(1)}"
    if design.contract.daily_users is None:
        return None, f"needs the daily users of {_of(1)}"
    return design.estimate, ""


def _load(design: Design, asked: Estimate | None) -> Load | None:
    if design.architecture is None or asked is None:
        return None
    try:
        return carry(design.architecture, asked)
    except ValueError:  # drawn without a client, or with two: no load can enter
        return None


def _glance(design: Design, asked: Estimate | None, load: Load | None) -> list[Block]:
    """What an interviewer looks for in the first minute."""
    rows: list[tuple[str, str]] = []
    if design.contract and design.contract.daily_users is not None:
        rows.append(("Users a day", format_number(design.contract.daily_users)))
    names = ("peak_writes_per_second", "peak_reads_per_second", "replicated_storage")
    rows += [(asked[name].label, asked[name].whiteboard) for name in names if asked and name in asked]
    if load and load.fullest:
        full = format_number(100 * (load.fullest.utilisation or 0), 2)
        rows.append(("Fullest at the peak", f"{load.fullest.component.title}, {full} %"))
    if design.feed:
        rows.append(("Feed", design.feed.strategy))
    if design.bottlenecks and design.bottlenecks.issues:
        rows.append(("Issues cost a year", format_duration(60 * design.bottlenecks.lost_minutes)))
    return [Facts(rows, short=True)] if rows else []


def _contract(design: Design, title: str) -> list[Block]:
    contract = design.contract
    if contract is None:
        return []
    prompt = [] if contract.prompt == title else [("Prompt", contract.prompt)]
    return [Facts([*prompt, *contract.rows])]


def _working(asked: Estimate | None, ranges: Sequence[str]) -> list[Block]:
    if asked is None:
        return []
    rows = [(line.label, line.whiteboard, line.working) for line in asked.values()]
    note = "About: rounded as on a whiteboard. GB = 10⁹ bytes."
    if ranges:
        note += f" Ranges count with their middle: {', '.join(FIELDS[name].label for name in ranges)}."
    return [Table("estimate", ("Result", "About", "Working"), rows), Words(note)]


def _api(design: Design) -> list[Block]:
    if design.api is None:
        return []
    rows = []
    for endpoint in design.api.endpoints:
        answers = ", ".join(str(answer.status) for answer in endpoint.answers) or "not said"
        rows.append((str(endpoint), "", "; ".join(filter(None, [f"answers {answers}", endpoint.note]))))
        for parameter in endpoint.parameters:
            limits = [parameter.limits, "sealed" if parameter.sealed else "", parameter.note]
            needed = "" if parameter.required else ", optional"
            said = "; ".join(filter(None, limits))
            rows.append((parameter.name, f"{parameter.where}{needed}", said))
    head = ("Request and what it sends", "In", "Answers and limits")
    blocks: list[Block] = [Caption(design.api.name), Table("api", head, rows, code=(0,))]
    if design.api.error_fields:
        fields = ", ".join(design.api.error_fields)
        blocks.append(Words(f"Every error is a problem document (RFC 9457) with {fields}."))
    return blocks


def _schema(schema: Schema | None) -> list[Block]:
    if schema is None:
        return []
    made = schema.ddl("postgresql")
    tables, indexes = made[: len(schema.tables)], made[len(schema.tables) :]
    statements = [*tables, "\n".join(indexes)] if indexes else tables
    return [Caption(f"{schema.name}, for PostgreSQL"), Statements(statements)]


def _bottlenecks(critique: Critique | None) -> list[Block]:
    if critique is None:
        return []
    if not critique.issues:
        return [Words(repr(critique))]
    rows = []
    for issue in critique.issues:
        strikes = f"{issue.how_often}, for {issue.how_long}" if issue.damage_minutes else ""
        lost = format_duration(60 * issue.lost_minutes)
        rows.append((f"{issue.about}: {issue.whom}", strikes, lost, issue.remedy, issue.price))
    head = ("One issue with this design is that", "Strikes", "Lost a year", "I would", "which costs")
    return [Table("bottlenecks", head, rows)]


def _not_written(design: Design, estimate_needs: str) -> list[Block]:
    parts = (
        ("contract", "" if design.contract else _of(1)),
        ("estimate", estimate_needs),
        ("diagram", "" if design.architecture else _of(3)),
        ("API", "" if design.api else _of(4)),
        ("schema", "" if design.schema else _of(4)),
        ("feed decision", "" if design.feed else _of(4)),
        ("bottlenecks", "" if design.bottlenecks else _of(5)),
    )
    said = "; ".join(_together(parts))
    return [Words(f"Not written yet: {said}.")] if said else []


def _together(parts: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Say once what parts have in common."""
    for reason in dict.fromkeys(why for _, why in parts if why):
        *names, last = [name for name, why in parts if why == reason]
        yield f"{', '.join(names)} and {last} ({reason})" if names else f"{last} ({reason})"


def _of(step: int) -> str:
    return f"step {step}, {CHECKLIST[step - 1].name}"

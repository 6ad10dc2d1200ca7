"""The design document: the interview's whiteboard as data, one readable JSON file from step to step."""

import dataclasses
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import TypeAdapter, ValidationError

from helpers.files import write_whole
from helpers.models.api_contract import CORRECTED_API, ApiContract
from helpers.models.architecture import Architecture
from helpers.models.architectures import TWITTER_DESIGN
from helpers.models.checks import require_whole, short_repr
from helpers.models.critique import Critique
from helpers.models.critique_rules import find_issues
from helpers.models.estimation import Estimate, estimate
from helpers.models.feed_decision import TWITTER_FEED, FeedDecision
from helpers.models.prompts import TWITTER_CONTRACT
from helpers.models.published import WHOLE_TWITTER
from helpers.models.quantities import Range
from helpers.models.requirements import Contract
from helpers.models.schema import Schema
from helpers.models.schemas import CORRECTED_SCHEMA
from helpers.models.workload import FIELDS, Workload

__all__ = ["LAST_STEP", "OWN_DESIGN", "Design", "DesignFileError", "current_design", "design_file"]

FORMAT = "system design course: design"
VERSION = 1
LAST_STEP = 5
"""The last step that writes into the design."""

OWN_DESIGN = "my_design.json"
"""Where a reader's own design is kept, beside the lessons, unless DESIGN_FILE names another place."""

_WRITTEN_IN = (("contract",), ("inputs",), ("architecture",), ("api", "schema", "feed"), ("bottlenecks",))
"""The parts that each step writes."""
_SECTIONS = tuple(name for names in _WRITTEN_IN for name in names)
_LARGEST_FILE_BYTES = 10_000_000
_KINDS: Mapping[str, type] = {
    "contract": Contract,
    "architecture": Architecture,
    "api": ApiContract,
    "schema": Schema,
    "feed": FeedDecision,
    "bottlenecks": Critique,
}
_ADAPTERS: Mapping[str, TypeAdapter[Any]] = {name: TypeAdapter(kind) for name, kind in _KINDS.items()}


class DesignFileError(ValueError):
    """A file is not a design this course can read; the message says why, and the file is left alone."""


@dataclass(frozen=True, repr=False)
class Design:
    """What the steps decided: the contract (1), the other inputs of the workload (2), the architecture (3),
    the API, the schema and how feeds are made (4), the issues that are left (5).

    `inputs` holds arguments of `Workload` by name, except `daily_users`, which the contract decides. A part
    that no step has written yet is None. Raises ValueError or TypeError naming the argument and the value.

    >>> design = Design.example(after_step=2)
    >>> design.workload.daily_users, design.workload.writes_per_user
    (10000000.0, 5.0)
    >>> ten_times = design.replace(contract=dataclasses.replace(design.contract, daily_users=100e6))
    >>> ten_times.estimate["writes_per_second"].whiteboard
    '6 K tweets/s'
    """

    contract: Contract | None = None
    inputs: Mapping[str, Any] | None = field(default=None, hash=False)
    architecture: Architecture | None = None
    api: ApiContract | None = None
    schema: Schema | None = None
    feed: FeedDecision | None = None
    bottlenecks: Critique | None = None

    def __post_init__(self) -> None:
        for name, kind in _KINDS.items():
            if not isinstance(part := getattr(self, name), (kind, type(None))):
                article = "an" if kind.__name__.startswith("A") else "a"
                raise TypeError(f"{name} = {short_repr(part)}: it must be {article} {kind.__name__} or None")
        if self.inputs is not None:
            object.__setattr__(self, "inputs", MappingProxyType(_plain_inputs(self.inputs)))

    def __repr__(self) -> str:
        """Only the parts that are written, so that a lesson's output stays when a later step gets a part.

        >>> Design(inputs={"writes_per_user": 5})
        Design(inputs=mappingproxy({'writes_per_user': 5.0}))
        """
        parts = {name: getattr(self, name) for name in _SECTIONS}
        written = (f"{name}={part!r}" for name, part in parts.items() if part is not None)
        return f"{type(self).__name__}({', '.join(written)})"

    @classmethod
    def example(cls, after_step: int = LAST_STEP) -> "Design":
        """Return the framework's Twitter, cut after a step."""
        step = require_whole("after_step", after_step, at_least=1, at_most=LAST_STEP)
        return _whole_example().after(step)

    def after(self, step: int) -> "Design":
        """Return the parts that the steps up to `step` wrote.

        >>> Design.example().after(step=3) == Design.example(after_step=3)
        True
        """
        step = require_whole("step", step, at_least=1, at_most=LAST_STEP)
        return Design(**{name: getattr(self, name) for names in _WRITTEN_IN[:step] for name in names})

    @property
    def workload(self) -> Workload:
        """The inputs of step 2 for the daily users of the contract; ValueError says which step is missing."""
        if self.contract is None:
            raise ValueError("contract = None: write it in step 1, or start from Design.example()")
        if self.inputs is None:
            raise ValueError("inputs = None: give them in step 2, or start from Design.example()")
        if self.contract.daily_users is None:
            raise ValueError("contract.daily_users = None: ask the interviewer how many people use it a day")
        return Workload(daily_users=self.contract.daily_users, **self.inputs)

    @property
    def estimate(self) -> Estimate:
        """The estimate of step 2, worked out anew from the contract; ranges count with their middle."""
        return estimate(self.workload.at_middle())

    def find_issues(self, *, celebrity_cache: bool = False, alarms: bool = False) -> Critique:
        """Return the issues that the models find in this design; ValueError says which step is missing.

        Arguments as in `helpers.models.critique_rules.find_issues`.

        >>> [issue.about for issue in Design.example(after_step=4).find_issues().issues][:1]
        ['a bad release or setting takes all copies of one of 5 components at once']
        """
        if self.architecture is None:
            raise ValueError("architecture = None: draw it in step 3, or start from Design.example()")
        asked, contract = self.estimate, self.contract
        assert contract is not None  # or there is no estimate
        within = [target.within_s for target in contract.consistency if target.within_s is not None]
        return find_issues(
            self.architecture,
            asked,
            self.feed,
            growth_per_year=contract.growth_per_year,
            deliver_within_s=min(within, default=None),
            availability=contract.availability,
            celebrity_cache=celebrity_cache,
            alarms=alarms,
        )

    def replace(self, **changes: Any) -> "Design":
        """Return this design with some parts changed."""
        return dataclasses.replace(self, **changes)

    def with_workload(self, workload: Workload) -> "Design":
        """Return this design with step 2 written in: all of `workload` but its daily users.

        >>> Design().with_workload(WHOLE_TWITTER).inputs["item_size"]
        100.0
        """
        given = {name: getattr(workload, name) for name in (*FIELDS, "item")}
        changed = {name: value for name, value in given.items() if _differs(name, value)}
        return self.replace(inputs={name: value for name, value in changed.items() if name != "daily_users"})

    def merged(self, newer: "Design") -> "Design":
        """Return this design with the parts that `newer` has in place of its own.

        >>> Design.example(after_step=1).merged(Design.example()) == Design.example()
        True
        """
        return self.replace(
            **{name: part for name in _SECTIONS if (part := getattr(newer, name)) is not None}
        )

    def to_json(self) -> str:
        """Return the design as the text of its file."""
        data: dict[str, Any] = {"format": FORMAT, "version": VERSION}
        for name in _SECTIONS:
            if (part := getattr(self, name)) is None:
                continue
            if name in _ADAPTERS:
                data[name] = _ADAPTERS[name].dump_python(part, mode="json", exclude_none=True)
            else:
                data[name] = {argument: _jsonable(value) for argument, value in part.items()}
        return json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Design":
        """Return the design that `to_json` wrote; raises DesignFileError.

        >>> Design.from_json('{"users": 5}')
        Traceback (most recent call last):
        helpers.design.DesignFileError: it is no design of this course: its "format" is not the course's
        """
        try:
            data = json.loads(text, object_pairs_hook=_without_twins)
        except (ValueError, RecursionError) as error:
            raise DesignFileError(f"it is damaged: {error}") from None
        if not isinstance(data, dict) or data.get("format") != FORMAT:
            raise DesignFileError('it is no design of this course: its "format" is not the course\'s')
        version = data.get("version")
        if isinstance(version, bool) or not isinstance(version, int) or version < 1:
            raise DesignFileError(
                f'it is damaged: its "version" is {short_repr(version)}, not a whole number from 1'
            )
        if version > VERSION:
            raise DesignFileError(
                f"a newer course wrote it (version {short_repr(version)}; this one reads up to {VERSION})"
            )
        parts = {name: part for name, part in data.items() if name not in ("format", "version")}
        if unknown := sorted(parts.keys() - set(_SECTIONS)):
            raise DesignFileError(f"it has a part this course does not know: {', '.join(unknown)}")
        try:
            read = {name: _read_part(name, part) for name, part in parts.items() if name in _ADAPTERS}
            return cls(**read, inputs=_read_inputs(parts.get("inputs")))
        except (ValueError, TypeError) as error:
            raise DesignFileError(f"it does not fit: {error}") from None

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "Design":
        """Return the design saved at `path`; raises DesignFileError, or OSError when it cannot be read."""
        path = Path(path)
        try:
            if path.stat().st_size > _LARGEST_FILE_BYTES:
                raise DesignFileError("it is no design of this course: it is larger than 10 MB")
            if not path.is_file() and not path.is_dir():  # a pipe would be waited for without end
                raise DesignFileError("it is no design of this course: it is not a file")
            # With or without the mark at its start that some editors write.
            return cls.from_json(path.read_text(encoding="utf-8-sig"))
        except UnicodeDecodeError:
            raise DesignFileError(f"{path}: it is damaged: it is not text in UTF-8") from None
        except DesignFileError as error:
            raise DesignFileError(f"{path}: {error}") from None

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the design to `path` whole or not at all; what stands there must be a design, or nothing.

        Raises DesignFileError when `path` is a file this course cannot read, and leaves it as it was.
        """
        if Path(path).exists():
            Design.load(path)
        write_whole(path, self.to_json())

    def _repr_markdown_(self) -> str:
        parts = []
        if self.contract is not None:
            parts.append(self.contract._repr_markdown_())
        if self.contract is not None and self.contract.daily_users is not None and self.inputs is not None:
            parts.append(f"**Estimate**\n\n{self.estimate._repr_markdown_()}")
        if self.api is not None:
            parts.append(self.api._repr_markdown_())
        if self.schema is not None:
            statements = "\n".join(self.schema.ddl("postgresql"))
            parts.append(f"**{self.schema.name}**\n\n```sql\n{statements}\n```")
        if self.feed is not None:
            parts.append(self.feed._repr_markdown_())
        if self.bottlenecks is not None:
            parts.append(self.bottlenecks._repr_markdown_())
        return "\n\n".join(parts) or "*An empty design: no step has written into it.*"


# Made when it is first asked for: finding the issues takes longer than all the rest of the import.
@lru_cache(maxsize=1)
def _whole_example() -> Design:
    design = Design(
        contract=TWITTER_CONTRACT,
        architecture=TWITTER_DESIGN,
        api=CORRECTED_API,
        schema=CORRECTED_SCHEMA,
        feed=TWITTER_FEED,
    ).with_workload(WHOLE_TWITTER)
    return design.replace(bottlenecks=design.find_issues().top())


def design_file() -> Path | None:
    """Return where the reader's own design is kept; None where DESIGN_FILE is set but empty."""
    name = os.environ.get("DESIGN_FILE", OWN_DESIGN)
    # Unlike Path's own, this leaves a ~ that stands for nobody as it is.
    return Path(os.path.expanduser(name)) if name else None  # noqa: PTH111


def current_design(after_step: int) -> Design:
    """Return the reader's own design as it is after a step; what it leaves out comes from the example.

    Issues come from no other design than their own: where they wrote none, those that the models find.
    Raises DesignFileError when the file cannot be read: it may hold work, so it is not passed over.
    """
    example = Design.example(after_step)
    path = design_file()
    if path is None or not path.exists():
        return example
    own = Design.load(path).after(after_step)
    design = example.merged(own)
    if design.bottlenecks is None or own.bottlenecks is not None:
        return design
    try:
        found = design.find_issues().top()
    except ValueError:  # without daily users, or drawn with two clients: nothing can be found
        found = None
    return design.replace(bottlenecks=found)


def _plain_inputs(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Check the inputs as `Workload` does, and return them as plain numbers, ranges and text."""
    if not isinstance(inputs, Mapping):
        raise TypeError(f"inputs = {inputs!r}: it must be a mapping from arguments of Workload to values")
    known = {*FIELDS, "item"} - {"daily_users"}
    if unknown := [name for name in inputs if name not in known]:
        raise ValueError(f"inputs: {unknown[0]!r} is not among {', '.join(sorted(known))}")
    # The contract brings the users; one stands in for them here, so that the rest can be checked.
    workload = Workload(daily_users=1, **inputs)
    plain = {name: getattr(workload, name) for name in inputs}
    for name, value in plain.items():
        if not isinstance(value, (float, str, Range, type(None))):
            raise TypeError(f"inputs[{name!r}] is an array of samples; it must be a number, text or a Range")
    return plain


def _differs(name: str, value: Any) -> bool:
    default = getattr(Workload, name)
    return bool(value != default) if isinstance(value, (float, str, Range, type(None))) else True


def _jsonable(value: Any) -> Any:
    return {"low": value.low, "high": value.high} if isinstance(value, Range) else value


def _read_inputs(inputs: Any) -> Any:
    if not isinstance(inputs, dict):
        return inputs
    ends = {"low", "high"}
    return {
        name: Range(value["low"], value["high"]) if isinstance(value, dict) and set(value) == ends else value
        for name, value in inputs.items()
    }


def _read_part(name: str, part: Any) -> Any:
    if part is None:
        return None
    adapter = _ADAPTERS[name]
    try:
        read = adapter.validate_json(json.dumps(part), strict=True)
    except ValidationError as error:
        raise ValueError(_in_words(name, error)) from None
    if unknown := sorted(_unknown(part, adapter.dump_python(read, mode="json"), name)):
        raise ValueError(f"it has what this course does not know: {', '.join(unknown)}")
    return read


def _unknown(given: Any, known: Any, where: str) -> Iterator[str]:
    """Yield what the file says beyond what was read: saving it again would lose that."""
    if isinstance(given, dict) and isinstance(known, dict):
        for name, value in given.items():
            if name in known:
                yield from _unknown(value, known[name], f"{where}.{name}")
            else:
                yield f"{where}.{name}"
    elif isinstance(given, list) and isinstance(known, list):
        for place, (value, other) in enumerate(zip(given, known, strict=True)):
            yield from _unknown(value, other, f"{where}[{place}]")


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twin = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{twin!r} stands in it twice")
    return found


def _in_words(name: str, error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    where = ".".join(map(str, (name, *first["loc"])))
    return f"{where}: {first['msg'].removeprefix('Value error, ')}"

"""The whole interview, scenarios: a prompt, its hidden answers, better and better designs, a model answer."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from string import Formatter
from types import MappingProxyType
from typing import Any

from helpers.models.architecture import KINDS as COMPONENT_KINDS
from helpers.models.architecture import Architecture
from helpers.models.checklist import CHECKLIST
from helpers.models.checks import require_choice
from helpers.models.estimation import Estimate, estimate
from helpers.models.published import Result
from helpers.models.requirements import Prompt
from helpers.models.texts import require_names, require_several, require_text
from helpers.models.workload import Workload

__all__ = ["DIFFICULTIES", "SHAPES", "DeepDive", "Draft", "Scenario", "Weakness"]

SHAPES = ("read-heavy", "write-heavy", "storage-heavy", "fan-out", "real-time", "money", "geo", "search")
"""What is hard about a system; one may have several of them."""
DIFFICULTIES = ("easy", "medium", "hard")


@dataclass(frozen=True)
class Draft:
    """A design on the way: its architecture, why one draws it, and what is still weak ("" in the last)."""

    architecture: Architecture
    why: str
    weak: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "why", require_text("why", self.why))
        if self.weak != "":
            object.__setattr__(self, "weak", require_text("weak", self.weak))


@dataclass(frozen=True)
class DeepDive:
    """What an interviewer digs into: a kind of component, the question, follow-ups, and a good answer."""

    kind: str
    question: str
    answer: str
    follow_ups: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        require_choice("kind", self.kind, COMPONENT_KINDS)
        for name in ("question", "answer"):
            object.__setattr__(self, name, require_text(name, getattr(self, name)))
        object.__setattr__(self, "follow_ups", require_names("follow_ups", self.follow_ups))


@dataclass(frozen=True)
class Weakness:
    """A bottleneck: the component it strikes (its name in the last draft), what happens, remedy and price."""

    component: str
    about: str
    remedy: str
    price: str

    def __post_init__(self) -> None:
        for name in ("component", "about", "remedy", "price"):
            object.__setattr__(self, name, require_text(name, getattr(self, name)))


@dataclass(frozen=True, repr=False)
class Scenario:
    """A prompt to practise on, with all that an interviewer knows about it.

    `inputs` are arguments of `Workload` besides the daily users, which the contract holds; `source` says
    whose numbers they are. `published` are results to compare ours with. `model_answer` has a text for each
    of the five steps. In texts, `{writes_per_second}` stands for that line of the estimate, as one writes it
    on a whiteboard. Raises ValueError or TypeError naming the argument, the value and what is allowed.
    """

    prompt: Prompt
    shapes: tuple[str, ...]
    difficulty: str
    inputs: Mapping[str, Any] = field(hash=False)
    source: str
    drafts: tuple[Draft, ...]
    deep_dives: tuple[DeepDive, ...]
    weaknesses: tuple[Weakness, ...]
    model_answer: tuple[str, ...]
    published: tuple[Result, ...] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.prompt, Prompt):
            raise TypeError(f"prompt = {self.prompt!r}: it must be a Prompt")
        object.__setattr__(self, "shapes", require_names("shapes", self.shapes))
        for shape in self.shapes:
            require_choice("shapes", shape, SHAPES)
        if not self.shapes:
            raise ValueError(f"shapes = (): it must name at least one of {', '.join(SHAPES)}")
        require_choice("difficulty", self.difficulty, DIFFICULTIES)
        object.__setattr__(self, "source", require_text("source", self.source))
        object.__setattr__(self, "inputs", MappingProxyType(dict(self.inputs)))
        kinds = {"drafts": Draft, "deep_dives": DeepDive, "weaknesses": Weakness, "published": Result}
        for name, kind in kinds.items():
            parts = require_several(name, getattr(self, name), kind.__name__)
            if wrong := [part for part in parts if not isinstance(part, kind)]:
                raise TypeError(f"{name}: {wrong[0]!r} is in it; each element must be a {kind.__name__}")
            object.__setattr__(self, name, parts)
        if len(self.drafts) not in (2, 3):
            raise ValueError(f"drafts: there are {len(self.drafts)}; there must be two or three")
        answer = require_several("model_answer", self.model_answer, "texts")
        if len(answer) != len(CHECKLIST):
            raise ValueError(f"model_answer: it has {len(answer)} texts; each of the five steps needs one")
        texts = tuple(require_text(f"step {step}", text) for step, text in enumerate(answer, start=1))
        object.__setattr__(self, "model_answer", texts)
        self._fill_texts()

    def __repr__(self) -> str:
        """The line alone: the answers stay out of sight until they are asked for."""
        return f"Scenario({self.prompt.line!r})"

    @property
    def name(self) -> str:
        """The prompt's name."""
        return self.prompt.name

    @cached_property
    def workload(self) -> Workload:
        """What the product asks of its servers."""
        return Workload(daily_users=self.prompt.model_contract.daily_users, **self.inputs)

    @cached_property
    def estimate(self) -> Estimate:
        """The estimate of the workload."""
        return estimate(self.workload)

    @property
    def architecture(self) -> Architecture:
        """The best draft's architecture."""
        return self.drafts[-1].architecture

    def filled(self, text: str) -> str:
        """Return a text with the estimate's numbers in the places of their names.

        Raises ValueError for a name that the estimate has no line of.
        """
        return text.format_map(self._numbers(text))

    def _numbers(self, text: str) -> dict[str, str]:
        try:
            names = [name for _, name, _, _ in Formatter().parse(text) if name is not None]
        except ValueError as error:
            raise ValueError(f"{text!r}: {error}; write {{{{ for a brace that stands for itself") from None
        for name in names:
            if name not in self.estimate:
                raise ValueError(
                    f"{{{name}}} in {text[:60]!r}: the estimate has no such line; "
                    f"it has {', '.join(self.estimate)}"
                )
        return {name: self.estimate[name].whiteboard for name in names}

    def _fill_texts(self) -> None:
        """Fill in the numbers once, so that a wrong name is found when the scenario is made."""
        object.__setattr__(self, "model_answer", tuple(map(self.filled, self.model_answer)))
        for name, fields in (
            ("drafts", ("why", "weak")),
            ("deep_dives", ("question", "answer")),
            ("weaknesses", ("about", "remedy", "price")),
        ):
            parts = tuple(
                dataclasses.replace(part, **{text: self.filled(getattr(part, text)) for text in fields})
                for part in getattr(self, name)
            )
            object.__setattr__(self, name, parts)

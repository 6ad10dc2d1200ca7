"""The catalogue of prompts: one TOML file each, the course's own and those an instructor adds."""

import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from helpers.models.architecture import Architecture, Component, Flow
from helpers.models.architectures import PUBLISHED_PARTS
from helpers.models.checklist import CHECKLIST
from helpers.models.checks import require_choice
from helpers.models.prompts import PROMPTS
from helpers.models.published import Result
from helpers.models.requirements import ConsistencyTarget, Contract, Feature, LatencyTarget, Prompt, Question
from helpers.models.scenario import DeepDive, Draft, Scenario, Weakness
from helpers.models.scenario_checks import faults
from helpers.models.workload import Workload

__all__ = ["OWN_SCENARIOS", "Catalogue", "ScenarioFileError", "catalogue", "read_scenario"]

OWN_SCENARIOS = "my_scenarios"
"""The folder of your own prompts, beside the lessons, unless SCENARIOS names another place."""

_SHIPPED = Path(__file__).parent / "scenarios"
_LARGEST_FILE_BYTES = 1_000_000
_STEPS = tuple(phase.name for phase in CHECKLIST)
Made = TypeVar("Made")
_PROMPT = ("name", "line", "contract", "features", "questions")


class ScenarioFileError(ValueError):
    """A file is no scenario this course can use; the message names the file, the place and what is wrong."""


@dataclass(frozen=True, repr=False)
class Catalogue(Mapping[str, Scenario]):
    """The scenarios by name, and what is wrong with the files that could not be used (`refused`)."""

    scenarios: Mapping[str, Scenario]
    refused: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Scenario:
        if name not in self.scenarios:
            raise KeyError(f"no scenario {name!r}; there are {', '.join(self.scenarios)}")
        return self.scenarios[name]

    def __iter__(self) -> Any:
        return iter(self.scenarios)

    def __len__(self) -> int:
        return len(self.scenarios)

    def choose(self, *, difficulty: str = "", shape: str = "") -> tuple[Scenario, ...]:
        """Return the scenarios of a difficulty and a shape; "" takes any."""
        return tuple(
            scenario
            for scenario in self.values()
            if difficulty in ("", scenario.difficulty) and (not shape or shape in scenario.shapes)
        )

    def __repr__(self) -> str:
        """The prompts' lines, and what is wrong with refused files; no answers."""
        lines = [
            f"{scenario.prompt.line} ({scenario.difficulty}; {', '.join(scenario.shapes)})"
            for scenario in self.values()
        ]
        return "\n".join([*lines, *(f"Refused: {reason}" for reason in self.refused)])


def catalogue(folder: str | os.PathLike[str] | None = None) -> Catalogue:
    """Return the course's scenarios and those of a folder, by default SCENARIOS or else my_scenarios.

    Where SCENARIOS is set but empty there are none of your own. A file that cannot be used is left out, and
    `refused` says why; a name that is there already is refused.

    >>> catalogue()["Pastebin"].prompt.line
    'Design Pastebin'
    """
    own = os.environ.get("SCENARIOS", OWN_SCENARIOS) if folder is None else folder
    found = dict(_shipped())
    refused = []
    for path in _files(Path(own)) if own else []:
        try:
            scenario = read_scenario(path)
            if scenario.name in found:
                raise ScenarioFileError(
                    f"{path}: name = {scenario.name!r}: there is one of that name already"
                )
            found[scenario.name] = scenario
        except (ScenarioFileError, OSError) as error:
            refused.append(str(error))
    return Catalogue(found, tuple(refused))


@lru_cache(maxsize=1)
def _shipped() -> Mapping[str, Scenario]:
    scenarios = [read_scenario(path) for path in _files(_SHIPPED)]
    return {scenario.name: scenario for scenario in scenarios}


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.toml")) if folder.is_dir() else []


def read_scenario(path: str | os.PathLike[str]) -> Scenario:
    """Return the scenario of a TOML file, once the course's own models find no fault with it.

    Raises ScenarioFileError naming the file, the place in it and what is wrong; OSError when it cannot be
    read.
    """
    path = Path(path)
    if path.stat().st_size > _LARGEST_FILE_BYTES:
        raise ScenarioFileError(f"{path}: it is larger than 1 MB; that is no scenario")
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise ScenarioFileError(f"{path}: it is not text in UTF-8") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ScenarioFileError(f"{path}: it is no TOML: {error}") from None
    try:
        scenario = _scenario(table)
        found = faults(scenario)
    except (ValueError, TypeError) as error:
        raise ScenarioFileError(f"{path}: {error}") from None
    if found:
        raise ScenarioFileError(f"{path}: {found[0]}")
    return scenario


def _scenario(table: dict[str, Any]) -> Scenario:
    needed = (
        "shapes",
        "difficulty",
        "source",
        "workload",
        "drafts",
        "deep_dives",
        "weaknesses",
        "model_answer",
    )
    if "lesson_prompt" in table:
        _require_keys("the file", table, ("lesson_prompt", *needed), ("published",))
        known = {prompt.name: prompt for prompt in PROMPTS}
        prompt = known[require_choice("lesson_prompt", table["lesson_prompt"], known)]
    else:
        _require_keys("the file", table, (*_PROMPT, *needed), ("published", "must_keep"))
        prompt = Prompt(
            table["name"],
            table["line"],
            features=_several(Feature, table, "features"),
            questions=_several(Question, table, "questions"),
            model_contract=_contract(table),
            must_keep=table.get("must_keep", ""),
        )
    answer = _table("model_answer", table["model_answer"])
    _require_keys("model_answer", answer, _STEPS)
    inputs = _table("workload", table["workload"])
    workload = _made(Workload, inputs | {"daily_users": prompt.model_contract.daily_users}, "workload")
    return Scenario(
        prompt,
        shapes=table["shapes"],
        difficulty=table["difficulty"],
        inputs=inputs,
        source=table["source"],
        drafts=tuple(_draft(part, f"drafts[{place}]") for place, part in _numbered(table, "drafts")),
        deep_dives=_several(DeepDive, table, "deep_dives"),
        weaknesses=_several(Weakness, table, "weaknesses"),
        model_answer=tuple(answer[step] for step in _STEPS),
        published=tuple(
            _result(part, workload, f"published[{place}]") for place, part in _numbered(table, "published")
        ),
    )


def _contract(table: dict[str, Any]) -> Contract:
    given = dict(_table("contract", table["contract"]))
    for name, kind in (("latency", LatencyTarget), ("consistency", ConsistencyTarget)):
        given[name] = _several(kind, given, name, "contract.")
    return _made(Contract, {"prompt": table["line"], **given}, "contract")


def _result(part: dict[str, Any], workload: Workload, where: str) -> Result:
    given = dict(part)
    changes = _table(f"{where}.with", given.pop("with", {}))
    try:
        changed = workload.replace(**changes)
    except (ValueError, TypeError) as error:
        raise type(error)(f"{where}.with: {error}") from None
    renamed = {"name" if key == "line" else key: value for key, value in given.items()}
    return _made(Result, {"workload": changed, **renamed}, where)


def _draft(part: dict[str, Any], where: str) -> Draft:
    _require_keys(where, part, ("name", "why", "components", "flows"), ("weak", "direction"))
    components = tuple(
        _made(Component, {**PUBLISHED_PARTS.get(str(box.get("kind")), {}), **box}, f"{where}.components[{i}]")
        for i, box in _numbered(part, "components", where)
    )
    flows = tuple(
        flow for i, arrow in _numbered(part, "flows", where) for flow in _flows(arrow, f"{where}.flows[{i}]")
    )
    given = {"name": part["name"], "components": components, "flows": flows}
    architecture = _made(Architecture, given | {"direction": part.get("direction", "LR")}, where)
    return _made(
        Draft, {"architecture": architecture, "why": part["why"], "weak": part.get("weak", "")}, where
    )


def _flows(arrow: dict[str, Any], where: str) -> list[Flow]:
    """Each of an arrow's `requests` is a flow of its own."""
    given = dict(arrow)
    _require_keys(where, given, ("from", "to", "requests"), tuple(given))
    ends = {"source": given.pop("from"), "target": given.pop("to")}
    requests = given.pop("requests")
    if not isinstance(requests, list) or not requests:
        raise TypeError(f"{where}: requests = {requests!r}: it must be a list such as ['read', 'write']")
    return [_made(Flow, {**ends, "request": request, **given}, where) for request in requests]


def _several(kind: type[Made], table: Mapping[str, Any], name: str, within: str = "") -> tuple[Made, ...]:
    return tuple(
        _made(kind, part, f"{within}{name}[{place}]") for place, part in _numbered(table, name, within)
    )


def _numbered(table: Mapping[str, Any], name: str, where: str = "") -> Iterable[tuple[int, dict[str, Any]]]:
    parts = table.get(name, [])
    if not isinstance(parts, list):
        raise TypeError(f"{where}{name} = {parts!r}: it must be a list of tables")
    return [(place, _table(f"{name}[{place}]", part)) for place, part in enumerate(parts, start=1)]


def _table(where: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(f"{where} = {value!r}: it must be a table, with names and values")
    return value


def _made(kind: type[Made], given: Mapping[str, Any], where: str) -> Made:
    """Make one of our frozen parts; what goes wrong is said together with its place in the file."""
    known = fields(kind)  # type: ignore[arg-type]
    needed = tuple(f.name for f in known if f.default is MISSING and f.default_factory is MISSING)
    _require_keys(where, given, needed, tuple(f.name for f in known))
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
    try:
        return kind(**values)
    except (ValueError, TypeError) as error:
        raise type(error)(f"{where}: {error}") from None


def _require_keys(
    where: str, table: Mapping[str, Any], needed: Iterable[str], optional: Iterable[str] = ()
) -> None:
    known = [*needed, *(name for name in optional if name not in needed)]
    if missing := [name for name in needed if name not in table]:
        raise ValueError(f"{where}: {missing[0]!r} is missing")
    if unknown := [name for name in table if name not in known]:
        raise ValueError(f"{where}: {unknown[0]!r} is not known here; there may be {', '.join(known)}")

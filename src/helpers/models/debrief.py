"""The whole interview, the debrief: a rubric with described levels, filled in as far as models can."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from helpers.models.architecture import Architecture
from helpers.models.architecture_load import ComponentLoad, carry
from helpers.models.architecture_review import review_architecture
from helpers.models.checklist import CHECKLIST, pace
from helpers.models.contract_review import review
from helpers.models.estimation import Estimate
from helpers.models.interview import Attempt, contract_of, lines_asked, other_than_agreed
from helpers.models.interview_answers import diagnose_answer, label_asked
from helpers.models.interview_clock import mm_ss
from helpers.models.published import STRONG_NODE
from helpers.models.scenario import Scenario
from helpers.models.single_points import PROVIDED, asked_kinds, single_points, when_one_fails

__all__ = [
    "BEST",
    "RUBRIC",
    "Criterion",
    "Judgement",
    "alone",
    "judge",
    "practise_next",
    "time_words",
    "titles",
]

BEST = 3
"""The highest level of a criterion; the lowest is 0."""

_MANY_TIMES = 10
"""Our assumption: from here on an interviewer asks why there are so many machines of a kind."""

_HOLDS = {
    "shard": ("storage", STRONG_NODE.storage or 1),
    "cache": ("cache_memory", STRONG_NODE.memory or 1),
}
"""What a kind of machine holds, as a line of the estimate, and the bytes one strong node has room for."""


@dataclass(frozen=True)
class Criterion:
    """A row of the rubric: what its levels 0 to 3 look like, and the lesson that teaches it.

    by_models says that the models suggest a level; the others are yours alone to judge.
    """

    name: str
    levels: tuple[str, str, str, str]
    lesson: str
    by_models: bool = True


_LESSONS = (
    "1_requirements.ipynb",
    "2_estimation.ipynb",
    "3_high_level_design.ipynb",
    "4_deep_dive.ipynb",
    "5_bottlenecks.ipynb",
)

RUBRIC = (
    Criterion(
        CHECKLIST[0].name,
        (
            "You began to design without a scope.",
            "There is a scope, but the interviewer would ask for much that is missing.",
            "Three or four core features and most numbers; one or two remarks are left.",
            "Core features only, and a number with a percentile for every promise: nothing left to ask.",
        ),
        _LESSONS[0],
    ),
    Criterion(
        CHECKLIST[1].name,
        (
            "No number, or none that is right.",
            "Some numbers are right; the others are off by a factor you can name now.",
            "Most numbers are right within 10 %.",
            "Every number that was asked for is right within 10 %.",
        ),
        _LESSONS[1],
    ),
    Criterion(
        CHECKLIST[2].name,
        (
            "Nothing but clients and a database.",
            "A diagram, but something in it is full at the peak.",
            "It carries the peak; single machines or open questions are left.",
            "It carries the peak, nothing stands alone, and the interviewer has no question about it.",
        ),
        _LESSONS[2],
    ),
    Criterion(
        CHECKLIST[3].name,
        (
            "No answer.",
            "General words: what it is, not how you would build it.",
            "A concrete mechanism (keys, an algorithm, a protocol), without its failures or its price.",
            "A concrete mechanism, what it costs, and what happens when it fails; the follow-ups too.",
        ),
        _LESSONS[3],
        by_models=False,
    ),
    Criterion(
        CHECKLIST[4].name,
        (
            "No issue named.",
            "An issue, but single points of failure went unseen, or were seen where none is.",
            "Every single point of failure named, or none left; no second kind of issue.",
            "Every single point of failure named, or none left, and at least two more issues in words.",
        ),
        _LESSONS[4],
    ),
    Criterion(
        "Communication",
        (
            "Long silences; the interviewer had to drag it out of you.",
            "You told what you did, not why.",
            "You said aloud what you decided and why, most of the time.",
            "You led: each phase announced, alternatives weighed, the interviewer asked before big turns.",
        ),
        "0_start_here.ipynb",
        by_models=False,
    ),
)
"""The five steps and communication; the wording is our own."""


@dataclass(frozen=True)
class Judgement:
    """A criterion with the level reached, or suggested by the models (None: yours to judge), and why."""

    criterion: Criterion
    level: int | None
    findings: tuple[str, ...] = ()


def judge(attempt: Attempt, scenario: Scenario) -> tuple[Judgement, ...]:
    """Return a judgement for each criterion; a level that the candidate gave in the attempt stands.

    Raises ValueError for an attempt at another scenario.
    """
    if attempt.scenario != scenario.name:
        raise ValueError(f"attempt: it is about {attempt.scenario!r}, and the scenario is {scenario.name!r}")
    found = (_requirements, _estimate, _diagram, _deep_dive, _bottlenecks, _communication)
    judged = []
    for criterion, look in zip(RUBRIC, found, strict=True):
        level, findings = look(attempt, scenario)
        judged.append(Judgement(criterion, attempt.levels.get(criterion.name, level), findings))
    return tuple(judged)


def practise_next(judged: tuple[Judgement, ...]) -> Criterion | None:
    """Return the criterion with the lowest level, the earlier of two; None if all are at their best."""
    lowest = min(judged, key=lambda one: BEST if one.level is None else one.level)
    return None if lowest.level in (None, BEST) else lowest.criterion


def alone(attempt: Attempt) -> tuple[str, ...]:
    """Return the titles of the components that stand alone in the drawn design, for any kind of request.

    >>> alone(Attempt("Pastebin"))
    ('Primary database',)
    """
    drawn = attempt.architecture
    found = (component for kind in asked_kinds(drawn) for component in single_points(drawn, kind))
    return tuple(dict.fromkeys(component.title for component in found))


def titles(drawn: Architecture) -> tuple[str, ...]:
    """Return the titles of the components that a candidate may name as standing alone."""
    return tuple(
        dict.fromkeys(box.title for box in drawn.components if box.kind not in ("client", *PROVIDED))
    )


def time_words(attempt: Attempt) -> tuple[str, ...]:
    """Return a line for each phase: its time used, and its minutes in this slot.

    >>> time_words(Attempt("Pastebin", slot_min=45, spent_s=(400, 0, 0, 0, 0)))[0]
    '1. Requirements: 6:40 of 5:00, 1:40 over'
    """
    lines = []
    for phase, spent, planned in zip(CHECKLIST, attempt.spent_s, pace(attempt.slot_min), strict=True):
        over = spent - 60 * planned
        late = f", {mm_ss(over)} over" if over >= 1 else ""
        lines.append(f"{phase.title}: {mm_ss(spent)} of {mm_ss(60 * planned)}{late}")
    return tuple(lines)


_Look = tuple[int | None, tuple[str, ...]]


def _requirements(attempt: Attempt, scenario: Scenario) -> _Look:
    contract = contract_of(attempt, scenario.prompt)
    found = [str(finding) for finding in review(contract, scenario.prompt)]
    remarks = (*found, *other_than_agreed(contract, scenario.prompt.model_contract))
    if not attempt.features:
        return 0, remarks
    return (3 if not remarks else 2 if len(remarks) <= 2 else 1), remarks


def _estimate(attempt: Attempt, scenario: Scenario) -> _Look:
    right, findings = 0, []
    asked = lines_asked(scenario)
    for name in asked:
        line = scenario.estimate[name]
        found = diagnose_answer(attempt, scenario, name)
        right += bool(found and found.correct)
        said = found.message if found else "nothing was written."
        findings.append(f"{label_asked(scenario, name)}: {said} Ours: {line.working}.")
    level = BEST if right == len(asked) else 2 if 2 * right > len(asked) else 1 if right else 0
    return level, tuple(findings)


def _diagram(attempt: Attempt, scenario: Scenario) -> _Look:
    drawn = attempt.architecture
    load = carry(drawn, scenario.estimate)
    full = tuple(
        f"{box.component.title}: {100 * (box.utilisation or 0):,.0f} % of what it bears, at the peak."
        for box in load.full
    )
    lonely = tuple(f"{title}: it stands alone." for title in alone(attempt))
    asked = tuple(
        f"{finding.about}: {finding.why}"
        for finding in review_architecture(drawn, scenario.estimate)
        if finding.rule not in ("too-small", "single-point-of-failure")
    )
    if {box.kind for box in drawn.components} <= {"client", "primary database"}:
        return 0, ("Nothing was drawn but clients and a database.", *full, *lonely)
    many = tuple(
        f"{box.component.title}: {box.component.replicas:,} are drawn, and {least:,} would do. Why so many?"
        for box in load.values()
        if (least := _least(box, scenario.estimate)) and box.component.replicas > _MANY_TIMES * least
    )
    open_questions = lonely or asked or many
    return (1 if full else 2 if open_questions else BEST), (*full, *lonely, *asked, *many)


def _least(box: ComponentLoad, asked: Estimate) -> float | None:
    """How many machines of a box carry the peak and hold the data; None where that is not known."""
    if box.replicas_needed is None or box.component.kind == "read replica":  # as many as there are shards
        return None
    line, room = _HOLDS.get(box.component.kind, ("", 1.0))
    held = math.ceil(asked.value(line) / room) if line in asked else 0
    return max(1, box.replicas_needed, held)


def _deep_dive(attempt: Attempt, _: Scenario) -> _Look:
    return (None if attempt.deep_dive.strip() else 0), ()


def _bottlenecks(attempt: Attempt, _: Scenario) -> _Look:
    lonely = alone(attempt)
    unseen = [title for title in lonely if title not in attempt.alone]
    # A component that stands alone while others answer without it, a cache, is no mistake to name.
    relieved = {
        box.title for box in attempt.architecture.components if when_one_fails(box) == 1 and box.title
    }
    wrong = [title for title in attempt.alone if title not in lonely and title in relieved]
    harmless = [title for title in attempt.alone if title not in (*lonely, *relieved)]
    issues = _said(attempt.issues)
    findings = tuple(_said_of(unseen, wrong, harmless))
    if not (attempt.alone or issues):
        return 0, findings
    if unseen or wrong:
        return 1, findings
    return (BEST if issues >= 2 else 2), findings


def _said(issues: tuple[str, ...]) -> int:
    """How many different issues say something: two words, or as much in a script without blanks."""
    words = {frozenset(re.findall(r"\w+", text.casefold())) for text in issues}
    return sum(len(each) >= 2 or sum(map(len, each)) >= 12 for each in words)


def _said_of(unseen: list[str], wrong: list[str], harmless: list[str]) -> Iterator[str]:
    for title in unseen:
        yield f"{title}: it stands alone in your diagram, and you did not say so."
    for title in wrong:
        yield f"{title}: you named it, but another machine of its kind takes over."
    for title in harmless:
        yield f"{title}: nothing of its kind takes over, and yet others answer, or the work waits."


def _communication(_: Attempt, __: Scenario) -> _Look:
    return None, ()

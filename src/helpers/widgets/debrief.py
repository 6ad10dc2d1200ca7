"""The whole interview: the debrief of an attempt, and the history of all of them."""

import html
import re
from collections.abc import Callable, Sequence

import ipywidgets

from helpers.figures.interview import history_figure, phases_figure
from helpers.interviews import InterviewsFileError, design_of, interviews_file, load_attempts
from helpers.models.checklist import CHECKLIST
from helpers.models.debrief import BEST, RUBRIC, Judgement, judge, practise_next, time_words
from helpers.models.interview import Attempt, contract_of, lines_asked
from helpers.models.interview_answers import label_asked
from helpers.models.scenario import Scenario
from helpers.widgets.explorer import Framed, Picture, View, notes_table
from helpers.widgets.export_design import export_panel

__all__ = ["Debrief", "debrief", "interview_history"]

_YOURS = "yours to judge"
_OPEN = -1  # a level nobody has given yet: a Dropdown shows nothing for None


class Debrief(Framed):
    """Everything about one attempt, with a choice of the level for each criterion.

    `attempt` holds the levels as they stand; `changed` is called with it after each choice.
    """

    def __init__(self, attempt: Attempt, scenario: Scenario) -> None:
        self.attempt, self.scenario = attempt, scenario
        self.changed: Callable[[Attempt], None] = lambda _: None
        self.choices: dict[str, ipywidgets.Dropdown] = {}
        time = Picture("Your time", View((phases_figure(attempt.spent_s, attempt.slot_min),), self._time()))
        rows: list[ipywidgets.Widget] = []
        for judged in judge(attempt, scenario):
            rows += self._row(judged)
        self.next = ipywidgets.HTML()
        name = "_".join(re.findall(r"\w+", f"my {scenario.name}".lower()))
        self.export = export_panel(lambda: design_of(self.attempt, scenario), name=name)
        super().__init__(
            [
                ipywidgets.HTML(f"<h4>Debrief: {html.escape(scenario.prompt.line)}</h4>"),
                time,
                ipywidgets.HTML("<h4>The rubric</h4>"),
                *rows,
                self.next,
                self.export,
                ipywidgets.HTML(
                    f"<h4>Your answer beside a model answer</h4>{_side_by_side(attempt, scenario)}"
                ),
            ]
        )
        self.add_class("helpers-debrief")
        self._say_next()

    @property
    def judged(self) -> tuple[Judgement, ...]:
        """The judgements as they stand."""
        return judge(self.attempt, self.scenario)

    @property
    def text(self) -> str:
        """The debrief in words."""
        lines = [f"Debrief: {self.scenario.prompt.line}", *time_words(self.attempt)]
        for judged in self.judged:
            level = _YOURS if judged.level is None else f"{judged.level} of {BEST}"
            lines.append(f"{judged.criterion.name}: {level}")
            lines += [f"  - {finding}" for finding in judged.findings]
        return "\n".join([*lines, _next_words(self.judged)])

    def set_level(self, criterion: str, level: int) -> None:
        """Judge a criterion, by its name, as if the level were chosen."""
        self.choices[criterion].value = level

    def _row(self, judged: Judgement) -> list[ipywidgets.Widget]:
        criterion = judged.criterion
        options = [(f"{level}: {text}", level) for level, text in enumerate(criterion.levels)]
        choice = ipywidgets.Dropdown(
            options=[(f"Choose: {_YOURS}", _OPEN), *options] if judged.level is None else options,
            value=_OPEN if judged.level is None else judged.level,
            tooltip=f"Level of {criterion.name}",
        )
        choice.add_class("helpers-level")
        choice.observe(lambda change: self._choose(criterion.name, change["new"]), "value")
        self.choices[criterion.name] = choice
        by = "suggested by the models; change it if you know better" if criterion.by_models else _YOURS
        findings = "".join(f"<li>{html.escape(finding)}</li>" for finding in judged.findings)
        return [
            ipywidgets.HTML(f"<b>{html.escape(criterion.name)}</b> ({by})"),
            choice,
            ipywidgets.HTML(f"<ul>{findings}</ul>" if findings else ""),
        ]

    def _choose(self, criterion: str, level: int) -> None:
        levels = {**self.attempt.levels}
        if level == _OPEN:
            levels.pop(criterion, None)
        else:
            levels[criterion] = level
        self.attempt = self.attempt.replace(levels=levels)
        self._say_next()
        self.changed(self.attempt)

    def _say_next(self) -> None:
        unjudged = any(one.level is None for one in self.judged)
        found = None if unjudged else practise_next(self.judged)
        link = (
            f' <a href="{found.lesson}" target="_blank" rel="noopener">Open the lesson</a>' if found else ""
        )
        self.next.value = f'<p aria-live="polite"><b>{html.escape(_next_words(self.judged))}</b>{link}</p>'

    def _time(self) -> str:
        used = sum(self.attempt.spent_s)
        return f"{used / 60:.1f} minutes in all. " + "; ".join(time_words(self.attempt)) + "."

    def _in_words(self) -> str:
        return self.text


def debrief(attempt: Attempt, scenario: Scenario) -> Debrief:
    """Return the debrief of an attempt at a scenario.

    >>> from helpers.catalogue import catalogue
    >>> debrief(Attempt("Pastebin"), catalogue()["Pastebin"]).text.splitlines()[1]
    '1. Requirements: 0:00 of 5:00'
    """
    return Debrief(attempt, scenario)


def interview_history() -> Picture:
    """Return the levels reached in the interviews that this reader sat and finished."""
    path = interviews_file()
    try:
        attempts = [one for one in (load_attempts(path) if path else ()) if one.finished]
    except (InterviewsFileError, OSError) as error:
        return Picture("Your interviews", View((), f"They could not be read. {error}"))
    if not attempts:
        return Picture("Your interviews", View((), "None yet: the first one that you finish appears here."))
    most = BEST * len(RUBRIC)
    known = [criterion.name for criterion in RUBRIC]
    totals = [sum(attempt.levels.get(name, 0) for name in known) for attempt in attempts]
    figure = history_figure([attempt.scenario for attempt in attempts], totals, most)
    rows = [("Date", "Prompt", *(criterion.name for criterion in RUBRIC), "Minutes")]
    for attempt in reversed(attempts):
        levels = [str(attempt.levels.get(criterion.name, "–")) for criterion in RUBRIC]
        rows.append((attempt.finished[:10], attempt.scenario, *levels, f"{sum(attempt.spent_s) / 60:.0f}"))
    words = f"{len(attempts)} finished. The last reached {totals[-1]} of {most}, the best {max(totals)}."
    return Picture("Your interviews", View((figure,), words, notes_table(rows)))


def _next_words(judged: Sequence[Judgement]) -> str:
    if any(one.level is None for one in judged):
        return "Judge the rows that are yours, then see what to practise next."
    found = practise_next(tuple(judged))
    if found is None:
        return "Nothing is below its best. Draw a harder prompt."
    return f"Practise next: {found.name}."


def _side_by_side(attempt: Attempt, scenario: Scenario) -> str:
    yours = (
        "\n".join(f"{name}: {text}" for name, text in contract_of(attempt, scenario.prompt).rows),
        "\n".join(
            f"{label_asked(scenario, name)}: {attempt.answers.get(name, 'nothing')}"
            for name in lines_asked(scenario)
        ),
        ", ".join(box.title for box in attempt.architecture.components),
        attempt.deep_dive or "nothing",
        "\n".join([*(f"{name} stands alone" for name in attempt.alone), *attempt.issues]) or "nothing",
    )
    model = list(scenario.model_answer)
    if attempt.dug is not None:
        dive = scenario.deep_dives[attempt.dug]
        model[3] = f"{dive.question} {dive.answer}\n{model[3]}"
    model[4] += "".join(
        f"\n{one.about[:1].upper()}{one.about[1:]}: {one.remedy} ({one.price})."
        for one in scenario.weaknesses
    )
    rows = [
        f"<tr><th>{html.escape(phase.title)}</th><td>{_lines(mine)}</td><td>{_lines(theirs)}</td></tr>"
        for phase, mine, theirs in zip(CHECKLIST, yours, model, strict=True)
    ]
    drafts = "".join(
        f"<li><b>{html.escape(draft.architecture.name)}.</b> {html.escape(draft.why)} "
        f"<i>{html.escape(draft.weak)}</i></li>"
        for draft in scenario.drafts
    )
    return (
        f"<table><tr><th></th><th>Yours</th><th>A model answer</th></tr>{''.join(rows)}</table>"
        f"<h5>Designs of rising quality</h5><ol>{drafts}</ol>"
    )


def _lines(text: str) -> str:
    return "<br>".join(html.escape(line) for line in text.splitlines())

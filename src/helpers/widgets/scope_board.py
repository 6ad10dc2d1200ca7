"""Step 1: the scope board, on which ticks become a contract and the interviewer answers."""

import html
from collections.abc import Sequence
from typing import Any

from helpers.figures.scope_board import clock_figure, shares_figure
from helpers.models.contract_review import Finding, review
from helpers.models.prompts import TWITTER
from helpers.models.requirements import (
    TIME_BOX_MIN,
    Contract,
    Prompt,
    Question,
    minutes_each,
    minutes_spent,
)
from helpers.widgets.controls import CheckControl
from helpers.widgets.explorer import Explorer, View

__all__ = ["AskControl", "ScopeBoard", "scope_board", "scope_view"]

_SHOWN = 3
# Room for three remarks and a full contract, more where lines are short, so that the page does not jump.
_ROOM = "min-height: max(34em, 88em - 135cqw)"


class ScopeBoard(Explorer):
    """The explorer of a prompt's scope; `contract` is what its ticks have settled so far."""

    def __init__(self, prompt: Prompt) -> None:
        self.prompt = prompt
        features = [
            CheckControl(feature.name, feature.name, feature.name in prompt.attempt)
            for feature in prompt.features
        ]
        questions = [AskControl(question, question.name in prompt.attempt) for question in prompt.questions]
        groups = {"Features: what the user can do": features, "Ask the interviewer": questions}
        super().__init__(f"Scope: “{prompt.line}”", groups, self._view_of)
        self.add_class("helpers-board")

    @property
    def contract(self) -> Contract:
        """The contract as it stands."""
        return self.prompt.agree(*_ticked(self.prompt, self.values))

    def _view_of(self, values: dict[str, Any]) -> View:
        return scope_view(self.prompt, *_ticked(self.prompt, values))


class AskControl(CheckControl):
    """A question; once it is asked, the answer stands behind it."""

    def __init__(self, question: Question, asked: bool) -> None:
        self.question = question
        super().__init__(question.name, question.text, asked)
        self.observe(lambda _: self._answer(), "value")
        self._answer()

    def _answer(self) -> None:
        question = self.question
        answer = f" – “{question.answer}” ({question.source})" if self.value else ""
        self.description = question.text + answer


def scope_board(prompt: Prompt = TWITTER) -> ScopeBoard:
    """Return boxes to tick for a prompt's features and questions, the contract they make and its review.

    >>> board = scope_board()
    >>> board.set(growth=True)
    >>> board.contract.users_after(3)
    33750000.0
    """
    if not isinstance(prompt, Prompt):
        raise TypeError(f"prompt = {prompt!r}: it must be a Prompt, for example TWITTER")
    return ScopeBoard(prompt)


def scope_view(prompt: Prompt, features: Sequence[str], asked: Sequence[str]) -> View:
    """Return what the scope board shows once the features are taken and the questions asked (by name)."""
    contract = prompt.agree(features, asked)
    findings = review(contract, prompt)
    longest = minutes_spent(len(prompt.features), len(prompt.questions))
    figures = (
        clock_figure(len(features), len(asked), longest),
        shares_figure([feature.name for feature in prompt.features], features),
    )
    return View(figures, _verdict(contract, len(findings)), _notes(contract, findings))


def _ticked(prompt: Prompt, values: dict[str, Any]) -> tuple[list[str], list[str]]:
    """The features taken and the questions asked, in the prompt's order."""
    features = [feature.name for feature in prompt.features if values[feature.name]]
    return features, [question.name for question in prompt.questions if values[question.name]]


def _verdict(contract: Contract, remarks: int) -> str:
    count, spent = len(contract.features), minutes_spent(len(contract.features), len(contract.asked))
    least, most = TIME_BOX_MIN
    if spent > most:
        time = f", {spent - most:g} over the framework's {most}"
    elif spent < least:
        time = f" of the framework's {least} to {most}, so there is time to ask more"
    else:
        time = f", within the framework's {least} to {most}"
    words = [
        f"Step 1 takes {spent:g} minute{'' if spent == 1 else 's'}{time}.",
        "We count 1 to hear the prompt, 1 a feature and half a minute a question.",
    ]
    if count == 1:
        words.append(f"Steps 3 and 4 then have {_minutes(1)} minutes for your one feature.")
    elif count:
        words.append(f"Steps 3 and 4 then have {_minutes(count)} minutes for each of your {count} features.")
    if remarks:
        words.append(f"The interviewer has {remarks} remark{'s' if remarks > 1 else ''}.")
    else:
        words.append("The interviewer has no remarks: you can design to this contract.")
    return " ".join(words)


def _minutes(features: int) -> str:
    least, most = minutes_each(features)
    return f"{least:.2g} to {most:.2g}"


def _notes(contract: Contract, findings: Sequence[Finding]) -> str:
    escaped = html.escape
    said = [
        f"<li><b>{escaped(_ended(finding.about))}</b> {escaped(finding.why)} "
        f"<i>Say: {escaped(finding.say)}</i></li>"
        for finding in findings[:_SHOWN]
    ]
    more = len(findings) - _SHOWN
    if more > 0:
        said.append(f"<li>And {more} more, once these are settled.</li>")
    if not said:
        said = ["<li>“That is clear. Go on.”</li>"]
    rows = "".join(
        f'<tr><td style="white-space: nowrap"><b>{escaped(heading)}</b></td><td>{escaped(text)}</td></tr>'
        for heading, text in contract.rows
    )
    return (
        f'<div style="{_ROOM}"><h5>The interviewer says</h5><ul>{"".join(said)}</ul>'
        f"<h5>Contract</h5><table>{rows}</table></div>"
    )


def _ended(text: str) -> str:
    return text if text.endswith("?”") else f"{text}."

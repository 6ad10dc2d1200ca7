"""Quick checks in a lesson: choose or calculate, and be told at once what went wrong."""

import ipywidgets

from helpers.grading.self_checks import QUESTIONS
from helpers.models.checks import require_choice
from helpers.models.estimation import Estimate
from helpers.models.slips import diagnose
from helpers.widgets.explorer import Panel

__all__ = ["estimate_check", "quick_check"]


def quick_check(name: str) -> Panel:
    """Return one of the lessons' questions, with a button for each choice.

    >>> panel = quick_check("does-size-shard")
    >>> panel.press("yes")
    >>> panel.text.startswith("Not quite. One volume")
    True
    """
    question = QUESTIONS[require_choice("name", name, QUESTIONS)]
    title = "Predict" if question.right is None else "Quick check"
    return Panel(title, question.text, list(question.replies), question.reply)


def estimate_check(question: str, estimate: Estimate, line: str) -> Panel:
    """Return a question answered by a number with a unit, checked against one line of an estimate.

    A wrong answer is told which slip explains it; the working is shown only when asked for.

    >>> from helpers.models.estimation import estimate
    >>> from helpers.models.published import FRAMEWORK_TWITTER
    >>> panel = estimate_check("Writes a second?", estimate(FRAMEWORK_TWITTER), "writes_per_second")
    >>> panel.box.value = "50M"
    >>> panel.press("Check")
    >>> panel.text
    '86,400 times too large: that is per day, not per second.'
    """
    right = estimate[line]
    box = ipywidgets.Text(placeholder="for example 5K/s or 20 GB", tooltip=question, continuous_update=False)

    def pressed(choice: str) -> str:
        if choice == "Show the working":
            return right.working
        return diagnose(box.value, estimate, line).message if box.value.strip() else "Write a number first."

    panel = Panel("Quick check", question, ["Check", "Show the working"], pressed, box=box)
    box.observe(lambda _: panel.press("Check"), "value")
    return panel

"""Quick checks in a lesson: choose or calculate, and be told at once what went wrong."""

from collections.abc import Mapping

import ipywidgets

from helpers.models.checks import require_choice
from helpers.models.estimation import Estimate
from helpers.models.slips import diagnose
from helpers.widgets.explorer import Panel

__all__ = ["choose", "estimate_check"]


def choose(question: str, options: Mapping[str, str], right: str | None = None) -> Panel:
    """Return a question with buttons; `options` maps each choice to what it is answered with.

    Without `right` it is a prediction: the choice is noted, and the lesson goes on to show the answer.

    >>> panel = choose("Is 600 writes a second a lot?", {"yes": "Measure it.", "no": "Right."}, right="no")
    >>> panel.press("yes")
    >>> panel.text
    'Not quite. Measure it.'
    """
    if right is not None:
        require_choice("right", right, options)

    def pressed(choice: str) -> str:
        verdict = "" if right is None else "Right. " if choice == right else "Not quite. "
        return verdict + options[choice].removeprefix(verdict)

    return Panel("Predict" if right is None else "Quick check", question, list(options), pressed)


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

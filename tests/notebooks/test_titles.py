"""Each lesson's first cell says its step as the framework's checklist does, word for word."""

from pathlib import Path

import nbformat
import pytest

from helpers.models.checklist import CHECKLIST, Phase

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def title_cell(phase: Phase) -> str:
    """Return the first cell of the lesson of that step, once it is Markdown."""
    (path,) = NOTEBOOKS.glob(f"{phase.step}_*.ipynb")
    first = nbformat.read(path, as_version=4).cells[0]
    assert first.cell_type == "markdown"
    return str(first.source)


@pytest.mark.parametrize("phase", CHECKLIST, ids=lambda phase: phase.name)
def test_a_title_has_the_checklists_step_minutes_goal_and_key_phrase(phase: Phase) -> None:
    lines = title_cell(phase).splitlines()
    assert lines[0].startswith("# ")
    assert lines[2:4] == [
        f"**Step {phase.step} of {len(CHECKLIST)}. Time in the interview: {phase.minutes} minutes. "
        f"Goal: {phase.goal}.**",
        f'Say: *"{phase.key_phrase}"*',
    ]

"""The start page shows the checklist and a newcomer's progress from data, and names every lesson."""

import re
from pathlib import Path

import nbformat
import pytest

from helpers.models.checklist import TALK_MIN, Checklist, minutes_in_all
from helpers.models.course_progress import LESSONS, CourseProgress
from helpers.models.estimation import estimate
from helpers.models.published import FRAMEWORK_TWITTER, STRONG_NODE
from helpers.models.verdicts import judge

PAGE = Path(__file__).parents[2] / "notebooks/0_start_here.ipynb"


@pytest.fixture(scope="module")
def cells() -> dict[str, str]:
    """Return the Markdown of each cell: of a code cell, its output."""
    return {
        cell.id: cell.source
        if cell.cell_type == "markdown"
        else "".join(output.get("data", {}).get("text/markdown", "") for output in cell.outputs)
        for cell in nbformat.read(PAGE, as_version=4).cells
    }


def test_the_checklist_and_where_a_newcomer_is_come_from_data(cells: dict[str, str]) -> None:
    assert cells["checklist"] == Checklist((45, 60))._repr_markdown_()
    assert cells["where-you-are"] == CourseProgress()._repr_markdown_()


def test_every_lesson_is_linked_by_its_title(cells: dict[str, str]) -> None:
    assert re.findall(r"^\d\. \*\*(.*)\*\*$", cells["next"], re.MULTILINE) == [
        lesson.link for lesson in LESSONS
    ]


def test_the_numbers_in_its_sentences_are_the_models(cells: dict[str, str]) -> None:
    least, most = minutes_in_all()
    assert f"{least:g} to {most:g}." in cells["pace"]
    assert f"{TALK_MIN:g} minutes" in cells["pace"].replace("\n", " ")
    unread = judge(estimate(FRAMEWORK_TWITTER), STRONG_NODE).binding
    read = judge(estimate(FRAMEWORK_TWITTER.replace(reads_per_write=50)), STRONG_NODE).binding
    assert (unread.resource.name, read.resource.name) == ("storage", "reads_per_second")
    assert unread.nodes == read.nodes == 1
    assert f"storage, at {100 * float(unread.utilisation):.0f}\u00a0%" in cells["taste-storage"]
    assert f"{float(read.utilisation / unread.utilisation):.0f}" == "3"
    assert "three times sooner" in cells["taste-meaning"]

"""Step 4's explorers in a browser: by keyboard, with bad text, narrow, and without a jump."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.lab_browser import collect_errors, open_and_run, overflowing_explorers, resize
from tests.notebooks.test_hygiene import GOOD, code, write

pytestmark = pytest.mark.browser

CELL = """\
from IPython.display import display

from helpers.figures.schema import entity_diagram
from helpers.models.schemas import CORRECTED_SCHEMA, FRAMEWORK_SCHEMA
from helpers.widgets.fanout import fanout_explorer
from helpers.widgets.merging import merge_explorer
from helpers.widgets.pagination import paging_explorer
from helpers.widgets.tweet_travel import tweet_travel_explorer

display(tweet_travel_explorer(), fanout_explorer(), paging_explorer(), merge_explorer())
display(entity_diagram(FRAMEWORK_SCHEMA), entity_diagram(CORRECTED_SCHEMA))"""


def words(explorer: Locator) -> Locator:
    return explorer.locator(".helpers-words")


def test_step_4s_explorers_under_a_learners_hands(
    lab_url: str, lab_root: Path, new_page: Callable[[int], Page]
) -> None:
    write(lab_root / "deep_dive.ipynb", GOOD | {"cells": [code("deep-dive", CELL, None)]})
    page = new_page(1400)
    errors = collect_errors(page)
    open_and_run(page, lab_url, "deep_dive.ipynb")
    expect(page.locator(".jp-RenderedMermaid img, .jp-RenderedMermaid svg")).to_have_count(2)
    expect(page.locator(".jp-RenderedMermaid.jp-mod-warning")).to_have_count(0)
    travel, fanout, paging, merge = page.locator(".helpers-explorer").all()

    # A tweet travels, a step a key, and the page below does not jump.
    before = fanout.bounding_box()
    expect(words(travel)).to_contain_text("Step 5 of 8, push")
    travel.locator(".noUi-handle").focus()
    for step in (6, 7, 8):
        page.keyboard.press("ArrowRight")
        expect(words(travel)).to_contain_text(f"Step {step} of 8, push")
    assert fanout.bounding_box() == before
    travel.locator("select").first.select_option("pull")
    expect(words(travel)).to_contain_text("Step 8 of 8, pull")

    # A case sets the sliders; bad text is answered beside its box, and the words stay.
    fanout.locator("select").first.select_option("A company chat")
    expect(words(fanout)).to_contain_text("Recommended: pull")
    reads = fanout.locator(".helpers-number", has_text="Reads per write")
    expect(reads.locator("input")).to_have_value("0.5")
    for text in ("", "lots", "-1", "nan", "1e99"):
        reads.locator("input").fill(text)
        reads.locator("input").press("Enter")
        expect(reads.get_by_role("alert")).to_have_count(1)
        expect(words(fanout)).to_contain_text("Recommended: pull")
    reads.locator("input").fill("50")
    reads.locator("input").press("Enter")
    expect(reads.get_by_role("alert")).to_have_count(0)
    expect(words(fanout)).not_to_contain_text("Recommended: pull")

    posted = paging.locator(".helpers-number", has_text="Posted")
    deleted = paging.locator(".helpers-number", has_text="Deleted")
    for box in (posted, deleted):
        box.locator("input").fill("0")
        box.locator("input").press("Enter")
    expect(words(paging)).not_to_contain_text("skipped")
    expect(words(merge)).to_contain_text("a heap reads 519 entries")

    resize(page, 480)
    assert overflowing_explorers(page) == []
    assert errors == []

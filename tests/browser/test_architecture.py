"""Step 3 in a browser: Mermaid draws the architectures, and boxes ticked appear with their arrows."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.lab_browser import collect_errors, open_and_run, overflowing_explorers
from tests.notebooks.test_hygiene import GOOD, code, write

pytestmark = pytest.mark.browser

CELL = """\
from IPython.display import display

from helpers.figures.mermaid import mermaid_diagram
from helpers.models.architecture import Architecture, Component
from helpers.models.architectures import FRAMEWORK_DIAGRAM, TWITTER_DESIGN
from helpers.widgets.architecture import architecture_explorer

labels = ['a [b] "c" <i>d</i>', "the end", "`x` #1; & /y/"]
odd = Architecture("Odd", tuple(Component(f"end {i}", "cache", label) for i, label in enumerate(labels)))
display(mermaid_diagram(FRAMEWORK_DIAGRAM), mermaid_diagram(TWITTER_DESIGN), mermaid_diagram(odd))
display(architecture_explorer())"""


def place_in(picture: Locator, explorer: Locator) -> tuple[float, float, float]:
    inner, outer = picture.bounding_box(), explorer.bounding_box()
    assert inner is not None
    assert outer is not None
    return inner["y"] - outer["y"], inner["width"], inner["height"]


def test_the_diagrams_are_drawn_and_the_explorer_grows(
    lab_url: str, lab_root: Path, new_page: Callable[[int], Page]
) -> None:
    write(lab_root / "architecture.ipynb", GOOD | {"cells": [code("architecture", CELL, None)]})
    page = new_page(700)
    errors = collect_errors(page)
    open_and_run(page, lab_url, "architecture.ipynb")
    drawn = page.locator(".jp-RenderedMermaid img, .jp-RenderedMermaid svg")
    expect(drawn).to_have_count(3)
    expect(page.locator(".jp-RenderedMermaid.jp-mod-warning")).to_have_count(0)
    explorer = page.locator(".helpers-explorer")
    picture = explorer.locator("svg.helpers-plot")
    expect(picture.locator("polygon")).to_have_count(1)
    before = place_in(picture, explorer)
    cache = explorer.get_by_role("checkbox", name="Cache, asked before the database")
    cache.focus()
    page.keyboard.press("Space")
    expect(picture.locator("polygon")).to_have_count(2)
    expect(picture).to_contain_text("Cache")
    expect(explorer.locator(".helpers-notes")).to_contain_text("Cache, Primary database")
    assert place_in(picture, explorer) == before
    explorer.locator("select").select_option("a read the cache misses")
    expect(explorer.locator(".helpers-words")).to_contain_text(
        "clients → cache; then clients → primary database"
    )
    assert overflowing_explorers(page) == []
    assert errors == []


EXTREME = """\
from helpers.widgets.architecture import architecture_explorer

explorer = architecture_explorer()
ticks = "servers separate cache replica worker queue object_store shards standbys"
many = {"server_count": 100_000, "write_servers": 100_000, "replica_count": 1000, "shard_count": 1000}
many |= dict.fromkeys(ticks.split(), True)
explorer.set(**many, multiple=1_000_000, lit="the deliveries of a write")
explorer"""
TEXTS_OUTSIDE = """svg => {
    const boxes = [...svg.querySelectorAll("rect")].map(box => box.getBoundingClientRect());
    const inside = (text, box) => text.left >= box.left && text.right <= box.right
        && text.top >= box.top && text.bottom <= box.bottom;
    return [...svg.querySelectorAll("text")]
        .filter(text => /[a-z]/i.test(text.textContent) && text.textContent.length > 2)
        .filter(text => !boxes.some(box => box.width < svg.clientWidth / 2
            && inside(text.getBoundingClientRect(), box)))
        .map(text => text.textContent);
}"""


@pytest.mark.parametrize("width", [1400, 700, 480])
def test_the_largest_numbers_stay_in_their_boxes(
    width: int, lab_url: str, lab_root: Path, new_page: Callable[[int], Page]
) -> None:
    write(lab_root / "extreme.ipynb", GOOD | {"cells": [code("extreme", EXTREME, None)]})
    page = new_page(width)
    open_and_run(page, lab_url, "extreme.ipynb")
    picture = page.locator(".helpers-explorer svg.helpers-plot")
    expect(picture).to_contain_text("100,000 ×")
    assert picture.evaluate(TEXTS_OUTSIDE) == []
    assert overflowing_explorers(page) == []

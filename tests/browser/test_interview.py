"""A mock interview in a real JupyterLab: drawn, sat, interrupted by a reload, finished and judged."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from helpers.catalogue import catalogue
from helpers.interviews import load_attempts
from tests.browser.lab_browser import (
    collect_errors,
    open_and_run,
    overflowing_explorers,
    resize,
    switch_theme,
)
from tests.notebooks.test_hygiene import GOOD, code, write

pytestmark = pytest.mark.browser

CUT_TABS = """() => [...document.querySelectorAll('.helpers-interview .lm-TabBar-tab')]
    .filter(tab => {
        const label = tab.querySelector('.lm-TabBar-tabLabel');
        const room = tab.getBoundingClientRect().right;
        return label.scrollWidth > label.clientWidth + 1 || label.getBoundingClientRect().right > room;
    })
    .map(tab => tab.innerText)"""
# Scrolled so that the tabs lie under the clock; what a learner sees there must be the clock.
OVER_CLOCK = """async () => {
    const clock = document.querySelector('.helpers-clock');
    const tabs = [...document.querySelectorAll('.helpers-interview .lm-TabBar-tab')];
    const scroller = [...document.querySelectorAll('.jp-Notebook, .jp-Notebook *')]
        .find(node => node.contains(clock) && node.scrollHeight > node.clientHeight + 100
            && getComputedStyle(node).overflowY.match(/auto|scroll/));
    const middle = node => (node.getBoundingClientRect().top + node.getBoundingClientRect().bottom) / 2;
    for (let turn = 0; turn < 5; turn++) {
        scroller.scrollTop += middle(tabs[0]) - middle(clock);
        await new Promise(done => setTimeout(done, 100));
    }
    const seen = tabs.map(tab => {
        const { left, right } = tab.getBoundingClientRect();
        return document.elementFromPoint((left + right) / 2, middle(tab));
    });
    const inside = Math.abs(middle(tabs[0]) - middle(clock)) < 30;
    return inside ? tabs.filter((_, place) => !clock.contains(seen[place])).map(tab => tab.innerText)
        : ['the tabs are not under the clock'];
}"""

INTERVIEW = """\
from pathlib import Path

from helpers.catalogue import Catalogue, catalogue
from helpers.widgets.interview import mock_interview

mock_interview(path=Path("sat.json"), seed=1, known=Catalogue({"Pastebin": catalogue()["Pastebin"]}))"""


def press(page: Page, name: str) -> None:
    page.locator(".helpers-interview").get_by_role("button", name=name).first.click()


def says(page: Page) -> Locator:
    return page.locator(".helpers-says")


def sheet(page: Page) -> Locator:
    return page.locator(".helpers-interview .helpers-sheet:visible")


def write_in(page: Page, label: str, text: str) -> None:
    box = sheet(page).locator(".helpers-entry", has_text=label).locator("input").first
    box.fill(text)
    box.press("Tab")


@pytest.fixture
def page(new_page: Callable[[int], Page], lab_url: str, lab_root: Path) -> Iterator[Page]:
    """A notebook in which an interview waits to be drawn; the page logged no error."""
    write(lab_root / "interview.ipynb", GOOD | {"cells": [code("interview", INTERVIEW, None)]})
    page = new_page(1400)
    errors = collect_errors(page)
    open_and_run(page, lab_url, "interview.ipynb")
    yield page
    assert errors == []


def scope(page: Page) -> None:
    """Step 1, partly by keyboard: a question is asked, and its answer stands behind it."""
    press(page, "Draw a prompt")
    expect(says(page)).to_contain_text("Design Pastebin")
    press(page, "Start")
    expect(says(page)).to_contain_text("Scope it")
    sheet(page).get_by_label("How many people use it every day?").focus()
    page.keyboard.press("Space")
    expect(sheet(page)).to_contain_text("“1 million.”")
    sheet(page).get_by_text("Paste a text and get a link").click()
    write_in(page, "Daily users", "1 M")
    write_in(page, "percentile", "990")
    expect(sheet(page).get_by_role("alert")).to_contain_text("990")
    write_in(page, "percentile", "99")
    write_in(page, "Latency", "100")
    press(page, "Next phase")


def estimate(page: Page) -> None:
    """Step 2, with one right number and one for a day."""
    expect(says(page)).to_contain_text("what do they come to")
    expect(sheet(page)).to_contain_text("10 requests/paste")
    write_in(page, "Writes a second", "4/s")
    write_in(page, "Reads a second", "3.3M/s")


def draw(page: Page) -> None:
    """Step 3: the drawing follows the boxes."""
    expect(says(page)).to_contain_text("Draw me the flow")
    sheet(page).get_by_text("Load balancer and several API servers").click()
    expect(sheet(page).locator("svg.helpers-plot")).to_contain_text("balancer")
    press(page, "Next phase")


def dig(page: Page) -> None:
    """Step 4: the interviewer asks about something that was drawn."""
    dives = [dive.question for dive in catalogue()["Pastebin"].deep_dives if dive.kind != "cache"]
    expect(says(page)).to_contain_text(re.compile("|".join(map(re.escape, dives))))
    sheet(page).get_by_title("Your answer").fill("A random name with a unique key.")
    sheet(page).get_by_role("button", name="The next follow-up").click()
    expect(sheet(page).locator("li")).to_have_count(1)
    press(page, "Next phase")


def criticise(page: Page) -> None:
    """Step 5, with an explorer of the lessons at hand."""
    sheet(page).get_by_text("Primary database", exact=True).click()
    sheet(page).locator("textarea").fill("no backup was tried\nnobody is told")
    sheet(page).get_by_text("At hand: Heartbeats").click()
    expect(sheet(page).locator("svg.helpers-plot").first).to_be_visible()
    press(page, "Finish")


def test_an_interview_survives_a_reload_and_ends_in_a_debrief(
    page: Page, lab_url: str, lab_root: Path
) -> None:
    scope(page)
    estimate(page)
    # The page is gone, and its kernel too; the attempt and the clock go on where they were.
    open_and_run(page, lab_url, "interview.ipynb")
    expect(says(page)).to_contain_text("what do they come to")
    expect(page.locator(".helpers-clock")).to_contain_text("2. Estimations")
    expect(sheet(page).locator(".helpers-entry input").first).to_have_value("4/s")
    press(page, "Next phase")
    draw(page)
    dig(page)
    criticise(page)
    debrief = page.locator(".helpers-debrief")
    expect(debrief.get_by_role("button", name="HTML")).to_be_visible()
    for words in (
        "86,400 times too large",
        "Load balancer: it stands alone in your diagram, and you did not say so.",
        "A random name with a unique key.",
        catalogue()["Pastebin"].model_answer[1],
    ):
        expect(debrief).to_contain_text(words)
    for name in ("Communication", "Deep Dive"):
        debrief.get_by_title(f"Level of {name}").select_option(index=3)
    expect(debrief).to_contain_text("Practise next: Requirements")
    (kept,) = load_attempts(lab_root / "sat.json")
    assert kept.finished
    assert kept.levels["Communication"] == 2
    assert kept.issues == ("no backup was tried", "nobody is told")
    assert all(seconds > 0 for seconds in kept.spent_s)
    for width, theme in ((1400, "JupyterLab Light"), (800, "JupyterLab Dark"), (480, "JupyterLab Light")):
        resize(page, width)
        switch_theme(page, theme)
        assert overflowing_explorers(page) == []
        if width == 800:
            assert page.evaluate(CUT_TABS) == []
            assert page.evaluate(OVER_CLOCK) == []

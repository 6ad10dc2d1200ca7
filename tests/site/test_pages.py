"""The pages in a real Chromium, without a network: every picture drawn, nothing wider than the window."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.lab_browser import chromium_browser

pytestmark = pytest.mark.browser

LESSONS = sorted(path.stem for path in (Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))

# Pictures are drawn when they come near the window, so it visits each.
DRAW_ALL = """async () => {
    for (const place of document.querySelectorAll('.static-plot')) {
        place.scrollIntoView();
        while (!place.querySelector('svg.main-svg')) await new Promise(requestAnimationFrame);
    }
}"""
# What sticks out, unless a box of its own scrolls.
TOO_WIDE = """() => [...document.querySelectorAll('main *')]
    .filter(element => element.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .filter(element => !element.closest('.wide, pre, .static-plot, .helpers-working, .helpers-notes'))
    .map(element => element.outerHTML.slice(0, 80))"""
COLOURS = """selector => {
    const { color, fill } = getComputedStyle(document.querySelector(selector));
    return [selector.includes('tick') ? fill : color, getComputedStyle(document.body).backgroundColor];
}"""


TICK = ".static-plot .ytick text"


def lightness(colour: str) -> int:
    return sum(map(int, re.findall(r"\d+", colour)[:3]))


@pytest.fixture(scope="module")
def browser(built_site: Path, chromium: str) -> Iterator[Browser]:
    # The site first: Playwright's event loop must not run while the lessons do.
    with chromium_browser(chromium) as started:
        yield started


def open_page(browser: Browser, path: Path, width: int, theme: str = "light") -> tuple[Page, list[str]]:
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if theme == "dark" else "light",
        offline=True,
    )
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("requestfailed", lambda request: errors.append(request.url))
    page.goto(path.as_uri())
    return page, errors


@pytest.mark.parametrize("name", ["index", *LESSONS])
def test_a_page_works_wide_and_narrow(name: str, built_site: Path, browser: Browser) -> None:
    page, errors = open_page(browser, built_site / f"{name}.html", 1400)
    page.evaluate(DRAW_ALL)
    for width in (1400, 480):
        page.set_viewport_size({"width": width, "height": 900})
        expect(page.locator("main")).to_be_visible()
        assert page.evaluate(TOO_WIDE) == [], f"{width} px wide"
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert errors == []
    page.context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_and_pictures_follow_the_theme(theme: str, built_site: Path, browser: Browser) -> None:
    page, _ = open_page(browser, built_site / "0_start_here.html", 1000, theme)
    page.evaluate(DRAW_ALL)
    for selector in ("main p", TICK):
        ink, ground = map(lightness, page.evaluate(COLOURS, selector))
        assert (ink > ground) == (theme == "dark"), selector
    before = page.evaluate(COLOURS, TICK)
    page.emulate_media(color_scheme="light" if theme == "dark" else "dark")
    expect(page.locator(TICK).first).not_to_have_css("fill", before[0])
    page.context.close()


def test_a_picture_answers_to_the_mouse_and_a_question_to_a_click(built_site: Path, browser: Browser) -> None:
    page, _ = open_page(browser, built_site / "2_estimation.html", 1400)
    page.evaluate(DRAW_ALL)
    picture = page.locator(".static-plot:has(.points path)").first
    picture.locator(".points path").first.hover(force=True)  # an invisible layer takes the mouse
    expect(picture.locator(".hoverlayer .hovertext").first).to_be_visible()
    choice = page.locator("details.static-choice").first
    expect(choice.locator("p")).to_be_hidden()
    choice.locator("summary").click()
    expect(choice.locator("p")).to_be_visible()
    page.get_by_role("link", name="→").first.click()
    expect(page).to_have_url((built_site / "3_high_level_design.html").as_uri())
    page.context.close()

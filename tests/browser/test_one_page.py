"""The page as a browser shows and prints it: two sheets at most, dark ink in print, nothing fetched."""

import re
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from helpers.one_page.export import export
from tests.one_page_designs import every_design

pytestmark = pytest.mark.browser

EVERY = every_design()
# What of A4 and of Letter is left between the margins, in px of 1/96 inch.
SHEETS_PX = {"A4": 703, "Letter": 725}
TOO_WIDE = """([limit, inside]) => [...document.querySelectorAll('main *')]
    .filter(part => !part.closest(inside) && part.getBoundingClientRect().right > limit + 1)
    .map(part => part.outerHTML)"""
BRIGHTNESS = """part => {
    const [red, green, blue] = getComputedStyle(document.querySelector('body'))[part].match(/[\\d.]+/g);
    return (Number(red) + Number(green) + Number(blue)) / 3 / 255;
}"""


def sheets(page: Page, paper: str) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format=paper)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the page of each design."""
    folder = tmp_path_factory.mktemp("pages")
    for name, design in EVERY.items():
        export(design, folder / f"{name}.html")
    return folder


def opened(browser: Browser, path: Path, scheme: Literal["light", "dark"] = "light") -> Page:
    page = browser.new_page(viewport={"width": 1400, "height": 1000}, color_scheme=scheme)
    page.goto(path.as_uri())
    return page


@pytest.mark.parametrize("paper", SHEETS_PX)
def test_the_example_is_printed_on_one_or_two_sheets(browser: Browser, folder: Path, paper: str) -> None:
    counts = [sheets(opened(browser, folder / f"after step {step}.html"), paper) for step in range(1, 6)]
    assert counts == [1, 1, 1, 2, 2]
    assert sheets(opened(browser, folder / "large.html"), paper) > 2  # or they would not be counted


@pytest.mark.parametrize("name", EVERY)
def test_the_page_fits_any_window_and_the_sheet_and_fetches_nothing(
    browser: Browser, folder: Path, name: str
) -> None:
    page = browser.new_page()
    asked: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: errors.append(message.text))
    page.on("dialog", lambda dialog: errors.append(dialog.message))
    address = (folder / f"{name}.html").as_uri()
    page.goto(address)
    for width in (1400, 800, 390):
        page.set_viewport_size({"width": width, "height": 1000})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        # A table or a picture may be scrolled, the page may not.
        assert page.evaluate(TOO_WIDE, [width, ".wide > *"]) == []
    page.emulate_media(media="print")
    for width in SHEETS_PX.values():
        page.set_viewport_size({"width": width, "height": 1000})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(TOO_WIDE, [width, "svg > *"]) == []
    assert asked == [address]
    assert errors == []


def test_it_is_dark_on_a_dark_screen_and_dark_on_white_in_print(browser: Browser, folder: Path) -> None:
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for scheme in schemes:
        page = opened(browser, folder / "after step 5.html", scheme=scheme)
        light_ink = scheme == "dark"
        assert (
            page.evaluate(BRIGHTNESS, "color") > page.evaluate(BRIGHTNESS, "backgroundColor")
        ) == light_ink
        page.emulate_media(media="print")
        assert page.evaluate(BRIGHTNESS, "backgroundColor") == 1
        assert page.evaluate(BRIGHTNESS, "color") < 0.2


def test_on_a_narrow_screen_an_issue_takes_the_width_there_is(browser: Browser, folder: Path) -> None:
    page = opened(browser, folder / "after step 5.html")
    page.set_viewport_size({"width": 390, "height": 1000})
    cells = page.locator(".bottlenecks td:not(:empty)")
    assert cells.count() > 10
    assert page.locator(".bottlenecks thead").is_hidden()
    assert cells.evaluate_all("cells => Math.min(...cells.map(cell => cell.clientWidth))") > 350


@pytest.mark.parametrize("name", ["after step 5", "hostile", "large"])
def test_the_diagrams_words_fit_their_boxes(browser: Browser, folder: Path, name: str) -> None:
    page = opened(browser, folder / f"{name}.html")
    page.wait_for_selector("svg")
    outside = page.evaluate("""() => {
        const boxes = [...document.querySelectorAll('svg rect')].map(box => box.getBoundingClientRect());
        return [...document.querySelectorAll('svg text')].filter(text => {
            const words = text.getBoundingClientRect();
            return !boxes.some(box => box.left <= words.left && words.right <= box.right
                && box.top <= words.top && words.bottom <= box.bottom);
        }).map(text => text.textContent);
    }""")
    assert outside == []

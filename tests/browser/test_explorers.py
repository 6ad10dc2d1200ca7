"""The explorers under a learner's hands: keyboard, bad text, reset, and pictures that change."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.lab_browser import collect_errors, open_and_run, resize
from tests.notebooks.test_hygiene import GOOD, code, write

pytestmark = pytest.mark.browser

EXPLORERS = """\
from IPython.display import display

from helpers.models.published import STRONG_NODE
from helpers.models.verdicts import NodeLimits
from helpers.widgets.estimation import estimation_explorer, uncertainty_explorer
from helpers.widgets.latency import latency_explorer
from helpers.widgets.quick_check import quick_check
from helpers.widgets.slips import slip_explorer

nodes = [STRONG_NODE, NodeLimits("<b>Tiny</b> node", "made up", storage=1)]
display(estimation_explorer(nodes=nodes), uncertainty_explorer(), latency_explorer(), slip_explorer())
display(quick_check("does-size-shard"))"""


@pytest.fixture(scope="module")
def explorers(lab_url: str, lab_root: Path, browser: Browser) -> Iterator[Callable[[int], Locator]]:
    """Return a function that gives the explorer at a place, in one page that all tests here share."""
    write(lab_root / "explorers.ipynb", GOOD | {"cells": [code("explorers", EXPLORERS, None)]})
    context = browser.new_context(viewport={"width": 1400, "height": 3200})
    page = context.new_page()
    errors = collect_errors(page)
    open_and_run(page, lab_url, "explorers.ipynb")
    yield lambda place: page.locator(".helpers-explorer").nth(place)
    context.close()
    assert errors == []


def control(explorer: Locator, label: str) -> Locator:
    return explorer.locator(".helpers-number", has_text=label)


def drawn(explorer: Locator) -> str:
    return str(explorer.locator("svg.helpers-plot").first.inner_html())


def test_an_arrow_key_moves_the_number_the_picture_and_the_words(explorers: Callable[[int], Locator]) -> None:
    explorer = explorers(0)
    before, words = drawn(explorer), explorer.locator(".helpers-words").inner_text()
    users = control(explorer, "Daily active users")
    users.locator(".noUi-handle").focus()
    explorer.page.keyboard.press("ArrowRight")
    expect(users.locator("input")).not_to_have_value("10 M")
    expect(explorer.locator(".helpers-words")).not_to_have_text(words)
    assert drawn(explorer) != before
    explorer.get_by_role("button", name="Reset").click()
    expect(users.locator("input")).to_have_value("10 M")
    expect(explorer.locator(".helpers-words")).to_have_text(words)
    assert drawn(explorer) == before


def test_bad_text_is_answered_beside_the_control_and_the_picture_stays(
    explorers: Callable[[int], Locator],
) -> None:
    explorer = explorers(0)
    before = drawn(explorer)
    size = control(explorer, "Size of one item")
    for text, reason in [
        ("lots", "number"),
        ("5 years", "in byte"),
        ("-3 B", "0 or more"),
        ("", "Write a number"),
    ]:
        size.locator("input").fill(text)
        size.locator("input").press("Enter")
        expect(size.get_by_role("alert")).to_contain_text(reason)
        assert drawn(explorer) == before
    size.locator("input").fill("5 KB")
    size.locator("input").press("Enter")
    expect(size.get_by_role("alert")).to_have_count(0)
    assert drawn(explorer) != before
    explorer.get_by_role("button", name="Reset").click()


def test_the_working_opens_and_follows_the_sliders(explorers: Callable[[int], Locator]) -> None:
    explorer = explorers(0)
    explorer.get_by_text("Show the working").click()
    working = explorer.locator(".helpers-working")
    expect(working).to_contain_text("÷ 86,400 s/day = 579 tweets/s ≈ 600 tweets/s")
    explorer.locator("select").first.select_option("Twitter as of 2013")
    expect(working).to_contain_text("= 4.63 K tweets/s ≈ 5 K tweets/s")
    explorer.get_by_role("button", name="Reset").click()
    expect(working).to_contain_text("= 579 tweets/s")


def test_markup_in_a_name_is_shown_as_it_is(explorers: Callable[[int], Locator]) -> None:
    explorer = explorers(0)
    explorer.locator("select").nth(1).select_option("<b>Tiny</b> node")
    expect(explorer.locator(".helpers-words")).to_contain_text("<b>Tiny</b> node is too small.")
    explorer.get_by_role("button", name="Reset").click()


def test_a_range_with_its_ends_swapped_is_refused(explorers: Callable[[int], Locator]) -> None:
    explorer = explorers(1)
    before = drawn(explorer)
    low, high = control(explorer, "Daily active users").locator("input").all()
    assert (low.input_value(), high.input_value()) == ("5 M", "20 M")
    low.fill("50 M")
    low.press("Enter")
    expect(control(explorer, "Daily active users").get_by_role("alert")).to_contain_text("above high")
    assert drawn(explorer) == before
    high.fill("90 M")
    high.press("Enter")
    expect(control(explorer, "Daily active users").get_by_role("alert")).to_have_count(0)
    expect(explorer.locator(".helpers-words")).not_to_contain_text("median is 9.")
    assert drawn(explorer) != before


def test_the_ladder_follows_the_budget(explorers: Callable[[int], Locator]) -> None:
    explorer = explorers(2)
    control(explorer, "Time for one page").locator("input").fill("1 second")
    control(explorer, "Time for one page").locator("input").press("Enter")
    expect(explorer.locator("svg.helpers-plot")).to_contain_text("the page: 1 s")
    expect(explorer.locator(".helpers-words")).to_contain_text(
        "One Redis or MySQL query over the network: 2 K"
    )


def test_a_wrong_choice_keeps_the_answer_back(explorers: Callable[[int], Locator]) -> None:
    slips, check = explorers(3), explorers(4)
    slips.get_by_role("button", name="the copies forgotten").click()
    expect(slips.locator(".helpers-reply")).to_contain_text("1,200 times too small")
    expect(slips.locator(".helpers-reply")).not_to_contain_text("361 GB")
    slips.get_by_role("button", name="a factor left out").click()
    expect(slips.locator(".helpers-reply")).to_contain_text("= 361 GB/day")
    slips.get_by_role("button", name="Next estimate").click()
    expect(slips.locator(".helpers-reply")).to_have_text("")
    check.get_by_role("button", name="yes").click()
    expect(check.locator(".helpers-reply")).to_contain_text("Not quite.")


def test_on_a_narrow_window_the_picture_stands_above_the_controls(
    explorers: Callable[[int], Locator],
) -> None:
    explorer = explorers(0)
    resize(explorer.page, 600, 3200)
    picture, controls = explorer.locator(".helpers-pictures"), explorer.locator(".helpers-controls")
    above, below = picture.bounding_box(), controls.bounding_box()
    assert above is not None
    assert below is not None
    assert above["y"] + above["height"] <= below["y"]


def test_where_words_below_an_axis_lack_room_they_still_stand_evenly(
    explorers: Callable[[int], Locator],
) -> None:
    explorer = explorers(2)
    for width in (1400, 800, 640):
        resize(explorer.page, width, 3200)
        ticks = explorer.locator("svg.helpers-plot").first.locator("text.tick")
        places = [float(str(tick.get_attribute("x"))) for tick in ticks.all()]
        gaps = [after - before for before, after in pairwise(places)]
        assert len(gaps) >= 2
        assert max(gaps) - min(gaps) < 1

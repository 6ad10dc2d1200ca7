"""Step 5's explorers in a browser: boxes broken by keyboard, rules chosen, bad text, and no jump."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.lab_browser import collect_errors, open_and_run, overflowing_explorers, resize
from tests.notebooks.test_hygiene import GOOD, code, write

pytestmark = pytest.mark.browser

CELL = """\
from IPython.display import display

from helpers.widgets.availability import break_it_explorer
from helpers.widgets.failover import heartbeat_explorer
from helpers.widgets.hotspots import celebrity_explorer
from helpers.widgets.monitoring import alarm_explorer

display(break_it_explorer(), heartbeat_explorer(), celebrity_explorer(), alarm_explorer())"""


def words(explorer: Locator) -> Locator:
    return explorer.locator(".helpers-words")


def test_step_5s_explorers_under_a_learners_hands(
    lab_url: str, lab_root: Path, new_page: Callable[[int], Page]
) -> None:
    write(lab_root / "bottlenecks.ipynb", GOOD | {"cells": [code("bottlenecks", CELL, None)]})
    page = new_page(1400)
    errors = collect_errors(page)
    open_and_run(page, lab_url, "bottlenecks.ipynb")
    broken, heartbeat, celebrity, alarm = page.locator(".helpers-explorer").all()

    # Mend the load balancer by keyboard; nothing below moves.
    before = heartbeat.bounding_box()
    expect(words(broken)).to_contain_text("Reads and writes fail.")
    broken.get_by_role("checkbox", name="Load Balancer").first.focus()
    page.keyboard.press("Space")
    expect(words(broken)).to_contain_text("Nothing is broken. Reads and writes go on.")
    assert heartbeat.bounding_box() == before

    misses = heartbeat.locator(".helpers-number", has_text="Misses in a row")
    misses.locator(".noUi-handle").focus()
    page.keyboard.press("ArrowRight")
    expect(misses.locator("input")).to_have_value("4")
    expect(words(heartbeat)).to_contain_text("A death is noticed after 4 s to 5 s")
    for text in ("", "lots", "-1", "nan", "2.5"):
        misses.locator("input").fill(text)
        misses.locator("input").press("Enter")
        expect(
            misses.get_by_role("alert").or_(heartbeat.locator(".helpers-refused [role=alert]")).first
        ).to_be_visible()
        expect(words(heartbeat)).to_contain_text("A death is noticed after 4 s to 5 s")
    heartbeat.get_by_role("button", name="Reset").click()
    expect(words(heartbeat)).to_contain_text("A death is noticed after 3 s to 4 s")

    celebrity.get_by_role("checkbox", name="Jittered expiry").focus()
    page.keyboard.press("Space")
    expect(words(celebrity)).to_contain_text("6.27 K loads/s at the database")

    alarm.locator("select").first.select_option("Half of the requests fail fast")
    alarm.locator("select").nth(1).select_option("Mean latency above 100 ms over 5 min")
    expect(words(alarm)).to_contain_text("The alarm never goes off.")

    resize(page, 480)
    assert overflowing_explorers(page) == []
    assert errors == []

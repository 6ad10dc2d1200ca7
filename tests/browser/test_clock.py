"""The interview's clock in a real JupyterLab: it runs on while kernel, page and cell come and go."""

import json
import random
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from helpers.models.interview_clock import ACTIONS, ClockState, heartbeat
from helpers.widgets import clock as clock_module
from tests.browser.lab_browser import KERNEL_IS_IDLE, collect_errors, execute, open_and_run, resize, settle
from tests.notebooks.test_hygiene import GOOD, code, write

pytestmark = pytest.mark.browser

# The page's wall clock, which a test moves on: `shift` milliseconds, kept for as long as the tab is open.
MOVABLE_TIME = """(() => {
    const real = Date.now.bind(Date);
    Date.now = () => real() + Number(sessionStorage.getItem('shift') ?? 0);
})()"""
MOVE = "ms => sessionStorage.setItem('shift', Number(sessionStorage.getItem('shift') ?? 0) + ms)"
# Steps that a page which is there never reaches between two heartbeats.
STEP_S = 100

REPLAY = """async ([source, state, steps]) => {
    const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
    const { rules } = await import(url);
    return steps.map(([name, now]) => (state = rules[name](state, now)));
}"""

WRITE_FIRST_CELL = """source =>
    window.jupyterapp.shell.currentWidget.content.widgets[0].model.sharedModel.setSource(source)"""
TOO_WIDE_PX = """() => {
    const clock = document.querySelector('.helpers-clock');
    return clock.scrollWidth - clock.clientWidth;
}"""


@pytest.fixture
def lab_page(browser: Browser, lab_url: str, lab_root: Path) -> Any:
    """Return a function that runs cells in a new notebook and gives the page; the page logged no error."""
    contexts = []
    seen = []

    def run(*cells: str, width: int = 1000) -> Page:
        name = f"clock_{len(list(lab_root.glob('clock_*.ipynb')))}.ipynb"
        sources = [code(f"cell-{place}", source, None) for place, source in enumerate(cells)]
        write(lab_root / name, GOOD | {"cells": sources})
        context = browser.new_context(viewport={"width": width, "height": 1000})
        context.add_init_script(MOVABLE_TIME)
        contexts.append(context)
        page = context.new_page()
        seen.append(collect_errors(page))
        open_and_run(page, lab_url, name)
        return page

    yield run
    for context in contexts:
        context.close()
    assert [error for errors in seen for error in errors] == []


def cell(*lines: str, attempt: str = "monday") -> str:
    opening = (
        f"from helpers.widgets.clock import InterviewClock\nclock = InterviewClock(45, attempt={attempt!r})"
    )
    return "\n".join([opening, *lines, "clock"])


def shown(page: Page) -> Locator:
    return page.locator(".helpers-clock")


def press(page: Page, name: str) -> None:
    shown(page).get_by_role("button", name=name).click()


def left_s(page: Page) -> int:
    """Return the seconds left in this phase that the clock shows, below zero when it is over."""
    words = shown(page).locator(".helpers-clock-times strong").inner_text()
    minutes, seconds, side = re.fullmatch(r"(\d+):(\d\d) (left|over)", words).groups()  # type: ignore[union-attr]
    return (60 * int(minutes) + int(seconds)) * (1 if side == "left" else -1)


def wait_for_left(page: Page, at_most_s: int) -> None:
    page.wait_for_function(
        """most => {
            const words = document.querySelector('.helpers-clock-times strong').textContent;
            const [, minutes, seconds, side] = words.match(/(\\d+):(\\d\\d) (left|over)/);
            return (60 * minutes + 1 * seconds) * (side === 'left' ? 1 : -1) <= most;
        }""",
        arg=at_most_s,
    )


def pass_by(page: Page, seconds: int) -> None:
    """Let time pass for the page, in steps between which it is seen to have ticked."""
    while seconds > 0:
        step = min(seconds, STEP_S)
        before = left_s(page)
        page.evaluate(MOVE, 1000 * step)
        wait_for_left(page, before - step)
        seconds -= step


def run_cell(page: Page, number: int) -> None:
    page.locator(".jp-CodeCell").nth(number).locator(".jp-InputPrompt").click()
    execute(page, "notebook:run-cell")
    page.wait_for_function(KERNEL_IS_IDLE)


def told(page: Page, number: int = 1) -> str:
    """Run a cell that prints what the kernel knows, and return what it printed."""
    run_cell(page, number)
    return page.locator(".jp-CodeCell").nth(number).locator(".jp-OutputArea-output").inner_text().strip()


def news(page: Page) -> Locator:
    return shown(page).locator("[aria-live=polite]")


def test_the_browser_counts_by_the_rules_of_python(browser: Browser) -> None:
    page = browser.new_page()
    source = Path(clock_module.__file__).with_suffix(".js").read_text(encoding="utf-8")
    draw = random.Random(7)
    compared = set()
    for _ in range(200):
        state, now_s, steps, expected = ClockState("a"), 1_700_000_000.0, [], []
        opening = state.as_dict()
        for _ in range(draw.randint(1, 25)):
            now_s += draw.choice([0, 0.25, 1, 30, 119.5, 120, 120.5, 4000, -50])
            name = draw.choice(["start", "heartbeat", "heartbeat", *ACTIONS])
            state = {**ACTIONS, "heartbeat": heartbeat}[name](state, now_s)
            steps.append([name, now_s])
            expected.append(state.as_dict())
            compared.add((name, state.phase, state.running))
        assert page.evaluate(REPLAY, [source, opening, steps]) == expected
    page.close()
    assert {phase for _, phase, _ in compared} == set(range(-1, 6)), "the draw must reach every phase"


def test_it_ticks_while_the_kernel_is_busy(lab_page: Callable[..., Page]) -> None:
    busy = "time.sleep(8 if ready else 0)"
    page = lab_page(
        "import time\nready = False\n" + cell(),
        busy,
        "ready = True\nprint(clock.phase, clock.running, clock.spent[0] < 7)",
    )
    press(page, "Start")
    page.locator(".jp-CodeCell").nth(1).locator(".jp-InputPrompt").click()
    page.evaluate("void window.jupyterapp.commands.execute('notebook:run-cell')")
    page.wait_for_function("() => document.querySelectorAll('.jp-CodeCell')[1].innerText.includes('[*]')")
    before = left_s(page)
    wait_for_left(page, before - 3)
    press(page, "Next phase")
    expect(shown(page)).to_contain_text("Goal: determine scale")
    assert page.locator(".jp-CodeCell").nth(1).inner_text().count("[*]") == 1, "the kernel was to be busy"
    page.wait_for_function(KERNEL_IS_IDLE)
    assert told(page, 2) == "1 True True"


def test_a_reload_a_rerun_and_a_new_kernel_lose_nothing(lab_page: Callable[..., Page]) -> None:
    page = lab_page(cell(), "print(clock.phase, clock.running, round(clock.spent[0]))")
    press(page, "Start")
    pass_by(page, 200)
    before = left_s(page)
    assert before <= 100
    execute(page, "docmanager:save")
    page.reload()
    expect(shown(page)).to_contain_text("left in this phase", timeout=60_000)
    assert before - 70 <= left_s(page) <= before
    page.wait_for_function(KERNEL_IS_IDLE)
    assert re.match(r"0 True 2\d\d", told(page)), "the old run's kernel is told after the reload too"

    execute(page, "runmenu:run-all")
    page.wait_for_function(KERNEL_IS_IDLE)
    settle(page)
    expect(shown(page)).to_have_count(1)
    assert before - 80 <= left_s(page) <= before
    assert re.match(r"0 True 2\d\d", told(page))

    page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    page.wait_for_function(KERNEL_IS_IDLE)
    ticking = left_s(page)
    wait_for_left(page, ticking - 2)
    execute(page, "runmenu:run-all")
    page.wait_for_function(KERNEL_IS_IDLE)
    settle(page)
    assert before - 90 <= left_s(page) <= ticking - 2
    assert re.match(r"0 True 2\d\d", told(page))
    expect(news(page)).not_to_contain_text("Not counted")


def test_another_attempt_starts_at_zero_and_a_damaged_record_is_left_aside(
    lab_page: Callable[..., Page],
) -> None:
    page = lab_page(cell(attempt="first"))
    press(page, "Start")
    pass_by(page, 50)
    key = "helpers-interview-clock:second"
    for damaged in ["{", "null", "3", '{"phase": 2}', json.dumps({"phase": 99, "spent_s": [0] * 5})]:
        page.evaluate("([key, value]) => localStorage.setItem(key, value)", [key, damaged])
        page.evaluate(WRITE_FIRST_CELL, cell(attempt="second"))
        execute(page, "runmenu:run-all")
        page.wait_for_function(KERNEL_IS_IDLE)
        expect(news(page)).to_have_text("Not started. Press Start when you have been given the prompt.")
        expect(shown(page)).to_contain_text("5:00 left in this phase")


def test_pause_warnings_and_the_end_in_words(lab_page: Callable[..., Page]) -> None:
    page = lab_page(cell(), "print(clock.phase, clock.running, clock.away_s > 0)")
    press(page, "Start")
    expect(news(page)).to_have_text("1. Requirements is running.")
    pass_by(page, 245)
    expect(news(page)).to_have_text("Less than a minute left for 1. Requirements: bring it to its end.")
    press(page, "Pause")
    at = left_s(page)
    page.evaluate(MOVE, 900_000)
    page.wait_for_timeout(1200)
    assert left_s(page) == at
    expect(news(page)).to_have_text("Paused in 1. Requirements: this time does not count.")
    assert told(page) == "0 False False"
    press(page, "Resume")
    pass_by(page, 80)
    expect(news(page)).to_have_text("The time of 1. Requirements is over. Go on to 2. Estimations.")
    assert -40 < left_s(page) < -10
    press(page, "Next phase")
    expect(shown(page)).to_contain_text("5:00 left in this phase")
    page.evaluate(MOVE, 3_600_000)
    expect(news(page)).to_contain_text("Not counted: 60:00 in which this page was asleep or closed.")
    assert left_s(page) > 290
    for _ in range(3):
        press(page, "Next phase")
    expect(shown(page).get_by_role("button", name="Next phase")).to_be_hidden()
    press(page, "Finish")
    expect(news(page)).to_contain_text("Finished: 5:")
    assert told(page) == "5 False True"
    expect(shown(page).get_by_role("button")).to_have_count(0)


def test_python_asks_and_the_page_counts(lab_page: Callable[..., Page]) -> None:
    # The last cell is what a kernel asks that has not heard that the first phase is over.
    page = lab_page(
        cell("clock.start()"),
        "clock.next_phase()",
        "clock.pause()",
        "print(clock.phase, clock.running)",
        "clock._commands = [*clock._commands, ['next_phase', 0]]",
    )
    # The cells ran before a page could answer: all of it is carried out, once.
    expect(news(page)).to_have_text("Paused in 2. Estimations: this time does not count.")
    assert told(page, 3) == "1 False"
    press(page, "Resume")
    pass_by(page, 90)
    run_cell(page, 4)
    run_cell(page, 1)
    expect(shown(page).locator("[aria-current=step]")).to_contain_text("3.")
    expect(shown(page).locator(".helpers-clock-used").nth(1)).to_have_text(re.compile(r"1:3\d"))
    assert told(page, 3) == "2 True"
    execute(page, "docmanager:save")
    page.reload()
    expect(news(page)).to_have_text("3. High-Level is running.")
    page.wait_for_function(KERNEL_IS_IDLE)
    assert told(page, 3) == "2 True", "a page that is loaded again does not carry anything out again"


def test_the_keyboard_is_enough_in_a_narrow_window(lab_page: Callable[..., Page]) -> None:
    page = lab_page(cell())
    resize(page, 480)
    assert page.evaluate(TOO_WIDE_PX) <= 0
    shown(page).get_by_role("button", name="Start").focus()
    page.keyboard.press("Enter")
    expect(shown(page).get_by_role("button", name="Pause")).to_be_focused()
    page.keyboard.press("Space")
    expect(shown(page).get_by_role("button", name="Resume")).to_be_focused()
    page.keyboard.press("Tab")
    following = shown(page).get_by_role("button", name="Next phase")
    expect(following).to_be_focused()
    assert following.evaluate("button => getComputedStyle(button).outlineStyle") == "solid"
    page.keyboard.down("Enter")
    for _ in range(3):
        page.keyboard.down("Enter")  # a key held down
    page.keyboard.up("Enter")
    expect(shown(page)).to_contain_text("2. Estimations")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(shown(page).get_by_role("button", name="Finish now, early?")).to_be_focused()
    expect(shown(page)).to_contain_text("2. Estimations")
    page.keyboard.press("Enter")
    expect(shown(page)).to_contain_text("The interview is over")
    expect(shown(page)).to_be_focused()


def test_a_double_click_is_one_step(lab_page: Callable[..., Page]) -> None:
    page = lab_page(cell("clock.start()"))
    shown(page).get_by_role("button", name="Next phase").dblclick()
    expect(shown(page)).to_contain_text("2. Estimations")
    page.wait_for_timeout(700)
    expect(shown(page).locator("[aria-current=step]")).to_contain_text("2.")


def test_two_tabs_count_the_same_seconds_once(lab_page: Callable[..., Page]) -> None:
    page = lab_page(cell("clock.start()"))
    execute(page, "docmanager:save")
    other = page.context.new_page()
    other.goto(page.url)
    expect(shown(other)).to_contain_text("left in this phase")
    begin_s, begin = time.monotonic(), left_s(page)
    wait_for_left(page, begin - 6)
    assert time.monotonic() - begin_s > 4.5
    assert abs(left_s(page) - left_s(other)) <= 1
    press(other, "Pause")
    expect(news(page)).to_contain_text("Paused in 1. Requirements")


def test_a_clock_that_was_closed_counts_no_more(lab_page: Callable[..., Page]) -> None:
    page = lab_page(cell("clock.start()"), "if clock.spent[0]:\n    clock.close()")
    wait_for_left(page, 293)  # it has reported by then
    run_cell(page, 1)
    expect(shown(page)).to_have_count(0)
    record = "() => localStorage.getItem('helpers-interview-clock:monday')"
    kept = page.evaluate(record)
    page.wait_for_timeout(1500)
    assert page.evaluate(record) == kept

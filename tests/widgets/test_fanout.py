"""The fan-out explorer: what it recommends and why, its presets, a reader's own design, and bad input."""

import re
from dataclasses import replace
from typing import Any

import pytest

from helpers.models.fanout import PUBLISHED_COSTS, OperationCosts, fan_out
from helpers.models.fanout_cases import CACHED_CELEBRITIES, FANOUT_CASES, audience_of
from helpers.models.published import FRAMEWORK_TWITTER, TWITTER_2013, WHOLE_TWITTER
from helpers.models.quantities import Range
from helpers.models.workload import Workload
from helpers.widgets.explorer import Explorer
from helpers.widgets.fanout import fanout_explorer, fanout_view

MEASURED = OperationCosts("Redis here", 40, 20, 2, 15, source="measured")


def choose(explorer: Explorer, preset: str) -> None:
    explorer.choices["preset"].value = FANOUT_CASES[preset]


def texts(explorer: Explorer, figure: int) -> list[str]:
    traces = explorer.plot.figures[figure]["data"]
    return [text for trace in traces for text in trace.get("text", ()) if text]


def test_it_opens_on_the_framework() -> None:
    explorer = fanout_explorer()
    assert explorer.text.startswith(
        "Recommended: a hybrid that pulls authors from 1.43 M followers on (1 account), with 0.504 busy "
        "cores. Push takes less work than pull from 0.801 reads per post, and here are 50: 0.451 busy cores "
        "against 9.79 busy cores. But pushing to the 1.72 M followers of the largest account takes 6.03 s, "
        "beyond your 5 s; pulling such authors adds 12 % work."
    )
    assert "Your hybrid pulls 89 accounts and saves 13 % of the deliveries" in explorer.notes
    assert "read, 500 followees" in explorer.notes
    assert "Pull | 1 | 37.1 | 9.79 | 4.8 ms | at once | at once | none" in explorer.notes
    assert texts(explorer, 0) == [
        "9.79 busy cores",
        "0.451 busy cores",
        "1.09 busy cores",
        "0.425 busy cores",
    ]


def test_twitter_has_the_published_figures() -> None:
    explorer = fanout_explorer()
    explorer.set(costs=CACHED_CELEBRITIES)
    choose(explorer, "A company chat")
    assert explorer.text.startswith("Recommended: a hybrid that pulls everyone (5 K accounts)")
    explorer.reset.click()
    choose(explorer, "Twitter 2012")
    assert "2.4 TB" in explorer.notes
    explorer.working.selected_index = 0
    for figure in ("347 K", "4.63 K posts/s × 75 active followers", "300 K"):
        assert figure in explorer._table.value
    choose(explorer, "A celebrity's tweet")
    assert "31 M followers have a post after 109 s by push, at once by your hybrid." in explorer.notes
    push = fan_out(audience_of(TWITTER_2013.replace(peak_factor=1)))
    assert push.delivered_s(31e6) == pytest.approx(109, abs=1)


def test_a_company_chat_is_pulled() -> None:
    explorer = fanout_explorer()
    choose(explorer, "A company chat")
    assert explorer.text.startswith("Recommended: pull, with 0.0412 % of a core.")


def test_reads_decide_between_push_and_pull() -> None:
    explorer = fanout_explorer()
    explorer.set(goal_s=1_000)
    assert explorer.text.startswith("Recommended: push, with 0.451 busy cores.")
    assert "takes 6.03 s, within your" in explorer.text
    explorer.set(reads_per_write=0.5)
    assert explorer.text.startswith("Recommended: pull")


def test_a_shorter_goal_makes_more_authors_celebrities() -> None:
    explorer = fanout_explorer()
    explorer.set(goal_s=0.35)
    assert "pulls authors from 100 K followers on (89 accounts)" in explorer.text


def test_celebrities_in_memory_make_a_hybrid_the_least_work() -> None:
    explorer = fanout_explorer()
    assert "least: push everyone" in texts(explorer, 2)
    assert "less than 273 ns; here it takes 9.09 µs" in explorer.notes
    explorer.choices["costs"].value = CACHED_CELEBRITIES
    assert any("least: pull from" in text for text in texts(explorer, 2))
    assert "; here it takes 100 ns" in explorer.notes
    explorer.working.selected_index = 0
    assert "with at most 100,000 celebrities" in explorer._table.value


def test_a_hybrid_that_is_push_or_pull_says_so() -> None:
    explorer = fanout_explorer()
    explorer.set(celebrity_from=1e9)
    assert "Nobody has so many followers that your hybrid pulls them: it is push." in explorer.notes
    explorer.set(celebrity_from=1, followers=5_000)
    assert (
        "Your hybrid pulls everyone: it is pull." in explorer.notes or "pulls 10 M accounts" in explorer.notes
    )


def test_the_active_share_moves_deliveries_and_not_lists() -> None:
    explorer = fanout_explorer()
    before = explorer.notes
    explorer.set(active_share=0.5)
    assert "Push | 38.5 | 1" in explorer.notes
    assert "Push | 76 | 1" in before
    assert before.count("160 GB") == explorer.notes.count("160 GB") == 2


def test_a_heavier_tail_gives_more_to_the_largest_and_not_more_in_all() -> None:
    explorer = fanout_explorer()
    explorer.working.selected_index = 0
    shares = []
    for tail_index in (1.1, 2.5):
        explorer.set(tail_index=tail_index)
        assert "× 75 active followers" in explorer._table.value
        found = re.search(r"dominates the deliveries</td><td>([\d.]+) %", explorer._table.value)
        assert found
        shares.append(float(found[1]))
    assert shares[0] > 1.2 * shares[1]


def test_measured_costs_come_with_the_published_ones() -> None:
    explorer = fanout_explorer(costs=[PUBLISHED_COSTS, MEASURED])
    explorer.choices["costs"].value = MEASURED
    case = FANOUT_CASES["The framework's 500 followees"]
    assert explorer.text == fanout_view(case, MEASURED).words
    assert "55 µs" in explorer.notes  # a round trip and a look-up


def test_a_design_of_ones_own_comes_first() -> None:
    own = Workload(daily_users=2e6, writes_per_user=3, reads_per_user=60, followers=40, peak_factor=3)
    explorer = fanout_explorer(own)
    values = explorer.values
    assert (values["daily_users"], values["reads_per_write"], values["peak_factor"]) == (2e6, 20, 3)
    explorer.working.selected_index = 0
    assert "208" in explorer._table.value  # 2 M × 3 ÷ 86,400 s × 3
    assert next(iter(dict(explorer.choices["preset"].options))) == "Your design"
    bare = fanout_explorer(FRAMEWORK_TWITTER)
    assert (bare.values["followers"], bare.values["reads_per_write"]) == (75, 50)
    a_day = fanout_explorer(Workload(daily_users=1e6, writes_per_day=4e6, reads_per_day=2e6))
    assert (a_day.values["writes_per_user"], a_day.values["reads_per_write"]) == (4, 0.5)
    ranged = fanout_explorer(WHOLE_TWITTER.replace(reads_per_write=Range(10, 40)))
    assert ranged.values["reads_per_write"] == pytest.approx(20)


@pytest.mark.parametrize(
    ("control", "text", "change"),
    [
        ("daily_users", "20M", {"daily_users": 20e6}),
        ("followers", "200", {"followers": 200}),
        ("writes_per_user", "1", {"writes_per_user": 1}),
    ],
)
def test_a_box_moves_the_service(control: str, text: str, change: dict[str, float]) -> None:
    explorer = fanout_explorer()
    explorer.controls[control].box.value = text
    assert explorer.controls[control].refused == explorer.message.value == ""
    case = FANOUT_CASES["The framework's 500 followees"]
    moved = replace(case, workload=case.workload.replace(**change))
    assert explorer.text == fanout_view(moved).words


def test_what_cannot_be_is_said_and_keeps_the_picture() -> None:
    explorer = fanout_explorer()
    words, figures = explorer.text, explorer.plot.figures
    explorer.set(daily_users=1e3, followers=1e4)
    assert "mean = 4666.67: it must be at most 207" in explorer.message.value
    assert (explorer.text, explorer.plot.figures) == (words, figures)
    explorer.reset.click()
    assert explorer.message.value == ""


@pytest.mark.parametrize("end", [0.0, 1.0])
def test_sliders_at_the_ends_change_no_height(end: float) -> None:
    explorer = fanout_explorer()
    heights = [figure["layout"]["height"] for figure in explorer.plot.figures]
    for name, control in explorer.controls.items():
        if name not in ("daily_users", "followers"):
            control.slider.value = end
    assert [figure["layout"]["height"] for figure in explorer.plot.figures] == heights
    assert explorer.message.value == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"costs": []}, "costs: there is none to choose from"),
        ({"workload": Workload(writes_per_day=5)}, "its daily_users must be given"),
    ],
)
def test_what_cannot_be_explored_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fanout_explorer(**arguments)

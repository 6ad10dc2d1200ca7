"""The explorer of a measured service: set values, and the words and the picture follow."""

import math
from typing import Any

import numpy as np
import pytest

from helpers.labs.load_report import LoadReport
from helpers.labs.load_run import LoadRun
from helpers.widgets.rising_load import load_explorer, load_view
from tests.labs.test_rising_load import made_up_report, made_up_run


def two_loads() -> LoadReport:
    report = made_up_report()
    busy = made_up_run([2.0, 3.0, 4.0] * 100, 3.3, offered=0.9)
    return LoadReport("a laptop", "SQLite", "cache", "one connection", (*report.runs, busy))


def test_it_opens_with_the_nearest_run_and_the_theory() -> None:
    report = made_up_report()
    explorer = load_explorer(report)
    low, high = (f"{time:.3g} ms" for time in report.chance_ms(report.runs[0]))
    assert explorer.text == (
        "Theory at 80% load: a mean of 7 ms in the system for queries of 2 ms with a variation of 0.5; 10 ms "
        "if they were exponential. Measured nearest, at 50%: 2 ms over 100 requests. By chance alone, 19 in "
        f"20 runs this short have a mean from {low} to {high}, but this one has not. With the cache the same "
        "requests took 575 µs: 75% were hits, and the database was busy 12% of the time."
    )
    assert explorer.plot.figures[0]["layout"]["shapes"][0]["x0"] == pytest.approx(80)
    assert "50% | yes | 100 | 12% | 75% | 575 µs" in explorer.notes
    assert "one connection. Theory for each run's own queries." in explorer.notes


def test_the_slider_picks_the_nearest_run() -> None:
    explorer = load_explorer(two_loads(), 0.9)
    assert "Measured nearest, at 91%: 3 ms over 300 requests." in explorer.text
    assert "With the cache" not in explorer.text
    explorer.controls["load"].box.value = "60"
    assert "Theory at 60% load" in explorer.text
    assert "Measured nearest, at 50%" in explorer.text
    explorer.controls["load"].slider.value = 1.0
    assert "Theory at 95% load" in explorer.text


def test_the_99th_percentile_is_a_choice() -> None:
    explorer = load_explorer(made_up_report())
    explorer.set(shown="99th percentile")
    assert "a 99th percentile of" in explorer.text
    assert "3 ms over 100 requests (few for a 99th percentile)." in explorer.text
    assert "By chance alone" not in explorer.text
    assert "99th percentile" in explorer.plot.figures[0]["layout"]["yaxis"]["title"]["text"]
    explorer.reset.click()
    assert explorer.text == load_explorer(made_up_report()).text


def test_an_overloaded_or_a_disturbed_run_is_said() -> None:
    run = made_up_run([5.0] * 10, 4.0)
    late = LoadRun(
        False, 0.9, 40.0, run.arrivals_ms, run.arrivals_ms + 26, run.arrivals_ms + 26,
        np.where(np.arange(10) < 7, run.arrivals_ms + 31, math.nan), 80.0,
    )  # fmt: skip
    words = load_view(LoadReport("", "", "", "", (late,)), 0.9).words
    assert "more arrived than it could serve" in words
    assert "3 of them had no answer when the run was stopped" in words
    assert words.endswith(
        "1 request in 100 was taken up 26 ms late: other programs may keep this machine busy."
    )
    assert "other programs" not in load_view(made_up_report(), 0.8).words


@pytest.mark.parametrize("text", ["", "nan", "-5", "99", "100", "1e999", "5 years", "<b>"])
def test_bad_text_keeps_the_last_good_picture(text: str) -> None:
    explorer = load_explorer(made_up_report())
    figure, words = explorer.plot.figures[0], explorer.text
    explorer.controls["load"].box.value = text
    assert explorer.controls["load"].refused
    assert (explorer.plot.figures[0], explorer.text) == (figure, words)


def test_settings_are_escaped() -> None:
    report = LoadReport("", "", "", "<script>", made_up_report().runs)
    assert "<script>" not in load_view(report, 0.8).notes


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda report: load_view(report, 0), r"^load = 0: .*0.05 or more"),
        (lambda report: load_view(report, math.nan), r"^load = nan"),
        (lambda report: load_view(report, 0.5, "median"), r"^shown = 'median'"),
        (lambda report: load_explorer(report, 80), r"^load = 80: .*at most 0.95"),
    ],
)
def test_bad_input_is_refused_by_name(call: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        call(made_up_report())

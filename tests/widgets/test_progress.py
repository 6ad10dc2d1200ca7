"""A measurement behind a progress bar: its report comes back, its progress and its end are shown."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from helpers.labs.one_machine import measure_machine
from helpers.labs.replication import ReplicationReport, measure_replication
from helpers.widgets.progress import with_progress


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was displayed."""
    displayed: list[Any] = []
    monkeypatch.setattr("helpers.widgets.progress.display", displayed.append)
    return displayed


def state(shown: list[Any]) -> tuple[float, str]:
    (row,) = shown
    bar, words = row.children
    return bar.value, words.value


def test_each_step_is_shown_and_the_report_comes_back(shown: list[Any]) -> None:
    seen: list[tuple[float, str]] = []

    def measure(budget_s: float, *, progress: Callable[[float, str], object]) -> dict[str, float]:
        seen.append(state(shown))
        progress(0.25, "writing")
        seen.append(state(shown))
        progress(0.5, "reading")
        seen.append(state(shown))
        return {"budget_s": budget_s}

    assert with_progress(measure, 3) == {"budget_s": 3}
    assert seen == [(0, "getting ready"), (0.25, "writing"), (0.5, "reading")]
    assert state(shown) == (1, "done")


def test_the_default_budget_is_that_of_the_labs(shown: list[Any]) -> None:
    assert with_progress(lambda budget_s, *, progress: budget_s) == 8
    assert state(shown) == (1, "done")


@pytest.mark.parametrize(
    ("error", "words"),
    [(KeyboardInterrupt(), "stopped; nothing is left behind"), (OSError("no disk"), "not measured")],
    ids=["interrupted", "failed"],
)
def test_an_end_before_the_end_says_so_and_is_raised(
    shown: list[Any], error: BaseException, words: str
) -> None:
    def measure(budget_s: float, *, progress: Callable[[float, str], object]) -> None:
        progress(0.5, "reading")
        raise error

    with pytest.raises(type(error)) as caught:
        with_progress(measure)
    assert caught.value is error
    assert state(shown) == (0.5, words)


def test_both_labs_run_behind_it(shown: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(variable, raising=False)
    report: ReplicationReport = with_progress(measure_replication, 0.1)
    assert report.engines == ("SQLite",)
    assert state(shown) == (1, "done")
    shown.clear()
    assert with_progress(partial(measure_machine, repeats=3), 0.1).writes_per_second > 0


def test_a_bad_budget_is_the_measurements_own_error(shown: list[Any]) -> None:
    with pytest.raises(ValueError, match="budget_s = -1"):
        with_progress(measure_replication, -1)
    assert state(shown) == (0, "not measured")

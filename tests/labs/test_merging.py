"""The lab that times merging: what it measures, its report, and that it leaves Python as it was."""

import gc
from collections.abc import Iterator

import pytest

from helpers.labs import merging
from helpers.labs.merging import LOOK_UPS, PAGES, MergeReport, MergeRun, measure_merging
from helpers.models.feed import KEPT
from helpers.models.merging import WAYS, effort

SIZES = (10, 1000)


def made_up_report() -> MergeReport:
    """100 ns an entry of the heap, 50 of the others, 1 µs of a look-up's; the sort only of 10 timelines."""
    runs = []
    for way, each in zip((*WAYS, LOOK_UPS), (100.0, 50.0, 50.0, 1000.0), strict=True):
        for timelines in (10, 1000) if way != "sort" else (10,):
            for page in PAGES:
                entries = effort("ask everyone" if way == LOOK_UPS else way, timelines, page).entries
                time = each * entries
                runs.append(MergeRun(way, timelines, page, entries, (2 * time, time, 8 * time)))
    return MergeReport("a <laptop>", tuple(runs), {"the sort of more": "it takes long"})


@pytest.fixture(scope="module")
def measured() -> Iterator[tuple[MergeReport, list[tuple[float, str]]]]:
    told: list[tuple[float, str]] = []
    yield measure_merging(0.3, timelines=SIZES, progress=lambda done, label: told.append((done, label))), told


def test_every_way_is_measured_for_every_size(measured: tuple[MergeReport, list[tuple[float, str]]]) -> None:
    report, _ = measured
    assert report.ways == (*WAYS, LOOK_UPS)
    for page in PAGES:
        for way in ("heap", "ask everyone", LOOK_UPS):
            assert [run.timelines for run in report.of(way, page)] == list(SIZES)
        assert [run.timelines for run in report.of("sort", page)] == [10]
    assert all(min(run.times_ns) > 0 for run in report.runs)
    assert {run.entries for run in report.of("heap", 20)} == {count + 19 for count in SIZES}
    assert "400,000 entries" in report.skipped["the sort of more timelines"]


def test_progress_rises_to_one(measured: tuple[MergeReport, list[tuple[float, str]]]) -> None:
    _, told = measured
    done = [share for share, _ in told]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0.0, 1.0)
    assert (0.0, "heap: 10 timelines, page of 20") in told


def test_the_look_ups_bring_what_is_merged() -> None:
    import numpy as np

    with merging._timelines([10, 1000], np.random.default_rng(0)) as (merged, looked_up):
        found = looked_up(1000, 20)()
        pages = [[number for (number,) in page] for page in found]  # type: ignore[attr-defined]
        assert all(page == sorted(page, reverse=True) and len(page) == 20 for page in pages)
        newest = sorted((number for page in pages for number in page), reverse=True)[:20]
        for way in ("heap", "ask everyone"):
            assert merged(way, 1000, 20)() == newest
        assert merged("sort", 10, 20)() == list(range(10 * KEPT - 1, 10 * KEPT - 21, -1))


def test_the_collector_is_as_it_was_also_after_an_interrupt() -> None:
    def stop(done: float, label: str) -> None:
        if done > 0.1:
            assert not gc.isenabled()
            raise KeyboardInterrupt

    assert gc.isenabled()
    with pytest.raises(KeyboardInterrupt):
        measure_merging(0.2, timelines=[10], progress=stop)
    assert gc.isenabled()
    gc.disable()
    try:
        with pytest.raises(KeyboardInterrupt):
            measure_merging(0.2, timelines=[10], progress=stop)
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_the_report_says_the_fastest_repeats() -> None:
    report = made_up_report()
    assert report.entry_ns == {"heap": 100.0, "ask everyone": 50.0, "sort": 50.0, LOOK_UPS: 1000.0}
    assert "heap, 10 timelines, page of 20: 2.9 µs for 29 entries" in repr(report)
    table = report._repr_markdown_()
    assert "| 10 | 20 | 2.9 | 10 | 400 | 200 |" in table
    assert "| 1,000 | 100 | 110 | 5,000 | – | 100,000 |" in table
    assert table.endswith("a <laptop>. Not measured: the sort of more (it takes long).")


@pytest.mark.parametrize(
    ("asked", "found"),
    [((500, 20), (1000, 20)), ((99, 40), (10, 20)), ((1, 1000), (10, 100)), ((5000, 100), (1000, 100))],
)
def test_the_nearest_is_by_ratio(asked: tuple[int, int], found: tuple[int, int]) -> None:
    assert made_up_report().nearest(*asked) == found


def test_an_empty_report_has_no_nearest() -> None:
    empty = MergeReport("a laptop", ())
    assert empty.nearest(10, 20) is None
    assert empty.entry_ns == {}
    assert repr(empty) == "a laptop"


@pytest.mark.parametrize("timelines", [[], [0], [5001], [2.5], 10, "10"])
def test_bad_timelines_are_refused(timelines: object) -> None:
    with pytest.raises((ValueError, TypeError), match=r"^timelines"):
        measure_merging(0.2, timelines=timelines)  # type: ignore[arg-type]


@pytest.mark.parametrize("budget", [0, 61, float("nan"), "4 s", None])
def test_a_bad_budget_is_refused(budget: object) -> None:
    with pytest.raises((ValueError, TypeError), match=r"^budget_s = "):
        measure_merging(budget)  # type: ignore[arg-type]

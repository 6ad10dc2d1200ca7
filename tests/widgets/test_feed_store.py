"""The explorer of model against measurement: choose, and the words, the table and the picture follow."""

import numpy as np
import pytest

from helpers.labs.feed_comparison import COMPARED, compare_feeds
from helpers.labs.feed_report import FeedReport
from helpers.widgets.feed_store import feed_store_explorer, feed_store_view
from tests.labs.test_feed_store import WORKLOAD, made_up_report


def test_it_opens_with_the_page_reads_of_the_first_store() -> None:
    report = made_up_report()
    explorer = feed_store_explorer(report)
    pull = compare_feeds(report, "SQLite", "page read")[0]
    assert explorer.text.startswith(f"Pull: 400 µs measured, {1e3 * pull.predicted:.3g} µs by the model")
    assert "push: 150 µs measured, 58 µs by the model (2.59 times)" in explorer.text
    assert "Both rank them alike: push, hybrid, pull, quickest first." in explorer.text
    assert (
        "a request takes 60 µs more, whatever it asks for, and 40 µs if it is for one list" in explorer.text
    )
    assert "Among posts and deliveries a push's reads took 30 µs longer than alone" in explorer.text
    assert "at work for 90%" in explorer.text
    assert "push | 150 µs | 58 µs | +40 µs | +30 µs | +22 µs" in explorer.notes
    assert "SQLite 1.0: one machine." in explorer.notes


@pytest.mark.parametrize("what", COMPARED)
def test_choices_change_the_picture_but_not_its_height(what: str) -> None:
    explorer = feed_store_explorer(made_up_report())
    opening = explorer.text
    height = explorer.plot.figures[0]["layout"]["height"]
    explorer.set(engine="Redis", what=what)
    found = compare_feeds(made_up_report(), "Redis", what)
    figure = explorer.plot.figures[0]
    assert figure["layout"]["height"] == height
    assert list(figure["data"][0]["y"]) == [one.row for one in found]
    assert "Redis 1.0" in explorer.notes
    assert found[0].row in explorer.notes
    explorer.reset.click()
    assert explorer.text == opening


def test_reasons_are_those_that_were_measured() -> None:
    report = made_up_report()
    delivery = feed_store_view(report, "SQLite", "delivery").words
    assert "multiplies followers by 10 µs" in delivery
    assert "70 µs of the 120 µs to 10 followers and 70 µs of the 720 µs to 60 followers" in delivery
    assert "at work for 50%" in delivery
    post = feed_store_view(report, "SQLite", "post").words
    assert "push: 500 µs measured, 500 µs by the model (close)" in post
    assert "the median post took no longer than in a pull" in post
    counted = feed_store_view(report, "SQLite", "operations").words
    assert "a few accounts with very many followers" in counted


def test_another_order_is_said() -> None:
    report = made_up_report(reads_ms=np.full(400, 0.2))
    assert (
        "They rank them differently, quickest first: pull, push, hybrid measured, push, hybrid, pull by"
        in (feed_store_view(report, "SQLite", "page read").words)
    )


def test_feeds_that_differ_come_first() -> None:
    words = feed_store_view(made_up_report(differing=1), "SQLite", "post").words
    assert words.startswith("Some feeds were not as they must be")


def test_nothing_measured_gives_the_reasons() -> None:
    report = FeedReport("a laptop", WORKLOAD, (), {"SQLite": "no disk", "Redis": "REDIS_URL is not set"})
    explorer = feed_store_explorer(report)
    assert explorer.text == "Nothing was measured. SQLite: no disk. Redis: REDIS_URL is not set."
    explorer.set(what="operations")
    assert explorer.text.startswith("Nothing was measured.")


def test_settings_are_escaped() -> None:
    report = made_up_report()
    store = report.stores[0]
    bad = type(store)("SQLite", "<i>", "<script>", store.costs, 1.0, store.runs)
    notes = feed_store_view(FeedReport("", WORKLOAD, (bad,)), "SQLite", "post").notes
    assert "<script>" not in notes
    assert "<i>" not in notes


def test_bad_input_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"^what = 'all'"):
        feed_store_view(made_up_report(), "SQLite", "all")
    with pytest.raises(ValueError, match=r"^engine = 'PostgreSQL'"):
        feed_store_view(made_up_report(), "PostgreSQL", "post")

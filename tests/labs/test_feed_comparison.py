"""Model against measurement: the numbers that are compared, and what their difference is made of."""

import math

import numpy as np
import pytest

from helpers.labs.feed_comparison import COMPARED, compare_feeds
from helpers.models.fanout import STRATEGIES
from tests.labs.test_feed_store import made_up_report


@pytest.mark.parametrize("what", COMPARED)
def test_parts_and_the_unexplained_add_up(what: str) -> None:
    for one in compare_feeds(made_up_report(), "Redis", what):
        assert one.predicted + sum(one.parts.values()) + one.unexplained == pytest.approx(one.measured)
        assert one.ratio == pytest.approx(one.measured / one.predicted)
        assert math.isfinite(one.ratio)
        assert one.strategy in one.row


def test_a_page_read_is_a_round_trip_and_look_ups() -> None:
    report = made_up_report()
    pull, push, hybrid = compare_feeds(report, "SQLite", "page read")
    followees, reads = report.workload.graph.followee_counts, report.workload.activity.reads_per_day
    median = (1e3 * pull.predicted - 50) / 8
    assert reads[followees < median].sum() <= reads.sum() / 2 <= reads[followees <= median].sum()
    assert push.predicted == pytest.approx(0.058)
    assert push.predicted < hybrid.predicted < pull.predicted
    assert [pull.measured, push.measured] == pytest.approx([0.4, 0.15])
    # A request is 40 µs beyond what it carries; among posts a read took a quarter longer than alone.
    assert push.parts == {"request": 0.04, "company": pytest.approx(0.03)}


def test_a_delivery_is_one_write_a_follower() -> None:
    found = compare_feeds(made_up_report(), "SQLite", "delivery")
    assert [one.row for one in found] == ["push, 10 followers", "push, 60 followers", "hybrid, 10 followers"]
    assert [one.predicted for one in found] == pytest.approx([0.1, 0.6, 0.1])
    assert [one.measured for one in found] == pytest.approx([0.12, 0.72, 0.12])
    assert found[0].parts == {"requests": pytest.approx(0.07)}


def test_a_post_is_a_round_trip_and_a_write_in_every_strategy() -> None:
    found = compare_feeds(made_up_report(), "SQLite", "post")
    assert [one.strategy for one in found] == list(STRATEGIES)
    assert [one.predicted for one in found] == pytest.approx(3 * [0.5])
    assert [one.parts for one in found] == [{}, {"worker": 0}, {"worker": 0}]


def test_operations_are_those_of_the_graph_give_or_take_chance() -> None:
    report = made_up_report()
    found = {one.row: one for one in compare_feeds(report, "SQLite", "operations")}
    push = found["push, writes a post"]
    assert push.measured == 11.25
    assert push.predicted == pytest.approx(
        1 + report.workload.activity.deliveries_per_post(report.workload.graph)
    )
    error = np.std([60.0] + [10.0] * 199) / math.sqrt(200)
    assert push.chance == pytest.approx((11.25 - 1.96 * error, 11.25 + 1.96 * error))
    assert (found["pull, writes a post"].predicted, found["push, lists a read"].predicted) == (1, 1)


def test_bad_input_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"^what = 'all'"):
        compare_feeds(made_up_report(), "SQLite", "all")
    with pytest.raises(ValueError, match=r"^engine = 'PostgreSQL'"):
        compare_feeds(made_up_report(), "PostgreSQL", "post")

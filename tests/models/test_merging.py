"""Merging timelines: the three ways agree, what each touches is counted, and the closed forms hold."""

import math
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.models.feed import PullFeed, Tweet
from helpers.models.merging import WAYS, count_page, effort, newest_page

# Few values, so that many are equal; timelines of all lengths, also none and empty ones.
TIMELINES = st.lists(
    st.lists(st.integers(0, 30), max_size=8).map(lambda values: sorted(values, reverse=True)), max_size=8
)


def in_turns(timelines: int, kept: int) -> list[list[int]]:
    """Authors who post one after another, again and again."""
    return [[timelines * place + author for place in reversed(range(kept))] for author in range(timelines)]


def at_random(timelines: int, kept: int) -> list[list[int]]:
    ids = list(range(timelines * kept))
    random.Random(1).shuffle(ids)
    return [sorted(ids[author * kept : (author + 1) * kept], reverse=True) for author in range(timelines)]


# The pages -----------------------------------------------------------------------------------------------


@given(TIMELINES, st.integers(1, 70))
def test_all_ways_give_the_newest_page(timelines: list[list[int]], page: int) -> None:
    newest = sorted((entry for timeline in timelines for entry in timeline), reverse=True)[:page]
    for way in WAYS:
        assert newest_page(timelines, page, way) == newest
        assert list(count_page(timelines, page, way).page) == newest


def test_timelines_are_left_as_they_were() -> None:
    timelines = [[9, 4, 1], [8, 7], []]
    for way in WAYS:
        newest_page(timelines, 2, way)
        count_page(timelines, 2, way)
    assert timelines == [[9, 4, 1], [8, 7], []]


# What they touch -----------------------------------------------------------------------------------------


@given(TIMELINES, st.integers(1, 70))
def test_no_history_makes_a_way_read_more_than_the_closed_form(timelines: list[list[int]], page: int) -> None:
    if not timelines:
        return
    kept = max(1, *map(len, timelines)) if len(timelines) > 1 else max(1, len(timelines[0]))
    for way in WAYS:
        assert count_page(timelines, page, way).entries <= effort(way, len(timelines), page, kept).entries


@given(st.integers(1, 12), st.integers(1, 20), st.integers(1, 12))
def test_when_authors_post_in_turns_the_entries_are_exact(timelines: int, page: int, kept: int) -> None:
    for way in WAYS:
        counted = count_page(in_turns(timelines, kept), page, way)
        assert counted.entries == effort(way, timelines, page, kept).entries


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 40))
def test_the_heap_reads_least_and_the_sort_most(timelines: int, page: int, kept: int) -> None:
    heap, asked, everything = (effort(way, timelines, page, kept).entries for way in WAYS)
    assert timelines <= heap <= asked <= everything


def test_the_framework_s_500() -> None:
    assert [effort(way, 500, 20).entries for way in WAYS] == [519, 10_000, 400_000]
    assert [count_page(at_random(500, 40), 20, way).entries for way in WAYS] == [519, 10_000, 20_000]
    assert [effort(way, 500, 20).waits for way in WAYS] == [20, 1, 1]


@pytest.mark.parametrize(("timelines", "page", "kept"), [(10, 100, 100), (100, 20, 100), (500, 20, 64)])
def test_comparisons_are_about_those_counted(timelines: int, page: int, kept: int) -> None:
    history = at_random(timelines, kept)
    for way, within in zip(WAYS, (0.10, 0.25, 0.03), strict=True):
        counted = count_page(history, page, way).comparisons
        assert effort(way, timelines, page, kept).comparisons == pytest.approx(counted, rel=within)


@pytest.mark.parametrize("timelines", [2, 3, 10, 100])
@pytest.mark.parametrize("page", [1, 5, 20])
def test_comparisons_of_a_few_entries_are_right_by_the_order(timelines: int, page: int) -> None:
    history = at_random(timelines, 20)
    for way in WAYS:
        ratio = count_page(history, page, way).comparisons / effort(way, timelines, page, 20).comparisons
        assert 0.2 < ratio < 1.6


def test_one_timeline_needs_no_merge() -> None:
    assert effort("heap", 1, 20).comparisons == count_page([[3, 2, 1]], 2).comparisons == 0
    assert effort("heap", 1, 20).waits == 20
    assert effort("ask everyone", 1, 1).comparisons == 0
    # A sort has to find out that it is sorted already.
    assert count_page([list(range(800, 0, -1))], 20, "sort").comparisons == 799


def test_a_sort_knows_the_sorted_timelines_in_what_it_sorts() -> None:
    """n log2 n would be 40 % more: the textbook's rule is for entries in no order."""
    counted = count_page(at_random(100, 100), 20, "sort").comparisons
    assert counted < 0.6 * 100 * 100 * math.log2(100 * 100)


@pytest.mark.parametrize(("timelines", "page"), [(1, 1), (7, 5), (40, 20)])
def test_the_heap_reads_what_a_pulled_feed_reads(timelines: int, page: int) -> None:
    feed = PullFeed()
    for author, history in enumerate(at_random(timelines, page)):
        feed.follow("me", author)
        for number in history:
            feed.post(Tweet(number, author, float(number)))
    before = feed.work
    feed.timeline("me", page)
    found = effort("heap", timelines, page, page)
    assert (feed.work - before).lookups == found.look_ups
    counted = count_page(at_random(timelines, page), page)
    assert (feed.work - before).reads == counted.entries <= found.entries


# Bad input -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: newest_page([[1]], 0), r"^page = 0: .*1 or more"),
        (lambda: newest_page([[1]], 1, "merge"), r"^way = 'merge': .*'heap', 'ask everyone', 'sort'"),
        (lambda: newest_page("abc", 1), r"^timelines = 'abc': .*a list of lists"),
        (lambda: count_page([[1]], 2.5), r"^page = 2.5"),  # type: ignore[arg-type]
        (lambda: count_page({}, 2), r"^timelines = {}"),  # type: ignore[arg-type]
        (lambda: effort("heap", 0, 20), r"^timelines = 0"),
        (lambda: effort("heap", 5, 20, 0), r"^kept = 0"),
        (lambda: effort("heap", 5, True), r"^page = True"),
        (lambda: effort("heap", 2_000_000, 20), r"^timelines = 2000000: .*at most 1e\+06"),
        (lambda: effort("pull", 5, 20), r"^way = 'pull'"),
    ],
)
def test_bad_input_is_refused_by_name(call: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        call()

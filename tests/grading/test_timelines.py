"""Homework's merge: the right tweets, counted reads, and readers that ask for what is not there."""

import heapq
from collections.abc import Callable
from itertools import count, islice, takewhile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.grading.timelines import check_merge

TIMELINES = {"ann": [(9.0, 4), (2.0, 1)], "bob": [(9.0, 7)], "cat": []}
Read = Callable[[str, int], Any]


def lazy(authors: list[str], size: int, read: Read) -> list[int]:
    def run(author: str) -> Any:
        return takewhile(lambda tweet: tweet is not None, (read(author, place) for place in count()))

    return [number for _, number in islice(heapq.merge(*map(run, authors), reverse=True), size)]


def greedy(authors: list[str], size: int, read: Read) -> list[int]:
    every = [tweet for author in authors for place in range(200) if (tweet := read(author, place))]
    return [number for _, number in sorted(every, reverse=True)[:size]]


@given(
    st.dictionaries(
        st.sampled_from("abcdefgh"), st.lists(st.sampled_from([1.0, 2.0, 2.5]), max_size=6), max_size=6
    ),
    st.integers(1, 12),
)
def test_a_lazy_merge_is_right_and_frugal_on_any_timelines(times: dict[str, list[float]], size: int) -> None:
    ids = count()
    timelines = {
        author: sorted(((time, next(ids)) for time in own), reverse=True) for author, own in times.items()
    }
    assert check_merge(lazy, timelines, size, most_reads=len(timelines) + size) == 1
    assert check_merge(greedy, timelines, size) == 1


def test_reads_count_only_where_they_are_limited(capsys: pytest.CaptureFixture[str]) -> None:
    assert check_merge(greedy, TIMELINES, 2, points=3) == 3
    assert check_merge(greedy, TIMELINES, 2, points=3, most_reads=600) == 3
    assert check_merge(greedy, TIMELINES, 2, points=3, most_reads=599) == 0
    assert capsys.readouterr().out.endswith("this is not met: at most 599 entries are read: 600 were.\n")


def test_the_fewest_reads_are_enough() -> None:
    assert check_merge(lazy, TIMELINES, 2, most_reads=5) == 1
    assert check_merge(lazy, TIMELINES, 2, most_reads=3) == 0


@pytest.mark.parametrize(
    "wrong", [[4, 7], [7], [7, 4, 1], [(9.0, 7), (9.0, 4)], 7, "74", None, ["7", "4"], {7: 4}]
)
def test_other_tweets_are_wrong(wrong: Any) -> None:
    assert check_merge(lambda *_: wrong, TIMELINES, 2) == 0
    assert check_merge(lambda *_: wrong, TIMELINES, 2, most_reads=9) == 0


def test_a_generator_is_read_as_far_as_it_is_needed() -> None:
    def endless(authors: list[str], size: int, read: Read) -> Any:
        yield from lazy(authors, size, read)
        yield from count()

    assert check_merge(lambda *args: iter(lazy(*args)), TIMELINES, 2, most_reads=5) == 1
    assert check_merge(endless, TIMELINES, 2, most_reads=5) == 0


@pytest.mark.parametrize("place", [-1, 0.5, "0"])
def test_a_place_that_cannot_be_is_an_error_of_the_answer(
    place: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check_merge(lambda authors, size, read: read("ann", place), TIMELINES, 2) == 0
    assert "newest(['ann', 'bob', 'cat'], 2) stopped with" in capsys.readouterr().out


def test_what_is_not_written_yet_gets_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert check_merge(None, TIMELINES, 2, most_reads=5) == 0
    assert capsys.readouterr().out == "newest: not answered yet\n"

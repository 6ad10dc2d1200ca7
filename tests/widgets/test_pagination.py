"""The paging explorer: what it says of what it shows, by the model's numbers, and how it refuses."""

from typing import Any

import pytest

from helpers.models.paging_walk import busy_walk
from helpers.widgets.pagination import MOST_DELETED, MOST_POSTED, paging_explorer, paging_view


def test_it_opens_with_repeats_and_skips_and_the_cost_of_page_1000() -> None:
    assert paging_explorer().text == (
        "By offset, 6 of the 50 tweets shown had been shown before, and 4 are skipped for good. "
        "By cursor each comes once. Page 1,000 costs 10,000 index entries by offset and "
        "10 by cursor; all pages up to it 5 M and 10 K."
    )


def test_the_issues_figures() -> None:
    explorer = paging_explorer()
    explorer.set(size=20)
    assert "Page 1,000 costs 20,000 index entries by offset and 20 by cursor" in explorer.text


@pytest.mark.parametrize(
    ("posted", "deleted", "said"),
    [
        (0, 0, "By offset as by cursor, each tweet comes once: nothing moved."),
        (3, 0, "6 of the 50 tweets shown had been shown before, and none are skipped"),
        (0, 2, "none of the 50 tweets shown had been shown before, and 4 are skipped"),
        (20, 0, "30 of the 50 tweets shown had been shown before, and none are skipped"),
    ],
)
def test_the_words_follow_what_others_do(posted: int, deleted: int, said: str) -> None:
    assert said in paging_view(10, posted, deleted, 7).words


def test_the_words_count_what_the_model_counts() -> None:
    for size in (10, 23, 50):
        for posted in range(0, MOST_POSTED + 1, 4):
            for deleted in range(0, MOST_DELETED + 1):
                found = busy_walk("offset", size, posted=posted, deleted=deleted)
                again = sum(len(row.again) for row in found.rows)
                words = paging_view(size, posted, deleted, 1).words
                if again or found.skipped:
                    assert f"{again or 'none'} of the {5 * size} tweets" in words
                    skipped = len(found.skipped)
                    assert f"and {skipped or 'none'} {'is' if skipped == 1 else 'are'} skipped" in words


def test_the_first_page_costs_the_same_either_way() -> None:
    assert "Page 1 costs 10 index entries either way." in paging_view(10, 3, 2, 1).words


def test_the_working_adds_up() -> None:
    working = paging_view(20, 3, 2, 1000).working
    assert working
    table = working()
    for said in ("20,000", "1,000 × 20", "10,010,000", "20 × 1,000 × 1,001 ÷ 2", "3 a time", "2 a time"):
        assert said in table


def test_the_height_stays() -> None:
    heights = {
        tuple(figure.layout.height for figure in paging_view(*values).figures)
        for values in ((10, 0, 0, 1), (50, 20, 5, 1000), (10, 20, 5, 30))
    }
    assert len(heights) == 1


@pytest.mark.parametrize(
    ("name", "written", "said"),
    [
        ("size", "5", "10 or more"),
        ("posted", "21", "at most 20"),
        ("page", "0", "1 or more"),
        ("page", "x", ""),
    ],
)
def test_a_box_refuses_what_is_not_allowed(name: str, written: str, said: str) -> None:
    explorer = paging_explorer()
    words = explorer.text
    explorer.controls[name].box.value = written
    assert said in explorer.controls[name].refused
    assert explorer.controls[name].refused
    assert explorer.text == words


def test_half_a_tweet_is_refused_and_the_picture_stays() -> None:
    explorer = paging_explorer()
    words = explorer.text
    explorer.controls["posted"].box.value = "2.5"
    assert "posted = 2.5: it must be a whole number" in explorer.message.value
    assert explorer.text == words


@pytest.mark.parametrize("values", [(9, 3, 2, 1), (10, -1, 2, 1), (10, 3, 6, 1), (10, 3, 2, 1001)])
def test_the_view_refuses_what_the_sliders_cannot_send(values: tuple[Any, ...]) -> None:
    with pytest.raises(ValueError, match="it must be a whole number"):
        paging_view(*values)

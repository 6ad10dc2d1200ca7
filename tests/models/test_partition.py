"""A cut network: every small case against all the replicas a write and a read may have chosen."""

from itertools import combinations, product
from typing import Any

import pytest

from helpers.models.consistency import Quorum
from helpers.models.partition import under_partition

CASES = [
    (n, r, w, near, prefers)
    for n in range(1, 6)
    for r, w in product(range(1, n + 1), repeat=2)
    for near in range(n + 1)
    for prefers in ("consistency", "availability")
]


def outcomes(values: set[int], last: int) -> str:
    """Name the values a read may return, when `last` was accepted last."""
    if not values:
        return "refused"
    if values == {last}:
        return "fresh"
    return "may be stale" if last in values else "stale"


def brute_force(n: int, r: int, w: int, near: int, prefers: str) -> dict[str, tuple[str, str]]:
    """Try every set of replicas that may have taken A's write, and every set that may answer a read."""
    sides = {"A": range(near), "B": range(near, n)}

    def chosen(side: str, wanted: int) -> list[tuple[int, ...]]:
        count = min(wanted, len(sides[side])) if prefers == "availability" else wanted
        return list(combinations(sides[side], count)) if count else []

    written = chosen("A", w)
    last = 2 if written else 1
    reads: dict[str, set[int]] = {"A": set(), "B": set()}
    for taken in written or [()]:
        for side in sides:
            for asked in chosen(side, r):
                reads[side].add(max(2 if replica in taken else 1 for replica in asked))
    return {
        side: ("accepted" if chosen(side, w) else "refused", outcomes(reads[side], last)) for side in sides
    }


def test_every_small_case_against_every_choice_of_replicas() -> None:
    assert len(CASES) == 560
    for n, r, w, near, prefers in CASES:
        views = under_partition(Quorum(n, r, w), near, prefers)  # type: ignore[arg-type]
        expected = brute_force(n, r, w, near, prefers)
        assert {view.client: (view.write, view.read) for view in views} == expected, (n, r, w, near, prefers)
        assert [view.replicas for view in views] == [near, n - near]
        both = all(write == "accepted" for write, _ in expected.values())
        assert [view.conflict for view in views] == [both, both]


def test_consistency_with_an_overlap_never_reads_old_data() -> None:
    for n, r, w, near, _ in CASES:
        if r + w > n:
            views = under_partition(Quorum(n, r, w), near, "consistency")
            assert not {"stale", "may be stale"} & {view.read for view in views}


def test_two_majorities_cannot_both_write() -> None:
    for n, r, w, near, _ in CASES:
        if w > n / 2:
            assert not under_partition(Quorum(n, r, w), near, "consistency")[0].conflict


def test_availability_serves_whoever_reaches_a_replica() -> None:
    for n, r, w, near, _ in CASES:
        for view in under_partition(Quorum(n, r, w), near, "availability"):
            served = "refused" not in (view.write, view.read)
            assert served == (view.replicas > 0)


def test_without_an_overlap_refusing_is_not_enough() -> None:
    a, b = under_partition(Quorum(3, 1, 1), 2, "consistency")
    assert (a.read, b.read, b.conflict) == ("may be stale", "stale", True)


@pytest.mark.parametrize("near", [0, 3])
@pytest.mark.parametrize("prefers", ["consistency", "availability"])
def test_a_client_without_replicas_is_refused_and_the_other_is_whole(near: int, prefers: Any) -> None:
    a, b = under_partition(Quorum(3, 2, 2), near, prefers)
    alone, whole = (a, b) if near == 0 else (b, a)
    assert (alone.write, alone.read, whole.write, whole.read) == ("refused", "refused", "accepted", "fresh")
    assert not a.conflict


def test_the_sentences_say_what_the_outcomes_say() -> None:
    for n, r, w, near, prefers in CASES:
        for view in under_partition(Quorum(n, r, w), near, prefers):  # type: ignore[arg-type]
            assert view.sentence.startswith(f"{view.client} reaches {view.replicas} of {n} replica")
            assert ("refused" in view.sentence or "neither" in view.sentence) == (
                view.write == "refused" or (view.read == "fresh" and view.client == "B")
            )
            assert ("from before" in view.sentence) == (
                "stale" in view.read or (view.client, view.write, view.read) == ("A", "refused", "fresh")
            )


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((Quorum(3, 1, 1), -1, "consistency"), ValueError, "^near = -1"),
        ((Quorum(3, 1, 1), 4, "consistency"), ValueError, "^near = 4: .*at most 3"),
        ((Quorum(3, 1, 1), 1.5, "consistency"), TypeError, "^near = 1.5"),
        ((Quorum(3, 1, 1), None, "consistency"), TypeError, "^near = None"),
        ((Quorum(3, 1, 1), 1, "both"), ValueError, "^prefers = 'both': it must be one of 'consistency'"),
        (((3, 1, 1), 1, "consistency"), TypeError, "^quorum = "),
    ],
)
def test_a_cut_that_cannot_be(arguments: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        under_partition(*arguments)

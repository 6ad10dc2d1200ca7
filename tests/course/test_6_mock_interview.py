"""The capstone homework asks for what the lessons' models say: its reference answers agree with them."""

import functools
import math
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.grading.leaderboard.bottlenecks import DAMAGE, WEAK
from helpers.grading.leaderboard.diagram import leaderboard_architecture
from helpers.grading.leaderboard.scenario import ENTRY_BYTES, ESTIMATE, MACHINES, MOST_FULL, PEAK, WORKLOAD
from helpers.models.architecture_load import Demand, carry
from helpers.models.critique import Critique, Issue
from helpers.models.estimation import estimate
from helpers.models.single_points import asked_kinds, single_points
from tests.course.grader import Assignment

NAMES = st.sampled_from(["ann", "bob", "cat", "dan", "eve"])
SCORES = st.integers(-2, 4)
BEST = st.dictionaries(NAMES, st.tuples(SCORES, st.integers(0, 3)))


@functools.cache
def assignment() -> Assignment:
    return Assignment("6_mock_interview")


@functools.cache
def answers() -> dict[str, Any]:
    names: dict[str, Any] = {}
    imports = next(cell for cell in assignment().notebook.cells if cell.id == "mock-interview-imports")
    for source in (imports.source, *assignment().reference().values()):
        if not source.startswith("<!--"):
            exec(source, names)
    return names


def text_of(cell_id: str) -> str:
    cells = {cell.id: cell.source for cell in assignment().notebook.cells}
    return str(cells[f"mock-interview-{cell_id}"])


def test_the_contract_is_what_the_estimate_starts_from() -> None:
    contract = answers()["contract"]()
    assert contract["daily_users"] == WORKLOAD.daily_users
    made = estimate(WORKLOAD.replace(daily_users=contract["daily_users"]))
    found = answers()["estimate"]()
    assert found["posts_per_second"] == pytest.approx(made["writes_per_second"].value)
    assert found["peak_looks_per_second"] == pytest.approx(made["peak_reads_per_second"].value)
    assert found["bytes_per_year"] == pytest.approx(made["storage_per_year"].value)
    assert found["ranking_bytes"] == pytest.approx(made["cache_memory"].value)


@given(st.floats(1, 2e5), st.floats(1, 3e4), st.floats(1e4, 1e9))
def test_capacity_is_the_models(looks: float, posts: float, players: float) -> None:
    found = answers()["capacity"](looks, posts, players)
    drawn, _ = leaderboard_architecture(answers()["diagram"]())
    # What the servers carry when one of them has failed.
    left = drawn.with_component("API", replicas=found["servers"] - 1)
    load = carry(left, Demand(reads_per_second=looks, writes_per_second=posts))
    busy = load["API"].utilisation or 0
    assert busy <= MOST_FULL + 1e-9
    assert found["servers"] == 2 or busy * (found["servers"] - 1) / (found["servers"] - 2) > MOST_FULL - 1e-9
    shares = {
        "writes": load["DB"].utilisation,
        "work": load["Ranking"].utilisation,
        "memory": players * ENTRY_BYTES / 16e9,
    }
    assert found["full"] == pytest.approx(max(share or 0 for share in shares.values()))
    assert shares[found["fullest"]] == pytest.approx(found["full"])
    later = found["full"] * 1.5 ** found["years"]
    assert found["years"] == 0 or later <= MOST_FULL
    assert later * 1.5 > MOST_FULL


def test_the_prompt_of_capacity_has_the_models_machines() -> None:
    prompt = text_of("capacity-prompt")
    for number in (
        MACHINES["API service"]["capacity_per_second"],
        MACHINES["primary database"]["write_capacity_per_second"],
        MACHINES["ranking"]["capacity_per_second"],
    ):
        assert f"{number:,.0f}" in prompt


def test_the_drawn_design_has_no_single_point() -> None:
    drawn, _ = leaderboard_architecture(answers()["diagram"]())
    assert asked_kinds(drawn) == ("read", "write", "delivery")
    assert [single_points(drawn, kind) for kind in asked_kinds(drawn)] == [(), (), ()]
    assert max(part.utilisation or 0 for part in carry(drawn, PEAK).values()) <= MOST_FULL


@given(BEST, st.lists(st.tuples(NAMES, SCORES, st.integers(0, 3)), max_size=8), st.randoms())
def test_neither_order_nor_repeats_change_what_is_taken_in(
    best: dict[str, Any], made: list[tuple[str, int, int]], random: Any
) -> None:
    posts = [(number, *post) for number, post in enumerate(made)]
    found = answers()["take_in"](best, posts)
    delivered = posts + [post for post in posts if random.random() < 0.5]
    random.shuffle(delivered)
    assert answers()["take_in"](best, delivered) == found
    assert answers()["take_in"](found["best"], delivered)["best"] == found["best"]
    for player, (score, _) in found["best"].items():
        scores = [each for _, name, each, _ in posts if name == player]
        assert score == max(scores + [kept for name, (kept, _) in best.items() if name == player])
    assert sum(found["games"].values()) == len(posts)


@given(BEST, st.integers(0, 7))
def test_the_board_is_one_order(best: dict[str, Any], k: int) -> None:
    board = answers()["top"](best, 100)
    assert answers()["top"](best, k) == board[:k]
    names = [name for _, name in board]
    assert sorted(names) == sorted(best)
    scores = sorted((score for score, _ in best.values()), reverse=True)
    for place, (rank, name) in enumerate(board):
        assert rank == scores.index(best[name][0]) + 1
        near = answers()["around"](best, name, k)
        assert near["rank"] == rank
        first = max(0, place - k)
        assert [*near["above"], name, *near["below"]] == names[first : place + k + 1]


@given(st.lists(st.lists(st.integers(0, 60), max_size=12), min_size=1, max_size=4), st.integers(0, 3))
def test_an_exact_rank_lies_between_those_of_the_counts(parts: list[list[int]], off: int) -> None:
    starts = [0, 10, 20, 45]
    ends = [*starts[1:], math.inf]
    counts = [
        [sum(start <= score < end for score in part) for start, end in zip(starts, ends, strict=True)]
        for part in parts
    ]
    everybody = [score for part in parts for score in part]
    for score in everybody:
        found = answers()["rank_from_counts"](starts, counts, score, off)
        exact = 1 + sum(other > score for other in everybody)
        assert found["best"] <= exact <= found["worst"]
        assert found["search"] == (found["worst"] / found["best"] - 1 > off + 1e-12)


def test_the_issues_are_ranked_as_the_models_rank_them() -> None:
    found = answers()["issues"]()
    read = [
        Issue(
            issue["what"],
            issue["times_a_year"],
            issue["minutes"],
            issue["share"],
            issue["remedy"],
            issue["price"],
        )
        for issue in found
    ]
    assert Critique(tuple(read)).issues == tuple(read)
    assert [issue["component"] for issue in found] == list(DAMAGE)
    # A season's crowd is more than the drawn servers take, and a usual evening is not.
    average = Demand(ESTIMATE["reads_per_second"].value, ESTIMATE["writes_per_second"].value)
    crowd = carry(WEAK, average, 12)["API service"].utilisation or 0
    assert 1 - 1 / crowd == pytest.approx(DAMAGE["API service"][2])
    assert (carry(WEAK, PEAK)["API service"].utilisation or 0) < MOST_FULL


def test_the_model_wrap_up_keeps_to_its_own_rubric() -> None:
    said = text_of("wrap-up").replace("<!-- BEGIN SOLUTION -->", "").replace("<!-- END SOLUTION -->", "")
    assert len(said.split()) <= 300
    figures = {float(number.replace(",", "")) for number in re.findall(r"\d[\d,.]*\d|\d", said)}
    peaks = (PEAK.reads_per_second, PEAK.writes_per_second, ESTIMATE["cache_memory"].value / 1e9)
    for right in (*peaks, 12 * 3_704):
        assert any(abs(figure / right - 1) < 0.1 for figure in figures if figure), right

"""An attempt keeps what was written, and the interviewer's choices follow the drawing and the seed."""

import re
from pathlib import Path
from typing import Any

import pytest

from helpers.catalogue import catalogue, read_scenario
from helpers.models.architectures import Parts, assemble
from helpers.models.interview import (
    Attempt,
    choose_deep_dive,
    contract_of,
    draw_scenario,
    fitted,
    lines_asked,
)

PASTEBIN = read_scenario(Path(__file__).parents[2] / "src/helpers/scenarios/pastebin.toml")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"scenario": " "}, "scenario = ' '"),
        ({"slot_min": 5}, "slot_min = 5"),
        ({"slot_min": float("nan")}, "slot_min = nan"),
        ({"daily_users": -1}, "daily_users = -1"),
        ({"daily_users": "many"}, "daily_users = 'many'"),
        ({"latency_ms": 0}, "latency_ms = 0"),
        ({"percentile": 100}, "percentile = 100"),
        ({"availability_percent": 100}, "availability_percent = 100"),
        ({"features": "Paste"}, "it must be a tuple or a list of texts"),
        ({"answers": {"writes_per_second": 4}}, "answers: it must be text"),
        ({"deep_dive": "x" * 20_001}, "deep_dive: it must be text of at most 20,000 characters"),
        ({"issues": ("x y" * 4000, "y z" * 4000)}, "issues: they must be at most 20,000 characters in all"),
        ({"deep_dive": "half \ud800"}, "it must not hold half of a character"),
        ({"parts": {"shard_count": 0}}, "shard_count = 0"),
        ({"parts": {"sharks": 1}}, "sharks"),
        ({"spent_s": (1, 2)}, "each of the five phases needs one"),
        ({"spent_s": (1, 2, 3, 4, -5)}, "spent_s = -5"),
        ({"phase": 6}, "phase = 6"),
        ({"levels": {"Requirements": 4}}, "levels['Requirements'] = 4"),
        ({"dug": -1}, "dug = -1"),
        ({"finished": 3}, "finished = 3"),
    ],
)
def test_bad_parts_are_refused_by_name(changes: dict[str, Any], message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=re.escape(message)):
        Attempt(**({"scenario": "Pastebin"} | changes))


def test_the_contract_holds_what_was_written_and_what_answers_settle() -> None:
    features = PASTEBIN.prompt.model_contract.features
    silent = contract_of(Attempt("Pastebin", features=features), PASTEBIN.prompt)
    assert (silent.daily_users, silent.latency, silent.growth_per_year) == (None, (), None)
    asked = Attempt(
        "Pastebin",
        features=features,
        asked=("users", "growth"),
        latency_ms=200,
        percentile=99,
        availability_percent=99.9,
    )
    contract = contract_of(asked, PASTEBIN.prompt)
    assert contract.daily_users is None, "an answer that was heard is not yet written down"
    assert contract.growth_per_year == 1.2
    assert contract.availability == 0.999
    assert [str(target) for target in contract.latency] == ["Read a paste by its link: 200 ms at p99"]
    without = contract_of(asked.replace(features=features[:1]), PASTEBIN.prompt)
    assert without.latency[0].operation == features[0]
    with pytest.raises(ValueError, match="'Fly'"):
        contract_of(Attempt("Pastebin", features=("Fly",)), PASTEBIN.prompt)


def test_lines_that_are_asked_for_are_there_and_differ() -> None:
    for scenario in catalogue().values():
        lines = lines_asked(scenario)
        assert 2 <= len(lines) <= 4
        assert len(set(lines)) == len(lines)
        assert all(scenario.estimate.value(line) > 0 for line in lines)


def test_the_draw_is_by_chance_and_repeats_with_its_seed() -> None:
    scenarios = list(catalogue().values())
    drawn = {draw_scenario(scenarios, seed).name for seed in range(200)}
    assert drawn == {scenario.name for scenario in scenarios}
    assert all(draw_scenario(scenarios, 7) is draw_scenario(scenarios, 7) for _ in range(5))
    seen = {scenario.name for scenario in scenarios[1:]}
    assert all(draw_scenario(scenarios, seed, besides=seen) is scenarios[0] for seed in range(20))
    everything = {scenario.name for scenario in scenarios}
    assert draw_scenario(scenarios, 3, besides=everything) in scenarios
    with pytest.raises(ValueError, match="there is none of this difficulty"):
        draw_scenario([])
    with pytest.raises(ValueError, match="seed = -1"):
        draw_scenario(scenarios, -1)


def test_the_interviewer_digs_into_what_is_drawn() -> None:
    kinds = [dive.kind for dive in PASTEBIN.deep_dives]
    smallest = assemble(Parts())
    assert {kinds[choose_deep_dive(PASTEBIN, smallest, seed)] for seed in range(50)} == {"primary database"}
    sharded = assemble(Parts(separate=True, cache=True, shards=True))
    assert {kinds[choose_deep_dive(PASTEBIN, sharded, seed)] for seed in range(50)} == set(kinds)


def test_what_a_changed_scenario_no_longer_has_is_left_out() -> None:
    kept = Attempt(
        "Pastebin", features=("Fly", "Search pastes"), asked=("mood", "users"), dug=99, percentile=9
    )
    left = fitted(kept, PASTEBIN)
    assert (left.features, left.asked, left.dug, left.percentile) == (("Search pastes",), ("users",), None, 9)
    assert fitted(left.replace(dug=1), PASTEBIN).dug == 1

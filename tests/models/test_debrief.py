"""The debrief: levels rise as an attempt gets better, and what it says is true of the attempt."""

from pathlib import Path
from typing import Any

import pytest

from helpers.catalogue import catalogue, read_scenario
from helpers.models.architecture_load import carry
from helpers.models.checklist import CHECKLIST
from helpers.models.debrief import BEST, RUBRIC, alone, judge, practise_next, time_words, titles
from helpers.models.interview import Attempt, lines_asked
from helpers.models.requirements import CORE

PASTEBIN = read_scenario(Path(__file__).parents[2] / "src/helpers/scenarios/pastebin.toml")
GOOD: dict[str, Any] = {
    "features": tuple(f.name for f in PASTEBIN.prompt.features if f.kind == CORE),
    "asked": tuple(question.name for question in PASTEBIN.prompt.questions if question.matters),
    "daily_users": 1e6,
    "latency_ms": 100,
    "percentile": 99,
    "availability_percent": 99.9,
    "answers": {
        "writes_per_second": "4/s",
        "reads_per_second": "40/s",
        "peak_reads_per_second": "200/s",
        "storage": "450 GB",
    },
    "parts": {"servers": True, "cache": True, "standbys": True, "server_count": 2},
    "dug": 0,
    "deep_dive": "A random name of seven characters with a unique key.",
    "issues": ("no backup was ever restored", "a script fills the database"),
}


def levels(**changes: Any) -> list[int | None]:
    return [one.level for one in judge(Attempt("Pastebin", **(GOOD | changes)), PASTEBIN)]


def test_a_good_attempt_has_nothing_left_to_say() -> None:
    judged = judge(Attempt("Pastebin", **GOOD), PASTEBIN)
    assert [one.level for one in judged] == [3, 3, 3, None, 3, None]
    assert judged[0].findings == judged[2].findings == judged[4].findings == ()
    assert all(finding.split(": ")[1].startswith("Right") for finding in judged[1].findings)


def test_an_empty_attempt_is_at_the_bottom() -> None:
    judged = judge(Attempt("Pastebin"), PASTEBIN)
    assert [one.level for one in judged] == [0, 0, 0, 0, 0, None]
    assert len(judged[1].findings) == len(lines_asked(PASTEBIN))


@pytest.mark.parametrize(
    ("place", "changes", "level", "words"),
    [
        (0, {"percentile": None}, 2, "average"),
        (0, {"asked": (), "daily_users": None, "latency_ms": None, "availability_percent": None}, 1, "Daily"),
        (0, {"features": ("Search pastes",)}, 1, "Paste a text"),
        (1, {"answers": {**GOOD["answers"], "reads_per_second": "3.3M/s"}}, 2, "86,400 times too large"),
        (1, {"answers": {"writes_per_second": "4/s", "storage": "450 TB"}}, 1, "1,000 times too large"),
        (1, {"answers": {"writes_per_second": "4/s", "storage": "450 GB"}}, 1, "nothing was written"),
        (1, {"answers": {"writes_per_second": "lots"}}, 0, "lots"),
        (2, {"parts": {"servers": True, "cache": True, "server_count": 2}}, 2, "Primary database: it stands"),
        (2, {"parts": {"servers": True, "server_count": 1, "server_capacity": 10}}, 1, "of what it bears"),
        (2, {"parts": {}}, 0, "Nothing was drawn"),
        (2, {"parts": {"server_count": 3, "standbys": True}}, 0, "Nothing was drawn"),
        (2, {"parts": {**GOOD["parts"], "server_count": 11}}, 2, "11 are drawn, and 1 would do"),
        (0, {"daily_users": 3e6}, 2, "you wrote 3 M, and the interviewer knows of 1 M"),
        (0, {"latency_ms": 1000}, 2, "less than the interviewer wants"),
        (0, {"percentile": 50}, 2, "less than the interviewer wants"),
        (0, {"availability_percent": 99}, 2, "the interviewer wants 99.9 %"),
        (4, {"issues": ("a", "b")}, 0, ""),
        (4, {"issues": ("No backup!", "no backup")}, 2, ""),
        (4, {"issues": ("one issue",)}, 2, ""),
        (4, {"alone": ("Primary database",)}, 1, "another machine of its kind takes over"),
        (4, {"parts": {"servers": True}, "alone": ("Load balancer",)}, 1, "you did not say so"),
        (4, {"parts": {"servers": True}, "alone": ("Load balancer", "Primary database")}, 3, ""),
        (4, {"issues": ()}, 0, ""),
        (3, {"deep_dive": " "}, 0, ""),
    ],
)
def test_each_fault_costs_its_own_row(place: int, changes: dict[str, Any], level: int, words: str) -> None:
    judged = judge(Attempt("Pastebin", **(GOOD | changes)), PASTEBIN)
    assert judged[place].level == level
    assert words in " ".join(judged[place].findings)
    before = levels()
    for other, (now, then) in enumerate(zip((one.level for one in judged), before, strict=True)):
        # A diagram with single machines also leaves something to name.
        if other != place and not {place, other} <= {2, 4}:
            assert now == then, RUBRIC[other].name


def test_a_stricter_promise_keeps_the_agreed_one() -> None:
    assert levels(latency_ms=50, percentile=99.9, availability_percent=99.99, daily_users=1.05e6)[0] == 3


def test_a_machine_that_others_stand_in_for_is_no_mistake_to_name() -> None:
    parts = {"servers": True, "cache": True, "server_count": 2, "cache_count": 1}
    named = ("Load balancer", "Primary database", "Cache")
    judged = judge(Attempt("Pastebin", **(GOOD | {"parts": parts, "alone": named})), PASTEBIN)[4]
    assert judged.level == BEST
    assert judged.findings == (
        "Cache: nothing of its kind takes over, and yet others answer, or the work waits.",
    )


def test_shards_that_the_data_needs_are_not_too_many() -> None:
    email = catalogue()["Email"]
    parts = {"servers": True, "shards": True, "shard_count": 10_000, "server_count": 1000, "standbys": True}
    found = judge(Attempt("Email", parts=parts), email)[2].findings
    assert not [finding for finding in found if finding.startswith("Shards")]


def test_what_a_candidate_judges_stands() -> None:
    attempt = Attempt("Pastebin", **GOOD, levels={"Communication": 1, "Requirements": 0})
    judged = judge(attempt, PASTEBIN)
    assert (judged[0].level, judged[5].level) == (0, 1)
    found = practise_next(judged)
    assert found is not None
    assert found.name == "Requirements"
    best = {criterion.name: BEST for criterion in RUBRIC}
    assert practise_next(judge(Attempt("Pastebin", levels=best), PASTEBIN)) is None


def test_the_rubric_has_the_five_steps_and_described_levels() -> None:
    assert [criterion.name for criterion in RUBRIC] == [*(phase.name for phase in CHECKLIST), "Communication"]
    lessons = Path(__file__).parents[2] / "notebooks"
    for criterion in RUBRIC:
        assert len(set(criterion.levels)) == BEST + 1
        assert (lessons / criterion.lesson).is_file()


def test_only_a_scenario_s_own_attempt_is_judged() -> None:
    with pytest.raises(ValueError, match="it is about 'Chat', and the scenario is 'Pastebin'"):
        judge(Attempt("Chat"), PASTEBIN)


def test_every_scenario_can_be_judged_and_its_design_drawn_without_fault() -> None:
    parts = {
        "servers": True, "separate": True, "cache": True, "replica": True, "worker": True, "queue": True,
        "object_store": True, "shards": True, "standbys": True, "hit_ratio": 0.9, "server_count": 10_000,
        "write_servers": 10_000, "cache_count": 1_000, "worker_count": 1_000, "shard_count": 10_000,
    }  # fmt: skip
    counts = {
        "Reads": "server_count", "Writes": "write_servers", "Cache": "cache_count", "Worker": "worker_count",
        "DB": "shard_count",
    }  # fmt: skip
    for scenario in catalogue().values():
        much = judge(Attempt(scenario.name, parts=parts), scenario)[2]
        assert much.level == 2, scenario.name
        assert any("10,000 are drawn" in finding for finding in much.findings)
        load = carry(Attempt(scenario.name, parts=parts).architecture, scenario.estimate)
        sized = {part: 2 * round(load[name].replicas_needed or 1) for name, part in counts.items()}
        judged = judge(Attempt(scenario.name, parts=parts | sized), scenario)
        assert judged[2].level == BEST, (scenario.name, judged[2].findings)
        assert judge(Attempt(scenario.name), scenario)[2].level == 0


def test_who_stands_alone_is_named_as_drawn() -> None:
    drawn = Attempt("Pastebin", parts={"servers": True, "object_store": True})
    assert alone(drawn) == ("Load balancer", "Primary database")
    assert set(alone(drawn)) <= set(titles(drawn.architecture))
    assert "Clients" not in titles(drawn.architecture)
    assert "Object store" not in titles(drawn.architecture)


def test_time_is_told_beside_the_slot_s_minutes() -> None:
    words = time_words(Attempt("Pastebin", slot_min=60, spent_s=(600, 301, 0, 0, 0)))
    assert words[0] == "1. Requirements: 10:00 of 10:00"
    assert words[1] == "2. Estimations: 5:01 of 5:00, 0:01 over"

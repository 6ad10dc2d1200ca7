"""Interviews are kept whole: nothing that cannot be read is ever written over."""

import json
from pathlib import Path
from typing import Any

import pytest

from helpers.catalogue import catalogue
from helpers.design import Design
from helpers.interviews import (
    InterviewsFileError,
    design_of,
    interviews_file,
    load_attempts,
    save_attempt,
)
from helpers.models.interview import Attempt

FULL = Attempt(
    "Pastebin",
    "2026-01-02 10:00:00 Pastebin",
    slot_min=60,
    features=("Paste a text and get a link",),
    asked=("users",),
    daily_users=1e6,
    latency_ms=100,
    percentile=99,
    availability_percent=99.9,
    answers={"writes_per_second": "4/s"},
    parts={"servers": True, "server_count": 3},
    dug=1,
    deep_dive="Schlüssel, 钥匙\nand <b>more</b>",
    alone=("Primary database",),
    issues=("no backup",),
    phase=5,
    spent_s=(1, 2, 3, 4, 5.5),
    levels={"Requirements": 3},
    finished="2026-01-02T11:00:00+00:00",
)


def test_an_attempt_comes_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "own.json"
    save_attempt(FULL, path)
    assert load_attempts(path) == (FULL,)
    assert "钥匙" in path.read_text(encoding="utf-8")


def test_a_later_state_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    path = tmp_path / "own.json"
    first, other = Attempt("Pastebin", "first"), Attempt("Chat", "other")
    for attempt in (first, other, first.replace(phase=2)):
        save_attempt(attempt, path)
    assert load_attempts(path) == (first.replace(phase=2), other)
    assert load_attempts(tmp_path / "nowhere.json") == ()


def test_two_tabs_with_one_attempt_keep_what_each_wrote(tmp_path: Path) -> None:
    path = tmp_path / "own.json"
    start = Attempt("Pastebin", "one", phase=1)
    save_attempt(start, path)
    save_attempt(start.replace(deep_dive="keys"), path, since=start)
    save_attempt(start.replace(issues=("no backup",), phase=2), path, since=start)
    assert load_attempts(path) == (start.replace(deep_dive="keys", issues=("no backup",), phase=2),)
    path.unlink()
    save_attempt(start.replace(phase=3), path, since=start)
    assert load_attempts(path) == (start.replace(phase=3),)


def damaged(change: Any) -> str:
    table: dict[str, Any] = {
        "format": "system design course: interviews",
        "version": 1,
        "attempts": [{"scenario": "Pastebin"}],
    }
    change(table)
    return json.dumps(table)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "it is damaged"),
        ("{", "it is damaged"),
        ("[" * 100_000, "it is damaged"),
        ("[]", "it holds no interviews of this course"),
        ('{"format": "system design course: design"}', "it holds no interviews of this course"),
        (damaged(lambda t: t.update(version=2)), "version 2 is not known"),
        (damaged(lambda t: t.update(attempts={})), "no list of attempts"),
        (damaged(lambda t: t["attempts"].append(3)), "3 is no attempt"),
        (damaged(lambda t: t["attempts"][0].update(mood="good")), "does not know: mood"),
        (damaged(lambda t: t["attempts"][0].update(levels=[3])), "levels = [3]: it must be a table"),
        (damaged(lambda t: t["attempts"][0].update(spent_s=[float("nan")] * 5)), "spent_s = nan"),
        (damaged(lambda t: t["attempts"][0].pop("scenario")), "scenario"),
    ],
)
def test_a_file_that_cannot_be_read_is_left_alone(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "own.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InterviewsFileError) as caught:
        save_attempt(FULL, path)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)
    assert path.read_text(encoding="utf-8") == text


def test_folders_and_huge_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InterviewsFileError, match="it is not a file"):
        save_attempt(FULL, tmp_path)
    huge = tmp_path / "huge.json"
    huge.write_bytes(b" " * 20_000_001)
    with pytest.raises(InterviewsFileError, match="larger than 20 MB"):
        load_attempts(huge)


def test_a_failure_while_saving_costs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "own.json"
    save_attempt(FULL, path)
    before = path.read_bytes()

    def full_disk(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full_disk)
    with pytest.raises(OSError, match="No space left"):
        save_attempt(Attempt("Chat", "new"), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_the_place_can_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("INTERVIEWS_FILE", raising=False)
    assert interviews_file() == Path("my_interviews.json")
    monkeypatch.setenv("INTERVIEWS_FILE", "")
    assert interviews_file() is None
    monkeypatch.setenv("INTERVIEWS_FILE", "~/sat.json")
    assert interviews_file() == Path.home() / "sat.json"


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_an_attempt_becomes_a_design_document(name: str, tmp_path: Path) -> None:
    scenario = catalogue()[name]
    bare = design_of(Attempt(name), scenario)
    assert bare.bottlenecks is None
    assert bare.contract is not None
    users = scenario.prompt.model_contract.daily_users
    attempt = Attempt(name, features=scenario.prompt.model_contract.features, daily_users=users)
    whole = design_of(attempt, scenario)
    assert whole.estimate.value("writes_per_second") == scenario.estimate.value("writes_per_second")
    assert whole.architecture == attempt.architecture
    assert whole.bottlenecks is not None
    whole.save(tmp_path / "design.json")
    assert Design.load(tmp_path / "design.json").contract == whole.contract

"""The design document: written whole or not at all, read with a clear error, never lost."""

import dataclasses
import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.design import FORMAT, LAST_STEP, VERSION, Design, DesignFileError, current_design
from helpers.models.api_contract import FRAMEWORK_API
from helpers.models.architectures import FRAMEWORK_DIAGRAM
from helpers.models.critique import Critique, Issue
from helpers.models.feed_decision import FeedDecision
from helpers.models.prompts import PROMPTS, TWITTER_CONTRACT
from helpers.models.published import FRAMEWORK_TWITTER, STRONG_NODE, TWITTER_2013, WHOLE_TWITTER
from helpers.models.quantities import Range
from helpers.models.schemas import FRAMEWORK_SCHEMA
from helpers.models.verdicts import judge
from helpers.models.workload import FIELDS, Workload


def with_users(design: Design, daily_users: float | None) -> Design:
    assert design.contract is not None
    return design.replace(contract=dataclasses.replace(design.contract, daily_users=daily_users))


def changed(**changes: Any) -> str:
    """Return the example's file with some of its top level changed; None takes a part out."""
    data = json.loads(Design.example().to_json()) | changes
    return json.dumps({name: part for name, part in data.items() if part is not None})


# What it says ----------------------------------------------------------------------------------------------


def test_the_example_is_the_frameworks_twitter_cut_after_each_step() -> None:
    first, second = Design.example(after_step=1), Design.example(after_step=2)
    assert first == Design(contract=TWITTER_CONTRACT)
    assert second.workload == WHOLE_TWITTER
    assert Design.example() == Design.example(LAST_STEP)
    for step in (0, LAST_STEP + 1, 1.5, True, "1"):
        with pytest.raises((ValueError, TypeError), match="after_step = "):
            Design.example(step)  # type: ignore[arg-type]


@given(st.floats(1, 1e11))
def test_daily_users_of_the_contract_move_every_later_verdict(daily_users: float) -> None:
    design = with_users(Design.example(), daily_users)
    times = daily_users / FRAMEWORK_TWITTER.daily_users
    before = judge(Design.example().estimate, STRONG_NODE)
    after = judge(design.estimate, STRONG_NODE)
    assert [usage.utilisation for usage in after.usages] == pytest.approx(
        [usage.utilisation * times for usage in before.usages]
    )


def test_each_step_adds_its_own_parts() -> None:
    written = [
        {name for name, part in vars(Design.example(step)).items() if part is not None}
        for step in range(1, LAST_STEP + 1)
    ]
    assert written[0] == {"contract"}
    assert written[3] - written[2] == {"api", "schema", "feed"}
    assert written[4] - written[3] == {"bottlenecks"}
    assert all(one < next_ for one, next_ in itertools.pairwise(written))
    with pytest.raises(ValueError, match="step = 0"):
        Design.example().after(0)


def test_what_is_not_written_does_not_show() -> None:
    assert repr(Design()) == "Design()"
    first = repr(Design.example(after_step=1))
    assert first.startswith("Design(contract=Contract(")
    assert not any(part in first for part in ("inputs=", "architecture=", "feed="))
    assert "feed=FeedDecision(" in repr(Design.example())


def test_a_step_that_is_missing_is_named() -> None:
    with pytest.raises(ValueError, match="contract = None: write it in step 1"):
        _ = Design().workload
    with pytest.raises(ValueError, match="inputs = None: give them in step 2"):
        _ = Design.example(after_step=1).estimate
    with pytest.raises(ValueError, match=r"contract\.daily_users = None: ask"):
        _ = with_users(Design.example(), None).estimate


def test_the_example_ships_the_issues_that_are_found_in_it() -> None:
    assert Design.example().bottlenecks == Design.example(after_step=4).find_issues().top()
    assert Design.example().find_issues(celebrity_cache=True, alarms=True) != Design.example().find_issues()


def test_issues_follow_from_the_contract_and_the_drawing() -> None:
    design = Design.example()
    assert design.contract is not None
    grown = design.replace(contract=dataclasses.replace(design.contract, growth_per_year=4))
    assert any("the load fills" in issue.about and issue.lost_minutes for issue in grown.find_issues().issues)
    drawn = design.replace(architecture=FRAMEWORK_DIAGRAM)
    assert drawn.find_issues().issues[0].about == "nothing stands in for the Load Balancer"
    bare = design.replace(contract=dataclasses.replace(design.contract, consistency=(), availability=None))
    assert bare.find_issues() == design.find_issues(), "what is not said is the framework's"
    with pytest.raises(ValueError, match="architecture = None: draw it in step 3"):
        Design.example(after_step=2).find_issues()
    with pytest.raises(ValueError, match="contract = None: write it in step 1"):
        Design(architecture=FRAMEWORK_DIAGRAM).find_issues()


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [
        ({"writes_per_user": -1}, "writes_per_user = -1: it must be a number, 0 or more"),
        ({"writes_per_user": float("nan")}, "writes_per_user = nan"),
        ({"writes_per_user": "lots"}, "writes_per_user"),
        ({"writes_per_usr": 5}, "'writes_per_usr' is not among"),
        ({"writes_per_user": 5, "daily_users": 7}, "'daily_users' is not among"),
        ({}, "writes are given by nothing"),
        ([("writes_per_user", 5)], "must be a mapping"),
    ],
)
def test_bad_inputs_are_refused(inputs: Any, reason: str) -> None:
    with pytest.raises((ValueError, TypeError), match=reason):
        Design(inputs=inputs)


def test_inputs_cannot_be_changed_behind_its_back() -> None:
    inputs = {"writes_per_user": 5}
    design = Design(inputs=inputs)
    inputs["writes_per_user"] = 99
    assert design.inputs == {"writes_per_user": 5.0}
    with pytest.raises(TypeError):
        design.inputs["writes_per_user"] = 6  # type: ignore[index, unused-ignore]


# To the file and back --------------------------------------------------------------------------------------

INPUTS = [FRAMEWORK_TWITTER, TWITTER_2013, FRAMEWORK_TWITTER.replace(item_size=Range(100, 5000))]
DESIGNS = [
    Design(),
    *(Design.example(step) for step in range(1, LAST_STEP + 1)),
    *(Design(contract=prompt.model_contract) for prompt in PROMPTS),
    *(Design.example(after_step=1).with_workload(workload) for workload in INPUTS),
    Design(inputs={"writes_per_user": 1, "item": "photo"}),
    Design(api=FRAMEWORK_API, schema=FRAMEWORK_SCHEMA, feed=FeedDecision("pull", because="« few » readers")),
    Design(feed=FeedDecision("push", kept=100)),
    Design(bottlenecks=Critique(())),
    Design(bottlenecks=Critique((Issue("a | b", 2, 240, 1, "« add » one", "1 machine", "half of it"),))),
]


@pytest.mark.parametrize("design", DESIGNS)
def test_what_is_saved_is_what_is_loaded(design: Design, tmp_path: Path) -> None:
    path = tmp_path / "design.json"
    design.save(path)
    assert Design.load(path) == design
    text = path.read_text(encoding="utf-8")
    Design.load(path).save(path)
    assert path.read_text(encoding="utf-8") == text
    assert [file.name for file in tmp_path.iterdir()] == ["design.json"]


@pytest.mark.parametrize("workload", INPUTS)
def test_a_workload_comes_back_with_the_contracts_users(workload: Workload) -> None:
    design = Design.from_json(Design.example(after_step=1).with_workload(workload).to_json())
    assert design.workload == workload.replace(daily_users=10e6)


@given(st.dictionaries(st.sampled_from(["item_size", "followers", "peak_factor"]), st.floats(1, 1e4)))
def test_any_inputs_come_back(more: dict[str, float]) -> None:
    design = Design.example(after_step=1).replace(inputs={"writes_per_user": 5, **more})
    assert Design.from_json(design.to_json()) == design


def test_the_file_can_be_read_by_a_person() -> None:
    text = Design.example().to_json()
    assert text.splitlines()[1:3] == [f'  "format": "{FORMAT}",', f'  "version": {VERSION},']
    assert '    "daily_users": 10000000.0,' in text
    assert '"writes_per_user": 5.0' in text
    assert max(map(len, text.splitlines())) < 120


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "damaged"),
        ("{", "damaged"),
        (Design.example().to_json()[:-40], "damaged"),
        ("[" * 100_000, "damaged"),
        ("null", "no design of this course"),
        ("[1, 2]", "no design of this course"),
        ('{"cells": [], "nbformat": 4}', "no design of this course"),
        (changed(format="another"), "no design of this course"),
        (changed(version=VERSION + 1), f"newer course wrote it .version {VERSION + 1}"),
        (changed(version="1"), "version.* is '1'"),
        (changed(version=None), "version.* is None"),
        (changed(version=0), "version.* is 0"),
        (changed(version=True), "version.* is True"),
        (changed(sketch={}), "does not know: sketch"),
        (changed(inputs=[]), "inputs"),
        (changed(inputs={"writes_per_user": -5}), "writes_per_user = -5"),
        (changed(inputs={"writes_per_user": {"low": 5, "high": 1}}), "low"),
        (changed(contract="Design Twitter"), "contract"),
        (changed(contract={}), "contract.prompt: "),
        (changed(bottlenecks={"issues": [{"about": "it"}]}), "bottlenecks.issues.0.times_a_year: "),
        ('{"format": 1, "format": 2}', "'format' stands in it twice"),
    ],
)
def test_a_file_that_is_no_design_is_named_and_left_alone(text: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "design.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DesignFileError, match=reason) as raised:
        Design.load(path)
    assert str(path) in str(raised.value)
    with pytest.raises(DesignFileError, match=reason):
        Design.example().save(path)
    assert path.read_text(encoding="utf-8") == text
    assert [file.name for file in tmp_path.iterdir()] == ["design.json"]


def contract_with(**changes: Any) -> str:
    return changed(contract=json.loads(Design.example().to_json())["contract"] | changes)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"daily_users": -1}, "daily_users = -1"),
        ({"daily_users": "10M"}, "contract.daily_users: .*number"),
        ({"daily_users": True}, "contract.daily_users: .*number"),
        ({"features": "all"}, "contract.features"),
        ({"features": [5]}, "contract.features.0"),
        ({"availability": 1.5}, "availability = 1.5"),
        ({"mood": "good"}, "does not know: contract.mood"),
    ],
)
def test_a_contract_that_does_not_fit_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(DesignFileError, match=reason):
        Design.from_json(contract_with(**changes))


def test_a_word_too_many_deep_in_the_contract_is_not_lost_silently() -> None:
    targets = json.loads(Design.example().to_json())["contract"]["latency"]
    targets[0]["mood"] = "good"
    with pytest.raises(DesignFileError, match=r"does not know: contract\.latency\[0\]\.mood"):
        Design.from_json(contract_with(latency=targets))


def test_not_a_number_is_refused() -> None:
    with pytest.raises(DesignFileError, match="daily_users"):
        Design.from_json(Design.example().to_json().replace("10000000.0", "NaN"))


def test_bytes_that_are_no_text_and_a_huge_file(tmp_path: Path) -> None:
    path = tmp_path / "design.json"
    path.write_bytes("{}é".encode("latin-1"))
    with pytest.raises(DesignFileError, match="not text in UTF-8"):
        Design.load(path)
    path.write_bytes(b" " * 10_000_001)
    with pytest.raises(DesignFileError, match="larger than 10 MB"):
        Design.example().save(path)


def test_no_file_and_no_folder(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Design.load(tmp_path / "absent.json")
    with pytest.raises(FileNotFoundError):
        Design.example().save(tmp_path / "absent/design.json")
    with pytest.raises(OSError, match=r"irectory|ermission"):
        Design.load(tmp_path)


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    path, link = tmp_path / "design.json", tmp_path / "link.json"
    Design().save(path)
    link.symlink_to(path)
    Design.example().save(link)
    assert link.is_symlink()
    assert Design.load(path) == Design.example()


def test_a_link_to_itself_is_named_and_stays(tmp_path: Path) -> None:
    link = tmp_path / "link.json"
    link.symlink_to(link)
    for call in (Design.load, Design.example().save):
        with pytest.raises(OSError, match=r"link\.json"):
            call(link)
    assert link.is_symlink()


def test_a_link_to_nowhere_gets_its_file(tmp_path: Path) -> None:
    link = tmp_path / "link.json"
    link.symlink_to(tmp_path / "design.json")
    Design.example().save(link)
    assert link.is_symlink()
    assert Design.load(tmp_path / "design.json") == Design.example()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes in folders")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    code = "import sys; from helpers.design import Design; Design.load(sys.argv[1])"
    command = [sys.executable, "-c", code, str(tmp_path / "pipe")]
    done = subprocess.run(command, timeout=60, capture_output=True, text=True, check=False)
    assert "pipe: it is no design of this course: it is not a file" in done.stderr


@pytest.mark.parametrize("turned", [lambda text: "\ufeff" + text, lambda text: text.replace("\n", "\r\n")])
def test_what_an_editor_adds_is_read(turned: Callable[[str], str], tmp_path: Path) -> None:
    path = tmp_path / "design.json"
    path.write_bytes(turned(Design.example().to_json()).encode())
    assert Design.load(path) == Design.example()
    Design.example().save(path)
    assert path.read_bytes().decode() == Design.example().to_json()


def test_a_folder_that_is_not_there_is_named_as_the_reader_gave_it(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as raised:
        Design.example().save(tmp_path / "absent/my design ü.json")
    assert raised.value.filename == str(tmp_path.resolve() / "absent/my design ü.json")


def test_a_long_version_does_not_fill_the_page() -> None:
    for version in (10**400, "é" * 1000, [[[[1] * 500]]]):
        with pytest.raises(DesignFileError, match="version") as raised:
            Design.from_json(changed(version=version))
        assert len(str(raised.value)) < 200


SAVING = """
import sys
from helpers.design import Design
for _ in range(30): Design.example(int(sys.argv[2])).save(sys.argv[1])
"""


def test_two_that_save_at_once_leave_one_of_their_designs(tmp_path: Path) -> None:
    path = tmp_path / "design.json"
    Design().save(path)
    commands = [[sys.executable, "-c", SAVING, str(path), step] for step in ("1", "2")]
    savers = [subprocess.Popen(command) for command in commands]
    while any(saver.poll() is None for saver in savers):
        assert Design.load(path) in (Design(), Design.example(1), Design.example(2))
    assert [saver.returncode for saver in savers] == [0, 0]
    assert Design.load(path) in (Design.example(1), Design.example(2))
    assert [file.name for file in tmp_path.iterdir()] == ["design.json"]


ODD: list[Any] = [
    None,
    True,
    0,
    -0.0,
    -1,
    10**400,
    1e308,
    "",
    "10M",
    "\ud800",
    "a\nb",
    [],
    {},
    [[]],
    ["x", "X"],
]
ODD += [{"low": 1, "high": 2}, {"low": None, "high": 1}, {"low": 1, "high": 10**400}, {"operation": "x"}]


def places(part: Any, where: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to everything in a file."""
    names = part if isinstance(part, dict) else range(len(part)) if isinstance(part, list) else ()
    inside = [place for name in names for place in places(part[name], (*where, name))]
    return [*inside, where] if where else inside


def _at(part: Any, way: tuple[Any, ...]) -> Any:
    for name in way:
        part = part[name]
    return part


@given(st.data())
def test_whatever_is_changed_in_a_file_it_is_read_whole_or_refused(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(DESIGNS)).to_json()
    if data.draw(st.booleans()):
        whole = json.loads(text)
        *way, last = data.draw(st.sampled_from(places(whole)))
        _at(whole, tuple(way))[last] = data.draw(st.sampled_from(ODD))
        text = json.dumps(whole)
    else:
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 30)))
        text = text[:start] + data.draw(st.text(max_size=5)) + text[end:]
    try:
        design = Design.from_json(text)
    except DesignFileError as error:
        assert len(str(error)) < 500
    else:
        assert Design.from_json(design.to_json()) == design
        kept = set(places(json.loads(design.to_json())))
        given_none = {way for way in places(json.loads(text)) if _at(json.loads(text), way) is None}
        assert set(places(json.loads(text))) - kept <= given_none
        design.to_json().encode()
        design._repr_markdown_()


def fail(*_: Any, **__: Any) -> None:
    raise OSError("no space left on device")


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_save_that_fails_leaves_the_old_file_whole(
    call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "design.json"
    Design().save(path)
    monkeypatch.setattr(os, call, fail)
    with pytest.raises(OSError, match="no space left"):
        Design.example().save(path)
    assert Design.load(path) == Design()
    assert [file.name for file in tmp_path.iterdir()] == ["design.json"]


KILLED = """
import os, signal, sys
from helpers.design import Design
def kill(*_): os.kill(os.getpid(), signal.SIGKILL)
{patch}
Design.example().save(sys.argv[1])
"""


@pytest.mark.parametrize(
    ("patch", "survivor"),
    [
        ("os.fsync = kill", Design()),
        ("os.replace = kill", Design()),
        ("real = os.replace\ndef swap(*a): real(*a); kill()\nos.replace = swap", Design.example()),
    ],
    ids=["while writing", "before the swap", "after the swap"],
)
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_killed_while_saving_the_file_is_the_old_or_the_new_one(
    patch: str, survivor: Design, tmp_path: Path
) -> None:
    path = tmp_path / "design.json"
    Design().save(path)
    done = subprocess.run([sys.executable, "-c", KILLED.format(patch=patch), str(path)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert Design.load(path) == survivor


# The reader's own file -------------------------------------------------------------------------------------


@pytest.fixture
def my_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DESIGN_FILE", str(tmp_path / "my_design.json"))
    return tmp_path / "my_design.json"


def test_without_a_file_of_their_own_a_reader_gets_the_example(
    my_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert current_design(1) == Design.example(1)
    with_users(Design.example(), 5).save(my_file)
    monkeypatch.setenv("DESIGN_FILE", "")
    assert current_design(2) == Design.example(2)


def test_what_their_file_leaves_out_comes_from_the_example(my_file: Path) -> None:
    mine = with_users(Design.example(after_step=1), 77e6)
    mine.save(my_file)
    assert current_design(1) == mine
    assert current_design(2) == with_users(Design.example(2), 77e6)
    mine.with_workload(TWITTER_2013).save(my_file)
    assert current_design(1) == mine, "step 1 starts before step 2 has written"
    assert current_design(2) == mine.with_workload(TWITTER_2013)


def test_issues_are_those_of_their_own_design(my_file: Path) -> None:
    assert current_design(5) == Design.example(5)
    mine = with_users(Design.example(after_step=4), 77e6).replace(architecture=FRAMEWORK_DIAGRAM)
    mine.save(my_file)
    assert current_design(4) == mine
    assert current_design(5).bottlenecks == mine.find_issues().top()
    said = Critique((Issue("nobody looks", 12, 60, 0.1, "look", "an hour a day"),))
    mine.replace(bottlenecks=said).save(my_file)
    assert current_design(5).bottlenecks == said
    assert current_design(4).bottlenecks is None
    nobody = with_users(mine, None)
    nobody.save(my_file)
    assert current_design(5).bottlenecks is None, "without daily users nothing can be found"


def test_a_file_in_the_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("DESIGN_FILE", "~/my_design.json")
    with_users(Design.example(), 77e6).save(tmp_path / "my_design.json")
    assert current_design(2) == with_users(Design.example(2), 77e6)


def test_a_damaged_file_of_theirs_is_not_passed_over(my_file: Path) -> None:
    my_file.write_text("{")
    with pytest.raises(DesignFileError, match="damaged"):
        current_design(1)


def test_it_shows_as_a_page_of_markdown() -> None:
    show: Callable[[], str] = Design.example()._repr_markdown_
    assert "10 M" in show()
    assert "600 tweets/s" in show()
    assert "600 tweets/s" not in Design.example(after_step=1)._repr_markdown_()
    for part in ("POST /v1/tweet", "CREATE TABLE follows", "1,000,000 followers"):
        assert part in show()
        assert part not in Design.example(after_step=3)._repr_markdown_()
    assert "One issue with this design is that" in show()
    assert "One issue" not in Design.example(after_step=4)._repr_markdown_()
    assert "empty design" in Design()._repr_markdown_()


def test_every_input_of_a_workload_can_be_kept() -> None:
    ways = {"writes_per_day", "reads_per_user", "reads_per_day"}  # the other ways to say writes and reads
    given = {name: 2.0 for name in FIELDS if name not in {"daily_users", *ways}}
    given |= {"stored_share": 0.5, "media_share": 0.5, "hot_share": 0.5}
    kept = Design.from_json(Design(inputs=given).to_json()).inputs
    assert kept == given

"""Keeping a step's part of the design: nothing another step wrote is lost, nothing unread is written over."""

import dataclasses
from pathlib import Path

import pytest

from helpers.design import Design
from helpers.models.published import TWITTER_2013
from helpers.widgets.save_design import save_panel

SAVE, BACK = "Save it", "Go back to the Twitter example"


@pytest.fixture
def my_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DESIGN_FILE", str(tmp_path / "my_design.json"))
    return tmp_path / "my_design.json"


def users(daily_users: float | None) -> Design:
    contract = Design.example(after_step=1).contract
    assert contract is not None
    return Design(contract=dataclasses.replace(contract, daily_users=daily_users))


def test_a_part_is_saved_beside_what_other_steps_wrote(my_file: Path) -> None:
    save_panel(Design().with_workload(TWITTER_2013)).press(SAVE)
    panel = save_panel(users(77e6))
    panel.press(SAVE)
    assert f"Saved in {my_file}" in panel.text
    assert Design.load(my_file) == users(77e6).with_workload(TWITTER_2013)


def test_a_function_is_asked_when_the_button_is_pressed(my_file: Path) -> None:
    parts = [users(5)]
    panel = save_panel(lambda: parts[-1])
    parts.append(users(6))
    panel.press(SAVE)
    assert Design.load(my_file) == users(6)


def test_a_contract_without_users_is_not_saved(my_file: Path) -> None:
    panel = save_panel(users(None))
    panel.press(SAVE)
    assert panel.text.startswith("Nothing was saved. Step 2 starts from the daily users")
    assert not my_file.exists()


def test_a_file_that_cannot_be_read_is_not_written_over(my_file: Path) -> None:
    my_file.write_text("my notes")
    panel = save_panel(users(5))
    panel.press(SAVE)
    assert panel.text.startswith("Nothing was saved.")
    assert "damaged" in panel.text
    assert my_file.read_text() == "my notes"


def test_going_back_to_the_example_puts_the_file_aside_and_loses_none(my_file: Path) -> None:
    panel = save_panel(users(5))
    panel.press(BACK)
    assert "use the Twitter example already" in panel.text
    for number, part in enumerate([users(5), users(6)], start=1):
        save_panel(part).press(SAVE)
        panel.press(BACK)
        assert f"my_design_{number}.json" in panel.text
        assert not my_file.exists()
        assert Design.load(my_file.with_name(f"my_design_{number}.json")) == part


def test_without_a_place_to_keep_it_nothing_is_saved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESIGN_FILE", "")
    panel = save_panel(users(5))
    for button in (SAVE, BACK):
        panel.press(button)
        assert "no design is kept" in panel.text


def test_a_folder_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESIGN_FILE", str(tmp_path / "absent/my_design.json"))
    panel = save_panel(users(5))
    panel.press(SAVE)
    assert panel.text.startswith("Nothing was saved.")
    assert "absent" in panel.text


def test_a_folder_of_that_name_is_left_where_it_is(my_file: Path) -> None:
    my_file.mkdir()
    panel = save_panel(users(5))
    for button in (SAVE, BACK):
        panel.press(button)
        assert "my_design.json" in panel.text
    assert panel.text.endswith("is not a file, so it was left where it is. Set DESIGN_FILE to another name.")
    assert [path.name for path in my_file.parent.iterdir()] == ["my_design.json"]

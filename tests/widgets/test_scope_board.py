"""The scope board: ticks change the clock, the contract and what the interviewer says."""

import dataclasses
import html
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.models.contract_review import review
from helpers.models.prompts import CHAT, PAYMENTS, PROMPTS, TWITTER, TWITTER_CONTRACT
from helpers.models.requirements import CORE, Contract, Feature, Prompt, Question
from helpers.widgets.scope_board import ScopeBoard, scope_board, scope_view


def tick_only(board: ScopeBoard, *names: str) -> None:
    board.set(**{name: name in names for name in board.values})


def good(prompt: Prompt) -> tuple[str, ...]:
    return (*prompt.model_contract.features, *prompt.model_contract.asked)


def test_it_opens_on_a_first_attempt_with_mistakes() -> None:
    board = scope_board()
    assert [name for name, ticked in board.values.items() if ticked] == [
        "Post tweets",
        "Edit profile",
        "View a home timeline",
        "Reset password",
        "users",
    ]
    assert board.text == (
        "Step 1 takes 5.5 minutes, within the framework's 5 to 10. We count 1 to hear the prompt, "
        "1 a feature and half a minute a question. Steps 3 and 4 then have 6.2 to 8.8 minutes for each "
        "of your 4 features. The interviewer has 10 remarks."
    )
    said = board.notes.splitlines()
    assert [line.split(".")[0] for line in said[1:4]] == ["Follow others", "Edit profile", "Reset password"]
    assert said[4] == "And 7 more, once these are settled."
    assert "Scale | 10 M users a day" in said
    assert "Availability | not agreed" in said


@pytest.mark.parametrize("prompt", PROMPTS, ids=lambda prompt: prompt.name)
def test_each_prompt_opens_with_remarks_and_ends_without(prompt: Prompt) -> None:
    board = scope_board(prompt)
    assert "remarks." in board.text
    assert board.contract.features
    tick_only(board, *good(prompt))
    assert "The interviewer has no remarks: you can design to this contract." in board.text
    assert "“That is clear. Go on.”" in board.notes
    contract = board.contract
    assert dataclasses.replace(contract, out_of_scope=()) == dataclasses.replace(
        prompt.model_contract, out_of_scope=()
    )


def test_the_contract_goes_on_to_the_next_lesson() -> None:
    board = scope_board()
    assert board.contract.daily_users == 10e6
    assert dict(board.contract.rows)["Scale"] == "10 M users a day"
    board.controls["growth"].set(True)
    assert board.contract.users_after(1) == 15e6
    board.controls["users"].set(False)
    assert dict(board.contract.rows)["Scale"] == "× 1.5 every year"


def test_a_question_shows_its_answer_once_it_is_asked() -> None:
    board = scope_board()
    famous = board.controls["famous"]
    assert famous.description == "Do some accounts have millions of followers?"
    famous.set(True)
    assert famous.description.endswith("followers? – “Yes. The largest has 31 million.” (Twitter, 2013)")
    famous.value = False
    assert "31 million" not in famous.description
    assert "(the framework)" in board.controls["users"].description


def test_a_tick_moves_the_bars() -> None:
    board = scope_board()
    clock, shares = board.plot.figures
    assert clock["data"][0]["x"] == [1.0, 4.0, 0.5]
    assert shares["data"][0]["x"] == [6.25] * 4
    tick_only(board, "Follow others", "growth", "down", "lost")
    clock, shares = board.plot.figures
    assert clock["data"][0]["x"] == [1.0, 1.0, 1.5]
    assert shares["data"][0]["y"] == ["Follow others"]
    assert "25 to 35 minutes for your one feature" in board.text


@pytest.mark.parametrize(
    ("features", "questions", "words"),
    [
        (0, 0, "Step 1 takes 1 minute of the framework's 5 to 10, so there is time to ask more."),
        (3, 1, "Step 1 takes 4.5 minutes of the framework's 5 to 10"),
        (4, 0, "Step 1 takes 5 minutes, within the framework's 5 to 10."),
        (5, 8, "Step 1 takes 10 minutes, within the framework's 5 to 10."),
        (5, 9, "Step 1 takes 10.5 minutes, 0.5 over the framework's 10."),
        (10, 9, "Step 1 takes 15.5 minutes, 5.5 over the framework's 10."),
    ],
)
def test_the_verdict_at_each_edge_of_the_time_box(features: int, questions: int, words: str) -> None:
    names = [feature.name for feature in TWITTER.features][:features]
    asked = [question.name for question in TWITTER.questions][:questions]
    assert scope_view(TWITTER, names, asked).words.startswith(words)


def test_a_wasted_question_is_named_as_it_was_asked() -> None:
    board = scope_board()
    tick_only(board, *good(TWITTER), "database")
    assert "The interviewer has 1 remark." in board.text
    assert board.notes.splitlines()[1].startswith("“Which database should I use?” That is yours to decide")


def test_with_no_feature_no_minutes_are_shared_out() -> None:
    view = scope_view(TWITTER, [], [])
    assert "Steps 3 and 4" not in view.words
    assert "There is nothing to design yet." in view.notes


def test_reset_goes_back_to_the_first_attempt() -> None:
    board = scope_board()
    start, words, notes = board.values, board.text, board.notes
    labels = [control.description for control in board.controls.values()]
    tick_only(board, *good(TWITTER))
    assert board.text != words
    board.reset.click()
    assert (board.values, board.text, board.notes) == (start, words, notes)
    assert [control.description for control in board.controls.values()] == labels


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(PROMPTS), st.data())
def test_every_setting_has_a_picture_and_words_that_count_right(prompt: Prompt, data: st.DataObject) -> None:
    features = [feature.name for feature in prompt.features if data.draw(st.booleans())]
    asked = [question.name for question in prompt.questions if data.draw(st.booleans())]
    view = scope_view(prompt, features, asked)
    clock, shares = view.figures
    spent = 1 + len(features) + len(asked) / 2
    assert sum(clock.data[0].x) == spent
    assert spent <= clock.layout.xaxis.range[1]
    assert f"Step 1 takes {spent:g} minute" in view.words
    assert tuple(shares.data[0].y) == tuple(features)
    found = review(prompt.agree(features, asked), prompt)
    assert (f"has {len(found)} remark" in view.words) == bool(found)
    assert view.notes.count("Say: ") == min(len(found), 3)
    assert (f"And {len(found) - 3} more" in view.notes) == (len(found) > 3)
    assert len(view.words) < 400


def test_markup_in_a_prompt_is_shown_as_it_is() -> None:
    nasty = "<script>alert('x')</script>"
    own = Prompt(
        "Own",
        f"Design {nasty}",
        (Feature(f"Use {nasty}", CORE, f"Because {nasty}"), Feature("Run", CORE, "It runs.")),
        (Question("why", f"Why {nasty}?", f"For {nasty}."),),
        Contract("Design it"),
    )
    board = scope_board(own)
    board.set(Run=True, why=True)
    assert "<script" not in board.plot.notes
    assert html.escape(nasty) in board.plot.notes
    assert nasty in board.notes


def test_a_prompt_without_questions_or_model_still_opens() -> None:
    own = Prompt("Own", "Design it", (Feature("Run", CORE, "It runs."),), (), Contract("Design it"))
    board = scope_board(own)
    assert board.contract == Contract("Design it", out_of_scope=("Run",))
    board.set(Run=True)
    assert board.contract.features == ("Run",)


@pytest.mark.parametrize("prompt", ["Twitter", None, TWITTER_CONTRACT])
def test_only_a_prompt_opens_a_board(prompt: Any) -> None:
    with pytest.raises(TypeError, match="it must be a Prompt"):
        scope_board(prompt)


def test_the_page_without_widgets_shows_the_words_and_the_contract() -> None:
    board = scope_board(PAYMENTS)
    text = board._in_words()
    assert text.startswith("Scope: “Design a payment service”\n[x] Pay a merchant\n[ ] Reset password\n")
    assert "\nStep 1 takes" in text
    assert "Users can | Pay a merchant" in text


def test_boards_do_not_share_their_ticks() -> None:
    first, second = scope_board(CHAT), scope_board(CHAT)
    first.set(group=True)
    assert not second.values["group"]

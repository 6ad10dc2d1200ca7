"""Prompts and contracts: what they hold, what they refuse, and what an answer settles."""

import dataclasses
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.models.contract_review import RULES, review
from helpers.models.prompts import CHAT, PAYMENTS, PROMPTS, TWITTER, TWITTER_CONTRACT
from helpers.models.requirements import (
    CORE,
    DESIGN_MIN,
    EVENTUAL,
    KINDS,
    OUT,
    STRONG,
    TIME_BOX_MIN,
    ConsistencyTarget,
    Contract,
    Feature,
    LatencyTarget,
    Prompt,
    Question,
    minutes_each,
    minutes_spent,
)
from helpers.models.texts import key_words

SETTLED = (
    "daily_users",
    "growth_per_year",
    "regions",
    "latency",
    "availability",
    "durability",
    "consistency",
)

prompts = st.sampled_from(PROMPTS)


@st.composite
def first_tries(draw: st.DrawFn) -> tuple[Prompt, list[str], list[str]]:
    """A prompt, some of its features and some of its questions."""
    prompt = draw(prompts)
    features = draw(st.lists(st.sampled_from([feature.name for feature in prompt.features]), unique=True))
    asked = draw(st.lists(st.sampled_from([question.name for question in prompt.questions]), unique=True))
    return prompt, features, asked


# The framework's own words and numbers --------------------------------------------------------------------


def test_twitter_is_scoped_as_the_framework_does() -> None:
    kinds = {feature.name: feature.kind for feature in TWITTER.features}
    assert [name for name, kind in kinds.items() if kind == CORE] == list(TWITTER_CONTRACT.features)
    assert kinds["Reset password"] == kinds["Edit profile"] == OUT
    assert TWITTER_CONTRACT.daily_users == 10e6
    timeline = ConsistencyTarget("View a home timeline", EVENTUAL, 5)
    assert timeline in TWITTER_CONTRACT.consistency
    assert (TIME_BOX_MIN, DESIGN_MIN) == ((5, 10), (25, 35))


def test_published_figures_name_their_source() -> None:
    sources = {question.name: question.source for question in TWITTER.questions}
    assert sources["users"] == "the framework"
    assert sources["famous"] == "Twitter, 2013"
    assert sources["growth"] == "our scenario"
    assert CHAT.model_contract.daily_users == 50e6
    assert [str(target) for target in TWITTER_CONTRACT.latency] == [
        "View a home timeline: 5 ms at p50",
        "View a home timeline: 100 ms at p99",
    ]


def test_a_payment_is_strong_and_its_history_is_not() -> None:
    levels = {target.operation: target.level for target in PAYMENTS.model_contract.consistency}
    assert levels == {"Pay a merchant": STRONG, "Refund a payment": STRONG, "See past payments": EVENTUAL}


@pytest.mark.parametrize("prompt", PROMPTS, ids=lambda prompt: prompt.name)
def test_each_prompt_is_whole(prompt: Prompt) -> None:
    kinds = [feature.kind for feature in prompt.features]
    assert set(kinds) == set(KINDS)
    assert kinds.count(CORE) in (3, 4)
    contract = prompt.model_contract
    assert contract.prompt == prompt.line
    assert {*contract.features, *contract.out_of_scope} <= {feature.name for feature in prompt.features}
    for field in SETTLED:
        assert prompt.question_for(field) is not None
    mattering = [question.name for question in prompt.questions if question.matters]
    assert contract.asked == tuple(mattering)
    assert minutes_spent(len(contract.features), len(mattering)) <= TIME_BOX_MIN[1]
    assert len({feature.name for feature in prompt.features}) == len(prompt.features)
    for feature in prompt.features:
        assert prompt.named_by(feature.name) == prompt.meant_by(feature.name) == (feature,)
        assert all(prompt.meant_by(name) == (feature,) for name in feature.also)
        assert bool(feature.needs) == bool(feature.because)


# The contract ---------------------------------------------------------------------------------------------


def test_a_contract_may_hold_nothing_but_its_prompt() -> None:
    contract = Contract("Design Twitter")
    assert all(getattr(contract, field) in (None, ()) for field in SETTLED)
    assert [text for _, text in contract.rows] == ["not agreed"] * 7


@settings(max_examples=60, deadline=None)
@given(st.floats(1, 1e10), st.floats(0.5, 4), st.integers(0, 10))
def test_growth_compounds(users: float, growth: float, years: int) -> None:
    contract = Contract("x", daily_users=users, growth_per_year=growth)
    exact = Fraction(users) * Fraction(growth) ** years
    assert math.isclose(contract.users_after(years), exact, rel_tol=1e-12)
    assert contract.users_after(0) == users


def test_growth_needs_both_numbers() -> None:
    with pytest.raises(ValueError, match="daily_users = None: it must be agreed first"):
        Contract("x", growth_per_year=2).users_after(1)
    with pytest.raises(ValueError, match="growth_per_year = None: it must be agreed first"):
        Contract("x", daily_users=5).users_after(1)
    bad: list[Any] = [-1, math.nan, "two", None, np.array([1.0, 2.0])]
    for years in bad:
        with pytest.raises((ValueError, TypeError), match="years"):
            TWITTER_CONTRACT.users_after(years)


BAD: list[tuple[str, Any]] = [
    ("prompt", ""),
    ("prompt", "  "),
    ("prompt", None),
    ("prompt", 5),
    ("features", "Post tweets"),
    ("features", ("Post tweets", "post  Tweets")),
    ("features", ("Post tweets", "")),
    ("features", (None,)),
    ("features", None),
    ("features", {"Post tweets"}),
    ("out_of_scope", ("Search", "search")),
    ("asked", (1,)),
    *((name, bad) for name in ("daily_users", "growth_per_year") for bad in (0, -1, math.nan, math.inf)),
    *((name, bad) for name in ("daily_users", "growth_per_year") for bad in ("10M", True, 1e12, [1])),
    ("daily_users", np.array([1.0, 2.0])),
    ("regions", 0),
    ("regions", 2.5),
    ("regions", True),
    ("regions", "three"),
    *((name, bad) for name in ("availability", "durability") for bad in (0, -0.1, 1, 1.0, 2, 100, math.nan)),
    *((name, bad) for name in ("availability", "durability") for bad in ("always", True, 10**400)),
    ("latency", (100,)),
    ("latency", LatencyTarget("Post", 5, 99)),
    ("latency", (LatencyTarget("Post", 5, 99), LatencyTarget("post", 7, 99.0))),
    ("consistency", ("strong",)),
    ("consistency", (ConsistencyTarget("Post", STRONG), ConsistencyTarget("POST", EVENTUAL, 5))),
]


@pytest.mark.parametrize(("name", "bad"), BAD)
def test_nonsense_is_refused_by_name(name: str, bad: Any) -> None:
    arguments: dict[str, Any] = {"prompt": "Design Twitter"} | {name: bad}
    with pytest.raises((ValueError, TypeError), match=name):
        Contract(**arguments)


def test_a_feature_is_in_or_out_but_not_both() -> None:
    with pytest.raises(ValueError, match="out_of_scope: 'search' is in features too"):
        Contract("x", features=("Search",), out_of_scope=("search",))


def test_a_refused_share_says_why_and_how_to_write_it() -> None:
    with pytest.raises(ValueError, match=r"write it as a share, 99\.9 % is 0\.999"):
        Contract("x", availability=99.9)
    with pytest.raises(ValueError, match="no system is up all the time; it must be below 1"):
        Contract("x", availability=1.0)
    with pytest.raises(ValueError, match="no store keeps every object for ever"):
        Contract("x", durability=1)


@pytest.mark.parametrize("percentile", [0, 0.99, 100, 150, -5, math.nan, "99", True])
def test_a_percentile_is_from_1_to_below_100(percentile: Any) -> None:
    with pytest.raises((ValueError, TypeError), match="percentile"):
        LatencyTarget("Post", 5, percentile)


@pytest.mark.parametrize("milliseconds", [0, -1, math.inf, math.nan, "fast", 1e11, False])
def test_milliseconds_are_a_number_above_0(milliseconds: Any) -> None:
    with pytest.raises((ValueError, TypeError), match="milliseconds"):
        LatencyTarget("Post", milliseconds, 99)


@pytest.mark.parametrize(
    ("level", "within_s"), [("weak", None), ("", None), ("strong", 5), ("eventual", 0), ("eventual", "5")]
)
def test_a_consistency_target_is_one_of_two(level: str, within_s: Any) -> None:
    with pytest.raises((ValueError, TypeError), match=r"level|within_s"):
        ConsistencyTarget("Post", level, within_s)


def test_lists_become_tuples_and_stay_the_callers() -> None:
    names = ["Post tweets"]
    contract = Contract("x", names, latency=[LatencyTarget("Post", 5, 99)])  # type: ignore[arg-type]
    names.append("Search")
    assert contract.features == ("Post tweets",)
    assert isinstance(contract.latency, tuple)
    with pytest.raises(dataclasses.FrozenInstanceError):
        contract.daily_users = 5  # type: ignore[misc]


def test_the_whiteboard_says_what_was_agreed() -> None:
    text = TWITTER_CONTRACT._repr_markdown_()
    assert text.startswith("**Design Twitter**\n\n- **Users can:** Post tweets; Follow others; View a home")
    assert "10 M users a day, × 1.5 every year, 3 regions" in text
    assert "View a home timeline: 5 ms at p50, 100 ms at p99" in text
    # 0.1 % of 365 days / 12 is 43.8 minutes, of 365 days 8.76 hours.
    assert "99.9 %, down at most 43 min 48 s a month or 8 h 46 min a year" in text
    assert "99.9999999 % kept a year" in text
    assert str(TWITTER_CONTRACT).splitlines()[0] == "Design Twitter"


def test_the_whiteboard_writes_loose_targets_as_they_are() -> None:
    loose = Contract(
        "x",
        latency=(LatencyTarget("Post"), LatencyTarget("Read", 200), LatencyTarget("Find", None, 99)),
        regions=1,
        durability=0.99999999999,
        consistency=(ConsistencyTarget("Read", EVENTUAL),),
    )
    rows = dict(loose.rows)
    assert rows["Latency"] == "Post: fast, no number; Read: 200 ms on average; Find: fast at p99"
    assert rows["Scale"] == "1 region"
    assert rows["Durability"] == "99.999999999 % kept a year"
    assert rows["Consistency"] == "Read: eventual"


# What an answer settles -----------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(first_tries())
def test_an_answer_settles_its_fields_and_no_other(tried: tuple[Prompt, list[str], list[str]]) -> None:
    prompt, features, asked = tried
    contract = prompt.agree(features, asked)
    settled = {field for question in prompt.questions if question.name in asked for field in question.settles}
    for field in SETTLED:
        expected = getattr(prompt.model_contract, field) if field in settled else None
        assert (getattr(contract, field) or None) == expected
    assert contract.features == tuple(features)
    assert {*contract.features, *contract.out_of_scope} == {feature.name for feature in prompt.features}


@settings(max_examples=60, deadline=None)
@given(first_tries(), st.data())
def test_asking_one_more_thing_that_matters_never_adds_a_finding(
    tried: tuple[Prompt, list[str], list[str]], data: st.DataObject
) -> None:
    prompt, features, asked = tried
    before = review(prompt.agree(features, asked), prompt)
    assert [RULES.index(finding.rule) for finding in before] == sorted(
        RULES.index(finding.rule) for finding in before
    )
    left = [q.name for q in prompt.questions if q.matters and q.name not in asked]
    if left:
        after = review(prompt.agree(features, [*asked, data.draw(st.sampled_from(left))]), prompt)
        assert set(after) < set(before)


def test_what_a_prompt_does_not_have_cannot_be_agreed() -> None:
    with pytest.raises(ValueError, match="features = 'Fly'"):
        TWITTER.agree(["Fly"], [])
    with pytest.raises(ValueError, match="asked = 'weather'"):
        TWITTER.agree([], ["weather"])
    with pytest.raises(ValueError, match="is in it twice"):
        TWITTER.agree(["Post tweets", "Post tweets"], [])


# Features, questions and prompts --------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["Users can post tweets", "tweet", "post a Tweet", "Post tweets"])
def test_a_feature_is_known_by_other_words(text: str) -> None:
    assert TWITTER.features[0].matches(text)


def test_a_feature_is_known_by_fewer_words_and_by_more() -> None:
    media = Feature("Upload photos and videos", CORE, "Because.")
    assert media.matches("photos")
    assert media.matches("Upload photos and videos of a holiday")
    assert not media.matches("photos of a holiday")


def test_an_exact_name_goes_before_all_others() -> None:
    search, tweets = Feature("Search", CORE, "One."), Feature("Search tweets", CORE, "Two.")
    own = dataclasses.replace(TWITTER, features=(search, tweets), attempt=())
    assert own.meant_by("Search tweets") == own.named_by("Search tweets") == (tweets,)
    assert own.named_by("search") == (search,)
    assert own.meant_by("Search tweets by date") == (search, tweets)


def test_one_shared_word_is_not_enough_to_be_meant() -> None:
    edit = next(feature for feature in TWITTER.features if feature.name == "Edit profile")
    assert edit.is_meant("Users can edit their profile")
    assert not edit.is_meant("View profiles")
    assert not edit.is_meant("Edit tweets")


@pytest.mark.parametrize("text", ["!!!", "a", "", "—"])
def test_text_without_a_word_of_its_own_means_no_feature(text: str) -> None:
    assert TWITTER.named_by(text) == TWITTER.meant_by(text) == ()
    assert key_words(text)


@pytest.mark.parametrize(
    "arguments",
    [
        {"kind": "nice to have"},
        {"name": ""},
        {"reason": " "},
        {"needs": "weak"},
        {"also": "tweet"},
        {"also": ("tweet", "Tweet")},
    ],
)
def test_a_bad_feature_is_refused(arguments: dict[str, Any]) -> None:
    good: dict[str, Any] = {"name": "Post", "kind": CORE, "reason": "Because."}
    with pytest.raises((ValueError, TypeError), match=next(iter(arguments))):
        Feature(**good | arguments)


@pytest.mark.parametrize(
    "arguments", [{"text": ""}, {"answer": None}, {"settles": ("colour",)}, {"settles": "latency"}]
)
def test_a_bad_question_is_refused(arguments: dict[str, Any]) -> None:
    good: dict[str, Any] = {"name": "users", "text": "How many?", "answer": "Ten."}
    with pytest.raises((ValueError, TypeError), match=next(iter(arguments))):
        Question(**good | arguments)


def test_a_prompt_names_each_thing_once_and_tries_only_what_it_has() -> None:
    with pytest.raises(ValueError, match="'users' is in it twice"):
        dataclasses.replace(TWITTER, features=(Feature("users", CORE, "Why not."),), attempt=())
    with pytest.raises(ValueError, match="attempt = 'weather'"):
        dataclasses.replace(TWITTER, attempt=("weather",))


def test_a_prompt_shown_keeps_its_answers_out_of_sight() -> None:
    assert repr(TWITTER) == "Prompt('Design Twitter')"


# The clock ------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 100), st.integers(0, 100))
def test_the_clock_counts_every_feature_and_question(features: int, questions: int) -> None:
    assert minutes_spent(features, questions) == 1 + features + questions / 2
    least, most = minutes_each(features)
    assert math.isclose(least * features, 25)
    assert math.isclose(most * features, 35)


@pytest.mark.parametrize("count", [-1, 2.5, None, True, "3"])
def test_counts_are_whole_numbers(count: Any) -> None:
    with pytest.raises((ValueError, TypeError), match="features"):
        minutes_spent(count, 0)
    with pytest.raises((ValueError, TypeError), match="questions"):
        minutes_spent(0, count)
    with pytest.raises((ValueError, TypeError), match="features"):
        minutes_each(count)


def test_no_features_share_no_minutes() -> None:
    with pytest.raises(ValueError, match="features = 0"):
        minutes_each(0)


@pytest.mark.parametrize("field", ["daily_users", "growth_per_year", "availability", "durability"])
def test_a_contract_holds_no_array_even_of_one_number(field: str) -> None:
    array: dict[str, Any] = {field: np.array(0.5)}
    with pytest.raises(TypeError, match=rf"{field} = array\(0\.5\): it must be one number"):
        Contract("Design Twitter", **array)
    number: dict[str, Any] = {field: np.float64(0.5)}
    assert type(getattr(Contract("Design Twitter", **number), field)) is float


def test_text_that_no_file_can_keep_is_refused() -> None:
    with pytest.raises(ValueError, match=r"prompt = .*half of a character"):
        Contract("Design \ud83d")
    with pytest.raises(ValueError, match=r"features = .*half of a character"):
        Contract("Design Twitter", ("Post \udc80",))
    assert Contract("Design \U0001f426").prompt == "Design \U0001f426"


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("features", ("Post tweets",), "features: 'Post tweets' is no Feature"),
        ("features", "Post tweets", "features = 'Post tweets': it must be a tuple or a list of Feature"),
        ("questions", 5, "questions = 5: it must be a tuple or a list of Question"),
        ("model_contract", None, "model_contract: None is no Contract"),
    ],
)
def test_a_prompt_of_other_parts_is_refused(field: str, value: Any, reason: str) -> None:
    with pytest.raises(TypeError, match=reason):
        dataclasses.replace(TWITTER, **{field: value})

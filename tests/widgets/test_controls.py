"""Controls: a slider and a box agree, exact values survive, bad text changes nothing."""

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.models.quantities import Range
from helpers.models.workload import FIELDS, Field
from helpers.widgets.controls import CheckControl, NumberControl, RangeControl, unit_words

USERS = Field("Users", "user", above=0, at_most=1e11)
COPIES = Field("Copies", "", at_least=1, at_most=100)
UP = Field("Time up", "percent", at_least=0, at_most=100)
BAD = [
    "",
    "  ",
    "plenty",
    "nan",
    "inf",
    "-1",
    "1e999",
    "1e12",
    "10^9999999999",
    "5 years",
    "<script>x",
    "x" * 9999,
]


def users(value: float = 10e6, **options: Any) -> NumberControl:
    return NumberControl("users", USERS, value, low=1e3, high=1e9, **options)


def unsure() -> RangeControl:
    return RangeControl("users", USERS, Range(1e6, 1e8), low=1e3, high=1e9)


def up(value: float = 99.9, low: float = 90, high: float = 99.9999) -> NumberControl:
    return NumberControl("up", UP, value, low=low, high=high, nines=True)


def test_the_slider_moves_the_value_and_the_box() -> None:
    control = users()
    control.slider.value = 0
    assert (control.value, control.box.value) == (1e3, "1 K")
    control.slider.value = 1
    assert (control.value, control.box.value) == (1e9, "1 B")
    control.slider.value = 0.5
    assert (control.value, control.box.value) == (1e6, "1 M")


def test_the_box_moves_the_value_and_the_slider() -> None:
    control = users()
    control.box.value = "1M users"
    assert (control.value, control.slider.value, control.box.value) == (1e6, 0.5, "1 M")


@given(st.floats(1e-300, 1e11))
@settings(max_examples=50, deadline=None)
def test_a_value_between_two_steps_is_kept_and_the_slider_stands_on_one(value: float) -> None:
    control = users()
    control.set(value)
    assert control.value == value
    steps = control.slider.value / control.slider.step
    assert steps == pytest.approx(round(steps))
    assert 0 <= control.slider.value <= 1
    seen: list[float] = []
    control.observe(lambda change: seen.append(change["new"]), "value")
    control.slider.value = float(control.slider.value)  # as a browser reports what it was told
    assert not seen
    assert control.value == value


@given(st.integers(0, 200))
@settings(max_examples=50, deadline=None)
def test_a_place_on_the_slider_stays_where_it_is(step: int) -> None:
    control = users(zero=True)
    control.slider.value = step / 200
    assert control.slider.value == step / 200
    assert control.value == (0 if step == 0 else pytest.approx(1e3 * 1e6 ** (step / 200), rel=0.05))


def test_nothing_and_whole_numbers() -> None:
    followers = NumberControl("followers", FIELDS["followers"], 0, low=1, high=10_000, zero=True)
    assert (followers.value, followers.slider.value, followers.box.value) == (0, 0, "0")
    followers.set(0.5)  # above nothing, though left of the first step
    assert followers.value == 0.5
    assert followers.slider.value > 0
    copies = NumberControl("copies", COPIES, 1, low=1, high=5, log=False, whole=True)
    copies.slider.value = 0.5
    assert copies.value == 3


@pytest.mark.parametrize("text", BAD, ids=lambda text: text[:12])
def test_bad_text_is_answered_beside_the_control_and_changes_nothing(text: str) -> None:
    control = users()
    control.box.value = text
    assert control.value == 10e6
    assert control.slider.value == users().slider.value
    assert control.refused
    assert len(control.refused) < 300
    assert "<script>" not in control._message.value
    assert 'role="alert"' in control._message.value
    assert control._message.layout.display == ""
    control.box.value = "20M"
    assert (control.value, control.refused, control._message.value) == (20e6, "", "")
    assert control._message.layout.display == "none"


def test_moving_the_slider_also_clears_the_message() -> None:
    control = users()
    control.box.value = "plenty"
    control.slider.value = 0
    assert (control.refused, control.box.value) == ("", "1 K")


@pytest.mark.parametrize("value", [0, -1, math.nan, math.inf, "plenty", 1e12])
def test_a_bad_value_in_code_is_refused_by_name(value: Any) -> None:
    control = users()
    with pytest.raises(ValueError, match=r"^users"):
        control.set(value)
    assert control.value == 10e6
    with pytest.raises(ValueError, match=r"^users"):
        users(value)


def test_a_range_slides_and_keeps_the_end_that_did_not_move() -> None:
    control = unsure()
    control.set(Range(1_234_567, 98_765_432))
    _, high = control.slider.value
    control.slider.value = (0.25, high)
    assert control.value.high == 98_765_432
    assert control.value.low == pytest.approx(10**4.5, rel=0.05)
    assert (control.low_box.value, control.high_box.value) == ("32 K", "98.8 M")


def test_writing_one_end_keeps_the_other_exactly() -> None:
    control = unsure()
    control.set(Range(1_234_567, 98_765_432))
    control.low_box.value = "2M"
    assert control.value == Range(2e6, 98_765_432)
    control.high_box.value = "9M"
    assert control.value == Range(2e6, 9e6)


@pytest.mark.parametrize("text", [*BAD, "0"], ids=lambda text: text[:12])
def test_a_bad_end_changes_nothing(text: str) -> None:
    control = unsure()
    control.low_box.value = text
    assert control.value == Range(1e6, 1e8)
    assert control.refused
    assert "<script>" not in control._message.value
    control.low_box.value = "2M"
    assert (control.value, control.refused) == (Range(2e6, 1e8), "")


def test_a_low_end_above_the_high_end_is_refused() -> None:
    control = unsure()
    control.low_box.value = "200M"
    assert control.value == Range(1e6, 1e8)
    assert control.refused.startswith("low = 200000000.0 is above high = 100000000.0")
    control.high_box.value = "300M"
    assert (control.value, control.refused) == (Range(2e8, 3e8), "")


def test_units_in_words() -> None:
    assert unit_words(Field("Rate", "query/second")) == "queries per second"
    assert unit_words(COPIES) == ""
    assert unit_words(UP) == "%"


def test_the_label_names_the_unit_and_is_escaped() -> None:
    control = NumberControl("x", Field("a <b>", "user", above=0), 5, low=1, high=10)
    assert control.children[0].value == "a &lt;b&gt; (users)"


@pytest.mark.parametrize(
    ("place", "percent", "text"),
    [
        (0.0, 90, "90"),
        (0.2, 99, "99"),
        (0.4, 99.9, "99.9"),
        (0.6, 99.99, "99.99"),
        (0.8, 99.999, "99.999"),
        (1.0, 99.9999, "99.9999"),
        (0.46, 99.95, "99.95"),
    ],
)
def test_each_nine_takes_the_same_room(place: float, percent: float, text: str) -> None:
    control = up(95)
    control.slider.value = place
    assert (control.value, control.box.value) == (percent, text)
    other = up(percent)
    assert (other.slider.value, other.box.value) == (pytest.approx(place), text)


def test_every_step_towards_more_nines_is_a_larger_percentage_and_stays_in_place() -> None:
    control = up()
    steps = round(1 / control.slider.step)
    assert steps == 50
    seen = []
    for step in range(steps + 1):
        control.slider.value = step / steps
        assert control.slider.value == step / steps
        assert float(control.box.value) == control.value
        seen.append(control.value)
    assert seen == sorted(set(seen))


@given(st.floats(0, 100))
@settings(max_examples=50, deadline=None)
def test_a_percentage_between_two_steps_is_kept_and_the_slider_stands_on_one(percent: float) -> None:
    control = up()
    control.set(percent)
    assert control.value == percent
    steps = control.slider.value / control.slider.step
    assert steps == pytest.approx(round(steps))
    assert 0 <= control.slider.value <= 1
    control.slider.value = float(control.slider.value)
    assert control.value == percent


@pytest.mark.parametrize(("percent", "place"), [(0, 0), (89, 0), (99.99999999999, 1), (100, 1)])
def test_percentages_beyond_the_slider_are_kept_and_written_in_full(percent: float, place: float) -> None:
    control = up(percent)
    assert (control.value, control.slider.value) == (percent, place)
    assert float(control.box.value) == percent


def test_a_slider_of_less_than_a_tenth_of_a_nine_still_has_two_ends() -> None:
    control = up(99, low=99, high=99.05)
    control.slider.value = 1
    assert control.value == pytest.approx(99.05)


def test_a_percentage_is_read_as_people_write_it() -> None:
    control = up()
    assert control.children[0].value == "Time up (%)"
    for text in ("99.95", "99.95 %", "99.95%", " 99.95 percent "):
        control.set(50)
        control.box.value = text
        assert (control.value, control.refused) == (99.95, "")
        assert control.box.value == "99.95"
    for text in ("", "101", "-1", "nan", "5 years", "nine"):
        control.box.value = text
        assert control.value == 99.95
        assert control.refused
    control.box.value = ""
    assert control.refused == "Write a number, for example 99.9."
    assert control.slider.value == pytest.approx(0.46)


def test_a_blank_count_names_a_count_as_an_example() -> None:
    copies = NumberControl("copies", COPIES, 3, low=1, high=5, log=False, whole=True)
    copies.box.value = ""
    assert copies.refused == "Write a number, for example 3."


def test_a_box_is_ticked_and_cleared_and_tells_it_once() -> None:
    control = CheckControl("follow", "Follow other users")
    assert (control.name, control.description, control.value) == ("follow", "Follow other users", False)
    seen: list[bool] = []
    control.observe(lambda change: seen.append(change["new"]), "value")
    for value in (True, True, False):
        control.set(value)
    assert seen == [True, False]
    assert CheckControl("follow", "Follow other users", True).value is True


@pytest.mark.parametrize("value", [None, 1, 0, "yes", "", math.nan])
def test_a_box_is_ticked_or_not(value: Any) -> None:
    control = CheckControl("follow", "Follow other users", True)
    with pytest.raises(TypeError, match=r"^follow = .*: it must be True or False$"):
        control.set(value)
    assert control.value is True
    with pytest.raises(TypeError, match=r"^follow = "):
        CheckControl("follow", "Follow other users", value)


def test_markup_in_a_boxes_label_is_not_read_as_markup() -> None:
    control = CheckControl("x", "a <b>bold</b> feature")
    assert control.description == "a <b>bold</b> feature"
    assert control.description_allow_html is False


@pytest.mark.parametrize(("low", "high"), [(0, 2), (0.01, 1), (0, 100)])
def test_every_step_of_a_linear_slider_is_another_number(low: float, high: float) -> None:
    control = NumberControl("share", Field("Share", "", at_least=0), low, low=low, high=high, log=False)
    seen = []
    for step in range(201):
        control.slider.value = step / 200
        seen.append(control.value)
    assert seen == sorted(set(seen))
    assert (seen[0], seen[-1]) == (low, high)


@pytest.mark.parametrize(("low", "high"), [(1, 1000), (0.1, 60_000), (1e3, 3e9), (1, 30), (1, 5000)])
def test_every_step_of_a_log_slider_is_another_number(low: float, high: float) -> None:
    field = Field("Load", "", above=0)
    control = NumberControl("load", field, low, low=low, high=high)
    seen = []
    for step in range(201):
        control.slider.value = step / 200
        seen.append(control.value)
    assert seen == sorted(seen)
    assert len(set(seen)) == 201
    assert (seen[0], seen[-1]) == (low, high)

"""The explorer of nines: its words and bars against sums of the tests' own, its ends, and bad input."""

import math
import re
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.widgets.nines import nines_explorer, nines_view
from tests.figures.checked import checked

YEAR_S = 365 * 86_400
SIZES_S = {"day": 86_400, "h": 3600, "min": 60, "s": 1, "ms": 1e-3, "µs": 1e-6}
DURATION = r"((?:[\d.,]+ (?:days?|h|min|s|ms|µs) ?){1,2})"


def seconds(words: str) -> float:
    parts = re.findall(r"([\d.,]+) (day|h|min|s|ms|µs)", words)
    return sum(float(amount.replace(",", "")) * SIZES_S[unit] for amount, unit in parts)


def test_it_opens_on_three_nines_and_six_components() -> None:
    explorer = nines_explorer()
    assert explorer.values == {"target": 99.9, "components": 6, "each": 99.9}
    assert explorer.text == (
        "99.9 % is 3 nines: down at most 8 h 46 min a year, 43 min 48 s a month. 6 components in a row, each "
        "up 99.9 % of the time, are all up 99.401 % of the time: down 2 days 4 h a year, 5.99 times what the "
        "target allows. The target needs each of them up 99.9834 % of the time: down at most 1 h 28 min a "
        "year. 2 copies of each, of which one suffices, would reach the target if they failed independently, "
        "which they seldom do."
    )
    assert "the fewest that could be enough" in explorer.notes
    figure = explorer.plot.figures[0]["data"][0]
    assert figure["y"] == ["Allowed by the target", "One component", "6 in a row", "Each may have"]
    assert figure["text"] == ["8 h 46 min", "8 h 46 min", "2 days 4 h: over", "1 h 28 min"]


@given(st.integers(1, 60), st.integers(1, 30), st.integers(1, 60))
@settings(max_examples=60, deadline=None)
def test_the_words_agree_with_sums_of_our_own(target_tenths: int, components: int, each_tenths: int) -> None:
    target, each = (float(f"{1 - 10 ** (-tenths / 10):.7f}") for tenths in (target_tenths, each_tenths))
    view = nines_view(target, components, each)
    row = float(Fraction(repr(each)) ** components)
    allowed, alone, down = ((1 - share) * YEAR_S for share in (target, each, row))
    needed_down = -math.expm1(math.log1p(target - 1) / components) * YEAR_S
    checked(view.figures[0])
    bars = view.figures[0].data[0]
    floor = 10 ** view.figures[0].layout.xaxis.range[0]
    assert list(bars.x) == pytest.approx(
        [max(value, floor) for value in (allowed, alone, down, needed_down)], rel=1e-6
    )
    year, month = re.findall(rf"{DURATION}a (?:year|month)", view.words)[:2]
    assert seconds(year) == pytest.approx(allowed, rel=0.05)
    assert seconds(month) == pytest.approx(allowed / 12, rel=0.05)
    assert ("times what" in view.words or "just over" in view.words) == (down > allowed * 1.000001)
    if components > 1:
        said = re.search(r"needs each of them up ([\d.]+) %", view.words)
        assert said is not None
        assert (Fraction(said[1]) / 100) ** components >= Fraction(repr(target)) - Fraction(1, 10**15)
        up = re.search(r"are all up (under )?([\d.]+) % of", view.words)
        assert up is not None
        assert row < 1e-4 if up[1] else float(up[2]) == pytest.approx(100 * row, abs=0.005, rel=0.01)
    copies = re.search(r"(\d+) copies of each", view.words)
    count = int(copies[1]) if copies else 1
    assert (1 - each) ** count * YEAR_S <= needed_down * (1 + 1e-6)
    assert count == 1 or (1 - each) ** (count - 1) * YEAR_S > needed_down * (1 - 1e-6)


def test_a_slider_and_a_box_move_the_words_and_the_bars() -> None:
    explorer = nines_explorer()
    explorer.controls["components"].slider.value = 0
    assert explorer.values["components"] == 1
    assert "One component, up 99.9 % of the time, is down 8 h 46 min a year, within" in explorer.text
    assert explorer.text.endswith("One copy of each component is enough for the target.")
    explorer.controls["target"].box.value = "99.99 %"
    assert explorer.text.startswith(
        "99.99 % is 4 nines: down at most 52 min 34 s a year, 4 min 23 s a month."
    )
    assert "10 times what the target allows" in explorer.text
    assert explorer.plot.figures[0]["layout"]["shapes"][0]["x0"] == pytest.approx(3153.6)
    explorer.controls["each"].box.value = "99.995"
    assert "within what the target allows" in explorer.text
    explorer.reset.click()
    assert explorer.text == nines_explorer().text


@pytest.mark.parametrize("target", [0.0, 1.0])
@pytest.mark.parametrize("components", [0.0, 1.0])
@pytest.mark.parametrize("each", [0.0, 1.0])
def test_all_sliders_at_their_ends(target: float, components: float, each: float) -> None:
    explorer = nines_explorer()
    for name, place in (("target", target), ("components", components), ("each", each)):
        explorer.controls[name].slider.value = place
    assert explorer.values == {
        "target": (90, 99.9999)[int(target)],
        "components": (1, 30)[int(components)],
        "each": (90, 99.9999)[int(each)],
    }
    assert explorer.message.value == ""
    assert len(explorer.text) < 450
    assert all(math.isfinite(value) for value in explorer.plot.figures[0]["data"][0]["x"])
    explorer.working.selected_index = 0
    assert explorer._table.value.count("<tr>") == 8


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("100", "= 100: it must be below 100 %; no system is always up"),
        ("100 %", "= 100: it must be below 100 %; no system is always up"),
        ("101", "= 101: it must be below 100 %; no system is always up"),
        ("1e9", "no system is always up"),
        ("99.99999999", "it must be at most 99.9999999 %, which is nine nines"),
        ("0.999", "= 0.999: it must be in percent; for a share such as 0.999, write 99.9"),
        ("0", "it must be a number above 0"),
        ("-5", "it must be a number above 0"),
        ("", "Write a number, for example 99.9."),
        ("three nines", "does not start with a number"),
        ("nan", "does not start with a number"),
        ("5 years", "but a quantity in percent is needed"),
        ("<script>x</script>", "does not start with a number"),
    ],
)
@pytest.mark.parametrize("name", ["target", "each"])
def test_bad_percentages_are_answered_beside_the_control(name: str, text: str, reason: str) -> None:
    explorer = nines_explorer()
    words, figure = explorer.text, explorer.plot.figures
    control = explorer.controls[name]
    control.box.value = text
    assert reason in control.refused
    assert "<script>" not in control._message.value
    assert (explorer.text, explorer.plot.figures, explorer.message.value) == (words, figure, "")
    control.box.value = "99"
    assert (control.value, control.refused) == (99, "")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2.5", "it must be a whole number"),
        ("0", "1 or more"),
        ("-1", "1 or more"),
        ("101", "at most 100"),
        ("", "Write a number, for example 3."),
        ("six", "does not start with a number"),
    ],
)
def test_components_are_counted_in_whole_numbers(text: str, reason: str) -> None:
    explorer = nines_explorer()
    words, control = explorer.text, explorer.controls["components"]
    control.box.value = text
    assert reason in control.refused
    assert (explorer.text, control.value) == (words, 6)


@pytest.mark.parametrize("value", [0, 1, 99.9, -0.5, math.nan, math.inf, "0.999", "", True])
def test_a_share_that_is_none_is_refused_in_code(value: Any) -> None:
    with pytest.raises((ValueError, TypeError), match=r"^target = .*below 1; 99.9 % is 0.999$"):
        nines_explorer(target=value)
    with pytest.raises((ValueError, TypeError), match=r"^each = .*below 1; 99.9 % is 0.999$"):
        nines_explorer(each=value)


@pytest.mark.parametrize("value", [0, 2.5, 1000, math.nan, "six", None, True])
def test_a_count_that_is_none_is_refused_in_code(value: Any) -> None:
    with pytest.raises((ValueError, TypeError), match=r"^components"):
        nines_explorer(components=value)


def test_it_opens_as_it_is_asked_to() -> None:
    explorer = nines_explorer(0.9995, 3, 0.9999)
    assert explorer.values == {"target": 99.95, "components": 3, "each": 99.99}
    assert explorer.text.startswith("99.95 % is 3.3 nines: down at most 4 h 23 min a year")
    assert explorer._repr_mimebundle_()["text/plain"].startswith("Nines in a row\n99.95 %")


def test_the_working_can_be_checked_with_a_calculator() -> None:
    working = nines_view(0.999, 6, 0.999).working
    assert working is not None
    table = working()
    assert "(1 − 0.999) × 31,536,000 s = 31,536 s" in table
    assert "31,536 s ÷ 12 = 2,628 s" in table
    assert "(1 − 0.999 ^ 6) × 31,536,000 s = 188,744 s" in table
    assert round((1 - 0.999**6) * 31_536_000) == 188_744
    assert "0.999 ^ (1 ÷ 6) ≈ 0.999834, rounded up" in table
    assert 0.999833 < 0.999 ** (1 / 6) <= 0.999834


def test_nearly_nothing_left_is_said_so() -> None:
    words = nines_view(0.999999999, 100, 0.02).words
    assert "are all up under 0.01 % of the time: down 365 days a year, 1 B times" in words
    assert "1,254 copies of each" in words


def test_a_hair_over_is_not_called_once_over() -> None:
    assert "just over what the target allows" in nines_view(0.999, 1, 0.998998).words


def test_a_percentage_is_counted_as_it_is_written() -> None:
    explorer = nines_explorer(components=1, each=0.9)
    assert 99.9 / 100 != 0.999
    assert "3 copies of each" in explorer.text

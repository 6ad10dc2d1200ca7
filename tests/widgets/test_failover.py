"""Heartbeat: move the sliders, and detection, false alarms, downtime and split brain follow in words."""

from typing import Any

import pytest

from helpers.models.failover import Heartbeat, Pair
from helpers.widgets.failover import heartbeat_explorer, heartbeat_view


def test_it_opens_with_a_lesson() -> None:
    explorer = heartbeat_explorer()
    assert explorer.text == (
        "A death is noticed after 3 s to 4 s, 3.49 s on average. 1 % of a living machine's heartbeats are "
        "missed: it is taken for dead every 11 days 17 h. Nobody answers for 40.2 s a year: 9 s for deaths, "
        "31.2 s for false alarms. False alarms cost more than deaths: allow more misses, or mend the network."
    )
    lines = explorer.notes.splitlines()
    assert [line.split(" | ")[0] for line in lines[1:4]] == ["2", "3", "4"]
    assert lines[2] == "3 | 3.49 s | every 11 days 17 h | 40.2 s a year | never"


def test_one_miss_more_answers_the_opening() -> None:
    explorer = heartbeat_explorer()
    explorer.set(misses=4)
    assert "taken for dead every 3 years" in explorer.text
    assert "False alarms cost more" not in explorer.text


def test_without_loss_nothing_is_false() -> None:
    explorer = heartbeat_explorer()
    explorer.set(loss=0)
    assert "noticed after 3 s to 4 s, 3.5 s on average." in explorer.text
    assert "No heartbeat is ever missed, so no living machine is taken for dead." in explorer.text
    assert explorer.text.endswith("9 s for deaths, next to nothing for false alarms.")


def test_a_slow_network_makes_a_fast_heartbeat_wrong() -> None:
    explorer = heartbeat_explorer()
    explorer.set(interval_s=0.1, delay_ms=50, loss=0)
    assert (
        "13.5 % of a living machine's heartbeats are missed (lost, or later than one interval)"
        in explorer.text
    )
    explorer.set(interval_s=2)
    assert "next to nothing for false alarms" in explorer.text


def test_bursts_defeat_counting() -> None:
    explorer = heartbeat_explorer()
    explorer.set(burst=5)
    assert "taken for dead every 12 min 57 s" in explorer.text


def test_without_fencing_there_are_two_brains() -> None:
    explorer = heartbeat_explorer()
    explorer.set(fencing=False, loss=10)
    assert "Without fencing both are active for" in explorer.text
    assert "(split brain): each takes writes the other does not know of." in explorer.text
    assert "false alarms." not in explorer.text
    explorer.set(loss=0)
    assert "nothing rules it out" in explorer.text


def test_many_misses_before_a_death_make_it_sooner_noticed() -> None:
    explorer = heartbeat_explorer()
    explorer.set(loss=30)
    assert "because some heartbeats before it are missed anyway" in explorer.text


def test_when_all_is_lost_it_says_so_without_a_number_that_is_none() -> None:
    explorer = heartbeat_explorer()
    explorer.set(loss=100)
    assert (
        "100 % of a living machine's heartbeats are missed: it is taken for dead every 4 s" in explorer.text
    )
    explorer.set(fencing=False, burst=20)
    assert "both are active for 364 days 24 h" not in explorer.text
    assert "both are active for 365 days a year" in explorer.text


def test_it_opens_with_a_pair_of_your_own() -> None:
    pair = Pair(Heartbeat(5, 2, loss=0.001, delay_s=0.02, burst=2), 12, 30, fencing=False)
    values = heartbeat_explorer(pair).values
    assert (values["interval_s"], values["misses"], values["delay_ms"]) == (5, 2, 20)
    assert (values["loss"], values["burst"], values["failures"]) == (0.1, 2, 12)
    assert (values["takeover_s"], values["fencing"]) == (30, False)


def test_half_a_miss_is_answered_with_a_message() -> None:
    explorer = heartbeat_explorer()
    before = explorer.plot.figures
    explorer.controls["misses"].box.value = "2.5"
    assert "Misses in a row until takeover = 2.5: it must be a whole number" in explorer.message.value
    assert explorer.plot.figures == before


@pytest.mark.parametrize("text", ["", "nan", "-1", "1e999", "often", "<b>", "11000000"])
def test_bad_text_keeps_the_last_good_picture(text: str) -> None:
    explorer = heartbeat_explorer()
    figures, words = explorer.plot.figures, explorer.text
    for name in ("interval_s", "misses", "loss", "burst", "delay_ms", "failures", "takeover_s"):
        explorer.controls[name].box.value = text
        assert explorer.controls[name].refused
        assert (explorer.plot.figures, explorer.text) == (figures, words)


@pytest.mark.parametrize("end", [0.0, 1.0])
@pytest.mark.parametrize("fencing", [True, False])
def test_all_sliders_at_one_end_still_show_a_picture(end: float, fencing: bool) -> None:
    explorer = heartbeat_explorer()
    heights = {figure["layout"]["height"] for figure in explorer.plot.figures}
    explorer.controls["fencing"].set(fencing)
    for name, control in explorer.controls.items():
        if name != "fencing":
            control.slider.value = end
        assert explorer.message.value == "", name
    assert {figure["layout"]["height"] for figure in explorer.plot.figures} == heights
    assert len(explorer.text) < 800


def test_the_working_shows_the_formula_or_the_burst() -> None:
    working = heartbeat_view(Pair(Heartbeat(1, 3, loss=0.01))).working
    assert working is not None
    assert "(1 − p^3) ÷ (p^3 × (1 − p)) with p = 0.01" in working()
    working = heartbeat_view(Pair(Heartbeat(1, 3, loss=0.01, burst=5))).working
    assert working is not None
    assert "where a miss follows a miss with probability 0.8" in working()
    working = heartbeat_view(Pair(Heartbeat(1, 3))).working
    assert working is not None
    assert "Heartbeats until" not in working()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: heartbeat_explorer(Pair(Heartbeat(1, 11))), r"^misses = 11: .*at most 10"),
        (lambda: heartbeat_view(Pair(Heartbeat(1, 11))), r"^misses = 11: .*at most 10"),
    ],
)
def test_bad_input_is_refused_by_name(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()

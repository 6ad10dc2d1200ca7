"""The explorer of alarms: choose an incident and a rule, and the words, the pictures and the notes follow."""

from typing import Any

import numpy as np
import pytest

from helpers.models.alarms import detect, false_alarms
from helpers.models.burn_rate import Objective
from helpers.models.monitoring import INCIDENTS, Service
from helpers.widgets.monitoring import RULES, alarm_explorer, alarm_view

PAGES = "Burn rate, both pages: also 6 × over 6 h and 30 min"


def test_it_opens_on_a_bad_release_and_both_pages() -> None:
    explorer = alarm_explorer()
    assert explorer.text == (
        "Bad release: 5 % of requests fail at once, for 2 h. Bad requests rise from 0.0128 % to 5 %: a burn "
        "rate of 50, at which the error budget of 30 days is gone in 14 h 24 min. The incident takes 13.9 % "
        "of it. The alarm goes off 17 min 30 s after the start, when 2.03 % of the budget is spent. It is "
        "still on 26 min after the end. In a month in which nothing happened but a restart a day, it never "
        "went off."
    )
    assert "The mean latency falls: errors are quick, and it counts them." in explorer.notes
    assert "In the incident | 43.2 ms | 38.7 ms | 127 ms | 5 % | 5 %" in explorer.notes
    legend = [trace["name"] for trace in explorer.plot.figures[1]["data"] if trace.get("showlegend")]
    assert legend == [
        "14.4 × over 1 h (circles)",
        "14.4 × over 5 min (diamonds)",
        "6 × over 6 h (circles)",
        "6 × over 30 min (diamonds)",
    ]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("incident", INCIDENTS)
def test_every_rule_can_be_tried_on_every_incident(incident: str, rule: str) -> None:
    explorer = alarm_explorer(incident=incident, rule=rule)
    found = detect(RULES[rule], Service(), INCIDENTS[incident], Objective())
    alarms = false_alarms(RULES[rule], Service(), Objective())
    assert ("goes off" in explorer.text) == (
        found.detected_s is not None or "never goes off" in explorer.text
    )
    assert ("never goes off" in explorer.text or "stays silent" in explorer.text) == (
        found.detected_s is None
    )
    assert ("never went off" in explorer.text) == (alarms == 0)
    if alarms:
        assert f"it went off {alarms} times, all of them false" in explorer.text
    assert (INCIDENTS[incident].harmful) == ("nobody should wake" not in explorer.text)
    texts = [list(trace.get("text", ())) for trace in explorer.plot.figures[1]["data"]]
    right = 1.75 * max(INCIDENTS[incident].lasts_s, 600)
    assert (["goes off"] in texts) == (found.detected_s is not None and found.detected_s <= right)


def test_a_choice_moves_the_pictures() -> None:
    explorer = alarm_explorer()
    before = explorer.plot.figures
    explorer.set(incident="outage")
    assert explorer.text.startswith("Outage: every request times out, for 20 min.")
    assert explorer.plot.figures[0] != before[0]
    assert explorer.plot.figures[1] != before[1]
    explorer.reset.click()
    assert explorer.text == alarm_explorer().text


@pytest.mark.parametrize(
    ("control", "text", "service", "target_ms", "objective"),
    [
        ("requests_per_second", "0.5", Service(0.5), 300, 0.999),
        ("failed_percent", "1 %", Service(failed=0.01), 300, 0.999),
        ("target_ms", "0.1 s", Service(), 100, 0.999),
        ("objective_percent", "99.5", Service(), 300, 0.995),
    ],
)
def test_a_box_moves_the_words(
    control: str, text: str, service: Service, target_ms: float, objective: float
) -> None:
    explorer = alarm_explorer()
    explorer.controls[control].box.value = text
    assert explorer.controls[control].refused == explorer.message.value == ""
    view = alarm_view(
        service, INCIDENTS["bad release"], RULES[PAGES], Objective(objective), target_ms=target_ms
    )
    assert explorer.text == view.words
    assert explorer.text != alarm_explorer().text


def test_without_traffic_no_alarm_ever_fires() -> None:
    explorer = alarm_explorer(incident="outage")
    explorer.controls["requests_per_second"].slider.value = 0
    assert "The alarm never goes off. Without traffic there is nothing to measure." in explorer.text
    assert explorer.text.endswith("In a month without traffic it is silent, too.")


def test_little_traffic_cries_wolf() -> None:
    explorer = alarm_explorer(Service(0.5), rule="Errors above 1 % over 1 min")
    assert "it went off 1" in explorer.text
    assert "all of them false" in explorer.text


def test_an_incident_that_the_objective_allows() -> None:
    explorer = alarm_explorer(incident="slow burn")
    explorer.set(objective_percent=99)
    assert "a burn rate of 0.403, which the objective allows." in explorer.text


def test_the_working_compares_every_rule() -> None:
    explorer = alarm_explorer()
    explorer.working.selected_index = 0
    table = explorer._table.value
    for rule in RULES:
        assert rule in table
    assert "<td>Errors above 1 % over 1 min</td><td>30 s</td><td>29 false alarms a month</td>" in table
    assert "never goes off" in table
    explorer.set(incident="outage")
    assert explorer._table.value != table


@pytest.mark.parametrize("text", ["", "nan", "-5", "100", "1e999", "5 km", "<b>"])
def test_bad_text_keeps_the_last_good_picture(text: str) -> None:
    explorer = alarm_explorer()
    figure, words = explorer.plot.figures[0], explorer.text
    control = explorer.controls["objective_percent"]
    control.box.value = text
    assert control.refused
    assert (explorer.plot.figures[0], explorer.text) == (figure, words)


@pytest.mark.parametrize("end", [0.0, 1.0])
def test_all_sliders_at_one_end_still_show_a_picture(end: float) -> None:
    explorer = alarm_explorer()
    for control in explorer.controls.values():
        control.slider.value = end
    for figure in explorer.plot.figures:
        for trace in figure["data"]:
            assert np.isfinite(trace["x"]).all()
            assert np.isfinite(trace["y"]).all()
    assert len(explorer.text) < 700


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"incident": "fire"}, r"^incident = 'fire'"), ({"rule": "none"}, r"^rule = 'none'")],
)
def test_bad_input_is_refused_by_name(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        alarm_explorer(**arguments)

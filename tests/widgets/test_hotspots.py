"""The explorer of a celebrity's tweet: set values, and the words, the pictures and the prices follow."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from helpers.models.hotspots import Remedies, Spike, spike_load
from helpers.widgets.explorer import Explorer
from helpers.widgets.hotspots import REMEDIES, celebrity_explorer, celebrity_view


def database(explorer: Explorer, trace: int = 0) -> Any:
    return np.array(explorer.plot.figures[1]["data"][trace]["y"])


def test_it_opens_with_the_frameworks_remedy() -> None:
    explorer = celebrity_explorer()
    assert explorer.text == (
        "The cache answers 87% of 29 K everyday reads/s. The tweet adds 300 K/s, and one key is on one "
        "machine: with nothing done, that takes 303 K reads/s (2.8 times the limit). In the 50 ms that one "
        "load takes, 15 K reads load the tweet: 18.9 K loads/s (1.9 times the limit) at the database. At 60 "
        "s all that the restart loaded expires: 14.4 K loads/s (1.4 times the limit). With what is ticked: "
        "75 K reads/s at the busiest machine, and 14.4 K loads/s (1.4 times the limit) at the database in "
        "its worst second, at 60 s."
    )
    assert explorer.values["celebrity_cache"]
    assert database(explorer) == pytest.approx(spike_load(Spike()).database_per_second)
    helped = spike_load(Spike(), Remedies(celebrity_cache=True))
    assert database(explorer, 2) == pytest.approx(helped.database_per_second)
    assert "Celebrity cache | 75 K/s | 14.4 K/s | 4 more machines" in explorer.notes
    assert "What is ticked | 75 K/s | 14.4 K/s | as above" in explorer.notes


@pytest.mark.parametrize(
    ("control", "text", "change"),
    [
        ("skew", "1.2", {"skew": 1.2}),
        ("peak_per_second", "1M reads/s", {"peak_per_second": 1e6}),
        ("peak_per_second", "0", {"peak_per_second": 0}),
        ("cached_percent", "10 %", {"cached_share": 0.1}),
        ("cached_percent", "0", {"cached_share": 0}),
        ("shards", "40", {"shards": 40}),
        ("expiry_s", "2 min", {"expiry_s": 120}),
        ("load_ms", "0.2 s", {"load_s": 0.2}),
    ],
)
def test_a_box_moves_the_pictures_and_the_words(control: str, text: str, change: dict[str, Any]) -> None:
    explorer = celebrity_explorer()
    explorer.controls[control].box.value = text
    assert explorer.controls[control].refused == explorer.message.value == ""
    spike = dataclasses.replace(Spike(), **change)
    view = celebrity_view(spike, Remedies(celebrity_cache=True))
    assert (explorer.text, explorer.text != celebrity_explorer().text) == (view.words, True)
    expected = np.clip(spike_load(spike).database_per_second, 1e2, 1e6)
    assert database(explorer) == pytest.approx(expected)


@pytest.mark.parametrize("name", REMEDIES)
def test_each_remedy_can_be_ticked_and_has_a_price(name: str) -> None:
    explorer = celebrity_explorer(remedies=Remedies())
    assert explorer.text.endswith("Tick a remedy to see what it changes, and what it costs.")
    assert "What is ticked | 303 K/s | 18.9 K/s | nothing" in explorer.notes
    lines = len(explorer.notes.splitlines())
    explorer.controls[name].value = True
    helped = spike_load(Spike(), Remedies(**{name: True}))
    assert helped.costs[name] in explorer.notes
    assert database(explorer, 2) == pytest.approx(helped.database_per_second)
    assert len(explorer.notes.splitlines()) == lines
    explorer.set(**dict.fromkeys(REMEDIES, True))
    assert "All 5 ticked" in explorer.notes
    assert len(explorer.notes.splitlines()) == lines


def test_limits_are_answers() -> None:
    explorer = celebrity_explorer()
    explorer.set(cached_percent=0)
    assert "The cache answers 0% of" in explorer.text
    assert "The cache keeps nothing: 329 K loads/s" in explorer.text
    explorer.set(cached_percent=100)
    assert "The cache answers 100% of" in explorer.text
    explorer.set(peak_per_second=0)
    assert "Nobody reads the tweet." in explorer.text
    explorer.set(expiry_s=3600)
    assert "all that the restart loaded expires" not in explorer.text
    none = celebrity_explorer(Spike(reads_per_second=0, peak_per_second=0))
    assert none.text.startswith("Nothing else is read. Nobody reads the tweet.")


def test_the_working_follows() -> None:
    explorer = celebrity_explorer()
    explorer.working.selected_index = 0
    for row in ("Che: 50,000 different keys", "1 + 300 K/s × 50 ms", "4.51% + the rest ÷ 10 shards"):
        assert row in explorer._table.value
    explorer.set(cached_percent=100, load_ms=10)
    assert "for ever" in explorer._table.value
    assert "1 + 300 K/s × 10 ms" in explorer._table.value


@pytest.mark.parametrize("text", ["", "nan", "-5", "1e999", "5 km", "<b>", "101"])
def test_bad_text_keeps_the_last_good_picture(text: str) -> None:
    explorer = celebrity_explorer()
    figure, words = explorer.plot.figures[0], explorer.text
    control = explorer.controls["cached_percent"]
    control.box.value = text
    assert control.refused
    assert (explorer.plot.figures[0], explorer.text) == (figure, words)


def test_a_part_of_a_machine_is_refused_in_words() -> None:
    explorer = celebrity_explorer()
    explorer.controls["shards"].box.value = "2.5"
    assert "Cache machines, keys spread by hash = 2.5: it must be a whole number" in explorer.message.value
    explorer.reset.click()
    assert explorer.message.value == ""


def test_the_opening_can_be_chosen() -> None:
    explorer = celebrity_explorer(Spike(shards=3, servers=7), Remedies(replicate=True, copies=2))
    assert explorer.values["shards"] == 3
    assert "7 API servers" in explorer.notes
    assert "2 copies to write" in explorer.notes
    with pytest.raises(ValueError, match=r"^shards = 0"):
        celebrity_explorer(Spike(shards=0))

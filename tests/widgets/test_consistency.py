"""How stale is stale: set values, and the words, the pictures and the notes follow."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from helpers.models.consistency import (
    LNKD_DISK,
    LNKD_SSD,
    PROFILES,
    YMMR,
    Latencies,
    Mixture,
    Quorum,
    staleness,
)
from helpers.models.partition import CONFLICT, under_partition
from helpers.widgets.consistency import NETWORKS, TRIALS, staleness_explorer, staleness_view
from helpers.widgets.explorer import Explorer

WHOLE, CONSISTENT, AVAILABLE = NETWORKS
SSD = LNKD_SSD.read
LAGS = {"SQLite copy": np.array([5.0, 15.0, 25.0, 35.0]), "<b>Redis</b>": np.array([0.2, 0.4])}


def curve(explorer: Explorer, place: int = 0) -> list[float]:
    return list(explorer.plot.figures[0]["data"][2 * place]["y"])


def waits(explorer: Explorer) -> list[float]:
    return list(explorer.plot.figures[1]["data"][0]["x"])


def line(explorer: Explorer) -> float:
    return float(explorer.plot.figures[0]["layout"]["shapes"][0]["x0"])


def test_it_opens_on_a_partial_quorum_weighed_against_majorities() -> None:
    explorer = staleness_explorer()
    expected = staleness(Quorum(3, 1, 1), LNKD_DISK, trials=TRIALS)
    share = f"{100 * expected.fresh(10):.1f} %"
    assert explorer.text.startswith(f"A read 10 ms after the write is fresh with probability {share}.")
    assert "R + W = 2 is not above N = 3: a read may miss the write." in explorer.text
    assert "Reads survive 2 failed replicas, writes 2." in explorer.text
    assert "A tweet, 5 s after it is posted: fewer than 150 of a million reads miss it." in explorer.text
    assert "A payment needs at least R + W > N: with R = 2, W = 2 it costs " in explorer.text
    assert min(curve(explorer)) < 50
    assert set(curve(explorer, 1)) == {100}
    assert waits(explorer)[0] == pytest.approx(expected.read_ms(50))
    assert line(explorer) == 10
    assert "20,000 simulated writes and reads" in explorer.notes


def test_an_overlap_is_fresh_and_says_what_it_costs() -> None:
    explorer = staleness_explorer()
    before = waits(explorer)
    explorer.set(r=2, w=2)
    assert set(curve(explorer)) == {100}
    assert "fresh with probability 100 %. R + W = 4 is above N = 3: every read hears" in explorer.text
    assert "none of a million reads miss it" in explorer.text
    assert "Reads survive 1 failed replica, writes 1." in explorer.text
    assert "it costs, against R = W = 1, " in explorer.text
    assert all(after > was for after, was in zip(waits(explorer), before, strict=True))
    assert curve(explorer, 1) == curve(staleness_explorer())


def test_the_time_moves_the_line_and_the_words_only() -> None:
    explorer = staleness_explorer()
    shape = curve(explorer)
    explorer.controls["after_ms"].box.value = "5 s"
    assert line(explorer) == 5000
    assert explorer.text.startswith("A read 5 s after the write is fresh with probability above 99.98 %.")
    explorer.controls["after_ms"].slider.value = 0
    assert explorer.text.startswith("A read right after the write is fresh with probability 44.1 %.")
    assert curve(explorer) == shape


def test_a_slow_store_still_misses_reads_after_seconds() -> None:
    slow = Latencies("slow", "made up", Mixture(0, 1, 1, 0.0005), SSD, SSD, SSD)
    explorer = staleness_explorer(latencies=slow)
    found = staleness(Quorum(3, 1, 1), slow, trials=TRIALS)
    assert f"about {1e6 * (1 - found.fresh(5000)):,.0f} of a million reads miss it" in explorer.text
    assert explorer.choices["latencies"].options[0] == ("slow", slow)
    explorer.choices["latencies"].value = YMMR
    assert "fewer than 150 of a million" in explorer.text


def test_r_and_w_stay_within_n_whichever_moves() -> None:
    explorer = staleness_explorer(Quorum(5, 4, 3))
    explorer.controls["n"].slider.value = 1 / 8
    assert [explorer.values[name] for name in "nrw"] == [2, 2, 2]
    assert explorer.message.value == ""
    assert "R + W = 4 is above N = 2" in explorer.text
    explorer.controls["w"].box.value = "7"
    assert [explorer.values[name] for name in "nrw"] == [7, 2, 7]
    explorer.set(n=3, r=1, w=1)
    assert explorer.text == staleness_explorer().text
    explorer.set(w=9, n=9)
    assert [explorer.values[name] for name in "nrw"] == [9, 1, 9]
    explorer.reset.click()
    assert [explorer.values[name] for name in "nrw"] == [5, 4, 3]


@pytest.mark.parametrize(
    ("text", "reason"), [("", "Write a number"), ("0", "1 or more"), ("12", "at most 9"), ("nan", "number")]
)
def test_bad_text_keeps_the_last_good_picture(text: str, reason: str) -> None:
    explorer = staleness_explorer()
    words, shape = explorer.text, curve(explorer)
    explorer.controls["n"].box.value = text
    assert reason in explorer.controls["n"].refused
    assert (explorer.text, curve(explorer)) == (words, shape)


def test_half_a_replica_is_refused_in_words() -> None:
    explorer = staleness_explorer()
    words = explorer.text
    explorer.controls["r"].box.value = "1.5"
    assert "R = 1.5: it must be a whole number" in explorer.message.value
    assert explorer.text == words
    explorer.controls["r"].box.value = "2"
    assert explorer.message.value == ""


def test_one_replica_has_nothing_to_be_weighed_against() -> None:
    explorer = staleness_explorer(Quorum(1, 1, 1))
    assert len(explorer.plot.figures[0]["data"]) == 2
    assert "Reads survive no failed replica, writes none." in explorer.text
    assert explorer.text.endswith("one replica is never stale, but it has nobody to take over.")
    explorer.set(network=AVAILABLE)
    assert "client A reaches 1 of 1 replica, client B none." in explorer.text


def test_a_cut_shows_what_each_client_sees() -> None:
    explorer = staleness_explorer()
    shapes = curve(explorer)
    explorer.set(r=2, w=2, network=CONSISTENT)
    assert explorer.text.startswith(
        "The network is cut: client A reaches 2 of 3 replicas, client B 1. What cannot"
    )
    assert "B | refused | refused" in explorer.notes
    assert CONFLICT not in explorer.text
    explorer.set(network=AVAILABLE)
    assert "B | accepted | stale" in explorer.notes
    assert CONFLICT in explorer.text
    explorer.set(r=1, w=1, network=CONSISTENT)
    assert "so B still reads old data: refusing is not enough." in explorer.text
    assert curve(explorer) == shapes
    explorer.set(network=WHOLE)
    assert "Client" not in explorer.notes
    for view in under_partition(Quorum(3, 1, 1), 2, "consistency"):
        assert view.sentence in staleness_view(Quorum(3, 1, 1), LNKD_DISK, 10, CONSISTENT).notes.replace(
            "&#x27;", "'"
        )


def test_measured_lags_stand_beside_the_model() -> None:
    explorer = staleness_explorer(measured=LAGS)
    names = [trace["name"] for trace in explorer.plot.figures[0]["data"][::2]]
    assert names == ["① R = 1, W = 1", "② SQLite copy", "③ <b>Redis</b>"]
    assert "Measured, fresh 10 ms after the write: SQLite copy 25.0 %; <b>Redis</b> 100 %." in explorer.notes
    assert "<b>" not in explorer.plot.notes
    assert max(curve(explorer, 1)) == 100
    explorer.set(after_ms=15)
    assert "SQLite copy 50.0 %" in explorer.notes
    with pytest.raises(ValueError, match=r"^lags_ms = -1"):
        staleness_explorer(measured={"broken": np.array([-1.0])})


def test_the_working_follows() -> None:
    explorer = staleness_explorer()
    explorer.working.selected_index = 0
    assert "R + W = 1 + 1 ≤ 3 = N" in explorer._table.value
    explorer.set(r=2, w=2)
    assert "R + W = 2 + 2 &gt; 3 = N" in explorer._table.value
    assert "20,000 of 20,000 reads" in explorer._table.value
    assert "Bailis et al." in explorer._table.value


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("latencies", PROFILES)
def test_every_corner_has_a_picture_and_words_that_fit(latencies: Latencies, network: str) -> None:
    for quorum in (Quorum(1, 1, 1), Quorum(2, 1, 1), Quorum(9, 1, 1), Quorum(9, 4, 5), Quorum(9, 9, 9)):
        for after in (0, 0.1, 60_000):
            view = staleness_view(quorum, latencies, after, network)
            assert len(view.words) < 520
            assert "100.0" not in view.words
            assert "nan" not in view.words


@dataclass
class Own:
    """A reader's own distribution, which cannot be hashed."""

    ms: float

    def sample(self, _: np.random.Generator, shape: tuple[int, ...]) -> Any:
        return np.full(shape, self.ms)


def test_a_distribution_of_the_readers_own() -> None:
    explorer = staleness_explorer(latencies=Latencies("mine", "made up", Own(2), Own(2), Own(2), Own(2)))
    assert waits(explorer) == [4] * 6
    assert explorer.text.startswith(
        "A read 10 ms after the write is fresh with probability above 99.98 %. 99.9 % are fresh at once."
    )


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"after_ms": -1}, ValueError, "^after_ms = -1"),
        ({"network": "broken"}, ValueError, "^network = 'broken': it must be one of 'whole'"),
        ({"quorum": "3"}, TypeError, "^quorum = '3'"),
        ({"latencies": None}, TypeError, "^latencies = None"),
    ],
)
def test_a_view_that_cannot_be(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        staleness_view(**{"quorum": Quorum(3, 1, 1), "latencies": LNKD_DISK, "after_ms": 10, **arguments})


def test_more_replicas_than_the_slider_has_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^quorum.n = 12: it must be a whole number, 1 or more, at most 9"):
        staleness_explorer(Quorum(12, 1, 1))


def test_where_widgets_cannot_run_the_words_and_notes_stand_in() -> None:
    explorer = staleness_explorer()
    explorer.set(network=CONSISTENT)
    bundle = explorer._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert explorer.text in data["text/plain"]
    assert data["text/plain"].endswith(explorer.notes)

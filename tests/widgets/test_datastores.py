"""The explorer "SQL or NoSQL?": boxes and sliders move the ranking, and the words say why."""

from typing import Any

import numpy as np
import pytest

from helpers.models.datastores import NEEDS, STORES
from helpers.models.published import FRAMEWORK_TWITTER, TWITTER_2013
from helpers.models.quantities import Range
from helpers.models.store_choice import Needs, choose
from helpers.models.workload import Workload
from helpers.widgets.datastores import datastore_explorer, datastore_view
from helpers.widgets.explorer import Explorer


def rows(explorer: Explorer) -> list[str]:
    return list(explorer.plot.figures[0]["layout"]["yaxis"]["categoryarray"])


def test_it_opens_on_the_frameworks_twitter_and_stays_in_sql() -> None:
    explorer = datastore_explorer()
    assert explorer.text == (
        "PostgreSQL comes first, with nothing to build around it. "
        "579 tweets/s is 3.6 % of the 15.9 K writes/s one primary takes: no reason to leave SQL. "
        "One primary is full at 7.71 times today's load (70.4 TB): shard PostgreSQL from there. "
        "From 247 times today's load (143 K tweets/s) Cassandra comes first: "
        "2.25 PB is all that 32 primaries hold. "
        "More writes alone, with no more kept, would do it at 879 times."
    )
    assert rows(explorer)[0] == "1. PostgreSQL"


@pytest.mark.parametrize(
    ("ticked", "first"),
    [
        (["full_text"], "Search index"),
        (["large_objects"], "Object store"),
        (["fast_reads", "may_lose_recent"], "Redis"),
        (["multi_region_writes"], "Cassandra"),
        (["transactions"], "PostgreSQL"),
    ],
)
def test_a_box_moves_the_ranking_the_words_and_the_table(ticked: list[str], first: str) -> None:
    explorer = datastore_explorer(needs=Needs())
    for name in ticked:
        explorer.controls[name].set(True)
    assert rows(explorer)[0] == f"1. {first}"
    assert explorer.text.startswith(f"{first} comes first")
    assert explorer.notes.splitlines()[1].startswith(first)
    assert ("PostgreSQL" in explorer.text) or first == "PostgreSQL"


def test_every_box_and_slider_is_there_and_a_reset_brings_the_start_back() -> None:
    explorer = datastore_explorer()
    start, values = explorer.text, explorer.values
    assert set(values) == {
        *NEEDS, "daily_users", "writes_per_user", "reads_per_write", "item_size", "most_primaries"
    }  # fmt: skip
    explorer.set(**dict.fromkeys(NEEDS, True), daily_users=3e9, most_primaries=2)
    assert explorer.text != start
    explorer.reset.click()
    assert (explorer.text, explorer.values) == (start, values)


def test_a_slider_moves_the_load_and_sql_is_defended_before_it_is_left() -> None:
    explorer = datastore_explorer()
    explorer.controls["daily_users"].slider.value = 1
    assert explorer.text.startswith("Cassandra comes first")
    assert "Why not PostgreSQL? 2.74 PB kept needs 39 primaries, more than the 32 you" in explorer.text
    assert "PostgreSQL would come first" in explorer.text
    explorer.controls["most_primaries"].box.value = "60"
    assert explorer.text.startswith("PostgreSQL comes first, with 2 things to build around it: sharding: ")


@pytest.mark.parametrize("text", ["", "many", "-1", "nan", "1e30"])
def test_bad_text_is_a_message_and_the_picture_stays(text: str) -> None:
    explorer = datastore_explorer()
    before = explorer.plot.figures, explorer.text
    for name in ("daily_users", "item_size", "most_primaries"):
        explorer.controls[name].box.value = text
        assert explorer.controls[name].refused
    assert (explorer.plot.figures, explorer.text) == before


@pytest.mark.parametrize("end", [0.0, 1.0])
@pytest.mark.parametrize("ticked", [True, False])
def test_every_end_still_shows_a_picture_and_short_words(end: float, ticked: bool) -> None:
    explorer = datastore_explorer()
    explorer.set(**dict.fromkeys(NEEDS, ticked))
    for name in ("daily_users", "writes_per_user", "reads_per_write", "item_size", "most_primaries"):
        explorer.controls[name].slider.value = end
    assert explorer.message.value == ""
    assert len(rows(explorer)) == len(STORES)
    assert 0 < len(explorer.text) < 900


def test_no_store_alone_is_said_with_what_stands_in_the_way() -> None:
    view = datastore_view(FRAMEWORK_TWITTER, Needs(transactions=True, multi_region_writes=True))
    assert view.words.startswith("No store here does all of this alone: transactions over several rows; ")
    assert "comes nearest, but: Several regions write the same data: one primary" in view.words
    assert "split the data" in view.words


def test_one_box_at_a_time_gives_readable_words() -> None:
    for name in NEEDS:
        words = datastore_view(FRAMEWORK_TWITTER, Needs(**{name: True})).words
        assert words.endswith(".")
        assert ".." not in words
        assert "  " not in words
        assert "None" not in words
        assert len(words) < 700


def test_the_working_derives_the_rates_the_shares_the_counts_and_the_flips() -> None:
    view = datastore_view(FRAMEWORK_TWITTER, Needs(relations=True))
    assert view.working is not None
    table = view.working()
    for piece in (
        "10 M users × 5 tweets/user/day",
        "579 writes/s of 15.9 K writes/s = 3.64 % of one primary",
        "1 (a table designed for each query",
        "Writes alone grow: first place changes at</td><td>879 ×",
        "Everything grows: first place changes at</td><td>247 ×",
        "DynamoDB Developer Guide",
    ):
        assert piece in table


def test_other_workloads_and_markup() -> None:
    explorer = datastore_explorer(TWITTER_2013)
    assert explorer.controls["reads_per_write"].value == pytest.approx(300e3 * 86_400 / 400e6)
    ranged = datastore_explorer(FRAMEWORK_TWITTER.replace(daily_users=Range(5e6, 20e6)))
    assert ranged.text == datastore_explorer().text
    assert "<" not in explorer.notes


@pytest.mark.parametrize(
    ("workload", "error", "message"),
    [
        (Workload(writes_per_day=100), ValueError, "daily_users and writes_per_user"),
        (FRAMEWORK_TWITTER.replace(daily_users=np.array([1.0, 2.0])), TypeError, "array of samples"),
    ],
)
def test_a_workload_it_cannot_explore_is_refused(workload: Workload, error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        datastore_explorer(workload)


def test_the_view_is_the_ranking_of_the_model() -> None:
    needs = Needs(secondary_access=True, flexible_schema=True)
    view = datastore_view(TWITTER_2013, needs, 5)
    ranking = choose(TWITTER_2013, needs, most_primaries=5)
    for place in ranking:
        assert place.store.name in view.notes
        assert place.verdict in view.notes
        assert all(str(reason) in view.notes for reason in place.against or place.to_build or place.reasons)

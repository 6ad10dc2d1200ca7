""" "Build it": boxes and sliders change the diagram, the words and the questions, each with its number."""

import itertools

import numpy as np
import pytest

from helpers.figures.layered_layout import layered_layout
from helpers.models.architecture_load import carry, first_to_saturate
from helpers.models.architectures import Parts, assemble
from helpers.models.estimation import Workload, estimate
from helpers.models.published import FRAMEWORK_TWITTER, TWITTER_2013
from helpers.models.quantities import Range, format_number
from helpers.widgets.architecture import (
    READ_HEAVY_TWITTER,
    ArchitectureExplorer,
    architecture_explorer,
    architecture_view,
)

TODAY = estimate(READ_HEAVY_TWITTER)
WHOLE = dict.fromkeys(
    ("servers", "separate", "cache", "replica", "worker", "queue", "object_store", "standbys"), True
)


def boxes(explorer: ArchitectureExplorer) -> int:
    return sum(shape["type"] == "rect" for shape in explorer.plot.figures[0]["layout"]["shapes"])


def written(explorer: ArchitectureExplorer) -> list[str]:
    return [note["text"] for note in explorer.plot.figures[0]["layout"]["annotations"]]


def test_it_opens_with_clients_and_a_database() -> None:
    explorer = architecture_explorer()
    assert explorer.architecture.order == ("Client", "DB")
    assert boxes(explorer) == 2
    first = first_to_saturate(explorer.architecture, TODAY)
    assert first is not None
    at = format_number(first[1], 2)
    assert f"The primary database fills up first, at {at} times today's load" in explorer.text
    assert "29 K reads/s, 580 tweets/s." in explorer.text
    assert "45 % full" in written(explorer)
    assert "Clients → Primary database." in explorer.notes


@pytest.mark.parametrize(
    ("tick", "count"),
    [
        ("servers", 4), ("separate", 5), ("cache", 3), ("replica", 3), ("worker", 3), ("queue", 3),
        ("object_store", 3), ("shards", 2), ("standbys", 2),
    ],
)  # fmt: skip
def test_a_box_ticked_stands_in_the_diagram(tick: str, count: int) -> None:
    explorer = architecture_explorer()
    explorer.controls[tick].value = True
    assert boxes(explorer) == count
    assert explorer.message.value == ""
    explorer.controls[tick].value = False
    assert boxes(explorer) == 2


def test_the_whole_design_leaves_nothing_to_ask() -> None:
    explorer = architecture_explorer()
    explorer.set(**WHOLE)
    assert "Nothing to ask" in explorer.notes
    assert explorer.architecture == assemble(Parts(**WHOLE))
    assert "43 K deliveries/s" in explorer.text


def test_the_load_moves_the_words_and_the_boxes() -> None:
    explorer = architecture_explorer()
    explorer.controls["multiple"].box.value = "10"
    assert explorer.text.startswith("At 10 times today's load, at the peak: 290 K reads/s")
    assert "The primary database is too small: it is full at 2.2 times today's load." in explorer.text
    load = carry(explorer.architecture, TODAY, 10)["DB"]
    assert f"the work of {format_number(load.replicas_needed or 0)} such nodes" in explorer.text
    assert "a read or a write waits in a queue that grows without end" in explorer.text
    assert "450 % full" in written(explorer)


def test_the_hit_ratio_moves_reads_off_the_database() -> None:
    explorer = architecture_explorer()
    explorer.set(cache=True, hit_ratio=0.0)
    assert "45 % full" in written(explorer)
    explorer.set(hit_ratio=1.0)
    assert "3.6 % full" in written(explorer)


def test_shards_and_servers_count() -> None:
    explorer = architecture_explorer()
    explorer.set(shards=True, shard_count=10, servers=True, server_count=200)
    assert "4.5 % full" in written(explorer)
    assert "200 × API" in written(explorer)
    assert "10 × Shards" in written(explorer)
    explorer.set(multiple=300)
    assert "shards would carry it" in explorer.text or "such machines would carry it" in explorer.text


@pytest.mark.parametrize(
    ("lit", "words", "arrows"),
    [
        ("nothing", None, 0),
        ("a read the cache answers", "clients → load balancer → read service → cache.", 3),
        ("a read the cache misses", "read service → cache; then read service → read replicas.", 4),
        ("a write", "clients → load balancer → write service → primary database.", 3),
        ("the deliveries of a write", "write service → queue → fan-out worker → cache.", 3),
    ],
)
def test_the_path_lit_is_said_and_drawn(lit: str, words: str | None, arrows: int) -> None:
    explorer = architecture_explorer()
    explorer.set(**WHOLE, lit=lit)
    assert ("Lit" in explorer.text) == bool(words)
    assert words is None or explorer.text.endswith(words)
    assert [text for text in written(explorer) if text.isdigit()] == [str(i + 1) for i in range(arrows)]


def test_a_path_that_is_not_there_is_said_to_be_missing() -> None:
    explorer = architecture_explorer()
    explorer.set(lit="the deliveries of a write")
    assert explorer.text.endswith("Lit, the deliveries of a write: this design has none.")


def test_the_working_names_every_limit_and_its_source() -> None:
    explorer = architecture_explorer()
    explorer.set(**WHOLE)
    explorer.working.selected_index = 0
    table = explorer._table.value
    assert "28.9 K reads/s ÷ (40 × 1 K/s). Our assumption" in table
    assert "1 M followers in 3.5 s" in table
    assert "÷ a limit not known" in table
    assert (
        "Not known, so never the limit: what the load balancer, queue, object store can take."
        in explorer.notes
    )


@pytest.mark.parametrize("text", ["", "many", "0", "-3", "nan", "1e99", "<b>"])
def test_bad_text_keeps_the_last_good_picture(text: str) -> None:
    explorer = architecture_explorer()
    for name in ("multiple", "server_count", "shard_count"):
        before = explorer.plot.figures[0]
        explorer.controls[name].box.value = text
        assert explorer.controls[name].refused
        assert explorer.plot.figures[0] == before
        explorer.controls[name].set(3)


def test_half_a_server_is_answered_with_a_message() -> None:
    explorer = architecture_explorer()
    explorer.set(servers=True)
    before = explorer.plot.figures[0]
    explorer.controls["server_count"].box.value = "2.5"
    assert "API servers, or read servers = 2.5: it must be a whole number" in explorer.message.value
    assert explorer.plot.figures[0] == before
    explorer.controls["server_count"].box.value = "2"
    assert explorer.message.value == ""


@pytest.mark.parametrize("end", [0.0, 1.0])
@pytest.mark.parametrize("ticked", [False, True])
def test_all_sliders_at_one_end_still_show_a_picture(end: float, ticked: bool) -> None:
    explorer = architecture_explorer(TWITTER_2013)
    for name, control in explorer.controls.items():
        if hasattr(control, "slider"):
            control.slider.value = end
        else:
            control.set(ticked)
        assert explorer.message.value == "", name
    assert len(explorer.text) < 800
    assert "nan" not in explorer.text + explorer.notes
    assert "inf" not in explorer.text


def test_reset_goes_back_to_where_it_opened() -> None:
    explorer = architecture_explorer()
    words, picture = explorer.text, explorer.plot.figures[0]
    explorer.set(**WHOLE, multiple=50, lit="a write")
    explorer.reset.click()
    assert (explorer.text, explorer.plot.figures[0]) == (words, picture)


def test_the_picture_keeps_its_size_whatever_is_ticked() -> None:
    ticks = list(WHOLE)[:-1]
    heights, wide = set(), 0
    for chosen in itertools.product([False, True], repeat=len(ticks)):
        parts = Parts(**dict(zip(ticks, chosen, strict=True)))
        heights.add(architecture_view(TODAY, parts).figures[0].layout.height)
        wide += layered_layout(assemble(parts)).columns > 3.3 + 1e-9
    assert len(heights) == 1
    assert wide <= 6  # some odd designs, without servers, get narrower boxes


def test_a_workload_of_ranges_opens_at_its_middle_and_samples_are_refused() -> None:
    explorer = architecture_explorer(FRAMEWORK_TWITTER.replace(daily_users=Range(5e6, 20e6)))
    assert "580 tweets/s" in explorer.text
    with pytest.raises(TypeError, match="it must be one number"):
        architecture_explorer(FRAMEWORK_TWITTER.replace(daily_users=np.array([1e6, 2e6])))


def test_a_workloads_own_server_capacity_is_taken() -> None:
    explorer = architecture_explorer(READ_HEAVY_TWITTER.replace(requests_per_server=5000))
    assert explorer.values["server_capacity"] == 5000


def test_a_workload_without_load_has_nothing_to_do() -> None:
    explorer = architecture_explorer(Workload(writes_per_day=0))
    assert "No component with a known limit has anything to do." in explorer.text


def test_the_times_are_finite_until_something_is_full() -> None:
    for multiple in (1, 1.3, 1.35):
        view = architecture_view(TODAY, Parts(servers=True), multiple)
        assert "at p99" in view.words
    assert "grows without end" in architecture_view(TODAY, Parts(servers=True), 1.4).words

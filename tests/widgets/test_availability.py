"""Break it: tick boxes, and the words, the tables and the picture say what users still get."""

import itertools
from typing import Any

import pytest

from helpers.models.architecture import Architecture, Component, Flow
from helpers.models.architecture_load import Demand
from helpers.models.architectures import SMALLEST, TWITTER_DESIGN, Parts, assemble
from helpers.widgets.availability import FAILURES, break_it_explorer, break_it_view
from helpers.widgets.explorer import Explorer

DEMAND = Demand(reads_per_second=29_000, writes_per_second=579, followers=75)
ALONE = assemble(
    Parts(servers=True, separate=True, cache=True, replica=True, worker=True, queue=True, shards=True)
)


def notes_row(explorer: Explorer, start: str) -> str:
    return next(line for line in explorer.notes.splitlines() if line.startswith(start))


def test_it_opens_with_the_frameworks_own_example() -> None:
    explorer = break_it_explorer()
    assert explorer.text == (
        "One machine of the Load Balancer has failed. Reads and writes fail. Single points of failure: the "
        "Load Balancer and the Database Master for reads and writes; the Redis Cache too, unless what is "
        "behind can bear its reads. Over a year, reads go unanswered for 18 h 24 min; for 17 h 31 min if "
        "copies failed only one by one."
    )
    assert explorer.values["failure"] == "one machine"
    assert notes_row(explorer, "Reads") == (
        "Reads | fail | 99.79 % | 18 h 24 min | 18 h 24 min | 17 h 31 min"
    )
    assert "the Load Balancer | reads and writes | 7 h 52 min a year" in explorer.notes


def test_the_standby_of_the_framework_brings_the_site_back() -> None:
    explorer = break_it_explorer()
    explorer.set(**{"standby LB": True})
    assert "Reads and writes go on. Single points of failure: the Database Master" in explorer.text
    assert "go unanswered for 10 h 31 min, as drawn for 18 h 24 min" in explorer.text
    explorer.set(failure=FAILURES[1])
    assert explorer.text.startswith(
        "All machines of the Load Balancer have failed at once. Reads and writes fail."
    )


def test_reads_survive_what_writes_do_not() -> None:
    explorer = break_it_explorer(TWITTER_DESIGN)
    explorer.set(failure=FAILURES[1], **{"broken LB": False, "broken DB": True})
    assert "Reads and media go on; writes and deliveries fail." in explorer.text
    assert "No single machine stops anything." in explorer.text
    assert "Nothing stands alone." in explorer.notes
    assert notes_row(explorer, "Deliveries").startswith("Deliveries | fail | 99.9")


def test_deliveries_wait_in_the_queue() -> None:
    explorer = break_it_explorer(ALONE)
    explorer.set(**{"broken LB": False, "broken Worker": True})
    assert "Reads and writes go on; deliveries wait in the queue." in explorer.text


def test_a_shard_takes_its_part() -> None:
    explorer = break_it_explorer(assemble(Parts(shards=True)))
    assert "One machine of the shards has failed. Reads and writes are answered to 75 %." in explorer.text


def test_a_provider_does_not_show_one_machine_less() -> None:
    explorer = break_it_explorer(TWITTER_DESIGN)
    explorer.set(**{"broken LB": False, "broken Media": True})
    assert explorer.text.startswith("A provider runs the object store on many machines: one fewer does not")
    assert "media" in explorer.text
    explorer.set(failure=FAILURES[1])
    assert "media fail" in explorer.text


def test_nothing_broken_is_said() -> None:
    explorer = break_it_explorer()
    explorer.set(**{"broken LB": False})
    assert explorer.text.startswith("Nothing is broken. Reads and writes go on. Single points")


def test_with_both_standbys_the_cache_is_left() -> None:
    explorer = break_it_explorer()
    explorer.set(**{"broken LB": False, "standby LB": True, "standby DB": True})
    assert (
        "Single point of failure: the Redis Cache, unless what is behind can bear its reads." in explorer.text
    )


class TestLoad:
    def test_without_a_load_the_cache_is_asked_about(self) -> None:
        view = break_it_view(TWITTER_DESIGN, ["Cache"], failure=FAILURES[1])
        assert "Without the cache every read falls on what is behind it." in view.words

    def test_with_a_load_it_says_whether_the_rest_bears_it(self) -> None:
        view = break_it_view(TWITTER_DESIGN, ["Cache"], failure=FAILURES[1], asked=DEMAND)
        assert "What is left bears the load of the peak." in view.words
        busy = Demand(reads_per_second=150_000, writes_per_second=579)
        view = break_it_view(TWITTER_DESIGN, ["Cache"], failure=FAILURES[1], asked=busy)
        assert "But at the peak the read replicas gets 1.1 times" not in view.words
        assert "But at the peak the read replicas get 1.1 times what they can take." in view.words

    def test_nothing_broken_says_nothing_of_load(self) -> None:
        assert "peak" not in break_it_view(TWITTER_DESIGN, [], asked=DEMAND).words

    @pytest.mark.parametrize("broken", [[], ["LB"]])
    def test_what_is_too_small_without_any_failure_is_not_praised(self, broken: list[str]) -> None:
        ten_times = Demand(reads_per_second=580_000, writes_per_second=11_600, followers=75)
        words = break_it_view(TWITTER_DESIGN, broken, asked=ten_times).words
        assert "Too small for the peak already: the read service" in words
        assert "bears the load" not in words


def test_standbys_can_be_taken_away_too() -> None:
    explorer = break_it_explorer(TWITTER_DESIGN)
    assert explorer.values["standby DB"] is True
    explorer.set(**{"standby DB": False, "broken DB": True, "broken LB": False})
    assert "writes and deliveries fail" in explorer.text
    assert "the primary database | writes and deliveries |" in explorer.notes


def test_how_often_and_how_machines_fail() -> None:
    explorer = break_it_explorer()
    explorer.set(common=0)
    assert explorer.text.endswith("Over a year, reads go unanswered for 17 h 31 min.")
    explorer.set(common=100, **{"standby LB": True, "standby DB": True})
    # A standby that fails with the other is none.
    assert "go unanswered for 1 day 2 h; for 1 min 35 s if copies" in explorer.text
    explorer.set(each=99)
    assert "for 10 days" in explorer.text


def test_the_ticks_follow_the_design() -> None:
    explorer = break_it_explorer(TWITTER_DESIGN)
    names = {name for name in explorer.controls if name.startswith("broken ")}
    assert names == {f"broken {part.name}" for part in TWITTER_DESIGN.components if part.kind != "client"}
    assert {name for name in explorer.controls if name.startswith("standby ")} == {
        "standby LB", "standby Queue", "standby Worker", "standby Cache", "standby DB",
    }  # fmt: skip
    assert set(break_it_explorer(SMALLEST).controls) == {"broken DB", "standby DB", "each", "common"}


def test_the_picture_keeps_its_size_whatever_is_ticked() -> None:
    explorer = break_it_explorer(ALONE)
    boxes = [name for name in explorer.controls if name.startswith(("broken", "standby"))]
    shapes = set()
    for chosen in itertools.islice(itertools.product([False, True], repeat=len(boxes)), 0, None, 97):
        explorer.set(**dict(zip(boxes, chosen, strict=True)))
        assert explorer.message.value == ""
        layout = explorer.plot.figures[0]["layout"]
        shapes.add((layout["height"], *layout["xaxis"]["range"]))
    assert len(shapes) == 1


def test_the_working_says_where_each_share_comes_from() -> None:
    working = break_it_view(TWITTER_DESIGN, []).working
    assert working is not None
    table = working()
    assert "A provider&#x27;s: 99.99 %, as Amazon S3 is designed for." in table
    assert "Any of 2 machines, each up 99.9 %; 90 % of its downtime is its own." in table
    assert "A request meets one of 2, up 99.9 %, and its standbys: 1." in table
    bare = break_it_view(SMALLEST, []).working
    assert bare is not None
    assert "One machine, up 99.9 %." in bare()


def test_names_are_escaped() -> None:
    boxes = (Component("C", "client"), Component("<b>", "primary database", "<i>base"))
    explorer = break_it_explorer(Architecture("Odd", boxes, (Flow("C", "<b>"),)))
    assert "<i>" not in break_it_view(Architecture("Odd", boxes, (Flow("C", "<b>"),)), ["<b>"]).notes
    assert "the <i>base" in explorer.text


@pytest.mark.parametrize("text", ["", "nan", "-1", "0", "101", "1e999", "five", "<b>"])
def test_bad_text_keeps_the_last_good_picture(text: str) -> None:
    explorer = break_it_explorer()
    figure, words = explorer.plot.figures[0], explorer.text
    for name in ("each", "common"):
        if (name, text) == ("common", "0"):
            continue
        explorer.controls[name].box.value = text
        assert explorer.controls[name].refused
        assert (explorer.plot.figures[0], explorer.text) == (figure, words)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: break_it_view(SMALLEST, ["LB"]), "LB"),
        (lambda: break_it_view(SMALLEST, [], ["LB"]), r"^names = 'LB'"),
        (lambda: break_it_view(SMALLEST, [], failure="fire"), r"^failure = 'fire'"),
        (lambda: break_it_view(SMALLEST, [], each=99.9), r"^each = 99.9"),
        (lambda: break_it_view(SMALLEST, [], common_share=-1), r"^common_share = -1"),
        (lambda: break_it_explorer(Architecture("A", (Component("DB", "shard"),))), "it has no client"),
    ],
)
def test_bad_input_is_refused_by_name(call: Any, message: str) -> None:
    with pytest.raises((ValueError, KeyError), match=message):
        call()


def test_a_client_alone_asks_nothing_and_still_opens() -> None:
    explorer = break_it_explorer(Architecture("Idle", (Component("C", "client"), Component("DB", "shard"))))
    assert "Nobody asks anything of this design." in explorer.text

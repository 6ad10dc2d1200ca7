"""The queueing explorers: set values, and the words, the pictures, the notes and the working follow."""

import math
from typing import Any

import numpy as np
import pytest

from helpers.models.queueing import Queue
from helpers.models.service_pools import Service, plan_pools
from helpers.widgets.explorer import Explorer
from helpers.widgets.queueing import pools_explorer, pools_view, queueing_explorer, queueing_view


def line(explorer: Explorer) -> float:
    return float(explorer.plot.figures[0]["layout"]["shapes"][0]["x0"])


def shown(explorer: Explorer, trace: int) -> dict[str, str]:
    drawn = explorer.plot.figures[0]["data"][trace]
    return dict(zip(drawn["y"], drawn["text"], strict=True))


def test_the_hockey_stick_opens_at_80_percent() -> None:
    explorer = queueing_explorer()
    assert explorer.text == (
        "80 % utilisation: 80 requests arrive a second and 1 server can serve 100 a second. A request takes "
        "50 ms on average, 5 times its service time; the 99th percentile is 230 ms, 23 times it. What counts "
        "is the spare share: halve it, from 20 % to 10 %, and the mean becomes 10 times the service time. "
        "With 64 servers at the same utilisation, the mean would be hardly more than the service time, and "
        "the 99th percentile 4.61 times it."
    )
    assert line(explorer) == pytest.approx(80)
    assert "90 % | 90 | 100 ms, × 10 | 461 ms, × 46.1" in explorer.notes


@pytest.mark.parametrize(
    ("control", "text", "queue"),
    [
        ("arrivals_per_second", "90", Queue(90, 0.010)),
        ("arrivals_per_second", "0.095K requests/s", Queue(95, 0.010)),
        ("service_ms", "12", Queue(80, 0.012)),
        ("service_ms", "0.005 s", Queue(80, 0.005)),
        ("servers", "4", Queue(80, 0.010, 4)),
        ("servers", "2 servers", Queue(80, 0.010, 2)),
    ],
)
def test_a_box_moves_the_load_and_the_words(control: str, text: str, queue: Queue) -> None:
    explorer = queueing_explorer()
    explorer.controls[control].box.value = text
    assert explorer.controls[control].refused == ""
    assert line(explorer) == pytest.approx(100 * queue.utilisation)
    mean = queue.mean_time_s / queue.service_s
    said = f"{mean:.3g} times its" if mean >= 1.005 else "hardly more than its"
    assert said in explorer.text
    curve = explorer.plot.figures[0]["data"][0]
    place = len(curve["x"]) // 2
    theory = Queue(curve["x"][place] / 100 * queue.servers, 1.0, queue.servers).mean_time_s
    assert curve["y"][place] == pytest.approx(theory)


def test_too_much_load_is_an_answer() -> None:
    explorer = queueing_explorer()
    explorer.set(arrivals_per_second=130)
    assert explorer.text.endswith(
        "On average the queue grows by 30 requests every second; the time in the system is unbounded."
    )
    assert line(explorer) == 110
    explorer.set(arrivals_per_second=100)
    assert explorer.text.startswith("100 % utilisation")
    assert "No time is left to catch up after a burst" in explorer.text
    explorer.working.selected_index = 0
    assert "more arrives than can be served" in explorer._table.value


def test_no_load_is_an_answer() -> None:
    explorer = queueing_explorer()
    explorer.controls["arrivals_per_second"].slider.value = 0
    assert explorer.text.startswith("Nothing arrives, so nobody waits")
    assert line(explorer) == 0


def test_the_most_servers_are_compared_with_one() -> None:
    assert (
        "With 1 server at the same utilisation, the mean would be 5 times"
        in queueing_view(5120, 10, 64).words
    )


def test_the_working_follows() -> None:
    explorer = queueing_explorer()
    explorer.working.selected_index = 0
    for row in ("80 requests/s × 10 ms", "40 ms + 10 ms", "Little: 80/s × 50 ms", "4 requests"):
        assert row in explorer._table.value
    explorer.set(arrivals_per_second=50)
    assert "Little: 50/s × 20 ms" in explorer._table.value


@pytest.mark.parametrize("text", ["", "nan", "-5", "1e999", "5 years", "<b>", "0"])
def test_bad_text_keeps_the_last_good_picture(text: str) -> None:
    explorer = queueing_explorer()
    figure, words = explorer.plot.figures[0], explorer.text
    control = explorer.controls["service_ms"]
    control.box.value = text
    assert control.refused
    assert (explorer.plot.figures[0], explorer.text) == (figure, words)


def test_a_part_of_a_server_is_refused_in_words() -> None:
    explorer = queueing_explorer()
    words = explorer.text
    explorer.controls["servers"].box.value = "2.5"
    assert "servers = 2.5: it must be a whole number" in explorer.message.value
    assert explorer.text == words
    explorer.controls["servers"].box.value = "2"
    assert explorer.message.value == ""


def test_the_pools_open_on_reads_and_writes() -> None:
    explorer = pools_explorer()
    plan = plan_pools([Service("reads", 2000, 0.005), Service("writes", 200, 0.020)], 99, 0.15)
    assert plan is not None
    reads, writes = plan.apart
    assert explorer.text.startswith(
        f"One shared pool needs {plan.shared.servers} servers; separate pools need {reads.servers} for reads "
        f"and {writes.servers} for writes, {plan.servers_apart} together. Sharing saves 1: "
    )
    assert "writes wait without bound, although not one more arrives" in explorer.text
    own = f"{1e3 * writes.responses[0].time_s(99):.3g} ms"
    assert explorer.text.endswith(f"On their own pool, writes stay at {own}.")
    assert shown(explorer, 0)["Writes, own pool"] == shown(explorer, 1)["Writes, own pool"] == own
    assert shown(explorer, 1)["Writes, shared pool"] == "∞"
    assert "shared, 16 too | 16 | 87.5 %" in explorer.notes


def test_a_small_storm_a_shared_pool_can_take() -> None:
    explorer = pools_explorer()
    explorer.controls["storm"].box.value = "1.02"
    assert "the 99th percentile of writes becomes" in explorer.text
    assert shown(explorer, 1)["Writes, shared pool"] != "∞"
    explorer.controls["storm"].box.value = "1"
    assert explorer.text.endswith("Raise the read storm to see whom it hurts.")
    assert shown(explorer, 0) == shown(explorer, 1)


@pytest.mark.parametrize(
    ("control", "text", "change"),
    [
        ("reads_per_second", "10K reads/s", {"reads_per_second": 10_000}),
        ("writes_per_second", "0", {"writes_per_second": 0}),
        ("read_ms", "12", {"read_ms": 12}),
        ("write_ms", "0.03 s", {"write_ms": 30}),
        ("target_ms", "1 s", {"target_ms": 1000}),
        ("storm", "5", {"storm": 5}),
    ],
)
def test_a_box_moves_the_pools(control: str, text: str, change: dict[str, float]) -> None:
    explorer = pools_explorer()
    start = explorer.values
    before = explorer.plot.figures[0]
    explorer.controls[control].box.value = text
    assert explorer.controls[control].refused == explorer.message.value == ""
    assert explorer.plot.figures[0] != before
    assert explorer.text == pools_view(**(start | change)).words


def test_quick_reads_wait_behind_slow_writes_in_a_shared_pool() -> None:
    rows = shown(pools_explorer(), 0)
    assert (rows["Reads, own pool"], rows["Reads, shared pool"]) == ("31.3 ms", "46.9 ms")


def test_a_target_out_of_reach_is_said_and_keeps_the_picture() -> None:
    explorer = pools_explorer()
    figure, words = explorer.plot.figures[0], explorer.text
    explorer.controls["target_ms"].box.value = "50"
    assert "no number of servers is enough. Serving writes takes 92.1 ms" in explorer.message.value
    assert (explorer.plot.figures[0], explorer.text) == (figure, words)
    explorer.reset.click()
    assert explorer.message.value == ""


@pytest.mark.parametrize("make", [queueing_explorer, pools_explorer])
@pytest.mark.parametrize("end", [0.0, 1.0])
def test_all_sliders_at_one_end_still_show_a_picture(make: Any, end: float) -> None:
    explorer = make()
    for control in explorer.controls.values():
        control.slider.value = end
    for trace in explorer.plot.figures[0]["data"]:
        assert np.isfinite(trace["x"]).all()
    assert "nan" not in explorer.text + explorer.notes
    assert len(explorer.text) < 700
    explorer.reset.click()
    assert explorer.text == make().text


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: queueing_view(-1, 10, 1), r"^arrivals_per_second = -1"),
        (lambda: queueing_view(1, 0, 1), r"^service_ms = 0"),
        (lambda: queueing_view(1, 1, 65), r"^servers = 65: .*at most 64"),
        (lambda: queueing_view(1, 1, math.nan), r"^servers = nan"),
        (lambda: queueing_explorer(service_ms=math.nan), r"^service_ms = nan"),
        (lambda: pools_explorer(storm=0.5), r"^storm = 0.5: it must be a number, 1 or more"),
    ],
)
def test_bad_input_is_refused_by_name(call: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        call()

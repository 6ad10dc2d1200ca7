"""Explorers: set values, and the words, the figure's data and the working follow."""

import re
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from helpers.labs.one_machine import MachineReport, Measurement
from helpers.models.estimation import Workload, estimate
from helpers.models.published import FRAMEWORK_TWITTER, MODEST_NODE, STRONG_NODE, TWITTER_2013
from helpers.models.quantities import Range
from helpers.models.uncertainty import simulate
from helpers.models.verdicts import NodeLimits, judge
from helpers.widgets.controls import CheckControl
from helpers.widgets.estimation import estimation_explorer, uncertainty_explorer
from helpers.widgets.explorer import Explorer, View, working_table
from helpers.widgets.latency import latency_explorer
from helpers.widgets.quick_check import estimate_check, quick_check
from helpers.widgets.slips import slip_explorer

REPORT = MachineReport(
    "a test machine",
    (
        Measurement("random memory read", "NumPy", "2.4", "", "ns", (90.0, 100.0, 80.0)),
        Measurement("insert, one commit a row", "SQLite", "3.40", "", "inserts/s", (1e6,)),
        Measurement("point read", "SQLite", "3.40", "", "reads/s", (5e3,)),
        Measurement("insert, 1000 a commit", "SQLite", "3.40", "", "inserts/s", (2e3,), together=1000),
    ),
)


def bars(explorer: Explorer) -> list[float]:
    return [float(share) for share in explorer.plot.figures[0]["data"][0]["x"]]


def expected(workload: Workload, node: NodeLimits = STRONG_NODE) -> list[float]:
    verdict = judge(estimate(workload), node)
    return [min(max(100 * float(usage.utilisation), 0.01), 1e5) for usage in verdict.usages]


def test_the_estimate_opens_on_the_frameworks_twitter() -> None:
    explorer = estimation_explorer()
    assert explorer.text.startswith(
        "About 600 tweets/s; 5 GB/day, 9 TB in 5 years. One strong node is enough"
    )
    assert bars(explorer) == pytest.approx(expected(FRAMEWORK_TWITTER))


@pytest.mark.parametrize(
    ("control", "text", "change"),
    [
        ("daily_users", "100M", {"daily_users": 100e6}),
        ("reads_per_write", "50", {"reads_per_write": 50}),
        ("followers", "200", {"followers": 200}),
        ("item_size", "4.75 KB", {"item_size": 4750}),
        ("retention", "18 months", {"retention": 1.5}),
        ("media_share", "20 %", {"media_share": 0.2}),
        ("replication", "3", {"replication": 3}),
    ],
)
def test_a_box_moves_the_words_and_the_bars(control: str, text: str, change: dict[str, float]) -> None:
    explorer = estimation_explorer()
    explorer.set(media_size=1e6, cached_per_user=800, cached_size=20)
    before = explorer.text
    explorer.controls[control].box.value = text
    base = FRAMEWORK_TWITTER.replace(media_size=1e6, cached_per_user=800, cached_size=20)
    assert bars(explorer) == pytest.approx(expected(base.replace(**change)))
    assert explorer.text != before
    assert explorer.text.endswith(str(judge(estimate(base.replace(**change)), STRONG_NODE)))


def test_a_slider_moves_the_words_and_the_bars() -> None:
    explorer = estimation_explorer()
    explorer.controls["daily_users"].slider.value = 1
    assert bars(explorer) == pytest.approx(expected(FRAMEWORK_TWITTER.replace(daily_users=3e9)))
    assert "170 K tweets/s" in explorer.text


@pytest.mark.parametrize("end", [0.0, 1.0])
def test_all_sliders_at_one_end_still_show_a_picture(end: float) -> None:
    for explorer in (estimation_explorer(TWITTER_2013), latency_explorer(REPORT)):
        for control in explorer.controls.values():
            control.slider.value = end
        assert explorer.message.value == ""
        assert np.isfinite(bars(explorer)).all()
        assert len(explorer.text) < 1500


def test_presets_and_nodes() -> None:
    explorer = estimation_explorer()
    explorer.choices["preset"].value = TWITTER_2013
    assert bars(explorer) == pytest.approx(expected(TWITTER_2013))
    assert "350 K deliveries/s" in explorer.text
    explorer.choices["node"].value = MODEST_NODE
    assert bars(explorer) == pytest.approx(expected(TWITTER_2013, MODEST_NODE))
    assert "One modest node is too small" in explorer.text
    explorer.set(preset=FRAMEWORK_TWITTER, daily_users=20e6)
    assert bars(explorer) == pytest.approx(expected(FRAMEWORK_TWITTER.replace(daily_users=20e6), MODEST_NODE))


def test_reset_goes_back_to_where_it_opened() -> None:
    explorer = estimation_explorer()
    start, words = explorer.values, explorer.text
    explorer.set(preset=TWITTER_2013, node=MODEST_NODE)
    explorer.set(daily_users=5)
    explorer.controls["retention"].box.value = "plenty"
    explorer.reset.click()
    assert explorer.values == start
    assert explorer.text == words
    assert explorer.controls["retention"].refused == ""
    assert bars(explorer) == pytest.approx(expected(FRAMEWORK_TWITTER))


def test_the_working_is_written_when_it_is_opened() -> None:
    explorer = estimation_explorer()
    assert explorer._table.value == ""
    explorer.working.selected_index = 0
    assert "10 M users × 5 tweets/user/day = 50 M tweets/day; ÷ 86,400 s/day" in explorer._table.value
    explorer.set(daily_users=20e6)
    assert "20 M users × 5 tweets/user/day" in explorer._table.value


@pytest.mark.parametrize(
    "text", ["", "nan", "-5", "1e999", "5 years", "<script>alert(1)</script>", "1e18 PB"]
)
def test_bad_text_keeps_the_last_good_picture(text: str) -> None:
    explorer = estimation_explorer()
    figure, words = explorer.plot.figures[0], explorer.text
    control = explorer.controls["item_size"]
    control.box.value = text
    assert control.refused
    assert "<script>" not in control._message.value
    assert (explorer.plot.figures[0], explorer.text) == (figure, words)
    control.box.value = "200 B"
    assert control.refused == ""
    assert bars(explorer) == pytest.approx(expected(FRAMEWORK_TWITTER.replace(item_size=200)))


def test_what_has_no_slider_stays_as_the_workload_has_it() -> None:
    mine = Workload(
        daily_users=Range(1e6, 1e8), writes_per_user=5, reads_per_user=20, item_size=1e6, stored_share=0.2,
        price_out=0.02, item="photo",
    )  # fmt: skip
    explorer = estimation_explorer(mine)
    assert bars(explorer) == pytest.approx(expected(mine.at_middle()))
    explorer.working.selected_index = 0
    assert "$0.02/GB" in explorer._table.value
    explorer.set(preset=TWITTER_2013)
    assert "$0.02/GB" not in explorer._table.value
    assert "5 K photos/s" in explorer.text


@pytest.mark.parametrize(
    ("workload", "error", "message"),
    [
        (Workload(writes_per_day=5), ValueError, "^workload: its writes must be given as daily_users"),
        (FRAMEWORK_TWITTER.replace(item_size=np.ones(3)), TypeError, "^workload: item_size is an array"),
    ],
)
def test_a_workload_that_cannot_be_explored(workload: Workload, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        estimation_explorer(workload)


def test_an_explorer_needs_a_node() -> None:
    for make in (estimation_explorer, uncertainty_explorer):
        with pytest.raises(ValueError, match=r"^node: there is none to choose from"):
            make(nodes=())


def test_where_widgets_cannot_run_the_words_stand_in() -> None:
    for explorer in (estimation_explorer(), uncertainty_explorer(), latency_explorer()):
        bundle = explorer._repr_mimebundle_()
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        assert data["text/plain"].endswith(explorer.text)
        assert "application/vnd.jupyter.widget-view+json" in data
    words = slip_explorer()._repr_mimebundle_()["text/plain"]
    assert words.startswith("Spot the slip. Storage a day, from 150 M users")


def test_a_refused_view_keeps_the_last_good_one() -> None:
    def view(values: dict[str, Any]) -> View:
        if values["daily_users"] > 50e6:
            raise ValueError("too <many>")
        return View((go.Figure(),), f"{values['daily_users']:g}")

    controls = estimation_explorer().controls
    with pytest.raises(ValueError, match="no range"):
        Explorer("Test", {"": [controls["daily_users"]]}, view)

    def drawn(values: dict[str, Any]) -> View:
        words = view(values).words
        axis = {"range": [0, 1]}
        return View((go.Figure(layout={"xaxis": axis, "yaxis": axis}),), words)

    explorer = Explorer("Test", {"": [controls["daily_users"]]}, drawn)
    explorer.set(daily_users=60e6)
    assert explorer.text == "1e+07"
    assert explorer.message.value == '<span role="alert">too &lt;many&gt;</span>'
    explorer.set(daily_users=40e6)
    assert (explorer.text, explorer.message.value) == ("4e+07", "")


def test_how_sure_opens_at_half_to_twice_and_shows_percentiles_and_chance() -> None:
    explorer = uncertainty_explorer()
    assert explorer.controls["daily_users"].value == Range(5e6, 20e6)
    assert explorer.controls["peak_factor"].value == Range(1, 2)
    unsure = FRAMEWORK_TWITTER.replace(**{name: control.value for name, control in explorer.controls.items()})
    outcome = simulate(unsure, STRONG_NODE)
    assert (
        f"P(storage outgrows one strong node) = {outcome.probability_too_small('storage'):.2f}"
        in explorer.text
    )
    assert "the median is 9.1" in explorer.text
    tornado = explorer.plot.figures[1]["data"][0]
    assert list(tornado["text"])[:4] == ["× 4"] * 4


def test_ranges_open_as_given_and_a_wider_one_widens_the_answer() -> None:
    unsure = FRAMEWORK_TWITTER.replace(daily_users=Range(8e6, 12e6))
    explorer = uncertainty_explorer(unsure)
    control = explorer.controls["daily_users"]
    assert control.value == Range(8e6, 12e6)
    before = explorer.plot.figures[1]["data"][0]["text"]
    assert "× 1.5" in before
    control.low_box.value, control.high_box.value = "1M", "100M"
    assert "× 100" in explorer.plot.figures[1]["data"][0]["text"]
    assert explorer.text.endswith("Daily active users matters most: it moves the result by a factor of 100.")


def test_a_low_end_above_the_high_one_keeps_the_picture() -> None:
    explorer = uncertainty_explorer()
    control, figure, words = explorer.controls["item_size"], explorer.plot.figures[0], explorer.text
    control.low_box.value = "1 KB"
    assert control.refused.startswith("low = 1000.0 is above high = 200.0")
    assert (explorer.plot.figures[0], explorer.text) == (figure, words)


def test_another_result_or_node_changes_the_picture() -> None:
    explorer = uncertainty_explorer()
    explorer.choices["result"].value = "peak_writes_per_second"
    assert "Peak writes a second" in explorer.plot.figures[0]["layout"]["xaxis"]["title"]["text"]
    assert explorer.plot.figures[0]["layout"]["shapes"][0]["x0"] == 15_900
    explorer.choices["node"].value = MODEST_NODE
    assert explorer.plot.figures[0]["layout"]["shapes"][0]["x0"] == 2500
    explorer.choices["result"].value = "storage"
    assert "shapes" not in explorer.plot.figures[0]["layout"]


@pytest.mark.parametrize("ends", [(0.0, 0.0), (0.0, 1.0), (1.0, 1.0)])
def test_extreme_ranges_still_show_a_picture(ends: tuple[float, float]) -> None:
    explorer = uncertainty_explorer(TWITTER_2013)
    for control in explorer.controls.values():
        control.slider.value = ends
    for _, result in explorer.choices["result"].options:
        explorer.set(result=result)
        assert explorer.message.value == ""
        assert explorer.text.startswith("Nine times in ten, ")
        low, high = explorer.plot.figures[0]["layout"]["xaxis"]["range"]
        assert low < high


def test_a_result_the_workload_has_not_is_refused() -> None:
    nothing_stored = Workload(daily_users=1e6, writes_per_user=5)
    assert uncertainty_explorer(nothing_stored).values["result"] == "peak_writes_per_second"
    with pytest.raises(ValueError, match=r"^result = 'storage': it must be one of 'peak_writes_per_second'"):
        uncertainty_explorer(nothing_stored, result="storage")


def test_the_ladder_counts_what_fits_in_a_page() -> None:
    explorer = latency_explorer()
    assert "200 ms (published): Random memory read: 10 M;" in explorer.text
    assert "One Redis or MySQL query over the network: 400." in explorer.text
    explorer.controls["budget_ms"].box.value = "1 s"
    assert "One Redis or MySQL query over the network: 2 K." in explorer.text
    assert explorer.plot.figures[0]["layout"]["shapes"][0]["x0"] == 1e9
    explorer.controls["budget_ms"].box.value = "5 GB"
    assert "is in gigabyte" in explorer.controls["budget_ms"].refused


def test_the_ladder_sets_this_machine_beside_the_published_times() -> None:
    explorer = latency_explorer(REPORT)
    assert explorer.text.endswith("This machine: Random memory read: 4.5 times the published time.")
    here = explorer.plot.figures[0]["data"][1]
    assert dict(zip(here["y"], here["x"], strict=True)) == {
        "Random memory read": 90.0,
        "SQLite: insert, one commit a row": 1e6,
        "SQLite: point read": 5e3,
    }
    explorer.working.selected_index = 0
    assert "this machine: 200 in 200 ms" in explorer._table.value


@pytest.mark.parametrize("budget", [0, -1, float("nan"), 1e9])
def test_a_page_of_no_time_is_refused(budget: float) -> None:
    with pytest.raises(ValueError, match=r"^budget_ms = .*: it must be a number above 0"):
        latency_explorer(budget_ms=budget)


def test_every_wrong_estimate_has_one_right_name_among_four() -> None:
    panel = slip_explorer(seed=7)
    for _ in range(25):
        names = list(panel.buttons)
        assert names[-2:] == ["Show the working", "Next estimate"]
        assert len(set(names)) == 6
        replies = []
        for name in names[:-2]:
            panel.press(name)
            replies.append(panel.text)
        right = [reply for reply in replies if reply.startswith("Yes. ")]
        assert len(right) == 1
        assert "The right working: " in right[0]
        assert all(reply.startswith("Not ") for reply in replies if reply not in right)
        panel.press("Next estimate")
        assert panel.text == ""


def test_only_the_first_try_counts() -> None:
    panel = slip_explorer()
    panel.press("a factor left out")
    assert panel.text.endswith("1 of 1 right at the first try.")
    panel.press("a factor left out")
    assert panel.text.endswith("1 of 1 right at the first try.")
    panel.press("Next estimate")
    panel.press(
        "bits and bytes mixed up" if "bits and bytes mixed up" in panel.buttons else next(iter(panel.buttons))
    )
    assert re.search(r"[12] of 2 right at the first try", panel.text)
    panel.press("Next estimate")
    panel.press("Show the working")
    panel.press(next(iter(panel.buttons)))
    assert " of 2 right at the first try" in panel.text


def test_the_same_seed_asks_the_same() -> None:
    first, again, other = slip_explorer(3), slip_explorer(3), slip_explorer(4)
    for panel in (first, again, other):
        for _ in range(2):
            panel.press("Next estimate")
    assert first.question.value == again.question.value != other.question.value
    assert list(first.buttons) == list(again.buttons)


@pytest.mark.parametrize("seed", [-1, 2**40])
def test_a_seed_out_of_range_is_refused(seed: int) -> None:
    with pytest.raises(ValueError, match=r"^seed = .*: it must be a whole number"):
        slip_explorer(seed)


def test_a_calculation_is_checked_and_its_slip_named() -> None:
    panel = estimate_check("<b>Writes?</b>", estimate(FRAMEWORK_TWITTER), "writes_per_second")
    assert "<b>Writes?" not in panel.question.value
    assert panel.box is not None
    panel.press("Check")
    assert panel.text == "Write a number first."
    for text, reply in (
        ("600/s", "Right: 600 tweets/s is 579 tweets/s rounded to one figure."),
        ("50M", "86,400 times too large: that is per day, not per second."),
        ("5 GB", "'5 GB' is in gigabyte, but a quantity in tweet/second is needed."),
        ("<script>x</script>", "'<script>x</script>' does not start with a number"),
    ):
        panel.box.value = text
        assert panel.text.startswith(reply)
        assert "<script>" not in panel.reply.value
    panel.press("Show the working")
    assert panel.text == estimate(FRAMEWORK_TWITTER)["writes_per_second"].working


def test_a_check_on_an_unknown_line_is_refused() -> None:
    with pytest.raises(KeyError, match="no line 'writes'"):
        estimate_check("Writes?", estimate(FRAMEWORK_TWITTER), "writes")


def test_a_quick_check_has_a_button_for_each_choice() -> None:
    panel = quick_check("does-size-shard")
    replies = []
    for choice in panel.buttons:
        panel.press(choice)
        replies.append(panel.text)
    assert sum(reply.startswith("Right. ") for reply in replies) == 1
    assert sum(reply.startswith("Not quite. ") for reply in replies) == len(replies) - 1
    with pytest.raises(ValueError, match=r"^name = 'x': it must be one of"):
        quick_check("x")


def test_a_button_answers_when_it_is_clicked() -> None:
    panel = quick_check("does-size-shard")
    next(iter(panel.buttons.values())).click()
    assert panel.text


def test_markup_in_the_working_is_shown_as_it_is() -> None:
    assert "<td>&lt;b&gt;</td>" in working_table([("<b>", "1", "2")])


def test_every_guessed_input_that_is_not_zero_has_a_range() -> None:
    explorer = uncertainty_explorer(TWITTER_2013)
    assert {"followers", "cached_per_user", "peak_factor"} <= explorer.controls.keys()
    assert not {"replication", "media_size", "overhead"} & explorer.controls.keys()
    with_media = uncertainty_explorer(TWITTER_2013.replace(media_share=0.2, media_size=200e3))
    assert {"media_share", "media_size"} <= with_media.controls.keys()
    with_media.controls["media_share"].set(Range(0.1, 0.9))
    assert "Share of items with media matters most" in with_media.text


def chosen_view(values: dict[str, Any]) -> View:
    """What a board of two boxes shows: a list of those ticked, and a table."""
    if values == {"post": False, "follow": False}:
        raise ValueError("choose one <at least>")
    entries = "".join(f"<li>{name} &amp; more</li>" for name, ticked in values.items() if ticked)
    table = "<table><tr><th>Read</th><th>p99</th></tr><tr><td>Timeline</td><td>100 ms</td></tr></table>"
    notes = f"<h5>Chosen</h5><ul>{entries}</ul>{table}<p>That is all.</p>"
    axis = {"range": [0, 1]}
    return View((go.Figure(layout={"xaxis": axis, "yaxis": axis}),), f"{sum(values.values())} chosen.", notes)


def board() -> Explorer:
    boxes = [CheckControl("post", "Post", True), CheckControl("follow", "Follow")]
    return Explorer("Board", {"Features": boxes}, chosen_view)


def test_boxes_move_the_words_and_the_notes() -> None:
    explorer = board()
    assert explorer.text == "1 chosen."
    assert explorer.notes == "Chosen\npost & more\nRead | p99\nTimeline | 100 ms\nThat is all."
    explorer.controls["follow"].value = True
    assert explorer.text == "2 chosen."
    assert "follow & more" in explorer.notes
    explorer.set(post=False)
    assert "post" not in explorer.notes
    explorer.reset.click()
    assert explorer.values == {"post": True, "follow": False}
    assert explorer.notes == board().notes


def test_a_refused_choice_keeps_words_and_notes() -> None:
    explorer = board()
    before = explorer.plot.notes
    explorer.controls["post"].value = False
    assert (explorer.text, explorer.plot.notes) == ("1 chosen.", before)
    assert explorer.message.value == '<span role="alert">choose one &lt;at least&gt;</span>'
    explorer.controls["follow"].value = True
    assert explorer.message.value == ""
    assert explorer.notes.startswith("Chosen\nfollow & more\n")


def test_notes_stand_in_too_where_widgets_cannot_run() -> None:
    explorer = board()
    bundle = explorer._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert data["text/plain"] == f"Board\n[x] Post\n[ ] Follow\n1 chosen.\n{explorer.notes}"


def test_an_explorer_without_notes_has_no_room_for_them() -> None:
    explorer = estimation_explorer()
    assert explorer.plot.notes == explorer.notes == ""

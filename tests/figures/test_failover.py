"""One death drawn, and the trade-off: what is shown is what the model says, with words and units."""

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.figures.failover import MOST_MISSES, death_figure, trade_off_figure
from helpers.models.failover import Heartbeat
from helpers.models.failover_simulation import one_death
from helpers.models.nines import PERIODS_S
from tests.figures.checked import checked, plain
from tests.models.test_failover import HEARTBEATS

CLIENTS = "Clients get"


def bars(figure: object) -> dict[str, tuple[float, float]]:
    found = {}
    for trace in figure.data:  # type: ignore[attr-defined]
        if trace.type == "bar":
            found[trace.name] = (trace.base[0], trace.base[0] + trace.x[0])
    return found


class TestOneDeath:
    def test_every_heartbeat_is_where_it_was_sent_and_heard(self) -> None:
        beat = Heartbeat(2, 3, delay_s=0.1)
        death = one_death(beat)
        sent, heard, missed = checked(death_figure(death, beat)).data[:3]
        assert sent.x == (-3, -2, -1, 0)
        assert len(heard.x) == 4
        for due, arrived in zip(sent.x, heard.x, strict=True):
            assert due < arrived < due + 1
        assert missed.x == (2, 3, 4)
        assert missed.text == ("1", "2", "3")
        assert (missed.marker.symbol, heard.marker.symbol) == ("diamond", "circle")

    def test_the_clients_wait_from_the_death_to_the_takeover(self) -> None:
        beat = Heartbeat(0.5, 4)
        death = one_death(beat)
        found = bars(death_figure(death, beat))
        assert found["nobody answers"] == pytest.approx((0.5, death.taken_over_s / 0.5))
        assert found["the active answers"][1] == pytest.approx(0.5)
        assert found["the standby answers"][0] == pytest.approx(death.taken_over_s / 0.5)

    def test_a_false_alarm_has_no_gap_and_without_a_fence_both_answer(self) -> None:
        beat = Heartbeat(1, 1, loss=0.9)
        death = next(found for seed in range(9) if (found := one_death(beat, seed=seed)).false_alarm)
        fenced, bare = (bars(death_figure(death, beat, fencing=fencing)) for fencing in (True, False))
        assert set(fenced) == {"the active answers", "the standby answers"}
        assert bare["both answer"] == pytest.approx((death.taken_over_s, 0.5))

    @given(HEARTBEATS, st.booleans(), st.integers(0, 9))
    @settings(max_examples=60, deadline=None)
    def test_the_bars_meet_and_fill_the_row(self, beat: Heartbeat, fencing: bool, seed: int) -> None:
        figure = death_figure(one_death(beat, seed=seed), beat, fencing=fencing)
        ends = sorted(bars(figure).values())
        for (_, end), (start, _) in itertools.pairwise(ends):
            assert end == pytest.approx(start)
        low, high = figure.layout.xaxis.range
        assert (ends[0][0], ends[-1][1]) == pytest.approx((low, high))
        assert all(low < x < high for trace in figure.data[:3] for x in trace.x)

    def test_ticks_are_times_and_the_size_stays(self) -> None:
        figures = [death_figure(one_death(beat), beat) for beat in (Heartbeat(2, 1), Heartbeat(0.05, 10))]
        assert list(figures[0].layout.xaxis.ticktext)[:3] == ["−4 s", "0", "4 s"]
        assert list(figures[1].layout.xaxis.ticktext)[:3] == ["−100 ms", "0", "100 ms"]
        assert figures[0].layout.height == figures[1].layout.height
        assert figures[0].layout.xaxis.range == figures[1].layout.xaxis.range


class TestTradeOff:
    def test_each_point_is_the_models(self) -> None:
        beat = Heartbeat(1, 3, loss=0.2)
        line, here = checked(trade_off_figure(beat)).data
        assert len(line.x) == MOST_MISSES
        for misses, (x, y) in enumerate(zip(line.x, line.y, strict=True), 1):
            other = Heartbeat(1, misses, loss=0.2)
            assert (x, y) == (other.mean_detection_s, other.seconds_to_false_failover)
        assert (here.x[0], here.y[0]) == (line.x[2], line.y[2])
        assert here.text == ("3 allowed",)
        assert line.text[2] == ""

    def test_beyond_the_axis_only_the_first_is_drawn_at_its_edge(self) -> None:
        line, here = trade_off_figure(Heartbeat(1, 9, loss=0.01)).data
        assert line.y[-1] == here.y[0] == 1000 * PERIODS_S["year"]
        assert line.y[-2] < line.y[-1]
        assert line.hovertext[-1].endswith("wrong less than once in 1,000 years")
        line, here = trade_off_figure(Heartbeat(1, 9)).data
        assert len(line.y) == 1
        assert all(map(math.isfinite, (*line.y, *here.y)))

    def test_axes_are_fixed_and_in_seconds(self) -> None:
        small, large = (
            plain(trade_off_figure(beat)) for beat in (Heartbeat(0.01, 1), Heartbeat(60, 10, 0.5))
        )
        for axis in ("xaxis", "yaxis"):
            assert small["layout"][axis]["range"] == large["layout"][axis]["range"]
            assert small["layout"][axis]["ticktext"] == large["layout"][axis]["ticktext"]
        assert "1 s" in small["layout"]["xaxis"]["ticktext"]

    def test_more_than_ten_misses_are_refused(self) -> None:
        with pytest.raises(ValueError, match=r"^misses = 11: .*at most 10"):
            trade_off_figure(Heartbeat(1, 11))

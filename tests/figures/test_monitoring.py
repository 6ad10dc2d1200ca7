"""Latencies and alarms as pictures: shares, means, levels and bands are the models', axes stay."""

import numpy as np
import pytest

from helpers.figures.monitoring import alarm_figure, latency_spread_figure
from helpers.models.monitoring import INCIDENTS, Service
from tests.figures.checked import checked, plain

USUAL = Service()
FAST = INCIDENTS["fast failures"].hits(USUAL)
TIMES = np.arange(-3600, 7200, 30.0)


def test_shares_means_and_percentiles_are_the_services() -> None:
    figure = checked(latency_spread_figure(USUAL, FAST, 300))
    usual, _, points, during, _, hit_points = figure.data
    for line, service in ((usual, USUAL), (during, FAST)):
        assert max(line.y) <= 10**1.5
        edges = np.logspace(0, 4.5, 61)
        assert np.array(line.y) == pytest.approx(np.maximum(100 * service.spread_of(edges), 0.01))
        assert sum(line.y) == pytest.approx(100, abs=1.5)
    assert points.x == pytest.approx((USUAL.mean_ms, USUAL.percentile_ms(99)))
    assert hit_points.x[0] == pytest.approx(FAST.mean_ms)
    assert points.text == ("mean", "p99")
    assert points.hovertext[1] == "usually: p99 128 ms"
    assert points.y[0] != hit_points.y[0]
    assert figure.layout.annotations[0].text == "target 300 ms"
    assert figure.layout.shapes[0].x0 == 300


def test_latency_axes_stay_and_have_units() -> None:
    states = (USUAL, FAST, Service(median_ms=1e6, failed=1.0, failed_ms=1e7), Service(median_ms=1e-3))
    layouts = [plain(latency_spread_figure(state, state, 1e6))["layout"] for state in states]
    for layout in layouts:
        assert layout["xaxis"] == layouts[0]["xaxis"]
        assert layout["yaxis"] == layouts[0]["yaxis"]
        assert layout["height"] == layouts[0]["height"]
    assert layouts[0]["xaxis"]["ticktext"] == ["1 ms", "10 ms", "100 ms", "1 s", "10 s"]
    assert layouts[0]["yaxis"]["ticktext"][2] == "1 %"
    for state in states:
        for trace in latency_spread_figure(state, state, 1e6).data:
            assert all(1 <= x <= 10**4.5 for x in trace.x)
            assert all(0.01 <= y <= 10**1.5 for y in trace.y)


def test_levels_are_drawn_with_the_peaks_of_what_is_between() -> None:
    times = np.arange(-3600, 7200, 5.0)
    level = np.where(times == 330, 50.0, 0.1)
    figure = checked(alarm_figure(times, {"errors": level}, level > 1, 3600))
    line = figure.data[0]
    assert max(line.y) == 50
    assert len(line.x) <= 400 < times.size
    assert 330 / 60 not in line.x
    assert figure.data[-1].x == pytest.approx((330 / 60,))
    assert figure.data[-1].hovertext == ("goes off 5.5 min after the start",)
    ground, band, limit = figure.layout.shapes
    assert (ground.x0, ground.x1) == (0, 60)
    assert band.x0 == band.x1 == pytest.approx(330 / 60)
    assert limit.y0 == limit.y1 == 1


def test_each_time_the_alarm_was_on_has_a_band() -> None:
    on = np.isin(np.arange(TIMES.size), [100, 101, 140, 180, 181, 182])
    shapes = alarm_figure(TIMES, {"a": np.ones(TIMES.size)}, on, 3600).layout.shapes
    edges = [edge * 60 for shape in shapes[1:-1] for edge in (shape.x0, shape.x1)]
    assert edges == pytest.approx(TIMES[[100, 101, 140, 140, 180, 182]])


def test_an_alarm_before_the_incident_is_a_band_but_no_detection() -> None:
    on = TIMES == -300
    figure = alarm_figure(TIMES, {"a": np.zeros(TIMES.size)}, on, 3600)
    assert len(figure.layout.shapes) == 3
    assert all("goes off" not in (trace.text or ()) for trace in figure.data)


@pytest.mark.parametrize(
    ("lasts_s", "unit", "right"),
    [(20, "min", 17.5), (1200, "min", 35), (7200, "min", 210), (86_400, "h", 42)],
)
def test_the_time_axis_depends_on_the_incident_alone(lasts_s: float, unit: str, right: float) -> None:
    layouts = [
        plain(alarm_figure(TIMES, {"a": np.full(TIMES.size, level)}, at < TIMES, lasts_s))["layout"]
        for level, at in ((0.0, 0), (1e9, 600))
    ]
    assert layouts[0]["xaxis"] == layouts[1]["xaxis"]
    assert layouts[0]["yaxis"] == layouts[1]["yaxis"]
    assert layouts[0]["xaxis"]["range"][1] == pytest.approx(right)
    assert layouts[0]["xaxis"]["ticksuffix"] == f" {unit}"
    figure = alarm_figure(TIMES, {"a": np.full(TIMES.size, 1e9)}, TIMES > 0, lasts_s)
    assert max(figure.data[0].y) == 1000


def test_six_lines_look_different() -> None:
    levels = {str(number): np.ones(TIMES.size) for number in range(6)}
    figure = alarm_figure(TIMES, levels, TIMES > 1e9, 3600)
    looks = [(trace.marker.color, trace.marker.symbol) for trace in figure.data if trace.mode == "markers"]
    assert len(set(looks)) == 6
    assert [trace.name for trace in figure.data if trace.showlegend][:2] == ["0 (circles)", "1 (diamonds)"]


def test_bad_input_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"^target_ms = 0"):
        latency_spread_figure(USUAL, FAST, 0)
    with pytest.raises(ValueError, match=r"^lasts_s = 0"):
        alarm_figure(TIMES, {}, TIMES > 0, 0)

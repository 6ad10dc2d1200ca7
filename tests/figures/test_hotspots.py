"""A celebrity's tweet as a picture: lines are the model's, axes stay, limits are drawn, words have units."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from helpers.figures.hotspots import database_figure, hottest_machine_figure
from helpers.models.hotspots import Remedies, Spike, SpikeLoad, spike_load
from tests.figures.checked import checked, plain

BARE = spike_load(Spike())
HELPED = spike_load(Spike(), Remedies(celebrity_cache=True, jitter=True))
RUNS = {"nothing done": BARE, "with what is ticked": HELPED}
Draw = Callable[..., Any]


@pytest.mark.parametrize(
    ("draw", "values"),
    [(database_figure, "database_per_second"), (hottest_machine_figure, "hottest_per_second")],
)
def test_lines_are_the_models(draw: Draw, values: str) -> None:
    figure = checked(draw(RUNS, 10_000, 20))
    bare, bare_marks, helped, helped_marks, limit = figure.data
    assert np.array(bare.y) == pytest.approx(getattr(BARE, values))
    assert np.array(helped.y) == pytest.approx(getattr(HELPED, values))
    assert np.array(bare.x) == pytest.approx(BARE.times_s)
    for line, marks in ((bare, bare_marks), (helped, helped_marks)):
        assert np.array(marks.y) == pytest.approx([line.y[int(at)] for at in marks.x])
    assert (bare_marks.marker.symbol, helped_marks.marker.symbol) == ("circle", "diamond")
    assert set(bare_marks.x).isdisjoint(helped_marks.x)
    assert set(limit.y) == {10_000.0}
    assert limit.name == "limit: 10 K/s (flat line)"
    assert "/s" in bare_marks.hovertext[0]
    assert (bare.name, helped.name) == ("nothing done (circles)", "with what is ticked (diamonds)")


@pytest.mark.parametrize("draw", [database_figure, hottest_machine_figure])
def test_axes_stay_and_have_units(draw: Draw) -> None:
    extreme = spike_load(Spike(peak_per_second=1e8, load_s=10.0, reads_per_second=0))
    nothing = spike_load(Spike(peak_per_second=0, reads_per_second=0))
    layouts = [plain(draw({"x": run}, 1e12, 20))["layout"] for run in (BARE, extreme, nothing)]
    for layout in layouts:
        assert layout["yaxis"] == layouts[0]["yaxis"]
        assert layout["xaxis"]["range"] == [0, 120]
        assert layout["xaxis"]["ticksuffix"] == " s"
        assert "/s" in layout["yaxis"]["title"]["text"]
        assert layout["height"] == layouts[0]["height"]
    low, high = (10.0**power for power in layouts[0]["yaxis"]["range"])
    for run in (extreme, nothing):
        for trace in draw({"x": run}, 1e12, 20).data:
            assert low <= min(trace.y)
            assert max(trace.y) <= high


def test_the_tweet_is_marked() -> None:
    layout = database_figure({"x": BARE}, 10_000, 20).layout
    assert layout.shapes[0].x0 == 20
    assert layout.annotations[0].text == "the tweet"


def test_inputs_are_untouched() -> None:
    before = dataclasses.asdict(BARE)["database_per_second"].copy()
    database_figure({"x": BARE}, 100, 20)
    assert np.array_equal(BARE.database_per_second, before)
    assert isinstance(BARE, SpikeLoad)


def test_bad_input_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"^limit = 0"):
        database_figure({"x": BARE}, 0, 20)
    with pytest.raises(ValueError, match=r"^tweet_s = -1"):
        hottest_machine_figure({"x": BARE}, 1, -1)

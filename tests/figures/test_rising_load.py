"""Rising load as a picture: dots are the runs, lines the theory, axes stay, words have units."""

import numpy as np
import pytest

from helpers.figures.rising_load import load_figure
from helpers.labs.load_report import LOADS, LoadReport
from tests.figures.checked import checked, plain
from tests.labs.test_rising_load import made_up_report, made_up_run


@pytest.mark.parametrize(("shown", "bare", "behind"), [("mean", 2.0, 0.575), ("99th percentile", 3.0, 2.0)])
def test_dots_are_the_runs_and_lines_the_theory(shown: str, bare: float, behind: float) -> None:
    report = made_up_report()
    figure = checked(load_figure(report, 0.8, shown))
    exponential, line, dots, behind_line, behind_dots = figure.data
    assert np.array(exponential.y) == pytest.approx(report.exponential_ms(LOADS, shown))
    assert np.array(line.y) == pytest.approx(report.theory_ms(LOADS, shown))
    assert np.array(behind_line.y) == pytest.approx(report.theory_ms(LOADS, shown, cached=True))
    assert tuple(line.x) == tuple(100 * LOADS)
    assert (dots.x, dots.y) == ((50.0,), (pytest.approx(bare),))
    assert (behind_dots.x, behind_dots.y) == ((50.0,), (pytest.approx(behind),))
    assert (dots.marker.symbol, behind_dots.marker.symbol) == ("circle", "diamond")
    assert len({trace.line.dash for trace in (exponential, line, behind_line)}) == 3
    assert "75% hits" in behind_dots.name
    assert dots.hovertext == (f"no cache, measured at 50% load: {bare:g} ms",)


def test_axes_stay_and_have_units() -> None:
    overloaded = LoadReport("", "", "", "", (made_up_run([90_000.0] * 9, 4.0), made_up_run([2e-3], 4.0)))
    layouts = [plain(load_figure(report))["layout"] for report in (made_up_report(), overloaded)]
    for layout in layouts:
        assert layout["xaxis"]["range"] == [0, 125]
        assert layout["xaxis"]["ticksuffix"] == " %"
        assert (layout["yaxis"]["type"], layout["yaxis"]["range"]) == ("log", [-2, 4])
        assert layout["yaxis"]["ticktext"][2] == "1 ms"
        assert "mean" in layout["yaxis"]["title"]["text"]
    assert layouts[0]["height"] == layouts[1]["height"]
    dots = load_figure(overloaded).data[-1]
    assert dots.x == (120.0, pytest.approx(0.05))
    assert dots.y == (10_000.0, 0.01)
    assert "90 s" in dots.hovertext[0]


def test_a_load_is_marked() -> None:
    layout = load_figure(made_up_report(), 0.8).layout
    assert layout.shapes[0].x0 == pytest.approx(80)
    assert layout.annotations[0].text == "80 % load"
    assert load_figure(made_up_report(), 3).layout.shapes[0].x0 == 120
    assert not load_figure(made_up_report()).layout.shapes


def test_runs_without_a_query_or_a_cache_are_drawn_as_far_as_they_go() -> None:
    assert len(checked(load_figure(LoadReport("", "", "", "", ()))).data) == 0
    bare = LoadReport("", "", "", "", (made_up_run([1.0, 2.0], 4.0),))
    assert len(checked(load_figure(bare)).data) == 3
    hits = LoadReport("", "", "", "", (*bare.runs, made_up_run([], 4.0, hits=5, cached=True)))
    assert len(checked(load_figure(hits)).data) == 5


def test_bad_input_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"^shown = 'median'"):
        load_figure(made_up_report(), 0.8, "median")
    with pytest.raises(ValueError, match=r"^load = -1"):
        load_figure(made_up_report(), -1)

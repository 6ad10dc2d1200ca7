"""The measured stampede as bars: what was counted, what the model has, units, fixed axes."""

import numpy as np
import pytest

from helpers.figures.stampede import stampede_figure
from helpers.labs.stampede_report import StampedeReport
from helpers.labs.stampede_run import StampedeRun
from helpers.widgets.live_plot import LivePlot
from tests.figures.checked import checked, plain
from tests.labs.test_stampede import made_up_report


def test_bars_are_the_measured_and_the_models() -> None:
    report = made_up_report()
    bare, coalesced = report.runs
    (bars,) = checked(stampede_figure(report)).data
    assert dict(zip(bars.y, bars.x, strict=True)) == pytest.approx(
        {
            "nothing done: measured": 3.0,
            "nothing done: model, a load as long as alone": report.predicted_loads(bare),
            "nothing done: model, as long as first loads took": bare.expected_loads,
            "coalesced: measured": 1.0,
            "coalesced: model, a load as long as alone": 1.0,
            "coalesced: model, as long as first loads took": coalesced.expected_loads,
        }
    )
    assert bars.text[0] == "3"
    LivePlot([stampede_figure(report)])


def test_axes_stay_and_have_units() -> None:
    loads = np.column_stack([np.arange(5000.0), np.full(5000, 9e5)])
    reads = np.arange(5000.0)
    run = StampedeRun(False, 1.0, reads, reads + 1, np.ones(5000, bool), loads)
    report = StampedeReport("", "", "", "", 1e5, (run,))
    layouts = [plain(stampede_figure(each))["layout"] for each in (made_up_report(), report)]
    assert layouts[0]["xaxis"] == layouts[1]["xaxis"]
    assert "Loads at the database" in layouts[0]["xaxis"]["title"]["text"]
    (bars,) = stampede_figure(report).data
    assert bars.x[0] == 1000
    assert bars.text[0] == "5,000"

"""Measured deaths drawn: what was measured, between the lines of what was expected."""

import pytest

from helpers.figures.failover_trials import failover_trials_figure
from helpers.widgets.live_plot import LivePlot
from tests.figures.checked import checked
from tests.labs.test_failover import made_up_report, made_up_trial


def test_trials_stand_between_what_is_expected() -> None:
    report = made_up_report(made_up_trial(130), made_up_trial(170))
    soonest, latest, noticed, again = checked(failover_trials_figure(report)).data
    assert soonest.y == pytest.approx((125, 125))
    assert latest.y == pytest.approx((175, 175))
    assert (noticed.x, noticed.y) == ((1, 2), (130, 170))
    assert again.y == tuple(trial.recovery_ms for trial in report.trials)
    assert noticed.marker.symbol != again.marker.symbol


def test_everything_is_inside_the_axes_and_can_be_drawn_live() -> None:
    figure = failover_trials_figure(made_up_report(made_up_trial(290)))
    low, high = figure.layout.yaxis.range
    assert all(low <= y <= high for trace in figure.data for y in trace.y)
    assert "(ms)" in figure.layout.yaxis.title.text
    LivePlot([figure])


def test_what_was_never_answered_again_has_no_mark() -> None:
    names = [trace.name for trace in failover_trials_figure(made_up_report(made_up_trial(again=False))).data]
    assert "answered again (diamonds)" not in names
    assert len(failover_trials_figure(made_up_report()).data) == 2

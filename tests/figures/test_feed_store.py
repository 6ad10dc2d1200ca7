"""Model against measurement as a picture: circles as measured, diamonds as modelled, axes that stay."""

import pytest

from helpers.figures.feed_store import comparison_figure, format_compared
from helpers.labs.feed_comparison import COMPARED, Comparison, compare_feeds
from tests.figures.checked import checked, plain
from tests.labs.test_feed_store import made_up_report


@pytest.mark.parametrize("what", COMPARED)
def test_marks_are_the_values_compared(what: str) -> None:
    found = compare_feeds(made_up_report(), "SQLite", what)
    measured, modelled = checked(comparison_figure(found, what)).data
    assert measured.x == pytest.approx([one.measured for one in found])
    assert modelled.x == pytest.approx([one.predicted for one in found])
    assert measured.y == modelled.y == tuple(one.row for one in found)
    assert (measured.marker.symbol, modelled.marker.symbol) == ("circle", "diamond")
    assert "circles" in measured.name
    assert "diamonds" in modelled.name
    assert measured.text == tuple(format_compared(one.measured, what) for one in found)
    assert found[0].row in measured.hovertext[0]


def test_axes_stay_and_have_units() -> None:
    extreme = [Comparison("push", "push", 1e9, 1e-9), Comparison("pull", "pull", 0.0, 5.0)]
    for what in COMPARED:
        pictures = [comparison_figure(found, what) for found in (extreme, extreme[:1], ())]
        layouts = [plain(picture)["layout"] for picture in pictures]
        assert len({str(layout["xaxis"]) for layout in layouts}) == 1
        assert len({layout["height"] for layout in layouts}) == 1
        assert layouts[0]["xaxis"]["type"] == "log"
        low, high = layouts[0]["xaxis"]["range"]
        measured, modelled = pictures[0].data
        assert all(10**low <= at <= 10**high for at in (*measured.x, *modelled.x))
        assert "log scale" in layouts[0]["xaxis"]["title"]["text"]
        assert layouts[2]["yaxis"]["categoryarray"]
    assert plain(comparison_figure((), "post"))["layout"]["xaxis"]["ticktext"][3] == "1 ms"


def test_bad_input_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"^what = 'both'"):
        comparison_figure((), "both")

"""Step 5's measurements as pictures: the figure, the numbers in words, and nothing measured."""

from typing import Any

import pytest

from helpers.labs.stampede_report import StampedeReport
from helpers.widgets.explorer import Picture
from helpers.widgets.measured import failover_picture, stampede_picture
from tests.labs.test_failover import made_up_report as made_up_deaths
from tests.labs.test_failover import made_up_trial
from tests.labs.test_stampede import made_up_report as made_up_stampede


def shown(picture: Picture) -> dict[str, Any]:
    data = picture._repr_mimebundle_()
    return dict(data[0] if isinstance(data, tuple) else data)


def test_deaths_in_words_and_in_a_figure() -> None:
    picture = failover_picture(made_up_deaths(made_up_trial(130), made_up_trial(170)))
    assert picture.text.startswith(
        "2 deaths were noticed after 150 ms on average; the model expects 150 ms, and each between 125 and "
        "175 ms."
    )
    noticed = picture.plot.figures[0]["data"][2]
    assert tuple(noticed["y"]) == (130, 170)


def test_a_stampede_in_words_and_in_a_figure() -> None:
    report = made_up_stampede()
    picture = stampede_picture(report)
    assert picture.text.count("coalescing each expiry made") == len(report.runs) == 2
    assert "With coalescing each expiry made 1 load;" in picture.text
    assert len(picture.plot.figures[0]["data"][0]["x"]) == 6


@pytest.mark.parametrize(
    "picture",
    [
        failover_picture(made_up_deaths(skipped={"<b>": "no & network"})),
        stampede_picture(StampedeReport("a laptop", "", "", "", 0.0, (), {"<b>": "no & network"})),
    ],
)
def test_where_nothing_was_measured_the_reason_is_given(picture: Picture) -> None:
    assert picture.text == "Nothing was measured. <b>: no & network."
    assert "Nothing was measured" in shown(picture)["text/plain"]

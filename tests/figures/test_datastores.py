"""The figures of the store choice: every store, its count in bars and in words, and its share of one unit."""

import pytest

from helpers.figures.datastores import ranking_figure, write_share_figure
from helpers.models.datastores import NEEDS, STORES
from helpers.models.published import FRAMEWORK_TWITTER
from helpers.models.store_choice import Needs, Ranking, choose
from helpers.models.workload import Workload
from tests.figures.checked import checked, plain

TWITTER = choose(FRAMEWORK_TWITTER, Needs(relations=True))
BUSY = choose(
    Workload(writes_per_day=86_400 * 60_000, reads_per_write=10, item_size=5000), Needs(secondary_access=True)
)
EVERYTHING = choose(FRAMEWORK_TWITTER, Needs(**dict.fromkeys(NEEDS, True)))
HUGE = choose(Workload(daily_users=1e11, writes_per_user=1e6, reads_per_write=1e9, item_size=1e18))
IDLE = choose(Workload(writes_per_day=0))


@pytest.mark.parametrize("ranking", [TWITTER, BUSY])
def test_the_bars_of_a_store_add_up_to_what_must_be_built(ranking: Ranking) -> None:
    figure = checked(ranking_figure(ranking))
    ends: dict[str, float] = {}
    for trace in figure.data:
        assert trace.orientation == "h"
        for row, base, length in zip(trace.y, trace.base, trace.x, strict=True):
            assert base == ends.get(row, 0)
            ends[row] = base + length
    expected = {place.store.name: 0 if place.against else place.things for place in ranking}
    assert {row.split(". ")[-1]: end for row, end in ends.items()} == expected


@pytest.mark.parametrize("ranking", [TWITTER, BUSY, EVERYTHING, HUGE, IDLE])
def test_each_bar_says_its_count_once(ranking: Ranking) -> None:
    figure = checked(ranking_figure(ranking))
    texts = [
        (row, text) for trace in figure.data for row, text in zip(trace.y, trace.text, strict=True) if text
    ]
    assert sorted(row for row, _ in texts) == sorted(figure.layout.yaxis.categoryarray)
    for row, text in texts:
        place = ranking[row.split(". ")[-1]]
        count = f"{place.things} to build" if place.things else "nothing to build"
        assert text == ("does not fit" if place.against else count)
    assert all(place.things <= figure.layout.xaxis.range[1] for place in ranking if not place.against)


def test_the_order_and_the_numbers_are_those_of_the_ranking() -> None:
    rows = ranking_figure(TWITTER).layout.yaxis.categoryarray
    assert list(rows)[:3] == ["1. PostgreSQL", "2. Cassandra", "3. DynamoDB"]
    assert [row.split(". ")[-1] for row in rows] == [place.store.name for place in TWITTER]


def test_the_share_of_one_unit_is_in_per_cent_and_unknown_where_no_limit_is_published() -> None:
    figure = checked(write_share_figure(TWITTER))
    bars = figure.data[0]
    shares = dict(zip(bars.y, bars.x, strict=True))
    mean = 10e6 * 5 / 86_400
    assert shares["PostgreSQL, one primary"] == pytest.approx(100 * mean / 15_900)
    assert shares["DynamoDB, one partition"] == pytest.approx(100 * mean / 1000)
    texts = dict(zip(bars.y, bars.text, strict=True))
    assert texts["PostgreSQL, one primary"] == "3.6 %"
    assert texts["Search index, one shard"] == "no published limit"
    assert figure.layout.xaxis.type == "log"
    assert "(%)" in figure.layout.xaxis.title.text
    assert figure.layout.shapes[0].x0 == 100
    assert figure.layout.annotations[0].text == "one unit is full"


def test_what_is_over_the_limit_differs_in_colour_and_in_words() -> None:
    bars = checked(write_share_figure(BUSY)).data[0]
    colours = dict(zip(bars.y, bars.marker.color, strict=True))
    texts = dict(zip(bars.y, bars.text, strict=True))
    assert colours["PostgreSQL, one primary"] != colours["Redis, one instance"]
    assert texts["PostgreSQL, one primary"] == "380 %"
    assert texts["DynamoDB, one partition"] == "300 × one unit"  # 60 K/s, each of 5 KB, is 300 K units


@pytest.mark.parametrize("ranking", [EVERYTHING, HUGE, IDLE])
def test_the_ends_of_the_scale_still_draw(ranking: Ranking) -> None:
    for figure in (ranking_figure(ranking), write_share_figure(ranking)):
        assert plain(figure)["data"]
        assert len(figure.layout.yaxis.categoryarray) == len(STORES)
    low, high = write_share_figure(ranking).layout.xaxis.range
    assert all(10**low <= x <= 10**high for x in write_share_figure(ranking).data[0].x)

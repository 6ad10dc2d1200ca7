"""The estimate: published figures, closed forms, and a working that is dimensionally right."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.models.estimation import Line, Workload, estimate
from helpers.models.published import FRAMEWORK_TWITTER, TWITTER_2013, WORKED_PROMPTS, Result
from helpers.models.quantities import WHITEBOARD_TOLERANCE, Range, units

SETTINGS = settings(max_examples=50, deadline=None)
FULL = Workload(
    daily_users=10e6,
    writes_per_user=5,
    reads_per_user=50,
    item_size=100,
    stored_share=0.5,
    overhead=0.3,
    media_share=0.1,
    media_size=1e6,
    followers=75,
    peak_factor=4,
    replication=3,
    hot_share=0.2,
    cached_per_user=800,
    cached_size=20,
    requests_per_server=1000,
    memory_per_host=100e9,
    price_out=0.02,
    item="tweet",
)
PRODUCTS = {"framework": FRAMEWORK_TWITTER, "2013": TWITTER_2013, "full": FULL}
PRODUCTS |= {
    f"{prompt.name} {i}": r.workload for prompt in WORKED_PROMPTS for i, r in enumerate(prompt.results)
}
ALL_LINES = [
    pytest.param(line, id=f"{product}-{name}")
    for product, workload in PRODUCTS.items()
    for name, line in estimate(workload).items()
]
WORKLOADS = st.builds(
    Workload,
    daily_users=st.floats(1, 1e10),
    writes_per_user=st.floats(0.001, 1000),
    reads_per_write=st.floats(0.01, 1000),
    item_size=st.floats(1, 1e9),
    stored_share=st.floats(0.01, 1),
    overhead=st.floats(0, 10),
    media_share=st.floats(0, 1),
    media_size=st.floats(0, 1e9),
    followers=st.floats(0, 1e6),
    peak_factor=st.floats(1, 100),
    replication=st.integers(1, 9),
    retention=st.floats(0.1, 100),
    hot_share=st.floats(0, 1),
    cached_per_user=st.floats(0, 1000),
    cached_size=st.floats(0, 1e6),
)


@pytest.mark.parametrize(
    ("name", "value", "about"),
    [
        ("writes_per_day", 50e6, "50 M tweets/day"),
        ("writes_per_second", 50e6 / 86_400, "600 tweets/s"),
        ("storage_per_day", 5e9, "5 GB/day"),
        ("storage_per_year", 1.825e12, "2 TB/year"),
        ("storage", 9.125e12, "9 TB"),
    ],
)
def test_the_frameworks_own_numbers(name: str, value: float, about: str) -> None:
    line = estimate(FRAMEWORK_TWITTER)[name]
    assert line.value == pytest.approx(value, rel=1e-12)
    assert line.whiteboard == about


@pytest.mark.parametrize(
    ("changes", "name", "value"),
    [
        ({"followers": 75}, "deliveries_per_second", 43_403),
        ({"followers": 200}, "deliveries_per_second", 115_741),
        ({"reads_per_write": 50}, "reads_per_second", 28_935),
        ({"reads_per_write": 50 * 500}, "reads_per_second", 14.47e6),
    ],
)
def test_what_the_framework_leaves_out(changes: dict[str, Any], name: str, value: float) -> None:
    assert estimate(FRAMEWORK_TWITTER.replace(**changes))[name].value == pytest.approx(value, rel=1e-3)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("writes_per_day", 400e6),
        ("writes_per_second", 4630),
        ("peak_writes_per_second", 7000),
        ("reads_per_second", 300e3),
        ("deliveries_per_day", 30e9),
        ("deliveries_per_second", 347e3),
        ("cache_memory", 2.4e12),
        ("bandwidth_in", 22e6),
    ],
)
def test_twitter_as_published_in_2013(name: str, value: float) -> None:
    assert estimate(TWITTER_2013)[name].value == pytest.approx(value, rel=1e-3)


RESULTS = [pytest.param(r, id=f"{p.name}-{r.name}") for p in WORKED_PROMPTS for r in p.results]


@pytest.mark.parametrize("result", RESULTS)
def test_every_published_row_is_reproduced_or_explained(result: Result) -> None:
    off = result.published / result.exact
    if result.note:
        assert 0.8 < off < 1.25
    else:
        assert off == pytest.approx(1, rel=WHITEBOARD_TOLERANCE)
    asked, published, exact, note = result.row
    assert asked
    assert note == result.note
    if off == pytest.approx(1, rel=1e-9):
        assert published == exact


@pytest.mark.parametrize(
    ("prompt", "name", "exact"),
    [("Ad clicks", "writes_per_second", 11_574), ("Chat like WhatsApp", "storage", 37.23e15)],
)
def test_the_exact_values_of_the_published_inputs(prompt: str, name: str, exact: float) -> None:
    results = next(p.results for p in WORKED_PROMPTS if p.name == prompt)
    found = next(result for result in results if result.name == name)
    assert found.exact == pytest.approx(exact, rel=1e-4)


@pytest.mark.parametrize("line", ALL_LINES)
def test_the_working_is_right_in_value_and_unit(line: Line) -> None:
    if line.parts:
        assert line.value == pytest.approx(sum(part.value for part in line.parts), rel=1e-12)
        assert {part.quantity.dimensionality for part in line.parts} == {line.quantity.dimensionality}
        return
    product: Any = units.Quantity(1.0)
    for factor in line.factors:
        product = product * (factor.value * units.Unit(factor.unit or "dimensionless")) ** factor.power
    if line.name.startswith("servers"):  # it counts reads and writes alike
        product = product.magnitude * units.server
    assert product.check(line.quantity.dimensionality), f"{line.working}: {product.units}, not {line.unit}"
    found = product.to(line.quantity.units).magnitude
    whole = line.unit in ("server", "host")
    assert line.value == pytest.approx(math.ceil(found - 1e-9) if whole else found, rel=1e-12)


@pytest.mark.parametrize("line", ALL_LINES)
def test_the_working_shows_every_factor_and_ends_in_the_result(line: Line) -> None:
    for factor in line.factors:
        assert str(factor) in line.working
    for part in line.parts:
        assert f"{part} ({part.label.lower()})" in line.working
    about = "" if line.whiteboard == str(line) else f" ≈ {line.whiteboard}"
    assert line.working.endswith(f"{line}{about}")


@pytest.mark.parametrize("line", ALL_LINES)
def test_the_leaves_multiply_to_the_line(line: Line) -> None:
    if not line.parts and line.unit not in ("server", "host"):
        product = math.prod(leaf.value**leaf.power for leaf in line.leaves)
        assert line.value == pytest.approx(product, rel=1e-12)


def test_the_working_of_the_framework_reads_as_on_a_whiteboard() -> None:
    result = estimate(FRAMEWORK_TWITTER)
    assert result["storage"].working == "1.82 TB/year × 5 years = 9.12 TB ≈ 9 TB"
    full = estimate(FULL)
    assert full["item_storage_per_day"].working.startswith("50 M tweets/day × 0.5 × 100 B/tweet × 1.3 = ")
    assert full["cost_out_per_day"].working == "50 TB/day × $0.02/GB = $1 K/day"


def test_hosts_and_servers_are_whole_and_rounded_up() -> None:
    def hosts(memory: float) -> Any:
        workload = Workload(daily_users=1, writes_per_user=0, cached_per_user=1, cached_size=memory)
        return estimate(workload.replace(memory_per_host=100))["cache_hosts"].value

    assert [hosts(memory) for memory in (1, 100, 101, 300, 300.0000001)] == [1, 1, 2, 3, 4]


@given(WORKLOADS, st.floats(1.5, 9))
@SETTINGS
def test_all_but_ratios_is_linear_in_users(workload: Workload, times: float) -> None:
    users = workload.replace(daily_users=1e6)
    more = estimate(users.replace(daily_users=1e6 * times))
    for name, line in estimate(users).items():
        assert more[name].value == pytest.approx(times * line.value, rel=1e-9)


@given(WORKLOADS)
@SETTINGS
def test_replication_and_peak_multiply_and_totals_add_up(workload: Workload) -> None:
    result = estimate(workload)
    for name in ("storage_per_day", "storage_per_year", "storage"):
        assert result[f"replicated_{name}"].value == pytest.approx(workload.replication * result[name].value)
    for name in ("writes_per_second", "reads_per_second", "deliveries_per_second", "bandwidth_in"):
        peak = workload.peak_factor * result.value(name)
        assert result.value(f"peak_{name}") == pytest.approx(peak)
    media = workload.media_share * workload.media_size
    items = workload.stored_share * workload.item_size * (1 + workload.overhead)
    per_day = workload.daily_users * workload.writes_per_user * (items + media)
    assert result["storage_per_day"].value == pytest.approx(per_day)
    assert result["storage"].value == pytest.approx(per_day * 365 * workload.retention)
    assert result["reads_per_day"].value == pytest.approx(
        workload.daily_users * workload.writes_per_user * workload.reads_per_write
    )


@given(WORKLOADS, st.sampled_from(["writes_per_user", "item_size", "retention", "followers", "peak_factor"]))
@SETTINGS
def test_more_of_anything_never_asks_for_less(workload: Workload, name: str) -> None:
    more = estimate(workload.replace(**{name: 1.5 * getattr(workload, name)}))
    for line in estimate(workload).values():
        assert more[line.name].value >= line.value * (1 - 1e-12)


@given(st.lists(WORKLOADS, min_size=1, max_size=4))
@settings(max_examples=20, deadline=None)
def test_arrays_give_what_each_of_their_elements_gives(workloads: list[Workload]) -> None:
    names = [name for name in vars(workloads[0]) if isinstance(getattr(workloads[0], name), float)]
    arrays = {name: np.array([getattr(workload, name) for workload in workloads]) for name in names}
    together = estimate(workloads[0].replace(**arrays))
    for place, workload in enumerate(workloads):
        for name, line in estimate(workload).items():
            value = np.broadcast_to(together[name].value, len(workloads))[place]
            assert value == pytest.approx(line.value, rel=1e-12)


def test_reads_may_be_given_in_three_ways() -> None:
    base = Workload(daily_users=10e6, writes_per_user=5, item="tweet")
    ways = ({"reads_per_write": 10}, {"reads_per_user": 50}, {"reads_per_day": 500e6})
    for way in ways:
        assert estimate(base.replace(**way))["reads_per_second"].value == pytest.approx(500e6 / 86_400)
    assert "reads_per_second" not in estimate(base)


def test_media_is_never_counted_as_hot_items() -> None:
    for item_size in (0, 1e-6):
        workload = Workload(
            writes_per_day=1e6, item_size=item_size, media_share=1, media_size=1e6, hot_share=0.5
        )
        assert estimate(workload).value("cache_memory") == pytest.approx(0, abs=1e4)


def test_a_range_is_refused_with_what_to_do() -> None:
    with pytest.raises(ValueError, match=r"^writes_per_day given as a range: use simulate"):
        estimate(Workload(writes_per_day=Range(1, 2)))


def test_an_unknown_line_names_the_known_ones() -> None:
    result = estimate(FRAMEWORK_TWITTER)
    with pytest.raises(KeyError, match=r"no line 'writes'.*writes_per_second, "):
        result["writes"]
    assert result.value("writes") == 0
    assert list(result) == list(result.lines)
    assert len(result) == len(result.lines)


def test_the_estimate_is_shown_as_a_table_of_every_line() -> None:
    result = estimate(FULL)
    table = result._repr_markdown_().splitlines()
    assert len(table) == len(result) + 2
    for row, line in zip(table[2:], result.values(), strict=True):
        assert row == f"| {line.label} | **{line.whiteboard}** | {line.working} |"

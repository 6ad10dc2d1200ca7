"""SQL or NoSQL: the estimate decides, every need changes something, the reasons quote the right numbers."""

import dataclasses
import math
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.models.datastores import (
    AGAINST,
    BESIDE,
    CASSANDRA,
    DURABILITY,
    DYNAMODB,
    ITSELF,
    MOST_PRIMARIES,
    NEEDS,
    OBJECT_STORE,
    POSTGRESQL,
    REDIS,
    SEARCH_INDEX,
    STORES,
    Store,
    Support,
)
from helpers.models.estimation import estimate
from helpers.models.published import FRAMEWORK_TWITTER, STRONG_NODE
from helpers.models.quantities import Range
from helpers.models.store_choice import Needs, Ranking, choose, flip_point
from helpers.models.workload import Workload

DAY = 86_400
PRIMARY_WRITES = STRONG_NODE.writes_per_second or 0
PRIMARY_STORAGE = STRONG_NODE.storage or 0
RELATIONS = Needs(relations=True)


def at(writes_per_second: float, *, reads_per_second: float = 0, **more: Any) -> Workload:
    """Return small items, kept so briefly that what is kept binds nothing."""
    small = {"item_size": 100, "retention": 0.001} | more
    return Workload(writes_per_day=writes_per_second * DAY, reads_per_day=reads_per_second * DAY, **small)


def first(workload: Workload, needs: Needs | None = None) -> Store | None:
    place = choose(workload, needs).first
    return place.store if place else None


def with_needs(*names: str) -> Needs:
    return Needs(**dict.fromkeys(names, True))


def reasons(ranking: Ranking, store: Store) -> str:
    return "\n".join(map(str, ranking[store.name].reasons))


# The framework's case --------------------------------------------------------------------------------------


@pytest.mark.parametrize("needs", [RELATIONS, Needs(), Needs(flexible_schema=True)])
def test_the_frameworks_twitter_stays_in_sql_and_the_write_rate_is_no_reason_to_leave(needs: Needs) -> None:
    ranking = choose(FRAMEWORK_TWITTER, needs)
    assert ranking.first is ranking["PostgreSQL"]
    assert ranking.first.verdict == "fits"
    mean = 10e6 * 5 / DAY
    writes = next(reason for reason in ranking.first.reasons if reason.about == "writes")
    assert str(writes) == (
        f"{mean:.0f} tweets/s is {100 * mean / 15_900:.1f} % of the 15.9 K writes/s one primary takes: "
        "no reason to leave SQL"
    )


def test_it_flips_to_a_wide_column_store_beyond_several_primaries() -> None:
    flip = flip_point(FRAMEWORK_TWITTER, RELATIONS, growing="writes")
    assert flip is not None
    assert (flip.before, flip.after) == (POSTGRESQL, CASSANDRA)
    assert flip.writes == pytest.approx(MOST_PRIMARIES * 15_900)
    assert flip.multiple == pytest.approx(MOST_PRIMARIES * 15_900 / (10e6 * 5 / DAY))
    assert flip.because == "509 K writes/s is all that 32 primaries take"


def test_when_everything_grows_what_is_kept_binds_before_the_write_rate() -> None:
    flip = flip_point(FRAMEWORK_TWITTER, RELATIONS)
    assert flip is not None
    assert flip.multiple == pytest.approx(MOST_PRIMARIES * 64 * 1024**4 / 9.125e12)
    assert flip.writes == pytest.approx(flip.multiple * 10e6 * 5 / DAY)
    assert flip.because == "2.25 PB is all that 32 primaries hold"


@pytest.mark.parametrize("primaries", [1, 4, 100])
def test_how_far_you_would_shard_sets_the_flip(primaries: int) -> None:
    flip = flip_point(FRAMEWORK_TWITTER, RELATIONS, growing="writes", most_primaries=primaries)
    assert flip is not None
    assert flip.writes == pytest.approx(primaries * 15_900)


def test_sharding_is_named_before_sql_is_left() -> None:
    ranking = choose(at(3.5 * PRIMARY_WRITES), RELATIONS)
    sql = ranking["PostgreSQL"]
    assert ranking.first is sql
    assert sql.verdict == "fits with work"
    assert "Sharding: 55.6 K items/s needs 4 primaries" in reasons(ranking, POSTGRESQL)
    assert "What crosses shards" in reasons(ranking, POSTGRESQL)
    second = choose(at(1.01 * PRIMARY_WRITES))["PostgreSQL"]
    assert [reason.about for reason in second.to_build] == ["writes"]
    assert "needs 2 primaries" in str(second.to_build[0])
    beyond = choose(at(33 * PRIMARY_WRITES), RELATIONS)["PostgreSQL"]
    assert [str(reason) for reason in beyond.against] == [
        "525 K items/s needs 33 primaries, more than the 32 you would shard over"
    ]


@pytest.mark.parametrize("needs", [Needs(), RELATIONS, with_needs("relations", "secondary_access")])
@pytest.mark.parametrize("growing", ["load", "writes"])
@pytest.mark.parametrize("start", [at(100), at(1e6), FRAMEWORK_TWITTER, at(10, retention=5, item_size=1e5)])
def test_the_flip_is_where_the_first_place_changes_and_nowhere_nearer(
    start: Workload, growing: str, needs: Needs
) -> None:
    flip = flip_point(start, needs, growing=growing)
    assert flip is not None
    rate = estimate(start).value("writes_per_day")
    grown = start.replace(daily_users=None, writes_per_user=None, writes_per_day=rate)

    def store_at(multiple: float) -> Store | None:
        # Where only the rate grows, the same bytes are kept: for less long.
        shorter = {"retention": grown.retention / multiple} if growing == "writes" else {}
        return first(grown.replace(writes_per_day=rate * multiple, **shorter), needs)

    assert store_at(1) is flip.before is first(start, needs)
    assert store_at(flip.multiple * (1 + 1e-6 if flip.multiple > 1 else 1 - 1e-6)) is flip.after
    for between in np.geomspace(1, flip.multiple, 20)[:-1]:
        assert store_at(float(between)) is flip.before
    assert store_at(flip.multiple * (1 - 1e-6 if flip.multiple > 1 else 1 + 1e-6)) is flip.before


def test_no_load_no_flip() -> None:
    assert flip_point(Workload(writes_per_day=0), RELATIONS) is None
    assert first(Workload(writes_per_day=0)) is POSTGRESQL


# Laws ------------------------------------------------------------------------------------------------------

ANY_NEEDS = st.builds(Needs, **dict.fromkeys(NEEDS, st.booleans()))
RATES = st.floats(0.01, 1e8)


@given(ANY_NEEDS, RATES, st.floats(1, 1000), RATES, st.sampled_from([10, 100, 2000, 1e6]))
@settings(max_examples=150, deadline=None)
def test_more_writes_never_bring_sql_back(
    needs: Needs, writes: float, times: float, reads: float, size: float
) -> None:
    kept = {"item_size": size, "retention": 1}
    before = choose(at(writes, reads_per_second=reads, **kept), needs)
    after = choose(at(writes * times, reads_per_second=reads, **kept), needs)
    for store in STORES:
        assert len(after[store.name].against) >= len(before[store.name].against)
    assert after["PostgreSQL"].things >= before["PostgreSQL"].things or after["PostgreSQL"].against
    if before.first and before.first.store.name in ("Cassandra", "DynamoDB"):
        assert after.first
        assert after.first.store is before.first.store


@given(ANY_NEEDS, RATES)
@settings(max_examples=100, deadline=None)
def test_the_order_follows_its_rules(needs: Needs, writes: float) -> None:
    ranking = choose(at(writes), needs)
    places = list(ranking)
    assert {place.store for place in places} == set(STORES)
    order = [(len(place.against), place.things, place.unmet, STORES.index(place.store)) for place in places]
    assert order == sorted(order)
    assert (ranking.first is None) == all(place.against for place in places)
    for place in places:
        assert place.things == sum(reason.things for reason in place.to_build)
        assert place.verdict == (
            "does not fit" if place.against else "fits with work" if place.things else "fits"
        )


# Large objects are no part of this: said to be needed, they move what is kept to an object store.
@given(ANY_NEEDS, st.sampled_from(sorted(NEEDS.keys() - {"large_objects"})), RATES)
@settings(max_examples=100, deadline=None)
def test_a_need_never_makes_a_store_easier_and_a_permission_never_harder(
    needs: Needs, name: str, writes: float
) -> None:
    plain = choose(at(writes), dataclasses.replace(needs, **{name: False}))
    asked = choose(at(writes), dataclasses.replace(needs, **{name: True}))
    if name == "may_lose_recent":
        plain, asked = asked, plain
    for store in STORES:
        easy, hard = plain[store.name], asked[store.name]
        assert len(hard.against) >= len(easy.against)
        assert hard.things >= easy.things or hard.against


# Each need flips something ---------------------------------------------------------------------------------

BUSY = at(1e6)


@pytest.mark.parametrize(
    ("need", "workload", "others", "without", "having"),
    [
        ("relations", at(100), ["full_text", "secondary_access"], SEARCH_INDEX, POSTGRESQL),
        ("transactions", BUSY, [], CASSANDRA, DYNAMODB),
        ("secondary_access", BUSY, [], CASSANDRA, DYNAMODB),
        ("flexible_schema", BUSY, [], CASSANDRA, DYNAMODB),
        ("full_text", at(100), [], POSTGRESQL, SEARCH_INDEX),
        ("large_objects", at(100), [], POSTGRESQL, OBJECT_STORE),
        ("fast_reads", at(100), ["may_lose_recent"], POSTGRESQL, REDIS),
        ("multi_region_writes", at(100), [], POSTGRESQL, CASSANDRA),
        ("strong_consistency", BUSY, [], CASSANDRA, DYNAMODB),
        ("may_lose_recent", at(100), ["fast_reads"], POSTGRESQL, REDIS),
    ],
)
def test_every_need_flips_something(
    need: str, workload: Workload, others: list[str], without: Store, having: Store
) -> None:
    assert first(workload, with_needs(*others)) is without
    assert first(workload, with_needs(*others, need)) is having


def test_every_need_is_tried_above() -> None:
    marks = test_every_need_flips_something.pytestmark  # type: ignore[attr-defined]
    assert {case[0] for case in marks[0].args[1]} == set(NEEDS) == {f.name for f in dataclasses.fields(Needs)}


# Products --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("workload", "needs", "expected"),
    [
        pytest.param(
            Workload(daily_users=1e6, writes_per_user=2, reads_per_write=20, item_size=1000),
            with_needs("relations", "transactions", "secondary_access", "strong_consistency"),
            POSTGRESQL,
            id="shop orders",
        ),
        pytest.param(
            Workload(daily_users=1e9, writes_per_user=40, item_size=100, retention=10, peak_factor=2),
            Needs(),
            CASSANDRA,
            id="chat messages",
        ),
        pytest.param(
            Workload(daily_users=50e6, writes_per_user=40, item_size=100, retention=10),
            with_needs("multi_region_writes"),
            CASSANDRA,
            id="chat messages written in every region",
        ),
        pytest.param(
            Workload(daily_users=10e6, writes_per_user=10, reads_per_write=10, item_size=500, retention=0.1),
            with_needs("fast_reads", "may_lose_recent"),
            REDIS,
            id="session cache",
        ),
        pytest.param(
            Workload(daily_users=10e6, writes_per_user=1, reads_per_write=50, item_size=2e6, item="photo"),
            with_needs("large_objects"),
            OBJECT_STORE,
            id="photo store",
        ),
        pytest.param(
            Workload(daily_users=1e6, writes_per_user=0.1, reads_per_user=10, item_size=2000),
            with_needs("full_text", "secondary_access", "flexible_schema"),
            SEARCH_INDEX,
            id="product search",
        ),
        pytest.param(at(1e6, item_size=16, retention=0.1), Needs(), CASSANDRA, id="metrics, 1 M writes/s"),
        pytest.param(
            Workload(daily_users=40e6, writes_per_user=1, reads_per_write=100, item_size=50),
            with_needs("relations", "secondary_access"),
            POSTGRESQL,
            id="social graph",
        ),
    ],
)
def test_known_products_get_a_sensible_first_choice(
    workload: Workload, needs: Needs, expected: Store
) -> None:
    assert first(workload, needs) is expected


def test_a_cache_too_large_for_memory_is_no_cache() -> None:
    cache = with_needs("fast_reads", "may_lose_recent")
    fits, bursts = (at(1000, item_size=1000, retention=years) for years in (1, 2))
    assert first(fits, cache) is REDIS
    assert first(bursts, cache) is POSTGRESQL
    kept = 1000 * DAY * 365 * 2 * 1000
    assert f"{kept / 1e12:.1f} TB is more than the 40 TB" in reasons(choose(bursts, cache), REDIS)


def test_a_store_that_meets_every_need_may_not_exist() -> None:
    impossible = with_needs("transactions", "multi_region_writes")
    ranking = choose(at(100), impossible)
    assert ranking.first is None
    assert "one region only" in reasons(ranking, DYNAMODB)
    assert flip_point(at(100), impossible) is None


# Numbers in the reasons ------------------------------------------------------------------------------------


def test_reads_ask_for_replicas_and_for_shards_where_they_must_be_fresh() -> None:
    busy = at(100, reads_per_second=200_000)
    text = "A cache, or 2 read replicas: 200 K requests/s is 2.9 times what one primary takes"
    assert text in reasons(choose(busy), POSTGRESQL)
    assert "A cache, or a read replica: 100 K" in reasons(choose(at(100, reads_per_second=1e5)), POSTGRESQL)
    fresh = reasons(choose(busy, with_needs("strong_consistency")), POSTGRESQL)
    assert "Sharding: 200 K requests/s needs 3 primaries" in fresh
    assert "replicas" not in fresh


def test_one_unit_is_full_at_its_limit_and_not_before() -> None:
    for writes, units in ((PRIMARY_WRITES, 1), (PRIMARY_WRITES * 1.001, 2), (PRIMARY_WRITES * 2, 2)):
        load = choose(at(writes))["PostgreSQL"].load("writes")
        assert load is not None
        assert load.units == units


def test_the_peak_counts() -> None:
    text = reasons(choose(FRAMEWORK_TWITTER.replace(peak_factor=2)), POSTGRESQL)
    assert "1.16 K tweets/s at the peak is 7.3 %" in text


@pytest.mark.parametrize(("size", "writes", "reads"), [(100, 1, 1), (1024, 1, 1), (1025, 2, 1), (9000, 9, 3)])
def test_dynamodb_counts_in_units_of_its_own(size: float, writes: int, reads: int) -> None:
    place = choose(at(500, reads_per_second=600, item_size=size))["DynamoDB"]
    found = [place.load(resource) for resource in ("writes", "reads")]
    assert [load and load.demand for load in found] == pytest.approx([500 * writes, 600 * reads])


def test_an_item_over_the_limit_lies_in_an_object_store() -> None:
    place = choose(at(10, item_size=500_000), Needs())["DynamoDB"]
    assert "an item of 500 KB is over its limit of 410 KB" in "\n".join(map(str, place.to_build))
    assert place.load("storage") is None
    twice = choose(at(10, item_size=500_000), with_needs("large_objects"))["DynamoDB"]
    assert twice.things == place.things


def test_media_stays_out_of_what_the_store_keeps() -> None:
    plain = choose(FRAMEWORK_TWITTER)
    media = choose(FRAMEWORK_TWITTER.replace(media_share=0.2, media_size=1e6))
    assert media.demand.storage == pytest.approx(plain.demand.storage) == pytest.approx(9.125e12)
    assert media.demand.media == pytest.approx(50e6 * 0.2 * 1e6 * 365 * 5)
    only = choose(Workload(writes_per_day=1e6, media_share=1, media_size=1e6, item_size=0))
    assert only.demand.storage == 0


def test_a_cluster_says_how_many_nodes() -> None:
    metrics = choose(at(1e6))
    nodes = math.ceil(1e6 / (1.1e6 / 288))
    assert f"1 M items/s needs {nodes} nodes" in reasons(metrics, CASSANDRA)
    assert "No published limit of one shard for writes" in reasons(metrics, SEARCH_INDEX)


def test_the_table_and_the_lines_hold_every_store() -> None:
    ranking = choose(FRAMEWORK_TWITTER, RELATIONS)
    table = ranking._repr_markdown_()
    assert table.count("\n") == len(STORES) + 1
    assert all(store.name in table and store.name in repr(ranking) for store in STORES)
    assert repr(ranking["Cassandra"]) == "Cassandra: fits with work, 2 things to build"


# The data --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("store", STORES, ids=repr)
def test_a_store_answers_every_need_and_names_its_source(store: Store) -> None:
    assert set(store.support) == {*NEEDS, DURABILITY} - {"may_lose_recent"}
    for field in dataclasses.fields(Store):
        value = getattr(store, field.name)
        assert value or value is None or field.name in ("together", "spreads_itself"), field.name
    texts = [support.text for support in (*store.support.values(), *store.together.values())]
    assert not [text for text in texts if text != text.strip() or text.endswith(".") or not text]


def test_a_store_is_the_first_answer_to_something() -> None:
    for store in STORES:
        own = [name for name, support in store.support.items() if support.kind == ITSELF]
        assert own


def test_an_object_store_or_an_index_is_never_the_only_store() -> None:
    for store in (OBJECT_STORE, SEARCH_INDEX):
        assert store.always is not None
        assert store.always.kind == BESIDE


def test_published_limits() -> None:
    assert (DYNAMODB.writes_per_second, DYNAMODB.reads_per_second) == (1000, 3000)
    assert (DYNAMODB.item_limit, DYNAMODB.storage) == (400 * 1024, 10 * 1024**3)
    assert (OBJECT_STORE.writes_per_second, OBJECT_STORE.reads_per_second) == (3500, 5500)
    assert pytest.approx(3819, abs=1) == CASSANDRA.writes_per_second
    assert (POSTGRESQL.writes_per_second, POSTGRESQL.reads_per_second) == (15_900, 70_000)
    assert SEARCH_INDEX.writes_per_second is None


def test_a_store_may_not_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        POSTGRESQL.name = "MySQL"  # type: ignore[misc]
    with pytest.raises(ValueError, match="kind = 'perhaps'"):
        Support("perhaps", "")
    assert Support(AGAINST, "no").things == 0


# Bad input -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [1, 0, None, "yes", np.True_, math.nan])
def test_a_need_is_true_or_false(value: Any) -> None:
    with pytest.raises(TypeError, match=r"^full_text = .*: it must be True or False$"):
        Needs(full_text=value)


@pytest.mark.parametrize("needs", [True, "relations", {"relations": True}, ["relations"]])
def test_needs_are_made_with_needs(needs: Any) -> None:
    with pytest.raises(TypeError, match=r"^needs = .*: it must be made with Needs\(…\)$"):
        choose(FRAMEWORK_TWITTER, needs)


@pytest.mark.parametrize("value", [0, -1, 1001, 2.5, math.nan, "32", None, True])
def test_primaries_are_a_whole_number(value: Any) -> None:
    for function in (choose, flip_point):
        with pytest.raises((TypeError, ValueError), match=r"^most_primaries = .*: it must be a whole number"):
            function(FRAMEWORK_TWITTER, most_primaries=value)


def test_only_plain_workloads() -> None:
    with pytest.raises(ValueError, match="given as a range"):
        choose(FRAMEWORK_TWITTER.replace(daily_users=Range(1e6, 1e7)))
    with pytest.raises(TypeError, match="arrays of samples"):
        choose(FRAMEWORK_TWITTER.replace(daily_users=np.array([1e6, 1e7])))
    with pytest.raises(ValueError, match=r"^growing = 'reads': it must be one of 'load', 'writes'$"):
        flip_point(FRAMEWORK_TWITTER, growing="reads")
    with pytest.raises(ValueError, match=re.escape("store = 'Oracle': it must be one of")):
        choose(FRAMEWORK_TWITTER)["Oracle"]


def test_the_largest_workload_still_ranks() -> None:
    huge = Workload(daily_users=1e11, writes_per_user=1e6, reads_per_write=1e9, item_size=1e18)
    ranking = choose(huge, RELATIONS)
    assert ranking["PostgreSQL"].against
    assert all(len(str(reason)) < 300 for place in ranking for reason in place.reasons)

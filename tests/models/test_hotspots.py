"""A celebrity's tweet: each remedy does what it is for, and nothing else; loads add up; limits hold."""

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.models.hotspots import NO_REMEDIES, Remedies, Spike, hottest_shard, spike_load
from helpers.models.lru import che_hit_ratio
from helpers.models.popularity import draw_keys, zipf_shares
from helpers.models.stampede import expected_loads, expiry_misses_per_second

SPIKE = Spike()
NAMES = ("local_cache", "replicate", "coalesce", "jitter", "celebrity_cache")


def test_everyday_reads_miss_as_che_says() -> None:
    ratio = che_hit_ratio(zipf_shares(100_000, 0.9), 50_000)
    load = spike_load(SPIKE)
    assert load.hit_ratio == load.shared_hit_ratio == pytest.approx(ratio, abs=1e-4)
    assert load.database_per_second[5] == pytest.approx(29_000 * (1 - ratio), rel=1e-3)


def test_the_tweet_is_loaded_by_all_who_read_while_the_first_loads_it() -> None:
    load, quiet = spike_load(SPIKE), spike_load(dataclasses.replace(SPIKE, peak_per_second=0))
    more = load.database_per_second - quiet.database_per_second
    assert more[20] == pytest.approx(expected_loads(300_000, 0.05))
    assert more[80] == pytest.approx(expected_loads(300_000 * np.exp(-2), 0.05))
    assert np.delete(more, [20, 80]) == pytest.approx(0, abs=1e-6)


def test_one_key_is_on_one_machine_however_many_there_are() -> None:
    for shards in (1, 10, 1000):
        load = spike_load(dataclasses.replace(SPIKE, shards=shards))
        assert load.hottest == pytest.approx(300_000 + 29_000 / shards)
    top = zipf_shares(100_000, 0.9)[0]
    assert load.hottest_per_second[0] == pytest.approx(29_000 * (top + (1 - top) / 1000))


def test_all_that_expires_together_is_loaded_once() -> None:
    """Over everyday misses, the loads after the expiry are one for each key that the cache held."""
    spike = Spike(peak_per_second=0, lasts_s=3600, skew=0.0, cached_share=1.0, load_s=1e-6)
    assert spike_load(spike).database_per_second.sum() == pytest.approx(100_000, rel=1e-3)
    jittered = spike_load(spike, Remedies(jitter=True))
    assert jittered.database_per_second.sum() == pytest.approx(100_000, rel=1e-3)
    assert jittered.most_loads < spike_load(spike).most_loads
    assert jittered.database_per_second[41] == 0 < jittered.database_per_second[42]


@pytest.mark.parametrize(
    ("name", "machine", "tweet", "together"),
    [
        ("local_cache", True, False, False),
        ("replicate", True, False, False),
        ("coalesce", False, True, False),
        ("jitter", False, False, True),
        ("celebrity_cache", True, True, False),
    ],
)
def test_each_remedy_is_for_its_own_trouble(name: str, machine: bool, tweet: bool, together: bool) -> None:
    bare, helped = spike_load(SPIKE), spike_load(SPIKE, Remedies(**{name: True}))
    assert (helped.hottest < 0.5 * bare.hottest) == machine
    assert (helped.database_per_second[20] < 0.5 * bare.database_per_second[20]) == tweet
    assert (helped.database_per_second[60] < 0.5 * bare.database_per_second[60]) == together
    assert list(helped.costs) == [name]


def test_copies_share_the_reads_and_each_is_loaded() -> None:
    remedies = Remedies(replicate=True, coalesce=True, copies=6)
    load = spike_load(SPIKE, remedies)
    assert load.hottest == pytest.approx(300_000 / 6 + 2900)
    everyday = spike_load(dataclasses.replace(SPIKE, peak_per_second=0), remedies)
    assert load.database_per_second[20] - everyday.database_per_second[20] == pytest.approx(6)
    few = spike_load(dataclasses.replace(SPIKE, shards=2), remedies)
    assert few.hottest == pytest.approx(150_000 + 14_500)


def test_local_copies_let_through_one_read_a_lifetime_and_server() -> None:
    load = spike_load(SPIKE, Remedies(local_cache=True, celebrity_cache=True, celebrity_nodes=1))
    through = 50 * expiry_misses_per_second(300_000 / 50, 1.0)
    shared_top = load.hottest_per_second[0]
    assert load.hottest_per_second[20] == pytest.approx(max(through, shared_top))
    # At first none has a copy: what is read until the first load is done reaches the shard.
    first = spike_load(SPIKE, Remedies(local_cache=True)).hottest_per_second[20]
    assert first == pytest.approx(15_000 + through + spike_everyday() / 10, rel=1e-3)
    assert 0 < load.local_entries < 29_000 / 50


def spike_everyday() -> float:
    rates = 29_000 * zipf_shares(100_000, 0.9)
    return float(50 * np.sum(expiry_misses_per_second(rates / 50, 1.0)))


def test_local_entries_are_the_keys_a_server_read_within_their_lifetime() -> None:
    keys = draw_keys(zipf_shares(100_000, 0.9), 580)
    entries = spike_load(SPIKE, Remedies(local_cache=True)).local_entries
    # A copy lives a second from its load, not from its last read: a few more or fewer than the keys read.
    assert entries == pytest.approx(np.unique(keys).size, rel=0.1)


@settings(max_examples=40, deadline=None)
@given(
    st.builds(
        Spike,
        reads_per_second=st.floats(0, 1e6),
        keys=st.integers(1, 3000),
        skew=st.floats(0, 2),
        cached_share=st.floats(0, 1),
        shards=st.integers(1, 50),
        servers=st.integers(1, 200),
        peak_per_second=st.floats(0, 1e7),
        expiry_s=st.floats(1, 500),
        load_s=st.floats(0.001, 1),
    ),
    st.builds(Remedies, **{name: st.booleans() for name in NAMES}),
)
def test_whatever_is_set_loads_are_bounded(spike: Spike, remedies: Remedies) -> None:
    load = spike_load(spike, remedies)
    for values in (load.database_per_second, load.hottest_per_second, load.reads_per_second):
        assert np.isfinite(values).all()
        assert values.min() >= -1e-9
    assert 0 <= load.hit_ratio <= 1
    assert 0 <= load.shared_hit_ratio <= 1
    assert load.hottest <= spike_load(spike).hottest * (1 + 1e-9)
    assert set(load.costs) == {name for name in NAMES if getattr(remedies, name)}


def test_limits() -> None:
    nothing = spike_load(Spike(reads_per_second=0, peak_per_second=0))
    assert nothing.most_loads == nothing.hottest == nothing.hit_ratio == 0
    all_kept = spike_load(Spike(cached_share=1.0, expiry_s=1000, peak_per_second=0))
    assert all_kept.hit_ratio == 1
    assert all_kept.most_loads == pytest.approx(0, abs=1e-6)
    no_cache = spike_load(Spike(cached_share=0.0))
    assert no_cache.database_per_second == pytest.approx(no_cache.reads_per_second)
    waited = spike_load(Spike(cached_share=0.0, reads_per_second=0), Remedies(coalesce=True))
    assert waited.most_loads == pytest.approx(expiry_misses_per_second(300_000, 0.05))
    one = spike_load(Spike(keys=1, cached_share=1.0))
    assert one.hit_ratio == 1
    assert Remedies() == NO_REMEDIES


@pytest.mark.parametrize(
    ("shares", "shards", "expected"),
    [([1.0], 10, 1.0), ([1.0] * 10, 10, 0.19), ([4.0, 1.0], 1, 1.0), (zipf_shares(1000, 0), 1000, 0.001999)],
)
def test_the_hottest_shard(shares: Any, shards: int, expected: float) -> None:
    assert hottest_shard(shares, shards) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Spike(reads_per_second=-1), r"^reads_per_second = -1"),
        (lambda: Spike(keys=0), r"^keys = 0"),
        (lambda: Spike(cached_share=1.1), r"^cached_share = 1.1: .*at most 1"),
        (lambda: Spike(shards=1.5), r"^shards = 1.5"),  # type: ignore[arg-type]
        (lambda: Spike(expiry_s=0), r"^expiry_s = 0"),
        (lambda: Spike(load_s=0), r"^load_s = 0"),
        (lambda: Spike(peak_per_second=float("nan")), r"^peak_per_second = nan"),
        (lambda: Remedies(copies=0), r"^copies = 0"),
        (lambda: Remedies(jitter_share=2), r"^jitter_share = 2"),
        (lambda: Remedies(jitter=1), r"^jitter = 1: it must be True or False"),  # type: ignore[arg-type]
        (lambda: Remedies(local_s=0), r"^local_s = 0"),
        (lambda: hottest_shard([], 3), r"^shares: it must be a list"),
        (lambda: hottest_shard([0.0], 3), r"^shares: all are 0"),
        (lambda: hottest_shard([1.0], 0), r"^shards = 0"),
    ],
)
def test_bad_input_is_refused_by_name(call: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        call()

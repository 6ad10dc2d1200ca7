"""Standbys: where one means anything, and what it gives back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.models.architecture import Component
from helpers.models.architectures import FRAMEWORK_DIAGRAM, TWITTER_DESIGN, Parts, assemble
from helpers.models.availability import availabilities
from helpers.models.nines import PERIODS_S
from helpers.models.single_points import asked_kinds, single_points, when_one_fails
from helpers.models.standbys import has_standby, may_have_standby, standby_gains, with_standbys
from tests.models.test_single_points import PARTS


@given(PARTS)
@settings(max_examples=60, deadline=None)
def test_with_a_standby_for_all_no_single_point_is_left_and_without_it_is_as_drawn(parts: Parts) -> None:
    drawn = assemble(parts)
    spared = with_standbys(drawn, [part.name for part in drawn.components])
    assert all(single_points(spared, kind) == () for kind in asked_kinds(spared))
    assert standby_gains(spared) == ()
    as_drawn = [part.name for part in drawn.components if may_have_standby(part) and has_standby(part)]
    assert with_standbys(drawn, as_drawn) == drawn


@given(PARTS, st.floats(0.9, 0.9999), st.floats(0, 1))
@settings(max_examples=40, deadline=None)
def test_each_gain_is_what_the_standby_changes(parts: Parts, each: float, beta: float) -> None:
    drawn = with_standbys(assemble(parts), [])
    gains = standby_gains(drawn, each=each, common_share=beta)
    assert {gain.component for gain in gains} == {
        component for kind in asked_kinds(drawn) for component in single_points(drawn, kind)
    }
    saved = [gain.saved_s for gain in gains]
    assert saved == sorted(saved, reverse=True)
    now = availabilities(drawn, each=each, common_share=beta)
    for gain in gains:
        then = availabilities(with_standbys(drawn, [gain.component.name]), each=each, common_share=beta)
        most = max(then[kind] - now[kind] for kind in now)
        assert gain.saved_s == pytest.approx(max(0, most) * PERIODS_S["year"], abs=1e-6)


def test_the_framework_needs_two_of_its_own_words() -> None:
    gains = standby_gains(FRAMEWORK_DIAGRAM)
    assert {gain.component.name: gain.hits for gain in gains} == {
        "LB": ("read", "write"),
        "DB": ("read", "write"),
    }
    # What one machine is down a year, but for what two of them are.
    assert gains[0].saved_s == pytest.approx((0.001 - 0.001**2) * PERIODS_S["year"], rel=0.002)
    # If every failure took both, the standby would be worth nothing.
    assert [gain.saved_s for gain in standby_gains(FRAMEWORK_DIAGRAM, common_share=1)] == pytest.approx(
        [0, 0]
    )


def test_where_a_standby_means_nothing() -> None:
    for kind in ("client", "CDN", "object store", "read replica"):
        assert not may_have_standby(Component("A", kind))
    assert not may_have_standby(Component("A", "API service", replicas=2))
    assert may_have_standby(Component("A", "API service"))


def test_split_data_needs_a_standby_for_each_machine() -> None:
    shards = Component("S", "shard", replicas=4, standbys=3)
    assert not has_standby(shards)
    assert when_one_fails(shards) == 0.75
    design = with_standbys(assemble(Parts(shards=True)), ["DB"])
    assert design["DB"].standbys == 4


def test_taking_standbys_away_is_the_same_way_back() -> None:
    bare = with_standbys(TWITTER_DESIGN, [])
    assert sum(part.standbys for part in bare.components) == 0
    names = [part.name for part in TWITTER_DESIGN.components if part.standbys]
    assert with_standbys(bare, names) == TWITTER_DESIGN


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^names = 'X': .*'Client', 'LB'"):
        with_standbys(FRAMEWORK_DIAGRAM, ["X"])

"""The critique: what an issue says and weighs, and the issues that the models find in a design."""

import dataclasses
import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from helpers.models.architecture import Architecture, Component
from helpers.models.architecture_load import Demand
from helpers.models.architectures import FRAMEWORK_DIAGRAM, SMALLEST, TWITTER_DESIGN, Parts, assemble
from helpers.models.critique import MOST_SAID, YEAR_MINUTES, Critique, Issue
from helpers.models.critique_case import ASSUMED, Assumptions
from helpers.models.critique_rules import find_issues
from helpers.models.estimation import estimate
from helpers.models.fanout import PUBLISHED_COSTS
from helpers.models.fanout_cases import audience_of
from helpers.models.feed_decision import TWITTER_FEED, FeedDecision
from helpers.models.hotspots import Spike
from helpers.models.monitoring import INCIDENTS
from helpers.models.nines import downtime_s
from helpers.models.published import TWITTER_2013, WHOLE_TWITTER
from helpers.models.standbys import with_standbys
from helpers.models.texts import folded

TWITTER = estimate(WHOLE_TWITTER)
QUIET = Demand(reads_per_second=1000, writes_per_second=20)
PUSH = FeedDecision("push")
ALONE = "nothing stands in for the "
HOT = "all readers of a celebrity's tweet ask "
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40).filter(
    lambda text: bool(" ".join(text.split()).strip(" ."))
)
ISSUES = st.builds(
    Issue,
    TEXT,
    st.floats(0, 1e9),
    st.floats(0, YEAR_MINUTES),
    st.floats(0, 1),
    TEXT,
    TEXT,
    st.one_of(st.just(""), TEXT),
)


def issue(**changes: Any) -> Issue:
    whole = Issue("the cache stands alone", 2, 240, 0.5, "add a standby", "one more machine")
    return dataclasses.replace(whole, **changes)


def abouts(critique: Critique) -> list[str]:
    return [found.about for found in critique.issues]


def one(critique: Critique, start: str) -> Issue:
    (found,) = [found for found in critique.issues if found.about.startswith(start)]
    return found


# What an issue says and weighs -----------------------------------------------------------------------------


@given(ISSUES)
def test_lost_minutes_are_likelihood_times_damage_and_never_more_than_a_year(any_issue: Issue) -> None:
    product = any_issue.times_a_year * any_issue.minutes_each * any_issue.share_hit
    assert any_issue.lost_minutes == pytest.approx(min(product, YEAR_MINUTES))
    assert 0 <= any_issue.lost_minutes <= YEAR_MINUTES


def test_it_is_said_with_the_frameworks_key_phrase() -> None:
    assert str(issue()) == (
        "One issue with this design is that the cache stands alone: about twice a year, for 4 h, 50 % of "
        "requests fail. I would add a standby, which costs one more machine."
    )
    assert "for 4 h, its reads fall on the database. I" in str(issue(harm="its reads fall on the database."))
    assert "alone: no request is lost yet. I would" in str(issue(times_a_year=0, share_hit=0))


@pytest.mark.parametrize(
    ("times", "words"),
    [
        (0, "never"),
        (5e-324, "less than once in a million years"),
        (0.001, "once in 1 K years"),
        (0.2, "once in 5 years"),
        (1, "once a year"),
        (2, "twice a year"),
        (12, "12 times a year"),
        (52, "once a week"),
        (365, "once a day"),
        (730, "twice a day"),
        (36_500, "100 times a day"),
    ],
)
def test_how_often_is_said_in_the_unit_that_fits(times: float, words: str) -> None:
    assert issue(times_a_year=times).how_often == words


@given(ISSUES)
def test_any_issue_is_said_in_words_and_kept_in_strict_json(any_issue: Issue) -> None:
    said = str(any_issue) + Critique((any_issue,))._repr_markdown_()
    assert not {"nan", "inf", "None"} & set(said.replace("|", " ").split()) - set(
        f"{any_issue.about} {any_issue.remedy} {any_issue.price} {any_issue.harm}".replace("|", " ").split()
    )
    adapter = TypeAdapter(Critique)
    text = json.dumps(adapter.dump_python(Critique((any_issue,)), mode="json"), allow_nan=False)
    assert adapter.validate_json(text, strict=True) == Critique((any_issue,))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"about": " "}, "about = ' ': it must not be blank"),
        ({"about": "..."}, "about"),
        ({"remedy": 5}, "remedy = 5: it must be text"),
        ({"price": "x" * 301}, "price: it has 301 characters; it must have at most 300"),
        ({"harm": None}, "harm = None"),
        ({"times_a_year": -1}, "times_a_year = -1: it must be a number, 0 or more"),
        ({"times_a_year": math.inf}, "times_a_year = inf"),
        ({"times_a_year": True}, "times_a_year = True"),
        ({"minutes_each": 525_601}, "minutes_each = 525601: .*at most 525,600"),
        ({"share_hit": 50}, "share_hit = 50: it must be a number, 0 or more, at most 1"),
    ],
)
def test_bad_issues_are_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises((ValueError, TypeError), match=reason):
        issue(**changes)


# A critique ------------------------------------------------------------------------------------------------


@given(st.lists(ISSUES, max_size=8, unique_by=lambda one: folded(one.about)))
def test_issues_are_ranked_whatever_their_order(issues: list[Issue]) -> None:
    lost = [one.lost_minutes for one in Critique(tuple(issues)).issues]
    assert lost == sorted(lost, reverse=True)
    assert Critique(tuple(issues)).top(3).issues == Critique(tuple(issues)).issues[:3]
    assert Critique(Critique(tuple(issues)).issues) == Critique(tuple(issues))


def test_a_critique_shows_its_first_issue_as_a_sentence_and_all_as_a_table() -> None:
    critique = Critique(
        (issue(), issue(about="a | b", times_a_year=0, share_hit=0), issue(about="c", share_hit=1))
    )
    lines = critique._repr_markdown_().splitlines()
    assert lines[2].startswith("One issue with this design is that c:")
    assert [line.split(" | ")[0] for line in lines[6:]] == ["| c", "| the cache stands alone", "| a \\| b"]
    assert "| twice a year | 4 h | 50 % | 4 h | add a standby | one more machine |" in lines[7]
    assert str(critique).splitlines()[1].startswith("2. One issue with this design is that the cache")
    assert "No issue" in Critique(())._repr_markdown_()
    assert len({line.replace("\\|", "").count("|") for line in lines[4:]}) == 1


@pytest.mark.parametrize(
    ("issues", "reason"),
    [
        ((issue(), issue(about="The  cache stands alone")), "is in it twice"),
        (("the cache",), "'the cache' is in it; each must be an Issue"),
        ("the cache", "must be a tuple or a list of issues"),
        (tuple(issue(about=f"issue {number}") for number in range(51)), "there are 51"),
    ],
)
def test_bad_critiques_are_refused(issues: Any, reason: str) -> None:
    with pytest.raises((ValueError, TypeError), match=reason):
        Critique(issues)
    with pytest.raises(ValueError, match="count = 0"):
        Critique(()).top(0)


# What the models find --------------------------------------------------------------------------------------


def test_the_frameworks_diagram_has_the_frameworks_three_issues_and_what_it_leaves_out() -> None:
    found = find_issues(FRAMEWORK_DIAGRAM, TWITTER, PUSH, growth_per_year=1.5)
    first = abouts(found.top())
    assert len(first) == MOST_SAID
    assert first[0] == f"{ALONE}Load Balancer"
    assert first[1] == f"{ALONE}Database Master", "correction 10"
    assert first[2] == f"{ALONE}Redis Cache", "correction 10"
    assert first[3].startswith("no alarm")
    assert first[4].startswith("a bad release")
    assert one(found, HOT).lost_minutes > 0
    assert one(found, "a celebrity's tweet is written").lost_minutes > 0, "correction 6"
    for start in ("no queue stands", "every write goes to the DB Slave / Read Replica, and no read"):
        assert one(found, start).lost_minutes == 0


def test_the_example_has_fewer_issues_and_none_that_a_standby_would_mend() -> None:
    found = find_issues(TWITTER_DESIGN, TWITTER, TWITTER_FEED, growth_per_year=1.5)
    words = [about.split()[:2] for about in abouts(found)]
    assert words == [["a", "bad"], ["no", "alarm"], ["all", "readers"], ["at", "×"]]
    rest = find_issues(TWITTER_DESIGN, TWITTER, TWITTER_FEED, celebrity_cache=True, alarms=True)
    assert abouts(rest) == ["a bad release or setting takes all copies of one of 5 components at once"]


def test_a_hot_tweet_that_is_too_much_for_the_servers_says_so() -> None:
    found = one(find_issues(TWITTER_DESIGN, TWITTER, TWITTER_FEED), HOT)
    assert "the servers must shed load" in found.price
    assert "the read service gets" in found.harm
    roomy = TWITTER_DESIGN.with_component("Reads", replicas=5_000)
    assert "shed" not in one(find_issues(roomy, TWITTER, TWITTER_FEED), HOT).price


@pytest.mark.parametrize("minutes", [10, 60, 240])
def test_what_copies_share_is_lost_in_pieces_of_any_length(minutes: float) -> None:
    usual = one(find_issues(TWITTER_DESIGN, TWITTER), "a bad release")
    assumed = dataclasses.replace(ASSUMED, shared_minutes=minutes)
    found = one(find_issues(TWITTER_DESIGN, TWITTER, assumed=assumed), "a bad release")
    assert found.minutes_each == minutes
    assert found.lost_minutes == pytest.approx(usual.lost_minutes)


def test_a_machine_that_stands_alone_costs_its_downtime() -> None:
    found = one(find_issues(FRAMEWORK_DIAGRAM, QUIET), f"{ALONE}Load")
    assert found.lost_minutes == pytest.approx(downtime_s(0.999, "year") / 60)
    assert found.times_a_year == 2
    assert found.whom == "no request is answered"
    sturdy = FRAMEWORK_DIAGRAM.with_component("LB", availability=0.9999)
    better = one(find_issues(sturdy, QUIET), f"{ALONE}Load")
    assert better.lost_minutes == pytest.approx(found.lost_minutes / 10)
    never = find_issues(FRAMEWORK_DIAGRAM.with_component("LB", availability=1.0), QUIET)
    assert f"{ALONE}Load Balancer" not in abouts(never)


def test_a_standby_takes_its_issue_off_and_no_other() -> None:
    before = find_issues(FRAMEWORK_DIAGRAM, TWITTER)
    for name in ("LB", "DB", "Cache"):
        after = find_issues(with_standbys(FRAMEWORK_DIAGRAM, [name]), TWITTER)
        gone = f"{ALONE}{FRAMEWORK_DIAGRAM[name].title}"
        assert gone in abouts(before)
        same = [about for about in abouts(before) if about != gone and not about.startswith("a bad release")]
        assert [about for about in abouts(after) if not about.startswith("a bad release")] == same


def test_a_primary_whose_reads_go_elsewhere_costs_only_the_writes() -> None:
    design = assemble(Parts(replica=True))
    found = one(find_issues(design, QUIET), ALONE)
    assert found.share_hit == pytest.approx(20 / 1020)
    assert found.whom == "writes fail"
    assert found.remedy.startswith("let a replica take its place")


def test_each_machine_that_holds_data_of_its_own_may_fail() -> None:
    found = one(
        find_issues(assemble(Parts(shards=True, shard_count=4)), QUIET), "nothing stands in for any of"
    )
    assert found.times_a_year == 2 * 4
    assert found.share_hit == pytest.approx(1 / 4)
    assert found.whom == "25 % of reads and writes fail"


def test_a_lost_cache_hits_the_reads_that_the_database_cannot_take() -> None:
    cached = assemble(Parts(cache=True, hit_ratio=0.9))
    reads = 2 * SMALLEST["DB"].capacity("read")  # type: ignore[operator]
    found = one(find_issues(cached, Demand(reads_per_second=reads)), f"{ALONE}cache")
    assert found.share_hit == pytest.approx(1 / 2)
    assert found.whom == "the load on the primary database is 200 % of the limit at the peak"
    calm = one(find_issues(cached, Demand(reads_per_second=reads / 4)), f"{ALONE}cache")
    assert calm.lost_minutes == 0
    assert calm.whom == "every read falls on the primary database, then 50 % full at the peak"


def test_servers_that_cannot_spare_one() -> None:
    design = assemble(Parts(servers=True, standbys=True, server_count=2, server_capacity=1000))
    found = one(find_issues(design, Demand(reads_per_second=1600)), "one machine fewer is too few")
    assert found.share_hit == pytest.approx(1 - 1000 / 1600)
    assert not [
        about for about in abouts(find_issues(design, Demand(reads_per_second=900))) if "fewer" in about
    ]


def test_a_worker_without_a_queue_loses_deliveries_and_with_one_they_wait() -> None:
    bare = find_issues(assemble(Parts(servers=True, worker=True)), dataclasses.replace(QUIET, followers=75))
    assert one(bare, f"{ALONE}fan-out worker").whom == "writes fail"
    assert one(bare, "no queue stands").lost_minutes == 0
    queued = find_issues(
        assemble(Parts(servers=True, worker=True, queue=True)), dataclasses.replace(QUIET, followers=75)
    )
    assert f"{ALONE}fan-out worker" not in abouts(queued)
    assert one(queued, f"{ALONE}queue").whom == "deliveries are lost"
    assert "no queue stands between a tweet and its deliveries" not in abouts(queued)
    assert one(bare, f"{ALONE}fan-out worker").remedy.startswith("put a queue before it")
    two = assemble(Parts(servers=True, worker=True, queue=True, worker_count=2))
    busy = Demand(writes_per_second=500, followers=1000)
    assert one(find_issues(two, busy), "one machine fewer").remedy.startswith("run one machine more")


def test_one_cause_takes_all_copies_and_copies_do_not_help() -> None:
    """Twice the failures of a machine, a tenth of them shared: 0.2 a year, for each component with copies."""
    few, many = (
        find_issues(assemble(Parts(servers=True, standbys=True, server_count=count)), QUIET)
        for count in (2, 200)
    )
    start = "a bad release or setting takes all copies of one of 3 components"
    assert one(few, start) == one(many, start)
    assert one(few, start).lost_minutes == pytest.approx(3 * 0.1 * downtime_s(0.999, "year") / 60)
    none = find_issues(assemble(Parts(servers=True)), QUIET, assumed=Assumptions(common_share=0))
    assert not [about for about in abouts(none) if about.startswith("a bad release")]


def test_a_hot_tweet_hits_what_its_machine_cannot_take() -> None:
    """All fits on one machine, so what is asked is everything: the excess is a plain sum over the seconds."""
    design = assemble(Parts(cache=True))
    found = one(find_issues(design, Demand(reads_per_second=29_000)), HOT)
    spike = Spike(lasts_s=600)
    rates = [29_000 + spike.celebrity_per_second(float(second)) for second in range(600)]
    over = [rate - 110_000 for rate in rates if rate > 110_000]
    assert found.minutes_each * 60 == len(over)
    assert found.share_hit == pytest.approx(sum(over) / sum(rate for rate in rates if rate > 110_000))
    assert found.price.startswith("3 more machines")
    assert not [about for about in abouts(find_issues(design, QUIET)) if about.startswith(HOT)]


def test_issues_speak_of_what_the_product_holds() -> None:
    design = assemble(Parts(cache=True, servers=True, worker=True))
    said = {}
    for item in ("tweet", "email"):
        asked = estimate(WHOLE_TWITTER.replace(reads_per_write=5000, item=item))
        said[item] = str(find_issues(design, asked).issues)
        labels = [line.label for line in asked.values()]
        assert ("Timeline deliveries a day" in labels) == (item == "tweet")
        assert ("Deliveries a day" in labels) == (item == "email")
    assert HOT in said["tweet"]
    assert "between a tweet and its deliveries" in said["tweet"]
    assert "all readers of one popular email ask" in said["email"]
    assert "between a write and its deliveries" in said["email"]
    assert "keep the most popular in a cache" in said["email"]
    for word in ("a celebrity's tweet ask", "celebrities' tweets", "each such tweet"):
        assert word in said["tweet"]
        assert word not in said["email"]


def test_what_else_is_asked_leaves_less_for_a_hot_tweet() -> None:
    reads, parts = 29_000.0, Parts(cache=True, servers=True, worker=True, server_count=1000)
    design = assemble(parts)
    alone = one(find_issues(design, Demand(reads_per_second=reads)), HOT)
    written = one(find_issues(design, Demand(reads_per_second=reads, writes_per_second=reads)), HOT)
    assert written.share_hit == pytest.approx(alone.share_hit / 2), (
        "writes go on, and are half of the requests"
    )
    # Deliveries that fill half of the cache leave as much as half of a cache.
    half = Demand(reads_per_second=reads, writes_per_second=1, followers=300_000 / 2)
    halved = design.with_component("Cache", capacity_per_second=55_000.0)
    expected = one(find_issues(halved, Demand(reads_per_second=reads)), HOT)
    found = one(find_issues(design, half), HOT)
    assert found.minutes_each == expected.minutes_each
    assert found.share_hit == pytest.approx(expected.share_hit, rel=1e-3)


def test_a_hot_key_lies_on_one_cache_machine_but_on_every_replica() -> None:
    busy = Demand(reads_per_second=29_000)
    one_shard = one(find_issues(assemble(Parts(cache=True, cache_count=8)), busy), HOT)
    assert one_shard.about == f"{HOT}one machine of the cache at once"
    replicas = [assemble(Parts(replica=True, replica_count=count)) for count in (2, 8)]
    few, many = (abouts(find_issues(design, busy)) for design in replicas)
    assert f"{HOT}the read replicas at once" in few
    assert not [about for about in many if about.startswith(HOT)]
    sharded = assemble(Parts(replica=True, replica_count=2, shards=True, shard_count=4))
    found = one(find_issues(sharded, busy), HOT)
    assert found.about == f"{HOT}one machine of the read replicas at once"


def test_only_a_push_of_celebrities_is_slow() -> None:
    def slow(feed: FeedDecision | None, **more: Any) -> list[Issue]:
        found = find_issues(TWITTER_DESIGN, TWITTER, feed, **more)
        return [one for one in found.issues if one.about.startswith("a celebrity's tweet is written")]

    (pushed,) = slow(PUSH)
    assert slow(None) == [pushed], "a drawing with a fan-out worker pushes"
    assert not slow(FeedDecision("pull"))
    assert not slow(FeedDecision("hybrid", celebrity_from=1_000_000))
    assert slow(FeedDecision("hybrid", celebrity_from=1_600_000))
    (patient,) = slow(PUSH, deliver_within_s=5.5)
    assert patient.lost_minutes < pushed.lost_minutes
    assert not slow(PUSH, deliver_within_s=60)
    audience = audience_of(WHOLE_TWITTER)
    followers, posts = audience.followers, audience.posts_per_second * 365 * 86_400
    # What a read of a follower misses, integrated over the delivery of each tweet from the fifth second on.
    takes_s = followers * PUBLISHED_COSTS.delivery_us / 1e6
    missed = 0.0
    for step in range(1000):
        at = 5 + (takes_s - 5) * (step + 0.5) / 1000
        missing = followers / audience.users * (1 - at / takes_s)
        missed += float((posts * missing * (takes_s - 5) / 1000)[takes_s > 5].sum())
    assert pushed.lost_minutes == pytest.approx(missed / 60 * 50 / 51, rel=1e-3)
    limit = 5e6 / PUBLISHED_COSTS.delivery_us
    assert f"below {limit / 1e6:.2f} M followers" in pushed.remedy
    for asked in (
        QUIET,
        estimate(WHOLE_TWITTER.replace(daily_users=20)),
        estimate(WHOLE_TWITTER.replace(followers=0)),
    ):
        assert not [
            about for about in abouts(find_issues(TWITTER_DESIGN, asked, PUSH)) if "written into" in about
        ]


def test_growth_fills_a_box_within_the_year_or_later() -> None:
    capacity = SMALLEST["DB"].capacity("read")
    assert capacity is not None
    asked = Demand(reads_per_second=capacity / 1.5)
    assert not [about for about in abouts(find_issues(SMALLEST, asked)) if "fills" in about]
    year = one(find_issues(SMALLEST, asked, growth_per_year=3), "at × 3 a year")
    assert year.about == "at × 3 a year the load fills the primary database in 4 months"
    assert year.times_a_year == pytest.approx(365 * 8 / 12)
    assert 0 < year.share_hit < 1 - 1 / 2
    later = one(
        find_issues(SMALLEST, asked, growth_per_year=1.25),
        "at × 1.25 a year the load fills the primary database in 22 months",
    )
    assert (later.lost_minutes, later.whom) == (0, "nothing is lost before that")
    servers = assemble(Parts(servers=True, standbys=True, server_count=10))
    found = find_issues(servers, Demand(reads_per_second=6_000), growth_per_year=1.25)
    assert one(found, "at × 1.25 a year").price == "2 more machines for the load 3 years from now"
    now = one(
        find_issues(SMALLEST, Demand(reads_per_second=2 * capacity)),
        "the peak is more than the primary database",
    )
    assert now.times_a_year == 365
    assert now.share_hit == pytest.approx(1 / 2)


def test_without_an_alarm_a_bad_release_goes_on() -> None:
    release = INCIDENTS["bad release"]
    found = one(find_issues(TWITTER_DESIGN, TWITTER), "no alarm")
    assert found.lost_minutes == pytest.approx(12 * release.lasts_s / 60 * release.failed)
    # The workbook's rule: 14.4 times the budget of 0.001 over an hour, at 5 % errors.
    assert "17 min 17 s" in found.price
    strict = one(find_issues(TWITTER_DESIGN, TWITTER, availability=0.9999), "no alarm")
    assert "1 min 44 s" in strict.price
    lax = one(find_issues(TWITTER_DESIGN, TWITTER, availability=0.5), "no alarm")
    assert "2 h of each" in lax.price, "no rule fires before it is over"


@given(
    st.builds(
        Parts,
        *[st.booleans()] * 9,
        server_count=st.integers(1, 1000),
        write_servers=st.integers(1, 10),
        cache_count=st.integers(1, 20),
        replica_count=st.integers(1, 5),
        shard_count=st.integers(1, 20),
        hit_ratio=st.floats(0, 1),
    ),
    st.builds(
        Demand,
        st.one_of(st.just(0.0), st.floats(1, 1e10)),
        st.one_of(st.just(0.0), st.floats(1, 1e8)),
        st.floats(0, 1e4),
        st.floats(0, 1),
    ),
    st.one_of(st.none(), st.floats(0.1, 1000)),
)
def test_any_design_under_any_load_gets_issues_that_can_be_said(
    parts: Parts, asked: Demand, growth: float | None
) -> None:
    found = find_issues(assemble(parts), asked, growth_per_year=growth)
    said = str(found)
    assert not {"nan", "inf", "None"} & set(said.replace(",", " ").split())
    assert all(0 <= issue.share_hit <= 1 for issue in found.issues)
    assert one(found, "no alarm")
    if parts.standbys and min(parts.server_count, parts.write_servers) > 1:
        # What has a standby loses no answer by one failure, so only load is left.
        left = [issue for issue in found.issues if issue.about.startswith(ALONE)]
        assert all("of the limit" in issue.whom for issue in left)


def test_components_of_one_title_are_told_apart() -> None:
    twins = FRAMEWORK_DIAGRAM.with_component("DB", label="Load  balancer").with_component(
        "LB", label="load balancer"
    )
    found = abouts(find_issues(twins, QUIET))
    assert f"{ALONE}load balancer, number 1" in found
    assert f"{ALONE}load balancer, number 2" in found
    long = FRAMEWORK_DIAGRAM.with_component("LB", label="very " * 200 + "long")
    assert any(about.startswith(f"{ALONE}very very") for about in abouts(find_issues(long, QUIET)))


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda: find_issues("LB", QUIET), "architecture = 'LB': it must be an Architecture"),  # type: ignore[arg-type]
        (lambda: find_issues(SMALLEST, 600), "asked = 600: it must be an Estimate or a Demand"),  # type: ignore[arg-type]
        (lambda: find_issues(SMALLEST, QUIET, "push"), "feed = 'push': it must be a FeedDecision"),  # type: ignore[arg-type]
        (lambda: find_issues(SMALLEST, QUIET, growth_per_year=0), "growth_per_year = 0"),
        (lambda: find_issues(SMALLEST, QUIET, deliver_within_s=0), "deliver_within_s = 0"),
        (lambda: find_issues(SMALLEST, QUIET, availability=1), "target = 1"),
        (lambda: find_issues(SMALLEST, QUIET, alarms="yes"), "alarms = 'yes'"),  # type: ignore[arg-type]
        (lambda: find_issues(SMALLEST, QUIET, assumed=2), "assumed = 2"),  # type: ignore[arg-type]
        (
            lambda: find_issues(Architecture("No client", (Component("A", "cache"),)), QUIET),
            "it has no client",
        ),
        (
            lambda: find_issues(
                Architecture("Two", (Component("A", "client"), Component("B", "client"))), QUIET
            ),
            "it has 2 clients",
        ),
        (lambda: Assumptions(each=99.9), "each = 99.9"),
        (lambda: Assumptions(failures_a_year=0), "failures_a_year = 0"),
        (lambda: Assumptions(bad_releases_a_year=-1), "bad_releases_a_year = -1"),
    ],
)
def test_bad_input_is_named(call: Any, reason: str) -> None:
    with pytest.raises((ValueError, TypeError), match=reason):
        call()


def test_the_larger_twitter_of_2013_is_told_what_it_outgrows() -> None:
    found = find_issues(FRAMEWORK_DIAGRAM, estimate(TWITTER_2013), PUSH)
    assert abouts(found)[0] == "the peak is more than the Redis Cache can take already"
    celebrity = one(found, "a celebrity's tweet is written")
    # The published 31 M are the end of the model's tail, of which the last cell is the mean.
    assert "up to 21.8 M timelines" in celebrity.about

"""Step 1: the explorer "How stale is stale?"."""

import html
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from helpers.figures.consistency import TIMES_MS, format_ms, freshness_figure, waiting_figure
from helpers.models.checks import require_choice, require_numbers, require_whole
from helpers.models.consistency import (
    LNKD_DISK,
    PROFILES,
    Latencies,
    Quorum,
    Staleness,
    share_within,
    staleness,
)
from helpers.models.partition import CONFLICT, ClientView, under_partition
from helpers.models.workload import Field
from helpers.widgets.controls import NumberControl, dropdown
from helpers.widgets.explorer import Explorer, View, working_table

__all__ = ["NETWORKS", "staleness_explorer", "staleness_view"]

NETWORKS = ("whole", "cut: stay consistent", "cut: stay available")
MOST_REPLICAS = 9
TRIALS = 20_000
TWEET_MS = 5000.0
"""How late the framework asks whether a tweet may be seen."""

_SHARE = 0.999


def staleness_explorer(
    quorum: Quorum = Quorum(3, 1, 1),  # noqa: B008 - frozen
    latencies: Latencies = LNKD_DISK,
    measured: Mapping[str, Any] | None = None,
    network: str = NETWORKS[0],
) -> Explorer:
    """Return sliders for N, R, W and the time since a write: how many reads see it, and what that costs.

    `measured` maps a name to the replication lags (ms) seen there; their curves stand beside the model's.
    `network` is one of `NETWORKS`.

    >>> explorer = staleness_explorer()
    >>> explorer.set(r=2, w=2)
    >>> "R + W = 4 is above N = 3" in explorer.text
    True
    """
    require_choice("network", network, NETWORKS)
    require_whole("quorum.n", quorum.n, at_least=1, at_most=MOST_REPLICAS)
    whole: dict[str, Any] = {"low": 1, "high": MOST_REPLICAS, "log": False, "whole": True}
    fields = {
        "n": Field("Replicas, N", "", at_least=1, at_most=MOST_REPLICAS),
        "r": Field("A read waits for R", "", at_least=1, at_most=MOST_REPLICAS),
        "w": Field("A write waits for W", "", at_least=1, at_most=MOST_REPLICAS),
    }
    controls = {
        name: NumberControl(name, field, getattr(quorum, name), **whole) for name, field in fields.items()
    }
    after = Field("Time since the write", "millisecond", at_least=0, at_most=60_000)
    time = NumberControl("after_ms", after, 10, low=0.1, high=60_000, zero=True)
    profiles = PROFILES if latencies in PROFILES else (latencies, *PROFILES)
    choices = {
        "latencies": dropdown("Latencies", {profile.name: profile for profile in profiles}, latencies),
        "network": dropdown("Network", {name: name for name in NETWORKS}, network),
    }

    def view(values: dict[str, Any]) -> View:
        return staleness_view(
            _quorum(values), values["latencies"], values["after_ms"], values["network"], measured
        )

    def follow(change: Any) -> None:
        if change["owner"] is controls["n"]:
            moved = {name: change["new"] for name in "rw" if controls[name].value > change["new"]}
        else:
            moved = {"n": change["new"]} if controls["n"].value < change["new"] else {}
        if moved:
            explorer.set(**moved)

    # Before the explorer watches them itself, so that it never sees an R or a W above N.
    for control in controls.values():
        control.observe(follow, "value")
    explorer = Explorer("How stale is stale?", {"": [*controls.values(), time]}, view, choices=choices)
    return explorer


def staleness_view(
    quorum: Quorum,
    latencies: Latencies,
    after_ms: float,
    network: str = "whole",
    measured: Mapping[str, Any] | None = None,
) -> View:
    """Return what the explorer shows; 20,000 writes and reads are simulated for each quorum and profile."""
    after_ms = require_numbers("after_ms", after_ms, at_least=0, unit="ms")
    require_choice("network", network, NETWORKS)
    result, other = _simulate(quorum, latencies), _simulate(_compared(quorum), latencies)
    curves = {_name(quorum): (TIMES_MS, result.fresh(TIMES_MS))}
    if measured:
        curves |= {name: (TIMES_MS, share_within(lags, TIMES_MS)) for name, lags in measured.items()}
    elif other.quorum != quorum:
        curves[_name(other.quorum)] = TIMES_MS, other.fresh(TIMES_MS)
    notes = []
    if network == "whole":
        words = f"{_freshness(result, after_ms)} {_survival(quorum)} {_answers(result, other)}"
    else:
        views = _cut(quorum, network)
        whole = _freshness(result, after_ms)
        words = f"{_cut_in_words(quorum, network, views)} {whole[0].lower()}{whole[1:]}"
        notes.append(_cut_table(views))
    if measured:
        notes.append(f"<p>{html.escape(_measured_in_words(measured, after_ms))}</p>")
    notes.append(
        f"<p>{TRIALS:,} simulated writes and reads: 19 times in 20, a share is within 0.7 points.</p>"
    )
    return View(
        (freshness_figure(curves, after_ms), waiting_figure(result)),
        words,
        "".join(notes),
        working=lambda: working_table(_working(result, after_ms)),
    )


def _quorum(values: Mapping[str, float]) -> Quorum:
    for name in "nrw":
        if values[name] != int(values[name]):
            raise ValueError(f"{name.upper()} = {values[name]:g}: it must be a whole number")
    return Quorum(*(int(values[name]) for name in "nrw"))


def _compared(quorum: Quorum) -> Quorum:
    """What a quorum is weighed against: the quickest, or majorities where it does not overlap."""
    enough = 1 if quorum.overlaps else quorum.n // 2 + 1
    return Quorum(quorum.n, enough, enough)


def _simulate(quorum: Quorum, latencies: Latencies) -> Staleness:
    try:
        hash(latencies)
    except TypeError:  # a distribution of the reader's own
        return staleness(quorum, latencies, trials=TRIALS)
    return _kept(quorum, latencies)


@lru_cache(maxsize=64)
def _kept(quorum: Quorum, latencies: Latencies) -> Staleness:
    return staleness(quorum, latencies, trials=TRIALS)


def _freshness(result: Staleness, after_ms: float) -> str:
    when = f"{format_ms(after_ms)} after the write" if after_ms else "right after the write"
    certain = result.quorum.overlaps
    words = [f"A read {when} is fresh with probability {_percent(result.fresh(after_ms), certain)}."]
    if not certain:
        wait = result.time_until(_SHARE)
        # One digit: so far out in the tail, 20,000 trials leave one in ten to chance.
        about = format_ms(float(f"{wait:.1g}"))
        words.append(f"It takes about {about} until 99.9 % are." if wait else "99.9 % are fresh at once.")
    return " ".join(words)


def _survival(quorum: Quorum) -> str:
    total = f"R + W = {quorum.r + quorum.w}"
    overlap = (
        f"{total} is above N = {quorum.n}: every read hears from a replica that has the write."
        if quorum.overlaps
        else f"{total} is not above N = {quorum.n}: a read may miss the write."
    )
    reads = quorum.reads_survive or "no"
    failed = f"{reads} failed replica{'s' if quorum.reads_survive > 1 else ''}"
    return f"{overlap} Reads survive {failed}, writes {quorum.writes_survive or 'none'}."


def _answers(result: Staleness, other: Staleness) -> str:
    """The framework's two questions, each with its number."""
    stale = 1e6 * (1 - result.fresh(TWEET_MS))
    if result.quorum.overlaps:
        misses = "none"
    else:
        misses = f"about {stale:,.0f}" if stale else f"fewer than {3e6 / result.trials:,.0f}"
    words = [f"A tweet, 5 s after it is posted: {misses} of a million reads miss it."]
    if result.quorum == other.quorum:
        words.append("A payment: one replica is never stale, but it has nobody to take over.")
    elif result.quorum.overlaps:
        cost = _cost(other, result)
        words.append(f"A payment needs at least this overlap; it costs, against R = W = 1, {cost}.")
    else:
        cost = _cost(result, other)
        words.append(f"A payment needs at least R + W > N: with {_name(other.quorum)} it costs {cost}.")
    return " ".join(words)


def _cost(quick: Staleness, sure: Staleness) -> str:
    return (
        f"{format_ms(sure.read_ms(99))} instead of {format_ms(quick.read_ms(99))} a read and "
        f"{format_ms(sure.write_ms(99))} instead of {format_ms(quick.write_ms(99))} a write (p99)"
    )


def _cut(quorum: Quorum, network: str) -> tuple[ClientView, ClientView]:
    """A is on the larger side."""
    prefers: Any = "consistency" if network == NETWORKS[1] else "availability"
    return under_partition(quorum, quorum.n // 2 + 1, prefers)


def _cut_in_words(quorum: Quorum, network: str, views: tuple[ClientView, ClientView]) -> str:
    a, b = views
    reach = f"client A reaches {a.replicas} of {quorum.n} replica{'' if quorum.n == 1 else 's'}"
    words = [f"The network is cut: {reach}, client B {b.replicas or 'none'}."]
    if network == NETWORKS[1]:
        words.append("What cannot reach its R or W replicas is refused.")
        if b.read == "stale":
            words.append("R + W is not above N, so B still reads old data: refusing is not enough.")
    else:
        words.append("Whoever reaches a replica is served, with what it holds.")
    if b.conflict:
        words.append(CONFLICT)
    return " ".join([*words, "With the network whole, as in the pictures:"])


def _cut_table(views: tuple[ClientView, ClientView]) -> str:
    rows = "".join(
        f"<tr><td>{view.client}</td><td>{view.write}</td><td>{view.read}</td></tr>" for view in views
    )
    sentences = "".join(f"<p>{html.escape(view.sentence)}</p>" for view in views)
    # The sentences differ in length from slider to slider; what stands below must not move.
    return (
        '<div style="min-height: 18em"><h5>In turn: A writes, B reads, A reads, B writes</h5>'
        f"<table><tr><th>Client</th><th>Write</th><th>Read</th></tr>{rows}</table>{sentences}</div>"
    )


def _measured_in_words(measured: Mapping[str, Any], after_ms: float) -> str:
    shares = "; ".join(
        f"{name} {_percent(float(share_within(lags, after_ms)), True)}" for name, lags in measured.items()
    )
    return f"Measured, fresh {format_ms(after_ms)} after the write: {shares}."


def _working(result: Staleness, after_ms: float) -> list[tuple[str, str, str]]:
    quorum, trials = result.quorum, result.trials
    fresh = round(result.fresh(after_ms) * trials)
    sign = ">" if quorum.overlaps else "≤"
    rows = [
        (
            "Overlap",
            "yes" if quorum.overlaps else "no",
            f"R + W = {quorum.r} + {quorum.w} {sign} {quorum.n} = N",
        ),
        ("Reads survive", f"{quorum.reads_survive} failures", f"N − R = {quorum.n} − {quorum.r}"),
        ("Writes survive", f"{quorum.writes_survive} failures", f"N − W = {quorum.n} − {quorum.w}"),
        (
            f"Fresh after {format_ms(after_ms)}",
            _percent(result.fresh(after_ms), quorum.overlaps),
            f"{fresh:,} of {trials:,} reads: write's arrival ≤ its commit + {format_ms(after_ms)} + read's "
            "arrival, at one replica the read heard from",
        ),
        (
            "99.9 % fresh",
            format_ms(result.time_until(_SHARE)),
            f"the time that suffices for {round(_SHARE * trials):,} of {trials:,} reads",
        ),
    ]
    return [*rows, ("Latencies", result.latencies.name, result.latencies.source)]


def _percent(share: float, certain: bool) -> str:
    """A share in percent; of simulated reads never all, unless it is certain."""
    if share == 1:
        return "100 %" if certain else f"above {100 - 300 / TRIALS:.2f} %"
    digits = 1 if share < 0.995 else 2 if share < 0.9995 else 3
    return f"{100 * share:.{digits}f} %"


def _name(quorum: Quorum) -> str:
    return f"R = {quorum.r}, W = {quorum.w}"

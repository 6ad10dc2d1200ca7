"""Step 3: the explorer "SQL or NoSQL?"."""

import html
from typing import Any

import numpy as np

from helpers.figures.datastores import ranking_figure, write_share_figure
from helpers.models.datastores import MOST_PRIMARIES, NEEDS, POSTGRESQL, STORES
from helpers.models.estimation import estimate
from helpers.models.published import FRAMEWORK_TWITTER
from helpers.models.quantities import format_number, format_quantity
from helpers.models.store_choice import Flip, Needs, Ranked, Ranking, Reason, choose
from helpers.models.workload import FIELDS, Field, Workload
from helpers.widgets.controls import CheckControl, NumberControl
from helpers.widgets.explorer import Explorer, View, working_table

__all__ = ["datastore_explorer", "datastore_view"]

_SLIDERS: dict[str, dict[str, Any]] = {
    "daily_users": {"low": 1e3, "high": 3e9},
    "writes_per_user": {"low": 0.01, "high": 1000},
    "reads_per_write": {"low": 0.1, "high": 1000, "zero": True},
    "item_size": {"low": 10, "high": 1e8},
}
_FEW = 2
_PRIMARIES = Field("SQL primaries you would shard over", "", at_least=1, at_most=1000)


def datastore_explorer(
    workload: Workload = FRAMEWORK_TWITTER, needs: Needs | None = None, most_primaries: int = MOST_PRIMARIES
) -> Explorer:
    """Return boxes for what the product needs and sliders for its load, with the stores ranked and why.

    It opens with joins needed, unless `needs` says otherwise.

    >>> explorer = datastore_explorer()
    >>> explorer.text[:55]
    'PostgreSQL comes first, with nothing to build around it'
    """
    needs = Needs(relations=True) if needs is None else needs
    start = _slider_values(workload)
    boxes = [CheckControl(name, label, getattr(needs, name)) for name, label in NEEDS.items()]
    sliders = [
        NumberControl(name, workload.field(name), start[name], **options)
        for name, options in _SLIDERS.items()
    ]
    primaries = NumberControl("most_primaries", _PRIMARIES, most_primaries, low=1, high=100, whole=True)
    base = workload.at_middle()

    def view(values: dict[str, Any]) -> View:
        arguments = {name: values[name] for name in _SLIDERS} | {
            "reads_per_user": None,
            "reads_per_day": None,
        }
        chosen = Needs(**{name: values[name] for name in NEEDS})
        return datastore_view(base.replace(**arguments), chosen, round(values["most_primaries"]))

    groups = {"What it must do": boxes, "The load": sliders, "Your limit": [primaries]}
    return Explorer("SQL or NoSQL?", groups, view)


def datastore_view(workload: Workload, needs: Needs, most_primaries: int = MOST_PRIMARIES) -> View:
    """Return what the explorer shows for a workload, what is needed, and how far you would shard SQL."""
    ranking = choose(workload, needs, most_primaries=most_primaries)
    flips = ranking.flip("load"), ranking.flip("writes")
    parts = (_first(ranking), _alternative(ranking), _sharding(ranking), _flips(ranking, *flips))
    words = " ".join(filter(None, parts))
    figures = (ranking_figure(ranking), write_share_figure(ranking))
    return View(figures, words, _notes(ranking), lambda: _working(ranking, *flips))


def _first(ranking: Ranking) -> str:
    first = ranking.first
    if first is None:
        nearest = next(iter(ranking))
        needed = [NEEDS[name].lower() for name in ranking.needs.named if name != "may_lose_recent"]
        return (
            f"No store here does all of this alone: {'; '.join(needed) or 'this load'}. "
            f"{nearest.store.name} comes nearest, but: {'; '.join(map(str, nearest.against))}. "
            "Give up a need, or split the data so that each part has a store that fits."
        )
    briefly = len(first.to_build) > _FEW
    built = "; ".join(_briefly(reason) if briefly else _lower(str(reason)) for reason in first.to_build)
    listed = f": {built}" if built else ""
    opening = f"{first.store.name} comes first, with {_things(first)} to build around it{listed}."
    return " ".join(filter(None, (opening, _writes(first))))


def _briefly(reason: Reason) -> str:
    return NEEDS[reason.about].lower() if reason.about in NEEDS else _lower(reason.text.partition(";")[0])


def _writes(first: Ranked) -> str:
    reason = next((reason for reason in first.reasons if reason.about == "writes"), None)
    return f"{reason}." if reason and not reason.things else ""


def _alternative(ranking: Ranking) -> str:
    """The SQL alternative, named before SQL is left."""
    sql = ranking[POSTGRESQL.name]
    if ranking.first is None or ranking.first is sql:
        return ""
    if sql.against:
        return f"Why not PostgreSQL? {'; '.join(map(str, sql.against))}."
    return f"The alternative in SQL: PostgreSQL, with {_things(sql)} to build around it."


def _sharding(ranking: Ranking) -> str:
    """Where one primary is full: what comes before any other store."""
    first = ranking.first
    if first is None or first.store is not POSTGRESQL:
        return ""
    bound = ["writes", "storage"] + (["reads"] if ranking.needs.strong_consistency else [])
    loads = [load for name in bound if (load := first.load(name)) and load.demand]
    fullest = max(loads, key=lambda load: load.share, default=None)
    if fullest is None or fullest.units > 1:
        return ""
    times, limit = format_number(1 / fullest.share), str(fullest).partition(" of ")[2]
    return f"One primary is full at {times} times today's load ({limit}): shard PostgreSQL from there."


def _flips(ranking: Ranking, load: Flip | None, writes: Flip | None) -> str:
    if ranking.first is None:
        return ""
    if load is None:
        return "No load changes the first place." if ranking.demand.writes or ranking.demand.reads else ""
    after = "no store alone" if load.after is None else load.after.name
    rate = format_quantity(load.writes, f"{ranking.demand.item}/second")
    times = format_number(load.multiple)
    if load.multiple < 1:
        return f"Below {times} times today's load ({rate}) {after} would come first: {load.because}."
    text = f"From {times} times today's load ({rate}) {after} comes first: {load.because}."
    if writes is not None and writes.because != load.because and writes.multiple > 1:
        text += (
            f" More writes alone, with no more kept, would do it at {format_number(writes.multiple)} times."
        )
    return text


def _notes(ranking: Ranking) -> str:
    # The frame lets long words break anywhere; a name in a narrow column would.
    rows = "".join(
        f'<tr><td style="white-space: nowrap"><b>{html.escape(place.store.name)}</b> <br>'
        f"{html.escape(place.verdict)}</td><td>{html.escape(_because(place))}</td></tr>"
        for place in ranking
    )
    return f"<table><tr><th>Store</th><th>Because</th></tr>{rows}</table>"


def _because(place: Ranked) -> str:
    return ". ".join(map(str, place.against or place.to_build or place.reasons)) + "."


def _working(ranking: Ranking, *flips: Flip | None) -> str:
    names = (
        "writes_per_second",
        "peak_writes_per_second",
        "peak_reads_per_second",
        "storage_per_day",
        "storage",
    )
    lines = [ranking.estimate[name] for name in names if name in ranking.estimate]
    rows = [(line.label, line.whiteboard, line.working) for line in lines]
    for place in ranking:
        for load in place.loads:
            if load.demand:
                units = place.store.unit if load.units == 1 else place.store.units
                label = f"{place.store.name}, {load.resource}"
                share = f"{format_number(100 * load.share)} % of one {place.store.unit}"
                rows.append((label, f"{load.units:,} {units}", f"{load} = {share}"))
    for place in ranking:
        parts = " + ".join(f"{reason.things} ({_lower(str(reason))})" for reason in place.to_build) or "0"
        against = f"; ruled out: {'; '.join(map(str, place.against))}" if place.against else ""
        rows.append((f"{place.store.name}, to build", str(place.things), f"{parts}{against}"))
    for what, flip in zip(("Everything grows", "Writes alone grow"), flips, strict=True):
        if flip is not None:
            rows.append(
                (f"{what}: first place changes at", f"{format_number(flip.multiple)} ×", flip.because)
            )
    rows += [(f"{store.name}, source", "", store.source) for store in STORES]
    return working_table(rows)


def _things(place: Ranked) -> str:
    return f"{place.things} thing{'' if place.things == 1 else 's'}" if place.things else "nothing"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _slider_values(workload: Workload) -> dict[str, float]:
    for name in FIELDS:
        if isinstance(getattr(workload, name), np.ndarray):
            raise TypeError(f"workload: {name} is an array of samples; it must be a number or a Range")
    middle = workload.at_middle()
    if middle.daily_users is None or middle.writes_per_user is None:
        raise ValueError(
            "workload: its writes must be given as daily_users and writes_per_user to explore it"
        )
    result = estimate(middle)
    writes, reads = result.value("writes_per_second"), result.value("reads_per_second")
    values = {name: getattr(middle, name) for name in _SLIDERS}
    return values | {"reads_per_write": reads / writes if writes else 0.0}

"""Step 4: the explorer that puts the cost model beside what was measured on each store."""

import html
from collections.abc import Sequence

from helpers.figures.feed_store import comparison_figure, format_compared
from helpers.labs.feed_comparison import COMPARED, Comparison, compare_feeds
from helpers.labs.feed_report import FeedReport
from helpers.models.checks import require_choice
from helpers.widgets.controls import dropdown
from helpers.widgets.explorer import Explorer, View, notes_table

__all__ = ["feed_store_explorer", "feed_store_view"]

_NONE = "nothing measured"
_NAMES = {
    "request": "any request",
    "requests": "its requests",
    "company": "not being alone",
    "worker": "the worker beside it",
}
_CLOSE = 1.25
_UNFELT_MS = 1e-4


def feed_store_explorer(report: FeedReport) -> Explorer:
    """Return a choice of store and of what to compare: measured marks beside those of the model.

    >>> from helpers.labs.feed_workload import draw_workload
    >>> explorer = feed_store_explorer(FeedReport("a laptop", draw_workload(200), (), {"SQLite": "no disk"}))
    >>> explorer.text
    'Nothing was measured. SQLite: no disk.'
    """
    choices = {
        "engine": dropdown("Store", {engine: engine for engine in report.engines or (_NONE,)}),
        "what": dropdown("Compare", {what: what for what in COMPARED}),
    }
    return Explorer(
        "Model against measurement",
        {},
        lambda values: feed_store_view(report, values["engine"], values["what"]),
        choices=choices,
    )


def feed_store_view(report: FeedReport, engine: str, what: str) -> View:
    """Return what the explorer shows for one of the report's engines and one of `COMPARED`."""
    require_choice("what", what, COMPARED)
    if not report.stores:
        reasons = " ".join(f"{name}: {reason}." for name, reason in report.skipped.items())
        return View((comparison_figure((), what),), f"Nothing was measured. {reasons}".strip())
    found = compare_feeds(report, engine, what)
    words = [_ratios(found, what), _ranks(found, what), *_reasons(report, engine, what, found)]
    if not report.feeds_agree:
        words.insert(0, "Some feeds were not as they must be, so the times mean little.")
    return View(
        (comparison_figure(found, what),), " ".join(filter(None, words)), _table(report, engine, what, found)
    )


def _ratios(found: Sequence[Comparison], what: str) -> str:
    each = "; ".join(
        f"{one.row}: {format_compared(one.measured, what)} measured, {format_compared(one.predicted, what)} "
        f"by the model ({_times(one.ratio)})"
        for one in found
    )
    return f"{each[:1].upper()}{each[1:]}."


def _times(ratio: float) -> str:
    if 1 / _CLOSE < ratio < _CLOSE:
        return "close"
    return f"{ratio:.3g} times" if ratio > 1 else f"{ratio:.2g} of it"


def _ranks(found: Sequence[Comparison], what: str) -> str:
    """Say whether model and measurement agree on what is quicker, where strategies are compared."""
    if what != "page read":
        return ""
    measured, predicted = (
        [one.strategy for one in sorted(found, key=key)]
        for key in (lambda one: one.measured, lambda one: one.predicted)
    )
    if measured == predicted:
        return f"Both rank them alike: {', '.join(measured)}, quickest first."
    return (
        f"They rank them differently, quickest first: {', '.join(measured)} measured, {', '.join(predicted)} "
        "by the model."
    )


def _reasons(report: FeedReport, engine: str, what: str, found: Sequence[Comparison]) -> list[str]:
    costs = report.store(engine).costs
    if what == "operations":
        inside = all(one.chance and one.chance[0] <= one.predicted <= one.chance[1] for one in found)
        return [
            "Operations are counted, so only who happened to post and read can part them: "
            + (
                "all lie within what chance does to so few."
                if inside
                else "a few accounts with very many followers make short runs differ."
            )
        ]
    if what == "post":
        push = next(one for one in found if one.strategy == "push")
        return [
            "The model's post is a round trip and a write, whatever the strategy; delivery comes later. "
            f"Beside a push's worker the median post took {_signed(push.parts['worker'])} than in a pull, "
            "where there is none."
        ]
    if what == "delivery":
        least, most = (choose(found, key=lambda one: one.predicted) for choose in (min, max))
        shares = " and ".join(
            f"{_us(1e3 * sum(one.parts.values()))} of the {format_compared(one.measured, what)} to "
            f"{one.row.split(', ')[1]}"
            for one in (least, most)
        )
        return [
            f"The model multiplies followers by {_us(costs.operations.delivery_us)}. It leaves out the "
            f"requests that carry them: {shares}. Of one delivery the program itself{_inside(engine)} is at "
            f"work for {costs.delivery_client_share:.0%}; for the rest it waits for the store."
        ]
    push = next(one for one in found if one.strategy == "push")
    return [
        f"The model has a round trip and {_us(costs.operations.lookup_us)} a look-up. Loops of their own "
        f"found that a request takes {_us(costs.lookup_request_us)} more, whatever it asks for, and "
        f"{_us(costs.one_lookup_request_us)} if it is for one list, as in a push. Among posts and deliveries "
        f"a push's reads took {_signed(push.parts['company'])} than alone, one straight after the other. "
        f"Of one look-up the program itself{_inside(engine)} is at work for {costs.lookup_client_share:.0%}."
    ]


def _inside(engine: str) -> str:
    return ", with SQLite inside it," if engine == "SQLite" else ""


def _signed(milliseconds: float) -> str:
    if abs(milliseconds) < _UNFELT_MS:
        return "no longer"
    amount = format_compared(abs(milliseconds), "post")
    return f"{amount} {'longer' if milliseconds >= 0 else 'less'}"


def _us(microseconds: float) -> str:
    if microseconds < 1e3 * _UNFELT_MS:
        return "hardly anything"
    return format_compared(microseconds / 1e3, "post")


def _table(report: FeedReport, engine: str, what: str, found: Sequence[Comparison]) -> str:
    names = list(dict.fromkeys(name for one in found for name in one.parts))
    head = ["", "Measured", "Model"]
    if what == "operations":
        head.append("19 in 20 such runs")
    else:
        head += [f"and {_NAMES[name]}" for name in names] + ["not explained"]
    rows = [head]
    for one in found:
        cells = [one.row, format_compared(one.measured, what), format_compared(one.predicted, what)]
        if one.chance:
            cells.append(" to ".join(format_compared(max(edge, 0), what) for edge in one.chance))
        else:
            cells += [_part(one.parts[name]) if name in one.parts else "–" for name in names]
            cells.append(_part(one.unexplained))
        rows.append(cells)
    store = report.store(engine)
    used = html.escape(f"{store.measured_with}: {store.settings}.")
    return f"{notes_table(rows)}<p>{used}</p>"


def _part(milliseconds: float) -> str:
    sign = "−" if milliseconds < 0 else "+"
    return f"{sign}{format_compared(abs(milliseconds), 'post')}"

"""Step 4: the explorer of three ways to merge timelines, with what they took on this machine."""

import html

from helpers.figures.latency import format_nanoseconds
from helpers.figures.merging import effort_figure, merging_time_figure
from helpers.labs.merging import LOOK_UPS, MergeReport
from helpers.models.fanout import ENTRY_BYTES, PUBLISHED_COSTS
from helpers.models.feed import KEPT
from helpers.models.merging import WAYS, Effort, effort
from helpers.models.quantities import format_bytes, format_number
from helpers.models.workload import Field
from helpers.widgets.controls import NumberControl, whole_number
from helpers.widgets.explorer import Explorer, View, notes_table, working_table

__all__ = ["merge_explorer", "merge_view"]

_MOST_TIMELINES, _MOST_PAGE, _MOST_KEPT = 5000, 1000, 10_000
_ALIKE = 1.25
_TRIP_NS = 1e3 * PUBLISHED_COSTS.round_trip_us


def merge_explorer(
    report: MergeReport | None = None, *, timelines: int = 500, page: int = 20, kept: int = KEPT
) -> Explorer:
    """Return sliders for the timelines, the page and what is kept, with what each way to merge touches.

    With the `report` of `measure_merging` it also shows what they took here.

    >>> explorer = merge_explorer()
    >>> explorer.text.startswith("A page of 20 from 500 timelines: a heap reads 519 entries")
    True
    """
    controls = [
        NumberControl(name, Field(label, "", at_least=1, at_most=most), value, low=1, high=most, whole=True)
        for name, label, value, most in (
            ("timelines", "Timelines to merge", timelines, _MOST_TIMELINES),
            ("page", "Tweets on a page", page, _MOST_PAGE),
            ("kept", "Tweets kept in each timeline", kept, _MOST_KEPT),
        )
    ]
    title = "Merge 500 timelines" if timelines == 500 else "Merge timelines"
    return Explorer(title, {"": controls}, lambda values: merge_view(**values, report=report))


def merge_view(
    timelines: float, page: float, kept: float = KEPT, *, report: MergeReport | None = None
) -> View:
    """Return what the explorer shows for 1 to 5,000 timelines, of which a page is wanted."""
    count = whole_number("timelines", timelines, 1, _MOST_TIMELINES)
    size = whole_number("page", page, 1, _MOST_PAGE)
    length = whole_number("kept", kept, 1, _MOST_KEPT)
    efforts = {way: effort(way, count, size, length) for way in WAYS}
    figures = [effort_figure(efforts)]
    words = [_touched(efforts, count, size), _on_a_network(efforts, count)]
    case = report.nearest(count, size) if report else None
    if report and case:
        figures.append(merging_time_figure(report, count, case[1]))
        words.append(_measured(report, *case))
    return View(
        tuple(figures),
        " ".join(words),
        _notes(efforts, report, case),
        working=lambda: working_table(_working(efforts, count, size, length)),
    )


def _touched(efforts: dict[str, Effort], timelines: int, page: int) -> str:
    heap, asked, all_kept = (efforts[way].entries for way in WAYS)
    return (
        f"A page of {page:,} from {_timelines(timelines)}: a heap reads {_entries(heap)}, the newest of each "
        f"and one more for each tweet taken but the last. A page from everyone is {_entries(asked)}"
        f"{_times(asked / heap)}; all that is kept, {_entries(all_kept)}{_times(all_kept / heap)}."
        + (f" Only {all_kept:,} are kept, so the page is not full." if all_kept < page else "")
    )


def _on_a_network(efforts: dict[str, Effort], timelines: int) -> str:
    waits = efforts["heap"].waits
    trip = format_nanoseconds(_TRIP_NS)
    words = (
        f"When the timelines are on other hosts, all three need {_look_ups(timelines)}: one after another "
        f"that is {format_nanoseconds(timelines * _TRIP_NS)} at {trip} a round trip, in one batch {trip} and "
        "the store's own work."
    )
    if waits > 1:
        words += (
            f" The heap goes back for each further tweet, {waits:,} round trips in a row, "
            f"{format_nanoseconds(waits * _TRIP_NS)}: so ask everyone in one batch, then merge what came by "
            "a heap."
        )
    return words


def _measured(report: MergeReport, timelines: int, page: int) -> str:
    found = {way: _time(report, way, timelines, page) for way in report.ways}
    times = {way: time for way, time in found.items() if time}
    took = ", ".join(f"{way} {format_nanoseconds(times[way])}" for way in WAYS if way in times)
    words = f"Measured here, nearest ({_timelines(timelines)}, page of {page}): {took}."
    heap, asked, looked_up = times.get("heap"), times.get("ask everyone"), times.get(LOOK_UPS)
    if heap and asked:
        each = {way: format_nanoseconds(report.entry_ns[way]) for way in ("heap", "ask everyone")}
        words += (
            f" Python's sort takes {each['ask everyone']} an entry and the heap {each['heap']}: "
            f"{_faster(asked / heap)}."
        )
    if heap and looked_up:
        words += (
            f" The look-ups take {format_nanoseconds(looked_up)} in SQLite without any network, "
            f"{format_number(looked_up / heap, 2)} times the heap: they decide, not the comparisons."
        )
    return words


def _faster(ratio: float) -> str:
    if 1 / _ALIKE < ratio < _ALIKE:
        return "here both take about as long, though the sort touches more"
    if ratio < 1:
        return f"here the sort is {format_number(1 / ratio, 2)} times as fast, though it touches more"
    return f"the heap is still {format_number(ratio, 2)} times as fast, since it touches so few"


def _notes(efforts: dict[str, Effort], report: MergeReport | None, case: tuple[int, int] | None) -> str:
    head = ["Way", "entries", "bytes", "comparisons", "round trips in a row"]
    rows = [
        [
            way,
            f"{each.entries:,}",
            format_bytes(each.entries * ENTRY_BYTES),
            f"about {format_number(each.comparisons)}" if each.comparisons else "0",
            f"{each.waits:,}",
        ]
        for way, each in efforts.items()
    ]
    if report and case:
        head.append(f"measured: {case[0]:,} timelines, page of {case[1]:,}")
        for row in rows:
            time = _time(report, row[0], *case)
            row.append(format_nanoseconds(time) if time else "not measured")
    about = f"{ENTRY_BYTES} B an entry. " + (f"Measured on {html.escape(report.machine)}." if report else "")
    return f"{notes_table([head, *rows])}<p>{about.strip()}</p>"


def _working(efforts: dict[str, Effort], timelines: int, page: int, kept: int) -> list[tuple[str, str, str]]:
    k, most = f"{timelines:,}", f"{min(page, kept):,}"
    heap, asked, everything = (efforts[way] for way in WAYS)
    taken = 1 + heap.entries - timelines
    return [
        ("Heap: entries", f"{heap.entries:,}", f"{k} heads + {taken:,} taken − 1"),
        (
            "Heap: comparisons",
            format_number(heap.comparisons),
            f"1.66 × {k} to make it + {taken - 1:,} × (1 + log₂ {k})",
        ),
        ("Ask everyone: entries", f"{asked.entries:,}", f"{k} × {most}"),
        ("Sort: entries", f"{everything.entries:,}", f"{k} × {kept:,}"),
        (
            "Sort: comparisons",
            format_number(everything.comparisons),
            f"{everything.entries:,} × (1 + log₂ {k}): Python's sort merges timelines that are sorted",
        ),
    ]


def _time(report: MergeReport, way: str, timelines: int, page: int) -> float | None:
    return next((run.time_ns for run in report.of(way, page) if run.timelines == timelines), None)


def _timelines(count: int) -> str:
    return "1 timeline" if count == 1 else f"{count:,} timelines"


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{format_number(count)} entries"


def _look_ups(count: int) -> str:
    return "1 look-up" if count == 1 else f"{count:,} look-ups"


def _times(ratio: float) -> str:
    return f" ({format_number(ratio)} times)" if ratio > 1 else ""

"""Step 3: the hockey stick explorer, and the explorer of read and write services on one pool or two."""

import math
from typing import Any

import numpy as np

from helpers.figures.queueing import format_seconds, hockey_stick_figure, pools_figure
from helpers.models.checks import require_numbers
from helpers.models.quantities import format_number
from helpers.models.queue_dots import DOTS
from helpers.models.queueing import Queue
from helpers.models.service_pools import Plan, Pool, Service, plan_pools
from helpers.models.workload import Field
from helpers.widgets.controls import NumberControl, whole_number
from helpers.widgets.explorer import Explorer, View, notes_table, working_table

__all__ = ["pools_explorer", "pools_view", "queueing_explorer", "queueing_view"]

_MOST = max(DOTS)
_COMPARED = (0.5, 0.8, 0.9, 0.95)
_LOG_100 = math.log(100)


def queueing_explorer(arrivals_per_second: float = 80, service_ms: float = 10, servers: int = 1) -> Explorer:
    """Return sliders for load, service time and servers, with the time in the system against utilisation.

    >>> explorer = queueing_explorer()
    >>> explorer.controls["arrivals_per_second"].set(90)
    >>> "10 times its service time" in explorer.text
    True
    """
    each = Field("Servers, each with one request at a time", "", at_least=1, at_most=_MOST, also="server")
    controls = [
        _rate("arrivals_per_second", "Load", "request/second", arrivals_per_second, high=10_000),
        _time("service_ms", "Service time, mean", service_ms, low=1, high=1000),
        NumberControl("servers", each, servers, low=1, high=_MOST, log=False, whole=True),
    ]
    return Explorer("The hockey stick", {"": controls}, lambda values: queueing_view(**values))


def queueing_view(arrivals_per_second: float, service_ms: float, servers: float) -> View:
    """Return what the hockey stick shows for a load, a mean service time (ms) and 1 to 64 servers."""
    count = whole_number("servers", servers, 1, _MOST)
    require_numbers("service_ms", service_ms, above=0, unit="ms")
    queue = Queue(arrivals_per_second, service_ms / 1e3, count)
    return View(
        (hockey_stick_figure(count, queue.utilisation),),
        _stick_words(queue),
        _stick_notes(queue),
        working=lambda: working_table(_stick_working(queue)),
    )


def pools_explorer(
    *,
    reads_per_second: float = 2000,
    writes_per_second: float = 200,
    read_ms: float = 5,
    write_ms: float = 20,
    target_ms: float = 150,
    storm: float = 3,
) -> Explorer:
    """Return sliders for reads and writes, with one shared pool beside two separate ones, and a read storm.

    >>> explorer = pools_explorer()
    >>> explorer.text.startswith("One shared pool needs 15 servers; separate pools need 11 for reads")
    True
    """
    load = [
        _rate("reads_per_second", "Reads", "read/second", reads_per_second),
        _rate("writes_per_second", "Writes", "write/second", writes_per_second),
        _time("read_ms", "Time per read, mean", read_ms, low=0.1, high=1000),
        _time("write_ms", "Time per write, mean", write_ms, low=0.1, high=1000),
    ]
    rise = Field("Read storm: reads times", "", at_least=1, at_most=1000)
    asked = [
        _time("target_ms", "Target for the 99th percentile", target_ms, low=1, high=10_000),
        NumberControl("storm", rise, storm, low=1, high=20),
    ]
    groups = {"Load": load, "Target and storm": asked}
    return Explorer("Read service, write service", groups, lambda values: pools_view(**values))


def pools_view(
    *,
    reads_per_second: float,
    writes_per_second: float,
    read_ms: float,
    write_ms: float,
    target_ms: float,
    storm: float,
) -> View:
    """Return what the pools explorer shows: sizes for the target, then reads × `storm` on the same servers.

    Raises ValueError when no number of servers meets the target.
    """
    services = [
        Service("reads", reads_per_second, read_ms / 1e3),
        Service("writes", writes_per_second, write_ms / 1e3),
    ]
    target_s = require_numbers("target_ms", target_ms, above=0, unit="ms") / 1e3
    plan = plan_pools(services, 99, target_s)
    if plan is None:
        raise ValueError(_out_of_reach(services, target_s))
    factors = np.array([1.0, require_numbers("storm", storm, at_least=1)])
    after = plan.storm(factors)
    (reads_shared, writes_shared), (reads_own,), (writes_own,) = (
        _percentiles(pool) for pool in (after.shared, *after.apart)
    )
    rows = {
        "Reads, shared pool": reads_shared,
        "Reads, own pool": reads_own,
        "Writes, shared pool": writes_shared,
        "Writes, own pool": writes_own,
    }
    usual, stormy = ({row: times[place] for row, times in rows.items()} for place in (0, 1))
    return View(
        (pools_figure(usual, stormy, target_s, storm),),
        " ".join((_size_words(plan), _storm_words(after, stormy, storm))),
        _pool_notes(after, usual),
        working=lambda: working_table(_pool_working(plan)),
    )


def _rate(name: str, label: str, unit: str, value: float, *, high: float = 100_000) -> NumberControl:
    return NumberControl(
        name, Field(label, unit, at_least=0, at_most=1e9), value, low=1, high=high, zero=True
    )


def _time(name: str, label: str, value: float, *, low: float, high: float) -> NumberControl:
    return NumberControl(name, Field(label, "millisecond", above=0, at_most=1e6), value, low=low, high=high)


def _stick_words(queue: Queue) -> str:
    load, capacity = float(queue.arrivals_per_second), queue.servers / queue.service_s
    who = _count(queue.servers)
    percent, limit = _percent(queue.utilisation), f"{format_number(capacity)} a second"
    if load == 0:
        return (
            f"Nothing arrives, so nobody waits: a request would take its service time, "
            f"{format_seconds(queue.service_s)} on average. {who} can serve {limit}."
        )
    if queue.utilisation >= 1:
        growth = load - capacity
        grows = (
            f"On average the queue grows by {format_number(growth)} requests every second"
            if growth > 1e-9 * capacity
            else "No time is left to catch up after a burst, so the queue still grows without end"
        )
        return (
            f"{percent} utilisation: {format_number(load)} requests arrive a second and {who} can serve "
            f"{limit}. {grows}; the time in the system is unbounded."
        )
    other = 1 if queue.servers == _MOST else _MOST
    halved = 1 - (1 - queue.utilisation) / 2
    closer = Queue(halved * capacity, queue.service_s, queue.servers).mean_time_s / queue.service_s
    compared = Queue(queue.utilisation * other, 1.0, other)
    p99 = queue.time_s(99)
    return (
        f"{percent} utilisation: {format_number(load)} requests arrive a second and {who} can serve {limit}. "
        f"A request takes {format_seconds(queue.mean_time_s)} on average, "
        f"{_multiple(queue.mean_time_s / queue.service_s)} its service time; the 99th percentile is "
        f"{format_seconds(p99)}, {_multiple(p99 / queue.service_s)} it. "
        f"What counts is the spare share: halve it, from {_percent(1 - queue.utilisation)} to "
        f"{_percent(1 - halved)}, and the mean becomes {_multiple(closer)} the service time. "
        f"With {_count(other)} at the same utilisation, the mean would be "
        f"{_multiple(compared.mean_time_s)} the service time, and the 99th percentile "
        f"{_multiple(compared.time_s(99))} it."
    )


def _stick_notes(queue: Queue) -> str:
    capacity, service = queue.servers / queue.service_s, queue.service_s
    steps = Queue(np.array(_COMPARED) * capacity, service, queue.servers)
    rows = [(f"{_count(queue.servers)} at", "requests/s", "mean", "99th percentile")]
    rows += [
        (
            _percent(share),
            format_number(share * capacity),
            f"{format_seconds(mean)}, × {format_number(mean / service)}",
            f"{format_seconds(p99)}, × {format_number(p99 / service)}",
        )
        for share, mean, p99 in zip(_COMPARED, steps.mean_time_s, steps.time_s(99), strict=True)
    ]
    return notes_table(rows)


def _stick_working(queue: Queue) -> list[tuple[str, str, str]]:
    load, service = format_number(queue.arrivals_per_second), format_seconds(queue.service_s)
    offered, capacity = format_number(queue.offered_erlangs), format_number(queue.servers / queue.service_s)
    rows = [
        ("Offered load", f"{offered} erlangs", f"{load} requests/s × {service}: servers busy if none lacked"),
        ("Utilisation", _percent(queue.utilisation), f"{offered} ÷ {_count(queue.servers)}"),
    ]
    if queue.utilisation >= 1:
        return [*rows, ("Time in the system", "unbounded", "more arrives than can be served")]
    wait, mean = format_seconds(queue.mean_wait_s), format_seconds(queue.mean_time_s)
    chance = format_number(queue.wait_probability)
    return [
        *rows,
        ("P(wait)", chance, "Erlang C: the share of requests that find every server busy"),
        ("Mean wait", wait, f"{chance} ÷ ({capacity} − {load}) a second"),
        ("Mean time in the system", mean, f"{wait} + {service}"),
        (
            "99th percentile",
            format_seconds(queue.time_s(99)),
            f"of wait and service; without any wait {format_seconds(queue.service_s * _LOG_100)}, "
            "because service times vary (exponential)",
        ),
        ("In the system", f"{format_number(queue.mean_present)} requests", f"Little: {load}/s × {mean}"),
    ]


def _size_words(plan: Plan) -> str:
    reads, writes = plan.apart
    fewer = plan.servers_apart - plan.shared.servers
    words = (
        f"One shared pool needs {_count(plan.shared.servers)}; separate pools need {reads.servers} for reads "
        f"and {writes.servers} for writes, {plan.servers_apart} together."
    )
    if fewer > 0:
        words += f" Sharing saves {fewer}: a server that one kind leaves idle can serve the other."
    return words


def _storm_words(after: Plan, stormy: dict[str, float], storm: float) -> str:
    if storm == 1:
        return "Raise the read storm to see whom it hurts."
    full, shared = _percent(_at(after.shared.utilisation, 1)), stormy["Writes, shared pool"]
    then = (
        "writes wait without bound, although not one more arrives"
        if np.isinf(shared)
        else f"the 99th percentile of writes becomes {format_seconds(shared)}"
    )
    return (
        f"When reads rise to {format_number(storm)} times, the shared pool is at {full} and {then}. "
        f"On their own pool, writes stay at {format_seconds(stormy['Writes, own pool'])}."
    )


def _percentiles(pool: Pool) -> list[tuple[float, float]]:
    """The 99th percentile of each kind at the usual load and in the storm, in seconds."""
    times = [response.time_s(99) for response in pool.responses]
    return [(_at(each, 0), _at(each, 1)) for each in times]


def _pool_notes(after: Plan, usual: dict[str, float]) -> str:
    """Utilisations and times, also of a shared pool as large as the two together: the fair comparison."""
    reads, writes = after.apart
    found = {name: format_seconds(time) for name, time in usual.items()}
    pools = [
        ("shared", after.shared, found["Reads, shared pool"], found["Writes, shared pool"]),
        ("reads", reads, found["Reads, own pool"], "–"),
        ("writes", writes, "–", found["Writes, own pool"]),
    ]
    total = after.pooled.shared
    times = [format_seconds(usual_s) for usual_s, _ in _percentiles(total)]
    pools.append((f"shared, {total.servers:,} too", total, times[0], times[1]))
    rows: list[tuple[str, ...]] = [("Pool", "servers", "load", "in storm", "p99 reads", "p99 writes")]
    rows += [
        (name, f"{pool.servers:,}", *(_percent(_at(pool.utilisation, place)) for place in (0, 1)), *shown)
        for name, pool, *shown in pools
    ]
    return notes_table(rows)


def _pool_working(plan: Plan) -> list[tuple[str, str, str]]:
    rows = []
    for pool in (*plan.apart, plan.shared):
        names = " and ".join(service.name for service in pool.services)
        sums = " + ".join(
            f"{format_number(service.arrivals_per_second)}/s × {format_seconds(service.service_s)}"
            for service in pool.services
        )
        rows.append((f"Load of {names}", f"{format_number(pool.offered_erlangs)} erlangs", sums))
        found = "the fewest servers that meet the target"
        exact = "exact (M/M/c)" if len(pool.services) == 1 else "approximate (Allen and Cunneen)"
        rows.append((f"Servers for {names}", f"{pool.servers}", f"{found}, {exact}"))
    return rows


def _out_of_reach(services: list[Service], target_s: float) -> str:
    slow = max(
        (service for service in services if service.arrivals_per_second > 0), key=lambda each: each.service_s
    )
    alone = format_seconds(slow.service_s * _LOG_100)
    return (
        f"Target of {format_seconds(target_s)}: no number of servers is enough. Serving {slow.name} takes "
        f"{alone} at the 99th percentile without any wait; set a target above that."
    )


def _count(servers: int) -> str:
    return "1 server" if servers == 1 else f"{servers:,} servers"


def _percent(share: float) -> str:
    return f"{format_number(100 * float(share))} %"


def _multiple(multiple: float) -> str:
    return "hardly more than" if multiple < 1.005 else f"{format_number(multiple)} times"


def _at(values: Any, place: int) -> float:
    """The value at the usual load (0) or in the storm (1); a pool no storm reaches has one for both."""
    return float(np.broadcast_to(values, 2)[place])

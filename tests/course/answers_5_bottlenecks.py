"""Answers to the homework of step 5 that the marks are tried on: plausible wrong ones, and right ones."""

from string import Template

from tests.course.grader import Answers

__all__ = ["ANSWERS"]


def _filled(source: str, parts: dict[str, str], changed: dict[str, str]) -> str:
    return Template(source).substitute(parts | changed)


_AVAILABILITY = """
def in_series(each):
    return $series

def in_parallel(each):
    return $parallel

def k_of_n(each, n, k):
    return $group
"""


def _availability(**changed: str) -> str:
    parts = {
        "series": "math.prod(each)",
        "parallel": "1 - math.prod(1 - up for up in each)",
        "group": "sum(math.comb(n, i) * each**i * (1 - each)**(n - i) for i in range(k, n + 1))",
    }
    return _filled(_AVAILABILITY, parts, changed)


AVAILABILITY = Answers(
    different="""
import numpy as np

def in_series(each):
    return np.prod(np.asarray(each, dtype=float))

def in_parallel(each):
    down = np.float64(1)
    for up in each:
        down *= 1 - up
    return np.array([1 - down])

def k_of_n(each, n, k):
    # One machine after the other: how likely it is that so many of them are up.
    up = np.array([1.0])
    for _ in range(n):
        up = np.append(up, 0) * (1 - each) + np.append(0, up) * each
    return up[k:].sum()
""",
    wrong={
        "downtimes added": _availability(series="1 - sum(1 - up for up in each)"),
        "the weakest part": _availability(series="min(each, default=1)"),
        "all down": _availability(parallel="math.prod(1 - up for up in each)"),
        "downtimes of equal parts": _availability(parallel="1 - (1 - each[0]) ** len(each)"),
        "exactly k": _availability(group="math.comb(n, k) * each**k * (1 - each)**(n - k)"),
        "more than k": _availability(
            group="sum(math.comb(n, i) * each**i * (1 - each)**(n - i) for i in range(k + 1, n + 1))"
        ),
        "without the ways to choose": _availability(
            group="sum(each**i * (1 - each)**(n - i) for i in range(k, n + 1))"
        ),
        "k in a row": _availability(group="each**k"),
        "fails without parts": _availability(
            series="__import__('functools').reduce(lambda a, b: a * b, each)"
        ),
        "the example only": _availability(series="0.98901", parallel="0.999", group="0.999702"),
    },
)

_POINTS = """
def single_points(machines, needs):
    def works(box, asks, down):
        return box != down and $rule

    alone = $alone
    return {kind: [b for b in $order if not works("client", asks, b)] for kind, asks in needs.items()}
"""


def _points(**changed: str) -> str:
    parts = {
        "rule": "all(any(works(b, asks, down) for b in one) for one in asks.get(box, []))",
        "alone": "[box for box, count in machines.items() if count == 1 and box != 'client']",
        "order": "sorted(alone)",
    }
    return _filled(_POINTS, parts, changed)


POINTS = Answers(
    different="""
import numpy as np

def single_points(machines, needs):
    # What a box cannot do without: itself, and what all ways through each of its lists have in common.
    def vital(asks, box):
        without = {box}
        for one_of in asks.get(box, ()):
            without |= set.intersection(*(vital(asks, b) for b in one_of))
        return without

    found = {}
    for kind in needs:
        names = vital(needs[kind], "client") - {"client"}
        found[kind] = tuple(np.unique([name for name in names if machines[name] < 2]).tolist())
    return found
""",
    wrong={
        "every box with one machine": """
def single_points(machines, needs):
    alone = sorted(box for box, count in machines.items() if count == 1 and box != "client")
    return {kind: alone for kind in needs}
""",
        "all of a list are needed": _points(
            rule="all(works(b, asks, down) for one in asks.get(box, []) for b in one)"
        ),
        "one list is enough": _points(
            rule="(not asks.get(box) or any(works(b, asks, down) for one in asks[box] for b in one))"
        ),
        "no alternative in a list": """
def single_points(machines, needs):
    return {
        kind: sorted({
            one[0] for lists in asks.values() for one in lists if len(one) == 1 and machines[one[0]] == 1
        })
        for kind, asks in needs.items()
    }
""",
        "one level deep": _points(rule="all(any(b != down for b in one) for one in asks.get(box, []))"),
        "pairs count too": _points(alone="[box for box in machines if box != 'client']"),
        "in the order of machines": _points(order="alone"),
        "all kinds together": """
def single_points(machines, needs):
    def works(box, asks, down):
        return box != down and all(any(works(b, asks, down) for b in one) for one in asks.get(box, []))

    alone = sorted(box for box, count in machines.items() if count == 1 and box != "client")
    found = [box for box in alone if not all(works("client", asks, box) for asks in needs.values())]
    return {kind: found for kind in needs}
""",
        "articulation points": """
import networkx as nx

def single_points(machines, needs):
    found = {}
    for kind, asks in needs.items():
        graph = nx.Graph((box, b) for box, lists in asks.items() for one in lists for b in one)
        cuts = nx.articulation_points(graph)
        found[kind] = sorted(box for box in cuts if machines[box] == 1 and box != "client")
    return found
""",
        "the example only": """
def single_points(machines, needs):
    return {"read": ["LB"], "write": ["LB", "primary"]}
""",
    },
)

_HEARTBEAT = """
def heartbeat(interval_s, misses, loss, delay_s):
    late = $late
    missed = $missed
    if missed == 0:
        count = math.inf
    elif missed == 1:
        count = misses
    else:
        count = $count
    return {"soonest_s": $soonest, "latest_s": $latest, "false_after_s": $after}

def settings(loss, delay_s, within_s, most_per_year, least_s):
    for misses in $tried:
        interval_s = $interval
        if 365 * 86_400 / heartbeat(interval_s, misses, loss, delay_s)["false_after_s"] <= most_per_year:
            return {"interval_s": interval_s, "misses": misses}
"""


def _heartbeat(**changed: str) -> str:
    parts = {
        "late": "math.exp(-interval_s / delay_s) if delay_s else 0",
        "missed": "loss + (1 - loss) * late",
        "count": "(1 - missed**misses) / (missed**misses * (1 - missed))",
        "soonest": "misses * interval_s",
        "latest": "(misses + 1) * interval_s",
        "after": "(count + 1) * interval_s",
        "tried": "range(1, int(within_s / least_s))",
        "interval": "within_s / (misses + 1)",
    }
    return _filled(_HEARTBEAT, parts, changed)


HEARTBEAT = Answers(
    different="""
import numpy as np

def miss_ratio(interval_s, loss, delay_s):
    if delay_s == 0:
        return loss
    return 1 - (1 - loss) * -math.expm1(-interval_s / delay_s)

def heartbeat(interval_s, misses, loss, delay_s):
    p = miss_ratio(interval_s, loss, delay_s)
    beats = sum(p ** -run for run in range(1, misses + 1)) if p else float("inf")
    return {
        "false_after_s": np.float64(interval_s + beats * interval_s),
        "soonest_s": np.int64(misses) * interval_s,
        "latest_s": interval_s + misses * interval_s,
        "mean_s": (misses + 0.5) * interval_s,
    }

def settings(loss, delay_s, within_s, most_per_year, least_s):
    most = 0
    for interval_s in np.linspace(least_s, within_s / 2, 2000):
        misses = math.floor(within_s / interval_s - 1 + 1e-12)
        after = heartbeat(interval_s, misses, loss, delay_s)["false_after_s"]
        most = max(most, after)
        if after * most_per_year >= 31_536_000:
            return {"misses": float(misses), "interval_s": interval_s}
""",
    wrong={
        "noticed one interval sooner": _heartbeat(
            soonest="(misses - 1) * interval_s", latest="misses * interval_s"
        ),
        "the last one is not waited for": _heartbeat(after="count * interval_s"),
        "1 / p^m": _heartbeat(count="missed**-misses"),
        "losses only": _heartbeat(missed="loss"),
        "losses and late ones added": _heartbeat(missed="min(1, loss + late)"),
        "the formula where it has no value": _heartbeat()
        .replace("if missed == 0:", "if False:")
        .replace("elif missed == 1:", "elif False:"),
        "always three misses": _heartbeat(tried="[3]"),
        "noticed at the soonest in time": _heartbeat(interval="within_s / misses"),
        "heartbeats too close": _heartbeat(tried="range(200, 0, -1)"),
        "the example only": """
def heartbeat(interval_s, misses, loss, delay_s):
    return {"soonest_s": 4, "latest_s": 6, "false_after_s": 222}

def settings(loss, delay_s, within_s, most_per_year, least_s):
    return {"interval_s": 1.2, "misses": 4}
""",
    },
)

_LRU = """
def lru(reads, capacity):
    kept, hits = OrderedDict(), 0
    for key in reads:
        if $found:
            hits += 1
            $renewed
            continue
        $missed
        kept[key] = 1
        if $full:
            $drop
    return {"hit_ratio": $ratio, "kept": $answer}
"""


def _lru(**changed: str) -> str:
    parts = {
        "found": "key in kept",
        "renewed": "kept.move_to_end(key)",
        "missed": "pass",
        "full": "len(kept) > capacity",
        "drop": "kept.popitem(last=False)",
        "ratio": "hits / len(reads) if reads else 0",
        "answer": "list(kept)",
    }
    return _filled(_LRU, parts, changed)


LRU = Answers(
    different="""
import numpy as np

def lru(reads, capacity):
    last, hits = {}, np.int64(0)
    for now, key in enumerate(reads):
        hits += key in last
        last[key] = now
        if len(last) > capacity:
            del last[min(last, key=last.get)]
    return {"kept": iter(sorted(last, key=last.__getitem__)), "hit_ratio": hits / max(1, len(reads))}
""",
    wrong={
        "first in, first out": _lru(renewed="pass"),
        "most recently used goes": _lru(drop="kept.popitem(); kept"),
        "least frequently used goes": """
def lru(reads, capacity):
    counts, hits = {}, 0
    for key in reads:
        if key in counts:
            hits += 1
            counts[key] += 1
        elif capacity:
            if len(counts) >= capacity:
                del counts[min(counts, key=counts.get)]
            counts[key] = 1
    return {"hit_ratio": hits / len(reads) if reads else 0, "kept": list(counts)}
""",
        "one key too many": _lru(full="len(kept) > capacity + 1"),
        "one key too few": _lru(full="len(kept) >= capacity"),
        "never empty": _lru(full="len(kept) > max(1, capacity)"),
        "misses over reads": _lru(ratio="1 - hits / len(reads) if reads else 0"),
        "fails without reads": _lru(ratio="hits / len(reads)"),
        "the newest first": _lru(answer="list(kept)[::-1]"),
        "a key that is false is none": _lru(found="key and key in kept"),
        "the example only": """
def lru(reads, capacity):
    return {"hit_ratio": 1 / 6, "kept": ["b", "a"]}
""",
    },
)

_STAMPEDE = """
def stampede(reads_per_second, load_s, servers, keys, jitter_s):
    r, t, s = reads_per_second, load_s, servers
    return {"alone": $alone, "coalesced": $coalesced, "under_way": $under_way}
"""


def _stampede(**changed: str) -> str:
    parts = {
        "alone": "1 + r * t if r else 0",
        "coalesced": "1 + (s - 1) * (1 - math.exp(-r * t / s)) if r else 0",
        "under_way": "min(keys, keys * t / jitter_s) if jitter_s else keys",
    }
    return _filled(_STAMPEDE, parts, changed)


STAMPEDE = Answers(
    different="""
import numpy as np

def stampede(reads_per_second, load_s, servers, keys, jitter_s):
    if reads_per_second == 0:
        alone = coalesced = 0.0
    else:
        each = np.full(servers, reads_per_second / servers) * load_s
        alone, coalesced = 1 + each.sum(), 1 - np.expm1(-each[1:]).sum()
    return {
        "under_way": keys / max(jitter_s, load_s) * load_s,
        "coalesced": coalesced,
        "alone": np.array([alone]),
    }
""",
    wrong={
        "the first read forgotten": _stampede(alone="r * t"),
        "somebody always reads": _stampede(alone="1 + r * t"),
        "one load in all": _stampede(coalesced="1 if r else 0"),
        "one load a server": _stampede(coalesced="s if r else 0"),
        "the first server as the others": _stampede(coalesced="s * (1 - math.exp(-r * t / s))"),
        "every server gets all reads": _stampede(
            coalesced="1 + (s - 1) * (1 - math.exp(-r * t)) if r else 0"
        ),
        "loads a second": _stampede(under_way="keys / jitter_s if jitter_s else keys"),
        "more than there are": _stampede(under_way="keys * t / jitter_s if jitter_s else keys"),
        "no jitter, no loads": _stampede(under_way="min(keys, keys * t / jitter_s) if jitter_s else 0"),
        "the example only": """
def stampede(reads_per_second, load_s, servers, keys, jitter_s):
    return {"alone": 11, "coalesced": 1, "under_way": 0.1}
""",
    },
)

_COALESCER = """
def coalesce(load):
    lock, flights = threading.Lock(), {}

    def get(key):
        with lock:
            mine = key not in flights
            if mine:
                flights[key] = {"done": threading.Event(), "value": None, "error": None}
            flight = flights[key]
        if mine:
            try:
                flight["value"] = load(key)
            except Exception as error:
                $failed
            finally:
                $end
                flight["done"].set()
        else:
            $wait
        if flight["error"]:
            raise flight["error"]
        return $answer

    return get
"""


def _coalescer(**changed: str) -> str:
    parts = {
        "failed": 'flight["error"] = error',
        "end": "with lock: del flights[key]",
        "wait": 'flight["done"].wait()',
        "answer": 'flight["value"]',
    }
    return _filled(_COALESCER, parts, changed)


COALESCER = Answers(
    different="""
import time
from concurrent.futures import ThreadPoolExecutor

class Flight:
    def __init__(self, work, key):
        self.guard, self.over = threading.Condition(), False
        self.thread = threading.Thread(target=self.fly, args=(work, key), daemon=True)

    def fly(self, work, key):
        try:
            self.outcome = (work(key), None)
        except BaseException as error:
            self.outcome = (None, error)

class Coalescer:
    def __init__(self, load):
        self.load, self.flights, self.changed = load, [], threading.Condition()

    def __call__(self, key):
        with self.changed:
            for name, flight in self.flights:
                if name == key:
                    break
            else:
                flight = Flight(self.work, key)
                self.flights.append((key, flight))
                flight.thread.start()
            while not flight.over:
                self.changed.wait()
        value, error = flight.outcome
        if error is not None:
            raise error
        return value

    def work(self, key):
        try:
            return self.load(key)
        finally:
            with self.changed:
                for entry in self.flights:
                    if entry[0] == key:
                        self.flights.remove(entry)
                        threading.Thread(target=self.land, args=(entry[1],), daemon=True).start()
                        break

    def land(self, flight):
        flight.thread.join()
        with self.changed:
            flight.over = True
            self.changed.notify_all()

def coalesce(load):
    return Coalescer(load)
""",
    wrong={
        "no coalescing": """
def coalesce(load):
    return load
""",
        "no lock": """
def coalesce(load):
    flights = {}

    def get(key):
        if key in flights:
            return flights[key].result()
        future = flights[key] = Future()
        try:
            future.set_result(load(key))
        except Exception as error:
            future.set_exception(error)
        flights.pop(key, None)
        return future.result()

    return get
""",
        "a lock for each key": """
def coalesce(load):
    guard, locks = threading.Lock(), {}

    def get(key):
        with guard:
            lock = locks.setdefault(key, threading.Lock())
        with lock:
            return load(key)

    return get
""",
        "kept for good": """
import functools

def coalesce(load):
    lock, cached = threading.Lock(), functools.cache(load)

    def get(key):
        with lock:
            return cached(key)

    return get
""",
        "one load at a time": """
def coalesce(load):
    lock, flights, turn = threading.Lock(), {}, threading.Lock()

    def get(key):
        with lock:
            mine = key not in flights
            future = flights.setdefault(key, Future())
        if mine:
            with turn:
                try:
                    future.set_result(load(key))
                except Exception as error:
                    future.set_exception(error)
            with lock:
                del flights[key]
        return future.result()

    return get
""",
        "the result is kept": _coalescer(end="pass"),
        "waits for a value that is one": _coalescer(
            wait='flight["done"].wait()\n            if not flight["value"] '
            'and not flight["error"]: return load(key)'
        ),
        "nobody is woken after an error": _coalescer(failed="raise").replace(
            "            finally:\n                with lock: del flights[key]\n                flight",
            "            else:\n                with lock: del flights[key]\n                flight",
        ),
        "the others get None": _coalescer(
            failed="with lock: flights.pop(key, None)\n"
            '                flight["done"].set()\n                raise'
        ).replace("finally:", "else:"),
        "errors are returned": _coalescer(failed='flight["value"] = error'),
        "the names only": """
def coalesce(load):
    return lambda key: None
""",
    },
)

_RING = """
def holders(points, place, copies):
    ring = sorted((at, node) for node, places in points.items() for at in places)
    later = [node for at, node in ring if $after] + [node for at, node in ring if not $after]
    return $answer

def moved(points, keys, node, places):
    before = {key: holders(points, place, 1)[0] for key, place in keys.items()}
    after = {key: holders({**points, node: places}, place, 1)[0] for key, place in keys.items()}
    return $moved
"""


def _ring(**changed: str) -> str:
    parts = {
        "after": "at > place",
        "answer": "list(dict.fromkeys(later))[:copies]",
        "moved": "[(key, before[key]) for key in keys if after[key] != before[key]]",
    }
    return _filled(_RING, parts, changed)


RING = Answers(
    different="""
from bisect import bisect_right
import numpy as np

def owner(points, place):
    places = np.array([at for each in points.values() for at in each])
    nodes = np.repeat(list(points), [len(each) for each in points.values()])
    order = np.argsort(places)
    return nodes[order], bisect_right(places[order].tolist(), place)

def holders(points, place, copies):
    nodes, start = owner(points, place)
    found = ()
    for node in np.roll(nodes, -start):
        if node not in found and len(found) < copies:
            found += (node,)
    return found

def moved(points, keys, node, places):
    joined = points | {node: places}
    for key in keys:
        if holders(joined, keys[key], 1)[0] == node:
            yield [key, str(holders(points, keys[key], 1)[0])]
""",
    wrong={
        "a point owns its own place": _ring(after="at >= place"),
        "the point before": """
def holders(points, place, copies):
    ring = sorted(((at, node) for node, places in points.items() for at in places), reverse=True)
    later = [node for at, node in ring if at <= place] + [node for at, node in ring if at > place]
    return list(dict.fromkeys(later))[:copies]

def moved(points, keys, node, places):
    before = {key: holders(points, place, 1)[0] for key, place in keys.items()}
    after = {key: holders({**points, node: places}, place, 1)[0] for key, place in keys.items()}
    return [(key, before[key]) for key in keys if after[key] != before[key]]
""",
        "the nearest point": """
def holders(points, place, copies):
    ring = sorted((abs(at - place), node) for node, places in points.items() for at in places)
    return list(dict.fromkeys(node for _, node in ring))[:copies]

def moved(points, keys, node, places):
    before = {key: holders(points, place, 1)[0] for key, place in keys.items()}
    after = {key: holders({**points, node: places}, place, 1)[0] for key, place in keys.items()}
    return [(key, before[key]) for key in keys if after[key] != before[key]]
""",
        "no way around": _ring(
            answer="list(dict.fromkeys(node for at, node in ring if at > place))[:copies]"
        ),
        "copies on one node": _ring(answer="later[:copies]"),
        "only neighbours are skipped": _ring(
            answer="[n for i, n in enumerate(later) if n != later[i - 1]][:copies]"
        ),
        "the new owner": _ring(moved="[(key, after[key]) for key in keys if after[key] != before[key]]"),
        "names only": _ring(moved="[key for key in keys if after[key] != before[key]]"),
        "a first point only joins": _ring().replace("node: places}, place", "node: places[:1]}, place"),
        "hash modulo nodes": """
def holders(points, place, copies):
    nodes = sorted(points)
    return [nodes[(place + copy) % len(nodes)] for copy in range(copies)]

def moved(points, keys, node, places):
    joined, moving = {**points, node: places}, []
    for key, place in keys.items():
        if holders(joined, place, 1) != holders(points, place, 1):
            moving.append((key, holders(points, place, 1)[0]))
    return moving
""",
        "the example only": """
def holders(points, place, copies):
    return ["a", "c"]

def moved(points, keys, node, places):
    return [("k", "a"), ("m", "a")]
""",
    },
)

_FLEET = """
def fleet(bounds_ms, servers, percentile):
    counts = $counts
    total, reached = sum(counts), 0
    for bound, count in zip(bounds_ms, counts):
        reached += count
        if $enough:
            return {"counts": counts, "percentile_ms": bound}
    return {"counts": counts, "percentile_ms": None}
"""


def _fleet(**changed: str) -> str:
    parts = {
        "counts": "[sum(column) for column in zip(*servers)]",
        "enough": "total and reached / total >= percentile / 100",
    }
    return _filled(_FLEET, parts, changed)


_BY_SERVER = """
def fleet(bounds_ms, servers, percentile):
    def own(counts):
        reached = 0
        for bound, count in zip(bounds_ms, counts):
            reached += count
            if 100 * reached >= percentile * sum(counts):
                return bound

    counts = [sum(column) for column in zip(*servers)]
    busy = [server for server in servers if sum(server)]
    found = [own(server) for server in busy]
    return {"counts": counts, "percentile_ms": $together if busy else None}
"""

FLEET = Answers(
    different="""
import numpy as np

def fleet(bounds_ms, servers, percentile):
    counts = np.asarray(servers).sum(axis=0)
    if not counts.any():
        return {"percentile_ms": None, "counts": counts}
    every = np.repeat(np.asarray(bounds_ms), counts)
    return {"percentile_ms": np.percentile(every, percentile, method="inverted_cdf"), "counts": counts}
""",
    wrong={
        "the mean of the percentiles": Template(_BY_SERVER).substitute(together="sum(found) / len(found)"),
        "the weighted mean of the percentiles": Template(_BY_SERVER).substitute(
            together="sum(p * sum(s) for p, s in zip(found, busy)) / sum(counts)"
        ),
        "the worst percentile": Template(_BY_SERVER).substitute(together="max(found)"),
        "the middle percentile": Template(_BY_SERVER).substitute(together="sorted(found)[len(found) // 2]"),
        "the busiest server": _fleet(counts="max(servers, key=sum)"),
        "more than that": _fleet(enough="total and reached / total > percentile / 100"),
        "the bucket before": _fleet(enough="total and reached / total >= percentile / 100").replace(
            '"percentile_ms": bound}', '"percentile_ms": bounds_ms[max(0, bounds_ms.index(bound) - 1)]}'
        ),
        "between two bounds": """
import numpy as np

def fleet(bounds_ms, servers, percentile):
    counts = [sum(column) for column in zip(*servers)]
    total = sum(counts)
    if not total:
        return {"counts": counts, "percentile_ms": None}
    found = np.interp(percentile / 100 * total, np.cumsum(counts), bounds_ms)
    return {"counts": counts, "percentile_ms": found}
""",
        "the first bound without requests": _fleet(enough="100 * reached >= percentile * total"),
        "the example only": """
def fleet(bounds_ms, servers, percentile):
    return {"counts": [990, 20, 10], "percentile_ms": 100}
""",
    },
)

_ALARM = """
def alarm(minutes, target, factor, long_min, short_min):
    def burn_rate(minute, window):
        last = $window
        requests = sum(r for r, _ in last)
        return $rate if requests else 0

    on = []
    for minute in range(len(minutes)):
        rates = [burn_rate(minute, long_min), burn_rate(minute, short_min)]
        if $fires:
            on.append(minute)
    return {"on": on, "pages": $pages}
"""


def _alarm(**changed: str) -> str:
    parts = {
        "window": "minutes[max(0, minute - window + 1):minute + 1]",
        "rate": "sum(e for _, e in last) / requests / (1 - target)",
        "fires": "min(rates) >= factor",
        "pages": "[m for m in on if m - 1 not in on]",
    }
    return _filled(_ALARM, parts, changed)


ALARM = Answers(
    different="""
import numpy as np

def alarm(minutes, target, factor, long_min, short_min):
    requests, errors = np.array(minutes, dtype=float).T
    on = np.ones(len(minutes), dtype=bool)
    for window in (long_min, short_min):
        ones = np.ones(window)
        in_window = np.convolve(requests, ones)[:len(requests)]
        failed = np.convolve(errors, ones)[:len(errors)]
        with np.errstate(divide="ignore", invalid="ignore"):
            on &= np.nan_to_num(failed / in_window / (1 - target)) >= factor
    starts = on & ~np.concatenate([[False], on[:-1]])
    return {"pages": np.flatnonzero(starts), "on": np.flatnonzero(on)}
""",
    wrong={
        "the long window only": _alarm(fires="rates[0] >= factor"),
        "the short window only": _alarm(fires="rates[1] >= factor"),
        "one of the windows": _alarm(fires="max(rates) >= factor"),
        "more than the factor": _alarm(fires="min(rates) > factor"),
        "the share for the burn rate": _alarm(rate="sum(e for _, e in last) / requests"),
        "the mean of the minutes' shares": _alarm(
            rate="sum(e / r for r, e in last if r) / sum(1 for r, _ in last if r) / (1 - target)"
        ),
        "one minute too many": _alarm(window="minutes[max(0, minute - window):minute + 1]"),
        "full windows only": _alarm(
            window="minutes[minute - window + 1:minute + 1] if minute + 1 >= window else []"
        ),
        "fails without requests": _alarm().replace(" if requests else 0", ""),
        "a page each minute": _alarm(pages="on"),
        "the example only": """
def alarm(minutes, target, factor, long_min, short_min):
    return {"on": [2, 3, 4, 6, 7], "pages": [2, 6]}
""",
    },
)

ANSWERS = {
    "availability": AVAILABILITY,
    "points": POINTS,
    "heartbeat": HEARTBEAT,
    "lru": LRU,
    "stampede": STAMPEDE,
    "coalescer": COALESCER,
    "ring": RING,
    "percentile": FLEET,
    "alarm": ALARM,
}

"""Answers to the homework of step 3 that the marks are tried on: plausible wrong ones, and right ones."""

from tests.course.grader import Answers

__all__ = ["ANSWERS"]

_DIAGRAM = """
def diagram():
    boxes = {
        "App": ("client", 1), "Balancer": ("load balancer", 2), "API": ("API service", {servers}),
        "Redis": ("cache", {caches}), "Primary": ("primary database", 1), "Copy": ("read replica", 1),
        "Log": ("queue", 1), "Fan-out": ("fan-out worker", 1),
    }
    boxes |= {more}
    for box in {gone}:
        del boxes[box]
    flows = [
        ("App", "Balancer", "read"), ("App", "Balancer", "write"),
        ("Balancer", "API", "read"), ("Balancer", "API", "write"),
        ("API", "Redis", "read"), ("API", "Copy", "miss"),
        ("API", "Primary", "write"), ("Primary", "Copy", "replication"),
        ("API", "Log", "write"), ("Log", "Fan-out", "write"), ("Fan-out", "Redis", "delivery"),
    ]
    flows = [flow for flow in flows if flow not in {without} and not {gone}.intersection(flow)] + {added}
    components = {name: {"kind": kind, "machines": count} for name, (kind, count) in boxes.items()}
    return {"components": components, "flows": flows}
"""


def _diagram(**changed: str) -> str:
    parts = {"servers": "100", "caches": "2", "more": "{}", "gone": "set()", "without": "[]", "added": "[]"}
    source = _DIAGRAM
    for name, value in (parts | changed).items():
        source = source.replace("{" + name + "}", value)
    return source


DIAGRAM = Answers(
    different="""
def diagram():
    names = "app lb gateway posts timelines rows copies stream pushers"
    kinds = ["Client", "Load Balancer", "Read  Service", "Write service", "cache", "primary database"]
    kinds += ["read-replica", "queue", "Fan Out Worker"]
    machines = [1, 1, 180, 4, 4, 2, 3, 4, 2]
    components = dict(zip(names.split(), ({"machines": n, "kind": k} for n, k in zip(machines, kinds))))
    for box in components.values():
        if box["machines"] == 1:
            del box["machines"]
    ways = {
        "Read": "app>lb lb>gateway gateway>timelines",
        "miss": "timelines>copies",
        "write": "app>lb lb>posts posts>rows rows>stream stream>pushers posts>timelines",
        "delivery": "pushers>timelines",
        "replication": "rows>copies",
    }
    flows = [[*arrow.split(">"), request] for request, arrows in ways.items() for arrow in arrows.split()]
    return {"flows": tuple(flows), "components": components, "note": "the cache reads through"}
""",
    wrong={
        "the framework's diagram": _diagram(
            gone='{"Log", "Fan-out"}',
            without='[("API", "Copy", "miss")]',
            added='[("API", "Primary", "miss")]',
        ),
        "the example of the form": """
def diagram():
    boxes = {"App": {"kind": "client", "machines": 1}, "DB": {"kind": "primary database", "machines": 1}}
    return {"components": boxes, "flows": [("App", "DB", "read"), ("App", "DB", "write")]}
""",
        "the client alone": """
def diagram():
    return {"components": {"App": {"kind": "client", "machines": 1}}, "flows": []}
""",
        "nothing connected": _diagram(gone='{"App"}', more='{"Client": ("client", 1)}'),
        "too few servers": _diagram(servers="75"),
        "one cache": _diagram(caches="1"),
        "a million servers": _diagram(servers="1_000_000"),
        "no queue": _diagram(gone='{"Log"}', added='[("API", "Fan-out", "write")]'),
        "a queue beside the worker": _diagram(added='[("API", "Fan-out", "write")]'),
        "a queue that nobody reads": _diagram(gone='{"Fan-out"}'),
        "deliveries end at the worker": _diagram(without='[("Fan-out", "Redis", "delivery")]'),
        "no load balancer": _diagram(
            gone='{"Balancer"}', added='[("App", "API", "read"), ("App", "API", "write")]'
        ),
        "around the load balancer": _diagram(added='[("App", "API", "read")]'),
        "the client writes": _diagram(added='[("App", "Primary", "write")]'),
        "the client asks the cache": _diagram(added='[("App", "Redis", "read")]'),
        "a replica that is not fed": _diagram(without='[("Primary", "Copy", "replication")]'),
        "replicated by the service": _diagram(
            without='[("Primary", "Copy", "replication")]', added='[("API", "Copy", "replication")]'
        ),
        "misses end in the queue": _diagram(
            without='[("API", "Copy", "miss")]',
            added='[("API", "Log", "miss"), ("Balancer", "Copy", "read")]',
        ),
        "misses go nowhere": _diagram(without='[("API", "Copy", "miss")]'),
        "reads not drawn": _diagram(
            without='[("App", "Balancer", "read"), ("Balancer", "API", "read"), ("API", "Redis", "read")]'
        ),
        "posts in the cache only": _diagram(
            without='[("API", "Primary", "write")]', added='[("API", "Redis", "write")]'
        ),
        "a box that is not used": _diagram(more='{"Standby": ("load balancer", 1)}'),
        "all reads on the replica too": _diagram(
            without='[("API", "Copy", "miss")]', added='[("API", "Copy", "read")]'
        ),
        "a misspelt box": _diagram(added='[("API", "Primray", "write")]'),
        "a kind of its own": _diagram(
            more='{"Media": ("photo shop", 1)}', added='[("App", "Media", "read")]'
        ),
        "a circle": _diagram(added='[("Redis", "API", "read")]'),
        "two clients": _diagram(more='{"Web": ("client", 1)}', added='[("Web", "Balancer", "read")]'),
        "part of a machine": _diagram(servers="91.8"),
        "negative machines": _diagram(caches="-2"),
        "a text": """
def diagram():
    return "Client --> LB --> API --> DB"
""",
        "components only": """
def diagram():
    return {"components": {"App": {"kind": "client", "machines": 1}}}
""",
        "pairs": """
def diagram():
    boxes = {"App": {"kind": "client", "machines": 1}, "LB": {"kind": "load balancer", "machines": 1}}
    return {"components": boxes, "flows": [("App", "LB")]}
""",
    },
)

FLAWS = Answers(
    different="""
def flaws():
    return dict(C="Write lost", A=" replica  unread", B="NO QUEUE", D="nothing")
""",
    wrong={
        "the standard is sound": """
def flaws():
    return {"A": "misses unanswered", "B": "no queue", "C": "write lost"}
""",
        "a load balancer each": """
def flaws():
    return dict.fromkeys("ABC", "no load balancer")
""",
        "the replica in each": """
def flaws():
    return dict.fromkeys("ABC", "replica unread")
""",
        "misses": """
def flaws():
    return {"A": "replica unread", "B": "no queue", "C": "misses unanswered"}
""",
        "all flaws": """
def flaws():
    every = "no load balancer, replica unread, no queue, write lost, misses unanswered, database exposed"
    return dict.fromkeys("ABC", every)
""",
        "lists": """
def flaws():
    return {"A": ["replica unread"], "B": ["no queue"], "C": ["write lost"]}
""",
        "a list": """
def flaws():
    return ["replica unread", "no queue", "write lost"]
""",
    },
)

_CACHE = """
def behind_cache(reads_per_second, hit_ratio, machine_takes, headroom):
    left = {left}
    planned = {planned}
    return {"database_reads": left, "hit_ratio_needed": {needed}, "replicas": {replicas}}
"""


def _cache(**changed: str) -> str:
    parts = {
        "left": "reads_per_second * (1 - hit_ratio)",
        "planned": "machine_takes * (1 - headroom)",
        "needed": "max(0, 1 - planned / reads_per_second)",
        "replicas": "math.ceil(left / planned)",
    }
    return _filled(_CACHE, parts | changed)


def _filled(source: str, parts: dict[str, str]) -> str:
    for name, value in parts.items():
        source = source.replace("{" + name + "}", value)
    return source


CACHE = Answers(
    different="""
import numpy as np
from fractions import Fraction

def behind_cache(reads_per_second, hit_ratio, machine_takes, headroom):
    reads, planned = Fraction(reads_per_second), machine_takes * (1 - Fraction(str(headroom)))
    left = reads - reads * Fraction(str(hit_ratio))
    return {
        "replicas": float(-(-left // planned)),
        "hit_ratio_needed": np.clip([(reads_per_second - float(planned)) / reads_per_second], 0, None),
        "database_reads": left,
    }
""",
    wrong={
        "hits for misses": _cache(left="reads_per_second * hit_ratio"),
        "headroom forgotten": _cache(planned="machine_takes"),
        "headroom taken twice": _cache(planned="machine_takes * (1 - headroom) ** 2"),
        "headroom as planned load": _cache(planned="machine_takes * headroom or machine_takes"),
        "headroom added to the load": _cache(planned="machine_takes / (1 + headroom)"),
        "below zero": _cache(needed="1 - planned / reads_per_second"),
        "the misses that are allowed": _cache(needed="min(1, planned / reads_per_second)"),
        "the hit ratio again": _cache(needed="hit_ratio"),
        "rounded down": _cache(replicas="int(left / planned)"),
        "rounded": _cache(replicas="round(left / planned)"),
        "at least one": _cache(replicas="max(1, math.ceil(left / planned))"),
        "one to spare": _cache(replicas="math.ceil(left / planned) + 1"),
        "without the cache": _cache(replicas="math.ceil(reads_per_second / planned)"),
        "not rounded up": _cache(replicas="left / planned"),
        "in percent": _cache(needed="max(0, 100 - 100 * planned / reads_per_second)"),
        "the example only": """
def behind_cache(reads_per_second, hit_ratio, machine_takes, headroom):
    return {"database_reads": 5800, "hit_ratio_needed": 0.896552, "replicas": 2}
""",
    },
)

_QUEUE = """
def busy_server(arrivals_per_second, service_ms, target_ms):
    utilisation = {utilisation}
    mean = {mean}
    return {"utilisation": {shown}, "mean_ms": mean, "most_arrivals": {most}}
"""


def _queue(**changed: str) -> str:
    parts = {
        "utilisation": "arrivals_per_second * service_ms / 1000",
        "mean": "service_ms / (1 - utilisation) if utilisation < 1 else math.inf",
        "shown": "utilisation",
        "most": "max(0, 1000 / service_ms - 1000 / target_ms)",
    }
    return _filled(_QUEUE, parts | changed)


QUEUE = Answers(
    different="""
import numpy as np

def busy_server(arrivals_per_second, service_ms, target_ms):
    serves = np.float64(1 / (service_ms / 1000))
    free = serves - arrivals_per_second
    with np.errstate(divide="ignore"):
        mean = 1000 / free if free > 1e-9 else np.inf
    return {
        "most_arrivals": serves * (1 - min(1.0, service_ms / target_ms)),
        "utilisation": str(round(arrivals_per_second / serves, 6))
        if False
        else arrivals_per_second / serves,
        "mean_ms": mean,
    }
""",
    wrong={
        "negative times": _queue(mean="service_ms / (1 - utilisation) if utilisation != 1 else math.inf"),
        "divides by zero": _queue(mean="service_ms / (1 - utilisation)"),
        "None for infinite": _queue(mean="service_ms / (1 - utilisation) if utilisation < 1 else None"),
        "a text for infinite": _queue(mean='service_ms / (1 - utilisation) if utilisation < 1 else "inf"'),
        "a large number for infinite": _queue(
            mean="service_ms / (1 - utilisation) if utilisation < 1 else 1e9"
        ),
        "the wait alone": _queue(
            mean="service_ms * utilisation / (1 - utilisation) if utilisation < 1 else math.inf"
        ),
        "the service alone": _queue(mean="service_ms if utilisation < 1 else math.inf"),
        "in seconds": _queue(mean="service_ms / (1 - utilisation) / 1000 if utilisation < 1 else math.inf"),
        "a straight line": _queue(mean="service_ms * (1 + utilisation) if utilisation < 1 else math.inf"),
        "ms taken for seconds": _queue(utilisation="arrivals_per_second * service_ms"),
        "the other way round": _queue(utilisation="1000 / service_ms / max(arrivals_per_second, 1)"),
        "utilisation in percent": _queue(shown="100 * utilisation"),
        "utilisation of at most one": _queue(shown="min(1, utilisation)"),
        "the utilisation for the target": _queue(most="max(0, 1 - service_ms / target_ms)"),
        "full is the most": _queue(most="1000 / service_ms"),
        "arrivals below zero": _queue(most="1000 / service_ms - 1000 / target_ms"),
        "one a target": _queue(most="1000 / target_ms"),
        "the example only": """
def busy_server(arrivals_per_second, service_ms, target_ms):
    return {"utilisation": 0.8, "mean_ms": 50, "most_arrivals": 75}
""",
    },
)

_SERVERS = """
def waiting(arrivals_per_second, service_ms, servers, target):
    load = {load}

    def waits(count):
        if {overload}:
            return 1
        blocked = 1
        for k in range(1, count + 1):
            blocked = load * blocked / (k + load * blocked)
        return {waits}

    needed = {start}
    while {search}:
        needed += 1
    return {"load_erlangs": load, "wait_probability": waits(servers), "servers_needed": needed}
"""


def _servers(**changed: str) -> str:
    parts = {
        "load": "arrivals_per_second * service_ms / 1000",
        "overload": "load >= count",
        "waits": "count * blocked / (count - load * (1 - blocked))",
        "start": "1",
        "search": "waits(needed) > target",
    }
    return _filled(_SERVERS, parts | changed)


SERVERS = Answers(
    different="""
import numpy as np
from fractions import Fraction

def waiting(arrivals_per_second, service_ms, servers, target):
    load = Fraction(arrivals_per_second * service_ms, 1000)
    inverse, count = 1.0, 0
    found = {}
    while "needed" not in found or "waits" not in found:
        count += 1
        inverse = 1 + count / float(load) * inverse
        rho = float(load) / count
        waits = min(1.0, 1 / (1 + (1 - rho) * (inverse - 1))) if rho < 1 else 1.0
        if count == servers:
            found["waits"] = np.float64(waits)
        if waits <= target:
            found.setdefault("needed", np.int64(count))
    return {
        "servers_needed": found["needed"],
        "wait_probability": found["waits"],
        "load_erlangs": load,
        "utilisation": load / servers,
    }
""",
    wrong={
        "Erlang B": _servers(waits="blocked", overload="False"),
        "Erlang B below the load": _servers(waits="blocked"),
        "overload not seen": _servers(overload="False", search="needed <= load or waits(needed) > target"),
        "as many as erlangs": _servers(search="waits(needed) > target and needed < load"),
        "the utilisation": _servers(waits="load / count"),
        "one server's": _servers(waits="(load / count) ** count"),
        "one too many": _servers(search="waits(needed - 1) > target"),
        "one too few": _servers(search="waits(needed + 1) > target"),
        "erlangs rounded up": _servers(start="math.ceil(load)", search="False"),
        "one more than erlangs": _servers(start="int(load) + 1", search="False"),
        "the servers again": _servers(start="servers", search="False"),
        "from the given servers on": _servers(start="servers"),
        "ms taken for seconds": """
def waiting(arrivals_per_second, service_ms, servers, target):
    load = arrivals_per_second * service_ms
    return {"load_erlangs": load, "wait_probability": 1, "servers_needed": load + 1}
""",
        "factorials": """
def waiting(arrivals_per_second, service_ms, servers, target):
    load = arrivals_per_second * service_ms / 1000

    def waits(count):
        if load >= count:
            return 1
        top = load**count / math.factorial(count) * count / (count - load)
        return top / (top + sum(load**k / math.factorial(k) for k in range(count)))

    needed = 1
    while waits(needed) > target:
        needed += 1
    return {"load_erlangs": load, "wait_probability": waits(servers), "servers_needed": needed}
""",
        "nobody waits": _servers(waits="0"),
        "the example only": """
def waiting(arrivals_per_second, service_ms, servers, target):
    return {"load_erlangs": 8, "wait_probability": 0.40918, "servers_needed": 12}
""",
    },
)

_STORES = """
def stores():
    return {
        "posts_store": {posts}, "posts_reason": {posts_reason},
        "meters_store": {meters}, "meters_reason": {meters_reason},
        "photos_store": {photos}, "photos_reason": {photos_reason},
    }
"""


def _stores(**changed: str) -> str:
    parts = {
        "posts": "PostgreSQL",
        "posts_reason": "joins",
        "meters": "Cassandra",
        "meters_reason": "write rate",
        "photos": "object store",
        "photos_reason": "large objects",
    }
    return _filled(_STORES, {name: repr(choice) for name, choice in (parts | changed).items()})


STORES = Answers(
    different="""
def stores():
    chosen = {"posts": ("postgresql", "Joins"), "meters": ("DYNAMODB ", "Write  rate")}
    chosen["photos"] = ("Object Store", "large objects")
    entries = {}
    for product, pair in chosen.items():
        entries.update(zip((f"{product}_store", f"{product}_reason"), pair))
    return entries
""",
    wrong={
        "the framework's words": _stores(posts="Cassandra", posts_reason="write rate"),
        "flexible": _stores(posts="DynamoDB", posts_reason="flexible schema"),
        "PostgreSQL for all": _stores(
            meters="PostgreSQL", meters_reason="joins", photos="PostgreSQL", photos_reason="joins"
        ),
        "Cassandra for all": _stores(
            posts="Cassandra", posts_reason="write rate", photos="Cassandra", photos_reason="write rate"
        ),
        "in memory": _stores(
            posts="Redis", posts_reason="fast reads", meters="Redis", meters_reason="fast reads"
        ),
        "searched": _stores(meters="search index", meters_reason="full text"),
        "the right store, the wrong reason": _stores(photos_reason="write rate"),
        "two stores at once": _stores(meters="Cassandra or DynamoDB"),
        "all reasons": _stores(posts_reason="joins, write rate"),
        "pairs": """
def stores():
    pairs = {"posts": ("PostgreSQL", "joins"), "meters": ("Cassandra", "write rate")}
    return pairs | {"photos": ("object store", "large objects")}
""",
        "posts only": """
def stores():
    return {"posts_store": "PostgreSQL", "posts_reason": "joins"}
""",
    },
)

_POOLS = """
def pools(reads, writes, slots, headroom):
    (reads_per_second, read_ms), (writes_per_second, write_ms) = reads, writes
    planned = {planned}
    reads, writes = {reads}, {writes}
    busy = {"read": reads, "write": writes, "shared": reads + writes}
    machines = {pool: {machines} for pool, slots_busy in busy.items()}
    return machines | {more}
"""


def _pools(**changed: str) -> str:
    parts = {
        "planned": "slots * (1 - headroom)",
        "reads": "reads_per_second * read_ms / 1000",
        "writes": "writes_per_second * write_ms / 1000",
        "machines": "max(2, math.ceil(slots_busy / planned))",
        "more": "{}",
    }
    return _filled(_POOLS, parts | changed)


POOLS = Answers(
    different="""
import numpy as np
from fractions import Fraction

def pools(reads, writes, slots, headroom):
    busy_ms = np.array([np.prod(reads), np.prod(writes), 0])
    busy_ms[2] = busy_ms.sum()
    planned_ms = 1000 * slots * (1 - Fraction(str(headroom)))
    machines = np.maximum([-(-int(busy) // planned_ms) for busy in busy_ms], 2)
    return dict(zip(["read", "write", "shared"], (float(count) for count in machines)))
""",
    wrong={
        "headroom forgotten": _pools(planned="slots"),
        "headroom added": _pools(planned="slots / (1 + headroom)"),
        "headroom as planned load": _pools(planned="slots * headroom or slots"),
        "slots forgotten": _pools(planned="1 - headroom"),
        "rounded down": _pools(machines="max(2, int(slots_busy / planned))"),
        "rounded": _pools(machines="max(2, round(slots_busy / planned))"),
        "not rounded": _pools(machines="max(2, slots_busy / planned)"),
        "one is enough": _pools(machines="max(1, math.ceil(slots_busy / planned))"),
        "none is enough": _pools(machines="math.ceil(slots_busy / planned)"),
        "one to spare": _pools(machines="math.ceil(slots_busy / planned) + 1"),
        "both added up": _pools(more='{"shared": machines["read"] + machines["write"]}'),
        "the larger of the two": _pools(more='{"shared": max(machines["read"], machines["write"])}'),
        "the mean time": _pools(
            more="""{"shared": max(2, math.ceil(
        (reads_per_second + writes_per_second) * (read_ms + write_ms) / 2000 / planned))}"""
        ),
        "ms taken for seconds": _pools(
            reads="reads_per_second * read_ms", writes="writes_per_second * write_ms"
        ),
        "writes as fast as reads": _pools(writes="writes_per_second * read_ms / 1000"),
        "swapped": _pools(more='{"read": machines["write"], "write": machines["read"]}'),
        "the example only": """
def pools(reads, writes, slots, headroom):
    return {"read": 49, "write": 8, "shared": 56}
""",
    },
)

_FIRST = """
def breaks_first(reads_per_second, writes_per_second, design):
    capacity, followers = design["capacity"], design["followers"]
    misses = {misses}
    to_replicas = {to_replicas}
    used = {
        "servers": {servers} / capacity["servers"],
        "cache": {cache} / capacity["cache"],
        "primary": {primary} / capacity["primary"],
        "replica": {replica} / capacity["replica"],
    }
    first = {first}
    return used | {"first": first, "multiple": {multiple}}
"""


def _first(**changed: str) -> str:
    parts = {
        "misses": 'reads_per_second * (1 - design["hit_ratio"])',
        "to_replicas": 'misses * design["replica_share"]',
        "servers": "(reads_per_second + writes_per_second)",
        "cache": "(reads_per_second + writes_per_second * followers)",
        "primary": "(misses - to_replicas + writes_per_second)",
        "replica": '(to_replicas / design["replicas"] + writes_per_second)',
        "first": "max(used, key=used.get)",
        "multiple": "1 / used[first]",
    }
    return _filled(_FIRST, parts | changed)


FIRST = Answers(
    different="""
import pandas as pd

def breaks_first(reads_per_second, writes_per_second, design):
    hit, to_copies = design.pop("hit_ratio"), design.pop("replica_share")
    way = pd.DataFrame(
        {
            "read": [1, 1, (1 - hit) * (1 - to_copies), (1 - hit) * to_copies / design["replicas"]],
            "write": [1, design["followers"], 1, 1],
        },
        index=["servers", "cache", "primary", "replica"],
    )
    full = way @ pd.Series({"read": reads_per_second, "write": writes_per_second})
    full /= pd.Series(design["capacity"])
    return {"multiple": 1 / full.max(), "first": full.idxmax().upper()} | full.to_dict()
""",
    wrong={
        "hits for misses": _first(misses='reads_per_second * design["hit_ratio"]'),
        "cache gets the hits only": _first(
            cache="(reads_per_second - misses + writes_per_second * followers)"
        ),
        "deliveries forgotten": _first(cache="reads_per_second"),
        "a delivery a write": _first(cache="(reads_per_second + writes_per_second)"),
        "reads of the cache forgotten": _first(cache="writes_per_second * followers"),
        "writes of the servers forgotten": _first(servers="reads_per_second"),
        "servers take deliveries": _first(servers="(reads_per_second + writes_per_second * followers)"),
        "replication forgotten": _first(replica='to_replicas / design["replicas"]'),
        "replication shared": _first(replica='((to_replicas + writes_per_second) / design["replicas"])'),
        "all reads on each replica": _first(replica="(to_replicas + writes_per_second)"),
        "all misses on the primary": _first(primary="(misses + writes_per_second)"),
        "no misses on the primary": _first(primary="writes_per_second"),
        "writes of the primary forgotten": _first(primary="(misses - to_replicas)"),
        "shares swapped": _first(to_replicas='misses * (1 - design["replica_share"])'),
        "the emptiest": _first(first="min((b for b in used if used[b]), key=used.get)"),
        "the largest load": _first(first="max(used, key=lambda box: used[box] * capacity[box])"),
        "the utilisation": _first(multiple="used[first]"),
        "room that is left": _first(multiple="1 - used[first]"),
        "never below one": _first(multiple="max(1, 1 / used[first])"),
        "capped": _first(first="max(used, key=used.get); used = {b: min(1, u) for b, u in used.items()}"),
        "always the database": _first(first='"primary"'),
        "the example only": """
def breaks_first(reads_per_second, writes_per_second, design):
    used = {"servers": 0.68, "cache": 0.75, "primary": 0.2, "replica": 0.3}
    return used | {"first": "cache", "multiple": 4 / 3}
""",
    },
)

_MERMAID = '''
def link_shortener():
    return """flowchart LR
    Client[Client App] --> LB[Load Balancer]
    LB --> API[API Service]
    API --> Cache
    API --> Replica[(Read Replica)]
    API --> DB[(Primary Database)]
    DB -.-> Replica
    API -.-> Queue[Click Queue]
    Queue -.-> Counter[Click Counter]
    Counter --> DB
"""
'''


def _mermaid(*changes: tuple[str, str]) -> str:
    source = _MERMAID
    for old, new in changes:
        assert old in source, old
        source = source.replace(old, new)
    return source


MERMAID = Answers(
    different='''
def link_shortener():
    return """
```mermaid
---
title: Links
---
graph TD;
%% the way of a short link
a(client app) == asks ==> b{{"Load<br/>balancer"}}; b-->|everything|c["API #40;service"];
c["`API **Service**`"] --> d([CACHE]) & e[("Read  Replica")]
c-- "new links --> once" -->f
subgraph store [What is kept; for good]
  direction LR
  f[("Primary Database")] -. copies .-> e
end
c -.->|"clicks"| q.1>Click Queue] -..-> click-counter[[Click Counter]]:::late --sums--> f
classDef late fill:#eee,stroke:#333
class a,b late
style d stroke-width:2px
```
"""
''',
    wrong={
        "the example of the form": """
def link_shortener():
    return "flowchart LR\\n    App[Client App] --> DB[Primary Database]"
""",
        "no header": _mermaid(("flowchart LR\n", "")),
        "a sequence diagram": _mermaid(("flowchart LR", "sequenceDiagram")),
        "no queue": _mermaid(("Queue[Click Queue]\n    Queue -.-> ", "")),
        "read through the cache": _mermaid(("API --> Replica", "Cache --> Replica")),
        "the replica feeds the primary": _mermaid(("DB -.-> Replica", "Replica -.-> DB")),
        "a replica that is not read": _mermaid(
            ("API --> Replica[(Read Replica)]\n", "\n"),
            ("DB -.-> Replica", "DB -.-> Replica[(Read Replica)]"),
        ),
        "everybody waits": _mermaid(("-.->", "-->")),
        "nobody waits": _mermaid(("-->", "-.->")),
        "the counter asks the queue": _mermaid(
            ("Queue -.-> Counter[Click Counter]", "Counter[Click Counter] -.-> Queue")
        ),
        "lines without heads": _mermaid(("-->", "---"), ("-.->", "-.-")),
        "both ways": _mermaid(("-->", "<-->"), ("-.->", "<-.->")),
        "boxes for databases": _mermaid(("[(", "["), (")]", "]")),
        "cylinders for all": _mermaid(("[Cl", "[(Cl"), ("App]", "App)]"), ("Queue]", "Queue)]")),
        "its own names": _mermaid(("Primary Database", "PostgreSQL"), ("Click Queue", "Kafka")),
        "two boxes for the primary": _mermaid(("Counter --> DB", "Counter --> Sums[(Primary Database)]")),
        "a box too many": _mermaid(("Counter --> DB", "Counter --> DB\n    Counter --> Logs")),
        "clicks written twice": _mermaid(("API -.-> Queue", "API -.-> DB\n    API -.-> Queue")),
        "boxes without arrows": """
def link_shortener():
    parts = ["Client App", "Load Balancer", "API Service", "Cache", "Click Queue", "Click Counter"]
    boxes = [f"{part[:2]}{part[-2:]}[{part}]" for part in parts]
    return "\\n".join(["flowchart LR", *boxes, "DB[(Primary Database)]", "Re[(Read Replica)]"])
""",
        "a list of pairs": """
def link_shortener():
    return [("Client App", "Load Balancer"), ("Load Balancer", "API Service")]
""",
        "brackets left open": _mermaid(("API[API Service]", "API[API Service")),
        "arrows of another language": _mermaid(("-->", "->")),
    },
)

ANSWERS = {
    "diagram": DIAGRAM,
    "flaws": FLAWS,
    "cache": CACHE,
    "queue": QUEUE,
    "servers": SERVERS,
    "stores": STORES,
    "pools": POOLS,
    "first": FIRST,
    "mermaid": MERMAID,
}

"""Step 3: the framework's own diagram, and the designs that grow from a client and a database."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from helpers.models.architecture import DATABASES, SERVERS, Architecture, Component, Flow
from helpers.models.checks import require_numbers, require_whole
from helpers.models.published import LATENCIES, STRONG_NODE

__all__ = [
    "ASSUMED_SERVER_CAPACITY",
    "FRAMEWORK_DIAGRAM",
    "PUBLISHED_PARTS",
    "SMALLEST",
    "TWITTER_DESIGN",
    "Parts",
    "assemble",
]

ASSUMED_SERVER_CAPACITY = 1000.0
"""Requests a second one API server takes: our own assumption, because it depends on the code it runs."""
ASSUMED_SERVER_MS = 5.0
"""Time one request takes in an API server: our own assumption (Twitter's timeline service: 5 ms median)."""

_PUBLISHED_MS = {latency.label: latency.nanoseconds / 1e6 for latency in LATENCIES}
_QUERY_MS = _PUBLISHED_MS["One Redis or MySQL query over the network"]
_HOP_MS = _PUBLISHED_MS["Network round trip, one region"]

_SERVER: dict[str, Any] = {
    "capacity_per_second": ASSUMED_SERVER_CAPACITY,
    "service_ms": ASSUMED_SERVER_MS,
    "source": "our assumption, because it depends on the code it runs",
}
_DATABASE: dict[str, Any] = {
    "capacity_per_second": STRONG_NODE.reads_per_second,
    "write_capacity_per_second": STRONG_NODE.writes_per_second,
    "bandwidth": STRONG_NODE.bandwidth,
    "service_ms": _QUERY_MS,
    "group": "Storage",
    "source": "PostgreSQL: 70 K transactions/s on a large host, 15.9 K writes/s on a cloud VM into 3 B rows",
}
_CACHE: dict[str, Any] = {
    "capacity_per_second": 110_000.0,
    "delivery_capacity_per_second": STRONG_NODE.deliveries_per_second,
    "bandwidth": STRONG_NODE.bandwidth,
    "service_ms": _QUERY_MS,
    "source": "Redis on one core: 110 K SET/s, a read counted like a SET; 300 K pipelined pushes/s",
}
_WORKER: dict[str, Any] = {
    "delivery_capacity_per_second": 1e6 / 3.5,
    "source": "Twitter: delivery to 1 M followers in 3.5 s at the median, so 286 K deliveries/s",
}

PUBLISHED_PARTS: Mapping[str, Mapping[str, Any]] = {
    "load balancer": {"service_ms": _HOP_MS},
    **dict.fromkeys(SERVERS, _SERVER),
    "cache": _CACHE,
    **dict.fromkeys(DATABASES, _DATABASE),
    "fan-out worker": _WORKER,
}
"""What a component of a kind is taken to bear unless more is known: arguments of `Component`, by kind."""

FRAMEWORK_DIAGRAM = Architecture(
    "The framework's standard architecture",
    (
        Component("Client", "client", "Client App"),
        Component("LB", "load balancer", "Load Balancer", service_ms=_HOP_MS),
        Component("API", "API service", "API Service Cluster", replicas=2),
        Component("Cache", "cache", "Redis Cache", **_CACHE),
        Component("DB", "primary database", "Database Master", **_DATABASE),
        Component("Slave", "read replica", "DB Slave / Read Replica", **_DATABASE),
    ),
    (
        Flow("Client", "LB", "read"),
        Flow("Client", "LB", "write"),
        Flow("LB", "API", "read"),
        Flow("LB", "API", "write"),
        Flow("API", "Cache", "read"),
        Flow("API", "DB", "read", when="miss"),
        Flow("API", "DB", "write"),
        Flow("DB", "Slave", "write", becomes="replication", waits=False),
    ),
)
"""The diagram of step 3, with the words it uses: its master is now called primary, its slave replica.

"Cluster" is taken for two servers. How many reads its cache answers it does not say, so none are counted on.
"""


@dataclass(frozen=True)
class Parts:
    """What a design has besides its clients and a database, and how many of each.

    `servers` stand behind a load balancer and take `server_capacity` requests a second each;
    `separate` gives writes `write_servers` of their own. `hit_ratio` is the share of reads the cache
    answers. `queue` stands before the fan-out `worker`, which needs one. Shards each hold a part of the data,
    and so do several cache machines.

    >>> Parts(cache=True, hit_ratio=2)
    Traceback (most recent call last):
    ValueError: hit_ratio = 2: it must be a number, 0 or more, at most 1
    """

    servers: bool = False
    separate: bool = False
    cache: bool = False
    replica: bool = False
    worker: bool = False
    queue: bool = False
    object_store: bool = False
    shards: bool = False
    standbys: bool = False
    server_count: int = 40
    write_servers: int = 4
    cache_count: int = 1
    worker_count: int = 1
    replica_count: int = 2
    shard_count: int = 4
    hit_ratio: float = 0.9
    server_capacity: float = ASSUMED_SERVER_CAPACITY

    def __post_init__(self) -> None:
        counts = (
            "server_count",
            "write_servers",
            "cache_count",
            "worker_count",
            "replica_count",
            "shard_count",
        )
        for name in counts:
            require_whole(name, getattr(self, name), at_least=1, at_most=1_000_000)
        require_numbers("hit_ratio", self.hit_ratio, at_least=0, at_most=1)
        require_numbers("server_capacity", self.server_capacity, above=0, unit="requests a second")


def assemble(parts: Parts, name: str = "Your design") -> Architecture:
    """Return the architecture of these parts, with capacities of published nodes.

    Reads ask the cache first and take its misses to the read replicas, or else the database. With a fan-out
    worker each write becomes an entry in every follower's timeline, kept in the cache or else the database.
    Without one a timeline is put together on reading, and that read counts as one here.

    >>> assemble(Parts()).order
    ('Client', 'DB')
    >>> [component.kind for component in assemble(Parts(servers=True, cache=True)).components]
    ['client', 'load balancer', 'API service', 'cache', 'primary database']
    """
    spare = 1 if parts.standbys else 0
    components = [Component("Client", "client", "Clients")]
    flows: list[Flow] = []
    reader = writer = "Client"
    if parts.servers or parts.separate:
        components.append(
            Component("LB", "load balancer", "Load balancer", standbys=spare, service_ms=_HOP_MS)
        )
        reader, writer = ("Reads", "Writes") if parts.separate else ("API", "API")
        flows += [Flow("Client", "LB", "read"), Flow("Client", "LB", "write")]
        flows += [Flow("LB", reader, "read"), Flow("LB", writer, "write")]
        components += _servers(parts)
    if parts.queue:
        components.append(Component("Queue", "queue", "Queue", replicas=1, standbys=spare))
    if parts.worker:
        components.append(
            Component("Worker", "fan-out worker", "Fan-out worker", parts.worker_count, spare, **_WORKER)
        )
    if parts.cache:
        components.append(
            Component(
                "Cache",
                "cache",
                "Cache",
                parts.cache_count,
                spare * parts.cache_count,
                hit_ratio=float(parts.hit_ratio),
                **_CACHE,
            )
        )
        flows.append(Flow(reader, "Cache", "read"))
    shards = parts.shard_count if parts.shards else 1
    kind, label = ("shard", "Shards") if parts.shards else ("primary database", "Primary database")
    components.append(Component("DB", kind, label, replicas=shards, standbys=spare * shards, **_DATABASE))
    when = "miss" if parts.cache else "always"
    if parts.replica:
        copies = parts.replica_count * shards
        components.append(Component("Replica", "read replica", "Read replicas", replicas=copies, **_DATABASE))
        flows.append(Flow(reader, "Replica", "read", when=when))
        flows.append(Flow("DB", "Replica", "write", becomes="replication", waits=False))
    else:
        flows.append(Flow(reader, "DB", "read", when=when))
    flows += [Flow(writer, "DB", "write"), *_fan_out(parts, writer)]
    if parts.object_store:
        components.append(Component("Media", "object store", "Object store"))
        flows.append(Flow("Client", "Media", "media"))
    return Architecture(name, tuple(components), tuple(flows), direction="TB")


def _servers(parts: Parts) -> list[Component]:
    work = {**_SERVER, "capacity_per_second": float(parts.server_capacity)}
    if not parts.separate:
        return [Component("API", "API service", "API servers", parts.server_count, **work)]
    return [
        Component("Reads", "read service", "Read service", parts.server_count, **work),
        Component("Writes", "write service", "Write service", parts.write_servers, **work),
    ]


def _fan_out(parts: Parts, writer: str) -> list[Flow]:
    timelines = "Cache" if parts.cache else "DB"
    deliveries: dict[str, Any] = {"becomes": "delivery", "factor": "followers"}
    flows = []
    if parts.queue:
        flows.append(Flow(writer, "Queue", "write", waits=False))
    if parts.worker:
        flows.append(Flow("Queue" if parts.queue else writer, "Worker", "write", **deliveries))
        flows.append(Flow("Worker", timelines, "delivery"))
    return flows


SMALLEST = assemble(Parts(), "Client and database")
"""Where every design starts: clients and one database."""

TWITTER_DESIGN = assemble(
    Parts(
        servers=True, separate=True, cache=True, replica=True, worker=True, queue=True, object_store=True,
        standbys=True, server_count=120, cache_count=2,
    ),
    "Twitter with fan-out on write",
)  # fmt: skip
"""The framework's Twitter with what its diagram leaves out: a replica that is read, a queue and a fan-out
worker, an object store, a standby for what would be a single point of failure, and no box more than half
full at the peak of what step 2 estimates."""

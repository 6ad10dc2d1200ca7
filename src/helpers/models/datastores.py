"""Step 3: the datastores an interview chooses from, what each does by itself, what one unit takes."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from helpers.models.checks import require_choice
from helpers.models.published import STRONG_NODE

__all__ = [
    "AGAINST",
    "BESIDE",
    "BUILD",
    "CASSANDRA",
    "DURABILITY",
    "DYNAMODB",
    "ITSELF",
    "MOST_PRIMARIES",
    "NEEDS",
    "OBJECT_STORE",
    "POSTGRESQL",
    "REDIS",
    "SEARCH_INDEX",
    "STORES",
    "Store",
    "Support",
]

ITSELF, BUILD, BESIDE, AGAINST = "itself", "build", "beside", "against"
THINGS: Mapping[str, int] = {ITSELF: 0, BUILD: 1, BESIDE: 2, AGAINST: 0}
"""Things to build: for another store beside it two, the store and the feed that keeps it in step."""

NEEDS: Mapping[str, str] = {
    "relations": "Joins across related tables",
    "transactions": "Transactions over several rows",
    "secondary_access": "Look-ups by fields other than the key",
    "flexible_schema": "Fields that differ from item to item",
    "full_text": "Full-text search",
    "large_objects": "Large objects, such as photos",
    "fast_reads": "Reads under 1 ms, in the tail too",
    "multi_region_writes": "Several regions write the same data",
    "strong_consistency": "Every read sees the latest write",
    "may_lose_recent": "Recent data may be lost",
}
"""What a product may need of its store, by name; the last is a permission, which one store depends on."""

DURABILITY = "durability"
"""The need that stands as long as recent data may not be lost."""

MOST_PRIMARIES = 32
"""Primaries a team would shard over by itself: our assumption, after the 32 that Notion began with.

Notion, "Herding elephants: lessons learned from sharding Postgres" (2021): 480 shards on 32 databases.
"""


@dataclass(frozen=True)
class Support:
    """How a store meets a need: `kind` is ITSELF, BUILD, BESIDE or AGAINST, `text` with what or why not.

    >>> Support("maybe", "")
    Traceback (most recent call last):
    ValueError: kind = 'maybe': it must be one of 'itself', 'build', 'beside', 'against'
    """

    kind: str
    text: str

    def __post_init__(self) -> None:
        require_choice("kind", self.kind, THINGS)

    @property
    def things(self) -> int:
        """How many things must be built for it."""
        return THINGS[self.kind]


@dataclass(frozen=True, eq=False)
class Store:
    """A datastore: how it works, how it meets each need, and the limits of one `unit` of it.

    Limits (a second, or bytes of one copy) are None where no source gives one. A write counts once for each
    `write_bytes` begun, a read for each `read_bytes`, where the store counts so.
    """

    name: str
    family: str
    said: str
    data_model: str
    consistency: str
    transactions: str
    access: str
    schema: str
    bad_at: str
    unit: str
    units: str
    source: str
    support: Mapping[str, Support]
    always: Support | None = None
    together: Mapping[frozenset[str], Support] = dataclasses.field(default_factory=dict)
    spreads_itself: bool = True
    writes_per_second: float | None = None
    reads_per_second: float | None = None
    storage: float | None = None
    item_limit: float | None = None
    most_storage: float | None = None
    write_bytes: float | None = None
    read_bytes: float | None = None

    def __repr__(self) -> str:
        return self.name


_OBJECTS_BESIDE = Support(BESIDE, "an object store for the bytes, and a link kept here")
_SEARCH_BESIDE = Support(BESIDE, "a search index beside it, and a feed of every change")
_CACHE_BESIDE = Support(BESIDE, "Redis in front for the hot items, and what keeps it fresh")
_COPIES = Support(BUILD, "copies of the joined fields in each table, kept in step by your code")

POSTGRESQL = Store(
    name="PostgreSQL",
    family="relational",
    said='"SQL", "a relational database", "one primary with read replicas"',
    data_model="tables of rows with foreign keys",
    consistency="strong on the primary; a replica lags behind it",
    transactions="ACID over any rows of one database",
    access="any column, with a B-tree or other index",
    schema="declared; a jsonb column takes fields that differ",
    bad_at="writes beyond one primary: every replica repeats every write, so you must shard",
    unit="primary",
    units="primaries",
    source=(
        "PostgreSQL: 15.9 K writes/s on a cloud VM into 3 B rows, 70 K transactions/s on a large host; "
        "Amazon RDS: 64 TiB volume; PostgreSQL documentation, limits: 1 GB a field"
    ),
    support={
        "relations": Support(ITSELF, "joins and foreign keys"),
        "transactions": Support(ITSELF, "ACID over any rows"),
        "secondary_access": Support(ITSELF, "an index on any column"),
        "flexible_schema": Support(ITSELF, "a jsonb column, with an index on it"),
        "full_text": Support(
            BESIDE,
            "it finds words itself; for relevance and facets, a search index and a feed of every change",
        ),
        "large_objects": _OBJECTS_BESIDE,
        "fast_reads": _CACHE_BESIDE,
        "multi_region_writes": Support(AGAINST, "one primary, in one region, takes all writes of a row"),
        "strong_consistency": Support(ITSELF, "read from the primary"),
        DURABILITY: Support(ITSELF, "a commit is on disk, and on a standby's too where you ask for it"),
    },
    spreads_itself=False,
    writes_per_second=STRONG_NODE.writes_per_second,
    reads_per_second=STRONG_NODE.reads_per_second,
    storage=STRONG_NODE.storage,
    item_limit=1024**3,
)

CASSANDRA = Store(
    name="Cassandra",
    family="wide-column",
    said='"NoSQL", "a wide-column store", "leaderless, tunable consistency"',
    data_model="rows in partitions; a partition lives whole on its replicas, sorted by clustering columns",
    consistency="tunable for each query; strong when read and write quorums overlap",
    transactions="one partition; a batch over several is atomic but not isolated",
    access="by partition key; every other path wants a table of its own, or an index that asks many nodes",
    schema="declared columns; a map column takes fields that differ",
    bad_at="questions you did not design a table for, joins, and partitions that grow hot",
    unit="node",
    units="nodes",
    source=(
        "Netflix (2011): 1.1 M writes/s on 288 nodes, each kept in 3 copies; "
        "DataStax: up to 2 TB a node, so 667 GB of data in 3 copies, and under 1 MB a value"
    ),
    support={
        "relations": _COPIES,
        "transactions": Support(AGAINST, "a batch over several partitions is not isolated"),
        "secondary_access": Support(
            BUILD, "another table for each path, written along with the first: an index asks many nodes"
        ),
        "flexible_schema": Support(BUILD, "a map column, and code that knows what is in it"),
        "full_text": _SEARCH_BESIDE,
        "large_objects": _OBJECTS_BESIDE,
        "fast_reads": _CACHE_BESIDE,
        "multi_region_writes": Support(ITSELF, "any replica in any region takes a write; the last one wins"),
        "strong_consistency": Support(BUILD, "quorums that overlap on every read and write, R + W > N"),
        DURABILITY: Support(
            ITSELF, "a write is in the log of every replica it waits for, on disk within 10 s by default"
        ),
    },
    always=Support(BUILD, "a table designed for each query, because a query must name its partition"),
    writes_per_second=1.1e6 / 288,
    storage=2e12 / 3,
    item_limit=1e6,
)

DYNAMODB = Store(
    name="DynamoDB",
    family="key-value and document",
    said='"NoSQL", "a managed key-value store", "on-demand capacity"',
    data_model="items under a partition key and a sort key",
    consistency="eventual or strong, chosen for each read of a table; a global index is always eventual",
    transactions="up to 100 items and 4 MB, in one region",
    access="by key, and by up to 20 global secondary indexes by default",
    schema="only the key is declared; items differ freely",
    bad_at="joins, questions without an index, and one key that takes more than one partition can",
    unit="partition",
    units="partitions",
    source=(
        "AWS, DynamoDB Developer Guide: 1,000 write units of 1 KB and 3,000 strongly consistent read units "
        "of 4 KB a second and partition, 400 KB an item; 10 GB a partition"
    ),
    support={
        "relations": _COPIES,
        "transactions": Support(BUILD, "transactions of at most 100 items, tried again when they conflict"),
        "secondary_access": Support(ITSELF, "a global secondary index, up to date a moment later"),
        "flexible_schema": Support(ITSELF, "only the key is declared"),
        "full_text": _SEARCH_BESIDE,
        "large_objects": _OBJECTS_BESIDE,
        "fast_reads": _CACHE_BESIDE,
        "multi_region_writes": Support(ITSELF, "a global table: every region takes writes"),
        "strong_consistency": Support(ITSELF, "strongly consistent reads, asked for read by read"),
        DURABILITY: Support(ITSELF, "a write is kept in several availability zones"),
    },
    always=Support(
        BUILD, "keys and indexes designed for each query, because a query must name its partition"
    ),
    together={
        frozenset({"transactions", "multi_region_writes"}): Support(
            AGAINST, "a transaction holds in one region only"
        )
    },
    writes_per_second=1000,
    reads_per_second=3000,
    storage=10 * 1024**3,
    item_limit=400 * 1024,
    write_bytes=1024,
    read_bytes=4096,
)

REDIS = Store(
    name="Redis",
    family="in-memory",
    said='"a cache", "an in-memory store", "sorted sets for timelines"',
    data_model="keys with strings, lists, sets, sorted sets and hashes, all in memory",
    consistency="strong on one instance until it fails over: replication is asynchronous",
    transactions="MULTI on one instance, without rollback",
    access="by key; every other path is a structure you keep",
    schema="none",
    bad_at="being the only copy: a crash loses up to a second of writes, and memory bounds the size",
    unit="instance",
    units="instances",
    source=(
        "Redis: 110 K SET/s unpipelined on one core; Amazon EC2: 768 GiB a host; a value at most 512 MB by "
        "default; Twitter held about 40 TB in more than 6,000 instances (2014)"
    ),
    support={
        "relations": Support(AGAINST, "no query follows one key to another"),
        "transactions": Support(AGAINST, "no rollback, and nothing over several instances"),
        "secondary_access": Support(BUILD, "a set for each path, written along with the item"),
        "flexible_schema": Support(ITSELF, "no schema"),
        "full_text": _SEARCH_BESIDE,
        "large_objects": _OBJECTS_BESIDE,
        "fast_reads": Support(ITSELF, "everything is in memory"),
        "multi_region_writes": Support(AGAINST, "one primary takes all writes of a key"),
        "strong_consistency": Support(AGAINST, "a failover loses writes that were acknowledged"),
        DURABILITY: Support(AGAINST, "a crash loses up to a second of writes with its usual setting"),
    },
    writes_per_second=110_000,
    storage=STRONG_NODE.memory,
    item_limit=512e6,
    most_storage=40e12,
)

OBJECT_STORE = Store(
    name="Object store",
    family="object store",
    said='"blob storage", "S3", "a bucket behind a CDN"',
    data_model="whole objects under a key",
    consistency="strong for one object; the last write of a key wins",
    transactions="one object",
    access="by key; a listing by prefix",
    schema="none",
    bad_at="small changes, queries and quick answers: 100 to 200 ms to the first byte",
    unit="prefix",
    units="prefixes",
    source=(
        "AWS, Amazon S3 User Guide: 3,500 writes and 5,500 reads a second and prefix, as many prefixes "
        "as you like; typical latency 100 to 200 ms"
    ),
    support={
        "relations": Support(AGAINST, "it knows no more than one object"),
        "transactions": Support(AGAINST, "nothing is atomic over several objects"),
        "secondary_access": Support(AGAINST, "an object is found by its key only"),
        "flexible_schema": Support(ITSELF, "an object may hold anything"),
        "full_text": Support(AGAINST, "it does not look inside an object"),
        "large_objects": Support(ITSELF, "made for them"),
        "fast_reads": Support(AGAINST, "100 to 200 ms to the first byte"),
        "multi_region_writes": Support(AGAINST, "a bucket takes writes in one region"),
        "strong_consistency": Support(ITSELF, "a read follows every finished write of its object"),
        DURABILITY: Support(ITSELF, "an object is kept in several availability zones"),
    },
    always=Support(BESIDE, "a database with a row for each object: who owns it, and its key"),
    writes_per_second=3500,
    reads_per_second=5500,
)

SEARCH_INDEX = Store(
    name="Search index",
    family="search index",
    said='"Elasticsearch", "OpenSearch", "an inverted index"',
    data_model="documents in an inverted index, split into shards",
    consistency="eventual: a document is found after the next refresh, 1 s by default",
    transactions="one document",
    access="any indexed field, ranked by relevance",
    schema="a mapping; new fields are added to it by themselves",
    bad_at="being the store of record: no transactions, and a changed mapping means indexing anew",
    unit="shard",
    units="shards",
    source="Elastic: 10 to 50 GB a shard, requests up to 100 MB, refresh every second, by default",
    support={
        "relations": Support(AGAINST, "few joins over documents: its store of record does them"),
        "transactions": Support(AGAINST, "nothing is atomic over several documents"),
        "secondary_access": Support(ITSELF, "every field is indexed"),
        "flexible_schema": Support(ITSELF, "new fields are mapped as they come"),
        "full_text": Support(ITSELF, "made for it: relevance, typing errors, facets"),
        "large_objects": _OBJECTS_BESIDE,
        "fast_reads": _CACHE_BESIDE,
        "multi_region_writes": Support(AGAINST, "one primary shard takes all writes of a document"),
        "strong_consistency": Support(AGAINST, "a search sees a write after the next refresh"),
        DURABILITY: Support(ITSELF, "a write is in the log of its shard"),
    },
    always=Support(BESIDE, "a store of record, chosen in its own right, and a feed of every change to it"),
    storage=50e9,
    item_limit=100e6,
)

STORES = (POSTGRESQL, CASSANDRA, DYNAMODB, REDIS, OBJECT_STORE, SEARCH_INDEX)
"""All stores, the default first: at a tie the earlier one comes first, because it rules out less later."""

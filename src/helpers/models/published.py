"""Published figures that step 2 rests on, each with its source."""

from dataclasses import dataclass

from helpers.models.estimation import estimate
from helpers.models.quantities import format_quantity
from helpers.models.verdicts import NodeLimits
from helpers.models.workload import Workload

__all__ = [
    "FRAMEWORK_TWITTER",
    "LATENCIES",
    "MODEST_NODE",
    "STRONG_NODE",
    "TWITTER_2013",
    "WHOLE_TWITTER",
    "WORKED_PROMPTS",
    "Latency",
    "Result",
    "WorkedPrompt",
]

FRAMEWORK_TWITTER = Workload(daily_users=10e6, writes_per_user=5, item_size=100, retention=5, item="tweet")
"""Step 2 of the framework: 10 M daily users, 5 tweets each, 100 bytes a tweet, kept five years."""

WHOLE_TWITTER = FRAMEWORK_TWITTER.replace(reads_per_write=50, followers=75, peak_factor=2, replication=3)
"""The framework's Twitter with the four factors it leaves out: 75 followers, the mean of Twitter in 2013, and
our assumptions for the rest: 50 reads a tweet, a peak of twice the mean, three copies."""

TWITTER_2013 = Workload(
    daily_users=150e6,
    writes_per_user=400 / 150,
    reads_per_write=300e3 * 86_400 / 400e6,
    followers=75,
    item_size=4750,
    peak_factor=7 / 4.63,
    replication=3,
    cached_per_user=800,
    cached_size=20,
    retention=5,
    item="tweet",
)
"""Twitter as published in 2013: 400 M tweets a day, 300 K timeline reads a second, 75 deliveries a tweet.

High Scalability, "The Architecture Twitter Uses to Deal with 150M Active Users" (2013), after Krikorian,
"Timelines at Scale" (QCon 2012). Size: 22 MB/s over 4,630 tweets/s on the firehose. Peak: 7 K/s a day.
"""

STRONG_NODE = NodeLimits(
    "One strong node",
    "PostgreSQL: 15.9 K writes/s on a cloud VM into 3 B rows, 70 K transactions/s on a large host; "
    "Amazon RDS: 64 TiB volume, 768 GiB (db.r5.24xlarge); Amazon EC2: 20 Gbit/s (m5.16xlarge); "
    "Redis: 300 K pipelined pushes/s on one core",
    writes_per_second=15_900,
    reads_per_second=70_000,
    deliveries_per_second=300_000,
    storage=64 * 1024**4,
    memory=768 * 1024**3,
    bandwidth=20e9 / 8,
)
"""The limits of one large but ordinary node, from published measurements and a vendor's documentation."""

MODEST_NODE = NodeLimits(
    "One modest node",
    "PostgreSQL: 2.5 K writes/s on a network disk into 3 B rows; "
    "Redis: 5 K queries/s and 6.7 GB an instance, as Twitter ran it in 2014",
    writes_per_second=2_500,
    reads_per_second=5_000,
    memory=6.7e9,
)
"""What a small node was seen to do: the cautious end of the published range."""


@dataclass(frozen=True)
class Latency:
    """How long one operation takes, in nanoseconds; `measured_as` is the lab's name for the same thing."""

    label: str
    nanoseconds: float
    measured_as: str
    source: str = "sirupsen/napkin-math, 2026 revision"


LATENCIES = (
    Latency("Random memory read", 20, "random memory read"),
    Latency("Random SSD read, 8 KiB", 100e3, "random file read of 8 KiB"),
    Latency("Network round trip, one region", 250e3, ""),
    Latency("SSD write with fsync", 300e3, "file write of 8 KiB and fsync"),
    Latency("One Redis or MySQL query over the network", 500e3, ""),
)
"""Published orders of magnitude; their author finds them rarely off by more than 2 to 3 times."""


@dataclass(frozen=True)
class Result:
    """One published number, and how our estimate answers it: a workload, a line and a multiple of it.

    `asked` and `unit` are set where a multiple makes them differ from the line's own.
    """

    workload: Workload
    name: str
    published: float
    note: str = ""
    times: float = 1
    asked: str = ""
    unit: str = ""

    @property
    def row(self) -> tuple[str, str, str, str]:
        """What was asked, the published figure, the exact one of the same inputs, and the note."""
        line = estimate(self.workload)[self.name]
        figures = (self.published, self.exact)
        shown = [format_quantity(figure, self.unit or line.unit) for figure in figures]
        return self.asked or line.label, shown[0], shown[1], self.note

    @property
    def exact(self) -> float:
        """The exact value of the published inputs."""
        return float(estimate(self.workload)[self.name].value * self.times)


@dataclass(frozen=True)
class WorkedPrompt:
    """A worked interview prompt with its published results."""

    name: str
    source: str
    results: tuple[Result, ...]


_PASTEBIN = Workload(
    writes_per_day="10M pastes/month", reads_per_write=10, item_size="1.27 KB", retention=3, item="paste"
)
_CHAT = Workload(
    daily_users=50e6,
    writes_per_user=40,
    item_size=100,
    media_share=0.05,
    media_size=100e3,
    retention=10,
    item="message",
)
_TYPEAHEAD = Workload(
    daily_users=10e6,
    writes_per_user=10,
    reads_per_write=20,
    item_size=20,
    stored_share=0.2,
    peak_factor=2,
    item="search",
)
_VIDEO = Workload(
    daily_users=5e6, writes_per_user=0.1, reads_per_user=5, item_size=300e6, price_out=0.02, item="video"
)
_AD_CLICKS = Workload(writes_per_day=1e9, item_size=100, peak_factor=5, item="click")
_EMAIL_SENT = Workload(daily_users=1e9, writes_per_user=10, item="email")
_EMAIL_RECEIVED = Workload(
    daily_users=1e9, writes_per_user=40, item_size=50e3, media_share=0.2, media_size=500e3, item="email"
)
_NEWS_FEED = Workload(
    daily_users=300e6,
    writes_per_user=0,
    reads_per_user=10,
    cached_per_user=500,
    cached_size=1000,
    memory_per_host=100e9,
    item="post",
)
_BY_100_000 = "divided by 100,000 s a day, not 86,400"

WORKED_PROMPTS = (
    WorkedPrompt(
        "Pastebin",
        "system-design-primer",
        (
            Result(_PASTEBIN, "writes_per_second", 4),
            Result(_PASTEBIN, "reads_per_second", 40),
            Result(_PASTEBIN, "storage_per_year", 12.7e9, "", 1 / 12, "Storage a month", "byte/month"),
            Result(_PASTEBIN, "storage", 450e9),
        ),
    ),
    WorkedPrompt(
        "Chat like WhatsApp",
        "karanpratapsingh/system-design",
        (
            Result(_CHAT, "writes_per_second", 24e3),
            Result(_CHAT, "storage_per_day", 10.2e12),
            Result(_CHAT, "bandwidth_in", 120e6),
            Result(_CHAT, "storage", 38e15, note="10.2 TB × 365 × 10 is 37.2 PB"),
        ),
    ),
    WorkedPrompt(
        "Typeahead",
        "Xu, System Design Interview",
        (
            Result(_TYPEAHEAD, "reads_per_second", 24e3),
            Result(_TYPEAHEAD, "peak_reads_per_second", 48e3),
            Result(_TYPEAHEAD, "storage_per_day", 0.4e9),
        ),
    ),
    WorkedPrompt(
        "Video sharing",
        "Xu, System Design Interview",
        (
            Result(_VIDEO, "storage_per_day", 150e12),
            Result(_VIDEO, "cost_out_per_day", 150e3),
        ),
    ),
    WorkedPrompt(
        "Ad clicks",
        "Xu, System Design Interview",
        (
            Result(_AD_CLICKS, "writes_per_second", 10e3, note=_BY_100_000),
            Result(_AD_CLICKS, "peak_writes_per_second", 50e3, note=_BY_100_000),
            Result(_AD_CLICKS, "storage_per_day", 100e9),
        ),
    ),
    WorkedPrompt(
        "Email",
        "Xu, System Design Interview",
        (
            Result(_EMAIL_SENT, "writes_per_second", 100e3, note=_BY_100_000),
            Result(
                _EMAIL_RECEIVED,
                "item_storage_per_day",
                730e15,
                "",
                365,
                "Text and metadata a year",
                "byte/year",
            ),
            Result(
                _EMAIL_RECEIVED, "media_storage_per_day", 1460e15, "", 365, "Attachments a year", "byte/year"
            ),
        ),
    ),
    WorkedPrompt(
        "News feed cache",
        "a published worked answer",
        (
            Result(_NEWS_FEED, "reads_per_second", 35e3),
            Result(_NEWS_FEED, "cache_memory", 150e12),
            Result(_NEWS_FEED, "cache_hosts", 1500),
        ),
    ),
)
"""Worked prompts whose published results our estimate is checked against."""

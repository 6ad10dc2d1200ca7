"""The whole interview: an attempt to look at, with the faults that many first attempts have."""

from helpers.models.interview import Attempt
from helpers.models.interview_clock import FINISHED

__all__ = ["EXAMPLE_ATTEMPT"]

EXAMPLE_ATTEMPT = Attempt(
    "Pastebin",
    "An example",
    slot_min=45,
    features=(
        "Paste a text and get a link",
        "Read a paste by its link",
        "Let a paste expire",
        "Search pastes",
    ),
    asked=("users", "ratio", "size", "growth", "latency", "down", "framework"),
    daily_users=1e6,
    latency_ms=100,
    availability_percent=99.9,
    answers={
        "writes_per_second": "4/s",
        "reads_per_second": "3.3M/s",
        "peak_reads_per_second": "200/s",
        "storage": "450 GB",
    },
    parts={"servers": True, "server_count": 2, "cache": True, "shards": True},
    dug=0,
    deep_dive="I would hash the text and take the first seven characters, so the link is short.",
    alone=("Load balancer", "Shards"),
    issues=("the cache may be cold after a restart",),
    phase=FINISHED,
    spent_s=(640, 410, 720, 700, 110),
    finished="2026-01-02T10:45:00+00:00",
)
"""Pastebin, by somebody who knows the steps and has not practised them: our own invention."""

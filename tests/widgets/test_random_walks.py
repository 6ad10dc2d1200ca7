"""Explorers of steps 1, 3 and 4: whatever is moved or written, all they show is whole; Reset goes back."""

import json
import math
import random
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from helpers.labs.feed_report import FeedReport
from helpers.labs.load_report import LoadReport
from helpers.models.architecture_load import Demand
from helpers.models.architectures import TWITTER_DESIGN
from helpers.models.consistency import YMMR, Quorum
from helpers.models.estimation import Workload
from helpers.models.fanout import PUBLISHED_COSTS
from helpers.models.hotspots import Remedies, Spike
from helpers.models.monitoring import Service
from helpers.models.prompts import PROMPTS
from helpers.models.store_choice import Needs
from helpers.widgets.architecture import architecture_explorer
from helpers.widgets.availability import break_it_explorer
from helpers.widgets.consistency import NETWORKS, staleness_explorer
from helpers.widgets.controls import CheckControl, NumberControl
from helpers.widgets.datastores import datastore_explorer
from helpers.widgets.explorer import Explorer
from helpers.widgets.failover import heartbeat_explorer
from helpers.widgets.fanout import fanout_explorer
from helpers.widgets.feed_store import feed_store_explorer
from helpers.widgets.hotspots import celebrity_explorer
from helpers.widgets.merging import merge_explorer
from helpers.widgets.monitoring import alarm_explorer
from helpers.widgets.nines import nines_explorer
from helpers.widgets.pagination import paging_explorer
from helpers.widgets.queueing import pools_explorer, queueing_explorer
from helpers.widgets.rising_load import load_explorer
from helpers.widgets.scope_board import scope_board
from helpers.widgets.tweet_travel import tweet_travel_explorer
from tests.labs.test_feed_store import WORKLOAD
from tests.labs.test_feed_store import made_up_report as feed_report
from tests.labs.test_merging import made_up_report as merging_report
from tests.labs.test_rising_load import made_up_report

WRITTEN = ["", " ", "nan", "inf", "1e400", "-1", "0", "1", "2.5", "9", "99", "99.99999999", "100", "0.999"]
WRITTEN += [
    "50 %",
    "1 M",
    "10 ms",
    "5 s",
    "abc",
    "<b>",
    "1" * 400,
    "9" * 5000,
    "٣",
    "½",
    "1,000",
    "1/0",
    "é" * 300,
]
LONGEST_WORDS = 1500
NO_NUMBER = re.compile(r"\b(nan|inf|None)\b")

MAKERS: list[Callable[[], Explorer]] = [
    staleness_explorer,
    lambda: staleness_explorer(Quorum(9, 9, 9), YMMR, {"<i>copy": np.array([0.5, 3, 1e5])}, NETWORKS[2]),
    nines_explorer,
    lambda: nines_explorer(0.5, 100, 0.011),
    *(lambda prompt=prompt: scope_board(prompt) for prompt in PROMPTS),
    architecture_explorer,
    lambda: architecture_explorer(Workload(writes_per_day=1, reads_per_write=0)),
    queueing_explorer,
    lambda: queueing_explorer(0, 1e6, 64),
    pools_explorer,
    lambda: pools_explorer(reads_per_second=0, storm=1000),
    datastore_explorer,
    lambda: datastore_explorer(needs=Needs(*[True] * 10), most_primaries=1),
    celebrity_explorer,
    lambda: celebrity_explorer(Spike(reads_per_second=0, keys=1, shards=1), Remedies(local_cache=True)),
    alarm_explorer,
    lambda: alarm_explorer(Service(requests_per_second=0)),
    break_it_explorer,
    heartbeat_explorer,
    lambda: break_it_explorer(TWITTER_DESIGN, Demand(1e5, 1e3)),
    lambda: load_explorer(made_up_report()),
    lambda: feed_store_explorer(feed_report()),
    lambda: feed_store_explorer(FeedReport("<b>", WORKLOAD, (), {"SQLite": "<i>"})),
    lambda: load_explorer(LoadReport("<b>", "", "", "", (), {"SQLite": "<i>"})),
    paging_explorer,
    lambda: paging_explorer(50, 20, 5, 1),
    tweet_travel_explorer,
    lambda: tweet_travel_explorer("hybrid", 75, step=8),
    merge_explorer,
    lambda: merge_explorer(merging_report(), timelines=1, page=1, kept=1),
    fanout_explorer,
    lambda: fanout_explorer(Workload(daily_users=1e3, writes_per_user=0), [PUBLISHED_COSTS]),
]


def state(explorer: Explorer) -> dict[str, Any]:
    """All that a reader sees, but for the working."""
    boxes = {
        name: (control.box.value, control.slider.value, control.refused)
        for name, control in explorer.controls.items()
        if isinstance(control, NumberControl)
    }
    return {
        "values": explorer.values,
        "boxes": boxes,
        "words": explorer.text,
        "notes": explorer.notes,
        "message": explorer.message.value,
        "figures": json.dumps(explorer.plot.figures, default=lambda data: np.asarray(data).tolist()),
    }


def numbers(part: Any) -> Iterator[float]:
    if isinstance(part, dict):
        part = list(part.values())
    if isinstance(part, (list, tuple, np.ndarray)):
        for each in part:
            yield from numbers(each)
    elif isinstance(part, (float, np.floating)):
        yield float(part)


def move(explorer: Explorer, chance: random.Random) -> None:
    control = chance.choice([*explorer.controls.values(), *explorer.choices.values()])
    if isinstance(control, CheckControl):
        control.value = not control.value
    elif isinstance(control, NumberControl):
        if chance.random() < 0.5:
            control.slider.value = chance.choice([0, 1, chance.random()])
        else:
            control.box.value = chance.choice(WRITTEN)
    else:
        control.index = chance.randrange(len(control.options))


@pytest.mark.parametrize("make", MAKERS)
def test_a_random_walk_shows_nothing_broken_and_reset_goes_back(make: Callable[[], Explorer]) -> None:
    explorer, chance = make(), random.Random(1)
    opening = state(explorer)
    for _ in range(3):
        for _ in range(25):
            move(explorer, chance)
            assert 0 < len(explorer.text) < LONGEST_WORDS
            assert not NO_NUMBER.search(explorer.text + explorer.notes)
            assert all(map(math.isfinite, numbers(explorer.plot.figures)))
        explorer.reset.click()
        assert state(explorer) == opening

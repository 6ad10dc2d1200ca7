"""Explorers of step 1: whatever is moved or written, what they show is whole, and Reset goes back."""

import json
import math
import random
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from helpers.models.consistency import YMMR, Quorum
from helpers.models.prompts import PROMPTS
from helpers.widgets.consistency import NETWORKS, staleness_explorer
from helpers.widgets.controls import CheckControl, NumberControl
from helpers.widgets.explorer import Explorer
from helpers.widgets.nines import nines_explorer
from helpers.widgets.scope_board import scope_board

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

MAKERS: list[Callable[[], Explorer]] = [
    staleness_explorer,
    lambda: staleness_explorer(Quorum(9, 9, 9), YMMR, {"<i>copy": np.array([0.5, 3, 1e5])}, NETWORKS[2]),
    nines_explorer,
    lambda: nines_explorer(0.5, 100, 0.011),
    *(lambda prompt=prompt: scope_board(prompt) for prompt in PROMPTS),
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
        control.value = chance.choice([value for _, value in control.options])


@pytest.mark.parametrize("make", MAKERS)
def test_a_random_walk_shows_nothing_broken_and_reset_goes_back(make: Callable[[], Explorer]) -> None:
    explorer, chance = make(), random.Random(1)
    opening = state(explorer)
    for _ in range(3):
        for _ in range(25):
            move(explorer, chance)
            assert 0 < len(explorer.text) < LONGEST_WORDS
            assert "nan" not in explorer.text.split()
            assert all(map(math.isfinite, numbers(explorer.plot.figures)))
        explorer.reset.click()
        assert state(explorer) == opening

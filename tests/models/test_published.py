"""Published figures: every one names its source, and the prompts cover the whole table."""

import pytest

from helpers.models.estimation import estimate
from helpers.models.published import LATENCIES, MODEST_NODE, STRONG_NODE, WORKED_PROMPTS

PUBLISHED = {
    "Pastebin": [4, 40, 12.7e9, 450e9],
    "Chat like WhatsApp": [24e3, 10.2e12, 120e6, 38e15],
    "Typeahead": [24e3, 48e3, 0.4e9],
    "Video sharing": [150e12, 150e3],
    "Ad clicks": [10e3, 50e3, 100e9],
    "Email": [100e3, 730e15, 1460e15],
    "News feed cache": [35e3, 150e12, 1500],
}


def test_the_prompts_hold_every_published_figure() -> None:
    assert {
        prompt.name: [result.published for result in prompt.results] for prompt in WORKED_PROMPTS
    } == PUBLISHED


def test_every_figure_names_its_source() -> None:
    for prompt in WORKED_PROMPTS:
        assert prompt.source
    for node in (STRONG_NODE, MODEST_NODE):
        assert node.source
    for latency in LATENCIES:
        assert latency.source


@pytest.mark.parametrize("prompt", WORKED_PROMPTS, ids=lambda prompt: prompt.name)
def test_a_row_of_a_prompt_reads_as_its_line(prompt: object) -> None:
    for result in prompt.results:  # type: ignore[attr-defined]
        line = estimate(result.workload)[result.name]
        assert result.exact == pytest.approx(line.value * result.times)
        # A multiple of a line is another thing than the line, so it needs a name and a unit of its own.
        assert (result.times != 1) == bool(result.asked) == bool(result.unit)


def test_the_ladder_rises_in_the_published_order() -> None:
    times = [latency.nanoseconds for latency in LATENCIES]
    assert times == sorted(times)
    by_label = {latency.label: latency.nanoseconds for latency in LATENCIES}
    assert by_label["Random memory read"] == 20
    assert by_label["One Redis or MySQL query over the network"] == 500e3

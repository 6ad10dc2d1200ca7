"""What step 1 decides reaches the later lessons: with another contract, their verdicts move."""

import dataclasses
import os
from pathlib import Path
from unittest import mock

import nbformat
import pytest
from nbclient import NotebookClient

from helpers.design import Design
from helpers.models.estimation import estimate
from helpers.models.published import FRAMEWORK_TWITTER, STRONG_NODE
from helpers.models.verdicts import judge

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
# The measured cells take ten seconds and depend on nothing of the contract.
NO_LAB = "from types import SimpleNamespace\nreport = SimpleNamespace(nodes=(), latencies_ns=dict)"


def outputs(lesson: str, design: Path) -> dict[str, str]:
    """Run a lesson with the design at `design`, without its lab, and return each cell's output as text."""
    notebook = nbformat.read(NOTEBOOKS / f"{lesson}.ipynb", as_version=4)
    measured = [cell for cell in notebook.cells if "measured" in cell.metadata.get("tags", [])]
    assert measured
    for cell in measured:
        cell.source = NO_LAB if cell is measured[0] else ""
    with mock.patch.dict(os.environ, {"DESIGN_FILE": str(design)}):
        NotebookClient(notebook, kernel_name="python3", timeout=120).execute()
    return {
        cell.id: "\n".join(
            output.get("text", "") + output.get("data", {}).get("text/markdown", "")
            + output.get("data", {}).get("text/plain", "")
            for output in cell.outputs
        )
        for cell in notebook.cells
        if cell.cell_type == "code"
    }  # fmt: skip


@pytest.fixture(
    scope="module", params=["2_estimation", "3_high_level_design", "4_deep_dive", "5_bottlenecks"]
)
def lesson(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def ten_times_the_users(lesson: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    contract = Design.example(after_step=1).contract
    assert contract is not None
    path = tmp_path_factory.mktemp("design") / "mine.json"
    Design(contract=dataclasses.replace(contract, daily_users=100e6)).save(path)
    return outputs(lesson, path)


EXPECTED = {
    "2_estimation": [
        ("contract", "100 M users a day"),
        ("write-rate", "5787"),
        ("storage", "50.0 gigabyte / day"),
        ("explore-estimate", "About 6 K tweets/s"),
        ("complete-workload", "5.79 K tweets/s"),
        ("fan-out", "1.16 M deliveries/s"),
        ("verdict", str(judge(estimate(FRAMEWORK_TWITTER.replace(daily_users=100e6)), STRONG_NODE))),
        ("unsure", "0.893"),
        ("carry-forward", "5.79 K tweets/s"),
    ],
    "3_high_level_design": [
        ("estimate", "5.79 K tweets/s"),
        ("by-hand-load", "578704"),
        ("carry-framework-load", "900 %"),
        ("build", "The primary database is too small"),
        ("choose-store", "| PostgreSQL | fits with work | 2 |"),
        ("explore-store", "From 24.7 times today's load"),
    ],
    "4_deep_dive": [
        ("design", "5,787 tweets/s"),
        ("costs-by-hand", "434,028 deliveries/s"),
        ("explore-fanout", "from 1.43 M followers on (29 accounts)"),
        ("threshold-time", "push everyone: 0 accounts pulled, 4.51 busy cores, mean age of a tweet 835 ms"),
    ],
    "5_bottlenecks": [
        ("design", "Too small for the peak already: the read service"),
        ("critique-framework", "| the peak is more than the Redis Cache can take already |"),
        ("critique-own", "| the peak is more than the read service can take already |"),
    ],
}


def test_the_contracts_users_move_every_verdict(lesson: str, ten_times_the_users: dict[str, str]) -> None:
    committed = nbformat.read(NOTEBOOKS / f"{lesson}.ipynb", as_version=4)
    before = {cell.id: str(cell.get("outputs")) for cell in committed.cells}
    unmoved = [cell for cell, shown in EXPECTED[lesson] if shown not in ten_times_the_users[cell]]
    assert unmoved == [], [ten_times_the_users[cell] for cell in unmoved]
    cannot_fail = [cell for cell, shown in EXPECTED[lesson] if shown in before[cell]]
    assert cannot_fail == [], "the example's output already says so"


def test_step_2_carries_forward_what_the_example_has_after_it() -> None:
    committed = nbformat.read(NOTEBOOKS / "2_estimation.ipynb", as_version=4)
    (carried,) = next(cell.outputs for cell in committed.cells if cell.id == "carry-forward")
    assert carried.data["text/markdown"] == Design.example(after_step=2)._repr_markdown_()

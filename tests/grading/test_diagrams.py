"""Homework's diagrams: what passes, what is asked first, and that the prompt states the limits in use."""

import copy
import math
from typing import Any

import numpy as np
import pytest

from helpers.grading.diagrams import HIT_RATIO, MOST_FULL, PEAK, diagram_holds
from tests.course.grader import COURSE, read

PARTS = ("reach", "reads", "writes", "servers", "fan-out", "peak", "cost")
SOUND: dict[str, Any] = {
    "components": {
        "Client": {"kind": "client", "machines": 1},
        "LB": {"kind": "load balancer", "machines": 2},
        "API": {"kind": "API service", "machines": 92},
        "Cache": {"kind": "cache", "machines": 2},
        "DB": {"kind": "primary database", "machines": 1},
        "Replica": {"kind": "read replica", "machines": 1},
        "Queue": {"kind": "queue", "machines": 1},
        "Worker": {"kind": "fan-out worker", "machines": 1},
    },
    "flows": [
        ("Client", "LB", "read"),
        ("Client", "LB", "write"),
        ("LB", "API", "read"),
        ("LB", "API", "write"),
        ("API", "Cache", "read"),
        ("API", "Replica", "miss"),
        ("API", "DB", "write"),
        ("DB", "Replica", "replication"),
        ("API", "Queue", "write"),
        ("Queue", "Worker", "write"),
        ("Worker", "Cache", "delivery"),
    ],
}


def changed(
    *, without: tuple[str, str, str] | None = None, added: tuple[Any, ...] = (), **boxes: Any
) -> dict[str, Any]:
    diagram = copy.deepcopy(SOUND)
    diagram["flows"] = [flow for flow in diagram["flows"] if flow != without] + list(added)
    for name, machines in boxes.items():
        diagram["components"][name]["machines"] = machines
    return diagram


def failing(diagram: Any) -> dict[str, str]:
    found = {}
    for part in PARTS:
        try:
            assert diagram_holds(diagram, part) is True
        except ValueError as error:
            found[part] = str(error)
    return found


def test_a_sound_diagram_passes_and_is_left_alone() -> None:
    diagram = copy.deepcopy(SOUND)
    assert failing(diagram) == {}
    assert diagram == SOUND


def test_whole_numbers_of_any_type_are_machines() -> None:
    assert failing(changed(API=np.int64(92), Cache=2.0, DB=np.float64(1))) == {}


def test_the_peak_needs_just_so_many_machines() -> None:
    requests = PEAK.reads_per_second + PEAK.writes_per_second
    least = math.ceil(requests / 1000 / MOST_FULL)
    assert least == 92
    assert failing(changed(API=least)) == {}
    assert set(failing(changed(API=least - 1))) == {"peak", "cost"}
    # Twice the machines that are asked for, and machines are whole.
    most = 2 * least
    assert failing(changed(API=most)) == {}
    assert failing(changed(API=most + 1)) == {"cost": "API has 185 machines where 184 are plenty"}
    assert failing(changed(Queue=4)) == {}
    assert set(failing(changed(Queue=5))) == {"cost"}
    # 72,000 of 110,000 reads and 108,750 of 300,000 deliveries fill more than one machine.
    assert failing(changed(Cache=1))["peak"] == "Cache has 102 % of what it can take to do"


def test_capitals_and_hyphens_do_not_matter() -> None:
    diagram = changed()
    diagram["components"]["Worker"]["kind"] = "Fan out worker"
    diagram["components"]["DB"]["kind"] = "primary-database"
    diagram["flows"] = [
        (source, target, request.capitalize()) for source, target, request in diagram["flows"]
    ]
    assert failing(diagram) == {}


def test_each_of_two_services_with_one_machine_stands_behind_the_load_balancer() -> None:
    diagram = changed(added=(("Client", "Writes", "write"), ("Writes", "DB", "write")), API=1)
    diagram["components"]["Writes"] = {"kind": "write service", "machines": 1}
    assert "Client → Writes: there is no load balancer between them" in failing(diagram)["servers"]


def test_reads_are_worked_on_by_servers_too() -> None:
    without = (("LB", "API", "read"), ("API", "Cache", "read"), ("API", "Replica", "miss"))
    diagram = changed(added=(("LB", "Cache", "read"), ("Cache", "Replica", "miss")))
    diagram["flows"] = [flow for flow in diagram["flows"] if flow not in without]
    assert failing(diagram)["servers"] == "no read is worked on by a server"
    assert "reads" not in failing(diagram)


def test_servers_that_nothing_reaches_are_not_counted() -> None:
    diagram = changed(API=1)
    diagram["components"]["Spare"] = {"kind": "API service", "machines": 9}
    assert failing(diagram)["servers"] == "there is one server only"


@pytest.mark.parametrize(
    ("diagram", "part", "message"),
    [
        (changed(without=("API", "Replica", "miss")), "reads", "What does API do when the cache has nothing"),
        (changed(without=("DB", "Replica", "replication")), "reads", "No write of the primary reaches it"),
        (
            changed(without=("DB", "Replica", "replication"), added=(("API", "Replica", "replication"),)),
            "reads",
            "a post is repeated by the primary database, not by API",
        ),
        (
            changed(
                without=("API", "Replica", "miss"),
                added=(("API", "Queue", "miss"), ("API", "Replica", "read")),
            ),
            "reads",
            "API → Queue: what the cache does not have ends there",
        ),
        (
            changed(without=("API", "Replica", "miss"), added=(("API", "DB", "miss"),)),
            "reads",
            "It takes every write and no read",
        ),
        (changed(added=(("Client", "DB", "write"),)), "writes", "password"),
        (changed(added=(("Client", "API", "write"),)), "servers", "load balancer"),
        (changed(added=(("API", "Worker", "write"),)), "fan-out", "whoever wrote it waits for them all"),
        (changed(without=("Worker", "Cache", "delivery")), "fan-out", "not every post is delivered"),
        (changed(without=("LB", "API", "read")), "peak", "the servers do not get every read"),
    ],
)
def test_the_first_question_is_said(diagram: Any, part: str, message: str) -> None:
    assert message in failing(diagram)[part]


@pytest.mark.parametrize(
    ("diagram", "message"),
    [
        (None, "it cannot be read"),
        ("Client --> DB", "it cannot be read"),
        ({}, "it cannot be read, because of KeyError('components')"),
        ({"components": {}, "flows": []}, "it has no components"),
        ({"components": [], "flows": []}, "it has no components"),
        ({"components": {"A": "client"}, "flows": []}, "it cannot be read"),
        ({"components": {"A": {"kind": None}}, "flows": []}, "there is no kind None"),
        ({"components": {3: {"kind": "client"}}, "flows": []}, "it cannot be read"),
        ({"components": {"A": {"kind": "queue"}}, "flows": []}, "there are 0 clients"),
        (changed(added=(("API", "BD", "write"),)), "there is no component 'BD'"),
        (changed(added=(("API", "DB", "reads"),)), "request = 'reads'"),
        (changed(added=(("API", "DB"),)), "has 2 parts"),
        (changed(added=(("DB", "API", "read"),)), "is a cycle"),
        (changed(API=0), "API: machines = 0"),
        (changed(API=91.5), "API: machines = 91.5"),
        (changed(API=math.nan), "API: machines = nan"),
        (changed(API=math.inf), "API: machines = inf"),
        (changed(API="92"), "it cannot be read"),
        (changed(API=True), "API: machines = True"),
    ],
)
def test_what_cannot_be_read_says_why(diagram: Any, message: str) -> None:
    found = failing(diagram)
    assert set(found) == set(PARTS)
    assert all(message in said for said in found.values())


def test_an_unknown_part_is_refused() -> None:
    with pytest.raises(ValueError, match="part = 'media'"):
        diagram_holds(SOUND, "media")


def test_the_prompt_states_what_is_used() -> None:
    notebook = read(COURSE / "source/3_high_level_design/3_high_level_design.ipynb")
    prompt = next(cell.source for cell in notebook.cells if cell.id == "high-level-design-diagram-prompt")
    peak = f"{PEAK.reads_per_second:,.0f} reads and {PEAK.writes_per_second:,.0f} posts a second"
    assert peak in prompt
    assert f"a post has {PEAK.followers:.0f} followers" in prompt
    assert f"It answers {HIT_RATIO:g} of the reads" in prompt
    assert f"no box is used by more than {MOST_FULL:g}" in prompt

"""The capstone's diagrams: what passes, what is asked first, and that the prompt states the limits in use."""

import copy
import math
from typing import Any

import numpy as np
import pytest

from helpers.grading.leaderboard.diagram import diagram_holds, leaderboard_architecture
from helpers.grading.leaderboard.scenario import HIT_RATIO, MACHINES, MOST_FULL, PEAK
from tests.course.grader import COURSE, read

PARTS = ("reach", "reads", "writes", "updates", "points", "peak", "cost")
SOUND: dict[str, Any] = {
    "components": {
        "Client": {"kind": "client"},
        "LB": {"kind": "load balancer", "machines": 2},
        "API": {"kind": "API service", "machines": 20},
        "Ranking": {"kind": "ranking", "standbys": 1},
        "DB": {"kind": "primary database", "standbys": 1},
        "Queue": {"kind": "queue", "machines": 3},
        "Worker": {"kind": "worker", "machines": 2},
    },
    "flows": [
        ("Client", "LB", "read"),
        ("Client", "LB", "write"),
        ("LB", "API", "read"),
        ("LB", "API", "write"),
        ("API", "Ranking", "read"),
        ("API", "DB", "write"),
        ("API", "Queue", "write"),
        ("Queue", "Worker", "write"),
        ("Worker", "Ranking", "write"),
    ],
}
CACHE = {"Cache": {"kind": "cache"}}


def changed(
    *,
    drop: str = "",
    without: tuple[tuple[str, str, str], ...] = (),
    added: tuple[Any, ...] = (),
    boxes: dict[str, Any] | None = None,
) -> dict[str, Any]:
    components = {name: box for name, box in (SOUND["components"] | (boxes or {})).items() if name != drop}
    flows = [flow for flow in SOUND["flows"] if flow not in without and drop not in flow]
    return copy.deepcopy({"components": components, "flows": [*flows, *added]})


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


LOOK = ("API", "Ranking", "read")
POST = ("API", "DB", "write")
NO_QUEUE = (("API", "Queue", "write"), ("Queue", "Worker", "write"))


@pytest.mark.parametrize(
    "diagram",
    [
        changed(without=(*NO_QUEUE, ("Worker", "Ranking", "write")), added=(("API", "Ranking", "write"),)),
        changed(drop="Queue", added=(("DB", "Worker", "write"),)),
        changed(without=(POST,), added=(("Worker", "DB", "write"),)),
        changed(without=(("API", "Queue", "write"),), added=(("DB", "Queue", "write"),)),
        changed(boxes=CACHE, without=(LOOK,), added=(("API", "Cache", "read"), ("API", "Ranking", "miss"))),
        changed(boxes=CACHE, added=(("API", "Cache", "read"), ("API", "Ranking", "miss"))),
        changed(
            boxes={"Cache": {"kind": "cache", "standbys": 1}},
            without=(LOOK,),
            added=(("API", "Cache", "read"), ("Cache", "Ranking", "miss"), ("Worker", "Cache", "write")),
        ),
        changed(boxes={"Copy": {"kind": "read replica"}}, added=(("DB", "Copy", "replication"),)),
        changed(
            boxes={"Second": {"kind": "ranking", "standbys": 1}},
            without=(LOOK,),
            added=(("Ranking", "Second", "replication"), ("API", "Second", "read")),
        ),
        changed(added=(LOOK, POST)),
        changed(boxes={"API": {"kind": "api-service", "machines": np.int64(20)}}),
    ],
    ids=range(11),
)
def test_other_sound_diagrams_pass(diagram: Any) -> None:
    diagram["components"] = {
        name: box for name, box in diagram["components"].items() if name in str(diagram["flows"])
    }
    assert failing(diagram) == {}


@pytest.mark.parametrize(
    ("diagram", "part", "said"),
    [
        (changed(boxes={"Spare": {"kind": "API service"}}), "reach", "No request ever reaches it"),
        (changed(added=(("Ranking", "DB", "write"),), without=(POST,)), "reach", "ever gets there"),
        (changed(added=(("API", "DB", "read"),)), "reads", "a read gets to a database"),
        (changed(added=(("API", "DB", "miss"),)), "reads", "a read gets to a database"),
        (changed(added=(("API", "Queue", "read"),)), "reads", "a queue answers nobody"),
        (changed(without=(LOOK,)), "reads", "API: a read ends there"),
        (
            changed(boxes=CACHE, added=(("API", "Cache", "read"),), without=(LOOK,)),
            "reads",
            "answered nowhere",
        ),
        (changed(added=(("LB", "Ranking", "read"),)), "reads", "no service of yours"),
        (
            changed(boxes={"Second": {"kind": "ranking"}}, added=(("Ranking", "Second", "read"),)),
            "reads",
            "it asks nobody",
        ),
        (
            changed(boxes={"Second": {"kind": "ranking"}}, added=(("API", "Second", "miss"),)),
            "reads",
            "nothing misses it",
        ),
        (changed(drop="DB"), "writes", "kept in memory alone"),
        (changed(added=(("LB", "DB", "write"),)), "writes", "no service of yours"),
        (changed(boxes={"DB": {"kind": "primary database", "machines": 2}}), "writes", "is one machine"),
        (changed(without=(("Queue", "Worker", "write"),)), "updates", "it only grows"),
        (changed(without=(("Worker", "Ranking", "write"),)), "updates", "not every post gets there"),
        (changed(added=(("API", "Worker", "write"),)), "updates", "put a queue between them"),
        (changed(added=(("Queue", "Ranking", "write"),)), "updates", "a queue only keeps posts"),
        (changed(boxes={"LB": {"kind": "load balancer"}}), "points", "LB: when one machine"),
        (
            changed(boxes={"Ranking": {"kind": "ranking", "machines": 2, "standbys": 1}}),
            "points",
            "reads fail",
        ),
        (changed(boxes={"DB": {"kind": "primary database"}}), "points", "posts fail"),
        (changed(boxes={"Queue": {"kind": "queue"}}), "points", "posts fail"),
        (changed(boxes={"Worker": {"kind": "worker"}}), "points", "the ranks stand still"),
        (changed(added=(("Client", "API", "read"),)), "points", "no load balancer between them"),
        (changed(boxes={"API": {"kind": "API service", "machines": 18}}), "peak", "API has 82 %"),
        (changed(boxes={"API": {"kind": "API service", "machines": 39}}), "cost", "where 38 are plenty"),
        (changed(boxes={"DB": {"kind": "primary database", "standbys": 3}}), "cost", "3 standbys for 1"),
    ],
)
def test_what_is_wrong_is_said(diagram: Any, part: str, said: str) -> None:
    assert said in failing(diagram)[part]


@pytest.mark.parametrize(
    ("diagram", "said"),
    [
        (None, "cannot be read"),
        ({}, "KeyError('components')"),
        ({"components": {"A": "client"}, "flows": []}, "a dict with 'kind' was expected"),
        ({"components": {"A": {"kind": "tiger"}}, "flows": []}, "there is no kind 'tiger'"),
        ({"components": {"A": {"kind": "client", "boxes": 2}}, "flows": []}, "'boxes' is none of"),
        ({"components": {"A": {"kind": "client", "machines": math.nan}}, "flows": []}, "a whole number"),
        ({"components": {"A": {"kind": "client", "machines": 1.5}}, "flows": []}, "a whole number"),
        ({"components": {"A": {"kind": "client", "machines": 0}}, "flows": []}, "at least 1"),
        ({"components": {"A": {"kind": "client", "standbys": -1}}, "flows": []}, "at least 0"),
        ({"components": {"A": {"kind": "client"}}, "flows": ["ABC"]}, "source, target and request"),
        ({"components": {"A": {"kind": "client"}}, "flows": [("A", "B", "read")]}, "no component 'B'"),
        ({"components": {"A": {"kind": "client"}}, "flows": [("A", "B", "look")]}, "request = 'look'"),
        ({"components": {"A": {"kind": "cache"}}, "flows": []}, "0 clients"),
        (changed(added=(("Ranking", "API", "read"),)), "is a cycle"),
    ],
)
def test_what_cannot_be_read_is_said_in_every_part(diagram: Any, said: str) -> None:
    found = failing(diagram)
    assert list(found) == list(PARTS)
    assert all(said in message for message in found.values())


def test_a_diagram_that_ends_early_carries_no_peak() -> None:
    found = failing({"components": {"App": {"kind": "client"}}, "flows": []})
    assert found["reach"] == "there is nothing but the client"
    assert found["peak"] == found["cost"] == "the servers do not get every read"
    found = failing(changed(without=(("LB", "API", "write"),)))
    assert found["peak"] == "the servers do not get every write"
    found = failing(changed(drop="Ranking"))
    assert found["updates"] == found["points"] == "there is no ranking that is read"
    assert found["peak"] == "some reads or writes end before they reach what keeps scores"


def test_every_look_and_every_post_goes_all_the_way() -> None:
    two = CACHE | {"Near": {"kind": "cache"}}
    cached = changed(boxes=two, drop="Ranking", added=(("API", "Cache", "read"), ("API", "Near", "miss")))
    assert failing(cached)["reads"] == "no read gets to a ranking"
    copied = changed(without=(POST,), added=(("API", "DB", "replication"),))
    assert "not every post gets to a primary database" in failing(copied)["writes"]
    assert "kept in memory alone" in failing(changed(without=(POST,)))["writes"]
    assert "not every read is worked on" in failing(changed(without=(("Client", "LB", "read"),)))["reads"]


def test_two_clients_are_one_too_many() -> None:
    found = failing(changed(boxes={"Web": {"kind": "client"}}))
    assert set(found.values()) == {"there are 2 clients; draw one, which stands for all of them"}


def test_an_update_is_what_a_write_becomes_in_a_ranking() -> None:
    architecture, kinds = leaderboard_architecture(SOUND)
    arriving = {flow.target for flow in architecture.flows if flow.arrives_as == "delivery"}
    assert arriving == {name for name, kind in kinds.items() if kind == "ranking"}


def test_the_prompt_states_the_limits_in_use() -> None:
    notebook = read(COURSE / "source/6_mock_interview/6_mock_interview.ipynb")
    prompt = next(cell.source for cell in notebook.cells if cell.id == "mock-interview-diagram-prompt")
    for kind, machine in MACHINES.items():
        row = next(line for line in prompt.splitlines() if line.startswith("|") and f'"{kind}"' in line)
        for entry, value in machine.items():
            if entry.endswith("per_second"):
                assert f"{value:,.0f}" in row, row
    assert f"answers {HIT_RATIO:g} of the looks" in prompt
    assert f"no box is used by more than {MOST_FULL:g}" in prompt
    looks, posts = (round(rate, -1) for rate in (PEAK.reads_per_second, PEAK.writes_per_second))
    assert f"{looks:,.0f} looks and {posts:,.0f} posts a second" in prompt

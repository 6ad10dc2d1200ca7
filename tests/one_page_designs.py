"""Designs at the edges of what the page must hold: hostile texts, long ones, many tables, many boxes."""

import dataclasses
import random
from itertools import pairwise

from helpers.design import Design
from helpers.models.api_contract import ApiContract, Endpoint, Parameter
from helpers.models.architecture import Architecture, Component, Flow
from helpers.models.contract import Contract
from helpers.models.critique import Critique, Issue
from helpers.models.feed_decision import FeedDecision
from helpers.models.quantities import Range
from helpers.models.schema import Column, Index, Schema, Table

HOSTILE = (
    "<script>alert(1)</script> `tick` a|b \"q\" 's' [x](http://x.test) **b** _i_ $1$ &lt; \\ #1 </style>-->"
)


def hostile() -> Design:
    """Return a design in which a person typed markup wherever a person can type."""
    boxes = (Component("c", "client", label=HOSTILE, group=HOSTILE), Component(HOSTILE, "primary database"))
    issue = Issue(f"one {HOSTILE}", 1, 1, 1, f"two {HOSTILE}", f"three {HOSTILE}", f"four {HOSTILE}")
    content = Parameter("content", note=HOSTILE)
    return Design(
        contract=Contract(HOSTILE, (f"five {HOSTILE}",), (f"six {HOSTILE}",), daily_users=10e6),
        inputs=Design.example().inputs,
        architecture=Architecture(HOSTILE, boxes, (Flow("c", HOSTILE),)),
        api=ApiContract((Endpoint("GET", "/v1", (content,), note=HOSTILE),), HOSTILE, (HOSTILE,)),
        schema=Schema(HOSTILE, (Table("users", (Column("id", "integer"),)),)),
        feed=FeedDecision("pull", because=HOSTILE),
        bottlenecks=Critique((issue,)),
    )


def large() -> Design:
    """Return a design with very long texts, 30 tables and 40 components in several rows."""
    words, one_word = "as long as nobody stops you " * 400, "w" * 5_000
    columns = (Column("id", "integer"), *(Column(f"a_column_{n}", "text", longest=280) for n in range(12)))
    tables = tuple(Table(f"a_table_with_a_name_{n}", columns, ("id",)) for n in range(30))
    indexes = tuple(Index(f"index_{n}", tables[n].name, ("a_column_0", "id")) for n in range(30))
    design = Design.example()
    assert design.contract is not None
    contract = dataclasses.replace(design.contract, prompt=words, features=(words, one_word))
    return design.replace(
        contract=contract,
        architecture=many_boxes(),
        schema=Schema(words, tables, indexes),
        feed=FeedDecision("push", because=one_word[:500]),
    )


def every_design() -> dict[str, Design]:
    """Return designs by name: the example after each step, and all that could be hard to write down."""
    example = Design.example()
    assert example.contract is not None
    clients = (Component("one", "client"), Component("two", "client", label="  "), Component("db", "shard"))
    ranges = {"writes_per_user": Range(2, 8), "item_size": Range(100, 5_000), "reads_per_write": 50}
    endless = {"writes_per_user": 1e6, "item_size": 1e18, "reads_per_write": 1e9, "replication": 10}
    return {
        **{f"after step {step}": Design.example(step) for step in range(1, 6)},
        "empty": Design(),
        "hostile": hostile(),
        "large": large(),
        "star": example.replace(architecture=star()),
        "chain": example.replace(architecture=chain()),
        "two clients": example.replace(architecture=Architecture("Two", clients)),
        "no users": example.replace(contract=dataclasses.replace(example.contract, daily_users=None)),
        "no contract": example.replace(contract=None),
        "only a prompt": Design(contract=Contract("Design a chat")),
        "ranges": example.replace(inputs=ranges),
        "endless": example.replace(inputs=endless),
        "idle": example.replace(inputs={"writes_per_user": 0}),
        "no issues": example.replace(bottlenecks=Critique(())),
    }


def many_boxes(count: int = 40) -> Architecture:
    """Return a diagram of that many boxes with long names, each asking one to three of those below it."""
    chosen = random.Random(1)
    names = [f"Service with the number {n}" for n in range(count)]
    kinds = ["client", *["API service"] * (count - 1)]
    boxes = tuple(Component(name, kind) for name, kind in zip(names, kinds, strict=True))
    pairs = {(chosen.randrange(max(0, n - 8), n), n) for n in range(1, count)}
    pairs |= {(chosen.randrange(0, n), n) for n in range(8, count, 3)}
    flows = tuple(Flow(names[one], names[other]) for one, other in sorted(pairs))
    return Architecture("Forty boxes", boxes, flows)


def star(count: int = 40) -> Architecture:
    """Return a diagram in which one box asks all the others: as wide as can be."""
    names = ["Client", *(f"Shard {n}" for n in range(1, count))]
    boxes = tuple(Component(name, "client" if name == "Client" else "shard") for name in names)
    return Architecture("Star", boxes, tuple(Flow("Client", name) for name in names[1:]))


def chain(count: int = 40) -> Architecture:
    """Return a diagram in which each box asks the next: as tall as can be."""
    names = ["Client", *(f"Service {n}" for n in range(1, count))]
    boxes = tuple(Component(name, "client" if name == "Client" else "API service") for name in names)
    flows = tuple(Flow(*pair) for pair in pairwise(names))
    return Architecture("Chain", boxes, flows)

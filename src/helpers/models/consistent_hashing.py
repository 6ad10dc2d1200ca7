"""Step 5, consistent hashing: which node holds a key, how even that is, and what moves when a node joins."""

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from helpers.models.checks import require_whole
from helpers.models.texts import require_names

__all__ = ["HashRing", "expected_spread", "moved_by_modulo", "place_of"]

_ROUND = 2**64
_MOST_NODES, _MOST_POINTS = 1_000, 10_000


def place_of(text: str) -> int:
    """Return where a text stands on the ring: 64 bits of its BLAKE2b hash, the same on every machine.

    >>> place_of("tweet:1") == place_of("tweet:1"), 0 <= place_of("tweet:2") < 2**64
    (True, True)
    """
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


@dataclass(frozen=True)
class HashRing:
    """Nodes on a ring of hashes, each at `virtual_nodes` points; a key belongs to the next point after it.

    Source: Karger et al., "Consistent Hashing and Random Trees" (STOC 1997); several points a node and
    copies on the next different nodes as in DeCandia et al., "Dynamo" (SOSP 2007).

    >>> ring = HashRing(["a", "b", "c"], virtual_nodes=100)
    >>> ring.node_of("tweet:20") in ring.nodes, len(set(ring.nodes_of("tweet:20", 3)))
    (True, 3)
    """

    nodes: Sequence[str]
    virtual_nodes: int = 100
    _points: tuple[tuple[int, str], ...] = field(init=False, repr=False, compare=False)
    _places: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        nodes = require_names("nodes", self.nodes)
        if not 1 <= len(nodes) <= _MOST_NODES:
            raise ValueError(f"nodes: {len(nodes):,} given; give 1 to {_MOST_NODES:,}")
        require_whole("virtual_nodes", self.virtual_nodes, at_least=1, at_most=_MOST_POINTS)
        points = sorted(
            (place_of(f"{node}#{number}"), node) for node in nodes for number in range(self.virtual_nodes)
        )
        object.__setattr__(self, "nodes", nodes)
        object.__setattr__(self, "_points", tuple(points))
        object.__setattr__(self, "_places", tuple(place for place, _ in points))

    def node_of(self, key: str) -> str:
        """Return the node that holds `key`."""
        return self._owner(place_of(str(key)))

    def nodes_of(self, key: str, copies: int) -> tuple[str, ...]:
        """Return the different nodes that hold the copies of `key`, the first one first."""
        copies = require_whole("copies", copies, at_least=1, at_most=len(self.nodes))
        start = bisect_right(self._places, place_of(str(key)))
        found: dict[str, None] = {}
        for step in range(len(self._points)):
            found[self._points[(start + step) % len(self._points)][1]] = None
            if len(found) == copies:
                break
        return tuple(found)

    @property
    def shares(self) -> Mapping[str, float]:
        """The share of all hashes that each node holds, exactly; they add up to 1.

        >>> shares = HashRing(["a", "b"], virtual_nodes=1).shares
        >>> round(shares["a"] + shares["b"], 12)
        1.0
        """
        held = dict.fromkeys(self.nodes, 0)
        before = self._places[-1] - _ROUND
        for place, node in self._points:
            held[node] += place - before
            before = place
        return {node: width / _ROUND for node, width in held.items()}

    def with_node(self, node: str) -> "HashRing":
        """Return the ring once `node` has joined it."""
        return HashRing([*self.nodes, node], self.virtual_nodes)

    def without_node(self, node: str) -> "HashRing":
        """Return the ring once `node` has left it; raises ValueError for one that is not in it."""
        if node not in self.nodes:
            raise ValueError(f"node = {node!r}: it must be one of {', '.join(map(repr, self.nodes))}")
        return HashRing([each for each in self.nodes if each != node], self.virtual_nodes)

    def moved(self, after: "HashRing") -> float:
        """Return the share of all hashes that another node holds in `after`, exactly.

        >>> ring = HashRing(["a", "b", "c", "d"])
        >>> round(ring.moved(ring.with_node("e")), 2)
        0.23
        """
        if not isinstance(after, HashRing):
            raise TypeError(f"after = {after!r}: it must be a HashRing")
        places = sorted({*self._places, *after._places})
        moved, before = 0, places[-1] - _ROUND
        for place in places:
            # Keys just below a point belong to it, on both rings: ask one place before the point.
            if self._owner(place - 1) != after._owner(place - 1):
                moved += place - before
            before = place
        return moved / _ROUND

    def _owner(self, place: int) -> str:
        return self._points[bisect_right(self._places, place) % len(self._points)][1]


def expected_spread(nodes: int, virtual_nodes: int) -> float:
    """Return the standard deviation of a node's share over its mean: how uneven a ring is, as a rule.

    The points cut the ring into nodes × virtual_nodes arcs, and v of nv such arcs are together
    Beta(v, (n-1)v): the ratio is sqrt((n-1) / (nv+1)), about 1 / sqrt(v).

    >>> round(expected_spread(10, 1), 2), round(expected_spread(10, 100), 3)
    (0.9, 0.095)
    """
    nodes = require_whole("nodes", nodes, at_least=1, at_most=1_000_000)
    virtual_nodes = require_whole("virtual_nodes", virtual_nodes, at_least=1, at_most=1_000_000)
    return math.sqrt((nodes - 1) / (nodes * virtual_nodes + 1))


def moved_by_modulo(before: int, after: int) -> float:
    """Return the share of keys that change node when hash modulo `before` becomes hash modulo `after`.

    A key stays where both remainders agree: min(before, after) of every lcm(before, after) hashes.

    >>> round(moved_by_modulo(4, 5), 2), moved_by_modulo(4, 8), moved_by_modulo(4, 4)
    (0.8, 0.5, 0.0)
    """
    before = require_whole("before", before, at_least=1, at_most=1_000_000)
    after = require_whole("after", after, at_least=1, at_most=1_000_000)
    return 1 - min(before, after) / math.lcm(before, after)

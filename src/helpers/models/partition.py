"""Step 1: the network is cut in two; who is still served, and who reads old data?"""

from dataclasses import dataclass
from typing import Literal

from helpers.models.checks import require_choice, require_whole
from helpers.models.consistency import Quorum

__all__ = ["CONFLICT", "ClientView", "Prefers", "under_partition"]

Prefers = Literal["consistency", "availability"]

CONFLICT = (
    "Both sides accepted a write. When the network heals, somebody must merge the two; "
    "if the last write wins, the other is lost."
)


@dataclass(frozen=True)
class ClientView:
    """What one client sees while the network is cut.

    `replicas` is how many it reaches; `write` is "accepted" or "refused"; `read` is "fresh", "stale",
    "may be stale" or "refused"; `conflict` says whether both sides accepted a write.
    """

    client: str
    replicas: int
    write: str
    read: str
    conflict: bool
    sentence: str


def under_partition(quorum: Quorum, near: int, prefers: Prefers) -> tuple[ClientView, ClientView]:
    """Return what clients A and B see when A reaches `near` of the replicas and B only the others.

    In turn, A writes 2 over the value 1 that all replicas hold, B reads, A reads, and B writes 3.
    A system that prefers consistency refuses what cannot reach its R or W replicas; one that prefers
    availability makes do with those it reaches (a sloppy quorum), if there is one at all. A refused
    write changes nothing. Raises TypeError or ValueError for `near` below 0 or above N.

    >>> a, b = under_partition(Quorum(3, 2, 2), 2, "consistency")
    >>> (a.write, a.read), (b.write, b.read)
    (('accepted', 'fresh'), ('refused', 'refused'))
    >>> a, b = under_partition(Quorum(3, 2, 2), 2, "availability")
    >>> (a.write, a.read), (b.write, b.read), b.conflict
    (('accepted', 'fresh'), ('accepted', 'stale'), True)
    """
    if not isinstance(quorum, Quorum):
        raise TypeError(f"quorum = {quorum!r}: it must be a Quorum, for example Quorum(3, 2, 2)")
    near = require_whole("near", near, at_least=0, at_most=quorum.n)
    require_choice("prefers", prefers, ("consistency", "availability"))
    far = quorum.n - near
    near_write, far_write = (_needed(quorum.w, side, prefers) for side in (near, far))
    near_read, far_read = (_needed(quorum.r, side, prefers) for side in (near, far))
    a_read = "refused" if near_read is None else "fresh"
    if near_read is not None and near_write is not None and near_read + near_write <= near:
        a_read = "may be stale"  # it may hear only from replicas that the write has yet to reach
    b_read = "refused" if far_read is None else "fresh"
    if far_read is not None and near_write is not None:
        b_read = "stale"  # the write is on the other side of the cut
    conflict = near_write is not None and far_write is not None
    sides = (("A", near, near_write, a_read), ("B", far, far_write, b_read))
    return tuple(_view(quorum, *side, conflict=conflict) for side in sides)  # type: ignore[return-value]


def _needed(quorum: int, side: int, prefers: Prefers) -> int | None:
    """How many replicas an operation takes on a side; None if it is refused."""
    if prefers == "availability":
        return min(quorum, side) or None
    return quorum if quorum <= side else None


def _view(
    quorum: Quorum, client: str, replicas: int, write: int | None, read: str, *, conflict: bool
) -> ClientView:
    outcome = "refused" if write is None else "accepted"
    reach = f"{client} reaches {replicas} of {quorum.n} replica{'' if quorum.n == 1 else 's'}."
    sentence = f"{reach} {_SENTENCES[client, outcome, read]}"
    return ClientView(client, replicas, outcome, read, conflict, sentence)


_SENTENCES = {
    ("A", "accepted", "fresh"): "It writes, and reads back what it wrote.",
    ("A", "accepted", "may be stale"): "It writes, but may read back the value from before.",
    ("A", "accepted", "refused"): "It writes, but gets no answer when it reads.",
    (
        "A",
        "refused",
        "fresh",
    ): "Its write is refused; it still reads the value from before, which is the last one.",
    ("A", "refused", "refused"): "It can neither write nor read.",
    ("B", "accepted", "fresh"): "It reads the last value, as A's write was refused, and writes.",
    (
        "B",
        "accepted",
        "stale",
    ): "It reads the value from before A's write, and its own write is accepted too.",
    ("B", "accepted", "refused"): "It writes, but gets no answer when it reads.",
    (
        "B",
        "refused",
        "fresh",
    ): "It reads the last value, as A's write was refused; its own write is refused too.",
    ("B", "refused", "stale"): "It reads the value from before A's write; its own write is refused.",
    ("B", "refused", "refused"): "It can neither read nor write.",
}

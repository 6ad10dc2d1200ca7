"""Step 5, availability: for how much of the time an architecture answers each kind of request."""

from collections.abc import Mapping

from helpers.models.architecture import Architecture, Component
from helpers.models.checks import require_choice, require_number, require_whole
from helpers.models.redundancy import MOST_COPIES, k_of_n
from helpers.models.single_points import PROVIDED, SPLIT, asked_kinds, request_walk

__all__ = ["PROVIDER_AVAILABILITY", "availabilities", "component_availability", "request_availability"]

PROVIDER_AVAILABILITY = 0.9999
"""What Amazon S3 Standard is designed for, by its documentation; taken for every service of a provider."""
_MOST_STATES = 20_000


def component_availability(
    component: Component, each: float = 0.999, common_share: float = 0, needed: int = 1
) -> float:
    """Return the share of the time in which a component answers, because enough of its machines are up.

    Each machine is up for `component.availability` of the time, or else `each`; `common_share` of a machine's
    downtime takes all of them at once, as in `k_of_n`. `needed` of them bear the load. A request for data
    that is split meets one shard, or one cache machine, and the standbys of that one.

    >>> api = Component("API", "API service", replicas=2)
    >>> round(component_availability(api, 0.99), 6), round(component_availability(api, 0.99, needed=2), 6)
    (0.9999, 0.9801)
    """
    if component.kind == "client":
        return 1.0
    default = PROVIDER_AVAILABILITY if component.kind in PROVIDED else each
    one = require_number("each", default, at_least=0, at_most=1)
    one = one if component.availability is None else component.availability
    if component.kind in PROVIDED:
        return one
    if component.kind in SPLIT:
        copies, needed = 1 + component.standbys // component.replicas, 1
    else:
        copies = component.replicas + component.standbys
    needed = require_whole(f"{component.name}: needed", needed, at_least=1, at_most=copies)
    if copies > MOST_COPIES:  # in proportion: so many never all fail by themselves
        copies, needed = MOST_COPIES, max(1, needed * MOST_COPIES // copies)
    return float(k_of_n(one, copies, needed, common_share))


def request_availability(
    architecture: Architecture,
    request: str,
    *,
    each: float = 0.999,
    common_share: float = 0,
    needed: Mapping[str, int] | None = None,
) -> float:
    """Return the share of a kind of request that is answered over the years, as components fail and return.

    Arguments as in `component_availability`, with `needed` by name, 1 where it is not said. Components fail
    independently of each other. What is answered in each state is what `answered` says; a delivery counts
    when it is on time.

    Exact: of the states of all components it looks at those that the answer depends on, one component after
    the other, each only until the answer is known (pivotal decomposition). A row of n components needs n + 1.

    Raises ValueError where more than 20,000 are needed, and as `answered` does.

    >>> from helpers.models.architectures import FRAMEWORK_DIAGRAM
    >>> round(request_availability(FRAMEWORK_DIAGRAM, "write"), 6)
    0.998
    """
    chances = _chances(architecture, each, common_share, needed or {})
    return _expected(architecture, request, chances)


def availabilities(
    architecture: Architecture, *, each: float = 0.999, common_share: float = 0
) -> dict[str, float]:
    """Return `request_availability` of each kind of request that clients send.

    >>> from helpers.models.architectures import TWITTER_DESIGN
    >>> list(availabilities(TWITTER_DESIGN))
    ['read', 'write', 'media', 'delivery']
    """
    chances = _chances(architecture, each, common_share, {})
    return {kind: _expected(architecture, kind, chances) for kind in asked_kinds(architecture)}


def _chances(
    architecture: Architecture, each: float, common_share: float, needed: Mapping[str, int]
) -> dict[str, float]:
    for name in needed:
        require_choice("needed", name, [component.name for component in architecture.components])
    return {
        component.name: component_availability(component, each, common_share, needed.get(component.name, 1))
        for component in architecture.components
    }


def _expected(architecture: Architecture, request: str, chances: Mapping[str, float]) -> float:
    """Return the share answered, over all states of the components that the answer depends on."""
    walk, answers = request_walk(architecture), 0

    def expected(known: dict[str, float]) -> float:
        def up(name: str) -> float:
            if name not in known:
                raise _UnknownError(name)
            return known[name]

        nonlocal answers
        try:
            answer = walk.share(request, up)
        except _UnknownError as unknown:
            name = unknown.name
        else:
            answers += 1
            if answers > _MOST_STATES:
                raise ValueError(
                    f"{architecture.name}: the answer to a {request} depends on more than {_MOST_STATES:,} "
                    "states of its components"
                )
            return answer
        chance = chances[name]
        return chance * expected(known | {name: 1.0}) + (1 - chance) * expected(known | {name: 0.0})

    return expected({name: chance for name, chance in chances.items() if chance in (0.0, 1.0)})


class _UnknownError(Exception):
    """The answer depends on a component of which nothing is known yet."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

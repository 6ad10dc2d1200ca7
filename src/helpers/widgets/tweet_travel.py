"""Step 4: the explorer "Watch a tweet travel", by pull, push and hybrid, one step at a time."""

import html
from typing import Any

from helpers.figures.queueing import format_seconds
from helpers.figures.tweet_travel import tweet_travel_figure
from helpers.models.checks import require_choice
from helpers.models.fanout import STRATEGIES
from helpers.models.quantities import format_number
from helpers.models.tweet_travel import CELEBRITY_FROM, STAGES, Journey, journey
from helpers.models.workload import Field
from helpers.widgets.controls import NumberControl, dropdown, whole_number
from helpers.widgets.explorer import Explorer, View

__all__ = ["AUTHORS", "tweet_travel_explorer", "tweet_travel_view"]

AUTHORS = {"an ordinary user, 75 followers": 75, "a celebrity, 31 M followers": 31_000_000}
"""75 is the mean of deliveries a tweet, and 31 M the largest account, at Twitter in 2012 and 2013 (High
Scalability, "The Architecture Twitter Uses to Deal with 150M Active Users", 2013)."""

_PUSH_FIRST = ("push", "pull", "hybrid")
_WAITS = {"author": "The author waits.", "follower": "The follower waits.", "nobody": "Nobody waits."}


def tweet_travel_explorer(
    strategy: str = "push", followers: int = 31_000_000, *, step: int = STAGES.index("half") + 1
) -> Explorer:
    """Return a slider for the step, and choices for the strategy and the author, with where the tweet is.

    >>> explorer = tweet_travel_explorer()
    >>> explorer.set(step=6)
    >>> "The last of 31 M lists holds the tweet." in explorer.text
    True
    """
    require_choice("strategy", strategy, STRATEGIES)
    require_choice("followers", followers, AUTHORS.values())
    field = Field("Step, POST to feed", "", at_least=1, at_most=len(STAGES))
    control = NumberControl("step", field, step, low=1, high=len(STAGES), log=False, whole=True)
    choices = {
        "strategy": dropdown("Strategy", {name: name for name in _PUSH_FIRST}, strategy),
        "followers": dropdown("Author", AUTHORS, followers),
    }
    return Explorer(
        "Watch a tweet travel", {"": [control]}, lambda values: tweet_travel_view(**values), choices=choices
    )


def tweet_travel_view(step: float, strategy: str, followers: int) -> View:
    """Return what the explorer shows at a step (1 to 8) of a strategy, for an author with `followers`."""
    count = whole_number("step", step, 1, len(STAGES))
    ways = {name: journey(name, followers) for name in _PUSH_FIRST}
    way = ways[require_choice("strategy", strategy, STRATEGIES)]
    return View((tweet_travel_figure(way, count),), _words(way, count), _notes(ways, strategy, count))


def _words(way: Journey, count: int) -> str:
    now = way.steps[count - 1]
    done = way.work(count)
    parts = []
    if now.work.writes:
        parts.append(_amount(now.work.writes, "write", "writes"))
    if now.work.lookups:
        parts.append(_amount(now.work.lookups, "look-up", "look-ups"))
    if now.work.reads:
        parts.append(_amount(now.work.reads, "entry read", "entries read"))
    if now.time_s:
        parts.append(format_seconds(now.time_s))
    cost = f"This step: {', '.join(parts)}." if parts else "This step costs nothing that is counted here."
    waits = f" {_WAITS[now.waits]}" if now.time_s or now.waits == "nobody" else ""
    return (
        f"Step {count} of {len(STAGES)}, {way.strategy}: {now.text}{waits} {cost} So far: "
        f"{_amount(done.writes, 'write', 'writes')}, {_amount(done.lookups, 'look-up', 'look-ups')}, "
        f"{_amount(done.reads, 'entry read', 'entries read')}, {_time(way.elapsed_s(count))} since the POST, "
        f"of which the author waited {_time(way.waited_s('author', count))} and the follower "
        f"{_time(way.waited_s('follower', count))}."
    )


def _notes(ways: dict[str, Journey], strategy: str, count: int) -> str:
    head = ("So far, by", "writes", "look-ups", "reads", "author waits", "delivery", "follower waits")
    rows = []
    for name, way in ways.items():
        done = way.work(count)
        cells = [
            f"{name} (shown)" if name == strategy else name,
            *(format_number(amount) for amount in (done.writes, done.lookups, done.reads)),
            *(_time(way.waited_s(who, count)) for who in ("author", "nobody", "follower")),
        ]
        # In one line and as wide, so that the table keeps its height whichever is shown.
        first = f'<td style="white-space: nowrap; min-width: 8em">{html.escape(cells[0])}</td>'
        rows.append(first + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells[1:]))
    cells_of_head = "".join(f"<th>{html.escape(cell)}</th>" for cell in head)
    lines = "".join(f"<tr>{row}</tr>" for row in rows)
    about = (
        "The follower follows 500, as in the framework; 5 of them, our assumption, are celebrities: they "
        f"have {format_number(CELEBRITY_FROM)} followers or more. The follower opens the app when all is "
        "delivered. Times are published orders of magnitude: 250 µs a round trip, 63 µs a write, 9 µs a "
        "look-up, 3.5 µs a delivery, Twitter's median; at p99, delivery to 1 M followers took up to 5 min, "
        "not 3.5 s. Left out: the way to the phones, the merge in memory, and the tweets' texts, which all "
        "three fetch alike."
    )
    table = f'<table style="overflow-wrap: normal"><tr>{cells_of_head}</tr>{lines}</table>'
    return f"{table}<p>{html.escape(about)}</p>"


def _amount(number: int, one: str, several: str) -> str:
    return f"{format_number(number)} {one if number == 1 else several}"


def _time(seconds: Any) -> str:
    return format_seconds(seconds) if seconds else "0 s"

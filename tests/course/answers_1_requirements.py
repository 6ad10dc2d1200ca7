"""Answers to the homework of step 1 that the marks are tried on: plausible wrong ones, and right ones."""

from tests.course.grader import Answers

__all__ = ["ANSWERS"]

SCOPE = Answers(
    different="""
def scope():
    print("sorted by letter")
    kinds = ("Functional", "Non-Functional", "Out of scope ")
    return {letter: kinds[int(place)] for letter, place in zip("abcdefgh", "01201201")}
""",
    wrong={
        "the example only": """
def scope():
    return {"a": "functional", "b": "non-functional"}
""",
        "all functional": """
def scope():
    return dict.fromkeys("abcdefgh", "functional")
""",
        "nothing left out": """
def scope():
    return dict.fromkeys("acdfg", "functional") | dict.fromkeys("beh", "non-functional")
""",
        "scale and freshness left out": """
def scope():
    lines = dict.fromkeys("adg", "functional") | {"b": "non-functional"}
    return lines | dict.fromkeys("cefh", "out of scope")
""",
        "freshness as a function": """
def scope():
    lines = dict.fromkeys("adeg", "functional") | dict.fromkeys("bh", "non-functional")
    return lines | dict.fromkeys("cf", "out of scope")
""",
        "letters by kind": """
def scope():
    return {"functional": "adg", "non-functional": "beh", "out of scope": "cf"}
""",
        "a text": """
def scope():
    return "a functional b non-functional c out of scope"
""",
    },
)

SCALE = Answers(
    different="""
import numpy as np
from fractions import Fraction

def scale():
    users = np.full(4, 400_000.0)
    users[1:] *= np.cumprod([1.5] * 3)
    return {
        "percentile": 99.0,
        "latency_ms": np.int64(400),
        "daily_users_in_3_years": users[-1:],
        "daily_users": Fraction(2_400_000, 6),
        "growth_per_year": np.float32(0.5),
    }
""",
    wrong={
        "registered members": """
def scale():
    numbers = {"daily_users": 2.4e6, "growth_per_year": 0.5, "daily_users_in_3_years": 2.4e6 * 1.5**3}
    return numbers | {"latency_ms": 400, "percentile": 99}
""",
        "growth not compounded": """
def scale():
    numbers = {"daily_users": 400e3, "growth_per_year": 0.5, "daily_users_in_3_years": 400e3 * (1 + 3 * 0.5)}
    return numbers | {"latency_ms": 400, "percentile": 99}
""",
        "growth in percent": """
def scale():
    numbers = {"daily_users": 400e3, "growth_per_year": 50, "daily_users_in_3_years": 400e3 * 1.5**3}
    return numbers | {"latency_ms": 400, "percentile": 99}
""",
        "two years": """
def scale():
    numbers = {"daily_users": 400e3, "growth_per_year": 0.5, "daily_users_in_3_years": 400e3 * 1.5**2}
    return numbers | {"latency_ms": 400, "percentile": 99}
""",
        "half of it every year": """
def scale():
    numbers = {"daily_users": 400e3, "growth_per_year": -0.5, "daily_users_in_3_years": 400e3 / 2**3}
    return numbers | {"latency_ms": 400, "percentile": 99}
""",
        "today's latency": """
def scale():
    numbers = {"daily_users": 400e3, "growth_per_year": 0.5, "daily_users_in_3_years": 400e3 * 1.5**3}
    return numbers | {"latency_ms": 180, "percentile": 50}
""",
        "in seconds and as a share": """
def scale():
    numbers = {"daily_users": 400e3, "growth_per_year": 0.5, "daily_users_in_3_years": 400e3 * 1.5**3}
    return numbers | {"latency_ms": 0.4, "percentile": 0.99}
""",
        "only the first": """
def scale():
    return {"daily_users": 400e3}
""",
    },
)

GAPS = Answers(
    different="""
def gaps(target):
    kind = target.pop("kind")
    if kind == "latency":
        ok = {name: target.get(name) is not None for name in ("operation", "milliseconds")}
        ok["percentile"] = not isinstance(target.get("percentile", "none"), (str, type(None)))
    elif kind == "availability":
        ok = {"share": (target.get("share") or 1) < 1, "days": target.get("days") is not None}
    else:
        ok = {name: target.get(name) is not None for name in ("operation", "level")}
        ok["within_s"] = target.get("level") == "strong" or target.get("within_s") is not None
    return (name for name in ok if not ok[name])
""",
    wrong={
        "the example only": """
def gaps(target):
    return ["percentile"]
""",
        "always testable": """
def gaps(target):
    return []
""",
        "zero is missing": """
def gaps(target):
    names = {"latency": ["operation", "milliseconds", "percentile"], "availability": ["share", "days"]}
    names["consistency"] = ["operation", "level"]
    if target.get("level") == "eventual":
        names["consistency"].append("within_s")
    return [
        name
        for name in names[target["kind"]]
        if not target.get(name) or target[name] == "average" or (name == "share" and target[name] >= 1)
    ]
""",
        "strong within a time": """
def gaps(target):
    names = {"latency": ["operation", "milliseconds", "percentile"], "availability": ["share", "days"]}
    names["consistency"] = ["operation", "level", "within_s"]
    return [
        name
        for name in names[target["kind"]]
        if target.get(name) in (None, "average") or (name == "share" and target[name] >= 1)
    ]
""",
        "only what is not there": """
def gaps(target):
    names = {"latency": ["operation", "milliseconds", "percentile"], "availability": ["share", "days"]}
    names["consistency"] = ["operation", "level"]
    if target.get("level") == "eventual":
        names["consistency"].append("within_s")
    return [name for name in names[target["kind"]] if name not in target]
""",
        "what is there": """
def gaps(target):
    return [name for name in target if name != "kind" and target[name] is not None]
""",
        "one text": """
def gaps(target):
    return "percentile" if target.get("percentile") == "average" else ""
""",
        "says yes or no": """
def gaps(target):
    return "average" in target.values()
""",
        "three nines are too many": """
def gaps(target):
    names = {"latency": ["operation", "milliseconds", "percentile"], "availability": ["share", "days"]}
    names["consistency"] = ["operation", "level"]
    if target.get("level") == "eventual":
        names["consistency"].append("within_s")
    return [
        name
        for name in names[target["kind"]]
        if target.get(name) in (None, "average") or (name == "share" and target[name] > 0.999)
    ]
""",
    },
)

LATENCY = Answers(
    different="""
import numpy as np

def judge_latency(times_ms, limit_ms, percentile):
    within = np.array(times_ms) <= limit_ms
    met = np.count_nonzero(~within) <= len(times_ms) - percentile * len(times_ms) / 100
    return {"met": np.bool_(met), "share_within": within.mean(), "average_ms": f"{np.mean(times_ms)} ms"}
""",
    wrong={
        "judges the average": """
def judge_latency(times_ms, limit_ms, percentile):
    average = sum(times_ms) / len(times_ms)
    share = sum(time <= limit_ms for time in times_ms) / len(times_ms)
    return {"average_ms": average, "share_within": share, "met": average <= limit_ms}
""",
        "under the limit": """
def judge_latency(times_ms, limit_ms, percentile):
    share = sum(time < limit_ms for time in times_ms) / len(times_ms)
    return {
        "average_ms": sum(times_ms) / len(times_ms), "share_within": share, "met": share >= percentile / 100
    }
""",
        "more than the percentage": """
def judge_latency(times_ms, limit_ms, percentile):
    share = sum(time <= limit_ms for time in times_ms) / len(times_ms)
    return {
        "average_ms": sum(times_ms) / len(times_ms), "share_within": share, "met": share > percentile / 100
    }
""",
        "interpolates": """
import numpy as np

def judge_latency(times_ms, limit_ms, percentile):
    share = sum(time <= limit_ms for time in times_ms) / len(times_ms)
    met = np.percentile(times_ms, percentile) <= limit_ms
    return {"average_ms": sum(times_ms) / len(times_ms), "share_within": share, "met": met}
""",
        "percent for share": """
def judge_latency(times_ms, limit_ms, percentile):
    share = 100 * sum(time <= limit_ms for time in times_ms) / len(times_ms)
    return {"average_ms": sum(times_ms) / len(times_ms), "share_within": share, "met": share >= percentile}
""",
        "share compared with percent": """
def judge_latency(times_ms, limit_ms, percentile):
    share = sum(time <= limit_ms for time in times_ms) / len(times_ms)
    return {"average_ms": sum(times_ms) / len(times_ms), "share_within": share, "met": share >= percentile}
""",
        "share above": """
def judge_latency(times_ms, limit_ms, percentile):
    share = sum(time > limit_ms for time in times_ms) / len(times_ms)
    return {
        "average_ms": sum(times_ms) / len(times_ms),
        "share_within": share,
        "met": share <= 1 - percentile / 100,
    }
""",
        "median for average": """
import statistics

def judge_latency(times_ms, limit_ms, percentile):
    share = sum(time <= limit_ms for time in times_ms) / len(times_ms)
    median = statistics.median(times_ms)
    return {"average_ms": median, "share_within": share, "met": share >= percentile / 100}
""",
        "yes and no": """
def judge_latency(times_ms, limit_ms, percentile):
    share = sum(time <= limit_ms for time in times_ms) / len(times_ms)
    met = "True" if share >= percentile / 100 else "False"
    return {"average_ms": sum(times_ms) / len(times_ms), "share_within": share, "met": met}
""",
        "rank rounded": """
def judge_latency(times_ms, limit_ms, percentile):
    share = sum(time <= limit_ms for time in times_ms) / len(times_ms)
    met = sorted(times_ms)[round(percentile / 100 * len(times_ms)) - 1] <= limit_ms
    return {"average_ms": sum(times_ms) / len(times_ms), "share_within": share, "met": met}
""",
        "nearest request": """
import numpy as np

def judge_latency(times_ms, limit_ms, percentile):
    share = sum(time <= limit_ms for time in times_ms) / len(times_ms)
    nearest = np.percentile(times_ms, percentile, method="nearest")
    return {"average_ms": sum(times_ms) / len(times_ms), "share_within": share, "met": nearest <= limit_ms}
""",
        "average in whole milliseconds": """
def judge_latency(times_ms, limit_ms, percentile):
    share = sum(time <= limit_ms for time in times_ms) / len(times_ms)
    average = sum(times_ms) // len(times_ms)
    return {"average_ms": average, "share_within": share, "met": share >= percentile / 100}
""",
    },
)

DOWNTIME = Answers(
    different="""
from decimal import Decimal
from helpers.models.quantities import units

def downtime(availability, days, outages):
    period = Decimal(days) * 1440
    used = sum((Decimal(str(outage)) for outage in outages), Decimal(0))
    budget = (1 - Decimal(str(availability))) * period
    return {
        "best_availability": (period - used) / period,
        "budget_minutes": units.Quantity(float(budget), "minute").to("hour"),
        "left_minutes": budget - used if budget > used else Decimal(0),
    }
""",
    wrong={
        "below zero": """
def downtime(availability, days, outages):
    period, used = days * 1440, sum(outages)
    budget = (1 - availability) * period
    return {"budget_minutes": budget, "left_minutes": budget - used, "best_availability": 1 - used / period}
""",
        "a month always": """
def downtime(availability, days, outages):
    period, used = 30 * 1440, sum(outages)
    left = max(0, (1 - availability) * period - used)
    return {
        "budget_minutes": (1 - availability) * period,
        "left_minutes": left,
        "best_availability": 1 - used / period,
    }
""",
        "in hours": """
def downtime(availability, days, outages):
    period, used = days * 24, sum(outages) / 60
    budget = (1 - availability) * period
    return {
        "budget_minutes": budget,
        "left_minutes": max(0, budget - used),
        "best_availability": 1 - used / period,
    }
""",
        "the time that is up": """
def downtime(availability, days, outages):
    period, used = days * 1440, sum(outages)
    budget = availability * period
    return {
        "budget_minutes": budget,
        "left_minutes": max(0, budget - used),
        "best_availability": 1 - used / period,
    }
""",
        "the target again": """
def downtime(availability, days, outages):
    period, used = days * 1440, sum(outages)
    budget = (1 - availability) * period
    return {
        "budget_minutes": budget, "left_minutes": max(0, budget - used), "best_availability": availability
    }
""",
        "availability in percent": """
def downtime(availability, days, outages):
    period, used = days * 1440, sum(outages)
    budget = (1 - availability) * period
    best = 100 * (1 - used / period)
    return {"budget_minutes": budget, "left_minutes": max(0, budget - used), "best_availability": best}
""",
        "number of outages": """
def downtime(availability, days, outages):
    period, used = days * 1440, len(outages)
    budget = (1 - availability) * period
    return {
        "budget_minutes": budget,
        "left_minutes": max(0, budget - used),
        "best_availability": 1 - used / period,
    }
""",
        "nothing left alone": """
def downtime(availability, days, outages):
    period = days * 1440
    budget = (1 - availability) * period
    return {"budget_minutes": budget, "left_minutes": budget, "best_availability": availability}
""",
        "share of the time up": """
def downtime(availability, days, outages):
    period, used = days * 1440, sum(outages)
    budget = (1 - availability) * period
    return {
        "budget_minutes": budget,
        "left_minutes": max(0, budget - used),
        "best_availability": 1 - used / (period - used),
    }
""",
        "no budget once it is used": """
def downtime(availability, days, outages):
    period, used = days * 1440, sum(outages)
    budget = (1 - availability) * period
    return {
        "budget_minutes": budget if used < budget else 0,
        "left_minutes": max(0, budget - used),
        "best_availability": 1 - used / period,
    }
""",
    },
)

CHAIN = Answers(
    different="""
import numpy as np

def chain(availabilities, target):
    logarithms = np.log(np.array(availabilities))
    return {
        "each_needed": np.exp(np.log(target) / logarithms.size),
        "whole": float(f"{np.exp(logarithms.sum()):.6f}"),
    }
""",
    wrong={
        "weakest": """
def chain(availabilities, target):
    return {"whole": min(availabilities), "each_needed": target ** (1 / len(availabilities))}
""",
        "average": """
def chain(availabilities, target):
    whole = sum(availabilities) / len(availabilities)
    return {"whole": whole, "each_needed": target ** (1 / len(availabilities))}
""",
        "sum of the failures": """
def chain(availabilities, target):
    whole = 1 - sum(1 - each for each in availabilities)
    return {"whole": whole, "each_needed": 1 - (1 - target) / len(availabilities)}
""",
        "in parallel": """
def chain(availabilities, target):
    whole = 1 - math.prod(1 - each for each in availabilities)
    return {"whole": whole, "each_needed": target ** (1 / len(availabilities))}
""",
        "the target each": """
def chain(availabilities, target):
    return {"whole": math.prod(availabilities), "each_needed": target}
""",
        "power for root": """
def chain(availabilities, target):
    return {"whole": math.prod(availabilities), "each_needed": target ** len(availabilities)}
""",
        "the first to the power": """
def chain(availabilities, target):
    count = len(availabilities)
    return {"whole": availabilities[0] ** count, "each_needed": target ** (1 / count)}
""",
        "rounded": """
def chain(availabilities, target):
    whole = round(math.prod(availabilities), 2)
    return {"whole": whole, "each_needed": round(target ** (1 / len(availabilities)), 2)}
""",
    },
)

COPIES = Answers(
    different="""
import numpy as np

def copies_needed(each, target):
    return np.ceil(np.log(1 - target) / np.log(1 - each))
""",
    wrong={
        "the example only": """
def copies_needed(each, target):
    return 2
""",
        "rounded": """
def copies_needed(each, target):
    return round(math.log(1 - target) / math.log(1 - each))
""",
        "not rounded": """
def copies_needed(each, target):
    return math.log(1 - target) / math.log(1 - each)
""",
        "one too many": """
def copies_needed(each, target):
    return math.floor(math.log(1 - target) / math.log(1 - each)) + 2
""",
        "at least two": """
def copies_needed(each, target):
    copies = 2
    while 1 - (1 - each) ** copies < target:
        copies += 1
    return copies
""",
        "as a chain": """
def copies_needed(each, target):
    return max(1, math.ceil(math.log(target) / math.log(each)))
""",
        "whole nines": """
def copies_needed(each, target):
    return math.ceil(round(-math.log10(1 - target)) / round(-math.log10(1 - each)))
""",
    },
)

QUORUM = Answers(
    different="""
import numpy as np
from itertools import combinations

def quorum(n, r, w):
    read, write = (list(combinations(range(n), size)) for size in (r, w))
    meet = np.array([[bool({*some} & {*others}) for some in read] for others in write])
    failures = {"write_failures": float(n - w), "read_failures": np.int64(n - r)}
    return {**failures, "overlaps": meet.all(), "note": "every pair of quorums was tried"}
""",
    wrong={
        "at least N": """
def quorum(n, r, w):
    return {"overlaps": r + w >= n, "read_failures": n - r, "write_failures": n - w}
""",
        "r and w swapped": """
def quorum(n, r, w):
    return {"overlaps": r + w > n, "read_failures": n - w, "write_failures": n - r}
""",
        "one more may fail": """
def quorum(n, r, w):
    return {"overlaps": r + w > n, "read_failures": n - r + 1, "write_failures": n - w + 1}
""",
        "the quorum itself": """
def quorum(n, r, w):
    return {"overlaps": r + w > n, "read_failures": r - 1, "write_failures": w - 1}
""",
        "majorities only": """
def quorum(n, r, w):
    return {"overlaps": min(r, w) > n / 2, "read_failures": n - r, "write_failures": n - w}
""",
        "yes": """
def quorum(n, r, w):
    return {"overlaps": "yes" if r + w > n else "no", "read_failures": n - r, "write_failures": n - w}
""",
        "both must succeed": """
def quorum(n, r, w):
    return {"overlaps": r + w > n, "read_failures": n - max(r, w), "write_failures": n - max(r, w)}
""",
        "the example only": """
def quorum(n, r, w):
    return {"overlaps": True, "read_failures": 1, "write_failures": 1}
""",
        "just one more than N": """
def quorum(n, r, w):
    return {"overlaps": r + w == n + 1, "read_failures": n - r, "write_failures": n - w}
""",
        "a product": """
def quorum(n, r, w):
    return {"overlaps": r * w >= n, "read_failures": n - r, "write_failures": n - w}
""",
    },
)

PAIRS = Answers(
    different="""
import numpy as np

def pairs(n, failures):
    r, w = np.mgrid[1:n + 1, 1:n + 1]
    right = (r + w > n) & (np.maximum(r, w) <= n - failures)
    return np.argwhere(right) + 1
""",
    wrong={
        "at least N": """
def pairs(n, failures):
    most = range(1, n - failures + 1)
    return [(r, w) for r in most for w in most if r + w >= n]
""",
        "failures forgotten": """
def pairs(n, failures):
    return [(r, w) for r in range(1, n + 1) for w in range(1, n + 1) if r + w > n]
""",
        "reads only": """
def pairs(n, failures):
    return [(r, w) for r in range(1, n - failures + 1) for w in range(1, n + 1) if r + w > n]
""",
        "overlap forgotten": """
def pairs(n, failures):
    return [(r, w) for r in range(1, n - failures + 1) for w in range(1, n - failures + 1)]
""",
        "range ends early": """
def pairs(n, failures):
    return [(r, w) for r in range(1, n - failures) for w in range(1, n - failures) if r + w > n]
""",
        "one of each two": """
def pairs(n, failures):
    most = range(1, n - failures + 1)
    return [(r, w) for r in most for w in most if r + w > n and r <= w]
""",
        "the example only": """
def pairs(n, failures):
    return [(2, 2)]
""",
        "a majority": """
def pairs(n, failures):
    half = n // 2 + 1
    return [(half, half)] if half <= n - failures else []
""",
    },
)

_SIMULATION = """
def fresh_share(delays, r, w, t_ms):
    fresh = 0
    for write, acknowledge, read, respond in zip(*(
        delays[name] for name in ("write", "acknowledge", "read", "respond")
    )):
        replicas = range(len(write))
        committed = {committed}
        first = {first}
        fresh += {fresh}
    return {share}
"""


def _simulation(**changed: str) -> str:
    right = {
        "committed": "sorted(write[i] + acknowledge[i] for i in replicas)[w - 1]",
        "first": "sorted(replicas, key=lambda i: read[i] + respond[i])[:r]",
        "fresh": "any(write[i] <= committed + t_ms + read[i] for i in first)",
        "share": 'fresh / len(delays["write"])',
    }
    return _SIMULATION.format(**right | changed)


STALENESS = Answers(
    different="""
import numpy as np

def fresh_share(delays, r, w, t_ms):
    write, acknowledge, read, respond = map(np.array, delays.values())
    start = np.partition(write + acknowledge, w - 1, axis=1)[:, w - 1] + t_ms
    place = (read + respond).argsort(axis=1).argsort(axis=1)
    had_it = write <= start[:, None] + read
    return np.mean((had_it & (place < r)).any(axis=1))
""",
    wrong={
        "stale reads": _simulation(share='1 - fresh / len(delays["write"])'),
        "in percent": _simulation(share='100 * fresh / len(delays["write"])'),
        "number of trials": _simulation(share="fresh"),
        "first to be reached": _simulation(first="sorted(replicas, key=lambda i: read[i])[:r]"),
        "first in the list": _simulation(first="list(replicas)[:r]"),
        "all that are asked": _simulation(first="replicas"),
        "first acknowledgement": _simulation(committed="min(write[i] + acknowledge[i] for i in replicas)"),
        "last acknowledgement": _simulation(committed="max(write[i] + acknowledge[i] for i in replicas)"),
        "acknowledgements forgotten": _simulation(committed="sorted(write)[w - 1]"),
        "from the start of the write": _simulation(committed="0"),
        "t forgotten": _simulation(fresh="any(write[i] <= committed + read[i] for i in first)"),
        "the way to the replica forgotten": _simulation(
            fresh="any(write[i] <= committed + t_ms for i in first)"
        ),
        "when the response is back": _simulation(
            fresh="any(write[i] <= committed + t_ms + read[i] + respond[i] for i in first)"
        ),
        "all of them fresh": _simulation(fresh="all(write[i] <= committed + t_ms + read[i] for i in first)"),
        "r and w swapped": _simulation(
            committed="sorted(write[i] + acknowledge[i] for i in replicas)[r - 1]",
            first="sorted(replicas, key=lambda i: read[i] + respond[i])[:w]",
        ),
        "always fresh": """
def fresh_share(delays, r, w, t_ms):
    return 1
""",
        "fresh if they overlap": """
def fresh_share(delays, r, w, t_ms):
    return float(r + w > len(delays["write"][0]))
""",
    },
)

SHOP = Answers(
    different="""
import numpy as np

def shop_quorums():
    page, basket, payment = (1, 2), (2.0, 1), np.array([2, 4])
    choices = {"page": page, "basket": basket, "payment": payment}
    return {name: {"w": pair[1], "r": pair[0], "n": 5} for name, pair in choices.items()}
""",
    wrong={
        "r and w swapped": """
def shop_quorums():
    return {"page": {"r": 3, "w": 1}, "basket": {"r": 2, "w": 1}, "payment": {"r": 3, "w": 3}}
""",
        "everything strong": """
def shop_quorums():
    return {"page": {"r": 1, "w": 5}, "basket": {"r": 5, "w": 1}, "payment": {"r": 3, "w": 3}}
""",
        "just N": """
def shop_quorums():
    return {"page": {"r": 1, "w": 3}, "basket": {"r": 1, "w": 1}, "payment": {"r": 2, "w": 3}}
""",
        "payment stops": """
def shop_quorums():
    return {"page": {"r": 1, "w": 3}, "basket": {"r": 1, "w": 1}, "payment": {"r": 1, "w": 5}}
""",
        "majorities": """
def shop_quorums():
    return {"page": {"r": 3, "w": 3}, "basket": {"r": 3, "w": 3}, "payment": {"r": 3, "w": 3}}
""",
        "no replica": """
def shop_quorums():
    return {"page": {"r": 1, "w": 0}, "basket": {"r": 0, "w": 1}, "payment": {"r": 6, "w": 0}}
""",
        "a text": """
def shop_quorums():
    return {"page": {"r": "1", "w": "3"}, "basket": {"r": "1", "w": "1"}, "payment": {"r": "3", "w": "3"}}
""",
        "page only": """
def shop_quorums():
    return {"page": {"r": 1, "w": 1}}
""",
    },
)

PARTITION = Answers(
    different="""
def client_sees(reached, n, r, w, prefers):
    lenient = prefers == "availability"
    need_r, need_w = (1, 1) if lenient else (r, w)
    both_sides_write = lenient and reached != n
    read = "Refused" if reached < need_r else "Maybe  stale" if both_sides_write else "Latest"
    return dict(read=read, write="refused" if reached < need_w else "accepted")
""",
    wrong={
        "a quorum is the latest": """
def client_sees(reached, n, r, w, prefers):
    if prefers == "availability" and reached:
        return {"read": "latest" if reached >= r else "maybe stale", "write": "accepted"}
    read = "latest" if reached >= r else "refused"
    return {"read": read, "write": "accepted" if reached >= w else "refused"}
""",
        "no partition forgotten": """
def client_sees(reached, n, r, w, prefers):
    if prefers == "availability" and reached:
        return {"read": "maybe stale", "write": "accepted"}
    read = "latest" if reached >= r else "refused"
    return {"read": read, "write": "accepted" if reached >= w else "refused"}
""",
        "no replica forgotten": """
def client_sees(reached, n, r, w, prefers):
    if prefers == "availability":
        return {"read": "latest" if reached == n else "maybe stale", "write": "accepted"}
    read = "latest" if reached >= r else "refused"
    return {"read": read, "write": "accepted" if reached >= w else "refused"}
""",
        "the majority side": """
def client_sees(reached, n, r, w, prefers):
    if prefers == "availability" and reached:
        return {"read": "latest" if reached == n else "maybe stale", "write": "accepted"}
    works = reached > n / 2
    return {"read": "latest" if works else "refused", "write": "accepted" if works else "refused"}
""",
        "r and w swapped": """
def client_sees(reached, n, r, w, prefers):
    if prefers == "availability" and reached:
        return {"read": "latest" if reached == n else "maybe stale", "write": "accepted"}
    read = "latest" if reached >= w else "refused"
    return {"read": read, "write": "accepted" if reached >= r else "refused"}
""",
        "consistency stops everything": """
def client_sees(reached, n, r, w, prefers):
    if prefers == "availability" and reached:
        return {"read": "latest" if reached == n else "maybe stale", "write": "accepted"}
    if reached == n:
        return {"read": "latest", "write": "accepted"}
    return {"read": "refused", "write": "refused"}
""",
        "preference forgotten": """
def client_sees(reached, n, r, w, prefers):
    read = "latest" if reached >= r else "refused"
    return {"read": read, "write": "accepted" if reached >= w else "refused"}
""",
        "the example only": """
def client_sees(reached, n, r, w, prefers):
    return {"read": "refused", "write": "refused"}
""",
        "a replica more than the quorum": """
def client_sees(reached, n, r, w, prefers):
    if prefers == "availability" and reached:
        return {"read": "latest" if reached == n else "maybe stale", "write": "accepted"}
    read = "latest" if reached >= r else "refused"
    return {"read": read, "write": "accepted" if reached > w else "refused"}
""",
        "consistency refuses writes": """
def client_sees(reached, n, r, w, prefers):
    if prefers == "availability" and reached:
        return {"read": "latest" if reached == n else "maybe stale", "write": "accepted"}
    return {"read": "latest" if reached >= r else "refused", "write": "refused"}
""",
        "writes without a replica": """
def client_sees(reached, n, r, w, prefers):
    write = "accepted" if prefers == "availability" or reached >= w else "refused"
    if prefers == "availability" and 0 < reached < n:
        return {"read": "maybe stale", "write": write}
    return {"read": "latest" if reached >= r else "refused", "write": write}
""",
    },
)

ANSWERS = {
    "scope": SCOPE,
    "scale": SCALE,
    "gaps": GAPS,
    "latency": LATENCY,
    "downtime": DOWNTIME,
    "chain": CHAIN,
    "copies": COPIES,
    "quorum": QUORUM,
    "pairs": PAIRS,
    "staleness": STALENESS,
    "shop": SHOP,
    "partition": PARTITION,
}

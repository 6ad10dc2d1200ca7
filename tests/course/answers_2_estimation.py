"""Answers to the homework of step 2 that the marks are tried on: plausible wrong ones, and right ones."""

from tests.course.grader import Answers

__all__ = ["ANSWERS"]

RATE = Answers(
    different="""
from helpers.models.workload import Workload as Product
from helpers.models.estimation import estimate as work_out

def writes_per_second(daily_users, writes_per_user):
    product = Product(daily_users=daily_users, writes_per_user=writes_per_user)
    return work_out(product)["writes_per_second"].quantity
""",
    wrong={
        "per day": """
def writes_per_second(daily_users, writes_per_user):
    return daily_users * writes_per_user
""",
        "users as rate": """
def writes_per_second(daily_users, writes_per_user):
    return daily_users
""",
        "users forgotten": """
def writes_per_second(daily_users, writes_per_user):
    return daily_users / 86_400
""",
        "per minute": """
def writes_per_second(daily_users, writes_per_user):
    return daily_users * writes_per_user / 24 / 60
""",
        "the example only": """
def writes_per_second(daily_users, writes_per_user):
    return 579
""",
        "prints, returns nothing": """
def writes_per_second(daily_users, writes_per_user):
    print(daily_users * writes_per_user / 86_400)
""",
        "syntax error": """
def writes_per_second(daily_users, writes_per_user):
    return daily_users * writes_per_user / 86_400)
""",
    },
)

STORAGE = Answers(
    different="""
def stored_bytes(writes_per_day, bytes_per_item, years):
    total = 0.0
    for month in range(round(12 * years)):
        total += writes_per_day * bytes_per_item * 365 / 12
    return f"{total / 1e9} GB"
""",
    wrong={
        "days forgotten": """
def stored_bytes(writes_per_day, bytes_per_item, years):
    return writes_per_day * bytes_per_item * years
""",
        "one year": """
def stored_bytes(writes_per_day, bytes_per_item, years):
    return writes_per_day * bytes_per_item * 365
""",
        "whole years": """
def stored_bytes(writes_per_day, bytes_per_item, years):
    return writes_per_day * bytes_per_item * 365 * int(years)
""",
        "in terabytes": """
def stored_bytes(writes_per_day, bytes_per_item, years):
    return writes_per_day * bytes_per_item * 365 * years / 1e12
""",
        "in bits": """
def stored_bytes(writes_per_day, bytes_per_item, years):
    return writes_per_day * bytes_per_item * 8 * 365 * years
""",
    },
)

PROVISION = Answers(
    different="""
def provision(writes_per_second, bytes_stored, peak_factor, copies):
    plan = dict(bytes_all_copies=sum([bytes_stored] * copies))
    plan["peak_writes_per_second"] = round(writes_per_second * peak_factor)
    return plan
""",
    wrong={
        "copies on both": """
def provision(writes_per_second, bytes_stored, peak_factor, copies):
    return {
        "peak_writes_per_second": writes_per_second * peak_factor * copies,
        "bytes_all_copies": bytes_stored * copies,
    }
""",
        "peak on both": """
def provision(writes_per_second, bytes_stored, peak_factor, copies):
    return {
        "peak_writes_per_second": writes_per_second * peak_factor,
        "bytes_all_copies": bytes_stored * copies * peak_factor,
    }
""",
        "copies added to the first": """
def provision(writes_per_second, bytes_stored, peak_factor, copies):
    return {
        "peak_writes_per_second": writes_per_second * peak_factor,
        "bytes_all_copies": bytes_stored * (1 + copies),
    }
""",
        "factors swapped": """
def provision(writes_per_second, bytes_stored, peak_factor, copies):
    return {
        "peak_writes_per_second": writes_per_second * copies,
        "bytes_all_copies": bytes_stored * peak_factor,
    }
""",
        "a pair": """
def provision(writes_per_second, bytes_stored, peak_factor, copies):
    return writes_per_second * peak_factor, bytes_stored * copies
""",
    },
)

FEED = Answers(
    different="""
import pandas as pd

def feed_load(posts_per_second, reads_per_post, followers):
    each = pd.Series({"reads_per_second": reads_per_post, "deliveries_per_second": followers})
    return (each * posts_per_second).to_dict()
""",
    wrong={
        "reads delivered": """
def feed_load(posts_per_second, reads_per_post, followers):
    reads = posts_per_second * reads_per_post
    return {"reads_per_second": reads, "deliveries_per_second": reads * followers}
""",
        "swapped": """
def feed_load(posts_per_second, reads_per_post, followers):
    return {
        "reads_per_second": posts_per_second * followers,
        "deliveries_per_second": posts_per_second * reads_per_post,
    }
""",
        "one delivery a post": """
def feed_load(posts_per_second, reads_per_post, followers):
    return {"reads_per_second": posts_per_second * reads_per_post, "deliveries_per_second": posts_per_second}
""",
        "reads divided": """
def feed_load(posts_per_second, reads_per_post, followers):
    return {
        "reads_per_second": posts_per_second / reads_per_post,
        "deliveries_per_second": posts_per_second * followers,
    }
""",
    },
)

LINK = Answers(
    different="""
def link_bits_per_second(reads_per_second, text_bytes, media_share, media_bytes):
    with_picture = reads_per_second * media_share * (text_bytes + media_bytes)
    without = reads_per_second * (1 - media_share) * text_bytes
    return sum(8 * part for part in (with_picture, without))
""",
    wrong={
        "bytes": """
def link_bits_per_second(reads_per_second, text_bytes, media_share, media_bytes):
    return reads_per_second * (text_bytes + media_share * media_bytes)
""",
        "a picture on each": """
def link_bits_per_second(reads_per_second, text_bytes, media_share, media_bytes):
    return reads_per_second * (text_bytes + media_bytes) * 8
""",
        "text or picture": """
def link_bits_per_second(reads_per_second, text_bytes, media_share, media_bytes):
    return reads_per_second * ((1 - media_share) * text_bytes + media_share * media_bytes) * 8
""",
        "text forgotten": """
def link_bits_per_second(reads_per_second, text_bytes, media_share, media_bytes):
    return reads_per_second * media_share * media_bytes * 8
""",
        "pictures forgotten": """
def link_bits_per_second(reads_per_second, text_bytes, media_share, media_bytes):
    return reads_per_second * text_bytes * 8
""",
    },
)

ROUNDING = Answers(
    different="""
def one_figure(value):
    return float(f"{value:.0e}")
""",
    wrong={
        "to hundreds": """
def one_figure(value):
    return round(value, -2)
""",
        "zero forgotten": """
def one_figure(value):
    step = 10.0 ** math.floor(math.log10(value))
    return round(value / step) * step
""",
        "first digit": """
def one_figure(value):
    digits = str(int(value))
    return int(digits[0]) * 10 ** (len(digits) - 1)
""",
        "rounds up": """
def one_figure(value):
    if value == 0:
        return 0
    step = 10.0 ** math.floor(math.log10(value))
    return math.ceil(value / step) * step
""",
        "above one only": """
def one_figure(value):
    step = 1
    while value / step >= 10:
        step *= 10
    return round(value / step) * step
""",
    },
)

SLIPS = Answers(
    different="""
def slips_found():
    photos = {"photo_bytes_per_day": "15 TB/day", "photo_slip": " B "}
    return photos | {"tweet_bytes": 1_200, "tweet_slip": "C"}
""",
    wrong={
        "in terabytes": """
def slips_found():
    photos = {"photo_bytes_per_day": 15, "photo_slip": "b"}
    return photos | {"tweet_bytes": 361e9 / 300e6, "tweet_slip": "c"}
""",
        "slips swapped": """
def slips_found():
    photos = {"photo_bytes_per_day": 10e6 * 1.5e6, "photo_slip": "c"}
    return photos | {"tweet_bytes": 361e9 / 300e6, "tweet_slip": "b"}
""",
        "the published result": """
def slips_found():
    photos = {"photo_bytes_per_day": 15e15, "photo_slip": "b"}
    return photos | {"tweet_bytes": 361e9 / 300e6, "tweet_slip": "c"}
""",
        "two tweets forgotten": """
def slips_found():
    photos = {"photo_bytes_per_day": 10e6 * 1.5e6, "photo_slip": "b"}
    return photos | {"tweet_bytes": 361e9 / 150e6, "tweet_slip": "c"}
""",
        "from the wrong result": """
def slips_found():
    photos = {"photo_bytes_per_day": 10e6 * 1.5e6, "photo_slip": "b"}
    return photos | {"tweet_bytes": 302e6 / 300e6, "tweet_slip": "c"}
""",
    },
)

BINDING = Answers(
    different="""
import numpy as np

def binding_resource(demand, limits):
    best = None
    for name in sorted(limits):
        if demand.get(name):
            room = limits[name] / demand[name]
            if best is None or room < best["headroom"]:
                best = dict(one_node=np.greater_equal(room, 1), headroom=round(room, 2), resource=name)
    return best
""",
    wrong={
        "largest demand": """
def binding_resource(demand, limits):
    name = max((name for name in demand if name in limits), key=lambda name: demand[name])
    room = limits[name] / demand[name]
    return {"resource": name, "headroom": room, "one_node": room >= 1}
""",
        "upside down": """
def binding_resource(demand, limits):
    shares = {name: demand[name] / limits[name] for name in demand if name in limits and demand[name]}
    name = max(shares, key=shares.get)
    return {"resource": name, "headroom": shares[name], "one_node": shares[name] <= 1}
""",
        "zero not left out": """
def binding_resource(demand, limits):
    rooms = {name: limits[name] / demand[name] for name in demand if name in limits}
    name = min(rooms, key=rooms.get)
    return {"resource": name, "headroom": rooms[name], "one_node": rooms[name] >= 1}
""",
        "limit not known": """
def binding_resource(demand, limits):
    rooms = {name: limits[name] / demand[name] for name in demand if demand[name]}
    name = min(rooms, key=rooms.get)
    return {"resource": name, "headroom": rooms[name], "one_node": rooms[name] >= 1}
""",
        "most headroom": """
def binding_resource(demand, limits):
    rooms = {name: limits[name] / demand[name] for name in demand if name in limits and demand[name]}
    name = max(rooms, key=rooms.get)
    return {"resource": name, "headroom": rooms[name], "one_node": rooms[name] >= 1}
""",
        "always enough": """
def binding_resource(demand, limits):
    rooms = {name: limits[name] / demand[name] for name in demand if name in limits and demand[name]}
    name = min(rooms, key=rooms.get)
    return {"resource": name, "headroom": rooms[name], "one_node": True}
""",
    },
)

PROBABILITY = Answers(
    different="""
import numpy as np

def probability_above(low, high, limit):
    middle, spread = np.log(low * high) / 2, np.log(high / low) / 2 / 1.645
    amounts = np.random.default_rng(7).lognormal(middle, spread, 200_000)
    return np.mean(amounts > limit)
""",
    wrong={
        "not logarithms": """
def probability_above(low, high, limit):
    if low == high:
        return 1.0 if low > limit else 0.0
    return 1 - NormalDist((low + high) / 2, (high - low) / 2 / 1.645).cdf(limit)
""",
        "below": """
def probability_above(low, high, limit):
    if low == high:
        return 1.0 if low < limit else 0.0
    middle = math.log(low * high) / 2
    return NormalDist(middle, math.log(high / low) / 2 / 1.645).cdf(math.log(limit))
""",
        "one deviation to the end": """
def probability_above(low, high, limit):
    if low == high:
        return 1.0 if low > limit else 0.0
    middle = math.log(low * high) / 2
    return 1 - NormalDist(middle, math.log(high / low) / 2).cdf(math.log(limit))
""",
        "uniform": """
def probability_above(low, high, limit):
    if low == high:
        return 1.0 if low > limit else 0.0
    return (high - limit) / (high - low)
""",
        "certain forgotten": """
def probability_above(low, high, limit):
    middle = math.log(low * high) / 2
    return 1 - NormalDist(middle, math.log(high / low) / 2 / 1.645).cdf(math.log(limit))
""",
    },
)

METERS = Answers(
    # After this import `sum` is NumPy's, in the test cells too.
    different="""
from numpy import *

def meter_estimate(fleet):
    readings_per_day = fleet["meters"] * 24 * 60 / fleet["minutes"]
    average = readings_per_day / 86_400
    size = readings_per_day * 365.25 * fleet["years"] * fleet["reading_bytes"]
    return {
        "stored_bytes": size * fleet["copies"],
        "reads_per_second": fleet["views_per_day"] / 24 / 3600,
        "writes_per_second": average,
        "peak_writes_per_second": average * fleet["peak_factor"],
        "note": "a year has 365.25 days",
    }
""",
    wrong={
        "minutes as seconds": """
def meter_estimate(fleet):
    writes = fleet["meters"] / fleet["minutes"]
    size = writes * 86_400 * fleet["reading_bytes"] * 365 * fleet["years"] * fleet["copies"]
    return {
        "writes_per_second": writes,
        "peak_writes_per_second": writes * fleet["peak_factor"],
        "reads_per_second": fleet["views_per_day"] / 86_400,
        "stored_bytes": size,
    }
""",
        "one reading a day": """
def meter_estimate(fleet):
    writes = fleet["meters"] / 86_400
    size = fleet["meters"] * fleet["reading_bytes"] * 365 * fleet["years"] * fleet["copies"]
    return {
        "writes_per_second": writes,
        "peak_writes_per_second": writes * fleet["peak_factor"],
        "reads_per_second": fleet["views_per_day"] / 86_400,
        "stored_bytes": size,
    }
""",
        "stored at the peak rate": """
def meter_estimate(fleet):
    writes = fleet["meters"] / (60 * fleet["minutes"])
    peak = writes * fleet["peak_factor"]
    return {
        "writes_per_second": writes,
        "peak_writes_per_second": peak,
        "reads_per_second": fleet["views_per_day"] / 86_400,
        "stored_bytes": peak * 86_400 * fleet["reading_bytes"] * 365 * fleet["years"] * fleet["copies"],
    }
""",
        "views per meter": """
def meter_estimate(fleet):
    writes = fleet["meters"] / (60 * fleet["minutes"])
    return {
        "writes_per_second": writes,
        "peak_writes_per_second": writes * fleet["peak_factor"],
        "reads_per_second": fleet["views_per_day"] * fleet["meters"] / 86_400,
        "stored_bytes": writes * 86_400 * fleet["reading_bytes"] * 365 * fleet["years"] * fleet["copies"],
    }
""",
        "copies forgotten": """
def meter_estimate(fleet):
    writes = fleet["meters"] / (60 * fleet["minutes"])
    return {
        "writes_per_second": writes,
        "peak_writes_per_second": writes * fleet["peak_factor"],
        "reads_per_second": fleet["views_per_day"] / 86_400,
        "stored_bytes": writes * 86_400 * fleet["reading_bytes"] * 365 * fleet["years"],
    }
""",
    },
)

VERDICT = Answers(
    different="""
import numpy as np

def peak_verdict(meters, minutes, peak_factor, limit):
    random = np.random.default_rng(7)

    def draw(low, high):
        return np.exp(random.normal(np.log(low * high) / 2, np.log(high / low) / 3.29, 200_000))

    peak = draw(*meters) / (60 * draw(*minutes)) * draw(*peak_factor)
    above = float(np.mean(peak > limit))
    low, high = np.percentile(peak, [5, 95])
    choice = ["one node", "measure first", "shard"][int(above >= 0.1) + int(above > 0.9)]
    return {"low": low, "high": high, "probability": above, "decision": choice}
""",
    wrong={
        "worst and best case": """
def peak_verdict(meters, minutes, peak_factor, limit):
    low = meters[0] / (60 * minutes[1]) * peak_factor[0]
    high = meters[1] / (60 * minutes[0]) * peak_factor[1]
    middle, spread = math.log(low * high) / 2, math.log(high / low) / 2 / 1.645
    above = 1 - NormalDist(middle, spread).cdf(math.log(limit))
    decision = "one node" if above < 0.1 else "shard" if above > 0.9 else "measure first"
    return {"low": low, "high": high, "probability": above, "decision": decision}
""",
        "low ends together": """
def peak_verdict(meters, minutes, peak_factor, limit):
    low, high = (meters[end] / (60 * minutes[end]) * peak_factor[end] for end in (0, 1))
    middle, spread = math.log(low * high) / 2, abs(math.log(high / low)) / 2 / 1.645
    above = 1 - NormalDist(middle, spread).cdf(math.log(limit))
    decision = "one node" if above < 0.1 else "shard" if above > 0.9 else "measure first"
    return {"low": low, "high": high, "probability": above, "decision": decision}
""",
        "seconds forgotten": """
def peak_verdict(meters, minutes, peak_factor, limit):
    ranges = [meters, minutes, peak_factor]
    half = math.hypot(*(math.log(high / low) / 2 for low, high in ranges))
    middle = math.log(math.prod(meters) / math.prod(minutes) * math.prod(peak_factor)) / 2
    above = 1 - NormalDist(middle, half / 1.645).cdf(math.log(limit))
    decision = "one node" if above < 0.1 else "shard" if above > 0.9 else "measure first"
    return {
        "low": math.exp(middle - half),
        "high": math.exp(middle + half),
        "probability": above,
        "decision": decision,
    }
""",
        "decision reversed": """
def peak_verdict(meters, minutes, peak_factor, limit):
    ranges = [meters, minutes, peak_factor]
    half = math.hypot(*(math.log(high / low) / 2 for low, high in ranges))
    middle = math.log(math.prod(meters) / math.prod(minutes) * math.prod(peak_factor)) / 2 - math.log(60)
    above = 1 - NormalDist(middle, half / 1.645).cdf(math.log(limit))
    decision = "shard" if above < 0.1 else "one node" if above > 0.9 else "measure first"
    return {
        "low": math.exp(middle - half),
        "high": math.exp(middle + half),
        "probability": above,
        "decision": decision,
    }
""",
        "no middle ground": """
def peak_verdict(meters, minutes, peak_factor, limit):
    ranges = [meters, minutes, peak_factor]
    half = math.hypot(*(math.log(high / low) / 2 for low, high in ranges))
    middle = math.log(math.prod(meters) / math.prod(minutes) * math.prod(peak_factor)) / 2 - math.log(60)
    above = 1 - NormalDist(middle, half / 1.645).cdf(math.log(limit))
    return {
        "low": math.exp(middle - half),
        "high": math.exp(middle + half),
        "probability": above,
        "decision": "shard" if above > 0.5 else "one node",
    }
""",
    },
)

ANSWERS = {
    "rate": RATE,
    "storage": STORAGE,
    "provision": PROVISION,
    "feed": FEED,
    "link": LINK,
    "rounding": ROUNDING,
    "slips": SLIPS,
    "binding": BINDING,
    "probability": PROBABILITY,
    "meters": METERS,
    "verdict": VERDICT,
}
"""By exercise; the manually graded one has none."""

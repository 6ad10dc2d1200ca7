"""Answers to the capstone homework that the marks are tried on: plausible wrong ones, and right ones."""

from string import Template

from tests.course.grader import Answers

__all__ = ["ANSWERS"]


def _filled(source: str, parts: dict[str, str], changed: dict[str, str]) -> str:
    return Template(source).substitute(parts | changed)


_CONTRACT = """
def contract():
    return {
        "features": $features,
        "out_of_scope": $out,
        "daily_users": $users,
        "growth_per_year": $growth,
        "latency": {
            "post a score": {"milliseconds": $post_ms, "percentile": $percentile},
            "see the top 100": {"milliseconds": $look_ms, "percentile": $percentile},
            "see my rank": {"milliseconds": $look_ms, "percentile": $percentile},
        },
        "availability": $availability,
        "consistency": {
            "post a score": $post_level,
            "see the top 100": $top_level,
            "see my rank": $rank_level,
        },
    }
"""


def _contract(**changed: str) -> str:
    parts = {
        "features": '["post a score", "see the top 100", "see my rank"]',
        "out": '["chat", "shop", "past seasons"]',
        "users": "20e6",
        "growth": "1.5",
        "post_ms": "500",
        "look_ms": "200",
        "percentile": "99",
        "availability": "0.999",
        "post_level": '{"level": "strong"}',
        "top_level": '{"level": "eventual", "within_s": 10}',
        "rank_level": '{"level": "eventual", "within_s": 2}',
    }
    return _filled(_CONTRACT, parts, changed)


CONTRACT = Answers(
    different="""
import numpy as np

def contract():
    looks = {"milliseconds": np.float64(200), "percentile": 99.0}
    return {
        "consistency": {
            "See my rank": {"within_s": 2.0, "level": "Eventual"},
            "see the top 100": {"level": "eventual", "within_s": 10},
            "Post a score": {"level": "STRONG", "within_s": None},
        },
        "availability": 0.99900463,
        "latency": {"Post a score": {"milliseconds": 500, "percentile": 99}, "See my rank": looks,
                    "See the top 100": looks, "rank among friends": looks},
        "features": ("See my rank", "Post a score", "the top 100", "rank among friends"),
        "out_of_scope": {"shop", "Matchmaking", "chat", "log in"},
        "daily_users": np.int64(20_000_000),
        "growth_per_year": 3 / 2,
    }
""",
    wrong={
        "all that was named": _contract(
            features='["post a score", "the top 100", "see my rank", "rank among friends", "past seasons"]'
        ),
        "without the rank": _contract(features='["post a score", "see the top 100"]'),
        "nothing left out": _contract(out="[]"),
        "accounts for users": _contract(users="100e6"),
        "growth as a share": _contract(growth="0.5"),
        "the average": _contract(percentile="None"),
        "seconds": _contract(post_ms="0.5", look_ms="0.2"),
        "posts like looks": _contract(post_ms="200"),
        "three nines in percent": _contract(availability="99.9"),
        "four nines": _contract(availability="0.9999"),
        "all strong": _contract(top_level='{"level": "strong"}', rank_level='{"level": "strong"}'),
        "posts eventual": _contract(post_level='{"level": "eventual", "within_s": 2}'),
        "no bound": _contract(top_level='{"level": "eventual"}'),
    },
)

_ESTIMATE = """
def estimate():
    return {
        "posts_per_second": $posts,
        "looks_per_second": $looks,
        "peak_posts_per_second": $peak_posts,
        "peak_looks_per_second": $peak_looks,
        "bytes_per_year": $storage,
        "ranking_bytes": $memory,
    }
"""


def _estimate(**changed: str) -> str:
    parts = {
        "posts": "1400",
        "looks": "2300",
        "peak_posts": "5600",
        "peak_looks": "9300",
        "storage": "4.4e12",
        "memory": "3.8e9",
    }
    return _filled(_ESTIMATE, parts, changed)


ESTIMATE = Answers(
    different="""
import numpy as np

def estimate():
    a_day = np.array([6, 10]) * 20e6
    average = a_day / (24 * 60 * 60)
    names = ("posts_per_second", "looks_per_second")
    figures = dict(zip(names, average)) | {f"peak_{name}": 4 * rate for name, rate in zip(names, average)}
    return figures | {"bytes_per_year": "4.4 TB/year", "ranking_bytes": "4 GB"}
""",
    wrong={
        "a day": _estimate(posts="120e6", looks="200e6"),
        "accounts for players": _estimate(posts="6944", looks="11574"),
        "no peak": _estimate(peak_posts="1400", peak_looks="2300"),
        "looks at a rank only": _estimate(looks="1620", peak_looks="6481"),
        "looks and posts together": _estimate(looks="3704", peak_looks="14815"),
        "at the peak all year": _estimate(storage="1.75e13"),
        "a day's posts": _estimate(storage="1.2e10"),
        "looks are stored too": _estimate(storage="1.17e13"),
        "the players of a day": _estimate(memory="1.28e9"),
        "all accounts": _estimate(memory="6.4e9"),
        "a post's bytes for an entry": _estimate(memory="6e9"),
        "bits": _estimate(memory="3.07e10"),
    },
)

_CAPACITY = """
def capacity(looks, posts, players):
    shares = {"writes": $writes, "work": $work, "memory": $memory}
    fullest = $which(shares, key=shares.get)
    years = 0
    while shares[fullest] * $growth <= $limit:
        years += 1
    return {"servers": $servers, "fullest": fullest, "full": shares[fullest], "years": years}
"""


def _capacity(**changed: str) -> str:
    parts = {
        "writes": "posts / 15_900",
        "work": "(looks + posts) / 110_000",
        "memory": "players * 64 / 16e9",
        "which": "max",
        "growth": "1.5 ** (years + 1)",
        "limit": "0.8",
        "servers": "math.ceil((looks + posts) / 800) + 1",
    }
    return _filled(_CAPACITY, parts, changed)


CAPACITY = Answers(
    different="""
import numpy as np

def capacity(looks, posts, players):
    names = np.array(["writes", "work", "memory"])
    asked = np.array([posts, looks + posts, players])
    full = asked / np.array([15_900, 110_000, 16_000_000_000 / 64])
    most = int(np.argmax(full))
    years = math.floor(math.log(0.8 / full[most]) / math.log(1.5))
    servers = 2
    while looks + posts > (servers - 1) * 800:
        servers += 1
    return {"years": max(years, 0), "full": full[most], "fullest": str(names[most]), "servers": servers}
""",
    wrong={
        "none to spare": _capacity(servers="math.ceil((looks + posts) / 800)"),
        "all of a server": _capacity(servers="math.ceil((looks + posts) / 1000) + 1"),
        "always one more": _capacity(servers="(looks + posts) // 800 + 2"),
        "looks only": _capacity(servers="math.ceil(looks / 800) + 1"),
        "updates forgotten": _capacity(work="looks / 110_000"),
        "memory in GB of 2**30": _capacity(memory="players * 64 / (16 * 2**30)"),
        "until full": _capacity(limit="1"),
        "one year too many": _capacity(growth="1.5 ** years"),
        "growth added": _capacity(growth="(1 + 0.5 * (years + 1))"),
        "least full": _capacity(which="min"),
        "the example only": """
def capacity(looks, posts, players):
    return {"servers": 7, "fullest": "memory", "full": 0.12, "years": 4}
""",
    },
)

_DIAGRAM = """
def diagram():
    boxes = {
        "Client": ("client", 1, 0),
        "LB": ("load balancer", $balancer),
        "API": ("API service", $servers, 0),
        "Ranking": ("ranking", $ranking),
        "DB": ("primary database", $primary),
        "Queue": ("queue", 3, 0),
        "Worker": ("worker", $worker),
        $boxes
    }
    flows = [
        ("Client", "LB", "read"),
        ("Client", "LB", "write"),
        ("LB", "API", "read"),
        ("LB", "API", "write"),
        $reads
        $writes
        $updates
    ]
    components = {name: {"kind": k, "machines": m, "standbys": s} for name, (k, m, s) in boxes.items()}
    return {"components": components, "flows": flows}
"""


def _diagram(**changed: str) -> str:
    parts = {
        "balancer": "2, 0",
        "servers": "20",
        "ranking": "1, 1",
        "primary": "1, 1",
        "worker": "2, 0",
        "boxes": "",
        "reads": '("API", "Ranking", "read"),',
        "writes": '("API", "DB", "write"),',
        "updates": '("API", "Queue", "write"), ("Queue", "Worker", "write"), ("Worker", "Ranking", "write"),',
    }
    return _filled(_DIAGRAM, parts, changed)


DIAGRAM = Answers(
    different="""
import numpy as np

def diagram():
    components = {
        "Players": {"kind": "Client"},
        "Balancers": {"kind": "load-balancer", "machines": 2},
        "Looks": {"kind": "API service", "machines": np.int64(13)},
        "Scores": {"kind": "API service", "machines": 8.0},
        "Top 100": {"kind": "cache", "machines": 1},
        "Sorted set": {"kind": "ranking", "machines": 2, "standbys": 2},
        "PostgreSQL": {"kind": "primary database", "machines": 1, "standbys": 2},
        "Archive": {"kind": "read replica"},
    }
    ways = {
        "read": "Players>Balancers Balancers>Looks Looks>Top_100 Looks>Sorted_set",
        "miss": "Looks>Sorted_set",
        "write": "Players>Balancers Balancers>Scores Scores>PostgreSQL Scores>Sorted_set",
        "replication": "PostgreSQL>Archive",
    }
    flows = [
        [*arrow.replace("_", " ").split(">"), request]
        for request, arrows in ways.items()
        for arrow in arrows.split()
    ]
    return {"flows": flows, "components": components}
""",
    wrong={
        "ranks counted in the database": _diagram(reads='("API", "DB", "read"), ("API", "Ranking", "read"),'),
        "a replica is read": _diagram(
            boxes='"Replica": ("read replica", 2, 0),',
            reads='("API", "Replica", "read"),',
            writes='("API", "DB", "write"), ("DB", "Replica", "replication"),',
        ),
        "misses of the ranking": _diagram(reads='("API", "Ranking", "read"), ("API", "DB", "miss"),'),
        "kept in memory only": _diagram(writes='("API", "Ranking", "write"),', boxes=""),
        "the ranking writes to the database": _diagram(writes='("Ranking", "DB", "write"),'),
        "the ranking learns nothing": _diagram(updates='("API", "Queue", "write"),'),
        "the player waits for the worker": _diagram(
            writes='("API", "Queue", "write"), ("Queue", "DB", "write"),',
            updates='("API", "Worker", "write"), ("Worker", "Ranking", "write"), ("Worker", "DB", "write"),',
        ),
        "one load balancer": _diagram(balancer="1, 0"),
        "a ranking without standby": _diagram(ranking="1, 0"),
        "two parts, one standby": _diagram(ranking="2, 1"),
        "a replica for a standby": _diagram(
            primary="1, 0",
            boxes='"Replica": ("read replica", 1, 0),',
            writes='("API", "DB", "write"), ("DB", "Replica", "replication"),',
        ),
        "two primaries": _diagram(primary="2, 0"),
        "one worker": _diagram(worker="1, 0"),
        "servers for the average": _diagram(servers="5"),
        "servers for looks only": _diagram(servers="12"),
        "far too many servers": _diagram(servers="100"),
        "the client asks the ranking": _diagram(reads='("Client", "Ranking", "read"),'),
    },
)

_INTERFACE = """
def interface():
    token = {"name": "Authorization", "where": "header"$token}
    return {
        "post": {
            "method": $method,
            "path": "/v1/scores",
            "parameters": [
                token,
                $key
                {"name": "score", "where": $where, "kind": "number", $score},
                $more
            ],
            "answers": $answers,
        },
        "top": {"method": $get, "path": "/v1/top", "parameters": [token, $limit], "answers": $looks},
        "rank": {"method": "GET", "path": $rank, "parameters": [token, $who], "answers": $looks},
    }
"""


def _interface(**changed: str) -> str:
    parts = {
        "token": "",
        "method": '"POST"',
        "get": '"GET"',
        "key": '{"name": "Idempotency-Key", "where": "header"},',
        "where": '"body"',
        "score": '"at_least": 0, "at_most": 10**6',
        "more": "",
        "answers": "[201, 401, 422]",
        "limit": "",
        "looks": "[200, 401]",
        "rank": '"/v1/rank"',
        "who": "",
    }
    return _filled(_INTERFACE, parts, changed)


INTERFACE = Answers(
    different="""
def interface():
    me = dict(name="authorization", where="header", required=True)
    page = dict(name="limit", where="query", kind="number", required=False, at_least=1, at_most=100)
    game = dict(name="game_id", where="path")
    score = dict(name="score", where="body", kind="number", at_least=0, at_most=2**31)
    done = {200: "here it is", 401: "who are you?"}
    return dict(
        rank=dict(method="get", path="/v2/me/rank", parameters=(me,), answers={**done, 404: "no score yet"}),
        top=dict(method="get", path="/v2/board", parameters=(me, page), answers=done),
        post=dict(method="put", path="/v2/games/{game_id}/score", parameters=(me, game, score),
                  answers=(204, 400, 401, 409)),
    )
""",
    wrong={
        "a player in the body": _interface(more='{"name": "player_id", "where": "body", "at_most": 36},'),
        "a player in the query": _interface(who='{"name": "playerId", "where": "query", "at_most": 36},'),
        "a user in the path": _interface(
            rank='"/v1/users/{user_id}/rank"', who='{"name": "user_id", "where": "path"},'
        ),
        "no token": _interface(token=', "required": False'),
        "no key": _interface(key=""),
        "a key that may be left out": _interface(
            key='{"name": "Idempotency-Key", "where": "header", "required": False},'
        ),
        "the time for a key": _interface(key='{"name": "sent_at", "where": "body", "at_most": 30},'),
        "posted by GET": _interface(method='"GET"'),
        "the score in the query": _interface(where='"query"'),
        "the top by POST": _interface(get='"POST"'),
        "no highest score": _interface(score='"at_least": 0'),
        "a note without limit": _interface(more='{"name": "note", "where": "body", "required": False},'),
        "a list without limit": _interface(limit='{"name": "limit", "where": "query", "kind": "number"},'),
        "ten thousand at once": _interface(
            limit='{"name": "n", "where": "query", "kind": "number", "at_least": 1, "at_most": 10_000},'
        ),
        "only what goes well": _interface(answers="[201]", looks="[200]"),
        "forbidden for unproved": _interface(looks="[200, 403]"),
        "no answer to a bad score": _interface(answers="[201, 401, 500]"),
    },
)

_TABLES = """
def tables():
    return {
        "posts": {
            "columns": {"player_id": "integer", "game_id": "text", "season": "integer", "score": $score},
            "primary_key": $posts_key,
            "unique": $unique,
        },
        $best: {
            "columns": {"season": "integer", "player_id": "integer", "score": "integer"},
            "primary_key": $best_key,
            "indexes": $indexes,
        },
    }
"""


def _tables(**changed: str) -> str:
    parts = {
        "score": '"integer"',
        "posts_key": '["player_id", "game_id"]',
        "unique": "[]",
        "best": '"best"',
        "best_key": '["season", "player_id"]',
        "indexes": '[["season", "score"]]',
    }
    return _filled(_TABLES, parts, changed)


TABLES = Answers(
    different="""
def tables():
    return {
        "players": {"columns": {"id": "integer", "name": "text"}, "primary_key": "id", "unique": [["name"]]},
        "best": {
            "columns": dict.fromkeys(["score", "season", "player_id"], "integer") | {"since": "time"},
            "unique": (("player_id", "season"),),
            "indexes": (("season", "score", "since"), ("season", "player_id", "score")),
        },
        "posts": {
            "columns": {"id": "INTEGER", "player_id": "integer", "game_id": "text", "season": "integer",
                        "score": "integer", "idempotency_key": "text"},
            "primary_key": ["id"],
            "unique": [["game_id", "player_id"], ["idempotency_key"]],
        },
    }
""",
    wrong={
        "one table": """
def tables():
    return {
        "posts": {
            "columns": {"player_id": "integer", "game_id": "text", "season": "integer", "score": "integer"},
            "primary_key": ["player_id", "game_id"],
            "indexes": [["season", "score"]],
        }
    }
""",
        "a score is text": _tables(score='"text"'),
        "no key of posts": _tables(posts_key="[]"),
        "one post a game": _tables(posts_key='["game_id"]'),
        "the score is in the key": _tables(posts_key='["player_id", "game_id", "score"]'),
        "scores are unique": _tables(unique='[["season", "score"]]'),
        "one best score for ever": _tables(best_key='["player_id"]'),
        "no key of best": _tables(best_key="[]"),
        "the score first": _tables(best_key='["season", "score", "player_id"]', indexes="[]"),
        "no index": _tables(indexes="[]"),
        "an index on the score": _tables(indexes='[["score"]]'),
        "the season last": _tables(indexes='[["score", "season"]]'),
        "two indexes": _tables(indexes='[["season"], ["score"]]'),
        "by player": _tables(indexes='[["season", "player_id", "score"]]'),
        "another name": _tables(best='"best_scores"'),
    },
)

_POSTS = """
def take_in(best, posts):
    best, games, seen = $start, {}, set()
    for post_id, player, score, time in posts:
        if $again:
            continue
        seen.add(post_id)
        games[player] = games.get(player, 0) + 1
        if player not in best or $better:
            best[player] = (score, time)
    return {"best": best, "games": games}
"""


def _posts(**changed: str) -> str:
    parts = {
        "start": "dict(best)",
        "again": "post_id in seen",
        "better": "(-score, time) < (-best[player][0], best[player][1])",
    }
    return _filled(_POSTS, parts, changed)


POSTS = Answers(
    different="""
import pandas as pd

def take_in(best, posts):
    games = {player: len({post[0] for post in posts if post[1] == player}) for _, player, _, _ in posts}
    everything = [(p, s, t) for p, (s, t) in best.items()] + [(p, s, t) for _, p, s, t in posts]
    for player, score, time in sorted(everything, key=lambda row: (row[1], -row[2])):
        best[player] = [score, time]
    return {"best": best, "games": games}
""",
    wrong={
        "the last score": _posts(better="True"),
        "the first score": _posts(better="False"),
        "repeats count": _posts(again="False"),
        "equal scores: the last one": _posts(better="score >= best[player][0]"),
        "equal scores: the first to come": _posts(better="score > best[player][0]"),
        "only the posts": _posts(start="{}"),
        "the lowest": _posts(better="score < best[player][0]"),
        "one score, one game": _posts(again="(player, score) in {(p, s) for p, (s, _) in best.items()}"),
        "zero is nothing": _posts(again="post_id in seen or not score"),
        "below zero is nothing": _posts(
            better="score > max(0, best[player][0])", again="post_id in seen or score < 0"
        ),
        "repeats in a row only": """
def take_in(best, posts):
    best, games, last = dict(best), {}, None
    for post_id, player, score, time in posts:
        if post_id == last:
            continue
        last = post_id
        games[player] = games.get(player, 0) + 1
        if player not in best or (-score, time) < (-best[player][0], best[player][1]):
            best[player] = (score, time)
    return {"best": best, "games": games}
""",
    },
)

_BOARD = """
def ordered(best):
    return sorted(best, key=lambda name: ($order))

def top(best, n):
    names = ordered(best)[:$first]
    return [($rank, name) for place, name in enumerate(names, 1)]

def around(best, player, k):
    if $missing:
        return None
    names = ordered(best)
    place = names.index(player)
    rank = next(rank for rank, name in top(best, len(best)) if name == player)
    return {"rank": rank, "above": names[$above], "below": names[place + 1 : place + 1 + k]}
"""


def _board(**changed: str) -> str:
    parts = {
        "order": "-best[name][0], best[name][1], name",
        "first": "n",
        "rank": "1 + sum(score > best[name][0] for score, _ in best.values())",
        "missing": "player not in best",
        "above": "max(0, place - k) : place",
    }
    return _filled(_BOARD, parts, changed)


BOARD = Answers(
    different="""
import itertools
import numpy as np

def board(best):
    rows = sorted((-score, time, name) for name, (score, time) in best.items())
    rank = 1
    for _, equal in itertools.groupby(rows, key=lambda row: row[0]):
        equal = list(equal)
        yield from ((np.int64(rank), name) for _, _, name in equal)
        rank += len(equal)

def top(best, n):
    return itertools.islice(board(best), n)

def around(best, player, k):
    above, rank, below = [], None, []
    for place, name in board(best):
        if name == player:
            rank = place
        else:
            (above if rank is None else below).append(name)
    above = tuple(above[len(above) - min(k, len(above)) :])
    return rank and {"rank": rank, "above": above, "below": below[:k]}
""",
    wrong={
        "a rank for each place": _board(rank="place"),
        "ranks without gaps": _board(rank="1 + len({s for s, _ in best.values() if s > best[name][0]})"),
        "the lower of equal ranks": _board(rank="sum(score >= best[name][0] for score, _ in best.values())"),
        "ranks from zero": _board(rank="sum(score > best[name][0] for score, _ in best.values())"),
        "lowest first": _board(order="best[name][0], best[name][1], name"),
        "latest first": _board(order="-best[name][0], -best[name][1], name"),
        "equals by name": _board(order="-best[name][0], name"),
        "equals as they came": _board(order="-best[name][0], best[name][1]"),
        "round the corner": _board(above="place - k : place"),
        "zero is no score": _board(missing="not best.get(player, (0,))[0]"),
        "nobody is an error": _board(missing="False"),
        "one too few": _board(first="n - 1"),
        "cut at the first hundred": _board(first="min(n, 3)"),
    },
)

_BUCKETS = """
def rank_from_counts(starts, parts, score, off):
    counts = $counts
    bucket = $bucket
    best = $best
    worst = $worst
    return {"best": best, "worst": worst, "search": $search}
"""


def _buckets(**changed: str) -> str:
    parts = {
        "counts": "[sum(part[i] for part in parts) for i in range(len(starts))]",
        "bucket": "max(i for i, start in enumerate(starts) if start <= score)",
        "best": "1 + sum(counts[bucket + 1 :])",
        "worst": "sum(counts[bucket:])",
        "search": "worst - best > off * best",
    }
    return _filled(_BUCKETS, parts, changed)


BUCKETS = Answers(
    different="""
import bisect
import numpy as np

def rank_from_counts(starts, parts, score, off):
    at_least = np.asarray(parts).sum(axis=0)[::-1].cumsum()[::-1]
    bucket = bisect.bisect_right(starts, score) - 1
    best = np.append(at_least, 0)[bucket + 1] + 1
    return {"search": bool(at_least[bucket] > best * (1 + off)), "worst": at_least[bucket], "best": best}
""",
    wrong={
        "the first part only": _buckets(counts="parts[0]"),
        "the bucket below at its start": _buckets(
            bucket="max([i for i, start in enumerate(starts) if start < score], default=0)"
        ),
        "the bucket above": _buckets(bucket="min(i for i, start in enumerate(starts) if start >= score)"),
        "the player is not counted": _buckets(worst="1 + sum(counts[bucket:])"),
        "better ones only": _buckets(best="sum(counts[bucket + 1 :])"),
        "lower ones are better": _buckets(best="1 + sum(counts[:bucket])", worst="sum(counts[: bucket + 1])"),
        "a share of the worst": _buckets(search="worst - best > off * worst"),
        "just good enough is not": _buckets(search="worst - best >= off * best"),
        "the other way round": _buckets(search="worst - best <= off * best"),
        "ranks for a share": _buckets(search="worst - best > off"),
        "always exact": _buckets(search="True"),
    },
)

_ISSUES = """
def issues():
    found = [
        ("Load balancer", "it stands alone", 2, $balancer, "add a standby", "one more machine"),
        ("API service", "the season begins", 4, 30, $crowd, "begin region by region", "an unequal start"),
        ("Primary", "posts fail", 2, $primary, "promote a standby automatically", "a round trip a post"),
        ("Ranking", "looks fail", 2, $ranking, "keep a second ranking", $price),
    ]
    names = ("component", "what", "times_a_year", "minutes", "share", "remedy", "price")
    return [dict(zip(names, issue)) for issue in $order]
"""


def _issues(**changed: str) -> str:
    parts = {
        "balancer": "45, 1",
        "crowd": "0.46",
        "primary": "60, 0.375",
        "ranking": "20, 0.625",
        "price": '"4 GB of memory"',
        "order": "found",
    }
    return _filled(_ISSUES, parts, changed)


ISSUES = Answers(
    different="""
import numpy as np

def issues():
    for component, what, times, minutes, share, remedy, price in (
        ("load balancer", "A machine dies and nobody notices.", 2.0, 45.0, 1.0, "Two of them.", "A machine."),
        ("API  service", "A crowd comes.", 4, np.float64(30), 1 - 24 / 44.4, "Shed load.", "Angry people."),
        ("primary", "It is promoted by hand.", 2, 60, np.float64(6) / 16, "A standby.", "One more machine."),
        ("ranking", "It is empty.", 2, 20, 10 / 16, "Also a standby!", "4 GB more."),
        ("Workers", "Both are down.", 0.1, 60, 0, "A third one.", "Yet another machine."),
    ):
        yield {"what": what, "component": component, "share": share, "minutes": minutes, "price": price,
               "times_a_year": times, "remedy": remedy, "said_by": "me"}
""",
    wrong={
        "three issues": _issues(order="found[:2] + found[3:]"),
        "the queue for the primary": _issues(
            order='[*found[:2], ("Queue", "it may be full", 1, 30, 0.375, "add some", "two more"), found[3]]'
        ),
        "a box that is not there": _issues(order='[("Cache", *found[0][1:]), *found[1:]]'),
        "as drawn": _issues(order="[found[0], found[1], found[3], found[2]]"),
        "least first": _issues(order="found[::-1]"),
        "by minutes": _issues(order="sorted(found, key=lambda issue: -issue[3])"),
        "hours": _issues(primary="1, 0.375", order="[*found[:2], found[3], found[2]]"),
        "all requests": _issues(primary="60, 1", order="[found[2], found[0], found[1], found[3]]"),
        "of looks, of posts": _issues(
            primary="60, 1", ranking="20, 1", order="[found[2], found[0], found[1], found[3]]"
        ),
        "what gets through": _issues(crowd="0.54"),
        "everybody is turned away": _issues(crowd="1", order="[found[1], found[0], found[2], found[3]]"),
        "percent": _issues(balancer="45, 100", primary="60, 37.5", ranking="20, 62.5", crowd="46"),
        "seconds": _issues(ranking="1200, 0.625", order="[found[3], *found[:3]]"),
        "no price": _issues(price='""'),
    },
)

ANSWERS = {
    "contract": CONTRACT,
    "estimate": ESTIMATE,
    "capacity": CAPACITY,
    "diagram": DIAGRAM,
    "interface": INTERFACE,
    "tables": TABLES,
    "posts": POSTS,
    "board": BOARD,
    "buckets": BUCKETS,
    "issues": ISSUES,
}

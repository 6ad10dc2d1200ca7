"""Answers to the homework of step 4 that the marks are tried on: plausible wrong ones, and right ones."""

from string import Template

from tests.course.grader import Answers

__all__ = ["ANSWERS"]


def _filled(source: str, parts: dict[str, str], changed: dict[str, str]) -> str:
    return Template(source).substitute(parts | changed)


_CURSOR = """
import hashlib
import json

def make_cursor(key, created_at, tweet_id):
    place = $place
    signature = $signature
    return base64.urlsafe_b64encode((signature + place).encode()).decode()

def read_cursor(key, cursor):
    try:
        raw = base64.urlsafe_b64decode(cursor).decode()
        signature, place = raw[:$size], raw[$size:]
        created_at, tweet_id = $parsed
        genuine = $genuine
    except Exception:
        return $refused
    return (created_at, tweet_id) if genuine else $refused
"""


def _cursor(**changed: str) -> str:
    parts = {
        "place": "json.dumps([created_at, tweet_id])",
        "signature": "hmac.new(key, place.encode(), hashlib.sha256).hexdigest()",
        "size": "64",
        "parsed": "json.loads(place)",
        "genuine": "hmac.compare_digest(make_cursor(key, created_at, tweet_id), cursor)",
        "refused": "None",
    }
    return _filled(_CURSOR, parts, changed)


_SIGNED = "hmac.new(key, place.encode(), hashlib.sha256).hexdigest()"

CURSOR = Answers(
    different="""
import hashlib
import json
import numpy as np

def sign(key, text):
    return hmac.new(key, text.encode(), hashlib.sha512).hexdigest()[:40]

def make_cursor(key, created_at, tweet_id):
    text = f"v1~{float(created_at).hex().replace('+', '_')}~{tweet_id:x}"
    return f"{text}.{sign(key, text)}"

def read_cursor(key, cursor):
    text, dot, signature = cursor.rpartition(".")
    if not dot or not signature.isascii() or not text.isascii():
        return None
    if not hmac.compare_digest(signature, sign(key, text)):
        return None
    _, created_at, tweet_id = text.split("~")
    return [np.float64(float.fromhex(created_at.replace("_", "+"))), int(tweet_id, 16)]
""",
    wrong={
        "not signed": _cursor(signature='""', size="0", genuine="True"),
        "signed but not checked": _cursor(genuine="True"),
        "a hash without the key": _cursor(signature="hashlib.sha256(place.encode()).hexdigest()"),
        "the key's hash for a signature": _cursor(signature="hashlib.sha256(key).hexdigest()"),
        "only the time signed": _cursor(
            signature="hmac.new(key, str(created_at).encode(), hashlib.sha256).hexdigest()"
        ),
        "fields signed without a border": _cursor(
            signature='hmac.new(key, f"{created_at}{tweet_id}".encode(), hashlib.sha256).hexdigest()'
        ),
        "signature compared, spelling not": _cursor(genuine=f"hmac.compare_digest(signature, {_SIGNED})"),
        "signature begins right": _cursor(genuine=f"{_SIGNED}.startswith(signature[:8])"),
        "signature of two bytes": _cursor(signature=f"{_SIGNED}[:4]", size="4"),
        "half of the key": _cursor(
            signature="hmac.new(key[:16], place.encode(), hashlib.sha256).hexdigest()"
        ),
        "raises": """
def make_cursor(key, created_at, tweet_id):
    place = struct.pack(">dQ", created_at, tweet_id)
    return base64.urlsafe_b64encode(place + hmac.digest(key, place, "sha256")).decode()

def read_cursor(key, cursor):
    place = struct.unpack(">dQ", base64.urlsafe_b64decode(cursor)[:16])
    return place if make_cursor(key, *place) == cursor else None
""",
        "False for None": _cursor(refused="False"),
        "whole seconds": _cursor(place="json.dumps([int(created_at), tweet_id])"),
        "milliseconds": _cursor(place="json.dumps([round(created_at, 3), tweet_id])"),
        "the id as a float": _cursor(parsed="map(float, json.loads(place))"),
        "single precision": """
def make_cursor(key, created_at, tweet_id):
    place = struct.pack(">fQ", created_at, tweet_id)
    return base64.urlsafe_b64encode(place + hmac.digest(key, place, "sha256")).decode()

def read_cursor(key, cursor):
    try:
        place = struct.unpack(">fQ", base64.urlsafe_b64decode(cursor)[:12])
        return place if make_cursor(key, *place) == cursor else None
    except (ValueError, struct.error):
        return None
""",
        "standard Base64": """
def make_cursor(key, created_at, tweet_id):
    place = struct.pack(">dQ", created_at, tweet_id)
    return base64.b64encode(place + hmac.digest(key, place, "sha256")).decode()

def read_cursor(key, cursor):
    try:
        place = struct.unpack(">dQ", base64.b64decode(cursor)[:16])
        return place if make_cursor(key, *place) == cursor else None
    except (ValueError, struct.error):
        return None
""",
        "capitals do not matter": """
def make_cursor(key, created_at, tweet_id):
    place = struct.pack(">dQ", created_at, tweet_id)
    return (place + hmac.digest(key, place, "sha256")).hex()

def read_cursor(key, cursor):
    try:
        raw = bytes.fromhex(cursor)
        place = struct.unpack(">dQ", raw[:16])
    except (ValueError, struct.error):
        return None
    return place if hmac.compare_digest(raw[16:], hmac.digest(key, raw[:16], "sha256")) else None
""",
        "a list kept by the server": """
known = {}

def make_cursor(key, created_at, tweet_id):
    cursor = f"c{len(known)}"
    known[cursor] = (created_at, tweet_id)
    return cursor

def read_cursor(key, cursor):
    return known.get(cursor)
""",
        "refuses everything": """
def make_cursor(key, created_at, tweet_id):
    return f"{created_at}.{tweet_id}"

def read_cursor(key, cursor):
    return None
""",
        "the example only": """
def make_cursor(key, created_at, tweet_id):
    return key.hex()

def read_cursor(key, cursor):
    return (12.5, 7) if cursor == key.hex() else None
""",
    },
)

_POST = """
def post_all(requests):
    answers, tweets, posted = [], [], {}
    for user, key, text in requests:
        known = posted.get($name)
        if key is None:
            answers.append($keyless)
        elif $bad:
            answers.append((422, None))$after_bad
        elif known is None:
            tweets.append((user, text))
            posted[$name] = (len(tweets), text)
            answers.append((201, len(tweets)))
        elif $same:
            answers.append($again)
        else:
            answers.append((409, None))$after_conflict
    return {"answers": answers, "tweets": tweets}
"""


def _post(**changed: str) -> str:
    parts = {
        "name": "(user, key)",
        "keyless": "(400, None)",
        "bad": "not 0 < len(text) <= 280",
        "after_bad": "",
        "same": "known[1] == text",
        "again": "(201, known[0])",
        "after_conflict": "",
    }
    return _filled(_POST, parts, changed)


POST = Answers(
    different="""
from collections import defaultdict
import numpy as np

def post_all(requests):
    state = {"tweets": [], "keys": defaultdict(dict)}

    def one(user, key, text):
        if key is None:
            return [400, None]
        if text == "" or len(text) > 280:
            return [422, None]
        first_text, number = state["keys"][user].setdefault(key, (text, len(state["tweets"]) + 1))
        if first_text != text:
            return [409, None]
        if number > len(state["tweets"]):
            state["tweets"].append([user, text])
        return [np.int64(201), float(number)]

    answers = tuple(one(*request) for request in requests)
    return {"tweets": iter(state["tweets"]), "answers": answers, "note": "a dict of keys for each user"}
""",
    wrong={
        "no key": """
def post_all(requests):
    tweets = [(user, text) for user, key, text in requests]
    return {"answers": [(201, n) for n in range(1, len(tweets) + 1)], "tweets": tweets}
""",
        "keys of all users together": _post(name="key"),
        "keys glued to users": _post(name="user + str(key)"),
        "the text is part of the key": _post(name="(user, key, text)"),
        "the same text is a retry": _post(name="(user, text)"),
        "another text is not refused": _post(same="True"),
        "capitals do not matter": _post(same="known[1].lower() == text.lower()"),
        "a retry is 200": _post(again="(200, known[0])"),
        "a retry is refused": _post(same="False"),
        "a retry gets the newest number": _post(again="(201, len(tweets))"),
        "a refused text takes the key": _post(after_bad="; posted[user, key] = (0, text)"),
        "a conflict frees the key": _post(after_conflict="; del posted[user, key]"),
        "an empty key is no key": _post().replace("key is None", "not key"),
        "no key makes a tweet": _post().replace("if key is None:", "if False:"),
        "up to 279 characters": _post(bad="not 0 < len(text) < 280"),
        "bytes counted": _post(bad="not 0 < len(text.encode()) <= 280"),
        "an empty text is posted": _post(bad="len(text) > 280"),
        "the key is looked at before the text": _post(bad="known is None and not 0 < len(text) <= 280"),
        "the text is looked at before the key": _post(
            keyless="(400, None) if 0 < len(text) <= 280 else (422, None)"
        ),
        "numbers from 0": _post(again="(201, known[0] - 1)").replace(
            "answers.append((201, len(tweets)))", "answers.append((201, len(tweets) - 1))"
        ),
        "the example only": """
def post_all(requests):
    return {"answers": [(201, 1), (201, 1), (201, 2)], "tweets": [("ann", "Hi"), ("ann", "Hi")]}
""",
    },
)

_SCHEMA = '''
def ddl():
    return """
CREATE TABLE users ($users);
CREATE TABLE tweets ($tweets);
CREATE TABLE follows ($follows)$options;
$indexes
"""
'''
_CONTENT = "content TEXT NOT NULL CHECK (length(content) >= 1 AND length(content) <= 280)"
_AUTHOR = "user_id INTEGER NOT NULL REFERENCES users (id)"
_SIDES = "follower_id INTEGER NOT NULL REFERENCES users, followee_id INTEGER NOT NULL REFERENCES users"
_PAIR = "PRIMARY KEY (follower_id, followee_id)"
_OTHER = "CHECK (follower_id <> followee_id)"
_BY_AUTHOR = "CREATE INDEX by_author ON tweets (user_id, created_at, id);"
_BY_FOLLOWEE = "CREATE INDEX by_followee ON follows (followee_id);"


_TIME = "created_at INTEGER NOT NULL"


def _tweets(author: str = _AUTHOR, content: str = _CONTENT, key: str = "id INTEGER PRIMARY KEY") -> str:
    return f"{key}, {author}, {content}, {_TIME}"


def _schema(**changed: str) -> str:
    parts = {
        "users": "id INTEGER PRIMARY KEY, username TEXT NOT NULL UNIQUE",
        "tweets": _tweets(),
        "follows": f"{_SIDES}, {_PAIR}, {_OTHER}",
        "options": "",
        "indexes": f"{_BY_AUTHOR} {_BY_FOLLOWEE}",
    }
    return _filled(_SCHEMA, parts, changed)


SCHEMA = Answers(
    different='''
def ddl():
    return [
        "PRAGMA foreign_keys = ON",
        "BEGIN",
        "DROP TABLE IF EXISTS follows",
        """create table if not exists Users (
            id bigint not null constraint users_pk primary key, username varchar(15) not null,
            email text, password_hash text default '-', joined timestamp default current_timestamp)""",
        "create unique index one_name on users (username collate nocase)",
        """create table tweets (
            id int primary key not null, user_id int not null, content varchar(280) not null,
            created_at timestamp not null, media_url text, idempotency_key text,
            unique (user_id, idempotency_key),
            foreign key (user_id) references users on delete cascade,
            check (trim(content) <> '' and length(content) < 281))""",
        "create index newest_first on tweets (user_id, created_at desc, id desc)",
        """create table follows (
            followee_id integer not null, follower_id integer not null,
            primary key (followee_id, follower_id)) without rowid""",
        "create index followees on follows (follower_id, followee_id)",
        "drop index followees",
        "create index whom_somebody_follows on follows (follower_id)",
        """create trigger follows_of_users before insert on follows begin
            select raise(abort, 'no such user')
            where not exists (select 1 from users where id = new.follower_id)
            or not exists (select 1 from users where id = new.followee_id)
            or new.follower_id = new.followee_id; end""",
        "COMMIT",
    ]
''',
    wrong={
        "the framework's": _schema(
            users="id INTEGER PRIMARY KEY, username, email, password_hash",
            tweets="id INTEGER PRIMARY KEY, user_id REFERENCES users (id), content, created_at",
            follows=f"follower_id, followee_id, {_PAIR}",
            indexes="",
        ),
        "no reverse index": _schema(indexes=_BY_AUTHOR),
        "an index on both columns apart": _schema(
            follows=f"{_SIDES}, {_OTHER}",
            indexes=f"{_BY_AUTHOR} {_BY_FOLLOWEE} CREATE INDEX by_follower ON follows (follower_id);",
        ),
        "only the reverse index": _schema(
            follows=f"{_SIDES}, {_OTHER}, UNIQUE (followee_id, follower_id)", indexes=_BY_AUTHOR
        ),
        "one follow each": _schema(
            follows="follower_id INTEGER PRIMARY KEY REFERENCES users, followee_id INTEGER NOT NULL "
            f"REFERENCES users, {_OTHER}"
        ),
        "no follow back": _schema(follows=f"{_SIDES}, {_PAIR}, CHECK (follower_id < followee_id)"),
        "an index of authors only": _schema(
            indexes=f"CREATE INDEX by_author ON tweets (user_id); {_BY_FOLLOWEE}"
        ),
        "times before authors": _schema(
            indexes=f"CREATE INDEX by_time ON tweets (created_at, user_id); {_BY_FOLLOWEE}"
        ),
        "ties sorted": _schema(
            indexes=f"CREATE INDEX by_author ON tweets (user_id, created_at DESC); {_BY_FOLLOWEE}"
        ),
        "an index of recent tweets": _schema(
            indexes="CREATE INDEX by_author ON tweets (user_id, created_at, id) "
            f"WHERE created_at > 1700000000000; {_BY_FOLLOWEE}"
        ),
        "one tweet a millisecond": _schema(tweets=f"{_tweets()}, UNIQUE (user_id, created_at)"),
        "authors are not checked": _schema(tweets=_tweets(author="user_id INTEGER NOT NULL")),
        "follows are not checked": _schema(
            follows=f"follower_id INTEGER NOT NULL, followee_id INTEGER NOT NULL, {_PAIR}, {_OTHER}"
        ),
        "references to names": _schema(
            tweets=_tweets(author="user_id INTEGER NOT NULL REFERENCES users (username)")
        ),
        "names twice": _schema(users="id INTEGER PRIMARY KEY, username TEXT NOT NULL"),
        "no name": _schema(users="id INTEGER PRIMARY KEY, username TEXT UNIQUE"),
        "ids twice": _schema(tweets=_tweets(key="id INTEGER NOT NULL")),
        "ids of an author": _schema(
            tweets=f"{_tweets(key='id INTEGER NOT NULL')}, PRIMARY KEY (user_id, id)"
        ),
        "VARCHAR(280)": _schema(
            tweets=_tweets(content="content VARCHAR(280) NOT NULL CHECK (content <> '')")
        ),
        "an empty content": _schema(
            tweets=_tweets(content="content TEXT NOT NULL CHECK (length(content) <= 280)")
        ),
        "bytes counted": _schema(
            tweets=_tweets(
                content="content TEXT NOT NULL CHECK (length(CAST(content AS BLOB)) BETWEEN 1 AND 280)"
            )
        ),
        "a check lets NULL pass": _schema(
            tweets=_tweets(content="content TEXT CHECK (length(content) BETWEEN 1 AND 280)")
        ),
        "a primary key lets NULL pass": _schema(
            follows="follower_id INTEGER REFERENCES users, followee_id INTEGER REFERENCES users, "
            f"{_PAIR}, {_OTHER}"
        ),
        "follows of oneself": _schema(follows=f"{_SIDES}, {_PAIR}"),
        "with a row": _schema(indexes=f"{_BY_AUTHOR} {_BY_FOLLOWEE} INSERT INTO users VALUES (1, 'ann');"),
        "for PostgreSQL": _schema(
            users="id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, username TEXT NOT NULL UNIQUE"
        ),
        "a file": """
def ddl():
    return "ATTACH 'course.db' AS course; CREATE TABLE course.users (id INTEGER PRIMARY KEY, username TEXT);"
""",
        "endless": """
def ddl():
    return "CREATE TABLE users AS WITH RECURSIVE n (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n) " \\
        "SELECT id, id AS username FROM n"
""",
        "a dict": """
def ddl():
    return {"users": ["id", "username"]}
""",
    },
)

_PAGE = """
def page(tweets, size, after):
    older = [tweet for tweet in tweets if after is None or $older]
    older.sort(key=$order, reverse=True)
    shown = older[:$size]
    return {"ids": [number for _, number in shown], "next": $following}
"""


def _page(**changed: str) -> str:
    parts = {
        "older": "tweet < after",
        "order": "lambda tweet: tweet",
        "size": "size",
        "following": "shown[-1] if len(older) > size else None",
    }
    return _filled(_PAGE, parts, changed)


PAGE = Answers(
    different="""
import numpy as np
import pandas as pd

def page(tweets, size, after):
    table = pd.DataFrame(tweets, columns=["time", "id"]).sort_values(["time", "id"], ascending=[False, False])
    if after is not None:
        time, number = after
        table = table[(table.time < time) | ((table.time == time) & (table.id < number))]
    shown = table.iloc[:size]
    more = len(table) > len(shown)
    return {"next": list(shown.iloc[-1]) if more else None, "ids": shown["id"].to_numpy()}
""",
    wrong={
        "the place is shown again": _page(older="tweet <= after"),
        "ties lost": _page(older="tweet[0] < after[0]"),
        "ties shown again": _page(older="tweet[0] <= after[0] and tweet != after"),
        "ids decide": _page(older="tweet[1] < after[1]"),
        "the place is looked up": """
def page(tweets, size, after):
    ordered = sorted(tweets, reverse=True)
    start = 0 if after is None else ordered.index(after) + 1
    shown = ordered[start:start + size]
    return {"ids": [i for _, i in shown], "next": shown[-1] if start + size < len(ordered) else None}
""",
        "the first page if the place is gone": """
def page(tweets, size, after):
    ordered = sorted(tweets, reverse=True)
    start = ordered.index(after) + 1 if after in ordered else 0
    shown = ordered[start:start + size]
    return {"ids": [i for _, i in shown], "next": shown[-1] if start + size < len(ordered) else None}
""",
        "in the order given": """
def page(tweets, size, after):
    older = [tweet for tweet in tweets if after is None or tweet < after]
    return {"ids": [i for _, i in older[:size]], "next": older[size - 1] if len(older) > size else None}
""",
        "oldest first": _page().replace(", reverse=True", ""),
        "by time only": _page(order="lambda tweet: tweet[0]"),
        "lower ids first": _page(order="lambda tweet: (tweet[0], -tweet[1])"),
        "an empty page to come": _page(following="shown[-1] if len(shown) == size else None"),
        "always a next page": _page(following="shown[-1] if shown else None"),
        "the next page's first tweet": _page(following="older[size] if len(older) > size else None"),
        "the id alone": _page(following="shown[-1][1] if len(older) > size else None"),
        "one tweet more": _page(size="size + 1"),
        "the last page left out": _page(following="shown[-1] if len(older) > size + 1 else None"),
        "the example only": """
def page(tweets, size, after):
    return {"ids": [1, 3], "next": (5.0, 3)} if after is None else {"ids": [2], "next": None}
""",
    },
)

_MERGE = """
def newest(authors, count, read):
    heap = []
    for author in authors:
        tweet = read(author, 0)
        if tweet:
            heapq.heappush(heap, ($key, author, 0, tweet[1]))
    ids = []
    while $more:
        _, author, place, number = heapq.heappop(heap)
        ids.append(number)
        tweet = read(author, place + 1)
        if tweet:
            heapq.heappush(heap, ($key, author, place + 1, tweet[1]))
    return $answer
"""


def _merge(**changed: str) -> str:
    parts = {
        "key": "(-tweet[0], -tweet[1])",
        "more": "heap and len(ids) < count",
        "answer": "ids",
    }
    return _filled(_MERGE, parts, changed)


_GATHERED = """
def newest(authors, count, read):
    every = []
    for author in authors:
        place = 0
        while $more:
            tweet = read(author, place)
            if tweet is None:
                break
            every.append(tweet)
            place += 1
    every.sort(key=$order)
    return [number for _, number in every[:count]]
"""


def _gathered(**changed: str) -> str:
    parts = {"more": "True", "order": "lambda tweet: (-tweet[0], -tweet[1])"}
    return _filled(_GATHERED, parts, changed)


MERGE = Answers(
    different="""
from itertools import count as places, islice
import numpy as np

def newest(authors, count, read):
    def tweets(author):
        for place in places():
            tweet = read(author, np.int64(place))
            if tweet is None:
                return
            yield tweet

    merged = heapq.merge(*map(tweets, authors), reverse=True)
    return (number for _, number in islice(merged, count))
""",
    wrong={
        "reads everything and sorts": _gathered(),
        "reads a page of each": _gathered(more="place < count"),
        "reads half a page of each": _gathered(more="place < max(3, count // 2)"),
        "reads the newest of each": _gathered(more="place < 1"),
        "looks at every head each time": """
def newest(authors, count, read):
    places, ids = dict.fromkeys(authors, 0), []
    while len(ids) < count:
        heads = [(read(author, places[author]), author) for author in authors]
        heads = [(tweet, author) for tweet, author in heads if tweet]
        if not heads:
            break
        (_, number), author = max(heads)
        places[author] += 1
        ids.append(number)
    return ids
""",
        "peeks, then takes": """
def newest(authors, count, read):
    heap = [(-t[0], -t[1], a, 0) for a in authors if (t := read(a, 0))]
    heapq.heapify(heap)
    ids = []
    while heap and len(ids) < count:
        _, _, author, place = heapq.heappop(heap)
        ids.append(read(author, place)[1])
        following = read(author, place + 1)
        if following:
            heapq.heappush(heap, (-following[0], -following[1], author, place + 1))
    return ids
""",
        "reads two ahead": """
def newest(authors, count, read):
    def tweets(author):
        place, ahead = 0, [read(author, 0), read(author, 1)]
        while ahead[0]:
            yield ahead[0]
            place += 1
            ahead = [ahead[1], read(author, place + 1)]
    merged = heapq.merge(*map(tweets, authors), reverse=True)
    return [number for (_, number), _ in zip(merged, range(count))]
""",
        "asks empty lists again": """
def newest(authors, count, read):
    places, heads, ids = {a: 0 for a in authors}, {}, []
    while len(ids) < count:
        for author in authors:
            if not heads.get(author):
                heads[author] = read(author, places[author])
        found = [(heads[author], author) for author in authors if heads[author]]
        if not found:
            break
        (_, number), author = max(found)
        ids.append(number)
        heads[author] = None
        places[author] += 1
    return ids
""",
        "oldest of the heads first": _merge(key="(tweet[0], tweet[1])"),
        "ties by author": _merge(key="-tweet[0]"),
        "ties by lower id": _merge(key="(-tweet[0], tweet[1])"),
        "ties lost": """
def newest(authors, count, read):
    by_time = {}
    for author in authors:
        place = 0
        while (tweet := read(author, place)) is not None:
            by_time[tweet[0]] = max(tweet[1], by_time.get(tweet[0], 0))
            place += 1
    return [by_time[time] for time in sorted(by_time, reverse=True)[:count]]
""",
        "one too many": _merge(more="heap and len(ids) <= count"),
        "fails at the end": _merge(more="len(ids) < count"),
        "fails at an empty list": _merge().replace("if tweet:", "if True:"),
        "stops at the first end": """
def newest(authors, count, read):
    heap = [(-t[0], -t[1], a, 0) for a in authors if (t := read(a, 0))]
    heapq.heapify(heap)
    ids = []
    while heap and len(ids) < count:
        _, number, author, place = heapq.heappop(heap)
        ids.append(-number)
        tweet = read(author, place + 1)
        if tweet is None:
            break
        heapq.heappush(heap, (-tweet[0], -tweet[1], author, place + 1))
    return ids
""",
        "one of each author": """
def newest(authors, count, read):
    heads = sorted((t for a in authors if (t := read(a, 0))), reverse=True)
    return [number for _, number in heads[:count]]
""",
        "the example only": """
def newest(authors, count, read):
    return [4, 3]
""",
    },
)

_PUSH = """
def push(followers, events, kept):
    lists = {reader: [] for readers in followers.values() for reader in readers}
    posted, deleted = set(), set()
    for kind, number, *rest in events:
        if kind == "delete":
            $delete
            continue
        if $seen:
            continue
        posted.add(number)
        author, time = rest
        for reader in $readers:
            own = lists[reader]
            own.append((time, number))
            own.sort(key=$order, reverse=True)
            $bound
    return {reader: [number for _, number in own] for reader, own in lists.items()}
"""


def _push(**changed: str) -> str:
    parts = {
        "delete": "lists = {r: [t for t in own if t[1] != number] for r, own in lists.items()}",
        "seen": "number in posted",
        "readers": "followers.get(author, [])",
        "order": "lambda tweet: tweet",
        "bound": "del own[kept:]",
    }
    return _filled(_PUSH, parts, changed)


PUSH = Answers(
    different="""
from bisect import insort
from collections import defaultdict, deque
import numpy as np

def push(followers, events, kept):
    lists = defaultdict(list)
    {reader: lists[reader] for readers in followers.values() for reader in readers}
    done = set()
    for event in events:
        if tuple(event[:2]) in done:
            continue
        done.add(tuple(event[:2]))
        if event[0] == "post":
            _, number, author, time = event
            for reader in followers.get(author) or ():
                insort(lists[reader], (-time, -number))
                if len(lists[reader]) > kept:
                    lists[reader].pop()
        else:
            for own in lists.values():
                own[:] = [entry for entry in own if -entry[1] != event[1]]
    return {reader: np.array([-number for _, number in own], dtype=int) for reader, own in lists.items()}
""",
    wrong={
        "unbounded": _push(bound="pass"),
        "bounded at the end": _push(bound="pass").replace(
            "[number for _, number in own] for", "[number for _, number in own[:kept]] for"
        ),
        "worked out from all tweets": """
def push(followers, events, kept):
    deleted = {event[1] for event in events if event[0] == "delete"}
    lists = {reader: set() for readers in followers.values() for reader in readers}
    for event in events:
        if event[0] == "post" and event[1] not in deleted:
            for reader in followers.get(event[2], []):
                lists[reader].add((event[3], event[1]))
    return {r: [number for _, number in sorted(own, reverse=True)[:kept]] for r, own in lists.items()}
""",
        "one more is kept": _push(bound="del own[kept + 1:]"),
        "the oldest are kept": _push(bound="del own[:-kept]"),
        "one falls out when it is full": _push(bound="own[:] = own[:kept] if len(own) > kept + 1 else own"),
        "deletion still in the lists": _push(delete="deleted.add(number)"),
        "deleted from the first list only": _push(
            delete="""for own in lists.values():
                if any(t[1] == number for t in own):
                    own[:] = [t for t in own if t[1] != number]
                    break"""
        ),
        "deleted while going through": _push(
            delete="""for own in lists.values():
                for place in range(len(own)):
                    if own[place][1] == number:
                        del own[place]"""
        ),
        "a second deletion fails": _push(
            delete="""for own in lists.values():
                own.remove(next(t for t in own if t[1] == number))"""
        ),
        "a deleted tweet is hidden, not removed": _push(delete="deleted.add(number)").replace(
            "in own] for", "in own if number not in deleted] for"
        ),
        "a deleted tweet comes back": _push(
            seen="any(t[1] == number for own in lists.values() for t in own)"
        ),
        "what fell out comes back": _push(
            delete="lists = {r: [t for t in own if t[1] != number] for r, own in lists.items()}; "
            "deleted.add(number)",
            seen="number in deleted or any(t[1] == number for own in lists.values() for t in own)",
        ),
        "retries are pushed twice": _push(seen="False"),
        "only the last event is remembered": _push(seen="number in posted").replace(
            "posted.add(number)", "posted = {number}"
        ),
        "a retry straight after is seen": _push(
            seen="events[events.index((kind, number, *rest)) - 1][1] == number"
        ),
        "newest arrival first": _push(order="lambda tweet: 0")
        .replace("own.append((time, number))", "own.insert(0, (time, number))")
        .replace(", reverse=True", ""),
        "by time only": _push(order="lambda tweet: tweet[0]"),
        "lower ids first": _push(order="lambda tweet: (tweet[0], -tweet[1])"),
        "unknown authors fail": _push(readers="followers[author]"),
        "readers without tweets left out": _push().replace("lists.items()}\n", "lists.items() if own}\n"),
        "the example only": """
def push(followers, events, kept):
    return {"me": [2]}
""",
    },
)

_HYBRID = """
def home_feed(pushed, celebrities, follows, count):
    followed = $followed
    tweets = $tweets
    ordered = sorted(tweets, key=$order, reverse=True)$more
    return {"ids": [number for _, number in ordered[:$count]], "lookups": $lookups}
"""


def _hybrid(**changed: str) -> str:
    parts = {
        "followed": "[name for name in follows if name in celebrities]",
        "tweets": "{*pushed, *(tweet for name in followed for tweet in celebrities[name])}",
        "order": "lambda tweet: tweet",
        "more": "",
        "count": "count",
        "lookups": "1 + len(followed)",
    }
    return _filled(_HYBRID, parts, changed)


HYBRID = Answers(
    different="""
from itertools import groupby, islice
import numpy as np

def home_feed(pushed, celebrities, follows, count):
    lists = [pushed]
    for name in follows:
        try:
            lists.append(celebrities[name])
        except KeyError:
            pass
    merged = heapq.merge(*([(-time, -number) for time, number in own] for own in lists))
    ids = (-number for (_, number), _ in groupby(merged))
    return {"lookups": np.int64(len(lists)), "ids": np.fromiter(islice(ids, count), dtype=int)}
""",
    wrong={
        "twice": _hybrid(tweets="[*pushed, *(tweet for name in followed for tweet in celebrities[name])]"),
        "a celebrity's tweets taken out of the reader's list": _hybrid(
            tweets="[t for t in pushed if not any(t in celebrities[n] for n in followed)] + "
            "[t for n in followed for t in celebrities[n] if t not in pushed]"
        ),
        "twice, removed after the cut": """
def home_feed(pushed, celebrities, follows, count):
    followed = [name for name in follows if name in celebrities]
    tweets = sorted([*pushed, *(t for name in followed for t in celebrities[name])], reverse=True)
    ids = list(dict.fromkeys(number for _, number in tweets[:count]))
    return {"ids": ids, "lookups": 1 + len(followed)}
""",
        "one tweet of each time": _hybrid(
            tweets="{t[0]: t for t in [*pushed, *(t for n in followed for t in celebrities[n])]}.values()"
        ),
        "all celebrities": _hybrid(followed="list(celebrities)"),
        "the pushed list only": _hybrid(tweets="pushed"),
        "the celebrities only": _hybrid(tweets="{t for n in followed for t in celebrities[n]}"),
        "a celebrity's newest only": _hybrid(
            tweets="{*pushed, *(celebrities[name][0] for name in followed if celebrities[name])}"
        ),
        "fails at an empty list": _hybrid(tweets="{*pushed, *(celebrities[name][0] for name in followed)}"),
        "by time only": _hybrid(
            tweets="dict.fromkeys([*pushed, *(t for n in followed for t in celebrities[n])])",
            order="lambda tweet: tweet[0]",
        ),
        "lower ids first": _hybrid(order="lambda tweet: (tweet[0], -tweet[1])"),
        "one too many": _hybrid(count="count + 1"),
        "own list not counted": _hybrid(lookups="len(followed)"),
        "empty lists not counted": _hybrid(lookups="1 + sum(bool(celebrities[name]) for name in followed)"),
        "a look-up for each followee": _hybrid(lookups="1 + len(follows)"),
        "a look-up for each celebrity": _hybrid(lookups="1 + len(celebrities)"),
        "fails at ordinary followees": _hybrid(followed="follows"),
        "the example only": """
def home_feed(pushed, celebrities, follows, count):
    return {"ids": [3, 2], "lookups": 2}
""",
    },
)

_COST = """
def operations(groups, reads_per_day, celebrity_from):
    users = $users
    reads = $reads
    posts = $posts
    deliveries = sum(n * followers * each for n, followers, each in groups)
    followees = $followees
    pushed = sum(n * followers * each for n, followers, each in groups if not followers $above celebrity_from)
    celebrities = sum(n * followers for n, followers, _ in groups if followers $above celebrity_from) / users
    return {
        "push": ($push) / $seconds,
        "pull": ($pull) / $seconds,
        "hybrid": ($hybrid) / $seconds,
    }
"""


def _cost(**changed: str) -> str:
    parts = {
        "users": "sum(n for n, _, _ in groups)",
        "reads": "users * reads_per_day",
        "posts": "sum(n * each for n, _, each in groups)",
        "followees": "sum(n * followers for n, followers, _ in groups) / users",
        "above": ">=",
        "push": "posts + deliveries + reads",
        "pull": "posts + reads * followees",
        "hybrid": "posts + pushed + reads * (1 + celebrities)",
        "seconds": "86_400",
    }
    return _filled(_COST, parts, changed)


COST = Answers(
    different="""
import numpy as np
import pandas as pd
from fractions import Fraction

def operations(groups, reads_per_day, celebrity_from):
    table = pd.DataFrame(groups, columns=["accounts", "followers", "posts"], dtype=float)
    posts = table.accounts * table.posts / 86_400
    deliveries = posts * table.followers
    follows = table.accounts * table.followers
    reads = table.accounts.sum() * float(Fraction(reads_per_day)) / 86_400
    celebrity = table.followers >= celebrity_from
    mean = follows / table.accounts.sum()
    per_second = pd.Series({
        "pull": posts.sum() + reads * mean.sum(),
        "hybrid": posts.sum() + reads * (1 + mean[celebrity].sum()) + deliveries[~celebrity].sum(),
        "push": posts.sum() + deliveries.sum() + reads,
        "users": table.accounts.sum(),
    })
    return dict(per_second.map(np.float64))
""",
    wrong={
        "a day": _cost(seconds="1"),
        "of one user": _cost(reads="reads_per_day"),
        "push without its reads": _cost(push="posts + deliveries"),
        "posts are not written": _cost(
            push="deliveries + reads", pull="reads * followees", hybrid="pushed + reads * (1 + celebrities)"
        ),
        "push in place of the write": _cost(
            push="deliveries + reads", hybrid="pushed + reads * (1 + celebrities)"
        ),
        "hybrid without its own list": _cost(hybrid="posts + pushed + reads * celebrities"),
        "hybrid as the cheaper one": _cost(
            hybrid="min(posts + deliveries + reads, posts + reads * followees)"
        ),
        "above the threshold only": _cost(above=">"),
        "celebrities' posts are not written": _cost(
            hybrid="sum(n * each for n, f, each in groups if f < celebrity_from) + pushed + "
            "reads * (1 + celebrities)"
        ),
        "one look-up for all celebrities": _cost(hybrid="posts + pushed + reads * 2"),
        "every celebrity": _cost(
            hybrid="posts + pushed + reads * (1 + sum(n for n, f, _ in groups if f >= celebrity_from))"
        ),
        "mean of the groups": _cost(followees="sum(followers for _, followers, _ in groups) / len(groups)"),
        "mean followers for each post": _cost(push="posts + posts * followees + reads"),
        "pull with its own list": _cost(pull="posts + reads * (1 + followees)"),
        "pull looks up once": _cost(pull="posts + reads"),
        "posts of a group": _cost(posts="sum(each for _, _, each in groups)"),
        "users of a group": _cost(users="max(n for n, _, _ in groups)"),
        "without the celebrities among the users": _cost(
            users="sum(n for n, f, _ in groups if f < celebrity_from) or 1"
        ),
        "the example only": """
def operations(groups, reads_per_day, celebrity_from):
    return {"push": 7158, "pull": 7876, "hybrid": 6001}
""",
    },
)

_THRESHOLD = """
def best_threshold(accounts, delivery_us, lookup_us):
    def cost(threshold):
        return sum(
            $pull if followers $above threshold else $push
            for followers, posts, reads in accounts
        )
    best = min($tried, key=cost)
    return {"celebrity_from": best$shown, "cost_us": cost(best)}
"""


def _threshold(**changed: str) -> str:
    parts = {
        "pull": "reads * lookup_us",
        "push": "followers * posts * delivery_us",
        "above": ">=",
        "tried": "[*(account[0] for account in accounts), math.inf]",
        "shown": "",
    }
    return _filled(_THRESHOLD, parts, changed)


THRESHOLD = Answers(
    different="""
import numpy as np

def best_threshold(accounts, delivery_us, lookup_us):
    followers, posts, reads = np.array(sorted(accounts), dtype=float).T
    push = np.concatenate([[0], np.cumsum(followers * posts * delivery_us)])
    pull = np.concatenate([np.cumsum((reads * lookup_us)[::-1])[::-1], [0]])
    sizes = np.concatenate([followers, [followers[-1] + 1]])
    # A threshold cannot part accounts of one size, so only the first of each is a border.
    first = np.concatenate([[True], np.diff(sizes) > 0])
    total = np.where(first, push + pull, np.inf)
    return {"cost_us": total.min(), "celebrity_from": sizes[total.argmin()] - 0.5}
""",
    wrong={
        "each account by itself": """
def best_threshold(accounts, delivery_us, lookup_us):
    pulled = [f for f, posts, reads in accounts if reads * lookup_us < f * posts * delivery_us]
    cost = sum(min(reads * lookup_us, f * posts * delivery_us) for f, posts, reads in accounts)
    return {"celebrity_from": min(pulled, default=math.inf), "cost_us": cost}
""",
        "the smallest account worth pulling": """
def best_threshold(accounts, delivery_us, lookup_us):
    pulled = [f for f, posts, reads in accounts if reads * lookup_us < f * posts * delivery_us]
    best = min(pulled, default=math.inf)
    cost = sum(r * lookup_us if f >= best else f * p * delivery_us for f, p, r in accounts)
    return {"celebrity_from": best, "cost_us": cost}
""",
        "the first dip": """
def best_threshold(accounts, delivery_us, lookup_us):
    def cost(threshold):
        return sum(r * lookup_us if f >= threshold else f * p * delivery_us for f, p, r in accounts)
    sizes = sorted({f for f, _, _ in accounts}) + [math.inf]
    place = 0
    while place + 1 < len(sizes) and cost(sizes[place + 1]) <= cost(sizes[place]):
        place += 1
    return {"celebrity_from": sizes[place], "cost_us": cost(sizes[place])}
""",
        "parts accounts of one size": """
def best_threshold(accounts, delivery_us, lookup_us):
    ordered = sorted(accounts)
    costs = [
        sum(f * p * delivery_us for f, p, _ in ordered[:k]) + sum(r * lookup_us for _, _, r in ordered[k:])
        for k in range(len(ordered) + 1)
    ]
    best = costs.index(min(costs))
    size = ordered[best][0] if best < len(ordered) else math.inf
    return {"celebrity_from": size, "cost_us": costs[best]}
""",
        "pulled above it only": _threshold(above=">", tried="[0, *(account[0] for account in accounts)]"),
        "pulled above it only, with its own cost": _threshold(above=">"),
        "never all pushed": _threshold(tried="[account[0] for account in accounts]"),
        "never all pulled": _threshold(tried="[*sorted({account[0] for account in accounts})[1:], math.inf]"),
        "never the largest": _threshold(
            tried="sorted(account[0] for account in accounts)[:-1] or [math.inf]"
        ),
        "round numbers only": _threshold(tried="[10 ** power for power in range(9)]"),
        "small ones pulled": _threshold(above="<"),
        "in ms": _threshold().replace("cost(best)}", "cost(best) / 1000}"),
        "followers forgotten": _threshold(push="posts * delivery_us"),
        "reads of one follower": _threshold(pull="reads / followers * lookup_us"),
        "one too high": _threshold(shown=" + 1"),
        "its place in the list": _threshold(shown=" and 1"),
        "None for all pushed": _threshold(shown=" if best < math.inf else None"),
        "the example only": """
def best_threshold(accounts, delivery_us, lookup_us):
    return {"celebrity_from": 500, "cost_us": 7100}
""",
    },
)

_EDGES = """
def push_edges(follows, reads_per_day, posts_per_day, push_us, pull_us):
    def push(follow):
        reader, author = follow
        return $push
    def pull(follow):
        reader, author = follow
        return $pull
    pushed = [follow for follow in follows if $better]
    return {"pushed": $pushed, "cost_us": $cost}
"""


def _edges(**changed: str) -> str:
    parts = {
        "push": "posts_per_day[author] * push_us",
        "pull": "reads_per_day[reader] * pull_us",
        "better": "push(follow) <= pull(follow)",
        "pushed": "pushed",
        "cost": "sum(min(push(follow), pull(follow)) for follow in follows)",
    }
    return _filled(_EDGES, parts, changed)


EDGES = Answers(
    different="""
import numpy as np

def push_edges(follows, reads_per_day, posts_per_day, push_us, pull_us):
    reads = np.array([reads_per_day[reader] for reader, _ in follows])
    posts = np.array([posts_per_day[author] for _, author in follows])
    worth = reads * pull_us >= posts * push_us
    cost = np.where(worth, posts * push_us, reads * pull_us).sum()
    return {"cost_us": cost, "pushed": (follow for follow, pushes in zip(follows, worth) if pushes)}
""",
    wrong={
        "equal costs are pulled": _edges(better="push(follow) < pull(follow)"),
        "the rates divided": _edges(
            better="reads_per_day[follow[0]] / posts_per_day[follow[1]] >= push_us / pull_us"
        ),
        "posts against reads": _edges(better="posts_per_day[follow[1]] <= reads_per_day[follow[0]]"),
        "pulls returned": _edges(better="push(follow) > pull(follow)"),
        "cost of the pushed only": _edges(cost="sum(push(follow) for follow in pushed)"),
        "cost of pushing all": _edges(cost="sum(push(follow) for follow in follows)"),
        "sorted": _edges(pushed="sorted(pushed)"),
        "a set": _edges(pushed="set(pushed)"),
        "never read, never pushed": _edges(
            better="0 < reads_per_day[follow[0]] and push(follow) <= pull(follow)"
        ),
        "never posted, never pushed": _edges(
            better="0 < posts_per_day[follow[1]] and push(follow) <= pull(follow)"
        ),
        "one choice an author": """
def push_edges(follows, reads_per_day, posts_per_day, push_us, pull_us):
    pushed, cost = [], 0
    for author in posts_per_day:
        own = [follow for follow in follows if follow[1] == author]
        push = len(own) * posts_per_day[author] * push_us
        pull = sum(reads_per_day[reader] * pull_us for reader, _ in own)
        cost += min(push, pull)
        pushed += own if push <= pull else []
    return {"pushed": [follow for follow in follows if follow in pushed], "cost_us": cost}
""",
        "the example only": """
def push_edges(follows, reads_per_day, posts_per_day, push_us, pull_us):
    return {"pushed": [("me", "ann")], "cost_us": 98}
""",
    },
)

ANSWERS = {
    "cursor": CURSOR,
    "post": POST,
    "schema": SCHEMA,
    "page": PAGE,
    "merge": MERGE,
    "push": PUSH,
    "hybrid": HYBRID,
    "cost": COST,
    "threshold": THRESHOLD,
    "edges": EDGES,
}

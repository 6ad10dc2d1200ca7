"""The API: each attack works on the framework's and fails on the corrected one; bad input, threads."""

import http.client
import itertools
import json
import re
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from helpers.labs.api_app import corrected_app, demo_client, framework_app, main
from helpers.labs.api_page import api_page
from helpers.labs.api_problems import PROBLEMS
from helpers.labs.api_service import DEMO_USERS, TweetService, demo_service, time_ordered_ids
from helpers.models.api_contract import (
    CORRECTED_API,
    FRAMEWORK_API,
    KEY_LIFETIME_S,
    LARGEST_BODY,
    PAGE_SIZE,
    Endpoint,
)
from helpers.models.pagination import Cursors
from helpers.models.sealing import AccessTokens
from helpers.models.time_sorted_ids import SEQUENCES, snowflake_parts

SECRET = bytes(range(32))
KEY = {"Idempotency-Key": "one"}
JSON = {"Content-Type": "application/json"}


class Hand:
    """A clock that goes only when it is told to."""

    now_s = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture
def app(clock: Hand) -> FastAPI:
    """The corrected API with a clock that stands still; Ann follows Bob and Cat, and nobody has posted."""
    service = TweetService(DEMO_USERS, clock=clock)
    for followee in ("bob", "cat"):
        service.follow("ann", followee)
    return corrected_app(service, secret=SECRET)


def feed(client: TestClient, **query: Any) -> dict[str, Any]:
    response = client.get("/v1/feed", params=query)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def contents(client: TestClient) -> list[str]:
    return [tweet["content"] for tweet in feed(client)["tweets"]]


def problem(response: Any, status: int, kind: str) -> dict[str, Any]:
    """Hold a response against the one shape of all errors, and return it."""
    found: dict[str, Any] = response.json()
    assert response.headers["Content-Type"] == "application/problem+json"
    assert tuple(found) == CORRECTED_API.error_fields
    assert (response.status_code, found["status"]) == (status, status), found
    assert found["type"] == f"/docs#{kind}"
    assert (found["title"], status) == (PROBLEMS[kind].title, PROBLEMS[kind].status)
    return found


# Attacks and failures on the framework's API ----------------------------------------------------------------


def test_the_framework_lets_anybody_post_and_read_as_anybody() -> None:
    client = demo_client(framework_app())
    posted = client.post("/v1/tweet", json={"user_id": "bob", "content": "says Mallory"})
    assert (posted.status_code, posted.json()["author"]) == (200, "bob")
    seen = client.get("/v1/feed", params={"user_id": "ann"}).json()["tweets"][0]
    assert (seen["author"], seen["content"]) == ("bob", "says Mallory")


def test_the_framework_does_a_retry_twice() -> None:
    client = demo_client(framework_app())
    ids = {client.post("/v1/tweet", json={"user_id": "bob", "content": "hello"}).json()["id"] for _ in "12"}
    assert len(ids) == 2


def test_the_frameworks_offset_repeats_what_moved_down() -> None:
    service = demo_service()
    client = demo_client(framework_app(service))
    first = client.get("/v1/feed", params={"user_id": "ann"}).json()
    assert first["next_page_token"] == str(PAGE_SIZE)
    for number in range(3):
        service.post("bob", f"news {number}")
    second = client.get("/v1/feed", params={"user_id": "ann", "page_token": PAGE_SIZE}).json()
    assert second["tweets"][:3] == first["tweets"][-3:]


def test_the_frameworks_offsets_lead_to_the_end() -> None:
    client = demo_client(framework_app())
    seen: list[str] = []
    token: Any = "0"
    while token is not None:
        page = client.get("/v1/feed", params={"user_id": "ann", "page_token": token}).json()
        seen += [tweet["id"] for tweet in page["tweets"]]
        token = page["next_page_token"]
    assert seen == [str(number) for number in range(60, 0, -1)]


@pytest.mark.parametrize(
    ("method", "path", "sent", "status"),
    [
        ("POST", "/v1/tweet", {"json": {"user_id": "zoe", "content": "x"}}, 404),
        ("GET", "/v1/feed", {"params": {"user_id": "zoe"}}, 404),
        ("GET", "/v1/feed", {}, 422),
        ("GET", "/v1/feed", {"params": {"user_id": "ann", "page_token": "-1"}}, 422),
        ("GET", "/v1/feed", {"params": {"user_id": "ann", "page_token": "90001"}}, 422),
    ],
)
def test_the_framework_refuses_what_cannot_be_done(method: str, path: str, sent: Any, status: int) -> None:
    assert demo_client(framework_app()).request(method, path, **sent).status_code == status


# Identity ---------------------------------------------------------------------------------------------------


def test_without_a_good_token_nothing_is_done(app: FastAPI, clock: Hand) -> None:
    tokens = AccessTokens(SECRET)
    good = tokens.issue("bob", now_s=clock.now_s)
    bad = {
        "none": None,
        "not bearer": f"Basic {good}",
        "empty": "Bearer ",
        "changed": f"Bearer {good[:-1]}{'A' if good[-1] != 'A' else 'B'}",
        "another secret": f"Bearer {AccessTokens(bytes(32)).issue('bob', now_s=clock.now_s)}",
        "run out": f"Bearer {tokens.issue('bob', now_s=clock.now_s - 3600)}",
        "user gone": f"Bearer {tokens.issue('zoe', now_s=clock.now_s)}",
        "a page token": f"Bearer {Cursors(SECRET).seal((1.0, 1), user='bob', now_s=clock.now_s)}",
    }
    for name, sent in bad.items():
        client = TestClient(app, headers={"Authorization": sent} if sent else {})
        for response in (
            client.post("/v1/tweet", json={"content": "x"}, headers=KEY),
            client.get("/v1/feed"),
            client.put("/v1/follow/cat"),
            client.delete("/v1/follow/cat"),
        ):
            assert problem(response, 401, "unauthenticated")["field"] == "Authorization", name
            assert response.headers["WWW-Authenticate"] == "Bearer"
    assert contents(demo_client(app, "ann")) == []


def test_a_tweet_is_by_whom_the_token_says(app: FastAPI) -> None:
    mallory = demo_client(app, "mallory")
    forged = mallory.post("/v1/tweet", json={"user_id": "bob", "content": "x"}, headers=KEY)
    assert problem(forged, 422, "invalid")["field"] == "user_id"
    spied = mallory.get("/v1/feed", params={"user_id": "ann"})
    assert problem(spied, 422, "invalid")["field"] == "user_id"
    posted = mallory.post("/v1/tweet", json={"content": "x"}, headers=KEY)
    assert (posted.status_code, posted.json()["author"]) == (201, "mallory")
    assert contents(demo_client(app, "ann")) == []


def test_a_token_runs_out_an_hour_after_it_was_issued(app: FastAPI, clock: Hand) -> None:
    client = demo_client(app, "ann")
    clock.now_s += 3599
    assert client.get("/v1/feed").status_code == 200
    clock.now_s += 1
    problem(client.get("/v1/feed"), 401, "unauthenticated")


# Retries ----------------------------------------------------------------------------------------------------


def test_a_retry_makes_one_tweet_and_gets_the_same_answer(app: FastAPI, clock: Hand) -> None:
    bob = demo_client(app, "bob")
    first = bob.post("/v1/tweet", json={"content": "hello"}, headers=KEY)
    clock.now_s += 60
    again = bob.post("/v1/tweet", json={"content": "hello", "media_url": None}, headers=KEY)
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert contents(demo_client(app, "ann")) == ["hello"]


def test_another_tweet_under_a_used_key_is_refused(app: FastAPI) -> None:
    bob = demo_client(app, "bob")
    bob.post("/v1/tweet", json={"content": "hello"}, headers=KEY)
    for other in ({"content": "hello!"}, {"content": "hello", "media_url": "https://example.com"}):
        refused = bob.post("/v1/tweet", json=other, headers=KEY)
        assert problem(refused, 422, "key-reused")["field"] == "Idempotency-Key"
    assert contents(demo_client(app, "ann")) == ["hello"]


def test_a_key_is_its_users_own(app: FastAPI) -> None:
    for user in ("bob", "cat"):
        demo_client(app, user).post("/v1/tweet", json={"content": user}, headers=KEY)
    assert contents(demo_client(app, "ann")) == ["cat", "bob"]


def test_what_was_refused_uses_up_no_key(app: FastAPI) -> None:
    bob = demo_client(app, "bob")
    problem(bob.post("/v1/tweet", json={"content": " "}, headers=KEY), 422, "invalid")
    assert bob.post("/v1/tweet", json={"content": "hello"}, headers=KEY).status_code == 201


def test_a_key_is_forgotten_after_a_day_and_not_before(app: FastAPI, clock: Hand) -> None:
    service: TweetService = app.state.service
    first = service.post_once("bob", "one", "hello")
    clock.now_s += KEY_LIFETIME_S - 1
    assert service.post_once("bob", "one", "hello") == first
    clock.now_s += 1
    assert service.post_once("bob", "one", "hello") != first


def test_retries_at_the_same_moment_make_one_tweet(clock: Hand) -> None:
    counter = itertools.count()

    def slow_id(_: float) -> int:
        time.sleep(1e-3)  # room for another thread, where it may come between
        return next(counter)

    service = TweetService(DEMO_USERS, clock=clock, ids=slow_id)
    service.follow("ann", "bob")
    threads = 8
    start = Barrier(threads)

    def post(number: int) -> list[int]:
        start.wait()
        return [service.post_once("bob", f"key {key}", f"tweet {key}").id for key in range(30)]

    with ThreadPoolExecutor(threads) as pool:
        answers = list(pool.map(post, range(threads)))
    assert all(answer == answers[0] for answer in answers)
    assert len(set(answers[0])) == 30
    assert len(service.page("ann", 1000, Cursors(SECRET)).posts) == 30


def test_retries_at_the_same_moment_make_one_tweet_over_http_too(app: FastAPI) -> None:
    def post(_: int) -> tuple[int, str]:
        response = demo_client(app, "bob").post("/v1/tweet", json={"content": "hello"}, headers=KEY)
        return response.status_code, response.text

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(post, range(24)))) == 1
    assert contents(demo_client(app, "ann")) == ["hello"]


def test_posts_and_follows_and_reads_at_the_same_time_lose_nothing(clock: Hand) -> None:
    last = 0

    def unsafe_id(_: float) -> int:
        nonlocal last
        number = last + 1
        time.sleep(1e-4)
        last = number
        return number

    service = TweetService(DEMO_USERS, clock=clock, ids=unsafe_id)

    def work(author: str) -> None:
        for number in range(50):
            service.post(author, str(number))
            service.page("ann", 20, Cursors(SECRET))
            service.unfollow("ann", author)
            service.follow("ann", author)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, ("bob", "cat", "bob", "cat")))
    posts = service.page("ann", 1000, Cursors(SECRET)).posts
    assert [post.id for post in posts] == list(range(200, 0, -1))


def test_ids_rise_when_the_clock_stands_goes_back_or_a_millisecond_is_used_up() -> None:
    ids = time_ordered_ids()
    moments = [1_700_000_000.0] * (3 * SEQUENCES) + [1_600_000_000.0] * 10 + [1_700_000_001.0]
    made = [ids(moment) for moment in moments]
    assert made == sorted(set(made))
    assert [snowflake_parts(made[place]).ms for place in (0, SEQUENCES - 1, SEQUENCES, -1)] == [
        1_700_000_000_000, 1_700_000_000_000, 1_700_000_000_001, 1_700_000_001_000,
    ]  # fmt: skip


# Pages ------------------------------------------------------------------------------------------------------


def test_a_cursor_shows_each_tweet_once_while_others_post() -> None:
    service = demo_service()
    ann = demo_client(corrected_app(service), "ann")
    seen: list[str] = []
    query: dict[str, Any] = {"page_size": 20}
    for news in range(4):
        page = feed(ann, **query)
        seen += [tweet["id"] for tweet in page["tweets"]]
        service.post("bob", f"news {news}")
        if page["next_page_token"] is None:
            break
        query["page_token"] = page["next_page_token"]
    assert seen == [str(number) for number in range(60, 0, -1)]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"), "not ours"),
        (lambda token: token[:20] + ("A" if token[20] != "A" else "B") + token[21:], "signature"),
        (lambda token: "40", "length is 2"),
        (lambda token: "é" * 60, "never have"),
        (lambda token: Cursors(SECRET).seal((1.0, 1), user="bob", now_s=1_700_000_000), "another user"),
        (lambda token: Cursors(SECRET).seal((1.0, 1), user="ann", now_s=1_699_913_600), "too old"),
        (lambda token: Cursors(bytes(32)).seal((1.0, 1), user="ann", now_s=1_700_000_000), "signature"),
        (lambda token: AccessTokens(SECRET).issue("ann", now_s=1_700_000_000), "signature"),
    ],
)
def test_a_page_token_that_is_not_the_users_own_is_refused(
    app: FastAPI, spoil: Callable[[str], str], said: str
) -> None:
    service: TweetService = app.state.service
    for number in range(3):
        service.post("bob", str(number))
    ann = demo_client(app, "ann")
    token = feed(ann, page_size=2)["next_page_token"]
    assert len(feed(ann, page_token=token)["tweets"]) == 1
    refused = problem(ann.get("/v1/feed", params={"page_token": spoil(token)}), 400, "page-token")
    assert said in refused["detail"]
    assert refused["field"] == "page_token"


# Follows ----------------------------------------------------------------------------------------------------


def test_follow_and_unfollow_may_come_twice(app: FastAPI) -> None:
    mallory, bob = demo_client(app, "mallory"), demo_client(app, "bob")
    bob.post("/v1/tweet", json={"content": "hello"}, headers=KEY)
    for method, seen in (("PUT", ["hello"]), ("DELETE", [])):
        for _ in range(2):
            response = mallory.request(method, "/v1/follow/bob")
            assert (response.status_code, response.content) == (204, b"")
            assert contents(mallory) == seen


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_follow_that_cannot_be_is_refused(app: FastAPI, method: str) -> None:
    ann = demo_client(app, "ann")
    assert "yourself" in problem(ann.request(method, "/v1/follow/ann"), 422, "invalid")["detail"]
    assert problem(ann.request(method, "/v1/follow/zoe"), 404, "no-such-user")["field"] == "followee"
    for name in ("a" * 16, "a-b", "%C3%A9", "%ff", "a%0a"):
        assert problem(ann.request(method, f"/v1/follow/{name}"), 422, "invalid")["field"] == "followee"


# Bad input --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"content": ""}, "content"),
        ({"content": " \n\t\u2003\x85\ufeff"}, "content"),
        ({"content": "x" * 281}, "content"),
        ({"content": 5}, "content"),
        ({"content": None}, "content"),
        ({"content": ["x"]}, "content"),
        ({}, "content"),
        ({"content": "x", "media_url": "ftp://example.com"}, "media_url"),
        ({"content": "x", "media_url": "javascript:alert(1)"}, "media_url"),
        ({"content": "x", "media_url": "https://example.com/a b"}, "media_url"),
        ({"content": "x", "media_url": "https://example.com/" + "x" * 1981}, "media_url"),
        ({"content": "x", "media_url": 7}, "media_url"),
        ({"content": "x", "id": 7}, "id"),
        ({"content": "x", "é" * 900: 7}, "?" * 60),
        ([], None),
        ("x", None),
        (None, "content"),
    ],
)
def test_a_tweet_that_is_not_allowed_is_refused_by_field(app: FastAPI, body: Any, field: str | None) -> None:
    bob = demo_client(app, "bob")
    refused = bob.post("/v1/tweet", content=json.dumps(body), headers=KEY | JSON)
    found = problem(refused, 422, "invalid")
    if body is not None:
        assert found["field"] == field
    assert len(found["detail"]) < 200
    assert contents(demo_client(app, "ann")) == []


@pytest.mark.parametrize("body", [
    {"content": "x" * 280},
    {"content": "\U0001f600" * 280},
    {"content": " \u200d"},
    {"content": "two\nlines"},
    {"content": "x", "media_url": "https://example.com/" + "x" * 1980},
    {"content": "x", "media_url": "HTTPS://example.com".lower()},
])  # fmt: skip
def test_a_tweet_at_the_limits_is_taken_whole(app: FastAPI, body: dict[str, str]) -> None:
    posted = demo_client(app, "bob").post("/v1/tweet", json=body, headers=KEY)
    assert posted.status_code == 201
    assert posted.json()["content"] == body["content"]
    assert posted.json()["media_url"] == body.get("media_url")


def test_the_longest_tweet_fits_into_the_largest_body(app: FastAPI) -> None:
    address = "https://example.com/" + "x" * 1980
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in address)
    body = (
        f'{{"content": "{chr(92)}ud83d{chr(92)}ude00'
        + "\\ud83d\\ude00" * 279
        + f'", "media_url": "{escaped}"}}'
    )
    assert 15_000 < len(body) <= LARGEST_BODY
    posted = demo_client(app, "bob").post("/v1/tweet", content=body, headers=KEY | JSON)
    assert (posted.status_code, posted.json()["media_url"]) == (201, address)


def _parts(size: int) -> Iterator[bytes]:
    for _ in range(size // 1000):
        yield b" " * 1000


@pytest.mark.parametrize(
    ("content", "more", "status", "kind"),
    [
        (b"", {}, 422, "invalid"),
        (b"{", JSON, 400, "malformed"),
        (b'{"content": "\xff"}', JSON, 400, "malformed"),
        (b'{"content": ' + b"[" * 6000, JSON, 400, "malformed"),
        (b'{"content": ' + b"9" * 6000 + b"}", JSON, 400, "malformed"),
        (b'{"content": "\\ud800"}', JSON, 422, "invalid"),
        (b'{"content": "x", "\\ud800": 1}', JSON, 422, "invalid"),
        (b'{"content": NaN}', JSON, 422, "invalid"),
        (b'{"content": "x"}', {"Content-Type": "text/plain"}, 422, "invalid"),
        (b" " * (LARGEST_BODY + 1), JSON, 413, "too-large"),
        (_parts(20_000), JSON, 413, "too-large"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(
    app: FastAPI, content: Any, more: dict[str, str], status: int, kind: str
) -> None:
    bob = demo_client(app, "bob")
    problem(bob.post("/v1/tweet", content=content, headers=KEY | more), status, kind)
    assert bob.post("/v1/tweet", json={"content": "x"}, headers=KEY).status_code == 201


def test_an_endless_body_is_not_read_to_its_end(app: FastAPI) -> None:
    given = []

    def endless() -> Iterator[bytes]:
        for _ in range(1000):
            given.append(1000)
            yield b" " * 1000

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": next(parts), "more_body": True}

    parts, sent = endless(), []

    async def send(message: Any) -> None:
        sent.append(message)

    token = app.state.tokens.issue("bob", now_s=app.state.service.clock())
    headers = {"content-type": "application/json", "authorization": f"Bearer {token}"} | {
        name.lower(): value for name, value in KEY.items()
    }
    scope = {
        "type": "http", "method": "POST", "path": "/v1/tweet", "query_string": b"", "http_version": "1.1",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    import anyio

    anyio.run(app, scope, receive, send)
    assert sent[0]["status"] == 413
    assert sum(given) <= LARGEST_BODY + 1000


@pytest.mark.parametrize(
    ("key", "status", "kind"),
    [
        (None, 400, "key-missing"),
        ("", 422, "invalid"),
        ("k" * 256, 422, "invalid"),
        ("two words", 422, "invalid"),
        ("é", 422, "invalid"),
        ("k" * 255, 201, ""),
    ],
)
def test_a_key_is_asked_for_and_bounded(app: FastAPI, key: str | None, status: int, kind: str) -> None:
    headers = {} if key is None else {"Idempotency-Key": key.encode("latin-1")}
    response = demo_client(app, "bob").post("/v1/tweet", json={"content": "x"}, headers=headers)  # type: ignore[arg-type]
    assert response.status_code == status
    if kind:
        assert problem(response, status, kind)["field"] == "Idempotency-Key"


@pytest.mark.parametrize(
    "query",
    [
        "page_size=0", "page_size=101", "page_size=1000000", "page_size=-1", "page_size=x", "page_size=",
        "page_size=1.5", "page_size=" + "9" * 5000, "page_token=", "page_token=" + "A" * 1001, "offset=40",
    ],
)  # fmt: skip
def test_a_page_that_is_not_allowed_is_refused_by_field(app: FastAPI, query: str) -> None:
    found = problem(demo_client(app, "ann").get(f"/v1/feed?{query}"), 422, "invalid")
    assert found["field"] == query.partition("=")[0]
    assert len(found["detail"]) < 200


@pytest.mark.parametrize(("size", "tweets"), [(None, PAGE_SIZE), (1, 1), (100, 60)])
def test_page_sizes(size: int | None, tweets: int) -> None:
    query = {} if size is None else {"page_size": size}
    assert len(feed(demo_client(corrected_app(), "ann"), **query)["tweets"]) == tweets


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/v1/tweets", None),
        ("GET", "/v1/feed/", None),
        ("GET", "/", None),
        ("GET", "/v1/follow/../feed/x", None),
        ("GET", "/v1/tweet", "POST"),
        ("DELETE", "/v1/feed", "GET"),
        ("POST", "/v1/follow/bob", "DELETE, PUT"),
        ("OPTIONS", "/v1/follow/bob", "DELETE, PUT"),
    ],
)
def test_what_is_not_there_is_said_in_the_same_shape(
    app: FastAPI, method: str, path: str, allowed: str | None
) -> None:
    response = demo_client(app, "ann").request(method, path)
    problem(response, 405, "method") if allowed else problem(response, 404, "no-such-path")
    assert response.headers.get("Allow") == allowed


def test_a_mistake_of_the_server_is_a_500_that_tells_nothing(app: FastAPI) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("the password is hunter2")

    app.state.service.page = broken
    token = app.state.tokens.issue("ann", now_s=app.state.service.clock())
    client = TestClient(app, raise_server_exceptions=False, headers={"Authorization": f"Bearer {token}"})
    response = client.get("/v1/feed")
    problem(response, 500, "internal")
    assert "hunter2" not in response.text


# The contract and the description ---------------------------------------------------------------------------


def described(app: FastAPI, endpoint: Endpoint) -> dict[str, Any]:
    found: dict[str, Any] = app.openapi()["paths"][endpoint.path][endpoint.method.lower()]
    return found


def test_the_app_keeps_the_contract(app: FastAPI) -> None:
    schema = app.openapi()
    requests = {f"{method.upper()} {path}" for path, each in schema["paths"].items() for method in each}
    assert requests == set(map(str, CORRECTED_API.endpoints))
    for endpoint in CORRECTED_API.endpoints:
        operation = described(app, endpoint)
        assert {int(status) for status in operation["responses"]} == {a.status for a in endpoint.answers}
        sent = {
            each["name"]: (each["in"], each["required"], each["schema"])
            for each in operation.get("parameters", [])
        }
        body = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if body:
            form = schema["components"]["schemas"][body["schema"]["$ref"].rpartition("/")[2]]
            assert form["additionalProperties"] is False
            sent |= {
                name: ("body", name in form["required"], part) for name, part in form["properties"].items()
            }
        assert operation["security"] == [{"HTTPBearer": []}]
        given = {each.name: each for each in endpoint.parameters if each.name != "Authorization"}
        assert set(sent) == set(given)
        for name, (where, required, form) in sent.items():
            part = next((each for each in form.get("anyOf", []) if each["type"] != "null"), form)
            kind = {"string": "text", "integer": "number"}[part["type"]]
            least = part.get("minLength", part.get("minimum"))
            most = part.get("maxLength", part.get("maximum"))
            expected = given[name]
            assert (where, required, kind) == (expected.where, expected.required, expected.kind)
            assert (least, most) == (expected.at_least, expected.at_most), name


def test_every_error_is_described_as_a_problem_document(app: FastAPI) -> None:
    for endpoint in CORRECTED_API.endpoints:
        for status, response in described(app, endpoint)["responses"].items():
            expected = {"application/problem+json"} if int(status) >= 400 else {"application/json"}
            assert set(response.get("content", {})) == (set() if status == "204" else expected)
    problem_schema = app.openapi()["components"]["schemas"]["Problem"]
    assert tuple(problem_schema["properties"]) == CORRECTED_API.error_fields
    assert "HTTPValidationError" not in app.openapi()["components"]["schemas"]


def test_the_frameworks_app_has_the_frameworks_parameters() -> None:
    schema = framework_app().openapi()
    post, get = (described(framework_app(), endpoint) for endpoint in FRAMEWORK_API.endpoints)
    form = schema["components"]["schemas"][
        post["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    ]
    names = [[each.name for each in endpoint.parameters] for endpoint in FRAMEWORK_API.endpoints]
    assert [list(form["properties"]), [each["name"] for each in get["parameters"]]] == names


def test_the_description_is_a_page_without_network_or_script(app: FastAPI) -> None:
    page = TestClient(app).get("/docs")
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert not re.search(r"<script|<link|src=|@import|url\(", page.text)
    for endpoint in CORRECTED_API.endpoints:
        assert str(endpoint) in page.text
        for parameter in endpoint.parameters:
            assert parameter.name in page.text
    for kind in PROBLEMS:
        assert f"id='{kind}'" in page.text
    assert "1 to 280 characters" in page.text
    assert "20 unless told" in page.text


def test_the_page_shows_text_as_text() -> None:
    schema = {"info": {"title": "<b>"}, "paths": {"/<i>": {"get": {"description": "<u>", "responses": {}}}}}
    page = api_page(schema, "http://<s>")
    assert not re.search(r"<[bius]>", page)


# What a lesson relies on ------------------------------------------------------------------------------------


def test_the_demo_says_the_same_every_time() -> None:
    def told() -> list[Any]:
        app = corrected_app(demo_service())
        bob, ann = demo_client(app, "bob"), demo_client(app, "ann")
        posted = bob.post("/v1/tweet", json={"content": "hello"}, headers=KEY).json()
        return [posted, feed(ann, page_size=3)["tweets"]]

    assert told() == told()
    assert told()[0]["created_at"] == "2026-01-01T00:01:04Z"


def test_importing_the_client_warns_of_nothing() -> None:
    code = "import warnings; warnings.simplefilter('error'); import helpers.labs.api_app"
    subprocess.run([sys.executable, "-c", code], check=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert demo_client(corrected_app(), "ann").get("/v1/feed").status_code == 200


def test_a_weak_secret_is_refused_and_not_shown() -> None:
    with pytest.raises(ValueError, match="32 or more") as caught:
        corrected_app(secret=b"hunter2")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("call", [
    lambda: TweetService([""]),
    lambda: TweetService(["bob"]).post_once("bob", " ", "x"),
    lambda: TweetService(["bob"]).post_once("bob", "k" * 256, "x"),
    lambda: demo_service(tweets=-1),
    lambda: demo_service().page_at("ann", 0, 0),
    lambda: demo_service().page_at("ann", 5, -1),
])  # fmt: skip
def test_the_service_refuses_what_makes_no_sense(call: Callable[[], Any]) -> None:
    with pytest.raises(ValueError, match="must"):
        call()


# The server -------------------------------------------------------------------------------------------------


def test_the_server_answers_on_loopback_and_ends_when_told() -> None:
    command = [sys.executable, "-m", "helpers.labs.api_app", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            port = int(re.findall(r"http://127\.0\.0\.1:(\d+)", server.stdout.readline())[0])
            lines = [server.stdout.readline() for _ in range(8)]
            token = next(line.split()[1] for line in lines if line.startswith("  ann"))
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            connection.request("GET", "/v1/feed?page_size=2", headers={"Authorization": f"Bearer {token}"})
            response = connection.getresponse()
            found = json.loads(response.read())
            assert (response.status, len(found["tweets"])) == (200, 2)
            connection.close()
            assert main_says_taken(port)
        finally:
            server.send_signal(2)  # as Ctrl-C does
            assert server.wait(timeout=20) == 0


def main_says_taken(port: int) -> bool:
    with pytest.raises(SystemExit) as caught:
        main(["--port", str(port)])
    return caught.value.code == 2


@pytest.mark.parametrize("port", ["eighty", "-1", "65536", "", "8000.0", "²"])
def test_a_bad_port_is_refused_with_what_is_allowed(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([f"--port={port}"])
    assert caught.value.code == 2
    assert "0 to 65535" in capsys.readouterr().err

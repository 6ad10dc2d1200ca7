"""The API as data, and the interviewer's questions: each flaw brings its own; JSON keeps it all."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from helpers.models.api_contract import (
    CORRECTED_API,
    FRAMEWORK_API,
    LARGEST_BODY,
    LONGEST_ADDRESS,
    LONGEST_CONTENT,
    METHODS,
    PLACES,
    Answer,
    ApiContract,
    Endpoint,
    Parameter,
)
from helpers.models.api_review import RULES, review_api

POST, GET, PUT, DELETE = CORRECTED_API.endpoints


def rules(contract: ApiContract) -> list[str]:
    return [finding.rule for finding in review_api(contract)]


def changed(endpoint: Endpoint, name: str, **changes: Any) -> ApiContract:
    """Return the corrected API with one parameter of one endpoint changed, or left out without changes."""
    parameters = tuple(
        replace(each, **changes) if each.name == name else each
        for each in endpoint.parameters
        if each.name != name or changes
    )
    return with_endpoint(replace(endpoint, parameters=parameters))


def with_endpoint(endpoint: Endpoint) -> ApiContract:
    others = tuple(each for each in CORRECTED_API.endpoints if str(each) != str(endpoint))
    return replace(CORRECTED_API, endpoints=(*others, endpoint))


def plus(endpoint: Endpoint, parameter: Parameter) -> ApiContract:
    return with_endpoint(replace(endpoint, parameters=(*endpoint.parameters, parameter)))


# The framework's and the corrected one ----------------------------------------------------------------------


def test_the_frameworks_api_is_what_the_framework_writes() -> None:
    found = {str(each): [part.name for part in each.parameters] for each in FRAMEWORK_API.endpoints}
    assert found == {
        "POST /v1/tweet": ["user_id", "content", "media_url"],
        "GET /v1/feed": ["user_id", "page_token"],
    }


def test_the_framework_gets_its_findings_and_the_corrected_api_none() -> None:
    assert rules(FRAMEWORK_API) == [
        "client-sent-identity", "client-sent-identity", "no-authentication", "no-idempotency-key",
        "page-token-open", "no-page-size-limit", "no-length-limit", "errors-unsaid",
    ]  # fmt: skip
    assert rules(CORRECTED_API) == []


def test_every_finding_says_what_why_and_what_to_say() -> None:
    for finding in review_api(FRAMEWORK_API):
        assert all((finding.about, finding.why, finding.say))
        assert str(finding).startswith(f"{finding.about}: {finding.why}")


def test_a_follow_needs_no_key_because_a_retry_changes_nothing() -> None:
    assert "Idempotency-Key" not in [part.name for each in (PUT, DELETE) for part in each.parameters]
    as_post = Endpoint("POST", "/v1/follow", (POST.parameters[0],), POST.answers)
    assert rules(replace(CORRECTED_API, endpoints=(POST, GET, as_post))) == ["no-idempotency-key"]


def test_the_largest_body_holds_the_longest_tweet_however_it_is_written() -> None:
    # As JSON with everything escaped: 12 bytes for a character of content, 6 for one of the address.
    tweet = {"content": "\U0001f600" * LONGEST_CONTENT, "media_url": "é" * LONGEST_ADDRESS}
    assert len(json.dumps(tweet)) == 12 * 280 + 6 * 2000 + len('{"content": "", "media_url": ""}')
    assert len(json.dumps(tweet)) <= LARGEST_BODY


# Each flaw --------------------------------------------------------------------------------------------------

FLAWS: dict[str, ApiContract] = {
    "no-endpoints": ApiContract(()),
    "client-sent-identity": plus(GET, Parameter("user_id", "query", at_most=15)),
    "no-authentication": changed(PUT, "Authorization"),
    "no-idempotency-key": changed(POST, "Idempotency-Key"),
    "page-token-open": changed(GET, "page_token", sealed=False),
    "no-page-token": changed(GET, "page_token"),
    "no-page-size-limit": changed(GET, "page_size", at_most=None),
    "no-length-limit": changed(POST, "content", at_most=None),
    "errors-unsaid": with_endpoint(replace(DELETE, answers=(Answer(204, "done"),))),
}


@pytest.mark.parametrize("rule", FLAWS)
def test_each_flaw_brings_its_question_and_no_other(rule: str) -> None:
    assert rules(FLAWS[rule]) == [rule]


@pytest.mark.parametrize(
    ("rule", "contract"),
    [
        ("client-sent-identity", plus(POST, Parameter("Author_Id", at_most=15))),
        ("client-sent-identity", plus(POST, Parameter("User", "header", at_most=15))),
        ("no-page-size-limit", changed(GET, "page_size")),
        ("no-length-limit", plus(GET, Parameter("language", "query"))),
        ("errors-unsaid", replace(CORRECTED_API, error_fields=())),
    ],
)
def test_other_shapes_of_a_flaw_are_seen(rule: str, contract: ApiContract) -> None:
    assert rules(contract) == [rule]


def test_what_is_read_in_pages_counts_as_a_list_without_saying_so() -> None:
    assert rules(with_endpoint(replace(GET, returns_list=False))) == []
    unsaid = replace(FLAWS["page-token-open"].endpoints[-1], returns_list=False)
    assert rules(with_endpoint(unsaid)) == ["page-token-open"]


def test_a_list_that_says_so_needs_pages() -> None:
    trends = Endpoint("GET", "/v1/trends", (GET.parameters[0],), GET.answers)
    assert rules(with_endpoint(trends)) == []
    assert rules(with_endpoint(replace(trends, returns_list=True))) == ["no-page-token", "no-page-size-limit"]


def test_whose_page_it_is_may_stand_in_the_path() -> None:
    profile = Endpoint(
        "GET",
        "/v1/users/{username}/tweets",
        (*GET.parameters, Parameter("username", "path", at_most=15)),
        GET.answers,
        returns_list=True,
    )
    assert rules(with_endpoint(profile)) == []


def test_every_rule_can_fail() -> None:
    found = {rule for contract in FLAWS.values() for rule in rules(contract)}
    assert len(RULES) == 8
    assert all(
        any(rule_of(contract) for contract in FLAWS.values()) for rule_of in map(_asks, RULES.values())
    )
    assert found == set(FLAWS)


def _asks(rule: Any) -> Any:
    return lambda contract: list(rule(contract))


def test_only_a_contract_is_reviewed() -> None:
    with pytest.raises(TypeError, match="ApiContract"):
        review_api("POST /v1/tweet")  # type: ignore[arg-type]


# As data ----------------------------------------------------------------------------------------------------

names = st.from_regex(r"[A-Za-z0-9_.-]{1,12}", fullmatch=True)
limits = st.none() | st.integers(0, 100)
notes = st.text(max_size=10)


@st.composite
def contracts(draw: Any) -> ApiContract:
    endpoints = []
    for number in range(draw(st.integers(0, 3))):
        parameters = [
            Parameter(
                f"{draw(names)}{place}",
                draw(st.sampled_from([where for where in PLACES if where != "path"])),
                draw(st.sampled_from(["text", "number"])),
                draw(st.booleans()),
                draw(limits),
                draw(st.none() | st.integers(100, 10**9)),
                draw(st.booleans()),
                draw(notes),
            )
            for place in range(draw(st.integers(0, 3)))
        ]
        answers = [Answer(200 + place, "it is so") for place in range(draw(st.integers(0, 2)))]
        method = draw(st.sampled_from(METHODS))
        path = f"/v1/{draw(names)}{number}"
        endpoints.append(
            Endpoint(method, path, tuple(parameters), tuple(answers), draw(st.booleans()), draw(notes))
        )
    return ApiContract(tuple(endpoints), draw(names), tuple(draw(st.lists(names, max_size=3))))


@given(contracts())
def test_json_keeps_a_contract_whole(contract: ApiContract) -> None:
    adapter = TypeAdapter(ApiContract)
    for whole in (contract, CORRECTED_API, FRAMEWORK_API):
        data = json.dumps(adapter.dump_python(whole, mode="json", exclude_none=True))
        assert adapter.validate_json(data, strict=True) == whole


@given(contracts())
def test_any_contract_can_be_reviewed_and_shown(contract: ApiContract) -> None:
    for finding in review_api(contract):
        assert str(finding)
    lines = contract._repr_markdown_().splitlines()
    rows = [line for line in lines if line.startswith("|")]
    assert {row.replace("\\|", "").count("|") for row in rows} == {6}
    assert len(rows) == 2 + sum(max(1, len(each.parameters)) for each in contract.endpoints)


def test_the_table_says_what_is_sent_where_and_how_much() -> None:
    table = CORRECTED_API._repr_markdown_()
    assert "| `POST /v1/tweet` | `Authorization` | header |" in table
    assert "| `content` | body | 1 to 280 characters; not only blanks |" in table
    assert "| `page_size` (optional) | query | 1 to 100; 20 unless told |" in table
    assert "problem document (RFC 9457)" in table
    assert "| not said |" in FRAMEWORK_API._repr_markdown_()
    assert "no limit" in FRAMEWORK_API._repr_markdown_()


@pytest.mark.parametrize(
    ("least", "most", "words"),
    [
        (None, None, "no limit"),
        (1, None, "1 characters or more"),
        (None, 2000, "at most 2,000 characters"),
        (1, 280, "1 to 280 characters"),
    ],
)
def test_limits_in_words(least: int | None, most: int | None, words: str) -> None:
    assert Parameter("x", at_least=least, at_most=most).limits == words


@pytest.mark.parametrize(
    ("call", "error", "named"),
    [
        (lambda: Parameter(""), ValueError, "name = ''"),
        (lambda: Parameter("a|b"), ValueError, r"name = 'a\|b'"),
        (lambda: Parameter("é"), ValueError, "name = 'é'"),
        (lambda: Parameter("x", "cookie"), ValueError, "x: where = 'cookie'"),
        (lambda: Parameter("x", kind="file"), ValueError, "x: kind = 'file'"),
        (lambda: Parameter("x", at_least=-1), ValueError, "x: at_least = -1"),
        (lambda: Parameter("x", at_most=2.5), TypeError, r"x: at_most = 2\.5"),  # type: ignore[arg-type]
        (lambda: Parameter("x", at_least=3, at_most=2), ValueError, "x: at_least = 3: it must be at most 2"),
        (lambda: Parameter("x", required="yes"), TypeError, "x: required = 'yes'"),  # type: ignore[arg-type]
        (lambda: Parameter("x", note=None), TypeError, "x: note = None"),  # type: ignore[arg-type]
        (lambda: Answer(99, "x"), ValueError, "status = 99"),
        (lambda: Answer(200, " "), ValueError, "200: meaning"),
        (lambda: Endpoint("FETCH", "/"), ValueError, "method = 'FETCH'"),
        (lambda: Endpoint("GET", "feed"), ValueError, "path = 'feed'"),
        (lambda: Endpoint("GET", "/a b"), ValueError, "path = '/a b'"),
        (lambda: Endpoint("GET", "/a|b"), ValueError, "path ="),
        (lambda: Endpoint("GET", "/{x"), ValueError, "path ="),
        (lambda: Endpoint("GET", "/{}"), ValueError, "path ="),
        (lambda: Endpoint("GET", "/{x}"), ValueError, r"\{x\} must be a parameter"),
        (lambda: Endpoint("GET", "/", (Parameter("x", "path"),)), ValueError, r"must hold \{x\}"),
        (lambda: Endpoint("GET", "/", (1,)), TypeError, "GET /: parameters"),  # type: ignore[arg-type]
        (lambda: Endpoint("GET", "/", Parameter("x")), TypeError, "parameters"),  # type: ignore[arg-type]
        (lambda: Endpoint("GET", "/", (Parameter("x"), Parameter("X"))), ValueError, "twice"),
        (lambda: Endpoint("GET", "/", (), (Answer(200, "a"), Answer(200, "b"))), ValueError, "twice"),
        (lambda: ApiContract((1,)), TypeError, "endpoints"),  # type: ignore[arg-type]
        (lambda: ApiContract((), name=" "), ValueError, "name"),
        (lambda: ApiContract((), error_fields="type"), TypeError, "error_fields"),  # type: ignore[arg-type]
        (
            lambda: ApiContract(
                tuple(Endpoint("PUT", f"/{{{name}}}", (Parameter(name, "path"),)) for name in "ab")
            ),
            ValueError,
            "twice",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(call: Any, error: type[Exception], named: str) -> None:
    with pytest.raises(error, match=named):
        call()

"""The capstone's API: a student's three endpoints, put to the models' review and the board's own rules."""

import re
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from helpers.models.api_contract import Answer, ApiContract, Endpoint, Parameter
from helpers.models.api_review import review_api
from helpers.models.checks import require_choice, short_repr

__all__ = ["api_holds"]

ENDPOINTS = ("post", "top", "rank")
LONGEST_LIST = 100
_ENTRIES = ("method", "path", "parameters", "answers")
_PARAMETER = ("name", "where", "kind", "required", "at_least", "at_most")
_WHO = {
    who + what
    for who in ("player", "user", "account", "author", "sender", "gamer", "profile", "device", "member")
    for what in ("", "id", "name", "uuid", "key")
} | {"name", "nick", "nickname", "email", "gamertag", "uid", "who"}
_TOKENS = {"token", "accesstoken", "authtoken", "apikey", "jwt", "sessionid"}
_SIZES = set(
    re.findall(
        r"\w+",
        "limit size n k count length pagesize perpage max maxresults top first rows entries players around "
        "neighbours neighbors above below radius window",
    )
)
_KEYS = {"idempotencykey", "xidempotencykey"}
_GAMES = {"game", "gameid", "gameuuid"}
_MOST = 1_000_000_000
_MOST_PARAMETERS = 100
"""How many are read: what is returned may go on for ever."""
_UNPROVED, _UNFIT = 401, (400, 422)


def api_holds(api: Any, part: str) -> bool:
    """Return True where a part of an API is sound; else raise ValueError with the first question.

    `api` maps "post", "top" and "rank" to {"method", "path", "parameters", "answers"}; a parameter is a dict
    with "name", "where" and perhaps "kind", "required", "at_least", "at_most"; the answers are statuses, a
    list or a dict to their meaning. `part` is "endpoints", "identity", "retries", "limits" or "errors".

    >>> post = {"method": "POST", "path": "/scores", "parameters": [{"name": "score", "where": "cookie"}]}
    >>> api_holds({"post": post}, "retries")
    Traceback (most recent call last):
    ValueError: post: score: where = 'cookie': it must be one of 'path', 'query', 'header', 'body'
    """
    require_choice("part", part, _PARTS)
    if not isinstance(api, Mapping):
        raise ValueError(f"a dict was expected, {short_repr(api)} came")
    names = ("post",) if part == "retries" else ENDPOINTS
    for name in names:
        if name not in api:
            raise ValueError(f"there is no {name!r}; there are {', '.join(map(str, api)) or 'none'}")
    _PARTS[part]({name: _endpoint(name, api[name], part) for name in names})
    return True


def _endpoint(name: str, given: Any, part: str) -> Endpoint:
    """Return an endpoint with what a part asks about; the rest is filled in, so that it costs no marks."""
    if not isinstance(given, Mapping):
        raise ValueError(f"{name}: a dict was expected, {short_repr(given)} came")
    unknown = [entry for entry in given if entry not in _ENTRIES]
    if unknown:
        raise ValueError(f"{name}: {unknown[0]!r} is none of {', '.join(_ENTRIES)}")
    try:
        listed = () if part == "errors" else given.get("parameters", ())
        parameters = tuple(_parameter(each) for each in islice(listed, _MOST_PARAMETERS))
        answers = _answers(given.get("answers", ())) if part in ("errors", "endpoints") else ()
        if part == "endpoints":
            method, path = str(given.get("method", "")).upper(), str(given.get("path", ""))
            return Endpoint(method, path, parameters, answers)
        path = "/".join(["", name, *(f"{{{each.name}}}" for each in parameters if each.where == "path")])
        return Endpoint("GET", path, parameters, answers)
    except (TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"{name}: {error}") from None


def _parameter(given: Any) -> Parameter:
    if not isinstance(given, Mapping):
        raise TypeError(f"a parameter is a dict, {short_repr(given)} came")
    unknown = [entry for entry in given if entry not in _PARAMETER]
    if unknown:
        raise ValueError(f"a parameter: {unknown[0]!r} is none of {', '.join(_PARAMETER)}")
    for entry in ("name", "where"):
        if entry not in given:
            raise ValueError(f"the parameter {short_repr(dict(given))} has no {entry!r}")
    most = given.get("at_most")
    if isinstance(most, int) and most > _MOST:
        given = {**given, "at_most": _MOST}
    return Parameter(**given)


def _answers(given: Any) -> tuple[Answer, ...]:
    meanings = given if isinstance(given, Mapping) else dict.fromkeys(islice(given, _MOST_PARAMETERS), "")
    return tuple(
        Answer(int(status) if str(status).isdecimal() else status, str(words or status))
        for status, words in meanings.items()
    )


def _endpoints(api: Mapping[str, Endpoint]) -> None:
    ApiContract(tuple(api.values()))
    if api["post"].method not in ("POST", "PUT"):
        raise ValueError(f"post: {api['post'].method} is not for what is new; POST or PUT was expected")
    if not api["post"].named({"score"}, "body"):
        raise ValueError("post: there is no parameter 'score' in the body")
    for name in ("top", "rank"):
        if api[name].method != "GET":
            raise ValueError(f"{name}: {api[name].method} changes something; GET was expected")
        for parameter in api[name].parameters:
            if parameter.where == "body":
                raise ValueError(f"{name}: {parameter.name}: a GET has no body")


def _identity(api: Mapping[str, Endpoint]) -> None:
    _ask(api, "no-authentication", "client-sent-identity")
    for name, endpoint in api.items():
        for parameter in endpoint.parameters:
            if parameter.name.casefold() == "authorization" and not parameter.required:
                raise ValueError(f"{name}: without Authorization nobody knows who asks, so it is required")
            if _plain(parameter) in _TOKENS and parameter.where != "header":
                raise ValueError(f"{name}: {parameter.name}: an address ends up in logs; a token is a header")
            if _plain(parameter) in _WHO:
                raise ValueError(
                    f"{name}: {parameter.name}: whoever writes another's name there is taken for that player"
                )


def _retries(api: Mapping[str, Endpoint]) -> None:
    post = api["post"]
    found = [
        parameter
        for parameter in post.parameters
        if (_plain(parameter) in _KEYS and parameter.where == "header")
        or (_plain(parameter) in _GAMES and parameter.where in ("path", "body"))
    ]
    if not found:
        raise ValueError("post: nothing tells a retry from the post of the next game")
    if not any(parameter.required for parameter in found):
        raise ValueError(f"post: {found[0].name} is optional, so a retry may come without it")


def _limits(api: Mapping[str, Endpoint]) -> None:
    for name, endpoint in api.items():
        for parameter in endpoint.parameters:
            if parameter.name.casefold() == "score" and parameter.kind != "number":
                raise ValueError(f"{name}: score: its kind must be 'number'")
            limits = {"at_most": parameter.at_most}
            if parameter.kind == "number":
                limits["at_least"] = parameter.at_least
            for limit, value in limits.items():
                if value is None and parameter.where in ("body", "query"):
                    raise ValueError(f"{name}: {parameter.name} has no {limit!r}")
            if _plain(parameter) in _SIZES and (parameter.at_most or 0) > LONGEST_LIST:
                most = f"{parameter.at_most:,}; a list has at most {LONGEST_LIST} entries"
                raise ValueError(f"{name}: {parameter.name} may be {most}")


def _errors(api: Mapping[str, Endpoint]) -> None:
    for name, endpoint in api.items():
        statuses = [answer.status for answer in endpoint.answers]
        if not any(200 <= status < 300 for status in statuses):
            raise ValueError(f"{name}: no answer says that it was done")
        if _UNPROVED not in statuses:
            raise ValueError(f"{name}: no answer says that the token is not good")
        if name == "post" and not set(_UNFIT) & set(statuses):
            raise ValueError("post: no answer says that a score is not allowed")


def _ask(api: Mapping[str, Endpoint], *rules: str) -> None:
    for finding in review_api(ApiContract(tuple(api.values()))):
        if finding.rule in rules:
            raise ValueError(f"{finding.about}: {finding.why} {finding.say}")


def _plain(parameter: Parameter) -> str:
    return re.sub(r"[_.-]", "", parameter.name).casefold()


_PARTS: Mapping[str, Callable[[Mapping[str, Endpoint]], None]] = {
    "endpoints": _endpoints,
    "identity": _identity,
    "retries": _retries,
    "limits": _limits,
    "errors": _errors,
}

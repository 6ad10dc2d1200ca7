"""Step 4: the contract between client and server as data, the framework's and the corrected one."""

import re
from dataclasses import dataclass
from typing import Any

from helpers.models.checks import require_choice, require_whole
from helpers.models.sealing import LONGEST_TOKEN
from helpers.models.texts import require_different, require_several, require_text

__all__ = [
    "CORRECTED_API",
    "FRAMEWORK_API",
    "KEY_LIFETIME_S",
    "LARGEST_BODY",
    "LARGEST_PAGE",
    "LONGEST_ADDRESS",
    "LONGEST_CONTENT",
    "LONGEST_KEY",
    "LONGEST_NAME",
    "METHODS",
    "PAGE_SIZE",
    "PLACES",
    "Answer",
    "ApiContract",
    "Endpoint",
    "Parameter",
]

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
PLACES = ("path", "query", "header", "body")
KINDS = ("text", "number")

LONGEST_CONTENT = 280
"""Characters of a tweet. Source: Twitter, "Tweeting Made Easier", November 2017. We count code points, of
which Twitter counts some double."""
LONGEST_ADDRESS = 2_000
"""Characters of a media address; our choice: room for any usual address, not for a file inside one."""
LARGEST_BODY = 16_000
"""Bytes of a request; our choice. JSON may write a character of content in 12 bytes and one of the address in
6: 280 x 12 + 2,000 x 6 = 15,360, and the rest is for names and punctuation."""
LONGEST_NAME = 15
"""Characters of a user's name. Source: Twitter's help pages, "Help with username registration"."""
PAGE_SIZE, LARGEST_PAGE = 20, 100
"""Tweets on a page, unless told and at most. Our choice: a screen or two, and a bound on a request's work."""
LONGEST_KEY = 255
"""Characters of an idempotency key. Source: the API reference of Stripe, "Idempotent requests"."""
KEY_LIFETIME_S = 86_400.0
"""A key is remembered for a day, as Stripe does: longer than any client goes on retrying."""

_LARGEST_LIMIT = 1_000_000_000


@dataclass(frozen=True)
class Parameter:
    """One value that a client sends; `where` is "path", "query", "header" or "body".

    `at_least` and `at_most` bound the characters of a text and the value of a number; None is no limit.
    `sealed` says that the server made it and notices when it was changed. `note` is for the reader.

    >>> Parameter("content", at_least=1, at_most=280).limits
    '1 to 280 characters'
    >>> Parameter("content", "cookie")
    Traceback (most recent call last):
    ValueError: content: where = 'cookie': it must be one of 'path', 'query', 'header', 'body'
    """

    name: str
    where: str = "body"
    kind: str = "text"
    required: bool = True
    at_least: int | None = None
    at_most: int | None = None
    sealed: bool = False
    note: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", require_text("name", self.name))
        if not re.fullmatch(r"[\w.-]+", self.name, re.ASCII):
            raise ValueError(f"name = {self.name!r}: it must be of letters, digits and any of _ . -")
        require_choice(f"{self.name}: where", self.where, PLACES)
        require_choice(f"{self.name}: kind", self.kind, KINDS)
        for name in ("required", "sealed"):
            _require_flag(f"{self.name}: {name}", getattr(self, name))
        for name in ("at_least", "at_most"):
            if (limit := getattr(self, name)) is not None:
                require_whole(f"{self.name}: {name}", limit, at_least=0, at_most=_LARGEST_LIMIT)
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError(f"{self.name}: at_least = {self.at_least}: it must be at most {self.at_most}")
        _require_note(f"{self.name}: note", self.note)

    @property
    def limits(self) -> str:
        """The limits in words, or "no limit"."""
        unit = " characters" if self.kind == "text" else ""
        if self.at_most is None:
            return "no limit" if self.at_least is None else f"{self.at_least:,}{unit} or more"
        if self.at_least is None:
            return f"at most {self.at_most:,}{unit}"
        return f"{self.at_least:,} to {self.at_most:,}{unit}"


@dataclass(frozen=True)
class Answer:
    """A status that a client may get, and what it means.

    >>> Answer(201, "the tweet is kept").status
    201
    """

    status: int
    meaning: str

    def __post_init__(self) -> None:
        require_whole("status", self.status, at_least=100, at_most=599)
        object.__setattr__(self, "meaning", require_text(f"{self.status}: meaning", self.meaning))


@dataclass(frozen=True)
class Endpoint:
    """A request that the server answers; `returns_list` says that the answer grows with the data.

    What stands in braces in `path` must be parameters of the path, and they must stand there.

    >>> Endpoint("PUT", "/v1/follow/{followee}")
    Traceback (most recent call last):
    ValueError: PUT /v1/follow/{followee}: {followee} must be a parameter whose where is 'path'
    """

    method: str
    path: str
    parameters: tuple[Parameter, ...] = ()
    answers: tuple[Answer, ...] = ()
    returns_list: bool = False
    note: str = ""

    def __post_init__(self) -> None:
        require_choice("method", self.method, METHODS)
        object.__setattr__(self, "path", require_text("path", self.path))
        if not re.fullmatch(r"/([\w/.~:-]|\{[\w.-]+\})*", self.path, re.ASCII):
            raise ValueError(
                f"path = {self.path!r}: it must be / and letters, digits, any of / . ~ : _ -, or {{name}}"
            )
        _require_flag(f"{self}: returns_list", self.returns_list)
        _require_note(f"{self}: note", self.note)
        parameters = _require_parts(f"{self}: parameters", self.parameters, Parameter)
        answers = _require_parts(f"{self}: answers", self.answers, Answer)
        places = [(parameter.where, parameter.name.casefold()) for parameter in parameters]
        require_different(f"{self}: parameters", [parameter.name for parameter in parameters], places)
        statuses = [answer.status for answer in answers]
        require_different(f"{self}: answers", statuses, statuses)
        object.__setattr__(self, "parameters", parameters)
        object.__setattr__(self, "answers", answers)
        named = set(re.findall(r"\{([^{}]*)\}", self.path))
        given = {parameter.name for parameter in parameters if parameter.where == "path"}
        for name in sorted(named - given):
            raise ValueError(f"{self}: {{{name}}} must be a parameter whose where is 'path'")
        for name in sorted(given - named):
            raise ValueError(f"{self}: the path must hold {{{name}}}, as its parameter says")

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def named(self, names: set[str], *places: str) -> tuple[Parameter, ...]:
        """Return the parameters with one of these names, in small letters, in these places (or in any).

        >>> FRAMEWORK_API.endpoints[0].named({"content"})[0].where
        'body'
        """
        return tuple(
            parameter
            for parameter in self.parameters
            if parameter.name.casefold() in names and parameter.where in (places or PLACES)
        )


@dataclass(frozen=True)
class ApiContract:
    """What a client may ask, and what it gets; `error_fields` are the fields of every error's body.

    >>> [str(endpoint) for endpoint in FRAMEWORK_API.endpoints]
    ['POST /v1/tweet', 'GET /v1/feed']
    >>> ApiContract((Endpoint("GET", "/v1/feed"), Endpoint("GET", "/v1/feed")))
    Traceback (most recent call last):
    ValueError: endpoints: 'GET /v1/feed' is in it twice; each must be there once
    """

    endpoints: tuple[Endpoint, ...]
    name: str = "API"
    error_fields: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", require_text("name", self.name))
        endpoints = _require_parts("endpoints", self.endpoints, Endpoint)
        # A server tells paths apart by their words, not by what stands in the braces.
        shapes = [re.sub(r"\{[^{}]*\}", "{}", str(endpoint)) for endpoint in endpoints]
        require_different("endpoints", endpoints, shapes)
        object.__setattr__(self, "endpoints", endpoints)
        fields = require_several("error_fields", self.error_fields, "texts")
        object.__setattr__(self, "error_fields", tuple(require_text("error_fields", name) for name in fields))

    def _repr_markdown_(self) -> str:
        rows = [
            f"**{self.name}**",
            "",
            "| request | sends | in | limits | answers |",
            "|---|---|---|---|---|",
        ]
        for endpoint in self.endpoints:
            request = f"`{endpoint}`"
            answers = ", ".join(str(answer.status) for answer in endpoint.answers) or "not said"
            for parameter in endpoint.parameters or (None,):
                sent = "| nothing | | |" if parameter is None else _row(parameter)
                rows.append(f"| {request} {sent} {answers} |")
                request, answers = "", ""
        if self.error_fields:
            fields = ", ".join(f"`{name}`" for name in self.error_fields)
            rows += ["", f"Every error is a problem document (RFC 9457) with {fields}."]
        return "\n".join(rows)


def _row(parameter: Parameter) -> str:
    optional = "" if parameter.required else " (optional)"
    more = ["sealed"] * parameter.sealed + [" ".join(parameter.note.replace("|", "\\|").split())]
    limits = "; ".join(filter(None, [parameter.limits, *more]))
    return f"| `{parameter.name}`{optional} | {parameter.where} | {limits} |"


def _require_flag(name: str, value: Any) -> None:
    if not isinstance(value, bool):
        raise TypeError(f"{name} = {value!r}: it must be True or False")


def _require_note(name: str, value: Any) -> None:
    if not isinstance(value, str):
        raise TypeError(f"{name} = {value!r}: it must be text")


def _require_parts(name: str, values: Any, kind: type) -> tuple[Any, ...]:
    parts = require_several(name, values, kind.__name__)
    for part in parts:
        if not isinstance(part, kind):
            raise TypeError(f"{name}: each must be of type {kind.__name__}, but one is {part!r}")
    return parts


FRAMEWORK_API = ApiContract(
    (
        Endpoint(
            "POST",
            "/v1/tweet",
            (Parameter("user_id"), Parameter("content"), Parameter("media_url", required=False)),
        ),
        Endpoint(
            "GET",
            "/v1/feed",
            (Parameter("user_id", "query"), Parameter("page_token", "query", required=False)),
            returns_list=True,
        ),
    ),
    name="Twitter, as the framework writes it",
)
"""The framework's step 4, "API Design"."""

_TOKEN = Parameter(
    "Authorization", "header", at_most=LONGEST_TOKEN, sealed=True, note="Bearer and the user's token"
)
_FOLLOWEE = Parameter("followee", "path", at_least=1, at_most=LONGEST_NAME, note="letters, digits and _")
_UNPROVED = Answer(401, "no token, or not a good one")
_INVALID = Answer(422, "a value that is not allowed; field says which")
_FOLLOW_ANSWERS = (
    Answer(204, "done, or done before"),
    _UNPROVED,
    Answer(404, "no such user"),
    Answer(422, "yourself, or a name that is not allowed"),
)

CORRECTED_API = ApiContract(
    (
        Endpoint(
            "POST",
            "/v1/tweet",
            (
                _TOKEN,
                Parameter(
                    "Idempotency-Key", "header", at_least=1, at_most=LONGEST_KEY, note="new for each tweet"
                ),
                Parameter("content", at_least=1, at_most=LONGEST_CONTENT, note="not only blanks"),
                Parameter(
                    "media_url", required=False, at_most=LONGEST_ADDRESS, note="http or https; not fetched"
                ),
            ),
            (
                Answer(201, "the tweet is kept; a retry gets this answer again"),
                Answer(400, "no key, or a body that is not JSON"),
                _UNPROVED,
                Answer(413, f"a body of more than {LARGEST_BODY:,} bytes"),
                Answer(422, "a value that is not allowed, or a key that was used for another tweet"),
            ),
        ),
        Endpoint(
            "GET",
            "/v1/feed",
            (
                _TOKEN,
                Parameter(
                    "page_size",
                    "query",
                    "number",
                    required=False,
                    at_least=1,
                    at_most=LARGEST_PAGE,
                    note=f"{PAGE_SIZE} unless told",
                ),
                Parameter(
                    "page_token",
                    "query",
                    required=False,
                    at_least=1,
                    at_most=LONGEST_TOKEN,
                    sealed=True,
                    note="next_page_token of the page before",
                ),
            ),
            (
                Answer(200, "a page, newest first"),
                Answer(400, "a page_token that is not accepted"),
                _UNPROVED,
                _INVALID,
            ),
            returns_list=True,
        ),
        Endpoint("PUT", "/v1/follow/{followee}", (_TOKEN, _FOLLOWEE), _FOLLOW_ANSWERS),
        Endpoint("DELETE", "/v1/follow/{followee}", (_TOKEN, _FOLLOWEE), _FOLLOW_ANSWERS),
    ),
    name="Twitter, corrected",
    error_fields=("type", "title", "status", "detail", "field"),
)
"""The same with identity, retries, pages, limits and errors put right.

A follow is PUT and DELETE and not POST: both are idempotent by themselves (RFC 9110, section 9.2.2), so that
a retry needs no key."""

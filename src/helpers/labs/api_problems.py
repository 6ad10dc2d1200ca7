"""Step 4: one shape for all that goes wrong in the API, problem details as RFC 9457 has them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException as AnyHTTPException
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from helpers.models.api_contract import CORRECTED_API, LARGEST_BODY

__all__ = [
    "PROBLEMS",
    "PROBLEM_MEDIA_TYPE",
    "BodyLimit",
    "Kind",
    "Problem",
    "ProblemError",
    "answers_of",
    "describe_problems",
    "handle_problems",
]

PROBLEM_MEDIA_TYPE = "application/problem+json"

_LONGEST_FIELD = 60


@dataclass(frozen=True)
class Kind:
    """A kind of problem: its status, and what it means for whoever writes the client."""

    status: int
    title: str


PROBLEMS: Mapping[str, Kind] = {
    "malformed": Kind(400, "The request cannot be read"),
    "key-missing": Kind(400, "A POST needs an idempotency key"),
    "page-token": Kind(400, "The page token is not accepted"),
    "unauthenticated": Kind(401, "Nothing proves who sends the request"),
    "no-such-path": Kind(404, "There is nothing at this address"),
    "no-such-user": Kind(404, "There is no such user"),
    "method": Kind(405, "The address does not take this method"),
    "too-large": Kind(413, f"The body has more than {LARGEST_BODY:,} bytes"),
    "invalid": Kind(422, "A value is not allowed"),
    "key-reused": Kind(422, "The idempotency key was used for another tweet"),
    "internal": Kind(500, "The server made a mistake"),
}
"""All that may go wrong, by the last word of its type."""


class Problem(BaseModel):
    """What every error answers; a client decides by type and status, a person reads the rest."""

    type: str = Field(
        description="which kind it is: the address of its explanation", examples=["/docs#invalid"]
    )
    title: str = Field(description="the kind in words, always the same")
    status: int = Field(description="the status again, for whoever has only the body")
    detail: str = Field(description="what is wrong this time, and how to mend it")
    field: str | None = Field(description="the parameter it is about; null where it is about none")


class ProblemError(Exception):
    """Ends a request with a problem of this kind."""

    def __init__(self, kind: str, detail: str, field: str | None = None) -> None:
        super().__init__(detail)
        self.kind, self.detail, self.field = kind, detail, field


class BodyLimit:
    """Stops reading a request after `LARGEST_BODY` bytes, whatever its Content-Length says."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, counting its bytes as they come."""
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > LARGEST_BODY:
                raise HTTPException(413)
            return message

        await self.app(scope, counted, send)


def answers_of(request: str) -> dict[int | str, dict[str, Any]]:
    """Return the answers that the contract promises for a request, as FastAPI describes responses.

    >>> answers_of("PUT /v1/follow/{followee}")[404]["description"]
    'no such user'
    """
    endpoint = next(endpoint for endpoint in CORRECTED_API.endpoints if str(endpoint) == request)
    return {
        answer.status: {"description": answer.meaning} | ({"model": Problem} if answer.status >= 400 else {})
        for answer in endpoint.answers
    }


def describe_problems(schema: dict[str, Any]) -> None:
    """Say in an OpenAPI description that errors are problem documents, and that 401 names the scheme."""
    for operations in schema["paths"].values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    response["content"] = {PROBLEM_MEDIA_TYPE: response["content"].pop("application/json")}
                if status == "401":
                    text = {"type": "string"}
                    response["headers"] = {"WWW-Authenticate": {"required": True, "schema": text}}


def handle_problems(app: FastAPI) -> None:
    """Let an app answer everything that goes wrong with a problem document."""

    @app.exception_handler(ProblemError)
    async def refused(_: Request, error: ProblemError) -> JSONResponse:
        headers = {"WWW-Authenticate": "Bearer"} if error.kind == "unauthenticated" else None
        return _answer(error.kind, error.detail, error.field, headers)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        return _answer(*_in_words(error.errors()))

    @app.exception_handler(AnyHTTPException)
    async def known(request: Request, error: AnyHTTPException) -> JSONResponse:
        if error.status_code == 405:
            # Starlette names the methods of one route, but an address may have several.
            found = [route for route in app.routes if isinstance(route, Route) and _fits(route, request)]
            allowed = ", ".join(sorted(set().union(*(route.methods or () for route in found))))
            return _answer("method", f"it takes {allowed}", None, {"Allow": allowed})
        if error.status_code == 404:
            return _answer("no-such-path", "what there is stands in /openapi.json")
        if error.status_code == 413:
            return _answer("too-large", "send less")
        return _answer("malformed", "the body must be JSON")

    @app.exception_handler(Exception)
    async def unforeseen(_: Request, __: Exception) -> JSONResponse:
        # What went wrong is for the server's log; to a stranger it would tell how the server is made.
        return _answer("internal", "try again later, with the same idempotency key")


def _fits(route: Route, request: Request) -> bool:
    return route.matches(request.scope)[0] is not Match.NONE


def _answer(
    kind: str, detail: str, field: str | None = None, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    found = PROBLEMS[kind]
    problem = Problem(
        type=f"/docs#{kind}", title=found.title, status=found.status, detail=detail, field=field
    )
    return JSONResponse(problem.model_dump(), found.status, headers, media_type=PROBLEM_MEDIA_TYPE)


def _in_words(errors: Sequence[Any]) -> tuple[str, str, str | None]:
    """Return the kind, the detail and the field of the first of pydantic's errors."""
    first = errors[0]
    where, *names = first["loc"]
    if first["type"] == "json_invalid":
        return "malformed", "the body must be JSON", None
    if where == "body" and not names:
        return "invalid", "the body must be a JSON object, sent with Content-Type: application/json", None
    field = _plain(str(names[0]))
    if where == "header":
        field = field.title()
        if first["type"] == "missing":
            return "key-missing", f"send the header {field}: a new one for each tweet", field
    limits = first.get("ctx", {})
    said = {
        "missing": "it must be given",
        "extra_forbidden": "there is no such parameter",
        "string_type": "it must be text",
        "string_too_short": "it must not be empty",
        "string_too_long": f"it must have at most {limits.get('max_length', 0):,} characters",
        "string_pattern_mismatch": _PATTERNS.get(field, "it has characters that are not allowed"),
        "int_parsing": "it must be a whole number",
        "greater_than_equal": f"it must be at least {limits.get('ge')}",
        "less_than_equal": f"it must be at most {limits.get('le')}",
    }
    return "invalid", f"{field}: {said.get(first['type'], _small(first['msg']))}", field


_PATTERNS = {
    "content": "it must not be blank",
    "media_url": "it must be an address that starts with http:// or https:// and holds no blank",
    "followee": "it must be a user's name: 1 to 15 letters, digits and _",
}


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]


def _plain(name: str) -> str:
    """Return a name that a client sent as text that any answer can carry: short, and no half characters."""
    return name.encode("ascii", "replace").decode()[:_LONGEST_FIELD]

"""Step 4: the API over HTTP, as the framework writes it and corrected; `make api` serves the second."""

import argparse
import contextlib
import secrets
import socket
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import uvicorn
from fastapi import Depends, FastAPI, Header, HTTPException, Path, Query, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from fastapi.testclient import TestClient
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from helpers.labs.api_page import api_page
from helpers.labs.api_problems import BodyLimit, ProblemError, answers_of, describe_problems, handle_problems
from helpers.labs.api_service import (
    DEMO_USERS,
    KeyReusedError,
    Post,
    PostPage,
    TweetService,
    UnknownUserError,
    demo_service,
)
from helpers.models.api_contract import (
    LARGEST_PAGE,
    LONGEST_ADDRESS,
    LONGEST_CONTENT,
    LONGEST_KEY,
    LONGEST_NAME,
    PAGE_SIZE,
)
from helpers.models.feed import User
from helpers.models.pagination import CursorError, Cursors
from helpers.models.sealing import LONGEST_TOKEN, AccessTokens, SealError

__all__ = ["corrected_app", "demo_client", "framework_app", "main"]

Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=LONGEST_KEY,
        pattern=r"^[!-~]+$",
        description="new for each tweet; a retry sends the same again",
    ),
]
Followee = Annotated[str, Path(min_length=1, max_length=LONGEST_NAME, pattern=r"^[A-Za-z0-9_]+$")]

# What \s means differs between JavaScript, Python and Rust; with these all three agree.
_SOME_INK = r"[^\s\x1c-\x1f\x85\ufeff]"


# As the framework writes it ---------------------------------------------------------------------------------


class FrameworkTweet(BaseModel):
    """What the framework's POST takes."""

    user_id: str
    content: str
    media_url: str | None = None


def framework_app(service: TweetService | None = None) -> FastAPI:
    """Return the framework's API over `service` (by default the demo's), with all that is wrong with it.

    Whoever sends a user_id is that user, a request that comes twice is done twice, and page_token is an
    offset.

    >>> client = demo_client(framework_app())
    >>> client.post("/v1/tweet", json={"user_id": "bob", "content": "says Mallory"}).status_code
    200
    >>> client.get("/v1/feed", params={"user_id": "ann"}).json()["tweets"][0]["content"]
    'says Mallory'
    """
    service = service or demo_service()
    app = FastAPI(title="Twitter, as the framework writes it", docs_url=None, redoc_url=None)

    @app.post("/v1/tweet")
    def post_tweet(tweet: FrameworkTweet) -> dict[str, Any]:
        try:
            return _shown(service.post(tweet.user_id, tweet.content, tweet.media_url))
        except UnknownUserError as error:
            raise HTTPException(404, str(error)) from None

    @app.get("/v1/feed")
    def get_feed(user_id: str, page_token: Annotated[int, Query(ge=0, le=90_000)] = 0) -> dict[str, Any]:
        try:
            return _shown_page(service.page_at(user_id, PAGE_SIZE, page_token))
        except UnknownUserError as error:
            raise HTTPException(404, str(error)) from None

    return app


# Corrected --------------------------------------------------------------------------------------------------


class NewTweet(BaseModel):
    """A tweet to post. Its author is whoever the token says; a field not named here is refused."""

    model_config = ConfigDict(extra="forbid", strict=True)

    content: str = Field(
        min_length=1,
        max_length=LONGEST_CONTENT,
        pattern=_SOME_INK,
        description="not only blanks",
        examples=["Hello"],
    )
    media_url: str | None = Field(
        default=None,
        max_length=LONGEST_ADDRESS,
        pattern=r"^https?://[!-~]+$",
        description="http or https; it is kept as it is and not fetched",
        examples=["https://example.com/cat.jpg"],
    )


class FeedQuery(BaseModel):
    """Which page of the feed; a parameter not named here is refused."""

    model_config = ConfigDict(extra="forbid")

    page_size: int = Field(default=PAGE_SIZE, ge=1, le=LARGEST_PAGE, description="tweets on a page")
    page_token: str | None = Field(
        default=None,
        min_length=1,
        max_length=LONGEST_TOKEN,
        description="next_page_token of the page before; leave it out for the first page",
    )


class TweetAnswer(BaseModel):
    """A tweet; its id is text, because JavaScript's numbers are whole to 2^53 only."""

    id: str
    author: str
    content: str
    media_url: str | None
    created_at: AwareDatetime


class FeedAnswer(BaseModel):
    """A page of the feed, newest first; next_page_token is null at the end."""

    tweets: list[TweetAnswer]
    next_page_token: str | None


class _CorrectedApi(FastAPI):
    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            describe_problems(super().openapi())
        return super().openapi()


def corrected_app(service: TweetService | None = None, *, secret: bytes | None = None) -> FastAPI:
    """Return the API that keeps the contract CORRECTED_API, over `service` (by default the demo's).

    `secret` signs access tokens and page tokens: 32 bytes or more, new ones unless told, so that no token
    outlives the app. `demo_client` gives a client with a user's token.

    >>> app = corrected_app()
    >>> tweet, key = {"content": "hello"}, {"Idempotency-Key": "1"}
    >>> demo_client(app).post("/v1/tweet", json=tweet, headers=key).status_code
    401
    >>> bob = demo_client(app, "bob")
    >>> [bob.post("/v1/tweet", json=tweet, headers=key).json()["id"] for _ in range(2)]
    ['61', '61']
    """
    service = service or demo_service()
    secret = secrets.token_bytes(32) if secret is None else secret
    tokens, cursors = AccessTokens(secret), Cursors(secret)
    app = _CorrectedApi(
        title="Twitter, corrected",
        version="1",
        description="The design interview's Twitter. Its data is in memory, and gone when it ends.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.service, app.state.tokens = service, tokens
    handle_problems(app)
    app.add_middleware(BodyLimit)
    bearer = HTTPBearer(auto_error=False, description="An access token; `make api` prints one for each user.")

    def signed_in(sent: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> User:
        if sent is None:
            raise ProblemError(
                "unauthenticated", "send the header Authorization: Bearer <token>", "Authorization"
            )
        try:
            user = tokens.user(sent.credentials, now_s=service.clock())
        except SealError as error:
            raise ProblemError("unauthenticated", f"the token: {error}", "Authorization") from None
        if user not in service.users:
            raise ProblemError("unauthenticated", "the token: its user is gone", "Authorization")
        return user

    SignedIn = Annotated[User, Depends(signed_in)]  # noqa: N806

    @app.post("/v1/tweet", status_code=201, responses=answers_of("POST /v1/tweet"))
    def post_tweet(user: SignedIn, idempotency_key: Key, tweet: NewTweet) -> TweetAnswer:
        """Post a tweet, once for each key."""
        try:
            post = service.post_once(user, idempotency_key, tweet.content, tweet.media_url)
        except KeyReusedError as error:
            raise ProblemError("key-reused", str(error), "Idempotency-Key") from None
        return TweetAnswer(**_shown(post))

    @app.get("/v1/feed", responses=answers_of("GET /v1/feed"))
    def get_feed(user: SignedIn, query: Annotated[FeedQuery, Query()]) -> FeedAnswer:
        """Read a page of the feed of whoever asks, newest first."""
        try:
            page = service.page(user, query.page_size, cursors, query.page_token)
        except CursorError as error:
            raise ProblemError("page-token", str(error), "page_token") from None
        return FeedAnswer(**_shown_page(page))

    @app.put("/v1/follow/{followee}", status_code=204, responses=answers_of("PUT /v1/follow/{followee}"))
    def follow(user: SignedIn, followee: Followee) -> Response:
        """Follow a user; done twice it is done once."""
        return _change(service.follow, user, followee)

    @app.delete(
        "/v1/follow/{followee}", status_code=204, responses=answers_of("DELETE /v1/follow/{followee}")
    )
    def unfollow(user: SignedIn, followee: Followee) -> Response:
        """Stop following a user; done twice it is done once."""
        return _change(service.unfollow, user, followee)

    @app.get("/docs", include_in_schema=False)
    def docs(request: Request) -> HTMLResponse:
        return HTMLResponse(api_page(app.openapi(), str(request.base_url).rstrip("/")))

    return app


def demo_client(app: FastAPI, user: User | None = None) -> TestClient:
    """Return a client that calls an app in this process; with `user` it sends a token of that user.

    >>> demo_client(corrected_app(), "ann").get("/v1/feed").json()["tweets"][0]["content"]
    "cat's tweet 60"
    """
    if user is None:
        return TestClient(app)
    token = app.state.tokens.issue(user, now_s=app.state.service.clock())
    return TestClient(app, headers={"Authorization": f"Bearer {token}"})


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve the corrected API on this machine alone until Ctrl-C, and say how to call it."""
    parser = argparse.ArgumentParser(
        prog="python -m helpers.labs.api_app",
        description="Serve the API of step 4 on 127.0.0.1, to this machine alone.",
        epilog='With make: make api ARGS="--port 9000"',
    )
    parser.add_argument("--port", type=_port, default=8000, help="0 to 65535 (8000); 0 takes a free one")
    asked = parser.parse_args(arguments)
    with socket.socket() as listening:
        if sys.platform != "win32":  # there it would let two servers share a port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind(("127.0.0.1", asked.port))
        except OSError as error:
            parser.error(f"port {asked.port} cannot be used ({error.strerror}); give another with --port")
        listening.listen()  # before anybody reads that it does
        with contextlib.suppress(KeyboardInterrupt):
            app = corrected_app(demo_service(live=True))
            print(_greeting(app, f"http://127.0.0.1:{listening.getsockname()[1]}"), flush=True)
            uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listening])
    return 0


def _greeting(app: FastAPI, address: str) -> str:
    service, tokens = app.state.service, app.state.tokens
    issued = {user: tokens.issue(user, now_s=service.clock()) for user in DEMO_USERS}
    return "\n".join(
        (
            f"The API is at {address}, its description at {address}/docs. Ctrl-C ends it.",
            "",
            "Access tokens, good for an hour:",
            *(f"  {user:8} {token}" for user, token in issued.items()),
            "",
            "For example:",
            f"  curl -H 'Authorization: Bearer {issued['ann']}' '{address}/v1/feed?page_size=2'",
        )
    )


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: it must be a whole number, 0 to 65535")
    return int(text)


def _change(change: Callable[[User, User], None], follower: User, followee: User) -> Response:
    try:
        change(follower, followee)
    except UnknownUserError as error:
        raise ProblemError("no-such-user", str(error), "followee") from None
    except ValueError:
        raise ProblemError("invalid", "followee: it must be another user than yourself", "followee") from None
    return Response(status_code=204)


def _shown(post: Post) -> dict[str, Any]:
    moment = datetime.fromtimestamp(post.created_s, UTC).isoformat(timespec="milliseconds")
    return {
        "id": str(post.id),
        "author": post.author,
        "content": post.content,
        "media_url": post.media_url,
        "created_at": moment.replace("+00:00", "Z"),
    }


def _shown_page(page: PostPage) -> dict[str, Any]:
    return {"tweets": [_shown(post) for post in page.posts], "next_page_token": page.next_page_token}


if __name__ == "__main__":
    sys.exit(main())

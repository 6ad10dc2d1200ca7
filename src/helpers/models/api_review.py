"""Step 4: what an interviewer would ask about an API, each question with its reason."""

from collections.abc import Callable, Iterator

from helpers.models.api_contract import LARGEST_PAGE, LONGEST_CONTENT, PAGE_SIZE, ApiContract, Endpoint
from helpers.models.contract_review import Finding

__all__ = ["RULES", "Finding", "review_api"]

_AUTHORIZATION, _IDEMPOTENCY_KEY = "authorization", "idempotency-key"
_WHO = {"user", "user_id", "userid", "username", "author", "author_id", "sender", "sender_id", "account_id"}
_PAGE_TOKENS = {"page_token", "cursor", "page", "offset", "after", "before", "since_id", "max_id"}
_PAGE_SIZES = {"page_size", "limit", "size", "count", "per_page", "max_results"}


def review_api(contract: ApiContract) -> tuple[Finding, ...]:
    """Return what an interviewer would question, most important first; nothing in a sound contract.

    >>> from helpers.models.api_contract import CORRECTED_API, FRAMEWORK_API
    >>> for finding in review_api(FRAMEWORK_API)[:2]:
    ...     print(finding.rule, "|", finding.about)
    client-sent-identity | POST /v1/tweet: user_id
    client-sent-identity | GET /v1/feed: user_id
    >>> review_api(CORRECTED_API)
    ()
    """
    if not isinstance(contract, ApiContract):
        raise TypeError(f"contract = {contract!r}: it must be an ApiContract, for example FRAMEWORK_API")
    return tuple(finding for rule in RULES.values() for finding in rule(contract))


def _nothing(contract: ApiContract) -> Iterator[Finding]:
    if not contract.endpoints:
        yield Finding("no-endpoints", contract.name, "A client can ask nothing.", "Start with one POST.")


def _identity(contract: ApiContract) -> Iterator[Finding]:
    for endpoint in contract.endpoints:
        for parameter in endpoint.named(_WHO, "query", "header", "body"):
            doing = "reads" if endpoint.method == "GET" else "acts"
            yield Finding(
                "client-sent-identity",
                f"{endpoint}: {parameter.name}",
                f"Whoever writes another's name there {doing} as that user.",
                "Take the user from the signed token in the Authorization header.",
            )


def _authentication(contract: ApiContract) -> Iterator[Finding]:
    open_ = [endpoint for endpoint in contract.endpoints if not endpoint.named({_AUTHORIZATION}, "header")]
    if open_:
        yield Finding(
            "no-authentication",
            ", ".join(map(str, open_)),
            "Nothing in the request proves who sends it.",
            "Ask for a token in the Authorization header, and answer 401 without a good one.",
        )


def _retries(contract: ApiContract) -> Iterator[Finding]:
    for endpoint in contract.endpoints:
        # PUT and DELETE do the same when they are repeated: RFC 9110, section 9.2.2.
        if endpoint.method in ("POST", "PATCH") and not endpoint.named({_IDEMPOTENCY_KEY}, "header"):
            yield Finding(
                "no-idempotency-key",
                str(endpoint),
                "When the answer is lost, the client sends it again and it is done twice.",
                "Ask for an Idempotency-Key header: the same key gets the first answer again.",
            )


def _page_tokens(contract: ApiContract) -> Iterator[Finding]:
    for endpoint in _lists(contract):
        tokens = endpoint.named(_PAGE_TOKENS, "query")
        if not tokens:
            yield Finding(
                "no-page-token",
                str(endpoint),
                "The list grows, and one answer must hold all of it.",
                "Answer a page, and a token for the page after it.",
            )
        for token in tokens:
            if not token.sealed:
                yield Finding(
                    "page-token-open",
                    f"{endpoint}: {token.name}",
                    "An offset would repeat and skip items while others post, and a client can make it up.",
                    "Make it an opaque cursor: the last item's place, signed, for this user, with an end.",
                )


def _page_sizes(contract: ApiContract) -> Iterator[Finding]:
    for endpoint in _lists(contract):
        sizes = endpoint.named(_PAGE_SIZES, "query")
        if not sizes or any(size.at_most is None for size in sizes):
            yield Finding(
                "no-page-size-limit",
                str(endpoint),
                "How much may one request ask of the database?",
                f"Give page_size a default and a maximum, such as {PAGE_SIZE} and {LARGEST_PAGE}.",
            )


def _lengths(contract: ApiContract) -> Iterator[Finding]:
    for endpoint in contract.endpoints:
        endless = [
            parameter.name
            for parameter in endpoint.parameters
            if parameter.kind == "text"
            and parameter.at_most is None
            and parameter.where in ("body", "query")
            and parameter.name.casefold() not in _WHO | _PAGE_TOKENS
        ]
        if endless:
            yield Finding(
                "no-length-limit",
                f"{endpoint}: {', '.join(endless)}",
                "A client may send a gigabyte, and the estimate of bytes per row means nothing.",
                f"Say the longest that is taken, as {LONGEST_CONTENT} characters, and refuse the rest.",
            )


def _errors(contract: ApiContract) -> Iterator[Finding]:
    silent = [
        endpoint
        for endpoint in contract.endpoints
        if not any(400 <= answer.status < 500 for answer in endpoint.answers)
    ]
    if silent or (contract.endpoints and not contract.error_fields):
        yield Finding(
            "errors-unsaid",
            ", ".join(map(str, silent)) or contract.name,
            "The client must tell “mend the request” from “log in again”, and learns neither.",
            "Name a status for each way it can fail, and one shape for all errors (RFC 9457).",
        )


Rule = Callable[[ApiContract], Iterator[Finding]]
RULES: dict[str, Rule] = {
    "endpoints": _nothing,
    "identity": _identity,
    "authentication": _authentication,
    "retries": _retries,
    "page tokens": _page_tokens,
    "page sizes": _page_sizes,
    "lengths": _lengths,
    "errors": _errors,
}
"""The interviewer's questions in order of weight; one of them may give several findings."""


def _lists(contract: ApiContract) -> Iterator[Endpoint]:
    """Yield what answers a list: as it says, or because it is read in pages."""
    for endpoint in contract.endpoints:
        if endpoint.returns_list or endpoint.named(_PAGE_TOKENS | _PAGE_SIZES, "query"):
            yield endpoint

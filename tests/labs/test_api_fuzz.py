"""Schemathesis tries to break the corrected API from its own OpenAPI description: nothing it sends may."""

from typing import Any

import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, settings
from schemathesis import Case, GenerationMode, Response
from schemathesis.checks import CHECKS
from schemathesis.schemas import BaseSchema

from helpers.labs.api_app import corrected_app

EXAMPLES = 40

# What no description can say: that a key is new, whether a token is ours, who is a user, and who you are.
BEYOND_THE_DESCRIPTION = {"/docs#key-reused", "/docs#page-token", "/docs#no-such-user"}
YOURSELF = "followee: it must be another user than yourself"


def description(app: FastAPI) -> BaseSchema:
    """Return an app's description, with a token of Ann for every request that needs one."""
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)

    class AnnsToken:
        def get(self, case: Case[Any], context: Any) -> str:
            return str(app.state.tokens.issue("ann", now_s=app.state.service.clock()))

        def set(self, case: Case[Any], data: str, context: Any) -> None:
            case.headers["Authorization"] = f"Bearer {data}"

    schema.auth()(AnnsToken)
    return schema


def check(case: Case[Any]) -> Response:
    """Send a request and hold its answer against the description.

    No 5xx; only statuses, headers and bodies that are described; what the description allows is taken and
    what it forbids refused; nothing is answered without the token that it asks for.
    """
    acceptance: Any = CHECKS.get_one("positive_data_acceptance")
    response = case.call_and_validate(excluded_checks=[acceptance])
    mode = case.meta.generation.mode if case.meta else None
    if mode is GenerationMode.POSITIVE and response.status_code >= 400:
        problem = response.json()
        assert problem["type"] in BEYOND_THE_DESCRIPTION or problem["detail"] == YOURSELF, problem
    return response


schema = description(corrected_app())


@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_is_sent_the_answer_is_one_that_was_promised(case: Case[Any]) -> None:
    check(case)

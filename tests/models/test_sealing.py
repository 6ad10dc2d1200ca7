"""Sealed text: what was sealed opens, for its purpose and in its time, and nothing else does."""

import base64
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.models.sealing import AccessTokens, Seal, SealError

KEY = bytes(range(32))
SEAL = Seal(KEY, "test")
TOKENS = AccessTokens(KEY, lifetime_s=60)

users = st.one_of(st.text(min_size=1, max_size=100), st.integers(0, 2**63 - 1))


@given(st.binary(min_size=1, max_size=200))
def test_what_was_sealed_opens(body: bytes) -> None:
    assert SEAL.open(SEAL.close(body)) == body


@given(st.binary(min_size=1, max_size=60), st.integers(0, 10_000), st.integers(1, 255))
@settings(deadline=None)
def test_a_changed_byte_breaks_the_seal(body: bytes, place: int, change: int) -> None:
    token = SEAL.close(body)
    raw = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    raw[place % len(raw)] ^= change
    with pytest.raises(SealError):
        SEAL.open(base64.urlsafe_b64encode(raw).rstrip(b"=").decode())


def test_a_seal_is_of_one_key_and_one_purpose() -> None:
    for other in (Seal(bytes(32), "test"), Seal(KEY, "test2")):
        with pytest.raises(SealError, match="signature") as caught:
            other.open(SEAL.close(b"body"))
        assert caught.value.reason == "forged"


@given(users)
def test_a_token_tells_whose_it_is(user: Any) -> None:
    assert TOKENS.user(TOKENS.issue(user, now_s=5), now_s=64.9) == user


def test_a_token_ends() -> None:
    token = TOKENS.issue("ann", now_s=5)
    with pytest.raises(SealError, match="too old") as caught:
        TOKENS.user(token, now_s=65)
    assert caught.value.reason == "expired"


def test_nobody_makes_a_token_with_another_key() -> None:
    forged = AccessTokens(bytes(32)).issue("ann", now_s=5)
    with pytest.raises(SealError, match="signature"):
        TOKENS.user(forged, now_s=6)


def test_secrets_stay_out_of_messages_and_reprs() -> None:
    assert "key" not in repr(Seal(KEY, "test"))
    assert "key" not in repr(TOKENS)
    for key in (b"hunter2", "hunter2" * 9, None):
        with pytest.raises((TypeError, ValueError), match="32 or more") as caught:
            AccessTokens(key)  # type: ignore[arg-type]
        assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("token", [None, 7, b"AQ"])
def test_what_is_no_text_is_refused(token: Any) -> None:
    with pytest.raises(TypeError, match="must be text"):
        SEAL.open(token)


@pytest.mark.parametrize(
    ("life", "error"), [(0, ValueError), (float("inf"), ValueError), ("day", TypeError), (True, TypeError)]
)
def test_a_bad_lifetime_is_refused(life: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="lifetime_s"):
        AccessTokens(KEY, life)


def test_a_purpose_says_something() -> None:
    with pytest.raises(ValueError, match="purpose"):
        Seal(KEY, " ")

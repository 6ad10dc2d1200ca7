"""Step 4: text that a server gives away and knows again: signed, so that nobody can make or change it."""

import base64
import binascii
import hashlib
import hmac
import json
import math
import struct
from dataclasses import dataclass, field
from typing import Any

from helpers.models.checks import require_number
from helpers.models.feed import User, require_user
from helpers.models.texts import require_text

__all__ = ["LONGEST_TOKEN", "AccessTokens", "Seal", "SealError", "require_secret", "user_bytes"]

LONGEST_TOKEN = 1_000
"""Characters of a token that is looked at; ours have about 100."""

_VERSION = b"\x01"
_DIGEST_SIZE = hashlib.sha256().digest_size
# Base64 writes 3 bytes as 4 characters; a token holds at least one byte beside version and digest.
_SHORTEST = math.ceil((1 + _DIGEST_SIZE + 1) * 4 / 3)
_END_OF_LIFE = struct.Struct(">d")
_LONGEST_LIFE_S = 1e9


class SealError(ValueError):
    """A token that is not accepted; `reason` is "damaged", "version", "forged", "foreign" or "expired"."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class Seal:
    """Signs bytes as text of letters, digits, - and _, with an HMAC-SHA-256.

    `key` is the server's secret, of 32 bytes or more (as long as the digest: RFC 2104, section 3). What is
    sealed for one `purpose` does not open for another. It is signed and not encrypted: who decodes it reads
    what is in it, and can change nothing.

    >>> seal = Seal(b"a secret of 32 bytes, or longer.", "receipt")
    >>> text = seal.close(b"paid")
    >>> seal.open(text)
    b'paid'
    >>> Seal(seal.key, "voucher").open(text)
    Traceback (most recent call last):
    helpers.models.sealing.SealError: its signature is not ours
    """

    key: bytes = field(repr=False)
    purpose: str

    def __post_init__(self) -> None:
        require_secret("key", self.key)
        require_text("purpose", self.purpose)

    def close(self, body: bytes) -> str:
        """Return `body` as a token."""
        return _encode(_VERSION + self._digest(body) + body)

    def open(self, token: str) -> bytes:
        """Return what a token holds. Raises SealError for one that this key did not seal for this purpose."""
        raw = _decode(token)
        if raw[:1] != _VERSION:
            raise SealError("version", "it is of a version that is not known here")
        digest, body = raw[1 : 1 + _DIGEST_SIZE], raw[1 + _DIGEST_SIZE :]
        # Before this nothing of the body is believed. A comparison that stops early tells how far it got.
        if not hmac.compare_digest(digest, self._digest(body)):
            raise SealError("forged", "its signature is not ours")
        return body

    def _digest(self, body: bytes) -> bytes:
        return hmac.digest(self.key, self.purpose.encode() + b"\0" + _VERSION + body, hashlib.sha256)


@dataclass(frozen=True)
class AccessTokens:
    """Gives a user who has logged in a token that proves who they are, for `lifetime_s`.

    An hour unless told, which is our choice: a signed token cannot be called back, only run out.

    >>> tokens = AccessTokens(b"a secret of 32 bytes, or longer.")
    >>> token = tokens.issue("ann", now_s=1000)
    >>> tokens.user(token, now_s=1060)
    'ann'
    >>> tokens.user(token, now_s=4600)
    Traceback (most recent call last):
    helpers.models.sealing.SealError: it is too old
    """

    key: bytes = field(repr=False)
    lifetime_s: float = 3_600.0

    def __post_init__(self) -> None:
        require_secret("key", self.key)
        require_number("lifetime_s", self.lifetime_s, above=0, at_most=_LONGEST_LIFE_S, unit="s")

    def issue(self, user: User, *, now_s: float) -> str:
        """Return the token of a user whose password has been checked."""
        expires_s = require_number("now_s", now_s, unit="s") + self.lifetime_s
        return self._seal.close(_END_OF_LIFE.pack(expires_s) + user_bytes(user))

    def user(self, token: str, *, now_s: float) -> User:
        """Return whose token it is. Raises SealError for one that is forged or has run out."""
        now_s = require_number("now_s", now_s, unit="s")
        body = self._seal.open(token)
        (expires_s,) = _END_OF_LIFE.unpack_from(body)
        if now_s >= expires_s:
            raise SealError("expired", "it is too old")
        user: User = json.loads(body[_END_OF_LIFE.size :].decode("utf-8", "surrogatepass"))
        return user

    @property
    def _seal(self) -> Seal:
        return Seal(self.key, "access token")


def require_secret(name: str, value: Any) -> bytes:
    """Return `value` once it is bytes, 32 or more; the message never shows it.

    >>> require_secret("key", b"hunter2")
    Traceback (most recent call last):
    ValueError: key: it has 7 bytes; it must have 32 or more
    """
    if not isinstance(value, bytes):
        raise TypeError(f"{name}: it must be bytes, {_DIGEST_SIZE} or more, and not {type(value).__name__}")
    if len(value) < _DIGEST_SIZE:
        raise ValueError(f"{name}: it has {len(value)} bytes; it must have {_DIGEST_SIZE} or more")
    return value


def user_bytes(user: User) -> bytes:
    """Return a user's name or number as bytes that tell the name "7" from the number 7.

    >>> user_bytes("7"), user_bytes(7)
    (b'"7"', b'7')
    """
    return json.dumps(require_user("user", user), ensure_ascii=False).encode("utf-8", "surrogatepass")


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _decode(token: Any) -> bytes:
    if not isinstance(token, str):
        raise TypeError(f"token = {token!r}: it must be text, as the server gave it")
    if not _SHORTEST <= len(token) <= LONGEST_TOKEN:
        ours = f"{_SHORTEST} to {LONGEST_TOKEN:,} characters"
        raise SealError("damaged", f"its length is {len(token):,}; ours have {ours}")
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise SealError("damaged", "it has characters that ours never have, or not all of them") from None
    if _encode(raw) != token:  # base64 ignores the last bits of a token, so that several spell the same
        raise SealError("damaged", "its last character is not ours")
    return raw

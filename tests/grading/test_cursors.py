"""Homework's cursors: sound ones of any format pass every part, and each attack finds what it is made for."""

import base64
import hashlib
import hmac
import json
import secrets
import struct
from collections.abc import Callable
from typing import Any

import pytest

from helpers.grading.cursors import ALLOWED, LONGEST, check_cursors

PARTS = ("exact", "changed", "cut", "key", "mixed", "spelling")
KEY = bytes(range(50, 82))
PLACES = [(1_700_000_000.25, 123_456_789), (12, 7)]

Pair = tuple[Callable[..., Any], Callable[..., Any]]


def failing(pair: Pair) -> list[str]:
    return [part for part in PARTS if not check_cursors(*pair, part, key=KEY, places=PLACES)]


def sign(key: bytes, place: bytes) -> bytes:
    return hmac.digest(key, place, "sha256")


def packed(
    signature: Callable[[bytes, bytes], bytes] = sign,
    *,
    encode: Any = None,
    decode: Any = None,
    strict: bool = True,
) -> Pair:
    """Return a place in 16 bytes with its signature behind it, in Base64 unless told."""
    encode = encode or (lambda raw: base64.urlsafe_b64encode(raw).rstrip(b"=").decode())
    decode = decode or (lambda text: base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))

    def make(key: bytes, created_at: float, tweet_id: int) -> str:
        place = struct.pack(">dQ", created_at, tweet_id)
        return str(encode(place + signature(key, place)))

    def read(key: bytes, cursor: str) -> Any:
        try:
            raw = decode(cursor)
            place = struct.unpack(">dQ", raw[:16])
        except (ValueError, struct.error):
            return None
        if strict:
            return place if make(key, *place) == cursor else None
        return place if raw[16:] == signature(key, raw[:16]) else None

    return make, read


def salted() -> Pair:
    """Return cursors that are different each time, of a place as text."""

    def make(key: bytes, created_at: float, tweet_id: int) -> str:
        body = f"{secrets.token_hex(4)}:{created_at!r}:{tweet_id}"
        return f"{body}:{hmac.new(key, body.encode(), hashlib.sha256).hexdigest()}"

    def read(key: bytes, cursor: str) -> Any:
        body, _, signature = cursor.rpartition(":")
        right = hmac.new(key, body.encode(errors="replace"), hashlib.sha256).hexdigest()
        if signature != right:
            return None
        return [json.loads(part) for part in body.split(":")[1:]]

    return make, read


def test_sound_cursors_pass_whatever_their_format() -> None:
    assert failing(packed()) == []
    assert failing(packed(encode=bytes.hex, decode=bytes.fromhex)) == []
    assert failing(packed(lambda key, place: hashlib.blake2b(place, key=key, digest_size=16).digest())) == []
    assert failing(salted()) == []


@pytest.mark.parametrize(
    ("signature", "found"),
    [
        (lambda key, place: hashlib.sha256(place).digest(), ["key", "mixed"]),
        (lambda key, place: hashlib.sha256(key).digest(), ["changed", "mixed", "spelling"]),
        (lambda key, place: sign(key, place[:8]), ["changed", "spelling"]),
        (lambda key, place: sign(key[:16], place), ["key"]),
        (lambda key, place: sign(key[1:], place), ["key"]),
        (lambda key, place: sign(key, place)[:15], ["key"]),
        (lambda key, place: b"", ["changed", "key", "mixed", "spelling"]),
    ],
)
def test_a_weak_signature_is_found(signature: Callable[[bytes, bytes], bytes], found: list[str]) -> None:
    assert failing(packed(signature)) == found


def test_another_spelling_of_the_same_bytes_is_found() -> None:
    assert failing(packed(strict=False)) == ["spelling"]
    assert failing(packed(strict=False, encode=bytes.hex, decode=bytes.fromhex)) == ["spelling"]


def test_a_reader_that_fails_is_found() -> None:
    make, read = packed()

    def fails(key: bytes, cursor: str) -> Any:
        base64.urlsafe_b64decode(cursor)
        return read(key, cursor)

    assert "cut" in failing((make, fails))


@pytest.mark.parametrize("refused", [False, "", (), 0])
def test_refused_is_none_and_nothing_else(refused: Any) -> None:
    make, read = packed()
    assert failing((make, lambda key, cursor: read(key, cursor) or refused)) == list(PARTS[1:])


def test_whoever_refuses_or_takes_everything_gets_nothing() -> None:
    make, _ = packed()
    assert failing((make, lambda key, cursor: None)) == list(PARTS)
    assert failing((make, lambda key, cursor: PLACES[0])) == list(PARTS)


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        ((12, 7), True),
        ([12.0, 7], True),
        ((12, 7.5), False),
        (("12", 7), False),
        ((12,), False),
        ({12, 7}, False),
    ],
)
def test_a_place_is_a_pair_of_numbers(answer: Any, right: bool) -> None:
    pair = packed()[0], lambda key, cursor: answer
    assert check_cursors(*pair, "exact", key=KEY, places=[(12, 7)]) == right


@pytest.mark.parametrize(
    ("cursor", "said"),
    [
        (b"AAAA", "text was expected of make_cursor, b'AAAA' came"),
        ("", f"the cursor has 0 characters; 1 to {LONGEST} were expected"),
        ("A" * (LONGEST + 1), f"the cursor has {LONGEST + 1} characters"),
        ("a+b", "has '+' in it, which is not allowed"),
    ],
)
def test_a_cursor_is_short_text_for_a_url(cursor: Any, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert not check_cursors(lambda *place: cursor, lambda *_: (12, 7), "exact", key=KEY, places=[(12, 7)])
    assert said in capsys.readouterr().out


def test_nothing_allowed_changes_in_a_url() -> None:
    assert not set(ALLOWED) & set(" +/?#&%\"'<>\\")


def test_what_is_not_written_yet_gets_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert check_cursors(None, None, "exact", key=KEY, places=PLACES) == 0
    assert capsys.readouterr().out == "make_cursor and read_cursor: not answered yet\n"
    with pytest.raises(ValueError, match="part = 'forged'"):
        check_cursors(*packed(), "forged", key=KEY, places=PLACES)

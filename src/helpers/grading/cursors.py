"""Step 4: homework's cursors, tried without knowing their format: changed, cut, mixed, spelled otherwise."""

import itertools
import random
import string
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from helpers.grading.calls import Wrong, ask, check_trial
from helpers.models.checks import require_choice, short_repr

__all__ = ["ALLOWED", "LONGEST", "check_cursors"]

ALLOWED = string.ascii_letters + string.digits + "-_.~:="
"""What a cursor may be written with: it travels in a URL as it is."""
LONGEST = 300
"""Characters a cursor may have."""

_SIGNED_CHARACTERS = 22
"""16 bytes are 22 characters of Base64, and more in any other alphabet that is allowed."""
_ALPHABETS = ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", "0123456789abcdef")
# Written one after the other, the fields of each two places are the same text.
_ALIKE = (((12, 345), (123, 45)), ((1.5, 23), (1.52, 3)), ((4.0, 71), (4.07, 1)), ((31.0, 7), (7.0, 31)))

Place = tuple[float, int]
Make = Callable[..., Any]
Read = Callable[..., Any]


def check_cursors(
    make_cursor: Any, read_cursor: Any, part: str, *, key: bytes, places: Sequence[Place], points: float = 1
) -> float:
    """Check one part of `make_cursor(key, created_at, tweet_id)` and `read_cursor(key, cursor)`.

    `part` is "exact" (what is read is what was written), "changed" (one character), "cut" (parts of a cursor,
    and what is no cursor), "key", "mixed" (a part of one cursor and a part of another) or "spelling" (what
    decodes to the same bytes). Each begins with reading genuine cursors: to refuse everything is no answer.

    >>> def make_cursor(key, created_at, tweet_id):
    ...     return f"{created_at}.{tweet_id}"
    >>> def read_cursor(key, cursor):
    ...     return cursor.split(".")
    >>> check_cursors(make_cursor, read_cursor, "exact", key=b"k" * 32, places=[(2, 7)])
    make_cursor and read_cursor: (2, 7) was written, ['2', '7'] was read.
    0.0
    """
    require_choice("part", part, _PARTS)

    def trial(make: Make, read: Read) -> None:
        cursors = {_made(make, key, place): place for place in places}
        for cursor, place in cursors.items():
            _require_place(ask(read, key, cursor), place)
            if part == "exact":
                _require_allowed(cursor)
        if part == "key":
            _try_keys(make, read, key, places)
            return
        for forged, what in _PARTS[part](make, key, list(cursors)):
            if forged not in cursors:
                _require_refused(read, key, forged, what)

    return check_trial(trial, make_cursor, read_cursor, points=points, name="make_cursor and read_cursor")


def _made(make: Make, key: bytes, place: Place) -> str:
    cursor = ask(make, key, *place, call=f"make_cursor(key, {place[0]}, {place[1]})")
    if not isinstance(cursor, str):
        raise Wrong(f"text was expected of make_cursor, {short_repr(cursor)} came")
    if not 1 <= len(cursor) <= LONGEST:
        raise Wrong(f"the cursor has {len(cursor):,} characters; 1 to {LONGEST} were expected")
    return cursor


def _require_allowed(cursor: str) -> None:
    strange = sorted(set(cursor) - set(ALLOWED))
    if strange:
        raise Wrong(f"the cursor {short_repr(cursor)} has {strange[0]!r} in it, which is not allowed")


def _require_place(answer: Any, place: Place) -> None:
    answer = answer.tolist() if hasattr(answer, "tolist") else answer
    if isinstance(answer, (tuple, list)) and len(answer) == len(place):
        # NumPy's numbers would compare as they are; text and booleans are no numbers.
        plain = [each.item() if hasattr(each, "item") else each for each in answer]
        if all(type(each) in (int, float) for each in plain) and tuple(plain) == place:
            return
    raise Wrong(f"{place} was written, {short_repr(answer)} was read")


def _require_refused(read: Read, key: bytes, forged: str, what: str) -> None:
    answer = ask(read, key, forged, call=f"read_cursor(key, {short_repr(forged)}), {what},")
    if answer is not None:
        raise Wrong(f"None was expected for {what}, {short_repr(answer)} came")


def _exact(make: Make, key: bytes, cursors: Sequence[str]) -> Iterator[tuple[str, str]]:
    yield from ()


def _changed(make: Make, key: bytes, cursors: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Change one character at each place, so that also the bytes it stands for change."""
    for cursor in cursors:
        for place, character in enumerate(cursor):
            for other in _others(cursor, place):
                what = f"a cursor whose character {place + 1}, {character!r}, was changed to {other!r}"
                yield cursor[:place] + other + cursor[place + 1 :], what


def _others(cursor: str, place: int) -> Iterator[str]:
    character = cursor[place]
    # Half the alphabet on: of a last character of Base64, only the first bits may count.
    number = _ALPHABETS[0].find(character)
    yield _ALPHABETS[0][(number + 32) % 64] if number >= 0 else "A"
    is_last = not cursor[place + 1 : place + 2].isalnum()
    if character.isdigit() and not is_last:
        yield str((int(character) + 5) % 10)
    if character in _ALPHABETS[1] and not is_last:
        yield _ALPHABETS[1][_ALPHABETS[1].index(character) ^ 8]


def _cut(make: Make, key: bytes, cursors: Sequence[str]) -> Iterator[tuple[str, str]]:
    for cursor in cursors:
        for length in range(len(cursor)):
            if length:
                yield cursor[:length], f"the first {length} characters of a cursor"
                yield cursor[-length:], f"the last {length} characters of a cursor"
            yield cursor[:length] + cursor[length + 1 :], f"a cursor without its character {length + 1}"
        yield cursor + cursor, "a cursor written twice"
    nonsense = ["", "7", ".", "..", "...", "=", "====", "AAAA", "A" * 64, "none", "12.5.7", "é.ü.ß", "\ud800"]
    nonsense += ["null", "[]", "{}", "0" * 96, "\x00" * 40, "x" * 10_000, "e30", "bnVsbA", "nan.nan", "٣.٣.٣"]
    for text in nonsense:
        yield text, f"the text {short_repr(text)}"


def _try_keys(make: Make, read: Read, key: bytes, places: Sequence[Place]) -> None:
    source = random.Random(4)  # noqa: S311 - keys to try things with
    keys = [source.randbytes(len(key)) for _ in range(20)]
    # The first three differ from it in one bit: who looks at a part of the key only takes one for it.
    for number, at in enumerate((0, len(key) // 2, len(key) - 1)):
        keys[number] = key[:at] + bytes([key[at] ^ 1]) + key[at + 1 :]
    cursors = [_made(make, other, places[0]) for other in keys]
    for cursor in cursors:
        _require_refused(read, key, cursor, "a cursor made with another key")
    signed = len(_depends_on_key(cursors))
    if len({len(cursor) for cursor in cursors}) == 1 and signed < _SIGNED_CHARACTERS:
        raise Wrong(f"{signed} characters depend on the key: 16 bytes would be {_SIGNED_CHARACTERS} or more")


def _mixed(make: Make, key: bytes, cursors: Sequence[str]) -> Iterator[tuple[str, str]]:
    for pair in _ALIKE:
        _require_own_signatures(make, key, pair)
    alike = [_made(make, key, place) for place in _ALIKE[0]]
    every = {*cursors, *alike}
    for one, other in (*itertools.permutations(cursors, 2), *itertools.permutations(alike, 2)):
        for cut in range(1, len(one)):
            for forged in (one[:cut] + other[cut:], one[:cut] + other[cut - len(one) :]):
                if forged not in every:
                    yield forged, f"{cut} characters of one cursor and the rest of another"


def _require_own_signatures(make: Make, key: bytes, pair: tuple[Place, Place]) -> None:
    """Refuse a signature that two places share: whoever is given one of them can write the other."""
    keys = [key, *(bytes([number]) * len(key) for number in range(1, 5))]
    one, other = ([_made(make, each, place) for each in keys] for place in pair)
    if len(set(one)) == 1:
        raise Wrong(f"{pair[0]} has the same cursor whatever the key: anybody can write it")
    signed = _depends_on_key(one)
    if signed and signed == _depends_on_key(other) and _only(one[0], signed) == _only(other[0], signed):
        raise Wrong(f"{pair[0]} and {pair[1]} have the same signature: whoever gets one can write the other")


def _depends_on_key(cursors: Sequence[str]) -> list[int]:
    """Return where the cursors of one place differ, which is where the key shows."""
    if len({len(cursor) for cursor in cursors}) > 1:
        return []
    return [number for number, found in enumerate(zip(*cursors, strict=True)) if len(set(found)) > 1]


def _only(cursor: str, places: Sequence[int]) -> str:
    return "".join(cursor[place] for place in places)


def _spelling(make: Make, key: bytes, cursors: Sequence[str]) -> Iterator[tuple[str, str]]:
    for cursor in cursors:
        for place, character in enumerate(cursor):
            number = _ALPHABETS[0].find(character)
            near = [_ALPHABETS[0][number ^ bit] for bit in (1, 2, 4, 8, 15)] if number >= 0 else []
            for other in (*near, character.swapcase(), {"-": "+", "_": "/"}.get(character, character)):
                what = f"a cursor spelled differently: {other!r} for {character!r} at place {place + 1}"
                yield cursor[:place] + other + cursor[place + 1 :], what
        for added in ("=", "==", " ", "\n", ".", "A", "\x00", "é", "0", "_", "+"):
            yield cursor + added, f"a cursor with {added!r} behind it"
            yield added + cursor, f"a cursor with {added!r} before it"
            for place in range(1, len(cursor), 5):
                yield cursor[:place] + added + cursor[place:], f"a cursor with {added!r} put into it"
        for other in (cursor.upper(), cursor.lower(), cursor.rstrip("="), cursor.swapcase()):
            yield other, f"a cursor spelled differently, {short_repr(other)}"


_PARTS: dict[str, Callable[[Make, bytes, Sequence[str]], Iterator[tuple[str, str]]]] = {
    "exact": _exact,
    "changed": _changed,
    "cut": _cut,
    "key": _exact,
    "mixed": _mixed,
    "spelling": _spelling,
}

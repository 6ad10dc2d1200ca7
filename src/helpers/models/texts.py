"""Step 1, texts: the names that people write, checked and compared."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

__all__ = ["folded", "key_words", "require_different", "require_names", "require_several", "require_text"]

# Words that tell no two features apart.
_FILLERS = set(
    re.findall(
        r"\w+",
        "a an and any by can for from get in my of on or other others own read see show the their to "
        "user users view with your",
    )
)


# The board asks for the same few names at every tick.
@lru_cache(maxsize=4096)
def key_words(text: str) -> frozenset[str]:
    """Return the words that tell what `text` names: without case, plural s and fillers.

    >>> key_words("Users can post a tweet") == key_words("Post tweets")
    True
    """
    words = re.findall(r"\w+", text.casefold()) or [folded(text)]
    kept = [word for word in words if word not in _FILLERS] or words
    return frozenset(word[:-1] if len(word) > 3 and word.endswith("s") else word for word in kept)


def folded(text: str) -> str:
    """Return `text` without case and without more than one blank at a time.

    >>> folded("Post  Tweets ")
    'post tweets'
    """
    return " ".join(text.casefold().split())


def require_text(name: str, value: Any) -> str:
    """Return `value` with single blanks once it is text that says something.

    >>> require_text("prompt", " ")
    Traceback (most recent call last):
    ValueError: prompt = ' ': it must not be blank
    """
    if not isinstance(value, str):
        raise TypeError(f"{name} = {value!r}: it must be text")
    if not value.strip():
        raise ValueError(f"{name} = {value!r}: it must not be blank")
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        raise ValueError(f"{name} = {value!r}: it must not hold half of a character; no file can keep that")
    return " ".join(value.split())


def require_several(name: str, values: Any, what: str) -> tuple[Any, ...]:
    """Return `values` as a tuple once it is a tuple or a list.

    >>> require_several("features", "Post tweets", "texts")
    Traceback (most recent call last):
    TypeError: features = 'Post tweets': it must be a tuple or a list of texts
    """
    if not isinstance(values, (tuple, list)):
        raise TypeError(f"{name} = {values!r}: it must be a tuple or a list of {what}")
    return tuple(values)


def require_names(name: str, values: Any) -> tuple[str, ...]:
    """Return `values` as a tuple of texts once none is blank and none is there twice.

    >>> require_names("features", ["Post tweets", "post tweets"])
    Traceback (most recent call last):
    ValueError: features: 'post tweets' is in it twice; each must be there once
    """
    names = tuple(require_text(name, value) for value in require_several(name, values, "texts"))
    require_different(name, names, [folded(text) for text in names])
    return names


def require_different(name: str, values: Sequence[Any], keys: Sequence[Any]) -> None:
    """Raise ValueError when two of `values` have the same key.

    >>> require_different("sizes", [1, 2], ["one", "two"])
    """
    for place, key in enumerate(keys):
        if key in keys[:place]:
            raise ValueError(f"{name}: '{values[place]}' is in it twice; each must be there once")

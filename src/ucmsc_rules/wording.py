"""Puts words together for messages."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_LONGEST = 60


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of a message: the nearest known word, or nothing.

    >>> did_you_mean("creatinin", ["creatinine", "inr"])
    '; did you mean "creatinine"?'
    """
    near = get_close_matches(word[:_LONGEST], list(known), n=1)
    return f'; did you mean "{near[0]}"?' if near else ""


def either(words: Iterable[str]) -> str:
    """Words as a choice.

    >>> either(["a", "b", "c"]), either(["a"]), either([])
    ('a, b or c', 'a', '')
    """
    *first, last = list(words) or [""]
    return f"{', '.join(first)} or {last}" if first else last

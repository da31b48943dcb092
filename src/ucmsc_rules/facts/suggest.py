"""Names what a misspelt word was probably meant to be."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_LONGEST = 60


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of a message: the nearest known words, or nothing.

    >>> did_you_mean("creatinin", ["creatinine", "inr"])
    '; did you mean "creatinine"?'
    """
    near = get_close_matches(word[:_LONGEST], list(known), n=1)
    return f'; did you mean "{near[0]}"?' if near else ""

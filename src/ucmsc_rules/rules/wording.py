"""Puts words together for messages."""

from __future__ import annotations

from collections.abc import Iterable


def either(words: Iterable[str]) -> str:
    """Words as a choice.

    >>> either(["a", "b", "c"]), either(["a"]), either([])
    ('a, b or c', 'a', '')
    """
    *first, last = list(words) or [""]
    return f"{', '.join(first)} or {last}" if first else last

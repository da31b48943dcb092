"""Kleene's strong three-valued logic: true, false, and unknown, which is not false.

Source: S. C. Kleene, Introduction to Metamathematics (1952), section 64.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum


class Truth(Enum):
    """A three-valued answer. ``bool()`` of it raises, so that unknown is never taken for false.

    >>> Truth.UNKNOWN & Truth.FALSE
    <Truth.FALSE: 'false'>
    >>> ~Truth.UNKNOWN
    <Truth.UNKNOWN: 'unknown'>
    """

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"

    def __bool__(self) -> bool:
        message = "a Truth has three values; compare it with Truth.TRUE, Truth.FALSE or Truth.UNKNOWN"
        raise TypeError(message)

    def __and__(self, other: Truth) -> Truth:
        return all_of((self, other))

    def __or__(self, other: Truth) -> Truth:
        return any_of((self, other))

    def __invert__(self) -> Truth:
        return _OPPOSITE[self]

    def __str__(self) -> str:
        return self.value


_OPPOSITE = {Truth.TRUE: Truth.FALSE, Truth.FALSE: Truth.TRUE, Truth.UNKNOWN: Truth.UNKNOWN}


def all_of(truths: Iterable[Truth]) -> Truth:
    """False where one is false, else unknown where one is unknown, else true.

    >>> all_of([Truth.TRUE, Truth.UNKNOWN])
    <Truth.UNKNOWN: 'unknown'>
    """
    answer = Truth.TRUE
    for truth in truths:
        if truth is Truth.FALSE:
            return truth
        if truth is Truth.UNKNOWN:
            answer = truth
    return answer


def any_of(truths: Iterable[Truth]) -> Truth:
    """True where one is true, else unknown where one is unknown, else false.

    >>> any_of([Truth.FALSE, Truth.UNKNOWN])
    <Truth.UNKNOWN: 'unknown'>
    """
    answer = Truth.FALSE
    for truth in truths:
        if truth is Truth.TRUE:
            return truth
        if truth is Truth.UNKNOWN:
            answer = truth
    return answer


def from_bounds(surely: bool, surely_not: bool) -> Truth:  # noqa: FBT001 - the hot path
    """The answer of a rule's two lowered formulas; that both fire is a defect of the caller's.

    >>> from_bounds(False, False)
    <Truth.UNKNOWN: 'unknown'>
    """
    if surely and surely_not:
        message = "a rule cannot both hold and not hold"
        raise ValueError(message)
    if surely:
        return Truth.TRUE
    return Truth.FALSE if surely_not else Truth.UNKNOWN

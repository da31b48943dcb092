"""An amendment: what was done to one fact or anchor, by whom, when and why. All three are texts from outside."""

from __future__ import annotations

from enum import Enum
from typing import Any

from attrs import frozen

from ucmsc_rules.errors import UcmscRulesError


class CorrectionError(UcmscRulesError):
    """An amendment that cannot be made: it names no fact, or does not say who, when or why."""


class Act(Enum):
    """What was done."""

    ADDED = "added"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"
    ANCHORED = "anchored"


@frozen
class Amendment:
    """One step of a subject's history. ``before`` and ``after`` are None where nothing stood, or stands, there.

    ``path`` is that of a fact, ``facts[3]``, which names it for good, or of an anchor, ``anchors.screening``.
    """

    act: Act
    path: str
    before: Any
    after: Any
    who: str
    when: str
    why: str


def said(**texts: str) -> None:
    """Refuses an amendment of which one of these was left blank. Raises CorrectionError.

    >>> said(who="coordinator 7", when=" ")
    Traceback (most recent call last):
    ucmsc_rules.corrections.amendment.CorrectionError: "when" is blank; an amendment tells who made it, when and why
    """
    for name, text in texts.items():
        if not isinstance(text, str) or not text.strip():
            raise CorrectionError(f'"{name}" is blank; an amendment tells who made it, when and why')

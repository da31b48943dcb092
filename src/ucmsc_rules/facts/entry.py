"""The entry of a record that is being read, and the words in which its problems are told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, TypeVar

from attrs import frozen

from ucmsc_rules.errors import UcmscRulesError
from ucmsc_rules.facts.concepts import Concept
from ucmsc_rules.facts.fact import Problem
from ucmsc_rules.values.dates import shown

LONGEST_TEXT = 1000
GREATEST_WHOLE = 10**40  # longer whole numbers are none that is measured, and slow to write down
_T = TypeVar("_T")


@frozen
class Entry:
    """The entry that is being read, where it stands, and the list that its problems go to."""

    raw: Mapping[str, Any]
    concept: Concept
    path: str
    problems: list[Problem]

    def complain(self, key: str, message: str) -> None:
        """Notes an error at a key."""
        self.problems.append(Problem("error", f"{self.path}.{key}", message))

    def attempt(self, key: str, read: Callable[..., _T], *more: object) -> _T | None:
        """What ``read`` makes of a key's value; None, with a problem, where it cannot be read."""
        try:
            return read(self.raw[key], *more)
        except UcmscRulesError as error:
            self.complain(key, str(error))
            return None


def kind_of(value: object) -> str:
    """What JSON calls a value's kind, with its article.

    >>> kind_of(None), kind_of([1])
    ('null', 'a list')
    """
    if value is None:
        return "null"
    kinds = ((bool, "true or false"), (str, "a text"), (int | float | Decimal, "a number"), (Mapping, "an object"))
    return next((name for kind, name in kinds if isinstance(value, kind)), "a list")


def as_shown(value: object) -> str:
    """A text in quotation marks, anything else by its kind."""
    return shown(value) if isinstance(value, str) else kind_of(value)


def text_of(raw: Mapping[str, Any], key: str) -> str:
    """A key's text as the site wrote it; empty where there is none."""
    text = raw.get(key, "")
    return text[:LONGEST_TEXT] if isinstance(text, str) else ""


def reported(raw: Mapping[str, Any]) -> str:
    """The entry's value as the site wrote it, for a reader."""
    value, unit = raw.get("value"), raw.get("unit")
    if type(value) is str and unit is None:
        return value[:LONGEST_TEXT]
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, str | int | float | Decimal):
        return shown_when(raw) if value is None else f"({kind_of(value)})"
    text = as_written(value)
    beside = isinstance(unit, str) and unit and not text.endswith(unit)
    return f"{text} {unit}"[:LONGEST_TEXT] if beside else text[:LONGEST_TEXT]


def as_written(value: object) -> str:
    """A text or number as the site wrote it, cut where it is long; anything else by its kind."""
    if isinstance(value, str):
        return value[:LONGEST_TEXT]
    whole = isinstance(value, int) and abs(value) > GREATEST_WHOLE
    return str(value) if isinstance(value, int | float | Decimal) and not whole else f"({kind_of(value)})"


def shown_when(raw: Mapping[str, Any]) -> str:
    """An event's day, and until when it went on."""
    start, until = text_of(raw, "when"), text_of(raw, "until")
    return f"{start} until {until}" if until else start

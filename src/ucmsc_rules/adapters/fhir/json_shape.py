"""Looks into FHIR's JSON, which comes from outside: nothing is taken to have the form that it should have.

Numbers are texts with the digits as they were written, so that no decimal becomes a binary float.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from ucmsc_rules.facts.json_text import RepeatedKeys

Json: TypeAlias = Mapping[str, Any]
NOTHING: Json = {}


def an_object(value: object) -> Json:
    """The value where it is an object, else an empty one."""
    return value if isinstance(value, dict) else NOTHING


def objects(value: object) -> list[Json]:
    """The objects of a list, or the only one where it stands without its list."""
    if isinstance(value, list):
        return [each for each in value if isinstance(each, dict)]
    return [value] if isinstance(value, dict) else []


def a_text(value: object) -> str:
    """The value where it is a text or a number, without outer blanks; "" for anything else."""
    return value.strip() if isinstance(value, str) else ""


def a_list(value: object) -> list[Any]:
    """The value where it is a list; an only one as a list."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def repeated_key(value: object) -> str | None:
    """A key that stands twice in one of the objects inside a value; None where there is none.

    >>> from ucmsc_rules.adapters.fhir.decode import Decoder
    >>> repeated_key(Decoder(frozenset()).whole('{"code": [{"text": "a", "text": "b"}]}'))
    'text'
    """
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, RepeatedKeys):
            return one.keys_twice[0]
        if isinstance(one, dict):
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    return None

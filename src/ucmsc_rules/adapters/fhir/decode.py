"""Decodes JSON text, strictly where it will be read: an object that has a key twice is noticed."""

from __future__ import annotations

import re
from json import JSONDecoder
from typing import Any

from ucmsc_rules.adapters.fhir.entries import PATIENT_KEYS
from ucmsc_rules.adapters.fhir.json_shape import Json, an_object
from ucmsc_rules.facts.json_text import RepeatedKeys

REACH = 400  # a resource tells its type at its start, behind the address of its entry
_HEADING = ("resourceType", "id", *PATIENT_KEYS)
_TYPE = re.compile(r'"resourceType"\s*:\s*"(?P<type>[A-Za-z]+)"')


class Decoder:
    """Decodes documents; ``repeated`` is set where an object of a resource that is kept had a key more than once.

    Resources of other types, which are only counted, are decoded twice as fast, without a look at their keys, and
    little of them is held.
    """

    def __init__(self, kept: frozenset[str]) -> None:
        self.kept = kept | {"Bundle", "OperationOutcome"}
        self.repeated = False
        self.strict = JSONDecoder(object_pairs_hook=self._object, parse_float=str, parse_int=str, parse_constant=str)
        self.quick = JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)

    def whole(self, text: str) -> object:
        """The value of a text. Raises JSONDecodeError, or RecursionError where it is nested too deeply."""
        return self.strict.decode(text)

    def value_at(self, text: str, place: int) -> tuple[object, int]:
        """The resource or entry that starts at a place, and where it ends. Raises as ``whole`` does."""
        guess = _TYPE.search(text, place, place + REACH)
        if guess is not None and guess["type"] not in self.kept:
            value, end = self.quick.raw_decode(text, place)
            if _resource_of(value).get("resourceType") not in self.kept:
                return _heading(value), end
        return self.strict.raw_decode(text, place)

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        plain = dict(pairs)
        if len(plain) == len(pairs):
            return plain
        self.repeated = True
        keys = [key for key, _ in pairs]
        repeated = RepeatedKeys(plain)
        repeated.keys_twice = tuple(key for key in plain if keys.count(key) > 1)
        return repeated


def _resource_of(value: object) -> Json:
    """The resource in an entry, or the value itself where it is one."""
    parts = an_object(value)
    return parts["resource"] if isinstance(parts.get("resource"), dict) else parts


def _heading(value: object) -> object:
    """What is to be known of a resource that is only counted: whose it is."""
    if not isinstance(value, dict):
        return value
    resource = _resource_of(value)
    short = {key: resource[key] for key in _HEADING if key in resource}
    return short if resource is value else {**value, "resource": short}

"""Parses JSON text of unknown goodness: digits are kept, repeated keys noticed, and depth and errors told plainly.

Everything here takes time in proportion to the text, on every version of Python.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from json import JSONDecodeError, JSONDecoder
from typing import Any, cast

from attrs import frozen

from ucmsc_rules.values.dates import shown

MAX_DEPTH = 32
_LONGEST_INTEGER = 40

# A string ends with its quote, or unfinished at the end of its line, since JSON lets no bare line end stand in one.
_TOKEN = re.compile(r'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"?|[\[\]{},]')


@frozen
class Broken:
    """What stands where a record should, and is no JSON; ``message`` says why."""

    message: str


class RepeatedKeys(dict[str, Any]):
    """An object that wrote some keys more than once: the last value of each, and which keys they are."""

    keys_twice: tuple[str, ...] = ()


_CONTAINERS = frozenset({dict, list, RepeatedKeys})
NESTED = Broken(f"it is nested more than {MAX_DEPTH} levels deep; a record needs no more than 3")


def parse_line(line: bytes) -> object:
    """The value that a line of UTF-8 holds, or Broken.

    >>> parse_line(b'{"subject": "S-001", "facts": []}')
    {'subject': 'S-001', 'facts': []}
    >>> parse_line(b'{"subject": S-001}')
    Broken(message='this is no JSON at character 13: "S-001}"')
    """
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        return Broken(f"byte {error.start + 1} of the record is no UTF-8; save the file as UTF-8")
    try:
        value = _DECODER.decode(text)
    except (JSONDecodeError, RecursionError) as error:
        return why(text, 0, len(text), error)
    return checked(value)


def decode_at(text: str, start: int) -> tuple[object, int]:
    """The value that starts at a place of a text, and where it ends. Raises JSONDecodeError or RecursionError."""
    value: object
    value, end = _DECODER.raw_decode(text, start)
    return value, end


def checked(value: object) -> object:
    """The value, or Broken where it is nested too deeply."""
    return value if _is_shallow(value, MAX_DEPTH) else NESTED


def why(text: str, start: int, end: int, error: Exception) -> Broken:
    """What to say of the text from start to end, which could not be parsed.

    Depth goes first: how deep the parser itself gets before it gives up differs between versions of Python.
    """
    if _is_deep(text, start, end):
        return NESTED
    end = start + len(text[start:end].rstrip())
    place = min(max(error.pos, start), end) if isinstance(error, JSONDecodeError) else start
    if place == end:
        return Broken(f"this is no JSON: it breaks off after character {end - start}")
    found = text[place : min(place + 40, end)]
    return Broken(f"this is no JSON at character {place - start + 1}: {shown(found)}")


def element_end(text: str, start: int) -> int | None:
    """Where an element of a list ends: at the comma or bracket after it. None where the text ends before."""
    for mark, place, depth in _marks(text, start, len(text)):
        if (mark == "," and depth == 0) or depth < 0:
            return place
    return None


def is_balanced(text: str) -> bool:
    """Whether every bracket that the text opens is closed.

    >>> is_balanced('{"subject": "["}'), is_balanced('{"subject": "S-001",')
    (True, False)
    """
    depth = 0
    for _, _, depth in _marks(text, 0, len(text)):  # noqa: B007 - the last one counts
        pass
    return depth == 0


def _marks(text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """Each bracket and comma outside strings, its place, and the depth after it."""
    depth = 0
    for token in _TOKEN.finditer(text, start, end):
        place = token.start()
        mark = text[place]
        if mark == '"':
            continue
        depth += (mark in "[{") - (mark in "]}")
        yield mark, place, depth


def _is_deep(text: str, start: int, end: int) -> bool:
    openers = text.count("[", start, end) + text.count("{", start, end)
    return openers > MAX_DEPTH and any(depth > MAX_DEPTH for _, _, depth in _marks(text, start, end))


def _is_shallow(value: object, levels: int) -> bool:
    if type(value) not in _CONTAINERS:
        return True
    if levels == 0:
        return False
    for each in value.values() if isinstance(value, dict) else cast("list[object]", value):
        if type(each) in _CONTAINERS and not _is_shallow(each, levels - 1):
            return False
    return True


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    plain = dict(pairs)
    if len(plain) == len(pairs):
        return plain
    once: set[str] = set()
    twice = {key: None for key, _ in pairs if key in once or once.add(key)}  # type: ignore[func-returns-value]
    repeated = RepeatedKeys(plain)
    repeated.keys_twice = tuple(twice)
    return repeated


def _decimal(text: str) -> Decimal | float:
    """The number with the digits as written; one that even Decimal cannot hold is infinite or zero."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return float(text)


def _integer(text: str) -> int | Decimal:
    """The number; a long one as a Decimal, since Python takes quadratic time over a long int, or refuses it."""
    return int(text) if len(text) <= _LONGEST_INTEGER else Decimal(text)


_DECODER = JSONDecoder(object_pairs_hook=_object, parse_float=_decimal, parse_int=_integer, parse_constant=float)

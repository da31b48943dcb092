"""Writes the values of data frames as the texts that a person would write in their place."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from types import UnionType
from typing import Any

GREATEST = 10**1000
_BLANK_TYPES = frozenset({"NAType", "NaTType"})
_FEWEST, _MOST = 6, 9  # the significant digits that always, and never, lose something of a 32-bit float


def text_of(value: object, *, single: bool = False) -> str:
    """A value's shortest exact text; "" where there is none. ``single`` is whether floats came from 32 bits.

    A time of midnight is left out, since frames have no dates without one.

    >>> text_of(1000.0), text_of(0.1), text_of(float("nan")), text_of(True), text_of(datetime(2026, 3, 1))
    ('1000', '0.1', '', 'yes', '2026-03-01')
    """
    if type(value) is str:
        return value
    if value is None or type(value).__name__ in _BLANK_TYPES:
        return ""
    plain: Any = value.item() if hasattr(value, "item") else value
    if isinstance(plain, float):
        return _float(plain, single=single)
    for kind, write in _WRITERS:
        if isinstance(plain, kind):
            return write(plain)
    return f"({type(plain).__name__})"


def is_number(value: object) -> bool:
    """Whether a value is a number, whose text has a point for its decimals whatever a mapping says of commas."""
    plain: Any = value.item() if hasattr(value, "item") else value
    return isinstance(plain, int | float | Decimal) and not isinstance(plain, bool)


def _float(number: float, *, single: bool) -> str:
    if math.isnan(number):
        return ""
    if math.isinf(number):
        return str(number)
    text = _shortest_single(number) if single else repr(number)
    return text.removesuffix(".0")


def _shortest_single(number: float) -> str:
    """The fewest digits that are the same 32-bit float: 0.1, not 0.10000000149011612."""
    packed = struct.pack("f", number)
    texts = (repr(float(f"{number:.{digits}g}")) for digits in range(_FEWEST, _MOST + 1))
    return next((text for text in texts if struct.pack("f", float(text)) == packed), repr(number))


def _moment(moment: datetime) -> str:
    if (moment.hour, moment.minute, moment.second, moment.microsecond) == (0, 0, 0, 0):
        return moment.date().isoformat()
    return moment.isoformat(timespec="minutes")


def _whole(number: int) -> str:
    return str(number) if abs(number) < GREATEST else "(a number of more than 1000 digits)"


_WRITERS: tuple[tuple[type | UnionType, Callable[[Any], str]], ...] = (
    (bool, lambda answer: "yes" if answer else "no"),
    (int, _whole),
    (Decimal, lambda number: "" if number.is_nan() else str(number)),
    (datetime, _moment),
    (date | time, lambda day: str(day.isoformat())),
    (str, str),
)

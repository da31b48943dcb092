"""Turns the dates of EDC systems into canonical ones: times are cut to the minute, missing parts stay missing.

No form is guessed at: what is not ISO 8601 is read in the order that the mapping gives, years have four digits, and
months have numbers or three English letters.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from ucmsc_rules.adapters.mapping import DateOrder
from ucmsc_rules.errors import ValueTextError
from ucmsc_rules.values.dates import parse_date

LONGEST = 60
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_NOON = 12
_TIME = re.compile(
    r"[T ](?P<hour>[0-9]{1,2}|-)(?::(?P<minute>[0-9]{2}|-)(?::(?:[0-9]{2}(?:[.,][0-9]{1,9})?|-))?)?"
    r"(?: ?(?P<half>[AaPp][Mm]))?(?: ?(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?))?\Z"
)
_REST = r"(?P<time>[T ].*)?\Z"
# an unknown part is UN or UNK, or a single hyphen in SDTM and in the incomplete dates of ODM: 2024---15
_ISO = re.compile(rf"(?P<y>[0-9]{{4}})-(?P<m>[0-9]{{2}}|UNK?|-)(?:-(?P<d>[0-9]{{2}}|UNK?|-){_REST}|\Z)", re.IGNORECASE)
_NAMED = re.compile(
    r"(?:(?P<d>[0-9]{1,2}|UNK?)(?P<gap>[-/ ]?))?(?P<m>[A-Z]{3}|UN)(?(gap)(?P=gap)|[-/ ]?)(?P<y>[0-9]{4})"
    r"(?P<time>[T :].*)?\Z",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})\Z")
_PART = "[0-9]{1,2}|UNK?"
_ORDERED = {
    DateOrder.YMD: rf"(?P<y>[0-9]{{4}})(?P<gap>[-/.])(?P<m>{_PART})(?:(?P=gap)(?P<d>{_PART}))?{_REST}",
    DateOrder.DMY: rf"(?:(?P<d>{_PART})(?P<gap>[-/.]))?(?P<m>{_PART})(?(gap)(?P=gap)|[-/.])(?P<y>[0-9]{{4}}){_REST}",
    DateOrder.MDY: rf"(?P<m>{_PART})(?P<gap>[-/.])(?:(?P<d>{_PART})(?P=gap))?(?P<y>[0-9]{{4}}){_REST}",
}
_IN_ORDER = {order: re.compile(pattern, re.IGNORECASE) for order, pattern in _ORDERED.items()}


@lru_cache(maxsize=4096)  # a study has few days, and each stands in many rows
def canonical_date(text: str, order: DateOrder = DateOrder.YMD) -> str | None:
    """A date as the canonical record writes it; None where it cannot be read.

    A canonical date stays as it is. Seconds and time zones are cut off: the local date and time of the source stay. A
    time without its minutes, or beside a date that is partial, is left out.

    >>> canonical_date("2026-03-01T23:30:15.2+08:00"), canonical_date("2024---15"), canonical_date("2026-02--")
    ('2026-03-01T23:30', '2024-UN-15', '2026-02')
    >>> canonical_date("01/03/2026", DateOrder.DMY), canonical_date("01/03/2026", DateOrder.MDY)
    ('2026-03-01', '2026-01-03')
    >>> canonical_date("01/03/2026"), canonical_date("--03-15"), canonical_date("2026-02-30")
    (None, None, None)
    """
    text = text.strip()
    if len(text) > LONGEST:
        return None
    if _is_canonical(text):
        return text
    patterns = [_ISO, _IN_ORDER[order], _NAMED, *([_COMPACT] if order is DateOrder.YMD else [])]
    read = (_written(found) for pattern in patterns if (found := pattern.match(text)) is not None)
    return next((written for written in read if written is not None), None)


def day_of(canonical: str) -> str:
    """A canonical date without its time of day.

    >>> day_of("2026-03-01T08:10")
    '2026-03-01'
    """
    return canonical.partition("T")[0] if canonical[:4].isdigit() else canonical


def _is_canonical(text: str) -> bool:
    try:
        parse_date(text)
    except ValueTextError:
        return False
    return True


def _written(found: re.Match[str]) -> str | None:
    """The parts of a match, put together; None where no calendar or clock has them."""
    parts = found.groupdict()
    year, month, day = int(parts["y"]), _month(parts["m"]), _number(parts["d"])
    time = _time((parts.get("time") or "").replace(":", " ", 1 if (parts.get("time") or "")[:1] == ":" else 0))
    if month == 0 or time is None or not _exists(year, month, day):
        return None
    if month is None:
        return f"{year:04}" if day is None else f"{year:04}-UN-{day:02}"
    if day is None:
        return f"{year:04}-{month:02}"
    return f"{year:04}-{month:02}-{day:02}{time}"


def _number(part: str | None) -> int | None:
    return int(part) if part and part.isdigit() else None


def _month(part: str) -> int | None:
    """The number of a month; None where it is unknown, 0 where there is none of that name."""
    if part.isdigit():
        return int(part)
    if part == "-" or part.upper() in {"UN", "UNK"}:
        return None
    return _MONTHS.index(part.upper()) + 1 if part.upper() in _MONTHS else 0


def _exists(year: int, month: int | None, day: int | None) -> bool:
    try:
        date(year, 1 if month is None else month, 1 if day is None else day)
    except ValueError:
        return False
    return True


def _time(text: str) -> str | None:
    """A time of day as ``Thh:mm``; "" where it is left out or incomplete, None where it is none."""
    if not text:
        return ""
    found = _TIME.match(text)
    if found is None:
        return None
    if "-" in (found["hour"], found["minute"] or "-"):
        return "" if found["half"] is None else None
    hour, minute = int(found["hour"]), int(found["minute"])
    if found["half"] is not None:
        if not 1 <= hour <= _NOON:
            return None
        hour = hour % _NOON + (_NOON if found["half"].upper() == "PM" else 0)
    return f"T{hour:02}:{minute:02}" if hour < 2 * _NOON and minute < 60 else None  # noqa: PLR2004 - an hour's minutes

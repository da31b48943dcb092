"""Partial dates and calendar windows as intervals of days.

A day is its proleptic Gregorian ordinal (``datetime.date.toordinal``). ``BEGINNING`` and ``FOREVER`` stand beyond
every day that a calendar can name: a date that is not known at all lies between them.
"""

from __future__ import annotations

import math
import re
from calendar import monthrange
from datetime import MAXYEAR, date
from enum import Enum
from functools import lru_cache

from ucmsc_rules.errors import ValueTextError
from ucmsc_rules.frozen import frozen_to_mypy

BEGINNING = 0
FOREVER = date.max.toordinal() + 1
MINUTES = 24 * 60


class CalendarUnit(Enum):
    """The units of windows. Months are calendar months, weeks are seven days."""

    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"


@frozen_to_mypy
class Span:
    """The days on which something may have happened, both ends in; ``minute`` of the day where that is known.

    >>> date.fromordinal(parse_date("2026-02").last).isoformat()
    '2026-02-28'
    """

    first: int
    last: int
    minute: int | None = None


ANY_DAY = Span(BEGINNING, FOREVER)

_ISO = re.compile(
    r"(?P<y>[0-9]{4})(?:-(?P<m>[0-9]{2})(?:-(?P<d>[0-9]{2})(?:T(?P<hh>[0-9]{2}):(?P<mm>[0-9]{2}))?)?)?\Z",
)
_DAY_FIRST = re.compile(r"(?P<d>[0-9]{2}|UN)-(?P<m>[A-Z]{3}|UN)-(?P<y>[0-9]{4})\Z", re.IGNORECASE)
_YEAR_FIRST = re.compile(r"(?P<y>[0-9]{4})-(?P<m>[0-9]{2}|UN)-(?P<d>[0-9]{2}|UN)\Z", re.IGNORECASE)
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_FORMS = "write YYYY, YYYY-MM, YYYY-MM-DD, YYYY-MM-DDThh:mm, or DD-MON-YYYY with UN for a part that is unknown"


@lru_cache(maxsize=4096)  # a study has few days, and each stands in many facts
def parse_date(text: str) -> Span:
    """The days that a full or partial date allows.

    Forms: ``YYYY[-MM[-DD[Thh:mm]]]``, and ``DD-MON-YYYY`` or ``YYYY-MM-DD`` with ``UN`` for an unknown part. A day
    without its month says no more than the year.

    Raises ValueTextError for another form or a day that no calendar has.

    >>> parse_date("UN-MAR-2026") == parse_date("2026-03")
    True
    >>> parse_date("2026-UN-15") == parse_date("2026")
    True
    """
    if (match := _ISO.match(text)) is not None:
        year, month, day, hour, minute = match.groups()
        span = _span(text, int(year), int(month) if month else None, int(day) if day else None)
        return span if hour is None else Span(span.first, span.last, _minute(text, int(hour), int(minute)))
    if (match := _DAY_FIRST.match(text)) is not None:
        return _span(text, int(match["y"]), _month_named(text, match["m"]), _part(match["d"]))
    if (match := _YEAR_FIRST.match(text)) is not None:
        return _span(text, int(match["y"]), _part(match["m"]), _part(match["d"]))
    message = f"{shown(text)} is no date; {_FORMS}"
    raise ValueTextError(message)


def shown(text: str, limit: int = 60) -> str:
    """A text in quotation marks for a message, cut where it is long."""
    return f'"{text[:limit]}"' if len(text) <= limit else f'"{text[:limit]}..." ({len(text)} characters)'


@lru_cache(maxsize=4096)
def day_text(day: int) -> str:
    """A day as ``YYYY-MM-DD``; the ends of time in words."""
    if day <= BEGINNING:
        return "any earlier day"
    return date.fromordinal(day).isoformat() if day < FOREVER else "any later day"


@lru_cache(maxsize=4096)
def shift_months(day: int, months: int) -> int:
    """A day some calendar months later, or earlier where negative, clipped to the month's end.

    >>> day_text(shift_months(date(2024, 5, 31).toordinal(), -3))
    '2024-02-29'
    """
    if not BEGINNING < day < FOREVER:
        return day
    then = date.fromordinal(day)
    year, month = divmod(then.year * 12 + then.month - 1 + months, 12)
    if not 0 < year <= MAXYEAR:
        return BEGINNING if year <= 0 else FOREVER
    return date(year, month + 1, min(then.day, monthrange(year, month + 1)[1])).toordinal()


def shift(day: int, count: int, unit: CalendarUnit) -> int:
    """A day some units later, or earlier where negative; never beyond the ends of time."""
    if unit is CalendarUnit.MONTHS:
        return shift_months(day, count)
    if not BEGINNING < day < FOREVER:
        return day
    return min(max(day + count * (7 if unit is CalendarUnit.WEEKS else 1), BEGINNING), FOREVER)


def elapsed(event: int, anchor: int, unit: CalendarUnit) -> float:
    """The smallest whole n with ``anchor - n units <= event``, for an event on or before the anchor.

    ``elapsed(...) <= 3`` therefore says "within 3 months before, both ends in". Calendar months are subtracted from
    the anchor, as CQL does; subtracting and adding differ at some month ends.

    >>> may, february = date(2024, 5, 31).toordinal(), date(2024, 2, 29).toordinal()
    >>> elapsed(february, may, CalendarUnit.MONTHS), elapsed(february - 1, may, CalendarUnit.MONTHS)
    (3, 4)
    """
    if event <= BEGINNING or anchor >= FOREVER:
        return 0 if event >= anchor else math.inf
    if unit is CalendarUnit.MONTHS:
        count = _months_between(event, anchor)
        return count if shift_months(anchor, -count) <= event else count + 1
    return _whole(anchor - event, unit)


def ahead(anchor: int, event: int, unit: CalendarUnit) -> float:
    """The smallest whole n with ``anchor + n units >= event``, for an event on or after the anchor.

    >>> ahead(date(2026, 3, 1).toordinal(), date(2026, 6, 1).toordinal(), CalendarUnit.MONTHS)
    3
    """
    if event >= FOREVER or anchor <= BEGINNING:
        return 0 if event <= anchor else math.inf
    if unit is CalendarUnit.MONTHS:
        count = _months_between(anchor, event)
        return count if shift_months(anchor, count) >= event else count + 1
    return _whole(event - anchor, unit)


def completed_years(birth: int, day: int, *, leap_birthday_in_march: bool = False) -> int:
    """Completed years from a birth to a day; negative before the birth.

    Born on 29 February, one is a year older on 28 February in common years (as in CQL), or on 1 March.

    >>> completed_years(date(2000, 2, 29).toordinal(), date(2023, 2, 28).toordinal())
    23
    """
    born, then = date.fromordinal(birth), date.fromordinal(day)
    month, of_month = born.month, born.day
    if (month, of_month) == (2, 29) and monthrange(then.year, 2)[1] == 28:  # noqa: PLR2004
        month, of_month = (3, 1) if leap_birthday_in_march else (2, 28)
    return then.year - born.year - ((then.month, then.day) < (month, of_month))


def _whole(days: int, unit: CalendarUnit) -> int:
    return days if unit is CalendarUnit.DAYS else -(-days // 7)


def _months_between(early: int, late: int) -> int:
    one, other = date.fromordinal(early), date.fromordinal(late)
    return (other.year - one.year) * 12 + other.month - one.month


def _part(text: str) -> int | None:
    return None if text.upper() == "UN" else int(text)


def _month_named(text: str, name: str) -> int | None:
    if name.upper() == "UN":
        return None
    if name.upper() not in _MONTHS:
        message = f"{shown(text)} has no month; write one of {', '.join(_MONTHS)}, or UN"
        raise ValueTextError(message)
    return _MONTHS.index(name.upper()) + 1


def _minute(text: str, hour: int, minute: int) -> int:
    if hour * 60 + minute >= MINUTES or minute >= 60:  # noqa: PLR2004
        message = f"{shown(text)} has no such time of day; write hours 00 to 23 and minutes 00 to 59"
        raise ValueTextError(message)
    return hour * 60 + minute


def _span(text: str, year: int, month: int | None, day: int | None) -> Span:
    try:
        if month is None:
            date(year, 1, 1 if day is None else day)  # a day that no month has is refused all the same
            return Span(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal())
        if day is None:
            first = date(year, month, 1).toordinal()
            return Span(first, first + monthrange(year, month)[1] - 1)
        only = date(year, month, day).toordinal()
        return Span(only, only)
    except ValueError:
        message = f"{shown(text)} is a day that no calendar has; {_FORMS}"
        raise ValueTextError(message) from None

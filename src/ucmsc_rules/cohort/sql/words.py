"""Small words of SQL: constants, choices, and the calendar arithmetic of ``values.dates`` on numbers of days."""

from __future__ import annotations

import math
from collections.abc import Iterable

from ucmsc_rules.cohort.sql.dialect import Dialect
from ucmsc_rules.values.dates import BEGINNING, FOREVER, MINUTES, CalendarUnit

INF = "CAST('Infinity' AS DOUBLE)"
MINUS_INF = "CAST('-Infinity' AS DOUBLE)"
ZERO = "CAST(0 AS DOUBLE)"
ONE = "CAST(1 AS DOUBLE)"
DAYS_OF_WEEK = 7


def number(value: float) -> str:
    """A number as a double, exactly.

    >>> number(1000.0), number(float("inf"))
    ('1000.0e0', "CAST('Infinity' AS DOUBLE)")
    """
    if math.isinf(value):
        return INF if value > 0 else MINUS_INF
    text = repr(float(value))
    return text if "e" in text else f"{text}e0"


def text(value: str) -> str:
    """A text in quotation marks."""
    return "'" + value.replace("'", "''") + "'"


def listed(values: Iterable[object]) -> str:
    """Whole numbers for ``IN``; of none, one that never occurs."""
    return "(" + (", ".join(str(value) for value in values) or "-1") + ")"


def choose(*cases: tuple[str, str], otherwise: str = "NULL") -> str:
    """The value of the first case whose condition is true."""
    whens = " ".join(f"WHEN {condition} THEN {value}" for condition, value in cases)
    return f"CASE {whens} ELSE {otherwise} END"


def moment(day: str, minute: str) -> str:
    """A minute of a day as one number, for putting in order."""
    return f"(CAST({day} AS BIGINT) * {MINUTES} + {minute})"


def elapsed(dialect: Dialect, event: str, anchor: str, unit: CalendarUnit) -> str:
    """As ``dates.elapsed``, for an event on or before the anchor."""
    open_end = f"{event} <= {BEGINNING} OR {anchor} >= {FOREVER}"
    count = _months(dialect, event, anchor) if unit is CalendarUnit.MONTHS else _whole(f"({anchor} - {event})", unit)
    return choose(
        (f"({open_end}) AND {event} >= {anchor}", ZERO), (open_end, INF), otherwise=f"CAST({count} AS DOUBLE)"
    )


def ahead(dialect: Dialect, anchor: str, event: str, unit: CalendarUnit) -> str:
    """As ``dates.ahead``, for an event on or after the anchor."""
    open_end = f"{event} >= {FOREVER} OR {anchor} <= {BEGINNING}"
    count = _months_on(dialect, anchor, event) if unit is CalendarUnit.MONTHS else _whole(f"({event} - {anchor})", unit)
    return choose(
        (f"({open_end}) AND {event} <= {anchor}", ZERO), (open_end, INF), otherwise=f"CAST({count} AS DOUBLE)"
    )


def _whole(days: str, unit: CalendarUnit) -> str:
    return days if unit is CalendarUnit.DAYS else f"ceil({days} / {DAYS_OF_WEEK}.0)"


def _months(dialect: Dialect, event: str, anchor: str) -> str:
    """Months back from the anchor: one more where its day, clipped to the month's end, lies after the event's."""
    early, late, after = dialect.as_date(event), dialect.as_date(anchor), dialect.as_date(f"{event} + 1")
    over = f"day({late}) > day({early}) AND month({after}) = month({early})"
    return f"({_month(late)} - {_month(early)} + CASE WHEN {over} THEN 1 ELSE 0 END)"


def _months_on(dialect: Dialect, anchor: str, event: str) -> str:
    early, late = dialect.as_date(anchor), dialect.as_date(event)
    return f"({_month(late)} - {_month(early)} + CASE WHEN day({early}) < day({late}) THEN 1 ELSE 0 END)"


def _month(date: str) -> str:
    return f"(year({date}) * 12 + month({date}))"


def completed_years(dialect: Dialect, birth: str, day: str, *, leap_birthday_in_march: bool) -> str:
    """As ``dates.completed_years``."""
    born, then = dialect.as_date(birth), dialect.as_date(day)
    leap = f"(year({then}) % 4 = 0 AND (year({then}) % 100 <> 0 OR year({then}) % 400 = 0))"
    birthday = f"(month({born}) * 100 + day({born}))"
    moved = choose((f"{birthday} = 229 AND NOT {leap}", "301" if leap_birthday_in_march else "228"), otherwise=birthday)
    before = f"(month({then}) * 100 + day({then})) < {moved}"
    return f"CAST(year({then}) - year({born}) - CASE WHEN {before} THEN 1 ELSE 0 END AS DOUBLE)"

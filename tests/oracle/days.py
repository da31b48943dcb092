"""Days: what a written date may mean, the anchors of a record, and the days worth trying."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from dateutil.relativedelta import relativedelta

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
ISO = re.compile(r"(\d{4})(?:-(\d\d|UN)(?:-(\d\d|UN)(?:T(\d\d:\d\d))?)?)?", re.ASCII)
WORDED = re.compile(r"(\d\d|UN)-([A-Za-z]{3}|UN)-(\d{4})", re.ASCII)


@dataclass(frozen=True)
class Days:
    """Some one day from `first` to `last`, both in; `time` is the time of day where it is told."""

    first: date
    last: date
    time: str | None = None

    def within(self, first: date, last: date) -> "Days | None":
        """The part of these days between two days, both in; None if there is none."""
        low, high = max(self.first, first), min(self.last, last)
        return Days(low, high, self.time) if low <= high else None


ANY_DAY = Days(date.min, date.max)


def read_days(text: Any) -> Days | None:
    """A date as it is written, with parts missing or UN; None where it cannot be read.

    A day without its month tells the year alone.
    """
    if not isinstance(text, str):
        return None
    if match := ISO.fullmatch(text):
        year, month, day, time = match.groups()
    elif match := WORDED.fullmatch(text):
        day, month, year = match.groups()
        if month != "UN":
            if month.upper() not in MONTHS:
                return None
            month = f"{MONTHS.index(month.upper()) + 1:02}"
        time = None
    else:
        return None
    if (time and not "00:00" <= time <= "23:59") or (time and time[3:] > "59"):
        return None
    return _spread(int(year), _number(month), _number(day), time)


def _number(part: str | None) -> int | None:
    return None if part in (None, "UN") else int(str(part))


def _spread(year: int, month: int | None, day: int | None, time: str | None) -> Days | None:
    """Every day that has the parts told; a time needs a full date."""
    try:
        if month is not None and day is not None:
            return Days(date(year, month, day), date(year, month, day), time)
        if time is not None:
            return None
        if month is not None:
            first = date(year, month, 1)
            return Days(first, first + relativedelta(day=31))
        if day is not None and not 1 <= day <= 31:
            return None
        return Days(date(year, 1, 1), date(year, 12, 31))
    except ValueError:
        return None


@cache
def ago(day: date, months: int = 0, days: int = 0) -> date:
    """The day so many calendar months and days before (negative: after) a day, clipped to the month's end."""
    try:
        return day - relativedelta(months=months, days=days)
    except (OverflowError, ValueError):
        return date.min if months + days > 0 else date.max


@dataclass(frozen=True)
class Anchors:
    """Screening, where it is given, and where enrolment and first infusion may lie."""

    screening: date | None
    enrolment: Days
    infusion: Days
    infusion_given: date | None


def read_anchors(record: dict[str, Any]) -> Anchors:
    """The anchors: only full dates count, a time is dropped, one out of order counts as not given.

    One not given lies between its neighbours, with no end where there is no next one.
    """
    told = record.get("anchors")
    told = told if isinstance(told, dict) else {}
    given: dict[str, date | None] = {}
    latest = date.min
    for name in ("screening", "enrolment", "first_infusion"):
        days = read_days(told.get(name))
        given[name] = days.first if days and days.first == days.last and days.first >= latest else None
        latest = given[name] or latest
    screening, enrolment, infusion = given["screening"], given["enrolment"], given["first_infusion"]
    enrolment_days = Days(enrolment or screening or date.min, enrolment or infusion or date.max)
    infusion_days = Days(infusion or enrolment_days.first, infusion or date.max)
    return Anchors(screening, enrolment_days, infusion_days, infusion)


def worth_trying(days: Days, edges: Iterable[date] = (), every: int = 31) -> Iterator[date]:
    """Every day of a short span; of a longer one its ends and the days at and next to each edge."""
    length = (days.last - days.first).days
    if length < every:
        yield from (days.first + timedelta(n) for n in range(length + 1))
        return
    beside = {day for edge in edges for day in (ago(edge, days=1), edge, ago(edge, days=-1))}
    yield from sorted({days.first, days.last} | {day for day in beside if days.first <= day <= days.last})

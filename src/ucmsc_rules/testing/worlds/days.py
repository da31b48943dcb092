"""Days: what a written date may mean, where anchors may lie, and which days are worth trying."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any

from attrs import frozen
from dateutil.relativedelta import relativedelta

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_ISO = re.compile(r"(\d{4})(?:-(\d\d|UN)(?:-(\d\d|UN)(?:T(\d\d:\d\d))?)?)?", re.ASCII)
_WORDED = re.compile(r"(\d\d|UN)-([A-Za-z]{3}|UN)-(\d{4})", re.ASCII)
_NEXT = timedelta(days=1)


@frozen
class Days:
    """Some one day from ``first`` to ``last``, both in; ``time`` is the time of day where it is told."""

    first: date
    last: date
    time: str | None = None

    def within(self, first: date, last: date) -> Days | None:
        """The part of these days between two days, both in; None if there is none."""
        low, high = max(self.first, first), min(self.last, last)
        return Days(low, high, self.time) if low <= high else None


ANY_DAY = Days(date.min, date.max)


def read_days(text: Any) -> Days | None:  # noqa: ANN401 - whatever a record holds
    """A date as it is written, with parts missing or UN; None where it cannot be read.

    A day without its month tells the year alone.

    >>> read_days("UN-FEB-2024").last
    datetime.date(2024, 2, 29)
    """
    if not isinstance(text, str):
        return None
    time = None
    if match := _ISO.fullmatch(text):
        year, month, day, time = match.groups()
    elif match := _WORDED.fullmatch(text):
        day, month, year = match.groups()
        month = f"{MONTHS.index(month.upper()) + 1:02}" if month.upper() in MONTHS else month
    else:
        return None
    if time and (time[:2] > "23" or time[3:] > "59"):
        return None
    try:
        return _spread(int(year), _number(month), _number(day), time)
    except ValueError:
        return None


def _number(part: str | None) -> int | None:
    return None if part in (None, "UN") else int(str(part))


def _spread(year: int, month: int | None, day: int | None, time: str | None) -> Days | None:
    """Every day that has the parts told; a time needs a full date."""
    if month is not None and day is not None:
        return Days(date(year, month, day), date(year, month, day), time)
    if time is not None:
        return None
    if month is not None:
        first = date(year, month, 1)
        return Days(first, first + relativedelta(day=31))
    date(year, 1, 1 if day is None else day)  # January has every day that a month may have
    return Days(date(year, 1, 1), date(year, 12, 31))


@cache
def ago(day: date, months: int = 0, days: int = 0) -> date:
    """The day so many calendar months and days before (negative: after) a day, clipped to the month's end."""
    try:
        return day - relativedelta(months=months, days=days)
    except (OverflowError, ValueError):
        return date.min if months + days > 0 else date.max


@frozen
class Anchors:
    """Where each anchor may lie, and the day of those that are given."""

    days: Mapping[str, Days]
    given: Mapping[str, date]


def read_anchors(record: Mapping[str, Any], names: tuple[str, ...]) -> Anchors:
    """The anchors: only full dates count, a time is dropped, one out of order counts as not given.

    One not given lies between its neighbours, with no end where there is no next one.
    """
    told = record.get("anchors")
    told = told if isinstance(told, dict) else {}
    given: dict[str, date] = {}
    latest = date.min
    for name in names:
        days = read_days(told.get(name))
        if days and days.first == days.last and days.first >= latest:
            given[name] = latest = days.first
    found: dict[str, Days] = {}
    latest = date.min
    for place, name in enumerate(names):
        latest = given.get(name, latest)
        following = [given[later] for later in names[place:] if later in given]
        found[name] = Days(latest, following[0] if following else date.max)
    return Anchors(found, given)


def worth_trying(days: Days, edges: Iterable[date] = (), every: int = 31) -> Iterator[date]:
    """Every day of a short span; of a longer one its ends and the days at and next to each edge."""
    length = (days.last - days.first).days
    if length < every:
        yield from (days.first + timedelta(n) for n in range(length + 1))
        return
    beside = {day for edge in edges for day in _beside(edge)}
    yield from sorted({days.first, days.last} | {day for day in beside if days.first <= day <= days.last})


def _beside(edge: date) -> Iterator[date]:
    yield edge
    if edge > date.min:
        yield edge - _NEXT
    if edge < date.max:
        yield edge + _NEXT

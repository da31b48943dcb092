"""Anchors and days for records at the edges, reckoned from the ruleset's own case anchors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from ucmsc_rules.rules.model import Ruleset
from ucmsc_rules.values.dates import CalendarUnit, shift

APART = timedelta(days=14)
START = date(2026, 3, 1)
ODD_DAYS = (date(2024, 5, 31), date(2025, 3, 31), date(2024, 2, 29), date(2025, 2, 28))

Days = Mapping[str, date]


def usual_anchors(ruleset: Ruleset) -> dict[str, date]:
    """A day for each anchor: that of the ruleset's cases, else two weeks after the one before it."""
    found: dict[str, date] = {}
    latest = None
    for name in ruleset.anchors:
        told = ruleset.case_anchors.get(name)
        latest = date.fromisoformat(str(told)) if told else START if latest is None else latest + APART
        found[name] = latest
    return found


def moved(anchors: Days, name: str, day: date) -> dict[str, date]:
    """The same anchors, moved together until one of them lies on a day."""
    by = day - anchors[name]
    return {each: on + by for each, on in anchors.items()}


def written(anchors: Days) -> dict[str, str]:
    """Anchors as a record has them."""
    return {name: str(day) for name, day in anchors.items()}


def before(day: date, number: int, unit: CalendarUnit) -> date:
    """So many units before a day; a negative number: after it."""
    return date.fromordinal(shift(day.toordinal(), -number, unit))


def beside(day: date) -> Iterator[tuple[date, str]]:
    """The day before, the day, and the day after, with words for them."""
    one = timedelta(days=1)
    yield from ((day - one, "the day before"), (day, ""), (day + one, "the day after"))

"""Probes of ages: birthdays at the bounds, in part, and births on 29 February."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ucmsc_rules.rules.model import Age, Comparison
from ucmsc_rules.testing.boundaries.days import Days, before, beside, moved
from ucmsc_rules.testing.boundaries.realise import RawFact
from ucmsc_rules.values.dates import CalendarUnit

Born = tuple[list[RawFact], str, Days]
_YEAR = 12
_LEAP = 4


def round_birthdays(comparison: Comparison, anchors: Days) -> Iterator[Born]:
    """Births round the birthday of the bound and the one after it."""
    measure = comparison.measure
    name = measure.at if isinstance(measure, Age) else ""
    on = anchors[name]
    for years in (int(comparison.bound), int(comparison.bound) + 1):
        birthday = before(on, _YEAR * years, CalendarUnit.MONTHS)
        for day, words in beside(birthday):
            reason = f"born {words} the birthday that makes {years}" if words else f"the birthday that makes {years}"
            yield [{"value": str(day)}], reason, anchors
        for text in (str(birthday.year), f"{birthday:%Y-%m}", f"UN-{birthday:%b}-{birthday:%Y}".upper()):
            yield [{"value": text}], f"born {text}, about {years} years before", anchors
        for months in (_YEAR * years - 1, _YEAR * years + 1):
            month = f"{before(on, months, CalendarUnit.MONTHS):%Y-%m}"
            yield [{"value": month}], f"born in {month}, beside the birthday that makes {years}", anchors
        yield from _leap_births(years, name, anchors)
    bound = int(comparison.bound)
    early, late = (str(before(on, _YEAR * years, CalendarUnit.MONTHS)) for years in (bound + 5, bound - 5))
    yield [{"value": early}, {"value": late}], "two birth dates, and the bound between them", anchors
    yield [{"value": early}, {"value": early}], "the same birth date twice", anchors
    yield [{"value": "1961-02-30"}], "a birth date that there is not", anchors
    yield [{"value": "old"}], "a birth date that cannot be read", anchors
    yield [], "no birth date", anchors


def _leap_births(years: int, name: str, anchors: Days) -> Iterator[Born]:
    """Born on 29 February, the birthday in a common year and in a leap year."""
    for year in range(2024, 2024 + 2 * _LEAP):
        if (year - years) % _LEAP:
            continue
        born = f"{year - years}-02-29"
        for day in (date(year, 2, 27), date(year, 2, 28), date(year, 3, 1)):
            reason = f"born on 29 February, {years} years old about {day}"
            yield [{"value": born}], reason, moved(anchors, name, day)
        if year % _LEAP == 0:
            reason = f"born on 29 February, {years} years old on 29 February"
            yield [{"value": born}], reason, moved(anchors, name, date(year, 2, 29))
        return

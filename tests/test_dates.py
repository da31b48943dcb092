"""Dates, calendar windows and ages, against dateutil's relativedelta and examples worked by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from asking import F, T, U, answer, fact, record_of, with_settings
from ucmsc_rules.errors import ValueTextError
from ucmsc_rules.rules.model import Age
from ucmsc_rules.values.dates import (
    BEGINNING,
    FOREVER,
    CalendarUnit,
    Span,
    ahead,
    completed_years,
    elapsed,
    parse_date,
    shift,
    shift_months,
)
from ucmsc_rules.worksheet.context import Context
from ucmsc_rules.worksheet.worksheet import measure

FIRST, LAST = date(2023, 12, 1), date(2025, 3, 31)  # holds a leap day, and every month's end at least once
DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
MONTHS = CalendarUnit.MONTHS
days = st.dates(date(1900, 1, 1), date(2200, 12, 31))


def span(first: str, last: str) -> Span:
    """The days from one to the other."""
    return Span(date.fromisoformat(first).toordinal(), date.fromisoformat(last).toordinal())


@pytest.mark.parametrize("months", [1, 3, 24])
def test_months_before_agree_with_relativedelta_on_every_pair_of_days(months: int) -> None:
    """For all pairs of days in sixteen months, "within N months before" is what subtracting from the anchor says."""
    for anchor in DAYS:
        earliest = (anchor - relativedelta(months=months)).toordinal()
        at = anchor.toordinal()
        assert shift_months(at, -months) == earliest
        events = {earliest - 1, earliest, *range(FIRST.toordinal(), at + 1)}
        wrong = [day for day in events if (elapsed(day, at, MONTHS) <= months) != (day >= earliest)]
        assert not wrong, (anchor, [date.fromordinal(day) for day in wrong])


@pytest.mark.parametrize("months", [1, 3, 24])
def test_months_after_agree_with_relativedelta_on_every_pair_of_days(months: int) -> None:
    """Ahead of the anchor, "within N months after" is what adding to the anchor says."""
    for anchor in DAYS:
        latest = (anchor + relativedelta(months=months)).toordinal()
        at = anchor.toordinal()
        events = {latest, latest + 1, *range(at, LAST.toordinal() + 1)}
        wrong = [day for day in events if (ahead(at, day, MONTHS) <= months) != (day <= latest)]
        assert not wrong, (anchor, [date.fromordinal(day) for day in wrong])


@pytest.mark.parametrize("near", ["2024-02-29", "2023-02-28", "2024-05-31", "2024-12-31", "2025-01-30", "2024-04-30"])
def test_elapsed_months_around_month_ends_are_the_least_whole_number(near: str) -> None:
    """Around month ends and leap days, elapsed months is the least n that relativedelta accepts, in both directions."""
    anchor = date.fromisoformat(near)
    for distance in range(430):
        event, later = anchor - timedelta(days=distance), anchor + timedelta(days=distance)
        back = next(n for n in range(99) if anchor - relativedelta(months=n) <= event)
        forward = next(n for n in range(99) if anchor + relativedelta(months=n) >= later)
        assert elapsed(event.toordinal(), anchor.toordinal(), MONTHS) == back
        assert ahead(anchor.toordinal(), later.toordinal(), MONTHS) == forward


@given(days, st.integers(-2400, 2400))
def test_shifting_by_months_agrees_with_relativedelta_over_centuries(day: date, months: int) -> None:
    """Clipping to the month's end agrees with relativedelta, 1900 and 2100 included, which have no leap day."""
    assert shift_months(day.toordinal(), months) == (day + relativedelta(months=months)).toordinal()


@given(days, st.integers(0, 4000), st.sampled_from([CalendarUnit.DAYS, CalendarUnit.WEEKS]))
def test_days_and_weeks_are_counted_to_the_next_whole_one(anchor: date, distance: int, unit: CalendarUnit) -> None:
    """A week has seven days, and a day more than three weeks is in the fourth."""
    size = 7 if unit is CalendarUnit.WEEKS else 1
    at, event = anchor.toordinal(), anchor.toordinal() - distance
    count = elapsed(event, at, unit)
    assert (count - 1) * size < distance <= count * size
    assert ahead(event, at, unit) == count
    assert shift(at, -int(count), unit) <= event


@given(days, days, st.integers(0, 60), st.sampled_from(CalendarUnit))
def test_a_later_anchor_is_never_nearer(event: date, anchor: date, later: int, unit: CalendarUnit) -> None:
    """Elapsed time grows with the anchor and shrinks with the event; the bounds of windows rely on it."""
    first, last = sorted((event.toordinal(), anchor.toordinal()))
    assert elapsed(first, last, unit) <= elapsed(first, last + later, unit)
    assert elapsed(first, last, unit) <= elapsed(first - later, last, unit)
    assert ahead(first, last, unit) <= ahead(first, last + later, unit)


def test_a_shift_past_the_calendar_stays_at_the_ends_of_time() -> None:
    """No window leaves the calendar: year 1 and year 9999 are followed by the ends of time."""
    assert shift_months(date(1, 1, 15).toordinal(), -1) == BEGINNING
    assert shift_months(date(9999, 12, 15).toordinal(), 1) == FOREVER
    assert shift(FOREVER, -3, MONTHS) == FOREVER
    assert shift(BEGINNING, 3, CalendarUnit.WEEKS) == BEGINNING


# ages


@given(st.dates(date(1900, 1, 1), date(2026, 3, 1)), st.dates(date(2026, 3, 1), date(2060, 12, 31)))
def test_completed_years_agree_with_relativedelta(birth: date, day: date) -> None:
    """dateutil, which clips 29 February to the 28th, counts the same completed years."""
    assert completed_years(birth.toordinal(), day.toordinal()) == relativedelta(day, birth).years


@pytest.mark.parametrize(
    ("day", "on_28_february", "on_1_march"),
    [
        ("2026-02-27", 17, 17),
        ("2026-02-28", 18, 17),
        ("2026-03-01", 18, 18),
        ("2028-02-28", 19, 19),
        ("2028-02-29", 20, 20),
    ],
)
def test_the_birthday_of_29_february_follows_the_setting(day: str, on_28_february: int, on_1_march: int) -> None:
    """In common years one born on 29 February is older on the 28th, or on 1 March where a ruleset says so."""
    for setting, expected in (("28 February", on_28_february), ("1 March", on_1_march)):
        ruleset = with_settings(leap_birthday=setting)
        record = record_of(fact("birth_date", "2008-02-29"), screening=day, enrolment=None, first_infusion=None)
        value = measure(Context(record, ruleset), Age("birth_date", "screening")).value
        assert (value.lo, value.hi) == (expected, expected)


@pytest.mark.parametrize(
    ("births", "adult", "too_old"),
    [
        (["2008-03-01"], T, F),  # 18 today
        (["2008-03-02"], F, F),  # 18 tomorrow
        (["1950-03-02"], T, F),  # 76 tomorrow
        (["1950-03-01"], T, T),  # 76 today
        (["2008"], U, F),
        (["2008-03"], U, F),
        (["2008-02"], T, F),
        (["1950"], T, U),
        (["1990-01-01", "2015-01-01"], U, F),  # two birth dates form a hull
        (["1940-01-01", "2000-01-01"], T, U),
        (["1940-01-01", "2000-01-01", "2000-01-01"], T, U),
        (["UN-UN-1970"], T, F),
        (["2030-01-01"], U, U),  # born after screening: a slip
        (["31.12.1970"], U, U),
        ([], U, U),
    ],
)
def test_age_bounds_over_all_birth_dates(births: list[str], adult: object, too_old: object) -> None:
    """Completed years at screening, over the hull of every birth date that is recorded."""
    facts = [fact("birth_date", birth) for birth in births]
    assert answer("age at screening >= 18 years", *facts) is adult
    assert answer("age at screening > 75 years", *facts) is too_old


# texts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026", span("2026-01-01", "2026-12-31")),
        ("2024-02", span("2024-02-01", "2024-02-29")),
        ("2026-02-27", span("2026-02-27", "2026-02-27")),
        ("27-FEB-2026", span("2026-02-27", "2026-02-27")),
        ("27-feb-2026", span("2026-02-27", "2026-02-27")),
        ("UN-MAR-2026", span("2026-03-01", "2026-03-31")),
        ("UN-UN-2026", span("2026-01-01", "2026-12-31")),
        ("15-UN-2026", span("2026-01-01", "2026-12-31")),
        ("2026-UN-UN", span("2026-01-01", "2026-12-31")),
        ("2026-UN-15", span("2026-01-01", "2026-12-31")),
        ("2026-04-UN", span("2026-04-01", "2026-04-30")),
    ],
)
def test_full_and_partial_dates(text: str, expected: Span) -> None:
    """Each form says just the days that it leaves open; a day without its month says no more than the year."""
    assert parse_date(text) == expected


@pytest.mark.parametrize(
    ("text", "minute"), [("2026-02-27T00:00", 0), ("2026-02-27T08:10", 490), ("2026-02-27T23:59", 1439)]
)
def test_a_time_of_day_is_kept_in_minutes(text: str, minute: int) -> None:
    """A time of day belongs to its day, midnight to the day that it begins."""
    assert parse_date(text) == Span(date(2026, 2, 27).toordinal(), date(2026, 2, 27).toordinal(), minute)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "26", "20260227", "2026-2-7", "2026-W10", "2026-058", "2026-02-30", "2025-02-29", "2026-13",
        "2026-00-10",
        "2026-04-31", "0000", "0000-01-01", "2026/02/27", "27.02.2026", "02-27-2026", "27-FEV-2026", "30-FEB-2026",
        "00-JAN-2026", "2026-02-27T24:00", "2026-02-27T08:60", "2026-02-27T08", "2026-02T08:10", "2026-02-27 08:10",
        "2026-02-27T08:10Z", "-2026", "２０２６-01-01", "2026-02-27\n", "yesterday", "UN", "UN-UN-UN", "1" * 10_000,
    ],
)  # fmt: skip
def test_what_is_no_date_is_never_guessed_at(text: str) -> None:
    """Other forms, and days that no calendar has, are refused instead of read as some day."""
    with pytest.raises(ValueTextError):
        parse_date(text)


@pytest.mark.parametrize("text", ["2026-UN-45", "32-UN-2026", "00-UN-2026", "2026-UN-00"])
def test_a_day_that_no_month_has_is_impossible_without_its_month(text: str) -> None:
    """A day number beyond 31 or of 0 is an impossible date, though the month is unknown."""
    with pytest.raises(ValueTextError):
        parse_date(text)

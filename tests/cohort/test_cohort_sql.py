"""The calendar in SQL is that of ``values.dates``, and every comparison is written with both of its ends."""

from __future__ import annotations

import math
import random
from datetime import date

import duckdb
import pytest

from ucmsc_rules.cohort.sql.anchors import columns, place
from ucmsc_rules.cohort.sql.dialect import DUCKDB, SPARK
from ucmsc_rules.cohort.sql.rules import rule_sql, truth_sql
from ucmsc_rules.cohort.sql.words import ahead, completed_years, elapsed, number
from ucmsc_rules.facts.records import place_anchors
from ucmsc_rules.rules.lower import All, Any, Lowered
from ucmsc_rules.rules.lower import Test as End  # pytest would collect the name
from ucmsc_rules.values import dates
from ucmsc_rules.values.dates import BEGINNING, FOREVER, CalendarUnit


def pairs() -> list[tuple[int, int]]:
    """Days in order: month ends, leap days, neighbours, the ends of time, and some at random."""
    chance = random.Random(1)  # noqa: S311 - no secret
    odd = [
        date(2024, 2, 29),
        date(2023, 2, 28),
        date(2026, 5, 31),
        date(2026, 4, 30),
        date(2026, 3, 1),
        date(2000, 12, 31),
    ]
    days = [BEGINNING, 1, FOREVER - 1, FOREVER, *(day.toordinal() + shift for day in odd for shift in (-1, 0, 1))]
    days += [chance.randrange(700_000, 740_000) for _ in range(60)]
    return [(one, other) for one in days for other in days if one <= other]


@pytest.fixture(scope="module")
def calendar() -> duckdb.DuckDBPyConnection:
    """A table of the pairs."""
    connection = duckdb.connect()
    connection.execute("CREATE TABLE pairs (early INTEGER, late INTEGER)")
    connection.executemany("INSERT INTO pairs VALUES (?, ?)", pairs())
    return connection


@pytest.mark.parametrize("unit", CalendarUnit)
def test_elapsed_units_are_the_same_in_sql(calendar: duckdb.DuckDBPyConnection, unit: CalendarUnit) -> None:
    """Back from an anchor, and ahead from one."""
    back, on = elapsed(DUCKDB, "early", "late", unit), ahead(DUCKDB, "early", "late", unit)
    rows = calendar.execute(f"SELECT early, late, {back}, {on} FROM pairs").fetchall()
    assert len(rows) == len(pairs())
    for early, late, before, after in rows:
        assert before == dates.elapsed(early, late, unit), (early, late)
        assert after == dates.ahead(early, late, unit), (early, late)


@pytest.mark.parametrize("in_march", [False, True])
def test_completed_years_are_the_same_in_sql(calendar: duckdb.DuckDBPyConnection, in_march: bool) -> None:
    """Those who were born on 29 February, too, by either birthday."""
    years = completed_years(DUCKDB, "early", "late", leap_birthday_in_march=in_march)
    inside = f"early > {BEGINNING} AND late < {FOREVER}"
    rows = calendar.execute(f"SELECT early, late, {years} FROM pairs WHERE {inside}").fetchall()
    for early, late, found in rows:
        assert found == dates.completed_years(early, late, leap_birthday_in_march=in_march), (early, late)


def test_anchors_are_placed_as_in_a_record() -> None:
    """Each that is given, missing, or out of order."""
    names = ["first", "second", "third"]
    days = [None, 5, 7, 9]
    connection = duckdb.connect()
    for one in days:
        for two in days:
            for three in days:
                told = ", ".join(
                    f"CAST({'NULL' if day is None else day} AS INTEGER) AS d{n}"
                    for n, day in enumerate((one, two, three))
                )
                query = place(f"(SELECT {told})", names, "1 AS kept")
                row = connection.execute(f"SELECT {', '.join(columns(3))} FROM ({query})").fetchone()
                given: dict[str, int] = {}
                for name, day in zip(names, (one, two, three), strict=True):
                    if day is not None and day >= max(given.values(), default=BEGINNING):
                        given[name] = day
                spans = place_anchors(given, names)
                expected = [part for name in names for part in (given.get(name), spans[name].first, spans[name].last)]
                assert list(row or ()) == expected, (one, two, three)


def test_numbers_are_written_exactly() -> None:
    """A double comes back as the same double, infinities too."""
    connection = duckdb.connect()
    for value in (0.1, 1000.0, 1e30, 1e-30, math.nextafter(20.0, 0), -3.0, math.inf, -math.inf, 123456789012345.0):
        assert connection.execute(f"SELECT {number(value)}, typeof({number(value)})").fetchone() == (value, "DOUBLE")


def test_a_rule_of_no_parts_is_true_or_false() -> None:
    """All of none, any of none."""
    assert (rule_sql(All(())), rule_sql(Any(()))) == ("TRUE", "FALSE")
    lowered = Lowered(End(0, "hi", "<=", 1000.0), End(0, "lo", ">", 1000.0))
    assert truth_sql(SPARK, lowered) == (
        "CASE WHEN hi_0 <= 1000.0e0 THEN 'true' WHEN lo_0 > 1000.0e0 THEN 'false' ELSE 'unknown' END"
    )


def test_a_truth_is_one_of_three_words_in_duckdb() -> None:
    """Held as numbers, read as words."""
    lowered = Lowered(End(0, "hi", "<=", 1000.0), End(0, "lo", ">", 1000.0))
    query = f"SELECT {truth_sql(DUCKDB, lowered)} AS holds FROM (VALUES (0, 9), (2000, 2000), (0, 2000)) v(lo_0, hi_0)"
    relation = duckdb.sql(query)
    assert relation.fetchall() == [("true",), ("false",), ("unknown",)]
    assert str(relation.types[0]) == "ENUM('true', 'false', 'unknown')"

"""What differs between the databases: names in quotation marks, and the calendar of a day's number."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from ucmsc_rules.values.dates import FOREVER

LAST_DAY = FOREVER - 1


@frozen
class Dialect:
    """How one database writes what the others write differently.

    ``date`` turns a day's number into its date; ``key`` is what a subject is known by while it is worked on;
    ``truth`` is one of the three answers, of which DuckDB holds numbers instead of words: a quarter of the time;
    ``each`` makes a row of each of some values; ``escapes`` is how characters of a text are written that would end it.
    """

    name: str
    quote: str
    date: str
    key: str
    truth: str
    each: str
    escapes: Mapping[str, str]

    def named(self, name: str) -> str:
        """A column's name in quotation marks."""
        return f"{self.quote}{name.replace(self.quote, self.quote * 2)}{self.quote}"

    def text(self, value: str) -> str:
        """A text in quotation marks."""
        return f"'{''.join(self.escapes.get(each, each) for each in value)}'"

    def as_date(self, day: str) -> str:
        """The date of a day's number; the ends of time stand beside the calendar and become its first or last day."""
        return self.date.format(f"CAST(least(greatest({day}, 1), {LAST_DAY}) - 1 AS INTEGER)")


DUCKDB = Dialect(
    "duckdb",
    '"',
    "(DATE '0001-01-01' + {})",
    "row_number() OVER (ORDER BY subject) - 1",
    "CAST({} AS ENUM('true', 'false', 'unknown'))",
    "unnest([{}])",
    {"'": "''"},
)
SPARK = Dialect(
    "spark",
    "`",
    "date_add(DATE'0001-01-01', {})",
    "subject",
    "{}",
    "explode(array({}))",
    {"'": "\\'", "\\": "\\\\"},
)

"""Strategies for dates: in full and in part, beside the days that matter to a ruleset's windows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from hypothesis import strategies as st

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
BEFORE = (0, 1, 2, 5, 14, 15, 21, 22, 27, 28, 29, 31, 90, 91, 92, 400, -1, -14, -92)
UNREADABLE = ("2026-02-30", "last week", "2026-13", 20260301)


def partial_dates(first: str = "2020-01-01", last: str = "2030-12-31") -> st.SearchStrategy[str]:
    """Dates from a first to a last day as sites write them: in full, with parts missing, with words, with a time.

    >>> from hypothesis import find
    >>> find(partial_dates("2024-02-01", "2024-02-29"), lambda text: text.startswith("UN-"))
    'UN-FEB-2024'
    """
    days = st.dates(date.fromisoformat(first), date.fromisoformat(last))
    return days.flatmap(lambda day: st.sampled_from(writings(day)))


def writings(day: date) -> tuple[str, ...]:
    """A day in full, and with parts missing."""
    iso, month = day.isoformat(), MONTHS[day.month - 1]
    worded = (f"{day.day:02}-{month}-{day.year}", f"UN-{month}-{day.year}", f"UN-UN-{day.year}")
    return (iso, iso, iso, iso, f"{iso}T08:10", f"{iso}T16:40", iso[:7], iso[:4], *worded, f"{day.year}-UN-15")


def days_told(anchors: Mapping[str, str]) -> tuple[date, ...]:
    """The days of the anchors that are given in full."""
    return tuple(found for text in anchors.values() if (found := _day(text)) is not None)


def _day(text: Any) -> date | None:  # noqa: ANN401 - whatever a record holds
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        return None


@lru_cache(maxsize=1024)
def near(days: tuple[date, ...]) -> st.SearchStrategy[Any]:
    """Dates beside some days and the usual lengths before them, mostly in full, some unreadable."""
    beside = [day - timedelta(days=count) for day in days for count in BEFORE]
    texts = [str(day) for day in beside] * 4 + [text for day in beside for text in writings(day)]
    return st.sampled_from([*texts, *UNREADABLE])

"""Times that were written in several time zones, and cannot be put in order as they are written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import accumulate

DAY = 10
_ZONE = re.compile(r"[T ][0-9]{2}:[0-9]{2}.*?(?P<zone>Z|[+-][0-9]{2}(?::?[0-9]{2})?)\Z", re.IGNORECASE)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")


def zone_of(text: str) -> str:
    """The time zone of a date and time as it is written; "" where none is.

    >>> zone_of("2026-02-27T08:10:00+08:00"), zone_of("2026-02-27T08:10"), zone_of("2026-02-27")
    ('+08:00', '', '')
    """
    found = _ZONE.search(text.strip())
    return found["zone"].upper() if found else ""


def turned(texts: Iterable[str]) -> set[str]:
    """The times whose written days are in another order than the times themselves.

    >>> sorted(turned(["2026-02-27T23:30:00-05:00", "2026-02-28T01:00:00+08:00", "2026-02-20T08:00:00Z"]))
    ['2026-02-27T23:30:00-05:00', '2026-02-28T01:00:00+08:00']
    """
    ordered = sorted((instant, text) for text in set(texts) if (instant := _instant(text)) is not None)
    days = [text[:DAY] for _, text in ordered]
    latest_before = accumulate(days, max)
    earliest_after = reversed(list(accumulate(reversed(days), min)))
    found = zip(ordered, days, latest_before, earliest_after, strict=True)
    return {text for (_, text), day, latest, earliest in found if latest > day or earliest < day}


def _instant(text: str) -> datetime | None:
    """The moment that a text tells; one without a zone, which cannot be compared, tells none."""
    if not _INSTANT.match(text) or not zone_of(text):
        return None
    try:
        return datetime.fromisoformat(text.strip()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None

"""Finds the times that cannot be put in order as they are written, since they were written in different time zones."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import accumulate

from attrs import Factory, define

from ucmsc_rules.adapters.fhir.codes import coded
from ucmsc_rules.adapters.fhir.entries import Entry
from ucmsc_rules.adapters.fhir.json_shape import a_text
from ucmsc_rules.adapters.fhir.moments import day_part, moment, zone_of

_TIMES = ("effectiveDateTime", "effectiveInstant")


@define
class Zones:
    """``mixed`` are days whose times are of several zones; ``turned`` the times that a zone puts on the wrong day."""

    mixed: set[str] = Factory(set)
    turned: set[str] = Factory(set)


def zones_of(entries: Iterable[Entry]) -> Zones:
    """What of a subject's observations cannot be ordered by the dates and times that are written.

    Where all times of a subject are of one zone, which is usual, there is nothing to find.
    """
    written = [(entry, _written(entry)) for entry in entries]
    timed = [(entry, text) for entry, text in written if "T" in text]
    zones = Zones()
    if len({zone_of(text) for _, text in timed}) < 2:  # noqa: PLR2004
        return zones
    by_day: dict[str, set[str]] = {}
    for _, text in timed:
        by_day.setdefault(day_part(moment(text)), set()).add(zone_of(text))
    zones.mixed = {day for day, found in by_day.items() if len(found) > 1}
    by_code: dict[str, list[str]] = {}
    for entry, text in timed:
        by_code.setdefault(coded(entry.resource.get("code"), {}).text, []).append(text)
    for texts in by_code.values():
        zones.turned |= _turned(texts)
    return zones


def _turned(texts: list[str]) -> set[str]:
    """The times of one test whose written days are in another order than the times themselves."""
    ordered = sorted((instant, text) for text in set(texts) if (instant := _instant(text)) is not None)
    days = [day_part(moment(text)) for _, text in ordered]
    latest_before = accumulate(days, max)
    earliest_after = reversed(list(accumulate(reversed(days), min)))
    found = zip(ordered, days, latest_before, earliest_after, strict=True)
    return {text for (_, text), day, latest, earliest in found if latest > day or earliest < day}


def _written(entry: Entry) -> str:
    return next((text for key in _TIMES if (text := a_text(entry.resource.get(key)))), "")


def _instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None

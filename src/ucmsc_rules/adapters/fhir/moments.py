"""Turns FHIR's dates and periods into canonical ones. A date is taken as it was written, in its own zone."""

from __future__ import annotations

import re
from functools import lru_cache

from ucmsc_rules.adapters.fhir.json_shape import Json, a_text, an_object
from ucmsc_rules.frozen import frozen_to_mypy

_FORM = re.compile(
    r"(?P<date>[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?)"
    r"(?:T(?P<time>[0-9]{2}:[0-9]{2})(?::[0-9]{2}(?:\.[0-9]+)?)?(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})?)?\Z"
)
LONGEST = 60
_DAY = 10
ONGOING = "ongoing"


def moment(text: str) -> str:
    """A FHIR date, dateTime or instant as the canonical record writes it; what is none stays as it is written.

    >>> moment("2026-02-27T23:30:15.123+08:00"), moment("2026-02"), moment("27/02/2026")
    ('2026-02-27T23:30', '2026-02', '27/02/2026')
    """
    return _canonical(text[:LONGEST])


@lru_cache(maxsize=8192)  # a subject's resources share few times
def _canonical(text: str) -> str:
    found = _FORM.match(text)
    if found is None:
        return text
    date, time = found["date"], found["time"]
    return f"{date}T{time}" if time and len(date) == _DAY else date


def day_part(moment_text: str) -> str:
    """The date of a canonical moment, without its time."""
    return moment_text.partition("T")[0]


def within(first: str, last: str) -> str:
    """The partial date that holds all days from one to another; "" where none does.

    >>> within("2026-02-26", "2026-02-27T08:00"), within("2026-02-26", "2026-02-26"), within("2025-12-31", "2026-01-01")
    ('2026-02', '2026-02-26', '')
    """
    if first == last:
        return first
    one, other = day_part(first).split("-"), day_part(last).split("-")
    same: list[str] = []
    for part, its in zip(one, other, strict=False):
        if part != its:
            break
        same.append(part)
    return "-".join(same)


@frozen_to_mypy
class Time:
    """When something was, from a choice of FHIR's elements.

    ``start`` and ``end`` are those of a period, or the same day; "" where they are not told. ``written`` is the start
    as it was written, with its zone. ``loose`` is whether the element says a time that no date can tell (an age, a
    range, words, a timing).
    """

    start: str = ""
    end: str = ""
    written: str = ""
    loose: bool = False
    instant: bool = False


NEVER_TOLD = Time()


def time_of(resource: Json, stem: str) -> Time:
    """The time in an element of several types, as ``onset[x]`` or ``effective[x]``.

    >>> time_of({"onsetDateTime": "2026-02"}, "onset")
    Time(start='2026-02', end='2026-02', written='2026-02', loose=False, instant=True)
    """
    written = a_text(resource.get(f"{stem}DateTime")) or a_text(resource.get(f"{stem}Instant"))
    if written:
        return _at(written)
    period = resource.get(f"{stem}Period")
    if period is not None:
        return period_of(period)
    if f"{stem}Timing" in resource:
        return _timing(an_object(resource[f"{stem}Timing"]))
    loose = any(f"{stem}{form}" in resource for form in ("Age", "Range", "String", "Boolean"))
    return Time(loose=True) if loose else NEVER_TOLD


def period_of(period: object) -> Time:
    """The time of a Period; an end that is not told is left open."""
    ends = an_object(period)
    start, end = (a_text(ends.get(key)) for key in ("start", "end"))
    return Time(moment(start), moment(end), start[:LONGEST], loose=not (start or end))


def _at(text: str) -> Time:
    told = moment(text)
    return Time(told, told, text[:LONGEST], instant=True)


def _timing(timing: Json) -> Time:
    events = [event for event in timing.get("event", ()) if isinstance(event, str)]
    if len(events) == 1:
        return _at(events[0].strip())
    return Time(loose=True)

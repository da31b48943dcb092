"""The days on which a subject's anchors may lie, as ``facts.records`` places them."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from ucmsc_rules.values.dates import BEGINNING, FOREVER


@frozen
class At:
    """An anchor as SQL: the first and the last day on which it may lie."""

    first: str
    last: str


ANY_TIME = At(str(FOREVER), str(FOREVER))


def at(place: int) -> At:
    """The columns of the anchor with that number."""
    return At(f"a{place}_first", f"a{place}_last")


def given(place: int) -> str:
    """The column of an anchor's day where it is given, and counts."""
    return f"a{place}_given"


def up_to(place: int) -> At:
    """The anchor's day where it is given, else the end of time."""
    limit = f"coalesce({given(place)}, {FOREVER})"
    return At(limit, limit)


def columns(count: int) -> list[str]:
    """The columns of the table of anchors beside the subject."""
    return [name for place in range(count) for name in (given(place), at(place).first, at(place).last)]


def place(source: str, names: Sequence[str], keep: str) -> str:
    """The query of the spans: an anchor that lies before an earlier one counts as not given.

    ``source`` has a column ``d0``, ``d1``, ... with each anchor's day, or NULL; ``keep`` are columns to hand on.
    """
    inner, latest = source, str(BEGINNING)
    for number in range(len(names)):
        counts = f"CASE WHEN d{number} >= {latest} THEN d{number} END AS {given(number)}"
        inner = f"(SELECT *, {counts} FROM {inner})"
        latest = f"greatest({latest}, coalesce({given(number)}, {BEGINNING}))"
    spans = []
    for number in range(len(names)):
        before = ", ".join([*(given(earlier) for earlier in range(number + 1)), str(BEGINNING)])
        after = ", ".join([*(given(later) for later in range(number, len(names))), str(FOREVER)])
        first, last = f"greatest({before})", f"least({after})"
        spans.append(f"{given(number)}, {first} AS {at(number).first}, {last} AS {at(number).last}")
    return f"SELECT {keep}, {', '.join(spans)} FROM {inner}"

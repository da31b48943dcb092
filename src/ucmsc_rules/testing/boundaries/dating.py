"""Probes of when a result or an answer was: its age, its place in the row of results, and dates that say less."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from ucmsc_rules.testing.boundaries.realise import RawFact

Dated = tuple[list[RawFact], str]
_DAY = timedelta(days=1)


def result_ages(one: RawFact, other: RawFact, on: date, max_age: int) -> Iterator[Dated]:
    """Two results that answer differently, at every age that matters, alone and together."""
    oldest = on - timedelta(days=max_age)
    for day, words in (
        (on, "on the day of the anchor"), (on + _DAY, "the day after the anchor"), (oldest, "as old as it may be"),
        (oldest - _DAY, "a day too old"),
    ):  # fmt: skip
        for fact in (one, other):
            yield [{**fact, "when": str(day)}], f"a result {words}"
    middle = on - timedelta(days=max_age // 2)
    for text, words in ((f"{middle:%Y-%m}", "of some day of a month"), (f"{middle:%Y}", "of some day of a year")):
        yield [{**one, "when": text}], f"a result {words}"
    for fact in (one, other):
        yield [fact], "a result without a day"
        yield [{**fact, "when": "2026-02-30"}], "a result of a day that there is not"
    yield from _rows(one, other, on, middle)


def _rows(one: RawFact, other: RawFact, on: date, middle: date) -> Iterator[Dated]:
    early, late = {"when": str(middle)}, {"when": str(on)}
    for first, second in ((one, other), (other, one)):
        yield [{**first, **early}, {**second, **late}], "a later result supersedes an earlier one"
    yield [{**one, **late}, {**other, **late}], "two results of one day contradict each other"
    yield (
        [{**one, "when": f"{on}T08:00"}, {**other, "when": f"{on}T09:30"}],
        "of two results of one day with times, the later counts",
    )
    yield [{**one, **late}, {**other, **late, "status": "corrected"}], "a corrected result takes the other's place"
    yield [{**one, **late}, {**other, **late, "status": "entered-in-error"}], "a result entered in error does not count"
    yield [{**one, **early}, {**other, **late, "status": "preliminary"}], "a preliminary result does not count"
    yield [{**one, **early}, {**other, "when": f"{on:%Y-%m}"}], "a result of some day of the month may be the later"
    yield [{**one, **early}, {"value": "haemolysed", **late}], "an older result does not stand in for an unreadable one"
    yield [{**one, **early}, {**one, **early}], "the same result twice"


def answer_days(yes: RawFact, no: RawFact, on: date) -> Iterator[Dated]:
    """Answers before, on and after the anchor, alone and together."""
    early, late, after = (str(on - timedelta(days=20)), str(on - _DAY), str(on + _DAY))
    for fact in (yes, no):
        word = fact["value"]
        yield [{**fact, "when": str(on)}], f"{word} on the day of the anchor"
        yield [{**fact, "when": after}], f"{word} the day after the anchor"
        yield [{**fact, "when": early[:4]}], f"{word} on some day of the year"
        yield [fact], f"{word} without a day"
        yield [{**fact, "recorded": early}], f"{word} without a day, recorded before the anchor"
        yield [{**fact, "recorded": after}], f"{word} without a day, recorded after the anchor"
    for first, second in ((yes, no), (no, yes)):
        words = f"{first['value']}, then {second['value']}"
        yield [{**first, "when": early}, {**second, "when": late}], words
        yield [{**first, "when": early}, {**second, "when": after}], f"{words} after the anchor"
        yield [{**first, "when": early}, second], f"{words}, which has no day"
        yield [{**first, "when": after}, {**second, "when": after}], f"{words}, both after the anchor"
    yield [{**yes, "when": late}, {**no, "when": late}], "yes and no of one day"
    yield [{**yes, "when": late}, {**no, "when": late, "status": "cancelled"}], "a cancelled no beside a yes"

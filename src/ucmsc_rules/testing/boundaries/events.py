"""Probes of events: round the edges of their windows, at month ends and leap days, with ends, gaps and denials."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from ucmsc_rules.facts.concepts import Concept
from ucmsc_rules.rules.model import Comparison, Earliest, Ever, Longest, Nearest, Ruleset
from ucmsc_rules.testing.boundaries.days import ODD_DAYS, Days, before, beside, moved
from ucmsc_rules.testing.boundaries.realise import RawFact
from ucmsc_rules.values.dates import CalendarUnit

Happened = tuple[list[RawFact], str, Days]
_LONG = timedelta(days=400)
_DAY = timedelta(days=1)


def round_window(ruleset: Ruleset, comparison: Comparison, anchors: Days) -> Iterator[Happened]:
    """Events round the edges of a comparison's window, with the usual anchors and with odd ones."""
    anchor, edge = _edges(comparison, anchors)
    for facts, reason in _in_full(comparison, anchor, edge):
        yield facts, reason, anchors
    concept = ruleset.dictionary[comparison.measure.concept]
    for facts, reason in (
        *_in_part(anchor, edge), *_denied(ruleset, anchors), *_lasting(concept, anchor, edge),
        *_counted(ruleset, concept, anchor, edge),
    ):  # fmt: skip
        yield facts, reason, anchors
    name = _anchor_of(comparison)
    if isinstance(comparison.measure, Ever):
        yield from _without_limit(ruleset, comparison.measure.until, anchors)
        return
    for day in ODD_DAYS:
        days = moved(anchors, name, day)
        _, odd = _edges(comparison, days)
        for on, words in beside(odd):
            facts = _starting(comparison, on, day)
            yield facts, f"{_words(words, 'the edge of the window')}, counted from {day}", days
        yield [{"when": f"{odd:%Y-%m}"}], f"on some day of the month of the window's edge, counted from {day}", days
    if name != ruleset.settings.at:
        given = {each: day for each, day in anchors.items() if each != name}
        for on, words in beside(before(anchors[ruleset.settings.at], _length(comparison), _unit(comparison))):
            yield [{"when": str(on)}], f"{_words(words, 'the edge of the window')}, while {name} is not given", given


def _anchor_of(comparison: Comparison) -> str:
    match comparison.measure:
        case Nearest(_, _, anchor) | Earliest(_, _, anchor) | Longest(_, _, anchor):
            return anchor
        case Ever(_, until):
            return until
    message = f"not a measure of events: {comparison.measure!r}"
    raise TypeError(message)


def _length(comparison: Comparison) -> int:
    ahead = isinstance(comparison.measure, Nearest) and comparison.measure.ahead
    return -int(comparison.bound) if ahead else int(comparison.bound)


def _unit(comparison: Comparison) -> CalendarUnit:
    return (
        comparison.measure.unit if isinstance(comparison.measure, Nearest | Earliest | Longest) else CalendarUnit.DAYS
    )


def _edges(comparison: Comparison, anchors: Days) -> tuple[date, date]:
    """The anchor, and the day at the other end of the window."""
    anchor = anchors[_anchor_of(comparison)]
    if isinstance(comparison.measure, Ever):
        return anchor, anchor - _LONG
    return anchor, before(anchor, _length(comparison), _unit(comparison))


def _words(words: str, edge: str) -> str:
    return f"{words} {edge}" if words else f"on {edge}"


def _starting(comparison: Comparison, on: date, anchor: date) -> list[RawFact]:
    """An event on a day; one whose length matters starts there and lasts up to the anchor."""
    if isinstance(comparison.measure, Longest):
        return [{"when": str(on), "until": str(anchor)}]
    return [{"when": str(on)}]


def _in_full(comparison: Comparison, anchor: date, edge: date) -> Iterator[tuple[list[RawFact], str]]:
    for on, words in beside(edge):
        yield _starting(comparison, on, anchor), f"an event {_words(words, 'the edge of the window')}"
    for on, words in beside(anchor):
        yield [{"when": str(on)}], f"an event {_words(words, 'the anchor')}"


def _in_part(anchor: date, edge: date) -> Iterator[tuple[list[RawFact], str]]:
    middle = edge + (anchor - edge) / 2
    months = {f"{day:%Y-%m}": day for day in (edge - 31 * _DAY, edge, middle, anchor, anchor + 31 * _DAY)}
    for month in months:
        yield [{"when": month}], f"an event on some day of {month}"
    for year in sorted({edge.year - 1, edge.year, anchor.year}):
        yield [{"when": str(year)}], f"an event on some day of {year}"
    yield [{"when": f"UN-{middle:%b}-{middle:%Y}".upper()}], "an event on an unknown day of a month"
    yield [{"value": "yes"}], "an event on some day, which is not told"
    yield [{"value": "yes", "recorded": str(edge - _DAY)}], "an event without a day, recorded before the window"
    yield [{"value": "yes", "recorded": str(anchor + _DAY)}], "an event without a day, recorded after the anchor"
    yield [{"when": "2026-02-30"}], "an event of a day that there is not"
    yield [{"value": "perhaps"}], "an event that cannot be read"


def _lasting(concept: Concept, anchor: date, edge: date) -> Iterator[tuple[list[RawFact], str]]:
    first, last = min(anchor, edge), max(anchor, edge)
    if not concept.planned:
        begun = str(first - _LONG)
        for on, words in beside(first):
            yield [{"when": begun, "until": str(on)}], f"an event that ended {_words(words, 'the first day in')}"
            yield [{"when": str(on), "until": str(last)}], f"an event that began {_words(words, 'the first day in')}"
        yield [{"when": begun, "until": f"{first:%Y-%m}"}], "an event that ended on some day of a month"
        yield [{"when": begun, "until": "ongoing"}], "an event that went on"
        for on, words in beside(first):
            yield (
                [{"when": begun, "until": "ongoing", "recorded": str(on)}],
                f"an event that still went on when it was recorded, {_words(words, 'the first day in')}",
            )
        yield [{"when": str(last), "until": begun}], "an event that ends before it begins"
    old, new = {"when": str(first - _LONG)}, {"when": str(first + (last - first) / 2)}
    yield [old], "an event long before"
    yield [old, new], "one event outside the window and one inside"
    yield [{**old, "complete": False}], "an event long before, in a list that is not complete"
    yield [{**new, "status": "entered-in-error"}, {"value": "none"}], "an event entered in error, and none besides"
    yield [{**new, "status": "guessed"}], "an event whose status cannot be read"


def _denied(ruleset: Ruleset, anchors: Days) -> Iterator[tuple[list[RawFact], str]]:
    at = anchors[ruleset.settings.at]
    oldest = at - timedelta(days=ruleset.settings.none_not_older_than)
    yield [], "nothing is recorded"
    yield [{"value": "none"}], "it is affirmed that there was none"
    yield [{"value": "none", "when": str(oldest)}], "affirmed as long ago as counts"
    yield [{"value": "none", "when": str(oldest - _DAY)}], "affirmed a day too long ago"
    yield [{"value": "none", "recorded": str(oldest - _DAY)}], "affirmed on a form that is a day too old"
    yield [{"value": "none"}, {"when": str(at - _DAY)}], "an event beats an affirmed none"
    yield [{"value": "none", "complete": False}], "an affirmed none in a list that is not complete"


def _counted(ruleset: Ruleset, concept: Concept, anchor: date, edge: date) -> Iterator[tuple[list[RawFact], str]]:
    """Results that count as the event, and those that may count, beside an affirmed none."""
    for counting in ruleset.counts_as:
        levels, least = ruleset.dictionary[counting.result].levels, int(counting.bound)
        if counting.event != concept.name or levels is None or not levels.numbers or least <= levels.least:
            continue
        for on, words in ((anchor - _DAY, "the day before the anchor"), (min(anchor, edge) - _LONG, "long before")):
            for level, what in ((str(least), "counts"), (f"{least - 1}-{least}", "may count")):
                result = {"concept": counting.result, "value": level, "when": str(on)}
                yield [{"value": "none"}, result], f"an affirmed none, and a result {words} that {what} as one"


def _without_limit(ruleset: Ruleset, until: str, anchors: Days) -> Iterator[Happened]:
    if until == ruleset.settings.at:
        return
    given = {name: day for name, day in anchors.items() if name != until}
    for on, words in beside(anchors[until]):
        yield [{"when": str(on)}], f"an event {_words(words, until)}, the date of which is not given", given

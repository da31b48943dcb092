"""Facts that make a comparison true or false, plainly: what stands around the one that a record is about."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from ucmsc_rules.facts.concepts import Concept
from ucmsc_rules.rules.model import (
    Age,
    Answer,
    Comparison,
    Earliest,
    Given,
    Longest,
    Nearest,
    Op,
    RecordedAs,
    Result,
    Ruleset,
    Trait,
    UlnRatio,
)
from ucmsc_rules.rules.phrases import words_of
from ucmsc_rules.testing.boundaries.days import Days, before
from ucmsc_rules.values.dates import CalendarUnit
from ucmsc_rules.values.interval import plain

RawFact = dict[str, Any]
LIMIT = Decimal(100)  # an upper limit of normal that makes ratios easy to read
_FAR = timedelta(days=60)


def satisfies(op: Op, value: Decimal, bound: Decimal) -> bool:
    """Whether a number satisfies a comparison."""
    match op:
        case Op.LE:
            return value <= bound
        case Op.LT:
            return value < bound
        case Op.GE:
            return value >= bound
        case Op.GT:
            return value > bound
        case Op.IS:
            return value == bound


def realise(  # noqa: PLR0911 - a kind of measure on each way out
    ruleset: Ruleset, comparison: Comparison, anchors: Days, *, truth: bool
) -> list[RawFact] | None:
    """Plain facts under which a comparison is true, or false; None where there are none."""
    concept = ruleset.dictionary[comparison.measure.concept]
    at = anchors[ruleset.settings.at]
    match comparison.measure:
        case Age(name, anchor):
            years = _number(comparison, _ages(comparison.bound), truth=truth)
            return None if years is None else [{"concept": name, "value": str(_born(anchors[anchor], int(years)))}]
        case Trait(name):
            word = _word(concept, comparison, truth=truth)
            return None if word is None else [{"concept": name, "value": word}]
        case Answer(name, anchor) | Given(name, anchor):
            yes = truth if comparison.bound == 1 else not truth
            return [{"concept": name, "value": "yes" if yes else "no", "when": str(anchors[anchor])}]
        case RecordedAs(name, level):
            words = {known: word for word, known in words_of(concept).items()}
            told = words.get(level) if truth else next((word for known, word in words.items() if known != level), None)
            return None if told is None else [{"concept": name, "value": told, "when": str(at)}]
        case Result(name, _, anchor):
            value = result_value(concept, comparison, truth=truth)
            return None if value is None else [{"concept": name, "value": value, "when": str(anchors[anchor])}]
        case UlnRatio(name, anchor):
            return _ratio(concept, comparison, anchors[anchor], truth=truth)
    if not truth:
        return [{"concept": concept.name, "value": "none"}]
    return [{"concept": concept.name, **_happening(comparison, anchors, at)}]


def result_value(concept: Concept, comparison: Comparison, *, truth: bool) -> str | None:
    """A plain result that satisfies a comparison, or does not."""
    if concept.levels is not None or words_of(concept):
        return _word(concept, comparison, truth=truth)
    number = _number(comparison, [comparison.bound / 2, comparison.bound * 2, comparison.bound + 10], truth=truth)
    unit = getattr(comparison.measure, "unit", "")
    return None if number is None else amount(number, unit)


def amount(number: Decimal, unit: str) -> str:
    """A number with its unit, as a laboratory writes it."""
    return plain(number) if unit in ("", "1") else f"{plain(number)} {unit}"


def level_texts(concept: Concept) -> Iterator[tuple[int, str]]:
    """Every level or word of a concept, as a fact would say it."""
    words = {level: word for word, level in words_of(concept).items()}
    if concept.levels is None:
        yield from words.items()
        return
    for level in range(concept.levels.least, concept.levels.greatest + 1):
        yield level, words.get(level, str(level))


def _word(concept: Concept, comparison: Comparison, *, truth: bool) -> str | None:
    fitting = (
        text
        for level, text in level_texts(concept)
        if satisfies(comparison.op, Decimal(level), comparison.bound) is truth
    )
    return next(fitting, None)


def _number(comparison: Comparison, tried: list[Decimal], *, truth: bool) -> Decimal | None:
    return next((value for value in tried if satisfies(comparison.op, value, comparison.bound) is truth), None)


def _ages(bound: Decimal) -> list[Decimal]:
    return [bound + 10, max(bound - 10, Decimal(1))]


def _born(on: date, years: int) -> date:
    return before(on, 12 * years + 6, CalendarUnit.MONTHS)


def _ratio(concept: Concept, comparison: Comparison, on: date, *, truth: bool) -> list[RawFact] | None:
    unit = next(iter(concept.units))
    times = _number(comparison, [comparison.bound / 2, comparison.bound * 2], truth=truth)
    if times is None:
        return None
    limit = amount(LIMIT, unit)
    return [{"concept": concept.name, "value": amount(times * LIMIT, unit), "uln": limit, "when": str(on)}]


def _happening(comparison: Comparison, anchors: Days, at: date) -> RawFact:
    """An event that fulfils a condition of time, well inside it."""
    match comparison.measure:
        case Nearest(_, unit, anchor, ahead):
            half = int(comparison.bound) // 2
            return {"when": str(before(anchors[anchor], -half if ahead else half, unit))}
        case Earliest(_, unit, anchor):
            return {"when": str(before(anchors[anchor], int(comparison.bound), unit) - _FAR)}
        case Longest(_, unit, anchor):
            begun = before(anchors[anchor], int(comparison.bound), unit) - _FAR
            return {"when": str(begun), "until": str(anchors[anchor])}
    return {"when": str(before(at, 1, CalendarUnit.MONTHS))}

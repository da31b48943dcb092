"""Changes to expressions, one at a time: what a person mistypes, forgets or mixes up."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from attrs import evolve, frozen

from ucmsc_rules.facts.concepts import Concept, Kind
from ucmsc_rules.rules.model import (
    Age,
    And,
    Answer,
    Comparison,
    Earliest,
    Expression,
    Given,
    Longest,
    Measure,
    Nearest,
    Not,
    Op,
    Or,
    RecordedAs,
    Result,
    Ruleset,
    Trait,
    UlnRatio,
)
from ucmsc_rules.rules.phrases import phrase, unparse, words_of
from ucmsc_rules.values.dates import CalendarUnit
from ucmsc_rules.values.units import connected, factor

_STRICTNESS = {Op.LE: Op.LT, Op.LT: Op.LE, Op.GE: Op.GT, Op.GT: Op.GE}
_TURNED = {Op.LE: Op.GE, Op.LT: Op.GT, Op.GE: Op.LE, Op.GT: Op.LT}
_RATIO_STEPS = (Decimal("0.1"), Decimal(1))
_NEAR = {  # what people take for the same length
    CalendarUnit.MONTHS: ((CalendarUnit.WEEKS, 4), (CalendarUnit.DAYS, 30)),
    CalendarUnit.WEEKS: (),
    CalendarUnit.DAYS: (),
}
_WEEKS_IN_MONTH = 4

Timed = Nearest | Earliest | Longest


@frozen
class Change:
    """One change of an expression: of what kind, the part before and after, and the whole that comes of it."""

    kind: str
    before: str
    after: str
    expression: Expression


def changes(expression: Expression, ruleset: Ruleset) -> Iterator[Change]:
    """Every single change of an expression."""

    def text(part: Expression) -> str:
        return unparse(part, ruleset.dictionary, ruleset.settings)

    def change(kind: str, after: Expression) -> Change:
        return Change(kind, text(expression), text(after), after)

    match expression:
        case Comparison():
            for kind, after in _of_comparison(expression, ruleset):
                yield change(kind, after)
            yield change("not", Not(expression))
        case Not(of):
            yield change("not", of)
            for each in changes(of, ruleset):
                yield evolve(each, expression=Not(each.expression))
        case And(parts) | Or(parts):
            whole_of = type(expression)
            yield change("and/or", Or(parts) if whole_of is And else And(parts))
            yield change("not", Not(expression))
            for place in range(len(parts)):
                rest = parts[:place] + parts[place + 1 :]
                yield change("part dropped", rest[0] if len(rest) == 1 else whole_of(rest))
                for each in changes(parts[place], ruleset):
                    whole = whole_of((*parts[:place], each.expression, *parts[place + 1 :]))
                    yield evolve(each, expression=whole)


def _of_comparison(comparison: Comparison, ruleset: Ruleset) -> Iterator[tuple[str, Comparison]]:
    """Other comparisons, as far as the language can write them."""
    seen = {comparison}
    for kind, measure, op, bound in _meanings(comparison, ruleset):
        try:
            text = phrase(measure, op, bound, ruleset.dictionary, ruleset.settings)
        except ValueError:  # a level that has no word cannot be written
            continue
        found = Comparison(measure, op, bound, text)
        if found not in seen:
            seen.add(found)
            yield kind, found


Meaning = tuple[str, Measure, Op, Decimal]


def _meanings(comparison: Comparison, ruleset: Ruleset) -> Iterator[Meaning]:
    measure, op, bound = comparison.measure, comparison.op, comparison.bound
    concept = ruleset.dictionary[measure.concept]
    for kind, other in _elsewhere(measure, ruleset.anchors):
        yield kind, other, op, bound
    match measure:
        case Nearest() | Earliest() | Longest():
            yield from _times(measure, op, bound)
        case Result() | UlnRatio() | Age() if op is not Op.IS:
            yield "strictness", measure, _STRICTNESS[op], bound
            yield "comparison", measure, _TURNED[op], bound
            for step in _steps(measure, concept):
                yield from (
                    ("threshold", measure, op, bound + by) for by in (step, -step) if _exists(concept, bound + by)
                )
            yield from _units(measure, op, bound, concept)
        case Answer() | Trait() | Result():
            yield from (("word", measure, op, Decimal(level)) for level in words_of(concept).values())
        case RecordedAs(name, level):
            yield from (
                ("word", RecordedAs(name, other), op, bound) for other in words_of(concept).values() if other != level
            )


def _steps(measure: Measure, concept: Concept) -> tuple[Decimal, ...]:
    if isinstance(measure, UlnRatio):
        return _RATIO_STEPS
    if isinstance(measure, Result) and concept.kind is Kind.QUANTITY:
        return (concept.units[measure.unit].quantum,)
    return (Decimal(1),)


def _exists(concept: Concept, bound: Decimal) -> bool:
    if concept.levels is None:
        return bound > 0
    return concept.levels.least <= bound <= concept.levels.greatest


def _units(measure: Measure, op: Op, bound: Decimal, concept: Concept) -> Iterator[Meaning]:
    match measure:
        case Result(name, unit, at, max_age):
            for other in concept.units:
                if other != unit and not _same(concept, unit, other):
                    yield "unit", Result(name, other, at, max_age), op, bound
        case UlnRatio(name, at, max_age):
            for other in concept.units:
                yield "limit of normal dropped", Result(name, other, at, max_age), op, bound


def _same(concept: Concept, unit: str, other: str) -> bool:
    """Whether two units are one by definition, as 10*9/L and 10*3/uL are."""
    return connected(concept.unit_rules, unit) and not concept.lines and factor(concept.unit_rules, unit, other) == 1


def _elsewhere(measure: Measure, anchors: tuple[str, ...]) -> Iterator[tuple[str, Measure]]:
    """The same measure at another anchor, or with another greatest age."""
    for anchor in anchors:
        match measure:
            case Result() | UlnRatio() | Age() | Answer():
                yield "anchor", evolve(measure, at=anchor)
            case Nearest() | Earliest() | Longest():
                yield "anchor", evolve(measure, anchor=anchor)
            case Given():
                yield "anchor", evolve(measure, by=anchor)
    if isinstance(measure, Result | UlnRatio):
        for step in (1, -1):
            if measure.max_age + step >= 0:
                yield "greatest age", evolve(measure, max_age=measure.max_age + step)


def _times(measure: Timed, op: Op, bound: Decimal) -> Iterator[Meaning]:
    """Other lengths and units of time, the other side of the anchor, and "within" for "more than"."""
    for step in (1, -1):
        if bound + step >= 0:
            yield "window length", measure, op, bound + step
    for unit in CalendarUnit:
        yield "window unit", evolve(measure, unit=unit), op, bound
    for unit, times in _NEAR[measure.unit]:
        yield "window unit", evolve(measure, unit=unit), op, bound * times
    if measure.unit is CalendarUnit.WEEKS and bound % _WEEKS_IN_MONTH == 0 and bound:
        yield "window unit", evolve(measure, unit=CalendarUnit.MONTHS), op, bound / _WEEKS_IN_MONTH
    match measure:
        case Nearest(name, unit, anchor, ahead):
            yield "side of the anchor", evolve(measure, ahead=not ahead), op, bound
            if not ahead:
                yield "within or before", Earliest(name, unit, anchor), Op.GT, bound
        case Earliest(name, unit, anchor):
            yield "within or before", Nearest(name, unit, anchor), Op.LE, bound

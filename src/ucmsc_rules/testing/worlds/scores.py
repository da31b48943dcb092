"""Scores at an anchor: over all that their parts may be, and held against a score that was reported."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import ROUND_FLOOR, Context, Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import product

from attrs import frozen

from ucmsc_rules.facts.concepts import Band, Concept, Dictionary, Input, Kind, Part, Step
from ucmsc_rules.rules.formulas import Binary, FormulaNode, Ln, Name, Negative, parse_formula
from ucmsc_rules.testing.worlds.amounts import Span, contains, in_table, read_amount, table_of
from ucmsc_rules.testing.worlds.facts import Answers, Fact, told_of
from ucmsc_rules.testing.worlds.latest import later, result_days

_EXACT = Context(prec=40)
_FAR = Decimal(10) ** 9  # stands for an input that has no upper end; every formula's clamp is far below
_LEAST = Decimal(10) ** -9


@frozen
class Asked:
    """How a score's parts are looked up: those that count, those that perhaps do, and answers to yes/no concepts."""

    dictionary: Dictionary
    results: Callable[[str], list[Fact]]
    candidates: Callable[[str], list[Fact]]
    yes: Callable[[str], Answers]
    amount: Callable[[Fact, str, str], Span]
    window: tuple[date, date]


def values_of(concept: Concept, asked: Asked) -> frozenset[Decimal]:
    """All that the score may be.

    A reported score that a part could be newer than leaves the parts alone; one that contradicts them leaves
    everything from one to the other.
    """
    names = [part.concept for part in concept.parts] or [each.concept for each in concept.inputs]
    reckoned = _from_parts(concept, asked) if concept.parts else _from_formula(concept, asked)
    reported = asked.results(concept.name)
    parts = [fact for name in names for fact in asked.candidates(name)]
    known: frozenset[Decimal] = frozenset() if reported else reckoned
    for score in reported:
        outdated = any(_could_be_newer(part, score, asked.window) for part in parts)
        known |= reckoned if outdated else _with_score(reckoned, frozenset(map(Decimal, told_of(score, concept))))
    return known


def _with_score(reckoned: frozenset[Decimal], reported: frozenset[Decimal]) -> frozenset[Decimal]:
    common = reckoned & reported
    return common or _all_between(reckoned | reported)


def _all_between(values: Iterable[Decimal]) -> frozenset[Decimal]:
    found = sorted(values)
    return frozenset(map(Decimal, range(int(found[0]), int(found[-1]) + 1))) | frozenset(found)


def _could_be_newer(part: Fact, score: Fact, window: tuple[date, date]) -> bool:
    """Whether a counting part may be of a later day (or time of day) than the reported score; of one day they tie."""
    newest, oldest = (days.within(*window) or days for days in map(result_days, (part, score)))
    return later((newest.last, newest.time), (oldest.first, oldest.time))


# by points


def _from_parts(concept: Concept, asked: Asked) -> frozenset[Decimal]:
    points = [_part(part, asked) for part in concept.parts]
    return _all_between([Decimal(sum(map(min, points))), Decimal(sum(map(max, points)))])


def _part(part: Part, asked: Asked) -> set[int]:
    """The points of every result that could be the latest; all of them for a part that is missing."""
    found: set[int] = set()
    for fact in asked.results(part.concept):
        found |= _points(fact, part, asked.dictionary[part.concept])
    return found or {band.points for bands in part.tables.values() for band in bands}


def _points(fact: Fact, part: Part, concept: Concept) -> set[int]:
    every = {band.points for bands in part.tables.values() for band in bands}
    if concept.kind is not Kind.QUANTITY:
        return _in_bands(part.tables[""], map(Fraction, told_of(fact, concept)))
    reported = read_amount(fact.value, fact.raw.get("unit"), concept) if fact.readable else None
    if reported is None:
        return every
    table = table_of(reported.unit, part.tables)
    span: Span | None = reported.span
    if table is None:
        table = part.convert_to
        span = in_table(reported, table, concept, Fraction(part.quantum or concept.units[table].quantum))
    if span is None:
        return every
    bands = part.tables[table]
    cuts = [Fraction(end) for band in bands for end in (band.values.lo, band.values.hi) if end.is_finite()]
    return _in_bands(bands, span.points(cuts))


def _in_bands(bands: Iterable[Band], points: Iterable[Fraction]) -> set[int]:
    numbers = list(points)
    return {
        band.points
        for band in bands
        for number in numbers
        if contains(band.values.lo, band.values.hi, band.values.lo_open, band.values.hi_open, number)
    }


# by a formula


def _from_formula(concept: Concept, asked: Asked) -> frozenset[Decimal]:
    """Every whole score from the least to the greatest of those that the inputs' ends and middles give."""
    inputs = {each.concept: _input(each, asked) for each in concept.inputs}
    worlds = (dict(zip(inputs, values, strict=True)) for values in product(*inputs.values()))
    return _all_between(_run(concept.steps, world) for world in worlds)


def _input(each: Input, asked: Asked) -> list[Decimal]:
    spans = [asked.amount(fact, each.concept, each.unit or "1") for fact in asked.results(each.concept)]
    numbers = {number for span in spans or [Span(Fraction(0), float("inf"))] for number in _tried(span)}
    kept = {_clamped(number, each.at_least, each.at_most) for number in numbers}
    if each.replaced_when is not None and each.replaced_by is not None:
        answers = asked.yes(each.replaced_when)
        kept = (kept if False in answers else set()) | ({each.replaced_by} if True in answers else set())
    return sorted(kept)


def _tried(span: Span) -> list[Decimal]:
    low = Decimal(0) if span.low == float("-inf") else _decimal(Fraction(span.low))
    high = _FAR if span.high == float("inf") else _decimal(Fraction(span.high))
    return [low, (low + high) / 2, high]


def _decimal(number: Fraction) -> Decimal:
    return _EXACT.divide(Decimal(number.numerator), Decimal(number.denominator))


def _clamped(number: Decimal, least: Decimal | None, most: Decimal | None) -> Decimal:
    number = number if least is None else max(number, least)
    return number if most is None else min(number, most)


def _run(steps: Iterable[Step], inputs: Mapping[str, Decimal]) -> Decimal:
    known, value = dict(inputs), Decimal(0)
    for step in steps:
        if step.only_above is not None and known[step.only_above[0]] <= step.only_above[1]:
            value = known[step.only_above[0]]
        else:
            value = _evaluate(parse_formula(step.formula, tuple(known)), known)
            if step.round_to is not None:
                halves = _EXACT.divide(value, step.round_to) + Decimal("0.5")
                value = halves.to_integral_value(ROUND_FLOOR) * step.round_to
            value = _clamped(value, step.at_least, step.at_most)
        known[step.name] = value
    return value


@lru_cache(maxsize=4096)
def _ln(number: Decimal) -> Decimal:
    return _EXACT.ln(number)


def _evaluate(formula: FormulaNode, known: Mapping[str, Decimal]) -> Decimal:
    match formula:
        case Name(name):
            return known[name]
        case Negative(of):
            return -_evaluate(of, known)
        case Ln(of):
            return _ln(max(_evaluate(of, known), _LEAST))
        case Binary(op, left, right):
            one, other = _evaluate(left, known), _evaluate(right, known)
            operations = {"+": _EXACT.add, "-": _EXACT.subtract, "*": _EXACT.multiply, "/": _EXACT.divide}
            return operations[op](one, other)
        case number:
            return number.value

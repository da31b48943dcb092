"""Probes of quantities: at the bound and one reporting step beside it, in every unit, exact and censored."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from math import floor

from ucmsc_rules.facts.concepts import Concept
from ucmsc_rules.rules.model import Comparison, Result
from ucmsc_rules.testing.boundaries.realise import LIMIT, RawFact, amount
from ucmsc_rules.values.interval import point
from ucmsc_rules.values.units import LOG, exactly

Told = tuple[RawFact, str]
COMPARATORS = ("<", "<=", ">", ">=")
COPIES_PER_IU = Decimal("5.82")
_FINER = Decimal("0.1")
_DIGITS = 6


def at_bound(concept: Concept, comparison: Comparison) -> Iterator[Told]:
    """Results in the rule's own unit, then in the others, at its bound and beside it."""
    unit = comparison.measure.unit if isinstance(comparison.measure, Result) else ""
    bound, step = comparison.bound, concept.units[unit].quantum
    for number, words in steps(bound, step):
        yield {"value": amount(number, unit)}, f"{amount(number, unit)} is {words} {amount(bound, unit)}"
    yield from _written_apart(bound, unit)
    for number in (bound - step, bound, bound + step):
        yield from censored(number, unit)
    for other in concept.units:
        if other != unit:
            yield from _converted(concept, bound, unit, other)
    if "[IU]" in unit and bound > 0:
        yield from _biological(bound, step, unit)
    yield {"value": "haemolysed"}, "a result that cannot be read"


def steps(bound: Decimal, step: Decimal) -> Iterator[tuple[Decimal, str]]:
    """The bound, and what lies a reporting step or a tenth of one beside it."""
    yield bound, "at the bound"
    yield bound + step, "one reporting step above"
    yield bound + step * _FINER, "a tenth of a reporting step above"
    if bound > step:
        yield bound - step, "one reporting step below"
        yield bound - step * _FINER, "a tenth of a reporting step below"


def censored(number: Decimal, unit: str) -> Iterator[Told]:
    """The same number behind each comparator; none is below zero."""
    if number <= 0:
        return
    for comparator in COMPARATORS:
        text = f"{comparator}{amount(number, unit)}"
        yield {"value": text}, f"{text} is censored beside the bound"


def _written_apart(bound: Decimal, unit: str) -> Iterator[Told]:
    whole = int(bound) if bound == bound.to_integral_value() else float(bound)
    if unit not in ("", "1"):
        yield {"value": whole, "unit": unit}, "the bound as a number with its unit beside it"
        yield {"value": whole}, "a number without its unit"
    else:
        yield {"value": whole}, "the bound as a number"


def _converted(concept: Concept, bound: Decimal, unit: str, other: str) -> Iterator[Told]:
    """In another unit: the reports next to the bound, and those next to where a conversion rounds onto it."""
    step, quantum = concept.units[other].quantum, concept.units[unit].quantum
    centre = _in(concept, bound, unit, other)
    for number in (floor(centre / Fraction(step)) + n for n in (-1, 0, 1, 2)):
        report = step * number
        yield {"value": amount(report, other)}, f"{amount(report, other)} is a report next to {amount(bound, unit)}"
        if number in (floor(centre / Fraction(step)), floor(centre / Fraction(step)) + 1):
            yield from censored(report, other)
    for turn, words in ((bound - quantum / 2, "up to"), (bound + quantum / 2, "beyond")):
        centre, fine = _in(concept, turn, unit, other), step * _FINER * _FINER
        for report in (fine * floor(centre / Fraction(fine)), fine * (floor(centre / Fraction(fine)) + 1)):
            yield (
                {"value": amount(report, other)},
                f"{amount(report, other)} is next to where rounding takes it {words} {amount(bound, unit)}",
            )


def _in(concept: Concept, number: Decimal, unit: str, other: str) -> Fraction:
    found = exactly(concept.unit_rules, point(number), unit, other)
    return (Fraction(found.lo) + Fraction(found.hi)) / 2


def _biological(bound: Decimal, step: Decimal, unit: str) -> Iterator[Told]:
    """International units as logarithms and copies, and below the limit of quantification."""
    near = bound.log10().quantize(Decimal("0.0001"))
    for exponent in (near - Decimal("0.0002"), near, near + Decimal("0.0002"), near + Decimal("0.01")):
        text = amount(exponent, LOG + unit)
        yield {"value": text}, f"{text} is a logarithm beside the bound"
    yield {"value": f"<{amount(near, LOG + unit)}"}, "a logarithm below the bound's"
    copies = unit.replace("[IU]", "copies")
    for number in (bound - step, bound, bound + step):
        told = amount((number * COPIES_PER_IU).quantize(Decimal(1)), copies)
        yield {"value": told, "copies_per_iu": float(COPIES_PER_IU)}, f"{told} with the assay's own factor"
    yield {"value": amount(bound / 2, copies)}, "copies without the assay's factor"
    for limit in (bound, bound + step):
        told = amount(limit, unit)
        yield {"value": "target not detected", "lloq": told}, f"not detected, with {told} as limit of quantification"
    yield {"value": "target not detected"}, "not detected, with no limit of quantification"


def at_limit(concept: Concept, comparison: Comparison) -> Iterator[Told]:
    """Results as a multiple of their own upper limit of normal, in one unit and in two."""
    units = list(concept.units)
    for unit in units:
        step, limit = concept.units[unit].quantum, LIMIT * concept.units[unit].quantum
        for number, words in steps(comparison.bound * limit, step):
            told = {"value": amount(number, unit), "uln": amount(limit, unit)}
            yield told, f"{told['value']} is {words} {comparison.bound} times {told['uln']}"
        for comparator in COMPARATORS:
            text = f"{comparator}{amount(comparison.bound * limit, unit)}"
            yield {"value": text, "uln": amount(limit, unit)}, f"{text} is censored at the bound"
        for other in units:
            if other != unit:
                yield from _limit_elsewhere(concept, comparison, unit, other)
    unit = units[0]
    limit = LIMIT * concept.units[unit].quantum
    high = amount(comparison.bound * limit * 2, unit)
    yield {"value": high}, "a result without its upper limit of normal"
    yield {"value": high, "uln": "about 100"}, "an upper limit of normal that cannot be read"
    yield {"value": high, "uln": f"<{amount(limit, unit)}"}, "an upper limit of normal with a comparator"
    yield {"value": "haemolysed", "uln": amount(limit, unit)}, "a result that cannot be read"


def _limit_elsewhere(concept: Concept, comparison: Comparison, unit: str, other: str) -> Iterator[Told]:
    limit = LIMIT * concept.units[other].quantum
    centre = _in(concept, limit * comparison.bound, other, unit)
    step = concept.units[unit].quantum
    for number in (floor(centre / Fraction(step)), floor(centre / Fraction(step)) + 1):
        told = {"value": amount(step * number, unit), "uln": amount(limit, other)}
        yield told, f"{told['value']} beside {comparison.bound} times a limit in another unit, {told['uln']}"

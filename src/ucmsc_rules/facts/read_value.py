"""Reads an entry's value, its unit, and the limits that belong to it."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from ucmsc_rules.errors import ValueTextError
from ucmsc_rules.facts.concepts import Concept, Kind
from ucmsc_rules.facts.entry import GREATEST_WHOLE, LONGEST_TEXT, Entry, kind_of
from ucmsc_rules.facts.fact import NO, YES, Problem
from ucmsc_rules.facts.words import read_level, read_word
from ucmsc_rules.values.dates import parse_date, shown
from ucmsc_rules.values.interval import INF, Interval
from ucmsc_rules.values.quantity import Quantity, below, is_not_detected, read_limit, read_number, read_quantity


def read_value(entry: Entry, *, dated: bool) -> Quantity | None:
    """What the entry says, and in which unit; None where that cannot be read. A dated event needs no value."""
    raw, concept = entry.raw, entry.concept
    if "value" not in raw:
        if concept.kind is Kind.EVENT and dated:
            return Quantity(YES, "")
        if concept.kind is not Kind.EVENT or "when" not in raw:
            what = 'a "when", or "value": "yes" or "none"' if concept.kind is Kind.EVENT else 'a "value"'
            entry.problems.append(Problem("error", entry.path, f"{concept.name} needs {what}"))
        return None
    lloq = entry.attempt("lloq", read_limit_of, concept) if "lloq" in raw else None
    quantity = entry.attempt("value", _read, entry, lloq)
    if lloq is None and "lloq" in raw:
        return None
    if concept.kind is Kind.EVENT and quantity is not None and quantity.value == NO and "until" in raw:
        entry.complain("until", '"none" has no end; leave the key out, and give the day it was asked as "recorded"')
        return None
    return quantity


def _read(value: object, entry: Entry, lloq: Quantity | None) -> Quantity:
    concept = entry.concept
    text = value if type(value) is str and len(value) <= LONGEST_TEXT else _text_of(concept, value)
    if concept.kind is not Kind.QUANTITY:
        _refuse_unit(entry)
    elif not is_not_detected(text):
        return read_quantity(concept.unit_rules, text, _unit(entry))
    elif lloq is not None:
        return below(lloq)
    return read_alone(text, concept)


def read_alone(text: str, concept: Concept) -> Quantity:
    """A value without a unit or a limit beside it."""
    if concept.kind is Kind.QUANTITY:
        if is_not_detected(text):
            return Quantity(Interval(Decimal(0), INF), next(iter(concept.units)))
        return read_quantity(concept.unit_rules, text)
    if concept.levels is not None:
        return Quantity(read_level(concept, text), "")
    if concept.kind is Kind.BIRTH_DATE:
        days = parse_date(text.strip())
        return Quantity(Interval(Decimal(days.first), Decimal(days.last)), "")
    return Quantity(read_word(concept, text), "")


def _text_of(concept: Concept, value: object) -> str:
    """A value as text; booleans serve where yes and no do."""
    if isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            raise ValueTextError(f"{shown(value)} is too long for a value; write at most {LONGEST_TEXT} characters")
        return value
    if isinstance(value, bool):
        if concept.kind is Kind.YES_NO or (concept.kind is Kind.EVENT and value):
            return "yes" if value else "no"
        raise ValueTextError(f"true and false are no values of {concept.name}")
    if isinstance(value, int | float | Decimal) and concept.kind not in {Kind.YES_NO, Kind.EVENT, Kind.CATEGORY}:
        return _numeral(value)
    raise ValueTextError(f"{kind_of(value)} is no value of {concept.name}; write a text")


def _numeral(value: float | Decimal) -> str:
    if isinstance(value, int) and abs(value) > GREATEST_WHOLE:
        raise ValueTextError("a number of more than 40 digits is beyond any quantity that is measured")
    return str(value)


def _unit(entry: Entry) -> str | None:
    unit = entry.raw.get("unit")
    if unit is None and "unit" not in entry.raw:
        return None
    if not isinstance(unit, str):
        raise ValueTextError(f"a unit is a text, not {kind_of(unit)}")
    return unit


def _refuse_unit(entry: Entry) -> None:
    unit = _unit(entry)
    if unit is not None and unit.strip() not in {"", "1"}:
        raise ValueTextError(f"{entry.concept.name} has no unit, so {shown(unit)} cannot belong to it; leave it out")


def read_limit_of(raw: object, concept: Concept) -> Quantity:
    """A limit that belongs to the result, with a unit of its own where the concept has units."""
    if concept.kind is not Kind.QUANTITY:
        raise ValueTextError(f"{concept.name} has no such limit; leave it out")
    if isinstance(raw, str):
        return read_limit(concept.unit_rules, raw)
    if isinstance(raw, int | float | Decimal) and not isinstance(raw, bool):
        return read_limit(concept.unit_rules, _numeral(raw))
    raise ValueTextError(f'a limit is a text with its unit, not {kind_of(raw)}; write it as "104 umol/L"')


def read_factor(raw: object) -> Fraction:
    """How many copies an assay counts for one international unit."""
    if isinstance(raw, bool) or not isinstance(raw, str | int | float | Decimal):
        raise ValueTextError(f"a factor is a number, not {kind_of(raw)}; write it as 5.82")
    number = read_number(raw if isinstance(raw, str) else _numeral(raw))
    if number <= 0:
        raise ValueTextError("the copies in one IU are more than zero; check the factor")
    return Fraction(number)

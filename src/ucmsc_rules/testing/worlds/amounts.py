"""Amounts: what a written quantity may be, as a span of exact fractions, and in another unit.

Units are told to pint, in Decimal, in words of its own. Of the library it takes the table of spellings, as data: which
text stands for which UCUM code.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Iterable
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction
from functools import cache, lru_cache

import pint
from attrs import frozen

from ucmsc_rules.facts.concepts import Concept
from ucmsc_rules.values.vocabulary import FAMILIES

Number = Fraction | float
_TEXT = re.compile(r"(<=|>=|<|>|≤|≥)?\s*(-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?)\s*(.*)", re.ASCII | re.DOTALL)
_NOT_DETECTED = {"target not detected", "not detected"}
_LOG = "log10 "
_PRECISE = Context(prec=60)
_MOST = Fraction(30)  # no result of a laboratory comes near ten to this power
_UNITS = """
kilo- = 1e3 = k-
deci- = 1e-1 = d-
milli- = 1e-3 = m-
micro- = 1e-6 = u-
nano- = 1e-9 = n-
pico- = 1e-12 = p-
gram = [mass] = g
mole = [substance] = mol
litre = [volume] = L
second = [time] = s
IU = [international]
copies = [genome]
cells = [cell]
U = [enzyme]
kat = 6e7 * U
eq = [charge]
percent = [hundredth]
Pa = [pressure]
mmHg = 133.322 * Pa
lb = 453.59237 * gram
"""
_WORDS = (
    *("g", "mg", "ug", "ng", "pg", "kg", "mol", "mmol", "umol", "nmol", "pmol", "L", "dL", "mL", "uL", "s"),
    *("IU", "kIU", "mIU", "copies", "cells", "U", "kU", "ukat", "nkat", "meq", "mmHg", "lb"),
)
_COUNTS = {"G/L": "10^9/L", "T/L": "10^12/L", "K/uL": "10^3/uL", "M/uL": "10^6/uL"}
_SPELLINGS = {"mcg": "ug", "copy": "copies", "cp": "copies", "mm3": "uL", "%": "percent", "litre": "L"}


@frozen
class Span:
    """The numbers from ``low`` to ``high``; an open end is not itself among them."""

    low: Number
    high: Number
    low_open: bool = False
    high_open: bool = False

    def points(self, cuts: Iterable[Fraction] = ()) -> list[Fraction]:
        """Numbers that stand for all of the span, seen from the cuts: ends, cuts inside, one between each two."""
        marks = sorted({self.low, self.high} | {cut for cut in cuts if self.low < cut < self.high})
        found = [mark for mark in marks if isinstance(mark, Fraction) and self._has(mark)]
        found += [_between(low, high) for low, high in itertools.pairwise(marks)]
        return found

    def _has(self, mark: Number) -> bool:
        above = mark > self.low or (mark == self.low and not self.low_open)
        return above and (mark < self.high or (mark == self.high and not self.high_open))


ANYTHING = Span(-math.inf, math.inf)


def _between(low: Number, high: Number) -> Fraction:
    if isinstance(low, Fraction):
        return (low + high) / 2 if isinstance(high, Fraction) else low + 1
    return high - 1 if isinstance(high, Fraction) else Fraction(0)


@frozen
class Reported:
    """A span in the unit that it was reported in ("1" where it has none)."""

    span: Span
    unit: str


def read_amount(value: object, unit: object, concept: Concept) -> Reported | None:
    """A result as a laboratory writes it, or a number with its unit beside it; None where it cannot be read.

    ``<20`` is [0, 20). A unit in the text and one beside it have to be the same, and of the concept.
    """
    if (
        isinstance(value, bool)
        or not isinstance(value, str | int | float | Decimal)
        or not isinstance(unit, str | None)
    ):
        return None
    match = _TEXT.fullmatch(value.strip() if isinstance(value, str) else str(value))
    if not match:
        return None
    sign, numeral, written = match.groups()
    codes = [_coded(text, concept) for text in (written or None, unit) if text is not None]
    if None in codes or len(set(codes)) > 1:
        return None
    code = next(iter(codes), "1" if _unitless(concept) else None)
    if code is None or (numeral.startswith("-") and not code.startswith(_LOG)):
        return None
    span = _signed(sign, *_neighbours(numeral), least=-math.inf if code.startswith(_LOG) else Fraction(0))
    return None if span is None else Reported(span, code)


def below_limit(limit: object, concept: Concept) -> Reported | None:
    """What was not detected: from 0 to below its limit of quantification; None where that is no plain amount."""
    found = read_amount(limit, None, concept)
    if found is None or not found.span.low == found.span.high > 0:
        return None
    return Reported(Span(Fraction(0), found.span.high, high_open=True), found.unit)


def is_not_detected(value: object) -> bool:
    """Whether a text says that nothing was found."""
    return isinstance(value, str) and value.strip().lower() in _NOT_DETECTED


def _neighbours(numeral: str) -> tuple[Fraction, Fraction]:
    """A numeral; one of more than 15 significant digits lies between its neighbours of 15."""
    exact = Decimal(numeral)
    low = Context(prec=15, rounding=ROUND_FLOOR).plus(exact)
    high = Context(prec=15, rounding=ROUND_CEILING).plus(exact)
    return Fraction(low), Fraction(high)


def _signed(sign: str | None, low: Fraction, high: Fraction, least: Number) -> Span | None:
    if sign is None:
        return Span(low, high)
    if sign in ("<", "<=", "≤"):
        return None if sign == "<" and high == least else Span(least, high, high_open=sign == "<")
    return Span(low, math.inf, low_open=sign == ">")


# units


def _unitless(concept: Concept) -> bool:
    return set(concept.units) == {"1"}


@lru_cache(maxsize=4096)
def _coded(text: str, concept: Concept) -> str | None:
    """One spelling for the spellings of a unit; None where it is none, or none of the concept."""
    listed = FAMILIES[concept.unit_family].get(text.strip())
    plain = _plain(text if listed is None else listed.code)
    aliases = {_plain(alias): _plain(code) for alias, code in concept.unit_aliases.items()}
    plain = aliases.get(plain, plain)
    of = plain.removeprefix(_LOG)
    if plain == "1" and _unitless(concept):
        return plain
    if _size(of) is None:
        return None
    known = [_plain(unit) for unit in concept.units]
    reachable = any(of == unit or _change(concept, of, unit, Fraction(1)) is not None for unit in known)
    return plain if reachable else None


@cache
def _plain(text: str) -> str:
    log = re.match(r"log_?10\s+|log\s+|lg\s+", text.strip(), re.IGNORECASE)
    rest = text.strip()[log.end() :] if log else text.strip()
    rest = rest.replace("\u00b5", "u").replace("\u03bc", "u").replace("*", "^")
    rest = _COUNTS.get(rest, rest)
    parts = [_word(re.sub(r"[\[\]{}]", "", part.strip())) for part in rest.split("/")]
    return (_LOG if log else "") + "/".join(parts)


def _word(part: str) -> str:
    if part in _SPELLINGS:
        return _SPELLINGS[part]
    if part in _WORDS:
        return part
    alike = [word for word in _WORDS if word.lower() == part.lower() and word not in ("IU", "mIU")]
    return alike[0] if len(alike) == 1 else part


@cache
def _registry() -> pint.UnitRegistry[Decimal]:
    registry: pint.UnitRegistry[Decimal] = pint.UnitRegistry(None, non_int_type=Decimal)
    registry.load_definitions(_UNITS.strip().splitlines())
    return registry


@cache
def _size(unit: str) -> tuple[Fraction, str] | None:
    """A unit in base units, with its dimension as a text; None where a word of it is not in the vocabulary."""
    amount = _registry().Quantity(Decimal(1))
    for place, part in enumerate(unit.split("/")):
        ten = re.fullmatch(r"(?:x?10\^(\d{1,2}))?", part)
        if ten is None and part not in (*_WORDS, "percent"):
            return None
        factor = (
            _registry().Quantity(Decimal(10) ** int(ten[1] or 0)) if ten else _registry().Quantity(Decimal(1), part)
        )
        amount = amount / factor if place else amount * factor
    base = amount.to_base_units()
    return Fraction(base.magnitude), str(sorted((str(key), str(power)) for key, power in base.dimensionality.items()))


Change = Callable[[Fraction], Fraction]


@lru_cache(maxsize=4096)
def _factor(concept: Concept, unit: str, to: str) -> Fraction | None:
    """What one unit is in another; through the concept's molar mass where one is a mass and the other a substance."""
    source, target = _size(unit), _size(to)
    if source is None or target is None or concept.lines:
        return None
    if source[1] == target[1]:
        return source[0] / target[0]
    if concept.molar_mass is None:
        return None
    mass = Fraction(concept.molar_mass.value.split()[0])
    if source[1].replace("mass", "substance") == target[1]:
        return source[0] / mass / target[0]
    if source[1] == target[1].replace("mass", "substance"):
        return source[0] * mass / target[0]
    return None


@lru_cache(maxsize=4096)
def _change(concept: Concept, unit: str, to: str, copies_per_iu: Fraction | None) -> Change | None:
    for line in concept.lines:
        ends = _plain(line.from_unit), _plain(line.to_unit)
        slope, intercept = Fraction(line.slope), Fraction(line.intercept)
        if ends == (unit, to):
            return lambda number: number * slope + intercept
        if ends == (to, unit):
            return lambda number: (number - intercept) / slope
    factor = Fraction(1) if unit == to else _factor(concept, unit, to)
    if factor is None and "copies" in unit and copies_per_iu:
        biological = unit.replace("copies", "IU")
        factor = Fraction(1) if biological == to else _factor(concept, biological, to)
        factor = None if factor is None else factor / copies_per_iu
    return None if factor is None else lambda number: number * factor


def in_unit(reported: Reported, to: str, concept: Concept, copies_per_iu: Fraction | None = None) -> Span:
    """A reported amount in a rule's unit: as reported, exact by a power of ten, else rounded to the reporting step."""
    unit, target = reported.unit, _plain(to)
    if unit == target:
        return reported.span
    change = _change(concept, unit.removeprefix(_LOG), target, copies_per_iu)
    if change is None:
        return Span(Fraction(0), math.inf)
    factor = _factor(concept, unit, target)
    if factor is not None and re.fullmatch(r"10*/10*", f"{factor.numerator}/{factor.denominator}"):
        return _scaled(reported.span, factor)
    return rounded_to(reported, change, Fraction(concept.units[to].quantum))


def in_table(reported: Reported, to: str, concept: Concept, quantum: Fraction) -> Span | None:
    """A reported amount in the unit of a score's table, always rounded; None where nothing converts it."""
    change = _change(concept, reported.unit.removeprefix(_LOG), _plain(to), None)
    return None if change is None else rounded_to(reported, change, quantum)


def table_of(unit: str, tables: Iterable[str]) -> str | None:
    """The table for a reported unit."""
    return next((table for table in tables if _plain(table) == unit), None)


def rounded_to(reported: Reported, change: Change, quantum: Fraction) -> Span:
    """Converted and rounded half up; both ends are closed, since a value just inside an end rounds to it."""

    def end(number: Number) -> Number:
        if not isinstance(number, Fraction):
            return number if number > 0 else Fraction(0)  # the logarithm of nothing has no end
        plain = _power_of_ten(number) if reported.unit.startswith(_LOG) else number
        return math.floor(change(plain) / quantum + Fraction(1, 2)) * quantum

    return Span(end(reported.span.low), end(reported.span.high))


@lru_cache(maxsize=4096)
def _power_of_ten(exponent: Fraction) -> Fraction:
    least = min(exponent, _MOST)
    return Fraction(_PRECISE.power(10, _PRECISE.divide(Decimal(least.numerator), Decimal(least.denominator))))


def _scaled(span: Span, factor: Fraction) -> Span:
    low, high = (end * factor if isinstance(end, Fraction) else end for end in (span.low, span.high))
    return Span(low, high, span.low_open, span.high_open)


def exactly(reported: Reported, to: str, concept: Concept) -> Span | None:
    """A reported amount in another unit of reports, not rounded; None where no factor connects them."""
    factor = Fraction(1) if reported.unit == to else _factor(concept, reported.unit, to)
    return None if factor is None or reported.unit.startswith(_LOG) else _scaled(reported.span, factor)


def contains(low: Decimal, high: Decimal, low_open: bool, high_open: bool, point: Fraction) -> bool:  # noqa: FBT001
    """Whether a band of a score holds a number."""
    above = point > Fraction(low) if low_open and low.is_finite() else low == -math.inf or point >= Fraction(low)
    below = point < Fraction(high) if high_open and high.is_finite() else high == math.inf or point <= Fraction(high)
    return above and below

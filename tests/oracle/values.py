"""Values: what a written result may mean, as a span of exact fractions, in the criterion's unit."""

import itertools
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction
from functools import cache
from typing import Any

Number = Fraction | float
NUMERAL = r"(\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?)"
TEXT = re.compile(r"(<=|>=|<|>|≤|≥)?\s*" + NUMERAL + r"\s*(.*)", re.ASCII | re.DOTALL)


@dataclass(frozen=True)
class Span:
    """The numbers from `low` to `high`; an open end is not itself among them."""

    low: Number
    high: Number
    low_open: bool = False
    high_open: bool = False

    def points(self, cuts: Iterable[Fraction] = ()) -> list[Fraction]:
        """Numbers that stand for all of the span, seen from the cuts: ends, cuts inside, and one between each two."""
        marks = sorted({self.low, self.high} | {cut for cut in cuts if self.low < cut < self.high})
        found = [mark for mark in marks if isinstance(mark, Fraction) and self._has(mark)]
        found += [_between(a, b) for a, b in itertools.pairwise(marks)]
        return found

    def _has(self, mark: Number) -> bool:
        above = mark > self.low or (mark == self.low and not self.low_open)
        return above and (mark < self.high or (mark == self.high and not self.high_open))


ANYTHING = Span(-math.inf, math.inf)


def _between(low: Number, high: Number) -> Fraction:
    if isinstance(low, Fraction):
        return (low + high) / 2 if isinstance(high, Fraction) else low + 1
    return high - 1 if isinstance(high, Fraction) else Fraction(0)


@dataclass(frozen=True)
class Reported:
    """A span in the unit it was reported in ("" where it has none)."""

    span: Span
    unit: str


def _neighbours(numeral: str) -> tuple[Fraction, Fraction]:
    """A numeral; one of more than 15 significant digits lies between its neighbours of 15."""
    exact = Decimal(numeral)
    low = Context(prec=15, rounding=ROUND_FLOOR).plus(exact)
    high = Context(prec=15, rounding=ROUND_CEILING).plus(exact)
    return Fraction(low), Fraction(high)


def read_quantity(value: Any, unit: Any = None) -> Reported | None:
    """A result as a lab writes it, or a number with its unit beside it; None where it cannot be read.

    "<20" is [0, 20). A unit in the text and one beside it have to be the same.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float) or not isinstance(unit, str | None):
        return None
    match = TEXT.fullmatch(value.strip() if isinstance(value, str) else str(value))
    if not match:
        return None
    sign, numeral, written = match.groups()
    if written and unit is not None and same_unit(written) != same_unit(unit):
        return None
    low, high = _neighbours(numeral)
    span = _signed(sign, low, high)
    return Reported(span, same_unit(written or unit or "")) if span else None


def _signed(sign: str | None, low: Fraction, high: Fraction) -> Span | None:
    if sign is None:
        return Span(low, high)
    if sign in ("<", "<=", "≤"):
        return None if sign == "<" and high == 0 else Span(Fraction(0), high, high_open=sign == "<")
    return Span(low, math.inf, low_open=sign == ">")


def same_unit(text: str) -> str:
    """One spelling for the spellings of a unit: micro signs, square brackets, ml for mL."""
    plain = text.strip().replace("\u00b5", "u").replace("\u03bc", "u").replace("[", "").replace("]", "")
    return plain.replace("/ml", "/mL").replace("/dl", "/dL").replace("/l", "/L").replace("{copies}", "copies")


def half_up(number: Number, quantum: Fraction) -> Number:
    """Rounded to a multiple of the quantum, halves upwards."""
    return math.floor(number / quantum + Fraction(1, 2)) * quantum if isinstance(number, Fraction) else number


def rounded(span: Span, convert: Callable[[Fraction], Fraction], quantum: Fraction) -> Span:
    """Converted and rounded; both ends are closed afterwards, since a value just below an end rounds to it."""
    low, high = (half_up(convert(x), quantum) if isinstance(x, Fraction) else x for x in (span.low, span.high))
    return Span(low, high)


def scaled(span: Span, factor: Fraction) -> Span:
    """Times an exact factor, ends as open or closed as they were."""
    low, high = (x * factor if isinstance(x, Fraction) else x for x in (span.low, span.high))
    return Span(low, high, span.low_open, span.high_open)


GLUCOSE, CREATININE, BILIRUBIN = Fraction("180.156"), Fraction("113.12"), Fraction("584.66")  # g/mol
TENTH = Fraction(1, 10)
MASS = {"mg/dL": Fraction(10), "mg/L": Fraction(1), "g/L": Fraction(1000), "g/dL": Fraction(10000)}  # in mg/L
MOLAR = {"mmol/L": Fraction(1), "umol/L": Fraction(1, 1000), "mol/L": Fraction(1000)}  # in mmol/L


def glucose(reported: Reported) -> Span:
    """In mmol/L: molar units exactly, mass by 180.156 g/mol and rounded to 0.1."""
    if reported.unit in MOLAR:
        return scaled(reported.span, MOLAR[reported.unit])
    if reported.unit in MASS:
        return rounded(reported.span, lambda x: x * MASS[reported.unit] / GLUCOSE, TENTH)
    return ANYTHING


def hba1c(reported: Reported) -> Span:
    """In % (NGSP): IFCC mmol/mol by 0.09148 x + 2.152, rounded to 0.1."""
    if reported.unit == "%":
        return reported.span
    if reported.unit == "mmol/mol":
        return rounded(reported.span, lambda x: x * Fraction("0.09148") + Fraction("2.152"), TENTH)
    return ANYTHING


IU = {"IU/mL": Fraction(1), "kIU/mL": Fraction(1000), "IU/L": Fraction(1, 1000), "kIU/L": Fraction(1)}


def hbv_dna(reported: Reported, copies_per_iu: Any) -> Span:
    """In IU/mL: powers of ten exactly; copies by the assay's own factor, and logarithms, rounded to 1 IU/mL."""
    if reported.unit in IU:
        return scaled(reported.span, IU[reported.unit])
    if reported.unit == "copies/mL":
        factor = read_quantity(copies_per_iu)
        if factor is None or factor.unit or factor.span.low != factor.span.high or factor.span.low <= 0:
            return ANYTHING
        ratio = factor.span.low
        return rounded(reported.span, lambda x: x / Fraction(ratio), Fraction(1))
    if reported.unit == "log10 IU/mL":
        span = reported.span
        above = rounded(span, _power_of_ten, Fraction(1))
        return Span(Fraction(0) if span.low == 0 else above.low, above.high)
    return ANYTHING


@cache
def _power_of_ten(exponent: Fraction) -> Fraction:
    """Ten to that power, to 60 digits; above the 30th power, the 30th will do."""
    context, exponent = Context(prec=60), min(exponent, Fraction(30))
    return Fraction(context.power(10, context.divide(Decimal(exponent.numerator), Decimal(exponent.denominator))))


def creatinine_umol(reported: Reported) -> Span | None:
    """In umol/L, exactly (113.12 g/mol); None for a unit that is not creatinine's."""
    if reported.unit in MOLAR:
        return scaled(reported.span, MOLAR[reported.unit] * 1000)
    if reported.unit in MASS:
        return scaled(reported.span, MASS[reported.unit] * 1000 / CREATININE)
    return None


Bands = tuple[Fraction, Fraction, tuple[int, int, int]]
_UP, _DOWN = (1, 2, 3), (3, 2, 1)
BILIRUBIN_BANDS: Mapping[str, Bands] = {
    "mg/dL": (Fraction(2), Fraction(3), _UP),
    "umol/L": (Fraction(34), Fraction(51), _UP),
}
ALBUMIN_BANDS: Mapping[str, Bands] = {
    "g/dL": (Fraction("2.8"), Fraction("3.5"), _DOWN),
    "g/L": (Fraction(28), Fraction(35), _DOWN),
}
INR_BANDS: Bands = (Fraction("1.7"), Fraction("2.3"), _UP)


def band_points(span: Span, bands: Bands) -> set[int]:
    """The points a span may score: below the middle band, in it (both its ends in), above it."""
    low, high, points = bands
    return {points[0] if x < low else points[2] if x > high else points[1] for x in span.points((low, high))}


def bilirubin_points(reported: Reported) -> set[int]:
    """By the table of the result's own unit; any other unit in mg/dL, rounded to 0.1, first."""
    if reported.unit in BILIRUBIN_BANDS:
        return band_points(reported.span, BILIRUBIN_BANDS[reported.unit])
    if reported.unit in MASS:
        span = rounded(reported.span, lambda x: x * MASS[reported.unit] / 10, TENTH)
    elif reported.unit in MOLAR:
        span = rounded(reported.span, lambda x: x * MOLAR[reported.unit] * BILIRUBIN / 10, TENTH)
    else:
        return {1, 2, 3}
    return band_points(span, BILIRUBIN_BANDS["mg/dL"])


def albumin_points(reported: Reported) -> set[int]:
    """By the table of the result's own unit; any other unit in g/dL, rounded to 0.1, first."""
    if reported.unit in ALBUMIN_BANDS:
        return band_points(reported.span, ALBUMIN_BANDS[reported.unit])
    if reported.unit in MASS:
        span = rounded(reported.span, lambda x: x * MASS[reported.unit] / 10000, TENTH)
        return band_points(span, ALBUMIN_BANDS["g/dL"])
    return {1, 2, 3}


def inr_points(reported: Reported) -> set[int]:
    """INR has no unit."""
    return band_points(reported.span, INR_BANDS) if reported.unit in ("", "1") else {1, 2, 3}

"""Numbers from text to float ends: every comparison is what exact arithmetic says, ties and long numerals included."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from asking import RULESET, SEEN, F, T, U, answer, comparison, fact, known, record_of
from ucmsc_rules import Truth
from ucmsc_rules.worksheet.context import Context
from ucmsc_rules.worksheet.worksheet import Worksheet, fill

MICROMOLES_IN_MG_PER_DL = Fraction(10**4) / Fraction("113.12")  # 1 mg/dL of creatinine is 10 mg/L: 10000 / M umol/L
HBV = "hbv_dna <= 1000 [IU]/mL"


def sheet(rule: str, *facts: dict[str, Any], **anchors: str | None) -> Worksheet:
    """The worksheet of one measure."""
    return fill(Context(record_of(*facts, **anchors), RULESET), [comparison(rule).measure])


def exactly(sign: str, number: Decimal, op: str, bound: Decimal) -> Truth:
    """What exact numbers say of "sign number" against "op bound": all, none or some of what is allowed compares so."""
    least = Fraction(1, 10**60)
    near = (Fraction(each) + step for each in (number, bound) for step in (-least, 0, least))
    tried = [
        x for x in (Fraction(0), Fraction(10**40), *near) if x >= 0 and compares(x, sign or "==", Fraction(number))
    ]
    outcomes = {compares(x, op, Fraction(bound)) for x in tried}
    return U if len(outcomes) == 2 else T if True in outcomes else F


def compares(one: Fraction, op: str, other: Fraction) -> bool:
    """One exact comparison."""
    return {"<": one < other, "<=": one <= other, ">": one > other, ">=": one >= other, "==": one == other}[op]


near_bounds = st.tuples(st.integers(1, 10**15 - 1), st.integers(-14, 5), st.integers(-1, 1))


@settings(max_examples=150)
@given(near_bounds, st.sampled_from(["", "<", "<=", ">", ">="]), st.sampled_from(["<=", "<", ">=", ">"]))
@example((1000, 0, 0), "<", "<=")
@example((999999999999999, -14, 1), "", "<")
@example((100000000000001, -12, -1), ">=", ">")
def test_numerals_of_15_digits_compare_exactly(parts: tuple[int, int, int], sign: str, op: str) -> None:
    """A bound and a result that differ in the fifteenth digit, or not at all, are told apart, open or closed."""
    digits, exponent, step = parts
    bound, number = (Decimal(each).scaleb(exponent) for each in (digits, min(max(digits + step, 1), 10**15 - 1)))
    found = sheet(HBV, fact("hbv_dna", f"{sign}{number} IU/mL", SEEN))
    assert _compared(op, found.lo[0], found.hi[0], float(bound)) is exactly(sign, number, op, bound)


def _compared(op: str, lo: float, hi: float, bound: float) -> Truth:
    """The lowered formulas, as the semantics state them: one end decides each way."""
    surely = {"<=": hi <= bound, "<": hi < bound, ">=": lo >= bound, ">": lo > bound}[op]
    surely_not = {"<=": lo > bound, "<": lo >= bound, ">=": hi < bound, ">": hi <= bound}[op]
    return T if surely else F if surely_not else U


@pytest.mark.parametrize(
    ("value", "lo", "hi"),
    [
        ("<20 IU/mL", 0.0, math.nextafter(20, 0)),
        ("<=20 IU/mL", 0.0, 20.0),
        (">1.7E8 IU/mL", math.nextafter(1.7e8, math.inf), math.inf),
        ("850 IU/mL", 850.0, 850.0),
        ("0.1 IU/mL", 0.1, 0.1),
        ("<0.3 IU/mL", 0.0, math.nextafter(0.3, 0)),
        ("haemolysed", -math.inf, math.inf),
    ],
)
def test_engines_are_handed_the_next_float_inside(value: str, lo: float, hi: float) -> None:
    """An open end is the neighbouring float, a closed one the nearest float, no knowledge is infinite."""
    found = sheet(HBV, fact("hbv_dna", value, SEEN))
    assert (found.lo[0], found.hi[0]) == (lo, hi)


def test_without_screening_nothing_is_measured() -> None:
    """Every measure is unknown without the ruleset's own anchor, whatever is recorded."""
    for rule, facts in (
        (HBV, [fact("hbv_dna", "850 IU/mL", SEEN)]),
        ("malignancy ever", [fact("malignancy", "none")]),
        ("sex is female", [fact("sex", "male")]),
        ("pregnant recorded as yes", [fact("pregnant", "no", SEEN)]),
        ("human_albumin within 3 weeks before first_infusion", [fact("human_albumin", when="2026-03-20")]),
    ):
        found = sheet(rule, *facts, screening=None)
        assert (found.lo[0], found.hi[0]) == (-math.inf, math.inf)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1000.00000000000000000 IU/mL", T),  # the same number with more zeros
        ("999.9999999999999 IU/mL", T),  # up to 1000
        ("1000.000000000000001 IU/mL", U),
        ("1000.00000000001 IU/mL", F),  # 15 digits
        ("0.000000000000000000001 IU/mL", T),
        ("1e3 IU/mL", T),
        ("1.00000000000001e3 IU/mL", F),
    ],
)
def test_long_numerals_at_the_threshold(value: str, expected: object) -> None:
    """Up to 15 digits decide at the threshold; beyond, the neighbours of 15 decide or leave it open."""
    assert answer(HBV, fact("hbv_dna", value, SEEN)) is expected


@pytest.mark.parametrize(
    ("value", "expected", "interval"),
    [
        ("1999 copies/mL", T, "[1000, 1000]"),  # 999.5
        ("2000 copies/mL", T, "[1000, 1000]"),
        ("2001 copies/mL", F, "[1001, 1001]"),  # 1000.5: not to the even 1000
        ("2000.99999999999 copies/mL", T, "[1000, 1000]"),
        ("1 copies/mL", T, "[1, 1]"),  # 0.5
        ("0.9 copies/mL", T, "[0, 0]"),
        ("<2001 copies/mL", U, "[0, 1001]"),
        (">1999 copies/mL", U, "[1000, inf)"),
    ],
)
def test_ties_of_a_conversion_go_up(value: str, expected: object, interval: str) -> None:
    """With two copies in one IU every odd count is a tie, and a tie is rounded up."""
    result = fact("hbv_dna", value, SEEN, copies_per_iu=2)
    assert answer(HBV, result) is expected
    assert known(HBV, result) == interval


@settings(max_examples=100)
@given(
    st.decimals("0.01", "3000", places=2),
    st.decimals("0.01", "400", places=2),
    st.sampled_from(["umol/L", "mg/dL", "mmol/L"]),
    st.sampled_from(["umol/L", "mg/dL", "mmol/L"]),
    st.booleans(),
)
@example(Decimal("208.00"), Decimal("104.00"), "umol/L", "umol/L", False)
@example(Decimal("2.40"), Decimal("1.20"), "mg/dL", "mg/dL", False)
def test_twice_the_limit_is_exact_in_any_pair_of_units(
    value: Decimal, limit: Decimal, unit: str, limit_unit: str, doubled: bool
) -> None:
    """``> 2 x ULN`` is what fractions say, in equal and in different units; just twice is not above it."""
    scale = {"umol/L": Fraction(1), "mmol/L": Fraction(1000), "mg/dL": MICROMOLES_IN_MG_PER_DL}
    if doubled:
        value, unit = limit * 2, limit_unit
    above = Fraction(value) * scale[unit] > 2 * Fraction(limit) * scale[limit_unit]
    result = fact("creatinine", f"{value} {unit}", SEEN, uln=f"{limit} {limit_unit}")
    assert answer("creatinine > 2 x ULN", result) is (T if above else F)


@pytest.mark.parametrize("value", [0.1 + 0.2, 1e-7, 1e22, 5e-324, 123456789.123456789])
def test_json_floats_break_nothing(value: float) -> None:
    """A float stands for its shortest numeral; one of more than 15 digits is an interval around it, never narrower."""
    found = sheet(HBV, fact("hbv_dna", value, SEEN, unit="IU/mL"))
    assert found.lo[0] <= value <= found.hi[0]

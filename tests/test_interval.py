"""Intervals against samples of the numbers in them, and their ends as floats against exact comparisons."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from ucmsc_rules.rules.model import Op
from ucmsc_rules.values.interval import (
    INF,
    Interval,
    around,
    contains,
    ends,
    hull,
    meet,
    neighbours,
    plain,
    point,
    rounded,
)
from ucmsc_rules.values.truth import Truth
from ucmsc_rules.worksheet.compare import compare

GRID = [Decimal(n) / 2 for n in range(-2, 15)]  # whole numbers from 0 to 6 are ends; halves show what is open


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    """Non-empty intervals with small whole ends, open or closed, or infinite."""
    lo, hi = sorted((draw(st.integers(0, 6)), draw(st.integers(0, 6))))
    lo_open, hi_open = draw(st.booleans()), draw(st.booleans())
    assume(lo < hi or not (lo_open or hi_open))
    low = (Decimal(lo), lo_open) if draw(st.integers(0, 4)) else (-INF, False)
    high = (Decimal(hi), hi_open) if draw(st.integers(0, 4)) else (INF, False)
    return Interval(low[0], high[0], low[1], high[1])


def inside(interval: Interval, number: Decimal) -> bool:
    """Membership, from the definition."""
    above = number > interval.lo or (number == interval.lo and not interval.lo_open)
    below = number < interval.hi or (number == interval.hi and not interval.hi_open)
    return above and below


def outcome(op: Op, number: Decimal, bound: Decimal) -> bool:
    """An exact comparison of two numbers."""
    return {
        Op.LE: number <= bound, Op.LT: number < bound, Op.GE: number >= bound, Op.GT: number > bound,
        Op.IS: number == bound,
    }[op]  # fmt: skip


@given(intervals(), intervals())
def test_meet_holds_what_both_hold(one: Interval, other: Interval) -> None:
    """A number lies in the meet just where it lies in both; None only where no number does."""
    both = meet(one, other)
    for number in GRID:
        assert (both is not None and inside(both, number)) == (inside(one, number) and inside(other, number))


@given(st.lists(intervals(), min_size=1, max_size=4))
def test_hull_loses_nothing_and_reaches_no_further(many: list[Interval]) -> None:
    """Whatever one interval allows the hull allows, and beyond all of them it allows nothing."""
    whole = hull(many)
    for number in GRID:
        if any(inside(each, number) for each in many):
            assert inside(whole, number)
        if all(each.lo > number or (each.lo == number and each.lo_open) for each in many):
            assert not inside(whole, number)
        if all(each.hi < number or (each.hi == number and each.hi_open) for each in many):
            assert not inside(whole, number)


@given(intervals(), st.sampled_from(GRID))
def test_contains_is_membership(interval: Interval, number: Decimal) -> None:
    """``contains`` says of open and closed ends what the definition says."""
    assert contains(interval, number) == inside(interval, number)


@given(intervals(), st.sampled_from([op for op in Op if op is not Op.IS]), st.integers(0, 6).map(Decimal))
def test_float_ends_decide_open_and_closed_bounds_exactly(interval: Interval, op: Op, bound: Decimal) -> None:
    """Comparing nudged float ends gives what comparing every number of the interval exactly gives."""
    found = {outcome(op, number, bound) for number in GRID if inside(interval, number)}
    if interval.lo == -INF:
        found.add(outcome(op, Decimal(-99), bound))
    if interval.hi == INF:
        found.add(outcome(op, Decimal(99), bound))
    expected = Truth.UNKNOWN if len(found) == 2 else Truth("true" if True in found else "false")
    assert compare(op, *ends(interval), float(bound)) is expected


def test_a_strict_bound_at_the_threshold_decides() -> None:
    """``<1000`` against ``<= 1000`` and ``>= 1000`` is settled; ``<=1000`` against ``< 1000`` is not."""
    below, at_most = Interval(Decimal(0), Decimal(1000), hi_open=True), Interval(Decimal(0), Decimal(1000))
    above = Interval(Decimal(1000), INF, lo_open=True)
    assert compare(Op.GE, *ends(below), 1000.0) is Truth.FALSE
    assert compare(Op.LT, *ends(below), 1000.0) is Truth.TRUE
    assert compare(Op.LT, *ends(at_most), 1000.0) is Truth.UNKNOWN
    assert compare(Op.LE, *ends(above), 1000.0) is Truth.FALSE
    assert compare(Op.GT, *ends(above), 1000.0) is Truth.TRUE


@given(st.decimals(Decimal("1e-15"), Decimal("1e15"), allow_nan=False).map(lambda n: Decimal(format(n, ".14e"))))
@example(Decimal(999999999999999))
@example(Decimal("0.100000000000001"))
@example(Decimal("9007199254740993E-1"))
def test_an_open_end_moves_by_one_float_and_no_further(number: Decimal) -> None:
    """The nudged end is the next float inside, so that no numeral of 15 digits lies between it and the end."""
    lo, hi = ends(Interval(number, number * 2, lo_open=True, hi_open=True))
    assert lo == math.nextafter(float(number), math.inf)
    assert hi == math.nextafter(float(number * 2), -math.inf)
    step = Decimal(1).scaleb(number.adjusted() - 14)
    assert float(number) < lo < float(number + step)


@given(st.fractions(min_value=Fraction(1, 10**6), max_value=10**6))
def test_around_is_tight_and_never_wrong(number: Fraction) -> None:
    """A fraction lies in its interval, which is itself or one unit of the fifteenth digit wide and open."""
    interval = around(number)
    if interval.lo == interval.hi:
        assert Fraction(interval.lo) == number
        return
    assert Fraction(interval.lo) < number < Fraction(interval.hi)
    assert interval.lo_open
    assert interval.hi_open
    assert Fraction(interval.hi) - Fraction(interval.lo) <= Fraction(Decimal(1).scaleb(interval.lo.adjusted() - 14))


@pytest.mark.parametrize(
    ("numeral", "lo", "hi"),
    [
        ("999.999999999999", "999.999999999999", "999.999999999999"),
        ("1000.00000000000000000000", "1000", "1000"),
        ("999.9999999999999", "999.999999999999", "1000"),
        ("1000.0000000000000001", "1000", "1000.00000000001"),
        ("123456789012345678", "123456789012345000", "123456789012346000"),
    ],
)
def test_a_numeral_of_more_than_15_digits_lies_between_its_neighbours(numeral: str, lo: str, hi: str) -> None:
    """Beyond 15 significant digits a numeral is the closed interval of its neighbours; zeros at the end add nothing."""
    assert neighbours(Decimal(numeral)) == Interval(Decimal(lo), Decimal(hi))


@pytest.mark.parametrize(
    ("number", "quantum", "expected"),
    [
        ("9.95", "0.1", "10.0"), ("9.94999999999999999999", "0.1", "9.9"), ("7.95", "0.1", "8.0"),
        ("0.05", "0.1", "0.1"),
        ("8.25", "0.1", "8.3"), ("8.15", "0.1", "8.2"), ("0.5", "1", "1"), ("1.5", "1", "2"), ("2.5", "1", "3"),
        ("1000.5", "1", "1001"), ("-0.5", "1", "-1"), ("1.005", "0.01", "1.01"), ("12.4", "5", "10"),
        ("12.5", "5", "15"),
    ],
)  # fmt: skip
def test_ties_go_up_as_laboratories_round(number: str, quantum: str, expected: str) -> None:
    """Rounding is half up on exact numbers: neither half to even nor the float beneath the tie."""
    assert rounded(Fraction(number), Decimal(quantum)) == Decimal(expected)


@pytest.mark.parametrize(
    ("interval", "text"),
    [
        (Interval(Decimal(0), Decimal(20), hi_open=True), "[0, 20)"),
        (Interval(Decimal("1.7E8"), INF, lo_open=True), "(170000000, inf)"),
        (Interval(-INF, INF), "(-inf, inf)"),
        (point(Decimal("8.00")), "[8, 8]"),
        (Interval(Decimal(0), INF), "[0, inf)"),
    ],
)
def test_intervals_are_written_with_the_ends_that_they_have(interval: Interval, text: str) -> None:
    """What evidence shows tells an open end from a closed one."""
    assert str(interval) == text


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**8), max_value=10**8))
def test_plain_text_keeps_the_number(number: Decimal) -> None:
    """A number as people write it reads back as the same number, without an exponent."""
    assert Decimal(plain(number)) == number
    assert "E" not in plain(number)

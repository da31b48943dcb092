"""Intervals: what is known of a number. Exact ends in Decimal, each open or closed; floats come last."""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction

from ucmsc_rules.frozen import frozen_to_mypy

INF = Decimal("Infinity")
DIGITS = 15  # decimals of up to 15 significant digits survive the way into a double and back
SMALLEST = -7  # smaller numbers are shown with an exponent
_WIDE = Context(prec=200)
_DOWN = Context(prec=DIGITS, rounding=ROUND_FLOOR)
_UP = Context(prec=DIGITS, rounding=ROUND_CEILING)


@frozen_to_mypy
class Interval:
    """The numbers between ``lo`` and ``hi``; an end at infinity counts as closed, which changes nothing.

    >>> print(Interval(Decimal(0), Decimal(20), hi_open=True))
    [0, 20)
    """

    lo: Decimal
    hi: Decimal
    lo_open: bool = False
    hi_open: bool = False

    def __str__(self) -> str:
        if self.lo == self.hi:
            only = plain(self.lo)
            return f"[{only}, {only}]"
        left = "(" if self.lo_open or self.lo == -INF else "["
        right = ")" if self.hi_open or self.hi == INF else "]"
        return f"{left}{plain(self.lo)}, {plain(self.hi)}{right}"


EVERYTHING = Interval(-INF, INF)


def plain(number: Decimal) -> str:
    """A number as people write it: no exponent within 15 digits, no trailing zeros after the point.

    >>> plain(Decimal("1E+3")), plain(Decimal("8.00")), plain(Decimal("-Infinity"))
    ('1000', '8', '-inf')
    """
    if not number.is_finite():
        return "inf" if number > 0 else "-inf"
    if number == 0:
        return "0"
    if SMALLEST <= number.adjusted() <= DIGITS:
        text = format(number, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(number.normalize())


def point(number: Decimal) -> Interval:
    """The interval that holds one number."""
    return Interval(number, number)


def hull(intervals: Iterable[Interval]) -> Interval:
    """The least interval that holds all of them; at a shared end, closed wins.

    >>> print(hull([Interval(Decimal(1), Decimal(2), hi_open=True), point(Decimal(2))]))
    [1, 2]
    """
    first, *rest = intervals
    if not rest:
        return first
    lo, lo_open, hi, hi_open = first.lo, first.lo_open, first.hi, first.hi_open
    for other in rest:
        if other.lo < lo:
            lo, lo_open = other.lo, other.lo_open
        elif other.lo == lo:
            lo_open = lo_open and other.lo_open
        if other.hi > hi:
            hi, hi_open = other.hi, other.hi_open
        elif other.hi == hi:
            hi_open = hi_open and other.hi_open
    return Interval(lo, hi, lo_open, hi_open)


def meet(one: Interval, other: Interval) -> Interval | None:
    """What both allow; None where they contradict.

    >>> print(meet(Interval(Decimal(5), Decimal(9)), Interval(Decimal(9), Decimal(15))))
    [9, 9]
    >>> meet(Interval(Decimal(5), Decimal(9), hi_open=True), Interval(Decimal(9), Decimal(15))) is None
    True
    """
    if not overlap(one, other):
        return None
    lo, lo_open = max((one.lo, one.lo_open), (other.lo, other.lo_open))
    hi, hi_shut = min((one.hi, not one.hi_open), (other.hi, not other.hi_open))
    return Interval(lo, hi, lo_open, not hi_shut)


def overlap(one: Interval, other: Interval) -> bool:
    """Whether some number lies in both."""
    if one.hi < other.lo or other.hi < one.lo:
        return False
    if one.hi == other.lo and (one.hi_open or other.lo_open):
        return False
    return not (other.hi == one.lo and (other.hi_open or one.lo_open))


def contains(interval: Interval, number: Decimal) -> bool:
    """Whether the number lies in the interval."""
    return overlap(interval, point(number))


def around(number: Fraction) -> Interval:
    """A fraction as an interval: itself where 15 digits hold it, else strictly between its neighbours of 15.

    Thresholds have at most 15 digits, so none lies inside the gap and every comparison stays exact.

    >>> print(around(Fraction(208, 104)))
    [2, 2]
    >>> print(around(Fraction(1, 3)))
    (0.333333333333333, 0.333333333333334)
    """
    return quotient(Decimal(number.numerator), Decimal(number.denominator))


def quotient(number: Decimal, divisor: Decimal) -> Interval:
    """``around`` of a division, quicker.

    >>> print(quotient(Decimal(208), Decimal(104)))
    [2, 2]
    """
    down = _DOWN.divide(number, divisor)
    up = _UP.divide(number, divisor)
    return point(down) if down == up else Interval(down, up, lo_open=True, hi_open=True)


def neighbours(number: Decimal) -> Interval:
    """A numeral as reported: itself, or, of more than 15 significant digits, from one neighbour of 15 to the other."""
    if len(number.as_tuple().digits) <= DIGITS:
        return point(number)
    down, up = (way.plus(number) for way in (_DOWN, _UP))
    return Interval(down, up)


def rounded(number: Fraction, quantum: Decimal) -> Decimal:
    """The multiple of ``quantum`` next to ``number``, half up (away from zero), as laboratories report.

    >>> rounded(Fraction("9.95"), Decimal("0.1"))
    Decimal('10.0')
    """
    steps = number / Fraction(quantum)
    whole = math.floor(abs(steps) + Fraction(1, 2))
    return _WIDE.multiply(Decimal(whole if steps >= 0 else -whole), quantum)


def ends(interval: Interval) -> tuple[float, float]:
    """The ends as floats, an open one moved by one float towards the inside.

    >>> ends(Interval(Decimal(0), Decimal(20), hi_open=True))
    (0.0, 19.999999999999996)
    """
    lo, hi = float(interval.lo), float(interval.hi)
    if interval.lo_open:
        lo = math.nextafter(lo, math.inf)
    if interval.hi_open:
        hi = math.nextafter(hi, -math.inf)
    return lo, hi

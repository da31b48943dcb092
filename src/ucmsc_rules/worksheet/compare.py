"""One comparison of an interval with a constant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from ucmsc_rules.rules.model import Op
from ucmsc_rules.values.truth import Truth, from_bounds

Compare = Callable[[float, float, float], Truth]


def compare(op: Op, lo: float, hi: float, bound: float) -> Truth:
    """Whether all numbers from ``lo`` to ``hi`` compare so, none do, or some.

    >>> compare(Op.LE, 0.0, 19.999999999999996, 1000.0)
    <Truth.TRUE: 'true'>
    """
    return COMPARE[op](lo, hi, bound)


def _at_most(lo: float, hi: float, bound: float) -> Truth:
    return from_bounds(hi <= bound, lo > bound)


def _less(lo: float, hi: float, bound: float) -> Truth:
    return from_bounds(hi < bound, lo >= bound)


def _at_least(lo: float, hi: float, bound: float) -> Truth:
    return from_bounds(lo >= bound, hi < bound)


def _more(lo: float, hi: float, bound: float) -> Truth:
    return from_bounds(lo > bound, hi <= bound)


def _is(lo: float, hi: float, bound: float) -> Truth:
    return from_bounds(lo == bound == hi, lo > bound or hi < bound)


COMPARE: Mapping[Op, Compare] = MappingProxyType(
    {Op.LE: _at_most, Op.LT: _less, Op.GE: _at_least, Op.GT: _more, Op.IS: _is}
)

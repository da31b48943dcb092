"""One comparison of an interval with a constant."""

from __future__ import annotations

from ucmsc_rules.rules.model import Op
from ucmsc_rules.values.truth import Truth, from_bounds


def compare(op: Op, lo: float, hi: float, bound: float) -> Truth:
    """Whether all numbers from ``lo`` to ``hi`` compare so, none do, or some.

    >>> compare(Op.LE, 0.0, 19.999999999999996, 1000.0)
    <Truth.TRUE: 'true'>
    """
    match op:
        case Op.LE:
            return from_bounds(surely=hi <= bound, surely_not=lo > bound)
        case Op.LT:
            return from_bounds(surely=hi < bound, surely_not=lo >= bound)
        case Op.GE:
            return from_bounds(surely=lo >= bound, surely_not=hi < bound)
        case Op.GT:
            return from_bounds(surely=lo > bound, surely_not=hi <= bound)
        case Op.IS:
            return from_bounds(surely=lo == bound == hi, surely_not=lo > bound or hi < bound)
        case _:
            message = f"not a comparison: {op!r}"
            raise TypeError(message)

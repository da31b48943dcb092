"""Turns an expression into two ordinary formulas, surely and surely not, that are free of negation.

``not`` swaps them, ``and`` and ``or`` are each other's duals, a comparison reads one end of its measure's interval.
Where neither fires, the answer is unknown.
"""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from ucmsc_rules.rules.model import And, Comparison, Expression, Measure, Not, Op, Or


@frozen
class Test:
    """One end (``"lo"`` or ``"hi"``) of the measure at ``index``, compared with a constant."""

    index: int
    end: str
    op: str
    bound: float


@frozen
class All:
    """Every part; of none, true."""

    parts: tuple[Formula, ...]


@frozen
class Any:
    """At least one part; of none, false."""

    parts: tuple[Formula, ...]


Formula = Test | All | Any


@frozen
class Lowered:
    """A rule's two formulas. At most one of them is true of any intervals."""

    surely: Formula
    surely_not: Formula


def lower(expression: Expression, index: Callable[[Measure], int]) -> Lowered:
    """The two formulas of an expression, over measures numbered by ``index``."""
    match expression:
        case Comparison():
            return _lower_comparison(expression, index(expression.measure))
        case Not(of):
            return _swap(lower(of, index))
        case And(parts):
            return both([lower(part, index) for part in parts])
        case Or(parts):
            return either([lower(part, index) for part in parts])
        case _:
            message = f"not an expression: {expression!r}"
            raise TypeError(message)


def both(parts: list[Lowered]) -> Lowered:
    """The conjunction."""
    return Lowered(
        All(tuple(part.surely for part in parts)),
        Any(tuple(part.surely_not for part in parts)),
    )


def either(parts: list[Lowered]) -> Lowered:
    """The disjunction."""
    return _swap(both([_swap(part) for part in parts]))


def unless(rule: Lowered, conflict: Lowered) -> Lowered:
    """The rule, but unknown wherever the conflict is not surely absent."""
    return Lowered(
        All((rule.surely, conflict.surely_not)),
        All((rule.surely_not, conflict.surely_not)),
    )


def _swap(lowered: Lowered) -> Lowered:
    return Lowered(lowered.surely_not, lowered.surely)


def _lower_comparison(comparison: Comparison, index: int) -> Lowered:
    bound = float(comparison.bound)
    match comparison.op:
        case Op.LE:
            return Lowered(Test(index, "hi", "<=", bound), Test(index, "lo", ">", bound))
        case Op.LT:
            return Lowered(Test(index, "hi", "<", bound), Test(index, "lo", ">=", bound))
        case Op.GE:
            return Lowered(Test(index, "lo", ">=", bound), Test(index, "hi", "<", bound))
        case Op.GT:
            return Lowered(Test(index, "lo", ">", bound), Test(index, "hi", "<=", bound))
        case Op.IS:
            return Lowered(
                All((Test(index, "lo", ">=", bound), Test(index, "hi", "<=", bound))),
                Any((Test(index, "hi", "<", bound), Test(index, "lo", ">", bound))),
            )
        case _:
            message = f"not a comparison: {comparison.op!r}"
            raise TypeError(message)

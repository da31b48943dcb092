"""Evaluates the formulas of scores on intervals (Moore, Interval Analysis, 1966), in Decimal.

A step that is rounded to few values is taken value by value, so that a name that a later step reads twice does not
widen the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_FLOOR, Context, Decimal
from functools import lru_cache
from itertools import product

from ucmsc_rules.facts.concepts import Step
from ucmsc_rules.rules.formulas import Binary, FormulaNode, Ln, Name, Negative, Number, parse_formula
from ucmsc_rules.values.interval import EVERYTHING, INF, Interval, hull, meet, point

MOST_VALUES = 64
_CONTEXT = Context(prec=50)
_SLACK = Decimal("1e-30")  # far above the error of 50 digits, far below what any score is rounded to


def run_steps(steps: Sequence[Step], inputs: Mapping[str, Interval]) -> Interval:
    """The value of the last step, for the inputs' intervals."""
    step, rest = steps[0], steps[1:]
    value = _step(step, inputs)
    if not rest:
        return value
    pieces = _pieces(value, step.round_to)
    return hull(run_steps(rest, {**inputs, step.name: piece}) for piece in pieces)


def _step(step: Step, known: Mapping[str, Interval]) -> Interval:
    if step.only_above is None:
        return _finish(step, evaluate(_formula(step.formula, tuple(known)), known))
    name, bound = step.only_above
    earlier = known[name]
    above = meet(earlier, Interval(bound, INF, lo_open=True))
    below = meet(earlier, Interval(-INF, bound))
    branches = [] if below is None else [below]
    if above is not None:
        branches.append(_finish(step, evaluate(_formula(step.formula, tuple(known)), {**known, name: above})))
    return hull(branches)


def _finish(step: Step, value: Interval) -> Interval:
    """Rounded half up where the step says so, then kept within its bounds."""
    lo, hi = value.lo, value.hi
    if step.round_to is not None:
        lo, hi = (_round(end, step.round_to) for end in (lo, hi))
    if step.at_least is not None:
        lo, hi = max(lo, step.at_least), max(hi, step.at_least)
    if step.at_most is not None:
        lo, hi = min(lo, step.at_most), min(hi, step.at_most)
    return Interval(lo, hi)


def _round(number: Decimal, quantum: Decimal) -> Decimal:
    if not number.is_finite():
        return number
    steps = _CONTEXT.divide(number, quantum)
    return _CONTEXT.multiply((steps + Decimal("0.5")).to_integral_value(ROUND_FLOOR), quantum)


def _pieces(value: Interval, quantum: Decimal | None) -> list[Interval]:
    if quantum is None or not (value.lo.is_finite() and value.hi.is_finite()):
        return [value]
    count = int((value.hi - value.lo) / quantum) + 1
    if count > MOST_VALUES:
        return [value]
    return [point(value.lo + quantum * place) for place in range(count)]


# formulas


def evaluate(formula: FormulaNode, known: Mapping[str, Interval]) -> Interval:
    """The closed interval of a formula's values; wide enough for the error of its logarithms."""
    match formula:
        case Number(value):
            return point(value)
        case Name(name):
            return Interval(known[name].lo, known[name].hi)
        case Negative(of):
            inner = evaluate(of, known)
            return Interval(-inner.hi, -inner.lo)
        case Ln(of):
            return _ln(evaluate(of, known))
        case Binary(op, left, right):
            return _binary(op, evaluate(left, known), evaluate(right, known))
        case _:
            message = f"not a formula: {formula!r}"
            raise TypeError(message)


def _ln(value: Interval) -> Interval:
    if value.hi <= 0:
        return EVERYTHING
    lo = -INF if value.lo <= 0 else _slack(_CONTEXT.ln(value.lo), -1, exact=value.lo == 1)
    return Interval(lo, _slack(_CONTEXT.ln(value.hi), 1, exact=value.hi == 1))


def _slack(number: Decimal, way: int, *, exact: bool) -> Decimal:
    return number if exact or not number.is_finite() else _CONTEXT.add(number, _SLACK * way)


def _binary(op: str, left: Interval, right: Interval) -> Interval:
    match op:
        case "+":
            return Interval(_sum(left.lo, right.lo, -INF), _sum(left.hi, right.hi, INF))
        case "-":
            return Interval(_sum(left.lo, -right.hi, -INF), _sum(left.hi, -right.lo, INF))
        case "*":
            return _corners(left, right, _times)
        case "/" if right.lo > 0 or right.hi < 0:
            return _corners(left, right, _over)
        case "/":
            return EVERYTHING
        case _:
            message = f"not an operator: {op!r}"
            raise ValueError(message)


def _sum(one: Decimal, other: Decimal, if_undefined: Decimal) -> Decimal:
    if one.is_infinite() and other == -one:
        return if_undefined
    return _CONTEXT.add(one, other)


def _corners(left: Interval, right: Interval, operate: Callable[[Decimal, Decimal], Decimal]) -> Interval:
    values = [operate(one, other) for one, other in product((left.lo, left.hi), (right.lo, right.hi))]
    return Interval(min(values), max(values))


def _times(one: Decimal, other: Decimal) -> Decimal:
    return Decimal(0) if 0 in (one, other) else _CONTEXT.multiply(one, other)


def _over(one: Decimal, other: Decimal) -> Decimal:
    if other.is_infinite():
        return Decimal(0)
    return _CONTEXT.divide(one, other)


@lru_cache(maxsize=256)
def _formula(text: str, names: tuple[str, ...]) -> FormulaNode:
    return parse_formula(text, names)

"""Finds parts of a rule that can never decide it, by trying every cell that the thresholds cut.

Between two neighbouring thresholds of a measure nothing changes, so one value of each cell stands for all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import product
from math import prod

from ucmsc_rules.facts.concepts import Dictionary
from ucmsc_rules.rules.cells import axis
from ucmsc_rules.rules.model import And, Branch, Comparison, Criterion, Expression, Measure, Not, Op, Or
from ucmsc_rules.rules.walk import comparisons

MOST_CELLS = 20_000

Values = Mapping[Measure, Decimal]


def unreachable(criterion: Criterion, dictionary: Dictionary) -> Iterator[tuple[Branch, str]]:
    """The branches with a part that never decides, and a message that names it.

    Rules with more than ``MOST_CELLS`` cells are not tried; they are far larger than a person writes.
    """
    for branch in criterion.branches:
        for message in _idle(branch.rule, dictionary):
            yield branch, message
    lettered = [branch for branch in criterion.branches if branch.key]
    for branch, decides in zip(lettered, _decides(Or, [each.rule for each in lettered], dictionary), strict=True):
        if not decides:
            yield branch, "never decides the criterion: wherever it holds, another branch does; drop it or mend a bound"


def _idle(expression: Expression, dictionary: Dictionary) -> Iterator[str]:
    """A message for each part that is always or never true, or never the one that decides; inner ones first."""
    match expression:
        case Comparison():
            yield from _constant(expression, dictionary)
        case Not(of):
            yield from _idle(of, dictionary)
        case And(parts) | Or(parts):
            found = [message for part in parts for message in _idle(part, dictionary)]
            found = found or list(_constant(expression, dictionary))
            yield from found or _never_alone(type(expression), parts, dictionary)


def _constant(expression: Expression, dictionary: Dictionary) -> Iterator[str]:
    answers = {_holds(expression, values) for values in _cells([expression], dictionary) or ()}
    if len(answers) == 1:
        always = "always" if answers.pop() else "never"
        yield f"{shown(expression)} {always} holds, so it decides nothing; drop it or mend a bound"


def _never_alone(kind: type[And | Or], parts: tuple[Expression, ...], dictionary: Dictionary) -> Iterator[str]:
    for part, decides in zip(parts, _decides(kind, list(parts), dictionary), strict=True):
        if not decides:
            yield f"{shown(part)} never decides, since the other parts do; drop it or mend a bound"


def shown(expression: Expression) -> str:
    """An expression in short: its comparisons, as the rule writes them."""
    return " ... ".join(f'"{each.measure.concept} {each.text}"' for each in comparisons(expression))


def _decides(kind: type[And | Or], parts: list[Expression], dictionary: Dictionary) -> list[bool]:
    """For each part, whether somewhere it alone makes the whole true (of an or) or false (of an and)."""
    cells = _cells(parts, dictionary)
    if cells is None:
        return [True] * len(parts)
    wanted = kind is Or
    found = [False] * len(parts)
    for values in cells:
        truths = [_holds(part, values) is wanted for part in parts]
        if truths.count(True) == 1:
            found[truths.index(True)] = True
    return found


def _cells(parts: list[Expression], dictionary: Dictionary) -> list[Values] | None:
    bounds: dict[Measure, set[Decimal]] = {}
    for part in parts:
        for comparison in comparisons(part):
            bounds.setdefault(comparison.measure, set()).add(comparison.bound)
    axes = [axis(measure, cuts, dictionary) for measure, cuts in bounds.items()]
    if prod(len(axis) for axis in axes) > MOST_CELLS:
        return None
    return [dict(zip(bounds, values, strict=True)) for values in product(*axes)]


def _holds(expression: Expression, values: Values) -> bool:
    match expression:
        case Comparison(measure, op, bound):
            return _compare(op, values[measure], bound)
        case Not(of):
            return not _holds(of, values)
        case And(parts):
            return all(_holds(part, values) for part in parts)
        case Or(parts):
            return any(_holds(part, values) for part in parts)
        case _:
            message = f"not an expression: {expression!r}"
            raise TypeError(message)


def _compare(op: Op, value: Decimal, bound: Decimal) -> bool:
    match op:
        case Op.LE:
            return value <= bound
        case Op.LT:
            return value < bound
        case Op.GE:
            return value >= bound
        case Op.GT:
            return value > bound
        case Op.IS:
            return value == bound
        case _:
            message = f"not a comparison: {op!r}"
            raise TypeError(message)

"""Proves that a changed criterion answers as before: by trying every cell that the thresholds cut, three-valued."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from itertools import combinations_with_replacement, product
from math import prod

from ucmsc_rules.facts.concepts import Dictionary
from ucmsc_rules.rules.cells import axis
from ucmsc_rules.rules.compiled import comparisons_of
from ucmsc_rules.rules.lower import All, Any, Formula, Lowered, Test, either, lower, unless
from ucmsc_rules.rules.model import Criterion, Measure
from ucmsc_rules.values.truth import Truth

MOST_CELLS = 1_000_000

Ends = tuple[float, float]


def answers_alike(one: Criterion, other: Criterion, dictionary: Dictionary, most: int = MOST_CELLS) -> bool | None:
    """Whether two criteria answer alike whatever is known of their measures; None where there are too many cells.

    Between two neighbouring thresholds of a measure nothing changes, and what is known of it is an interval from one
    cell to another. Measures are taken not to hang together, so "alike" is proved; "not alike" may never happen.
    """
    bounds: dict[Measure, set[Decimal]] = {}
    for comparison in (*comparisons_of(one), *comparisons_of(other)):
        bounds.setdefault(comparison.measure, set()).add(comparison.bound)
    index = {measure: place for place, measure in enumerate(bounds)}
    known = [list(_intervals(measure, cuts, dictionary)) for measure, cuts in bounds.items()]
    if prod(map(len, known)) > most:
        return None
    first, second = (_lowered(criterion, index) for criterion in (one, other))
    return all(_answer(first, world) is _answer(second, world) for world in product(*known))


def _intervals(measure: Measure, cuts: set[Decimal], dictionary: Dictionary) -> Iterable[Ends]:
    values = [float(value) for value in axis(measure, cuts, dictionary)]
    return combinations_with_replacement(values, 2)


def _lowered(criterion: Criterion, index: Mapping[Measure, int]) -> Lowered:
    whole = either([lower(branch.rule, index.__getitem__) for branch in criterion.branches])
    return whole if criterion.conflict is None else unless(whole, lower(criterion.conflict, index.__getitem__))


def _answer(rule: Lowered, world: tuple[Ends, ...]) -> Truth:
    if _fires(rule.surely, world):
        return Truth.TRUE
    return Truth.FALSE if _fires(rule.surely_not, world) else Truth.UNKNOWN


def _fires(formula: Formula, world: tuple[Ends, ...]) -> bool:
    match formula:
        case All(parts):
            return all(_fires(part, world) for part in parts)
        case Any(parts):
            return any(_fires(part, world) for part in parts)
        case Test(index, end, op, bound):
            value = world[index][end == "hi"]
            return _COMPARE[op](value, bound)


_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "<=": lambda value, bound: value <= bound,
    "<": lambda value, bound: value < bound,
    ">=": lambda value, bound: value >= bound,
    ">": lambda value, bound: value > bound,
}

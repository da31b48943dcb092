"""The reference: what a rule means, in as few lines as it takes. It reads expressions, not lowered formulas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ucmsc_rules.rules.compiled import Compiled
from ucmsc_rules.rules.model import And, Comparison, Criterion, Expression, Measure, Not, Or
from ucmsc_rules.values.truth import Truth, all_of, any_of
from ucmsc_rules.worksheet.compare import compare


class Reference:
    """Answers every rule of a ruleset from the ends of a worksheet."""

    name = "reference"

    def __init__(self, compiled: Compiled) -> None:
        self._compiled = compiled

    def evaluate(self, lo: Sequence[float], hi: Sequence[float]) -> dict[str, Truth]:
        """The answer of every rule, by its id."""
        answers: dict[str, Truth] = {}
        for criterion in self._compiled.ruleset.criteria:
            answers |= _criterion(criterion, self._compiled.index, lo, hi)
        return answers


def _criterion(
    criterion: Criterion, index: Mapping[Measure, int], lo: Sequence[float], hi: Sequence[float]
) -> dict[str, Truth]:
    branches = {branch.key: answer(branch.rule, index, lo, hi) for branch in criterion.branches}
    whole = any_of(branches.values())
    if criterion.conflict is not None and answer(criterion.conflict, index, lo, hi) is not Truth.FALSE:
        whole = Truth.UNKNOWN
    return {criterion.id: whole, **{f"{criterion.id}.{key}": truth for key, truth in branches.items() if key}}


def answer(expression: Expression, index: Mapping[Measure, int], lo: Sequence[float], hi: Sequence[float]) -> Truth:
    """Kleene's answer of an expression."""
    match expression:
        case Comparison(measure, op, bound):
            place = index[measure]
            return compare(op, lo[place], hi[place], float(bound))
        case Not(of):
            return ~answer(of, index, lo, hi)
        case And(parts):
            return all_of(answer(part, index, lo, hi) for part in parts)
        case Or(parts):
            return any_of(answer(part, index, lo, hi) for part in parts)
        case _:
            message = f"not an expression: {expression!r}"
            raise TypeError(message)

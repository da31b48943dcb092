"""The reference: what a rule means, in as few lines as it takes. It reads expressions, not lowered formulas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ucmsc_rules.rules.compiled import Compiled
from ucmsc_rules.rules.model import And, Comparison, Criterion, Expression, Not, Or, Ruleset
from ucmsc_rules.values.truth import Truth, all_of, any_of
from ucmsc_rules.worksheet.compare import COMPARE

Truths = Mapping[Comparison, Truth]


def compare_all(compiled: Compiled, lo: Sequence[float], hi: Sequence[float]) -> Truths:
    """The answer of every comparison, from the ends of a worksheet."""
    return {
        leaf.comparison: COMPARE[leaf.comparison.op](lo[leaf.index], hi[leaf.index], leaf.bound)
        for leaf in compiled.leaves
    }


def evaluate(ruleset: Ruleset, truths: Truths) -> dict[str, Truth]:
    """The answer of every rule, by its id."""
    answers: dict[str, Truth] = {}
    for criterion in ruleset.criteria:
        _answer_criterion(criterion, truths, answers)
    return answers


def _answer_criterion(criterion: Criterion, truths: Truths, answers: dict[str, Truth]) -> None:
    branches = [answer(branch.rule, truths) for branch in criterion.branches]
    whole = any_of(branches) if len(branches) > 1 else branches[0]
    if criterion.conflict is not None and answer(criterion.conflict, truths) is not Truth.FALSE:
        whole = Truth.UNKNOWN
    answers[criterion.id] = whole
    for branch, truth in zip(criterion.branches, branches, strict=True):
        if branch.key:
            answers[f"{criterion.id}.{branch.key}"] = truth


def answer(expression: Expression, truths: Truths) -> Truth:
    """Kleene's answer of an expression."""
    if type(expression) is Comparison:  # most nodes are
        return truths[expression]
    match expression:
        case Not(of):
            return ~answer(of, truths)
        case And(parts):
            return all_of([answer(part, truths) for part in parts])
        case Or(parts):
            return any_of([answer(part, truths) for part in parts])
        case _:
            message = f"not an expression: {expression!r}"
            raise TypeError(message)

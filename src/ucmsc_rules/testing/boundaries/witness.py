"""Finds what must be around a comparison so that it alone decides its criterion."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from attrs import frozen

from ucmsc_rules.rules.model import And, Comparison, Criterion, Expression, Not, Or, Ruleset
from ucmsc_rules.rules.walk import comparisons
from ucmsc_rules.testing.boundaries.days import Days
from ucmsc_rules.testing.boundaries.realise import RawFact, realise

MOST_CONDITIONS = 14


@frozen
class Target:
    """A comparison, the letter of its branch, and the others with the answers under which it decides."""

    comparison: Comparison
    branch: str
    others: Mapping[Comparison, bool]

    def around(self, ruleset: Ruleset, anchors: Days) -> list[RawFact]:
        """Facts that give the others their answers."""
        facts: list[RawFact] = []
        for comparison, truth in self.others.items():
            facts += realise(ruleset, comparison, anchors, truth=truth) or []
        return facts


def targets(criterion: Criterion) -> list[Target]:
    """Every comparison of a criterion, those of its conflict last, each with what must be around it."""
    whole = Or(tuple(branch.rule for branch in criterion.branches))
    found = {
        (comparison, branch.key): Target(comparison, branch.key, _others(whole, comparison))
        for branch in criterion.branches
        for comparison in comparisons(branch.rule)
    }
    for comparison in comparisons(criterion.conflict) if criterion.conflict is not None else ():
        others = _others(criterion.conflict, comparison) if criterion.conflict is not None else {}
        found.setdefault((comparison, ""), Target(comparison, "", others))
    return list(found.values())


def _others(whole: Expression, target: Comparison) -> dict[Comparison, bool]:
    """Answers of the comparisons about other concepts, as many of them false as can be, so that the target decides."""
    concept = target.measure.concept
    others = [each for each in dict.fromkeys(comparisons(whole)) if each.measure.concept != concept]
    same = [each for each in dict.fromkeys(comparisons(whole)) if each.measure.concept == concept and each != target]
    if len(others) + len(same) > MOST_CONDITIONS:
        return dict.fromkeys(others, False)
    worlds = sorted(product((False, True), repeat=len(others)), key=sum)
    for world in worlds:
        told = dict(zip(others, world, strict=True))
        for beside in product((True, False), repeat=len(same)):
            known = told | dict(zip(same, beside, strict=True))
            if holds(whole, known | {target: True}) != holds(whole, known | {target: False}):
                return told
    return dict.fromkeys(others, False)


def holds(expression: Expression, told: Mapping[Comparison, bool]) -> bool:
    """Whether an expression holds where its comparisons have these answers."""
    match expression:
        case Not(of):
            return not holds(of, told)
        case And(parts):
            return all(holds(part, told) for part in parts)
        case Or(parts):
            return any(holds(part, told) for part in parts)
        case _:
            return told[expression]

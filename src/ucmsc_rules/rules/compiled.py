"""A ruleset made ready for engines: its measures numbered, its rules lowered. Done once; free to be shared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import frozen

from ucmsc_rules.rules.lower import Lowered, either, lower, unless
from ucmsc_rules.rules.model import Comparison, Criterion, Measure, Ruleset
from ucmsc_rules.rules.walk import comparisons


@frozen(eq=False)
class Leaf:
    """A comparison of a criterion, ready to be made: where its measure stands, and its bound as a float."""

    comparison: Comparison
    index: int
    bound: float


@frozen
class Compiled:
    """``measures`` in the order of the worksheet; ``rules`` by id: "I4", and "E4.d" for a lettered branch.

    ``leaves`` are all different comparisons; ``of_criterion`` those of each criterion, with their branch.
    """

    ruleset: Ruleset
    measures: tuple[Measure, ...]
    index: Mapping[Measure, int]
    rules: Mapping[str, Lowered]
    leaves: tuple[Leaf, ...]
    of_criterion: Mapping[str, tuple[tuple[str | None, Leaf], ...]]


def compile_ruleset(ruleset: Ruleset) -> Compiled:
    """Numbers the measures in the order in which the criteria name them, and lowers every rule."""
    index: dict[Measure, int] = {}
    for criterion in ruleset.criteria:
        for comparison in comparisons_of(criterion):
            index.setdefault(comparison.measure, len(index))
    rules: dict[str, Lowered] = {}
    for criterion in ruleset.criteria:
        rules |= _lowered(criterion, index)
    leaves: dict[Comparison, Leaf] = {}
    for criterion in ruleset.criteria:
        for each in comparisons_of(criterion):
            leaves.setdefault(each, Leaf(each, index[each.measure], float(each.bound)))
    of_criterion = {criterion.id: tuple(_leaves(criterion, leaves)) for criterion in ruleset.criteria}
    return Compiled(ruleset, tuple(index), index, rules, tuple(leaves.values()), of_criterion)


def _leaves(criterion: Criterion, leaves: Mapping[Comparison, Leaf]) -> Iterator[tuple[str | None, Leaf]]:
    for branch in criterion.branches:
        yield from ((branch.key or None, leaves[each]) for each in comparisons(branch.rule))
    if criterion.conflict is not None:
        yield from ((None, leaves[each]) for each in comparisons(criterion.conflict))


def comparisons_of(criterion: Criterion) -> Iterator[Comparison]:
    """Every comparison of a criterion, in the order of its text; those of its conflict last."""
    for branch in criterion.branches:
        yield from comparisons(branch.rule)
    if criterion.conflict is not None:
        yield from comparisons(criterion.conflict)


def _lowered(criterion: Criterion, index: Mapping[Measure, int]) -> dict[str, Lowered]:
    branches = {branch.key: lower(branch.rule, index.__getitem__) for branch in criterion.branches}
    whole = either(list(branches.values()))
    if criterion.conflict is not None:
        whole = unless(whole, lower(criterion.conflict, index.__getitem__))
    lettered = {f"{criterion.id}.{key}": rule for key, rule in branches.items() if key}
    return {criterion.id: whole, **lettered}

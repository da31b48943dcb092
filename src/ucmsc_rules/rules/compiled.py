"""A ruleset made ready for engines: its measures numbered, its rules lowered. Done once; free to be shared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import frozen

from ucmsc_rules.rules.lower import Lowered, either, lower, unless
from ucmsc_rules.rules.model import Comparison, Criterion, Measure, Result, Ruleset, UlnRatio
from ucmsc_rules.rules.walk import comparisons


@frozen(eq=False)
class Leaf:
    """A comparison ready to be made: its measure's place, its bound as a float, and a result's anchor."""

    comparison: Comparison
    index: int
    bound: float
    at: str | None


Leaves = tuple[tuple[str | None, Leaf], ...]


@frozen
class Compiled:
    """``measures`` in the order of the worksheet; ``rules`` by id: "I4", and "E4.d" for a lettered branch.

    ``leaves`` are all different comparisons; ``of_criterion`` those of each criterion, with their branch,
    and ``of_conflict`` those of what makes it unknown.
    """

    ruleset: Ruleset
    measures: tuple[Measure, ...]
    index: Mapping[Measure, int]
    rules: Mapping[str, Lowered]
    leaves: tuple[Leaf, ...]
    of_criterion: Mapping[str, Leaves]
    of_conflict: Mapping[str, Leaves]


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
            leaves.setdefault(each, _leaf(each, index[each.measure]))
    of_criterion = {
        criterion.id: tuple(
            (branch.key or None, leaves[each]) for branch in criterion.branches for each in comparisons(branch.rule)
        )
        for criterion in ruleset.criteria
    }
    of_conflict = {
        criterion.id: tuple((None, leaves[each]) for each in comparisons(criterion.conflict))
        for criterion in ruleset.criteria
        if criterion.conflict is not None
    }
    return Compiled(ruleset, tuple(index), index, rules, tuple(leaves.values()), of_criterion, of_conflict)


def _leaf(comparison: Comparison, index: int) -> Leaf:
    at = comparison.measure.at if isinstance(comparison.measure, Result | UlnRatio) else None
    return Leaf(comparison, index, float(comparison.bound), at)


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

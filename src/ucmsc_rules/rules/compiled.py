"""A ruleset made ready for engines: its measures numbered, its rules lowered. Done once; free to be shared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import frozen

from ucmsc_rules.rules.lower import Lowered, either, lower, unless
from ucmsc_rules.rules.model import Comparison, Criterion, Measure, Ruleset
from ucmsc_rules.rules.walk import comparisons


@frozen
class Compiled:
    """``measures`` in the order of the worksheet; ``rules`` by id: "I4", and "E4.d" for a lettered branch."""

    ruleset: Ruleset
    measures: tuple[Measure, ...]
    index: Mapping[Measure, int]
    rules: Mapping[str, Lowered]


def compile_ruleset(ruleset: Ruleset) -> Compiled:
    """Numbers the measures in the order in which the criteria name them, and lowers every rule."""
    index: dict[Measure, int] = {}
    for criterion in ruleset.criteria:
        for comparison in comparisons_of(criterion):
            index.setdefault(comparison.measure, len(index))
    rules: dict[str, Lowered] = {}
    for criterion in ruleset.criteria:
        rules |= _lowered(criterion, index)
    return Compiled(ruleset, tuple(index), index, rules)


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

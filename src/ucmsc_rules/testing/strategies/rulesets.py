"""A strategy for rulesets: generated criteria over a dictionary, anchors and settings that are given."""

from __future__ import annotations

from attrs import evolve
from hypothesis import strategies as st

from ucmsc_rules.errors import Place
from ucmsc_rules.rules.model import Branch, Category, Criterion, Expression, Ruleset
from ucmsc_rules.rules.phrases import unparse
from ucmsc_rules.testing.strategies.expressions import expressions

_HERE = Place("generated", 1, 1)
MOST_RULES = 4


def rulesets(base: Ruleset) -> st.SearchStrategy[Ruleset]:
    """Rulesets with generated rules over the dictionary, anchors and settings of another.

    Each has a criterion for each rule and one with all of them as branches; some have a conflict.
    """
    rules = expressions(base.dictionary, base.anchors, base.settings)

    def ruleset(drawn: list[Expression], conflict: Expression | None) -> Ruleset:
        branches = tuple(_branch(f"b{place}", rule, base) for place, rule in enumerate(drawn))
        single = [_criterion(f"C{place}", (evolve(each, key=""),), None) for place, each in enumerate(branches)]
        return evolve(base, criteria=(*single, _criterion("ALL", branches, conflict)))

    return st.builds(ruleset, st.lists(rules, min_size=1, max_size=MOST_RULES), st.none() | rules)


def _branch(key: str, rule: Expression, base: Ruleset) -> Branch:
    return Branch(key, "generated", rule, unparse(rule, base.dictionary, base.settings), _HERE)


def _criterion(name: str, branches: tuple[Branch, ...], conflict: Expression | None) -> Criterion:
    return Criterion(name, Category.EXCLUSION, "generated", "", "", branches, conflict, "", (), _HERE)

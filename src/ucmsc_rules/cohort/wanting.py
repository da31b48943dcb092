"""For want of what a criterion is unknown, as ``verdicts.needs`` says it of one subject."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from ucmsc_rules.cohort.engine import Engine
from ucmsc_rules.cohort.plan import Plan
from ucmsc_rules.cohort.sql.anchors import given
from ucmsc_rules.cohort.sql.rules import rule_sql
from ucmsc_rules.rules.compiled import Compiled
from ucmsc_rules.rules.lower import lower
from ucmsc_rules.rules.model import And, Comparison, Criterion, Expression, Not, Or
from ucmsc_rules.verdicts.needs import anchor_of


@frozen
class Want:
    """A concept, or an anchor, that is wanting for a criterion where a condition holds."""

    criterion: str
    name: str
    where: str


def define_wanting(engine: Engine, plan: Plan) -> None:
    """Makes ``wanting``: the subject, the criterion that is unknown, and a concept or anchor for want of which it is.

    Where the ruleset's own anchor is not given, it is that anchor alone. Of the parts of a score, those that are
    missing are not told apart: it is the score that is wanting.
    """
    at = plan.compiled.ruleset.settings.at
    missing = f"{given(plan.anchors[at])} IS NULL"
    wants: list[Want] = []
    for criterion in plan.compiled.ruleset.criteria:
        unknown = f"{engine.dialect.named(criterion.id)} = 'unknown'"
        wants.append(Want(criterion.id, at, f"{unknown} AND {missing}"))
        wants += [
            Want(criterion.id, each.name, f"{unknown} AND NOT ({missing}) AND {each.where}")
            for each in _wants(plan, criterion)
        ]
    engine.load(
        "wants",
        {
            "number": ("int", list(range(len(wants)))),
            "criterion": ("text", [want.criterion for want in wants]),
            "concept": ("text", [want.name for want in wants]),
        },
    )
    numbers = ", ".join(f"CASE WHEN {want.where} THEN {number} END" for number, want in enumerate(wants))
    joins = "worksheet w JOIN findings_wide f ON f.subject = w.subject JOIN people p ON p.subject = w.subject"
    found = f"SELECT w.subject AS subject, {engine.dialect.each.format(numbers)} AS number FROM {joins}"
    chosen = "SELECT DISTINCT n.subject, k.criterion, k.concept"
    engine.view("wanting", f"{chosen} FROM ({found}) n JOIN wants k ON k.number = n.number", kept=True)


def _wants(plan: Plan, criterion: Criterion) -> Iterator[Want]:
    """The unknown comparisons that leave a criterion unknown; where there are none, what contradicts itself."""
    compiled = plan.compiled
    unknown_branches = []
    for branch in criterion.branches:
        unknown_branches.append(_unknown(compiled, branch.rule))
        for comparison, where in _undecided(compiled, branch.rule, []):
            yield Want(criterion.id, comparison.measure.concept, where)
            anchor = anchor_of(comparison)
            if anchor is not None:
                yield Want(criterion.id, anchor, f"{where} AND {given(plan.anchors[anchor])} IS NULL")
    if criterion.conflict is not None:
        decided = " AND ".join(f"NOT ({each})" for each in unknown_branches)
        yield from _conflicting(compiled, criterion, decided)


def _undecided(compiled: Compiled, rule: Expression, above: list[str]) -> Iterator[tuple[Comparison, str]]:
    """Each comparison, and that it and all that it is a part of is unknown."""
    here = [*above, _unknown(compiled, rule)]
    match rule:
        case Comparison():
            yield rule, " AND ".join(dict.fromkeys(here))
        case Not(of):
            yield from _undecided(compiled, of, above)  # unknown where the inner is
        case And(parts) | Or(parts):
            for part in parts:
                yield from _undecided(compiled, part, here)


def _conflicting(compiled: Compiled, criterion: Criterion, decided: str) -> Iterator[Want]:
    """The first part of a conflict that is not false, else the criterion itself."""
    conflict = criterion.conflict
    parts = conflict.parts if isinstance(conflict, And | Or) else (conflict,)
    before = [decided]
    for part in parts:
        if isinstance(part, Comparison):
            false = rule_sql(lower(part, compiled.index.__getitem__).surely_not)
            yield Want(criterion.id, part.measure.concept, " AND ".join([*before, f"NOT ({false})"]))
            before.append(f"({false})")
    yield Want(criterion.id, criterion.id, " AND ".join(before))


def _unknown(compiled: Compiled, rule: Expression) -> str:
    lowered = lower(rule, compiled.index.__getitem__)
    return f"(NOT {_bracketed(rule_sql(lowered.surely))} AND NOT {_bracketed(rule_sql(lowered.surely_not))})"


def _bracketed(formula: str) -> str:
    return formula if formula.startswith("(") else f"({formula})"

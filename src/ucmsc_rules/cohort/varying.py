"""What another threshold would bring: a ruleset with one rule changed, and the counts of both side by side."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from attrs import evolve, frozen

from ucmsc_rules.cohort.attrition.model import Change
from ucmsc_rules.cohort.attrition.states import View, add_states, connect
from ucmsc_rules.cohort.findings import Cohort
from ucmsc_rules.cohort.packages import CohortError
from ucmsc_rules.cohort.sql.rules import truth_sql
from ucmsc_rules.errors import Place
from ucmsc_rules.rules.compiled import comparisons_of
from ucmsc_rules.rules.lower import either, lower, unless
from ucmsc_rules.rules.model import Criterion, Ruleset
from ucmsc_rules.rules.syntax import parse
from ucmsc_rules.rules.terms import Context
from ucmsc_rules.values.dates import shown
from ucmsc_rules.wording import did_you_mean

_VARIATION = re.compile(r"\s*(?P<criterion>[^:.\s]+)(?:\.(?P<branch>[^:.\s]+))?\s*:\s*(?P<rule>.+?)\s*\Z", re.DOTALL)
Screen = Callable[[Ruleset], Any]


@frozen(eq=False)
class Variation:
    """A rule in the place of another; ``ruleset`` holds the changed criterion and no other."""

    criterion: str
    before: str
    after: str
    ruleset: Ruleset


def vary(ruleset: Ruleset, text: str) -> Variation:
    """Reads ``I4: hbv_dna <= 2000 IU/mL``, or ``E4.d: creatinine > 3 x ULN`` for a branch.

    >>> from ucmsc_rules import load_ruleset
    >>> variation = vary(load_ruleset("ucmsc-hbv-cirrhosis"), "I4: hbv_dna <= 2000 IU/mL")
    >>> variation.criterion, variation.before, variation.after
    ('I4', 'hbv_dna <= 1000 [IU]/mL', 'hbv_dna <= 2000 IU/mL')
    """
    match = _VARIATION.match(text)
    if match is None:
        example = '"I4: hbv_dna <= 2000 IU/mL"'
        raise CohortError(f"{shown(text)} is no variation; write a criterion and a rule, as {example}")
    names = {criterion.id: criterion for criterion in ruleset.criteria}
    name, key, rule = match["criterion"], match["branch"], match["rule"]
    if name not in names:
        raise CohortError(f"{shown(name)} is no criterion of {ruleset.name}{did_you_mean(name, names)}")
    criterion, before = _changed(ruleset, names[name], key, rule)
    return Variation(name, before, rule, evolve(ruleset, criteria=(criterion,)))


def _changed(ruleset: Ruleset, criterion: Criterion, key: str | None, rule: str) -> tuple[Criterion, str]:
    """The criterion with another rule, and the one that it had."""
    keys = [branch.key for branch in criterion.branches]
    if (key or "") not in keys:
        choice = ", ".join(f"{criterion.id}.{each}" for each in keys) if keys != [""] else criterion.id
        raise CohortError(f"{criterion.id}{f'.{key}' if key else ''} has no rule of its own; write {choice}")
    label = f"{criterion.id}.{key}" if key else criterion.id
    context = Context(ruleset.dictionary, ruleset.anchors, ruleset.settings, Place("--vary", 1, 1), label)
    expression = parse(rule, context)
    branches = tuple(
        evolve(branch, rule=expression, rule_text=rule) if branch.key == (key or "") else branch
        for branch in criterion.branches
    )
    before = next(branch.rule_text for branch in criterion.branches if branch.key == (key or ""))
    return evolve(criterion, branches=branches), " ".join(before.split())


def change_of(
    ruleset: Ruleset,
    findings: Any,  # noqa: ANN401 - whatever holds a table
    variation: Variation,
    screen: Screen,
    memory: str | None = None,
) -> Change:
    """The counts with the variation, beside the findings as they are.

    ``screen`` gives the findings of a ruleset for the same subjects. It is asked for the changed criterion alone, and
    not at all where ``findings`` are what ``screen_cohort`` gave and their worksheet has all that the rule reads.
    """
    if isinstance(findings, Cohort):
        connection, before = findings.connection, View("SELECT * FROM findings_wide")
        after: Any = _by_worksheet(findings, variation) or screen(variation.ruleset)
        after = after.findings(wide=True) if isinstance(after, Cohort) else after
    else:
        connection, before, after = connect(memory), findings, screen(variation.ruleset)
    add_states(connection, "before", before, ruleset.criteria)
    add_states(connection, "after", after, variation.ruleset.criteria)
    return Change(variation.criterion, variation.before, variation.after, *_compared(connection, variation.criterion))


def _by_worksheet(cohort: Cohort, variation: Variation) -> View | None:
    """The changed criterion from the bounds that were measured; None where it reads another measure."""
    (criterion,) = variation.ruleset.criteria
    index = cohort.plan.compiled.index
    if any(each.measure not in index for each in comparisons_of(criterion)):
        return None
    whole = either([lower(branch.rule, index.__getitem__) for branch in criterion.branches])
    if criterion.conflict is not None:
        whole = unless(whole, lower(criterion.conflict, index.__getitem__))
    truth = truth_sql(cohort.engine.dialect, whole)
    return View(f"SELECT subject, {truth} AS {cohort.engine.dialect.named(criterion.id)} FROM worksheet")


def _compared(connection: Any, changed: str) -> tuple[int, ...]:  # noqa: ANN401
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE was AS
        SELECT subject, max(CASE WHEN criterion <> $1 THEN state ELSE 0 END) AS others,
               max(CASE WHEN criterion = $1 THEN state END) AS state
        FROM before WHERE branch = '' GROUP BY subject""",
        [changed],
    )
    found = connection.execute(
        """WITH both_of AS (
          SELECT was.state AS was, others, after.state AS state, greatest(others, after.state) AS whole
          FROM was LEFT JOIN (SELECT * FROM after WHERE branch = '') AS after USING (subject))
        SELECT count(*), count(state),
               count(*) FILTER (state = 2), count(*) FILTER (state = 1), count(*) FILTER (state = 0),
               count(*) FILTER (whole = 0), count(*) FILTER (whole = 1), count(*) FILTER (whole = 2),
               count(*) FILTER (whole = 0 AND was > 0),
               count(*) FILTER (others = 0 AND was = 0 AND state > 0)
        FROM both_of"""
    ).fetchone()
    subjects, answered, *numbers = found
    if subjects != answered:
        raise CohortError(f"the findings of the variation are those of {answered} of {subjects} subjects")
    return tuple(numbers)

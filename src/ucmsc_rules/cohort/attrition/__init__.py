"""Attrition: whom each criterion costs: alone, by itself only, in the order of the protocol; and for want of what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ucmsc_rules.cohort.attrition.count import Counts, count
from ucmsc_rules.cohort.attrition.model import (
    Attrition,
    BranchRow,
    Change,
    Combination,
    Row,
    Want,
)
from ucmsc_rules.cohort.attrition.showing import suppressed
from ucmsc_rules.cohort.attrition.states import View, connect
from ucmsc_rules.cohort.attrition.tables import tables_of
from ucmsc_rules.cohort.findings import Cohort
from ucmsc_rules.rules.model import Category, Ruleset

__all__ = [
    "Attrition",
    "BranchRow",
    "Change",
    "Combination",
    "Row",
    "Want",
    "count_attrition",
    "suppressed",
    "tables_of",
]


def count_attrition(  # noqa: PLR0913 - all but two are named
    ruleset: Ruleset,
    findings: Any,  # noqa: ANN401 - whatever holds a table
    *,
    wants: Any = None,  # noqa: ANN401
    changes: Sequence[Change] = (),
    min_cell: int = 0,
    memory: str | None = None,
) -> Attrition:
    """The attrition of a cohort by its findings.

    ``findings`` is what ``screen_cohort`` gave, or a table that holds (subject, criterion, branch, holds) in rows or a
    column for each criterion; ``wants`` is one that holds (subject, criterion, concept). A table may be a Parquet
    file, an Arrow table or a data frame. With ``min_cell``, no
    count from 1 to ``min_cell - 1`` is told, nor can be reckoned from those that are.
    """
    connection = connect(memory)
    if isinstance(findings, Cohort):
        connection, wants = findings.connection, View("SELECT * FROM wanting") if wants is None else wants
        findings = View("SELECT * FROM findings_wide")
    counts = count(connection, ruleset, findings, wants)
    return suppressed(_attrition(ruleset, counts, tuple(changes), wants_known=wants is not None), min_cell)


def _attrition(ruleset: Ruleset, counts: Counts, changes: tuple[Change, ...], *, wants_known: bool) -> Attrition:
    screened, excluded, eligible, undetermined = counts.statuses
    names = [criterion.id for criterion in ruleset.criteria]
    combinations = tuple(Combination(tuple(names[at] for at in places), n) for places, n in counts.combinations)
    told = sum(each.subjects or 0 for each in combinations)
    return Attrition(
        ruleset=ruleset.name,
        version=ruleset.version,
        title=ruleset.title,
        digest=ruleset.digest,
        screened=screened,
        excluded=excluded,
        eligible=eligible,
        undetermined=undetermined,
        rows=_rows(ruleset, counts, screened),
        branches=tuple(
            BranchRow(criterion.id, branch.key, branch.text, counts.branches[criterion.id, branch.key])
            for criterion in ruleset.criteria
            for branch in criterion.branches
            if criterion.category is Category.EXCLUSION and (criterion.id, branch.key) in counts.branches
        ),
        wants=tuple(Want(name, _label(ruleset, name), *numbers) for name, numbers in counts.wants.items()),
        wants_known=wants_known,
        combinations=combinations,
        other_combinations=excluded - told,
        changes=changes,
    )


def _rows(ruleset: Ruleset, counts: Counts, screened: int) -> tuple[Row, ...]:
    rows, left = [], screened
    for place, criterion in enumerate(ruleset.criteria):
        out, unknown, passed, only, first, still_open, last_open = counts.rows.get(place, (0,) * 7)
        left -= first
        rows.append(
            Row(criterion.id, criterion.category.value, criterion.text, out, unknown, passed, only, first, left,
                still_open, last_open)
        )  # fmt: skip
    return tuple(rows)


def _label(ruleset: Ruleset, name: str) -> str:
    return ruleset.dictionary[name].label if name in ruleset.dictionary else f"the date of {name}"

"""Findings and wants as tables, from verdicts on one subject after the other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ucmsc_rules.cohort.packages import package
from ucmsc_rules.values.truth import Truth
from ucmsc_rules.verdicts.finding import Verdict


def tables_of(verdicts: Iterable[Verdict]) -> tuple[Any, Any]:
    """The findings (subject, criterion, branch, holds) and the wants (subject, criterion, concept) as Arrow tables.

    The concepts are those that a finding's needs name. A record that was refused has no subject, and no row.
    """
    findings: dict[str, list[str]] = {name: [] for name in ("subject", "criterion", "branch", "holds")}
    wants: dict[str, list[str]] = {name: [] for name in ("subject", "criterion", "concept")}
    for verdict in verdicts:
        if verdict.subject is None:
            continue
        for finding in verdict.findings:
            for branch, holds in {"": finding.holds, **finding.branches}.items():
                _append(findings, (verdict.subject, finding.criterion, branch, holds.value))
            if finding.holds is Truth.UNKNOWN:
                for concept in dict.fromkeys(need.concept for need in finding.needs):
                    _append(wants, (verdict.subject, finding.criterion, concept))
    return _arrow(findings), _arrow(wants)


def _append(columns: dict[str, list[str]], row: tuple[str, ...]) -> None:
    for column, cell in zip(columns.values(), row, strict=True):
        column.append(cell)


def _arrow(columns: dict[str, list[str]]) -> Any:  # noqa: ANN401 - pyarrow has no types
    pa = package("pyarrow")
    return pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()})

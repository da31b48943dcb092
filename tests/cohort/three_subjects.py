"""A table of three subjects of whom one passes a criterion, one fails it and one is open, for tests of tables."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from ucmsc_rules import load_ruleset
from ucmsc_rules.cohort import Cohort

TRIAL = load_ruleset("ucmsc-hbv-cirrhosis")
DAY = "2026-02-27"
ANCHORS = pa.table({"subject": ["A", "B", "C"], "screening": ["2026-03-01"] * 3})
FACTS = pa.table(
    {
        "subject": ["A", "B", "C"],
        "concept": ["hbv_dna"] * 3,
        "value": ["<20 IU/mL", "5000 IU/mL", "<2000 IU/mL"],
        "when": [DAY] * 3,
    }
)
ANSWERS = [("A", "true"), ("B", "false"), ("C", "unknown")]


def viral_load(cohort: Cohort) -> list[tuple[Any, ...]]:
    """The subjects with what I4 came to."""
    return cohort.rows("SELECT subject, holds FROM findings WHERE criterion = 'I4' ORDER BY subject")


def said(cohort: Cohort) -> list[str]:
    """The problems as texts."""
    return [str(problem) for problem in cohort.problems]


def with_rows(*rows: tuple[str | None, ...], table: pa.Table = FACTS) -> pa.Table:
    """A table with rows more."""
    return pa.concat_tables([table, pa.table(list(zip(*rows, strict=True)), names=table.column_names)])

"""The findings of a cohort as tables: wide, long, what is wanting, and how many subjects have which status."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import field, frozen

from ucmsc_rules.cohort.engine import DuckDB, Engine
from ucmsc_rules.cohort.plan import Plan
from ucmsc_rules.cohort.problems import CohortProblem
from ucmsc_rules.cohort.sql.rules import truth_sql
from ucmsc_rules.cohort.sql.words import text
from ucmsc_rules.cohort.wanting import define_wanting
from ucmsc_rules.rules.compiled import Compiled
from ucmsc_rules.rules.model import Category
from ucmsc_rules.verdicts.finding import Status


@frozen(eq=False)
class Cohort:
    """What came out: tables in a DuckDB connection, the problems, and how many subjects have which status.

    The tables: ``findings`` (subject, criterion, branch, holds), where the branch "" is the criterion itself;
    ``findings_wide``, a row for each subject; ``statuses`` (subject, status); ``worksheet``, the bounds of every
    measure; ``wanting`` (subject, criterion, concept), for want of what an unknown criterion is so.
    """

    engine: DuckDB = field(repr=False)
    plan: Plan = field(repr=False)
    problems: tuple[CohortProblem, ...]
    statuses: Mapping[str, int]

    @property
    def connection(self) -> Any:  # noqa: ANN401 - duckdb.DuckDBPyConnection
        """DuckDB's connection, for questions of one's own."""
        return self.engine.connection

    @property
    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """For each criterion, how many subjects have which answer."""
        names = [criterion.id for criterion in self.plan.compiled.ruleset.criteria]
        sums = [
            f"count(*) FILTER (WHERE {self.engine.dialect.named(name)} = '{holds}')"
            for name in names
            for holds in ("true", "false", "unknown")
        ]
        row = iter(self.rows(f"SELECT {', '.join(sums)} FROM findings_wide")[0])
        return {name: {"true": next(row), "false": next(row), "unknown": next(row)} for name in names}

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query over the tables."""
        return self.engine.rows(query)

    def findings(self, *, wide: bool = False) -> Any:  # noqa: ANN401 - pyarrow.Table
        """The findings as an Arrow table, in the order of the subjects."""
        as_texts = f"SELECT CAST(COLUMNS(*) AS VARCHAR) FROM ({_ordered(wide=wide)})"
        return self.connection.sql(as_texts).to_arrow_table()

    def write(self, path: str | Path, *, wide: bool = False) -> None:
        """Writes the findings as Parquet."""
        self.connection.execute(f"COPY ({_ordered(wide=wide)}) TO {text(str(path))} (FORMAT parquet)")


def _ordered(*, wide: bool) -> str:
    if wide:
        return "SELECT w.*, s.status FROM findings_wide w JOIN statuses s USING (subject) ORDER BY subject"
    return "SELECT subject, criterion, branch, holds FROM findings ORDER BY subject, place"


def define_findings(engine: Engine, plan: Plan) -> None:
    """Makes ``findings_wide`` from ``worksheet``, and the views over it."""
    compiled = plan.compiled
    columns = [
        f"{truth_sql(engine.dialect, rule)} AS {engine.dialect.named(name)}" for name, rule in compiled.rules.items()
    ]
    engine.define("findings_wide", f"SELECT subject, {', '.join(columns)} FROM worksheet", kept=True)
    engine.view("findings", " UNION ALL ".join(_long(engine, compiled)), kept=True)
    statuses = f"SELECT subject, {status_sql(engine, compiled)} AS status FROM findings_wide"
    engine.view("statuses", statuses, kept=True)
    define_wanting(engine, plan)


def _long(engine: Engine, compiled: Compiled) -> list[str]:
    parts: list[str] = []
    for criterion in compiled.ruleset.criteria:
        keys = ["", *(branch.key for branch in criterion.branches if branch.key)]
        for key in keys:
            name = engine.dialect.named(f"{criterion.id}.{key}" if key else criterion.id)
            columns = f"{text(criterion.id)} AS criterion, {text(key)} AS branch, {name} AS holds"
            parts.append(
                f"SELECT subject, {columns}, {len(parts)} + {_nth(compiled, criterion.id)} AS place FROM findings_wide"
            )
    return parts


def _nth(compiled: Compiled, criterion: str) -> int:
    names = [each.id for each in compiled.ruleset.criteria]
    return names.index(criterion) * 1000


def status_sql(engine: Engine, compiled: Compiled) -> str:
    """The status of a row of ``findings_wide``, as ``verdicts.finding.status_of`` decides it."""
    against, favour = [], []
    for criterion in compiled.ruleset.criteria:
        name = engine.dialect.named(criterion.id)
        wrong, right = ("false", "true") if criterion.category is Category.INCLUSION else ("true", "false")
        against.append(f"{name} = '{wrong}'")
        favour.append(f"{name} = '{right}'")
    return (
        f"CASE WHEN {' OR '.join(against) or 'FALSE'} THEN '{Status.INELIGIBLE.value}' "
        f"WHEN {' AND '.join(favour) or 'FALSE'} THEN '{Status.ELIGIBLE.value}' ELSE '{Status.UNDETERMINED.value}' END"
    )


def count_statuses(engine: Engine) -> Mapping[str, int]:
    """How many subjects have which status."""
    found = dict(engine.rows("SELECT status, count(*) FROM statuses GROUP BY status"))
    return {status.value: found.get(status.value, 0) for status in Status}

"""Screens a cohort: tables become dictionaries and numbers, numbers worksheets, worksheets findings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ucmsc_rules.cohort.encode import encode
from ucmsc_rules.cohort.engine import DuckDB
from ucmsc_rules.cohort.findings import Cohort, count_statuses, define_findings
from ucmsc_rules.cohort.opening import open_in_duckdb
from ucmsc_rules.cohort.packages import CohortError
from ucmsc_rules.cohort.pipeline import PEOPLE, make_sheets
from ucmsc_rules.cohort.placing import place_facts
from ucmsc_rules.cohort.plan import Plan, make_plan
from ucmsc_rules.cohort.problems import merged
from ucmsc_rules.cohort.spelling import Spelled
from ucmsc_rules.rules.compiled import compile_ruleset
from ucmsc_rules.rules.model import Ruleset

CHUNK = 200_000


def screen_cohort(  # noqa: PLR0913 - a command with options
    ruleset: Ruleset,
    facts: Any,  # noqa: ANN401 - tables of any make
    anchors: Any = None,  # noqa: ANN401
    *,
    default_anchors: Mapping[str, str] | None = None,
    memory_limit: str | None = "3GB",
    threads: int | None = None,
    database: str | Path | None = None,
    chunk: int = CHUNK,
) -> Cohort:
    """The findings for every subject of a long table of facts and a table of anchors.

    A table is a path (Parquet, CSV, NDJSON; also a list of paths), an Arrow table, a data frame, a DuckDB relation, or
    a table of PostgreSQL by its URI or as a ``PostgresTable``. Facts have the columns ``subject``, ``concept`` and any
    of a record's keys; anchors a ``subject`` and a column for each anchor, named as the ruleset names it. A blank cell
    says nothing. ``default_anchors`` serve subjects for whom an anchor is blank. What cannot be read is unknown, and
    told with its count among the problems.

    Raises CohortError where a table cannot be read at all, or lacks a column that it must have.

    >>> from ucmsc_rules import load_ruleset
    >>> import pyarrow
    >>> facts = pyarrow.table({"subject": ["S-1", "S-2"], "concept": ["hbv_dna"] * 2, "when": ["2026-02-27"] * 2,
    ...                        "value": ["<20 IU/mL", "5e6 IU/mL"]})
    >>> cohort = screen_cohort(load_ruleset("ucmsc-hbv-cirrhosis"), facts, default_anchors={"screening": "2026-03-01"})
    >>> cohort.rows("SELECT subject, holds FROM findings WHERE criterion = 'I4' ORDER BY subject")
    [('S-1', 'true'), ('S-2', 'false')]
    """
    plan = make_plan(compile_ruleset(ruleset))
    engine = DuckDB(database, memory_limit, threads)
    try:
        spelled, problems = encode(engine, open_in_duckdb, plan, (facts, anchors), default_anchors)
        _fill(engine, plan, spelled, chunk)
    except engine.failures as error:
        raise CohortError(f"the cohort cannot be screened: {str(error).splitlines()[0]}") from None
    define_findings(engine, plan)
    return Cohort(engine, plan, merged(problems), count_statuses(engine))


def _fill(engine: DuckDB, plan: Plan, spelled: Spelled, chunk: int) -> None:
    """Makes the table ``worksheet``, some subjects at a time, so that memory does not grow with the cohort."""
    count = engine.rows("SELECT count(*) FROM people")[0][0]
    for number, start in enumerate(range(0, max(count, 1), chunk)):
        mine = f"BETWEEN {start} AND {start + chunk - 1}"
        engine.view(PEOPLE, f"SELECT * FROM people WHERE sid {mine}")
        place_facts(engine, plan, spelled, f"s.sid {mine}")
        sheets = make_sheets(engine, plan)
        if number == 0:
            engine.define("worksheet", sheets, kept=True)
        else:
            engine.connection.execute(f"INSERT INTO worksheet {sheets}")

"""Findings tables in DuckDB, long or wide, as states: 2 excluded, 1 unknown, 0 passed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from attrs import frozen

from ucmsc_rules.cohort.packages import CohortError, package
from ucmsc_rules.rules.model import Category, Criterion


def connect(memory: str | None = None) -> Any:  # noqa: ANN401 - DuckDB is imported only here
    """A DuckDB of its own, in memory; ``memory`` is its limit, as ``4GB``."""
    connection = package("duckdb").connect()
    connection.execute("SET preserve_insertion_order = false; SET enable_progress_bar = false")
    if memory:
        connection.execute("SET memory_limit = ?", [memory])
    return connection


@frozen
class View:
    """A table that a connection has already, by the query that reads it."""

    query: str


def load(connection: Any, name: str, table: Any) -> None:  # noqa: ANN401 - whatever holds a table
    """Makes a table known by a name: a Parquet file or folder, an Arrow table, a data frame, a query of one's own."""
    if isinstance(table, View):
        connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {table.query}")
        return
    if not isinstance(table, str | Path):
        arrow = getattr(table, "to_arrow_table", None) or getattr(table, "to_arrow", None)
        connection.execute(f"DROP VIEW IF EXISTS {name}")
        connection.register(name, arrow() if arrow else table)
        return
    path = Path(table)
    if not path.exists():
        raise CohortError(f"there is no findings table {path}")
    pattern = str(path / "**" / "*.parquet" if path.is_dir() else path).replace("'", "''")
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT * FROM read_parquet('{pattern}')")


def add_states(connection: Any, name: str, table: Any, criteria: Sequence[Criterion]) -> None:  # noqa: ANN401
    """Makes a view of states by a name, (subject, criterion, place, branch, state), from a findings table.

    Raises CohortError where a column is missing, ``holds`` is none of three words, or a subject lacks a criterion.
    """
    load(connection, f"{name}_given", table)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name}_criteria (place INTEGER, criterion VARCHAR, bad VARCHAR)")
    connection.executemany(
        f"INSERT INTO {name}_criteria VALUES (?, ?, ?)",
        [(place, each.id, _bad(each)) for place, each in enumerate(criteria)],
    )
    connection.execute(
        f"""CREATE OR REPLACE TEMP VIEW {name}_long AS
        SELECT subject, criterion, branch, coalesce(lower(holds::VARCHAR), 'unknown') AS holds
        FROM ({_long(connection, name, criteria)})"""
    )
    connection.execute(
        f"""CREATE OR REPLACE TEMP VIEW {name} AS
        SELECT subject, criterion, place, branch,
               (CASE holds WHEN bad THEN 2 WHEN 'unknown' THEN 1 ELSE 0 END)::TINYINT AS state
        FROM {name}_long JOIN {name}_criteria USING (criterion)"""
    )
    _check(connection, name)


def _long(connection: Any, name: str, criteria: Sequence[Criterion]) -> str:  # noqa: ANN401
    columns = [row[0] for row in connection.execute(f"DESCRIBE {name}_given").fetchall()]
    is_long = "criterion" in columns
    needed = ("subject", "holds") if is_long else ("subject", *(each.id for each in criteria))
    if lacking := [column for column in needed if column not in columns]:
        raise CohortError(f"the findings table has no column {', '.join(lacking)}")
    if is_long:
        branch = "coalesce(branch, '')" if "branch" in columns else "''"
        return f"SELECT subject, criterion, {branch} AS branch, holds FROM {name}_given"
    named = [(each.id, each.id, "") for each in criteria]
    named += [
        (f"{each.id}.{branch.key}", each.id, branch.key)
        for each in criteria
        for branch in each.branches
        if branch.key and f"{each.id}.{branch.key}" in columns
    ]
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {name}_columns (named VARCHAR, criterion VARCHAR, branch VARCHAR)"
    )
    connection.executemany(f"INSERT INTO {name}_columns VALUES (?, ?, ?)", named)
    names = ", ".join(f'"{column}"' for column, _, _ in named)
    return (
        f"SELECT subject, criterion, branch, holds FROM {name}_given "
        f"UNPIVOT INCLUDE NULLS (holds FOR named IN ({names})) JOIN {name}_columns USING (named)"
    )


def _bad(criterion: Criterion) -> str:
    return "false" if criterion.category is Category.INCLUSION else "true"


def _check(connection: Any, name: str) -> None:  # noqa: ANN401
    """One row for each subject and criterion, with one of three words."""
    strange = connection.execute(
        f"SELECT holds, count(*) FROM {name}_long WHERE holds NOT IN ('true', 'false', 'unknown') "
        "GROUP BY holds ORDER BY holds LIMIT 1"
    ).fetchone()
    if strange:
        rows = f'{strange[1]} rows with holds "{strange[0]}"'
        raise CohortError(f'the findings table has {rows}; it is "true", "false" or "unknown"')
    (subjects,) = connection.execute(f"SELECT count(DISTINCT subject) FROM {name}_long").fetchone()
    wrong = connection.execute(
        f"""SELECT criterion, coalesce(n, 0), coalesce(d, 0) FROM {name}_criteria LEFT JOIN (
             SELECT place, count(*) AS n, count(DISTINCT subject) AS d FROM {name} WHERE branch = '' GROUP BY place
           ) USING (place) WHERE coalesce(n, 0) <> $1 OR coalesce(d, 0) <> $1 ORDER BY place LIMIT 1""",
        [subjects],
    ).fetchone()
    if wrong:
        criterion, rows, different = wrong
        raise CohortError(
            f"the findings table has {rows} rows for {criterion}, of {different} subjects, and there are {subjects} "
            f"subjects; each has one row for each criterion"
        )

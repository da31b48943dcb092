"""Facts and anchors in PostgreSQL: the same findings as from a file, and nothing told that the URI keeps."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pyarrow as pa
import pyarrow.parquet
import pytest
from attrs import evolve
from psycopg import sql
from typer.testing import CliRunner

from cohort.cohort_tables import anchors_table, facts_table, told
from cohort.test_cohort_agreement import TRIAL, cohort_of
from ucmsc_rules.cli.app import app
from ucmsc_rules.cohort import CohortError, PostgresTable, screen_cohort
from ucmsc_rules.cohort.commands import Options, run_cohort

SERVER = os.environ.get("UCMSC_RULES_POSTGRESQL", "").replace("+psycopg", "")
FACTS = pa.table(
    {
        "subject": ["A", "B"],
        "concept": ["hbv_dna"] * 2,
        "value": ["<20 IU/mL", "5000 IU/mL"],
        "when": ["2026-02-27"] * 2,
    }
)
ANCHORS = pa.table({"subject": ["A", "B", "C"], "screening": ["2026-03-01"] * 3})


@pytest.fixture
def schema() -> Iterator[str]:
    """A schema of its own, whose name needs quotation marks."""
    if not SERVER:
        pytest.skip("UCMSC_RULES_POSTGRESQL names no server (an SQLAlchemy URL; .ci/postgresql starts one)")
    name = f"Registry {secrets.token_hex(4)}"
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(name)))
        yield name
        connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(name)))


def filled(schema: str, name: str, table: pa.Table) -> str:
    """A table of texts, with what an Arrow table holds; gives its URI."""
    columns = sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(each)) for each in table.column_names)
    place = sql.Identifier(schema, name)
    with psycopg.connect(SERVER) as connection:
        connection.execute(sql.SQL("CREATE TABLE {} ({})").format(place, columns))
        with connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(place)) as rows:
            for row in table.to_pylist():
                rows.write_row([None if cell is None else str(cell) for cell in row.values()])
    return f"{SERVER}#{schema}.{name}"


def test_tables_of_postgresql_give_the_findings_of_files(schema: str, tmp_path: Path) -> None:
    """From the library and as the command line does it, in parts."""
    records = told(cohort_of(TRIAL, 60))
    facts, anchors = facts_table(records), anchors_table(records, TRIAL.anchors)
    there = filled(schema, "facts", facts), filled(schema, "anchors", anchors)
    here = screen_cohort(TRIAL, facts, anchors)
    cohort = screen_cohort(TRIAL, *there)
    assert cohort.findings().equals(here.findings())
    assert cohort.problems == here.problems
    outcome = run_cohort(TRIAL, there, tmp_path / "found.parquet", Options(parts=2))
    assert outcome.attrition.screened == len(records)
    assert [str(evolve(each, examples=())) for each in outcome.problems] == [
        str(evolve(each, examples=())) for each in here.problems
    ]
    assert pyarrow.parquet.read_table(tmp_path / "found.parquet").to_pylist() == here.findings().to_pylist()


def test_tables_of_postgresql_on_the_command_line(schema: str, tmp_path: Path) -> None:
    """Named as they are in the library; without a table's name it is wrong usage."""
    there = filled(schema, "facts", FACTS), filled(schema, "anchors", ANCHORS)
    arguments = ["cohort", there[0], "--anchors", there[1], "--out", str(tmp_path / "found.parquet")]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert (result.exit_code, result.stderr) == (0, "")
    rows = pyarrow.parquet.read_table(tmp_path / "found.parquet").to_pylist()
    assert [row["holds"] for row in rows if row["criterion"] == "I4"] == ["true", "false", "unknown"]
    result = CliRunner().invoke(app, ["cohort", SERVER, *arguments[2:]])
    assert result.exit_code == 2
    assert "names no table; write postgresql://user@host/database#schema.table" in result.stderr


def test_columns_of_other_types_become_the_texts_that_they_are_elsewhere(schema: str) -> None:
    """Numbers as they are written, days and times without the server's style, yes and no; a zoned time is told."""
    with psycopg.connect(SERVER) as connection:
        connection.execute(
            sql.SQL("CREATE TABLE {} AS {}").format(
                sql.Identifier(schema, "facts"),
                sql.SQL(
                    "SELECT v.* FROM (VALUES "
                    "('A', 'hbv_dna', 20::numeric(9,2), 'IU/mL', TIMESTAMP '2026-02-27', TRUE, DATE '2026-02-28'), "
                    "('B', 'hbv_dna', 5000, 'IU/mL', TIMESTAMP '2026-02-27 08:30:00', FALSE, NULL), "
                    "('C', 'hbv_dna', 1, 'IU/mL', TIMESTAMP 'infinity', NULL, NULL)) "
                    'v(subject, concept, value, unit, "when", detected, recorded)'
                ),
            )
        )
    cohort = screen_cohort(TRIAL, PostgresTable(SERVER, f"{schema}.facts"), ANCHORS)
    rows = cohort.rows("SELECT c_subject, c_value, c_when, c_detected, c_recorded FROM source_facts ORDER BY c_subject")
    assert rows[:2] == [
        ("A", "20.00", "2026-02-27", "true", "2026-02-28"),
        ("B", "5000", "2026-02-27T08:30", "false", None),
    ]
    assert [each for each in cohort.problems if each.column == "when"] != []


def test_what_is_wrong_with_a_database_is_told_without_its_password(schema: str) -> None:
    """No table, a table that is not there, one without subjects, and no server."""
    for source, message in {
        SERVER: "the database's URI names no table; write postgresql://user@host/database#schema.table",
        f"{SERVER}#{schema}.nothing": f'relation "{schema}.nothing" does not exist',
        filled(schema, "empty", pa.table({"concept": ["hbv_dna"]})): 'the table of facts has no column "subject"',
    }.items():
        with pytest.raises(CohortError) as error:
            screen_cohort(TRIAL, source, ANCHORS)
        assert message in str(error.value)


@pytest.mark.parametrize("told", ["clinic:se%20cret@", "clinic:se%zzcret@", "clinic:se@cret@"])
@pytest.mark.parametrize("more", ["", "?wrong=1"])
def test_a_server_that_is_not_there_is_told_without_the_password(told: str, more: str) -> None:
    """Nor is it shown with the table."""
    uri = f"postgresql://{told}127.0.0.1:1/db{more}"
    with pytest.raises(CohortError) as error:
        screen_cohort(TRIAL, f"{uri}#facts", ANCHORS)
    assert str(error.value) == (
        "the table facts of PostgreSQL cannot be read: there is no connection; leave the password to PGPASSWORD or "
        "~/.pgpass, and it is told why"
    )
    assert "cret" not in repr(PostgresTable(uri, "facts"))


def test_why_there_is_no_server_is_told_where_no_password_could_be() -> None:
    """What libpq says."""
    with pytest.raises(CohortError, match="Connection refused"):
        screen_cohort(TRIAL, "postgresql://clinic@127.0.0.1:1/db#facts", ANCHORS)

"""What a cohort's tables may be, and what is said where they are wrong: the rest is answered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from pyarrow import parquet

from cohort.three_subjects import ANCHORS, ANSWERS, DAY, FACTS, TRIAL, said, viral_load, with_rows
from ucmsc_rules.cohort import CohortError, packages, screen_cohort


def test_a_subject_twice_with_the_same_dates_is_read_once() -> None:
    """And that is told."""
    cohort = screen_cohort(TRIAL, FACTS, with_rows(("B", "01-MAR-2026"), table=ANCHORS))
    assert viral_load(cohort) == ANSWERS
    assert said(cohort) == [
        (
            "warning: subject: the subject stands in more than one row of the table of anchors; its dates are the same "
            "in all, so it is read once; 1 row (as of B)"
        )
    ]


def test_a_subject_twice_with_different_dates_has_no_such_anchor() -> None:
    """Nobody knows which of them it is."""
    cohort = screen_cohort(TRIAL, FACTS, with_rows(("B", "2026-04-01"), table=ANCHORS))
    assert viral_load(cohort) == [("A", "true"), ("B", "unknown"), ("C", "unknown")]
    assert said(cohort) == [
        (
            "error: screening: the subject stands in more than one row, with different dates, so this anchor counts as "
            "not given; write it once; 1 row (as of B)"
        ),
        (
            "warning: screening: the date of screening is not given, so every criterion is unknown; give it in the "
            "table of anchors; 1 row (as of B)"
        ),
    ]


def test_an_unknown_concept_is_told_and_the_rest_is_answered() -> None:
    """With its rows and a subject."""
    cohort = screen_cohort(
        TRIAL, with_rows(("A", "hbv_dan", "1 IU/mL", DAY), ("B", "hbv_dan", "2 IU/mL", DAY)), ANCHORS
    )
    assert viral_load(cohort) == ANSWERS
    assert said(cohort) == [
        'error: concept: "hbv_dan" is no concept of the dictionary; did you mean "hbv_dna"?; 2 rows (as of A, B)'
    ]


def test_values_that_cannot_be_read_are_unknown_and_told() -> None:
    """A later value that cannot be read supersedes; so does one whose day cannot be read, perhaps."""
    rows = [("A", "hbv_dna", "haemolysed", "2026-02-28"), ("B", "hbv_dna", "10 IU/mL", "2026-02-30")]
    cohort = screen_cohort(TRIAL, with_rows(*rows), ANCHORS)
    assert viral_load(cohort) == [("A", "unknown"), ("B", "unknown"), ("C", "unknown")]
    assert [(problem.level, problem.column, problem.count, problem.examples) for problem in cohort.problems] == [
        ("error", "value", 1, ("A",)),
        ("error", "when", 1, ("B",)),
    ]


def test_an_end_before_its_start_is_told() -> None:
    """The event may then be anything."""
    facts = pa.table({"subject": ["A"], "concept": ["gi_bleeding"], "when": ["2020-05-02"], "until": ["2020-05-01"]})
    cohort = screen_cohort(TRIAL, facts, ANCHORS)
    assert said(cohort) == ["error: until: the end lies before the start; check both dates; 1 row (as of A)"]


def test_anchors_that_are_no_full_dates_or_out_of_order_count_as_not_given() -> None:
    """Each with its count; the subject is answered by the others."""
    anchors = pa.table(
        {
            "subject": ["A", "B", "C"],
            "screening": ["2026-03-01", "2026-03", "2026-03-01"],
            "enrolment": ["2026-02-01", None, "2026-03-15"],
        }
    )
    cohort = screen_cohort(TRIAL, FACTS, anchors)
    assert viral_load(cohort) == [("A", "true"), ("B", "unknown"), ("C", "unknown")]
    assert said(cohort) == [
        (
            "error: enrolment: enrolment lies before an anchor that comes earlier, so it counts as not given; "
            "1 row (as of A)"
        ),
        (
            'error: screening: "2026-03" is a partial date, so it counts as not given; write the full date; '
            "1 row (as of B)"
        ),
        (
            "warning: screening: the date of screening is not given, so every criterion is unknown; give it in the "
            "table of anchors; 1 row (as of B)"
        ),
    ]


def test_a_subject_without_anchors_is_answered_and_told() -> None:
    """Everything is unknown of it."""
    cohort = screen_cohort(TRIAL, with_rows(("D", "hbv_dna", "1 IU/mL", DAY)), ANCHORS)
    assert viral_load(cohort) == [*ANSWERS, ("D", "unknown")]
    assert [(problem.level, problem.count, problem.examples) for problem in cohort.problems] == [
        ("error", 1, ("D",)),
        ("warning", 1, ("D",)),
    ]


def test_a_subject_without_facts_is_answered() -> None:
    """It stands in the table of anchors alone."""
    assert viral_load(screen_cohort(TRIAL, FACTS.slice(0, 1), ANCHORS)) == [
        ("A", "true"), ("B", "unknown"), ("C", "unknown"),
    ]  # fmt: skip


def test_rows_without_a_subject_are_passed_over_and_told() -> None:
    """There is nobody to whom they could belong."""
    cohort = screen_cohort(TRIAL, with_rows((None, "hbv_dna", "1 IU/mL", DAY), (" ", "sex", "male", None)), ANCHORS)
    assert viral_load(cohort) == ANSWERS
    assert said(cohort) == [
        "error: subject: a row of the table of facts names no subject, so it is passed over; 2 rows"
    ]


def test_empty_tables_give_empty_findings() -> None:
    """No facts, or nobody at all."""
    assert viral_load(screen_cohort(TRIAL, FACTS.slice(0, 0), ANCHORS)) == [(name, "unknown") for name in "ABC"]
    nobody = screen_cohort(TRIAL, FACTS.slice(0, 0), ANCHORS.slice(0, 0))
    assert nobody.statuses == {"eligible": 0, "ineligible": 0, "undetermined": 0}
    assert nobody.findings().num_rows == 0


def test_anchors_may_be_the_same_for_all() -> None:
    """Then facts are enough; an anchor that a subject has of its own stands."""
    cohort = screen_cohort(TRIAL, FACTS, default_anchors={"screening": "2026-03-01"})
    assert viral_load(cohort) == ANSWERS
    later = screen_cohort(TRIAL, FACTS, ANCHORS.slice(0, 2), default_anchors={"screening": "2027-03-01"})
    assert viral_load(later) == [("A", "true"), ("B", "false"), ("C", "unknown")]


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        (
            FACTS.drop_columns("subject"),
            'the table of facts has no column "subject"; it has "concept", "value", "when"',
        ),
        (
            FACTS.drop_columns("concept"),
            'the table of facts has no column "concept"; it has "subject", "value", "when"',
        ),
        (
            FACTS.rename_columns(["subject", "concept", "vlaue", "when"]),
            (
                'the column "vlaue" of the table of facts is none that is read; did you mean "value"? Rename it, or '
                "name it otherwise"
            ),
        ),
        ("facts.xlsx", "facts.xlsx has no form that is known by its ending; write .parquet, .csv, .tsv or .ndjson"),
        (7, "builtins.int is no table of facts; give a path, an Arrow table, a data frame or a DuckDB relation"),
    ],
)
def test_a_table_that_cannot_serve_is_refused(facts: Any, message: str) -> None:
    """With what is wrong, and what to write instead."""
    with pytest.raises(CohortError) as error:
        screen_cohort(TRIAL, facts, ANCHORS)
    assert str(error.value) == message


def test_a_table_of_anchors_needs_its_subjects() -> None:
    """By their column."""
    with pytest.raises(CohortError) as error:
        screen_cohort(TRIAL, FACTS, ANCHORS.drop_columns("subject"))
    assert str(error.value) == 'the table of anchors has no column "subject"; it has "screening"'


def test_a_column_that_is_not_read_is_told() -> None:
    """It may be anything."""
    cohort = screen_cohort(TRIAL, FACTS.append_column("visit", [["1"] * 3]), ANCHORS)
    assert said(cohort) == ["warning: visit: this column of the table of facts is not read"]


def test_a_limit_that_is_none_is_refused() -> None:
    """As DuckDB says it."""
    with pytest.raises(CohortError, match=r"^DuckDB does not take this limit: "):
        screen_cohort(TRIAL, FACTS, ANCHORS, memory_limit="lots")


def test_a_database_may_be_kept_and_filled_again(tmp_path: Path) -> None:
    """The tables of the last cohort stand in it."""
    path = tmp_path / "cohort.duckdb"
    for facts in (FACTS.slice(0, 1), FACTS):
        cohort = screen_cohort(TRIAL, facts, ANCHORS, database=path)
        found = viral_load(cohort)
        cohort.connection.close()
    assert found == ANSWERS
    with duckdb.connect(str(path), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM findings_wide").fetchone() == (3,)


def test_without_duckdb_it_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The package is asked for only where it is used."""

    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(packages, "import_module", missing)
    with pytest.raises(CohortError) as error:
        screen_cohort(TRIAL, FACTS, ANCHORS)
    assert str(error.value) == "cohorts need duckdb; install ucmsc-rules[cohort]"


def test_findings_are_written_long_and_wide(tmp_path: Path) -> None:
    """As Parquet and as Arrow; a wide row has the status too."""
    cohort = screen_cohort(TRIAL, FACTS, ANCHORS)
    cohort.write(tmp_path / "long.parquet")
    cohort.write(tmp_path / "wide.parquet", wide=True)
    long, wide = (parquet.read_table(tmp_path / f"{name}.parquet") for name in ("long", "wide"))
    assert long.column_names == ["subject", "criterion", "branch", "holds"]
    assert long.to_pydict() == cohort.findings().to_pydict()
    assert wide.select(["subject", "I4", "status"]).to_pylist()[1] == {
        "subject": "B", "I4": "false", "status": "ineligible",
    }  # fmt: skip
    assert wide.num_rows == len(ANSWERS)


def test_what_is_wanting_is_told_by_concept() -> None:
    """For each criterion that is unknown, the concepts whose comparisons are."""
    cohort = screen_cohort(TRIAL, FACTS, ANCHORS)
    wanting = cohort.rows("SELECT concept FROM wanting WHERE subject = 'C' AND criterion IN ('I4', 'E11') ORDER BY 1")
    assert [row[0] for row in wanting] == ["alcohol_abuse", "drug_addiction", "hbv_dna"]


def test_a_subject_that_a_record_may_not_have_is_passed_over_and_told() -> None:
    """Nothing but blanks of any kind, or more than 200 characters: what one record refuses, a table does not answer."""
    long = "S" * 201
    facts = with_rows(*[(name, "hbv_dna", "1 IU/mL", DAY) for name in ("\u2003\t", "\n", long)])
    anchors = pa.table({"subject": ["A", "B", "C", long, "S" * 200], "screening": ["2026-03-01"] * 5})
    cohort = screen_cohort(TRIAL, facts, anchors)
    assert viral_load(cohort) == [*ANSWERS, ("S" * 200, "unknown")]
    passed = "error: subject: a row of the table of {}, so it is passed over; {}"
    assert said(cohort) == [
        passed.format("facts names no subject", "2 rows"),
        passed.format("anchors names its subject in more than 200 characters", "1 row"),
        passed.format("facts names its subject in more than 200 characters", "1 row"),
    ]


def test_an_anchor_of_nothing_but_blanks_is_blank() -> None:
    """Of any kind: the day that serves where there is none then serves."""
    anchors = pa.table({"subject": ["A", "B", "C"], "screening": ["\t", "\u2003", ""]})
    assert viral_load(screen_cohort(TRIAL, FACTS, anchors, default_anchors={"screening": "2026-03-01"})) == ANSWERS

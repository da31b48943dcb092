"""Spark, on two threads of this machine, finds what DuckDB and the single-subject path find."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from cohort.cohort_tables import alone, anchors_table, facts_table, mixed, told
from cohort.test_cohort_agreement import OTHER, TRIAL, cohort_of, kept_edges
from ucmsc_rules.cohort.packages import CohortError
from ucmsc_rules.cohort.screen import screen_cohort
from ucmsc_rules.cohort.spark import engine
from ucmsc_rules.cohort.spark.screen import SparkCohort, screen_cohort_on_spark
from ucmsc_rules.cohort.spark.sources import open_in_spark
from ucmsc_rules.errors import UcmscRulesError
from ucmsc_rules.facts.read import read_day
from ucmsc_rules.rules.compiled import compile_ruleset
from ucmsc_rules.rules.model import Ruleset


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    """A session on two threads, with few partitions, since the tables are small."""
    sql = pytest.importorskip("pyspark.sql", reason="pyspark is not installed; pip install ucmsc-rules[spark]")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java, and none is found")
    builder = sql.SparkSession.builder.master("local[2]").appName("ucmsc-rules")
    for key, value in {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.driver.memory": "2g",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
    }.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


def sheet_of(cohort: Any) -> list[tuple[Any, ...]]:
    """The worksheet's rows in the order of the subjects."""
    places = range(len(cohort.plan.compiled.measures))
    names = ", ".join(["subject", *(f"{end}_{place}" for place in places for end in ("lo", "hi"))])
    return sorted(cohort.rows(f"SELECT {names} FROM worksheet"))


def findings_of(cohort: Any) -> dict[str, dict[str, str]]:
    """The answers of every subject, by the criterion or its branch."""
    found: dict[str, dict[str, str]] = {}
    for subject, criterion, branch, holds in cohort.rows("SELECT subject, criterion, branch, holds FROM findings"):
        found.setdefault(subject, {})[f"{criterion}.{branch}" if branch else criterion] = holds
    return found


def files_of(folder: Path, ruleset: Ruleset, records: list[dict[str, Any]]) -> list[Path]:
    """The tables of some records as Parquet."""
    paths = [folder / "facts.parquet", folder / "anchors.parquet"]
    for path, table in zip(paths, (facts_table(records), anchors_table(records, ruleset.anchors)), strict=True):
        parquet.write_table(table, path)
    return paths


@pytest.mark.thorough
@pytest.mark.parametrize("ruleset", [TRIAL, OTHER], ids=["ucmsc", "hcc"])
def test_spark_finds_what_duckdb_and_the_single_subject_path_find(
    session: Any, tmp_path: Path, ruleset: Ruleset
) -> None:
    """Every bound, finding, want, status and problem is the same, of generated subjects and of the kept edges."""
    kept = kept_edges() if ruleset is TRIAL else []
    records = told([*kept, *cohort_of(ruleset, 300)])
    paths = files_of(tmp_path, ruleset, records)
    duck, spark = screen_cohort(ruleset, *paths), screen_cohort_on_spark(ruleset, *paths, session=session)
    assert sheet_of(spark) == sheet_of(duck)
    compiled = compile_ruleset(ruleset)
    assert findings_of(spark) == {each["subject"]: alone(compiled, each)[1] for each in records}
    wanting = "SELECT subject, criterion, concept FROM wanting"
    assert sorted(spark.rows(wanting)) == sorted(duck.rows(wanting))
    assert (spark.statuses, spark.counts, spark.problems) == (duck.statuses, duck.counts, duck.problems)


@pytest.mark.long
@pytest.mark.parametrize("ruleset", [TRIAL, OTHER], ids=["ucmsc", "hcc"])
def test_many_subjects_get_the_same_answers_on_spark(session: Any, tmp_path: Path, ruleset: Ruleset) -> None:
    """Two hundred thousand for each ruleset: every edge, generated subjects, and mixtures; findings and bounds."""
    pool = [*kept_edges(), *cohort_of(ruleset, 3000, 11)]
    paths = files_of(tmp_path, ruleset, told([*pool, *mixed(pool, 200_000 - len(pool), 11)]))
    duck, spark = screen_cohort(ruleset, *paths), screen_cohort_on_spark(ruleset, *paths, session=session)
    spark.write(str(tmp_path / "findings_wide"), wide=True)
    spark.session.table("worksheet").write.parquet(str(tmp_path / "worksheet"))
    sides = {"findings_wide": "findings_wide JOIN statuses USING (subject)", "worksheet": "worksheet"}
    for name, table in sides.items():
        here = f"SELECT * FROM {table}"
        there = f"SELECT * FROM read_parquet('{tmp_path / name}/*.parquet')"
        for one, other in ((here, there), (there, here)):
            assert duck.rows(f"SELECT * FROM (({one}) EXCEPT ALL ({other})) LIMIT 5") == []
    assert duck.rows("SELECT count(*) FROM findings_wide") == [(200_000,)]


@pytest.fixture(scope="module")
def small(session: Any) -> SparkCohort:
    """Three subjects whose facts come from a frame of Spark; one has a value that cannot be read."""
    facts = session.createDataFrame(
        pa.table(
            {
                "subject": ["S-1", "S-2", "S-3", "S'\\${4}"],
                "concept": ["hbv_dna"] * 4,
                "value": ["<20 IU/mL", "5.1e3 IU/mL", "haemolysed", "1 IU/mL"],
                "when": ["2026-02-27", "2026-02-20", "2026-02-26", "it's \\${x}"],
            }
        )
    )
    return screen_cohort_on_spark(TRIAL, facts, default_anchors={"screening": "2026-03-01"}, session=session)


@pytest.mark.thorough
def test_findings_from_a_spark_frame_are_written_as_parquet(small: SparkCohort, tmp_path: Path) -> None:
    """A folder that is there already is not written over; whatever is written in a cell stays what it is."""
    rows = sorted(small.rows("SELECT subject, holds FROM findings WHERE criterion = 'I4'"))
    assert rows == [("S'\\${4}", "unknown"), ("S-1", "true"), ("S-2", "false"), ("S-3", "unknown")]
    messages = [each.message for each in small.problems if each.column in {"value", "when"}]
    assert len(messages) == 2
    small.write(str(tmp_path / "findings"))
    assert parquet.read_table(tmp_path / "findings").num_rows == small.findings().count()
    assert parquet.read_table(tmp_path / "findings").column_names == ["subject", "criterion", "branch", "holds"]
    small.write(str(tmp_path / "wide"), wide=True)
    assert parquet.read_table(tmp_path / "wide").num_rows == 4
    with pytest.raises(CohortError, match="the findings cannot be written"):
        small.write(str(tmp_path / "findings"))


@pytest.mark.thorough
def test_views_and_settings_of_the_given_session_stay_as_they_are(session: Any, small: SparkCohort) -> None:
    """The cohort's are in a session beside it."""
    assert small.session is not session
    assert [each.name for each in session.catalog.listTables()] == []
    assert session.conf.get("spark.sql.caseSensitive") == "false"


@pytest.mark.thorough
def test_a_table_that_spark_cannot_read_is_told(session: Any, tmp_path: Path) -> None:
    """One that is cut off, one without subjects, one of no known form, and one that is not there."""
    facts, anchors = files_of(tmp_path, TRIAL, told(cohort_of(TRIAL, 5)))
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(facts.read_bytes()[:-20])
    for source in (broken, tmp_path / "absent.parquet", tmp_path / "facts.xlsx"):
        with pytest.raises(CohortError):
            screen_cohort_on_spark(TRIAL, source, anchors, session=session)
    with pytest.raises(CohortError) as error:
        screen_cohort_on_spark(TRIAL, pa.table({"concept": ["hbv_dna"]}), anchors, session=session)
    assert str(error.value) == 'the table of facts has no column "subject"; it has "concept"'
    with pytest.raises(CohortError) as error:
        screen_cohort_on_spark(TRIAL, 5, anchors, session=session)
    assert str(error.value) == (
        "builtins.int is no table of facts; give a path, a Spark or other data frame, or an Arrow table"
    )


@pytest.mark.thorough
def test_columns_of_other_types_become_the_texts_that_they_are_on_duckdb(session: Any) -> None:
    """A time of midnight is a day; a moment with a zone has no day of its own, and is told as it is."""
    spark = engine.open_spark(session)
    day = datetime(2026, 3, 1)  # noqa: DTZ001 - what has no zone is meant
    columns = {
        "subject": pa.array([7]),
        "value": pa.array([5.0]),
        "when": pa.array([day], pa.timestamp("us")),
        "until": pa.array([day], pa.date32()),
        "recorded": pa.array([day], pa.timestamp("us", "UTC")),
        "uln": pa.array([None], pa.float64()),
        "complete": pa.array([True]),
    }
    opened = open_in_spark(spark, pa.table(columns), "facts", [])
    (row,) = spark.rows(f"SELECT subject, value, `when`, until, uln, complete, recorded FROM {opened.sql}")
    assert row[:-1] == ("7", "5", "2026-03-01", "2026-03-01", "", "true")
    with pytest.raises(UcmscRulesError):
        read_day(row[-1])


def test_without_pyspark_it_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra of Spark is another than that of cohorts."""
    monkeypatch.setitem(sys.modules, "pyspark", None)
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(CohortError) as error:
        screen_cohort_on_spark(TRIAL, pa.table({"subject": ["S-1"], "concept": ["hbv_dna"]}))
    assert str(error.value) == "cohorts need pyspark; install ucmsc-rules[spark]"


@pytest.mark.parametrize("home", [None, "/nowhere"])
def test_without_java_it_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch, home: str | None) -> None:
    """None on the path, or none where JAVA_HOME says."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    if home is not None:
        monkeypatch.setenv("JAVA_HOME", home)
    with pytest.raises(CohortError) as error:
        engine._start(None, ())
    assert str(error.value) == "Spark needs Java, and none is found; install Java 17 or later, or set JAVA_HOME"

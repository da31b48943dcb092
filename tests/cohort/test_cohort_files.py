"""Where a cohort's tables may stand, and in which form: files, frames, relations; each is read as the same texts."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pyarrow import parquet

from cohort.three_subjects import ANCHORS, ANSWERS, DAY, FACTS, TRIAL, said, viral_load, with_rows
from ucmsc_rules.cohort import CohortError, screen_cohort
from ucmsc_rules.cohort.spelling import spell


@pytest.mark.parametrize("ending", ["parquet", "csv", "tsv", "ndjson"])
def test_files_of_every_form_give_the_same_findings(tmp_path: Path, ending: str) -> None:
    """Parquet, comma and tab separated, and a JSON object on each line."""
    paths = [tmp_path / f"{name}.{ending}" for name in ("facts", "anchors")]
    for path, table in zip(paths, (FACTS, ANCHORS), strict=True):
        frame = table.to_pandas()
        match ending:
            case "parquet":
                frame.to_parquet(path)
            case "ndjson":
                path.write_text("\n".join(json.dumps(row) for row in table.to_pylist()))
            case _:
                frame.to_csv(path, index=False, sep="\t" if ending == "tsv" else ",")
    cohort = screen_cohort(TRIAL, *paths)
    assert viral_load(cohort) == ANSWERS
    assert cohort.problems == ()


def test_frames_and_relations_give_the_same_findings() -> None:
    """pandas, polars (lazy too), Arrow, and DuckDB's own relations."""
    for make in (pd.DataFrame, pl.DataFrame, pl.LazyFrame):
        assert viral_load(screen_cohort(TRIAL, make(FACTS.to_pydict()), make(ANCHORS.to_pydict()))) == ANSWERS
    connection = duckdb.connect()
    relations = [connection.from_arrow(table) for table in (FACTS, ANCHORS)]
    assert viral_load(screen_cohort(TRIAL, *relations)) == ANSWERS


def test_several_files_are_one_table(tmp_path: Path) -> None:
    """A list of paths of one form."""
    paths = []
    for number in range(3):
        paths.append(tmp_path / f"{number}.parquet")
        parquet.write_table(FACTS.slice(number, 1), paths[-1])
    assert viral_load(screen_cohort(TRIAL, paths, ANCHORS)) == ANSWERS


def test_columns_of_days_and_numbers_are_read_as_their_texts() -> None:
    """A day, a moment whose midnight stands for no time, a double without decimals, true and false."""
    day = dt.date(2026, 2, 27)
    moment = dt.datetime(2026, 2, 27)  # noqa: DTZ001 - tables of sites have no zones
    for when in (day, moment):
        facts = pa.table(
            {"subject": ["A"], "concept": ["hbv_dna"], "value": [850.0], "unit": ["IU/mL"], "when": [when]}
        )
        assert viral_load(screen_cohort(TRIAL, facts, ANCHORS))[0] == ("A", "true")
    yes = pa.table({"subject": ["A"], "concept": ["drug_addiction"], "value": [True]})
    assert screen_cohort(TRIAL, yes, ANCHORS).counts["E11"] == {"true": 1, "false": 0, "unknown": 2}


def test_files_that_are_missing_or_cut_off_are_refused(tmp_path: Path) -> None:
    """Facts that are missing would let others stand in for them, so nothing is answered."""
    whole, half = tmp_path / "whole.parquet", tmp_path / "half.parquet"
    parquet.write_table(FACTS, whole)
    half.write_bytes(whole.read_bytes()[:-40])
    for paths in (half, [whole, half], tmp_path / "none.parquet"):
        with pytest.raises(CohortError, match=r"^the (table of facts|cohort) cannot be (read|screened): "):
            screen_cohort(TRIAL, paths, ANCHORS)


def test_files_that_are_empty_or_broken_are_refused(tmp_path: Path) -> None:
    """A file of nothing has no columns; half an object, and bytes that are no text, are no facts."""
    for name, content in (
        ("nothing.csv", b""),
        ("bytes.csv", b"subject,concept,value,when\nA,hbv_dna,\xff\xfe,2026-02-27\n"),
        ("half.ndjson", b'{"subject": "A", "concept": "hbv_dna"}\n{"subject": "A"'),
        ("nothing.parquet", b""),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(CohortError, match=r"^the (table of facts|cohort) "):
            screen_cohort(TRIAL, path, ANCHORS)


def test_a_moment_with_a_zone_is_no_day() -> None:
    """Which day it was depends on where one asks, so it cannot be read, and that is told."""
    moment = dt.datetime(2026, 2, 27, tzinfo=dt.UTC)
    facts = pa.table({"subject": ["A"], "concept": ["hbv_dna"], "value": ["850 IU/mL"], "when": [moment]})
    cohort = screen_cohort(TRIAL, facts, ANCHORS)
    assert viral_load(cohort)[0] == ("A", "unknown")
    assert [(problem.column, problem.count) for problem in cohort.problems] == [("when", 1)]


def test_a_table_that_changes_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows whose texts were not looked up would be lost, and what is lost could change an answer."""
    path = tmp_path / "facts.parquet"
    parquet.write_table(FACTS, path)

    def changed(*given: Any) -> Any:
        parquet.write_table(with_rows(("A", "hbv_dna", "77777 IU/mL", DAY)), path)
        return spell(*given)

    monkeypatch.setattr("ucmsc_rules.cohort.encode.spell", changed)
    with pytest.raises(CohortError, match="was changed while it was read"):
        screen_cohort(TRIAL, path, ANCHORS)


def test_keys_of_lines_of_json_are_columns_as_in_other_files(tmp_path: Path) -> None:
    """One that is not read is told, a misspelt one is refused, and so is a file that has no subjects."""
    path = tmp_path / "facts.ndjson"
    lines = [{**row, "site": 3} for row in FACTS.to_pylist()]
    path.write_text("\n".join(map(json.dumps, lines)))
    cohort = screen_cohort(TRIAL, path, ANCHORS)
    assert viral_load(cohort) == ANSWERS
    assert said(cohort) == ["warning: site: this column of the table of facts is not read"]
    path.write_text(json.dumps({**lines[0], "valeu": 1}).replace('"value"', '"x"'))
    with pytest.raises(CohortError, match='did you mean "value"'):
        screen_cohort(TRIAL, path, ANCHORS)
    path.write_text('{"concept": "hbv_dna"}')
    with pytest.raises(CohortError, match='the table of facts has no column "subject"'):
        screen_cohort(TRIAL, path, ANCHORS)
    path.write_text("")
    assert viral_load(screen_cohort(TRIAL, path, ANCHORS)) == [(name, "unknown") for name in "ABC"]


@pytest.mark.parametrize("line", ["5", "[1]", '"A"', "null", '{"subject": "A"', '{"value": "1", "value": "2"}', "x"])
def test_a_line_that_is_no_object_with_each_key_once_is_refused(tmp_path: Path, line: str) -> None:
    """What it may have said is lost, or could be read in two ways."""
    path = tmp_path / "facts.ndjson"
    path.write_text("\n".join([json.dumps(FACTS.to_pylist()[0]), line, ""]))
    with pytest.raises(CohortError):
        screen_cohort(TRIAL, path, ANCHORS)


def test_what_is_nested_in_a_line_of_json_is_unknown_and_told(tmp_path: Path) -> None:
    """A cell is a text, a number, or yes and no."""
    path = tmp_path / "facts.ndjson"
    path.write_text(json.dumps({"subject": "A", "concept": "hbv_dna", "value": {"low": 1}, "when": DAY}))
    cohort = screen_cohort(TRIAL, path, ANCHORS)
    assert viral_load(cohort)[0] == ("A", "unknown")
    assert [each.level for each in cohort.problems if each.column == "value"] == ["error"]


def test_nothing_is_fetched_from_the_network() -> None:
    """An address of the web would need an extension of DuckDB's, which it would install by itself."""
    cohort = screen_cohort(TRIAL, FACTS, ANCHORS)
    assert cohort.rows("SELECT current_setting('autoinstall_known_extensions')") == [(False,)]
    with pytest.raises(CohortError, match=r"^the table of facts cannot be read: "):
        screen_cohort(TRIAL, "https://127.0.0.1:1/facts.parquet", ANCHORS)

"""The command line on cohorts: one is made up, screened, and told of; what is wrong with its tables is told too."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from ucmsc_rules import load_ruleset, screen
from ucmsc_rules.cli.app import app
from ucmsc_rules.cohort.synth import records_of, synthesise

RULESET = load_ruleset("ucmsc-hbv-cirrhosis")
COUNT = 120


def run(*arguments: str) -> Result:
    """A command run in this process."""
    return CliRunner().invoke(app, arguments, catch_exceptions=False, env={"COLUMNS": "100"})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up cohort."""
    path = tmp_path_factory.mktemp("cohort")
    result = run("synth", str(COUNT), "--out", str(path), "--seed", "7")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"{COUNT} made-up subjects: ")
    return path


def asked(folder: Path, out: Path, *more: str) -> Result:
    """The cohort screened."""
    return run(
        "cohort", str(folder / "facts.parquet"), "--anchors", str(folder / "anchors.parquet"), "--out", str(out), *more
    )


def test_the_findings_are_those_of_each_subject(folder: Path, tmp_path: Path) -> None:
    """Row by row the same as one subject after the other."""
    out = tmp_path / "findings.parquet"
    result = asked(folder, out)
    assert result.exit_code in (0, 1)
    rows = {(row["subject"], row["criterion"], row["branch"]): row["holds"] for row in pq.read_table(out).to_pylist()}
    (block,) = synthesise(RULESET, COUNT, seed=7)
    for record in records_of(block):
        for finding in screen(RULESET, record, engine="reference").findings:
            assert rows[record["subject"], finding.criterion, ""] == finding.holds.value
    assert f"ucmsc-hbv-cirrhosis 1.0.0: {COUNT} screened, " in result.stdout


def test_a_row_for_each_subject(folder: Path, tmp_path: Path) -> None:
    """With a column for each criterion."""
    out = tmp_path / "wide.parquet"
    asked(folder, out, "--wide")
    table = pq.read_table(out)
    assert table.num_rows == COUNT
    assert {criterion.id for criterion in RULESET.criteria} <= set(table.column_names)


def test_another_threshold_is_told(folder: Path, tmp_path: Path) -> None:
    """How many would be eligible then."""
    result = asked(folder, tmp_path / "f.parquet", "--vary", "I4: hbv_dna <= 1000000 IU/mL")
    assert "\nI4 as hbv_dna <= 1000000 IU/mL: " in result.stdout


def test_small_counts_are_hidden(folder: Path, tmp_path: Path) -> None:
    """No number from 1 to 9 stands in the table."""
    result = asked(folder, tmp_path / "f.parquet", "--min-cell", "10")
    table = result.stdout.split("\n\n")[0].splitlines()[1:]
    numbers = [cell for line in table for cell in line.split()[1:]]
    assert "." in numbers
    assert not [number for number in numbers if number.isdigit() and 0 < int(number) < 10]
    assert "S-0000" in asked(folder, tmp_path / "f.parquet").stderr
    assert "S-0000" not in result.stderr


def test_a_report_and_diagrams(folder: Path, tmp_path: Path) -> None:
    """One file without the network, and pictures beside it."""
    report, plots = tmp_path / "report.html", tmp_path / "plots"
    asked(folder, tmp_path / "f.parquet", "--report", str(report), "--plots", str(plots))
    text = report.read_text(encoding="utf-8")
    assert all(criterion.id in text for criterion in RULESET.criteria)
    assert {path.suffix for path in plots.iterdir()} == {".svg", ".png"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("cohort", "nowhere.parquet", "--out", "f.parquet"), "there is no file nowhere.parquet"),
        (("cohort", "FACTS", "--out", "f.parquet", "--vary", "I99: hbv_dna <= 1 IU/mL"), "I99"),
        (("cohort", "FACTS", "--out", "f.parquet", "--anchor", "screning=2026-03-01"), "screning"),
        (("synth", "10", "--out", "folder", "--ruleset", "no-such"), "no-such"),
    ],
)
def test_wrong_usage(
    arguments: tuple[str, ...], message: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit status 2, a sentence, and no traceback."""
    monkeypatch.chdir(tmp_path)
    result = run(*(str(folder / "facts.parquet") if each == "FACTS" else each for each in arguments))
    assert result.exit_code == 2
    assert message in result.stderr
    assert "Traceback" not in result.output


def test_a_table_that_is_cut_off(folder: Path, tmp_path: Path) -> None:
    """It is told, and nothing is made of it."""
    broken = tmp_path / "facts.parquet"
    broken.write_bytes((folder / "facts.parquet").read_bytes()[:-100])
    result = run("cohort", str(broken), "--out", str(tmp_path / "f.parquet"))
    assert result.exit_code == 2
    assert "Traceback" not in result.output
    assert not (tmp_path / "f.parquet").exists()

"""``ucmsc-rules cohort`` killed: the next run makes what is missing, and comes to what one that nobody killed does."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest

from cohort.cohort_findings import trial
from cohort.killed_runs import PARTS
from ucmsc_rules.cohort.commands import run_synth

ROOT = Path(__file__).parents[2]
BESIDE = "f.parquet.parts"
MAIN = "from ucmsc_rules.cli import main; main()"


def cohort(made: tuple[Path, Path], place: Path) -> list[str]:
    """The command that screens made-up subjects."""
    facts, anchors = map(str, made)
    out, report = str(place / "f.parquet"), str(place / "r.html")
    command = [sys.executable, "-c", MAIN, "cohort", facts, "--anchors", anchors, "--out", out]
    return [*command, "--report", report, "--vary", "I4: hbv_dna <= 9 IU/mL"]


def came_to(run: subprocess.CompletedProcess[bytes], place: Path) -> tuple[Any, ...]:
    """All that a run tells and writes."""
    rows = duckdb.sql(f"SELECT * FROM '{place / 'f.parquet'}'").fetchall()
    return run.returncode, run.stdout, run.stderr, rows, (place / "r.html").read_bytes()


@pytest.mark.thorough
@pytest.mark.parametrize("step", [3, pytest.param(1, marks=pytest.mark.long)])
def test_killed_before_any_of_its_file_operations_nothing_is_lost(tmp_path: Path, step: int) -> None:
    """What was thrown away in part is not taken for all there is; a part that was done is not made again."""
    made = run_synth(trial(), 60, tmp_path / "made")
    (tmp_path / "runs").mkdir()
    command = [sys.executable, "-m", "cohort.killed_runs", *map(str, made), str(tmp_path / "runs"), str(step)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tests"), "TMPDIR": str(tmp_path)}
    run = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    runs = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(runs) > 30 / step
    assert [each for each in runs if each["status"] != 0 or each["left"] != ["f.parquet"]] == [], run.stderr
    assert {each["digest"] for each in runs} == {runs[-1]["digest"]}
    assert not runs[-1]["killed"]
    assert {each["done"] for each in runs if each["killed"]} == set(range(PARTS + 1))
    leaving = next(n for n, each in enumerate(runs) if each["done"] == PARTS and each["screened"])
    assert [each for each in runs[:leaving] if each["screened"] != PARTS - each["done"]] == []
    # the result is there, and all else being thrown away: the same question is asked anew
    assert {each["screened"] for each in runs[leaving:]} == {PARTS}


@pytest.fixture(scope="module")
def unharmed(tmp_path_factory: pytest.TempPathFactory) -> tuple[tuple[Path, Path], tuple[Any, ...]]:
    """Made-up subjects, and what a run on them comes to that nobody kills."""
    folder = tmp_path_factory.mktemp("unharmed")
    made = run_synth(trial(), 1500, folder / "made")
    return made, came_to(subprocess.run(cohort(made, folder), capture_output=True, check=False), folder)


@pytest.mark.thorough
@pytest.mark.parametrize("seen", ["asked.json", "split.json", "part-00000.done.json"])
def test_the_command_killed_in_the_midst_ends_as_if_it_had_not_been(
    unharmed: tuple[tuple[Path, Path], tuple[Any, ...]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seen: str
) -> None:
    """DuckDB in the midst of its own files, too: while it splits the tables, screens a part, and gathers them."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))  # a killed run leaves DuckDB's passing files
    made, expected = unharmed
    place = tmp_path / "killed"
    place.mkdir()
    assert expected[0] in (0, 1)
    killed = subprocess.Popen(cohort(made, place), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while killed.poll() is None and not (place / BESIDE / seen).exists():
        time.sleep(0.001)
    killed.send_signal(signal.SIGKILL)
    assert killed.wait() == -signal.SIGKILL
    assert (place / BESIDE / seen).exists()
    assert not (place / "f.parquet").exists()
    again = subprocess.run(cohort(made, place), capture_output=True, check=False)
    assert came_to(again, place) == expected
    assert not (place / BESIDE).exists()

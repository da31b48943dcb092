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


@pytest.mark.thorough
def test_the_command_killed_at_any_moment_ends_as_if_it_had_not_been(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DuckDB in the midst of its own files, too: at moments that are spread over the time that a run takes."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))  # a killed run leaves DuckDB's passing files
    made = run_synth(trial(), 1500, tmp_path / "made")
    (tmp_path / "whole").mkdir()
    begun = time.monotonic()
    whole = came_to(
        subprocess.run(cohort(made, tmp_path / "whole"), capture_output=True, check=False), tmp_path / "whole"
    )
    takes = time.monotonic() - begun
    assert whole[0] in (0, 1)
    reached = set()
    for number in (2, 4):
        place = tmp_path / str(number)
        place.mkdir()
        killed = subprocess.Popen(cohort(made, place), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(takes * number / 5)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        reached.add(tuple(sorted(each.name for each in place.glob(f"{BESIDE}/*"))))
        again = subprocess.run(cohort(made, place), capture_output=True, check=False)
        assert came_to(again, place) == whole
        assert not (place / BESIDE).exists()
    assert len(reached) > 1

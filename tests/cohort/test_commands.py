"""A cohort on the command line: screened in parts, resumed where it was interrupted, and told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from cohort.cohort_findings import attrition_of, tables, trial
from ucmsc_rules import UcmscRulesError
from ucmsc_rules.cohort.commands import Options, Outcome, run_cohort, run_synth

COUNT = 800


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Made-up subjects as files."""
    return run_synth(trial(), COUNT, tmp_path_factory.mktemp("made"))


def run(made: tuple[Path, Path], out: Path, progress: Any = None, **options: Any) -> Outcome:
    """Screens them."""
    return run_cohort(trial(), made, out, Options(**options), progress)


def rows(path: Path) -> list[tuple[Any, ...]]:
    """The rows of a file in their order."""
    return duckdb.sql(f"SELECT * FROM '{path}'").fetchall()


def test_findings_are_those_of_each_subject(made: tuple[Path, Path], tmp_path: Path) -> None:
    """Row by row the same as screening one after the other, in the same order."""
    run(made, tmp_path / "findings.parquet")
    table = tables(COUNT)[0].to_pylist()
    assert rows(tmp_path / "findings.parquet") == [tuple(row.values()) for row in table]


def test_parts_make_no_difference(made: tuple[Path, Path], tmp_path: Path) -> None:
    """One part or four: the same rows, the same counts, and nothing is left lying about."""
    one = run(made, tmp_path / "one.parquet", parts=1, vary=("I4: hbv_dna <= 2000 IU/mL",))
    four = run(made, tmp_path / "four.parquet", parts=4, vary=("I4: hbv_dna <= 2000 IU/mL",))
    assert rows(tmp_path / "one.parquet") == rows(tmp_path / "four.parquet")
    assert one.attrition == four.attrition
    assert one.attrition.rows == attrition_of(COUNT).rows
    assert (one.screened_parts, four.screened_parts) == (1, 4)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["four.parquet", "one.parquet"]


def test_what_was_interrupted_goes_on_where_it_was(made: tuple[Path, Path], tmp_path: Path) -> None:
    """Two parts of four are done; the next run does the two others, and the rows are the same."""
    run(made, tmp_path / "whole.parquet", parts=4)

    def stop(done: int, _all: int, _words: str) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(made, tmp_path / "broken.parquet", stop, parts=4)
    assert not (tmp_path / "broken.parquet").exists()
    steps: list[tuple[int, int, str]] = []
    again = run(made, tmp_path / "broken.parquet", lambda *step: steps.append(step), parts=4)
    assert again.screened_parts == 2
    assert steps == [(2, 4, "part 3 of 4"), (3, 4, "part 4 of 4"), (4, 4, "counting")]
    assert rows(tmp_path / "broken.parquet") == rows(tmp_path / "whole.parquet")


def test_another_question_begins_anew(made: tuple[Path, Path], tmp_path: Path) -> None:
    """What was done for other variations is not taken for this one."""

    def stop(done: int, _all: int, _words: str) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(made, tmp_path / "out.parquet", stop, parts=3)
    assert run(made, tmp_path / "out.parquet", parts=3, vary=("I4: hbv_dna <= 9 IU/mL",)).screened_parts == 3


def test_report_and_diagrams_are_written(made: tuple[Path, Path], tmp_path: Path) -> None:
    """Where they are asked for."""
    run(made, tmp_path / "f.parquet", report=tmp_path / "r.html", plots=tmp_path / "plots", wide=True, min_cell=5)
    assert (tmp_path / "r.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert sorted(path.name for path in (tmp_path / "plots").iterdir()) == [
        "criteria.png", "criteria.svg", "flow.png", "flow.svg", "together.png", "together.svg",
    ]  # fmt: skip
    assert duckdb.sql(f"SELECT count(*) FROM '{tmp_path / 'f.parquet'}'").fetchall() == [(COUNT,)]


def test_more_parts_than_subjects_do_no_harm(tmp_path: Path) -> None:
    """Parts of nobody are passed over."""
    few = run_synth(trial(), 3, tmp_path / "few")
    outcome = run(few, tmp_path / "few.parquet", parts=20, vary=("I4: hbv_dna <= 9 IU/mL",))
    assert outcome.attrition.screened == 3


def test_files_that_are_not_there_and_folders_of_others_are_refused(made: tuple[Path, Path], tmp_path: Path) -> None:
    """Before anything is written."""
    with pytest.raises(UcmscRulesError) as raised:
        run_cohort(trial(), (tmp_path / "no.parquet", None), tmp_path / "out.parquet", Options())
    assert str(raised.value) == f"there is no file {tmp_path / 'no.parquet'}"
    (tmp_path / "out.parquet.parts").mkdir()
    (tmp_path / "out.parquet.parts" / "mine.txt").write_text("precious")
    with pytest.raises(UcmscRulesError) as raised:
        run(made, tmp_path / "out.parquet")
    assert str(raised.value) == f"{tmp_path / 'out.parquet.parts'} holds something else; name another result"
    assert (tmp_path / "out.parquet.parts" / "mine.txt").read_text() == "precious"


@pytest.mark.parametrize("left", [[], ["asked.json.new"]])
def test_what_a_killed_run_left_as_it_began_is_no_obstacle(
    made: tuple[Path, Path], tmp_path: Path, left: list[str]
) -> None:
    """The question is written first, and is there when it is whole."""
    folder = tmp_path / "out.parquet.parts"
    folder.mkdir()
    for name in left:
        (folder / name).write_text("{")
    assert run(made, tmp_path / "out.parquet", parts=2).screened_parts == 2

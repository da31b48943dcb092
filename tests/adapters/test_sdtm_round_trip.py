"""Records that are written as SDTM and read again give the same findings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from adapters.sdtm_reading import MAPPING, RULESET
from adapters.sdtm_writer import DICTIONARY, to_sdtm
from ucmsc_rules import Verdict, screen
from ucmsc_rules.adapters.sdtm import read_sdtm

EXAMPLES = Path(__file__).parents[2] / "examples" / "subjects.ndjson"
RECORDS = {
    record["subject"]: record for record in map(json.loads, EXAMPLES.read_text(encoding="utf-8").splitlines())
}  # fmt: skip


def answers(verdict: Verdict) -> dict[str, object]:
    """What was found of each criterion and branch, and the anchors."""
    findings = {each.criterion: (each.holds, dict(each.branches)) for each in verdict.findings}
    return findings | {"anchors": dict(verdict.anchors), "status": verdict.status}


def test_there_are_enough_subjects() -> None:
    """Of every status."""
    assert len(RECORDS) >= 30
    assert len({screen(RULESET, record).status for record in RECORDS.values()}) == 3


@pytest.mark.parametrize("form", ["dataset-json", "ndjson", "csv", "xpt"])
def test_written_and_read_again_the_findings_are_the_same(tmp_path: Path, form: str) -> None:
    """Nothing is lost, nothing is unread, and nothing is a problem."""
    if form == "xpt":
        pytest.importorskip("pandas", reason="pyreadstat writes data frames")
    received = list(read_sdtm(to_sdtm(RECORDS.values(), tmp_path, form), MAPPING, DICTIONARY))
    assert [each.record["subject"] for each in received] == sorted(RECORDS)
    for each in received:
        assert (each.problems, each.unread) == ((), {})
        expected = screen(RULESET, RECORDS[each.record["subject"]])
        assert answers(screen(RULESET, each.record)) == answers(expected)


def test_the_forms_give_the_same_records(tmp_path: Path) -> None:
    """JSON, lines and CSV differ in nothing."""
    read = []
    for form in ("dataset-json", "ndjson", "csv"):
        folder = tmp_path / form
        folder.mkdir()
        read.append(list(read_sdtm(to_sdtm(RECORDS.values(), folder, form), MAPPING, DICTIONARY)))
    assert read[0] == read[1] == read[2]
